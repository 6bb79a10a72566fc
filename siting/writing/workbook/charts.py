"""
Charts of a workbook: native ones that move with the formulas, not pictures.

One per project: what the operator pays and gains by year, and what that adds up to with interest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .years import FIRST_COLUMN

if TYPE_CHECKING:
    from typing import Any

    from .page import Page

BARS, LINE = "real", "sum_worth"
"""Rows drawn: names of sums on the page of a project."""
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#D9D9D9"
TOP_ROW, HEIGHT_ROWS = 4, 19
WIDTH, ROW_HEIGHT = 900, 20
"""Pixels."""
TEXT = {"size": 10, "bold": False}


def draw_cash_flow(page: Page) -> None:
    """
    Draw the money of the operator by year, above the columns of the years.

    Parameters
    ----------
    page
        Page of a project whose sums are written.
    """
    file, money = page.sheet.book.file, page.ledger.scenario.economics.money
    chart = file.add_chart({"type": "column"})
    chart.add_series(_series(page, BARS) | {"fill": {"color": BLUE}, "gap": 60})
    line = file.add_chart({"type": "line"})
    line.add_series(_series(page, LINE) | {"line": {"color": ORANGE, "width": 2.25}})
    chart.combine(line)
    chart.set_title({"name": "Money of the operator by year", "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Year of operation", "name_font": TEXT, "label_position": "low"})
    chart.set_y_axis(
        {
            "name": f"Money [{money}]",
            "name_font": TEXT,
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": GREY}},
        }
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": WIDTH, "height": HEIGHT_ROWS * ROW_HEIGHT})
    about = {"description": "Bars: the operator's money by year; line: added up with interest"}
    page.sheet.inside.insert_chart(TOP_ROW - 1, FIRST_COLUMN - 1, chart, about)


def _series(page: Page, name: str) -> dict[str, Any]:
    """A row of sums over the years."""
    row, sheet = page.rows[f"{name} by year"] - 1, page.sheet.name
    years, first, last = (
        page.rows["year"] - 1,
        page.years.columns[0] - 1,
        page.years.columns[-1] - 1,
    )
    return {
        "name": [sheet, row, 0],
        "categories": [sheet, years, first, years, last],
        "values": [sheet, row, first, row, last],
    }
