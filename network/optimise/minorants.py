"""
Straight lines under the cost of each arc, as a function of the sum of peaks through it.

The true cost is a staircase over catalogue sizes of a design load that depends on who is behind.
A bound needs something simpler that never lies above it: per arc a few lines, of which at least
one lies at or below the cost of every group of consumers the arc can carry. A size that serves
peaks of at most ``u`` and costs ``c`` is covered by any line through the corner ``(u, c)`` that
falls towards zero load but stays positive there.

With one line per size and its slope free, this is the linear relaxation of a choice of modules;
several lines per arc as in buy-at-bulk models (Salman, Ravi & Hooker 2008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model
    from .ranges import FlowRanges

SAFETY = 1e-9
"""Relative margin by which loads may differ between orders of summing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corners:
    """
    Sizes an arc may need, and the most each serves; arcs are ``edge`` and ``m + edge`` (backwards).

    Attributes
    ----------
    reach_kw
        Largest sum of peaks the arc can carry in each size [kW], shape (2m, sizes).
    cost
        Cost of each size, shape (2m, sizes).
    needed
        Whether the size has to be considered; none is where the arc is not usable.
    """

    reach_kw: npt.NDArray[np.float64]
    cost: npt.NDArray[np.float64]
    needed: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """
    Lines under the cost of each arc.

    Attributes
    ----------
    intercept, slope
        Cost at no load and per kilowatt of peaks, shape (2m, lines), rows filled from the left.
    reach_kw
        Peaks at which each line touches its size's corner [kW].
    number
        Lines of each arc, shape (2m,); none where the arc is not usable.
    """

    intercept: npt.NDArray[np.float64]
    slope: npt.NDArray[np.float64]
    reach_kw: npt.NDArray[np.float64]
    number: npt.NDArray[np.int64]


def most_peak_kw(model: Model, limit_kw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """
    Largest sum of peaks whose design load can stay within a limit [kW].

    Parameters
    ----------
    model
        The problem, for its consumers and diversity.
    limit_kw
        Design loads [kW], shape (sizes,).

    Returns
    -------
    peak_kw
        Shape (sizes, len(diversity)): with at most that many buildings in the group; the last
        column holds beyond.

    Notes
    -----
    Diversity falls with the number of buildings, so a group reaches most if it has as many as
    possible: the ``n`` smallest of all consumers, while their diversified sum fits.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(
    ...     diversity=np.array([1.0, 1.0, 0.5]), peak_kw=np.array([10.0, 10.0]),
    ...     coincident_kw=np.array([4.0, 4.0]), count=np.array([1, 1]),
    ... )
    >>> most_peak_kw(model, np.array([6.0, 12.0])).round(3).tolist()
    [[0.0, 0.0, 0.0], [0.0, 12.0, 24.0]]
    """
    least = _least_peaks(model)
    limit = limit_kw[:, None] * (1.0 + SAFETY)
    factor = model.diversity[None, :]
    fits = least[None, :] * factor <= limit
    fits[:, 0] = False
    number = np.where(fits, np.arange(len(model.diversity)), 0)
    number = np.maximum.accumulate(number, axis=1)
    with np.errstate(divide="ignore"):
        reach = np.where(number > 0, limit / model.diversity[number], 0.0)
    some = model.peak_kw > 0
    share = float((model.coincident_kw[some] / model.peak_kw[some]).min(initial=np.inf))
    most = limit / share if share > 0 else np.inf
    return np.minimum(reach, most)


def _least_peaks(model: Model) -> npt.NDArray[np.float64]:
    """Least sum of peaks of a group of at least 0, 1, 2 … buildings (groups taken in parts)."""
    each = model.peak_kw / np.maximum(model.count, 1)
    order = np.argsort(each, kind="stable")
    buildings = np.concatenate([[0], np.cumsum(model.count[order])])
    peaks = np.concatenate([[0.0], np.cumsum(model.peak_kw[order])])
    number = np.arange(len(model.diversity))
    least = np.interp(number, buildings, peaks)
    return np.where(number > buildings[-1], np.inf, least)


def corners(model: Model, ranges: FlowRanges) -> Corners:
    """
    Sizes each arc may need and the most peaks each serves.

    Parameters
    ----------
    model
        The problem.
    ranges
        What each arc can carry.

    Returns
    -------
    corners
        Sizes below the smallest possible load, and above the largest, are left out.
    """
    most = _capped(model, ranges).ravel()
    table = most_peak_kw(model, model.limit_kw)
    number = np.minimum(ranges.count_max.ravel(), table.shape[1] - 1)
    serves = table.T[number]
    load_min = ranges.load_min_kw.ravel()[:, None]
    load_max = ranges.load_max_kw.ravel()[:, None]
    limit = model.limit_kw[None, :] * (1.0 + SAFETY)
    cost = np.concatenate([model.cost, model.cost])
    possible = (limit >= load_min) & np.isfinite(cost) & ranges.usable.ravel()[:, None]
    possible &= serves * (1.0 + SAFETY) >= ranges.peak_min_kw.ravel()[:, None]
    enough = (serves >= most[:, None]) | (model.limit_kw[None, :] >= load_max)
    before = np.zeros_like(enough)
    before[:, 1:] = np.logical_or.accumulate(enough & possible, axis=1)[:, :-1]
    reach = np.where(enough, most[:, None], np.minimum(serves, most[:, None]))
    return Corners(reach_kw=reach, cost=cost, needed=possible & ~before)


def _capped(model: Model, ranges: FlowRanges) -> npt.NDArray[np.float64]:
    """Most peaks of each arc, also within the capacity of the sources."""
    most = ranges.peak_max_kw * (1.0 + SAFETY)
    if len(model.source_edge):
        within = most_peak_kw(model, model.capacity_kw)[:, -1]
        most[:, model.source_edge] = np.minimum(most[:, model.source_edge], within)
    return most


def lines(sizes: Corners, *, tilt: float) -> Lines:
    """
    Lines under the staircases, each through the corner of one size.

    Parameters
    ----------
    sizes
        Corners of the staircases.
    tilt
        Slope of the lines as a share of the steepest, which begins at zero; 0 to 1. The best share
        is about the exponent at which cost rises with load.

    Returns
    -------
    lines
        Constant where one size remains. Sizes that lie on or above another's line have none.

    Examples
    --------
    >>> stairs = Corners(
    ...     reach_kw=np.array([[10.0, 20.0, 40.0]]), cost=np.array([[8.0, 10.0, 13.0]]),
    ...     needed=np.array([[True, True, True]]),
    ... )
    >>> found = lines(stairs, tilt=0.25)
    >>> found.intercept[0].tolist(), found.slope[0].tolist()
    ([6.0, 9.75], [0.2, 0.08125])
    """
    steps = staircase(sizes)
    real = np.arange(steps.intercept.shape[1])[None, :] < steps.number[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        steepest = np.where(steps.reach_kw > 0, steps.intercept / steps.reach_kw, 0.0)
    several = (steps.number > 1)[:, None]
    slope = np.where(real & several, tilt * steepest, 0.0)
    return _needed_lines(with_slopes(steps, slope), steps.intercept)


def with_slopes(steps: Lines, slope: npt.NDArray[np.float64]) -> Lines:
    """
    Lines through the same corners with other slopes.

    Parameters
    ----------
    steps
        Level lines through the corners, as `staircase` returns them.
    slope
        Slopes, at most cost / reach, shape (2m, lines).

    Returns
    -------
    lines
        One line per corner.
    """
    intercept = np.maximum(steps.intercept - slope * steps.reach_kw, 0.0)
    return replace(steps, intercept=intercept, slope=slope)


def staircase(sizes: Corners) -> Lines:
    """
    One level line per size that may be needed: the corners, rows filled from the left.

    Parameters
    ----------
    sizes
        Corners of the staircases.

    Returns
    -------
    lines
        ``intercept`` is the cost of each size, slopes are zero.
    """
    number = sizes.needed.sum(axis=1)
    width = max(int(number.max(initial=0)), 1)
    order = np.argsort(~sizes.needed, axis=1, kind="stable")[:, :width]
    real = np.arange(width)[None, :] < number[:, None]
    cost = np.where(real, np.take_along_axis(sizes.cost, order, axis=1), 0.0)
    reach = np.where(real, np.take_along_axis(sizes.reach_kw, order, axis=1), 0.0)
    return Lines(intercept=cost, slope=np.zeros_like(cost), reach_kw=reach, number=number)


def _needed_lines(found: Lines, cost: npt.NDArray[np.float64]) -> Lines:
    """Lines left when each size is content with one line at or below its corner."""
    arcs, width = found.intercept.shape
    keep = np.zeros((arcs, width), dtype=bool)
    for s in range(width):
        covered = np.zeros(arcs, dtype=bool)
        for kept in range(s):
            height = found.intercept[:, kept] + found.slope[:, kept] * found.reach_kw[:, s]
            covered |= keep[:, kept] & (height <= cost[:, s] * (1.0 + SAFETY))
        keep[:, s] = (found.number > s) & ~covered
    order = np.argsort(~keep, axis=1, kind="stable")
    number = keep.sum(axis=1)
    order = order[:, : max(int(number.max(initial=0)), 1)]
    real = np.arange(order.shape[1])[None, :] < number[:, None]
    return Lines(
        intercept=np.where(real, np.take_along_axis(found.intercept, order, axis=1), 0.0),
        slope=np.where(real, np.take_along_axis(found.slope, order, axis=1), 0.0),
        reach_kw=np.where(real, np.take_along_axis(found.reach_kw, order, axis=1), 0.0),
        number=number,
    )
