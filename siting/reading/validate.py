"""
A user's table of sites, consumers or streets: read, checked, typed, or refused with all reasons.

`read_table` is the door. The names of columns are matched here with those of the registry
``data/columns.csv``; their content is judged in `columns`, the places in `text_places` and
`places`. Opening files is in `files`.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import geopandas as gpd
import pandas as pd

from ..errors import InputError, Problem
from .column_rules import NEAR, input_columns, nearest_names
from .columns import check_pairs, checked_ids, passed_through, typed_column
from .demand_rows import check_controls, check_demand, placeless_allowed, row_names
from .files import file_hash, read_raw
from .findings import Findings, examples, printable
from .places import check_places
from .raw import refusal
from .text_places import PLACE_COLUMNS, PLACE_SPELLINGS, places_from_columns
from .values import SHOWN_UNIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    import numpy.typing as npt

    from .raw import RawTable

TableName = Literal["sites", "consumers", "streets", "demand", "controls", "heat_networks"]
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
_POINTS = ("Point", "MultiPoint")
_LINES = ("LineString", "MultiLineString")
_OUTLINES = ("Polygon", "MultiPolygon")
_KINDS = {
    "sites": (*_POINTS, *_OUTLINES),
    "consumers": (*_POINTS, *_OUTLINES),
    "streets": _LINES,
    "demand": (*_POINTS, *_OUTLINES),
    "controls": _OUTLINES,
    "heat_networks": (*_POINTS, *_LINES, *_OUTLINES),
}
# Several properties may belong to one consumer, and an area may have a total for each sector.
_IDS_REPEAT = ("demand", "controls")
_SHAPEFILE_NAME = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """
    A table that can be used.

    `frame` is in EPSG:4326 with its known columns typed and all others passed through; blanks are
    missing values. `doubts` were accepted or repaired; `crs` is what the file was in; `sha256` is
    the hash of the file, `file` its name.
    """

    file: str
    frame: gpd.GeoDataFrame
    doubts: tuple[Problem, ...]
    sha256: str
    crs: str


def read_table(path: Path | str, *, table: TableName) -> TableRead:
    """
    Read a file of sites, consumers, streets, demand, control totals or heat networks.

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
    registry = input_columns(table)
    spellings = (name for names in PLACE_SPELLINGS.values() for name in names)
    known = (*registry.index, *PLACE_COLUMNS, *spellings)
    raw = read_raw(path, layer=table, known=known)
    findings = Findings(file=raw.file, rows=raw.rows, row_word=raw.row_word)
    findings.doubts.extend(raw.notes)
    if not len(raw.frame):
        raise refusal(raw.file, "has columns but no rows", "export it again with its rows")
    frame = _rename(raw, registry.index, findings)
    if table == "demand":
        findings.ids = row_names(frame)
    typed = _typed_columns(frame, registry, findings, raw, unique=table not in _IDS_REPEAT)
    check_pairs(typed, findings)
    optional = None
    if table == "demand":
        typed, optional = check_demand(typed, findings), placeless_allowed(typed)
    elif table == "controls":
        check_controls(typed, findings)
    if raw.geometry is None:
        raw = places_from_columns(raw, frame, findings, optional=optional)
    shapes = _places(raw, findings, table, optional)
    if findings.problems or shapes is None:
        raise InputError(findings.problems)
    result = gpd.GeoDataFrame(typed, geometry=shapes, crs=4326)
    return TableRead(
        file=printable(raw.file),
        frame=result,
        doubts=tuple(findings.doubts),
        sha256=file_hash(path),
        crs=raw.crs_text,
    )


@overload
def gather(first: Callable[[], A], /) -> tuple[A]: ...
@overload
def gather(first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def gather(
    first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /
) -> tuple[A, B, C]: ...
@overload
def gather(
    first: Callable[[], A],
    second: Callable[[], B],
    third: Callable[[], C],
    fourth: Callable[[], D],
    /,
) -> tuple[A, B, C, D]: ...
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


def _rename(raw: RawTable, known: Iterable[str], findings: Findings) -> pd.DataFrame:
    """Give columns their registry spelling: capitals, blanks and shapefile cuts are put right."""
    spelling = {name.casefold(): name for name in (*known, *PLACE_COLUMNS)}
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
    frame: pd.DataFrame,
    registry: pd.DataFrame,
    findings: Findings,
    raw: RawTable,
    *,
    unique: bool,
) -> pd.DataFrame:
    """Check every column against the registry; new frame of typed columns."""
    typed: dict[str, Any] = {}
    if "id" in registry.index and "id" in frame and unique:
        typed["id"] = pd.Series(checked_ids(frame["id"], findings), dtype="str")
    _check_missing(frame, registry, findings)
    for name in (c for c in frame.columns if c != "id" or "id" not in typed):
        if name in registry.index:
            spec: Any = registry.loc[name]
            typed[name] = typed_column(frame[name], spec, findings, decimal_comma=raw.decimal_comma)
        elif raw.geometry is not None or name not in PLACE_COLUMNS:
            typed[name] = passed_through(frame[name])
    _check_unknown_names(
        [c for c in frame.columns if c not in registry.index], frame, registry, findings
    )
    return pd.DataFrame(typed, index=pd.RangeIndex(len(frame)))


def _check_missing(frame: pd.DataFrame, registry: pd.DataFrame, findings: Findings) -> None:
    """Refuse a table without its required columns; offer the nearest name it has."""
    required = [c for c in registry.index[registry["required"] == "yes"] if c != "geometry"]
    for column in (c for c in required if c not in frame):
        near = nearest_names(column, [c for c in frame.columns if c not in registry.index])
        have = ", ".join(printable(str(c))[:40] for c in list(frame.columns)[:12])
        if near:
            unit = SHOWN_UNIT.get(registry.loc[column, "unit"], registry.loc[column, "unit"])
            advice = f"rename {', '.join(map(printable, near))} to {column}" + (
                f" and give it in {unit}" if unit else ""
            )
        else:
            advice = f"add it ({registry.loc[column, 'description']}); the columns are: {have}"
        findings.refuse(f"required column {column} is missing", advice)


def _check_unknown_names(
    unknown: Sequence[str], frame: pd.DataFrame, registry: pd.DataFrame, findings: Findings
) -> None:
    """Doubt a column that is passed through although it nearly bears the name of a known one."""
    optional = [c for c in registry.index[registry["required"] == "no"] if c not in frame]
    for name in unknown:
        near = difflib.get_close_matches(name.casefold(), optional, n=1, cutoff=NEAR)
        if near:
            what = f"column {examples([name])} is not known and not used"
            findings.doubt(what, f"did you mean {near[0]}?")


def _places(
    raw: RawTable, findings: Findings, table: TableName, optional: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.object_] | None:
    """Geometries in WGS 84; None if the table has no places."""
    if raw.geometry is None:
        return None
    return check_places(raw, raw.geometry, findings, kinds=_KINDS[table], optional=optional)
