"""Overpass against a server on this machine: whole answers, refusals, half answers, silence."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import osmium
import osmnx
import pytest

from heatreach.siting.errors import FetchError
from heatreach.siting.fetching.cache import facts_of, is_intact
from heatreach.siting.fetching.extracts import Extract
from heatreach.siting.fetching.fetch import Servers, fetch_place
from heatreach.siting.fetching.overpass import TAGS, fetch_overpass, write_elements
from heatreach.siting.fetching.web import user_agent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1"})
BOX = (8.000, 49.000, 8.010, 49.010)
KIT = (8.412, 49.078, 8.466, 49.129)

TOWN: dict[str, Any] = {
    "version": 0.6,
    "osm3s": {"timestamp_osm_base": "2026-02-01T00:00:00Z"},
    "elements": [
        {"type": "way", "id": 12, "nodes": [1, 2, 9], "tags": {"highway": "service", "a": "ß"}},
        {"type": "way", "id": 11, "nodes": [3, 4, 5, 3], "tags": {"building": "industrial"}},
        {"type": "way", "id": 13, "nodes": [8, 9], "tags": {"waterway": "river"}},
        {"type": "node", "id": 1, "lat": 49.001, "lon": 8.001},
        {"type": "node", "id": 2, "lat": 49.002, "lon": 8.002},
        {"type": "node", "id": 3, "lat": 49.003, "lon": 8.003, "tags": {"entrance": "yes"}},
        {"type": "node", "id": 4, "lat": 49.003, "lon": 8.004},
        {"type": "node", "id": 5, "lat": 49.004, "lon": 8.004},
        {"type": "node", "id": 6, "lat": 49.005, "lon": 8.005, "tags": {"telecom": "data_center"}},
        {"type": "node", "id": 8, "lat": 49.9, "lon": 8.9},
        {"type": "node", "id": 9, "lat": 49.02, "lon": 8.02},
        {"type": "node", "id": 1, "lat": 49.001, "lon": 8.001},
        {
            "type": "relation",
            "id": 21,
            "tags": {"type": "multipolygon", "building": "yes"},
            "members": [{"type": "way", "ref": 11, "role": "outer"}],
        },
        {
            "type": "relation",
            "id": 22,
            "tags": {"type": "waterway"},
            "members": [{"type": "way", "ref": 13, "role": ""}],
        },
    ],
}


class Overpass:
    """An Overpass server on the loopback address that answers one thing."""

    def __init__(self) -> None:
        self.status = 200
        self.body = json.dumps(TOWN).encode()
        self.headers: dict[str, str] = {}
        self.wait = threading.Event()
        self.silent = False
        self.dribble_s = 0.0
        self.requests: list[tuple[str, dict[str, str], str]] = []
        overpass = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                overpass.answer(self)

            def do_GET(self) -> None:
                overpass.answer(self)

            def log_message(self, *_words: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self.server.server_port}"
        self.url = self.root + "/api"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Record the request and send the prepared answer."""
        sent = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append((handler.path, headers, sent))
        handler.close_connection = True
        if self.silent:
            self.wait.wait(20)
            return
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if not self.dribble_s:
            handler.wfile.write(self.body)
            return
        try:
            for byte in self.body:
                handler.wfile.write(bytes([byte]))
                if self.wait.wait(self.dribble_s):
                    return
        except OSError:
            return


@pytest.fixture
def overpass() -> Iterator[Overpass]:
    overpass = Overpass()
    thread = threading.Thread(target=overpass.server.serve_forever, args=(0.02,))
    thread.start()
    yield overpass
    overpass.wait.set()
    overpass.server.shutdown()
    thread.join()
    overpass.server.server_close()


def fetched(overpass: Overpass, folder: Path, **options: Any) -> Path:
    """The box from the server."""
    settings: dict[str, Any] = {
        "overpass_url": overpass.url,
        "cache_dir": folder,
        "deadline_s": 10.0,
        "hosts": LOOPBACK,
    }
    return fetch_overpass(BOX, **(settings | options))


def elements(path: Path) -> dict[str, dict[int, Any]]:
    """What a file holds: positions of nodes, references of ways, members of relations."""
    held: dict[str, dict[int, Any]] = {"n": {}, "w": {}, "r": {}}
    reader: Iterator[Any] = iter(osmium.FileProcessor(str(path)))
    for item in reader:
        if item.is_node():
            held["n"][item.id] = (item.lon, item.lat, dict(item.tags))
        elif item.is_way():
            held["w"][item.id] = ([node.ref for node in item.nodes], dict(item.tags))
        else:
            held["r"][item.id] = ([m.ref for m in item.members], dict(item.tags))
    return held


def test_golden_answer_becomes_a_file_with_whole_ways(overpass: Overpass, tmp_path: Path) -> None:
    path = fetched(overpass, tmp_path)
    held = elements(path)
    assert held["w"] == {
        11: ([3, 4, 5, 3], {"building": "industrial"}),
        12: ([1, 2, 9], {"highway": "service", "a": "ß"}),
    }
    assert set(held["n"]) == {1, 2, 3, 4, 5, 6, 9}
    assert held["n"][6] == (8.005, 49.005, {"telecom": "data_center"})
    assert held["r"] == {21: ([11], {"type": "multipolygon", "building": "yes"})}
    assert is_intact(path)
    assert facts_of(path)["last_modified"] == "2026-02-01T00:00:00Z"
    assert facts_of(path)["url"] == overpass.url


def test_golden_one_request_with_our_name_and_no_status_page(
    overpass: Overpass, tmp_path: Path
) -> None:
    fetched(overpass, tmp_path, agent="heatreach/test (a town hall)")
    ((path, headers, body),) = overpass.requests
    assert path == "/api/interpreter"
    assert headers["user-agent"] == "heatreach/test (a town hall)"
    assert "osmnx" not in str(headers).lower()
    (query,) = parse_qs(body)["data"]
    assert query.startswith("[out:json][timeout:10]")
    assert all(f"'{key}'" in query for key in TAGS)


def test_golden_default_name_is_ours(overpass: Overpass, tmp_path: Path) -> None:
    fetched(overpass, tmp_path)
    assert overpass.requests[0][1]["user-agent"] == user_agent()


def test_golden_second_call_asks_nobody(overpass: Overpass, tmp_path: Path) -> None:
    path = fetched(overpass, tmp_path)
    first = path.read_bytes()
    assert fetched(overpass, tmp_path) == path
    assert len(overpass.requests) == 1
    assert fetched(overpass, tmp_path, refresh=True).read_bytes() == first
    assert len(overpass.requests) == 2


def test_golden_damaged_copy_is_asked_for_again(overpass: Overpass, tmp_path: Path) -> None:
    path = fetched(overpass, tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    assert is_intact(fetched(overpass, tmp_path))
    assert len(overpass.requests) == 2


def test_property_osmnx_and_the_resolver_are_as_before(overpass: Overpass, tmp_path: Path) -> None:
    names = [name for name in vars(osmnx.settings) if not name.startswith("_")]
    before = {name: getattr(osmnx.settings, name) for name in names}
    resolver = socket.getaddrinfo
    fetched(overpass, tmp_path)
    overpass.status = 504
    with pytest.raises(FetchError):
        fetched(overpass, tmp_path, refresh=True)
    assert {name: getattr(osmnx.settings, name) for name in names} == before
    assert socket.getaddrinfo is resolver


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (406, "does not accept the program's name"),
        (429, "come back later"),
        (504, "too busy"),
        (400, "400"),
        (500, "500"),
    ],
)
def test_fetch_overpass_rejects_a_refusal_after_one_request(
    overpass: Overpass, tmp_path: Path, status: int, words: str
) -> None:
    overpass.status = status
    start = time.monotonic()
    with pytest.raises(FetchError, match=words) as caught:
        fetched(overpass, tmp_path)
    assert overpass.url in str(caught.value)
    assert time.monotonic() - start < 5.0
    assert len(overpass.requests) == 1
    assert list(tmp_path.rglob("*.pbf")) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (json.dumps(TOWN).encode()[:300], "incomplete or not JSON"),
        (b"", "incomplete or not JSON"),
        (b"<html>log in</html>", "incomplete or not JSON"),
        (b"[]", "not that of an Overpass server"),
        (b'{"elements": 3}', "not that of an Overpass server"),
        (b'{"elements": [], "remark": "runtime error: timed out"}', "gave up: runtime error"),
        (b'{"elements": []}', "nothing in the box"),
        (b'{"elements": [{"type": "node", "id": 1}]}', "unreadable element"),
        (b'{"elements": [{"type": "node", "id": 1, "lon": 8.0, "lat": "x"}]}', "unreadable"),
        (b'{"elements": ["node"]}', "unreadable element"),
        (b'{"elements": [{"type": "way", "id": 1, "nodes": [[1]]}]}', "unreadable element"),
        (b'{"elements": [], "osm3s": 5}', "nothing in the box"),
    ],
)
def test_fetch_overpass_rejects_an_answer_that_is_not_whole(
    overpass: Overpass, tmp_path: Path, body: bytes, words: str
) -> None:
    overpass.body = body
    with pytest.raises(FetchError, match=words):
        fetched(overpass, tmp_path)
    assert list(tmp_path.rglob("*.pbf")) == []


def test_fetch_overpass_rejects_a_body_shorter_than_promised(
    overpass: Overpass, tmp_path: Path
) -> None:
    overpass.headers = {"Content-Length": str(len(overpass.body) + 50)}
    with pytest.raises(FetchError, match="broke off"):
        fetched(overpass, tmp_path)


def test_fetch_overpass_rejects_a_redirect(overpass: Overpass, tmp_path: Path) -> None:
    overpass.status = 302
    overpass.headers = {"Location": "http://10.0.0.1/api/interpreter"}
    with pytest.raises(FetchError, match="302"):
        fetched(overpass, tmp_path)
    assert len(overpass.requests) == 1


@pytest.mark.parametrize("way", ["silent", "dribbling"])
def test_fetch_overpass_rejects_when_the_deadline_passes(
    overpass: Overpass, tmp_path: Path, way: str
) -> None:
    overpass.silent = way == "silent"
    overpass.dribble_s = 0.05
    start = time.monotonic()
    with pytest.raises(FetchError, match=r"in time|within"):
        fetched(overpass, tmp_path, deadline_s=1.0)
    assert time.monotonic() - start < 4.0


def test_fetch_overpass_rejects_an_unreachable_server_at_once(
    overpass: Overpass, tmp_path: Path
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    url = f"http://127.0.0.1:{server.server_port}/api"
    server.server_close()
    start = time.monotonic()
    with pytest.raises(FetchError, match="cannot be reached"):
        fetched(overpass, tmp_path, overpass_url=url)
    assert time.monotonic() - start < 5.0


def test_fetch_overpass_rejects_a_large_box(overpass: Overpass, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="too large for Overpass"):
        fetch_overpass(
            (8.0, 49.0, 9.0, 50.0), overpass_url=overpass.url, cache_dir=tmp_path, hosts=LOOPBACK
        )
    assert overpass.requests == []


def test_fetch_overpass_rejects_a_host_off_the_list(overpass: Overpass, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="is refused"):
        fetch_overpass(BOX, overpass_url=overpass.url, cache_dir=tmp_path)
    assert overpass.requests == []


def test_golden_place_falls_back_to_overpass(
    overpass: Overpass, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    overpass.headers = {}
    servers = Servers(
        overpass_url=overpass.url,
        extracts=(Extract(name="Gone", url="https://files.example.org/gone.osm.pbf"),),
        hosts=LOOPBACK,
    )
    with caplog.at_level(logging.INFO, logger="heatreach"):
        path = fetch_place("8.0,49.0,8.01,49.01", cache_dir=tmp_path, servers=servers)
    assert set(elements(path)["w"]) == {11, 12}
    assert "Gone" in caplog.text
    assert overpass.url in caplog.text


def test_property_order_of_elements_does_not_matter(tmp_path: Path) -> None:
    one, two = tmp_path / "one.osm.pbf", tmp_path / "two.osm.pbf"
    write_elements(TOWN["elements"], one, bbox=BOX)
    write_elements(list(reversed(TOWN["elements"])), two, bbox=BOX)
    assert one.read_bytes() == two.read_bytes()


def test_town_kit_campus_north(overpass: Overpass, tmp_path: Path, realdata: Path) -> None:
    answers = [
        json.loads((realdata / f"overpass_kit_{theme}.json").read_text(encoding="utf-8"))
        for theme in ("roads", "buildings", "datacentres")
    ]
    merged = [element for answer in answers for element in answer["elements"]]
    overpass.body = json.dumps({"elements": merged}).encode()
    path = fetch_overpass(
        KIT, overpass_url=overpass.url, cache_dir=tmp_path, deadline_s=20.0, hosts=LOOPBACK
    )
    held = elements(path)
    places = {e["id"]: (e["lon"], e["lat"]) for e in merged if e["type"] == "node"}
    west, south, east, north = KIT
    inside = {
        i for i, (lon, lat) in places.items() if west <= lon <= east and south <= lat <= north
    }
    expected = {
        e["id"]: e["nodes"] for e in merged if e["type"] == "way" and inside & set(e["nodes"])
    }
    assert {way: refs for way, (refs, _) in held["w"].items()} == expected
    assert held["w"][404645122][1]["telecom"] == "data_center"
    assert all(ref in held["n"] for refs, _ in held["w"].values() for ref in refs)
    assert sum("highway" in tags for _, tags in held["w"].values()) > 450
    for number, (lon, lat, _) in held["n"].items():
        assert (lon, lat) == pytest.approx(places[number], abs=1e-7)
