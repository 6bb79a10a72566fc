"""Flows and temperatures of trees of pipes: by hand, by numerical integration, and in balance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from heatreach.network import Tree
from heatreach.network.operation.thermal import ThermalState, enthalpy_kj_kg, thermal_state
from heatreach.thermo import heat_capacity_kj_kgk
from tests.peers.networks import rooted


def state_of(
    parents: list[int],
    heat_kw: list[float],
    *,
    loss_w_k: list[float],
    back: float = 40.0,
    source: float = 80.0,
    ground: float = 10.0,
    drop_max: float = 30.0,
) -> ThermalState:
    """One state of a small tree whose nodes are in order of level."""
    tree, _ = rooted(parents)
    return thermal_state(
        tree,
        np.array([heat_kw]),
        return_degc=np.full(len(parents), back),
        loss_w_k=np.array(loss_w_k),
        source_degc=np.array([source]),
        ground_degc=np.array([ground]),
        drop_max_k=drop_max,
    )


def cooled(start_degc: float, *, flow_kg_s: float, loss_w_k: float, ground: float) -> float:
    """Temperature at the end of a pipe by numerical integration of dT/dx = -U (T - Tg) / (m c)."""

    def slope(_: float, degc: np.ndarray) -> np.ndarray:
        capacity = np.asarray(heat_capacity_kj_kgk(degc)) * 1e3
        return -loss_w_k * (degc - ground) / (flow_kg_s * capacity)

    path = solve_ivp(slope, (0.0, 1.0), [start_degc], rtol=1e-10, atol=1e-10)
    return float(path.y[0, -1])


def heat_between(warm: float, cold: float) -> float:
    """Enthalpy difference of water by Simpson's rule on its heat capacity [kJ/kg]."""
    grid = np.linspace(cold, warm, 201)
    weight = np.ones(201)
    weight[1:-1:2], weight[2:-1:2] = 4.0, 2.0
    capacity = np.asarray(heat_capacity_kj_kgk(grid))
    return float(weight @ capacity * (warm - cold) / 600.0)


def test_golden_one_pipe_equals_numerical_integration() -> None:
    # 100 kW at the end of a pipe that loses 200 W/K: the flow solves m (h(T_end) - h(40)) = 100.
    def missing(flow: float) -> float:
        end = cooled(80.0, flow_kg_s=flow, loss_w_k=200.0, ground=10.0)
        return flow * heat_between(end, 40.0) - 100.0

    flow = brentq(missing, 0.3, 3.0, xtol=1e-10)
    state = state_of([0, 0], [0.0, 100.0], loss_w_k=[0.0, 200.0])
    assert state.flow_kg_s[0] == pytest.approx(flow, rel=1e-6)
    end = cooled(80.0, flow_kg_s=flow, loss_w_k=200.0, ground=10.0)
    assert state.supply_degc[0, 1] == pytest.approx(end, abs=1e-4)
    home = cooled(40.0, flow_kg_s=flow, loss_w_k=200.0, ground=10.0)
    assert state.arriving_degc[0, 1] == pytest.approx(home, abs=1e-4)
    lost = flow * (heat_between(80.0, end) + heat_between(40.0, home))
    assert state.supply_loss_kw[0, 1] + state.return_loss_kw[0, 1] == pytest.approx(lost, rel=1e-5)


def test_golden_two_consumers_by_hand() -> None:
    # Source - 100 W/K - junction - 20 W/K to A (60 kW) and 50 W/K to B (30 kW), all with c = 4.187.
    # First flows without losses: 60 / (4.187 * 40) = 0.3583 and 0.1791, together 0.5374 kg/s.
    # Junction: 10 + 70 exp(-100 / 2250) = 76.96; A: 10 + 66.96 exp(-20 / 1500) = 76.07; B:
    # 10 + 66.96 exp(-50 / 750) = 72.64. Second flows 60 / (4.187 * 36.07) = 0.3973 and
    # 30 / (4.187 * 32.64) = 0.2195; junction 77.34, A 76.54, B 73.78; third 0.3922 and 0.2121,
    # and so on to 0.3928 and 0.2131 with 77.29, 76.48 and 73.63 °C after five.
    state = state_of([0, 0, 1, 1], [0.0, 0.0, 60.0, 30.0], loss_w_k=[0.0, 100.0, 20.0, 50.0])
    assert state.own_kg_s[0] == pytest.approx([0.0, 0.0, 0.3928, 0.2131], rel=2e-3)
    assert state.supply_degc[0] == pytest.approx([80.0, 77.294, 76.481, 73.627], abs=0.02)


def test_golden_bypass_alone_by_hand() -> None:
    # No load: both ends are held 10 K below the source, ln(70 / 60) = 0.15415 left in all. What
    # flows is the sum of losses over it: 300 / 4187 / 0.15415 = 0.4648 kg/s; the trunk of 100 W/K
    # uses a third, and the rest is shared by the branches' 50 and 150 W/K: 0.1162 and 0.3486.
    state = state_of([0, 0, 1, 1], [0.0] * 4, loss_w_k=[0.0, 100.0, 50.0, 150.0], drop_max=10.0)
    assert state.settled.all()
    assert state.supply_degc[0, 2:] == pytest.approx([70.0, 70.0], abs=1e-9)
    assert state.flow_kg_s[0] == pytest.approx([0.4648, 0.4648, 0.1162, 0.3486], rel=2e-3)
    assert state.supply_degc[0, 1] == pytest.approx(10 + 70 * np.exp(-0.15415 / 3), abs=0.01)


def test_golden_enthalpy_is_the_integral_of_heat_capacity() -> None:
    for degc in (0.1, 37.3, 64.9, 149.0):
        assert enthalpy_kj_kg(np.array([degc]))[0] == pytest.approx(
            heat_between(degc, 0.0), rel=1e-4
        )


def test_golden_water_too_cold_brings_no_heat() -> None:
    # 5 K over the ground cannot heat a house that gives back 40 °C.
    state = state_of([0, 0], [0.0, 50.0], loss_w_k=[0.0, 1.0], source=41.5, ground=36.5, back=42.0)
    assert state.settled.all()
    assert state.delivered_kw[0, 1] == 0.0


@st.composite
def trees(draw: st.DrawFn) -> dict[str, object]:
    """Random trees with several states, from dead still to full load."""
    count = draw(st.integers(1, 14))
    tree, _ = rooted([0] + [draw(st.integers(0, node)) for node in range(count)])
    nodes = count + 1
    ends = ~np.isin(np.arange(nodes), tree.parent[1:])
    ends |= np.array(draw(st.lists(st.booleans(), min_size=nodes, max_size=nodes)))
    ends[0] = False

    def numbers(low: float, high: float, size: int) -> np.ndarray:
        drawn = st.lists(st.floats(low, high), min_size=size, max_size=size)
        return np.array(draw(drawn))

    full = np.where(ends, numbers(1.0, 300.0, nodes), 0.0)
    return {
        "tree": tree,
        "heat_kw": full * np.array([1.0, 0.4, 0.05, 1e-4, 0.0])[:, None],
        "return_degc": numbers(25.0, 45.0, nodes),
        "loss_w_k": np.where(np.arange(nodes) == 0, 0.0, numbers(0.1, 200.0, nodes)),
        "source_degc": np.full(5, draw(st.floats(65.0, 95.0))),
        "ground_degc": np.full(5, draw(st.floats(-2.0, 18.0))),
        "drop_max_k": draw(st.floats(2.0, 15.0)),
    }


def settle(case: dict[str, object]) -> ThermalState:
    """States of a drawn tree."""
    return thermal_state(**case)  # type: ignore[arg-type]


@given(trees())
@settings(max_examples=150)
def test_property_every_state_settles_and_balances(case: dict[str, object]) -> None:
    state, heat = settle(case), np.asarray(case["heat_kw"])
    tree, source = case["tree"], np.asarray(case["source_degc"])
    assert isinstance(tree, Tree)
    assert state.settled.all()
    assert state.delivered_kw == pytest.approx(heat, rel=1e-9, abs=1e-12)
    lift = enthalpy_kj_kg(state.supply_degc[:, 0]) - enthalpy_kj_kg(state.return_degc[:, 0])
    lost = (state.supply_loss_kw + state.return_loss_kw).sum(axis=1)
    assert state.flow_kg_s[:, 0] * lift == pytest.approx(heat.sum(axis=1) + lost, rel=1e-9)
    # Flow is conserved at every node.
    passed_on = np.zeros_like(state.flow_kg_s)
    for node in range(1, len(tree.node)):
        passed_on[:, tree.parent[node]] += state.flow_kg_s[:, node]
    assert state.flow_kg_s == pytest.approx(state.own_kg_s + passed_on, rel=1e-12)
    # No end of a pipe is colder than the thermostat allows, and who is warmer lets nothing past.
    leaves = np.setdiff1d(np.arange(1, len(tree.node)), tree.parent)
    held = source[0] - float(str(case["drop_max_k"]))
    ends = state.supply_degc[:, leaves]
    assert (ends >= held - 1e-6).all()
    back = np.asarray(case["return_degc"])[leaves]
    needed = heat[:, leaves] / (enthalpy_kj_kg(ends) - enthalpy_kj_kg(back))
    bypassed = state.own_kg_s[:, leaves] > needed * (1 + 1e-6) + 1e-9
    assert ends[bypassed] == pytest.approx(held, abs=1e-6)


@given(trees())
@settings(max_examples=60)
def test_property_temperature_falls_along_supply_and_return(case: dict[str, object]) -> None:
    state, tree = settle(case), case["tree"]
    assert isinstance(tree, Tree)
    assert (np.diff(state.supply_degc[:, [0, 0]]) == 0.0).all()
    assert (state.supply_degc[:, tree.parent] >= state.supply_degc - 1e-12).all()
    assert (state.arriving_degc <= state.return_degc + 1e-12).all()


@given(trees())
@settings(max_examples=60)
def test_property_warmer_ground_loses_less_and_more_load_takes_more_water(
    case: dict[str, object],
) -> None:
    state = settle(case)
    warmer = settle(case | {"ground_degc": np.asarray(case["ground_degc"]) + 3.0})
    lost = [(one.supply_loss_kw + one.return_loss_kw).sum(axis=1) for one in (state, warmer)]
    assert (lost[1] < lost[0]).all()
    # States fall from full load to none.
    assert (np.diff(state.flow_kg_s[:, 0]) <= 1e-9 * state.flow_kg_s[:-1, 0]).all()
