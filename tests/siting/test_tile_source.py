"""Background tiles: none unless named, one origin, no key told, nothing hostile gets through."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from heatreach.siting import InputError, TileSource, read_tile_source
from heatreach.siting.cli import main
from heatreach.siting.writing.handout import save
from heatreach.siting.writing.maps.drawing import draw_map
from heatreach.siting.writing.maps.zone_drawing import draw_zone_map
from heatreach.siting.writing.record import tiles_used

from .browsing import PATIENCE_MS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("no_sheets")

URL = "https://tiles.example.org/{z}/{x}/{y}.png?key=SECRET"
TILE = '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>'
TILE_ADDRESS = r"https://tiles\.example\.org/\d+/\d+/\d+\.png\?key=SECRET"
HOSTILE_CREDIT = "\"'><script>alert(1)</script>`${1}`{{ 7 * 7 }}</style>"


def source(**changes: Any) -> TileSource:
    """A source of tiles, with changes."""
    return TileSource(**{"url": URL, "attribution": "© Tile makers", "max_zoom": 18, **changes})


def policy_of(page: str) -> list[str]:
    """Parts of the content-security policy of a page."""
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found
    return found[1].replace("&#39;", "'").split("; ")


def test_source_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tiles.toml"
    path.write_text(
        f'url = "{URL}"\nattribution = "© Tile makers"\nmax_zoom = 18\n', encoding="utf-8"
    )
    assert read_tile_source(path) == source()
    assert source().origin == "https://tiles.example.org"
    assert source(url="https://t.example.org:8443/{z}/{x}/{y}").origin.endswith("org:8443")


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}/{x}/{y}",
        "data:image/png;base64,{z}{x}{y}",
        "//tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "https://tiles.example.org/{z}/{x}/{y}/{y}.png",
        "https://{s}.tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}/{y}{r}.png",
        "https://tiles.example.org/{{z}}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}/{y}.png`${alert(1)}`",
        "https://tiles.example.org/{z}/{x}/{y}.png'\"></script>",
        "https://tiles.example.org/{z}/{x}/{y}.png; script-src *",
        "https://tiles.example.org *;{z}/{x}/{y}",
        "https://me:secret@tiles.example.org/{z}/{x}/{y}",
        "https://TILES.example.org/{z}/{x}/{y}.png",
        "https://tiles.exämple.org/{z}/{x}/{y}.png",
        "https://localhost/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}/{y}.png\n",
        "",
        7,
        None,
    ],
)
def test_source_rejects_an_address_that_is_no_template(url: Any) -> None:
    with pytest.raises(InputError) as told:
        source(url=url)
    assert [problem.where for problem in told.value.problems] == ["url"]
    assert "SECRET" not in str(told.value)


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("tile.openstreetmap.org", "?key=SECRET"),
        ("a.tile.openstreetmap.org", "?key=SECRET"),
        ("a.basemaps.cartocdn.com", "?token=SECRET"),
    ],
)
def test_source_rejects_hosts_that_refuse_such_maps(host: str, asked: str) -> None:
    """OpenStreetMap's own servers ask for a Referer; a file opened from disk sends none."""
    with pytest.raises(InputError, match="tile server of your own") as told:
        source(url=f"https://{host}/{{z}}/{{x}}/{{y}}.png{asked}")
    assert "SECRET" not in str(told.value)
    assert source(url=f"https://not{host}.example.org/{{z}}/{{x}}/{{y}}.png").max_zoom == 18


def test_source_of_a_host_that_asks_for_a_key_only() -> None:
    url = "https://basemaps.cartocdn.com/light_all/{z}/{x}/{y}.png"
    assert source(url=f"{url}?key=SECRET").origin == "https://basemaps.cartocdn.com"
    with pytest.raises(InputError, match="API KEY REQUIRED"):
        source(url=url)


def test_source_does_not_show_its_key() -> None:
    """Notebooks and error reports show what an object says of itself."""
    assert "SECRET" not in f"{source()!r} {source()} {[source()]}"
    assert "Tile makers" in repr(source())


@pytest.mark.parametrize(
    ("content", "words"),
    [("#" * 70_000, "too large"), (f"url = {'[' * 20_000}", "no TOML file")],
)
def test_file_of_a_source_rejects_what_is_none(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "tiles.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_tile_source(path)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"attribution": " \x00 "}, "attribution"),
        ({"attribution": None}, "attribution"),
        ({"attribution": "x" * 401}, "attribution"),
        ({"max_zoom": 0}, "max_zoom"),
        ({"max_zoom": 23}, "max_zoom"),
        ({"max_zoom": True}, "max_zoom"),
        ({"max_zoom": "18"}, "max_zoom"),
    ],
)
def test_source_rejects_a_missing_credit_and_zoom(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as told:
        source(**changes)
    assert [problem.where for problem in told.value.problems] == [where]


def test_file_of_a_source_tells_every_problem_at_once(tmp_path: Path) -> None:
    path = tmp_path / "tiles.toml"
    path.write_text('url = "http://x/{z}?key=SECRET"\nmax_zom = 3\n', encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_tile_source(path)
    places = [problem.where for problem in told.value.problems]
    assert places == ["max_zom", "url", "attribution", "max_zoom"]
    assert "did you mean 'max_zoom'" in str(told.value)
    assert "SECRET" not in str(told.value)
    for text in ("url = ", "\udcff"):
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        with pytest.raises(InputError, match="no TOML file"):
            read_tile_source(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_tile_source(tmp_path / "absent.toml")


def test_command_rejects_a_bad_source_before_it_computes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "tiles.toml"
    url = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    path.write_text(f'url = "{url}"\nattribution = "OSM"\nmax_zoom = 19\n', encoding="utf-8")
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["heatreach", "demo", "--out", str(out), "--tiles", str(path)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "refuses requests without a Referer" in told
    assert "tile server of your own" in told
    assert not out.exists()


def test_policy_allows_exactly_the_named_origin(made_plan: Any, made_zones: Any) -> None:
    """Without a source no address is allowed; with one, pictures of it and nothing else."""
    for draw, made in ((draw_map, made_plan), (draw_zone_map, made_zones)):
        without, named = policy_of(draw(made)), policy_of(draw(made, tiles=source()))
        assert "img-src data:" in without
        assert not any("http" in part for part in without)
        assert "img-src data: https://tiles.example.org" in named
        others = [part for part in named if not part.startswith(("img-src", "script-src"))]
        assert others == [p for p in without if not p.startswith(("img-src", "script-src"))]
        assert sum("example" in part for part in named) == 1


def test_equal_sources_give_equal_pages(made_plan: Any) -> None:
    assert draw_map(made_plan, tiles=source()) == draw_map(made_plan, tiles=source())


def test_record_names_the_server_and_never_the_key(made_plan: Any, tmp_path: Path) -> None:
    save(made_plan, tmp_path, tiles=source())
    record = (tmp_path / "run.json").read_text(encoding="utf-8")
    told = {"origin": "https://tiles.example.org", "attribution": "© Tile makers"}
    assert json.loads(record)["tiles"] == told
    for path in tmp_path.iterdir():
        assert (b"SECRET" in path.read_bytes()) is (path.name == "map.html")
    assert tiles_used(None) == {}


@pytest.mark.parametrize("online", [False, True])
def test_map_works_with_tiles_and_without_their_server(
    online: bool, browser: Any, made_plan: Any, tmp_path: Path
) -> None:
    """Only the named server is asked; where it does not answer, the map is there all the same."""
    plan = dataclasses.replace(made_plan, summary="One network.")
    tiles = source(attribution=HOSTILE_CREDIT)
    path = tmp_path / "map.html"
    path.write_text(draw_map(plan, tiles=tiles), encoding="utf-8", newline="\n")
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=not online)
    asked: list[str] = []

    def answer(route: Any) -> None:
        route.fulfill(status=200, content_type="image/svg+xml", body=TILE)

    if online:
        context.route(re.compile("^https:"), answer)
    page, errors, dialogs = context.new_page(), [], []
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector('html[data-map="ready"]', state="attached")
    wanted = ".leaflet-tile-loaded" if online else ".leaflet-tile"
    page.wait_for_selector(f".leaflet-tile-container img{wanted}", state="attached")
    page.locator("#projects tbody tr").first.click()
    chosen = page.locator("tr[aria-current]").count()
    switch = page.get_by_label("Background map (tiles.example.org)")
    shown = page.locator(".attribution").inner_text()
    assert switch.is_checked()
    switch.uncheck()
    page.wait_for_selector(".leaflet-tile-container img", state="detached")
    context.close()
    assert errors == dialogs == []
    assert chosen == 1
    assert HOSTILE_CREDIT in shown
    others = [url for url in asked if url != path.as_uri()]
    assert others
    assert all(re.fullmatch(TILE_ADDRESS, url) for url in others)
