"""
Shortest routes along the street graph.

`RoutingIndex` is the graph as a compressed sparse matrix (parallel edges reduced to the lightest,
since a sparse matrix would add them up). `shortest_paths` runs scipy's Dijkstra from one source up
to a limit; `trace` walks the predecessors of many targets at once, so that length by surface,
crossings and geometry of thousands of routes come out of arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from .errors import StreetError
from .streets import SERVICE_PIPE

if TYPE_CHECKING:
    import numpy.typing as npt

    from .streets import StreetGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingIndex:
    """
    A street graph ready for shortest paths.

    Attributes
    ----------
    matrix
        Weights between nodes, both directions.
    pair, edge
        For each entry of the matrix, in order: ``row · nodes + column`` and the edge it stands for.
    """

    matrix: csr_array
    pair: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]

    def edge_between(
        self, node: npt.NDArray[np.int64], other: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Lightest edge between adjacent nodes."""
        found = np.searchsorted(self.pair, node.astype(np.int64) * self.matrix.shape[0] + other)
        edges: npt.NDArray[np.int64] = self.edge[found]
        return edges


def without_ways_out(index: RoutingIndex, node: npt.NDArray[np.bool_]) -> RoutingIndex:
    """
    Routing index in which no route leaves some nodes.

    Parameters
    ----------
    index
        The graph.
    node
        Nodes that routes may enter but not leave, shape (nodes,); buildings that none may pass.

    Returns
    -------
    index
        The graph without those directions.
    """
    nodes = index.matrix.shape[0]
    row, column = np.divmod(index.pair, nodes)
    open_ = ~node[row]
    start = np.concatenate([[0], np.cumsum(np.bincount(row[open_], minlength=nodes))])
    matrix = csr_array((index.matrix.data[open_], column[open_], start), shape=index.matrix.shape)
    return RoutingIndex(matrix=matrix, pair=index.pair[open_], edge=index.edge[open_])


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortestPaths:
    """Distances and predecessors from one source, one value per node (inf and -9999 if beyond)."""

    source: int
    distance: npt.NDArray[np.float64]
    predecessor: npt.NDArray[np.int64]


def routing_index(
    streets: StreetGraph, weight: npt.NDArray[np.float64] | None = None
) -> RoutingIndex:
    """
    Sparse matrix of a street graph.

    Parameters
    ----------
    streets
        The street graph.
    weight
        Positive weight per edge; by default the length [m].

    Returns
    -------
    index
        Matrix and the edge behind each entry.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from .streets import street_graph
    >>> lines = [LineString([(0, 0), (3, 4)]), LineString([(0, 0), (0, 4), (3, 4)])]
    >>> index = routing_index(street_graph(GeoDataFrame(geometry=lines, crs=32635)))
    >>> sorted(set(index.matrix.data.tolist()))
    [3.0, 4.0, 5.0]
    """
    if weight is None:
        weight = streets.length_m
    edge = np.arange(streets.edges)
    row = np.concatenate([streets.tail, streets.head])
    column = np.concatenate([streets.head, streets.tail])
    pair = row * streets.nodes + column
    order = np.lexsort((np.concatenate([edge, edge]), np.concatenate([weight, weight]), pair))
    first = np.ones(len(order), dtype=bool)
    first[1:] = pair[order][1:] != pair[order][:-1]
    chosen = order[first]
    start = np.concatenate([[0], np.cumsum(np.bincount(row[chosen], minlength=streets.nodes))])
    lightest = np.concatenate([edge, edge])[chosen]
    matrix = csr_array(
        (weight[lightest], column[chosen], start), shape=(streets.nodes, streets.nodes)
    )
    return RoutingIndex(matrix=matrix, pair=pair[chosen], edge=lightest)


def shortest_paths(index: RoutingIndex, source: int, *, limit: float = np.inf) -> ShortestPaths:
    """
    Shortest paths from one node to all nodes within a limit.

    Parameters
    ----------
    index
        The graph.
    source
        Node to start from.
    limit
        Largest total weight searched.

    Returns
    -------
    paths
        Distances and predecessors.

    Notes
    -----
    Dijkstra's algorithm as in `scipy.sparse.csgraph.dijkstra`, one source at a time: the result of
    many sources at once would be a dense matrix of sources times nodes.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from .streets import street_graph
    >>> line = GeoDataFrame(geometry=[LineString([(0, 0), (3, 4), (9, 12)])], crs=32635)
    >>> shortest_paths(routing_index(street_graph(line)), 0).distance.tolist()
    [0.0, 5.0, 15.0]
    """
    distance, predecessor = dijkstra(
        index.matrix, directed=True, indices=source, limit=limit, return_predecessors=True
    )
    return ShortestPaths(source=source, distance=distance, predecessor=predecessor.astype(np.int64))


def components(index: RoutingIndex) -> npt.NDArray[np.int64]:
    """Number of the connected part that each node belongs to, shape (n,)."""
    _, label = connected_components(index.matrix, directed=False)
    parts: npt.NDArray[np.int64] = label.astype(np.int64)
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """
    Routes as one long list of steps, ordered by route and from source to target.

    Attributes
    ----------
    route
        Route of each step, a position in the targets traced.
    edge
        Edge travelled.
    node
        Node reached.
    """

    route: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]
    node: npt.NDArray[np.int64]


def trace(index: RoutingIndex, paths: ShortestPaths, targets: npt.NDArray[np.int64]) -> Trace:
    """
    Edges and nodes of the shortest routes to many targets.

    Parameters
    ----------
    index, paths
        The graph and the shortest paths on it.
    targets
        Nodes within reach of the source.

    Returns
    -------
    steps
        All steps of all routes.

    Raises
    ------
    StreetError
        If a target was not reached.
    """
    if not np.isfinite(paths.distance[targets]).all():
        raise StreetError("routes can only be traced to nodes that the search has reached")
    route, here = np.arange(len(targets)), np.asarray(targets, dtype=np.int64)
    steps = [(route[:0], route[:0], route[:0])]
    while len(here):
        under_way = here != paths.source
        route, here = route[under_way], here[under_way]
        before = paths.predecessor[here]
        steps.append((route, index.edge_between(before, here), here))
        here = before
    back = np.repeat(np.arange(len(steps)), [len(step[0]) for step in steps])
    route, edge, node = (np.concatenate(column) for column in zip(*steps, strict=True))
    order = np.lexsort((-back, route))
    return Trace(route=route[order], edge=edge[order], node=node[order])


def route_table(streets: StreetGraph, steps: Trace, count: int) -> pd.DataFrame:
    """
    What each route is made of.

    Parameters
    ----------
    streets
        The graph that was traced.
    steps
        The routes.
    count
        Number of routes.

    Returns
    -------
    table
        Per route: ``route_m``, ``service_m``, ``hard_m``, ``soft_m``, ``private_m`` [m],
        ``hard_weighted_m`` and ``soft_weighted_m`` (times cost factor), and the numbers of
        ``bridges``, ``tunnels`` and ``level_crossings``. Consecutive edges of one bridge or tunnel,
        and neighbouring tracks of one level crossing, count once.
    """
    length = streets.length_m[steps.edge]
    hard = streets.of_way("surface_class")[steps.edge] == "hard"
    weighted = length * streets.of_way("cost_factor")[steps.edge].astype(float)

    def total(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        sums = np.bincount(steps.route, weights=values.astype(float), minlength=count)
        return np.asarray(sums, dtype=float)

    def runs(flag: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        starts = flag.copy()
        starts[1:] &= ~(flag[:-1] & (steps.route[1:] == steps.route[:-1]))
        return np.bincount(steps.route[starts], minlength=count)

    return pd.DataFrame(
        {
            "route_m": total(length),
            "service_m": total(length * (streets.of_way("highway")[steps.edge] == SERVICE_PIPE)),
            "hard_m": total(length * hard),
            "soft_m": total(length * ~hard),
            "private_m": total(length * streets.of_way("private")[steps.edge].astype(bool)),
            "hard_weighted_m": total(weighted * hard),
            "soft_weighted_m": total(weighted * ~hard),
            "bridges": runs(streets.of_way("bridge")[steps.edge].astype(bool)),
            "tunnels": runs(streets.of_way("tunnel")[steps.edge].astype(bool)),
            "level_crossings": runs(streets.level_crossing[steps.node]),
        }
    )


def route_lines(
    streets: StreetGraph, steps: Trace, source: int, count: int
) -> npt.NDArray[np.object_]:
    """
    Routes as shapely lines, from source to target.

    Parameters
    ----------
    streets
        The graph that was traced.
    steps
        The routes; each must have at least one step.
    source
        Node all routes start from.
    count
        Number of routes.

    Returns
    -------
    lines
        One line per route.
    """
    route = np.concatenate([np.arange(count), steps.route])
    node = np.concatenate([np.full(count, source), steps.node])
    order = np.argsort(route, kind="stable")
    xy = np.column_stack([streets.x[node[order]], streets.y[node[order]]])
    return np.asarray(shapely.linestrings(xy, indices=route[order]), dtype=object)
