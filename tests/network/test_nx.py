"""Street graphs from and to networkx, as osmnx makes and takes them."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from heatreach.network import (
    StreetError,
    StreetGraph,
    attach,
    connect,
    from_networkx,
    street_graph,
    to_networkx,
)
from heatreach.network.nx import OWN
from heatreach.network.streets import SHORTEST_EDGE_M


def segment_table(graph: StreetGraph) -> list[tuple[object, ...]]:
    """All segments with their length and attributes, in an order of their own."""
    ends = np.sort(np.column_stack([graph.node_id[graph.tail], graph.node_id[graph.head]]), axis=1)
    columns = [graph.of_way(name).tolist() for name in (*OWN, "way_id", "highway", "name")]
    rows = zip(ends.tolist(), np.round(graph.length_m, 6).tolist(), *columns, strict=True)
    return sorted((tuple(pair), *rest) for pair, *rest in rows)


def with_leaves(streets: StreetGraph) -> StreetGraph:
    """A town with some places hung on."""
    shapes = gpd.GeoSeries.from_xy(streets.x[::40] + 5.0, streets.y[::40] + 2.0, crs=streets.crs)
    return attach(streets, connect(streets, shapes, farthest_m=100.0, candidates=1))[0]


def test_town_round_trip(karhula: StreetGraph) -> None:
    graph = with_leaves(karhula)
    back = from_networkx(to_networkx(graph))
    assert back.crs == graph.crs
    assert back.node_id.tolist() == graph.node_id.tolist()
    assert np.array_equal(back.x, graph.x)
    assert np.array_equal(back.y, graph.y)
    assert np.array_equal(back.level_crossing, graph.level_crossing)
    assert segment_table(back) == segment_table(graph)


def test_town_osmnx_takes_our_graph(karhula: StreetGraph) -> None:
    graph = to_networkx(karhula)
    ox.convert.validate_graph(graph)
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (karhula.nodes, 2 * karhula.edges)
    assert edges.crs == karhula.crs
    assert edges["length"].to_numpy() == pytest.approx(
        np.maximum(edges.length, SHORTEST_EDGE_M), abs=1e-9
    )
    north = ox.projection.project_graph(graph, to_crs="EPSG:3067")
    assert north.graph["crs"] == "EPSG:3067"
    undirected = ox.convert.to_undirected(graph)
    assert ox.stats.edge_length_total(undirected) == pytest.approx(karhula.length_m.sum())
    nearest = ox.distance.nearest_nodes(graph, float(karhula.x[5]), float(karhula.y[5]))
    assert nearest == karhula.node_id[5]


def test_town_simplified_by_osmnx_keeps_every_metre(karhula: StreetGraph) -> None:
    graph = to_networkx(karhula)
    for _, _, data in graph.edges(data=True):
        del data["heatreach"]
    simple = ox.simplification.simplify_graph(graph)
    assert any(isinstance(data.get("osmid"), list) for _, _, data in simple.edges(data=True))
    back = from_networkx(simple)
    # Rings without a junction are gone from osmnx's graph; the rest is there once.
    assert back.length_m.sum() == pytest.approx(karhula.length_m.sum(), rel=0.02)
    assert back.edges <= karhula.edges
    assert set(simple.nodes) <= set(back.node_id.tolist())
    again = from_networkx(ox.convert.to_undirected(simple))
    assert again.length_m.sum() == pytest.approx(back.length_m.sum(), rel=1e-9)


def corner() -> nx.MultiDiGraph[int]:
    """Two nodes and a street with a corner, as osmnx simplifies it."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:32635")
    graph.add_node(7, x=0.0, y=0.0)
    graph.add_node(9, x=30.0, y=40.0)
    tags = {"highway": ["residential", "service"], "name": ["A", "B"], "bridge": "yes"}
    line = LineString([(0, 0), (30, 0), (30, 40)])
    graph.add_edge(7, 9, osmid=[11, 12], geometry=line, length=1.0, **tags)
    graph.add_edge(9, 7, osmid=[12, 11], geometry=line.reverse(), length=1.0, **tags)
    return graph


def test_golden_simplified_edge_is_cut_at_its_corner() -> None:
    back = from_networkx(corner())
    assert back.node_id.tolist() == [7, 9, -1]
    assert sorted(back.length_m.tolist()) == [30.0, 40.0]
    assert (back.x[2], back.y[2]) == (30.0, 0.0)
    assert back.ways[["way_id", "highway", "name", "bridge", "cost_factor"]].to_dict("records") == [
        {"way_id": 11, "highway": "residential", "name": "A", "bridge": True, "cost_factor": 4.0}
    ]


@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiGraph])
@pytest.mark.parametrize("turned", [False, True])
def test_golden_geometry_drawn_either_way(kind: type[nx.Graph[str]], turned: bool) -> None:
    line = LineString([(0, 0), (30, 0), (30, 40)])
    graph = kind(crs="EPSG:32635")
    graph.add_node("a", x=0.0, y=0.0)
    graph.add_node("b", x=30.0, y=40.0)
    graph.add_edge("a", "b", geometry=line.reverse() if turned else line)
    back = from_networkx(graph)
    assert sorted(back.length_m.tolist()) == [30.0, 40.0]
    assert back.node_id.tolist() == [0, 1, -1]


def test_golden_parallel_streets_stay_two() -> None:
    graph = corner()
    graph.add_edge(7, 9, osmid=13, highway="residential")
    graph.add_edge(9, 7, osmid=13, highway="residential")
    assert sorted(from_networkx(graph).length_m.tolist()) == [30.0, 40.0, 50.0]


def test_golden_loop_with_geometry_is_kept() -> None:
    graph = corner()
    ring = LineString([(0, 0), (0, -10), (-10, -10), (0, 0)])
    graph.add_edge(7, 7, osmid=14, geometry=ring)
    graph.add_edge(9, 9, osmid=15)
    assert from_networkx(graph).length_m.sum() == pytest.approx(70 + ring.length)


@pytest.mark.parametrize(("lon", "epsg"), [(26.95, 32635), (179.9999, 32701)])
def test_golden_degrees_are_projected(lon: float, epsg: int) -> None:
    graph: nx.MultiGraph[int] = nx.MultiGraph(crs="EPSG:4326")
    graph.add_node(1, x=lon, y=-17.0)
    graph.add_node(2, x=(lon + 0.001 + 180.0) % 360.0 - 180.0, y=-17.0)
    graph.add_edge(1, 2, key=0, length=1e9)
    back = from_networkx(graph)
    assert back.crs.to_epsg() == (epsg if lon > 179 else 32735)
    # One degree of longitude at the equator is 111.32 km.
    assert back.length_m == pytest.approx([111.32 * np.cos(np.radians(17.0))], rel=2e-3)


def test_golden_web_mercator_is_not_measured_in() -> None:
    degrees: nx.MultiGraph[int] = nx.MultiGraph(crs="EPSG:4326")
    degrees.add_node(1, x=26.95, y=60.53)
    degrees.add_node(2, x=26.96, y=60.53)
    degrees.add_edge(1, 2)
    x = np.radians([26.95, 26.96]) * 6378137.0
    y = np.log(np.tan(np.pi / 4 + np.radians(60.53) / 2)) * 6378137.0
    mercator: nx.MultiGraph[int] = nx.MultiGraph(crs="EPSG:3857")
    mercator.add_node(1, x=x[0], y=y)
    mercator.add_node(2, x=x[1], y=y)
    mercator.add_edge(1, 2)
    assert from_networkx(mercator).length_m == pytest.approx(from_networkx(degrees).length_m)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda graph: graph.graph.pop("crs"), "no crs"),
        (lambda graph: graph.nodes[9].pop("y"), "'y' is missing"),
        (lambda graph: graph.remove_edges_from(list(graph.edges)), "no edges"),
    ],
)
def test_from_networkx_rejects_incomplete_graph(change: object, words: str) -> None:
    graph = corner()
    change(graph)  # type: ignore[operator]
    with pytest.raises(StreetError, match=words):
        from_networkx(graph)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12))
@settings(deadline=None, max_examples=50)
def test_property_round_trip_of_user_lines(corners: list[tuple[int, int]]) -> None:
    line = LineString([(10.0 * x, 7.0 * y) for x, y in corners])
    lines = gpd.GeoDataFrame({"name": ["z"]}, geometry=[line], crs=32635)
    if line.length == 0.0:
        return
    graph = street_graph(lines)
    back = from_networkx(to_networkx(graph))
    assert set(segment_table(back)) == set(segment_table(graph))
