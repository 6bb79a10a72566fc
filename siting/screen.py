"""
Candidate links: each data centre with each consumer in reach, by route.

A link is one trench along the streets, with a service pipe at both ends, sized for its consumer
alone. Consumers near by that cannot be reached are rows too, with the reason and the gap. An
existing heat network is joined wherever the route to it is shortest, and takes what the data centre
can feed in (`feed_in`).
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
    Trace,
    route_lines,
    route_table,
    shortest_paths,
    trace,
)

from .consumers.heat_networks import HEAT_NETWORK
from .hours import study_hours
from .planning.feed_in import fed_in
from .planning.link_pipes import link_pipes
from .planning.temperatures import tried_supplies

if TYPE_CHECKING:
    import numpy.typing as npt

    from .appraisal.conditions import Conditions
    from .hours import Hours
    from .inputs import Inputs
    from .planning.attached import Attached
    from .scenario import Scenario


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
    hours = study_hours(inputs, scenario)
    parts = [
        _links_of_site(number, inputs, scenario, attached, hours)
        for number in range(len(inputs.sites))
    ]
    links = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=inputs.crs)
    served = links["status"] == "ok"
    if not served.any():
        return links
    pipes = link_pipes(links[served], scenario, conditions)
    return _without_fitting_pipe(links.join(pipes), scenario, conditions)


def _without_fitting_pipe(
    links: gpd.GeoDataFrame, scenario: Scenario, conditions: Conditions
) -> gpd.GeoDataFrame:
    """Links whose peak is more than the largest pipe carries at any supply temperature."""
    too_much = (links["status"] == "ok") & (links["dn"] == "")
    if too_much.any():
        large = links[too_much]
        tried = tried_supplies(large["supply_degc"].to_numpy(dtype=float), scenario)
        warmest = tried.groupby("load")["supply_degc"].max().to_numpy()
        pipes = link_pipes(large.assign(supply_degc=warmest), scenario, conditions)
        too_much[large.index] = pipes["dn"] == ""
    text = [
        f"{peak:,.0f} kW are more than the largest pipe of the catalogue carries"
        for peak in links["peak_kw"]
    ]
    return links.assign(
        status=links["status"].mask(too_much, "infeasible"),
        reason=links["reason"].mask(too_much, pd.Series(text, index=links.index)),
    )


def _links_of_site(
    number: int, inputs: Inputs, scenario: Scenario, attached: Attached, hours: Hours
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
    frame = fed_in(frame.assign(**{name: site[name] for name in SITE_COLUMNS}), scenario, hours)
    barred = consumers.get("barred", pd.Series("", index=consumers.index)).fillna("")
    source = int(attached.site_node[number])
    node = attached.nodes_from(source)[near]
    if source < 0:
        gap = attached.site_pipe.gap_m[number]
        text = f"data centre lies {gap:,.0f} m from any street; {_RAISE}"
        frame = frame.assign(status="unreachable", reason=text)
        return _lines(frame, attached)
    routes = _routes(attached, source, node, radius)
    status, reason = _unserved(frame, attached, node, source, radius)
    status[routes.consumer], reason[routes.consumer] = "ok", ""
    frame = _barred(_no_demand(frame.assign(status=status, reason=reason)), barred)
    return _routed(frame, attached, routes)


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
    text = pd.Series("no heat demand given and too little known to estimate one", frame.index)
    network = frame["use"] == HEAT_NETWORK
    text = text.mask(network, frame["demand_source"].str.removeprefix("unknown: "))
    return frame.assign(
        status=frame["status"].mask(unknown & served, "no_demand"),
        reason=frame["reason"].mask(unknown & served, text),
    )


def _barred(frame: pd.DataFrame, why: pd.Series[str]) -> pd.DataFrame:
    """Mark consumers in reach that cannot be connected whatever they need."""
    barred = (why != "") & frame["status"].isin(["ok", "no_demand"])
    return frame.assign(
        status=frame["status"].mask(barred, "infeasible"),
        reason=frame["reason"].mask(barred, why),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Routes:
    """Routes of one site that are short enough: rows of their consumers, and their steps."""

    source: int
    consumer: npt.NDArray[np.int64]
    steps: Trace


def _routes(attached: Attached, source: int, node: npt.NDArray[np.int64], radius: float) -> _Routes:
    """Best routes from a site to its consumers, bores weighed in, as far as within the radius."""
    paths = shortest_paths(attached.index, source, limit=radius + attached.bores_m)
    found = np.flatnonzero((node >= 0) & np.isfinite(paths.distance[node]))
    steps = trace(attached.index, paths, node[found])
    length = np.bincount(
        steps.route, weights=attached.graph.length_m[steps.edge], minlength=len(found)
    )
    return _kept(_Routes(source=source, consumer=found, steps=steps), length <= radius)


def _kept(routes: _Routes, keep: npt.NDArray[np.bool_]) -> _Routes:
    """Some of the routes, numbered anew."""
    steps, number = routes.steps, np.cumsum(keep) - 1
    mine = keep[steps.route]
    kept = Trace(route=number[steps.route[mine]], edge=steps.edge[mine], node=steps.node[mine])
    return _Routes(source=routes.source, consumer=routes.consumer[keep], steps=kept)


def _routed(frame: pd.DataFrame, attached: Attached, routes: _Routes) -> gpd.GeoDataFrame:
    """Links with the make-up and line of their routes."""
    routes = _kept(routes, (frame["status"] == "ok").to_numpy()[routes.consumer])
    served, steps = routes.consumer, routes.steps
    table = route_table(attached.graph, steps, len(served)).set_index(served)
    lines = route_lines(attached.graph, steps, routes.source, len(served))
    crosses = frame["service_crosses"].to_numpy(dtype=object, copy=True)
    crosses[served] = _crossed(attached, steps, len(served))
    return _lines(frame.join(table).assign(service_crosses=crosses), attached, served, lines)


def _crossed(attached: Attached, steps: Trace, count: int) -> list[str]:
    """What each route is bored under, once for each bore, and whether it passes a building."""
    text = attached.graph.crossed()[steps.edge]
    words: list[list[str]] = [[] for _ in range(count)]
    for step in np.flatnonzero(text != "").tolist():
        words[steps.route[step]] += text[step].split("+")
    bored = [[word for word in found if word != "building"] for found in words]
    return [
        "+".join(sorted(bores) + ["building"] * ("building" in found))
        for bores, found in zip(bored, words, strict=True)
    ]


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
