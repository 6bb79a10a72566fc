"""
Flow, pressure gradient, heat loss and pumping of water in one pipe or many.

Scalars and arrays alike; no catalogue, no costs and no choice of size here (see the network room).
Sources: Darcy and Weisbach with the factor of `friction`; steady radial heat loss to the ground as
in EN 13941 with the loss coefficient of the pipe's catalogue; properties of water from `water`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .arrays import Numeric, as_array, like_input
from .errors import PhysicsRangeError
from .friction import friction_factor
from .water import density_kg_m3, heat_capacity_kj_kgk, viscosity_pa_s


def mass_flow_kg_s(heat_kw: Numeric, supply_degc: Numeric, return_degc: Numeric) -> Numeric:
    """
    Water flow that carries a heat flow between two temperatures [kg/s].

    Parameters
    ----------
    heat_kw
        Heat flow [kW].
    supply_degc, return_degc
        Water temperatures [°C]; scalars, or one value per edge.

    Returns
    -------
    flow_kg_s
        Mass flow [kg/s], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If any supply is not warmer than its return, or a temperature is outside 0–150 °C.

    Notes
    -----
    ``m = Q / (cp (Ts - Tr))`` with the heat capacity at the mean temperature; the error against the
    difference of enthalpies is below 0.1 % for differences up to 60 K.

    Examples
    --------
    >>> round(mass_flow_kg_s(1000.0, 70.0, 40.0), 2)
    7.98
    """
    difference = as_array(supply_degc) - as_array(return_degc)
    if np.any(difference <= 0.0):
        raise PhysicsRangeError(
            f"supply must be warmer than return; smallest difference is {difference.min():g} K"
        )
    mean = as_array(return_degc) + 0.5 * difference
    return like_input(
        as_array(as_array(heat_kw) / (heat_capacity_kj_kgk(like_input(mean)) * difference))
    )


def velocity_m_s(flow_kg_s: Numeric, inner_diameter_mm: Numeric, density: Numeric) -> Numeric:
    """
    Mean velocity in a round pipe [m/s].

    Parameters
    ----------
    flow_kg_s
        Mass flow [kg/s]; the sign is kept.
    inner_diameter_mm
        Inner diameter [mm].
    density
        Density of the water [kg/m³].

    Returns
    -------
    velocity
        Velocity [m/s], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a diameter is not positive.

    Examples
    --------
    >>> round(velocity_m_s(8.0, 107.1, 978.0), 2)
    0.91
    """
    diameter_m = _diameter_m(inner_diameter_mm)
    area = 0.25 * np.pi * diameter_m**2
    return like_input(as_array(as_array(flow_kg_s) / (as_array(density) * area)))


def pressure_gradient_pa_m(
    flow_kg_s: Numeric,
    inner_diameter_mm: Numeric,
    *,
    temperature_degc: Numeric,
    roughness_mm: Numeric,
) -> Numeric:
    """
    Pressure lost to friction per metre of pipe [Pa/m].

    Parameters
    ----------
    flow_kg_s
        Mass flow [kg/s]; the result has its sign, and is 0 without flow.
    inner_diameter_mm
        Inner diameter [mm].
    temperature_degc
        Water temperature [°C].
    roughness_mm
        Absolute roughness of the wall [mm].

    Returns
    -------
    gradient_pa_m
        Pressure gradient of one pipe [Pa/m], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a diameter is not positive, the wall is rougher than a tenth of it, or the water is
        outside 0–150 °C.

    Notes
    -----
    Darcy-Weisbach: ``dp/dx = f / D * rho v |v| / 2`` with `friction_factor`.

    Examples
    --------
    >>> round(pressure_gradient_pa_m(
    ...     8.0, 107.1, temperature_degc=70.0, roughness_mm=0.05), 1)
    69.2
    """
    diameter_m = _diameter_m(inner_diameter_mm)
    density = as_array(density_kg_m3(temperature_degc))
    speed = as_array(velocity_m_s(flow_kg_s, inner_diameter_mm, like_input(density)))
    re = density * np.abs(speed) * diameter_m / viscosity_pa_s(temperature_degc)
    # Still water has no Reynolds number to speak of; any positive one gives the right zero.
    friction = friction_factor(
        np.where(re == 0.0, 1.0, re), as_array(roughness_mm) / 1e3 / diameter_m
    )
    return like_input(as_array(friction / diameter_m * 0.5 * density * speed * np.abs(speed)))


def pressure_drop_pa(
    gradient_pa_m: Numeric, length_m: Numeric, *, local_loss_share: Numeric
) -> Numeric:
    """
    Pressure lost along a pipe with its bends and fittings [Pa].

    Parameters
    ----------
    gradient_pa_m
        Friction of the straight pipe [Pa/m].
    length_m
        Length of pipe [m], supply and return counted separately.
    local_loss_share
        Loss in bends, tees and valves per friction loss of the straight pipe [-].

    Returns
    -------
    pressure_drop
        Pressure drop [Pa], shaped like the inputs.

    Examples
    --------
    >>> pressure_drop_pa(100.0, 500.0, local_loss_share=0.25)
    62500.0
    """
    straight = as_array(gradient_pa_m) * as_array(length_m)
    return like_input(as_array(straight * (1.0 + as_array(local_loss_share))))


def heat_loss_w_m(
    supply_degc: Numeric, return_degc: Numeric, *, ground_degc: Numeric, u_value_w_mk: Numeric
) -> Numeric:
    """
    Heat lost per metre of trench by a buried supply and return pair [W/m].

    Parameters
    ----------
    supply_degc, return_degc
        Water temperatures [°C]; scalars, or one value per edge.
    ground_degc
        Undisturbed ground temperature at laying depth [°C].
    u_value_w_mk
        Loss coefficient of one pipe per metre of pipe [W/(m·K)].

    Returns
    -------
    loss_w_m
        Loss of both pipes together [W/m], shaped like the inputs; negative where the ground is
        warmer than the water.

    Raises
    ------
    PhysicsRangeError
        If any return is warmer than its supply.

    Notes
    -----
    Steady state, ``U (Ts - Tg) + U (Tr - Tg)``: each pipe loses heat as if alone. Heat exchanged
    between supply and return, which EN 13941 adds, leaves the sum almost unchanged.

    Examples
    --------
    >>> heat_loss_w_m(70.0, 40.0, ground_degc=8.0, u_value_w_mk=0.2)
    18.8
    """
    supply, back, ground = as_array(supply_degc), as_array(return_degc), as_array(ground_degc)
    if np.any(back > supply):
        worst = float((back - supply).max())
        raise PhysicsRangeError(f"a return is {worst:g} K warmer than its supply; swap the two")
    return like_input(as_array(as_array(u_value_w_mk) * ((supply - ground) + (back - ground))))


def outlet_degc(
    inlet_degc: Numeric,
    *,
    flow_kg_s: Numeric,
    length_m: Numeric,
    u_value_w_mk: Numeric,
    ground_degc: Numeric,
) -> Numeric:
    """
    Temperature of the water at the end of one pipe [°C].

    Parameters
    ----------
    inlet_degc
        Temperature at the start [°C].
    flow_kg_s
        Mass flow [kg/s], not negative; without flow the water reaches the ground's temperature.
    length_m
        Length of the pipe [m].
    u_value_w_mk
        Loss coefficient of the pipe per metre [W/(m·K)].
    ground_degc
        Undisturbed ground temperature [°C].

    Returns
    -------
    outlet
        Outlet temperature [°C], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a flow is negative or the water is outside 0–150 °C.

    Notes
    -----
    ``T(L) = Tg + (T0 - Tg) exp(-U L / (m cp))``, heat capacity at the inlet temperature.

    Examples
    --------
    >>> round(outlet_degc(
    ...     70.0, flow_kg_s=2.0, length_m=1000.0, u_value_w_mk=0.2, ground_degc=8.0), 2)
    68.54
    """
    flow = as_array(flow_kg_s)
    if np.any(flow < 0.0):
        raise PhysicsRangeError(f"flow {flow.min():g} kg/s is negative; swap the ends of the pipe")
    capacity_w_k = flow * heat_capacity_kj_kgk(inlet_degc) * 1e3
    loss_w_k = as_array(u_value_w_mk) * as_array(length_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        units = np.where(loss_w_k == 0.0, 0.0, loss_w_k / capacity_w_k)
    ground = as_array(ground_degc)
    return like_input(as_array(ground + (as_array(inlet_degc) - ground) * np.exp(-units)))


def pumping_kw(
    flow_kg_s: Numeric, pressure_drop_pa: Numeric, *, density: Numeric, pump_efficiency: Numeric
) -> Numeric:
    """
    Electric power of a circulation pump [kW].

    Parameters
    ----------
    flow_kg_s
        Mass flow [kg/s].
    pressure_drop_pa
        Pressure the pump has to raise [Pa].
    density
        Density of the water [kg/m³].
    pump_efficiency
        Efficiency of pump, motor and inverter together [-].

    Returns
    -------
    electricity_kw
        Electric power [kW], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If an efficiency is not in 0–1.

    Examples
    --------
    >>> round(pumping_kw(8.0, 200_000.0, density=978.0, pump_efficiency=0.65), 2)
    2.52
    """
    efficiency = as_array(pump_efficiency)
    if not np.all((efficiency > 0.0) & (efficiency <= 1.0)):
        raise PhysicsRangeError("pump efficiency must be above 0 and at most 1")
    hydraulic_w = as_array(flow_kg_s) * as_array(pressure_drop_pa) / as_array(density)
    return like_input(as_array(hydraulic_w / efficiency / 1e3))


def _diameter_m(inner_diameter_mm: Numeric) -> npt.NDArray[np.float64]:
    """Diameter in metres, refused if not positive."""
    diameter = as_array(inner_diameter_mm)
    if not np.all(diameter > 0.0):
        raise PhysicsRangeError(f"inner diameter {diameter.min():g} mm must be above 0 mm")
    return as_array(diameter / 1e3)
