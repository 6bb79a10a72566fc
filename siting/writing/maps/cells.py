"""
Consumers that are too many to be drawn one by one, added up in squares.

A browser bears about ten thousand shapes; a city has more buildings. Those with the most heat stay
shapes of their own, all others become heat per hectare, so that nothing vanishes from the map.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .geojson import Theme, as_features, figure_column
from .zone_heat_features import cell_bounds, cell_classes

MOST_CELLS = 900
SMALLEST_CELL_M = 100.0
M2_PER_HA = 10_000.0


def shape_counts(connected: int, unconnected: int, *, most: int) -> tuple[int, int]:
    """
    How many consumers are drawn one by one.

    Parameters
    ----------
    connected, unconnected
        Consumers that could be drawn.
    most
        Shapes that the map may still hold.

    Returns
    -------
    connected, unconnected
        All where they fit; else the connected ones first, with room left for the squares.

    Examples
    --------
    >>> shape_counts(10, 20, most=30), shape_counts(2000, 20_000, most=10_000)
    ((10, 20), (2000, 7100))
    """
    if connected + unconnected <= most:
        return connected, unconnected
    room = max(most - MOST_CELLS, 0)
    first = min(connected, room)
    return first, min(unconnected, room - first)


def cell_theme(consumers: gpd.GeoDataFrame) -> tuple[Theme, float]:
    """
    Consumers as squares filled by heat per hectare.

    Parameters
    ----------
    consumers
        Those that are not drawn one by one, with ``annual_heat_mwh``; metric CRS.

    Returns
    -------
    theme
        One square for each place with consumers.
    size_m
        Side of the squares [m], doubled until they are few enough.
    """
    cells, size_m = _added_up(consumers)
    bounds, names = cell_bounds(), list(cell_classes())
    classes = [names[sum(value >= bound for bound in bounds)] for value in cells["density"]]
    labels = {"density": "Per hectare", "heat": "Heat", "consumers": "Consumers"}
    texts = {
        "density": figure_column(cells, "density", "MWh/ha/yr"),
        "heat": figure_column(cells, "annual_heat_mwh", "MWh/yr"),
        "consumers": figure_column(cells, "consumers"),
    }
    theme = Theme(
        key="consumer_cells",
        label=f"Further consumers, heat by squares of {size_m:,.0f} m",
        features=as_features(cells.geometry, classes, texts),
        styles={
            name: {"weight": 0, "fillColor": colour, "fillOpacity": 0.6}
            for name, colour in cell_classes().items()
        },
        tooltip=labels,
        popup=labels,
    )
    return theme, size_m


def _added_up(consumers: gpd.GeoDataFrame) -> tuple[Any, float]:
    """Heat and number of consumers by square."""
    rows = consumers.sort_values("consumer_id", kind="stable")
    middle = shapely.centroid(rows.geometry.to_numpy())
    places = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
    size_m = SMALLEST_CELL_M
    while len(np.unique(np.floor(places / size_m), axis=0)) > MOST_CELLS:
        size_m *= 2.0
    corners = np.floor(places / size_m) * size_m
    heat = rows["annual_heat_mwh"].fillna(0.0)
    sums = (
        pd.DataFrame({"x": corners[:, 0], "y": corners[:, 1], "heat": heat.to_numpy()})
        .groupby(["x", "y"], sort=True)["heat"]
        .agg(annual_heat_mwh="sum", consumers="size")
        .reset_index()
    )
    sums["density"] = sums["annual_heat_mwh"] / (size_m**2 / M2_PER_HA)
    squares = shapely.box(sums["x"], sums["y"], sums["x"] + size_m, sums["y"] + size_m)
    return gpd.GeoDataFrame(sums, geometry=squares, crs=consumers.crs), size_m
