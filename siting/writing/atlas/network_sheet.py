"""The sheet of one network: pipes by size, loads numbered with a table, figures, legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..maps.background import ONLY_MAIN_ROADS
from ..maps.classes import use_group
from ..maps.geojson import drawable
from ..results import in_order
from ..wording import figure, is_blank
from .facts import load_facts, project_facts
from .frame import draw_frame
from .layers import draw_buildings, draw_pipes, draw_streets, in_window
from .legend import Sign
from .looks import pipe_looks, use_looks
from .marks import draw_grounds, draw_marks, marks_of, rank_words, ranks_of, site_signs
from .numbers import draw_numbers, spread_out
from .panel import Column, Panel
from .paper import Paper
from .pipe_sizes import label_sizes, sizes_table
from .window import window_around

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from matplotlib.figure import Figure

    from ..results import FinishedPlan
    from .panel import Block
    from .window import Window

MOST_NUMBERED = 40
MOST_BESIDE = 4000
"""Buildings drawn besides those connected; those with the most heat are kept."""
COLUMNS = (
    Column(heading="No.", width=7.5),
    Column(heading="Load", width=36.5, right=False),
    Column(heading="Use", width=20.0, right=False),
    Column(heading="MWh/yr", width=17.0),
    Column(heading="Peak kW", width=16.0),
)


def network_sheet(plan: FinishedPlan, row: Any, block: Block, *, sheet: int) -> Figure:
    """
    Sheet of one network.

    Parameters
    ----------
    plan
        A finished plan.
    row
        Of PROJECTS.
    block
        What the title block says.
    sheet
        Number of the sheet, from 1.

    Returns
    -------
    figure
        The sheet.
    """
    edges = drawable(in_order(plan.edges, "edges"))
    edges = edges[edges["project_id"] == row.project_id]
    loads = connected_loads(plan, row.project_id)
    sites = plan.inputs.sites
    own = drawable(sites[sites["id"] == row.site_id])
    window = window_around([f.total_bounds for f in (edges, loads, own) if len(f)])
    paper, panel = _begun(row)
    axes = paper.map_axes(window.west, window.south, window.scale)
    complete = draw_streets(axes, plan.inputs.roads, window)
    others = _others(plan, loads, window)
    draw_buildings(axes, others, window, strong=False, gid="others")
    draw_grounds(axes, sites, window)
    pipes = draw_pipes(axes, edges)
    groups = draw_buildings(axes, loads, window, strong=True, gid="loads")
    marks = marks_of(sites, window, ranks=ranks_of(plan))
    draw_frame(paper, axes, window)
    entries = _legend(pipes, groups, beside=len(others) > 0, marks=site_signs(marks))
    panel.facts([*project_facts(row, plan.money, plan.run), *load_facts(loads)])
    sizes_table(panel, edges)
    numbered = _loads_table(panel, loads, entries=len(entries), complete=complete)
    taken = draw_marks(paper, marks)
    _numbers(paper, numbered, window, blocked=[*taken, *label_sizes(paper, edges, window, taken)])
    panel.close(entries, block, scale=window.scale, sheet=sheet)
    return paper.figure


def connected_loads(plan: FinishedPlan, project_id: str) -> Any:
    """
    Consumers that a project connects.

    Parameters
    ----------
    plan
        A finished plan.
    project_id
        Of the project.

    Returns
    -------
    rows
        Of CONNECTIONS, those with the most heat first.
    """
    rows = drawable(in_order(plan.connections, "connections"))
    if rows.empty:
        return rows
    mine = (rows["project_id"] == project_id) & rows["connected"].fillna(value=False).astype(bool)
    keys = ["annual_heat_mwh", "consumer_id"]
    return rows[mine].sort_values(keys, ascending=[False, True], kind="stable")


def _begun(row: Any) -> tuple[Paper, Panel]:
    """A sheet with its title."""
    paper = Paper()
    panel = Panel(paper)
    imagined = not is_blank(row.hypothetical) and bool(row.hypothetical)
    kind = "Hypothetical data centre" if imagined else "Data centre"
    name = row.site_id if is_blank(row.name) else row.name
    over = f"Heat network {rank_words(row.rank)} by rank"
    panel.title(over, name, f"{kind} {row.site_id}. Project {row.project_id}.")
    return paper, panel


def _others(plan: FinishedPlan, loads: Any, window: Window) -> Any:
    """Consumers in the window that this project does not connect."""
    rows = in_window(in_order(plan.connections, "connections"), window)
    rows = rows[~rows["consumer_id"].isin(loads["consumer_id"])].drop_duplicates("consumer_id")
    if len(rows) <= MOST_BESIDE:
        return rows
    keys = ["annual_heat_mwh", "consumer_id"]
    return rows.sort_values(keys, ascending=[False, True], kind="stable").head(MOST_BESIDE)


def _legend(
    pipes: Sequence[int], groups: set[str], *, beside: bool, marks: list[Sign]
) -> list[Any]:
    """Entries of the legend: what is on the sheet and nothing else."""
    entries: list[Any] = [pipe_looks()[number] for number in reversed(pipes)]
    entries += [*marks, Sign(label="Load of the table", kind="number")]
    entries += [look for group, look in use_looks().items() if group in groups]
    if beside:
        entries.append(Sign(label="In reach, not connected (pale)", kind="pale"))
    return entries


def _loads_table(panel: Panel, loads: Any, *, entries: int, complete: bool) -> Any:
    """Table of the largest loads, the rest in one row; returns the rows that have a number."""
    panel.heading("Connected loads")
    room = max(panel.rows_left(entries, below=5.0) - 2, 0)
    numbered = loads.head(min(room, MOST_NUMBERED))
    rows = [_cells(str(number), row) for number, row in enumerate(each(numbered), start=1)]
    rest = loads.iloc[len(numbered) :]
    if len(rest):
        rows.append(["", f"{len(rest):,} smaller loads", "", *_sums(rest)])
    rows.append(["", f"All {len(loads):,} loads", "", *_sums(loads)])
    panel.table(COLUMNS, rows, bold_last=True)
    if not complete:
        panel.paragraph(ONLY_MAIN_ROADS, lines=1)
    return numbered


def each(frame: pd.DataFrame) -> Any:
    """
    Rows of a table, cells by name.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    rows
        Named tuples.
    """
    return frame.itertuples(index=False)


def _cells(number: str, row: Any) -> list[Any]:
    """Cells of one load."""
    name = row.consumer_id if is_blank(row.name) else row.name
    use = f"{use_looks()[use_group(row.use)].letter}  {row.use}"
    return [number, name, use, figure(row.annual_heat_mwh), figure(row.peak_kw)]


def _sums(rows: gpd.GeoDataFrame) -> list[str]:
    """Heat and peaks of some loads, added up."""
    return [figure(float(rows[name].sum())) for name in ("annual_heat_mwh", "peak_kw")]


def _numbers(paper: Paper, rows: Any, window: Window, *, blocked: Any) -> None:
    """Number the loads of the table on the map."""
    points = shapely.get_coordinates(shapely.point_on_surface(rows.geometry.to_numpy()))
    places = np.asarray(window.on_paper(points)).reshape(-1, 2)
    draw_numbers(paper, places, spread_out(places, blocked=blocked))
