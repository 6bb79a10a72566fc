"""
Steiner trees by heatreach and by networkx: length, proof and time side by side.

``python tests/benchmarks/bench_steiner.py [folder of .osm.pbf files]``

SteinLib's set B first, then real towns with random terminals (seeded) on their main component.
Every tree is added up from its own edges; ours must not be longer than networkx's. networkx's kou
runs where it takes about half a minute at most, by terminals times nodes. Times are single runs
after one small run that compiles or loads the kernels.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx
import numpy as np

from heatreach.network import read_osm, street_graph
from heatreach.network.steiner import heuristic_tree, steiner_tree

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "tests" / "network" / "steiner" / "steinlib_b.txt"
REALDATA = ROOT.parent / "shared" / "realdata"
TOWNS = ("kotka-karhula", "neuss", "helsinki-centre", "isle-of-man-2020")
TERMINALS = (50, 200, 1_000)
MOST_KOU = 2_000_000
"""Terminals times nodes up to which kou runs."""


class Case(NamedTuple):
    """One problem."""

    name: str
    graph: nx.Graph[int]
    terminals: list[int]
    optimum: float | None


def published() -> list[Case]:
    """Set B."""
    lines = [line for line in PUBLISHED.read_text().splitlines() if not line.startswith("#")]
    cases = []
    for head, joined, edges in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        graph: nx.Graph[int] = nx.Graph()
        for edge in edges.split(","):
            start, end, weight = map(int, edge.split())
            graph.add_edge(start, end, length_m=weight)
        name, *sizes = head.split()
        cases.append(Case(name, graph, [int(node) for node in joined.split()], float(sizes[-1])))
    return cases


def town(path: Path, *, paths: bool) -> list[Case]:
    """One town with few, more and many terminals."""
    streets = street_graph(read_osm(path), paths=paths)
    graph: nx.Graph[int] = nx.Graph()
    rows = zip(streets.tail.tolist(), streets.head.tolist(), streets.length_m.tolist(), strict=True)
    for start, end, length in rows:
        if not graph.has_edge(start, end) or length < graph.edges[start, end]["length_m"]:
            graph.add_edge(start, end, length_m=length)
    main = max(map(sorted, nx.connected_components(graph)), key=len)
    graph = graph.subgraph(main).copy()
    name = path.name.split(".")[0] + (" with paths" if paths else "")
    cases = []
    for count in (count for count in TERMINALS if count < len(main)):
        some = np.random.default_rng(count).choice(main, size=count, replace=False)
        cases.append(Case(name, graph, some.tolist(), None))
    return cases


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """What an action returns and the seconds it takes."""
    began = perf_counter()
    result = action()
    return result, perf_counter() - began


def theirs(case: Case, method: str) -> tuple[float, float]:
    """Length and seconds of networkx; NaN where it would take too long."""
    if method == "kou" and len(case.terminals) * case.graph.number_of_nodes() > MOST_KOU:
        return np.nan, np.nan
    tree, seconds = timed(
        lambda: nx.approximation.steiner_tree(
            case.graph, case.terminals, weight="length_m", method=method
        )
    )
    return tree.size("length_m"), seconds


def line(case: Case) -> None:
    """Print one row: our lengths and times, theirs as ratios to ours."""
    short, short_seconds = timed(lambda: heuristic_tree(case.graph, case.terminals))
    tree, seconds = timed(lambda: steiner_tree(case.graph, case.terminals))
    assert case.optimum is None or tree.length == case.optimum
    row = f"{case.name:<28}{case.graph.number_of_edges():>7,}{len(case.terminals):>6,}"
    row += f"{tree.length:>12,.1f}{tree.gap:>9.4%}{seconds:>8.2f}"
    row += f"{short.length / tree.length - 1.0:>10.4%}{short_seconds:>8.2f}"
    for method in ("mehlhorn", "kou"):
        length, theirs_seconds = theirs(case, method)
        assert not short.length > length * (1.0 + 1e-12)
        if np.isnan(length):
            row += f"{'-':>10}{'-':>8}"
        else:
            row += f"{length / tree.length - 1.0:>10.3%}{theirs_seconds:>8.2f}"
    print(row, flush=True)


def main() -> None:
    ring: nx.Graph[int] = nx.grid_2d_graph(12, 12)
    random = np.random.default_rng(1)
    for edge in ring.edges:
        ring.edges[edge]["length_m"] = random.uniform(1.0, 2.0)
    steiner_tree(ring, list(ring)[::12])
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REALDATA
    print(f"{'':<28}{'edges':>7}{'join':>6}{'length':>12}{'gap':>9}{'s':>8}", end="")
    print(f"{'quick':>10}{'s':>8}{'mehlhorn':>10}{'s':>8}{'kou':>10}{'s':>8}")
    for case in published():
        line(case)
    for name in TOWNS:
        path = folder / f"{name}.osm.pbf"
        for paths in (False, True):
            for case in town(path, paths=paths) if path.exists() else ():
                line(case)
    print("quick, mehlhorn and kou: length above the tree's")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
