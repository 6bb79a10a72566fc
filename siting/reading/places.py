"""
Whether the places in a file can be true.

`check_places` brings the geometries of a table to WGS 84 and finds points at 0/0, places far from
all others, swapped axes, and geometries that are missing, broken or of the wrong kind. Coordinate
systems are judged in `coordinates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from ..assembling.country import country_at
from ..errors import Problem
from .column_rules import registry_range
from .coordinates import LAT_LIMIT, points_text, to_wgs84
from .findings import Phrase, printable

if TYPE_CHECKING:
    import numpy.typing as npt

    from .findings import Findings
    from .raw import RawTable

    Shapes = npt.NDArray[np.object_]
    Mask = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

Box = tuple[float, float, float, float]
GEOD = Geod(ellps="WGS84")
# Far away is more than this many times the median distance from the middle.
_FAR_TIMES_MEDIAN = 10.0
_ZERO_DEGREES = 1e-6


def check_places(
    raw: RawTable,
    shapes: Shapes,
    findings: Findings,
    *,
    kinds: tuple[str, ...],
    spread: bool = True,
    optional: Mask | None = None,
) -> Shapes:
    """
    Bring geometries to WGS 84, two-dimensional and valid; note all that is wrong or repaired.

    Parameters
    ----------
    raw
        The table they come from, with its declared coordinate system.
    shapes
        One geometry per row, None where there is none.
    findings
        Collector of problems and doubts.
    kinds
        Geometry types that are wanted.
    spread
        Whether rows far from all others are worth a doubt.
    optional
        True for rows that may lack a geometry; None if none may.

    Returns
    -------
    shapes
        New geometries; of no use if `findings` now holds problems.
    """
    shapes = shapely.force_2d(shapes)
    absent = np.zeros(len(shapes), dtype=bool) if optional is None else optional
    absent = absent & np.asarray(shapely.is_missing(shapes), dtype=bool)
    if absent.all():
        return shapes
    usable = _check_presence(raw, shapes, findings, absent)
    usable &= _check_kinds(shapes, findings, kinds)
    located = to_wgs84(raw, shapes, usable, findings)
    if located is None:
        return shapes
    located = _repair(located, usable, findings)
    usable &= ~shapely.is_empty(located)
    _check_zero(shapes, located, usable, findings)
    if spread and usable.any():
        _check_spread(located, usable, findings)
    return located


def axes_problem(file: str, bounds: Box, *, other_file: str, other: Box) -> Problem | None:
    """
    Find a file whose places only meet those of another file with its axes swapped.

    Parameters
    ----------
    file, other_file
        Names for the message.
    bounds, other
        West, south, east, north of the suspect file and of the file or area to be trusted [°].

    Returns
    -------
    problem
        None if the two meet, or would not meet with swapped axes either.

    Examples
    --------
    >>> box = (26.9, 60.5, 27.0, 60.6)
    >>> axes_problem("a", (60.5, 26.9, 60.6, 27.0), other_file="b", other=box) is None
    False
    """
    mine, theirs = shapely.box(*bounds), shapely.box(*other)
    south, west, north, east = bounds[0], bounds[1], bounds[2], bounds[3]
    if mine.intersects(theirs) or not shapely.box(west, south, east, north).intersects(theirs):
        return None
    what = f"no row lies in the area of {printable(other_file)}; with axes swapped they would"
    advice = "exchange latitude and longitude"
    return Problem(file=printable(file), where="", what=what, advice=advice)


def _check_presence(raw: RawTable, shapes: Shapes, findings: Findings, absent: Mask) -> Mask:
    """Refuse rows without a geometry that can be read; True for those that have one."""
    broken = np.zeros(len(shapes), dtype=bool) if raw.unreadable is None else raw.unreadable
    shapes = np.asarray(shapes, dtype=object)
    missing = shapely.is_missing(shapes) & ~broken
    empty = shapely.is_empty(shapes)
    flat = shapely.bounds(shapes)
    endless = ~np.isfinite(flat).all(axis=1) & ~missing & ~broken & ~empty
    advice = "draw the geometry again or delete the row"
    for mask, what, fix in (
        (missing & ~absent, "no geometry", "give the place or delete the row"),
        (empty, "empty geometry", "give the place or delete the row"),
        (endless, "coordinates that are not finite numbers", advice),
        (
            broken,
            "geometry that cannot be read (ring not closed, too few points, curved or damaged)",
            advice,
        ),
    ):
        if mask.any():
            findings.refuse(what, fix, mask=mask)
    usable: Mask = ~(missing | empty | endless | broken)
    return usable


def _check_kinds(shapes: Shapes, findings: Findings, kinds: tuple[str, ...]) -> Mask:
    """Refuse geometries of a kind that is not wanted; True for the others."""
    names = np.array([getattr(shape, "geom_type", "") for shape in shapes], dtype=object)
    wrong = ~np.isin(names, kinds) & (names != "")
    if wrong.any():
        wanted = " or ".join(kind for kind in kinds if not kind.startswith("Multi"))
        advice = f"give each row one {wanted}"
        if "GeometryCollection" in names[wrong]:
            advice += "; take collections apart (QGIS: 'Extract specific vertices' or 'Explode')"
        elif wanted != "LineString" and "LineString" in names[wrong]:
            advice += "; a closed line becomes an outline with 'Lines to polygons'"
        findings.refuse("wrong kind of geometry", advice, mask=wrong, shown=list(names))
    right: Mask = ~wrong
    return right


def _repair(shapes: Shapes, usable: Mask, findings: Findings) -> Shapes:
    """Make crossing outlines valid and say so; refuse what has no area or length."""
    invalid = usable & ~shapely.is_valid(shapes)
    outline = np.isin(shapely.get_dimensions(shapes), 2)
    mended = shapes.copy()
    mended[invalid] = [_valid(shape) for shape in shapes[invalid]]
    size = np.where(outline, shapely.area(mended), shapely.length(mended))
    nothing = usable & (shapely.get_dimensions(shapes) > 0) & ~(size > 0.0)
    if nothing.any():
        what = "outline without area or line without length"
        findings.refuse(what, "draw it again or delete the row", mask=nothing)
    told = invalid & ~nothing & outline
    if told.any():
        areas = [
            Phrase(f"{_area_m2(shapes[i]):,.0f} m² before, {_area_m2(mended[i]):,.0f} m² after")
            if told[i]
            else ""
            for i in range(len(shapes))
        ]
        what = "outline that crosses itself was repaired"
        findings.doubt(what, "check it on the map", mask=told, shown=areas)
    return mended


def _valid(shape: shapely.Geometry) -> shapely.Geometry:
    """Make a shape valid, of the same dimension; the empty polygon if nothing is left."""
    mended = shapely.make_valid(shape)
    dimension = shapely.get_dimensions(shape)
    parts = shapely.get_parts(mended)
    parts = shapely.get_parts(parts)
    kept = parts[shapely.get_dimensions(parts) == dimension]
    return shapely.union_all(kept) if len(kept) else shapely.Polygon()


def _area_m2(shape: shapely.Geometry) -> float:
    """Area on the ellipsoid; of a crossing outline, what its two senses leave."""
    return abs(float(GEOD.geometry_area_perimeter(shape)[0]))


def _check_zero(shapes: Shapes, located: Shapes, usable: Mask, findings: Findings) -> None:
    """Refuse points at 0/0, where failed address searches end."""
    own, globe = shapely.bounds(shapes), shapely.bounds(located)
    zero = usable & ((own == 0.0).all(axis=1) | (np.abs(globe) < _ZERO_DEGREES).all(axis=1))
    if zero.any():
        advice = "give the true place or delete the row; a failed address search often writes 0"
        findings.refuse("lies at coordinates 0, 0", advice, mask=zero)


def _check_spread(shapes: Shapes, usable: Mask, findings: Findings) -> None:
    """Doubt rows far from all others; refuse them if swapped axes explain it."""
    bounds = shapely.bounds(shapes)
    lon, lat = (bounds[:, 0] + bounds[:, 2]) / 2.0, (bounds[:, 1] + bounds[:, 3]) / 2.0
    middle = float(np.median(lon[usable])), float(np.median(lat[usable]))
    distance = _km_from(*middle, lon, lat)
    usual = _FAR_TIMES_MEDIAN * float(np.median(distance[usable]))
    limit = max(registry_range("streets", "extent_km")[1], usual)
    far = usable & (distance > limit)
    possible = far & (np.abs(lon) <= LAT_LIMIT)
    back = _km_from(*middle, np.where(possible, lat, 0.0), np.where(possible, lon, 0.0))
    swapped = possible & (back <= limit)
    places = points_text(bounds)
    if swapped.any():
        what = "axes look swapped: far from all other rows, but among them if exchanged"
        findings.refuse(what, "exchange latitude and longitude", mask=swapped, shown=places)
    if (far & ~swapped).any():
        what = f"more than {limit:,.0f} km from the middle of all rows"
        findings.doubt(what, "check these places", mask=far & ~swapped, shown=places)
    _check_sea(*middle, findings)


def _check_sea(lon: float, lat: float, findings: Findings) -> None:
    """Doubt a table whose middle lies at sea, but on land with its axes swapped."""
    if abs(lon) > LAT_LIMIT or country_at(lon, lat) is not None:
        return
    swapped = country_at(lat, lon)
    if swapped is not None:
        what = (
            f"axes look swapped: the middle of all rows (lon {lon:.5g}, lat {lat:.5g}) lies at "
            f"sea, with axes exchanged in {swapped.code}"
        )
        findings.doubt(what, "exchange latitude and longitude if that is where they are")


def _km_from(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """Distance of points from one point along the ellipsoid [km]."""
    ones = np.ones(len(lons))
    _, _, metres = GEOD.inv(lon * ones, lat * ones, lons, lats)
    return np.asarray(metres) / 1e3
