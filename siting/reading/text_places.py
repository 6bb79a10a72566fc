"""
Places that stand in the columns of a text table: latitude and longitude, or well-known text.

They are taken to be in WGS 84. Whether the places can be true is for `places`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from .column_rules import nearest_names
from .coordinates import WGS84
from .values import advise_number, as_texts, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from .findings import Findings
    from .raw import RawTable

    Mask = npt.NDArray[np.bool_]

PLACE_COLUMNS = ("lat", "lon", "geometry", "wkt")
PLACE_SPELLINGS = {
    "lat": ("latitude", "lat.", "y", "breite", "y_coord", "ycoord", "lat_dd", "northing"),
    "lon": (
        "longitude",
        "lng",
        "long",
        "lon.",
        "x",
        "laenge",
        "länge",
        "x_coord",
        "xcoord",
        "easting",
    ),
}


def places_from_columns(
    raw: RawTable, frame: pd.DataFrame, findings: Findings, *, optional: Mask | None = None
) -> RawTable:
    """
    Take the places of a text table from lat and lon, or from well-known text.

    Parameters
    ----------
    raw
        The table as read.
    frame
        Its content, columns in the registry's spelling.
    findings
        Collector; a table without places is a problem.
    optional
        True for rows that may lack a place; None if none may.

    Returns
    -------
    table
        The table with geometry in WGS 84; unchanged if it has no places.
    """
    wkt = next((c for c in ("geometry", "wkt") if c in frame), None)
    if "lat" in frame and "lon" in frame:
        shapes, unreadable = _points(frame, findings, decimal_comma=raw.decimal_comma)
        if optional is not None:
            _refuse_half(frame, findings)
    elif wkt:
        shapes, unreadable = _from_wkt(as_texts(frame[wkt]))
    elif optional is not None and optional.all():
        shapes = np.full(len(frame), None, dtype=object)
        unreadable = np.zeros(len(frame), dtype=bool)
    else:
        _refuse_placeless(frame, findings)
        return raw
    return replace(
        raw,
        geometry=shapes,
        unreadable=unreadable,
        crs=WGS84,
        crs_text="EPSG:4326",
    )


def _points(
    frame: pd.DataFrame, findings: Findings, *, decimal_comma: bool
) -> tuple[npt.NDArray[np.object_], Mask]:
    """Points from lat and lon; None where one is blank or no number (which is noted)."""
    numbers, typed_wrong = [], np.zeros(len(frame), dtype=bool)
    for column in ("lon", "lat"):
        values, wrong = parse_numbers(frame[column], decimal_comma=decimal_comma)
        if wrong.any():
            texts = as_texts(frame[column])
            advice = advise_number(texts[int(np.argmax(wrong))], "degree")
            what = "no decimal degrees"
            findings.refuse(what, advice, column=column, mask=wrong, shown=texts)
        numbers.append(values)
        typed_wrong |= wrong
    lon, lat = numbers
    shapes: Any = shapely.points(lon, lat)
    shapes[np.isnan(lon) | np.isnan(lat)] = None
    return shapes, typed_wrong


def _refuse_half(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse rows with one of lat and lon where a row may also have neither."""
    lat, lon = (np.array([not text for text in as_texts(frame[c])]) for c in ("lat", "lon"))
    half = lat != lon
    if half.any():
        findings.refuse("only one of lat and lon", "give both or neither", mask=half)


def _from_wkt(texts: Sequence[str]) -> tuple[npt.NDArray[np.object_], Mask]:
    """Geometries from well-known text; None where it is blank or cannot be read."""
    given: list[str | None] = [text or None for text in texts]
    filled = np.array([text is not None for text in given], dtype=bool)
    try:
        shapes = shapely.from_wkt(given, on_invalid="ignore")
    except NotImplementedError:
        shapes = np.array([_one_wkt(text) for text in given], dtype=object)
    return shapes, shapely.is_missing(shapes) & filled


def _one_wkt(text: str | None) -> shapely.Geometry | None:
    """Read one geometry; None for the curved types that GEOS does not know."""
    try:
        return shapely.from_wkt(text, on_invalid="ignore")
    except NotImplementedError:
        return None


def _refuse_placeless(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse a text table without places; offer the columns that look like them."""
    have = {str(c).casefold(): str(c) for c in frame.columns}
    advice = []
    for column in (c for c in ("lat", "lon") if c not in frame):
        near = [have[s] for s in PLACE_SPELLINGS[column] if s in have]
        near = near or nearest_names(column, list(frame.columns))
        advice.append(f"rename {near[0]} to {column}" if near else f"add {column}")
    words = " and ".join(advice)
    what = "has no columns lat and lon (decimal degrees, WGS 84) and no column geometry with WKT"
    if {"easting", "northing"} & have.keys() or {"x", "y"} <= have.keys():
        words += "; coordinates in metres need a map format with its coordinate system"
    findings.refuse(what, words)
