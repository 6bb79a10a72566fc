"""
What heats consumers today: its price, its emissions and how much electricity it draws.

Machine and fuel behind each word are rows of ``counterfactuals``. Prices and factors that hold in
a country under a scenario come from `figures`; what the consumer would pay for heat from a
network is in `terms`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, price
from heatreach.thermo import climate_year, heat_shape, seasonal_air_source_cop

from ..consumers.heat_networks import HEAT_NETWORK
from .conditions import HOMES, annuity_years
from .figures import (
    ELECTRICITY,
    counterfactual_row,
    electricity_row,
    fuel_price_row,
    fuel_row,
)

if TYPE_CHECKING:
    from ..scenario import Scenario

BY_CLIMATE = "seasonal_cop"
"""Efficiency that follows the weather; the table's row of this name is the published check."""
KG_PER_KWH_TO_T_PER_MWH = 1.0
"""1 kg/kWh is 1 t/MWh: the name changes, the number does not."""
_HOME, _BUILDING = "home", "flats"


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
        Rate of the consumers and money of the study; its prices of fuels and electricity, where
        set, replace the country's.
    country
        ISO 3166-1 alpha-2 code; blank takes the general rows.
    column
        ``"value"``, ``"low"`` or ``"high"`` of the cost rows.

    Returns
    -------
    present
        ``price_per_mwh`` [money/MWh of heat] and its parts ``fuel_per_mwh`` and ``boiler_per_mwh``,
        ``fuel`` (a name in ``energy_prices``), ``t_co2e_per_mwh`` with the grid of today, and
        ``electricity_share``: electricity drawn per heat [-], by whose grid factor the emissions
        of later years differ; 0 where no electricity heats. One row per consumer.

    Notes
    -----
    ``price = fuel/efficiency + peak · capex per kW · (annuity(rate, boiler life) + upkeep share)
    / heat`` at the consumers' own rate, not that of the operator: what the consumer no longer pays
    for fuel, upkeep and the next boiler. The efficiency of an air-source heat pump is its yearly
    COP in the country's climate (`air_source_season_cop`).
    An existing heat network keeps its own plants for cold days, so it saves fuel only.
    """
    home = consumers["use"].isin(HOMES).to_numpy()
    kinds = pd.DataFrame({"name": consumers["counterfactual"].to_numpy(), "home": home})
    numbers = ["fuel_per_mwh", "boiler_per_mwh", "t_co2e_per_mwh", "electricity_share"]
    result = pd.DataFrame(index=consumers.index, columns=numbers, dtype=float)
    fuel = np.full(len(consumers), "", dtype=object)
    for _, group in kinds.groupby(["name", "home"]):
        rows = group.index.to_numpy()
        at_home = bool(group["home"].iloc[0])
        machine = counterfactual_row(str(group["name"].iloc[0]), home=at_home)
        chosen = consumers.iloc[rows]
        hours = chosen["peak_kw"] / chosen["annual_heat_mwh"].where(chosen["annual_heat_mwh"] > 0)
        hours = hours.mask(chosen["use"] == HEAT_NETWORK, 0.0)
        per_kw = _yearly_cost_per_kw(machine["technology"], scenario, column)
        efficiency = _efficiency(machine, country, home=at_home)
        fuel_price = getattr(fuel_price_row(machine["fuel"], scenario, country), column)
        factor = _fuel_factor(machine, scenario, country)
        result.iloc[rows, 0] = fuel_price / efficiency
        result.iloc[rows, 1] = hours * per_kw
        result.iloc[rows, 2] = factor / efficiency * KG_PER_KWH_TO_T_PER_MWH
        result.iloc[rows, 3] = 1.0 / efficiency if machine["fuel"] == ELECTRICITY else 0.0
        fuel[rows] = machine["fuel"]
    whole = result["fuel_per_mwh"] + result["boiler_per_mwh"]
    return result.assign(price_per_mwh=whole, fuel=fuel)


@cache
def air_source_season_cop(country: str, *, home: bool) -> float:
    """
    Yearly COP of a consumer's air-source heat pump in a country's climate [-].

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code; blank, or one without normals, takes mild temperate Europe.
    home
        Whether it heats a house; else a larger building, with the room heat of flats.

    Returns
    -------
    cop
        Heat over electricity over the typical year.

    Notes
    -----
    Room heat by the hour, warmed to what radiators need in that weather. Hot water counts at the
    same COP, though it is warmer than room heat asks for in mild hours: that flatters the machine.
    A weather file of the user plays no part here: what consumers pay and emit today is a figure of
    the country, like its prices. The catalogue's COP (row ``seasonal_cop`` of
    ``data/technology_costs.csv``) is a check in the tests: in the Danish climate the two agree
    within 10 %.

    Examples
    --------
    >>> air_source_season_cop("FI", home=True) < air_source_season_cop("GB", home=True)
    True
    """
    outdoor = climate_year(country)
    threshold = assumption("climate", "normals", "heating_threshold_degc", country).value
    room_heat = heat_shape(
        _HOME if home else _BUILDING,
        outdoor,
        hot_water_share=0.0,
        heating_threshold_degc=threshold,
    )
    return float(seasonal_air_source_cop(outdoor, room_heat))


def _efficiency(machine: dict[str, str], country: str, *, home: bool) -> float:
    """Heat over fuel or electricity of a counterfactual's machine [-]."""
    if machine["efficiency"] == BY_CLIMATE:
        return air_source_season_cop(country, home=home)
    return assumption("technology_costs", machine["technology"], machine["efficiency"]).value


def _fuel_factor(machine: dict[str, str], scenario: Scenario, country: str) -> float:
    """Emission factor of a counterfactual's fuel [kg/kWh]."""
    if machine["fuel"] != ELECTRICITY:
        return fuel_row(machine["fuel"], machine["factor"], scenario, country).value
    return electricity_row(scenario, country).value


def _yearly_cost_per_kw(technology: str, scenario: Scenario, column: str) -> float:
    """Yearly cost of owning a boiler [money per kW and year]."""
    economics = scenario.economics
    capex = price("technology_costs", technology, "capex_per_kw", target=economics.money)
    upkeep = assumption("technology_costs", technology, "fixed_om_share_per_year").value
    life = assumption("technology_costs", technology, "life_years").value
    rate = economics.consumer_rate_share
    return float(getattr(capex, column) * (1.0 / annuity_years(rate, life) + upkeep))
