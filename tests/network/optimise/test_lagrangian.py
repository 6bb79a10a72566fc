"""Labels from shares: feasible, never above the optimum, never worse than at the start."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from heatreach.network.optimise.ascent import lower_bound, tightened_bound
from heatreach.network.optimise.certificate import certified_value
from heatreach.network.optimise.labels import State, arcs_of, payments, terms_of
from heatreach.network.optimise.lagrangian import shared_labels
from heatreach.network.optimise.minorants import corners, staircase
from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.ranges import flow_ranges
from tests.network.optimise.cases import models, random_model
from tests.network.optimise.test_ascent import optimum
from tests.network.optimise.test_ranges import street


def from_nothing(model: Model, rounds: int) -> tuple[np.ndarray, float]:
    """Labels and their value after some rounds that begin with no shares at all."""
    steps = staircase(corners(model, flow_ranges(model)))
    never = np.zeros(model.consumers, dtype=bool)
    terms = terms_of(model, np.zeros(len(model.capacity_kw)), never)
    nothing = np.zeros((model.consumers, model.nodes))
    arcs = arcs_of(model, steps)
    label = shared_labels(model, arcs, steps, terms, nothing, rounds=rounds, again=False)
    state = State(label=label, slack=np.empty(0))
    return label, float(payments(model, terms, never, state).sum()) + terms.constant


def test_golden_trench_is_shared_to_the_last_cent() -> None:
    """By hand: the ring costs 7 with a gap at its dearest; nearly all is paid in the end."""
    model = street(np.inf)
    _, value = from_nothing(model, 400)
    assert value <= 7.0 * (1.0 + 1e-9)
    assert value == pytest.approx(7.0, rel=0.05)


def test_golden_worthless_consumers_pay_their_prize() -> None:
    """By hand: 3 x 0.5 is all that anyone pays, since every service pipe alone costs 1."""
    assert from_nothing(street(0.5), 100)[1] == pytest.approx(1.5, rel=1e-6)


def test_golden_no_rounds_leave_labels_alone() -> None:
    assert (from_nothing(street(np.inf), 0)[0] == 0.0).all()


@settings(max_examples=30)
@given(models(max_consumers=4))
def test_property_never_above_the_optimum(model: Model) -> None:
    """Both modes, diversity, several sources, capacity, existing pipes, missing sizes."""
    best, tree = optimum(model)
    bound = tightened_bound(model, upper_bound=best, polish=5, volume=15)
    if np.isfinite(best):
        assert bound.value <= best + 1e-7 * max(abs(best), 1.0)
        kept = evaluate(model, tree)
        assert not bound.dead[tree[tree >= 0]].any()
        assert kept.connected[bound.must].all()
        assert not kept.connected[bound.never].any()
        assert certified_value(model, bound) == pytest.approx(bound.value, rel=1e-6, abs=1e-6)


@settings(max_examples=20)
@given(models(max_consumers=5))
def test_property_labels_rise_by_no_more_than_any_size_costs(model: Model) -> None:
    """Checked as a fractional knapsack per arc and size, filled by rise over peak."""
    label, _ = from_nothing(model, 20)
    steps = staircase(corners(model, flow_ranges(model)))
    begin = np.concatenate([model.tail, model.head])
    end = np.concatenate([model.head, model.tail])
    for arc in np.flatnonzero(steps.number > 0).tolist():
        rise = label[:, end[arc]] - label[:, begin[arc]]
        edge = np.flatnonzero(model.source_edge == arc % model.edges)
        if len(edge):
            rise = rise - model.source_cost[:, edge[0]]
        rise = np.maximum(rise, 0.0)
        order = np.argsort(-rise / model.peak_kw)
        served = np.concatenate([[0.0], np.cumsum(model.peak_kw[order])])
        paid = np.concatenate([[0.0], np.cumsum(rise[order])])
        for s in range(int(steps.number[arc])):
            most = np.interp(steps.reach_kw[arc, s], served, paid)
            assert most <= steps.intercept[arc, s] * (1.0 + 1e-9) + 1e-7


def test_property_shares_only_raise_the_bound() -> None:
    model = random_model(8, consumers=25, rows=6, columns=6, sizes=6, must_share=1.0)
    plain = lower_bound(model, upper_bound=np.inf, polish=0)
    shared = lower_bound(model, upper_bound=np.inf, polish=0, volume=60)
    assert shared.value >= plain.value * (1.0 - 1e-9)
    again = lower_bound(model, upper_bound=np.inf, polish=0, volume=60)
    assert (again.labels == shared.labels).all()
