"""Budgets and heat targets against enumeration of all trees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.groups import rules
from heatreach.network.optimise.model import Evaluation, Model, evaluate
from heatreach.network.optimise.multipliers import to_heat_target, within_budget
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import all_trees, models, random_model

MOST_TREES = 800


def tabulated(model: Model) -> list[tuple[np.ndarray, Evaluation, float]] | None:
    """All trees with who is connected and the objective; None if there are too many."""
    rows = []
    for number, tree in enumerate(all_trees(model)):
        if number == MOST_TREES:
            return None
        found = evaluate(model, tree)
        rows.append((tree.copy(), found, found.objective))
    return rows


def spent(investment: np.ndarray, found: Evaluation, tree: np.ndarray) -> float:
    """Investment of a tree."""
    used = np.flatnonzero(tree >= 0)
    size = np.minimum(found.size[used], investment.shape[1] - 1)
    return float(investment[tree[used], size].sum())


@given(model=models(max_consumers=3), share=st.floats(0.1, 1.1), tilt=st.booleans())
@settings(max_examples=25, deadline=None)
def test_property_budget_is_kept_bounded_and_nearly_optimal(
    model: Model, share: float, tilt: bool
) -> None:
    rows = tabulated(model)
    if rows is None:
        return
    factor = 0.3 + 0.6 * (np.arange(model.edges) % 3) / 2.0 if tilt else np.full(model.edges, 0.8)
    investment = np.where(np.isfinite(model.cost), model.cost, 0.0) * factor[:, None]
    investment = np.maximum.accumulate(investment, axis=1)
    free = smallest_cost(model)
    if not np.isfinite(free.objective):
        return
    budget = share * spent(investment, evaluate(model, free.parent_edge), free.parent_edge) + 1.0
    truth = min(
        (
            objective
            for tree, found, objective in rows
            if np.isfinite(objective) and spent(investment, found, tree) <= budget * (1 + 1e-9)
        ),
        default=np.inf,
    )
    try:
        found = within_budget(model, investment, budget=budget, solver=smallest_cost, branches=30)
    except ValueError:
        assert np.isinf(truth)
        return
    assert found.lower_bound <= truth * (1 + 1e-9) + 1e-6
    assert found.objective >= truth * (1 - 1e-9) - 1e-6
    assert spent(investment, evaluate(model, found.parent_edge), found.parent_edge) == (
        pytest.approx(found.used)
    )
    assert found.used <= budget * (1 + 1e-8)
    assert found.objective == pytest.approx(evaluate(model, found.parent_edge).objective)
    if not tilt:
        assert found.objective == pytest.approx(truth)


@given(model=models(max_consumers=3), share=st.floats(0.1, 0.93), pair=st.booleans())
@settings(max_examples=20, deadline=None)
def test_property_heat_target_is_met_at_least_cost(model: Model, share: float, pair: bool) -> None:
    rows = tabulated(model)
    if rows is None:
        return
    heat = 2.0 * model.peak_kw + np.arange(model.consumers)
    groups = [[0, 1]] if pair and model.consumers > 1 else []
    target = share * heat.sum()
    try:
        asked = rules(model, groups=groups)
    except ValueError:
        return
    truth = min(
        (
            objective
            for _, found, objective in rows
            if np.isfinite(objective)
            and heat[found.connected].sum() >= target * (1 - 1e-9)
            and asked.allow(found.connected)
        ),
        default=np.inf,
    )
    try:
        found = to_heat_target(
            model, heat, target_mwh=target, solver=smallest_cost, groups=groups, branches=30
        )
    except ValueError:
        assert np.isinf(truth)
        return
    assert found.objective == pytest.approx(truth)
    assert found.proven
    assert found.used == pytest.approx(heat[evaluate(model, found.parent_edge).connected].sum())
    assert found.used >= target * (1 - 1e-8)


def street(prizes: list[float], services: list[float], peaks: list[float]) -> Model:
    """Consumers on a free street, each with its service cost; one size of pipe."""
    number = len(prizes)
    return Model(
        nodes=2 + number,
        root=0,
        tail=np.array([0, *([1] * number)]),
        head=np.array([1, *range(2, 2 + number)]),
        cost=np.array([[0.0], *([cost] for cost in services)]),
        limit_kw=np.array([1e6]),
        through=np.array([True, True, *([False] * number)]),
        terminal=np.arange(2, 2 + number),
        peak_kw=np.array(peaks),
        coincident_kw=np.zeros(number),
        largest_kw=np.array(peaks),
        count=np.ones(number, dtype=np.int64),
        prize=np.array(prizes),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((number, 1)),
    )


def test_golden_budget_is_a_knapsack_on_a_free_street() -> None:
    # Gains 30, 28, 27 for 50, 40, 30 of service (ratios .6, .7, .9). A budget of 80 buys the last
    # with the first (57, all of it) rather than with the second (55). Total prize 205, so the
    # objective is 80 spent + 68 left out = 148. The relaxed knapsack takes the last, the second
    # and a fifth of the first: the multiplier is .6, and its bound is
    # 205 - (27 + 28 + .6 * 10) = 144; branching closes the rest.
    model = street([80.0, 68.0, 57.0], [50.0, 40.0, 30.0], [1.0, 1.0, 1.0])
    found = within_budget(model, model.cost, budget=80.0, solver=smallest_cost)
    assert found.objective == pytest.approx(148.0)
    assert found.lower_bound == pytest.approx(144.0)
    assert found.multiplier == pytest.approx(0.6)
    assert "worth about 0.6" in found.meaning
    closed = within_budget(model, model.cost, budget=80.0, solver=smallest_cost, branches=20)
    assert closed.proven
    assert closed.objective == pytest.approx(148.0)


def test_golden_heat_target_pays_the_dearest_consumer_needed() -> None:
    # Losses of joining: 0 - 10, 20 and 60 for 10 MWh each. 20 MWh need the first two: the next
    # MWh costs what the third loses per MWh or less; here the bound is tight at 20 / 10 = 2.
    model = street([30.0, 10.0, 10.0], [20.0, 30.0, 70.0], [1.0, 1.0, 1.0])
    heat = np.array([10.0, 10.0, 10.0])
    found = to_heat_target(model, heat, target_mwh=20.0, solver=smallest_cost)
    assert found.objective == pytest.approx(20.0 + 30.0 + 10.0)
    assert found.proven
    assert found.used == pytest.approx(20.0)
    assert found.multiplier == pytest.approx(2.0)
    assert evaluate(model, found.parent_edge).connected.tolist() == [True, True, False]


def test_a_limit_that_does_not_bind_costs_nothing() -> None:
    model = random_model(4, consumers=5)
    free = smallest_cost(model)
    found = within_budget(model, model.cost, budget=1e12, solver=smallest_cost)
    assert found.objective == pytest.approx(free.objective)
    assert found.multiplier == 0.0
    assert "does not bind" in found.meaning


def test_property_larger_budget_never_costs_more() -> None:
    for seed in range(3):
        model = random_model(seed, consumers=6, must_share=0.0, prize_scale=3.0)
        free = smallest_cost(model)
        full = evaluate(model, free.parent_edge).cost
        values = [
            within_budget(
                model, model.cost, budget=share * full, solver=smallest_cost, branches=100
            )
            for share in (0.3, 0.5, 0.7, 0.9, 1.0)
        ]
        objectives = np.array([value.objective for value in values])
        assert all(value.proven for value in values)
        assert (np.diff(objectives) <= 1e-6).all()
        assert objectives[-1] == pytest.approx(free.objective)


def test_heat_target_rejects_more_than_there_is() -> None:
    model = random_model(1, consumers=3, must_share=0.0)
    with pytest.raises(ValueError, match="cannot be reached"):
        to_heat_target(model, np.full(3, 10.0), target_mwh=31.0, solver=smallest_cost)


def test_budget_rejects_forced_consumers_it_cannot_pay() -> None:
    model = street([80.0, 68.0], [50.0, 40.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="the least found costs 90"):
        within_budget(model, model.cost, budget=80.0, solver=smallest_cost, forced=[0, 1])
