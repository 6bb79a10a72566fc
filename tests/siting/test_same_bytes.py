"""
Two runs of one study give the same bytes, whatever differs that is not the study.

The first run reads the files in order, in one process. The second reads them shuffled (data
centres, consumers and streets), shares the work between two processes, hashes texts by another
seed, has a locale that knows no UTF-8, and lives on the other side of the date line, where
``time.time`` tells of two days later. (Nothing asks ``datetime`` for the day: see the last test.)
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from pypdf import PdfReader

from heatreach.siting.content import content_of

from .small_study import LATER, read_study, write_study

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("small_study.py")
RECORD = "run.json"
DIFFERENT = {"timings", "inputs", "seal", "zones"}
"""Parts of the record that differ: times, hashes of the shuffled files, and the seal over them."""
DIFFERENT_OF_ZONES = {"timings", "inputs"}
CLOCKS = {"now", "today", "utcnow", "localtime", "gmtime", "ctime", "time", "time_ns"}
"""Functions that tell what time it is; a stopwatch (``perf_counter``) does not."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, cache_of_tests: Path) -> tuple[Path, Path]:
    """Folders that the two runs wrote."""
    base = tmp_path_factory.mktemp("same_bytes")
    files, shuffled = write_study(base / "files"), write_study(base / "shuffled", shuffle=3)
    west = {"PYTHONHASHSEED": "1", "TZ": "Etc/GMT+12", "LC_ALL": "C.UTF-8"}
    east = {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", LATER: "1"}
    _run(files, base / "first", workers=1, settings=west, cache=cache_of_tests)
    _run(shuffled, base / "second", workers=2, settings=east, cache=cache_of_tests)
    return base / "first", base / "second"


def _run(files: Path, out: Path, *, workers: int, settings: dict[str, str], cache: Path) -> None:
    """Plan the study in a process of its own."""
    command = [sys.executable, str(SCRIPT), str(files), str(out), str(workers)]
    run = subprocess.run(
        command,
        env={**os.environ, **settings, "HEATREACH_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_property_every_file_has_the_same_bytes(folders: tuple[Path, Path]) -> None:
    first, second = ({path.name: path.read_bytes() for path in one.iterdir()} for one in folders)
    assert sorted(first) == sorted(second)
    kinds = {Path(name).suffix for name in first}
    assert {".csv", ".parquet", ".gpkg", ".html", ".xlsx", ".txt", ".json"} <= kinds
    assert [name for name in first if first[name] != second[name]] == [RECORD]


def test_property_records_differ_in_times_and_file_hashes_only(
    folders: tuple[Path, Path],
) -> None:
    first, second = (json.loads((one / RECORD).read_text(encoding="utf-8")) for one in folders)
    assert _differing(first, second) == DIFFERENT
    assert _differing(first["zones"], second["zones"]) == DIFFERENT_OF_ZONES
    assert list(first["inputs"]) == list(second["inputs"])


def _differing(first: dict[str, Any], second: dict[str, Any]) -> set[str]:
    """Parts that are not equal in both."""
    return {name for name in {*first, *second} if first.get(name) != second.get(name)}


def test_the_study_has_something_to_compare(folders: tuple[Path, Path]) -> None:
    """Networks of both data centres, zones and links; equal empty files would prove nothing."""
    tables = {name: pd.read_csv(folders[0] / f"{name}.csv") for name in ("projects", "zones")}
    assert (tables["projects"]["status"] == "ok").sum() == 2
    assert len(tables["zones"]) >= 1
    assert len(gpd.read_parquet(folders[0] / "edges.parquet")) > 5
    # They want the same consumers, so that ways of sharing are tried in two processes.
    rivals = tables["projects"].set_index("site_id")["shared_with"]
    assert rivals.to_dict() == {"hall": "plant", "plant": "hall"}


def test_property_the_name_of_a_run_is_that_of_what_it_says(folders: tuple[Path, Path]) -> None:
    """In both records alike, although the files differ; that of the zones is their own."""
    record = json.loads((folders[1] / RECORD).read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{12}", record["run_id"])
    assert record["run_id"] != record["zones"]["run_id"]
    assert record["run_id"] in (folders[1] / "report.html").read_text(encoding="utf-8")
    with (folders[1] / "map_sheets.pdf").open("rb") as file:
        pages = [page.extract_text() for page in PdfReader(file).pages]
    assert f"run {record['run_id']}" in pages[0]
    assert f"run {record['zones']['run_id']}" in pages[-1]


def test_property_content_is_that_of_the_rows_not_of_their_order(tmp_path: Path) -> None:
    plain = content_of(read_study(write_study(tmp_path / "plain")))
    assert content_of(read_study(write_study(tmp_path / "mixed", shuffle=5))) == plain


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        ("sites.csv", ",900,", ",901,", "sites"),
        ("consumers.csv", "c03,", "c99,", "consumers"),
        ("streets.geojson", "Street 2", "Road 2", "streets"),
        ("streets.geojson", "[26.93,", "[26.93001,", "streets"),
    ],
)
def test_property_content_changes_with_any_row(
    tmp_path: Path, file: str, old: str, new: str, part: str
) -> None:
    plain = content_of(read_study(write_study(tmp_path / "files")))
    path = tmp_path / "files" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    changed = content_of(read_study(tmp_path / "files"))
    assert {name for name in plain if plain[name] != changed[name]} == {part}


@pytest.mark.parametrize("room", ["siting", "network", "thermo", "data"])
def test_docs_no_module_asks_what_time_it_is(room: str) -> None:
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("time", "date", "datetime", "dt")
        and node.func.attr in CLOCKS
    ]
    assert asked == []
