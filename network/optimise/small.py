"""
Small problems solved exactly: a dynamic programme over the subsets of consumers.

The cheapest way to carry heat for a set of consumers onwards from a node either splits there or
takes one edge: the recursion of Dreyfus and Wagner (1971, Networks 1(3), 195-207) and Erickson,
Monma and Veinott (1987), here with the cost of an edge looked up for the very set it carries, so
that catalogue sizes, diversity, the largest single load and coincident loads are exact.

Where costs are not subadditive (an existing pipe is free up to its size) the recursion may use an
edge twice or reach a node by two ways. Its value is then still a lower bound, and branching on that
conflict, each branch one more run, ends in the true optimum.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.errors import StreetError

from .model import UNUSED, evaluate
from .subsets import Branch, Tables, Use

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model

MOST_CONSUMERS = 14
"""Subsets double with each consumer; beyond this the tables outgrow the memory of a laptop."""
QUICK_CONSUMERS = 12
"""Consumers up to which the recursion is worth trying before anything else."""
QUICK_STATES = 4_000_000
"""Subsets times nodes up to which it takes about a second."""
BRANCHES = 200
"""Runs of the recursion before the best tree so far is returned unproven."""
REPAIRS = 64
"""Trees tried among the edges of one run whose edges are no tree."""
ROUNDING = 1e-12
"""Relative error of a sum of loads; sums within it of a limit count as within the limit."""
TOLERANCE = 1e-9
"""Relative distance of two costs that count as equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """
    A solution and a bound on all solutions.

    Attributes
    ----------
    parent_edge
        Edge towards the root at each node, -1 outside the tree; shape (nodes,).
    objective
        What `evaluate` says it costs; inf where nothing fits.
    lower_bound
        No solution costs less.
    proven
        Whether the two agree.
    """

    parent_edge: npt.NDArray[np.int64]
    objective: float
    lower_bound: float
    proven: bool


def fits(model: Model) -> bool:
    """
    Whether a problem is small enough for `smallest_cost` to take about a second.

    Parameters
    ----------
    model
        The problem.

    Returns
    -------
    fits
        True or False.
    """
    consumers = model.consumers
    return consumers <= QUICK_CONSUMERS and (model.nodes << consumers) <= QUICK_STATES


def smallest_cost(model: Model, *, branches: int = BRANCHES) -> Exact:
    """
    Optimal solution of a problem with few consumers.

    Parameters
    ----------
    model
        The problem; at most 14 consumers.
    branches
        Largest number of runs of the recursion.

    Returns
    -------
    exact
        The optimum; ``proven`` is False only if the number of runs did not suffice, and
        ``lower_bound`` is valid in either case.

    Raises
    ------
    StreetError
        If there are more consumers than subsets can be kept of.

    Notes
    -----
    ``L(v, S) = min(min over A of L(v, A) + L(v, S - A), min over edges vw of c(vw, S) + L(w, S))``;
    work grows as ``3**k nodes + 2**k edges log(nodes)``.

    Examples
    --------
    Two consumers at the end of one street; the second is not worth its connection:

    >>> from heatreach.network.optimise.model import Model
    >>> model = Model(
    ...     nodes=4, root=0, tail=np.array([0, 1, 1]), head=np.array([1, 2, 3]),
    ...     cost=np.array([[50.0, 60.0], [5.0, 6.0], [9.0, 9.0]]), limit_kw=np.array([10.0, 20.0]),
    ...     through=np.array([True, True, False, False]), terminal=np.array([2, 3]),
    ...     peak_kw=np.array([8.0, 8.0]), coincident_kw=np.zeros(2),
    ...     largest_kw=np.array([8.0, 8.0]), count=np.array([1, 1]),
    ...     prize=np.array([np.inf, 15.0]), diversity=np.ones(2),
    ...     source_edge=np.empty(0, dtype=np.int64), capacity_kw=np.array([100.0]),
    ...     source_cost=np.zeros((2, 1)))
    >>> best = smallest_cost(model)
    >>> best.parent_edge.tolist(), best.objective, best.proven
    ([-1, 0, 1, -1], 70.0, True)
    """
    if model.consumers > MOST_CONSUMERS:
        raise StreetError(
            f"{model.consumers} consumers; the exact recursion takes at most {MOST_CONSUMERS}"
        )
    best = _branch_and_bound(model, -ROUNDING, branches)
    if not best.proven and np.isfinite(best.lower_bound):
        # Sums at a limit may round to either side of it: look for a tree that keeps clear of them.
        careful = _branch_and_bound(model, ROUNDING, branches)
        if careful.objective < best.objective:
            best = _result(careful.parent_edge, careful.objective, best.lower_bound)
    return best


def _branch_and_bound(model: Model, slack: float, branches: int) -> Exact:
    """Best-first search over conflicts; loads are raised by the relative slack."""
    tables = Tables.of(model, slack)
    best, objective = np.full(model.nodes, UNUSED, dtype=np.int64), np.inf
    value, uses = tables.solve(Branch())
    queue = [(value, 0, Branch(), uses)]
    runs, floor = 1, np.inf
    while queue and runs < branches and not _reached(objective, queue[0][0]):
        value, _, branch, uses = heapq.heappop(queue)
        parent_edge, cost = _best_tree(model, uses)
        if cost < objective:
            best, objective = parent_edge, cost
        children = _children(branch, uses)
        if not children and not _reached(cost, value):
            floor = min(floor, value)  # a tree, but its loads round to other sizes
        for child in children:
            value, below = tables.solve(child)
            runs += 1
            heapq.heappush(queue, (value, runs, child, below))
    bound = min(queue[0][0], floor) if queue else floor
    return _result(best, objective, min(bound, objective))


def _result(parent_edge: npt.NDArray[np.int64], objective: float, bound: float) -> Exact:
    """Solution with its bound."""
    return Exact(
        parent_edge=parent_edge,
        objective=objective,
        lower_bound=min(bound, objective),
        proven=_reached(objective, bound),
    )


def _reached(objective: float, bound: float) -> bool:
    """Whether a cost equals a bound as far as sums of costs can tell."""
    return objective <= bound + TOLERANCE * abs(bound)


def _best_tree(model: Model, uses: list[Use]) -> tuple[npt.NDArray[np.int64], float]:
    """Cheapest tree among the edges used; nothing is connected if none is a tree."""
    edges: dict[int, set[int]] = {}
    for use in uses:
        edges.setdefault(use.child, set()).add(use.arc // 2)
    nodes, ways = list(edges), [sorted(edges[node]) for node in edges]
    best = np.full(model.nodes, UNUSED, dtype=np.int64)
    objective = evaluate(model, best).objective
    for chosen in islice(product(*ways), REPAIRS):
        parent_edge = np.full(model.nodes, UNUSED, dtype=np.int64)
        parent_edge[nodes] = chosen
        try:
            cost = evaluate(model, _without_idle(model, parent_edge)).objective
        except ValueError:
            continue
        if cost < objective:
            best, objective = _without_idle(model, parent_edge), cost
    return best, objective


def _without_idle(model: Model, parent_edge: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The tree without edges that lead to no consumer."""
    kept = parent_edge.copy()
    while True:
        used = np.flatnonzero(kept >= 0)
        needed = np.zeros(model.nodes, dtype=bool)
        needed[model.terminal] = True
        needed[(model.tail + model.head)[kept[used]] - used] = True
        if needed[used].all():
            return kept
        kept[used[~needed[used]]] = UNUSED


def _children(branch: Branch, uses: list[Use]) -> list[Branch]:
    """Branches that between them hold every tree, and none of which allows the conflict seen."""
    first: dict[int, Use] = {}
    for use in uses:
        other = first.setdefault(use.child, use)
        if other is use:
            continue
        if other.arc != use.arc:
            return [
                branch._replace(barred=(*branch.barred, (arc, -1))) for arc in (other.arc, use.arc)
            ]
        one, two = other.subset & -other.subset, use.subset & -use.subset
        return [
            *(branch._replace(barred=(*branch.barred, (use.arc, bit))) for bit in (one, two)),
            branch._replace(paired=(*branch.paired, (use.arc, one | two))),
        ]
    return []
