"""
Greenhouse gases avoided by reused heat, part by part, in one year and over a project's life.

Factors are arguments: which grid, which fuel, combustion only or with upstream emissions, and which
set of warming potentials, is decided and stated by the study (`emission_factors`, `grid`). The sign
is free: on a dirty grid or with a small COP, reusing heat emits more than the boiler it replaces.
What cannot be passed is in `saving_bound`; carbon of pipes is in `embodied`.

Source: total equivalent warming impact (fuel and electricity, leakage, loss at end of life)
compared with the heating replaced.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .arrays import Numeric, as_array, like_input
from .errors import PhysicsRangeError

Floats = npt.NDArray[np.float64]

KG_PER_T = 1e3


class Savings(NamedTuple):
    """Annual greenhouse gases [t CO2e]; all parts positive, net = avoided - all others."""

    fuel_avoided_t_co2e: Numeric
    heat_pump_t_co2e: Numeric
    pumping_t_co2e: Numeric
    backup_t_co2e: Numeric
    leakage_t_co2e: Numeric
    net_t_co2e: Numeric


class YearlySavings(NamedTuple):
    """
    Greenhouse gases of each year [t CO2e], shape (..., years + 1); the first column is year 0.

    All parts are positive; net = avoided - all others in every cell. ``cumulative`` is the running
    sum of ``net``, its last column the total of the life.
    """

    fuel_avoided_t_co2e: Floats
    heat_pump_t_co2e: Floats
    pumping_t_co2e: Floats
    backup_t_co2e: Floats
    leakage_t_co2e: Floats
    end_of_life_t_co2e: Floats
    embodied_t_co2e: Floats
    net_t_co2e: Floats
    cumulative_t_co2e: Floats


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
        Seasonal efficiency of the replaced boiler [-]; above 1 is possible on net calorific value,
        and the yearly COP where a heat pump is replaced.
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
    given = _checked(
        heat_mwh=heat_mwh,
        fuel_t_co2e_per_mwh=fuel_t_co2e_per_mwh,
        boiler_efficiency=boiler_efficiency,
        heat_pump_mwh=heat_pump_mwh,
        pumping_mwh=pumping_mwh,
        electricity_t_co2e_per_mwh=electricity_t_co2e_per_mwh,
        backup_fuel_mwh=backup_fuel_mwh,
        backup_t_co2e_per_mwh=backup_t_co2e_per_mwh,
        charge_kg=charge_kg,
        leakage_share_per_year=leakage_share_per_year,
        gwp=gwp,
    )
    parts = _parts(given)
    return Savings(*(like_input(part) for part in (*parts, _net(parts))))


def yearly_savings(
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
    end_of_life_loss_share: Numeric = 0.0,
    gwp: Numeric = 0.0,
    embodied_t_co2e: Numeric = 0.0,
    machine_life_years: int | None = None,
) -> YearlySavings:
    """
    Greenhouse gases avoided in each year of a project's life, with all parts [t CO2e].

    Parameters
    ----------
    heat_mwh, boiler_efficiency, heat_pump_mwh, pumping_mwh, backup_fuel_mwh
        As for `net_savings_t_co2e`: a float; one per link, the same every year; or links x years.
    fuel_t_co2e_per_mwh, backup_t_co2e_per_mwh
        Likewise. Where electric heating is replaced, its factor moves with the grid: give the
        grid's factors, shape (1, years), and the yearly COP as efficiency.
    electricity_t_co2e_per_mwh
        Emission factor in each year of operation [t CO2e/MWh], shape (years,) for all links or
        links x years; its last axis says how long the project lives.
    charge_kg, leakage_share_per_year, gwp
        As for `net_savings_t_co2e`; what leaks is topped up, so the full charge meets its end.
    end_of_life_loss_share
        Share of the charge that escapes when machines are scrapped [-], in the last year.
    embodied_t_co2e
        Emissions of making and laying what is built [t CO2e], in year 0; not counted by default.
    machine_life_years
        If machines are scrapped and renewed within the project's life, after how many years;
        by default they live as long as the project.

    Returns
    -------
    savings
        Parts, net and running total, shape (years + 1,) or links x (years + 1).

    Raises
    ------
    PhysicsRangeError
        If an efficiency is not positive, an amount or factor is negative, or there is no year.

    Notes
    -----
    Each year as in `net_savings_t_co2e`, plus ``charge loss GWP / 1000`` in the years in which
    machines are scrapped and the embodied emissions in year 0. Tonnes are not discounted.

    Examples
    --------
    >>> savings = yearly_savings(
    ...     10_000.0, fuel_t_co2e_per_mwh=0.183, boiler_efficiency=0.85, heat_pump_mwh=2500.0,
    ...     pumping_mwh=50.0, electricity_t_co2e_per_mwh=np.array([0.177, 0.1, 0.0]),
    ... )
    >>> savings.net_t_co2e.round(1).tolist()
    [0.0, 1701.6, 1897.9, 2152.9]
    >>> round(float(savings.cumulative_t_co2e[-1]), 1)
    5752.5
    """
    grid = np.atleast_1d(as_array(electricity_t_co2e_per_mwh))
    years = grid.shape[-1]
    if years == 0:
        raise PhysicsRangeError("there is no year; give one grid factor per year of operation")
    given = _checked(
        heat_mwh=_by_year(heat_mwh),
        fuel_t_co2e_per_mwh=_by_year(fuel_t_co2e_per_mwh),
        boiler_efficiency=_by_year(boiler_efficiency),
        heat_pump_mwh=_by_year(heat_pump_mwh),
        pumping_mwh=_by_year(pumping_mwh),
        electricity_t_co2e_per_mwh=grid,
        backup_fuel_mwh=_by_year(backup_fuel_mwh),
        backup_t_co2e_per_mwh=_by_year(backup_t_co2e_per_mwh),
        charge_kg=_by_year(charge_kg),
        leakage_share_per_year=_by_year(leakage_share_per_year),
        end_of_life_loss_share=_by_year(end_of_life_loss_share),
        gwp=_by_year(gwp),
        embodied_t_co2e=_by_year(embodied_t_co2e),
    )
    lost = given["charge_kg"] * given["end_of_life_loss_share"] * given["gwp"] / KG_PER_T
    scrapped = _scrapped(years, machine_life_years)
    return _with_year_0((*_parts(given), lost * scrapped), given["embodied_t_co2e"], years)


def _checked(**given: Numeric) -> dict[str, Floats]:
    """Amounts and factors as arrays; those below zero are refused by name."""
    arrays = {name: as_array(values) for name, values in given.items()}
    negative = [name for name, values in arrays.items() if np.any(values < 0.0)]
    if negative:
        raise PhysicsRangeError(f"{', '.join(negative)} cannot be negative")
    if not np.all(arrays["boiler_efficiency"] > 0.0):
        raise PhysicsRangeError("boiler efficiency must be above 0")
    return arrays


def _parts(given: dict[str, Floats]) -> tuple[Floats, ...]:
    """Emissions avoided, then caused by heat pump, pumping, backup and leakage, in every cell."""
    grid = given["electricity_t_co2e_per_mwh"]
    leaked = given["charge_kg"] * given["leakage_share_per_year"] * given["gwp"] / KG_PER_T
    return (
        given["heat_mwh"] * given["fuel_t_co2e_per_mwh"] / given["boiler_efficiency"],
        given["heat_pump_mwh"] * grid,
        given["pumping_mwh"] * grid,
        given["backup_fuel_mwh"] * given["backup_t_co2e_per_mwh"],
        leaked,
    )


def _net(parts: tuple[Floats, ...]) -> Floats:
    """What is avoided less everything caused."""
    avoided, *caused = parts
    return as_array(avoided - sum(caused))


def _by_year(values: Numeric) -> Floats:
    """Values with an axis of years behind the one of links."""
    array = as_array(values)
    return array[:, np.newaxis] if array.ndim == 1 else array


def _scrapped(years: int, machine_life_years: int | None) -> Floats:
    """1 in the years in which machines are scrapped: at the end of each life and of the project."""
    life = years if machine_life_years is None else machine_life_years
    if life < 1:
        raise PhysicsRangeError(f"a machine life of {life} years is none; give 1 or more")
    counted = np.arange(1, years + 1)
    return np.where((counted % life == 0) | (counted == years), 1.0, 0.0)


def _with_year_0(parts: tuple[Floats, ...], embodied: Floats, years: int) -> YearlySavings:
    """Parts of one shape with a column for year 0 in front, in which things are built."""
    shape = np.broadcast_shapes((years,), *(part.shape for part in (*parts, embodied)))
    whole = (*shape[:-1], years + 1)
    columns = []
    for part in parts:
        column = np.zeros(whole)
        column[..., 1:] = part
        columns.append(column)
    built = np.zeros(whole)
    built[..., :1] = embodied if embodied.ndim else embodied.reshape(1)
    columns.append(built)
    net = _net(tuple(columns))
    return YearlySavings._make([*columns, net, net.cumsum(axis=-1)])
