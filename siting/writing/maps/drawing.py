"""
``map.html``: the plan on a map that opens from disk without internet.

folium builds the Leaflet script; the page around it is our own, because folium's fetches ten
files from the internet. There are no tiles unless the user
names a source: the streets of the study are the background. Names
reach the map as GeoJSON properties only, through `html_text`; folium pastes marker popups into
script templates, so there are none. Equal plans give equal bytes: folium's random ids are
replaced by the names of the themes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..wording import html_text, if_given
from .background import hypothetical_note, is_hypothetical
from .classes import PIPE_CLASSES, USE_GROUPS, pipe_class, use_group
from .features import themes
from .page import page
from .projects import project_panel
from .script import layer_entry, map_script
from .zone_drawing import ZONE_PARTS, plan_zone_themes, zone_panel
from .zone_heat_features import cell_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...reading.tile_source import TileSource
    from ..results import FinishedPlan
    from .geojson import Theme

LINKED = ("routes", "routes_joined", "sites")
"""Themes whose shapes belong to a row of the table of projects."""
LONGEST_SUMMARY = 1500


def draw_map(plan: FinishedPlan, *, tiles: TileSource | None = None) -> str:
    """
    The map of a plan as one HTML page.

    Parameters
    ----------
    plan
        A finished plan.
    tiles
        Background that the page fetches when it is opened; `None` for nothing.

    Returns
    -------
    html
        The page; write it as UTF-8.

    Notes
    -----
    Entries of the list "On the map" carry the number of features of each layer
    (``data-features``) and, once the map is drawn, the number Leaflet made of it
    (``data-drawn``); ``<html data-map="ready">`` says that all scripts have run.
    """
    drawn, notes = themes(plan)
    if plan.zones is not None:
        above, under = plan_zone_themes(plan.zones, notes)
        drawn = [*drawn[:1], *under, *drawn[1:-1], *above, *drawn[-1:]]
    # What stands outside the first view seems not to exist: it holds every zone and project.
    zones = () if plan.zones is None else (plan.zones.zones,)
    script = map_script(drawn, (plan.edges, plan.inputs.sites, *zones), tiles=tiles)
    content = _content(plan, drawn, notes)
    if plan.zones is None:
        return page(script, content, tiles=tiles)
    built = set(plan.projects.loc[plan.projects["status"] == "ok", "site_id"])
    panel = zone_panel(plan.zones, {theme.key for theme in drawn}, built)
    return page(script, {**content, "zones": panel}, parts=ZONE_PARTS, tiles=tiles)


def _content(plan: FinishedPlan, drawn: Sequence[Theme], notes: Sequence[str]) -> dict[str, Any]:
    """Everything the page shows beside the map."""
    hypothetical = is_hypothetical(plan.inputs.sites)
    opening, rest = opened(plan.summary)
    return {
        "title": "Heat-reuse plan",
        "banner": hypothetical_note(hypothetical),
        "any_real": not all(hypothetical),
        "summary": html_text(opening, longest=LONGEST_SUMMARY),
        "assurance": html_text(rest, longest=LONGEST_SUMMARY) if rest else "",
        "projects": project_panel(plan, _rows_drawn(drawn)),
        "drawn": [layer_entry(theme) for theme in drawn if theme.listed],
        "notes": list(notes),
        "pipes": _pipe_legend(plan),
        "links": _has(drawn, "links"),
        "uses": _use_legend(plan),
        "cells": list(cell_classes().items()) if _has(drawn, "consumer_cells") else [],
        "attribution": if_given(plan.inputs.attribution),
        "data_date": if_given(plan.inputs.data_date),
        "map_label": "Map of the plan; the table holds the same results",
        "layers_file": "plan.gpkg",
        "zones": None,
    }


def opened(summary: str) -> tuple[str, str]:
    """
    The first sentence of a summary, and the rest of it.

    Parameters
    ----------
    summary
        A few sentences.

    Returns
    -------
    opening, rest
        Plain text; the rest is blank for a single sentence.

    Examples
    --------
    >>> opened("Site C comes first. It costs 0.3 million. It pays.")
    ('Site C comes first.', 'It costs 0.3 million. It pays.')
    """
    opening, _, rest = summary.partition(". ")
    return (f"{opening}." if rest else opening, rest)


def _has(drawn: Sequence[Theme], key: str) -> bool:
    """Whether a theme is on the map."""
    return any(theme.key == key for theme in drawn)


def _rows_drawn(drawn: Sequence[Theme]) -> set[str]:
    """Rows of the table of projects that have a shape on the map."""
    return {
        feature["properties"]["row"]
        for theme in drawn
        if theme.key in LINKED
        for feature in theme.features
    }


def _pipe_legend(plan: FinishedPlan) -> list[tuple[str, str, float, str]]:
    """The pipe classes that occur."""
    present = {pipe_class(dn) for dn in plan.edges["dn"]} if len(plan.edges) else set()
    return [PIPE_CLASSES[index][1:] for index in sorted(present)]


def _use_legend(plan: FinishedPlan) -> list[tuple[str, str, str]]:
    """The groups of uses that occur among connected consumers."""
    rows = plan.connections
    if not len(rows):
        return []
    connected = rows.loc[rows["connected"].fillna(value=False).astype(bool), "use"]
    present = {use_group(use) for use in connected}
    return [entry[:3] for group, entry in USE_GROUPS.items() if group in present]
