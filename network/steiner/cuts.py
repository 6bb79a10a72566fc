"""
Directed cuts that a fractional solution violates, by maximum flow.

Dinic 1970 in whole numbers, so that the flow ends; of every cut both the side next to the root and
the side next to the terminal are used, and more cuts behind them (Koch and Martin 1998,
https://doi.org/10.1002/(SICI)1097-0037(199810)32:3<207::AID-NET5>3.0.CO;2-O).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints, Problem

WHOLE = 1 << 24
"""Units of flow that stand for 1."""

VIOLATION = 1e-4
"""By how much less than 1 a cut must hold to be added."""

NESTED_CUTS = 8
"""Cuts behind one another that one terminal may add in a round."""

MOST_CUTS = 400
"""Cuts of one round."""

CREEP = WHOLE >> 10
"""Capacity every arc has besides its value, so that of cuts as violated those with few arcs win."""


@compiled
def cut_kernel(
    start: Ints, neighbour: Ints, arc: Ints, capacity: Ints, source: int, sink: int, enough: int
) -> tuple[int, Flags, Flags]:
    """Largest flow (or enough of it), and the nodes the root still reaches, or the sink is from."""
    nodes = len(start) - 1
    room, flow = capacity.copy(), 0
    level, place = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    queue, path = np.empty(nodes, np.int64), np.empty(nodes + 1, np.int64)
    far = np.zeros(nodes, np.bool_)
    while flow < enough:
        level[:] = -1
        level[source], queue[0], first, last = 0, source, 0, 1
        while first < last:
            node = queue[first]
            first += 1
            for at in range(start[node], start[node + 1]):
                if room[arc[at]] > 0 and level[neighbour[at]] < 0:
                    level[neighbour[at]] = level[node] + 1
                    queue[last] = neighbour[at]
                    last += 1
        if level[sink] < 0:
            break
        place[:] = start[:-1]
        path[0], length = source, 0
        while length >= 0 and flow < enough:
            node = path[length]
            if node == sink:
                least = enough - flow
                for step in range(length):
                    least = min(least, room[arc[place[path[step]]]])
                for step in range(length):
                    along = arc[place[path[step]]]
                    room[along] -= least
                    room[along ^ 1] += least
                flow += least
                length = 0
                continue
            moved = False
            while place[node] < start[node + 1]:
                at = place[node]
                if room[arc[at]] > 0 and level[neighbour[at]] == level[node] + 1:
                    length += 1
                    path[length] = neighbour[at]
                    moved = True
                    break
                place[node] += 1
            if not moved:
                level[node] = -1
                length -= 1
                if length >= 0:
                    place[path[length]] += 1
    if flow < enough:
        queue[0], first, last, far[sink] = sink, 0, 1, True
        while first < last:
            node = queue[first]
            first += 1
            for at in range(start[node], start[node + 1]):
                if room[arc[at] ^ 1] > 0 and not far[neighbour[at]]:
                    far[neighbour[at]] = True
                    queue[last] = neighbour[at]
                    last += 1
    return flow, level >= 0, far


def violated_cuts(
    problem: Problem, values: Floats, *, root: int, turn: int, creep: int = CREEP
) -> list[Ints]:
    """
    Arcs of directed cuts that hold less than 1 in a fractional solution.

    Parameters
    ----------
    problem
        The problem.
    values
        Value of each arc, shape (2 m,).
    root
        Terminal the arborescence grows from.
    turn
        Number of the round; rounds begin with another terminal each.
    creep
        Capacity every arc has besides its value.

    Returns
    -------
    cuts
        Arcs of each cut.
    """
    ends = np.stack([problem.tail, problem.head], axis=1)
    origin, target = ends.reshape(-1), ends[:, ::-1].reshape(-1)
    capacity = np.floor(np.clip(values, 0.0, 1.0) * WHOLE).astype(np.int64) + creep
    enough = int(WHOLE * (1.0 - VIOLATION))
    others = problem.terminals[problem.terminals != root]
    cuts: dict[bytes, Ints] = {}
    for sink in np.roll(others, -(turn * MOST_CUTS // 4) % len(others)).tolist():
        for _ in range(NESTED_CUTS):
            links = problem.start, problem.neighbour, problem.arc
            flow, near, far = cut_kernel(*links, capacity, root, sink, enough)
            if flow >= enough:
                break
            forwards = np.flatnonzero(near[origin] & ~near[target])
            backwards = np.flatnonzero(~far[origin] & far[target])
            for arcs in (forwards, backwards):
                cuts[arcs.tobytes()] = arcs
            capacity[backwards] = capacity[forwards] = WHOLE
        if len(cuts) >= MOST_CUTS:
            break
    return list(cuts.values())
