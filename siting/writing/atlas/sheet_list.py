"""
Which sheets there are: an overview, the networks by rank, the zones of the rule shown first.

A city has more of both than anybody prints. What is left out is said in words, on the overview
and in the text that goes with the files. Nothing is drawn here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..maps.geojson import drawable
from ..results import in_order
from ..zone_results import first_rule, rows_of_rule

if TYPE_CHECKING:
    from ..results import FinishedPlan
    from ..zone_results import FinishedZones

ATLAS = "map_sheets.pdf"
"""Name of the file in the folder of a plan, and of zones."""
MOST_NETWORKS = 40
MOST_ZONES = 20


def networks(plan: FinishedPlan) -> Any:
    """
    Projects with a network to draw.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    rows
        Of PROJECTS, in their order.
    """
    rows = in_order(plan.projects, "projects")
    drawn = set(drawable(plan.edges)["project_id"]) if len(plan.edges) else set()
    return rows[rows["project_id"].isin(drawn)] if len(rows) else rows


def network_sheets(plan: FinishedPlan) -> Any:
    """
    Projects that have a sheet.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    rows
        Of PROJECTS, in their order.
    """
    return networks(plan).head(MOST_NETWORKS)


def zones_shown(zones: FinishedZones) -> Any:
    """
    Zones of the rule that maps show at first.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    rows
        Of ZONES, in their order.
    """
    return drawable(rows_of_rule(zones.zones, "zones", first_rule(zones)))


def zone_sheets(zones: FinishedZones) -> Any:
    """
    Zones that have a sheet.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    rows
        Of ZONES, in their order.
    """
    return zones_shown(zones).head(MOST_ZONES)


def left_out(plan: FinishedPlan | None, zones: FinishedZones | None) -> str:
    """
    What has no sheet, in words.

    Parameters
    ----------
    plan
        A finished plan, if there is one.
    zones
        Finished zones, if there are any.

    Returns
    -------
    words
        Sentences; blank where nothing was left out.
    """
    said = []
    if plan is not None and len(networks(plan)) > MOST_NETWORKS:
        said.append(
            f"The first {MOST_NETWORKS} of {len(networks(plan)):,} networks have a map sheet; "
            "map.html and plan.gpkg show all."
        )
    if zones is not None:
        said += _zones_left_out(zones)
    return " ".join(said)


def _zones_left_out(zones: FinishedZones) -> list[str]:
    """Which zones have no sheet."""
    shown, rule, said = len(zones_shown(zones)), first_rule(zones), []
    if shown > MOST_ZONES:
        said.append(
            f"The first {MOST_ZONES} of {shown:,} zones by {rule} have a map sheet; map.html and "
            "zones.gpkg show all."
        )
    others = len(zones.zones) - int((zones.zones["rule"] == rule).sum()) if len(zones.zones) else 0
    if others:
        noun = "zone" if others == 1 else "zones"
        said.append(
            f"Map sheets show zones by {rule} only; {others:,} {noun} by other rules: map.html."
        )
    return said
