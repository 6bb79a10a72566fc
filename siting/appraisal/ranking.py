"""
What a ranking is made of: objectives, the weighted score, the Pareto set, and how firm a place is.

Arrays only: projects along the first axis, draws along the others. Sentences are in `rank_words`,
the order of tables in `rank`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from ..scenario import Scenario

    Floats = npt.NDArray[np.float64]

WEIGHTED = "weighted"
OBJECTIVES = {
    "npv": "npv_weight",
    "avoided_t_co2e": "avoided_weight",
    "lcoh_per_mwh": "lcoh_weight",
    "cost_per_t_co2e": "abatement_weight",
}
"""Objectives with the key of the scenario that weighs them."""
LARGEST_FIRST = ("npv", "avoided_t_co2e")
AVOIDED, COST_PER_TONNE = "avoided_t_co2e", "cost_per_t_co2e"
PARETO = ("npv", AVOIDED, "lcoh_per_mwh")
"""Objectives of the Pareto set; the cost per tonne follows from them, and below zero means nothing:
the less a project that pays avoids, the "cheaper" its tonnes are."""
PRICE_GAP = "price_gap_per_mwh"
DRAWS_AT_ONCE = 4_000_000
"""Cells of projects and draws ranked at a time; bounds the memory."""


def weights_of(scenario: Scenario) -> dict[str, float]:
    """
    Weight of each objective.

    Parameters
    ----------
    scenario
        Weights of section ``ranking``.

    Returns
    -------
    weights
        By objective; they need not sum to 1.

    Raises
    ------
    InputError
        If projects are to be ranked by several objectives and none has a weight.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> weights_of(Scenario())
    {'npv': 1.0, 'avoided_t_co2e': 1.0, 'lcoh_per_mwh': 0.0, 'cost_per_t_co2e': 0.0}
    """
    ranking = scenario.ranking
    weights = {name: float(getattr(ranking, key)) for name, key in OBJECTIVES.items()}
    if ranking.objective == WEIGHTED and not any(weights.values()):
        what = "is 'weighted', but every weight is 0"
        advice = f"give one of {', '.join(OBJECTIVES.values())} a weight, or choose one objective"
        where = "ranking.objective"
        raise InputError([Problem(file="scenario", where=where, what=what, advice=advice)])
    return weights


def weighted_score(values: Mapping[str, Any], weights: Mapping[str, float]) -> Floats:
    """
    Score of each project between 0 (worst in everything) and 1 (best in everything).

    Parameters
    ----------
    values
        Figures by objective; shape (projects, …), NaN where there is none.
    weights
        By objective, not all 0.

    Returns
    -------
    score
        Shape (projects, …); NaN where a project has no figure in any objective that counts.

    Notes
    -----
    ``score = Σ w·u / Σ w`` with ``u = (x − worst)/(best − worst)`` over the projects of the same
    draw. Where all are alike, or there is only one, ``u = 1``. A missing figure (cost per tonne
    where nothing is avoided) counts as the worst, ``u = 0``; costs per tonne below zero count as
    zero.

    Examples
    --------
    >>> values = {"npv": [0.0, 3.0, 4.0], "avoided_t_co2e": [200.0, 150.0, 100.0]}
    >>> weighted_score(values, {"npv": 1.0, "avoided_t_co2e": 1.0}).tolist()
    [0.5, 0.625, 0.5]
    """
    counted = {name: weight for name, weight in weights.items() if weight > 0.0}
    parts = [weight * _between(values[name], name) for name, weight in counted.items()]
    missing = np.all([np.isnan(np.asarray(values[name], dtype=float)) for name in counted], axis=0)
    score: Floats = np.where(missing, np.nan, np.sum(parts, axis=0) / sum(counted.values()))
    return score


def _between(values: Any, objective: str) -> Floats:
    """Each figure between the worst (0) and the best (1) of its draw."""
    better = _rising(values, objective)
    if better.shape[0] == 0:
        return better
    known = ~np.isnan(better)
    best = np.max(better, axis=0, where=known, initial=-np.inf)
    worst = np.min(better, axis=0, where=known, initial=np.inf)
    span = best - worst
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(span > 0.0, (better - worst) / span, 1.0)
    return np.where(known, share, 0.0)


def _rising(values: Any, objective: str) -> Floats:
    """Figures turned so that more is better; tonnes that cost nothing or less are all alike."""
    figures: Floats = np.asarray(values, dtype=float)
    if objective == COST_PER_TONNE:
        figures = np.maximum(figures, 0.0)
    return figures if objective in LARGEST_FIRST else -figures


def pareto_set(values: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """
    Whether a project is beaten by none: no other is as good in everything and better in something.

    Parameters
    ----------
    values
        Figures by objective, one per project; a missing figure is worse than any other.

    Returns
    -------
    pareto
        One per project; equal projects are in the set together.

    Examples
    --------
    >>> values = {"npv": [5.0, 3.0, 2.0], "avoided_t_co2e": [10.0, 30.0, 20.0]}
    >>> pareto_set(values).tolist()
    [True, True, False]
    """
    table = np.stack([_rising(figures, name) for name, figures in values.items()], axis=1)
    table = np.where(np.isnan(table), -np.inf, table)
    beaten = np.zeros(len(table), dtype=bool)
    step = max(1, DRAWS_AT_ONCE // max(1, table.size))
    for start in range(0, len(table), step):
        mine = table[start : start + step, None, :]
        as_good = np.all(table[None] >= mine, axis=2)
        better = np.any(table[None] > mine, axis=2)
        beaten[start : start + step] = np.any(as_good & better, axis=1)
    return ~beaten


def order_keys(
    values: Mapping[str, Any], objective: str, weights: Mapping[str, float]
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """
    What rows are sorted by, smallest first: whether they come after what pays, then the figure.

    Parameters
    ----------
    values
        Figures by objective, and ``price_gap_per_mwh`` if it is known; shape (rows, …).
    objective
        One of the objectives, or ``weighted``.
    weights
        By objective; used by ``weighted`` only.

    Returns
    -------
    later, key
        Shape (rows, …). By ``npv``, what loses money follows what earns, in order of how much
        dearer heat would have to sell; a row without a figure comes after all (key NaN).

    Examples
    --------
    >>> later, key = order_keys({"npv": [1.0, 2.0, -5.0]}, "npv", {})
    >>> later.tolist(), key.tolist()
    ([False, False, True], [-1.0, -2.0, 5.0])
    """
    if objective == WEIGHTED:
        score = weighted_score(values, weights)
        return np.isnan(score), -score
    figures = np.asarray(values[objective], dtype=float)
    later = np.isnan(figures)
    key = -figures if objective in LARGEST_FIRST else figures
    if objective == COST_PER_TONNE and AVOIDED in values:
        free = figures <= 0.0
        later = ~free
        key = np.where(free, -np.asarray(values[AVOIDED], dtype=float), key)
    if objective == "npv":
        loses = figures < 0.0
        later = later | loses
        if PRICE_GAP in values:
            key = np.where(loses, np.asarray(values[PRICE_GAP], dtype=float), key)
    return later, key


def places(
    values: Mapping[str, Any],
    *,
    ids: Sequence[str],
    objective: str,
    weights: Mapping[str, float],
) -> npt.NDArray[np.int64]:
    """
    Place of each project in each draw, 1 for the first.

    Parameters
    ----------
    values
        Figures by objective; shape (projects, draws).
    ids
        Identifiers, which break ties.
    objective, weights
        As in `order_keys`.

    Returns
    -------
    places
        Shape (projects, draws); 0 where a project has no figure and so no place.

    Examples
    --------
    >>> npv = [[3.0, 1.0], [2.0, 2.0]]
    >>> places({"npv": npv}, ids=["a", "b"], objective="npv", weights={}).tolist()
    [[1, 2], [2, 1]]
    """
    by_id = np.argsort(np.asarray(ids, dtype=str), kind="stable")
    later, key = order_keys(values, objective, weights)
    later, key = later[by_id], key[by_id]
    order = np.lexsort((key, later), axis=0)
    numbers = np.broadcast_to(np.arange(1, len(key) + 1)[:, None], key.shape)
    place = np.empty(key.shape, dtype=np.int64)
    np.put_along_axis(place, order, numbers, axis=0)
    result = np.empty_like(place)
    result[by_id] = np.where(np.isnan(key), 0, place)
    return result


def rank_stability(
    values: Mapping[str, Any],
    *,
    ids: Sequence[str],
    objective: str,
    weights: Mapping[str, float],
    top_count: int,
) -> pd.DataFrame:
    """
    How firm the place of each project is over the draws.

    Parameters
    ----------
    values
        Figures by objective; shape (projects, draws).
    ids
        Identifiers of the projects.
    objective, weights
        As in `order_keys`.
    top_count
        How many count as the top.

    Returns
    -------
    stability
        ``first_share``, ``top_share`` (shares of the draws in which a project is first, or among
        the first ``top_count``) and ``mean_rank`` over the draws in which it has a place; index
        ``project_id``. With a figure in every draw the first shares sum to 1.

    Examples
    --------
    >>> npv = [[3.0, 1.0, 3.0, 3.0], [2.0, 2.0, 2.0, 2.0]]
    >>> table = rank_stability(
    ...     {"npv": npv}, ids=["a", "b"], objective="npv", weights={}, top_count=1
    ... )
    >>> table["first_share"].tolist(), table["mean_rank"].tolist()
    ([0.75, 0.25], [1.25, 1.75])
    """
    shape = np.shape(next(iter(values.values())))
    draws = shape[1]
    step = max(1, DRAWS_AT_ONCE // max(1, shape[0]))
    first, top, total, counted = (np.zeros(shape[0]) for _ in range(4))
    for start in range(0, draws, step):
        part = {name: np.asarray(cells)[:, start : start + step] for name, cells in values.items()}
        place = places(part, ids=ids, objective=objective, weights=weights)
        first += (place == 1).sum(axis=1)
        top += ((place >= 1) & (place <= top_count)).sum(axis=1)
        total += place.sum(axis=1)
        counted += (place > 0).sum(axis=1)
    mean = np.divide(total, counted, out=np.full(shape[0], np.nan), where=counted > 0)
    return pd.DataFrame(
        {"first_share": first / draws, "top_share": top / draws, "mean_rank": mean},
        index=pd.Index(list(ids), name="project_id"),
    )
