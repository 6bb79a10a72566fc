"""Opening made pages in a real browser: what it fetched, said and drew."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
WINDOW = (1366, 768)
PATIENCE_MS = 10_000


@dataclass
class Visit:
    """An open page, with every error, console line and request since it was opened."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def ask(self, script: str) -> Any:
        """What a JavaScript expression gives on the page."""
        return self.page.evaluate(script)

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each layer, features in the data and shapes that Leaflet made."""
        entries = self.page.locator("[data-layer]").evaluate_all(
            "all => all.map(entry => ({...entry.dataset}))"
        )
        return {entry["layer"]: (int(entry["features"]), int(entry["drawn"])) for entry in entries}


@contextmanager
def system_browser() -> Iterator[Any]:
    """The Chromium of this machine; a reason to skip where there is none."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, html: str, folder: Path, **options: Any) -> Iterator[Visit]:
    """A page opened from disk, offline, once its scripts have run."""
    path = folder / "map.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    width, height = WINDOW
    context = browser.new_context(
        **({"viewport": {"width": width, "height": height}, "offline": True} | options)
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    visit = Visit(page)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("console", lambda message: visit.errors.append(message.text))
    page.on("request", lambda request: visit.requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector('html[data-map="ready"]', state="attached")
    visit.requests.remove(path.as_uri())
    yield visit
    context.close()
