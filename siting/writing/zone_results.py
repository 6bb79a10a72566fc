"""
Finished zones as their writers see them.

As `results` for a plan: every writer takes `FinishedZones` and relies on nothing else. What a
reader expects in a row and the analysis does not compute (the date of the data, the run, where on
Earth a load lies) is put in here, and the totals of each rule are added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import pandas as pd
import shapely

from .results import FinishedInputs, in_order, with_registry_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEPARATOR = "; "
FIRST_RULE = "class_4"


class FinishedRule(Protocol):
    """What the writers need to know of a rule."""

    @property
    def name(self) -> str:
        """Short name, as in column ``rule``."""

    @property
    def title(self) -> str:
        """The rule in words."""

    @property
    def method(self) -> str:
        """``trench``, ``street`` or ``radius``."""

    @property
    def jurisdiction(self) -> str:
        """Where the rule comes from; blank for general classes."""

    @property
    def threshold_mwh_m(self) -> float:
        """Linear heat density asked for [MWh/(m·year)]."""

    @property
    def anchors_min(self) -> int:
        """Anchor loads asked for."""

    @property
    def anchor_mwh(self) -> float:
        """Yearly heat from which a load is an anchor [MWh/year]."""

    @property
    def buildings_min(self) -> int:
        """Consumers asked for."""

    @property
    def heat_min_mwh(self) -> float:
        """Yearly heat asked for [MWh/year]."""

    @property
    def legal_status(self) -> str:
        """What the rule is worth in law."""

    @property
    def date(self) -> str:
        """Date of the rule."""

    @property
    def source(self) -> str:
        """Key of the table of sources."""


class FinishedZoneInputs(FinishedInputs, Protocol):
    """Inputs of a study of zones."""

    @property
    def everywhere(self) -> gpd.GeoDataFrame:
        """All consumers of the area, with their demand."""


class FinishedZones(Protocol):
    """What the writers need of zones; every table is there and may be without rows."""

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """Zones of all rules."""

    @property
    def sections(self) -> gpd.GeoDataFrame:
        """Street sections with their heat."""

    @property
    def anchors(self) -> gpd.GeoDataFrame:
        """Anchor loads, and buildings that could be required to connect."""

    @property
    def sources(self) -> gpd.GeoDataFrame:
        """Each zone with each data centre in reach."""

    @property
    def members(self) -> pd.DataFrame:
        """Which consumer lies in which zone."""

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """Heat by cell of one hectare."""

    @property
    def blocks(self) -> gpd.GeoDataFrame:
        """Heat by block between streets."""

    @property
    def totals(self) -> pd.DataFrame:
        """Demand by kind of use."""

    @property
    def reconciliation(self) -> pd.DataFrame:
        """What control totals made of the estimates."""

    @property
    def inputs(self) -> FinishedZoneInputs:
        """What the zones were made from."""

    @property
    def rules(self) -> Sequence[FinishedRule]:
        """Rules that were asked for, in that order."""

    @property
    def assumptions(self) -> pd.DataFrame:
        """Every assumed figure used, with range, unit and source."""

    @property
    def summary(self) -> str:
        """One sentence on what was found."""

    @property
    def crs(self) -> Any:
        """Metric CRS of all geometry."""

    @property
    def run(self) -> Mapping[str, Any]:
        """Versions, hashes of inputs, options, warnings, timings, ``run_id``."""


def zone_tables(zones: FinishedZones) -> dict[str, Any]:
    """
    Every table that is written, by its name in the column registry.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    tables
        Each with all columns of the registry; rows in any order.

    Raises
    ------
    ValueError
        If a table with rows lacks a column of the registry.
    """
    found = {
        "zones": zones.zones,
        "rule_totals": rule_totals(zones),
        "street_sections": zones.sections,
        "anchors": _with_coordinates(zones.anchors),
        "zone_sources": zones.sources,
        "zone_consumers": _stamped(zones.members, zones),
        "heat_cells": zones.cells,
        "blocks": zones.blocks,
        "demand_totals": zones.totals,
        "reconciliation": zones.reconciliation,
    }
    return {name: with_registry_columns(frame, name) for name, frame in found.items()}


def _stamped(frame: Any, zones: FinishedZones) -> Any:
    """A table that says in every row of which data and which run it is."""
    stamps = {"data_date": zones.inputs.data_date, "run_id": str(zones.run.get("run_id", ""))}
    return frame.assign(**{name: stamp for name, stamp in stamps.items() if name not in frame})


def _with_coordinates(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Loads with the latitude and longitude that spreadsheets need; the rest of them unchanged."""
    if frame.empty:
        return frame
    degrees = frame.geometry.representative_point().to_crs("EPSG:4326")
    return frame.assign(lat=degrees.y.round(6), lon=degrees.x.round(6))


def rule_totals(zones: FinishedZones) -> gpd.GeoDataFrame:
    """
    One row per rule asked for: what it asks, what it is worth in law, what it found.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    totals
        The RULE_TOTALS table in the order of the rules; geometry is the outline of all zones of
        the rule together, missing where it found none.
    """
    rows, outlines = [], []
    for rule in zones.rules:
        mine = zones.zones[zones.zones["rule"] == rule.name] if len(zones.zones) else zones.zones
        found = len(mine) > 0
        rows.append(_rule_cells(rule) | _rule_sums(mine) | {"zones": len(mine)})
        outlines.append(shapely.union_all(mine.geometry.to_numpy()) if found else None)
    frame = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(outlines, crs=zones.crs), crs=zones.crs)
    return with_registry_columns(_stamped(frame, zones), "rule_totals")


def _rule_cells(rule: FinishedRule) -> dict[str, Any]:
    """What a rule asks for and where it comes from."""
    names = ("title", "method", "jurisdiction", "threshold_mwh_m", "anchors_min", "anchor_mwh")
    named = (*names, "buildings_min", "heat_min_mwh", "legal_status", "date", "source")
    return {"rule": rule.name} | {name: getattr(rule, name) for name in named}


def _rule_sums(mine: gpd.GeoDataFrame) -> dict[str, Any]:
    """Sums over the zones of a rule; zones of one rule share no consumer."""
    if mine.empty:
        return {"consumers": 0, "heat_mwh": 0.0, "area_ha": 0.0}
    ordered = mine.sort_values("zone_id", kind="stable")
    return {
        "consumers": int(ordered["consumers"].sum()),
        "heat_mwh": float(ordered["heat_mwh"].sum()),
        "area_ha": float(ordered["area_ha"].sum()),
    }


def consumers_with_zones(zones: FinishedZones) -> gpd.GeoDataFrame:
    """
    All consumers of the area once each, with the zones they lie in.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    consumers
        As in the inputs, with ``zone_ids`` (blank for none), ``data_date`` and ``run_id``.
    """
    frame = _stamped(zones.inputs.everywhere, zones)
    if not len(zones.members):
        return frame.assign(zone_ids="")
    order = {rule.name: number for number, rule in enumerate(zones.rules)}
    rows = zones.members.assign(order=zones.members["rule"].map(order))
    rows = rows.sort_values(["consumer_id", "order", "zone_id"], kind="stable")
    ids = rows.groupby("consumer_id")["zone_id"].agg(SEPARATOR.join)
    return frame.assign(zone_ids=frame["id"].map(ids).fillna(""))


def places_of_members(zones: FinishedZones) -> gpd.GeoDataFrame:
    """
    Which consumer lies in which zone, each as a point.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    members
        The ZONE_CONSUMERS table with a point on each consumer.
    """
    members = with_registry_columns(_stamped(zones.members, zones), "zone_consumers")
    everywhere = zones.inputs.everywhere
    points = everywhere.geometry.representative_point().set_axis(everywhere["id"])
    shapes = points.reindex(members["consumer_id"]).to_numpy()
    plain = pd.DataFrame(members.drop(columns="geometry", errors="ignore"))
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(shapes, crs=zones.crs, index=plain.index))


def first_rule(zones: FinishedZones) -> str:
    """
    The rule whose zones the map shows at first.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    name
        The lowest general class if it was asked for, else the first rule that found a zone.
    """
    asked = [rule.name for rule in zones.rules]
    found = [name for name in asked if (zones.zones["rule"] == name).any()]
    return FIRST_RULE if FIRST_RULE in asked else [*found, *asked, ""][0]


def rows_of_rule(frame: Any, table: str, rule: str) -> Any:
    """
    Rows of one rule in their order.

    Parameters
    ----------
    frame
        A table with a column ``rule``.
    table
        Its name in the column registry.
    rule
        Name of the rule.

    Returns
    -------
    rows
        New frame.
    """
    return in_order(frame[frame["rule"] == rule], table) if len(frame) else frame
