"""Heat of servers, metrics of reuse, and direct exchange."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import wide
from heatreach.thermo import (
    PhysicsRangeError,
    cooling_system,
    direct_exchange_possible,
    ere,
    erf,
    exchanger_approach_k,
    pue,
    recoverable_heat_kw,
)


def test_golden_reuse_metrics_do_not_depend_on_where_the_heat_pump_stands() -> None:
    """1 MWh of servers, PUE 1.25, 0.8 MWh of source heat, COP 5: ERE 0.45 both ways."""
    outside = (1.25, 0.8)
    inside = (1.25 + 0.2, 0.8 + 0.2)
    for total, reused in (outside, inside):
        assert ere(total, reused, 1.0) == pytest.approx(0.45)
    assert pue(1.25, 1.0) == 1.25
    assert erf(outside[1], outside[0]) == pytest.approx(0.64)
    assert erf(inside[1], inside[0]) == pytest.approx(0.69, abs=0.0005)


@given(servers=st.floats(0.1, 1e5), overhead=st.floats(1.0, 2.5), share=st.floats(0.0, 1.0))
def test_property_ere_is_pue_times_heat_not_reused(
    servers: float, overhead: float, share: float
) -> None:
    total = servers * overhead
    reused = share * total
    value = ere(total, reused, servers)
    assert value == pytest.approx((total - reused) / servers, abs=1e-9)
    assert -1e-12 <= float(value) <= float(pue(total, servers)) + 1e-12


def test_cooling_systems_are_in_order_of_warmth() -> None:
    warmth = [
        cooling_system(key).source_degc
        for key in ("unknown", "air_hall", "rear_door", "direct_to_chip", "immersion")
    ]
    assert warmth == sorted(warmth)
    for key in wide("cooling_systems").index:
        system = cooling_system(key)
        assert system.source_return_degc < system.source_degc
        assert 0.0 < system.capture_share < 1.0
    assert cooling_system().key == "unknown"


def test_recoverable_heat_is_shaped_like_its_inputs() -> None:
    heat = recoverable_heat_kw(np.array([1000.0, 2000.0]), 0.5, 0.8)
    np.testing.assert_allclose(heat, [400.0, 800.0])


def test_recovery_rejects_percent_negative_loads_and_unknown_systems() -> None:
    with pytest.raises(PhysicsRangeError, match="not percent"):
        recoverable_heat_kw(1000.0, 50.0, 0.8)
    with pytest.raises(PhysicsRangeError, match="negative"):
        recoverable_heat_kw(-1.0, 0.5, 0.8)
    with pytest.raises(PhysicsRangeError, match="immersion"):
        cooling_system("magic")


def test_metrics_reject_more_reuse_than_energy() -> None:
    with pytest.raises(PhysicsRangeError, match="reused"):
        erf(2.0, 1.0)
    with pytest.raises(PhysicsRangeError, match="at least that of its servers"):
        pue(0.9, 1.0)


def test_direct_exchange_needs_both_ends() -> None:
    warm_enough = direct_exchange_possible(
        np.array([60.0, 57.9, 60.0, 60.0]),
        np.array([45.0, 45.0, 42.9, 43.0]),
        40.0,
        55.0,
        approach_k=3.0,
    )
    assert np.asarray(warm_enough).tolist() == [True, False, False, True]
    assert direct_exchange_possible(30.0, 22.0, 40.0, 60.0, approach_k=3.0) is False
    assert direct_exchange_possible(np.nan, 45.0, 40.0, 55.0, approach_k=3.0) is False
    assert exchanger_approach_k() > 0.0


def test_exchange_rejects_negative_approach() -> None:
    with pytest.raises(PhysicsRangeError, match="approach"):
        direct_exchange_possible(60.0, 45.0, 40.0, 55.0, approach_k=-1.0)
