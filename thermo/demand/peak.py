"""
Peaks of hourly shapes, and shapes brought to a peak that is known.

A shape from `profiles` has the peak of many buildings of one kind. The design peak of one building,
estimated from full-load hours or given by its owner, is another figure: pipes and connections are
sized by it, while the hourly balance serves the shape. Only where a peak was metered shall the
shape follow it, and then by `shape_with_full_load_hours`.

Source: a plain calculation; no literature method is followed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..errors import PhysicsRangeError

Floats = npt.NDArray[np.float64]

_STEPS = 60
# Beyond this exponent hours next to the peak hold nothing that a double could tell from zero.
_STEEPEST = 1e6
_CUT_ROUNDING = 1e-9


def peak_share_per_hour(shape: Floats) -> Numeric:
    """
    Largest share of a year's heat that falls on one hour [1/h].

    Parameters
    ----------
    shape
        Shares of the year's heat, the last axis counting hours.

    Returns
    -------
    peak
        One value per row; its inverse is the shape's full-load hours.

    Examples
    --------
    >>> peak_share_per_hour(np.array([0.5, 0.3, 0.2]))
    0.5
    """
    return like_input(as_array(as_array(shape).max(axis=-1)))


def shape_with_full_load_hours(shape: Floats, full_load_hours: Numeric) -> Floats:
    """
    Shape with a given peak: the same hours stay high and low [-].

    Parameters
    ----------
    shape
        Shares of the year's heat, each row summing to 1, the last axis counting hours.
    full_load_hours
        Year's heat over peak load [h]: one figure, or one per row.

    Returns
    -------
    shape
        A new shape of sum 1 with its largest share equal to ``1 / full_load_hours``.

    Raises
    ------
    PhysicsRangeError
        If no such shape exists: more full-load hours than hours with heat, or less than one for
        each of the equal highest hours.

    Notes
    -----
    Where the peak falls, it is cut and the rest scaled up, so that low hours hardly change: a
    load limited by its connection. Where it rises, shares are raised to a power above 1, found by
    bisection. Both leave the shape as it is at its own full-load hours, and neither changes which
    of two hours is higher.

    Examples
    --------
    >>> shape_with_full_load_hours(np.array([0.5, 0.3, 0.2]), 2.5).round(4)
    array([0.4 , 0.36, 0.24])
    """
    rows = np.atleast_2d(as_array(shape))
    hours = np.broadcast_to(as_array(full_load_hours), rows.shape[:1]).astype(float)
    peak = rows.max(axis=1)
    _refuse_unreachable(rows, hours)
    ratio = rows / peak[:, None]
    cut, sharpened = _cut(rows, 1.0 / hours), _sharpened(ratio, hours)
    result = np.where((hours >= 1.0 / peak)[:, None], cut, sharpened)
    return as_array(result.reshape(as_array(shape).shape))


def _refuse_unreachable(rows: Floats, hours: Floats) -> None:
    """Refuse full-load hours that no shape with the same hours of heat has."""
    refuse_outside(
        hours,
        1.0,
        float(rows.shape[1]),
        what="full-load hours",
        unit="h",
        advice="check annual heat and peak load",
    )
    most = (rows > 0.0).sum(axis=1)
    least = (rows == rows.max(axis=1, keepdims=True)).sum(axis=1)
    wrong = np.flatnonzero((hours > most) | (hours < least))
    if wrong.size:
        row = int(wrong[0])
        raise PhysicsRangeError(
            f"full-load hours {hours[row]:g} h do not fit a shape with {most[row]} hours of heat, "
            f"{least[row]} of them at the peak ({wrong.size} of {len(rows)} shapes); give between "
            f"{least[row]} and {most[row]} h"
        )


def _cut(rows: Floats, peak: Floats) -> Floats:
    """Rows scaled up and cut at a peak so that the sum stays 1."""
    falling = -np.sort(-rows, axis=1)
    count = np.arange(rows.shape[1])
    # With the k highest hours at the peak, the others share what is left.
    tail = np.cumsum(falling[:, ::-1], axis=1)[:, ::-1]
    left = 1.0 - count * peak[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(tail > 0.0, left / tail, np.inf)
        # Of a load that hardly varies what is left is a small difference of large sums.
        fits = (scale * falling <= peak[:, None] * (1.0 + _CUT_ROUNDING)) & (left >= 0.0)
    first = np.argmax(fits, axis=1)
    chosen = np.take_along_axis(scale, first[:, None], axis=1)
    with np.errstate(invalid="ignore"):
        scaled = np.where(rows > 0.0, rows * chosen, 0.0)
    cut = np.minimum(scaled, peak[:, None])
    return as_array(cut / cut.sum(axis=1, keepdims=True))


def _sharpened(ratio: Floats, hours: Floats) -> Floats:
    """Rows raised to the power at which they have the wanted full-load hours."""
    low, high = np.zeros(len(hours)), np.full(len(hours), np.log(_STEEPEST))
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        total = (ratio ** np.exp(middle)[:, None]).sum(axis=1)
        low = np.where(total > hours, middle, low)
        high = np.where(total > hours, high, middle)
    powered = ratio ** np.exp(low)[:, None]
    return as_array(powered / powered.sum(axis=1, keepdims=True))
