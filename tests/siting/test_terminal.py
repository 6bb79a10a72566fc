"""What the terminal offers besides a run: JSON, dry run, open, progress, quiet."""

from __future__ import annotations

import csv
import hashlib
import inspect
import json
import sys
import webbrowser
from typing import TYPE_CHECKING, Any

import pytest

from heatreach.data import load_table
from heatreach.siting.cli import app
from heatreach.siting.command.forecast import Range, Size, memory_mb, plan_stages, total
from heatreach.siting.command.opening import show
from heatreach.siting.command.progress import Pace
from tests.siting.test_cli import HOSTILE, run, small_study

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("no_sheets")


def small_arguments(folder: Path) -> list[str]:
    """Arguments of the study of ten schools on a kilometre."""
    files = small_study(folder)
    return [part for name, path in files.items() for part in (f"--{name}", path)]


def test_json_answer_equals_the_tables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is one document; its projects are those of projects.csv, unknowns null."""
    out, scenario = tmp_path / "out", tmp_path / "quick.toml"
    scenario.write_text(
        '[uncertainty]\ndraws = 128\n[heat_pump]\narrangement = "central"\n'
        '[network]\nsupply_choice = "given"\n',
        encoding="utf-8",
    )
    arguments = [*small_arguments(tmp_path), "--scenario", str(scenario), "--out", str(out)]
    assert run(monkeypatch, "plan", *arguments, "--json", "--quiet") == 0
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert printed.err == ""
    assert (answer["command"], answer["status"]) == ("plan", "done")
    assert answer["inputs"]["sites"] == 1
    assert answer["inputs"]["consumers"] == 10
    with (out / "projects.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(answer["projects"]) == len(rows) == 1
    project, row = answer["projects"][0], rows[0]
    assert set(project) == set(row)
    for column, text in row.items():
        value = project[column]
        if isinstance(value, bool) or value is None or isinstance(value, str):
            assert str(value or "").lower() in (text.lower(), "") or value == text
        else:
            assert value == pytest.approx(float(text), rel=1e-9)
    page = tmp_path / "again.html"
    assert run(monkeypatch, "report", str(out), "--out", str(page), "--quiet") == 0
    assert page.read_bytes() == (out / "report.html").read_bytes()
    assert answer["columns"]["npv"]["price_base"] == answer["money"]
    assert {path.name for path in out.iterdir()} == {
        name.rsplit("/", 1)[-1] for name in answer["files"]
    }
    # The stages that a forecast speaks of are those that the run went through.
    size = Size(
        sites=1, consumers=1, everywhere=1, links=1, sections=1, streets_km=1, area_km2=1, draws=1
    )
    assert set(answer["timings_s"]) == {name for name, _ in plan_stages(size)}


def test_json_refusal_names_every_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = small_arguments(tmp_path)
    small_study(tmp_path, b3=-5.0, b4=-6.0)
    assert run(monkeypatch, "plan", *arguments, "--out", str(tmp_path / "o"), "--json") == 1
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert (answer["command"], answer["status"]) == ("plan", "refused")
    assert answer["problems"]
    assert set(answer["problems"][0]) == {"file", "where", "what", "advice"}
    assert answer["message"] in printed.err
    assert "annual_heat_mwh" in answer["message"]
    assert not (tmp_path / "o").exists()


def test_golden_dry_run_counts_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Schools stand every 0.001° (73.2 m at 49° N), the first 0.0004° (29 m) from the data centre.

    Within 300 m lie those at 29, 102, 176 and 249 m; the next stands at 322 m.
    """
    arguments = small_arguments(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    more = ["--radius", "300", "--dry-run"]
    assert run(monkeypatch, "plan", *arguments, *more, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    counts, expected = answer["counts"], answer["expected"]
    assert answer["dry_run"] is True
    assert (counts["sites"], counts["links"]) == (1, 4)
    assert counts["streets_km"] == pytest.approx(0.732, rel=0.01)
    stages = expected["stages_s"]
    for end in ("value", "low", "high"):
        assert expected["total_s"][end] == pytest.approx(sum(stage[end] for stage in stages))
    assert expected["memory_mb"]["low"] < expected["memory_mb"]["high"]
    assert run(monkeypatch, "plan", *arguments, *more) == 0
    printed = capsys.readouterr()
    assert "designing networks" in printed.out
    assert "Nothing was computed or written" in printed.out
    assert "Guessed from rates" in printed.out
    assert max(map(len, printed.out.splitlines())) <= 80
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_dry_run_refuses_what_the_run_would_refuse(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule that does not exist."""
    arguments = [*small_arguments(tmp_path), "--dry-run", "--rule", "class_5"]
    assert run(monkeypatch, "zone", *arguments) == 1
    assert "class_4" in capsys.readouterr().err


def test_golden_forecast_is_the_rates_times_the_counts() -> None:
    """Two data centres, 3,000 pairs and 1,000 draws, by hand from the rows of the table."""
    table = load_table("run_rates").set_index(["name", "parameter"])["value"].astype(float)
    size = Size(
        sites=2, consumers=1500, everywhere=2000, links=3000, sections=4000, streets_km=40.0,
        area_km2=5.0, draws=1000,
    )  # fmt: skip
    stages = dict(plan_stages(size))
    by_hand = (
        table["networks", "fixed_seconds"]
        + 3.0 * table["networks", "per_thousand_seconds"]
        + 2.0 * table["networks", "per_site_seconds"]
    )
    assert stages["designing networks"].value == pytest.approx(by_hand)
    draws = table["draws", "fixed_seconds"] + 2.0 * table["draws", "per_thousand_seconds"]
    assert stages["how sure that is"].value == pytest.approx(draws)
    memory = (
        table["memory", "fixed_megabytes"]
        + 3.0 * table["memory", "per_thousand_links_megabytes"]
        + 2.0 * table["memory", "per_thousand_consumers_megabytes"]
        + 4.0 * table["memory", "per_thousand_sections_megabytes"]
    )
    assert memory_mb(size).value == pytest.approx(memory)
    together = total([("a", Range(value=1, low=0, high=3)), ("b", Range(value=2, low=1, high=9))])
    assert together == Range(value=3, low=1, high=12)


class MadeClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_golden_time_left_follows_the_stages_behind() -> None:
    """
    Stages of 10, 20 and 30 s expected; the first took 20 s, so all take twice as long.

    Five seconds into the second, 40 - 5 + 60 = 95 s are left, and 25 of 120 s are over.
    """
    clock = MadeClock()
    pace = Pace(clock, waits=True)
    pace.step("reading", 0.3)
    assert pace.words() == ""
    pace.expect([("a", 10.0), ("b", 20.0), ("a", 30.0)])
    pace.step("a", 0.0)
    assert pace.left_s() == pytest.approx(60.0)
    clock.time = 20.0
    pace.step("b", 0.1)
    clock.time = 25.0
    assert pace.left_s() == pytest.approx(95.0)
    assert pace.done_share() == pytest.approx(25.0 / 120.0)
    assert pace.words() == "50 %/min, 1:35 left"
    # A stage that lasts longer than it should leaves those to come, and a name may come twice.
    clock.time = 100.0
    assert pace.left_s() == pytest.approx(60.0)
    pace.step("a", 0.5)
    assert pace.left_s() == pytest.approx(30.0 * 100.0 / 30.0)


def test_golden_time_left_of_a_download_follows_its_share() -> None:
    """A quarter in 3 s: 9 s are left."""
    clock = MadeClock()
    pace = Pace(clock)
    assert pace.words() == ""
    clock.time = 3.0
    pace.step("downloading", 0.25)
    assert pace.left_s() == pytest.approx(9.0)
    assert pace.words() == "500 %/min, 0:09 left"


def finished_folder(folder: Path, **pages: str) -> Path:
    """A folder with pages and a record that claims them."""
    folder.mkdir(parents=True)
    files = {}
    for stem, text in pages.items():
        path = folder / f"{stem}.html"
        path.write_text(text, encoding="utf-8")
        files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    record = {"program": "heatreach", "files": files}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that the browser was asked for."""
    asked: list[str] = []

    def take(url: str) -> bool:
        asked.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", take)
    monkeypatch.setenv("DISPLAY", ":0")
    return asked


def test_open_hands_over_one_encoded_address(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    opened: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No sign that a shell, a browser or AppleScript could take for a command is left."""
    folder = finished_folder(
        tmp_path / "-a; touch x `id` $(id) 'q' \"w\" %s & b", map="m", report="r"
    )
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "open", str(folder)) == 0
    printed = capsys.readouterr()
    assert printed.out.strip() == str(folder / "map.html")
    assert printed.err == ""
    assert run(monkeypatch, "open", str(folder), "--report") == 0
    assert [url.rsplit("/", 1)[-1] for url in opened] == ["map.html", "report.html"]
    for url in opened:
        assert url.startswith("file:///")
        assert not set(url) & set(" ;`$()'\"&<>|\\")
        assert "%s" not in url
    assert not (tmp_path / "x").exists()


def test_open_says_when_a_page_was_changed(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    opened: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = finished_folder(tmp_path / "run", map="as written")
    (folder / "map.html").write_text("another", encoding="utf-8")
    assert run(monkeypatch, "open", str(folder), "--json") == 0
    printed = capsys.readouterr()
    assert "changed after heatreach wrote it" in printed.err
    answer = json.loads(printed.out)
    assert (answer["opened"], answer["unchanged"]) == (True, False)
    assert len(opened) == 1


def test_open_refuses_what_heatreach_did_not_write(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    opened: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "map.html").write_text("not ours", encoding="utf-8")
    linked = finished_folder(tmp_path / "linked", map="ours")
    (linked / "map.html").unlink()
    (linked / "map.html").symlink_to(foreign / "map.html")
    plain = finished_folder(tmp_path / "plain", map="ours")
    for arguments, message in (
        ([str(foreign)], "no run.json"),
        ([str(tmp_path / "none")], "no such folder"),
        ([str(linked)], "leads elsewhere"),
        ([str(plain), "--report"], "names no report.html"),
    ):
        assert run(monkeypatch, "open", *arguments) == 1
        assert message in capsys.readouterr().err
    assert opened == []


def test_open_without_a_browser_says_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text browsers would take over the terminal, so they are not asked."""
    folder = finished_folder(tmp_path / "run", map="m")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")

    def refuse(url: str) -> bool:
        raise AssertionError(url)

    monkeypatch.setattr(webbrowser, "open", refuse)
    assert run(monkeypatch, "open", str(folder)) == 0
    printed = capsys.readouterr()
    assert printed.out.strip() == str(folder / "map.html")
    assert "No browser with a window" in printed.err
    monkeypatch.setenv("DISPLAY", ":0")

    def broken(url: str) -> bool:
        raise webbrowser.Error(url)

    monkeypatch.setattr(webbrowser, "open", broken)
    assert not show(folder / "map.html")


def test_check_answers_for_programs_and_in_silence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten schools of 900 MWh a year are 9,000."""
    arguments = small_arguments(tmp_path)
    assert run(monkeypatch, "check", *arguments, "--json", "--quiet") == 0
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert printed.err == ""
    assert answer["demand_totals"][-1]["heat_mwh"] == pytest.approx(9000.0)
    assert [site["id"] for site in answer["sites"]] == ["hall"]
    assert run(monkeypatch, "check", *arguments, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_assumptions_answer_for_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "assumptions", "--table", "run_rates", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["assumptions"]
    assert len(rows) == len(load_table("run_rates"))
    assert all(row["low"] < row["value"] < row["high"] for row in rows)


def test_docs_every_command_answers_for_programs() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        names = set(inspect.signature(command.callback).parameters)
        assert "as_json" in names, command.callback.__name__
        # The register is its own result; there is nothing to keep quiet about.
        assert "quiet" in names or command.callback.__name__ == "assumptions"


def test_json_keeps_hostile_names_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = tmp_path / "own.csv"
    with sites.open("w", encoding="utf-8", newline="") as file:
        writer: Any = csv.writer(file)
        writer.writerow(["id", "lat", "lon", "it_load_kw", "name"])
        writer.writerow(["hall", 49.0002, 8.4001, 800, HOSTILE])
    arguments = small_arguments(tmp_path)
    arguments[arguments.index("--sites") + 1] = str(sites)
    assert run(monkeypatch, "check", *arguments, "--json", "--quiet") == 0
    assert json.loads(capsys.readouterr().out)["sites"][0]["name"] == HOSTILE
