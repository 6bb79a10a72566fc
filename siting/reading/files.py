"""
Files as people have them, read into one shape without believing anything in them.

`read_raw` opens GeoPackage, GeoJSON, GeoParquet, FlatGeobuf, shapefiles (zipped or not), CSV and
XLSX. What a file is, its first bytes decide, not its name alone. Pickles are never loaded,
archives never unpacked beyond the members of one shapefile in a private folder, inputs opened
for reading only. The readers of each format are in `text_tables`, `map_files` and `archives`;
whether the content makes sense is for `validate` and `places`.
"""

from __future__ import annotations

import hashlib
import sqlite3
import stat
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING

from ..errors import InputError
from .archives import read_shapefile, read_zip, shapefile_parts
from .findings import printable
from .map_files import read_gdal, read_geojson, read_gpkg, read_parquet
from .raw import ACCEPTED, MAX_BYTES, RawTable, refusal
from .text_tables import read_csv, read_xlsx

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_SUFFIXES = {
    ".gpkg": "GeoPackage",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".fgb": "FlatGeobuf",
    ".shp": "shapefile",
    ".zip": "zip archive",
    ".xlsx": "Excel workbook",
    ".csv": "CSV",
    ".tsv": "CSV",
}
_MARKS = {
    b"SQLite format 3\x00": "GeoPackage",
    b"PAR1": "GeoParquet",
    b"fgb": "FlatGeobuf",
    b"\x00\x00\x27\x0a": "shapefile",
    b"PK\x03\x04": "zip archive",
    b"PK\x05\x06": "empty zip archive",
    b"\x1f\x8b": "gzip-compressed file; unpack it first",
    b"\xd0\xcf\x11\xe0": "old or password-protected Office file; save it as .xlsx without password",
    b"%PDF": "PDF",
    b"\x89PNG": "picture",
    **{bytes([0x80, n]): "Python pickle, which is never loaded" for n in range(2, 6)},
}
_ZIPPED = ("zip archive", "Excel workbook")
_TEXTUAL = ("CSV", "GeoJSON")
_HEAD_BYTES = 512
# What the readers of third parties raise on damaged files.
DAMAGE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    SyntaxError,
    AssertionError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
    sqlite3.Error,
)


def read_raw(path: Path, *, layer: str, known: Collection[str]) -> RawTable:
    """
    Read any accepted file as it is.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer or sheet to prefer where a file holds several.
    known
        Column names by which the header of a text table is recognised.

    Returns
    -------
    table
        Content, row numbers as the user counts them, and the declared coordinate system.

    Raises
    ------
    InputError
        If the file is missing, damaged, unsafe, of no accepted format or ambiguous.
    """
    kind = _kind(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _open(kind, path, layer, {name.casefold() for name in known})
    except InputError:
        raise
    except DAMAGE as error:
        what = (
            f"is damaged or incomplete and cannot be read as {kind} ({printable(str(error))[:200]})"
        )
        raise refusal(path.name, what, "export or download it again") from error


def file_hash(path: Path) -> str:
    """
    Return the SHA-256 of a file; for a shapefile, of all its parts in order of their names.

    Parameters
    ----------
    path
        An existing file.

    Returns
    -------
    digest
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    parts = shapefile_parts(path).values() if path.suffix.lower() == ".shp" else [path]
    for part in sorted(parts):
        with part.open("rb") as handle:
            for block in iter(lambda: handle.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()


def _open(kind: str, path: Path, layer: str, known: set[str]) -> RawTable:
    """Read a file whose kind is known."""
    match kind:
        case "CSV":
            return read_csv(path, known)
        case "Excel workbook":
            return read_xlsx(path, layer, known)
        case "GeoJSON":
            return read_geojson(path)
        case "GeoParquet":
            return read_parquet(path)
        case "GeoPackage":
            return read_gpkg(path, layer)
        case "FlatGeobuf":
            return read_gdal(path, None, "FlatGeobuf")
        case "shapefile":
            return read_shapefile(path.name, path, shapefile_parts(path))
        case _:
            return read_zip(path, layer)


def _kind(path: Path) -> str:
    """Decide what a file is by name and first bytes, or refuse it."""
    try:
        mode, size = path.stat().st_mode, path.stat().st_size
        if stat.S_ISDIR(mode):
            advice = f"give one file: {ACCEPTED}"
            raise refusal(path.name, "is a folder (file geodatabases are not read)", advice)
        if not stat.S_ISREG(mode):
            raise refusal(path.name, "is no regular file", "give the path of a file on disk")
        with path.open("rb") as handle:
            head = handle.read(_HEAD_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        what = f"cannot be opened ({printable(reason)})"
        raise refusal(str(path), what, "check the path and the permissions") from error
    suffix = path.suffix.lower()
    kind = _SUFFIXES.get(suffix)
    if kind is None:
        what = f"is of no accepted format ('{printable(suffix)}')"
        raise refusal(path.name, what, f"accepted are {ACCEPTED}")
    if size == 0:
        raise refusal(path.name, "is empty (0 bytes)", "export or download it again")
    if size > MAX_BYTES and kind in _TEXTUAL:
        what = f"is too large ({size:,} bytes; the limit for text is {MAX_BYTES:,})"
        raise refusal(path.name, what, "save it as GeoPackage or GeoParquet")
    _check_head(path.name, head, kind)
    return kind


def _check_head(name: str, head: bytes, kind: str) -> None:
    """Refuse a file whose first bytes are not those of its kind."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        what = f"is a web page, not {kind} data"
        raise refusal(name, what, "the download went wrong (a login page?); get the file itself")
    found = next((what for mark, what in _MARKS.items() if head.startswith(mark)), "")
    if kind in _TEXTUAL and head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal(name, "is encoded as UTF-16", "save it with encoding UTF-8 ('CSV UTF-8')")
    expected = "zip archive" if kind in _ZIPPED else kind
    if kind == "GeoJSON" and not found and not text.startswith(b"{"):
        found = "text that is not a JSON object" if text else "blank file"
    if found == expected or (kind in _TEXTUAL and not found):
        return
    looks = f"looks like: {found}" if found else "its first bytes are overwritten or foreign"
    advice = "give the original file, with the ending that fits its format"
    raise refusal(name, f"is not {kind} ({looks})", advice)
