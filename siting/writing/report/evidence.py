"""What a plan rests on: what rules say, how sure the demand is, what is known of the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..wording import MISSING, figure, html_text, is_blank
from .lists import project_name
from .sheets import connected_rows
from .tables import COMPARISONS, Grid
from .words import amount, counted, each_row, instead_words, share, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..results import FinishedPlan

NOT_APPLICABLE = "not applicable"
CONFIDENCES = ("high", "medium", "low")
LIMITS = (
    "This is a screening: it says where a study is worth its money. It replaces neither surveys of "
    "the ground, nor quotes, nor a design.",
    "Demand of buildings without a meter reading is an estimate from use, size and climate; the "
    "range beside it is wide for single buildings and narrower for many together.",
    "Routes follow mapped streets. Other pipes and cables below them, ownership, permits and "
    "traffic are not known here.",
    "In the draws who is connected and the routes stay; pipes and machines are sized for the "
    "demand of the draw along their cost curves, not designed anew. Decisions, such as the "
    "discount rate, are not drawn but shown side by side.",
    "Whether owners want to connect, and on which terms the data centre gives its heat, is assumed "
    "and not asked.",
    "Answers on rules of law and funding are indicative and no legal advice; each names the day on "
    "which the rule was last looked up.",
)


ZONE_LIMITS = (
    "Zones are where rules of thumb on open data point to. They are no designation, and say "
    "nothing of what a network would cost or whether it pays.",
    *LIMITS[1:3],
    "Whether owners want to connect, and whether a data centre gives its heat, is not asked here.",
)


def instead_limit(run: Mapping[str, Any]) -> str:
    """
    What everything is compared with, and that nobody looked.

    Parameters
    ----------
    run
        Record of the run.

    Returns
    -------
    limit
        A sentence.
    """
    return (
        f"What heats consumers without the network is assumed, not looked up: {instead_words(run)} "
        "for all of whom the inputs say nothing else. What their heat costs and emits, and so "
        "prices, savings and emissions avoided, hang on it."
    )


def compliance_grids(plan: FinishedPlan, projects: pd.DataFrame) -> list[Grid]:
    """
    What rules say, one table per project, those that do not apply counted only.

    Parameters
    ----------
    plan
        A finished plan.
    projects
        PROJECTS, in order.

    Returns
    -------
    grids
        Without one for a project of which no rule is asked.
    """
    rows = pd.DataFrame(plan.assessment.tables["compliance"])
    grids = []
    for project in each_row(projects):
        mine = rows[rows["project_id"] == project.project_id] if len(rows) else rows
        if mine.empty:
            continue
        told = mine[mine["answer"] != NOT_APPLICABLE]
        silent = len(mine) - len(told)
        grids.append(
            Grid(
                caption=f"{html_text(project_name(project)).unescape()}",
                headings=[
                    ("Rule", ""),
                    ("Where, standing", ""),
                    ("Answer", ""),
                    ("Why", ""),
                    ("Source", ""),
                ],
                rows=[_rule_cells(row) for row in each_row(told)],
                texts=5,
                file="compliance.csv",
                note=f"{counted(silent, 'more rule')} of other places or other plants "
                f"{'does' if silent == 1 else 'do'} not apply."
                if silent
                else "",
            )
        )
    return grids


def _rule_cells(row: Any) -> tuple[Any, ...]:
    """A rule and its answer."""
    limit = ""
    if not is_blank(row.threshold):
        compared = COMPARISONS.get(row.comparison, row.comparison)
        limit = f" (limit: {compared} {amount(row.threshold, row.unit)})"
    since = "" if is_blank(row.in_force_from) else f", from {row.in_force_from}"
    return (
        row.title,
        f"{row.jurisdiction}; {row.status}{since}",
        row.answer,
        f"{row.reason}{limit}",
        f"{row.source}, {row.locator}; looked up {row.checked_on}",
    )


def demand_grid(plan: FinishedPlan, projects: pd.DataFrame) -> Grid | None:
    """
    How sure the heat of each project is.

    Parameters
    ----------
    plan
        A finished plan.
    projects
        PROJECTS, in order.

    Returns
    -------
    grid
        One row per project; `None` where none is built.
    """
    cells = []
    for row in each_row(projects[projects["status"] == "ok"]):
        served = connected_rows(plan, str(row.project_id))
        if served.empty:
            continue
        heat = served["annual_heat_mwh"].fillna(0.0)
        sure = served.get("confidence", pd.Series("", index=served.index))
        total = float(heat.sum())
        parts = [heat[sure == level].sum() / total if total else None for level in CONFIDENCES]
        known = served["demand_source"].fillna("").astype(str)
        sources = "; ".join(
            f"{source or MISSING} ({number:,})"
            for source, number in sorted(known.value_counts().items(), key=lambda one: str(one[0]))
        )
        cells.append(
            (
                project_name(row),
                html_text(sources, longest=400),
                figure(row.heat_mwh),
                spread(row.heat_low_mwh, row.heat_high_mwh),
                *map(share, parts),
            )
        )
    if not cells:
        return None
    return Grid(
        caption="How sure the heat demand of each project is",
        headings=[
            ("Project", ""),
            ("Where the figure comes from", "consumers"),
            ("Heat", "MWh/yr"),
            ("Low to high", "MWh/yr"),
            ("High", "of the heat"),
            ("Medium", "of the heat"),
            ("Low", "of the heat"),
        ],
        rows=cells,
        texts=2,
        note="High, medium and low: confidence in the figure, by the kind of its source. Low to "
        "high: every figure of a use at the same end of its range together; errors that partly "
        "cancel leave less.",
    )


def sites_grid(plan: FinishedPlan) -> Grid:
    """
    What is known of the data centres, and how.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    grid
        One row per data centre.
    """
    sites = pd.DataFrame(plan.inputs.sites).sort_values("id", kind="stable")
    names = ("it_load_kw", "it_load_source", "source_kw", "source_degc", "cooling_source")
    known = sites.reindex(columns=["id", "name", "hypothetical", *names])
    cells = [
        (
            html_text(row.id if is_blank(row.name) else row.name),
            "hypothetical" if not is_blank(row.hypothetical) and bool(row.hypothetical) else "",
            row.it_load_source,
            row.cooling_source,
            figure(row.it_load_kw),
            figure(row.source_kw),
            figure(row.source_degc),
        )
        for row in each_row(known)
    ]
    return Grid(
        caption="Data centres",
        headings=[
            ("Data centre", ""),
            ("Status", ""),
            ("IT load is", ""),
            ("Temperature is from", ""),
            ("IT load", "kW"),
            ("Heat, yearly mean", "kW"),
            ("Water", "°C"),
        ],
        rows=cells,
        texts=4,
    )
