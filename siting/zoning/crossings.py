"""
What the designed trench of a zone crosses: railways, water, motorways and trunk roads.

A crossing is where the trench meets a barrier of the map, on a bridge, in an underpass, at a level
crossing or by a bore alike. Both tracks of a railway, both carriageways of a motorway, bank and
middle line of a river are one crossing if no more trench lies between them than
``streets/bore_together_m`` of ``data/siting_rules.csv``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from heatreach.network.streets import SHORTEST_EDGE_M
from heatreach.network.tidying.barriers import MAIN_ROADS

from ..consumers.building_use import siting_rule

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from heatreach.network import StreetGraph

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

KINDS = {"rail": "rail_crossings", "water": "water_crossings", "motorway": "trunk_crossings"}
"""Column that counts each kind of barrier."""
TOUCH_M = 0.01
"""A barrier this near to the end of a segment touches its node."""
RING_M = 0.5
"""How far from a node its barriers are looked at, to tell one side from the other."""
ALONG_RAD = 0.01
"""A trench that leaves a node in the direction of a barrier, to this angle, runs along it."""
SURFACE = 2
"""Dimension of an area."""


class _Hits(NamedTuple):
    """Where trench segments meet barriers: position of the segment, and from where to where [m]."""

    segment: Ints
    low_m: Floats
    high_m: Floats


def crossings(
    graph: StreetGraph, edges: Ints, edge_zone: Ints, barriers: gpd.GeoDataFrame, *, zones: int
) -> pd.DataFrame:
    """
    Number of crossings of each kind in the trench of each zone.

    Parameters
    ----------
    graph
        The street graph.
    edges, edge_zone
        Segments of the trenches and the zone of each.
    barriers
        Lines and areas with ``kind`` (rail, water, motorway) in the graph's coordinate system.
    zones
        Number of zones.

    Returns
    -------
    crossings
        ``rail_crossings``, ``water_crossings`` and ``trunk_crossings``, one row per zone.

    Notes
    -----
    A trench along a barrier, or that ends at one, does not cross it. At a node of the trench it
    crosses where the barrier has trench on both of its sides. A trench in a trunk road does not
    cross trunk roads. What one bridge or tunnel crosses is one crossing of each kind.
    """
    counts = {name: np.zeros(zones, dtype=np.int64) for name in KINDS.values()}
    kind, shapes = barriers["kind"].to_numpy(dtype=object), barriers.geometry.to_numpy()
    together = siting_rule("streets", "bore_together_m")
    line = edge_lines(graph, edges)
    for word, column in KINDS.items():
        mine = np.ones(len(edges), dtype=bool)
        if word == "motorway":
            mine = ~np.isin(graph.of_way("highway")[edges].astype(str), MAIN_ROADS)
        walls = shapes[kind == word]
        touches = _touches(graph, edges, line, walls, mine)
        hits = _crossing_hits(graph, edges, edge_zone, touches, walls)
        if len(hits.segment):
            counts[column] = _counted(graph, edges, edge_zone, hits, zones, together)
    return pd.DataFrame(counts)


def edge_lines(graph: StreetGraph, edges: Ints) -> npt.NDArray[np.object_]:
    """
    Some segments of a street graph as lines.

    Parameters
    ----------
    graph
        The street graph.
    edges
        Positions of the segments.

    Returns
    -------
    lines
        One line per position.
    """
    ends = np.stack([graph.tail[edges], graph.head[edges]], axis=1)
    xy = np.stack([graph.x[ends], graph.y[ends]], axis=-1)
    return np.asarray(shapely.linestrings(xy), dtype=object)


class _Touches(NamedTuple):
    """Where segments meet barriers: the hits, whether inside the segment, and which barrier."""

    hits: _Hits
    inside: npt.NDArray[np.bool_]
    wall: Ints


def _touches(
    graph: StreetGraph,
    edges: Ints,
    line: npt.NDArray[np.object_],
    walls: npt.NDArray[np.object_],
    mine: npt.NDArray[np.bool_],
) -> _Touches:
    """Where segments meet barriers and do not merely run along them."""
    segment, wall = shapely.STRtree(walls).query(line, predicate="intersects")
    segment, wall = segment[mine[segment]], wall[mine[segment]]
    part, owner = shapely.get_parts(
        shapely.intersection(line[segment], walls[wall]), return_index=True
    )
    segment, wall = segment[owner], wall[owner]
    area = shapely.get_dimensions(walls[wall]) == SURFACE
    first, last = (
        shapely.line_locate_point(line[segment], shapely.get_point(_line(part), place))
        for place in (0, -1)
    )
    low, high = np.minimum(first, last), np.maximum(first, last)
    along = shapely.get_dimensions(part) == 1
    length = graph.length_m[edges[segment]]
    within = (low > TOUCH_M) & (high < length - TOUCH_M)
    inside = np.where(area, along & (high - low > TOUCH_M), ~along & within)
    kept = inside | (~area & ~along)
    return _Touches(
        _Hits(segment[kept], low[kept], high[kept]), inside[kept], wall[kept].astype(np.int64)
    )


def _crossing_hits(
    graph: StreetGraph,
    edges: Ints,
    edge_zone: Ints,
    touches: _Touches,
    walls: npt.NDArray[np.object_],
) -> _Hits:
    """Hits inside segments, and those at nodes with trench on both sides of the barrier."""
    hits, crosses = touches.hits, touches.inside.copy()
    at_end = np.flatnonzero(~crosses)
    segment = hits.segment[at_end]
    tail, head = graph.tail[edges], graph.head[edges]
    node = np.where(hits.low_m[at_end] <= TOUCH_M, tail[segment], head[segment])
    place = pd.DataFrame({"zone": edge_zone[segment], "node": node, "row": at_end})
    for _, group in place.groupby(["zone", "node"]):
        zone, spot, rows = group["zone"].iloc[0], group["node"].iloc[0], group["row"].to_numpy()
        own = np.flatnonzero((edge_zone == zone) & ((tail == spot) | (head == spot)))
        far = np.where(tail[own] == spot, head[own], tail[own])
        x, y = graph.x[spot], graph.y[spot]
        trench = np.arctan2(graph.y[far] - y, graph.x[far] - x)
        barrier = _directions(walls[np.unique(touches.wall[rows])], float(x), float(y))
        crosses[rows] = _on_both_sides(trench, barrier)
    return _Hits(hits.segment[crosses], hits.low_m[crosses], hits.high_m[crosses])


def _directions(walls: npt.NDArray[np.object_], x: float, y: float) -> Floats:
    """Directions in which barriers leave a point [rad], rising."""
    ring = shapely.Point(x, y).buffer(RING_M).exterior
    parts = shapely.get_parts(shapely.intersection(walls, ring))
    xy = shapely.get_coordinates(parts)
    return np.unique(np.arctan2(xy[:, 1] - y, xy[:, 0] - x))


def _on_both_sides(trench: Floats, barrier: Floats) -> bool:
    """Whether trench leaves a point on both sides of the barriers that pass through it."""
    if len(barrier) <= 1:
        return False
    apart = np.abs(np.angle(np.exp(1j * (trench[:, None] - barrier))))
    free = trench[apart.min(axis=1) > ALONG_RAD]
    return len(np.unique(np.searchsorted(barrier, free) % len(barrier))) > 1


def _line(part: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Points as lines of no length, so that all parts have two ends."""
    lines, points = part.copy(), shapely.get_dimensions(part) == 0
    xy = shapely.get_coordinates(part[points])
    if len(xy):
        lines[points] = shapely.linestrings(np.stack([xy, xy], axis=1))
    return lines


def _counted(
    graph: StreetGraph, edges: Ints, edge_zone: Ints, hits: _Hits, zones: int, together_m: float
) -> Ints:
    """Crossings of each zone: hits that no more trench than allowed lies between are one."""
    near, far = _pairs(graph, edges, edge_zone, hits, together_m)
    size = len(hits.segment)
    links = coo_array((np.ones(len(near)), (near, far)), shape=(size, size))
    label = connected_components(links, directed=False)[1]
    one = np.unique(label, return_index=True)[1]
    return np.bincount(edge_zone[hits.segment[one]], minlength=zones).astype(np.int64)


def _pairs(
    graph: StreetGraph, edges: Ints, edge_zone: Ints, hits: _Hits, together_m: float
) -> tuple[Ints, Ints]:
    """Pairs of hits of one zone with no more than so much trench between them."""
    # A node counts once per zone: trenches of two zones in one street stay apart.
    node = np.concatenate([graph.tail[edges], graph.head[edges]])
    owner = np.tile(edge_zone, 2)
    place = pd.factorize(owner.astype(np.int64) * graph.nodes + node)[0]
    tail, head = place.reshape(2, -1)
    length, nodes = graph.length_m[edges], int(place.max()) + 1
    # All that one bridge or tunnel crosses is one crossing, both shores of a bay for example.
    flags = [graph.of_way(name)[edges].astype(bool) for name in ("bridge", "tunnel")]
    passage = np.logical_or(*flags)
    weight = np.where(passage, SHORTEST_EDGE_M, length)
    matrix = coo_array((weight, (tail, head)), shape=(nodes, nodes)).tocsr()
    gap = np.stack([hits.low_m, length[hits.segment] - hits.high_m])
    gap[:, passage[hits.segment]] = 0.0
    ends = np.stack([tail[hits.segment], head[hits.segment]])
    found: list[tuple[Ints, Ints]] = [_same_segment(hits, together_m)]
    sources, which = np.unique(ends, return_inverse=True)
    which = which.reshape(2, -1)
    for number, source in enumerate(sources.tolist()):
        reach = dijkstra(matrix, directed=False, indices=source, limit=together_m)
        for side in (0, 1):
            mine = np.flatnonzero(which[side] == number)
            for other in (0, 1):
                apart = gap[side][mine][:, None] + reach[ends[other]] + gap[other]
                row, column = np.nonzero(apart <= together_m)
                found.append((mine[row], column))
    near, far = (np.concatenate(column) for column in zip(*found, strict=True))
    return near, far


def _same_segment(hits: _Hits, together_m: float) -> tuple[Ints, Ints]:
    """Pairs of neighbouring hits of one segment with no more than so much trench between them."""
    order = np.lexsort((hits.low_m, hits.segment))
    segment, low = hits.segment[order], hits.low_m[order]
    frame = pd.DataFrame({"segment": segment, "high": hits.high_m[order]})
    reach = frame.groupby("segment")["high"].cummax().to_numpy()
    same = (segment[1:] == segment[:-1]) & (low[1:] - reach[:-1] <= together_m)
    return order[:-1][same], order[1:][same]
