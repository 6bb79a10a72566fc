"""Moves on a tree: sums and charges against `evaluate`, undoing, and moves known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.local_search import EVERYWHERE, insert, prune, rehang, remove
from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.network_arrays import (
    COUNT,
    LARGEST,
    PEAK,
    PRIZE,
    Network,
    network_of,
)
from heatreach.network.optimise.tree_state import (
    DICE,
    TURN,
    State,
    begin,
    plant,
    state_of,
    undo,
)
from tests.network.optimise.cases import models, random_model


def total_of(model: Model, network: Network, state: State) -> float:
    """Objective by `evaluate`, counted from the prizes of all as the state's total is."""
    found = evaluate(model, state.parent_edge)
    served = network.own[model.terminal, PRIZE][found.connected].sum()
    worthless = replace(model, prize=np.zeros(model.consumers))
    return evaluate(worthless, state.parent_edge).objective - float(served)


def same_as_evaluated(model: Model, network: Network, state: State) -> None:
    """The state's sums and total are those of the tree it holds."""
    found = evaluate(model, state.parent_edge)
    inside = state.parent_edge >= 0
    np.testing.assert_allclose(state.sums[inside, PEAK], found.peak_kw[inside], rtol=1e-12)
    np.testing.assert_array_equal(state.sums[inside, COUNT], found.count[inside])
    np.testing.assert_array_equal(state.sums[inside, LARGEST], found.largest_kw[inside])
    assert not state.sums[~inside][:, COUNT].sum() - state.sums[network.root, COUNT]
    expected = total_of(model, network, state)
    if np.isfinite(expected):
        scale = network.penalty
        assert state.total[0] == pytest.approx(expected, rel=1e-9, abs=1e-12 * scale)
    else:
        assert state.total[0] > -network.own[model.terminal, PRIZE].sum() + network.penalty / 2


def random_move(network: Network, state: State, random: np.random.Generator) -> None:
    """One move of any kind somewhere in the tree."""
    salt, width = int(random.integers(1 << 20)), float(random.choice([0.0, 3.0]))
    consumer = int(random.choice(network.consumer))
    if state.parent_edge[consumer] < 0:
        insert(network, state, consumer, float(random.choice([1.0, 50.0])), salt, width)
    elif random.random() < 0.4:
        remove(network, state, consumer)
    else:
        node = consumer
        for _ in range(int(random.integers(4))):
            above = int(network.ends[state.parent_edge[node]] - node)
            node = node if above == network.root else above
        rehang(network, state, node, EVERYWHERE, salt, width)


@given(model=models(max_consumers=9, max_rows=5, max_columns=5), seed=st.integers(0, 10**6))
@settings(max_examples=60)
def test_property_sums_and_total_stay_those_of_the_tree(model: Model, seed: int) -> None:
    network, state = network_of(model), state_of(network_of(model))
    random = np.random.default_rng(seed)
    plant(network, state, state.parent_edge.copy())
    for _ in range(40):
        random_move(network, state, random)
        same_as_evaluated(model, network, state)


@given(model=models(max_consumers=9, max_rows=5, max_columns=5), seed=st.integers(0, 10**6))
@settings(max_examples=40)
def test_property_undo_brings_back_every_bit(model: Model, seed: int) -> None:
    network, state = network_of(model), state_of(network_of(model))
    random = np.random.default_rng(seed)
    plant(network, state, state.parent_edge.copy())
    for _ in range(5):
        for _ in range(5):
            random_move(network, state, random)
        before = [state.parent_edge.copy(), state.sums.copy(), state.charge.copy()]
        total = float(state.total[0])
        begin(state)
        for _ in range(8):
            random_move(network, state, random)
        undo(state, total)
        state.counter[TURN] = 0
        for was, now in zip(before, (state.parent_edge, state.sums, state.charge), strict=True):
            np.testing.assert_array_equal(was, now)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_property_a_move_never_makes_the_tree_dearer(seed: int) -> None:
    model = random_model(seed, consumers=8, rows=5, columns=5, existing_share=0.2)
    network, state = network_of(model), state_of(network_of(model))
    plant(network, state, state.parent_edge.copy())
    state.counter[DICE] = seed
    random = np.random.default_rng(seed)
    for consumer in random.permutation(network.consumer):
        insert(network, state, int(consumer), 3.0, 0, 0.0)
    for _ in range(3):
        for node in random.permutation(np.flatnonzero(state.parent_edge >= 0)):
            if state.parent_edge[node] < 0:
                continue
            before = float(state.total[0])
            moved = rehang(network, state, int(node), EVERYWHERE, 0, 0.0)
            assert state.total[0] < before if moved else state.total[0] == before


def ring() -> Model:
    """
    A ring of the root and three corners with a consumer at each corner.

    Root 0; corners 1, 2, 3; consumers 4, 5, 6. The edges 1-2 and 2-3 cost 10, 0-1 costs 100 and
    0-3 costs 30.
    """
    price = [100.0, 10.0, 10.0, 30.0, 1.0, 1.0, 1.0]
    return Model(
        nodes=7,
        root=0,
        tail=np.array([0, 1, 2, 3, 1, 2, 3]),
        head=np.array([1, 2, 3, 0, 4, 5, 6]),
        cost=np.array(price)[:, None] * np.array([1.0, 1.5]),
        limit_kw=np.array([20.0, 100.0]),
        through=np.array([True] * 4 + [False] * 3),
        terminal=np.array([4, 5, 6]),
        peak_kw=np.full(3, 10.0),
        coincident_kw=np.zeros(3),
        largest_kw=np.full(3, 10.0),
        count=np.ones(3, dtype=np.int64),
        prize=np.full(3, np.inf),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((3, 1)),
    )


def test_golden_branch_turns_round() -> None:
    """
    The whole branch hangs at its upper end, corner 1; it belongs at its lower end, corner 3.

    Before: 100·1.5 + 10 + 10 + 3 = 173. After: 30·1.5 + 10 + 10 + 3 = 68.
    """
    model = ring()
    network, state = network_of(model), state_of(network_of(model))
    plant(network, state, np.array([-1, 0, 1, 2, 4, 5, 6]))
    assert evaluate(model, state.parent_edge).objective == 173.0
    assert rehang(network, state, 1, EVERYWHERE, 0, 0.0)
    assert state.parent_edge.tolist() == [-1, 1, 2, 3, 4, 5, 6]
    assert evaluate(model, state.parent_edge).objective == 68.0


def test_golden_pruning_keeps_the_branch_that_pays() -> None:
    """
    Corner 3 with its consumer costs 45 + 1, corner 2 behind it 10 + 1, corner 1 another 10 + 1.

    Prizes 20 at corner 1, 5 at corner 2, 60 at corner 3: corner 1 is worth 20 - 11 = 9, corner 2
    with it 5 - 1 + 9 - 10 = 3, so all of it pays: 60 - 1 + 3 - 45 > 0. With 8 at corner 1 that
    consumer is not worth its 11, corner 2 then loses 5 - 1 - 10 < 0, and corner 3 alone stays.
    """
    tree = np.array([-1, 1, 2, 3, 4, 5, 6])
    rich = replace(ring(), prize=np.array([20.0, 5.0, 60.0]))
    network, state = network_of(rich), state_of(network_of(rich))
    plant(network, state, tree)
    assert not prune(network, state, 1.0)
    poor = replace(ring(), prize=np.array([8.0, 5.0, 60.0]))
    network = network_of(poor)
    plant(network, state, tree)
    assert prune(network, state, 1.0)
    assert state.parent_edge.tolist() == [-1, -1, -1, 3, -1, -1, 6]
    assert state.total[0] == 30.0 + 1.0 - 60.0


def test_golden_dead_ends_are_not_planted() -> None:
    """A tree given with streets that lead to nobody is planted without them."""
    model = replace(ring(), prize=np.array([20.0, 5.0, 60.0]))
    network, state = network_of(model), state_of(network_of(model))
    plant(network, state, np.array([-1, 1, 2, 3, -1, -1, 6]))
    assert state.parent_edge.tolist() == [-1, -1, -1, 3, -1, -1, 6]
