"""The report: whole, offline, escaped, the same bytes, and its pictures true to the tables."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import math
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.siting.hours import BUILT_IN
from heatreach.siting.writing.report.charts import (
    carbon_chart,
    cash_flow_chart,
    lcoh_chart,
    lcoh_steps,
    yearly_money,
)
from heatreach.siting.writing.report.document import draw_report
from heatreach.siting.writing.report.network import network_chart
from heatreach.siting.writing.report.sources import decisions_grid
from heatreach.siting.writing.report.spread import ranges_chart, rank_chart, tornado_chart
from heatreach.siting.writing.report.svg import Scale, ticks
from heatreach.siting.writing.report.year import duration_chart, months_chart
from heatreach.siting.writing.sheets import ASSESSMENT_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>document.title='taken'</script>",
    "</title></svg><img src=x onerror=\"document.title='taken'\">",
    "</style><style>*{display:none}</style>",
    "`${document.title='taken'}`",
    "{{ 7*7 }}{% raw %}",
    "'\" onload=alert(1) x='",
    "\u202eשלום עולם",
    "\x00\x07\r\n\tbell",
    "&lt;b&gt;&amp;",
    "verylong" * 300,
    "=cmd|' /C calc'!A0",
)
PLAIN_TAGS = """
html head meta title style body a header h1 h2 h3 h4 p nav ul li main section div table caption
thead tbody tr th td bdi span b dl dt dd details summary figure figcaption footer
svg desc defs pattern rect line polyline polygon circle path g text clippath
"""


def hostile_name(number: int) -> str:
    """One bad name after the other."""
    return HOSTILE[number % len(HOSTILE)]


class Page(HTMLParser):
    """Elements of a page with their attributes, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


@pytest.fixture(scope="module")
def hostile_page(plan_maker: Callable[..., Any]) -> str:
    """The report of a plan in which every text is bad."""
    plan = plan_maker(name=hostile_name, attribution=HOSTILE[1])
    run = plan.run | {
        "warnings": list(HOSTILE),
        "country": HOSTILE[0],
        "left_out": {HOSTILE[1]: 2},
        "inputs": {HOSTILE[2]: HOSTILE[0]},
    }
    return draw_report(dataclasses.replace(plan, run=run))


def root_of(chart: Any) -> ElementTree.Element:
    """The picture of a chart, read as XML."""
    return ElementTree.fromstring(str(chart.svg))


def texts_of(chart: Any) -> list[str]:
    """Words in a picture."""
    return [str(one.text) for one in root_of(chart).iter(f"{SVG}text")]


def test_docs_report_is_one_file_without_scripts_or_addresses(made_plan: Any) -> None:
    html = draw_report(made_plan)
    assert html.startswith("<!DOCTYPE html>")
    assert '<html lang="en-GB">' in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    page = Page(html)
    assert {attributes.get("href", "#")[:1] for _, attributes in page.elements} == {"#"}  # type: ignore[index]
    assert not any("src" in attributes or "style" in attributes for _, attributes in page.elements)


def test_docs_policy_names_the_style_and_nothing_else(made_plan: Any) -> None:
    html = draw_report(made_plan)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    style = re.search(r"<style>(.*?)</style>", html, flags=re.DOTALL)
    assert policy is not None
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    wanted = f"default-src 'none'; style-src 'sha256-{digest}'"
    assert policy[1] == f"{wanted}; base-uri 'none'; form-action 'none'"


def test_property_hostile_texts_stay_texts(hostile_page: str) -> None:
    page = Page(hostile_page)
    assert {tag for tag, _ in page.elements} <= set(PLAIN_TAGS.split())
    assert not [name for _, cells in page.elements for name in cells if name.startswith("on")]
    assert hostile_page.count("<style") == 1
    shown = "".join(page.texts)
    assert "<script>document.title='taken'</script>" in shown
    assert "{{ 7*7 }}" in shown
    assert "`${document.title='taken'}`" in shown
    assert "\u202e" not in hostile_page
    assert "\x07" not in hostile_page


def seen(browser: Any, html: str, folder: Path, **options: Any) -> tuple[Any, list[str]]:
    """A page opened from disk without a network, and what it said or asked for."""
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    page = browser.new_context(offline=True, **options).new_page()
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: told.append(request.url))
    page.goto(path.as_uri())
    told.remove(path.as_uri())
    return page, told


def test_docs_browser_takes_the_report_as_it_is(
    browser: Any, hostile_page: str, tmp_path: Path
) -> None:
    page, told = seen(browser, hostile_page, tmp_path, viewport={"width": 1366, "height": 768})
    assert told == []
    assert page.title() == "Heat-reuse report"
    assert page.locator("svg").count() == hostile_page.count("<svg")
    assert page.locator("img, script, iframe").count() == 0
    # Long names break instead of pushing the page aside.
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    paper = page.pdf(prefer_css_page_size=True)
    # A4 is 210 by 297 mm; a point is a 72nd of an inch.
    sizes = set(re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", paper))
    assert sizes
    for wide, high in sizes:
        assert float(wide) == pytest.approx(210 / 25.4 * 72, abs=1.0)
        assert float(high) == pytest.approx(297 / 25.4 * 72, abs=1.0)
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.context.close()


def test_docs_no_serious_finding_of_axe(
    browser: Any, plan_maker: Callable[..., Any], tmp_path: Path
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # The policy of the report lets no script in, nor the one that looks for faults.
    html = re.sub(
        r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", draw_report(plan_maker())
    )
    page, _ = seen(browser, html, tmp_path)
    found = axe.run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] != "minor"] == []
    page.context.close()


def test_docs_pictures_have_words_and_ids_are_their_own(made_plan: Any) -> None:
    html = draw_report(made_plan)
    pictures = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    assert len(pictures) >= 4
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        named = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
        assert root.get("role") == "img"
        assert all(one is not None and one.text and len(one.text) > 5 for one in named)
        assert str(root.get("aria-labelledby")).split() == [one.get("id") for one in named]  # type: ignore[union-attr]
    page = Page(html)
    ids = [cells["id"] for _, cells in page.elements if "id" in cells]
    assert len(ids) == len(set(ids))
    asked = re.findall(r"url\(#([^)]*)\)", html) + re.findall(r'href="#([^"]*)"', html)
    assert set(asked) <= set(ids)


def test_golden_headline_figures_are_those_of_the_table(made_plan: Any) -> None:
    shown = " ".join("".join(Page(draw_report(made_plan)).texts).split())
    row = made_plan.projects.iloc[0]
    assert "1.23 million EUR 2024" in shown
    assert f"{row['heat_mwh']:.2f} MWh/yr" in shown
    assert "Hypothetical sites: 1 of 2 data centres does not exist." in shown
    assert "no consumer is worth a pipe" in shown
    assert "café" in shown
    assert "© OpenStreetMap contributors, ODbL 1.0" in shown
    assert "2 figures were used" in shown
    assert "gas/price_per_mwh@FI" in shown
    assert "45.5 EUR/MWh (EUR 2024)" in shown
    assert "30 to 80" in shown


def shuffled(plan: Any, seed: int) -> Any:
    """The same plan with rows in another order."""
    frames = {
        name: getattr(plan, name).sample(frac=1, random_state=seed)
        for name in ("projects", "edges", "connections", "links", "assumptions")
    }
    inputs = {
        name: getattr(plan.inputs, name).sample(frac=1, random_state=seed)
        for name in ("sites", "consumers", "roads")
    }
    return dataclasses.replace(plan, **frames, inputs=dataclasses.replace(plan.inputs, **inputs))


def test_property_order_of_rows_does_not_show(plan_maker: Callable[..., Any]) -> None:
    plan = plan_maker(30)
    later = dataclasses.replace(shuffled(plan_maker(30), 7), run=plan.run | {"timings": {"a": 9.0}})
    assert draw_report(plan) == draw_report(later)


def test_docs_a_plan_without_networks_says_so(made_plan: Any) -> None:
    tables = {
        name: made_plan.assessment.tables[name].iloc[:0].drop(columns="project_id", errors="ignore")
        for name in ASSESSMENT_TABLES
    }
    tables["cases"] = pd.DataFrame()
    tables["payers"] = pd.DataFrame()
    tables["compliance"] = pd.DataFrame()
    projects = made_plan.projects.assign(status="infeasible", rank=pd.array([None] * 2, "Int64"))
    bare = dataclasses.replace(
        made_plan,
        projects=projects,
        edges=made_plan.edges.iloc[:0],
        connections=made_plan.connections.iloc[:0],
        assessment=dataclasses.replace(made_plan.assessment, tables=tables),
        run={},
    )
    html = draw_report(bare)
    assert "0 networks are ranked." in html
    assert "no consumer is worth a pipe" in html
    assert "<svg" not in html


def test_docs_zones_are_named(made_plan: Any, made_zones: Any) -> None:
    html = draw_report(dataclasses.replace(made_plan, zones=made_zones))
    assert 'id="zones"' in html
    assert "is the heart of the largest zone" in html


def flows() -> pd.DataFrame:
    """Money of a project: 1,000 spent, 300 in and 100 out for two years, 250 renewed."""
    rows = [
        ("pipes", 0, -1000.0, 1.0),
        ("pipes", 1, -250.0, 0.5),
        ("heat sold", 1, 300.0, 0.5),
        ("upkeep", 1, -100.0, 0.5),
        ("pipes", 2, 400.0, 0.25),
        ("heat sold", 2, 300.0, 0.25),
        ("upkeep", 2, -100.0, 0.25),
    ]
    return pd.DataFrame(rows, columns=["part", "year", "operator", "discount_factor"])


def test_golden_money_by_year_and_its_present_value() -> None:
    years, kinds, net, present = yearly_money(flows())
    assert years.tolist() == [0, 1, 2]
    assert kinds["building"].tolist() == [-1000.0, -250.0, 400.0]
    assert kinds["income"].tolist() == [0.0, 300.0, 300.0]
    assert kinds["running"].tolist() == [0.0, -100.0, -100.0]
    # By hand: −1000, −250 + 300 − 100 = −50, 400 + 300 − 100 = 600.
    assert net.tolist() == [-1000.0, -50.0, 600.0]
    # −1000 − 25 + 150 = −875.
    assert present.sum() == pytest.approx(-875.0)
    chart = cash_flow_chart(flows(), "a", "EUR 2024")
    assert chart is not None
    assert "net present value of −875 EUR 2024" in chart.caption
    bars = [one for one in root_of(chart).iter(f"{SVG}rect") if one.get("fill") == "#D55E00"]
    heights = [float(one.get("height", 0)) for one in bars if one.get("stroke") is None]
    assert heights[1] / heights[0] == pytest.approx(0.25, abs=0.01)
    assert heights[2] / heights[0] == pytest.approx(0.4, abs=0.01)


def parts_of_heat() -> pd.DataFrame:
    """Parts of a cost of heat of 100, one of them small and one negative."""
    sizes = {"pipes": 50.0, "boiler": 20.0, "bolts": 0.5, "sale": -5.5, "electricity": 35.0}
    return pd.DataFrame(
        {
            "part": list(sizes),
            "lcoh_per_mwh": list(sizes.values()),
            "running_per_mwh": [0.0, 0.0, 0.0, 0.0, 35.0],
        }
    )


def test_golden_cost_of_heat_adds_up() -> None:
    steps = lcoh_steps(parts_of_heat())
    assert [name for name, _, _ in steps] == [
        "pipes", "boiler", "sale", "other building", "electricity",
    ]  # fmt: skip
    assert sum(size for _, size, _ in steps) == pytest.approx(100.0)
    chart = lcoh_chart(parts_of_heat(), "a", "EUR 2024", today=120.0)
    assert chart is not None
    assert "together 100 EUR 2024 per MWh, against 120" in chart.caption
    bars = [one for one in root_of(chart).iter(f"{SVG}rect") if one.get("height") == "13"]
    left = [float(one.get("x", 0)) for one in bars]
    wide = [float(one.get("width", 0)) for one in bars]
    # The second begins where the first ends; the whole is twice as long as the pipes.
    assert left[1] == pytest.approx(left[0] + wide[0], abs=0.15)
    assert wide[-2] == pytest.approx(2 * wide[0], abs=0.3)


def test_golden_tornado_is_sorted_and_to_scale() -> None:
    rows = pd.DataFrame(
        {
            "driver": ["a", "b", "all"],
            "label": ["price of gas", "demand", "all together"],
            "kind": ["driver", "driver", "group"],
            "unit": ["EUR/MWh", "1/year", ""],
            "low": [60.0, -0.02, np.nan],
            "high": [110.0, 0.03, np.nan],
            "npv_low": [-100.0, -300.0, -999.0],
            "npv_high": [200.0, 500.0, 999.0],
            "npv_swing": [300.0, 800.0, 1998.0],
        }
    )
    chart = tornado_chart(rows, "a", "EUR 2024", central=100.0)
    assert chart is not None
    words = texts_of(chart)
    assert words.index("demand") < words.index("price of gas")
    assert "all together" not in words
    assert "−2 to 3 %/yr" in words
    bars = [one for one in root_of(chart).iter(f"{SVG}rect") if one.get("height") == "13"]
    wide = [float(one.get("width", 0)) for one in bars]
    # From 100: 400 down and 400 up, then 200 down and 100 up.
    assert np.array(wide) / wide[0] == pytest.approx([1.0, 1.0, 0.5, 0.25], abs=0.01)
    assert tornado_chart(rows.iloc[:0], "a", "EUR", central=1.0) is None


def test_golden_ranges_say_what_is_missing() -> None:
    rows = pd.DataFrame(
        {
            "figure": ["npv", "payback_years", "something"],
            "unit": ["EUR", "year", "m"],
            "central": [1e6, np.nan, 1.0],
            "p10": [-1e6, 12.0, 1.0],
            "p50": [5e5, np.nan, 1.0],
            "p90": [3e6, np.nan, 1.0],
        }
    )
    chart = ranges_chart(rows, "a")
    assert chart is not None
    words = texts_of(chart)
    assert words[:3] == ["Net present value: P50 500 thousand EUR", "−1 million", "3 million"]
    assert words[3:] == ["Payback: P50 –", "12", "–"]


def test_golden_carbon_leaves_out_the_year_of_building() -> None:
    rows = pd.DataFrame(
        {
            "year": [1, 0, 2],
            "avoided_t_co2e": [100.0, 0.0, 80.0],
            "emitted_t_co2e": [20.0, 0.0, 10.0],
            "net_t_co2e": [80.0, 0.0, 70.0],
        }
    )
    chart = carbon_chart(rows, "a")
    assert chart is not None
    assert "150 t CO₂e over all years" in chart.caption
    line = next(root_of(chart).iter(f"{SVG}polyline"))
    assert len(str(line.get("points")).split()) == 2
    assert carbon_chart(rows.iloc[1:2], "a") is None


def test_golden_year_of_a_network() -> None:
    months = pd.DataFrame(
        {
            "month": [2, 1],
            "machine_mwh": [100.0, 200.0],
            "backup_mwh": [0.0, 100.0],
            "load_mwh": [100.0, 300.0],
        }
    )
    chart = months_chart(months, "a")
    assert chart is not None
    assert "made up (synthetic)" not in chart.caption
    made_up = months_chart(months, "a", BUILT_IN)
    assert made_up is not None
    assert "made up (synthetic)" in made_up.caption
    assert (
        "300 MWh from the heat pump or exchanger and 100 MWh from the peak boiler" in chart.caption
    )
    bars = [one for one in root_of(chart).iter(f"{SVG}rect") if one.get("stroke") is None]
    tall = [float(one.get("height", 0)) for one in bars if one.get("width") not in ("6", None)]
    assert np.array(tall) / tall[0] == pytest.approx([1.0, 0.5, 0.5], abs=0.01)
    durations = pd.DataFrame(
        {
            "hours_from": [0, 10],
            "hours_to": [10, 8760],
            "load_kw": [900.0, 100.0],
            "machine_kw": [500.0, 100.0],
            "backup_kw": [400.0, 0.0],
        }
    )
    chart = duration_chart(durations, "a")
    assert chart is not None
    # 10 h of 500 kW and 8,750 h of 100 kW.
    assert "The highest hour of this year asks for 900 kW" in chart.caption
    assert "makes 880 MWh" in chart.caption


def test_golden_rank_chart_tells_shares(made_plan: Any) -> None:
    projects = made_plan.projects.assign(first_share=0.75, top_share=0.9)
    chart = rank_chart(projects, "a", top_count=3)
    assert chart is not None
    assert "first in 75 %" in texts_of(chart)
    assert "among the first 3" in chart.caption
    assert rank_chart(projects.assign(first_share=np.nan), "a", top_count=None) is None
    alone = rank_chart(projects, "a", top_count=None)
    assert alone is not None
    assert "among" not in " ".join(texts_of(alone))


def test_golden_decisions_show_what_was_used(made_plan: Any) -> None:
    """Whole numbers stay whole; a key left open shows the figure of the register."""
    options = {
        "uncertainty": {"seed": 20260101},
        "economics": {"gas_price_per_mwh": None, "carbon_price_per_t": None},
    }
    row = {"key": "energy_prices/gas/price_per_mwh@FI", "value": 85.0, "unit": "EUR/MWh"}
    plan = dataclasses.replace(
        made_plan,
        run={**made_plan.run, "options": options},
        assumptions=pd.concat([made_plan.assumptions, pd.DataFrame([row])], ignore_index=True),
    )
    grid = decisions_grid(plan)
    assert grid is not None
    told = {key: value for key, _, value in grid.rows}
    assert told["uncertainty.seed"].startswith("20260101")
    assert told["economics.gas_price_per_mwh"] == "85 EUR/MWh, from the tables"
    assert told["economics.carbon_price_per_t"] == "none given"


def test_docs_regions_of_projects_have_names_of_their_own(made_plan: Any) -> None:
    labels = re.findall(r'role="region" aria-label="([^"]+)"', draw_report(made_plan))
    assert len(labels) == len(set(labels))


def test_golden_network_is_drawn_to_scale(made_plan: Any) -> None:
    chart = network_chart(made_plan, "p0", "s0", "a", "Network")
    assert chart is not None
    root = root_of(chart)
    paths = [str(one.get("d")) for one in root.iter(f"{SVG}path")]
    bar = next(re.fullmatch(r"M4 [\d.]+v6h([\d.]+)v-6", d) for d in paths if "v6h" in d)
    label = next(text for text in texts_of(chart) if re.fullmatch(r"[\d,]+ k?m", text))
    metres = float(label.split()[0].replace(",", "")) * (1000 if "km" in label else 1)
    assert bar is not None
    per_metre = float(bar[1]) / metres
    pipes = [one for one in root.iter(f"{SVG}path") if one.get("stroke-linejoin") == "round"]
    drawn = 0.0
    for pipe in pipes:
        for part in str(pipe.get("d")).split("M")[1:]:
            points = np.array([list(map(float, point.split())) for point in part.split("L")])
            drawn += float(np.hypot(*np.diff(points, axis=0).T).sum())
    # 24 sections of 40 m each.
    assert drawn / per_metre == pytest.approx(960.0, rel=0.005)
    assert len(pipes) == len({one.get("stroke") for one in pipes}) == 4
    assert "© OpenStreetMap contributors, ODbL 1.0" in texts_of(chart)
    letters = [text for text in texts_of(chart) if len(text) == 1 and text != "N"]
    assert len(letters) >= 12 - 2
    assert network_chart(made_plan, "p1", "s1", "a", "Network") is None


def test_docs_plan_says_what_it_leaves_out(plan_maker: Callable[..., Any]) -> None:
    chart = network_chart(plan_maker(6000), "p0", "s0", "a", "Network")
    assert chart is not None
    assert "The 2,500 with the most heat are drawn." in chart.caption


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_property_ticks_cover_the_range_evenly(one: float, other: float) -> None:
    low, high = sorted((one, other))
    if high - low < 1e-6 * max(abs(low), abs(high), 1e-3):
        return
    values = ticks(low, high)
    steps = np.diff(values)
    assert values[0] <= low + 1e-6 * (high - low)
    assert values[-1] >= high - 1e-6 * (high - low)
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-4)
    assert 2 <= len(values) <= 9
    scale = Scale(low=values[0], high=values[-1], start=10.0, end=110.0)
    assert 10.0 <= scale(low) <= scale(high) <= 110.0
    assert math.isclose(scale(values[0]), 10.0)
