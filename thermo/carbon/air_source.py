"""
Air-source heat pump as what heats a consumer otherwise: COP by the hour and over the year.

No cycle is solved here. The machine is the mean of some three thousand certified air-to-water heat
pumps, whose COP depends on the lift between outdoor air and heating water; defrosting and part load
are in its test points, standby, cycling and faults of installation are not. Large heat pumps on
water from servers are in `heat_pump`. Coefficients, range and heating curve are the rows
``air_source_*`` of ``data/technology_costs.csv``, where the catalogue's yearly COP stands too.

Source: European Heat Pump Keymark population dataset, Zenodo 20627397, all-climate model.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption

from ..arrays import Numeric, as_array, like_input, refuse_outside

Floats = npt.NDArray[np.float64]

TABLE = "technology_costs"
RESISTANCE_COP = 1.0
"""Heat over electricity of the heating rod that takes over beyond the machine's range."""


def air_source_cop(lift_k: Numeric, *, cold_climate: bool = False) -> Numeric:
    """
    COP of a typical air-to-water heat pump at a lift [-].

    Parameters
    ----------
    lift_k
        Heating water leaving the machine minus outdoor air [K].
    cold_climate
        Whether to take the coefficients of the points measured for cold climates instead.

    Returns
    -------
    cop
        Heat over electricity [-], shaped like the input.

    Raises
    ------
    PhysicsRangeError
        If a lift is outside the range of the test points (rows ``min_lift_k``, ``max_lift_k``).

    Notes
    -----
    ``COP = b2 + b0 ln(dT) + b1/sqrt(dT)``, fitted to 53,551 test points of EN 14825 (all climates)
    or 11,397 (cold climate). The record does not print the range of its lifts; the range here is
    a guess from the test conditions of the standard.

    Examples
    --------
    >>> air_source_cop(np.array([28.0, 53.0])).round(2).tolist()
    [4.5, 2.38]
    """
    low, high = lift_range_k()
    lift = refuse_outside(
        lift_k,
        low,
        high,
        what="lift of an air-source heat pump",
        unit="K",
        advice="beyond it a heating rod works, below it the COP stays",
    )
    return like_input(_cop(lift, cold_climate=cold_climate))


def lift_range_k() -> tuple[float, float]:
    """
    Lifts for which the correlation holds [K].

    Returns
    -------
    smallest, largest
        Rows of ``data/technology_costs.csv``; a guess.

    Examples
    --------
    >>> lift_range_k()
    (12.0, 70.0)
    """
    return _figure("air_source_cop", "min_lift_k"), _figure("air_source_cop", "max_lift_k")


def heating_curve_degc(
    outdoor_degc: Numeric,
    *,
    cold_supply_degc: float | None = None,
    mild_supply_degc: float | None = None,
) -> Numeric:
    """
    Temperature to which a heat pump warms the heating water by weather [°C].

    Parameters
    ----------
    outdoor_degc
        Outdoor air [°C].
    cold_supply_degc, mild_supply_degc
        Water at the cold and at the mild end of the curve [°C]; by default that of radiators.

    Returns
    -------
    supply_degc
        Straight between the two ends and constant beyond them, shaped like the input.

    Notes
    -----
    The ends are close to the medium-temperature application of EN 14825 (55 °C at -10 °C, 30 °C at
    12 °C, average climate); rows marked as guesses.

    Examples
    --------
    >>> heating_curve_degc(np.array([-20.0, -10.0, 1.0, 12.0])).tolist()
    [55.0, 55.0, 42.5, 30.0]
    """
    curve = "air_source_curve"
    cold = _figure(curve, "cold_supply_degc") if cold_supply_degc is None else cold_supply_degc
    mild = _figure(curve, "mild_supply_degc") if mild_supply_degc is None else mild_supply_degc
    ends = [_figure(curve, "cold_degc"), _figure(curve, "mild_degc")]
    return like_input(as_array(np.interp(as_array(outdoor_degc), ends, [cold, mild])))


def seasonal_air_source_cop(
    outdoor_degc: Floats,
    heat: Floats,
    *,
    supply_degc: Numeric | None = None,
    cold_climate: bool = False,
) -> Numeric:
    """
    Yearly heat over yearly electricity of an air-source heat pump [-].

    Parameters
    ----------
    outdoor_degc
        Outdoor air in each hour [°C], shape (hours,).
    heat
        Heat demand of each hour in any unit, shape (hours,) or consumers x hours.
    supply_degc
        Water leaving the machine [°C], a float or one per hour; by default `heating_curve_degc`.
    cold_climate
        As for `air_source_cop`.

    Returns
    -------
    cop
        One figure, or one per consumer; 0 heat gives NaN.

    Raises
    ------
    PhysicsRangeError
        If a demand is negative.

    Notes
    -----
    ``SCOP = sum Q / sum (Q / COP(T_supply - T_air))``. Below the smallest lift of the test points
    the COP of that lift is kept; above the largest a heating rod works alone, at a COP of one. In
    the made-up year of Denmark with radiators it is 3.7 for a house and 3.8 for flats, where the
    Danish catalogue, from which the yearly COP of the counterfactual is taken, has 3.5 and 3.6;
    with water at 55 °C all year 2.5. Nothing is tuned to the catalogue.

    Examples
    --------
    >>> outdoor, heat = np.array([-5.0, 5.0, 15.0]), np.array([3.0, 2.0, 1.0])
    >>> round(seasonal_air_source_cop(outdoor, heat), 2)
    3.07
    """
    load = refuse_outside(
        heat, 0.0, np.inf, what="heat", unit="per hour", advice="demands are 0 or more"
    )
    supply = heating_curve_degc(outdoor_degc) if supply_degc is None else supply_degc
    low, high = lift_range_k()
    lift = as_array(as_array(supply) - as_array(outdoor_degc))
    machine = _cop(np.clip(lift, low, high), cold_climate=cold_climate)
    cop = np.where(lift > high, RESISTANCE_COP, machine)
    electricity = (load / cop).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return like_input(as_array(load.sum(axis=-1) / electricity))


def _cop(lift_k: Floats, *, cold_climate: bool) -> Floats:
    """Correlation at lifts within its range."""
    name = "air_source_cop_cold" if cold_climate else "air_source_cop"
    constant, log = _figure(name, "constant"), _figure(name, "log_factor")
    return as_array(constant + log * np.log(lift_k) + _figure(name, "root_factor") / lift_k**0.5)


def _figure(name: str, parameter: str) -> float:
    """Value of a row."""
    return assumption(TABLE, name, parameter).value
