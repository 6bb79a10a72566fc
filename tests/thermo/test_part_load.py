"""COP at part load."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.thermo.cycles.part_load import part_load_factor
from heatreach.thermo.errors import PhysicsRangeError


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_property_factor_rises_with_load_to_one(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 < part_load_factor(low) <= part_load_factor(high) <= part_load_factor(1.0) == 1.0


def test_golden_cycling_is_at_or_below_en_14825() -> None:
    """CR / (0.9 CR + 0.1) of the factor at the smallest load 0.25, from a tenth of the load on."""
    share = np.linspace(0.1, 0.25, 31)
    ratio = share / 0.25
    standard = part_load_factor(0.25) * ratio / (0.9 * ratio + 0.1)
    assert np.all(part_load_factor(share) <= standard + 1e-4)


def test_shape_follows_the_input() -> None:
    assert isinstance(part_load_factor(0.5), float)
    assert np.shape(part_load_factor(np.full((2, 3), 0.5))) == (2, 3)
    assert np.isnan(part_load_factor(float("nan")))


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_part_load_rejects_impossible_shares(share: float) -> None:
    with pytest.raises(PhysicsRangeError, match="load share"):
        part_load_factor(share)
