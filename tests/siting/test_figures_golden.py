"""
Cash flows worked out cell by cell, as in a spreadsheet: one tuple per year, one entry per column.

The cells were reckoned with bc (arbitrary precision) from the formula of their column and are
printed to six digits; the figures below them were added up by hand. NumPy-financial is a second
source. Examples of the reference page on economics close the file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy_financial as npf
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.siting.appraisal.bill import Bill, bill
from heatreach.siting.appraisal.carbon_years import carbon_lines
from heatreach.siting.appraisal.cash_flow import (
    cash_lines,
    cost_signs,
    line_lives,
    line_profiles,
    payer_signs,
    yearly_flows,
)
from heatreach.siting.appraisal.conditions import Conditions, conditions_of
from heatreach.siting.appraisal.figure_table import figure_table, horizons, lcoh_parts, rates
from heatreach.siting.appraisal.returns import (
    abatement_cost,
    discount_factors,
    discounted_payback,
    irr,
    levelised_cost,
    nominal_flows,
    nominal_rate,
    npv,
    simple_payback,
)
from heatreach.siting.appraisal.social import carbon_values, social_factors
from heatreach.siting.appraise import appraise
from heatreach.siting.scenario import Scenario
from heatreach.thermo import CENTRAL

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Sheet = list[tuple[float, ...]]

TABLE = cash_lines()
LINES = list(TABLE.index)
DIGITS = 1e-5


def flows(
    payer: str,
    years: int,
    money: dict[str, float],
    *,
    lives: dict[str, float] | None = None,
    changes: dict[str, float] | None = None,
    residual: bool = True,
) -> Floats:
    """Yearly flows of one payer, from amounts by line; lives by the name of the row."""
    of = {key: (lives or {}).get(key.split("/")[1], float(years)) for key in TABLE["life"] if key}
    names = [name for name in dict.fromkeys(TABLE["path"]) if name]
    grown = {name: 1.0 + (changes or {}).get(name, 0.0) for name in names}
    paths = {name: np.asarray(growth ** np.arange(float(years))) for name, growth in grown.items()}
    amounts = np.array([money.get(line, 0.0) for line in LINES])
    signs = cost_signs() if payer == "cost" else payer_signs(payer)
    return yearly_flows(amounts, signs, line_profiles(years, of, paths, residual=residual))


def column(sheet: Sheet, place: int) -> Floats:
    """One column of a sheet."""
    return np.array([row[place] for row in sheet], dtype=float)


# Level project with renewals and residual value: 12 years at 5 %.
# A pipe for 1000 lasts 40 years, a heat pump for 500 lasts 8, soft costs 150; heat is sold for 220
# a year and upkeep is 20. In year 8 the heat pump is bought again. At the end 28 of 40 years of the
# pipe are left (700) and 4 of 8 of the heat pump (250).
# Year | bought | left | upkeep | sold | flow | 1/1.05^year | present value | sum so far
LEVEL: Sheet = [
    (0, -1650, 0, 0, 0, -1650, 1.000000, -1650.000000, -1650.000000),
    (1, 0, 0, -20, 220, 200, 0.952381, 190.476190, -1459.523810),
    (2, 0, 0, -20, 220, 200, 0.907029, 181.405896, -1278.117914),
    (3, 0, 0, -20, 220, 200, 0.863838, 172.767520, -1105.350394),
    (4, 0, 0, -20, 220, 200, 0.822702, 164.540495, -940.809899),
    (5, 0, 0, -20, 220, 200, 0.783526, 156.705233, -784.104666),
    (6, 0, 0, -20, 220, 200, 0.746215, 149.243079, -634.861587),
    (7, 0, 0, -20, 220, 200, 0.710681, 142.136266, -492.725321),
    (8, -500, 0, -20, 220, -300, 0.676839, -203.051809, -695.777129),
    (9, 0, 0, -20, 220, 200, 0.644609, 128.921783, -566.855346),
    (10, 0, 0, -20, 220, 200, 0.613913, 122.782650, -444.072695),
    (11, 0, 0, -20, 220, 200, 0.584679, 116.935858, -327.136837),
    (12, 0, 950, -20, 220, 1150, 0.556837, 640.363031, 313.226194),
]
LEVEL_MONEY = {
    "pipe": 1000.0,
    "heat_pump": 500.0,
    "soft_costs": 150.0,
    "pipe_upkeep": 20.0,
    "tariff_given": 220.0,
}
LEVEL_LIVES = {"pipe": 40.0, "large_1mw": 8.0}


def test_golden_level_project_with_renewal_and_residual_value() -> None:
    sheet = LEVEL
    ours = flows("operator", 12, LEVEL_MONEY, lives=LEVEL_LIVES)
    parts = column(sheet, 1) + column(sheet, 2) + column(sheet, 3) + column(sheet, 4)
    np.testing.assert_allclose(parts, column(sheet, 5))
    np.testing.assert_allclose(ours, column(sheet, 5), atol=1e-9)
    factors = discount_factors(0.05, 12)
    np.testing.assert_allclose(factors, column(sheet, 6), atol=DIGITS)
    np.testing.assert_allclose(ours * factors, column(sheet, 7), atol=DIGITS)
    np.testing.assert_allclose(np.cumsum(ours * factors), column(sheet, 8), atol=DIGITS)
    assert npv(ours, factors) == pytest.approx(313.226194, abs=DIGITS)
    assert npv(ours, factors) == pytest.approx(npf.npv(0.05, ours))
    # Year 8 is a loss and year 12 a gain, but of money put in there is one rate only.
    assert irr(ours) == pytest.approx(npf.irr(ours))
    # 1650 spent: 1400 are back after 7 years, 1100 after 8, 1500 after 10; 10 + 150/200 years.
    assert simple_payback(ours) == pytest.approx(10.75)
    # Discounted, 327.136837 are missing after 11 years, of the 640.363031 that year 12 brings.
    assert discounted_payback(ours, factors) == pytest.approx(11.0 + 327.136837 / 640.363031)


def test_golden_levelised_cost_of_the_level_project() -> None:
    """
    Cost by part over 100 MWh a year for 12 years at 5 %.

    The annuity of 12 years is 8.863252, so 886.325164 MWh are delivered in present terms. Pipes:
    1000 − 700·0.556837 = 610.213807; heat pump: 500 + 500·0.676839 − 250·0.556837 = 699.210326;
    soft costs 150; upkeep 20·8.863252 = 177.265033.
    """
    costs = flows("cost", 12, LEVEL_MONEY, lives=LEVEL_LIVES)
    whole = (610.213807 + 699.210326 + 150.0 + 177.265033) / 886.325164
    cost = levelised_cost(costs, 100.0, discount_factors(0.05, 12))
    assert cost == pytest.approx(whole, rel=1e-8)
    # Sold at that price, the project is worth nothing.
    sold = LEVEL_MONEY | {"tariff_given": 100.0 * whole}
    ours = flows("operator", 12, sold, lives=LEVEL_LIVES)
    assert npv(ours, discount_factors(0.05, 12)) == pytest.approx(0.0, abs=1e-4)
    assert irr(ours) == pytest.approx(0.05, abs=1e-6)


def test_golden_level_project_without_residual_value() -> None:
    """950 less in year 12, whose factor is 0.556837: 313.226194 − 528.995547."""
    ours = flows("operator", 12, LEVEL_MONEY, lives=LEVEL_LIVES, residual=False)
    assert npv(ours, discount_factors(0.05, 12)) == pytest.approx(-215.769354, abs=DIGITS)
    # 327.136837 − 200·0.556837 = 215.769354 are missing in the end.
    assert np.isnan(discounted_payback(ours, discount_factors(0.05, 12)))


# Rising prices: 1000 for pipes of 5 years, 5 years at 4 %. Electricity for 100 in year 1 gets 3 %
# dearer a year, heat for 330 follows gas by 2 %; upkeep is 10.
# Year | electricity | heat sold | flow | 1/1.04^year | present value | flow·1.02^year
RISING: Sheet = [
    (0, 0.0, 0.0, -1000.0, 1.000000, -1000.000000, -1000.000000),
    (1, 100.0, 330.0, 220.0, 0.961538, 211.538462, 224.400000),
    (2, 103.0, 336.6, 223.6, 0.924556, 206.730769, 232.633440),
    (3, 106.09, 343.332, 227.242, 0.888996, 202.017311, 241.151028),
    (4, 109.2727, 350.19864, 230.92594, 0.854804, 197.396461, 249.961664),
    (5, 112.550881, 357.202613, 234.651732, 0.821927, 192.866619, 259.074473),
]
RISING_MONEY = {
    "pipe": 1000.0,
    "electricity_heat": 100.0,
    "tariff_gas": 330.0,
    "pipe_upkeep": 10.0,
}
RISING_CHANGES = {"electricity": 0.03, "gas": 0.02, "tariff_gas": 0.02}


def test_golden_rising_prices_and_a_tariff_that_follows() -> None:
    sheet = RISING
    ours = flows("operator", 5, RISING_MONEY, changes=RISING_CHANGES)
    worked = column(sheet, 2) - column(sheet, 1) - 10.0
    np.testing.assert_allclose(worked[1:], column(sheet, 3)[1:], atol=DIGITS)
    np.testing.assert_allclose(ours, column(sheet, 3), atol=DIGITS)
    factors = discount_factors(0.04, 5)
    np.testing.assert_allclose(ours * factors, column(sheet, 5), atol=DIGITS)
    # −1000 + 211.538462 + 206.730769 + 202.017311 + 197.396461 + 192.866619
    assert npv(ours, factors) == pytest.approx(10.549622, abs=DIGITS)
    assert npv(ours, factors) == pytest.approx(npf.npv(0.04, ours))
    assert irr(ours) == pytest.approx(npf.irr(ours))


def test_golden_level_tariff_earns_less_than_one_that_follows() -> None:
    """330 every year instead of 330·1.02^(t−1): 0, 6.6, 13.332, 20.19864, 27.202613 less."""
    follows = flows("operator", 5, RISING_MONEY, changes=RISING_CHANGES)
    level = flows("operator", 5, RISING_MONEY, changes=RISING_CHANGES | {"tariff_gas": 0.0})
    lost = [0.0, 0.0, 6.6, 13.332, 20.19864, 27.202613]
    np.testing.assert_allclose(follows - level, lost, atol=DIGITS)


def test_golden_money_of_the_day() -> None:
    """
    The rising project at 2 % inflation: rate 1.04·1.02 − 1 = 6.08 %, and the worth is the same.

    Factors 1/1.0608^t: 0.942685, 0.888655, 0.837721, 0.789707, 0.744445, so
    −1000 + 211.538462 + 206.730769 + 202.017311 + 197.396461 + 192.866619 again.
    """
    shown = nominal_flows(flows("operator", 5, RISING_MONEY, changes=RISING_CHANGES), 0.02)
    np.testing.assert_allclose(shown, column(RISING, 6), atol=DIGITS)
    rate = float(nominal_rate(0.04, 0.02))
    assert rate == pytest.approx(0.0608)
    factors = discount_factors(rate, 5)
    np.testing.assert_allclose(
        factors[1:], [0.942685, 0.888655, 0.837721, 0.789707, 0.744445], atol=DIGITS
    )
    assert npv(shown, factors) == pytest.approx(10.549622, abs=DIGITS)
    real = irr(flows("operator", 5, RISING_MONEY, changes=RISING_CHANGES))
    assert irr(shown) == pytest.approx(float(nominal_rate(real, 0.02)))


def test_golden_grant_charges_and_who_pays_what() -> None:
    """
    Pipes for 1000 and soft costs of 100; a grant of 30 %, connection charges of 120.

    Operator: −1100 + 330 + 120 = −650, then 260 − 30 (upkeep) − 40 (source heat) = 190 a year.
    Consumers: −120, then gas for 300 spared less 260 for heat = 40. Data centre: 0, then 40.
    Public: −330. Together −1100, then 300 − 30 = 270: the sum of the four, transfers gone.
    """
    money = {
        "pipe": 1000.0,
        "soft_costs": 100.0,
        "grant": 330.0,
        "connection_charge": 120.0,
        "pipe_upkeep": 30.0,
        "source_heat": 40.0,
        "tariff_gas": 260.0,
        "spared_gas": 300.0,
    }
    expected = {
        "operator": [-650.0, 190.0, 190.0, 190.0, 190.0],
        "consumer": [-120.0, 40.0, 40.0, 40.0, 40.0],
        "data_centre": [0.0, 40.0, 40.0, 40.0, 40.0],
        "public": [-330.0, 0.0, 0.0, 0.0, 0.0],
        "society": [-1100.0, 270.0, 270.0, 270.0, 270.0],
        # What heat costs: grant and charges do not make pipes cheaper.
        "cost": [1100.0, 70.0, 70.0, 70.0, 70.0],
    }
    for payer, worked in expected.items():
        np.testing.assert_allclose(flows(payer, 4, money), worked, err_msg=payer)
    # At 10 %: 190·3.169865 − 650 = −47.725565 for the operator.
    assert npv(flows("operator", 4, money), discount_factors(0.10, 4)) == pytest.approx(
        -47.725565, abs=DIGITS
    )


def test_golden_project_that_loses_money_every_year() -> None:
    """Heat sold for less than its electricity: −100 − 10/1.05 − 10/1.05², and no rate."""
    money = {"pipe": 100.0, "electricity_heat": 30.0, "tariff_given": 20.0}
    ours = flows("operator", 2, money)
    np.testing.assert_allclose(ours, [-100.0, -10.0, -10.0])
    assert npv(ours, discount_factors(0.05, 2)) == pytest.approx(-118.594104, abs=DIGITS)
    assert np.isnan([irr(ours), simple_payback(ours)]).all()
    assert np.isnan(discounted_payback(ours, discount_factors(0.05, 2)))


# Reference page on economics.


def test_golden_order_of_magnitude_of_heat_from_a_heat_pump() -> None:
    """
    1 MW for 4,000 h at a COP of 4, 120 EUR/MWh and 3.5 %: about 61 EUR/MWh in all.

    Heat pump 1,237 EUR/kW over 25 years 18.8; electricity 30; upkeep 2,000 EUR/MW and 2.69 EUR/MWh
    3.2; 1 km of pipe at 640 EUR/m over 40 years 7.5; exchanger 100,000 EUR/MW over 25 years 1.5.
    Each is levelised over its own life there.
    """
    heat = 4000.0
    parts = {
        "heat_pump": (25, 1_237_000.0, 18.8),
        "electricity_heat": (25, heat / 4.0 * 120.0, 30.0),
        "heat_pump_upkeep": (25, 2_000.0 + 2.69 * heat, 3.2),
        "pipe": (40, 640.0 * 1000.0, 7.5),
        "exchanger": (25, 100_000.0, 1.5),
    }
    total = 0.0
    for line, (years, amount, published) in parts.items():
        costs = flows("cost", years, {line: amount})
        cost = float(levelised_cost(costs, heat, discount_factors(0.035, years)))
        assert cost == pytest.approx(published, abs=0.05), line
        total += cost
    assert total == pytest.approx(61.0, abs=0.5)
    # Twice the pipe is 15 EUR/MWh.
    costs = flows("cost", 40, {"pipe": 2.0 * 640.0 * 1000.0})
    assert levelised_cost(costs, heat, discount_factors(0.035, 40)) == pytest.approx(15.0, abs=0.05)


def test_golden_no_abatement_is_never_a_ratio() -> None:
    """Savings of nothing or less have no cost per tonne, whatever the money."""
    tonnes = np.array([0.0, -5.0, -5.0])
    assert np.isnan(abatement_cost(np.array([100.0, 100.0, -100.0]), tonnes)).all()


# The table of figures.


def study(**economics: object) -> tuple[Bill, Scenario, Conditions, pd.DataFrame]:
    """Two projects of 1 MW that differ in what heat is sold for."""
    scenario = Scenario.model_validate({"economics": economics})
    known = conditions_of(scenario, "DE")
    row = {
        "option": CENTRAL,
        "heat_mwh": 4000.0,
        "loss_mwh": 400.0,
        "pumping_mwh": 40.0,
        "feed_peak_kw": 2000.0,
        "heat_pump_kw": 1000.0,
        "exchanger_kw": 0.0,
        "store_mwh": 0.0,
        "boiler_kw": 2000.0,
        "heat_pump_mwh": 3960.0,
        "backup_mwh": 440.0,
        "source_mwh": 2970.0,
        "electricity_mwh": 990.0,
        "substation_upkeep": 0.0,
        "present_t_co2e": 900.0,
        "present_electricity_mwh": 0.0,
        "embodied_t_co2e": 50.0,
        "bore_capex": 0.0,
        "spared_gas": 480_000.0,
        "connection_charge": 10_000.0,
    }
    for name in ("pipe_capex", "substation_capex"):
        row |= {name: 100_000.0, f"{name}_low": 80_000.0, f"{name}_high": 150_000.0}
    energy = pd.DataFrame(
        [row | {"tariff_gas": money} for money in (450_000.0, 600_000.0)],
        index=pd.Index(["A", "B"], name="project_id"),
    )
    return bill(energy, scenario, known), scenario, known, energy


def test_golden_table_of_figures_holds_what_the_study_says() -> None:
    """At the rate and horizon of the study the row is that of the project itself."""
    found, scenario, known, energy = study(discount_rate_share=0.06, life_years=22)
    table = figure_table(found, scenario, known)
    project = appraise(energy, scenario, known)
    rows = table[
        (table["view"] == "commercial")
        & (table["horizon_years"] == 22)
        & (table["rate_share"] == 0.06)
    ].set_index("project_id")
    for name in ("npv", "irr_share", "payback_years", "discounted_payback_years"):
        np.testing.assert_allclose(rows[name], project[name], rtol=1e-9, err_msg=name)
    for name in ("lcoh_per_mwh", "cost_per_t_co2e"):
        np.testing.assert_allclose(rows[name], project[name], rtol=1e-9, err_msg=name)


def test_golden_table_of_figures_by_other_means() -> None:
    """Every commercial row from line to figure with numpy-financial, 40 years at 10 % and all."""
    found, scenario, known, energy = study(tariff_discount_share=0.0)
    table = figure_table(found, scenario, known)
    assert set(table["horizon_years"]) == {20, 25, 30, 40} == set(horizons(scenario))
    assert rates(scenario) == (0.035, 0.05, 0.1)
    assert len(table) == 2 * (4 * 3 + 4)
    records = table[table["view"] == "commercial"].to_dict("records")
    for row in records:
        years, rate, place = row["horizon_years"], row["rate_share"], "AB".index(row["project_id"])
        profiles = line_profiles(years, line_lives(), level_paths(years), residual=True)
        amounts = found.amounts.to_numpy()[place]
        money = (amounts * payer_signs("operator")) @ profiles
        tonnes = carbon_lines(energy, scenario, known, years).net()[place].sum()
        assert row["npv"] == pytest.approx(npf.npv(rate, money))
        assert row["irr_share"] == pytest.approx(npf.irr(money), abs=1e-9)
        assert row["avoided_t_co2e"] == pytest.approx(tonnes)
        society = (amounts * payer_signs("society")) @ profiles
        assert row["cost_per_t_co2e"] == pytest.approx(-npf.npv(rate, society) / tonnes)
        heat = 4000.0 / -npf.pmt(rate, years, 1.0)
        cost = npf.npv(rate, (amounts * cost_signs()) @ profiles)
        assert row["lcoh_per_mwh"] == pytest.approx(cost / heat)


def level_paths(years: int) -> dict[str, Floats]:
    """Prices that stay."""
    return {name: np.ones(years) for name in TABLE["path"] if name}


def test_golden_social_view() -> None:
    """Society's money and the value of tonnes avoided, at the falling rates of the Green Book."""
    found, scenario, known, energy = study(life_years=40)
    table = figure_table(found, scenario, known)
    rows = table[(table["view"] == "social") & (table["horizon_years"] == 40)]
    profiles = line_profiles(40, line_lives(), level_paths(40), residual=True)
    money = (found.amounts.to_numpy() * payer_signs("society")) @ profiles
    tonnes = carbon_lines(energy, scenario, known, 40).net()
    whole = money + tonnes * carbon_values(scenario, 40)
    factors = social_factors(40)
    np.testing.assert_allclose(rows["npv"], whole @ factors, rtol=1e-9)
    np.testing.assert_allclose(rows["cost_per_t_co2e"], -(money @ factors) / tonnes.sum(axis=1))
    np.testing.assert_allclose(rows["rate_share"], 0.035)
    np.testing.assert_allclose(rows["irr_share"], [npf.irr(row) for row in whole])
    # What consumers pay the operator is nothing to society: both projects are worth the same.
    assert rows["npv"].nunique() == rows["lcoh_per_mwh"].nunique() == 1


def test_golden_no_payment_makes_abatement_cheaper() -> None:
    """Grant, carbon payment, charges and a dear tariff move the operator's worth alone."""
    found, scenario, known, _ = study()
    helped, paid, _, _ = study(grant_share=0.4, carbon_price_per_t=50.0)
    dearer = replace(helped, amounts=helped.amounts.assign(tariff_given=100_000.0))
    before, after = figure_table(found, scenario, known), figure_table(dearer, paid, known)
    operator = before["view"] == "commercial"
    assert (after["npv"] > before["npv"])[operator].all()
    for name in ("cost_per_t_co2e", "avoided_t_co2e"):
        np.testing.assert_allclose(after[name], before[name], err_msg=name)


def test_golden_figures_in_money_of_the_day_have_a_nominal_rate_only() -> None:
    real_bill, real, known, _ = study()
    shown_bill, shown, _, _ = study(basis="nominal", inflation_share=0.03)
    ours = figure_table(real_bill, real, known).set_index(["project_id", "view"])
    theirs = figure_table(shown_bill, shown, known).set_index(["project_id", "view"])
    np.testing.assert_allclose(theirs["irr_share"], (1.0 + ours["irr_share"]) * 1.03 - 1.0)
    for name in ("npv", "lcoh_per_mwh", "payback_years", "discounted_payback_years"):
        np.testing.assert_allclose(theirs[name], ours[name], err_msg=name)


@pytest.mark.parametrize("residual", ["straight_line", "none"])
def test_property_parts_add_up_to_the_cost_of_heat(residual: str) -> None:
    found, scenario, known, energy = study(residual_value=residual)
    parts = lcoh_parts(found, scenario, known)
    stages = ["purchase_per_mwh", "renewal_per_mwh", "residual_per_mwh", "running_per_mwh"]
    np.testing.assert_allclose(parts[stages].sum(axis=1), parts["lcoh_per_mwh"], atol=1e-12)
    total = parts.groupby("project_id")["lcoh_per_mwh"].sum()
    expected = appraise(energy, scenario, known)["lcoh_per_mwh"]
    np.testing.assert_allclose(total, expected, rtol=1e-12)
    assert (parts["residual_per_mwh"] <= 0.0).all()
    assert (parts["residual_per_mwh"] == 0.0).all() == (residual == "none")
    assert (parts["renewal_per_mwh"] >= 0.0).all()
    # Substations last 20 of 25 years: bought again once.
    again = parts[parts["part"] == "substations"]
    np.testing.assert_allclose(
        again["renewal_per_mwh"], again["purchase_per_mwh"] * 1.035**-20, rtol=1e-12
    )


@given(more=st.floats(1.01, 2.0))
@settings(max_examples=15, deadline=None)
def test_property_heat_gets_cheaper_with_demand_through_the_same_pipes(more: float) -> None:
    """Energies grow by a share; pipes, machines and what the pipes lose stay."""
    _, scenario, known, energy = study()
    grown = ["heat_mwh", "pumping_mwh", "heat_pump_mwh", "backup_mwh", "source_mwh"]
    busier = energy.assign(
        **{name: energy[name] * more for name in [*grown, "electricity_mwh", "tariff_gas"]}
    )
    few = appraise(energy, scenario, known)["lcoh_per_mwh"]
    assert (appraise(busier, scenario, known)["lcoh_per_mwh"] < few).all()


@given(share=st.floats(0.01, 0.5), line=st.sampled_from(["soft_cost", "contingency"]))
@settings(max_examples=15, deadline=None)
def test_property_a_mandatory_cost_lowers_every_npv(share: float, line: str) -> None:
    """At each rate and horizon, for operator and society alike."""
    before, plain, known, _ = study(**{f"{line}_share": 0.0})
    after, dearer, _, _ = study(**{f"{line}_share": share})
    with_cost = figure_table(after, dearer, known)["npv"]
    assert (with_cost < figure_table(before, plain, known)["npv"]).all()


def test_property_a_project_without_heat_has_no_cost_of_heat() -> None:
    found, scenario, known, _ = study()
    empty = replace(found, heat_mwh=found.heat_mwh * 0.0)
    assert figure_table(empty, scenario, known)["lcoh_per_mwh"].isna().all()
    assert lcoh_parts(empty, scenario, known)["lcoh_per_mwh"].isna().all()


def test_property_no_project_has_no_figures() -> None:
    found, scenario, known, energy = study()
    none = Bill(amounts=found.amounts[:0], heat_mwh=found.heat_mwh[:0], energy=energy[:0])
    assert figure_table(none, scenario, known).empty
    assert lcoh_parts(none, scenario, known).empty
