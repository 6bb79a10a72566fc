"""
Which way of making heat is best by the chosen objective, and why the others are not.

Ways of one load are compared with each other by the figure that projects are ranked by: the one
with the highest net present value, most emissions avoided, cheapest heat or cheapest tonne is
chosen; of those that avoid tonnes at no cost, the one that avoids most. Weights compare projects
with each other, by the best and worst of all; for the ways of one project they have no meaning, so
there the net present value decides. Ties go to the higher net present value, then to the cooler
supply, then to the simpler arrangement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import AMBIENT, ARRANGEMENTS

from ..appraisal.ranking import order_keys

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..scenario import Scenario

    Keys = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

NPV, AVOIDED, LCOH, PER_TONNE = "npv", "avoided_t_co2e", "lcoh_per_mwh", "cost_per_t_co2e"
LARGEST_BEST = (NPV, AVOIDED)
WEIGHTED = "weighted"
OK = "ok"


def way_objective(scenario: Scenario) -> str:
    """
    Column by which the ways to make one load's heat are compared.

    Parameters
    ----------
    scenario
        ``ranking.objective``.

    Returns
    -------
    column
        The objective; ``npv`` where it is a weighing of several.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> way_objective(Scenario())
    'npv'
    """
    objective = scenario.ranking.objective
    return NPV if objective == WEIGHTED else objective


def way_keys(ways: pd.DataFrame, objective: str) -> tuple[Keys, Keys, Floats]:
    """
    What ways are sorted by, smallest first.

    Parameters
    ----------
    ways
        ``status``, ``avoided_t_co2e`` and the objective.
    objective
        Of `way_objective`.

    Returns
    -------
    unable, later, key
        Whether the way cannot work; whether it comes after others by the rule of the ranking
        (`heatreach.siting.appraisal.ranking.order_keys`: what avoids emissions at no cost goes by
        the tonnes, before what costs); its place among its like, infinite without a figure.
    """
    known = {name: ways[name].to_numpy(dtype=float) for name in {objective, AVOIDED}}
    later, key = order_keys(known, objective, {})
    if objective == NPV:
        # All ways sell the same heat: the larger value is also the smaller loss.
        later = np.zeros(len(ways), dtype=bool)
    return (ways["status"] != OK).to_numpy(), later, np.nan_to_num(key, nan=np.inf)


def best_first(ways: pd.DataFrame, objective: str) -> npt.NDArray[np.intp]:
    """
    Order of all ways by load, the best of each load first.

    Parameters
    ----------
    ways
        ``load``, ``option``, ``supply_degc``, ``status``, ``npv`` and what `way_keys` asks for.
    objective
        Of `way_objective`.

    Returns
    -------
    order
        Positions.
    """
    number = {name: place for place, name in enumerate(ARRANGEMENTS)}
    place = ways["option"].map(number).fillna(len(number)).to_numpy()
    worth = -np.nan_to_num(ways[NPV].to_numpy(dtype=float), nan=-np.inf)
    unable, later, key = way_keys(ways, objective)
    return np.lexsort((place, ways["supply_degc"], worth, key, later, unable, ways["load"]))


def first_of_each(load: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """
    Whether a row is the first of its load, loads standing together.

    Parameters
    ----------
    load
        Load of each row, in groups.

    Returns
    -------
    first
        One per row.

    Examples
    --------
    >>> first_of_each(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    first = np.ones(len(load), dtype=bool)
    first[1:] = load[1:] != load[:-1]
    return first


def way_words(option: str, supply_degc: float) -> str:
    """
    A way in words.

    Parameters
    ----------
    option
        One of `heatreach.thermo.ARRANGEMENTS`.
    supply_degc
        Supply temperature [°C]; a loop has its own.

    Returns
    -------
    words
        For a sentence.

    Examples
    --------
    >>> way_words("central heat pump", 65.0)
    'central heat pump at 65 °C'
    """
    return option if option == AMBIENT else f"{option} at {supply_degc:g} °C"


def loser_reasons(
    ways: pd.DataFrame, winner: pd.DataFrame, *, objective: str, money: str
) -> list[str]:
    """
    Why ways were not chosen, in words and with the figure.

    Parameters
    ----------
    ways
        Ways that work and were not chosen: the objective, ``npv``, ``avoided_t_co2e``,
        ``lcoh_per_mwh``.
    winner
        The way chosen for the load of each of them, row by row; also ``option``, ``supply_degc``.
    objective
        Of `way_objective`.
    money
        Currency and price base.

    Returns
    -------
    reasons
        One per row.
    """
    currency = money.split()[0]
    names = [way_words(*pair) for pair in zip(winner["option"], winner["supply_degc"], strict=True)]
    less = winner[objective].to_numpy(dtype=float) - ways[objective].to_numpy(dtype=float)
    behind = less if objective in LARGEST_BEST else -less
    undecided = winner[objective].isna().to_numpy()
    free = np.zeros(len(ways), dtype=bool)
    if objective == PER_TONNE:
        free = (winner[objective].to_numpy() <= 0.0) & (ways[objective].to_numpy() <= 0.0)
    worth = winner[NPV].to_numpy(dtype=float) - ways[NPV].to_numpy(dtype=float)
    tonnes = winner[AVOIDED].to_numpy(dtype=float) - ways[AVOIDED].to_numpy(dtype=float)
    behind = np.select([undecided, free], [worth, tonnes], behind)
    decided_by = np.select([undecided, free], [NPV, AVOIDED], objective)
    dearer = ways[LCOH].to_numpy(dtype=float) - winner[LCOH].to_numpy(dtype=float)
    return [
        _loser_reason(by, gap, more, name, currency)
        for by, gap, more, name in zip(
            decided_by.tolist(), behind.tolist(), dearer.tolist(), names, strict=True
        )
    ]


def _loser_reason(objective: str, gap: float, dearer: float, winner: str, currency: str) -> str:
    """Why one way was not chosen."""
    if gap < 0.0:
        better = _loser_reason(objective, -gap, 0.0, winner, currency).replace(" less ", " more ")
        return f"{better.replace('dearer', 'cheaper')}, but projects are planned with a centre"
    if np.isnan(gap):
        return f"avoids nothing over its life, unlike {winner}"
    if objective == NPV:
        heat = f" (its heat {dearer:,.1f} {currency}/MWh dearer)" if dearer >= 0.05 else ""
        text, unit = f"worth {gap:,.0f} {currency} less than {winner}{heat}", 0.5
    elif objective == AVOIDED:
        text, unit = f"avoids {gap:,.1f} t CO2e a year less than {winner}", 0.05
    elif objective == LCOH:
        text, unit = f"{gap:,.1f} {currency}/MWh dearer than {winner}", 0.05
    else:
        text, unit = f"{gap:,.1f} {currency}/t CO2e dearer than {winner}", 0.05
    return text if gap >= unit else f"no better than {winner}"
