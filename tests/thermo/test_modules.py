"""Banks of modular machines: numbers, staging, turndown, availability."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.thermo import (
    PhysicsRangeError,
    bank_load,
    bank_min_load_share,
    bank_reliability,
    modules_needed,
)


def test_golden_four_modules_of_250_kw_make_a_megawatt() -> None:
    np.testing.assert_array_equal(
        modules_needed(np.array([0.0, 1.0, 250.0, 251.0, 1000.0]), 250.0), [0, 1, 1, 2, 4]
    )
    np.testing.assert_array_equal(modules_needed(np.array([0.0, 1000.0]), 250.0, 1), [0, 5])
    # 0.9 / 0.3 is 3.0000000000000004 in floats.
    assert modules_needed(0.9, 0.3) == 3.0


def test_golden_a_bank_turns_down_to_one_module_at_its_least_load() -> None:
    """A quarter of one in four machines: a sixteenth."""
    assert bank_min_load_share(1000.0, 250.0) == 0.0625
    assert bank_min_load_share(250.0, 250.0) == 0.25
    assert bank_min_load_share(100.0, 250.0) == 0.25
    assert bank_min_load_share(1000.0, 250.0, min_load_share=0.5) == 0.125


def test_golden_staging_by_hand() -> None:
    """Four machines of 250 kW that turn down to 25 %."""
    demand = np.array([0.0, 62.0, 62.5, 250.0, 260.0, 1000.0, 1200.0])
    load = bank_load(demand, 250.0, 4)
    np.testing.assert_array_equal(load.running, [0, 0, 1, 1, 2, 4, 4])
    np.testing.assert_allclose(load.part_load_share, [0, 0, 0.25, 1, 0.52, 1, 1])
    np.testing.assert_allclose(load.heat_kw, [0, 0, 62.5, 250, 260, 1000, 1000])
    np.testing.assert_allclose(load.unmet_kw, [0, 62, 0, 0, 0, 0, 200])


def test_golden_machines_that_cannot_turn_down_leave_a_gap() -> None:
    """At a least load of 0.8, 300 kW are too little for two machines of 250 kW (400 kW)."""
    load = bank_load(300.0, 250.0, 4, min_load_share=0.8)
    assert (load.running, load.part_load_share, load.unmet_kw) == (1.0, 1.0, 50.0)


@given(
    demand=st.floats(0.0, 5000.0),
    module=st.floats(50.0, 1000.0),
    units=st.integers(0, 8),
    least=st.floats(0.0, 1.0),
)
def test_property_a_bank_never_leaves_the_range_of_its_machines(
    demand: float, module: float, units: int, least: float
) -> None:
    load = bank_load(demand, module, units, min_load_share=least)
    assert float(load.heat_kw) + float(load.unmet_kw) == pytest.approx(demand, abs=1e-9)
    assert 0 <= float(load.running) <= units
    assert float(load.unmet_kw) >= 0.0
    if float(load.running):
        assert least - 1e-6 <= float(load.part_load_share) <= 1.0 + 1e-12
    if least <= 0.5 and least * module * (1 + 1e-6) < demand <= units * module:
        assert float(load.unmet_kw) == pytest.approx(0.0, abs=1e-9)


@given(heat=st.floats(1.0, 1e5), module=st.floats(10.0, 2000.0))
def test_property_the_bank_runs_at_its_least_load_and_not_below(heat: float, module: float) -> None:
    unit = min(module, heat)
    units = float(modules_needed(heat, unit))
    least = float(bank_min_load_share(heat, module)) * heat
    assert bank_load(least * 1.0001, unit, units).running == 1.0
    assert bank_load(least * 0.9999, unit, units).running == 0.0


@pytest.mark.parametrize(("units", "needed"), [(4, 4), (5, 4), (6, 4), (1, 1), (3, 5)])
def test_golden_availability_by_counting_all_states(units: int, needed: int) -> None:
    """Every combination of machines up and down, weighted by its chance; 1e-12."""
    able = 0.93
    full, mean = 0.0, 0.0
    for state in itertools.product((0, 1), repeat=units):
        chance = math.prod(able if up else 1.0 - able for up in state)
        full += chance * (sum(state) >= needed)
        mean += chance * min(sum(state), needed) / needed
    bank = bank_reliability(units, needed, availability_share=able)
    assert bank.full_capacity_share == pytest.approx(full, abs=1e-12)
    assert bank.expected_capacity_share == pytest.approx(mean, abs=1e-12)
    assert bank.one_out_share == min(units - 1, needed) / needed


@given(units=st.integers(1, 12), able=st.floats(0.0, 1.0))
def test_property_a_spare_machine_never_hurts(units: int, able: float) -> None:
    without = bank_reliability(units, units, availability_share=able)
    spare = bank_reliability(units + 1, units, availability_share=able)
    assert without.expected_capacity_share == pytest.approx(able, abs=1e-12)
    assert float(spare.full_capacity_share) >= float(without.full_capacity_share) - 1e-12
    assert float(spare.expected_capacity_share) >= float(without.expected_capacity_share) - 1e-12
    assert spare.one_out_share == 1.0


def test_reliability_takes_many_banks_at_once() -> None:
    units, needed = np.array([4.0, 5.0]), np.array([4.0, 4.0])
    banks = bank_reliability(units, needed)
    alone = [
        float(bank_reliability(one, wanted).full_capacity_share)
        for one, wanted in zip(units, needed, strict=True)
    ]
    np.testing.assert_allclose(np.asarray(banks.full_capacity_share), alone)
    np.testing.assert_allclose(banks.one_out_share, [0.75, 1.0])


def test_modules_reject_nothing_negative_and_parts_of_machines() -> None:
    with pytest.raises(PhysicsRangeError, match="output above 0"):
        modules_needed(100.0, 0.0)
    with pytest.raises(PhysicsRangeError, match="heat output -1 kW"):
        modules_needed(-1.0, 250.0)
    with pytest.raises(PhysicsRangeError, match="redundancy"):
        modules_needed(100.0, 250.0, redundancy=-1)
    with pytest.raises(PhysicsRangeError, match="no least load"):
        bank_min_load_share(0.0, 250.0)
    with pytest.raises(PhysicsRangeError, match="not percent"):
        bank_min_load_share(100.0, 250.0, min_load_share=25.0)
    with pytest.raises(PhysicsRangeError, match="whole"):
        bank_load(100.0, 250.0, 1.5)
    with pytest.raises(PhysicsRangeError, match="1 or more"):
        bank_reliability(2, 0)
    with pytest.raises(PhysicsRangeError, match="availability"):
        bank_reliability(2, 1, availability_share=97.0)
