"""Load of servers over the year and over the years."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import assumption
from heatreach.thermo import (
    PhysicsRangeError,
    it_load_kinds,
    it_load_kw,
    it_load_shape,
)

kinds = st.sampled_from(it_load_kinds())


def test_golden_shape_of_an_office_data_centre_hour_by_hour() -> None:
    """A loop over the calendar of 2018, whose 1 January was a Monday; 1e-12."""
    swing, drop, peak = (
        assumption("data_centres", "it_load_enterprise", name).value
        for name in ("daily_swing_share", "weekend_drop_share", "peak_hour_of_day")
    )
    loads = []
    for hour in range(8760):
        now = datetime(2018, 1, 1) + timedelta(hours=hour)
        load = 1.0 + swing * math.cos(2.0 * math.pi * (now.hour - peak) / 24.0)
        loads.append(load * (1.0 - drop if now.strftime("%a") in {"Sat", "Sun"} else 1.0))
    mean = sum(loads) / len(loads)
    np.testing.assert_allclose(
        it_load_shape("enterprise"), [load / mean for load in loads], rtol=1e-12
    )


@given(kind=kinds, first=st.integers(0, 6))
def test_property_shapes_have_mean_one_and_differ_little(kind: str, first: int) -> None:
    shape = it_load_shape(kind, first_weekday=first)
    assert shape.shape == (8760,)
    assert float(shape.mean()) == pytest.approx(1.0, abs=1e-14)
    assert 0.7 < shape.min() <= shape.max() < 1.2


@given(kind=kinds, utilisation=st.floats(0.01, 1.0), installed=st.floats(1.0, 1e5))
def test_property_load_never_exceeds_what_is_installed(
    kind: str, utilisation: float, installed: float
) -> None:
    load = it_load_kw(installed, utilisation, kind)
    assert load.max() <= installed
    assert float(load.mean()) == pytest.approx(installed * utilisation, rel=1e-12)
    free = it_load_shape(kind)
    if free.max() * utilisation <= 1.0:
        np.testing.assert_allclose(load, installed * utilisation * free, rtol=1e-12)


def test_a_full_data_centre_runs_flat() -> None:
    np.testing.assert_allclose(it_load_shape("enterprise", utilisation=1.0), 1.0, rtol=1e-14)


def test_offices_swing_more_than_computing_centres() -> None:
    spread = {kind: float(np.ptp(it_load_shape(kind))) for kind in it_load_kinds()}
    assert spread["hpc"] < spread["colocation"] < spread["hyperscale"] < spread["enterprise"]


def test_it_load_rejects_unknown_kinds_percent_and_weekdays() -> None:
    with pytest.raises(PhysicsRangeError, match="choose one of colocation"):
        it_load_shape("bitcoin")
    with pytest.raises(PhysicsRangeError, match="not percent"):
        it_load_shape(utilisation=60.0)
    with pytest.raises(PhysicsRangeError, match="above 0"):
        it_load_shape(utilisation=0.0)
    with pytest.raises(PhysicsRangeError, match="0 is Monday"):
        it_load_shape(first_weekday=7)
    with pytest.raises(PhysicsRangeError, match="IT load -1 kW"):
        it_load_kw(-1.0, 0.5)
