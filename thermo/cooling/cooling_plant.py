"""
The data centre's own cooling plant: free cooling, chiller, and its size with a unit to spare.

Servers are never cooled at the mercy of a heat network: the own plant is sized for all their heat
with one unit out. Where the heat goes hour by hour, and what the own plant saves when heat is
taken, is in `cooling_balance`.

Model: a dry plant. A dry cooler cools the water as far as the outdoor air allows, a chiller in
series does the rest at a constant share of Carnot between its saturation temperatures. Figures are
guesses with ranges (``own_plant`` in ``data/data_centres.csv``). Wet bulb and part load of chillers
are not modelled; water of evaporative sites is, through their share, in `water_use`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..errors import PhysicsRangeError
from ..modules import modules_needed

KELVIN_AT_0_DEGC = 273.15


class OwnPlant(NamedTuple):
    """Units of the own plant, their sum, and what is left with one out [kW]."""

    units: Numeric
    installed_kw: Numeric
    firm_kw: Numeric


class PlantHours(NamedTuple):
    """Hour by hour: share of heat cooled freely, chiller COP, electricity per heat rejected [-]."""

    free_share: Numeric
    chiller_cop: Numeric
    chiller_per_heat: Numeric
    fan_per_heat: Numeric


def own_plant(peak_heat_kw: Numeric, unit_kw: Numeric, *, spare_units: int = 1) -> OwnPlant:
    """
    Own cooling plant for all heat of the servers, with units to spare.

    Parameters
    ----------
    peak_heat_kw
        Largest heat of the servers [kW], that of the installed load rather than of the mean.
    unit_kw
        Cooling of one unit [kW].
    spare_units
        Units beyond the need; 1 is N+1.

    Returns
    -------
    plant
        Units [-], cooling installed, and firm cooling with one unit out [kW].

    Raises
    ------
    PhysicsRangeError
        If a heat or number is negative or a unit has no output.

    Notes
    -----
    Heat taken by a network is not deducted: it may stop at any hour.

    Examples
    --------
    >>> own_plant(1800.0, 500.0)
    OwnPlant(units=5.0, installed_kw=2500.0, firm_kw=2000.0)
    """
    units = as_array(modules_needed(peak_heat_kw, unit_kw, spare_units))
    installed = units * as_array(unit_kw)
    firm = np.maximum(units - 1.0, 0.0) * as_array(unit_kw)
    return OwnPlant(*(like_input(as_array(x)) for x in (units, installed, firm)))


def cooling_shortfall_kw(server_kw: Numeric, firm_kw: Numeric) -> Numeric:
    """
    Heat of the servers that the own plant could not reject with no heat taken at all [kW].

    Parameters
    ----------
    server_kw
        Heat of the servers [kW], for example one value per hour.
    firm_kw
        Cooling of the own plant with one unit out [kW], see `own_plant`.

    Returns
    -------
    shortfall_kw
        0 in every hour of a data centre that does not depend on the heat network.

    Raises
    ------
    PhysicsRangeError
        If a value is negative.

    Examples
    --------
    >>> cooling_shortfall_kw(1800.0, own_plant(1800.0, 500.0).firm_kw)
    0.0
    """
    heat, firm = _heat(server_kw, "heat of servers"), _heat(firm_kw, "firm cooling")
    return like_input(as_array(np.maximum(heat - firm, 0.0)))


def takeable_share(
    source_degc: Numeric, source_return_degc: Numeric, heat_pump_out_degc: Numeric
) -> Numeric:
    """
    Share of captured heat that a heat pump can take, by the temperature of the water it returns.

    Parameters
    ----------
    source_degc, source_return_degc
        Water from the hall, and as cold as the hall needs it back [°C].
    heat_pump_out_degc
        Water as the heat pump returns it [°C].

    Returns
    -------
    share
        Share of the captured heat [-], shaped like the inputs. The own plant trims the rest.

    Raises
    ------
    PhysicsRangeError
        If the hall's water is not warmed.

    Notes
    -----
    Returned too warm: ``(source - out) / (source - return)``, all flow passes the heat pump and the
    own plant cools it further, from ``heat_pump_out_degc`` on (give that to `cooling_plant_hours`
    as the warm end). Returned colder than needed: all of the heat with less flow, and no more, for
    the servers make no more; the evaporator only works at a lower temperature than it had to.

    Examples
    --------
    >>> takeable_share(30.0, 22.0, 24.0), takeable_share(30.0, 22.0, 15.0)
    (0.75, 1.0)
    """
    warm, cold = as_array(source_degc), as_array(source_return_degc)
    _refuse_no_span(warm, cold)
    return like_input(
        as_array(np.clip((warm - as_array(heat_pump_out_degc)) / (warm - cold), 0.0, 1.0))
    )


def cooling_plant_hours(
    outdoor_degc: Numeric, *, source_degc: Numeric, source_return_degc: Numeric
) -> PlantHours:
    """
    How the own plant cools at each outdoor temperature.

    Parameters
    ----------
    outdoor_degc
        Outdoor air [°C], for example one value per hour.
    source_degc, source_return_degc
        Water from the hall, and as cold as the hall needs it back [°C].

    Returns
    -------
    plant
        Share of heat cooled freely [-], COP of the chiller [-], electricity of the chiller, and of
        fans and pumps, per heat rejected [-]; shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If the hall's water is not warmed.

    Notes
    -----
    Free share: ``(source - (outdoor + approach)) / (source - return)`` within 0–1, so that the
    chiller is off where outdoor air plus approach is at or below the water return. Chiller:
    ``COP = g T_evap / (T_cond - T_evap)`` with ``T_evap = return - approach``, ``T_cond = outdoor +
    approach`` and a least lift. Electricity of fans and pumps goes with heat given to the outside,
    chiller work included.

    Examples
    --------
    >>> plant = cooling_plant_hours(
    ...     np.array([10.0, 20.0, 30.0]), source_degc=30.0, source_return_degc=22.0
    ... )
    >>> plant.free_share
    array([1. , 0.5, 0. ])
    """
    air, warm, cold = (as_array(t) for t in (outdoor_degc, source_degc, source_return_degc))
    _refuse_no_span(warm, cold)
    reached = air + plant_figure("free_cooling_approach_k")
    free = np.clip((warm - reached) / (warm - cold), 0.0, 1.0)
    evaporating = cold - plant_figure("evaporator_approach_k")
    lift = np.maximum(
        air + plant_figure("condenser_approach_k") - evaporating, plant_figure("min_lift_k")
    )
    cop = plant_figure("carnot_share") * (evaporating + KELVIN_AT_0_DEGC) / lift
    chiller = (1.0 - free) / cop
    fans = plant_figure("fan_share") * (1.0 + chiller)
    return PlantHours(*(like_input(as_array(x)) for x in (free, cop, chiller, fans)))


def free_cooling_hours_share(plant: PlantHours) -> Numeric:
    """
    Share of hours in which the own plant needs no chiller [-].

    Parameters
    ----------
    plant
        Hours of the own plant, the last axis being time.

    Returns
    -------
    share
        One value per row of hours, 0–1.

    Examples
    --------
    >>> hours = cooling_plant_hours(
    ...     np.array([0.0, 10.0, 20.0, 30.0]), source_degc=30.0, source_return_degc=22.0
    ... )
    >>> free_cooling_hours_share(hours)
    0.5
    """
    return like_input(as_array(np.mean(as_array(plant.free_share) >= 1.0, axis=-1)))


def plant_figure(parameter: str) -> float:
    """
    One figure of the own plant.

    Parameters
    ----------
    parameter
        Parameter of ``own_plant`` in ``data/data_centres.csv``.

    Returns
    -------
    value
        In the unit at the end of its name.

    Examples
    --------
    >>> plant_figure("free_cooling_approach_k")
    6.0
    """
    return assumption("data_centres", "own_plant", parameter).value


def _heat(values: Numeric, what: str) -> npt.NDArray[np.float64]:
    """Heat flows, refused if negative."""
    return refuse_outside(values, 0.0, np.inf, what=what, unit="kW", advice="give 0 or more")


def _refuse_no_span(warm: npt.NDArray[np.float64], cold: npt.NDArray[np.float64]) -> None:
    """Refuse water that leaves the hall no warmer than it came."""
    span = warm - cold
    if np.any(span <= 0.0):
        raise PhysicsRangeError(
            f"water leaves the hall {np.min(span):g} K warmer than it came; source_degc must be "
            "above source_return_degc"
        )
