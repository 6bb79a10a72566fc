"""Pump energy over the year."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from heatreach.siting.planning.pumping import mean_cube, pump_head_pa, pumping_mwh
from heatreach.siting.scenario import Scenario


@pytest.mark.parametrize("mean", [0.05, 0.25, 0.5, 0.9])
def test_golden_mean_cube_equals_its_integral(mean: float) -> None:
    exponent = mean / (1.0 - mean)
    integral = quad(lambda t: (1.0 - t**exponent) ** 3, 0.0, 1.0)[0]
    assert mean_cube(np.array([mean]))[0] == pytest.approx(integral, rel=1e-6)


def test_golden_pump_power_by_hand() -> None:
    """10 kg/s against 200 kPa + 10 % + 60 kPa at 65 % and 985 kg/m³: about 4.4 kW all year."""
    energy = pumping_mwh(
        np.array([10.0]),
        np.array([200e3]),
        temperature_degc=np.array([55.0]),
        mean_flow_kg_s=np.array([10.0]),
        scenario=Scenario(),
    )
    power_kw = 10.0 / 985.7 * 280e3 / 0.65 / 1e3
    assert energy[0] == pytest.approx(power_kw * 8.76, rel=2e-3)


def test_golden_substations_keep_their_pressure_at_part_load() -> None:
    """Half the flow on average: friction takes a quarter of its power, the 60 kPa half."""
    half = pumping_mwh(
        np.array([10.0]),
        np.array([200e3]),
        temperature_degc=np.array([55.0]),
        mean_flow_kg_s=np.array([5.0]),
        scenario=Scenario(),
    )
    power_kw = 10.0 / 985.7 * (220e3 * 0.25 + 60e3 * 0.5) / 0.65 / 1e3
    assert half[0] == pytest.approx(power_kw * 8.76, rel=2e-3)


def test_head_contains_fittings_and_substation() -> None:
    assert pump_head_pa(np.array([100e3]), Scenario())[0] == pytest.approx(170e3)
