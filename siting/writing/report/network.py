"""The network of one project on paper: streets, pipes by size, consumers, scale and north."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from markupsafe import Markup

from ..maps.classes import PIPE_CLASSES, USE_GROUPS, pipe_class, use_group
from ..maps.geojson import drawable
from ..wording import figure, is_blank
from .charts import Chart
from .svg import FAINT, INK, SOFT, mark, picture, text_width, ticks, words
from .words import counted, each_row

if TYPE_CHECKING:
    import geopandas as gpd

    from ..results import FinishedPlan

WIDTH, MOST_HEIGHT, LEAST_HEIGHT = 880.0, 620.0, 300.0
MARGIN_SHARE = 0.06
LEAST_MARGIN_M = 60.0
LEGEND = 96.0
"""Room for legend, scale and credit below the plan."""
STREET_TOLERANCE_M, BUILDING_TOLERANCE_M = 2.0, 0.5
MOST_STREET_POINTS, MOST_BUILDINGS = 20_000, 2500
PIPE_WIDTH_SHARE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    Paper of a plan.

    Attributes
    ----------
    west, north
        Corner of the paper in the metric coordinate system.
    factor
        Units of paper per metre.
    height
        Of the plan, legend not counted.
    """

    west: float
    north: float
    factor: float
    height: float

    def places(self, points: Any) -> Any:
        """
        Points on paper.

        Parameters
        ----------
        points
            Coordinates, shape (N, 2).

        Returns
        -------
        places
            Shape (N, 2), downwards positive.
        """
        return (points - np.array([self.west, self.north])) * np.array([self.factor, -self.factor])


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
    sheet = _sheet([frame.total_bounds for frame in (edges, served, sites) if len(frame)])
    streets, left = _streets(plan.inputs.roads, sheet)
    shown = served.sort_values("annual_heat_mwh", ascending=False, kind="stable")
    shown = shown.head(MOST_BUILDINGS)
    clip = mark("clipPath", mark("rect", width=WIDTH, height=sheet.height), id=f"{name}-paper")
    drawing = mark(
        "g",
        mark("rect", width=WIDTH, height=sheet.height, fill="#f7f6f2"),
        streets,
        *_pipes(edges, sheet),
        *_buildings(shown, sheet),
        *_site(sites, sheet),
        clip_path=f"url(#{name}-paper)",
    )
    frame = mark(
        "rect", width=WIDTH, height=sheet.height, fill="none", stroke=FAINT, stroke_width=1
    )
    caption = _caption(edges, served, len(shown), left=left)
    svg = picture(
        name,
        mark("defs", clip),
        drawing,
        frame,
        _legend(edges, shown, sheet),
        _scale_bar(sheet),
        _credit(plan.inputs.attribution, sheet),
        width=WIDTH,
        height=sheet.height + LEGEND,
        title=title,
        description=caption,
    )
    return Chart(svg=svg, title=title, caption=caption, file="edges.parquet", wide=True)


def _sheet(boxes: list[Any]) -> Sheet:
    """Paper that holds everything with a margin."""
    box = np.vstack(boxes)
    west, south = box[:, :2].min(axis=0)
    east, north = box[:, 2:].max(axis=0)
    margin = max(MARGIN_SHARE * max(east - west, north - south), LEAST_MARGIN_M)
    wide, high = east - west + 2 * margin, north - south + 2 * margin
    factor = min(WIDTH / wide, MOST_HEIGHT / high)
    height = max(high * factor, LEAST_HEIGHT)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    return Sheet(
        west=float(middle[0] - WIDTH / factor / 2),
        north=float(middle[1] + height / factor / 2),
        factor=float(factor),
        height=float(height),
    )


def _path(shapes: Any, sheet: Sheet, *, closed: bool = False) -> str:
    """Lines, or outlines, as the text of one SVG path."""
    texts = []
    for line in shapes:
        places = sheet.places(shapely.get_coordinates(line))
        if len(places) > 1:
            points = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            texts.append(f"M{points}{'Z' if closed else ''}")
    return "".join(texts)


def _streets(roads: gpd.GeoDataFrame, sheet: Sheet) -> tuple[Markup, bool]:
    """Streets on the paper as one grey path, and whether some had to be left out."""
    roads = drawable(roads)
    if roads.empty:
        return Markup(""), False
    paper = shapely.box(
        sheet.west,
        sheet.north - sheet.height / sheet.factor,
        sheet.west + WIDTH / sheet.factor,
        sheet.north,
    )
    lines = shapely.intersection(roads.geometry.to_numpy(), paper)
    merged = shapely.line_merge(shapely.union_all(lines[~shapely.is_empty(lines)]))
    parts = shapely.get_parts(shapely.simplify(merged, STREET_TOLERANCE_M))
    parts = parts[shapely.get_dimensions(parts) == 1]
    parts = parts[np.argsort(-shapely.length(parts), kind="stable")]
    points = np.cumsum(shapely.get_num_coordinates(parts))
    kept = parts[points <= MOST_STREET_POINTS]
    path = mark("path", d=_path(kept, sheet), fill="none", stroke="#cfccc3", stroke_width=2)
    return path, len(kept) < len(parts)


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
                d=_path(lines, sheet),
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
            path = _path(shapely.get_exterior_ring(rings), sheet, closed=True)
            drawn.append(mark("path", d=path, **look))
        else:
            drawn.append(mark("circle", cx=x, cy=y, r=6, **look))
        drawn.append(words(x, y + 4, letter, anchor="middle", size=11, bold=True, halo=True))
    return drawn


def _site(sites: Any, sheet: Sheet) -> list[Markup]:
    """The data centre: its ground plan, and a square with letters."""
    drawn = []
    for row in each_row(sites):
        parts = shapely.get_parts(row.geometry)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        if len(parts):
            path = _path(shapely.get_exterior_ring(parts), sheet, closed=True)
            drawn.append(mark("path", d=path, fill="#ffe9a8", stroke=INK, stroke_width=2))
        x, y = sheet.places(shapely.get_coordinates(row.geometry.representative_point()))[0]
        drawn.append(_site_square(x, y, imagined=_imagined(row)))
    return drawn


def _imagined(row: Any) -> bool:
    """Whether a data centre does not exist."""
    flag = getattr(row, "hypothetical", None)
    return not is_blank(flag) and bool(flag)


def _site_square(x: float, y: float, *, imagined: bool) -> Markup:
    """Symbol of a data centre; with a broken edge where it does not exist."""
    look = (
        {"fill": "#ffe9a8", "stroke": INK, "stroke_width": 2, "stroke_dasharray": "4 2"}
        if imagined
        else {"fill": INK, "stroke": "#fff", "stroke_width": 2}
    )
    square = mark("rect", x=x - 13, y=y - 11, width=26, height=22, rx=3, **look)
    colour = INK if imagined else "#fff"
    return square + words(x, y + 4.5, "DC", anchor="middle", colour=colour, bold=True)


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


def _scale_bar(sheet: Sheet) -> Markup:
    """A bar of a round length, and an arrow to the north."""
    length_m = ticks(0.0, WIDTH / sheet.factor / 5, about=1)[-1]
    length, y = length_m * sheet.factor, sheet.height + LEGEND - 34
    label = figure(length_m, "m") if length_m < 1000 else figure(length_m / 1000, "km")
    bar = mark("path", d=f"M4 {y:.1f}v6h{length:.1f}v-6", fill="none", stroke=INK, stroke_width=2)
    x = WIDTH - 26
    arrow = mark("path", d=f"M{x} 44v-30m-6 10l6 -10l6 10", fill="none", stroke=INK, stroke_width=2)
    return bar + words(12 + length, y + 7, label) + arrow + words(x, 60, "N", anchor="middle")


def _credit(attribution: str, sheet: Sheet) -> Markup:
    """Whose data these are."""
    if is_blank(attribution):
        return Markup("")
    y = sheet.height + LEGEND - 8
    return words(4, y, attribution, size=11, colour=SOFT, longest=140)


def _caption(edges: Any, served: Any, shown: int, *, left: bool) -> str:
    """What the plan shows, in a sentence, and what it leaves out."""
    length = figure(edges["length_m"].sum() / 1000, "km")
    classes = sorted({pipe_class(dn) for dn in edges["dn"]})
    sizes = ", ".join(PIPE_CLASSES[number][1] for number in classes)
    text = f"{length} of trench ({sizes}) to {counted(len(served), 'consumer')}."
    if shown < len(served):
        text += f" The {shown:,} with the most heat are drawn."
    return text + (" Some minor streets are left out." if left else "")
