"""
Cells of a workbook: texts that stay texts, figures in full, formulas only of our own.

Every cell of the workbook is written here. A text of the inputs is stored as a string whatever it
begins with, so that no spreadsheet runs it, and keeps being one when somebody edits its cell. What
is a formula is written by `put_formula` alone. `stable_bytes` takes the times out of the file.
"""

from __future__ import annotations

import math
import re
import zipfile
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from ..wording import is_blank, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST_CELL = 32_000
"""Characters of a cell; spreadsheets take a few more."""
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "'")
NO_CHARACTERS = re.compile("[\ufffe\uffff]")
"""What XML cannot hold."""
LIKE_ESCAPED = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
"""What a spreadsheet would take for an escaped character; ``_x005F_`` is the low line itself."""
FIXED_DAY = datetime(1980, 1, 1)
PROGRAM = "heatreach"
CORE_PROPERTIES = "docProps/core.xml"

INPUT, LIVE, HEAD, SUM, NOTE, TITLE, PLAIN = "input", "live", "head", "sum", "note", "title", ""
_THIN = Side(style="thin", color="999999")
_FILLS = {
    INPUT: PatternFill("solid", fgColor="FFF2CC"),
    LIVE: PatternFill("solid", fgColor="DDEBF7"),
    HEAD: PatternFill("solid", fgColor="E7E6E6"),
}
_FACE = {"name": "Calibri", "size": 11}
_FONTS = {
    INPUT: Font(**_FACE, bold=True, color="0072B2"),
    HEAD: Font(**_FACE, bold=True),
    SUM: Font(**_FACE, bold=True),
    NOTE: Font(**_FACE, italic=True, color="595959"),
    TITLE: Font(name=_FACE["name"], bold=True, size=14),
}
_BORDERS = {INPUT: Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN), SUM: Border(top=_THIN)}

MONEY, WEIGHT = '#,##0;-#,##0;"–"', '0;-0;"–"'
PER_UNIT, SHARE, FIGURE = "#,##0.00", "0.00%", "#,##0.####"
FORMS = ((1000.0, "#,##0"), (10.0, "#,##0.0"), (0.01, "0.000"), (0.0, "General"))
"""Number format by size; the cells keep every digit."""
LINE_HEIGHT = 15.0
"""Of a line of text [points]."""
HEADER_ROW = 3
"""Row of the column names in sheets that hold a table; their units stand above."""
WIDEST, NARROWEST = 60, 9


def put(
    sheet: Worksheet, row: int, column: int, value: Any, *, look: str = PLAIN, form: str = ""
) -> Cell:
    """
    Write a value: a text, a figure, yes or no.

    Parameters
    ----------
    sheet, row, column
        Where; rows and columns count from 1.
    value
        What; blanks and figures that are none leave the cell empty. A text is never a formula.
    look
        One of the looks of this module.
    form
        Number format.

    Returns
    -------
    cell
        The cell written.
    """
    cell = sheet.cell(row, column)
    plain = _plain_value(value)
    if isinstance(plain, str):
        cell.value, cell.data_type = plain, "s"
        cell.quotePrefix = plain.startswith(FORMULA_MARKS)
    else:
        cell.value = plain
    _dress(cell, look, form)
    return cell


def put_formula(
    sheet: Worksheet, row: int, column: int, formula: str, *, look: str = LIVE, form: str = ""
) -> Cell:
    """
    Write a formula of our own; no text of the inputs may be part of it.

    Parameters
    ----------
    sheet, row, column
        Where; rows and columns count from 1.
    formula
        Without its leading sign of equality.
    look
        One of the looks of this module.
    form
        Number format.

    Returns
    -------
    cell
        The cell written.
    """
    cell = sheet.cell(row, column)
    cell.value = f"={formula}"
    _dress(cell, look, form)
    return cell


def _plain_value(value: Any) -> Any:
    """A value as a cell holds it."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if is_blank(value):
        return None
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else str(float(value))
    text = plain_text(NO_CHARACTERS.sub(" ", str(value)))[:LONGEST_CELL]
    return LIKE_ESCAPED.sub(r"_x005F_\1", text)


def _dress(cell: Cell, look: str, form: str) -> None:
    """Give a cell its look."""
    if form:
        cell.number_format = form
    if look in _FILLS:
        cell.fill = _FILLS[look]
    if look in _FONTS:
        cell.font = _FONTS[look]
    if look in _BORDERS:
        cell.border = _BORDERS[look]


def put_table(
    sheet: Worksheet, table: pd.DataFrame, *, title: str, units: Mapping[str, str]
) -> None:
    """
    Write a table with its title, units and column names, ready to be filtered.

    Parameters
    ----------
    sheet
        An empty sheet.
    table
        The table, rows in order.
    title
        What it holds, in a sentence.
    units
        Unit by column.
    """
    put(sheet, 1, 1, title, look=TITLE)
    widths = []
    for column, name in enumerate(table.columns, start=1):
        put(sheet, HEADER_ROW - 1, column, unit_word(units.get(str(name), "")), look=NOTE)
        put(sheet, HEADER_ROW, column, str(name), look=HEAD)
        cells = table[name].tolist()
        for row, value in enumerate(cells, start=HEADER_ROW + 1):
            put(sheet, row, column, value, form=size_form(value))
        texts = [len(value) for value in cells if isinstance(value, str)]
        widths.append(max([len(str(name)) + 3, *texts]))
    set_widths(sheet, widths)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 1)
    if len(table.columns):
        last = get_column_letter(len(table.columns))
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + max(len(table), 1)}"


def unit_word(unit: str) -> str:
    """
    A unit as it stands over a column.

    Parameters
    ----------
    unit
        As in the registry.

    Returns
    -------
    unit
        Blank for what has none.
    """
    return "" if unit == "dimensionless" else unit


def size_form(value: Any) -> str:
    """
    Number format of a figure by its size; blank for what is none.

    Parameters
    ----------
    value
        Value of a cell.

    Returns
    -------
    form
        One of `FORMS`; whole numbers are whole.

    Examples
    --------
    >>> size_form(86798.07), size_form(0.25), size_form(12.0), size_form("text")
    ('#,##0', '0.000', '#,##0', '')
    """
    if not isinstance(value, (float, np.floating)) or not math.isfinite(value):
        return ""
    number = float(value)
    size = math.inf if number.is_integer() else abs(number)
    return next(form for least, form in FORMS if size >= least)


def ready_to_print(sheet: Worksheet) -> None:
    """
    Let a sheet print across the width of pages that lie on their side.

    Parameters
    ----------
    sheet
        A finished sheet.
    """
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def put_lines(sheet: Worksheet, lines: Sequence[str], *, width: int) -> None:
    """
    Write sentences below each other, wrapped; the first is the title.

    Parameters
    ----------
    sheet
        An empty sheet.
    lines
        Sentences.
    width
        Width of the column in characters.
    """
    sheet.column_dimensions["A"].width = width
    for row, line in enumerate(lines, start=1):
        cell = put(sheet, row, 1, line, look=TITLE if row == 1 else PLAIN)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        # Not every program finds the height of wrapped text by itself.
        if row > 1:
            sheet.row_dimensions[row].height = LINE_HEIGHT * (1 + len(line) // width)


def set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    """
    Set the widths of the first columns.

    Parameters
    ----------
    sheet
        The sheet.
    widths
        Characters wanted; kept within what can be read on a screen.
    """
    for column, width in enumerate(widths, start=1):
        kept = min(max(width, NARROWEST), WIDEST)
        sheet.column_dimensions[get_column_letter(column)].width = kept


def at(row: int, column: int, *, fixed: str = "") -> str:
    """
    Address of a cell.

    Parameters
    ----------
    row, column
        Place, counted from 1.
    fixed
        ``"row"``, ``"column"`` or ``"both"``: what stays when the formula is copied.

    Returns
    -------
    address
        As formulas name it.

    Examples
    --------
    >>> at(7, 11), at(7, 11, fixed="both"), at(7, 11, fixed="column")
    ('K7', '$K$7', '$K7')
    """
    letter = f"{'$' * (fixed in ('column', 'both'))}{get_column_letter(column)}"
    return f"{letter}{'$' * (fixed in ('row', 'both'))}{row}"


def stable_bytes(book: Workbook) -> bytes:
    """
    A workbook as a file that holds no time: equal workbooks give equal bytes.

    Parameters
    ----------
    book
        The workbook.

    Returns
    -------
    content
        Bytes of an XLSX file.
    """
    raw, stable = BytesIO(), BytesIO()
    book.save(raw)
    core = DocumentProperties(creator=PROGRAM, created=FIXED_DAY, modified=FIXED_DAY)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(stable, "w") as target:
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            content = source.read(name)
            if name == CORE_PROPERTIES:
                content = tostring(core.to_tree())
            member = zipfile.ZipInfo(name, date_time=FIXED_DAY.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, content)
    return stable.getvalue()
