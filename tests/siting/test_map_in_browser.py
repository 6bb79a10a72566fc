"""The map as people use it, in a real browser: drawn, linked, found, sorted, read and printed."""

from __future__ import annotations

import dataclasses
import html
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

from heatreach.siting.writing.maps.drawing import draw_map
from heatreach.siting.writing.maps.features import themes
from heatreach.siting.writing.maps.zone_drawing import draw_zone_map

from .browsing import opened
from .test_maps import HOSTILE, hostile_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .browsing import Visit

HEADINGS = ("rank", "name", "consumers", "heat_mwh", "avoided_t_co2e", "npv", "lcoh_per_mwh")
POINT_OF = """row => {
  const shape = geo_json_routes.getLayers().find(one => one.feature.properties.row === row);
  const [a, b] = shape.getLatLngs();
  const at = map_plan.latLngToContainerPoint([(a.lat + b.lat) / 2, (a.lng + b.lng) / 2]);
  const box = document.getElementById("map_plan").getBoundingClientRect();
  return [box.x + at.x, box.y + at.y];
}"""
GLOWING = """() => {
  const ends = [];
  map_plan.eachLayer((shape) => {
    if (shape.options.glow) ends.push(String(shape.getLatLngs()));
  });
  const of = (row) => geo_json_routes.getLayers()
    .filter((one) => one.feature.properties.row === row).map((one) => String(one.getLatLngs()));
  return ["0", "1"].filter((row) => of(row).sort().join() === ends.sort().join());
}"""


def two_projects(plan: Any) -> Any:
    """A plan whose second half of the street belongs to the second data centre; one more fails."""
    half = len(plan.edges) // 2
    second = plan.edges.index >= half
    edges = plan.edges.assign(
        project_id=["p1" if late else "p0" for late in second],
        site_id=["s1" if late else "s0" for late in second],
    )
    third = plan.projects.iloc[[1]].assign(
        project_id="p2", site_id="s2", name="Zürich-Nord", npv=float("nan"), reason="no street near"
    )
    projects = pd.concat(
        [plan.projects.assign(rank=pd.array([1, 2], dtype="Int64")), third], ignore_index=True
    )
    projects = gpd.GeoDataFrame(projects, geometry="geometry", crs=plan.crs)
    return dataclasses.replace(plan, edges=edges, projects=projects)


@pytest.fixture(scope="module")
def shown_plan(plan_maker: Callable[..., Any]) -> Any:
    """Forty buildings, two networks and a data centre that reaches nobody."""
    return two_projects(plan_maker(40))


@pytest.fixture
def visit(browser: Any, shown_plan: Any, tmp_path: Path) -> Iterator[Visit]:
    """The map of that plan, newly opened; nothing was fetched and nothing complained."""
    with opened(browser, draw_map(shown_plan), tmp_path) as visit:
        yield visit
        assert visit.errors == []
        assert visit.requests == []


def chosen(visit: Visit) -> tuple[list[str], list[str], list[str]]:
    """Marked rows, open cards and glowing routes."""
    rows = visit.ask("[...document.querySelectorAll('tr[aria-current]')].map(r => r.dataset.row)")
    cards = visit.ask("[...document.querySelectorAll('.card:not([hidden])')].map(c => c.id)")
    return rows, cards, visit.ask(GLOWING)


def names_shown(visit: Visit) -> list[str]:
    """Names in the rows of the table of projects that are to be seen, from above."""
    return list(visit.page.locator("#projects tbody tr:visible th bdi").all_inner_texts())


def test_town_every_feature_is_drawn(visit: Visit, shown_plan: Any) -> None:
    drawn, _ = themes(shown_plan)
    expected = {theme.key: len(theme.features) for theme in drawn if theme.listed}
    assert visit.counts() == {key: (count, count) for key, count in expected.items()}
    assert expected["connected"] == expected["unconnected"] == 20
    assert expected["routes"] == len(shown_plan.edges) == 40
    assert expected["sites"] == len(shown_plan.inputs.sites)
    assert visit.page.locator(".leaflet-control-layers-selector").count() == len(expected)
    assert visit.page.locator(".leaflet-control-scale").count() == 1
    assert visit.page.title() == "Heat-reuse plan"
    colours = visit.ask(
        """() => {
          const canvas = document.querySelector(".leaflet-overlay-pane canvas");
          const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let at = 0; at < dots.length; at += 4)
            if (dots[at + 3] === 255) seen.add(dots.slice(at, at + 3).join());
          return [...seen];
        }"""
    )
    assert len(colours) > 5


def test_town_a_click_on_a_row_shows_the_route(visit: Visit) -> None:
    before = visit.ask("map_plan.getZoom()")
    assert chosen(visit) == ([], [], [])
    visit.page.locator("#projects tbody tr").nth(1).locator("td").last.click()
    assert chosen(visit) == (["1"], ["card_1"], ["1"])
    assert visit.ask("map_plan.getZoom()") > before
    inside = """() => geo_json_routes.getLayers()
      .filter((one) => map_plan.getBounds().contains(one.getBounds()))
      .map((one) => one.feature.properties.row)"""
    assert visit.ask(inside).count("1") == 20
    visit.page.locator("#projects tbody tr").nth(0).click()
    assert chosen(visit) == (["0"], ["card_0"], ["0"])


def test_town_a_click_on_a_route_shows_the_row(visit: Visit) -> None:
    for row in ("1", "0"):
        visit.page.mouse.click(*visit.ask(f"({POINT_OF})('{row}')"))
        assert chosen(visit) == ([row], [f"card_{row}"], [row])
        assert visit.page.locator(".leaflet-popup-content").is_visible()
    visit.page.locator(".leaflet-popup-close-button").click()
    visit.page.locator("#card_0 .close").click()
    visit.page.locator(".site-icon").nth(1).click()
    assert chosen(visit)[0] == ["1"]


def test_town_the_link_works_by_keyboard_alone(visit: Visit) -> None:
    keys = visit.page.keyboard
    for _ in range(30):
        keys.press("Tab")
        if visit.ask("document.activeElement.dataset.show === '0'"):
            break
    keys.press("Enter")
    assert chosen(visit) == (["0"], ["card_0"], ["0"])
    keys.press("ArrowDown")
    keys.press("Enter")
    assert chosen(visit) == (["1"], ["card_1"], ["1"])
    assert "Harbour hall" in visit.page.locator("#said").inner_text()
    keys.press("Escape")
    assert chosen(visit) == ([], [], [])
    assert visit.ask("document.activeElement.dataset.show") == "1"
    visit.page.locator(".site-icon").nth(1).focus()
    keys.press("Enter")
    assert chosen(visit)[0] == ["1"]
    label = visit.page.locator(".site-icon").nth(1).get_attribute("aria-label")
    assert label == "Harbour hall, rank 2"
    visit.page.locator("#card_1 .close").focus()
    keys.press("Space")
    assert chosen(visit) == ([], [], [])
    assert visit.ask("document.activeElement.dataset.show") == "1"


def test_golden_the_card_holds_the_headline_figures(
    browser: Any, shown_plan: Any, tmp_path: Path
) -> None:
    figures = {
        "npv": 294_172.56, "npv_p10": -672_817.8, "npv_p90": 2_087_963.4, "first_share": 0.759,
        "lcoh_per_mwh": 90.502, "avoided_t_co2e": 625.538, "avoided_life_t_co2e": 15_638.4,
        "capex": 2_808_300.7, "npv_positive_share": 0.667,
    }  # fmt: skip
    projects = shown_plan.projects.copy()
    for column, value in figures.items():
        projects.loc[0, column] = value
    plan = dataclasses.replace(shown_plan, projects=projects)
    with opened(browser, draw_map(plan), tmp_path) as visit:
        visit.page.locator("#projects tbody tr").first.click()
        card = " ".join(visit.page.locator("#card_0").inner_text().split())
        for text in (
            "Net present value 294 thousand EUR 2024",
            "P10 to P90 −673 to 2,088 thousand EUR 2024",
            "First in 76 % of the draws",
            "Earns money in 67 % of the draws",
            "Heat cost 90.5 EUR 2024/MWh",
            "Investment 2,808 thousand EUR 2024",
            "Net saving 626 tCO₂e/yr 15,638 in all",
        ):
            assert text in card
        visit.page.locator("#projects tbody tr").last.click()
        assert "no street near" in visit.page.locator("#card_2").inner_text()


def test_property_the_table_sorts_by_each_column(visit: Visit, shown_plan: Any) -> None:
    table = shown_plan.projects
    for column, heading in enumerate(HEADINGS):
        button = visit.page.locator("#projects button.sort").nth(column)
        for _ in range(2):
            button.click()
            way = visit.page.locator("#projects th[scope=col]").nth(column)
            rising = way.get_attribute("aria-sort") == "ascending"
            expected = table.sort_values(
                heading, ascending=rising, na_position="last", kind="stable"
            )
            assert names_shown(visit) == expected["name"].tolist()
    assert visit.page.locator("#projects [aria-sort]").count() == 1


def test_town_search_finds_rows_and_consumers(visit: Visit, shown_plan: Any) -> None:
    field = visit.page.get_by_label("Find by name")
    field.fill("zurich")
    assert names_shown(visit) == ["Zürich-Nord"]
    field.fill("building 1")
    hits = shown_plan.inputs.consumers["name"].str.contains("Building 1")
    words = visit.page.locator("#found_words").inner_text()
    assert words.startswith(f"1 of 3 rows; {hits.sum()} consumers on the map") is (
        "Building 1" in shown_plan.projects["name"].tolist()
    )
    assert f"{hits.sum()} consumers on the map" in words
    field.fill("building 13")
    visit.page.locator("#found button").click()
    assert "Building 13" in visit.page.locator(".leaflet-popup-content").inner_text()
    assert visit.ask("map_plan.getZoom()") >= 17
    field.fill("")
    assert len(names_shown(visit)) == 3
    assert visit.page.locator("#found li").count() == 0


def serious_findings(visit: Visit) -> list[tuple[str, str]]:
    """What axe calls serious or critical, with the first element of each kind."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(visit.page).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(one["id"], one["nodes"][0]["html"]) for one in bad]


def test_town_no_serious_finding_of_axe(visit: Visit) -> None:
    visit.page.get_by_label("Find by name").fill("b")
    assert serious_findings(visit) == []
    visit.page.locator("#projects button.sort").nth(2).click()
    visit.page.locator("#projects tbody tr:visible").first.click()
    assert serious_findings(visit) == []
    visit.ask(
        "() => document.querySelector('.card:not([hidden]) .close').removeAttribute('aria-label')"
    )
    visit.ask("() => document.querySelector('.card:not([hidden]) .close').textContent = ''")
    assert [kind for kind, _ in serious_findings(visit)] == ["button-name"]


def test_town_many_projects_and_zones_stay_accessible(
    browser: Any, shown_plan: Any, zones_maker: Callable[..., Any], tmp_path: Path
) -> None:
    """Thirty projects scroll in a box of their own, with the zones of the plan below."""
    more = pd.concat([shown_plan.projects.iloc[[2]]] * 30, ignore_index=True)
    more = more.assign(project_id=[f"q{i:02d}" for i in range(30)])
    projects = pd.concat([shown_plan.projects, more], ignore_index=True)
    projects = gpd.GeoDataFrame(projects, geometry="geometry", crs=shown_plan.crs)
    plan = dataclasses.replace(shown_plan, projects=projects, zones=zones_maker(40))
    with opened(browser, draw_map(plan), tmp_path) as visit:
        box = visit.page.locator(".wide.long").bounding_box()
        assert box["height"] <= 0.46 * 768 + 1
        assert all(features == drawn for features, drawn in visit.counts().values())
        visit.page.locator("button[data-show='30']").click()
        assert chosen(visit)[:2] == (["30"], ["card_30"])
        assert "not on the map" in visit.page.locator("#said").text_content()
        assert serious_findings(visit) == []
        assert visit.errors == []


def test_town_hostile_names_are_shown_literally(
    browser: Any, plan_maker: Callable[..., Any], tmp_path: Path
) -> None:
    """In every place a text can appear, with the second wall, the policy, taken away."""
    plan = plan_maker(24, name=hostile_name, attribution=HOSTILE[0], extra_column=HOSTILE[2])
    plan = two_projects(plan)
    projects = plan.projects.assign(
        name=[HOSTILE[1], HOSTILE[3], HOSTILE[4]], reason=HOSTILE[2], what_would_change=HOSTILE[5]
    )
    page = draw_map(dataclasses.replace(plan, projects=projects))
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    with opened(browser, page, tmp_path) as visit:
        scripts = visit.page.locator("script").count()
        for row, name in enumerate((HOSTILE[1], HOSTILE[3], HOSTILE[4])):
            visit.page.locator(f"button[data-show='{row}']").click()
            visit.ask(f"() => {{document.querySelector('#card_{row} details').open = true}}")
            card = visit.page.locator(f"#card_{row}").inner_text()
            for text in (name, HOSTILE[2], HOSTILE[5]):
                assert text in card
            assert name in visit.page.locator(f"tr[data-row='{row}']").inner_text()
            assert name in visit.page.locator("#said").text_content()
        visit.page.get_by_label("Find by name").fill("<")
        found = visit.page.locator("#found").inner_text()
        for name in HOSTILE[:3]:
            assert name in found
        cards = visit.ask(
            """() => {
              const texts = [];
              for (const key of ["connected", "unconnected", "routes", "sites", "links"]) {
                const layers = window["geo_json_" + key].addTo(map_plan);
                for (const shape of layers.getLayers()) {
                  const at = shape.getLatLng ? shape.getLatLng() : shape.getBounds().getCenter();
                  for (const kind of ["mouseover", "click"])
                    shape.fire(kind, {latlng: at, originalEvent: new MouseEvent(kind)}, true);
                  const open = ".leaflet-popup-content, .leaflet-tooltip";
                  for (const card of document.querySelectorAll(open))
                    texts.push(card.textContent.replace(/\\s+/g, " "));
                }
              }
              return texts.join("\\n");
            }"""
        )
        for name in HOSTILE[:6]:
            assert " ".join(name.split()) in cards
        assert "שלום" in cards
        assert HOSTILE[0] in visit.page.locator(".attribution").inner_text()
        assert visit.page.title() == "Heat-reuse plan"
        assert visit.page.locator("script").count() == scripts == 3
        assert visit.page.locator("img").count() == 0
        assert visit.errors == []
        assert visit.requests == []


def test_town_the_policy_lets_nothing_else_run(visit: Visit) -> None:
    visit.ask(
        """() => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'taken'";
          document.body.append(script);
          const bold = `<b onclick="document.title='taken'">x</b>`;
          document.body.insertAdjacentHTML("beforeend", bold);
          document.body.lastElementChild.click();
        }"""
    )
    assert visit.page.title() == "Heat-reuse plan"
    assert len(visit.errors) == 2
    assert all("Content Security Policy" in error for error in visit.errors)
    visit.errors.clear()


def test_town_paper_gets_the_whole_map(visit: Visit) -> None:
    """What was seen is on the sheet; a chosen route is, beside its card; then all is as before."""
    size = "[map_plan.getSize().x, map_plan.getSize().y]"
    screen, seen = visit.ask(size), visit.ask("map_plan.getBounds().toBBoxString()")
    visit.ask("dispatchEvent(new Event('beforeprint'))")
    assert visit.ask(size) == [940, 1000]
    west, south, east, north = map(float, seen.split(","))
    assert visit.ask(f"map_plan.getBounds().contains([[{south}, {west}], [{north}, {east}]])")
    visit.ask("dispatchEvent(new Event('afterprint'))")
    assert visit.ask(size) == screen
    visit.page.locator("#projects tbody tr").first.click()
    visit.ask("dispatchEvent(new Event('beforeprint'))")
    assert visit.page.locator("#card_0 details").get_attribute("open") is not None
    free = visit.ask("document.getElementById('card_0').offsetLeft")
    ends = visit.ask(
        """geo_json_routes.getLayers().filter((one) => one.feature.properties.row === "0")
          .flatMap((one) => one.getLatLngs()).map((at) => map_plan.latLngToContainerPoint(at).x)"""
    )
    assert min(ends) > 0
    assert max(ends) < free
    visit.ask("dispatchEvent(new Event('afterprint'))")
    assert visit.page.locator("#card_0 details").get_attribute("open") is None


def test_town_narrow_windows_stack(browser: Any, shown_plan: Any, tmp_path: Path) -> None:
    window = {"width": 390, "height": 800}
    with opened(browser, draw_map(shown_plan), tmp_path, viewport=window) as visit:
        assert visit.ask("document.documentElement.scrollWidth") <= 390
        visit.page.locator("#projects tbody tr").first.click()
        assert chosen(visit)[0] == ["0"]
        box = visit.page.locator("#card_0").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert 0 <= visit.page.locator("#map_plan").bounding_box()["y"] < 400


def test_town_legend_is_near_and_every_part_is_one_key_away(
    browser: Any, shown_plan: Any, zones_maker: Callable[..., Any], tmp_path: Path
) -> None:
    """On a laptop the legend begins on the first screen; links of the panel bring the rest."""
    plan = dataclasses.replace(shown_plan, zones=zones_maker(40))
    with opened(browser, draw_map(plan), tmp_path) as visit:
        assert visit.page.locator("#legend").bounding_box()["y"] < 700
        for name in ("Projects", "Zones", "Legend", "Layers"):
            visit.page.get_by_role("link", name=name, exact=True).press("Enter")
            part = visit.ask("document.activeElement.getBoundingClientRect().top")
            assert -1 < part < 768
            assert visit.ask("document.activeElement.closest('.panel') !== null")
        assert visit.page.get_by_role("link", name="Map").count() == 0
        words, unit = (
            visit.page.locator("#projects th:nth-child(4) " + part).bounding_box()["y"]
            for part in ("button", ".unit")
        )
        assert unit > words + 8
        assert visit.errors == []
        assert visit.requests == []


def test_town_the_table_reads_without_scripts(
    browser: Any, shown_plan: Any, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    path = tmp_path / "map.html"
    path.write_text(draw_map(shown_plan), encoding="utf-8", newline="\n")
    page = context.new_page()
    page.goto(path.as_uri())
    rows = page.locator("#projects tbody tr")
    assert rows.count() == 3
    assert "Harbour hall" in html.unescape(rows.nth(1).inner_text())
    context.close()


def test_town_zones_and_their_rows_are_linked(
    browser: Any, zones_maker: Callable[..., Any], tmp_path: Path
) -> None:
    with opened(browser, draw_zone_map(zones_maker(40)), tmp_path) as visit:
        row = visit.page.locator("details[data-zones='zones_1'] tr[data-number='2']")
        row.locator("td").last.click()
        assert row.get_attribute("aria-current") == "true"
        assert visit.page.locator(".leaflet-popup-content").is_visible()
        other = "geo_json_zones_1.getLayers()[1]"
        visit.ask(f"() => {{{other}.fire('click', {{latlng: map_plan.getCenter()}}, true)}}")
        marked = visit.page.locator("tr[aria-current]")
        assert marked.count() == 1
        assert marked.get_attribute("data-number") == "1"
        heat = visit.page.locator("details[data-zones='zones_1'] button.sort").nth(2)
        heat.click()
        numbers = visit.page.locator("details[data-zones='zones_1'] tbody tr").evaluate_all(
            "rows => rows.map(row => Number(row.cells[2].textContent.replaceAll(',', '')))"
        )
        assert numbers == sorted(numbers, reverse=True)
        assert visit.errors == []
        assert visit.requests == []
