"""Rules with their answers: hand-built data centres and projects, limits, days and places."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import load_table
from heatreach.siting.comply import ANSWERS, comply
from heatreach.siting.consumers.building_use import siting_rule
from heatreach.siting.reading.validate import read_table
from heatreach.siting.rules.cells import compliance_rules, rule_of
from heatreach.siting.rules.figures import Fact, rule_subjects
from heatreach.siting.rules.gates import figure_gates
from heatreach.siting.rules.places import jurisdictions
from heatreach.siting.rules.table import rule_figure_rows
from heatreach.siting.rules.words import amount, compared
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.siting.zoning.rules import anchor_mwh
from heatreach.thermo.refrigerant import refrigerant_names
from heatreach.thermo.refrigerants.refrigerant_rules import passes, refrigerant_rules

if TYPE_CHECKING:
    from heatreach.siting.rules.table import Rule

ROOT = Path(__file__).resolve().parent.parent.parent
NAN = float("nan")
MET, NOT_MET, APPLIES = "met", "not met", "applies"
FOR_AUTHORITY = "for the authority"
NO, UNKNOWN = "not applicable", "not known"
WOULD, WOULD_NOT, WOULD_APPLY = "would be met", "would not be met", "would apply"
RULES = {rule.rule: rule for rule in compliance_rules()}
SITE = {
    "id": "a",
    "it_load_kw": 2000.0,
    "utilisation": 0.7,
    "pue": 1.25,
    "source_degc": 30.0,
    "source_kw": 1300.0,
    "hypothetical": True,
}
PROJECT = {
    "project_id": "P-a",
    "site_id": "a",
    "status": "ok",
    "heat_mwh": 5000.0,
    "source_mwh": 4000.0,
    "erf": 0.26,
    "linear_heat_density_mwh_m": 3.2,
    "carbon_g_per_kwh": 64.0,
    "social_irr_share": 0.04,
    "grant": 1_000_000.0,
    "capex": 3_000_000.0,
    "heat_pump_kw": 900.0,
    "revenue_per_year": 400_000.0,
    "present_per_mwh": 100.0,
}
OFFICE = {
    "id": "c1",
    "use": "office",
    "sector": "non-residential",
    "uprn": "",
    "parent_uprn": "",
    "wet_system": "yes",
    "communal": "",
    "demand_source": "benchmark",
    "annual_heat_mwh": 600.0,
}


def study(year: int = 2028, **sections: dict[str, Any]) -> Scenario:
    """Scenario that begins operation in a year, in pounds."""
    money = {"first_year": year, "money": "GBP 2024"}
    economics = money | sections.pop("economics", {})
    return scenario_of({"economics": economics, **sections}, name="test")


def answers(
    cells: dict[str, Any] | None = None,
    *,
    country: str = "DE",
    scenario: Scenario | None = None,
    rules: tuple[Rule, ...] | None = None,
    consumers: list[dict[str, Any]] | None = None,
) -> pd.DataFrame:
    """Answers for one data centre and its project; cells go to whichever has the column."""
    given = cells or {}
    site = SITE | {key: value for key, value in given.items() if key not in PROJECT}
    project = PROJECT | {key: value for key, value in given.items() if key in PROJECT}
    people = None if consumers is None else pd.DataFrame(consumers)
    joined = None if people is None else pd.DataFrame({"consumer_id": people["id"]})
    table = comply(
        pd.DataFrame([project]),
        pd.DataFrame([site]),
        scenario or study(),
        country=country,
        rules=rules,
        connections=None if joined is None else joined.assign(project_id="P-a"),
        consumers=people,
    )
    return table.set_index("rule")


def answer(rule: str, cells: dict[str, Any] | None = None, **how: Any) -> str:
    """Answer of one rule."""
    return str(answers(cells, rules=(RULES[rule],), **how).loc[rule, "answer"])


def consumers(*heats: float, **cells: Any) -> list[dict[str, Any]]:
    """Offices with these heats."""
    return [
        OFFICE | {"id": f"c{number}", "annual_heat_mwh": heat} | cells
        for number, heat in enumerate(heats)
    ]


OLD = {"hypothetical": False}
# Rule, country, cells, first year, answer: each limit met at the limit itself or missed by a hair.
CASES: list[tuple[str, str, dict[str, Any], int, str]] = [
    *[
        (rule, country, cells, year, word)
        for rule in ("eu_eed_12_publish", "eu_2024_1364_report")
        for country, cells, year, word in [
            ("FI", {"it_load_kw": 500.0}, 2028, APPLIES),
            ("DE", {"it_load_kw": 499.999}, 2028, NO),
            ("GB", {}, 2028, NO),
            ("", {}, 2028, UNKNOWN),
        ]
    ],
    ("eu_eed_26_6_waste_heat", "SE", {"it_load_kw": 800.1}, 2028, FOR_AUTHORITY),
    ("eu_eed_26_6_waste_heat", "SE", {"it_load_kw": 800.0}, 2028, NO),
    ("eu_eed_26_6_waste_heat", "SE", {"source_mwh": 0.0}, 2028, UNKNOWN),
    ("eu_eed_26_6_waste_heat", "SE", {"status": "no_demand"}, 2028, UNKNOWN),
    ("eu_eed_26_6_waste_heat", "SE", {"it_load_kw": 900.0, "pue": NAN}, 2028, UNKNOWN),
    ("eu_eed_26_6_waste_heat", "SE", {"it_load_kw": 1000.1, "pue": NAN}, 2028, FOR_AUTHORITY),
    ("eu_eed_26_6_waste_heat", "NO", {}, 2028, NO),
    ("de_enefg_11_erf_10", "DE", {"erf": 0.1}, 2027, MET),
    ("de_enefg_11_erf_10", "DE", {"erf": 0.0999999}, 2027, NOT_MET),
    ("de_enefg_11_erf_10", "DE", {"erf": NAN}, 2027, UNKNOWN),
    ("de_enefg_11_erf_10", "DE", {}, 2028, NO),
    ("de_enefg_11_erf_15", "DE", {"erf": 0.15}, 2028, MET),
    ("de_enefg_11_erf_15", "DE", {"erf": 0.1499999}, 2028, NOT_MET),
    ("de_enefg_11_erf_15", "DE", {"erf": NAN, "pue": NAN}, 2028, UNKNOWN),
    ("de_enefg_11_erf_15", "DE", {"it_load_kw": 239.9}, 2028, NO),
    ("de_enefg_11_erf_15", "DE", {"it_load_kw": 240.0}, 2028, MET),
    ("de_enefg_11_erf_20", "DE", {"erf": 0.2}, 2029, MET),
    ("de_enefg_11_erf_20", "DE", {"erf": 0.1999999}, 2029, NOT_MET),
    ("de_enefg_11_erf_20", "DE", {"erf": NAN}, 2029, UNKNOWN),
    ("de_enefg_11_erf_20", "AT", {}, 2029, NO),
    ("de_enefg_11_pue_new", "DE", {"pue": 1.2}, 2028, MET),
    ("de_enefg_11_pue_new", "DE", {"pue": 1.2000001}, 2028, NOT_MET),
    ("de_enefg_11_pue_new", "DE", {"pue": NAN}, 2028, UNKNOWN),
    ("de_enefg_11_pue_new", "DE", OLD, 2028, NO),
    ("de_enefg_11_pue_2027", "DE", OLD | {"pue": 1.5}, 2028, MET),
    ("de_enefg_11_pue_2027", "DE", OLD | {"pue": 1.5000001}, 2028, NOT_MET),
    ("de_enefg_11_pue_2027", "DE", OLD | {"pue": NAN}, 2028, UNKNOWN),
    ("de_enefg_11_pue_2027", "DE", OLD, 2031, NO),
    ("de_enefg_11_pue_2027", "DE", OLD, 2027, NO),
    ("de_enefg_11_pue_2030", "DE", OLD | {"pue": 1.3}, 2031, MET),
    ("de_enefg_11_pue_2030", "DE", OLD | {"pue": 1.3000001}, 2031, NOT_MET),
    ("de_enefg_11_pue_2030", "DE", OLD | {"pue": NAN}, 2031, UNKNOWN),
    ("de_enefg_11_pue_2030", "DE", OLD | {"pue": 1.2}, 2030, NO),
    ("de_enefg_11_renewable_2024", "DE", {"renewable_share": 0.5}, 2026, MET),
    ("de_enefg_11_renewable_2024", "DE", {"renewable_share": 0.4999999}, 2026, NOT_MET),
    ("de_enefg_11_renewable_2024", "DE", {}, 2026, UNKNOWN),
    ("de_enefg_11_renewable_2024", "DE", {"renewable_share": 0.5}, 2027, NO),
    ("de_enefg_11_renewable_2027", "DE", {"renewable_share": 1.0}, 2027, MET),
    ("de_enefg_11_renewable_2027", "DE", {"renewable_share": 0.9999999}, 2027, NOT_MET),
    ("de_enefg_11_renewable_2027", "DE", {}, 2027, UNKNOWN),
    ("de_enefg_11_renewable_2027", "DE", {}, 2026, NO),
    ("de_enefg_17_register", "DE", {"source_kw": 800.0 / 8.76}, 2028, APPLIES),
    ("de_enefg_17_register", "DE", {"source_kw": 799.9 / 8.76}, 2028, NO),
    ("de_enefg_17_register", "DE", {"source_degc": 25.0}, 2028, APPLIES),
    ("de_enefg_17_register", "DE", {"source_degc": 24.9}, 2028, NO),
    ("de_enefg_17_register", "DE", {"it_load_kw": 320.0}, 2028, UNKNOWN),
    ("gb_zoning_source", "GB", {}, 2028, WOULD_APPLY),
    ("gb_zoning_source", "GB-SCT", {}, 2028, NO),
    ("gb_zoning_source", "", {}, 2028, UNKNOWN),
    ("gb_pilot_density", "GB", {"linear_heat_density_mwh_m": 4.0}, 2028, MET),
    ("gb_pilot_density", "GB", {"linear_heat_density_mwh_m": 3.999}, 2028, NOT_MET),
    ("gb_pilot_density", "GB", {"linear_heat_density_mwh_m": NAN}, 2028, UNKNOWN),
    ("gb_pilot_density", "FI", {}, 2028, NO),
    ("gb_ghnf_carbon", "GB", {"carbon_g_per_kwh": 100.0}, 2028, MET),
    ("gb_ghnf_carbon", "GB-ENG", {"carbon_g_per_kwh": 100.001}, 2028, NOT_MET),
    ("gb_ghnf_carbon", "GB", {"carbon_g_per_kwh": NAN}, 2028, UNKNOWN),
    ("gb_ghnf_carbon", "IM", {}, 2028, NO),
    ("gb_ghnf_grant_share", "GB", {"grant": 1_499_999.0}, 2028, MET),
    ("gb_ghnf_grant_share", "GB", {"grant": 1_500_000.0}, 2028, NOT_MET),
    ("gb_ghnf_grant_share", "GB", {"grant": NAN}, 2028, UNKNOWN),
    ("gb_ghnf_grant_share", "GB", {"grant": 0.0}, 2028, NO),
    # 45 pounds on each of 15 · 1,000 MWh.
    ("gb_ghnf_grant_heat", "GB", {"grant": 675_000.0, "heat_mwh": 1000.0}, 2028, MET),
    ("gb_ghnf_grant_heat", "GB", {"grant": 675_001.0, "heat_mwh": 1000.0}, 2028, NOT_MET),
    ("gb_ghnf_grant_heat", "GB", {"heat_mwh": NAN}, 2028, UNKNOWN),
    ("gb_ghnf_grant_heat", "GB", {"grant": 0.0}, 2028, NO),
    ("gb_ghnf_social_irr", "GB", {"social_irr_share": 0.035}, 2028, WOULD),
    ("gb_ghnf_social_irr", "GB", {"social_irr_share": 0.0349}, 2028, WOULD_NOT),
    ("gb_ghnf_social_irr", "GB", {"social_irr_share": NAN}, 2028, UNKNOWN),
    ("gb_ghnf_social_irr", "IE", {}, 2028, NO),
    ("gb_ghnf_heat", "GB", {"heat_mwh": 2000.0}, 2028, WOULD),
    ("gb_ghnf_heat", "GB", {"heat_mwh": 1999.9}, 2028, WOULD_NOT),
    ("gb_ghnf_heat", "GB", {"heat_mwh": NAN}, 2028, UNKNOWN),
    ("gb_ghnf_heat", "US", {}, 2028, NO),
    ("fr_fonds_chaleur_density", "FR", {"linear_heat_density_mwh_m": 1.5}, 2028, MET),
    ("fr_fonds_chaleur_density", "FR", {"linear_heat_density_mwh_m": 1.49}, 2028, NOT_MET),
    ("fr_fonds_chaleur_density", "FR", {"status": "infeasible"}, 2028, UNKNOWN),
    ("fr_fonds_chaleur_density", "DE", {}, 2028, NO),
    ("us_ca_140_9_heat_recovery", "US", {}, 2028, UNKNOWN),
    # 400,000 for 5,000 MWh are 80 per MWh.
    ("gb_ghnf_no_detriment", "GB", {"present_per_mwh": 80.0}, 2028, WOULD),
    ("gb_ghnf_no_detriment", "GB", {"present_per_mwh": 79.9999}, 2028, WOULD_NOT),
    ("gb_ghnf_no_detriment", "GB", {"present_per_mwh": NAN}, 2028, UNKNOWN),
    ("gb_ghnf_no_detriment", "GB", {"revenue_per_year": NAN}, 2028, UNKNOWN),
    ("gb_ghnf_no_detriment", "GB", {"status": "no_demand"}, 2028, UNKNOWN),
    ("gb_ghnf_no_detriment", "GB-SCT", {}, 2028, NO),
    ("us_ca_140_9_heat_recovery", "US-CA", {"it_load_kw": 50.1}, 2028, UNKNOWN),
    ("us_ca_140_9_heat_recovery", "US-CA", {"it_load_kw": 50.0}, 2028, NO),
    ("us_ca_140_9_heat_recovery", "MX", {}, 2028, NO),
]


@pytest.mark.parametrize(("rule", "country", "cells", "year", "word"), CASES)
def test_golden_answer_at_the_limit(
    rule: str, country: str, cells: dict[str, Any], year: int, word: str
) -> None:
    assert answer(rule, cells, country=country, scenario=study(year)) == word


# Consumers need a list; refrigerants a scenario.
CONSUMER_CASES = [
    ("gb_zoning_building", "GB", consumers(100.1), WOULD_APPLY),
    ("gb_zoning_building", "GB", consumers(100.0), NO),
    ("gb_zoning_building", "GB", consumers(900.0, wet_system="no"), NO),
    ("gb_zoning_building", "GB", consumers(900.0, wet_system=""), UNKNOWN),
    ("gb_zoning_building", "GB", consumers(900.0, sector="residential", use="flats"), NO),
    ("gb_zoning_building", "GB", None, UNKNOWN),
    ("gb_scotland_anchors", "GB", consumers(500.0, 500.0), MET),
    ("gb_scotland_anchors", "GB-SCT", consumers(500.0, 499.9), NOT_MET),
    ("gb_scotland_anchors", "GB", None, UNKNOWN),
    ("gb_scotland_anchors", "GB-ENG", consumers(500.0, 500.0), NO),
]
GWP_CASES = [
    ("us_aim_data_centres", "US", "R513A", 900.0, 2027, MET),
    ("us_aim_data_centres", "US", "R134a", 900.0, 2027, NOT_MET),
    ("us_aim_data_centres", "US", "R134a", 900.0, 2026, NO),
    ("us_aim_data_centres", "US", "R134a", NAN, 2027, UNKNOWN),
    ("us_aim_data_centres", "US", "R134a", 0.0, 2027, NO),
    ("us_aim_chillers", "US", "R134a", 900.0, 2027, NO),
    ("us_aim_chillers", "US", "R134a", NAN, 2027, UNKNOWN),
    ("us_aim_heat_pumps", "US", "R134a", 900.0, 2027, NO),
    ("us_aim_heat_pumps", "US", "R134a", NAN, 2027, UNKNOWN),
    ("us_aim_process_chillers", "US", "R134a", 900.0, 2027, NO),
    ("us_aim_process_chillers", "US", "R134a", NAN, 2027, UNKNOWN),
    ("eu_self_contained_to_12_kw_2027", "FI", "R290", 12.0, 2027, MET),
    ("eu_self_contained_to_12_kw_2027", "FI", "R32", 12.0, 2027, NOT_MET),
    ("eu_self_contained_to_12_kw_2027", "FI", "R32", 12.1, 2027, NO),
    ("eu_self_contained_to_12_kw_2027", "FI", "R32", NAN, 2027, UNKNOWN),
    ("eu_self_contained_to_12_kw_2032", "FI", "R290", 12.0, 2032, MET),
    ("eu_self_contained_to_12_kw_2032", "FI", "R1234ze(E)", 12.0, 2032, NOT_MET),
    ("eu_self_contained_to_12_kw_2032", "FI", "R1234ze(E)", 12.0, 2031, NO),
    ("eu_self_contained_to_12_kw_2032", "FI", "R1234ze(E)", NAN, 2032, UNKNOWN),
    ("eu_self_contained_12_to_50_kw", "FI", "R1234ze(E)", 50.0, 2027, MET),
    ("eu_self_contained_12_to_50_kw", "FI", "R32", 12.1, 2027, NOT_MET),
    ("eu_self_contained_12_to_50_kw", "FI", "R32", 50.1, 2027, NO),
    ("eu_self_contained_12_to_50_kw", "FI", "R32", 12.0, 2027, NO),
    ("eu_self_contained_12_to_50_kw", "FI", "R32", NAN, 2027, UNKNOWN),
    ("eu_self_contained_above_50_kw", "FI", "R717", 50.1, 2030, WOULD),
    ("eu_self_contained_above_50_kw", "FI", "R32", 50.1, 2030, WOULD_NOT),
    ("eu_self_contained_above_50_kw", "FI", "R32", 50.0, 2030, NO),
    ("eu_self_contained_above_50_kw", "FI", "R32", NAN, 2030, UNKNOWN),
    *[
        (rule, "FI", "R32", size, 2033, word)
        for rule in (
            "eu_chillers_to_12_kw_2027",
            "eu_chillers_to_12_kw_2032",
            "eu_chillers_above_12_kw",
            "eu_split_above_12_kw_2029",
            "eu_split_above_12_kw_2033",
        )
        for size, word in ((900.0, NO), (NAN, UNKNOWN))
    ],
]
# Answers that no study can have: its machines are no chillers, and it knows no building's own heat.
NEVER = {
    rule: {MET, NOT_MET, WOULD, WOULD_NOT, WOULD_APPLY}
    for rule in RULES
    if re.match(r"eu_chillers|eu_split|us_aim_(chill|heat|process)|us_ca", rule)
}


@pytest.mark.parametrize(("rule", "country", "people", "word"), CONSUMER_CASES)
def test_golden_answer_by_consumers(
    rule: str, country: str, people: list[dict[str, Any]] | None, word: str
) -> None:
    assert answer(rule, country=country, consumers=people) == word


@pytest.mark.parametrize(("rule", "country", "fluid", "size", "year", "word"), GWP_CASES)
def test_golden_answer_by_refrigerant(
    rule: str, country: str, fluid: str, size: float, year: int, word: str
) -> None:
    scenario = study(year, heat_pump={"refrigerant": fluid})
    assert answer(rule, {"heat_pump_kw": size}, country=country, scenario=scenario) == word


@pytest.mark.parametrize("rule", list(RULES))
def test_docs_every_rule_has_a_case_of_every_answer(rule: str) -> None:
    shown = {case[-1] for case in (*CASES, *CONSUMER_CASES, *GWP_CASES) if case[0] == rule}
    row = RULES[rule]
    limit = {WOULD, WOULD_NOT} if row.conditional else {MET, NOT_MET}
    limit = {FOR_AUTHORITY} if row.kind == "either" else limit
    duty = {WOULD_APPLY} if row.conditional else {APPLIES}
    asked = (duty if row.kind == "duty" else limit) | {NO, UNKNOWN}
    assert asked - NEVER.get(rule, set()) <= shown
    assert shown <= asked


@pytest.mark.parametrize("rule", sorted(refrigerant_rules().dropna(subset="gwp_below").index))
def test_golden_refrigerants_pass_as_thermo_says(rule: str) -> None:
    """The other room reads the same rows by its own way; every refrigerant, the same verdict."""
    row = RULES[rule]
    free = rule_of(
        {
            "rule": "free",
            "title": row.title,
            "figure": row.figure,
            "comparison": row.comparison,
            "threshold": repr(row.threshold),
            "status": "law",
        }
    )[0]
    assert free is not None
    for fluid in refrigerant_names():
        scenario = study(heat_pump={"refrigerant": fluid, "cycle": "auto"})
        word = answers(scenario=scenario, rules=(free,)).loc["free", "answer"]
        assert word == (MET if passes(fluid, rule) else NOT_MET), fluid


@pytest.mark.parametrize(
    ("cells", "year", "steps"),
    [
        ({}, 2026, {}),
        ({}, 2027, {"10": MET}),
        ({}, 2028, {"15": MET}),
        ({}, 2029, {"20": MET}),
        (OLD, 2029, {}),
        (OLD | {"opened_year": 2025.0}, 2029, {}),
        (OLD | {"opened_year": 2027.0}, 2029, {"10": UNKNOWN, "15": UNKNOWN}),
        (OLD | {"opened_year": 2030.0}, 2031, {"20": MET}),
        ({"opened_year": 2026.0}, 2029, {"10": UNKNOWN}),
    ],
)
def test_golden_german_steps_by_opening(
    cells: dict[str, Any], year: int, steps: dict[str, str]
) -> None:
    """Section 11(2): 10 % from 1 July 2026, 15 % from 1 July 2027, 20 % from 1 July 2028."""
    found = answers(cells, scenario=study(year))["answer"]
    for step in ("10", "15", "20"):
        assert found[f"de_enefg_11_erf_{step}"] == steps.get(step, NO), step


@pytest.mark.parametrize(
    ("days", "word"),
    [
        ({"in_force_from": "2028-01-01"}, MET),
        ({"in_force_from": "2028-01-02"}, NO),
        ({"in_force_to": "2028-01-01"}, NO),
        ({"in_force_to": "2028-01-02"}, MET),
        ({"opened_from": "2028-01-01"}, MET),
        ({"opened_from": "2028-01-02"}, NO),
        ({"opened_to": "2028-01-01"}, NO),
        ({"opened_to": "2028-01-02"}, MET),
    ],
)
def test_golden_first_days_count_and_last_do_not(days: dict[str, str], word: str) -> None:
    """Study and data centre begin on 1 January 2028."""
    cells = {"rule": "own", "title": "own", "figure": "pue", "comparison": "at_most"}
    rule, wrong = rule_of(cells | {"threshold": "1.25", "status": "law"} | days)
    assert rule is not None, wrong
    assert answers(rules=(rule,)).loc["own", "answer"] == word


def test_golden_reasons_are_sentences_with_figure_and_limit() -> None:
    reasons = answers()["reason"]
    assert reasons["de_enefg_11_pue_new"] == "The PUE is 1.25, above 1.2."
    assert reasons["de_enefg_11_erf_15"] == "The energy reuse factor is 26 %, at least 15 %."
    assert reasons["eu_eed_12_publish"] == (
        "The installed IT load is 2,000 kW, at least 500 kW, so the duty applies."
    )
    assert reasons["gb_ghnf_carbon"] == "It holds in England, and the study is in Germany."
    late = answers(OLD)["reason"]["de_enefg_11_pue_2030"]
    assert late == (
        "It holds from 1 July 2030 on, and operation begins on 1 January 2028; then the PUE is"
        " 1.25, at most 1.3."
    )
    missed = answers({"erf": 0.1})["reason"]["de_enefg_11_erf_15"]
    assert "10 %, below 15 %; relief is possible" in missed
    assert "if the place is in England" in answers(country="GB")["reason"]["gb_ghnf_carbon"]
    assert "if the place" not in answers(country="GB-ENG")["reason"]["gb_ghnf_carbon"]
    assert "a draft, not law" in answers(country="GB")["reason"]["gb_zoning_source"]
    assert "is taken to be older" in answers(OLD)["reason"]["de_enefg_11_pue_2027"]


def test_golden_what_is_not_met_may_be_met_otherwise() -> None:
    row = answers({"source_mwh": 0.0}).loc["eu_eed_26_6_waste_heat"]
    assert (row["answer"], row["value"]) == (UNKNOWN, 0.0)
    assert "0 MWh a year, and some is asked; then a cost-benefit analysis must" in row["reason"]


def test_golden_use_of_some_waste_heat_is_not_called_enough() -> None:
    """4,000 of 1,300 kW · 8.76 h = 11,388 MWh are 35 %; any share reads the same way."""
    end = "heat is used, and whether that is enough is for the authority."
    row = answers().loc["eu_eed_26_6_waste_heat"]
    assert row["answer"] == FOR_AUTHORITY
    assert row["reason"] == (
        "The waste heat that the project uses is 4,000 MWh a year (35 % of what the data centre"
        f" has); {end}"
    )
    crumb = str(answers({"source_mwh": 1.0}).loc["eu_eed_26_6_waste_heat", "reason"])
    assert "1 MWh a year (less than 1 % of what the data centre has); " + end in crumb
    assert "counts" not in crumb
    unknown = answers({"source_mwh": 1.0, "source_kw": NAN}).loc["eu_eed_26_6_waste_heat"]
    assert "%" not in str(unknown["reason"])
    missing = answers({"source_mwh": NAN}).loc["eu_eed_26_6_waste_heat"]
    assert missing["answer"] == UNKNOWN
    assert "counts" not in str(missing["reason"])


def test_golden_consumers_who_pay_more_are_told() -> None:
    """400,000 for 5,000 MWh are 80 per MWh: 80 % of 100, and 160 % of 50."""
    better, worse = (
        answers({"present_per_mwh": today}, country="GB-ENG").loc["gb_ghnf_no_detriment"]
        for today in (100.0, 50.0)
    )
    assert (better["answer"], worse["answer"]) == (WOULD, WOULD_NOT)
    assert better["reason"].startswith(
        "The price of heat to consumers over what it costs them today is 80 %, at most 100 %; "
    )
    assert "is 160 %, above 100 %; then consumers lose by joining unless" in worse["reason"]
    assert "not checked against the rule itself" in worse["reason"]


def test_golden_the_price_of_today_is_no_detriment() -> None:
    """What rounding adds to a sum makes no price dearer: 0.1 + 0.2 > 0.3."""
    cells = {"revenue_per_year": 0.1 + 0.2, "heat_mwh": 3.0, "present_per_mwh": 0.1}
    assert cells["revenue_per_year"] / 0.3 > 1.0
    assert answer("gb_ghnf_no_detriment", cells, country="GB") == WOULD


def test_golden_rates_of_return_are_asked_in_real_terms() -> None:
    """A real rate of 3.5 % is 1.035 · 1.02 − 1 = 5.57 % in money of the day."""
    words = {"basis": "nominal", "inflation_share": 0.02}
    for rate, word in ((0.0558, WOULD), (0.0556, WOULD_NOT)):
        cells = {"social_irr_share": rate}
        scenario = study(economics=words)
        assert answer("gb_ghnf_social_irr", cells, country="GB", scenario=scenario) == word


def test_golden_columns_of_sites_that_only_rules_ask(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    text = "id,lat,lon,it_load_kw,opened_year,renewable_share\na,50.1,8.6,500,2025,0.5\n"
    path.write_text(text, encoding="utf-8")
    frame = read_table(path, table="sites").frame
    site = frame.drop(columns="geometry").iloc[0].to_dict() | {"hypothetical": False}
    found = rule_subjects(pd.DataFrame([PROJECT]), pd.DataFrame([site]), study())[0]
    assert found.opened == (date(2025, 1, 1), date(2025, 12, 31))
    assert found.facts["renewable_share"] == Fact(0.5, 0.5)


def test_golden_required_consumers_are_counted_with_their_heat() -> None:
    people = [
        *consumers(300.0, 200.0, 50.0),
        OFFICE | {"id": "x", "annual_heat_mwh": 400.0, "wet_system": ""},
        OFFICE | {"id": "h", "annual_heat_mwh": 20.0, "use": "home", "sector": "residential"},
    ]
    row = answers(country="GB", consumers=people).loc["gb_zoning_building"]
    assert row["answer"] == WOULD_APPLY
    assert np.isnan(row["value"])
    assert "is 2 to 3" in row["reason"]
    assert "2 with 500 MWh a year of 5 connected and 970 MWh a year" in row["reason"]
    assert "1 with 400 MWh a year of which use or heating system is not known" in row["reason"]


def test_golden_a_machine_counts_by_its_modules() -> None:
    scenario = study(2027, heat_pump={"refrigerant": "R32", "module_kw": 50.0})
    rule = "eu_self_contained_12_to_50_kw"
    assert answer(rule, country="FI", scenario=scenario) == NOT_MET
    assert answer(rule, country="FI", scenario=study(2027)) == NO


def test_golden_grant_over_heat_in_other_money() -> None:
    """1 euro of 2024 is 0.84662 pounds (mean rate of the European Central Bank)."""
    rule = (RULES["gb_ghnf_grant_heat"],)
    scenario = study(economics={"money": "EUR 2024"})
    row = answers(country="GB", scenario=scenario, rules=rule).loc["gb_ghnf_grant_heat"]
    assert row["value"] == pytest.approx(1e6 / (15 * 5000) * 0.84662, rel=1e-5)


def test_golden_california_is_never_law() -> None:
    row = RULES["us_ca_140_9_heat_recovery"]
    assert row.status == "unverified"
    assert row.conditional
    said = answers(country="US-CA").loc[row.rule]
    assert said["answer"] not in (MET, NOT_MET, APPLIES)
    assert "never to be read as law" in said["reason"]
    units: pint.UnitRegistry[float] = pint.UnitRegistry()
    assert row.threshold == pytest.approx(
        units.Quantity(200_000, "Btu/hour").to("kW").magnitude, abs=0.05
    )


def test_golden_shapes_and_order_of_the_table() -> None:
    sites = pd.DataFrame([SITE | {"id": name} for name in ("b", "a")])
    projects = pd.DataFrame(
        [PROJECT | {"project_id": f"P-{name}", "site_id": name} for name in ("b", "a")]
    )
    table = comply(projects, sites, study(), country="DE")
    columns = load_table("columns")
    named = columns.loc[columns["table"] == "compliance", "column"].tolist()
    assert table.columns.tolist() == named
    other = (table["answer"] == NO).to_numpy()
    assert other.tolist() == sorted(other)
    for part in (table[~other], table[other]):
        of_a = part.loc[part["subject_id"] == "a", "rule"].tolist()
        assert of_a == [name for name in RULES if name in of_a]
        assert list(dict.fromkeys(part["subject_id"])) == ["a", "b", "P-a", "P-b"]
    assert set(table["project_id"]) == {"P-a", "P-b"}
    assert table["answer"].isin(ANSWERS).all()
    again = comply(projects[::-1], sites[::-1], study(), country="DE")
    pd.testing.assert_frame_equal(table, again)
    assert comply(projects[:0], sites[:0], study(), country="DE").columns.tolist() == named


def test_property_inputs_are_not_changed() -> None:
    sites, projects = pd.DataFrame([SITE]), pd.DataFrame([PROJECT])
    comply(projects, sites, study(), country="GB")
    pd.testing.assert_frame_equal(sites, pd.DataFrame([SITE]))
    pd.testing.assert_frame_equal(projects, pd.DataFrame([PROJECT]))


FIGURES = {
    "erf": (0.0, 1.0),
    "linear_heat_density_mwh_m": (0.0, 30.0),
    "carbon_g_per_kwh": (0.0, 300.0),
    "social_irr_share": (-0.1, 0.3),
    "heat_mwh": (1.0, 1e5),
}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_property_answers_are_monotone_in_the_figure(data: st.DataObject) -> None:
    figure = data.draw(st.sampled_from(sorted(FIGURES)))
    comparison = data.draw(st.sampled_from(["at_least", "at_most", "above", "below"]))
    limit, *values = data.draw(
        st.lists(st.floats(*FIGURES[figure]), min_size=3, max_size=3)
        if data.draw(st.booleans())
        else st.floats(*FIGURES[figure]).map(lambda value: [value, value, value])
    )
    rule, wrong = rule_of(
        {
            "rule": "made",
            "title": "made",
            "figure": figure,
            "comparison": comparison,
            "threshold": repr(limit),
            "status": "law",
        }
    )
    assert rule is not None, wrong
    met = [
        answers({figure: value}, rules=(rule,)).loc["made", "answer"] == MET
        for value in sorted(values)
    ]
    rising = comparison in ("at_least", "above")
    assert met == sorted(met, reverse=not rising)
    at_limit = answers({figure: limit}, rules=(rule,)).loc["made", "answer"] == MET
    assert at_limit == (comparison in ("at_least", "at_most"))


@settings(max_examples=60, deadline=None)
@given(load=st.floats(1.0, 5000.0), pue=st.floats(1.0, 3.0), heat=st.booleans())
def test_property_a_bound_that_decides_is_right_for_every_pue(
    load: float, pue: float, heat: bool
) -> None:
    cells = {"it_load_kw": load, "source_mwh": 10.0 if heat else 0.0}
    names = tuple(RULES[name] for name in ("eu_eed_26_6_waste_heat", "de_enefg_17_register"))
    unsure = answers(cells | {"pue": NAN}, rules=names)["answer"]
    sure = answers(cells | {"pue": pue}, rules=names)["answer"]
    for name in unsure.index:
        assert unsure[name] in (UNKNOWN, sure[name])


@settings(max_examples=100, deadline=None)
@given(limit=st.floats(0.01, 0.99), off=st.floats(1e-12, 1e-3))
def test_property_a_miss_never_reads_like_the_limit(limit: float, off: float) -> None:
    value = limit * (1.0 - off)
    assert amount(value, "erf", beside=limit) != amount(limit, "erf", beside=value)
    assert amount(limit, "erf") == amount(limit, "erf", beside=limit)


def test_golden_bounds_are_said() -> None:
    rule = RULES["de_enefg_17_register"]
    assert "or more" in compared(rule, Fact(900.0, float("inf")), passes=True)
    assert "900 MWh a year to 1,000 MWh a year, at" in compared(
        rule, Fact(900.0, 1000.0), passes=True
    )


def test_golden_gates_are_rules_that_figures_decide() -> None:
    gates = figure_gates("GB", study()).set_index("gate")
    assert gates.index.tolist() == ["gb_ghnf_carbon", "gb_ghnf_social_irr", "gb_ghnf_heat"]
    assert gates.loc["gb_ghnf_carbon", "figure"] == "carbon_g_per_kwh"
    assert gates["conditional"].tolist() == [False, True, True]
    assert figure_gates("", study()).empty
    anywhere, _ = rule_of(
        {
            "rule": "own",
            "title": "own",
            "figure": "heat_mwh",
            "comparison": "above",
            "threshold": "1",
            "status": "guidance",
            "in_force_from": "2030-01-01",
        }
    )
    assert anywhere is not None
    assert figure_gates("JP", study(2029), rules=[anywhere]).empty
    assert figure_gates("JP", study(2030), rules=[anywhere])["gate"].tolist() == ["own"]


def test_golden_subjects_know_what_rules_ask() -> None:
    """1,300 kW · 8.76 h = 11,388 MWh; 2,000 kW · 1.25 = 2,500 kW; times 0.7 · 8.76 h."""
    site, project = rule_subjects(pd.DataFrame([PROJECT]), pd.DataFrame([SITE]), study())
    assert site.facts["waste_heat_mwh"].low == pytest.approx(11_388.0)
    assert site.facts["rated_input_kw"] == Fact(2500.0, 2500.0)
    assert site.facts["company_energy_mwh"].low == pytest.approx(15_330.0)
    assert project.facts["rated_input_kw"] == site.facts["rated_input_kw"]
    assert project.facts["grant_capex_share"].low == pytest.approx(1 / 3)
    known = {name for name, row in rule_figure_rows().items() if row["subject"] == "site"}
    assert set(site.facts) == known - {"own_heating_kw"}


def test_docs_rows_that_rest_on_others_name_their_source() -> None:
    table = load_table("compliance_rules")
    for row in table[table["based_on"] != ""].to_dict("records"):
        where, name = row["based_on"].split("/")
        assert load_table(where).set_index("name").loc[name, "source"] == row["source"]


def test_docs_every_refrigerant_rule_is_asked() -> None:
    limited = refrigerant_rules()
    limited = limited[limited["gwp_below"].notna() | (limited["fluorinated"] == "banned")]
    assert set(limited.index) <= set(RULES)
    for name, row in limited.iterrows():
        rule = RULES[str(name)]
        banned = row["fluorinated"] == "banned"
        assert rule.figure == ("fluorinated" if banned else f"gwp_{row['gwp_set'].lower()}")
        assert rule.threshold == (0.0 if banned else row["gwp_below"])
        assert str(rule.in_force_from) == str(row["from_date"].date())
        assert (rule.reading == "unverified") == (row["status"] == "unverified")
        assert rule.jurisdiction == (row["jurisdiction"],)


def test_docs_figures_in_words_are_those_of_the_tables() -> None:
    assert f"above {siting_rule('required', 'heat_min_mwh'):.0f} MWh" in (
        RULES["gb_zoning_building"].title
    )
    assert f"from {anchor_mwh():.0f} MWh" in RULES["gb_scotland_anchors"].note
    years = siting_rule("compliance", "grant_counted_years")
    assert f"{years:.0f} years" in RULES["gb_ghnf_grant_heat"].title
    # 4.5 pence per kWh.
    assert RULES["gb_ghnf_grant_heat"].threshold == pytest.approx(4.5 / 100 * 1000)
    members = [code for code, (_, part) in jurisdictions().items() if part == "EU"]
    assert len(members) == len(set(members)) == 27


def test_docs_units_of_figures_parse() -> None:
    units: pint.UnitRegistry[float] = pint.UnitRegistry()
    units.define("GBP = [money]")
    for name, row in rule_figure_rows().items():
        assert row["subject"] in ("site", "project"), name
        units.parse_units(row["unit"])
        assert row["words"], name
        assert row["needs"], name


def test_docs_every_rule_says_when_and_where_it_was_read() -> None:
    for rule in RULES.values():
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", rule.checked_on), rule.rule
        assert rule.source, rule.rule
        assert rule.locator, rule.rule
        assert set(rule.jurisdiction) <= set(jurisdictions()), rule.rule


def test_docs_page_lists_the_rules_as_they_are() -> None:
    page = (ROOT / "docs" / "compliance.md").read_text(encoding="utf-8")
    listed = re.findall(
        r"^\| `(\w+)` \| (.*?) \| (\w+) \| (.*?) \| (.*?) \| (.*?) \| (\w+) \| ([\w ]+) \|$",
        page,
        re.M,
    )
    assert [row[0] for row in listed] == list(RULES)
    for (_, where, kind, asks, also, days, status, read), rule in zip(
        listed, RULES.values(), strict=True
    ):
        assert (where, kind, status) == (" ".join(rule.jurisdiction), rule.kind, rule.status)
        assert read == rule.reading.replace("_", " ")
        limit = amount(rule.threshold, rule.figure)
        words = rule_figure_rows()[rule.figure]["words"]
        assert asks == f"{words} {rule.comparison.replace('_', ' ')} {limit}"
        only = [condition for condition in also.split("; ") if condition]
        assert len(only) == len(rule.applies_if)
        for text, condition in zip(only, rule.applies_if, strict=True):
            assert text.startswith(rule_figure_rows()[condition.figure]["words"])
            limit = amount(condition.threshold, condition.figure)
            assert text.endswith(condition.word or limit)
        named = (rule.in_force_from, rule.in_force_to, rule.opened_from, rule.opened_to)
        assert re.findall(r"\d{4}-\d{2}-\d{2}", days) == [str(day) for day in named if day]


def test_docs_page_says_that_it_is_no_legal_advice() -> None:
    page = " ".join((ROOT / "docs" / "compliance.md").read_text(encoding="utf-8").split())
    assert "**This is no legal advice.**" in page
    days = {rule.checked_on for rule in RULES.values()}
    assert f"last looked up on {max(days)}" in page
    assert all(f"`{word}`" in page for word in ANSWERS)
