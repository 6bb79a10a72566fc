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
from .price_paths import GAS, given_paths, longest_years, with_given_prices

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..reading.price_file import PriceFile
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
    grid_later_kg_per_kwh: tuple[float, ...] = ()
    given_price_paths: tuple[tuple[str, tuple[float, ...]], ...] = ()

    def grid_by_year(self, years: int) -> npt.NDArray[np.float64]:
        """
        Factor of electricity in each year of operation [kg/kWh], over any horizon.

        Parameters
        ----------
        years
            Years of operation wanted.

        Returns
        -------
        factors
            Shape (years,); the last one known holds beyond the years known.
        """
        known = np.array((*self.grid_kg_per_kwh, *self.grid_later_kg_per_kwh))
        return known[np.minimum(np.arange(years), len(known) - 1)]

    def figures(self) -> tuple[Assumption, ...]:
        """All figures that are rows, for the register."""
        values = (getattr(self, name) for name in self.__slots__)
        return tuple(value for value in values if isinstance(value, Assumption))


def conditions_of(
    scenario: Scenario,
    country: str,
    *,
    grid: Trajectory | None = None,
    prices: PriceFile | None = None,
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
    prices
        The user's prices by year, if there are any; they go before those of the scenario.

    Returns
    -------
    conditions
        Prices in the plan's money, emission factors, ground temperature, the grid's factor in
        each year of operation and beyond, and the paths of the user's prices.

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
    scenario = with_given_prices(scenario, prices)
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
    by_year = _grid_by_year(scenario, country, today.value, grid)
    return Conditions(
        electricity_price_per_mwh=_price_row(ELECTRICITY, scenario, country, prices),
        electricity_kg_per_kwh=today,
        grid_kg_per_kwh=by_year[: economics.life_years],
        grid_later_kg_per_kwh=by_year[economics.life_years :],
        given_price_paths=given_paths(scenario, prices),
        backup_fuel_price_per_mwh=_price_row(GAS, scenario, country, prices),
        backup_kg_per_kwh=fuel_row("gas", boiler["factor"], scenario, country),
        backup_efficiency_share=assumption(
            "technology_costs", "gas_boiler_peak", boiler["efficiency"]
        ),
        source_heat_price_per_mwh=given(bought, economics.source_heat_price_per_mwh),
        ground_degc=assumption("climate", "normals", "ground_degc", country),
    )


def _price_row(fuel: str, scenario: Scenario, country: str, prices: PriceFile | None) -> Assumption:
    """Price of the first year, with the name of the file that it comes from."""
    row = fuel_price_row(fuel, scenario, country)
    if prices is None or fuel not in prices.prices:
        return row
    note = f"first year of operation; later years are those of {prices.file}"
    return replace(row, locator=prices.file, note=note)


def condition_doubts(
    scenario: Scenario,
    country: str,
    *,
    grid: Trajectory | None,
    prices: PriceFile | None = None,
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
    prices
        The user's prices by year, if there are any.

    Returns
    -------
    doubts
        One where a general row, or the one guess of the marginal factor, stands in for the
        country's grid factor, and one per price of the file that is far from the country's.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> condition_doubts(Scenario(), "FI", grid=None)
    ()
    >>> print(condition_doubts(Scenario(), "PT", grid=None)[0].what)
    no lifecycle grid factor is known for PT; a general one of 0.27 kg/kWh (0.2 to 0.46) applies
    """
    return (*_grid_doubts(scenario, country, grid), *_price_doubts(scenario, country, prices))


def _price_doubts(
    scenario: Scenario, country: str, prices: PriceFile | None
) -> tuple[Problem, ...]:
    """First-year prices of a file beyond the country's range."""
    if prices is None:
        return ()
    economics = scenario.economics
    doubts = []
    year = np.array([float(economics.first_year)])
    for fuel in prices.prices:
        row = price("energy_prices", fuel, "price_per_mwh", target=economics.money, region=country)
        first = float(prices.by_year(fuel, year, money=economics.money)[0])
        if not row.low <= first <= row.high:
            what = (
                f"{fuel}_per_mwh of {year[0]:.0f} is {first:.4g} {economics.money} per MWh, the"
                f" tables have {row.low:.4g} to {row.high:.4g}"
            )
            advice = "check unit and price base"
            doubts.append(Problem(file=prices.file, where="", what=what, advice=advice))
    return tuple(doubts)


def _grid_doubts(scenario: Scenario, country: str, grid: Trajectory | None) -> tuple[Problem, ...]:
    """One doubt where the grid factor is not the country's own nor the user's."""
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
    """Factor of electricity in each year of operation, over the longest horizon [kg/kWh]."""
    emissions, economics = scenario.emissions, scenario.economics
    years = economics.first_year + np.arange(longest_years(), dtype=float)
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
