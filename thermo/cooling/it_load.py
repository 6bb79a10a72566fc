"""
How the load of servers moves over a year, and fills up over the years.

Servers draw power almost evenly: a small swing over the day and a small drop at weekends, by kind
of data centre, from ``data/data_centres.csv``. All those figures are guesses with ranges; who has a
meter should use it. Shapes are shares of the mean, so the annual heat stays that of `recovery`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heatreach.data import wide

from ..arrays import refuse_outside
from ..demand.load_duration import HOURS_PER_YEAR
from ..errors import PhysicsRangeError

PREFIX = "it_load_"
HOURS_PER_DAY, DAYS_PER_WEEK, WORKING_DAYS = 24, 7, 5
UNKNOWN = "unknown"


def it_load_kinds() -> tuple[str, ...]:
    """
    Kinds of data centre whose load profile is in the table.

    Returns
    -------
    kinds
        Names for `it_load_shape`.

    Examples
    --------
    >>> it_load_kinds()
    ('colocation', 'hyperscale', 'enterprise', 'hpc', 'unknown')
    """
    names = wide("data_centres").index
    return tuple(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))


def it_load_shape(
    kind: str = UNKNOWN, *, utilisation: float | None = None, first_weekday: int = 0
) -> npt.NDArray[np.float64]:
    """
    Load of the servers in every hour of a year, per mean load [-].

    Parameters
    ----------
    kind
        Kind of data centre, see `it_load_kinds`.
    utilisation
        Mean load per installed load [-], above 0 to 1. If given, the swing is squeezed so that no
        hour exceeds what is installed.
    first_weekday
        Weekday of 1 January, 0 for Monday to 6 for Sunday.

    Returns
    -------
    shape
        One value per hour from 1 January 00:00 local standard time, shape (8760,), mean 1.

    Raises
    ------
    PhysicsRangeError
        If there is no such kind, or a utilisation or weekday is out of range.

    Notes
    -----
    ``(1 + s cos(2π (h - h_peak) / 24)) (1 - d [weekend])``, divided by its mean. With a mean load
    ``u`` per installed load, deviations from 1 are scaled by ``min(1, (1/u - 1) / (max - 1))``.

    Examples
    --------
    >>> shape = it_load_shape("enterprise")
    >>> shape.shape, round(float(shape.mean()), 12), round(float(shape.max()), 2)
    ((8760,), 1.0, 1.13)
    """
    if kind not in it_load_kinds():
        raise PhysicsRangeError(
            f"no load profile {kind!r}; choose one of {', '.join(it_load_kinds())}"
        )
    refuse_outside(
        first_weekday,
        0.0,
        DAYS_PER_WEEK - 1.0,
        what="first weekday",
        unit="",
        advice="0 is Monday, 6 is Sunday",
    )
    row = wide("data_centres").loc[PREFIX + kind].to_dict()
    hour = np.arange(int(HOURS_PER_YEAR))
    angle = 2.0 * np.pi * (hour - float(row["peak_hour_of_day"])) / HOURS_PER_DAY
    weekend = (hour // HOURS_PER_DAY + first_weekday) % DAYS_PER_WEEK >= WORKING_DAYS
    shape = 1.0 + float(row["daily_swing_share"]) * np.cos(angle)
    shape *= 1.0 - float(row["weekend_drop_share"]) * weekend
    shape /= shape.mean()
    return shape if utilisation is None else _squeezed(shape, utilisation)


def it_load_kw(
    installed_kw: float, utilisation: float, kind: str = UNKNOWN, *, first_weekday: int = 0
) -> npt.NDArray[np.float64]:
    """
    Electrical load of the servers in every hour of a year [kW].

    Parameters
    ----------
    installed_kw
        Installed electrical load of the servers [kW].
    utilisation
        Mean load per installed load [-], above 0 to 1.
    kind
        Kind of data centre, see `it_load_kinds`.
    first_weekday
        Weekday of 1 January, 0 for Monday to 6 for Sunday.

    Returns
    -------
    load_kw
        One value per hour, shape (8760,); never above what is installed.

    Raises
    ------
    PhysicsRangeError
        If the load is negative or another argument is refused by `it_load_shape`.

    Examples
    --------
    >>> load = it_load_kw(1000.0, 0.6, "hyperscale")
    >>> round(float(load.mean()), 9), bool(load.max() <= 1000.0)
    (600.0, True)
    """
    refuse_outside(
        installed_kw, 0.0, np.inf, what="IT load", unit="kW", advice="give installed kW, 0 or more"
    )
    shape = it_load_shape(kind, utilisation=utilisation, first_weekday=first_weekday)
    # The last digit of a product may lie above what is installed.
    return np.minimum(installed_kw * utilisation * shape, installed_kw)


def _squeezed(shape: npt.NDArray[np.float64], utilisation: float) -> npt.NDArray[np.float64]:
    """The shape with its swing cut so that no hour exceeds the installed load."""
    used = refuse_outside(
        utilisation,
        np.finfo(float).tiny,
        1.0,
        what="utilisation",
        unit="of 1",
        advice="give a share above 0, not percent",
    )
    swing = shape - 1.0
    room = (1.0 / float(used) - 1.0) / max(float(swing.max()), np.finfo(float).tiny)
    return np.asarray(1.0 + swing * min(1.0, room))
