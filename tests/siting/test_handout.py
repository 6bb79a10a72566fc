"""The folder of a run: whole files or none, nobody else's files touched."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from heatreach.siting.errors import InputError
from heatreach.siting.writing import handout
from heatreach.siting.writing.atomic import SCRATCH_PREFIX, whole_files
from heatreach.siting.writing.handout import CONTENTS, save

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.usefixtures("no_sheets")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_docs_readme_lists_every_file(made_plan: Any, tmp_path: Path) -> None:
    paths = save(made_plan, tmp_path / "new" / "out")
    assert {path.name for path in paths} == set(contents(tmp_path / "new" / "out")) == set(CONTENTS)
    readme = (tmp_path / "new" / "out" / "README.txt").read_text(encoding="utf-8")
    assert all(name in readme for name in CONTENTS)
    assert "EUR 2024" in readme
    assert "1 of 2 data centres does not exist" in readme
    assert "OpenStreetMap contributors" in readme


def test_property_equal_plans_give_equal_folders(
    plan_maker: Callable[..., Any], tmp_path: Path
) -> None:
    save(plan_maker(10), tmp_path / "a")
    later = plan_maker(10)
    run = later.run | {"timings": {"map": 9.9}, "created": "2030-01-01"}
    save(dataclasses.replace(later, run=run), tmp_path / "b")
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert {name for name in CONTENTS if first[name] != second[name]} == {"run.json"}
    records = [json.loads(folder["run.json"]) for folder in (first, second)]
    for record in records:
        del record["timings"], record["created"]
    assert records[0] == records[1]


def test_golden_record_is_plain_json_with_hashes(made_plan: Any, tmp_path: Path) -> None:
    save(made_plan, tmp_path)
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert list(record) == sorted(record)
    assert record["program"] == "heatreach"
    assert record["options"] == {"radius_m": 2000.0, "top": 3}
    assert record["timings"]["never"] is None
    assert record["warnings"] == ["café"]
    files = contents(tmp_path)
    assert record["files"] == {
        name: hashlib.sha256(files[name]).hexdigest() for name in CONTENTS if name != "run.json"
    }


def test_property_second_run_replaces_only_its_own(made_plan: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    save(made_plan, tmp_path)
    (tmp_path / "projects.csv").write_text("spoilt")
    save(made_plan, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "projects.csv").read_text().startswith("rank,")
    assert not list(tmp_path.glob(f"{SCRATCH_PREFIX}*"))


def test_save_rejects_foreign_files(made_plan: Any, tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("mine")
    (tmp_path / "map.html").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="not written by heatreach") as caught:
        save(made_plan, tmp_path)
    assert len(caught.value.problems) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"README.txt", "map.html"}


@pytest.mark.parametrize("record", ["", "[]", '{"program": "other", "files": {"README.txt": ""}}'])
def test_save_rejects_a_record_of_others(made_plan: Any, tmp_path: Path, record: str) -> None:
    (tmp_path / "run.json").write_text(record)
    with pytest.raises(InputError, match=r"run\.json"):
        save(made_plan, tmp_path)
    assert (tmp_path / "run.json").read_text() == record


def test_save_rejects_a_file_as_folder(made_plan: Any, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("x")
    with pytest.raises(InputError, match="a file, not a folder"):
        save(made_plan, target)
    with pytest.raises(InputError, match="nothing can be written here"):
        save(made_plan, target / "below")
    assert target.read_text() == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_save_rejects_a_locked_folder(made_plan: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="nothing can be written here"):
        save(made_plan, tmp_path)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("bug")])
def test_property_failure_leaves_nothing(
    made_plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(handout, "write_edges", fail)
    wanted = InputError if isinstance(error, OSError) else KeyError
    with pytest.raises(wanted):
        save(made_plan, tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_property_failure_leaves_the_last_run(
    made_plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(made_plan, tmp_path)
    before = contents(tmp_path)

    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(handout, "write_columns", fail)
    with pytest.raises(KeyboardInterrupt):
        save(made_plan, tmp_path)
    assert contents(tmp_path) == before


def test_property_record_moves_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        moved.append(self.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    with whole_files(tmp_path, ["a.csv", "run.json"]) as scratch:
        (scratch / "a.csv").write_text("a")
        (scratch / "run.json").write_text("{}")
    assert moved == ["run.json", "a.csv"]
