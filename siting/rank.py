"""
Which first: order of links and projects by the chosen objective, with the reason in words.

Only what can be served is ranked; ties are broken by id, so the order of rows never shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_FIRST = ("npv", "avoided_t_co2e")
OBJECTIVE_WORDS = {
    "npv": "net present value",
    "avoided_t_co2e": "emissions avoided",
    "lcoh_per_mwh": "levelised cost of heat",
    "cost_per_t_co2e": "cost per tonne avoided",
}


def ranked(frame: pd.DataFrame, *, objective: str, ids: Sequence[str]) -> pd.DataFrame:
    """
    Rows in order of the objective, with their ``rank``.

    Parameters
    ----------
    frame
        LINKS or PROJECTS with ``status`` and the objective's column.
    objective
        ``npv``, ``avoided_t_co2e`` (largest first), ``lcoh_per_mwh`` or ``cost_per_t_co2e``.
    ids
        Columns that break ties.

    Returns
    -------
    ordered
        New frame; rows that are not ``ok``, or have no value, come last without a rank.

    Examples
    --------
    >>> links = pd.DataFrame({"id": ["a", "b"], "status": "ok", "npv": [1.0, 2.0]})
    >>> ranked(links, objective="npv", ids=["id"])["id"].tolist()
    ['b', 'a']
    """
    value = frame[objective] if objective in frame else pd.Series(np.nan, index=frame.index)
    value = value.where(frame["status"] == "ok")
    key = -value if objective in LARGEST_FIRST else value
    keys = frame[list(ids)].assign(_key=key)
    order = keys.sort_values(["_key", *ids], kind="stable", na_position="last").index
    ordered = frame.loc[order].reset_index(drop=True)
    counted = value.loc[order].notna().to_numpy()
    place = pd.Series(np.arange(1, len(ordered) + 1)).where(counted)
    return ordered.assign(rank=place.astype("Int64"))


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
    return [
        row.reason
        if pd.isna(row.rank)
        else (
            f"{row.heat_mwh:,.0f} MWh a year over {row.route_m:,.0f} m; "
            f"{_loss_share(row):.0%} lost in the pipe; heat costs {row.lcoh_per_mwh:,.0f} "
            f"{currency}/MWh against {row.present_per_mwh:,.0f} today; {_carbon_words(row)}"
        )
        for row in links.itertuples()
    ]


def project_reasons(projects: pd.DataFrame, *, money: str, objective: str) -> list[str]:
    """
    Why each project stands where it stands, in words.

    Parameters
    ----------
    projects
        PROJECTS, ranked; reasons of rows without a rank are kept.
    money
        Currency and price base.
    objective
        What they were ranked by.

    Returns
    -------
    reasons
        One sentence per row.
    """
    currency, best = money.split()[0], projects["rank"].max()
    return [
        row.reason
        if pd.isna(row.rank)
        else (
            f"{row.rank} of {best} by {OBJECTIVE_WORDS[objective]}: {row.consumers} consumers, "
            f"{row.heat_mwh:,.0f} MWh a year on {row.trench_m / 1e3:,.1f} km of trench "
            f"({row.linear_heat_density_mwh_m:.1f} MWh per m and year); {row.reuse_share:.0%} of "
            f"it from the data centre; heat costs {row.lcoh_per_mwh:,.0f} {currency}/MWh; "
            f"{_worth(row)}; {_carbon_words(row)}"
        )
        for row in projects.itertuples()
    ]


def _loss_share(row: object) -> float:
    """Share of the heat fed in that the pipe loses."""
    return float(row.loss_mwh / (row.heat_mwh + row.loss_mwh))  # type: ignore[attr-defined]


def _worth(row: object) -> str:
    """Whether the project pays back, in words."""
    payback = row.payback_years  # type: ignore[attr-defined]
    if row.npv > 0.0:  # type: ignore[attr-defined]
        return f"pays back in {payback:.0f} years"
    return "does not pay at these prices"


def _carbon_words(row: object) -> str:
    """Emissions avoided or caused, in words."""
    avoided = row.avoided_t_co2e  # type: ignore[attr-defined]
    if avoided < 0.0:
        return f"emits {-avoided:,.1f} t CO2e a year more than today"
    return f"avoids {avoided:,.1f} t CO2e a year"


def summary_of(projects: pd.DataFrame, *, money: str, objective: str) -> str:
    """
    One sentence on what the ranking says.

    Parameters
    ----------
    projects
        PROJECTS, ranked.
    money
        Currency and price base.
    objective
        What they were ranked by.

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
        f"with a net present value of {first['npv'] / 1e6:,.1f} million {money}"
        if first["npv"] > 0.0
        else f"though it would lose {-first['npv'] / 1e6:,.1f} million {money} over its life"
    )
    carbon = first["avoided_t_co2e"]
    saves = f"saving {carbon:,.0f}" if carbon >= 0.0 else f"emitting {-carbon:,.0f} more"
    return (
        f"By {OBJECTIVE_WORDS[objective]}, {kind}{first['name']} comes first of "
        f"{len(ranked_rows)}: it would heat {first['consumers']:,} buildings with "
        f"{first['heat_mwh']:,.0f} MWh a year, {saves} t CO2e a year, {verdict}."
    )
