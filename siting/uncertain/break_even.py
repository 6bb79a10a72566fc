"""
What would have to be true: the value of each assumption at which a project is worth just nothing.

One driver at a time, all others at their central values. A driver can have no such value, one or
several; the nearest to the central value is told, with their number. Lives are left out, since they
move the result in steps of whole years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption

from .drawn_flows import draw_npv
from .drivers import LIFE

if TYPE_CHECKING:
    import numpy.typing as npt

    from .drawn_flows import DrawnModel

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

_HALVINGS = 52
"""A bracket is then narrower than a number can tell."""


def break_even_table(
    model: DrawnModel, row: int, drivers: Integers
) -> dict[str, npt.NDArray[np.generic]]:
    """
    Break-even value of each of some drivers of one project.

    Parameters
    ----------
    model
        Projects and their drivers.
    row
        Place of the project.
    drivers
        Places of the drivers.

    Returns
    -------
    columns
        ``break_even`` in the driver's own unit, NaN where there is none within the limits,
        ``break_even_ratio`` to the central value (NaN for yearly changes), ``break_even_count`` of
        values found, and ``break_even_in_range``: yes, no, or blank.

    Notes
    -----
    Sought between ``ratio_min`` and ``ratio_max`` of ``draw_rules`` times the central value, and
    within ``least`` and ``most`` of the driver: in steps, then by halving.
    """
    ranges = model.ranges
    kinds = ranges.drivers["kind"].to_numpy()
    smooth = drivers[kinds[drivers] != LIFE]
    roots_of = dict(zip(smooth.tolist(), _roots(model, row, smooth), strict=True))
    found = [roots_of.get(at, np.empty(0)) for at in drivers.tolist()]
    change = ranges.is_change[drivers]
    centre = ranges.centre[row, drivers].tolist()
    nearest = np.array(
        [_nearest(*each) for each in zip(found, centre, change.tolist(), strict=True)], dtype=float
    )
    inside = (ranges.low[row, drivers] <= nearest) & (nearest <= ranges.high[row, drivers])
    return {
        "break_even": np.where(change, nearest, nearest * ranges.figure[row, drivers]),
        "break_even_ratio": np.where(change, np.nan, nearest),
        "break_even_count": np.array([len(roots) for roots in found], dtype=np.int64),
        "break_even_in_range": np.where(np.isnan(nearest), "", np.where(inside, "yes", "no")),
    }


def _nearest(roots: Floats, centre: float, change: bool) -> float:  # noqa: FBT001
    """Root nearest to the central value; ratios count by their logarithm."""
    if not len(roots):
        return float("nan")
    away = roots - centre if change else np.log(roots / centre)
    return float(roots[np.abs(away).argmin()])


def _roots(model: DrawnModel, row: int, drivers: Integers) -> list[Floats]:
    """Values drawn of each driver at which the net present value is zero, in rising order."""
    if not len(drivers):
        return []
    steps = _steps(model, row, drivers)
    owner = np.repeat(np.arange(len(drivers)), [len(each) for each in steps])
    points = np.concatenate(steps)
    values = _values(model, row, drivers[owner], points)
    neighbours = owner[:-1] == owner[1:]
    turns = np.flatnonzero((np.sign(values[:-1]) * np.sign(values[1:]) < 0.0) & neighbours)
    low, high, sign = points[turns], points[turns + 1], np.sign(values[turns])
    # All brackets are halved together: one appraisal of all of them per step.
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        before = np.sign(_values(model, row, drivers[owner[turns]], middle)) == sign
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    found = np.concatenate([0.5 * (low + high), points[values == 0.0]])
    of = np.concatenate([owner[turns], owner[values == 0.0]])
    return [np.sort(found[of == number]) for number in range(len(drivers))]


def _values(model: DrawnModel, row: int, drivers: Integers, points: Floats) -> Floats:
    """Net present value with one driver at one point each, all others central."""
    drawn = np.repeat(model.ranges.centre[row][:, None], len(points), axis=1)
    drawn[drivers, np.arange(len(points))] = points
    return draw_npv(model, row, drawn)


def _steps(model: DrawnModel, row: int, drivers: Integers) -> list[Floats]:
    """Values drawn among which a change of sign is looked for, the central one among them."""
    ranges, change = model.ranges, model.ranges.is_change
    least, most = (ranges.drivers[name].to_numpy(dtype=float) for name in ("least", "most"))
    count = round(assumption("draw_rules", "break_even", "steps").value)
    lowest, highest = (
        assumption("draw_rules", "break_even", f"ratio_{end}").value for end in ("min", "max")
    )
    steps = []
    for at in drivers.tolist():
        if change[at]:
            points = np.linspace(least[at], most[at], count)
        else:
            figure = ranges.figure[row, at]
            low, high = max(lowest, least[at] / figure), min(highest, most[at] / figure)
            points = np.geomspace(min(low, 1.0), max(high, 1.0), count)
        steps.append(np.union1d(points, [ranges.centre[row, at]]))
    return steps
