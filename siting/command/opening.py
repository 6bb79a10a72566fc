"""
Show a finished folder: its map or report, in the browser of the computer.

Nothing but files that the record of the folder claims is opened. The browser gets the file as one
encoded address and no shell has a part in it, so no name of a folder can become a command.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import webbrowser
from typing import TYPE_CHECKING

from ..errors import InputError, Problem
from ..writing.atomic import RECORD, claimed_files

if TYPE_CHECKING:
    from pathlib import Path

MAP, REPORT = "map.html", "report.html"


def page_of(folder: Path, name: str) -> Path:
    """
    The page of a folder that heatreach wrote.

    Parameters
    ----------
    folder
        Folder of a finished run.
    name
        ``map.html`` or ``report.html``.

    Returns
    -------
    page
        Its whole path.

    Raises
    ------
    InputError
        If there is no such folder, or heatreach wrote no such page into it.
    """
    page = folder.resolve() / name
    if not folder.is_dir():
        what, advice = "there is no such folder", "give the folder of a run: its --out"
    elif name not in claimed_files(folder):
        what = f"its {RECORD} names no {name}" if (folder / RECORD).exists() else f"no {RECORD}"
        advice = "give the folder of a finished run"
    elif page.is_symlink() or not page.is_file():
        what, advice = f"{name} is gone or leads elsewhere", "run the study again"
    else:
        return page
    raise InputError([Problem(file=str(folder), where="", what=what, advice=advice)])


def is_unchanged(page: Path) -> bool:
    """
    Whether a page is still as heatreach wrote it.

    Parameters
    ----------
    page
        File beside the record of its run.

    Returns
    -------
    unchanged
        True if its hash is the one in the record.
    """
    record = json.loads((page.parent / RECORD).read_text(encoding="utf-8"))
    digest = hashlib.sha256(page.read_bytes()).hexdigest()
    parts = (record["files"], record.get("earlier_files"))
    return any(isinstance(part, dict) and part.get(page.name) == digest for part in parts)


def show(page: Path) -> bool:
    """
    Open a page in the browser.

    Parameters
    ----------
    page
        Whole path of a file.

    Returns
    -------
    shown
        False where there is no browser with a window.
    """
    if not _has_window():
        return False
    try:
        return webbrowser.open(page.as_uri())
    except (webbrowser.Error, OSError):
        return False


def _has_window() -> bool:
    """Whether a browser could show itself; text browsers would take over the terminal."""
    if os.environ.get("BROWSER") or sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
