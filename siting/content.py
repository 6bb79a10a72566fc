"""
What inputs say, as short digests that do not change with the order of rows in the files.

A file that was sorted anew is another file, but the same study: whatever is handed over names its
inputs by these digests. The hashes of the files themselves stand in the record of the run.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    from pyproj import CRS

    from heatreach.network import StreetGraph

    from .inputs import Inputs

    Whole = npt.NDArray[np.int64]

ORDERED = ("weather", "grid", "prices", "compliance")
"""Files whose rows have an order: the hash of the file is that of its content."""


def content_of(inputs: Inputs) -> dict[str, str]:
    """
    Digest of each part of a study's inputs.

    Parameters
    ----------
    inputs
        What was read, completed by a scenario or not.

    Returns
    -------
    content
        SHA-256 by part: ``sites``, ``consumers`` (of the whole area), ``streets``, ``barriers``,
        and the files of `ORDERED` that were given.
    """
    files = {name: inputs.hashes[name] for name in ORDERED if name in inputs.hashes}
    return {
        "sites": _table(inputs.sites),
        "consumers": _table(inputs.everywhere),
        "streets": _streets(inputs.streets),
        "barriers": _table(inputs.barriers),
        **files,
    }


def _table(frame: pd.DataFrame | gpd.GeoDataFrame) -> str:
    """Digest of a table."""
    plain = pd.DataFrame(frame)
    if "geometry" in plain:
        shapes = shapely.normalize(np.asarray(plain["geometry"], dtype=object))
        plain = plain.assign(geometry=shapely.to_wkb(shapes, hex=True))
    return _digest(getattr(frame, "crs", None), *_coded(plain))


def _streets(graph: StreetGraph) -> str:
    """Digest of every segment with its ends, its crossings and the way it belongs to."""
    ends = np.column_stack([graph.x, graph.y, graph.level_crossing])
    tail, head = ends[graph.tail], ends[graph.head]
    # A segment is the same whichever end is its tail.
    turned = (tail[:, 0] > head[:, 0]) | ((tail[:, 0] == head[:, 0]) & (tail[:, 1] > head[:, 1]))
    first = np.where(turned[:, None], head, tail)
    second = np.where(turned[:, None], tail, head)
    ways = pd.DataFrame(graph.ways).drop(columns=["geometry", "way_id"], errors="ignore")
    of_ways, way = _coded(ways)
    of_bores, bore = _coded(pd.DataFrame({"bore": graph.bore}, dtype=object))
    places = _bits(np.column_stack([first, second, graph.length_m]))
    segments = np.column_stack([places, bore, way[graph.way]])
    return _digest(graph.crs, [*of_ways, *of_bores], segments)


def _coded(frame: pd.DataFrame) -> tuple[list[Any], Whole]:
    """
    Columns in alphabetical order, each with its different cells, and which of them each row holds.

    Cells stand in a list of their own: none can pass for two cells, or for a cell of another row.
    """
    named = sorted((str(name), frame[name]) for name in frame)
    coded = [(name, *_codes(cells)) for name, cells in named]
    about = [[name, str(kind), distinct] for name, kind, distinct, _ in coded]
    none = np.empty((len(frame), 0), dtype=np.int64)
    return about, np.column_stack([none, *(codes for *_, codes in coded)])


def _codes(cells: pd.Series[Any]) -> tuple[str, list[str], Whole]:
    """Kind of a column, its different cells in order, and which of them each row holds."""
    if cells.dtype == np.float64:
        return "number", [], _bits(cells.to_numpy())
    values = cells.astype(object).where(cells.notna(), None)
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind not in ("string", "empty"):
        told = [None if value is None else json.dumps(value, default=_told) for value in values]
        values = pd.Series(told, dtype=object)
    codes, found = pd.factorize(values.to_numpy(dtype=object))
    order = np.argsort(found)
    ranks = np.empty(len(found) + 1, dtype=np.int64)
    ranks[order], ranks[-1] = np.arange(len(found)), -1
    return kind, found[order].tolist(), ranks[codes]


def _told(value: Any) -> Any:
    """What JSON does not know: numbers of numpy as they are, others with their kind."""
    return value.item() if isinstance(value, np.generic) else [type(value).__name__, str(value)]


def _bits(numbers: npt.NDArray[np.float64]) -> Whole:
    """Numbers as their bits, so that they are the same only if every digit is; one blank."""
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.int64)


def _digest(crs: CRS | None, about: list[Any], rows: Whole) -> str:
    """SHA-256 of a table: its place on Earth, its columns, and its rows in one order."""
    head = json.dumps(["" if crs is None else crs.to_string(), len(rows), about])
    ordered = np.ascontiguousarray(rows[np.lexsort(rows.T)] if rows.shape[1] else rows)
    return hashlib.sha256(head.encode("ascii") + b"\n" + ordered.tobytes()).hexdigest()
