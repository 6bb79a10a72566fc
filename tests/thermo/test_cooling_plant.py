"""The data centre's own cooling: always enough, energy closed, credit only where due."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import wide
from heatreach.thermo import (
    PhysicsRangeError,
    PlantHours,
    cooling_credit,
    cooling_plant_hours,
    cooling_shortfall_kw,
    cooling_system,
    free_cooling_hours_share,
    heat_balance,
    it_load_kw,
    own_plant,
    takeable_share,
    water_bound_m3,
)

HALL = {"source_degc": 30.0, "source_return_degc": 22.0}
HOURS = np.arange(8760)


def climate(mean: float, swing: float) -> npt.NDArray[np.float64]:
    """A year of outdoor temperatures, one cosine."""
    return np.asarray(mean - swing * np.cos(2.0 * np.pi * (HOURS + 0.5) / 8760.0))


def plant_at(outdoor: npt.NDArray[np.float64] | float) -> PlantHours:
    """Own plant of an air-cooled hall."""
    return cooling_plant_hours(outdoor, **HALL)


def test_golden_free_cooling_hours_of_a_cosine_year() -> None:
    """Outdoor air is below 16 °C (22 less 6 K) for 1 - arccos((16 - 10) / 9) / π of the year."""
    expected = 1.0 - np.arccos((16.0 - 10.0) / 9.0) / np.pi
    share = free_cooling_hours_share(plant_at(climate(10.0, 9.0)))
    assert share == pytest.approx(expected, abs=2.0 / 8760.0)


def test_golden_chiller_by_hand() -> None:
    """At 30 °C: from 18 to 42 °C, 0.45 x 291.15 / 24 = 5.459; at 10 °C the least lift of 15 K."""
    plant = plant_at(np.array([30.0, 10.0]))
    np.testing.assert_allclose(
        plant.chiller_cop, [0.45 * 291.15 / 24.0, 0.45 * 291.15 / 15.0], rtol=1e-12
    )
    np.testing.assert_array_equal(plant.free_share, [0.0, 1.0])
    np.testing.assert_allclose(plant.chiller_per_heat, [1.0 / 5.459, 0.0], rtol=1e-4)
    np.testing.assert_allclose(plant.fan_per_heat, [0.03 * (1.0 + 1.0 / 5.459), 0.03], rtol=1e-4)


def test_golden_series_free_cooling_takes_the_warm_half() -> None:
    """At 20 °C outdoors water gets to 26 °C: half of the way from 30 to 22 °C."""
    balance = heat_balance(1000.0, 0.0, plant_at(20.0), capture_share=0.85)
    assert balance.free_kw == pytest.approx(500.0)
    assert balance.mechanical_kw == pytest.approx(500.0)


@given(air=st.floats(-30.0, 45.0), warmer=st.floats(0.0, 10.0))
def test_property_hotter_air_needs_more_electricity(air: float, warmer: float) -> None:
    plant = plant_at(np.array([air, air + warmer]))
    free, cop, chiller, fans = (np.asarray(column) for column in plant)
    assert free[0] >= free[1]
    assert cop[0] >= cop[1]
    assert chiller[0] <= chiller[1]
    assert fans[0] <= fans[1]
    assert (cop < 291.15 / 15.0).all()


@given(
    key=st.sampled_from(list(wide("cooling_systems").index)),
    taken=st.floats(0.0, 1.0),
    mean=st.floats(-5.0, 30.0),
    installed=st.floats(10.0, 1e5),
)
def test_property_heat_closes_in_every_hour(
    key: str, taken: float, mean: float, installed: float
) -> None:
    hall = cooling_system(key)
    plant = cooling_plant_hours(
        climate(mean, 12.0),
        source_degc=hall.source_degc,
        source_return_degc=hall.source_return_degc,
    )
    server = it_load_kw(installed, 0.6, "enterprise")
    wish = taken * hall.capture_share * server
    balance = heat_balance(server, wish, plant, capture_share=hall.capture_share)
    parts = {name: np.asarray(value) for name, value in balance._asdict().items()}
    tolerance = 1e-12 * installed
    np.testing.assert_allclose(
        parts["taken_kw"] + parts["rejected_kw"], server, rtol=0, atol=tolerance
    )
    np.testing.assert_allclose(
        parts["free_kw"] + parts["mechanical_kw"], parts["rejected_kw"], rtol=0, atol=tolerance
    )
    np.testing.assert_allclose(parts["taken_kw"], wish, rtol=0, atol=tolerance)
    assert all((part >= 0.0).all() for part in parts.values())
    assert (parts["rejected_kw"] >= (1.0 - hall.capture_share) * server - tolerance).all()


@given(mean=st.floats(-5.0, 30.0), taken=st.floats(0.0, 0.85))
def test_property_credit_is_the_plant_without_less_the_plant_with(
    mean: float, taken: float
) -> None:
    plant = plant_at(climate(mean, 12.0))
    with_heat = heat_balance(1000.0, taken * 1000.0, plant, capture_share=0.85)
    alone = heat_balance(1000.0, 0.0, plant, capture_share=0.85)
    credit = cooling_credit(with_heat, plant)
    for saved, now, before in (
        (credit.chiller_electricity_mwh, with_heat[5], alone[5]),
        (credit.fan_electricity_mwh, with_heat[6], alone[6]),
    ):
        used = [float(np.sum(series)) / 1000.0 for series in (before, now)]
        assert float(saved) == pytest.approx(used[0] - used[1], abs=1e-6)
    assert float(credit.electricity_mwh) == pytest.approx(
        float(credit.chiller_electricity_mwh) + float(credit.fan_electricity_mwh)
    )
    assert credit.water_m3 == 0.0


def test_golden_a_cold_year_saves_fans_and_no_chiller() -> None:
    """800 kW all year, chiller never on: 7,008 MWh of heat, 3 % fans of which a fifth stays."""
    plant = plant_at(climate(5.0, 8.0))
    balance = heat_balance(1000.0, 800.0, plant, capture_share=0.8)
    credit = cooling_credit(balance, plant)
    assert credit.chiller_electricity_mwh == 0.0
    assert credit.fan_electricity_mwh == pytest.approx(7008.0 * 0.03 * 0.8)


def test_credit_counts_a_chiller_only_in_hours_it_would_run() -> None:
    outdoor = np.array([0.0, 30.0])
    plant = plant_at(outdoor)
    cold = heat_balance(1000.0, np.array([800.0, 0.0]), plant, capture_share=0.8)
    hot = heat_balance(1000.0, np.array([0.0, 800.0]), plant, capture_share=0.8)
    assert cooling_credit(cold, plant).chiller_electricity_mwh == 0.0
    assert cooling_credit(hot, plant).chiller_electricity_mwh == pytest.approx(
        0.8 / 5.459, rel=1e-3
    )


def test_property_water_credit_stays_below_its_bound() -> None:
    plant = plant_at(climate(20.0, 10.0))
    balance = heat_balance(1000.0, 800.0, plant, capture_share=0.8)
    credit = cooling_credit(balance, plant, evaporative_share=1.0)
    assert 0.0 < float(credit.water_m3) < float(water_bound_m3(800.0 * 8.760))


def test_credit_of_many_links_at_once() -> None:
    plant = plant_at(climate(12.0, 10.0))
    server = it_load_kw(1000.0, 0.6)
    taken = np.outer([0.0, 0.4, 0.8], server)
    credit = cooling_credit(
        heat_balance(server, taken, plant, capture_share=0.85), plant, evaporative_share=0.5
    )
    one = cooling_credit(
        heat_balance(server, taken[1], plant, capture_share=0.85), plant, evaporative_share=0.5
    )
    for many, single in zip(credit, one, strict=True):
        values = np.asarray(many)
        assert values.shape == (3,)
        assert values[0] == 0.0
        assert values[1] == pytest.approx(float(single))
        assert values[2] == pytest.approx(2.0 * values[1])


@given(
    installed=st.floats(10.0, 1e5),
    unit=st.floats(50.0, 3000.0),
    utilisation=st.floats(0.05, 1.0),
)
def test_property_cooling_never_needs_the_heat_network(
    installed: float, unit: float, utilisation: float
) -> None:
    """With no heat taken and one unit out, N+1 covers every hour; plain N does not in general."""
    server = it_load_kw(installed, utilisation, "enterprise")
    plant = own_plant(installed, unit)
    short = np.asarray(cooling_shortfall_kw(server, plant.firm_kw))
    assert short.max() <= 1e-8 * installed
    assert float(plant.installed_kw) - float(plant.firm_kw) == pytest.approx(unit)
    bare = own_plant(installed, unit, spare_units=0)
    assert float(bare.firm_kw) < installed


def test_golden_water_returned_too_warm_leaves_a_trim() -> None:
    """30 to 22 °C wanted, 24 °C returned: three quarters; 15 °C returned: no more than all."""
    np.testing.assert_allclose(
        takeable_share(30.0, 22.0, np.array([30.0, 24.0, 22.0, 15.0])), [0.0, 0.75, 1.0, 1.0]
    )


def test_cooling_plant_rejects_more_heat_than_there_is_and_cold_halls() -> None:
    plant = plant_at(np.full(3, 20.0))
    with pytest.raises(PhysicsRangeError, match=r"by up to 100 kW in 2 hours"):
        heat_balance(1000.0, np.array([900.0, 800.0, 900.0]), plant, capture_share=0.8)
    with pytest.raises(PhysicsRangeError, match="heat taken -1 kW"):
        heat_balance(1000.0, -1.0, plant, capture_share=0.8)
    with pytest.raises(PhysicsRangeError, match="-8 K warmer"):
        cooling_plant_hours(10.0, source_degc=22.0, source_return_degc=30.0)
    with pytest.raises(PhysicsRangeError, match="source_degc must be above"):
        takeable_share(22.0, 22.0, 20.0)
    with pytest.raises(PhysicsRangeError, match="capture share"):
        heat_balance(1000.0, 0.0, plant, capture_share=80.0)
    with pytest.raises(PhysicsRangeError, match="evaporative share"):
        cooling_credit(
            heat_balance(1000.0, 0.0, plant, capture_share=0.8), plant, evaporative_share=50.0
        )
    with pytest.raises(PhysicsRangeError, match="firm cooling -1 kW"):
        cooling_shortfall_kw(1.0, -1.0)
