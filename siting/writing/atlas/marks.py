"""Data centres on a map: rank in a square, name beside it; and what must not be covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from ..maps.background import is_hypothetical
from ..maps.geojson import drawable
from ..results import in_order
from ..wording import MISSING, is_blank
from .layers import draw_areas
from .legend import Sign, draw_site
from .lettering import elided, width_mm
from .looks import SITE_FILL
from .paper import FRAME, INK

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from matplotlib.axes import Axes

    from ..results import FinishedPlan
    from .paper import Paper
    from .window import Window

NAME_PT, NAME_MM = 7.0, 52.0
SQUARE_MM = 5.2
_LABEL_HEIGHT_MM = 3.8


Box = tuple[float, float, float, float]
"""Left, bottom, right and top on paper [mm]."""


class Mark(NamedTuple):
    """A data centre: place on paper, rank, name, and whether it does not exist."""

    x: float
    y: float
    rank: str
    name: str
    imagined: bool


def marks_of(
    sites: gpd.GeoDataFrame, window: Window, *, ranks: Mapping[str, Any]
) -> tuple[Mark, ...]:
    """
    Data centres that lie in the window.

    Parameters
    ----------
    sites
        Data centres.
    window
        What the sheet shows.
    ranks
        Rank of the best project by identifier of the site; blank for none.

    Returns
    -------
    marks
        In the order of their identifiers.
    """
    rows = drawable(in_order(sites, "sites"))
    if rows.empty:
        return ()
    points = shapely.point_on_surface(rows.geometry.to_numpy())
    west, south, east, north = window.bounds
    marks = []
    names = rows["name"] if "name" in rows else rows["id"]
    cells = zip(points, rows["id"], names, is_hypothetical(rows), strict=True)
    for point, key, name, imagined in cells:
        if west <= point.x <= east and south <= point.y <= north:
            x, y = window.on_paper([(point.x, point.y)])[0]
            label = str(key) if is_blank(name) else str(name)
            marks.append(Mark(float(x), float(y), rank_words(ranks.get(key)), label, imagined))
    return tuple(marks)


def ranks_of(plan: FinishedPlan | None) -> dict[str, Any]:
    """
    Rank of the best project of each data centre.

    Parameters
    ----------
    plan
        A finished plan; `None` for zones alone, which rank none.

    Returns
    -------
    ranks
        By identifier of the data centre.
    """
    if plan is None:
        return {}
    rows = in_order(plan.projects, "projects").drop_duplicates("site_id")
    return dict(zip(rows["site_id"], rows["rank"], strict=True))


def rank_words(rank: Any) -> str:
    """
    A rank as it stands in a square.

    Parameters
    ----------
    rank
        Whole number, or blank.

    Returns
    -------
    words
        A dash for no rank.

    Examples
    --------
    >>> rank_words(2.0), rank_words(None)
    ('2', '–')
    """
    return MISSING if is_blank(rank) else str(int(rank))


def draw_marks(paper: Paper, marks: tuple[Mark, ...]) -> tuple[Box, ...]:
    """
    Draw data centres with their names.

    Parameters
    ----------
    paper
        The sheet.
    marks
        Data centres.

    Returns
    -------
    boxes
        What they cover: left, bottom, right, top [mm].
    """
    half = SQUARE_MM / 2.0
    squares = [(mark.x - half, mark.y - half, mark.x + half, mark.y + half) for mark in marks]
    plates: list[Box] = []
    for mark in marks:
        name = elided(mark.name, NAME_MM, NAME_PT, bold=True)
        width = width_mm(name, NAME_PT, bold=True) + 1.6
        plate = _plate(mark, width, taken=[*squares, *plates])
        plates.append(plate)
        left, bottom, right, top = plate
        looks: dict[str, Any] = {
            "facecolor": "white",
            "edgecolor": INK,
            "linewidth": 0.4,
            "zorder": 7.2,
        }
        paper.box(left, bottom, width, _LABEL_HEIGHT_MM, **looks)
        words: dict[str, Any] = {"size": NAME_PT, "bold": True, "across": "center", "zorder": 8.5}
        paper.words((left + right) / 2.0, (bottom + top) / 2.0, name, **words)
        draw_site(paper, mark.x, mark.y, mark.rank, dashed=mark.imagined, size=SQUARE_MM)
    return (*squares, *plates)


def _plate(mark: Mark, width: float, *, taken: list[Box]) -> Box:
    """Where a name stands: to the right, or where it covers nothing and stays on the map."""
    reach, up = SQUARE_MM / 2.0 + 0.8, (SQUARE_MM + _LABEL_HEIGHT_MM) / 2.0 + 0.6
    spots = [
        (x, mark.y + rise * up - _LABEL_HEIGHT_MM / 2.0)
        for rise in (0.0, 1.0, -1.0, 2.0, -2.0)
        for x in (mark.x + reach, mark.x - reach - width, mark.x - width / 2.0)
        if rise or x != mark.x - width / 2.0
    ]
    plates = [(x, y, x + width, y + _LABEL_HEIGHT_MM) for x, y in spots]
    map_left, map_bottom = FRAME[0] + 1.0, FRAME[1] + 1.0
    map_right, map_top = FRAME[0] + FRAME[2] - 1.0, FRAME[1] + FRAME[3] - 1.0
    for left, bottom, right, top in plates:
        inside = left > map_left and right < map_right and bottom > map_bottom and top < map_top
        if inside and not any(touch((left, bottom, right, top), box) for box in taken):
            return left, bottom, right, top
    return plates[0] if plates[0][2] < map_right else plates[1]


def touch(one: Box, other: Box) -> bool:
    """
    Whether two boxes cover each other.

    Parameters
    ----------
    one, other
        Boxes [mm].

    Returns
    -------
    covers
        False where they only share an edge.

    Examples
    --------
    >>> touch((0.0, 0.0, 2.0, 1.0), (1.0, 0.5, 3.0, 2.0)), touch((0, 0, 1, 1), (1, 0, 2, 1))
    (True, False)
    """
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def draw_grounds(axes: Axes, sites: gpd.GeoDataFrame, window: Window) -> None:
    """
    Ground plans of data centres that are given as areas.

    Parameters
    ----------
    axes
        Of the map.
    sites
        Data centres.
    window
        What the sheet shows.
    """
    rows = drawable(in_order(sites, "sites"))
    areas = rows.geometry.to_numpy()[rows.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy()]
    draw_areas(axes, np.asarray(areas), window, facecolor=SITE_FILL, edgecolor=INK)


def site_signs(marks: tuple[Mark, ...]) -> list[Sign]:
    """
    What the legend says of data centres.

    Parameters
    ----------
    marks
        Those on the sheet.

    Returns
    -------
    signs
        One for those that exist and one for those that do not.
    """
    signs = []
    if any(not mark.imagined for mark in marks):
        signs.append(Sign(label="Data centre, its rank", kind="site"))
    if any(mark.imagined for mark in marks):
        signs.append(Sign(label="Hypothetical data centre", kind="site", dashed=True))
    return signs
