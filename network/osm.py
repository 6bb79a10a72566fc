"""
Read streets, buildings, sites, points, barriers and heat pipes from an OpenStreetMap extract.

One streaming pass with pyosmium: tags and node numbers go into lists, everything after that is
numpy and shapely. Extracts cut hard at a box are normal: a road segment with an end outside the
file and an outline with missing corners are left out and counted, never repaired by guessing.
Pipes that carry heat are lines as mapped; what is one network is decided later.
Nothing is judged here: which streets suit a pipe is decided in `streets`, what a building is used
for in the siting room.

Map data from OpenStreetMap are © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from .errors import OsmFileError
from .reading.osm_file import osm_source, readable, sorted_copy
from .reading.osm_pipes import carries_heat, no_pipelines, pipelines_of
from .reading.osm_roads import NodeRuns, barriers_of, roads_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

logger = logging.getLogger(__name__)

Box = tuple[float, float, float, float]

_SITE_KEYS = (
    "landuse",
    "amenity",
    "leisure",
    "tourism",
    "healthcare",
    "man_made",
    "power",
    "office",
    "telecom",
    "shop",
    "industrial",
    "military",
    "craft",
)
_POINT_KEYS = (
    "amenity",
    "shop",
    "office",
    "tourism",
    "leisure",
    "healthcare",
    "telecom",
    "man_made",
    "industrial",
    "craft",
)
_LINE_KEYS = ("highway", "railway", "waterway", "natural")
_WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmExtract:
    """
    What a planner needs from one OpenStreetMap extract, in degrees (EPSG:4326).

    Parameters
    ----------
    node_id
        Numbers of the nodes that carry road segments, ascending, each once.
    lon, lat
        Their positions [°].
    level_crossing
        Whether the node is a level crossing of road and rail.
    tail, head
        Rows of the two nodes of each road segment (consecutive nodes of a way).
    way
        Row in `ways` of each segment.
    ways
        One row per way with a ``highway`` tag: ``way_id`` and the tags a pipe cares about, blank
        where a way has no such tag.
    buildings, areas, points
        ``osm_id`` ("way/123"), ``tags`` (all tags as a dict) and geometry of building outlines,
        of other tagged polygons, and of tagged nodes. Parts of buildings are not in.
    barriers
        ``kind`` (rail, water or motorway) and geometry of what a pipe should not cross.
    pipelines
        ``osm_id``, ``tags`` and geometry of pipes that carry heat: lines, in parts where nodes are
        missing, and outlines of plants mapped as pipeline areas.
    data_date
        Date of the data (ISO): the file's own stamp, else the newest edit of a tagged object read;
        blank if the file has neither.
    left_out
        What could not be used, in words, with counts.
    """

    node_id: npt.NDArray[np.int64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    level_crossing: npt.NDArray[np.bool_]
    tail: npt.NDArray[np.int32]
    head: npt.NDArray[np.int32]
    way: npt.NDArray[np.int32]
    ways: pd.DataFrame
    buildings: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    pipelines: gpd.GeoDataFrame = field(default_factory=no_pipelines)
    data_date: str
    left_out: dict[str, int]


def read_osm(path: str | Path, *, bbox: Box | None = None) -> OsmExtract:
    """
    Streets, buildings, sites, points, barriers and heat pipes of an OpenStreetMap file.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``; the content decides, not the name.
    bbox
        West, south, east, north [°]; what touches the box is kept whole. Default: all.

    Returns
    -------
    extract
        Arrays and tables, ordered by OpenStreetMap number.

    Raises
    ------
    OsmFileError
        If the file is damaged, is something else, or holds no street, building or area.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> from importlib.util import find_spec
    >>> from pathlib import Path
    >>> sample = Path(find_spec("pyrosm").origin).parent / "data" / "test.osm.pbf"
    >>> len(read_osm(sample).tail)
    1664
    """
    path = Path(path)
    scan = _scan_in_order(path)
    if scan.is_empty():
        raise OsmFileError(f"{path.name}: the file holds no street, building or area")
    extract = _extract(scan, bbox)
    logger.info(
        "%s: %d ways, %d road segments, %d buildings, %d areas, %d points; data of %s",
        path.name,
        len(extract.ways),
        len(extract.tail),
        len(extract.buildings),
        len(extract.areas),
        len(extract.points),
        extract.data_date or "unknown date",
    )
    for what, count in extract.left_out.items():
        logger.info("%s: left out %d %s", path.name, count, what)
    return extract


@dataclass(slots=True)
class _Shapes:
    """Ids, tags and geometries of one layer while the file is read."""

    ids: list[tuple[str, int]] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)

    def add(self, kind: str, number: int, tags: dict[str, str], shape: object) -> None:
        """Keep one map object."""
        self.ids.append((kind, number))
        self.tags.append(tags)
        self.shapes.append(shape)

    def frame(self, geometry: npt.NDArray[Any], bbox: Box | None) -> gpd.GeoDataFrame:
        """Frame in order of kind and number, cut to the box."""
        order = sorted(range(len(self.ids)), key=self.ids.__getitem__)
        frame = gpd.GeoDataFrame(
            {
                "osm_id": pd.Series([f"{kind}/{number}" for kind, number in self.ids], dtype=str),
                "tags": pd.Series(self.tags, dtype=object),
            },
            geometry=gpd.GeoSeries(geometry, crs=_WGS84),
            crs=_WGS84,
        ).iloc[order]
        if bbox is not None:
            frame = frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bbox))]
        return frame.reset_index(drop=True)

    def polygons(self, bbox: Box | None) -> gpd.GeoDataFrame:
        """Frame of (multi)polygons made from well-known binary."""
        shapes = shapely.from_wkb(np.array(self.shapes, dtype=object))
        single = shapely.get_num_geometries(shapes) == 1
        shapes[single] = shapely.get_geometry(shapes[single], 0)
        return self.frame(shapes, bbox)

    def positions(self, bbox: Box | None) -> gpd.GeoDataFrame:
        """Frame of points made from coordinate pairs."""
        places = np.array(self.shapes, dtype=float).reshape(-1, 2)
        return self.frame(np.asarray(shapely.points(places)), bbox)


@dataclass(slots=True)
class _Scan:
    """Everything one pass over a file collects."""

    runs: NodeRuns = field(default_factory=NodeRuns)
    buildings: _Shapes = field(default_factory=_Shapes)
    areas: _Shapes = field(default_factory=_Shapes)
    points: _Shapes = field(default_factory=_Shapes)
    pipes: NodeRuns = field(default_factory=NodeRuns)
    pipe_areas: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    water: list[str] = field(default_factory=list)
    outlines: dict[str, set[int]] = field(
        default_factory=lambda: {"way": set(), "relation": set(), "open": set()}
    )
    level_crossings: list[int] = field(default_factory=list)
    newest: str = ""
    stamp: str = ""
    in_order: bool = False
    repeats: bool = False

    def out_of_order(self) -> bool:
        """Whether objects stand twice, or missing nodes may only stand later in the file."""
        built = {number for kind, number in self.buildings.ids if kind == "way"}
        missing = self.runs.any_missing() or self.pipes.any_missing()
        missing = missing or bool(self.outlines["way"] - built)
        return self.repeats or (missing and not self.in_order)

    def is_empty(self) -> bool:
        """Whether nothing of use was found."""
        found = (self.runs.refs, self.buildings.ids, self.areas.ids, self.points.ids)
        return not any(found)


def _scan_in_order(path: Path) -> _Scan:
    """Read a file; put it in order first where ways stand before nodes or objects twice."""
    try:
        scan = _scan(path, path)
        if not scan.out_of_order():
            return scan
    except OsmFileError as error:
        if "out of order" not in str(error.__cause__):
            raise
    with sorted_copy(path) as copy:
        return _scan(copy, path)


def _scan(path: Path, named: Path) -> _Scan:
    """Read one file from end to end; errors name the file the user gave."""
    scan = _Scan()
    keys = osmium.filter.KeyFilter("building", *_LINE_KEYS, *_SITE_KEYS)
    keys.enable_for(osmium.osm.WAY | osmium.osm.RELATION | osmium.osm.AREA)
    node_keys = osmium.filter.KeyFilter("railway", *_POINT_KEYS)
    node_keys.enable_for(osmium.osm.NODE)
    wkb = osmium.geom.WKBFactory()
    with readable(named):
        processor = osmium.FileProcessor(osm_source(path))
        header = processor.header
        scan.stamp = (header.get("osmosis_replication_timestamp") or header.get("timestamp"))[:10]
        scan.in_order = header.get("sorting") == "Type_then_ID"
        scan.repeats = header.has_multiple_object_versions
        for item in processor.with_areas().with_filter(keys).with_filter(node_keys):
            _take(scan, item, wkb)
    return scan


def _take(scan: _Scan, item: Any, wkb: Any) -> None:
    """Sort one map object into the scan."""
    if item.is_area():
        _take_area(scan, item, wkb)
        return
    if not scan.stamp:
        scan.newest = max(scan.newest, item.timestamp.date().isoformat())
    if item.is_node():
        _take_node(scan, item)
    elif item.is_way():
        _take_way(scan, item)
    elif "building" in item.tags and item.tags.get("type") == "multipolygon":
        scan.outlines["relation"].add(item.id)


def _take_node(scan: _Scan, node: Any) -> None:
    """Keep a level crossing or a point of interest."""
    tags = dict(node.tags)
    if tags.get("railway") == "level_crossing":
        scan.level_crossings.append(node.id)
    if node.location.valid() and any(key in tags for key in _POINT_KEYS):
        scan.points.add("node", node.id, tags, (node.lon, node.lat))


def _take_way(scan: _Scan, way: Any) -> None:
    """Keep the node run of a road, rail, river, shore or heat pipe; note a building outline."""
    tags = way.tags
    if tags.get("man_made") == "pipeline" and tags.get("area") != "yes" and carries_heat(tags):
        scan.pipes.add(way.id, dict(tags), way.nodes)
    if "building" in tags and tags["building"] != "no":
        scan.outlines["way" if way.is_closed() else "open"].add(way.id)
    elif any(key in tags for key in _LINE_KEYS):
        scan.runs.add(way.id, dict(tags), way.nodes)


def _take_area(scan: _Scan, area: Any, wkb: Any) -> None:
    """Keep a building outline, a tagged site, or standing water."""
    tags = dict(area.tags)
    kind = "way" if area.from_way() else "relation"
    if tags.get("building", "no") != "no":
        scan.buildings.add(kind, area.orig_id(), tags, wkb.create_multipolygon(area))
        return
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
        scan.water.append(wkb.create_multipolygon(area))
    is_area = kind == "relation" or tags.get("area") == "yes"
    if tags.get("man_made") == "pipeline" and is_area and carries_heat(tags):
        outline = shapely.from_wkb(wkb.create_multipolygon(area))
        scan.pipe_areas.append((f"{kind}/{area.orig_id()}", tags, outline))
    if "building:part" not in tags and any(key in tags for key in _SITE_KEYS):
        scan.areas.add(kind, area.orig_id(), tags, wkb.create_multipolygon(area))


def _extract(scan: _Scan, bbox: Box | None) -> OsmExtract:
    """Arrays and frames from the lists of a scan."""
    nodes = scan.runs.arrays()
    roads, cut = roads_of(nodes, scan.runs.tags, bbox)
    water = shapely.from_wkb(np.array(sorted(scan.water), dtype=object))
    crossings = np.isin(roads["node_id"], np.array(scan.level_crossings, dtype=np.int64))
    pipelines, pipes_cut = pipelines_of(scan.pipes, scan.pipe_areas, bbox)
    left_out = {
        "road segments with an end outside the file": cut,
        "heat pipe segments with an end outside the file": pipes_cut,
        **_lost_outlines(scan),
    }
    return OsmExtract(
        **roads,
        level_crossing=crossings,
        buildings=scan.buildings.polygons(bbox),
        areas=scan.areas.polygons(bbox),
        points=scan.points.positions(bbox),
        barriers=barriers_of(nodes, scan.runs.tags, water, bbox),
        pipelines=pipelines,
        data_date=scan.stamp or ("" if scan.newest.startswith("1970") else scan.newest),
        left_out={what: count for what, count in left_out.items() if count},
    )


def _lost_outlines(scan: _Scan) -> dict[str, int]:
    """Count building outlines that gave no polygon, by cause."""

    def built(kind: str) -> set[int]:
        return {number for made, number in scan.buildings.ids if made == kind}

    def count(numbers: Iterable[int]) -> int:
        return len(set(numbers))

    return {
        "building outlines with missing corners": count(scan.outlines["way"] - built("way")),
        "building outlines that are not closed": count(scan.outlines["open"] - built("way")),
        "building relations with missing parts": count(
            scan.outlines["relation"] - built("relation")
        ),
    }
