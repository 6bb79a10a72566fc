"""What a study of zones hands over: map, layers and tables, whole, escaped and equal."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import html
import json
import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from heatreach.data import load_table
from heatreach.siting.errors import InputError
from heatreach.siting.writing import handout, indicative, zone_handout
from heatreach.siting.writing.handout import CONTENTS, save
from heatreach.siting.writing.layers.zone_layers import DESCRIPTIONS
from heatreach.siting.writing.maps.zone_drawing import draw_zone_map, rule_words
from heatreach.siting.writing.maps.zone_features import crossings_text, zone_themes
from heatreach.siting.writing.zone_handout import save_zones, zone_contents
from heatreach.siting.writing.zone_results import consumers_with_zones, first_rule, rule_totals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("no_sheets")

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
HOSTILE = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "`${document.title='taken'}`",
    "{{ 1234 * 10 }}{% raw %}{# x",
    "=cmd|' /C calc'!A0",
    "'\"; DROP TABLE zones; --",
    "&lt;b&gt;&amp;",
    "very long " * 200,
)
TABLES = (
    "zones", "rule_totals", "street_sections", "anchors", "zone_sources", "zone_consumers",
    "heat_cells", "blocks", "demand_totals",
)  # fmt: skip


def hostile_name(number: int) -> str:
    """One bad name after the other."""
    return HOSTILE[number % len(HOSTILE)]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def without_scripts(page: str) -> str:
    """The page as people see it, scripts and styles cut out."""
    return re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)


def shuffled(zones: Any) -> Any:
    """The same zones with the rows of every table in another order."""
    names = ("zones", "sections", "anchors", "sources", "members", "cells", "blocks")
    tables = {
        name: getattr(zones, name).sample(frac=1, random_state=2).reset_index(drop=True)
        for name in names
    }
    everywhere = zones.inputs.consumers.sample(frac=1, random_state=3).reset_index(drop=True)
    return dataclasses.replace(
        zones, **tables, inputs=dataclasses.replace(zones.inputs, consumers=everywhere)
    )


@pytest.fixture(scope="module")
def folder(zones_maker: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that shuffled zones hand out; tests only read it."""
    out = tmp_path_factory.mktemp("zones") / "out"
    paths = save_zones(shuffled(zones_maker()), out)
    assert {path.name for path in paths} == set(contents(out))
    return out


def test_docs_readme_lists_every_file(made_zones: Any, folder: Path) -> None:
    files = contents(folder)
    assert set(files) == set(zone_contents(made_zones))
    readme = files["README.txt"].decode()
    assert all(name in readme for name in files)
    assert "not a designation" in readme
    assert "OpenStreetMap contributors" in readme
    assert "reconciliation.csv" not in files


def test_property_equal_zones_give_equal_folders(
    zones_maker: Callable[..., Any], tmp_path: Path
) -> None:
    save_zones(zones_maker(16), tmp_path / "a")
    time.sleep(1.1)
    later = shuffled(zones_maker(16))
    later = dataclasses.replace(later, run={**later.run, "timings": {"zones": 9.9}})
    save_zones(later, tmp_path / "b")
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert {name for name in first if first[name] != second[name]} == {"run.json"}
    record = json.loads(second["run.json"])
    assert record["files"] == {
        name: hashlib.sha256(second[name]).hexdigest() for name in second if name != "run.json"
    }
    assert record["run_id"] == "abc123"


@pytest.mark.parametrize("name", TABLES)
def test_docs_tables_hold_the_registry(folder: Path, name: str) -> None:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    registry = load_table("columns")
    mine = registry[(registry["table"] == name) & (registry["kind"] != "geometry")]
    assert list(rows[0])[: len(mine)] == mine["column"].tolist()
    if name != "demand_totals":
        assert {(row["data_date"], row["run_id"]) for row in rows} == {("2024-05-01", "abc123")}
    dictionary = pd.read_csv(folder / "columns.csv", keep_default_na=False)
    described = set(dictionary.loc[dictionary["table"].isin([name, "coordinates"]), "column"])
    assert set(rows[0]) <= described


def test_property_zones_of_a_rule_stand_together_by_rank(folder: Path) -> None:
    zones = pd.read_csv(folder / "zones.csv")
    assert zones["rule"].tolist() == ["class_4"] * 4 + ["class_8"] * 4
    assert zones["rank"].tolist() == [1, 2, 3, 4] * 2
    anchors = pd.read_csv(folder / "anchors.csv")
    assert anchors["heat_mwh"].is_monotonic_decreasing


def test_golden_loads_carry_their_coordinates(made_zones: Any, folder: Path) -> None:
    """pyproj turns the metric point of each load into the latitude and longitude of its row."""
    rows = pd.read_csv(folder / "anchors.csv").set_index("consumer_id")
    points = made_zones.anchors.set_index("consumer_id").geometry.to_crs("EPSG:4326")
    assert rows["lat"].to_numpy() == pytest.approx(points.y[rows.index].to_numpy(), abs=1e-6)
    assert rows["lon"].to_numpy() == pytest.approx(points.x[rows.index].to_numpy(), abs=1e-6)


def test_golden_rule_totals_add_up(made_zones: Any) -> None:
    totals = rule_totals(made_zones).set_index("rule")
    assert totals.index.tolist() == ["class_4", "class_8", "scotland_baseline"]
    assert totals["zones"].tolist() == [4, 4, 0]
    # Every building lies in one zone of each of the first two rules.
    everything = made_zones.inputs.consumers["annual_heat_mwh"].sum()
    assert totals.loc["class_8", "heat_mwh"] == pytest.approx(everything, rel=1e-12)
    assert totals.loc["scotland_baseline", "anchors_min"] == 2
    assert totals.geometry["scotland_baseline"] is None
    union = made_zones.zones.geometry[made_zones.zones["rule"] == "class_4"].union_all()
    assert totals.geometry["class_4"].equals(union)


def test_golden_consumers_name_their_zones(made_zones: Any) -> None:
    """The first building stands in the first zone of both rules, in the order of the rules."""
    consumers = consumers_with_zones(made_zones).set_index("id")
    assert consumers.loc["c00000", "zone_ids"] == "class_4/c00000; class_8/c00000"
    none = dataclasses.replace(made_zones, members=made_zones.members.iloc[:0])
    assert set(consumers_with_zones(none)["zone_ids"]) == {""}


def test_docs_layers_are_credited_and_whole(made_zones: Any, folder: Path) -> None:
    path = folder / "zones.gpkg"
    names = [name for name, _ in pyogrio.list_layers(path)]
    assert names == [*DESCRIPTIONS, "layer_styles"]
    for layer in DESCRIPTIONS:
        about = pyogrio.read_info(path, layer=layer)["layer_metadata"]
        assert about["ATTRIBUTION"] == "© OpenStreetMap contributors, ODbL 1.0"
        assert about["DATA_DATE"] == "2024-05-01"
        frame = gpd.read_file(path, layer=layer)
        assert frame.crs == made_zones.crs
    zones = gpd.read_file(path, layer="zones")
    assert sorted(zones["heat_mwh"]) == sorted(made_zones.zones["heat_mwh"])
    assert zones.geom_type.unique().tolist() == ["Polygon"]
    members = gpd.read_file(path, layer="zone_consumers")
    assert len(members) == len(made_zones.members)
    assert members.geometry.notna().all()
    outlines = gpd.read_file(path, layer="rule_totals")
    assert outlines.geometry.isna().tolist() == [False, False, True]


def test_property_study_without_data_centres_and_zones_is_written(
    made_zones: Any, tmp_path: Path
) -> None:
    empty = {
        name: getattr(made_zones, name).iloc[:0]
        for name in ("zones", "sections", "anchors", "sources", "members", "cells", "blocks")
    }
    inputs = dataclasses.replace(made_zones.inputs, sites=made_zones.inputs.sites.iloc[:0])
    save_zones(dataclasses.replace(made_zones, **empty, inputs=inputs), tmp_path)
    assert "no zone" in (tmp_path / "map.html").read_text(encoding="utf-8")
    assert len(pd.read_csv(tmp_path / "zones.csv")) == 0
    assert len(gpd.read_file(tmp_path / "zones.gpkg", layer="sites")) == 0


def test_property_reconciliation_is_written_where_there_is_one(
    made_zones: Any, tmp_path: Path
) -> None:
    registry = load_table("columns")
    names = registry.loc[registry["table"] == "reconciliation", "column"]
    rows = pd.DataFrame({name: [1.0] for name in names}).assign(
        area_id="ward <1>", sector="", status="ok", reason="estimates times 1.2"
    )
    save_zones(dataclasses.replace(made_zones, reconciliation=rows), tmp_path)
    assert pd.read_csv(tmp_path / "reconciliation.csv")["area_id"].tolist() == ["ward <1>"]
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "estimates times 1.2" in page
    assert "ward &lt;1&gt;" in page


def test_save_rejects_foreign_files_and_writes_nothing(made_zones: Any, tmp_path: Path) -> None:
    (tmp_path / "zones.csv").write_text("mine")
    with pytest.raises(InputError, match="not written by heatreach"):
        save_zones(made_zones, tmp_path)
    assert contents(tmp_path) == {"zones.csv": b"mine"}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("bug")])
def test_property_failure_leaves_nothing(
    made_zones: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(zone_handout, "write_zone_layers", fail)
    with pytest.raises(InputError if isinstance(error, OSError) else KeyError):
        save_zones(made_zones, tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_tables_reject_a_missing_column(made_zones: Any, tmp_path: Path) -> None:
    zones = dataclasses.replace(made_zones, zones=made_zones.zones.drop(columns="certainty"))
    with pytest.raises(ValueError, match="'zones' lacks the columns certainty"):
        save_zones(zones, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_property_plan_with_zones_hands_out_both(
    plan_maker: Callable[..., Any], made_zones: Any, tmp_path: Path
) -> None:
    """
    A plan with zones, then one without into the same folder, then with zones again.

    The plan's own tables are the same bytes each time; files that a run does not write stay, and
    stay claimed, so that a later one may write them.
    """
    both = dataclasses.replace(plan_maker(), zones=made_zones)
    paths = save(both, tmp_path)
    first = contents(tmp_path)
    assert {path.name for path in paths} == set(first)
    assert set(CONTENTS) | {f"{name}.csv" for name in TABLES} | {"zones.gpkg"} == set(first)
    assert json.loads(first["run.json"])["zones"]["run_id"] == "abc123"
    page = first["map.html"].decode()
    assert 'data-layer="zones_1"' in page
    assert 'data-layer="connected"' in page
    assert "<title>Heat-reuse plan</title>" in page
    dictionary = pd.read_csv(tmp_path / "columns.csv", keep_default_na=False)
    assert {"links", "zones"} <= set(dictionary["table"])
    assert not dictionary.duplicated(["table", "column"]).any()

    save(plan_maker(), tmp_path)
    second = contents(tmp_path)
    same = {"links.csv", "projects.csv", "options.csv", "edges.parquet", "plan.gpkg", "zones.csv"}
    assert {name for name in same if first[name] != second[name]} == set()
    record = json.loads(second["run.json"])
    assert "zones.csv" in record["earlier_files"]
    assert "zones.csv" not in record["files"]
    assert b"zones_1" not in second["map.html"]

    save(both, tmp_path)
    assert contents(tmp_path) == first


def test_property_a_plan_without_zones_writes_none(
    made_plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("zones were written")

    monkeypatch.setattr(handout, "write_zone_files", fail)
    save(made_plan, tmp_path)
    assert set(contents(tmp_path)) == set(CONTENTS)


def test_docs_map_says_rule_status_and_credit(made_zones: Any) -> None:
    seen = html.unescape(without_scripts(draw_zone_map(made_zones)))
    assert "<title>Heat-network zones</title>" in seen
    assert indicative.ZONES in seen
    assert seen.count("© OpenStreetMap contributors, ODbL 1.0") == 2
    assert "Data of 2024-05-01" in seen
    words = "heat per metre of designed trench of 4 MWh or more, 500 MWh or more in all"
    assert f"Rule class_4: {words}; rule of thumb." in seen
    assert "2 anchor loads of 500 MWh or more; Scotland; assessment." in seen
    assert "Scottish first national assessment: baseline: no zone" in seen
    assert "Left out: 2 × scotland_baseline: dense enough, but too few anchor loads." in seen
    assert "Harbour hall, 62\u00a0%" in seen
    assert "Hypothetical sites: 1 of 2 data centres does not exist." in seen


def test_golden_each_table_shows_what_its_rule_measures(made_zones: Any) -> None:
    """Three densities of one zone; each table names and shows the one that its rule goes by."""
    densities = {"trench": 1.02, "street": 2.57, "radius": 4.81}
    columns = {f"{method}_heat_density_mwh_m": value for method, value in densities.items()}
    zones = dataclasses.replace(made_zones, zones=made_zones.zones.assign(**columns))
    headings = {
        "trench": "Per metre of trench",
        "street": "Per metre of street",
        "radius": "Per metre between neighbours",
    }
    for method, heading in headings.items():
        rule = dataclasses.replace(zones.rules[0], method=method)
        page = draw_zone_map(dataclasses.replace(zones, rules=(rule,)))
        tables = html.unescape(without_scripts(page)).split("</details>")[0]
        assert re.findall(r"Per metre [a-z ]+", tables) == [heading]
        cells = re.findall(r'<td class="figure">([\d.]+)</td>', tables)
        shown = {f"{value:.2f}" for value in densities.values()} & set(cells)
        assert shown == {f"{densities[method]:.2f}"}
    seen = html.unescape(without_scripts(draw_zone_map(zones)))
    assert "Every branch must carry the threshold by itself" in seen
    assert "those of several zones must not be added" in seen
    alone = dataclasses.replace(zones, sources=zones.sources.iloc[:0])
    assert "must not be added" not in html.unescape(without_scripts(draw_zone_map(alone)))


def test_golden_zones_are_coloured_by_what_their_rule_measures(made_zones: Any) -> None:
    columns = {"trench_heat_density_mwh_m": 1.0, "street_heat_density_mwh_m": 5.0}
    zones = dataclasses.replace(made_zones, zones=made_zones.zones.assign(**columns))
    for method, label in (("trench", "below 4"), ("street", "4 to 8")):
        rule = dataclasses.replace(zones.rules[0], method=method)
        theme = zone_themes(dataclasses.replace(zones, rules=(rule,)), [])[0]
        classes = {feature["properties"]["class"] for feature in theme.features}
        assert classes == {label}
        assert theme.tooltip[method] == f"Per metre of {method}"


def test_property_map_needs_no_address_and_names_each_script(made_zones: Any) -> None:
    page = draw_zone_map(made_zones)
    scriptless = re.sub(r"<script>.*?</script>|/\*.*?\*/", "", page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href|url)\s*[=(](?!"#)""", scriptless)
    assert page.count("<script>") == page.count("<script") == 4
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].count("'sha256-") == 4


def test_property_only_one_rule_is_shown_at_first(made_zones: Any) -> None:
    script = re.findall(r"<script>(.*?)</script>", draw_zone_map(made_zones), flags=re.DOTALL)[1]
    assert "geo_json_zones_1.addTo(map_plan)" in script
    assert "geo_json_zones_2.addTo(map_plan)" not in script
    assert first_rule(made_zones) == "class_4"
    other = dataclasses.replace(made_zones, rules=made_zones.rules[1:])
    assert first_rule(other) == "class_8"


def test_property_hostile_names_stay_texts(zones_maker: Callable[..., Any]) -> None:
    zones = zones_maker(16, name=hostile_name, attribution=HOSTILE[1])
    page = draw_zone_map(zones)
    assert re.findall(r"<script[^>]*>", page) == ["<script>"] * 4
    assert "<img" not in page
    assert "12340" not in page
    seen = html.unescape(without_scripts(page))
    for name in HOSTILE[:4]:
        assert name in seen
    for text in re.findall(r'"(?:name|why|zone|site|zones)": "((?:[^"\\]|\\.)*)"', page):
        assert not set(json.loads(f'"{text}"')) & set("<>`${}")


def test_property_hostile_names_cannot_run_in_a_spreadsheet(
    zones_maker: Callable[..., Any], tmp_path: Path
) -> None:
    save_zones(zones_maker(16, name=hostile_name), tmp_path)
    for path in tmp_path.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell[:1] in {"=", "+", "@"}]
    with (tmp_path / "street_sections.csv").open(encoding="utf-8", newline="") as file:
        assert any(row["name"] == f"'{HOSTILE[4]}" for row in csv.DictReader(file))


def test_property_map_of_a_large_town_stays_small(zones_maker: Callable[..., Any]) -> None:
    page = draw_zone_map(zones_maker(4000))
    assert len(page.encode()) < 10_000_000
    shapes = map(int, re.findall(r'data-features="(\d+)"', page))
    assert sum(shapes) <= 10_000
    # Heat rises from 200 to 9,000 MWh in 3,999 steps: the first 137 buildings need less than 500.
    assert "500 of 3,863 anchor loads are drawn" in html.unescape(page)
    assert "2,000 of 4,000 buildings are drawn" in html.unescape(page)


def test_golden_crossings_in_words(made_zones: Any) -> None:
    counts = {"rail_crossings": 1, "water_crossings": 2, "trunk_crossings": 0}
    row = next(made_zones.zones.assign(**counts).itertuples())
    assert crossings_text(row) == "1 railway, 2 waters"
    none = next(made_zones.zones.assign(**dict.fromkeys(counts, 0)).itertuples())
    assert crossings_text(none) == "no railway, water or trunk road"


def test_golden_rule_in_words(made_zones: Any) -> None:
    assert rule_words(made_zones.rules[2]) == (
        "Rule scotland_baseline: radius per load, along the streets of 4 MWh or more, 2 anchor "
        "loads of 500 MWh or more; Scotland; assessment."
    )


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_town_browser_draws_every_layer(zones_maker: Callable[..., Any], tmp_path: Path) -> None:
    """All layers drawn, routes with their zones, a button zooms to its zone, nothing complains."""
    probe = """<pre id="probe"></pre><script>
    const before = map_plan.getZoom();
    document.querySelector('button[data-zone="zones_2"][data-number="2"]').click();
    document.getElementById("probe").textContent = JSON.stringify({
      second: map_plan.hasLayer(geo_json_zones_2),
      routes: map_plan.hasLayer(geo_json_zone_routes_2),
      first: map_plan.hasLayer(geo_json_zone_routes_1),
      closer: map_plan.getZoom() > before,
    });
    </script></body>"""
    page = draw_zone_map(zones_maker(40, name=hostile_name))
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    path = tmp_path / "map.html"
    path.write_text(page.replace("</body>", probe), encoding="utf-8", newline="\n")
    command = [
        str(BROWSER),
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update"),
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={tmp_path / 'profile'}",
        *("--enable-logging=stderr", "--window-size=1300,900", "--virtual-time-budget=3000"),
        *("--dump-dom", path.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    shown = done.stdout.decode("utf-8")
    assert b"CONSOLE" not in done.stderr
    assert "<title>Heat-network zones</title>" in shown
    counts = re.findall(r'data-layer="(\w+)" data-features="(\d+)" data-drawn="(\d+)"', shown)
    drawn = {key: (int(features), int(number)) for key, features, number in counts}
    assert drawn["zones_1"] == drawn["zones_2"] == (4, 4)
    assert drawn["cells"] == (8, 8)
    assert drawn["buildings"] == (40, 40)
    assert all(features == number for features, number in drawn.values())
    found = re.search(r'<pre id="probe">(.*?)</pre>', shown)
    assert found is not None
    assert json.loads(html.unescape(found[1])) == {
        "second": True, "routes": True, "first": True, "closer": True,
    }  # fmt: skip
