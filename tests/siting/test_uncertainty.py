"""Draws of projects: against direct appraisals with other assumptions, and laws of chance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr, triang

from heatreach.data import load_table
from heatreach.network import pipe_catalogue
from heatreach.siting.appraisal.bill import bill
from heatreach.siting.appraisal.carbon_years import carbon_line_table, carbon_lines
from heatreach.siting.appraisal.cash_flow import (
    cash_lines,
    line_lives,
    line_profiles,
    payer_signs,
    yearly_flows,
)
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.price_paths import price_paths
from heatreach.siting.appraisal.returns import npv
from heatreach.siting.appraisal.social import carbon_values, social_factors
from heatreach.siting.appraise import appraise, substation_capex
from heatreach.siting.reading.trajectory import Trajectory
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.siting.uncertain.drawn_figures import UNITS, drawn_figures, rate_met, spread
from heatreach.siting.uncertain.drawn_flows import OPERATOR, Drawn, draw_flows, draw_npv
from heatreach.siting.uncertain.drivers import (
    CHANGE,
    LIFE,
    driver_table,
    exponents,
    group_correlation,
)
from heatreach.siting.uncertainty import KEPT, Uncertainty, driver_draws, study_model, uncertainty
from heatreach.thermo import DIRECT

from .made_projects import energies

if TYPE_CHECKING:
    from heatreach.siting.appraisal.conditions import Conditions
    from heatreach.siting.uncertain.drawn_flows import DrawnModel

COUNTRY = "DE"
DRIVERS = list(driver_table().index)
EXACT = 1e-12


def study(**economics: Any) -> Scenario:
    """Scenario with some keys of the economics, few draws."""
    given_keys: dict[str, Any] = {"uncertainty": {"draws": 1024}, "economics": economics}
    return scenario_of(given_keys, name="test")


def made(
    scenario: Scenario | None = None, frame: pd.DataFrame | None = None
) -> tuple[DrawnModel, pd.DataFrame, Scenario, Conditions]:
    """Model of projects with what it was made from."""
    scenario = scenario or study()
    frame = energies() if frame is None else frame
    conditions = conditions_of(scenario, COUNTRY)
    model = study_model(bill(frame, scenario, conditions), frame, scenario, conditions, COUNTRY)
    return model, frame, scenario, conditions


def drawn_with(model: DrawnModel, **values: float) -> np.ndarray[Any, Any]:
    """One draw with some drivers away from their central values."""
    drawn: np.ndarray[Any, Any] = model.ranges.centre[0][:, None].copy()
    for name, value in values.items():
        drawn[DRIVERS.index(name)] = value
    return drawn


def result(frame: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> pd.Series[Any]:
    """Direct appraisal of one project."""
    return appraise(frame, scenario, conditions).iloc[0]


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"residual_value": "none", "life_years": 30, "grant_share": 0.3},
        {"electricity_price_change_share": 0.01, "gas_price_change_share": -0.005},
        {"tariff_index": "level", "gas_price_change_share": 0.02, "carbon_price_per_t": 60.0},
        {"soft_cost_share": 0.0, "contingency_share": 0.0, "discount_rate_share": 0.0},
    ],
)
def test_property_central_draws_give_the_central_result(keys: dict[str, Any]) -> None:
    """With every driver at its central value a draw is the appraisal itself."""
    model, frame, scenario, conditions = made(study(**keys), energies(2))
    direct = appraise(frame, scenario, conditions)
    for row in range(len(frame)):
        centre = model.ranges.centre[row][:, None]
        figures = drawn_figures(draw_flows(model, row, centre), model.factors, scenario)
        for name in UNITS:
            if name in direct:
                shown = direct[name].to_numpy(dtype=float).reshape(len(frame), -1)[row, 0]
                assert figures[name][0] == pytest.approx(shown, rel=EXACT, nan_ok=True), name
        assert draw_npv(model, row, centre)[0] == pytest.approx(figures["npv"][0], rel=EXACT)


def test_golden_flows_of_other_lives_and_price_changes_year_by_year() -> None:
    """Pumps of 17 years and gas rising 3 % a year: the same flows from profiles made anew."""
    model, frame, scenario, conditions = made(study(gas_price_change_share=0.01))
    drawn = drawn_with(model, machine_life=17.2 / 25.0, gas_price_change=0.03)
    flows = draw_flows(model, 0, drawn).flows[OPERATOR][0]
    dearer = study(gas_price_change_share=0.03)
    years = scenario.economics.life_years
    scaled = set(str(driver_table().loc["machine_life", "origin"]).split())
    lives = {
        key: life * (17.2 / 25.0 if f"{key}/life_years" in scaled else 1.0)
        for key, life in line_lives().items()
    }
    profiles = line_profiles(years, lives, price_paths(dearer, conditions, years), residual=True)
    amounts = bill(frame, scenario, conditions).amounts.to_numpy()[0]
    np.testing.assert_allclose(
        flows, yearly_flows(amounts, payer_signs("operator"), profiles), rtol=EXACT
    )
    assert draw_npv(model, 0, drawn)[0] == pytest.approx(npv(flows, model.factors), rel=EXACT)


SCENARIO_KEYS = {
    "electricity_price": "electricity_price_per_mwh",
    "gas_price": "gas_price_per_mwh",
    "source_heat_price": "source_heat_price_per_mwh",
    "soft_cost": "soft_cost_share",
    "contingency": "contingency_share",
    "electricity_price_change": "electricity_price_change_share",
    "gas_price_change": "gas_price_change_share",
}


@pytest.mark.parametrize("driver", list(SCENARIO_KEYS))
@pytest.mark.parametrize("end", ["low", "high"])
def test_golden_tornado_equals_appraisal_with_the_key_of_the_scenario(
    driver: str, end: str
) -> None:
    """The end of a driver gives what appraising with that figure in the scenario gives."""
    scenario = study(grant_share=0.2)
    model, frame, _, _ = made(scenario)
    place = DRIVERS.index(driver)
    drawn = getattr(model.ranges, end)[0, place]
    figure = drawn if model.ranges.is_change[place] else drawn * model.ranges.figure[0, place]
    other = study(grant_share=0.2, **{SCENARIO_KEYS[driver]: figure})
    # What consumers pay today follows their fuel; the frame holds it, so it is scaled here.
    consumers = ["tariff_gas", "spared_gas"]
    changed = frame.copy()
    if driver == "gas_price":
        changed[consumers] *= drawn
    direct = result(changed, other, conditions_of(other, COUNTRY))
    found = drawn_figures(
        draw_flows(model, 0, drawn_with(model, **{driver: drawn})), model.factors, scenario
    )
    for name in ("npv", "lcoh_per_mwh", "irr_share", "discounted_payback_years"):
        assert found[name][0] == pytest.approx(direct[name], rel=1e-9, nan_ok=True), name
    central = result(frame, scenario, conditions_of(scenario, COUNTRY))
    assert found["npv"][0] != pytest.approx(central["npv"])


ENERGY_ROWS: dict[str, tuple[float, dict[str, float]]] = {
    # Driver: its ratio, and the factors of the columns of energy that say the same.
    "pipe_cost": (1.4, {"pipe_capex": 1.4}),
    "substation_cost": (0.8, {"substation_capex": 0.8}),
    "customer_service": (2.0, {"customer_service": 2.0}),
    "pumping": (1.5, {"pumping_mwh": 1.5}),
    "cop": (1.25, {"electricity_mwh": 0.8}),
    "counterfactual_efficiency": (1.1, {"tariff_gas": 1 / 1.1, "present_t_co2e": 1 / 1.1}),
    "counterfactual_cost": (1.3, {"tariff_boiler": 1.3}),
    "embodied": (1.7, {"embodied_t_co2e": 1.7}),
}
FIGURES = ("npv", "lcoh_per_mwh", "avoided_t_co2e", "avoided_life_t_co2e", "price_gap_per_mwh")
EMBODIED = {"emissions": {"embodied": "yes"}}


@pytest.mark.parametrize("driver", list(ENERGY_ROWS))
def test_golden_tornado_equals_appraisal_of_changed_energies(driver: str) -> None:
    """A ratio gives what appraising with the energies and costs it stands for gives."""
    scenario = scenario_of(EMBODIED, name="test")
    model, frame, scenario, conditions = made(scenario, energies())
    ratio, factors = ENERGY_ROWS[driver]
    changed = frame.copy()
    for column, factor in factors.items():
        changed[column] *= factor
    changed["source_mwh"] = changed["heat_pump_mwh"] - changed["electricity_mwh"]
    direct = result(changed, scenario, conditions)
    found = drawn_figures(
        draw_flows(model, 0, drawn_with(model, **{driver: ratio})), model.factors, scenario
    )
    for name in FIGURES:
        assert found[name][0] == pytest.approx(direct[name], rel=1e-9), name


@pytest.mark.parametrize("ratio", [0.6, 1.5])
def test_golden_demand_equals_appraisal_of_a_resized_project(ratio: float) -> None:
    """A direct exchanger: sizes and energies with the heat, pipes and substations by a power."""
    scenario = scenario_of(EMBODIED, name="test")
    # Without loss of pipes and without a machine whose cost per kW depends on its size.
    frame = energies(
        1,
        option=DIRECT,
        exchanger_kw=1000.0,
        cop=np.nan,
        source_mwh=3960.0,
        **dict.fromkeys(("heat_pump_kw", "store_mwh", "electricity_mwh", "loss_mwh"), 0.0),
    )
    model, frame, scenario, conditions = made(scenario, frame)
    powers = {
        **dict.fromkeys(("pipe_capex",), 0.25),
        **{"substation_capex": 0.75, "substation_upkeep": 0.5, "embodied_t_co2e": 0.5},
    }
    follows = ["heat_mwh", "heat_pump_mwh", "backup_mwh", "source_mwh", "pumping_mwh"]
    follows += ["exchanger_kw", "boiler_kw", "feed_peak_kw", "tariff_gas", "tariff_boiler"]
    follows += ["spared_gas", "spared_boiler", "present_t_co2e"]
    changed = frame.copy()
    for column in follows + list(powers):
        changed[column] *= ratio ** powers.get(column, 1.0)
    direct = result(changed, scenario, conditions)
    found = drawn_figures(
        draw_flows(model, 0, drawn_with(model, demand=ratio)), model.factors, scenario
    )
    for name in FIGURES:
        assert found[name][0] == pytest.approx(direct[name], rel=1e-9), name


@pytest.mark.parametrize("size_kw", [1500.0, 5000.0, 9000.0])
@pytest.mark.parametrize("ratio", [0.8, 1.2])
def test_golden_powers_of_demand_follow_the_cost_curves(size_kw: float, ratio: float) -> None:
    """A bill of machines of other sizes, line by line: within 4 % of the power of demand."""
    sizes = {
        "heat_pump_kw": size_kw,
        "boiler_kw": 2.0 * size_kw,
        "feed_peak_kw": 2.0 * size_kw,
        "store_mwh": size_kw / 200.0,
        "electricity_mwh": size_kw,
    }
    scenario = scenario_of({"heat_pump": {"module_kw": 1e5}}, name="test")
    model, frame, scenario, conditions = made(scenario, energies(1, **sizes))
    changed = frame.copy()
    for column in sizes:
        changed[column] *= ratio
    lines = cash_lines()
    bought = bill(changed, scenario, conditions).amounts.iloc[0]
    central = bill(frame, scenario, conditions).amounts.iloc[0]
    checked = 0
    for line, row in zip(lines.index.astype(str), lines.to_dict("records"), strict=True):
        power = exponents(row["drivers"]).get("demand", 0.0)
        sized = row["kind"] == "investment" or line.endswith("_upkeep")
        if not sized or central[line] == 0.0 or row["part"] in {"pipes", "substations"}:
            continue
        if line in {"pipe_upkeep", "substation_upkeep"}:
            continue
        assert central[line] * ratio**power == pytest.approx(bought[line], rel=0.04), line
        checked += 1
    assert checked >= 10
    assert model.ranges.drivers.index[0] == DRIVERS[0]


def test_golden_powers_of_demand_of_pipes_and_substations() -> None:
    """Cost and loss per metre against the flow of a pipe, and the curve of substations."""
    pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    bore, velocity = pipes.inner_diameter_mm, pipes.velocity_max_m_s
    usual = (bore > 25.0) & (bore < 320.0)
    flow = np.log((bore**2 * velocity)[usual])

    def power(values: Any) -> float:
        return float(np.polyfit(flow, np.log(values[usual]), 1)[0])

    lines = cash_lines()["drivers"].map(exponents)
    hard, soft = pipes.capex_per_m[0]
    assert power(hard) - 0.06 < lines["pipe"]["demand"] < power(soft) + 0.06
    assert lines["pipe_upkeep"]["demand"] == lines["pipe"]["demand"] == lines["crossing"]["demand"]
    assert lines["electricity_loss"]["demand"] == pytest.approx(power(pipes.u_value_w_mk), abs=0.03)
    ends = substation_capex(np.array([10.0, 1000.0]), money="EUR 2024")
    curve = float(np.log(ends[1] / ends[0]) / np.log(100.0))
    assert lines["substation"]["demand"] == pytest.approx(curve, abs=0.02)


def test_golden_conditions_and_pipe_loss_equal_appraisal() -> None:
    """Boiler efficiency, grid and gas factors through conditions; losses through energies."""
    model, frame, scenario, conditions = made()
    base = conditions
    efficiency = replace(
        base.backup_efficiency_share, value=base.backup_efficiency_share.value * 0.9
    )
    grid = replace(base.electricity_kg_per_kwh, value=base.electricity_kg_per_kwh.value * 1.2)
    cases: list[tuple[dict[str, float], pd.DataFrame, Conditions]] = [
        ({"backup_efficiency": 0.9}, frame, replace(base, backup_efficiency_share=efficiency)),
        (
            {"grid_factor": 1.2},
            frame,
            replace(
                base,
                electricity_kg_per_kwh=grid,
                grid_kg_per_kwh=tuple(1.2 * factor for factor in base.grid_kg_per_kwh),
            ),
        ),
    ]
    # 400 of 4,400 MWh are lost; half as much again is 600, and machines make 4,600 in proportion.
    more = {name: frame[name] * (4600 / 4400) for name in ("electricity_mwh", "backup_mwh")}
    lossy = frame.assign(loss_mwh=600.0, **more)
    # Source heat and upkeep with use follow the heat delivered only: their amounts stay.
    lossy["source_mwh"] = lossy["heat_pump_mwh"] - frame["electricity_mwh"]
    cases.append(({"pipe_loss": 1.5}, lossy, base))
    for drivers, changed, held in cases:
        found = drawn_figures(
            draw_flows(model, 0, drawn_with(model, **drivers)), model.factors, scenario
        )
        direct = result(changed, scenario, held)
        used = (lossy["backup_mwh"] - frame["backup_mwh"]).iloc[0] if "pipe_loss" in drivers else 0
        upkeep = used * _boiler_use(frame, scenario, base) * model.factors[1:].sum()
        assert found["npv"][0] == pytest.approx(direct["npv"] + upkeep, rel=1e-9), drivers
        assert found["avoided_t_co2e"][0] == pytest.approx(direct["avoided_t_co2e"], rel=1e-9)


def _boiler_use(frame: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> float:
    """Upkeep of the boiler per MWh of its heat."""
    amounts = bill(frame, scenario, conditions).amounts
    return float(amounts["boiler_use"].iloc[0] / frame["backup_mwh"].iloc[0])


def test_golden_investment_at_its_high_end() -> None:
    """All cost drivers at their high ends invest what the appraisal shows as its high end."""
    model, frame, scenario, conditions = made()
    lines = driver_table()
    chosen = [name for name in DRIVERS if lines.loc[name, "how"] == "line"]
    for end in ("low", "high"):
        ends = getattr(model.ranges, end)[0]
        drawn = drawn_with(model, **{name: ends[DRIVERS.index(name)] for name in chosen})
        year_0 = -draw_flows(model, 0, drawn).flows[OPERATOR][0, 0]
        assert year_0 == pytest.approx(result(frame, scenario, conditions)[f"capex_{end}"])


def test_golden_carbon_payment_follows_the_tonnes() -> None:
    """With a price of carbon, a dirtier grid costs what the appraisal says."""
    scenario = study(carbon_price_per_t=80.0)
    model, frame, scenario, conditions = made(scenario)
    dirty = replace(
        conditions.electricity_kg_per_kwh, value=conditions.electricity_kg_per_kwh.value * 1.5
    )
    held = replace(
        conditions,
        electricity_kg_per_kwh=dirty,
        grid_kg_per_kwh=tuple(1.5 * factor for factor in conditions.grid_kg_per_kwh),
    )
    found = draw_npv(model, 0, drawn_with(model, grid_factor=1.5))[0]
    assert found == pytest.approx(result(frame, scenario, held)["npv"], rel=1e-9)


@pytest.fixture(scope="module")
def three() -> Uncertainty:
    """Three projects."""
    return whole(energies(3))


def whole(frame: pd.DataFrame, scenario: Scenario | None = None) -> Uncertainty:
    """All tables of some projects."""
    scenario = scenario or study()
    conditions = conditions_of(scenario, COUNTRY)
    money = bill(frame, scenario, conditions)
    return uncertainty(money, frame, scenario, conditions, COUNTRY)


def test_property_order_and_number_of_projects_do_not_matter(three: Uncertainty) -> None:
    """A project has the same draws and rows wherever it stands, with others or without."""
    other = whole(energies(3).iloc[[2, 0]])
    for name in KEPT:
        np.testing.assert_array_equal(other.draws[name], three.draws[name][[2, 0]])
    for table in ("uncertainty", "gates", "sensitivity", "cases"):
        ours, theirs = getattr(other, table), getattr(three, table)
        for project in ("P-2", "P-0"):
            pd.testing.assert_frame_equal(
                ours[ours["project_id"] == project].reset_index(drop=True),
                theirs[theirs["project_id"] == project].reset_index(drop=True),
            )


def test_property_one_seed_gives_the_same_bytes_and_another_others(three: Uncertainty) -> None:
    """Draws are reproduced to the last bit by their seed."""
    again = whole(energies(3))
    assert {k: v.tobytes() for k, v in again.draws.items()} == {
        k: v.tobytes() for k, v in three.draws.items()
    }
    changed = scenario_of({"uncertainty": {"draws": 1024, "seed": 5}}, name="test")
    assert not np.array_equal(whole(energies(1), changed).draws["npv"], three.draws["npv"][:1])


@pytest.mark.parametrize("sampling", ["sobol", "latin_hypercube"])
def test_golden_correlations_within_and_between_projects(sampling: str) -> None:
    """Spearman's correlation of a Gaussian copula is 6/pi asin(rho/2); others are independent."""
    scenario = scenario_of({"uncertainty": {"draws": 8192, "sampling": sampling}}, name="test")
    model, _, scenario, _ = made(scenario, energies(2))
    first, second = driver_draws(model, scenario)
    at = DRIVERS.index

    def expected(rho: float) -> float:
        return float(6.0 / np.pi * np.arcsin(rho / 2.0))

    def rank(one: Any, other: Any) -> float:
        return float(spearmanr(one, other).statistic)

    prices = rank(first[at("electricity_price")], first[at("gas_price")])
    assert prices == pytest.approx(expected(0.6), abs=0.02)
    assert rank(first[at("demand")], second[at("demand")]) == pytest.approx(expected(0.5), abs=0.03)
    assert rank(first[at("pipe_cost")], second[at("pipe_cost")]) == pytest.approx(
        expected(0.5), abs=0.03
    )
    assert rank(first[at("demand")], first[at("cop")]) == pytest.approx(0.0, abs=0.03)
    assert rank(first[at("pipe_loss")], second[at("pipe_loss")]) == pytest.approx(0.0, abs=0.03)
    np.testing.assert_array_equal(first[at("gas_price")], second[at("gas_price")])


def test_golden_drawn_demand_stays_in_the_consumers_own_range() -> None:
    """Heat between the sums of the consumers' low and high ends; a guess where there are none."""
    model, _, scenario, _ = made()
    drawn = next(driver_draws(model, scenario))[DRIVERS.index("demand")]
    assert drawn.min() >= 3000.0 / 4000.0
    assert drawn.max() <= 5200.0 / 4000.0
    # Triangular in the logarithm: the mean of ln x is a third of the sum of its three corners.
    assert np.log(drawn).mean() == pytest.approx(np.log(0.75 * 1.3) / 3.0, abs=0.002)
    bare = energies().drop(columns=["heat_low_mwh", "heat_high_mwh"])
    model, _, _, _ = made(None, bare)
    place = DRIVERS.index("demand")
    assert model.ranges.low[0, place] == pytest.approx(0.75)
    assert model.ranges.high[0, place] == pytest.approx(1.25)


def test_property_what_the_user_gives_is_not_drawn() -> None:
    """A price or share in the scenario has no range, even if it is the table's own value."""
    keys = {
        "electricity_price_per_mwh": 150.0,
        "soft_cost_share": 0.1,
        "gas_price_change_share": 0.0,
    }
    model, _, scenario, _ = made(study(**keys))
    drawn = next(driver_draws(model, scenario))
    for name, value in (("electricity_price", 1.0), ("soft_cost", 1.0), ("gas_price_change", 0.0)):
        assert set(drawn[DRIVERS.index(name)].tolist()) == {value}
    table = whole(energies(), study(**keys)).sensitivity
    assert not set(table["driver"]) & {"electricity_price", "soft_cost", "gas_price_change"}


def test_property_a_file_of_grid_factors_is_given_too() -> None:
    """With the user's own factors by year neither a range nor the table's falling grid counts."""
    scenario = study()
    grid = Trajectory(
        file="grid.csv",
        years=np.array([2028.0, 2090.0]),
        average=np.array([0.2, 0.1]),
        marginal=None,
        doubts=(),
        sha256="",
    )
    conditions = conditions_of(scenario, COUNTRY, grid=grid)
    frame = energies()
    found = uncertainty(bill(frame, scenario, conditions), frame, scenario, conditions, COUNTRY)
    assert "grid_declining" not in set(found.cases["case"])
    model = study_model(bill(frame, scenario, conditions), frame, scenario, conditions, COUNTRY)
    assert not model.ranges.drawn[0, DRIVERS.index("grid_factor")]


def test_golden_percentiles_and_shares_of_small_cases() -> None:
    """Percentiles are order statistics; draws without a value stand at the bad end."""
    values = np.arange(1.0, 11.0)
    found = spread("npv", {"npv": values})
    assert (found["p10"], found["p50"], found["p90"], found["mean"]) == (1.0, 5.0, 9.0, 5.5)
    never = np.where(values > 8.0, np.nan, values)
    found = spread("payback_years", {"payback_years": never})
    assert found["none_share"] == pytest.approx(0.2)
    assert found["p50"] == 5.0
    assert np.isnan(found["p90"])
    worthless = {"irr_share": never, "npv": np.full(10, -1.0)}
    lost = spread("irr_share", worthless)
    assert np.isnan(lost["p10"])
    assert lost["p50"] == 3.0
    # Several rates and yet worth something: such draws stand above all others, not below.
    several = spread("irr_share", worthless | {"npv": np.full(10, 1.0)})
    assert (several["p10"], several["p50"], several["none_share"]) == (1.0, 5.0, 0.2)
    assert np.isnan(several["p90"])
    none = {"irr_share": np.full(4, np.nan), "npv": np.zeros(4)}
    assert np.isnan(spread("irr_share", none)["mean"])


def test_golden_rate_gates_are_decided_by_the_present_value() -> None:
    """Flows of several rates of return (-100, 230, -132: 10 % and 20 %) meet 15 %, not 25 %."""
    flows = np.array([[-100.0, 230.0, -132.0], [-100.0, 0.0, 144.0], [-100.0, 0.0, 100.0]])
    drawn = Drawn(
        flows=np.stack([flows, flows, flows]),
        heat_mwh=np.ones(3),
        net_t=np.zeros((3, 3)),
        emitted_t=np.zeros(3),
        carbon_value=np.ones(3),
        source_share=np.ones(3),
    )
    scenario = Scenario()
    for name in ("irr_share", "social_irr_share"):
        assert rate_met(name, drawn, 0.15, np.greater_equal, scenario).tolist() == [
            True,
            True,
            False,
        ]
        assert rate_met(name, drawn, 0.25, np.greater_equal, scenario).tolist() == [False] * 3


def test_golden_carbon_value_moves_society_only() -> None:
    """Half the carbon value takes half the value of the tonnes from society, none from others."""
    model, frame, scenario, conditions = made()
    years = scenario.economics.life_years
    place = DRIVERS.index("carbon_value")
    assert model.ranges.low[0, place] == pytest.approx(0.5, abs=0.01)
    central, half = (
        drawn_figures(
            draw_flows(model, 0, drawn_with(model, carbon_value=ratio)), model.factors, scenario
        )
        for ratio in (1.0, 0.5)
    )
    net = carbon_lines(frame, scenario, conditions, years).net()[0]
    worth = net * carbon_values(scenario, years) @ social_factors(years)
    assert central["social_npv"][0] - half["social_npv"][0] == pytest.approx(0.5 * worth)
    assert central["npv"][0] == half["npv"][0]
    given_value, _, _, _ = made(study(social_carbon_value_per_t=100.0))
    assert not given_value.ranges.drawn[0, place]


def test_golden_share_of_draws_that_the_data_centre_can_feed() -> None:
    """Source heat of 2,970 of 3,500 MWh: it lasts up to a demand of 3,500/2,970 of the central."""
    frame = energies(source_left_mwh=530.0)
    found = whole(frame)
    gate = found.gates.set_index("gate").loc["source_suffices", "met_share"]
    model, _, scenario, _ = made(None, frame)
    demand = next(driver_draws(model, scenario))[DRIVERS.index("demand")]
    assert gate == pytest.approx((demand <= 3500.0 / 2970.0).mean())
    assert "source_suffices" not in set(whole(energies()).gates["gate"])


def test_property_contingency_is_a_decision() -> None:
    """It stands in the tornado with its range and break-even, but no draw moves it."""
    model, _, scenario, _ = made()
    place = DRIVERS.index("contingency")
    assert set(next(driver_draws(model, scenario))[place].tolist()) == {1.0}
    row = whole(energies()).sensitivity.set_index("driver").loc["contingency"]
    assert row["npv_low"] > row["npv_high"]
    assert np.isnan(row["sobol_first"])


def test_property_cases_without_a_range_are_left_out(three: Uncertainty) -> None:
    """With electricity given there is no dear and no cheap electricity to show."""
    cases = set(whole(energies(), study(electricity_price_per_mwh=150.0)).cases["case"])
    assert not cases & {"electricity_dear", "electricity_cheap"}
    assert {"energy_dear", "demand_low", "optimistic"} <= cases
    assert {"electricity_dear", "electricity_cheap"} <= set(three.cases["case"])


def test_property_percentiles_settle_with_more_draws() -> None:
    """P10, P50 and P90 of 1,024 draws lie within 3 % of the spread from those of 32,768."""
    frame = energies()
    many = scenario_of({"uncertainty": {"draws": 32768}}, name="test")
    model, _, _, _ = made(many, frame)
    true = spread("npv", {"npv": draw_npv(model, 0, next(driver_draws(model, many)))})
    few = spread("npv", {"npv": draw_npv(model, 0, next(driver_draws(model, study())))})
    width = true["p90"] - true["p10"]
    for name in ("mean", "p10", "p50", "p90"):
        assert few[name] == pytest.approx(true[name], abs=0.03 * width)


def test_property_gates_are_shares_of_draws(three: Uncertainty) -> None:
    """The share with a value above zero is that of the draws handed on; tables agree with them."""
    gates = three.gates[three.gates["gate"] == "npv_above_zero"]["met_share"].to_numpy()
    np.testing.assert_allclose(gates, (three.draws["npv"] > 0.0).mean(axis=1))
    rows = three.uncertainty[three.uncertainty["figure"] == "npv"]
    np.testing.assert_allclose(rows["mean"], three.draws["npv"].mean(axis=1))
    assert (rows["p10"] <= rows["p50"]).all()
    assert (rows["p50"] <= rows["p90"]).all()


def test_golden_gate_of_the_british_grant() -> None:
    """In Great Britain the grant's 100 g/kWh is a gate, met in the share of draws below it."""
    scenario = study()
    conditions = conditions_of(scenario, "GB")
    frame = energies()
    model = study_model(bill(frame, scenario, conditions), frame, scenario, conditions, "GB")
    drawn = draw_flows(model, 0, next(driver_draws(model, scenario)))
    grams = drawn_figures(drawn, model.factors, scenario)["carbon_g_per_kwh"]
    gates = uncertainty(
        bill(frame, scenario, conditions), frame, scenario, conditions, "GB"
    ).gates.set_index("gate")
    assert gates.loc["gb_ghnf_carbon", "met_share"] == pytest.approx((grams <= 100.0).mean())


WORSE_WHEN_DEARER = [name for name in DRIVERS if driver_table().loc[name, "how"] == "line"] + [
    "soft_cost",
    "contingency",
    "upkeep",
    "pipe_upkeep",
    "customer_service",
    "pumping",
    "pipe_loss",
]
MODEL = made()[0]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WORSE_WHEN_DEARER), st.floats(0.2, 3.0), st.floats(0.0, 2.0))
def test_property_dearer_is_never_better(driver: str, ratio: float, more: float) -> None:
    """Raising a cost never raises the net present value."""
    low = draw_npv(MODEL, 0, drawn_with(MODEL, **{driver: ratio}))[0]
    high = draw_npv(MODEL, 0, drawn_with(MODEL, **{driver: ratio + more}))[0]
    assert high <= low + 1e-6


def test_golden_worst_case_is_worse_than_any_single_end(three: Uncertainty) -> None:
    """The pessimistic case lies below every bar of the tornado, the central one is central."""
    cases = three.cases.set_index(["project_id", "case"])["npv"]
    for project, rows in three.sensitivity.groupby("project_id"):
        assert cases[project, "pessimistic"] < rows[["npv_low", "npv_high"]].min().min()
        assert cases[project, "optimistic"] > rows[["npv_low", "npv_high"]].max().max()
    central = three.uncertainty[three.uncertainty["figure"] == "npv"]["central"].to_numpy()
    np.testing.assert_allclose(cases[:, "central"].to_numpy(), central, rtol=EXACT)


def test_golden_case_of_a_cleaner_grid_equals_appraisal(three: Uncertainty) -> None:
    """The falling grid is a word of the scenario: the same tonnes as appraising with it."""
    other = scenario_of({"emissions": {"grid_path": "declining"}}, name="test")
    direct = appraise(energies(3), other, conditions_of(other, COUNTRY))["avoided_life_t_co2e"]
    cases = three.cases.set_index(["project_id", "case"])["avoided_life_t_co2e"]
    np.testing.assert_allclose(cases[:, "grid_declining"].to_numpy(), direct.to_numpy(), rtol=1e-9)


def test_property_no_projects_give_empty_tables() -> None:
    """A study without networks has tables without rows."""
    empty = whole(energies().iloc[:0])
    for table in ("uncertainty", "gates", "sensitivity", "cases"):
        assert len(getattr(empty, table)) == 0
    assert empty.draws["npv"].shape == (0, 1024)


def test_docs_every_driver_of_a_line_is_a_row_and_every_row_moves_something() -> None:
    """Drivers, lines, lives, groups and cases name each other."""
    lines = [*cash_lines()["drivers"], *carbon_line_table()["drivers"]]
    named = {name for cell in lines for name in exponents(cell)}
    table = driver_table()
    own = set(table.index[table["kind"].isin([CHANGE, LIFE])]) | {"carbon_value"}
    assert named == set(table.index) - own
    keys = {
        origin.removesuffix("/life_years")
        for cell in table[table["kind"] == LIFE]["origin"]
        for origin in cell.split()
    }
    assert keys == set(line_lives())
    rules = load_table("draw_rules")
    groups = set(rules[rules["parameter"] == "correlation_share"]["name"])
    assert groups == set(table["group"]) - {""}
    assert not groups & set(table.index)
    for _, case in load_table("appraisal_cases").iterrows():
        assert set(f"{case['low']} {case['high']}".split()) <= set(table.index), case["case"]


def test_docs_the_page_names_every_driver_with_its_scale() -> None:
    """The table of docs/uncertainty.md lists exactly the drivers; its numbers are the data's."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "uncertainty.md").read_text("utf-8")
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    told = {label: row[1] for row in cells[1:] for label in row[0].split(", ")}
    table = driver_table()
    assert told == dict(zip(table["label"], table["scale"], strict=True))
    lines = cash_lines()["drivers"].map(exponents)
    powers = {
        "large heat pumps": lines["heat_pump"],
        "substations": lines["substation"],
        "pipes": lines["pipe"],
        "what pipes lose": lines["electricity_loss"],
    }
    for words, power in powers.items():
        assert f"{power['demand']:g} for {words}" in page
    for group, words in (("construction", "building costs"), ("energy_prices", "energy prices")):
        assert f"{words} {group_correlation(group):g}" in page
    # The middle of a triangle from 0.4 over 1 to 2.2, that the page warns of.
    assert triang(1 / 3, loc=0.4, scale=1.8).median() == pytest.approx(1.16, abs=0.005)
