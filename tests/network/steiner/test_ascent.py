"""Bounds re-checked from their cuts, kernels against other programs, reductions against none."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.steiner.ascent import Ascent, ascended, saturated_edges, shortest_with
from heatreach.network.steiner.blocks import blocks_of
from heatreach.network.steiner.contraction import contracted
from heatreach.network.steiner.cuts import WHOLE, cut_kernel
from heatreach.network.steiner.local_search import improved
from heatreach.network.steiner.primal import mehlhorn_tree, starts
from heatreach.network.steiner.problem import Problem, make_problem
from heatreach.network.steiner.program import Program
from heatreach.network.steiner.reduce import reductions, unfolded
from heatreach.network.steiner.solve import Budget, Effort, solved


def town(seed: int, *, nodes: int, terminals: int) -> Problem:
    """Places in a square, joined to their neighbours by a triangulation with edges taken out."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0.0, 1000.0, (2, nodes))
    graph = nx.random_geometric_graph(
        nodes, 0.3, pos={n: (x[n] / 1000.0, y[n] / 1000.0) for n in range(nodes)}
    )
    for node in range(1, nodes):
        graph.add_edge(node - 1, node)
    ends = np.array(graph.edges)
    weight = np.hypot(x[ends[:, 0]] - x[ends[:, 1]], y[ends[:, 0]] - y[ends[:, 1]])
    flags = np.zeros(nodes, dtype=bool)
    flags[random.choice(nodes, size=terminals, replace=False)] = True
    return make_problem(ends[:, 0], ends[:, 1], weight=weight, terminal=flags)


def recheck(problem: Problem, ascent: Ascent) -> None:
    """The bound from its cuts: each parts a terminal from the root, prices fit the weights."""
    ends = np.stack([problem.tail, problem.head], axis=1)
    origin, target = ends.reshape(-1), ends[:, ::-1].reshape(-1)
    priced = np.zeros(2 * problem.edges)
    arcs: nx.DiGraph[Any] = nx.DiGraph(zip(origin.tolist(), target.tolist(), strict=True))
    for price, first, last in zip(
        ascent.raises, ascent.cut_start, ascent.cut_start[1:], strict=False
    ):
        cut = ascent.cut_arc[first:last]
        assert price > 0.0
        priced[cut] += price
        left = arcs.copy()
        left.remove_edges_from(zip(origin[cut].tolist(), target[cut].tolist(), strict=True))
        reached = {ascent.root, *nx.bfs_tree(left, ascent.root)}
        assert set(problem.terminals.tolist()) - reached
    assert (priced <= problem.arc_weight * (1.0 + 1e-12) + 1e-9).all()
    assert ascent.raises.sum() == pytest.approx(ascent.bound, rel=1e-12)
    assert ascent.room == pytest.approx(problem.arc_weight - priced, abs=1e-8)


def optimum(problem: Problem) -> float:
    """Shortest length by Dreyfus and Wagner 1971, over subsets of terminals."""
    graph: nx.Graph[int] = nx.Graph()
    rows = zip(problem.tail.tolist(), problem.head.tolist(), problem.weight.tolist(), strict=True)
    graph.add_weighted_edges_from(rows)
    far = np.full((problem.nodes, problem.nodes), np.inf)
    for node, lengths in nx.all_pairs_dijkstra_path_length(graph):
        far[node, list(lengths)] = list(lengths.values())
    *some, last = problem.terminals.tolist()
    best = {1 << place: far[terminal] for place, terminal in enumerate(some)}
    for group in range(1, 1 << len(some)):
        if group not in best:
            part, joined = (group - 1) & group, np.full(problem.nodes, np.inf)
            while part:
                joined = np.minimum(joined, best[part] + best[group ^ part])
                part = (part - 1) & group
            best[group] = (far + joined).min(axis=1)
    return float(best[(1 << len(some)) - 1][last])


def test_golden_cut_of_a_small_network() -> None:
    """Two ways of 3 and 2 units that share an arc of 4: the flow is 4, by hand."""
    flags = np.array([True, False, False, True])
    tail, head = np.array([0, 1, 2, 0]), np.array([1, 3, 3, 2])
    problem = make_problem(tail, head, weight=np.ones(4), terminal=flags)
    capacity = np.array([3, 0, 2, 0, 4, 0, 2, 0])
    flow, near, far = cut_kernel(
        problem.start, problem.neighbour, problem.arc, capacity, 0, 3, WHOLE
    )
    assert flow == 4
    assert near.tolist() == [True, True, False, False]
    assert far.tolist() == [False, False, True, True]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40)
def test_property_cut_equals_networkx(seed: int) -> None:
    problem = town(seed, nodes=12, terminals=3)
    random = np.random.default_rng(seed)
    capacity = random.integers(0, 9, 2 * problem.edges)
    graph: nx.DiGraph[int] = nx.DiGraph()
    for edge, (start, end) in enumerate(zip(problem.tail, problem.head, strict=True)):
        graph.add_edge(start, end, capacity=capacity[2 * edge])
        graph.add_edge(end, start, capacity=capacity[2 * edge + 1])
    source, sink = problem.terminals[:2].tolist()
    flow, near, far = cut_kernel(
        problem.start, problem.neighbour, problem.arc, capacity, source, sink, WHOLE
    )
    assert flow == nx.maximum_flow_value(graph, source, sink)
    for side in (near, ~far):
        cut = [(a, b) for a, b in graph.edges if side[a] and not side[b]]
        assert sum(graph.edges[edge]["capacity"] for edge in cut) == flow


@given(seed=st.integers(0, 10**6))
@settings(max_examples=10)
def test_property_bound_follows_from_its_cuts(seed: int) -> None:
    problem = town(seed, nodes=25, terminals=6)
    shortest = optimum(problem)
    for root in problem.terminals.tolist():
        ascent = ascended(problem, root, record=True)
        recheck(problem, ascent)
        assert ascent.bound <= shortest * (1.0 + 1e-12)
        assert saturated_edges(ascent).sum() >= len(problem.terminals) - 1
        assert shortest_with(problem, ascent).min() <= shortest * (1.0 + 1e-12)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_property_program_bounds_whatever_the_duals(seed: int) -> None:
    """Any dual values give a valid bound; those of the solver one no lower than the ascent's."""
    problem = town(seed, nodes=20, terminals=6)
    shortest = optimum(problem)
    ascent = ascended(problem, int(problem.terminals[0]), record=True)
    program = Program(problem, ascent)
    values, proven, _ = program.solve(work=1e9)
    assert ascent.bound * (1.0 - 1e-9) <= proven.bound <= shortest * (1.0 + 1e-9)
    program.drop_slack()
    program.separate(values, turn=0)
    random = np.random.default_rng(seed)
    wild = random.normal(0.0, 100.0, len(program.rows))
    assert program.certified(wild).bound <= shortest * (1.0 + 1e-9)
    _, again, _ = program.solve(work=1e9)
    assert again.bound <= shortest * (1.0 + 1e-9)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=20)
def test_property_reductions_keep_the_shortest_length(seed: int) -> None:
    problem = town(seed, nodes=22, terminals=6)
    rounds = reductions(problem)
    left = rounds[-1].problem
    fixed, some = sum(step.fixed_weight for step in rounds), np.empty(0, dtype=np.int64)
    if left.edges:
        effort = Effort(budget=Budget(branches=9, work=1e9))
        some = solved(left, below=np.inf, effort=effort).edges
    length = problem.weight[unfolded(rounds, some)].sum()
    assert length == pytest.approx(optimum(problem), rel=1e-9)
    assert length == pytest.approx(fixed + left.weight[some].sum(), rel=1e-9)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_property_moves_never_lengthen(seed: int) -> None:
    problem = town(seed, nodes=60, terminals=12)
    before = mehlhorn_tree(problem)
    after = improved(problem, before)
    lengths = [problem.weight[tree].sum() for tree in (before, after)]
    assert lengths[1] <= lengths[0] * (1.0 + 1e-12)
    for tree in (before, after, *starts(problem, seed=1)):
        graph = nx.Graph(zip(problem.tail[tree].tolist(), problem.head[tree].tolist(), strict=True))
        assert nx.is_tree(graph)
        assert set(problem.terminals.tolist()) <= set(graph)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_property_blocks_equal_networkx(seed: int) -> None:
    """With every node a terminal all blocks are needed and are networkx's."""
    problem = town(seed, nodes=20, terminals=20)
    thin = np.random.default_rng(seed).random(problem.edges) < 0.5
    thin |= np.abs(problem.tail - problem.head) == 1
    part = make_problem(
        problem.tail[thin],
        problem.head[thin],
        weight=problem.weight[thin],
        terminal=problem.terminal,
    )
    block, _ = blocks_of(part)
    rows = list(zip(part.tail.tolist(), part.head.tolist(), strict=True))
    ours = {
        frozenset(frozenset(rows[edge]) for edge in np.flatnonzero(block == number))
        for number in range(block.max() + 1)
    }
    theirs = {
        frozenset(frozenset(edge) for edge in part)
        for part in nx.biconnected_component_edges(nx.Graph(rows))
    }
    assert ours == theirs


def test_golden_contraction_by_hand() -> None:
    """A chain of 1 and 2 beside an edge of 4 becomes one edge of 3, and then the tree."""
    tail, head = np.array([0, 1, 0, 3]), np.array([1, 2, 2, 1])
    flags = np.array([True, False, True, False])
    problem = make_problem(tail, head, weight=np.array([1.0, 2.0, 4.0, 9.0]), terminal=flags)
    step = contracted(problem)
    assert step.problem.edges == 0
    assert step.fixed_weight == 3.0
    assert step.unfolded(np.empty(0, dtype=np.int64)).tolist() == [0, 1]
