"""
One network per site: PROJECTS, their trench sections (EDGES) and who is connected.

The value of each consumer before any trench is what it pays less what its heat, substation and
share of the energy centre cost. The network room picks consumers and trenches by it; with the
network's own temperatures the value is found anew, and the choice repeated, until it stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from heatreach.network import (
    DesignRules,
    NetworkPlan,
    RoutingIndex,
    design_network,
    pipe_catalogue,
    routing_index,
    section_table,
    trench_weight,
)
from heatreach.thermo import exact_machines

from .appraise import RANGE, appraise
from .carbon import pipe_embodied_t_co2e
from .network_energy import (
    Making,
    mean_state,
    network_credits,
    network_figures,
    network_supply,
)
from .terms import bore_capex, consumer_terms, ending
from .worth import connection_values, design_rules, first_guess

if TYPE_CHECKING:
    import pandas as pd

    from heatreach.network import Catalogue, NetworkTemperatures

    from .conditions import Conditions
    from .hours import Hours
    from .inputs import Inputs
    from .scenario import Scenario
    from .screen import Attached

ROUNDS = 3
PREMIUM_SHARES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Where nothing pays, networks are designed as if heat sold for this much more, in steps, and the
one that comes nearest to paying is shown; it is appraised at the real price all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNetwork:
    """The project of one site (one row), its sections and its consumers."""

    project: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class _Study:
    """What the networks of all sites share."""

    inputs: Inputs
    scenario: Scenario
    conditions: Conditions
    attached: Attached
    index: RoutingIndex
    catalogue: Catalogue
    consumers: gpd.GeoDataFrame
    making: Making

    @property
    def pipes(self) -> dict[str, Any]:
        """Catalogue and scenario, as the functions of `network_energy` take them."""
        return {"catalogue": self.catalogue, "scenario": self.scenario}


def site_networks(
    inputs: Inputs, scenario: Scenario, conditions: Conditions, hours: Hours, attached: Attached
) -> list[SiteNetwork]:
    """
    A network for every site, each as if the others were not built.

    Parameters
    ----------
    inputs, scenario, conditions, hours
        The study.
    attached
        Graph with sites and consumers.

    Returns
    -------
    networks
        One per site, in the order of the sites; ``status`` ``nothing_worth_connecting``,
        ``unreachable`` or ``infeasible`` where there is no project.
    """
    study = _Study(
        inputs,
        scenario,
        conditions,
        attached,
        routing_index(attached.graph, trench_weight(attached.graph)),
        pipe_catalogue(
            insulation_series=scenario.network.insulation_series, money=scenario.economics.money
        ),
        _with_terms(inputs, scenario, attached),
        Making(
            scenario=scenario,
            conditions=conditions,
            hours=hours,
            machines=exact_machines(
                scenario.heat_pump.refrigerant, variant=scenario.heat_pump.cycle
            ),
        ),
    )
    return [_network_of(study, number) for number in range(len(inputs.sites))]


def _with_terms(inputs: Inputs, scenario: Scenario, attached: Attached) -> gpd.GeoDataFrame:
    """Consumers with their node, terms and the bores of their service pipes."""
    terms = consumer_terms(inputs.consumers, scenario, country=inputs.country)
    bores = bore_capex(attached.consumer_pipe.crosses.tolist(), money=scenario.economics.money)
    named = {f"bore_capex{ending(column)}": row for column, row in zip(RANGE, bores, strict=True)}
    return inputs.consumers.join(terms).assign(node=attached.consumer_node, **named)


def _network_of(study: _Study, number: int) -> SiteNetwork:
    """Network of one site, or the reason why there is none."""
    site = study.inputs.sites.iloc[number].copy()
    site["service_crosses"] = study.attached.site_pipe.crosses[number]
    source = int(study.attached.site_node[number])
    known = study.consumers["annual_heat_mwh"].gt(0.0) & study.consumers["peak_kw"].gt(0.0)
    near = study.consumers.distance(site.geometry) <= study.scenario.search.radius_m
    consumers = study.consumers[known & near].reset_index(drop=True)
    if source < 0 or consumers.empty:
        return _nothing(study, site, *_why_nobody(study, number))
    energy = first_guess(site, consumers, study.making)
    if energy["status"].iloc[0] != "ok":
        return _nothing(study, site, "infeasible", str(energy["reason"].iloc[0]))
    nearest, reason = None, ""
    for premium in PREMIUM_SHARES:
        network = _best_network(study, site, source, consumers, energy, premium)
        if isinstance(network, str):
            reason = network
            continue
        if premium == 0.0:
            return network
        if nearest is not None and _price_gap(network) >= _price_gap(nearest):
            return nearest
        nearest = network
    if nearest is not None:
        return nearest
    text = f"nobody in reach can be connected, most often because: {reason}"
    return _nothing(study, site, "nothing_worth_connecting", text)


def _why_nobody(study: _Study, number: int) -> tuple[str, str]:
    """Status and reason of a site that has no street or nobody to heat."""
    if study.attached.site_node[number] < 0:
        gap = study.attached.site_pipe.gap_m[number]
        return "unreachable", f"data centre lies {gap:,.0f} m from any street"
    radius = study.scenario.search.radius_m
    return "no_consumers", f"no consumer with a known demand within {radius:,.0f} m"


def _price_gap(network: SiteNetwork) -> float:
    """How much dearer heat would have to sell for the project to pay."""
    return float(network.project["price_gap_per_mwh"].iloc[0])


def _best_network(
    study: _Study,
    site: pd.Series[Any],
    source: int,
    consumers: gpd.GeoDataFrame,
    energy: pd.DataFrame,
    premium_share: float,
) -> SiteNetwork | str:
    """Best of a few rounds of value, design and energy; if there is none, the commonest reason."""
    before, best, reason = np.zeros(len(consumers), dtype=bool), None, ""
    for _ in range(ROUNDS):
        group = consumers[before] if before.any() else consumers
        rules = design_rules(site, energy, group, study.scenario, study.conditions)
        value = connection_values(
            consumers,
            group,
            energy,
            study.scenario,
            study.conditions,
            premium_share=premium_share,
        )
        plan = design_network(
            study.attached.graph,
            source,
            consumers.assign(value=value),
            mode="npv",
            catalogue=study.catalogue,
            rules=rules,
            index=study.index,
        )
        chosen = plan.consumers["connected"].to_numpy()
        if not chosen.any():
            reason = str(plan.consumers["reason"].mode().iloc[0])
            break
        state = mean_state(plan, study.attached.graph, rules=rules, **study.pipes)
        energy = network_supply(site, plan, state, study.making)
        if energy["status"].iloc[0] != "ok":
            reason = str(energy["reason"].iloc[0])
            break
        network = _project(study, site, plan, rules, state, energy)
        network.project["design_premium_share"] = premium_share
        if best is None or network.project["npv"].iloc[0] > best.project["npv"].iloc[0]:
            best = network
        if np.array_equal(chosen, before):
            break
        before = chosen
    return reason if best is None else best


def _project(
    study: _Study,
    site: pd.Series[Any],
    plan: NetworkPlan,
    rules: DesignRules,
    state: NetworkTemperatures,
    energy: pd.DataFrame,
) -> SiteNetwork:
    """Tables of a designed and calculated network."""
    edges = section_table(
        plan,
        study.attached.graph,
        catalogue=study.catalogue,
        rules=rules,
        loss_kw=state.loss_kw[1:],
    )
    name = project_id(site["id"])
    numbers = [f"{name}-{row + 1:04d}" for row in range(len(edges))]
    edges = edges.assign(
        project_id=name, site_id=site["id"], edge_id=numbers, hypothetical=site["hypothetical"]
    )
    served = plan.consumers[plan.consumers["connected"]]
    sums = _sums(study, site, served, edges)
    load = energy.assign(**network_figures(plan, state, rules=rules, **study.pipes), **sums)
    figures = appraise(load, study.scenario, study.conditions)
    money = load.drop(columns=[c for c in load if c in figures])
    row = money.join(figures).assign(
        **_lengths(edges),
        **network_credits(site, energy, served, study.making),
        project_id=name,
        site_id=site["id"],
        name=site["name"],
        hypothetical=site["hypothetical"],
        consumers=len(served),
        consumers_in_reach=int(plan.consumers["route_m"].le(rules.reach_m).sum()),
        peak_sum_kw=served["peak_kw"].sum(),
        proven=plan.proven,
        lower_bound=plan.lower_bound,
        gap_share=plan.gap,
        supply_degc=rules.supply_degc,
        return_degc=rules.return_degc,
    )
    row["linear_heat_density_mwh_m"] = row["heat_mwh"] / row["trench_m"]
    outline = shapely.union_all(edges.geometry.to_numpy())
    project = gpd.GeoDataFrame(row, geometry=[outline], crs=study.inputs.crs)
    return SiteNetwork(
        project=project,
        edges=edges,
        connections=_connections(study, site, plan, name, state),
    )


def project_id(site_id: str) -> str:
    """Identifier of the project of a site."""
    return f"P-{site_id}"


def _sums(
    study: _Study, site: pd.Series[Any], served: pd.DataFrame, edges: pd.DataFrame
) -> dict[str, float]:
    """Sums over the connected consumers and the trenches, the site's own bore included."""
    heat = served["annual_heat_mwh"]
    sums = {
        "revenue_per_year": float((served["tariff_per_mwh"] * heat).sum()),
        "present_t_co2e": float((served["present_t_co2e_per_mwh"] * heat).sum()),
        "present_electricity_mwh": float((served["present_electricity_share"] * heat).sum()),
        "embodied_t_co2e": float(
            pipe_embodied_t_co2e(edges["dn"], edges["length_m"], study.scenario).sum()
        ),
        "substation_upkeep": float(served["substation_upkeep"].sum()),
    }
    own = bore_capex([site["service_crosses"]], money=study.scenario.economics.money)[:, 0]
    for column, bore in zip(RANGE, own, strict=True):
        end = ending(column)
        sums[f"substation_capex{end}"] = float(served[f"substation_capex{end}"].sum())
        bores = float(served[f"bore_capex{end}"].sum()) + bore
        sums[f"pipe_capex{end}"] = float(edges[f"capex{end}"].sum()) + bores
        sums[f"bore_capex{end}"] = bores
    return sums


def _lengths(edges: pd.DataFrame) -> dict[str, float]:
    """Trench lengths of a project."""
    length = edges["length_m"]
    return {
        "trench_m": float(length.sum()),
        "service_m": float(length[edges["kind"] == "service"].sum()),
        "private_m": float(length[edges["private"]].sum()),
    }


def _connections(
    study: _Study, site: pd.Series[Any], plan: NetworkPlan, name: str, state: NetworkTemperatures
) -> gpd.GeoDataFrame:
    """Every consumer in reach of the site with what the plan decided."""
    arrives = np.full(study.attached.graph.nodes, np.nan)
    arrives[plan.tree.node] = state.supply_degc
    frame = _decided(study, site, plan.consumers)
    connected = frame["connected"].to_numpy()
    return frame.assign(
        project_id=np.where(connected, name, ""),
        supply_at_consumer_degc=np.where(connected, arrives[frame["node"].to_numpy()], np.nan),
    )


def _decided(study: _Study, site: pd.Series[Any], consumers: pd.DataFrame) -> gpd.GeoDataFrame:
    """Consumers near the site, connected or not."""
    frame = gpd.GeoDataFrame(consumers, geometry="geometry", crs=study.inputs.crs)
    near = frame.distance(site.geometry) <= study.scenario.search.radius_m
    frame = frame[near.to_numpy()].reset_index(drop=True)
    return frame.assign(
        consumer_id=frame["id"], site_id=site["id"], hypothetical=site["hypothetical"]
    )


def _nothing(study: _Study, site: pd.Series[Any], status: str, reason: str) -> SiteNetwork:
    """Tables of a site without a network."""
    crs = study.inputs.crs
    row = {
        "project_id": project_id(site["id"]),
        "site_id": site["id"],
        "name": site["name"],
        "hypothetical": site["hypothetical"],
        "status": status,
        "reason": reason,
        "consumers": 0,
        "source_kw": site["source_kw"],
    }
    near = _decided(
        study,
        site,
        study.consumers.assign(connected=False, reason=reason, route_m=np.nan),
    )
    return SiteNetwork(
        project=gpd.GeoDataFrame([row], geometry=[None], crs=crs),
        edges=gpd.GeoDataFrame({"project_id": []}, geometry=[], crs=crs),
        connections=near.assign(project_id=""),
    )
