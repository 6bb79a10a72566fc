"""
Solved nodes of COP tables, kept on disk between runs.

One file per machine in the user's cache folder, named by a hash of everything the cycle depends on:
refrigerant, approaches, efficiency, figures of the tables, grid, version of CoolProp and the text
of the modules that solve it. A file that is damaged or foreign is ignored (it carries a digest of
its arrays); a folder that cannot be written is no error. Arrays only, nothing is executed on
reading.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import zipfile
from contextlib import suppress
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data.folders import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    Arrays = Mapping[str, npt.NDArray[np.generic]]

_FORMAT = 2
_FOLDER = "cop_tables"
_SOLVERS = (
    "blend",
    "cop_cells",
    "cop_edge",
    "cop_grid",
    "cop_source",
    "cop_table",
    "cycle",
    "fluid",
    "pinch",
    "state_search",
    "transcritical",
)
_log = logging.getLogger(__name__)


def content_key(parts: Iterable[object]) -> str:
    """
    Name of a table by its content: 32 hexadecimal digits.

    Parameters
    ----------
    parts
        What the table depends on besides CoolProp and the solver; each with an unambiguous text.

    Returns
    -------
    key
        Start of a SHA-256 digest.

    Examples
    --------
    >>> len(content_key(["R717", 0.75]))
    32
    """
    digest = hashlib.sha256(_solver_digest(_FORMAT))
    for part in parts:
        text = repr(part).encode()
        digest.update(f"{len(text)}:".encode() + text)
    return digest.hexdigest()[:32]


@cache
def _solver_digest(form: int) -> bytes:
    """Digest of what solves a cycle: CoolProp's version and our modules."""
    digest = hashlib.sha256(f"{form} {metadata.version('coolprop')}".encode())
    folder = resources.files("heatreach.thermo")
    for name in _SOLVERS:
        with suppress(OSError):
            digest.update(name.encode() + folder.joinpath(f"{name}.py").read_bytes())
    return digest.digest()


def _digest(arrays: Arrays) -> str:
    """Digest of the bytes of all arrays, by name."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def load_arrays(key: str, like: Arrays) -> dict[str, npt.NDArray[np.generic]] | None:
    """
    Arrays kept under a key.

    Parameters
    ----------
    key
        As `content_key` returns it.
    like
        Arrays of the names, shapes and types expected.

    Returns
    -------
    arrays
        What was kept, or None if nothing usable is there.
    """
    path = _path(key)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if str(kept["key"]) != key:
                return None
            found = {name: kept[name] for name in like}
            if str(kept["digest"]) != _digest(found):
                _log.info("COP table %s is damaged and is made again", path.name)
                return None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
        _log.info("COP table %s is not readable and is made again: %s", path.name, problem)
        return None
    right = all(
        found[name].shape == array.shape and found[name].dtype == array.dtype
        for name, array in like.items()
    )
    return found if right else None


def save_arrays(key: str, arrays: Arrays) -> bool:
    """
    Keep arrays under a key, whole or not at all.

    Parameters
    ----------
    key
        As `content_key` returns it.
    arrays
        What to keep.

    Returns
    -------
    saved
        False if the folder cannot be written.
    """
    path = _path(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f"{key}.", suffix=".new", dir=path.parent)
    except OSError as problem:
        _log.info("COP table is not kept: %s", problem)
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            facts = {"key": np.array(key), "digest": np.array(_digest(arrays))}
            np.savez(file, allow_pickle=False, **facts, **arrays)
        Path(draft).replace(path)
    except OSError as problem:
        _log.info("COP table is not kept: %s", problem)
        with suppress(OSError):
            Path(draft).unlink()
        return False
    return True


def _path(key: str) -> Path:
    """File of a key."""
    return cache_folder() / _FOLDER / f"{key}.npz"
