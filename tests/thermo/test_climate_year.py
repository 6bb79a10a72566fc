"""Made-up years: normals met, degree days near the table, the same on every run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import assumption, load_table
from heatreach.thermo.demand.climate_year import climate_year, daily_means, heating_degree_days

REGIONS = sorted(set(load_table("climate")["region"]))
# How far the degree days of the made-up year are from the table's, where the country's three
# normals (mean, design temperature, degree days; of different sources) contradict each other.
DEGREE_DAYS_OFF = {
    **dict.fromkeys(["DE", "NL", "DK", "PL", "EE"], 0.07),
    "US": 0.08,
}
USUALLY_OFF = 0.035


def normal(parameter: str, region: str) -> float:
    """Climate normal of a region."""
    return assumption("climate", "normals", parameter, region).value


@pytest.mark.parametrize("region", REGIONS)
def test_golden_year_meets_the_normals(region: str) -> None:
    """Mean to rounding; 0.4 % of 8760 hours (35) are colder than the design temperature."""
    outdoor = climate_year(region)
    assert outdoor.shape == (8760,)
    assert outdoor.mean() == pytest.approx(normal("mean_air_degc", region), abs=1e-9)
    assert np.sort(outdoor)[35] == pytest.approx(normal("design_air_degc", region), abs=1e-6)


@pytest.mark.parametrize("region", REGIONS)
def test_golden_degree_days_are_near_the_table(region: str) -> None:
    wanted = normal("heating_degree_days_k_day", region)
    allowed = DEGREE_DAYS_OFF.get(region, USUALLY_OFF)
    assert heating_degree_days(climate_year(region)) == pytest.approx(wanted, rel=allowed)


def test_golden_contradicting_normals_cannot_be_met() -> None:
    """
    Germany: 18 - 9.7 °C over 365 days are 3,030 K·day.

    Only days between 15 and 18 °C take away from that, at most 3 K each, and summer days above
    18 °C add; 2,858 would need a summer of hardly more than 17 °C.
    """
    gap = 365 * (18.0 - normal("mean_air_degc", "DE"))
    assert gap > 1.05 * normal("heating_degree_days_k_day", "DE")
    assert heating_degree_days(climate_year("DE")) < gap


@pytest.mark.parametrize("region", REGIONS)
def test_property_years_are_plausible(region: str) -> None:
    outdoor = climate_year(region)
    days = daily_means(outdoor)
    assert days[:31].mean() < days[181:212].mean() - 5.0
    assert outdoor.max() < 40.0
    by_hour = outdoor.reshape(365, 24).mean(axis=0)
    assert 2 <= int(np.argmin(by_hour)) <= 8
    assert 13 <= int(np.argmax(by_hour)) <= 19
    # Weather has memory: a day is like the day before, hardly like the one two weeks before.
    winter = days[:90] - days[:90].mean()
    assert np.corrcoef(winter[:-1], winter[1:])[0, 1] > 0.6


def test_property_unknown_country_gets_the_general_year() -> None:
    assert np.array_equal(climate_year("ZZ"), climate_year(""))


def test_climate_year_rejects_being_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        climate_year("FI")[0] = 0.0


def test_golden_degree_days_by_hand() -> None:
    """100 days at 8 °C count 10 K each, 100 at 15 °C 3 K each, 165 at 15.5 °C nothing."""
    days = np.repeat([8.0, 15.0, 15.5], [100, 100, 165])
    assert heating_degree_days(np.repeat(days, 24)) == pytest.approx(1300.0)


@given(st.floats(-30.0, 10.0), st.floats(0.0, 5.0))
def test_property_colder_years_have_more_degree_days(level: float, warmer: float) -> None:
    outdoor = climate_year("GB") - climate_year("GB").mean() + level
    assert heating_degree_days(outdoor) >= heating_degree_days(outdoor + warmer) - 3.0 * 365
    steady = np.full(8760, level)
    assert heating_degree_days(steady) == pytest.approx(365 * (18.0 - level))
