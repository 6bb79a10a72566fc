"""Grid factors over the years: frozen, falling, or the user's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.thermo import PhysicsRangeError
from heatreach.thermo.carbon.emission_factors import electricity_factor, has_own_factor
from heatreach.thermo.carbon.grid import grid_paths, grid_trajectory, years_between

LIFE = np.arange(2025.0, 2061.0)


@pytest.mark.parametrize("region", ["GB", "DE", "NO", ""])
def test_golden_frozen_grid_stays_at_the_row_of_the_country(region: str) -> None:
    factors = grid_trajectory(region, LIFE)
    assert (factors == electricity_factor(region).total_kg_per_kwh).all()


def test_golden_decline_is_straight_by_hand() -> None:
    """0.363 kg/kWh falls to a fifth in 25 years: 0.8/25 of it each year, then holds."""
    factors = grid_trajectory("DE", LIFE, basis="direct", path="declining")
    by_hand = 0.363 * (1.0 - 0.8 * np.minimum(LIFE - 2025, 25) / 25.0)
    np.testing.assert_allclose(factors, by_hand, rtol=1e-12)


def test_lifecycle_factor_stops_where_building_plants_emits() -> None:
    """Sweden's 0.0353 would fall to 0.007; plants without fuel keep it at 0.02, Norway's too."""
    assert grid_trajectory("SE", LIFE, path="declining")[-1] == pytest.approx(0.02)
    clean = grid_trajectory("", LIFE, path="declining", today_kg_per_kwh=0.01)
    assert (clean == 0.01).all()


@pytest.mark.parametrize("region", ["GB", "PL", "NO", ""])
@pytest.mark.parametrize("basis", ["lifecycle", "direct", "marginal"])
def test_property_decline_never_rises_and_its_ends_surround_it(region: str, basis: str) -> None:
    paths = {
        column: grid_trajectory(region, LIFE, basis=basis, path="declining", column=column)
        for column in ("low", "value", "high")
    }
    assert (np.diff(paths["value"]) <= 0.0).all()
    assert (paths["low"] <= paths["value"]).all()
    assert (paths["value"] <= paths["high"]).all()
    assert (paths["high"] <= grid_trajectory(region, LIFE, basis=basis)).all()


@given(today=st.floats(0.0, 1.0), column=st.sampled_from(["value", "low", "high"]))
def test_property_user_factor_of_today_is_where_it_starts(today: float, column: str) -> None:
    years = np.array([2020.0, 2025.0, 2070.0])
    path = grid_trajectory("", years, path="declining", column=column, today_kg_per_kwh=today)
    assert path[0] == path[1] == today
    assert 0.0 <= path[2] <= today


@given(
    known=st.lists(st.integers(2020, 2080), min_size=1, max_size=8, unique=True).map(sorted),
    data=st.data(),
)
def test_property_users_years_are_met_and_never_left(known: list[int], data: st.DataObject) -> None:
    factor = st.floats(0.0, 1.0)
    factors = data.draw(st.lists(factor, min_size=len(known), max_size=len(known)))
    years, values = np.array(known, dtype=float), np.array(factors)
    np.testing.assert_allclose(years_between(years, years, values), values, rtol=1e-12)
    all_years = years_between(np.arange(2000.0, 2100.0), years, values)
    assert all_years.min() >= values.min()
    assert all_years.max() <= values.max()
    assert all_years[0] == values[0]
    assert all_years[-1] == values[-1]


def test_upstream_and_losses_reach_the_trajectory() -> None:
    """DESNZ 2025 for Great Britain, all parts: 0.2454 kg/kWh in each year."""
    factors = grid_trajectory("GB", LIFE, basis="direct", upstream=True, losses=True)
    np.testing.assert_allclose(factors, 0.2454, atol=1e-9)


def test_cautious_path_comes_first_and_country_rows_are_known() -> None:
    assert grid_paths()[0] == "frozen"
    assert has_own_factor("GB", basis="direct")
    assert not has_own_factor("FI", basis="direct")
    assert not has_own_factor("GB", basis="marginal")


def test_grid_rejects_unknown_paths_and_factors() -> None:
    with pytest.raises(PhysicsRangeError, match="'falling' is not known; give one of frozen, decl"):
        grid_trajectory("GB", LIFE, path="falling")
    with pytest.raises(PhysicsRangeError, match=r"grid factor -0\.1 kg/kWh"):
        grid_trajectory("GB", LIFE, today_kg_per_kwh=-0.1)


@pytest.mark.parametrize(
    ("years", "factors", "says"),
    [
        ([], [], "0 years and 0 factors"),
        ([2025.0, 2030.0], [0.1], "2 years and 1 factors"),
        ([2030.0, 2025.0], [0.1, 0.2], "must rise"),
        ([2025.0, 2025.0], [0.1, 0.2], "must rise"),
        ([2025.0], [-0.1], "grid factor"),
    ],
)
def test_years_between_rejects_broken_trajectories(
    years: list[float], factors: list[float], says: str
) -> None:
    with pytest.raises(PhysicsRangeError, match=says):
        years_between(2025.0, np.array(years), np.array(factors))
