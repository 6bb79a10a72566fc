"""Emissions by line and year, against thermo's own sums and hand calculations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import assumption, load_table, wide
from heatreach.siting.appraisal.carbon import carbon_figures
from heatreach.siting.appraisal.carbon_years import (
    CarbonLines,
    carbon_by_year,
    carbon_line_table,
    carbon_lines,
)
from heatreach.siting.appraisal.conditions import Conditions, conditions_of
from heatreach.siting.scenario import Scenario, scenario_of
from heatreach.thermo import (
    AMBIENT,
    CENTRAL,
    find_refrigerant,
    pipe_carbon_kg_per_m,
    yearly_savings,
)

GRID = tuple(np.linspace(0.3, 0.05, 25).tolist())


def conditions(**changes: Any) -> Conditions:
    """Round factors; the grid falls every year."""
    base = conditions_of(Scenario(), "DE")
    values = {"electricity_kg_per_kwh": 0.3, "backup_kg_per_kwh": 0.2}
    values |= {"backup_efficiency_share": 0.8} | changes
    rows = {name: replace(getattr(base, name), value=value) for name, value in values.items()}
    return replace(base, grid_kg_per_kwh=GRID, grid_later_kg_per_kwh=(), **rows)


def energy(**changes: Any) -> pd.DataFrame:
    """A network of 4,000 MWh that loses 1,000, and an ambient loop."""
    rows: dict[str, Any] = {
        "option": [CENTRAL, AMBIENT],
        "heat_mwh": [4000.0, 800.0],
        "loss_mwh": [1000.0, 0.0],
        "electricity_mwh": [1250.0, 150.0],
        "pumping_mwh": [50.0, 10.0],
        "backup_mwh": [400.0, 0.0],
        "heat_pump_kw": [1000.0, 300.0],
        "present_t_co2e": [900.0, 190.0],
        "present_gas_t_co2e": [500.0, 100.0],
        "present_oil_t_co2e": [100.0, 0.0],
        "present_district_heat_t_co2e": [0.0, 0.0],
        "present_electricity_mwh": [1000.0, 300.0],
        "embodied_t_co2e": [60.0, 20.0],
    }
    return pd.DataFrame(rows | changes, index=["P-a", "P-b"])


def of_thermo(
    frame: pd.DataFrame, scenario: Scenario, held: Conditions, row: int, life: int
) -> Any:
    """The same row by `heatreach.thermo.yearly_savings`."""
    one = frame.iloc[row]
    grid = held.grid_by_year(scenario.economics.life_years)
    power = one["present_electricity_mwh"]
    today = one["present_t_co2e"] - power * 0.3 + power * grid
    machine = {
        name: assumption("heat_pumps", "large", name).value
        for name in ("charge_kg_per_kw", "leakage_share_per_year", "end_of_life_loss_share")
    }
    return yearly_savings(
        one["heat_mwh"],
        fuel_t_co2e_per_mwh=today[None, :] / one["heat_mwh"],
        boiler_efficiency=1.0,
        heat_pump_mwh=one["electricity_mwh"],
        pumping_mwh=one["pumping_mwh"],
        electricity_t_co2e_per_mwh=grid[None, :],
        backup_fuel_mwh=one["backup_mwh"] / 0.8,
        backup_t_co2e_per_mwh=0.2,
        charge_kg=machine["charge_kg_per_kw"] * one["heat_pump_kw"],
        leakage_share_per_year=machine["leakage_share_per_year"],
        end_of_life_loss_share=machine["end_of_life_loss_share"],
        gwp=find_refrigerant(scenario.heat_pump.refrigerant).gwp(scenario.emissions.gwp_set),
        embodied_t_co2e=one["embodied_t_co2e"] * (scenario.emissions.embodied == "yes"),
        machine_life_years=life,
    )


@pytest.mark.parametrize("embodied", ["yes", "no"])
@pytest.mark.parametrize("years", [5, 25, 40])
def test_golden_every_part_equals_thermo(years: int, embodied: str) -> None:
    """Parts, net and running total of both rows to 1e-9, with machines of 25 and 18 years."""
    scenario = scenario_of(
        {"economics": {"life_years": years}, "emissions": {"embodied": embodied}}, name="test"
    )
    held, frame = conditions(), energy()
    lines = carbon_lines(frame, scenario, held, years)
    table = carbon_by_year(frame, scenario, held)
    figures = carbon_figures(frame, scenario, held)
    for row, life in enumerate((25, 18)):
        known = of_thermo(frame, scenario, held, row, life)
        parts = {
            "fuel avoided": known.fuel_avoided_t_co2e,
            "electricity": known.heat_pump_t_co2e,
            "pumping": known.pumping_t_co2e,
            "backup": known.backup_t_co2e,
            "leakage": known.leakage_t_co2e,
            "end of life": known.end_of_life_t_co2e,
            "embodied": known.embodied_t_co2e,
        }
        for part, tonnes in parts.items():
            assert lines.tonnes(part)[row] == pytest.approx(tonnes.ravel(), rel=1e-9, abs=1e-9)
        mine = table[table["project_id"] == frame.index[row]]
        net, total = known.net_t_co2e.ravel(), known.cumulative_t_co2e.ravel()
        assert mine["net_t_co2e"].to_numpy() == pytest.approx(net, rel=1e-9, abs=1e-9)
        assert mine["cumulative_t_co2e"].to_numpy() == pytest.approx(total, rel=1e-9, abs=1e-9)
        assert figures["avoided_life_t_co2e"].iloc[row] == pytest.approx(total[-1], rel=1e-9)
        assert figures["avoided_t_co2e"].iloc[row] == pytest.approx(net[1], rel=1e-9)


def test_golden_grams_per_kwh_by_hand() -> None:
    """Year 1: 1,300 MWh at 0.3, 500 MWh of fuel at 0.2 and leaks, over 4,000 MWh."""
    row = carbon_by_year(energy(), Scenario(), conditions()).iloc[1]
    leaks = 1000.0 * 0.3 * 0.038 * 1.37 / 1e3
    caused = 1300.0 * 0.3 + 500.0 * 0.2 + leaks
    assert row["carbon_g_per_kwh"] == pytest.approx(1e3 * caused / 4000.0, rel=1e-4)
    assert row["present_g_per_kwh"] == pytest.approx(1e3 * 900.0 / 4000.0)
    assert row["emitted_t_co2e"] == pytest.approx(caused, rel=1e-4)
    assert row["net_t_co2e"] == row["avoided_t_co2e"] - row["emitted_t_co2e"]
    figures = carbon_figures(energy(), Scenario(), conditions())
    assert figures["carbon_g_per_kwh"].iloc[0] == pytest.approx(row["carbon_g_per_kwh"])
    assert figures["present_g_per_kwh"].iloc[0] == pytest.approx(225.0)


def test_docs_table_has_the_registry_columns() -> None:
    table = carbon_by_year(energy(), Scenario(), conditions())
    columns = load_table("columns")
    assert list(table) == columns.loc[columns["table"] == "carbon_by_year", "column"].tolist()
    assert table["year"].tolist() == [*range(26)] * 2
    first = table[table["project_id"] == "P-a"].iloc[:2]
    assert first["calendar_year"].tolist() == [2027, 2028]
    assert first["carbon_g_per_kwh"].isna().tolist() == [True, False]


@settings(max_examples=25, deadline=None)
@given(
    years=st.integers(1, 60),
    heat=st.floats(1.0, 1e5),
    power=st.floats(0.0, 1e5),
    embodied=st.floats(0.0, 1e4),
)
def test_property_carbon_is_zero_when_all_factors_are(
    years: int, heat: float, power: float, embodied: float
) -> None:
    """No emission factor, a refrigerant without warming potential, no embodied carbon counted."""
    scenario = scenario_of(
        {"heat_pump": {"refrigerant": "R717"}, "economics": {"life_years": max(years, 5)}},
        name="test",
    )
    clean = replace(
        conditions(electricity_kg_per_kwh=0.0, backup_kg_per_kwh=0.0),
        grid_kg_per_kwh=(0.0,) * years,
    )
    nothing = dict.fromkeys(["present_t_co2e", "present_oil_t_co2e"], 0.0)
    frame = energy(heat_mwh=heat, electricity_mwh=power, embodied_t_co2e=embodied, **nothing)
    assert not carbon_lines(frame, scenario, clean, years).net().any()
    columns = ["avoided_t_co2e", "avoided_life_t_co2e", "carbon_g_per_kwh", "present_g_per_kwh"]
    assert not carbon_figures(frame, scenario, clean)[columns].to_numpy().any()


def drawn(lines: CarbonLines, **factors: float) -> npt.NDArray[np.float64]:
    """Net by year when assumptions are multiplied by these factors."""
    powers = [
        dict(word.split(":") for word in drivers.split()) for drivers in lines.drivers.tolist()
    ]
    scale = [
        np.prod([factors.get(name, 1.0) ** float(power) for name, power in line.items()])
        for line in powers
    ]
    amounts = lines.amounts.to_numpy() * np.array(scale)
    return np.asarray(amounts @ (lines.signs[:, None] * lines.profiles))


@settings(max_examples=25, deadline=None)
@given(factor=st.floats(0.2, 3.0))
def test_property_drivers_do_what_their_names_say(factor: float) -> None:
    """Scaling a driver gives what the changed input gives."""
    scenario, held, frame = Scenario(), conditions(), energy()
    lines = carbon_lines(frame, scenario, held, 25)
    dirtier = replace(
        conditions(electricity_kg_per_kwh=0.3 * factor),
        grid_kg_per_kwh=tuple(factor * share for share in GRID),
    )
    electric = 0.3 * np.array([1000.0, 300.0])
    grid = energy(present_t_co2e=np.array([900.0, 190.0]) + electric * (factor - 1.0))
    less = {"electricity_mwh": np.array([1250.0, 150.0]) / factor}
    pumped = {"pumping_mwh": np.array([50.0, 10.0]) * factor}
    cases = {
        "grid_factor": carbon_lines(grid, scenario, dirtier, 25),
        "cop": carbon_lines(energy(**less), scenario, held, 25),
        "pumping": carbon_lines(energy(**pumped), scenario, held, 25),
        "backup_efficiency": carbon_lines(
            frame, scenario, conditions(backup_efficiency_share=0.8 * factor), 25
        ),
    }
    for name, changed in cases.items():
        assert drawn(lines, **{name: factor}) == pytest.approx(changed.net(), rel=1e-9)


def test_docs_lines_are_complete() -> None:
    table = carbon_line_table()
    assert set(table["sign"]) == {-1.0, 1.0}
    assert set(table["kind"]) == {"yearly", "once", "scrapped"}
    assert set(table.loc[table["kind"] == "yearly", "path"]) == {"level", "grid"}
    for life in set(table["life"]) - {""}:
        name = life.split("/")
        assert assumption(name[0], name[1], "life_years").value > 0.0
    grid = table.index[table["path"] == "grid"]
    assert all("grid_factor:1" in str(table.loc[line, "drivers"]).split() for line in grid)


def powers(drivers: str) -> dict[str, float]:
    """Powers by assumption."""
    return {name: float(power) for name, _, power in (w.partition(":") for w in drivers.split())}


@pytest.mark.parametrize(
    ("line", "money", "factor"),
    [
        ("electricity_heat", "electricity_price", "grid_factor"),
        ("electricity_loss", "electricity_price", "grid_factor"),
        ("pumping", "electricity_price", "grid_factor"),
        ("backup_heat", "gas_price", "gas_factor"),
        ("backup_loss", "gas_price", "gas_factor"),
    ],
)
def test_docs_energy_moves_alike_in_money_and_carbon(line: str, money: str, factor: str) -> None:
    """The same powers of the same assumptions, an emission factor in place of a price."""
    paid = load_table("cash_lines").set_index("line")["drivers"]
    name = "electricity_pumping" if line == "pumping" else line
    expected = powers(str(paid[name]))
    expected[factor] = expected.pop(money)
    assert powers(str(carbon_line_table().loc[line, "drivers"])) == expected


def test_golden_embodied_carbon_follows_the_catalogue() -> None:
    """kg CO2e per metre against flow (bore² times its largest velocity) over all pipes we have."""
    names = list(wide("pipe_costs").index)
    pipes = wide("pipes").loc[names]
    flow = pipes["inner_diameter_mm"] ** 2 * pipes["velocity_max_m_s"]
    carbon = pipe_carbon_kg_per_m(names, insulation_series=2).total_kg_per_m
    slope = np.polyfit(np.log(flow.to_numpy()), np.log(np.asarray(carbon)), 1)[0]
    drivers = powers(str(carbon_line_table().loc["embodied", "drivers"]))
    assert drivers.get("demand", 0.5) == pytest.approx(slope, abs=0.05)


def test_rows_without_a_machine_count_as_nothing() -> None:
    """Blank energies are no energies; a missing split of fuels is gas."""
    frame = energy(electricity_mwh=np.nan).drop(
        columns=["loss_mwh", "present_oil_t_co2e", "present_district_heat_t_co2e"]
    )
    lines = carbon_lines(frame, Scenario(), conditions(), 25)
    assert not lines.tonnes("electricity").any()
    assert lines.amounts["avoided_gas"].tolist() == pytest.approx([600.0, 100.0])
    assert carbon_by_year(frame.iloc[:0], Scenario(), conditions()).empty
