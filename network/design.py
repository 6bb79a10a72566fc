"""
Which consumers, which trenches, which pipes: the network of one source or several.

`design_network` is the public face of the optimiser (`heatreach.network.optimise`): it turns
streets and tables into a problem in arrays, has it solved and bounded, and turns the answer into
tables. Every plan says how far from the best possible it can be at most, and why each consumer that
was left out was left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from .check import check_plan
from .cost import cost_by_pipe, running_per_m
from .designing.plan_tables import lying, plan_of
from .designing.problem import design_problem
from .designing.selection import investment_of, selected
from .optimise.solve import NORMAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .catalogue import Catalogue
    from .designing.plan_tables import NetworkPlan
    from .designing.problem import DesignProblem
    from .optimise.model import Model
    from .optimise.solve import Effort
    from .streets import StreetGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRules:
    """
    Conditions a network is designed for.

    Attributes
    ----------
    supply_degc, return_degc
        Design temperatures of the network [°C].
    ground_degc
        Ground temperature [°C].
    capacity_kw
        Largest design peak that the source, with its backup, may serve [kW].
    loss_value_per_mwh
        Present value of one MWh of heat lost every year over the life [money·year/MWh].
    upkeep_value_share
        What is paid on top of a trench, soft costs and the present value of its upkeep over the
        life, less what is left of it at the end and what a grant pays, as a share of its cost;
        above −1.
    reach_m
        Longest route from the source [m].
    loss_factor
        Heat lost over the year as a share of what the pipes lose at design temperatures.
    pumping_value_per_kw
        Present value over the life of one kW of hydraulic power at design flow [money/kW].
    flow_share
        How far pipes are filled, design flow over the largest flow.
    annuity_years
        Present value of one unit of money every year over the life [years]; turns what a consumer
        falls short of into a heat price.
    """

    supply_degc: float
    return_degc: float
    ground_degc: float
    capacity_kw: float
    loss_value_per_mwh: float
    reach_m: float
    upkeep_value_share: float = 0.0
    loss_factor: float = 1.0
    pumping_value_per_kw: float = 0.0
    flow_share: float = 1.0
    annuity_years: float = float("nan")


def design_network(
    streets: StreetGraph,
    sources: int | Sequence[int] | pd.DataFrame,
    consumers: pd.DataFrame,
    *,
    mode: Literal["npv", "all"],
    catalogue: Catalogue,
    rules: DesignRules,
    values: npt.NDArray[np.float64] | None = None,
    existing: pd.DataFrame | None = None,
    budget: float | None = None,
    heat_target_mwh: float | None = None,
    effort: Effort = NORMAL,
    seed: int = 0,
) -> NetworkPlan:
    """
    Network from one source or several to the consumers worth serving, with a proven bound.

    Parameters
    ----------
    streets
        Street graph with sources and consumers attached as leaves; a consumer may have several
        candidate service pipes, of which the plan uses one.
    sources
        Graph node of the source, nodes of several, or a table with ``node`` and, where they
        differ, ``capacity_kw`` [kW] and ``opening_cost`` [money].
    consumers
        Columns ``node`` (graph node, -1 if unconnected), ``peak_kw`` [kW] and ``value`` [money]:
        present value of connecting the consumer before any trench is paid. Optional:
        ``coincident_kw`` [kW], ``annual_heat_mwh`` and ``tariff_per_mwh`` (for break-even prices),
        ``choice`` (``forced``, ``forbidden`` or blank), ``group`` (those of one name join all or
        none).
    mode
        ``"npv"`` connects who is worth it, ``"all"`` everyone in reach.
    catalogue
        Pipes to choose from.
    rules
        Temperatures, capacity, economics and reach.
    values
        Present value of each consumer at each source where it differs, shape (consumers, sources);
        ``value`` is then not read.
    existing
        Pipes that lie already: columns ``edge`` (street edge) and ``size`` (position in the
        catalogue). Up to their size they cost only the heat they lose; a larger pipe in their place
        costs as a new one.
    budget
        Largest investment in trenches and pipes [money].
    heat_target_mwh
        Least annual heat of the consumers connected [MWh]; needs ``annual_heat_mwh``.
    effort
        How much work the search and its bound may take.
    seed
        Of the random choices of the search.

    Returns
    -------
    plan
        The network.

    Raises
    ------
    ValueError
        If a budget or heat target cannot be kept, or both are given, a forced consumer cannot be
        reached, or consumers share a node.
    ContradictionError
        If the plan does not add up or a bound exceeds its cost.

    Notes
    -----
    Minimises what trenches cost over the life plus the value of consumers left out, with the pipe
    of each section from the catalogue at its design flow. Method and bound: see
    `heatreach.network.optimise`.
    """
    table = source_table(sources, rules)
    people = consumer_table(consumers, len(table), values)
    prize, source_cost = _prizes(people, values, mode, len(table))
    problem = design_problem(
        streets,
        table,
        people,
        prize=prize,
        source_cost=source_cost,
        cost=_cost_beside(streets, catalogue, rules, existing),
        catalogue=catalogue,
        rules=rules,
    )
    find = partial(
        selected,
        consumers=people,
        investment=investment_of(problem, streets, catalogue, lying(streets, existing)),
        budget=budget,
        heat_target_mwh=heat_target_mwh,
        effort=effort,
        seed=seed,
    )
    _refuse_out_of_reach(people, problem)
    solution, meaning = find(problem)
    fits = np.isfinite(solution.objective)
    if not fits:
        problem = replace(problem, model=_as_many_as_fit(problem.model))
        solution, meaning = find(problem)
    plan = plan_of(
        problem, solution, streets, people, catalogue=catalogue, rules=rules, existing=existing
    )
    check_plan(
        plan,
        streets,
        catalogue,
        rules,
        capacity_kw=table["capacity_kw"].to_numpy(dtype=float),
        existing=existing,
    )
    return replace(plan, limit_words=meaning) if fits else _without_bound(plan)


def source_table(sources: int | Sequence[int] | pd.DataFrame, rules: DesignRules) -> pd.DataFrame:
    """
    Sources with node, capacity and opening cost.

    Parameters
    ----------
    sources
        Node, nodes or table.
    rules
        Capacity of those that state none.

    Returns
    -------
    table
        ``node``, ``capacity_kw``, ``opening_cost``.
    """
    if isinstance(sources, pd.DataFrame):
        table = sources.reset_index(drop=True)
    else:
        table = pd.DataFrame({"node": np.atleast_1d(np.asarray(sources, dtype=np.int64))})
    default: dict[str, Any] = {"capacity_kw": rules.capacity_kw, "opening_cost": 0.0}
    return table.assign(**{name: table.get(name, value) for name, value in default.items()})


def consumer_table(
    consumers: pd.DataFrame, sources: int, values: npt.NDArray[np.float64] | None
) -> pd.DataFrame:
    """
    Consumers with every column the design reads.

    Parameters
    ----------
    consumers
        As given.
    sources
        Number of sources.
    values
        Value of each consumer at each source, if it differs.

    Returns
    -------
    table
        The consumers, missing columns filled in.

    Raises
    ------
    ValueError
        If the values do not match consumers and sources, or consumers share a node.
    """
    if values is not None and values.shape != (len(consumers), sources):
        raise ValueError(
            f"values must have one row per consumer and one column per source, "
            f"({len(consumers)}, {sources}), not {values.shape}"
        )
    default: dict[str, Any] = {
        **{"value": 0.0, "coincident_kw": 0.0, "choice": ""},
        **{"annual_heat_mwh": np.nan, "tariff_per_mwh": np.nan},
    }
    missing = {name: value for name, value in default.items() if name not in consumers}
    frame = consumers.assign(**missing)
    node = frame.loc[frame["node"] >= 0, "node"]
    shared = frame.index[frame["node"].isin(node[node.duplicated()])].tolist()
    if shared:
        raise ValueError(f"consumers {shared} share a graph node; give each its own, or merge them")
    return frame if values is None else frame.assign(value=values.max(axis=1))


def _prizes(
    consumers: pd.DataFrame, values: npt.NDArray[np.float64] | None, mode: str, sources: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Prize of each consumer and what it is worth less at each source."""
    value = consumers["value"].to_numpy(dtype=float)
    less = np.zeros((len(value), sources)) if values is None else value[:, None] - values
    choice = consumers["choice"].to_numpy()
    prize = np.where((choice == "forced") | (mode == "all"), np.inf, value)
    return np.where(choice == "forbidden", -np.inf, prize), less


def _cost_beside(
    streets: StreetGraph, catalogue: Catalogue, rules: DesignRules, existing: pd.DataFrame | None
) -> npt.NDArray[np.float64]:
    """Cost of each edge with each pipe where some pipes lie already."""
    cost = cost_by_pipe(streets, catalogue, rules)
    if existing is None or existing.empty:
        return cost
    edge = existing["edge"].to_numpy(dtype=np.int64)
    size = existing["size"].to_numpy(dtype=np.int64)
    covered = np.arange(cost.shape[1]) <= size[:, None]
    loss = (running_per_m(catalogue, rules)[size] * streets.length_m[edge])[:, None]
    cost[edge] = np.where(covered, loss, cost[edge])
    return cost


def _refuse_out_of_reach(consumers: pd.DataFrame, problem: DesignProblem) -> None:
    """An error that names consumers who are forced in but have no way or pipe to a source."""
    inside = np.zeros(len(consumers), dtype=bool)
    inside[problem.row] = True
    forced = (consumers["choice"] == "forced").to_numpy()
    if (forced & ~inside).any():
        names = consumers.index[forced & ~inside].tolist()
        raise ValueError(f"consumers {names} are forced in, but no source reaches them with a pipe")


def _without_bound(plan: NetworkPlan) -> NetworkPlan:
    """A plan that leaves out consumers it should connect: nothing is proven, no price is named."""
    parts = plan.cost_parts | {"left_out": 0.0}
    short = "not everybody can be connected: source or largest pipe too small"
    left = ~plan.consumers["connected"] & plan.consumers["reason_key"].notna()
    people = plan.consumers.assign(
        reason=plan.consumers["reason"].mask(left, short),
        **dict.fromkeys(("joining_cost", "grant", "break_even_price_per_mwh"), np.nan),
    )
    return replace(
        plan,
        consumers=people,
        cost_parts=parts,
        objective=sum(parts.values()),
        lower_bound=np.nan,
        gap=np.nan,
        proven=False,
        limit_words=short,
    )


def _as_many_as_fit(model: Model) -> Model:
    """The problem with consumers that must be connected made very valuable instead."""
    dearest = np.where(np.isfinite(model.cost), model.cost, 0.0).max(axis=1).sum()
    finite = model.prize[np.isfinite(model.prize)].sum()
    prize = np.where(np.isinf(model.prize), dearest + finite + 1.0, model.prize)
    return replace(model, prize=prize)
