"""The map: escaped, offline, equal bytes, small, and nothing lost where there is too much."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

from heatreach.siting.writing.maps.cells import cell_theme
from heatreach.siting.writing.maps.classes import PIPE_CLASSES, USE_GROUPS, pipe_class
from heatreach.siting.writing.maps.drawing import draw_map
from heatreach.siting.writing.maps.features import themes
from heatreach.siting.writing.maps.page import asset
from heatreach.siting.writing.wording import figure, html_text

if TYPE_CHECKING:
    from collections.abc import Callable


# SHA-256 of dist/leaflet.js in the package leaflet 1.9.4 on the npm registry.
LEAFLET_SHA256 = "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a"

HOSTILE = (
    "<script>document.title='taken'</script>",
    "</script><script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "`${document.title='taken'}`",
    "{{ 7*7 }}{% raw %}",
    "'\"; document.title='taken'; //",
    "\u202eשלום עולם مرحبا",
    "=cmd|' /C calc'!A0",
    "\x00\x07\r\n\tbell",
    "&lt;b&gt;&amp;",
    "very long " * 200,
    "\u2028line\u2029end -->",
)


def hostile_name(number: int) -> str:
    """One bad name after the other."""
    return HOSTILE[number % len(HOSTILE)]


def without_scripts(page: str) -> str:
    """The page as people see it, scripts and styles cut out."""
    return re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)


def test_docs_leaflet_is_the_published_file() -> None:
    path = Path(__file__).resolve().parents[2] / "siting" / "writing" / "assets" / "leaflet.js"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == LEAFLET_SHA256
    assert "BSD 2-Clause" in asset("leaflet-licence.txt")


def test_docs_map_needs_no_address(made_plan: Any) -> None:
    page = draw_map(made_plan)
    scriptless = re.sub(r"<script>.*?</script>|/\*.*?\*/", "", page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href|url)\s*[=(](?!"#)""", scriptless)
    assert "http" not in scriptless.replace("http-equiv", "")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert "https://" not in scripts[1] + scripts[2]
    assert "cdn" not in page.lower()


def test_docs_policy_names_each_script(made_plan: Any) -> None:
    page = draw_map(made_plan)
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == page.count("<script") == 3
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]
    assert "unsafe-eval" not in policy[1]
    assert "script-src 'unsafe-inline'" not in policy[1]


def test_docs_page_is_accessible_and_credited(made_plan: Any) -> None:
    page = draw_map(made_plan)
    assert '<html lang="en-GB">' in page
    assert "<title>Heat-reuse plan</title>" in page
    assert "user-scalable" not in page.split("<style>")[0]
    assert "<caption>" in page
    assert page.count("© OpenStreetMap contributors, ODbL 1.0") == 2
    assert "EUR 2024" in without_scripts(page)
    assert "Hypothetical sites: 1 of 2 data centres" in page


def test_docs_no_banner_without_hypothetical_sites(made_plan: Any) -> None:
    real = made_plan.inputs.sites.drop(columns="hypothetical")
    projects = made_plan.projects.assign(hypothetical=False)
    inputs = dataclasses.replace(made_plan.inputs, sites=real)
    page = draw_map(dataclasses.replace(made_plan, inputs=inputs, projects=projects))
    assert "ypothetical" not in without_scripts(page)


def test_property_equal_plans_give_equal_bytes(plan_maker: Callable[..., Any]) -> None:
    first = plan_maker(30)
    second = plan_maker(30)
    shuffled = {
        name: getattr(second, name).sample(frac=1, random_state=3).reset_index(drop=True)
        for name in ("links", "projects", "edges", "connections")
    }
    assert draw_map(first) == draw_map(dataclasses.replace(second, **shuffled))


def test_property_hostile_names_stay_texts(plan_maker: Callable[..., Any]) -> None:
    plan = plan_maker(30, name=hostile_name, attribution=HOSTILE[2], extra_column=HOSTILE[0])
    page = draw_map(plan)
    assert re.findall(r"<script[^>]*>", page) == ["<script>"] * 3
    assert "<img" not in page
    seen = html.unescape(without_scripts(page))
    assert f"{HOSTILE[0]} heats most." in seen
    assert HOSTILE[1] in seen
    assert HOSTILE[2] in seen
    drawn, _ = themes(plan)
    texts = [
        text for theme in drawn for shape in theme.features for text in shape["properties"].values()
    ]
    assert texts
    assert not [text for text in texts if set(text) & set("<>\"'`${}")]


def test_property_names_are_no_templates(plan_maker: Callable[..., Any]) -> None:
    """Branca renders scripts as jinja templates once more; a name must not be run by Python."""
    page = draw_map(plan_maker(6, name=lambda _: "{{ 1234 * 10 }}{% raw %}{# x"))
    assert "12340" not in page
    assert "{{ 1234 * 10 }}{% raw %}{# x" in html.unescape(page)


def test_property_large_plan_stays_small(plan_maker: Callable[..., Any]) -> None:
    page = draw_map(plan_maker(2200))
    assert len(page.encode()) < 4_000_000


def test_property_coordinates_have_six_decimals(made_plan: Any) -> None:
    drawn, _ = themes(made_plan)
    numbers = re.findall(
        r"\d+\.(\d+)", json.dumps([f["geometry"] for t in drawn for f in t.features])
    )
    assert numbers
    assert max(map(len, numbers)) <= 6


def test_property_consumer_served_by_one_of_two_sites_is_connected(made_plan: Any) -> None:
    rows = made_plan.connections
    other = rows.assign(site_id="s1", connected=~rows["connected"], project_id="p1")
    both = gpd.GeoDataFrame(gpd.pd.concat([rows, other], ignore_index=True), crs=rows.crs)
    drawn, _ = themes(dataclasses.replace(made_plan, connections=both))
    counts = {theme.key: len(theme.features) for theme in drawn}
    assert counts["connected"] == len(rows)
    assert "unconnected" not in counts


def test_property_what_is_too_much_is_added_up(
    made_plan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heat and consumers of the squares are those of the consumers not drawn one by one."""
    monkeypatch.setattr("heatreach.siting.writing.maps.features.MOST_SHAPES", 61)
    monkeypatch.setattr("heatreach.siting.writing.maps.cells.MOST_CELLS", 2)
    rows = made_plan.connections
    heat = dict(zip(rows["consumer_id"], 10.0 * np.arange(1, len(rows) + 1), strict=True))
    plan = dataclasses.replace(
        made_plan, connections=rows.assign(annual_heat_mwh=rows["consumer_id"].map(heat))
    )
    drawn, notes = themes(plan)
    by_key = {theme.key: theme for theme in drawn}
    # 61 shapes less 24 sections, 2 sites, 25 links and 2 squares leave room for 8.
    assert len(by_key["connected"].features) == 8
    assert "unconnected" not in by_key
    names = {shape["properties"]["name"] for shape in by_key["connected"].features}
    assert names == {f"Building {i}" for i in range(8, 24, 2)}
    left = sum(value for key, value in heat.items() if int(key[1:]) % 2 or int(key[1:]) < 8)
    cells = [shape["properties"] for shape in by_key["consumer_cells"].features]
    assert 1 <= len(cells) <= 2
    assert sum(int(cell["consumers"]) for cell in cells) == 16
    shown = [float(cell["heat"].removesuffix(" MWh/yr").replace(",", "")) for cell in cells]
    assert sum(shown) == pytest.approx(left, abs=1)
    assert any("8 of 12 connected consumers are drawn one by one" in note for note in notes)
    assert any("All 12 consumers not connected are added up" in note for note in notes)
    assert "Squares of further consumers" in draw_map(plan)


def test_golden_heat_of_a_square() -> None:
    """Three buildings in one hectare, one in another: 600 MWh and 50 MWh per hectare."""
    places = [Point(110, 110), Point(150, 190), Point(199, 101), Point(450, 450)]
    rows = gpd.GeoDataFrame(
        {"consumer_id": list("abcd"), "annual_heat_mwh": [100.0, 200.0, 300.0, 50.0]},
        geometry=places,
        crs="EPSG:32635",
    )
    theme, size_m = cell_theme(rows)
    assert size_m == 100.0
    texts = [shape["properties"] for shape in theme.features]
    assert [text["density"] for text in texts] == ["600 MWh/ha/yr", "50 MWh/ha/yr"]
    assert [text["consumers"] for text in texts] == ["3", "1"]


def test_property_pipes_beyond_the_limit_are_joined_not_lost(
    made_plan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heatreach.siting.writing.maps.routes.MOST_SECTIONS", 10)
    drawn, notes = themes(made_plan)
    by_key = {theme.key: theme for theme in drawn}
    assert "routes" not in by_key
    joined = [shape["properties"] for shape in by_key["routes_joined"].features]
    assert len(joined) == len(set(made_plan.edges["dn"].map(pipe_class)))
    lengths = [float(shape["length"].removesuffix(" m").replace(",", "")) for shape in joined]
    assert sum(lengths) == pytest.approx(made_plan.edges["length_m"].sum(), rel=0.01)
    assert {shape["row"] for shape in joined} == {"0"}
    assert any("section by section for 0 of 1 projects" in note for note in notes)


def test_property_a_city_stays_small(plan_maker: Callable[..., Any]) -> None:
    page = draw_map(plan_maker(12_000))
    assert len(page.encode()) < 10_000_000
    shapes = map(int, re.findall(r'data-features="(\d+)"', page))
    assert 9_000 < sum(shapes) <= 10_000


def test_property_routes_carry_the_row_of_their_project(made_plan: Any) -> None:
    drawn, _ = themes(made_plan)
    by_key = {theme.key: theme.features for theme in drawn}
    assert {shape["properties"]["row"] for shape in by_key["routes"]} == {"0"}
    assert [shape["properties"]["row"] for shape in by_key["sites"]] == ["0", "1"]
    page = draw_map(made_plan)
    assert re.findall(r'<tr data-row="(\d+)">', page) == ["0", "1"]
    assert re.findall(r'<article class="card" id="card_(\d+)"', page) == ["0", "1"]


def test_property_empty_plan_still_draws(made_plan: Any) -> None:
    empty = {
        name: getattr(made_plan, name).iloc[:0]
        for name in ("links", "projects", "edges", "connections")
    }
    assert "No project was found." in draw_map(dataclasses.replace(made_plan, **empty))
    nowhere = dataclasses.replace(
        made_plan.inputs,
        sites=made_plan.inputs.sites.iloc[:0],
        roads=made_plan.inputs.roads.iloc[:0],
        attribution="",
    )
    assert "L.map(" in draw_map(dataclasses.replace(made_plan, **empty, inputs=nowhere))


def test_property_own_site_columns_do_not_hide_results(made_plan: Any) -> None:
    sites = made_plan.inputs.sites.assign(rank=99, heat_mwh="warm")
    roads = made_plan.inputs.roads.drop(columns="highway")
    inputs = dataclasses.replace(made_plan.inputs, sites=sites, roads=roads)
    drawn, _ = themes(dataclasses.replace(made_plan, inputs=inputs))
    shown = next(theme for theme in drawn if theme.key == "sites").features[0]["properties"]
    assert shown["rank"] == "1"
    assert shown["heat"].endswith("MWh/yr")


def test_property_many_streets_leave_main_roads(
    made_plan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heatreach.siting.writing.maps.background.MOST_ROAD_POINTS", 4)
    drawn, notes = themes(made_plan)
    assert [shape["properties"]["class"] for shape in drawn[0].features] == ["main"]
    assert "Of the streets only main roads are drawn." in notes


def test_golden_pipe_classes_grow() -> None:
    widths = [width for _, _, _, width, _ in PIPE_CLASSES]
    assert widths == sorted(widths)
    assert len({(width, dashes) for _, _, _, width, dashes in PIPE_CLASSES}) == len(PIPE_CLASSES)
    assert pipe_class("DN20") == 0 < pipe_class("DN80") < pipe_class("DN600")
    assert pipe_class("") == pipe_class(None) == 0


def test_golden_letters_of_uses_differ() -> None:
    assert len({letter for _, letter, *_ in USE_GROUPS.values()}) == len(USE_GROUPS)
    assert len({colour for _, _, colour, _ in USE_GROUPS.values()}) == len(USE_GROUPS)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.1234, "0.12"), (12.34, "12.3"), (99.96, "100"), (1234.5, "1,234"), (-7.0, "−7")],
)
def test_golden_figures(value: float, text: str) -> None:
    assert figure(value) == text
    assert figure(value, "m") == f"{text} m"


def test_golden_html_text_is_escaped_once() -> None:
    assert str(html_text("a & b")) == "a &amp; b"
    assert str(html_text("&amp;")) == "&amp;amp;"
    assert str(html_text(None)) == str(html_text("  ")) == "–"
    assert len(html.unescape(html_text("x" * 500))) == 90
