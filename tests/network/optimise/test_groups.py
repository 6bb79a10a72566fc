"""Forced, forbidden and grouped consumers against enumeration of all trees."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.groups import Solved, choose, reachable, restricted, rules
from heatreach.network.optimise.model import Model, evaluate
from tests.network.optimise.cases import (
    TooManyTreesError,
    all_trees,
    brute_force,
    models,
    random_model,
)


def exact(model: Model) -> Solved:
    """Solver by enumeration."""
    best = brute_force(model, most=1_500)
    return SimpleNamespace(parent_edge=best.parent_edge, lower_bound=best.objective)


def blunt(model: Model) -> Solved:
    """Solver that finds a poor solution and a loose bound."""
    best = brute_force(model, most=1_500)
    tree = best.parent_edge if np.isinf(model.prize).any() else np.full_like(best.parent_edge, -1)
    return SimpleNamespace(parent_edge=tree, lower_bound=0.8 * best.objective)


def least(model: Model, allowed: object) -> float:
    """Least objective over all trees that a rule allows."""
    best = np.inf
    for tree in all_trees(model):
        found = evaluate(model, tree)
        if allowed(found.connected):  # type: ignore[operator]
            best = min(best, found.objective)
    return best


@given(
    model=models(max_consumers=4),
    group=st.lists(st.integers(0, 3), min_size=2, max_size=3, unique=True),
    forced=st.integers(0, 3),
    forbidden=st.integers(0, 3),
    loose=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_property_rules_are_kept_and_optimal(
    model: Model, group: list[int], forced: int, forbidden: int, loose: bool
) -> None:
    group = [member for member in group if member < model.consumers]
    must = [forced] if forced < model.consumers else []
    banned = [forbidden] if forbidden < model.consumers and np.isfinite(model.prize).all() else []
    try:
        asked = rules(model, forced=must, forbidden=banned, groups=[group])
    except ValueError:
        return
    try:
        truth = least(model, asked.allow)
        found = choose(
            model,
            solver=blunt if loose else exact,
            forced=must,
            forbidden=banned,
            groups=[group],
        )
    except TooManyTreesError:
        return
    assert found.lower_bound <= truth + 1e-6
    if np.isfinite(found.objective):
        connected = evaluate(model, found.parent_edge).connected
        assert asked.allow(connected)
        assert found.objective >= truth - 1e-6
        assert found.objective == pytest.approx(evaluate(model, found.parent_edge).objective)
    if not loose:
        assert found.objective == pytest.approx(truth)
        assert found.proven == np.isfinite(truth)


def test_property_many_groups_are_settled_by_branching() -> None:
    for seed in range(6):
        model = random_model(seed, rows=2, columns=2, consumers=4, must_share=0.0, services=1)
        found = choose(model, solver=exact, groups=[[0, 1], [2, 3]])
        truth = least(
            model,
            lambda connected: connected[0] == connected[1] and connected[2] == connected[3],
        )
        assert found.objective == pytest.approx(truth)
        assert found.proven
        cut = choose(model, solver=exact, groups=[[0, 1], [2, 3]], branches=1)
        assert cut.lower_bound <= truth + 1e-6 <= cut.objective + 2e-6


def test_golden_a_pair_joins_only_if_both_together_pay() -> None:
    # Two services of 10 and 40 on a free street; prizes 30 and 30. Singly only the first pays;
    # as a pair both join, since 60 of prizes outweigh 50 of services.
    line = Model(
        nodes=4,
        root=0,
        tail=np.array([0, 1, 1]),
        head=np.array([1, 2, 3]),
        cost=np.array([[0.0], [10.0], [40.0]]),
        limit_kw=np.array([100.0]),
        through=np.array([True, True, False, False]),
        terminal=np.array([2, 3]),
        peak_kw=np.array([10.0, 10.0]),
        coincident_kw=np.zeros(2),
        largest_kw=np.array([10.0, 10.0]),
        count=np.array([1, 1]),
        prize=np.array([30.0, 30.0]),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((2, 1)),
    )
    assert choose(line, solver=exact).objective == 40.0
    assert choose(line, solver=exact, groups=[[0, 1]]).objective == 50.0
    assert choose(line, solver=exact, groups=[[0, 1]], forbidden=[0]).objective == 60.0


def test_overlapping_groups_become_one() -> None:
    model = random_model(3, consumers=5, must_share=0.0)
    asked = rules(model, groups=[[0, 1], [3, 4], [1, 2]])
    assert sorted(group.tolist() for group in asked.groups) == [[0, 1, 2], [3, 4]]


def test_rules_rejects_contradiction_and_unreachable() -> None:
    model = random_model(3, consumers=3, must_share=0.0)
    with pytest.raises(ValueError, match="must be connected"):
        rules(model, forced=[1], forbidden=[1])
    with pytest.raises(ValueError, match="must be connected"):
        rules(model, forced=[0], forbidden=[1], groups=[[0, 1]])


def test_reachable_counts_no_way_through_consumers() -> None:
    model = Model(
        nodes=4,
        root=0,
        tail=np.array([0, 1, 2]),
        head=np.array([1, 2, 3]),
        cost=np.array([[1.0], [1.0], [1.0]]),
        limit_kw=np.array([10.0]),
        through=np.array([True, True, False, False]),
        terminal=np.array([2, 3]),
        peak_kw=np.ones(2),
        coincident_kw=np.zeros(2),
        largest_kw=np.ones(2),
        count=np.ones(2, dtype=np.int64),
        prize=np.ones(2),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((2, 1)),
    )
    assert reachable(model).tolist() == [True, False]
    smaller, constant = restricted(
        model, forced=np.array([True, False]), forbidden=np.array([False, True])
    )
    assert np.isinf(smaller.prize).all()
    assert constant == 1.0
