"""Cost of one consumer more or less against all trees that differ by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.marginal import joined, joining, leaving, trimmed
from heatreach.network.optimise.model import UNUSED, Model, evaluate
from tests.network.optimise.cases import TooManyTreesError, all_trees, models


def some_trees(model: Model, *, most: int = 1500) -> list[np.ndarray]:
    """Copies of all trees of a tiny model."""
    trees = []
    for number, tree in enumerate(all_trees(model)):
        if number == most:
            raise TooManyTreesError
        trees.append(tree.copy())
    return trees


def network_cost(model: Model, tree: np.ndarray) -> float:
    """Edges and source costs without prizes; inf where something is overloaded."""
    found = evaluate(model, tree)
    served = found.connected
    prizes = float(model.prize[~served & np.isfinite(model.prize)].sum())
    if np.isinf(model.prize[~served]).any():
        return np.nan
    return found.objective - prizes


@given(model=models(max_consumers=3), pick=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_property_joining_is_the_cheapest_tree_with_one_consumer_more(
    model: Model, pick: int
) -> None:
    try:
        trees = some_trees(model)
    except TooManyTreesError:
        return
    trees = [tree for tree in trees if np.isfinite(network_cost(model, tree))]
    if not trees:
        return
    tree = trees[pick % len(trees)]
    before, inside = network_cost(model, tree), evaluate(model, tree).connected
    which = np.flatnonzero(~inside)
    found = joining(model, tree, which=which)
    for row, consumer in enumerate(which.tolist()):
        wanted = inside.copy()
        wanted[consumer] = True
        kept = tree >= 0
        wider = [
            network_cost(model, other)
            for other in trees
            if (other[kept] == tree[kept]).all()
            and (evaluate(model, other).connected == wanted).all()
        ]
        least = min(wider, default=np.inf) - before
        if np.isfinite(least):
            assert found.cost[row] == pytest.approx(least, abs=1e-6)
            after = joined(model, tree, consumer=consumer)
            assert after is not None
            assert network_cost(model, after) == pytest.approx(before + least, abs=1e-6)
        else:
            assert np.isinf(found.cost[row])


@given(model=models(max_consumers=4), pick=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_property_leaving_saves_what_the_smaller_tree_costs_less(model: Model, pick: int) -> None:
    trees = []
    for number, tree in enumerate(all_trees(model)):
        if number == 200:
            break
        trees.append(tree.copy())
    tree = trees[pick % len(trees)]
    found = evaluate(model, tree)
    which = np.flatnonzero(found.connected)
    if not len(which) or not np.isfinite(found.cost):
        return
    metres = np.arange(1.0, model.edges + 1.0)[:, None] * np.ones(model.cost.shape[1])
    saved, shorter = leaving(model, tree, which=which, tally=metres)
    served = found.connected
    cost = found.cost + model.source_cost[served, found.source[served]].sum()
    for row, consumer in enumerate(which.tolist()):
        kept = found.connected.copy()
        kept[consumer] = False
        smaller = trimmed(model, tree, kept=kept)
        rest = evaluate(model, smaller)
        assert (rest.connected == kept).all()
        if not np.isfinite(rest.cost):
            continue
        after = rest.cost + model.source_cost[kept, rest.source[kept]].sum()
        assert saved[row] == pytest.approx(after - cost, abs=1e-6)
        edges = set(tree[tree >= 0].tolist()) - set(smaller[smaller >= 0].tolist())
        assert shorter[row] == pytest.approx(-sum(edge + 1.0 for edge in edges))


def test_golden_joining_pays_the_missing_trench_and_larger_pipes_upstream() -> None:
    # Root 0 - 1 - consumer 2 (30 kW); consumer 3 (30 kW) hangs on 1. The trunk serves 40 kW with
    # the small pipe (100), 100 kW with the large one (160); the second service costs 7.
    model = Model(
        nodes=4,
        root=0,
        tail=np.array([0, 1, 1]),
        head=np.array([1, 2, 3]),
        cost=np.array([[100.0, 160.0], [5.0, 9.0], [7.0, 11.0]]),
        limit_kw=np.array([40.0, 100.0]),
        through=np.array([True, True, False, False]),
        terminal=np.array([2, 3]),
        peak_kw=np.array([30.0, 30.0]),
        coincident_kw=np.zeros(2),
        largest_kw=np.array([30.0, 30.0]),
        count=np.array([1, 1]),
        prize=np.array([500.0, 50.0]),
        diversity=np.array([1.0, 1.0]),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((2, 1)),
    )
    tree = np.array([UNUSED, 0, 1, UNUSED])
    found = joining(model, tree, which=np.array([1]))
    assert found.cost.tolist() == [7.0 + 60.0]
    assert found.trench.tolist() == [7.0]
    assert found.service_edge.tolist() == [2]
    assert found.load_kw.tolist() == [30.0]
    assert found.at.tolist() == [1]
