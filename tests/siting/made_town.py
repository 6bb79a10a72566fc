"""Made-up map extracts and consumers for the tests of demand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point, box

from heatreach.network.osm import OsmExtract

CRS = "EPSG:32635"
EAST, NORTH = 497_000.0, 6_708_000.0


def layer(prefix: str, shapes: list[tuple[Any, dict[str, str]]]) -> gpd.GeoDataFrame:
    """Shapes with tags as a layer of an extract."""
    return gpd.GeoDataFrame(
        {
            "osm_id": pd.Series([f"{prefix}/{n}" for n in range(len(shapes))], dtype=str),
            "tags": pd.Series([tags for _, tags in shapes], dtype=object),
        },
        geometry=gpd.GeoSeries([shape for shape, _ in shapes], crs=CRS),
        crs=CRS,
    )


def house(
    x: float, y: float, width: float, depth: float, **tags: str
) -> tuple[Any, dict[str, str]]:
    """A rectangular outline; `__` in a key stands for a colon."""
    shape = box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + depth)
    return shape, {key.replace("__", ":"): value for key, value in tags.items()}


def dot(x: float, y: float, **tags: str) -> tuple[Any, dict[str, str]]:
    """A tagged point."""
    return Point(EAST + x, NORTH + y), tags


def town(
    buildings: list[Any], areas: list[Any] | None = None, points: list[Any] | None = None
) -> OsmExtract:
    """An extract without streets."""
    none = np.empty(0, dtype=np.int64)
    return OsmExtract(
        node_id=none,
        lon=none.astype(float),
        lat=none.astype(float),
        level_crossing=none.astype(bool),
        tail=none.astype(np.int32),
        head=none.astype(np.int32),
        way=none.astype(np.int32),
        ways=pd.DataFrame(),
        buildings=layer("way", buildings),
        areas=layer("relation", areas or []),
        points=layer("node", points or []),
        barriers=gpd.GeoDataFrame({"kind": []}, geometry=[], crs=CRS),
        data_date="",
        left_out={},
    )


def given(**columns: Any) -> gpd.GeoDataFrame:
    """One consumer of a user's list, a point unless a geometry is given."""
    geometry = columns.pop("geometry", Point(EAST, NORTH))
    return gpd.GeoDataFrame(
        {"id": ["C1"], **{k: [v] for k, v in columns.items()}}, geometry=[geometry], crs=CRS
    )
