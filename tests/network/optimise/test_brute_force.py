"""The exact recursion against every subset and every tree, enumerated one by one."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import (
    TooManyTreesError,
    all_trees,
    brute_force,
    models,
    random_model,
)


def same(one: float, other: float) -> bool:
    """Whether two costs agree as far as sums can."""
    return one == other or abs(one - other) <= 1e-9 * abs(other)


@given(model=models())
@settings(max_examples=150)
def test_property_recursion_equals_every_subset_and_tree(model: Model) -> None:
    try:
        truth = brute_force(model, most=4000)
    except TooManyTreesError:
        return
    exact = smallest_cost(model)
    assert same(exact.objective, truth.objective)
    assert exact.proven
    assert exact.lower_bound <= truth.objective
    if np.isfinite(exact.objective):
        assert same(evaluate(model, exact.parent_edge).objective, exact.objective)


@pytest.mark.parametrize("seed", range(4))
def test_property_twelve_consumers_in_one_street_equal_brute_force(seed: int) -> None:
    """Every subset of twelve consumers along a street with one cycle."""
    model = random_model(seed, consumers=12, rows=2, columns=2, services=1, must_share=0.5)
    exact = smallest_cost(model)
    assert same(exact.objective, brute_force(model).objective)
    assert exact.proven


def test_golden_enumeration_equals_all_edge_subsets() -> None:
    """The trees counted are those found among all 2^m sets of edges (networkx's is_tree)."""
    model = random_model(5, consumers=3, rows=2, columns=3, services=2, must_share=0.0)
    listed = [tuple(sorted(tree[tree >= 0].tolist())) for tree in all_trees(model)]
    assert len(listed) == len(set(listed))
    found = set()
    leaves = set(model.terminal.tolist())
    for number in range(model.edges + 1):
        for chosen in combinations(range(model.edges), number):
            graph: nx.MultiGraph[int] = nx.MultiGraph()
            graph.add_node(model.root)
            graph.add_edges_from((int(model.tail[e]), int(model.head[e])) for e in chosen)
            ends = {node for node, degree in graph.degree if degree == 1} - {model.root}
            inner = leaves & set(graph) - ends - {model.root}
            if nx.is_tree(graph) and ends <= leaves and not inner:
                found.add(chosen)
    assert set(listed) == found
