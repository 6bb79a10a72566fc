"""Carbon dioxide above its critical point: prototype, published optimum, sweep, limits."""

from __future__ import annotations

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import HeatPump, lorenz_cop
from heatreach.thermo.cycles.pinch import Approaches, Cycle
from heatreach.thermo.cycles.transcritical import solve_transcritical
from heatreach.thermo.refrigerants.fluid import Fluid, fluid_of

# Shaft COP of an independent prototype with a pressure sweep, by source, supply.
PROTOTYPE = {(20, 45): 5.84, (20, 60): 3.41, (30, 60): 4.37}
HIGHEST_BAR = 140.0


@pytest.fixture(scope="module")
def co2() -> Fluid:
    """States of carbon dioxide."""
    return fluid_of("R744")


def solve(
    co2: Fluid, cold: float, sink: tuple[float, float], approach: float = 3.0, superheat: float = 5
) -> Cycle:
    """Cycle with a pinch of 3 K and an isentropic efficiency of 0.75."""
    return solve_transcritical(
        co2,
        cold,
        sink,
        approaches=Approaches(3.0, 3.0, approach, superheat),
        isentropic_efficiency=0.75,
        max_bar=HIGHEST_BAR,
    )


def test_golden_matches_prototype(co2: Fluid) -> None:
    """Tolerance 1 %: the prototype swept the pressure in steps and the cooler in other sections."""
    for (source, supply), expected in PROTOTYPE.items():
        cycle = solve(co2, source - 11.0, (supply - 20.0, supply))
        assert cycle.shaft_cop == pytest.approx(expected, rel=0.01), (source, supply)


@pytest.mark.parametrize("cold", [0.0, 10.0])
@pytest.mark.parametrize("outlet", [35.0, 40.0, 45.0])
def test_golden_free_optimum_is_that_of_liao(co2: Fluid, cold: float, outlet: float) -> None:
    """
    Liao, Zhao and Jakobsen 2000: bar = (2.778 - 0.0157 te) tc + 0.381 te - 9.34.

    Tolerance 5 %: their compressor's efficiency falls with the pressure ratio. The small glide
    keeps the water from asking for more pressure.
    """
    liao = (2.778 - 0.0157 * cold) * outlet + 0.381 * cold - 9.34
    cycle = solve(co2, cold, (outlet - 3.0, outlet))
    assert cycle.condensing_bar == pytest.approx(liao, rel=0.05)


@pytest.mark.parametrize(
    "sink", [(25.0, 45.0), (15.0, 70.0), (35.0, 40.0), (20.7, 50.7), (8.0, 48.0)]
)
def test_golden_no_pressure_of_a_sweep_is_better(co2: Fluid, sink: tuple[float, float]) -> None:
    """CoolProp's high-level interface; steps of 2 bar, near the optimum 0.05; 96 sections."""
    low = PropsSI("P", "T", 9.0 + 273.15, "Q", 1, "CO2")
    h1, s1 = (PropsSI(key, "T", 14.0 + 273.15, "P", low, "CO2") for key in "HS")
    cycle = solve(co2, 9.0, sink)
    near = cycle.condensing_bar * 1e5 + np.arange(-1e5, 1e5, 5e3)
    pascal = np.concatenate([np.arange(75.5e5, HIGHEST_BAR * 1e5, 2e5), near[near > 75.3e5]])
    h2 = h1 + (PropsSI("H", "P", pascal, "S", s1, "CO2") - h1) / 0.75
    h3 = PropsSI("H", "P", pascal, "T", sink[0] + 3.0 + 273.15, "CO2")
    share = np.linspace(0.0, 1.0, 97)
    water = sink[0] + 273.15 + share * (sink[1] - sink[0])
    kept = [
        (PropsSI("T", "P", p, "H", cold + share * (hot - cold), "CO2") - water).min() >= 3.0 - 1e-5
        for p, hot, cold in zip(pascal, h2, h3, strict=True)
    ]
    best = ((h2 - h3) / (h2 - h1))[kept].max()
    assert best * (1.0 - 1e-4) < cycle.shaft_cop < best * 1.002


@given(cold=st.floats(-20.0, 20.0), back=st.floats(5.0, 45.0), rise=st.floats(1.0, 60.0))
@settings(deadline=None, max_examples=40)
def test_property_the_gas_cooler_keeps_its_pinch(cold: float, back: float, rise: float) -> None:
    """At 400 places, where the search looks at some twenty; tolerance 1 mK."""
    fluid = fluid_of("R744")
    cycle = solve(fluid, cold, (back, back + rise), approach=5.0)
    if np.isnan(cycle.shaft_cop):
        return
    pascal = cycle.condensing_bar * 1e5
    hot = PropsSI("H", "P", pascal, "T", cycle.discharge_degc + 273.15, "CO2")
    end = PropsSI("H", "P", pascal, "T", back + 5.0 + 273.15, "CO2")
    share = np.linspace(0.0, 1.0, 400)
    gas = PropsSI("T", "P", pascal, "H", end + share * (hot - end), "CO2") - 273.15
    assert (gas - back - share * rise).min() >= 3.0 - 1e-3


@given(
    source=st.floats(8.0, 45.0),
    drop=st.floats(2.0, 12.0),
    back=st.floats(8.0, 45.0),
    rise=st.floats(3.0, 45.0),
)
@settings(deadline=None, max_examples=60)
def test_property_bounds_and_lift(source: float, drop: float, back: float, rise: float) -> None:
    machine = HeatPump.sized(1000.0, "R744")
    ins, outs = np.array([source, source, source]), source - drop - np.array([0.0, 0.0, 1.0])
    supply = back + rise + np.array([0.0, 1.0, 0.0])
    points = machine.operating_points(ins, outs, back, supply)
    cop = points["cop"].to_numpy()
    np.testing.assert_array_equal(np.isnan(cop), (points["reason"] != "").to_numpy())
    if np.isnan(cop).any():
        return
    assert set(points["variant"]) == {"transcritical"}
    assert points["condensing_degc"].isna().all()
    assert np.all(cop > 1.0)
    assert np.all(cop <= 0.75 * np.asarray(lorenz_cop(ins, outs, back, supply)) * (1 + 1e-12))
    assert np.all(cop < (supply + 273.15) / (supply - outs))
    assert np.all(cop[1:] <= cop[0] * (1.0 + 1e-9))


def test_a_warm_source_is_throttled(co2: Fluid) -> None:
    warm = solve(co2, 35.0, (30.0, 60.0))
    assert warm.evaporating_degc == 20.0
    assert warm.shaft_cop == solve(co2, 20.0, (30.0, 60.0)).shaft_cop


@pytest.mark.parametrize(
    ("water", "says"),
    [
        ((30.0, 22.0, 50.0, 70.0), "return is above 45"),
        ((45.0, 37.0, 20.0, 125.0), "more than"),
        ((0.0, -10.0, 44.0, 85.0), "leave the compressor above"),
    ],
)
def test_infeasible_points_have_a_reason(
    water: tuple[float, float, float, float], says: str
) -> None:
    point = HeatPump.sized(1000.0, "R744").operating_points(*water).iloc[0]
    assert says in point["reason"]
    assert np.isnan(point["cop"])


def test_cold_sinks_run_above_the_critical_point_or_condense_if_asked() -> None:
    water = (10.0, 4.0, 10.0, 20.0)
    rule = HeatPump.sized(1000.0, "R744").operating_points(*water).iloc[0]
    asked = HeatPump.sized(1000.0, "R744", "single").operating_points(*water).iloc[0]
    assert rule["reason"] == asked["reason"] == ""
    assert rule["condensing_bar"] > 73.8 > asked["condensing_bar"]
    assert asked["cop"] > rule["cop"]
