"""
The street graph: one undirected metric graph held in arrays.

Streets are cut at every vertex, so an edge is a straight segment and its ends are its geometry.
What belongs to a whole street (class, surface, private, bridge, tunnel) stands once in ``ways`` and
each segment points to its row. One-way rules do not matter to pipes and are dropped; streets that
cross without a shared node (bridges) stay apart. Which classes carry pipes is a table
(``road_classes``), the price of crossings another (``crossings``).

Readers of OpenStreetMap files live in `osm`, conversion from and to networkx in `nx`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from heatreach.data import load_table, wide

from .crs import measures_metres, metric_crs, middle_degrees
from .errors import StreetError

if TYPE_CHECKING:
    import numpy.typing as npt

    from .osm import OsmExtract

SHORTEST_EDGE_M = 1e-3
"""Floor on edge lengths: zero would vanish from a sparse matrix."""

VERTEX_TOLERANCE_M = 0.01
"""Vertices of user lines closer than this are one node."""

WAY_COLUMNS = (
    *("way_id", "highway", "name", "surface_class", "private", "bridge", "tunnel"),
    *("cost_factor", "connectable"),
)
SERVICE_PIPE = "service_pipe"
"""Class of the pipes between a building and its street."""

PRIVATE_ACCESS = ("private", "no", "customers", "permit", "delivery", "military")
NOT_A_TUNNEL = ("", "no", "building_passage", "culvert")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetGraph:
    """
    Undirected street graph in arrays.

    Attributes
    ----------
    crs
        Projected coordinate system in metres.
    node_id
        Stable identifier per node, shape (n,); OpenStreetMap ids where the streets come from there,
        negative for nodes heatreach adds.
    x, y
        Node coordinates [m], shape (n,).
    level_crossing
        Whether a railway crosses at the node, shape (n,).
    tail, head
        Node positions of each segment's ends, shape (m,).
    length_m
        Segment lengths [m], shape (m,), at least 1 mm.
    way
        Row of each segment in ``ways``, shape (m,).
    ways
        One row per street; columns ``WAY_COLUMNS``.
    """

    crs: CRS
    node_id: npt.NDArray[np.int64]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    level_crossing: npt.NDArray[np.bool_]
    tail: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]
    way: npt.NDArray[np.int64]
    ways: pd.DataFrame

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_id)

    @property
    def edges(self) -> int:
        """Number of segments."""
        return len(self.tail)

    def of_way(self, column: str) -> npt.NDArray[np.generic]:
        """One column of ``ways`` spread over the segments."""
        values: npt.NDArray[np.generic] = self.ways[column].to_numpy()[self.way]
        return values

    def segments(self) -> npt.NDArray[np.object_]:
        """Segments as shapely lines, shape (m,)."""
        ends = np.empty((self.edges, 2, 2))
        ends[:, 0, 0], ends[:, 0, 1] = self.x[self.tail], self.y[self.tail]
        ends[:, 1, 0], ends[:, 1, 1] = self.x[self.head], self.y[self.head]
        return np.asarray(shapely.linestrings(ends), dtype=object)

    def to_frame(self) -> gpd.GeoDataFrame:
        """Streets as one line (or several) per way, in the graph's coordinate system."""
        order = np.argsort(self.way, kind="stable")
        way, tail, head = self.way[order], self.tail[order], self.head[order]
        starts = np.ones(len(order), dtype=bool)
        starts[1:] = (way[1:] != way[:-1]) | (tail[1:] != head[:-1])
        chain = np.cumsum(starts) - 1
        node = np.concatenate([tail[starts], head])
        owner = np.concatenate([chain[starts], chain])
        along = np.argsort(owner, kind="stable")
        xy = np.column_stack([self.x, self.y])[node[along]]
        lines = np.asarray(shapely.linestrings(xy, indices=owner[along]), dtype=object)
        used, street = np.unique(way[starts], return_inverse=True)
        shapes = np.asarray(shapely.multilinestrings(lines, indices=street), dtype=object)
        single = np.bincount(street) == 1
        shapes[single] = shapely.get_geometry(shapes[single], 0)
        frame = self.ways.iloc[used].reset_index(drop=True)
        return gpd.GeoDataFrame(frame, geometry=shapes, crs=self.crs)


def street_graph(
    streets: gpd.GeoDataFrame | OsmExtract, *, crs: CRS | None = None, paths: bool = False
) -> StreetGraph:
    """
    Street graph of user lines or of an OpenStreetMap extract.

    Parameters
    ----------
    streets
        Lines with a metric coordinate system and, where known, OpenStreetMap tags (``highway``,
        ``access``, ``bridge``, ``tunnel``, ``surface``) and ``cost_factor``; or an extract as read
        by `read_osm`.
    crs
        Metric coordinate system for an extract; by default the UTM zone of its middle.
    paths
        Whether footways, paths and tracks may carry pipes too.

    Returns
    -------
    graph
        The graph; lines without ``highway`` are taken as ordinary streets.

    Raises
    ------
    StreetError
        If nothing that may carry a pipe is left, or user lines have no metric coordinate system,
        are not lines, or have a cost factor that is not above 0.

    Notes
    -----
    User lines are joined where vertices coincide within 1 cm; lines that merely cross are not cut,
    since a bridge looks the same on paper.

    Examples
    --------
    >>> from shapely import LineString
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (50, 0), (50, 80)])], crs=32635)
    >>> graph = street_graph(lines)
    >>> graph.nodes, float(graph.length_m.sum())
    (3, 130.0)
    """
    if isinstance(streets, gpd.GeoDataFrame):
        return _from_lines(streets, paths=paths)
    return _from_extract(streets, crs=crs, paths=paths)


def _from_extract(extract: OsmExtract, *, crs: CRS | None, paths: bool) -> StreetGraph:
    """Street graph of the roads of an OpenStreetMap extract."""
    ways = way_attributes(extract.ways)
    keep = _carries_pipes(extract.ways, paths=paths)[extract.way]
    if not keep.any():
        raise StreetError("the extract holds no street that may carry a pipe; choose a larger area")
    used, ends = np.unique(np.stack([extract.tail[keep], extract.head[keep]]), return_inverse=True)
    if crs is None:
        crs = metric_crs(*middle_degrees(extract.lon[used], extract.lat[used]))
    to_metric = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_metric.transform(extract.lon[used], extract.lat[used])
    return build(
        crs=crs,
        node_id=extract.node_id[used],
        x=np.asarray(x),
        y=np.asarray(y),
        level_crossing=extract.level_crossing[used],
        tail=ends.reshape(2, -1)[0],
        head=ends.reshape(2, -1)[1],
        way=extract.way[keep],
        ways=ways,
    )


def _from_lines(streets: gpd.GeoDataFrame, *, paths: bool) -> StreetGraph:
    """Street graph of user lines in a metric coordinate system."""
    if streets.crs is None or not measures_metres(streets.crs):
        name = "no coordinate system" if streets.crs is None else streets.crs.name
        raise StreetError(
            f"streets are in {name}; lengths need a projected one in metres that is true to scale, "
            "for example streets.to_crs(streets.estimate_utm_crs())"
        )
    tags = pd.DataFrame(streets.drop(columns=streets.geometry.name)).reset_index(drop=True)
    keep = _carries_pipes(tags, paths=paths)
    parts, row = shapely.get_parts(streets.geometry.to_numpy()[keep], return_index=True)
    row = np.flatnonzero(keep)[row]
    if (shapely.get_dimensions(parts) != 1).any():
        raise StreetError("the street layer holds points or areas; only lines can carry a pipe")
    xy, part = shapely.get_coordinates(parts, return_index=True)
    if len(xy) == 0:
        raise StreetError("the street layer holds no line that may carry a pipe")
    place, node = _joined(xy)
    same = part[1:] == part[:-1]
    return build(
        crs=streets.crs,
        node_id=np.arange(len(place)),
        x=place[:, 0],
        y=place[:, 1],
        level_crossing=np.zeros(len(place), dtype=bool),
        tail=node[:-1][same],
        head=node[1:][same],
        way=row[part[:-1][same]],
        ways=way_attributes(tags),
    )


def _joined(
    xy: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Distinct places of vertices, those within the tolerance as one, and the place of each."""
    distinct, which = np.unique(xy, axis=0, return_inverse=True)
    near = cKDTree(distinct).query_pairs(VERTEX_TOLERANCE_M, output_type="ndarray")
    links = coo_array((np.ones(len(near)), near.T), shape=(len(distinct), len(distinct)))
    _, label = connected_components(links, directed=False)
    _, first, group = np.unique(label, return_index=True, return_inverse=True)
    return distinct[first], group[which.reshape(-1)]


def build(
    *,
    crs: CRS,
    node_id: npt.NDArray[np.int64],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    level_crossing: npt.NDArray[np.bool_],
    tail: npt.NDArray[np.integer],
    head: npt.NDArray[np.integer],
    way: npt.NDArray[np.integer],
    ways: pd.DataFrame,
) -> StreetGraph:
    """Graph from its arrays; lengths follow from the coordinates, self-loops are left out."""
    keep = tail != head
    start, end = tail[keep].astype(np.int64), head[keep].astype(np.int64)
    length = np.hypot(x[start] - x[end], y[start] - y[end])
    return StreetGraph(
        crs=crs,
        node_id=np.asarray(node_id, dtype=np.int64),
        x=x,
        y=y,
        level_crossing=level_crossing,
        tail=start,
        head=end,
        length_m=np.maximum(length, SHORTEST_EDGE_M),
        way=way[keep].astype(np.int64),
        ways=ways,
    )


def _text(tags: pd.DataFrame, column: str) -> pd.Series:
    """One tag as text, blank where absent."""
    if column not in tags:
        return pd.Series("", index=tags.index)
    return tags[column].fillna("").astype(str)


def _carries_pipes(tags: pd.DataFrame, *, paths: bool) -> npt.NDArray[np.bool_]:
    """Whether each way may carry a pipe; ways without a class are ordinary streets."""
    classes = load_table("road_classes").set_index("highway")["use"]
    highway = _text(tags, "highway")
    use = highway.map(classes).fillna("never").where(highway != "", "default")
    allowed = use.isin(["default", "second_pass"] if paths else ["default"])
    return (allowed & (_text(tags, "area") != "yes")).to_numpy()


def way_attributes(tags: pd.DataFrame) -> pd.DataFrame:
    """
    What the planner needs to know of each street, from its tags.

    Parameters
    ----------
    tags
        One row per way with OpenStreetMap tags as columns; absent columns read as untagged.

    Returns
    -------
    ways
        Columns ``WAY_COLUMNS``, index 0…n-1. ``cost_factor`` multiplies the trench cost: the
        user's own factor, times those of a bridge, tunnel or private road.
    """
    factors = wide("crossings")["cost_factor"]
    bridge = ~_text(tags, "bridge").isin(["", "no"])
    passage = _text(tags, "tunnel") == "building_passage"
    tunnel = ~_text(tags, "tunnel").isin(NOT_A_TUNNEL)
    private = _text(tags, "access").isin(PRIVATE_ACCESS)
    given = _given_factor(tags)
    factor = (
        given
        * np.where(bridge, factors["bridge"], 1.0)
        * np.where(tunnel, factors["tunnel"], 1.0)
        * np.where(passage, factors["building_passage"], 1.0)
        * np.where(private, factors["private_road"], 1.0)
    )
    ways = pd.DataFrame(
        {
            "way_id": tags["way_id"] if "way_id" in tags else np.arange(len(tags)),
            "highway": _text(tags, "highway"),
            "name": _text(tags, "name"),
            "surface_class": surface_class(tags),
            "private": private,
            "bridge": bridge,
            "tunnel": tunnel | passage,
            "cost_factor": factor,
            "connectable": ~(bridge | tunnel | passage),
        }
    )
    return ways.reset_index(drop=True)


def _given_factor(tags: pd.DataFrame) -> pd.Series:
    """The user's own cost factor of each way, 1 where there is none."""
    if "cost_factor" not in tags:
        return pd.Series(1.0, index=tags.index)
    given = tags["cost_factor"].astype(float).fillna(1.0)
    if not ((given > 0.0) & np.isfinite(given)).all():
        raise StreetError(f"cost_factor must be above 0; the smallest is {given.min():g}")
    return given


def surface_class(tags: pd.DataFrame) -> pd.Series:
    """Paved (``hard``) or unpaved (``soft``) ground of each way, by surface tag, else by class."""
    by_surface = load_table("surfaces").set_index("surface")["surface_class"]
    by_class = load_table("road_classes").set_index("highway")["surface_class"]
    tagged = _text(tags, "surface").map(by_surface)
    return tagged.fillna(_text(tags, "highway").map(by_class)).fillna("hard")
