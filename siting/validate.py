"""
A user's table of sites, consumers or streets: read, checked, typed, or refused with all reasons.

`read_table` is the door. What a column may hold, the registry ``data/columns.csv`` says; rows of
it marked ``check`` hold the ranges of combined checks. The checks are plain array comparisons and
not pandera schemas: each message needs the text as it was typed and the unit that was probably
meant, which failure cases of a schema no longer carry, and the import (0.4 s) would cost more than
the checks. Opening files is in `files`, reading numbers in `values`, places in `area`.
"""

from __future__ import annotations

import datetime
import difflib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from heatreach.data import load_table

from .area import WGS84, check_places, registry_range
from .errors import InputError, Problem
from .files import RawTable, file_hash, read_raw, refusal
from .values import (
    SHOWN_UNIT,
    Findings,
    Phrase,
    advise_number,
    as_texts,
    examples,
    likely_unit,
    parse_numbers,
    printable,
    strange_characters,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

TableName = Literal["sites", "consumers", "streets"]
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

# The table in which the names allowed in a text column are found.
_KEYS = {
    "cooling": "cooling_systems",
    "use": "demand_benchmarks",
    "counterfactual": "counterfactuals",
}
_POINTS_AND_OUTLINES = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
_KINDS = {
    "sites": _POINTS_AND_OUTLINES,
    "consumers": _POINTS_AND_OUTLINES,
    "streets": ("LineString", "MultiLineString"),
}
_PLACE_COLUMNS = ("lat", "lon", "geometry", "wkt")
_PLACE_SPELLINGS = {
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
_SHAPEFILE_NAME = 10
_TRUE, _FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0", "")
_SCIENTIFIC_ID = re.compile(r"\d([.,]\d+)?[eE]\+?\d+", re.ASCII)
_NEAR = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """
    A table that can be used.

    `frame` is in EPSG:4326 with its known columns typed and all others passed through; blanks are
    missing values. `doubts` were accepted or repaired; `crs` is what the file was in; `sha256` is
    the hash of the file.
    """

    frame: gpd.GeoDataFrame
    doubts: tuple[Problem, ...]
    sha256: str
    crs: str


def read_table(path: Path | str, *, table: TableName) -> TableRead:
    """
    Read a file of sites, consumers or streets.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, GeoParquet, FlatGeobuf, shapefile, CSV or XLSX.
    table
        Which table of the registry it holds.

    Returns
    -------
    read
        The table with the doubts about it.

    Raises
    ------
    InputError
        If the file cannot be used; it carries all problems of the file.

    Notes
    -----
    The file is opened for reading only and nothing is written beside it.
    """
    path = Path(path)
    registry = _registry(table)
    spellings = (name for names in _PLACE_SPELLINGS.values() for name in names)
    known = (*registry.index, *_PLACE_COLUMNS, *spellings)
    raw = read_raw(path, layer=table, known=known)
    findings = Findings(file=raw.file, rows=raw.rows, row_word=raw.row_word)
    findings.doubts.extend(raw.notes)
    if not len(raw.frame):
        raise refusal(raw.file, "has columns but no rows", "export it again with its rows")
    frame = _rename(raw, registry.index, findings)
    typed = _typed_columns(frame, registry, findings, raw)
    _check_pairs(typed, findings)
    if raw.geometry is None:
        raw = _places_from_columns(raw, frame, findings)
    shapes = _places(raw, findings, table)
    if findings.problems or shapes is None:
        raise InputError(findings.problems)
    result = gpd.GeoDataFrame(typed, geometry=shapes, crs=4326)
    return TableRead(
        frame=result, doubts=tuple(findings.doubts), sha256=file_hash(path), crs=raw.crs_text
    )


@overload
def gather(first: Callable[[], A], /) -> tuple[A]: ...
@overload
def gather(first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def gather(
    first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /
) -> tuple[A, B, C]: ...
def gather(*reads: Callable[[], Any]) -> tuple[Any, ...]:
    """
    Read several inputs and report the problems of all of them at once.

    Parameters
    ----------
    *reads
        Functions without arguments that return an input or raise `InputError`.

    Returns
    -------
    inputs
        What the functions returned, in order.

    Raises
    ------
    InputError
        If any raised one; it carries the problems of all.

    Examples
    --------
    >>> gather(lambda: 1, lambda: "two")
    (1, 'two')
    """
    results: list[Any] = []
    problems: list[Problem] = []
    for read in reads:
        try:
            results.append(read())
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(results)


def _registry(table: str) -> pd.DataFrame:
    """Rows of the registry for one input table, by column name, without combined checks."""
    columns = load_table("columns")
    columns = columns[(columns["table"] == table) & (columns["required"] != "check")]
    indexed: pd.DataFrame = columns.set_index("column")
    return indexed


def _rename(raw: RawTable, known: Iterable[str], findings: Findings) -> pd.DataFrame:
    """Give columns their registry spelling: capitals, blanks and shapefile cuts are put right."""
    spelling = {name.casefold(): name for name in (*known, *_PLACE_COLUMNS)}
    if raw.short_names:
        spelling |= {n[:_SHAPEFILE_NAME]: n for n in tuple(spelling.values())}
    old = [str(c) for c in raw.frame.columns]
    new = [spelling.get(name.strip().casefold(), name.strip()) for name in old]
    cut = [f"{a} → {b}" for a, b in zip(old, new, strict=True) if len(b) > len(a.strip())]
    if cut:
        what = f"column names cut off by the shapefile format were completed: {', '.join(cut)}"
        findings.doubt(what, "nothing to do if that is right")
    if raw.geometry is not None:
        new = [f"{name}_column" if name == "geometry" else name for name in new]
    frame = raw.frame.copy()
    frame.columns = pd.Index(new)
    unnamed = [name for name in new if name.startswith("unnamed_")]
    if unnamed:
        what = f"columns without a name passed through as {', '.join(unnamed)}"
        findings.doubt(what, "name them or leave them out")
    return frame


def _typed_columns(
    frame: pd.DataFrame, registry: pd.DataFrame, findings: Findings, raw: RawTable
) -> pd.DataFrame:
    """Check every column against the registry; new frame of typed columns."""
    typed: dict[str, Any] = {}
    if "id" in registry.index and "id" in frame:
        typed["id"] = pd.Series(_ids(frame["id"], findings), dtype="str")
    _check_missing(frame, registry, findings)
    for name in (c for c in frame.columns if c != "id" or "id" not in typed):
        if name in registry.index:
            spec: Any = registry.loc[name]
            typed[name] = _typed(frame[name], spec, findings, decimal_comma=raw.decimal_comma)
        elif raw.geometry is not None or name not in _PLACE_COLUMNS:
            typed[name] = _passed_through(frame[name])
    _check_unknown_names(
        [c for c in frame.columns if c not in registry.index], frame, registry, findings
    )
    return pd.DataFrame(typed, index=pd.RangeIndex(len(frame)))


def _ids(cells: pd.Series[Any], findings: Findings) -> list[str]:
    """Read identifiers as texts; blank and repeated ones are refused, mangled ones doubted."""
    ids = as_texts(cells)
    blank = np.array([not text for text in ids], dtype=bool)
    if blank.any():
        findings.refuse("blank", "give each row an id", column="id", mask=blank)
    series = pd.Series(ids, dtype=object)
    repeated = series.duplicated(keep=False).to_numpy() & ~blank
    if repeated.any():
        findings.refuse(
            "ids used more than once", "make them unique", column="id", mask=repeated, shown=ids
        )
    findings.ids = ids
    mangled = np.array([_SCIENTIFIC_ID.fullmatch(t) is not None for t in ids], dtype=bool)
    mangled |= np.array([isinstance(c, datetime.date) for c in cells.tolist()], dtype=bool)
    if mangled.any():
        what = "looks like an id that a spreadsheet turned into a number or date"
        findings.doubt(what, "format the column as text", column="id", mask=mangled, shown=ids)
    _doubt_characters("id", ids, findings)
    return ids


def _doubt_characters(column: str, texts: Sequence[str], findings: Findings) -> None:
    """Doubt texts with invisible characters or traces of a wrong encoding."""
    control, garbled = strange_characters(texts)
    if control.any():
        what = "text with control or invisible characters, kept as it is"
        findings.doubt(what, "clean it at the source", column=column, mask=control, shown=texts)
    if garbled.any():
        what = "text that looks decoded with the wrong encoding"
        advice = "export the file again as UTF-8 (shapefile: with a .cpg part)"
        findings.doubt(what, advice, column=column, mask=garbled, shown=texts)


def _check_missing(frame: pd.DataFrame, registry: pd.DataFrame, findings: Findings) -> None:
    """Refuse a table without its required columns; offer the nearest name it has."""
    required = [c for c in registry.index[registry["required"] == "yes"] if c != "geometry"]
    for column in (c for c in required if c not in frame):
        near = _nearest(column, [c for c in frame.columns if c not in registry.index])
        have = ", ".join(printable(str(c))[:40] for c in list(frame.columns)[:12])
        if near:
            unit = SHOWN_UNIT.get(registry.loc[column, "unit"], registry.loc[column, "unit"])
            advice = f"rename {', '.join(map(printable, near))} to {column}" + (
                f" and give it in {unit}" if unit else ""
            )
        else:
            advice = f"add it ({registry.loc[column, 'description']}); the columns are: {have}"
        findings.refuse(f"required column {column} is missing", advice)


def _nearest(word: str, words: Sequence[str]) -> list[str]:
    """Names near a word, capitals and separators not counted."""
    plain = {re.sub(r"[\s\-.]+", "_", str(w)).casefold(): str(w) for w in words}
    hits = difflib.get_close_matches(word.casefold(), plain, n=2, cutoff=_NEAR)
    contained = [p for p in plain if word in p.split("_") or p in word.split("_")]
    return [plain[h] for h in dict.fromkeys([*hits, *contained])][:2]


def _check_unknown_names(
    unknown: Sequence[str], frame: pd.DataFrame, registry: pd.DataFrame, findings: Findings
) -> None:
    """Doubt a column that is passed through although it nearly bears the name of a known one."""
    optional = [c for c in registry.index[registry["required"] == "no"] if c not in frame]
    for name in unknown:
        near = difflib.get_close_matches(name.casefold(), optional, n=1, cutoff=_NEAR)
        if near:
            what = f"column {examples([name])} is not known and not used"
            findings.doubt(what, f"did you mean {near[0]}?")


def _typed(
    cells: pd.Series[Any], spec: pd.Series[Any], findings: Findings, *, decimal_comma: bool
) -> Any:
    """One known column, checked, in its type."""
    column = str(spec.name)
    if spec["kind"] in {"number", "share", "integer"} and spec["required"] != "result":
        return _numbers(cells, spec, findings, decimal_comma=decimal_comma)
    if spec["kind"] == "boolean":
        return _booleans(cells, column, findings)
    texts = as_texts(cells)
    if column in _KEYS:
        texts = _keys(texts, column, findings)
    _doubt_characters(column, texts, findings)
    return pd.Series([text or None for text in texts], dtype="str")


def _passed_through(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Unknown column as it is; mixed content becomes text so that every format can hold it."""
    if cells.dtype != object:
        return cells.reset_index(drop=True)
    filled = [c for c, blank in zip(cells.tolist(), cells.isna(), strict=True) if not blank]
    if filled and all(isinstance(c, int | float) and not isinstance(c, bool) for c in filled):
        return pd.Series(parse_numbers(cells, decimal_comma=False)[0])
    return pd.Series([text or None for text in as_texts(cells)], dtype="str")


def _booleans(cells: pd.Series[Any], column: str, findings: Findings) -> pd.Series[Any]:
    """Column of yes and no; blank means no."""
    texts = as_texts(cells)
    wrong = np.array([t.casefold() not in _TRUE + _FALSE for t in texts], dtype=bool)
    if wrong.any():
        findings.refuse(
            "neither yes nor no", "write true or false", column=column, mask=wrong, shown=texts
        )
    return pd.Series([t.casefold() in _TRUE for t in texts], dtype=bool)


def _keys(texts: Sequence[str], column: str, findings: Findings) -> list[str]:
    """Names that a reference table knows; capitals and blanks are put right, others refused."""
    allowed = set(load_table(_KEYS[column])["name"])
    plain = [re.sub(r"[\s\-]+", "_", text.casefold()) for text in texts]
    unknown = np.array([bool(p) and p not in allowed for p in plain], dtype=bool)
    for name in dict.fromkeys(p for p, bad in zip(plain, unknown, strict=True) if bad):
        mask = np.array([p == name for p in plain], dtype=bool)
        near = difflib.get_close_matches(name, sorted(allowed), n=2, cutoff=0.5)
        known = ", ".join(sorted(allowed))
        advice = f"did you mean {' or '.join(near)}?" if near else f"known are: {known}"
        findings.refuse(f"unknown {column}", advice, column=column, mask=mask, shown=texts)
    return plain


def _numbers(
    cells: pd.Series[Any], spec: pd.Series[Any], findings: Findings, *, decimal_comma: bool
) -> Floats:
    """Read a number column within the range of the registry."""
    column, unit = str(spec.name), str(spec["unit"])
    values, wrong = parse_numbers(cells, decimal_comma=decimal_comma)
    shown_unit = SHOWN_UNIT.get(unit, unit)
    if wrong.any():
        texts = as_texts(cells)
        what = f"no plain number{' of ' + shown_unit if shown_unit else ''}"
        advice = advise_number(texts[int(np.argmax(wrong))], unit) + _or_blank(spec)
        findings.refuse(what, advice, column=column, mask=wrong, shown=texts)
    endless = np.isinf(values)
    if endless.any():
        findings.refuse("not finite", "give a finite number", column=column, mask=endless)
    blank = np.isnan(values) & ~wrong
    if spec["required"] == "yes" and blank.any():
        advice = f"fill in: {spec['description']}" + (f" [{shown_unit}]" if shown_unit else "")
        findings.refuse("blank", advice, column=column, mask=blank)
    _check_range(values, spec, findings)
    return values


def _or_blank(spec: pd.Series[Any]) -> str:
    """Say that an optional cell may stay blank."""
    return "" if spec["required"] == "yes" else ", or leave it blank to have it estimated"


def _check_range(values: Floats, spec: pd.Series[Any], findings: Findings) -> None:
    """Refuse numbers outside the registry's range; name the unit that was probably meant."""
    column, unit = str(spec.name), str(spec["unit"])
    low, high = float(spec["minimum"] or "-inf"), float(spec["maximum"] or "inf")
    shown_unit = f" {SHOWN_UNIT.get(unit, unit)}".rstrip()
    allowed = f"{column} must lie between {low:,.12g} and {high:,.12g}{shown_unit}"
    finite = np.isfinite(values)
    for mask, what in (
        (finite & (values < 0.0) & (low >= 0.0), "negative"),
        (finite & (values < low) & ((values >= 0.0) | (low < 0.0)), "too small"),
        (finite & (values > high), "too large"),
    ):
        if mask.any():
            first = float(values[int(np.argmax(mask))])
            percent_only_for_shares = unit != "dimensionless" or spec["kind"] == "share"
            meant = percent_only_for_shares and likely_unit(first, unit, minimum=low, maximum=high)
            advice = f"{allowed}; {meant or 'correct it' + _or_blank(spec)}"
            findings.refuse(what, advice, column=column, mask=mask, shown=values.tolist())


def _column(typed: pd.DataFrame, name: str) -> Floats | None:
    """Numbers of a column if the table has it as numbers."""
    if name not in typed or not pd.api.types.is_numeric_dtype(typed[name]):
        return None
    return typed[name].to_numpy(dtype=np.float64)


def _check_pairs(typed: pd.DataFrame, findings: Findings) -> None:
    """Check what needs two columns, and the usual range of the IT load."""
    for warm, cold in (("source_degc", "source_return_degc"), ("supply_degc", "return_degc")):
        supply, back = _column(typed, warm), _column(typed, cold)
        if supply is not None and back is not None and (back >= supply).any():
            shown = [Phrase(f"{s:g} and {b:g} °C") for s, b in zip(supply, back, strict=True)]
            what = f"{warm} is not warmer than {cold}"
            findings.refuse(what, "exchange or correct the two", mask=back >= supply, shown=shown)
    heat = _column(typed, "annual_heat_mwh")
    if heat is not None:
        _check_heat(heat, typed, findings)
    load = _column(typed, "it_load_kw")
    if load is not None:
        low, high = registry_range("sites", "usual_it_load_kw")
        unusual = ((load < low) | (load > high)) & (load > 0.0)
        if unusual.any():
            what = f"unusual for a data centre (usual are {low:,.0f} to {high:,.0f} kW)"
            advice = "is the unit right? the column is in kW; 3.5 MW is 3500"
            shown = load.tolist()
            findings.doubt(what, advice, column="it_load_kw", mask=unusual, shown=shown)


def _check_heat(heat: Floats, typed: pd.DataFrame, findings: Findings) -> None:
    """Compare yearly heat with peak and floor area: the way to find kWh in a column of MWh."""
    peak, area = _column(typed, "peak_kw"), _column(typed, "floor_area_m2")
    unit_advice = "is annual_heat_mwh in kWh, or the other column in another unit?"
    if peak is not None:
        low, high = registry_range("consumers", "full_load_hours")
        hours = np.divide(heat * 1e3, peak, where=peak > 0.0, out=np.full(len(heat), np.nan))
        if (hours > high).any():
            what = "annual_heat_mwh over peak_kw gives more hours than a year has"
            shown = hours.round().tolist()
            findings.refuse(what, unit_advice, mask=hours > high, shown=shown)
        if (hours < low).any():
            what = f"annual_heat_mwh over peak_kw gives fewer than {low:g} full-load hours"
            advice = "is peak_kw in W, or annual_heat_mwh in GWh?"
            findings.doubt(what, advice, mask=hours < low, shown=hours.round(1).tolist())
    if area is not None:
        low, high = registry_range("consumers", "heat_intensity_kwh_m2")
        intensity = np.divide(heat * 1e3, area, where=area > 0.0, out=np.full(len(heat), np.nan))
        odd = (intensity < low) | (intensity > high)
        if odd.any():
            what = f"yearly heat per floor area outside {low:g} to {high:,g} kWh/m²"
            findings.doubt(what, unit_advice, mask=odd, shown=intensity.round(1).tolist())


def _places(raw: RawTable, findings: Findings, table: TableName) -> npt.NDArray[np.object_] | None:
    """Geometries in WGS 84; None if the table has no places."""
    if raw.geometry is None:
        return None
    return check_places(raw, raw.geometry, findings, kinds=_KINDS[table])


def _places_from_columns(raw: RawTable, frame: pd.DataFrame, findings: Findings) -> RawTable:
    """Geometry of a text table from lat and lon, or from well-known text; assumed in WGS 84."""
    wkt = next((c for c in ("geometry", "wkt") if c in frame), None)
    if "lat" in frame and "lon" in frame:
        shapes, unreadable = _points(frame, findings, decimal_comma=raw.decimal_comma)
    elif wkt:
        shapes, unreadable = _from_wkt(as_texts(frame[wkt]))
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
        near = [have[s] for s in _PLACE_SPELLINGS[column] if s in have]
        near = near or _nearest(column, list(frame.columns))
        advice.append(f"rename {near[0]} to {column}" if near else f"add {column}")
    words = " and ".join(advice)
    what = "has no columns lat and lon (decimal degrees, WGS 84) and no column geometry with WKT"
    if {"easting", "northing"} & have.keys() or {"x", "y"} <= have.keys():
        words += "; coordinates in metres need a map format with its coordinate system"
    findings.refuse(what, words)
