"""
Compiled loops of `marginal`: all joinings, and all leavings, of a tree one consumer at a time.

Arrays are those of the model and of `heatreach.network.optimise.model.evaluate`; ``own`` is peak,
coincident, largest and count of each consumer, ``sums`` the columns named here behind each node,
``ends`` tail plus head of each edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push
from heatreach.network.optimise.model import ROUNDING_SHARE

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

PEAK, COINCIDENT, LARGEST, COUNT, SECOND, BEHIND = range(6)
"""Columns of the sums behind each node; `SECOND` is the second largest single peak."""


@compiled
def _design(peak: float, coincident: float, largest: float, count: int, diversity: Floats) -> float:
    """Design load of sums."""
    share = diversity[min(count, len(diversity) - 1)]
    return float(max(max(peak * share, largest), coincident))


@compiled
def joinings(
    which: Ints,
    own: Floats,
    sums: Floats,
    size: Ints,
    source: Ints,
    order: Ints,
    parent_edge: Ints,
    ends: Ints,
    start: Ints,
    neighbour: Ints,
    edge: Ints,
    cost: Floats,
    tally: Floats,
    limit: Floats,
    diversity: Floats,
    through: Flags,
    terminal: Ints,
    edge_source: Ints,
    capacity: Floats,
    source_cost: Floats,
    trail: Ints,
) -> Floats:
    """One row per consumer as in `Joining`; the last one's path stands in `trail`, tree first."""
    nodes = len(parent_edge)
    root, several = order[0], edge_source.max() >= 0
    result = np.full((len(which), 8), np.inf)
    above, above_tally = np.full(nodes, np.inf), np.zeros(nodes)
    dist, by, seen = np.full(nodes, np.inf), np.full(nodes, -1), np.full(nodes, -1)
    done = np.full(nodes, -1)
    keys = np.empty(len(edge) + 1)
    items = np.empty(len(edge) + 1, dtype=np.int64)
    blocked = np.zeros(len(capacity), dtype=np.bool_)
    rise = np.zeros(len(capacity))
    inside = np.zeros(nodes, dtype=np.bool_)
    inside[order] = True
    for row in range(len(which)):
        k = which[row]
        peak, coincident, largest, count = own[k, 0], own[k, 1], own[k, 2], int(own[k, 3])
        alone = _design(peak, coincident, largest, count, diversity)
        pipe = np.searchsorted(limit, alone * (1.0 - ROUNDING_SHARE))
        least = np.inf
        for place in range(len(order)):
            node = order[place]
            before = _design(
                sums[node, 0], sums[node, 1], sums[node, 2], int(sums[node, 3]), diversity
            )
            load = _design(
                sums[node, 0] + peak,
                sums[node, 1] + coincident,
                max(sums[node, 2], largest),
                int(sums[node, 3]) + count,
                diversity,
            )
            heads = (node != root and edge_source[parent_edge[node]] >= 0) or (
                node == root and not several
            )
            if heads:
                blocked[source[node]] = load > capacity[source[node]]
                rise[source[node]] = load - before
            if node == root:
                above[node] = 0.0 if several else source_cost[k, 0]
                above_tally[node] = 0.0
            else:
                e = parent_edge[node]
                parent = ends[e] - node
                step = np.searchsorted(limit, load * (1.0 - ROUNDING_SHARE))
                if step < len(limit):
                    above[node] = above[parent] + (cost[e, step] - cost[e, size[node]])
                    above_tally[node] = above_tally[parent] + (
                        tally[e, step] - tally[e, size[node]]
                    )
                    if several and heads:
                        above[node] += source_cost[k, source[node]]
                else:
                    above[node] = np.inf
            least = min(least, above[node])
        if pipe == len(limit):
            continue
        best, best_at, free, free_at = np.inf, -1, np.inf, -1
        filled = heap_push(keys, items, 0, 0.0, terminal[k])
        dist[terminal[k]], seen[terminal[k]], by[terminal[k]] = 0.0, row, -1
        while filled > 0:
            filled = heap_pop(keys, items, filled)
            key, node = keys[filled], items[filled]
            if key + least >= best:
                break
            if done[node] == row:
                continue
            done[node] = row
            if inside[node]:
                total = key + above[node]
                if total < free:
                    free, free_at = total, node
                at_root = several and node == root
                if total < best and (at_root or not blocked[source[node]]):
                    best, best_at = total, node
                continue
            for at in range(start[node], start[node + 1]):
                other, e = neighbour[at], edge[at]
                if (not through[other] and other != root) or not np.isfinite(cost[e, pipe]):
                    continue
                length = cost[e, pipe]
                if edge_source[e] >= 0:
                    if alone > capacity[edge_source[e]]:
                        continue
                    length += source_cost[k, edge_source[e]]
                if seen[other] != row or key + length < dist[other]:
                    dist[other], seen[other], by[other] = key + length, row, e
                    filled = heap_push(keys, items, filled, key + length, other)
        result[row, 0], result[row, 1] = best, free
        at_node = best_at if best_at >= 0 else free_at
        result[row, 6] = at_node
        if at_node < 0:
            continue
        result[row, 2] = dist[at_node]
        result[row, 4] = above_tally[at_node]
        result[row, 5] = alone if several and at_node == root else rise[source[at_node]]
        steps = 0
        while by[at_node] >= 0:
            e = by[at_node]
            at_node = ends[e] - at_node
            trail[steps] = e
            steps += 1
            result[row, 4] += tally[e, pipe]
            result[row, 3] = e
        result[row, 7] = steps
    return result


@compiled
def leavings(
    which: Ints,
    own: Floats,
    sums: Floats,
    size: Ints,
    parent_edge: Ints,
    ends: Ints,
    cost: Floats,
    tally: Floats,
    limit: Floats,
    diversity: Floats,
    terminal: Ints,
    root: int,
) -> Floats:
    """Change of cost and tally when each consumer leaves by itself, one row each."""
    result = np.zeros((len(which), 2))
    for row in range(len(which)):
        k = which[row]
        node = terminal[k]
        while node != root:
            e = parent_edge[node]
            result[row, 0] -= cost[e, size[node]]
            result[row, 1] -= tally[e, size[node]]
            if sums[node, 5] > 1:
                rest = sums[node, 4] if own[k, 2] >= sums[node, 2] else sums[node, 2]
                load = _design(
                    sums[node, 0] - own[k, 0],
                    sums[node, 1] - own[k, 1],
                    rest,
                    int(sums[node, 3] - own[k, 3]),
                    diversity,
                )
                step = np.searchsorted(limit, load * (1.0 - ROUNDING_SHARE))
                result[row, 0] += cost[e, step] if step < len(limit) else np.inf
                result[row, 1] += tally[e, step] if step < len(limit) else np.inf
            node = ends[e] - node
    return result
