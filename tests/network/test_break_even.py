"""Break-evens of consumers left out, against the exact solver."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from heatreach.network.designing.break_even import REASONS, break_even, capacity_price
from heatreach.network.optimise.model import UNUSED, Model, evaluate
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import models, random_model


def figures(model: Model) -> dict[str, Any]:
    """Lengths, heats and prices for a model that has none."""
    return {
        "length_m": np.linspace(10.0, 60.0, model.edges),
        "heat_mwh": 2.0 * model.peak_kw,
        "annuity_years": 15.0,
        "heat_price_per_mwh": 60.0,
    }


@given(model=models(max_consumers=5))
@settings(max_examples=40, deadline=None)
def test_property_the_grant_makes_a_consumer_join(model: Model) -> None:
    best = smallest_cost(model)
    if not best.proven or not np.isfinite(best.objective):
        return
    table = break_even(model, best.parent_edge, **figures(model))
    assert table["reason"].isin(REASONS).all()
    connected = evaluate(model, best.parent_edge).connected
    assert table.index.tolist() == np.flatnonzero(~connected).tolist()
    for consumer, row in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        if not np.isfinite(row["grant"]):
            assert row["reason"] != "kept_out"
            continue
        # The network is optimal, so nobody outside it gains by joining it.
        assert row["grant"] >= -1e-6 * best.objective
        prize = model.prize.copy()
        prize[consumer] += max(row["grant"], 0.0) + 1e-4 * (1.0 + abs(best.objective))
        raised = replace(model, prize=prize)
        # Perhaps another network is better still; no better one leaves the consumer out.
        assert evaluate(raised, smallest_cost(raised).parent_edge).connected[consumer]


def line(*, prize: float, trunk: float = 100.0, capacity_kw: float = np.inf) -> Model:
    """A root, 50 m of served street, 80 m of street to consumer 1 with a service of 20 m."""
    return Model(
        nodes=5,
        root=0,
        tail=np.array([0, 1, 1, 2]),
        head=np.array([1, 3, 2, 4]),
        cost=np.array([[trunk, trunk + 60.0], [5.0, 9.0], [160.0, 240.0], [30.0, 50.0]]),
        limit_kw=np.array([40.0, 100.0]),
        through=np.array([True, True, True, False, False]),
        terminal=np.array([3, 4]),
        peak_kw=np.array([30.0, 20.0]),
        coincident_kw=np.zeros(2),
        largest_kw=np.array([30.0, 20.0]),
        count=np.array([1, 1]),
        prize=np.array([500.0, prize]),
        diversity=np.array([1.0, 1.0]),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([capacity_kw]),
        source_cost=np.zeros((2, 1)),
    )


TREE = np.array([UNUSED, 0, UNUSED, 1, UNUSED])
LENGTH_M = np.array([50.0, 10.0, 80.0, 20.0])


def row_of(model: Model) -> dict[str, Any]:
    """The one row of consumer 1; 5 MWh a year, 20 annuity years, at 60 per MWh."""
    table = break_even(
        model,
        TREE,
        length_m=LENGTH_M,
        heat_mwh=np.array([50.0, 5.0]),
        annuity_years=20.0,
        heat_price_per_mwh=60.0,
    )
    return {str(name): value for name, value in table.loc[1].items()}


def test_golden_too_far_in_money_price_and_metres() -> None:
    # Joining: street 160 + service 30 + larger trunk 60 = 250. Worth 150, so 100 are missing:
    # 100 / (5 MWh * 20) = 1 per MWh; the street costs 160 / 80 m = 2 per m, so 50 of the 100 m
    # must go.
    row = row_of(line(prize=150.0))
    assert row["reason"] == "too_far"
    assert row["joining_cost"] == 250.0
    assert row["grant"] == 100.0
    assert row["heat_price_per_mwh"] == 61.0
    assert row["missing_m"] == 100.0
    assert row["nearer_m"] == 50.0
    assert row["distance_m"] == 50.0
    assert "50 m nearer" in str(row["words"])


def test_golden_not_worth_its_trench_has_no_distance() -> None:
    # At its door still 30 + 60 = 90 are needed; worth 80.
    row = row_of(line(prize=80.0))
    assert row["reason"] == "not_worth_its_trench"
    assert row["grant"] == 170.0
    assert np.isnan(row["distance_m"])


def test_golden_no_grant_where_neither_money_nor_heat_would_do() -> None:
    # Joining would cost 160 + 30 + 60 = 250 and is worth 80, but 30 + 20 kW exceed 45 kW too.
    row = row_of(line(prize=80.0, capacity_kw=45.0))
    assert row["reason"] == "not_worth_its_trench"
    assert row["joining_cost"] == 250.0
    assert np.isnan(row["grant"])
    assert row["words"] == (
        "not worth its trench: joining costs 250 with 100 m of trench, worth 80; and the source "
        "it would join has too little heat left"
    )


def test_golden_source_too_small_and_its_shadow_price() -> None:
    # Worth 400 at a cost of 250, but 30 + 20 kW exceed 45 kW: 5 kW more bring 150.
    model = line(prize=400.0, capacity_kw=45.0)
    row = row_of(model)
    assert row["reason"] == "source_too_small"
    assert np.isnan(row["grant"])
    price = capacity_price(model, TREE, source=0, step_kw=10.0, solver=smallest_cost)
    assert price.per_kw == pytest.approx(15.0)
    assert price.first_kw == pytest.approx(5.0)
    assert price.first_gain == pytest.approx(150.0)
    small = capacity_price(model, TREE, source=0, step_kw=4.0, solver=smallest_cost)
    assert small.per_kw == 0.0


def test_golden_kept_out_and_unreachable() -> None:
    assert row_of(line(prize=400.0))["reason"] == "kept_out"
    cut = line(prize=400.0)
    cost = cut.cost.copy()
    cost[2] = np.inf
    row = row_of(replace(cut, cost=cost))
    assert row["reason"] == "unreachable"
    assert np.isnan(row["joining_cost"])


def test_capacity_price_rejects_no_step() -> None:
    model = line(prize=400.0, capacity_kw=45.0)
    with pytest.raises(ValueError, match="step_kw must be positive"):
        capacity_price(model, TREE, source=0, step_kw=0.0, solver=smallest_cost)


def test_a_network_that_serves_all_leaves_an_empty_table() -> None:
    model = random_model(2, consumers=3, must_share=1.0)
    best = smallest_cost(model)
    table = break_even(model, best.parent_edge, **figures(model))
    assert len(table) == 0
    assert "reason" in table.columns
