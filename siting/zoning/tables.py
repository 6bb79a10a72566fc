"""
Zones of a rule as tables: zones, their consumers and the data centres in reach.

What each column means stands in ``data/columns.csv``. Rows are in one order whatever the order of
the inputs. Numbers are summed here; how zones grow, what crosses them and what could feed them is
found in the other modules of this folder, tables that all rules share in `loads`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from heatreach.network import design_peak_kw
from heatreach.network.streets import SERVICE_PIPE

from .anchors import zone_counts
from .certainty import certainty
from .crossings import crossings
from .loads import member_rows
from .names import zone_names
from .neighbours import networks_near
from .outlines import M2_PER_HA, zone_outlines
from .ranges import (
    LOW_CONFIDENCE,
    RESIDENTIAL,
    group_sums,
    heat_ranges,
    heat_share,
    linear_heat_density_mwh_m,
    text_column,
)
from .reasons import zone_reasons
from .rules import class_labels, density_classes
from .supply import connected_share, zone_sources

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..hours import Hours
    from ..scenario import Scenario
    from .growth import Grown
    from .loads import ZoneLoads
    from .places import ZonePlaces

    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTables:
    """Tables of the zones of one rule, and how many were left out, by reason."""

    zones: gpd.GeoDataFrame
    members: pd.DataFrame
    sources: gpd.GeoDataFrame
    left_out: dict[str, int]


def rule_tables(
    loads: ZoneLoads,
    grown: Grown,
    *,
    sites: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    networks: gpd.GeoDataFrame,
    scenario: Scenario,
    hours: Hours,
    connections: pd.DataFrame | None,
) -> RuleTables:
    """
    Tables of the zones that one rule finds.

    Parameters
    ----------
    loads
        Consumers with the facts that all rules share.
    grown
        Zones of the rule by density.
    sites, barriers, networks
        Data centres, barriers and existing heat networks of the study.
    scenario, hours
        The study.
    connections
        CONNECTIONS of a finished plan, None without.

    Returns
    -------
    tables
        Rows of ``zones``, ``zone_consumers`` and ``zone_sources``, without date and run.
    """
    grown, left_out = worth_a_network(loads, grown)
    zones = _zone_rows(loads, grown, barriers)
    members = member_rows(loads.places, grown, zones)
    pairs = zone_sources(loads.places, grown, zones, sites, scenario=scenario, hours=hours)
    pairs = pairs.assign(
        rule=grown.rule.name, connected_share=connected_share(pairs, members, connections)
    )
    order = pd.Series(zones["rank"].to_numpy(), index=zones["zone_id"].to_numpy(dtype=object))
    pairs = pairs.assign(_rank=order.reindex(pairs["zone_id"]).to_numpy())
    pairs = pairs.sort_values(["_rank", "site_rank"], kind="stable", ignore_index=True)
    zones = _with_best_source(zones, pairs)
    zones = zones.assign(heat_networks=networks_near(loads.places.graph, grown, networks))
    return RuleTables(
        zones=zones.assign(reason=zone_reasons(zones, grown.rule)),
        members=members,
        sources=pairs.drop(columns="_rank"),
        left_out=left_out,
    )


def _count(grown: Grown) -> int:
    """Number of zones."""
    return int(grown.zone.max(initial=-1)) + 1


def worth_a_network(loads: ZoneLoads, grown: Grown) -> tuple[Grown, dict[str, int]]:
    """
    Zones with as much heat and as many anchor loads as their rule asks for.

    Parameters
    ----------
    loads
        Consumers with their loads.
    grown
        Zones of the rule by density.

    Returns
    -------
    kept
        The zones kept, numbered anew in the same order.
    left_out
        Number of the others by the reason why, and of buildings that are dense enough alone.
    """
    rule, count = grown.rule, _count(grown)
    heat = group_sums(grown.zone, loads.places.heat_mwh, count)
    warm = heat >= rule.heat_min_mwh
    counts = _counts(loads, grown)
    anchored = (counts["anchors"] >= rule.anchors_min).to_numpy()
    cells = (counts["cells"] > 0).to_numpy()
    wanted = f"fewer than {rule.anchors_min} anchor loads of {rule.anchor_mwh:,.0f} MWh/yr"
    reasons = {
        f"dense enough, but less than {rule.heat_min_mwh:,.0f} MWh/yr": ~warm,
        f"dense enough, but {wanted}": warm & ~anchored & ~cells,
        f"dense enough, but cells of a heat map, which are no anchor loads, and {wanted}": warm
        & ~anchored
        & cells,
        f"one load of {rule.anchor_mwh:,.0f} MWh/yr or more is dense enough alone, but none beside "
        "it pays for the trench between": grown.too_few_mwh >= rule.anchor_mwh,
    }
    reasons = {f"{rule.name}: {text}": which for text, which in reasons.items()}
    left_out = {text: int(which.sum()) for text, which in reasons.items() if which.any()}
    return _some_zones(grown, warm & anchored), left_out


def _some_zones(grown: Grown, keep: npt.NDArray[np.bool_]) -> Grown:
    """Some of the zones, numbered anew in the same order."""
    # The last place stands for "in no zone", which -1 addresses.
    number = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1)
    trench = number[grown.edge_zone] >= 0
    return replace(
        grown,
        zone=number[grown.zone],
        edges=grown.edges[trench],
        edge_zone=number[grown.edge_zone][trench],
        joint_mwh_m=grown.joint_mwh_m[keep],
    )


def _counts(loads: ZoneLoads, grown: Grown) -> pd.DataFrame:
    """Anchors and buildings that could be required to connect, by zone."""
    return zone_counts(
        loads.places.consumers,
        loads.load,
        loads.required,
        grown.zone,
        zones=_count(grown),
        anchor_mwh=grown.rule.anchor_mwh,
    )


def _zone_rows(loads: ZoneLoads, grown: Grown, barriers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones of one rule without data centres, reason, date and run."""
    places, rule, count = loads.places, grown.rule, _count(grown)
    consumers, zone = places.consumers, grown.zone
    table = pd.concat(
        [
            heat_ranges(consumers, zone, count),
            _counts(loads, grown),
            _lengths(places, grown, count),
            crossings(places.graph, grown.edges, grown.edge_zone, barriers, zones=count),
        ],
        axis=1,
    )
    largest = _largest(consumers, zone, count)
    sector, words = text_column(consumers, "sector"), text_column(consumers, "confidence")
    table = table.assign(
        rank=np.arange(1, count + 1),
        zone_id=[f"{rule.name}/{name}" for name in consumers["id"].to_numpy()[largest]],
        name=zone_names(places, zone, largest),
        rule=rule.name,
        method=rule.method,
        jurisdiction=rule.jurisdiction,
        threshold_mwh_m=rule.threshold_mwh_m,
        consumers=np.bincount(zone[zone >= 0], minlength=count),
        peak_kw=zone_peaks_kw(consumers, zone, count),
        residential_share=heat_share(consumers, sector.eq(RESIDENTIAL).to_numpy(), zone, count),
        given_share=heat_share(consumers, loads.given, zone, count),
        guess_share=heat_share(consumers, words.eq(LOW_CONFIDENCE).to_numpy(), zone, count),
        trench_heat_density_mwh_m=linear_heat_density_mwh_m(table["heat_mwh"], table["trench_m"]),
        street_heat_density_mwh_m=linear_heat_density_mwh_m(table["heat_mwh"], table["street_m"]),
        radius_heat_density_mwh_m=grown.joint_mwh_m,
    )
    outlines = zone_outlines(places, grown, count)
    area = outlines.area.to_numpy() / M2_PER_HA
    table = table.assign(
        density_class=class_labels(table["trench_heat_density_mwh_m"], density_classes()),
        area_ha=area,
        heat_density_mwh_ha=table["heat_mwh"] / area,
        **certainty(table, rule),
    )
    return gpd.GeoDataFrame(table, geometry=outlines.to_numpy(), crs=places.graph.crs)


def _largest(consumers: pd.DataFrame, zone: Ints, count: int) -> Ints:
    """Row of the consumer with most heat in each zone; ties go to the smallest id."""
    heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)
    order = np.lexsort((np.arange(len(zone)), -heat, zone))
    order = order[zone[order] >= 0]
    largest = order[np.diff(zone[order], prepend=-1) != 0]
    return np.asarray(largest.reshape(count), dtype=np.int64)


def _lengths(places: ZonePlaces, grown: Grown, count: int) -> pd.DataFrame:
    """Trench, service pipes in it and street sections of each zone [m]."""
    length = places.graph.length_m[grown.edges]
    pipe = (places.graph.of_way("highway")[grown.edges] == SERVICE_PIPE).astype(float)
    stands = (grown.zone >= 0) & (places.consumer_section >= 0)
    pairs = pd.DataFrame(
        {"zone": grown.zone[stands], "section": places.consumer_section[stands]}
    ).drop_duplicates()
    pairs = pairs.sort_values(["zone", "section"])
    street = places.sections["length_m"].to_numpy(dtype=float)[pairs["section"]]
    return pd.DataFrame(
        {
            "trench_m": group_sums(grown.edge_zone, length, count),
            "service_m": group_sums(grown.edge_zone, length * pipe, count),
            "street_m": group_sums(pairs["zone"].to_numpy(dtype=np.int64), street, count),
        }
    )


def zone_peaks_kw(consumers: pd.DataFrame, zone: Ints, count: int) -> npt.NDArray[np.float64]:
    """
    Design peak of the consumers of each zone together.

    Parameters
    ----------
    consumers
        ``peak_kw`` and ``coincident_kw``.
    zone
        Zone of each consumer, -1 for none.
    count
        Number of zones.

    Returns
    -------
    peak_kw
        One per zone [kW]; NaN where the peak of a consumer is not known.
    """
    inside = zone >= 0
    peak = consumers["peak_kw"].fillna(0.0).to_numpy(dtype=float)
    largest = np.zeros(count)
    np.maximum.at(largest, zone[inside], peak[inside])
    together = design_peak_kw(
        group_sums(zone, peak, count),
        np.bincount(zone[inside], minlength=count),
        largest,
        coincident_kw=group_sums(zone, consumers["coincident_kw"].fillna(0.0), count),
    )
    unknown = group_sums(zone, consumers["peak_kw"].isna(), count) > 0.0
    return np.asarray(np.where(unknown, np.nan, together), dtype=float)


def _with_best_source(zones: gpd.GeoDataFrame, pairs: pd.DataFrame) -> gpd.GeoDataFrame:
    """Zones with the number of data centres in reach and the best of them."""
    number = pairs.groupby("zone_id").size()
    best = pairs[pairs["site_rank"] == 1].set_index("zone_id")
    ids = zones["zone_id"]
    return zones.assign(
        sources=number.reindex(ids, fill_value=0).to_numpy(dtype=np.int64),
        best_site_id=best["site_id"].reindex(ids).fillna("").to_numpy(dtype=object),
        best_covered_share=best["covered_share"].reindex(ids).to_numpy(dtype=float),
    )
