"""
Where the heat of the servers goes hour by hour, and what the own plant saves when heat is taken.

Heat of the servers is taken by a heat network or rejected by the data centre's own plant; the two
add up by construction. Taken heat saves the electricity that the own plant would have used in that
hour: much where a chiller would run, little where outdoor air does the job. That credit, and the
water with it, is a result of its own and is never netted into COP, PUE or emissions. How the own
plant cools, and how large it is, is in `cooling_plant`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..errors import PhysicsRangeError
from .cooling_plant import PlantHours, plant_figure
from .water_use import avoided_water_m3

KWH_PER_MWH = 1000.0
ROUNDING = 1e-9  # relative; heat taken may exceed the heat captured by its last digit


class HeatBalance(NamedTuple):
    """
    Heat of the servers hour by hour, and electricity of the own plant [kW].

    ``server_kw = taken_kw + rejected_kw`` and ``rejected_kw = free_kw + mechanical_kw``.
    """

    server_kw: Numeric
    taken_kw: Numeric
    rejected_kw: Numeric
    free_kw: Numeric
    mechanical_kw: Numeric
    chiller_electricity_kw: Numeric
    fan_electricity_kw: Numeric


class CoolingCredit(NamedTuple):
    """What the own plant saves in a year because heat is taken; shown apart, never netted."""

    chiller_electricity_mwh: Numeric
    fan_electricity_mwh: Numeric
    electricity_mwh: Numeric
    water_m3: Numeric


def heat_balance(
    server_kw: Numeric, taken_kw: Numeric, plant: PlantHours, *, capture_share: Numeric
) -> HeatBalance:
    """
    Where the heat of the servers goes in every hour, and what the own plant uses for it [kW].

    Parameters
    ----------
    server_kw
        Heat of the servers [kW].
    taken_kw
        Heat taken by the heat network or its heat pump [kW].
    plant
        Hours of the own plant, see `cooling_plant_hours`.
    capture_share
        Share of the servers' heat that reaches the water [-], 0–1; no more than that can be taken.

    Returns
    -------
    balance
        Parts that add up to the heat of the servers, and electricity; shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a heat is negative, or more is taken than captured in any hour.

    Notes
    -----
    Heat pump and own plant stand side by side: each gets its part of the warm water and cools it
    to what the hall needs, so electricity goes with heat rejected. While heat is taken, fans and
    pumps of the own plant stand by and keep a share of their electricity (``standby_share``).

    Examples
    --------
    >>> from heatreach.thermo import cooling_plant_hours
    >>> hours = cooling_plant_hours(20.0, source_degc=30.0, source_return_degc=22.0)
    >>> balance = heat_balance(1000.0, 600.0, hours, capture_share=0.85)
    >>> balance.rejected_kw, balance.free_kw, balance.mechanical_kw
    (400.0, 200.0, 200.0)
    """
    servers, taken = _heat(server_kw, "heat of servers"), _heat(taken_kw, "heat taken")
    caught = refuse_outside(
        capture_share, 0.0, 1.0, what="capture share", unit="of 1", advice="give a share"
    )
    # A constant load in hours of changing weather is a load in each of those hours.
    servers, taken, caught, _ = np.broadcast_arrays(servers, taken, caught, plant.free_share)
    excess = taken - caught * servers * (1.0 + ROUNDING)
    if np.any(excess > 0.0):
        raise PhysicsRangeError(
            f"heat taken exceeds the heat captured by up to {np.max(excess):g} kW in "
            f"{int((excess > 0.0).sum())} hours; take no more than capture share times server heat"
        )
    rejected = np.maximum(servers - taken, 0.0)
    free = rejected * as_array(plant.free_share)
    stays = plant_figure("standby_share")
    chiller = rejected * as_array(plant.chiller_per_heat)
    fans = (rejected + stays * (servers - rejected)) * as_array(plant.fan_per_heat)
    parts = (servers, servers - rejected, rejected, free, rejected - free, chiller, fans)
    return HeatBalance(*(like_input(as_array(x)) for x in parts))


def cooling_credit(
    balance: HeatBalance, plant: PlantHours, *, evaporative_share: Numeric = 0.0
) -> CoolingCredit:
    """
    Electricity and water that the own plant saves in a year because heat is taken.

    Parameters
    ----------
    balance
        Hourly balance with heat taken, the last axis being hours.
    plant
        The hours it was made with.
    evaporative_share
        Share of rejected heat that the own plant evaporates water for [-], 0–1, one value per row
        of hours; zero, a dry plant, unless stated.

    Returns
    -------
    credit
        Sums over the hours [MWh], [m³]; to be shown beside the results, not inside them.

    Raises
    ------
    PhysicsRangeError
        If the evaporative share is outside 0–1.

    Notes
    -----
    Electricity of the plant with nothing taken less that with heat taken, in the same hours. A
    chiller saves only in hours in which it would have run. Evaporative plants are colder than the
    dry one of this model and save less electricity; with a share above 0 the credit is kind.

    Examples
    --------
    >>> from heatreach.thermo import cooling_plant_hours
    >>> hours = cooling_plant_hours(
    ...     np.array([0.0, 30.0]), source_degc=30.0, source_return_degc=22.0
    ... )
    >>> taken = heat_balance(np.full(2, 1e3), np.full(2, 8e2), hours, capture_share=0.8)
    >>> credit = cooling_credit(taken, hours)
    >>> round(credit.chiller_electricity_mwh, 3), credit.water_m3
    (0.147, 0.0)
    """
    alone = heat_balance(
        balance.server_kw, np.zeros_like(as_array(balance.server_kw)), plant, capture_share=1.0
    )
    chiller = _saved_mwh(alone.chiller_electricity_kw, balance.chiller_electricity_kw)
    fans = _saved_mwh(alone.fan_electricity_kw, balance.fan_electricity_kw)
    heat = _saved_mwh(alone.rejected_kw, balance.rejected_kw)
    water = avoided_water_m3(heat, evaporative_share=evaporative_share, chiller_mwh=chiller)
    both = as_array(chiller) + as_array(fans)
    return CoolingCredit(chiller, fans, like_input(both), water)


def _saved_mwh(alone_kw: Numeric, now_kw: Numeric) -> Numeric:
    """Energy of a year of hours less than without heat taken."""
    less = np.maximum(as_array(alone_kw) - as_array(now_kw), 0.0)
    return like_input(as_array(np.atleast_1d(less).sum(axis=-1) / KWH_PER_MWH))


def _heat(values: Numeric, what: str) -> npt.NDArray[np.float64]:
    """Heat flows, refused if negative."""
    return refuse_outside(values, 0.0, np.inf, what=what, unit="kW", advice="give 0 or more")
