"""
Candidate links: each data centre with each consumer in reach, by route.

A link is one trench along the streets, with a service pipe at both ends, sized for its consumer
alone. Consumers near by that cannot be reached are rows too, with the reason and the gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from heatreach.data import price
from heatreach.network import (
    NO_PIPE,
    RoutingIndex,
    attach,
    components,
    connect,
    link_temperatures,
    pipe_catalogue,
    pipe_sizes,
    route_lines,
    route_table,
    routing_index,
    shortest_paths,
    trace,
    trench_capex,
)
from heatreach.thermo import (
    HOURS_PER_YEAR,
    density_kg_m3,
    heat_capacity_kj_kgk,
    mass_flow_kg_s,
    pressure_gradient_pa_m,
    velocity_m_s,
)

from .pumping import pumping_mwh
from .terms import bore_capex

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import Connections, ShortestPaths, StreetGraph

    from .conditions import Conditions
    from .inputs import Inputs
    from .scenario import Scenario

CROSSINGS = {"bridges": "bridge", "tunnels": "tunnel", "level_crossings": "level_crossing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """
    Streets with all sites and consumers hung on as leaves.

    Attributes
    ----------
    graph, index
        The street graph and its routing index by length.
    site_node, consumer_node
        Graph node of each site and consumer, -1 where unconnected.
    site_pipe, consumer_pipe
        Their service pipes.
    component
        Connected part of each graph node.
    """

    graph: StreetGraph
    index: RoutingIndex
    site_node: npt.NDArray[np.int64]
    consumer_node: npt.NDArray[np.int64]
    site_pipe: Connections
    consumer_pipe: Connections
    component: npt.NDArray[np.int64]


def attach_places(inputs: Inputs, scenario: Scenario) -> Attached:
    """
    Hang every site and consumer on the street graph.

    Parameters
    ----------
    inputs
        The study's inputs.
    scenario
        Longest service pipe and number of candidates.

    Returns
    -------
    attached
        The graph ready for routing.
    """
    rules = scenario.network
    both = pd.concat([inputs.sites.geometry, inputs.consumers.geometry], ignore_index=True)
    pipes = connect(
        inputs.streets,
        gpd.GeoSeries(both, crs=inputs.crs),
        farthest_m=rules.connector_max_m,
        candidates=rules.candidates,
        barriers=inputs.barriers,
        buildings=inputs.buildings,
    )
    graph, node = attach(inputs.streets, pipes)
    index = routing_index(graph)
    sites = len(inputs.sites)
    return Attached(
        graph=graph,
        index=index,
        site_node=node[:sites],
        consumer_node=node[sites:],
        site_pipe=pipes.part(slice(None, sites)),
        consumer_pipe=pipes.part(slice(sites, None)),
        component=components(index),
    )


def candidate_links(
    inputs: Inputs, scenario: Scenario, conditions: Conditions, attached: Attached
) -> gpd.GeoDataFrame:
    """
    Every site with every consumer within the radius, routed and with its pipe.

    Parameters
    ----------
    inputs, scenario, conditions
        The study.
    attached
        Graph with sites and consumers.

    Returns
    -------
    links
        LINKS up to pipe and temperatures; ``status`` ``ok``, ``unreachable``, ``beyond_radius`` or
        ``no_demand``, in order of site and consumer.
    """
    parts = [
        _links_of_site(number, inputs, scenario, attached) for number in range(len(inputs.sites))
    ]
    links = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=inputs.crs)
    served = links["status"] == "ok"
    pipes = _pipes(links[served], scenario, conditions)
    return _without_fitting_pipe(links.join(pipes))


def _without_fitting_pipe(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Links whose peak is more than the largest pipe carries, marked infeasible."""
    too_much = (links["status"] == "ok") & (links["dn"] == "")
    text = [
        f"{peak:,.0f} kW are more than the largest pipe of the catalogue carries"
        for peak in links["peak_kw"]
    ]
    return links.assign(
        status=links["status"].mask(too_much, "infeasible"),
        reason=links["reason"].mask(too_much, pd.Series(text, index=links.index)),
    )


def _links_of_site(
    number: int, inputs: Inputs, scenario: Scenario, attached: Attached
) -> gpd.GeoDataFrame:
    """Links of one site: routes where there are any, reasons where not."""
    site, radius = inputs.sites.iloc[number], scenario.search.radius_m
    straight = shapely.distance(inputs.consumers.geometry.to_numpy(), site.geometry)
    near = np.flatnonzero(straight <= radius)
    consumers = inputs.consumers.iloc[near].reset_index(drop=True)
    frame = consumers[["use", "name", "annual_heat_mwh", "peak_kw", "supply_degc", "return_degc"]]
    frame = frame.rename(columns={"annual_heat_mwh": "heat_mwh", "name": "consumer_name"}).assign(
        site_id=site["id"],
        consumer_id=consumers["id"],
        hot_water_share=consumers["hot_water_share"],
        demand_source=consumers["demand_source"],
        peak_source=consumers["peak_source"],
        straight_m=straight[near],
        gap_m=_gaps(number, near, attached),
        service_crosses=_crossings(number, near, attached),
    )
    frame = frame.assign(**{name: site[name] for name in SITE_COLUMNS})
    source, node = int(attached.site_node[number]), attached.consumer_node[near]
    if source < 0:
        gap = attached.site_pipe.gap_m[number]
        text = f"data centre lies {gap:,.0f} m from any street; {_RAISE}"
        frame = frame.assign(status="unreachable", reason=text)
        return _lines(frame, attached)
    paths = shortest_paths(attached.index, source, limit=radius)
    reached = (node >= 0) & np.isfinite(paths.distance[node])
    status, reason = _unserved(frame, attached, node, source, radius)
    status[reached], reason[reached] = "ok", ""
    frame = frame.assign(status=status, reason=reason)
    frame = _no_demand(frame)
    return _routed(frame, attached, paths, node)


SITE_COLUMNS = ("hypothetical", "source_degc", "source_return_degc", "source_kw")
_RAISE = "raise network.connector_max_m or move the point"


def _crossings(number: int, near: npt.NDArray[np.int64], attached: Attached) -> list[str]:
    """What the two service pipes of each link cross."""
    own = attached.site_pipe.crosses[number]
    return [
        "+".join(sorted({*own.split("+"), *other.split("+")} - {""}))
        for other in attached.consumer_pipe.crosses[near]
    ]


def _gaps(number: int, near: npt.NDArray[np.int64], attached: Attached) -> npt.NDArray[np.float64]:
    """What separates each consumer from the site's streets [m]; 0 where nothing does."""
    node, source = attached.consumer_node[near], attached.site_node[number]
    gap = np.where(node >= 0, 0.0, attached.consumer_pipe.gap_m[near])
    if source < 0:
        return np.asarray(np.maximum(gap, attached.site_pipe.gap_m[number]))
    home, part = attached.component[source], attached.component
    islands = np.setdiff1d(part[node[node >= 0]], home)
    if len(islands):
        xy = np.column_stack([attached.graph.x, attached.graph.y])
        mainland = cKDTree(xy[part == home])
        for island in islands:
            distance = mainland.query(xy[part == island])[0].min()
            gap[(node >= 0) & (part[node] == island)] = distance
    return gap


def _unserved(
    frame: pd.DataFrame,
    attached: Attached,
    node: npt.NDArray[np.int64],
    source: int,
    radius: float,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Status and reason of every consumer as if none were reached."""
    part = attached.component
    status = np.full(len(frame), "beyond_radius", dtype=object)
    reason = np.full(len(frame), f"route is longer than {radius:,.0f} m", dtype=object)
    island = (node >= 0) & (part[node] != part[source])
    loose = node < 0
    status[island | loose] = "unreachable"
    gap = frame["gap_m"].to_numpy()
    reason[island] = [
        f"its streets are cut off from the data centre's; gap {g:,.0f} m" for g in gap[island]
    ]
    reason[loose] = [f"lies {g:,.0f} m from any street; {_RAISE}" for g in gap[loose]]
    return status, reason


def _no_demand(frame: pd.DataFrame) -> pd.DataFrame:
    """Mark consumers without a heat demand."""
    unknown = ~(frame["heat_mwh"].gt(0.0) & frame["peak_kw"].gt(0.0))
    served = frame["status"] == "ok"
    text = "no heat demand given and too little known to estimate one"
    return frame.assign(
        status=frame["status"].mask(unknown & served, "no_demand"),
        reason=frame["reason"].mask(unknown & served, text),
    )


def _routed(
    frame: pd.DataFrame, attached: Attached, paths: ShortestPaths, node: npt.NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Links with the make-up and line of their routes."""
    served = np.flatnonzero(frame["status"] == "ok")
    steps = trace(attached.index, paths, node[served])
    table = route_table(attached.graph, steps, len(served)).set_index(served)
    lines = route_lines(attached.graph, steps, paths.source, len(served))
    return _lines(frame.join(table), attached, served, lines)


def _lines(
    frame: pd.DataFrame,
    attached: Attached,
    rows: npt.NDArray[np.int64] | tuple[()] = (),
    lines: npt.NDArray[np.object_] | tuple[()] = (),
) -> gpd.GeoDataFrame:
    """A table with lines in some rows and none in the others."""
    geometry = np.full(len(frame), None, dtype=object)
    geometry[np.asarray(rows, dtype=np.int64)] = lines
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=attached.graph.crs)


def _pipes(links: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """Diameter, flow, temperatures, losses, pumping and cost of each link's own pipe."""
    money, rules = scenario.economics.money, scenario.network
    catalogue = pipe_catalogue(insulation_series=rules.insulation_series, money=money)
    supply, back = links["supply_degc"].to_numpy(), links["return_degc"].to_numpy()
    middle = (supply + back) / 2.0
    flow = np.asarray(mass_flow_kg_s(links["peak_kw"].to_numpy(), supply, back))
    size = pipe_sizes(flow, catalogue, temperature_degc=middle)
    bore = catalogue.inner_diameter_mm[size]
    gradient = pressure_gradient_pa_m(
        flow, bore, temperature_degc=middle, roughness_mm=catalogue.roughness_mm
    )
    state = link_temperatures(
        links["heat_mwh"].to_numpy() * 1e3 / HOURS_PER_YEAR,
        supply_degc=supply,
        return_degc=back,
        length_m=links["route_m"].to_numpy(),
        u_value_w_mk=catalogue.u_value_w_mk[size],
        ground_degc=conditions.ground_degc.value,
        drop_max_k=rules.supply_drop_max_k,
        heat_capacity_kj_kgk=np.asarray(heat_capacity_kj_kgk(middle)),
    )
    capex = trench_capex(
        size,
        catalogue,
        hard_m=links["hard_weighted_m"].to_numpy(),
        soft_m=links["soft_weighted_m"].to_numpy(),
    )
    capex = capex + _crossing_capex(links, money)
    bores = bore_capex(links["service_crosses"].tolist(), money=money)
    capex = capex + bores
    feed_peak = links["peak_kw"].to_numpy() + state.loss_kw
    return pd.DataFrame(
        {
            "dn": np.where(size == NO_PIPE, "", catalogue.dn[size]),
            "flow_kg_s": flow,
            "velocity_m_s": velocity_m_s(flow, bore, density_kg_m3(middle)),
            "gradient_pa_m": gradient,
            "supply_drop_k": state.supply_drop_k,
            "sink_out_degc": state.source_supply_degc,
            "sink_in_degc": state.source_return_degc,
            "loss_mwh": state.loss_kw * HOURS_PER_YEAR / 1e3,
            "feed_peak_kw": feed_peak,
            "pumping_mwh": pumping_mwh(
                flow,
                2.0 * gradient * links["route_m"].to_numpy(),
                temperature_degc=middle,
                mean_flow_kg_s=state.flow_kg_s,
                scenario=scenario,
            ),
            "bore_capex": bores[0],
            "pipe_capex": capex[0],
            "pipe_capex_low": capex[1],
            "pipe_capex_high": capex[2],
        },
        index=links.index,
    )


def _crossing_capex(links: pd.DataFrame, money: str) -> npt.NDArray[np.float64]:
    """One-off cost of the crossings on each route; shape (3, links)."""
    total = np.zeros((3, len(links)))
    for column, name in CROSSINGS.items():
        row = price("crossings", name, "one_off_capex", target=money)
        total += np.outer([row.value, row.low, row.high], links[column].to_numpy())
    return total
