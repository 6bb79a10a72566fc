"""Rules of users: rows that add, rows that override, and everything that is refused at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatreach.siting.assembling.surroundings import read_surroundings
from heatreach.siting.comply import comply
from heatreach.siting.errors import InputError
from heatreach.siting.reading.rule_file import COLUMNS, read_rule_file
from heatreach.siting.rules.cells import cells_of, compliance_rules, rule_of
from heatreach.siting.rules.table import Condition
from heatreach.siting.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

    from heatreach.siting.reading.rule_file import RuleFile

OURS = {rule.rule: rule for rule in compliance_rules()}
NEW = "rule,title,figure,comparison,threshold,status"


def read(folder: Path, text: str, name: str = "own.csv") -> RuleFile:
    """Rules of a file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_rule_file(path)


def refusal(folder: Path, text: str, name: str = "own.csv") -> str:
    """Message of the refusal of a file."""
    with pytest.raises(InputError) as caught:
        read(folder, text, name)
    return str(caught.value)


def test_golden_rows_add_and_override(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "rule,title,jurisdiction,figure,comparison,threshold,status,applies_if,in_force_from\n"
        "de_enefg_11_erf_15,,,,,0.1,,,\n"
        "our_reuse,Our own aim,,erf,at_least,0.3,guidance,it_load_kw at_least 1000,2027-01-01\n",
    )
    assert (found.added, found.changed) == (("our_reuse",), ("de_enefg_11_erf_15",))
    rules = {rule.rule: rule for rule in found.rules}
    assert list(rules) == [*OURS, "our_reuse"]
    changed, ours = rules["de_enefg_11_erf_15"], OURS["de_enefg_11_erf_15"]
    assert changed.threshold == 0.1
    assert changed.source == "given by the user in own.csv"
    kept = ("title", "figure", "comparison", "opened_from", "applies_if", "status", "otherwise")
    assert all(getattr(changed, name) == getattr(ours, name) for name in kept)
    own = rules["our_reuse"]
    assert (own.kind, own.unit, own.jurisdiction) == ("limit", "dimensionless", ())
    assert own.in_force_from == date(2027, 1, 1)
    assert own.applies_if == (Condition("it_load_kw", "at_least", 1000.0),)
    assert len(found.sha256) == 64


def test_golden_own_rules_decide(tmp_path: Path) -> None:
    found = read(tmp_path, f"{NEW}\nour_pue,Our PUE,pue,at_most,1.1,proposal\n")
    sites = pd.DataFrame([{"id": "a", "it_load_kw": 500.0, "pue": 1.1, "hypothetical": True}])
    projects = pd.DataFrame([{"project_id": "P-a", "site_id": "a", "status": "no_demand"}])
    table = comply(projects, sites, Scenario(), country="JP", rules=found.rules)
    row = table.set_index("rule").loc["our_pue"]
    assert row["answer"] == "would be met"
    assert row["reason"] == "The PUE is 1.1, at most 1.1; a proposal, not law."
    assert row["source"] == "given by the user in own.csv"


def test_golden_none_empties_a_cell(tmp_path: Path) -> None:
    text = (
        "rule,in_force_from,applies_if,jurisdiction\neu_eed_26_6_waste_heat,none,none,DE GB-SCT\n"
    )
    rule = next(r for r in read(tmp_path, text).rules if r.rule == "eu_eed_26_6_waste_heat")
    assert rule.in_force_from is None
    assert rule.applies_if == ()
    assert rule.jurisdiction == ("DE", "GB-SCT")


def test_golden_rules_on_refrigerants_lose_the_row_they_rest_on(tmp_path: Path) -> None:
    found = read(tmp_path, "rule,threshold\nus_aim_data_centres,150\n")
    rule = next(r for r in found.rules if r.rule == "us_aim_data_centres")
    assert (rule.threshold, rule.based_on) == (150.0, "")
    assert rule.in_force_from == OURS["us_aim_data_centres"].in_force_from


def test_golden_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        f"{NEW.replace(',', ';')}\nour_pue;Our PUE;PUE;at_most;1,15;guidance\n".replace(
            "PUE;a", "pue;a"
        ),
    )
    assert found.rules[-1].threshold == 1.15


def test_golden_workbooks_with_days_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["rule", "in_force_from", "threshold"])
    sheet.append(["eu_eed_12_publish", datetime(2031, 7, 1), 300])
    book.save(tmp_path / "own.xlsx")
    rule = read_rule_file(tmp_path / "own.xlsx").rules[0]
    assert (rule.in_force_from, rule.threshold) == (date(2031, 7, 1), 300.0)


def test_golden_a_study_carries_its_rules_and_their_hash(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("rule,threshold\nde_enefg_11_erf_15,0.1\n", encoding="utf-8")
    around = read_surroundings(
        weather=None, grid=None, prices=None, compliance=path, cache_dir=None
    )
    assert around.compliance is not None
    assert around.compliance.changed == ("de_enefg_11_erf_15",)
    assert around.hashes == {"compliance": around.compliance.sha256}


def test_rejects_everything_wrong_at_once(tmp_path: Path) -> None:
    message = refusal(
        tmp_path,
        "rule,titel,jurisdiction,figure,comparison,threshold,unit,status,in_force_from,"
        "opened_from,opened_to,applies_if\n"
        "mine,x,Germany,erff,atleast,much,,lawful,1.7.2026,,,it_load >= 500\n"
        "mine,x,DE,erf,at_least,0.1,kW,law,,2027-01-01,2026-01-01,it_load_kw at_least many\n"
        "My Rule,x,DE,erf,at_least,10,%,law,,,,machine is boat\n"
        ",x,DE,pue,at_most,1.2,,law,,,,erf above 0\n",
    )
    for part in (
        "column 'titel' is not known; did you mean title?",
        "rules given more than once: 'mine'",
        "'Germany' is no code",
        "'erff' is not known; did you mean erf?",
        "'atleast' is not known; did you mean at_least?",
        "'much' is no number",
        "'lawful' is not known",
        "'1.7.2026' is no day; write year-month-day",
        "'it_load' is not known; did you mean it_load_kw?",
        "'kW' is not the unit of erf; give the threshold in dimensionless",
        "2026-01-01 is not after 2027-01-01",
        "'many' is no number",
        "'My Rule' is no name",
        "'%' is no unit here; write 0.15 for 15 %",
        "'machine is boat' is no condition",
        "column title, row 2: blank; a new rule needs it",
        "column rule, row 5: blank",
        "erf is a figure of projects, but the rule asks data centres",
    ):
        assert part in message, part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("title\nx\n", "required column rule is missing"),
        ("rule,title\n", "has columns but no rows"),
        (f"{NEW}\nmine,x,erf,at_least,inf,law\n", "'inf' is no number"),
        (f"{NEW}\nmine,x,erf,at_least,1e999,law\n", "'1e999' is no number"),
        (f"{NEW}\nmine,x,erf,at_least,nan,law\n", "'nan' is no number"),
        (f"{NEW}\nmine,x,machine,at_least,1,law\n", "machine is a word and has no limit"),
        (f"{NEW}\nmine,{'x' * 501},erf,at_least,1,law\n", "more than 500 signs"),
        ("rule,threshold\nde_enefg_11_erf_15,from gwp_below\n", "'from gwp_below' is no number"),
        ("rule,based_on\nmine,../../sites/a\n", "column 'based_on' is not known"),
        ("rule,threshold\nde_enefg_11_erf_15,none\n", "column threshold, row 2: blank"),
    ],
)
def test_rejects_files_that_say_no_rule(tmp_path: Path, text: str, part: str) -> None:
    assert part in refusal(tmp_path, text)


def test_rejects_other_formats(tmp_path: Path) -> None:
    assert "no accepted format ('.json')" in refusal(tmp_path, "{}", name="own.json")


def test_golden_hostile_texts_stay_texts(tmp_path: Path) -> None:
    texts = ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\x1b[31mred", "${x}`y`")
    lines = "\n".join(
        f'r{number},"{text}",erf,at_least,0.1,law' for number, text in enumerate(texts)
    )
    found = read(tmp_path, f"{NEW}\n{lines}\n")
    titles = [rule.title for rule in found.rules[-len(texts) :]]
    assert titles[:2] == list(texts[:2])
    assert titles[2] == "a\\x1b[31mred"
    message = refusal(tmp_path, f"{NEW}\nr1,x,erf,\x1b[31m,0.1,law\n")
    assert "\x1b" not in message


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                column: st.one_of(
                    st.text(max_size=20), st.sampled_from(["", "law", "erf", "0.1", "none"])
                )
                for column in COLUMNS
            }
        ),
        min_size=1,
        max_size=3,
    )
)
def test_property_any_text_is_read_or_refused(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = tmp_path / "own.csv"
    # Line ends and halves of signs are for the reader of CSV, which has tests of its own.
    table = pd.DataFrame(rows).map(
        lambda cell: cell.replace("\r", " ").replace("\x00", "").encode("utf-8", "ignore").decode()
    )
    table.to_csv(path, index=False)
    try:
        names = {rule.rule for rule in read_rule_file(path).rules}
    except InputError as refused:
        said = str(refused).replace("\n", "")
    else:
        said = ""
        assert names >= set(OURS)
    assert said.isprintable()


@pytest.mark.parametrize("name", list(OURS))
def test_property_cells_make_the_same_rule_again(name: str) -> None:
    again, wrong = rule_of(cells_of(OURS[name]))
    assert wrong == []
    assert again is not None
    same = [field for field in cells_of(again) if field != "based_on"]
    assert all(getattr(again, field) == getattr(OURS[name], field) for field in same)
