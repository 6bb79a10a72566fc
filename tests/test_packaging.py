"""What is installed: every file of the four rooms, under one namespace, in layer order."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("data", "thermo", "network", "siting")
SHIPPED = {".py", ".csv", ".geojson", ".js", ".css", ".html", ".txt", ".typed"}


def _sources() -> list[Path]:
    """Every file of the rooms that an installation needs."""
    return [
        path
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*"))
        if path.is_file() and (path.suffix in SHIPPED or path.name == "py.typed")
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a clean copy of the project's files."""
    clean = tmp_path_factory.mktemp("clean")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clean / name)
    for room in ROOMS:
        shutil.copytree(ROOT / room, clean / room, ignore=shutil.ignore_patterns("__pycache__"))
    out = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable, "-c",
        "import setuptools.build_meta as b, sys; print(b.build_wheel(sys.argv[1]))", str(out),
    ]  # fmt: skip
    subprocess.run(command, cwd=clean, check=True, capture_output=True, timeout=120)
    return next(out.glob("heatreach-*.whl"))


def test_docs_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"heatreach/{path.relative_to(ROOT).as_posix()}" for path in _sources()}
    assert wanted - inside == set()
    outside = {name for name in inside if not name.startswith(("heatreach/", "heatreach-"))}
    assert outside == set()


def test_wheel_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere, the wheel's own files answer, not the checkout's."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import heatreach.data as d, heatreach.siting.demo as demo\n"
        "print(d.__file__); print(d.assumption('pipes', 'DN100', 'inner_diameter_mm').value)\n"
        "print(demo.demo_sites().is_file())"
    )
    site = str(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-S", "-c", _with_libraries(code), site],
        cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    lines = done.stdout.split()
    assert lines[0].startswith(site)
    assert lines[2] == "True"


def _with_libraries(code: str) -> str:
    """Code that sees the installed libraries but not the editable checkout."""
    import numpy as np

    libraries = str(Path(np.__file__).parent.parent)
    return f"import sys; sys.path.append({libraries!r})\n{code}"


def _imports(path: Path) -> list[str]:
    """Absolute modules a file imports."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append(node.module)
    return found


def test_docs_rooms_are_imported_under_their_full_name() -> None:
    """A bare `import thermo` would load a second copy of every class, or another package."""
    bare = {
        (path.relative_to(ROOT).as_posix(), name)
        for folder in (*ROOMS, "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in _imports(path)
        if name.split(".")[0] in ROOMS
    }
    assert bare == set()


def test_docs_rooms_import_downwards_only() -> None:
    """siting > network > thermo > data; import-linter checks the same with all indirections."""
    above: dict[str, set[str]] = {
        room: {f"heatreach.{upper}" for upper in ROOMS[place + 1 :]}
        for place, room in enumerate(ROOMS)
    }
    broken = [
        (path.name, name)
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for name in _imports(path)
        if ".".join(name.split(".")[:2]) in above[room]
    ]
    assert broken == []


def test_docs_import_linter_agrees(tmp_path: Path) -> None:
    """The rooms under their installed name, through links, as the layer check needs them."""
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("import-linter is not installed")
    (tmp_path / "heatreach").mkdir()
    for room in ROOMS:
        (tmp_path / "heatreach" / room).symlink_to(ROOT / room)
    done = subprocess.run(
        [linter, "--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout
