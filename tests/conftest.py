"""Shared fixtures: a bare checkout answers to `heatreach`; realdata is optional."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent

if importlib.util.find_spec("heatreach") is None:
    package = types.ModuleType("heatreach")
    package.__path__ = [str(ROOT)]
    sys.modules["heatreach"] = package


# The same examples on every run: a change must not fail, or pass, by luck.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")


LONGEST = (
    "tests/siting/test_study.py",
    "tests/thermo/test_cop_table.py",
    "tests/thermo/test_cycle_choice.py",
    "tests/thermo/test_transcritical.py",
    "tests/siting/test_workbook.py",
    "tests/notebooks/test_run",
    "tests/notebooks/test_feasibility",
    "tests/siting/test_same_bytes.py",
    "tests/siting/test_workers.py",
    "tests/siting/test_zone_handout.py",
    "tests/siting/test_cli.py",
    "tests/siting/test_heat_networks.py",
    "tests/network/test_design.py",
    "tests/siting/test_assessment.py",
    "tests/siting/test_project_options.py",
    "tests/siting/test_atlas.py",
    "tests/peers/",
    "tests/siting/test_screen.py",
    "tests/siting/test_saved.py",
)
"""
Files that take longest first, but for one thing: while the first worker compiles what plans need,
the second does what needs no compiling, or both would compile the same.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(ROOT).as_posix()
        return next((n for n, start in enumerate(LONGEST) if path.startswith(start)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def cache_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder in place of the user's cache, which no test may touch."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEATREACH_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Folder of real towns kept beside the project; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared" / "realdata"
    if not folder.is_dir():
        pytest.skip("the folder of real towns is not here")
    return folder
