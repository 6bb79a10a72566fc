"""Design temperatures of links: which are tried, which wins, and that losers are told rightly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.siting.options import link_options
from heatreach.siting.planning.choice import way_objective
from heatreach.siting.planning.temperatures import (
    supply_grid,
    too_cold_supplies,
    tried_supplies,
)
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import AMBIENT, ARRANGEMENTS, CENTRAL, DIRECT, PREHEAT

from .test_options import CONDITIONS, HOURS, links, terms

WORDS = {DIRECT: "direct", PREHEAT: "preheat", CENTRAL: "central", AMBIENT: "ambient"}
INPUTS = (
    *("consumer_id", "peak_kw", "heat_mwh", "return_degc", "source_kw", "source_degc"),
    *("source_return_degc", "route_m", "hard_weighted_m"),
)
OBJECTIVES = ("npv", "avoided_t_co2e", "lcoh_per_mwh", "cost_per_t_co2e", "weighted")
LARGEST = ("npv", "avoided_t_co2e")


def scenario(**sections: dict[str, object]) -> Scenario:
    """A scenario with some keys changed."""
    return scenario_of(dict(sections), name="test")


def options(frame: pd.DataFrame, case: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is chosen and all that was tried."""
    return link_options(frame, terms(frame), case, CONDITIONS, HOURS)


def town() -> pd.DataFrame:
    """Links of many kinds: hot and cold sources, near and far, cool and hot consumers."""
    cases: list[dict[str, Any]] = [
        {"source_degc": 30.0, "source_return_degc": 22.0, "supply_degc": 65.0},
        {"source_degc": 60.0, "source_return_degc": 45.0, "supply_degc": 55.0, "return_degc": 35.0},
        {"source_degc": 95.0, "source_return_degc": 55.0, "supply_degc": 50.0, "route_m": 1900.0},
        {"source_degc": 45.0, "source_return_degc": 35.0, "supply_degc": 72.0, "peak_kw": 60.0},
        {"source_degc": 30.0, "source_return_degc": 22.0, "supply_degc": 90.0, "source_kw": 200.0},
        {
            "source_degc": 30.0,
            "source_return_degc": 22.0,
            "supply_degc": 125.0,
            "return_degc": 90.0,
        },
    ]
    rows = []
    for number, case in enumerate(cases):
        heat = 2.2 * float(case.get("peak_kw", 900.0))
        hard = case.get("route_m", 400.0)
        case = {"heat_mwh": heat, "hard_weighted_m": hard} | case
        rows.append(links(consumer_id=f"c{number}", **case))
    return pd.concat(rows, ignore_index=True)


def test_golden_grid_is_that_of_the_issue() -> None:
    """Supply from 50 to 90 °C."""
    assert supply_grid() == (50.0, 55.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0, 90.0)


@given(need=st.lists(st.floats(30.0, 120.0), min_size=1, max_size=5))
def test_property_every_temperature_is_tried_or_too_cold(need: list[float]) -> None:
    """Need itself and all warmer ones are tried, all colder ones are named with the need."""
    needs = np.array(need)
    tried, cold = tried_supplies(needs, Scenario()), too_cold_supplies(needs, Scenario())
    for number, degc in enumerate(need):
        mine = tried.loc[tried["load"] == number, "supply_degc"].to_numpy()
        assert mine[0] == degc
        assert (np.diff(mine) > 0.0).all()
        below = cold[cold["load"] == number]
        assert (below["supply_degc"] < degc).all()
        assert below["reason"].str.contains(f"{degc:g} °C").all()
        every = {*mine.tolist(), *below["supply_degc"]}
        assert len(set(supply_grid()) - every) <= 1  # one may be the need to rounding
    only = tried_supplies(needs, scenario(network={"supply_choice": "given"}))
    assert only["supply_degc"].tolist() == need


@pytest.fixture(scope="module", params=OBJECTIVES)
def tried_by(request: pytest.FixtureRequest) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Objective, what is chosen, and all that was tried in the town."""
    case = scenario(ranking={"objective": request.param})
    return way_objective(case), *options(town(), case)


def test_property_chosen_way_is_the_best_of_all_that_work(
    tried_by: tuple[str, pd.DataFrame, pd.DataFrame],
) -> None:
    objective, chosen, tried = tried_by
    sign = 1.0 if objective in LARGEST else -1.0
    for name, rows in tried.groupby("consumer_id"):
        working = rows[rows["status"] == "ok"]
        assert rows["chosen"].sum() == min(len(working), 1)
        if len(working):
            free = working[working[objective] <= 0.0]
            if objective == "cost_per_t_co2e" and len(free):
                # Of those that avoid tonnes at no cost the one that avoids most.
                assert (
                    rows.loc[rows["chosen"], "avoided_t_co2e"].iloc[0]
                    == free["avoided_t_co2e"].max()
                )
                continue
            figures = (sign * working[objective]).dropna()
            won = float((sign * rows.loc[rows["chosen"], objective]).iloc[0])
            assert won >= figures.max() or not len(figures)
            link = chosen[chosen["consumer_id"] == name].iloc[0]
            assert sign * link[objective] == pytest.approx(won, nan_ok=True)


def test_property_every_loser_has_a_reason_with_a_figure(
    tried_by: tuple[str, pd.DataFrame, pd.DataFrame],
) -> None:
    _, _, tried = tried_by
    losers = tried[~tried["chosen"]]
    assert (losers["reason"].str.len() > 0).all()
    worked = losers[(losers["status"] == "ok") & ~losers["reason"].str.startswith("no better")]
    assert worked["reason"].str.contains(r"\d|avoids nothing").all()
    assert (tried.loc[tried["chosen"], "reason"] == "").all()
    cold = tried[tried["option"] == ""]
    assert (cold["supply_degc"] < cold["supply_needed_degc"]).all()
    assert cold["reason"].str.startswith("cooler than the ").all()
    assert cold["npv"].isna().all()


def test_property_rows_are_those_of_the_issue(
    tried_by: tuple[str, pd.DataFrame, pd.DataFrame],
) -> None:
    """All arrangements at the temperature chosen, one row at every other, nothing twice."""
    _, chosen, tried = tried_by
    assert not tried.duplicated(["consumer_id", "option", "supply_degc"]).any()
    for link in chosen.itertuples():
        rows = tried[tried["consumer_id"] == link.consumer_id]
        at = rows[rows["supply_degc"] == link.supply_degc]
        assert set(rows["option"]) - {""} == set(ARRANGEMENTS)
        assert {DIRECT, PREHEAT, CENTRAL} <= set(at["option"])
        others = rows[(rows["supply_degc"] != link.supply_degc) & (rows["option"] != AMBIENT)]
        assert not others["supply_degc"].duplicated().any()
        assert set(supply_grid()) <= set(rows["supply_degc"])


def test_given_temperatures_are_the_needs_only() -> None:
    """What is tried and chosen under "given" is the need, whatever is warmer."""
    chosen, tried = options(town(), scenario(network={"supply_choice": "given"}))
    assert len(tried) == len(ARRANGEMENTS) * len(town())
    assert (tried["supply_degc"] == tried["supply_needed_degc"]).all()
    pd.testing.assert_series_equal(
        chosen["supply_degc"], town()["supply_degc"], check_names=False, check_exact=True
    )


def test_losers_are_what_a_run_with_their_temperature_gives() -> None:
    """
    Every way of a link equals the plan of a consumer that asks for that temperature.

    The comparison reads COPs from the table (0.1 %), the plan solves them exactly.
    """
    frame = town().iloc[[0, 1, 2, 3]]
    _, tried = options(frame, Scenario())
    working = tried[(tried["status"] == "ok") & (tried["option"] != AMBIENT)]
    assert working["supply_degc"].nunique() >= 7
    for row in working.itertuples():
        base = frame[frame["consumer_id"] == row.consumer_id].iloc[0].to_dict()
        own = {name: base[name] for name in INPUTS if name in base}
        alone = links(**(own | {"supply_degc": row.supply_degc}))
        forced = scenario(
            heat_pump={"arrangement": WORDS[str(row.option)]}, network={"supply_choice": "given"}
        )
        plan = options(alone, forced)[0].iloc[0]
        assert plan["dn"] == row.dn
        for name in ("heat_mwh", "loss_mwh", "pumping_mwh", "electricity_mwh", "capex", "npv"):
            assert getattr(row, name) == pytest.approx(
                plan[name], rel=2e-3, abs=300.0 * (name == "npv")
            )


HOT = {
    "source_degc": 95.0,
    "source_return_degc": 55.0,
    "source_kw": 1500.0,
    "supply_degc": 50.0,
    "return_degc": 40.0,
    "route_m": 1900.0,
    "hard_weighted_m": 1900.0,
}
"""A very hot source far from a consumer that asks for lukewarm water: a thick pipe."""


def test_golden_warmer_water_wins_where_it_is_free_and_the_pipe_is_dear() -> None:
    """
    By hand: 900 kW over 10 K are 21.5 kg/s, over 45 K only 4.8 kg/s; an exchanger lifts free.
    """
    chosen, tried = options(links(**HOT), Scenario())
    row = chosen.iloc[0]
    assert row["option"] == DIRECT
    assert row["supply_degc"] > 70.0
    assert row["supply_needed_degc"] == 50.0
    need = tried[(tried["supply_degc"] == 50.0) & (tried["option"] == DIRECT)].iloc[0]
    assert need["status"] == "ok"
    assert int(row["dn"][2:]) < int(need["dn"][2:])
    assert row["capex"] < need["capex"]
    assert row["loss_mwh"] > 0.0
    assert row["flow_kg_s"] == pytest.approx(900.0 / (4.19 * (row["supply_degc"] - 40.0)), rel=0.01)
    gap = row["npv"] - need["npv"]
    assert need["reason"].startswith(f"worth {gap:,.0f} EUR less than direct exchanger at ")


def test_golden_warmer_water_loses_where_it_must_be_lifted() -> None:
    """Next door to a cold source every kelvin costs electricity and saves next to no pipe."""
    near = {"route_m": 30.0, "hard_weighted_m": 30.0, "heat_mwh": 4000.0}
    case = scenario(heat_pump={"arrangement": "central"})
    chosen, tried = options(links(**near), case)
    assert chosen["supply_degc"].iloc[0] == 65.0
    warm = tried[tried["supply_degc"] > 65.0].sort_values("supply_degc")
    assert (np.diff(warm["cop"]) < 0.0).all()
    assert (np.diff(warm["npv"]) < 0.0).all()
    assert warm["reason"].str.contains("less than central heat pump at 65 °C").all()


def test_refrigerant_that_cannot_get_there_says_so() -> None:
    """The critical point of R32 is at 78 °C: no cycle of it condenses warm enough for 90 °C."""
    case = scenario(heat_pump={"arrangement": "central", "refrigerant": "R32", "cycle": "single"})
    _, tried = options(links(), case)
    hot = tried[tried["supply_degc"] == 90.0].iloc[0]
    assert hot["status"] == "infeasible"
    assert hot["reason"] != ""
    assert np.isnan(hot["npv"])


def test_link_too_large_for_any_pipe_may_run_warmer() -> None:
    """40 MW over 10 K need more than the largest pipe; over 40 K they fit."""
    huge = links(**(HOT | {"peak_kw": 60_000.0, "heat_mwh": 100_000.0, "source_kw": 90_000.0}))
    assert huge["dn"].iloc[0] == ""
    chosen, tried = options(huge, Scenario())
    assert chosen["status"].iloc[0] == "ok"
    assert chosen["supply_degc"].iloc[0] > 50.0
    at_need = tried[tried["supply_degc"] == 50.0]
    assert at_need["reason"].str.contains("larger than any in the catalogue").any()


def test_property_order_of_links_does_not_matter() -> None:
    forwards, all_forwards = options(town(), Scenario())
    turned = town().iloc[::-1].reset_index(drop=True)
    backwards, all_backwards = options(turned, Scenario())
    keys = ["consumer_id", "option", "supply_degc"]
    for one, other in ((forwards, backwards), (all_forwards, all_backwards)):
        one = one.sort_values(keys).reset_index(drop=True)
        other = other.sort_values(keys).reset_index(drop=True)
        pd.testing.assert_frame_equal(one, other, rtol=1e-12, check_like=True)
