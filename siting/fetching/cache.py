"""
The user's cache folder and the files kept in it.

A kept file has a record beside it, ``NAME.json``: its length, its SHA-256 and where it comes from.
A file takes its name only when it is finished and its record is written, so a process killed at any
moment leaves no half file under the full name; a file that no longer fits its record does not count
as kept. `atomic` writes the results of a study; this module keeps what was downloaded for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from heatreach.data.folders import cache_folder

from ..errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedWriter
    from pathlib import Path

__all__ = [
    "cache_folder",
    "digest",
    "facts_of",
    "facts_path",
    "is_intact",
    "locked",
    "made",
    "put_in_place",
    "write_json",
]

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def made(folder: Path) -> Path:
    """
    Folder as given, made if it was not there.

    Parameters
    ----------
    folder
        A folder in the cache.

    Returns
    -------
    folder
        The same path.

    Raises
    ------
    FetchError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise FetchError(
            f"cannot make the folder {folder} ({failure.strerror}); set HEATREACH_CACHE to a "
            "folder that can be written"
        ) from failure
    return folder


def put_in_place(part: Path, target: Path, facts: dict[str, Any]) -> None:
    """
    Give a finished file its name, with its length and SHA-256 recorded beside it.

    Parameters
    ----------
    part
        The finished file.
    target
        The name it takes.
    facts
        What else to record.
    """
    record = {**facts, "bytes": part.stat().st_size, "sha256": digest(part, "sha256")}
    write_json(facts_path(target), record)
    with part.open("rb+") as handle:
        os.fsync(handle.fileno())
    part.replace(target)


def is_intact(path: Path) -> bool:
    """
    Whether a kept file is there and is still what was recorded beside it.

    Parameters
    ----------
    path
        A file that `put_in_place` named.

    Returns
    -------
    intact
        False if the file or its record is missing, or the two differ.
    """
    record = facts_of(path)
    if not path.is_file() or record.get("bytes") != path.stat().st_size:
        return False
    return bool(record.get("sha256") == digest(path, "sha256"))


def facts_of(path: Path) -> dict[str, Any]:
    """
    Record of a kept file: ``url``, ``bytes``, ``sha256``, ``last_modified`` and the like.

    Parameters
    ----------
    path
        A file in the cache.

    Returns
    -------
    facts
        Empty if nothing readable is recorded.
    """
    with suppress(OSError, ValueError):
        facts = json.loads(facts_path(path).read_text(encoding="utf-8"))
        if isinstance(facts, dict):
            return facts
    return {}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """
    Sole use of a path among processes; the operating system lifts the lock when one dies.

    Parameters
    ----------
    path
        The file about to be written; its folder exists.
    """
    with path.with_name(path.name + ".lock").open("ab") as handle:
        _wait_for(handle)
        yield


def _wait_for(handle: BufferedWriter) -> None:
    """Wait until this process alone holds the lock file."""
    if sys.platform == "win32":
        while True:
            with suppress(OSError):
                msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
                return
    else:
        fcntl.flock(handle, fcntl.LOCK_EX)


def digest(path: Path, algorithm: str) -> str:
    """
    Hexadecimal digest of a file.

    Parameters
    ----------
    path
        The file.
    algorithm
        A name that `hashlib.new` knows; used against damage, not against attackers.

    Returns
    -------
    digest
        The digest.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(
            handle, lambda: hashlib.new(algorithm, usedforsecurity=False)
        ).hexdigest()


def facts_path(path: Path) -> Path:
    """
    Path of the record beside a file.

    Parameters
    ----------
    path
        A file in the cache.

    Returns
    -------
    record
        The same name with ``.json`` after it.
    """
    return path.with_name(path.name + ".json")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """
    Write a small JSON file whole or not at all.

    Parameters
    ----------
    path
        The file.
    content
        What it shall hold.
    """
    draft = path.with_name(path.name + ".new")
    with draft.open("w", encoding="utf-8") as handle:
        json.dump(content, handle, indent=1, sort_keys=True)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
