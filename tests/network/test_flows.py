"""Sums on trees against networkx, and the diversity factor against its formula."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network import Tree, design_peak_kw, diversity_factor
from heatreach.network.flows import tree_of_routes
from heatreach.network.routing import ShortestPaths, Trace


def tree_of(parents: list[int]) -> Tree:
    """Tree from the parent of each further node (a node with a lower number)."""
    parent = np.array([0, *parents])
    level = np.zeros(len(parent), dtype=int)
    for node in range(1, len(parent)):
        level[node] = level[parent[node]] + 1
    order = np.argsort(level, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return Tree(
        node=order,
        parent=place[parent[order]],
        edge=order - 1,
        start=np.concatenate([[0], np.cumsum(np.bincount(level))]),
    )


def digraph(tree: Tree) -> nx.DiGraph[int]:
    """The tree in networkx, edges from the root outwards."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(tree.node)))
    graph.add_edges_from(zip(tree.parent[1:].tolist(), range(1, len(tree.node)), strict=False))
    return graph


@st.composite
def trees(draw: st.DrawFn) -> tuple[Tree, np.ndarray]:
    """Random trees with a whole number at each node."""
    count = draw(st.integers(0, 25))
    parents = [draw(st.integers(0, node)) for node in range(count)]
    values = draw(st.lists(st.integers(0, 99), min_size=count + 1, max_size=count + 1))
    return tree_of(parents), np.array(values, dtype=float)


@given(trees())
@settings(deadline=None)
def test_property_sums_equal_networkx(case: tuple[Tree, np.ndarray]) -> None:
    tree, values = case
    graph = digraph(tree)
    behind = [[node, *nx.descendants(graph, node)] for node in graph]
    before = [[node, *nx.ancestors(graph, node)] for node in graph]
    given_values = values.copy()
    assert tree.downstream(values).tolist() == [values[rows].sum() for rows in behind]
    assert tree.largest_downstream(values).tolist() == [values[rows].max() for rows in behind]
    assert tree.upstream(values).tolist() == [values[rows].sum() for rows in before]
    assert values.tolist() == given_values.tolist()


@given(trees())
@settings(deadline=None)
def test_property_levels_are_distances(case: tuple[Tree, np.ndarray]) -> None:
    tree, _ = case
    depth = nx.single_source_shortest_path_length(digraph(tree), 0)
    for number, level in enumerate(tree.levels(), start=1):
        assert {depth[node] for node in range(level.start, level.stop)} == {number}
    assert sum(level.stop - level.start for level in tree.levels()) == len(tree.node) - 1


@given(trees(), st.data())
@settings(deadline=None)
def test_property_pruned_is_the_induced_tree(
    case: tuple[Tree, np.ndarray], data: st.DataObject
) -> None:
    tree, values = case
    graph = digraph(tree)
    wanted = data.draw(st.sets(st.integers(0, len(tree.node) - 1)))
    kept = {0}.union(*({node, *nx.ancestors(graph, node)} for node in wanted))
    keep = np.isin(np.arange(len(tree.node)), list(kept))
    small = tree.pruned(keep)
    assert small.node.tolist() == tree.node[keep].tolist()
    assert small.edge.tolist() == tree.edge[keep].tolist()
    assert small.node[small.parent].tolist() == tree.node[tree.parent[keep]].tolist()
    relabelled = nx.relabel_nodes(graph.subgraph(kept), {n: int(tree.node[n]) for n in kept})
    ours = nx.relabel_nodes(digraph(small), dict(enumerate(small.node.tolist())))
    assert nx.utils.graphs_equal(nx.DiGraph(relabelled), ours)
    assert small.upstream(values[keep]).tolist() == tree.upstream(values)[keep].tolist()


def test_golden_tree_of_two_routes() -> None:
    # 5 - 3 - 1 and 5 - 3 - 4 - 0; node 2 is not passed.
    paths = ShortestPaths(
        source=5,
        distance=np.array([3.0, 2.0, np.inf, 1.0, 2.0, 0.0]),
        predecessor=np.array([4, 3, -9999, 5, 3, -9999]),
    )
    steps = Trace(
        route=np.array([0, 0, 1, 1, 1]),
        edge=np.array([10, 11, 10, 12, 13]),
        node=np.array([3, 1, 3, 4, 0]),
    )
    tree = tree_of_routes(paths, steps)
    assert tree.node.tolist() == [5, 3, 1, 4, 0]
    assert tree.parent.tolist() == [0, 0, 1, 1, 3]
    assert tree.edge.tolist() == [-1, 10, 11, 12, 13]
    assert tree.start.tolist() == [0, 1, 2, 4, 5]


def test_golden_tree_without_routes_is_its_root() -> None:
    paths = ShortestPaths(source=0, distance=np.zeros(1), predecessor=np.array([-9999]))
    nothing = np.empty(0, dtype=np.int64)
    tree = tree_of_routes(paths, Trace(route=nothing, edge=nothing, node=nothing))
    assert (tree.node.tolist(), list(tree.levels())) == ([0], [])
    assert tree.downstream(np.array([3.0])).tolist() == [3.0]


@pytest.mark.parametrize(
    ("consumers", "factor"),
    [
        # a + b / (1 + (n / c)^d) by hand with the published a = 0.449677646267461, b = 0.551234688,
        # c = 53.84382392, d = 1.762743268. n = 10: (10/53.84)^1.7627 = 0.05144,
        # 0.44968 + 0.55123 / 1.05144 = 0.97395; n = 100: 2.9776, 0.44968 + 0.13858 = 0.58826;
        # n = 200: 10.106, 0.44968 + 0.04963 = 0.49931.
        (10, 0.97395),
        (53.84382392, 0.449677646 + 0.551234688 / 2),
        (100, 0.58826),
        (200, 0.49931),
        (1000, 0.49931),
        (1, 1.0),
        (0, 1.0),
    ],
)
def test_golden_diversity_factor(consumers: float, factor: float) -> None:
    assert float(diversity_factor(consumers)) == pytest.approx(factor, abs=5e-5)


def test_property_diversity_falls_from_one() -> None:
    factor = diversity_factor(np.arange(0, 400))
    assert (np.diff(factor) <= 0.0).all()
    assert factor.max() == 1.0
    assert factor.min() > 0.449


@given(st.lists(st.floats(1.0, 1e4), min_size=1, max_size=60))
def test_property_design_peak_between_largest_and_sum(peaks: list[float]) -> None:
    peak = float(design_peak_kw(sum(peaks), len(peaks), max(peaks)))
    assert max(peaks) <= peak <= sum(peaks) * (1 + 1e-12)
