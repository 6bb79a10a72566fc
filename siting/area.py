"""
Where on Earth: the study area, and whether the places in a file can be true.

`parse_area` reads what was given as ``--area``. `check_places` brings the geometries of a table
to WGS 84 and finds missing, unknown and contradicting coordinate systems, swapped axes, points at
0/0 or far from all others, and geometries that are broken or of the wrong kind. The transformation
used is the best one that needs no grid file, so that results are the same on every machine
(for the British National Grid that is one of 2 m accuracy).
"""

from __future__ import annotations

import difflib
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from pyproj import CRS, Geod
from pyproj.exceptions import ProjError
from pyproj.transformer import Transformer, TransformerGroup

from heatreach.data import load_table

from .country import country_at
from .errors import InputError, Problem
from .files import RawTable, read_raw, refusal
from .values import Findings, Phrase, examples, printable

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]
    Mask = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

WGS84 = CRS.from_epsg(4326)
EXTRACT_SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2", ".pbf")
LON_LIMIT, LAT_LIMIT = 180.0, 90.0

# Systems that planners' files are in, tried when a file declares none that fits; Web Mercator,
# in which any numbers would make sense, comes last.
_USUAL_CODES = (4326, 27700, 2157, 25832, 25833, 28992, 2154, 3067, 3006, 31370, 2056, 3035)
_WEB_MERCATOR = "EPSG:3857"
# A system may be used somewhat beyond the area it was made for [degrees].
_CRS_MARGIN_DEGREES = 15.0
# Far away is more than this many times the median distance from the middle.
_FAR_TIMES_MEDIAN = 10.0
_ZERO_DEGREES = 1e-6
_GEOD = Geod(ellps="WGS84")
_NUMBERS = re.compile(r"[-+\d.,;eE\s°]+", re.ASCII)
_PLACE_LENGTH = 200
# Names nearer than this are one name with a slip.
_SAME_FILE = 0.85
_FILE_ENDING = re.compile(
    r"\.(osm|pbf|gz|bz2|gpkg|geojson|json|shp|zip|parquet|fgb|csv|xlsx|kml|poly)$", re.I
)
_PBF_MARK = b"OSMHeader"
_EXTRACT_HEAD = 4096

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """
    The study area as it was asked for.

    `bbox` (west, south, east, north [°]) is set for boxes and polygons, `polygon` (WGS 84) for
    polygon files, `path` for extracts and polygon files. `doubts` tells what was repaired.
    """

    kind: Literal["extract", "polygon", "bbox", "place"]
    text: str
    path: Path | None = None
    bbox: Box | None = None
    polygon: shapely.Polygon | shapely.MultiPolygon | None = None
    doubts: tuple[Problem, ...] = ()


def parse_area(text: str) -> Area:
    """
    Understand a study area given as file, bounding box or place name.

    Parameters
    ----------
    text
        Path of an OpenStreetMap extract or of a file with polygons, ``west,south,east,north`` in
        degrees, or the name of a place.

    Returns
    -------
    area
        What was asked for; a place name is not looked up here.

    Raises
    ------
    InputError
        If the text is none of these, the box is impossible or too large, or the file cannot be
        used; the message says what was probably meant.

    Examples
    --------
    >>> parse_area("26.9,60.5,27.0,60.6").bbox
    (26.9, 60.5, 27.0, 60.6)
    >>> parse_area("Kotka, Finland").kind
    'place'
    """
    text = text.strip()
    if not text or "\x00" in text:
        raise _refused(text, "is blank" if not text else "holds a NUL character")
    if _NUMBERS.fullmatch(text) and any(c.isdigit() for c in text):
        return _box_area(text)
    path = _path(text)
    if _exists(path):
        return _file_area(text, path)
    if _looks_like_file(text, path):
        raise _refused(text, "looks like a file that does not exist", _nearest_file(path))
    if "://" in text:
        raise _refused(text, "is an internet address", "download the file and give its path")
    if not text.isprintable() or len(text) > _PLACE_LENGTH or not any(c.isalpha() for c in text):
        raise _refused(text, "is no name of a place")
    return Area(kind="place", text=text)


def _refused(text: str, what: str, advice: str = "") -> InputError:
    """Make the error for an area."""
    forms = "give an extract, a polygon file, west,south,east,north or a place name"
    return refusal("--area", f"{examples([text])} {what}", advice or forms)


def _path(text: str) -> Path:
    """Path with the home folder filled in, where there is one."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _exists(path: Path) -> bool:
    """Whether a path exists; texts that cannot be paths do not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _looks_like_file(text: str, path: Path) -> bool:
    """Whether a text was meant as a file: by ending, slashes or a file of nearly that name."""
    if _FILE_ENDING.search(text) or text.startswith(("/", "./", "../", "~")) or "\\" in text:
        return "://" not in text
    return text.isprintable() and bool(_near_files(path, cutoff=_SAME_FILE))


def _near_files(path: Path, *, cutoff: float) -> list[Path]:
    """Files in the same folder with names like the given one."""
    if not _exists(path.parent) or not path.parent.is_dir():
        return []
    names = sorted(p.name for p in path.parent.iterdir() if p.is_file())
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=cutoff)
    return [path.parent / name for name in near]


def _nearest_file(path: Path) -> str:
    """Advice that names the files in that folder which come nearest."""
    if not path.parent.is_dir():
        return f"there is no folder {examples([str(path.parent)])}"
    near = _near_files(path, cutoff=0.5)
    if near:
        return f"did you mean {examples([str(file) for file in near])}?"
    return f"the folder {examples([str(path.parent.resolve())])} holds no file of a similar name"


def _box_area(text: str) -> Area:
    """Box from four numbers, or a refusal that guesses the order meant."""
    order = "give west,south,east,north in degrees with decimal points"
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise _refused(text, "is no bounding box", order) from error
    if len(numbers) != len(("west", "south", "east", "north")):
        raise _refused(text, f"has {len(numbers)} numbers instead of 4", order)
    fault = _box_fault(numbers)
    if fault:
        a, b, c, d = numbers
        others = (
            (b, a, d, c),
            (a, c, b, d),
            (c, a, d, b),
            (c, d, a, b),
            (a, d, c, b),
            (c, b, a, d),
        )
        meant = next((o for o in others if not _box_fault(o)), None)
        advice = f"did you mean {','.join(f'{v:g}' for v in meant)}? " if meant else ""
        raise _refused(text, fault, advice + order)
    west, south, east, north = numbers
    return Area(kind="bbox", text=text, bbox=(west, south, east, north))


def _box_fault(numbers: list[float] | Box) -> str:
    """Say what is wrong with west, south, east, north; '' if nothing."""
    west, south, east, north = numbers
    if not np.isfinite(numbers).all():
        return "holds a number that is not finite"
    if max(abs(south), abs(north)) > LAT_LIMIT or max(abs(west), abs(east)) > LON_LIMIT:
        return "lies outside longitude ±180°, latitude ±90°"
    if west >= east or south >= north:
        return "has no extent (west must be less than east, south less than north)"
    width, height = _extent_km(west, south, east, north)
    limit = registry_range("streets", "extent_km")[1]
    if max(width, height) > limit:
        return f"is {width:,.0f} km wide and {height:,.0f} km high; the limit is {limit:,.0f} km"
    return ""


def _extent_km(west: float, south: float, east: float, north: float) -> tuple[float, float]:
    """Width at mid-latitude and height of a box."""
    middle, half = (south + north) / 2.0, (west + east) / 2.0
    parallel = _GEOD.line_length([west, half, east], [middle, middle, middle])
    return parallel / 1e3, _GEOD.line_length([west, west, west], [south, middle, north]) / 1e3


def registry_range(table: str, column: str) -> tuple[float, float]:
    """
    Read the range of a column from the registry.

    Parameters
    ----------
    table, column
        Row of ``data/columns.csv``.

    Returns
    -------
    minimum, maximum
        Infinite where the registry leaves them blank.

    Examples
    --------
    >>> registry_range("sites", "utilisation")
    (0.01, 1.0)
    """
    columns = load_table("columns")
    row = columns[(columns["table"] == table) & (columns["column"] == column)].iloc[0]
    return float(row["minimum"] or "-inf"), float(row["maximum"] or "inf")


def _file_area(text: str, path: Path) -> Area:
    """Extract or polygon file."""
    if path.name.lower().endswith(EXTRACT_SUFFIXES) and not path.is_dir():
        _check_extract(path)
        return Area(kind="extract", text=text, path=path)
    raw = read_raw(path, layer="area", known=())
    findings = Findings(file=raw.file, rows=raw.rows, row_word=raw.row_word)
    if raw.geometry is None:
        raise refusal(raw.file, "holds no polygons", "an area must be a map file with polygons")
    shapes = check_places(
        raw, raw.geometry, findings, kinds=("Polygon", "MultiPolygon"), spread=False
    )
    if not len(shapes):
        findings.refuse("has no rows", "export the layer again with the study area in it")
    if findings.problems:
        raise InputError(findings.problems)
    union: Any = shapely.union_all(shapes)
    west, south, east, north = (float(v) for v in shapely.bounds(union))
    fault = _box_fault((west, south, east, north))
    if fault:
        raise refusal(raw.file, fault, "cut the polygon to the study area")
    box, doubts = (west, south, east, north), tuple(findings.doubts)
    return Area(kind="polygon", text=text, path=path, bbox=box, polygon=union, doubts=doubts)


def _check_extract(path: Path) -> None:
    """Refuse an extract whose first bytes are not those of its ending."""
    try:
        with path.open("rb") as handle:
            head = handle.read(_EXTRACT_HEAD)
    except OSError as error:
        what = f"cannot be opened ({error.strerror})"
        raise refusal(str(path), what, "check the path and the permissions") from error
    name, start = path.name.lower(), head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise refusal(path.name, "is empty (0 bytes)", "download it again")
    if start.startswith((b"<!doctype html", b"<html")):
        raise refusal(path.name, "is a web page, not an extract", "download the file itself")
    good = (
        (name.endswith(".pbf") and _PBF_MARK in head)
        or (name.endswith(".gz") and head.startswith(b"\x1f\x8b"))
        or (name.endswith(".bz2") and head.startswith(b"BZh"))
        or (name.endswith(".osm") and start.startswith((b"<?xml", b"<osm")))
    )
    if not good:
        what = "does not start like an OpenStreetMap extract of this ending"
        raise refusal(path.name, what, "it is damaged or misnamed; download it again")


def check_places(
    raw: RawTable,
    shapes: Shapes,
    findings: Findings,
    *,
    kinds: tuple[str, ...],
    spread: bool = True,
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

    Returns
    -------
    shapes
        New geometries; of no use if `findings` now holds problems.
    """
    shapes = shapely.force_2d(shapes)
    usable = _check_presence(raw, shapes, findings) & _check_kinds(shapes, findings, kinds)
    located = _to_wgs84(raw, shapes, usable, findings)
    if located is None:
        return shapes
    located = _repair(located, usable, findings)
    usable &= ~shapely.is_empty(located)
    _check_zero(shapes, located, usable, findings)
    if spread and usable.any():
        _check_spread(located, usable, findings)
    return located


def _check_presence(raw: RawTable, shapes: Shapes, findings: Findings) -> Mask:
    """Refuse rows without a geometry that can be read; True for the others."""
    broken = np.zeros(len(shapes), dtype=bool) if raw.unreadable is None else raw.unreadable
    shapes = np.asarray(shapes, dtype=object)
    missing = shapely.is_missing(shapes) & ~broken
    empty = shapely.is_empty(shapes)
    flat = shapely.bounds(shapes)
    endless = ~np.isfinite(flat).all(axis=1) & ~missing & ~broken & ~empty
    advice = "draw the geometry again or delete the row"
    for mask, what, fix in (
        (missing, "no geometry", "give the place or delete the row"),
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


def _to_wgs84(raw: RawTable, shapes: Shapes, usable: Mask, findings: Findings) -> Shapes | None:
    """Geometries in longitude and latitude; None if the coordinate system cannot be right."""
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
    findings.refuse(what, advice, mask=off, shown=_points_text(bounds))
    return False


def _points_text(bounds: Floats, x: str = "lon", y: str = "lat") -> list[Phrase]:
    """Lower left corners as 'lon 12, lat 34'."""
    return [Phrase(f"{x} {row[0]:.8g}, {y} {row[1]:.8g}") for row in bounds]


def _check_projected(bounds: Floats, usable: Mask, findings: Findings, raw: RawTable) -> bool:
    """Refuse coordinates far from the area for which their system was made."""
    crs = raw.crs
    if crs is None:
        return False
    if _on_globe(bounds[usable]).all():
        what = f"coordinates look like degrees although {raw.crs_text} counts in metres"
        findings.refuse(
            what, "declare EPSG:4326", mask=usable, shown=_points_text(bounds, "x", "y")
        )
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
    findings.refuse(what, advice, mask=off, shown=_points_text(bounds, "x", "y"))
    return False


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
    return abs(float(_GEOD.geometry_area_perimeter(shape)[0]))


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
    places = _points_text(bounds)
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
    _, _, metres = _GEOD.inv(lon * ones, lat * ones, lons, lats)
    return np.asarray(metres) / 1e3


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
