"""
Which first: order of links and projects by the chosen objective, with the reason in words.

Only what can be served is ranked; ties are broken by id, so the order of rows never shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .appraisal.ranking import OBJECTIVES, PARETO, PRICE_GAP, WEIGHTED, order_keys, pareto_set
from .appraisal.ranking import weighted_score as score_of
from .heat_words import made_words
from .rank_words import gap_words, money_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DECIMAL_BELOW_MWH = 10.0
EXISTING_NETWORK = "existing heat network"
OBJECTIVE_WORDS = {
    "npv": "net present value",
    "avoided_t_co2e": "emissions avoided",
    "lcoh_per_mwh": "levelised cost of heat",
    "cost_per_t_co2e": "cost per tonne avoided",
}


def ranked(
    frame: pd.DataFrame,
    *,
    objective: str,
    ids: Sequence[str],
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """
    Rows in order of the objective, with their ``rank``.

    Parameters
    ----------
    frame
        LINKS or PROJECTS with ``status`` and the objective's column.
    objective
        ``npv``, ``avoided_t_co2e`` (largest first), ``lcoh_per_mwh``, ``cost_per_t_co2e``, or
        ``weighted``: all of them by their weights.
    ids
        Columns that break ties.
    weights
        Weight of each objective; for ``weighted`` only.

    Returns
    -------
    ordered
        New frame; rows that are not ``ok``, or have no value, come last without a rank. By
        ``npv``, what loses money follows what earns, in order of how much dearer heat would have to
        sell: of two that do not pay, the smaller loss is often just the smaller project. By cost
        per tonne, what costs nothing or less is ordered by what it avoids
        (`heatreach.siting.appraisal.ranking.order_keys`).

    Examples
    --------
    >>> links = pd.DataFrame({"id": ["a", "b"], "status": "ok", "npv": [1.0, 2.0]})
    >>> ranked(links, objective="npv", ids=["id"])["id"].tolist()
    ['b', 'a']
    """
    later, key = order_keys(_figures(frame), objective, weights or {})
    keys = frame[list(ids)].assign(_later=later, _key=key)
    order = keys.sort_values(["_later", "_key", *ids], kind="stable", na_position="last").index
    counted = keys.loc[order, "_key"].notna().to_numpy()
    ordered = frame.loc[order].reset_index(drop=True)
    place = pd.Series(np.arange(1, len(ordered) + 1)).where(counted)
    return ordered.assign(rank=place.astype("Int64"))


def with_choice(projects: pd.DataFrame, *, weights: Mapping[str, float]) -> pd.DataFrame:
    """
    Projects with their weighted score and whether any other beats them in everything.

    Parameters
    ----------
    projects
        PROJECTS with ``status`` and the objectives.
    weights
        Weight of each objective.

    Returns
    -------
    projects
        New frame with ``score`` (blank where nothing has a weight) and ``pareto``; both compare the
        projects that are ``ok`` with each other only.

    Examples
    --------
    >>> projects = pd.DataFrame({"status": ["ok", "ok"], "npv": [1.0, 2.0]})
    >>> with_choice(projects, weights={"npv": 1.0})[["score", "pareto"]].to_numpy().tolist()
    [[0.0, False], [1.0, True]]
    """
    figures = _figures(projects)
    objectives = {name: figures[name] for name in OBJECTIVES}
    axes = {name: figures[name] for name in PARETO}
    served = (projects["status"] == "ok").to_numpy()
    score = np.full(len(projects), np.nan)
    if any(weights.values()):
        score = score_of(objectives, weights)
    pareto = np.zeros(len(projects), dtype=bool)
    pareto[served] = pareto_set({name: values[served] for name, values in axes.items()})
    return projects.assign(score=score, pareto=pareto)


def _figures(frame: pd.DataFrame) -> dict[str, Any]:
    """Objectives of the rows that can be served; NaN for the others and where unknown."""
    served = frame["status"] == "ok"
    known = [name for name in (*OBJECTIVES, PRICE_GAP) if name in frame]
    figures: dict[str, Any] = {
        name: frame[name].where(served).to_numpy(dtype=float, na_value=np.nan) for name in known
    }
    missing = [name for name in OBJECTIVES if name not in frame]
    return figures | {name: np.full(len(frame), np.nan) for name in missing}


def objective_words(objective: str, weights: Mapping[str, float] | None = None) -> str:
    """
    What is ranked by, in words.

    Parameters
    ----------
    objective
        One of the objectives, or ``weighted``.
    weights
        Weight of each objective; for ``weighted`` only.

    Returns
    -------
    words
        For a sentence beginning with "by".

    Examples
    --------
    >>> objective_words("weighted", {"npv": 1.0, "avoided_t_co2e": 2.0})
    'net present value and emissions avoided (weighted 1 to 2)'
    """
    if objective != WEIGHTED:
        return OBJECTIVE_WORDS[objective]
    counted = {name: weight for name, weight in (weights or {}).items() if weight > 0.0}
    names = [OBJECTIVE_WORDS[name] for name in counted]
    if len(names) == 1:
        return names[0]
    sizes = " to ".join(f"{weight:g}" for weight in counted.values())
    return f"{', '.join(names[:-1])} and {names[-1]} (weighted {sizes})"


def link_reasons(links: pd.DataFrame, *, money: str) -> list[str]:
    """
    Why each link stands where it stands, in words.

    Parameters
    ----------
    links
        LINKS, ranked; reasons of rows without a rank are kept.
    money
        Currency and price base.

    Returns
    -------
    reasons
        One sentence per row.
    """
    currency = money.split()[0]
    return [_link_reason(row, currency) for row in links.itertuples()]


def _link_reason(row: Any, currency: str) -> str:
    """Reason of one link."""
    if pd.isna(row.rank):
        return str(row.reason)
    return (
        f"{_mwh(row.heat_mwh)} MWh a year{_into_network(row)} over {row.route_m:,.0f} m, "
        f"{made_words(row)}; "
        f"{row.loss_mwh / (row.heat_mwh + row.loss_mwh):.0%} lost in the pipe; heat costs "
        f"{row.lcoh_per_mwh:,.0f} {currency}/MWh against {row.present_per_mwh:,.0f} today; "
        f"{_carbon_words(row)}"
    )


def _into_network(row: Any) -> str:
    """What part of an existing heat network a link feeds, in words; blank for buildings."""
    whole = getattr(row, "network_heat_mwh", np.nan)
    if pd.isna(whole):
        return ""
    return (
        f" fed into a heat network of {_mwh(whole)}, whose own plants make the rest and stand by,"
    )


def project_reasons(
    projects: pd.DataFrame,
    *,
    money: str,
    objective: str,
    weights: Mapping[str, float] | None = None,
    large_loads: Mapping[str, str] | None = None,
) -> list[str]:
    """
    Why each project stands where it stands, in words.

    Parameters
    ----------
    projects
        PROJECTS, ranked; reasons of rows without a rank are kept.
    money
        Currency and price base.
    objective, weights
        What they were ranked by.
    large_loads
        What is said of a load that takes much of a project's heat, by ``project_id``.

    Returns
    -------
    reasons
        One sentence per row.
    """
    currency, last = money.split()[0], projects["rank"].max()
    words = f"of {last} by {objective_words(objective, weights)}"
    said = large_loads or {}
    return [
        _project_reason(row, words, currency, said.get(getattr(row, "project_id", ""), ""))
        for row in projects.itertuples()
    ]


def _project_reason(row: Any, place: str, currency: str, load: str) -> str:
    """Reason of one project."""
    if pd.isna(row.rank):
        return str(row.reason)
    return (
        f"{row.rank} {place}: {_consumers_words(row)}, {_mwh(row.heat_mwh)} MWh a year on "
        f"{row.trench_m / 1e3:,.1f} km of trench ({row.linear_heat_density_mwh_m:.1f} MWh per m "
        f"and year); {made_words(row)}; heat costs "
        f"{row.lcoh_per_mwh:,.0f} {currency}/MWh{_before(row)}; {_worth(row, currency)}; "
        f"{_carbon_words(row)}{f'; {load}' if load else ''}"
    )


def _consumers_words(row: Any) -> str:
    """How many consumers a network has, and how many of them are heat networks themselves."""
    count, networks = int(row.consumers), getattr(row, "heat_networks", 0)
    text = f"{count} consumer{'' if count == 1 else 's'}"
    if pd.isna(networks) or not networks:
        return text
    if networks == 1:
        return f"{text}, {'' if count == 1 else 'one '}an {EXISTING_NETWORK}"
    return f"{text}, {int(networks)} of them {EXISTING_NETWORK}s"


def _heated_words(first: pd.Series[Any]) -> str:
    """What the best network would do; a heat network is no building."""
    # Only the reason of a project says which of its consumers are heat networks.
    words = str(first.get("reason", "")).partition(": ")[2].partition(" MWh a year")[0]
    who = words.rpartition(", ")[0]
    if EXISTING_NETWORK in who:
        return f"supply {who},"
    count = int(first["consumers"])
    return f"heat {count:,} building{'' if count == 1 else 's'}"


def _mwh(heat: float) -> str:
    """Heat in words: whole, but with one decimal where rounding would hide much of it."""
    return f"{heat:,.{1 if heat < DECIMAL_BELOW_MWH else 0}f}"


def _before(row: Any) -> str:
    """What is not taken off the cost of heat, where there is any of it."""
    paid = {"grant": "grant", "connection_charges": "connection charges"}
    named = [words for name, words in paid.items() if getattr(row, name, 0.0) > 0.0]
    return f" before {' and '.join(named)}" if named else ""


def _worth(row: Any, currency: str) -> str:
    """Whether the project pays back, in words."""
    if row.npv > 0.0:
        back = row.payback_years
        return "pays" if pd.isna(back) else f"pays back in {back:.0f} years"
    gap, premium = gap_words(row.price_gap_per_mwh, currency), row.design_premium_share
    chosen = f" (consumers chosen as if it sold for {premium:.0%} more)" if premium else ""
    return f"does not pay, heat would have to sell for {gap} more{chosen}"


def _carbon_words(row: Any) -> str:
    """Emissions avoided or caused, in words."""
    avoided = row.avoided_t_co2e
    if avoided < 0.0:
        return f"emits {-avoided:,.1f} t CO2e a year more than today"
    return f"avoids {avoided:,.1f} t CO2e a year"


def summary_of(
    projects: pd.DataFrame,
    *,
    money: str,
    objective: str,
    terms: str,
    weights: Mapping[str, float] | None = None,
) -> str:
    """
    One sentence on what the ranking says.

    Parameters
    ----------
    projects
        PROJECTS, ranked.
    money
        Currency and price base.
    objective, weights
        What they were ranked by.
    terms
        Years and discount rate of the present value, in words.

    Returns
    -------
    sentence
        Plain words; hypothetical sites are called so.
    """
    ranked_rows = projects[projects["rank"].notna()]
    if ranked_rows.empty:
        return "No data centre here has a heat network worth building at these prices."
    first = ranked_rows.iloc[0]
    kind = "the hypothetical data centre " if first["hypothetical"] else ""
    verdict = (
        f"with a net present value of {money_words(first['npv'], money)} ({terms})"
        if first["npv"] > 0.0
        else (
            f"but it would lose {money_words(-first['npv'], money)} ({terms}) unless heat sold for "
            f"{gap_words(first['price_gap_per_mwh'], money.split()[0])} more"
        )
    )
    carbon = first["avoided_t_co2e"]
    saves = f"saving {carbon:,.0f}" if carbon >= 0.0 else f"emitting {-carbon:,.0f} more"
    opening = (
        f"By {objective_words(objective, weights)}, {kind}{first['name']} comes first of "
        f"{len(ranked_rows)}"
    )
    if len(ranked_rows) == 1:
        opening = f"Only {kind}{first['name']} has a network to build"
    return (
        f"{opening}: it would {_heated_words(first)} with "
        f"{_mwh(first['heat_mwh'])} MWh a year, {saves} t CO2e a year, {verdict}."
    )
