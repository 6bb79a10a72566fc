"""
Which warnings of a study may be told to the client of some of its projects.

A warning about a row of the inputs names it, and the row may be somebody else's. Those that name
other rows, or rows of which that cannot be ruled out, are counted and not shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .reading.findings import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

ROWS = re.compile(r"\b(?:row|line|feature) (?=\d)|\b\d+ (?:row|line|feature)s: ")
"""How a warning begins to name rows (`heatreach.siting.reading.findings`)."""
LISTED = re.compile(r"\b[\d,]+ (?:rows|consumers|control totals)\b.*: ")
"""How a warning about a table begins to list some of its rows by other names than numbers."""


def own_warnings(
    warnings: Sequence[str], *, own: Collection[str], others: Collection[str]
) -> list[str]:
    """
    Warnings that name nothing of others.

    Parameters
    ----------
    warnings
        Those of the whole study.
    own
        Identifiers of the data centres and consumers of the part.
    others
        Identifiers and names of the other ones.

    Returns
    -------
    kept
        In their order; at last how many were left out, if any were.

    Examples
    --------
    >>> own_warnings(["a.csv, row 2 (A): odd", "a.csv, row 3 (B): odd"], own="A", others="B")[0]
    'a.csv, row 2 (A): odd'
    """
    foreign = {shorten(text) for text in others} - {""}
    names = {shorten(text) for text in own} - foreign - {""}
    kept = [text for text in warnings if _is_own(text, names, foreign)]
    count = len(warnings) - len(kept)
    return kept + ([_left_out(count)] if count else [])


def _is_own(warning: str, own: Collection[str], foreign: Collection[str]) -> bool:
    """Whether a warning names nothing of others, and no rows but those of the part."""
    if LISTED.search(warning) or any(_names(warning, text) for text in foreign):
        return False
    rows = ROWS.search(warning)
    if rows is None:
        return True
    known = "|".join(map(re.escape, sorted(own, key=len, reverse=True)))
    row = rf"\d+ \((?:{known})\)"
    return bool(own) and bool(re.match(rf"{row}(?:, {row})*: ", warning[rows.end() :]))


def _names(warning: str, text: str) -> bool:
    """Whether a warning holds a name as a word of its own."""
    return text in warning and bool(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", warning))


def _left_out(count: int) -> str:
    """How many warnings are not shown, and where they are."""
    are = "warning is" if count == 1 else "warnings are"
    return f"{count:,} more {are} about rows of others and left out; the whole report has them"
