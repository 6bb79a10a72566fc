"""The cheapest plant of a grid: as by brute force, and as prices say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from heatreach.thermo import PhysicsRangeError
from heatreach.thermo.dispatch import dispatch
from heatreach.thermo.year.dispatch_bound import EnergyPrices, energy_cost
from heatreach.thermo.year.plant import HourlyLoad, Machine, SourceHours
from heatreach.thermo.year.plant_size import PlantSizes, least_cost_size
from heatreach.thermo.year.store import hot_water_store

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

HOURS = 14 * 24
HOUR = np.arange(HOURS)
DAY = 1.0 + 0.6 * np.sin(2 * np.pi * (HOUR - 3) / 24) + 0.3 * np.cos(2 * np.pi * HOUR / HOURS)
LOAD = HourlyLoad(heat_mwh=np.array([200.0, 900.0]), shapes=DAY / DAY.sum(), loss_mwh=10.0)
SOURCE = SourceHours(source_kw=np.array([400.0, 5000.0]))
MACHINE = Machine(heat_pump_kw=0.0, cop=4.0, source_share=0.76, min_load_share=0.2)
SHARES = np.linspace(0.0, 1.0, 6)
STORES = np.array([0.0, 2.0, 8.0])
PRICES = EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=70.0, source_per_mwh=2.0)


def yearly(
    heat_pump_kw: FloatArray, store_mwh: FloatArray, boiler_kw: FloatArray, heat_mwh: FloatArray
) -> FloatArray:
    """Annual cost of a fortnight's plant."""
    return 2.0 * heat_pump_kw + 60.0 * store_mwh + 0.2 * boiler_kw + 3.0 * heat_mwh


def sized(
    prices: EnergyPrices = PRICES, module_kw: float | None = None, **changes: float
) -> PlantSizes:
    """Cheapest plants, with other costs per size or heat where given."""
    costs = {"heat_pump": 2.0, "store": 60.0, "boiler": 0.2, "heat": 3.0} | changes
    return least_cost_size(
        LOAD,
        SOURCE,
        MACHINE,
        peak_shares=SHARES,
        store_hours=STORES,
        annual_cost=lambda heat_pump, store, boiler, heat: (
            costs["heat_pump"] * heat_pump
            + costs["store"] * store
            + costs["boiler"] * boiler
            + costs["heat"] * heat
        ),
        prices=prices,
        standby_share=0.5,
        module_kw=module_kw,
    )


@pytest.mark.parametrize("module_kw", [None, 300.0])
def test_golden_agrees_with_brute_force(module_kw: float | None) -> None:
    """Every size that the source can feed dispatched and priced alone, link after link."""
    sizes = sized(module_kw=module_kw)
    for link in range(2):
        heat = float(np.asarray(LOAD.heat_mwh)[link])
        alone = HourlyLoad(heat_mwh=np.array([heat]), shapes=LOAD.shapes, loss_mwh=10.0)
        source_kw = float(np.asarray(SOURCE.source_kw)[link])
        source = SourceHours(source_kw=source_kw)
        peak = 1000.0 * float((heat * LOAD.shapes + 10.0 / HOURS).max())
        best = (np.inf, 0.0, 0.0)
        for i, share in enumerate(SHARES):
            for j, hours in enumerate(STORES):
                kw = min(share * peak, source_kw / 0.76)
                mwh = kw * hours / 1000.0
                machine = Machine(
                    heat_pump_kw=kw,
                    cop=4.0,
                    source_share=0.76,
                    min_load_share=0.2,
                    units=max(np.ceil(kw / (module_kw or np.inf)), 1.0),
                )
                run = dispatch(alone, source, machine, store=hot_water_store(mwh))
                boiler = max(0.5 * peak, float(run.peak_backup_kw[0]))
                fixed = 2.0 * kw + 60.0 * mwh + 0.2 * boiler + 3.0 * float(run.heat_pump_mwh[0])
                cost = (fixed + float(energy_cost(run, PRICES)[0])) / heat
                assert float(sizes.grid_lcoh_per_mwh[link, i, j]) == pytest.approx(cost)
                assert float(sizes.grid_boiler_kw[link, i, j]) == pytest.approx(boiler)
                best = min(best, (cost, kw, mwh))
        assert float(sizes.lcoh_per_mwh[link]) == pytest.approx(best[0])
        assert float(sizes.heat_pump_kw[link]) == pytest.approx(best[1])
        assert float(sizes.store_mwh[link]) == pytest.approx(best[2])


def test_property_cheap_fuel_builds_no_heat_pump() -> None:
    sizes = sized(PRICES._replace(backup_per_mwh=10.0))
    assert (sizes.heat_pump_kw == 0.0).all()
    assert (sizes.store_mwh == 0.0).all()
    assert (sizes.covered_share == 0.0).all()


def test_property_dearer_fuel_builds_more() -> None:
    sizes = [sized(PRICES._replace(backup_per_mwh=price)) for price in (30.0, 45.0, 70.0, 300.0)]
    built = np.array([found.heat_pump_kw for found in sizes])
    assert (np.diff(built, axis=0) >= 0.0).all()
    assert (built[-1] > built[0]).all()
    lcoh = np.array([found.lcoh_per_mwh for found in sizes])
    assert (np.diff(lcoh, axis=0) > 0.0).all()


def test_property_store_only_where_it_pays() -> None:
    assert (sized(store=1e6).store_mwh == 0.0).all()
    assert (sized(PRICES._replace(backup_per_mwh=300.0), store=0.01).store_mwh > 0.0).all()


def test_property_ties_go_to_the_smaller() -> None:
    free = EnergyPrices(electricity_per_mwh=0.0, backup_per_mwh=0.0)
    sizes = sized(free, heat_pump=0.0, store=0.0, boiler=0.0, heat=0.0)
    assert (sizes.heat_pump_kw == 0.0).all()
    assert (sizes.store_mwh == 0.0).all()
    assert (sizes.lcoh_per_mwh == 0.0).all()


def test_property_grid_holds_the_choice_and_its_order_does_not_matter() -> None:
    sizes = sized()
    grid = sizes.grid_lcoh_per_mwh.reshape(2, -1)
    assert sizes.grid_lcoh_per_mwh.shape == (2, 6, 3)
    np.testing.assert_allclose(sizes.lcoh_per_mwh, grid.min(axis=1), rtol=1e-9)
    mixed = least_cost_size(
        LOAD,
        SOURCE,
        MACHINE,
        peak_shares=np.append(SHARES[::-1], 0.4),
        store_hours=STORES[[2, 0, 1]],
        annual_cost=yearly,
        prices=PRICES,
        standby_share=0.5,
    )
    np.testing.assert_array_equal(mixed.heat_pump_kw, sizes.heat_pump_kw)
    np.testing.assert_array_equal(mixed.store_mwh, sizes.store_mwh)


def test_size_rejects_grids_and_costs_that_do_not_fit() -> None:
    def size(shares: FloatArray, cost: float | None = None) -> PlantSizes:
        return least_cost_size(
            LOAD,
            SOURCE,
            MACHINE,
            peak_shares=shares,
            store_hours=0.0,
            annual_cost=yearly if cost is None else lambda *_: np.array(cost),
            prices=PRICES,
            standby_share=1.0,
        )

    with pytest.raises(PhysicsRangeError, match="share of peak"):
        size(np.array([-0.1, 0.5]))
    with pytest.raises(PhysicsRangeError, match="at least one"):
        size(np.array([]))
    with pytest.raises(PhysicsRangeError, match="annual cost has shape"):
        size(SHARES, cost=5.0)
