"""The whole solver: the optimum where it can be known, bounds that hold, plans that add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.check import check_solution
from heatreach.network.errors import ContradictionError
from heatreach.network.optimise import solve as solver
from heatreach.network.optimise.ascent import tightened_bound
from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.small import smallest_cost
from heatreach.network.optimise.solve import NORMAL, QUICK, SKETCH, Solution, solve
from tests.network.optimise.cases import TooManyTreesError, brute_force, models, random_model


def agrees(model: Model, found: Solution, optimum: float) -> None:
    """A solution adds up and its bound holds."""
    check_solution(model, found.parent_edge, found.objective)
    assert evaluate(model, found.parent_edge).objective == pytest.approx(found.objective)
    assert found.lower_bound <= optimum * (1.0 + 1e-7) + 1e-6
    assert found.objective >= optimum * (1.0 - 1e-9) - 1e-6


@given(model=models())
@settings(deadline=None, max_examples=40)
def test_property_equals_brute_force(model: Model) -> None:
    try:
        best = brute_force(model)
    except TooManyTreesError:
        return
    found = solve(model, effort=QUICK)
    agrees(model, found, best.objective)
    assert found.objective == pytest.approx(best.objective)
    assert found.proven


@given(model=models(max_consumers=12, max_rows=4, max_columns=4))
@settings(deadline=None, max_examples=25)
def test_property_equals_dynamic_programme_up_to_twelve(model: Model) -> None:
    found = solve(model, effort=QUICK)
    best = smallest_cost(model)
    agrees(model, found, best.objective)
    if best.proven:
        assert found.objective == pytest.approx(best.objective)
        assert found.proven


@given(seed=st.integers(0, 10_000), must=st.sampled_from([0.0, 0.5, 1.0]))
@settings(deadline=None, max_examples=20)
def test_property_search_and_bound_enclose_the_optimum(seed: int, must: float) -> None:
    model = random_model(seed, consumers=8, rows=4, columns=4, must_share=must, coincident=True)
    optimum = smallest_cost(model).objective
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "fits", lambda _model: False)
        patch.setattr(solver, "exact_segments", lambda *_args, **_options: None)
        found = solve(model, effort=NORMAL, seed=seed)
    agrees(model, found, optimum)
    assert found.objective <= optimum * 1.02
    assert found.gap <= 0.35


@given(seed=st.integers(0, 10_000), data=st.data())
@settings(deadline=None, max_examples=20)
def test_property_order_of_consumers_does_not_matter(seed: int, data: st.DataObject) -> None:
    model = random_model(seed, consumers=7, rows=4, columns=4)
    order = np.array(data.draw(st.permutations(range(7))))
    names = ("terminal", "peak_kw", "coincident_kw", "largest_kw", "count", "prize", "source_cost")
    shuffled = replace(model, **{name: getattr(model, name)[order] for name in names})
    assert solve(shuffled, effort=QUICK).objective == pytest.approx(
        solve(model, effort=QUICK).objective
    )


def test_golden_who_must_be_connected_but_cannot_is_infeasible() -> None:
    model = random_model(3, consumers=4, must_share=1.0)
    cut = replace(model, limit_kw=model.limit_kw * 1e-6)
    found = solve(cut, effort=QUICK)
    assert found.objective == np.inf
    assert not found.proven


def test_golden_same_seed_same_network() -> None:
    model = random_model(5, consumers=30, rows=7, columns=7, must_share=0.2)
    first, second = (solve(model, effort=QUICK, seed=4) for _ in range(2))
    assert first.parent_edge.tolist() == second.parent_edge.tolist()
    assert first.lower_bound == second.lower_bound


def test_golden_sketch_has_no_bound() -> None:
    model = random_model(5, consumers=30, rows=7, columns=7, must_share=1.0)
    found = solve(model, effort=SKETCH)
    assert np.isfinite(found.objective)
    assert found.lower_bound < found.objective
    assert found.gap > 0.0


def test_rejects_a_bound_above_a_network_that_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(5, consumers=30, rows=7, columns=7, must_share=1.0)
    honest = tightened_bound

    def lying(*args: object, **options: object) -> object:
        bound = honest(*args, **options)  # type: ignore[arg-type]
        return replace(bound, value=1e12)

    monkeypatch.setattr(solver, "tightened_bound", lying)
    with pytest.raises(ContradictionError, match="was found although"):
        solve(model, effort=QUICK)
