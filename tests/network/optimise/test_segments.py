"""Near-tree districts chain by chain: by hand on a ring, and against the recursion over subsets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.errors import ContradictionError
from heatreach.network.optimise import rows
from heatreach.network.optimise.chains import skeleton_of
from heatreach.network.optimise.model import UNUSED, Model, evaluate
from heatreach.network.optimise.passages import levels_of, passages_of
from heatreach.network.optimise.recount import check_solution
from heatreach.network.optimise.segment_program import segment_programme, uses_of, values_of
from heatreach.network.optimise.segments import exact_segments
from heatreach.network.optimise.small import fits, smallest_cost
from heatreach.network.optimise.uses import tree_of_uses, uses_of_tree
from tests.network.optimise.cases import random_model


def ring(peaks: list[float], street: list[list[float]], limits: list[float]) -> Model:
    """A circuit through the root with one consumer per corner; service pipes are free."""
    corners = len(peaks) + 1
    own = np.array(peaks)
    return Model(
        nodes=corners + len(peaks),
        root=0,
        tail=np.concatenate([np.arange(corners), np.arange(1, corners)]),
        head=np.concatenate([np.arange(1, corners + 1) % corners, corners + np.arange(len(own))]),
        cost=np.vstack([np.array(street), np.zeros((len(own), len(limits)))]),
        limit_kw=np.array(limits),
        through=np.arange(corners + len(own)) < corners,
        terminal=corners + np.arange(len(own)),
        peak_kw=own,
        coincident_kw=np.zeros(len(own)),
        largest_kw=own,
        count=np.ones(len(own), dtype=np.int64),
        prize=np.full(len(own), np.inf),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((len(own), 1)),
    )


def town(seed: int, consumers: int, rows_: int, columns: int, **more: Any) -> Model:
    """A random town whose consumers all have one service pipe and must be connected."""
    return random_model(
        seed, consumers=consumers, rows=rows_, columns=columns, services=1, must_share=1.0, **more
    )


@st.composite
def towns(draw: st.DrawFn, *, consumers: int = 8) -> Model:
    """Towns with every kind of cost and load."""
    return town(
        draw(st.integers(0, 10**6)),
        draw(st.integers(1, consumers)),
        draw(st.integers(2, 3)),
        draw(st.integers(2, 4)),
        sizes=draw(st.integers(2, 5)),
        diversity=draw(st.booleans()),
        coincident=draw(st.booleans()),
        grouped=draw(st.booleans()),
        steep=draw(st.booleans()),
        existing_share=draw(st.sampled_from([0.0, 0.3])),
        zero_share=draw(st.sampled_from([0.0, 0.2])),
        parallel_share=draw(st.sampled_from([0.0, 0.3])),
    )


def test_golden_ring_by_hand() -> None:
    """
    Three consumers of 4 kW on a ring; pipes carry 4, 8 and 12 kW.

    Streets cost 10, 11, 12 times their length of 3, 1, 2, 2. Cut at the first street: 8 + ... by
    hand, each line one cut, loads in kW from the root: ``1: 2*12+2*11+1*10 = 56``,
    ``2: 3*10 + 2*11+2*10 = 72``, ``3: 3*11+1*10 + 2*10 = 63``, ``4: 3*12+1*11+2*10 = 67``.
    """
    metres = np.array([3.0, 1.0, 2.0, 2.0])
    model = ring([4.0] * 3, (metres[:, None] * [10.0, 11.0, 12.0]).tolist(), [4.0, 8.0, 12.0])
    skeleton = skeleton_of(model)
    assert skeleton is not None
    assert skeleton.rank == 1
    assert skeleton.chains[0].cut_cost.tolist() == [56.0, 72.0, 63.0, 67.0]
    best = exact_segments(model)
    assert best is not None
    assert best.objective == best.lower_bound == 56.0
    assert best.parent_edge[:4].tolist() == [UNUSED, 1, 2, 3]


@given(model=towns())
@settings(max_examples=40)
def test_property_equals_the_recursion(model: Model) -> None:
    exact, found = smallest_cost(model), exact_segments(model)
    assert found is not None
    assert found.objective == pytest.approx(exact.objective, rel=1e-6)
    assert found.lower_bound <= exact.objective * (1.0 + 1e-9)
    assert found.proven
    check_solution(model, found.parent_edge, found.objective, lower_bound=found.lower_bound)


@given(model=towns())
@settings(max_examples=60)
def test_property_the_optimum_satisfies_every_row_and_costs_no_more(model: Model) -> None:
    exact, skeleton = smallest_cost(model), skeleton_of(model)
    assert skeleton is not None
    passages = passages_of(model, skeleton)
    levels = [
        levels_of(model, p, p.least[1], p.most[1]) if p.least[1] <= p.most[1] else []
        for p in passages
    ]
    program = segment_programme(model, skeleton, passages, levels, [])
    uses = uses_of_tree(skeleton, passages, exact.parent_edge)
    priced = evaluate(model, exact.parent_edge)
    values = values_of(model, program, passages, uses, priced)
    assert values is not None
    whole = program.programme
    carried = whole.matrix @ values
    assert (carried - whole.row_upper).max(initial=0.0) < 1e-7
    assert (whole.row_lower - carried).max(initial=0.0) < 1e-7
    assert float(whole.cost @ values) + whole.offset <= exact.objective * (1.0 + 1e-9)
    assert uses_of(program, passages, values) == uses
    again = tree_of_uses(model, skeleton, passages, uses)
    assert np.array_equal(again, exact.parent_edge)


@given(
    peaks=st.lists(st.floats(1.0, 50.0), min_size=1, max_size=7),
    metres=st.lists(st.floats(5.0, 80.0), min_size=8, max_size=8),
)
@settings(max_examples=30)
def test_property_rings_equal_the_recursion(peaks: list[float], metres: list[float]) -> None:
    street = [[metre * price for price in (1.0, 1.3, 1.9)] for metre in metres[: len(peaks) + 1]]
    model = ring(peaks, street, [40.0, 110.0, 400.0])
    exact, found = smallest_cost(model), exact_segments(model)
    assert found is not None
    assert found.objective == pytest.approx(exact.objective)
    assert found.proven


def test_district_of_forty_is_proven() -> None:
    """Start and upper bound change the way, not the answer."""
    model = town(1, 40, 3, 3, sizes=8)
    found = exact_segments(model)
    assert found is not None
    assert found.proven
    again = exact_segments(model, start=found.parent_edge, upper_bound=found.objective)
    assert again is not None
    assert again.proven
    assert again.objective == pytest.approx(found.objective)
    stopped = exact_segments(model, start=found.parent_edge, seconds=0.0)
    assert stopped is not None
    assert stopped.objective == pytest.approx(found.objective)
    assert not stopped.proven


def test_where_it_does_not_apply() -> None:
    model = town(3, 6, 3, 3)
    assert exact_segments(model, rank_max=0) is None
    assert exact_segments(replace(model, prize=np.full(6, 100.0))) is None
    assert exact_segments(replace(model, capacity_kw=np.array([0.1]))) is None
    assert exact_segments(random_model(3, consumers=6, services=3, must_share=1.0)) is None
    assert exact_segments(random_model(3, consumers=6, services=1, sources=2)) is None


def test_a_false_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that claims more than a priced tree costs is not believed."""
    model = town(1, 12, 3, 3)
    honest = rows._run

    def lying(*args: Any, **rest: Any) -> rows.Answer:
        answer = honest(*args, **rest)
        return answer._replace(bound=answer.bound * 1.01)

    monkeypatch.setattr(rows, "_run", lying)
    with pytest.raises(ContradictionError, match="its bound is false"):
        exact_segments(model)


def test_what_fits_the_recursion() -> None:
    assert fits(town(1, 8, 3, 3))
    assert not fits(town(1, 13, 3, 3))
