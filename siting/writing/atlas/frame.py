"""Around the map: frame, grid with coordinates, north arrow and scale bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from pyproj import CRS

from .paper import FRAME, HEIGHT_MM, INK, RULE, SMALL_PT, SOFT, TEXT_PT, WIDTH_MM
from .window import MM_PER_M, bar_length_m, grid_step_m, grid_values, scale_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .paper import Paper
    from .window import Window

BORDER_MM = 8.0
BAR_PARTS = 4
BAR_HEIGHT_MM = 1.6
_OUTSIDE_MM = 2.6
_TICK_MM = 1.2
_GRID: dict[str, Any] = {"color": RULE, "linewidth": 0.3, "zorder": 0.5}


def draw_frame(paper: Paper, axes: Axes, window: Window) -> None:
    """
    Frame of the map and border of the sheet, grid lines and their coordinates.

    Parameters
    ----------
    paper
        The sheet.
    axes
        Of the map.
    window
        What the map shows.
    """
    left, bottom, width, height = FRAME
    west, south, east, north = window.bounds
    step = grid_step_m(window.scale)
    for value in grid_values(west, east, step):
        x = float(window.on_paper([(value, south)])[0, 0])
        axes.add_artist(Line2D([value, value], [south, north], **_GRID))
        paper.line([x, x], [bottom - _TICK_MM, bottom])
        paper.words(x, bottom - _OUTSIDE_MM, _metres(value), size=SMALL_PT, across="center")
    for value in grid_values(south, north, step):
        y = float(window.on_paper([(west, value)])[0, 1])
        axes.add_artist(Line2D([west, east], [value, value], **_GRID))
        paper.line([left - _TICK_MM, left], [y, y])
        x = left - _OUTSIDE_MM
        paper.words(x, y, _metres(value), size=SMALL_PT, across="center", turned=90.0)
    paper.box(left, bottom, width, height, linewidth=0.9, zorder=6.0)
    inner: dict[str, Any] = {"linewidth": 1.2, "zorder": 6.0}
    paper.box(BORDER_MM, BORDER_MM, WIDTH_MM - 2 * BORDER_MM, HEIGHT_MM - 2 * BORDER_MM, **inner)


def _metres(value: float) -> str:
    """A coordinate as maps print it, thousands apart."""
    return f"{value:,.0f}".replace(",", " ")


def draw_north(paper: Paper, x: float, y: float) -> None:
    """
    North arrow; it points up the grid.

    Parameters
    ----------
    paper
        The sheet.
    x, y
        Middle of its foot [mm].
    """
    half = np.array([(x, y + 11.0), (x - 3.2, y), (x, y + 2.6)])
    other = np.array([(x, y + 11.0), (x + 3.2, y), (x, y + 2.6)])
    paper.shape(half, facecolor=INK)
    paper.shape(other, facecolor="white")
    paper.words(x, y + 13.4, "N", size=8.0, bold=True, across="center")


def draw_scale_bar(paper: Paper, x: float, y: float, scale: float) -> None:
    """
    Scale bar: so many millimetres of paper for so many metres, and the scale in figures.

    Parameters
    ----------
    paper
        The sheet.
    x, y
        Lower left corner of the bar [mm].
    scale
        Metres in the field per metre on paper.
    """
    length = bar_length_m(scale)
    part = length / BAR_PARTS * MM_PER_M / scale
    for number in range(BAR_PARTS):
        colour = INK if number % 2 == 0 else "white"
        place = (x + number * part, y)
        paper.box(*place, part, BAR_HEIGHT_MM, facecolor=colour, linewidth=0.4, gid="scale bar")
    for number in (0, BAR_PARTS // 2, BAR_PARTS):
        unit = " m" if number == BAR_PARTS else ""
        text = f"{length * number / BAR_PARTS:,g}{unit}"
        paper.words(x + number * part, y + 3.4, text, size=SMALL_PT, across="center")
    paper.words(x, y - 4.4, f"Scale {scale_words(scale)} at A3", size=TEXT_PT + 0.8, bold=True)
    paper.words(x, y - 8.0, "Print at 100 %, not fitted to the page.", size=SMALL_PT, colour=SOFT)


def crs_words(crs: Any) -> str:
    """
    Name of a coordinate system, with its code where it has one.

    Parameters
    ----------
    crs
        Anything that pyproj understands.

    Returns
    -------
    words
        For example ``WGS 84 / UTM zone 35N (EPSG:32635)``.

    Examples
    --------
    >>> crs_words("EPSG:32635")
    'WGS 84 / UTM zone 35N (EPSG:32635)'
    """
    known = CRS.from_user_input(crs)
    code = known.to_authority()
    return f"{known.name} ({':'.join(code)})" if code else str(known.name)
