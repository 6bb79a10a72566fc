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
import pandas as pd
import shapely

from heatreach.data import price
from heatreach.network import (
    DesignRules,
    NetworkPlan,
    RoutingIndex,
    design_network,
    design_peak_kw,
    network_temperatures,
    pipe_catalogue,
    routing_index,
    section_table,
    trench_weight,
)
from heatreach.thermo import heat_capacity_kj_kgk, pressure_gradient_pa_m

from .appraise import appraise, substation_capex, substation_upkeep
from .conditions import annuity_years, present_heat
from .options import supply_energy
from .pumping import pump_head_pa, pumping_mwh

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import Catalogue, NetworkTemperatures, Tree

    from .conditions import Conditions
    from .inputs import Inputs
    from .scenario import Scenario
    from .screen import Attached

HOURS_PER_YEAR = 8760.0
ROUNDS = 3
PREMIUMS_PER_MWH = (0.0, 10.0, 20.0, 40.0, 80.0, 160.0)
"""Where nothing pays, the network is designed as if heat sold for this much more per MWh, in steps,
so that there is something to look at; it is appraised at the real price all the same."""
BORES = {"rail": "rail_bore", "water": "water_bore", "motorway": "rail_bore"}
RANGE = ("value", "low", "high")


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


def site_networks(
    inputs: Inputs, scenario: Scenario, conditions: Conditions, attached: Attached
) -> list[SiteNetwork]:
    """
    A network for every site, each as if the others were not built.

    Parameters
    ----------
    inputs, scenario, conditions
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
        _with_present_heat(inputs, scenario, attached),
    )
    return [_network_of(study, number) for number in range(len(inputs.sites))]


def _with_present_heat(inputs: Inputs, scenario: Scenario, attached: Attached) -> gpd.GeoDataFrame:
    """Consumers with tariff, present emissions, substation and service-crossing cost."""
    consumers, money = inputs.consumers, scenario.economics.money
    present = present_heat(consumers, scenario, inputs.country)
    tariff = scenario.economics.heat_tariff_per_mwh
    discounted = present["price_per_mwh"] * (1.0 - scenario.economics.tariff_discount_share)
    peak = consumers["peak_kw"].fillna(0.0).to_numpy()
    added = {
        "node": attached.consumer_node,
        "tariff_per_mwh": discounted if tariff is None else tariff,
        "present_t_co2e_per_mwh": present["t_co2e_per_mwh"],
        "substation_upkeep": substation_upkeep(consumers, money=money),
    }
    bores = bore_capex(attached.consumer_pipe.crosses, money=money)
    for row, column in enumerate(RANGE):
        end = "" if column == "value" else f"_{column}"
        added[f"substation_capex{end}"] = substation_capex(peak, money=money, column=column)
        added[f"bore_capex{end}"] = bores[row]
    return consumers.assign(**added)


def bore_capex(crosses: npt.NDArray[np.object_], *, money: str) -> npt.NDArray[np.float64]:
    """
    Cost of boring under what service pipes cannot avoid.

    Parameters
    ----------
    crosses
        Words joined by ``+``, one text per pipe.
    money
        Currency and price base.

    Returns
    -------
    capex
        Value, low and high; shape (3, pipes).
    """
    total = np.zeros((3, len(crosses)))
    for word, name in BORES.items():
        row = price("crossings", name, "one_off_capex", target=money)
        hit = np.array([word in text for text in crosses], dtype=float)
        total += np.outer([row.value, row.low, row.high], hit)
    return total


def _network_of(study: _Study, number: int) -> SiteNetwork:
    """Network of one site, or the reason why there is none."""
    site = study.inputs.sites.iloc[number]
    source = int(study.attached.site_node[number])
    known = study.consumers["annual_heat_mwh"].gt(0.0) & study.consumers["peak_kw"].gt(0.0)
    consumers = study.consumers[known].reset_index(drop=True)
    if source < 0 or consumers.empty:
        gap = study.attached.site_pipe.gap_m[number]
        reason = f"data centre lies {gap:,.0f} m from any street" if source < 0 else "no consumers"
        return _nothing(study, site, "unreachable", reason)
    energy = _first_guess(study, site, consumers)
    if energy["status"].iloc[0] != "ok":
        return _nothing(study, site, "infeasible", str(energy["reason"].iloc[0]))
    for premium in PREMIUMS_PER_MWH:
        network = _best_network(study, site, source, consumers, energy, premium)
        if network is not None:
            return network
    return _nothing(study, site, "nothing_worth_connecting", _UNWORTHY)


def _best_network(
    study: _Study,
    site: pd.Series[Any],
    source: int,
    consumers: gpd.GeoDataFrame,
    energy: pd.DataFrame,
    premium_per_mwh: float,
) -> SiteNetwork | None:
    """Best of a few rounds of value, design and energy; None if nothing is worth connecting."""
    before, best = np.zeros(len(consumers), dtype=bool), None
    for _ in range(ROUNDS):
        rules = _rules(study, site, energy, consumers, before)
        value = _values(study, consumers, energy, premium_per_mwh)
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
            break
        state = _temperatures(study, plan, rules)
        energy = _energy(study, site, plan, state)
        if energy["status"].iloc[0] != "ok":
            break
        network = _project(study, site, plan, rules, state, energy)
        if best is None or network.project["npv"].iloc[0] > best.project["npv"].iloc[0]:
            best = network
        if np.array_equal(chosen, before):
            break
        before = chosen
    return best


_UNWORTHY = (
    "no consumer in reach is worth its trench, "
    f"not even for {PREMIUMS_PER_MWH[-1]:.0f} more per MWh"
)


def _first_guess(study: _Study, site: pd.Series[Any], consumers: pd.DataFrame) -> pd.DataFrame:
    """Energy of the site's machine running at full size on average consumers, without losses."""
    rules = study.scenario.network
    heat, peak = consumers["annual_heat_mwh"].sum(), consumers["peak_kw"].sum()
    together = float(design_peak_kw(peak, len(consumers), consumers["peak_kw"].max()))
    scale = min(1.0, site["source_kw"] / (study.scenario.heat_pump.peak_share * together))
    load = {
        "heat_mwh": heat * scale,
        "loss_mwh": 0.0,
        "feed_peak_kw": together * scale,
        "hot_water_share": np.average(
            consumers["hot_water_share"], weights=consumers["annual_heat_mwh"]
        ),
        "sink_out_degc": rules.supply_degc,
        "sink_in_degc": rules.return_degc,
    }
    return _supplied(study, site, load)


def _supplied(study: _Study, site: pd.Series[Any], load: dict[str, float]) -> pd.DataFrame:
    """Energy of one load on one site, one row, the load's columns included."""
    water = {name: site[name] for name in ("source_degc", "source_return_degc", "source_kw")}
    frame = pd.DataFrame([load | water])
    return frame.join(supply_energy(frame, study.scenario))


def _rules(
    study: _Study,
    site: pd.Series[Any],
    energy: pd.DataFrame,
    consumers: pd.DataFrame,
    connected: npt.NDArray[np.bool_],
) -> DesignRules:
    """Design conditions: what the consumers need, and what the source can carry."""
    row, scenario = energy.iloc[0], study.scenario
    group = consumers[connected] if connected.any() else consumers
    years = annuity_years(scenario.economics.discount_rate_share, scenario.economics.life_years)
    source_per_heat = row["source_mwh"] / row["heat_pump_mwh"]
    return DesignRules(
        supply_degc=float(group["supply_degc"].max()),
        return_degc=float(np.average(group["return_degc"], weights=group["annual_heat_mwh"])),
        ground_degc=study.conditions.ground_degc.value,
        capacity_kw=site["source_kw"] / source_per_heat / scenario.heat_pump.peak_share,
        loss_value_per_mwh=_heat_cost(study, row) * years,
        reach_m=scenario.search.radius_m,
    )


def _heat_cost(study: _Study, row: pd.Series[Any]) -> float:
    """What one more MWh fed into the pipe costs: electricity, backup fuel, source heat."""
    prices = study.conditions
    bought = (
        row["electricity_mwh"] * prices.electricity_price_per_mwh.value
        + row["backup_mwh"]
        / prices.backup_efficiency_share.value
        * prices.backup_fuel_price_per_mwh.value
        + row["source_mwh"] * prices.source_heat_price_per_mwh.value
    )
    return float(bought / (row["heat_pump_mwh"] + row["backup_mwh"]))


def _values(
    study: _Study, consumers: pd.DataFrame, energy: pd.DataFrame, premium_per_mwh: float
) -> npt.NDArray[np.float64]:
    """Present value of connecting each consumer before any trench is paid."""
    economics = study.scenario.economics
    years = annuity_years(economics.discount_rate_share, economics.life_years)
    soft = 1.0 + economics.soft_cost_share
    centre = appraise(_without_pipes(energy), study.scenario, study.conditions).iloc[0]
    heat, row = consumers["annual_heat_mwh"].to_numpy(), energy.iloc[0]
    diversity = (
        design_peak_kw(consumers["peak_kw"].sum(), len(consumers), consumers["peak_kw"].max())
        / consumers["peak_kw"].sum()
    )
    per_kw = centre["capex"] / row["feed_peak_kw"] * diversity
    per_mwh = centre["opex_per_year"] / (row["heat_mwh"] + row["loss_mwh"])
    tariff = consumers["tariff_per_mwh"] + premium_per_mwh
    income = (tariff - per_mwh) * heat - consumers["substation_upkeep"]
    capex = soft * (consumers["substation_capex"] + consumers["bore_capex"])
    value = income * years - capex - per_kw * consumers["peak_kw"]
    return np.asarray(value / soft)


def _without_pipes(energy: pd.DataFrame) -> pd.DataFrame:
    """The energy centre alone: no pipes, pumps, substations or income."""
    nothing = dict.fromkeys(
        [
            "pipe_capex",
            "pipe_capex_low",
            "pipe_capex_high",
            "substation_capex",
            "substation_capex_low",
            "substation_capex_high",
            "substation_upkeep",
            "pumping_mwh",
            "revenue_per_year",
            "present_t_co2e",
        ],
        0.0,
    )
    return energy.assign(**nothing)


def _temperatures(study: _Study, plan: NetworkPlan, rules: DesignRules) -> NetworkTemperatures:
    """Mean-load temperatures of a plan."""
    tree, served = plan.tree, plan.consumers[plan.consumers["connected"]]
    place = np.full(study.attached.graph.nodes, -1)
    place[tree.node] = np.arange(len(tree.node))
    leaf = place[served["node"].to_numpy()]

    def at_nodes(column: str, elsewhere: float) -> npt.NDArray[np.float64]:
        values = np.full(len(tree.node), elsewhere)
        values[leaf] = served[column]
        return values

    u_value = study.catalogue.u_value_w_mk[plan.edges["size"].to_numpy()]
    return network_temperatures(
        tree,
        at_nodes("annual_heat_mwh", 0.0) * 1e3 / HOURS_PER_YEAR,
        supply_degc=at_nodes("supply_degc", rules.supply_degc),
        return_degc=at_nodes("return_degc", rules.return_degc),
        length_m=np.concatenate([[0.0], plan.edges["length_m"]]),
        u_value_w_mk=np.concatenate([[0.0], u_value]),
        ground_degc=rules.ground_degc,
        drop_max_k=study.scenario.network.supply_drop_max_k,
        heat_capacity_kj_kgk=float(
            heat_capacity_kj_kgk((rules.supply_degc + rules.return_degc) / 2.0)
        ),
    )


def _energy(
    study: _Study, site: pd.Series[Any], plan: NetworkPlan, state: NetworkTemperatures
) -> pd.DataFrame:
    """Energy of a plan at its own temperatures and losses."""
    served = plan.consumers[plan.consumers["connected"]]
    heat = served["annual_heat_mwh"]
    loss_kw = float(state.loss_kw.sum())
    load = {
        "heat_mwh": float(heat.sum()),
        "loss_mwh": loss_kw * HOURS_PER_YEAR / 1e3,
        "feed_peak_kw": float(plan.edges["peak_kw"].max()) + loss_kw,
        "hot_water_share": float(np.average(served["hot_water_share"], weights=heat)),
        "sink_out_degc": float(state.supply_degc[0]),
        "sink_in_degc": state.source_return_degc,
    }
    return _supplied(study, site, load)


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
    edges = edges.assign(project_id=name, site_id=site["id"], edge_id=numbers)
    served = plan.consumers[plan.consumers["connected"]]
    load = energy.assign(
        **_network_sums(study, plan, rules, state), **_consumer_sums(served, edges)
    )
    figures = appraise(load, study.scenario, study.conditions)
    money = load.drop(columns=[c for c in load if c in figures])
    row = money.join(figures).assign(
        **_lengths(edges),
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


def _network_sums(
    study: _Study, plan: NetworkPlan, rules: DesignRules, state: NetworkTemperatures
) -> dict[str, float]:
    """Pressure, pumping and largest pipe of a network."""
    tree, edges = plan.tree, plan.edges
    detail = edges["length_m"].to_numpy() * _gradients(study, plan, rules)
    drop = tree.upstream(np.concatenate([[0.0], 2.0 * detail])).max()
    peak_flow = edges["flow_kg_s"].max()
    middle = np.array([(rules.supply_degc + rules.return_degc) / 2.0])
    pumping = pumping_mwh(
        np.array([peak_flow]),
        np.array([drop]),
        temperature_degc=middle,
        mean_flow_kg_s=state.flow_kg_s[:1],
        scenario=study.scenario,
    )
    return {
        "pump_head_kpa": float(pump_head_pa(drop, study.scenario)) / 1e3,
        "pumping_mwh": float(pumping[0]),
        "flow_kg_s": float(peak_flow),
        "peak_kw": float(edges["peak_kw"].max()),
        "dn_max": study.catalogue.dn[edges["size"].max()],
        "supply_drop_k": float(state.supply_degc[0] - state.supply_degc[_leaves(tree)].min()),
    }


def _leaves(tree: Tree) -> npt.NDArray[np.int64]:
    """Tree nodes with nothing behind them."""
    return np.setdiff1d(np.arange(len(tree.node)), tree.parent[1:])


def _gradients(study: _Study, plan: NetworkPlan, rules: DesignRules) -> npt.NDArray[np.float64]:
    """Pressure gradient of each edge at design flow [Pa/m]."""
    return np.asarray(
        pressure_gradient_pa_m(
            plan.edges["flow_kg_s"].to_numpy(),
            study.catalogue.inner_diameter_mm[plan.edges["size"].to_numpy()],
            temperature_degc=(rules.supply_degc + rules.return_degc) / 2.0,
            roughness_mm=study.catalogue.roughness_mm,
        )
    )


def _consumer_sums(served: pd.DataFrame, edges: pd.DataFrame) -> dict[str, float]:
    """Sums over the connected consumers and the trenches."""
    heat = served["annual_heat_mwh"]
    sums = {
        "revenue_per_year": float((served["tariff_per_mwh"] * heat).sum()),
        "present_t_co2e": float((served["present_t_co2e_per_mwh"] * heat).sum()),
        "substation_upkeep": float(served["substation_upkeep"].sum()),
    }
    for column in RANGE:
        end = "" if column == "value" else f"_{column}"
        sums[f"substation_capex{end}"] = float(served[f"substation_capex{end}"].sum())
        bores = float(served[f"bore_capex{end}"].sum())
        sums[f"pipe_capex{end}"] = float(edges[f"capex{end}"].sum()) + bores
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
    return frame.assign(consumer_id=frame["id"], site_id=site["id"])


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
