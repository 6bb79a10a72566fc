"""
``zones.gpkg``: zones as layers for QGIS and other geographic programs.

Every layer lies in the study's metric CRS, says in each row which data and which run it rests on,
and carries the credit of the data. ``zones`` holds the zones of all rules, to be filtered by the
column ``rule``; ``rule_totals`` holds one outline per rule, so that thresholds can be laid over
each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..results import in_order
from ..zone_results import consumers_with_zones, places_of_members, zone_tables
from .geopackage import write_package
from .looks import ZONE_LABELS, zone_looks

if TYPE_CHECKING:
    from pathlib import Path

    from ..zone_results import FinishedZones

DESCRIPTIONS = {
    "zones": "Heat-network zones of all rules; filter by the column rule. Indicative",
    "rule_totals": "One outline per rule: all its zones together. Indicative",
    "street_sections": "Streets between two junctions with the heat along them",
    "anchors": "Anchor loads, and buildings that could be required to connect",
    "zone_sources": "Each zone with each data centre in reach; the line is the route",
    "sites": "Data centres",
    "consumers": "All consumers of the area, with the zones they lie in",
    "zone_consumers": "Which consumer lies in which zone, a point each",
    "heat_cells": "Yearly heat by cell of one hectare",
    "blocks": "Yearly heat by block between streets",
}


def write_zone_layers(zones: FinishedZones, path: Path) -> None:
    """
    Write all layers of zones into one GeoPackage.

    Parameters
    ----------
    zones
        Finished zones.
    path
        File to write; replaced if it exists.

    Raises
    ------
    ValueError
        If a table lacks a column of the registry.
    """
    tables = zone_tables(zones)
    tables["sites"] = zones.inputs.sites
    tables["consumers"] = consumers_with_zones(zones)
    tables["zone_consumers"] = places_of_members(zones)
    about = {"ATTRIBUTION": zones.inputs.attribution, "DATA_DATE": zones.inputs.data_date}
    about |= {"RUN_ID": str(zones.run.get("run_id", "")), "SUMMARY": zones.summary}
    write_package(
        {layer: in_order(tables[layer], layer) for layer in DESCRIPTIONS},
        path,
        crs=zones.crs,
        about=about,
        descriptions=DESCRIPTIONS,
        registry={layer: layer for layer in DESCRIPTIONS},
        looks=zone_looks(zones.rules),
        labels=ZONE_LABELS,
    )
