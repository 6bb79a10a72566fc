"""The sheet of one zone: outline, streets by heat per metre, anchor loads, data centres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection

from ..maps.background import ONLY_MAIN_ROADS
from ..maps.geojson import drawable
from ..maps.zone_classes import ALONE, section_labels
from ..report.words import share
from ..results import in_order
from ..wording import figure, is_blank
from .facts import load_facts, zone_facts
from .frame import draw_frame
from .layers import area_path, draw_buildings, draw_lines, draw_streets, in_window, sorted_lines
from .legend import Sign
from .looks import LineLook, paler, section_looks, use_looks, zone_look
from .marks import draw_grounds, draw_marks, marks_of, rank_words, site_signs
from .network_sheet import MOST_BESIDE, each
from .numbers import ZONE_LETTER, draw_numbers, spread_out
from .panel import Column, Panel
from .paper import Paper
from .window import window_around

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..zone_results import FinishedZones
    from .panel import Block
    from .window import Window

MOST_NUMBERED, MOST_SOURCES = 30, 5
ROUTE = LineLook("Route from a data centre", "#12222b", 0.8, (0.0, (5.0, 2.0, 1.0, 2.0)))
LOADS = (
    Column(heading="No.", width=7.5),
    Column(heading="Anchor load", width=47.5, right=False),
    Column(heading="Use", width=25.0, right=False),
    Column(heading="MWh/yr", width=17.0),
)
SOURCES = (
    Column(heading="Rank", width=8.5),
    Column(heading="Data centre", width=36.5, right=False),
    Column(heading="Route, m", width=15.0),
    Column(heading="Towards", width=16.0),
    Column(heading="Share of heat", width=21.0),
)
WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def zone_sheet(
    zones: FinishedZones, row: Any, block: Block, *, ranks: Mapping[str, Any], sheet: int
) -> Figure:
    """
    Sheet of one zone.

    Parameters
    ----------
    zones
        Finished zones.
    row
        Of ZONES.
    block
        What the title block says.
    ranks
        Rank of the best project by identifier of the data centre, where a plan ranked them.
    sheet
        Number of the sheet, from 1.

    Returns
    -------
    figure
        The sheet.
    """
    window = window_around([row.geometry.bounds])
    paper, panel = _begun(row)
    axes = paper.map_axes(window.west, window.south, window.scale)
    complete = draw_streets(axes, zones.inputs.roads, window)
    sections = _draw_sections(axes, zones, window)
    members = _members(zones, row.zone_id)
    others = _others(zones, members, window)
    draw_buildings(axes, others, window, strong=False, gid="others")
    groups = draw_buildings(axes, members, window, strong=True, gid="members")
    outline = zone_look(str(row.density_class))
    _draw_outline(axes, row.geometry, outline)
    draw_grounds(axes, zones.inputs.sites, window)
    sources = _sources(zones, row.zone_id)
    _draw_routes(axes, _clipped(sources, window))
    marks = marks_of(zones.inputs.sites, window, ranks=ranks)
    draw_frame(paper, axes, window)
    words = f"Zone, {row.density_class} MWh/m/yr of trench"
    entries = [outline._replace(label=words), *sections, *site_signs(marks)]
    entries += [ROUTE] if len(sources) else []
    entries += [look for group, look in use_looks().items() if group in groups]
    anchors = _anchors(zones, row.zone_id)
    entries += [Sign(label="Anchor load of the table", kind="number")] if len(anchors) else []
    entries += [Sign(label="Not in the zone (pale)", kind="pale")] if len(others) else []
    loads = members.sort_values(["annual_heat_mwh", "id"], ascending=[False, True], kind="stable")
    panel.facts([*zone_facts(row, _rule(zones, row.rule)), *load_facts(loads)])
    _sources_table(panel, zones, sources, row.geometry, ranks)
    numbered = _anchors_table(panel, anchors, entries=len(entries), loads=len(members))
    if not complete:
        panel.paragraph(ONLY_MAIN_ROADS, lines=1)
    points = shapely.get_coordinates(shapely.point_on_surface(numbered.geometry.to_numpy()))
    places = np.asarray(window.on_paper(points)).reshape(-1, 2)
    draw_numbers(paper, places, spread_out(places, blocked=draw_marks(paper, marks)))
    panel.close(entries, block, scale=window.scale, sheet=sheet)
    return paper.figure


def _begun(row: Any) -> tuple[Paper, Panel]:
    """A sheet with its title."""
    paper = Paper()
    panel = Panel(paper)
    name = row.zone_id if is_blank(row.name) else row.name
    over = f"Heat-network zone {ZONE_LETTER}{rank_words(row.rank)} by heat"
    panel.title(over, name, f"Indicative zone {row.zone_id}; not a designation.")
    return paper, panel


def _rule(zones: FinishedZones, name: str) -> Any:
    """The rule of a zone."""
    return next((rule for rule in zones.rules if rule.name == name), None)


def _draw_outline(axes: Axes, shape: Any, look: LineLook) -> None:
    """Outline with a tint of its class."""
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
    style: dict[str, Any] = {
        "colors": look.colour,
        "linewidths": look.width_pt,
        "linestyles": [look.dashes],
    }
    axes.add_collection(LineCollection(rings, **style, zorder=3.2, gid="outline"), autolim=False)
    tint: dict[str, Any] = {
        "facecolors": [paler(look.colour, 0.88)],
        "linewidths": 0.0,
        "zorder": 0.2,
    }
    axes.add_collection(PathCollection([area_path(shape)], **tint), autolim=False)


def _draw_routes(axes: Axes, shapes: Any) -> None:
    """Routes from data centres, thin enough to let the class of a street be seen below."""
    style: dict[str, Any] = {
        "colors": ROUTE.colour,
        "linewidths": ROUTE.width_pt,
        "linestyles": [ROUTE.dashes],
    }
    lines = sorted_lines(shapes)
    axes.add_collection(LineCollection(lines, **style, zorder=3.5, gid="routes"), autolim=False)


def _draw_sections(axes: Axes, zones: FinishedZones, window: Window) -> list[LineLook]:
    """Street sections with heat by class; returns the looks drawn, the densest first."""
    rows = in_window(in_order(zones.sections, "street_sections"), window)
    rows = rows[rows["heat_mwh"] > 0.0] if len(rows) else rows
    if rows.empty:
        return []
    labels = np.array(
        section_labels(rows["street_heat_density_mwh_m"], rows["rules"].fillna("")), dtype=object
    )
    drawn = []
    for number, (label, look) in enumerate(section_looks().items()):
        shapes = _clipped(rows[labels == label], window)
        if len(shapes):
            draw_lines(axes, shapes, look, zorder=2.2 + 0.1 * number, gid="sections")
            drawn.append(look._replace(label=f"Street, {label} MWh/m/yr"))
    return drawn[::-1]


def _clipped(rows: Any, window: Window) -> Any:
    """Lines of a table within the window."""
    shapes = drawable(rows).geometry.to_numpy() if len(rows) else np.array([], dtype=object)
    return shapely.clip_by_rect(shapes, *window.bounds)


def _members(zones: FinishedZones, zone_id: str) -> Any:
    """Consumers of a zone, in the order of their identifiers."""
    mine = zones.members.loc[zones.members["zone_id"] == zone_id, "consumer_id"]
    everywhere = drawable(zones.inputs.everywhere)
    return in_order(everywhere[everywhere["id"].isin(mine)], "consumers")


def _others(zones: FinishedZones, members: Any, window: Window) -> Any:
    """Consumers in the window that lie in no part of the zone; not too many."""
    rows = in_window(in_order(zones.inputs.everywhere, "consumers"), window)
    rows = rows[~rows["id"].isin(members["id"])]
    if len(rows) <= MOST_BESIDE:
        return rows
    keys = ["annual_heat_mwh", "id"]
    return rows.sort_values(keys, ascending=[False, True], kind="stable").head(MOST_BESIDE)


def _anchors(zones: FinishedZones, zone_id: str) -> Any:
    """Anchor loads of a zone, the largest first."""
    mine = set(zones.members.loc[zones.members["zone_id"] == zone_id, "consumer_id"])
    rows = drawable(in_order(zones.anchors, "anchors"))
    if rows.empty:
        return rows
    return rows[rows["consumer_id"].isin(mine) & rows["anchor"].fillna(value=False).astype(bool)]


def _sources(zones: FinishedZones, zone_id: str) -> Any:
    """Data centres in reach of a zone, nearest first."""
    rows = in_order(zones.sources, "zone_sources")
    if rows.empty:
        return rows
    return rows[rows["zone_id"] == zone_id].sort_values(["route_m", "site_id"], kind="stable")


def _sources_table(
    panel: Panel, zones: FinishedZones, rows: Any, shape: Any, ranks: Mapping[str, Any]
) -> None:
    """Data centres in reach: how far, where, and what share of the heat each could cover."""
    panel.heading("Data centres in reach")
    if rows.empty:
        panel.paragraph(f"None{_within(zones.run)}.", lines=1)
        return
    cells = []
    for row in each(rows.head(MOST_SOURCES)):
        name = row.site_id if is_blank(row.site_name) else row.site_name
        rank, wind = rank_words(ranks.get(row.site_id)), _towards(zones, row.site_id, shape)
        cells.append([rank, name, figure(row.route_m), wind, share(row.covered_share)])
    if len(rows) > MOST_SOURCES:
        cells.append(["", f"{len(rows) - MOST_SOURCES:,} more, farther away", "", "", ""])
    panel.table(SOURCES, cells)
    panel.y += 1.4
    panel.paragraph(ALONE, lines=2)


def _within(run: Mapping[str, Any]) -> str:
    """How far data centres were looked for, where the record tells it."""
    radius = run.get("options", {}).get("search", {}).get("radius_m")
    return "" if is_blank(radius) else f" within {figure(radius, 'm')} along the streets"


def _towards(zones: FinishedZones, site_id: str, shape: Any) -> str:
    """Which way a data centre lies from the middle of a zone."""
    sites = drawable(zones.inputs.sites)
    own = sites[sites["id"] == site_id]
    if own.empty:
        return ""
    point, middle = own.geometry.iloc[0].centroid, shape.centroid
    angle = np.degrees(np.arctan2(point.x - middle.x, point.y - middle.y))
    return WINDS[int(np.round(angle / 45.0)) % len(WINDS)]


def _anchors_table(panel: Panel, rows: Any, *, entries: int, loads: int) -> Any:
    """Table of anchor loads; returns the rows that have a number."""
    panel.heading("Anchor loads")
    if rows.empty:
        panel.paragraph(f"None of its {loads:,} loads is an anchor load.", lines=1)
        return rows
    room = panel.rows_left(entries, below=5.0) - 1
    numbered = rows.head(max(min(room, MOST_NUMBERED), 0))
    cells = [_cells(number, row) for number, row in enumerate(each(numbered), start=1)]
    rest = rows.iloc[len(numbered) :]
    if len(rest):
        heat = figure(float(rest["heat_mwh"].sum()))
        cells.append(["", f"{len(rest):,} smaller anchor loads", "", heat])
    panel.table(LOADS, cells)
    return numbered


def _cells(number: int, row: Any) -> list[Any]:
    """Cells of one anchor load."""
    name = row.consumer_id if is_blank(row.name) else row.name
    return [str(number), name, row.use, figure(row.heat_mwh)]
