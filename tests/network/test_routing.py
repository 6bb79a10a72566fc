"""Shortest routes: equal to networkx, bounded, and taken apart without losing a metre."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from heatreach.network import (
    StreetError,
    StreetGraph,
    attach,
    components,
    connect,
    pipe_catalogue,
    route_lines,
    route_table,
    routing_index,
    shortest_paths,
    street_graph,
    to_networkx,
    trace,
)
from heatreach.network.cost import capex_by_pipe, ground_m
from heatreach.network.streets import SHORTEST_EDGE_M


def drawn(*lines: LineString, **columns: list[object]) -> StreetGraph:
    """Graph of user lines in metres."""
    return street_graph(gpd.GeoDataFrame(columns, geometry=list(lines), crs=32635))


def assert_equal_to_networkx(graph: StreetGraph, sources: list[int]) -> None:
    """Distances from some nodes agree with networkx's Dijkstra, unreached nodes too."""
    index, reference = routing_index(graph), to_networkx(graph)
    for source in sources:
        ours = shortest_paths(index, source).distance
        theirs = nx.single_source_dijkstra_path_length(
            reference, int(graph.node_id[source]), weight="length"
        )
        expected = np.array([theirs.get(name, np.inf) for name in graph.node_id.tolist()])
        assert np.array_equal(np.isinf(ours), np.isinf(expected))
        near = np.isfinite(ours)
        assert ours[near] == pytest.approx(expected[near], rel=1e-9, abs=1e-9)


def test_town_karhula_equals_networkx(karhula: StreetGraph) -> None:
    assert_equal_to_networkx(karhula, [0, karhula.nodes // 2, karhula.nodes - 1])


def test_town_neuss_with_leaves_equals_networkx(neuss: StreetGraph) -> None:
    graph, node = with_leaves(neuss)
    assert_equal_to_networkx(graph, [int(node[0]), int(node[-1])])


def with_leaves(streets: StreetGraph) -> tuple[StreetGraph, np.ndarray]:
    """A town with 60 places hung on."""
    rows = np.linspace(0, streets.nodes - 1, 60).astype(int)
    places = shapely.points(streets.x[rows] + 4.0, streets.y[rows] - 3.0)
    pipes = connect(streets, gpd.GeoSeries(places, crs=streets.crs), farthest_m=100.0, candidates=2)
    return attach(streets, pipes)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[StreetGraph, np.ndarray]:
    """Small random multigraphs with parallel edges, and a weight."""
    nodes = draw(st.integers(2, 9))
    node = st.integers(0, nodes - 1)
    pairs = draw(st.lists(st.tuples(node, node), min_size=1, max_size=25))
    pairs = [(a, b) for a, b in pairs if a != b] or [(0, 1)]
    places = [(x * 10.0, (x * x % 7) * 10.0) for x in range(nodes)]
    lines = [LineString([places[a], places[b]]) for a, b in pairs]
    lines.append(LineString(places))
    graph = drawn(*lines)
    weight = draw(st.lists(st.integers(1, 50), min_size=graph.edges, max_size=graph.edges))
    return graph, np.array(weight, dtype=float)


@given(graphs())
@settings(deadline=None)
def test_property_parallel_edges_take_the_lightest(case: tuple[StreetGraph, np.ndarray]) -> None:
    graph, weight = case
    reference: nx.MultiGraph[int] = nx.MultiGraph()
    ends = zip(graph.tail.tolist(), graph.head.tolist(), weight.tolist(), strict=True)
    reference.add_weighted_edges_from(ends)
    index = routing_index(graph, weight)
    paths = shortest_paths(index, 0)
    expected = nx.single_source_dijkstra_path_length(reference, 0)
    assert paths.distance.tolist() == [expected[node] for node in range(graph.nodes)]
    steps = trace(index, paths, np.arange(graph.nodes))
    total = np.bincount(steps.route, weights=weight[steps.edge], minlength=graph.nodes)
    assert total.tolist() == paths.distance.tolist()


def test_golden_limit_is_inclusive() -> None:
    line = drawn(LineString([(0, 0), (10, 0), (20, 0), (30, 0)]))
    distance = shortest_paths(routing_index(line), 0, limit=20.0).distance
    assert distance.tolist() == [0.0, 10.0, 20.0, np.inf]


def test_trace_rejects_what_was_not_reached() -> None:
    graph = drawn(LineString([(0, 0), (10, 0)]), LineString([(50, 0), (60, 0)]))
    index = routing_index(graph)
    assert len(set(components(index).tolist())) == 2
    with pytest.raises(StreetError, match="reached"):
        trace(index, shortest_paths(index, 0), np.array([1, 2]))


def test_town_routes_add_up(neuss: StreetGraph) -> None:
    graph, node = with_leaves(neuss)
    index, source = routing_index(graph), int(node[7])
    paths = shortest_paths(index, source)
    targets = node[np.isfinite(paths.distance[node]) & (node != source)]
    steps = trace(index, paths, targets)
    table = route_table(graph, steps, len(targets))
    lines = route_lines(graph, steps, source, len(targets))
    assert len(targets) > 30
    assert table["route_m"].to_numpy() == pytest.approx(paths.distance[targets], rel=1e-12)
    both = (table["hard_m"] + table["soft_m"]).to_numpy()
    assert both == pytest.approx(table["route_m"].to_numpy(), rel=1e-12)
    assert (table["service_m"] >= 2 * SHORTEST_EDGE_M).all()
    assert (table["private_m"] <= table["route_m"]).all()
    weighted = table["hard_weighted_m"] + table["soft_weighted_m"]
    assert (weighted >= table["route_m"] - 1e-9).all()
    # The drawn line has the length of the route, but for edges lifted to the shortest length.
    slack = SHORTEST_EDGE_M * np.bincount(steps.route)
    assert (np.abs(shapely.length(lines) - table["route_m"]) <= slack + 1e-6).all()
    xy = np.column_stack([graph.x, graph.y])
    assert shapely.get_coordinates(shapely.get_point(lines, 0)).tolist() == [
        xy[source].tolist()
    ] * len(targets)
    assert shapely.get_coordinates(shapely.get_point(lines, -1)).tolist() == xy[targets].tolist()
    straight = np.hypot(*(xy[targets] - xy[source]).T)
    assert (table["route_m"] >= straight - 1e-9).all()


def test_golden_route_table_by_hand() -> None:
    graph = drawn(
        LineString([(0, 0), (10, 0), (20, 0)]),
        LineString([(20, 0), (30, 0), (40, 0)]),
        LineString([(40, 0), (70, 0)]),
        LineString([(70, 0), (75, 0)]),
        LineString([(75, 0), (95, 0)]),
        surface=["asphalt", "asphalt", "gravel", "asphalt", "asphalt"],
        bridge=["no", "yes", "no", "yes", "no"],
        access=["", "", "private", "", ""],
        tunnel=["", "", "", "", "yes"],
    )
    # Two tracks cross at neighbouring nodes: one level crossing.
    graph = replace(graph, level_crossing=(graph.x == 10.0) | (graph.x == 20.0))
    index = routing_index(graph)
    source = int(np.flatnonzero(graph.x == 0.0)[0])
    target = np.flatnonzero(graph.x == 95.0)
    row = route_table(graph, trace(index, shortest_paths(index, source), target), 1).iloc[0]
    assert row.to_dict() == pytest.approx(
        {
            "route_m": 95.0,
            "service_m": 0.0,
            "hard_m": 65.0,
            "soft_m": 30.0,
            "private_m": 30.0,
            "hard_weighted_m": 20 + 20 * 4 + 5 * 4 + 20 * 3,
            "soft_weighted_m": 30 * 1.1,
            "bridges": 2,
            "tunnels": 1,
            "level_crossings": 1,
        }
    )


def test_golden_detour_where_the_bridge_costs_more() -> None:
    graph = drawn(
        LineString([(0, 0), (100, 0)]),
        LineString([(0, 0), (0, 50), (100, 50), (100, 0)]),
        bridge=["yes", "no"],
    )
    source = int(np.flatnonzero((graph.x == 0) & (graph.y == 0))[0])
    target = np.flatnonzero((graph.x == 100) & (graph.y == 0))
    assert shortest_paths(routing_index(graph), source).distance[target].tolist() == [100.0]
    # Bridge 4 x 100 m against 200 m of street.
    index = routing_index(graph, ground_m(graph).sum(axis=0))
    assert shortest_paths(index, source).distance[target].tolist() == [200.0]


def test_golden_unpaved_ground_is_priced_as_such() -> None:
    graph = drawn(LineString([(0, 0), (100, 0)]), surface=["gravel"])
    pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    paved = drawn(LineString([(0, 0), (100, 0)]))
    # data/pipe_costs.csv, DN100: 624 EUR/m unpaved against 1,070 EUR/m paved.
    size = pipes.dn.tolist().index("DN100")
    ratio = capex_by_pipe(graph, pipes)[0, size] / capex_by_pipe(paved, pipes)[0, size]
    assert ratio == pytest.approx(624 / 1070)


def test_property_source_alone_has_no_route() -> None:
    graph = drawn(LineString([(0, 0), (10, 0)]))
    index = routing_index(graph)
    steps = trace(index, shortest_paths(index, 0), np.array([0]))
    assert len(steps.edge) == 0
    assert route_table(graph, steps, 1)["route_m"].tolist() == [0.0]


def test_golden_leaves_reach_each_other_along_the_street() -> None:
    graph = drawn(LineString([(0, 0), (100, 0)]))
    places = gpd.GeoSeries([Point(20, 5), Point(70, -6)], crs=32635)
    wider, node = attach(graph, connect(graph, places, farthest_m=10.0, candidates=1))
    paths = shortest_paths(routing_index(wider), int(node[0]))
    assert paths.distance[node[1]] == pytest.approx(5 + 50 + 6)
