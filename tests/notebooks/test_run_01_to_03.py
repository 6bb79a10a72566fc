"""The first notebooks run from top to bottom, offline, and every assert in them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from .running import executed, notebook_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REACH = "import socket\nsocket.create_connection(('192.0.2.1', 443), timeout=1)"


@pytest.mark.parametrize("name", [name for name in notebook_names() if name[:2] <= "03"])
def test_docs_notebook_runs_offline(name: str, run: Callable[[str], Any]) -> None:
    run(name)


def test_kernel_reaches_no_other_computer(tmp_path: Path) -> None:
    """The guard itself: a cell that asks the internet stops its notebook."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(REACH)])
    with pytest.raises(CellExecutionError, match="SocketConnectBlockedError"):
        executed(notebook, tmp_path)
