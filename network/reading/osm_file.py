"""
Open an OpenStreetMap file: what it really is, whether it is whole, and in which order it stands.

The kind of file is told from its first bytes, not from its name. Some writers (Overpass, editors)
put ways before their nodes or repeat objects; `sorted_copy` puts such a file in order. The map
objects themselves are read by `osm`.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import osmium

from ..errors import OsmFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_FILES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"SQLite format 3", "a GeoPackage or other SQLite database"),
    (b"PAR1", "a Parquet table"),
    (b"%PDF", "a PDF document"),
    (b"{", "JSON (GeoJSON or an Overpass answer)"),
    (b"[", "JSON"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself"),
)
_ADVICE = "give an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz or .osm.bz2), downloaded again"


def osm_format(path: Path) -> str:
    """
    Kind of OpenStreetMap file, told from its first bytes.

    Parameters
    ----------
    path
        File to look at.

    Returns
    -------
    kind
        ``"pbf"``, ``"osm"``, ``"osm.gz"`` or ``"osm.bz2"``.

    Raises
    ------
    OsmFileError
        If the file is a folder, is empty or is something else; the message says what it looks
        like.
    FileNotFoundError
        If there is no such file.
    """
    if path.is_dir():
        raise OsmFileError(f"{path.name}: this is a folder; {_ADVICE}")
    with path.open("rb") as handle:
        head = handle.read(512)
    if not head:
        raise OsmFileError(f"{path.name}: the file is empty (0 bytes); {_ADVICE}")
    if b"OSMHeader" in head[:32]:
        return "pbf"
    if head.startswith(b"\x1f\x8b"):
        return "osm.gz"
    if head.startswith(b"BZh"):
        return "osm.bz2"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lower = text.lower()
    if b"<!doctype html" in lower or b"<html" in lower:
        raise OsmFileError(f"{path.name}: this is a web page (HTML), not map data; {_ADVICE}")
    if b"<osm" in lower or lower.startswith(b"<?xml"):
        return "osm"
    looks = next((what for mark, what in _OTHER_FILES if text.startswith(mark)), "unknown data")
    raise OsmFileError(f"{path.name}: this looks like {looks}; {_ADVICE}")


def osm_source(path: Path) -> osmium.io.File:
    """
    Source for pyosmium, with the kind of file its content shows.

    Parameters
    ----------
    path
        OpenStreetMap file.

    Returns
    -------
    source
        Argument for ``osmium.FileProcessor``.

    Raises
    ------
    OsmFileError
        If the file is no OpenStreetMap file.
    """
    return osmium.io.File(str(path), osm_format(path))


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """
    Turn pyosmium's errors while reading into one message that names the file.

    Parameters
    ----------
    path
        File being read inside the block.

    Yields
    ------
    None
        The block runs once.

    Raises
    ------
    OsmFileError
        If pyosmium cannot read on: a truncated download, damaged data, or XML that is not map
        data.
    """
    try:
        yield
    except RuntimeError as error:
        cause = str(error)
        if "EOF" in cause or "no element found" in cause or "read failed" in cause:
            what = "the file ends too early or is damaged (an unfinished download?)"
        elif "top-level element" in cause:
            what = "the file is XML but not OpenStreetMap data"
        else:
            what = "the file is damaged or not OpenStreetMap data"
        raise OsmFileError(f"{path.name}: {what}; {_ADVICE}. Reader says: {cause}") from error


@contextmanager
def sorted_copy(path: Path) -> Iterator[Path]:
    """
    Temporary copy of a file with nodes before ways and one version of each object.

    Parameters
    ----------
    path
        OpenStreetMap file in any order.

    Yields
    ------
    copy
        Sorted PBF file, deleted when the block ends.

    Raises
    ------
    OsmFileError
        If the file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="heatreach-") as folder:
        copy = Path(folder) / "sorted.osm.pbf"
        with readable(path):
            merged = osmium.MergeInputReader()
            merged.add_buffer(path.read_bytes(), osm_format(path))
            with osmium.SimpleWriter(str(copy)) as writer:
                merged.apply(writer)
        yield copy
