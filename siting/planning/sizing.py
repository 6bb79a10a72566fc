"""
Sizes of heat pump and store that make heat cheapest.

Used where the scenario asks for ``least_cost`` instead of a share of the design peak. Every size of
a grid is run through all hours, with the efficiency of its size class, and priced like the plan
itself; the cheapest is built. The boiler stands by for the whole load at any size, so only its heat
decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption
from heatreach.thermo import HOURS_PER_YEAR, EnergyPrices, Machine, arrange, least_cost_size

from ..appraisal.line_values import bought_value, line_values, years_of_heat
from ..appraisal.machine_costs import boiler_upkeep_per_mwh, machine_capex, machine_upkeep
from .loads import WATER, peak_kw

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from heatreach.thermo import Machines, PlantSizes

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .loads import YearLoads

    Floats = npt.NDArray[np.float64]

PEAK_SHARES = np.array([0.02, 0.05, *np.linspace(0.1, 1.0, 10)])
"""Sizes tried: heat output per highest load of the year. Without any there is no heat reuse."""
STORE_HOURS = np.array([0.0, 2.0, 4.0, 8.0])
"""Stores tried: hours of full output. The cost is flat around its minimum, so steps are coarse."""
CHUNK = 200
"""Loads worked on at a time; each is run at every size."""
BOUNDED_CLASSES = ("size_small", "size_medium")
"""Size classes of heat pumps with an upper end; the next has none."""


def with_least_cost(
    loads: YearLoads,
    arrangement: str,
    scenario: Scenario,
    conditions: Conditions,
    *,
    machines: Machines,
) -> YearLoads:
    """
    Loads with the size of machine and store that make their heat cheapest.

    Parameters
    ----------
    loads
        Loads with their hours.
    arrangement
        Whose machines are priced.
    scenario, conditions
        The study.
    machines
        Heat pumps, exact or from a table.

    Returns
    -------
    loads
        The same with ``machine_kw`` and ``store_mwh`` in their table; those at whose temperatures
        the arrangement cannot work have the scenario's share of the peak and no store.

    Notes
    -----
    Heat pumps are solved once per class of efficiency (`heatreach.thermo.efficiency_by_size`); each
    size of the grid is run with the COP of the class in which its machine falls. Sizes that the
    source cannot feed in its best hour are cut off there. Cost is the levelised cost of the
    appraisal (`heatreach.siting.appraise`): renewals and what is left at the horizon, soft costs,
    prices over the years. A grant is no part of it, so it does not make machines larger.
    """
    count = len(loads.table)
    size, store = np.full(count, np.nan), np.zeros(count)
    for first in range(0, count, CHUNK):
        mask = np.zeros(count, dtype=bool)
        mask[first : first + CHUNK] = True
        size[mask], store[mask] = _cheapest(
            loads.rows(mask), arrangement, scenario, conditions, machines
        )
    share = scenario.heat_pump.peak_share * loads.table["feed_peak_kw"].to_numpy()
    size = np.where(np.isnan(size), share, size)
    return loads.of(loads.table.assign(machine_kw=size, store_mwh=store))


def _cheapest(
    loads: YearLoads,
    arrangement: str,
    scenario: Scenario,
    conditions: Conditions,
    machines: Machines,
) -> tuple[Floats, Floats]:
    """Size [kW], NaN where the arrangement cannot work, and store [MWh] of each load."""
    edges = np.array([assumption("heat_pumps", k, "max_heat_kw").value for k in BOUNDED_CLASSES])
    peak = peak_kw(loads) + loads.table["loss_mwh"].to_numpy() * 1e3 / HOURS_PER_YEAR
    cost, size, store = np.full(len(peak), np.inf), np.full(len(peak), np.nan), np.zeros(len(peak))
    for kind, largest in enumerate((*edges, np.inf)):
        smallest = 0.0 if kind == 0 else edges[kind - 1]
        some = _one_machine_kw(peak, scenario) > smallest
        if not some.any():
            continue
        mine = loads.rows(some)
        points = _class_points(mine.table, arrangement, machines, float(largest))
        own = _heat_pump_kw(mine, points, peak[some], scenario)
        fits = (np.searchsorted(edges, own) == kind) & (points["reason"] == "").to_numpy()[:, None]
        # Loads whose sizes of this class are the same shares of their peak are run together.
        patterns, pattern_of = np.unique(fits, axis=0, return_inverse=True)
        for number in np.flatnonzero(patterns.any(axis=1)):
            alike = pattern_of.ravel() == number
            found = _sizes(
                mine.rows(alike),
                points[alike],
                PEAK_SHARES[patterns[number]],
                arrangement,
                scenario,
                conditions,
            )
            rows = np.flatnonzero(some)[alike]
            better = found.lcoh_per_mwh < cost[rows]
            cost[rows[better]] = found.lcoh_per_mwh[better]
            size[rows[better]] = found.heat_pump_kw[better]
            store[rows[better]] = found.store_mwh[better]
    return size, store


def _class_points(
    table: pd.DataFrame, arrangement: str, machines: Machines, largest_kw: float
) -> pd.DataFrame:
    """Arrangement at each load's temperatures with heat pumps of one size class."""

    def of_class(
        source_in: Floats, source_out: Floats, sink_in: Floats, sink_out: Floats, _heat_kw: Floats
    ) -> pd.DataFrame:
        return machines(source_in, source_out, sink_in, sink_out, largest_kw)

    waters = (table[name].to_numpy() for name in WATER)
    return arrange(arrangement, *waters, heat_kw=0.0, machines=of_class)


def _one_machine_kw(size: Floats, scenario: Scenario) -> Floats:
    """Heat output of one of the machines that make up a size [kW]."""
    module = scenario.heat_pump.module_kw
    return size if module is None else np.minimum(size, module)


def _heat_pump_kw(
    loads: YearLoads, points: pd.DataFrame, peak: Floats, scenario: Scenario
) -> Floats:
    """Heat pump in one machine of every size tried, as the source can feed it [kW]."""
    best = loads.table["source_kw"].to_numpy() * loads.source_shapes.max(axis=1)[loads.source_of]
    most = best / points["source_share"].to_numpy()
    built = np.minimum(peak[:, None] * PEAK_SHARES, most[:, None])
    lifted = points["heat_pump_share"].to_numpy()
    return np.asarray(lifted[:, None] * _one_machine_kw(built, scenario))


def _sizes(
    loads: YearLoads,
    points: pd.DataFrame,
    shares: Floats,
    arrangement: str,
    scenario: Scenario,
    conditions: Conditions,
) -> PlantSizes:
    """Cheapest of some sizes of each load, with the COPs given."""
    table = loads.table
    prices = _mean_prices(scenario, conditions)
    cost = _annual_cost(
        arrangement,
        points["heat_pump_share"].to_numpy(),
        points["machine_cop"].to_numpy(),
        scenario,
        conditions,
    )
    return least_cost_size(
        loads.hourly(table["heat_mwh"].to_numpy(), table["loss_mwh"].to_numpy()),
        loads.source(),
        Machine(
            heat_pump_kw=0.0,
            cop=points["cop"].to_numpy(),
            source_share=points["source_share"].to_numpy(),
        ),
        peak_shares=shares,
        store_hours=STORE_HOURS,
        annual_cost=cost,
        prices=prices,
        standby_share=1.0,
        module_kw=scenario.heat_pump.module_kw,
    )


def _mean_prices(scenario: Scenario, conditions: Conditions) -> EnergyPrices:
    """Prices of energy over the horizon, later years discounted."""
    weight = line_values(scenario, conditions) / years_of_heat(scenario)
    fuel = conditions.backup_fuel_price_per_mwh.value / conditions.backup_efficiency_share.value
    upkeep = boiler_upkeep_per_mwh(scenario.economics.money)
    power = conditions.electricity_price_per_mwh.value
    return EnergyPrices(
        electricity_per_mwh=power * weight["electricity_heat"],
        backup_per_mwh=fuel * weight["backup_heat"] + upkeep * weight["boiler_use"],
        source_per_mwh=conditions.source_heat_price_per_mwh.value * weight["source_heat"],
    )


def _annual_cost(
    arrangement: str, lifted: Floats, cop: Floats, scenario: Scenario, conditions: Conditions
) -> Callable[[Floats, Floats, Floats, Floats], Floats]:
    """Cost per year of plants of which a share is heat pump, the rest exchanger."""

    def annual_cost(size: Floats, store: Floats, _boiler: Floats, heat: Floats) -> Floats:
        plant = pd.DataFrame(
            {
                "option": arrangement,
                "heat_pump_kw": (size * lifted[:, None, None]).ravel(),
                "exchanger_kw": (size * (1.0 - lifted[:, None, None])).ravel(),
                "machine_cop": np.broadcast_to(cop[:, None, None], size.shape).ravel(),
                "store_mwh": store.ravel(),
                "heat_pump_mwh": heat.ravel(),
            }
        )
        return _per_year(plant, scenario, conditions).reshape(size.shape)

    return annual_cost


def _per_year(plant: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> Floats:
    """Cost of owning plants per year: investment and renewals spread over the horizon, upkeep."""
    economics, module = scenario.economics, scenario.heat_pump.module_kw
    capex = machine_capex(plant, money=economics.money, column="value", module_kw=module)
    upkeep = machine_upkeep(plant, capex, money=economics.money, module_kw=module)
    years = years_of_heat(scenario)
    owned = [
        amount * bought_value(line, scenario, conditions, grant=False) / years
        for line, amount in capex.items()
    ]
    return np.asarray(np.sum([*owned, *upkeep.values()], axis=0))
