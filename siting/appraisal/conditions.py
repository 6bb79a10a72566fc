"""
Prices, factors and climate that hold for a study: scenario and country brought together.

Each figure is an `Assumption` at the plan's price base, so that the register of a study can show
where it came from. How a single figure is found is in `figures`, what heats consumers today in
`counterfactual`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import Assumption, assumption, price
from heatreach.thermo import grid_trajectory
from heatreach.thermo.carbon.emission_factors import has_own_factor

from ..errors import InputError, Problem
from .figures import (
    ELECTRICITY,
    counterfactual_row,
    electricity_row,
    fuel_price_row,
    fuel_row,
    given,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..reading.trajectory import Trajectory
    from ..scenario import Scenario

HOMES = ("home", "dwelling")
_OWN_FACTOR = "set emissions.grid_co2e_kg_per_kwh or give a file with --grid"


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
        If the grid factor is to be direct, none is known for the country and the user gives none.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> conditions_of(Scenario(), "FI").electricity_price_per_mwh.price_base
    'EUR 2024'
    """
    economics, money = scenario.economics, scenario.economics.money
    boiler = counterfactual_row("gas_boiler", home=False)
    _refuse_unknown_factor(scenario, country, grid)
    today = electricity_row(scenario, country)
    if grid is not None:
        note = f"stands for today only; the years of the study are those of {grid.file}"
        today = replace(today, note="; ".join(filter(None, (note, today.note))))
    bought = price(
        "energy_prices", "heat_bought_from_source", "price_per_mwh", target=money, region=country
    )
    return Conditions(
        electricity_price_per_mwh=fuel_price_row(ELECTRICITY, scenario, country),
        electricity_kg_per_kwh=today,
        grid_kg_per_kwh=_grid_by_year(scenario, country, today.value, grid),
        backup_fuel_price_per_mwh=fuel_price_row("gas", scenario, country),
        backup_kg_per_kwh=fuel_row("gas", boiler["factor"], scenario, country),
        backup_efficiency_share=assumption(
            "technology_costs", "gas_boiler_peak", boiler["efficiency"]
        ),
        source_heat_price_per_mwh=given(bought, economics.source_heat_price_per_mwh),
        ground_degc=assumption("climate", "normals", "ground_degc", country),
    )


def condition_doubts(
    scenario: Scenario, country: str, *, grid: Trajectory | None
) -> tuple[Problem, ...]:
    """
    What holds in a study without being known for its country.

    Parameters
    ----------
    scenario
        Basis of the grid factor, and the factor if the user gives one.
    country
        ISO 3166-1 alpha-2 code; blank where it is not known.
    grid
        The user's emission factors by year, if there are any.

    Returns
    -------
    doubts
        One where a general row, or the one guess of the marginal factor, stands in for the
        country's grid factor; else none.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> condition_doubts(Scenario(), "FI", grid=None)
    ()
    >>> print(condition_doubts(Scenario(), "PT", grid=None)[0].what)
    no lifecycle grid factor is known for PT; a general one of 0.27 kg/kWh (0.2 to 0.46) applies
    """
    basis = scenario.emissions.electricity_basis
    if _user_gives_factor(scenario, grid) or (country and has_own_factor(country, basis=basis)):
        return ()
    row = assumption("emission_factors", ELECTRICITY, f"co2e_{basis}_kg_per_kwh", country)
    size = f"of {row.value:g} kg/kWh ({row.low:g} to {row.high:g})"
    what = (
        f"no {basis} grid factor is known for {country or 'the country'}; a general one {size}"
        " applies"
    )
    if basis == "marginal":
        what = f"one guess {size} stands for the marginal grid factor of every country"
    where, advice = "emissions.electricity_basis", f"{_OWN_FACTOR} if you know better"
    return (Problem(file="scenario", where=where, what=what, advice=advice),)


def _user_gives_factor(scenario: Scenario, grid: Trajectory | None) -> bool:
    """Whether the grid factor is the user's own, as a figure or as a file."""
    return grid is not None or scenario.emissions.grid_co2e_kg_per_kwh is not None


def _refuse_unknown_factor(scenario: Scenario, country: str, grid: Trajectory | None) -> None:
    """Refuse to count direct emissions of a grid for which nobody gives a direct factor."""
    known = not country or has_own_factor(country, basis="direct")
    if scenario.emissions.electricity_basis != "direct" or known:
        return
    if not _user_gives_factor(scenario, grid):
        what = f"no direct grid factor is known for {country}"
        advice = f"{_OWN_FACTOR}, or choose electricity_basis = 'lifecycle'"
        where = "emissions.electricity_basis"
        raise InputError([Problem(file="scenario", where=where, what=what, advice=advice)])


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
    >>> from heatreach.siting import Scenario
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
