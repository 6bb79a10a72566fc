"""Hourly dispatch: an independent loop, hand-sized days, and what must hold for every plant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import assumption
from heatreach.thermo import PhysicsRangeError
from heatreach.thermo.cycles.part_load import part_load_factor
from heatreach.thermo.dispatch import dispatch
from heatreach.thermo.year.plant import HourlyLoad, Machine, SourceHours
from heatreach.thermo.year.store import Store, hot_water_store, required_content

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.thermo.dispatch import Dispatch

    FloatArray = npt.NDArray[np.float64]

YEAR = 8760


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything a dispatch is given."""

    load: HourlyLoad
    source: SourceHours
    machine: Machine
    store: Store | None = None
    boiler_kw: FloatArray | None = None

    def run(self, *, part_load: bool = True, hours: bool = False) -> Dispatch:
        return dispatch(
            self.load,
            self.source,
            self.machine,
            store=self.store,
            boiler_kw=self.boiler_kw,
            part_load=part_load,
            hours=hours,
        )


def shapes(random: np.random.Generator, rows: int, hours: int) -> FloatArray:
    """Loads with a day, a season and noise; each row sums to 1."""
    hour = np.arange(hours)
    season = 1.0 + 0.8 * np.cos(2 * np.pi * hour / hours)
    day = 1.0 + random.uniform(0.1, 0.7, (rows, 1)) * np.sin(2 * np.pi * (hour - 3) / 24)
    rough = season * day * random.uniform(0.6, 1.4, (rows, hours))
    return np.asarray(rough / rough.sum(axis=1, keepdims=True))


def case(seed: int, *, links: int = 12, hours: int = YEAR) -> Case:
    """Random plants: with and without store, least load, limited boiler, source, varying COP."""
    random = np.random.default_rng(seed)
    heat = random.uniform(50.0, 5000.0, links) * hours / YEAR
    forms = shapes(random, 3, hours)
    peak = heat * 1000.0 * forms.max()
    source = 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(hours) / 24.0)
    outage = np.where(random.random(hours) < 0.05, 0.0, random.uniform(0.5, 1.5, hours))
    cop = random.uniform(2.5, 6.0, (4, 1)) + random.uniform(0.0, 0.5, (4, hours))
    store = peak / 1000.0 * random.uniform(0.2, 8.0, links) * (random.random(links) < 0.7)
    return Case(
        load=HourlyLoad(
            heat_mwh=heat,
            shapes=forms,
            shape_of=random.integers(0, 3, links),
            loss_mwh=heat * random.uniform(0.0, 0.2, links),
        ),
        source=SourceHours(
            source_kw=peak * random.uniform(0.1, 0.8, links) * (random.random(links) < 0.85),
            shapes=np.array([source / source.mean(), outage / outage.mean()]),
            shape_of=random.integers(0, 2, links),
        ),
        machine=Machine(
            heat_pump_kw=peak * random.uniform(0.1, 0.9, links) * (random.random(links) < 0.9),
            cop=cop,
            source_share=1.0 - 0.95 / cop,
            min_load_share=random.choice([0.0, 0.0625, 0.25, 0.4], links),
            point_of=random.integers(0, 4, links),
        ),
        store=Store(
            capacity_mwh=store,
            loss_share_per_hour=random.choice([0.0, 8e-5, 0.01], links),
            power_kw=np.where(random.random(links) < 0.5, np.inf, peak * 0.2),
        ),
        boiler_kw=np.where(random.random(links) < 0.5, np.inf, peak * 0.35),
    )


def by_hand(case: Case, link: int) -> dict[str, float]:
    """The rule once more, one hour after another in plain Python, in terms of outputs."""
    load, source, machine, store = case.load, case.source, case.machine, case.store
    assert store is not None
    assert case.boiler_kw is not None
    assert source.shapes is not None
    form = load.shapes[np.asarray(load.shape_of)[link]].tolist()
    hours = len(form)
    heat, loss = float(np.asarray(load.heat_mwh)[link]), float(np.asarray(load.loss_mwh)[link])
    demand = [1000.0 * (heat * share + loss / hours) for share in form]
    given_kw = float(np.asarray(source.source_kw)[link])
    there = [given_kw * x for x in source.shapes[np.asarray(source.shape_of)[link]].tolist()]
    point = np.asarray(machine.point_of)[link]
    cops = np.asarray(machine.cop)[point].tolist()
    shares = np.asarray(machine.source_share)[point].tolist()
    size = float(np.asarray(machine.heat_pump_kw)[link])
    least = size * float(np.asarray(machine.min_load_share)[link])
    capacity = 1000.0 * float(np.asarray(store.capacity_mwh)[link])
    power = float(np.asarray(store.power_kw)[link]) if capacity > 0.0 else 0.0
    keep = 1.0 - float(np.asarray(store.loss_share_per_hour)[link])
    boiler = float(case.boiler_kw[link])
    just_below = least * (1.0 - 1e-9)
    able = [min(size, s / share) for s, share in zip(there, shares, strict=True)]
    able = [a if a >= just_below else 0.0 for a in able]

    def needed(extra: float) -> list[float]:
        need = [0.0] * hours
        for t in range(hours - 1, 0, -1):
            short = demand[t] - able[t] - extra
            short = power if short > power else -power if short < -power else short
            need[t - 1] = min(capacity, max(0.0, (need[t] + short) / keep))
        return need

    need, rescue = needed(0.0), needed(boiler)
    content, on = 0.0, False
    total = dict.fromkeys(("heat", "backup", "unserved", "source", "electricity", "lost"), 0.0)
    outputs = []
    for t in range(hours):
        kept = content * keep
        total["lost"] += content - kept
        can_give = min(demand[t], power)
        output = demand[t] + max(need[t], kept - can_give) - kept
        output = max(0.0, min(output, able[t], demand[t] + power))
        if output < just_below:
            full = kept + least - demand[t] > capacity or least - demand[t] > power
            wanted = output > 1e-9 * size or on
            output = least if wanted and able[t] > 0.0 and not full else 0.0
        drawn = 0.0
        if output >= demand[t]:
            content = kept + output - demand[t]
        else:
            drawn = min(demand[t] - output, power, kept)
            content = kept - drawn
        backup = max(0.0, demand[t] - output - drawn)
        goal = min(rescue[t], kept + min(power, max(-power, able[t] + boiler - demand[t])))
        if content < goal:
            made = demand[t] + goal - kept
            if made >= just_below:
                content, output = goal, min(able[t], made)
                backup = made - output
            elif made <= boiler:
                content, output, backup = goal, 0.0, made
        on = output > 1e-9 * size
        outputs.append(output)
        total["heat"] += output
        total["backup"] += min(backup, boiler)
        total["unserved"] += max(0.0, backup - boiler)
        total["source"] += output * shares[t]
    total["lost"] += content
    load_shares = np.array(outputs) / size if size > 0.0 else np.zeros(hours)
    factors = np.asarray(part_load_factor(np.minimum(load_shares, 1.0)))
    total["electricity"] = float((np.array(outputs) / np.array(cops) / factors).sum())
    running = [output > 1e-9 * size for output in outputs]
    total["starts"] = sum(now and not running[t - 1] for t, now in enumerate(running))
    return total


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_golden_plain_loop_over_8760_hours(seed: int) -> None:
    """An hour-by-hour loop in plain Python written for this test, to 1e-9 of the load."""
    plants = case(seed)
    result = plants.run()
    for link in range(12):
        hand = by_hand(plants, link)
        ours = {
            "heat": result.heat_pump_mwh,
            "backup": result.backup_mwh,
            "unserved": result.unserved_mwh,
            "source": result.source_mwh,
            "electricity": result.electricity_mwh,
            "lost": result.store_loss_mwh,
        }
        for name, values in ours.items():
            tolerance = 1e-9 * float(result.load_mwh[link])
            expected = hand[name] / 1000.0
            assert float(values[link]) == pytest.approx(expected, abs=tolerance), (link, name)
        assert float(result.starts[link]) == hand["starts"], link


def one_day(**changes: object) -> Case:
    """Night of 1 MW, day of 5 MW, a heat pump of 3 MW, as much source as it can use."""
    plain = Case(
        load=HourlyLoad(heat_mwh=np.array([72.0]), shapes=np.repeat([1.0, 5.0], 12) / 72.0),
        source=SourceHours(source_kw=5000.0),
        machine=Machine(heat_pump_kw=3000.0, cop=4.0, source_share=0.75),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_golden_a_day_by_hand() -> None:
    """12 h of 1 MW, then 12 h of 3 of 5 MW: 48 MWh, 24 MWh left to the boiler; COP 4."""
    day = one_day().run(part_load=False)
    assert day.heat_pump_mwh == pytest.approx([48.0])
    assert day.backup_mwh == pytest.approx([24.0])
    assert day.electricity_mwh == pytest.approx([12.0])
    assert day.source_mwh == pytest.approx([36.0])
    assert day.source_not_taken_mwh == pytest.approx([84.0])
    assert day.full_load_hours == pytest.approx([16.0])
    assert day.covered_share == pytest.approx([2.0 / 3.0])
    assert day.peak_electricity_kw == pytest.approx([750.0])
    assert day.peak_backup_kw == pytest.approx([2000.0])
    assert day.mean_cop == pytest.approx([4.0])
    assert day.starts == pytest.approx([0.0])
    at_a_third = part_load_factor(1.0 / 3.0)
    electricity = one_day().run().electricity_mwh
    assert electricity == pytest.approx([3.0 / at_a_third + 9.0])


def test_golden_a_store_that_loses_half_by_hand() -> None:
    """
    Loads 0, 0, 4 kW, machine 2 kW, half of the content lost each hour.

    Hour 3 lacks 2, so 4 must be there after hour 2; the machine can only add 2 in each of the first
    two: contents 2, then 1 + 2 = 3, of which 1.5 is left in hour 3. The boiler gives 0.5.
    """
    result = dispatch(
        HourlyLoad(heat_mwh=np.array([0.004]), shapes=np.array([0.0, 0.0, 1.0])),
        SourceHours(source_kw=9.0),
        Machine(heat_pump_kw=2.0, cop=4.0, source_share=0.75),
        store=Store(capacity_mwh=1.0, loss_share_per_hour=0.5),
        hours=True,
    )
    assert result.hourly is not None
    assert result.hourly.store_mwh[0] == pytest.approx([0.002, 0.003, 0.0])
    assert result.heat_pump_mwh == pytest.approx([0.006])
    assert result.backup_mwh == pytest.approx([0.0005])
    assert result.store_loss_mwh == pytest.approx([0.0025])


def test_golden_least_load_by_hand() -> None:
    """
    Load of 1 MW all day, machine of 3 MW with a least load of 2 MW.

    Without a store it never runs. With a store of 4 MWh it runs 4 h at 2 MW and rests 4 h, three
    times over, and needs no boiler.
    """
    load = HourlyLoad(heat_mwh=np.array([24.0]), shapes=np.full(24, 1.0 / 24.0))
    machine = Machine(heat_pump_kw=3000.0, cop=4.0, source_share=0.75, min_load_share=2.0 / 3.0)
    day = one_day(load=load, machine=machine)
    alone = day.run(hours=True)
    assert alone.heat_pump_mwh == pytest.approx([0.0])
    assert alone.backup_mwh == pytest.approx([24.0])
    tank = Store(capacity_mwh=4.0, loss_share_per_hour=0.0)
    stored = replace(day, store=tank).run(hours=True)
    assert stored.backup_mwh == pytest.approx([0.0])
    assert stored.hourly is not None
    expected = np.tile([2000.0, 0.0], (3, 1)).repeat(4, axis=1).ravel()
    np.testing.assert_allclose(stored.hourly.heat_pump_kw[0], expected, atol=1e-6)
    assert stored.starts == pytest.approx([3.0])


def test_golden_a_limited_boiler_fills_the_store_ahead_by_hand() -> None:
    """Loads 1, 1, 7 kW with machine 2 and boiler 3: hour 3 lacks 2, which hours 1 and 2 bring."""
    plant = Case(
        load=HourlyLoad(heat_mwh=np.array([0.009]), shapes=np.array([1.0, 1.0, 7.0]) / 9.0),
        source=SourceHours(source_kw=9.0),
        machine=Machine(heat_pump_kw=2.0, cop=4.0, source_share=0.75),
        boiler_kw=np.array([3.0]),
    )
    assert plant.run().unserved_mwh == pytest.approx([0.002])
    tank = Store(capacity_mwh=1.0, loss_share_per_hour=0.0)
    stored = replace(plant, store=tank).run()
    assert stored.unserved_mwh == pytest.approx([0.0], abs=1e-15)
    assert stored.heat_pump_mwh == pytest.approx([0.006])
    slow = replace(tank, power_kw=0.75)
    assert replace(plant, store=slow).run().unserved_mwh == pytest.approx([0.00125])


def test_property_direct_exchanger_needs_no_electricity() -> None:
    exchanger = Machine(heat_pump_kw=3000.0, cop=np.inf, source_share=1.0)
    day = one_day(machine=exchanger).run()
    assert day.electricity_mwh == pytest.approx([0.0], abs=0.0)
    assert day.source_mwh == pytest.approx(day.heat_pump_mwh)
    assert day.machine_loss_mwh == pytest.approx([0.0], abs=1e-12)
    assert np.isinf(day.mean_cop).all()


def test_property_missing_cop_leaves_the_load_to_the_boiler() -> None:
    cop = np.where(np.arange(24) < 12, np.nan, 4.0)[None]
    machine = Machine(heat_pump_kw=3000.0, cop=cop, source_share=0.75)
    day = one_day(machine=machine).run(hours=True)
    assert day.hourly is not None
    assert (day.hourly.heat_pump_kw[0, :12] == 0.0).all()
    assert day.heat_pump_mwh == pytest.approx([36.0])
    never = Machine(heat_pump_kw=3000.0, cop=np.nan, source_share=np.nan)
    idle = one_day(machine=never).run()
    assert idle.backup_mwh == pytest.approx(idle.load_mwh)
    assert idle.electricity_mwh == pytest.approx([0.0], abs=0.0)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_property_energy_closes(seed: int) -> None:
    result = case(seed, hours=240).run(hours=True)
    given_heat = result.source_mwh + result.electricity_mwh
    given_heat = given_heat + result.backup_mwh + result.unserved_mwh
    taken = result.load_mwh + result.machine_loss_mwh + result.store_loss_mwh
    np.testing.assert_allclose(given_heat, taken, rtol=1e-9)
    assert (result.machine_loss_mwh >= -1e-9 * result.load_mwh).all()
    assert (result.store_loss_mwh >= -1e-9 * result.load_mwh).all()
    assert (result.source_not_taken_mwh >= -1e-9 * result.load_mwh).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_property_every_hour_closes_within_its_limits(seed: int) -> None:
    plants = case(seed, hours=240)
    result = plants.run(hours=True)
    hourly, store = result.hourly, plants.store
    assert hourly is not None
    assert store is not None
    before = np.column_stack([np.zeros(12), hourly.store_mwh[:, :-1]])
    keep = 1.0 - np.asarray(store.loss_share_per_hour)[:, None]
    change = 1000.0 * (hourly.store_mwh - before * keep)
    made = hourly.heat_pump_kw + hourly.backup_kw + hourly.unserved_kw
    scale = result.peak_load_kw[:, None]
    assert (np.abs(made - hourly.load_kw - change) <= 1e-9 * scale).all()
    capacity = np.asarray(store.capacity_mwh)[:, None]
    assert (hourly.store_mwh >= 0.0).all()
    assert (hourly.store_mwh <= capacity * (1.0 + 1e-12)).all()
    assert (np.abs(change) <= np.asarray(store.power_kw)[:, None] + 1e-9 * scale).all()
    size = np.asarray(plants.machine.heat_pump_kw)[:, None]
    least = size * np.asarray(plants.machine.min_load_share)[:, None]
    running = hourly.heat_pump_kw > 1e-9 * size
    assert (hourly.heat_pump_kw <= size).all()
    assert (
        hourly.heat_pump_kw[running]
        >= np.broadcast_to(least * (1.0 - 2e-9), running.shape)[running]
    ).all()
    assert plants.boiler_kw is not None
    assert (hourly.backup_kw <= plants.boiler_kw[:, None] * (1.0 + 1e-12)).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_property_nothing_is_unserved_with_standby(seed: int) -> None:
    plants = replace(case(seed, hours=240), boiler_kw=None)
    result = plants.run()
    assert (result.unserved_mwh == 0.0).all()
    assert result.covered_share == pytest.approx(1.0 - result.backup_mwh / result.load_mwh)


@given(seed=st.integers(0, 10_000), more=st.floats(1.0, 3.0))
@settings(max_examples=25)
def test_property_more_heat_pump_or_store_covers_more(seed: int, more: float) -> None:
    """For machines that run at any load; a least load rises with size and can undo the gain."""
    plants = replace(case(seed, hours=240), boiler_kw=None)
    plants = replace(plants, machine=replace(plants.machine, min_load_share=0.0))
    assert plants.store is not None
    larger = replace(plants.machine, heat_pump_kw=np.asarray(plants.machine.heat_pump_kw) * more)
    roomier = replace(plants.store, capacity_mwh=np.asarray(plants.store.capacity_mwh) * more)
    covered = plants.run().covered_share
    assert (replace(plants, machine=larger).run().covered_share >= covered - 1e-9).all()
    assert (replace(plants, store=roomier).run().covered_share >= covered - 1e-9).all()
    assert (covered >= replace(plants, store=None).run().covered_share - 1e-9).all()


def picked(plants: Case, links: npt.NDArray[np.intp]) -> Case:
    """The same plants in another order."""

    def take(values: object) -> npt.NDArray[np.float64]:
        return np.asarray(values)[links]

    store = plants.store
    assert store is not None
    assert plants.boiler_kw is not None
    return Case(
        load=replace(
            plants.load,
            heat_mwh=take(plants.load.heat_mwh),
            shape_of=take(plants.load.shape_of),
            loss_mwh=take(plants.load.loss_mwh),
        ),
        source=replace(
            plants.source,
            source_kw=take(plants.source.source_kw),
            shape_of=take(plants.source.shape_of),
        ),
        machine=replace(
            plants.machine,
            heat_pump_kw=take(plants.machine.heat_pump_kw),
            min_load_share=take(plants.machine.min_load_share),
            point_of=take(plants.machine.point_of),
        ),
        store=Store(
            capacity_mwh=take(store.capacity_mwh),
            loss_share_per_hour=take(store.loss_share_per_hour),
            power_kw=take(store.power_kw),
        ),
        boiler_kw=plants.boiler_kw[links],
    )


@given(seed=st.integers(0, 10_000), order=st.permutations(range(12)))
@settings(max_examples=15)
def test_property_order_of_links_does_not_matter(seed: int, order: list[int]) -> None:
    links = np.array(order)
    plants = case(seed, hours=240)
    plain, mixed = plants.run(), picked(plants, links).run()
    for name, ours, theirs in zip(plain._fields, plain, mixed, strict=True):
        if ours is not None:
            expected = np.asarray(ours)[..., links]
            np.testing.assert_array_equal(expected, theirs, err_msg=name)


def test_property_batches_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    plants = case(5, hours=240)
    whole = plants.run()
    monkeypatch.setattr(import_module("heatreach.thermo.dispatch"), "BATCH", 5)
    monkeypatch.setattr("heatreach.thermo.year.plant.BLOCK", 3)
    pieces = plants.run()
    np.testing.assert_array_equal(whole.electricity_mwh, pieces.electricity_mwh)
    np.testing.assert_array_equal(whole.backup_mwh, pieces.backup_mwh)


@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100.0))
@settings(max_examples=15)
def test_property_scaling_powers_scales_energies(seed: int, scale: float) -> None:
    plants = case(seed, hours=240)
    store, load = plants.store, plants.load
    assert store is not None
    assert plants.boiler_kw is not None
    scaled = Case(
        load=replace(
            load,
            heat_mwh=np.asarray(load.heat_mwh) * scale,
            loss_mwh=np.asarray(load.loss_mwh) * scale,
        ),
        source=replace(plants.source, source_kw=np.asarray(plants.source.source_kw) * scale),
        machine=replace(
            plants.machine, heat_pump_kw=np.asarray(plants.machine.heat_pump_kw) * scale
        ),
        store=replace(
            store,
            capacity_mwh=np.asarray(store.capacity_mwh) * scale,
            power_kw=np.asarray(store.power_kw) * scale,
        ),
        boiler_kw=plants.boiler_kw * scale,
    )
    plain, larger = plants.run(), scaled.run()
    for name in ("heat_pump_mwh", "backup_mwh", "electricity_mwh", "store_loss_mwh"):
        tolerance = 1e-9 * scale * float(plain.load_mwh.max())
        ours, theirs = getattr(plain, name) * scale, getattr(larger, name)
        np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=tolerance, err_msg=name)


def test_property_months_and_hours_sum_to_the_year() -> None:
    result = case(7, links=3).run(hours=True)
    assert result.monthly_load_mwh.shape == (12, 3)
    assert result.hourly is not None
    for months, hours, year in (
        (result.monthly_load_mwh, result.hourly.load_kw, result.load_mwh),
        (result.monthly_heat_pump_mwh, result.hourly.heat_pump_kw, result.heat_pump_mwh),
        (result.monthly_backup_mwh, result.hourly.backup_kw, result.backup_mwh),
    ):
        np.testing.assert_allclose(months.sum(axis=0), year, rtol=1e-12)
        february = hours[:, 31 * 24 : 59 * 24].sum(axis=1) / 1000.0
        np.testing.assert_allclose(months[1], february, rtol=1e-12, atol=1e-9)


def test_property_electricity_follows_the_part_load_curve() -> None:
    plants = case(3, links=4, hours=480)
    hourly = plants.run(hours=True).hourly
    assert hourly is not None
    size = np.maximum(np.asarray(plants.machine.heat_pump_kw), 1e-9)[:, None]
    factor = part_load_factor(np.minimum(hourly.heat_pump_kw / size, 1.0))
    cop = np.asarray(plants.machine.cop)[np.asarray(plants.machine.point_of)]
    expected = hourly.heat_pump_kw / cop / factor
    np.testing.assert_allclose(hourly.electricity_kw, expected, rtol=1e-12)


def test_property_a_store_of_nothing_is_no_store() -> None:
    plants = case(4, hours=240)
    empty = replace(plants, store=Store(capacity_mwh=0.0, loss_share_per_hour=0.01))
    without = replace(plants, store=None)
    np.testing.assert_array_equal(empty.run().backup_mwh, without.run().backup_mwh)


def test_property_loss_and_source_follow_their_shapes() -> None:
    load = HourlyLoad(
        heat_mwh=np.array([0.0]),
        shapes=np.full(4, 0.25),
        loss_mwh=0.008,
        loss_shape=np.array([0.5, 0.25, 0.25, 0.0]),
    )
    source = SourceHours(source_kw=1.5, shapes=np.array([2.0, 1.0, 0.0, 1.0]))
    machine = Machine(heat_pump_kw=9.0, cop=4.0, source_share=0.75)
    hourly = dispatch(load, source, machine, hours=True).hourly
    assert hourly is not None
    assert hourly.load_kw[0] == pytest.approx([4.0, 2.0, 2.0, 0.0])
    assert hourly.heat_pump_kw[0] == pytest.approx([4.0, 2.0, 0.0, 0.0])


def test_property_no_load_is_covered_and_needs_nothing() -> None:
    nothing = one_day(load=HourlyLoad(heat_mwh=np.array([0.0]), shapes=np.full(24, 1.0 / 24.0)))
    day = nothing.run()
    assert day.covered_share == pytest.approx([1.0])
    assert day.electricity_mwh == pytest.approx([0.0], abs=0.0)
    assert np.isnan(day.mean_cop).all()


def test_golden_tank_loses_its_daily_share() -> None:
    """24 hours of the hourly loss make the day's loss of the table."""
    daily = assumption("heat_stores", "hot_water_tank", "daily_loss_share").value
    hourly = float(hot_water_store(1.0).loss_share_per_hour)
    assert 1.0 - (1.0 - hourly) ** 24 == pytest.approx(daily, rel=1e-12)


def test_property_requirement_stays_within_the_store() -> None:
    random = np.random.default_rng(0)
    short = random.normal(size=(500, 7))
    capacity = random.uniform(0.0, 5.0, 7)
    need = required_content(short, capacity=capacity, keep_share=np.full(7, 0.99))
    assert (need >= 0.0).all()
    assert (need <= capacity).all()
    assert (need[-1] == 0.0).all()


def test_dispatch_rejects_numbers_out_of_range() -> None:
    with pytest.raises(PhysicsRangeError, match="heat"):
        one_day(load=HourlyLoad(heat_mwh=np.array([-1.0]), shapes=np.full(4, 0.25))).run()
    with pytest.raises(PhysicsRangeError, match="normalise"):
        one_day(load=HourlyLoad(heat_mwh=np.array([1.0]), shapes=np.ones(4))).run()
    with pytest.raises(PhysicsRangeError, match="missing"):
        one_day(source=SourceHours(source_kw=np.nan)).run()
    with pytest.raises(PhysicsRangeError, match="COP"):
        one_day(machine=Machine(heat_pump_kw=1.0, cop=0.5, source_share=0.75)).run()
    with pytest.raises(PhysicsRangeError, match="heat from nothing"):
        one_day(machine=Machine(heat_pump_kw=1.0, cop=4.0, source_share=0.5)).run()
    with pytest.raises(PhysicsRangeError, match="without source is a boiler"):
        one_day(machine=Machine(heat_pump_kw=1.0, cop=1.0, source_share=0.0)).run()
    percent = Machine(heat_pump_kw=1.0, cop=4.0, source_share=0.75, min_load_share=25.0)
    with pytest.raises(PhysicsRangeError, match="not percent"):
        one_day(machine=percent).run()
    with pytest.raises(PhysicsRangeError, match="hourly loss"):
        Store(capacity_mwh=1.0, loss_share_per_hour=1.0)
    with pytest.raises(PhysicsRangeError, match="boiler"):
        one_day(boiler_kw=np.array([-1.0])).run()


def test_dispatch_rejects_arrays_that_do_not_fit() -> None:
    forms = np.full((3, 24), 1.0 / 24.0)
    two = np.array([1.0, 2.0])
    with pytest.raises(PhysicsRangeError, match="say which is whose"):
        one_day(load=HourlyLoad(heat_mwh=two, shapes=forms)).run()
    with pytest.raises(PhysicsRangeError, match="from 0 to 2"):
        one_day(load=HourlyLoad(heat_mwh=two, shapes=forms, shape_of=[0, 3])).run()
    with pytest.raises(PhysicsRangeError, match="same hours"):
        one_day(source=SourceHours(source_kw=1.0, shapes=np.ones(48))).run()
    with pytest.raises(PhysicsRangeError, match="give one each"):
        one_day(source=SourceHours(source_kw=np.ones(3))).run()
    longer = Machine(heat_pump_kw=1.0, cop=np.full((1, 48), 4.0), source_share=0.75)
    with pytest.raises(PhysicsRangeError, match="COP has 48 hours"):
        one_day(machine=longer).run()
    uneven = Machine(heat_pump_kw=1.0, cop=np.full((1, 24), 4.0), source_share=np.ones(24))
    with pytest.raises(PhysicsRangeError, match="give the same"):
        one_day(machine=uneven).run()
