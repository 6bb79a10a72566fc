"""What an edge can carry: hand-made streets, and every tree of small random ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.ranges import flow_ranges
from tests.network.optimise.cases import all_trees, models, random_model


def street(prize: float) -> Model:
    """Root 0 - 1 - 2 and a ring 2-3-4 with a consumer at 1 (5), 3 (6) and 4 (7)."""
    tail = np.array([0, 1, 2, 3, 4, 1, 3, 4])
    head = np.array([1, 2, 3, 4, 2, 5, 6, 7])
    peak = np.array([10.0, 20.0, 40.0])
    return Model(
        nodes=8,
        root=0,
        tail=tail,
        head=head,
        cost=np.ones((8, 1)),
        limit_kw=np.array([1000.0]),
        through=np.arange(8) < 5,
        terminal=np.array([5, 6, 7]),
        peak_kw=peak,
        coincident_kw=np.zeros(3),
        largest_kw=peak,
        count=np.ones(3, dtype=np.int64),
        prize=np.full(3, prize),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([1000.0]),
        source_cost=np.zeros((3, 1)),
    )


def test_golden_bridges_carry_all_that_lies_behind_them() -> None:
    """By hand: 70 kW over 0-1, 60 kW over 1-2; the ring carries at least its nearest consumer."""
    ranges = flow_ranges(street(np.inf))
    assert ranges.usable[0].tolist() == [True, True, True, True, False, True, True, True]
    assert ranges.usable[1].tolist() == [False, False, False, True, True, False, False, False]
    assert ranges.peak_min_kw[0].tolist() == [70.0, 60.0, 20.0, 40.0, 0.0, 10.0, 20.0, 40.0]
    assert np.allclose(ranges.peak_max_kw[0], [70, 60, 60, 40, 0, 10, 20, 40])
    assert np.allclose(ranges.peak_max_kw[1, 3:5], [20, 60])


def test_golden_optional_consumers_leave_the_least_open() -> None:
    """By hand: any one consumer may be the only one."""
    ranges = flow_ranges(street(5.0))
    assert ranges.peak_min_kw[0].tolist() == [10.0, 20.0, 20.0, 20.0, 0.0, 10.0, 20.0, 40.0]
    assert np.allclose(ranges.peak_max_kw[0], [70, 60, 60, 40, 0, 10, 20, 40])


def test_golden_a_dead_edge_opens_the_ring() -> None:
    """By hand: without 4-2 the ring is a street, and its loads are known."""
    dead = np.arange(8) == 4
    ranges = flow_ranges(street(np.inf), dead=dead)
    assert ranges.peak_min_kw[0].tolist() == [70.0, 60.0, 60.0, 40.0, 0.0, 10.0, 20.0, 40.0]
    assert not ranges.usable[1].any()


@settings(max_examples=40)
@given(models(max_consumers=4))
def test_property_every_tree_stays_within_the_ranges(model: Model) -> None:
    """Loads of feasible trees without useless ends."""
    ranges = flow_ranges(model)
    for parent_edge in islice(all_trees(model), 400):
        found = evaluate(model, parent_edge)
        if not np.isfinite(found.objective):
            continue
        used = np.flatnonzero(parent_edge >= 0)
        edge = parent_edge[used]
        way = (model.head[edge] != used).astype(np.int64)
        assert ranges.usable[way, edge].all()
        slack = 1e-6
        assert (found.peak_kw[used] >= ranges.peak_min_kw[way, edge] - slack).all()
        assert (found.peak_kw[used] <= ranges.peak_max_kw[way, edge] + slack).all()
        assert (found.count[used] >= ranges.count_min[way, edge]).all()
        assert (found.count[used] <= ranges.count_max[way, edge]).all()
        assert (found.coincident_kw[used] >= ranges.coincident_min_kw[way, edge] - slack).all()
        assert (found.coincident_kw[used] <= ranges.coincident_max_kw[way, edge] + slack).all()
        assert (found.load_kw[used] >= ranges.load_min_kw[way, edge] - slack).all()
        assert (found.load_kw[used] <= ranges.load_max_kw[way, edge] + slack).all()


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_property_order_of_edges_and_consumers_does_not_matter(seed: int) -> None:
    model = random_model(seed, consumers=6, rows=4, columns=4)
    rng = np.random.default_rng(seed)
    edge, consumer = rng.permutation(model.edges), rng.permutation(model.consumers)
    mixed = replace(
        model,
        tail=model.tail[edge],
        head=model.head[edge],
        cost=model.cost[edge],
        terminal=model.terminal[consumer],
        peak_kw=model.peak_kw[consumer],
        coincident_kw=model.coincident_kw[consumer],
        largest_kw=model.largest_kw[consumer],
        count=model.count[consumer],
        prize=model.prize[consumer],
        source_cost=model.source_cost[consumer],
    )
    one, two = flow_ranges(model), flow_ranges(mixed)
    assert (one.usable[:, edge] == two.usable).all()
    assert np.allclose(one.peak_min_kw[:, edge], two.peak_min_kw)
    assert np.allclose(one.peak_max_kw[:, edge], two.peak_max_kw)
