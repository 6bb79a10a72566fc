"""
Designed trenches: a short tree along the streets for each cluster of loads.

A tree uses only the streets that the loads of its cluster reach, so that clusters do not touch each
other's trenches and a tile knows all it needs. All clusters are first given the tree of Mehlhorn
1988 (https://doi.org/10.1016/0020-0190(88)90066-X) in one search: shortest paths between
neighbouring regions of terminals, spanned anew on the nodes they pass, without loose ends. Where
streets form rings, the search of `heatreach.network.steiner` then looks for a shorter one, which in
towns mostly ends with a proof that there is none. It is left out for very large clusters, whose
trench is about 0.6 % longer for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from heatreach.network.steiner.problem import make_problem
from heatreach.network.steiner.solve import Effort, solved
from heatreach.network.steiner.tree import checked_tree
from heatreach.network.streets import SERVICE_PIPE
from heatreach.siting.consumers.building_use import siting_rule

from .balls import street_matrix

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import StreetGraph

    from .clusters import Clusters
    from .leaves import Leaves

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]


PAIR = 2
"""Contacts between which the shortest path is the shortest tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """
    Trees along the streets, service pipes apart.

    Attributes
    ----------
    edge
        Graph segments, in order of tree and position.
    tree
        Number of the tree that each is part of.
    """

    edge: Ints
    tree: Ints


def designed_trees(graph: StreetGraph, clusters: Clusters, leaves: Leaves) -> Trees:
    """
    Short tree that joins the loads of each cluster along its streets.

    Parameters
    ----------
    graph
        Streets with the loads hung on.
    clusters
        Clusters; a tree passes only nodes of its own cluster.
    leaves
        Where the loads hang.

    Returns
    -------
    trees
        One per cluster with two contacts or more, numbered like the clusters.

    Notes
    -----
    Nodes are taken in the order of their coordinates, so that of equally short trees the same one
    is found whatever the order of the rows. The second search is left out above
    ``zone/search_contacts_max`` contacts.
    """
    street = np.flatnonzero(graph.of_way("highway") != SERVICE_PIPE)
    cluster = clusters.node[graph.tail[street]]
    street = street[(cluster >= 0) & (cluster == clusters.node[graph.head[street]])]
    region = _region(graph, street)
    in_own = clusters.consumer >= 0
    in_own[in_own] = clusters.node[leaves.contact[in_own]] == clusters.consumer[in_own]
    place = np.full(graph.nodes, -1)
    place[region.node] = np.arange(len(region.node))
    terminal = np.unique(place[leaves.contact[in_own]])
    terminal = terminal[terminal >= 0]
    short = short_forest(region.ends, region.length_m, terminal, len(region.node))
    edge = region.edge[_shortened(region, clusters.node[region.node], terminal, short)]
    tree = clusters.node[graph.tail[edge]]
    order = np.lexsort((edge, tree))
    return Trees(edge=edge[order], tree=tree[order])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """Some segments of a graph, their nodes and themselves in the order of coordinates."""

    node: Ints
    ends: Ints
    length_m: Floats
    edge: Ints


def _region(graph: StreetGraph, edge: Ints) -> _Region:
    """Segments in an order of their own, whatever that of the rows; the shortest of parallels."""
    node = np.unique(np.concatenate([graph.tail[edge], graph.head[edge]]))
    node = node[np.lexsort((graph.node_id[node], graph.y[node], graph.x[node]))]
    place = np.full(graph.nodes, -1)
    place[node] = np.arange(len(node))
    ends = np.sort(np.stack([place[graph.tail[edge]], place[graph.head[edge]]]), axis=0)
    length = graph.length_m[edge]
    order = np.lexsort((length, ends[1], ends[0]))
    ends, length, edge = ends[:, order], length[order], edge[order]
    first = np.ones(len(edge), dtype=bool)
    first[1:] = (ends[:, 1:] != ends[:, :-1]).any(axis=0)
    return _Region(node=node, ends=ends[:, first], length_m=length[first], edge=edge[first])


def _shortened(region: _Region, cluster: Ints, terminal: Ints, short: Ints) -> Ints:
    """Edges of the trees of all clusters, found again where streets form rings."""
    count = int(cluster.max(initial=-1)) + 1
    of_edge = cluster[region.ends[0]]
    contacts = np.bincount(cluster[terminal], minlength=count)
    rings = np.bincount(of_edge, minlength=count) >= np.bincount(cluster, minlength=count)
    again = rings & (contacts > PAIR) & (contacts <= siting_rule("zone", "search_contacts_max"))
    is_terminal = np.zeros(len(cluster), dtype=bool)
    is_terminal[terminal] = True
    order = np.argsort(of_edge, kind="stable")
    start = np.searchsorted(of_edge[order], np.arange(count + 1))
    found = [short[~again[of_edge[short]]]]
    for number in np.flatnonzero(again):
        edges = order[start[number] : start[number + 1]]
        first = short[of_edge[short] == number]
        found.append(_searched(region, edges, is_terminal, first))
    return np.concatenate(found)


def _searched(region: _Region, edges: Ints, is_terminal: Flags, first: Ints) -> Ints:
    """Shortest tree found on some edges, the first one if none is shorter."""
    node, ends = np.unique(region.ends[:, edges], return_inverse=True)
    ends, length = ends.reshape(2, -1), region.length_m[edges]
    problem = make_problem(ends[0], ends[1], weight=length, terminal=is_terminal[node])
    tree = solved(problem, below=np.inf, effort=Effort(budget=None)).edges
    tree = without_loose_ends(ends, tree, problem.terminal)
    total, _ = checked_tree(ends[0], ends[1], length, tree, problem.terminal)
    return edges[tree] if total < region.length_m[first].sum() else first


def short_forest(ends: Ints, length_m: Floats, terminal: Ints, nodes: int) -> Ints:
    """
    Short trees that join all terminals of each connected part of a graph.

    Parameters
    ----------
    ends
        Ends of each edge, shape (2, edges); no two edges have the same.
    length_m
        Their lengths [m].
    terminal
        Nodes to be joined.
    nodes
        Number of nodes.

    Returns
    -------
    edge
        Positions of the edges of the trees.

    Examples
    --------
    A star with its middle at node 0 is shorter than two sides of the triangle around it.

    >>> ends = np.array([[0, 0, 0, 1, 2], [1, 2, 3, 2, 3]])
    >>> short_forest(ends, np.array([2.0, 2.0, 2.0, 3.9, 3.9]), np.array([1, 2, 3]), 4).tolist()
    [3, 4]
    >>> short_forest(ends, np.array([1.9, 1.9, 1.9, 3.9, 3.9]), np.array([1, 2, 3]), 4).tolist()
    [0, 1, 2]
    """
    if len(terminal) < PAIR:
        return np.empty(0, dtype=np.int64)
    matrix = street_matrix(ends[0], ends[1], length_m, nodes=nodes)
    away, before, home = dijkstra(
        matrix, directed=True, indices=terminal, min_only=True, return_predecessors=True
    )
    tail, head = ends
    bridge = np.flatnonzero((home[tail] != home[head]) & (home[tail] >= 0))
    between = away[tail[bridge]] + length_m[bridge] + away[head[bridge]]
    bridge = bridge[spanning(np.stack([home[tail], home[head]])[:, bridge], between, nodes)]
    inside = np.zeros(nodes, dtype=bool)
    inside[terminal] = True
    step = np.unique(ends[:, bridge])
    while len(step):
        step = step[~inside[step]]
        inside[step] = True
        step = np.unique(before[step])
    within = np.flatnonzero(inside[tail] & inside[head])
    chosen = within[spanning(ends[:, within], length_m[within], nodes)]
    keep = np.zeros(nodes, dtype=bool)
    keep[terminal] = True
    return without_loose_ends(ends, chosen, keep)


def spanning(ends: Ints, weight: Floats, nodes: int) -> Ints:
    """
    Edges of the lightest spanning forest; of equal edges those that stand first.

    Parameters
    ----------
    ends
        Ends of each edge, shape (2, edges).
    weight
        Weight of each edge.
    nodes
        Number of nodes.

    Returns
    -------
    edge
        Positions of the edges, rising.

    Examples
    --------
    >>> spanning(np.array([[0, 0, 1], [1, 2, 2]]), np.array([1.0, 1.0, 1.0]), 3).tolist()
    [0, 1]
    """
    ends = np.sort(ends, axis=0)
    pair = ends[0] * nodes + ends[1]
    order = np.argsort(weight, kind="stable")
    _, first = np.unique(pair[order], return_index=True)
    rank = np.sort(first)
    edge = order[rank]
    row, column = ends[:, edge]
    by_row = np.argsort(row, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=nodes))])
    matrix = csr_array((by_row + 1.0, column[by_row], start), shape=(nodes, nodes))
    chosen = minimum_spanning_tree(matrix).data.astype(np.int64) - 1
    return np.sort(edge[chosen])


def without_loose_ends(ends: Ints, edge: Ints, keep: Flags) -> Ints:
    """
    Edges of a forest without the branches that lead to nothing.

    Parameters
    ----------
    ends
        Ends of all edges, shape (2, edges).
    edge
        Positions of the edges of the forest.
    keep
        Nodes that must stay, shape (nodes,).

    Returns
    -------
    edge
        Positions of those that lead to a node that must stay on both sides.
    """
    while True:
        degree = np.bincount(ends[:, edge].reshape(-1), minlength=len(keep))
        loose = (degree == 1) & ~keep
        useless = loose[ends[0, edge]] | loose[ends[1, edge]]
        if not useless.any():
            return edge
        edge = edge[~useless]
