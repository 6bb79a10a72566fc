"""
How sheets of a workbook print: on A4 on its side, as few pages wide as can be read, titled.

Column names and the first column are repeated on every page; the foot says what the sheet is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .cells import NARROWEST, PROGRAM, WIDEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cells import Sheet

A4 = 9
"""Number of the paper size."""
ON_A4 = 180.0
"""Characters across a page on its side that are easily read, at about 75 % of full size."""
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6}
"""Inches."""
LONGEST_FOOT = 90


def ready_to_print(
    sheet: Sheet,
    *,
    title: str,
    widths: Sequence[float],
    header_row: int = 0,
    first_row: int = 1,
) -> None:
    """
    Let a sheet print on pages that lie on their side.

    Parameters
    ----------
    sheet
        A sheet.
    title
        For the foot of each page.
    widths
        Of all columns [characters].
    header_row
        Row to repeat on every page below it, with those above it; 0 repeats none.
    first_row
        First of the rows that are repeated.
    """
    across = sum(min(max(width, NARROWEST), WIDEST) for width in widths)
    wide = math.ceil(across / ON_A4)
    page = sheet.inside
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(wide, 0)
    page.set_margins(**MARGINS)
    if header_row:
        page.repeat_rows(first_row - 1, header_row - 1)
    if wide > 1:
        page.repeat_columns(0)
    page.set_footer(f"&L{_foot(title)}&R{PROGRAM}, &A, page &P of &N")


def _foot(title: str) -> str:
    """A title inside a footer, in which & begins an order."""
    cut = title if len(title) <= LONGEST_FOOT else f"{title[: LONGEST_FOOT - 1]}…"
    return cut.replace("&", "&&")
