"""Heat pumps between two waters: bounds, energy balance, reasons, published figures."""

from __future__ import annotations

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from heatreach.thermo import (
    HeatPump,
    PhysicsRangeError,
    RefrigerantError,
    cop_range,
    efficiency_by_size,
    heat_pump_cop,
    lorenz_cop,
)
from heatreach.thermo.cycle import VARIANTS
from heatreach.thermo.cycles.efficiency import carnot_cop, low_lift_factor, reached_cop

LORENZ = {(20, 45): 16.3, (20, 60): 9.5, (20, 75): 6.9, (20, 90): 5.5, (30, 60): 13.5}
LORENZ |= {(30, 75): 8.7, (30, 90): 6.5, (40, 75): 11.7, (40, 90): 8.0, (60, 90): 14.8}
# Fluids that reach 90 °C with a margin to their critical point and moderate discharge gas.
WARM_FLUIDS = ("R600a", "R1234ze(E)", "R1233zd(E)")

machines = st.sampled_from(WARM_FLUIDS)
source_in = st.floats(20.0, 50.0)
cooling = st.floats(2.0, 12.0)
sink_in = st.floats(25.0, 50.0)
glide = st.floats(5.0, 35.0)


def test_golden_lorenz_matches_prototype() -> None:
    for (source, supply), expected in LORENZ.items():
        cop = lorenz_cop(source, source - 8.0, supply - 20.0, supply)
        assert cop == pytest.approx(expected, abs=0.051)


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
    warmer = np.array([0.0, 2.0, 4.0])
    for variant in VARIANTS:
        machine = HeatPump.sized(1000.0, fluid, variant)
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
    point = machine.operating_points(30.0, 29.9, 65.0, 65.1).iloc[0]
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
        ("R600a", (35.0, 30.0, 25.0, 32.0), "too small for a compressor"),
        ("R717", (20.0, 12.0, 75.0, 95.0), "bar"),
        ("R717", (20.0, 12.0, 40.0, 65.0), "two stages"),
    ],
)
def test_infeasible_points_are_nan_with_a_reason(
    fluid: str, water: tuple[float, float, float, float], says: str
) -> None:
    machine = HeatPump.sized(1000.0, fluid, "single")
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

    Tolerance 12 % for single-stage machines of 1 MW at lifts of 10 to 50 K; the correlation
    averages sizes and knows neither glides nor approaches.
    """
    source = np.array([35.0, 30.0, 20.0, 20.0, 30.0, 30.0, 40.0, 40.0])
    supply = np.array([45.0, 45.0, 45.0, 60.0, 60.0, 75.0, 75.0, 90.0])
    glide = np.array([10.0, 15.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0])
    jesper = 1.448e12 * (supply - source + 2 * 88.730) ** -4.9460
    machine = HeatPump.sized(1000.0, "R600a", "single")
    cop = machine.cop(source, source - 8.0, supply - glide, supply)
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
        {"isentropic_efficiency": np.nan},
        {"auxiliary_share": np.nan},
        {"auxiliary_share": 5.0},
        {"evaporator_pinch_k": np.nan},
        {"condenser_pinch_k": np.nan},
        {"liquid_approach_k": np.inf},
        {"superheat_k": np.nan},
        {"superheat_k": np.inf},
        {"superheat_k": 51.0},
    ],
)
def test_heat_pump_rejects_impossible_machines(wrong: dict[str, object]) -> None:
    name = next(iter(wrong))
    with pytest.raises(PhysicsRangeError, match=name.split("_", maxsplit=1)[0]):
        HeatPump(**(MACHINE | wrong))  # type: ignore[arg-type]


def test_heat_pump_names_value_and_limit_of_a_wrong_machine() -> None:
    with pytest.raises(PhysicsRangeError, match=r"auxiliary_share 5 is outside 0 to 0\.5"):
        HeatPump(**(MACHINE | {"auxiliary_share": 5.0}))  # type: ignore[arg-type]
    with pytest.raises(PhysicsRangeError, match="superheat_k inf K is outside 0 to 50 K"):
        HeatPump(**(MACHINE | {"superheat_k": np.inf}))  # type: ignore[arg-type]


@pytest.mark.parametrize("where", range(4))
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.filterwarnings("error")
def test_infinite_waters_are_missing_without_a_warning(where: int, value: float) -> None:
    water = [30.0, 22.0, 40.0, 60.0]
    water[where] = value
    point = HeatPump.sized(1000.0, "R600a").operating_points(*water).iloc[0]
    assert "missing" in point["reason"]
    assert np.isnan(point["cop"])


def test_heat_pump_rejects_shapes_that_do_not_go_together() -> None:
    machine = HeatPump.sized(np.full(3, 1000.0), "R600a")
    with pytest.raises(PhysicsRangeError, match=r"sink_out_degc \(2,\)"):
        machine.cop(30.0, 22.0, 40.0, np.array([60.0, 62.0]))
    with pytest.raises(PhysicsRangeError, match=r"isentropic_efficiency \(3,\)"):
        machine.operating_points(30.0, 22.0, np.array([40.0, 41.0]), 60.0)


def test_heat_pump_rejects_unknown_cycles_and_negative_sizes() -> None:
    with pytest.raises(RefrigerantError, match="R-12"):
        HeatPump.sized(1000.0, "R-12")
    with pytest.raises(PhysicsRangeError, match="two_stage"):
        HeatPump.sized(1000.0, "R717", "cascade")
    with pytest.raises(PhysicsRangeError, match="R744"):
        HeatPump.sized(1000.0, "R717", "transcritical")
    with pytest.raises(PhysicsRangeError, match="at least 0 kW"):
        HeatPump.sized(-1.0, "R717")


def over_compression(fluid: str, lift: float, volume_ratio: float) -> float:
    """Efficiency of an ideal compressor that always compresses to its built-in volume ratio."""
    cold = 293.15
    low, high = (PropsSI("P", "T", kelvin, "Q", 1, fluid) for kelvin in (cold, cold + lift))
    h1, s1, d1 = (PropsSI(key, "T", cold + 5.0, "P", low, fluid) for key in "HSD")
    inside = brentq(
        lambda p: PropsSI("D", "P", p, "S", s1, fluid) - volume_ratio * d1, low, low * 6.0
    )
    if inside <= high:
        return 1.0
    ideal = PropsSI("H", "P", high, "S", s1, fluid) - h1
    work = PropsSI("H", "P", inside, "S", s1, fluid) - h1 - (inside - high) / (volume_ratio * d1)
    return float(ideal / work)


@pytest.mark.parametrize(
    ("lift", "safe"), [(10.0, 0.0), (12.0, 0.0), (15.0, 0.01), (20.0, 0.04), (25.0, 0.04)]
)
def test_golden_low_lift_factor_is_over_compression(lift: float, safe: float) -> None:
    """Ideal machines of built-in ratios 2.6 to 2.2, mean of six fluids; ``safe`` is on top."""
    fluids = ("R717", "R600a", "R290", "R1234ze(E)", "R134a", "R1233zd(E)")
    means = [np.mean([over_compression(f, lift, ratio) for f in fluids]) for ratio in (2.6, 2.2)]
    assert means[0] - safe < low_lift_factor(lift) < means[1]


def test_low_lift_factor_ends() -> None:
    factor = low_lift_factor(np.array([0.0, 10.0, 30.0, 60.0, np.nan]))
    np.testing.assert_allclose(factor, [0.7, 0.7, 1.0, 1.0, 1.0])


@given(lift=st.floats(10.0, 60.0), more=st.floats(0.01, 20.0), share=st.floats(0.3, 0.9))
def test_property_low_lift_factor_keeps_cop_falling(lift: float, more: float, share: float) -> None:
    """For a cycle at a constant share of Carnot, less work, from 20 °C on; no bound is near."""
    water = (45.0, 44.9, 30.0, 45.0)
    lifts = np.array([lift, lift + more])
    cycle = 1.0 + share * 293.15 / lifts
    reached = reached_cop(cycle, lifts, water, drive_efficiency=0.95, auxiliary_share=0.01)
    assert reached.shaft_cop[1] < reached.shaft_cop[0] <= cycle[0]


def test_golden_carnot_holds_where_lorenz_is_infinite() -> None:
    """Mean sink 35, mean source 36 °C: only Carnot between 45 and 32 °C, 318.15 / 13, is left."""
    water = (40.0, 32.0, 25.0, 45.0)
    assert np.isinf(lorenz_cop(*water))
    reached = reached_cop(90.0, 40.0, water, drive_efficiency=1.0, auxiliary_share=0.0)
    assert reached.bounded
    assert reached.cop == pytest.approx(318.15 / 13.0, rel=1e-12)
    assert carnot_cop(45.0, 40.0) == np.inf
    point = HeatPump.sized(1000.0, "R600a").operating_points(*water).iloc[0]
    assert 1.0 < point["cop"] < 318.15 / 13.0


def test_no_heat_pump_where_heat_flows_by_itself() -> None:
    point = HeatPump.sized(1000.0, "R600a").operating_points(60.0, 46.0, 25.0, 46.0).iloc[0]
    assert "use a heat exchanger" in point["reason"]
