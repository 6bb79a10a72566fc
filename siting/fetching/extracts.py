"""
The smallest published OpenStreetMap extract that holds a study box, downloaded once and cropped.

Extracts come from Geofabrik, BBBike and Movisda (tiles of one degree). Which of them holds the box
is decided from the index that the pyrosm package carries, without the internet; the file itself
comes through `download`. The crop to the box is kept as well, so a tile of a hundred megabytes is
read once. Ways that reach into the box are kept whole (pyrosm's crop, the rule of osmium's
"complete ways").
"""

from __future__ import annotations

import logging
import math
import re
import warnings
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pandas as pd

from ..errors import FetchError
from .cache import cache_folder, facts_of, is_intact, locked, made, put_in_place
from .download import download
from .web import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Box = tuple[float, float, float, float]
    Progress = Callable[[int, int | None], None]

logger = logging.getLogger(__name__)

# Tiles leave out closed ways (buildings) that cross their edge, so the edge must not be this near.
_EDGE_M = 500.0
_M_PER_DEGREE = 111_320.0
_CANDIDATES = 3
_PBF_MARK = b"OSMHeader"
_PBF_HEAD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A published extract; the size is None where the index does not know it."""

    name: str
    url: str
    size_bytes: int | None = None

    @property
    def label(self) -> str:
        """Name and size for messages."""
        size = "size unknown" if self.size_bytes is None else f"{self.size_bytes / 1e6:,.0f} MB"
        return f"{self.name} ({size})"


class _Offline:
    """Answers each request of pyrosm at once with a refusal, so that it uses its own index."""

    def open(self, request: Any, timeout: float | None = None) -> Any:  # noqa: ARG002
        """Refuse; a status that pyrosm does not try again."""
        raise HTTPError(request.full_url, 403, "offline", request.headers, None)


def widened(bbox: Box, margin_m: float) -> Box:
    """
    Box with a margin on each side, in degrees.

    Parameters
    ----------
    bbox
        West, south, east, north [°].
    margin_m
        Margin [m].

    Returns
    -------
    bbox
        The wider box, cut at the poles and at the 180° meridian.

    Examples
    --------
    >>> [round(x, 3) for x in widened((26.0, 60.0, 27.0, 60.5), 1113.2)]
    [25.98, 59.99, 27.02, 60.51]
    """
    west, south, east, north = bbox
    tall = margin_m / _M_PER_DEGREE
    wide = tall / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    return (
        max(west - wide, -180.0),
        max(south - tall, -90.0),
        min(east + wide, 180.0),
        min(north + tall, 90.0),
    )


def extracts_containing(bbox: Box) -> tuple[Extract, ...]:
    """
    List the published extracts that hold a whole box, smallest first, without any request.

    Parameters
    ----------
    bbox
        West, south, east, north [°].

    Returns
    -------
    extracts
        Those of unknown size come last; empty if none holds the box.
    """
    from pyrosm import find_extracts

    with TemporaryDirectory() as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = find_extracts(
            list(widened(bbox, _EDGE_M)),
            contains_only=True,
            directory=nowhere,
            opener=_Offline(),
            progress=False,
        )
    return tuple(
        Extract(
            name=f"{row.provider} {row.id}",
            url=row.url,
            size_bytes=None if pd.isna(row.bytes) else int(row.bytes),
        )
        for row in found.itertuples()
    )


def fetch_extract(
    bbox: Box,
    *,
    cache_dir: Path | str | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
    extracts: Sequence[Extract] | None = None,
    refresh: bool = False,
) -> Path:
    """
    File with the OpenStreetMap data of a box, from the smallest extract that can be had.

    Parameters
    ----------
    bbox
        West, south, east, north [°].
    cache_dir
        Folder for downloads; by default the user's (see `cache.cache_folder`).
    progress
        Called with the bytes received and the total (None if unknown).
    limits
        Hosts, size and time allowed for one extract.
    extracts
        Extracts to try, best first; by default `extracts_containing` the box.
    refresh
        Download and crop again, although copies are there.

    Returns
    -------
    path
        A cropped ``.osm.pbf``; ``path.json`` beside it says where it comes from.

    Raises
    ------
    FetchError
        If no extract could be had; the message names each address and what went wrong.
    """
    limits = limits or Limits()
    folder = cache_folder(cache_dir)
    crop = folder / "crops" / f"{box_name(bbox)}.osm.pbf"
    if not refresh and is_intact(crop):
        logger.info("using %s, kept from an earlier run", crop)
        return crop
    candidates = extracts_containing(bbox) if extracts is None else tuple(extracts)
    if not candidates:
        raise FetchError("no published extract holds the whole box; choose a smaller one")
    failures = []
    for extract in candidates[:_CANDIDATES]:
        try:
            _refuse_large(extract, limits)
            source = folder / "extracts" / _file_name(extract.url)
            _download(extract, source, limits, progress, refresh=refresh)
            return _crop(source, crop, bbox)
        except FetchError as failure:
            logger.warning("%s cannot be used: %s", extract.label, failure)
            failures.append(f"{extract.label} {extract.url}: {failure}")
    raise FetchError("; ".join(failures))


def box_name(bbox: Box) -> str:
    """
    Name of a box for files, five decimals (about a metre).

    Parameters
    ----------
    bbox
        West, south, east, north [°].

    Returns
    -------
    name
        The four numbers, joined by underscores.

    Examples
    --------
    >>> box_name((26.93, 60.52, 26.97, 60.54))
    '26.93000_60.52000_26.97000_60.54000'
    """
    return "_".join(f"{value:.5f}" for value in bbox)


def _refuse_large(extract: Extract, limits: Limits) -> None:
    """Refuse an extract that is too large by the index, before asking for it."""
    if extract.size_bytes is not None and extract.size_bytes > limits.max_bytes:
        raise FetchError(
            f"larger than the {limits.max_bytes / 1e6:,.0f} MB allowed; choose a smaller area, or "
            "download it yourself and give the file"
        )


def _download(
    extract: Extract, source: Path, limits: Limits, progress: Progress | None, *, refresh: bool
) -> None:
    """Have the extract on disk, saying what is downloaded from where."""
    if not refresh and is_intact(source):
        logger.info("using %s, kept in %s", extract.label, source)
        return
    made(source.parent)
    source.unlink(missing_ok=True)
    logger.info("downloading %s from %s into %s", extract.label, extract.url, source)
    download(extract.url, source, check=check_pbf, limits=limits, progress=progress)


def check_pbf(path: Path) -> None:
    """
    Refuse a file that is not an OpenStreetMap PBF.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FetchError
        If it is something else; the message says what it looks like.
    """
    with path.open("rb") as handle:
        head = handle.read(_PBF_HEAD)
    if _PBF_MARK in head:
        return
    looks = "empty" if not head else "not an OpenStreetMap extract"
    if head.lstrip()[:1] == b"<":
        looks = "a web page, not an OpenStreetMap extract (is a login page in between?)"
    raise FetchError(f"the file received is {looks}; it was deleted")


def _crop(source: Path, crop: Path, bbox: Box) -> Path:
    """Cut the box out of an extract and keep the result; a damaged extract is deleted."""
    from pyrosm import OSM
    from pyrosm.exceptions import PBFException

    made(crop.parent)
    with locked(crop):
        draft = crop.with_name(f"draft_{crop.name}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)
                area = OSM(str(source), bounding_box=list(bbox), progress=False)
                area.to_pbf(str(draft), compact=True)
        except UserWarning as nothing:
            raise FetchError(f"the extract holds nothing in the box: {nothing}") from nothing
        except (PBFException, ValueError, EOFError) as damage:
            source.unlink(missing_ok=True)
            raise FetchError(f"the extract is damaged and was deleted: {damage}") from damage
        origin = facts_of(source)
        facts = {
            "url": origin.get("url", ""),
            "last_modified": origin.get("last_modified", ""),
            "extract_sha256": origin.get("sha256", ""),
        }
        put_in_place(draft, crop, facts)
    logger.info("cropped to the box: %s (%.1f MB)", crop, crop.stat().st_size / 1e6)
    return crop


def _file_name(url: str) -> str:
    """File name of an extract in the cache: its address, so that no two share one."""
    parts = urlsplit(url)
    return re.sub(r"[^A-Za-z0-9.-]+", "_", f"{parts.hostname}{parts.path}")
