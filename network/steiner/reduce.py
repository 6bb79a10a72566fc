"""
Reductions: a smaller problem with a shortest tree as long.

Tests by Duin and Volgenant 1989 (https://doi.org/10.1002/net.3230190506), in the form of Polzin
and Vahdati Daneshmand 2001 (https://doi.org/10.1016/S0166-218X(00)00319-X): an edge is not needed
where another walk between its ends has no stretch between terminals longer than the edge
(bottleneck Steiner distance); the shortest edge of a terminal is needed where its second shortest
is no shorter than going over it on to another terminal. Blocks are cut off where one node parts
terminals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

from .blocks import blocks_of
from .contraction import Contraction, contracted
from .kernels import nearest
from .problem import make_problem

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints, Problem

WALK_STEPS = 400
"""Nodes looked at in search of a walk around one edge."""

ENOUGH_SHARE = 0.02
"""Share of edges a round must remove for another round to follow."""


@compiled
def walk_kernel(
    tail: Ints,
    head: Ints,
    start: Ints,
    neighbour: Ints,
    arc: Ints,
    weight: Floats,
    terminal: Flags,
    order: Ints,
    steps: int,
) -> Flags:
    """Edges without a walk around them whose stretches between terminals are no longer."""
    nodes, edges = len(terminal), len(weight)
    needed, seen, label = np.ones(edges, np.bool_), np.full(nodes, -1), np.zeros(nodes)
    keys, items = np.empty(2 * len(arc) + 2), np.empty(2 * len(arc) + 2, np.int64)
    for edge in order:
        goal = head[edge]
        seen[tail[edge]], label[tail[edge]] = edge, 0.0
        size, scanned = heap_push(keys, items, 0, 0.0, tail[edge]), 0
        while size > 0 and scanned < steps and needed[edge] and size < len(arc):
            size = heap_pop(keys, items, size)
            node = items[size]
            if keys[size] > label[node]:
                continue
            scanned += 1
            for place in range(start[node], start[node + 1]):
                other, along = neighbour[place], arc[place] >> 1
                length = label[node] + weight[along]
                if along == edge or length > weight[edge] or not needed[along]:
                    continue
                if other == goal:
                    needed[edge] = False
                    break
                if terminal[other]:
                    length = 0.0
                if seen[other] != edge or length < label[other]:
                    seen[other], label[other] = edge, length
                    size = heap_push(keys, items, size, length, other)
    return needed


def needed_edges(problem: Problem) -> Flags:
    """
    Edges that the bottleneck Steiner distance does not rule out.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    needed
        One flag per edge, shape (m,).

    Notes
    -----
    Cutting a tree at an edge leaves terminals on either side; some stretch of the walk between
    consecutive terminals (or ends) joins the sides again and is no longer than the edge.
    """
    return walk_kernel(
        problem.tail,
        problem.head,
        problem.start,
        problem.neighbour,
        problem.arc,
        problem.weight,
        problem.terminal,
        np.argsort(-problem.weight, kind="stable"),
        WALK_STEPS,
    )


def certain_edges(problem: Problem) -> Flags:
    """
    Edges that one shortest tree holds all of: the shortest ones of some terminals.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    certain
        One flag per edge, shape (m,).

    Notes
    -----
    Edges of one answer share no node, so that merging one leaves the reason for the next true.
    """
    links = problem.start, problem.neighbour, problem.arc
    distance, _, base = nearest(*links, problem.arc_weight, problem.terminals)
    edge, degree = problem.arc >> 1, np.diff(problem.start)
    owner = np.repeat(np.arange(problem.nodes), degree)
    order = np.lexsort((problem.weight[edge], owner))
    some = problem.terminals[degree[problem.terminals] > 1]
    first, second = order[problem.start[some]], order[problem.start[some] + 1]
    beyond = problem.neighbour[first]
    over = problem.weight[edge[first]] + distance[beyond]
    reason = (base[beyond] != some) & (over <= problem.weight[edge[second]])
    certain, touched = np.zeros(problem.edges, dtype=bool), set[int]()
    rows = zip(some[reason], beyond[reason], edge[first][reason], strict=True)
    for node, other, found in rows:
        if node not in touched and other not in touched:
            touched.update((node, other))
            certain[found] = True
    return certain


def parted(problem: Problem) -> tuple[Problem, Flags, Flags]:
    """
    Problem with separating nodes as terminals, its needed edges, and its bridges among them.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    problem, keep, bridge
        The same graph, and two flags per edge, shape (m,).
    """
    block, passed = blocks_of(problem)
    keep = block >= 0
    alone = np.bincount(block[keep], minlength=1) == 1
    marked = make_problem(
        problem.tail, problem.head, weight=problem.weight, terminal=passed, unit=problem.unit
    )
    return marked, keep, keep & alone[block]


def reductions(problem: Problem) -> list[Contraction]:
    """
    Rounds of reductions, each of the problem the one before leaves.

    Parameters
    ----------
    problem
        The problem, connected.

    Returns
    -------
    rounds
        At least one; the last holds what is left.
    """
    rounds = [contracted(problem)]
    left = rounds[-1].problem
    while left.edges:
        before = left.edges
        rounds.append(contracted(left, keep=needed_edges(left)))
        left = rounds[-1].problem
        if left.edges:
            rounds.append(contracted(left, merge=certain_edges(left)))
            left = rounds[-1].problem
        if left.edges:
            marked, keep, bridge = parted(left)
            rounds.append(contracted(marked, keep=keep, merge=bridge))
            left = rounds[-1].problem
        if left.edges > (1.0 - ENOUGH_SHARE) * before:
            break
    return rounds


def unfolded(rounds: list[Contraction], edges: Ints) -> Ints:
    """
    Edges of the first problem behind edges of the last.

    Parameters
    ----------
    rounds
        Reductions in order.
    edges
        Positions of edges of the last problem.

    Returns
    -------
    edges
        Positions of edges of the first problem, those that are certain included.
    """
    for step in reversed(rounds):
        edges = step.unfolded(edges)
    return edges
