"""Pinch-solved cycles: an independent prototype, and approaches found along the exchangers."""

from __future__ import annotations

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import find_refrigerant, refrigerant_names
from heatreach.thermo.cycle import VARIANTS, run_stages
from heatreach.thermo.cycles.pinch import (
    Approaches,
    Cycle,
    evaporating_degc,
    solve_cycle,
    solve_lift,
)
from heatreach.thermo.refrigerants.fluid import Fluid, Saturation, fluid_of

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
# The fluid that the prototype took as pseudo-pure; where it condenses 8 K below its critical point.
R410A = {(20, 45): 6.34, (20, 60): 4.46, (30, 60): 5.66}
BLENDS = ("R410A", "R407C", "R513A", "R454B")
CONDENSING = tuple(name for name in refrigerant_names() if name != "R744")
# Those that CoolProp's high-level interface knows without a flash of mixtures.
PROPS = tuple(name for name in CONDENSING if name not in ("R513A", "R454B"))


def solve(fluid: str, water: tuple[float, float, float, float], approach: float = 3.0) -> Cycle:
    """Cycle of a machine with 3 K pinches whose only limit is the critical point."""
    state = fluid_of(fluid)
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


def test_golden_pinch_of_r410a_matches_prototype() -> None:
    for (source, supply), expected in R410A.items():
        cycle = solve("R410A", (source, source - 8.0, supply - 20.0, supply))
        assert cycle.shaft_cop == pytest.approx(expected, abs=0.0052), (source, supply)


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


def approaches_along(
    fluid: Fluid, cycle: Cycle, sink: tuple[float, float], variant: str
) -> tuple[float, float]:
    """Smallest approach in the condenser (400 sections and both corners), and COP."""
    low = fluid.saturation(cycle.evaporating_degc + 273.15)
    high = fluid.saturation(cycle.condensing_degc + 273.15)
    stages = run_stages(
        fluid,
        low,
        fluid.superheated(low, low.temperature_kelvin + 5.0),
        high=high,
        liquid_kelvin=sink[0] + 5.0 + 273.15,
        isentropic_efficiency=0.75,
        variant=variant,
    )
    liquid, hot = stages.liquid_enthalpy, stages.discharge_enthalpy
    corners = np.clip([high.liquid_enthalpy, high.vapour_enthalpy], liquid, hot)
    enthalpies = np.concatenate([np.linspace(liquid, hot, 401), corners])
    kelvin = np.array([kelvin_of(fluid, high, h) for h in enthalpies])
    share = (enthalpies - liquid) / (hot - liquid)
    water = sink[0] + 273.15 + share * (sink[1] - sink[0])
    return float((kelvin - water).min()), stages.cop


def kelvin_of(fluid: Fluid, high: Saturation, enthalpy: float) -> float:
    """Temperature in the condenser at an enthalpy; liquid by bisection on its own enthalpy."""
    if enthalpy >= high.liquid_enthalpy:
        return fluid.at_enthalpy(high, enthalpy).temperature_kelvin
    low, up = high.bubble_kelvin - 80.0, high.bubble_kelvin
    for _ in range(40):
        middle = 0.5 * (low + up)
        low, up = (middle, up) if fluid.liquid_enthalpy(high, middle) < enthalpy else (low, middle)
    return 0.5 * (low + up)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("key", CONDENSING)
def test_golden_every_cycle_keeps_and_uses_the_pinch(key: str, variant: str) -> None:
    """Approach along the condenser from states of the fluid; tolerance 1e-4 K."""
    fluid = fluid_of(key)
    for cold, sink in ((19.0, (40.0, 50.0)), (9.0, (25.0, 50.0)), (14.0, (45.0, 48.0))):
        cycle = solve_lift(
            fluid,
            cold,
            sink,
            approaches=Approaches(3.0, 3.0, 5.0, 5.0),
            isentropic_efficiency=0.75,
            max_condensing_degc=find_refrigerant(key).max_condensing_degc,
            variant=variant,
        )
        smallest, cop = approaches_along(fluid, cycle, sink, variant)
        assert smallest == pytest.approx(3.0, abs=1e-4), sink
        assert cycle.shaft_cop == pytest.approx(cop, rel=1e-9)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("key", PROPS)
def test_golden_pinch_is_kept_beside_superheated_gas_near_the_critical_point(
    key: str, variant: str
) -> None:
    """81 places by CoolProp's high-level interface, glides of 40 to 70 K; tolerance 0.02 K."""
    top = find_refrigerant(key).max_condensing_degc
    fluid, smallest = fluid_of(key), []
    for glide in (40.0, 50.0, 60.0, 70.0):
        for sink_out, cold in ((top - 3.0, 0.0), (top, 10.0), (top + 3.0, 25.0), (top + 6.0, 0.0)):
            sink = (sink_out - glide, sink_out)
            cycle = solve_lift(
                fluid,
                min(cold, sink[0] + 5.0),
                sink,
                approaches=Approaches(3.0, 3.0, 5.0, 5.0),
                isentropic_efficiency=0.75,
                max_condensing_degc=top,
                variant=variant,
            )
            if np.isnan(cycle.shaft_cop):
                continue
            # Saturated or wet gas has no enthalpy at its pressure and temperature.
            if cycle.discharge_degc < cycle.condensing_degc + 0.01:
                continue
            pascal = cycle.condensing_bar * 1e5
            bubble = PropsSI("T", "P", pascal, "Q", 0, key)
            liquid = min(sink[0] + 5.0 + 273.15, bubble - 1e-4)
            h_out = PropsSI("H", "P", pascal, "T", liquid, key)
            h_in = PropsSI("H", "P", pascal, "T", cycle.discharge_degc + 273.15, key)
            share = np.linspace(0.0, 1.0, 81)
            gas = PropsSI("T", "P", pascal, "H", h_out + share * (h_in - h_out), key) - 273.15
            smallest.append(float((gas - sink[0] - share * glide).min()))
    assert len(smallest) >= 4
    assert min(smallest) >= 3.0 - 0.02
    # Somewhere the pinch is also used: no place is farther than between two of the 81.
    assert min(smallest) <= 3.0 + 0.1


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("key", BLENDS)
@pytest.mark.parametrize("glide", [0.0, 0.05, 0.5])
def test_blends_condense_at_every_small_glide(key: str, variant: str, glide: float) -> None:
    """Supplies in steps of 0.25 K from 28 °C to where the dew point would reach the limit."""
    fluid, top = fluid_of(key), find_refrigerant(key).max_condensing_degc
    for sink_out in np.arange(28.0, top - 9.0, 0.25).tolist():
        cycle = solve_lift(
            fluid,
            7.0,
            (sink_out - glide, sink_out),
            approaches=Approaches(3.0, 3.0, 5.0, 5.0),
            isentropic_efficiency=0.75,
            max_condensing_degc=top,
            variant=variant,
        )
        # With a constant water temperature the bubble point is above it by the pinch.
        bubble = fluid.saturation(cycle.condensing_degc + 273.15).bubble_kelvin - 273.15
        assert 3.0 - glide - 1e-6 <= bubble - sink_out <= 3.0 + 1e-6, sink_out


@given(
    key=st.sampled_from(CONDENSING),
    source=st.floats(10.0, 50.0),
    drop=st.floats(0.5, 25.0),
    share=st.floats(0.3, 0.9),
)
@settings(deadline=None, max_examples=60)
def test_property_evaporator_keeps_its_pinch(
    key: str, source: float, drop: float, share: float
) -> None:
    """At the inlet, where the last liquid boils, and at the superheated end; ``share`` is wet."""
    approaches = Approaches(3.0, 3.0, 5.0, 5.0)
    fluid = fluid_of(key)
    cold = float(evaporating_degc(source, source - drop, approaches))
    low = fluid.saturation(cold + 273.15)
    gas = fluid.superheated(low, low.temperature_kelvin + 5.0)
    inlet = low.vapour_enthalpy - share * (low.vapour_enthalpy - low.liquid_enthalpy)
    dry = (gas.enthalpy - low.vapour_enthalpy) / (gas.enthalpy - inlet)
    at_inlet = source - drop - (fluid.at_enthalpy(low, inlet).temperature_kelvin - 273.15)
    at_dew = source - dry * drop - cold
    at_end = source - (cold + 5.0)
    assert min(at_inlet, at_dew, at_end) >= 3.0 - 1e-6
    if key not in BLENDS:
        assert min(at_inlet, at_end) == pytest.approx(3.0, abs=1e-6)


def test_evaporating_temperature_takes_arrays() -> None:
    source = np.array([30.0, 30.0])
    cold = evaporating_degc(source, source - [8.0, 2.0], Approaches(3.0, 3.0, 5.0, 5.0))
    np.testing.assert_array_equal(cold, [19.0, 22.0])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("key", CONDENSING)
def test_property_no_gaps_inside_the_legal_range(key: str, variant: str) -> None:
    """Every 2.5 K of supply up to the limit: solved, warmer condensing, lower COP, no gap."""
    fluid, limits = fluid_of(key), find_refrigerant(key)
    top = limits.max_condensing_degc
    cycles = [
        solve_lift(
            fluid,
            12.0,
            (supply - 12.0, supply),
            approaches=Approaches(3.0, 3.0, 5.0, 5.0),
            isentropic_efficiency=0.75,
            max_condensing_degc=top,
            variant=variant,
        )
        for supply in np.arange(27.0, top + 15.0, 2.5)
    ]
    known = np.array([cycle for cycle in cycles if not np.isnan(cycle.shaft_cop)])
    assert np.all(np.isnan([cycle.shaft_cop for cycle in cycles[len(known) :]]))
    assert np.isfinite(known).all()
    assert known[-1, 2] > top - 4.0
    assert np.all(np.diff(known[:, 0]) < 0.0)
    assert np.all(np.diff(known[:, 2]) > 0.0)


def test_no_cycle_evaporates_above_the_limit() -> None:
    cycle = solve_lift(
        fluid_of("R32"),
        80.0,
        (60.0, 90.0),
        approaches=Approaches(3.0, 3.0, 5.0, 5.0),
        isentropic_efficiency=0.75,
        max_condensing_degc=73.0,
    )
    assert np.isnan(cycle.shaft_cop)
