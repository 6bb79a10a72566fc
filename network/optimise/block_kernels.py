"""
Compiled loops on the block tree: blocks of the streets, and what hangs behind each vertex.

Blocks: Tarjan's lowpoint search (Hopcroft & Tarjan 1973, doi:10.1145/362248.362272).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

SUMS = 5
"""Quantities that are added up behind each vertex: see `_behind`."""
PEAK, COUNT, COINCIDENT, LARGEST, LOAD = range(SUMS)
"""Columns: sum of peaks, buildings, drawn at the same hour, largest peak, design load alone."""


@compiled
def lowpoint_search(
    root: int, start: npt.NDArray[np.int64], neighbour: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], int]:
    """Order of entry of each vertex, parents in the block tree, and the number of blocks."""
    nodes = len(start) - 1
    entered = np.full(nodes, -1, dtype=np.int64)
    low = np.zeros(nodes, dtype=np.int64)
    above = np.full(nodes, -1, dtype=np.int64)
    parent = np.full(2 * nodes, -1, dtype=np.int64)
    place = start[:-1].copy()
    path = np.empty(nodes, dtype=np.int64)
    held = np.empty(nodes, dtype=np.int64)
    path[0], held[0] = root, root
    depth, holding, clock, blocks = 1, 1, 1, 0
    entered[root] = 0
    while depth > 0:
        node = path[depth - 1]
        if place[node] < start[node + 1]:
            other = neighbour[place[node]]
            place[node] += 1
            if entered[other] < 0:
                entered[other], low[other], above[other] = clock, clock, node
                clock += 1
                path[depth], held[holding] = other, other
                depth += 1
                holding += 1
            elif other != above[node]:
                low[node] = min(low[node], entered[other])
            continue
        depth -= 1
        up = above[node]
        if up < 0:
            continue
        low[up] = min(low[up], low[node])
        if low[node] >= entered[up]:
            block = nodes + blocks
            blocks += 1
            parent[block] = up
            while True:
                holding -= 1
                parent[held[holding]] = block
                if held[holding] == node:
                    break
    return entered, parent[: nodes + blocks].copy(), blocks


@compiled
def sums_behind(
    parent: npt.NDArray[np.int64],
    who: npt.NDArray[np.int64],
    where: npt.NDArray[np.int64],
    amount: npt.NDArray[np.float64],
    required: npt.NDArray[np.bool_],
) -> tuple[
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
]:
    """Sums over the consumers behind each vertex: some, all, required ones, and the least."""
    vertices, columns = len(parent), amount.shape[1]
    any_of = np.zeros((vertices, columns))
    all_of = np.zeros((vertices, columns))
    must = np.zeros((vertices, columns))
    least = np.full((vertices, columns), np.inf)
    seen = np.full(vertices, -1, dtype=np.int64)
    times = np.zeros(vertices, dtype=np.int64)
    first = 0
    while first < len(who):
        k = who[first]
        last = first
        while last < len(who) and who[last] == k:
            last += 1
        for at in range(first, last):
            vertex = where[at]
            while vertex >= 0:
                fresh = seen[vertex] != k
                seen[vertex] = k
                times[vertex] = 1 if fresh else times[vertex] + 1
                complete = times[vertex] == last - first
                for c in range(columns):
                    most = c == LARGEST
                    if fresh:
                        any_of[vertex, c] = added(any_of[vertex, c], amount[k, c], most)
                        least[vertex, c] = min(least[vertex, c], amount[k, c])
                    if complete:
                        all_of[vertex, c] = added(all_of[vertex, c], amount[k, c], most)
                    if complete and required[k]:
                        must[vertex, c] = added(must[vertex, c], amount[k, c], most)
                vertex = parent[vertex]
        first = last
    return any_of, all_of, must, least


@compiled
def added(total: float, value: float, most: bool) -> float:  # noqa: FBT001
    """Total and one more value: their sum, or the larger of them."""
    return max(total, value) if most else total + value
