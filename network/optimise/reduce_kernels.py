"""Walks over the graph for `reduce`: dead ends peeled off, chains of edges followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..compiled import compiled
from .model import ROUNDING_SHARE

if TYPE_CHECKING:
    import numpy.typing as npt


@compiled
def peel(
    alive: npt.NDArray[np.bool_],
    tail: npt.NDArray[np.int64],
    head: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    neighbour: npt.NDArray[np.int64],
    edge: npt.NDArray[np.int64],
    keep: npt.NDArray[np.bool_],
    asks: npt.NDArray[np.bool_],
    must: npt.NDArray[np.bool_],
    through: npt.NDArray[np.bool_],
    load: npt.NDArray[np.float64],
    count: npt.NDArray[np.int64],
    cost: npt.NDArray[np.float64],
    limit_kw: npt.NDArray[np.float64],
    diversity: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], float]:
    """Drop dead ends, lay forced leaves; alive, asks, must, load and count change in place."""
    nodes, edges = len(keep), len(tail)
    degree = np.zeros(nodes, dtype=np.int64)
    for e in range(edges):
        if alive[e]:
            degree[tail[e]] += 1
            degree[head[e]] += 1
    queue = np.empty(nodes, dtype=np.int64)
    settled_edge = np.empty(nodes, dtype=np.int64)
    settled_child = np.empty(nodes, dtype=np.int64)
    settled, total, last = 0, 0.0, 0
    for v in range(nodes):
        if degree[v] == 1 and not keep[v]:
            queue[last] = v
            last += 1
    first = 0
    while first < last:
        v = queue[first]
        first += 1
        if degree[v] != 1 or (asks[v] and not must[v]):
            continue
        here = -1
        for place in range(start[v], start[v + 1]):
            if alive[edge[place]]:
                here = place
                break
        e, u = edge[here], neighbour[here]
        if asks[v]:
            # A neighbour that asks for itself keeps its own prize, so demand cannot move there.
            if (asks[u] and not must[u]) or not (through[u] or keep[u]):
                continue
            factor = diversity[min(count[v], len(diversity) - 1)]
            design = max(max(load[0, v] * factor, load[2, v]), load[1, v])
            size = np.searchsorted(limit_kw, design * (1.0 - ROUNDING_SHARE))
            if size == len(limit_kw) or not np.isfinite(cost[e, size]):
                continue
            total += cost[e, size]
            settled_edge[settled], settled_child[settled] = e, v
            settled += 1
            load[0, u] += load[0, v]
            load[1, u] += load[1, v]
            load[2, u] = max(load[2, u], load[2, v])
            count[u] += count[v]
            asks[u], must[u] = True, True
            asks[v] = False
        alive[e] = False
        degree[v] -= 1
        degree[u] -= 1
        if degree[u] == 1 and not keep[u]:
            queue[last] = u
            last += 1
    return settled_edge[:settled], settled_child[:settled], total


@compiled
def chains_of(
    root: int,
    start: npt.NDArray[np.int64],
    neighbour: npt.NDArray[np.int64],
    edge: npt.NDArray[np.int64],
    alive: npt.NDArray[np.bool_],
    keep: npt.NDArray[np.bool_],
) -> tuple[
    npt.NDArray[np.int64],
    npt.NDArray[np.int64],
    npt.NDArray[np.int64],
    npt.NDArray[np.int64],
    npt.NDArray[np.int64],
]:
    """Edges between junctions, consumers and sources that the root reaches, as chains."""
    nodes, edges = len(start) - 1, len(alive)
    chain = np.full(edges, -1, dtype=np.int64)
    forward = np.full(edges, -1, dtype=np.int64)
    backward = np.full(edges, -1, dtype=np.int64)
    tails = np.empty(edges, dtype=np.int64)
    heads = np.empty(edges, dtype=np.int64)
    degree = np.zeros(nodes, dtype=np.int64)
    for v in range(nodes):
        for place in range(start[v], start[v + 1]):
            if alive[edge[place]]:
                degree[v] += 1
    seen = np.zeros(nodes, dtype=np.bool_)
    stack = np.empty(nodes, dtype=np.int64)
    stack[0], seen[root], size, chains = root, True, 1, 0
    while size > 0:
        size -= 1
        origin = stack[size]
        for place in range(start[origin], start[origin + 1]):
            if not alive[edge[place]] or chain[edge[place]] >= 0:
                continue
            here, by, came = neighbour[place], edge[place], origin
            chain[by], forward[by], backward[by] = chains, here, came
            while not keep[here] and degree[here] == 2:
                step = start[here]
                while not alive[edge[step]] or edge[step] == by:
                    step += 1
                came, by, here = here, edge[step], neighbour[step]
                chain[by], forward[by], backward[by] = chains, here, came
            tails[chains], heads[chains] = origin, here
            chains += 1
            if not seen[here]:
                seen[here] = True
                stack[size] = here
                size += 1
    return chain, forward, backward, tails[:chains], heads[:chains]
