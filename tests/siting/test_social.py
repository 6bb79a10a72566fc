"""The view of society: rates and carbon values against their sources, and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import load_table, price_factor
from heatreach.siting.appraisal.bill import Bill
from heatreach.siting.appraisal.cash_flow import cash_lines
from heatreach.siting.appraisal.conditions import Conditions, conditions_of
from heatreach.siting.appraisal.returns import discount_factors, npv
from heatreach.siting.appraisal.social import (
    carbon_values,
    social_factors,
    social_figures,
    social_flows,
    social_npv,
    society_by_year,
)
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import CENTRAL

LINES = cash_lines().index.tolist()


def economics(**keys: object) -> Scenario:
    """Scenario with these economic keys."""
    return scenario_of({"economics": keys}, name="test")


def conditions() -> Conditions:
    """Round factors: grid 0.3, gas 0.2 t/MWh, boiler 0.8."""
    base = conditions_of(Scenario(), "DE")
    rows = {"electricity_kg_per_kwh": 0.3, "backup_kg_per_kwh": 0.2, "backup_efficiency_share": 0.8}
    changed = {name: replace(getattr(base, name), value=value) for name, value in rows.items()}
    return replace(base, grid_kg_per_kwh=(0.3,), grid_later_kg_per_kwh=(), **changed)


def bill(**amounts: float) -> Bill:
    """A network of 1,000 MWh that avoids 200 t of gas less 30 t of electricity."""
    frame = pd.DataFrame([dict.fromkeys(LINES, 0.0) | amounts], index=["P-a"])[LINES]
    energy = pd.DataFrame(
        {
            "option": CENTRAL,
            "heat_mwh": 1000.0,
            "electricity_mwh": 100.0,
            "pumping_mwh": 0.0,
            "backup_mwh": 0.0,
            "heat_pump_kw": 0.0,
            "present_t_co2e": 200.0,
            "present_electricity_mwh": 0.0,
            "embodied_t_co2e": 0.0,
        },
        index=["P-a"],
    )
    return Bill(amounts=frame, heat_mwh=energy["heat_mwh"], energy=energy)


def test_golden_rates_of_the_green_book() -> None:
    """Annex 6, table 6.1: 3.5 % for the years 0 to 30, 3.0 % for 31 to 75."""
    factors = social_factors(60)
    assert factors[0] == 1.0
    assert factors[:31] == pytest.approx(discount_factors(0.035, 30))
    assert factors[31:] == pytest.approx(1.035**-30 * 1.03 ** -np.arange(1.0, 31.0))
    assert social_factors(25) == pytest.approx(factors[:26])


def test_golden_published_example_of_another_program() -> None:
    """R package greenbook 0.1.0, vignette: 100 t a year from 2024 to 2030 cost GBP 196.5k of 2024.

    It rebases from 2022 by the deflator of gross domestic product (90.5005 in 2022, 100 in 2024).
    """
    pounds = economics(money="GBP 2022", first_year=2025)
    worth = social_npv(
        np.zeros(7),
        np.full(7, 100.0),
        values=carbon_values(pounds, 6),
        factors=social_factors(6),
    )
    assert float(worth) * 100.0 / 90.5005 == pytest.approx(196_500.0, abs=50.0)


def test_golden_values_agree_with_the_policy_paper() -> None:
    """Policy paper of 2 September 2021: 245 in 2021 and 378 in 2050, in pounds of 2020.

    In pounds of 2022 both are dearer by one and the same factor, within rounding of the first.
    """
    pounds = economics(money="GBP 2022", first_year=2022)
    values = carbon_values(pounds, 29)
    dearer = values[[0, 29]] / np.array([245.0, 378.0])
    assert dearer[1] == pytest.approx(dearer[0], rel=0.003)
    low, high = (carbon_values(pounds, 29, column=column) for column in ("low", "high"))
    assert low == pytest.approx(0.5 * values, abs=0.01)
    assert high == pytest.approx(1.5 * values, abs=0.02)


def test_values_are_held_before_and_after_the_table() -> None:
    pounds = economics(money="GBP 2022", first_year=2046)
    values = carbon_values(pounds, 60)
    assert values[[0, 5, 6, 60]].tolist() == [369.02, 397.54, 397.54, 397.54]
    early = carbon_values(economics(money="GBP 2022", first_year=2015), 8)
    assert early[:7].tolist() == [253.19] * 7


def test_values_come_in_the_plans_money_or_the_users() -> None:
    euros = carbon_values(economics(first_year=2030), 1)
    assert euros[1] == pytest.approx(294.5 * price_factor("GBP 2022", "EUR 2024"))
    own = economics(social_carbon_value_per_t=80.0)
    assert set(carbon_values(own, 40)) == {80.0}


def test_docs_every_year_of_the_table_is_there() -> None:
    names = load_table("carbon_values")["parameter"].tolist()
    assert names == [f"value_{year}_per_t" for year in range(2020, 2051)]


def test_golden_social_figures_by_hand() -> None:
    """100,000 of pipes; 20,000 less for heat a year; 170 t at 50, five years."""
    scenario = economics(life_years=5, residual_value="none", social_carbon_value_per_t=50.0)
    case = bill(pipe=100_000.0, spared_gas=30_000.0, electricity_heat=10_000.0, tariff_gas=25_000.0)
    figures = social_figures(case, scenario, conditions()).loc["P-a"]
    yearly = 20_000.0 + 170.0 * 50.0
    annuity = sum(1.035**-year for year in range(1, 6))
    assert figures["social_npv"] == pytest.approx(-100_000.0 + yearly * annuity)
    rate = figures["social_irr_share"]
    assert sum(yearly / (1.0 + rate) ** year for year in range(1, 6)) == pytest.approx(100_000.0)
    longer = social_figures(case, scenario, conditions(), years=40).loc["P-a"]
    assert longer["social_npv"] == pytest.approx(-100_000.0 + yearly * social_factors(40)[1:].sum())


@settings(max_examples=25, deadline=None)
@given(
    transfers=st.fixed_dictionaries(
        dict.fromkeys(
            ("tariff_gas", "tariff_given", "standing_charge", "grant", "connection_charge"),
            st.floats(0.0, 1e6),
        )
    ),
    paid=st.floats(-1e6, 1e6),
)
def test_property_transfers_change_nothing_for_society(
    transfers: dict[str, float], paid: float
) -> None:
    scenario = economics(gas_price_change_share=0.02)
    held = conditions()
    before = social_figures(bill(pipe=1e6), scenario, held)
    moved = bill(pipe=1e6, carbon_payment=paid, source_heat=abs(paid), **transfers)
    after = social_figures(moved, scenario, held)
    assert after["social_npv"].iloc[0] == pytest.approx(before["social_npv"].iloc[0], abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(value=st.floats(0.0, 1000.0), more=st.floats(0.1, 1000.0))
def test_property_a_dearer_tonne_helps_what_avoids_some(value: float, more: float) -> None:
    """And by the discounted tonnes exactly; at nothing per tonne money alone is left."""
    scenario, held = economics(social_carbon_value_per_t=value), conditions()
    dearer = economics(social_carbon_value_per_t=value + more)
    low, high = (
        float(social_figures(bill(pipe=1e5), study, held)["social_npv"].iloc[0])
        for study in (scenario, dearer)
    )
    flows, net = society_by_year(bill(pipe=1e5), scenario, held)
    tonnes = float(npv(net, social_factors(25))[0])
    assert tonnes > 0.0
    assert high - low == pytest.approx(more * tonnes, rel=1e-9)
    money = float(npv(flows, social_factors(25))[0])
    assert low - value * tonnes == pytest.approx(money, rel=1e-9)


def test_draws_and_rows_at_once() -> None:
    """Rows by draws by years in one go equal one after another."""
    random = np.random.default_rng(0)
    flows, net = random.normal(size=(3, 7, 26)), random.normal(size=(3, 7, 26))
    values, factors = carbon_values(Scenario(), 25), social_factors(25)
    whole = social_npv(flows, net, values=values, factors=factors)
    assert whole.shape == (3, 7)
    assert whole[2, 4] == pytest.approx(
        float(social_flows(flows[2, 4], net[2, 4], values) @ factors)
    )
    low = np.stack([values, 0.5 * values])[:, None, :]
    both = social_npv(flows[0, :1], net[0, :1], values=low, factors=factors)
    assert both.shape == (2, 1)


def test_rate_of_return_in_money_of_the_day() -> None:
    """(1 + r)(1 + i) − 1, as in the operator's view; the present value is the same."""
    keys = {"life_years": 10, "inflation_share": 0.03}
    case = bill(pipe=100_000.0, spared_gas=20_000.0)
    real, nominal = (
        social_figures(case, economics(**keys, basis=basis), conditions()).iloc[0]
        for basis in ("real", "nominal")
    )
    rate = (1.0 + real["social_irr_share"]) * 1.03 - 1.0
    assert nominal["social_irr_share"] == pytest.approx(rate)
    assert nominal["social_npv"] == real["social_npv"]
