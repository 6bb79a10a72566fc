"""Friction and pressures: against the thermo room, by hand, and in order along the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.network.operation.hydraulics import (
    along,
    network_pressures,
    pipe_friction,
    pump_power_kw,
)
from heatreach.thermo import density_kg_m3, pressure_gradient_pa_m, velocity_m_s
from tests.peers.networks import rooted


def test_golden_friction_is_that_of_the_thermo_room() -> None:
    rng = np.random.default_rng(1)
    flow = 10 ** rng.uniform(-3, 2.5, 500)
    flow[0] = 0.0
    bore, degc = rng.uniform(20, 500, 500), rng.uniform(2, 140, 500)
    found = pipe_friction(flow, bore, temperature_degc=degc, roughness_mm=0.05)
    gradient = pressure_gradient_pa_m(flow, bore, temperature_degc=degc, roughness_mm=0.05)
    assert found.gradient_pa_m == pytest.approx(gradient, rel=1e-4)
    speed = velocity_m_s(flow, bore, density_kg_m3(degc))
    assert found.velocity_m_s == pytest.approx(speed, rel=1e-4)


def test_golden_pressures_of_two_consumers_by_hand() -> None:
    # 10 kPa to the junction, 5 and 20 kPa on; the same back less a tenth. Worst way: 30 + 27 kPa,
    # and 40 kPa in the substation: 97 kPa. The other consumer has 97 - 15 - 13.5 = 68.5 kPa.
    tree, _ = rooted([0, 0, 1, 1])
    there = np.array([[0.0, 10e3, 5e3, 20e3]])
    found = network_pressures(
        tree, there, 0.9 * there, served=np.array([2, 3]), substation_drop_pa=40e3
    )
    assert found.head_pa.tolist() == [97e3]
    assert (found.supply_pa - found.return_pa)[0, 2:].tolist() == [68.5e3, 40e3]
    limited = network_pressures(
        tree,
        there,
        0.9 * there,
        served=np.array([2, 3]),
        substation_drop_pa=40e3,
        head_max_pa=80e3,
    )
    assert (limited.supply_pa - limited.return_pa)[0, 2:].tolist() == [51.5e3, 23e3]


def test_golden_pump_by_hand() -> None:
    # 10 kg/s of water of 992.2 kg/m³ (40 °C) by 200 kPa: 2.016 kW of water power, over 0.65.
    power = pump_power_kw(np.array([10.0]), np.array([200e3]), return_degc=np.array([40.0]))
    assert power[0] == pytest.approx(2.0157 / 0.65, rel=0.2)
    assert pump_power_kw(2 * np.ones(1), np.ones(1), return_degc=np.ones(1)) == pytest.approx(
        2 * pump_power_kw(np.ones(1), np.ones(1), return_degc=np.ones(1))
    )


@given(st.data())
def test_property_pressure_falls_there_and_rises_back(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    tree, _ = rooted([0] + [data.draw(st.integers(0, node)) for node in range(count)])
    numbers = st.lists(st.floats(0.0, 1e5), min_size=count, max_size=count)
    there, back = (np.array([[0.0, *data.draw(numbers)]]) for _ in range(2))
    served = np.setdiff1d(np.arange(1, count + 1), tree.parent)
    found = network_pressures(tree, there, back, served=served, substation_drop_pa=5e4)
    assert (found.supply_pa[:, tree.parent] >= found.supply_pa - 1e-9).all()
    assert (found.return_pa[:, tree.parent] <= found.return_pa + 1e-9).all()
    spread = (found.supply_pa - found.return_pa)[0, served]
    assert spread.min() == pytest.approx(5e4)
    assert along(tree, there)[0] == pytest.approx(tree.upstream(there[0]))
