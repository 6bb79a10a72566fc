"""
What a network asks, costs and earns as one row, from its consumers and trenches.

Pressure and pumping, and sums over the connected consumers and the sections of a plan, put beside
the energies of its machine and appraised. `project_tables` makes the project of it,
`project_options` compares such rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption
from heatreach.thermo import mass_flow_kg_s, pressure_gradient_pa_m

from ..appraisal.carbon import pipe_embodied_t_co2e
from ..appraise import RANGE, appraise
from ..consumers.heat_networks import HEAT_NETWORK
from .pumping import pump_head_pa, pumping_mwh
from .terms import ending, yearly_terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from heatreach.network import (
        Catalogue,
        DesignRules,
        NetworkPlan,
        NetworkTemperatures,
        Tree,
    )

    from ..scenario import Scenario
    from .project_tables import NetworkStudy


def appraised_load(
    study: NetworkStudy,
    plan: NetworkPlan,
    rules: DesignRules,
    state: NetworkTemperatures,
    energy: pd.DataFrame,
    known: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """
    Energies, sums, money and carbon of a network, without its tables.

    Parameters
    ----------
    study, plan, rules, state, energy, known
        As for `heatreach.siting.planning.project_tables.project_tables`.

    Returns
    -------
    load
        One row: ``energy`` with the sums over consumers and trenches and all of
        `heatreach.siting.appraise.appraise`.
    """
    return appraised_loads(study, [(plan, rules, state)], energy, known)


def appraised_loads(
    study: NetworkStudy,
    networks: Sequence[tuple[NetworkPlan, DesignRules, NetworkTemperatures]],
    energy: pd.DataFrame,
    known: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """
    Energies, sums, money and carbon of several networks at once.

    Parameters
    ----------
    study
        What the networks share.
    networks
        Plan, conditions and state of each.
    energy
        Machine and energies, one row per network.
    known
        Figures of all of them that are known better.

    Returns
    -------
    loads
        As `appraised_load`, one row per network, index as in ``energy``.
    """
    records = []
    for number, (plan, rules, state) in enumerate(networks):
        served = plan.consumers[plan.consumers["connected"]]
        got = served_heat(served, energy.iloc[[number]])
        own = network_figures(plan, state, rules=rules, **study.pipes)
        records.append(own | dict(known or {}) | _sums(study, got, plan))
    found = pd.DataFrame(records, index=energy.index)
    load = pd.concat([energy.drop(columns=[c for c in energy if c in found]), found], axis=1)
    figures = appraise(load, study.scenario, study.conditions)
    return load.drop(columns=[c for c in load if c in figures]).join(figures)


def network_figures(
    plan: NetworkPlan,
    state: NetworkTemperatures,
    *,
    rules: DesignRules,
    catalogue: Catalogue,
    scenario: Scenario,
) -> dict[str, Any]:
    """
    Pressure, pumping, largest pipe and largest cooling of a network.

    Parameters
    ----------
    plan
        The designed network.
    state
        Its mean-load state.
    rules, catalogue, scenario
        Conditions of the design.

    Returns
    -------
    figures
        Columns of PROJECTS.
    """
    tree, edges = plan.tree, plan.edges
    gradient = pressure_gradient_pa_m(
        edges["flow_kg_s"].to_numpy(),
        catalogue.inner_diameter_mm[edges["size"].to_numpy()],
        temperature_degc=_middle_degc(rules),
        roughness_mm=catalogue.roughness_mm,
    )
    both_pipes = np.concatenate([[0.0], 2.0 * gradient * edges["length_m"].to_numpy()])
    drop = tree.upstream(both_pipes).max()
    peak_flow = float(mass_flow_kg_s(plan.peak_kw, rules.supply_degc, rules.return_degc))
    pumping = pumping_mwh(
        np.array([peak_flow]),
        np.array([drop]),
        temperature_degc=np.array([_middle_degc(rules)]),
        mean_flow_kg_s=state.flow_kg_s[:1],
        scenario=scenario,
    )
    return {
        "pump_head_kpa": float(pump_head_pa(drop, scenario)) / 1e3,
        "pumping_mwh": float(pumping[0]),
        "flow_kg_s": float(peak_flow),
        "peak_kw": plan.peak_kw,
        "dn_max": catalogue.dn[edges["size"].max()],
        "supply_drop_k": float(state.supply_degc[0] - state.supply_degc[_leaves(tree)].min()),
    }


def _middle_degc(rules: DesignRules) -> float:
    """Mean of design supply and return temperature [°C]."""
    return (rules.supply_degc + rules.return_degc) / 2.0


def _leaves(tree: Tree) -> npt.NDArray[np.int64]:
    """Tree nodes with nothing behind them."""
    return np.setdiff1d(np.arange(len(tree.node)), tree.parent[1:])


def served_heat(served: pd.DataFrame, energy: pd.DataFrame) -> pd.DataFrame:
    """
    Connected consumers with the heat that they get; networks lack what was left to them.

    Parameters
    ----------
    served
        Connected consumers.
    energy
        Machine and energies of the network, one row.

    Returns
    -------
    served
        New frame, ``annual_heat_mwh`` as delivered.
    """
    heat, network = served["annual_heat_mwh"], served["use"] == HEAT_NETWORK
    asked = float(heat[network].sum())
    kept = 1.0 - float(energy["network_left_mwh"].iloc[0]) / asked if asked else 1.0
    return served.assign(annual_heat_mwh=heat.where(~network, heat * kept))


def _sums(study: NetworkStudy, served: pd.DataFrame, plan: NetworkPlan) -> dict[str, float]:
    """Sums over the connected consumers and the trenches; bores are part of the trenches."""
    edges = plan.edges
    dn = pd.Series(study.catalogue.dn[edges["size"].to_numpy()], index=edges.index)
    brought = yearly_terms(served, served["annual_heat_mwh"]).sum()
    sums = {str(name): float(total) for name, total in brought.items()}
    sums["embodied_t_co2e"] = float(
        pipe_embodied_t_co2e(dn, edges["length_m"], study.scenario).sum()
    )
    sums |= _heat_range(study, served)
    for column in RANGE:
        end = ending(column)
        sums[f"pipe_capex{end}"] = float(edges[f"capex{end}"].sum())
        sums[f"bore_capex{end}"] = float(edges[f"bore_capex{end}"].sum())
    return sums


def _heat_range(study: NetworkStudy, served: pd.DataFrame) -> dict[str, float]:
    """
    Low and high end of the heat delivered, from the ranges of the consumers' own demands.

    Consumers stray together only in part, so the ends of many do not add up: of two shares of what
    they may stray by, the common one adds up plainly and the rest by its squares.
    """
    own = study.inputs.consumers.set_index("id").loc[served["id"]]
    if "heat_low_mwh" not in own:
        return {}
    together = assumption("draw_rules", "heat_demand", "correlation_share").value
    heat, whole = served["annual_heat_mwh"].to_numpy(), own["annual_heat_mwh"].to_numpy()
    ends = {}
    for end, sign in (("low", -1.0), ("high", 1.0)):
        ratio = np.nan_to_num(own[f"heat_{end}_mwh"].to_numpy() / whole, nan=1.0)
        off = np.abs(ratio - 1.0) * heat
        strays = np.sqrt(together * off.sum() ** 2 + (1.0 - together) * (off**2).sum())
        ends[f"heat_{end}_mwh"] = float(heat.sum() + sign * strays)
    return ends
