"""
Hour by hour through the year: which share of a consumer's heat falls on which hour.

Room heat and hot water have shapes of their own, which depend on the use of the building and on
the outdoor temperature, and are mixed by the share of hot water. Annual heat times the shape is
the hourly load. How much heat a consumer takes in a year is known elsewhere (siting); outdoor
temperatures come from `climate_year` or a weather file.

Source: `bdew` for buildings; swimming halls by degree hours, with figures of
``data/heat_profiles.csv``; ``data/profile_types.csv`` says which use has which shape. Peaks are
those of many buildings of one kind, whose hours even out; the peak for sizing one building's pipe
is a figure of its own (see `peak`). No holidays, no summer time, no process heat. In July the
profiles keep a little room heat (about 6 % of a day of frost at 19 °C), which flatters a source
that runs all year; a lower heating threshold takes it away.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption, load_table

from .arrays import Numeric, as_array, refuse_outside
from .demand.bdew import room_heat_shape, tap_hours
from .demand.climate_year import DAYS, HOURS, HOURS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]

_FALLBACK = "other"


def heat_shape(
    use: str,
    outdoor_degc: Floats,
    *,
    hot_water_share: float,
    heating_threshold_degc: float | None = None,
) -> Floats:
    """
    Share of a year's heat that falls on each hour [-].

    Parameters
    ----------
    use
        Use of the building as in ``data/demand_benchmarks.csv``; a blank or unknown use counts as
        ``"other"``.
    outdoor_degc
        Hourly outdoor temperature [°C], shape (8760,).
    hot_water_share
        Share of hot water in the year's heat [-], 0–1.
    heating_threshold_degc
        Daily mean above which buildings are not heated there [°C]; by default that of Germany.

    Returns
    -------
    shape
        Shape (8760,), sum 1, from 1 January 00:00, which is a Monday.

    Raises
    ------
    PhysicsRangeError
        If a temperature or the share is out of range.
    ValueError
        If there are not 8760 temperatures.

    Notes
    -----
    ``(1 - w) room + w water``. A threshold other than that of Germany shifts the temperature that
    the profiles see by the difference, as in When2Heat.

    Examples
    --------
    >>> from heatreach.thermo.demand.climate_year import climate_year
    >>> shape = heat_shape("flats", climate_year("DE"), hot_water_share=0.25)
    >>> round(float(shape.sum()), 9), round(1.0 / float(shape.max()), -2)
    (1.0, 2900.0)
    """
    shapes = heat_shapes(
        [use], outdoor_degc, hot_water_share, heating_threshold_degc=heating_threshold_degc
    )
    return as_array(shapes[0])


def heat_shapes(
    uses: Sequence[str],
    outdoor_degc: Floats,
    hot_water_shares: Numeric,
    *,
    heating_threshold_degc: float | None = None,
) -> Floats:
    """
    Shares of a year's heat that fall on each hour, one row per consumer [-].

    Parameters
    ----------
    uses
        Use of each building. Thousands of consumers need not be given one by one: a row takes
        70 kB, and all of one use and one share of hot water have the same.
    outdoor_degc
        Hourly outdoor temperature [°C], shape (8760,).
    hot_water_shares
        Share of hot water in the year's heat [-], 0–1: one figure, or one per use.
    heating_threshold_degc
        As for `heat_shape`.

    Returns
    -------
    shapes
        Shape (n, 8760); each row sums to 1.

    Raises
    ------
    PhysicsRangeError
        If a temperature or a share is out of range.
    ValueError
        If there are not 8760 temperatures, or shares and uses differ in number.

    Notes
    -----
    See `heat_shape`. Room heat and hot water are worked out once per kind, not per row.

    Examples
    --------
    >>> shapes = heat_shapes(["home", "office"], np.full(8760, 5.0), np.array([0.2, 0.1]))
    >>> shapes.shape
    (2, 8760)
    """
    outdoor = _checked_year(outdoor_degc)
    felt = outdoor - _shift_k(heating_threshold_degc)
    share = refuse_outside(
        hot_water_shares,
        0.0,
        1.0,
        what="hot water share",
        unit="of 1",
        advice="give a share, not percent",
    )
    if share.ndim and share.shape != (len(uses),):
        raise ValueError(f"{share.size} hot water shares for {len(uses)} uses; give one per use")
    rooms = {word for use in uses for word in _kinds(use)[0]}
    taps = {word for use in uses for word in _kinds(use)[1]}
    room = {word: _room(word, outdoor, felt) for word in rooms}
    season = _water_season(outdoor)
    water = {word: _water(word, season) for word in taps}
    shapes = np.empty((len(uses), HOURS))
    for row, (use, hot) in enumerate(zip(uses, np.broadcast_to(share, len(uses)), strict=True)):
        room_words, tap_words = _kinds(use)
        shapes[row] = (1.0 - hot) * np.mean([room[word] for word in room_words], axis=0)
        shapes[row] += hot * np.mean([water[word] for word in tap_words], axis=0)
    return shapes


def _checked_year(outdoor_degc: Floats) -> Floats:
    """Outdoor temperatures of a whole year within what occurs on earth."""
    outdoor = refuse_outside(
        outdoor_degc,
        assumption("climate", "limits", "outdoor_min_degc").value,
        assumption("climate", "limits", "outdoor_max_degc").value,
        what="outdoor temperature",
        unit="degC",
        advice="check the weather data, or whether they are in another unit",
    )
    if outdoor.shape != (HOURS,) or not np.isfinite(outdoor).all():
        blank = int(np.isnan(outdoor).sum())
        raise ValueError(
            f"outdoor temperatures of shape {outdoor.shape} with {blank} blank; give {HOURS} "
            "hourly values of one year, 29 February left out"
        )
    return outdoor


def _shift_k(heating_threshold_degc: float | None) -> float:
    """By how much warmer buildings feel it than in Germany [K]."""
    if heating_threshold_degc is None:
        return 0.0
    return heating_threshold_degc - assumption("heat_profiles", "bdew", "threshold_degc").value


@cache
def _kinds(use: str) -> tuple[list[str], list[str]]:
    """Profiles of room heat and of hot water that stand for a use in equal parts."""
    table = load_table("profile_types").set_index("use")
    row = table.loc[use if use in table.index else _FALLBACK]
    return str(row["space"]).split("+"), str(row["water"]).split("+")


def _room(word: str, outdoor_degc: Floats, felt_degc: Floats) -> Floats:
    """Shape of room heat by the word of the rule table."""
    return _hall(outdoor_degc) if word == "pool" else room_heat_shape(word, felt_degc)


def _hall(outdoor_degc: Floats) -> Floats:
    """Shape of a swimming hall: an even part and degree hours, fewer while it is closed."""
    hour = np.tile(np.arange(HOURS_PER_DAY), DAYS)
    is_open = (hour >= _pool("opening_hour")) & (hour < _pool("closing_hour"))
    degree_hours = np.maximum(_pool("hall_degc") - outdoor_degc, 0.0)
    degree_hours = degree_hours * np.where(is_open, 1.0, _pool("closed_share"))
    total = degree_hours.sum()
    even = _pool("even_share") if total > 0.0 else 1.0
    weather = degree_hours / total if total > 0.0 else degree_hours
    return as_array(even / HOURS + (1.0 - even) * weather)


def _pool(parameter: str) -> float:
    """Figure of swimming halls."""
    return assumption("heat_profiles", "pool", parameter).value


def _water(word: str, season: Floats) -> Floats:
    """Shape of hot water by the word of the rule table."""
    if word == "even":
        return np.full(HOURS, 1.0 / HOURS)
    drawn = tap_hours(word) * season
    return as_array(drawn / drawn.sum())


def _water_season(outdoor_degc: Floats) -> Floats:
    """
    Heat per litre of hot water through the year, relative to its mean.

    The mains water follows the yearly wave of the air, weaker and later.
    """

    def rule(parameter: str) -> float:
        return assumption("heat_profiles", "hot_water", parameter).value

    turn = np.exp(-2j * np.pi * np.arange(HOURS) / HOURS)
    wave = 2.0 * np.mean(outdoor_degc * turn)
    later = np.exp(-2j * np.pi * rule("mains_lag_share"))
    swing = rule("mains_swing_share") * np.real(wave * later * np.conj(turn))
    lift = np.maximum(rule("tap_degc") - outdoor_degc.mean(), 1.0)
    return as_array(np.maximum(1.0 - swing / lift, 0.0))
