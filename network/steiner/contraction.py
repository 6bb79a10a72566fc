"""
Edges dropped, joined and merged until nothing simple is left, every step written down.

Leaves fall off, nodes with two edges become part of a longer edge, of parallel edges the shortest
stays, and an edge that some shortest tree must hold becomes one node. Each edge of the result
remembers the two it was made of, so that a tree of the result unfolds into one of the original.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled

from .problem import make_problem

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Contraction:
    """
    A smaller problem and the way back.

    Attributes
    ----------
    problem
        What is left to solve.
    fixed
        Edges (numbered as in ``first``) of every tree that unfolds from here.
    fixed_weight
        Their weight.
    kept
        Number of each edge of ``problem``.
    first, second
        Edges each edge was made of, -1 for those of the original problem, which come first.
    """

    problem: Problem
    fixed: Ints
    fixed_weight: float
    kept: Ints
    first: Ints
    second: Ints

    def unfolded(self, edges: Ints) -> Ints:
        """Edges of the original problem behind some edges of the smaller one."""
        open_edges = np.concatenate([self.fixed, self.kept[edges]])
        done = []
        while len(open_edges):
            original = self.first[open_edges] < 0
            done.append(open_edges[original])
            made = open_edges[~original]
            open_edges = np.concatenate([self.first[made], self.second[made]])
        return np.sort(np.concatenate(done)) if done else open_edges


@compiled
def attach_half(half: int, node: int, top: Ints, after: Ints, before: Ints, degree: Ints) -> None:
    """Put one end of an edge on the list of a node."""
    after[half], before[half] = top[node], -1
    if top[node] >= 0:
        before[top[node]] = half
    top[node] = half
    degree[node] += 1


@compiled
def detach_half(half: int, node: int, top: Ints, after: Ints, before: Ints, degree: Ints) -> None:
    """Take one end of an edge off the list of a node."""
    if before[half] >= 0:
        after[before[half]] = after[half]
    else:
        top[node] = after[half]
    if after[half] >= 0:
        before[after[half]] = before[half]
    degree[node] -= 1


@compiled
def attach_edge(
    edge: int,
    end: Ints,
    cost: Floats,
    alive: Flags,
    top: Ints,
    after: Ints,
    before: Ints,
    degree: Ints,
) -> None:
    """Put an edge on the lists of its ends unless it is a loop or not shorter than a parallel."""
    one, two = end[2 * edge], end[2 * edge + 1]
    if one == two:
        return
    if degree[one] > degree[two]:
        one, two = two, one
    half = top[one]
    while half >= 0:
        if end[half ^ 1] == two:
            if cost[half >> 1] <= cost[edge]:
                return
            detach_half(half, one, top, after, before, degree)
            detach_half(half ^ 1, two, top, after, before, degree)
            alive[half >> 1] = False
            break
        half = after[half]
    alive[edge] = True
    attach_half(2 * edge, end[2 * edge], top, after, before, degree)
    attach_half(2 * edge + 1, end[2 * edge + 1], top, after, before, degree)


@compiled
def contract_kernel(
    tail: Ints, head: Ints, weight: Floats, terminal: Flags, keep: Flags, merge: Flags
) -> tuple[Ints, Ints, Floats, Flags, Flags, Ints, Ints]:
    """Ends, weights, what is alive and what is fixed of all edges, and the two they are made of."""
    nodes, edges = len(terminal), len(tail)
    total = edges + nodes
    end, cost = np.empty(2 * total, np.int64), np.zeros(total)
    end[0 : 2 * edges : 2], end[1 : 2 * edges : 2], cost[:edges] = tail, head, weight
    alive, fixed = np.zeros(total, np.bool_), np.zeros(total, np.bool_)
    one_of, two_of = np.full(total, -1), np.full(total, -1)
    top, degree = np.full(nodes, -1), np.zeros(nodes, np.int64)
    after, before = np.empty(2 * total, np.int64), np.empty(2 * total, np.int64)
    for edge in range(edges):
        if keep[edge] or merge[edge]:
            attach_edge(edge, end, cost, alive, top, after, before, degree)
    missing, used, next_merge = np.count_nonzero(terminal), edges, 0
    queue, queued = np.arange(nodes), np.ones(nodes, np.bool_)
    size = nodes
    while missing > 1:
        joined = -1
        while next_merge < edges and joined < 0:
            if merge[next_merge] and alive[next_merge]:
                joined = next_merge
            next_merge += 1
        if joined < 0:
            if size == 0:
                break
            size -= 1
            node = queue[size]
            queued[node] = False
            if degree[node] == 0:
                continue
            if terminal[node]:
                half = top[node]
                joined = half >> 1
                while half >= 0:
                    if cost[half >> 1] < cost[joined]:
                        joined = half >> 1
                    half = after[half]
                other = end[2 * joined] + end[2 * joined + 1] - node
                if degree[node] > 1 and cost[joined] > 0.0 and not terminal[other]:
                    half = top[node]
                    while half >= 0:
                        if cost[half >> 1] == cost[joined] and terminal[end[half ^ 1]]:
                            break
                        half = after[half]
                    joined = -1 if half < 0 else half >> 1
            elif degree[node] <= 2:
                half, last = top[node], after[top[node]]
                other = end[half ^ 1]
                detach_half(half, node, top, after, before, degree)
                detach_half(half ^ 1, other, top, after, before, degree)
                alive[half >> 1] = False
                if not queued[other]:
                    queue[size], queued[other] = other, True
                    size += 1
                if last >= 0:
                    third = end[last ^ 1]
                    detach_half(last, node, top, after, before, degree)
                    detach_half(last ^ 1, third, top, after, before, degree)
                    alive[last >> 1] = False
                    end[2 * used], end[2 * used + 1] = other, third
                    cost[used] = cost[half >> 1] + cost[last >> 1]
                    one_of[used], two_of[used] = half >> 1, last >> 1
                    attach_edge(used, end, cost, alive, top, after, before, degree)
                    used += 1
                    if not queued[third]:
                        queue[size], queued[third] = third, True
                        size += 1
        if joined < 0:
            continue
        stays, goes = end[2 * joined], end[2 * joined + 1]
        if degree[stays] < degree[goes]:
            stays, goes = goes, stays
        fixed[joined], alive[joined] = True, False
        detach_half(2 * joined, end[2 * joined], top, after, before, degree)
        detach_half(2 * joined + 1, end[2 * joined + 1], top, after, before, degree)
        if terminal[stays] and terminal[goes]:
            missing -= 1
        terminal[stays] = terminal[stays] or terminal[goes]
        terminal[goes] = False
        while top[goes] >= 0:
            half = top[goes]
            other = end[half ^ 1]
            detach_half(half, goes, top, after, before, degree)
            detach_half(half ^ 1, other, top, after, before, degree)
            alive[half >> 1] = False
            end[half] = stays
            attach_edge(half >> 1, end, cost, alive, top, after, before, degree)
            if not queued[other]:
                queue[size], queued[other] = other, True
                size += 1
        if not queued[stays]:
            queue[size], queued[stays] = stays, True
            size += 1
    if missing <= 1:
        alive[:] = False
    return end, one_of, cost, alive, fixed, two_of, np.array([used])


def contracted(
    problem: Problem, *, keep: Flags | None = None, merge: Flags | None = None
) -> Contraction:
    """
    Problem after dropping some edges, merging along others, and all that follows simply.

    Parameters
    ----------
    problem
        The problem.
    keep
        Edges not to drop, shape (m,); default all.
    merge
        Edges that some shortest tree holds all of, shape (m,); default none.

    Returns
    -------
    contraction
        The smaller problem and the way back.

    Notes
    -----
    A terminal with one edge is merged along it, and a terminal whose shortest edge leads to a
    terminal along that (Duin and Volgenant 1989, https://doi.org/10.1002/net.3230190506).
    """
    edges = problem.edges
    terminal = problem.terminal.copy()
    end, first, cost, alive, fixed, second, used = contract_kernel(
        problem.tail,
        problem.head,
        problem.weight,
        terminal,
        np.ones(edges, dtype=bool) if keep is None else keep,
        np.zeros(edges, dtype=bool) if merge is None else merge,
    )
    count = int(used[0])
    kept = np.flatnonzero(alive[:count])
    node, ends = np.unique(np.stack([end[2 * kept], end[2 * kept + 1]]), return_inverse=True)
    ends = ends.reshape(2, -1)
    return Contraction(
        problem=make_problem(
            ends[0], ends[1], weight=cost[kept], terminal=terminal[node], unit=problem.unit
        ),
        fixed=np.flatnonzero(fixed[:count]),
        fixed_weight=float(cost[:count][fixed[:count]].sum()),
        kept=kept,
        first=first[:count],
        second=second[:count],
    )
