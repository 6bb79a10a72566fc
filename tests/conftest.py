"""Shared fixtures: a bare checkout answers to `heatreach`; realdata is optional."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

if importlib.util.find_spec("heatreach") is None:
    package = types.ModuleType("heatreach")
    package.__path__ = [str(ROOT)]
    sys.modules["heatreach"] = package


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Folder of real towns kept beside the project; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared" / "realdata"
    if not folder.is_dir():
        pytest.skip("the folder of real towns is not here")
    return folder
