"""Make the pictures of the documents: run the demo, photograph its maps in headless Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from heatreach.siting import plan, read_inputs
from heatreach.siting.demo import demo_extract, demo_sites
from heatreach.siting.zones import zone

FOLDER = Path(__file__).resolve().parent
SIZE = (1280, 800)
COLOURS = 128
ZONE_RULES = ("class_4", "class_8")


def photograph(page: Path, picture: Path) -> None:
    """Render a page without network and save it as a small PNG."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium on this machine")
    with tempfile.TemporaryDirectory() as profile:
        raw = Path(profile) / "raw.png"
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={profile}/profile", f"--window-size={SIZE[0]},{SIZE[1]}",
                "--virtual-time-budget=6000", f"--screenshot={raw}", page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )  # fmt: skip
        Image.open(raw).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


def main() -> None:
    """Make every picture."""
    inputs = read_inputs(sites=demo_sites(), consumers="osm", area=str(demo_extract()))
    with tempfile.TemporaryDirectory() as folder:
        plan(inputs).save(folder)
        photograph(Path(folder) / "map.html", FOLDER / "demo-map.png")
    whole = read_inputs(sites=demo_sites(), consumers="osm", area=str(demo_extract()), zones=True)
    with tempfile.TemporaryDirectory() as folder:
        zone(whole, rules=ZONE_RULES).save(folder)
        photograph(Path(folder) / "map.html", FOLDER / "demo-zones.png")


if __name__ == "__main__":
    main()
