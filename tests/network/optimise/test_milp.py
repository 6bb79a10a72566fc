"""The mixed-integer programme: exact where small, a valid bound always, and never believed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings

from heatreach.network.check import check_solution
from heatreach.network.errors import ContradictionError
from heatreach.network.optimise import rows
from heatreach.network.optimise.arcs import arc_options, arcs_of
from heatreach.network.optimise.formulation import Formulation, formulation
from heatreach.network.optimise.milp import columns_of, exact_finish, members_behind, tree_of
from heatreach.network.optimise.model import UNUSED, Model, evaluate
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import models, random_model

if TYPE_CHECKING:
    import numpy.typing as npt

APART, TOGETHER = 10**6, 0


def programme_of(model: Model, *, tracked: bool) -> Formulation:
    """The programme with consumers' flows kept apart or summed."""
    arcs = arcs_of(model)
    kept = np.full(model.consumers, tracked)
    return formulation(model, arcs, arc_options(model, arcs), tracked=kept)


def violation(programme: Formulation, values: npt.NDArray[np.float64]) -> float:
    """Largest violation of any row or bound."""
    carried = programme.matrix @ values
    parts = [
        programme.row_lower - carried,
        carried - programme.row_upper,
        programme.lower - values,
        values - programme.upper,
    ]
    return max(float(part.max(initial=0.0)) for part in parts)


@given(model=models(max_consumers=6, max_columns=4))
@settings(max_examples=25)
def test_property_programme_equals_the_recursion(model: Model) -> None:
    exact = smallest_cost(model)
    for pairs in (APART, TOGETHER):
        found = exact_finish(model, pairs_max=pairs)
        assert found.objective == pytest.approx(exact.objective, rel=1e-6)
        assert found.lower_bound <= exact.objective * (1.0 + 1e-9)
        assert found.proven
        check_solution(model, found.parent_edge, found.objective, lower_bound=found.lower_bound)


@given(model=models(max_consumers=6, max_columns=4))
@settings(max_examples=100)
def test_property_the_optimum_satisfies_every_row_and_costs_no_more(model: Model) -> None:
    exact = smallest_cost(model)
    for tracked in (True, False):
        programme = programme_of(model, tracked=tracked)
        values = columns_of(model, programme, exact.parent_edge)
        if not np.isfinite(exact.objective):
            assert values is None
            continue
        assert values is not None
        assert violation(programme, values) < 1e-7
        cost = float(programme.cost @ values) + programme.offset
        assert cost <= exact.objective * (1.0 + 1e-9)
        assert np.array_equal(tree_of(model, programme, values), exact.parent_edge)


@pytest.mark.parametrize("pairs", [APART, TOGETHER])
@pytest.mark.parametrize("seed", range(3))
def test_property_twelve_consumers_equal_the_recursion(seed: int, pairs: int) -> None:
    """As many consumers as the recursion takes in a moment, grouped and with a steep diversity."""
    model = random_model(
        seed, consumers=12, rows=3, columns=4, must_share=0.5, grouped=seed == 1, services=2
    )
    exact = smallest_cost(model)
    found = exact_finish(model, pairs_max=pairs)
    assert exact.proven
    assert found.objective == pytest.approx(exact.objective, rel=1e-6)
    assert found.proven


def test_start_and_bound_are_kept() -> None:
    """With no node to search, the start comes back, with a bound that holds."""
    model = random_model(2, consumers=8, rows=4, columns=4, must_share=1.0)
    exact = smallest_cost(model)
    kept = exact_finish(model, start=exact.parent_edge, nodes_max=0)
    assert kept.objective == pytest.approx(exact.objective)
    assert kept.lower_bound <= exact.objective
    none = exact_finish(model, start=exact.parent_edge, seconds=0.0)
    assert none.lower_bound == -np.inf
    assert not none.proven
    assert none.objective == pytest.approx(exact.objective)


def test_bound_of_another_solution_is_not_a_contradiction() -> None:
    """Dead edges hold for better solutions only: then nothing undercuts what is known."""
    model = random_model(2, consumers=6, rows=3, columns=4, must_share=1.0)
    exact = smallest_cost(model)
    dead = np.zeros(model.edges, dtype=bool)
    used = exact.parent_edge[exact.parent_edge >= 0]
    street = used[model.through[model.tail[used]] & model.through[model.head[used]]]
    dead[street[0]] = True
    found = exact_finish(model, dead=dead, upper_bound=exact.objective)
    assert found.lower_bound == pytest.approx(exact.objective)
    assert found.objective > exact.objective or np.isinf(found.objective)


def test_more_seeds_agree() -> None:
    model = random_model(5, consumers=7, rows=3, columns=4, sources=2)
    one, three = exact_finish(model), exact_finish(model, seeds=(0, 1, 2))
    assert three.objective == pytest.approx(one.objective)
    assert three.lower_bound == pytest.approx(one.lower_bound)


def test_nothing_fits_is_proven() -> None:
    model = replace(random_model(1, consumers=3, must_share=1.0), capacity_kw=np.array([0.1]))
    found = exact_finish(model)
    assert found.objective == found.lower_bound == np.inf
    assert found.proven


def test_nobody_to_serve() -> None:
    model = random_model(1, consumers=3)
    empty = replace(
        model,
        terminal=model.terminal[:0],
        peak_kw=model.peak_kw[:0],
        coincident_kw=model.coincident_kw[:0],
        largest_kw=model.largest_kw[:0],
        count=model.count[:0],
        prize=model.prize[:0],
        source_cost=model.source_cost[:0],
    )
    assert exact_finish(empty).objective == 0.0
    assert smallest_cost(empty).objective == 0.0


def test_a_false_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that claims more than a priced solution costs is not believed."""
    model = random_model(3, consumers=5, must_share=1.0)
    honest = rows._run

    def lying(*args: Any, **rest: Any) -> rows.Answer:
        answer = honest(*args, **rest)
        return answer._replace(bound=answer.bound * 1.01)

    monkeypatch.setattr(rows, "_run", lying)
    with pytest.raises(ContradictionError, match="its bound is false"):
        exact_finish(model)


def test_golden_members_behind_each_node() -> None:
    """By hand on a street 0-1-2 with consumers 3 at node 1 and 4 at node 2."""
    model = replace(
        random_model(0, consumers=2, rows=2, columns=2),
        nodes=5,
        root=0,
        tail=np.array([0, 1, 1, 2]),
        head=np.array([1, 2, 3, 4]),
        cost=np.ones((4, 3)),
        through=np.array([True, True, True, False, False]),
        terminal=np.array([3, 4]),
    )
    behind = members_behind(model, evaluate(model, np.array([UNUSED, 0, 1, 2, 3])))
    assert behind.astype(int).tolist() == [[1, 1], [1, 1], [0, 1], [1, 0], [0, 1]]
