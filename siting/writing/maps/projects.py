"""
Projects beside the map: a row each in a table that can be sorted, and a card of headline figures.

Rows are numbered in rank order; pipes and data centres on the map carry the number of their row.
Figures carry their value too, for sorting; what is shown is rounded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..report.words import rate_of
from ..results import in_order
from ..wording import MISSING, figure, html_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from ..results import FinishedPlan

MOST_ROWS = 500
LONGEST_REASON = 400


def table_rows(projects: pd.DataFrame) -> dict[str, str]:
    """
    Row of each project in the table.

    Parameters
    ----------
    projects
        PROJECTS in their order.

    Returns
    -------
    rows
        By ``project_id``, from ``"0"`` on; projects beyond `MOST_ROWS` have none.
    """
    return {str(name): str(row) for row, name in enumerate(projects["project_id"][:MOST_ROWS])}


def project_panel(plan: FinishedPlan, drawn: Collection[str]) -> dict[str, Any]:
    """
    Table and cards of the projects.

    Parameters
    ----------
    plan
        A finished plan.
    drawn
        Rows that have a shape on the map.

    Returns
    -------
    panel
        What the parts ``project_table.html`` and ``project_cards.html`` show.
    """
    projects = in_order(plan.projects, "projects")
    money, share = str(plan.money), rate_of(plan.run)
    rate = "" if share is None else f" at {100 * share:g} % a year"
    shown = list(projects.head(MOST_ROWS).itertuples())
    left = len(projects) - len(shown)
    return {
        "caption": f"Projects in rank order; money in {money}{f'; NPV{rate}' if rate else ''}",
        "headings": _headings(money),
        "rows": [_row(row, number, drawn) for number, row in enumerate(shown)],
        "cards": [_card(row, number, money, rate) for number, row in enumerate(shown)],
        "more": f"The table shows {len(shown):,} of {len(projects):,} projects; all are in "
        "projects.csv."
        if left > 0
        else "",
    }


def _headings(money: str) -> list[tuple[str, str]]:
    """Column headings of the table of projects, with units."""
    return [
        ("Rank", ""),
        ("Data centre", ""),
        ("Consumers", ""),
        ("Heat", "MWh/yr"),
        ("Net saving", "tCO₂e/yr"),
        ("NPV", f"thousand\n{money}"),
        ("Heat cost", f"{money}\nper MWh"),
    ]


def _rank(row: Any) -> str:
    """Place in the ranking, or a dash."""
    return MISSING if is_blank(row.rank) else str(int(row.rank))


def _name(row: Any) -> Any:
    """Name of the data centre of a project, or its identifier."""
    return html_text(row.site_id if is_blank(row.name) else row.name)


def _is_hypothetical(row: Any) -> bool:
    """Whether the data centre of a project does not exist."""
    return not is_blank(row.hypothetical) and bool(row.hypothetical)


def _row(row: Any, number: int, drawn: Collection[str]) -> dict[str, Any]:
    """Cells of one project, each as text and as value."""
    figures = (
        (row.consumers, figure(row.consumers)),
        (row.heat_mwh, figure(row.heat_mwh)),
        (row.avoided_t_co2e, figure(row.avoided_t_co2e)),
        (row.npv, _thousand(row.npv)),
        (row.lcoh_per_mwh, figure(row.lcoh_per_mwh)),
    )
    return {
        "number": str(number),
        "rank": _rank(row),
        "rank_value": _value(row.rank),
        "drawn": str(number) in drawn,
        "name": _name(row),
        "hypothetical": _is_hypothetical(row),
        "cells": [(text, _value(value)) for value, text in figures],
    }


def _value(value: Any) -> str:
    """A number as a browser reads it; blank for none."""
    if is_blank(value) or not math.isfinite(float(value)):
        return ""
    return f"{float(value):.10g}"


def _thousand(value: Any) -> str:
    """An amount in thousands."""
    return figure(None if is_blank(value) else float(value) / 1000)


def _percent(value: Any) -> str:
    """A share in percent."""
    return MISSING if is_blank(value) else f"{figure(round(100 * float(value)))} %"


def _card(row: Any, number: int, money: str, rate: str) -> dict[str, Any]:
    """Headline figures of one project; of a site without network only the reason."""
    return {
        "number": str(number),
        "rank": _rank(row),
        "name": _name(row),
        "hypothetical": _is_hypothetical(row),
        "served": not is_blank(row.npv),
        "npv": (_thousand(row.npv), f"thousand {money}{rate}"),
        "facts": [] if is_blank(row.npv) else _facts(row, money),
        "reason": "" if is_blank(row.reason) else html_text(row.reason, longest=LONGEST_REASON),
        "change": ""
        if is_blank(row.what_would_change)
        else html_text(row.what_would_change, longest=LONGEST_REASON),
    }


def _facts(row: Any, money: str) -> list[tuple[str, Any, str]]:
    """What, how much and a remark, in the order people ask for it."""
    spread = ""
    if not (is_blank(row.npv_p10) or is_blank(row.npv_p90)):
        spread = f"{_thousand(row.npv_p10)} to {_thousand(row.npv_p90)}"
    today = "" if is_blank(row.present_per_mwh) else f"today {figure(row.present_per_mwh)}"
    life = "" if is_blank(row.avoided_life_t_co2e) else f"{figure(row.avoided_life_t_co2e)} in all"
    back = (
        "does not pay back" if is_blank(row.payback_years) else figure(row.payback_years, "years")
    )
    facts = [
        ("P10 to P90", spread, f"thousand {money}"),
        ("First in", _percent(row.first_share), "of the draws"),
        ("Earns money in", _percent(row.npv_positive_share), "of the draws"),
        ("Heat cost", figure(row.lcoh_per_mwh, f"{money}/MWh"), today),
        ("Investment", _thousand(row.capex), f"thousand {money}"),
        ("Payback", back, ""),
        ("Net saving", figure(row.avoided_t_co2e, "tCO₂e/yr"), life),
        ("Heat delivered", figure(row.heat_mwh, "MWh/yr"), f"{figure(row.consumers)} consumers"),
        ("Trench", figure(row.trench_m, "m"), _largest_pipe(row)),
        ("COP", figure(row.cop), ""),
    ]
    return [fact for fact in facts if fact[1] not in ("", MISSING)]


def _largest_pipe(row: Any) -> Any:
    """The largest pipe of a project."""
    return "" if is_blank(row.dn_max) else html_text(f"up to {row.dn_max}", longest=30)
