"""
The whole search: smaller problems, a good network for each, a bound, and proof where it can be had.

A problem is reduced and cut into independent parts. Small parts are solved exactly; larger ones by
search, then bounded by dual ascent. What the bound proves (edges that no better network uses,
consumers that are certainly in or out) makes the part smaller again, and what is left may be small
enough for a mixed-integer solver. Bounds and networks come from different methods; where a bound
exceeds the cost of a network that has been added up independently, that is an error and said so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ContradictionError
from .ascent import tightened_bound
from .blocks import parts_of
from .milp import exact_finish
from .model import UNUSED, Model, evaluate, without_consumers
from .reduce import reduced
from .search import search
from .segments import exact_segments
from .small import fits, smallest_cost

if TYPE_CHECKING:
    import numpy.typing as npt

    from .ascent import Bound

SHRUNK_SHARE = 0.9
"""A problem is solved anew on what is left open if that has at most this share of its edges."""

PROVEN_SHARE = 1e-6
"""Relative distance between cost and bound at which a network counts as proven optimal."""

ROUNDING_SHARE = 1e-7
"""How far rounding may lift a bound above the cost it bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """
    How much work a design may take; work, not time, so that results do not depend on the machine.

    Attributes
    ----------
    search_rounds
        Rounds of ruin and recreate in the search for a good network.
    bound_rounds
        Rounds of bound, elimination and new search.
    volume
        Steps of the first-order method that improves the bound's labels, per round.
    polish
        Small repairs of these labels per round.
    circuits
        Most independent circuits of streets in a part that is solved chain by chain.
    milp_pairs
        Largest number of edges times sizes left to the mixed-integer solver; 0 leaves it out.
    milp_nodes
        Nodes of its tree.
    """

    search_rounds: int
    bound_rounds: int
    volume: int
    polish: int
    circuits: int
    milp_pairs: int
    milp_nodes: int


SKETCH = Effort(
    search_rounds=200, bound_rounds=0, volume=0, polish=0, circuits=1, milp_pairs=0, milp_nodes=0
)
"""A plan in a moment, without a bound."""

QUICK = Effort(
    search_rounds=0, bound_rounds=1, volume=0, polish=50, circuits=1, milp_pairs=0, milp_nodes=0
)
"""A plan in a moment, its bound rough."""

NORMAL = Effort(
    search_rounds=1000,
    bound_rounds=2,
    volume=25,
    polish=200,
    circuits=6,
    milp_pairs=1500,
    milp_nodes=200,
)
"""A plan in seconds."""

THOROUGH = Effort(
    search_rounds=20_000,
    bound_rounds=3,
    volume=150,
    polish=500,
    circuits=12,
    milp_pairs=20_000,
    milp_nodes=50_000,
)
"""A plan in minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """
    A network and how good it is.

    Attributes
    ----------
    parent_edge
        Edge towards the root at each node, -1 outside the tree.
    objective
        Its exact cost, prizes left out included; inf if there is no network that connects whom it
        must.
    lower_bound
        Proven bound on the objective of any network.
    proven
        Whether the two meet.
    """

    parent_edge: npt.NDArray[np.int64]
    objective: float
    lower_bound: float
    proven: bool

    @property
    def gap(self) -> float:
        """How much dearer than the bound, as a share of the bound; inf where there is none."""
        if self.objective <= self.lower_bound:
            return 0.0
        if self.lower_bound <= 0.0:
            return float(np.inf)
        return self.objective / self.lower_bound - 1.0


def solve(model: Model, *, effort: Effort = NORMAL, seed: int = 0) -> Solution:
    """
    Best network found for a design problem, with a proven bound.

    Parameters
    ----------
    model
        The problem.
    effort
        How much work it may take.
    seed
        Of the random choices of the search.

    Returns
    -------
    solution
        The network, its exact cost and the bound. Where nobody must be connected there is always
        one, if only the empty network.

    Raises
    ------
    ContradictionError
        If a bound exceeds the exact cost of a network found.
    """
    smaller = reduced(model)
    if not np.isfinite(smaller.constant):
        return _infeasible(model)
    parent_edge = np.full(smaller.model.nodes, UNUSED, dtype=np.int64)
    lower, proven = smaller.constant, True
    for part in parts_of(smaller.model):
        found = _solved_part(part.model, effort, seed)
        if not np.isfinite(found.objective):
            return _infeasible(model)
        part.into(parent_edge, found.parent_edge)
        lower += found.lower_bound
        proven &= found.proven
    whole = smaller.expanded(parent_edge)
    objective = evaluate(model, whole).objective
    return _consistent(whole, objective, lower, proven=proven)


def _infeasible(model: Model) -> Solution:
    """No network, since none connects whom it must."""
    nothing = np.full(model.nodes, UNUSED, dtype=np.int64)
    return Solution(parent_edge=nothing, objective=np.inf, lower_bound=0.0, proven=False)


def _consistent(
    parent_edge: npt.NDArray[np.int64], objective: float, lower_bound: float, *, proven: bool
) -> Solution:
    """A solution whose bound does not exceed its cost by more than rounding."""
    if not np.isfinite(objective):
        return Solution(
            parent_edge=parent_edge, objective=np.inf, lower_bound=lower_bound, proven=False
        )
    slack = ROUNDING_SHARE * max(1.0, abs(objective))
    if lower_bound > objective + slack:
        raise ContradictionError(
            f"a network that costs {objective:.6f} was found although {lower_bound:.6f} was "
            "proven to be the least; please report this with your inputs"
        )
    met = objective - lower_bound <= PROVEN_SHARE * max(abs(objective), 1.0)
    return Solution(
        parent_edge=parent_edge,
        objective=objective,
        lower_bound=min(lower_bound, objective),
        proven=proven or bool(met),
    )


def _solved_part(model: Model, effort: Effort, seed: int) -> Solution:
    """One independent part, reduced once more, solved exactly if small."""
    smaller = reduced(model)
    inner = smaller.model
    if inner.consumers == 0:
        found = Solution(
            parent_edge=np.full(inner.nodes, UNUSED, dtype=np.int64),
            objective=0.0,
            lower_bound=0.0,
            proven=True,
        )
    else:
        found = _exact_if_small(inner) or _searched(inner, effort, seed)
    return Solution(
        parent_edge=smaller.expanded(found.parent_edge),
        objective=found.objective + smaller.constant,
        lower_bound=found.lower_bound + smaller.constant,
        proven=found.proven,
    )


def _exact_if_small(model: Model) -> Solution | None:
    """The optimum of a problem of few consumers or one circuit; None if neither settles it."""
    exact = smallest_cost(model) if fits(model) else exact_segments(model, rank_max=1)
    if exact is None or not exact.proven:
        return None
    return _consistent(exact.parent_edge, exact.objective, exact.lower_bound, proven=True)


def _searched(model: Model, effort: Effort, seed: int) -> Solution:
    """A network found by search, bounded, then improved on what the bound leaves open."""
    parent_edge = search(model, rounds=effort.search_rounds, seed=seed)
    cost = evaluate(model, parent_edge).objective
    found = _consistent(parent_edge, cost, 0.0, proven=False)
    if not np.isfinite(cost) or effort.bound_rounds == 0:
        return found
    found = _by_chains(model, found, effort)
    if found.proven:
        return found
    bound = tightened_bound(
        model,
        upper_bound=found.objective,
        rounds=effort.bound_rounds,
        seed=seed,
        polish=effort.polish,
        volume=effort.volume,
    )
    lower = max(found.lower_bound, bound.value)
    found = _consistent(found.parent_edge, found.objective, lower, proven=False)
    return found if found.proven else _finished(model, found, bound, effort, seed)


def _by_chains(model: Model, found: Solution, effort: Effort) -> Solution:
    """The network after the exact method for few circuits, where it applies."""
    exact = exact_segments(
        model,
        start=found.parent_edge,
        upper_bound=found.objective,
        nodes_max=effort.milp_nodes,
        rank_max=effort.circuits,
    )
    if exact is None:
        return found
    better = exact.objective < found.objective
    return _consistent(
        exact.parent_edge if better else found.parent_edge,
        min(exact.objective, found.objective),
        exact.lower_bound,
        proven=exact.proven,
    )


def _finished(model: Model, found: Solution, bound: Bound, effort: Effort, seed: int) -> Solution:
    """What is left open solved as a smaller problem, or by a mixed-integer solver."""
    rest, edge, constant = left_open(model, bound)
    if rest.edges <= SHRUNK_SHARE * model.edges or rest.consumers < model.consumers:
        inner = solve(rest, effort=effort, seed=seed + 1)
        return _better(model, found, inner, edge, constant)
    if 0 < rest.edges * len(model.limit_kw) <= effort.milp_pairs:
        exact = exact_finish(
            rest,
            upper_bound=found.objective - constant,
            start=_on(rest, edge, found.parent_edge),
            nodes_max=effort.milp_nodes,
        )
        inner = Solution(
            parent_edge=exact.parent_edge,
            objective=exact.objective,
            lower_bound=exact.lower_bound,
            proven=exact.proven,
        )
        return _better(model, found, inner, edge, constant)
    return found


def _on(
    rest: Model, edge: npt.NDArray[np.int64], parent_edge: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64] | None:
    """A network on the edges left over; None if it uses others."""
    number = np.full(int(max(edge.max(initial=0), parent_edge.max())) + 1, UNUSED, dtype=np.int64)
    number[edge] = np.arange(len(edge))
    hung = parent_edge >= 0
    mapped = np.where(hung, number[parent_edge], UNUSED)
    if (mapped[hung] < 0).any() or not np.isfinite(evaluate(rest, mapped).objective):
        return None
    return np.asarray(mapped, dtype=np.int64)


def _better(
    model: Model,
    found: Solution,
    inner: Solution,
    edge: npt.NDArray[np.int64],
    constant: float,
) -> Solution:
    """The better network of two, with the better bound of two."""
    parent_edge, cost = found.parent_edge, found.objective
    if inner.objective + constant < cost:
        parent_edge = np.append(edge, UNUSED)[inner.parent_edge]
        cost = evaluate(model, parent_edge).objective
    lower = max(found.lower_bound, min(inner.lower_bound + constant, cost))
    return _consistent(parent_edge, cost, lower, proven=False)


def left_open(model: Model, bound: Bound) -> tuple[Model, npt.NDArray[np.int64], float]:
    """
    The problem without what a bound has settled, and what those left out cost.

    Parameters
    ----------
    model
        The problem.
    bound
        What is proven of every network better than the one found.

    Returns
    -------
    rest, edge, constant
        The problem without edges and consumers that no better network uses, the edge each of its
        edges was, and prizes lost for sure.
    """
    open_edge = ~bound.dead
    open_edge[model.source_edge] = True
    alive = np.flatnonzero(open_edge)
    number = np.full(model.edges, UNUSED, dtype=np.int64)
    number[alive] = np.arange(len(alive))
    rest = replace(
        without_consumers(
            replace(model, prize=np.where(bound.must, np.inf, model.prize)), bound.never
        ),
        tail=model.tail[alive],
        head=model.head[alive],
        cost=model.cost[alive],
        source_edge=number[model.source_edge],
    )
    return rest, alive, float(model.prize[bound.never].sum())
