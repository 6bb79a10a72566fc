"""Money and carbon of a link, against hand calculations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy_financial
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import price
from heatreach.siting.appraisal.conditions import (
    Conditions,
    annuity_years,
    conditions_of,
    cost_by_size,
)
from heatreach.siting.appraisal.counterfactual import present_heat
from heatreach.siting.appraise import CAPEX_PARTS, appraise, substation_capex
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import AMBIENT, CENTRAL, DIRECT, PREHEAT

MONEY = "EUR 2024"


def conditions() -> Conditions:
    """Round figures for calculations on paper."""
    base = conditions_of(Scenario(), "DE")
    return Conditions(
        electricity_price_per_mwh=replace(base.electricity_price_per_mwh, value=120.0),
        electricity_kg_per_kwh=replace(base.electricity_kg_per_kwh, value=0.3),
        backup_fuel_price_per_mwh=replace(base.backup_fuel_price_per_mwh, value=60.0),
        backup_kg_per_kwh=replace(base.backup_kg_per_kwh, value=0.2),
        backup_efficiency_share=replace(base.backup_efficiency_share, value=0.9),
        source_heat_price_per_mwh=replace(base.source_heat_price_per_mwh, value=5.0),
        ground_degc=base.ground_degc,
        grid_kg_per_kwh=(0.3,) * Scenario().economics.life_years,
    )


def energy(**changes: object) -> pd.DataFrame:
    """A project of 1 MW and 4,000 hours at a COP of 4."""
    row = {
        "option": CENTRAL,
        "heat_mwh": 4000.0,
        "loss_mwh": 0.0,
        "pumping_mwh": 40.0,
        "feed_peak_kw": 2000.0,
        "heat_pump_kw": 1000.0,
        "machine_cop": 4.0,
        "exchanger_kw": 0.0,
        "store_mwh": 0.0,
        "boiler_kw": 2000.0,
        "heat_pump_mwh": 3600.0,
        "backup_mwh": 400.0,
        "source_mwh": 2700.0,
        "electricity_mwh": 900.0,
        "substation_upkeep": 0.0,
        "tariff_given": 400_000.0,
        "present_t_co2e": 900.0,
        "present_electricity_mwh": 0.0,
        "embodied_t_co2e": 50.0,
    }
    for name in ("pipe_capex", "substation_capex"):
        row |= {name: 100_000.0, f"{name}_low": 80_000.0, f"{name}_high": 150_000.0}
    row["bore_capex"] = 0.0
    return pd.DataFrame([row | changes])


def per_kw(name: str, parameter: str = "capex_per_kw") -> float:
    """A cost of the tables in the plan's money."""
    return price("technology_costs", name, parameter, target=MONEY).value


def investments() -> dict[str, float]:
    """What it buys: 1 MW that draws 250 kW and takes 750 kW, a boiler and pumps of 2 MW."""
    return {
        "heat_pump": 1000.0 * price("heat_pumps", "large_1mw", "capex_per_kw", target=MONEY).value,
        "source_exchanger": 750.0 * per_kw("source_exchanger"),
        "electrical_connection": 250.0 * per_kw("electrical_connection"),
        "energy_centre": (1000.0 + 2000.0) * per_kw("energy_centre"),
        "boiler": 2000.0 * per_kw("gas_boiler_peak"),
        "pumps": 2000.0 * per_kw("pumping_station"),
        "pipe": 100_000.0,
        "substation": 100_000.0,
    }


def test_golden_cash_flow_year_by_year() -> None:
    """Every year of the flow written out, discounted by hand; IRR as numpy-financial finds it."""
    figures = appraise(energy(), Scenario(), conditions()).iloc[0]
    bought = investments()
    capex = 1.2 * sum(bought.values())  # 10 % soft costs, 10 % contingency
    assert figures["capex"] == pytest.approx(capex, rel=1e-12)
    # Substations last 20 years: bought again in year 20, 5 of 20 years used at the horizon of 25.
    # Pipes, building and connection last 40 years: 15 of 40 left. All else lasts 25.
    long = bought["pipe"] + bought["energy_centre"] + bought["electrical_connection"]
    left = 15.0 / 20.0 * bought["substation"] + 15.0 / 40.0 * long
    income = 400_000.0 - figures["opex_per_year"]
    flows = [-capex, *[income] * 25]
    flows[20] -= bought["substation"]
    flows[25] += left
    npv = sum(flow / 1.035**year for year, flow in enumerate(flows))
    assert figures["npv"] == pytest.approx(npv, rel=1e-12)
    assert figures["reinvestment"] == pytest.approx(100_000.0 / 1.035**20)
    assert figures["residual_value"] == pytest.approx(left / 1.035**25)
    assert figures["irr_share"] == pytest.approx(numpy_financial.irr(flows), rel=1e-9)
    assert figures["payback_years"] == pytest.approx(capex / income)
    heat = sum(4000.0 / 1.035**year for year in range(1, 26))
    cost = sum((400_000.0 * (year > 0) - flow) / 1.035**year for year, flow in enumerate(flows))
    assert figures["lcoh_per_mwh"] == pytest.approx(cost / heat, rel=1e-12)


def test_golden_discounted_payback_by_hand() -> None:
    """The first year in which the discounted flows have paid, straight within that year."""
    figures = appraise(energy(), Scenario(), conditions()).iloc[0]
    income, left = 400_000.0 - figures["opex_per_year"], figures["capex"]
    for year in range(1, 20):
        now = income / 1.035**year
        if left <= now:
            break
        left -= now
    assert figures["discounted_payback_years"] == pytest.approx(year - 1 + left / now)


def test_golden_running_cost_by_hand() -> None:
    """Electricity 940 MWh at 120, fuel 400/0.9 at 60, source 2,700 at 5; the rest is upkeep."""
    figures = appraise(energy(), Scenario(), conditions()).iloc[0]
    bought = 940.0 * 120.0 + 400.0 / 0.9 * 60.0 + 2700.0 * 5.0
    pump = price("heat_pumps", "large_1mw", "fixed_om_per_kw_per_year", target=MONEY).value * 1000.0
    per_mwh = price("heat_pumps", "large_1mw", "variable_om_per_mwh", target=MONEY).value * 3600.0
    kept = investments()
    upkeep = 0.035 * kept["boiler"] + 0.02 * (kept["pumps"] + kept["source_exchanger"])
    upkeep += 0.01 * (kept["energy_centre"] + kept["pipe"]) + 0.02 * kept["electrical_connection"]
    upkeep += 400.0 * per_kw("gas_boiler_peak", "variable_om_per_mwh")
    assert figures["opex_per_year"] == pytest.approx(bought + pump + per_mwh + upkeep)


def test_golden_carbon_by_hand() -> None:
    """900 t today less 900 and 40 MWh at 0.3 and 444 MWh of fuel at 0.2 t/MWh."""
    figures = appraise(energy(), Scenario(), conditions()).iloc[0]
    assert figures["electricity_t_co2e"] == pytest.approx(270.0)
    assert figures["pumping_t_co2e"] == pytest.approx(12.0)
    assert figures["backup_t_co2e"] == pytest.approx(400.0 / 0.9 * 0.2)
    # 0.3 kg/kW charge, 3.8 % leaks, GWP of R1234ze(E) 1.37 (AR6): grams, not tonnes.
    assert figures["leakage_t_co2e"] == pytest.approx(1000.0 * 0.3 * 0.038 * 1.37 / 1e3, rel=0.01)
    net = 900.0 - 270.0 - 12.0 - 400.0 / 0.9 * 0.2 - figures["leakage_t_co2e"]
    assert figures["avoided_t_co2e"] == pytest.approx(net)


def test_golden_carbon_over_life_by_hand() -> None:
    """Grid of 0.3 in the first year and 0 afterwards; refrigerant lost once; pipes if asked for."""
    years = Scenario().economics.life_years
    clean = replace(conditions(), grid_kg_per_kwh=(0.3, *(0.0,) * (years - 1)))
    figures = appraise(energy(), Scenario(), clean).iloc[0]
    scrapped = 1000.0 * 0.3 * 0.15 * 1.37 / 1e3
    fuel, backup, power = 900.0, 400.0 / 0.9 * 0.2, 282.0
    life = years * (fuel - backup - figures["leakage_t_co2e"]) - power - scrapped
    assert figures["end_of_life_t_co2e"] == pytest.approx(scrapped, rel=0.01)
    assert figures["avoided_life_t_co2e"] == pytest.approx(life, rel=1e-5)
    counted = scenario_of({"emissions": {"embodied": "yes"}}, name="test")
    with_pipes = appraise(energy(), counted, clean).iloc[0]
    assert with_pipes["avoided_life_t_co2e"] == pytest.approx(life - 50.0, rel=1e-5)
    assert with_pipes["avoided_t_co2e"] == figures["avoided_t_co2e"]


def test_golden_cost_per_tonne_is_that_of_all_payers_together() -> None:
    """What heat costs less the gas it spares; who pays whom makes no difference."""
    spared = energy(spared_gas=300_000.0)
    figures = appraise(spared, Scenario(), conditions()).iloc[0]
    years = sum(1.035**-year for year in range(1, 26))
    # Source heat (2,700 MWh at 5) is what the data centre gains.
    cost = figures["lcoh_per_mwh"] * 4000.0 * years - (2700.0 * 5.0 + 300_000.0) * years
    assert figures["society_cost"] == pytest.approx(cost)
    assert figures["cost_per_t_co2e"] == pytest.approx(cost / figures["avoided_life_t_co2e"])
    paid = scenario_of(
        {
            "economics": {
                "grant_share": 0.4,
                "carbon_price_per_t": 50.0,
                "source_heat_price_per_mwh": 9.0,
            }
        },
        name="test",
    )
    transfers = appraise(
        energy(spared_gas=300_000.0, tariff_given=500_000.0, connection_charge=1e5),
        paid,
        conditions(),
    ).iloc[0]
    assert transfers["npv"] > figures["npv"]
    assert transfers["cost_per_t_co2e"] == pytest.approx(figures["cost_per_t_co2e"])


def test_golden_consumers_machines_are_scrapped_earlier() -> None:
    """18 years at the consumer: refrigerant lost in years 18 and 25; at the centre in 25 only."""
    rows = [energy(option=option) for option in (AMBIENT, CENTRAL, AMBIENT)]
    together = pd.concat(rows).set_axis(["c", "a", "b"])
    figures = appraise(together, Scenario(), conditions())
    scrapped = 1000.0 * 0.3 * 0.15 * 1.37 / 1e3
    assert figures.index.tolist() == ["c", "a", "b"]
    lost = figures["end_of_life_t_co2e"] / scrapped
    assert lost.tolist() == pytest.approx([2.0, 1.0, 2.0], rel=0.01)
    short = scenario_of({"economics": {"life_years": 17}}, name="test")
    clean = replace(conditions(), grid_kg_per_kwh=(0.3,) * 17)
    once = appraise(together, short, clean)["end_of_life_t_co2e"]
    assert once.tolist() == pytest.approx([scrapped] * 3, rel=0.01)


def test_no_rows_give_no_figures() -> None:
    nothing = appraise(energy().iloc[:0], Scenario(), conditions())
    assert len(nothing) == 0
    assert "avoided_life_t_co2e" in nothing


def test_golden_electric_heating_gets_cleaner_with_the_grid() -> None:
    """3,000 MWh of electricity today at 0.3 t/MWh; at 0.1 t/MWh it avoids 600 t less a year."""
    cleaner = replace(conditions(), grid_kg_per_kwh=(0.1,) * 25)
    electric = energy(present_t_co2e=900.0, present_electricity_mwh=3000.0)
    figures = appraise(electric, Scenario(), cleaner).iloc[0]
    assert figures["fuel_avoided_t_co2e"] == pytest.approx(300.0)


def test_golden_machines_are_priced_by_arrangement() -> None:
    """Each kW costs what its kind does."""

    def machines(option: str, pump: float, exchanger: float, store: float = 0.0) -> float:
        case = energy(option=option, heat_pump_kw=pump, exchanger_kw=exchanger, store_mwh=store)
        figures = appraise(case, Scenario(), conditions()).iloc[0]
        return float(figures["heat_pump_capex"] + figures["store_capex"])

    per_kw = price("technology_costs", "heat_exchanger_station", "capex_per_kw", target=MONEY).value
    large = price("heat_pumps", "large_1mw", "capex_per_kw", target=MONEY).value
    block = price("technology_costs", "consumer_heat_pump_block", "capex_per_kw", target=MONEY)
    tank = price("heat_stores", "hot_water_tank_10mwh", "capex_per_mwh", target=MONEY).value
    assert machines(DIRECT, 0.0, 1000.0) == pytest.approx(1000.0 * per_kw)
    assert machines(CENTRAL, 1000.0, 0.0, 10.0) == pytest.approx(1000.0 * large + 10.0 * tank)
    assert machines(PREHEAT, 300.0, 700.0) == pytest.approx(300.0 * large + 700.0 * per_kw)
    assert machines(AMBIENT, 400.0, 300.0) == pytest.approx(400.0 * block.value + 300.0 * per_kw)


def test_dirty_grid_gives_a_negative_saving() -> None:
    dirty = conditions()
    dirty = replace(dirty, grid_kg_per_kwh=(1.2,) * Scenario().economics.life_years)
    figures = appraise(energy(), Scenario(), dirty).iloc[0]
    assert figures["avoided_t_co2e"] < 0.0
    assert np.isnan(figures["cost_per_t_co2e"])


def test_selling_at_the_price_gap_makes_the_npv_zero() -> None:
    first = appraise(energy(), Scenario(), conditions()).iloc[0]
    dearer = 400_000.0 + first["price_gap_per_mwh"] * 4000.0
    second = appraise(energy(tariff_given=dearer), Scenario(), conditions()).iloc[0]
    assert second["npv"] == pytest.approx(0.0, abs=1e-6 * first["capex"])


def test_golden_order_of_magnitude_of_a_published_case() -> None:
    """The literature's 1 MW, COP 4, 4,000 h, 120 per MWh case: about 61 EUR per MWh of heat.

    Here 2,000 kW of peak need a boiler and pumps too, and prices are of 2024 and not of 2015.
    """
    case = energy(heat_pump_mwh=4000.0, backup_mwh=0.0, source_mwh=3000.0, electricity_mwh=1000.0)
    cost = appraise(case, Scenario(), conditions()).iloc[0]["lcoh_per_mwh"]
    assert 55.0 < cost < 95.0


@settings(max_examples=30, deadline=None)
@given(rate=st.floats(0.0, 0.2), higher=st.floats(0.001, 0.1))
def test_property_npv_falls_with_the_rate(rate: float, higher: float) -> None:
    def npv(value: float) -> float:
        scenario = scenario_of({"economics": {"discount_rate_share": value}}, name="test")
        return float(appraise(energy(), scenario, conditions())["npv"].iloc[0])

    assert npv(rate + higher) < npv(rate)


def test_longer_horizon_renews_what_wears_out() -> None:
    """At 60 years machine, boiler and substations are bought again; so the NPV cannot run away."""

    def figures(years: int) -> pd.Series[Any]:
        scenario = scenario_of({"economics": {"life_years": years}}, name="test")
        return appraise(energy(), scenario, conditions()).iloc[0]

    short, long = figures(25), figures(60)
    assert long["reinvestment"] > 0.4 * short["heat_pump_capex"]
    assert long["capex"] == pytest.approx(short["capex"])


def test_low_and_high_ends_surround_the_value() -> None:
    figures = appraise(energy(), Scenario(), conditions()).iloc[0]
    assert figures["capex_low"] < figures["capex"] < figures["capex_high"]
    assert figures["capex"] == pytest.approx(figures[list(CAPEX_PARTS)].sum())


def test_golden_capital_recovery_of_the_literature() -> None:
    """1/annuity at 3.5 %: 0.0704, 0.0607 and 0.0468 for 20, 25 and 40 years."""
    factors = [1.0 / annuity_years(0.035, years) for years in (20, 25, 40)]
    assert np.round(factors, 4).tolist() == [0.0704, 0.0607, 0.0468]


def test_cost_by_size_hits_the_table_and_never_extrapolates() -> None:
    names = ("large_1mw", "large_3mw", "large_10mw")
    sizes = np.array([1.0, 1e3, 3e3, 1e4, 1e6])
    costs = cost_by_size(sizes, "heat_pumps", names, money="EUR 2015")
    assert costs.tolist() == pytest.approx([1237.0, 1237.0, 856.0, 666.0, 666.0])


def test_substations_never_get_cheaper_with_size() -> None:
    costs = substation_capex(np.geomspace(1.0, 5e3, 200), money=MONEY)
    assert (np.diff(costs) >= 0.0).all()


def test_golden_present_heat_by_hand() -> None:
    """A gas-heated office in Germany: fuel over efficiency plus the boiler per MWh."""
    consumers = pd.DataFrame(
        {
            "use": ["office"],
            "counterfactual": ["gas_boiler"],
            "peak_kw": [100.0],
            "annual_heat_mwh": [200.0],
        }
    )
    present = present_heat(consumers, Scenario(), "DE").iloc[0]
    gas = price("energy_prices", "gas", "price_per_mwh", target=MONEY, region="DE").value
    boiler = price("technology_costs", "gas_boiler_building", "capex_per_kw", target=MONEY).value
    yearly = boiler * (0.035 / (1.0 - 1.035**-20) + 0.04)
    assert present["price_per_mwh"] == pytest.approx(gas / 0.85 + 100.0 * yearly / 200.0)
    assert present["t_co2e_per_mwh"] == pytest.approx(0.182 / 0.85)
