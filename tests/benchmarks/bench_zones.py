"""
Time of heat-network zones as a town grows, and of the usual libraries on the same task.

``python tests/benchmarks/bench_zones.py [--realdata DIR] [--copies 1 2 4 8] [--runs 3]``

The town is the south of the Isle of Man as mapped in 2020, about 7,500 buildings with their
streets, repeated side by side and joined by a road; without the folder of real towns it is the demo
town. The first table has each stage in seconds and how fast it grows: cost is proportional to
size to the power shown, 1 being linear. The second has the balls alone against networkx (one
Dijkstra search from a virtual source with head starts, then connected components; the same result)
and against circles of geopandas (buffer, union, parts: the usual way, which knows no street). The
third has the trench of a made town, a crooked grid, as one cluster, and its pruning. Times are
medians of processor seconds, so that other work on the machine matters little, after one run that
compiles or loads the kernels; ratios may be
compared between machines, seconds may not.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from math import log
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from heatreach.network import metric_crs, read_osm, street_graph
from heatreach.siting import Inputs, Scenario
from heatreach.siting.assembling.street_layer import street_layer
from heatreach.siting.consumers.building_use import siting_rule
from heatreach.siting.demand import consumers_from_osm
from heatreach.siting.demo import demo_extract
from heatreach.siting.zoning.balls import ball_clusters
from heatreach.siting.zoning.clusters import Clusters
from heatreach.siting.zoning.growth import grown_zones
from heatreach.siting.zoning.leaves import leaves_of
from heatreach.siting.zoning.places import zone_places
from heatreach.siting.zoning.pruning import worthy_parts
from heatreach.siting.zoning.rules import zone_rules
from heatreach.siting.zoning.trees import designed_trees

if TYPE_CHECKING:
    from collections.abc import Callable

    from heatreach.network import OsmExtract, StreetGraph
    from heatreach.siting.zoning.places import ZonePlaces

ROOT = Path(__file__).resolve().parents[2]
REALDATA = ROOT.parent / "shared" / "realdata"
BUILDINGS = 7_500
RULES = (
    "class_4",
    "class_8",
    "class_16",
    "de_street_1_5",
    "scotland_baseline",
    "scotland_stringent",
    "scotland_third",
    "england_pilot",
)
NEXT_ID = 10**11
BLOCK_M = 100.0
WORTH_M = 40.0
"""Side of a block of the made town, and the trench that each contact there is worth."""


class Timed(NamedTuple):
    """A result and the median seconds that it took."""

    result: Any
    seconds: float


def timed(work: Callable[[], Any], runs: int) -> Timed:
    """Result of some work and the median of its times."""
    times = []
    for _ in range(runs):
        began = process_time()
        result = work()
        times.append(process_time() - began)
    return Timed(result, median(times))


def base_town(realdata: Path) -> OsmExtract:
    """About 7,500 buildings with their streets."""
    path = realdata / "isle-of-man-2020.osm.pbf"
    if not path.is_file():
        return read_osm(demo_extract())
    middle = read_osm(path).buildings.geometry.representative_point()
    north = float(np.quantile(middle.y, BUILDINGS / len(middle)))
    return read_osm(path, bbox=(-5.0, 54.0, -4.2, north))


def repeated(town: OsmExtract, copies: int) -> OsmExtract:
    """The town several times side by side, joined by a road."""
    width = float(np.ptp(town.lon)) + 0.01
    nodes, ways = len(town.lon), len(town.ways)
    east, west = int(np.argmax(town.lon)), int(np.argmin(town.lon))
    copy = np.arange(copies)
    bridge = np.stack([east + copy[:-1] * nodes, west + copy[1:] * nodes])
    road = town.ways.iloc[[0]].assign(highway="residential", way_id=NEXT_ID - 1)
    frames = {
        name: pd.concat([_moved(getattr(town, name), number, width) for number in range(copies)])
        for name in ("buildings", "areas", "points", "barriers")
    }

    def shifted(values: np.ndarray, step: int) -> np.ndarray:
        return (np.tile(values, (copies, 1)) + copy[:, None] * step).reshape(-1)

    return replace(
        town,
        node_id=shifted(town.node_id, NEXT_ID),
        lon=(np.tile(town.lon, (copies, 1)) + copy[:, None] * width).reshape(-1),
        lat=np.tile(town.lat, copies),
        level_crossing=np.tile(town.level_crossing, copies),
        tail=np.concatenate([shifted(town.tail, nodes), bridge[0]]),
        head=np.concatenate([shifted(town.head, nodes), bridge[1]]),
        way=np.concatenate([shifted(town.way, ways), np.full(copies - 1, ways * copies)]),
        ways=pd.concat([*[town.ways] * copies, road], ignore_index=True),
        **{name: frame.reset_index(drop=True) for name, frame in frames.items()},
    )


def _moved(frame: gpd.GeoDataFrame, number: int, width: float) -> gpd.GeoDataFrame:
    """A layer moved east, its ids told apart."""
    moved: gpd.GeoDataFrame = frame.set_geometry(frame.geometry.translate(number * width))
    if "osm_id" in moved:
        moved["osm_id"] = moved["osm_id"] + f"{number:02d}"
    return moved


def inputs_of(extract: OsmExtract, runs: int) -> tuple[Inputs, dict[str, float]]:
    """Inputs of a study of the whole extract, and the seconds of each stage."""
    crs = metric_crs(float(np.median(extract.lon)), float(np.median(extract.lat)))
    barriers = extract.barriers.to_crs(crs)
    consumers = timed(lambda: consumers_from_osm(extract, crs, country="GB"), runs)
    layer = timed(
        lambda: street_layer(extract, file="", barriers=barriers, crs=crs, paths=False), runs
    )
    inputs = replace(
        made_inputs(consumers.result, layer.result.graph),
        barriers=barriers,
        buildings=extract.buildings.geometry.to_crs(crs),
    )
    return inputs, {"streets": layer.seconds, "classes and demand": consumers.seconds}


def made_inputs(consumers: gpd.GeoDataFrame, streets: StreetGraph) -> Inputs:
    """Inputs of these consumers on these streets."""
    nothing = gpd.GeoDataFrame({"kind": pd.Series(dtype=str)}, geometry=[], crs=streets.crs)
    return Inputs(
        sites=gpd.GeoDataFrame({"id": []}, geometry=[], crs=streets.crs),
        consumers=consumers,
        everywhere=consumers,
        streets=streets,
        barriers=nothing,
        buildings=nothing.geometry,
        country="GB",
        attribution="",
        data_date="",
        doubts=(),
        left_out={},
        hashes={},
        scenario=Scenario(),
        reconciliation=pd.DataFrame(),
    )


def networkx_clusters(places: ZonePlaces, radius: np.ndarray) -> Callable[[], list[set[int]]]:
    """The same balls with networkx; its graph is built beforehand."""
    graph: nx.Graph[int] = nx.Graph()
    farthest = float(radius.max())
    ends = (places.graph.tail.tolist(), places.graph.head.tolist())
    for tail, head, length in zip(*ends, places.graph.length_m.tolist(), strict=True):
        known = graph.get_edge_data(tail, head, {"m": np.inf})["m"]
        graph.add_edge(tail, head, m=min(length, known))
    lengths = nx.get_edge_attributes(graph, "m")
    loads = [int(node) for node in places.node if node >= 0]
    reach = radius[places.node >= 0].tolist()

    def search() -> list[set[int]]:
        graph.add_node(-1)
        graph.add_weighted_edges_from(
            ((-1, node, farthest - r) for node, r in zip(loads, reach, strict=True)), weight="m"
        )
        found = nx.single_source_dijkstra_path_length(graph, -1, cutoff=farthest, weight="m")
        graph.remove_node(-1)
        left = {node: farthest - metres for node, metres in found.items()}
        filled: nx.Graph[int] = nx.Graph()
        filled.add_nodes_from(loads)
        filled.add_edges_from(
            (tail, head)
            for (tail, head), metres in lengths.items()
            if max(left.get(tail, 0.0), 0.0) + max(left.get(head, 0.0), 0.0) >= metres - 1e-6
        )
        inside = set(loads)
        return [part & inside for part in nx.connected_components(filled)]

    return search


def circles(places: ZonePlaces, radius: np.ndarray) -> gpd.GeoSeries:
    """Circles around the loads, merged where they overlap."""
    connected = places.node >= 0
    points = places.consumers.geometry[connected].representative_point()
    return gpd.GeoSeries([points.buffer(radius[connected]).union_all()]).explode()


def exponent(sizes: list[int], seconds: list[float]) -> str:
    """Power of the size with which a stage grows."""
    if len(sizes) < 2:
        return "-"
    return f"{log(seconds[-1] / seconds[0]) / log(sizes[-1] / sizes[0]):.2f}"


def table(head: list[str], rows: list[list[str]]) -> None:
    """Print a table, the first column left, the others right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells]))
    print()


def one_size(town: OsmExtract, copies: int, runs: int) -> dict[str, Any]:
    """Figures of one size."""
    extract = repeated(town, copies)
    inputs, seconds = inputs_of(extract, 1)
    attached = timed(lambda: zone_places(inputs, inputs.scenario), 1)
    places, seconds["service pipes"] = attached.result, attached.seconds
    facts: dict[str, Any] = {"buildings": len(extract.buildings), "loads": len(places.consumers)}
    for rule in zone_rules(RULES):
        grown = timed(lambda rule=rule: grown_zones(places, rule), runs)  # type: ignore[misc]
        seconds[f"zones: {rule.name}"] = grown.seconds
    seconds["all rules"] = sum(s for name, s in seconds.items() if name.startswith("zones"))
    stages = ("streets", "classes and demand", "service pipes", "all rules")
    seconds["together"] = sum(seconds[name] for name in stages)
    same = [
        np.array_equal(grown_zones(places, rule, tiles=tiles).zone, grown_zones(places, rule).zone)
        for rule in zone_rules(["class_4", "de_street_1_5", "scotland_baseline"])
        for tiles in (4, 9)
    ]
    return facts | {
        "seconds": seconds,
        "tiles": "yes" if all(same) else "NO",
        "peers": peers(places, runs),
        "one": one_cluster(len(extract.buildings), runs),
    }


def peers(places: ZonePlaces, runs: int) -> dict[str, Any]:
    """The balls of the Scottish baseline by heatreach, networkx and geopandas."""
    (rule,) = zone_rules(["scotland_baseline"])
    radius = np.minimum(places.heat_mwh / rule.threshold_mwh_m, siting_rule("zone", "radius_max_m"))
    ours = timed(
        lambda: ball_clusters(
            places.graph,
            places.node,
            radius_m=radius,
            farthest_m=float(radius.max()),
            inside=None,
        ),
        runs,
    )
    theirs = timed(networkx_clusters(places, radius), 1)
    round_ = timed(lambda: circles(places, radius), 1)
    return {
        "ours": ours.seconds,
        "networkx": theirs.seconds,
        "circles": round_.seconds,
        "clusters": ours.result.count,
        "clusters by networkx": len(theirs.result),
        "clusters of circles": len(round_.result),
    }


def one_cluster(buildings: int, runs: int) -> dict[str, Any]:
    """A made town whose loads are all one cluster: its trench, and what pays of it."""
    places = made_town(buildings)
    graph, leaves = places.graph, leaves_of(places.graph, places.node)
    whole = Clusters(
        consumer=np.where(places.node >= 0, 0, -1), node=np.zeros(graph.nodes, dtype=np.int64)
    )
    trees = timed(lambda: designed_trees(graph, whole, leaves), runs)
    edge = trees.result.edge
    node, place = np.unique(
        np.concatenate([graph.tail[edge], graph.head[edge]]), return_inverse=True
    )
    worth = np.where(np.isin(node, leaves.contact), WORTH_M, 0.0)
    ends, length, first = place.reshape(2, -1), graph.length_m[edge], np.arange(len(node))
    pruned = timed(lambda: worthy_parts(ends, length, worth, first), runs)
    return {
        "trench": trees.seconds,
        "pruning": pruned.seconds,
        "contacts": len(np.unique(leaves.contact)),
        "parts": int(pruned.result[0].max()) + 1,
    }


def made_town(buildings: int) -> ZonePlaces:
    """Loads beside the streets of a crooked grid, four to a block."""
    random = np.random.default_rng(1)
    side = round((buildings / 4) ** 0.5)
    x, y = (
        axis * BLOCK_M + random.uniform(-20.0, 20.0, axis.shape)
        for axis in np.meshgrid(np.arange(side), np.arange(side))
    )
    corner = np.stack([x, y], axis=-1)
    ends = [np.stack([corner[:, :-1], corner[:, 1:]], axis=2).reshape(-1, 2, 2)]
    ends += [np.stack([corner[:-1], corner[1:]], axis=2).reshape(-1, 2, 2)]
    crs = "EPSG:32630"
    lines = gpd.GeoDataFrame(geometry=shapely.linestrings(np.concatenate(ends)), crs=crs)
    spots = gpd.points_from_xy(*random.uniform(0.0, side * BLOCK_M, (2, buildings)), crs=crs)
    ids = [f"b{number:06d}" for number in range(buildings)]
    table = {"id": ids, "use": "office", "annual_heat_mwh": 100.0}
    return zone_places(
        made_inputs(gpd.GeoDataFrame(table, geometry=spots), street_graph(lines)), Scenario()
    )


def _row(name: str, loads: list[int], found: list[dict[str, Any]]) -> list[str]:
    """Seconds of one kind of work at every size, and how fast they grow."""
    seconds = [one[name] for one in found]
    return [name, *(f"{one:.3f}" for one in seconds), exponent(loads, seconds)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--realdata", type=Path, default=REALDATA)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    town = base_town(given.realdata)
    one_size(town, 1, 1)
    sizes = [one_size(town, copies, given.runs) for copies in given.copies]
    loads = [size["loads"] for size in sizes]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end.\n")
    head = ["[s]", *(f"{size['buildings']:,} buildings" for size in sizes), "power"]
    rows = [["loads", *(f"{count:,}" for count in loads), ""]]
    for stage in sizes[0]["seconds"]:
        spent = [size["seconds"][stage] for size in sizes]
        rows.append([stage, *(f"{one:.2f}" for one in spent), exponent(loads, spent)])
    rows.append(["same zones in 1, 4 and 9 tiles", *(size["tiles"] for size in sizes), ""])
    table(head, rows)
    found = [size["peers"] for size in sizes]
    rows = [_row(name, loads, found) for name in ("ours", "networkx", "circles")]
    for name in ("networkx", "circles"):
        ratios = [f"{one[name] / one['ours']:.1f}" for one in found]
        rows.append([f"{name} / ours", *ratios, ""])
    for name in ("clusters", "clusters by networkx", "clusters of circles"):
        rows.append([name, *(f"{one[name]:,}" for one in found), ""])
    table(["balls of scotland_baseline [s]", *head[1:]], rows)
    whole = [size["one"] for size in sizes]
    rows = [_row(name, loads, whole) for name in ("trench", "pruning")]
    rows.append(["contacts", *(f"{one['contacts']:,}" for one in whole), ""])
    rows.append(["parts worth their trench", *(f"{one['parts']:,}" for one in whole), ""])
    table(["one cluster [s]", *head[1:]], rows)


if __name__ == "__main__":
    main()
