"""
The sheet of a workbook with the assumptions that may be changed, each a named cell.

Range, planned figure and source stand beside each. What may be changed is said in
`named`; the years (`years`) and the projects' cash flows (`cash`) are
formulas over these names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from .cells import (
    FIGURE,
    HEAD,
    INPUT,
    NOTE,
    TITLE,
    at,
    put,
    put_formula,
    set_widths,
    unit_word,
)
from .named import INFLATION, NO, RATE, SHOWN_RATE, YES, inputs, ratio_name

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from ...appraisal.ledger import Ledger
    from .named import Input

SHEET = "Inputs"
COLUMNS = ("assumption", "value", "unit", "low", "high", "as planned", "ratio", "name", "source")
VALUE, PLANNED, RATIO_COLUMN, HEADER = 2, 6, 7, 4


def write_inputs(book: Workbook, ledger: Ledger, register: pd.DataFrame) -> None:
    """
    Write the sheet of assumptions that may be changed.

    Parameters
    ----------
    book
        The workbook; gets the sheet and a name for each value.
    ledger
        Of the projects.
    register
        Register of assumptions, for the sources.
    """
    sheet = book.create_sheet(SHEET)
    put(sheet, 1, 1, "Assumptions that may be changed", look=TITLE)
    put(sheet, 2, 1, "Change a yellow cell; every blue cell of the workbook follows.", look=NOTE)
    for column, name in enumerate(COLUMNS, start=1):
        put(sheet, HEADER, column, name, look=HEAD)
    sources = register.drop_duplicates("key").set_index("key")
    row = HEADER + 1
    for given in inputs(ledger):
        _write_input(book, sheet, row, given, sources)
        row += 1
    shown = f"(1+{RATE})*(1+{INFLATION})-1"
    put(sheet, row, 1, "Discount rate that goes with the money shown")
    put_formula(sheet, row, VALUE, shown, form=FIGURE)
    put(sheet, row, COLUMNS.index("name") + 1, SHOWN_RATE)
    _name(book, SHOWN_RATE, row, VALUE)
    set_widths(sheet, [60, 14, 12, 12, 12, 12, 10, 30, 60])
    sheet.freeze_panes = at(HEADER + 1, 2)


def _write_input(
    book: Workbook, sheet: Worksheet, row: int, given: Input, sources: pd.DataFrame
) -> None:
    """One row: the cell to change, what it was, where it comes from."""
    found = sources.loc[given.key] if given.key in sources.index else None
    low = given.low if found is None else found["low"]
    high = given.high if found is None else found["high"]
    places = () if found is None else (found["source"], found["locator"])
    source = ", ".join(str(place) for place in places if place)
    cells = (given.label, given.value, unit_word(given.unit), low, high, given.value)
    for column, value in enumerate(cells, start=1):
        look = INPUT if column == VALUE else ""
        put(sheet, row, column, value, look=look, form="" if given.choices else FIGURE)
    put(sheet, row, COLUMNS.index("name") + 1, given.name)
    put(sheet, row, COLUMNS.index("source") + 1, source)
    _name(book, given.name, row, VALUE)
    if given.is_driver:
        now, planned = at(row, VALUE), at(row, PLANNED)
        put_formula(sheet, row, RATIO_COLUMN, f"IF({planned}=0,1,{now}/{planned})", form=FIGURE)
        _name(book, ratio_name(given.name), row, RATIO_COLUMN)
    _restrict(sheet, at(row, VALUE), given)


def _name(book: Workbook, name: str, row: int, column: int) -> None:
    """Give a cell of the sheet a name."""
    address = f"{SHEET}!{at(row, column, fixed='both')}"
    book.defined_names[name] = DefinedName(name, attr_text=address)


def _restrict(sheet: Worksheet, address: str, given: Input) -> None:
    """Let the cell take only what makes sense."""
    rule = None
    if given.choices:
        rule = DataValidation(type="list", formula1=f'"{YES},{NO}"', allow_blank=False)
    elif given.limits is not None:
        kind = "whole" if isinstance(given.value, int) else "decimal"
        least, most = given.limits
        rule = DataValidation(
            type=kind, operator="between", formula1=f"{least:g}", formula2=f"{most:g}"
        )
    if rule is not None:
        rule.showErrorMessage = True
        sheet.add_data_validation(rule)
        rule.add(address)
