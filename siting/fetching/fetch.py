"""
From a place name or a box to a file with its OpenStreetMap data.

Order of trust: a file on disk (never handled here), the smallest published extract (`extracts`),
and only then the Overpass API (`overpass`). A place name is looked up once with Nominatim, through
pyrosm; the answer is kept. All of it lies in the user's cache folder, so a second run asks nobody.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import math
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry import box, mapping, shape

from ..errors import FetchError, InputError, Problem
from .cache import cache_folder, is_intact, made, put_in_place
from .extracts import Extract, fetch_extract, widened
from .overpass import DEADLINE_S, OVERPASS_URL, fetch_overpass
from .web import HOSTS, Limits, opened, pieces, plain_reason, user_agent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Box = tuple[float, float, float, float]
    Progress = Callable[[int, int | None], None]

logger = logging.getLogger(__name__)

NOMINATIM_URL = "https://nominatim.openstreetmap.org"
_MAX_NAME = 200
_MAX_ANSWER = 20_000_000
_DEADLINE_S = 60.0
_NUMBER = r"\s*([+-]?\d+(?:\.\d*)?)\s*"
_WAY_ROUND = (
    "Download an extract that holds the area (for example from https://download.geofabrik.de) on a "
    "machine with internet and give it as --area FILE.osm.pbf"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Whom to ask; the defaults are the public servers."""

    nominatim_url: str = NOMINATIM_URL
    overpass_url: str = OVERPASS_URL
    overpass_deadline_s: float = DEADLINE_S
    extracts: tuple[Extract, ...] | None = None
    hosts: frozenset[str] = HOSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A study area: its name, its box (west, south, east, north [°]) and its outline (WGS 84)."""

    name: str
    bbox: Box
    outline: Polygon | MultiPolygon


def find_area(
    place: str, *, servers: Servers | None = None, cache_dir: Path | str | None = None
) -> Area:
    """
    Area that a place name or a box stands for.

    Parameters
    ----------
    place
        ``"west,south,east,north"`` in degrees, or a place name, which is looked up with Nominatim
        once and then kept.
    servers
        Whom to ask.
    cache_dir
        Folder for downloads; by default the user's (see `cache.cache_folder`).

    Returns
    -------
    area
        Name, box and outline; the outline of a place without a boundary is its box.

    Raises
    ------
    InputError
        If the box or the name cannot be meant.
    FetchError
        If the place is unknown or the server cannot be asked.

    Examples
    --------
    >>> find_area("26.93, 60.52, 26.97, 60.54").bbox
    (26.93, 60.52, 26.97, 60.54)
    """
    corners = re.fullmatch(",".join([_NUMBER] * 4), place)
    if corners:
        west, south, east, north = (float(value) for value in corners.groups())
        bbox = _checked_box((west, south, east, north), place)
        return Area(name=place, bbox=bbox, outline=box(*bbox))
    name = _checked_name(place)
    servers = servers or Servers()
    key = hashlib.sha256(f"{servers.nominatim_url}\n{name}".encode()).hexdigest()
    kept = cache_folder(cache_dir) / "places" / f"{key[:20]}.geojson"
    if is_intact(kept):
        outline = _surface(shape(json.loads(kept.read_text(encoding="utf-8"))))
    else:
        outline = _geocoded(name, servers)
        draft = made(kept.parent) / f"draft_{kept.name}"
        draft.write_text(json.dumps(mapping(outline)), encoding="utf-8")
        put_in_place(draft, kept, {"url": servers.nominatim_url, "place": name})
    return Area(name=name, bbox=_checked_box(outline.bounds, name), outline=outline)


def fetch_place(
    place: str | Area,
    *,
    margin_m: float = 0.0,
    cache_dir: Path | str | None = None,
    progress: Progress | None = None,
    servers: Servers | None = None,
    refresh: bool = False,
) -> Path:
    """
    File with the OpenStreetMap data of a place: from an extract, or else from Overpass.

    Parameters
    ----------
    place
        Place name, ``"west,south,east,north"``, or an `Area`.
    margin_m
        How far beyond the place's box the data shall reach [m].
    cache_dir
        Folder for downloads; by default the user's (see `cache.cache_folder`).
    progress
        Called with the bytes received and the total (None if unknown).
    servers
        Whom to ask.
    refresh
        Ask again, although copies are kept.

    Returns
    -------
    path
        An ``.osm.pbf`` of the box; ``path.json`` beside it says where it comes from.

    Raises
    ------
    InputError
        If the place cannot be meant.
    FetchError
        If the data cannot be had; the message names every address tried and the way round.
    """
    servers = servers or Servers()
    area = (
        find_area(place, servers=servers, cache_dir=cache_dir) if isinstance(place, str) else place
    )
    bbox = widened(area.bbox, margin_m)
    try:
        return fetch_extract(
            bbox,
            cache_dir=cache_dir,
            progress=progress,
            limits=Limits(hosts=servers.hosts),
            extracts=servers.extracts,
            refresh=refresh,
        )
    except FetchError as no_extract:
        logger.warning("no extract of %s could be had; asking Overpass", area.name)
        try:
            return fetch_overpass(
                bbox,
                overpass_url=servers.overpass_url,
                cache_dir=cache_dir,
                deadline_s=servers.overpass_deadline_s,
                hosts=servers.hosts,
                refresh=refresh,
            )
        except FetchError as no_overpass:
            raise FetchError(
                f"no map data of {area.name!r} could be had. Extracts: {no_extract}. "
                f"Overpass: {no_overpass}. {_WAY_ROUND}"
            ) from no_overpass


def _checked_box(bbox: Box, given: str) -> Box:
    """Box as given, if it is one on the globe."""
    west, south, east, north = bbox
    what = ""
    if not all(math.isfinite(value) for value in bbox):
        what = "the box has a corner that is not a number"
    elif not (-180 <= west <= 180 and -180 <= east <= 180):
        what = "a longitude lies beyond 180°"
    elif not (-90 <= south <= 90 and -90 <= north <= 90):
        what = "a latitude lies beyond 90°; the axes look swapped"
    elif west >= east or south >= north:
        what = "the box is empty: west must be less than east, south less than north"
    if what:
        advice = "give west,south,east,north in degrees, for example 26.93,60.52,26.97,60.54"
        raise InputError([Problem(file="area", where=repr(given), what=what, advice=advice)])
    return bbox


def _checked_name(place: str) -> str:
    """Place name without surrounding and doubled blanks, if it is one."""
    name = " ".join(place.split())
    if name and len(name) <= _MAX_NAME and name.isprintable() and re.search(r"\w", name):
        return name
    what = "this is not a place name" if name else "the place name is empty"
    advice = "give a town with its country, a box west,south,east,north, or a file"
    shown = repr(place[:40])
    raise InputError([Problem(file="area", where=shown, what=what, advice=advice)])


class _StopError(Exception):
    """Carries our own error past pyrosm, which tries again after each OSError."""


class _Opener:
    """Makes pyrosm's request under our rules on hosts, redirects and size."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self.hosts = hosts

    def open(self, request: Any, timeout: float | None = None) -> io.BytesIO:  # noqa: ARG002
        """Body of the answer."""
        url = request.full_url
        try:
            with opened(url, hosts=self.hosts) as response:
                return io.BytesIO(_body(response, url))
        except FetchError as refusal:
            raise _StopError(str(refusal)) from refusal
        except requests.RequestException as failure:
            raise _StopError(f"{url}: {plain_reason(failure)}") from failure


def _body(response: requests.Response, url: str) -> bytes:
    """Body of a successful answer of reasonable size."""
    if response.status_code != requests.codes.ok:
        raise FetchError(f"{url}: the server answered {response.status_code} {response.reason}")
    end = time.monotonic() + _DEADLINE_S
    return b"".join(pieces(response, max_bytes=_MAX_ANSWER, end=end))


def _geocoded(name: str, servers: Servers) -> Polygon | MultiPolygon:
    """Outline of a place, asked of Nominatim through pyrosm."""
    from pyrosm import geocode

    logger.info("looking up %r at %s", name, servers.nominatim_url)
    advice = "Give the area as a box west,south,east,north or as a file"
    try:
        outline = geocode(
            name,
            base_url=servers.nominatim_url,
            user_agent=user_agent(),
            opener=_Opener(servers.hosts),
        )
    except _StopError as failure:
        raise FetchError(f"cannot look up the place {name!r}: {failure}. {advice}") from failure
    except (ValueError, KeyError, IndexError, TypeError, shapely.errors.GEOSException) as failure:
        raise FetchError(
            f"{servers.nominatim_url} knows no place {name!r}, or its answer is damaged. {advice}"
        ) from failure
    return _surface(outline)


def _surface(outline: Any) -> Polygon | MultiPolygon:
    """Outline as the surface it is; pyrosm is untyped."""
    if not isinstance(outline, Polygon | MultiPolygon):
        raise FetchError(f"the outline of the place is a {type(outline).__name__}, not a surface")
    return outline
