"""Bars and curves over axes: the few kinds of chart that the report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from ..wording import figure
from .svg import FAINT, FONT_SIZE, INK, SOFT, Scale, mark, text_width, ticks, words

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 440.0, 290.0
TOP, BOTTOM, RIGHT = 34.0, 40.0, 12.0
BAR_SHARE = 0.78
TYPICAL_LETTER = 0.52
"""Width of a letter over the size of the type, for lines of many letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """
    Paper of a chart over years.

    Attributes
    ----------
    across, up
        Places of years and of amounts.
    frame
        Axes, grid and their words.
    """

    across: Scale
    up: Scale
    frame: Markup

    @property
    def step(self) -> float:
        """Width of one year."""
        years = max(self.across.high - self.across.low, 1.0)
        return (self.across.end - self.across.start) / years


def year_plot(
    years: Sequence[float],
    low: float,
    high: float,
    *,
    unit: str,
    across_label: str,
    half: float = 0.6,
) -> Plot:
    """
    Axes of a chart over years, or over any other rising number.

    Parameters
    ----------
    years
        What stands along the lower axis.
    low, high
        Least and largest amount.
    unit
        Of the amounts, written above the upward axis.
    across_label
        What the lower axis counts.
    half
        Room left and right of the outermost values, in steps.

    Returns
    -------
    plot
        Scales and frame.
    """
    marks_up = ticks(min(low, 0.0), max(high, 0.0))
    left = 10.0 + max(text_width(figure(tick)) for tick in marks_up)
    up = Scale(low=marks_up[0], high=marks_up[-1], start=HEIGHT - BOTTOM, end=TOP)
    across = Scale(low=min(years) - half, high=max(years) + half, start=left + 4, end=WIDTH - RIGHT)
    parts = [words(2, 14, unit, colour=SOFT)]
    parts += [_level(up(tick), figure(tick), left, zero=not tick) for tick in marks_up]
    for tick in ticks(min(years), max(years), about=6):
        if min(years) <= tick <= max(years):
            parts.append(words(across(tick), HEIGHT - BOTTOM + 17, figure(tick), anchor="middle"))
    parts.append(words(WIDTH - RIGHT, HEIGHT - 5, across_label, anchor="end", colour=SOFT))
    return Plot(across=across, up=up, frame=Markup("").join(parts))


def _level(y: float, text: str, left: float, *, zero: bool) -> Markup:
    """A line of the grid with its number; that of zero is dark."""
    look = {"stroke": INK if zero else FAINT, "stroke_width": 1.2 if zero else 1}
    line = mark("line", x1=left + 4, x2=WIDTH - RIGHT, y1=y, y2=y, **look)
    return line + words(left, y + 4, text, anchor="end")


def bar(plot: Plot, year: float, start: float, end: float, fill: str) -> Markup:
    """
    An upright bar between two amounts.

    Parameters
    ----------
    plot
        The paper.
    year
        Middle of the bar.
    start, end
        Amounts at its two ends.
    fill
        Colour or pattern.

    Returns
    -------
    markup
        The bar; nothing where it has no height.
    """
    upper, lower = sorted((plot.up(start), plot.up(end)))
    if lower - upper < 0.05:
        return Markup("")
    width = BAR_SHARE * plot.step
    return mark(
        "rect",
        x=plot.across(year) - width / 2,
        y=upper,
        width=width,
        height=lower - upper,
        fill=fill,
    )


def curve(
    plot: Plot, places: Sequence[tuple[float, float]], *, colour: str = INK, dash: str = "none"
) -> Markup:
    """
    A line through points.

    Parameters
    ----------
    plot
        The paper.
    places
        Year and amount of each point.
    colour
        Of the line.
    dash
        Pattern of a broken line.

    Returns
    -------
    markup
        The line.
    """
    points = " ".join(f"{plot.across(x):.1f},{plot.up(y):.1f}" for x, y in places)
    return mark(
        "polyline",
        points=points,
        fill="none",
        stroke=colour,
        stroke_width=2.2,
        stroke_dasharray=dash,
        stroke_linejoin="round",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One line of a chart of lying bars.

    Attributes
    ----------
    label
        What it is; may be a text of the inputs.
    bars
        Start, end and fill of each bar.
    note
        Words at the right.
    bold
        Whether the label is heavy.
    dot
        Value marked by a dot; `None` for none.
    """

    label: str
    bars: tuple[tuple[float, float, str], ...]
    note: str = ""
    bold: bool = False
    dot: float | None = None


ROW = 21.0


def lying_bars(
    lines: Sequence[Line],
    *,
    unit: str,
    label_width: float = 165.0,
    note_width: float = 90.0,
    width: float = WIDTH,
    at: float | None = None,
) -> tuple[Markup, float]:
    """
    Bars that lie below each other, words left and right of them.

    Parameters
    ----------
    lines
        From the top down.
    unit
        Of the values, written below.
    label_width, note_width
        Room for the words.
    width
        Of the paper.
    at
        Value marked by an upright line; zero if left out.

    Returns
    -------
    markup
        The chart, beginning at the top of the paper.
    height
        How much paper it takes.
    """
    values = [value for line in lines for start, end, _ in line.bars for value in (start, end)]
    values += [line.dot for line in lines if line.dot is not None]
    middle = 0.0 if at is None else at
    marks_across = ticks(min([*values, middle]), max([*values, middle]), about=6)
    scale = Scale(
        low=marks_across[0],
        high=marks_across[-1],
        start=label_width + 8,
        end=width - note_width - 8,
    )
    bottom = ROW * len(lines) + 4
    parts = [
        mark("line", x1=scale(tick), x2=scale(tick), y1=0, y2=bottom, stroke=FAINT)
        for tick in marks_across
    ]
    for number, line in enumerate(lines):
        parts.append(_line(line, scale, ROW * number, label_width, width))
    parts.append(
        mark(
            "line",
            x1=scale(middle),
            x2=scale(middle),
            y1=0,
            y2=bottom,
            stroke=INK,
            stroke_width=1.4,
        )
    )
    parts += [
        words(scale(tick), bottom + 15, figure(tick), anchor="middle", size=FONT_SIZE - 1)
        for tick in marks_across
    ]
    parts.append(words(scale.start, bottom + 32, unit, colour=SOFT, size=FONT_SIZE - 1))
    return Markup("").join(parts), bottom + 38


def _line(line: Line, scale: Scale, top: float, label_width: float, width: float) -> Markup:
    """Words, bars and dot of one line."""
    size = FONT_SIZE - 1
    letters = max(int(label_width / (TYPICAL_LETTER * size)), 4)
    parts = [
        words(
            label_width,
            top + 15,
            line.label,
            anchor="end",
            size=size,
            bold=line.bold,
            longest=letters,
        )
    ]
    for start, end, fill in line.bars:
        left, right = sorted((scale(start), scale(end)))
        parts.append(
            mark("rect", x=left, y=top + 4, width=max(right - left, 0.6), height=13, fill=fill)
        )
    if line.dot is not None:
        parts.append(
            mark(
                "circle",
                cx=scale(line.dot),
                cy=top + 10.5,
                r=4.2,
                fill="#fff",
                stroke=INK,
                stroke_width=2,
            )
        )
    if line.note:
        parts.append(words(width - 2, top + 15, line.note, anchor="end", size=size))
    return Markup("").join(parts)
