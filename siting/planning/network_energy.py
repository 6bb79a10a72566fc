"""
Temperatures and energies of a designed network.

The network room knows pipes and flows, `options` knows machines; here a plan of the one becomes the
load of the other.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.network import network_temperatures
from heatreach.thermo import HOURS_PER_YEAR, heat_capacity_kj_kgk

from ..appraisal.credits import site_credits
from ..consumers.heat_networks import HEAT_NETWORK
from ..hours import mixed_shape
from .energy_centre import best_supply, supply_each
from .feed_in import delivered
from .loads import year_loads
from .supply import plant_year
from .year_tables import source_taken_kw

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from heatreach.network import (
        Catalogue,
        DesignRules,
        NetworkPlan,
        NetworkTemperatures,
        StreetGraph,
    )
    from heatreach.thermo import Dispatch, Machines

    from ..appraisal.conditions import Conditions
    from ..hours import Hours
    from ..scenario import Scenario
    from .loads import YearLoads

logger = logging.getLogger(__name__)

SITE_WATER = ("source_degc", "source_return_degc", "source_kw", "utilisation")
SHARES = ("network_share_of_heat", "network_share_of_peak")


def mean_state(
    plan: NetworkPlan,
    streets: StreetGraph,
    *,
    rules: DesignRules,
    catalogue: Catalogue,
    scenario: Scenario,
    source_least_degc: float = -np.inf,
) -> NetworkTemperatures:
    """
    Temperatures, flows and losses of a plan at its mean yearly load.

    Parameters
    ----------
    plan
        The designed network.
    streets
        The graph it was designed on.
    rules, catalogue
        Conditions and pipes of the design.
    scenario
        Largest cooling of the supply.
    source_least_degc
        Supply temperature at the source below which it does not fall [°C].

    Returns
    -------
    state
        One value per tree node.
    """
    tree, served = plan.tree, plan.consumers[plan.consumers["connected"]]
    place = np.full(streets.nodes, -1)
    place[tree.node] = np.arange(len(tree.node))
    leaf = place[served["node"].to_numpy()]

    def at_nodes(column: str, elsewhere: float) -> npt.NDArray[np.float64]:
        values = np.full(len(tree.node), elsewhere)
        values[leaf] = served[column]
        return values

    u_value = catalogue.u_value_w_mk[plan.edges["size"].to_numpy()]
    state = network_temperatures(
        tree,
        at_nodes("annual_heat_mwh", 0.0) * 1e3 / HOURS_PER_YEAR,
        supply_degc=at_nodes("supply_degc", rules.supply_degc),
        return_degc=at_nodes("return_degc", rules.return_degc),
        length_m=np.concatenate([[0.0], plan.edges["length_m"]]),
        u_value_w_mk=np.concatenate([[0.0], u_value]),
        ground_degc=rules.ground_degc,
        drop_max_k=scenario.network.supply_drop_max_k,
        heat_capacity_kj_kgk=float(
            heat_capacity_kj_kgk((rules.supply_degc + rules.return_degc) / 2.0)
        ),
        source_least_degc=source_least_degc,
    )
    if not state.settled:
        logger.warning(
            "flows of a network with %d consumers did not settle; its temperatures are approximate",
            len(served),
        )
    return state


def network_supply(
    site: pd.Series[Any],
    plan: NetworkPlan,
    state: NetworkTemperatures,
    making: Making,
    *,
    supply_degc: float | None = None,
) -> pd.DataFrame:
    """
    Machine, boiler and energies that feed a plan, one row, the load's columns included.

    Parameters
    ----------
    site
        Row of SITES.
    plan
        The designed network.
    state
        Its mean-load state.
    making
        How heat may be made.
    supply_degc
        Supply temperature at the source [°C] if not that of the state.

    Returns
    -------
    energy
        As `heatreach.siting.planning.energy_centre.best_supply`.
    """
    load = _load(plan, state)
    if supply_degc is not None:
        load["sink_out_degc"] = supply_degc
    return supplied(site, load, _served(plan), making)


def supplies_under(
    arrangement: str,
    site: pd.Series[Any],
    networks: Sequence[tuple[NetworkPlan, NetworkTemperatures]],
    making: Making,
) -> pd.DataFrame:
    """
    Energies of one arrangement on several networks of the same consumers, one row each.

    Parameters
    ----------
    arrangement
        One of `heatreach.thermo.ARRANGEMENTS`, but not the ambient loop.
    site
        Row of SITES.
    networks
        Plans that connect the same consumers, each with its mean-load state.
    making
        How heat may be made.

    Returns
    -------
    energy
        As `supplied`, index 0, 1, ….
    """
    served = _served(networks[0][0])
    loads = _site_loads(site, [_load(*network) for network in networks], served, making)
    energy = supply_each(
        loads, arrangement, making.scenario, making.conditions, machines=making.machines
    )
    return delivered(loads.table.join(energy))


def _served(plan: NetworkPlan) -> pd.DataFrame:
    """Consumers that a plan connects."""
    return plan.consumers[plan.consumers["connected"]]


def _load(plan: NetworkPlan, state: NetworkTemperatures) -> dict[str, float]:
    """Heat, loss, design peak and temperatures of a network."""
    loss_kw = float(state.loss_kw.sum())
    return {
        "heat_mwh": float(_served(plan)["annual_heat_mwh"].sum()),
        "loss_mwh": loss_kw * HOURS_PER_YEAR / 1e3,
        "feed_peak_kw": plan.peak_kw + loss_kw,
        "sink_out_degc": float(state.supply_degc[0]),
        "sink_in_degc": state.source_return_degc,
    }


def supplied(
    site: pd.Series[Any], load: dict[str, float], consumers: pd.DataFrame, making: Making
) -> pd.DataFrame:
    """
    Energies of one load on one site.

    Parameters
    ----------
    site
        Row of SITES.
    load
        Heat, loss, design peak and temperatures of the network.
    consumers
        Who shares the load; their uses shape its hours.
    making
        How heat may be made.

    Returns
    -------
    energy
        One row, the load's columns included; ``heat_mwh`` is what is delivered.
    """
    loads = _site_loads(site, [load], consumers, making)
    energy = best_supply(loads, making.scenario, making.conditions, machines=making.machines)
    return delivered(loads.table.join(energy))


def _site_loads(
    site: pd.Series[Any],
    loads: Sequence[dict[str, float]],
    consumers: pd.DataFrame,
    making: Making,
) -> YearLoads:
    """Loads of the same consumers on one site with their hours."""
    water = {name: site[name] for name in SITE_WATER}
    rows = [load | water | _network_shares(load, consumers) for load in loads]
    return _shared_loads(pd.DataFrame(rows), consumers, making)


def _network_shares(load: dict[str, float], consumers: pd.DataFrame) -> dict[str, float]:
    """Part of heat and of design peak that existing heat networks among the consumers take [-]."""
    network = (consumers["use"] == HEAT_NETWORK).to_numpy()
    heat, peak = consumers["annual_heat_mwh"].to_numpy(), consumers["peak_kw"].to_numpy()
    of_peak = 1.0 if network.all() else min(peak[network].sum() / load["feed_peak_kw"], 1.0)
    return {
        "network_share_of_heat": float(heat[network].sum() / heat.sum()),
        "network_share_of_peak": float(of_peak),
    }


def _shared_loads(table: pd.DataFrame, consumers: pd.DataFrame, making: Making) -> YearLoads:
    """Loads of networks with the hours of those who share each of them."""
    uses = consumers.rename(columns={"annual_heat_mwh": "heat_mwh"})
    network = (uses["use"] == HEAT_NETWORK).to_numpy()
    some = bool(network.any() and not network.all())
    return year_loads(
        table,
        making.hours,
        shape=mixed_shape(uses, making.hours),
        network_shape=mixed_shape(uses[network], making.hours) if some else None,
    )


def network_year(energy: pd.DataFrame, consumers: pd.DataFrame, making: Making) -> Dispatch:
    """
    Balance of all hours of a network.

    Parameters
    ----------
    energy
        Row of `supplied`.
    consumers
        Who shares the load.
    making
        How the heat is made.

    Returns
    -------
    year
        With its hours.
    """
    names = ("loss_mwh", "feed_peak_kw", "sink_in_degc", "sink_out_degc", *SITE_WATER, *SHARES)
    asked = energy["heat_mwh"] + energy["network_left_mwh"]
    loads = _shared_loads(energy[list(names)].assign(heat_mwh=asked), consumers, making)
    return plant_year(loads, energy, making.scenario, machines=making.machines)


def network_credits(site: pd.Series[Any], year: Dispatch, making: Making) -> dict[str, float]:
    """
    What the data centre itself saves, and its reuse metrics, with a network supplied so.

    Parameters
    ----------
    site
        Row of SITES.
    year
        Of `network_year`.
    making
        How the heat is made.

    Returns
    -------
    credits
        As `heatreach.siting.appraisal.credits.site_credits`.
    """
    return site_credits(site, source_taken_kw(year), making.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What decides how the heat of networks is made: scenario, prices, hours and machines."""

    scenario: Scenario
    conditions: Conditions
    hours: Hours
    machines: Machines
