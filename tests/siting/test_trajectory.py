"""Files of grid factors by year, and what counterfactuals cost and emit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from heatreach.data import load_table, price
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.counterfactual import air_source_season_cop, present_heat
from heatreach.siting.errors import InputError
from heatreach.siting.reading.trajectory import read_trajectory
from heatreach.siting.scenario import Scenario, scenario_of

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str, name: str = "grid.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str, name: str = "grid.csv") -> str:
    """Message of the refusal of a file."""
    with pytest.raises(InputError) as caught:
        read_trajectory(written(folder, text, name))
    return str(caught.value)


def consumers(*names: str, use: str = "office") -> pd.DataFrame:
    """Consumers of 100 kW and 200 MWh that are heated by these."""
    return pd.DataFrame(
        {"use": use, "counterfactual": list(names), "peak_kw": 100.0, "annual_heat_mwh": 200.0}
    )


def emissions(**words: object) -> Scenario:
    """Scenario with these words on emissions."""
    return scenario_of({"emissions": words}, name="test")


def test_golden_trajectory_by_hand(tmp_path: Path) -> None:
    """Rows in any order; 2027 lies halfway between 2026 and 2028; ends are kept."""
    text = "year,electricity_kg_per_kwh,marginal_kg_per_kwh\n2028,0.1,0.3\n2026,0.2,0.4\n"
    read = read_trajectory(written(tmp_path, text))
    years = np.array([2025.0, 2026.0, 2027.0, 2028.0, 2050.0])
    assert read.factors(years).tolist() == pytest.approx([0.2, 0.2, 0.15, 0.1, 0.1])
    assert read.factors(years, basis="marginal").tolist() == pytest.approx(
        [0.4, 0.4, 0.35, 0.3, 0.3]
    )
    assert "covers 2026 to 2028, the study 2025 to 2050" in str(read.beyond(years)[0])
    assert read.beyond(np.array([2026.0, 2028.0])) == ()
    assert len(read.sha256) == 64


def test_trajectory_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = "Year;Electricity_kg_per_kWh;comment\n2026;0,21;a\n2030;0,1;b\n"
    read = read_trajectory(written(tmp_path, text))
    assert read.average.tolist() == [0.21, 0.1]
    assert read.marginal is None


def test_trajectory_from_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "grid.xlsx"
    pd.DataFrame({"year": [2026, 2030], "electricity_kg_per_kwh": [0.2, 0.1]}).to_excel(
        path, index=False
    )
    assert read_trajectory(path).years.tolist() == [2026.0, 2030.0]


def test_trajectory_rejects_all_at_once(tmp_path: Path) -> None:
    text = (
        "year,electricity_kg_per_kwh,marginal_kg_per_kwh\n"
        "2026,177,0.3\n2026,0.2,\n20.5,-0.1,n/a\n,0.1,0.2\n"
    )
    message = refusal(tmp_path, text)
    for words in (
        "column year, row 5: blank",
        "is no calendar year: '20.5'",
        "years given more than once: '2026'",
        "is outside 0 to 3 kg/kWh: '177', '-0.1'",
        "if 177 is in g/kWh or kg/MWh, write 0.177",
        "column marginal_kg_per_kwh, row 3: blank",
        "column marginal_kg_per_kwh, row 4: is no number: 'n/a'",
    ):
        assert words in message
    assert message.startswith("6 problems in the inputs")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("year,co2\n2026,0.2\n", "required column electricity_kg_per_kwh is missing"),
        ("years,electricity_kg_per_kwh\n2026,0.2\n", "column year is missing; rename years"),
        ("year,electricity_kg_per_kwh\n", "has columns but no rows"),
        ("", "is empty"),
        ("year,electricity_kg_per_kwh\n2026,0.2 kg\n", "'0.2 kg'; write digits only"),
        ("year,electricity_kg_per_kwh\n2026,inf\n", "write a finite number"),
    ],
)
def test_trajectory_rejects_broken_files(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


def test_trajectory_rejects_other_formats_and_missing_marginals(tmp_path: Path) -> None:
    assert "is of no accepted format ('.gpkg')" in refusal(tmp_path, "x", "grid.gpkg")
    read = read_trajectory(written(tmp_path, "year,electricity_kg_per_kwh\n2026,0.2\n"))
    with pytest.raises(InputError, match="has no column marginal_kg_per_kwh"):
        read.factors(np.array([2026.0]), basis="marginal")
    with pytest.raises(InputError, match="cannot be opened"):
        read_trajectory(tmp_path / "none.csv")


def test_golden_air_source_heat_pump_by_hand() -> None:
    """Block in Germany: COP of its climate, 352.5 EUR 2015 per kW, 3 % upkeep, 20 a at 3.5 %."""
    present = present_heat(consumers("air_source_heat_pump"), Scenario(), "DE").iloc[0]
    money = {"target": "EUR 2024"}
    power = price("energy_prices", "electricity", "price_per_mwh", region="DE", **money).value
    machine = price("technology_costs", "air_source_building", "capex_per_kw", **money).value
    yearly = machine * (0.035 / (1.0 - 1.035**-20) + 0.03)
    cop = air_source_season_cop("DE", home=False)
    assert present["price_per_mwh"] == pytest.approx(power / cop + 100.0 * yearly / 200.0)
    assert present["t_co2e_per_mwh"] == pytest.approx(0.3296 / cop)
    assert present["electricity_share"] == pytest.approx(1.0 / cop)


def test_golden_existing_network_by_hand() -> None:
    """Heat at 64.3 GBP 2015 per MWh in Great Britain, 0.15 t/MWh, no machine of its own."""
    present = present_heat(consumers("existing_network"), Scenario(), "GB").iloc[0]
    heat = price("energy_prices", "heat_sold", "price_per_mwh", target="EUR 2024", region="GB")
    assert present["price_per_mwh"] == pytest.approx(heat.value)
    assert present["t_co2e_per_mwh"] == pytest.approx(0.15)
    assert present["electricity_share"] == 0.0


def test_every_counterfactual_has_a_price_and_emissions() -> None:
    names = tuple(dict.fromkeys(load_table("counterfactuals")["name"]))
    for use in ("home", "office"):
        for column in ("low", "value", "high"):
            present = present_heat(consumers(*names, use=use), Scenario(), "FI", column=column)
            assert (present[["price_per_mwh", "t_co2e_per_mwh"]] > 0.0).all(axis=None)


def test_golden_upstream_counts_on_both_sides_and_once() -> None:
    """GB direct: gas 0.183 + 0.03021, power 0.177 + 0.0459; a life-cycle factor stays."""
    rows = consumers("gas_boiler", "electric_boiler")
    direct = present_heat(rows, emissions(electricity_basis="direct", upstream="yes"), "GB")
    assert direct["t_co2e_per_mwh"].tolist() == pytest.approx([0.21321 / 0.85, 0.2229 / 0.99])
    life = present_heat(rows, emissions(upstream="yes"), "GB")
    assert life["t_co2e_per_mwh"].tolist() == pytest.approx([0.21321 / 0.85, 0.2174 / 0.99])
    figures = conditions_of(emissions(upstream="yes"), "GB")
    assert figures.backup_kg_per_kwh.value == pytest.approx(0.21321)
    assert "with upstream emissions, 0.183 without" in figures.backup_kg_per_kwh.note
    assert figures.electricity_kg_per_kwh.value == pytest.approx(0.2174)


def test_replaced_heat_pump_saves_less_than_a_replaced_boiler() -> None:
    present = present_heat(consumers("gas_boiler", "air_source_heat_pump"), Scenario(), "SE")
    assert present["t_co2e_per_mwh"].iloc[1] < 0.1 * present["t_co2e_per_mwh"].iloc[0]
