"""Avoided emissions against figures recomputed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.thermo import PhysicsRangeError, net_savings_t_co2e

amount = st.floats(0.0, 1e5)


def test_golden_one_megawatt_all_year_against_gas() -> None:
    """8,760 MWh, gas 0.183 t/MWh at 85 %, power without carbon: 1,886 t."""
    savings = net_savings_t_co2e(
        8760.0,
        fuel_t_co2e_per_mwh=0.183,
        boiler_efficiency=0.85,
        heat_pump_mwh=8760.0 / 4,
        pumping_mwh=0.0,
        electricity_t_co2e_per_mwh=0.0,
    )
    assert savings.net_t_co2e == pytest.approx(1886.0, abs=0.5)


def test_golden_source_heat_and_delivered_heat_are_not_mixed() -> None:
    """3.5 GWh of source heat at COP 5: 4.375 GWh delivered; gas 0.1908 at 100 %: 835, net 704 t."""
    savings = net_savings_t_co2e(
        4375.0,
        fuel_t_co2e_per_mwh=0.053 * 3.6,
        boiler_efficiency=1.0,
        heat_pump_mwh=875.0,
        pumping_mwh=0.0,
        electricity_t_co2e_per_mwh=0.15,
    )
    assert savings.fuel_avoided_t_co2e == pytest.approx(835.0, abs=0.5)
    assert savings.net_t_co2e == pytest.approx(704.0, abs=0.7)


def test_golden_leakage_of_a_megawatt() -> None:
    """300 kg per MW at 3.8 % per year: R-410A 24 t, R-513A 7.2 t, R-454B 5.3 t."""
    savings = net_savings_t_co2e(
        0.0,
        fuel_t_co2e_per_mwh=0.2,
        boiler_efficiency=0.9,
        heat_pump_mwh=0.0,
        pumping_mwh=0.0,
        electricity_t_co2e_per_mwh=0.2,
        charge_kg=300.0,
        leakage_share_per_year=0.038,
        gwp=np.array([2088.0, 631.0, 466.0]),
    )
    np.testing.assert_allclose(savings.leakage_t_co2e, [24.0, 7.2, 5.3], atol=0.25)


@given(heat=amount, electricity=amount, pumping=amount, fuel=amount, grid=st.floats(0.0, 1.5))
def test_property_parts_add_up_and_the_sign_is_free(
    heat: float, electricity: float, pumping: float, fuel: float, grid: float
) -> None:
    savings = net_savings_t_co2e(
        heat,
        fuel_t_co2e_per_mwh=0.2,
        boiler_efficiency=0.9,
        heat_pump_mwh=electricity,
        pumping_mwh=pumping,
        electricity_t_co2e_per_mwh=grid,
        backup_fuel_mwh=fuel,
        backup_t_co2e_per_mwh=0.2,
    )
    emitted = savings.heat_pump_t_co2e + savings.pumping_t_co2e + savings.backup_t_co2e
    expected = savings.fuel_avoided_t_co2e - emitted - savings.leakage_t_co2e
    assert savings.net_t_co2e == pytest.approx(expected, abs=1e-6)
    if heat == 0.0:
        assert float(savings.net_t_co2e) <= 0.0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"heat_pump_mwh": -1.0}, "heat_pump_mwh"), ({"boiler_efficiency": 0.0}, "efficiency")],
)
def test_emissions_rejects_impossible_amounts(wrong: dict[str, float], says: str) -> None:
    arguments = {
        "fuel_t_co2e_per_mwh": 0.2,
        "boiler_efficiency": 0.9,
        "heat_pump_mwh": 0.0,
        "pumping_mwh": 0.0,
        "electricity_t_co2e_per_mwh": 0.2,
    }
    with pytest.raises(PhysicsRangeError, match=says):
        net_savings_t_co2e(1.0, **(arguments | wrong))
