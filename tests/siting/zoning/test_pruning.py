"""Strong pruning against all parts of small trees; designed trees against shortest ones."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network import steiner_tree
from heatreach.siting.zoning.growth import grown_zones
from heatreach.siting.zoning.leaves import leaves_of
from heatreach.siting.zoning.pruning import worthy_parts
from heatreach.siting.zoning.rules import ZoneRule
from heatreach.siting.zoning.trees import short_forest, spanning, without_loose_ends
from tests.siting.zoning.random_towns import random_places


@st.composite
def trees(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A tree of up to seven nodes: ends, lengths and worth on whole metres, ties included."""
    nodes = draw(st.integers(1, 7))
    above = [draw(st.integers(0, node - 1)) for node in range(1, nodes)]
    ends = np.array([above, range(1, nodes)], dtype=np.int64).reshape(2, -1)
    length = draw(st.lists(st.integers(1, 9), min_size=nodes - 1, max_size=nodes - 1))
    worth = draw(st.lists(st.integers(0, 12), min_size=nodes, max_size=nodes))
    name = np.array(draw(st.permutations(range(nodes))), dtype=np.int64)
    moved = np.empty(nodes)
    moved[name] = worth
    return name[ends], np.array(length, dtype=float), moved


def best_part(ends: np.ndarray, length: np.ndarray, worth: np.ndarray, left: list[int]) -> float:
    """Largest net worth of any connected part on the nodes that are left, by trying all."""
    tree: nx.Graph[int] = nx.Graph()
    tree.add_nodes_from(left)
    for (tail, head), metres in zip(ends.T.tolist(), length.tolist(), strict=True):
        if tail in left and head in left:
            tree.add_edge(tail, head, metres=metres)
    best = 0.0
    for size in range(1, len(left) + 1):
        for some in combinations(left, size):
            part = tree.subgraph(some)
            if nx.is_connected(part):
                best = max(best, worth[list(some)].sum() - part.size("metres"))
    return float(best)


@given(tree=trees())
@settings(max_examples=30)
def test_property_each_part_is_the_best_of_what_is_left(
    tree: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    ends, length, worth = tree
    node_part, edge_part = worthy_parts(ends, length, worth, np.arange(len(worth)))
    left = list(range(len(worth)))
    net = {}
    for part in range(int(node_part.max(initial=-1)) + 1):
        mine = np.flatnonzero(node_part == part).tolist()
        edges = np.flatnonzero(edge_part == part)
        graph: nx.Graph[int] = nx.Graph(ends[:, edges].T.tolist())
        graph.add_nodes_from(mine)
        assert set(graph) == set(mine)
        assert nx.is_tree(graph)
        net[part] = worth[mine].sum() - length[edges].sum()
    whole: nx.Graph[int] = nx.Graph(ends.T.tolist())
    whole.add_nodes_from(left)
    for part in sorted(net, key=lambda number: -net[number]):
        mine = np.flatnonzero(node_part == part).tolist()
        around = nx.node_connected_component(whole.subgraph(left), mine[0])
        assert net[part] == pytest.approx(best_part(ends, length, worth, sorted(around)))
        left = [node for node in left if node not in mine]
    assert best_part(ends, length, worth, left) == 0.0


@given(tree=trees(), seed=st.integers(0, 5))
@settings(max_examples=30)
def test_property_order_and_root_change_no_part(
    tree: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int
) -> None:
    ends, length, worth = tree
    random = np.random.default_rng(seed)
    name, order = random.permutation(len(worth)), random.permutation(len(length))
    moved = np.empty(len(worth))
    moved[name] = worth
    first = np.empty(len(worth), dtype=np.int64)
    first[name] = np.arange(len(worth))
    here, _ = worthy_parts(ends, length, worth, np.arange(len(worth)))
    there, _ = worthy_parts(name[ends[::-1, order]], length[order], moved, first)
    together = [[a == b and a >= 0 for a in part] for part, b in ((here, one) for one in here)]
    other = there[name]
    assert [[a == b and a >= 0 for a in other] for b in other] == together


@given(seed=st.integers(0, 60), threshold=st.sampled_from([0.5, 1.0, 2.0]))
@settings(max_examples=8)
def test_property_trench_is_no_shorter_than_the_bound_and_near_it(
    seed: int, threshold: float
) -> None:
    places = random_places(seed)
    asked = ZoneRule(name="made", title="made", method="radius", threshold_mwh_m=threshold)
    grown = grown_zones(places, asked)
    for zone in range(grown.zones):
        leaves = places.node[grown.zone == zone]
        best = steiner_tree(places.graph, leaves)
        assert best.proven
        trench = places.graph.length_m[grown.edges[grown.edge_zone == zone]].sum()
        if len(leaves) > 1:
            assert best.lower_bound * (1.0 - 1e-9) <= trench <= best.length * 1.1


def test_golden_leaves_of_random_town() -> None:
    places = random_places(3)
    leaves = leaves_of(places.graph, places.node)
    there = leaves.pipe >= 0
    assert there.any()
    assert (places.graph.head[leaves.pipe[there]] == places.node[there]).all()
    assert leaves.pipe_m[there] == pytest.approx(places.service_m[there])
    assert (leaves.contact[~there] == -1).all()


def test_parallel_and_zero_edges_do_not_confuse_spanning() -> None:
    ends = np.array([[0, 1, 0, 2], [1, 0, 1, 1]])
    assert spanning(ends, np.array([3.0, 2.0, 2.0, 0.0]), 3).tolist() == [1, 3]
    path = np.array([[0, 1, 2], [1, 2, 3]])
    assert short_forest(path, np.zeros(3), np.array([0, 2]), 4).tolist() == [0, 1]
    keep = np.array([True, False, False, False])
    assert without_loose_ends(path, np.arange(3), keep).tolist() == []
