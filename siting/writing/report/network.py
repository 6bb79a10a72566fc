"""The network of one project on paper: streets, pipes by size, consumers, scale and north."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from markupsafe import Markup

from ..maps.classes import PIPE_CLASSES, USE_GROUPS, pipe_class, use_group
from ..maps.geojson import drawable
from ..wording import figure
from .charts import Chart
from .paper import (
    LEGEND,
    WIDTH,
    Sheet,
    credit,
    on_paper,
    path_of,
    scale_bar,
    sheet_of,
    site_marks,
    streets_path,
)
from .svg import INK, mark, picture, text_width, words
from .words import counted, each_row

if TYPE_CHECKING:
    from ..results import FinishedPlan

BUILDING_TOLERANCE_M = 0.5
MOST_BUILDINGS = 2500
PIPE_WIDTH_SHARE = 0.75


def network_chart(
    plan: FinishedPlan, project_id: str, site_id: str, name: str, title: str
) -> Chart | None:
    """
    Plan of the network of one project.

    Parameters
    ----------
    plan
        A finished plan.
    project_id, site_id
        Project, and its data centre.
    name
        Identifier of the picture, unique in the page.
    title
        What the picture is called.

    Returns
    -------
    chart
        The picture; `None` where the project has no pipes.
    """
    edges = drawable(plan.edges[plan.edges["project_id"] == project_id])
    if edges.empty:
        return None
    rows = drawable(plan.connections[plan.connections["project_id"] == project_id])
    served = rows[rows["connected"].fillna(value=False).astype(bool)] if len(rows) else rows
    sites = drawable(plan.inputs.sites[plan.inputs.sites["id"] == site_id])
    sheet = sheet_of([frame.total_bounds for frame in (edges, served, sites) if len(frame)])
    streets, left = streets_path(plan.inputs.roads, sheet)
    shown = served.sort_values("annual_heat_mwh", ascending=False, kind="stable")
    shown = shown.head(MOST_BUILDINGS)
    drawing = on_paper(
        name,
        sheet,
        streets,
        *_pipes(edges, sheet),
        *_buildings(shown, sheet),
        *site_marks(sites, sheet),
    )
    caption = _caption(edges, served, len(shown), left=left)
    svg = picture(
        name,
        drawing,
        _legend(edges, shown, sheet),
        scale_bar(sheet),
        credit(plan.inputs.attribution, sheet),
        width=WIDTH,
        height=sheet.height + LEGEND,
        title=title,
        description=caption,
    )
    return Chart(svg=svg, title=title, caption=caption, file="edges.parquet", wide=True)


def _pipes(edges: Any, sheet: Sheet) -> list[Markup]:
    """Trenches, one path per class of pipe, the large ones on top."""
    classes = np.array([pipe_class(dn) for dn in edges["dn"]])
    drawn = []
    for number in sorted(set(classes.tolist())):
        lines = shapely.get_parts(edges.geometry.to_numpy()[classes == number])
        lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        _, _, colour, width, dash = PIPE_CLASSES[number]
        drawn.append(
            mark(
                "path",
                d=path_of(lines, sheet),
                fill="none",
                stroke=colour,
                stroke_width=PIPE_WIDTH_SHARE * width,
                stroke_dasharray=dash or "none",
                stroke_linejoin="round",
            )
        )
    return drawn


def _buildings(served: Any, sheet: Sheet) -> list[Markup]:
    """Connected consumers with the letter of their use."""
    drawn = []
    for row in each_row(served.sort_values("consumer_id", kind="stable")):
        _, letter, fill, *_ = USE_GROUPS[use_group(row.use)]
        shape = shapely.simplify(row.geometry, BUILDING_TOLERANCE_M)
        x, y = sheet.places(shapely.get_coordinates(row.geometry.representative_point()))[0]
        look = {"fill": fill, "stroke": INK, "stroke_width": 1}
        rings = shapely.get_parts(shape)
        rings = rings[shapely.get_type_id(rings) == shapely.GeometryType.POLYGON]
        if len(rings):
            path = path_of(shapely.get_exterior_ring(rings), sheet, closed=True)
            drawn.append(mark("path", d=path, **look))
        else:
            drawn.append(mark("circle", cx=x, cy=y, r=6, **look))
        drawn.append(words(x, y + 4, letter, anchor="middle", size=11, bold=True, halo=True))
    return drawn


def _legend(edges: Any, shown: Any, sheet: Sheet) -> Markup:
    """Pipe classes and uses that occur, in two rows."""
    top, parts, x = sheet.height + 20, [], 4.0
    for number in sorted({pipe_class(dn) for dn in edges["dn"]}):
        _, label, colour, width, dash = PIPE_CLASSES[number]
        parts.append(
            mark(
                "line",
                x1=x,
                x2=x + 34,
                y1=top - 4,
                y2=top - 4,
                stroke=colour,
                stroke_width=PIPE_WIDTH_SHARE * width,
                stroke_dasharray=dash or "none",
            )
        )
        parts.append(words(x + 40, top, label))
        x += 40 + text_width(label) + 14
    x, groups = 4.0, {use_group(use) for use in shown["use"]} if len(shown) else set()
    for group in (group for group in USE_GROUPS if group in groups):
        label, letter, fill, *_ = USE_GROUPS[group]
        parts.append(mark("rect", x=x, y=top + 12, width=18, height=15, fill=fill, stroke=INK))
        parts.append(words(x + 9, top + 24, letter, anchor="middle", size=11, bold=True, halo=True))
        parts.append(words(x + 24, top + 24, label))
        x += 24 + text_width(label) + 14
    return Markup("").join(parts)


def _caption(edges: Any, served: Any, shown: int, *, left: bool) -> str:
    """What the plan shows, in a sentence, and what it leaves out."""
    length = figure(edges["length_m"].sum() / 1000, "km")
    classes = sorted({pipe_class(dn) for dn in edges["dn"]})
    sizes = ", ".join(PIPE_CLASSES[number][1] for number in classes)
    text = f"{length} of trench ({sizes}) to {counted(len(served), 'consumer')}."
    if shown < len(served):
        text += f" The {shown:,} with the most heat are drawn."
    return text + (" Some minor streets are left out." if left else "")
