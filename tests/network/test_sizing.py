"""Pipe sizes: one case by hand, and what must hold for all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import load_table
from heatreach.network import (
    NO_PIPE,
    Catalogue,
    flow_limits_kg_s,
    pipe_catalogue,
    pipe_sizes,
    trench_capex,
)
from heatreach.network.sizing import sizes_within
from heatreach.thermo import density_kg_m3, mass_flow_kg_s, pressure_gradient_pa_m, velocity_m_s

MIDDLE_DEGC = 55.0
flows = st.floats(1e-3, 700.0)


def test_golden_one_megawatt_by_hand(pipes: Catalogue) -> None:
    # 1,000 kW at 70/40 °C: 1000 / (4.18 * 30) = 7.97 kg/s. In DN100 (bore 107.1 mm, area
    # 0.00901 m²) at 986 kg/m³: v = 0.897 m/s, Re = 986 * 0.897 * 0.1071 / 5.04e-4 = 188,000;
    # Haaland at 0.05 mm: 1/sqrt(f) = -1.8 log10((4.67e-4/3.7)^1.11 + 6.9/188,000) = 7.33,
    # f = 0.0186; 0.0186 / 0.1071 * 986 * 0.897² / 2 = 69 Pa/m: fits 100 Pa/m.
    # In DN80 (82.5 mm): v = 1.51 m/s, f = 0.0189: 0.0189 / 0.0825 * 986 * 1.51² / 2 = 258 Pa/m: no.
    flow = float(mass_flow_kg_s(1000.0, 70.0, 40.0))
    assert flow == pytest.approx(7.97, abs=0.01)
    dn100, dn80 = (int(np.flatnonzero(pipes.dn == name)[0]) for name in ("DN100", "DN80"))
    gradient = pressure_gradient_pa_m(
        flow,
        pipes.inner_diameter_mm[[dn80, dn100]],
        temperature_degc=MIDDLE_DEGC,
        roughness_mm=0.05,
    )
    assert gradient == pytest.approx([258.0, 69.0], rel=0.02)
    assert pipe_sizes(flow, pipes, temperature_degc=MIDDLE_DEGC).tolist() == [dn100]


@given(flow=flows)
def test_property_next_smaller_pipe_is_too_small(flow: float) -> None:
    pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    size = int(pipe_sizes(flow, pipes, temperature_degc=MIDDLE_DEGC)[0])
    fits = _fits(flow, pipes)
    if size == NO_PIPE:
        assert not fits[-1]
        return
    assert fits[size]
    assert not fits[:size].any()


def _fits(flow: float, pipes: Catalogue) -> np.ndarray:
    """Which pipes keep both limits, from the physics and not from the sizing."""
    gradient = pressure_gradient_pa_m(
        flow,
        pipes.inner_diameter_mm,
        temperature_degc=MIDDLE_DEGC,
        roughness_mm=pipes.roughness_mm,
    )
    velocity = velocity_m_s(flow, pipes.inner_diameter_mm, density_kg_m3(MIDDLE_DEGC))
    tiny = 1.0 + 1e-9
    steep = np.asarray(gradient) > pipes.gradient_max_pa_m * tiny
    fast = np.asarray(velocity) > pipes.velocity_max_m_s * tiny
    return ~(steep | fast)


@given(flow=flows, temperature=st.floats(10.0, 110.0))
def test_property_wider_pipe_never_steeper(flow: float, temperature: float) -> None:
    pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    gradient = pressure_gradient_pa_m(
        flow,
        pipes.inner_diameter_mm,
        temperature_degc=temperature,
        roughness_mm=pipes.roughness_mm,
    )
    assert (np.diff(gradient) <= 0.0).all()


@given(st.floats(5.0, 110.0))
def test_property_limits_are_met_from_below(temperature: float) -> None:
    pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    limit = flow_limits_kg_s(pipes, temperature_degc=np.array([temperature]))[0]
    gradient = pressure_gradient_pa_m(
        limit,
        pipes.inner_diameter_mm,
        temperature_degc=temperature,
        roughness_mm=pipes.roughness_mm,
    )
    velocity = velocity_m_s(limit, pipes.inner_diameter_mm, density_kg_m3(temperature))
    used = np.maximum(gradient / pipes.gradient_max_pa_m, velocity / pipes.velocity_max_m_s)
    assert (used <= 1.0 + 1e-12).all()
    assert used == pytest.approx(np.ones(len(used)), abs=1e-9)


def test_golden_too_much_water_for_any_pipe(pipes: Catalogue) -> None:
    sizes = pipe_sizes([0.0, 1e5], pipes, temperature_degc=MIDDLE_DEGC)
    assert sizes.tolist() == [0, NO_PIPE]
    capex = trench_capex(sizes, pipes, hard_m=10.0, soft_m=0.0)
    assert np.isnan(capex).tolist() == [[False, True]] * 3


def test_golden_limit_itself_still_fits() -> None:
    limits = np.array([1.0, 2.0])
    assert sizes_within(np.array([1.0, 1.0 + 1e-9, 2.0, 2.1]), limits).tolist() == [0, 1, 1, -1]


def test_golden_temperature_per_link(pipes: Catalogue) -> None:
    flow, temperature = np.array([8.0, 8.0, 30.0]), np.array([40.0, 90.0, 40.0])
    together = pipe_sizes(flow, pipes, temperature_degc=temperature)
    alone = [
        int(pipe_sizes(one, pipes, temperature_degc=warm)[0])
        for one, warm in zip(flow, temperature, strict=True)
    ]
    assert together.tolist() == alone


def test_property_costs_rise_with_bore(pipes: Catalogue) -> None:
    assert (np.diff(pipes.inner_diameter_mm) > 0).all()
    assert (np.diff(pipes.capex_per_m) >= 0).all()
    value, low, high = pipes.capex_per_m
    assert (low <= value).all()
    assert (value <= high).all()
    hard, soft = value
    assert (soft <= hard).all()


def test_golden_capex_is_length_times_price(pipes: Catalogue) -> None:
    sizes = np.array([0, 7])
    value, low, high = trench_capex(sizes, pipes, hard_m=[100.0, 0.0], soft_m=[10.0, 50.0])
    price = pipes.capex_per_m
    assert value.tolist() == [
        pytest.approx(100 * price[0, 0, 0] + 10 * price[0, 1, 0]),
        pytest.approx(50 * price[0, 1, 7]),
    ]
    assert (low <= value).all()
    assert (value <= high).all()


def test_golden_dn100_costs_what_the_table_says() -> None:
    pipes = pipe_catalogue(insulation_series=2, money="EUR 2022")
    table = load_table("pipe_costs").set_index(["name", "parameter"])["value"]
    row = int(np.flatnonzero(pipes.dn == "DN100")[0])
    assert pipes.capex_per_m[0, :, row].tolist() == [
        float(table["DN100", "capex_hard_per_m"]),
        float(table["DN100", "capex_soft_per_m"]),
    ]


def test_property_thicker_insulation_loses_less() -> None:
    u_values = [
        pipe_catalogue(insulation_series=series, money="EUR 2024").u_value_w_mk
        for series in (1, 2, 3)
    ]
    assert (u_values[0] > u_values[1]).all()
    assert (u_values[1] > u_values[2]).all()
