"""
Make the pictures of the documents: run the demo and a notebook, photograph what they show.

Run ``python docs/make_pictures.py`` after a change of what people see. It needs Chromium and asks
nothing of the internet; it takes about three minutes.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient
from PIL import Image
from playwright.sync_api import sync_playwright
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from heatreach.siting import plan, read_inputs
from heatreach.siting.demo import demo_extract, demo_sites
from heatreach.siting.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

FOLDER = Path(__file__).resolve().parent
NOTEBOOK = FOLDER.parent / "notebooks" / "01_five_minute_screen.ipynb"
SHOWN_CELL = "study = plan(inputs)"
SIZE = {"width": 1280, "height": 800}
COLOURS = 128
DRAWN_MS = 1500
"""How long a map may draw before it is photographed."""
ZONE_RULES = ("class_4", "class_8")
CELL_STYLE = """
body { margin: 0; padding: 14px 20px; background: white; font: 14px system-ui, sans-serif; }
.cell { display: grid; grid-template-columns: 58px 1fr; gap: 8px 6px; }
.count { color: #64748b; font: 13px monospace; padding-top: 9px; }
.code { background: #f6f8fa; border: 1px solid #d5dbe3; border-radius: 3px; padding: 7px 11px; }
.code pre { margin: 0; font: 13px/1.45 monospace; }
"""


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine; no name of a server is resolved."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("no Chromium on this machine")
    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        yield started
        started.close()


def photograph(chromium: Browser, page: Path, picture: str, *, part: str = "") -> None:
    """Photograph the window that shows a page, or its part, as a small PNG."""
    window = chromium.new_page(viewport=SIZE)
    window.goto(f"{page.as_uri()}{part}")
    window.wait_for_timeout(DRAWN_MS)
    raw = Image.open(io.BytesIO(window.screenshot())).convert("RGB")
    raw.quantize(COLOURS).save(FOLDER / picture, optimize=True)
    window.close()


def executed_cell(path: Path, wanted: str) -> str:
    """Run a notebook; the page of the cell that holds a line, with what it shows."""
    book = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(book, resources={"metadata": {"path": folder}}).execute()
    cell: Any = next(cell for cell in book.cells if wanted in cell.source)
    code = highlight(cell.source, PythonLexer(), HtmlFormatter(noclasses=True))
    shown = "".join(output.data["text/html"] for output in cell.outputs if "data" in output)
    return (
        f"<!doctype html><meta charset='utf-8'><style>{CELL_STYLE}</style><div class='cell'>"
        f"<div class='count'>[{cell.execution_count}]:</div><div class='code'>{code}</div>"
        f"<div></div><div>{shown}</div></div>"
    )


def main() -> None:
    """Make every picture."""
    inputs = read_inputs(sites=demo_sites(), consumers="osm", area=demo_extract())
    whole = read_inputs(sites=demo_sites(), consumers="osm", area=demo_extract(), zones=True)
    with tempfile.TemporaryDirectory() as name, browser() as chromium:
        folder = Path(name)
        study = plan(inputs)
        study.save(folder / "plan")
        photograph(chromium, folder / "plan" / "map.html", "demo-map.png")
        first = study.projects.loc[study.projects["rank"] == 1, "project_id"].item()
        report = folder / "first.html"
        report.write_text(study.report([first]), encoding="utf-8")
        photograph(chromium, report, "demo-report.png", part="#project-1")
        zone(whole, rules=ZONE_RULES).save(folder / "zones")
        photograph(chromium, folder / "zones" / "map.html", "demo-zones.png")
        cell = folder / "cell.html"
        cell.write_text(executed_cell(NOTEBOOK, SHOWN_CELL), encoding="utf-8")
        photograph(chromium, cell, "demo-notebook.png")


if __name__ == "__main__":
    main()
