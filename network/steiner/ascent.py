"""
Dual ascent: a lower bound on every tree, and the room it leaves on each arc.

Wong 1984 (https://doi.org/10.1007/BF02612335) on directed cuts: a tree grown out of a root must
enter every set of nodes that holds a terminal and not the root. Sets around terminals are raised
one after another, those with the fewest entering arcs first, and each raise is taken from the
weight of the arcs that enter. Order and continued search as in Pajor, Uchoa and Werneck 2018
(https://doi.org/10.1007/s12532-017-0123-4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

from .kernels import nearest

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints, Problem

CUT_ARCS_PER_ARC = 60
"""Room for recorded cuts, in arcs per arc of the graph; cuts beyond it are raised unrecorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ascent:
    """
    A lower bound with what proves it.

    Attributes
    ----------
    root
        Terminal the arborescence grows from.
    bound
        Sum of the raises.
    room
        What the raises leave of each arc's weight, shape (2 m,), never below 0.
    raises
        Raise of each recorded cut.
    cut_start, cut_arc
        Arcs entering cut ``i``: ``cut_arc[cut_start[i]:cut_start[i + 1]]``.
    """

    root: int
    bound: float
    room: Floats
    raises: Floats
    cut_start: Ints
    cut_arc: Ints


@compiled
def raise_cuts(
    start: Ints,
    neighbour: Ints,
    arc: Ints,
    room: Floats,
    terminal: Flags,
    root: int,
    capacity: int,
) -> tuple[float, Floats, Ints, Ints]:
    """Bound, and the recorded raises with their arcs; what is left stands in ``room``."""
    nodes = len(start) - 1
    active, seen = terminal.copy(), np.full(nodes, -1)
    active[root] = False
    keys, items = np.empty(nodes + 1), np.empty(nodes + 1, np.int64)
    queue, cut, cut_tail = np.empty(nodes, np.int64), np.empty_like(arc), np.empty_like(arc)
    raises, begins, arcs = np.empty(1024), np.empty(1025, np.int64), np.empty(capacity, np.int64)
    begins[0] = 0
    steps = size = visit = 0
    bound = 0.0
    for node in range(nodes):
        if active[node]:
            size = heap_push(keys, items, size, float(start[node + 1] - start[node]), node)
    while size > 0:
        size = heap_pop(keys, items, size)
        node, key = items[size], keys[size]
        visit += 1
        seen[node] = visit
        queue[0] = node
        first, last, entering = 0, 1, 0
        while True:
            reached = False
            while first < last and not reached:
                inner = queue[first]
                first += 1
                for place in range(start[inner], start[inner + 1]):
                    other = neighbour[place]
                    if seen[other] == visit:
                        continue
                    enters = arc[place] ^ 1
                    if room[enters] > 0.0:
                        cut[entering], cut_tail[entering] = enters, other
                        entering += 1
                    elif other == root or active[other]:
                        reached = True
                        break
                    else:
                        seen[other] = visit
                        queue[last] = other
                        last += 1
            if reached:
                active[node] = False
                break
            kept, least = 0, np.inf
            for place in range(entering):
                if seen[cut_tail[place]] != visit:
                    cut[kept], cut_tail[kept] = cut[place], cut_tail[place]
                    least = min(least, room[cut[kept]])
                    kept += 1
            entering = kept
            if entering == 0:
                return np.inf, raises[:0], begins[:1], arcs[:0]
            if size > 0 and entering > keys[0] and entering > key:
                size = heap_push(keys, items, size, float(entering), node)
                break
            bound += least
            if steps == len(raises):
                raises, begins = np.append(raises, raises), np.append(begins, begins)
            fits = steps + 1 < len(begins) and begins[steps] + entering <= capacity
            if fits:
                raises[steps], begins[steps + 1] = least, begins[steps] + entering
                arcs[begins[steps] : begins[steps + 1]] = cut[:entering]
                steps += 1
            saturated = 0
            for place in range(entering):
                enters, other = cut[place], cut_tail[place]
                room[enters] -= least
                if room[enters] <= 0.0 and seen[other] != visit:
                    room[enters] = 0.0
                    if other == root or active[other]:
                        reached = True
                    else:
                        seen[other] = visit
                        queue[last] = other
                        last += 1
                elif room[enters] <= 0.0:
                    room[enters] = 0.0
                else:
                    cut[saturated], cut_tail[saturated] = enters, other
                    saturated += 1
            entering = saturated
            if reached:
                active[node] = False
                break
    return bound, raises[:steps], begins[: steps + 1], arcs[: begins[steps]]


def ascended(problem: Problem, root: int, *, record: bool = False) -> Ascent:
    """
    Dual ascent from one root.

    Parameters
    ----------
    problem
        The problem.
    root
        Terminal the arborescence grows from.
    record
        Whether to keep the cuts.

    Returns
    -------
    ascent
        Bound, room and cuts.
    """
    room = problem.arc_weight
    capacity = CUT_ARCS_PER_ARC * len(room) if record else 0
    bound, raises, cut_start, cut_arc = raise_cuts(
        problem.start, problem.neighbour, problem.arc, room, problem.terminal, root, capacity
    )
    return Ascent(
        root=root, bound=bound, room=room, raises=raises, cut_start=cut_start, cut_arc=cut_arc
    )


def shortest_with(problem: Problem, ascent: Ascent) -> Floats:
    """
    Lower bound on every tree that uses an edge, shape (m,).

    Parameters
    ----------
    problem
        The problem.
    ascent
        Bound and room; also those of a linear program with reduced costs as room.

    Returns
    -------
    length
        For an arc from u to v: bound + room from the root to u, on the arc, from v to a terminal.

    Notes
    -----
    An arborescence costs the bound plus the room on its arcs at least, and one that uses an arc
    holds a path from the root over it on to a terminal (Wong 1984; Duin 1993).
    """
    links = problem.start, problem.neighbour
    outwards, _, _ = nearest(*links, problem.arc, ascent.room, np.array([ascent.root]))
    others = problem.terminals[problem.terminals != ascent.root]
    onwards, _, _ = nearest(*links, problem.arc ^ 1, ascent.room, others)
    tail, head = problem.tail, problem.head
    there = outwards[tail] + ascent.room[0::2] + onwards[head]
    back = outwards[head] + ascent.room[1::2] + onwards[tail]
    shortest: Floats = ascent.bound + np.minimum(there, back)
    return shortest


def saturated_edges(ascent: Ascent) -> Flags:
    """
    Edges without room left in at least one direction: a thin graph that still joins all terminals.

    Parameters
    ----------
    ascent
        The ascent.

    Returns
    -------
    saturated
        One flag per edge, shape (m,).
    """
    return (ascent.room[0::2] <= 0.0) | (ascent.room[1::2] <= 0.0)
