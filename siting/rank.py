"""
Which first: order of links and projects by the chosen objective, with the reason in words.

Only what can be served is ranked; ties are broken by id, so the order of rows never shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

DECIMAL_BELOW_MWH = 10.0
LARGEST_FIRST = ("npv", "avoided_t_co2e")
EXISTING_NETWORK = "existing heat network"
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
        New frame; rows that are not ``ok``, or have no value, come last without a rank. By
        ``npv``, what loses money follows what earns, in order of how much dearer heat would have to
        sell: of two that do not pay, the smaller loss is often just the smaller project.

    Examples
    --------
    >>> links = pd.DataFrame({"id": ["a", "b"], "status": "ok", "npv": [1.0, 2.0]})
    >>> ranked(links, objective="npv", ids=["id"])["id"].tolist()
    ['b', 'a']
    """
    value = frame[objective] if objective in frame else pd.Series(np.nan, index=frame.index)
    value = value.where(frame["status"] == "ok")
    key = -value if objective in LARGEST_FIRST else value
    loses = pd.Series(data=False, index=frame.index)
    if objective == "npv" and "price_gap_per_mwh" in frame:
        loses = value < 0.0
        key = key.mask(loses, frame["price_gap_per_mwh"])
    keys = frame[list(ids)].assign(_loses=loses | value.isna(), _key=key)
    order = keys.sort_values(["_loses", "_key", *ids], kind="stable", na_position="last").index
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
    return [_link_reason(row, currency) for row in links.itertuples()]


def _link_reason(row: Any, currency: str) -> str:
    """Reason of one link."""
    if pd.isna(row.rank):
        return str(row.reason)
    return (
        f"{_mwh(row.heat_mwh)} MWh a year{_into_network(row)} over {row.route_m:,.0f} m, "
        f"{row.reuse_share:.0%} of it "
        "from the data centre; "
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
    currency, last = money.split()[0], projects["rank"].max()
    words = f"of {last} by {OBJECTIVE_WORDS[objective]}"
    return [_project_reason(row, words, currency) for row in projects.itertuples()]


def _project_reason(row: Any, place: str, currency: str) -> str:
    """Reason of one project."""
    if pd.isna(row.rank):
        return str(row.reason)
    return (
        f"{row.rank} {place}: {_consumers_words(row)}, {_mwh(row.heat_mwh)} MWh a year on "
        f"{row.trench_m / 1e3:,.1f} km of trench ({row.linear_heat_density_mwh_m:.1f} MWh per m "
        f"and year); {row.reuse_share:.0%} of it from the data centre; heat costs "
        f"{row.lcoh_per_mwh:,.0f} {currency}/MWh; {_worth(row)}; {_carbon_words(row)}"
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


def _worth(row: Any) -> str:
    """Whether the project pays back, in words."""
    if row.npv > 0.0:
        return f"pays back in {row.payback_years:.0f} years"
    gap, premium = row.price_gap_per_mwh, row.design_premium_share
    chosen = f" (consumers chosen as if it sold for {premium:.0%} more)" if premium else ""
    return f"does not pay, heat would have to sell for {gap:,.0f} more per MWh{chosen}"


def _carbon_words(row: Any) -> str:
    """Emissions avoided or caused, in words."""
    avoided = row.avoided_t_co2e
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
        else (
            f"but it would lose {-first['npv'] / 1e6:,.1f} million {money} over its life unless "
            f"heat sold for {first['price_gap_per_mwh']:,.0f} more per MWh"
        )
    )
    carbon = first["avoided_t_co2e"]
    saves = f"saving {carbon:,.0f}" if carbon >= 0.0 else f"emitting {-carbon:,.0f} more"
    return (
        f"By {OBJECTIVE_WORDS[objective]}, {kind}{first['name']} comes first of "
        f"{len(ranked_rows)}: it would {_heated_words(first)} with "
        f"{_mwh(first['heat_mwh'])} MWh a year, {saves} t CO2e a year, {verdict}."
    )
