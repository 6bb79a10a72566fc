"""
Ways to make the heat of each link and network, side by side, and the one that is chosen.

A link can be served by an exchanger alone, an exchanger with a heat pump behind it, a heat pump, or
a loop at source temperature with a heat pump at the consumer; each has its own temperatures,
machines, losses, pumping and money. The cheapest per MWh delivered is chosen unless the planner
says otherwise, and the others are kept with what they would have given. COPs for the comparison
come from the table of `heatreach.thermo`, sizes are a share of the peak; what is chosen is solved
exactly and sized as the planner asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.thermo import (
    AMBIENT,
    ARRANGEMENTS,
    CENTRAL,
    arrange,
    exact_machines,
    fast_machines,
    find_refrigerant,
    loop_temperatures,
)

from .appraise import appraise
from .planning.feed_in import WORDS, delivered
from .planning.link_pipes import link_pipes
from .planning.loads import year_loads
from .planning.supply import supply_energy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from heatreach.thermo import Machines

    from .appraisal.conditions import Conditions
    from .hours import Hours
    from .planning.loads import YearLoads
    from .scenario import Scenario

SIZED_BEST = 2
"""Arrangements of a link that are sized by cost: the cheapest of the comparison, in its order."""
CHUNK = 2000
"""Links worked on at a time; bounds the memory of their hourly shapes."""
NO_SUBSTATION = ("substation_capex", "substation_capex_low", "substation_capex_high")


def link_options(
    links: pd.DataFrame,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    hours: Hours,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Every link under every arrangement, and under the one chosen.

    Parameters
    ----------
    links
        Links that are routed and piped, without geometry.
    terms
        Income, present heat and substation of each link's consumer; index of the links.
    scenario, conditions, hours
        The study.

    Returns
    -------
    chosen
        One row per link, index of the links: energies, money and carbon of the arrangement chosen,
        its COP exact. ``infeasible`` with the reasons where none works.
    options
        One row per link and arrangement, ``chosen`` marked. The chosen row is that of the link. The
        others are as compared, with COPs from the table and machines of the scenario's share of the
        peak; of sizes by cost, the two cheapest of the comparison are sized and solved exactly.
    """
    parts = [
        _chunk_options(links.iloc[rows], terms.iloc[rows], scenario, conditions, hours)
        for rows in _chunks(len(links))
    ]
    chosen, options = zip(*parts, strict=True)
    return pd.concat(chosen), pd.concat(options, ignore_index=True)


def _chunks(count: int) -> Iterator[slice]:
    """Slices of rows."""
    return (slice(first, first + CHUNK) for first in range(0, count, CHUNK))


def _chunk_options(
    links: pd.DataFrame,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    hours: Hours,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Options of some links."""
    # Arrangements are compared at one size; the one chosen is then sized as the scenario asks.
    alike = scenario.heat_pump.model_copy(update={"sizing": "share"})
    compared = scenario.model_copy(update={"heat_pump": alike})
    loads = year_loads(links, hours)
    tried = {
        name: _tried(
            name, loads, terms, compared, conditions, _machines(fast_machines, name, scenario)
        )
        for name in _names(scenario)
    }
    best, works = _final(tried, loads, terms, scenario, conditions)
    names = np.array(list(tried))[best]
    options = {name: frame.assign(chosen=works & (names == name)) for name, frame in tried.items()}
    chosen = [frame[frame["chosen"]].drop(columns="chosen") for frame in options.values()]
    chosen.append(_nothing_works(tried, works))
    return pd.concat(chosen).loc[links.index], pd.concat(options.values(), ignore_index=True)


def _final(
    tried: dict[str, pd.DataFrame],
    loads: YearLoads,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """
    Number of the cheapest arrangement of each link, and whether there is one.

    The arrangements that may be chosen are solved exactly, sized as the scenario asks, and replace
    those that were compared.
    """
    count = SIZED_BEST if scenario.heat_pump.sizing == "least_cost" else 1
    compared = _cost(tried)
    order = np.argsort(compared, axis=1, kind="stable")[:, :count]
    cost = np.full_like(compared, np.inf)
    for number, name in enumerate(list(tried)):
        mine = np.isfinite(compared[:, number]) & (order == number).any(axis=1)
        if not mine.any():
            continue
        exact = _machines(exact_machines, name, scenario)
        again = _tried(name, loads.rows(mine), terms[mine], scenario, conditions, exact)
        cost[mine, number] = again["lcoh_per_mwh"].fillna(np.inf)
        tried[name] = pd.concat([tried[name][~mine], again]).loc[loads.table.index]
    return cost.argmin(axis=1), np.isfinite(cost.min(axis=1))


def _cost(tried: dict[str, pd.DataFrame]) -> npt.NDArray[np.float64]:
    """Cost of heat of links (rows) by arrangement, infinite where it does not work."""
    return np.column_stack([frame["lcoh_per_mwh"].fillna(np.inf) for frame in tried.values()])


def _machines(maker: Callable[..., Machines], name: str, scenario: Scenario) -> Machines:
    """Heat pumps of an arrangement; a small one at a consumer has one stage unless it is forced."""
    refrigerant, cycle = scenario.heat_pump.refrigerant, scenario.heat_pump.cycle
    one_stage = name == AMBIENT and cycle == "auto"
    if one_stage and find_refrigerant(refrigerant).kind != "transcritical":
        cycle = "single"
    return maker(refrigerant, variant=cycle)


def _names(scenario: Scenario) -> tuple[str, ...]:
    """Arrangements to compare."""
    word = scenario.heat_pump.arrangement
    return ARRANGEMENTS if word == "best" else (WORDS[word],)


def _tried(
    name: str,
    loads: YearLoads,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    machines: Machines,
) -> pd.DataFrame:
    """Links under one arrangement: energies, money, carbon; blank figures where it cannot work."""
    site_degc = loads.table["source_degc"]
    if name == AMBIENT:
        loads, terms, cold = _on_loop(loads, terms, scenario, conditions, machines)
    else:
        cold = np.zeros(len(loads.table), dtype=bool)
    energy = supply_energy(loads, name, scenario, conditions, machines=machines)
    energy.loc[cold, "status"] = "infeasible"
    energy.loc[cold & (energy["reason"] == ""), "reason"] = (
        "the loop would be no warmer than the ground, or needs a pipe larger than any in the"
        " catalogue"
    )
    table = loads.table.drop(columns=[c for c in loads.table if c in energy])
    # The loop cools on its way to a consumer; what the data centre gives stays what it is.
    frame = delivered(table.assign(source_degc=site_degc).join(energy).join(terms))
    figures = appraise(frame, scenario, conditions)
    frame = frame.drop(columns=[c for c in frame if c in figures]).join(figures)
    blank = [c for c in (*figures, *energy) if c not in ("option", "cycle", "status", "reason")]
    frame.loc[frame["status"] != "ok", blank] = np.nan
    return frame


def _on_loop(
    loads: YearLoads,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    machines: Machines,
) -> tuple[YearLoads, pd.DataFrame, npt.NDArray[np.bool_]]:
    """
    Loads as an ambient loop sees them, terms without substations, and loops that are too cold.

    The pipe carries what the consumers' heat pumps draw, at loop temperature; its cooling on the
    way makes their source colder. Gains from warmer ground are not counted.
    """
    table = loads.table
    supply, back = loop_temperatures(
        table["source_degc"].to_numpy(), table["source_return_degc"].to_numpy()
    )
    cold = (np.asarray(supply) <= conditions.ground_degc.value) | (np.asarray(supply) <= back)
    warm = np.where(cold, conditions.ground_degc.value + table["supply_degc"], supply)
    drawn = (
        arrange(
            AMBIENT,
            table["source_degc"].to_numpy(),
            table["source_return_degc"].to_numpy(),
            table["return_degc"].to_numpy(),
            table["supply_degc"].to_numpy(),
            heat_kw=table["peak_kw"].to_numpy(),
            machines=machines,
        )["source_share"]
        .fillna(1.0)
        .to_numpy()
    )
    loop = table.assign(
        supply_degc=warm,
        return_degc=np.where(cold, conditions.ground_degc.value, back),
        peak_kw=table["peak_kw"] * drawn,
        heat_mwh=table["heat_mwh"] * drawn,
    )
    pipes = link_pipes(loop, scenario, conditions)
    pipes["loss_mwh"] = pipes["loss_mwh"].clip(lower=0.0)
    piped = table.drop(columns=[c for c in table if c in pipes]).join(pipes)
    piped = piped.assign(
        source_degc=table["source_degc"] - pipes["supply_drop_k"].clip(lower=0.0),
        sink_in_degc=table["return_degc"],
        sink_out_degc=table["supply_degc"],
    )
    bare = terms.assign(**dict.fromkeys((*NO_SUBSTATION, "substation_upkeep"), 0.0))
    return loads.of(piped), bare, cold | (pipes["dn"] == "").to_numpy()


def _nothing_works(tried: dict[str, pd.DataFrame], works: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Links that no arrangement serves, with the reasons of all."""
    # The first is no ambient loop unless that is the only one, so the pipe is that of a network.
    rows = next(iter(tried.values()))[~works]
    reasons = [
        "; ".join(f"{name}: {frame['reason'].loc[row]}" for name, frame in tried.items())
        for row in rows.index
    ]
    return rows.assign(option="", cycle="", status="infeasible", reason=reasons)


def best_supply(
    loads: YearLoads, scenario: Scenario, conditions: Conditions, *, machines: Machines
) -> pd.DataFrame:
    """
    Energies of a network under the arrangement whose energy centre makes the cheapest heat.

    Parameters
    ----------
    loads
        The network's load, one row.
    scenario, conditions
        The study.
    machines
        Heat pumps.

    Returns
    -------
    energy
        One row, as `heatreach.siting.planning.supply.supply_energy`; the last reasons where none
        works.

    Notes
    -----
    A network runs at one temperature, so the ambient loop is an option of links only.
    """
    names = [name for name in _names(scenario) if name != AMBIENT] or [CENTRAL]
    tried = [supply_energy(loads, name, scenario, conditions, machines=machines) for name in names]
    energies = [delivered(loads.table.join(frame)) for frame in tried]
    working = [frame for frame in energies if frame["status"].iloc[0] == "ok"]
    if not working:
        return tried[-1]
    costs = [
        appraise(without_pipes(frame), scenario, conditions)["lcoh_per_mwh"].iloc[0]
        for frame in working
    ]
    best = working[int(np.argmin(costs))]
    return best[list(tried[0])]


def without_pipes(energy: pd.DataFrame) -> pd.DataFrame:
    """
    Energy centre alone: no pipes, pumps, substations or income.

    Parameters
    ----------
    energy
        Energies with the load's columns.

    Returns
    -------
    centre
        The same with those columns zero.
    """
    nothing = dict.fromkeys(
        [
            "pipe_capex",
            "bore_capex",
            "pipe_capex_low",
            "pipe_capex_high",
            *NO_SUBSTATION,
            "substation_upkeep",
            "pumping_mwh",
            "revenue_per_year",
            "present_t_co2e",
            "present_electricity_mwh",
            "embodied_t_co2e",
        ],
        0.0,
    )
    return energy.assign(**nothing)
