"""The bound: never above the true optimum, exact on streets without loops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from heatreach.network.optimise.ascent import lower_bound, tightened_bound
from heatreach.network.optimise.model import Model, evaluate
from tests.network.optimise.cases import TooManyTreesError, brute_force, models, random_model
from tests.network.optimise.test_ranges import street


def optimum(model: Model) -> tuple[float, np.ndarray]:
    """Best objective and tree, for problems that are small enough."""
    try:
        best = brute_force(model, most=3000)
    except TooManyTreesError:
        assume(False)
    return best.objective, best.parent_edge


def test_golden_street_without_loops_is_exact() -> None:
    """By hand: with the ring cut, seven edges at 1 each are laid, whatever the loads."""
    model = street(np.inf)
    keep = np.arange(8) != 4
    model = replace(model, tail=model.tail[keep], head=model.head[keep], cost=np.ones((7, 1)))
    bound = lower_bound(model, upper_bound=7.0, polish=0)
    assert bound.value == pytest.approx(7.0, rel=1e-8)
    assert bound.must.all()


def test_golden_worthless_consumers_stay_out() -> None:
    """By hand: the prizes of 3 x 0.5 are lost, since every service pipe alone costs 1."""
    bound = lower_bound(street(0.5), upper_bound=1.5, polish=0)
    assert bound.value == pytest.approx(1.5, rel=1e-8)
    assert bound.never.all()


def test_golden_unreachable_consumer_has_no_design() -> None:
    """By hand: nothing leads to a consumer whose service pipe is missing."""
    model = street(np.inf)
    model = replace(model, tail=model.tail[:7], head=model.head[:7], cost=model.cost[:7])
    assert lower_bound(model, upper_bound=np.inf).value == np.inf


def test_golden_scarce_capacity_has_a_price() -> None:
    """By hand: 70 kW want 30; prizes of 10 each over a street that costs nothing."""
    model = replace(street(10.0), cost=np.zeros((8, 1)), capacity_kw=np.array([30.0]))
    bound = lower_bound(model, upper_bound=10.0)
    assert bound.capacity_price[0] > 0.0
    assert 9.0 < bound.value <= 10.0
    assert brute_force(model).objective == 10.0


@settings(max_examples=60)
@given(models(max_consumers=4))
def test_property_never_above_the_optimum(model: Model) -> None:
    """Both modes, diversity, several sources, capacity, existing pipes, missing sizes."""
    best, tree = optimum(model)
    margin = 1e-7 * max(abs(best), 1.0) if np.isfinite(best) else 0.0
    for bound in (
        lower_bound(model, upper_bound=best, polish=10),
        tightened_bound(model, upper_bound=best, polish=10),
        lower_bound(model, upper_bound=np.inf, polish=0, orders=1),
    ):
        assert bound.value <= best + margin
        if np.isfinite(best):
            kept = evaluate(model, tree)
            assert not bound.dead[tree[tree >= 0]].any()
            assert kept.connected[bound.must].all()
            assert not kept.connected[bound.never].any()


@settings(max_examples=30)
@given(models(max_consumers=4))
def test_property_better_designs_survive_a_loose_upper_bound(model: Model) -> None:
    """With room above the optimum, elimination must keep the optimum too."""
    best, tree = optimum(model)
    assume(np.isfinite(best))
    bound = tightened_bound(model, upper_bound=1.1 * best + 1.0, polish=5)
    assert not bound.dead[tree[tree >= 0]].any()
    kept = evaluate(model, tree)
    assert kept.connected[bound.must].all()
    assert not kept.connected[bound.never].any()
    assert bound.value <= best * (1.0 + 1e-7) + 1e-6


def test_property_same_seed_same_bound() -> None:
    model = random_model(5, consumers=12, rows=5, columns=5, sizes=5)
    one = lower_bound(model, upper_bound=np.inf, polish=30)
    two = lower_bound(model, upper_bound=np.inf, polish=30)
    assert one.value == two.value
    assert (one.labels == two.labels).all()


def test_property_polish_and_rounds_only_raise_the_bound() -> None:
    model = random_model(8, consumers=25, rows=6, columns=6, sizes=6, must_share=1.0)
    values = [lower_bound(model, upper_bound=np.inf, polish=n, seed=1).value for n in (0, 100)]
    assert values[0] <= values[1] * (1.0 + 1e-9)
