"""Networks put right before they are appraised: who is served, at what cost, and the year."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from heatreach.network.operation.annual import simulate_year
from heatreach.network.operation.correction_words import COLD_TOLERANCE_K
from heatreach.siting import Plan, Scenario, plan, read_inputs
from heatreach.siting.appraisal.conditions import annuity_years, conditions_of
from heatreach.siting.hours import BUILT_IN, Hours, mixed_shape
from heatreach.siting.planning.operation import (
    OperatedNetwork,
    Warmth,
    operated_network,
    priced_warmth,
)
from heatreach.thermo import climate_year
from tests.peers.networks import OPERATION, PIPES, RULES, planned

if TYPE_CHECKING:
    from pathlib import Path

    from heatreach.network import NetworkPlan, StreetGraph

HOURS = Hours(
    outdoor_degc=climate_year("FI"),
    weather=BUILT_IN,
    heating_threshold_degc=15.0,
    load_profile="enterprise",
)
AS_PLANNED = Warmth(most_degc=RULES.supply_degc, value_per_k=0.0)
SUBSTATION_KPA = 60.0


def scenario(head_kpa: float) -> Scenario:
    """A scenario whose pump gives so much."""
    return Scenario.model_validate(
        {
            "network": {
                "pump_head_max_kpa": head_kpa,
                "substation_drop_kpa": SUBSTATION_KPA,
                "supply_drop_max_k": 10.0,
                "fittings_share": 0.0,
            }
        }
    )


@pytest.fixture
def street() -> tuple[NetworkPlan, StreetGraph]:
    """A street of 1,500 m with flats near its beginning and a school at its end."""
    table = pd.DataFrame(
        {
            "id": ["flats", "school"],
            "node": [3, 4],
            "use": ["flats", "school"],
            "hot_water_share": [0.2, 0.1],
            "peak_source": ["estimate", "estimate"],
            "peak_kw": [100.0, 150.0],
            "annual_heat_mwh": [180.0, 260.0],
            "supply_degc": [60.0, 60.0],
            "return_degc": [45.0, 45.0],
        }
    )
    return planned([0, 0, 1, 1, 2], [0.0, 300.0, 1200.0, 10.0, 20.0], table)


def operated(
    street: tuple[NetworkPlan, StreetGraph], head_kpa: float, warmth: Warmth = AS_PLANNED
) -> OperatedNetwork:
    """The street with a pump that gives so much."""
    return operated_network(
        *street,
        catalogue=PIPES,
        rules=RULES,
        scenario=scenario(head_kpa),
        hours=HOURS,
        source_degc=RULES.supply_degc,
        warmth=warmth,
    )


def test_golden_a_network_that_serves_everybody_stays(
    street: tuple[NetworkPlan, StreetGraph],
) -> None:
    found = operated(street, 1000.0)
    assert found.plan is street[0]
    assert found.source_degc == RULES.supply_degc
    assert found.figures["correction"] == ""
    assert found.figures["weak_consumers"] == found.figures["cold_consumers"] == 0
    at = found.consumers.astype(float)
    pressure = dict(zip(at.index, at["pressure_at_peak_kpa"], strict=True))
    # The pump gives what the farthest needs; the other's substation has to throttle the rest.
    assert pressure["school"] == pytest.approx(SUBSTATION_KPA)
    assert pressure["flats"] > SUBSTATION_KPA
    assert (at["supply_lowest_degc"] < at["supply_at_peak_degc"]).all()
    assert (at["supply_at_peak_degc"] < RULES.supply_degc).all()


def test_golden_year_in_steps_equals_the_year_by_the_hour(
    street: tuple[NetworkPlan, StreetGraph],
) -> None:
    # Every hour by itself, within one per cent.
    uses = street[0].consumers.rename(columns={"annual_heat_mwh": "heat_mwh"})
    given: dict[str, Any] = {"catalogue": PIPES, "rules": RULES, "operation": OPERATION}
    load_kw = mixed_shape(uses, HOURS) * 440.0 * 1e3
    year = simulate_year(*street, **given, load_kw=load_kw, bins=None)
    figures = operated(street, 1000.0).figures
    assert figures["loss_year_mwh"] == pytest.approx(year.loss_mwh, rel=0.01)
    assert figures["pumping_mwh"] == pytest.approx(year.pumping_mwh, rel=0.01)


def test_golden_a_weak_pump_gets_wider_pipes(street: tuple[NetworkPlan, StreetGraph]) -> None:
    needed = operated(street, 1000.0).figures["pump_head_kpa"]
    limit = 0.9 * needed
    found = operated(street, limit)
    assert found.figures["weak_consumers"] == 0
    assert found.figures["pump_head_kpa"] <= limit
    assert "widened" in found.figures["correction"]
    assert "school" in found.figures["correction"]
    assert found.plan.cost > street[0].cost
    assert found.consumers["pressure_at_peak_kpa"].min() == pytest.approx(SUBSTATION_KPA)


def test_golden_a_weak_pump_gets_warmer_water_where_that_costs_nothing(
    street: tuple[NetworkPlan, StreetGraph],
) -> None:
    limit = 0.98 * operated(street, 1000.0).figures["pump_head_kpa"]
    found = operated(street, limit, replace(AS_PLANNED, most_degc=90.0))
    assert "supply raised from 75.0" in found.figures["correction"]
    assert RULES.supply_degc < found.source_degc <= 90.0
    assert found.plan.cost == street[0].cost
    assert found.figures["weak_consumers"] == 0


def test_golden_whom_nothing_helps_is_named() -> None:
    table = pd.DataFrame(
        {
            "id": ["mill"],
            "node": [1],
            "use": ["industry"],
            "hot_water_share": [0.0],
            "peak_source": ["estimate"],
            "peak_kw": [900.0],
            "annual_heat_mwh": [2000.0],
            "supply_degc": [60.0],
            "return_degc": [45.0],
        }
    )
    widest = len(PIPES.dn) - 1
    # No pipe is wider, no water may be warmer, and the substation is 3,000 km away.
    far = planned([0, 0], [0.0, 3e6], table, size=[0, widest])
    found = operated(far, 100.0)
    assert found.figures["weak_consumers"] + found.figures["cold_consumers"] >= 1
    assert "consumer mill" in found.figures["correction"]
    assert found.figures["pump_head_kpa"] <= 100.0


def test_golden_price_of_a_kelvin() -> None:
    # 10 MWh more electricity and 2 MWh less source heat a year, over the life.
    decided = Scenario()
    conditions = conditions_of(decided, "FI")
    now = pd.DataFrame(
        {
            "status": ["ok"],
            "option": ["central heat pump"],
            "sink_out_degc": [70.0],
            "heat_mwh": [1900.0],
            "heat_pump_mwh": [2000.0],
            "electricity_mwh": [500.0],
            "backup_mwh": [40.0],
            "source_mwh": [1500.0],
        }
    )
    asked = []

    def warmer(degc: float) -> pd.DataFrame:
        asked.append(degc)
        return now.assign(electricity_mwh=510.0, source_mwh=1498.0)

    found = priced_warmth(now, warmer, scenario=decided, conditions=conditions)
    assert asked == [71.0]
    years = annuity_years(decided.economics.discount_rate_share, decided.economics.life_years)
    power, source = (
        conditions.electricity_price_per_mwh.value,
        conditions.source_heat_price_per_mwh.value,
    )
    assert found.value_per_k == pytest.approx((10.0 * power - 2.0 * source) * years)
    assert found.most_degc > 71.0
    refused = priced_warmth(
        now, lambda _: now.assign(status="infeasible"), scenario=decided, conditions=conditions
    )
    assert refused == Warmth(most_degc=70.0, value_per_k=0.0)


EAST, NORTH = 456_000.0, 5_437_000.0


def layer(path: Path, cells: dict[str, list[object]], shapes: list[Any]) -> Path:
    """A file of features near Karlsruhe."""
    moved = gpd.GeoSeries(shapes).translate(EAST, NORTH)
    gpd.GeoDataFrame(cells, geometry=moved, crs=32632).to_file(path)
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A street of 1,500 m with a data centre at one end, and offices along it."""
    folder = tmp_path_factory.mktemp("operation")
    return {
        "sites": layer(
            folder / "sites.gpkg", {"id": ["S"], "it_load_kw": [3000.0]}, [Point(0.0, 15.0)]
        ),
        "consumers": layer(
            folder / "consumers.gpkg",
            {
                "id": ["near", "middle", "far"],
                "use": ["office", "school", "office"],
                "annual_heat_mwh": [500.0, 900.0, 1200.0],
                "peak_kw": [250.0, 450.0, 600.0],
            },
            [Point(300.0, 20.0), Point(900.0, -20.0), Point(1450.0, 20.0)],
        ),
        "streets": layer(
            folder / "streets.gpkg",
            {"highway": ["residential"]},
            [LineString([(0.0, 0.0), (1500.0, 0.0)])],
        ),
    }


def appraised(town: dict[str, Path], head_kpa: float) -> Plan:
    """The town planned with a pump that gives so much."""
    decided = Scenario.model_validate(
        {
            "economics": {"heat_tariff_per_mwh": 180.0},
            "network": {"pump_head_max_kpa": head_kpa, "supply_choice": "given"},
            "uncertainty": {"draws": 64},
        }
    )
    return plan(
        read_inputs(
            sites=town["sites"],
            consumers=town["consumers"],
            streets=town["streets"],
            scenario=decided,
        )
    )


def test_town_networks_are_put_right_before_they_are_appraised(town: dict[str, Path]) -> None:
    free = appraised(town, 2000.0).projects.iloc[0]
    assert free["correction"] == ""
    assert free["consumers"] == 3
    needed = free["pump_head_kpa"]
    limit = max(0.8 * needed, 100.0)
    assert limit < needed
    done = appraised(town, limit)
    row = done.projects.iloc[0]
    assert row["correction"] != ""
    assert row["weak_consumers"] == 0
    assert row["pump_head_kpa"] <= limit
    assert row["npv"] < free["npv"]
    # Energies still close, and parts still add up.
    given = row["source_mwh"] + row["electricity_mwh"] + row["backup_mwh"]
    taken = row["heat_mwh"] + row["loss_mwh"] + row["machine_loss_mwh"]
    assert given == pytest.approx(taken, rel=1e-9)
    assert done.edges["loss_mwh"].sum() == pytest.approx(row["loss_mwh"], rel=1e-6)
    assert row["loss_year_mwh"] == pytest.approx(row["loss_mwh"], rel=0.05)
    users = done.connections[done.connections["connected"]]
    assert (users["pressure_at_peak_kpa"] >= 60.0 - 1e-6).all()
    assert (users["supply_at_peak_degc"] >= 65.0 - COLD_TOLERANCE_K).all()
    others = done.connections[~done.connections["connected"]]
    assert others["supply_at_peak_degc"].isna().all()
