"""Notebooks as they are stored: one question each, in step with their text, public names only."""

from __future__ import annotations

import ast
import importlib
import re

import pytest

from .running import (
    FOLDER,
    MOST_STATEMENTS,
    code_of,
    imported,
    notebook_names,
    paired,
    prose_of,
    stored,
)

NAMES = notebook_names()
ENTRANCES = {"heatreach.data", "heatreach.thermo", "heatreach.network", "heatreach.siting"}
"""Rooms, whose `__all__` is what notebooks may use."""
SAMPLES = {"heatreach.siting.demo": {"demo_extract", "demo_sites"}}
"""Where the sample town lies."""


def _public(name: str) -> bool:
    """Whether a full name is one that a user may rely on."""
    module, _, attribute = name.rpartition(".")
    if module in SAMPLES:
        return attribute in SAMPLES[module]
    entrance = any(module == room or module.startswith(f"{room}.") for room in ENTRANCES)
    return entrance and attribute in getattr(importlib.import_module(module), "__all__", ())


def test_docs_notebooks_are_all_there_and_listed() -> None:
    """Numbered without a gap, in pairs, each with its question in the folder's README."""
    numbers = [int(name[:2]) for name in NAMES]
    assert numbers == list(range(1, len(NAMES) + 1))
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[`(\d\d_\w+)`\]\(\1\.ipynb\) \| (.+) \|$", readme, re.M)
    asked = [stored(name).cells[0].source.splitlines()[0].removeprefix("# ") for name in NAMES]
    assert rows == list(zip(NAMES, asked, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_docs_notebook_is_in_step_with_its_text(name: str) -> None:
    """Cells, their kinds, texts and tags are the same in both files."""
    pair = [
        [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]
        for notebook in (stored(name), paired(name))
    ]
    assert pair[0] == pair[1]


@pytest.mark.parametrize("name", NAMES)
def test_docs_notebook_is_stored_without_outputs(name: str) -> None:
    for cell in stored(name).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("name", NAMES)
def test_docs_notebook_asks_answers_and_says_limits(name: str) -> None:
    """Opens with its question; ends with answer, limits and asserts; names licence and source."""
    notebook = stored(name)
    first, prose = notebook.cells[0], prose_of(notebook)
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "?" in first.source
    assert "## Answer" in prose[-1]
    assert "## Limits" in prose[-1]
    told = " ".join("\n".join(prose).split())
    assert "MIT licence" in told
    if "demo_extract" in "\n".join(code_of(notebook)):
        assert "© OpenStreetMap contributors, ODbL 1.0" in told
    asserts = [
        node for node in ast.walk(ast.parse(code_of(notebook)[-1])) if isinstance(node, ast.Assert)
    ]
    assert len(asserts) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_docs_notebook_uses_public_names_only(name: str) -> None:
    """What a notebook imports is in `__all__`; nothing private is reached through an object."""
    code = code_of(stored(name))
    ours = [full for cell in code for full in imported(cell) if full.startswith("heatreach")]
    assert ours
    assert [full for full in ours if not _public(full)] == []
    attributes = [
        n.attr for cell in code for n in ast.walk(ast.parse(cell)) if isinstance(n, ast.Attribute)
    ]
    assert [attribute for attribute in attributes if attribute.startswith("_")] == []


@pytest.mark.parametrize("name", NAMES)
def test_docs_notebook_has_short_functions_only(name: str) -> None:
    for cell in code_of(stored(name)):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.FunctionDef):
                assert (
                    sum(isinstance(part, ast.stmt) for part in ast.walk(node))
                    <= MOST_STATEMENTS + 1
                )
