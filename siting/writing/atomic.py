"""
Files that appear whole or not at all.

A run writes into a scratch folder beside its target, brings every file to disk and only then
renames each into place. What is there already and was not written by heatreach stays untouched:
the record of the last run (``run.json``) says which files may be replaced.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

RECORD = "run.json"
SCRATCH_PREFIX = ".heatreach-part-"
READABLE = 0o666


@contextmanager
def whole_files(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """
    A scratch folder whose files move into `folder` once the block has ended well.

    Parameters
    ----------
    folder
        Where the files are wanted; made if it does not exist.
    names
        Names of the files that the block will write.

    Yields
    ------
    scratch
        Empty folder in the same file system. It is gone afterwards, whatever happens.

    Raises
    ------
    InputError
        If `folder` is a file, cannot be written to, holds files of these names that heatreach
        did not write, or the disk refuses a write.

    Notes
    -----
    The record moves first: it names the files of the run and their hashes, so a folder left
    half replaced by a power cut can be told from a complete one and still be written again.
    """
    made = _missing_parents(folder)
    try:
        _refuse_foreign_files(folder, names)
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=folder))
        try:
            yield scratch
            _move_into_place(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        _remove_if_empty(made)
        raise _refusal(folder, error) from error
    except BaseException:
        _remove_if_empty(made)
        raise


def whole_file(path: Path, text: str) -> None:
    """
    One text file that appears whole or not at all.

    Parameters
    ----------
    path
        File to write, in a folder that exists; replaced if it is there.
    text
        Its content, written as UTF-8.

    Raises
    ------
    OSError
        If the disk refuses; then the file is as it was.
    """
    handle, name = tempfile.mkstemp(prefix=SCRATCH_PREFIX, dir=path.parent)
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", errors="backslashreplace"))
        # A scratch file is for its owner's eyes only, a report for whoever may read the folder.
        scratch.chmod(READABLE & ~_umask())
        _to_disk(scratch)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def _umask() -> int:
    """What the system takes from the rights of new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _missing_parents(folder: Path) -> list[Path]:
    """The folders that making `folder` would make, innermost first."""
    missing = []
    for place in (folder, *folder.parents):
        if place.exists():
            break
        missing.append(place)
    return missing


def _remove_if_empty(folders: list[Path]) -> None:
    """Take back folders made for a run that came to nothing."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _refusal(folder: Path, error: OSError) -> InputError:
    """The message for a disk that says no."""
    what = f"nothing can be written here ({error.strerror or error})"
    advice = "name a folder that you may write to, on a disk with room"
    return InputError([Problem(file=str(folder), where="", what=what, advice=advice)])


def _refuse_foreign_files(folder: Path, names: Collection[str]) -> None:
    """Refuse a target that is a file, or that holds files of these names made by others."""
    if folder.exists() and not folder.is_dir():
        advice = "name a folder, or move the file"
        what = "this is a file, not a folder"
        raise InputError([Problem(file=str(folder), where="", what=what, advice=advice)])
    ours = claimed_files(folder)
    foreign = sorted(name for name in names if name not in ours and _taken(folder / name))
    if foreign:
        raise InputError(
            [
                Problem(
                    file=str(folder / name),
                    where="",
                    what="this file was not written by heatreach and would be overwritten",
                    advice="choose another folder with --out, or move the file",
                )
                for name in foreign
            ]
        )


def _taken(path: Path) -> bool:
    """Whether a name is in use, also by a link that leads nowhere."""
    return path.exists() or path.is_symlink()


def claimed_files(folder: Path) -> set[str]:
    """
    Names of the files that the record in a folder claims for heatreach, with the record itself.

    Parameters
    ----------
    folder
        A folder; without a record, or with somebody else's, nothing in it is claimed.

    Returns
    -------
    names
        Of files of the last run and of earlier ones.
    """
    try:
        # A pipe of that name would never end.
        if not (folder / RECORD).is_file():
            return set()
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["program"] != "heatreach":
            return set()
        names = {RECORD, *map(str, record["files"]), *map(str, record.get("earlier_files", ()))}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
    return {name for name in names if Path(name).name == name and not (folder / name).is_dir()}


def _move_into_place(scratch: Path, folder: Path) -> None:
    """Bring every file to disk, then rename them, the record first."""
    files = sorted(scratch.iterdir(), key=lambda path: (path.name != RECORD, path.name))
    for path in files:
        _to_disk(path)
    for path in files:
        path.replace(folder / path.name)
    if os.name == "posix":
        _to_disk(folder)


def _to_disk(path: Path) -> None:
    """Wait until the content of a file, or the names in a folder, are on the disk."""
    flags = os.O_RDONLY if path.is_dir() or os.name == "posix" else os.O_RDWR
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
