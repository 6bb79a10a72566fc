"""Paper of the plans in a report: streets in grey, data centres, scale, north and credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from ..maps.background import MAIN_ROADS
from ..maps.geojson import drawable
from ..wording import figure, is_blank
from .svg import FAINT, INK, SOFT, mark, ticks, words
from .words import each_row

if TYPE_CHECKING:
    import geopandas as gpd

WIDTH, MOST_HEIGHT, LEAST_HEIGHT = 880.0, 620.0, 300.0
MARGIN_SHARE = 0.06
LEAST_MARGIN_M = 60.0
LEGEND = 96.0
"""Room for legend, scale and credit below the plan."""
STREET_TOLERANCE_M = 2.0
MOST_STREET_POINTS = 20_000
MOST_JOINED_POINTS = 150_000
"""Corners of streets beyond which only main roads are drawn: joining them takes its time."""


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

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the paper [m]."""
        south = self.north - self.height / self.factor
        return self.west, south, self.west + WIDTH / self.factor, self.north

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


def sheet_of(boxes: list[Any]) -> Sheet:
    """
    Paper that holds everything with a margin.

    Parameters
    ----------
    boxes
        Bounds of what is to be shown: west, south, east, north [m].

    Returns
    -------
    sheet
        Its factor is the largest that page and margin allow.
    """
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


def on_paper(name: str, sheet: Sheet, *drawn: Markup) -> Markup:
    """
    What is drawn on the paper, cut off at its edge, with a frame.

    Parameters
    ----------
    name
        Identifier of the picture, unique in the page.
    sheet
        The paper.
    *drawn
        From the background upwards.

    Returns
    -------
    markup
        To be put into a picture.
    """
    size = {"width": WIDTH, "height": sheet.height}
    clip = mark("clipPath", mark("rect", **size), id=f"{name}-paper")
    ground = mark("rect", **size, fill="#f7f6f2")
    frame = mark("rect", **size, fill="none", stroke=FAINT, stroke_width=1)
    shown = mark("g", ground, *drawn, clip_path=f"url(#{name}-paper)")
    return mark("defs", clip) + shown + frame


def path_of(shapes: Any, sheet: Sheet, *, closed: bool = False) -> str:
    """
    Lines, or outlines, as the text of one SVG path.

    Parameters
    ----------
    shapes
        Lines or rings in the metric coordinate system.
    sheet
        The paper.
    closed
        Whether each ends where it began.

    Returns
    -------
    text
        Value of attribute ``d``.
    """
    texts = []
    for line in shapes:
        places = sheet.places(shapely.get_coordinates(line))
        if len(places) > 1:
            points = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            texts.append(f"M{points}{'Z' if closed else ''}")
    return "".join(texts)


def streets_path(roads: gpd.GeoDataFrame, sheet: Sheet) -> tuple[Markup, bool]:
    """
    Streets on the paper as one grey path.

    Parameters
    ----------
    roads
        Street lines with their ``highway`` class.
    sheet
        The paper.

    Returns
    -------
    markup
        The path.
    left
        Whether some streets had to be left out.
    """
    roads = drawable(roads)
    if roads.empty:
        return Markup(""), False
    west, south, east, north = sheet.bounds
    roads = roads.cx[west:east, south:north]
    roads, cut = _few_enough(roads)
    # Part by part, so that a street of one part drawn as many looks the same.
    lines = shapely.intersection(
        shapely.get_parts(roads.geometry.to_numpy()), shapely.box(*sheet.bounds)
    )
    merged = shapely.line_merge(shapely.union_all(lines[~shapely.is_empty(lines)]))
    parts = shapely.get_parts(shapely.simplify(merged, STREET_TOLERANCE_M))
    parts = parts[shapely.get_dimensions(parts) == 1]
    parts = parts[np.argsort(-shapely.length(parts), kind="stable")]
    points = np.cumsum(shapely.get_num_coordinates(parts))
    kept = parts[points <= MOST_STREET_POINTS]
    path = mark("path", d=path_of(kept, sheet), fill="none", stroke="#cfccc3", stroke_width=2)
    return path, cut or len(kept) < len(parts)


def _few_enough(roads: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, bool]:
    """All streets, or main roads where all are too many to be joined, and whether it is those."""
    if shapely.get_num_coordinates(roads.geometry.to_numpy()).sum() <= MOST_JOINED_POINTS:
        return roads, False
    kinds = roads.get("highway", pd.Series("", index=roads.index)).astype("string")
    return roads[kinds.str.removesuffix("_link").isin(MAIN_ROADS).astype(bool)], True


def site_marks(sites: Any, sheet: Sheet) -> list[Markup]:
    """
    Data centres: the ground plan of each, and a square with letters.

    Parameters
    ----------
    sites
        Rows of SITES with a shape.
    sheet
        The paper.

    Returns
    -------
    marks
        Those that do not exist have a broken edge.
    """
    drawn = []
    for row in each_row(sites):
        parts = shapely.get_parts(row.geometry)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        if len(parts):
            path = path_of(shapely.get_exterior_ring(parts), sheet, closed=True)
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


def scale_bar(sheet: Sheet) -> Markup:
    """
    A bar of a round length, and an arrow to the north.

    Parameters
    ----------
    sheet
        The paper.

    Returns
    -------
    markup
        Both.
    """
    length_m = ticks(0.0, WIDTH / sheet.factor / 5, about=1)[-1]
    length, y = length_m * sheet.factor, sheet.height + LEGEND - 34
    label = figure(length_m, "m") if length_m < 1000 else figure(length_m / 1000, "km")
    bar = mark("path", d=f"M4 {y:.1f}v6h{length:.1f}v-6", fill="none", stroke=INK, stroke_width=2)
    x = WIDTH - 26
    arrow = mark("path", d=f"M{x} 44v-30m-6 10l6 -10l6 10", fill="none", stroke=INK, stroke_width=2)
    return bar + words(12 + length, y + 7, label) + arrow + words(x, 60, "N", anchor="middle")


def credit(attribution: str, sheet: Sheet) -> Markup:
    """
    Whose data these are.

    Parameters
    ----------
    attribution
        Text of the inputs.
    sheet
        The paper.

    Returns
    -------
    markup
        Blank where nothing is to be credited.
    """
    if is_blank(attribution):
        return Markup("")
    y = sheet.height + LEGEND - 8
    return words(4, y, attribution, size=11, colour=SOFT, longest=140)
