"""Correlations and published machines beside the engine, and the pages made of them."""

from __future__ import annotations

import importlib.util
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import load_table, wide
from heatreach.thermo import HeatPump, PhysicsRangeError, lorenz_cop
from heatreach.thermo.checks.comparison import comparison_table, heating_cop, lift_table
from heatreach.thermo.checks.correlations import jensen_cop, jesper_cop

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).resolve().parents[2] / "docs"
# Jesper's correlation as tabulated in a literature review, two digits, by (source, supply).
REVIEW = {
    (20, 45): 5.67, (20, 60): 3.98, (20, 75): 2.86, (20, 90): 2.10, (30, 60): 5.03,
    (30, 75): 3.56, (30, 90): 2.58, (40, 75): 4.47, (40, 90): 3.19, (50, 90): 3.98,
    (60, 90): 5.03,
}  # fmt: skip


@cache
def points() -> pd.DataFrame:
    """Published points beside the engine."""
    return comparison_table().set_index("title")


def figure(title: str, column: str) -> float:
    """One number of a published point."""
    return float(points()[column].astype(float)[title])


@cache
def maker() -> ModuleType:
    """The script that writes the pages."""
    spec = importlib.util.spec_from_file_location("make_comparison", DOCS / "make_comparison.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_golden_jesper_matches_the_review() -> None:
    for (source, supply), expected in REVIEW.items():
        assert jesper_cop(float(source), float(supply)) == pytest.approx(expected, abs=0.0051)


def test_golden_jensen_by_hand() -> None:
    """Ammonia from 30 (cooled to 24) to 40-60 °C, the method of Jensen et al. step by step."""
    sink = 20.0 / math.log(333.15 / 313.15)
    source = 6.0 / math.log(303.15 / 297.15)
    lift = sink - source
    widest = 60.0 - 24.0 + 2 * 5.0
    d_sink = 0.2 * widest + 0.2 * 20.0 + 0.016
    work = 0.0014 * widest - 0.0015 * 20.0 + 0.039
    losses = (1 + (d_sink + 5.0) / sink) / (1 + (d_sink + 3.0 + 10.0) / lift)
    expected = sink / lift * losses * 0.8 * (1 - work) + 1 - 0.8
    assert jensen_cop(30.0, 24.0, 40.0, 60.0) == pytest.approx(expected, rel=1e-9)


@given(source=st.floats(10.0, 40.0), lift=st.floats(12.0, 70.0), more=st.floats(0.5, 5.0))
def test_property_correlations_fall_with_lift(source: float, lift: float, more: float) -> None:
    warm, warmer = source + lift, min(source + lift + more, source + 77.0, 100.0)
    if warm < warmer - 0.1:
        assert jesper_cop(source, warmer) < jesper_cop(source, warm)
        cops = [jensen_cop(source, source - 8.0, t - 20.0, t) for t in (warm, warmer)]
        assert cops[1] < cops[0] or math.isnan(float(cops[0]))


def test_correlations_take_arrays() -> None:
    sources = np.array([20.0, 30.0])
    assert jesper_cop(sources, 60.0) == pytest.approx([jesper_cop(t, 60.0) for t in sources])
    one = [jensen_cop(t, t - 8.0, 40.0, 60.0, fluid="isobutane") for t in sources]
    assert jensen_cop(sources, sources - 8.0, 40.0, 60.0, fluid="isobutane") == pytest.approx(one)


@given(cold=st.floats(0.1, 50.0), electricity=st.floats(0.1, 50.0))
def test_property_heating_cop_follows_from_the_balance(cold: float, electricity: float) -> None:
    heat = cold + electricity
    combined = (heat + cold) / electricity
    assert heating_cop(combined) == pytest.approx(heat / electricity)


def test_golden_catalogue_points_follow_from_their_lorenz_share() -> None:
    """25 to 15 °C and 35 to 70 °C: log means 293.12 and 325.33 K, Lorenz COP 10.10."""
    for size, share in ((1, 0.40), (3, 0.45), (10, 0.50)):
        cop = figure(f"Danish catalogue, excess heat, {size} MW", "published_cop")
        assert cop == pytest.approx(share * 10.10, abs=0.01)


def test_golden_plants_as_published() -> None:
    """Kajaani: 33.5 MW of heat, 25.8 MW of cold. Espoo: heat and cold 6.6."""
    kajaani = figure("Kajaani, data centre, 15 machines", "published_cop")
    assert kajaani == pytest.approx(33.5 / (33.5 - 25.8))
    espoo = "Espoo and Kirkkonummi, data centres"
    assert figure(espoo, "published_cop") == pytest.approx(3.8)
    assert math.isnan(figure(espoo, "engine_cop"))


def test_property_engine_stays_below_lorenz_and_shows_its_deviation() -> None:
    solved = points()[points()["engine_cop"].notna()]
    assert len(solved) >= 7
    water = solved[["source_in_degc", "source_out_degc", "sink_in_degc", "sink_out_degc"]]
    assert (solved["engine_high"] < lorenz_cop(*water.to_numpy().T)).all()
    assert (solved["engine_low"] <= solved["engine_cop"]).all()
    assert (solved["engine_cop"] <= solved["engine_high"]).all()
    published = solved["published_cop"]
    ratio = solved["deviation_share"] + 1.0
    pd.testing.assert_series_equal(
        ratio * published, solved["engine_cop"].where(published.notna()), check_names=False
    )
    assert points()["within_band"].isna().equals(points()["deviation_share"].isna())


def test_engine_runs_at_the_size_and_fluid_of_the_plant() -> None:
    plant = "Mäntsälä, data centre, air as source"
    machine = HeatPump.sized(3600.0, "R134a")
    assert figure(plant, "engine_cop") == pytest.approx(machine.cop(40.0, 32.0, 65.0, 85.0))
    assert points()["engine_fluid"][plant] == "R134a"


def test_engine_serves_the_ammonia_plant_with_an_intercooler() -> None:
    odense = points().loc["Odense, data centre, nine machines"]
    assert odense["engine_fluid"] == "R717"
    assert odense["engine_cycle"] == "intercooled"
    assert odense["engine_low"] <= odense["engine_cop"] <= odense["engine_high"]


def test_air_for_water_makes_the_engine_look_better() -> None:
    air = figure("Mäntsälä, data centre, air as source", "engine_cop")
    assert air > figure("Mäntsälä, data centre, water behind coil", "engine_cop")


def test_small_lift_is_not_over_predicted_beyond_the_band() -> None:
    """Against Jesper, from 10 to 25 K the engine stays in the band that every COP carries."""
    band = wide("heat_pumps").loc["machine", "cop_band_share"]
    for cooling, glide in ((8.0, 20.0), (5.0, 10.0)):
        table = lift_table(
            60.0, "R600a", heat_kw=1000.0, source_cooling_k=cooling, sink_glide_k=glide
        )
        small = table[table["lift_k"] <= 25.0]
        assert (small["deviation_share"].abs() <= band).all()
        assert small["constant_cop"].iloc[0] > small["engine_cop"].iloc[0]
        assert (table["engine_cop"].diff().dropna() < 0.0).all()


def test_lift_table_is_blank_where_jesper_does_not_hold() -> None:
    table = lift_table(75.0, "R600a", heat_kw=1000.0, source_cooling_k=8.0, sink_glide_k=20.0)
    first = table.iloc[0]
    assert math.isnan(first["jesper_cop"])
    assert first["engine_cop"] > 1.0


def test_docs_plants_have_figures() -> None:
    plants = load_table("published_plants")
    assert plants["name"].is_unique
    assert set(plants["name"]) <= set(load_table("published_machines")["name"])
    assert set(plants["cop_means"]) <= {"electrical", "shaft"}


def test_jesper_rejects_other_machines() -> None:
    with pytest.raises(PhysicsRangeError, match=r"lift 5 K is outside 10 to 78 K"):
        jesper_cop(50.0, 55.0)
    with pytest.raises(PhysicsRangeError, match=r"source 65 °C"):
        jesper_cop(65.0, 90.0)
    with pytest.raises(PhysicsRangeError, match=r"sink 120 °C"):
        jesper_cop(60.0, 120.0)


def test_jensen_rejects_other_fluids() -> None:
    with pytest.raises(PhysicsRangeError, match="no parameters for 'water'"):
        jensen_cop(30.0, 22.0, 40.0, 60.0, fluid="water")


def test_heating_cop_rejects_less_than_one() -> None:
    with pytest.raises(PhysicsRangeError, match="combined COP"):
        heating_cop(0.8)


@pytest.mark.parametrize("page", ["heat_pump_comparison.md", "claims_audit.md"])
def test_docs_pages_are_those_that_the_engine_makes(page: str) -> None:
    """If it fails: python docs/make_comparison.py."""
    text = {"heat_pump_comparison.md": "comparison_page", "claims_audit.md": "claims_page"}[page]
    assert (DOCS / page).read_text(encoding="utf-8") == getattr(maker(), text)()
