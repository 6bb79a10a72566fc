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

import folium
from markupsafe import Markup

from .map_classes import PIPE_CLASSES, USE_GROUPS, pipe_class, use_group
from .map_features import hypothetical_note, is_hypothetical, themes
from .map_page import page
from .results import in_order
from .wording import MISSING, figure, html_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .map_geojson import Theme
    from .results import FinishedPlan

MOST_ROWS = 30
HIGHLIGHT = {"color": "#000000", "fillOpacity": 1}


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
    return page(_map_script(plan, drawn), _content(plan, drawn, notes))


def _map_script(plan: FinishedPlan, drawn: Sequence[Theme]) -> str:
    """The script by which folium sets up the map and its layers."""
    canvas = folium.Map(
        tiles=None, prefer_canvas=True, zoom_snap=0.25, attribution_control=False, max_zoom=20
    )
    canvas.default_js, canvas.default_css = [], []
    canvas._id = "plan"
    for theme in drawn:
        _layer(theme).add_to(canvas)
    control = folium.LayerControl(collapsed=False)
    control._id = "plan"
    control.add_to(canvas)
    canvas.fit_bounds(_bounds(plan), padding=(30, 30), max_zoom=17)
    root: Any = canvas.get_root()
    root.render()
    return "\n".join(child.render() for child in root.script._children.values())


def _layer(theme: Theme) -> folium.GeoJson:
    """One theme as a folium layer with a name of its own instead of a random id."""
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": list(theme.features)},
        name=_label(theme),
        show=theme.show,
        control=theme.listed,
        style_function=lambda feature: dict(theme.styles[feature["properties"]["class"]]),
        highlight_function=(lambda _: dict(HIGHLIGHT)) if theme.tooltip else None,
        marker=_marker(theme.marker),
        smooth_factor=0.5,
    )
    layer._id = theme.key
    for kind, fields in (
        (folium.GeoJsonTooltip, theme.tooltip),
        (folium.GeoJsonPopup, theme.popup),
    ):
        if fields and theme.features:
            kind(fields=list(fields), aliases=list(fields.values()), localize=False).add_to(layer)
    return layer


def _marker(kind: str) -> Any:
    """How points of a theme look: a circle, a letter, or the square of a site."""
    if kind == "circle":
        return folium.CircleMarker(radius=5)
    if kind == "letter":
        icon = folium.DivIcon(icon_size=(14, 14), icon_anchor=(7, 7), class_name="letter-icon")
        return folium.Marker(icon=icon, interactive=False, keyboard=False)
    if kind == "site":
        icon = folium.DivIcon(icon_size=(28, 28), icon_anchor=(14, 14), class_name="site-icon")
        return folium.Marker(icon=icon)
    return None


def _bounds(plan: FinishedPlan) -> list[list[float]]:
    """South-west and north-east corner of what matters: pipes and sites, else all consumers."""
    frames = (plan.edges, plan.inputs.sites)
    shapes = [frame.geometry.dropna() for frame in frames]
    shapes = [shape.to_crs("EPSG:4326") for shape in shapes if len(shape)]
    if not shapes:
        return [[-60.0, -180.0], [75.0, 180.0]]
    boxes = [shape.total_bounds for shape in shapes]
    west, south = (float(min(box[i] for box in boxes)) for i in (0, 1))
    east, north = (float(max(box[i] for box in boxes)) for i in (2, 3))
    return [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]


def _content(plan: FinishedPlan, drawn: Sequence[Theme], notes: Sequence[str]) -> dict[str, Any]:
    """Everything the page shows beside the map."""
    projects = in_order(plan.projects, "projects")
    hypothetical = is_hypothetical(plan.inputs.sites)
    return {
        "title": "Heat-reuse plan",
        "banner": hypothetical_note(hypothetical),
        "any_real": not all(hypothetical),
        "summary": html_text(plan.summary, longest=600),
        "caption": f"Projects in rank order; money in {plan.money}",
        "headings": _headings(plan.money),
        "rows": _rows(projects.head(MOST_ROWS), drawn),
        "reasons": [
            (_project_name(row), html_text(row.reason, longest=300))
            for row in projects.head(MOST_ROWS).itertuples()
            if not is_blank(row.reason)
        ],
        "drawn": [_entry(theme) for theme in drawn if theme.listed],
        "notes": [*notes, *_table_note(len(projects))],
        "pipes": _pipe_legend(plan),
        "uses": _use_legend(plan),
        "attribution": _if_given(plan.inputs.attribution),
        "data_date": _if_given(plan.inputs.data_date),
    }


def _if_given(text: str) -> Any:
    """A credit or a date, escaped; nothing where there is none."""
    return "" if is_blank(text) else html_text(text, longest=400)


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


def _label(theme: Theme) -> str:
    """Name of a layer in the layer switch, with the number of shapes it holds."""
    if theme.key == "roads":
        return theme.label
    return f"{theme.label} ({len(theme.features):,})"


def _entry(theme: Theme) -> dict[str, Any]:
    """One line of the list of what is on the map."""
    label = Markup(_label(theme))
    return {"key": theme.key, "features": len(theme.features), "text": label}


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
