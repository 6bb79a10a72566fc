"""The later notebooks run from top to bottom, offline, and every assert in them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .running import notebook_names

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("name", [name for name in notebook_names() if name[:2] >= "05"])
def test_docs_notebook_runs_offline(name: str, run: Callable[[str], Any]) -> None:
    run(name)
