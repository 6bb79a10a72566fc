"""Pinch-solved heat pumps: prototype, bounds, energy balance, reasons."""

from __future__ import annotations

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import (
    HeatPump,
    PhysicsRangeError,
    RefrigerantError,
    cop_range,
    efficiency_by_size,
    heat_pump_cop,
    lorenz_cop,
)
from heatreach.thermo.fluid import Fluid
from heatreach.thermo.pinch import Approaches, Cycle, solve_cycle

FLUIDS = ("R1234ze(E)", "R32", "R717", "R600a", "R290", "R134a", "R1233zd(E)")
# Shaft COP of an independent pinch-solved prototype, two digits: isentropic efficiency 0.75, source
# cooled 8 K, sink heated 20 K, 3 K pinches and liquid approach, 5 K superheat; by (source, supply).
PROTOTYPE: dict[tuple[float, float], tuple[float | None, ...]] = {
    (20, 45): (6.41, 6.34, 6.39, 6.42, 6.36, 6.44, 6.51),
    (20, 60): (4.55, 4.52, 4.66, 4.59, 4.52, 4.59, 4.72),
    (20, 75): (3.46, 3.46, 3.69, 3.53, 3.43, 3.50, 3.69),
    (20, 90): (2.71, None, 3.05, 2.80, 2.68, 2.75, 2.99),
    (30, 60): (5.76, 5.70, 5.84, 5.79, 5.70, 5.80, 5.92),
    (30, 75): (4.18, 4.14, 4.39, 4.24, 4.12, 4.21, 4.40),
    (30, 90): (3.17, None, 3.51, 3.27, 3.12, 3.20, 3.47),
    (40, 75): (5.20, 5.14, 5.39, 5.25, 5.12, 5.23, 5.42),
    (40, 90): (3.80, None, 4.13, 3.89, 3.72, 3.82, 4.11),
    (50, 90): (4.68, None, 4.99, 4.76, 4.57, 4.70, 4.99),
    (60, 90): (5.99, None, 6.25, 6.06, 5.85, 6.01, 6.30),
}
LORENZ = {(20, 45): 16.3, (20, 60): 9.5, (20, 75): 6.9, (20, 90): 5.5, (30, 60): 13.5}
LORENZ |= {(30, 75): 8.7, (30, 90): 6.5, (40, 75): 11.7, (40, 90): 8.0, (60, 90): 14.8}
# Fluids that reach 90 °C with a margin to their critical point and moderate discharge gas.
WARM_FLUIDS = ("R600a", "R1234ze(E)", "R1233zd(E)")

machines = st.sampled_from(WARM_FLUIDS)
source_in = st.floats(20.0, 50.0)
cooling = st.floats(2.0, 12.0)
sink_in = st.floats(25.0, 50.0)
glide = st.floats(5.0, 35.0)


def solve(fluid: str, water: tuple[float, float, float, float], approach: float = 3.0) -> Cycle:
    """Cycle of a machine with 3 K pinches whose only limit is the critical point."""
    state = Fluid(fluid)
    return solve_cycle(
        state,
        water,
        approaches=Approaches(3.0, 3.0, approach, 5.0),
        isentropic_efficiency=0.75,
        max_condensing_degc=state.critical_kelvin - 273.15 - 2.0,
    )


@pytest.mark.parametrize(("fluid", "column"), [(f, i) for i, f in enumerate(FLUIDS)])
def test_golden_pinch_matches_prototype(fluid: str, column: int) -> None:
    for (source, supply), cops in PROTOTYPE.items():
        expected = cops[column]
        if expected is not None:
            cycle = solve(fluid, (source, source - 8.0, supply - 20.0, supply))
            assert cycle.shaft_cop == pytest.approx(expected, abs=0.0052), (source, supply)


def test_golden_lorenz_matches_prototype() -> None:
    for (source, supply), expected in LORENZ.items():
        cop = lorenz_cop(source, source - 8.0, supply - 20.0, supply)
        assert cop == pytest.approx(expected, abs=0.051)


@pytest.mark.parametrize("fluid", FLUIDS)
@pytest.mark.parametrize(
    ("water", "approach"),
    [
        ((30.0, 22.0, 40.0, 60.0), 5.0),
        ((40.0, 30.0, 25.0, 60.0), 3.0),
        ((25.0, 20.0, 50.0, 52.0), 5.0),
    ],
)
def test_golden_smallest_approach_in_the_condenser_is_the_pinch(
    fluid: str, water: tuple[float, float, float, float], approach: float
) -> None:
    """Temperatures along the condenser from CoolProp's high-level interface; tolerance 0.02 K."""
    cycle = solve(fluid, water, approach)
    pascal = cycle.condensing_bar * 1e5
    liquid = min(water[2] + approach, cycle.condensing_degc - 1e-3) + 273.15
    h_out = PropsSI("H", "T", liquid, "P", pascal, fluid)
    wet = cycle.discharge_degc - cycle.condensing_degc < 1e-6
    if wet:
        pytest.skip("discharge at saturation has no single enthalpy at its temperature")
    h_in = PropsSI("H", "T", cycle.discharge_degc + 273.15, "P", pascal, fluid)
    share = np.linspace(0.0, 1.0, 2001)
    gas = PropsSI("T", "H", h_out + share * (h_in - h_out), "P", pascal, fluid) - 273.15
    water_degc = water[2] + share * (water[3] - water[2])
    assert (gas - water_degc).min() == pytest.approx(3.0, abs=0.02)


@given(fluid=machines, source=source_in, drop=cooling, back=sink_in, rise=glide)
@settings(deadline=None, max_examples=80)
def test_property_bounds_and_energy_balance(
    fluid: str, source: float, drop: float, back: float, rise: float
) -> None:
    machine = HeatPump.sized(1000.0, fluid)
    row = machine.operating_points(source, source - drop, back, back + rise).iloc[0]
    if row["reason"]:
        assert np.isnan(row["cop"])
        return
    assert 1.0 < row["cop"] <= 0.75 * row["lorenz_cop"] * (1 + 1e-12)
    if back + rise > source - drop:
        assert row["cop"] < (back + rise + 273.15) / (back + rise - source + drop)
    # Heat = source heat + shaft work; electricity also feeds drive losses and auxiliaries.
    shaft = 1.0 / row["shaft_cop"]
    assert row["source_share"] + shaft == pytest.approx(1.0, rel=1e-12)
    electricity = shaft / 0.95 + machine.auxiliary_share
    assert 1.0 / row["cop"] == pytest.approx(electricity, rel=1e-12)
    assert row["condensing_degc"] >= back + 3.0 - 1e-6
    assert row["discharge_degc"] >= back + rise + 3.0 - 1e-6


@given(fluid=machines, source=source_in, drop=cooling, back=sink_in, rise=glide)
@settings(deadline=None, max_examples=40)
def test_property_cop_falls_with_lift(
    fluid: str, source: float, drop: float, back: float, rise: float
) -> None:
    machine = HeatPump.sized(1000.0, fluid)
    warmer = np.array([0.0, 2.0, 4.0])
    up = machine.cop(source, source - drop, back + warmer, back + rise + warmer)
    down = machine.cop(source - warmer, source - drop - warmer, back, back + rise)
    for cops in (up, down):
        known = np.asarray(cops)[~np.isnan(cops)]
        assert np.all(np.diff(known) < 0.0)


def test_property_order_and_repeats_do_not_matter() -> None:
    rng = np.random.default_rng(5)
    source, supply = rng.uniform(25, 40, 40), rng.uniform(55, 75, 40)
    size = rng.choice([100.0, 1000.0, 8000.0], 40)
    there = heat_pump_cop("R600a", source, source - 8, supply - 20, supply, heat_kw=size)
    order = rng.permutation(np.repeat(np.arange(40), 2))
    back = heat_pump_cop(
        "R600a",
        source[order],
        source[order] - 8,
        supply[order] - 20,
        supply[order],
        heat_kw=size[order],
    )
    np.testing.assert_array_equal(np.asarray(there)[order], back)


def test_shapes_follow_the_inputs() -> None:
    machine = HeatPump.sized(1000.0, "R600a")
    assert isinstance(machine.cop(30.0, 22.0, 40.0, 60.0), float)
    grid = machine.cop(30.0, 22.0, np.array([[35.0], [40.0]]), np.array([60.0, 62.0, 64.0]))
    assert np.shape(grid) == (2, 3)
    empty = machine.cop(np.array([]), np.array([]), np.array([]), np.array([]))
    assert np.shape(empty) == (0,)


def test_bounded_where_constant_efficiency_promises_too_much() -> None:
    machine = HeatPump(
        refrigerant="R717",
        isentropic_efficiency=1.0,
        drive_efficiency=1.0,
        auxiliary_share=0.0,
        evaporator_pinch_k=0.1,
        condenser_pinch_k=0.1,
        liquid_approach_k=0.1,
        superheat_k=0.0,
    )
    point = machine.operating_points(30.0, 29.9, 45.0, 45.1).iloc[0]
    assert point["bounded"]
    assert point["cop"] == pytest.approx(0.75 * point["lorenz_cop"], rel=1e-12)
    assert point["source_share"] == pytest.approx(1.0 - 1.0 / point["cop"], rel=1e-12)


@pytest.mark.parametrize(
    ("fluid", "water", "says"),
    [
        ("R600a", (30.0, 22.0, 60.0, np.nan), "missing"),
        ("R600a", (30.0, 35.0, 40.0, 60.0), "source water leaves warmer"),
        ("R600a", (30.0, 22.0, 60.0, 40.0), "sink water leaves colder"),
        ("R600a", (30.0, 22.0, 40.0, 400.0), "outside"),
        ("R290", (30.0, 22.0, 70.0, 99.0), "critical point"),
        ("R600a", (60.0, 50.0, 25.0, 45.0), "heat exchanger"),
        ("R717", (20.0, 12.0, 75.0, 95.0), "bar"),
        ("R717", (20.0, 12.0, 40.0, 65.0), "two stages"),
    ],
)
def test_infeasible_points_are_nan_with_a_reason(
    fluid: str, water: tuple[float, float, float, float], says: str
) -> None:
    machine = HeatPump.sized(1000.0, fluid)
    good = (30.0, 22.0, 30.0, 45.0)
    both = np.array([water, good]).T
    points = machine.operating_points(*both)
    assert says in points["reason"][0]
    assert points["cop"].isna().tolist() == [True, False]
    assert points["reason"][1] == ""


def test_golden_size_classes() -> None:
    sizes = efficiency_by_size(np.array([10.0, 300.0, 301.0, 3000.0, 3001.0]))
    np.testing.assert_array_equal(sizes.isentropic_efficiency, [0.68, 0.68, 0.75, 0.75, 0.80])
    np.testing.assert_array_equal(sizes.drive_efficiency, [0.93, 0.93, 0.95, 0.95, 0.96])


def test_golden_near_jesper_correlation_within_its_scatter() -> None:
    """
    Jesper et al. 2021 (33 machines): COP = 1.448e12 (lift + 177.46)^-4.946.

    Tolerance 12 % for a machine of 1 MW at lifts up to 50 K; the correlation averages sizes and
    knows neither glides nor approaches.
    """
    source = np.array([20.0, 20.0, 30.0, 30.0, 40.0, 40.0])
    supply = np.array([45.0, 60.0, 60.0, 75.0, 75.0, 90.0])
    jesper = 1.448e12 * (supply - source + 2 * 88.730) ** -4.9460
    cop = heat_pump_cop("R600a", source, source - 8.0, supply - 20.0, supply, heat_kw=1000.0)
    ratio = np.asarray(cop) / jesper
    assert np.all(np.abs(ratio - 1.0) < 0.12)


@pytest.mark.parametrize(("heat_kw", "share"), [(1000.0, 0.40), (3000.0, 0.45), (10_000.0, 0.50)])
def test_golden_near_danish_catalogue_by_size(heat_kw: float, share: float) -> None:
    """
    Danish Energy Agency: source 25 to 15, sink 35 to 70 °C at 0.40, 0.45, 0.50 of the Lorenz COP.

    Tolerance 16 %: the larger machines of the catalogue have two stages, this one a single stage.
    """
    water = (25.0, 15.0, 35.0, 70.0)
    expected = share * float(lorenz_cop(*water))
    assert heat_pump_cop("R1234ze(E)", *water, heat_kw=heat_kw) == pytest.approx(expected, rel=0.16)


def test_cop_range_is_ten_percent() -> None:
    low, high = cop_range(np.array([3.0, 5.0]))
    np.testing.assert_allclose(low, [2.7, 4.5])
    np.testing.assert_allclose(high, [3.3, 5.5])


MACHINE = {
    "refrigerant": "R717",
    "isentropic_efficiency": 0.75,
    "drive_efficiency": 0.95,
    "auxiliary_share": 0.01,
    "evaporator_pinch_k": 3.0,
    "condenser_pinch_k": 3.0,
    "liquid_approach_k": 5.0,
    "superheat_k": 5.0,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"isentropic_efficiency": 1.2},
        {"drive_efficiency": np.array([0.9, 0.0])},
        {"auxiliary_share": -0.01},
        {"liquid_approach_k": 2.0},
        {"condenser_pinch_k": 0.0},
    ],
)
def test_heat_pump_rejects_impossible_machines(wrong: dict[str, object]) -> None:
    with pytest.raises(PhysicsRangeError):
        HeatPump(**(MACHINE | wrong))  # type: ignore[arg-type]


def test_heat_pump_rejects_blends_and_negative_sizes() -> None:
    with pytest.raises(RefrigerantError, match="blend"):
        HeatPump.sized(1000.0, "R410A")
    with pytest.raises(PhysicsRangeError, match="at least 0 kW"):
        HeatPump.sized(-1.0, "R717")
