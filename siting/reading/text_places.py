"""
Places that stand in the columns of a text table: degrees, well-known text, or grid coordinates.

Latitude, longitude and well-known text are taken to be in WGS 84. Columns that bear the names of
the British National Grid are read in it where the numbers lie in Great Britain, with a doubt that
says so; metres of any other system need a file that declares it. Whether the places can be true
is for `places`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS

from ..assembling.country import country_at
from .column_rules import nearest_names
from .coordinates import LAT_LIMIT, LON_LIMIT, WGS84, in_area_of_use, lon_lat
from .findings import printable
from .values import advise_number, as_texts, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from .findings import Findings
    from .raw import RawTable

    Mask = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

PLACE_COLUMNS = ("lat", "lon", "geometry", "wkt")
# Names in tables of British public bodies; an x and a y alone do not tell the system.
_GRID_NAMES = (
    ("easting", "northing"),
    ("eastings", "northings"),
    ("x_coordinate", "y_coordinate"),
    ("x coordinate", "y coordinate"),
    ("bng_easting", "bng_northing"),
    ("bng_e", "bng_n"),
    ("bng_x", "bng_y"),
    ("x_bng", "y_bng"),
    ("oseast1m", "osnrth1m"),
)
PLACE_SPELLINGS = {
    "lat": ("latitude", "lat.", "y", "breite", "y_coord", "ycoord", "lat_dd"),
    "lon": ("longitude", "lng", "long", "lon.", "x", "laenge", "länge", "x_coord", "xcoord"),
    "easting": tuple(pair[0] for pair in _GRID_NAMES),
    "northing": tuple(pair[1] for pair in _GRID_NAMES),
}
_GRID = CRS.from_epsg(27700)
_GRID_TEXT = "EPSG:27700"
_GRID_COUNTRIES = {"GB", "IM"}
_LIMITS = {"lon": LON_LIMIT, "lat": LAT_LIMIT}


def places_from_columns(
    raw: RawTable, frame: pd.DataFrame, findings: Findings, *, optional: Mask | None = None
) -> RawTable:
    """
    Take the places of a text table from lat and lon, from well-known text or from a grid.

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
        The table with geometry in WGS 84 or, of grid columns, in the British National Grid;
        unchanged if it has no places.

    Notes
    -----
    Grid columns count only where there is neither lat and lon nor well-known text.
    """
    wkt = next((c for c in ("geometry", "wkt") if c in frame), None)
    grid = None
    if "lat" in frame and "lon" in frame:
        pair = ("lon", "lat")
        shapes, unreadable = _points(frame, pair, findings, decimal_comma=raw.decimal_comma)
        if optional is not None:
            _refuse_half(frame, pair, findings)
    elif wkt:
        shapes, unreadable = _from_wkt(as_texts(frame[wkt]))
    elif grid := _grid_columns(frame, decimal_comma=raw.decimal_comma):
        shapes, unreadable = _grid_points(
            frame, grid, findings, decimal_comma=raw.decimal_comma, half=optional is not None
        )
    elif optional is not None and optional.all():
        shapes = np.full(len(frame), None, dtype=object)
        unreadable = np.zeros(len(frame), dtype=bool)
    else:
        _refuse_placeless(frame, findings, decimal_comma=raw.decimal_comma)
        return raw
    return replace(
        raw,
        geometry=shapes,
        unreadable=unreadable,
        crs=_GRID if grid else WGS84,
        crs_text=_GRID_TEXT if grid else "EPSG:4326",
    )


def _points(
    frame: pd.DataFrame,
    pair: tuple[str, str],
    findings: Findings,
    *,
    decimal_comma: bool,
    unit: str = "degree",
) -> tuple[npt.NDArray[np.object_], Mask]:
    """Points from columns x and y; None where one is blank or no number (which is noted)."""
    numbers, typed_wrong = [], np.zeros(len(frame), dtype=bool)
    for column in pair:
        values, wrong = parse_numbers(frame[column], decimal_comma=decimal_comma)
        if wrong.any():
            texts = as_texts(frame[column])
            advice = advise_number(texts[int(np.argmax(wrong))], unit)
            what = "no decimal degrees" if unit == "degree" else "no plain number of metres"
            findings.refuse(what, advice, column=printable(column), mask=wrong, shown=texts)
        numbers.append(values)
        typed_wrong |= wrong
    x, y = numbers
    shapes: Any = shapely.points(x, y)
    shapes[np.isnan(x) | np.isnan(y)] = None
    return shapes, typed_wrong


def _refuse_half(frame: pd.DataFrame, pair: tuple[str, str], findings: Findings) -> None:
    """Refuse rows with one of two coordinates where a row may also have neither."""
    x, y = (np.array([not text for text in as_texts(frame[c])]) for c in pair)
    half = x != y
    if half.any():
        what = f"only one of {' and '.join(map(printable, reversed(pair)))}"
        findings.refuse(what, "give both or neither", mask=half)


def _grid_columns(frame: pd.DataFrame, *, decimal_comma: bool) -> tuple[str, str] | None:
    """
    Columns that hold places in the British National Grid, by their names and their numbers.

    The middle of all rows must lie in the area of the grid and in Great Britain or on the Isle of
    Man; the numbers of most other systems would lie at sea or abroad.
    """
    have = {str(c).strip().casefold(): str(c) for c in frame.columns}
    named = [(have[x], have[y]) for x, y in _GRID_NAMES if x in have and y in have]
    for pair in named:
        middle = _middle(frame, pair, decimal_comma=decimal_comma)
        if middle is None or not in_area_of_use(np.atleast_2d(middle), _GRID)[0]:
            continue
        country = country_at(*lon_lat(middle, _GRID))
        if country and _GRID_COUNTRIES & {country.code, *country.also}:
            return pair
    return None


def _middle(frame: pd.DataFrame, pair: tuple[str, str], *, decimal_comma: bool) -> Floats | None:
    """Median of the rows with both coordinates, None where there is no such row."""
    numbers = [parse_numbers(frame[c], decimal_comma=decimal_comma)[0] for c in pair]
    points = np.column_stack(numbers)
    full = points[np.isfinite(points).all(axis=1)]
    return np.median(full, axis=0) if len(full) else None


def _grid_points(
    frame: pd.DataFrame,
    pair: tuple[str, str],
    findings: Findings,
    *,
    decimal_comma: bool,
    half: bool,
) -> tuple[npt.NDArray[np.object_], Mask]:
    """Points of the British National Grid, with a doubt that says where they were taken to be."""
    shapes, unreadable = _points(frame, pair, findings, decimal_comma=decimal_comma, unit="m")
    if half:
        _refuse_half(frame, pair, findings)
    middle = _middle(frame, pair, decimal_comma=decimal_comma)
    if middle is not None:
        lon, lat = lon_lat(middle, _GRID)
        names = " and ".join(map(printable, pair))
        what = (
            f"{names} are taken as British National Grid ({_GRID_TEXT}); the middle of all rows "
            f"then lies at lat {lat:.5f}, lon {lon:.5f}"
        )
        advice = (
            "check that place; if it is wrong, save the table as a map that declares its system"
        )
        findings.doubt(what, advice)
    return shapes, unreadable


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


def _refuse_placeless(frame: pd.DataFrame, findings: Findings, *, decimal_comma: bool) -> None:
    """Refuse a text table without places; offer the columns that look like degrees."""
    have = {str(c).strip().casefold(): str(c) for c in frame.columns}
    grid = [have[n] for pair in _GRID_NAMES for n in pair if n in have]
    advice, metres = [], bool(grid)
    for column in (c for c in ("lat", "lon") if c not in frame):
        near = [have[s] for s in PLACE_SPELLINGS[column] if s in have]
        near = near or nearest_names(column, [c for c in frame.columns if c not in grid])
        degrees = [
            name
            for name in near
            if not _beyond(frame[name], _LIMITS[column], decimal_comma=decimal_comma)
        ]
        metres |= len(degrees) < len(near)
        advice.append(f"rename {printable(degrees[0])} to {column}" if degrees else f"add {column}")
    words = " and ".join(advice)
    what = "has no columns lat and lon (decimal degrees, WGS 84) and no column geometry with WKT"
    if metres:
        words += (
            "; coordinates in metres need a map format with its coordinate system, or columns "
            "easting and northing of the British National Grid"
        )
    findings.refuse(what, words)


def _beyond(cells: pd.Series[Any], limit: float, *, decimal_comma: bool) -> bool:
    """Whether a column holds numbers that are no degrees."""
    values, _ = parse_numbers(cells, decimal_comma=decimal_comma)
    return bool((np.abs(values) > limit).any())
