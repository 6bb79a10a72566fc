"""Machine, boiler and energies of a link."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.siting.options import CENTRAL, DIRECT, supply_energy
from heatreach.siting.scenario import Scenario
from heatreach.thermo import base_load_share, heat_pump_cop


def load(**changes: float) -> pd.DataFrame:
    """One link with the given figures changed."""
    row = {
        "heat_mwh": 2000.0,
        "loss_mwh": 100.0,
        "feed_peak_kw": 900.0,
        "hot_water_share": 0.2,
        "source_kw": 5000.0,
        "source_degc": 30.0,
        "source_return_degc": 22.0,
        "sink_in_degc": 40.0,
        "sink_out_degc": 66.0,
    }
    return pd.DataFrame([row | changes])


def test_golden_heat_pump_split_by_hand() -> None:
    """Hand calculation: half the peak, its share of the load curve, COP at these temperatures."""
    row = supply_energy(load(), Scenario()).iloc[0]
    cop = heat_pump_cop("R1234ze(E)", 30.0, 22.0, 40.0, 66.0, heat_kw=450.0)
    even = (0.2 * 2000.0 + 100.0) / 2100.0
    share = base_load_share(0.5, 2100.0e3 / 900.0, base_share=even)
    assert row["option"] == CENTRAL
    assert row["heat_pump_kw"] == pytest.approx(450.0)
    assert row["heat_pump_mwh"] == pytest.approx(2100.0 * share)
    assert row["electricity_mwh"] == pytest.approx(2100.0 * share / cop)
    assert row["backup_mwh"] == pytest.approx(2100.0 * (1.0 - share))


def test_small_source_caps_the_machine() -> None:
    full = supply_energy(load(), Scenario()).iloc[0]
    small = supply_energy(load(source_kw=100.0), Scenario()).iloc[0]
    source_share = full["source_mwh"] / full["heat_pump_mwh"]
    assert small["heat_pump_kw"] == pytest.approx(100.0 / source_share, rel=0.1)
    assert small["backup_mwh"] > full["backup_mwh"]
    assert small["source_mwh"] <= 100.0 * 8.76


def test_hot_source_needs_no_heat_pump() -> None:
    row = supply_energy(
        load(source_degc=60.0, source_return_degc=45.0, sink_out_degc=55.0, sink_in_degc=35.0),
        Scenario(),
    ).iloc[0]
    assert row["option"] == DIRECT
    assert row["electricity_mwh"] == 0.0
    assert np.isnan(row["cop"])
    assert row["source_mwh"] == pytest.approx(row["heat_pump_mwh"])


def test_impossible_lift_is_a_result_with_a_reason() -> None:
    row = supply_energy(load(sink_out_degc=120.0), Scenario()).iloc[0]
    assert row["status"] == "infeasible"
    assert row["reason"]
    assert np.isnan(row["heat_pump_mwh"])


@settings(max_examples=60, deadline=None)
@given(
    heat=st.floats(10.0, 1e5),
    loss=st.floats(0.0, 0.5),
    hours=st.floats(900.0, 8000.0),
    source=st.floats(20.0, 50.0),
    source_kw=st.floats(5.0, 1e4),
    supply=st.floats(58.0, 80.0),
)
def test_property_energy_closes(
    heat: float, loss: float, hours: float, source: float, source_kw: float, supply: float
) -> None:
    """Source, electricity and boiler are what consumers, pipe and machine take, to 1e-9."""
    frame = load(
        heat_mwh=heat,
        loss_mwh=loss * heat,
        feed_peak_kw=heat * (1.0 + loss) * 1e3 / hours,
        source_degc=source,
        source_return_degc=source - 8.0,
        source_kw=source_kw,
        sink_out_degc=supply,
    )
    row = supply_energy(frame, Scenario()).iloc[0]
    given_in = row["source_mwh"] + row["electricity_mwh"] + row["backup_mwh"]
    taken = heat * (1.0 + loss) + row["machine_loss_mwh"]
    assert given_in == pytest.approx(taken, rel=1e-9)
    assert 0.0 <= row["reuse_share"] <= 1.0
    assert row["source_mwh"] <= source_kw * 8.76 * (1.0 + 1e-9)
    assert row["machine_loss_mwh"] >= 0.0
