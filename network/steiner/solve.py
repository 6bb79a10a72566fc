"""
A shortest tree, or a short one with a bound: reduce, bound, eliminate, cut, branch.

Blocks are solved on their own. In a block, starts and dual ascent from several roots leave a gap;
edges that no tree shorter than the best can use are dropped and the rest is reduced again. What
resists goes to the linear program over cuts, and a block still open then is split in two by a node
that the tree either joins or avoids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .ascent import Ascent, ascended, saturated_edges, shortest_with
from .blocks import blocks_of
from .kernels import spanning_tree
from .local_search import improved
from .primal import greedy, greedy_within, starts
from .problem import part_of
from .program import SLACK_ROUNDS, Program
from .reduce import reductions, unfolded

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints, Problem

ROOTS = 6
"""Terminals that dual ascent starts from in one block."""

FEW_LEFT_SHARE = 0.9
"""Share of edges an elimination must leave less of for the rest to be reduced again."""

RESTART_SHARE = 0.7
"""Share of edges the linear program may be left with before the rest is reduced again."""

LP_ROUNDS = 150
"""Rounds of the linear program of one block."""

STALLED_ROUNDS = 25
"""Rounds without a noticeable rise after which the linear program is left."""

STALLED_SHARE = 1e-3
"""Rise, as a share of the gap, that counts as noticeable."""

MERGED_TREES = 12
"""Trees whose edges together make the problem that merging solves."""

SEED = 20240229


@dataclass(slots=True, kw_only=True)
class Budget:
    """What is left to spend on linear programs and branchings; shared by all parts of a problem."""

    branches: int
    work: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to try: with a budget for exactness or none, and whether to merge trees."""

    budget: Budget | None
    merging: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """
    A tree, and a length no tree shorter than asked for falls below.

    Attributes
    ----------
    edges
        Positions of the tree's edges.
    bound
        Lower bound on every tree shorter than the limit given.
    """

    edges: Ints
    bound: float


def solved(problem: Problem, *, below: float, effort: Effort) -> Solved:
    """
    Tree that joins all terminals, with a bound.

    Parameters
    ----------
    problem
        The problem, terminals connected.
    below
        Only trees shorter than this matter.
    effort
        What may be spent.

    Returns
    -------
    solved
        The tree and its bound.
    """
    rounds = reductions(problem)
    left = rounds[-1].problem
    fixed = sum(step.fixed_weight for step in rounds)
    if not left.edges:
        return Solved(edges=unfolded(rounds, np.empty(0, dtype=np.int64)), bound=fixed)
    marked, pieces = pieces_of(left)
    bound, chosen = fixed, []
    for edges in pieces:
        part, _ = part_of(marked, edges)
        limit = below - fixed if len(pieces) == 1 else np.inf
        found = block_solved(part, below=limit, effort=effort)
        chosen.append(edges[found.edges])
        bound += found.bound
    return Solved(edges=unfolded(rounds, np.sort(np.concatenate(chosen))), bound=bound)


def pieces_of(problem: Problem) -> tuple[Problem, list[Ints]]:
    """Problem with separating nodes as terminals, and the edges of each block that is needed."""
    block, passed = blocks_of(problem)
    order = np.argsort(block, kind="stable")
    limits = np.searchsorted(block[order], np.arange(block.max() + 2))
    pieces = [np.sort(order[a:b]) for a, b in pairwise(limits)]
    return replace(problem, terminal=passed), pieces


def joins(problem: Problem, keep: Flags) -> bool:
    """Whether some of the edges join all terminals."""
    everywhere = np.ones(problem.nodes, dtype=bool)
    joined, _ = spanning_tree(
        problem.tail, problem.head, np.flatnonzero(keep), everywhere, problem.terminal
    )
    return bool(joined)


class Incumbent:
    """Shortest tree found so far, the bound, and the edges a shorter tree could use."""

    def __init__(self, problem: Problem, *, below: float) -> None:
        self.problem, self.below = problem, below
        self.chosen = np.ones(problem.edges, dtype=bool)
        self.length, self.bound = np.inf, 0.0
        self.keep = np.ones(problem.edges, dtype=bool)

    @property
    def ceiling(self) -> float:
        """Length that a tree must fall below to matter."""
        return min(self.length, self.below)

    @property
    def closed(self) -> bool:
        """Whether no tree can be shorter."""
        return self.bound > self.problem.target(self.ceiling)

    def offer(self, chosen: Flags) -> None:
        """Take a tree if it is shorter."""
        length = float(self.problem.weight[chosen].sum())
        if length < self.length:
            self.chosen, self.length = chosen, length

    def learn(self, ascent: Ascent) -> None:
        """Take a bound and drop the edges that it rules out."""
        self.bound = max(self.bound, self.problem.raised(ascent.bound))
        limit = self.problem.target(self.ceiling)
        self.keep &= shortest_with(self.problem, ascent) <= limit

    def outcome(self) -> Solved:
        """Tree and bound as they stand."""
        return Solved(edges=np.flatnonzero(self.chosen), bound=min(self.bound, self.ceiling))


def block_solved(problem: Problem, *, below: float, effort: Effort) -> Solved:
    """
    Tree of one block, with a bound.

    Parameters
    ----------
    problem
        A reduced problem.
    below
        Only trees shorter than this matter.
    effort
        What may be spent.

    Returns
    -------
    solved
        The tree and its bound.
    """
    best = Incumbent(problem, below=below)
    strongest = ascend(best, effort)
    if best.closed:
        return best.outcome()
    if best.keep.mean() < FEW_LEFT_SHARE:
        into_rest(best, effort)
    elif effort.budget is not None and effort.budget.work > 0.0:
        values = cut_down(best, strongest, budget=effort.budget)
        if not best.closed and best.keep.mean() < FEW_LEFT_SHARE:
            into_rest(best, effort)
        elif not best.closed and effort.budget.work > 0.0:
            split(best, values, effort)
    return best.outcome()


def ascend(best: Incumbent, effort: Effort) -> Ascent:
    """Find trees and bounds without linear programs, and return the strongest ascent."""
    problem = best.problem
    trees = starts(problem, seed=SEED)
    best.offer(trees[0])
    roots = np.random.default_rng(SEED).permutation(problem.terminals)[:ROOTS]
    ascents = []
    for root in roots.tolist():
        ascents.append(ascended(problem, root, record=effort.budget is not None))
        trees.append(greedy_within(problem, saturated_edges(ascents[-1]), root=root))
        best.offer(trees[-1])
        best.learn(ascents[-1])
        if best.closed:
            break
    strongest = max(ascents, key=lambda ascent: ascent.bound)
    if effort.merging and not best.closed:
        best.offer(merged(problem, trees))
        best.learn(strongest)
    return strongest


def merged(problem: Problem, trees: list[Flags]) -> Flags:
    """Shortest tree found on the edges of several trees together."""
    together = np.flatnonzero(np.any(trees[-MERGED_TREES:] + trees[:MERGED_TREES], axis=0))
    part, _ = part_of(problem, together)
    light = Effort(budget=None, merging=False)
    found = solved(part, below=np.inf, effort=light)
    chosen = np.zeros(problem.edges, dtype=bool)
    chosen[together[found.edges]] = True
    return improved(problem, chosen)


def into_rest(best: Incumbent, effort: Effort) -> None:
    """Solve what the eliminations left."""
    if not joins(best.problem, best.keep):
        best.bound = best.ceiling
        return
    rest = np.flatnonzero(best.keep)
    part, _ = part_of(best.problem, rest)
    take(best, part, rest, effort)


def take(best: Incumbent, part: Problem, rest: Ints, effort: Effort) -> None:
    """Solve a part that holds every shorter tree."""
    ceiling = best.ceiling
    found = solved(part, below=ceiling, effort=effort)
    chosen = np.zeros(best.problem.edges, dtype=bool)
    chosen[rest[found.edges]] = True
    best.offer(chosen)
    best.bound = max(best.bound, min(best.problem.raised(found.bound), ceiling))


def cut_down(best: Incumbent, ascent: Ascent, *, budget: Budget) -> Floats:
    """Raise the bound by the linear program, and return the share each node is entered by."""
    program = Program(best.problem, ascent)
    stalled, mark = 0, best.bound
    values = np.zeros(2 * best.problem.edges)
    for turn in range(LP_ROUNDS):
        values, proven, work = program.solve(work=budget.work)
        budget.work -= work
        if turn % SLACK_ROUNDS == 0:
            best.offer(guided(best.problem, values, program.root))
        best.learn(proven)
        if proven.bound > mark + STALLED_SHARE * (best.ceiling - mark):
            stalled, mark = 0, proven.bound
        else:
            stalled += 1
        if best.closed or best.keep.mean() < RESTART_SHARE or stalled > STALLED_ROUNDS:
            break
        if budget.work <= 0.0:
            break
        if turn % SLACK_ROUNDS == SLACK_ROUNDS - 1:
            program.drop_slack()
        if program.separate(values, turn=turn) == 0:
            break
    best.offer(guided(best.problem, values, program.root))
    best.learn(proven)
    return program.inflow(values)


def guided(problem: Problem, values: Floats, root: int) -> Flags:
    """Tree that prefers arcs the linear program uses."""
    used = np.minimum(values.reshape(-1, 2).sum(axis=1), 1.0)
    return improved(problem, greedy(problem, root, weight=problem.weight * (1.0 - used)))


def split(best: Incumbent, inflow: Floats, effort: Effort) -> None:
    """Solve once with a node in the tree and once without: the node entered by nearest to half."""
    problem, budget = best.problem, effort.budget
    unsure = np.where(problem.terminal, np.inf, np.abs(inflow - 0.5))
    node = int(np.argmin(unsure))
    if budget is None or budget.branches < 1 or not np.isfinite(unsure[node]):
        return
    budget.branches -= 1
    ceiling, bounds = best.ceiling, []
    for inside in (True, False) if inflow[node] >= 0.5 else (False, True):
        half = Incumbent(problem, below=best.ceiling)
        if inside:
            terminal = problem.terminal | (np.arange(problem.nodes) == node)
            edges = np.arange(problem.edges)
            take(half, replace(problem, terminal=terminal), edges, effort)
        else:
            half.keep = (problem.tail != node) & (problem.head != node)
            into_rest(half, effort)
        best.offer(half.chosen)
        bounds.append(half.bound)
    best.bound = max(best.bound, min(*bounds, best.ceiling, ceiling))
