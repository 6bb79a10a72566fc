"""
Hourly heat of German standard load profiles, by type of building and outdoor temperature.

The profiles of BDEW and BGW that gas networks use: a sigmoid of the mean temperature of the last
days says how much heat a day takes, a table says how it falls on the hours. Which type stands for
which use is in `profiles`.

Source: the figures are those packed in oemof's demandlib 0.2.2 (MIT), tables ``heat_profiles`` and
``profile_hours``; the split of room heat and hot water is that of When2Heat (Ruhnau et al. 2019,
https://doi.org/10.1038/s41597-019-0199-y). Demandlib itself is no dependency: it stops at a day
colder than -20 °C, gives hot water the hours of room heat and takes 50 ms a year of one type; the
tests hold this module to it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption, load_table

from ..arrays import as_array
from .climate_year import DAYS, HOURS_PER_DAY, daily_means

Floats = npt.NDArray[np.float64]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The sigmoid is 0 from its ceiling on; the smallest distance only avoids a division by zero.
_LEAST_K = 1e-3


def bdew_shape(profile: str, outdoor_degc: Floats) -> Floats:
    """
    Share of the year's heat in each hour, room heat and hot water as published [-].

    Parameters
    ----------
    profile
        Type of building, a name in ``data/profile_hours.csv`` such as ``"EFH"``.
    outdoor_degc
        Hourly outdoor temperature [°C], shape (8760,).

    Returns
    -------
    shape
        Shape (8760,), sum 1; 1 January is a Monday, there are no holidays.

    Raises
    ------
    LookupError
        If there is no such profile.

    Notes
    -----
    ``h(T) = a / (1 + (b / (T - 40))^c) + d`` with ``T`` the mean of four days weighted 8:4:2:1, the
    days before 1 January being those of December; times a factor of the weekday; spread over the
    day by the factors of the hour, weekday and class of ``T``.

    Examples
    --------
    >>> shape = bdew_shape("EFH", np.full(8760, 5.0))
    >>> shape.shape, round(float(shape.sum()), 9)
    ((8760,), 1.0)
    """
    weighted = weighted_daily_degc(outdoor_degc)
    room = _sigmoid(profile, weighted)
    daily = room + assumption("heat_profiles", profile, "sigmoid_d").value
    return _hourly(profile, daily, _temperature_class(weighted))


def room_heat_shape(profile: str, outdoor_degc: Floats) -> Floats:
    """
    Share of the year's room heat in each hour [-].

    Parameters
    ----------
    profile
        Type of building, a name in ``data/profile_hours.csv``.
    outdoor_degc
        Hourly outdoor temperature [°C], shape (8760,).

    Returns
    -------
    shape
        Shape (8760,), sum 1; 1 January is a Monday.

    Raises
    ------
    LookupError
        If there is no such profile.

    Notes
    -----
    As `bdew_shape` without the constant ``d`` of hot water.

    Examples
    --------
    >>> shape = room_heat_shape("GKO", np.full(8760, 5.0))
    >>> bool(shape[8] > shape[2])
    True
    """
    weighted = weighted_daily_degc(outdoor_degc)
    return _hourly(profile, _sigmoid(profile, weighted), _temperature_class(weighted))


def tap_hours(profile: str) -> Floats:
    """
    How a year's hot water falls on its hours before any season [-].

    Parameters
    ----------
    profile
        Type of building, a name in ``data/profile_hours.csv``.

    Returns
    -------
    shape
        Shape (8760,), sum 1; 1 January is a Monday.

    Raises
    ------
    LookupError
        If there is no such profile.

    Notes
    -----
    The hours of the warmest class, in which nothing but hot water is drawn (so When2Heat), times
    the factor of the weekday.

    Examples
    --------
    >>> shape = tap_hours("EFH")
    >>> bool(shape[7] > 2.0 * shape[3])
    True
    """
    warmest = _hour_table(profile).shape[1] - 1
    return _hourly(profile, np.ones(DAYS), np.full(DAYS, warmest))


def weighted_daily_degc(outdoor_degc: Floats) -> Floats:
    """
    Daily mean temperature as a building feels it, with the days before [°C].

    Parameters
    ----------
    outdoor_degc
        Hourly outdoor temperature [°C], shape (8760,).

    Returns
    -------
    weighted_degc
        Shape (365,): geometric series of four daily means with the ratio 0.5.

    Examples
    --------
    >>> step = np.where(np.arange(8760) < 4800, 0.0, 15.0)
    >>> weighted_daily_degc(step)[199:205]
    array([ 0.,  8., 12., 14., 15., 15.])
    """
    means = daily_means(outdoor_degc)
    ratio, length = _rule("series_ratio"), int(_rule("series_length"))
    weights = ratio ** np.arange(length)
    days = [np.roll(means, ago) for ago in range(length)]
    return as_array(weights @ np.asarray(days) / weights.sum())


def _sigmoid(profile: str, weighted_degc: Floats) -> Floats:
    """Room heat of each day relative to a day of 8 °C or so."""
    _hour_table(profile)
    a, b_k, c = (
        assumption("heat_profiles", profile, f"sigmoid_{letter}").value
        for letter in ("a", "b_k", "c")
    )
    below = np.maximum(_rule("ceiling_degc") - weighted_degc, _LEAST_K)
    return as_array(a / (1.0 + (-b_k / below) ** c))


def _temperature_class(weighted_degc: Floats) -> npt.NDArray[np.int64]:
    """Column of the hour table for each day; classes hold their upper end."""
    steps = np.ceil((weighted_degc - _rule("first_class_degc")) / _rule("class_width_k"))
    last = len(_class_columns()) - 1
    return np.clip(steps, 0, last).astype(np.int64)


def _hourly(profile: str, daily: Floats, classes: npt.NDArray[np.int64]) -> Floats:
    """Heat of the days spread over their hours, as shares of the year."""
    weekday = np.arange(DAYS) % len(_WEEKDAYS)
    factors = [assumption("heat_profiles", profile, f"{d}_factor").value for d in _WEEKDAYS]
    of_day = daily * as_array(np.array(factors))[weekday]
    hourly = of_day[:, None] * _hour_table(profile)[weekday, classes]
    return as_array((hourly / hourly.sum()).ravel())


@cache
def _hour_table(profile: str) -> Floats:
    """Share of a day's heat in each hour: weekday (7), temperature class (10), hour (24)."""
    table = load_table("profile_hours")
    rows = table[table["profile"] == profile]
    if rows.empty:
        known = ", ".join(table["profile"].drop_duplicates())
        raise LookupError(f"no load profile {profile!r}; there are: {known}")
    cube = np.full((len(_WEEKDAYS), len(_class_columns()), HOURS_PER_DAY), np.nan)
    for weekdays, block in rows.groupby("weekdays", sort=False):
        factors = block.sort_values("hour", key=lambda hour: hour.astype(int))[_class_columns()]
        cube[[int(number) - 1 for number in str(weekdays)]] = factors.to_numpy(dtype=float).T
    return cube


def _class_columns() -> list[str]:
    """Columns of the temperature classes, coldest first."""
    return [name for name in load_table("profile_hours").columns if name.startswith("class_")]


def _rule(parameter: str) -> float:
    """Figure of the method."""
    return assumption("heat_profiles", "bdew", parameter).value
