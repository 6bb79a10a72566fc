"""
The record of a run: what it was made of, and the hashes of what it wrote.

Only the record may differ between two equal runs, and there only in ``timings`` and ``created``.
It lists the other files with their SHA-256, so a reader can tell whether the folder is complete
and unchanged; of a GeoPackage also that of its layers, and of all of itself but those two parts
(``seal``). Files of an earlier run that this one does not write stay where they are; the record
goes on claiming them (``earlier_files``), so that a later run may replace them.
"""

from __future__ import annotations

import hashlib
import json
import math
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from .atomic import RECORD, claimed_files
from .layers.digest import layers_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..reading.tile_source import TileSource


UNSEALED = ("timings", "created", "seal")
"""Parts of the record that may differ between equal runs."""


def write_record(run: Mapping[str, Any], scratch: Path, *, folder: Path) -> None:
    """
    Write the record of a run, last because it holds the hashes of the other files.

    Parameters
    ----------
    run
        Versions, hashes of inputs, options, warnings, timings.
    scratch
        Where the files of the run stand until they are complete.
    folder
        Where they will be; files of an earlier run may stand there.
    """
    hashes = {path.name: _sha256(path) for path in sorted(scratch.iterdir())}
    earlier = {
        name: _sha256(folder / name)
        for name in sorted(claimed_files(folder) - set(hashes) - {RECORD})
        if (folder / name).is_file()
    }
    layers = {path.name: layers_digest(path) for path in sorted(scratch.glob("*.gpkg"))}
    parts = {"earlier_files": earlier, "layers": layers}
    more = {name: part for name, part in parts.items() if part}
    write_text(scratch / RECORD, run_record({**run, **more}, files=hashes))


def tiles_used(tiles: TileSource | None) -> dict[str, Any]:
    """
    What the record says of the background of the map.

    Parameters
    ----------
    tiles
        Its source; `None` for none.

    Returns
    -------
    part
        Server and credit, never the address, which may hold a key; nothing without a source.
    """
    return {} if tiles is None else {"tiles": tiles.record}


def run_record(run: Mapping[str, Any], *, files: Mapping[str, str]) -> str:
    """
    The record of a run as JSON, keys in alphabetical order.

    Parameters
    ----------
    run
        Versions, hashes of inputs, options, warnings, timings.
    files
        SHA-256 of each file written.

    Returns
    -------
    text
        JSON; numbers that are not finite become null.

    Examples
    --------
    >>> print(run_record({"options": {"radius_m": 2000}}, files={})[:56])
    {
      "files": {},
      "options": {
        "radius_m": 2000
      }
    """
    record = plain({**run, "program": "heatreach", "files": dict(files)})
    return _as_json({**record, "seal": seal_of(record)})


def seal_of(record: Mapping[str, Any]) -> str:
    """
    Hash of a record, by which a changed one is known.

    Parameters
    ----------
    record
        Content of ``run.json``; times and the seal itself do not count.

    Returns
    -------
    seal
        SHA-256.

    Examples
    --------
    >>> seal_of({"options": {}, "timings": {"map": 1.0}}) == seal_of({"options": {}})
    True
    """
    kept = {name: value for name, value in record.items() if name not in UNSEALED}
    return hashlib.sha256(_as_json(kept).encode("utf-8", errors="backslashreplace")).hexdigest()


def _as_json(record: Mapping[str, Any]) -> str:
    """JSON with keys in alphabetical order."""
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n"


def plain(value: Any) -> Any:
    """
    A value made of what JSON knows.

    Parameters
    ----------
    value
        Anything: numbers, texts, dates, arrays, and lists or dictionaries of them.

    Returns
    -------
    value
        Numbers that are not finite become None, what JSON does not know its text.

    Examples
    --------
    >>> plain({1: (float("nan"), np.int64(2))})
    {'1': [None, 2]}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, (np.generic, np.ndarray)):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def write_text(path: Path, text: str) -> None:
    """
    Write UTF-8 with plain line ends, also where the system would use others.

    Parameters
    ----------
    path
        File to write.
    text
        Its content.
    """
    path.write_bytes(text.encode("utf-8", errors="backslashreplace"))


def _sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
