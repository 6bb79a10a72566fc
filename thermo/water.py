"""
Properties of liquid network water: density, heat capacity, viscosity.

IAPWS Industrial Formulation 1997 through CoolProp's ``IF97`` backend, vectorised (about 0.5 µs per
value), at one pressure from ``data/heat_pumps.csv``: over the pressures of heat networks density
changes by less than 0.1 %. Flow and loss in pipes are in `pipe`.
"""

from __future__ import annotations

import numpy as np

from heatreach.data import assumption

from .arrays import Numeric, like_input, refuse_outside

COLDEST_DEGC, WARMEST_DEGC = 0.0, 150.0


def density_kg_m3(t_degc: Numeric) -> Numeric:
    """
    Density of liquid water [kg/m³].

    Parameters
    ----------
    t_degc
        Water temperature [°C], 0 to 150; scalar or array.

    Returns
    -------
    density
        Density [kg/m³], shaped like the input.

    Raises
    ------
    PhysicsRangeError
        If a temperature is outside 0–150 °C.

    Examples
    --------
    >>> round(density_kg_m3(70.0), 1)
    978.2
    """
    return _property("D", t_degc)


def heat_capacity_kj_kgk(t_degc: Numeric) -> Numeric:
    """
    Specific heat capacity of liquid water [kJ/(kg·K)].

    Parameters
    ----------
    t_degc
        Water temperature [°C], 0 to 150; scalar or array.

    Returns
    -------
    heat_capacity
        Isobaric heat capacity [kJ/(kg·K)], shaped like the input.

    Raises
    ------
    PhysicsRangeError
        If a temperature is outside 0–150 °C.

    Examples
    --------
    >>> round(heat_capacity_kj_kgk(70.0), 3)
    4.186
    """
    return _property("C", t_degc) / 1000.0


def viscosity_pa_s(t_degc: Numeric) -> Numeric:
    """
    Dynamic viscosity of liquid water [Pa·s].

    Parameters
    ----------
    t_degc
        Water temperature [°C], 0 to 150; scalar or array.

    Returns
    -------
    viscosity
        Dynamic viscosity [Pa·s], shaped like the input.

    Raises
    ------
    PhysicsRangeError
        If a temperature is outside 0–150 °C.

    Examples
    --------
    >>> round(viscosity_pa_s(70.0) * 1000.0, 3)
    0.404
    """
    return _property("V", t_degc)


def _property(key: str, t_degc: Numeric) -> Numeric:
    """One IF97 property in SI units."""
    # Importing CoolProp takes a second; only who needs water pays for it.
    from CoolProp.CoolProp import PropsSI

    celsius = refuse_outside(
        t_degc,
        COLDEST_DEGC,
        WARMEST_DEGC,
        what="water temperature",
        unit="°C",
        advice="check the supply and return temperatures",
    )
    pascal = assumption("heat_pumps", "network_water", "pressure_bar").value * 1e5
    kelvin = np.atleast_1d(celsius).ravel() + 273.15
    known = np.isfinite(kelvin)
    values = np.full(kelvin.shape, np.nan)
    if known.any():
        values[known] = PropsSI(key, "T", kelvin[known], "P", pascal, "IF97::Water")
    return like_input(values.reshape(celsius.shape))
