"""
How prices of energy and heat move over the years, relative to the first year of operation.

Three ways go from plain to particular: prices stay level in real money, they change by the same
share every year (``economics.electricity_price_change_share`` and ``gas_price_change_share``), or
they are those of the user's file (`heatreach.siting.reading.price_file`, which goes first). The
money of the first year is in `conditions`; this module only says by what factor later years differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..scenario_fields import limits

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..reading.price_file import PriceFile
    from ..scenario import Scenario
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

LEVEL = "level"
ELECTRICITY, GAS = "electricity", "gas"
FUELS = (ELECTRICITY, GAS, "oil", "district_heat")
"""Carriers of energy with a path of their own."""
TARIFF = "tariff_"
COUNTERFACTUAL = "counterfactual"


def longest_years() -> int:
    """
    Years that a horizon may have at most.

    Returns
    -------
    years
        Upper limit of ``economics.life_years``.

    Examples
    --------
    >>> longest_years()
    60
    """
    return int(limits()["economics.life_years"]["maximum"])


def price_paths(scenario: Scenario, conditions: Conditions, years: int) -> dict[str, Floats]:
    """
    Price of each year of operation over that of the first, by path [-].

    Parameters
    ----------
    scenario
        Yearly changes, and whether the price of heat follows what it replaces.
    conditions
        Paths of the user's file, if there is one.
    years
        Years of operation wanted, 1 to `longest_years`.

    Returns
    -------
    paths
        Arrays of shape (years,), 1 in the first year: ``level``, one per carrier of `FUELS` and
        one per tariff that follows a carrier (``tariff_gas``). Every path that ``cash_lines``
        names is among them.

    Raises
    ------
    ValueError
        If there is no year, or more than the longest horizon.

    Notes
    -----
    ``path(t) = (1 + change)^(t-1)`` in year ``t`` of operation, in real money: general inflation is
    no part of it. Oil and the heat of other networks follow the change of gas, since no key speaks
    of them alone; a file of prices can. With ``tariff_index = "level"`` the price of heat stays
    while fuels move, so that consumers carry no price risk and the operator does.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> from heatreach.siting.appraisal.conditions import conditions_of
    >>> dearer = Scenario(economics={"gas_price_change_share": 0.1})
    >>> paths = price_paths(dearer, conditions_of(dearer, "DE"), 3)
    >>> paths["tariff_gas"].round(2).tolist(), paths["electricity"].tolist()
    ([1.0, 1.1, 1.21], [1.0, 1.0, 1.0])
    """
    if not 1 <= years <= longest_years():
        raise ValueError(f"{years} years are outside 1 to {longest_years()}")
    economics = scenario.economics
    change = dict.fromkeys(FUELS, economics.gas_price_change_share)
    change[ELECTRICITY] = economics.electricity_price_change_share
    elapsed, level = np.arange(years, dtype=float), np.ones(years)
    fuels = {fuel: (1.0 + share) ** elapsed for fuel, share in change.items()}
    fuels |= {fuel: np.array(path[:years]) for fuel, path in conditions.given_price_paths}
    follows = economics.tariff_index == COUNTERFACTUAL
    tariffs = {TARIFF + fuel: path if follows else level for fuel, path in fuels.items()}
    return {LEVEL: level, **fuels, **tariffs}


def with_given_prices(scenario: Scenario, prices: PriceFile | None) -> Scenario:
    """
    Scenario whose prices are those of the user's file in the first year of operation.

    Parameters
    ----------
    scenario
        Decisions, first year and money of the study.
    prices
        The user's prices by year, if there are any; they go before prices in the scenario.

    Returns
    -------
    scenario
        With ``economics.<carrier>_price_per_mwh`` of each carrier in the file, in the plan's money;
        the scenario itself where there is no file. Doing it twice changes nothing more.
    """
    if prices is None:
        return scenario
    first = {
        f"{fuel}_price_per_mwh": float(_given(scenario, prices, fuel, 1)[0])
        for fuel in prices.prices
    }
    economics = scenario.economics.model_copy(update=first)
    return scenario.model_copy(update={"economics": economics})


def given_paths(
    scenario: Scenario, prices: PriceFile | None
) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """
    Paths of the prices in the user's file, over the longest horizon.

    Parameters
    ----------
    scenario
        First year of operation and money of the study.
    prices
        The user's prices by year, if there are any.

    Returns
    -------
    paths
        Carrier and its price of each year over that of the first, as `Conditions` keeps them.
    """
    if prices is None:
        return ()
    by_fuel = {
        fuel: _given(scenario, prices, fuel, longest_years()) for fuel in sorted(prices.prices)
    }
    return tuple((fuel, tuple((path / path[0]).tolist())) for fuel, path in by_fuel.items())


def _given(scenario: Scenario, prices: PriceFile, fuel: str, years: int) -> Floats:
    """Prices of a carrier in the file from the first year of operation on, in the plan's money."""
    economics = scenario.economics
    calendar = economics.first_year + np.arange(years, dtype=float)
    return prices.by_year(fuel, calendar, money=economics.money)
