"""
Short trees: several starts, made shorter, and the best of what they have in common.

Starts are the trees of Mehlhorn 1988 (https://doi.org/10.1016/0020-0190(88)90066-X), of Takahashi
and Matsuyama 1980 from several roots and on perturbed weights, and on the edges that dual ascent
saturates (Pajor, Uchoa and Werneck 2018, https://doi.org/10.1007/s12532-017-0123-4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kernels import greedy_tree, nearest, spanning_tree
from .local_search import improved, spanned

if TYPE_CHECKING:
    from .problem import Flags, Floats, Problem

START_WORK = 3e6
"""Edges that the greedy starts of one problem may visit together."""

FEWEST_STARTS, MOST_STARTS = 4, 24
"""Greedy starts of one problem."""

LARGEST_NOISE_SHARE = 0.25
"""Share by which perturbed weights exceed the true ones at most."""

IMPROVED_STARTS = 4
"""Starts that local search is applied to, the shortest first."""

BLOCKED = 1e300
"""Weight of an edge that a start may not use."""


def mehlhorn_tree(problem: Problem) -> Flags:
    """
    Tree of shortest paths between neighbouring regions of terminals.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    chosen
        One flag per edge, shape (m,).
    """
    links = problem.start, problem.neighbour, problem.arc
    distance, before, base = nearest(*links, problem.arc_weight, problem.terminals)
    tail, head = problem.tail, problem.head
    between = distance[tail] + problem.weight + distance[head]
    order = np.argsort(between, kind="stable")
    everywhere = np.ones(problem.nodes, dtype=bool)
    _, bridging = spanning_tree(base[tail], base[head], order, everywhere, problem.terminal)
    inside = problem.terminal.copy()
    ends = np.concatenate([tail[bridging], head[bridging]])
    while len(ends):
        inside[ends] = True
        ends = ends[before[ends] >= 0]
        edge = problem.arc[before[ends]] >> 1
        ends = np.unique(tail[edge] + head[edge] - ends)
    return spanned(problem, inside)


def greedy(problem: Problem, root: int, *, weight: Floats) -> Flags:
    """
    Tree grown from a root along given weights, spanned anew on the true ones.

    Parameters
    ----------
    problem
        The problem.
    root
        Where the tree starts.
    weight
        Weights to grow along, shape (m,).

    Returns
    -------
    chosen
        One flag per edge, shape (m,).
    """
    links = problem.start, problem.neighbour, problem.arc
    inside = greedy_tree(*links, np.repeat(weight, 2), problem.terminal, root)
    return spanned(problem, inside)


def greedy_within(problem: Problem, usable: Flags, *, root: int) -> Flags:
    """
    Greedy tree on some of the edges, made shorter on all.

    Parameters
    ----------
    problem
        The problem.
    usable
        Edges the start may use, shape (m,); they must join all terminals.
    root
        Where the tree starts.

    Returns
    -------
    chosen
        One flag per edge, shape (m,).
    """
    return improved(
        problem, greedy(problem, root, weight=np.where(usable, problem.weight, BLOCKED))
    )


def starts(problem: Problem, *, seed: int) -> list[Flags]:
    """
    Trees from several starts, the shortest first.

    Parameters
    ----------
    problem
        The problem.
    seed
        Of the roots and the noise.

    Returns
    -------
    trees
        One flag per edge each; the first ones made shorter by local search.
    """
    random = np.random.default_rng(seed)
    count = int(np.clip(START_WORK // (problem.edges + 1), FEWEST_STARTS, MOST_STARTS))
    roots = random.choice(problem.terminals, size=count)
    trees = [mehlhorn_tree(problem)]
    for number, root in enumerate(roots.tolist()):
        share = LARGEST_NOISE_SHARE * (number % 2)
        noise = 1.0 + share * random.random(problem.edges)
        trees.append(greedy(problem, root, weight=problem.weight * noise))
    trees.sort(key=lambda tree: float(problem.weight[tree].sum()))
    better = [improved(problem, tree) for tree in trees[:IMPROVED_STARTS]]
    found = better + trees[IMPROVED_STARTS:]
    return sorted(found, key=lambda tree: float(problem.weight[tree].sum()))
