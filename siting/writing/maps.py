"""
``map.html``: the plan on a map that opens from disk without internet.

folium builds the Leaflet script; the page around it is our own, because folium's fetches ten
files from the internet. There are no tiles: the streets of the study are the background. Names
reach the map as GeoJSON properties only, through `html_text`; folium pastes marker popups into
script templates, so there are none. Equal plans give equal bytes: folium's random ids are
replaced by the names of the themes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .map_background import hypothetical_note, is_hypothetical
from .map_classes import PIPE_CLASSES, USE_GROUPS, pipe_class, use_group
from .map_features import themes
from .map_page import page
from .map_script import layer_entry, map_script
from .results import in_order
from .wording import MISSING, figure, html_text, if_given, is_blank
from .zone_maps import ZONE_PARTS, plan_zone_themes, zone_panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .map_geojson import Theme
    from .results import FinishedPlan

MOST_ROWS = 30


def draw_map(plan: FinishedPlan) -> str:
    """
    The map of a plan as one HTML page.

    Parameters
    ----------
    plan
        A finished plan.

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
    script = map_script(drawn, (plan.edges, plan.inputs.sites))
    content = _content(plan, drawn, notes)
    if plan.zones is None:
        return page(script, content)
    panel = zone_panel(plan.zones, {theme.key for theme in drawn})
    return page(script, {**content, "zones": panel}, parts=ZONE_PARTS)


def _content(plan: FinishedPlan, drawn: Sequence[Theme], notes: Sequence[str]) -> dict[str, Any]:
    """Everything the page shows beside the map."""
    projects = in_order(plan.projects, "projects")
    hypothetical = is_hypothetical(plan.inputs.sites)
    return {
        "title": "Heat-reuse plan",
        "banner": hypothetical_note(hypothetical),
        "any_real": not all(hypothetical),
        "summary": html_text(plan.summary, longest=1500),
        "caption": f"Projects in rank order; money in {plan.money}",
        "headings": _headings(plan.money),
        "rows": _rows(projects.head(MOST_ROWS), drawn),
        "reasons": [
            (_project_name(row), html_text(row.reason, longest=300))
            for row in projects.head(MOST_ROWS).itertuples()
            if not is_blank(row.reason)
        ],
        "drawn": [layer_entry(theme) for theme in drawn if theme.listed],
        "notes": [*notes, *_table_note(len(projects))],
        "pipes": _pipe_legend(plan),
        "uses": _use_legend(plan),
        "attribution": if_given(plan.inputs.attribution),
        "data_date": if_given(plan.inputs.data_date),
        "map_label": "Map of the plan; the table holds the same results",
        "layers_file": "plan.gpkg",
        "zones": None,
    }


def _headings(money: str) -> list[tuple[str, str]]:
    """Column headings of the table of projects, with units."""
    return [
        ("Rank", ""),
        ("Data centre", ""),
        ("Consumers", ""),
        ("Heat", "MWh/yr"),
        ("Net saving", "tCO₂e/yr"),
        ("NPV", f"thousand\n{money}"),
        ("Heat cost", f"{money}\nper MWh"),
    ]


def _rows(projects: Any, drawn: Sequence[Theme]) -> list[dict[str, Any]]:
    """Cells of the table of projects."""
    routes = {theme.project_id: theme.key for theme in drawn if theme.project_id}
    rows = []
    for row in projects.itertuples():
        cells = [row.consumers, row.heat_mwh, row.avoided_t_co2e, _thousand(row.npv)]
        rows.append(
            {
                "rank": MISSING if is_blank(row.rank) else str(int(row.rank)),
                "zoom": routes.get(row.project_id, ""),
                "name": _project_name(row),
                "hypothetical": not is_blank(row.hypothetical) and bool(row.hypothetical),
                "cells": [figure(cell) for cell in (*cells, row.lcoh_per_mwh)],
            }
        )
    return rows


def _thousand(value: Any) -> Any:
    """An amount in thousands; blanks stay blank."""
    return None if is_blank(value) else float(value) / 1000


def _project_name(row: Any) -> Any:
    """Name of the data centre of a project, or its identifier."""
    return html_text(row.site_id if is_blank(row.name) else row.name)


def _table_note(projects: int) -> list[str]:
    """What the table leaves out."""
    if projects <= MOST_ROWS:
        return []
    return [f"The table shows {MOST_ROWS} of {projects:,} projects; all are in projects.csv."]


def _pipe_legend(plan: FinishedPlan) -> list[tuple[str, str, float]]:
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
