"""Every example in a docstring runs and is true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = [
    ".".join(["heatreach", *path.relative_to(ROOT).with_suffix("").parts])
    for room in ("data", "thermo", "network", "siting")
    for path in sorted((ROOT / room).rglob("*.py"))
    if path.stem != "__init__"
]


@pytest.mark.parametrize("name", MODULES)
def test_docs_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
