"""
A designed network as an ambient loop: a heat pump at every consumer, the trenches as they are.

Every consumer is an ambient link of its own (`arrangements`) that shares one loop: its part of
pipe, losses, pumping, source, exchanger and boiler follows the heat that its heat pump draws. The
sums are compared with the other arrangements of the network. Projects are planned with an energy
centre: for them the loop is a figure to know, not a plan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.network.designing.resized import resized_plan
from heatreach.thermo import AMBIENT, HOURS_PER_YEAR, arrange, exact_machines, loop_temperatures

from ..appraisal.carbon import pipe_embodied_t_co2e
from ..appraise import RANGE, appraise
from .arrangements import NO_SUBSTATION, TOO_LARGE, arrangement_machines
from .feed_in import delivered
from .loads import year_loads
from .network_energy import SITE_WATER, mean_state
from .network_load import network_figures
from .supply import supply_energy
from .terms import ending, yearly_terms

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import DesignRules, NetworkPlan, NetworkTemperatures
    from heatreach.thermo import Machines

    from .project_tables import NetworkStudy, SiteNetwork

    Floats = npt.NDArray[np.float64]

COLD_LOOP = "the loop would be no warmer than the ground"
SUMS = (
    *("heat_mwh", "loss_mwh", "electricity_mwh", "heat_pump_mwh", "capex", "opex_per_year", "npv"),
    *("avoided_t_co2e", "avoided_life_t_co2e", "society_cost"),
)
"""Figures of the consumers that add up to those of the network."""


def loop_figures(study: NetworkStudy, network: SiteNetwork) -> dict[str, Any] | str:
    """
    Energies, money and carbon of a network run as an ambient loop, or why it cannot be.

    Parameters
    ----------
    study
        What the networks share.
    network
        The designed network.

    Returns
    -------
    figures
        Columns of PROJECTS, summed over the consumers; a text where the loop cannot work.

    Notes
    -----
    Exchanger and boiler are sized for every consumer's own peak, so the diversity of many is not
    counted for them; pipes count it.
    """
    basis, plan = network.built.basis, network.built.plan
    served = plan.consumers[plan.consumers["connected"]]
    machines = arrangement_machines(exact_machines, AMBIENT, study.scenario)
    waters = (float(basis.site["source_degc"]), float(basis.site["source_return_degc"]))
    warm, back = (float(degc) for degc in loop_temperatures(*waters))
    if warm <= max(back, study.conditions.ground_degc.value):
        return COLD_LOOP
    drawn = _drawn(served, waters, machines)
    if isinstance(drawn, str):
        return drawn
    rules = replace(basis.rules, supply_degc=warm, return_degc=back)
    loop = _loop_plan(study, network, drawn, rules)
    if loop is None:
        return TOO_LARGE
    state = mean_state(loop, study.attached.graph, rules=rules, **study.pipes)
    rows = _consumer_links(study, basis.site, served, loop, state, rules)
    energy = supply_energy(
        year_loads(rows, study.making.hours),
        AMBIENT,
        study.scenario,
        study.conditions,
        machines=machines,
    )
    if (energy["status"] != "ok").any():
        return str(energy.loc[energy["status"] != "ok", "reason"].iloc[0])
    frame = delivered(rows.drop(columns=[c for c in rows if c in energy]).join(energy))
    figures = appraise(frame, study.scenario, study.conditions)
    whole = frame.drop(columns=[c for c in frame if c in figures]).join(figures)
    return _summed(whole) | {"dn_max": study.catalogue.dn[loop.edges["size"].max()]}


def _drawn(served: pd.DataFrame, waters: tuple[float, float], machines: Machines) -> Floats | str:
    """Heat drawn from the loop per heat made at each consumer, or who cannot be served and why."""
    points = arrange(
        AMBIENT,
        np.full(len(served), waters[0]),
        np.full(len(served), waters[1]),
        served["return_degc"].to_numpy(dtype=float),
        served["supply_degc"].to_numpy(dtype=float),
        heat_kw=served["peak_kw"].to_numpy(dtype=float),
        machines=machines,
    )
    failing = np.flatnonzero((points["reason"] != "").to_numpy())
    if len(failing):
        first = int(failing[0])
        return f"consumer {served['id'].iloc[first]}: {points['reason'].iloc[first]}"
    return np.asarray(points["source_share"].to_numpy(dtype=float))


def _loop_plan(
    study: NetworkStudy, network: SiteNetwork, drawn: Floats, rules: DesignRules
) -> NetworkPlan | None:
    """The trenches with the pipes of the loop, consumers drawing what their heat pumps do."""
    plan, tree = network.built.plan, network.built.plan.tree
    joined = plan.consumers["connected"].to_numpy(dtype=bool)
    share = np.zeros(len(plan.consumers))
    share[joined] = drawn
    place = np.zeros(study.attached.graph.nodes, dtype=np.int64)
    place[tree.node] = np.arange(len(tree.node))
    peak, pulled = np.zeros(len(tree.node)), np.zeros(len(tree.node))
    leaf = place[plan.consumers.loc[joined, "node"].to_numpy(dtype=np.int64)]
    own = plan.consumers.loc[joined, "peak_kw"].to_numpy(dtype=float)
    np.add.at(peak, leaf, own)
    np.add.at(pulled, leaf, own * drawn)
    ratio = tree.downstream(pulled) / tree.downstream(peak)
    consumers = plan.consumers.assign(
        annual_heat_mwh=plan.consumers["annual_heat_mwh"] * share,
        supply_degc=rules.supply_degc,
        return_degc=rules.return_degc,
    )
    loop = replace(
        plan,
        consumers=consumers,
        edges=plan.edges.assign(peak_kw=plan.edges["peak_kw"].to_numpy() * ratio[1:]),
        source_peak_kw=(plan.peak_kw * float(ratio[0]),),
    )
    return resized_plan(loop, study.attached.graph, catalogue=study.catalogue, rules=rules)


def _consumer_links(
    study: NetworkStudy,
    site: pd.Series[Any],
    served: pd.DataFrame,
    loop: NetworkPlan,
    state: NetworkTemperatures,
    rules: DesignRules,
) -> pd.DataFrame:
    """Consumers as ambient links, each with its part of the loop."""
    drawing = loop.consumers[loop.consumers["connected"]]["annual_heat_mwh"].to_numpy(dtype=float)
    part = drawing / drawing.sum()
    loss_kw = max(float(state.loss_kw.sum()), 0.0)
    arrives = np.full(study.attached.graph.nodes, np.nan)
    arrives[loop.tree.node] = state.supply_degc
    cooled = state.supply_degc[0] - arrives[served["node"].to_numpy(dtype=np.int64)]
    edges, own = loop.edges, network_figures(loop, state, rules=rules, **study.pipes)
    dn = pd.Series(study.catalogue.dn[edges["size"].to_numpy()], index=edges.index)
    embodied = float(pipe_embodied_t_co2e(dn, edges["length_m"], study.scenario).sum())
    shared = {
        "loss_mwh": loss_kw * HOURS_PER_YEAR / 1e3,
        "feed_peak_kw": loop.peak_kw + loss_kw,
        "pumping_mwh": own["pumping_mwh"],
        "embodied_t_co2e": embodied,
    }
    for column in RANGE:
        end = ending(column)
        shared[f"pipe_capex{end}"] = float(edges[f"capex{end}"].sum())
        shared[f"bore_capex{end}"] = float(edges[f"bore_capex{end}"].sum())
    terms = yearly_terms(served, served["annual_heat_mwh"]).assign(
        **dict.fromkeys((*NO_SUBSTATION, "substation_upkeep"), 0.0)
    )
    frame = pd.DataFrame(served.drop(columns=[c for c in served if c in terms or c == "geometry"]))
    return (
        frame.join(terms)
        .assign(
            heat_mwh=served["annual_heat_mwh"],
            **{name: site[name] for name in SITE_WATER},
            **{name: part * value for name, value in shared.items()},
        )
        .assign(
            source_kw=float(site["source_kw"]) * part,
            source_degc=float(site["source_degc"]) - np.maximum(cooled, 0.0),
            sink_in_degc=served["return_degc"],
            sink_out_degc=served["supply_degc"],
        )
        .copy()
    )


def _summed(whole: pd.DataFrame) -> dict[str, Any]:
    """Figures of the network from those of its consumers."""
    sums = {name: float(whole[name].sum()) for name in SUMS}
    heat = whole["heat_mwh"].to_numpy(dtype=float)
    tonnes = sums["avoided_life_t_co2e"]
    return sums | {
        "lcoh_per_mwh": float(np.average(whole["lcoh_per_mwh"], weights=heat)),
        "cop": sums["heat_pump_mwh"] / sums["electricity_mwh"],
        "cost_per_t_co2e": sums["society_cost"] / tonnes if tonnes > 0.0 else np.nan,
    }
