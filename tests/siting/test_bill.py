"""The bill line by line against hand calculations, and what its lines are worth to the design."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import TableError, assumption, price
from heatreach.siting.appraisal.bill import Bill, bill
from heatreach.siting.appraisal.cash_flow import cash_lines, payer_signs
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.counterfactual import present_heat
from heatreach.siting.appraisal.heat_price import HEAT_LINES, TARIFF_LINES
from heatreach.siting.appraisal.line_values import (
    bought_value,
    line_values,
    operator_values,
    renewal_values,
)
from heatreach.siting.appraise import appraise
from heatreach.siting.errors import InputError
from heatreach.siting.hours import Hours
from heatreach.siting.planning.loads import year_loads
from heatreach.siting.planning.supply import supply_energy
from heatreach.siting.planning.terms import consumer_terms, yearly_terms
from heatreach.siting.planning.worth import connection_values, design_rules
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import AMBIENT, CENTRAL, climate_year, exact_machines

MONEY, COUNTRY = "EUR 2024", "DE"
COUNTERFACTUALS = ("gas_boiler", "oil_boiler", "electric_boiler", "air_source_heat_pump")


def economics(**changes: object) -> Scenario:
    """Defaults but for economic keys."""
    return scenario_of({"economics": changes}, name="test")


def energy(**changes: object) -> pd.DataFrame:
    """A project of 1 MW at a COP of 4 that loses a fifth of what it feeds in."""
    row: dict[str, Any] = {
        "option": CENTRAL,
        "heat_mwh": 4000.0,
        "loss_mwh": 1000.0,
        "pumping_mwh": 40.0,
        "feed_peak_kw": 2000.0,
        "heat_pump_kw": 1000.0,
        "machine_cop": 4.0,
        "exchanger_kw": 0.0,
        "store_mwh": 0.0,
        "boiler_kw": 2000.0,
        "heat_pump_mwh": 4500.0,
        "backup_mwh": 500.0,
        "source_mwh": 3400.0,
        "electricity_mwh": 1150.0,
        "substation_upkeep": 700.0,
        "customer_service": 900.0,
        "tariff_gas": 300_000.0,
        "tariff_boiler": 60_000.0,
        "spared_gas": 330_000.0,
        "spared_boiler": 66_000.0,
        "present_t_co2e": 900.0,
        "present_electricity_mwh": 0.0,
        "embodied_t_co2e": 50.0,
        "bore_capex": 20_000.0,
    }
    for name in ("pipe_capex", "substation_capex"):
        row |= {name: 100_000.0, f"{name}_low": 80_000.0, f"{name}_high": 150_000.0}
    return pd.DataFrame([row | changes])


def amounts(case: pd.DataFrame | None = None, scenario: Scenario | None = None) -> pd.Series[float]:
    """Bill of one project."""
    study = scenario or Scenario()
    made = bill(energy() if case is None else case, study, conditions_of(study, COUNTRY))
    return made.amounts.iloc[0]


def npv(case: pd.DataFrame, scenario: Scenario) -> float:
    """Net present value of one project."""
    return float(appraise(case, scenario, conditions_of(scenario, COUNTRY))["npv"].iloc[0])


def test_every_line_has_an_amount_in_the_order_of_the_table() -> None:
    made = amounts()
    assert made.index.tolist() == cash_lines().index.tolist()
    assert np.isfinite(made).all()


def test_golden_energies_are_split_by_heat_delivered_and_lost() -> None:
    """Of 5,000 MWh fed in, 1,000 are lost: a fifth of electricity and fuel."""
    found = amounts()
    prices = conditions_of(Scenario(), COUNTRY)
    power = 1150.0 * prices.electricity_price_per_mwh.value
    fuel = 500.0 / prices.backup_efficiency_share.value * prices.backup_fuel_price_per_mwh.value
    assert found["electricity_heat"] == pytest.approx(0.8 * power)
    assert found["electricity_loss"] == pytest.approx(0.2 * power)
    assert found["backup_heat"] == pytest.approx(0.8 * fuel)
    assert found["backup_loss"] == pytest.approx(0.2 * fuel)
    assert found["electricity_pumping"] == pytest.approx(
        40.0 * prices.electricity_price_per_mwh.value
    )


def test_golden_heat_pumps_on_a_loop_lose_nothing() -> None:
    """The loop's loss comes before them: they make what is delivered."""
    found = amounts(energy(option=AMBIENT))
    assert found["electricity_loss"] == 0.0
    # What the loop carries: 4,000 of heat less 1,150 of electricity, and 1,000 lost.
    fuel = found["backup_heat"] + found["backup_loss"]
    assert found["backup_loss"] == pytest.approx(fuel * 1000.0 / 3850.0)


@settings(max_examples=30, deadline=None)
@given(source=st.floats(0.0, 4500.0), rate=st.floats(0.0, 100.0))
def test_property_source_heat_is_the_price_times_what_is_taken(source: float, rate: float) -> None:
    study = economics(source_heat_price_per_mwh=rate)
    found = amounts(energy(source_mwh=source), study)
    paid = found["source_heat"] - found["source_heat_spared"]
    assert paid == pytest.approx(rate * source, rel=1e-9, abs=1e-6)


def test_golden_source_side_and_connection_follow_the_cop() -> None:
    """1,000 kW of heat at a COP of 4: 750 kW from the data centre, 250 kW from the grid."""
    found = amounts()
    exchanger = price("technology_costs", "source_exchanger", "capex_per_kw", target=MONEY).value
    grid = price("technology_costs", "electrical_connection", "capex_per_kw", target=MONEY).value
    assert found["source_exchanger"] == pytest.approx(750.0 * exchanger)
    assert found["electrical_connection"] == pytest.approx(250.0 * grid)
    assert found["source_exchanger_upkeep"] == pytest.approx(0.02 * 750.0 * exchanger)


def test_heat_pumps_at_buildings_bring_their_exchanger_and_connection() -> None:
    found = amounts(energy(option=AMBIENT))
    assert found["consumer_heat_pump"] > 0.0
    for line in ("heat_pump", "source_exchanger", "electrical_connection", "heat_pump_use"):
        assert found[line] == 0.0
    at_network = amounts(energy(option=AMBIENT, use="heat_network"))
    assert at_network["heat_pump"] > 0.0
    assert at_network["electrical_connection"] > 0.0
    assert at_network["source_exchanger"] == 0.0


def test_golden_shares_on_top_of_investment() -> None:
    """10 % soft costs, 10 % contingency, and a grant of 40 % of all of it."""
    study = economics(grant_share=0.4)
    conditions = conditions_of(study, COUNTRY)
    made = bill(energy(), study, conditions)
    bought = float(made.investment.iloc[0])
    table = cash_lines()
    lines = table.index[table["kind"] == "investment"].tolist()
    assert bought == pytest.approx(made.amounts[lines].iloc[0].sum())
    assert made.amounts["soft_costs"].iloc[0] == pytest.approx(0.1 * bought)
    assert made.amounts["contingency"].iloc[0] == pytest.approx(0.1 * bought)
    assert made.amounts["grant"].iloc[0] == pytest.approx(0.4 * 1.2 * bought)
    assert made.capex.iloc[0] == pytest.approx(1.2 * bought)
    assert npv(energy(), study) - npv(energy(), Scenario()) == pytest.approx(0.48 * bought)


def test_golden_bores_and_pipes_are_parts_of_the_trenches() -> None:
    found = amounts()
    assert found["crossing"] == 20_000.0
    assert found["pipe"] == 80_000.0
    assert found["pipe_upkeep"] + found["crossing_upkeep"] == pytest.approx(1000.0)
    study = Scenario()
    low = bill(energy(), study, conditions_of(study, COUNTRY), column="low").amounts.iloc[0]
    assert low["pipe"] + low["crossing"] == 80_000.0


@pytest.mark.parametrize("option", [CENTRAL, AMBIENT])
def test_low_value_and_high_of_every_line_are_in_order(option: str) -> None:
    study = Scenario()
    conditions = conditions_of(study, COUNTRY)
    low, mid, high = (
        bill(energy(option=option), study, conditions, column=column).amounts.iloc[0]
        for column in ("low", "value", "high")
    )
    assert (low <= mid + 1e-9).all()
    assert (mid <= high + 1e-9).all()


def test_golden_carbon_payment_is_that_of_the_first_year() -> None:
    study = economics(carbon_price_per_t=50.0)
    conditions = conditions_of(study, COUNTRY)
    avoided = appraise(energy(), study, conditions)["avoided_t_co2e"].iloc[0]
    assert amounts(scenario=study)["carbon_payment"] == pytest.approx(50.0 * avoided)
    assert amounts()["carbon_payment"] == 0.0
    # Who emits more pays.
    dirty = amounts(energy(present_t_co2e=0.0), study)["carbon_payment"]
    assert dirty < 0.0


def test_golden_credits_of_the_data_centre() -> None:
    found = amounts(energy(cooling_credit_mwh=200.0, water_credit_m3=1000.0))
    power = conditions_of(Scenario(), COUNTRY).electricity_price_per_mwh.value
    water = price("energy_prices", "water", "price_per_m3", target=MONEY).value
    assert found["cooling_electricity"] == pytest.approx(200.0 * power)
    assert found["cooling_water"] == pytest.approx(1000.0 * water)
    unknown = amounts(energy(cooling_credit_mwh=np.nan))
    assert unknown["cooling_electricity"] == unknown["cooling_water"] == 0.0


def test_a_price_of_the_user_changes_only_its_lines() -> None:
    """Each key against the lines that it names; without a counterfactual in this table."""
    before = amounts()
    power = {"electricity_heat", "electricity_loss", "electricity_pumping"}
    cases: dict[str, set[str]] = {
        "electricity_price_per_mwh": power,
        "gas_price_per_mwh": {"backup_heat", "backup_loss"},
        "source_heat_price_per_mwh": {"source_heat", "source_heat_spared"},
        "soft_cost_share": {"soft_costs"},
        "contingency_share": {"contingency"},
        "grant_share": {"grant"},
        "carbon_price_per_t": {"carbon_payment"},
    }
    for key, lines in cases.items():
        value = 0.25 if key.endswith("_share") else 33.0
        after = amounts(scenario=economics(**{key: value}))
        changed = set(after.index[~np.isclose(after, before, rtol=1e-12)])
        assert changed == lines, key


@settings(max_examples=40, deadline=None)
@given(
    line=st.sampled_from(
        [
            "pipe_capex",
            "substation_capex",
            "substation_upkeep",
            "customer_service",
            "electricity_mwh",
            "backup_mwh",
            "pumping_mwh",
            "store_mwh",
            "boiler_kw",
        ]
    ),
    more=st.floats(0.01, 1e4),
)
def test_property_a_cost_more_never_raises_the_npv(line: str, more: float) -> None:
    study = Scenario()
    case = energy()
    dearer = case.assign(**{line: case[line] + more})
    assert npv(dearer, study) < npv(case, study)


@settings(max_examples=30, deadline=None)
@given(share=st.floats(0.001, 1.0), key=st.sampled_from(["soft_cost_share", "contingency_share"]))
def test_property_more_on_top_never_raises_the_npv(share: float, key: str) -> None:
    shares = {"soft_cost_share": 0.0, "contingency_share": 0.0}
    without = economics(**shares)
    with_it = economics(**(shares | {key: min(share, 0.5)}))
    assert npv(energy(), with_it) < npv(energy(), without)


def test_golden_npv_is_the_sum_of_the_lines_at_their_values() -> None:
    study = economics(gas_price_change_share=0.02, grant_share=0.2, residual_value="none")
    conditions = conditions_of(study, COUNTRY)
    made = bill(energy(), study, conditions).amounts.iloc[0]
    worth = float((made * operator_values(study, conditions)).sum())
    assert worth == pytest.approx(npv(energy(), study), rel=1e-12)


def test_golden_values_of_lines_by_hand() -> None:
    """3.5 %, 25 years: pipes of 40 years, substations of 20, gas that rises by 2 % a year."""
    study = economics(gas_price_change_share=0.02)
    conditions = conditions_of(study, COUNTRY)
    values = line_values(study, conditions)
    assert values["pipe"] == pytest.approx(1.0 - 15.0 / 40.0 / 1.035**25)
    assert values["substation"] == pytest.approx(1.0 + 1.035**-20 - 15.0 / 20.0 / 1.035**25)
    assert values["boiler"] == pytest.approx(1.0)
    rising = sum(1.02 ** (year - 1) / 1.035**year for year in range(1, 26))
    level = sum(1.0 / 1.035**year for year in range(1, 26))
    assert values["backup_heat"] == pytest.approx(rising)
    assert values["electricity_heat"] == pytest.approx(level)
    assert values["tariff_gas"] == pytest.approx(rising)
    renewed, left = renewal_values(study, conditions)
    number = list(values.index).index("substation")
    assert renewed[number] == pytest.approx(1.035**-20)
    assert left[number] == pytest.approx(15.0 / 20.0 / 1.035**25)
    nothing_left = line_values(economics(residual_value="none"), conditions)
    assert nothing_left["pipe"] == pytest.approx(1.0)


def test_golden_trench_with_all_that_comes_on_top() -> None:
    """Owned at 0.841, 20 % on top once, and a grant of 30 % of 1.2."""
    study = economics(grant_share=0.3)
    conditions = conditions_of(study, COUNTRY)
    owned = 1.0 - 15.0 / 40.0 / 1.035**25
    value = bought_value("pipe", study, conditions, grant=True)
    assert value == pytest.approx(owned + 0.2 - 0.3 * 1.2)
    gross = bought_value("pipe", study, conditions, grant=False)
    assert gross == pytest.approx(owned + 0.2)
    with pytest.raises(ValueError, match="no investment"):
        bought_value("grant", study, conditions, grant=False)


def consumers(count: int = 4) -> pd.DataFrame:
    """Buildings of every kind of heating."""
    heat = np.array([300.0, 800.0, 1200.0, 60.0])[:count]
    return pd.DataFrame(
        {
            "id": list("abcd")[:count],
            "use": ["office", "school", "hospital", "home"][:count],
            "counterfactual": list(COUNTERFACTUALS)[:count],
            "annual_heat_mwh": heat,
            "peak_kw": heat / 2.0,
            "coincident_kw": 0.0,
            "supply_degc": 65.0,
            "return_degc": 40.0,
        }
    )


@pytest.mark.parametrize("discount", [0.0, 0.1, 0.25])
def test_golden_tariff_parts_sum_to_the_present_price_less_the_discount(discount: float) -> None:
    study = economics(tariff_discount_share=discount)
    terms = consumer_terms(consumers(), study, country=COUNTRY)
    present = present_heat(consumers(), study, COUNTRY)["price_per_mwh"]
    parts = terms[[f"{line}_per_mwh" for line in TARIFF_LINES]].sum(axis=1)
    np.testing.assert_allclose(parts, present * (1.0 - discount), rtol=1e-12)
    np.testing.assert_allclose(parts, terms["tariff_per_mwh"], rtol=1e-12)
    spared = terms.filter(regex="^spared_").sum(axis=1)
    np.testing.assert_allclose(spared, present, rtol=1e-12)
    assert terms["tariff_given_per_mwh"].eq(0.0).all()
    # Each consumer's fuel stands in its own line.
    fuels = ["gas", "oil", "electricity", "electricity"]
    for row, fuel in enumerate(fuels):
        lines = [f"tariff_{name}_per_mwh" for name in ("gas", "oil", "electricity")]
        filled = [line for line in lines if terms[line].iloc[row] > 0.0]
        assert filled == [f"tariff_{fuel}_per_mwh"]


def test_golden_emissions_of_today_by_fuel() -> None:
    """Those of gas and oil boilers are burnt, those of electric ones come with the grid."""
    terms = consumer_terms(consumers(), Scenario(), country=COUNTRY)
    yearly = yearly_terms(terms, consumers()["annual_heat_mwh"])
    assert yearly["present_gas_t_co2e"].gt(0.0).tolist() == [True, False, False, False]
    assert yearly["present_oil_t_co2e"].gt(0.0).tolist() == [False, True, False, False]
    burnt = yearly[["present_gas_t_co2e", "present_oil_t_co2e"]].sum(axis=1)
    np.testing.assert_allclose(burnt[:2], yearly["present_t_co2e"][:2])


def test_golden_price_of_the_user_charges_and_service() -> None:
    study = economics(
        heat_tariff_per_mwh=80.0, standing_charge_per_year=200.0, connection_charge_per_kw=30.0
    )
    yearly = yearly_terms(
        consumer_terms(consumers(), study, country=COUNTRY), consumers()["annual_heat_mwh"]
    )
    heat = consumers()["annual_heat_mwh"]
    np.testing.assert_allclose(yearly["tariff_given"], 80.0 * heat)
    assert yearly[list(TARIFF_LINES)[:-1]].eq(0.0).all(axis=None)
    assert yearly["standing_charge"].eq(200.0).all()
    np.testing.assert_allclose(yearly["connection_charge"], 30.0 * heat / 2.0)
    np.testing.assert_allclose(yearly["revenue_per_year"], 80.0 * heat + 200.0)
    service = price("technology_costs", "customer_service", "om_per_year", target=MONEY).value
    assert yearly["customer_service"].eq(service).all()


def test_scenario_rejects_a_standing_charge_without_a_price() -> None:
    with pytest.raises(InputError, match="needs a heat price of your own"):
        economics(standing_charge_per_year=200.0)
    # Another fault is named alone.
    with pytest.raises(InputError) as refused:
        economics(standing_charge_per_year=200.0, heat_tariff_per_mwh=-1.0)
    assert len(refused.value.problems) == 1


def test_the_operators_rate_leaves_what_consumers_pay() -> None:
    """The boiler that a consumer spares is reckoned at the consumer's rate."""
    cheap, dear, patient = (
        consumer_terms(consumers(), study, country=COUNTRY)["tariff_per_mwh"]
        for study in (
            economics(),
            economics(discount_rate_share=0.1),
            economics(consumer_rate_share=0.1),
        )
    )
    np.testing.assert_array_equal(cheap, dear)
    assert (patient > cheap).all()


def network(scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Consumers with terms, energies of their energy centre, and the project with its trenches."""
    served = consumers()
    served = served.join(consumer_terms(served, scenario, country=COUNTRY))
    hours = Hours(
        outdoor_degc=climate_year(COUNTRY),
        weather="test",
        heating_threshold_degc=15.0,
        load_profile="unknown",
    )
    loss_kw = 30.0
    table = pd.DataFrame(
        {
            "heat_mwh": [served["annual_heat_mwh"].sum()],
            "loss_mwh": loss_kw * 8.76,
            "feed_peak_kw": 0.9 * served["peak_kw"].sum() + loss_kw,
            "peak_kw": served["peak_kw"].sum(),
            "peak_source": "full-load hours",
            "use": "flats",
            "hot_water_share": 0.2,
            "source_kw": 1000.0,
            "utilisation": 0.8,
            "source_degc": 30.0,
            "source_return_degc": 22.0,
            "sink_in_degc": 40.0,
            "sink_out_degc": 66.0,
        }
    )
    conditions = conditions_of(scenario, COUNTRY)
    loads = year_loads(table, hours)
    machines = exact_machines(scenario.heat_pump.refrigerant)
    made = supply_energy(loads, CENTRAL, scenario, conditions, machines=machines)
    row = table.join(made[[name for name in made if name not in table]])
    brought = yearly_terms(served, served["annual_heat_mwh"]).sum()
    project = row.assign(
        **brought,
        pumping_mwh=12.0,
        embodied_t_co2e=0.0,
        pipe_capex=500_000.0,
        pipe_capex_low=400_000.0,
        pipe_capex_high=700_000.0,
        bore_capex=60_000.0,
    )
    return served, row, project


STUDIES: tuple[dict[str, Any], ...] = (
    {},
    {"gas_price_change_share": 0.03, "electricity_price_change_share": -0.02},
    {"tariff_index": "level", "gas_price_change_share": 0.03},
    {"grant_share": 0.4, "connection_charge_per_kw": 100.0, "carbon_price_per_t": 80.0},
    {"life_years": 40, "residual_value": "none", "discount_rate_share": 0.08},
    {"heat_tariff_per_mwh": 110.0, "standing_charge_per_year": 300.0},
)


@pytest.mark.parametrize("changes", STUDIES)
def test_golden_values_of_consumers_less_trenches_are_the_npv(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the design adds up, value by value, is what the cash flow of the project gives."""
    scenario = economics(**changes)
    conditions = conditions_of(scenario, COUNTRY)
    served, row, project = network(scenario)
    # The diversity of the group is that behind the design peak.
    monkeypatch.setattr(
        "heatreach.siting.planning.worth._together_kw", lambda group: 0.9 * group["peak_kw"].sum()
    )
    values = connection_values(served, served, row, scenario, conditions, premium_share=0.0)
    site = pd.Series({"source_kw": 1000.0})
    rules = design_rules(site, row, served, scenario, conditions)
    trenches = 500_000.0 * (1.0 + rules.upkeep_value_share)
    losses = rules.loss_value_per_mwh * float(row["loss_mwh"].iloc[0])
    pumping = 12.0 * conditions.electricity_price_per_mwh.value
    if scenario.economics.carbon_price_per_t:
        pumping += 12.0 * conditions.grid_kg_per_kwh[0] * scenario.economics.carbon_price_per_t
        level = line_values(scenario, conditions)["carbon_payment"]
        assert level == pytest.approx(line_values(scenario, conditions)["electricity_pumping"])
    pumping *= line_values(scenario, conditions)["electricity_pumping"]
    design = values.sum() - trenches - losses - pumping
    found = appraise(project, scenario, conditions)["npv"].iloc[0]
    assert design == pytest.approx(found, rel=1e-9, abs=1e-6)


def test_premium_counts_as_a_dearer_tariff() -> None:
    scenario = Scenario()
    conditions = conditions_of(scenario, COUNTRY)
    served, row, _project = network(scenario)
    now, dearer = (
        connection_values(served, served, row, scenario, conditions, premium_share=share)
        for share in (0.0, 0.2)
    )
    level = line_values(scenario, conditions)["tariff_gas"]
    more = 0.2 * served["tariff_per_mwh"] * served["annual_heat_mwh"] * level
    np.testing.assert_allclose(dearer - now, more, rtol=1e-9)


def test_trenches_never_become_free_for_the_design() -> None:
    """A grant of all costs and a long residual life: the design still prefers shorter ways."""
    scenario = economics(grant_share=1.0, life_years=10)
    conditions = conditions_of(scenario, COUNTRY)
    served, row, _project = network(scenario)
    site = pd.Series({"source_kw": 1000.0})
    rules = design_rules(site, row, served, scenario, conditions)
    assert rules.upkeep_value_share > -1.0


def test_transfers_cancel_in_society() -> None:
    """What consumers pay the operator and the operator the data centre is nobody's gain."""
    signs = pd.Series(payer_signs("society"), index=cash_lines().index)
    for line in (*TARIFF_LINES, "standing_charge", "connection_charge", "source_heat", "grant"):
        assert signs[line] == 0.0


@pytest.mark.parametrize("money", ["EUR 2020", "GBP 2024", "USD 2024"])
def test_golden_money_of_another_base_scales_what_is_bought(money: str) -> None:
    """All investments are rows of EUR; in another base each is worth the same factor more."""
    here, there = Scenario(), economics(money=money)
    both = [
        bill(
            energy(pipe_capex=0.0, bore_capex=0.0, substation_capex=0.0), study, conditions
        ).amounts.iloc[0]
        for study in (here, there)
        for conditions in [conditions_of(study, COUNTRY)]
    ]
    ratio = both[1]["heat_pump"] / both[0]["heat_pump"]
    index = {year: assumption("price_index", "EUR", f"index_{year}").value for year in (2020, 2024)}
    year = int(money[-4:])
    rate = 1.0
    if not money.startswith("EUR"):
        rate = assumption("price_index", f"{money[:3]}_per_EUR", f"rate_{year}").value
    assert ratio == pytest.approx(index[year] / index[2024] * rate)
    for line in ("boiler", "pumps", "energy_centre", "source_exchanger", "soft_costs"):
        assert both[1][line] / both[0][line] == pytest.approx(ratio)


def test_bill_rejects_money_of_an_unknown_base() -> None:
    with pytest.raises(TableError):
        price("technology_costs", "pumping_station", "capex_per_kw", target="EUR 1950")


def test_no_rows_give_an_empty_bill() -> None:
    study = Scenario()
    made = bill(energy().iloc[:0], study, conditions_of(study, COUNTRY))
    assert isinstance(made, Bill)
    assert made.amounts.shape == (0, len(cash_lines()))
    assert len(made.capex) == 0


def test_heat_lines_are_lines_of_the_table() -> None:
    assert set(HEAT_LINES) <= set(cash_lines().index)
