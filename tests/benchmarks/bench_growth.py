"""
How the cost of routing and of network design grows with what lies within reach.

``python tests/benchmarks/bench_growth.py [--realdata DIR]``

Two graphs: the Isle of Man with its paths, every building hung on (left out where the file is
absent), and a jittered grid of 115,000 segments with 10,000 consumers. From the same sources, for
radii of 500 to 8,000 m: bounded shortest paths, tracing the routes of all consumers reached and
their make-up (`shortest_paths`, `trace`, `route_table`), with networkx's Dijkstra under the same
cutoff beside it; distances of both must agree to 1e-9. Then `design_network` against the number of
consumers in reach, with invented values.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from heatreach.network import (
    DesignRules,
    attach,
    components,
    connect,
    design_network,
    pipe_catalogue,
    read_osm,
    route_table,
    routing_index,
    shortest_paths,
    street_graph,
    to_networkx,
    trace,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import RoutingIndex, StreetGraph

REALDATA = Path(__file__).resolve().parents[3] / "shared" / "realdata"
RADII_M = (500.0, 1000.0, 2000.0, 4000.0, 8000.0)
DESIGN_RADII_M = (500.0, 1000.0, 2000.0, 3000.0)
SOURCES = 7
DESIGN_SOURCES = 3
GRID = 240
SPACING_M = 50.0
GRID_CONSUMERS = 10_000
VALUE_MAX_PER_KW = 6000.0
SEED = 20240229


class Case(NamedTuple):
    """A graph with consumers on it, and where routes start."""

    title: str
    graph: StreetGraph
    routing: RoutingIndex
    consumer: npt.NDArray[np.int64]
    sources: list[int]


def case_of(title: str, streets: StreetGraph, places: gpd.GeoSeries) -> Case:
    """Places hung on the streets; sources are random places of the largest connected part."""
    pipes = connect(streets, places, farthest_m=100.0, candidates=1)
    graph, node = attach(streets, pipes)
    index = routing_index(graph)
    part = components(index)
    main = int(np.bincount(part).argmax())
    node = node[node >= 0]
    inside = node[part[node] == main]
    chosen = np.random.default_rng(SEED).choice(inside, SOURCES, replace=False)
    return Case(title, graph, index, node, chosen.tolist())


def island(extract: Path) -> Case:
    """The Isle of Man: streets, tracks and footpaths, every building."""
    osm = read_osm(extract)
    streets = street_graph(osm, paths=True)
    return case_of("Isle of Man", streets, osm.buildings.geometry.to_crs(streets.crs))


def grid() -> Case:
    """A town of square blocks with slightly crooked streets."""
    random = np.random.default_rng(SEED)
    steps = np.arange(GRID) * SPACING_M
    xy = np.stack(np.meshgrid(steps, steps), axis=-1) + random.uniform(-10, 10, (GRID, GRID, 2))
    lines = shapely.linestrings(np.concatenate([xy, xy.transpose(1, 0, 2)]))
    streets = street_graph(gpd.GeoDataFrame(geometry=lines, crs="EPSG:32630"))
    places = random.uniform(0.0, steps[-1], (GRID_CONSUMERS, 2))
    return case_of("grid", streets, gpd.GeoSeries(shapely.points(places), crs="EPSG:32630"))


def routing_rows(case: Case) -> pd.DataFrame:
    """Times [ms] of each radius and source, with what was reached."""
    peer = to_networkx(case.graph)
    names = case.graph.node_id.tolist()
    rows = []
    for radius in RADII_M:
        for source in case.sources:
            began = perf_counter()
            paths = shortest_paths(case.routing, source, limit=radius)
            searched = perf_counter()
            inside = case.consumer[np.isfinite(paths.distance[case.consumer])]
            steps = trace(case.routing, paths, inside)
            route_table(case.graph, steps, len(inside))
            traced = perf_counter()
            found: Any = nx.single_source_dijkstra(
                peer, names[source], cutoff=radius, weight="length"
            )
            ended = perf_counter()
            reached = np.isfinite(paths.distance)
            _agree(paths.distance, found[0], case.graph.node_id)
            rows.append(
                {
                    "radius": radius,
                    "nodes": int(reached.sum()),
                    "consumers": len(inside),
                    "steps": len(steps.edge),
                    "search": (searched - began) * 1e3,
                    "routes": (traced - searched) * 1e3,
                    "networkx": (ended - traced) * 1e3,
                }
            )
    return pd.DataFrame(rows).assign(ours=lambda frame: frame["search"] + frame["routes"])


def _agree(
    ours: npt.NDArray[np.float64], peer: dict[Any, float], node_id: npt.NDArray[np.int64]
) -> None:
    """Stop if the two engines differ."""
    other = np.array([peer.get(name, np.inf) for name in node_id.tolist()])
    if not np.allclose(ours, other, rtol=1e-9, atol=1e-9):
        raise SystemExit("networkx and heatreach disagree on distances")


def print_routing(case: Case, rows: pd.DataFrame) -> None:
    """Medians per radius, and what a node or a step costs."""
    print(
        f"{case.title}: {case.graph.edges:,} segments, {case.graph.nodes:,} nodes,"
        f" {len(case.consumer):,} consumers; median of {SOURCES} sources, ms per site"
    )
    print(
        f"{'radius m':>9}{'nodes':>9}{'consumers':>11}{'steps':>11}{'search':>9}"
        f"{'routes':>9}{'sum':>9}{'networkx':>10}{'ratio':>7}"
    )
    for radius, group in rows.groupby("radius"):
        row = group.median()
        print(
            f"{radius:>9,.0f}{row['nodes']:>9,.0f}{row['consumers']:>11,.0f}"
            f"{row['steps']:>11,.0f}{row['search']:>9.2f}{row['routes']:>9.2f}"
            f"{row['ours']:>9.2f}{row['networkx']:>10.2f}"
            f"{row['networkx'] / row['search']:>7.1f}"
        )
    print("  ratio: networkx's search with its node lists over heatreach's search")
    _print_fit("search", rows["search"], "node reached", rows["nodes"])
    _print_fit("routes", rows["routes"], "step traced", rows["steps"])
    _print_fit("networkx", rows["networkx"], "node reached", rows["nodes"])
    print()


def _print_fit(name: str, time: pd.Series[float], what: str, count: pd.Series[int]) -> None:
    """Straight line through the times [ms]."""
    slope, start = np.polyfit(count, time, 1)
    explained = 1.0 - (time - start - slope * count).var(ddof=0) / time.var(ddof=0)
    print(f"  {name}: {start:.2f} ms + {slope * 1e3:.3f} µs per {what} (R² {explained:.2f})")


def design_rows(case: Case) -> pd.DataFrame:
    """Seconds of designing a network against the consumers in reach."""
    random = np.random.default_rng(SEED)
    peak = random.lognormal(3.0, 0.9, len(case.consumer))
    consumers = pd.DataFrame(
        {
            "node": case.consumer,
            "peak_kw": peak,
            "value": peak * random.uniform(0.0, VALUE_MAX_PER_KW, len(peak)),
        }
    )
    catalogue = pipe_catalogue(insulation_series=2, money="EUR 2024")
    rows = []
    for reach in DESIGN_RADII_M:
        rules = DesignRules(
            supply_degc=65.0,
            return_degc=40.0,
            ground_degc=9.0,
            capacity_kw=5000.0,
            loss_value_per_mwh=500.0,
            reach_m=reach,
        )
        for source in case.sources[:DESIGN_SOURCES]:
            began = perf_counter()
            plan = design_network(
                case.graph,
                source,
                consumers,
                mode="npv",
                catalogue=catalogue,
                rules=rules,
            )
            seconds = perf_counter() - began
            inside = int((plan.consumers["route_m"] <= reach).sum())
            rows.append((reach, inside, int(plan.consumers["connected"].sum()), seconds))
    return pd.DataFrame(rows, columns=["reach", "inside", "connected", "seconds"])


def print_design(case: Case, rows: pd.DataFrame) -> None:
    """Time of the design per reach."""
    print(f"{case.title}: design_network, median of {DESIGN_SOURCES} sources; values invented")
    print(f"{'reach m':>9}{'in reach':>10}{'connected':>11}{'seconds':>9}")
    for reach, group in rows.groupby("reach"):
        row = group.median()
        print(
            f"{reach:>9,.0f}{row['inside']:>10,.0f}{row['connected']:>11,.0f}{row['seconds']:>9.2f}"
        )
    _print_fit("design", rows["seconds"] * 1e3, "consumer in reach", rows["inside"])
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--realdata", type=Path, default=REALDATA)
    extract = parser.parse_args().realdata / "isle-of-man-2020.osm.pbf"
    cases = [grid()]
    if extract.is_file():
        cases.insert(0, island(extract))
    else:
        print(f"Isle of Man is left out: there is no {extract}")
    for case in cases:
        print_routing(case, routing_rows(case))
    for case in cases:
        print_design(case, design_rows(case))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
