"""
The years of a workbook: discount factors, prices, renewals, each a row of formulas.

A row of the sheet ``Years`` says what one unit of money of a kind of line does from year 0 on: what
is bought and renewed, paid once, or paid yearly along a price. They are those of
`heatreach.siting.appraisal.cash_flow.line_profiles`, written as formulas over the named inputs, so
that horizon, lives, rates and price changes can be moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...appraisal.cash_flow import INVESTMENT, LEVEL, ONCE, YEARLY, cash_lines
from ...appraisal.price_paths import ELECTRICITY, FUELS, TARIFF
from .cells import FACTOR_FORM, HEAD, INPUT, LIVE, NOTE, TITLE, put, put_formula, set_widths
from .functions import at_least_one, both, remainder, rounded, when, whole
from .live import Cells, Live, at, figure, word
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
from .printing import ready_to_print

if TYPE_CHECKING:
    from ...appraisal.ledger import Ledger
    from .cells import Sheet
    from .inputs import Names
    from .live import Value

SHEET = "Years"
FIRST_COLUMN = 11
"""Column of year 0, the same in all sheets that have years."""
YEAR, CALENDAR, REAL_FACTOR, GROWTH, FACTOR = 4, 5, 6, 7, 8
FIRST_PROFILE = 9
GIVEN = "given"
"""Mark of a row that holds a price as the user gave it by year."""
LABEL_WIDTH, YEAR_WIDTH = 58, 9
TITLE_TEXT = "What one unit of money of each kind does in each year"
Rows = dict[tuple[str, str], int]


@dataclass(slots=True, kw_only=True)
class YearRows:
    """
    Rows of a sheet with one cell a year, and what they hold.

    Attributes
    ----------
    sheet
        The sheet.
    columns
        Columns of the years, that of year 0 first.
    values
        What stands in each row, by year.
    """

    sheet: Sheet
    columns: range
    values: dict[int, list[Value]] = field(default_factory=dict)

    def put(self, row: int, formula: Live, *, look: str = LIVE, form: str = "") -> None:
        """
        Write the next year of a row.

        Parameters
        ----------
        row
            The row; years are written from year 0 on.
        formula
            The formula.
        look, form
            As in `heatreach.siting.writing.workbook.cells.put_formula`.
        """
        done = self.values.setdefault(row, [])
        column = self.columns[len(done)]
        done.append(put_formula(self.sheet, row, column, formula, look=look, form=form))

    def put_value(self, row: int, value: float, *, look: str = "", form: str = "") -> None:
        """
        Write the next year of a row that holds figures.

        Parameters
        ----------
        row
            The row.
        value
            The figure.
        look, form
            As in `heatreach.siting.writing.workbook.cells.put`.
        """
        done = self.values.setdefault(row, [])
        column = self.columns[len(done)]
        done.append(put(self.sheet, row, column, value, look=look, form=form))

    def cell(self, row: int, year: int, *, elsewhere: bool = False) -> Live:
        """
        One cell of a row that is written.

        Parameters
        ----------
        row, year
            Which.
        elsewhere
            Whether a formula of another sheet names it.

        Returns
        -------
        cell
            Its address and value.
        """
        name = f"{self.sheet.name}!" if elsewhere else ""
        return Live(f"{name}{at(row, self.columns[year])}", self.values[row][year])

    def cells(self, row: int, *, start: int = 0, elsewhere: bool = False) -> Cells:
        """
        Cells of a row from a year on.

        Parameters
        ----------
        row, start
            Which.
        elsewhere
            Whether a formula of another sheet names them.

        Returns
        -------
        cells
            Their address and values.
        """
        name = f"{self.sheet.name}!" if elsewhere else ""
        text = f"{name}{at(row, self.columns[start])}:{at(row, self.columns[-1])}"
        return Cells(text, self.values[row][start:])

    def of_year(self, rows: range, year: int) -> Cells:
        """
        Cells below each other of one year.

        Parameters
        ----------
        rows, year
            Which.

        Returns
        -------
        cells
            Their address and values.
        """
        column = self.columns[year]
        values = [self.values[row][year] for row in rows]
        return Cells(f"{at(rows[0], column)}:{at(rows[-1], column)}", values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """The sheet of the years: its rows, and the row of each profile."""

    years: YearRows
    rows: Rows


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


def write_years(sheet: Sheet, ledger: Ledger, names: Names) -> Profiles:
    """
    Write the sheet of the years.

    Parameters
    ----------
    sheet
        An empty sheet.
    ledger
        Of the projects.
    names
        Assumptions that may be changed.

    Returns
    -------
    profiles
        Row of each profile, by kind of line and its life or price path.
    """
    put(sheet, 1, 1, TITLE_TEXT, look=TITLE)
    note = "Year 0 is that of building; in years beyond the horizon no money moves."
    put(sheet, 2, 1, note, look=NOTE)
    years = YearRows(sheet=sheet, columns=year_columns(ledger))
    profiles = Profiles(years=years, rows=_profile_rows(ledger))
    _write_labels(sheet, profiles.rows)
    first = ledger.scenario.economics.first_year
    for year in range(len(years.columns)):
        years.put_value(YEAR, year, look=HEAD)
        years.put_value(CALENDAR, first - 1 + year, form="0")
        now = years.cell(YEAR, year)
        years.put(REAL_FACTOR, (1 + names[RATE]) ** -now, form=FACTOR_FORM)
        years.put(GROWTH, (1 + names[INFLATION]) ** now, form=FACTOR_FORM)
        shown = years.cell(REAL_FACTOR, year) / years.cell(GROWTH, year)
        years.put(FACTOR, shown, form=FACTOR_FORM)
        _write_given(profiles, year, ledger)
        for (kind, path), row in profiles.rows.items():
            if kind != GIVEN:
                formula = _profile(profiles, now, year, kind, path, names)
                years.put(row, formula, form=FACTOR_FORM)
    _lay_out(sheet, years)
    return profiles


def _write_labels(sheet: Sheet, rows: Rows) -> None:
    """What each row is."""
    labels = {
        YEAR: "Year of operation",
        CALENDAR: "Calendar year",
        REAL_FACTOR: "Discount factor, real",
        GROWTH: "General prices against the price base, in the money shown",
        FACTOR: "Discount factor of the money shown",
    }
    for row, label in (labels | {row: _label(*key) for key, row in rows.items()}).items():
        put(sheet, row, 1, label, look=HEAD if row == YEAR else "")


def _lay_out(sheet: Sheet, years: YearRows) -> None:
    """Widths, what stays on the screen, and how the sheet prints."""
    widths = [LABEL_WIDTH, *[0.0] * (FIRST_COLUMN - 2), *[YEAR_WIDTH] * len(years.columns)]
    set_widths(sheet, widths)
    # The columns between are kept free so that years stand below each other in all sheets.
    sheet.inside.set_column(1, FIRST_COLUMN - 2, None, None, {"hidden": True})
    sheet.inside.freeze_panes(YEAR, 1)
    shown = [LABEL_WIDTH, *[YEAR_WIDTH] * len(years.columns)]
    ready_to_print(sheet, title=TITLE_TEXT, widths=shown, header_row=YEAR)


def _profile_rows(ledger: Ledger) -> Rows:
    """Row of each profile, in the order they are written; given prices last."""
    lines = cash_lines()
    paths = [path for path in dict.fromkeys(lines["path"]) if path]
    # What follows another price stands behind it.
    paths.sort(key=lambda path: path.startswith(TARIFF))
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


def _write_given(profiles: Profiles, year: int, ledger: Ledger) -> None:
    """Prices that the user gave by year; there is none in the year of building."""
    years = profiles.years
    for (kind, path), row in profiles.rows.items():
        if kind != GIVEN:
            continue
        if year == 0:
            years.values[row] = [""]
        else:
            value = float(ledger.given_paths[path][year - 1])
            years.put_value(row, value, look=INPUT, form=FACTOR_FORM)


def _profile(profiles: Profiles, now: Live, year: int, kind: str, path: str, names: Names) -> Live:
    """One cell of a profile."""
    if kind == INVESTMENT:
        return _invested(now, names[life_name(path)], names)
    if kind == ONCE:
        return when(now.equals(0), figure(1), figure(0))
    price = _price(profiles, now, year, path, names)
    return when(both(now >= 1, now <= names[HORIZON]), price, figure(0))


def _price(profiles: Profiles, now: Live, year: int, path: str, names: Names) -> Live:
    """Price in a year over that of the first."""
    years, rows = profiles.years, profiles.rows
    if path == LEVEL:
        return figure(1)
    if path.startswith(TARIFF):
        follows = years.cell(rows[YEARLY, path.removeprefix(TARIFF)], year)
        return when(names[FOLLOWS].equals(word(YES)), follows, figure(1))
    if (GIVEN, path) in rows:
        return years.cell(rows[GIVEN, path], year)
    change = names[ELECTRICITY_CHANGE if path == ELECTRICITY else GAS_CHANGE]
    return (1 + change) ** (now - 1)


def _invested(now: Live, life: Live, names: Names) -> Live:
    """Purchase, renewals, and the share of the last one that is left at the horizon."""
    lasts, horizon = at_least_one(rounded(life, 0)), names[HORIZON]
    renewed = both(now < horizon, remainder(now, lasts).equals(0))
    last = whole((horizon - 1) / lasts) * lasts
    left = 1 - (horizon - last) / lasts
    counts = both(now.equals(horizon), names[RESIDUAL].equals(word(YES)))
    return when(renewed, figure(1), figure(0)) - when(counts, left, figure(0))
