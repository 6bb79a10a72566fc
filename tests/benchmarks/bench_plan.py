"""
Time and memory of a whole plan on real towns, and of the usual libraries on the same map.

``python tests/benchmarks/bench_plan.py [--realdata DIR] [--runs 3] [--towns kotka neuss isle]``

The first table has the stages of ``heatreach plan``, from files on disk to a folder of results. The
second has one part of it, reading a map, connecting its buildings to streets and routing from every
site, done with heatreach and with pyrosm, osmnx and networkx on the same file, sites and radius: at
equal work (nearest street, distances and nodes of the routes) and with everything that a plan needs
of a route. Every run is a fresh process, so that neither memory nor warm caches of one reach
another; runs alternate, and medians are shown. Ratios may be compared between machines, seconds
may not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
TASKS_SCRIPT = Path(__file__).with_name("bench_plan_tasks.py")
TASKS = ("plan", "ours plain", "peer plain", "ours full", "peer full")
REALDATA = ROOT.parent / "shared" / "realdata"
EXPECTED_RATIO = 5.0


class Site(NamedTuple):
    """A data centre of a benchmark; every IT load here is invented."""

    key: str
    lon: float
    lat: float


class Town(NamedTuple):
    """A town, its extract and its sites."""

    title: str
    extract: str
    sites: tuple[Site, ...]


TOWNS = {
    "kotka": Town("Kotka (demo)", "", ()),
    "neuss": Town(
        "Neuss",
        "neuss.osm.pbf",
        (
            Site("hypothetical-north-way-68123946", 6.69381, 51.21998),
            Site("hypothetical-middle-way-49706086", 6.69098, 51.21093),
            Site("hypothetical-south-way-118204976", 6.68286, 51.20561),
        ),
    ),
    "isle": Town(
        "Isle of Man",
        "isle-of-man-2020.osm.pbf",
        (
            Site("operator-way-59522595", -4.53380, 54.15401),
            Site("operator-way-59540985", -4.62972, 54.08993),
            Site("hypothetical-peel-way-150966766", -4.67612, 54.22636),
        ),
    ),
}
"""Invented sites stand on large industrial buildings; the two operators' buildings are real."""

IT_LOAD_KW = 2000

ABOUT_THE_PEER = """\
Plain: one nearest street per building, then distance and nodes of each route, on both sides. Full:
heatreach also tries three streets per building and checks each service pipe for rail, water and
houses; both give each route's line and its length by road class or ground.
The peer never cuts a street where a building joins (its routes end at the nearer crossing), drops
private roads and keeps motorways. It keeps both directions of every street (force_bidirectional)
and parts that are cut off (retain_all), since a pipe knows no one-way rule; it is spared osmnx's
to_undirected, the slowest stage of that library, because routing can do without."""


def town_files(key: str, realdata: Path, folder: Path) -> tuple[Path, Path]:
    """Extract and sites file of a town; imports nothing, so that this process stays small."""
    town = TOWNS[key]
    if not town.extract:
        spec = find_spec("pyrosm")
        bundled = Path(spec.origin).parent if spec and spec.origin else Path()
        return bundled / "data" / "test.osm.pbf", ROOT / "data" / "sample" / "demo_sites.geojson"
    sites = folder / "sites.csv"
    header = "id,lon,lat,it_load_kw,cooling,hypothetical"
    rows = [f"{s.key},{s.lon},{s.lat},{IT_LOAD_KW},air_hall,true" for s in town.sites]
    sites.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return realdata / town.extract, sites


def measured(task: str, extract: Path, sites: Path) -> dict[str, Any]:
    """Figures of one task in a fresh process, with its wall time from start to end."""
    command = [sys.executable, "-W", "ignore", str(TASKS_SCRIPT), task, str(extract), str(sites)]
    began = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = perf_counter() - began
    if done.returncode:
        sys.exit(f"{task} failed:\n{done.stderr}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    figures["whole"] = wall
    figures["without_imports"] = sum(figures["seconds"].values()) - figures["seconds"]["imports"]
    return figures


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Median of every figure over the runs; facts are those of the last."""
    return {
        "seconds": {k: median(r["seconds"][k] for r in runs) for k in runs[0]["seconds"]},
        "facts": runs[-1]["facts"],
    } | {k: median(r[k] for r in runs) for k in ("whole", "without_imports", "peak_mb")}


def table(head: list[str], rows: list[list[str]]) -> None:
    """Print a table, the first column left, the others right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in [head, ["-" * width for width in widths], *rows]:
        first, *others = (cell for cell in row)
        cells = [other.rjust(width) for other, width in zip(others, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *cells]))
    print()


def print_plan(results: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Stages of the whole plan, one column per town."""
    columns = [town["plan"] for town in results.values()]
    names = ["reading", *(s for s in columns[0]["seconds"] if s not in _OUTER), "writing"]
    rows = [[name, *(f"{c['seconds'].get(name, 0.0):.2f}" for c in columns)] for name in names]
    rows.append(["sum, imports excluded", *(f"{c['without_imports']:.2f}" for c in columns)])
    rows.append(["whole process", *(f"{c['whole']:.2f}" for c in columns)])
    rows.append(["peak memory [MB]", *(f"{c['peak_mb']:.0f}" for c in columns)])
    for fact in columns[0]["facts"]:
        rows.append([fact, *(f"{c['facts'][fact]:,}" for c in columns)])
    table(["heatreach plan [s]", *(TOWNS[key].title for key in results)], rows)


_OUTER = ("imports", "reading", "writing")


def print_comparison(key: str, town: dict[str, dict[str, Any]]) -> None:
    """Reading, connecting and routing in one town: ours, the peer's, and the ratio."""
    head = [f"{TOWNS[key].title} [s]"]
    rows: dict[str, list[str]] = {name: [name] for name in ("reading", "connecting", "routing")}
    whole = {"without_imports": "sum, imports excluded", "whole": "whole process"}
    whole |= {"peak_mb": "peak memory [MB]"}
    rows |= {name: [label] for name, label in whole.items()}
    rows |= {name: [name] for name in town["ours plain"]["facts"]}
    for work_done in ("plain", "full"):
        ours, peer = town[f"ours {work_done}"], town[f"peer {work_done}"]
        head += [f"ours {work_done}", f"peer {work_done}", "ratio"]
        for name, row in rows.items():
            mine, theirs = (_figure(side, name) for side in (ours, peer))
            digits = 0 if name in ours["facts"] or name == "peak_mb" else 2
            ratio = "" if name in ours["facts"] else f"{theirs / mine:.1f}"
            row += [f"{mine:,.{digits}f}", f"{theirs:,.{digits}f}", ratio]
    table(head, list(rows.values()))


def _figure(side: dict[str, Any], name: str) -> float:
    """Seconds of a stage, a figure of the whole, or a fact."""
    for where in (side["seconds"], side["facts"], side):
        if name in where:
            return float(where[name])
    raise KeyError(name)


def print_verdict(results: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Ratios against what is expected."""
    print(
        f"{ABOUT_THE_PEER}\n\nTimes as fast as the peer, imports excluded; at least"
        f" {EXPECTED_RATIO:.0f} is expected:"
    )
    for key, town in results.items():
        ratios = [
            town[f"peer {work}"]["without_imports"] / town[f"ours {work}"]["without_imports"]
            for work in ("plain", "full")
        ]
        missed = " (below what is expected)" if min(ratios) < EXPECTED_RATIO else ""
        print(f"  {TOWNS[key].title}: plain {ratios[0]:.1f}, full {ratios[1]:.1f}{missed}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--realdata", type=Path, default=REALDATA)
    parser.add_argument("--runs", type=int, default=3, help="of the comparison")
    parser.add_argument("--plan-runs", type=int, default=1, help="of the whole plan")
    parser.add_argument("--towns", nargs="+", choices=TOWNS, default=list(TOWNS))
    given = parser.parse_args()
    results: dict[str, dict[str, dict[str, Any]]] = {}
    for key in given.towns:
        with tempfile.TemporaryDirectory() as folder:
            extract, sites = town_files(key, given.realdata, Path(folder))
            if extract.is_file():
                results[key] = _all_runs(extract, sites, given.runs, given.plan_runs)
            else:
                print(f"{TOWNS[key].title} is left out: there is no {extract}")
    load = os.getloadavg()[0]
    print(
        f"Medians of {given.runs} runs of the comparison and {given.plan_runs} of the plan;"
        f" {os.cpu_count()} cores, load {load:.1f} at the end.\nAll IT loads are"
        " hypothetical; so are all sites but the two operators' on the Isle of Man.\n"
    )
    if results:
        print_plan(results)
        for key, town in results.items():
            print_comparison(key, town)
        print_verdict(results)


def _all_runs(extract: Path, sites: Path, runs: int, plan_runs: int) -> dict[str, dict[str, Any]]:
    """Medians of every task in one town; the runs of different tasks alternate."""
    figures: dict[str, list[dict[str, Any]]] = {task: [] for task in TASKS}
    for number in range(max(runs, plan_runs)):
        for task, taken in figures.items():
            if number < (plan_runs if task == "plan" else runs):
                taken.append(measured(task, extract, sites))
    return {task: medians(taken) for task, taken in figures.items()}


if __name__ == "__main__":
    main()
