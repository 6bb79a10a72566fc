"""Heat of servers by cooling system, and direct exchange."""

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
    exchanger_approach_k,
    mixed_hall,
    mixed_water,
    recoverable_heat_kw,
)


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


def test_golden_mixed_hall_by_hand() -> None:
    """70 % liquid 45 °C, 85 % of the rest air 30 °C, both fed with 22 °C: 37.3 °C mixed."""
    liquid, air = mixed_hall("direct_to_chip", "air_hall")
    assert (liquid.capture_share, liquid.source_degc) == (0.7, 45.0)
    assert air.capture_share == pytest.approx(0.3 * 0.85)
    assert air.source_degc == 30.0
    loop = mixed_water([liquid, air])
    # Flows per heat: 0.7 / 23 K and 0.255 / 8 K.
    assert loop.source_degc == pytest.approx(22.0 + 0.955 / (0.0304348 + 0.031875), abs=1e-4)
    assert loop.source_return_degc == 22.0
    assert loop.capture_share == pytest.approx(0.955)


@given(
    liquid=st.sampled_from(["direct_to_chip", "immersion", "rear_door"]),
    air=st.sampled_from(["air_hall", "unknown"]),
)
def test_property_a_mixed_loop_lies_between_its_streams(liquid: str, air: str) -> None:
    streams = mixed_hall(liquid, air)
    loop = mixed_water(streams)
    warmth = [stream.source_degc for stream in streams]
    assert min(warmth) < loop.source_degc < max(warmth)
    assert max(s.capture_share for s in streams) < loop.capture_share < 1.0
    assert mixed_water(streams[:1]).source_degc == pytest.approx(streams[0].source_degc)


def test_mixed_water_rejects_more_than_all_heat() -> None:
    hall = cooling_system("immersion")
    with pytest.raises(PhysicsRangeError, match="at most all heat"):
        mixed_water([hall, hall])
    with pytest.raises(PhysicsRangeError, match="0 streams"):
        mixed_water([])


def test_other_heat_counts_only_if_given() -> None:
    plain = recoverable_heat_kw(1000.0, 0.5, 0.8)
    assert plain == 400.0
    assert recoverable_heat_kw(1000.0, 0.5, 0.8, other_heat_share=0.1) == pytest.approx(440.0)
    with pytest.raises(PhysicsRangeError, match="other heat share"):
        recoverable_heat_kw(1000.0, 0.5, 0.8, other_heat_share=8.0)


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
