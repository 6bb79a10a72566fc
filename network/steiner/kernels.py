"""
Searches every step shares: shortest distances, greedy trees, spanning trees.

Shortest distances by Dijkstra 1959 from several sources at once; the tree that grows towards its
nearest terminal by Takahashi and Matsuyama 1980 on one heap as by Poggi de Aragão and Werneck 2002
(https://doi.org/10.1007/3-540-45643-0_1); spanning trees by Kruskal 1956, leaves cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints


@compiled
def nearest(
    start: Ints, neighbour: Ints, arc: Ints, cost: Floats, sources: Ints
) -> tuple[Floats, Ints, Ints]:
    """Distance of every node from its nearest source, the place it was reached by, the source."""
    nodes = len(start) - 1
    distance, before, base = np.full(nodes, np.inf), np.full(nodes, -1), np.full(nodes, -1)
    keys, items = (
        np.empty(len(arc) + len(sources) + 1),
        np.empty(len(arc) + len(sources) + 1, np.int64),
    )
    size = 0
    for source in sources:
        distance[source], base[source] = 0.0, source
        size = heap_push(keys, items, size, 0.0, source)
    while size > 0:
        size = heap_pop(keys, items, size)
        node = items[size]
        if keys[size] > distance[node]:
            continue
        for place in range(start[node], start[node + 1]):
            other = neighbour[place]
            reached = distance[node] + cost[arc[place]]
            if reached < distance[other]:
                distance[other], base[other], before[other] = reached, base[node], place
                size = heap_push(keys, items, size, reached, other)
    return distance, before, base


@compiled
def greedy_tree(
    start: Ints, neighbour: Ints, arc: Ints, cost: Floats, terminal: Flags, root: int
) -> Flags:
    """Nodes of the tree that grows from the root to the nearest terminal until all are in."""
    nodes = len(start) - 1
    distance, before = np.full(nodes, np.inf), np.full(nodes, -1)
    inside = np.zeros(nodes, np.bool_)
    keys, items = np.empty(len(arc) + 16), np.empty(len(arc) + 16, np.int64)
    missing = np.count_nonzero(terminal) - (1 if terminal[root] else 0)
    distance[root], inside[root] = 0.0, True
    size = heap_push(keys, items, 0, 0.0, root)
    while size > 0 and missing > 0:
        size = heap_pop(keys, items, size)
        node = items[size]
        if keys[size] > distance[node]:
            continue
        if size + nodes + start[node + 1] - start[node] > len(keys):
            keys, items = np.append(keys, np.empty_like(keys)), np.append(items, items)
        if terminal[node] and not inside[node]:
            missing -= 1
            step = node
            while not inside[step]:
                inside[step], distance[step] = True, 0.0
                size = heap_push(keys, items, size, 0.0, step)
                step = before[step]
            continue
        for place in range(start[node], start[node + 1]):
            other = neighbour[place]
            reached = distance[node] + cost[arc[place]]
            if reached < distance[other]:
                distance[other], before[other] = reached, node
                size = heap_push(keys, items, size, reached, other)
    return inside


@compiled
def spanning_tree(
    tail: Ints, head: Ints, order: Ints, allowed: Flags, terminal: Flags
) -> tuple[bool, Flags]:
    """Whether the allowed nodes join all terminals, and the shortest tree on them, leaves cut."""
    nodes = len(allowed)
    group, chosen = np.arange(nodes), np.zeros(len(tail), np.bool_)
    degree, met = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    for edge in order:
        first, second = tail[edge], head[edge]
        if not (allowed[first] and allowed[second]):
            continue
        while group[first] != first:
            group[first] = group[group[first]]
            first = group[first]
        while group[second] != second:
            group[second] = group[group[second]]
            second = group[second]
        if first != second:
            group[first] = second
            chosen[edge] = True
            for node in (tail[edge], head[edge]):
                degree[node] += 1
                met[node] ^= edge
    common = -1
    for node in range(nodes):
        if terminal[node]:
            place = node
            while group[place] != place:
                place = group[place]
            if common >= 0 and place != common:
                return False, chosen
            common = place
    for node in range(nodes):
        leaf = node
        while degree[leaf] == 1 and not terminal[leaf]:
            edge = met[leaf]
            other = tail[edge] + head[edge] - leaf
            chosen[edge] = False
            degree[leaf] = 0
            degree[other] -= 1
            met[other] ^= edge
            leaf = other
    return True, chosen
