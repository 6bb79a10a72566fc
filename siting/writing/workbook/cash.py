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
    MONEY,
    NOTE,
    PER_UNIT,
    SHARE,
    SUM,
    TITLE,
    put,
    put_formula,
    set_widths,
)
from .charts import HEIGHT_ROWS, draw_cash_flow
from .functions import both, is_figure, present_value, rate_of_return, rounded, total, weighed, when
from .lines import COST, line_weight, write_lines
from .live import Cells, Live, at, figure, word
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
    put_titles,
    write_own_inputs,
)
from .printing import ready_to_print
from .years import FACTOR, GROWTH, LABEL_WIDTH, REAL_FACTOR, YearRows, year_columns

if TYPE_CHECKING:
    from ...appraisal.ledger import Ledger
    from .cells import Sheet
    from .inputs import Names
    from .live import Value
    from .years import Profiles

NONE = "none"
WIDTHS = (LABEL_WIDTH, 22, 29, 14, 14, 11, 12, 11, 11, 13)
YEAR_WIDTH = 12
NEAR = (0.1, -0.1, -0.3, 0.5, -0.5)
"""Rates from which a spreadsheet starts to seek a return, where it finds none from the planned."""
FIRST_FIGURE = 5
DIGITS = 6
"""Digits of a difference; what is left behind them is the rounding of computers."""
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
    sheet: Sheet, ledger: Ledger, project: Project, names: Names, profiles: Profiles
) -> dict[str, Value]:
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
    names
        Assumptions that may be changed.
    profiles
        The sheet of the years.

    Returns
    -------
    values
        Each figure as recomputed; they stand in column `NOW` from row `FIRST_FIGURE` on.
    """
    columns = year_columns(ledger)
    page = Page(
        sheet=sheet,
        ledger=ledger,
        project=project,
        names=names,
        profiles=profiles,
        years=YearRows(sheet=sheet, columns=columns),
        shared=frozenset(named.used_drivers(ledger, own=False)),
        rows={name: FIRST_FIGURE + number for number, name in enumerate(FIGURES)},
    )
    put(sheet, 1, 1, project.title, look=TITLE)
    put(sheet, 2, 1, project.note, look=NOTE)
    after = write_own_inputs(page, FIRST_FIGURE + len(FIGURES) + 1)
    head = max(after, FIRST_FIGURE + HEIGHT_ROWS + 1)
    write_lines(page, head)
    _write_sums(page)
    values = _write_figures(page)
    draw_cash_flow(page)
    widths = [*WIDTHS, *[YEAR_WIDTH] * len(columns)]
    set_widths(sheet, widths)
    # Columns only: the rows above the lines would fill half a screen.
    sheet.inside.freeze_panes(0, 1)
    ready_to_print(sheet, title=project.title, widths=widths, header_row=head, first_row=head)
    return values


def _write_sums(page: Page) -> None:
    """Payers, cost and heat by year, and what adds up over the years."""
    row = max(page.lines.values()) + 1
    for number, (name, label) in enumerate(_SUM_LABELS.items()):
        page.rows[f"{name} by year"] = row + number
        put(page.sheet, row + number, 1, label, look=SUM)
    for year in range(len(page.years.columns)):
        for name in _SUM_LABELS:
            form = PER_UNIT if name in _BACK else MONEY
            page.years.put(page.rows[f"{name} by year"], _sum(page, name, year), form=form)


_SUM_LABELS = {
    OPERATOR: "Operator, all lines",
    "data_centre": "Data centre",
    "consumer": "Consumers",
    "public": "Public",
    SOCIETY: "All four together",
    COST: "Cost of heat",
    "heat": "Heat delivered [MWh]",
    "real": "Operator, in real money",
    "worth": "Operator, discounted",
    "sum": "Operator, real money added up",
    "sum_worth": "Operator, discounted and added up",
    "back": "Year in which the money was last back",
    "back_worth": "Year in which it was last back with interest",
}
_ADDS_UP = {"sum": "real", "sum_worth": "worth"}
_BACK = {"back": "sum", "back_worth": "sum_worth"}


def _sum(page: Page, name: str, year: int) -> Live:
    """Formula of one year; rows above it are written."""
    row = {name: page.rows[f"{name} by year"] for name in _SUM_LABELS}
    if name in (*PAYERS, COST):
        by = COST_COLUMN if name == COST else PAYER_COLUMN + PAYERS.index(name)
        return weighed(_weights(page, by), page.years.of_year(_line_rows(page), year))
    if name == SOCIETY:
        return total(page.years.of_year(range(row[PAYERS[0]], row[PAYERS[-1]] + 1), year))
    if name in _ADDS_UP:
        flow = page.years.cell(row[_ADDS_UP[name]], year)
        return flow if year == 0 else page.years.cell(row[name], year - 1) + flow
    if name in _BACK:
        return _turned(page, row[name], row[_BACK[name]], row[_ADDS_UP[_BACK[name]]], year)
    years = page.profiles.years
    if name == "heat":
        level = page.profiles.rows["yearly", "level"]
        return page.own[HEAT] * years.cell(level, year, elsewhere=True)
    flow = page.years.cell(row[OPERATOR], year)
    if name == "real":
        return flow / years.cell(GROWTH, year, elsewhere=True)
    return flow * years.cell(FACTOR, year, elsewhere=True)


def _line_rows(page: Page) -> range:
    """Rows of the lines."""
    return range(min(page.lines.values()), max(page.lines.values()) + 1)


def _weights(page: Page, column: int) -> Cells:
    """How a payer, or the cost of heat, counts each line."""
    if column not in page.weights:
        rows = _line_rows(page)
        first, last = (at(row, column, fixed="both") for row in (rows[0], rows[-1]))
        payer = COST if column == COST_COLUMN else PAYERS[column - PAYER_COLUMN]
        signs = [line_weight(line, payer) for line in page.lines]
        page.weights[column] = Cells(f"{first}:{last}", signs)
    return page.weights[column]


def _turned(page: Page, back: int, summed: int, flow: int, year: int) -> Live:
    """Year in which a running sum last turned from owing to not owing."""
    if year == 0:
        return figure(0)
    years = page.years
    before, now = years.cell(summed, year - 1), years.cell(summed, year)
    turned = figure(year - 1) - before / years.cell(flow, year)
    return when(both(before < 0, now >= 0), turned, years.cell(back, year - 1))


def _write_figures(page: Page) -> dict[str, Value]:
    """Figures as computed by the study beside those that the sheet comes to."""
    money = page.ledger.scenario.economics.money
    titles = ("Figure", "unit", "", "as computed", "recomputed", "difference")
    put_titles(page.sheet, FIRST_FIGURE - 1, titles)
    formulas, values = _figure_formulas(page), {}
    for name, (label, unit, form) in FIGURES.items():
        row, value = page.rows[name], page.project.figures.get(name, np.nan)
        put(page.sheet, row, 1, label)
        put(page.sheet, row, 2, unit.format(money=money))
        shown = put(page.sheet, row, PLANNED, value if np.isfinite(value) else NONE, form=form)
        values[name] = put_formula(page.sheet, row, NOW, formulas[name], form=form)
        planned, now = Live(at(row, PLANNED), shown), Live(at(row, NOW), values[name])
        test = both(is_figure(planned), is_figure(now))
        difference = when(test, rounded(now - planned, DIGITS), word(NONE))
        put_formula(page.sheet, row, DIFFERENCE, difference, form=form)
    return values


def _figure_formulas(page: Page) -> dict[str, Live]:
    """Net present values, return, payback and cost of heat from the rows of years."""
    row = {name: page.rows[f"{name} by year"] for name in _SUM_LABELS}
    years, shared, found = page.years, page.profiles.years, {}
    for payer in (*PAYERS, SOCIETY):
        later = present_value(page.names[named.SHOWN_RATE], years.cells(row[payer], start=1))
        found["npv" if payer == OPERATOR else payer] = years.cell(row[payer], 0) + later
    found["irr_share"] = _return_formula(page, years.cells(row[OPERATOR]))
    last = len(years.columns) - 1
    for name, back in (("payback_years", "back"), ("discounted_payback_years", "back_worth")):
        owed = years.cell(row[_BACK[back]], last) < 0
        found[name] = when(owed, word(NONE), years.cell(row[back], last))
    heat = weighed(years.cells(row["heat"]), shared.cells(REAL_FACTOR, elsewhere=True))
    cost = weighed(years.cells(row[COST]), shared.cells(FACTOR, elsewhere=True))
    found["lcoh_per_mwh"] = when(heat > 0, cost / heat, word(NONE))
    return found


def _return_formula(page: Page, flows: Cells) -> Live:
    """Rate of return; spreadsheets find it only from somewhere near, and say so by an error."""
    planned = page.project.figures.get("irr_share", np.nan)
    starts = [figure(rate) for rate in NEAR]
    if np.isfinite(planned):
        starts.insert(0, Live(at(page.rows["irr_share"], PLANNED), float(planned)))
    return rate_of_return(flows, starts, none=word(NONE))
