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

from heatreach.network import (
    RoutingIndex,
    attach,
    components,
    connect,
    route_lines,
    route_table,
    routing_index,
    shortest_paths,
    trace,
)

from .link_pipes import link_pipes

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import Connections, ShortestPaths, StreetGraph

    from .conditions import Conditions
    from .inputs import Inputs
    from .scenario import Scenario


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
    if not served.any():
        return links
    pipes = link_pipes(links[served], scenario, conditions)
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


SITE_COLUMNS = ("hypothetical", "source_degc", "source_return_degc", "source_kw", "utilisation")
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
