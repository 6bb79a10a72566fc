"""
What the user gave: the study area and the tables of sites, consumers, streets and demand.

`read_given` reads them together, so that the problems of all come at once. A layer that is not
given comes from the map; which map that is, `study_map` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, Problem
from ..reading.area import parse_area
from ..reading.files import file_hash
from ..reading.raster import check_raster, is_raster
from ..reading.validate import gather, read_table
from .coverage import apart, bounds_of
from .surroundings import all_read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..reading.area import Area
    from ..reading.places import Box
    from ..reading.validate import TableName, TableRead

Source = str | Path | None
OSM = "osm"
NONE = "none"
LAYERS = ("sites", "consumers", "streets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """
    Area and tables of the user; None where a layer comes from the map.

    Attributes
    ----------
    area
        The study area, if any.
    sites, consumers, streets
        The layers of the study.
    demand
        Tables of metered heat, certificates or heat maps.
    controls
        Areas with control totals.
    heat_networks
        Existing heat networks.
    consumers_raster, control_raster
        Rasters of heat density that stand in for consumers, or that estimates are scaled to.
    from_map
        What is to come from the map: layers, or heat networks.
    without_sites
        Whether zones are looked for without any data centre: none is wanted, or there is no map to
        look for them on.
    """

    area: Area | None
    sites: TableRead | None
    consumers: TableRead | None
    streets: TableRead | None
    demand: tuple[TableRead, ...] = ()
    controls: TableRead | None = None
    heat_networks: TableRead | None = None
    consumers_raster: Path | None = None
    control_raster: Path | None = None
    from_map: tuple[str, ...] = ()
    without_sites: bool = False

    @property
    def has_controls(self) -> bool:
        """Whether estimates are scaled to control totals."""
        return self.controls is not None or self.control_raster is not None

    @property
    def tables(self) -> dict[str, TableRead]:
        """Tables there are, by name."""
        one = {
            "sites": self.sites,
            "consumers": self.consumers,
            "streets": self.streets,
            "control": self.controls,
            "heat_networks": self.heat_networks,
        }
        several = {
            "demand" if number == 1 else f"demand_{number}": table
            for number, table in enumerate(self.demand, start=1)
        }
        return {name: table for name, table in one.items() if table is not None} | several

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What is doubtful about them."""
        area = () if self.area is None else self.area.doubts
        return (*area, *(doubt for table in self.tables.values() for doubt in table.doubts))

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each file but the extract."""
        hashes = {name: table.sha256 for name, table in self.tables.items()}
        for name, raster in (
            ("consumers", self.consumers_raster),
            ("control", self.control_raster),
        ):
            if raster is not None:
                hashes[name] = file_hash(raster)
        if self.area is not None and self.area.kind == "polygon" and self.area.path is not None:
            hashes["area"] = file_hash(self.area.path)
        return hashes


def read_given(
    *,
    sites: Source,
    consumers: Source,
    streets: Source,
    area: str | None,
    demand: Sequence[str | Path] = (),
    control: Source = None,
    heat_networks: Source = None,
    zones: bool = False,
) -> Given:
    """
    Read area and tables; the problems of all of them in one refusal.

    Parameters
    ----------
    sites, consumers, streets
        A file; ``"osm"`` or None takes the layer from the map. Consumers may be a raster, sites
        ``"none"`` where zones are looked for.
    area
        Text of the study area, if any.
    demand
        Tables of metered heat, certificates or heat maps.
    control
        A file of areas with control totals or a raster of heat density, if any.
    heat_networks
        A file of existing heat networks, ``"osm"`` for those of the map, or None.
    zones
        Whether the study is of zones, which needs no data centre.

    Returns
    -------
    given
        What was read.

    Raises
    ------
    InputError
        With the problems of all files and of the area, or if an area is needed and missing.
    """
    without_sites = zones and (_is_none(sites) or (area is None and _is_map(sites)))
    sources = dict(zip(LAYERS, (sites, consumers, streets), strict=True))
    from_map = [name for name, source in sources.items() if _is_map(source)]
    if zones and (sites is None or without_sites):
        from_map = [name for name in from_map if name != "sites"]
    if heat_networks is not None and _is_map(heat_networks):
        from_map.append("heat networks")
    layers, more = gather(
        lambda: gather(
            lambda: _area(area, from_map),
            lambda: _sites(sites, zones=zones),
            lambda: _table(consumers, "consumers"),
            lambda: _table(streets, "streets"),
        ),
        lambda: gather(
            lambda: all_read(*(partial(read_table, path, table="demand") for path in demand)),
            lambda: _table(control, "controls"),
            lambda: _table(heat_networks, "heat_networks"),
            lambda: all_read(lambda: _raster(consumers), lambda: _raster(control)),
        ),
    )
    where, site_table, consumer_table, street_table = layers
    demand_tables, controls, networks, (cells, control_cells) = more
    _refuse_twice(demand_tables)
    return Given(
        area=where,
        sites=site_table,
        consumers=consumer_table,
        streets=street_table,
        demand=tuple(demand_tables),
        controls=controls,
        heat_networks=networks,
        consumers_raster=cells,
        control_raster=control_cells,
        from_map=tuple(from_map),
        without_sites=without_sites,
    )


def _refuse_twice(tables: Sequence[TableRead]) -> None:
    """Refuse a file of demand given twice, whose rows would be added up twice."""
    hashes = [table.sha256 for table in tables]
    twice = {table.file: table for table in tables if hashes.count(table.sha256) > 1}
    if twice:
        what = f"given more than once: {', '.join(sorted(twice))}"
        advice = "give each file of demand once"
        raise InputError([Problem(file="--demand", where="", what=what, advice=advice)])


def _is_map(source: Source) -> bool:
    """Whether a layer is to be taken from the map."""
    return source is None or str(source).casefold() == OSM


def _is_none(source: Source) -> bool:
    """Whether a layer is not wanted at all."""
    return source is not None and str(source).casefold() == NONE


def _sites(source: Source, *, zones: bool) -> TableRead | None:
    """Table of data centres; only zones can do without."""
    if not _is_none(source):
        return _table(source, "sites")
    if zones:
        return None
    what = "a plan needs data centres, and none are asked for"
    advice = "give a file with --sites FILE, or --sites osm; zones alone need none"
    raise InputError([Problem(file="--sites none", where="", what=what, advice=advice)])


def _table(source: Source, table: TableName) -> TableRead | None:
    """Table of a file; None where it comes from the map or a raster."""
    if source is None or _is_map(source) or is_raster(source):
        return None
    return read_table(source, table=table)


def _raster(source: Source) -> Path | None:
    """Path of a raster; None where the source is something else."""
    return check_raster(str(source)) if is_raster(source) else None


def _area(text: str | None, from_map: list[str]) -> Area | None:
    """Study area; without one nothing can be taken from the map."""
    if text is not None:
        return parse_area(text)
    if not from_map:
        return None
    what = f"an area is needed to find {' and '.join(from_map)}"
    advice = "add --area with an extract, a bounding box, a polygon file or a place name"
    raise InputError([Problem(file="--area", where="", what=what, advice=advice)])


def refuse_apart(given: Given, *, reach_m: float) -> None:
    """
    Refuse files that cannot belong together, before anything large is read or downloaded.

    Parameters
    ----------
    given
        Area and tables.
    reach_m
        How far a site or consumer may lie from the area or the streets [m].

    Raises
    ------
    InputError
        With every table that lies wholly outside the area, else the streets, else the consumers;
        says so where swapped axes explain it.
    """
    name, box = _trusted(given)
    if box is None:
        return
    found = [
        apart(table.file, bounds_of(table.frame), other_file=name, other=box, reach_m=reach_m)
        for table in given.tables.values()
        if not table.frame.geometry.isna().all()
    ]
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise InputError(problems)


def _trusted(given: Given) -> tuple[str, Box | None]:
    """Bounds that the others are held against; None where only an extract could tell."""
    if given.area is not None and given.area.bbox is not None:
        return "the area", given.area.bbox
    for table in (given.streets, given.consumers):
        if table is not None:
            return table.file, bounds_of(table.frame)
    return "", None
