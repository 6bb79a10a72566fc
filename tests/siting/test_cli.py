"""The command line as a user meets it: messages, files, exit codes."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from heatreach.siting.cli import app, main

if TYPE_CHECKING:
    from pathlib import Path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line in this process; the exit code."""
    monkeypatch.setattr(sys, "argv", ["heatreach", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    return 0 if code is None else int(code)


def test_demo_ends_with_ranking_map_and_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "demo"
    assert run(monkeypatch, "demo", "--out", str(out)) == 0
    printed = capsys.readouterr().out
    assert "Heat networks by rank" in printed
    assert str(out / "map.html") in printed.replace("\n", "")
    assert "hypothetical" in printed
    assert printed.strip().endswith(".")
    files = {path.name for path in out.iterdir()}
    assert {"map.html", "links.csv", "projects.csv", "plan.gpkg", "assumptions.csv"} <= files


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
        "--streets", str(streets), "--out", str(out),
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
