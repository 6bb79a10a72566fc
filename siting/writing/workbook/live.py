"""
Formulas of a workbook together with what they come to.

A `Live` holds the text of a formula and its value; arithmetic on such pairs gives both at once, so
that the value stored in a cell and the formula that a spreadsheet recomputes cannot part. Functions
of spreadsheets are in `functions`. Texts are our own only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = float | str
"""What a cell holds: a figure, a text, or nothing as an empty text."""
_COMPARED, _ADDED, _MULTIPLIED, _RAISED, _ALONE = range(5)
"""How tightly a formula holds together: what needs brackets inside another."""


@dataclass(frozen=True, slots=True)
class Live:
    """
    A formula and its value.

    Attributes
    ----------
    text
        The formula without its leading sign of equality.
    value
        What a spreadsheet computes; a failed formula is no number.
    rank
        How tightly the text holds together.

    Examples
    --------
    >>> price, heat = Live("B2", 30.0), Live("B3", 100.0)
    >>> (price - 5) * heat
    Live(text='(B2-5)*B3', value=2500.0, rank=2)
    """

    text: str
    value: Value
    rank: int = _ALONE

    @property
    def number(self) -> float:
        """The value in arithmetic: blank cells count as 0, other texts are no number."""
        if isinstance(self.value, str):
            return math.nan if self.value else 0.0
        return self.value

    def __add__(self, other: Live | float) -> Live:
        """Sum."""
        return _joined(self, "+", other, _ADDED, self.number + _number(other))

    def __sub__(self, other: Live | float) -> Live:
        """Difference."""
        return _joined(self, "-", other, _ADDED, self.number - _number(other))

    def __mul__(self, other: Live | float) -> Live:
        """Product."""
        return _joined(self, "*", other, _MULTIPLIED, self.number * _number(other))

    def __truediv__(self, other: Live | float) -> Live:
        """Quotient; no number if divided by 0."""
        by = _number(other)
        value = self.number / by if by else math.nan
        return _joined(self, "/", other, _MULTIPLIED, value)

    def __pow__(self, other: Live | float) -> Live:
        """Power; no number where there is none, or none that a cell can hold."""
        try:
            value = math.pow(self.number, _number(other))
        except (ValueError, OverflowError):
            value = math.nan
        return _joined(self, "^", other, _RAISED, value)

    def __neg__(self) -> Live:
        """Opposite; spreadsheets take the sign before all else."""
        return Live(f"-{_bracketed(self, _ALONE)}", -self.number, _ADDED)

    def __radd__(self, other: float) -> Live:
        """Sum with a figure in front."""
        return figure(other) + self

    def __rsub__(self, other: float) -> Live:
        """Figure less this."""
        return figure(other) - self

    def __ge__(self, other: Live | float) -> Live:
        """Whether at least."""
        return _joined(self, ">=", other, _COMPARED, self.number >= _number(other))

    def __le__(self, other: Live | float) -> Live:
        """Whether at most."""
        return _joined(self, "<=", other, _COMPARED, self.number <= _number(other))

    def __lt__(self, other: Live | float) -> Live:
        """Whether less."""
        return _joined(self, "<", other, _COMPARED, self.number < _number(other))

    def __gt__(self, other: Live | float) -> Live:
        """Whether more."""
        return _joined(self, ">", other, _COMPARED, self.number > _number(other))

    def equals(self, other: Live | float) -> Live:
        """
        Whether equal to a figure or to a text.

        Parameters
        ----------
        other
            What it is compared with.

        Returns
        -------
        test
            For `when`.
        """
        same = self.value == other.value if isinstance(other, Live) else self.number == other
        return _joined(self, "=", other, _COMPARED, same)


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells next to each other: their address, and what they hold."""

    text: str
    values: Sequence[Value]

    @property
    def numbers(self) -> list[float]:
        """Their figures, a text being 0: so sums take it, while NPV and IRR leave it out."""
        return [0.0 if isinstance(value, str) else value for value in self.values]


def figure(value: float) -> Live:
    """
    A figure of ours inside a formula.

    Parameters
    ----------
    value
        Any figure.

    Returns
    -------
    figure
        Written with the digits that a spreadsheet keeps.
    """
    return Live(f"{value:.15g}", float(value), _ALONE if value >= 0 else _ADDED)


def word(text: str) -> Live:
    """
    A word of ours inside a formula, never one of the inputs.

    Parameters
    ----------
    text
        Without quotation marks.

    Returns
    -------
    word
        In quotation marks.
    """
    return Live(f'"{text}"', text)


def _number(other: Live | float) -> float:
    """The figure of an operand."""
    return other.number if isinstance(other, Live) else float(other)


def _bracketed(part: Live, least: int) -> str:
    """A part of a formula, in brackets if it holds less tightly than it must."""
    return part.text if part.rank >= least else f"({part.text})"


def _joined(left: Live, sign: str, right: Live | float, rank: int, value: float) -> Live:
    """Two parts with an operator between."""
    other = right if isinstance(right, Live) else figure(right)
    loose = _bracketed(left, rank if rank != _RAISED else _ALONE)
    text = f"{loose}{sign}{_bracketed(other, min(rank + 1, _ALONE))}"
    return Live(text, float(value), rank)


def at(row: int, column: int, *, fixed: str = "") -> str:
    """
    Address of a cell.

    Parameters
    ----------
    row, column
        Place, counted from 1.
    fixed
        ``"row"``, ``"column"`` or ``"both"``: what stays when the formula is copied.

    Returns
    -------
    address
        As formulas name it.

    Examples
    --------
    >>> at(7, 11), at(7, 11, fixed="both"), at(7, 11, fixed="column")
    ('K7', '$K$7', '$K7')
    """
    letter = f"{'$' * (fixed in ('column', 'both'))}{_letters(column)}"
    return f"{letter}{'$' * (fixed in ('row', 'both'))}{row}"


@cache
def _letters(column: int) -> str:
    """Name of a column; asked for very often."""
    return str(xl_col_to_name(column - 1))
