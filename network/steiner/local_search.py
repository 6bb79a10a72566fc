"""
Trees made shorter step by step.

Key-path exchange: a path between two key nodes (terminals and branches) is replaced by the shortest
one that joins the two halves. Vertex moves: a node is added to the tree or left out, and the rest
spanned anew. Both after Uchoa and Werneck 2012 (https://doi.org/10.1145/2133803.2184448), in
simple form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

from .kernels import spanning_tree

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints, Problem

ROUNDS = 6
"""Rounds of moves at most."""

VERTEX_WORK = 4e7
"""Edge visits that vertex moves may cost in one round."""

SHORTER_SHARE = 1e-9
"""Share by which a move must shorten what it replaces."""


@compiled
def key_path_kernel(
    tail: Ints,
    head: Ints,
    start: Ints,
    neighbour: Ints,
    arc: Ints,
    weight: Floats,
    terminal: Flags,
    chosen: Flags,
) -> float:
    """Length saved by one pass of key-path exchanges over the tree in ``chosen``."""
    nodes = len(terminal)
    degree, side = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    for node in range(nodes):
        for place in range(start[node], start[node + 1]):
            degree[node] += chosen[arc[place] >> 1]
    keys, items = np.empty(len(arc) + nodes), np.empty(len(arc) + nodes, np.int64)
    distance, before, seen = np.empty(nodes), np.empty(nodes, np.int64), np.full(nodes, -1)
    path, halves = np.empty(nodes, np.int64), np.empty((2, nodes), np.int64)
    visit, saved = 0, 0.0
    for key in range(nodes):
        for first in range(start[key], start[key + 1]):
            if degree[key] == 0 or not (terminal[key] or degree[key] > 2):
                break
            if not chosen[arc[first] >> 1]:
                continue
            place, steps, length = first, 0, 0.0
            while True:
                path[steps] = place
                steps += 1
                length += weight[arc[place] >> 1]
                node = neighbour[place]
                if terminal[node] or degree[node] != 2:
                    break
                back = arc[place] >> 1
                for further in range(start[node], start[node + 1]):
                    along = arc[further] >> 1
                    if chosen[along] and along != back:
                        place = further
                        break
            if node < key or length <= 0.0:
                continue
            visit += 1
            for step in range(steps):
                chosen[arc[path[step]] >> 1] = False
            halves[0, 0], halves[1, 0] = key, node
            side[key], side[node] = 2 * visit, 2 * visit + 1
            filled, read = np.array([1, 1]), np.array([0, 0])
            half = 0
            while True:
                if read[half] == filled[half]:
                    break
                inner = halves[half, read[half]]
                read[half] += 1
                for place in range(start[inner], start[inner + 1]):
                    other = neighbour[place]
                    if chosen[arc[place] >> 1] and side[other] != 2 * visit + half:
                        side[other] = 2 * visit + half
                        halves[half, filled[half]] = other
                        filled[half] += 1
                half = 1 - half
            inside, size = 2 * visit + half, 0
            for step in range(filled[half]):
                inner = halves[half, step]
                distance[inner], seen[inner], before[inner] = 0.0, visit, -1
                size = heap_push(keys, items, size, 0.0, inner)
            for step in range(steps - 1):
                degree[neighbour[path[step]]] = 0
            limit, found = length * (1.0 - SHORTER_SHARE), -1
            while size > 0:
                size = heap_pop(keys, items, size)
                inner = items[size]
                if keys[size] > distance[inner]:
                    continue
                if degree[inner] > 0 and side[inner] != inside:
                    found = inner
                    break
                for place in range(start[inner], start[inner + 1]):
                    other, reached = neighbour[place], distance[inner] + weight[arc[place] >> 1]
                    if reached < limit and (seen[other] != visit or reached < distance[other]):
                        seen[other], distance[other], before[other] = visit, reached, place
                        size = heap_push(keys, items, size, reached, other)
            if found < 0:
                for step in range(steps):
                    chosen[arc[path[step]] >> 1] = True
                for step in range(steps - 1):
                    degree[neighbour[path[step]]] = 2
                continue
            saved += length - distance[found]
            degree[key] -= 1
            degree[node] -= 1
            inner = found
            while before[inner] >= 0:
                edge = arc[before[inner]] >> 1
                chosen[edge] = True
                degree[inner] += 1
                inner = tail[edge] + head[edge] - inner
                degree[inner] += 1
    return saved


@compiled
def vertex_kernel(
    tail: Ints,
    head: Ints,
    start: Ints,
    neighbour: Ints,
    weight: Floats,
    terminal: Flags,
    order: Ints,
    inside: Flags,
    length: float,
    work: float,
) -> float:
    """Length after one pass that takes nodes into ``inside`` or out of it one by one."""
    for node in range(len(terminal)):
        if terminal[node]:
            continue
        if not inside[node]:
            near = 0
            for place in range(start[node], start[node + 1]):
                near += inside[neighbour[place]]
            if near < 2:
                continue
        work -= len(tail)
        if work < 0.0:
            break
        inside[node] = not inside[node]
        joined, chosen = spanning_tree(tail, head, order, inside, terminal)
        total = 0.0
        for edge in order:
            if chosen[edge]:
                total += weight[edge]
        if not joined or total >= length * (1.0 - SHORTER_SHARE):
            inside[node] = not inside[node]
            continue
        length = total
        inside[:] = terminal
        for edge in order:
            if chosen[edge]:
                inside[tail[edge]] = inside[head[edge]] = True
    return length


def spanned(problem: Problem, allowed: Flags) -> Flags:
    """
    Shortest tree on the allowed nodes, without leaves that need not be joined.

    Parameters
    ----------
    problem
        The problem.
    allowed
        Nodes the tree may pass, shape (n,).

    Returns
    -------
    chosen
        One flag per edge, shape (m,).
    """
    order = np.argsort(problem.weight, kind="stable")
    _, chosen = spanning_tree(problem.tail, problem.head, order, allowed, problem.terminal)
    return chosen


def nodes_of(problem: Problem, chosen: Flags) -> Flags:
    """
    Nodes of a tree, terminals included.

    Parameters
    ----------
    problem
        The problem.
    chosen
        Edges of the tree, shape (m,).

    Returns
    -------
    inside
        One flag per node, shape (n,).
    """
    inside = problem.terminal.copy()
    inside[problem.tail[chosen]] = inside[problem.head[chosen]] = True
    return inside


def improved(problem: Problem, chosen: Flags) -> Flags:
    """
    Tree after key-path exchanges and vertex moves until neither helps.

    Parameters
    ----------
    problem
        The problem.
    chosen
        Edges of a tree that joins all terminals, shape (m,).

    Returns
    -------
    chosen
        Edges of a tree no longer than the given one.
    """
    order = np.argsort(problem.weight, kind="stable")
    ends, links = (problem.tail, problem.head), (problem.start, problem.neighbour)
    chosen = chosen.copy()
    for _ in range(ROUNDS):
        saved = key_path_kernel(
            *ends, *links, problem.arc, problem.weight, problem.terminal, chosen
        )
        inside, length = nodes_of(problem, chosen), float(problem.weight[chosen].sum())
        shorter = vertex_kernel(
            *ends,
            *links,
            problem.weight,
            problem.terminal,
            order,
            inside,
            length,
            VERTEX_WORK,
        )
        chosen = spanned(problem, inside)
        if saved == 0.0 and shorter == length:
            break
    return chosen
