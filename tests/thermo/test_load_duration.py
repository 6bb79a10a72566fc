"""Load-duration curve: hand calculation and what sorting must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import PhysicsRangeError
from heatreach.thermo.demand.climate_year import climate_year
from heatreach.thermo.demand.load_duration import covered_share, sorted_load
from heatreach.thermo.profiles import heat_shape


def test_golden_covered_share_by_hand() -> None:
    """Loads 1, 4, 2, 3 over a unit of 2: 1 + 2 + 2 + 2 of 10."""
    loads = np.array([[1.0, 4.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]])
    np.testing.assert_allclose(covered_share(loads, 2.0), [0.7, 1.0, 1.0])
    np.testing.assert_allclose(covered_share(loads, np.array([4.0, 0.0, 1.0])), [1.0, 1.0, 0.5])


@given(unit=st.floats(0.0, 1.2))
@settings(max_examples=30)
def test_property_sorting_keeps_the_covered_share(unit: float) -> None:
    load = heat_shape("flats", climate_year("DE"), hot_water_share=0.25)
    share, curve = sorted_load(load)
    assert np.all(np.diff(curve) <= 0.0)
    assert curve.sum() == pytest.approx(1.0)
    assert share[0] == pytest.approx(0.5 / 8760)
    capacity = unit * load.max()
    assert covered_share(curve, capacity) == pytest.approx(float(covered_share(load, capacity)))


def test_covered_share_rejects_negative_loads() -> None:
    with pytest.raises(PhysicsRangeError, match="load -1 kW"):
        covered_share(np.array([1.0, -1.0]), 1.0)
    with pytest.raises(PhysicsRangeError, match="capacity -2 kW"):
        covered_share(np.array([1.0, 1.0]), -2.0)
