"""
Which consumers a design may choose from, and under which limit.

By default everybody is connected who is worth it. A budget, a heat target or groups that join all
or none change what is looked for; each is handed to the method that finds and bounds it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..cost import capex_by_pipe
from ..optimise.groups import choose
from ..optimise.model import without_consumers
from ..optimise.multipliers import to_heat_target, within_budget
from ..optimise.solve import Solution, solve

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..catalogue import Catalogue
    from ..optimise.branching import Choice
    from ..optimise.model import Model
    from ..optimise.multipliers import Limited
    from ..optimise.solve import Effort
    from ..streets import StreetGraph
    from .problem import DesignProblem


def selected(
    problem: DesignProblem,
    consumers: pd.DataFrame,
    *,
    investment: npt.NDArray[np.float64],
    budget: float | None,
    heat_target_mwh: float | None,
    effort: Effort,
    seed: int,
) -> tuple[Solution, str]:
    """
    Best network found within a limit, and what the limit costs, in words.

    Parameters
    ----------
    problem
        The problem.
    consumers
        Consumers given: ``group``, ``annual_heat_mwh``.
    investment
        Investment in each edge of the model with each pipe, shape (edges, pipes).
    budget
        Largest investment in trenches, or nothing.
    heat_target_mwh
        Least heat connected, or nothing.
    effort, seed
        Of the search.

    Returns
    -------
    solution, meaning
        The network; blank words where there is no limit.

    Raises
    ------
    ValueError
        If both limits are given, or one cannot be kept.
    """
    if budget is not None and heat_target_mwh is not None:
        raise ValueError("give either a budget or a heat target, not both")
    model, groups = problem.model, _groups(problem, consumers)
    solver = partial(_solved, effort=effort, seed=seed)
    if budget is not None:
        found = within_budget(model, investment, budget=budget, solver=solver, groups=groups)
    elif heat_target_mwh is not None:
        heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)[problem.row]
        found = to_heat_target(
            model, heat, target_mwh=heat_target_mwh, solver=solver, groups=groups
        )
    elif groups:
        choice = choose(model, solver=solver, groups=groups)
        return _without_losses(model, choice), ""
    else:
        return _without_losses(model, solver(model)), ""
    return _without_losses(model, found), found.meaning


def _solved(model: Model, *, effort: Effort, seed: int) -> Solution:
    """Solution of a problem some of whose consumers may be worth nothing: those never join."""
    losing = ~(model.prize > 0.0)
    found = solve(without_consumers(model, losing), effort=effort, seed=seed)
    less = float(model.prize[losing].sum())
    return replace(found, objective=found.objective + less, lower_bound=found.lower_bound + less)


def _without_losses(model: Model, found: Solution | Limited | Choice) -> Solution:
    """
    A solution whose objective counts what consumers are worth from nought upwards.

    A consumer worth less than nothing then costs what it loses if it is connected.
    """
    less = float(np.clip(model.prize, None, 0.0).sum())
    return Solution(
        parent_edge=found.parent_edge,
        objective=found.objective - less,
        lower_bound=found.lower_bound - less,
        proven=found.proven,
    )


def _groups(problem: DesignProblem, consumers: pd.DataFrame) -> list[list[int]]:
    """Consumers of the model that join all or none."""
    if "group" not in consumers:
        return []
    names = consumers["group"].fillna("").to_numpy()[problem.row]
    members = [np.flatnonzero(names == name).tolist() for name in np.unique(names[names != ""])]
    return [group for group in members if len(group) > 1]


def investment_of(
    problem: DesignProblem,
    streets: StreetGraph,
    catalogue: Catalogue,
    lying: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """
    Investment in each edge of the model with each pipe.

    Parameters
    ----------
    problem
        The problem.
    streets, catalogue
        Where and of what pipes are laid.
    lying
        Size of the pipe that lies in each street edge, -1 where none does.

    Returns
    -------
    investment
        Shape (edges, pipes); opening a source counts as investment, pipes that lie as none.
    """
    capex = capex_by_pipe(streets, catalogue)
    capex[np.arange(capex.shape[1]) <= lying[:, None]] = 0.0
    street = problem.edge >= 0
    investment = problem.model.cost.copy()
    investment[street] = capex[problem.edge[street]]
    return np.asarray(np.maximum.accumulate(investment, axis=1))
