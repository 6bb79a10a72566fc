"""
Greenhouse gases avoided by reused heat, part by part.

Factors are arguments: which grid, which fuel, combustion only or with upstream emissions, and which
set of warming potentials, is decided and stated by the study. The sign is free: on a dirty grid or
with a small COP, reusing heat emits more than the boiler it replaces.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Numeric, as_array, like_input
from .errors import PhysicsRangeError


class Savings(NamedTuple):
    """Annual greenhouse gases [t CO2e]; all parts positive, net = avoided - all others."""

    fuel_avoided_t_co2e: Numeric
    heat_pump_t_co2e: Numeric
    pumping_t_co2e: Numeric
    backup_t_co2e: Numeric
    leakage_t_co2e: Numeric
    net_t_co2e: Numeric


def net_savings_t_co2e(
    heat_mwh: Numeric,
    *,
    fuel_t_co2e_per_mwh: Numeric,
    boiler_efficiency: Numeric,
    heat_pump_mwh: Numeric,
    pumping_mwh: Numeric,
    electricity_t_co2e_per_mwh: Numeric,
    backup_fuel_mwh: Numeric = 0.0,
    backup_t_co2e_per_mwh: Numeric = 0.0,
    charge_kg: Numeric = 0.0,
    leakage_share_per_year: Numeric = 0.0,
    gwp: Numeric = 0.0,
) -> Savings:
    """
    Annual greenhouse gases avoided against a boiler, with all parts [t CO2e].

    Parameters
    ----------
    heat_mwh
        Heat delivered to the consumers [MWh per year].
    fuel_t_co2e_per_mwh
        Emission factor of the fuel that is replaced [t CO2e/MWh, the same as kg/kWh], on the same
        calorific value, gross or net, as the efficiency.
    boiler_efficiency
        Seasonal efficiency of the replaced boiler [-]; above 1 is possible on net calorific value.
    heat_pump_mwh, pumping_mwh
        Electricity of heat pumps and of circulation pumps [MWh per year].
    electricity_t_co2e_per_mwh
        Emission factor of that electricity [t CO2e/MWh].
    backup_fuel_mwh, backup_t_co2e_per_mwh
        Fuel burnt by peak and backup boilers of the network [MWh per year], and its factor.
    charge_kg
        Refrigerant in the machines [kg].
    leakage_share_per_year
        Share of the charge lost per year [-].
    gwp
        Global warming potential of the refrigerant [kg CO2e/kg].

    Returns
    -------
    savings
        Parts and net [t CO2e per year], shaped like the inputs; net below 0 means more emissions.

    Raises
    ------
    PhysicsRangeError
        If an efficiency is not positive or an amount or factor is negative.

    Notes
    -----
    ``net = Q EF_fuel / eta - (W_hp + W_pump) EF_el - F_backup EF_backup - charge leak GWP / 1000``.
    A credit for the data centre's own chillers, which then run less, is not part of it.

    Examples
    --------
    >>> savings = net_savings_t_co2e(
    ...     10_000.0, fuel_t_co2e_per_mwh=0.183, boiler_efficiency=0.85, heat_pump_mwh=2500.0,
    ...     pumping_mwh=50.0, electricity_t_co2e_per_mwh=0.177,
    ... )
    >>> round(savings.net_t_co2e, 1)
    1701.6
    """
    _refuse_negative(locals())
    efficiency = as_array(boiler_efficiency)
    if not np.all(efficiency > 0.0):
        raise PhysicsRangeError("boiler efficiency must be above 0")
    electricity = as_array(electricity_t_co2e_per_mwh)
    avoided = as_array(heat_mwh) * as_array(fuel_t_co2e_per_mwh) / efficiency
    machine = as_array(heat_pump_mwh) * electricity
    pumping = as_array(pumping_mwh) * electricity
    backup = as_array(backup_fuel_mwh) * as_array(backup_t_co2e_per_mwh)
    leakage = as_array(charge_kg) * as_array(leakage_share_per_year) * as_array(gwp) / 1e3
    net = avoided - machine - pumping - backup - leakage
    parts = (avoided, machine, pumping, backup, leakage, net)
    return Savings(*(like_input(as_array(part)) for part in parts))


def _refuse_negative(amounts: dict[str, Numeric]) -> None:
    """Refuse amounts and factors below zero, by name."""
    negative = [name for name, values in amounts.items() if np.any(as_array(values) < 0.0)]
    if negative:
        raise PhysicsRangeError(f"{', '.join(negative)} cannot be negative")
