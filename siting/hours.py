"""
The hours of a study: outdoor temperature, and the shapes of loads and sources.

Weather is a file of the user, or a typical year made of the country's climate normals. A load keeps
the shape of its use, that of many buildings of one kind; only where an owner gave the peak does the
shape follow it. An estimated peak sizes pipes and may differ from the highest hour of the shape
either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption
from heatreach.thermo import (
    HOURS_PER_YEAR,
    climate_year,
    heat_shapes,
    it_load_shape,
    shape_with_full_load_hours,
)

from .sites import GIVEN

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from .inputs import Inputs
    from .scenario import Scenario

BUILT_IN = "typical year made of climate normals"
FED_IN = "what the data centre can feed in"
"""Source of a peak to which the shape of an existing heat network's load is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """
    What holds in every hour of a study.

    Attributes
    ----------
    outdoor_degc
        Outdoor temperature [°C], shape (8760,).
    weather
        Where it comes from.
    heating_threshold_degc
        Daily mean above which buildings of the country are not heated [°C].
    load_profile
        Kind of data centre whose load moves like this.
    """

    outdoor_degc: npt.NDArray[np.float64]
    weather: str
    heating_threshold_degc: float
    load_profile: str


def study_hours(inputs: Inputs, scenario: Scenario) -> Hours:
    """
    Hours of a study.

    Parameters
    ----------
    inputs
        The study's inputs, with the weather if one was read.
    scenario
        Load profile of the data centres.

    Returns
    -------
    hours
        Of the weather given, else of the country's typical year.
    """
    given = inputs.weather
    threshold = assumption("climate", "normals", "heating_threshold_degc", inputs.country)
    return Hours(
        outdoor_degc=climate_year(inputs.country) if given is None else given.degc,
        weather=BUILT_IN if given is None else given.source,
        heating_threshold_degc=threshold.value,
        load_profile=scenario.source.load_profile,
    )


def load_shapes(
    load: pd.DataFrame, hours: Hours
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """
    Hourly shapes of loads, each different one once.

    Parameters
    ----------
    load
        ``use``, ``hot_water_share``, ``heat_mwh``, ``peak_kw`` and ``peak_source``, one row per
        load.
    hours
        Hours of the study.

    Returns
    -------
    shapes
        Share of a year's heat in each hour, shape (K, 8760).
    shape_of
        Row of ``shapes`` of each load.
    """
    kinds = load[["use", "hot_water_share"]].assign(
        use=load["use"].fillna(""), hours=_given_hours(load)
    )
    different = kinds.drop_duplicates().sort_values(["use", "hot_water_share", "hours"])
    different = different.reset_index(drop=True)
    shapes = heat_shapes(
        different["use"].tolist(),
        hours.outdoor_degc,
        different["hot_water_share"].to_numpy(),
        heating_threshold_degc=hours.heating_threshold_degc,
    )
    wanted = different["hours"].to_numpy()
    for row in np.flatnonzero(wanted > 0.0):
        shapes[row] = _with_hours(shapes[row], float(wanted[row]))
    columns = list(different)
    number = kinds.merge(different.assign(row=np.arange(len(different))), on=columns, how="left")
    return shapes, number["row"].to_numpy(dtype=np.intp)


def _given_hours(load: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Whole full-load hours of loads whose peak was given; 0 where it is an estimate."""
    hours = load["heat_mwh"].to_numpy() * 1e3 / load["peak_kw"].to_numpy()
    given = load["peak_source"].isin((GIVEN, FED_IN)).to_numpy()
    return np.where(given, np.clip(np.round(hours), 1.0, HOURS_PER_YEAR), 0.0)


def _with_hours(shape: npt.NDArray[np.float64], wanted: float) -> npt.NDArray[np.float64]:
    """Shape with the full-load hours given, as far as a shape with these hours of heat can."""
    most = float((shape > 0.0).sum())
    least = float((shape == shape.max()).sum())
    return shape_with_full_load_hours(shape, min(max(wanted, least), most))


def mixed_shape(loads: pd.DataFrame, hours: Hours) -> npt.NDArray[np.float64]:
    """
    Shape of several loads together [share of their heat in each hour].

    Parameters
    ----------
    loads
        As for `load_shapes`.
    hours
        Hours of the study.

    Returns
    -------
    shape
        Shape (8760,), sum 1.
    """
    shapes, shape_of = load_shapes(loads, hours)
    heat = np.bincount(shape_of, weights=loads["heat_mwh"].to_numpy(), minlength=len(shapes))
    return np.asarray(heat @ shapes / heat.sum())


def source_shapes(
    utilisation: npt.NDArray[np.float64], hours: Hours
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """
    Hourly shapes of the servers' heat.

    Parameters
    ----------
    utilisation
        Mean load of each data centre over its full load.
    hours
        Hours of the study.

    Returns
    -------
    shapes
        Heat per mean heat in each hour, shape (K, 8760); no hour exceeds what is installed.
    shape_of
        Row of ``shapes`` of each value.
    """
    different, shape_of = np.unique(utilisation, return_inverse=True)
    shapes = [it_load_shape(hours.load_profile, utilisation=float(u)) for u in different]
    return np.stack(shapes), shape_of.ravel()
