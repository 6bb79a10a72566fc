"""Problems made smaller: every solution expands to one of the same cost, no optimum is lost."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.blocks import parts_of
from heatreach.network.optimise.model import UNUSED, Model, evaluate
from heatreach.network.optimise.reduce import reduced
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import models, random_model


def random_tree(model: Model, seed: int) -> npt.NDArray[np.int64]:
    """Some tree on the root that reaches every consumer, without dead ends."""
    rng = np.random.default_rng(seed)
    weight = rng.random(model.edges) + 0.1
    beside: list[list[tuple[int, int]]] = [[] for _ in range(model.nodes)]
    for edge, (a, b) in enumerate(zip(model.tail.tolist(), model.head.tolist(), strict=True)):
        beside[a].append((b, edge))
        beside[b].append((a, edge))
    parent = np.full(model.nodes, UNUSED, dtype=np.int64)
    queue, done = [(0.0, model.root, UNUSED)], set()
    while queue:
        distance, node, by = heapq.heappop(queue)
        if node in done:
            continue
        done.add(node)
        parent[node] = by
        if node == model.root or model.through[node]:
            for other, edge in beside[node]:
                heapq.heappush(queue, (distance + weight[edge], other, edge))
    asks = set(model.terminal.tolist())
    while True:
        used = np.flatnonzero(parent >= 0)
        above = (model.tail + model.head)[parent[used]] - used
        children = np.bincount(above, minlength=model.nodes)
        idle = [node for node in used.tolist() if children[node] == 0 and node not in asks]
        if not idle:
            return parent
        parent[idle] = UNUSED


def town(seed: int) -> Model:
    """A random town of six consumers with dead ends, several sources and pipes that lie already."""
    rng = np.random.default_rng(seed)
    return random_model(
        seed,
        consumers=6,
        rows=4,
        columns=4,
        sources=int(rng.integers(1, 3)),
        services=int(rng.integers(1, 4)),
        coincident=bool(rng.integers(2)),
        must_share=float(rng.choice([0.0, 0.3, 1.0])),
        existing_share=0.2,
    )


def test_golden_street_of_two_by_hand() -> None:
    # root 0 - 1 - 2 - 3 with a dead end 4 at 2; consumers 5 (must, at 2) and 6 (prize, at 3).
    model = Model(
        nodes=7,
        root=0,
        tail=np.array([0, 1, 2, 2, 2, 3]),
        head=np.array([1, 2, 3, 4, 5, 6]),
        cost=np.array([[1.0, 2.0]] * 4 + [[3.0, 5.0]] + [[4.0, 6.0]]),
        limit_kw=np.array([10.0, 30.0]),
        through=np.array([True] * 5 + [False] * 2),
        terminal=np.array([5, 6]),
        peak_kw=np.array([12.0, 8.0]),
        coincident_kw=np.zeros(2),
        largest_kw=np.array([12.0, 8.0]),
        count=np.array([1, 1]),
        prize=np.array([np.inf, 100.0]),
        diversity=np.ones(3),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((2, 1)),
    )
    small = reduced(model)
    # 12 kW need the larger pipe, so the service pipe of consumer 5 costs 5 in any case. What is
    # left: root to the junction (two edges as one), junction to 6 (two as one), a stand-in for 5.
    assert small.constant == 5.0
    assert sorted(small.model.cost[:, 0].tolist()) == [0.0, 2.0, 5.0]
    assert small.model.nodes == 4
    exact = smallest_cost(small.model)
    # 20 kW through the trunk: 4; consumer 6 by the small pipe: 1 + 4.
    assert exact.objective + small.constant == 4.0 + 5.0 + 5.0
    whole = small.expanded(exact.parent_edge)
    assert evaluate(model, whole).objective == 14.0
    assert whole.tolist() == [-1, 0, 1, 2, -1, 4, 5]


def test_golden_consumer_out_of_reach_costs_its_prize() -> None:
    model = town(0)
    away = replace(
        model,
        nodes=model.nodes + 2,
        tail=np.append(model.tail, model.nodes),
        head=np.append(model.head, model.nodes + 1),
        cost=np.vstack([model.cost, np.ones(model.cost.shape[1])]),
        through=np.append(model.through, [True, False]),
        terminal=np.append(model.terminal, model.nodes + 1),
        peak_kw=np.append(model.peak_kw, 1.0),
        coincident_kw=np.append(model.coincident_kw, 0.0),
        largest_kw=np.append(model.largest_kw, 1.0),
        count=np.append(model.count, 1),
        prize=np.append(model.prize, 7.0),
        source_cost=np.vstack([model.source_cost, model.source_cost[:1]]),
    )
    assert reduced(away).constant == pytest.approx(reduced(model).constant + 7.0)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_property_solutions_expand_at_the_same_cost(seed: int) -> None:
    model = town(seed)
    small = reduced(model)
    assert small.model.edges <= model.edges + model.consumers
    tree = random_tree(small.model, seed)
    assert evaluate(model, small.expanded(tree)).objective == pytest.approx(
        evaluate(small.model, tree).objective + small.constant
    )


@given(model=models(max_consumers=6, max_rows=4, max_columns=4))
@settings(deadline=None, max_examples=40)
def test_property_reduction_and_parts_keep_the_optimum(model: Model) -> None:
    small = reduced(model)
    total, whole = small.constant, np.full(small.model.nodes, UNUSED, dtype=np.int64)
    for part in parts_of(small.model):
        inner = reduced(part.model)
        total += inner.constant
        found = np.full(inner.model.nodes, UNUSED, dtype=np.int64)
        if inner.model.consumers:
            exact = smallest_cost(inner.model)
            total += exact.objective
            found = exact.parent_edge
        part.into(whole, inner.expanded(found))
    best = smallest_cost(model)
    assert total == pytest.approx(best.objective)
    assert evaluate(model, small.expanded(whole)).objective == pytest.approx(best.objective)


def test_golden_forced_towns_fall_apart() -> None:
    # A chain of two circuits that meet in one node: each circuit is a problem of its own.
    ring = [(0, 1), (1, 2), (2, 3), (3, 0), (2, 4), (4, 5), (5, 6), (6, 2)]
    service = [(1, 7), (3, 8), (4, 9), (6, 10)]
    tail, head = (np.array(side) for side in zip(*ring, *service, strict=True))
    model = Model(
        nodes=11,
        root=0,
        tail=tail,
        head=head,
        cost=np.repeat(np.arange(1.0, 13.0)[:, None], 2, axis=1),
        limit_kw=np.array([10.0, 100.0]),
        through=np.arange(11) < 7,
        terminal=np.arange(7, 11),
        peak_kw=np.full(4, 5.0),
        coincident_kw=np.zeros(4),
        largest_kw=np.full(4, 5.0),
        count=np.ones(4, dtype=np.int64),
        prize=np.full(4, np.inf),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((4, 1)),
    )
    small = reduced(model)
    parts = [part for part in parts_of(small.model) if part.model.edges > 2]
    assert len(parts) == 2
    assert {part.model.consumers for part in parts} == {2, 3}
    one_left = replace(model, prize=np.array([np.inf, np.inf, np.inf, 3.0]))
    assert len([p for p in parts_of(reduced(one_left).model) if p.model.edges > 2]) == 1
