"""
Files as people have them, read into one shape without believing anything in them.

`read_raw` opens GeoPackage, GeoJSON, GeoParquet, FlatGeobuf, shapefiles (zipped or not), CSV and
XLSX. What a file is, its first bytes decide, not its name alone. Pickles are never loaded,
archives never unpacked beyond the members of one shapefile in a private folder, inputs opened
for reading only. Whether the content makes sense is for `validate` and `area`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
import stat
import tempfile
import warnings
import zipfile
import zlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from .errors import InputError, Problem
from .values import as_texts, examples, printable, uses_decimal_comma

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import numpy.typing as npt

ACCEPTED = (
    "GeoPackage (.gpkg), GeoJSON (.geojson, .json), GeoParquet (.parquet), FlatGeobuf (.fgb), "
    "shapefile (.zip or .shp), CSV (.csv) or Excel (.xlsx) with the columns lat and lon"
)
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
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ZIPPED = ("zip archive", "Excel workbook")
_TEXTUAL = ("CSV", "GeoJSON")

# Guards against files made to exhaust the machine; far above any real input.
MAX_BYTES = 2**31
MAX_UNPACKED_BYTES = 2**30
MAX_MEMBERS = 10_000
MAX_RATIO = 200
RATIO_MATTERS_BYTES = 2**26
MAX_ROWS = 10_000_000
_HEADER_SEARCH_ROWS = 20
_HEAD_BYTES = 512

# What the readers of third parties raise on damaged files.
_DAMAGE = (
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """
    A file as it was read, before anything in it is believed.

    `geometry` holds None where there is none or (`unreadable`) where it is broken; it is None as a
    whole for tables whose places stand in columns. `crs` is None where none is declared, or where
    `crs_text` names one that nobody knows.
    """

    file: str
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    row_word: str = "row"
    geometry: npt.NDArray[np.object_] | None = None
    unreadable: npt.NDArray[np.bool_] | None = None
    crs: CRS | None = None
    crs_text: str = ""
    decimal_comma: bool = False
    short_names: bool = False
    notes: tuple[Problem, ...] = ()


def refusal(file: str, what: str, advice: str, where: str = "") -> InputError:
    """
    Make the error for one problem of one file.

    Parameters
    ----------
    file
        Name of the file, or of the option it was given for.
    what, advice, where
        Parts of the `Problem`.

    Returns
    -------
    error
        To be raised by the caller.

    Examples
    --------
    >>> print(refusal("a.csv", "is empty", "export it again"))
    1 problem in the inputs:
      - a.csv: is empty; export it again
    """
    problem = Problem(file=printable(file), where=where, what=what, advice=advice)
    return InputError([problem])


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
    parts = _shapefile_parts(path).values() if path.suffix.lower() == ".shp" else [path]
    for part in sorted(parts):
        with part.open("rb") as handle:
            for block in iter(lambda: handle.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()


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
    except _DAMAGE as error:
        what = (
            f"is damaged or incomplete and cannot be read as {kind} ({printable(str(error))[:200]})"
        )
        raise refusal(path.name, what, "export or download it again") from error


def _open(kind: str, path: Path, layer: str, known: set[str]) -> RawTable:
    """Read a file whose kind is known."""
    match kind:
        case "CSV":
            return _read_csv(path, known)
        case "Excel workbook":
            return _read_xlsx(path, layer, known)
        case "GeoJSON":
            return _read_geojson(path)
        case "GeoParquet":
            return _read_parquet(path)
        case "GeoPackage":
            return _read_gpkg(path, layer)
        case "FlatGeobuf":
            return _read_gdal(path, None, "FlatGeobuf")
        case "shapefile":
            return _read_parts(path.name, path, _shapefile_parts(path))
        case _:
            return _read_zip(path, layer)


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


def _decode(path: Path) -> str:
    """Text of a file in UTF-8, or a refusal that names the place and the likely encoding."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before, after = data[: error.start].rpartition(b"\n")[2], data[error.start :]
        around = before[-10:] + after.partition(b"\n")[0][:10]
        what = (
            f"is not UTF-8: byte {data[error.start]:#04x} at position {error.start}, line {line}; "
            f"read as Windows-1252 the place says {examples([around.decode('cp1252', 'replace')])}"
        )
        advice = "save it with encoding UTF-8 (in Excel: 'CSV UTF-8')"
        raise refusal(path.name, what, advice) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        what = f"holds NUL bytes (first on line {line})"
        raise refusal(path.name, what, "it is damaged or UTF-16; export it again as UTF-8")
    return text


def _read_csv(path: Path, known: set[str]) -> RawTable:
    """CSV with comma, semicolon or tab; the separator that shows most known columns wins."""
    text = _decode(path)
    tries = {mark: _csv_rows(path.name, text, mark, _HEADER_SEARCH_ROWS) for mark in ",;\t"}
    mark = max(tries, key=lambda m: _header(tries[m][0], known)[1:])
    cells, lines = _csv_rows(path.name, text, mark, None)
    return _table(path.name, cells, lines, known, comma_is_mark=mark == ",")


def _csv_rows(
    name: str, text: str, mark: str, limit: int | None
) -> tuple[list[list[Any]], list[int]]:
    """Rows that are not blank, and the line each ends on."""
    before = csv.field_size_limit(MAX_BYTES - 1)
    cells: list[list[Any]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=limit is None)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                cells.append(row)
                lines.append(reader.line_num)
            if limit is not None and len(cells) >= limit:
                break
    except csv.Error as error:
        what = f"has a misplaced or unclosed quotation mark ({error})"
        advice = 'double every " inside a quoted cell; the file may also be cut off'
        raise refusal(name, what, advice, where=f"line {reader.line_num}") from error
    finally:
        csv.field_size_limit(before)
    return cells, lines


def _header(cells: Sequence[Sequence[Any]], known: set[str]) -> tuple[int, int, int]:
    """Position of the header, how many known names it has, and its width."""
    counts = [
        sum(isinstance(c, str) and c.strip().casefold() in known for c in row)
        for row in cells[:_HEADER_SEARCH_ROWS]
    ]
    if not counts:
        return 0, 0, 0
    best = max(counts)
    position = counts.index(best) if best > 1 else 0
    return position, best, len(cells[position])


def _table(
    name: str,
    cells: list[list[Any]],
    lines: list[int],
    known: set[str],
    *,
    comma_is_mark: bool = True,
) -> RawTable:
    """Header and rows of a text table; ragged rows are refused, rows above the header noted."""
    if not cells:
        raise refusal(name, "has no rows", "export it again")
    top, _, _ = _header(cells, known)
    notes = []
    if top:
        what = f"{top} row{'s' * (top > 1)} above the header skipped: {examples(cells[0][:1])}"
        notes.append(Problem(file=printable(name), where="", what=what, advice="nothing to do"))
    header = ["" if c is None else str(c).strip() for c in cells[top]]
    body, rows = cells[top + 1 :], np.array(lines[top + 1 :], dtype=np.int64)
    while header and not header[-1] and not any(_filled(row, len(header) - 1) for row in body):
        header.pop()
    _refuse_ragged(name, body, rows, len(header))
    width = len(header)
    header = [text or f"unnamed_{i + 1}" for i, text in enumerate(header)]
    _refuse_repeated(name, header)
    columns = list(zip_longest(*(row[:width] for row in body))) or [()] * width
    columns += [(None,) * len(body)] * (width - len(columns))
    frame = pd.DataFrame(
        {h: pd.Series(list(c), dtype=object) for h, c in zip(header, columns, strict=True)}
    )
    frame = frame.where(frame.map(lambda c: not isinstance(c, str) or bool(c.strip())), None)
    numeric = [as_texts(frame[h]) for h in header if h.casefold() in known]
    comma = not comma_is_mark and uses_decimal_comma(numeric)
    return RawTable(file=name, frame=frame, rows=rows, decimal_comma=comma, notes=tuple(notes))


def _filled(row: Sequence[Any], position: int) -> bool:
    """Whether a row has anything at a position."""
    return len(row) > position and row[position] not in (None, "")


def _refuse_ragged(
    name: str, body: Sequence[Sequence[Any]], rows: npt.NDArray[np.int64], width: int
) -> None:
    """Refuse rows with too few cells (a file cut off) or too many (an unquoted separator)."""
    wrong = [
        i
        for i, row in enumerate(body)
        if len(row) < width or any(_filled(row, k) for k in range(width, len(row)))
    ]
    if wrong:
        some = ", ".join(f"row {rows[i]} has {len(body[i])}" for i in wrong[:3])
        what = f"{len(wrong)} row(s) do not fit the {width} columns of the header: {some}"
        advice = (
            "put texts that hold the separator in quotes; a short last row means a cut-off file"
        )
        raise refusal(name, what, advice)


def _refuse_repeated(name: str, header: Iterable[str]) -> None:
    """Refuse column names that occur twice; formats that ignore capitals could not hold them."""
    counts = Counter(h.casefold() for h in header)
    twice = [h for h in header if counts[h.casefold()] > 1]
    if twice:
        what = f"has columns of the same name: {', '.join(printable(h) for h in twice[:6])}"
        raise refusal(name, what, "rename or delete one (capitals do not count)")


def _read_xlsx(path: Path, layer: str, known: set[str]) -> RawTable:
    """Read the sheet named like the table, or the only sheet with content; formulas by value."""
    with zipfile.ZipFile(path) as archive:
        _check_archive(path.name, archive)
        if "[Content_Types].xml" not in archive.namelist():
            advice = "give the original workbook; a zipped shapefile must end in .zip"
            raise refusal(path.name, "is a zip archive but no Excel workbook", advice)
    sheets = _sheets(path, data_only=True)
    filled = [title for title, rows in sheets.items() if rows[0]]
    formulas = _sheets(path, data_only=False)
    chosen = _choose(path.name, "sheet", filled or [t for t, r in formulas.items() if r[0]], layer)
    _refuse_uncomputed(path.name, sheets[chosen], formulas[chosen])
    cells, lines = sheets[chosen]
    return _table(path.name, cells, lines, known)


def _sheets(path: Path, *, data_only: bool) -> dict[str, tuple[list[list[Any]], list[int]]]:
    """Rows of every sheet, with the results of formulas or the formulas themselves."""
    import openpyxl

    with path.open("rb") as handle:
        book = openpyxl.load_workbook(handle, read_only=True, data_only=data_only)
        with closing(book):
            return {sheet.title: _sheet_rows(sheet) for sheet in book.worksheets}


def _refuse_uncomputed(
    name: str, results: tuple[list[list[Any]], list[int]], given: tuple[list[list[Any]], list[int]]
) -> None:
    """Refuse a sheet whose formulas have no stored results: every one would read as blank."""
    by_line = dict(zip(results[1], results[0], strict=True))
    formulas = [
        (line, column)
        for cells, line in zip(*given, strict=True)
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and cell.startswith("=")
    ]
    if formulas and not any(_filled(by_line.get(line, []), column) for line, column in formulas):
        what = f"holds {len(formulas)} formula(s) without results (first in row {formulas[0][0]})"
        raise refusal(name, what, "open and save it in a spreadsheet program, or paste the values")


def _sheet_rows(sheet: Any) -> tuple[list[list[Any]], list[int]]:
    """Rows of a sheet that hold anything, with their numbers."""
    sheet.reset_dimensions()
    cells: list[list[Any]] = []
    lines: list[int] = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and str(cell).strip() for cell in row):
            cells.append(list(row))
            lines.append(number)
    width = max((len(row) for row in cells), default=0)
    return [row + [None] * (width - len(row)) for row in cells], lines


def _choose(name: str, word: str, titles: Sequence[str], wanted: str) -> str:
    """Choose the layer or sheet that is meant, or refuse."""
    if not titles:
        raise refusal(name, f"has no {word} with content", "export it again")
    named = [title for title in titles if title.casefold() == wanted.casefold()]
    if len(titles) == 1 or len(named) == 1:
        return (named or list(titles))[0]
    what = f"has {len(titles)} {word}s: {', '.join(printable(t) for t in titles[:8])}"
    advice = f"name the one that is meant '{wanted}', or save it as a file of its own"
    raise refusal(name, what, advice)


def _read_geojson(path: Path) -> RawTable:
    """GeoJSON by the JSON parser itself: nothing but features can hide in it."""
    text = _decode(path)
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        what = f"is damaged or incomplete JSON ({error.msg})"
        where = f"line {error.lineno}, column {error.colno}"
        raise refusal(path.name, what, "export or download it again", where=where) from error
    if content.get("type") == "Feature":
        content = {"type": "FeatureCollection", "features": [content]}
    features = content.get("features")
    if content.get("type") != "FeatureCollection" or not isinstance(features, list):
        what = f"is JSON but no GeoJSON FeatureCollection (type {examples([content.get('type')])})"
        raise refusal(path.name, what, "export it as GeoJSON")
    features = [f if isinstance(f, dict) else {} for f in features]
    properties = [
        f.get("properties") if isinstance(f.get("properties"), dict) else {} for f in features
    ]
    frame = pd.DataFrame(properties, index=pd.RangeIndex(len(features)), dtype=object)
    if "id" not in frame and any("id" in f for f in features):
        frame["id"] = pd.Series([f.get("id") for f in features], dtype=object)
    _refuse_repeated(path.name, [str(c) for c in frame.columns])
    shapes = [f.get("geometry") for f in features]
    geometry = shapely.from_geojson([json.dumps(s) for s in shapes], on_invalid="ignore")
    unreadable = shapely.is_missing(geometry) & np.array(
        [s is not None for s in shapes], dtype=bool
    )
    crs, crs_text = _declared_crs(content.get("crs"))
    return RawTable(
        file=path.name,
        frame=frame,
        rows=np.arange(1, len(frame) + 1),
        row_word="feature",
        geometry=geometry,
        unreadable=unreadable,
        crs=crs,
        crs_text=crs_text,
    )


def _refuse_constant(word: str) -> float:
    """Refuse the words NaN and Infinity, which are not JSON."""
    raise ValueError(f"{word} is not allowed in JSON; leave the value out or write null")


def _declared_crs(member: Any) -> tuple[CRS | None, str]:
    """Coordinate system of the old 'crs' member; WGS 84 without one."""
    if member is None:
        return CRS.from_epsg(4326), "EPSG:4326"
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else member
    return _crs(name)


def _crs(given: Any) -> tuple[CRS | None, str]:
    """Coordinate system from what a file declares; None if nobody knows it."""
    if given is None:
        return None, ""
    text = given if isinstance(given, str) else json.dumps(given)
    try:
        crs = CRS.from_user_input(given)
    except CRSError:
        return None, printable(text)[:80]
    authority = crs.to_authority(min_confidence=100)
    if not (crs.is_geographic or crs.is_projected) or "undefined" in crs.name.casefold():
        return None, ""
    return crs, ":".join(authority) if authority else crs.name


def _read_parquet(path: Path) -> RawTable:
    """GeoParquet with geometry in WKB; its own metadata names column and coordinate system."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=False) as handle:
        metadata = handle.schema_arrow.metadata or {}
        if b"geo" not in metadata:
            advice = "write it with geopandas or GDAL as GeoParquet"
            raise refusal(path.name, "is Parquet without geometry metadata", advice)
        geo = json.loads(metadata[b"geo"])
        primary = geo["columns"][geo["primary_column"]]
        if primary.get("encoding") != "WKB":
            what = f"stores its geometry as {examples([primary.get('encoding')])}"
            raise refusal(path.name, what, "write it with WKB geometry")
        _check_rows(path.name, handle.metadata.num_rows)
        table = handle.read().replace_schema_metadata(None)
    wkb = table.column(geo["primary_column"]).to_numpy(zero_copy_only=False)
    others = [c for c in table.column_names if c not in geo["columns"]]
    crs, text = _crs(primary["crs"]) if "crs" in primary else _crs("OGC:CRS84")
    _refuse_repeated(path.name, others)
    return _from_wkb(path.name, table.select(others).to_pandas(), wkb, crs, text)


def _check_rows(name: str, count: int) -> None:
    """Refuse a table with more rows than a machine can hold."""
    if count > MAX_ROWS:
        what = f"has {count:,} rows; the limit is {MAX_ROWS:,}"
        raise refusal(name, what, "cut it to the study area")


def _from_wkb(
    name: str, frame: pd.DataFrame, wkb: npt.NDArray[np.object_], crs: CRS | None, crs_text: str
) -> RawTable:
    """Make a table of attributes and geometry bytes; broken geometries become None."""
    try:
        geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        geometry = np.array([_one_wkb(w) for w in wkb], dtype=object)
    return RawTable(
        file=name,
        frame=frame.reset_index(drop=True),
        rows=np.arange(1, len(frame) + 1),
        row_word="feature",
        geometry=geometry,
        unreadable=shapely.is_missing(geometry) & ~pd.isna(wkb),
        crs=crs,
        crs_text=crs_text,
    )


def _one_wkb(wkb: bytes | None) -> shapely.Geometry | None:
    """One geometry; None for the curved types that GEOS does not know."""
    try:
        shape = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        return None
    return shape


def _read_gpkg(path: Path, layer: str) -> RawTable:
    """GeoPackage: checked page by page, opened as immutable so that nothing appears beside it."""
    for suffix in ("-wal", "-journal"):
        log = path.with_name(path.name + suffix)
        if log.exists() and log.stat().st_size:
            what = f"has unsaved changes beside it ({printable(log.name)})"
            raise refusal(path.name, what, "close the program that has it open, or save a copy")
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        fault = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            what = f"is damaged ({printable(str(fault))[:120]})"
            raise refusal(path.name, what, "restore it from a copy, or export it again")
        layers = [n for (n,) in database.execute("SELECT table_name FROM gpkg_geometry_columns")]
        kinds = dict(database.execute("SELECT name, type FROM sqlite_master"))
    chosen = _choose(path.name, "map layer", layers, layer)
    if kinds.get(chosen) != "table":
        what = f"layer '{printable(chosen)}' is no table but a view, which could run anything"
        raise refusal(path.name, what, "export the layer as a table")
    return _read_gdal(path, chosen, "GPKG", IMMUTABLE="YES")


def _read_gdal(path: Path, layer: str | None, driver: str, **options: str) -> RawTable:
    """Layer of a file whose format has been made sure of, read by GDAL."""
    import pyogrio

    info = pyogrio.read_info(path, layer=layer, **options)
    if info["driver"] != driver:
        raise refusal(path.name, f"is a {info['driver']} file", f"accepted are {ACCEPTED}")
    _check_rows(path.name, int(info["features"]))
    meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer, **options)
    _refuse_repeated(path.name, meta["fields"])
    frame = pd.DataFrame(
        {str(f): pd.Series(c) for f, c in zip(meta["fields"], columns, strict=True)},
        index=pd.RangeIndex(len(wkb)),
    )
    crs, text = _crs(info["crs"])
    return _from_wkb(path.name, frame, wkb, crs, text)


def _shapefile_parts(path: Path) -> dict[str, Path]:
    """Files that together are one shapefile, by suffix."""
    siblings = {p.suffix.lower(): p for p in path.parent.glob("*") if p.stem == path.stem}
    return {s: siblings[s] for s in _PARTS if s in siblings}


def _read_parts(name: str, path: Path, parts: Collection[str]) -> RawTable:
    """Read a shapefile once its parts are known; without attributes or index it is refused."""
    missing = [part for part in (".shx", ".dbf") if part not in parts]
    if missing:
        what = f"is a shapefile without its {' and '.join(missing)} part"
        raise refusal(name, what, "keep all parts (.shp .shx .dbf .prj .cpg) together")
    table = _read_gdal(path, None, "ESRI Shapefile")
    return replace(table, file=name, short_names=True)


def _read_zip(path: Path, layer: str) -> RawTable:
    """Zipped shapefile: its parts are copied under names of our own into a private folder."""
    with zipfile.ZipFile(path) as archive:
        members = _check_archive(path.name, archive)
        wanted = [m for m in members if m.lower().endswith(".shp") and not m.startswith("__MACOSX")]
        if not wanted:
            what = f"holds no shapefile (it holds {examples(members) or 'nothing'})"
            raise refusal(path.name, what, "unpack it and give the file inside")
        shp = _choose(path.name, "shapefile", wanted, f"{layer}.shp")
        stem = shp[:-4].casefold()
        parts = {m[-4:].lower(): m for m in members if m[:-4].casefold() == stem}
        with tempfile.TemporaryDirectory(prefix="heatreach-") as folder:
            for suffix in parts.keys() & set(_PARTS):
                content = archive.read(parts[suffix])
                Path(folder, f"layer{suffix}").write_bytes(content)
            return _read_parts(path.name, Path(folder, "layer.shp"), parts)


def _check_archive(name: str, archive: zipfile.ZipFile) -> list[str]:
    """Names in an archive that is safe to read; anything that smells is refused as a whole."""
    members = [m for m in archive.infolist() if not m.is_dir()]
    unpacked = sum(m.file_size for m in members)
    packed = max(sum(m.compress_size for m in members), 1)
    bomb = unpacked > RATIO_MATTERS_BYTES and unpacked > MAX_RATIO * packed
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES or bomb:
        what = f"would unpack to {unpacked:,} bytes in {len(members):,} files"
        raise refusal(name, what, "give an archive with only the data")
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        outside = ".." in parts or parts[0] == "" or parts[0].endswith(":")
        if outside or stat.S_ISLNK(member.external_attr >> 16):
            what = f"is unsafe: member {examples([member.filename])} points outside the archive"
            raise refusal(name, what, "do not use it; ask where it came from")
        if member.flag_bits & 1:
            raise refusal(name, "is protected by a password", "save it without password")
    return [m.filename for m in members]
