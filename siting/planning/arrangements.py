"""
One arrangement on many links: temperatures, machines, losses, pumping and money of its own.

An exchanger alone, an exchanger with a heat pump behind it, a heat pump, or a loop at source
temperature with a heat pump at the consumer. Which is chosen, and at which supply temperature, is
decided in `heatreach.siting.options`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import (
    AMBIENT,
    ARRANGEMENTS,
    arrange,
    find_refrigerant,
    loop_temperatures,
)

from ..appraise import appraise
from .feed_in import WORDS, delivered
from .link_pipes import link_pipes
from .supply import supply_energy

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    from heatreach.thermo import Machines

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .loads import YearLoads

NO_SUBSTATION = ("substation_capex", "substation_capex_low", "substation_capex_high")
TOO_LARGE = "needs a pipe larger than any in the catalogue"


def arrangements_tried(scenario: Scenario) -> tuple[str, ...]:
    """
    Arrangements to compare.

    Parameters
    ----------
    scenario
        ``heat_pump.arrangement``: ``best`` compares all, else the one named.

    Returns
    -------
    names
        Of `heatreach.thermo.ARRANGEMENTS`, in their order.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> len(arrangements_tried(Scenario()))
    4
    """
    word = scenario.heat_pump.arrangement
    return ARRANGEMENTS if word == "best" else (WORDS[word],)


def arrangement_machines(maker: Callable[..., Machines], name: str, scenario: Scenario) -> Machines:
    """
    Heat pumps of an arrangement; a small one at a consumer has one stage unless it is forced.

    Parameters
    ----------
    maker
        `heatreach.thermo.exact_machines` or `heatreach.thermo.fast_machines`.
    name
        The arrangement.
    scenario
        Refrigerant and cycle.

    Returns
    -------
    machines
        Heat pumps.
    """
    refrigerant, cycle = scenario.heat_pump.refrigerant, scenario.heat_pump.cycle
    one_stage = name == AMBIENT and cycle == "auto"
    if one_stage and find_refrigerant(refrigerant).kind != "transcritical":
        cycle = "single"
    return maker(refrigerant, variant=cycle)


def arranged_links(
    name: str,
    loads: YearLoads,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    machines: Machines,
) -> pd.DataFrame:
    """
    Links under one arrangement: energies, money, carbon; blank figures where it cannot work.

    Parameters
    ----------
    name
        The arrangement.
    loads
        Links with their hours, piped for the supply temperature in their table.
    terms
        Income, present heat and substation of each link's consumer; index of the loads.
    scenario, conditions
        The study.
    machines
        Heat pumps, exact or from a table.

    Returns
    -------
    links
        One row per load, index as given.
    """
    site_degc = loads.table["source_degc"]
    if name == AMBIENT:
        loads, terms, refused = _on_loop(loads, terms, scenario, conditions, machines)
        why = f"the loop would be no warmer than the ground, or {TOO_LARGE}"
    else:
        refused, why = (loads.table["dn"] == "").to_numpy(), TOO_LARGE
    energy = supply_energy(loads, name, scenario, conditions, machines=machines)
    # An unfit loop says first why it cannot work as such; an unfit pipe is reason enough.
    energy.loc[refused & ((name != AMBIENT) | (energy["reason"] == "")), "reason"] = why
    energy.loc[refused, "status"] = "infeasible"
    table = loads.table.drop(columns=[c for c in loads.table if c in energy])
    # The loop cools on its way to a consumer; what the data centre gives stays what it is.
    frame = delivered(table.assign(source_degc=site_degc).join(energy).join(terms))
    figures = appraise(frame, scenario, conditions)
    frame = frame.drop(columns=[c for c in frame if c in figures]).join(figures)
    blank = [c for c in (*figures, *energy) if c not in ("option", "cycle", "status", "reason")]
    frame.loc[frame["status"] != "ok", blank] = np.nan
    # In one piece: what is added to a frame of many pieces is slow.
    return frame.copy()


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
