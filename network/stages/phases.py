"""
Growth plans: which consumers connect in which stage, and which pipe is laid when.

A network for the end state comes from the solver; the plan then says for each of its consumers in
which stage it connects (or never), under a budget per stage. Trenches are dug when the first
consumer behind them connects, so every stage hangs on the source through what exists. Pipes are
sized for the end state at once or laid small and replaced, whichever is cheaper (`stage_costs`).

How the stages are found is in `staging`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..optimise.groups import solve_restricted
from ..optimise.model import evaluate
from ..optimise.multipliers import within_budget
from .growth import Growth, Stages, growth
from .stage_costs import END, STEPWISE, prices, staged
from .staging import best_staging

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..optimise.groups import Solver
    from ..optimise.model import Model

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["GrowthPlan", "Stages", "growth_plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPlan:
    """
    A network built in stages.

    Attributes
    ----------
    parent_edge
        Tree of the end state: edge towards the root at each node, -1 outside; sections never built
        are left out.
    consumers
        One row per consumer of the model: ``consumer, stage`` (-1 for never), ``year``.
    edges
        One row per laying: ``stage, edge, node, size, replaced`` (whether a smaller pipe lay
        there), ``investment`` [money of the stage], ``cost`` [present value].
    stages
        One row per stage: ``stage, year, budget, spent, connected, heat_mwh`` (new in the stage),
        ``value`` (of consumers), ``cost`` (investment and running) and ``npv`` [present value].
    npv
        Net present value of the plan.
    npv_bound
        Value that no staging of any network exceeds; NaN where none is known.
    npv_all_at_once
        The same consumers, all connected in the first stage whatever it costs; -inf where some may
        not connect so early.
    npv_end_sized
        The same stages, each pipe laid for the end state at once, whatever it costs.
    npv_stage_sized
        The same stages, each pipe laid for its stage and replaced when outgrown.
    """

    parent_edge: Ints
    consumers: pd.DataFrame
    edges: pd.DataFrame
    stages: pd.DataFrame
    npv: float
    npv_bound: float
    npv_all_at_once: float
    npv_end_sized: float
    npv_stage_sized: float


def growth_plan(
    model: Model,
    *,
    investment: Floats,
    stages: Stages,
    heat_mwh: Floats,
    solver: Solver,
    replacement: Floats | None = None,
    earliest: Ints | None = None,
) -> GrowthPlan:
    """
    Growth plan of a network under a budget per stage.

    Parameters
    ----------
    model
        The problem; its costs and prizes are present values of a life that begins now.
    investment
        Part of each edge's cost that is spent when it is laid [money], shape (m, sizes). The rest
        is the present value of losses and pumping and is spread over the years a pipe lies.
    stages
        Years, budgets and discounting.
    heat_mwh
        Annual heat of each consumer [MWh], shape (k,).
    solver
        Solves a model and bounds it.
    replacement
        Investment where a pipe replaces a smaller one [money], shape (m, sizes); by default the
        same as laying it in new ground.
    earliest
        First stage in which each consumer may connect, shape (k,); by default the first of all.

    Returns
    -------
    plan
        Stages, layings and present values.

    Raises
    ------
    ValueError
        If the stages are not in order, or consumers that must be connected cannot be within the
        budgets.

    Notes
    -----
    NPV = sum of value · service(stage) - investment · discount(stage) - running cost · (service at
    laying - service at replacement), with the two shares of `Stages`. Without budgets no plan can
    be worth more than service(first stage) times the best network built at once: by partial
    summation over the stages it is a mean of networks, none worth more than the best.
    """
    _check(model, stages)
    replacement = investment if replacement is None else replacement
    first = np.zeros(model.consumers, dtype=np.int64) if earliest is None else earliest
    best, npv, plan = np.empty(0, dtype=np.int64), -np.inf, None
    trees, lower = _end_states(model, investment=investment, stages=stages, solver=solver)
    for tree in trees:
        candidate = growth(
            model,
            tree,
            stages=stages,
            investment=investment,
            replacement=replacement,
            earliest=first,
        )
        staging = best_staging(candidate)
        worth = float(staged(candidate, staging[None, :]).npv[0])
        if worth > npv:
            best, npv, plan = staging, worth, candidate
    if plan is None:
        raise ValueError(
            "no staging connects the consumers that must be connected within the budgets; raise "
            "the budget of a stage, or let them connect later"
        )
    bound = np.nan
    rises = investment[:, 1:] <= replacement[:, 1:] + investment[:, :-1] + 1e-9
    if np.isfinite(model.prize).all() and rises[np.isfinite(model.cost[:, 1:])].all():
        bound = float(stages.service[0]) * max(float(model.prize.sum()) - lower, 0.0)
    return _reported(plan, best, heat_mwh=heat_mwh, bound=bound)


def _check(model: Model, stages: Stages) -> None:
    """Refuse stages that are not in order."""
    year, budget = np.asarray(stages.year, dtype=float), np.asarray(stages.budget, dtype=float)
    if not len(year) or year.shape != budget.shape:
        raise ValueError(f"{len(year)} years and {len(budget)} budgets; one of each per stage")
    if (np.diff(year) <= 0.0).any() or year[0] < 0.0 or not (budget >= 0.0).all():
        raise ValueError(
            f"years must rise from 0 on and budgets not be negative: {year.tolist()}, "
            f"{budget.tolist()}"
        )
    if model.consumers and (model.prize < 0.0).any():
        raise ValueError("consumers with a negative prize must be left out of the model")


def _end_states(
    model: Model, *, investment: Floats, stages: Stages, solver: Solver
) -> tuple[list[Ints], float]:
    """Best network and, if it costs more than all budgets, the best within; bound of the first."""
    nobody = np.zeros(model.consumers, dtype=bool)
    free, lower = solve_restricted(
        model, solver=solver, forced=np.isinf(model.prize), forbidden=nobody
    )
    found = evaluate(model, free)
    nodes = np.flatnonzero(free >= 0)
    size = np.minimum(found.size[nodes], investment.shape[1] - 1)
    spent = float(investment[free[nodes], size].sum())
    budget = float(np.sum(stages.budget))
    if spent <= budget:
        return [free], lower
    limited = within_budget(model, investment, budget=budget, solver=solver)
    return [free, limited.parent_edge], lower


def _reported(plan: Growth, staging: Ints, *, heat_mwh: Floats, bound: float) -> GrowthPlan:
    """The plan as tables."""
    model, number = plan.model, len(plan.stages.year)
    found = staged(plan, staging[None, :])
    together = np.where(staging < number, 0, number)[None, :]
    tree = np.full(model.nodes, -1, dtype=np.int64)
    built = (found.size[:, 0, -1] >= 0) & (plan.edge >= 0)
    tree[plan.node[built]] = plan.edge[built]
    unlimited = staged(plan, together, sizing=END).npv[0]
    return GrowthPlan(
        parent_edge=tree,
        consumers=_consumer_table(plan, staging),
        edges=_edge_table(plan, found.size, found.laid),
        stages=_stage_table(plan, staging, size=found.size, laid=found.laid, heat_mwh=heat_mwh),
        npv=float(found.npv[0]),
        npv_bound=bound,
        npv_all_at_once=float(unlimited),
        npv_end_sized=float(staged(plan, staging[None, :], sizing=END).npv[0]),
        npv_stage_sized=float(staged(plan, staging[None, :], sizing=STEPWISE).npv[0]),
    )


def _consumer_table(plan: Growth, staging: Ints) -> pd.DataFrame:
    """Stage and year of each consumer of the model."""
    number = len(plan.stages.year)
    stage = np.full(plan.model.consumers, -1)
    stage[plan.consumer] = np.where(staging < number, staging, -1)
    year = np.append(np.asarray(plan.stages.year, dtype=float), np.nan)
    table = {"consumer": np.arange(plan.model.consumers), "stage": stage, "year": year[stage]}
    return pd.DataFrame(table)


def _edge_table(plan: Growth, size: Ints, laid: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """One row per laying, stage by stage."""
    money = prices(plan, size, laid)[:, 0, :]
    stage, section = np.nonzero(laid[:, 0, :].T & (plan.edge >= 0))
    first = np.argmax(laid[:, 0, :], axis=1)
    discount, service = plan.stages.discount, np.append(plan.stages.service, 0.0)
    size_of = size[:, 0, :]
    end = np.array(
        [
            next((t for t in range(s + 1, len(discount)) if laid[row, 0, t]), len(discount))
            for s, row in zip(stage.tolist(), section.tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    spent, chosen = money[section, stage], size_of[section, stage]
    running = plan.running[section, chosen] * (service[stage] - service[end])
    return pd.DataFrame(
        {
            "stage": stage,
            "edge": plan.edge[section],
            "node": plan.node[section],
            "size": chosen,
            "replaced": stage > first[section],
            "investment": spent,
            "cost": spent * discount[stage] + running,
        }
    )


def _stage_table(
    plan: Growth, staging: Ints, *, size: Ints, laid: npt.NDArray[np.bool_], heat_mwh: Floats
) -> pd.DataFrame:
    """What happens in each stage; sums over the stages are those of the plan."""
    number = len(plan.stages.year)
    joined = staging < number
    stage, heat = staging[joined], heat_mwh[plan.consumer][joined]
    edges = _edge_table(plan, size, laid)
    service = plan.stages.service
    value = np.bincount(stage, weights=plan.value[joined] * service[stage], minlength=number)
    cost = np.bincount(edges["stage"], weights=edges["cost"], minlength=number)
    return pd.DataFrame(
        {
            "stage": np.arange(number),
            "year": np.asarray(plan.stages.year, dtype=float),
            "budget": np.asarray(plan.stages.budget, dtype=float),
            "spent": np.bincount(edges["stage"], weights=edges["investment"], minlength=number),
            "connected": np.bincount(stage, minlength=number),
            "heat_mwh": np.bincount(stage, weights=heat, minlength=number),
            "value": value,
            "cost": cost,
            "npv": value - cost,
        }
    )
