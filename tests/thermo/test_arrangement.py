"""Four ways to make the heat: balances and temperatures recomputed from what each reports."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import (
    AMBIENT,
    ARRANGEMENTS,
    CENTRAL,
    DIRECT,
    PREHEAT,
    HeatPump,
    arrange,
    exact_machines,
    fast_machines,
    loop_temperatures,
)

FLUID = "R600a"
MACHINES = exact_machines(FLUID)
APPROACH_K = 3.0
KW = 1000.0


@settings(max_examples=60, deadline=None)
@given(
    source_in=st.floats(35.0, 80.0),
    cooled=st.floats(4.0, 25.0),
    sink_in=st.floats(20.0, 55.0),
    glide=st.floats(5.0, 40.0),
)
def test_property_preheat_keeps_both_approaches_and_its_balance(
    source_in: float, cooled: float, sink_in: float, glide: float
) -> None:
    """Temperatures between exchanger and heat pump, worked out again from the heat of each."""
    waters = (source_in, source_in - cooled, sink_in, sink_in + glide)
    row = arrange(PREHEAT, *waters, heat_kw=KW, machines=MACHINES).iloc[0]
    if row["reason"]:
        return
    exchanged = 1.0 - row["heat_pump_share"]
    middle = sink_in + exchanged * glide
    assert row["preheat_degc"] == pytest.approx(middle)
    assert source_in - middle >= APPROACH_K - 1e-9
    behind = source_in - cooled * exchanged / row["source_share"]
    assert behind - sink_in >= APPROACH_K - 1e-4
    # The heat pump alone, at those temperatures and at its own size, and both together.
    machine = HeatPump.sized(KW * row["heat_pump_share"], FLUID)
    point = machine.operating_points(behind, waters[1], middle, waters[3]).iloc[0]
    assert row["machine_cop"] == pytest.approx(point["cop"], rel=1e-5)
    assert row["cop"] == pytest.approx(point["cop"] / row["heat_pump_share"], rel=1e-5)
    drawn = exchanged + row["heat_pump_share"] * point["source_share"]
    assert row["source_share"] == pytest.approx(drawn, rel=1e-5)


def test_golden_preheat_by_hand() -> None:
    """60 °C against a return of 40 °C leaves 57 to 65 °C to lift: 8 of 25 K, 32 % of the heat."""
    row = arrange(PREHEAT, 60.0, 45.0, 40.0, 65.0, heat_kw=KW, machines=MACHINES).iloc[0]
    assert row["preheat_degc"] == pytest.approx(57.0)
    assert row["heat_pump_share"] == pytest.approx(0.32)


def test_golden_loop_is_colder_by_the_approach() -> None:
    """The consumer's heat pump on a loop 3 K colder, between the consumer's own temperatures."""
    row = arrange(AMBIENT, 30.0, 22.0, 40.0, 65.0, heat_kw=20.0, machines=MACHINES).iloc[0]
    assert loop_temperatures(30.0, 22.0) == (27.0, 19.0)
    expected = HeatPump.sized(20.0, FLUID).cop(27.0, 19.0, 40.0, 65.0)
    assert row["cop"] == pytest.approx(expected)


def test_direct_draws_all_its_heat_and_no_electricity() -> None:
    row = arrange(DIRECT, 70.0, 50.0, 40.0, 60.0, heat_kw=KW, machines=MACHINES).iloc[0]
    assert row["source_share"] == 1.0
    assert np.isinf(row["cop"])


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_what_cannot_work_says_why(name: str) -> None:
    row = arrange(name, 20.0, 12.0, 90.0, 150.0, heat_kw=KW, machines=MACHINES).iloc[0]
    assert row["reason"]
    assert np.isnan(row["cop"])
    assert np.isnan(row["source_share"])


def test_plain_water_does_not_evaporate_refrigerant_below_freezing() -> None:
    cold = arrange(CENTRAL, 5.0, 1.0, 40.0, 65.0, heat_kw=KW, machines=MACHINES).iloc[0]
    assert "freeze" in cold["reason"]
    mild = arrange(CENTRAL, 12.0, 6.0, 40.0, 65.0, heat_kw=KW, machines=MACHINES).iloc[0]
    assert mild["reason"] == ""


def test_table_and_exact_machines_agree() -> None:
    source = np.linspace(20.0, 60.0, 300)
    for name in ARRANGEMENTS:
        waters = (source, source - 8.0, 40.0, 66.0)
        exact = arrange(name, *waters, heat_kw=KW, machines=MACHINES)
        fast = arrange(name, *waters, heat_kw=KW, machines=fast_machines(FLUID))
        assert exact["reason"].tolist() == fast["reason"].tolist()
        works = (exact["reason"] == "").to_numpy() & (name != DIRECT)
        np.testing.assert_allclose(fast["cop"][works], exact["cop"][works], rtol=1e-3)


def test_unknown_arrangement_rejects_its_name() -> None:
    with pytest.raises(ValueError, match="no arrangement 'steam'"):
        arrange("steam", 30.0, 22.0, 40.0, 65.0, heat_kw=KW, machines=MACHINES)
