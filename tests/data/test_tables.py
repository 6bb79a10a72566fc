"""Every figure in data/ has a source, a range, a unit that parses and one address."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pint
import pytest

from heatreach.data import TableError, assumption, load_table, table_names, wide
from heatreach.data.tables import NUMBER_COLUMNS

if TYPE_CHECKING:
    from pint.util import UnitsContainer

SOURCE_COLUMNS = ("key", "citation", "doi", "url", "licence", "accessed")
COLUMN_COLUMNS = (
    "table",
    "column",
    "kind",
    "unit",
    "required",
    "minimum",
    "maximum",
    "description",
)
KINDS = {"text", "number", "integer", "share", "geometry", "boolean"}
PRICE_BASE = re.compile(r"(EUR|GBP|USD) (\d{4})")
SUFFIXES = {
    "_kwh_per_m2_floor_year": "kWh/(m**2*year)",
    "_kwh_per_m2_year": "kWh/(m**2*year)",
    "_kg_per_kwh": "kg/kWh",
    "_kg_per_kw": "kg/kW",
    "_w_per_m2": "W/m**2",
    "_mwh_ha": "MWh/(ha*year)",
    "_w_mk": "W/(m*K)",
    "_w_m": "W/m",
    "_pa_m": "Pa/m",
    "_m_s": "m/s",
    "_kg_s": "kg/s",
    "_k_day": "K*day",
    "_per_kw_per_year": "EUR/(kW*year)",
    "_share_per_year": "1/year",
    "_seconds": "second",
    "_megabytes": "megabyte",
    "_hours": "hour",
    "_hours_per_year": "hour/year",
    "om_per_year": "EUR/year",
    "charge_per_year": "EUR/year",
    "_per_mwh": "EUR/MWh",
    "_per_t": "EUR/t_co2e",
    "_per_kw": "EUR/kW",
    "_per_m3": "EUR/m**3",
    "_per_m": "EUR/m",
    "_share": "dimensionless",
    "_years": "year",
    "_degc": "degC",
    "_degf": "degF",
    "_kpa": "kPa",
    "_bar": "bar",
    "_mwh": "MWh",
    "_t_co2e": "t_co2e",
    "_m2": "m**2",
    "_m3": "m**3",
    "_mm": "mm",
    "_kw": "kW",
    "_km": "km",
    "_k": "K",
    "_m": "m",
    "capex": "EUR",
}
BRUGG_SERIES_2 = {
    "DN20": 0.113,
    "DN25": 0.134,
    "DN32": 0.145,
    "DN40": 0.165,
    "DN50": 0.184,
    "DN65": 0.207,
    "DN80": 0.216,
    "DN100": 0.225,
    "DN125": 0.260,
    "DN150": 0.295,
    "DN200": 0.312,
    "DN250": 0.304,
    "DN300": 0.347,
    "DN350": 0.334,
    "DN400": 0.346,
}


def header(name: str) -> tuple[str, ...]:
    """Column names of a table, in file order."""
    path = resources.files("heatreach.data") / f"{name}.csv"
    return tuple(path.read_text(encoding="utf-8").splitlines()[0].split(","))


NUMBER_TABLES = [name for name in table_names() if header(name) == NUMBER_COLUMNS]
SOURCED_TABLES = [name for name in table_names() if "source" in header(name)]


@pytest.fixture(scope="module")
def units() -> pint.UnitRegistry[float]:
    """Unit registry that knows money and tonnes of CO2 equivalent."""
    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    registry.define("EUR = [money]")
    registry.define("GBP = EUR")
    registry.define("USD = EUR")
    registry.define("t_co2e = 1000 * kilogram")
    return registry


@pytest.fixture(scope="module")
def sources() -> pd.DataFrame:
    """Register of sources."""
    return load_table("sources")


def address(rows: pd.DataFrame) -> list[str]:
    """Rows as name/parameter@region, for messages."""
    return [f"{row.name}/{row.parameter}@{row.region}" for row in rows.itertuples(index=False)]


def number_suffix(parameter: str) -> str:
    """Longest unit suffix that a parameter ends in; blank for a plain number."""
    hits = [suffix for suffix in SUFFIXES if parameter.endswith(suffix)]
    return max(hits, key=len, default="")


def dimension(units: pint.UnitRegistry[float], unit: str) -> UnitsContainer:
    """Dimensions of a unit."""
    return units.parse_units(unit).dimensionality


def test_docs_there_are_number_tables() -> None:
    assert {
        "pipes",
        "pipe_costs",
        "technology_costs",
        "emission_factors",
        "energy_prices",
        "demand_benchmarks",
        "climate",
        "price_index",
        "crossings",
    } <= set(NUMBER_TABLES)


@pytest.mark.parametrize("name", [name for name in table_names() if "parameter" in header(name)])
def test_docs_number_tables_have_the_agreed_columns(name: str) -> None:
    assert header(name) == NUMBER_COLUMNS


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_docs_every_figure_is_complete(name: str) -> None:
    rows = load_table(name)
    assert not rows.empty
    for column in ("name", "parameter", "unit", "source"):
        assert address(rows[rows[column] == ""]) == [], column
    numbers = rows[["value", "low", "high"]].to_numpy(dtype=float)
    assert address(rows[~np.isfinite(numbers).all(axis=1)]) == []
    wrong = rows[(rows["low"] > rows["value"]) | (rows["value"] > rows["high"])]
    assert address(wrong) == []
    assert address(rows[rows.duplicated(["name", "parameter", "region"])]) == []
    assert address(rows[~rows["region"].str.fullmatch("|[A-Z]{2}")]) == []


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_docs_figures_are_floats_even_if_whole(name: str) -> None:
    assert (load_table(name)[["value", "low", "high"]].dtypes == "float64").all()


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_docs_guesses_say_so_and_have_a_range(name: str) -> None:
    rows = load_table(name)
    guesses = rows[rows["source"] == "judgement"]
    assert address(guesses[guesses["low"] >= guesses["high"]]) == []
    assert address(guesses[~guesses["note"].str.contains("guess")]) == []


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_docs_read_sources_say_where(name: str) -> None:
    rows = load_table(name)
    assert address(rows[(rows["source"] != "judgement") & (rows["locator"] == "")]) == []


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_docs_units_parse_and_match_the_name(name: str, units: pint.UnitRegistry[float]) -> None:
    wrong = []
    for row in load_table(name).itertuples(index=False):
        expected = SUFFIXES.get(number_suffix(str(row.parameter)), "dimensionless")
        same = dimension(units, str(row.unit)) == dimension(units, expected)
        kelvin = expected in {"K", "degC"} and row.unit != expected
        if not same or kelvin:
            wrong.append(f"{row.name}/{row.parameter}: {row.unit}, expected {expected}")
    assert wrong == []


@pytest.mark.parametrize("name", NUMBER_TABLES)
def test_docs_money_carries_its_price_base(name: str, units: pint.UnitRegistry[float]) -> None:
    index = load_table("price_index")
    known = set(index["name"] + " " + index["parameter"].str.removeprefix("index_"))
    wrong = []
    for row in load_table(name).itertuples(index=False):
        money = "[money]" in dimension(units, str(row.unit))
        base = PRICE_BASE.fullmatch(str(row.price_base))
        if money != bool(row.price_base) or (money and base is None):
            wrong.append(f"{row.name}/{row.parameter}: price base {row.price_base!r}")
        elif base and not (str(row.unit).startswith(base[1]) and base[0] in known):
            wrong.append(f"{row.name}/{row.parameter}: {row.unit} at {row.price_base}")
    assert wrong == []


def test_docs_sources_are_listed_once(sources: pd.DataFrame) -> None:
    assert header("sources") == SOURCE_COLUMNS
    assert sources["key"].is_unique
    assert (sources["citation"] != "").all()


@pytest.mark.parametrize("name", SOURCED_TABLES)
def test_docs_every_row_names_a_listed_source(name: str, sources: pd.DataFrame) -> None:
    assert sorted(set(load_table(name)["source"]) - set(sources["key"])) == []


def test_docs_no_source_is_unused(sources: pd.DataFrame) -> None:
    used = {key for name in SOURCED_TABLES for key in load_table(name)["source"]}
    assert sorted(set(sources["key"]) - used) == []


def test_docs_column_dictionary(units: pint.UnitRegistry[float]) -> None:
    assert header("columns") == COLUMN_COLUMNS
    columns = load_table("columns")
    assert not columns.duplicated(["table", "column"]).any()
    assert set(columns["kind"]) <= KINDS
    assert set(columns["required"]) <= {"yes", "no", "result", "check"}
    assert (columns["description"] != "").all()
    for unit in set(columns["unit"]) - {""}:
        units.parse_units(unit)
    bounds = columns[["minimum", "maximum"]].apply(pd.to_numeric)
    both = bounds.dropna()
    assert (both["minimum"] <= both["maximum"]).all()


@pytest.mark.parametrize("column", ["value", "low", "high"])
def test_property_wider_pipes_are_wider_and_dearer(column: str) -> None:
    costs = wide("pipe_costs", column)
    pipes = wide("pipes", column).loc[costs.index]
    for parameter in ("inner_diameter_mm", "outer_diameter_mm", "velocity_max_m_s"):
        assert (pipes[parameter].diff().dropna() > 0).all(), parameter
    for parameter in ("casing_series1_mm", "casing_series2_mm", "casing_series3_mm"):
        assert (pipes[parameter].diff().dropna() >= 0).all(), parameter
    for parameter in ("capex_hard_per_m", "capex_soft_per_m"):
        assert (costs[parameter].diff().dropna() > 0).all(), parameter
    assert (costs["capex_soft_per_m"] < costs["capex_hard_per_m"]).all()


def test_property_thicker_insulation_loses_less() -> None:
    pipes = wide("pipes").loc[wide("pipe_costs").index]
    assert (pipes["casing_series1_mm"] < pipes["casing_series2_mm"]).all()
    assert (pipes["casing_series2_mm"] < pipes["casing_series3_mm"]).all()
    assert (pipes["u_value_series1_w_mk"] > pipes["u_value_series2_w_mk"]).all()
    assert (pipes["u_value_series2_w_mk"] > pipes["u_value_series3_w_mk"]).all()


def test_property_steel_bore_and_wall_close() -> None:
    pipes = wide("pipes").loc[wide("pipe_costs").index]
    built = pipes["inner_diameter_mm"] + 2 * pipes["wall_thickness_mm"]
    np.testing.assert_allclose(built, pipes["outer_diameter_mm"], atol=0.05)


def test_golden_losses_agree_with_a_second_manufacturer() -> None:
    """Brugg PREMANT sheet 6.215 (buried pair, foam 0.026, soil 1.2 W/(m·K)), within 7 %."""
    ours = wide("pipes")["u_value_series2_w_mk"]
    theirs = pd.Series(BRUGG_SERIES_2)
    np.testing.assert_allclose(ours[theirs.index], theirs, rtol=0.07)


def test_golden_exchange_rates_of_2024() -> None:
    """Annual means published by the European Central Bank: 1.0824 USD and 0.84662 GBP."""
    assert assumption("price_index", "USD_per_EUR", "rate_2024").value == pytest.approx(
        1.0824, abs=5e-5
    )
    assert assumption("price_index", "GBP_per_EUR", "rate_2024").value == pytest.approx(
        0.84662, abs=5e-6
    )


def test_property_price_index_has_no_gap() -> None:
    index = wide("price_index")
    for currency in ("EUR", "GBP", "USD"):
        series = index.loc[currency].filter(regex="^index_").dropna()
        years = series.index.str[-4:].astype(int)
        assert list(years) == list(range(years.min(), years.max() + 1))
        assert years.max() >= 2024
        assert series["index_2015"] == pytest.approx(100.0)


def test_docs_road_classes_know_every_use() -> None:
    classes = load_table("road_classes").set_index("highway")
    assert classes.index.is_unique
    assert set(classes["use"]) == {"default", "second_pass", "never"}
    assert set(classes["surface_class"]) == {"hard", "soft"}
    assert (
        classes.loc[["motorway", "motorway_link", "steps", "construction"], "use"] == "never"
    ).all()
    assert (classes.loc[["trunk", "trunk_link", "footway", "track"], "use"] == "second_pass").all()
    assert set(classes.loc[["residential", "service"], "use"]) == {"default"}


def test_docs_surfaces_are_hard_or_soft() -> None:
    surfaces = load_table("surfaces").set_index("surface")["surface_class"]
    assert surfaces.index.is_unique
    assert set(surfaces) == {"hard", "soft"}
    assert surfaces["asphalt"] == "hard"
    assert surfaces["grass"] == "soft"


def test_property_every_use_has_a_whole_benchmark() -> None:
    rows = wide("demand_benchmarks").drop(index="reference_climate")
    needed = [
        "heat_kwh_per_m2_year",
        "full_load_hours_per_year",
        "hot_water_share",
        "default_levels",
        "floor_area_share_heated",
    ]
    # A heat network is a consumer too, but no building: it states its heat itself.
    network = ["full_load_hours_per_year", "hot_water_share"]
    assert rows.loc["heat_network", network].notna().all()
    assert rows.drop(index="heat_network")[needed].notna().all(axis=None)
    uses = set(load_table("building_tags")["use"]) - {""}
    assert uses <= set(rows.index)


def test_property_countries_have_every_figure() -> None:
    climate = load_table("climate")
    for parameter in (
        "heating_degree_days_k_day",
        "mean_air_degc",
        "ground_degc",
        "design_air_degc",
    ):
        regions = set(climate.loc[climate["parameter"] == parameter, "region"])
        assert {"", "FI", "DE", "GB", "IM", "SE", "IE", "US"} <= regions, parameter
    factors = load_table("emission_factors")
    grid = factors[
        (factors["name"] == "electricity") & (factors["parameter"] == "co2e_lifecycle_kg_per_kwh")
    ]
    assert set(climate["region"]) <= set(grid["region"])


def test_assumption_rejects_unknown_figures() -> None:
    with pytest.raises(TableError, match=r"nearest names: .*DN100"):
        assumption("pipes", "DN10O", "inner_diameter_mm")
    with pytest.raises(TableError, match="no table 'pipe'"):
        load_table("pipe")


def test_assumption_falls_back_to_the_general_row() -> None:
    assert assumption("climate", "normals", "ground_degc", "ZZ").region == ""
    assert assumption("climate", "normals", "ground_degc", "FI").region == "FI"
