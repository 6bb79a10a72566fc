"""
A year of hourly outdoor temperatures made from the climate normals of a country.

For screening where no weather file is given: a season, a daily swing and cold and warm spells that
are the same on every run. The mean of the year and the design temperature are met exactly; the
heating degree days as nearly as a plausible season allows, since the three normals come from
different sources. Weather files are read in `heatreach.siting.reading.weather`; what buildings
make of the temperature is in `profiles`.

Source: the form (annual and daily harmonic plus an autocorrelated remainder) is that of textbook
weather generators; its shape figures are the rows ``weather`` of ``data/climate.csv``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption

from ..arrays import as_array
from .load_duration import HOURS_PER_YEAR

Floats = npt.NDArray[np.float64]

HOURS_PER_DAY = 24
HOURS = int(HOURS_PER_YEAR)
DAYS = HOURS // HOURS_PER_DAY
_STEPS = 40
# Bracket of the spells' strength [K]; no place on earth comes near its upper end.
_STRONGEST_SPELLS_K = 100.0


@cache
def climate_year(region: str = "") -> Floats:
    """
    Hourly outdoor temperature of a made-up typical year [°C].

    Parameters
    ----------
    region
        ISO 3166-1 alpha-2 code of the country; one without normals gets those of mild temperate
        Europe.

    Returns
    -------
    outdoor_degc
        Shape (8760,), from 1 January 00:00 local standard time, of the northern hemisphere; not to
        be written to.

    Notes
    -----
    ``T = mean + A season + day + s spells``: a cosine over the year, a cosine over the day that is
    wider in summer, and a fixed sum of cosines whose spectrum is that of weather with a memory of
    some days, stronger in winter, its coldest spell in the coldest week. All parts but the mean
    sum to nothing. ``s`` is solved so that the design temperature of ``data/climate.csv`` is
    undercut in 0.4 % of the hours, ``A`` within its range so that the degree days come nearest.
    Against the table the degree days are off by up to 8 %, where the normals contradict each
    other (a test states each country). Spells, minima and their order are not a forecast: use a
    weather file for a design.

    Examples
    --------
    >>> outdoor = climate_year("DE")
    >>> outdoor.shape, round(float(outdoor.mean()), 3)
    ((8760,), 9.7)
    """
    figure = assumption("climate", "normals", "season_amplitude_k", region)
    wanted = assumption("climate", "normals", "heating_degree_days_k_day", region).value
    low, high = figure.low, figure.high
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if heating_degree_days(_year(region, middle)) < wanted:
            low = middle
        else:
            high = middle
    tries = [_year(region, swing) for swing in (figure.low, figure.high, low, high)]
    year = min(tries, key=lambda degc: abs(heating_degree_days(degc) - wanted))
    year.setflags(write=False)
    return year


def daily_means(hourly: Floats) -> Floats:
    """
    Mean of each day of a year of hours.

    Parameters
    ----------
    hourly
        Hourly values, shape (8760,).

    Returns
    -------
    means
        Shape (365,), in the unit of the values.

    Examples
    --------
    >>> daily_means(np.arange(8760.0))[:2]
    array([11.5, 35.5])
    """
    return as_array(as_array(hourly).reshape(DAYS, HOURS_PER_DAY).mean(axis=1))


def heating_degree_days(outdoor_degc: Floats) -> float:
    """
    Heating degree days of a year on the Eurostat definition [K·day].

    Parameters
    ----------
    outdoor_degc
        Hourly outdoor temperature [°C], shape (8760,).

    Returns
    -------
    degree_days
        Sum of 18 °C minus the daily mean over the days with a mean of at most 15 °C.

    Examples
    --------
    >>> heating_degree_days(np.full(8760, 8.0))
    3650.0
    """
    means = daily_means(outdoor_degc)
    cold = means <= assumption("climate", "degree_days", "limit_degc").value
    base = assumption("climate", "degree_days", "base_degc").value
    return float((base - means)[cold].sum())


def _year(region: str, swing_k: float) -> Floats:
    """Year with a given swing of the season that meets mean and design temperature."""
    mean = assumption("climate", "normals", "mean_air_degc", region).value
    design = assumption("climate", "normals", "design_air_degc", region).value
    season, day, spells = _parts()
    calm = mean + swing_k * season + day
    colder = int(_weather("design_cold_share") * HOURS)
    low, high = 0.0, _STRONGEST_SPELLS_K
    for _ in range(_STEPS):
        strength = (low + high) / 2.0
        if np.partition(calm + strength * spells, colder)[colder] > design:
            low = strength
        else:
            high = strength
    return as_array(calm + low * spells)


@cache
def _parts() -> tuple[Floats, Floats, Floats]:
    """Season of amplitude 1, daily swing [K] and spells of standard deviation near 1."""
    hour = np.arange(HOURS) + 0.5
    # Days count from 1, hours from 0.
    coldest = (_weather("coldest_day") - 0.5) * HOURS_PER_DAY
    winter = np.cos(2.0 * np.pi * (hour - coldest) / HOURS)
    phase = 2.0 * np.pi * (hour - 0.5 - _weather("coldest_hour")) / HOURS_PER_DAY
    day = -_weather("daily_amplitude_k") * np.cos(phase)
    day *= 1.0 - _weather("daily_season_share") * winter
    spells = _spells(int(coldest)) * (1.0 + _weather("spell_season_share") * winter)
    return -winter, as_array(day), as_array(spells)


def _spells(coldest_hour: int) -> Floats:
    """Cold and warm spells over the year with the coldest week around a given hour."""
    cycles = np.arange(_weather("slowest_cycles"), _weather("fastest_cycles") + 1.0)
    weight = 1.0 / np.hypot(1.0, cycles / _weather("memory_cycles"))
    # Multiples of the golden ratio spread phases evenly; squares keep them from lining up.
    phase = 2.0 * np.pi * ((cycles**2 * (np.sqrt(5.0) - 1.0) / 2.0) % 1.0)
    angle = 2.0 * np.pi * np.outer(cycles, np.arange(HOURS) / HOURS) + phase[:, None]
    series = weight @ np.cos(angle)
    week = np.exp(2j * np.pi * np.arange(HOURS) / HOURS)
    around = np.abs(np.angle(week)) * HOURS <= np.pi * 7 * HOURS_PER_DAY
    weekly = np.fft.irfft(np.fft.rfft(series) * np.fft.rfft(around.astype(float)), HOURS)
    moved = np.roll(series, coldest_hour - int(np.argmin(weekly)))
    return as_array(moved / moved.std())


def _weather(parameter: str) -> float:
    """Figure of the shape of made-up weather."""
    return assumption("climate", "weather", parameter).value
