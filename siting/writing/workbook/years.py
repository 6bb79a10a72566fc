"""
The years of a workbook: discount factors, prices, renewals, each a row of formulas.

A row of the sheet ``Years`` says what one unit of money of a kind of line does from year 0 on: what
is bought and renewed, paid once, or paid yearly along a price. They are those of
`heatreach.siting.appraisal.cash_flow.line_profiles`, written as formulas over the named inputs, so
that horizon, lives, rates and price changes can be moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from ...appraisal.cash_flow import INVESTMENT, LEVEL, ONCE, YEARLY, cash_lines
from ...appraisal.price_paths import ELECTRICITY, FUELS, TARIFF
from .cells import FIGURE, HEAD, INPUT, LIVE, NOTE, TITLE, at, put, put_formula, set_widths
from .named import (
    ELECTRICITY_CHANGE,
    FOLLOWS,
    GAS_CHANGE,
    HORIZON,
    INFLATION,
    RATE,
    RESIDUAL,
    YES,
    follows_word,
    last_year,
    life_name,
    used_lives,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from ...appraisal.ledger import Ledger

SHEET = "Years"
FIRST_COLUMN = 11
"""Column of year 0, the same in all sheets that have years."""
YEAR, CALENDAR, REAL_FACTOR, GROWTH, FACTOR = 4, 5, 6, 7, 8
FIRST_PROFILE = 9
GIVEN = "given"
"""Mark of a row that holds a price as the user gave it by year."""
Rows = dict[tuple[str, str], int]


def year_columns(ledger: Ledger) -> range:
    """
    Columns of the years.

    Parameters
    ----------
    ledger
        Of the projects.

    Returns
    -------
    columns
        That of year 0 first.
    """
    return range(FIRST_COLUMN, FIRST_COLUMN + last_year(ledger) + 1)


def write_years(book: Workbook, ledger: Ledger) -> Rows:
    """
    Write the sheet of the years.

    Parameters
    ----------
    book
        The workbook; gets the sheet.
    ledger
        Of the projects.

    Returns
    -------
    rows
        Row of each profile, by kind of line and its life or price path.
    """
    sheet = book.create_sheet(SHEET)
    put(sheet, 1, 1, "What one unit of money of each kind does in each year", look=TITLE)
    note = "Year 0 is that of building; years beyond the horizon are empty of money."
    put(sheet, 2, 1, note, look=NOTE)
    rows = _profile_rows(ledger)
    labels = {
        YEAR: "Year of operation",
        CALENDAR: "Calendar year",
        REAL_FACTOR: "Discount factor, real",
        GROWTH: "General prices against the price base, in the money shown",
        FACTOR: "Discount factor of the money shown",
    }
    for row, label in (labels | {row: _label(*key) for key, row in rows.items()}).items():
        put(sheet, row, 1, label, look=HEAD if row == YEAR else "")
    first = ledger.scenario.economics.first_year
    for year, column in enumerate(year_columns(ledger)):
        put(sheet, YEAR, column, year, look=HEAD)
        put(sheet, CALENDAR, column, first - 1 + year, form="0")
        now = at(YEAR, column)
        put_formula(sheet, REAL_FACTOR, column, f"(1+{RATE})^-{now}", form=FIGURE)
        put_formula(sheet, GROWTH, column, f"(1+{INFLATION})^{now}", form=FIGURE)
        shown = f"{at(REAL_FACTOR, column)}/{at(GROWTH, column)}"
        put_formula(sheet, FACTOR, column, shown, form=FIGURE)
        for (kind, path), row in rows.items():
            _write_profile(sheet, row, column, kind, path, ledger, rows)
    set_widths(sheet, [58])
    # The columns between are kept free so that years stand below each other in all sheets.
    for column in range(2, FIRST_COLUMN):
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    sheet.freeze_panes = at(YEAR + 1, 2)
    return rows


def _profile_rows(ledger: Ledger) -> Rows:
    """Row of each profile, in the order they are written; given prices last."""
    lines = cash_lines()
    paths = [path for path in dict.fromkeys(lines["path"]) if path]
    keys = [(INVESTMENT, key) for key in used_lives(ledger)]
    keys += [(ONCE, ""), *((YEARLY, path) for path in paths)]
    keys += [(GIVEN, fuel) for fuel in FUELS if fuel in ledger.given_paths]
    return {key: FIRST_PROFILE + number for number, key in enumerate(keys)}


def _label(kind: str, path: str) -> str:
    """What a row of the sheet is."""
    name = follows_word(path if kind == INVESTMENT else "", path)
    return {
        INVESTMENT: f"Bought, renewed, left at the end: {name}",
        ONCE: "Paid once",
        YEARLY: f"Paid yearly, price path: {name}",
        GIVEN: f"Price of {name} by year as given, first year 1",
    }[kind].replace("_", " ")


def _write_profile(
    sheet: Worksheet, row: int, column: int, kind: str, path: str, ledger: Ledger, rows: Rows
) -> None:
    """One cell of a profile."""
    year = column - FIRST_COLUMN
    if kind == GIVEN:
        if year:
            value = float(ledger.given_paths[path][year - 1])
            put(sheet, row, column, value, look=INPUT, form=FIGURE)
        return
    now = at(YEAR, column)
    if kind == YEARLY:
        price = _price(path, column, rows)
        formula = f"IF(AND({now}>=1,{now}<={HORIZON}),{price},0)"
    else:
        formula = _FORMULAS[kind](now, path)
    put_formula(sheet, row, column, formula, look=LIVE, form=FIGURE)


def _price(path: str, column: int, rows: Rows) -> str:
    """Price in a year over that of the first."""
    if path == LEVEL:
        return "1"
    if path.startswith(TARIFF):
        follows = at(rows[YEARLY, path.removeprefix(TARIFF)], column)
        return f'IF({FOLLOWS}="{YES}",{follows},1)'
    if (GIVEN, path) in rows:
        return at(rows[GIVEN, path], column)
    change = ELECTRICITY_CHANGE if path == ELECTRICITY else GAS_CHANGE
    return f"(1+{change})^({at(YEAR, column)}-1)"


def _invested(now: str, key: str) -> str:
    """Purchase, renewals, and the share of the last one that is left at the horizon."""
    life = f"MAX(1,ROUND({life_name(key)},0))"
    bought = f"IF(AND({now}<{HORIZON},MOD({now},{life})=0),1,0)"
    last = f"INT(({HORIZON}-1)/{life})*{life}"
    left = f'IF(AND({now}={HORIZON},{RESIDUAL}="{YES}"),1-({HORIZON}-{last})/{life},0)'
    return f"{bought}-{left}"


def _once(now: str, _path: str) -> str:
    """One in year 0."""
    return f"IF({now}=0,1,0)"


_FORMULAS: dict[str, Callable[[str, str], str]] = {INVESTMENT: _invested, ONCE: _once}
