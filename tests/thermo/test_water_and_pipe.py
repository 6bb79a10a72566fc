"""Water and pipes against IAPWS figures and the `fluids` package."""

from __future__ import annotations

import fluids.friction
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import (
    PhysicsRangeError,
    density_kg_m3,
    friction_factor,
    heat_capacity_kj_kgk,
    heat_loss_w_m,
    mass_flow_kg_s,
    outlet_degc,
    pressure_gradient_pa_m,
    pumping_kw,
    velocity_m_s,
    viscosity_pa_s,
)


def test_golden_water_matches_helmholtz_equation() -> None:
    """IAPWS-95 through CoolProp: density 2e-5, heat capacity and viscosity 1e-3."""
    celsius = np.linspace(1.0, 149.0, 38)
    for function, key, scale, tolerance in (
        (density_kg_m3, "D", 1.0, 2e-5),
        (heat_capacity_kj_kgk, "C", 1e-3, 1e-3),
        (viscosity_pa_s, "V", 1.0, 1e-3),
    ):
        expected = PropsSI(key, "T", celsius + 273.15, "P", 1e6, "HEOS::Water") * scale
        np.testing.assert_allclose(function(celsius), expected, rtol=tolerance)


def test_water_keeps_shape_and_missing_values() -> None:
    grid = np.array([[10.0, np.nan], [30.0, 40.0]])
    density = np.asarray(density_kg_m3(grid))
    assert density.shape == (2, 2)
    assert np.isnan(density).sum() == 1
    assert np.shape(density_kg_m3(np.array([]))) == (0,)


@pytest.mark.parametrize("wrong", [-0.1, 150.1, np.array([20.0, 300.0])])
def test_water_rejects_temperatures_that_are_not_liquid(wrong: float) -> None:
    with pytest.raises(PhysicsRangeError, match="0 to 150 °C"):
        density_kg_m3(wrong)


def test_golden_friction_matches_fluids_colebrook() -> None:
    """Relative 1e-12 over the turbulent range of the Moody chart."""
    reynolds = np.geomspace(4000.0, 1e8, 25)
    for rough in (0.0, 1e-6, 1e-4, 1e-3, 1e-2, 0.05):
        expected = [fluids.friction.Colebrook(re, rough) for re in reynolds.tolist()]
        np.testing.assert_allclose(friction_factor(reynolds, rough), expected, rtol=1e-12)


def test_friction_is_laminar_and_continuous() -> None:
    assert friction_factor(1000.0, 0.001) == pytest.approx(0.064, rel=1e-15)
    for edge in (2300.0, 4000.0):
        below, above = friction_factor(edge * (1 - 1e-9), 1e-3), friction_factor(edge, 1e-3)
        assert below == pytest.approx(above, rel=1e-7)


@given(
    flow=st.floats(0.01, 500.0),
    diameter=st.floats(15.0, 600.0),
    wider=st.floats(1.001, 3.0),
    temperature=st.floats(5.0, 120.0),
)
@settings(deadline=None, max_examples=60)
def test_property_wider_pipe_never_has_a_higher_gradient(
    flow: float, diameter: float, wider: float, temperature: float
) -> None:
    gradient = pressure_gradient_pa_m(
        flow,
        np.array([diameter, diameter * wider]),
        temperature_degc=temperature,
        roughness_mm=0.05,
    )
    assert isinstance(gradient, np.ndarray)
    assert 0.0 < gradient[1] < gradient[0]


def test_gradient_follows_the_direction_of_flow() -> None:
    there = pressure_gradient_pa_m(
        np.array([5.0, 0.0, -5.0]), 100.0, temperature_degc=60.0, roughness_mm=0.05
    )
    assert isinstance(there, np.ndarray)
    assert there[0] == -there[2] > 0.0
    assert there[1] == 0.0


def test_golden_flow_of_one_megawatt() -> None:
    """Against the difference of enthalpies from CoolProp, 0.1 %."""
    enthalpies = PropsSI("H", "T", np.array([70.0, 40.0]) + 273.15, "P", 1e6, "HEOS::Water")
    expected = 1e6 / float(enthalpies[0] - enthalpies[1])
    assert mass_flow_kg_s(1000.0, 70.0, 40.0) == pytest.approx(expected, rel=1e-3)


@given(
    inlet=st.floats(30.0, 100.0),
    ground=st.floats(0.0, 15.0),
    flow=st.floats(0.1, 50.0),
    u_value=st.floats(0.05, 0.6),
)
@settings(deadline=None, max_examples=60)
def test_property_temperature_drop_closes_the_energy_balance(
    inlet: float, ground: float, flow: float, u_value: float
) -> None:
    length = np.linspace(0.0, 2000.0, 2001)
    water = np.asarray(
        outlet_degc(
            inlet, flow_kg_s=flow, length_m=length, u_value_w_mk=u_value, ground_degc=ground
        )
    )
    assert np.all(np.diff(water) < 0.0)
    assert np.all(water >= ground)
    lost = np.trapezoid(u_value * (water - ground), length)
    carried = flow * float(heat_capacity_kj_kgk(inlet)) * 1e3 * (inlet - water[-1])
    assert carried == pytest.approx(lost, rel=1e-5)


def test_outlet_without_flow_is_the_ground_and_without_loss_the_inlet() -> None:
    still = outlet_degc(70.0, flow_kg_s=0.0, length_m=10.0, u_value_w_mk=0.2, ground_degc=8.0)
    assert still == 8.0
    lossless = outlet_degc(70.0, flow_kg_s=0.0, length_m=0.0, u_value_w_mk=0.2, ground_degc=8.0)
    assert lossless == 70.0


def test_golden_loss_of_a_pair() -> None:
    """By hand: 0.2 W/(m K) times (62 + 32) K."""
    assert heat_loss_w_m(70.0, 40.0, ground_degc=8.0, u_value_w_mk=0.2) == pytest.approx(18.8)


def test_golden_pumping_power() -> None:
    """By hand: 0.01 m3/s against 1e5 Pa is 1 kW of water, 2 kW at half efficiency."""
    power = pumping_kw(10.0, 1e5, density=1000.0, pump_efficiency=0.5)
    assert power == pytest.approx(2.0)


def test_pipe_rejects_impossible_arguments() -> None:
    with pytest.raises(PhysicsRangeError, match="supply must be warmer"):
        mass_flow_kg_s(100.0, 40.0, 40.0)
    with pytest.raises(PhysicsRangeError, match="warmer than its supply"):
        heat_loss_w_m(40.0, 70.0, ground_degc=8.0, u_value_w_mk=0.2)
    with pytest.raises(PhysicsRangeError, match="above 0 mm"):
        velocity_m_s(1.0, np.array([50.0, 0.0]), 980.0)
    with pytest.raises(PhysicsRangeError, match="same unit"):
        friction_factor(1e5, 0.5)
    with pytest.raises(PhysicsRangeError, match="above 0"):
        friction_factor(0.0, 1e-3)
    with pytest.raises(PhysicsRangeError, match="negative"):
        outlet_degc(70.0, flow_kg_s=-1.0, length_m=1.0, u_value_w_mk=0.2, ground_degc=8.0)
    with pytest.raises(PhysicsRangeError, match="efficiency"):
        pumping_kw(1.0, 1e5, density=980.0, pump_efficiency=0.0)
