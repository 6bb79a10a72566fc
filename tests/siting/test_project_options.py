"""Arrangements and supply temperatures of networks: the best is planned, losers are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from shapely import LineString, Point

from heatreach.siting import Scenario, plan, read_inputs
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.hours import study_hours
from heatreach.siting.planning.attached import attach_places
from heatreach.siting.planning.choice import way_objective
from heatreach.siting.planning.temperatures import supply_grid
from heatreach.siting.projects import site_networks
from heatreach.thermo import AMBIENT, ARRANGEMENTS, CENTRAL, DIRECT

from .test_rivals import layer

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from heatreach.siting.planning.project_tables import SiteNetwork

FIGURES = ("heat_mwh", "loss_mwh", "electricity_mwh", "capex", "lcoh_per_mwh", "npv")
OBJECTIVES = ("npv", "avoided_t_co2e", "lcoh_per_mwh", "cost_per_t_co2e", "weighted")
LARGEST = ("npv", "avoided_t_co2e")
PAYING: dict[str, Any] = {"economics": {"heat_tariff_per_mwh": 140.0}}


def network(
    folder: Path,
    *,
    source_degc: float = 40.0,
    supply_degc: float = 65.0,
    return_degc: float = 40.0,
    long: float = 1.0,
    **sections: dict[str, object],
) -> SiteNetwork:
    """Network of one data centre on one street of 900 m (times `long`) with three consumers."""
    scenario = Scenario.model_validate(PAYING | sections)
    street = [LineString([(x * long, 0.0), ((x + 100.0) * long, 0.0)]) for x in range(0, 900, 100)]
    name = f"{source_degc:g}-{supply_degc:g}-{long:g}"
    inputs = read_inputs(
        sites=layer(
            folder / f"sites-{name}.gpkg",
            {
                "id": ["west"],
                "it_load_kw": [2500.0],
                "source_degc": [source_degc],
                "source_return_degc": [source_degc - 8.0 if source_degc < 60.0 else 45.0],
            },
            [Point(5.0, 10.0)],
        ),
        consumers=layer(
            folder / f"consumers-{name}.gpkg",
            {
                "id": ["hospital", "school", "flats"],
                "use": ["hospital", "school", "flats"],
                "annual_heat_mwh": [3000.0, 900.0, 700.0],
                "peak_kw": [1200.0, 500.0, 300.0],
                "supply_degc": [supply_degc] * 3,
                "return_degc": [return_degc] * 3,
            },
            [Point(350.0 * long, 20.0), Point(500.0 * long, -20.0), Point(800.0 * long, 15.0)],
        ),
        streets=layer(folder / f"streets-{name}.gpkg", {"highway": ["residential"] * 9}, street),
        scenario=scenario,
    ).under(scenario)
    conditions = conditions_of(scenario, inputs.country)
    hours = study_hours(inputs, scenario)
    attached = attach_places(inputs, scenario, several=True)
    (found,) = site_networks(inputs, scenario, conditions, hours, attached)
    return found


def options_of(found: SiteNetwork) -> pd.DataFrame:
    """Every way tried on a network."""
    assert found.options is not None
    return found.options


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the layers lie."""
    return tmp_path_factory.mktemp("project-options")


@pytest.fixture(scope="module")
def plain(folder: Path) -> SiteNetwork:
    """The network at default choices."""
    return network(folder)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_property_project_is_the_best_way_by_the_objective(folder: Path, objective: str) -> None:
    """No way that works has a better figure than the project, which is the row chosen."""
    ranking: dict[str, object] = {"objective": objective}
    found = network(folder, source_degc=55.0, ranking=ranking)
    options, project = options_of(found), found.project.iloc[0]
    figure = way_objective(Scenario.model_validate({"ranking": ranking}))
    sign = 1.0 if figure in LARGEST else -1.0
    working = options[options["status"] == "ok"]
    assert len(working) > 3
    chosen = options[options["chosen"]]
    assert len(chosen) == 1
    if figure == "cost_per_t_co2e" and (working[figure] <= 0.0).any():
        # Of those that avoid tonnes at no cost the one that avoids most.
        working, figure, sign = working[working[figure] <= 0.0], "avoided_t_co2e", 1.0
    assert sign * chosen[figure].iloc[0] >= (sign * working[figure]).max()
    for name in (*FIGURES, "option", "supply_degc", "dn_max", "avoided_t_co2e"):
        assert chosen[name].iloc[0] == project[name]
    assert chosen["reason"].iloc[0] == ""
    assert (options.loc[~options["chosen"], "reason"] != "").all()


def test_every_temperature_and_arrangement_is_a_row(plain: SiteNetwork) -> None:
    options = options_of(plain)
    assert set(options["supply_degc"]) == set(supply_grid())
    assert set(options["option"]) == {*ARRANGEMENTS, ""}
    assert not options.duplicated(["option", "supply_degc"]).any()
    cold = options[options["supply_degc"] < 65.0]
    assert (cold["reason"] == "cooler than the 65 °C its consumer needs").all()
    assert (cold["option"] == "").all()
    assert cold["npv"].isna().all()
    assert (options["project_id"] == "P-west").all()
    assert plain.project["supply_needed_degc"].iloc[0] == 65.0


def test_given_temperature_stays_the_need(folder: Path, plain: SiteNetwork) -> None:
    """Under "given" only the need is tried; where that wins anyway the project is the same."""
    given = network(folder, network={"supply_choice": "given"})
    assert set(options_of(given)["supply_degc"]) == {65.0}
    assert given.project["supply_degc"].iloc[0] == 65.0
    free = options_of(plain)
    same = free[(free["supply_degc"] == 65.0) & (free["option"] == CENTRAL)].iloc[0]
    alone = options_of(given).set_index("option").loc[CENTRAL]
    for name in FIGURES:
        assert same[name] == pytest.approx(alone[name], rel=1e-3)


@pytest.mark.parametrize("supply", [65.0, 70.0, 80.0])
def test_losers_are_what_a_run_with_their_temperature_gives(
    folder: Path, plain: SiteNetwork, supply: float
) -> None:
    """
    A way equals, to 1 %, the project of consumers that ask for its temperature.

    A loser is not simulated over the year, and the run designs its pipes at its own prices.
    """
    forced = network(
        folder,
        supply_degc=supply,
        network={"supply_choice": "given"},
        heat_pump={"arrangement": "central"},
    )
    options = options_of(plain)
    way = options[(options["supply_degc"] == supply) & (options["option"] == CENTRAL)].iloc[0]
    project = forced.project.iloc[0]
    assert project["consumers"] == plain.project["consumers"].iloc[0]
    assert project["trench_m"] == pytest.approx(plain.project["trench_m"].iloc[0])
    assert way["dn_max"] == project["dn_max"]
    for name in ("heat_mwh", "electricity_mwh", "capex", "lcoh_per_mwh"):
        assert way[name] == pytest.approx(project[name], rel=0.01)
    assert way["loss_mwh"] == pytest.approx(project["loss_mwh"], rel=0.03)
    assert way["npv"] == pytest.approx(project["npv"], rel=0.02)


def test_golden_hot_source_is_run_warmer_than_needed(folder: Path) -> None:
    """
    Water of 90 °C for consumers that ask for 52 °C and give back 42 °C, far away.

    Over 10 K the pipes would carry 4.3 times the water they carry over 43 K.
    """
    hot = {"source_degc": 90.0, "supply_degc": 52.0, "return_degc": 42.0, "long": 2.0}
    found = network(folder, **hot)  # type: ignore[arg-type]
    given = network(folder, **hot, network={"supply_choice": "given"})  # type: ignore[arg-type]
    project, plain = found.project.iloc[0], given.project.iloc[0]
    assert project["option"] == plain["option"] == DIRECT
    assert plain["supply_degc"] == 52.0
    assert project["supply_degc"] > 60.0
    assert project["supply_needed_degc"] == 52.0
    assert project["npv"] > plain["npv"]
    assert int(project["dn_max"][2:]) < int(plain["dn_max"][2:])
    assert project["cold_consumers"] == 0
    assert project["lower_bound"] <= project["design_objective"] * (1.0 + 1e-9)
    served = found.connections[found.connections["connected"]]
    assert (served["supply_at_consumer_degc"] > 60.0).all()
    tried = options_of(found)
    need = tried[(tried["option"] == DIRECT) & (tried["supply_degc"] == 52.0)].iloc[0]
    assert need["npv"] < project["npv"]
    assert "EUR less than direct exchanger at" in need["reason"]


def test_golden_cold_source_is_not_run_warmer_than_needed(folder: Path) -> None:
    """On a street of 180 m a thinner pipe saves next to nothing and every kelvin costs power."""
    near = network(folder, long=0.2)
    assert near.project["supply_degc"].iloc[0] == 65.0
    central = options_of(near)
    central = central[(central["option"] == CENTRAL) & (central["status"] == "ok")]
    assert (np.diff(central["cop"]) < 0.0).all()


def test_golden_loop_of_one_consumer_is_its_ambient_link(folder: Path) -> None:
    """A network of one consumer as an ambient loop has the figures of that link on a loop."""
    scenario = Scenario.model_validate(PAYING | {"uncertainty": {"draws": 64}})
    street = [LineString([(x, 0.0), (x + 100.0, 0.0)]) for x in range(0, 500, 100)]
    found = plan(
        read_inputs(
            sites=layer(
                folder / "one-site.gpkg",
                {"id": ["west"], "it_load_kw": [2500.0], "source_degc": [40.0]},
                [Point(5.0, 10.0)],
            ),
            consumers=layer(
                folder / "one-consumer.gpkg",
                {
                    "id": ["works"],
                    "use": ["office"],
                    "annual_heat_mwh": [3000.0],
                    "peak_kw": [1200.0],
                },
                [Point(450.0, 20.0)],
            ),
            streets=layer(folder / "one-street.gpkg", {"highway": ["residential"] * 5}, street),
            scenario=scenario,
        )
    )
    link = found.options[found.options["option"] == AMBIENT].iloc[0]
    ways = found.assessment.tables["project_options"]
    loop = ways[ways["option"] == AMBIENT].iloc[0]
    assert loop["status"] == "compared"
    assert loop["dn_max"] == link["dn"]
    assert loop["heat_mwh"] == link["heat_mwh"]
    for name in ("electricity_mwh", "loss_mwh", "capex", "lcoh_per_mwh", "npv", "avoided_t_co2e"):
        assert loop[name] == pytest.approx(link[name], rel=0.01)
    assert "central heat pump" in loop["reason"]
