"""
Texts as they can stand on paper: cleaned, in letters the font has, no wider than their room.

Nothing here is read as mathematics or markup. A letter that the font lacks becomes an empty
square, so that a missing letter is seen and never warned about.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

from ..wording import MISSING, is_blank, plain_text

UNKNOWN = "□"
ELLIPSIS = "…"
LONGEST = 1500
"""Letters of a text that are looked at; no part of a sheet holds as many."""
MM_PER_POINT = 25.4 / 72.0
_MEASURED_AT = 100.0
_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_INVISIBLE = {"Cf", "Cn", "Co"}


@cache
def _file(bold: bool) -> Path:  # noqa: FBT001 - a private key of the cache
    """Font file that comes with the drawing library, whatever fonts the machine has."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / _FILES[bold]


@cache
def _face(bold: bool) -> FT2Font:  # noqa: FBT001
    """The font, for measuring."""
    face = FT2Font(str(_file(bold)))
    face.set_size(_MEASURED_AT, 72.0)
    return face


@cache
def _letters(bold: bool) -> frozenset[int]:  # noqa: FBT001
    """Code points the font has."""
    return frozenset(_face(bold).get_charmap())


@cache
def _advance(letter: str, bold: bool) -> float:  # noqa: FBT001
    """How far a letter moves the pen, as a multiple of the size of letters."""
    glyph = _face(bold).load_char(ord(letter))
    return float(glyph.linearHoriAdvance) / 65_536.0 / _MEASURED_AT


def font(size_pt: float, *, bold: bool = False) -> FontProperties:
    """
    The font of the sheets.

    Parameters
    ----------
    size_pt
        Size [pt].
    bold
        Whether in bold letters.

    Returns
    -------
    font
        By its file, so that the fonts of the machine do not matter.
    """
    return FontProperties(fname=str(_file(bold)), size=size_pt)


def legible(value: Any, *, bold: bool = False) -> str:
    r"""
    A text of the inputs on one line, in letters that the font has.

    Parameters
    ----------
    value
        Any cell; blanks become a dash.
    bold
        Whether it will stand in bold letters.

    Returns
    -------
    text
        Without control characters and invisible steering; letters the font lacks are squares.

    Examples
    --------
    >>> legible("Hall\n$x^2$ \\ 堆"), legible(None)
    ('Hall $x^2$ \\ □', '–')
    """
    if is_blank(value):
        return MISSING
    letters = _letters(bold)
    shown = [
        letter if ord(letter) in letters else UNKNOWN
        for letter in plain_text(str(value)[:LONGEST])
        if unicodedata.category(letter) not in _INVISIBLE
    ]
    text = "".join(shown).strip() or MISSING
    return f"{text}{ELLIPSIS}" if len(str(value)) > LONGEST else text


def width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """
    How wide a text is on paper [mm].

    Parameters
    ----------
    text
        Legible text.
    size_pt
        Size of its letters [pt].
    bold
        Whether in bold letters.

    Returns
    -------
    width
        Zero for no text.
    """
    return sum(_advance(letter, bold) for letter in text) * size_pt * MM_PER_POINT


def elided(value: Any, room_mm: float, size_pt: float, *, bold: bool = False) -> str:
    """
    A text cut to its room, with an ellipsis where something is missing.

    Parameters
    ----------
    value
        Any cell.
    room_mm
        Width it may take [mm].
    size_pt
        Size of its letters [pt].
    bold
        Whether in bold letters.

    Returns
    -------
    text
        Legible, and no wider than its room.

    Examples
    --------
    >>> elided("A very long name of a building", 20.0, 7.0).endswith("…")
    True
    """
    text = legible(value, bold=bold)
    if width_mm(text, size_pt, bold=bold) <= room_mm:
        return text
    shortest, longest = 0, len(text)
    while longest - shortest > 1:
        middle = (shortest + longest) // 2
        fits = width_mm(text[:middle].rstrip() + ELLIPSIS, size_pt, bold=bold) <= room_mm
        shortest, longest = (middle, longest) if fits else (shortest, middle)
    return text[:shortest].rstrip() + ELLIPSIS


def wrapped(
    value: Any, room_mm: float, size_pt: float, *, lines: int, bold: bool = False
) -> list[str]:
    """
    A text broken into lines, the last cut if there is more.

    Parameters
    ----------
    value
        Any cell.
    room_mm
        Width a line may take [mm].
    size_pt
        Size of its letters [pt].
    lines
        Lines it may take.
    bold
        Whether in bold letters.

    Returns
    -------
    rows
        At least one line.

    Examples
    --------
    >>> wrapped("one two", 8.0, 7.0, lines=2)
    ['one', 'two']
    """
    rows: list[str] = []
    rest = legible(value, bold=bold).split(" ")
    while rest and len(rows) < lines - 1:
        taken = len(rest)
        while taken > 1 and width_mm(" ".join(rest[:taken]), size_pt, bold=bold) > room_mm:
            taken -= 1
        rows.append(elided(" ".join(rest[:taken]), room_mm, size_pt, bold=bold))
        rest = rest[taken:]
    if rest:
        rows.append(elided(" ".join(rest), room_mm, size_pt, bold=bold))
    return rows
