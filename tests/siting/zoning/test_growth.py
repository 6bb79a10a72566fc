"""Zones of random towns: against literal definitions, in tiles, and in any order of rows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from heatreach.siting.zoning.growth import Grown, grown_zones
from heatreach.siting.zoning.places import zone_places
from heatreach.siting.zoning.rules import ZoneRule
from tests.siting.zoning.random_towns import random_places
from tests.siting.zoning.twelve import EAST, NORTH, loads, town_inputs

if TYPE_CHECKING:
    from heatreach.siting.zoning.places import ZonePlaces

METHODS = ("radius", "trench", "street")
SEEDS = st.integers(0, 80)
THRESHOLDS = st.sampled_from([0.5, 1.0, 2.0, 4.0, 8.0])


def rule(method: str, threshold_mwh_m: float, buildings_min: int = 1) -> ZoneRule:
    """A rule without anchors."""
    return ZoneRule(
        name="made",
        title="made",
        method=method,
        threshold_mwh_m=threshold_mwh_m,
        buildings_min=buildings_min,
    )


def groups(labels: np.ndarray) -> set[frozenset[int]]:
    """Sets of positions with the same label, those without label left out."""
    kinds = set(labels.tolist()) - {-1}
    return {frozenset(np.flatnonzero(labels == kind).tolist()) for kind in kinds}


def as_networkx(places: ZonePlaces) -> nx.MultiGraph[int]:
    """The street graph as a networkx graph by position."""
    graph = places.graph
    made: nx.MultiGraph[int] = nx.MultiGraph()
    made.add_nodes_from(range(graph.nodes))
    ends = zip(graph.tail.tolist(), graph.head.tolist(), graph.length_m.tolist(), strict=True)
    made.add_weighted_edges_from(ends, weight="length_m")
    return made


@cache
def routes(seed: int) -> np.ndarray:
    """Route between any two loads by networkx [m], inf where there is none."""
    places = random_places(seed)
    paths = dict(nx.all_pairs_dijkstra_path_length(as_networkx(places), weight="length_m"))
    size = len(places.node)
    found = np.full((size, size), np.inf)
    for a, b in combinations(np.flatnonzero(places.node >= 0).tolist(), 2):
        found[a, b] = paths[int(places.node[a])].get(int(places.node[b]), np.inf)
        found[b, a] = found[a, b]
    return found


def joined(size: int, pairs: np.ndarray) -> nx.Graph[int]:
    """Graph of loads with some pairs joined."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(pairs.tolist())
    return graph


@given(seed=st.integers(0, 40), threshold=THRESHOLDS)
@settings(max_examples=12)
def test_property_balls_join_loads_whose_routes_are_no_longer_than_both_radii(
    seed: int, threshold: float
) -> None:
    places, route = random_places(seed), routes(seed)
    grown = grown_zones(places, rule("radius", threshold))
    radius = places.heat_mwh / threshold
    pairs = np.argwhere(np.triu(route <= np.add.outer(radius, radius) + 1e-7, 1))
    connected = np.flatnonzero(places.node >= 0).tolist()
    graph = joined(len(radius), pairs).subgraph(connected)
    assert groups(grown.zone) == {frozenset(part) for part in nx.connected_components(graph)}


@given(seed=st.integers(0, 40), threshold=THRESHOLDS)
@settings(max_examples=12)
def test_property_weakest_joint_is_the_bottleneck_of_all_pairs(seed: int, threshold: float) -> None:
    places, route = random_places(seed), routes(seed)
    grown = grown_zones(places, rule("radius", threshold))
    heat = places.heat_mwh
    for zone in range(grown.zones):
        member = np.flatnonzero(grown.zone == zone)
        if len(member) == 1:
            assert np.isnan(grown.joint_mwh_m[zone])
            continue
        graph: nx.Graph[int] = nx.Graph()
        for a, b in combinations(member.tolist(), 2):
            graph.add_edge(a, b, density=(heat[a] + heat[b]) / route[a, b])
        tree = nx.maximum_spanning_tree(graph, weight="density")
        weakest = min(nx.get_edge_attributes(tree, "density").values())
        assert grown.joint_mwh_m[zone] == pytest.approx(weakest, rel=1e-9)
        assert grown.joint_mwh_m[zone] >= threshold * (1.0 - 1e-6)


@given(seed=SEEDS, threshold=THRESHOLDS, method=st.sampled_from(["trench", "street"]))
@settings(max_examples=12)
def test_property_weakest_joint_along_the_trench(seed: int, threshold: float, method: str) -> None:
    places = random_places(seed)
    grown, graph, heat = grown_zones(places, rule(method, threshold)), places.graph, places.heat_mwh
    for zone in range(grown.zones):
        edges, member = grown.edges[grown.edge_zone == zone], np.flatnonzero(grown.zone == zone)
        tree: nx.Graph[int] = nx.Graph()
        ends = graph.tail[edges].tolist(), graph.head[edges].tolist(), graph.length_m[edges]
        tree.add_weighted_edges_from(zip(*ends, strict=True), weight="length_m")
        pairs: nx.Graph[int] = nx.Graph()
        for a in member.tolist():
            away = nx.single_source_dijkstra_path_length(tree, places.node[a], weight="length_m")
            for b in member[member > a].tolist():
                pairs.add_edge(a, b, density=(heat[a] + heat[b]) / away[places.node[b]])
        joints = nx.maximum_spanning_tree(pairs, weight="density")
        weakest = min(nx.get_edge_attributes(joints, "density").values(), default=np.nan)
        assert grown.joint_mwh_m[zone] == pytest.approx(weakest, rel=1e-9, nan_ok=True)


@given(
    seed=SEEDS, threshold=st.sampled_from([1.0, 4.0, 8.0, 16.0]), method=st.sampled_from(METHODS)
)
@settings(max_examples=24)
def test_property_tiles_change_nothing(seed: int, threshold: float, method: str) -> None:
    places = random_places(seed)
    asked = rule(method, threshold)
    whole = grown_zones(places, asked)
    for tiles in (4, 9):
        parts = grown_zones(places, asked, tiles=tiles)
        for name in ("zone", "edges", "edge_zone", "joint_mwh_m"):
            np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))


def in_words(places: ZonePlaces, grown: Grown) -> dict[str, tuple[float, float]]:
    """Trench and weakest joint of each zone by the ids of its loads."""
    found = {}
    for zone in range(grown.zones):
        ids = " ".join(places.consumers["id"][grown.zone == zone])
        trench = places.graph.length_m[grown.edges[grown.edge_zone == zone]].sum()
        found[ids] = (float(trench), float(np.nan_to_num(grown.joint_mwh_m[zone])))
    return found


@given(seed=SEEDS, shuffle=st.integers(1, 2), threshold=THRESHOLDS)
@settings(max_examples=12)
def test_property_order_of_rows_changes_nothing(seed: int, shuffle: int, threshold: float) -> None:
    places, other = random_places(seed), random_places(seed, shuffle=shuffle)
    for method in METHODS:
        expected = in_words(places, grown_zones(places, rule(method, threshold)))
        found = in_words(other, grown_zones(other, rule(method, threshold)))
        assert list(found) == list(expected)
        for ids, figures in expected.items():
            assert found[ids] == pytest.approx(figures, rel=1e-9)


@given(seed=SEEDS, threshold=THRESHOLDS, method=st.sampled_from(METHODS))
@settings(max_examples=20)
def test_property_trench_is_a_tree_that_reaches_every_load(
    seed: int, threshold: float, method: str
) -> None:
    places = random_places(seed)
    grown = grown_zones(places, rule(method, threshold))
    graph = places.graph
    for zone in range(grown.zones):
        edges = grown.edges[grown.edge_zone == zone]
        ends = zip(graph.tail[edges].tolist(), graph.head[edges].tolist(), strict=True)
        tree = nx.Graph(list(ends))
        leaves = set(places.node[grown.zone == zone].tolist())
        assert nx.is_tree(tree)
        assert tree.number_of_edges() == len(edges)
        assert leaves <= set(tree)
        loose = {node for node in tree if tree.degree(node) == 1} - leaves
        assert len(leaves) == 1 or not loose
        if method == "trench":
            heat = places.heat_mwh[grown.zone == zone].sum()
            assert heat >= graph.length_m[edges].sum() * threshold * (1.0 - 1e-12)


@given(seed=SEEDS, threshold=THRESHOLDS, method=st.sampled_from(["radius", "street"]))
@settings(max_examples=12)
def test_property_lower_threshold_never_parts_neighbours(
    seed: int, threshold: float, method: str
) -> None:
    places = random_places(seed)
    fine = grown_zones(places, rule(method, threshold * 2.0)).zone
    coarse = grown_zones(places, rule(method, threshold)).zone
    for zone in range(int(fine.max(initial=-1)) + 1):
        assert len(set(coarse[fine == zone].tolist())) == 1
    assert (coarse[fine >= 0] >= 0).all()


@given(seed=SEEDS, threshold=THRESHOLDS)
@settings(max_examples=12)
def test_property_dense_sections_join_at_junctions(seed: int, threshold: float) -> None:
    places = random_places(seed)
    grown = grown_zones(places, rule("street", threshold))
    graph: nx.Graph[object] = nx.Graph()
    length, heat = places.sections["length_m"], dict.fromkeys(range(len(places.sections)), 0.0)
    for section, load in zip(places.consumer_section.tolist(), places.heat_mwh, strict=True):
        if section >= 0:
            heat[section] += load
    dense = {one for one, total in heat.items() if total / length[one] >= threshold}
    for section, tail, head in zip(
        places.section.tolist(), places.graph.tail, places.graph.head, strict=True
    ):
        if section in dense:
            graph.add_edges_from((("section", section), int(end)) for end in (tail, head))
    expected = set()
    for part in nx.connected_components(graph):
        inside = {node[1] for node in part if isinstance(node, tuple)}
        members = np.flatnonzero(np.isin(places.consumer_section, [*inside]))
        expected.add(frozenset(members.tolist()))
    assert groups(grown.zone) == expected


@given(seed=SEEDS, load=st.integers(0, 35), method=st.sampled_from(["radius", "street"]))
@settings(max_examples=12)
def test_property_another_load_never_parts_neighbours(seed: int, load: int, method: str) -> None:
    places = random_places(seed)
    node, section = places.node.copy(), places.consumer_section.copy()
    node[load] = section[load] = -1
    fewer = replace(places, node=node, consumer_section=section)
    before = grown_zones(fewer, rule(method, 2.0)).zone
    after = grown_zones(places, rule(method, 2.0)).zone
    for zone in range(int(before.max(initial=-1)) + 1):
        assert len(set(after[before == zone].tolist())) == 1
    assert (after[before >= 0] >= 0).all()


@pytest.mark.parametrize(("away_m", "zones"), [(1900.0, 1), (2100.0, 2)])
def test_huge_load_reaches_no_farther_than_the_cap(away_m: float, zones: int) -> None:
    street = LineString([(EAST, NORTH), (EAST + 5000.0, NORTH)])
    spots = [Point(EAST + 10.0, NORTH + 10.0), Point(EAST + 10.0 + away_m, NORTH + 10.0)]
    inputs = town_inputs(loads(ids=["a", "b"], heat_mwh=[1e6, 80.0], places=spots), [street])
    grown = grown_zones(zone_places(inputs, inputs.scenario), rule("radius", 4.0))
    assert grown.zones == zones
    assert grown.radius_m.tolist() == [250_000.0, 20.0]


def test_load_without_heat_or_street_is_in_no_zone() -> None:
    street = LineString([(EAST, NORTH), (EAST + 500.0, NORTH)])
    spots = [Point(EAST + x, NORTH + y) for x, y in ((10, 10), (50, 10), (60, 900), (90, 10))]
    heat = [400.0, 400.0, 4000.0, 0.0]
    inputs = town_inputs(loads(ids=[*"abcd"], heat_mwh=heat, places=spots), [street])
    places = zone_places(inputs, inputs.scenario)
    assert places.consumers["id"].tolist() == ["a", "b", "c"]
    assert (places.node >= 0).tolist() == [True, True, False]
    assert np.isnan(places.service_m).tolist() == [False, False, True]
    for method in METHODS:
        assert grown_zones(places, rule(method, 1.0)).zone.tolist() == [0, 0, -1]


def test_tiles_without_streets_and_town_without_loads_are_no_error() -> None:
    corner = LineString([(EAST, NORTH), (EAST + 2000.0, NORTH), (EAST + 2000.0, NORTH + 2000.0)])
    spots = [Point(EAST + 1990.0, NORTH + 10.0), Point(EAST + 1990.0, NORTH + 60.0)]
    buildings = loads(ids=[*"ab"], heat_mwh=[400.0, 400.0], places=spots)
    for method in METHODS:
        for frame, expected in ((buildings, [0, 0]), (buildings.iloc[:0], [])):
            inputs = town_inputs(frame, [corner])
            places = zone_places(inputs, inputs.scenario)
            found = grown_zones(places, rule(method, 4.0 if method != "street" else 0.1), tiles=9)
            assert found.zone.tolist() == expected


def test_zones_are_numbered_by_heat_and_small_ones_left_out() -> None:
    places = random_places(7)
    every, some = (grown_zones(places, rule("radius", 8.0, least)) for least in (1, 3))
    heat = np.bincount(every.zone[every.zone >= 0], weights=places.heat_mwh[every.zone >= 0])
    assert (np.diff(heat) <= 0.0).all()
    large = {group for group in groups(every.zone) if len(group) >= 3}
    assert groups(some.zone) == large
    assert 0 < len(large) < every.zones
