"""
One plan with one worker process and with several, alternating on the same computer.

``python tests/benchmarks/bench_workers.py`` plans made-up data centres in the demo town (Karhula),
or in the extract that is named, and prints seconds of the wall clock and of all processors for each
number of workers, how much of the time is spent where workers share the work, and the ratios. All
data centres are hypothetical. Wall clocks say little on a computer that does other things too:
there the time of processors tells what the workers cost, and the share what they can save.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
from multiprocessing import forkserver
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from heatreach.siting import Inputs

SHARED_STAGE = "designing networks"
LOADS_KW = (600.0, 900.0, 1400.0, 2000.0)


def made_up_sites(extract: Path, count: int, folder: Path) -> Path:
    """File of data centres on buildings spread over an extract."""
    from heatreach.siting import read_inputs

    found = read_inputs(sites="osm", consumers="osm", area=str(extract), zones=True).everywhere
    places = found.sort_values("id").geometry.representative_point().to_crs(4326)
    chosen = places.iloc[np.linspace(0, len(places) - 1, count).astype(int)]
    table = pd.DataFrame(
        {
            "id": [f"s{number:02d}" for number in range(count)],
            "lat": chosen.y.to_numpy().round(5),
            "lon": chosen.x.to_numpy().round(5),
            "it_load_kw": np.resize(LOADS_KW, count),
            "hypothetical": True,
        }
    )
    table.to_csv(folder / "sites.csv", index=False)
    return folder / "sites.csv"


def processor_s() -> float:
    """Time of processors that this process, and the workers that have ended, took so far [s]."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + _server_s()


def _server_s() -> float:
    """The same of the server that starts the workers, and of workers that have ended [s]."""
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    stat = Path(f"/proc/{server}/stat")
    if server is None or not stat.is_file():
        return 0.0
    fields = stat.read_text().rsplit(")", 1)[1].split()
    ticks = sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def measured(inputs: Inputs, workers: int) -> dict[str, Any]:
    """One plan: seconds of the wall clock, of processors, and of the stage that is shared."""
    from heatreach.siting import plan

    begun, used = perf_counter(), processor_s()
    finished = plan(inputs, workers=workers)
    return {
        "wall": perf_counter() - begun,
        "processors": processor_s() - used,
        "shared": finished.run["timings"][SHARED_STAGE],
        "npv": finished.projects["npv"].sum(),
    }


def main() -> None:
    from heatreach.siting import Scenario, read_inputs
    from heatreach.siting.demo import demo_extract

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--extract", type=Path, default=demo_extract())
    parser.add_argument("--sites", type=int, default=8)
    parser.add_argument("--radius", type=float, default=800.0, help="[m]")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    scenario = Scenario.model_validate({"search": {"radius_m": given.radius}})
    with tempfile.TemporaryDirectory() as folder:
        sites = made_up_sites(given.extract, given.sites, Path(folder))
        inputs = read_inputs(
            sites=str(sites), consumers="osm", area=str(given.extract), scenario=scenario
        )
    measured(inputs, 1)
    taken: dict[int, list[dict[str, Any]]] = {workers: [] for workers in given.workers}
    for _ in range(given.runs):
        for workers, rows in taken.items():
            rows.append(measured(inputs, workers))
    print_ratios(taken, given.sites)


def print_ratios(taken: dict[int, list[dict[str, Any]]], sites: int) -> None:
    """Medians by number of workers, and how they compare with the first."""
    rows = {
        workers: {name: median(run[name] for run in runs) for name in runs[0]}
        for workers, runs in taken.items()
    }
    first = next(iter(rows.values()))
    print(f"{sites} hypothetical data centres; load {os.getloadavg()[0]:.1f} at the end\n")
    print("workers   wall [s]   ratio   processors [s]   ratio   shared stage [s]   ratio")
    for workers, row in rows.items():
        ratios = {name: first[name] / row[name] for name in ("wall", "processors", "shared")}
        print(
            f"{workers:7d} {row['wall']:10.1f} {ratios['wall']:7.2f} {row['processors']:16.1f}"
            f" {ratios['processors']:7.2f} {row['shared']:18.1f} {ratios['shared']:7.2f}"
        )
    print(f"\nWith one worker {first['shared'] / first['wall']:.0%} of the time is shared work.")
    same = {row["npv"] for row in rows.values()}
    print("Present values are the same." if len(same) == 1 else f"Present values DIFFER: {same}")


if __name__ == "__main__":
    main()
