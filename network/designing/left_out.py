"""Who is in a plan and who is left out, with the reason and what would bring a consumer in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..optimise.model import UNUSED
from .break_even import break_even

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..design import DesignRules
    from ..optimise.model import Evaluation
    from ..optimise.solve import Solution
    from .problem import DesignProblem

BREAK_EVEN = (
    *("reason_key", "joining_cost", "grant"),
    *("break_even_price_per_mwh", "missing_m", "nearer_m"),
)
"""Columns that say what would bring in a consumer that was left out."""


def consumers_with_reasons(
    problem: DesignProblem,
    solution: Solution,
    state: Evaluation,
    consumers: pd.DataFrame,
    length_m: npt.NDArray[np.float64],
    rules: DesignRules,
) -> pd.DataFrame:
    """
    Consumers with who is connected to which source, and why the others are not.

    Parameters
    ----------
    problem, solution, state
        The problem, the network found and what it carries.
    consumers
        As given, every column filled in.
    length_m
        Length of each street edge [m].
    rules
        Reach, and what turns a shortfall into a price.

    Returns
    -------
    consumers
        With ``connected``, ``source``, ``route_m``, ``reason`` and the columns `BREAK_EVEN`.
    """
    source = np.full(len(consumers), UNUSED, dtype=np.int64)
    source[problem.row] = state.source
    left = _left_out(problem, solution, consumers, length_m, rules)
    number = pd.RangeIndex(len(consumers))
    table = left.reindex(number).set_axis(consumers.index)
    why = _outside_words(problem, consumers, rules)
    why[problem.row] = table["words"].to_numpy()[problem.row]
    why[source >= 0] = "connected"
    figures = {name: table[name].to_numpy() for name in BREAK_EVEN}
    return consumers.assign(
        connected=source >= 0,
        source=source,
        route_m=problem.route_m,
        reason=why,
        **figures,
    )


def _left_out(
    problem: DesignProblem,
    solution: Solution,
    consumers: pd.DataFrame,
    length_m: npt.NDArray[np.float64],
    rules: DesignRules,
) -> pd.DataFrame:
    """Break-evens of those the plan could reach but leaves out, by row of the consumers."""
    length = np.where(problem.edge >= 0, length_m[problem.edge], 0.0)
    table = break_even(
        problem.model,
        solution.parent_edge,
        length_m=length,
        heat_mwh=consumers["annual_heat_mwh"].to_numpy(dtype=float)[problem.row],
        annuity_years=rules.annuity_years,
        heat_price_per_mwh=consumers["tariff_per_mwh"].to_numpy(dtype=float)[problem.row],
    )
    names = {"heat_price_per_mwh": "break_even_price_per_mwh", "reason": "reason_key"}
    renamed = table.rename(columns=names)
    return renamed.set_axis(problem.row[table.index.to_numpy()])


def _outside_words(
    problem: DesignProblem, consumers: pd.DataFrame, rules: DesignRules
) -> npt.NDArray[np.object_]:
    """Why consumers that are no part of the problem are none."""
    reach = f"route is longer than {rules.reach_m:,.0f} m"
    far = problem.route_m > rules.reach_m
    why = np.full(len(consumers), "its peak is more than the largest pipe carries", dtype=object)
    why[~consumers[["value", "peak_kw"]].notna().all(axis=1).to_numpy()] = (
        "its value or peak is unknown"
    )
    why[np.isin(consumers["node"].to_numpy(), problem.source)] = "stands at the data centre itself"
    why[far] = reach
    why[np.isnan(problem.route_m)] = "no street route from the data centre"
    why[consumers["choice"].to_numpy() == "forbidden"] = "kept out by the user"
    return why
