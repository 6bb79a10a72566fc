"""Prices and factors of a country under a scenario, doubts about them, and heat pumps of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from heatreach.data import assumption, price
from heatreach.siting.appraisal.conditions import condition_doubts, conditions_of
from heatreach.siting.appraisal.counterfactual import air_source_season_cop, present_heat
from heatreach.siting.appraisal.figures import BY_USER
from heatreach.siting.errors import InputError
from heatreach.siting.reading.trajectory import Trajectory, read_trajectory
from heatreach.siting.scenario import Scenario, scenario_of

if TYPE_CHECKING:
    from pathlib import Path

LOSSES = {"grid_losses": "yes"}


def emissions(**words: object) -> Scenario:
    """Scenario with these words on emissions."""
    return scenario_of({"emissions": words}, name="test")


def consumers(*names: str, use: str = "office") -> pd.DataFrame:
    """Consumers of 100 kW and 200 MWh that are heated by these."""
    return pd.DataFrame(
        {"use": use, "counterfactual": list(names), "peak_kw": 100.0, "annual_heat_mwh": 200.0}
    )


@pytest.fixture
def grid(tmp_path: Path) -> Trajectory:
    """The user's factors: 0.2 and 0.4 kg/kWh in every year."""
    path = tmp_path / "grid.csv"
    path.write_text("year,electricity_kg_per_kwh,marginal_kg_per_kwh\n2028,0.2,0.4\n")
    return read_trajectory(path)


def test_grid_factor_of_one_basis_per_study() -> None:
    """GB: 0.177 direct (DESNZ 2025), more over the life cycle; FI knows no direct factor."""
    direct = emissions(electricity_basis="direct")
    assert conditions_of(direct, "GB").electricity_kg_per_kwh.value == pytest.approx(0.177)
    assert conditions_of(Scenario(), "GB").electricity_kg_per_kwh.value > 0.177
    with pytest.raises(InputError, match=r"no direct grid factor is known for FI.*--grid"):
        conditions_of(direct, "FI")
    assert conditions_of(direct, "").electricity_kg_per_kwh.value == pytest.approx(0.242)


def test_a_factor_of_the_user_is_enough_for_any_basis(grid: Trajectory) -> None:
    for basis, of_file in (("direct", 0.2), ("marginal", 0.4), ("lifecycle", 0.2)):
        figure = emissions(electricity_basis=basis, grid_co2e_kg_per_kwh=0.1)
        found = conditions_of(figure, "FI")
        assert set(found.grid_kg_per_kwh) == {0.1}
        assert found.electricity_kg_per_kwh.source == BY_USER
        with_file = conditions_of(emissions(electricity_basis=basis), "FI", grid=grid)
        assert with_file.grid_kg_per_kwh == pytest.approx((of_file,) * 25)
        assert "those of grid.csv" in with_file.electricity_kg_per_kwh.note
        # Electric heating is counted at the same factor in `conditions` and in `present_heat`, so
        # that the file's years can take its place.
        heat = present_heat(consumers("electric_boiler"), figure, "FI").iloc[0]
        assert heat["t_co2e_per_mwh"] == pytest.approx(0.1 * heat["electricity_share"])


def test_general_rows_are_told(grid: Trajectory) -> None:
    assert condition_doubts(Scenario(), "FI", grid=None) == ()
    (doubt,) = condition_doubts(Scenario(), "PT", grid=None)
    assert doubt.where == "emissions.electricity_basis"
    assert "no lifecycle grid factor is known for PT; a general one of 0.27 kg/kWh" in str(doubt)
    (unknown,) = condition_doubts(Scenario(), "", grid=None)
    assert "known for the country;" in str(unknown)
    marginal = emissions(electricity_basis="marginal")
    for country in ("GB", "PT", ""):
        (guess,) = condition_doubts(marginal, country, grid=None)
        assert "one guess of 0.4 kg/kWh (0 to 0.9) stands for" in guess.what
    own = emissions(electricity_basis="marginal", grid_co2e_kg_per_kwh=0.1)
    assert condition_doubts(own, "PT", grid=None) == ()
    assert condition_doubts(marginal, "PT", grid=grid) == ()


def test_golden_losses_of_the_grid_in_great_britain() -> None:
    """DESNZ 2025: 0.177 generated, 0.01853 lost, 0.0459 and 0.00397 upstream; gas stays 0.183."""
    rows = consumers("electric_boiler", "gas_boiler")
    meter = emissions(electricity_basis="direct", **LOSSES)
    found = conditions_of(meter, "GB")
    assert found.electricity_kg_per_kwh.value == pytest.approx(0.19553)
    assert found.electricity_kg_per_kwh.note.startswith("with losses of the grid, 0.177 without")
    assert found.grid_kg_per_kwh == pytest.approx((0.19553,) * 25)
    heat = present_heat(rows, meter, "GB")["t_co2e_per_mwh"].tolist()
    assert heat == pytest.approx([0.19553 / 0.99, 0.183 / 0.85])
    full = conditions_of(emissions(electricity_basis="direct", upstream="yes", **LOSSES), "GB")
    total = 0.177 + 0.01853 + 0.0459 + 0.00397
    assert full.electricity_kg_per_kwh.value == pytest.approx(total)
    assert "with upstream emissions and losses of the grid" in full.electricity_kg_per_kwh.note


def test_golden_losses_are_a_share_elsewhere() -> None:
    """Finland, life cycle: 0.0575 and the general 8 % on top; the range widens alike."""
    row = conditions_of(emissions(**LOSSES), "FI").electricity_kg_per_kwh
    assert (row.value, row.low, row.high) == pytest.approx((0.0621, 0.04968, 0.0940397), rel=1e-5)


def test_losses_leave_a_factor_of_the_user_alone(grid: Trajectory) -> None:
    own = emissions(grid_co2e_kg_per_kwh=0.1, **LOSSES)
    assert set(conditions_of(own, "GB").grid_kg_per_kwh) == {0.1}
    heat = present_heat(consumers("electric_boiler"), own, "GB")["t_co2e_per_mwh"].iloc[0]
    assert heat == pytest.approx(0.1 / 0.99)
    with_file = conditions_of(emissions(**LOSSES), "GB", grid=grid)
    assert with_file.grid_kg_per_kwh == pytest.approx((0.2,) * 25)


@pytest.mark.parametrize(
    ("home", "row"), [(True, "air_source_house"), (False, "air_source_building")]
)
def test_golden_danish_catalogue_from_the_danish_climate(home: bool, row: str) -> None:
    """Danish Energy Agency: 3.5 for a house and 3.6 for a block, with radiators."""
    catalogue = assumption("technology_costs", row, "seasonal_cop").value
    assert air_source_season_cop("DK", home=home) == pytest.approx(catalogue, rel=0.10)


def test_colder_countries_draw_more_electricity() -> None:
    for home in (True, False):
        finland, denmark, britain = (
            air_source_season_cop(country, home=home) for country in ("FI", "DK", "GB")
        )
        assert 2.3 < finland < 2.9 < denmark < 3.9 < britain < 4.3


@pytest.mark.parametrize("use", ["home", "office"])
def test_golden_heat_pump_of_today_follows_the_climate(use: str) -> None:
    """Price, emissions and electricity all divide by one COP, and machines cost the same."""
    finland = present_heat(consumers("air_source_heat_pump", use=use), Scenario(), "FI").iloc[0]
    cop = air_source_season_cop("FI", home=use == "home")
    assert finland["electricity_share"] == pytest.approx(1.0 / cop)
    assert finland["t_co2e_per_mwh"] == pytest.approx(0.0575 / cop)
    power = {
        country: price(
            "energy_prices", "electricity", "price_per_mwh", region=country, target="EUR 2024"
        ).value
        for country in ("FI", "GB")
    }
    britain = present_heat(consumers("air_source_heat_pump", use=use), Scenario(), "GB").iloc[0]
    machine = [
        row["price_per_mwh"] - power[country] * row["electricity_share"]
        for country, row in (("FI", finland), ("GB", britain))
    ]
    assert machine[0] > 0.0
    assert np.ptp(machine) == pytest.approx(0.0, abs=1e-9)
