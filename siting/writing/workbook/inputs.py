"""
The sheet of a workbook with the assumptions that may be changed, each a named cell.

Range, planned figure and source stand beside each. What may be changed is said in
`named`; the years (`years`) and the projects' cash flows (`cash`) are
formulas over these names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cells import (
    HEAD,
    HEAD_OF_FIGURES,
    INPUT,
    NOTE,
    SHARE,
    TITLE,
    WRAPPED,
    name_cell,
    put,
    put_formula,
    set_height,
    set_widths,
)
from .functions import when
from .live import Live, at, figure
from .named import INFLATION, NO, RATE, SHOWN_RATE, YES, inputs, ratio_name
from .printing import ready_to_print
from .tables import size_form, unit_word

if TYPE_CHECKING:
    import pandas as pd

    from ...appraisal.ledger import Ledger
    from .cells import Sheet
    from .live import Value
    from .named import Input

Names = dict[str, Live]
SHEET = "Inputs"
COLUMNS = (
    *("assumption", "value", "unit", "low", "high", "as planned", "ratio", "name"),
    *("in the draws", "source"),
)
WIDTHS = (60, 14, 12, 12, 12, 12, 10, 30, 16, 60)
VALUE, LOW, HIGH, PLANNED, RATIO_COLUMN, HEADER = 2, 4, 5, 6, 7, 4
NAME, DRAWN, SOURCE = (COLUMNS.index(name) + 1 for name in ("name", "in the draws", "source"))
TITLE_TEXT = "Assumptions that may be changed"
NOTE_TEXT = (
    "Change a yellow cell; every blue cell of the workbook follows. Low and high are the range"
    ' of each figure: the study drew from it where the column "in the draws" says drawn; decisions'
    " and what is held stay as planned in every draw. Columns D to J are for reading only."
)
RATIO_FORM = "0.000"
COUNTED = ("life", "consumers")
"""What is counted in whole numbers, by the beginning of its name."""
PRICE_FORMS = ((1000.0, "#,##0"), (0.1, "#,##0.00"), (0.0, "0.0000"))
"""Number formats of figures that may be changed, by size."""


def write_inputs(sheet: Sheet, ledger: Ledger, register: pd.DataFrame) -> Names:
    """
    Write the sheet of assumptions that may be changed.

    Parameters
    ----------
    sheet
        An empty sheet; the workbook gets a name for each value.
    ledger
        Of the projects.
    register
        Register of assumptions, for the sources.

    Returns
    -------
    names
        The named cells and what they hold.
    """
    put(sheet, 1, 1, TITLE_TEXT, look=TITLE)
    put(sheet, 2, 1, NOTE_TEXT, look=NOTE)
    for column, name in enumerate(COLUMNS, start=1):
        of_figures = column in {VALUE, LOW, HIGH, PLANNED, RATIO_COLUMN}
        put(sheet, HEADER, column, name, look=HEAD_OF_FIGURES if of_figures else HEAD)
    sources = register.drop_duplicates("key").set_index("key")
    row, names = HEADER + 1, Names()
    for given in inputs(ledger):
        _write_input(sheet, row, given, sources, names)
        row += 1
    shown = (1 + names[RATE]) * (1 + names[INFLATION]) - 1
    put(sheet, row, 1, "Discount rate that goes with the money shown; follows the rows above")
    put(sheet, row, NAME, SHOWN_RATE)
    _name(sheet, names, SHOWN_RATE, row, VALUE, put_formula(sheet, row, VALUE, shown, form=SHARE))
    set_widths(sheet, WIDTHS)
    sheet.inside.freeze_panes(HEADER, 1)
    ready_to_print(sheet, title=TITLE_TEXT, widths=WIDTHS, header_row=HEADER)
    return names


def _write_input(sheet: Sheet, row: int, given: Input, sources: pd.DataFrame, names: Names) -> None:
    """One row: the cell to change, what it was, where it comes from."""
    found = sources.loc[given.key] if given.key in sources.index else None
    low = given.low if found is None else found["low"]
    high = given.high if found is None else found["high"]
    places = () if found is None else (found["source"], found["locator"])
    source = ", ".join(str(place) for place in places if place)
    put(sheet, row, 1, given.label, look=WRAPPED)
    put(sheet, row, VALUE + 1, unit_word(given.unit))
    form = input_form(given.name, given.value)
    for column, value in ((LOW, low), (HIGH, high), (PLANNED, given.value)):
        put(sheet, row, column, value, form=input_form(given.name, value))
    put(sheet, row, NAME, given.name)
    put(sheet, row, DRAWN, given.in_draws)
    put(sheet, row, SOURCE, source, look=WRAPPED)
    set_height(sheet, row, (given.label, source), (WIDTHS[0], WIDTHS[SOURCE - 1]))
    value = put(sheet, row, VALUE, given.value, look=INPUT, form=form)
    _name(sheet, names, given.name, row, VALUE, value)
    if given.is_driver:
        now, planned = Live(at(row, VALUE), value), Live(at(row, PLANNED), value)
        changed = when(planned.equals(0.0), figure(1.0), now / planned)
        ratio = put_formula(sheet, row, RATIO_COLUMN, changed, form=RATIO_FORM)
        _name(sheet, names, ratio_name(given.name), row, RATIO_COLUMN, ratio)
    _restrict(sheet, row, given)


def input_form(name: str, value: Any) -> str:
    """
    Number format of a figure that may be changed.

    Parameters
    ----------
    name
        Its name; those that end in ``_share`` are shown and typed as per cent.
    value
        As planned.

    Returns
    -------
    form
        Number format.

    Examples
    --------
    >>> input_form("grant_share", 0.25), input_form("gas_price", 41.0), input_form("life", 20.0)
    ('0.00%', '#,##0.00', '#,##0')
    """
    if name.endswith("_share"):
        return SHARE
    usual = size_form(value)
    if not usual or value == 0 or name.startswith(COUNTED):
        return usual
    return next(form for least, form in PRICE_FORMS if abs(value) >= least)


def _name(sheet: Sheet, names: Names, name: str, row: int, column: int, value: Value) -> None:
    """Give a cell of the sheet a name."""
    name_cell(sheet, name, row, column)
    names[name] = Live(name, value)


def _restrict(sheet: Sheet, row: int, given: Input) -> None:
    """Let the cell take only what makes sense."""
    rule: dict[str, Any] = {}
    if given.choices:
        rule = {"validate": "list", "source": [YES, NO], "ignore_blank": False}
    elif given.limits is not None:
        least, most = given.limits
        kind = "integer" if isinstance(given.value, int) else "decimal"
        rule = {"validate": kind, "criteria": "between", "minimum": least, "maximum": most}
    if rule:
        sheet.inside.data_validation(row - 1, VALUE - 1, row - 1, VALUE - 1, rule)
