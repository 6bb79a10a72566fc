"""A saved study: its report is that of the run, and a folder that is not whole is refused."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from heatreach.siting.command.reporting import refuse_place
from heatreach.siting.errors import InputError, UnknownIdError
from heatreach.siting.own_warnings import own_warnings
from heatreach.siting.parts import part_of_plan as plan_part
from heatreach.siting.reading.map_files import read_gpkg
from heatreach.siting.reading.saved_tables import saved_table
from heatreach.siting.reporting import report_of
from heatreach.siting.saved import read_plan
from heatreach.siting.writing.atomic import whole_file
from heatreach.siting.writing.handout import save
from heatreach.siting.writing.layers.digest import layers_digest
from heatreach.siting.writing.record import seal_of
from heatreach.siting.writing.report.document import GENERATOR, draw_report, draw_zone_report
from heatreach.siting.writing.sheets import without_apostrophe, write_table
from heatreach.siting.writing.written import significant, written_plan

from .conftest import make_plan, make_zones
from .test_cli import run
from .test_report import HOSTILE, PLAIN_TAGS, Page, hostile_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a made-up plan with zones."""
    folder = tmp_path_factory.mktemp("saved") / "study"
    save(dataclasses.replace(make_plan(), zones=make_zones()), folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil; files are linked, so a test replaces and never edits."""
    copy = tmp_path / "study"
    copy.mkdir()
    for path in saved.iterdir():
        os.link(path, copy / path.name)
    return copy


def spoil(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Replace a file by another of the same name."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(change(content))


def with_record(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the record and seal it again, as somebody would who means harm."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    change(record)
    record["seal"] = seal_of(record)
    spoil(folder / "run.json", lambda _old: json.dumps(record).encode())


def refusal(folder: Path) -> str:
    """What is said when the folder is refused."""
    with pytest.raises(InputError) as caught:
        read_plan(folder)
    return str(caught.value)


def test_property_report_of_the_folder_is_that_of_the_run(saved: Path) -> None:
    page = (saved / "report.html").read_text(encoding="utf-8")
    assert read_plan(saved).report() == page


def test_negative_bad_texts_come_back_as_the_same_report(tmp_path: Path) -> None:
    bad: dict[str, Any] = {"name": hostile_name, "attribution": HOSTILE[1]}
    plan = make_plan(**bad)
    run = plan.run | {
        "country": HOSTILE[0],
        "left_out": {HOSTILE[1]: 2},
        "inputs": {HOSTILE[2]: HOSTILE[0]},
    }
    save(dataclasses.replace(plan, run=run, zones=make_zones(**bad)), tmp_path)
    again = read_plan(tmp_path).report()
    assert again.encode("utf-8", "backslashreplace") == (tmp_path / "report.html").read_bytes()


def test_property_figures_that_a_file_rounds_are_rounded_in_the_run_too() -> None:
    plan = make_plan()
    # 25.000000000000004 is printed otherwise than the 25 that its file holds.
    noisy = plan.projects.assign(npv=24_999_999_999.999996, heat_mwh=25.000000000000004)
    page = draw_report(dataclasses.replace(plan, projects=noisy))
    told = plan.projects.assign(npv=25e9, heat_mwh=25.0)
    assert page == draw_report(dataclasses.replace(plan, projects=told))
    assert "<b>25 MWh/yr</b>" in page
    assert "25.00" not in page


def test_property_tables_come_back_as_they_were_written(saved: Path) -> None:
    back, plan = read_plan(saved), written_plan(make_plan())
    for name in ("projects", "edges", "connections"):
        mine, theirs = pd.DataFrame(getattr(back, name)), pd.DataFrame(getattr(plan, name))
        pd.testing.assert_frame_equal(mine[theirs.columns], theirs, check_column_type=False)
    for name, table in plan.assessment.tables.items():
        pd.testing.assert_frame_equal(back.assessment.tables[name], table, check_column_type=False)
    assert back.links["consumer_id"].tolist() == make_plan().links["consumer_id"].tolist()
    assert len(back.options) == len(make_plan().options)
    assert (back.money, str(back.crs)) == ("EUR 2024", "EPSG:32635")
    assert back.inputs.sites["remark"].tolist() == ["kept", "too"]


def test_docs_saved_plan_shows_itself(saved: Path) -> None:
    plan = read_plan(saved)
    assert plan.map() == (saved / "map.html").read_text(encoding="utf-8")
    assert "Building 0 heats most." in plan._repr_html_()
    assert repr(plan).startswith("<SavedPlan of 2 projects: ")
    assert plan.project("s0").row["project_id"] == "p0"


def test_property_looking_at_the_layers_in_another_program_does_no_harm(folder: Path) -> None:
    spoil(folder / "plan.gpkg", lambda old: old)
    before = (folder / "plan.gpkg").read_bytes()
    with closing(sqlite3.connect(folder / "plan.gpkg")) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("UPDATE layer_styles SET description = 'looked at'")
    assert (folder / "plan.gpkg").read_bytes() != before
    assert read_plan(folder).report() == (folder / "report.html").read_text(encoding="utf-8")


def test_negative_changed_layers_are_refused(folder: Path) -> None:
    spoil(folder / "plan.gpkg", lambda old: old)
    with closing(sqlite3.connect(folder / "plan.gpkg")) as database, database:
        # The spatial index has triggers that only GDAL can run.
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE projects SET npv = npv + 1 WHERE project_id = 'p0'")
    said = refusal(folder)
    assert "plan.gpkg: was changed after heatreach wrote it" in said
    assert said.startswith("1 problem")


def test_negative_every_spoiled_file_is_named_at_once(folder: Path, tmp_path: Path) -> None:
    spoil(folder / "payers.csv", lambda old: old.replace(b"1", b"2"))
    (folder / "gates.csv").unlink()
    elsewhere = tmp_path / "elsewhere.csv"
    (folder / "cases.csv").rename(elsewhere)
    (folder / "cases.csv").symlink_to(elsewhere)
    spoil(folder / "zones.gpkg", lambda old: old[:2000])
    spoil(folder / "workbook.xlsx", lambda old: old + b"saved by its reader")
    said = refusal(folder)
    assert said.startswith("4 problems")
    assert re.search(r"payers\.csv: was changed", said)
    assert re.search(r"gates\.csv: is missing", said)
    assert re.search(r"cases\.csv: is a link that may lead out of the folder", said)
    assert re.search(r"zones\.gpkg: (cannot be read|was changed)", said)


def test_negative_changed_words_of_the_record_are_refused(folder: Path) -> None:
    spoil(folder / "run.json", lambda old: old.replace(b"heats most", b"pays best"))
    assert "run.json was changed after heatreach wrote it" in refusal(folder)


def test_docs_times_of_a_run_may_differ(folder: Path) -> None:
    spoil(folder / "run.json", lambda old: old.replace(b'"map": 0.123', b'"map": 9.876'))
    assert read_plan(folder).summary == "Building 0 heats most."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "its run.json is not one of heatreach"),
        (b"[" * 100_000, "its run.json is not one of heatreach"),
        (b'{"program": "qgis"}', "its run.json is not one of heatreach"),
        (b'{"program": "heatreach", "rules": ["class_4"]}', "holds zones without a plan"),
        (
            b'{"program": "heatreach", "versions": {"heatreach": "0.0.9"}}',
            "was written by heatreach 0.0.9 with no form; this version reads form 1",
        ),
        (
            b'{"program": "heatreach", "versions": {"heatreach": "9.1"}, "plan": {"form": 2}}',
            "was written by heatreach 9.1 with form 2; this version reads form 1",
        ),
        (b'{"program": "heatreach", "plan": {"form": 1}, "files": []}', "run.json was changed"),
    ],
)
def test_negative_folders_that_hold_no_plan(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(content)
    assert words in refusal(tmp_path)


def test_negative_no_folder_and_no_record(tmp_path: Path) -> None:
    assert "there is no such folder" in refusal(tmp_path / "none")
    assert "holds no run.json of a run" in refusal(tmp_path)


def test_negative_a_resealed_record_of_wrong_shape_is_refused(folder: Path) -> None:
    with_record(folder, lambda record: record["plan"].update(money=7))
    assert "run.json was changed" in refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"left_out": {"a": "b"}},
        {"left_out": {"a": True}},
        {"zones": {"left_out": [1]}},
        {"options": {"economics": {"discount_rate_share": "a lot"}}},
        {"options": {"economics": {"discount_rate_share": 0.03}}},
        {"options": {"economics": 3}},
        {"options": {"other": [[1]]}},
        {"warnings": [1]},
        {"content": ["sites"]},
        {"seeds": []},
        {"country": ["FI"]},
        {"files": {"options.csv": 1}},
        {"timings": 1, "plan": {"crs": "nonsense"}},
        {"plan": {"crs": "EPSG:4326"}},
    ],
    ids=str,
)
def test_negative_resealed_records_of_wrong_kinds_are_refused(
    change: dict[str, Any], saved: Path, tmp_path: Path
) -> None:
    spoilt = json.loads((saved / "run.json").read_text(encoding="utf-8"))
    for name, part in change.items():
        spoilt[name] = spoilt["plan"] | part if name == "plan" else part
    spoilt["seal"] = seal_of(spoilt)
    (tmp_path / "run.json").write_text(json.dumps(spoilt), encoding="utf-8")
    assert "run.json was changed" in refusal(tmp_path)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_negative_numbers_that_are_none_in_the_record(
    number: str, saved: Path, tmp_path: Path
) -> None:
    text = (saved / "run.json").read_text(encoding="utf-8")
    (tmp_path / "run.json").write_text(text.replace("{", f'{{"x": {number},', 1), encoding="utf-8")
    assert re.search("is not one of heatreach|was changed", refusal(tmp_path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("payers.csv", b""),
        ("assumptions.csv", b"a,b\n\xff,1\n"),
        ("assumptions.csv", b"key,value\nx,1\n"),
        ("edges.parquet", b"PAR1 and no more"),
        ("plan.gpkg", b"SQLite format 3\0 and no more"),
    ],
)
def test_negative_damaged_files_with_fitting_hashes_are_refused(
    name: str, content: bytes, folder: Path
) -> None:
    spoil(folder / name, lambda _old: content)
    digest = hashlib.sha256(content).hexdigest()
    with_record(folder, lambda record: record["files"].update({name: digest}))
    assert re.search(rf"{name}: (is damaged|lacks the columns)", refusal(folder))


def test_negative_views_of_a_geopackage_are_never_run(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE gpkg_geometry_columns (table_name TEXT)")
        database.execute("CREATE TABLE sites (id TEXT)")
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('sites'), (NULL)")
    plain = layers_digest(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE VIEW projects AS {endless}")
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('projects')")
    assert layers_digest(path) == plain
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE gpkg_geometry_columns")
        database.execute(f"CREATE VIEW gpkg_geometry_columns AS {endless}")
    with pytest.raises(sqlite3.DatabaseError, match="no list of layers"):
        layers_digest(path)
    with pytest.raises(InputError, match="list of layers in a view"):
        read_gpkg(path, "sites")


def test_negative_tables_changed_after_the_folder_was_opened_are_refused(folder: Path) -> None:
    plan = read_plan(folder)
    spoil(folder / "options.csv", lambda old: old + b"x")
    spoil(folder / "plan.gpkg", lambda old: old[:-4096])
    with pytest.raises(InputError, match=r"options\.csv: was changed"):
        _ = plan.options
    with pytest.raises(InputError, match=r"plan\.gpkg: (was changed|cannot be read)"):
        _ = plan.links


def test_docs_part_of_a_study_holds_nothing_of_the_others(saved: Path) -> None:
    plan = read_plan(saved)
    page = plan.report(["p1"])
    assert "Harbour hall" in page
    assert "Building 0" not in page
    assert "it shows 1 of its 2 projects" in page
    assert report_of(make_plan(), ["s1"]) == page


def test_property_all_projects_asked_for_are_the_whole_report(saved: Path) -> None:
    page = (saved / "report.html").read_text(encoding="utf-8")
    assert read_plan(saved).report(["p1", "s0"]) == page


def others_plan() -> Any:
    """A made-up plan whose warnings and assumptions name rows of both data centres."""
    plan = make_plan()
    rows = [
        "scenario, prices: no path is given; look at it",
        "sites.csv, row 2 (s0): the load is odd; look at it",
        "sites.csv, column cooling, row 3 (s1): the tower is odd; look at it",
        "sites.csv, 2 rows: 2 (s0), 3 (s1): the load is odd; look at it",
        "sites.csv, 9 rows: 3 (s1), …: more are odd; look at it",
        "sites.csv, row 4: nameless and odd; look at it",
        "streets.osm: no street within 2,000 m of s0; look at it",
        "sites.csv: Building 0 is far away; look at it",
        "epc: 3 rows belong to nobody: 14 Mill Lane; look at it",
        "epc: heat of 2 consumers is less than 0.2 times its estimate: zz9; look at it",
    ]
    assumed = plan.assumptions.iloc[[0, 0]].assign(
        key=["sites/s0/hypothetical", "sites/s1/hypothetical"]
    )
    register = pd.concat([plan.assumptions, assumed], ignore_index=True)
    return dataclasses.replace(plan, run=plan.run | {"warnings": rows}, assumptions=register)


def test_negative_warnings_on_rows_of_others_stay_out_of_a_part() -> None:
    plan = others_plan()
    part = plan_part(plan, "p1")
    told = plan.run["warnings"]
    left = "8 more warnings are about rows of others and left out; the whole report has them"
    assert part.run["warnings"] == [told[0], told[2], left]
    assert "sites/s1/hypothetical" in set(part.assumptions["key"])
    assert "sites/s0/hypothetical" not in set(part.assumptions["key"])
    page = report_of(plan, ["s1"])
    assert "s0" not in re.findall(r"\w+", page.partition("<body")[2])
    assert "Mill Lane" in report_of(plan)


def test_property_an_id_that_others_use_too_does_not_let_their_rows_in() -> None:
    warning = "consumers.csv, row 3 (7): odd; look at it"
    assert own_warnings([warning], own={"7"}, others=set()) == [warning]
    assert own_warnings([warning], own={"7"}, others={"7"}) != [warning]


def test_negative_unknown_projects_and_papers(saved: Path) -> None:
    plan = read_plan(saved)
    with pytest.raises(UnknownIdError, match="there is no project p9; the nearest are p1, p0"):
        plan.report(["p9"])
    with pytest.raises(ValueError, match="no paper 'a5'; there is a4 and a3"):
        plan.report(paper="a5")


def test_property_texts_come_back_from_their_cells(tmp_path: Path) -> None:
    texts = ["=1+1", "'=1+1", "''@x", "-12", "'-12", "'s-Hertogenbosch", "'", "", '"', "a\r\nb,c"]
    texts += [text.replace("\0", "") for text in HOSTILE]
    options = make_plan(len(texts)).options.assign(reason=texts)
    path = tmp_path / "options.csv"
    write_table(options, path, table="options")
    assert saved_table(path, "options")["reason"].tolist() == texts
    assert without_apostrophe("'-12") == "'-12"


def test_golden_ten_digits() -> None:
    # Rounded by hand.
    given = np.array([1 / 3, 2e10 + 0.4999, -0.00012345678949, np.nan, np.inf])
    wanted = [0.3333333333, 2e10, -0.0001234567895, np.nan, np.inf]
    np.testing.assert_array_equal(significant(given), wanted)


def test_negative_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    whole_file(path, "one")
    with pytest.raises(AttributeError):
        whole_file(path, None)  # type: ignore[arg-type]
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]
    assert path.read_text(encoding="utf-8") == "one"


def test_docs_command_writes_the_report_of_a_saved_study(
    saved: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page, whole = tmp_path / "client.html", (saved / "report.html").read_bytes()
    assert run(monkeypatch, "report", str(saved), "--out", str(page), "--quiet") == 0
    assert page.read_bytes() == whole
    assert capsys.readouterr() == (f"{page}\n", "")
    asked = ["--project", "s1", "--paper", "a3", "--out", str(page), "--json"]
    assert run(monkeypatch, "report", str(saved), *asked) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["projects"], answer["paper"]) == (["p1"], "a3")
    assert "size: A3 landscape" in page.read_text(encoding="utf-8")


def test_negative_command_names_every_unknown_project_and_spares_other_files(
    saved: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = tmp_path / "mine.html"
    page.write_text("a page of mine", encoding="utf-8")
    unknown = ["--project", "x1", "--project", "x2", "--out", str(tmp_path / "new.html")]
    assert run(monkeypatch, "report", str(saved), *unknown) == 1
    said = capsys.readouterr().err
    assert "there is no project x1; the nearest are" in said
    assert "there is no project x2; the nearest are" in said
    for out, words in (
        (page, "was not written by this command"),
        (saved / "report.html", "is a file of a run"),
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "none" / "page.html", "cannot be written"),
    ):
        assert run(monkeypatch, "report", str(saved), "--out", str(out)) == 1
        assert words in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "a page of mine"
    assert not (tmp_path / "new.html").exists()


def test_negative_places_where_no_report_may_be_written(saved: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.html").symlink_to(saved / "report.html")
    (tmp_path / "other").symlink_to(saved)
    for place, words in (
        (tmp_path / "pipe", "is no file that could be replaced"),
        (tmp_path / "link.html", "is a link"),
        (tmp_path / "other" / "report.html", "is a file of a run"),
        (saved / "REPORT.html", "is a file of a run"),
        (tmp_path / ("x" * 300), "cannot be looked at"),
    ):
        with pytest.raises(InputError, match=words):
            refuse_place(place)


def test_negative_the_place_is_refused_before_the_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Another run's report: it too begins like ours.
    other = tmp_path / "report.html"
    other.write_text(GENERATOR, encoding="utf-8")
    record = {"program": "heatreach", "files": {"report.html": ""}}
    (tmp_path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert run(monkeypatch, "report", str(tmp_path / "none"), "--out", str(other)) == 1
    assert "is a file of a run" in capsys.readouterr().err
    assert other.read_text(encoding="utf-8") == GENERATOR


def test_docs_zones_in_the_report_agree_with_their_table(saved: Path) -> None:
    made, page = make_zones(), (saved / "report.html").read_text(encoding="utf-8")
    section = page.split('<section id="zones">')[1].split("</section>")[0]
    first = made.zones[made.zones["rule"] == "class_4"].iloc[0]
    row = next(part for part in section.split("<tr>") if f">1 {first['name']}<" in part)
    cells = re.findall(r"<td[^>]*>(?:<bdi>)?([^<]*)", row)
    # By hand: six loads of 200, 582.6 … 2113.0 MWh; range, certainty and density as made.
    assert cells[:3] == ["Low", "none in reach", "none"]
    assert cells[3] == f"{first['heat_mwh']:,.0f}"
    assert cells[4] == "100 to 99,000"
    assert cells[7] == "3"
    assert "2 × scotland_baseline: dense enough, but too few anchor loads" in section
    assert "not a designation" in section
    assert len(re.findall(r'fill-rule="evenodd"', section)) == 4


def test_negative_bad_texts_stay_texts_in_the_report_of_zones() -> None:
    page = draw_zone_report(make_zones(name=hostile_name, attribution=HOSTILE[1]))
    assert {tag for tag, _ in Page(page).elements} <= set(PLAIN_TAGS.split())
    assert not any(name.startswith("on") for _, found in Page(page).elements for name in found)
    assert "&lt;script&gt;document.title=" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
