"""The command line as a user meets it: messages, files, exit codes."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from rich.console import Console

from heatreach.siting import read_inputs
from heatreach.siting.assembling.given import read_given
from heatreach.siting.cli import app, main
from heatreach.siting.command.ranking_table import ranking_table
from heatreach.siting.command.words import input_words, rules_table, zones_table
from tests.siting.test_assessment import written

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("no_sheets")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line in this process; the exit code."""
    monkeypatch.setattr(sys, "argv", ["heatreach", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    return 0 if code is None else int(code)


def test_ranking_table_fits_eighty_columns_and_tells_how_sure() -> None:
    """Long names fold; a site without a network and a project without a rank have dashes."""
    figures = {
        "consumers": 1234, "heat_mwh": 123456.7, "avoided_t_co2e": -12345.6, "lcoh_per_mwh": 101.2,
        "npv": -12_345_678.9, "npv_p10": -23_456_789.0, "npv_p90": 1_234_567.0,
        "first_share": 0.713,
    }  # fmt: skip
    blank = dict.fromkeys(figures, float("nan")) | {"consumers": 0}
    names = {"hypothetical": True, "name": "Site C, a hall with a rather long name"}
    rows = [
        {"rank": 1, "status": "ok"} | names | figures,
        {"rank": pd.NA, "status": "ok"} | names | figures | {"first_share": float("nan")},
        {"rank": pd.NA, "status": "infeasible"} | names | blank,
    ]
    study: Any = SimpleNamespace(projects=pd.DataFrame(rows), money="EUR 2024")
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(ranking_table(study))
    lines = console.export_text().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    text = "\n".join(lines)
    assert "-23.5 to 1.23" in text
    assert " 71" in text
    assert "…" not in text
    assert "eight of ten draws" in " ".join(text.split())


def test_refused_input_is_one_message_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = tmp_path / "sites.csv"
    sites.write_text("id,lat,lon,it_lod_kw\nA,60.5,26.9,2000\n", encoding="utf-8")
    consumers = tmp_path / "consumers.csv"
    consumers.write_text("id,lat,lon\nB,160.5,26.9\n", encoding="utf-8")
    out = tmp_path / "out"
    code = run(
        monkeypatch, "plan", "--sites", str(sites), "--consumers", str(consumers),
        "--area", str(tmp_path / "none.osm.pbf"), "--out", str(out),
    )  # fmt: skip
    message = capsys.readouterr().err
    assert code == 1
    assert "it_load_kw" in message
    assert "consumers.csv" in message
    assert "none.osm.pbf" in message
    assert "Traceback" not in message
    assert not out.exists()


def test_wrong_usage_is_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "plan", "--site", "x.csv") == 2
    assert "--sites" in capsys.readouterr().err


def quick(folder: Path) -> list[str]:
    """Arguments of a scenario for tests that look at neither warmer supplies nor ranges."""
    path = folder / "quick.toml"
    path.write_text('network.supply_choice = "given"\nuncertainty.draws = 64\n', encoding="utf-8")
    return ["--scenario", str(path)]


def test_a_site_without_streets_is_a_partial_plan(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One site in reach of a street, one not: exit code 3, the reason printed, files written."""
    streets = tmp_path / "streets.geojson"
    streets.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
        '"geometry": {"type": "LineString", "coordinates": [[8.40, 49.0], [8.41, 49.0]]}}]}',
        encoding="utf-8",
    )
    sites = tmp_path / "sites.csv"
    sites.write_text(
        "id,lat,lon,it_load_kw\nnear,49.0002,8.401,500\nfar,49.006,8.405,500\n", encoding="utf-8"
    )
    consumers = tmp_path / "consumers.csv"
    consumers.write_text(
        "id,lat,lon,use,annual_heat_mwh,peak_kw\nschool,49.0002,8.403,school,900,400\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    code = run(
        monkeypatch, "plan", "--sites", str(sites), "--consumers", str(consumers),
        "--streets", str(streets), "--out", str(out), *quick(tmp_path),
    )  # fmt: skip
    assert code == 3
    assert "from any street" in capsys.readouterr().out.replace("\n", " ")
    assert (out / "projects.csv").exists()


def test_check_computes_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from heatreach.siting.demo import demo_extract, demo_sites

    monkeypatch.chdir(tmp_path)
    code = run(
        monkeypatch, "check", "--sites", str(demo_sites()), "--consumers", "osm",
        "--area", str(demo_extract()),
    )  # fmt: skip
    printed = capsys.readouterr().err
    assert code == 0
    assert "hypothetical-A: 2,000 kW IT (given)" in printed
    assert "Nothing was computed or written" in printed
    assert list(tmp_path.iterdir()) == []


def test_assumptions_lists_every_default_with_source(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "assumptions", "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) > 500
    assert all(row["source"] and row["unit"] for row in rows)
    assert any(row["key"] == "scenario/search/radius_m" for row in rows)


def test_assumptions_rejects_an_unknown_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "assumptions", "--table", "pips") == 2
    assert "pipes" in capsys.readouterr().err


def test_docs_every_command_has_help() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert (command.callback.__doc__ or "").strip(), command.callback.__name__


def test_version_needs_no_heavy_import() -> None:
    """`--version` answers without loading the geographic stack."""
    code = (
        "import sys; sys.argv = ['heatreach', '--version']\n"
        "from heatreach.siting.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('heavy' if 'CoolProp' in sys.modules else 'light')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("heatreach 0.")
    assert done.stdout.strip().endswith("light")


HOSTILE = "<img src=x onerror=alert(1)>{{ 7 * 7 }}`${1}`"


def small_study(folder: Path, **heat_mwh: float) -> dict[str, str]:
    """Files of a street of 1 km with buildings of 900 MWh a year every 100 m, 20 m off."""
    lon = [8.400 + 0.001 * i for i in range(11)]
    features = [
        {
            "type": "Feature",
            "properties": {"name": HOSTILE, "highway": "residential"},
            "geometry": {"type": "LineString", "coordinates": [[a, 49.0], [b, 49.0]]},
        }
        for a, b in itertools.pairwise(lon)
    ]
    streets = folder / "streets.geojson"
    streets.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
    )
    consumers = folder / "consumers.csv"
    with consumers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "lat", "lon", "name", "use", "annual_heat_mwh", "peak_kw"])
        for i in range(10):
            heat = heat_mwh.get(f"b{i}", 900.0)
            name = HOSTILE if i == 0 else f"School {i}"
            writer.writerow([f"b{i}", 49.0002, lon[i] + 0.0005, name, "school", heat, heat / 2])
    sites = folder / "sites.csv"
    sites.write_text("id,lat,lon,it_load_kw\nhall,49.0002,8.4001,800\n", encoding="utf-8")
    return {"streets": str(streets), "consumers": str(consumers), "sites": str(sites)}


def test_zone_finds_zones_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten schools on a kilometre: 9,000 MWh/yr on about 1.1 km of trench are one zone above 4."""
    files, out = small_study(tmp_path), tmp_path / "zones"
    code = run(
        monkeypatch, "zone", "--consumers", files["consumers"], "--streets", files["streets"],
        "--sites", files["sites"], "--rule", "class_4", "--rule", "scotland_baseline",
        "--out", str(out),
    )  # fmt: skip
    printed = capsys.readouterr()
    assert code == 0
    assert "Yearly heat by use" in printed.out
    assert "class_4" in printed.out
    assert "scotland_baseline" in printed.out
    assert f"Map: {out / 'map.html'}" in printed.out
    assert printed.out.strip().endswith(".")
    pages_and_summary = 3
    assert max(map(len, printed.out.splitlines()[:-pages_and_summary])) <= 80
    assert "Read 1 data centre, 10 consumers and 1 km of streets" in printed.err
    words = " ".join(printed.out.split())
    assert "Every branch must carry the threshold by itself" in words
    assert "those of several zones must not be added" in words
    assert "10 consumers in no block" in words
    rules = printed.out.split("Zones by rule")[1]
    assert "scotland_baseline " in rules
    assert " trench " in printed.out.split("Zones of rule class_4")[1]
    with (out / "zones.csv").open(encoding="utf-8", newline="") as file:
        zones = list(csv.DictReader(file))
    assert [row["rule"] for row in zones] == ["class_4", "scotland_baseline"]
    assert {row["consumers"] for row in zones} == {"10"}
    assert {float(row["heat_mwh"]) for row in zones} == {9000.0}
    assert {row["best_site_id"] for row in zones} == {"hall"}
    with (out / "assumptions.csv").open(encoding="utf-8", newline="") as file:
        register = {row["key"]: row for row in csv.DictReader(file)}
    assert all(row["source"] for row in register.values())
    assert register["zone_rules/scotland_baseline/threshold_mwh_m"]["value"] == "4"
    assert register["zone_rules/scotland_baseline/threshold_mwh_m"]["source"] == "scotland_fna_2022"
    assert {"certainty_rules/low/guess_share", "siting_rules/anchor/heat_min_mwh"} <= set(register)
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "7 * 7" in page


def no_site_study(folder: Path) -> list[str]:
    """Arguments of a study of files alone, without data centres and without an area."""
    files = small_study(folder)
    return ["--consumers", files["consumers"], "--streets", files["streets"], "--rule", "class_4"]


def test_zone_of_own_files_needs_no_area_and_no_data_centre(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no map to look for data centres on, so there are none; ``none`` says the same."""
    found: list[bytes] = []
    for more in ([], ["--sites", "none"], ["--sites", "NONE"]):
        out = tmp_path / f"zones{len(found)}"
        arguments = [*no_site_study(tmp_path), *more, "--out", str(out)]
        assert run(monkeypatch, "zone", *arguments) == 0
        printed = capsys.readouterr()
        assert "Read 0 data centres, 10 consumers and" in printed.err
        assert "No data centre is known here" in printed.out
        assert "alone" not in printed.out
        found.append((out / "zones.csv").read_bytes())
    assert found[0] == found[1] == found[2]


def test_zone_without_data_centres_on_a_map_that_has_one(tmp_path: Path) -> None:
    """Of a given area the map is asked, unless none is wanted."""

    files = small_study(tmp_path)
    arguments: dict[str, Any] = {"consumers": files["consumers"], "streets": files["streets"]}
    box = "8.39,48.99,8.42,49.01"
    asked = read_given(sites="osm", area=box, zones=True, **arguments)
    assert (asked.from_map, asked.without_sites) == (("sites",), False)
    refused = read_given(sites="none", area=box, zones=True, **arguments)
    assert (refused.from_map, refused.without_sites) == ((), True)


def test_plan_refuses_to_do_without_data_centres(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = small_study(tmp_path), tmp_path / "out"
    given = ["--consumers", files["consumers"], "--streets", files["streets"], "--out", str(out)]
    assert run(monkeypatch, "plan", "--sites", "none", *given) == 1
    assert "a plan needs data centres" in capsys.readouterr().err
    assert run(monkeypatch, "plan", "--sites", "osm", *given) == 1
    assert "an area is needed to find sites" in capsys.readouterr().err
    assert not out.exists()


def test_area_is_asked_for_what_only_the_map_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = small_study(tmp_path)
    assert run(monkeypatch, "zone", "--streets", files["streets"]) == 1
    assert "an area is needed to find consumers" in capsys.readouterr().err


def test_golden_existing_heat_networks_are_counted_apart(tmp_path: Path) -> None:
    """Ten schools and two heat networks: twelve rows, ten of them consumers."""

    networks = tmp_path / "networks.csv"
    networks.write_text(
        "id,lat,lon,annual_heat_mwh\nn1,49.0003,8.4022,9000\nn2,49.0003,8.4062,9000\n",
        encoding="utf-8",
    )
    files: dict[str, Any] = dict(small_study(tmp_path))
    inputs = read_inputs(**files, heat_networks=networks, zones=True)
    assert len(inputs.everywhere) == 12
    line, _ = next(iter(input_words(inputs)))
    assert line.startswith(
        "Read 1 data centre, 10 consumers, 2 existing heat networks and 1 km of streets"
    )


def test_unknown_use_without_a_near_name_lists_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A nursery is no industry, however alike the letters are."""
    files = small_study(tmp_path)
    path = tmp_path / "consumers.csv"
    plain = path.read_text(encoding="utf-8")
    for word, advice in (("nursery", "known are: "), ("scool", "did you mean school?")):
        path.write_text(plain.replace(",school,", f",{word},"), encoding="utf-8")
        assert run(monkeypatch, "zone", *no_files(files)) == 1
        message = capsys.readouterr().err
        assert advice in message
        assert "industry?" not in message


def no_files(files: dict[str, str]) -> list[str]:
    """Arguments of a study of files as they stand on disk."""
    return ["--consumers", files["consumers"], "--streets", files["streets"]]


def test_golden_table_shows_the_density_that_its_rule_measures() -> None:
    """The names of methods stand in the heading, those of rules in one piece, in 80 columns."""

    densities = {"trench": 1.02, "street": 2.57, "radius": 4.81}
    methods = {"de_street_1_5": "street", "scotland_baseline": "radius", "class_4": "trench"}
    rows = [
        {"rule": name, "rank": 1, "name": "Z", "consumers": 2, "anchors": 1, "heat_mwh": 900.0,
         "certainty": "Low", "area_ha": 3.0}
        | {f"{method}_heat_density_mwh_m": value for method, value in densities.items()}
        for name in methods
    ]  # fmt: skip
    rules = [
        SimpleNamespace(name=name, method=method, threshold_mwh_m=4.0, anchors_min=0)
        for name, method in methods.items()
    ]
    zones: Any = SimpleNamespace(
        zones=pd.DataFrame(rows),
        rules=rules,
        sources=(),
        inputs=SimpleNamespace(sites=pd.DataFrame()),
        totals=pd.DataFrame({"heat_mwh": [2700.0]}),
    )

    def printed(table: Any) -> str:
        console = Console(width=80, record=True, file=io.StringIO())
        console.print(table)
        return console.export_text()

    for name, method in methods.items():
        text = printed(zones_table(zones, name))
        assert re.search(rf"MWh/m.*\n.*\b{method}\b", text)
        shown = [f"{value:.1f}" for value in densities.values() if f"{value:.1f}" in text]
        assert shown == [f"{densities[method]:.1f}"]
    text = printed(rules_table(zones))
    assert all(f"{name} " in text for name in methods)
    assert "its being a zone of the higher class" in " ".join(text.split())


def test_zone_without_data_centres_is_fine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The map of the demo town has no data centre; zones are found and the lack is said."""
    from heatreach.siting.demo import demo_extract

    out = tmp_path / "zones"
    code = run(
        monkeypatch, "zone", "--area", str(demo_extract()), "--rule", "class_4", "--quiet",
        "--out", str(out),
    )  # fmt: skip
    printed = capsys.readouterr()
    assert code == 0
    assert "No data centre is known here" in printed.out
    assert printed.err == ""
    assert "OpenStreetMap contributors" in (out / "README.txt").read_text(encoding="utf-8")


def test_zone_refuses_bad_input_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = small_study(tmp_path, b3=-5.0), tmp_path / "zones"
    code = run(
        monkeypatch, "zone", "--consumers", files["consumers"], "--streets", files["streets"],
        "--sites", files["sites"], "--out", str(out),
    )  # fmt: skip
    message = capsys.readouterr().err
    assert code == 1
    assert "annual_heat_mwh" in message
    assert "b3" in message
    assert "Traceback" not in message
    assert not out.exists()


def test_zone_refuses_an_unknown_rule_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "zones"
    assert run(monkeypatch, "zone", "--rule", "scotland_base", "--out", str(out)) == 1
    assert "scotland_baseline" in capsys.readouterr().err
    assert not out.exists()


def test_zone_with_an_unknown_option_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "zone", "--rules", "class_4") == 2
    assert "--rule" in capsys.readouterr().err


def test_plan_with_zones_writes_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = small_study(tmp_path), tmp_path / "out"
    code = run(
        monkeypatch, "plan", "--consumers", files["consumers"], "--streets", files["streets"],
        "--sites", files["sites"], "--zones", "--rule", "class_4", "--out", str(out),
        *quick(tmp_path),
    )  # fmt: skip
    printed = capsys.readouterr().out
    assert code == 0
    assert "Heat networks by rank" in printed
    assert "Zones by rule" in printed
    names = {path.name for path in out.iterdir()}
    assert {"plan.gpkg", "zones.gpkg", "projects.csv", "zone_sources.csv"} <= names
    with (out / "projects.csv").open(encoding="utf-8", newline="") as file:
        connected = int(next(csv.DictReader(file))["consumers"])
    with (out / "zone_sources.csv").open(encoding="utf-8", newline="") as file:
        pair = next(csv.DictReader(file))
    # Ten schools of equal heat: what the plan connects of the zone is a tenth per school.
    assert float(pair["connected_share"]) == pytest.approx(connected / 10)


def test_plan_with_zones_refuses_a_map_without_data_centres(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Zones need no data centre, a plan does."""
    from heatreach.siting.demo import demo_extract

    out = tmp_path / "out"
    code = run(
        monkeypatch, "plan", "--sites", "osm", "--consumers", "osm", "--area",
        str(demo_extract()), "--zones", "--out", str(out),
    )  # fmt: skip
    assert code == 1
    assert "there is no data centre to plan for" in capsys.readouterr().err
    assert not out.exists()


def test_check_prints_demand_by_use_and_by_what_told_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = small_study(tmp_path)
    code = run(
        monkeypatch, "check", "--consumers", files["consumers"], "--streets", files["streets"],
        "--sites", files["sites"], "--zones",
    )  # fmt: skip
    printed = capsys.readouterr().err
    assert code == 0
    assert "Yearly heat by use" in printed
    assert "Consumers by what told their use" in printed
    school = next(line for line in printed.splitlines() if line.strip().startswith("school"))
    assert school.split()[:3] == ["school", "10", "9.00"]
    assert "Nothing was computed or written" in printed


def test_control_total_that_cannot_be_met_is_exit_code_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All heat is given and may not be scaled, so a control total of another amount is missed."""
    files, out = small_study(tmp_path), tmp_path / "zones"
    square = [[8.39, 48.99], [8.42, 48.99], [8.42, 49.01], [8.39, 49.01], [8.39, 48.99]]
    control = tmp_path / "wards.geojson"
    feature = {
        "type": "Feature",
        "properties": {"id": "ward", "annual_heat_mwh": 5000.0},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    control.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    code = run(
        monkeypatch, "zone", "--consumers", files["consumers"], "--streets", files["streets"],
        "--sites", files["sites"], "--control", str(control), "--rule", "class_4",
        "--out", str(out),
    )  # fmt: skip
    assert code == 3
    assert "Control total ward" in capsys.readouterr().out
    assert (out / "reconciliation.csv").exists()


def test_plan_takes_prices_and_rules_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = written(tmp_path)
    prices, rules, decided = (tmp_path / name for name in ("p.csv", "r.csv", "s.toml"))
    prices.write_text("year,price_base,gas_per_mwh\n2028,GBP 2023,90\n2040,GBP 2023,120\n")
    rules.write_text(
        "rule,title,kind,figure,comparison,threshold,unit,status\n"
        "own_heat,=Ten GWh of heat a year,limit,heat_mwh,at_least,10000,MWh/year,guidance\n"
    )
    decided.write_text(
        'place.country = "GB"\neconomics.money = "GBP 2023"\nuncertainty.draws = 64\n'
        'network.supply_choice = "given"'
    )
    out = tmp_path / "out"
    code = run(
        monkeypatch, "plan", "--sites", files["sites"], "--consumers", files["consumers"],
        "--streets", files["streets"], "--prices", str(prices), "--compliance", str(rules),
        "--scenario", str(decided), "--out", str(out), "--quiet",
    )  # fmt: skip
    assert code == 0
    assert "64 draws" in capsys.readouterr().out
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {"prices", "compliance"} <= set(record["inputs"])
    assert record["seeds"]["uncertainty"] == 20260101
    assert "how sure that is" in record["timings"]
    answers = pd.read_csv(out / "compliance.csv")
    mine = answers[answers["rule"] == "own_heat"]
    assert (mine["answer"] == "not met").any()
    # A text of a file that begins like a formula stays a text.
    assert (mine["title"] == "'=Ten GWh of heat a year").all()
    register = pd.read_csv(out / "assumptions.csv").set_index("key")
    assert register.loc["compliance_rules/own_heat/heat_mwh", "origin"] == "given by the user"


def test_wrong_prices_and_rules_are_refused_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = written(tmp_path)
    prices, rules = tmp_path / "p.csv", tmp_path / "r.csv"
    prices.write_text("year,price_base,gas_per_mwh\n2028,EUR 2024,dear\n")
    rules.write_text("rule,title,figure,comparison,threshold,status\nx,X,heat_mhw,at_least,1,law\n")
    code = run(
        monkeypatch, "check", "--sites", files["sites"], "--consumers", files["consumers"],
        "--streets", files["streets"], "--prices", str(prices), "--compliance", str(rules),
    )  # fmt: skip
    assert code == 1
    message = capsys.readouterr().err
    assert "p.csv" in message
    assert "r.csv" in message
    assert "heat_mwh" in message
