"""Simulated networks: one consumer by hand, balances, orders, and what consumers lack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.operation.thermal import water_table
from heatreach.network.simulate import NetworkState, design_heat_kw, simulate_network
from heatreach.thermo import (
    PhysicsRangeError,
    mass_flow_kg_s,
    outlet_degc,
    pressure_gradient_pa_m,
)
from tests.peers.networks import OPERATION, PIPES, RULES, planned, random_plan

GIVEN: dict[str, Any] = {"catalogue": PIPES, "rules": RULES, "operation": OPERATION}


def houses(peak_kw: list[float], first: int, **columns: object) -> pd.DataFrame:
    """Consumers at the graph nodes from a first one on."""
    return pd.DataFrame(
        {"node": np.arange(first, first + len(peak_kw)), "peak_kw": peak_kw, **columns}
    )


def test_golden_one_consumer_by_the_formulas_of_the_thermo_room() -> None:
    # 300 kW at the end of 500 m: flow, cooling, friction and head, each by its own formula.
    plan, streets = planned([0, 0], [0.0, 500.0], houses([300.0], 1))
    operation = replace(OPERATION, fittings_share=0.2)
    state = simulate_network(plan, streets, **(GIVEN | {"operation": operation}))
    size = int(plan.edges["size"].iloc[0])
    flow, bore = float(state.flow_kg_s[0]), PIPES.inner_diameter_mm[size]
    pipe = {"length_m": 500.0, "u_value_w_mk": PIPES.u_value_w_mk[size], "ground_degc": 8.0}
    arriving = outlet_degc(75.0, flow_kg_s=flow, **pipe)
    assert state.arriving_degc[0] == pytest.approx(arriving, abs=1e-3)
    assert flow == pytest.approx(mass_flow_kg_s(300.0, arriving, 45.0), rel=1e-3)
    home = outlet_degc(45.0, flow_kg_s=flow, **pipe)
    assert state.source_return_degc == pytest.approx(home, abs=1e-3)
    drop = sum(
        500.0
        * 1.2
        * pressure_gradient_pa_m(flow, bore, temperature_degc=mean, roughness_mm=PIPES.roughness_mm)
        for mean in ((75.0 + arriving) / 2, (45.0 + home) / 2)
    )
    assert state.head_pa == pytest.approx(drop + 60e3, rel=1e-4)
    assert state.differential_pa[0] == pytest.approx(60e3)


def test_golden_design_day_takes_the_common_peak() -> None:
    plan, _ = random_plan(3, 40)
    heat = design_heat_kw(plan)
    # The plan's own first section carries all of them.
    assert heat.sum() == pytest.approx(plan.edges["peak_kw"].iloc[0])
    share = heat / plan.consumers["peak_kw"].to_numpy()
    assert share == pytest.approx(np.full(40, share[0]))


def test_golden_what_consumers_lack() -> None:
    # A consumer at the source's door and one 3 km away that needs what leaves the source.
    table = houses([50.0, 50.0], 2, supply_degc=[75.0, 74.0])
    plan, streets = planned([0, 0, 0, 1], [0.0, 3000.0, 1.0, 10.0], table)
    operation = replace(OPERATION, head_max_pa=100e3)
    state = simulate_network(plan, streets, **(GIVEN | {"operation": operation}))
    assert state.too_cold_k[0] == pytest.approx(0.0, abs=0.01)
    assert state.too_cold_k[1] == pytest.approx(74.0 - state.arriving_degc[1])
    assert state.too_cold_k[1] > 1.0
    assert state.head_pa == 100e3
    assert state.too_little_pa[0] == 0.0
    assert state.too_little_pa[1] == pytest.approx(60e3 - state.differential_pa[1])
    assert (state.heat_short_kw == 0.0).all()


def test_simulate_rejects_a_source_no_warmer_than_the_return() -> None:
    plan, streets = planned([0, 0], [0.0, 500.0], houses([300.0], 1))
    with pytest.raises(PhysicsRangeError, match="return temperature"):
        simulate_network(plan, streets, **GIVEN, supply_degc=45.0)
    with pytest.raises(PhysicsRangeError, match="outside"):
        simulate_network(plan, streets, **GIVEN, supply_degc=151.0)


def test_property_several_states_equal_each_alone() -> None:
    plan, streets = random_plan(5, 30)
    heat = design_heat_kw(plan) * np.array([1.0, 0.3, 0.0])[:, None]
    supply, ground = np.array([75.0, 65.0, 60.0]), np.array([2.0, 8.0, 15.0])
    together = simulate_network(
        plan, streets, **GIVEN, heat_kw=heat, supply_degc=supply, ground_degc=ground
    )
    for number in range(3):
        alone = simulate_network(
            plan,
            streets,
            **GIVEN,
            heat_kw=heat[number],
            supply_degc=supply[number],
            ground_degc=ground[number],
        )
        for name in NetworkState.__dataclass_fields__:
            mine, other = getattr(alone, name), getattr(together, name)[number]
            assert np.array_equal(mine, other, equal_nan=True), name


@given(st.integers(0, 1000), st.integers(1, 40), st.floats(0.0, 1.0))
@settings(max_examples=40)
def test_property_balance_and_order_of_pressures(seed: int, count: int, share: float) -> None:
    plan, streets = random_plan(seed, count)
    state = simulate_network(plan, streets, **GIVEN, heat_kw=design_heat_kw(plan) * share)
    assert state.settled
    assert abs(state.balance_error) < 1e-6
    assert state.heat_kw == pytest.approx(design_heat_kw(plan).sum() * share)
    assert state.fed_kw == pytest.approx(state.heat_kw + state.loss_kw.sum(), rel=1e-9)
    parent = plan.tree.parent
    assert (state.supply_pa[parent] >= state.supply_pa).all()
    assert (state.return_pa[parent] <= state.return_pa).all()
    assert state.differential_pa.min() == pytest.approx(60e3)
    assert (state.loss_kw[1:] > 0.0).all()


@given(st.integers(0, 1000), st.integers(2, 30))
@settings(max_examples=25)
def test_property_row_order_changes_nothing(seed: int, count: int) -> None:
    plan, streets = random_plan(seed, count)
    order = np.random.default_rng(seed).permutation(count)
    turned = replace(plan, consumers=plan.consumers.iloc[order])
    one = simulate_network(plan, streets, **GIVEN)
    other = simulate_network(turned, streets, **GIVEN)
    assert other.arriving_degc == pytest.approx(one.arriving_degc[order], rel=1e-12)
    assert other.differential_pa == pytest.approx(one.differential_pa[order], rel=1e-9)
    assert other.head_pa == pytest.approx(one.head_pa, rel=1e-9)


def test_property_a_consumer_left_out_takes_nothing() -> None:
    plan, streets = random_plan(2, 6)
    table = plan.consumers.copy()
    extra = table.iloc[[0]].assign(connected=False, node=-1)
    wider = replace(plan, consumers=pd.concat([table, extra], ignore_index=True))
    one, other = (simulate_network(which, streets, **GIVEN) for which in (plan, wider))
    assert np.isnan(other.arriving_degc[-1])
    assert other.head_pa == one.head_pa


def test_golden_water_table_covers_what_is_simulated() -> None:
    table = water_table()
    assert table.temperature_degc[[0, -1]].tolist() == [0.0, 150.0]
    assert (np.diff(table.enthalpy_kj_kg) > 0.0).all()
