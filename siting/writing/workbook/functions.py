"""
Functions of spreadsheets that the workbook needs, each with what it comes to; each says which.

They work on formulas with their values (`live`), as a spreadsheet would.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

import numpy as np

from .live import Live

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .live import Cells

MOST_STEPS, NEAR_ENOUGH = 20, 1e-7
"""How spreadsheets seek a rate of return: Newton steps, and the step at which they stop."""
_MOST_DIGITS = 400
"""Digits before and after the point that any figure can have when rounded."""


def when(test: Live, yes: Live, no: Live) -> Live:
    """
    One of two formulas by a test (IF).

    Parameters
    ----------
    test
        A comparison.
    yes, no
        Taken if it holds, and if not.

    Returns
    -------
    chosen
        The other may fail.
    """
    text = f"IF({test.text},{yes.text},{no.text})"
    return Live(text, yes.value if test.value else no.value)


def both(first: Live, second: Live) -> Live:
    """
    Whether two tests hold (AND).

    Parameters
    ----------
    first, second
        Comparisons.

    Returns
    -------
    test
        For `when`.
    """
    return Live(f"AND({first.text},{second.text})", float(bool(first.value and second.value)))


def is_figure(part: Live) -> Live:
    """
    Whether a cell holds a figure (ISNUMBER).

    Parameters
    ----------
    part
        The cell.

    Returns
    -------
    test
        For `when`.
    """
    return Live(f"ISNUMBER({part.text})", float(not isinstance(part.value, str)))


def rounded(part: Live, digits: int) -> Live:
    """
    Rounded to digits after the point, decimal halves away from zero (ROUND).

    Parameters
    ----------
    part
        What is rounded.
    digits
        Digits kept.

    Returns
    -------
    rounded
        Formula and value.

    Examples
    --------
    >>> rounded(Live("A1", 2.5), 0).value, rounded(Live("A1", -1.005), 2).value
    (3.0, -1.01)
    """
    near, last = part.number, Decimal(1).scaleb(-digits)
    if math.isfinite(near):
        # Of the digits that are shown, as spreadsheets do: 1.005 in binary is a little less.
        shown = Decimal(repr(float(near)))
        near = float(shown.quantize(last, ROUND_HALF_UP, Context(prec=_MOST_DIGITS)))
    return Live(f"ROUND({part.text},{digits})", near if near else 0.0)


def at_least_one(part: Live) -> Live:
    """
    The part, or 1 if that is more (MAX).

    Parameters
    ----------
    part
        Any figure.

    Returns
    -------
    larger
        Formula and value.
    """
    return Live(f"MAX(1,{part.text})", max(1.0, part.number))


def whole(part: Live) -> Live:
    """
    The whole number below (INT).

    Parameters
    ----------
    part
        Any figure.

    Returns
    -------
    whole
        Formula and value.
    """
    return Live(f"INT({part.text})", float(np.floor(part.number)))


def remainder(part: Live, by: Live) -> Live:
    """
    What is left of a division (MOD).

    Parameters
    ----------
    part, by
        Dividend and divisor, neither negative.

    Returns
    -------
    remainder
        Formula and value.
    """
    return Live(f"MOD({part.text},{by.text})", part.number % by.number)


def total(cells: Cells) -> Live:
    """
    Sum of cells (SUM).

    Parameters
    ----------
    cells
        The cells.

    Returns
    -------
    total
        Formula and value.
    """
    return Live(f"SUM({cells.text})", math.fsum(cells.numbers))


def weighed(weights: Cells, cells: Cells) -> Live:
    """
    Sum of products (SUMPRODUCT).

    Parameters
    ----------
    weights, cells
        Equally many.

    Returns
    -------
    total
        Formula and value.

    Examples
    --------
    >>> from heatreach.siting.writing.workbook.live import Cells
    >>> weighed(Cells("A1:A2", [1.0, -1.0]), Cells("B1:B2", [5.0, 2.0]))
    Live(text='SUMPRODUCT(A1:A2,B1:B2)', value=3.0, rank=4)
    """
    products = [one * other for one, other in zip(weights.numbers, cells.numbers, strict=True)]
    return Live(f"SUMPRODUCT({weights.text},{cells.text})", math.fsum(products))


def present_value(rate: Live, later: Cells) -> Live:
    """
    Present value of flows at the ends of years 1, 2 … (NPV).

    Parameters
    ----------
    rate
        Discount rate.
    later
        Flows from year 1 on.

    Returns
    -------
    value
        Formula and value.

    Raises
    ------
    ValueError
        If a flow is a text or blank.

    Examples
    --------
    >>> from heatreach.siting.writing.workbook.live import Cells
    >>> present_value(Live("r", 0.25), Cells("B1:B2", [125.0, 125.0])).value
    180.0
    """
    growth = 1.0 + rate.number
    worths = [flow / growth**year for year, flow in enumerate(_flows(later), start=1)]
    return Live(f"NPV({rate.text},{later.text})", math.fsum(worths))


def rate_of_return(flows: Cells, starts: Sequence[Live], *, none: Live) -> Live:
    """
    Rate at which flows are worth nothing (IRR), sought from each start in turn (IFERROR).

    Parameters
    ----------
    flows
        From year 0 on.
    starts
        Rates to start from; spreadsheets find a return only from somewhere near.
    none
        What stands where none is found.

    Returns
    -------
    rate
        Formula and value. A rate of -100 % or below is none: programs differ on where they end
        there.

    Raises
    ------
    ValueError
        If a flow is a text or blank.

    Examples
    --------
    >>> from heatreach.siting.writing.workbook.live import Cells, figure, word
    >>> flows = Cells("A1:C1", [-100.0, 60.0, 72.0])
    >>> found = rate_of_return(flows, [figure(0.1)], none=word("none"))
    >>> found.text, round(found.value, 12)
    ('IFERROR(IRR(A1:C1,0.1)/(IRR(A1:C1,0.1)>-1),"none")', 0.2)
    """
    text, value = none.text, none.value
    amounts = np.array(_flows(flows))
    for start in reversed(starts):
        sought = f"IRR({flows.text},{start.text})"
        # Divided by a test that fails, a rate of no meaning is an error, and the next is tried.
        text = f"IFERROR({sought}/({sought}>-1),{text})"
        found = _newton(amounts, start.number)
        value = value if math.isnan(found) else found
    return Live(text, value)


def _flows(cells: Cells) -> list[float]:
    """Flows by year; a text would be left out by spreadsheets and move all years behind it."""
    if any(isinstance(value, str) for value in cells.values):
        raise ValueError(f"{cells.text} holds a text among its flows")
    return cells.numbers


def _newton(flows: np.ndarray[tuple[int], np.dtype[np.float64]], rate: float) -> float:
    """A rate of return as spreadsheets seek it; no number if they give up or end at no rate."""
    years = np.arange(len(flows), dtype=float)
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            discounted = flows * np.power(1.0 + rate, -years)
            slope = float(-(years * discounted).sum() / (1.0 + rate))
            step = float(discounted.sum()) / slope if slope else math.nan
            rate -= step
            if math.isnan(rate) or abs(step) < NEAR_ENOUGH:
                break
        else:
            return math.nan
    return rate if rate > -1.0 else math.nan
