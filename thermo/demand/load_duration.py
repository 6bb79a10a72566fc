"""
Annual load-duration curve: the hours of a year sorted by load, and what a base-load unit covers.

Sorting forgets when a load occurs; what a store, part load or a source that is missing at the hour
of need does to the balance is the business of `dispatch`.

Source: plain sorting; no literature method is followed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arrays import Numeric, as_array, like_input, refuse_outside

Floats = npt.NDArray[np.float64]

HOURS_PER_YEAR = 8760.0


def sorted_load(load_kw: Floats) -> tuple[Floats, Floats]:
    """
    Load-duration curve of hourly loads: share of the year [-], and the load then [kW].

    Parameters
    ----------
    load_kw
        Hourly loads, the last axis counting hours; one or more rows.

    Returns
    -------
    duration_share
        Share of the year in the middle of each step [-], shape (hours,), for plotting.
    load
        The loads of each row in falling order, in their unit and shape.

    Examples
    --------
    >>> sorted_load(np.array([1.0, 4.0, 2.0, 3.0]))
    (array([0.125, 0.375, 0.625, 0.875]), array([4., 3., 2., 1.]))
    """
    load = as_array(load_kw)
    hours = load.shape[-1]
    return (np.arange(hours) + 0.5) / hours, as_array(-np.sort(-load, axis=-1))


def covered_share(load_kw: Floats, capacity_kw: Numeric) -> Numeric:
    """
    Share of the heat of hourly loads covered by a unit that runs whenever there is load [-].

    Parameters
    ----------
    load_kw
        Hourly loads [kW], the last axis counting hours; rows are consumers.
    capacity_kw
        Capacity of the unit [kW]: one figure, or one per row.

    Returns
    -------
    covered
        Share of the year's heat [-]; a row without heat is covered.

    Raises
    ------
    PhysicsRangeError
        If a load or capacity is negative.

    Notes
    -----
    Sum of ``min(load, capacity)`` over sum of loads: no store, no part load, no hour without
    source.

    Examples
    --------
    >>> covered_share(np.array([1.0, 4.0, 2.0, 3.0]), 2.0)
    0.7
    """
    load = refuse_outside(
        load_kw, 0.0, np.inf, what="load", unit="kW", advice="loads are heat drawn, 0 or more"
    )
    capacity = refuse_outside(
        capacity_kw, 0.0, np.inf, what="capacity", unit="kW", advice="give 0 or more"
    )
    heat = load.sum(axis=-1)
    served = np.minimum(load, capacity[..., None]).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return like_input(as_array(np.where(heat > 0.0, served / heat, 1.0)))
