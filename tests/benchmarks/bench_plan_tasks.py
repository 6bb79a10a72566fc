"""
The tasks that ``bench_plan.py`` measures, each run in a process of its own.

``python tests/benchmarks/bench_plan_tasks.py TASK EXTRACT SITES`` does one task and prints seconds
per stage, peak memory and what was found as one line of JSON. Libraries are imported inside the
tasks, so that their import is a stage like any other and no task pays for another's libraries.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

RADIUS_M = 2000.0
LONGEST_SERVICE_PIPE_M = 100.0
CANDIDATES = 3
PEAK_UNITS_PER_MB = 1e6 if sys.platform == "darwin" else 1024.0


class Stages:
    """Seconds of each stage since the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.since = perf_counter()

    def done(self, stage: str) -> None:
        """Close a stage."""
        now = perf_counter()
        self.seconds[stage] = now - self.since
        self.since = now


def site_points(sites: Path) -> Any:
    """Points of a sites file [°]."""
    import geopandas as gpd
    import pandas as pd

    if sites.suffix == ".geojson":
        return gpd.read_file(sites).geometry
    table = pd.read_csv(sites)
    return gpd.GeoSeries.from_xy(table["lon"], table["lat"], crs="EPSG:4326")


def run_plan(extract: Path, sites: Path, folder: Path, stages: Stages) -> dict[str, Any]:
    """The whole plan, as the command line does it."""
    # What the stages themselves would import when first needed.
    import CoolProp.CoolProp  # noqa: F401
    import folium  # noqa: F401

    from heatreach.siting import read_inputs
    from heatreach.siting.scenario import Scenario
    from heatreach.siting.study import plan

    stages.done("imports")
    scenario = Scenario.model_validate({"search": {"radius_m": RADIUS_M}})
    inputs = read_inputs(sites=str(sites), consumers="osm", area=str(extract), scenario=scenario)
    stages.done("reading")
    finished = plan(inputs, scenario)
    stages.done("planning")
    finished.save(folder / "out")
    stages.done("writing")
    del stages.seconds["planning"]
    inner = {name: float(value) for name, value in finished.run["timings"].items()}
    stages.seconds |= inner
    links = finished.links
    return {
        "consumers": len(inputs.consumers),
        "segments": inputs.streets.edges,
        "links": int((links["status"] == "ok").sum()),
        "networks": int((finished.projects["status"] == "ok").sum()),
    }


def run_ours(
    extract: Path, sites: Path, _folder: Path, stages: Stages, *, full: bool
) -> dict[str, Any]:
    """Reading, connecting and routing with heatreach's network room."""
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from heatreach.network import (
        attach,
        connect,
        read_osm,
        route_lines,
        route_table,
        routing_index,
        shortest_paths,
        street_graph,
        trace,
    )

    points = site_points(sites)
    stages.done("imports")
    osm = read_osm(extract)
    streets = street_graph(osm)
    buildings = osm.buildings.geometry.to_crs(streets.crs)
    stages.done("reading")
    places = pd.concat([points.to_crs(streets.crs), buildings], ignore_index=True)
    pipes = connect(
        streets,
        gpd.GeoSeries(places, crs=streets.crs),
        farthest_m=LONGEST_SERVICE_PIPE_M,
        candidates=CANDIDATES if full else 1,
        barriers=osm.barriers.to_crs(streets.crs) if full else None,
        buildings=buildings if full else None,
    )
    graph, node = attach(streets, pipes)
    index = routing_index(graph)
    stages.done("connecting")
    distances = []
    own, consumer = node[: len(points)], node[len(points) :]
    for source in own[own >= 0]:
        paths = shortest_paths(index, int(source), limit=RADIUS_M)
        inside = consumer[(consumer >= 0) & np.isfinite(paths.distance[consumer])]
        steps = trace(index, paths, inside)
        distances.append(paths.distance[inside])
        if full:
            route_table(graph, steps, len(inside))
            route_lines(graph, steps, int(source), len(inside))
    stages.done("routing")
    return _facts(len(buildings), float(streets.length_m.sum()), np.concatenate(distances))


def run_peer(
    extract: Path, sites: Path, _folder: Path, stages: Stages, *, full: bool
) -> dict[str, Any]:
    """The same with pyrosm, osmnx and networkx."""
    import networkx as nx
    import numpy as np
    import osmnx as ox
    from pyrosm import OSM

    points = site_points(sites)
    stages.done("imports")
    osm = OSM(str(extract))
    nodes, edges = osm.get_network(network_type="driving+service", nodes=True)
    buildings = osm.get_buildings()
    graph = osm.to_graph(
        nodes, edges, graph_type="networkx", retain_all=True, force_bidirectional=True
    )
    graph = ox.project_graph(graph)
    stages.done("reading")
    site = points.to_crs(graph.graph["crs"])
    centre = buildings.geometry.to_crs(graph.graph["crs"]).centroid
    x, y = np.concatenate([site.x, centre.x]), np.concatenate([site.y, centre.y])
    crossing = nearest_crossings(graph, x, y)
    stages.done("connecting")
    distances: list[list[float]] = []
    for source in crossing[: len(site)]:
        found: Any = nx.single_source_dijkstra(graph, source, cutoff=RADIUS_M, weight="length")
        distance, paths = found
        inside = [target for target in crossing[len(site) :] if target in distance]
        distances.append([distance[target] for target in inside])
        if full:
            for target in set(inside):
                described(graph, paths[target])
    stages.done("routing")
    street_m = sum(float(edge["length"]) for *_, edge in graph.edges(data=True)) / 2.0
    return _facts(len(buildings), street_m, np.concatenate(distances))


def _facts(buildings: int, street_m: float, distances: Any) -> dict[str, float]:
    """What a run found, to see that both sides did the same job."""
    return {
        "buildings": buildings,
        "streets [km]": street_m / 1e3,
        "routes": len(distances),
        "mean route [m]": float(distances.mean()) if len(distances) else 0.0,
    }


def described(graph: Any, path: list[Any]) -> tuple[Any, dict[str, float]]:
    """Line of a route and its length by road class [m], from an osmnx graph."""
    import shapely

    edges = [
        min(graph[tail][head].values(), key=lambda edge: float(edge["length"]))
        for tail, head in pairwise(path)
    ]
    length: dict[str, float] = {}
    for edge in edges:
        name = edge["highway"] if isinstance(edge["highway"], str) else edge["highway"][0]
        length[name] = length.get(name, 0.0) + edge["length"]
    line = shapely.line_merge(shapely.MultiLineString([edge["geometry"] for edge in edges]))
    return line, length


def nearest_crossings(graph: Any, x: Any, y: Any) -> list[Any]:
    """End of the nearest street that is nearer to each point."""
    import numpy as np
    import osmnx as ox

    nearest = ox.distance.nearest_edges(graph, x, y)
    ends = np.array(
        [[(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in edge[:2]] for edge in nearest]
    )
    far = np.hypot(ends[:, :, 0] - x[:, None], ends[:, :, 1] - y[:, None])
    return [edge[side] for edge, side in zip(nearest, far.argmin(axis=1), strict=True)]


RUNS: dict[str, Callable[[Path, Path, Path, Stages], dict[str, Any]]] = {
    "plan": run_plan,
    "ours plain": partial(run_ours, full=False),
    "peer plain": partial(run_peer, full=False),
    "ours full": partial(run_ours, full=True),
    "peer full": partial(run_peer, full=True),
}


def work(task: str, extract: Path, sites: Path) -> None:
    """Do one task in this process and print its figures as JSON."""
    stages = Stages()
    with tempfile.TemporaryDirectory() as folder:
        facts = RUNS[task](extract, sites, Path(folder), stages)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / PEAK_UNITS_PER_MB
    print(json.dumps({"seconds": stages.seconds, "facts": facts, "peak_mb": peak}))


def main() -> None:
    task, extract, sites = sys.argv[1:]
    work(task, Path(extract), Path(sites))


if __name__ == "__main__":
    main()
