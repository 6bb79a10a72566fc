"""
Strong pruning: the parts of a tree that pay for their own trench.

Heat over the threshold is the trench that a load is worth. The part of a tree with the largest net
worth, sum of what its loads are worth less its length, is a zone; what is left of the tree may hold
further zones. So every branch of a zone carries its own trench, and the density of each zone is no
less than the threshold. One pass from the leaves to the root finds the best part, whichever node is
the root (strong pruning after Johnson, Minkoff and Phillips 2000, "The prize collecting Steiner
tree problem: theory and practice", SODA 2000).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import adjacency, compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

WORTH_M = 1e-6
"""A branch worth no more than this above its length is not kept."""


def worthy_parts(ends: Ints, length_m: Floats, worth_m: Floats, first: Ints) -> tuple[Ints, Ints]:
    """
    Parts of a forest that are worth more trench than they have, the best of each tree first.

    Parameters
    ----------
    ends
        Ends of each edge of the forest, shape (2, edges).
    length_m
        Lengths of the edges [m].
    worth_m
        Trench that the loads at each node are worth, service pipes paid [m]; at least 0.
    first
        Smallest number of a load at each node, by which equals are told apart; any large number
        where there is none.

    Returns
    -------
    node_part, edge_part
        Number of the part that each node and each edge belongs to, -1 for none.

    Notes
    -----
    With best(v) = worth(v) + sum over children c of max(0, best(c) - length(v, c)), the largest
    best(v) is the worth of the best part, v its node next to the root. The search is repeated on
    what is left until nothing of worth is.

    Examples
    --------
    A load worth 30 m lies 20 m from one worth 5 m, which lies 40 m from one worth 10 m: the first
    two are worth more together than the first alone only if the second carries the 20 m.

    >>> ends = np.array([[0, 1], [1, 2]])
    >>> length, first = np.array([20.0, 40.0]), np.arange(3)
    >>> worthy_parts(ends, length, np.array([30.0, 5.0, 10.0]), first)[0].tolist()
    [0, 2, 1]
    >>> worthy_parts(ends, length, np.array([30.0, 25.0, 10.0]), first)[0].tolist()
    [0, 0, 1]
    """
    nodes = len(worth_m)
    start, neighbour, edge = adjacency(nodes, *ends)
    return parts_kernel(
        start,
        neighbour,
        edge,
        np.ascontiguousarray(length_m, dtype=np.float64),
        np.ascontiguousarray(worth_m, dtype=np.float64),
        np.ascontiguousarray(first, dtype=np.int64),
    )


@compiled
def parts_kernel(
    start: Ints, neighbour: Ints, edge: Ints, length: Floats, worth: Floats, first: Ints
) -> tuple[Ints, Ints]:
    """Part of each node and edge, found tree by tree, best part by best part."""
    nodes = len(worth)
    node_part, edge_part = np.full(nodes, -1), np.full(len(length), -1)
    done, order = np.zeros(nodes, np.bool_), np.empty(nodes, np.int64)
    above, by = np.empty(nodes, np.int64), np.full(nodes, -1)
    best, under, lowest = np.empty(nodes), np.empty(nodes), np.empty(nodes, np.int64)
    parts = 0
    for root in range(nodes):
        while not done[root]:
            size = fill_order(start, neighbour, edge, done, root, order, above, by)
            tree = order[:size]
            most = fill_best(tree, above, by, length, worth, first, best, under, lowest)
            if most <= WORTH_M:
                done[tree] = True
                break
            top = best_top(tree, best, under, lowest, most)
            node_part[top] = parts
            for node in tree:
                parent = above[node]
                if node == top or parent < 0 or node_part[parent] != parts:
                    continue
                if best[node] - length[by[node]] > WORTH_M:
                    node_part[node] = edge_part[by[node]] = parts
            done[tree] = node_part[tree] == parts
            parts += 1
    return node_part, edge_part


@compiled
def fill_order(
    start: Ints,
    neighbour: Ints,
    edge: Ints,
    done: Flags,
    root: int,
    order: Ints,
    above: Ints,
    by: Ints,
) -> int:
    """Number of nodes of the tree around a root; fills in their order from it and their parents."""
    order[0], above[root], size, read = root, -1, 1, 0
    while read < size:
        node = order[read]
        read += 1
        for place in range(start[node], start[node + 1]):
            other = neighbour[place]
            if other != above[node] and not done[other]:
                above[other], by[other], order[size] = node, edge[place], other
                size += 1
    return size


@compiled
def fill_best(
    tree: Ints,
    above: Ints,
    by: Ints,
    length: Floats,
    worth: Floats,
    first: Ints,
    best: Floats,
    under: Floats,
    lowest: Ints,
) -> float:
    """
    Largest net worth of any part of a tree.

    Fills in, for each node, that of the best part of which it is nearest to the root, the largest
    one among its kept descendants, and the first load in its part.
    """
    most = 0.0
    for node in tree:
        best[node], lowest[node], under[node] = worth[node], first[node], -np.inf
    for node in tree[::-1]:
        most = max(most, best[node])
        parent = above[node]
        if parent >= 0 and best[node] - length[by[node]] > WORTH_M:
            best[parent] += best[node] - length[by[node]]
            lowest[parent] = min(lowest[parent], lowest[node])
            under[parent] = max(under[parent], max(best[node], under[node]))
    return most


@compiled
def best_top(tree: Ints, best: Floats, under: Floats, lowest: Ints, most: float) -> int:
    """Node nearest to the root of the best part; of equal parts that with the first load."""
    top = -1
    for node in tree:
        if best[node] < most - WORTH_M or under[node] >= most - WORTH_M:
            continue
        if top < 0 or lowest[node] < lowest[top]:
            top = node
    return top
