"""Sizes of least cost: against every size appraised like a plan, across size classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from heatreach.data import assumption, price
from heatreach.siting.appraisal import machine_costs
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.machine_costs import (
    machine_capex,
    machine_upkeep,
    store_cost_by_size,
)
from heatreach.siting.appraise import appraise
from heatreach.siting.hours import Hours
from heatreach.siting.planning import sizing
from heatreach.siting.planning.energy_centre import without_pipes
from heatreach.siting.planning.loads import YearLoads, peak_kw, year_loads
from heatreach.siting.planning.sizing import PEAK_SHARES, STORE_HOURS, with_least_cost
from heatreach.siting.planning.supply import supply_energy
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import CENTRAL, PREHEAT, climate_year, exact_machines

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

COUNTRY, MONEY = "DE", "EUR 2024"
CONDITIONS = conditions_of(Scenario(), COUNTRY)
MACHINES = exact_machines(Scenario().heat_pump.refrigerant)
HOURS = Hours(
    outdoor_degc=climate_year(COUNTRY),
    weather="test",
    heating_threshold_degc=15.0,
    load_profile="unknown",
)
# Highest loads of about 25 kW to 25 MW: all size classes, and both steps inside the grids of some.
HEAT_MWH = (60.0, 700.0, 2_500.0, 9_000.0, 60_000.0)
GRID = len(PEAK_SHARES) * len(STORE_HOURS)


def loads(
    arrangement: str = CENTRAL, source_kw: float = 1e5, heat: tuple[float, ...] = HEAT_MWH
) -> YearLoads:
    """Loads of flats; the source is warm enough to preheat where that is asked for."""
    warm = arrangement == PREHEAT
    table = pd.DataFrame({"heat_mwh": heat}).assign(
        use="flats",
        hot_water_share=0.25,
        peak_source="full-load hours",
        peak_kw=lambda t: t["heat_mwh"] / 2.0,
        loss_mwh=lambda t: t["heat_mwh"] * 0.1,
        feed_peak_kw=lambda t: t["heat_mwh"] / 2.0,
        source_kw=source_kw,
        utilisation=0.7,
        source_degc=55.0 if warm else 30.0,
        source_return_degc=44.0 if warm else 22.0,
        sink_in_degc=40.0,
        sink_out_degc=66.0,
    )
    return year_loads(table, HOURS)


def scenario(**heat_pump: object) -> Scenario:
    """Defaults but for the heat pump."""
    return scenario_of({"heat_pump": heat_pump}, name="test")


def lcoh(given: YearLoads, arrangement: str, fixed: Scenario) -> tuple[Floats, pd.DataFrame]:
    """Cost of heat of loads whose table says how large machine and store are, and energies."""
    conditions = conditions_of(fixed, COUNTRY)
    energy = supply_energy(given, arrangement, fixed, conditions, machines=MACHINES)
    table = given.table.drop(columns=[c for c in given.table if c in energy])
    figures = appraise(without_pipes(table.join(energy)), fixed, conditions)
    return figures["lcoh_per_mwh"].to_numpy(), energy


def grid_of(given: YearLoads, most_kw: float = np.inf) -> YearLoads:
    """Every load at every size of the grid up to a limit, sizes of one load side by side."""
    count = len(given.table)
    peak = peak_kw(given) + given.table["loss_mwh"].to_numpy() / 8.76
    tried = np.minimum(peak[:, None] * PEAK_SHARES, most_kw)
    size = np.repeat(tried, len(STORE_HOURS), axis=1)
    store = size * np.tile(STORE_HOURS, len(PEAK_SHARES)) / 1e3
    rows = np.repeat(np.arange(count), GRID)
    table = given.table.iloc[rows].reset_index(drop=True)
    return YearLoads(
        table=table.assign(machine_kw=size.ravel(), store_mwh=store.ravel()),
        shapes=given.shapes,
        shape_of=given.shape_of[rows],
        source_shapes=given.source_shapes,
        source_of=given.source_of[rows],
    )


@pytest.mark.parametrize(
    ("arrangement", "module_kw", "prices"),
    [
        (CENTRAL, None, {}),
        (PREHEAT, None, {}),
        (CENTRAL, 450.0, {}),
        (CENTRAL, None, {"gas_price_per_mwh": 60.0, "electricity_price_per_mwh": 200.0}),
        (CENTRAL, None, {"gas_price_per_mwh": 200.0, "electricity_price_per_mwh": 100.0}),
        (CENTRAL, None, {"gas_price_change_share": 0.05, "electricity_price_change_share": -0.02}),
        (PREHEAT, None, {"life_years": 40, "soft_cost_share": 0.3, "residual_value": "none"}),
    ],
)
def test_golden_choice_is_the_cheapest_of_every_size_appraised(
    arrangement: str, module_kw: float | None, prices: dict[str, Any]
) -> None:
    """Brute force: supply and appraisal of all sizes of the grid, as a plan would have them."""
    words = {"heat_pump": {"module_kw": module_kw} if module_kw else {}, "economics": prices}
    fixed, given = scenario_of(words, name="test"), loads(arrangement)
    conditions = conditions_of(fixed, COUNTRY)
    chosen = with_least_cost(given, arrangement, fixed, conditions, machines=MACHINES)
    every, energy = lcoh(grid_of(given), arrangement, fixed)
    assert (energy["status"] == "ok").all()
    every, cost = every.reshape(-1, GRID), lcoh(chosen, arrangement, fixed)[0]
    np.testing.assert_allclose(cost, every.min(axis=1), rtol=1e-9)
    # The grid is worth a search: its sizes differ by far more than the tolerance.
    assert (every.max(axis=1) > 1.05 * every.min(axis=1)).all()


def test_golden_upkeep_of_the_boiler_decides_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a boiler whose heat costs 50 more in upkeep, the choice is still the cheapest."""
    given = loads()
    before = with_least_cost(given, CENTRAL, Scenario(), CONDITIONS, machines=MACHINES)
    for module in (machine_costs, sizing):
        monkeypatch.setattr(module, "boiler_upkeep_per_mwh", lambda *_: 50.0)
    after = with_least_cost(given, CENTRAL, Scenario(), CONDITIONS, machines=MACHINES)
    every, _ = lcoh(grid_of(given), CENTRAL, Scenario())
    cost, _ = lcoh(after, CENTRAL, Scenario())
    np.testing.assert_allclose(cost, every.reshape(-1, GRID).min(axis=1), rtol=1e-9)
    assert (after.table["machine_kw"] >= before.table["machine_kw"]).all()
    assert (after.table["machine_kw"] > before.table["machine_kw"]).any()


def test_source_too_small_for_the_grid_is_not_paid_for_twice() -> None:
    """Machines beyond the source are cut off; what is chosen is the cheapest of the rest."""
    given = loads(source_kw=150.0, heat=HEAT_MWH[1:4])
    chosen = with_least_cost(given, CENTRAL, Scenario(), CONDITIONS, machines=MACHINES)
    more = given.of(given.table.assign(machine_kw=290.0, store_mwh=0.0))
    most = float(lcoh(more, CENTRAL, Scenario())[1]["heat_pump_kw"].max())
    assert most < 250.0
    every, _ = lcoh(grid_of(given, most), CENTRAL, Scenario())
    cost, energy = lcoh(chosen, CENTRAL, Scenario())
    np.testing.assert_allclose(cost, every.reshape(-1, GRID).min(axis=1), rtol=1e-9)
    np.testing.assert_allclose(energy["heat_pump_kw"], chosen.table["machine_kw"])


def test_supply_builds_what_the_search_chose() -> None:
    given, sized = loads(), scenario(sizing="least_cost")
    chosen = with_least_cost(given, CENTRAL, sized, CONDITIONS, machines=MACHINES)
    energy = supply_energy(given, CENTRAL, sized, CONDITIONS, machines=MACHINES)
    np.testing.assert_allclose(energy["heat_pump_kw"], chosen.table["machine_kw"])
    np.testing.assert_allclose(energy["store_mwh"], chosen.table["store_mwh"])


def test_loads_that_cannot_work_keep_the_share() -> None:
    given = loads(heat=(700.0, 900.0))
    given = given.of(given.table.assign(sink_out_degc=[66.0, 190.0]))
    chosen = with_least_cost(given, CENTRAL, Scenario(), CONDITIONS, machines=MACHINES).table
    assert chosen["machine_kw"].iloc[1] == 0.5 * 450.0
    assert chosen["store_mwh"].iloc[1] == 0.0
    alone = with_least_cost(
        loads(heat=(700.0,)), CENTRAL, Scenario(), CONDITIONS, machines=MACHINES
    )
    assert chosen["machine_kw"].iloc[0] == pytest.approx(alone.table["machine_kw"].iloc[0])


def plant(**changes: object) -> pd.DataFrame:
    """A plant of an energy centre."""
    row = {"option": CENTRAL, "heat_pump_kw": 6000.0, "exchanger_kw": 0.0, "store_mwh": 0.0}
    return pd.DataFrame([row | {"heat_pump_mwh": 20_000.0} | changes])


def test_golden_modules_cost_what_one_of_them_does() -> None:
    """Six machines of 1 MW: 6,000 kW at the row of 1 MW; a module larger than that is no module."""
    kw = price("heat_pumps", "large_1mw", "capex_per_kw", target=MONEY).value
    om = price("heat_pumps", "large_1mw", "variable_om_per_mwh", target=MONEY).value
    fixed = price("heat_pumps", "large_1mw", "fixed_om_per_kw_per_year", target=MONEY).value
    six = machine_capex(plant(), money=MONEY, column="value", module_kw=1000.0)
    assert six["heat_pump"][0] == pytest.approx(6000.0 * kw)
    upkeep = machine_upkeep(plant(), six, money=MONEY, module_kw=1000.0)
    assert upkeep["heat_pump_upkeep"][0] == pytest.approx(6000.0 * fixed)
    assert upkeep["heat_pump_use"][0] == pytest.approx(20_000.0 * om)
    one = machine_capex(plant(), money=MONEY, column="value")
    large = machine_capex(plant(), money=MONEY, column="value", module_kw=9000.0)
    assert one["heat_pump"][0] == large["heat_pump"][0]
    assert one["heat_pump"][0] < 0.7 * six["heat_pump"][0]


def test_modules_reach_the_appraisal() -> None:
    """A plan of modules costs more per kW than one large machine."""
    given = loads(heat=(30_000.0,))
    costs = []
    for words in ({}, {"module_kw": 500.0}):
        fixed = scenario(**words)
        energy = supply_energy(given, CENTRAL, fixed, CONDITIONS, machines=MACHINES)
        frame = without_pipes(given.table.join(energy))
        costs.append(appraise(frame, fixed, CONDITIONS)["heat_pump_capex"].iloc[0])
    assert costs[1] > 1.3 * costs[0]


def test_golden_store_cost_between_sizes() -> None:
    """Halfway in logarithms between 1 and 10 MWh the cost is the geometric mean of the two."""
    one, ten, large = (
        price("heat_stores", f"hot_water_tank_{n}mwh", "capex_per_mwh", target=MONEY).value
        for n in (1, 10, 175)
    )
    assert assumption("heat_stores", "hot_water_tank_175mwh", "size_mwh").value == 175.0
    cost = store_cost_by_size(np.array([0.0, 0.2, np.sqrt(10.0), 1e4]), money=MONEY)
    np.testing.assert_allclose(cost, [one, one, np.sqrt(one * ten), large])


@pytest.mark.parametrize("column", ["value", "low", "high"])
def test_property_larger_stores_cost_more_but_less_per_mwh(column: str) -> None:
    size = np.geomspace(0.01, 1000.0, 60)
    cost = store_cost_by_size(size, money=MONEY, column=column)
    assert (np.diff(cost) <= 1e-9).all()
    assert (np.diff(cost * size) > 0.0).all()
