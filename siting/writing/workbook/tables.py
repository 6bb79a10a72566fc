"""
Tables of a workbook: units above the names, figures of a column alike, ready to be filtered.

Cells keep every digit; what is seen follows the size and unit of a column's figures.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .cells import (
    HEAD,
    HEAD_OF_FIGURES,
    NOTE,
    NOTE_OF_FIGURES,
    PER_UNIT,
    PLAIN,
    TITLE,
    WIDEST,
    WRAPPED,
    put,
    set_height,
    set_widths,
)
from .printing import ready_to_print

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from .cells import Sheet

FORMS = (
    (1000.0, "#,##0"),
    (10.0, "#,##0.0"),
    (0.01, "0.000"),
    (0.0001, "0.0000"),
    (0.0, "0.0E+00"),
)
"""Number format by size."""
WHOLE, SHARE_FORM, PLAIN_NUMBER = "#,##0", "0.0%", "0"
PER_MWH_ENDS, SHARE_ENDS = "_per_mwh", "_share"
NO_THOUSANDS = ("year", "calendar_year", "month", "rank")
OWN_UNIT = "unit"
"""Column of tables whose rows differ in unit: their figures are shown each by its size."""
HEADER_ROW = 3
"""Row of the column names in sheets that hold a table; their units stand above."""
ROOM_FOR_ARROW = 3
"""Characters that the arrow of the filter takes."""
ROOM_FOR_INDENT = 2


def put_table(
    sheet: Sheet,
    table: pd.DataFrame,
    *,
    title: str,
    units: Mapping[str, str],
    more_widths: Sequence[float] = (),
) -> None:
    """
    Write a table with its title, units and column names, ready to be filtered and printed.

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
    more_widths
        Widths of columns that somebody else writes behind the table [characters].
    """
    put(sheet, 1, 1, title, look=TITLE)
    mixed = OWN_UNIT in table
    widths: list[float] = []
    for column, name in enumerate(map(str, table.columns), start=1):
        cells = table[name].tolist()
        figures = any(_is_figure(value) for value in cells)
        unit, head = (NOTE_OF_FIGURES, HEAD_OF_FIGURES) if figures else (NOTE, HEAD)
        put(sheet, HEADER_ROW - 1, column, unit_word(units.get(name, "")), look=unit)
        put(sheet, HEADER_ROW, column, name, look=head)
        widths.append(_put_column(sheet, column, name, cells, mixed=mixed))
    for row, texts in enumerate(table.itertuples(index=False), start=HEADER_ROW + 1):
        set_height(sheet, row, list(texts), widths)
    widths += more_widths
    set_widths(sheet, widths)
    sheet.inside.freeze_panes(HEADER_ROW, 1)
    if len(table.columns):
        last = HEADER_ROW - 1 + max(len(table), 1)
        sheet.inside.autofilter(HEADER_ROW - 1, 0, last, len(table.columns) - 1)
    ready_to_print(sheet, title=title, widths=widths, header_row=HEADER_ROW)


def _put_column(sheet: Sheet, column: int, name: str, cells: list[Any], *, mixed: bool) -> int:
    """Figures or texts of one column; returns the width wanted [characters]."""
    usual = column_form(name, cells) if not mixed or name.endswith(SHARE_ENDS) else ""
    for row, value in enumerate(cells, start=HEADER_ROW + 1):
        form = usual if usual and _is_seen(value, usual) else size_form(value)
        long = isinstance(value, str) and len(value) > WIDEST
        put(sheet, row, column, value, look=WRAPPED if long else PLAIN, form=form)
    texts = [len(value) + ROOM_FOR_INDENT for value in cells if isinstance(value, str)]
    return max([len(name) + ROOM_FOR_ARROW, *texts])


def column_form(name: str, cells: Sequence[Any]) -> str:
    """
    Number format of a column by its name and its largest figure.

    Parameters
    ----------
    name
        Name of the column.
    cells
        What it holds.

    Returns
    -------
    form
        Blank if it holds no figures.

    Examples
    --------
    >>> column_form("irr_share", [0.031]), column_form("year", [2031]), column_form("npv", ["–"])
    ('0.0%', '0', '')
    >>> column_form("heat_mwh", [0.25, 86798.07]), column_form("cop", [2.5, 3.0])
    ('#,##0', '0.000')
    """
    figures = [float(value) for value in cells if _is_figure(value)]
    if not figures:
        return ""
    if name in NO_THOUSANDS:
        return PLAIN_NUMBER
    if name.endswith(SHARE_ENDS):
        return SHARE_FORM
    if name.endswith(PER_MWH_ENDS):
        return PER_UNIT
    if all(value.is_integer() for value in figures):
        return WHOLE
    return size_form(max((value for value in figures if not value.is_integer()), key=abs))


def _is_figure(value: Any) -> bool:
    """Whether a cell holds a figure; yes and no are words."""
    number = isinstance(value, (int, float, np.integer, np.floating))
    return number and not isinstance(value, bool) and math.isfinite(value)


def _is_seen(value: Any, form: str) -> bool:
    """Whether a figure shows in a format: not a small one among thousands, seen as 0."""
    if not _is_figure(value):
        return False
    return form != WHOLE or value == 0 or abs(value) >= 1.0 or float(value).is_integer()


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
    if not _is_figure(value):
        return ""
    number = float(value)
    size = math.inf if number.is_integer() else abs(number)
    return next(form for least, form in FORMS if size >= least)
