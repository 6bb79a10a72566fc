"""
The workbook of a plan: its tables, and its cash flows as formulas that anybody may change.

The cash flow of each project (`cash`) is recomputed from named assumptions
(`inputs`) over the years (`years`); figures as the study computed them stand
beside. All other sheets hold tables of the study as they are. Equal plans give equal bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..maps.background import hypothetical_note, is_hypothetical
from ..results import in_order, with_registry_columns
from ..sheets import ASSUMPTION_COLUMNS, data_dictionary
from .cash import FIGURES, FIRST_FIGURE, write_project
from .cells import HEAD, LIVE, NOTE, Book, put, put_formula
from .inputs import SHEET as INPUTS
from .inputs import write_inputs
from .live import Live, at
from .page import NOW, Project
from .readme import write_readme
from .tables import HEADER_ROW, put_table, unit_word
from .years import SHEET as YEARS
from .years import write_years

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ...appraisal.ledger import Ledger
    from ..results import FinishedPlan
    from .cells import Sheet
    from .live import Value

    Recomputed = Mapping[str, Mapping[str, Value]]

TABLES = {
    "figures": ("Figures", "Figures of each project at several horizons and discount rates"),
    "payers": ("Payers", "What each payer pays, gains and keeps"),
    "lcoh_parts": ("Cost of heat", "What heat costs, part by part"),
    "sensitivity": (
        "Sensitivity",
        "Each assumption alone: what it moves, and where it breaks even",
    ),
    "uncertainty": ("Uncertainty", "Headline figures drawn from the ranges of the assumptions"),
    "gates": ("Gates", "How often each threshold is met, over the draws"),
    "cases": ("Cases", "Headline figures in named cases"),
    "compliance": ("Compliance", "What rules of law and funding say, with their source"),
    "carbon_by_year": ("Carbon by year", "Emissions avoided and caused, year by year"),
    "energy_by_month": ("Energy by month", "Heat of each network by month, and what makes it"),
    "load_duration": (
        "Load duration",
        "Load of each network from the highest hour down, and what serves it",
    ),
    "project_options": ("Ways to make heat", "Each network with every way to make its heat"),
}
"""Tables behind the projects: their sheet, and what they hold."""
SUMMARY_COLUMNS = (
    *("rank", "name", "project_id", "site_id", "hypothetical", "status", "option"),
    *("consumers", "trench_m", "heat_mwh", "cop", "reuse_share", "capex", "npv"),
    *("npv_p10", "npv_p50", "npv_p90", "npv_positive_share", "irr_share", "payback_years"),
    *("lcoh_per_mwh", "avoided_t_co2e", "cost_per_t_co2e", "social_npv", "first_share"),
    *("reason", "what_would_change"),
)
LIVE_COLUMNS = ("npv", "irr_share", "lcoh_per_mwh", "payback_years")
"""Figures that the summary shows recomputed too."""
MOST_CASH_FLOWS = 40
"""Projects with a cash flow of their own; a workbook of thousands of sheets helps nobody."""
SUMMARY, PROJECT = "Summary", "Project {}"
README, ASSUMPTIONS, WARNINGS, DICTIONARY = "Read me", "Assumptions", "Warnings", "Data dictionary"
TITLES = {
    INPUTS: "Assumptions that may be changed, with range and source",
    YEARS: "Discount factors, prices and renewals by year, from the inputs",
    ASSUMPTIONS: "Every assumed figure with its range, unit and source; to change some, see Inputs",
    WARNINGS: "What should be looked at",
    DICTIONARY: "Meaning, unit and price base of every column",
}
RECOMPUTED_WIDTH = 24


def write_workbook(plan: FinishedPlan, path: Path) -> None:
    """
    Write the workbook of a plan.

    Parameters
    ----------
    plan
        A finished plan.
    path
        File to write.
    """
    path.write_bytes(workbook_bytes(plan))


def workbook_bytes(plan: FinishedPlan) -> bytes:
    """
    The workbook of a plan as the content of a file.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    content
        An XLSX file. Formulas stand with their values; a spreadsheet computes them again on
        opening.
    """
    projects = pd.DataFrame(in_order(with_registry_columns(plan.projects, "projects"), "projects"))
    shown = _with_cash_flow(projects, plan.assessment.ledger)
    about = _sheets(plan, projects, shown)
    book = Book()
    sheets = {name: book.add_sheet(name) for name in (README, *about)}
    recomputed = _write_cash_flows(sheets, plan, projects, shown)
    dictionary = data_dictionary(plan.money)
    _write_summary(sheets[SUMMARY], projects, recomputed, plan, dictionary)
    _write_tables(sheets, plan, dictionary)
    _write_warnings(sheets[WARNINGS], plan, projects, shown)
    _write_dictionary(sheets[DICTIONARY], dictionary)
    write_readme(sheets[README], plan, about, live=bool(recomputed))
    return book.content()


def _sheets(plan: FinishedPlan, projects: pd.DataFrame, shown: list[str]) -> dict[str, str]:
    """Sheets behind the first in their order, and what each holds."""
    names = projects.set_index("project_id")["name"]
    about = {SUMMARY: f"Projects, money in {plan.money}"}
    if plan.assessment.ledger is not None:
        about |= {name: TITLES[name] for name in (INPUTS, YEARS)}
    for number, project_id in enumerate(shown, start=1):
        about[PROJECT.format(number)] = f"Cash flow of {names[project_id] or project_id}"
    about |= dict(TABLES.values())
    return about | {name: TITLES[name] for name in (ASSUMPTIONS, WARNINGS, DICTIONARY)}


def _write_cash_flows(
    sheets: Mapping[str, Sheet], plan: FinishedPlan, projects: pd.DataFrame, shown: list[str]
) -> Recomputed:
    """Inputs, years and projects; returns each project's figures as recomputed."""
    ledger = plan.assessment.ledger
    if ledger is None:
        return {}
    names = write_inputs(sheets[INPUTS], ledger, plan.assumptions)
    profiles = write_years(sheets[YEARS], ledger, names)
    return {
        project_id: write_project(
            sheets[PROJECT.format(number)],
            ledger,
            _project(projects, project_id, plan, number),
            names,
            profiles,
        )
        for number, project_id in enumerate(shown, start=1)
    }


def _with_cash_flow(projects: pd.DataFrame, ledger: Ledger | None) -> list[str]:
    """Projects that get a sheet of their own, in their order."""
    if ledger is None:
        return []
    known = [str(name) for name in projects["project_id"] if name in ledger.amounts.index]
    return known[:MOST_CASH_FLOWS]


def _project(projects: pd.DataFrame, project_id: str, plan: FinishedPlan, number: int) -> Project:
    """Name and figures of a project."""
    row = projects.set_index("project_id").loc[project_id]
    payers = plan.assessment.tables["payers"]
    worths = payers[payers["project_id"] == project_id].set_index("payer")["npv"]
    figures = {name: worths.get(name, float("nan")) for name in FIGURES if name in worths.index}
    figures |= {name: row[name] for name in FIGURES if name in projects}
    exists = "The data centre is hypothetical. " if row["hypothetical"] else ""
    note = (
        f"{exists}Project {project_id}. Money in {plan.money}; what the operator pays is negative."
        " Blue cells follow the yellow ones, here and on the sheet Inputs."
    )
    return Project(
        project_id=project_id,
        title=f"{PROJECT.format(number)}: {row['name'] or project_id}",
        note=note,
        figures={name: float(value) for name, value in figures.items()},
    )


def _units(dictionary: pd.DataFrame, table: str) -> dict[str, str]:
    """Unit of each column of a table."""
    mine = dictionary[dictionary["table"] == table]
    return dict(zip(mine["column"], mine["unit"], strict=True))


def _write_summary(
    sheet: Sheet,
    projects: pd.DataFrame,
    recomputed: Recomputed,
    plan: FinishedPlan,
    dictionary: pd.DataFrame,
) -> None:
    """One row per project, and beside it what the workbook recomputes."""
    table = projects[[name for name in SUMMARY_COLUMNS if name in projects]]
    units = _units(dictionary, "projects")
    first = len(table.columns) + 1
    heads = [("cash flow on", ""), *((f"{name} recomputed", name) for name in LIVE_COLUMNS)]
    heads = heads if recomputed else []
    widths = [RECOMPUTED_WIDTH] * len(heads)
    title = f"Projects, money in {plan.money}"
    put_table(sheet, table, title=title, units=units, more_widths=widths)
    for column, (head, name) in enumerate(heads, start=first):
        put(sheet, HEADER_ROW - 1, column, unit_word(units.get(name, "")), look=NOTE)
        put(sheet, HEADER_ROW, column, head, look=LIVE if name else HEAD)
    pages = {project_id: PROJECT.format(n) for n, project_id in enumerate(recomputed, start=1)}
    for row, project_id in enumerate(projects["project_id"], start=HEADER_ROW + 1):
        if project_id in pages:
            _write_recomputed(sheet, row, first, pages[project_id], recomputed[project_id])


def _write_recomputed(
    sheet: Sheet, row: int, first: int, page: str, figures: Mapping[str, Value]
) -> None:
    """Figures of one project, from its own sheet."""
    put(sheet, row, first, page)
    for column, name in enumerate(LIVE_COLUMNS, start=first + 1):
        place = at(FIRST_FIGURE + list(FIGURES).index(name), NOW)
        cell = Live(f"'{page}'!{place}", figures[name])
        put_formula(sheet, row, column, cell, form=FIGURES[name][-1])


def _write_tables(
    sheets: Mapping[str, Sheet], plan: FinishedPlan, dictionary: pd.DataFrame
) -> None:
    """Tables behind the projects as they are, and the register of assumptions."""
    for name, (sheet, title) in TABLES.items():
        table = pd.DataFrame(
            in_order(with_registry_columns(plan.assessment.tables[name], name), name)
        )
        plain = table.drop(columns=[column for column in ("geometry",) if column in table])
        put_table(sheets[sheet], plain, title=title, units=_units(dictionary, name))
    register = plan.assumptions.reindex(columns=list(ASSUMPTION_COLUMNS))
    ordered = register.sort_values("key", kind="stable")
    put_table(sheets[ASSUMPTIONS], ordered, title=TITLES[ASSUMPTIONS], units={})


def _write_warnings(
    sheet: Sheet, plan: FinishedPlan, projects: pd.DataFrame, shown: list[str]
) -> None:
    """What should be looked at, what was left out, and what could not be built."""
    found = [("warning", str(text)) for text in plan.run.get("warnings", ())]
    left_out = plan.run.get("left_out", {})
    found += [("left out of the data", f"{count} {what}") for what, count in left_out.items()]
    note = hypothetical_note(is_hypothetical(plan.inputs.sites))
    found += [("hypothetical", note)] if note else []
    unbuilt = projects[projects["status"] != "ok"]
    reasons = unbuilt["reason"].where(unbuilt["reason"] != "", unbuilt["status"])
    found += [("not built", text) for text in unbuilt["project_id"] + ": " + reasons]
    built = int((projects["status"] == "ok").sum())
    if shown and built > len(shown):
        text = f"Only the first {len(shown)} of {built} projects have a sheet with their cash flow."
        found.append(("left out of this workbook", text))
    table = pd.DataFrame(found, columns=["kind", "text"])
    put_table(sheet, table, title=TITLES[WARNINGS], units={})


def _write_dictionary(sheet: Sheet, dictionary: pd.DataFrame) -> None:
    """Meaning and unit of the columns of the sheets."""
    mine = dictionary[dictionary["table"].isin(["projects", *TABLES])]
    put_table(sheet, mine.reset_index(drop=True), title=TITLES[DICTIONARY], units={})
