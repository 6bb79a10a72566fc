"""Tables behind the projects: one bill, so every table tells the same money."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from heatreach.siting import Inputs, Plan, Scenario, plan, read_inputs
from heatreach.siting.scenario import scenario_of
from heatreach.siting.writing.report.words import money
from heatreach.siting.writing.results import described_columns
from heatreach.siting.writing.sheets import ASSESSMENT_TABLES
from heatreach.siting.writing.wording import figure

if TYPE_CHECKING:
    from pathlib import Path

FEW = {"place": {"country": "GB"}, "uncertainty": {"draws": 256}}
LAT, LON = 52.95, -1.15
NORTH, EAST = 1.0 / 111_200.0, 1.0 / 67_000.0
"""Degrees per metre there."""


def written(folder: Path, *, far: bool = False, sites: int = 2) -> dict[str, str]:
    """A street of 1,200 m with a data centre at each end and eight large consumers between."""
    street = [[LON + metres * EAST, LAT] for metres in range(0, 1201, 100)]
    line = {"type": "LineString", "coordinates": street}
    feature = {"type": "Feature", "properties": {"highway": "residential"}, "geometry": line}
    streets = folder / "streets.geojson"
    streets.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    off = 900.0 if far else 10.0
    places = [(0, "one", 2000), (1200, "two", 1000)][:sites]
    rows = [f"{n},{LAT + off * NORTH},{LON + x * EAST},{kw},air_hall" for x, n, kw in places]
    (folder / "sites.csv").write_text("\n".join(["id,lat,lon,it_load_kw,cooling", *rows]) + "\n")
    heats = [900.0, 700.0, 1200.0, 400.0, 650.0, 1000.0, 500.0, 800.0]
    rows = [
        f"c{n},{LAT + 15 * NORTH},{LON + (100 + 140 * n) * EAST},office,{heat},{heat / 2.0}"
        for n, heat in enumerate(heats)
    ]
    text = "\n".join(["id,lat,lon,use,annual_heat_mwh,peak_kw", *rows])
    (folder / "consumers.csv").write_text(text + "\n")
    return {name: str(folder / f"{name}.csv") for name in ("sites", "consumers")} | {
        "streets": str(streets)
    }


def read(folder: Path, scenario: Scenario, **how: bool | int) -> Inputs:
    """Inputs of the street."""
    return read_inputs(**written(folder, **how), scenario=scenario)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    scenario = scenario_of(FEW, name="test")
    return plan(read(tmp_path_factory.mktemp("street"), scenario), scenario)


@pytest.fixture(scope="module")
def projects(study: Plan) -> pd.DataFrame:
    rows = pd.DataFrame(study.projects[study.projects["status"] == "ok"])
    assert len(rows) >= 1
    return rows.set_index("project_id")


def test_every_table_has_the_columns_of_the_registry(study: Plan) -> None:
    assert tuple(study.assessment.tables) == ASSESSMENT_TABLES
    for name, table in study.assessment.tables.items():
        assert table.columns.tolist() == described_columns(name)["column"].tolist(), name
        assert len(table), name


def test_cash_flow_of_the_operator_is_the_net_present_value(
    study: Plan, projects: pd.DataFrame
) -> None:
    """Years times discount factors, added up by hand, for the operator and for all payers."""
    table = study.assessment.tables["cash_flow"]
    worth = table["operator"] * table["discount_factor"]
    npv = worth.groupby(table["project_id"]).sum()
    pd.testing.assert_series_equal(
        npv.loc[projects.index], projects["npv"], check_names=False, rtol=1e-9
    )
    payers = study.assessment.tables["payers"].set_index(["project_id", "payer"])["npv"]
    for payer in ("operator", "data_centre", "consumer", "public"):
        worth = (table[payer] * table["discount_factor"]).groupby(table["project_id"]).sum()
        told = payers.xs(payer, level="payer").loc[projects.index]
        np.testing.assert_allclose(worth.loc[projects.index], told, rtol=1e-9, atol=1e-3)


def test_figures_of_the_studys_own_view_are_those_of_the_project(
    study: Plan, projects: pd.DataFrame
) -> None:
    economics = study.scenario.economics
    table = study.assessment.tables["figures"]
    own = table[
        (table["view"] == "commercial")
        & (table["horizon_years"] == economics.life_years)
        & (table["rate_share"] == economics.discount_rate_share)
    ].set_index("project_id")
    for name in ("npv", "lcoh_per_mwh", "irr_share", "cost_per_t_co2e", "payback_years"):
        np.testing.assert_allclose(own[name].loc[projects.index], projects[name], rtol=1e-6)
    parts = study.assessment.tables["lcoh_parts"].groupby("project_id")["lcoh_per_mwh"].sum()
    np.testing.assert_allclose(parts.loc[projects.index], projects["lcoh_per_mwh"], rtol=1e-9)


def test_carbon_by_year_begins_and_ends_as_the_project_says(
    study: Plan, projects: pd.DataFrame
) -> None:
    table = study.assessment.tables["carbon_by_year"].set_index(["project_id", "year"])
    first = table.xs(1, level="year").loc[projects.index]
    np.testing.assert_allclose(first["net_t_co2e"], projects["avoided_t_co2e"], rtol=1e-9)
    last = table.xs(study.scenario.economics.life_years, level="year").loc[projects.index]
    np.testing.assert_allclose(
        last["cumulative_t_co2e"], projects["avoided_life_t_co2e"], rtol=1e-6
    )


def test_year_of_each_network_adds_up_to_its_energies(study: Plan, projects: pd.DataFrame) -> None:
    months = study.assessment.tables["energy_by_month"].groupby("project_id").sum()
    durations = study.assessment.tables["load_duration"].set_index("project_id")
    hours = durations["hours_to"] - durations["hours_from"]
    fed = (durations["load_kw"] * hours).groupby(level=0).sum() / 1e3
    for name in projects.index:
        row = projects.loc[name]
        assert months.loc[name, "load_mwh"] == pytest.approx(row["heat_mwh"] + row["loss_mwh"])
        assert months.loc[name, "machine_mwh"] == pytest.approx(row["heat_pump_mwh"])
        assert months.loc[name, "backup_mwh"] == pytest.approx(row["backup_mwh"])
        assert months.loc[name, "source_mwh"] == pytest.approx(row["source_mwh"])
        assert fed[name] == pytest.approx(months.loc[name, "load_mwh"])


def test_report_tells_the_figures_of_the_tables(study: Plan, projects: pd.DataFrame) -> None:
    html = study.report()
    assert html == study.report()
    rows: list[Any] = list(projects.itertuples())
    for row in rows:
        assert money(row.npv, study.money) in html
        assert figure(row.lcoh_per_mwh, f"{study.money}/MWh") in html
        assert figure(row.heat_mwh, "MWh/yr") in html
    sheet = html.partition('class="sheet"')[2].partition("</section>")[0]
    assert sheet.count("<svg") == 8
    assert html.count("<details>") == study.assumptions["key"].str.split("/").str[0].nunique()


def test_draws_lie_around_the_project_and_its_shares_are_those_of_the_gates(
    study: Plan, projects: pd.DataFrame
) -> None:
    table = study.assessment.tables["uncertainty"].set_index(["project_id", "figure"])
    npv = table.xs("npv", level="figure").loc[projects.index]
    np.testing.assert_allclose(npv["central"], projects["npv"], rtol=1e-6)
    for name in ("p10", "p50", "p90"):
        np.testing.assert_allclose(npv[name], projects[f"npv_{name}"], rtol=1e-9)
    assert (npv["p10"] < npv["p90"]).all()
    gates = study.assessment.tables["gates"].set_index(["gate", "project_id"])["met_share"]
    np.testing.assert_allclose(
        gates["npv_above_zero"].loc[projects.index], projects["npv_positive_share"]
    )
    assert projects["first_share"].sum() == pytest.approx(1.0)


def test_rules_are_asked_of_every_data_centre(study: Plan) -> None:
    rules = study.assessment.tables["compliance"]
    asked = rules[rules["subject_kind"] == "site"]
    assert set(asked["subject_id"]) == {"one", "two"}
    assert (rules["reason"].str.len() > 10).all()


def test_summary_says_who_is_first_how_sure_that_is_and_what_would_change_it(
    study: Plan, projects: pd.DataFrame
) -> None:
    assert study.summary.startswith("By net present value, ")
    assert "256 draws" in study.summary
    assert "(P10 to P90)" in study.summary
    assert "  " not in study.summary
    first = projects.loc[projects["rank"] == 1, "what_would_change"].iloc[0]
    assert first.startswith(("It would no longer pay if the ", "It would break even if the "))
    assert first in study.summary


def test_equal_studies_give_equal_tables(
    study: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the data centres are read in another order."""
    scenario = scenario_of(FEW, name="test")
    files = written(tmp_path)
    lines = (tmp_path / "sites.csv").read_text().splitlines()
    (tmp_path / "sites.csv").write_text("\n".join([lines[0], lines[2], lines[1]]) + "\n")
    again = plan(read_inputs(**files, scenario=scenario), scenario)  # type: ignore[arg-type]
    assert again.summary == study.summary
    for name in ASSESSMENT_TABLES:
        one, two = study.assessment.tables[name], again.assessment.tables[name]
        pd.testing.assert_frame_equal(one, two, check_dtype=False)


def test_nothing_built_is_a_study_with_reasons_and_files(tmp_path: Path) -> None:
    scenario = scenario_of(FEW | {"network": {"connector_max_m": 50.0}}, name="test")
    nothing = plan(read(tmp_path, scenario, far=True), scenario)
    assert nothing.partial
    assert nothing.summary.startswith("No data centre here has a heat network worth building")
    tables = nothing.assessment.tables
    assert all(tables[name].empty for name in ASSESSMENT_TABLES if name != "compliance")
    assert "one" in set(tables["compliance"]["subject_id"])
    nothing.save(tmp_path / "out")
    header = (tmp_path / "out" / "cash_flow.csv").read_text().splitlines()
    assert header[0].startswith("project_id,year,")
    assert len(header) == 1


def test_one_project_by_weights_says_nothing_silly(tmp_path: Path) -> None:
    decided = {"ranking": {"objective": "weighted"}, "network": {"supply_choice": "given"}}
    scenario = scenario_of(FEW | decided, name="test")
    alone = plan(read(tmp_path, scenario, sites=1), scenario)
    row = alone.projects.iloc[0]
    assert (row["score"], row["pareto"], row["first_share"]) == (1.0, True, 1.0)
    assert row["mean_rank"] == row["rank"] == 1
    assert "stays first" not in alone.summary
    assert alone.summary.startswith("Only one has a network to build: it would heat ")
    assert "another project" not in alone.summary
