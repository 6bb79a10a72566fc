"""The later notebooks run from top to bottom, offline, and every assert in them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .running import notebook_names, outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES = [name for name in notebook_names() if name[:2] >= "05"]


@pytest.fixture(scope="module")
def done(run_in_turn: Callable[[Sequence[str]], dict[str, Any]]) -> dict[str, Any]:
    """The notebooks with what they show."""
    return run_in_turn(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_docs_notebook_runs_offline(name: str, done: dict[str, Any]) -> None:
    shown = outputs(done[name])
    assert len(shown) > 1
    assert [out.text for out in shown if out.get("name") == "stderr"] == []
