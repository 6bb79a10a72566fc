"""
Prices, factors and climate that hold for a study: scenario and country brought together.

Each figure is an `Assumption` at the plan's price base, so that the register of a study can show
where it came from. A figure the scenario gives replaces the table's and is marked as the user's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import Assumption, assumption, load_table, price
from heatreach.thermo import electricity_factor, fuel_factor, grid_trajectory

from .errors import InputError, Problem

if TYPE_CHECKING:
    import numpy.typing as npt

    from .reading.trajectory import Trajectory
    from .scenario import Scenario

BY_USER = "given by the user"
HOMES = ("home", "dwelling")
ELECTRICITY = "electricity"
KG_PER_KWH_TO_T_PER_MWH = 1.0
"""1 kg/kWh is 1 t/MWh: the name changes, the number does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Figures of a study that depend on country or scenario, with range and source."""

    electricity_price_per_mwh: Assumption
    electricity_kg_per_kwh: Assumption
    backup_fuel_price_per_mwh: Assumption
    backup_kg_per_kwh: Assumption
    backup_efficiency_share: Assumption
    source_heat_price_per_mwh: Assumption
    ground_degc: Assumption
    grid_kg_per_kwh: tuple[float, ...]

    def figures(self) -> tuple[Assumption, ...]:
        """All figures that are rows, for the register."""
        values = (getattr(self, name) for name in self.__slots__)
        return tuple(value for value in values if isinstance(value, Assumption))


def conditions_of(
    scenario: Scenario, country: str, *, grid: Trajectory | None = None
) -> Conditions:
    """
    Figures that hold in a country under a scenario.

    Parameters
    ----------
    scenario
        Decisions of the study.
    country
        ISO 3166-1 alpha-2 code; blank takes the general rows.
    grid
        The user's emission factors of electricity by year, if there are any.

    Returns
    -------
    conditions
        Prices in the plan's money, emission factors, ground temperature, and the grid's factor in
        each year of operation.

    Raises
    ------
    TableError
        If a table lacks a row.
    InputError
        If the grid factor is to be direct and none is known for the country.

    Examples
    --------
    >>> from .scenario import Scenario
    >>> conditions_of(Scenario(), "FI").electricity_price_per_mwh.price_base
    'EUR 2024'
    """
    economics, money = scenario.economics, scenario.economics.money
    boiler = counterfactual_row("gas_boiler", home=False)

    def priced_at(name: str) -> Assumption:
        return price("energy_prices", name, "price_per_mwh", target=money, region=country)

    today = _given(_electricity_factor(scenario, country), scenario.emissions.grid_co2e_kg_per_kwh)
    return Conditions(
        electricity_price_per_mwh=_given(
            priced_at("electricity"), economics.electricity_price_per_mwh
        ),
        electricity_kg_per_kwh=today,
        grid_kg_per_kwh=_grid_by_year(scenario, country, today.value, grid),
        backup_fuel_price_per_mwh=_given(priced_at("gas"), economics.gas_price_per_mwh),
        backup_kg_per_kwh=_fuel_row("gas", boiler["factor"], scenario, country),
        backup_efficiency_share=assumption(
            "technology_costs", "gas_boiler_peak", boiler["efficiency"]
        ),
        source_heat_price_per_mwh=_given(
            priced_at("heat_bought_from_source"), economics.source_heat_price_per_mwh
        ),
        ground_degc=assumption("climate", "normals", "ground_degc", country),
    )


def _grid_by_year(
    scenario: Scenario, country: str, today: float, grid: Trajectory | None
) -> tuple[float, ...]:
    """Factor of electricity in each year of operation [kg/kWh]."""
    emissions, economics = scenario.emissions, scenario.economics
    years = economics.first_year + np.arange(economics.life_years, dtype=float)
    if grid is not None:
        basis = "marginal" if emissions.electricity_basis == "marginal" else "average"
        return tuple(grid.factors(years, basis=basis).tolist())
    factors = grid_trajectory(
        country,
        years,
        basis=emissions.electricity_basis,
        path=emissions.grid_path,
        today_kg_per_kwh=today,
    )
    return tuple(factors.tolist())


def _given(row: Assumption, value: float | None) -> Assumption:
    """The user's value in place of the table's, if there is one."""
    if value is None:
        return row
    return replace(row, value=value, low=value, high=value, source=BY_USER, locator="", note="")


@cache
def counterfactual_row(name: str, *, home: bool) -> dict[str, str]:
    """Machine, fuel and calorific basis that stand for a counterfactual."""
    rows = load_table("counterfactuals")
    rows = rows[rows["name"] == name]
    for use in ("home",) * home + ("",):
        fitting = rows[rows["use"] == use]
        if len(fitting):
            return {str(key): str(cell) for key, cell in fitting.iloc[0].items()}
    return {str(key): str(cell) for key, cell in rows.iloc[0].items()}


def present_heat(
    consumers: pd.DataFrame, scenario: Scenario, country: str, *, column: str = "value"
) -> pd.DataFrame:
    """
    What each consumer's heat costs and emits today.

    Parameters
    ----------
    consumers
        CONSUMERS with ``use``, ``counterfactual``, ``peak_kw`` and ``annual_heat_mwh``.
    scenario
        Rate and money of the study; its prices of electricity and gas, where set, replace the
        country's.
    column
        ``"value"``, ``"low"`` or ``"high"`` of the cost rows.

    Returns
    -------
    present
        ``price_per_mwh`` [money/MWh of heat], ``t_co2e_per_mwh`` with the grid of today, and
        ``electricity_share``: electricity drawn per heat [-], by whose grid factor the emissions
        of later years differ; 0 where no electricity heats. One row per consumer.

    Notes
    -----
    ``price = fuel/efficiency + peak · capex per kW · (annuity(rate, boiler life) + upkeep share)
    / heat``: what the consumer no longer pays for fuel, upkeep and the next boiler.
    """
    home = consumers["use"].isin(HOMES).to_numpy()
    kinds = pd.DataFrame({"name": consumers["counterfactual"].to_numpy(), "home": home})
    result = pd.DataFrame(
        index=consumers.index,
        columns=["price_per_mwh", "t_co2e_per_mwh", "electricity_share"],
        dtype=float,
    )
    for _, group in kinds.groupby(["name", "home"]):
        rows = group.index.to_numpy()
        machine = counterfactual_row(str(group["name"].iloc[0]), home=bool(group["home"].iloc[0]))
        chosen = consumers.iloc[rows]
        hours = chosen["peak_kw"] / chosen["annual_heat_mwh"].where(chosen["annual_heat_mwh"] > 0)
        per_kw = _yearly_cost_per_kw(machine["technology"], scenario, column)
        efficiency = assumption(
            "technology_costs", machine["technology"], machine["efficiency"]
        ).value
        fuel = _fuel_price(machine["fuel"], scenario, country, column) / efficiency
        factor = _fuel_factor(machine, scenario, country)
        result.iloc[rows, 0] = fuel + hours * per_kw
        result.iloc[rows, 1] = factor / efficiency * KG_PER_KWH_TO_T_PER_MWH
        result.iloc[rows, 2] = 1.0 / efficiency if machine["fuel"] == ELECTRICITY else 0.0
    return result


def _electricity_factor(scenario: Scenario, country: str) -> Assumption:
    """Grid factor of the country on the scenario's basis."""
    basis = scenario.emissions.electricity_basis
    row = assumption("emission_factors", "electricity", f"co2e_{basis}_kg_per_kwh", country)
    if basis == "direct" and row.region != country and country:
        what = f"no direct grid factor is known for {country}"
        advice = "set emissions.grid_co2e_kg_per_kwh, or electricity_basis = 'lifecycle'"
        where = "emissions.electricity_basis"
        raise InputError([Problem(file="scenario", where=where, what=what, advice=advice)])
    factor = electricity_factor(country, basis=basis, upstream=scenario.emissions.upstream == "yes")
    return _with_supply(row, factor.total_kg_per_kwh)


def _fuel_factor(machine: dict[str, str], scenario: Scenario, country: str) -> float:
    """Emission factor of a counterfactual's fuel [t/MWh]."""
    if machine["fuel"] != ELECTRICITY:
        return _fuel_row(machine["fuel"], machine["factor"], scenario, country).value
    given = scenario.emissions.grid_co2e_kg_per_kwh
    return _electricity_factor(scenario, country).value if given is None else given


def _fuel_row(fuel: str, parameter: str, scenario: Scenario, country: str) -> Assumption:
    """Emission factor of a fuel, with its supply where the scenario counts it."""
    basis = parameter.removeprefix("co2e_").removesuffix("_kg_per_kwh")
    upstream = scenario.emissions.upstream == "yes"
    factor = fuel_factor(fuel, calorific_basis=basis, upstream=upstream, region=country)
    return _with_supply(assumption("emission_factors", fuel, parameter, country), factor)


def _with_supply(row: Assumption, factor: float) -> Assumption:
    """Row at a factor that counts more; its range widens in proportion."""
    if factor == row.value:
        return row
    ratio = factor / row.value
    note = f"with upstream emissions, {row.value:g} without; {row.note}"
    return replace(row, value=factor, low=row.low * ratio, high=row.high * ratio, note=note)


def _fuel_price(fuel: str, scenario: Scenario, country: str, column: str) -> float:
    """Price of a fuel [money/MWh]."""
    economics = scenario.economics
    given = {
        "electricity": economics.electricity_price_per_mwh,
        "gas": economics.gas_price_per_mwh,
    }.get(fuel)
    row = price("energy_prices", fuel, "price_per_mwh", target=economics.money, region=country)
    return float(getattr(_given(row, given), column))


def _yearly_cost_per_kw(technology: str, scenario: Scenario, column: str) -> float:
    """Yearly cost of owning a boiler [money per kW and year]."""
    economics = scenario.economics
    capex = price("technology_costs", technology, "capex_per_kw", target=economics.money)
    upkeep = assumption("technology_costs", technology, "fixed_om_share_per_year").value
    life = assumption("technology_costs", technology, "life_years").value
    rate = economics.discount_rate_share
    return float(getattr(capex, column) * (1.0 / annuity_years(rate, life) + upkeep))


def annuity_years(rate: float, years: float) -> float:
    """
    Present value of one unit of money paid at the end of every year.

    Parameters
    ----------
    rate
        Real discount rate [1/year].
    years
        Number of years.

    Returns
    -------
    factor
        ``(1 − (1+r)^−n)/r``; the number of years at a rate of zero.

    Examples
    --------
    >>> round(1 / annuity_years(0.035, 25), 4)
    0.0607
    >>> annuity_years(0.0, 25)
    25.0
    """
    if rate == 0.0:
        return float(years)
    return float(-np.expm1(-years * np.log1p(rate)) / rate)


def renewal_factor(name: str, scenario: Scenario, *, table: str = "technology_costs") -> float:
    """
    Present value of owning something over the horizon, per investment.

    Parameters
    ----------
    name, table
        Row with ``life_years``.
    scenario
        Rate and horizon.

    Returns
    -------
    factor
        1 where it lasts to the horizon; else the ratio of the annuity factors of horizon and life,
        which is what renewing it at the end of each life costs, the unused rest credited.

    Examples
    --------
    >>> from .scenario import Scenario
    >>> round(renewal_factor("substation_house", Scenario()), 3)
    1.16
    """
    economics = scenario.economics
    life = assumption(table, name, "life_years").value
    rate = economics.discount_rate_share
    horizon = annuity_years(rate, economics.life_years)
    return max(1.0, horizon / annuity_years(rate, life))


def cost_by_size(
    size_kw: npt.NDArray[np.float64],
    table: str,
    names: tuple[str, ...],
    *,
    money: str,
    column: str = "value",
) -> npt.NDArray[np.float64]:
    """
    Cost per kW of machines between the sizes a table knows.

    Parameters
    ----------
    size_kw
        Machine sizes [kW].
    table, names
        Rows with ``size_kw`` and ``capex_per_kw``, smallest first.
    money
        Currency and price base.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    cost
        Money per kW, straight in logarithms between the sizes and constant beyond them: a trend is
        not continued where the source has no machines.

    Examples
    --------
    >>> sizes = ("large_1mw", "large_3mw", "large_10mw")
    >>> cost = cost_by_size(np.array([10.0, 1e3, 2e3, 1e5]), "heat_pumps", sizes, money="EUR 2015")
    >>> cost.round().tolist()
    [1237.0, 1237.0, 981.0, 666.0]
    """
    known = np.log([assumption(table, name, "size_kw").value for name in names])
    costs = [getattr(price(table, name, "capex_per_kw", target=money), column) for name in names]
    size = np.log(np.maximum(size_kw, np.exp(known[0])))
    result: npt.NDArray[np.float64] = np.exp(np.interp(size, known, np.log(costs)))
    return result
