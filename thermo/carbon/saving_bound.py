"""
The most that reused heat can avoid, and the refusal of claims beyond it.

Heat that takes the place of a boiler cannot avoid more than that boiler emits, even if it is made
with electricity without carbon by machines that emit nothing. No machine, climate or grid enters
the bound, so nothing can move it but a dirtier fuel or a worse boiler. What is avoided in earnest
is in `emissions`.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..demand.load_duration import HOURS_PER_YEAR
from ..errors import PhysicsRangeError

KWH_PER_MWH = 1e3


def largest_saving_t_co2e(
    heat_mwh: Numeric, fuel_kg_per_kwh: Numeric, boiler_efficiency: Numeric
) -> Numeric:
    """
    Most greenhouse gases that an amount of heat can avoid [t CO2e].

    Parameters
    ----------
    heat_mwh
        Heat delivered to the consumers [MWh]; the result holds for the same time.
    fuel_kg_per_kwh
        Emission factor of the fuel replaced [kg CO2e/kWh].
    boiler_efficiency
        Seasonal efficiency of the boiler replaced [-], on the same calorific value.

    Returns
    -------
    bound
        What the boiler emits for that heat [t CO2e], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If an amount is negative or the efficiency is not positive.

    Notes
    -----
    ``bound = Q EF_fuel / eta``: the net saving with electricity, pumping, backup and leakage at
    zero.

    Examples
    --------
    >>> round(largest_saving_t_co2e(8760.0, 0.183, 0.85), 1)
    1886.0
    """
    advice = "check the unit and the sign"
    heat = refuse_outside(heat_mwh, 0.0, np.inf, what="heat", unit="MWh", advice=advice)
    fuel = refuse_outside(
        fuel_kg_per_kwh, 0.0, np.inf, what="fuel factor", unit="kg/kWh", advice=advice
    )
    smallest = np.finfo(float).tiny
    efficiency = refuse_outside(
        boiler_efficiency, smallest, np.inf, what="boiler efficiency", unit="[-]", advice=advice
    )
    return like_input(as_array(heat * fuel / efficiency))


def largest_possible_saving_t_co2e(
    heat_kw: Numeric,
    *,
    fuel_kg_per_kwh: Numeric,
    boiler_efficiency: Numeric,
    hours: Numeric = HOURS_PER_YEAR,
) -> Numeric:
    """
    Most greenhouse gases that a heat output can avoid in a year [t CO2e].

    Parameters
    ----------
    heat_kw
        Heat delivered while running [kW].
    fuel_kg_per_kwh, boiler_efficiency
        As for `largest_saving_t_co2e`.
    hours
        Full-load hours of the year [h]; by default all there are.

    Returns
    -------
    bound
        Saving that no machine of this output can pass [t CO2e per year].

    Raises
    ------
    PhysicsRangeError
        If an argument is out of range, or a year has more hours than there are.

    Examples
    --------
    >>> round(largest_possible_saving_t_co2e(1000, fuel_kg_per_kwh=0.183, boiler_efficiency=0.85))
    1886
    """
    advice = "a year has no more hours"
    run = refuse_outside(hours, 0.0, HOURS_PER_YEAR, what="hours", unit="h", advice=advice)
    heat_mwh = as_array(heat_kw) * run / KWH_PER_MWH
    return largest_saving_t_co2e(heat_mwh, fuel_kg_per_kwh, boiler_efficiency)


def refuse_beyond_bound(
    claimed_t_co2e: float,
    *,
    heat_kw: float,
    fuel_kg_per_kwh: float,
    boiler_efficiency: float,
    hours: float = HOURS_PER_YEAR,
) -> float:
    """
    Share of the bound that a claimed saving takes, or the refusal of the claim [-].

    Parameters
    ----------
    claimed_t_co2e
        Saving claimed per year [t CO2e].
    heat_kw, fuel_kg_per_kwh, boiler_efficiency, hours
        As for `largest_possible_saving_t_co2e`.

    Returns
    -------
    share
        Claim over bound [-], at most 1.

    Raises
    ------
    PhysicsRangeError
        If the claim is beyond the bound; the message shows the bound, how many times it is passed
        and after how many years the claim could be reached.

    Examples
    --------
    >>> gas = {"fuel_kg_per_kwh": 0.183, "boiler_efficiency": 0.85}
    >>> round(refuse_beyond_bound(1655.0, heat_kw=1000.0, **gas), 2)
    0.88
    """
    bound = float(
        largest_possible_saving_t_co2e(
            heat_kw,
            fuel_kg_per_kwh=fuel_kg_per_kwh,
            boiler_efficiency=boiler_efficiency,
            hours=hours,
        )
    )
    if claimed_t_co2e > bound:
        reach = "" if bound == 0.0 else f", {claimed_t_co2e / bound:.1f} times as much as possible"
        raise PhysicsRangeError(
            f"a saving of {claimed_t_co2e:,.0f} t CO2e a year is beyond physics{reach}:"
            f" {heat_kw:,.0f} kW of heat in {hours:,.0f} h displace a boiler that emits"
            f" {bound:,.0f} t ({fuel_kg_per_kwh:g} kg/kWh at an efficiency of"
            f" {boiler_efficiency:g}), even with electricity without carbon; check the unit, the"
            " power, and whether it is a total of many years"
        )
    return claimed_t_co2e / bound if bound > 0.0 else 0.0
