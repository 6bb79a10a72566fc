"""
What is said about an input: the collector of everything wrong or doubtful in one file.

Messages name the rows as the user counts them, show a few values, and are safe on a terminal. The
`Problem` itself is in `errors`, the reading of numbers in `values`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]

ROWS_SHOWN = 5
VALUES_SHOWN = 3
TEXT_SHOWN = 60


@dataclass(slots=True, kw_only=True)
class Findings:
    """Everything wrong (`problems`) or doubtful (`doubts`) found in one file so far."""

    file: str
    rows: npt.NDArray[np.int64]
    row_word: str = "row"
    ids: Sequence[str] | None = None
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)

    def refuse(self, what: str, advice: str, **place: Any) -> None:
        """Note something that must be put right; `place` as for `_problem`."""
        self.problems.append(self._problem(what, advice, **place))

    def doubt(self, what: str, advice: str, **place: Any) -> None:
        """Note something accepted yet doubtful, or repaired; `place` as for `_problem`."""
        self.doubts.append(self._problem(what, advice, **place))

    def _problem(
        self,
        what: str,
        advice: str,
        *,
        column: str = "",
        mask: Mask | None = None,
        shown: Sequence[Any] | None = None,
    ) -> Problem:
        """One message for all rows of `mask`; the first few rows and values are named."""
        parts = [f"column {column}"] if column else []
        if mask is not None:
            parts.append(self._row_names(np.flatnonzero(mask)))
            if shown is not None:
                what = f"{what}: {examples([shown[int(i)] for i in np.flatnonzero(mask)])}"
        where = ", ".join(parts)
        return Problem(file=printable(self.file), where=where, what=what, advice=advice)

    def _row_names(self, positions: npt.NDArray[np.int64]) -> str:
        """Name the rows, with their ids where there are any: '12 rows: 3 (C3), 7 (C7), ...'."""
        names = [self._row_name(i) for i in positions[:ROWS_SHOWN]]
        if len(positions) == 1:
            return f"{self.row_word} {names[0]}"
        more = ", …" if len(positions) > ROWS_SHOWN else ""
        return f"{len(positions)} {self.row_word}s: {', '.join(names)}{more}"

    def _row_name(self, position: int) -> str:
        """Row number as the user counts, and the id."""
        row = str(self.rows[position])
        return f"{row} ({shorten(self.ids[position])})" if self.ids and self.ids[position] else row


def shorten(value: object) -> str:
    r"""
    Write a value as one short line without control characters, fit for a terminal.

    Parameters
    ----------
    value
        Anything found in a cell.

    Returns
    -------
    text
        At most `TEXT_SHOWN` characters; what cannot be printed is written as an escape.

    Examples
    --------
    >>> shorten("tab\there")
    'tab\\there'
    """
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    text = text if len(text) <= TEXT_SHOWN else text[: TEXT_SHOWN - 1] + "…"
    return printable(text)


def printable(text: str) -> str:
    """
    Write control characters and undecodable bytes of a text as escapes.

    Parameters
    ----------
    text
        Name of a file or column as the user wrote it.

    Returns
    -------
    text
        One line that is safe on a terminal.

    Examples
    --------
    >>> printable("sites.csv")
    'sites.csv'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class Phrase(str):
    """Text of our own, which needs no quotes in a message."""

    __slots__ = ()


def examples(values: Sequence[Any]) -> str:
    """
    Write the first few different values of a list.

    Parameters
    ----------
    values
        Cells; texts are put in quotes.

    Returns
    -------
    text
        Up to `VALUES_SHOWN` values and '…' where there are more.

    Examples
    --------
    >>> examples(["a", "a", "b"])
    "'a', 'b'"
    """
    texts = [f"'{shorten(v)}'" if type(v) is str else shorten(v) for v in values]
    different = list(dict.fromkeys(texts))
    more = ", …" if len(different) > VALUES_SHOWN else ""
    return ", ".join(different[:VALUES_SHOWN]) + more
