"""Load-duration curve: identities, numeric integration, sorted hourly loads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from heatreach.thermo import PhysicsRangeError, base_load_hours, base_load_share, load_share
from heatreach.thermo.climate_year import climate_year
from heatreach.thermo.load_duration import covered_share, sorted_load
from heatreach.thermo.profiles import heat_shape

hours = st.floats(500.0, 8700.0)
even = st.floats(0.0, 0.95)
capacity = st.floats(0.0, 1.2)


@given(full_load=hours, base=even)
@settings(deadline=None, max_examples=50)
def test_property_mean_of_the_curve_is_exact(full_load: float, base: float) -> None:
    # Squaring the variable takes away the steep start at the peak, where quad loses digits.
    area, _ = quad(
        lambda x: 2.0 * x * float(load_share(x * x, full_load, base_share=base)),
        0.0,
        1.0,
        limit=200,
    )
    assert area == pytest.approx(full_load / 8760.0, rel=2e-4)
    assert load_share(0.0, full_load, base_share=base) == pytest.approx(1.0)
    least = base * full_load / 8760.0
    assert load_share(1.0, full_load, base_share=base) == pytest.approx(least)


@given(full_load=hours, base=even, unit=capacity)
@settings(deadline=None, max_examples=50)
def test_property_covered_share_matches_numeric_integration(
    full_load: float, base: float, unit: float
) -> None:
    area, _ = quad(
        lambda x: 2.0 * x * min(unit, float(load_share(x * x, full_load, base_share=base))),
        0.0,
        1.0,
        limit=400,
    )
    covered = base_load_share(unit, full_load, base_share=base)
    assert covered == pytest.approx(area * 8760.0 / full_load, abs=5e-4)


@given(full_load=hours, base=even)
@settings(deadline=None, max_examples=50)
def test_property_covered_share_grows_less_and_less(full_load: float, base: float) -> None:
    units = np.linspace(0.0, 1.2, 61)
    covered = np.asarray(base_load_share(units, full_load, base_share=base))
    assert covered[0] == pytest.approx(0.0, abs=1e-12)
    assert covered[-1] == 1.0
    assert np.all(np.diff(covered) >= -1e-12)
    assert np.all(np.diff(covered, 2) <= 1e-9)


def test_edges_flat_load_and_capacity_below_the_smallest_load() -> None:
    assert base_load_share(0.4, 8760.0, base_share=1.0) == pytest.approx(0.4)
    assert base_load_share(0.4, 8760.0, base_share=0.2) == pytest.approx(0.4)
    assert base_load_share(0.5, 4380.0, base_share=1.0) == pytest.approx(1.0)
    assert base_load_hours(0.05, 4380.0, base_share=0.2) == pytest.approx(8760.0)
    assert base_load_hours(1.0, 4380.0, base_share=0.2) == pytest.approx(4380.0)


@pytest.mark.parametrize(("mean", "swing"), [(8.0, 9.0), (5.0, 11.0), (10.0, 7.0)])
def test_golden_near_sorted_hourly_loads(mean: float, swing: float) -> None:
    """
    Degree-hour loads of a synthetic year with weather of four-day memory.

    The curve covers up to 8 points too much at 30 % of the peak, 4 at 50 % and 1 at 70 %.
    """
    rng = np.random.default_rng(0)
    hour = np.arange(8760)
    noise = np.convolve(rng.standard_normal(8760 + 95), np.ones(96) / np.sqrt(96), "valid")
    seasons = mean - swing * np.cos(2 * np.pi * (hour / 24 - 20) / 365)
    outdoor = seasons - 3.0 * np.cos(2 * np.pi * (hour - 3) / 24) + 3.5 * noise
    heating = np.clip(15.0 - outdoor, 0.0, None)
    load = 0.8 * heating / heating.sum() + 0.2 / 8760
    full_load = 1.0 / load.max()
    for unit, tolerance in ((0.3, 0.085), (0.5, 0.045), (0.7, 0.015)):
        sorted_share = np.minimum(load, unit * load.max()).sum()
        covered = base_load_share(unit, full_load, base_share=0.2)
        assert covered == pytest.approx(sorted_share, abs=tolerance)


def test_load_duration_rejects_impossible_arguments() -> None:
    with pytest.raises(PhysicsRangeError, match="full-load hours"):
        base_load_share(0.5, 9000.0, base_share=0.2)
    with pytest.raises(PhysicsRangeError, match="not percent"):
        base_load_share(0.5, 2000.0, base_share=20.0)
    with pytest.raises(PhysicsRangeError, match="capacity"):
        base_load_share(-0.1, 2000.0, base_share=0.2)
    with pytest.raises(PhysicsRangeError, match="capacity"):
        base_load_hours(0.0, 2000.0, base_share=0.2)
    with pytest.raises(PhysicsRangeError, match="duration"):
        load_share(1.5, 2000.0, base_share=0.2)


def test_golden_covered_share_by_hand() -> None:
    """Loads 1, 4, 2, 3 over a unit of 2: 1 + 2 + 2 + 2 of 10."""
    loads = np.array([[1.0, 4.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]])
    np.testing.assert_allclose(covered_share(loads, 2.0), [0.7, 1.0, 1.0])
    np.testing.assert_allclose(covered_share(loads, np.array([4.0, 0.0, 1.0])), [1.0, 1.0, 0.5])


@given(unit=st.floats(0.0, 1.2))
@settings(max_examples=30)
def test_property_sorting_keeps_the_covered_share(unit: float) -> None:
    load = heat_shape("flats", climate_year("DE"), hot_water_share=0.25)
    share, curve = sorted_load(load)
    assert np.all(np.diff(curve) <= 0.0)
    assert curve.sum() == pytest.approx(1.0)
    assert share[0] == pytest.approx(0.5 / 8760)
    capacity = unit * load.max()
    assert covered_share(curve, capacity) == pytest.approx(float(covered_share(load, capacity)))


@pytest.mark.parametrize("use", ["flats", "office", "hotel"])
def test_golden_closed_form_against_hourly_shapes(use: str) -> None:
    """The closed form, given the shape's own full-load hours, is within 8 points of the hours."""
    load = heat_shape(use, climate_year("DE"), hot_water_share=0.2)
    for unit in (0.3, 0.5, 0.7):
        exact = float(covered_share(load, unit * load.max()))
        closed = base_load_share(unit, 1.0 / load.max(), base_share=0.2)
        assert closed == pytest.approx(exact, abs=0.08), unit


def test_covered_share_rejects_negative_loads() -> None:
    with pytest.raises(PhysicsRangeError, match="load -1 kW"):
        covered_share(np.array([1.0, -1.0]), 1.0)
    with pytest.raises(PhysicsRangeError, match="capacity -2 kW"):
        covered_share(np.array([1.0, 1.0]), -2.0)
