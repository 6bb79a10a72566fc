"""
Pictures of the report, drawn as SVG text: marks, axes, and a frame with words for who cannot see.

Everything here is pure: numbers and words in, markup out, one decimal everywhere, so that equal
plans give equal bytes. Words of the inputs enter through `words` only, which cleans and escapes
them. There is no style in the marks, only attributes, because the page's policy allows none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from ..wording import html_text

if TYPE_CHECKING:
    from collections.abc import Sequence

BLUE, VERMILION, SKY, ORANGE = "#0072B2", "#D55E00", "#56B4E9", "#E69F00"
GREEN = "#009E73"
"""Colours after Okabe and Ito; a pattern, a place or a word goes with each."""
INK, SOFT, FAINT = "#1d2a30", "#53626a", "#d5d9da"
FONT_SIZE = 13.0
LETTER_WIDTH = 0.6
"""Width of a letter over the size of the type, on the safe side."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LONGEST_LABEL = 60


def mark(name: str, *children: Markup, **attributes: Any) -> Markup:
    """
    One SVG element.

    Parameters
    ----------
    name
        Of the element.
    *children
        Markup inside it.
    **attributes
        Its attributes, ``_`` for ``-``; numbers get one decimal.

    Returns
    -------
    markup
        The element; attribute values are escaped.

    Examples
    --------
    >>> str(mark("line", x1=0, stroke_width=1.25))
    '<line x1="0" stroke-width="1.2"/>'
    """
    cells = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
    )
    inside = "".join(map(str, children))
    return Markup(f"<{name}{cells}>{inside}</{name}>" if inside else f"<{name}{cells}/>")


def _value(value: Any) -> str:
    """An attribute as text; a number that is none becomes zero, so that no picture breaks."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = round(float(value), 1) + 0.0 if math.isfinite(value) else 0.0
        return f"{number:.1f}".removesuffix(".0")
    return str(value)


def words(
    x: float,
    y: float,
    text: Any,
    *,
    anchor: str = "start",
    colour: str = INK,
    size: float = FONT_SIZE,
    bold: bool = False,
    halo: bool = False,
    longest: int = LONGEST_LABEL,
) -> Markup:
    """
    Words in a picture.

    Parameters
    ----------
    x, y
        Where the base line begins, ends or has its middle.
    text
        Any text, also of the inputs.
    anchor
        ``"start"``, ``"middle"`` or ``"end"``.
    colour
        Of the letters.
    size
        Of the type.
    bold
        Whether the words are heavy.
    halo
        Whether a white edge keeps them apart from what lies below.
    longest
        Letters after which the text is cut.

    Returns
    -------
    markup
        A text element.
    """
    weight: dict[str, Any] = {"font_weight": "700"} if bold else {}
    if halo:
        weight |= {"stroke": "#fff", "stroke_width": 2.5, "paint_order": "stroke"}
    return mark(
        "text",
        html_text(text, longest=longest),
        x=x,
        y=y,
        text_anchor=anchor,
        fill=colour,
        font_size=size,
        **weight,
    )


def ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """
    Round numbers that cover a range, evenly spaced.

    Parameters
    ----------
    low, high
        Ends of the range.
    about
        How many are wanted.

    Returns
    -------
    values
        Rising; the first is not above `low`, the last not below `high`.

    Examples
    --------
    >>> ticks(-3.0, 17.0)
    [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0]
    >>> ticks(0.0, 0.0)
    [0.0, 1.0]
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high - low <= 0.0:
        return [0.0, 1.0] if not low else sorted((0.0, low))
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in STEPS if power * factor >= rough * (1.0 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * number, 12) + 0.0 for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """
    Places on paper of values.

    Attributes
    ----------
    low, high
        Values at the two ends.
    start, end
        Their places.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """
        Place of a value; what lies outside ends at the edge.

        Parameters
        ----------
        value
            In the unit of the axis.

        Returns
        -------
        place
            Between `start` and `end`.
        """
        width = self.high - self.low or 1.0
        share = min(max((value - self.low) / width, 0.0), 1.0)
        return self.start + share * (self.end - self.start)


def hatch(name: str, colour: str) -> Markup:
    """
    A pattern of slanted lines, to be used as ``url(#name)``.

    Parameters
    ----------
    name
        Identifier, unique in the page.
    colour
        Of the lines; the ground is a light tint of it.

    Returns
    -------
    markup
        A pattern element.
    """
    return mark(
        "pattern",
        mark("rect", width=6, height=6, fill=colour, fill_opacity="0.25"),
        mark("line", x1=0, y1=0, x2=0, y2=6, stroke=colour, stroke_width=4),
        id=name,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def rows_of_legend(entries: Sequence[tuple[str, str]], *, x: float, y: float) -> Markup:
    """
    Squares with words, side by side in one row.

    Parameters
    ----------
    entries
        Fill and words of each.
    x, y
        Where the row begins, at the base line of its words.

    Returns
    -------
    markup
        The row.
    """
    parts, place = [], x
    for fill, text in entries:
        parts.append(mark("rect", x=place, y=y - 10, width=14, height=11, fill=fill, stroke=INK))
        parts.append(words(place + 19, y, text, size=FONT_SIZE - 1))
        place += 19 + text_width(text, size=FONT_SIZE - 1) + 14
    return Markup("").join(parts)


def text_width(text: str, *, size: float = FONT_SIZE) -> float:
    """
    About how wide a text is.

    Parameters
    ----------
    text
        One line.
    size
        Of the type.

    Returns
    -------
    width
        In the units of the picture; rather too much.
    """
    return (len(text) + 1) * LETTER_WIDTH * size


def picture(
    name: str,
    *parts: Markup,
    width: float,
    height: float,
    title: str,
    description: str,
) -> Markup:
    """
    A whole picture with its words for readers who do not see it.

    Parameters
    ----------
    name
        Identifier, unique in the page.
    *parts
        What is drawn.
    width, height
        Size of the paper.
    title
        What it shows, in a few words.
    description
        What can be read from it, with the figures that matter.

    Returns
    -------
    markup
        An inline SVG.
    """
    return mark(
        "svg",
        mark("title", html_text(title, longest=200), id=f"{name}-title"),
        mark("desc", html_text(description, longest=1500), id=f"{name}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        font_family="system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
    )
