"""The exact recursion over subsets: hand examples, conflicts, ties at limits, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatreach.network.errors import StreetError
from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import random_model


def street(
    ends: list[tuple[int, int]],
    cost: list[list[float]],
    *,
    consumers: list[int],
    peak: list[float],
    limit: list[float],
    prize: float = np.inf,
) -> Model:
    """A problem on given edges; node 0 is the source."""
    tail, head = np.array(ends).T
    nodes, number = int(max(tail.max(), head.max())) + 1, len(consumers)
    through = np.ones(nodes, dtype=bool)
    through[consumers] = False
    return Model(
        nodes=nodes,
        root=0,
        tail=tail,
        head=head,
        cost=np.array(cost),
        limit_kw=np.array(limit),
        through=through,
        terminal=np.array(consumers),
        peak_kw=np.array(peak),
        coincident_kw=np.zeros(number),
        largest_kw=np.array(peak),
        count=np.ones(number, dtype=np.int64),
        prize=np.full(number, prize),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([1e9]),
        source_cost=np.zeros((number, 1)),
    )


def test_golden_shared_trench_beats_two_short_ones() -> None:
    """By hand: two direct trenches cost 10 + 10, one shared 9 + 2 + 2 and a size more, 16."""
    model = street(
        [(0, 2), (0, 3), (0, 1), (1, 2), (1, 3)],
        [[10.0, 12.0], [10.0, 12.0], [9.0, 12.0], [2.0, 3.0], [2.0, 3.0]],
        consumers=[2, 3],
        peak=[10.0, 10.0],
        limit=[10.0, 20.0],
    )
    best = smallest_cost(model)
    assert best.objective == best.lower_bound == 16.0
    assert best.proven
    assert best.parent_edge.tolist() == [-1, 2, 3, 4]


def test_golden_existing_pipe_is_not_used_twice() -> None:
    """
    By hand: a pipe for one consumer lies in edge 0, a second there costs 100, the way round 30.

    A recursion that sends both through the pipe that lies there, one by one, would answer 4.
    """
    model = street(
        [(0, 1), (0, 2), (2, 4), (1, 3), (1, 4)],
        [[0.0, 100.0], [20.0, 21.0], [10.0, 11.0], [2.0, 3.0], [2.0, 3.0]],
        consumers=[3, 4],
        peak=[10.0, 10.0],
        limit=[10.0, 20.0],
    )
    best = smallest_cost(model)
    assert best.objective == 32.0
    assert best.proven
    once = smallest_cost(model, branches=1)
    assert once.lower_bound == 4.0
    assert not once.proven


def test_golden_capacity_picks_the_better_consumer() -> None:
    """By hand: room for one of two; leaving out the one with prize 5 costs 5 + 3 + 1."""
    model = street(
        [(0, 1), (1, 2), (1, 3)],
        [[3.0], [1.0], [1.0]],
        consumers=[2, 3],
        peak=[10.0, 10.0],
        limit=[20.0],
    )
    model = replace(model, prize=np.array([5.0, 9.0]), capacity_kw=np.array([15.0]))
    best = smallest_cost(model)
    assert best.objective == 9.0
    assert best.parent_edge.tolist() == [-1, 0, -1, 2]


def test_golden_sources_share_by_cost_and_capacity() -> None:
    """By hand: source 1 is cheaper by 1 per consumer but has room for one only: 4 + 4 + 1 + 2."""
    model = street(
        [(0, 1), (0, 2), (1, 3), (2, 3), (1, 4), (2, 4)],
        [[0.0], [0.0], [4.0], [4.0], [4.0], [4.0]],
        consumers=[3, 4],
        peak=[10.0, 10.0],
        limit=[20.0],
    )
    model = replace(
        model,
        source_edge=np.array([0, 1]),
        capacity_kw=np.array([10.0, 20.0]),
        source_cost=np.array([[1.0, 2.0], [1.0, 2.0]]),
    )
    best = smallest_cost(model)
    assert best.objective == 11.0
    assert best.proven


def test_loads_that_round_across_a_limit_keep_a_valid_bound() -> None:
    """0.1 + 0.2 exceeds 0.3 in floating point; bound and objective must still be in order."""
    model = street(
        [(0, 1), (1, 2), (1, 3)],
        [[1.0, 5.0], [1.0, 1.0], [1.0, 1.0]],
        consumers=[2, 3],
        peak=[0.1, 0.2],
        limit=[0.3, 10.0],
    )
    best = smallest_cost(model)
    assert best.objective == evaluate(model, best.parent_edge).objective
    assert best.lower_bound <= best.objective


def test_unreachable_consumer_that_must_join_costs_infinity() -> None:
    model = street([(0, 1), (2, 3)], [[1.0], [1.0]], consumers=[1, 3], peak=[1.0, 1.0], limit=[9.0])
    best = smallest_cost(model)
    assert best.objective == best.lower_bound == np.inf
    assert best.proven
    free = smallest_cost(replace(model, prize=np.array([7.0, 3.0])))
    assert free.objective == 4.0


def test_property_rows_in_any_order_cost_the_same() -> None:
    model = random_model(3, consumers=6, rows=3, columns=4, sources=2, existing_share=0.2)
    order = np.random.default_rng(0).permutation(model.consumers)
    shuffled = replace(
        model,
        **{
            name: getattr(model, name)[order]
            for name in (
                "terminal",
                "peak_kw",
                "coincident_kw",
                "largest_kw",
                "count",
                "prize",
                "source_cost",
            )
        },
    )
    assert smallest_cost(shuffled).objective == pytest.approx(smallest_cost(model).objective)


def test_small_rejects_too_many_consumers() -> None:
    with pytest.raises(StreetError, match="15 consumers"):
        smallest_cost(random_model(1, consumers=15))
