"""Steiner trees: published optima, hand-worked cases, enumeration, and what is refused."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network import StreetError, read_osm, street_graph
from heatreach.network.steiner import heuristic_tree, steiner_tree
from heatreach.network.steiner.tree import checked_tree

if TYPE_CHECKING:
    from heatreach.network import StreetGraph
    from heatreach.network.steiner import SteinerTree

FILE = "steinlib_b.txt"
MEAN_GAP_SHARE = 0.005


def published() -> list[Any]:
    """Name, graph, terminals and optimum of each problem of the file, sizes checked."""
    text = Path(__file__).with_name(FILE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    problems = []
    for head, joined, edges in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        name, *sizes = head.split()
        nodes, count, wanted, optimum = map(int, sizes)
        graph: nx.Graph[int] = nx.Graph()
        for edge in edges.split(","):
            start, end, weight = map(int, edge.split())
            graph.add_edge(start, end, length_m=weight)
        terminals = [int(node) for node in joined.split()]
        assert (graph.number_of_nodes(), graph.number_of_edges()) == (nodes, count)
        assert len(set(terminals)) == wanted
        problems.append(pytest.param(graph, terminals, optimum, id=name))
    return problems


def assert_tree(graph: nx.Graph[Any], terminals: list[Any], tree: SteinerTree) -> None:
    """A tree of the graph's own edges that joins the terminals and adds up."""
    picked = graph.edge_subgraph(tree.edges)
    assert picked.number_of_edges() == len(set(tree.edges)) == len(tree.edges)
    if tree.edges:
        assert nx.is_tree(nx.Graph(picked.to_undirected(as_view=True)))
        assert set(terminals) <= set(picked)
        leaves = [node for node in picked if picked.degree(node) == 1]
        assert set(leaves) <= set(terminals)
    total = sum(graph.edges[edge]["length_m"] for edge in tree.edges)
    assert tree.length == pytest.approx(total, rel=1e-12)
    assert tree.lower_bound <= tree.length
    assert tree.gap >= 0.0


def enumerated(graph: nx.Graph[Any], terminals: set[Any]) -> float:
    """Shortest length over all sets of nodes between the terminals (Hakimi 1971)."""
    shortest = np.inf
    others = [node for node in graph if node not in terminals]
    for count in range(len(others) + 1):
        for some in itertools.combinations(others, count):
            part = graph.subgraph(terminals.union(some))
            if nx.is_connected(part):
                tree = nx.minimum_spanning_edges(part, weight="length_m")
                shortest = min(shortest, sum(data["length_m"] for *_, data in tree))
    return shortest


@pytest.mark.parametrize(("graph", "terminals", "optimum"), published())
def test_golden_steinlib_b_is_proven(
    graph: nx.Graph[int], terminals: list[int], optimum: int
) -> None:
    tree = steiner_tree(graph, terminals)
    assert (tree.length, tree.lower_bound, tree.proven) == (optimum, optimum, True)
    assert_tree(graph, terminals, tree)


def test_golden_heuristic_alone_on_steinlib_b() -> None:
    """Mean excess over the published optima."""
    gaps = []
    for problem in published():
        graph, terminals, optimum = problem.values
        tree = heuristic_tree(graph, terminals)
        assert_tree(graph, terminals, tree)
        assert tree.lower_bound <= optimum <= tree.length
        gaps.append(tree.length / optimum - 1.0)
    assert len(gaps) == 18
    assert np.mean(gaps) <= MEAN_GAP_SHARE


def cube(dimensions: int) -> nx.Graph[int]:
    """Corners and edges of a cube, all edges of length 1."""
    graph: nx.Graph[int] = nx.Graph()
    for corner, axis in itertools.product(range(2**dimensions), range(dimensions)):
        graph.add_edge(corner, corner ^ (1 << axis), length_m=1)
    return graph


def test_golden_cube() -> None:
    """Four alternate corners of a cube: 3 edges need 4 nodes, yet no two corners touch: 5 edges.

    A tree on k Steiner corners has 3 + k edges. One corner meets three of the four terminals only,
    so k >= 2, and the corners next to three terminals each do with k = 2.
    """
    assert steiner_tree(cube(3), [0, 3, 5, 6]).length == 5.0


@pytest.mark.parametrize("dimensions", [4])
def test_golden_relaxation_with_a_gap(dimensions: int) -> None:
    """Hypercubes of SteinLib's family HC leave the relaxation short: branching has to close it."""
    graph = cube(dimensions)
    even = [corner for corner in graph if corner.bit_count() % 2 == 0]
    tree = steiner_tree(graph, even)
    assert tree.proven
    assert tree.length == enumerated(graph, set(even))
    assert_tree(graph, even, tree)
    assert not heuristic_tree(graph, even).proven


def test_golden_star_beats_spanning_tree() -> None:
    """Three corners at 3 from each other, a middle at 1.5 from each: 4.5 instead of 6."""
    graph: nx.Graph[str] = nx.Graph()
    for first, second in itertools.combinations("abc", 2):
        graph.add_edge(first, second, length_m=3.0)
    for corner in "abc":
        graph.add_edge("m", corner, length_m=1.5)
    tree = steiner_tree(graph, list("abc"))
    assert tree.length == 4.5
    assert set(tree.nodes) == set("abcm")


def test_golden_ring_leaves_the_longest_gap_open() -> None:
    graph: nx.Graph[int] = nx.cycle_graph(6)
    for (start, end), length in zip(graph.edges, (4.0, 1.0, 2.0, 7.0, 3.0, 5.0), strict=True):
        graph.edges[start, end]["length_m"] = length
    terminals = [0, 2, 4]
    lengths = sorted(
        nx.path_weight(graph, path, "length_m") for path in ([0, 1, 2], [2, 3, 4], [4, 5, 0])
    )
    assert steiner_tree(graph, terminals).length == sum(lengths[:2])


def test_few_and_repeated_terminals() -> None:
    graph = nx.path_graph(4)
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, 2.0), "length_m")
    for terminals in ([], [2], [2, 2]):
        tree = steiner_tree(graph, terminals)
        assert (tree.edges, tree.length, tree.lower_bound) == ((), 0.0, 0.0)
        assert tree.proven
        assert tree.nodes == tuple(set(terminals))
    assert steiner_tree(graph, [0, 3, 0, 3]).length == 6.0


def test_multigraph_keeps_keys_and_takes_the_shortest() -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="long", length_m=5.0)
    graph.add_edge("b", "a", key="short", length_m=3.0)
    graph.add_edge("a", "a", key="loop", length_m=0.0)
    tree = steiner_tree(graph, ["a", "b"])
    assert tree.edges == (("b", "a", "short"),)


def test_zero_weights_are_allowed() -> None:
    graph = nx.complete_graph(6)
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, 0.0), "length_m")
    tree = steiner_tree(graph, [0, 3, 5])
    assert_tree(graph, [0, 3, 5], tree)
    assert tree.length == 0.0
    assert tree.proven


@pytest.mark.parametrize("wrong", [None, -1.0, float("nan"), float("inf")])
def test_steiner_tree_rejects_weights(wrong: float | None) -> None:
    graph = nx.path_graph(3)
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, 1.0), "length_m")
    graph.edges[1, 2]["length_m"] = wrong
    with pytest.raises(StreetError, match=r"1 edges have a weight .* \(1, 2\)"):
        steiner_tree(graph, [0, 1])


def test_steiner_tree_rejects_unknown_and_unconnected_terminals() -> None:
    graph = nx.Graph([("a", "b"), ("c", "d")])
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, 1.0), "length_m")
    with pytest.raises(StreetError, match="not in the graph: 'x'"):
        steiner_tree(graph, ["a", "x"])
    with pytest.raises(StreetError, match="'d' of 3 have no connection"):
        steiner_tree(graph, ["a", "b", "d"])


def test_steiner_tree_rejects_weights_of_streets(karhula: StreetGraph) -> None:
    with pytest.raises(StreetError, match="take 'length_m' or an array"):
        steiner_tree(karhula, [0, 1], weight="minutes")
    with pytest.raises(StreetError, match="weights have shape"):
        steiner_tree(karhula, [0, 1], weight=np.ones(3))
    with pytest.raises(StreetError, match="attribute as weight"):
        steiner_tree(nx.path_graph(2), [0, 1], weight=np.ones(1))


def test_checked_tree_rejects_what_is_no_tree() -> None:
    tail, head = np.array([0, 1, 2]), np.array([1, 2, 0])
    terminal = np.array([True, True, True])
    for edges in (np.array([0, 1, 2]), np.array([0]), np.array([0, 0])):
        with pytest.raises(ArithmeticError, match="not a tree"):
            checked_tree(tail, head, np.ones(3), edges, terminal)


def random_graph(seed: int, *, whole: bool) -> tuple[nx.Graph[int], list[int]]:
    """Connected graph of 3 to 9 nodes with some terminals; weights whole, many equal, or not."""
    random = np.random.default_rng(seed)
    nodes = int(random.integers(3, 10))
    graph = nx.gnp_random_graph(nodes, float(random.uniform(0.3, 0.8)), seed=seed)
    for node in range(1, nodes):
        graph.add_edge(int(random.integers(node)), node)
    for edge in graph.edges:
        length = int(random.integers(0, 9)) if whole else float(random.uniform(0.0, 9.0))
        graph.edges[edge]["length_m"] = length
    count = int(random.integers(1, nodes + 1))
    return graph, random.choice(nodes, size=count, replace=False).tolist()


@given(seed=st.integers(0, 10**6), whole=st.booleans())
@settings(max_examples=80)
def test_property_no_set_of_nodes_is_shorter(seed: int, whole: bool) -> None:
    graph, terminals = random_graph(seed, whole=whole)
    tree = steiner_tree(graph, terminals)
    assert_tree(graph, terminals, tree)
    assert tree.proven
    assert tree.length == pytest.approx(enumerated(graph, set(terminals)), abs=1e-9)
    short = heuristic_tree(graph, terminals)
    assert_tree(graph, terminals, short)
    assert short.lower_bound <= tree.length + 1e-9
    assert short.length >= tree.length - 1e-9


def street_like(seed: int, *, side: int, terminals: int) -> tuple[nx.Graph[int], list[int]]:
    """Grid of streets with crooked lengths and some gaps."""
    random = np.random.default_rng(seed)
    grid = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side))
    for edge in grid.edges:
        grid.edges[edge]["length_m"] = float(random.uniform(40.0, 80.0))
    grid.remove_edges_from([edge for edge in grid.edges if random.random() < 0.15])
    main = max(map(sorted, nx.connected_components(grid)), key=len)
    return grid.subgraph(main).copy(), random.choice(main, size=terminals, replace=False).tolist()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=8)
def test_property_order_and_scale_change_nothing(seed: int) -> None:
    graph, terminals = street_like(seed, side=9, terminals=10)
    tree = steiner_tree(graph, terminals)
    assert tree.proven
    random = np.random.default_rng(seed)
    edges: list[Any] = list(graph.edges(data="length_m"))
    turned: nx.Graph[int] = nx.Graph()
    for place in random.permutation(len(edges)).tolist():
        start, end, length = edges[place]
        turned.add_edge(end, start, length_m=1e3 * length)
    other = steiner_tree(turned, random.permutation(terminals).tolist())
    assert other.proven
    assert other.length == pytest.approx(1e3 * tree.length, rel=1e-9)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=8)
def test_property_never_longer_than_networkx(seed: int) -> None:
    graph, terminals = street_like(seed, side=10, terminals=12)
    short = heuristic_tree(graph, terminals)
    assert_tree(graph, terminals, short)
    for method in ("kou", "mehlhorn"):
        theirs = nx.approximation.steiner_tree(
            graph, terminals, weight="length_m", method=method
        ).size("length_m")
        assert short.length <= theirs * (1.0 + 1e-12)
        assert short.lower_bound <= theirs


@pytest.mark.parametrize("count", [50, 200])
def test_town_neuss_is_proven(neuss: StreetGraph, count: int) -> None:
    graph: nx.Graph[int] = nx.Graph()
    rows = zip(neuss.tail.tolist(), neuss.head.tolist(), neuss.length_m.tolist(), strict=True)
    for start, end, length in rows:
        if not graph.has_edge(start, end) or length < graph.edges[start, end]["length_m"]:
            graph.add_edge(start, end, length_m=length)
    main = max(map(sorted, nx.connected_components(graph)), key=len)
    graph = graph.subgraph(main).copy()  # networkx takes connected graphs only
    terminals = np.random.default_rng(count).choice(main, size=count, replace=False)
    tree = steiner_tree(neuss, terminals)
    assert tree.proven
    assert tree.length == pytest.approx(neuss.length_m[list(tree.edges)].sum())
    theirs = nx.approximation.steiner_tree(
        graph, terminals.tolist(), weight="length_m", method="mehlhorn"
    ).size("length_m")
    assert tree.length <= theirs * (1.0 + 1e-12)
    doubled = steiner_tree(neuss, terminals, weight=2.0 * neuss.length_m)
    assert doubled.length == pytest.approx(2.0 * tree.length)


def test_town_dense_centre_needs_cuts(realdata: Path) -> None:
    """With paths Helsinki's centre is dense enough for dual ascent to leave a gap."""
    streets = street_graph(read_osm(realdata / "helsinki-centre.osm.pbf"), paths=True)
    graph = nx.Graph(zip(streets.tail.tolist(), streets.head.tolist(), strict=True))
    main = max(map(sorted, nx.connected_components(graph)), key=len)
    terminals = np.random.default_rng(200).choice(main, size=200, replace=False)
    short, tree = heuristic_tree(streets, terminals), steiner_tree(streets, terminals)
    assert tree.proven
    assert short.lower_bound <= tree.length <= short.length
    assert short.length <= 1.005 * tree.length
