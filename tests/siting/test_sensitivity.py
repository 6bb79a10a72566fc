"""Sobol indices against known functions, break-even values put back, tornado and groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from SALib.sample import sobol as salib_sobol

from heatreach.siting.appraisal.bill import bill
from heatreach.siting.appraisal.cash_flow import cash_lines
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraise import appraise
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.siting.uncertain.break_even import break_even_table
from heatreach.siting.uncertain.drawn_flows import draw_npv
from heatreach.siting.uncertain.draws import even_points, within_range
from heatreach.siting.uncertain.drivers import driver_table
from heatreach.siting.uncertain.sensitivity import (
    _saltelli,
    driver_ends,
    sensitivity_table,
    sobol_indices,
)
from heatreach.siting.uncertainty import study_model

from .made_projects import energies

if TYPE_CHECKING:
    import pandas as pd

    from heatreach.siting.uncertain.drawn_flows import DrawnModel

COUNTRY = "DE"
DRIVERS = list(driver_table().index)
MANY = 1 << 17


def made(scenario: Scenario | None = None, **changes: Any) -> DrawnModel:
    """Model of one project."""
    scenario, frame = scenario or Scenario(), energies(**changes)
    conditions = conditions_of(scenario, COUNTRY)
    return study_model(bill(frame, scenario, conditions), frame, scenario, conditions, COUNTRY)


def table_of(model: DrawnModel, scenario: Scenario | None = None) -> pd.DataFrame:
    """Sensitivities of the first project."""
    scenario = scenario or Scenario()
    return sensitivity_table(model, 0, driver_ends(model, 0, scenario), scenario)


def only(model: DrawnModel, ranges: dict[str, tuple[float, float]]) -> DrawnModel:
    """The model with a range for some drivers, drawn as it is, and none for all others."""
    low, high = model.ranges.centre.copy(), model.ranges.centre.copy()
    for name, (least, most) in ranges.items():
        low[:, DRIVERS.index(name)], high[:, DRIVERS.index(name)] = least, most
    linear = np.zeros_like(model.ranges.log)
    return replace(model, ranges=replace(model.ranges, low=low, high=high, log=linear))


def test_golden_points_are_salibs() -> None:
    """The design is SALib's own, made without its loops."""
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    base = even_points(16, 6, seed=[5], sampling="sobol")
    theirs = salib_sobol.sample(
        problem, 16, calc_second_order=False, seed=np.random.default_rng([5])
    )
    np.testing.assert_allclose(_saltelli(base), theirs)


def test_golden_ishigami() -> None:
    """Indices of the Ishigami function (a = 7, b = 0.1), known in closed form."""
    a, b = 7.0, 0.1

    def ishigami(factors: Any) -> Any:
        x = np.pi * (2.0 * factors - 1.0)
        return np.sin(x[:, 0]) * (1.0 + b * x[:, 2] ** 4) + a * np.sin(x[:, 1]) ** 2

    found = sobol_indices(ishigami, 3, evaluations=MANY, seed=[1])
    one, two = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2, a**2 / 8.0
    both = b**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = one + two + both
    np.testing.assert_allclose(found.first, np.array([one, two, 0.0]) / variance, atol=0.01)
    np.testing.assert_allclose(found.total, np.array([one + both, two, both]) / variance, atol=0.01)
    assert (found.first_band < 0.03).all()


def test_golden_product_of_triangular_factors() -> None:
    """A product: S = s²/m²·… in closed form from means and variances of scipy.stats.triang."""
    ends = np.array([[0.5, 1.0, 2.0], [0.8, 1.0, 1.1], [0.2, 1.0, 1.5]])

    def product(factors: Any) -> Any:
        drawn = [
            within_range(factors[:, at], centre, low, high, distribution="triangular")
            for at, (low, centre, high) in enumerate(ends)
        ]
        return np.prod(drawn, axis=0)

    mean = ends.mean(axis=1)
    variance = (ends**2).sum(axis=1) - ends[:, 0] * ends[:, 1] - ends[:, 0] * ends[:, 2]
    variance = (variance - ends[:, 1] * ends[:, 2]) / 18.0
    squares = mean**2 + variance
    whole = np.prod(squares) - np.prod(mean**2)
    first = variance * np.prod(mean**2) / mean**2 / whole
    total = variance * np.prod(squares) / squares / whole
    found = sobol_indices(product, 3, evaluations=MANY, seed=[2])
    np.testing.assert_allclose(found.first, first, atol=0.01)
    np.testing.assert_allclose(found.total, total, atol=0.01)


def test_golden_indices_of_an_additive_cash_flow() -> None:
    """Drivers that only add up: shares of variance from slopes and triangular variances."""
    ranges = {
        "soft_cost": (0.3, 2.5),
        "pipe_loss": (0.5, 9.0),
        "source_heat_price": (0.0, 2.0),
        "pumping": (0.5, 4.0),
    }
    model = only(made(), ranges)
    central = draw_npv(model, 0, model.ranges.centre[0][:, None])[0]
    parts = {}
    for name, (low, high) in ranges.items():
        moved = model.ranges.centre[0][:, None].copy()
        moved[DRIVERS.index(name)] = 2.0
        slope = draw_npv(model, 0, moved)[0] - central
        variance = (low**2 + high**2 + 1.0 - low * high - low - high) / 18.0
        parts[name] = slope**2 * variance
    table = table_of(model).set_index("driver")
    assert set(table.index) == set(ranges)
    for name, part in parts.items():
        share = part / sum(parts.values())
        assert table.loc[name, "sobol_first"] == pytest.approx(share, abs=0.03), name
        assert table.loc[name, "sobol_total"] == pytest.approx(share, abs=0.03), name


def test_golden_correlated_group_shares_its_variance_with_the_common_factor() -> None:
    """Two equal costs of a group at rho: rho of the variance common, the rest in equal parts."""
    # A narrow uniform range keeps z and u nearly proportional only near the middle; so the test
    # uses the exact covariance of uniform margins: corr(u1, u2) = 6/pi asin(rho/2), and of u with
    # the common factor's best predictor the same by symmetry of the one-factor copula.
    scenario = scenario_of({"uncertainty": {"distribution": "uniform"}}, name="test")
    model = made(scenario)
    width = 0.5
    costs = {}
    for name in ("boiler_cost", "pumps_cost"):
        moved = model.ranges.centre[0][:, None].copy()
        moved[DRIVERS.index(name)] = 2.0
        costs[name] = (
            draw_npv(model, 0, moved)[0] - draw_npv(model, 0, model.ranges.centre[0][:, None])[0]
        )
    # Ranges inverse to the slopes make both equally important.
    spans = {name: width * abs(costs["boiler_cost"] / cost) for name, cost in costs.items()}
    model = only(model, {name: (1.0 - span, 1.0 + span) for name, span in spans.items()})
    table = table_of(model, scenario).set_index("driver")
    correlation = 6.0 / np.pi * np.arcsin(0.5 / 2.0)
    # Var(sum) = 2 v (1 + c); given the common factor alone, its explained part is 4 v c.
    common = 4.0 * correlation / (2.0 * (1.0 + correlation))
    assert table.loc["construction", "kind"] == "group"
    assert table.loc["construction", "sobol_first"] == pytest.approx(common, abs=0.03)
    for name in spans:
        assert table.loc[name, "sobol_total"] == pytest.approx((1.0 - common) / 2.0, abs=0.05)
    firsts = table["sobol_first"].sum()
    assert firsts == pytest.approx(1.0, abs=0.05)


def test_property_indices_cover_the_variance_and_swings_are_sorted() -> None:
    """First-order indices add up to at most one within their bands; the table is in order."""
    table = table_of(made())
    assert table["npv_swing"].is_monotonic_decreasing
    assert (table["npv_swing"] > 0.0).all()
    assert 0.7 < table["sobol_first"].sum() < 1.15
    table = table[table["driver"] != "contingency"]
    slack = 2.0 * (table["sobol_first_band"] + table["sobol_total_band"]) + 0.01
    assert (table["sobol_first"] <= table["sobol_total"] + slack).all()
    drivers = table[table["kind"] == "driver"]
    assert (drivers["low"] <= drivers["value"]).all()
    assert (drivers["value"] <= drivers["high"]).all()
    assert not drivers["driver"].isin(["oil_price", "district_heat_price", "water_price"]).any()


def test_property_break_even_put_back_is_worth_nothing() -> None:
    """At each break-even value the net present value is zero beside the investment."""
    model = made()
    capex = float(model.amounts[0, :12].sum())
    table = table_of(model)
    found = table[table["break_even"].notna()]
    assert len(found) >= 8
    for _, row in found.iterrows():
        place = DRIVERS.index(row["driver"])
        figure = 1.0 if model.ranges.is_change[place] else model.ranges.figure[0, place]
        drawn = model.ranges.centre[0][:, None].copy()
        drawn[place] = row["break_even"] / figure
        assert abs(draw_npv(model, 0, drawn)[0]) < 1e-6 * capex, row["driver"]
        inside = row["low"] <= row["break_even"] <= row["high"]
        assert row["break_even_in_range"] == ("yes" if inside else "no")


def test_golden_break_even_price_appraised_directly() -> None:
    """The break-even price of electricity in the scenario, and of pipes in the energies."""
    scenario = Scenario()
    table = table_of(made(scenario)).set_index("driver")
    capex = appraise(energies(), scenario, conditions_of(scenario, COUNTRY))["capex"].iloc[0]
    price = table.loc["electricity_price", "break_even"]
    other = scenario_of({"economics": {"electricity_price_per_mwh": price}}, name="test")
    npv = appraise(energies(), other, conditions_of(other, COUNTRY))["npv"].iloc[0]
    assert abs(npv) < 1e-6 * capex
    changed = energies(pipe_capex=float(table["break_even"]["pipe_cost"]))
    npv = appraise(changed, scenario, conditions_of(scenario, COUNTRY))["npv"].iloc[0]
    assert abs(npv) < 1e-6 * capex


def test_golden_no_break_even_is_blank_and_limits_hold() -> None:
    """What cannot turn the sign has no value; physical limits are not passed."""
    hopeless = made(tariff_gas=10_000.0, tariff_boiler=0.0)
    table = table_of(hopeless)
    drivers = table[table["kind"] == "driver"].set_index("driver")
    costs = drivers.loc[["heat_pump_cost", "pipe_cost", "cop", "soft_cost"]]
    assert costs["break_even"].isna().all()
    assert (costs["break_even_count"] == 0).all()
    assert (costs["break_even_in_range"] == "").all()
    rich = table_of(made(tariff_gas=900_000.0)).set_index("driver")
    cop = float(rich["break_even"]["cop"])
    assert np.isnan(cop) or cop >= 1.0


def test_golden_several_break_even_values_are_counted() -> None:
    """Two lines that pull either way give two values; the nearest is told, the number is honest."""
    model = made()
    # NPV = −a·x − b/x + c with roots at 1/2 and 2: electricity follows cop to the power −1, and a
    # made-up line grows with it.
    lines = [0.0] * model.amounts.shape[1]
    powers: list[tuple[tuple[int, float], ...]] = [()] * len(lines)
    cop = DRIVERS.index("cop")
    order = list(driver_lines())
    for name, amount, power in (
        ("heat_pump_upkeep", 2.0, ((cop, 1.0),)),
        ("heat_pump_use", 2.0, ((cop, -1.0),)),
        ("tariff_given", 5.0, ()),
    ):
        lines[order.index(name)] = amount
        powers[order.index(name)] = power
    made_up = replace(model, amounts=np.array([lines]), powers=tuple(powers))
    found = break_even_table(made_up, 0, np.array([cop]))
    assert found["break_even_count"].tolist() == [2]
    assert float(found["break_even_ratio"][0]) in (
        pytest.approx(0.5, rel=1e-9),
        pytest.approx(2.0, rel=1e-9),
    )


def driver_lines() -> list[str]:
    """Names of the money lines in order."""
    return [str(name) for name in cash_lines().index]


def test_property_nothing_uncertain_has_no_indices() -> None:
    """A project none of whose drivers has a range has an empty table."""
    assert len(table_of(only(made(), {}))) == 0


def test_rounding_is_no_influence_at_break_even() -> None:
    """Of a project worth exactly nothing, ends that only differ by rounding move nothing."""
    rows = table_of(made()).set_index("driver")
    price = float(rows["break_even"].astype(float)["electricity_price"])
    given = scenario_of({"economics": {"electricity_price_per_mwh": price}}, name="test")
    model = made(given)
    ends = driver_ends(model, 0, given)
    assert draw_npv(model, 0, model.ranges.centre[0][:, None])[0] == pytest.approx(0.0, abs=1e-3)
    rounded = ends | {"npv": ends["npv"] + 1e-9}
    table = sensitivity_table(model, 0, rounded, given)
    assert set(table["driver"]) == set(table_of(model, given)["driver"])
    assert (table["npv_swing"] > 1.0).all()
