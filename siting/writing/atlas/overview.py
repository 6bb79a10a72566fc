"""The first sheet: all data centres, networks and zones, with a list of the sheets that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..maps.background import ONLY_MAIN_ROADS
from ..maps.geojson import drawable
from ..maps.zone_classes import density_styles
from ..results import in_order
from ..wording import figure, is_blank
from ..zone_results import first_rule
from .frame import draw_frame
from .layers import draw_areas, draw_pipes, draw_streets
from .legend import Sign
from .lettering import legible
from .looks import pipe_looks, zone_look
from .marks import draw_grounds, draw_marks, marks_of, rank_words, ranks_of, site_signs
from .network_sheet import each
from .numbers import ZONE_LETTER, draw_numbers, spread_out
from .panel import Column, Panel
from .paper import Paper
from .sheet_list import left_out, network_sheets, networks, zone_sheets, zones_shown
from .window import window_around

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..results import FinishedPlan
    from ..zone_results import FinishedZones
    from .panel import Block
    from .window import Window

NETWORKS = (
    Column(heading="Rank", width=8.0),
    Column(heading="Network of", width=33.0, right=False),
    Column(heading="MWh/yr", width=14.0),
    Column(heading="Trench, m", width=14.0),
    Column(heading="NPV", width=18.0),
    Column(heading="Sheet", width=10.0),
)
ZONES = (
    Column(heading="No.", width=8.0),
    Column(heading="Zone", width=43.0, right=False),
    Column(heading="MWh/yr", width=18.0),
    Column(heading="Area, ha", width=18.0),
    Column(heading="Sheet", width=10.0),
)
MOST_UNSERVED, MOST_LISTED, MOST_BESIDE_ZONES = 3, 24, 8
"""Rows of the lists; beside zones there is less room."""
SUMMARY_LINES = 20
"""More than the longest summary takes; it is not cut."""
NOTES_MM, UNSERVED_MM, LONGEST_NAME, THOUSAND = 26.0, 30.0, 60, 1000.0
NO_NETWORK = "No network was found that could be drawn, so there is no sheet of one."
CLASSES = (
    "The colour of a zone is that of the heat over all its trench. A denser rule asks its "
    "threshold of the trench to each load it joins, so it may find no zone where the colour shows "
    "its class."
)
NO_ZONE = "No zone was found by this rule, so there is no sheet of one."


def overview_sheet(plan: FinishedPlan | None, zones: FinishedZones | None, block: Block) -> Figure:
    """
    Sheet of everything, with the list of sheets.

    Parameters
    ----------
    plan
        A finished plan; `None` for zones alone.
    zones
        Finished zones; `None` where there are none.
    block
        What the title block says.

    Returns
    -------
    figure
        The first sheet.

    Raises
    ------
    ValueError
        If there is neither plan nor zones.
    """
    study = plan or zones
    if study is None:
        raise ValueError("an overview needs a plan or zones")
    window = window_around(_boxes(plan, zones))
    paper = Paper()
    panel = Panel(paper)
    panel.title("Overview", block.subject, study.summary, lines=SUMMARY_LINES)
    axes = paper.map_axes(window.west, window.south, window.scale)
    complete = draw_streets(axes, study.inputs.roads, window)
    entries, places = _draw_zones(axes, zones, window)
    draw_grounds(axes, study.inputs.sites, window)
    entries += _draw_networks(axes, plan)
    marks = marks_of(study.inputs.sites, window, ranks=ranks_of(plan))
    draw_frame(paper, axes, window)
    spots = spread_out(places, blocked=draw_marks(paper, marks))
    draw_numbers(paper, places, spots, letter=ZONE_LETTER)
    entries += site_signs(marks)
    _lists(panel, plan, zones, entries=len(entries))
    notes = left_out(plan, zones)
    notes = notes if complete else f"{notes} {ONLY_MAIN_ROADS}".strip()
    if notes:
        panel.paragraph(notes, lines=4)
    panel.close(entries, block, scale=window.scale, sheet=1)
    return paper.figure


def _boxes(plan: FinishedPlan | None, zones: FinishedZones | None) -> list[Any]:
    """Bounds of what the overview shows: sites, networks, zones; without any, of streets."""
    frames: list[Any] = []
    if plan is not None:
        frames += [plan.inputs.sites, plan.edges]
    if zones is not None:
        frames.append(zones_shown(zones))
        frames += [] if len(frames[-1]) else [zones.inputs.sites]
    shown = [drawable(frame) for frame in frames if len(frame)]
    if not any(len(frame) for frame in shown):
        shown = [drawable((plan or zones).inputs.roads)]  # type: ignore[union-attr]
    return [frame.total_bounds for frame in shown if len(frame)]


def _draw_networks(axes: Axes, plan: FinishedPlan | None) -> list[Any]:
    """All networks; returns entries of the legend."""
    if plan is None or plan.edges.empty:
        return []
    pipes = draw_pipes(axes, in_order(plan.edges, "edges"))
    return [pipe_looks()[number] for number in reversed(pipes)]


def _draw_zones(axes: Axes, zones: FinishedZones | None, window: Window) -> tuple[list[Any], Any]:
    """Outlines of the zones shown; returns entries of the legend and the places of numbers."""
    if zones is None:
        return [], np.zeros((0, 2))
    rows = zones_shown(zones)
    entries: list[Any] = []
    found = set(map(str, rows["density_class"])) if len(rows) else set()
    for label in [label for label in reversed(density_styles()) if label in found]:
        look = zone_look(label)
        mine = rows.loc[rows["density_class"].astype(str) == label].geometry.to_numpy()
        style = {"facecolors": "none", "edgecolors": look.colour, "linewidths": look.width_pt}
        draw_areas(axes, mine, window, **style, linestyles=[look.dashes], gid="zones")
        entries.append(look._replace(label=f"Zone, {label} MWh/m/yr"))
    numbered = zone_sheets(zones)
    points = shapely.get_coordinates(shapely.point_on_surface(numbered.geometry.to_numpy()))
    if len(numbered):
        entries.append(Sign(label="Zone of the list", kind="zone"))
    return entries, np.asarray(window.on_paper(points)).reshape(-1, 2)


def _lists(
    panel: Panel, plan: FinishedPlan | None, zones: FinishedZones | None, *, entries: int
) -> None:
    """Networks and zones with their sheets."""
    if plan is not None:
        room = panel.rows_left(entries, below=NOTES_MM + UNSERVED_MM)
        most = min(MOST_LISTED, room) if zones is None else MOST_BESIDE_ZONES
        _network_list(panel, plan, most=most)
    if zones is not None:
        first = 2 + (0 if plan is None else len(network_sheets(plan)))
        panel.heading(f"Indicative zones by {first_rule(zones)}")
        _zone_list(panel, zones, first=first, most=panel.rows_left(entries, below=NOTES_MM))


def _network_list(panel: Panel, plan: FinishedPlan, *, most: int) -> None:
    """Networks with their sheets, and sites without one with the reason."""
    rows = network_sheets(plan)
    panel.heading(f"Heat networks (NPV in thousand {plan.money})")
    if rows.empty:
        panel.paragraph(NO_NETWORK, lines=2, bold=True)
    else:
        cells = [_network_cells(row, number) for number, row in enumerate(each(rows), start=2)]
        panel.table(NETWORKS, _cut(cells, most, noun="networks"))
    projects = in_order(plan.projects, "projects")
    others = projects[~projects["project_id"].isin(networks(plan)["project_id"])]
    for row in each(others.head(MOST_UNSERVED)):
        name = row.site_id if is_blank(row.name) else row.name
        reason = row.status if is_blank(row.reason) else row.reason
        panel.paragraph(f"No network of {legible(name)[:LONGEST_NAME]}: {reason}", lines=2)
    if len(others) > MOST_UNSERVED:
        more = len(others) - MOST_UNSERVED
        panel.paragraph(f"{more:,} more data centres have none; see projects.csv.", lines=1)
    panel.y -= 1.4


def _network_cells(row: Any, sheet: int) -> list[Any]:
    """One network of the list."""
    name = row.site_id if is_blank(row.name) else row.name
    npv = figure(None if is_blank(row.npv) else float(row.npv) / THOUSAND)
    heat, trench = figure(row.heat_mwh), figure(row.trench_m)
    return [rank_words(row.rank), name, heat, trench, npv, str(sheet)]


def _zone_list(panel: Panel, zones: FinishedZones, *, first: int, most: int) -> None:
    """Zones with their sheets."""
    rows = zone_sheets(zones)
    if rows.empty:
        panel.paragraph(NO_ZONE, lines=2)
        return
    cells = []
    for number, row in enumerate(each(rows)):
        name = row.zone_id if is_blank(row.name) else row.name
        figures = [figure(row.heat_mwh), figure(row.area_ha)]
        cells.append([f"{ZONE_LETTER}{number + 1}", name, *figures, str(first + number)])
    panel.table(ZONES, _cut(cells, most, noun="zones"))
    panel.y += 1.4
    panel.paragraph(CLASSES, lines=3)


def _cut(cells: list[list[Any]], most: int, *, noun: str) -> list[list[Any]]:
    """As many rows as there is room for; the last says which sheets the others have."""
    if len(cells) <= most:
        return cells
    kept, rest = cells[: max(most - 1, 0)], cells[max(most - 1, 0) :]
    blank = [""] * (len(rest[0]) - 3)
    return [*kept, ["", f"{len(rest):,} more {noun}", *blank, f"{rest[0][-1]}–{rest[-1][-1]}"]]
