"""Temperatures and losses at mean load: by hand, by numerical integration, and in balance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from heatreach.network import (
    LinkTemperatures,
    NetworkTemperatures,
    Tree,
    link_temperatures,
    network_temperatures,
)

HEAT_CAPACITY = 4.18


def link(
    heat_kw: float = 500.0,
    *,
    supply: float = 70.0,
    back: float = 40.0,
    length_m: float = 1000.0,
    u_value: float = 0.2,
    ground: float = 8.0,
    drop_max: float = 10.0,
) -> LinkTemperatures:
    """State of one link."""
    return link_temperatures(
        np.array([heat_kw]),
        supply_degc=np.array([supply]),
        return_degc=np.array([back]),
        length_m=np.array([length_m]),
        u_value_w_mk=np.array([u_value]),
        ground_degc=ground,
        drop_max_k=drop_max,
        heat_capacity_kj_kgk=np.array([HEAT_CAPACITY]),
    )


def test_golden_one_link_by_hand() -> None:
    # m c = 500 / 30 = 16.667 kW/K; k = 0.2 * 1000 / 16,667 = 0.012; supply drop
    # 62 (e^0.012 - 1) = 0.7485 K, return drop 32 (1 - e^-0.012) = 0.3817 K; together
    # 16.667 * 1.1302 = 18.84 kW. Straight lines: 0.2 * 1000 * (62 + 32) = 18.8 kW.
    state = link()
    assert state.flow_kg_s[0] == pytest.approx(500 / (HEAT_CAPACITY * 30))
    assert state.supply_drop_k[0] == pytest.approx(0.7485, abs=1e-4)
    assert state.source_supply_degc[0] == pytest.approx(70.7485, abs=1e-4)
    assert state.source_return_degc[0] == pytest.approx(40 - 0.3817, abs=1e-4)
    assert state.loss_kw[0] == pytest.approx(18.84, abs=0.01)


def test_golden_one_link_equals_numerical_integration() -> None:
    state = link(40.0, length_m=3000.0)
    capacity_w_k = float(state.flow_kg_s[0]) * HEAT_CAPACITY * 1e3

    def cooling(_: float, degc: np.ndarray) -> np.ndarray:
        return -0.2 * (degc - 8.0) / capacity_w_k

    exact = {"rtol": 1e-11, "atol": 1e-11}
    there = solve_ivp(cooling, (0.0, 3000.0), state.source_supply_degc, **exact).y[0, -1]
    assert there == pytest.approx(70.0, abs=1e-7)
    leaving = 70.0 - 40.0e3 / capacity_w_k
    back = solve_ivp(cooling, (0.0, 3000.0), [leaving], **exact).y[0, -1]
    assert back == pytest.approx(float(state.source_return_degc[0]), abs=1e-7)


links = st.fixed_dictionaries(
    {
        "heat_kw": st.floats(0.5, 5000.0),
        "supply": st.floats(45.0, 95.0),
        "back": st.floats(20.0, 40.0),
        "length_m": st.floats(1.0, 5000.0),
        "u_value": st.floats(0.1, 0.5),
        "ground": st.floats(-2.0, 18.0),
        "drop_max": st.floats(1.0, 20.0),
    }
)


@given(links)
def test_property_link_balance_and_cap(case: dict[str, float]) -> None:
    heat_kw = case.pop("heat_kw")
    state = link(heat_kw, **case)
    lift = state.source_supply_degc - state.source_return_degc
    fed_kw = state.flow_kg_s[0] * HEAT_CAPACITY * lift[0]
    assert fed_kw == pytest.approx(heat_kw + state.loss_kw[0], rel=1e-9)
    assert 0.0 < state.supply_drop_k[0] <= case["drop_max"] * (1 + 1e-9)
    needed = heat_kw / (HEAT_CAPACITY * (case["supply"] - case["back"]))
    assert state.flow_kg_s[0] >= needed * (1 - 1e-12)
    colder = link(heat_kw, **(case | {"ground": case["ground"] - 1.0}))
    assert colder.loss_kw[0] > state.loss_kw[0]
    longer = link(heat_kw, **(case | {"length_m": case["length_m"] * 1.1}))
    assert longer.loss_kw[0] > state.loss_kw[0]


def chain(lengths: list[float]) -> Tree:
    """A tree that is one line."""
    nodes = np.arange(len(lengths) + 1)
    return Tree(
        node=nodes,
        parent=np.maximum(nodes - 1, 0),
        edge=nodes - 1,
        start=np.arange(len(nodes) + 1),
    )


@given(links)
@settings(deadline=None)
def test_property_network_of_one_consumer_is_a_link(case: dict[str, float]) -> None:
    heat_kw, length_m = case["heat_kw"], case["length_m"]
    pieces = [0.3 * length_m, 0.7 * length_m]
    state = network_temperatures(
        chain(pieces),
        np.array([0.0, 0.0, heat_kw]),
        supply_degc=np.full(3, case["supply"]),
        return_degc=np.full(3, case["back"]),
        length_m=np.array([0.0, *pieces]),
        u_value_w_mk=np.full(3, case["u_value"]),
        ground_degc=case["ground"],
        drop_max_k=case["drop_max"],
        heat_capacity_kj_kgk=HEAT_CAPACITY,
    )
    single = link(**case)
    assert state.settled
    assert state.flow_kg_s[0] == pytest.approx(single.flow_kg_s[0], rel=1e-6)
    assert state.supply_degc[0] == pytest.approx(single.source_supply_degc[0], rel=1e-6)
    assert state.supply_degc[-1] == pytest.approx(case["supply"], rel=1e-6)
    assert state.source_return_degc == pytest.approx(single.source_return_degc[0], rel=1e-6)
    assert state.loss_kw.sum() == pytest.approx(single.loss_kw[0], rel=1e-6)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, object]:
    """Random trees of pipes with a consumer at every end and some in between."""
    count = draw(st.integers(1, 14))
    parents = [0] + [draw(st.integers(0, node)) for node in range(count)]
    level = [0]
    for parent in parents[1:]:
        level.append(level[parent] + 1)
    order = np.argsort(level, kind="stable")
    place = np.argsort(order)
    tree = Tree(
        node=order,
        parent=place[np.array(parents)[order]],
        edge=order - 1,
        start=np.concatenate([[0], np.cumsum(np.bincount(level))]),
    )
    ends = ~np.isin(np.arange(count + 1), tree.parent)
    ends |= np.array(draw(st.lists(st.booleans(), min_size=count + 1, max_size=count + 1)))
    ends[0] = False

    def numbers(low: float, high: float) -> np.ndarray:
        drawn = st.lists(st.floats(low, high), min_size=count + 1, max_size=count + 1)
        return np.array(draw(drawn))

    return {
        "tree": tree,
        "heat_kw": np.where(ends, numbers(1.0, 300.0), 0.0),
        "supply_degc": numbers(50.0, 80.0),
        "return_degc": numbers(25.0, 40.0),
        "length_m": np.where(np.arange(count + 1) == 0, 0.0, numbers(1.0, 800.0)),
        "u_value_w_mk": numbers(0.1, 0.4),
        "ground_degc": draw(st.floats(0.0, 15.0)),
        "drop_max_k": draw(st.floats(2.0, 15.0)),
    }


def settle(case: dict[str, object]) -> NetworkTemperatures:
    """State of a drawn network."""
    return network_temperatures(**case, heat_capacity_kj_kgk=HEAT_CAPACITY)  # type: ignore[arg-type]


@given(networks())
@settings(deadline=None, max_examples=150)
def test_property_network_balance(case: dict[str, object]) -> None:
    state = settle(case)
    heat, tree = np.asarray(case["heat_kw"]), case["tree"]
    assert isinstance(tree, Tree)
    lift = state.supply_degc[0] - state.source_return_degc
    fed_kw = state.flow_kg_s[0] * HEAT_CAPACITY * lift
    assert fed_kw == pytest.approx(heat.sum() + state.loss_kw.sum(), rel=1e-9)
    served = heat > 0.0
    # Everyone is warm enough, and someone just so.
    spare = (state.supply_degc - np.asarray(case["supply_degc"]))[served]
    assert spare.min() == pytest.approx(0.0, abs=1e-6)
    # Flow is conserved: what a node passes on is at most what it gets.
    passed_on = np.bincount(tree.parent[1:], state.flow_kg_s[1:], minlength=len(heat))
    own = state.flow_kg_s - passed_on
    assert own[~served] == pytest.approx(0.0, abs=1e-9)
    assert (np.diff(state.loss_kw[tree.parent] * 0 + 1) == 0).all()
    assert (state.loss_kw[1:] > 0.0).all()
    if not state.settled:
        # Bypasses metres apart behind hundreds of metres: how they share the water stays open.
        return
    # No drop along the supply exceeds the cap, seen from a consumer that is served just so.
    ground, cap = case["ground_degc"], case["drop_max_k"]
    assert isinstance(ground, float)
    assert isinstance(cap, float)
    need = np.asarray(case["supply_degc"])[served]
    ratio = (state.supply_degc[0] - ground) / (state.supply_degc[served] - ground)
    assert ((ratio - 1.0) * (need - ground) <= cap * (1 + 1e-5)).all()


def test_golden_neighbours_that_bypass_settle() -> None:
    # Two houses 1 m behind a shared pipe of 19 m, on 1 kW each: both need bypass, and the water
    # that one lets past helps the other.
    tree = Tree(
        node=np.arange(4),
        parent=np.array([0, 0, 1, 1]),
        edge=np.arange(4) - 1,
        start=np.array([0, 1, 2, 4]),
    )
    u_value = np.array([0.0, 0.25, 0.25, 0.125])
    state = network_temperatures(
        tree,
        np.array([0.0, 0.0, 1.0, 1.0]),
        supply_degc=np.full(4, 50.0),
        return_degc=np.full(4, 25.0),
        length_m=np.array([0.0, 19.0, 1.0, 1.0]),
        u_value_w_mk=u_value,
        ground_degc=0.0,
        drop_max_k=0.5,
        heat_capacity_kj_kgk=HEAT_CAPACITY,
    )
    assert state.settled
    assert state.supply_degc[0] == pytest.approx(50.5, abs=1e-5)
    assert state.supply_degc[2:] == pytest.approx([50.0, 50.0], abs=1e-5)
    # Equal temperatures at both houses: flows in the ratio of their pipes' losses.
    assert state.flow_kg_s[2] / state.flow_kg_s[3] == pytest.approx(2.0, rel=1e-4)


@given(networks())
@settings(deadline=None, max_examples=40)
def test_property_colder_ground_loses_more(case: dict[str, object]) -> None:
    state = settle(case)
    colder = settle(case | {"ground_degc": float(str(case["ground_degc"])) - 3.0})
    assert colder.loss_kw.sum() > state.loss_kw.sum()


def test_golden_branch_equals_numerical_integration() -> None:
    # Source - 600 m - junction with a consumer - two branches of 300 and 900 m.
    tree = Tree(
        node=np.arange(4),
        parent=np.array([0, 0, 1, 1]),
        edge=np.arange(4) - 1,
        start=np.array([0, 1, 2, 4]),
    )
    heat, length = np.array([0.0, 80.0, 30.0, 50.0]), np.array([0.0, 600.0, 300.0, 900.0])
    u_value, need = np.array([0.0, 0.3, 0.15, 0.2]), np.array([0.0, 60.0, 70.0, 65.0])
    state = network_temperatures(
        tree,
        heat,
        supply_degc=need,
        return_degc=np.full(4, 40.0),
        length_m=length,
        u_value_w_mk=u_value,
        ground_degc=8.0,
        drop_max_k=30.0,
        heat_capacity_kj_kgk=HEAT_CAPACITY,
    )
    capacity_w_k = state.flow_kg_s * HEAT_CAPACITY * 1e3

    def after(edge: int, degc: float) -> float:
        def cooling(_: float, water: np.ndarray) -> np.ndarray:
            return np.asarray(-u_value[edge] * (water - 8.0) / capacity_w_k[edge])

        path = solve_ivp(cooling, (0.0, length[edge]), [degc], rtol=1e-11, atol=1e-11)
        return float(path.y[0, -1])

    junction = after(1, float(state.supply_degc[0]))
    arriving = [junction, after(2, junction), after(3, junction)]
    assert state.supply_degc[1:] == pytest.approx(arriving, abs=1e-6)
    # No bypass here: everyone gives back 40 °C, and the returns mix on the way home.
    own = capacity_w_k[1] - capacity_w_k[2] - capacity_w_k[3]
    assert own * (junction - 40.0) == pytest.approx(80e3, rel=1e-6)
    mixed = own * 40.0 + capacity_w_k[2] * after(2, 40.0) + capacity_w_k[3] * after(3, 40.0)
    home = after(1, mixed / capacity_w_k[1])
    assert state.source_return_degc == pytest.approx(home, abs=1e-6)


@given(networks(), st.floats(0.0, 20.0))
@settings(deadline=None, max_examples=40)
def test_property_a_warmer_source_serves_everybody_and_loses_more(
    case: dict[str, object], more_k: float
) -> None:
    plain = settle(case)
    asked = float(plain.supply_degc[0]) + more_k
    warmer = settle(case | {"source_least_degc": asked})
    assert warmer.supply_degc[0] == pytest.approx(asked)
    assert warmer.loss_kw.sum() >= plain.loss_kw.sum() * (1.0 - 1e-6)
    served = np.asarray(case["heat_kw"]) > 0.0
    need = np.asarray(case["supply_degc"])[served]
    assert (warmer.supply_degc[served] >= need - 1e-4).all()
