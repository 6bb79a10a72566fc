"""
A small study as files, and one run of it: two data centres, twelve consumers, a few streets.

``python small_study.py FILES OUT WORKERS`` reads the files, plans with zones and saves. With the
variable ``LATER`` set, the clock runs two days late.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatreach.siting import Inputs

WEST, SOUTH = 26.93, 60.52
USES = ("flats", "office", "school", "retail", "hotel")
DECISIONS = {
    "place": {"country": "FI"},
    "search": {"radius_m": 700.0},
    "heat_pump": {"arrangement": "central"},
    "network": {"supply_choice": "given"},
    "economics": {"heat_tariff_per_mwh": 140.0},
    "uncertainty": {"draws": 256},
}
"""A price at which both data centres want the same consumers."""
LATER = "LATER"
TWO_DAYS_S = 2 * 86_400.0


def write_study(folder: Path, *, shuffle: int | None = None) -> Path:
    """Write the files of the study, rows in order or shuffled."""
    folder.mkdir(exist_ok=True)
    mixed = random.Random(shuffle)

    def order(rows: list[Any]) -> list[Any]:
        return rows if shuffle is None else mixed.sample(rows, len(rows))

    sites = ["hall,Hall,{:.6f},{:.6f},900,true", "plant,Plant,{:.6f},{:.6f},500,true"]
    places = [_place(0.3, 1.9), _place(2.6, 0.1)]
    rows = [row.format(*place) for row, place in zip(sites, places, strict=True)]
    head = "id,name,lat,lon,it_load_kw,hypothetical"
    (folder / "sites.csv").write_text("\n".join([head, *order(rows)]) + "\n", encoding="utf-8")
    head = "id,name,use,lat,lon,annual_heat_mwh"
    rows = [_consumer(number) for number in range(12)]
    (folder / "consumers.csv").write_text("\n".join([head, *order(rows)]) + "\n", encoding="utf-8")
    lines = {"type": "FeatureCollection", "features": order(_streets())}
    (folder / "streets.geojson").write_text(json.dumps(lines), encoding="utf-8")
    return folder


def _place(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a place in blocks of 120 m, none of them quite as long."""
    skewed = east + 0.07 * north + 0.013 * east * north
    return SOUTH + 0.00108 * (north + 0.029 * east), WEST + 0.0022 * skewed


def _consumer(number: int) -> str:
    """A row of the consumers: four along each of three streets."""
    row, column = divmod(number * 7 % 12, 4)
    lat, lon = _place(column * 0.9 + 0.17 + 0.031 * row, row * 1.25 + 0.11)
    use = USES[number % len(USES)]
    return f"c{number:02d},Käyttäjä {number},{use},{lat:.6f},{lon:.6f},{300 + 97 * number}"


def _streets() -> list[dict[str, Any]]:
    """Streets of the town, each from crossing to crossing."""
    steps = [((i, j), (i + 1, j)) for i in range(3) for j in range(4)]
    steps += [((i, j), (i, j + 1)) for i in range(4) for j in range(3)]
    return [
        {
            "type": "Feature",
            "properties": {"highway": "residential", "name": f"Street {tail[1]}"},
            "geometry": {
                "type": "LineString",
                "coordinates": [
                    [round(lon, 7), round(lat, 7)] for lat, lon in (_place(*tail), _place(*head))
                ],
            },
        }
        for tail, head in steps
    ]


def read_study(files: Path) -> Inputs:
    """Inputs of the study."""
    from heatreach.siting import Scenario, read_inputs

    scenario = Scenario.model_validate(DECISIONS)
    return read_inputs(
        sites=str(files / "sites.csv"),
        consumers=str(files / "consumers.csv"),
        streets=str(files / "streets.geojson"),
        scenario=scenario,
        zones=True,
    )


def run_study(files: Path, out: Path, workers: int) -> None:
    """Read, plan with zones, save."""
    from heatreach.siting import plan

    plan(read_study(files), zones=True, rules=["class_4"], workers=workers).save(out)


def set_clock_later() -> None:
    """Let the clock of Python's programs run two days late; that of libraries in C stays."""
    real = time.time
    time.time = lambda: real() + TWO_DAYS_S


if __name__ == "__main__":
    if os.environ.get(LATER):
        set_clock_later()
    run_study(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
