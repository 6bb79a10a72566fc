"""
A network that grows: designed on streets, built in stages with a budget each.

The public face of `phases`, as `design` is that of the optimiser: streets and tables in, tables of
who connects when and which pipe is laid where and when out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..design import consumer_table, source_table
from ..designing.plan_tables import lying
from ..designing.problem import design_problem
from ..designing.selection import investment_of
from ..optimise.model import UNUSED
from ..optimise.solve import NORMAL, solve
from .phases import growth_plan

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..catalogue import Catalogue
    from ..design import DesignRules
    from ..optimise.solve import Effort
    from ..streets import StreetGraph
    from .growth import Stages
    from .phases import GrowthPlan


def design_growth(
    streets: StreetGraph,
    source: int,
    consumers: pd.DataFrame,
    *,
    stages: Stages,
    catalogue: Catalogue,
    rules: DesignRules,
    effort: Effort = NORMAL,
    seed: int = 0,
) -> GrowthPlan:
    """
    Growth plan of the network of one source.

    Parameters
    ----------
    streets
        Street graph with source and consumers attached as leaves.
    source
        Graph node of the source.
    consumers
        As for `heatreach.network.design_network`, with ``annual_heat_mwh`` [MWh] and, where a
        consumer cannot connect at once, ``earliest_stage`` (0 for the first).
    stages
        Years, budgets and discounting.
    catalogue, rules
        Pipes and conditions of the design.
    effort, seed
        Of the search for the end state.

    Returns
    -------
    plan
        ``consumers`` indexed like those given, those who cannot be reached in stage -1; ``edges``
        with street ``edge`` and ``dn``.

    Raises
    ------
    ValueError
        If the stages are not in order or consumers that must connect cannot.
    """
    people = consumer_table(consumers, 1, None)
    value = people["value"].to_numpy(dtype=float)
    forced = people["choice"].to_numpy() == "forced"
    problem = design_problem(
        streets,
        source_table(source, rules),
        people,
        prize=np.where(forced, np.inf, np.where(value > 0.0, value, -np.inf)),
        source_cost=np.zeros((len(people), 1)),
        cost=None,
        catalogue=catalogue,
        rules=rules,
    )
    kept = people.iloc[problem.row]
    earliest = kept.get("earliest_stage")
    plan = growth_plan(
        problem.model,
        investment=investment_of(problem, streets, catalogue, lying(streets, None)),
        stages=stages,
        heat_mwh=kept["annual_heat_mwh"].to_numpy(dtype=float),
        solver=partial(solve, effort=effort, seed=seed),
        earliest=None if earliest is None else earliest.to_numpy(dtype=np.int64),
    )
    return _on_streets(plan, problem.edge, problem.row, people, catalogue)


def _on_streets(
    plan: GrowthPlan,
    edge: npt.NDArray[np.int64],
    row: npt.NDArray[np.int64],
    consumers: pd.DataFrame,
    catalogue: Catalogue,
) -> GrowthPlan:
    """The plan's tables in terms of streets, pipes and the consumers given."""
    stage = np.full(len(consumers), UNUSED, dtype=np.int64)
    year = np.full(len(consumers), np.nan)
    number = row[plan.consumers["consumer"].to_numpy(dtype=np.int64)]
    stage[number] = plan.consumers["stage"]
    year[number] = plan.consumers["year"]
    laid = plan.edges.assign(
        edge=edge[plan.edges["edge"].to_numpy(dtype=np.int64)],
        dn=catalogue.dn[plan.edges["size"].to_numpy(dtype=np.int64)],
    )
    return replace(
        plan, consumers=consumers.assign(stage=stage, year=year), edges=laid.drop(columns="node")
    )
