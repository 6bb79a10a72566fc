"""
Networks under a budget or for a heat target, by a price on what is scarce.

A limit on a sum over the network (investment) or over the consumers left out (heat missed) is
relaxed with a multiplier: edges cost more, or prizes weigh more, and the relaxed problem is an
ordinary one (Everett 1963; Geoffrion 1974). Each multiplier yields a valid bound, so the best bound
over the multipliers tried is one. The next multiplier is where the lines of the last solution
within the limit and the last one beyond it meet, which finds the best one in few steps.

Solutions within the limit seldom use all of it; they are filled, and those beyond it repaired, by
joining and leaving of single consumers and groups at their exact cost. What gap is left can be
closed by branching on consumers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from .branching import TOLERANCE, Relaxed, search_branches
from .filling import Scarce, filled, grouped
from .groups import reachable, rules, solve_restricted
from .lagrange import best_multiplier
from .model import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from .groups import Rules, Solver
    from .lagrange import Dual
    from .model import Model

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """
    A network under a budget or for a heat target.

    Attributes
    ----------
    parent_edge
        Edge towards the root at each node, -1 outside the tree.
    objective
        Its objective in the model given.
    lower_bound
        Value that no network within the limit undercuts.
    proven
        Whether the two meet.
    used, limit
        Investment and budget, or heat connected and its target.
    multiplier
        Price of the limit: change of the objective per unit of it, never negative.
    meaning
        The multiplier in words.
    branches
        Number of branches looked at.
    """

    parent_edge: Ints
    objective: float
    lower_bound: float
    proven: bool
    used: float
    limit: float
    multiplier: float
    meaning: str
    branches: int

    @property
    def gap(self) -> float:
        """Distance to the bound, as a share of the objective."""
        return (self.objective - self.lower_bound) / max(abs(self.objective), 1e-300)


def within_budget(
    model: Model,
    investment: Floats,
    *,
    budget: float,
    solver: Solver,
    forced: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    groups: Sequence[Iterable[int]] = (),
    rounds: int = 20,
    branches: int = 1,
) -> Limited:
    """
    Best network that a budget pays for, with a bound.

    Parameters
    ----------
    model
        The problem.
    investment
        Investment in each edge in each size [money], shape (m, sizes); never falls with size.
    budget
        Largest sum of investment [money].
    solver
        Solves a model and bounds it.
    forced, forbidden, groups
        Rules on consumers as in `heatreach.network.optimise.groups.choose`.
    rounds
        Multipliers tried per branch.
    branches
        Most branches; 1 leaves the gap as it is.

    Returns
    -------
    limited
        Network, bound and what one more unit of budget is worth.

    Raises
    ------
    ValueError
        If the consumers that must be connected cost more than the budget.
    """
    finite = np.where(np.isfinite(model.cost), investment, np.inf)
    scarce = Scarce(edge=finite, left=np.zeros(model.consumers), limit=budget)
    asked = rules(model, forced=forced, forbidden=forbidden, groups=groups)
    return _limited(
        model, scarce, kind="budget", rules=asked, solver=solver, rounds=rounds, branches=branches
    )


def to_heat_target(
    model: Model,
    heat_mwh: Floats,
    *,
    target_mwh: float,
    solver: Solver,
    forced: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    groups: Sequence[Iterable[int]] = (),
    rounds: int = 20,
    branches: int = 1,
) -> Limited:
    """
    Best network that connects at least a given heat, with a bound.

    Parameters
    ----------
    model
        The problem.
    heat_mwh
        Annual heat of each consumer [MWh], shape (k,).
    target_mwh
        Least sum of annual heat to be connected [MWh].
    solver
        Solves a model and bounds it.
    forced, forbidden, groups
        Rules on consumers as in `heatreach.network.optimise.groups.choose`.
    rounds
        Multipliers tried per branch.
    branches
        Most branches; 1 leaves the gap as it is.

    Returns
    -------
    limited
        Network, bound and what one more MWh costs.

    Raises
    ------
    ValueError
        If the target cannot be reached; says what can.
    """
    asked = rules(model, forced=forced, forbidden=forbidden, groups=groups)
    most = float(heat_mwh[reachable(model) & ~asked.forbidden].sum())
    if target_mwh > most * (1.0 + TOLERANCE):
        raise ValueError(
            f"a heat target of {target_mwh:.6g} MWh a year cannot be reached: consumers that any "
            f"way leads to and that are allowed need {most:.6g} MWh; lower the target to that"
        )
    edge = np.zeros_like(model.cost)
    scarce = Scarce(edge=edge, left=heat_mwh, limit=float(heat_mwh.sum()) - target_mwh)
    return _limited(
        model, scarce, kind="heat", rules=asked, solver=solver, rounds=rounds, branches=branches
    )


def _limited(
    model: Model,
    scarce: Scarce,
    *,
    kind: Literal["budget", "heat"],
    rules: Rules,
    solver: Solver,
    rounds: int,
    branches: int,
) -> Limited:
    """Branch and bound over consumers, each branch bounded by its best multiplier."""
    alone = np.flatnonzero(~grouped(model, rules) & ~rules.forced & ~rules.forbidden)
    units = [*rules.groups, *alone[:, None]]
    first: list[Dual] = []

    def relax(must: Flags, banned: Flags) -> Relaxed:
        dual = best_multiplier(
            model, scarce, must=must, banned=banned, solver=solver, rounds=rounds
        )
        first.append(dual)
        trees = [tree for tree in (dual.within, dual.beyond) if tree is not None]
        repaired = [filled(model, tree, scarce=scarce, rules=rules) for tree in trees]
        if len(first) == 1:
            repaired += _resolved(model, repaired, scarce=scarce, rules=rules, solver=solver)
        split = _open_unit(model, trees, units=units)
        if dual.beyond is None and not (split >= 0 and len(units[split]) > 1):
            split = -1
        return Relaxed(lower_bound=dual.lower_bound, candidates=(*trees, *repaired), split=split)

    def value(tree: Ints) -> float:
        found = evaluate(model, tree)
        allowed = rules.allow(found.connected) and scarce.kept_by(scarce.used(found, tree))
        return found.objective if allowed else np.inf

    choice = search_branches(
        model,
        forced=rules.forced,
        forbidden=rules.forbidden,
        units=units,
        relax=relax,
        value=value,
        branches=branches,
    )
    if not np.isfinite(choice.objective):
        raise ValueError(_refusal(model, scarce, kind=kind, rules=rules, tree=first[0].beyond))
    used = scarce.used(evaluate(model, choice.parent_edge), choice.parent_edge)
    total = float(scarce.left.sum())
    return Limited(
        parent_edge=choice.parent_edge,
        objective=choice.objective,
        lower_bound=choice.lower_bound,
        proven=choice.proven,
        used=used if kind == "budget" else total - used,
        limit=scarce.limit if kind == "budget" else total - scarce.limit,
        multiplier=first[0].multiplier,
        meaning=_meaning(kind, first[0].multiplier),
        branches=choice.branches,
    )


def _resolved(
    model: Model, trees: list[Ints], *, scarce: Scarce, rules: Rules, solver: Solver
) -> list[Ints]:
    """Trees drawn anew for the same consumers."""
    found = [evaluate(model, tree).connected for tree in trees]
    return [
        solve_restricted(model, solver=solver, forced=connected, forbidden=~connected)[0]
        for connected in found
        if rules.allow(connected) and scarce.left[~connected].sum() <= scarce.limit + scarce.slack
    ]


def _open_unit(model: Model, trees: list[Ints], *, units: Sequence[Ints]) -> int:
    """Unit with the largest peak on which solutions, or its members, differ; -1 if none."""
    if not trees or not units:
        return -1
    masks = np.array([evaluate(model, tree).connected for tree in trees])
    open_kw = [
        float(model.peak_kw[unit].sum()) if masks[:, unit].any() != masks[:, unit].all() else -1.0
        for unit in units
    ]
    return int(np.argmax(open_kw)) if max(open_kw) >= 0.0 else -1


def _meaning(kind: Literal["budget", "heat"], multiplier: float) -> str:
    """The multiplier in words."""
    if multiplier == 0.0:
        return "the limit does not bind: the best network without it keeps it"
    if kind == "budget":
        return f"one more unit of budget is worth about {multiplier:.4g} in present value"
    return f"one more MWh of heat a year costs about {multiplier:.4g} in present value"


def _refusal(
    model: Model,
    scarce: Scarce,
    *,
    kind: Literal["budget", "heat"],
    rules: Rules,
    tree: Ints | None,
) -> str:
    """Why there is no network within the limit, with the nearest one found."""
    must = int(np.count_nonzero(rules.forced))
    if tree is None:
        return f"the sources cannot serve the {must} consumers that must be connected"
    used = scarce.used(evaluate(model, tree), tree)
    if kind == "budget":
        return (
            f"no network within a budget of {scarce.limit:.6g} connects the {must} consumers that "
            f"must be connected; the least found costs {used:.6g}; raise the budget to that"
        )
    total = float(scarce.left.sum())
    return (
        f"a heat target of {total - scarce.limit:.6g} MWh a year cannot be met by the sources; the "
        f"most found is {total - used:.6g} MWh; lower the target or raise the capacity"
    )
