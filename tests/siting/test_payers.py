"""Who pays what: sums by hand, transfers that cancel, the table of money by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import load_table
from heatreach.siting.appraisal.bill import Bill
from heatreach.siting.appraisal.cash_flow import PAYERS, cash_lines
from heatreach.siting.appraisal.conditions import Conditions, conditions_of
from heatreach.siting.appraisal.payers import cash_flow_table, payer_table
from heatreach.siting.scenario import Scenario, scenario_of

LINES = cash_lines().index.tolist()


def bill(heat_mwh: float = 1000.0, **amounts: float) -> Bill:
    """A project with these amounts, and one without money."""
    row = dict.fromkeys(LINES, 0.0) | amounts
    frame = pd.DataFrame([row, dict.fromkeys(LINES, 0.0)], index=["P-a", "P-b"])[LINES]
    heat = pd.Series([heat_mwh, 0.0], index=frame.index)
    return Bill(amounts=frame, heat_mwh=heat, energy=pd.DataFrame(index=frame.index))


def economics(**keys: object) -> Scenario:
    """Scenario with these economic keys."""
    return scenario_of({"economics": keys}, name="test")


def conditions(scenario: Scenario) -> Conditions:
    """Germany without files."""
    return conditions_of(scenario, "DE")


PLAIN = {
    "pipe": 100_000.0,
    "grant": 20_000.0,
    "connection_charge": 5_000.0,
    "electricity_heat": 10_000.0,
    "source_heat": 4_000.0,
    "source_heat_spared": 1_000.0,
    "tariff_gas": 50_000.0,
    "tariff_boiler": 10_000.0,
    "standing_charge": 500.0,
    "spared_gas": 60_000.0,
    "spared_boiler": 12_000.0,
    "cooling_electricity": 700.0,
    "cooling_water": 50.0,
}


def test_golden_payers_by_hand() -> None:
    """Twenty years at 5 %, pipes of 40 years: half of their cost comes back at the end."""
    scenario = economics(life_years=20, discount_rate_share=0.05)
    table = payer_table(bill(**PLAIN), scenario, conditions(scenario))
    rows = table[table["project_id"] == "P-a"].set_index("payer")
    annuity = sum(1.05**-year for year in range(1, 21))
    left = 100_000.0 * (1.0 - 20.0 / 40.0) * 1.05**-20
    operator_in = 50_000.0 + 10_000.0 + 500.0
    operator_out = 10_000.0 + 4_000.0 - 1_000.0
    assert rows.loc["operator", "gained_per_year"] == pytest.approx(operator_in)
    assert rows.loc["operator", "paid_per_year"] == pytest.approx(operator_out)
    assert rows.loc["operator", "npv"] == pytest.approx(
        -100_000.0 + 25_000.0 + left + (operator_in - operator_out) * annuity
    )
    assert rows.loc["operator", "paid"] == pytest.approx(100_000.0 + operator_out * annuity)
    assert rows.loc["data_centre", "npv"] == pytest.approx((3_000.0 + 750.0) * annuity)
    assert rows.loc["consumer", "npv"] == pytest.approx(-5_000.0 + (72_000.0 - 60_500.0) * annuity)
    assert rows.loc["public", "npv"] == pytest.approx(-20_000.0)
    consumer = rows.loc["consumer"]
    assert (consumer["before_per_year"], consumer["after_per_year"]) == (72_000.0, 60_500.0)
    assert (consumer["before_per_mwh"], consumer["after_per_mwh"]) == (72.0, 60.5)
    # Society: pipes, electricity, spared heat and cooling; everything else is a transfer.
    assert rows.loc["society", "npv"] == pytest.approx(
        -100_000.0 + left + (72_000.0 + 750.0 - 10_000.0) * annuity
    )
    assert rows.loc["society", "gained_per_year"] == pytest.approx(72_750.0)


def test_sentences_say_who_gains() -> None:
    scenario = economics(life_years=20, discount_rate_share=0.05)
    table = payer_table(bill(**PLAIN), scenario, conditions(scenario))
    said = dict(zip(table["payer"], table["description"], strict=False))
    rows = table[table["project_id"] == "P-a"].set_index("payer")["description"]
    assert rows["operator"].startswith(
        "The operator spends 75 thousand EUR 2024 on building after grant and connection charges, "
        "then takes in 60 thousand EUR 2024 and pays 13 thousand EUR 2024 in the first year; over"
    )
    assert rows["operator"].endswith("over 20 years at 5 % it gains 536 thousand EUR 2024.")
    assert "gets 3 thousand EUR 2024 a year for its heat" in rows["data_centre"]
    assert rows["consumer"].startswith(
        "Consumers pay 60 EUR/MWh for heat in the first year instead of 72 (60 instead of 72 thou"
    )
    assert "after 5 thousand EUR 2024 once to be connected; over" in rows["consumer"]
    assert rows["consumer"].endswith("they gain 138 thousand EUR 2024.")
    assert rows["public"].startswith("The public grants 20 thousand EUR 2024; over 20 years")
    assert rows["public"].endswith("it loses 20 thousand EUR 2024.")
    assert said["consumer"] == "No consumer gets heat."
    assert said["public"] == "The public neither grants nor pays anything."
    dear = payer_table(
        bill(**PLAIN | {"source_heat_spared": 9_000.0}), scenario, conditions(scenario)
    )
    assert "The data centre pays 5 thousand" in str(dear.loc[1, "description"])


def money() -> st.SearchStrategy[dict[str, float]]:
    """Amounts of every line."""
    amount = st.floats(-1e7, 1e7, allow_nan=False)
    return st.fixed_dictionaries(dict.fromkeys(LINES, amount))


@settings(max_examples=30, deadline=None)
@given(amounts=money(), years=st.integers(5, 60), rate=st.floats(0.0, 0.3))
def test_property_payers_add_up_to_society(
    amounts: dict[str, float], years: int, rate: float
) -> None:
    """Whatever the amounts, also negative prices."""
    scenario = economics(life_years=years, discount_rate_share=rate)
    table = payer_table(bill(**amounts), scenario, conditions(scenario))
    npv = table[table["project_id"] == "P-a"].set_index("payer")["npv"]
    size = float(np.abs(list(amounts.values())).sum()) * years + 1.0
    assert npv[list(PAYERS)].sum() == pytest.approx(npv["society"], abs=1e-12 * size)


@settings(max_examples=30, deadline=None)
@given(
    amounts=money(),
    years=st.integers(5, 60),
    basis=st.sampled_from(["real", "nominal"]),
    changes=st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1)),
    residual=st.sampled_from(["straight_line", "none"]),
)
def test_property_money_by_year_adds_up_to_the_present_value(
    amounts: dict[str, float],
    years: int,
    basis: str,
    changes: tuple[float, float],
    residual: str,
) -> None:
    """Real or of the day, every payer's discounted money is its net present value."""
    scenario = economics(
        life_years=years,
        basis=basis,
        residual_value=residual,
        inflation_share=0.03,
        electricity_price_change_share=changes[0],
        gas_price_change_share=changes[1],
    )
    held, of = conditions(scenario), bill(**amounts)
    table, payers = cash_flow_table(of, scenario, held), payer_table(of, scenario, held)
    npv = payers[payers["project_id"] == "P-a"].set_index("payer")["npv"]
    size = float(payers["paid"].sum() + payers["gained"].sum()) + 1.0
    for payer in PAYERS:
        total = float((table[payer] * table["discount_factor"]).sum())
        assert total == pytest.approx(npv[payer], abs=1e-11 * size)
    assert set(table["project_id"]) <= {"P-a"}


def test_golden_money_by_year_by_hand() -> None:
    """Pipes in year 0, gas 2 % dearer and 3 % inflation: 60,000·1.02·1.03² in year 2."""
    scenario = economics(basis="nominal", inflation_share=0.03, gas_price_change_share=0.02)
    table = cash_flow_table(bill(**PLAIN), scenario, conditions(scenario))
    by = table.set_index(["year", "part"])
    assert by.loc[(0, "pipes"), "operator"] == -100_000.0
    assert by.loc[(0, "pipes"), "calendar_year"] == 2027
    assert by.loc[(0, "grant"), "public"] == -20_000.0
    assert by.loc[(2, "heat of today"), "consumer"] == pytest.approx(
        (60_000.0 * 1.02 + 12_000.0) * 1.03**2
    )
    assert by.loc[(2, "heat sold"), "operator"] == pytest.approx(
        (50_000.0 * 1.02 + 10_000.0) * 1.03**2
    )
    assert by.loc[(1, "source heat"), "data_centre"] == pytest.approx(3_000.0 * 1.03)
    # 3.5 % real and 3 % inflation are 6.605 % of the day.
    assert by.loc[(2, "heat sold"), "discount_factor"] == pytest.approx(1.06605**-2)
    assert (1, "pipes") not in by.index
    assert (25, "pipes") in by.index


def test_docs_tables_have_the_registry_columns() -> None:
    columns = load_table("columns")
    made: dict[str, Any] = {"cash_flow": cash_flow_table, "payers": payer_table}
    for name, function in made.items():
        table = function(bill(**PLAIN), Scenario(), conditions(Scenario()))
        assert list(table) == columns.loc[columns["table"] == name, "column"].tolist()


def test_no_projects_give_no_rows() -> None:
    nothing = bill()
    empty = Bill(
        amounts=nothing.amounts.iloc[:0],
        heat_mwh=nothing.heat_mwh.iloc[:0],
        energy=nothing.energy.iloc[:0],
    )
    assert payer_table(empty, Scenario(), conditions(Scenario())).empty
    assert cash_flow_table(empty, Scenario(), conditions(Scenario())).empty
