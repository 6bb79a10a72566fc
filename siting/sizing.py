"""
Sizes of heat pump and store that make heat cheapest.

Used where the scenario asks for ``least_cost`` instead of a share of the design peak. Every size of
a grid is run through all hours and priced like the plan itself; the cheapest is built. The boiler
stands by for the whole load at any size, so it does not decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.thermo import EnergyPrices, Machine, least_cost_size

from .conditions import annuity_years
from .machine_costs import machine_capex, machine_renewal, machine_upkeep

if TYPE_CHECKING:
    import numpy.typing as npt

    from .conditions import Conditions
    from .scenario import Scenario
    from .supply import YearLoads

PEAK_SHARES = np.linspace(0.1, 1.0, 10)
"""Sizes tried: heat output per highest load of the year. Without any there is no heat reuse."""
STORE_HOURS = np.array([0.0, 2.0, 4.0, 8.0])
"""Stores tried: hours of full output. The cost is flat around its minimum, so steps are coarse."""
CHUNK = 200
"""Loads worked on at a time; each is run at every size."""


def with_least_cost(
    loads: YearLoads,
    points: pd.DataFrame,
    arrangement: str,
    scenario: Scenario,
    conditions: Conditions,
) -> YearLoads:
    """
    Loads with the size of machine and store that make their heat cheapest.

    Parameters
    ----------
    loads
        Loads with their hours.
    points
        The arrangement at each load's temperatures; rows that cannot work are skipped.
    arrangement
        Whose machines are priced.
    scenario, conditions
        The study.

    Returns
    -------
    loads
        The same with ``machine_kw`` and ``store_mwh`` in their table.
    """
    works = np.flatnonzero(points["reason"] == "")
    size, store = np.full(len(points), np.nan), np.zeros(len(points))
    for first in range(0, len(works), CHUNK):
        rows = works[first : first + CHUNK]
        mask = np.zeros(len(points), dtype=bool)
        mask[rows] = True
        size[rows], store[rows] = _cheapest(
            loads.rows(mask), points.iloc[rows], arrangement, scenario, conditions
        )
    peak = loads.table["feed_peak_kw"].to_numpy()
    share = scenario.heat_pump.peak_share
    size = np.where(np.isnan(size), share * peak, size)
    return loads.of(loads.table.assign(machine_kw=size, store_mwh=store))


def _cheapest(
    loads: YearLoads,
    points: pd.DataFrame,
    arrangement: str,
    scenario: Scenario,
    conditions: Conditions,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Size [kW] and store [MWh] of each load."""
    table, lifted = loads.table, points["heat_pump_share"].to_numpy()
    fuel = conditions.backup_fuel_price_per_mwh.value / conditions.backup_efficiency_share.value

    def annual_cost(
        size: npt.NDArray[np.float64],
        store: npt.NDArray[np.float64],
        _boiler: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        plant = pd.DataFrame(
            {
                "option": arrangement,
                "heat_pump_kw": (size * lifted[:, None, None]).ravel(),
                "exchanger_kw": (size * (1.0 - lifted[:, None, None])).ravel(),
                "store_mwh": store.ravel(),
                "heat_pump_mwh": 0.0,
            }
        )
        return _per_year(plant, scenario).reshape(size.shape)

    sizes = least_cost_size(
        loads.hourly(table["heat_mwh"].to_numpy(), table["loss_mwh"].to_numpy()),
        loads.source(),
        Machine(
            heat_pump_kw=0.0,
            cop=points["cop"].to_numpy(),
            source_share=points["source_share"].to_numpy(),
        ),
        peak_shares=PEAK_SHARES,
        store_hours=STORE_HOURS,
        annual_cost=annual_cost,
        prices=EnergyPrices(
            electricity_per_mwh=conditions.electricity_price_per_mwh.value,
            backup_per_mwh=fuel,
            source_per_mwh=conditions.source_heat_price_per_mwh.value,
        ),
        standby_share=1.0,
    )
    return sizes.heat_pump_kw, sizes.store_mwh


def _per_year(plant: pd.DataFrame, scenario: Scenario) -> npt.NDArray[np.float64]:
    """Cost of owning plants per year: investment and renewals spread over the horizon, upkeep."""
    economics = scenario.economics
    capex = machine_capex(plant, money=economics.money, column="value")
    soft = 1.0 + economics.soft_cost_share
    years = annuity_years(economics.discount_rate_share, economics.life_years)
    owned = (capex.sum(axis=1) + machine_renewal(capex, plant, scenario)) * soft / years
    return owned.to_numpy() + machine_upkeep(plant, capex, money=economics.money)
