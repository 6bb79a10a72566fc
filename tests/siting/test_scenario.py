"""The scenario: tables and model agree, and every wrong key, value and word is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import ValidationError

from heatreach.data import assumption, load_table, price_factor
from heatreach.siting.errors import InputError
from heatreach.siting.scenario import Cycle, Scenario, read_scenario, scenario_of
from heatreach.thermo import HeatPump, PhysicsRangeError

if TYPE_CHECKING:
    from pathlib import Path


def fields() -> dict[tuple[str, str], Any]:
    """Every key of the model with its default."""
    return {
        (section, key): default
        for section, keys in Scenario().model_dump().items()
        for key, default in keys.items()
    }


def refusal(given: dict[str, Any]) -> str:
    """Message of the refusal of nested values."""
    with pytest.raises(InputError) as caught:
        scenario_of(given, name="s.toml")
    return str(caught.value)


def test_docs_every_default_stands_in_a_table() -> None:
    numbers, words = load_table("scenario"), load_table("choices")
    keys = {*zip(numbers["name"], numbers["parameter"], strict=True)}
    keys |= {*zip(words["section"], words["key"], strict=True)}
    model = fields()
    by_country = {key for key, default in model.items() if default is None}
    assert keys == model.keys() - by_country
    assert all(
        key[0] in {"emissions", "economics"} for key in by_country - {("heat_pump", "module_kw")}
    )


def test_docs_defaults_are_those_of_the_tables() -> None:
    words = load_table("choices").set_index(["section", "key"])["default"]
    for (section, key), default in fields().items():
        if isinstance(default, str):
            assert default == words[section, key]
        elif default is not None:
            assert default == assumption("scenario", section, key).value


def test_docs_every_number_has_limits_in_the_registry() -> None:
    columns = load_table("columns")
    rows = columns[columns["table"] == "scenario"].set_index("column")
    numbers = {f"{s}.{k}" for (s, k), default in fields().items() if not isinstance(default, str)}
    assert set(rows.index) == numbers
    for (section, key), default in fields().items():
        if isinstance(default, float | int):
            row: Any = rows.loc[f"{section}.{key}"]
            figure = assumption("scenario", section, key)
            assert float(row["minimum"]) <= figure.low <= figure.high <= float(row["maximum"])
            assert isinstance(default, int if row["kind"] == "integer" else float)


def test_docs_allowed_words_are_those_of_the_model() -> None:
    words = load_table("choices")
    for row in words[words["allowed"] != ""].itertuples():
        for word in str(row.allowed).split():
            given = {str(row.section): {str(row.key): word}}
            if word == "transcritical":
                given["heat_pump"]["refrigerant"] = "R744"
            scenario_of(given, name="x")
        assert "known are" in refusal({str(row.section): {str(row.key): "###"}})


def test_file_changes_only_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('\ufeff[search]\nradius_m = 1500\n[place]\ncountry = "de"\n', encoding="utf-8")
    scenario = read_scenario(path)
    assert scenario.search.radius_m == 1500.0
    assert scenario.place.country == "DE"
    assert scenario.network == Scenario().network


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("search", "radius", 1500, "search.radius: is not a key of the scenario; did you mean"),
        ("network", "radius_m", 9, "did you mean 'radius_m' in section [search]?"),
        ("serch", "radius_m", 9, "serch: is not a key of the scenario; did you mean 'search'?"),
        ("search", "radius_m", 20, "20 is too small; Longest route from data centre"),
        ("search", "radius_m", 1e6, "is too large; Longest route"),
        ("search", "radius_m", 20, "between 50 and 20000 m"),
        ("search", "radius_m", "1500", "'1500' is no number"),
        ("search", "radius_m", True, "True is no number"),
        ("search", "radius_m", float("nan"), "nan is not finite"),
        ("network", "candidates", 2.5, "2.5 is no whole number"),
        ("network", "supply_degc", 200, "between 40 and 110 °C"),
        ("network", "paths", "yess", "'yess' is not known; did you mean 'yes'?"),
        ("network", "return_degc", 66, "66 is not colder than supply_degc (65 °C)"),
        ("heat_pump", "refrigerant", "r1234ze", "did you mean 'R1234ze(E)'?"),
        ("heat_pump", "cycle", "transcritical", "R1234ze(E) is not used above its critical point"),
        ("heat_pump", "cycle", "transcritical", "choose the cycle 'auto' or R744"),
        ("emissions", "grid_losses", "maybe", "'maybe' is not known; known are yes, no"),
        ("source", "cooling", "airhall", "did you mean 'air_hall'?"),
        ("source", "cooling", 3, "3 is no text"),
        ("emissions", "counterfactual", "gas", "did you mean 'gas_boiler'?"),
        ("emissions", "gwp_set", "AR7", "'AR7' is not known; did you mean"),
        ("ranking", "objective", "NPV", "did you mean 'npv'?"),
        ("ranking", "objective", "###", "known are npv, avoided_t_co2e"),
        ("economics", "money", "Euro", "is no currency with its price year"),
        ("economics", "money", "EUR 1850", "cannot be converted; known are EUR, GBP, USD"),
        ("economics", "money", "CHF 2024", "cannot be converted"),
        ("place", "country", "Finland", "is no country code; write the two letters"),
        ("place", "country", "UK", "did you mean 'GB'?"),
    ],
)
def test_scenario_rejects_wrong_keys_and_values(
    section: str, key: str, value: object, words: str
) -> None:
    message = refusal({section: {key: value}})
    assert message.startswith("1 problem in the inputs:\n  - s.toml, ")
    assert words in message


def test_scenario_rejects_all_at_once() -> None:
    message = refusal(
        {
            "radius_m": 3,
            "search": {"radius_m": 20},
            "network": {"supply_degc": 45, "return_degc": 50, "path": "no"},
            "economics": {"money": "EUR"},
            "ranking": 7,
        }
    )
    assert message.startswith("6 problems")
    assert "ranking: 7 is no section" in message
    assert "radius_m: is not a key of the scenario; did you mean 'radius_m' in section" in message


def test_scenario_rejects_pairs_in_code_too() -> None:
    with pytest.raises(ValidationError, match="not colder than supply"):
        Scenario(network={"supply_degc": 50, "return_degc": 50})  # type: ignore[arg-type]


def test_property_every_pair_accepted_is_one_the_engine_builds() -> None:
    """Each refrigerant with each cycle: the scenario refuses what `HeatPump` does, and no more."""
    refrigerants = sorted(set(load_table("refrigerants")["name"]))
    refused = 0
    for refrigerant in refrigerants:
        for cycle in get_args(Cycle):
            pair = {"refrigerant": refrigerant, "cycle": cycle}
            try:
                HeatPump.sized(1000.0, refrigerant, cycle)
            except PhysicsRangeError:
                refused += 1
                message = refusal({"heat_pump": pair})
                assert f"s.toml, heat_pump.cycle: {cycle!r} is refused: {refrigerant}" in message
            else:
                assert scenario_of({"heat_pump": pair}, name="x").heat_pump.cycle == cycle
    assert 0 < refused < len(refrigerants)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"radius_m 3", "is not TOML"),
        (b"[search]\nradius_m = 1\nradius_m = 2", "is not TOML"),
        ("[a]\nb = 'ä'".encode("latin-1"), "is not UTF-8 text"),
        ("[a]".encode("utf-16"), "is not UTF-8 text"),
    ],
)
def test_scenario_rejects_broken_files(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_scenario(path)


def test_scenario_rejects_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match="cannot be opened"):
            read_scenario(path)


def test_docs_every_money_accepted_converts_every_price_base() -> None:
    tables = [load_table(t) for t in ("energy_prices", "technology_costs", "pipe_costs")]
    bases = {base for table in tables for base in table["price_base"]} - {""}
    for money in ("EUR 2010", "GBP 2017", "USD 2025"):
        scenario_of({"economics": {"money": money}}, name="x")
        assert all(price_factor(base, money) > 0.0 for base in bases)
