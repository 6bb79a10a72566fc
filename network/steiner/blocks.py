"""
Blocks of a graph: the parts that hang together by more than one node (Hopcroft and Tarjan 1973).

Where a single node separates terminals, every tree passes it, and either side is a problem of its
own; sides without a terminal are not needed (https://doi.org/10.1145/362248.362272).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled

if TYPE_CHECKING:
    from .problem import Flags, Ints, Problem


@compiled
def block_kernel(
    start: Ints, neighbour: Ints, arc: Ints, terminal: Flags, root: int
) -> tuple[Ints, Flags]:
    """Block of each edge, -1 where no tree needs it, and the nodes every tree passes."""
    nodes = len(start) - 1
    block, passed = np.full(len(arc) // 2, -1), terminal.copy()
    depth, low = np.full(nodes, -1), np.zeros(nodes, np.int64)
    held, above = np.zeros(nodes, np.int64), np.full(nodes, -1)
    place = start[:-1].copy()
    path, stack = np.empty(nodes, np.int64), np.empty(len(arc) // 2, np.int64)
    path[0], depth[root], length, size, blocks, time = root, 0, 1, 0, 0, 1
    while length > 0:
        node = path[length - 1]
        if place[node] < start[node + 1]:
            edge, other = arc[place[node]] >> 1, neighbour[place[node]]
            place[node] += 1
            if edge == above[node]:
                continue
            if depth[other] < 0:
                depth[other], low[other], above[other] = time, time, edge
                time += 1
                held[other] = 1 if terminal[other] else 0
                stack[size], path[length] = edge, other
                size += 1
                length += 1
            elif depth[other] < depth[node]:
                stack[size] = edge
                size += 1
                low[node] = min(low[node], depth[other])
            continue
        length -= 1
        if length == 0:
            break
        upper = path[length - 1]
        low[upper] = min(low[upper], low[node])
        held[upper] += held[node]
        if low[node] >= depth[upper]:
            while True:
                size -= 1
                if held[node] > 0:
                    block[stack[size]] = blocks
                if stack[size] == above[node]:
                    break
            if held[node] > 0:
                blocks += 1
                passed[upper] = True
    return block, passed


def blocks_of(problem: Problem) -> tuple[Ints, Flags]:
    """
    Block of each edge and the nodes that every tree passes.

    Parameters
    ----------
    problem
        The problem; at least one terminal.

    Returns
    -------
    block, passed
        Number of each edge's block, -1 where no tree needs it; terminals and nodes that separate
        them.
    """
    links = problem.start, problem.neighbour, problem.arc
    return block_kernel(*links, problem.terminal, int(problem.terminals[0]))
