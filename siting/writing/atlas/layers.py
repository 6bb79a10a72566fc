"""What is drawn on the map of a sheet: streets, buildings, pipes, street sections, outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path

from ..maps.background import MAIN_ROADS
from ..maps.classes import pipe_class, use_group
from ..maps.geojson import drawable
from .looks import paler, pipe_looks, use_looks
from .paper import INK
from .window import MM_PER_M

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

    from .looks import LineLook
    from .window import Window

MOST_STREET_POINTS = 40_000
"""A page stays below a megabyte; beyond that only main roads are drawn."""
STREET_TOLERANCE_MM, SHAPE_TOLERANCE_MM = 0.15, 0.05
LEAST_BUILDING_MM, DOT_MM = 1.3, 0.85
"""A building smaller than the first is drawn as a dot of the second as radius."""
PALE = 0.72
STREET, MAIN_STREET = "#d3d0c8", "#bfbbb1"


def in_window(frame: gpd.GeoDataFrame, window: Window) -> Any:
    """
    Rows of a table that a sheet shows.

    Parameters
    ----------
    frame
        Any table.
    window
        What the sheet shows.

    Returns
    -------
    rows
        Those that can be drawn and reach into the window.
    """
    rows = drawable(frame)
    if rows.empty:
        return rows
    return rows[shapely.intersects(rows.geometry.to_numpy(), shapely.box(*window.bounds))]


def draw_streets(axes: Axes, roads: gpd.GeoDataFrame, window: Window) -> bool:
    """
    Streets in light grey, main roads somewhat wider.

    Parameters
    ----------
    axes
        Of the map.
    roads
        Street lines, with their ``highway`` class.
    window
        What the sheet shows.

    Returns
    -------
    complete
        Whether every street is drawn; where they are too many, only main roads are.
    """
    rows = in_window(roads, window)
    kinds = rows.get("highway", pd.Series("", index=rows.index)).astype("string").fillna("")
    is_main = kinds.str.removesuffix("_link").isin(MAIN_ROADS).to_numpy(dtype=bool)
    shapes = shapely.clip_by_rect(rows.geometry.to_numpy(), *window.bounds)
    shapes = shapely.simplify(shapes, STREET_TOLERANCE_MM * window.scale / MM_PER_M)
    complete = int(shapely.get_num_coordinates(shapes).sum()) <= MOST_STREET_POINTS
    for main, colour, width in ((False, STREET, 0.9), (True, MAIN_STREET, 2.0)):
        if main or complete:
            lines = sorted_lines(shapes[is_main == main])
            if main and not complete:
                lines = _longest(lines)
            look: dict[str, Any] = {
                "colors": colour,
                "linewidths": width,
                "capstyle": "round",
                "zorder": 1.0,
            }
            axes.add_collection(LineCollection(lines, **look, gid="streets"), autolim=False)
    return complete


def _longest(lines: list[Any]) -> list[Any]:
    """As many lines as a sheet holds, the longest first."""
    order = sorted(range(len(lines)), key=lambda k: -float(np.ptp(lines[k], axis=0).sum()))
    points = np.cumsum([len(lines[k]) for k in order])
    return [lines[k] for k, total in zip(order, points, strict=True) if total <= MOST_STREET_POINTS]


def sorted_lines(shapes: Any) -> list[Any]:
    """
    Coordinates of every line of some shapes, in an order that does not hang on that of rows.

    Parameters
    ----------
    shapes
        Lines; what is no line, a corner that a clip has left, falls away.

    Returns
    -------
    lines
        Each of shape (N, 2).
    """
    lines = shapely.get_parts(shapes)
    lines = lines[(shapely.get_type_id(lines) == 1) & ~shapely.is_empty(lines)]
    lines = lines[np.argsort(shapely.to_wkb(lines, hex=True).astype(str), kind="stable")]
    return [shapely.get_coordinates(line) for line in lines]


def draw_lines(axes: Axes, shapes: Any, look: LineLook, *, zorder: float, gid: str) -> None:
    """
    Lines of one class on a white rim, so that they stand out from streets.

    Parameters
    ----------
    axes
        Of the map.
    shapes
        Lines.
    look
        Colour, width and dashes.
    zorder
        Higher is on top.
    gid
        Name of the drawn lines.
    """
    lines = sorted_lines(shapes)
    if not lines:
        return
    rim: dict[str, Any] = {
        "colors": "white",
        "linewidths": look.width_pt + 1.1,
        "zorder": zorder - 0.5,
    }
    axes.add_collection(LineCollection(lines, **rim, capstyle="round"), autolim=False)
    drawn = LineCollection(
        lines,
        colors=look.colour,
        linewidths=look.width_pt,
        linestyles=[look.dashes],
        capstyle="round" if look.dashes == "solid" else "butt",
        zorder=zorder,
        gid=gid,
    )
    axes.add_collection(drawn, autolim=False)


def draw_pipes(axes: Axes, edges: gpd.GeoDataFrame) -> list[int]:
    """
    Trenches by size of their pipes.

    Parameters
    ----------
    axes
        Of the map.
    edges
        EDGES of one network or several.

    Returns
    -------
    classes
        Which classes of `PIPE_CLASSES` are drawn.
    """
    rows = drawable(edges)
    classes = np.array([pipe_class(dn) for dn in rows["dn"]], dtype=int)
    looks = pipe_looks()
    for number in np.unique(classes):
        shapes = rows.geometry.to_numpy()[classes == number]
        draw_lines(axes, shapes, looks[number], zorder=4.0 + 0.1 * number, gid="pipes")
    return [int(number) for number in np.unique(classes)]


def draw_buildings(
    axes: Axes, rows: gpd.GeoDataFrame, window: Window, *, strong: bool, gid: str
) -> set[str]:
    """
    Buildings by group of use: full colour and hatching, or pale.

    Parameters
    ----------
    axes
        Of the map.
    rows
        Buildings with their ``use``, in their order.
    window
        What the sheet shows.
    strong
        Whether they are what the sheet is about.
    gid
        Name of the drawn shapes.

    Returns
    -------
    groups
        Groups of use that are drawn.
    """
    groups = np.array([use_group(use) for use in rows["use"]], dtype=object)
    paths = outline_paths(rows.geometry.to_numpy(), window)
    for group, look in use_looks().items():
        mine = [path for path, kind in zip(paths, groups, strict=True) if kind == group]
        if not mine:
            continue
        drawn = PathCollection(
            mine,
            facecolors=[look.fill if strong else paler(look.fill, PALE)],
            edgecolors=[INK if strong else "#8f979b"],
            linewidths=[0.7 if strong else 0.25],
            hatch=look.hatch if strong else None,
            zorder=5.0 if strong else 2.0,
            gid=gid,
        )
        axes.add_collection(drawn, autolim=False)
    return set(groups)


def draw_areas(axes: Axes, shapes: Any, window: Window, **looks: Any) -> None:
    """
    Areas of one look.

    Parameters
    ----------
    axes
        Of the map.
    shapes
        Areas, in their order.
    window
        What the sheet shows.
    **looks
        Properties of the shapes.
    """
    if len(shapes):
        style: dict[str, Any] = {"linewidths": 0.8, "zorder": 3.0, **looks}
        axes.add_collection(PathCollection(outline_paths(shapes, window), **style), autolim=False)


def outline_paths(shapes: Any, window: Window) -> list[Path]:
    """
    Shapes as paths, one each; what would be too small to see becomes a dot.

    Parameters
    ----------
    shapes
        Areas, points or lines.
    window
        What the sheet shows.

    Returns
    -------
    paths
        In the order of the shapes.
    """
    m_per_mm = window.scale / MM_PER_M
    small = shapely.area(shapes) < (LEAST_BUILDING_MM * m_per_mm) ** 2
    dots = shapely.buffer(shapely.point_on_surface(shapes), DOT_MM * m_per_mm, quad_segs=5)
    simple = shapely.simplify(shapes, SHAPE_TOLERANCE_MM * m_per_mm)
    areas = np.where(small | shapely.is_empty(simple), dots, simple)
    return [area_path(area) for area in areas]


def area_path(area: Any) -> Path:
    """
    An area with its holes as one path.

    Parameters
    ----------
    area
        Polygon or polygons.

    Returns
    -------
    path
        Closed rings; holes run the other way round.
    """
    rings = shapely.get_rings(shapely.get_parts(shapely.normalize(area)))
    points = [shapely.get_coordinates(ring) for ring in rings]
    codes = [
        np.array([Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY]) for ring in points
    ]
    return Path(np.concatenate(points), np.concatenate(codes))
