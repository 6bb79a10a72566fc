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
