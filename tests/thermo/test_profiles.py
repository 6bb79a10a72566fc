"""Hourly shapes of heat demand: against demandlib, and what every shape must keep."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from demandlib import bdew as demandlib
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import load_table, wide
from heatreach.thermo.demand.bdew import bdew_shape, room_heat_shape, tap_hours, weighted_daily_degc
from heatreach.thermo.demand.climate_year import climate_year, daily_means
from heatreach.thermo.demand.peak import peak_share_per_hour, shape_with_full_load_hours
from heatreach.thermo.errors import PhysicsRangeError
from heatreach.thermo.profiles import heat_shape, heat_shapes

Floats = npt.NDArray[np.float64]

PROFILES = list(load_table("profile_hours")["profile"].drop_duplicates())
HOUSES = ("EFH", "MFH")
USES = list(load_table("profile_types")["use"])
# 2018 began on a Monday, as the years of heatreach do.
YEAR = pd.date_range("2018-01-01", periods=8760, freq="h")
SUMMER = slice(24 * 151, 24 * 243)


def theirs(profile: str, outdoor: Floats, *, hot_water: bool) -> Floats:
    """Normalised shape of demandlib 0.2.2, mean German building class, normal wind."""
    with warnings.catch_warnings():
        # It asks pandas 3 for what pandas 4 will not have.
        warnings.simplefilter("ignore", DeprecationWarning)
        building = demandlib.HeatBuilding(
            YEAR,
            temperature=pd.Series(outdoor, index=YEAR),
            shlp_type=profile,
            building_class=11 if profile in HOUSES else 0,
            wind_class=0,
            annual_heat_demand=1.0,
            ww_incl=hot_water,
        )
        shape = building.get_bdew_profile().to_numpy()
    return np.asarray(shape / shape.sum())


def made_year(mean: float, swing: float, seed: int) -> Floats:
    """A year with uneven weather, within the range of demandlib."""
    rng = np.random.default_rng(seed)
    hour = np.arange(8760)
    noise = np.convolve(rng.standard_normal(8760 + 71), np.ones(72) / np.sqrt(72), "valid")
    season = mean - swing * np.cos(2 * np.pi * (hour / 24 - 20) / 365)
    day = -3.0 * np.cos(2 * np.pi * (hour - 3) / 24)
    return np.asarray(np.clip(season + day + 3.0 * noise, -19.0, 38.0))


@pytest.mark.parametrize("hot_water", [True, False])
@pytest.mark.parametrize("profile", PROFILES)
def test_golden_shapes_are_those_of_demandlib(profile: str, *, hot_water: bool) -> None:
    """Each hour within 1e-9 of demandlib 0.2.2 (run here), relative to the peak."""
    assert len(PROFILES) >= 6
    outdoor = made_year(10.0, 9.0, seed=1)
    ours = bdew_shape(profile, outdoor) if hot_water else room_heat_shape(profile, outdoor)
    expected = theirs(profile, outdoor, hot_water=hot_water)
    np.testing.assert_allclose(ours, expected, rtol=0.0, atol=1e-9 * expected.max())


def test_golden_shapes_follow_demandlib_in_heat_and_frost() -> None:
    outdoor = made_year(14.0, 22.0, seed=2)
    assert weighted_daily_degc(outdoor).min() < -10.0
    assert weighted_daily_degc(outdoor).max() > 31.0
    for profile in ("EFH", "GGA"):
        expected = theirs(profile, outdoor, hot_water=True)
        np.testing.assert_allclose(bdew_shape(profile, outdoor), expected, atol=1e-12)


def test_golden_full_load_hours_of_a_ten_degree_year() -> None:
    """
    2,430-4,040 h: demandlib's types on a synthetic year of 10 °C mean, by a literature review.

    Reached within 0.5 % on the plainest such year, a cosine of 8 K; weather brings them down.
    """
    hour = np.arange(8760)
    plain = 10.0 - 8.0 * np.cos(2 * np.pi * (hour / 24 - 20) / 365)
    hours = [1.0 / float(peak_share_per_hour(bdew_shape(p, plain))) for p in PROFILES]
    assert min(hours) == pytest.approx(2430, rel=0.005)
    assert max(hours) == pytest.approx(4040, rel=0.005)
    uneven = climate_year("") - climate_year("").mean() + 10.0
    for profile, calm in zip(PROFILES, hours, strict=True):
        assert 0.6 * calm < 1.0 / float(peak_share_per_hour(bdew_shape(profile, uneven))) < calm


def test_golden_benchmarks_full_load_hours_are_near_the_shapes() -> None:
    """The benchmarks are 85 % of the mean over two other synthetic years; pools differ by kind."""
    table = wide("demand_benchmarks")
    uses = [use for use in USES if use not in ("pool", "heat_network", "data_centre")]
    water = table.loc[uses, "hot_water_share"].to_numpy()
    shapes = heat_shapes(uses, climate_year("DE"), water)
    ours = 1.0 / np.asarray(peak_share_per_hour(shapes))
    np.testing.assert_allclose(ours, table.loc[uses, "full_load_hours_per_year"], rtol=0.18)


@pytest.mark.parametrize("region", ["DE", "GB", "FI", "ES"])
def test_golden_room_heat_of_months_goes_with_degree_days(region: str) -> None:
    """Degree days to base 18 °C (the base of Eurostat): shares of the months within 3 points."""
    outdoor = climate_year(region)
    months = np.repeat(np.arange(12), [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    degree_days = np.maximum(18.0 - weighted_daily_degc(outdoor), 0.0)
    heat = room_heat_shape("MFH", outdoor).reshape(365, 24).sum(axis=1)
    expected = np.bincount(months, degree_days) / degree_days.sum()
    np.testing.assert_allclose(np.bincount(months, heat), expected, atol=0.03)


@pytest.mark.parametrize("use", [*USES, "", "observatory"])
def test_property_shapes_are_shares_of_a_year(use: str) -> None:
    for water in (0.0, 0.3, 1.0):
        shape = heat_shape(use, climate_year("FI"), hot_water_share=water)
        assert shape.shape == (8760,)
        assert shape.sum() == pytest.approx(1.0, abs=1e-12)
        assert shape.min() >= 0.0


def test_property_every_use_with_a_benchmark_has_a_profile() -> None:
    uses = set(wide("demand_benchmarks").index) - {"reference_climate"}
    assert set(USES) == uses
    words = load_table("profile_types")[["space", "water"]].to_numpy().ravel()
    assert {part for word in words for part in word.split("+")} == {*PROFILES, "pool", "even"}


def test_property_hour_factors_fill_every_day() -> None:
    """Published factors are rounded: a day of them sums to 1 within 0.2 %."""
    table = load_table("profile_hours")
    columns = [name for name in table.columns if name.startswith("class_")]
    sums = table[columns].astype(float).groupby([table["profile"], table["weekdays"]]).sum()
    np.testing.assert_allclose(sums, 1.0, atol=2e-3)
    for profile, rows in table.groupby("profile"):
        assert sorted("".join(rows["weekdays"].drop_duplicates())) == list("1234567"), profile
        assert rows.groupby("weekdays")["hour"].nunique().eq(24).all(), profile


@given(st.floats(0.0, 1.0))
@settings(max_examples=20)
def test_property_hot_water_mixes_linearly(share: float) -> None:
    outdoor = climate_year("GB")
    room, water = (heat_shape("flats", outdoor, hot_water_share=w) for w in (0.0, 1.0))
    mixed = heat_shape("flats", outdoor, hot_water_share=share)
    np.testing.assert_allclose(mixed, (1.0 - share) * room + share * water, atol=1e-15)


@given(st.floats(-40.0, 45.0))
@settings(max_examples=20)
def test_property_steady_weather_makes_steady_days(level: float) -> None:
    """Beyond demandlib's table too, in the frost of Lapland and the heat of Arizona."""
    days = daily_means(room_heat_shape("EFH", np.full(8760, level)))
    np.testing.assert_allclose(days, 1.0 / 8760, rtol=1e-9)


@given(st.integers(0, 364), st.floats(1.0, 10.0))
@settings(max_examples=20)
def test_property_a_colder_day_takes_more_room_heat(day: int, colder: float) -> None:
    outdoor = climate_year("DE").copy()
    outdoor[24 * day : 24 * day + 24] -= colder
    for use in ("home", "office", "pool", "greenhouse"):
        before = heat_shape(use, climate_year("DE"), hot_water_share=0.0)
        after = heat_shape(use, outdoor, hot_water_share=0.0)
        hours = slice(24 * day, 24 * day + 24)
        assert after[hours].sum() > before[hours].sum()


def test_property_uses_differ_as_people_live() -> None:
    outdoor = climate_year("DE")
    shapes = dict(zip(USES, heat_shapes(USES, outdoor, 0.15), strict=True))
    by_hour = {use: shape.reshape(365, 24).sum(axis=0) for use, shape in shapes.items()}
    # Weekends: the fourth day of the year is a Thursday, the sixth and seventh a weekend.
    weekly = {use: shape[: 52 * 168].reshape(52, 7, 24).sum(axis=(0, 2)) for use, shape in
              shapes.items()}  # fmt: skip
    assert weekly["office"][5:].mean() < 0.9 * weekly["office"][:5].mean()
    assert weekly["home"][5:].mean() == pytest.approx(weekly["home"][:5].mean(), rel=0.02)
    assert by_hour["office"][8] > by_hour["office"][22]
    summer = {use: float(shape[SUMMER].sum()) for use, shape in shapes.items()}
    assert summer["pool"] > 2.0 * summer["office"]
    assert float(peak_share_per_hour(shapes["pool"])) < min(
        float(peak_share_per_hour(shapes[use])) for use in ("home", "office", "school")
    )
    taps = tap_hours("EFH").reshape(365, 24).sum(axis=0)
    assert taps[6:10].min() > 2.0 * taps[1:4].max()


def test_property_hot_water_swings_little_with_the_season() -> None:
    """Colder mains water in late winter: IEA task 26 profiles swing by 10 % (Jordan, Vajen)."""
    days = heat_shape("home", climate_year("DE"), hot_water_share=1.0).reshape(365, 24).sum(axis=1)
    half = (days.max() - days.min()) / (days.max() + days.min())
    assert 0.05 < half < 0.15
    assert 30 < int(np.argmax(days)) < 75
    steady = heat_shape("home", np.full(8760, 8.0), hot_water_share=1.0).reshape(365, 24)
    np.testing.assert_allclose(steady.sum(axis=1), 1.0 / 365, rtol=1e-9)


def test_property_lower_heating_threshold_saves_summer_heat() -> None:
    """Finnish buildings stop heating at 13.16 °C, German ones at 13.98 °C (When2Heat)."""
    outdoor = climate_year("FI")
    german = heat_shape("home", outdoor, hot_water_share=0.0)
    finnish = heat_shape("home", outdoor, hot_water_share=0.0, heating_threshold_degc=13.16)
    assert finnish[SUMMER].sum() < german[SUMMER].sum()
    same = heat_shape("home", outdoor, hot_water_share=0.0, heating_threshold_degc=13.98)
    np.testing.assert_array_equal(same, german)


@given(st.lists(st.sampled_from(USES), min_size=1, max_size=8), st.integers(0, 99))
@settings(max_examples=20)
def test_property_peak_of_a_group_is_at_most_the_sum_of_peaks(uses: list[str], seed: int) -> None:
    heat = np.random.default_rng(seed).uniform(10.0, 1000.0, len(uses))
    loads = heat[:, None] * heat_shapes(uses, climate_year("GB"), 0.2)
    assert loads.sum(axis=0).max() <= loads.max(axis=1).sum() * (1.0 + 1e-12)
    assert loads.sum() == pytest.approx(heat.sum())


@given(st.floats(900.0, 8000.0))
@settings(max_examples=25)
def test_property_shapes_take_a_wanted_peak(hours: float) -> None:
    before = heat_shapes(["home", "office", "pool"], climate_year("DE"), 0.2)
    after = shape_with_full_load_hours(before, hours)
    np.testing.assert_allclose(after.sum(axis=1), 1.0, rtol=1e-9)
    np.testing.assert_allclose(1.0 / np.asarray(peak_share_per_hour(after)), hours, rtol=1e-6)
    for old, new in zip(before, after, strict=True):
        assert np.all(np.diff(new[np.argsort(old)]) >= -1e-18)


def test_property_own_full_load_hours_change_nothing() -> None:
    before = heat_shapes(["home", "retail"], climate_year("DE"), 0.1)
    own = 1.0 / np.asarray(peak_share_per_hour(before))
    for factor in (1.0 - 1e-9, 1.0, 1.0 + 1e-9):
        np.testing.assert_allclose(shape_with_full_load_hours(before, factor * own), before,
                                   rtol=1e-6)  # fmt: skip


def test_golden_cut_and_sharpened_by_hand() -> None:
    """Cut at 1/2.5: (0.4, 0.3 x 1.2, 0.2 x 1.2). Sharpened: (1, 1/2, 1/2)² is (1, 1/4, 1/4)."""
    cut = shape_with_full_load_hours(np.array([0.5, 0.3, 0.2]), 2.5)
    np.testing.assert_allclose(cut, [0.4, 0.36, 0.24])
    sharp = shape_with_full_load_hours(np.array([0.5, 0.25, 0.25]), 1.5)
    np.testing.assert_allclose(sharp, [2 / 3, 1 / 6, 1 / 6], rtol=1e-9)


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        (0.5, "full-load hours 0.5 h is outside 1 to 4"),
        (3.5, "3 hours of heat"),
        (1.5, "2 of them"),
    ],
)
def test_shape_with_full_load_hours_rejects_the_impossible(hours: float, message: str) -> None:
    with pytest.raises(PhysicsRangeError, match=message):
        shape_with_full_load_hours(np.array([0.4, 0.4, 0.2, 0.0]), hours)


@pytest.mark.parametrize("water", [-0.1, 20.0])
def test_heat_shape_rejects_shares_that_are_none(water: float) -> None:
    with pytest.raises(PhysicsRangeError, match=r"hot water share .* give a share, not percent"):
        heat_shape("home", np.full(8760, 5.0), hot_water_share=water)


def test_heat_shape_rejects_weather_that_is_none() -> None:
    with pytest.raises(PhysicsRangeError, match=r"outdoor temperature 280 degC .* another unit"):
        heat_shape("home", np.full(8760, 280.0), hot_water_share=0.2)
    with pytest.raises(ValueError, match=r"shape \(8784,\) .* 29 February left out"):
        heat_shape("home", np.full(8784, 5.0), hot_water_share=0.2)
    with pytest.raises(ValueError, match="with 1 blank"):
        heat_shape("home", np.array([np.nan, *[5.0] * 8759]), hot_water_share=0.2)


def test_heat_shapes_rejects_shares_of_another_number() -> None:
    shares = np.array([0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="3 hot water shares for 2 uses"):
        heat_shapes(["home", "office"], np.full(8760, 5.0), shares)


def test_bdew_shape_rejects_unknown_profiles() -> None:
    with pytest.raises(LookupError, match="no load profile 'H0'; there are: EFH, MFH"):
        bdew_shape("H0", np.full(8760, 5.0))


@pytest.mark.parametrize("hours", [8760.0, 8759.0, 8000.0])
def test_golden_load_cut_until_it_hardly_varies(hours: float) -> None:
    """A load of 8,760 full-load hours is the same in every hour, one of fewer peaks at 1/hours."""
    swing = 2.0 + np.sin(np.arange(8760) * 2.0 * np.pi / 8760.0)
    cut = shape_with_full_load_hours(swing / swing.sum(), hours)
    assert cut.sum() == pytest.approx(1.0)
    assert cut.max() == pytest.approx(1.0 / hours, rel=1e-9)
