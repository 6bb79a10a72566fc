"""Energies of one arrangement from the hours of the year, and what they are made of."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.credits import site_credits
from heatreach.siting.hours import Hours, load_shapes, mixed_shape, source_shapes
from heatreach.siting.planning.loads import year_loads
from heatreach.siting.planning.supply import plant_year, supply_energy
from heatreach.siting.planning.year_tables import energy_by_month, load_duration, source_taken_kw
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import (
    CENTRAL,
    HeatPump,
    climate_year,
    exact_machines,
    heat_shape,
    part_load_factor,
)

HOURS = Hours(
    outdoor_degc=climate_year("DE"),
    weather="test",
    heating_threshold_degc=13.98,
    load_profile="enterprise",
)
CONDITIONS = conditions_of(Scenario(), "DE")
MACHINES = exact_machines(Scenario().heat_pump.refrigerant)


def load(**changes: object) -> pd.DataFrame:
    """One load with the given figures changed."""
    row = {
        "use": "flats",
        "hot_water_share": 0.25,
        "peak_source": "full-load hours",
        "peak_kw": 850.0,
        "heat_mwh": 2000.0,
        "loss_mwh": 100.0,
        "feed_peak_kw": 900.0,
        "source_kw": 5000.0,
        "utilisation": 0.7,
        "source_degc": 30.0,
        "source_return_degc": 22.0,
        "sink_in_degc": 40.0,
        "sink_out_degc": 66.0,
    }
    return pd.DataFrame([row | changes])


def supply(frame: pd.DataFrame, scenario: Scenario | None = None) -> pd.Series[Any]:
    """Energies of a central heat pump on one load."""
    loads = year_loads(frame, HOURS)
    energy = supply_energy(loads, CENTRAL, scenario or Scenario(), CONDITIONS, machines=MACHINES)
    return energy.iloc[0]


def test_golden_year_by_a_plain_loop() -> None:
    """Hour by hour on paper: machine up to half the peak, boiler the rest, part load counted."""
    row = supply(load())
    shape = heat_shape(
        "flats", HOURS.outdoor_degc, hot_water_share=0.25, heating_threshold_degc=13.98
    )
    made = electricity = boiler = 0.0
    for share in shape:
        need = 2000.0e3 * share + 100.0e3 / 8760.0
        heat = min(450.0, need)
        made += heat
        boiler += need - heat
        factor = float(np.asarray(part_load_factor(np.array([heat / 450.0])))[0])
        electricity += heat / (row["cop_full_load"] * factor)
    assert row["heat_pump_mwh"] == pytest.approx(made / 1e3, rel=1e-9)
    assert row["backup_mwh"] == pytest.approx(boiler / 1e3, rel=1e-9)
    assert row["electricity_mwh"] == pytest.approx(electricity / 1e3, rel=1e-9)
    assert row["cop"] == pytest.approx(made / electricity, rel=1e-9)
    assert row["full_load_hours"] == pytest.approx(made / 450.0, rel=1e-9)


def test_small_source_caps_the_machine() -> None:
    full, small = supply(load()), supply(load(source_kw=100.0))
    # 0.8 kW of source per kW of heat, and a source that swings by some per cent around its mean.
    assert 110.0 < small["heat_pump_kw"] < 150.0
    assert small["backup_mwh"] > full["backup_mwh"]
    assert small["source_mwh"] <= 100.0 * 8.76


def test_scarce_source_builds_a_small_machine_of_small_efficiency() -> None:
    """A source for 140 kW builds 140 kW, whose efficiency is not that of the 450 kW wanted."""
    small = supply(load(source_kw=100.0))
    own = HeatPump.sized(small["heat_pump_kw"], Scenario().heat_pump.refrigerant)
    assert small["cop_full_load"] == pytest.approx(own.cop(30.0, 22.0, 40.0, 66.0), rel=1e-9)
    assert small["cop_full_load"] < supply(load())["cop_full_load"]


def test_golden_modules_share_the_load_evenly() -> None:
    """Five machines of 90 kW by a plain loop: as few as needed, each at the same part load."""
    row = supply(load(), scenario_of({"heat_pump": {"module_kw": 90.0}}, name="test"))
    shape = heat_shape(
        "flats", HOURS.outdoor_degc, hot_water_share=0.25, heating_threshold_degc=13.98
    )
    electricity = 0.0
    for share in shape:
        heat = min(450.0, 2000.0e3 * share + 100.0e3 / 8760.0)
        running = max(math.ceil(heat / 90.0 - 1e-9), 1)
        factor = float(np.asarray(part_load_factor(np.array([heat / (90.0 * running)])))[0])
        electricity += heat / (row["cop_full_load"] * factor)
    assert row["electricity_mwh"] == pytest.approx(electricity / 1e3, rel=1e-9)


def test_one_module_as_large_as_the_machine_changes_nothing() -> None:
    whole = supply(load(), scenario_of({"heat_pump": {"module_kw": 450.0}}, name="test"))
    pd.testing.assert_series_equal(whole, supply(load()))


def test_golden_machine_loss_from_drive_and_auxiliaries() -> None:
    """What the drive loses, what auxiliaries draw and what part load adds, hour by hour."""
    row, machine = supply(load()), HeatPump.sized(450.0, Scenario().heat_pump.refrigerant)
    point = machine.operating_points(30.0, 22.0, 40.0, 66.0).iloc[0]
    shape = heat_shape(
        "flats", HOURS.outdoor_degc, hot_water_share=0.25, heating_threshold_degc=13.98
    )
    heat = np.minimum(450.0, 2000.0e3 * shape + 100.0e3 / 8760.0)
    factor = np.asarray(part_load_factor(heat / 450.0))
    shaft = 1.0 / point["shaft_cop"]
    full = shaft / float(machine.drive_efficiency) + machine.auxiliary_share
    lost = heat * (full - shaft) + heat * full * (1.0 / factor - 1.0)
    assert row["machine_loss_mwh"] == pytest.approx(lost.sum() / 1e3, rel=1e-9)


def test_boiler_stands_by_for_the_highest_hour() -> None:
    """A design peak below the highest hour of the shape does not leave heat unserved."""
    row = supply(load(feed_peak_kw=300.0))
    shape = heat_shape(
        "flats", HOURS.outdoor_degc, hot_water_share=0.25, heating_threshold_degc=13.98
    )
    highest = 2000.0e3 * float(shape.max()) + 100.0e3 / 8760.0
    assert highest > 300.0
    assert row["boiler_kw"] == pytest.approx(highest)
    assert row["unserved_mwh"] == 0.0


def test_store_serves_peaks_and_loses_heat() -> None:
    stored = supply(load(), scenario_of({"heat_pump": {"store_hours": 6.0}}, name="test"))
    assert stored["store_mwh"] == pytest.approx(6.0 * 0.45)
    assert stored["backup_mwh"] < supply(load())["backup_mwh"]
    assert stored["store_loss_mwh"] > 0.0


def test_impossible_lift_is_a_result_with_a_reason() -> None:
    row = supply(load(sink_out_degc=125.0))
    assert row["status"] == "infeasible"
    assert row["reason"]
    assert np.isnan(row["heat_pump_mwh"])


@settings(max_examples=40, deadline=None)
@given(
    heat=st.floats(10.0, 1e5),
    loss=st.floats(0.0, 0.5),
    hours=st.floats(900.0, 8000.0),
    source=st.floats(20.0, 50.0),
    source_kw=st.floats(5.0, 1e4),
    supply_degc=st.floats(58.0, 80.0),
    given_peak=st.booleans(),
)
def test_property_energy_closes(
    heat: float,
    loss: float,
    hours: float,
    source: float,
    source_kw: float,
    supply_degc: float,
    given_peak: bool,
) -> None:
    """Source, electricity and boiler are what consumers, pipe and machine take, to 1e-9."""
    row = supply(
        load(
            heat_mwh=heat,
            loss_mwh=loss * heat,
            peak_kw=heat * 1e3 / hours,
            peak_source="given" if given_peak else "full-load hours",
            feed_peak_kw=heat * (1.0 + loss) * 1e3 / hours,
            source_degc=source,
            source_return_degc=source - 8.0,
            source_kw=source_kw,
            sink_out_degc=supply_degc,
        )
    )
    gained = row["source_mwh"] + row["electricity_mwh"] + row["backup_mwh"]
    assert gained == pytest.approx(heat * (1.0 + loss) + row["machine_loss_mwh"], rel=1e-9)
    assert 0.0 <= row["reuse_share"] <= 1.0
    assert row["unserved_mwh"] == 0.0
    assert row["source_mwh"] + row["source_left_mwh"] == pytest.approx(source_kw * 8.76, rel=1e-9)
    assert row["machine_loss_mwh"] >= 0.0


def test_given_peak_shapes_the_hours_an_estimated_one_does_not() -> None:
    frame = pd.concat(
        [load(peak_source="given", peak_kw=1600.0), load(), load(peak_kw=500.0)],
        ignore_index=True,
    )
    shapes, shape_of = load_shapes(frame, HOURS)
    np.testing.assert_allclose(shapes.sum(axis=1), 1.0, rtol=1e-12)
    assert 1.0 / shapes[shape_of[0]].max() == pytest.approx(1250.0)
    assert shape_of[1] == shape_of[2] != shape_of[0]


def test_mixed_shape_is_the_sum_of_its_loads() -> None:
    frame = pd.concat([load(), load(use="office", heat_mwh=500.0)], ignore_index=True)
    shapes, shape_of = load_shapes(frame, HOURS)
    hourly = 2000.0 * shapes[shape_of[0]] + 500.0 * shapes[shape_of[1]]
    np.testing.assert_allclose(mixed_shape(frame, HOURS), hourly / 2500.0, rtol=1e-12)


def test_source_never_exceeds_what_is_installed() -> None:
    shapes, shape_of = source_shapes(np.array([1.0, 0.6, 1.0]), HOURS)
    assert shape_of[0] == shape_of[2]
    utilisation = np.array([1.0, 0.6, 1.0])
    assert (shapes[shape_of].max(axis=1) * utilisation <= 1.0 + 1e-9).all()
    np.testing.assert_allclose(shapes.mean(axis=1), 1.0, rtol=1e-12)


def test_hours_of_the_source_sum_to_the_year() -> None:
    loads = year_loads(load(source_kw=300.0), HOURS)
    energy = supply_energy(loads, CENTRAL, Scenario(), CONDITIONS, machines=MACHINES)
    taken = source_taken_kw(plant_year(loads, energy, Scenario(), machines=MACHINES))
    assert taken.sum() / 1e3 == pytest.approx(energy["source_mwh"].iloc[0], rel=1e-9)
    assert taken.max() <= 300.0 * source_shapes(np.array([0.7]), HOURS)[0].max() * (1.0 + 1e-9)


def test_golden_months_and_durations_add_up_to_the_year() -> None:
    loads = year_loads(load(source_kw=300.0), HOURS)
    energy = supply_energy(loads, CENTRAL, Scenario(), CONDITIONS, machines=MACHINES).iloc[0]
    year = plant_year(loads, energy.to_frame().T, Scenario(), machines=MACHINES)
    months, sorted_hours = energy_by_month(year), load_duration(year)
    hours = sorted_hours["hours_to"] - sorted_hours["hours_from"]
    for mwh, kw, wanted in (
        ("machine_mwh", "machine_kw", energy["heat_pump_mwh"]),
        ("backup_mwh", "backup_kw", energy["backup_mwh"]),
        ("load_mwh", "load_kw", energy["heat_pump_mwh"] + energy["backup_mwh"]),
    ):
        assert months[mwh].sum() == pytest.approx(wanted, rel=1e-9)
        assert (sorted_hours[kw] * hours).sum() / 1e3 == pytest.approx(wanted, rel=1e-9)
    assert months["source_mwh"].sum() == pytest.approx(energy["source_mwh"], rel=1e-9)
    assert months["month"].tolist() == list(range(1, 13))
    assert hours.sum() == 8760
    assert sorted_hours["load_kw"].is_monotonic_decreasing
    # A building is heated in winter: January, 744 hours, takes more than July.
    assert months["load_mwh"][0] > 2 * months["load_mwh"][6]


def site(**changes: object) -> pd.Series[Any]:
    """A data centre of 1 MW mean load."""
    row = {
        "it_load_kw": 2000.0,
        "utilisation": 0.5,
        "capture_share": 0.85,
        "source_degc": 30.0,
        "source_return_degc": 22.0,
        "pue": 1.25,
        "evaporative_share": 0.0,
    }
    return pd.Series(row | changes)


def test_golden_metrics_of_a_published_example() -> None:
    """1 MW of servers, PUE 1.25, 0.8 MW reused outside: ERF 0.64, ERE 0.45."""
    credits_of = site_credits(site(), np.full(8760, 800.0), HOURS_FLAT)
    assert credits_of["erf"] == pytest.approx(0.64)
    assert credits_of["ere"] == pytest.approx(0.45)


HOURS_FLAT = Hours(
    outdoor_degc=np.full(8760, 35.0),
    weather="test",
    heating_threshold_degc=15.0,
    load_profile="hpc",
)


def test_credits_fall_with_what_is_taken_and_need_a_stated_cooling_tower() -> None:
    little = site_credits(site(), np.full(8760, 100.0), HOURS_FLAT)
    much = site_credits(site(evaporative_share=1.0), np.full(8760, 800.0), HOURS_FLAT)
    assert 0.0 < little["cooling_credit_mwh"] < much["cooling_credit_mwh"]
    assert little["water_credit_m3"] == 0.0
    # 7,008 MWh at 1.48 L/kWh evaporated, make-up and chiller work on top.
    assert 7008.0 * 1.48 < much["water_credit_m3"] < 7008.0 * 1.48 * 2.0
    assert np.isnan(site_credits(site(pue=np.nan), np.zeros(8760), HOURS_FLAT)["erf"])
