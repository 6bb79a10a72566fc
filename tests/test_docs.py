"""What the documents say is what the project does."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from heatreach.data import load_table, table_names
from heatreach.siting.cli import app
from heatreach.siting.consumers.building_use import siting_rule
from heatreach.siting.writing.handout import CONTENTS
from heatreach.siting.writing.maps.zone_classes import BRANCHES
from heatreach.siting.writing.sheets import ASSESSMENT_TABLES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _fenced(text: str) -> str:
    """All fenced code of a document."""
    return "\n".join(re.findall(r"```[a-z]*\n(.*?)```", text, flags=re.DOTALL))


def test_docs_readme_names_only_commands_that_exist() -> None:
    known = {
        command.name or command.callback.__name__
        for command in app.registered_commands
        if command.callback
    }
    named = set(re.findall(r"heatreach ([a-z]+)\b", _fenced(README)))
    assert named
    assert named <= known
    assert {"demo", "plan", "check", "assumptions"} <= named


def test_docs_readme_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_docs_zone_page_lists_the_rules_as_they_are() -> None:
    page = (ROOT / "docs" / "zones.md").read_text(encoding="utf-8")
    listed = re.findall(
        r"^\| `(\w+)` \| (\w+) \| ([\d.]+) \| (.*?) \| (.*?) \| (.*?) \|$", page, re.M
    )
    rules = load_table("zone_rules")
    assert [row[0] for row in listed] == rules["name"].tolist()
    for (_, method, threshold, asks, _, status), rule in zip(
        listed, rules.to_dict("records"), strict=True
    ):
        assert method == rule["method"]
        assert float(threshold) == float(rule["threshold_mwh_m"])
        assert (f"{int(rule['anchors_min'])} anchors" in asks) == (int(rule["anchors_min"]) > 0)
        assert ("MWh in all" in asks) == (float(rule["heat_min_mwh"]) > 0.0)
        assert status == rule["legal_status"]


def test_docs_zone_page_says_what_map_and_terminal_say() -> None:
    page = " ".join((ROOT / "docs" / "zones.md").read_text(encoding="utf-8").split())
    assert BRANCHES in page
    assert "if the data centre served this zone alone" in page
    assert "shares of several zones must not be added" in page


def test_docs_zone_page_quotes_the_figures_of_the_tables() -> None:
    page = " ".join((ROOT / "docs" / "zones.md").read_text(encoding="utf-8").split())
    anchor = siting_rule("anchor", "heat_min_mwh")
    assert f"An **anchor** is a load of at least {anchor:.0f} MWh a year" in page
    assert f"the nearest within {siting_rule('joined', 'nearest_m'):.0f} m" in page
    near = siting_rule("zone_words", "heat_network_near_m")
    assert f"within {near:.0f} m of a zone's trench" in page
    short = siting_rule("zone_words", "short_trench_m")
    assert f"less than {short:.0f} m of trench, are called neighbours" in page
    assert siting_rule("zone_words", "street_name_loads_min") == 10.0
    assert siting_rule("joined", "covered_min_share") == pytest.approx(4 / 5)
    assert siting_rule("raster", "control_cell_m") == 1000.0
    rules = load_table("certainty_rules").set_index(["name", "parameter"])["value"].astype(float)
    assert rules["low", "guess_share"] == rules["high", "given_share"] == 0.5
    assert rules["high", "guess_share"] == 0.25
    named = set(re.findall(r"`([a-z_]+_(?:mwh|kwh|m|source|share|reason|rank|ids?))`", page))
    known = set(load_table("columns")["column"])
    assert named
    assert named <= known


def test_docs_zone_page_picture_is_small() -> None:
    page = (ROOT / "docs" / "zones.md").read_text(encoding="utf-8")
    pictures = [ROOT / "docs" / name for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page)]
    assert pictures
    assert all(picture.stat().st_size < 300_000 for picture in pictures)


def test_docs_appraisal_page_lists_the_money_lines_as_they_are() -> None:
    page = (ROOT / "docs" / "appraisal.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", page, re.M)
    lines = load_table("cash_lines")
    assert [row[0] for row in listed] == lines["line"].tolist()
    payers = {
        "operator": "operator", "data_centre": "data centre", "consumer": "consumers",
        "public": "public",
    }  # fmt: skip
    for (_, kind, pays, gets, path, what), line in zip(
        listed, lines.to_dict("records"), strict=True
    ):
        assert (kind, what) == (line["kind"], line["description"])
        assert path == (line["path"] or "–")
        for sign, named in ((-1.0, pays), (1.0, gets)):
            who = [words for name, words in payers.items() if float(line[name]) == sign]
            assert named == (" and ".join(who) or "–")


def test_docs_appraisal_page_names_columns_and_tables_that_exist() -> None:
    page = (ROOT / "docs" / "appraisal.md").read_text(encoding="utf-8")
    prose = re.sub(r"^\|.*$", "", page, flags=re.M)
    known = set(load_table("columns")["column"])
    named = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", prose))
    keys = {column.partition(".")[2] for column in known} | set(load_table("choices")["key"])
    assert named <= known | keys | set(table_names())
    files = set(re.findall(r"`(\w+\.csv)`", prose))
    assert files <= set(CONTENTS)
    # Every table behind the projects is explained.
    assert {f"{name}.csv" for name in ASSESSMENT_TABLES} <= files


def test_docs_ci_calls_the_test_command_of_the_readme() -> None:
    command = next(line for line in _fenced(README).splitlines() if "pytest" in line)
    assert command.strip() in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_docs_architecture_names_every_module() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [
        f"{room}/{path.stem}"
        for room in ("data", "thermo", "network", "siting")
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.stem != "__init__" and f"`{path.stem}`" not in page
    ]
    assert missing == []


def test_docs_column_registry_is_whole() -> None:
    registry = load_table("columns")
    assert set(registry["kind"]) <= {"text", "number", "integer", "share", "geometry", "boolean"}
    assert set(registry["required"]) <= {"yes", "no", "result", "check"}
    assert not registry.duplicated(["table", "column"]).any()
    assert (registry["description"].str.len() > 3).all()
    numbers = registry[registry["kind"].isin(["number", "share"])]
    assert (numbers["unit"] != "").all()


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [("_kw", "kW"), ("_mwh", "MWh/year"), ("_m", "m"), ("_degc", "degC"), ("_k", "K"),
     ("_kg_s", "kg/s"), ("_pa_m", "Pa/m"), ("_share", "dimensionless"), ("_m2", "m**2")],
)  # fmt: skip
def test_docs_column_suffix_says_the_unit(suffix: str, unit: str) -> None:
    registry = load_table("columns")
    registry = registry[registry["kind"].isin(["number", "share", "integer"])]
    mine = registry[registry["column"].str.endswith(suffix)]
    other = mine["column"].str.contains("_per_|_mwh_m$|_w_m$|_pa_m$|_kwh_m2$") & (
        ~mine["column"].str.endswith("_pa_m") | (suffix == "_m")
    )
    mine = mine[~other]
    assert len(mine)
    odd = mine[(mine["unit"] != unit) & ~mine["unit"].str.startswith(unit.split("/")[0])]
    assert odd["column"].tolist() == []


def test_docs_no_path_of_a_machine_in_the_project() -> None:
    words = re.compile(r"/(?:home|root|work|Users)/\w|\.library|/tmp/")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    text_files = [
        ROOT / name
        for name in listed.stdout.splitlines()
        if Path(name).suffix in {".py", ".md", ".toml", ".csv", ".geojson", ".yaml", ".html"}
    ]
    found = [
        path.name
        for path in text_files
        if path.is_file()
        and path.name != "test_docs.py"
        and words.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_docs_declared_minimums_are_installed_or_older() -> None:
    """Every dependency states a tested minimum version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert all(">=" in line for line in project["dependencies"])
    assert shutil.which("git") is None or (ROOT / "uv.lock").is_file()
