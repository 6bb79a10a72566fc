"""
The study area: what was given as ``--area``.

`parse_area` tells extracts, polygon files, bounding boxes and place names apart and refuses the
rest with a guess at what was meant. Nothing is downloaded here (see `fetch`); whether the outlines
of a file can be true is for `places`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from ..errors import InputError, Problem
from .column_rules import registry_range
from .coordinates import LAT_LIMIT, LON_LIMIT
from .files import read_raw
from .findings import TEXT_SHOWN, Findings, examples
from .places import GEOD, check_places
from .raw import refusal

if TYPE_CHECKING:
    from .places import Box

EXTRACT_SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2", ".pbf")
_NUMBERS = re.compile(r"[-+\d.,;eE\s°]+", re.ASCII)
_PLACE_LENGTH = 200
# Names nearer than this are one name with a slip.
_SAME_FILE = 0.85
_FILE_ENDING = re.compile(
    r"\.(osm|pbf|gz|bz2|gpkg|geojson|json|shp|zip|parquet|fgb|csv|xlsx|kml|poly)$", re.I
)
_PBF_MARK = b"OSMHeader"
_EXTRACT_HEAD = 4096


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
        # Of a long path the end is what tells files apart; the advice names the folder.
        shown = path.name if len(text) > TEXT_SHOWN else text
        raise _refused(shown, "looks like a file that does not exist", _nearest_file(path))
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
    parallel = GEOD.line_length([west, half, east], [middle, middle, middle])
    return parallel / 1e3, GEOD.line_length([west, west, west], [south, middle, north]) / 1e3


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
