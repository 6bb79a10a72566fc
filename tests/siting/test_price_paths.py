"""Prices by year: paths of the scenario, the user's file, and what a study makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import load_table, price, price_factor
from heatreach.siting import Plan, plan, read_inputs
from heatreach.siting.appraisal.conditions import Conditions, condition_doubts, conditions_of
from heatreach.siting.appraisal.counterfactual import present_heat
from heatreach.siting.appraisal.price_paths import (
    FUELS,
    longest_years,
    price_paths,
    with_given_prices,
)
from heatreach.siting.errors import InputError
from heatreach.siting.reading.price_file import PriceFile, read_prices
from heatreach.siting.scenario import Scenario, scenario_of

if TYPE_CHECKING:
    from pathlib import Path

PRICES = (
    "year,price_base,electricity_per_mwh,gas_per_mwh\n"
    "2030,EUR 2024,100,60\n2028,EUR 2024,120,50\n2040,EUR 2024,80,90\n"
)


def economics(**keys: object) -> Scenario:
    """Scenario with these economic keys."""
    return scenario_of({"economics": keys}, name="test")


def read(folder: Path, text: str, name: str = "prices.csv") -> PriceFile:
    """Prices of a file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_prices(path)


def conditions(scenario: Scenario) -> Conditions:
    """Germany without files."""
    return conditions_of(scenario, "DE")


def test_golden_paths_by_hand() -> None:
    """Power 1 % cheaper and gas 2 % dearer every year; heat follows what it replaces."""
    moving = economics(electricity_price_change_share=-0.01, gas_price_change_share=0.02)
    paths = price_paths(moving, conditions(moving), 4)
    power = [1.0, 0.99, 0.99**2, 0.99**3]
    gas = [1.0, 1.02, 1.02**2, 1.02**3]
    for name in ("electricity", "tariff_electricity"):
        assert paths[name] == pytest.approx(power, abs=1e-15)
    for fuel in ("gas", "oil", "district_heat"):
        assert paths[fuel] == pytest.approx(gas, abs=1e-15)
        assert paths[f"tariff_{fuel}"] == pytest.approx(gas, abs=1e-15)
    assert paths["level"].tolist() == [1.0] * 4


def test_level_tariff_stays_while_fuels_move() -> None:
    moving = economics(gas_price_change_share=0.02, tariff_index="level")
    paths = price_paths(moving, conditions(moving), 30)
    assert set(paths["tariff_gas"]) == {1.0}
    assert paths["gas"][-1] == pytest.approx(1.02**29)


def test_docs_every_path_of_a_money_line_is_known() -> None:
    named = set(load_table("cash_lines")["path"]) - {""}
    assert named <= set(price_paths(Scenario(), conditions(Scenario()), 1))


@settings(max_examples=30, deadline=None)
@given(years=st.integers(1, 60), change=st.floats(-0.1, 0.1), file=st.booleans())
def test_property_paths_start_at_one_and_longer_ones_go_on(
    years: int, change: float, file: bool
) -> None:
    scenario = economics(electricity_price_change_share=change, gas_price_change_share=-change)
    table = PriceFile(
        file="p.csv",
        years=np.array([2028.0, 2050.0]),
        price_base=("GBP 2020", "EUR 2024"),
        prices={"gas": np.array([50.0, 70.0])},
        doubts=(),
        sha256="",
    )
    held = conditions_of(scenario, "DE", prices=table if file else None)
    short, long = (price_paths(scenario, held, n) for n in (years, longest_years()))
    assert set(short) == {"level", *FUELS, *(f"tariff_{fuel}" for fuel in FUELS)}
    for name, path in short.items():
        assert path.shape == (years,)
        assert path[0] == 1.0
        assert (path == long[name][:years]).all()
        assert (path > 0.0).all()


@pytest.mark.parametrize("years", [0, 61])
def test_price_paths_rejects_other_horizons(years: int) -> None:
    with pytest.raises(ValueError, match=f"{years} years are outside 1 to 60"):
        price_paths(Scenario(), conditions(Scenario()), years)


def test_golden_file_by_hand(tmp_path: Path) -> None:
    """From 2028: 120, 110, 100, then two less a year until 2040; gas level from 2040 on."""
    prices = read(tmp_path, PRICES)
    found = conditions_of(Scenario(), "DE", prices=prices)
    assert found.electricity_price_per_mwh.value == 120.0
    assert found.backup_fuel_price_per_mwh.value == 50.0
    assert "those of prices.csv" in found.electricity_price_per_mwh.note
    paths = price_paths(Scenario(), found, 40)
    assert (120.0 * paths["electricity"][:5]).tolist() == pytest.approx([120, 110, 100, 98, 96])
    assert (50.0 * paths["tariff_gas"][[0, 2, 12, 39]]).tolist() == pytest.approx([50, 60, 90, 90])
    assert set(paths["oil"]) == {1.0}


def test_golden_file_in_other_money(tmp_path: Path) -> None:
    """GBP of 2022 by consumer prices to 2024 (133.9/121.7), then by 0.84662 GBP per EUR."""
    text = "year,price_base,gas_per_mwh\n2028,GBP 2022,50\n2030,EUR 2024,65\n"
    found = conditions_of(Scenario(), "GB", prices=read(tmp_path, text))
    first = 50.0 * 133.9 / 121.7 / 0.84662
    assert found.backup_fuel_price_per_mwh.value == pytest.approx(first, rel=1e-9)
    paths = price_paths(Scenario(), found, 3)
    assert paths["gas"].tolist() == pytest.approx([1.0, (first + 65.0) / 2.0 / first, 65.0 / first])
    in_pounds = conditions_of(
        economics(money="GBP 2022"), "GB", prices=read(tmp_path, text)
    ).backup_fuel_price_per_mwh
    assert in_pounds.value == pytest.approx(50.0)


def test_file_goes_before_the_scenario_everywhere(tmp_path: Path) -> None:
    """Also what consumers pay today follows the file, and doing it twice changes nothing."""
    prices = read(tmp_path, PRICES.replace("gas_per_mwh", "oil_per_mwh"))
    given_ = economics(electricity_price_per_mwh=300.0, oil_price_per_mwh=10.0)
    scenario = with_given_prices(given_, prices)
    assert scenario.economics.electricity_price_per_mwh == 120.0
    assert with_given_prices(scenario, prices) == scenario
    assert with_given_prices(given_, None) is given_
    consumers = pd.DataFrame(
        {
            "use": "office",
            "counterfactual": ["oil_boiler", "electric_boiler"],
            "peak_kw": 0.0,
            "annual_heat_mwh": 200.0,
        }
    )
    paid = present_heat(consumers, scenario, "DE")["price_per_mwh"].tolist()
    shares = [
        row["value"]
        for name in ("oil_boiler", "electric_boiler")
        for _, row in load_table("technology_costs").iterrows()
        if row["name"] == name and row["parameter"] in ("efficiency_net_share", "efficiency_share")
    ]
    assert paid == pytest.approx([50.0 / shares[0], 120.0 / shares[1]])


def test_keys_of_oil_and_district_heat_replace_the_tables() -> None:
    """One column of prices per key, nothing else moves."""
    rows = pd.DataFrame(
        {
            "use": "office",
            "counterfactual": ["oil_boiler", "existing_network"],
            "peak_kw": 0.0,
            "annual_heat_mwh": 200.0,
        }
    )
    before = present_heat(rows, Scenario(), "GB")["price_per_mwh"]
    after = present_heat(
        rows, economics(oil_price_per_mwh=200.0, district_heat_price_per_mwh=90.0), "GB"
    )["price_per_mwh"]
    oil = price("energy_prices", "oil", "price_per_mwh", target="EUR 2024", region="GB").value
    assert after[0] / before[0] == pytest.approx(200.0 / oil)
    assert after[1] == pytest.approx(90.0)


def test_doubts_about_years_and_units(tmp_path: Path) -> None:
    prices = read(tmp_path, "year,price_base,gas_per_mwh\n2030,EUR 2024,6.2\n")
    (unlikely,) = condition_doubts(Scenario(), "DE", grid=None, prices=prices)
    (beyond,) = prices.beyond(np.arange(2028.0, 2053.0))
    assert "covers 2030 to 2030, the study 2028 to 2052; the first and last prices" in str(beyond)
    assert "gas_per_mwh of 2028 is 6.2 EUR 2024 per MWh, the tables have 55 to 100" in str(unlikely)
    whole = read(tmp_path, "year,price_base,gas_per_mwh\n2028,EUR 2024,62\n2052,EUR 2024,62\n")
    assert condition_doubts(Scenario(), "DE", grid=None, prices=whole) == ()
    assert whole.beyond(np.arange(2028.0, 2053.0)) == ()


def refusal(folder: Path, text: str) -> str:
    """Message of the refusal of a file."""
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return str(caught.value)


def test_read_prices_rejects_all_at_once(tmp_path: Path) -> None:
    text = (
        "year,price_base,electricity_per_mwh,gas_per_mwh\n"
        "2028,EUR 2024,0.12,-5\n2028,,100,60\n2030,SEK 2024,100,\n2031,euro,n/a,60\n"
    )
    message = refusal(tmp_path, text)
    for words in (
        "years given more than once: '2028'",
        "if 0.12 is money per kWh, write 120",
        "is outside 1 to 2000 money per MWh: '-5'",
        "column price_base, row 3: blank",
        "column price_base, row 4: cannot be converted: 'SEK 2024'",
        "column price_base, row 5: is no currency with its price year: 'euro'",
        "column gas_per_mwh, row 4: blank",
        "column electricity_per_mwh, row 5: is no number: 'n/a'",
    ):
        assert words in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("year,gas_per_mwh\n2028,60\n", "required column price_base is missing"),
        ("year,price_base\n2028,EUR 2024\n", "has no column of prices; add one or more of"),
        ("year,price_base,gas_per_mwh\n", "has columns but no rows"),
    ],
)
def test_read_prices_rejects_what_misses(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


def test_hostile_texts_are_shown_as_escapes(tmp_path: Path) -> None:
    message = refusal(tmp_path, "year,price_base,gas_per_mwh\n2028,\x1b[31mEUR,60\n")
    assert "\x1b" not in message


def test_workbook_with_decimal_numbers(tmp_path: Path) -> None:
    path = tmp_path / "prices.xlsx"
    pd.DataFrame({"Year": [2028], "price_base": ["EUR 2020"], "Gas_per_MWh": [62.5]}).to_excel(
        path, index=False
    )
    found = read_prices(path)
    assert found.by_year("gas", np.array([2040.0]), money="EUR 2024").tolist() == pytest.approx(
        [62.5 * price_factor("EUR 2020", "EUR 2024")]
    )
    assert len(found.sha256) == 64


def test_grid_reaches_the_longest_horizon() -> None:
    """The tuple of the plan's horizon stays; later years go on along the path."""
    falling = scenario_of({"emissions": {"grid_path": "declining"}}, name="test")
    found = conditions_of(falling, "DE")
    assert len(found.grid_kg_per_kwh) == 25
    factors = found.grid_by_year(60)
    assert factors.shape == (60,)
    assert tuple(factors[:25]) == found.grid_kg_per_kwh
    longer = scenario_of(
        {"emissions": {"grid_path": "declining"}, "economics": {"life_years": 40}}, name="test"
    )
    assert tuple(factors[:40]) == conditions_of(longer, "DE").grid_kg_per_kwh
    assert (np.diff(factors) <= 0.0).all()


def street(folder: Path) -> dict[str, Any]:
    """Files of one street near Nottingham with a data centre and two consumers."""
    lat, lon, north, east = 52.95, -1.15, 1.0 / 111_200.0, 1.0 / 67_000.0
    line = [[lon + metres * east, lat] for metres in range(0, 501, 100)]
    feature = {
        "type": "Feature",
        "properties": {"highway": "residential"},
        "geometry": {"type": "LineString", "coordinates": line},
    }
    texts = {
        "streets.geojson": json.dumps({"type": "FeatureCollection", "features": [feature]}),
        "sites.csv": f"id,lat,lon,it_load_kw,cooling\none,{lat + 10 * north},{lon},1000,air_hall\n",
        "consumers.csv": "id,lat,lon,use,annual_heat_mwh,peak_kw\n"
        f"a,{lat + 15 * north},{lon + 200 * east},office,900,450\n"
        f"b,{lat + 15 * north},{lon + 400 * east},office,1200,600\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return {name.split(".")[0]: folder / name for name in texts}


def planned(folder: Path, text: str = "", **keys: object) -> Plan:
    """A plan with this file of prices and these keys."""
    few = {"uncertainty": {"draws": 64}, "network": {"supply_choice": "given"}}
    scenario = scenario_of({"place": {"country": "GB"}, "economics": keys} | few, name="test")
    files = street(folder)
    if text:
        files["prices"] = folder / "prices.csv"
        files["prices"].write_text(text)
    # Completed before, as the command line does.
    inputs = read_inputs(**files, scenario=scenario).under(scenario)
    return plan(inputs, scenario)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Level prices by the keys of the scenario."""
    folder = tmp_path_factory.mktemp("keyed")
    return planned(folder, electricity_price_per_mwh=150.0, gas_price_per_mwh=95.0)


def test_a_level_file_is_a_price_of_the_scenario(keyed: Plan, tmp_path: Path) -> None:
    """Same projects as with the two keys; the file is named and hashed.

    Only the draws differ: with a file later prices are given, with keys their change is a guess.
    """
    text = "year,price_base,electricity_per_mwh,gas_per_mwh\n2028,EUR 2024,150,95\n"
    filed = planned(tmp_path, text)
    certain = ["capex", "opex_per_year", "npv", "irr_share", "lcoh_per_mwh", "social_npv"]
    pd.testing.assert_frame_equal(filed.projects[certain], keyed.projects[certain])
    pd.testing.assert_frame_equal(
        filed.assessment.tables["cash_flow"], keyed.assessment.tables["cash_flow"]
    )
    assert len(filed.run["inputs"]["prices"]) == 64
    assert filed.scenario == keyed.scenario
    said = [warning for warning in filed.run["warnings"] if "prices.csv" in warning]
    assert any("covers 2028 to 2028, the study 2028 to 2052" in warning for warning in said)


def test_dearer_gas_pays_the_operator_later(keyed: Plan, tmp_path: Path) -> None:
    """Gas from 95 to 140 in 2038: the price of heat follows, year by year in the table."""
    text = (
        "year,price_base,electricity_per_mwh,gas_per_mwh\n"
        "2028,EUR 2024,150,95\n2038,EUR 2024,150,140\n"
    )
    rising = planned(tmp_path, text)
    before, after = (
        study.assessment.tables["cash_flow"].set_index(["project_id", "year", "part"])["operator"]
        for study in (keyed, rising)
    )
    (name,) = rising.projects["project_id"]
    assert after[name, 11, "heat sold"] > after[name, 1, "heat sold"]
    assert before[name, 11, "heat sold"] == pytest.approx(before[name, 1, "heat sold"])
    fuel = after[name, 11, "backup fuel"] / after[name, 1, "backup fuel"]
    assert fuel == pytest.approx(140.0 / 95.0)
    assert after[name, 25, "backup fuel"] == after[name, 11, "backup fuel"]
    assert rising.projects["npv"].iloc[0] > keyed.projects["npv"].iloc[0]
