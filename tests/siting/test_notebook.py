"""Studies, projects and zones in a notebook: all there, nothing hostile runs or is fetched."""

from __future__ import annotations

import dataclasses
import pickle
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from heatreach.siting import Plan, UnknownIdError, Zones
from heatreach.siting.one_zone import zone_of
from heatreach.siting.project import project_of
from heatreach.siting.writing import indicative, notebook
from heatreach.siting.writing.maps.drawing import draw_map
from heatreach.siting.writing.maps.zone_drawing import draw_zone_map
from heatreach.siting.writing.notebook import plan_view, zones_view
from heatreach.siting.writing.sheets import ASSESSMENT_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOSTILE = '"><img src=x onerror=alert(1)>{{ 7 * 7 }}`${1}`</iframe></details><script>alert(2)'
FETCHING = {"src", "href", "data", "action", "poster", "background", "srcset"}


class Seen(HTMLParser):
    """Elements, attributes and text of a piece of a page, as a browser takes them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        assert tag
        self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]


def test_plan_shows_map_table_and_warnings(made_plan: Any) -> None:
    """The frame holds the very page that is saved, and may run scripts but reach nothing."""
    seen = Seen(plan_view(made_plan))
    (frame,) = seen.named("iframe")
    assert frame["srcdoc"] == draw_map(made_plan)
    assert frame["sandbox"] == "allow-scripts"
    assert frame["title"]
    assert seen.depth == 0
    assert "Harbour hall" in seen.text
    assert "1.23" in seen.text
    assert "café" in seen.text
    assert "1 of 2 data centres does not exist" in seen.text
    assert "© OpenStreetMap contributors, ODbL 1.0" in seen.text
    assert "EUR 2024" in seen.text
    assert len(seen.named("tr")) == 1 + len(made_plan.projects)


def test_zones_show_map_table_and_that_they_are_indicative(made_zones: Any) -> None:
    seen = Seen(zones_view(made_zones))
    (frame,) = seen.named("iframe")
    assert frame["srcdoc"] == draw_zone_map(made_zones)
    assert len(seen.named("tr")) == 1 + 4
    assert "8 in all rules" in seen.text
    assert indicative.ZONES in seen.text
    assert "© OpenStreetMap contributors, ODbL 1.0" in seen.text


def test_plan_with_zones_shows_both_tables(made_plan: Any, made_zones: Any) -> None:
    seen = Seen(plan_view(dataclasses.replace(made_plan, zones=made_zones)))
    assert len(seen.named("table")) == 2


def test_project_holds_what_the_plan_knows_of_it(made_plan: Any) -> None:
    """Found by its own name and by that of its data centre; tables are the plan's, filtered."""
    project = project_of(made_plan, "p0")
    assert project_of(made_plan, "s0").project_id == "p0"
    row = made_plan.projects.iloc[0]
    assert (project.rank, project.name, project.npv) == (1, "Building 0", row["npv"])
    assert project.npv_p10 == row["npv_p10"]
    assert len(project.edges) == len(made_plan.edges) == 24
    assert len(project.connections) == len(made_plan.connections)
    for name in ASSESSMENT_TABLES:
        assert getattr(project, name)["project_id"].tolist() == ["p0"]
    assert {"npv", "cash_flow", "report"} <= set(dir(project))
    assert "Building 0: Building 1." in project.summary
    assert repr(project) == "<Project p0: Building 0, rank 1, NPV 1.23 million EUR 2024>"
    other = project_of(made_plan, "s1")
    assert (other.rank, len(other.edges), len(other.connections)) == (None, 0, 0)
    assert other.part.inputs.sites["id"].tolist() == ["s1"]
    assert made_plan.projects["project_id"].tolist() == ["p0", "p1"]


def test_zone_holds_what_is_known_of_it(made_zones: Any) -> None:
    wanted = made_zones.zones["zone_id"].iloc[1]
    zone = zone_of(made_zones, wanted)
    assert zone.zone_id == wanted
    assert zone.rule.name == "class_4"
    assert zone.heat_mwh == made_zones.zones["heat_mwh"].iloc[1]
    assert zone.outline.equals(made_zones.zones.geometry.iloc[1])
    assert len(zone.members) == len(zone.consumers) == len(zone.anchors) == 6
    assert zone.consumers.within(zone.outline).all()
    assert zone.sources["zone_id"].tolist() == [wanted]
    assert zone.part.inputs.sites["id"].tolist() == ["s1"]
    assert {"heat_mwh", "outline"} <= set(dir(zone))
    assert repr(zone).startswith(f"<Zone {wanted}: Building 1, ")


@pytest.mark.parametrize(("wanted", "near"), [("P0", "p0"), ("s11", "s1"), ("\x1b[2J", "p0")])
def test_project_of_rejects_an_unknown_name(made_plan: Any, wanted: str, near: str) -> None:
    with pytest.raises(LookupError, match=f"nearest are .*{near}") as told:
        project_of(made_plan, wanted)
    assert isinstance(told.value, UnknownIdError)
    assert "\x1b" not in str(told.value)


def test_zone_of_rejects_an_unknown_name(made_zones: Any) -> None:
    with pytest.raises(UnknownIdError, match=r"no zone class_4/c0; the nearest are class_4/c00"):
        zone_of(made_zones, "class_4/c0")


def test_objects_reject_an_unknown_attribute(made_plan: Any, made_zones: Any) -> None:
    zone = zone_of(made_zones, made_zones.zones["zone_id"].iloc[0])
    for one in (project_of(made_plan, "p0"), zone):
        with pytest.raises(AttributeError, match="dir"):
            one.nvp  # noqa: B018
        copied = pickle.loads(pickle.dumps(one))
        assert repr(copied) == repr(one)


def test_project_shows_map_figures_rules_and_warnings(made_plan: Any) -> None:
    """Headline figures stand in the table with unit and range; a rule that fails is named."""
    tables = dict(made_plan.assessment.tables)
    rules = tables["compliance"].assign(answer=["not met", "applies"], title="Gate of 100 g")
    ranges = tables["uncertainty"].assign(figure="lcoh_per_mwh", unit="EUR/MWh", p10=78.4, p90=109)
    tables |= {"compliance": rules, "uncertainty": ranges}
    assessment = dataclasses.replace(made_plan.assessment, tables=tables)
    plan = dataclasses.replace(made_plan, assessment=assessment)
    project = project_of(plan, "p0")
    seen = Seen(project._repr_html_())
    (frame,) = seen.named("iframe")
    assert frame["srcdoc"] == project.map() == draw_map(project.part)
    shown = " ".join(seen.text.split())
    assert "1.23 million EUR 2024" in shown
    assert "Cost of heat" in shown
    assert "78.4 EUR/MWh" in shown
    assert "109 EUR/MWh" in shown
    assert "Rules that are not met: 1 of 1 asked" in shown
    assert "Gate of 100 g" in shown
    assert "café" in shown
    assert "none of the data centres in this project exists" in shown
    assert "© OpenStreetMap contributors, ODbL 1.0" in shown
    assert "Harbour hall" not in frame["srcdoc"]
    without = Seen(project_of(plan, "p1")._repr_html_())
    assert "no consumer is worth a pipe" in without.text
    assert "Rules that are not met: 0 of 1 asked." in without.text


def test_zone_shows_map_figures_rule_and_data_centres(made_zones: Any) -> None:
    zone = zone_of(made_zones, made_zones.zones["zone_id"].iloc[1])
    seen = Seen(zone._repr_html_())
    (frame,) = seen.named("iframe")
    assert frame["srcdoc"] == zone.map() == draw_zone_map(zone.part)
    shown = " ".join(seen.text.split())
    assert "the rule asks for 4 MWh/m/yr" in shown
    assert "5 MWh/m/yr" in shown
    assert "Harbour hall" in shown
    assert "Building 6" in shown
    assert "Zones are indicative" in shown


def view_of(made: Any, kind: str) -> str:
    """What a notebook shows of a study, or of the first project or zone of it."""
    if kind in ("project", "zone"):
        one = project_of(made, "p0") if kind == "project" else zone_of(made, "class_4/c00000")
        return one._repr_html_()
    return plan_view(made) if kind == "plan" else zones_view(made)


@pytest.mark.parametrize("kind", ["plan", "zones", "project", "zone"])
def test_property_hostile_texts_are_shown_literally(
    kind: str, plan_maker: Callable[..., Any], zones_maker: Callable[..., Any]
) -> None:
    changes: dict[str, Any] = {"name": lambda i: f"{HOSTILE} {i}", "attribution": HOSTILE}
    made = plan_maker(**changes) if kind in ("plan", "project") else zones_maker(**changes)
    run = {**made.run, "warnings": [HOSTILE], "left_out": {HOSTILE: 2}}
    made = dataclasses.replace(made, run=run, summary=f"{HOSTILE} heats most.")
    seen = Seen(view_of(made, kind))
    assert seen.depth == 0
    assert not seen.named("img")
    assert not seen.named("script")
    for _, attributes in seen.elements:
        assert not FETCHING & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    shown = " ".join(seen.text.split())
    if kind in ("plan", "zones"):
        assert f"{HOSTILE} heats most." in shown
    assert f"left out: 2 {HOSTILE}" in shown
    assert shown.endswith(HOSTILE)
    assert f"{HOSTILE[:80]}" in shown


def test_map_that_is_too_large_stays_in_its_file(
    monkeypatch: pytest.MonkeyPatch, made_plan: Any
) -> None:
    monkeypatch.setattr(notebook, "LARGEST_MAP_BYTES", 1000)
    seen = Seen(plan_view(made_plan))
    assert not seen.named("iframe")
    assert "too large to show here" in seen.text
    assert len(seen.named("table")) == 1


def test_property_equal_plans_show_equally(plan_maker: Callable[..., Any]) -> None:
    assert plan_view(plan_maker(12)) == plan_view(plan_maker(12))


def test_view_fetches_nothing(made_plan: Any, made_zones: Any) -> None:
    """The styles around the map name no address."""
    for html in (plan_view(made_plan), zones_view(made_zones)):
        outside = re.sub(r'srcdoc="[^"]*"', "", html)
        assert "http" not in outside
        assert "url(" not in outside
        assert "@import" not in outside


def test_objects_are_what_notebooks_ask() -> None:
    """IPython asks for this very method; the plain text is one line, not all tables."""
    for kind, made in ((Plan, "<Plan of 2 projects: "), (Zones, "<Zones: ")):
        assert callable(kind._repr_html_)
        names = {"projects": range(2), "summary": "One sentence."}
        bare: Any = object.__new__(kind)
        for name, value in names.items():
            if name in kind.__slots__:
                object.__setattr__(bare, name, value)
        assert repr(bare) == f"{made}One sentence.>"


def test_map_in_the_frame_works_in_a_browser_and_reaches_nothing(
    browser: Any, plan_maker: Callable[..., Any], tmp_path: Path
) -> None:
    """A notebook that holds a hostile plan: no error, no request, no dialogue, shapes drawn."""
    made = plan_maker(name=lambda i: f"{HOSTILE} {i}")
    secret = "<!doctype html><title>notebook</title><script>window.secret = 1</script>"
    path = tmp_path / "notebook.html"
    path.write_text(f"{secret}{plan_view(made)}", encoding="utf-8", newline="\n")
    context = browser.new_context(viewport={"width": 1366, "height": 1200}, offline=True)
    page, told, asked = context.new_page(), [], []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator('html[data-map="ready"]').wait_for(state="attached", timeout=10_000)
    drawn = frame.locator("[data-layer]").evaluate_all(
        "all => all.map(entry => [entry.dataset.features, entry.dataset.drawn])"
    )
    outside = page.frames[1].evaluate(
        "() => { try { return String(window.parent.secret) } catch (error) { return error.name } }"
    )
    context.close()
    assert told == []
    assert asked == [path.as_uri()]
    assert drawn
    assert all(features == shapes for features, shapes in drawn)
    assert outside == "SecurityError"
