"""
Data centres that could feed a zone: how far along the streets, and what share they could cover.

The route runs from the data centre to the nearest point of the designed trench; what it could cover
is found in `cover`. This says what could feed whom, not what to build: every pair is looked at as
if the data centre served that zone alone and its pipes lost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from heatreach.network import (
    routing_index,
    shortest_paths,
    trace,
)
from heatreach.network.routing import route_lines
from heatreach.thermo import fast_machines

from .cover import covered_heat, zone_shapes
from .ranges import group_sums, linear_heat_density_mwh_m

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..hours import Hours
    from ..scenario import Scenario
    from .growth import Grown
    from .places import ZonePlaces

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

SITE_COLUMNS = ("source_kw", "utilisation", "source_degc", "source_return_degc")
CASES = {
    "covered": "heat_mwh",
    "covered_low": "heat_high_mwh",
    "covered_high": "heat_low_mwh",
}
"""Heat of the zone behind each figure: a zone that needs more is covered to a lower share."""


class Reach(NamedTuple):
    """Sites and zones that a route joins: positions, route length [m] and line."""

    site: Ints
    zone: Ints
    route_m: Floats
    line: npt.NDArray[np.object_]


def sites_in_reach(places: ZonePlaces, grown: Grown, *, radius_m: float) -> Reach:
    """
    Shortest route from every data centre to the trench of every zone within the radius.

    Parameters
    ----------
    places
        Data centres and consumers on the street graph.
    grown
        The zones of one rule with their trenches.
    radius_m
        Longest route along the streets [m].

    Returns
    -------
    reach
        One row per pair, by site, then zone.

    Notes
    -----
    One search per data centre, ended at the radius. Buildings are leaves, so no route passes one.
    """
    graph = places.graph
    index = routing_index(graph)
    node = np.concatenate([graph.tail[grown.edges], graph.head[grown.edges]])
    owner = np.tile(grown.edge_zone, 2)
    parts = [
        _from_site(number, int(start), places, index, node, owner, radius_m)
        for number, start in enumerate(places.site_node)
        if start >= 0
    ]
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return Reach(none, none, np.empty(0), np.empty(0, dtype=object))
    return Reach(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _from_site(
    number: int,
    start: int,
    places: ZonePlaces,
    index: Any,
    node: Ints,
    owner: Ints,
    radius_m: float,
) -> Reach:
    """Zones in reach of one data centre."""
    paths = shortest_paths(index, start, limit=radius_m)
    far = paths.distance[node]
    order = np.lexsort((node, far, owner))
    first = np.diff(owner[order], prepend=-1) != 0
    best = order[first & np.isfinite(far[order])]
    steps = trace(index, paths, node[best])
    lines = np.full(len(best), None, dtype=object)
    away = np.flatnonzero(node[best] != start)
    if len(away):
        drawn = route_lines(places.graph, trace(index, paths, node[best[away]]), start, len(away))
        lines[away] = drawn
    length = group_sums(steps.route, places.graph.length_m[steps.edge], len(best))
    return Reach(np.full(len(best), number), owner[best], length, lines)


def zone_sources(
    places: ZonePlaces,
    grown: Grown,
    zones: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    *,
    scenario: Scenario,
    hours: Hours,
) -> gpd.GeoDataFrame:
    """
    Every zone of a rule with every data centre in reach, and what it could cover.

    Parameters
    ----------
    places
        Data centres and consumers on the street graph; consumers completed by the scenario.
    grown
        The zones of one rule.
    zones
        ``zone_id``, ``heat_mwh``, ``heat_low_mwh``, ``heat_high_mwh`` [MWh/year] and ``trench_m``,
        in order of number.
    sites
        SITES, completed by the scenario.
    scenario, hours
        Radius, machines and hours of the study.

    Returns
    -------
    pairs
        Rows of the table ``zone_sources`` without rule, plan, date and run, and the
        ``source_mwh`` and ``electricity_mwh`` of ``covered_mwh``; ranked both ways.

    Notes
    -----
    ``covered <= source + electricity`` and ``covered <= zone heat`` in every row.
    """
    reach = sites_in_reach(places, grown, radius_m=scenario.search.radius_m)
    site = sites.iloc[reach.site].reset_index(drop=True)
    zone = zones.iloc[reach.zone].reset_index(drop=True)
    sink = _sink_temperatures(places.consumers, grown.zone, len(zones)).iloc[reach.zone]
    pairs = pd.concat([site[list(SITE_COLUMNS)], sink.reset_index(drop=True)], axis=1)
    used, row = np.unique(reach.zone, return_inverse=True)
    machines = fast_machines(scenario.heat_pump.refrigerant, variant=scenario.heat_pump.cycle)
    shapes = zone_shapes(places.consumers, grown.zone, used, hours)
    energy = {
        name: covered_heat(
            pairs, zone[heat].to_numpy(dtype=float), shapes, row.reshape(-1),
            hours=hours, machines=machines,
        )
        for name, heat in CASES.items()
    }  # fmt: skip
    middle = energy["covered"]
    table = pd.DataFrame(
        {
            "zone_id": zone["zone_id"],
            "site_id": site["id"],
            "site_name": site["name"],
            "hypothetical": site["hypothetical"],
            "route_m": reach.route_m,
            "way_heat_density_mwh_m": linear_heat_density_mwh_m(
                zone["heat_mwh"], zone["trench_m"] + reach.route_m
            ),
            "source_kw": site["source_kw"].astype(float),
            "cop": middle["cop"],
            "zone_heat_mwh": zone["heat_mwh"],
            "covered_mwh": middle["covered_mwh"],
            **{f"{name}_share": energy[name]["covered_share"] for name in CASES},
            "reason": middle["reason"],
            "source_mwh": middle["source_mwh"],
            "electricity_mwh": middle["electricity_mwh"],
        }
    )
    asked = grown.rule.threshold_mwh_m
    table["reason"] = [_reason(row, asked) for row in table.itertuples()]
    return gpd.GeoDataFrame(_ranked(table), geometry=reach.line, crs=places.graph.crs)


def _sink_temperatures(consumers: pd.DataFrame, zone: Ints, zones: int) -> pd.DataFrame:
    """Return and supply temperature of each zone: means of its consumers, weighed by heat."""
    heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)
    total = group_sums(zone, heat, zones)
    columns = {"sink_in_degc": "return_degc", "sink_out_degc": "supply_degc"}
    return pd.DataFrame(
        {
            name: group_sums(zone, heat * consumers[column].to_numpy(dtype=float), zones) / total
            for name, column in columns.items()
        }
    )


def _ranked(pairs: pd.DataFrame) -> pd.DataFrame:
    """Place of each site among those of its zone, and of each zone among those of its site."""

    def places(owner: str, other: str) -> pd.Series[Any]:
        order = pairs.sort_values(
            ["covered_mwh", "route_m", other], ascending=[False, True, True], kind="stable"
        )
        return order.groupby(owner).cumcount() + 1

    return pairs.assign(
        site_rank=places("zone_id", "site_id"), zone_rank=places("site_id", "zone_id")
    )


def _reason(pair: Any, asked_mwh_m: float) -> str:
    """What a pair is, in one sentence."""
    which = "hypothetical data centre" if pair.hypothetical else "data centre"
    where = f"{which}, {pair.route_m:,.0f} m along the streets"
    if pair.reason:
        return f"{where}; its water cannot serve the zone: {pair.reason}"
    how = (
        "by exchanger alone" if np.isnan(pair.cop) else f"through a heat pump of COP {pair.cop:.1f}"
    )
    if not np.isnan(pair.cop):
        how += f" ({1.0 - 1.0 / pair.cop:.0%} of that heat from the data centre)"
    share, low, high = (
        f"{value:.0%}"
        for value in (pair.covered_share, pair.covered_low_share, pair.covered_high_share)
    )
    spread = "" if low == high else f" ({low} to {high} over its range)"
    return (
        f"{where}; {how} it could cover {share} of the yearly heat{spread} if it served this zone "
        f"alone{_too_far(pair, asked_mwh_m)}; not to be added over zones; pipe losses not taken off"
    )


def _too_far(pair: Any, asked_mwh_m: float) -> str:
    """Warn of a way so long that with it the zone would fail its own rule."""
    carried = pair.way_heat_density_mwh_m
    if not carried < asked_mwh_m:
        return ""
    return (
        f", but the way to it is too long for this rule: {carried:,.1f} of {asked_mwh_m:g} MWh per "
        "metre of way and trench"
    )


def connected_share(
    pairs: pd.DataFrame, members: pd.DataFrame, connections: pd.DataFrame | None
) -> Floats:
    """
    Share of each zone's heat that the network planned for a data centre connects.

    Parameters
    ----------
    pairs
        ``zone_id`` and ``site_id``.
    members
        ``zone_id``, ``consumer_id`` and ``heat_mwh`` of the zones' consumers.
    connections
        CONNECTIONS of a finished plan; None without a plan.

    Returns
    -------
    share
        One per pair, NaN without a plan.
    """
    if connections is None or pairs.empty:
        return np.full(len(pairs), np.nan)
    linked = connections.loc[connections["connected"].eq(other=True), ["site_id", "consumer_id"]]
    both = members.merge(linked, on="consumer_id")
    heat = both.groupby(["zone_id", "site_id"])["heat_mwh"].sum()
    total = members.groupby("zone_id")["heat_mwh"].sum()
    keys = pd.MultiIndex.from_frame(pairs[["zone_id", "site_id"]])
    part = heat.reindex(keys, fill_value=0.0).to_numpy(dtype=float)
    share = part / total.loc[pairs["zone_id"]].to_numpy(dtype=float)
    return np.asarray(np.clip(share, 0.0, 1.0), dtype=float)
