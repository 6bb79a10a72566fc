"""Links on a hand-made street: routes, reasons, gaps, pipes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point

from heatreach.siting import Inputs, Plan, Scenario, plan, read_inputs
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.planning.attached import attach_places
from heatreach.siting.screen import candidate_links

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CRS = "EPSG:32632"
EAST, NORTH = 456_000.0, 5_437_000.0

# A street of 1 km from west to east, and an island street 400 m north of it.
STREETS = [[(0, 0), (1000, 0)], [(0, 400), (300, 400)]]
CONSUMERS = {
    "near": (300, 20),
    "far": (900, 30),
    "island": (100, 410),
    "lost": (500, -350),
    "silent": (400, 10),
}


def _write(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """A layer as a GeoPackage in the metric system."""
    frame.to_file(path, layer=path.stem, driver="GPKG")
    return path


def _at(x: float, y: float) -> Point:
    return Point(EAST + x, NORTH + y)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """The hand-made street, read once."""
    return inputs(tmp_path_factory.mktemp("street"))


@pytest.fixture(scope="module")
def study(street: Inputs) -> Callable[..., Plan]:
    """Plan of the hand-made street under a scenario, made once for each."""
    made: dict[str, Plan] = {}

    def make(**scenario: object) -> Plan:
        name = json.dumps(scenario, sort_keys=True)
        if name not in made:
            decided = Scenario.model_validate({"search": {"radius_m": 800}} | scenario)
            made[name] = plan(street, decided)
        return made[name]

    return make


def screened(read: Inputs, radius_m: float) -> gpd.GeoDataFrame:
    """Candidate links alone, by consumer: routed and piped but not appraised."""
    scenario = Scenario.model_validate({"search": {"radius_m": radius_m}})
    ready = read.under(scenario)
    attached = attach_places(ready, scenario, several=True)
    conditions = conditions_of(scenario, ready.country)
    return candidate_links(ready, scenario, conditions, attached).set_index("consumer_id")


def inputs(folder: Path) -> Inputs:
    """Sites, consumers and streets from files, all known."""
    lines = [LineString([(EAST + x, NORTH + y) for x, y in line]) for line in STREETS]
    streets = _write(gpd.GeoDataFrame(geometry=lines, crs=CRS), folder / "streets.gpkg")
    sites = _write(
        gpd.GeoDataFrame({"id": ["S"], "it_load_kw": [1000.0]}, geometry=[_at(0, 15)], crs=CRS),
        folder / "sites.gpkg",
    )
    heat = {"near": 500.0, "far": 800.0, "island": 300.0, "lost": 100.0, "silent": np.nan}
    consumers = gpd.GeoDataFrame(
        {
            "id": list(CONSUMERS),
            "use": ["office"] * 4 + [None],
            "annual_heat_mwh": list(heat.values()),
            "peak_kw": [value / 2.0 for value in heat.values()],
        },
        geometry=[_at(*place) for place in CONSUMERS.values()],
        crs=CRS,
    )
    return read_inputs(
        sites=sites, consumers=_write(consumers, folder / "consumers.gpkg"), streets=streets
    )


def test_golden_route_and_service_by_hand(study: Callable[..., Plan]) -> None:
    """15 m to the street, 300 m along it, 20 m to the building: 335 m (UTM to UTM, rounding)."""
    links = study().links.set_index("consumer_id")
    assert links.loc["near", "route_m"] == pytest.approx(335.0, abs=0.01)
    assert links.loc["near", "service_m"] == pytest.approx(35.0, abs=0.01)
    assert links.loc["near", "straight_m"] == pytest.approx(np.hypot(300, 5), abs=0.01)
    assert links.loc["near", "hard_m"] == pytest.approx(300.0, abs=0.01)


def test_everyone_who_is_not_served_has_status_reason_and_gap(study: Callable[..., Plan]) -> None:
    links = study().links.set_index("consumer_id")
    assert links.loc["near", "status"] == "ok"
    assert "far" not in links.index  # 900 m away by straight line, the radius is 800 m
    assert links.loc["island", "status"] == "unreachable"
    assert links.loc["island", "gap_m"] == pytest.approx(385.0, abs=20.0)
    assert "cut off" in links.loc["island", "reason"]
    assert links.loc["lost", "status"] == "unreachable"
    assert links.loc["lost", "gap_m"] == pytest.approx(350.0, abs=0.5)
    assert "connector_max_m" in links.loc["lost", "reason"]
    assert links.loc["silent", "status"] == "no_demand"


def test_beyond_the_radius_by_route_is_a_row(street: Inputs) -> None:
    """Straight 899 m, by route 945 m: in reach at 950 m, beyond at 920 m."""
    close, short = screened(street, 950), screened(street, 920)
    assert close.loc["far", "status"] == "ok"
    assert short.loc["far", "status"] == "beyond_radius"
    assert "longer than 920 m" in short.loc["far", "reason"]


def test_warmer_supply_lowers_the_cop_and_raises_losses(study: Callable[..., Plan]) -> None:
    made = [
        study(network={"supply_degc": degc, "return_degc": 35, "supply_choice": "given"})
        for degc in (55, 75)
    ]
    cool, warm = (each.links.set_index("consumer_id") for each in made)
    assert warm.loc["near", "cop"] < cool.loc["near", "cop"]
    assert warm.loc["near", "loss_mwh"] > cool.loc["near", "loss_mwh"]


def test_dearer_electricity_lowers_the_npv(study: Callable[..., Plan]) -> None:
    made = [
        study(economics={"electricity_price_per_mwh": each}, network={"supply_choice": "given"})
        for each in (60, 300)
    ]
    cheap, dear = (each.links.set_index("consumer_id") for each in made)
    assert dear.loc["near", "npv"] < cheap.loc["near", "npv"]


def test_a_connected_consumer_gets_what_it_needs(study: Callable[..., Plan]) -> None:
    done = study(economics={"heat_tariff_per_mwh": 200})
    users = done.connections[done.connections["connected"]]
    assert set(users["consumer_id"]) == {"near"}
    assert users["supply_at_consumer_degc"].iloc[0] >= 65.0
    project, link = done.projects.iloc[0], done.links.iloc[0]
    assert project["trench_m"] == pytest.approx(link["route_m"], rel=1e-9)
    assert project["loss_mwh"] == pytest.approx(link["loss_mwh"], rel=1e-6)
    assert project["cop"] == pytest.approx(link["cop"], rel=1e-6)
    assert project["pipe_capex"] == pytest.approx(link["pipe_capex"], rel=1e-9)
    # Pumping of a project is simulated over the year, that of a link estimated.
    assert project["npv"] == pytest.approx(link["npv"], rel=1e-2)


def test_user_settings_are_marked_in_the_register(study: Callable[..., Plan]) -> None:
    made = study(economics={"electricity_price_per_mwh": 60}, network={"supply_choice": "given"})
    register = made.assumptions.set_index("key")
    chosen = register[register["origin"] == "given by the user"]
    assert any(key.startswith("energy_prices/electricity") for key in chosen.index)
    assert "scenario/search/radius_m" in chosen.index
    assert register.loc["scenario/network/return_degc", "origin"] == "default"


def test_plan_of_files_needs_no_map_attribution(study: Callable[..., Plan]) -> None:
    assert study().inputs.attribution == ""
    json.dumps(study().run["options"])


def test_more_than_the_largest_pipe_carries_is_infeasible(street: Inputs) -> None:
    """500 MW of peak on one link: no pipe, no figures, and the reason in words."""
    consumers = street.consumers.copy()
    near = consumers["id"] == "near"
    consumers.loc[near, ["peak_kw", "annual_heat_mwh"]] = [500_000.0, 1_000_000.0]
    huge = replace(street, consumers=consumers)
    made = plan(huge, Scenario.model_validate({"search": {"radius_m": 800}}))
    link = made.links.set_index("consumer_id").loc["near"]
    assert link["status"] == "infeasible"
    assert "largest pipe" in link["reason"]
    assert np.isnan(link["npv"])
    assert np.isnan(link["avoided_t_co2e"])
