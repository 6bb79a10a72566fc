"""
Coordinate systems: whether the declared one can be right, and the way from it to WGS 84.

The transformation used is the best one that needs no grid file, so that results are the same on
every machine (for the British National Grid that is one of 2 m accuracy). Other doubts about
places are in `places`.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError
from pyproj.transformer import Transformer, TransformerGroup

from .findings import Phrase

if TYPE_CHECKING:
    import numpy.typing as npt

    from .findings import Findings
    from .raw import RawTable

    Shapes = npt.NDArray[np.object_]
    Mask = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

WGS84 = CRS.from_epsg(4326)
LON_LIMIT, LAT_LIMIT = 180.0, 90.0
# Systems that planners' files are in, tried when a file declares none that fits; Web Mercator,
# in which any numbers would make sense, comes last.
_USUAL_CODES = (4326, 27700, 2157, 25832, 25833, 28992, 2154, 3067, 3006, 31370, 2056, 3035)
_WEB_MERCATOR = "EPSG:3857"
# A system may be used somewhat beyond the area it was made for [degrees].
_CRS_MARGIN_DEGREES = 15.0


def to_wgs84(raw: RawTable, shapes: Shapes, usable: Mask, findings: Findings) -> Shapes | None:
    """
    Geometries in longitude and latitude.

    Parameters
    ----------
    raw
        The table they come from, with its declared coordinate system.
    shapes
        One geometry per row, None where there is none.
    usable
        Rows whose geometry can be read.
    findings
        Collector; a coordinate system that cannot be right is a problem.

    Returns
    -------
    shapes
        New geometries, or None if the coordinate system cannot be right.
    """
    bounds = shapely.bounds(shapes)
    if raw.crs is None:
        named = f"names an unknown coordinate system '{raw.crs_text}'" if raw.crs_text else ""
        what = named or "declares no coordinate system"
        findings.refuse(f"{what}; {_bounds_text(bounds[usable])}", _suggestion(bounds[usable], ""))
        return None
    if not usable.any():
        return None
    if raw.crs.is_geographic:
        if not _check_degrees(bounds, usable, findings, raw):
            return None
    elif not _check_projected(bounds, usable, findings, raw):
        return None
    located = shapes.copy()
    located[usable] = _transformed(shapes[usable], raw.crs)
    return located


def points_text(bounds: Floats, x: str = "lon", y: str = "lat") -> list[Phrase]:
    """
    Lower left corners as "lon 12, lat 34".

    Parameters
    ----------
    bounds
        Lower and upper corner of each row, shape (n, 4).
    x, y
        Names of the axes.

    Returns
    -------
    texts
        One per row.

    Examples
    --------
    >>> points_text(np.array([[26.9, 60.5, 27.0, 60.6]]))
    ['lon 26.9, lat 60.5']
    """
    return [Phrase(f"{x} {row[0]:.8g}, {y} {row[1]:.8g}") for row in bounds]


def in_area_of_use(points: Floats, crs: CRS) -> Mask:
    """
    Whether points lie in the area that a projected coordinate system was made for.

    Parameters
    ----------
    points
        Easting and northing, shape (n, 2) [m].
    crs
        The projected system.

    Returns
    -------
    inside
        One per point; False also for numbers that are no place in that system.

    Examples
    --------
    >>> in_area_of_use(np.array([[530000.0, 180000.0], [4e6, 3e6]]), CRS.from_epsg(27700)).tolist()
    [True, False]
    """
    return ~_outside(np.hstack([points, points]), crs, margin=0.0)


def lon_lat(point: Floats, crs: CRS) -> tuple[float, float]:
    """
    Position of one point in WGS 84.

    Parameters
    ----------
    point
        Easting and northing [m].
    crs
        Their coordinate system.

    Returns
    -------
    lon, lat
        In degrees.

    Examples
    --------
    >>> [round(x, 2) for x in lon_lat(np.array([530000.0, 180000.0]), CRS.from_epsg(27700))]
    [-0.13, 51.5]
    """
    lon, lat = _transformer(crs).transform(float(point[0]), float(point[1]))
    return float(lon), float(lat)


def _transformer(crs: CRS) -> Transformer:
    """Best transformation to WGS 84 that needs no grid file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(crs, WGS84, always_xy=True)
    plain = [t for t in group.transformers if not any(o.grids for o in t.operations or ())]
    return (plain or list(group.transformers))[0]


def _transformed(shapes: Shapes, crs: CRS) -> Shapes:
    """Shapes in WGS 84."""
    if crs == WGS84 or crs.to_authority() == ("OGC", "CRS84"):
        return shapes
    change = _transformer(crs)
    moved = shapely.transform(
        shapes, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
    )
    return np.asarray(moved, dtype=object)


def _bounds_text(bounds: Floats) -> str:
    """Bounds of all rows, in the file's own coordinates."""
    if not len(bounds):
        return "no row has coordinates"
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return (
        f"its coordinates run from {low[0]:.7g} to {high[0]:.7g} and {low[1]:.7g} to {high[1]:.7g}"
    )


def _suggestion(bounds: Floats, declared: str) -> str:
    """Advice that names the usual coordinate systems in whose area the bounds would lie."""
    if not len(bounds):
        return "declare the coordinate system of the file"
    fits = [f"EPSG:{code}" for code in _USUAL_CODES if _fits(code, bounds)]
    fits = [name for name in fits if name != declared][: 1 if "EPSG:4326" in fits else 3]
    if not fits and declared != _WEB_MERCATOR and _fits(3857, bounds):
        fits = [_WEB_MERCATOR]
    if not fits:
        return "ask the author for the coordinate system and declare it in the file"
    return (
        f"{' or '.join(fits)} would fit these numbers; check and declare the right one in the file"
    )


def _fits(code: int, bounds: Floats) -> bool:
    """Whether all bounds lie in the area a coordinate system was made for."""
    crs = CRS.from_epsg(code)
    if crs.is_geographic:
        return bool(_on_globe(bounds).all())
    return not _outside(bounds, crs, margin=0.0).any()


def _outside(bounds: Floats, crs: CRS, *, margin: float) -> Mask:
    """Rows whose centres lie outside the area of use of a projected system, or nowhere."""
    use = crs.area_of_use
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2.0, (bounds[:, 1] + bounds[:, 3]) / 2.0
    try:
        lon, lat = _transformer(crs).transform(x, y)
    except ProjError:
        return np.ones(len(bounds), dtype=bool)
    lost = ~(np.isfinite(lon) & np.isfinite(lat))
    if use is None:
        return np.asarray(lost)
    east = use.east + 360.0 * (use.east < use.west)
    shift = np.where(np.asarray(lon) < use.west - margin, 360.0, 0.0) * (use.east < use.west)
    inside = (lon + shift >= use.west - margin) & (lon + shift <= east + margin)
    inside &= (lat >= use.south - margin) & (lat <= use.north + margin)
    return np.asarray(lost | ~inside)


def _on_globe(bounds: Floats) -> Mask:
    """Whether all corners are possible longitudes and latitudes."""
    possible = np.abs(bounds) <= [LON_LIMIT, LAT_LIMIT, LON_LIMIT, LAT_LIMIT]
    return np.asarray(possible.all(axis=1))


def _check_degrees(bounds: Floats, usable: Mask, findings: Findings, raw: RawTable) -> bool:
    """Refuse longitudes and latitudes that do not exist; say what they look like."""
    off = usable & ~_on_globe(bounds)
    if not off.any():
        return True
    if _on_globe(bounds[off][:, [1, 0, 3, 2]]).all():
        what, advice = "outside the globe, axes look swapped", "exchange latitude and longitude"
    elif np.abs(bounds[off]).max() > 2 * LON_LIMIT:
        what = f"no degrees although {raw.crs_text} is declared or implied"
        advice = _suggestion(bounds[off], raw.crs_text)
    else:
        what = "outside longitude ±180°, latitude ±90°"
        advice = "correct the coordinates; longitudes west of Greenwich are negative"
    findings.refuse(what, advice, mask=off, shown=points_text(bounds))
    return False


def _check_projected(bounds: Floats, usable: Mask, findings: Findings, raw: RawTable) -> bool:
    """Refuse coordinates far from the area for which their system was made."""
    crs = raw.crs
    if crs is None:
        return False
    if _on_globe(bounds[usable]).all():
        what = f"coordinates look like degrees although {raw.crs_text} counts in metres"
        findings.refuse(what, "declare EPSG:4326", mask=usable, shown=points_text(bounds, "x", "y"))
        return False
    off = np.zeros(len(bounds), dtype=bool)
    off[usable] = _outside(bounds[usable], crs, margin=_CRS_MARGIN_DEGREES)
    if not off.any():
        return True
    swapped = bounds[off][:, [1, 0, 3, 2]]
    area = crs.area_of_use.name if crs.area_of_use else "its area"
    what = f"far outside the area of {raw.crs_text} ({area[:80]})"
    if not _outside(swapped, crs, margin=0.0).any():
        advice = "axes look swapped: exchange easting and northing"
    else:
        advice = _suggestion(bounds[off], raw.crs_text)
    findings.refuse(what, advice, mask=off, shown=points_text(bounds, "x", "y"))
    return False
