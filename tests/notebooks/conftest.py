"""Notebooks run with the caches of the tests, in folders of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .running import executed, outputs, stored

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], Any]:
    """Run a notebook by its name; any error, warning or file left in the repository fails."""

    def run(name: str) -> Any:
        folder = tmp_path / "work"
        folder.mkdir()
        done = executed(stored(name), folder)
        said = [out.text for out in outputs(done) if out.get("name") == "stderr"]
        assert said == []
        return done

    return run
