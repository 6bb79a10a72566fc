"""
The workbook of a plan: its tables, and its cash flows as formulas that anybody may change.

The cash flow of each project (`cash`) is recomputed from named assumptions
(`inputs`) over the years (`years`); figures as the study computed them stand
beside. All other sheets hold tables of the study as they are. Equal plans give equal bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.workbook.properties import CalcProperties

from ..maps.background import hypothetical_note, is_hypothetical
from ..results import in_order, with_registry_columns
from ..sheets import ASSUMPTION_COLUMNS, data_dictionary
from .cash import FIGURES, write_project
from .cells import (
    HEADER_ROW,
    INPUT,
    LIVE,
    NOTE,
    at,
    put,
    put_formula,
    put_lines,
    put_table,
    ready_to_print,
    stable_bytes,
    unit_word,
)
from .inputs import write_inputs
from .page import NOW, Project
from .years import write_years

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ...appraisal.ledger import Ledger
    from ..results import FinishedPlan

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
LIVE_NOTES = (
    "Sheet Inputs holds the assumptions that may be changed: rates, prices, grant, lives. Sheet"
    " Years spreads them over the years. Each sheet Project holds the cash flow of one project,"
    " recomputed by formulas; its own heat, COP and pipes can be changed there.",
    "Changed inputs move the money only. Pipes, machines, who is connected, emissions and all"
    " other sheets stay as the study found them. Where several rates of return exist, the study"
    " gives none and a spreadsheet shows one of them.",
)
"""How the formulas may be used, and how not."""


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
        An XLSX file. Formulas have no stored values: a spreadsheet computes them on opening.
    """
    book = Workbook()
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    projects = pd.DataFrame(in_order(with_registry_columns(plan.projects, "projects"), "projects"))
    dictionary = data_dictionary(plan.money)
    ledger = plan.assessment.ledger
    shown = _with_cash_flow(projects, ledger)
    readme, summary = book.active, book.create_sheet(SUMMARY)
    readme.title = "Read me"
    rows: dict[str, dict[str, int]] = {}
    if ledger is not None:
        write_inputs(book, ledger, plan.assumptions)
        profiles = write_years(book, ledger)
        for number, project_id in enumerate(shown, start=1):
            sheet = book.create_sheet(PROJECT.format(number))
            about = _project(projects, project_id, plan, number)
            rows[project_id] = write_project(sheet, ledger, about, profiles)
    _write_summary(summary, projects, rows, plan, dictionary)
    _write_tables(book, plan, dictionary)
    _write_warnings(book, plan, projects, shown)
    _write_dictionary(book, dictionary)
    for sheet in book:
        ready_to_print(sheet)
    put_lines(readme, _about(plan, live=bool(rows)), width=110)
    _write_colours(readme)
    return stable_bytes(book)


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
    sheet: Any,
    projects: pd.DataFrame,
    rows: Mapping[str, Mapping[str, int]],
    plan: FinishedPlan,
    dictionary: pd.DataFrame,
) -> None:
    """One row per project, and beside it what the workbook recomputes."""
    table = projects[[name for name in SUMMARY_COLUMNS if name in projects]]
    units = _units(dictionary, "projects")
    title = f"Projects, money in {plan.money}"
    put_table(sheet, table, title=title, units=units)
    first = len(table.columns) + 1
    heads = [("cash flow on", ""), *((f"{name} recomputed", name) for name in LIVE_COLUMNS)]
    for number, (head, name) in enumerate(heads if rows else ()):
        put(sheet, HEADER_ROW - 1, first + number, unit_word(units.get(name, "")), look=NOTE)
        put(sheet, HEADER_ROW, first + number, head, look=LIVE)
    pages = {project_id: PROJECT.format(n) for n, project_id in enumerate(rows, start=1)}
    for row, project_id in enumerate(projects["project_id"], start=HEADER_ROW + 1):
        if project_id not in rows:
            continue
        put(sheet, row, first, pages[project_id])
        for column, name in enumerate(LIVE_COLUMNS, start=first + 1):
            cell = f"'{pages[project_id]}'!{at(rows[project_id][name], NOW)}"
            put_formula(sheet, row, column, cell, form=FIGURES[name][-1])


def _write_tables(book: Workbook, plan: FinishedPlan, dictionary: pd.DataFrame) -> None:
    """Tables behind the projects as they are, and the register of assumptions."""
    for name, (sheet, title) in TABLES.items():
        table = pd.DataFrame(
            in_order(with_registry_columns(plan.assessment.tables[name], name), name)
        )
        plain = table.drop(columns=[column for column in ("geometry",) if column in table])
        put_table(book.create_sheet(sheet), plain, title=title, units=_units(dictionary, name))
    register = plan.assumptions.reindex(columns=list(ASSUMPTION_COLUMNS))
    put_table(
        book.create_sheet("Assumptions"),
        register.sort_values("key", kind="stable"),
        title="Every assumed figure with its range, unit and source; those to change are in Inputs",
        units={},
    )


def _write_warnings(
    book: Workbook, plan: FinishedPlan, projects: pd.DataFrame, shown: list[str]
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
    put_table(book.create_sheet("Warnings"), table, title="What should be looked at", units={})


def _write_dictionary(book: Workbook, dictionary: pd.DataFrame) -> None:
    """Meaning and unit of the columns of the sheets."""
    mine = dictionary[dictionary["table"].isin(["projects", *TABLES])]
    put_table(
        book.create_sheet("Data dictionary"),
        mine.reset_index(drop=True),
        title="Meaning, unit and price base of every column",
        units={},
    )


def _about(plan: FinishedPlan, *, live: bool) -> list[str]:
    """What the workbook is, for whoever opens it."""
    lines = ["heatreach: a heat-reuse plan", plan.summary]
    note = hypothetical_note(is_hypothetical(plan.inputs.sites))
    lines += [note] if note else []
    if live:
        lines += LIVE_NOTES
    dated = f"Data of {plan.inputs.data_date}. " if plan.inputs.data_date else ""
    return [
        *lines,
        f"Money is in {plan.money}. {dated}{plan.inputs.attribution}".strip(),
        "Figures are indicative: a feasibility study must follow. Sources stand in the sheet"
        " Assumptions, meanings of columns in the sheet Data dictionary.",
    ]


def _write_colours(sheet: Any) -> None:
    """Key to the colours, below the text."""
    row = sheet.max_row + 2
    put(sheet, row, 1, "Yellow, bold, framed: an assumption that you may change", look=INPUT)
    put(sheet, row + 1, 1, "Blue: a formula that follows the yellow cells", look=LIVE)
    put(sheet, row + 2, 1, "White: a result of the study, or a text; it does not move")
