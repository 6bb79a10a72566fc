"""The linear programme bounds every dispatch from below, and the rule stays near it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import PhysicsRangeError
from heatreach.thermo.dispatch import dispatch
from heatreach.thermo.year.dispatch_bound import (
    EnergyPrices,
    dispatch_bound,
    dispatch_gap,
    energy_cost,
)
from heatreach.thermo.year.plant import HourlyLoad, Machine, SourceHours
from heatreach.thermo.year.store import Store, hot_water_store

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

PRICES = EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=80.0, unserved_per_mwh=5000.0)
SOLVER = 1e-6  # relative; HiGHS stops at 1e-7 of cost and of each balance


def weather_load(hours: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Degree-hour load with hot water, sum 1, and the outdoor temperature it follows [°C]."""
    random = np.random.default_rng(seed)
    hour = np.arange(hours)
    season = 9.0 - 9.0 * np.cos(2 * np.pi * (hour / 24 - 20) / 365)
    noise = np.convolve(random.standard_normal(hours + 71), np.ones(72) / np.sqrt(72), "valid")
    outdoor = season - 3.0 * np.cos(2 * np.pi * (hour - 3) / 24) + 3.0 * noise
    heating = np.clip(15.0 - outdoor, 0.0, None) * (1.0 + 0.3 * np.sin(2 * np.pi * hour / 24))
    hot_water = 1.0 + 0.5 * np.sin(2 * np.pi * (hour - 6) / 24)
    load = 0.8 * heating / heating.sum() + 0.2 * hot_water / hot_water.sum()
    return load / load.sum(), outdoor


def year_plants(peak_shares: FloatArray) -> tuple[HourlyLoad, SourceHours, float]:
    """One load of 5,000 MWh per heat pump to be tried, a source that swings by the day."""
    form, _ = weather_load(8760)
    count = len(peak_shares)
    peak = 5e6 * float(form.max())
    swing = 1.0 + 0.2 * np.sin(2 * np.pi * np.arange(8760) / 24)
    load = HourlyLoad(heat_mwh=np.full(count, 5000.0), shapes=form, loss_mwh=500.0)
    return load, SourceHours(source_kw=peak * 0.35, shapes=swing / swing.mean()), peak


def test_golden_a_day_by_hand() -> None:
    """
    12 h of 1 MW, then 12 h of 5 MW; heat pump 3 MW, COP 4, store 10 MWh without loss.

    The night can spare 24 MWh, the store takes 10, so the boiler gives 24 - 10 = 14 MWh. Cost:
    58 MWh / 4 x 100 + 14 x 80 = 2,570.
    """
    load = HourlyLoad(heat_mwh=np.array([72.0]), shapes=np.repeat([1.0, 5.0], 12) / 72.0)
    machine = Machine(heat_pump_kw=3000.0, cop=4.0, source_share=0.75)
    tank = Store(capacity_mwh=10.0, loss_share_per_hour=0.0)
    source = SourceHours(source_kw=5000.0)
    best = dispatch_bound(load, source, machine, prices=PRICES, store=tank)[0]
    assert best.cost == pytest.approx(2570.0)
    assert best.backup_mwh == pytest.approx(14.0)
    assert best.electricity_mwh == pytest.approx(14.5)
    ours = dispatch(load, source, machine, store=tank, part_load=False)
    assert energy_cost(ours, PRICES) == pytest.approx([2570.0])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40)
def test_property_rule_is_optimal_at_constant_cop(seed: int) -> None:
    """Any load, source, store, power limit and boiler over a week: gap 0 within the solver's."""
    random = np.random.default_rng(seed)
    form = random.random(168) ** 2
    there = random.uniform(0.2, 1.8, 168)
    peak = 100_000.0 * float(form.max() / form.sum())
    gap = dispatch_gap(
        HourlyLoad(heat_mwh=np.full(2, 100.0), shapes=form / form.sum()),
        SourceHours(source_kw=peak * random.uniform(0.1, 0.6), shapes=there / there.mean()),
        Machine(heat_pump_kw=peak * random.uniform(0.1, 0.9), cop=4.0, source_share=0.76),
        prices=PRICES,
        store=Store(
            capacity_mwh=peak / 1000.0 * random.uniform(0.0, 20.0, 2),
            loss_share_per_hour=8e-5,
            power_kw=np.array([np.inf, peak * random.uniform(0.05, 0.5)]),
        ),
        boiler_kw=np.array([np.inf, peak * random.uniform(0.2, 1.0)]),
        part_load=False,
    )
    assert (np.abs(gap.gap_share) <= SOLVER).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_property_bound_is_below_the_rule(seed: int) -> None:
    """Least load, part load and a COP that changes by the hour only make the rule dearer."""
    random = np.random.default_rng(seed)
    form = random.random(96)
    cop = random.uniform(2.0, 7.0, (1, 96))
    gap = dispatch_gap(
        HourlyLoad(heat_mwh=np.array([50.0]), shapes=form / form.sum()),
        SourceHours(source_kw=random.uniform(0.0, 1000.0)),
        Machine(
            heat_pump_kw=random.uniform(0.0, 1000.0),
            cop=cop,
            source_share=1.0 - 0.95 / cop,
            min_load_share=random.uniform(0.0, 0.5),
        ),
        prices=EnergyPrices(*random.uniform(1.0, 200.0, 3)),
        store=Store(capacity_mwh=random.uniform(0.0, 5.0), loss_share_per_hour=0.01),
    )
    assert (gap.gap_share >= -SOLVER).all()


def test_golden_gap_over_a_year_at_constant_cop() -> None:
    """Rule against programme over 8,760 h: equal with and without store, within the solver's."""
    load, source, peak = year_plants(np.array([0.3, 0.5]))
    machine = Machine(heat_pump_kw=peak * np.array([0.3, 0.5]), cop=4.0, source_share=0.76)
    tank = hot_water_store(np.array([0.0, 0.006]) * peak)
    gap = dispatch_gap(load, source, machine, prices=PRICES, store=tank, part_load=False)
    assert (np.abs(gap.gap_share) <= SOLVER).all()


def test_golden_gap_over_a_year_with_least_load_and_changing_cop() -> None:
    """
    What the rule does not see, over 8,760 h and with a store of 6 h at a third of the peak.

    Least load of 25 %: at most 1 % dearer than a machine without least load. COP that rises by 0.05
    per kelvin outdoors: at most 5 %, since the programme fills the store in the warm hours.
    """
    load, source, peak = year_plants(np.array([0.5, 0.5]))
    _, outdoor = weather_load(8760)
    cop = np.vstack([np.full(8760, 4.0), 3.5 + 0.05 * outdoor])
    machine = Machine(
        heat_pump_kw=peak * 0.5,
        cop=cop,
        source_share=1.0 - 0.95 / cop,
        min_load_share=np.array([0.25, 0.0]),
    )
    tank = hot_water_store(0.002 * peak)
    gap = dispatch_gap(load, source, machine, prices=PRICES, store=tank, part_load=False)
    assert 0.0 < gap.gap_share[0] <= 0.01
    assert 0.0 < gap.gap_share[1] <= 0.05


def test_property_fuel_cheaper_than_the_heat_pump_shows_as_gap() -> None:
    """Heat by electricity costs 100 / 4 = 25, fuel 10: the rule runs the machine and pays 2.5."""
    load = HourlyLoad(heat_mwh=np.array([24.0]), shapes=np.full(24, 1.0 / 24.0))
    machine = Machine(heat_pump_kw=1000.0, cop=4.0, source_share=0.75)
    cheap = EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=10.0)
    gap = dispatch_gap(load, SourceHours(source_kw=900.0), machine, prices=cheap)
    assert gap.gap_share == pytest.approx([1.5])


def test_bound_rejects_prices_that_make_no_sense() -> None:
    load = HourlyLoad(heat_mwh=np.array([24.0]), shapes=np.full(24, 1.0 / 24.0))
    machine = Machine(heat_pump_kw=1000.0, cop=4.0, source_share=0.75)
    source = SourceHours(source_kw=900.0)
    with pytest.raises(PhysicsRangeError, match="backup_per_mwh"):
        dispatch_bound(load, source, machine, prices=EnergyPrices(100.0, -1.0))
    with pytest.raises(PhysicsRangeError, match="unserved_per_mwh"):
        dispatch_bound(load, source, machine, prices=EnergyPrices(100.0, 80.0), boiler_kw=100.0)
