"""The first notebooks run from top to bottom, offline, and every assert in them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from .running import executed, notebook_names, outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

REACH = "import socket\nsocket.create_connection(('192.0.2.1', 443), timeout=1)"
NAMES = [name for name in notebook_names() if name[:2] <= "03"]


@pytest.fixture(scope="module")
def done(run_in_turn: Callable[[Sequence[str]], dict[str, Any]]) -> dict[str, Any]:
    """The notebooks with what they show."""
    return run_in_turn(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_docs_notebook_runs_offline(name: str, done: dict[str, Any]) -> None:
    shown = outputs(done[name])
    assert len(shown) > 1
    assert [out.text for out in shown if out.get("name") == "stderr"] == []


def test_kernel_reaches_no_other_computer(tmp_path: Path) -> None:
    """The guard itself: a cell that asks the internet stops its notebook."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(REACH)])
    with pytest.raises(CellExecutionError, match="SocketConnectBlockedError"):
        executed([notebook], tmp_path)


def test_a_notebook_knows_no_name_of_the_one_before(tmp_path: Path) -> None:
    first, second = (
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        for code in ("left = 1", "left")
    )
    with pytest.raises(CellExecutionError, match="NameError"):
        executed([first, second], tmp_path)
