"""Ways to make the heat of a link: which is chosen, and what each has of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.hours import Hours
from heatreach.siting.options import link_options
from heatreach.siting.planning.energy_centre import best_supply
from heatreach.siting.planning.link_pipes import link_pipes
from heatreach.siting.planning.loads import year_loads
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import (
    AMBIENT,
    ARRANGEMENTS,
    CENTRAL,
    DIRECT,
    PREHEAT,
    climate_year,
    exact_machines,
    heat_pump_cop,
)

COUNTRY = "DE"
CONDITIONS = conditions_of(Scenario(), COUNTRY)
HOURS = Hours(
    outdoor_degc=climate_year(COUNTRY),
    weather="test",
    heating_threshold_degc=15.0,
    load_profile="unknown",
)


def links(**changes: object) -> pd.DataFrame:
    """One link, piped, with the given figures changed."""
    row = {
        "site_id": "s",
        "consumer_id": "c",
        "use": "office",
        "hot_water_share": 0.14,
        "peak_source": "full-load hours",
        "peak_kw": 900.0,
        "heat_mwh": 2000.0,
        "supply_degc": 65.0,
        "return_degc": 40.0,
        "source_kw": 3000.0,
        "utilisation": 0.7,
        "source_degc": 30.0,
        "source_return_degc": 22.0,
        "route_m": 400.0,
        "hard_weighted_m": 400.0,
        "soft_weighted_m": 0.0,
        "bridges": 0,
        "tunnels": 0,
        "level_crossings": 0,
        "service_crosses": "",
    }
    frame = pd.DataFrame([row | changes])
    return frame.join(link_pipes(frame, Scenario(), CONDITIONS))


def terms(frame: pd.DataFrame) -> pd.DataFrame:
    """Money of a consumer, the same for all."""
    figures = {
        "tariff_given": 180_000.0,
        "present_t_co2e": 430.0,
        "present_electricity_mwh": 0.0,
        "substation_capex": 60_000.0,
        "substation_capex_low": 40_000.0,
        "substation_capex_high": 90_000.0,
        "substation_upkeep": 500.0,
    }
    return pd.DataFrame([figures] * len(frame), index=frame.index)


def options(frame: pd.DataFrame, scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is chosen, and all options by name."""
    chosen, all_of_them = link_options(frame, terms(frame), scenario, CONDITIONS, HOURS)
    return chosen, all_of_them


def by_name(tried: pd.DataFrame, name: str) -> dict[str, Any]:
    """Figures of one arrangement."""
    rows = tried[tried["option"] == name].to_dict("records")
    return {str(key): value for key, value in rows[0].items()}


def test_all_arrangements_are_compared_and_the_best_is_chosen() -> None:
    chosen, tried = options(links(source_degc=48.0, source_return_degc=44.0), Scenario())
    assert set(tried["option"]) == {*ARRANGEMENTS, ""}
    working = tried[tried["status"] == "ok"]
    assert len(working) >= 2
    best = working.sort_values("npv")[["option", "supply_degc"]].iloc[-1].tolist()
    assert chosen[["option", "supply_degc"]].iloc[0].tolist() == best
    assert tried.loc[tried["chosen"], ["option", "supply_degc"]].to_numpy().tolist() == [best]
    assert (tried.loc[~tried["chosen"], "reason"] != "").all()
    assert (tried.loc[tried["chosen"], "reason"] == "").all()


def test_chosen_cop_is_exact() -> None:
    """The comparison reads the table; what is planned equals the exact cycle."""
    scenario = scenario_of({"heat_pump": {"arrangement": "central"}}, name="test")
    frame = links()
    chosen, tried = options(frame, scenario)
    exact = heat_pump_cop(
        scenario.heat_pump.refrigerant,
        30.0,
        22.0,
        float(frame["sink_in_degc"].iloc[0]),
        float(frame["sink_out_degc"].iloc[0]),
        heat_kw=0.5 * float(frame["feed_peak_kw"].iloc[0]),
    )
    assert chosen["cop_full_load"].iloc[0] == pytest.approx(exact, rel=1e-12)
    row = tried[tried["supply_degc"] == 65.0].iloc[0]
    assert row["cop_full_load"] == pytest.approx(exact, rel=1e-3)


def test_hot_source_needs_no_heat_pump() -> None:
    hot = links(source_degc=75.0, source_return_degc=50.0)
    chosen, _ = options(hot, Scenario())
    row = chosen.iloc[0]
    assert row["option"] == DIRECT
    assert row["electricity_mwh"] == 0.0
    assert row["heat_pump_kw"] == 0.0
    assert np.isnan(row["cop"])
    assert row["source_mwh"] == pytest.approx(row["heat_pump_mwh"])


def test_warm_source_preheats_and_saves_electricity() -> None:
    """A source of 60 °C against a return of 40 °C gives most of the heat without electricity."""
    warm = links(source_degc=60.0, source_return_degc=45.0)
    _, tried = options(warm, Scenario())
    preheat, central = by_name(tried, PREHEAT), by_name(tried, CENTRAL)
    assert preheat["status"] == "ok"
    assert preheat["electricity_mwh"] < 0.6 * central["electricity_mwh"]
    assert preheat["exchanger_kw"] > preheat["heat_pump_kw"]


def test_ambient_loop_has_its_own_pipe_losses_and_machines() -> None:
    """Loop water spans 8 K, network water 25 K: a thicker pipe that loses less heat."""
    _, tried = options(links(), Scenario())
    loop, central = by_name(tried, AMBIENT), by_name(tried, CENTRAL)
    assert loop["status"] == central["status"] == "ok"
    assert float(loop["dn"][2:]) > float(central["dn"][2:])
    assert loop["loss_mwh"] < central["loss_mwh"]
    assert loop["heat_pump_kw"] == pytest.approx(900.0)
    assert loop["station_capex"] < central["station_capex"]
    assert loop["heat_pump_mwh"] == pytest.approx(2000.0)
    assert loop["source_degc"] == central["source_degc"] == 30.0


@pytest.mark.parametrize(
    ("word", "supply"), [("direct", 54.0), ("preheat", 62.0), ("central", 62.0), ("ambient", 62.0)]
)
def test_energy_of_every_option_closes(word: str, supply: float) -> None:
    """Source, electricity and boiler are heat, pipe loss, machine loss and store loss, to 1e-9."""
    scenario = scenario_of({"heat_pump": {"arrangement": word, "store_hours": 3.0}}, name="test")
    warm = links(
        source_degc=58.0, source_return_degc=44.0, supply_degc=supply, return_degc=38.0,
        source_kw=500.0,
    )  # fmt: skip
    row = options(warm, scenario)[0].iloc[0]
    assert row["status"] == "ok"
    gained = row["source_mwh"] + row["electricity_mwh"] + row["backup_mwh"]
    spent = row["heat_mwh"] + row["loss_mwh"] + row["machine_loss_mwh"] + row["store_loss_mwh"]
    assert gained == pytest.approx(spent, rel=1e-9)
    assert row["unserved_mwh"] == 0.0
    assert row["source_mwh"] + row["source_left_mwh"] == pytest.approx(500.0 * 8.76, rel=1e-9)


def test_no_arrangement_works_says_why_of_each() -> None:
    far = links(supply_degc=125.0, return_degc=90.0)
    row = options(far, Scenario())[0].iloc[0]
    assert row["status"] == "infeasible"
    assert all(name in row["reason"] for name in ARRANGEMENTS)
    assert np.isnan(row["heat_pump_mwh"])
    assert np.isnan(row["npv"])


def test_property_order_of_links_does_not_matter() -> None:
    many = pd.concat(
        [
            links(consumer_id=str(n), heat_mwh=300.0 + 400.0 * n, source_degc=25.0 + 9.0 * n)
            for n in range(5)
        ],
        ignore_index=True,
    )
    forwards = options(many, Scenario())[0].set_index("consumer_id")
    backwards = options(many.iloc[::-1].reset_index(drop=True), Scenario())[0]
    backwards = backwards.set_index("consumer_id").loc[forwards.index]
    pd.testing.assert_frame_equal(forwards, backwards, rtol=1e-12)


def test_least_cost_is_never_dearer_than_the_share() -> None:
    """Sized by cost, a central heat pump makes heat no dearer than at half the peak."""
    central = {"arrangement": "central"}
    fixed = scenario_of({"heat_pump": central}, name="test")
    sized = scenario_of({"heat_pump": central | {"sizing": "least_cost"}}, name="test")
    before, after = (options(links(), scenario)[0].iloc[0] for scenario in (fixed, sized))
    assert after["lcoh_per_mwh"] <= before["lcoh_per_mwh"] * (1.0 + 1e-3)
    assert after["heat_pump_kw"] != before["heat_pump_kw"]


def test_network_takes_the_arrangement_with_the_cheapest_heat() -> None:
    frame = links(source_degc=60.0, source_return_degc=45.0)
    loads = year_loads(frame, HOURS)
    machines = exact_machines(Scenario().heat_pump.refrigerant)
    best = best_supply(loads, Scenario(), CONDITIONS, machines=machines)
    assert best["option"].iloc[0] == PREHEAT
    forced = scenario_of({"heat_pump": {"arrangement": "central"}}, name="test")
    assert best_supply(loads, forced, CONDITIONS, machines=machines)["option"].iloc[0] == CENTRAL


def test_network_emits_least_where_the_ranking_is_by_emissions() -> None:
    """On a grid of 800 g/kWh the arrangement with least electricity and fuel emits least."""
    frame = links(source_degc=60.0, source_return_degc=45.0)
    loads = year_loads(frame, HOURS)
    machines = exact_machines(Scenario().heat_pump.refrigerant)
    sections = {"ranking": {"objective": "avoided_t_co2e"}}
    case = scenario_of(sections | {"emissions": {"grid_co2e_kg_per_kwh": 0.8}}, name="test")
    best = best_supply(loads, case, conditions_of(case, COUNTRY), machines=machines)
    assert best["option"].iloc[0] == PREHEAT


@pytest.mark.parametrize("sizing", ["share", "least_cost"])
def test_chosen_row_of_the_options_is_the_link(sizing: str) -> None:
    """Whatever the links say of the arrangement chosen, the table of options says too."""
    many = pd.concat(
        [
            links(consumer_id="a", heat_mwh=300.0, source_degc=60.0, source_return_degc=45.0),
            links(consumer_id="b", heat_mwh=9_000.0, peak_kw=4_000.0),
            links(consumer_id="c", source_degc=75.0, source_return_degc=50.0),
            links(consumer_id="d", supply_degc=125.0, return_degc=90.0),
        ],
        ignore_index=True,
    )
    scenario = scenario_of({"heat_pump": {"sizing": sizing}}, name="test")
    chosen, tried = options(many, scenario)
    assert not tried.duplicated(["consumer_id", "option", "supply_degc"]).any()
    assert set(tried["consumer_id"]) == set("abcd")
    marked = tried[tried["chosen"]].drop(columns="chosen").set_index("consumer_id").sort_index()
    served = chosen[chosen["status"] == "ok"].set_index("consumer_id").sort_index()
    assert served.index.tolist() == ["a", "b", "c"]
    pd.testing.assert_frame_equal(marked, served, check_exact=True, check_dtype=False)


def test_two_best_are_sized_before_one_is_chosen() -> None:
    """The choice is the cheaper of the two cheapest, each alone sized by cost."""
    frame = links(source_degc=52.0, source_return_degc=44.0)
    _, compared = options(frame, Scenario())
    two = compared[compared["status"] == "ok"].nsmallest(2, "lcoh_per_mwh")["option"].tolist()
    word = {DIRECT: "direct", PREHEAT: "preheat", CENTRAL: "central", AMBIENT: "ambient"}

    def sized(arrangement: str) -> Scenario:
        heat_pump = {"arrangement": arrangement, "sizing": "least_cost"}
        return scenario_of({"heat_pump": heat_pump}, name="test")

    alone = {name: options(frame, sized(word[name]))[0]["lcoh_per_mwh"].iloc[0] for name in two}
    chosen, tried = options(frame, sized("best"))
    assert chosen["lcoh_per_mwh"].iloc[0] == pytest.approx(min(alone.values()), rel=1e-12)
    assert chosen["option"].iloc[0] == min(alone, key=lambda name: float(alone[name]))
    for name in two:
        assert by_name(tried, name)["lcoh_per_mwh"] == pytest.approx(alone[name], rel=1e-12)
