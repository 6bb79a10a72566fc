"""
Figures and names as people read them on maps and pages.

`html_text` is the only way a text of the inputs gets into HTML: it cleans, shortens and escapes
it, once. What it returns is marked as safe, so that page templates (which escape everything
else) leave it alone.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

MISSING = "–"
LONGEST_TEXT = 90
LONGEST_CREDIT = 400
TEMPLATE_MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "`${}"})


def html_text(value: Any, *, longest: int = LONGEST_TEXT) -> Markup:
    """
    A text of the inputs, safe to stand in HTML.

    Parameters
    ----------
    value
        Any cell; blanks become a dash.
    longest
        Characters after which the text is cut, with an ellipsis.

    Returns
    -------
    text
        Escaped text without control characters. Back-tick, dollar and braces are written as
        character references.

    Notes
    -----
    The references are not for the browser. folium pastes some texts into script templates, where
    a back-tick or ``${`` would be code, and renders every script a second time as a jinja
    template, where ``{{ … }}`` in a name would be run by Python.

    Examples
    --------
    >>> str(html_text("<b>`${x}`</b>"))
    '&lt;b&gt;&#96;&#36;&#123;x&#125;&#96;&lt;/b&gt;'
    """
    if is_blank(value):
        return Markup(MISSING)
    cleaned = plain_text(value)
    if len(cleaned) > longest:
        cleaned = cleaned[: longest - 1].rstrip() + "…"
    return Markup(str(escape(cleaned)).translate(TEMPLATE_MARKS))


def plain_text(value: Any) -> str:
    r"""
    A text of the inputs on one line, without invisible steering; not escaped.

    Parameters
    ----------
    value
        Any cell that is not blank.

    Returns
    -------
    text
        Control characters, lone surrogates and overrides of direction are gone.

    Examples
    --------
    >>> plain_text("a\x00\nb ")
    'a b'
    """
    cleaned = "".join(" " if _is_control(letter) else letter for letter in str(value))
    return re.sub(r"\s+", " ", cleaned).strip()


def _is_control(letter: str) -> bool:
    """Whether a character is invisible steering: controls, surrogates, overrides of direction."""
    return unicodedata.category(letter) in {"Cc", "Cs"} or letter in "\u202a\u202b\u202d\u202e"


def is_blank(value: Any) -> bool:
    """
    Whether a cell holds nothing: None, NaN, NA or an empty text.

    Parameters
    ----------
    value
        Any cell.

    Returns
    -------
    blank
        True for a cell without content.

    Examples
    --------
    >>> is_blank(float("nan")), is_blank("0")
    (True, False)
    """
    if isinstance(value, str):
        return not value.strip()
    return value is None or bool(pd.isna(value))


def figure(value: Any, unit: str = "") -> str:
    """
    A number with thousands separators, as many decimals as its size deserves, and its unit.

    Parameters
    ----------
    value
        Number; blanks and infinities become a dash.
    unit
        Written after the number.

    Returns
    -------
    text
        Whole numbers from 100 on, one decimal from 10 on, two below; a true minus sign.

    Examples
    --------
    >>> figure(12345.6, "MWh/yr"), figure(-3.456), figure(float("nan"), "m")
    ('12,346 MWh/yr', '−3.46', '–')
    """
    if is_blank(value) or not math.isfinite(float(value)):
        return MISSING
    number = float(value)
    decimals = 0 if abs(number) >= 99.95 or number == round(number) else 1
    if decimals and abs(number) < 9.995:
        decimals = 2
    text = f"{number:,.{decimals}f}".replace("-", "−")
    return f"{text} {unit}" if unit else text


def if_given(text: str) -> Markup:
    """
    A credit or a date as HTML; nothing where there is none.

    Parameters
    ----------
    text
        Text of the inputs.

    Returns
    -------
    text
        Escaped; a longer one than other cells may have.

    Examples
    --------
    >>> str(if_given(" ")), str(if_given("2024 & later"))
    ('', '2024 &amp; later')
    """
    return Markup("") if is_blank(text) else html_text(text, longest=LONGEST_CREDIT)
