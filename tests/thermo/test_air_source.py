"""Air-source heat pump as counterfactual, and carbon of pipes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import assumption
from heatreach.thermo import PhysicsRangeError
from heatreach.thermo.carbon.air_source import (
    air_source_cop,
    heating_curve_degc,
    lift_range_k,
    seasonal_air_source_cop,
)
from heatreach.thermo.carbon.embodied import pipe_carbon_kg_per_m
from heatreach.thermo.demand.climate_year import climate_year
from heatreach.thermo.profiles import heat_shape

LOW, HIGH = lift_range_k()
lifts = st.floats(LOW, HIGH)


def test_golden_correlation_by_hand() -> None:
    """Lift 28 K: 7.2602 - 1.8528 x 3.3322 + 18.0463/5.2915 = 4.497; 53 K: 2.383."""
    cops = air_source_cop(np.array([28.0, 53.0]))
    np.testing.assert_allclose(cops, [4.4967, 2.3829], atol=1e-3)


def test_golden_staffell_2012_in_the_middle_of_its_range() -> None:
    """6.81 - 0.121 dT + 0.00063 dT² of older machines: those of 2026 do better, by up to 20 %."""
    lift = np.array([25.0, 35.0, 45.0, 55.0])
    older = 6.81 - 0.121 * lift + 0.00063 * lift**2
    ratio = air_source_cop(lift) / older
    assert (ratio > 1.0).all()
    assert (ratio < 1.2).all()


def test_golden_seasonal_cop_by_hand() -> None:
    """Three hours with water at 45 °C, lifts 50, 40 and 30 K, heat 3, 2 and 1."""
    cop = [7.2602 - 1.8528 * np.log(k) + 18.0463 / np.sqrt(k) for k in (50.0, 40.0, 30.0)]
    found = seasonal_air_source_cop(
        np.array([-5.0, 5.0, 15.0]), np.array([3.0, 2.0, 1.0]), supply_degc=45.0
    )
    assert found == pytest.approx(6.0 / (3.0 / cop[0] + 2.0 / cop[1] + 1.0 / cop[2]), rel=1e-12)


@pytest.mark.parametrize(
    ("use", "row"), [("home", "air_source_house"), ("flats", "air_source_building")]
)
def test_golden_danish_catalogue_from_the_danish_climate(use: str, row: str) -> None:
    """Catalogue 3.5 (house) and 3.6 (block) with radiators; the population gives 4 to 6 % more."""
    outdoor = climate_year("DK")
    found = seasonal_air_source_cop(outdoor, heat_shape(use, outdoor, hot_water_share=0.2))
    catalogue = assumption("technology_costs", row, "seasonal_cop").value
    assert float(found) == pytest.approx(catalogue, rel=0.10)


@given(lift=st.floats(LOW, HIGH - 1.0), more=st.floats(0.1, 1.0), cold=st.booleans())
def test_property_cop_falls_with_lift_and_stays_above_one(
    lift: float,
    more: float,
    cold: bool,
) -> None:
    assert air_source_cop(lift + more, cold_climate=cold) < air_source_cop(lift, cold_climate=cold)
    assert float(air_source_cop(lift + more, cold_climate=cold)) > 1.0


@given(lift=lifts, outdoor=st.floats(-25.0, 20.0))
def test_property_cop_stays_below_carnot(lift: float, outdoor: float) -> None:
    assert float(air_source_cop(lift)) < (outdoor + lift + 273.15) / lift


@given(outdoor=st.floats(-40.0, 40.0), warmer=st.floats(0.0, 20.0))
def test_property_heating_curve_falls_between_its_ends(outdoor: float, warmer: float) -> None:
    here, there = heating_curve_degc(outdoor), heating_curve_degc(outdoor + warmer)
    assert 30.0 <= float(there) <= float(here) <= 55.0


@given(
    outdoor=st.lists(st.floats(-40.0, 30.0), min_size=4, max_size=4),
    heat=st.lists(st.floats(0.1, 10.0), min_size=4, max_size=4),
    supply=st.floats(30.0, 60.0),
)
def test_property_season_lies_between_its_hours(
    outdoor: list[float], heat: list[float], supply: float
) -> None:
    """Never below the heating rod, never above the smallest lift; scale of heat does not matter."""
    air, load = np.array(outdoor), np.array(heat)
    found = seasonal_air_source_cop(air, np.vstack([load, 7.0 * load]), supply_degc=supply)
    assert isinstance(found, np.ndarray)
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    assert 1.0 <= found[0] <= float(air_source_cop(LOW)) + 1e-12


def test_beyond_the_largest_lift_a_heating_rod_works() -> None:
    assert seasonal_air_source_cop(np.array([-30.0]), np.array([5.0]), supply_degc=55.0) == 1.0


def test_colder_countries_have_a_smaller_seasonal_cop() -> None:
    cops = []
    for region in ("IM", "DE", "FI"):
        outdoor = climate_year(region)
        heat = heat_shape("home", outdoor, hot_water_share=0.2)
        cops.append(float(seasonal_air_source_cop(outdoor, heat)))
    assert cops == sorted(cops, reverse=True)


@pytest.mark.parametrize("lift", [5.0, 80.0])
def test_air_source_cop_rejects_lifts_nobody_tested(lift: float) -> None:
    with pytest.raises(PhysicsRangeError, match="outside 12 to 70 K"):
        air_source_cop(lift)


def test_seasonal_cop_rejects_negative_heat() -> None:
    with pytest.raises(PhysicsRangeError, match="heat -1"):
        seasonal_air_source_cop(np.array([0.0]), np.array([-1.0]))


def test_golden_carbon_of_a_pipe_by_hand() -> None:
    """DN50: pi/4 (60.3² - 53.9²) mm² of steel are 4.51 kg/m; two at 2.5 kg/kg: 22.5 kg/m."""
    steel = np.pi / 4.0 * (0.0603**2 - 0.0539**2) * 7850.0
    carbon = pipe_carbon_kg_per_m(["DN50"], insulation_series=2)
    assert steel == pytest.approx(4.51, abs=0.01)
    assert carbon.steel_kg_per_m[0] == pytest.approx(2.0 * 2.5 * steel, rel=1e-9)


@pytest.mark.parametrize("series", [1, 2, 3])
def test_property_pipe_carbon_splits_and_grows(series: int) -> None:
    names = ["DN25", "DN50", "DN100", "DN200"]
    low, mid, high = (
        pipe_carbon_kg_per_m(names, insulation_series=series, column=column)
        for column in ("low", "value", "high")
    )
    np.testing.assert_allclose(sum(mid[:-1]), mid.total_kg_per_m, rtol=1e-12)
    assert (np.diff(mid.total_kg_per_m) > 0.0).all()
    assert (low.total_kg_per_m < mid.total_kg_per_m).all()
    assert (mid.total_kg_per_m < high.total_kg_per_m).all()


def test_pipe_carbon_rejects_unknown_pipes() -> None:
    with pytest.raises(PhysicsRangeError, match=r"no steel pipe .* DN51"):
        pipe_carbon_kg_per_m(["DN50", "DN51"], insulation_series=2)
    with pytest.raises(PhysicsRangeError, match="insulation series 4"):
        pipe_carbon_kg_per_m(["DN50"], insulation_series=4)
