"""
The only readers: sites, consumers and streets of a study, checked, in one metric system.

Files come through `files`, OpenStreetMap extracts through the network room's reader, places and
bounding boxes through `fetch`. Every problem of every file is collected before anything is
refused. Consumers that cannot be within the radius of any site by straight line are left out here,
and counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from heatreach.network import OsmFileError, StreetError, metric_crs, read_osm, street_graph

from .area import parse_area
from .country import country_at
from .data_centres import data_centres_from_osm
from .demand import consumers_from_osm, fill_demand
from .errors import InputError, Problem
from .extracts import widened
from .fetch import Area as Place
from .fetch import fetch_place, find_area
from .scenario import Scenario
from .sites import complete_consumers, complete_sites
from .validate import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from heatreach.network import OsmExtract, StreetGraph
    from pyproj import CRS

    from .area import Area
    from .validate import TableRead

OSM = "osm"
OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright)"
METRES_PER_DEGREE_OF_LATITUDE = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """
    What a study works on; everything in one metric coordinate system.

    Attributes
    ----------
    sites, consumers
        SITES and CONSUMERS with every column filled or NaN, and its ``*_source``.
    streets
        The street graph.
    barriers
        Rail, water and motorways (column ``kind``).
    buildings
        Outlines that a service pipe should not pass through.
    country
        ISO 3166-1 alpha-2 code; blank where unknown.
    attribution
        Line that must stand on every map and layer; blank where no OpenStreetMap data were used.
    data_date
        Date of the newest street or building edit.
    doubts
        What was accepted but should be looked at.
    left_out
        Counts of what was not used, by reason.
    hashes
        SHA-256 of each input file by name.
    """

    sites: gpd.GeoDataFrame
    consumers: gpd.GeoDataFrame
    streets: StreetGraph
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoSeries
    country: str
    attribution: str
    data_date: str
    doubts: tuple[Problem, ...]
    left_out: Mapping[str, int]
    hashes: Mapping[str, str]

    @property
    def crs(self) -> CRS:
        """The metric coordinate system of the study."""
        return self.streets.crs

    @property
    def roads(self) -> gpd.GeoDataFrame:
        """Streets as lines, the background of the map."""
        return self.streets.to_frame()


def read_inputs(
    *,
    sites: str | Path,
    consumers: str | Path,
    area: str | None = None,
    streets: str | Path | None = None,
    scenario: Scenario | None = None,
    cache_dir: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Inputs:
    """
    Everything a study needs, read and checked.

    Parameters
    ----------
    sites, consumers
        A file, or ``"osm"`` to take them from the OpenStreetMap extract.
    area
        An extract, a polygon file, ``west,south,east,north`` or a place name; the last three
        download an extract once. Not needed when all three layers are files.
    streets
        A file of street lines; by default the streets of the extract.
    scenario
        Decisions of the study; defaults where it is silent.
    cache_dir
        Where downloads are kept; by default the user's cache folder.
    progress
        Called with a stage and the share done.

    Returns
    -------
    inputs
        Sites, consumers and streets in one metric coordinate system.

    Raises
    ------
    InputError
        With every problem of every file at once.
    FetchError
        If a download was needed and failed.
    """
    scenario = scenario or Scenario()
    report = progress or (lambda _stage, _share: None)
    report("reading files", 0.0)
    where, tables = _read_files(sites, consumers, area, streets)
    report("reading streets and buildings", 0.2)
    extract, extract_path = _read_extract(where, tables, scenario, cache_dir)
    report("assembling", 0.8)
    return _assembled(where, tables, extract, extract_path, scenario)


def _read_files(
    sites: str | Path, consumers: str | Path, area: str | None, streets: str | Path | None
) -> tuple[Area | None, dict[str, TableRead]]:
    """Area and tables; the problems of all of them in one refusal."""
    problems: list[Problem] = []
    tables: dict[str, TableRead] = {}
    where: Area | None = None
    try:
        where = parse_area(area) if area is not None else None
    except InputError as error:
        problems += error.problems
    for table, source in (("sites", sites), ("consumers", consumers), ("streets", streets)):
        if source is None or str(source) == OSM:
            continue
        try:
            tables[table] = read_table(source, table=table)  # type: ignore[arg-type]
        except InputError as error:
            problems += error.problems
    if area is None and len(tables) < len(("sites", "consumers", "streets")):
        missing = [t for t in ("sites", "consumers", "streets") if t not in tables]
        what = f"an area is needed to find {' and '.join(missing)}"
        advice = "add --area with an extract, a bounding box, a polygon file or a place name"
        problems.append(Problem(file="--area", where="", what=what, advice=advice))
    if problems:
        raise InputError(problems)
    return where, tables


Box = tuple[float, float, float, float]


def _study_box(where: Area, tables: Mapping[str, TableRead], scenario: Scenario) -> Box | None:
    """Box to read of an extract: the area, and no farther from the sites than a route can go."""
    box = where.bbox
    if "sites" not in tables:
        return box
    west, south, east, north = tables["sites"].frame.total_bounds
    reach = scenario.search.radius_m + scenario.network.connector_max_m
    dy = reach / METRES_PER_DEGREE_OF_LATITUDE
    dx = dy / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.01)
    near = (west - dx, south - dy, east + dx, north + dy)
    if box is None:
        return near
    cut = (max(box[0], near[0]), max(box[1], near[1]), min(box[2], near[2]), min(box[3], near[3]))
    return cut if cut[0] < cut[2] and cut[1] < cut[3] else box


def _read_extract(
    where: Area | None,
    tables: Mapping[str, TableRead],
    scenario: Scenario,
    cache_dir: Path | None,
) -> tuple[OsmExtract | None, Path | None]:
    """The OpenStreetMap extract of the area, downloaded if need be; none if all layers are files."""
    if where is None:
        return None, None
    box = _study_box(where, tables, scenario)
    path = where.path
    if where.kind != "extract":
        place = find_area(where.text, cache_dir=cache_dir) if where.kind == "place" else None
        wanted = place or Place(name=where.text, bbox=where.bbox, outline=where.polygon)
        reach = scenario.search.radius_m
        path = fetch_place(wanted, margin_m=reach, cache_dir=cache_dir)
        box = box or widened(wanted.bbox, reach)
    try:
        return read_osm(path, bbox=box), path
    except (OsmFileError, FileNotFoundError) as error:
        problem = Problem(file=Path(path).name, where="", what=str(error), advice="")
        raise InputError([problem]) from error


def _assembled(
    where: Area | None,
    tables: Mapping[str, TableRead],
    extract: OsmExtract | None,
    extract_path: Path | None,
    scenario: Scenario,
) -> Inputs:
    """All layers in one metric coordinate system."""
    lon, lat = _middle(tables, extract)
    crs = metric_crs(lon, lat)
    country, doubts = _country(lon, lat, scenario)
    doubts += [doubt for table in tables.values() for doubt in table.doubts]
    graph = _streets(tables, extract, crs, scenario)
    sites = _sites(tables, extract, crs, where, scenario)
    consumers, left_out = _consumers(tables, extract, crs, where, country)
    consumers, dropped = _near(consumers, sites, scenario)
    left_out |= dropped | ({} if extract is None else extract.left_out)
    empty = gpd.GeoDataFrame({"kind": []}, geometry=[], crs=crs)
    return Inputs(
        sites=sites,
        consumers=complete_consumers(consumers, scenario),
        streets=graph,
        barriers=empty if extract is None else extract.barriers.to_crs(crs),
        buildings=empty.geometry if extract is None else extract.buildings.geometry.to_crs(crs),
        country=country,
        attribution="" if extract is None else OSM_ATTRIBUTION,
        data_date="" if extract is None else extract.data_date,
        doubts=tuple(doubts),
        left_out={what: count for what, count in sorted(left_out.items()) if count},
        hashes=_hashes(tables, extract_path),
    )


def _middle(
    tables: Mapping[str, TableRead], extract: OsmExtract | None
) -> tuple[float, float]:
    """Middle of the study [°]: of the sites where given, else of the extract."""
    if "sites" in tables:
        west, south, east, north = tables["sites"].frame.total_bounds
        return (west + east) / 2.0, (south + north) / 2.0
    if extract is not None:
        return float(np.median(extract.lon)), float(np.median(extract.lat))
    west, south, east, north = tables["consumers"].frame.total_bounds
    return (west + east) / 2.0, (south + north) / 2.0


def _country(lon: float, lat: float, scenario: Scenario) -> tuple[str, list[Problem]]:
    """Country of the study and what is doubtful about it."""
    if scenario.place.country:
        return scenario.place.country.upper(), []
    advice = "set country under [place] in the scenario"
    found = country_at(lon, lat)
    if found is None:
        what = f"no country found at {lon:.3f}, {lat:.3f}; prices and climate fall back to general"
        return "", [Problem(file="map", where="country", what=what, advice=advice)]
    if found.also:
        what = f"taken as {found.code}, could also be {', '.join(found.also)}"
        return found.code, [Problem(file="map", where="country", what=what, advice=advice)]
    return found.code, []


def _streets(
    tables: Mapping[str, TableRead],
    extract: OsmExtract | None,
    crs: CRS,
    scenario: Scenario,
) -> StreetGraph:
    """The street graph, of the file if one is given."""
    paths = scenario.network.paths == "yes"
    try:
        if "streets" in tables:
            return street_graph(tables["streets"].frame.to_crs(crs), paths=paths)
        return street_graph(extract, crs=crs, paths=paths)
    except StreetError as error:
        problem = Problem(file="streets", where="", what=str(error), advice="")
        raise InputError([problem]) from error


def _sites(
    tables: Mapping[str, TableRead],
    extract: OsmExtract | None,
    crs: CRS,
    where: Area | None,
    scenario: Scenario,
) -> gpd.GeoDataFrame:
    """Data centres of the file or of the map."""
    if "sites" in tables:
        return complete_sites(tables["sites"].frame.to_crs(crs), scenario)
    sites = _inside(data_centres_from_osm(extract, crs), where)
    if sites.empty:
        what = "the map shows no data centre here (many are untagged)"
        advice = "give your own with --sites FILE: id, lat, lon, it_load_kw"
        raise InputError([Problem(file="--sites osm", where="", what=what, advice=advice)])
    return complete_sites(sites, scenario)


def _consumers(
    tables: Mapping[str, TableRead],
    extract: OsmExtract | None,
    crs: CRS,
    where: Area | None,
    country: str,
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Consumers of the file or of the map, with their demand, and how many were not used."""
    if "consumers" in tables:
        return fill_demand(tables["consumers"].frame.to_crs(crs), country=country), {}
    found = consumers_from_osm(extract, crs, country=country)
    inside = _inside(found, where)
    return inside, {"consumers outside the area": len(found) - len(inside)}


def _inside(frame: gpd.GeoDataFrame, where: Area | None) -> gpd.GeoDataFrame:
    """Rows that touch the polygon or box of the area."""
    if where is None or (where.polygon is None and where.bbox is None):
        return frame
    shape = where.polygon if where.polygon is not None else shapely.box(*where.bbox)
    outline = gpd.GeoSeries([shape], crs="EPSG:4326").to_crs(frame.crs).iloc[0]
    return frame[frame.intersects(outline)].reset_index(drop=True)


def _near(
    consumers: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, scenario: Scenario
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Consumers within the radius of a site as the crow flies, without the sites' own buildings."""
    tree = shapely.STRtree(sites.geometry.to_numpy())
    shapes = consumers.geometry.to_numpy()
    near = np.unique(tree.query(shapes, predicate="dwithin", distance=scenario.search.radius_m)[0])
    own = np.unique(tree.query(shapes, predicate="intersects")[0])
    keep = np.zeros(len(consumers), dtype=bool)
    keep[near] = True
    far = int((~keep).sum())
    keep[own] = False
    kept = consumers[keep].reset_index(drop=True)
    return kept, {
        f"consumers farther than {scenario.search.radius_m:,.0f} m from every site": far,
        "buildings of the data centres themselves": len(own),
    }


def _hashes(tables: Mapping[str, TableRead], extract_path: Path | None) -> dict[str, str]:
    """SHA-256 of every input file."""
    hashes = {name: table.sha256 for name, table in tables.items()}
    if extract_path is not None:
        hashes["extract"] = hashlib.sha256(extract_path.read_bytes()).hexdigest()
    return hashes
