"""
Rows of a table as GeoJSON features with ready-made texts.

Features carry only what is shown, as escaped text, and the name of their class. Coordinates are
WGS 84 with six decimals (0.1 m).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from ..wording import figure, html_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One layer of the map: features, the styles of their classes, and what a hover shows."""

    key: str
    label: str
    features: Sequence[dict[str, Any]]
    styles: Mapping[str, Mapping[str, Any]]
    tooltip: Mapping[str, str] = field(default_factory=dict)
    popup: Mapping[str, str] = field(default_factory=dict)
    show: bool = True
    listed: bool = True
    marker: str = ""
    highlight: Mapping[str, Any] | None = None


def _geojson(geometry: gpd.GeoSeries, *, tolerance_m: float = 0.0) -> list[dict[str, Any]]:
    """GeoJSON geometries in WGS 84, simplified in metres first and then rounded."""
    shapes = geometry.simplify(tolerance_m) if tolerance_m else geometry
    degrees = shapes.to_crs("EPSG:4326") if shapes.crs else shapes
    rounded = shapely.transform(
        degrees.to_numpy(), lambda points: np.round(points, DECIMALS), include_z=False
    )
    return [json.loads(text) for text in shapely.to_geojson(rounded)]


def as_features(
    geometry: gpd.GeoSeries,
    classes: Sequence[str],
    texts: Mapping[str, Sequence[str]] | None = None,
    *,
    tolerance_m: float = 0.0,
) -> list[dict[str, Any]]:
    """
    One GeoJSON feature per shape, with its class and its texts.

    Parameters
    ----------
    geometry
        Shapes in the plan's metric CRS.
    classes
        Class of each shape; styles belong to classes.
    texts
        What is shown of each shape, by property name; escaped already.
    tolerance_m
        How far a simplified line may leave the true one [m].

    Returns
    -------
    features
        Dictionaries as GeoJSON wants them, numbered by ``id``.
    """
    names = list(texts or {})
    rows = zip(*(texts or {}).values(), strict=True) if names else ((),) * len(geometry)
    shapes = _geojson(geometry, tolerance_m=tolerance_m)
    return [
        {
            "type": "Feature",
            "id": str(number),
            "properties": {"class": kind, **dict(zip(names, row, strict=True))},
            "geometry": shape,
        }
        for number, (shape, kind, row) in enumerate(zip(shapes, classes, rows, strict=True))
    ]


def drawable(frame: gpd.GeoDataFrame) -> Any:
    """
    The rows that can be drawn.

    Parameters
    ----------
    frame
        Any table with geometry.

    Returns
    -------
    rows
        Those whose geometry is neither missing nor empty.
    """
    shapes = frame.geometry.to_numpy()
    return frame[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def text_column(frame: pd.DataFrame, column: str) -> list[str]:
    """
    A text column as HTML.

    Parameters
    ----------
    frame
        Any table.
    column
        Its column; one that is missing reads as blanks.

    Returns
    -------
    texts
        One escaped text per row.
    """
    cells = frame[column] if column in frame else [None] * len(frame)
    return [str(html_text(cell)) for cell in cells]


def figure_column(
    frame: pd.DataFrame, column: str, unit: str = "", *, scale: float = 1.0
) -> list[str]:
    """
    A number column as people read it.

    Parameters
    ----------
    frame
        Any table.
    column
        Its column; one that is missing reads as blanks.
    unit
        Written after each number.
    scale
        Divisor that suits the unit.

    Returns
    -------
    texts
        One text per row.
    """
    if column not in frame:
        return [figure(None)] * len(frame)
    return [figure(cell, unit) for cell in pd.to_numeric(frame[column]).astype(float) / scale]


def name_column(frame: pd.DataFrame, id_column: str) -> list[str]:
    """
    Names as HTML, or identifiers where there is no name.

    Parameters
    ----------
    frame
        Any table.
    id_column
        Column of its identifiers.

    Returns
    -------
    names
        One escaped text per row.
    """
    ids = frame[id_column]
    names = frame.get("name", ids)
    pairs = zip(names, ids, strict=True)
    return [str(html_text(key if is_blank(name) else name)) for name, key in pairs]
