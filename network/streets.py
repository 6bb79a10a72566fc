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

from .crs import measures_metres, metric_crs, middle_degrees
from .errors import StreetError
from .ways import carries_pipes, levels, way_attributes

if TYPE_CHECKING:
    import numpy.typing as npt

    from .osm import OsmExtract

SHORTEST_EDGE_M = 1e-3
"""Floor on edge lengths: zero would vanish from a sparse matrix."""

VERTEX_TOLERANCE_M = 0.01
"""Vertices of user lines closer than this are one node."""

SERVICE_PIPE = "service_pipe"
"""Class of the pipes between a building and its street."""


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
    bore
        What each segment crosses without a bridge, underpass or level crossing, so that a pipe in
        it needs a bore: ``rail``, ``water``, ``motorway`` joined by ``+``, blank if nothing; shape
        (m,).
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
    bore: npt.NDArray[np.object_]
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

    def crossed(self) -> npt.NDArray[np.object_]:
        """What a pipe along each segment must be bored under, or passes through, as ``bore``."""
        words = self.of_way("crosses").astype(object)
        both = (words != "") & (self.bore != "")
        joined = np.where(words == "", self.bore, words).astype(object)
        joined[both] = words[both] + "+" + self.bore[both]
        return joined

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
    keep = carries_pipes(extract.ways, paths=paths)[extract.way]
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
    keep = carries_pipes(tags, paths=paths)
    parts, row = shapely.get_parts(streets.geometry.to_numpy()[keep], return_index=True)
    row = np.flatnonzero(keep)[row]
    if (shapely.get_dimensions(parts) != 1).any():
        raise StreetError("the street layer holds points or areas; only lines can carry a pipe")
    xy, part = shapely.get_coordinates(parts, return_index=True)
    if len(xy) == 0:
        raise StreetError("the street layer holds no line that may carry a pipe")
    ends = np.ones(len(xy), dtype=bool)
    ends[1:-1] = (part[1:-1] != part[:-2]) | (part[1:-1] != part[2:])
    place, node = joined(xy, levels(tags)[row[part]], ends)
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


def joined(
    xy: npt.NDArray[np.float64], level: npt.NDArray[np.int64], ends: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """
    Nodes of lines: vertices within the tolerance of each other are one.

    Parameters
    ----------
    xy
        Vertices of all lines [m], shape (vertices, 2).
    level
        Level above ground of each vertex.
    ends
        Whether each vertex is the end of its line.

    Returns
    -------
    place
        Position of each node, shape (nodes, 2).
    node
        Node of each vertex.

    Notes
    -----
    Lines of different levels meet only where the one farther from the ground ends: a bridge does
    not touch what it passes over, even where both are drawn with a vertex.
    """
    spots = np.column_stack([xy, level])
    distinct, which = np.unique(spots, axis=0, return_inverse=True)
    which = which.reshape(-1)
    is_end = np.bincount(which, weights=ends, minlength=len(distinct)) > 0.0
    near = cKDTree(distinct[:, :2]).query_pairs(VERTEX_TOLERANCE_M, output_type="ndarray")
    here, there = near.T
    height = np.abs(distinct[:, 2])
    meets = distinct[here, 2] == distinct[there, 2]
    meets |= (is_end[here] | (height[here] < height[there])) & (
        is_end[there] | (height[there] < height[here])
    )
    links = coo_array((np.ones(meets.sum()), near[meets].T), shape=(len(distinct),) * 2)
    _, label = connected_components(links, directed=False)
    _, first, group = np.unique(label, return_index=True, return_inverse=True)
    return distinct[first, :2], group.reshape(-1)[which]


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
    bore: npt.NDArray[np.object_] | None = None,
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
        bore=np.full(len(start), "", dtype=object) if bore is None else bore[keep],
        ways=ways,
    )
