"""
What the user gave: the study area and the tables of sites, consumers and streets.

`read_given` reads them together, so that the problems of all come at once. A layer that is not
given comes from the map; which map that is, `inputs` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .coverage import apart, bounds_of
from .errors import InputError, Problem
from .reading.area import parse_area
from .reading.files import file_hash
from .reading.validate import gather, read_table

if TYPE_CHECKING:
    from .reading.area import Area
    from .reading.places import Box
    from .reading.validate import TableName, TableRead

Source = str | Path | None
OSM = "osm"
LAYERS = ("sites", "consumers", "streets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Area and tables of the user; None where a layer comes from the map."""

    area: Area | None
    sites: TableRead | None
    consumers: TableRead | None
    streets: TableRead | None

    @property
    def tables(self) -> dict[str, TableRead]:
        """Tables there are, by name."""
        named = zip(LAYERS, (self.sites, self.consumers, self.streets), strict=True)
        return {name: table for name, table in named if table is not None}

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What is doubtful about them."""
        area = () if self.area is None else self.area.doubts
        return (*area, *(doubt for table in self.tables.values() for doubt in table.doubts))

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each file but the extract."""
        hashes = {name: table.sha256 for name, table in self.tables.items()}
        if self.area is not None and self.area.kind == "polygon" and self.area.path is not None:
            hashes["area"] = file_hash(self.area.path)
        return hashes


def read_given(*, sites: Source, consumers: Source, streets: Source, area: str | None) -> Given:
    """
    Read area and tables; the problems of all of them in one refusal.

    Parameters
    ----------
    sites, consumers, streets
        A file; ``"osm"`` or None takes the layer from the map.
    area
        Text of the study area, if any.

    Returns
    -------
    given
        What was read.

    Raises
    ------
    InputError
        With the problems of all files and of the area, or if an area is needed and missing.
    """
    sources = zip(LAYERS, (sites, consumers, streets), strict=True)
    from_map = [name for name, source in sources if _is_map(source)]
    where, site_table, consumer_table, street_table = gather(
        lambda: _area(area, from_map),
        lambda: _table(sites, "sites"),
        lambda: _table(consumers, "consumers"),
        lambda: _table(streets, "streets"),
    )
    return Given(area=where, sites=site_table, consumers=consumer_table, streets=street_table)


def _is_map(source: Source) -> bool:
    """Whether a layer is to be taken from the map."""
    return source is None or str(source).casefold() == OSM


def _table(source: Source, table: TableName) -> TableRead | None:
    """Table of a file; None where it comes from the map."""
    return None if source is None or _is_map(source) else read_table(source, table=table)


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
