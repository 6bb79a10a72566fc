"""
OpenStreetMap data of a small box from the Overpass API: the last resort, after extracts.

osmnx writes and posts the query (one for everything heatreach reads); `_Guard`, a hook on its
request, reads the answer under our own limits. The elements are written as an ``.osm.pbf`` by the
rule of an extract's crop, so everything downstream reads one kind of file.

osmnx alone would sleep a minute when the server's status page does not answer, ask again for ever
after 429 and 504, store a half-read answer, and replace `socket.getaddrinfo` for the whole process
(2.1). Hence: no status page, each refusal ends the query with one message, a deadline that holds
even if the server dribbles, and settings and resolver put back afterwards. The overpass-api.de
operators ask for a user agent that names the program, one request at a time, and few of them.
"""

from __future__ import annotations

import io
import json
import logging
import math
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import osmium
import requests

from ..errors import FetchError
from .cache import cache_folder, is_intact, locked, made, put_in_place
from .extracts import box_name
from .web import HOSTS, check_address, pieces, plain_reason, user_agent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    Box = tuple[float, float, float, float]

logger = logging.getLogger(__name__)

OVERPASS_URL = "https://overpass-api.de/api"
DEADLINE_S = 180.0
MAX_AREA_KM2 = 400.0
MAX_BYTES = 300_000_000
_KM_PER_DEGREE = 111.32
_TURN = threading.Lock()

# What the readers of streets, barriers, consumers and sites look at.
TAGS: dict[str, bool | str | list[str]] = {
    "building": True,
    "highway": True,
    "railway": True,
    "waterway": True,
    "natural": ["water", "coastline"],
    "landuse": ["industrial", "commercial", "greenhouse_horticulture"],
    "leisure": ["swimming_pool", "sports_centre", "water_park", "ice_rink"],
    "amenity": ["school", "university", "college", "hospital", "kindergarten", "swimming_pool"],
    "telecom": True,
    "man_made": ["pipeline", "works"],
    "power": ["plant", "substation"],
}

_ADVICE = {
    requests.codes.not_acceptable: "the server does not accept the program's name",
    requests.codes.too_many_requests: "the server asks us to come back later",
    requests.codes.gateway_timeout: "the server is too busy",
}


def fetch_overpass(
    bbox: Box,
    *,
    overpass_url: str = OVERPASS_URL,
    cache_dir: Path | str | None = None,
    deadline_s: float = DEADLINE_S,
    agent: str | None = None,
    hosts: frozenset[str] = HOSTS,
    refresh: bool = False,
) -> Path:
    """
    File with the OpenStreetMap data of a small box, asked of an Overpass server.

    Parameters
    ----------
    bbox
        West, south, east, north [°].
    overpass_url
        Address of the API, without ``/interpreter``.
    cache_dir
        Folder for downloads; by default the user's (see `cache.cache_folder`).
    deadline_s
        Time after which the query is given up [s].
    agent
        User agent; by default `web.user_agent`.
    hosts
        Names that may be asked.
    refresh
        Ask again, although an answer is kept.

    Returns
    -------
    path
        An ``.osm.pbf`` with whole ways; ``path.json`` beside it says where it comes from.

    Raises
    ------
    FetchError
        If the box is too large, the server refuses or fails, or the answer is not whole.
    """
    path = cache_folder(cache_dir) / "overpass" / f"{box_name(bbox)}.osm.pbf"
    if not refresh and is_intact(path):
        logger.info("using %s, kept from an earlier run", path)
        return path
    check_address(overpass_url, hosts=hosts)
    _refuse_large(bbox)
    made(path.parent)
    with locked(path):
        logger.info("asking %s for the box %s", overpass_url, box_name(bbox))
        answers = _ask(bbox, overpass_url, deadline_s, agent or user_agent())
        draft = path.with_name(f"draft_{path.name}")
        write_elements([e for answer in answers for e in answer["elements"]], draft, bbox=bbox)
        put_in_place(draft, path, {"url": overpass_url, "last_modified": _data_date(answers)})
    return path


def write_elements(elements: Iterable[dict[str, Any]], path: Path, *, bbox: Box) -> None:
    """
    Write Overpass elements as an OpenStreetMap file by the rule of an extract's crop.

    Parameters
    ----------
    elements
        Nodes, ways and relations in Overpass JSON form; repeated ones are written once.
    path
        File to write; the ending chooses the format.
    bbox
        Ways with a node in it are kept whole; other ways, such as the far members of a river
        relation, are left out, and so are relations without a kept member.

    Raises
    ------
    FetchError
        If an element is not readable, or no element lies in the box.
    """
    try:
        nodes, ways, relations = _kept(elements, bbox)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise FetchError(f"the answer holds an unreadable element ({fault})") from fault
    if not nodes:
        raise FetchError("OpenStreetMap has nothing in the box that heatreach could use")
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node in nodes:
            writer.add_node(node)
        for way in ways:
            writer.add_way(way)
        for relation in relations:
            writer.add_relation(relation)


def _kept(elements: Iterable[dict[str, Any]], bbox: Box) -> tuple[list[Any], list[Any], list[Any]]:
    """Nodes, ways and relations of the crop, sorted by id, as osmium's mutable objects."""
    by_kind: dict[str, dict[int, dict[str, Any]]] = {"node": {}, "way": {}, "relation": {}}
    for element in elements:
        if element["type"] in by_kind:
            by_kind[element["type"]][int(element["id"])] = element
    places = {i: (float(e["lon"]), float(e["lat"])) for i, e in by_kind["node"].items()}
    west, south, east, north = bbox
    inside = {i for i, (x, y) in places.items() if west <= x <= east and south <= y <= north}
    ways = {i: e for i, e in by_kind["way"].items() if not inside.isdisjoint(e["nodes"])}
    needed = inside | {ref for way in ways.values() for ref in way["nodes"] if ref in places}
    relations = [
        _relation(i, e)
        for i, e in sorted(by_kind["relation"].items())
        if any(member["type"] == "way" and member["ref"] in ways for member in e["members"])
    ]
    return (
        [_node(i, places[i], by_kind["node"][i]) for i in sorted(needed)],
        [_way(i, ways[i]) for i in sorted(ways)],
        relations,
    )


def _node(number: int, place: tuple[float, float], element: dict[str, Any]) -> Any:
    """One node."""
    if not (math.isfinite(place[0]) and -90 <= place[1] <= 90 and -180 <= place[0] <= 180):
        raise ValueError(f"node {number} lies at {place}")
    return osmium.osm.mutable.Node(id=number, location=place, tags=_tags(element))


def _way(number: int, element: dict[str, Any]) -> Any:
    """One way."""
    refs = [int(ref) for ref in element["nodes"]]
    return osmium.osm.mutable.Way(id=number, nodes=refs, tags=_tags(element))


def _relation(number: int, element: dict[str, Any]) -> Any:
    """One relation."""
    members = [(m["type"][0], int(m["ref"]), str(m.get("role", ""))) for m in element["members"]]
    return osmium.osm.mutable.Relation(id=number, members=members, tags=_tags(element))


def _tags(element: dict[str, Any]) -> dict[str, str]:
    """Tags in the order of their keys, so the same answer gives the same bytes."""
    return {str(key): str(value) for key, value in sorted(element.get("tags", {}).items())}


def _refuse_large(bbox: Box) -> None:
    """Refuse a box that an extract should serve."""
    west, south, east, north = bbox
    tall = (north - south) * _KM_PER_DEGREE
    wide = (east - west) * _KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    if tall * wide > MAX_AREA_KM2:
        raise FetchError(
            f"the box of {tall * wide:,.0f} km² is too large for Overpass "
            f"(at most {MAX_AREA_KM2:,.0f} km²)"
        )


class _Guard:
    """Hook on osmnx's request: reads the answer within our limits, or ends the query."""

    def __init__(self, deadline_s: float) -> None:
        self.end = time.monotonic() + deadline_s
        self.answers: list[dict[str, Any]] = []

    def __call__(
        self, response: requests.Response, *_args: object, **_options: object
    ) -> requests.Response:
        """Pass on a copy of the answer once it is known to be whole."""
        status = response.status_code
        with response:
            if status != requests.codes.ok:
                advice = _ADVICE.get(status, response.reason)
                raise FetchError(f"the server answered {status}: {advice}")
            body = b"".join(pieces(response, max_bytes=MAX_BYTES, end=self.end))
        self.answers.append(_parsed(body))
        whole = requests.Response()
        whole.status_code, whole.url, whole.raw = status, response.url, io.BytesIO(body)
        whole.headers = response.headers
        return whole


def _parsed(body: bytes) -> dict[str, Any]:
    """Parse an answer into a dictionary with elements, or raise its reason why not."""
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise FetchError("the answer is incomplete or not JSON") from fault
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise FetchError("the answer is not that of an Overpass server")
    if "remark" in answer:
        raise FetchError(f"the server gave up: {answer['remark']}")
    return answer


def _data_date(answers: list[dict[str, Any]]) -> str:
    """Date of the data by the server's own word, '' if it does not say."""
    notes = [answer.get("osm3s") for answer in answers]
    dates = [str(note.get("timestamp_osm_base", "")) for note in notes if isinstance(note, dict)]
    return max(dates, default="")


def _ask(bbox: Box, url: str, deadline_s: float, agent: str) -> list[dict[str, Any]]:
    """Run the query in a thread that we leave behind at the deadline; the checked answers."""
    guard = _Guard(deadline_s)
    outcome: list[Exception] = []

    def run() -> None:
        try:
            # A slow resolver must not outlast our settings, which osmnx reads only after it.
            with suppress(OSError):
                socket.gethostbyname(urlsplit(url).hostname or "")
            if time.monotonic() < guard.end:
                _query(bbox)
        except Exception as failure:  # noqa: BLE001 - handed to the caller, who sorts it
            outcome.append(failure)

    with _TURN, _Borrowed(url, deadline_s, agent, guard):
        worker = threading.Thread(target=run, name="overpass", daemon=True)
        worker.start()
        worker.join(deadline_s)
        if worker.is_alive():
            raise FetchError(f"{url}: no answer within {deadline_s:.0f} s")
    for failure in outcome:
        reason = plain_reason(failure)
        if isinstance(failure, (FetchError, requests.RequestException)):
            raise FetchError(f"{url}: {reason}") from failure
        raise failure
    return guard.answers


def _query(bbox: Box) -> None:
    """Have osmnx ask for all tags; it stops once the guard has the answers."""
    import osmnx
    from osmnx._errors import CacheOnlyInterruptError

    try:
        osmnx.features_from_bbox(bbox, TAGS)
    except CacheOnlyInterruptError:
        return


class _Borrowed:
    """osmnx's global settings and the process's resolver, put back on leaving."""

    def __init__(self, url: str, deadline_s: float, agent: str, guard: _Guard) -> None:
        self.ours: dict[str, Any] = {
            "overpass_url": url,
            "overpass_rate_limit": False,
            "requests_timeout": max(1, round(deadline_s)),
            "requests_kwargs": {
                "hooks": {"response": guard},
                "stream": True,
                "allow_redirects": False,
            },
            "http_user_agent": agent,
            "http_referer": "",
            "use_cache": False,
            "cache_only_mode": True,
            "doh_url_template": None,
            "log_console": False,
            "log_file": False,
        }
        self.theirs: dict[str, Any] = {}

    def __enter__(self) -> None:
        """Lend."""
        from osmnx import settings

        self.resolver = socket.getaddrinfo
        self.theirs = {name: getattr(settings, name) for name in self.ours}
        for name, value in self.ours.items():
            setattr(settings, name, value)

    def __exit__(self, *_failure: object) -> None:
        """Give back."""
        from osmnx import settings

        for name, value in self.theirs.items():
            setattr(settings, name, value)
        socket.getaddrinfo = self.resolver
