"""A network over the year: bins against every hour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.network.operation.annual import annual_bins, simulate_year
from tests.peers.networks import OPERATION, PIPES, RULES, random_plan

GIVEN: dict[str, Any] = {"catalogue": PIPES, "rules": RULES, "operation": OPERATION}
HOUR = np.arange(8760)


def year_kw(peak_kw: float) -> np.ndarray:
    """Load of a year: cold and warm months, mornings, and hot water all summer."""
    season = 0.5 + 0.5 * np.cos(2 * np.pi * (HOUR - 500) / 8760)
    day = 1.0 + 0.3 * np.cos(2 * np.pi * (HOUR - 7) / 24)
    weather = 1.0 + 0.15 * np.sin(HOUR / 37.0)
    load = np.maximum(season**1.5 * day * weather, 0.04 * day)
    shaped: np.ndarray = peak_kw * load / load.max()
    return shaped


def test_golden_bins_tell_what_all_hours_tell() -> None:
    # 8,760 states of their own against a dozen and a half.
    plan, streets = random_plan(4, 12)
    load = year_kw(plan.edges["peak_kw"].iloc[0])
    ground = 8.0 - 4.0 * np.cos(2 * np.pi * (HOUR - 900) / 8760)
    supply = np.interp(load, [0.0, load.max()], [68.0, 80.0])
    hourly = {"load_kw": load, "supply_degc": supply, "ground_degc": ground}
    whole = simulate_year(plan, streets, **GIVEN, **hourly, bins=None)
    binned = simulate_year(plan, streets, **GIVEN, **hourly, bins=16)
    assert len(whole.bins.hours) == 8760
    assert len(binned.bins.hours) <= 17
    assert whole.state.settled.all()
    assert binned.heat_mwh == pytest.approx(whole.heat_mwh, rel=1e-9)
    assert whole.heat_mwh == pytest.approx(load.sum() / 1e3)
    assert binned.loss_mwh == pytest.approx(whole.loss_mwh, rel=2e-3)
    assert binned.pumping_mwh == pytest.approx(whole.pumping_mwh, rel=1e-2)
    assert binned.source_supply_degc == pytest.approx(whole.source_supply_degc, abs=0.02)
    assert binned.source_return_degc == pytest.approx(whole.source_return_degc, abs=0.02)
    # The peak stands alone, so the largest head is exact.
    assert binned.state.head_pa.max() == pytest.approx(whole.state.head_pa.max(), rel=1e-9)


def test_golden_constant_load_is_one_state() -> None:
    plan, streets = random_plan(2, 5)
    year = simulate_year(plan, streets, **GIVEN, load_kw=np.full(100, 50.0), bins=10)
    assert sorted(year.bins.hours.tolist()) == [1.0, 99.0]
    assert year.heat_mwh == pytest.approx(5.0)
    assert year.loss_mwh == pytest.approx(float(year.state.loss_kw.sum(axis=1)[0]) * 0.1)


def test_golden_loads_of_each_consumer() -> None:
    plan, streets = random_plan(2, 5)
    heat = plan.consumers["annual_heat_mwh"].to_numpy()
    together = year_kw(100.0)[::200]
    apart = np.outer(together, heat / heat.sum())
    one = simulate_year(plan, streets, **GIVEN, load_kw=together, bins=6)
    other = simulate_year(plan, streets, **GIVEN, load_kw=apart, bins=6)
    assert other.loss_mwh == pytest.approx(one.loss_mwh, rel=1e-9)
    assert other.pumping_mwh == pytest.approx(one.pumping_mwh, rel=1e-9)


@given(st.lists(st.floats(0.0, 1e4), min_size=1, max_size=60), st.integers(1, 20))
def test_property_bins_keep_hours_and_energy(loads: list[float], bins: int) -> None:
    found = annual_bins(loads, bins=bins)
    assert found.hours.sum() == len(loads)
    assert (found.hours > 0).all()
    assert found.hours @ found.load_kw == pytest.approx(sum(loads), rel=1e-9, abs=1e-9)
    assert found.load_kw[-1] == max(loads)
    assert (np.diff(found.load_kw) >= -1e-9).all()
    assert found.mean(3.5) == pytest.approx(np.full(len(found.hours), 3.5))
