"""Water of evaporative cooling, what heat reuse avoids, and the bound on claims."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.thermo import (
    PhysicsRangeError,
    avoided_water_m3,
    checked_water_m3,
    evaporation_l_per_kwh,
    makeup_l_per_kwh,
    water_bound_m3,
)

YEAR_OF_A_MEGAWATT = 8760.0
BOUND = {"chiller_work_share": 0.2, "cycles_of_concentration": 4.0}


def test_golden_evaporation_from_steam_tables() -> None:
    """Latent heat 2430 kJ/kg at 30 °C, 0.9997 kg/L at 10 °C: 3600 / 2430 / 0.9997 = 1.482."""
    assert evaporation_l_per_kwh() == pytest.approx(3600.0 / 2430.0 / 0.9997, rel=5e-4)


def test_golden_makeup_by_hand() -> None:
    """1.48 L/kWh evaporated; a third of it blown down at 4 cycles, all of it at 2."""
    assert makeup_l_per_kwh(4.0) == pytest.approx(1.482 * 4.0 / 3.0, rel=5e-4)
    assert makeup_l_per_kwh(2.0) == pytest.approx(2.0 * 1.482, rel=5e-4)


def test_golden_bound_of_a_megawatt_of_servers() -> None:
    """1.2 MW rejected per MW of servers at 4 cycles: 2.37 L/kWh, 21 ML a year."""
    bound = water_bound_m3(YEAR_OF_A_MEGAWATT, **BOUND)
    assert float(bound) / YEAR_OF_A_MEGAWATT == pytest.approx(2.37, abs=0.005)
    assert float(bound) / 1000.0 == pytest.approx(21.0, abs=0.3)


def test_golden_a_published_claim_beyond_physics_is_refused_with_its_bound() -> None:
    """40 ML a year for 1 MW of servers are 4.57 L/kWh."""
    with pytest.raises(PhysicsRangeError, match=r"4\.57 against 2\.37 L/kWh"):
        checked_water_m3(40_000.0, YEAR_OF_A_MEGAWATT, **BOUND)
    # The mean of US data centres, and that paper's own figure with heat reuse.
    assert checked_water_m3(0.48 * YEAR_OF_A_MEGAWATT, YEAR_OF_A_MEGAWATT, **BOUND) > 0.0
    assert checked_water_m3(2000.0, YEAR_OF_A_MEGAWATT, **BOUND) == 2000.0


def test_golden_daily_water_of_the_industry_is_refused_for_one_megawatt_of_heat() -> None:
    """68,000 L a day per MW are 2.8 L/kWh: above 4 cycles, possible at 2."""
    claim = 68.0 * 365.0
    with pytest.raises(PhysicsRangeError, match=r"2\.83 against 2\.37"):
        checked_water_m3(claim, YEAR_OF_A_MEGAWATT, **BOUND)
    loose = {"chiller_work_share": 0.2, "cycles_of_concentration": 2.0}
    assert checked_water_m3(claim, YEAR_OF_A_MEGAWATT, **loose) == claim


@given(cycles=st.floats(1.01, 50.0))
def test_property_salt_closes(cycles: float) -> None:
    """What comes in with make-up leaves with blowdown, ``cycles`` times as salty."""
    makeup = float(makeup_l_per_kwh(cycles))
    blowdown = makeup - evaporation_l_per_kwh()
    assert makeup == pytest.approx(cycles * blowdown, rel=1e-9)


@given(
    heat=st.floats(0.0, 1e6),
    wet=st.floats(0.0, 1.0),
    work=st.floats(0.0, 1.0),
    cycles=st.floats(1.5, 10.0),
)
def test_property_avoided_water_is_within_its_bound(
    heat: float, wet: float, work: float, cycles: float
) -> None:
    avoided = avoided_water_m3(
        heat, evaporative_share=wet, chiller_mwh=work * heat, cycles_of_concentration=cycles
    )
    bound = {"chiller_work_share": work, "cycles_of_concentration": cycles}
    assert checked_water_m3(avoided, heat, **bound) == avoided


def test_dry_sites_avoid_nothing_unless_stated() -> None:
    assert avoided_water_m3(1000.0) == 0.0
    wet = avoided_water_m3(np.array([1000.0, 2000.0]), evaporative_share=1.0)
    np.testing.assert_allclose(wet, [1976.0, 3952.0], rtol=1e-3)


def test_water_use_rejects_impossible_towers_and_negative_heat() -> None:
    with pytest.raises(PhysicsRangeError, match="cycles of concentration 1 must be above 1"):
        makeup_l_per_kwh(1.0)
    with pytest.raises(PhysicsRangeError, match="not percent"):
        avoided_water_m3(1.0, evaporative_share=30.0)
    with pytest.raises(PhysicsRangeError, match="heat taken -1 MWh"):
        avoided_water_m3(-1.0)
    with pytest.raises(PhysicsRangeError, match="chiller work share"):
        water_bound_m3(1.0, chiller_work_share=20.0)
    with pytest.raises(PhysicsRangeError, match="water -1 m³"):
        checked_water_m3(-1.0, 1.0)
    with pytest.raises(PhysicsRangeError, match="above the bound 0 m³"):
        checked_water_m3(np.array([0.0, 5.0]), 0.0)
