"""Notebooks, read as text and run in a kernel of their own that cannot reach the internet."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupytext
import nbformat
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
LONGEST_SECONDS = 600
"""Only a kernel that hangs takes this long."""
MOST_STATEMENTS = 5
"""A function of a notebook is a few lines: what is longer belongs in a room."""
NOWHERE = "http://127.0.0.1:9"
"""Proxy that answers nobody, for libraries that open sockets outside Python."""
CLOSED = """
import pytest_socket
pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
"""
"""First cell of what is run: sockets reach this computer, which the kernel needs, and no other."""
ANEW = """
%reset -f
import os
os.chdir({work!r})
del os
"""
"""Cell between two notebooks: nothing of the one before is left."""


def notebook_names() -> list[str]:
    """Stems of all notebooks, in order."""
    return sorted(path.stem for path in FOLDER.glob("[0-9][0-9]_*.py"))


def stored(name: str) -> NotebookNode:
    """A notebook as it is stored."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def paired(name: str) -> NotebookNode:
    """The same notebook, read from its text."""
    return jupytext.read(FOLDER / f"{name}.py")


def code_of(notebook: NotebookNode) -> list[str]:
    """Source of every code cell."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def prose_of(notebook: NotebookNode) -> list[str]:
    """Source of every text cell."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def imported(code: str) -> Iterator[str]:
    """Full name of everything a cell imports from heatreach."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def closed(notebook: NotebookNode) -> NotebookNode:
    """A copy that closes the sockets before its first cell."""
    copy = nbformat.from_dict(notebook)
    copy.cells = [nbformat.v4.new_code_cell(CLOSED), *copy.cells]
    return copy


def kernel_environment(home: Path) -> dict[str, str]:
    """Variables of the kernel: this Python, no profile of the user's, nothing to be reached."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    return {**os.environ, **proxies, "IPYTHONDIR": str(home), "NUMBA_NUM_THREADS": "1"}


def executed(notebooks: Sequence[NotebookNode], folder: Path) -> list[NotebookNode]:
    """
    Notebooks with their outputs, run one after the other in one kernel.

    Starting a kernel costs more than most cells. Each notebook begins with no name defined and in a
    folder of its own.
    """
    home = folder.parent / f"{folder.name}-home"
    copies = [nbformat.from_dict(notebook) for notebook in notebooks]
    together = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CLOSED)])
    for number, copy in enumerate(copies):
        work = folder / str(number)
        work.mkdir()
        together.cells += [nbformat.v4.new_code_cell(ANEW.format(work=str(work))), *copy.cells]
    client = NotebookClient(
        together,
        timeout=LONGEST_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=kernel_environment(home))
    return copies


def outputs(notebook: NotebookNode) -> list[Any]:
    """All outputs of all cells."""
    return [out for cell in notebook.cells for out in cell.get("outputs", [])]
