"""
Tables of a saved study: what our own CSV, GeoParquet and GeoPackage files hold, typed again.

Types come from the column registry, never from the file. No cell is run, no link followed; a
GeoPackage is opened as immutable, so that nothing appears beside it.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from ..errors import InputError
from ..writing.results import described_columns
from ..writing.sheets import ASSUMPTION_COLUMNS, without_apostrophe
from ..writing.written import as_written, each_once, written_columns, written_register
from .files import DAMAGE
from .findings import printable
from .map_files import read_gpkg, read_parquet
from .raw import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .raw import RawTable

ADVICE_DAMAGED = "run the study again, or give the folder as the run wrote it"
ADVICE = "it was written by another version of heatreach: run the study again"


def saved_table(path: Path, table: str) -> pd.DataFrame:
    """
    A result table from its CSV file.

    Parameters
    ----------
    path
        File that `heatreach.siting.writing.sheets.write_table` wrote.
    table
        Its name in the registry.

    Returns
    -------
    frame
        Columns of the registry with their types, without geometry; others as text.

    Raises
    ------
    InputError
        If it is damaged, or lacks a column of the registry.
    """
    frame = saved_texts(path)
    columns = described_columns(table)
    _refuse_lacking(path, frame, columns.loc[columns["kind"] != "geometry", "column"].tolist())
    # A table without rows has no cells whose type could be told from the file.
    with _readable(path):
        return pd.DataFrame(written_columns(frame, table))


def saved_register(path: Path) -> pd.DataFrame:
    """
    The register of assumptions from its CSV file.

    Parameters
    ----------
    path
        File that `heatreach.siting.writing.sheets.write_assumptions` wrote.

    Returns
    -------
    register
        As `heatreach.siting.writing.written.written_register` gives it.

    Raises
    ------
    InputError
        If it is damaged, or lacks a column.
    """
    frame = saved_texts(path)
    _refuse_lacking(path, frame, list(ASSUMPTION_COLUMNS))
    return written_register(frame)


def saved_texts(path: Path) -> pd.DataFrame:
    """
    Cells of one of our CSV files as texts, as they were before they were made safe.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    frame
        Every cell a text; blank ones are empty.

    Raises
    ------
    InputError
        If it is empty, damaged or not UTF-8.
    """
    with _readable(path):
        frame = pd.read_csv(
            path, dtype=object, na_filter=False, encoding="utf-8", lineterminator="\n",
            skip_blank_lines=False,
        )  # fmt: skip
    texts = {name: each_once(frame[name], without_apostrophe) for name in frame}
    plain = pd.DataFrame(texts, dtype=object, index=frame.index)
    return plain.rename(columns=without_apostrophe)


def saved_layer(path: Path, layer: str, table: str, *, whole: bool = True) -> gpd.GeoDataFrame:
    """
    A result table from its layer of a GeoPackage.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer.
    table
        Its name in the registry.
    whole
        Whether every column of the registry must be there.

    Returns
    -------
    frame
        Columns of the registry with their types, others as they are stored.

    Raises
    ------
    InputError
        If the file is damaged, or lacks the layer or a column of the registry.
    """
    with _readable(path):
        frame = _with_shapes(read_gpkg(path, layer))
    columns = described_columns(table)["column"]
    if whole:
        _refuse_lacking(path, frame, columns.tolist())
    with _readable(path):
        return gpd.GeoDataFrame((as_written if whole else written_columns)(frame, table))


def saved_edges(path: Path) -> gpd.GeoDataFrame:
    """
    Trench sections from their GeoParquet file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    edges
        The EDGES table.

    Raises
    ------
    InputError
        If it is damaged, no GeoParquet, or lacks a column.
    """
    with _readable(path):
        frame = _with_shapes(read_parquet(path))
    _refuse_lacking(path, frame, described_columns("edges")["column"].tolist())
    with _readable(path):
        return gpd.GeoDataFrame(as_written(frame, "edges"))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Whatever a damaged file makes its reader raise becomes one clear refusal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except DAMAGE as error:
        what = f"is damaged and cannot be read ({printable(str(error))[:200]})"
        raise refusal(path.name, what, ADVICE_DAMAGED) from error


def _with_shapes(raw: RawTable) -> gpd.GeoDataFrame:
    """Attributes and shapes of a map file as one frame."""
    return gpd.GeoDataFrame(raw.frame, geometry=gpd.GeoSeries(raw.geometry, crs=raw.crs))


def _refuse_lacking(path: Path, frame: Any, wanted: list[str]) -> None:
    """Refuse a table without a column that the registry names."""
    lacking = [name for name in wanted if name not in frame]
    if lacking:
        raise refusal(path.name, f"lacks the columns {', '.join(lacking[:8])}", ADVICE)
