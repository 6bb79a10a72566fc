"""
Outlines of zones: their buildings and their trench with a margin, gaps closed.

An outline is indicative. Margins stand in ``data/siting_rules.csv`` under ``zone_outline``; they
are guesses, so the area of a zone and its heat per hectare are no better than they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..consumers.building_use import siting_rule
from .crossings import edge_lines

if TYPE_CHECKING:
    import numpy.typing as npt

    from .growth import Grown
    from .places import ZonePlaces

M2_PER_HA = 10_000.0
CORNERS = 2
"""Segments in a quarter circle of a margin."""


def zone_outlines(places: ZonePlaces, grown: Grown, zones: int) -> gpd.GeoSeries:
    """
    Outline of every zone.

    Parameters
    ----------
    places
        Consumers on the street graph.
    grown
        The zones of one rule.
    zones
        Number of zones.

    Returns
    -------
    outlines
        One multipolygon per zone, in the coordinate system of the study; valid, on a grid, the
        same whatever the order of rows.

    Notes
    -----
    Union of the buildings and of the trench, each with its margin, then closed: widened and shrunk
    by the closing width. Courtyards and blocks that the closing fills belong to the zone.
    """
    building, trench = (
        siting_rule("zone_outline", "building_margin_m"),
        siting_rule("zone_outline", "trench_margin_m"),
    )
    member, edge = np.flatnonzero(grown.zone >= 0), grown.edges
    buildings = places.consumers.geometry.to_numpy()[member]
    shapes = np.concatenate(
        [
            shapely.buffer(shapely.make_valid(buildings), building, quad_segs=CORNERS),
            shapely.buffer(edge_lines(places.graph, edge), trench, quad_segs=CORNERS),
        ]
    )
    owner = np.concatenate([grown.zone[member], grown.edge_zone])
    united = _united(shapes, owner, zones)
    return gpd.GeoSeries(_closed(united), crs=places.graph.crs)


def _united(
    shapes: npt.NDArray[Any], owner: npt.NDArray[np.int64], zones: int
) -> npt.NDArray[np.object_]:
    """Union of the shapes of each zone; shapes sorted, so that their order does not matter."""
    found = np.full(zones, shapely.MultiPolygon(), dtype=object)
    key = np.array(shapely.to_wkb(shapes), dtype=object)
    order = np.array(sorted(range(len(key)), key=lambda row: (owner[row], key[row])), dtype=int)
    groups = pd.Series(order).groupby(owner[order], sort=True)
    for zone, rows in groups:
        found[zone] = shapely.union_all(shapes[rows.to_numpy()])
    return found


def _closed(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Shapes with narrow gaps closed, on a grid, as valid multipolygons."""
    width = siting_rule("zone_outline", "closing_m")
    wide = shapely.buffer(shapes, width, quad_segs=CORNERS)
    closed = shapely.union(shapely.buffer(wide, -width, quad_segs=CORNERS), shapes)
    grid = siting_rule("zone_outline", "grid_m")
    tidy = shapely.normalize(shapely.set_precision(closed, grid))
    return np.array([_multi(shape) for shape in tidy], dtype=object)


def _multi(shape: Any) -> shapely.MultiPolygon:
    """A polygon, or several, as multipolygon."""
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.area > 0.0])
