"""
Water that cooling by evaporation takes, what reused heat avoids of it, and its physical bound.

A tower carries heat away by the latent heat of water, and throws away some water so that salts do
not pile up. Nothing can be avoided where nothing evaporates: the share of heat that a site rejects
by evaporation is an input, zero unless stated. A claim above the bound, all heat and all chiller
work evaporated, is refused. Electricity of the cooling plant is in `cooling_plant`, WUE in
`metrics`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..errors import PhysicsRangeError
from ..water import density_kg_m3

JOULES_PER_KWH = 3.6e6
LITRES_PER_M3 = 1000.0
KELVIN_AT_0_DEGC = 273.15
ROUNDING = 1e-9  # relative; a claim at the bound is not refused for its last digit


def evaporation_l_per_kwh() -> float:
    """
    Water that evaporates to carry off a kilowatt-hour of heat [L/kWh].

    Returns
    -------
    water
        Litres as metered, per kWh of heat.

    Notes
    -----
    ``3.6 MJ / (latent heat · density)``, with the latent heat at the temperature of the tower and
    the density of make-up water (``evaporation`` in ``data/data_centres.csv``), both from IAPWS
    properties in CoolProp. All heat is taken as latent; in cool air part of it is sensible, so less
    water evaporates.

    Examples
    --------
    >>> round(evaporation_l_per_kwh(), 2)
    1.48
    """
    density = float(as_array(density_kg_m3(_figure("makeup_degc"))))
    kg_per_kwh = JOULES_PER_KWH / _latent_heat_j_kg(_figure("surface_degc"))
    return kg_per_kwh / density * LITRES_PER_M3


def makeup_l_per_kwh(cycles_of_concentration: Numeric | None = None) -> Numeric:
    """
    Make-up water of a cooling tower, evaporation and blowdown, per heat [L/kWh].

    Parameters
    ----------
    cycles_of_concentration
        Salt of the circulating water per salt of the make-up water [-], above 1; by default
        ``evaporation/cycles_of_concentration`` of ``data/data_centres.csv``.

    Returns
    -------
    water
        Litres per kWh of heat rejected, shaped like the input.

    Raises
    ------
    PhysicsRangeError
        If the cycles are not above 1.

    Notes
    -----
    Salt balance: ``blowdown = evaporation / (C - 1)``, so make-up is ``evaporation C / (C - 1)``.
    Drift is left out; eliminators keep it near a thousandth of the make-up.

    Examples
    --------
    >>> round(makeup_l_per_kwh(4.0), 2)
    1.98
    """
    if cycles_of_concentration is None:
        cycles_of_concentration = _figure("cycles_of_concentration")
    cycles = as_array(cycles_of_concentration)
    if not np.all(cycles > 1.0):
        raise PhysicsRangeError(
            f"cycles of concentration {np.min(cycles):g} must be above 1; common are 3 to 7"
        )
    return like_input(as_array(evaporation_l_per_kwh() * cycles / (cycles - 1.0)))


def avoided_water_m3(
    heat_mwh: Numeric,
    *,
    evaporative_share: Numeric = 0.0,
    chiller_mwh: Numeric = 0.0,
    cycles_of_concentration: Numeric | None = None,
) -> Numeric:
    """
    Water that a tower does not use because heat is taken elsewhere [m³].

    Parameters
    ----------
    heat_mwh
        Heat taken by a heat network instead of the own plant [MWh].
    evaporative_share
        Share of that heat that the own plant would have rejected by evaporation [-], 0–1. Zero, a
        dry plant, unless stated.
    chiller_mwh
        Chiller electricity avoided with it [MWh], rejected by the same tower.
    cycles_of_concentration
        As in `makeup_l_per_kwh`.

    Returns
    -------
    water_m3
        Shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If an energy is negative or the share is outside 0–1.

    Notes
    -----
    ``share (heat + chiller electricity) make-up``; a litre per kWh is a m³ per MWh.

    Examples
    --------
    >>> avoided_water_m3(1000.0)
    0.0
    >>> round(avoided_water_m3(1000.0, evaporative_share=0.5), -1)
    990.0
    """
    heat, work = _energy(heat_mwh, "heat taken"), _energy(chiller_mwh, "chiller electricity")
    wet = refuse_outside(
        evaporative_share,
        0.0,
        1.0,
        what="evaporative share",
        unit="of 1",
        advice="give a share, not percent",
    )
    makeup = as_array(makeup_l_per_kwh(cycles_of_concentration))
    return like_input(as_array(wet * (heat + work) * makeup))


def water_bound_m3(
    heat_mwh: Numeric,
    *,
    chiller_work_share: Numeric | None = None,
    cycles_of_concentration: Numeric | None = None,
) -> Numeric:
    """
    Most water that cooling can take: all heat and all chiller work evaporated [m³].

    Parameters
    ----------
    heat_mwh
        Heat to be cooled [MWh].
    chiller_work_share
        Chiller electricity per heat [-], 0–1; by default ``evaporation/chiller_work_share`` of
        ``data/data_centres.csv``.
    cycles_of_concentration
        As in `makeup_l_per_kwh`.

    Returns
    -------
    water_m3
        Shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If heat is negative, the share is outside 0–1, or cycles are not above 1.

    Notes
    -----
    ``heat (1 + work) evaporation C / (C - 1)``. It rests on stated cycles of concentration: a tower
    that throws more water away has a higher bound, and wastes it.

    Examples
    --------
    >>> round(water_bound_m3(8760.0, chiller_work_share=0.2, cycles_of_concentration=4.0), -3)
    21000.0
    """
    if chiller_work_share is None:
        chiller_work_share = _figure("chiller_work_share")
    advice = "give a share, not percent"
    work = refuse_outside(
        chiller_work_share, 0.0, 1.0, what="chiller work share", unit="of 1", advice=advice
    )
    heat = _energy(heat_mwh, "heat")
    makeup = as_array(makeup_l_per_kwh(cycles_of_concentration))
    return like_input(as_array(heat * (1.0 + work) * makeup))


def checked_water_m3(
    claim_m3: Numeric,
    heat_mwh: Numeric,
    *,
    chiller_work_share: Numeric | None = None,
    cycles_of_concentration: Numeric | None = None,
) -> Numeric:
    """
    A claimed use or saving of cooling water, if physics allows it [m³].

    Parameters
    ----------
    claim_m3
        Water said to be used or avoided [m³].
    heat_mwh
        Heat it is said to have cooled [MWh].
    chiller_work_share, cycles_of_concentration
        As in `water_bound_m3`.

    Returns
    -------
    water_m3
        The claim.

    Raises
    ------
    PhysicsRangeError
        If the claim is negative or above the bound; the message shows both per heat.

    Examples
    --------
    >>> checked_water_m3(3000.0, 8760.0)
    3000.0
    """
    claim = refuse_outside(
        claim_m3, 0.0, np.inf, what="water", unit="m³", advice="give m³, 0 or more"
    )
    heat = _energy(heat_mwh, "heat")
    bound = as_array(
        water_bound_m3(
            heat,
            chiller_work_share=chiller_work_share,
            cycles_of_concentration=cycles_of_concentration,
        )
    )
    claim, heat, bound = np.broadcast_arrays(claim, heat, bound)
    excess = claim - bound * (1.0 + ROUNDING)
    if np.any(excess > 0.0):
        worst = int(np.argmax(excess))
        said, limit, cooled = (float(x.ravel()[worst]) for x in (claim, bound, heat))
        per_heat = f" ({said / cooled:.2f} against {limit / cooled:.2f} L/kWh)" if cooled else ""
        raise PhysicsRangeError(
            f"water {said:g} m³ for {cooled:g} MWh of heat is above the bound {limit:.6g} m³"
            f"{per_heat}: all heat and chiller work evaporated, with blowdown; check the period, "
            "the unit, and what else uses water"
        )
    return like_input(as_array(claim))


@cache
def _latent_heat_j_kg(t_degc: float) -> float:
    """Latent heat of water [J/kg]."""
    # Importing CoolProp takes a second; only who needs water pays for it.
    from CoolProp.CoolProp import PropsSI

    kelvin = t_degc + KELVIN_AT_0_DEGC
    vapour, liquid = (PropsSI("H", "T", kelvin, "Q", q, "IF97::Water") for q in (1.0, 0.0))
    return float(vapour - liquid)


def _figure(parameter: str) -> float:
    """One figure of evaporation."""
    return assumption("data_centres", "evaporation", parameter).value


def _energy(values: Numeric, what: str) -> npt.NDArray[np.float64]:
    """Energies, refused if negative."""
    return refuse_outside(values, 0.0, np.inf, what=what, unit="MWh", advice="give 0 or more")
