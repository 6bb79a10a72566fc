"""
Cash flow of one project as live formulas: payers by year, and the figures they come to.

Figures as computed by the study stand beside those that the sheet recomputes from its own rows:
net present values, rate of return, payback and the levelised cost of heat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...appraisal.cash_flow import PAYERS, SOCIETY
from . import named
from .cells import (
    HEAD,
    LIVE,
    MONEY,
    NOTE,
    PER_UNIT,
    SHARE,
    SUM,
    TITLE,
    at,
    put,
    put_formula,
    set_widths,
)
from .lines import write_lines
from .page import (
    COST_COLUMN,
    DIFFERENCE,
    HEAT,
    NOW,
    OPERATOR,
    PAYER_COLUMN,
    PLANNED,
    Page,
    Project,
    write_own_inputs,
)
from .years import FACTOR, FIRST_COLUMN, GROWTH, REAL_FACTOR, year_columns
from .years import SHEET as YEARS_SHEET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from ...appraisal.ledger import Ledger
    from .years import Rows

NONE = "none"
WIDTHS = (58, 22, 22, 15, 15, 13, 13, 13, 13, 13)
YEAR_WIDTH = 12
NEAR = (0.1, -0.1, -0.3, 0.5, -0.5)
"""Rates from which a spreadsheet starts to seek a return, where it finds none from the planned."""
FIRST_FIGURE = 5
NONE = "none"
WIDTHS = (58, 22, 22, 15, 15, 13, 13, 13, 13, 13)
YEAR_WIDTH = 12
NEAR = (0.1, -0.1, -0.3, 0.5, -0.5)
"""Rates from which a spreadsheet starts to seek a return, where it finds none from the planned."""
FIGURES = {
    "npv": ("Net present value of the operator", "{money}", MONEY),
    "irr_share": ("Internal rate of return, in the money shown", "1/year", SHARE),
    "payback_years": ("Years until the money is back", "year", PER_UNIT),
    "discounted_payback_years": ("Years until it is back with interest", "year", PER_UNIT),
    "lcoh_per_mwh": ("Levelised cost of heat", "{money} per MWh", PER_UNIT),
    "data_centre": ("Net present value of the data centre", "{money}", MONEY),
    "consumer": ("Net present value of the consumers", "{money}", MONEY),
    "public": ("Net present value of the public", "{money}", MONEY),
    SOCIETY: ("All four together", "{money}", MONEY),
}
"""Figures that are recomputed: what they are, unit and number format."""


def write_project(
    sheet: Worksheet, ledger: Ledger, project: Project, profiles: Rows
) -> dict[str, int]:
    """
    Write the cash flow of a project.

    Parameters
    ----------
    sheet
        An empty sheet.
    ledger
        Of all projects.
    project
        Which, with its name and figures.
    profiles
        Rows of the sheet of the years.

    Returns
    -------
    rows
        Row of each figure; planned in column `PLANNED`, recomputed in `NOW`.
    """
    page = Page(
        sheet=sheet,
        ledger=ledger,
        project=project,
        profiles=profiles,
        shared=frozenset(named.used_drivers(ledger, own=False)),
        own={},
        lines={},
        rows={name: FIRST_FIGURE + number for number, name in enumerate(FIGURES)},
        columns=year_columns(ledger),
    )
    put(sheet, 1, 1, project.title, look=TITLE)
    put(sheet, 2, 1, project.note, look=NOTE)
    first = write_own_inputs(page, FIRST_FIGURE + len(FIGURES) + 1)
    write_lines(page, first)
    _write_sums(page)
    _write_figures(page)
    set_widths(sheet, [*WIDTHS, *[YEAR_WIDTH] * len(page.columns)])
    return page.rows


def _write_sums(page: Page) -> None:
    """Payers, cost and heat by year, and what adds up over the years."""
    first, last = min(page.lines.values()), max(page.lines.values())
    row = last + 1
    names = (*PAYERS, SOCIETY, "cost", "heat", "real", "worth", "sum", "sum_worth", "back")
    sums = {name: row + number for number, name in enumerate((*names, "back_worth"))}
    for name, place in sums.items():
        put(page.sheet, place, 1, _SUM_LABELS[name], look=SUM)
    page.rows |= {f"{name} by year": place for name, place in sums.items()}
    for column in page.columns:
        for name, formula in _sum_formulas(page, column, first, last, sums).items():
            form = PER_UNIT if name.startswith("back") else MONEY
            put_formula(page.sheet, sums[name], column, formula, look=LIVE, form=form)


_SUM_LABELS = {
    OPERATOR: "Operator, all lines",
    "data_centre": "Data centre",
    "consumer": "Consumers",
    "public": "Public",
    SOCIETY: "All four together",
    "cost": "Cost of heat",
    "heat": "Heat delivered [MWh]",
    "real": "Operator, in real money",
    "worth": "Operator, discounted",
    "sum": "Operator, real money added up",
    "sum_worth": "Operator, discounted and added up",
    "back": "Year in which the money was last back",
    "back_worth": "Year in which it was last back with interest",
}


def _sum_formulas(
    page: Page, column: int, first: int, last: int, sums: Mapping[str, int]
) -> dict[str, str]:
    """Formulas of one year."""
    lines = f"{at(first, column)}:{at(last, column)}"

    def weighed(by: int) -> str:
        weights = f"{at(first, by, fixed='both')}:{at(last, by, fixed='both')}"
        return f"SUMPRODUCT({weights},{lines})"

    cell = {name: at(row, column) for name, row in sums.items()}
    found = {payer: weighed(PAYER_COLUMN + number) for number, payer in enumerate(PAYERS)}
    found[SOCIETY] = f"SUM({cell[PAYERS[0]]}:{cell[PAYERS[-1]]})"
    found["cost"] = weighed(COST_COLUMN)
    level = f"{YEARS_SHEET}!{at(page.profiles['yearly', 'level'], column)}"
    found["heat"] = f"{page.own[HEAT]}*{level}"
    found["real"] = f"{cell[OPERATOR]}/{YEARS_SHEET}!{at(GROWTH, column)}"
    found["worth"] = f"{cell[OPERATOR]}*{YEARS_SHEET}!{at(FACTOR, column)}"
    for total, flow, back in (("sum", "real", "back"), ("sum_worth", "worth", "back_worth")):
        found |= _back_formulas(column, cell, sums, total, flow, back)
    return found


def _back_formulas(
    column: int, cell: Mapping[str, str], sums: Mapping[str, int], total: str, flow: str, back: str
) -> dict[str, str]:
    """Running sum, and the year in which it last turned from owing to not owing."""
    if column == FIRST_COLUMN:
        return {total: cell[flow], back: "0"}
    before, last = at(sums[total], column - 1), at(sums[back], column - 1)
    turned = f"{column - 1 - FIRST_COLUMN}-{before}/{cell[flow]}"
    return {
        total: f"{before}+{cell[flow]}",
        back: f"IF(AND({before}<0,{cell[total]}>=0),{turned},{last})",
    }


def _write_figures(page: Page) -> None:
    """Figures as computed by the study beside those that the sheet comes to."""
    money = page.ledger.scenario.economics.money
    titles = ("Figure", "unit", "", "as computed", "recomputed here", "difference")
    for column, title in enumerate(titles, start=1):
        put(page.sheet, FIRST_FIGURE - 1, column, title, look=HEAD)
    formulas = _figure_formulas(page)
    for name, (label, unit, form) in FIGURES.items():
        row, value = page.rows[name], page.project.figures.get(name, np.nan)
        put(page.sheet, row, 1, label)
        put(page.sheet, row, 2, unit.format(money=money))
        shown = float(value) if np.isfinite(value) else NONE
        put(page.sheet, row, PLANNED, shown, form=form)
        put_formula(page.sheet, row, NOW, formulas[name], form=form)
        planned, now = at(row, PLANNED), at(row, NOW)
        difference = f'IF(AND(ISNUMBER({planned}),ISNUMBER({now})),{now}-{planned},"")'
        put_formula(page.sheet, row, DIFFERENCE, difference, form=form)


def _figure_formulas(page: Page) -> dict[str, str]:
    """Net present values, return, payback and cost of heat from the rows of years."""
    row = {name: page.rows[f"{name} by year"] for name in _SUM_LABELS}
    found = {}
    for payer in (*PAYERS, SOCIETY):
        name = "npv" if payer == OPERATOR else payer
        start = at(row[payer], FIRST_COLUMN)
        later = page.years(row[payer], start=1)
        found[name] = f"{start}+NPV({named.SHOWN_RATE},{later})"
    found["irr_share"] = _return_formula(page, page.years(row[OPERATOR]))
    for name, total, back in (
        ("payback_years", "sum", "back"),
        ("discounted_payback_years", "sum_worth", "back_worth"),
    ):
        end = page.columns[-1]
        found[name] = f'IF({at(row[total], end)}<0,"{NONE}",{at(row[back], end)})'
    heat = f"SUMPRODUCT({page.years(row['heat'])},{page.on_years(REAL_FACTOR)})"
    cost = f"SUMPRODUCT({page.years(row['cost'])},{page.on_years(FACTOR)})"
    found["lcoh_per_mwh"] = f'IF({heat}>0,{cost}/{heat},"{NONE}")'
    return found


def _return_formula(page: Page, flows: str) -> str:
    """Rate of return; spreadsheets find it only from somewhere near, and say so by an error."""
    planned = page.project.figures.get("irr_share", np.nan)
    starts = [at(page.rows["irr_share"], PLANNED)] if np.isfinite(planned) else []
    formula = f'"{NONE}"'
    for start in reversed([*starts, *map(str, NEAR)]):
        formula = f"IFERROR(IRR({flows},{start}),{formula})"
    return formula
