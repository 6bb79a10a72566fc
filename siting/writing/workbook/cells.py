"""
Cells of a workbook: texts that stay texts, figures in full, formulas only of our own.

Every cell of the workbook is written here. A text of the inputs is stored as a string whatever it
begins with, so that no spreadsheet runs it, and keeps being one when somebody edits its cell. What
is a formula is written by `put_formula` alone, with its value: programs that do not compute
(previews, viewers on phones, Excel's Protected View) show that. The file holds no time.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ..wording import is_blank, plain_text
from .live import at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .live import Live, Value

LONGEST_CELL = 32_000
"""Characters of a cell; spreadsheets take a few more."""
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "'")
NO_CHARACTERS = re.compile("[\ufffe\uffff]")
"""What XML cannot hold."""
FIXED_DAY = datetime(1980, 1, 1)
PROGRAM = "heatreach"
TEXTS_STAY_TEXTS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

INPUT, LIVE, HEAD, SUM, NOTE, TITLE, PLAIN = "input", "live", "head", "sum", "note", "title", ""
WRAPPED, HEAD_OF_FIGURES, NOTE_OF_FIGURES = "wrapped", "head of figures", "note of figures"
_GREY = "#595959"
_LOOKS: dict[str, dict[str, Any]] = {
    INPUT: {
        "bg_color": "#FFF2CC",
        "font_color": "#0072B2",
        "bold": True,
        "border": 1,
        "border_color": "#999999",
    },
    LIVE: {"bg_color": "#DDEBF7"},
    HEAD: {"bg_color": "#E7E6E6", "bold": True, "bottom": 1, "bottom_color": "#999999"},
    SUM: {"bold": True},
    NOTE: {"italic": True, "font_color": _GREY},
    TITLE: {"bold": True, "font_size": 14},
    WRAPPED: {"text_wrap": True},
    PLAIN: {},
}
_LOOKS[HEAD_OF_FIGURES] = _LOOKS[HEAD] | {"align": "right"}
_LOOKS[NOTE_OF_FIGURES] = _LOOKS[NOTE] | {"align": "right"}
MONEY, WEIGHT = '#,##0;-#,##0;"–"', '0;-0;"–"'
PER_UNIT, SHARE, FACTOR_FORM = "#,##0.00", "0.00%", '0.0000;-0.0000;"–"'
WIDEST, NARROWEST = 60, 9
LINE_HEIGHT, HIGHEST = 15.0, 409.0
"""Of a line of text, and of a row: spreadsheets take no higher ones [points]."""
FULL_LINE = 1.1
"""Letters of wrapped words in a line, per character of width: they are narrower than digits."""


class _PlainFormulas(Worksheet):  # type: ignore[misc]
    """A sheet that takes formulas as they are; seeking newer functions in them takes seconds."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: FBT001, FBT002, ARG002
        """Text of a formula as it is stored."""
        return formula.removeprefix("=")


class Book:
    """A workbook being written: its sheets in order, and the looks of its cells."""

    def __init__(self) -> None:
        """Begin an empty workbook."""
        self._content = BytesIO()
        self.file = Workbook(self._content, TEXTS_STAY_TEXTS)
        self.file.set_properties({"author": PROGRAM, "created": FIXED_DAY})
        self.sheets: list[Sheet] = []
        self._formats: dict[tuple[str, str, bool, bool], Any] = {}

    def add_sheet(self, name: str) -> Sheet:
        """
        Add an empty sheet behind the others.

        Parameters
        ----------
        name
            One of ours, never a text of the inputs.

        Returns
        -------
        sheet
            To be filled in any order.
        """
        sheet = Sheet(name=name, book=self, inside=self.file.add_worksheet(name, _PlainFormulas))
        self.sheets.append(sheet)
        return sheet

    def format_of(
        self, look: str, form: str, *, quoted: bool = False, indented: bool = False
    ) -> Any:
        """
        A format, made once.

        Parameters
        ----------
        look, form
            As in `put`.
        quoted
            Whether the cell stays a text when edited.
        indented
            Whether it keeps clear of the figure to its left.

        Returns
        -------
        format
            Of this workbook.
        """
        key = (look, form, quoted, indented)
        if key not in self._formats:
            about = {"valign": "top", **_LOOKS[look]}
            if form:
                about["num_format"] = form
            if indented and "align" not in about:
                about |= {"align": "left", "indent": 1}
            if quoted:
                about["quote_prefix"] = True
            self._formats[key] = self.file.add_format(about)
        return self._formats[key]

    def content(self) -> bytes:
        """
        Finish the workbook.

        Returns
        -------
        content
            Bytes of an XLSX file; equal workbooks give equal bytes.
        """
        self.file.close()
        return self._content.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    A sheet of a workbook.

    Attributes
    ----------
    name
        As on its tab.
    book
        The workbook.
    inside
        The sheet as XlsxWriter holds it.
    """

    name: str
    book: Book
    inside: Any


def put(
    sheet: Sheet, row: int, column: int, value: Any, *, look: str = PLAIN, form: str = ""
) -> Value:
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
    value
        As the cell holds it; an empty text for an empty cell.
    """
    plain = _plain_value(value)
    if isinstance(plain, float):
        sheet.inside.write_number(row - 1, column - 1, plain, sheet.book.format_of(look, form))
    elif plain:
        quoted = plain.startswith(FORMULA_MARKS)
        dress = sheet.book.format_of(look, form, quoted=quoted, indented=column > 1)
        sheet.inside.write_string(row - 1, column - 1, _no_markup(plain), dress)
    elif look or form:
        sheet.inside.write_blank(row - 1, column - 1, None, sheet.book.format_of(look, form))
    return plain


def put_formula(
    sheet: Sheet, row: int, column: int, formula: Live, *, look: str = LIVE, form: str = ""
) -> Value:
    """
    Write a formula of our own and its value; no text of the inputs may be part of it.

    Parameters
    ----------
    sheet, row, column
        Where; rows and columns count from 1.
    formula
        The formula.
    look
        One of the looks of this module.
    form
        Number format.

    Returns
    -------
    value
        As stored beside the formula.

    Raises
    ------
    ValueError
        If the formula fails or comes to nothing: some programs would show an empty cell.
    """
    value = formula.value
    if value == "" or (not isinstance(value, str) and not math.isfinite(value)):
        raise ValueError(f"{sheet.name} {at(row, column)}: {formula.text} comes to {value!r}")
    value = value if isinstance(value, str) else value + 0.0  # no minus before a 0
    dress = sheet.book.format_of(look, form)
    sheet.inside.write_formula(row - 1, column - 1, f"={formula.text}", dress, value)
    return value


def name_cell(sheet: Sheet, name: str, row: int, column: int) -> None:
    """
    Give a cell a name that formulas may use.

    Parameters
    ----------
    sheet, row, column
        Where; rows and columns count from 1.
    name
        One of ours, never a text of the inputs.
    """
    sheet.book.file.define_name(name, f"={sheet.name}!{at(row, column, fixed='both')}")


def _plain_value(value: Any) -> Value:
    """A value as a cell holds it."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if is_blank(value):
        return ""
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value) if math.isfinite(value) else str(float(value))
    return plain_text(NO_CHARACTERS.sub(" ", str(value)))[:LONGEST_CELL]


def _no_markup(text: str) -> str:
    """A text that XlsxWriter does not take for its own markup of rich text."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def set_widths(sheet: Sheet, widths: Sequence[float]) -> None:
    """
    Set the widths of the first columns.

    Parameters
    ----------
    sheet
        The sheet.
    widths
        Characters wanted; kept within what can be read on a screen.
    """
    for column, width in enumerate(widths):
        kept = min(max(width, NARROWEST), WIDEST)
        sheet.inside.set_column(column, column, kept)


def set_height(sheet: Sheet, row: int, texts: Sequence[Any], widths: Sequence[float]) -> None:
    """
    Let a row show its wrapped texts; not every program finds the height by itself.

    Parameters
    ----------
    sheet, row
        Which.
    texts
        What the cells of the row hold.
    widths
        Of their columns [characters].
    """
    lines = [
        math.ceil(len(text) / (min(width, WIDEST) * FULL_LINE))
        for text, width in zip(texts, widths, strict=True)
        if isinstance(text, str)
    ]
    if lines and max(lines) > 1:
        set_lines(sheet, row, max(lines))


def set_lines(sheet: Sheet, row: int, lines: int, *, gap: float = 0.0) -> None:
    """
    Make a row as high as some lines of text, or as high as a row may be.

    Parameters
    ----------
    sheet, row
        Which.
    lines
        Lines of text.
    gap
        Left below them [points].
    """
    sheet.inside.set_row(row - 1, min(LINE_HEIGHT * lines + gap, HIGHEST))
