"""
Balls on the street graph: how far along the streets each load alone is worth a pipe.

Every load reaches as far as its radius, its service pipe first. Loads whose balls meet, one after
another, are a cluster. All balls grow in one search, by Dijkstra's algorithm from all loads at
once, each with a head start by its radius; no pair of loads is ever looked at. A node keeps the
most that any ball has left there, and a segment is filled where what is left at both its ends
covers its length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from .clusters import Clusters, numbered

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import StreetGraph

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

TOUCH_M = 1e-6
"""Balls this near each other touch: less than any length drawn, more than adding floats loses."""


def ball_clusters(
    graph: StreetGraph, node: Ints, *, radius_m: Floats, farthest_m: float, inside: Flags | None
) -> Clusters:
    """
    Clusters of loads whose balls meet on the street graph.

    Parameters
    ----------
    graph
        Streets with the loads hung on.
    node
        Graph node of each load, -1 unconnected.
    radius_m
        Radius of each load [m].
    farthest_m
        Largest radius of the whole study [m], also where only a part is looked at.
    inside
        Nodes of the part to look at; `None` for all.

    Returns
    -------
    clusters
        Each connected load of the part is in one, if need be alone; a node belongs to the cluster
        whose balls reach it.

    Notes
    -----
    Two balls meet if and only if the route between their loads is no longer than both radii
    together, since the graph is a metric space in which every point of a route counts.

    Examples
    --------
    Loads at 0, 30 and 90 m of a street; the first two reach 20 m, the last 35 m.

    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from heatreach.network import street_graph
    >>> line = GeoDataFrame(geometry=[LineString([(0, 0), (30, 0), (90, 0)])], crs=32635)
    >>> graph, node = street_graph(line), np.array([0, 1, 2])
    >>> radius = np.array([20.0, 20.0, 35.0])
    >>> ball_clusters(graph, node, radius_m=radius, farthest_m=35.0, inside=None).consumer.tolist()
    [0, 0, 1]
    """
    edge, place, nodes = _part(graph, inside)
    tail, head, length = place[graph.tail[edge]], place[graph.head[edge]], graph.length_m[edge]
    load = np.flatnonzero((node >= 0) & (np.append(place, -1)[node] >= 0))
    at = place[node[load]]
    matrix = street_matrix(tail, head, length, nodes=nodes)
    left = np.maximum(left_m(matrix, at, radius_m[load], farthest_m=farthest_m), 0.0)
    filled = left[tail] + left[head] >= length - TOUCH_M
    links = coo_array((np.ones(filled.sum()), (tail[filled], head[filled])), shape=(nodes, nodes))
    label = connected_components(links, directed=False)[1].astype(np.int64)
    consumer = np.full(len(node), -1)
    consumer[load] = label[at]
    return numbered(consumer, np.append(label, -1)[place])


def _part(graph: StreetGraph, inside: Flags | None) -> tuple[Ints, Ints, int]:
    """Segments of a part, the place of each node in it (-1 outside) and its number of nodes."""
    if inside is None:
        return np.arange(graph.edges), np.arange(graph.nodes), graph.nodes
    place = np.where(inside, np.cumsum(inside) - 1, -1)
    edge = np.flatnonzero(inside[graph.tail] & inside[graph.head])
    return edge, place, int(inside.sum())


def left_m(matrix: csr_array, node: Ints, radius_m: Floats, *, farthest_m: float) -> Floats:
    """
    Most of a radius that any ball has left at each node [m].

    Parameters
    ----------
    matrix
        Lengths between nodes, as `street_matrix`.
    node, radius_m
        Node and radius of each load.
    farthest_m
        Length at which the search starts for a load without radius; no radius is larger.

    Returns
    -------
    left
        One value per node, -inf where no ball reaches.

    Notes
    -----
    The search starts at a node of its own, as far from each load as its radius falls short of the
    largest. That largest one must be the same for parts and whole: sums are then the same to the
    last digit.
    """
    if not len(node):
        return np.full(matrix.shape[0], -np.inf)
    found = dijkstra(
        with_start(matrix, node, farthest_m - radius_m),
        directed=True,
        indices=matrix.shape[0],
        limit=farthest_m + TOUCH_M,
    )
    left: Floats = farthest_m - found[:-1]
    return left


def with_start(matrix: csr_array, node: Ints, away_m: Floats) -> csr_array:
    """
    Matrix with one node more, from which arcs lead to some of the others.

    Parameters
    ----------
    matrix
        Lengths between nodes, shape (nodes, nodes).
    node, away_m
        Node that each arc leads to, repeats allowed, and its length [m].

    Returns
    -------
    matrix
        Shape (nodes + 1, nodes + 1); of arcs to one node the shortest.
    """
    nearest = np.full(matrix.shape[0], np.inf)
    np.minimum.at(nearest, node, away_m)
    first = np.flatnonzero(np.isfinite(nearest))
    data = np.concatenate([matrix.data, nearest[first]])
    column = np.concatenate([matrix.indices, first])
    start = np.append(matrix.indptr, len(data))
    size = matrix.shape[0] + 1
    return csr_array((data, column, start), shape=(size, size))


def street_matrix(tail: Ints, head: Ints, length_m: Floats, *, nodes: int) -> csr_array:
    """
    Lengths between nodes in both directions, the shortest of parallel segments.

    Parameters
    ----------
    tail, head
        Ends of each segment.
    length_m
        Its length [m].
    nodes
        Number of nodes.

    Returns
    -------
    matrix
        Shape (nodes, nodes); lengths of 0 are kept.

    Examples
    --------
    >>> ends = np.array([0, 0, 1]), np.array([1, 1, 2])
    >>> street_matrix(*ends, np.array([5.0, 4.0, 0.0]), nodes=3).data.tolist()
    [4.0, 4.0, 0.0, 0.0]
    """
    pair = np.concatenate([tail * nodes + head, head * nodes + tail])
    length = np.concatenate([length_m, length_m])
    order = np.argsort(pair, kind="stable")
    pair, length = pair[order], length[order]
    first = np.ones(len(pair), dtype=bool)
    first[1:] = pair[1:] != pair[:-1]
    if not first.all():
        length = np.minimum.reduceat(length, np.flatnonzero(first))
        pair = pair[first]
    row, column = np.divmod(pair, nodes)
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=nodes))])
    return csr_array((length, column, start), shape=(nodes, nodes))
