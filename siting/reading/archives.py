"""
Shapefiles, zipped or not, and the safety of archives.

An archive is never unpacked: the parts of one shapefile are copied, under names of our own, into a
private folder that is removed again. Anything that smells (members outside the archive, links,
passwords, a size made to exhaust the machine) refuses the archive as a whole.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .findings import examples
from .map_files import read_gdal
from .raw import chosen_title, refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from .raw import RawTable

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
MAX_UNPACKED_BYTES = 2**30
MAX_MEMBERS = 10_000
MAX_RATIO = 200
RATIO_MATTERS_BYTES = 2**26


def shapefile_parts(path: Path) -> dict[str, Path]:
    """
    Files that together are one shapefile.

    Parameters
    ----------
    path
        Its ``.shp``.

    Returns
    -------
    parts
        Paths by suffix in lower case.
    """
    siblings = {p.suffix.lower(): p for p in path.parent.glob("*") if p.stem == path.stem}
    return {s: siblings[s] for s in _PARTS if s in siblings}


def read_shapefile(name: str, path: Path, parts: Collection[str]) -> RawTable:
    """
    Read a shapefile whose parts are known.

    Parameters
    ----------
    name
        Name of the file, for the message.
    path
        Its ``.shp``.
    parts
        Suffixes of the parts there are.

    Returns
    -------
    table
        Content as it is; column names may be cut to ten letters.

    Raises
    ------
    InputError
        If the part with the attributes or the index is missing.
    """
    missing = [part for part in (".shx", ".dbf") if part not in parts]
    if missing:
        what = f"is a shapefile without its {' and '.join(missing)} part"
        raise refusal(name, what, "keep all parts (.shp .shx .dbf .prj .cpg) together")
    table = read_gdal(path, None, "ESRI Shapefile")
    return replace(table, file=name, short_names=True)


def read_zip(path: Path, layer: str) -> RawTable:
    """
    Read a zipped shapefile, copied under names of our own into a private folder.

    Parameters
    ----------
    path
        The archive.
    layer
        Name of the shapefile to prefer where there are several.

    Returns
    -------
    table
        Content as it is.

    Raises
    ------
    InputError
        If the archive is unsafe, holds no shapefile or several.
    """
    with zipfile.ZipFile(path) as archive:
        members = checked_members(path.name, archive)
        wanted = [m for m in members if m.lower().endswith(".shp") and not m.startswith("__MACOSX")]
        if not wanted:
            what = f"holds no shapefile (it holds {examples(members) or 'nothing'})"
            raise refusal(path.name, what, "unpack it and give the file inside")
        shp = chosen_title(path.name, "shapefile", wanted, f"{layer}.shp")
        stem = shp[:-4].casefold()
        parts = {m[-4:].lower(): m for m in members if m[:-4].casefold() == stem}
        with tempfile.TemporaryDirectory(prefix="heatreach-") as folder:
            for suffix in parts.keys() & set(_PARTS):
                content = archive.read(parts[suffix])
                Path(folder, f"layer{suffix}").write_bytes(content)
            return read_shapefile(path.name, Path(folder, "layer.shp"), parts)


def checked_members(name: str, archive: zipfile.ZipFile) -> list[str]:
    """
    Names in an archive that is safe to read.

    Parameters
    ----------
    name
        Name of the file, for the message.
    archive
        The archive, opened for reading.

    Returns
    -------
    members
        Names of its files.

    Raises
    ------
    InputError
        If a member points outside the archive or is a link, if it needs a password, or if the whole
        would unpack to a size made to exhaust the machine.
    """
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
