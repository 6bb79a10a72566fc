"""Plans and zones in a notebook: everything there, nothing hostile runs, nothing is fetched."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from heatreach.siting import Plan, Zones
from heatreach.siting.writing import notebook
from heatreach.siting.writing.maps.drawing import draw_map
from heatreach.siting.writing.maps.zone_drawing import draw_zone_map
from heatreach.siting.writing.notebook import plan_view, zones_view

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
    assert "Indicative" in seen.text
    assert "© OpenStreetMap contributors, ODbL 1.0" in seen.text


def test_plan_with_zones_shows_both_tables(made_plan: Any, made_zones: Any) -> None:
    seen = Seen(plan_view(dataclasses.replace(made_plan, zones=made_zones)))
    assert len(seen.named("table")) == 2


@pytest.mark.parametrize("kind", ["plan", "zones"])
def test_property_hostile_texts_are_shown_literally(
    kind: str, plan_maker: Callable[..., Any], zones_maker: Callable[..., Any]
) -> None:
    changes: dict[str, Any] = {"name": lambda i: f"{HOSTILE} {i}", "attribution": HOSTILE}
    made = plan_maker(**changes) if kind == "plan" else zones_maker(**changes)
    run = {**made.run, "warnings": [HOSTILE], "left_out": {HOSTILE: 2}}
    made = dataclasses.replace(made, run=run, summary=f"{HOSTILE} heats most.")
    seen = Seen(plan_view(made) if kind == "plan" else zones_view(made))
    assert seen.depth == 0
    assert not seen.named("img")
    assert not seen.named("script")
    for _, attributes in seen.elements:
        assert not FETCHING & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    shown = " ".join(seen.text.split())
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
