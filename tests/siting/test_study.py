"""The whole path on the demo town: closure, recomputation and reasons."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from heatreach.data import assumption, load_table
from heatreach.network import bore_weight_m, to_networkx
from heatreach.siting import Inputs, Plan, Scenario, plan, read_inputs
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraise import CAPEX_PARTS
from heatreach.siting.cli import main
from heatreach.siting.demo import demo_extract, demo_sites
from heatreach.siting.planning.attached import attach_places
from heatreach.siting.scenario import scenario_of
from heatreach.thermo import ARRANGEMENTS, heat_capacity_kj_kgk, lorenz_cop

if TYPE_CHECKING:
    from pathlib import Path

HOURS = 8760.0
NEAR = Scenario.model_validate({"search": {"radius_m": 600.0}})


@dataclass(frozen=True)
class Demo:
    """What the demo command made: its plan, its folder, what it printed, its exit code."""

    plan: Plan
    folder: Path
    printed: str
    code: int | str


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return read_inputs(sites=demo_sites(), consumers="osm", area=str(demo_extract()))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The command ``heatreach demo``, run once for all tests of this module."""
    folder, plans = tmp_path_factory.mktemp("demo") / "out", []

    def kept(*arguments: Any, **more: Any) -> Plan:
        plans.append(plan(*arguments, **more))
        return plans[-1]

    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr("heatreach.siting.study.plan", kept)
        patch.setattr(sys, "argv", ["heatreach", "demo", "--out", str(folder)])
        with pytest.raises(SystemExit) as ended:
            main()
    (finished,) = plans
    return Demo(finished, folder, printed.getvalue(), ended.value.code or 0)


@pytest.fixture(scope="module")
def finished(demo: Demo) -> Plan:
    return demo.plan


@pytest.fixture(scope="module")
def near(inputs: Inputs) -> Plan:
    """The demo with short routes only."""
    return plan(inputs, NEAR)


@pytest.fixture(scope="module")
def served(finished: Plan) -> gpd.GeoDataFrame:
    return finished.links[finished.links["status"] == "ok"]


def test_demo_ends_with_ranking_map_and_sentence(demo: Demo) -> None:
    assert demo.code == 0
    printed = demo.printed
    assert "Heat networks by rank" in printed
    assert "draws" in printed
    assert "It would " in printed
    assert "in its range, would put another project first" in printed or "come first if" in printed
    assert str(demo.folder / "map.html") in printed.replace("\n", "")
    assert "hypothetical" in printed
    assert printed.strip().endswith(".")
    files = {path.name for path in demo.folder.iterdir()}
    assert {"map.html", "links.csv", "projects.csv", "plan.gpkg", "assumptions.csv"} <= files


def test_town_has_routes_for_many_and_reasons_for_all(finished: Plan) -> None:
    links = finished.links
    assert (links["status"] == "ok").sum() > 1500
    assert (links["reason"].str.len() > 10).all()
    assert set(links["status"]) <= {"ok", "unreachable", "beyond_radius", "infeasible", "no_demand"}
    left_out = links[links["status"] == "unreachable"]
    assert (left_out["gap_m"] > 0.0).all()


def test_town_routes_equal_networkx(inputs: Inputs, served: gpd.GeoDataFrame) -> None:
    """Route lengths are networkx's shortest paths on the same graph, to 1e-9 relative."""
    attached = attach_places(inputs, Scenario(), several=True)
    graph = to_networkx(attached.graph)
    names = attached.graph.node_id
    # No route passes through a building: none leaves a consumer or enters a data centre.
    leaves = names[attached.consumer_node[attached.consumer_node >= 0]].tolist()
    graph.remove_edges_from(list(graph.out_edges(leaves)))
    graph.remove_edges_from(list(graph.in_edges(names[attached.site_node].tolist())))
    # A bore is worth a detour, so links without one are compared where there is none.
    bored = bore_weight_m(attached.graph) > 0.0
    ends = names[attached.graph.tail[bored]], names[attached.graph.head[bored]]
    for tail, head in zip(*(end.tolist() for end in ends), strict=True):
        graph.remove_edges_from([(tail, head), (head, tail)])
    dry = served[~served["service_crosses"].str.contains("rail|water|motorway")]
    assert len(dry) > 0.9 * len(served)
    ids = inputs.consumers["id"].tolist()
    for number, site in enumerate(inputs.sites["id"]):
        source = int(names[attached.site_node[number]])
        lengths = nx.single_source_dijkstra_path_length(
            graph, source, cutoff=2000.0, weight="length"
        )
        rows = dry[dry["site_id"] == site]
        nodes = names[attached.consumer_node[[ids.index(c) for c in rows["consumer_id"]]]]
        golden = np.array([lengths[int(node)] for node in nodes])
        np.testing.assert_allclose(rows["route_m"], golden, rtol=1e-9)
        assert sum(int(n) in lengths for n in names[attached.consumer_node]) >= len(rows)


def test_town_route_is_never_shorter_than_the_straight_line(served: gpd.GeoDataFrame) -> None:
    assert (served["route_m"] >= served["straight_m"] - 1e-6).all()
    np.testing.assert_allclose(served.geometry.length, served["route_m"], rtol=1e-4)


def test_town_every_link_closes_its_energy(served: gpd.GeoDataFrame) -> None:
    given = served["source_mwh"] + served["electricity_mwh"] + served["backup_mwh"]
    taken = served["heat_mwh"] + served["loss_mwh"] + served["machine_loss_mwh"]
    np.testing.assert_allclose(given, taken, rtol=1e-9)


def test_town_every_project_closes_its_energy_and_carbon(finished: Plan) -> None:
    rows = finished.projects[finished.projects["status"] == "ok"]
    assert len(rows) >= 2
    given = rows["source_mwh"] + rows["electricity_mwh"] + rows["backup_mwh"]
    taken = rows["heat_mwh"] + rows["loss_mwh"] + rows["machine_loss_mwh"]
    np.testing.assert_allclose(given, taken, rtol=1e-9)
    caused = rows[["electricity_t_co2e", "pumping_t_co2e", "backup_t_co2e", "leakage_t_co2e"]]
    net = rows["fuel_avoided_t_co2e"] - caused.sum(axis=1)
    np.testing.assert_allclose(rows["avoided_t_co2e"], net, rtol=1e-9)


def test_town_project_totals_are_sums_of_their_parts(finished: Plan) -> None:
    for _, row in finished.projects[finished.projects["status"] == "ok"].iterrows():
        edges = finished.edges[finished.edges["project_id"] == row["project_id"]]
        users = finished.connections[finished.connections["project_id"] == row["project_id"]]
        assert edges["length_m"].sum() == pytest.approx(row["trench_m"])
        assert edges["loss_mwh"].sum() == pytest.approx(row["loss_mwh"], rel=1e-6)
        assert users["annual_heat_mwh"].sum() == pytest.approx(row["heat_mwh"])
        assert len(users) == row["consumers"]
        assert row["capex"] == pytest.approx(row[list(CAPEX_PARTS)].sum())
        assert row["source_mwh"] <= row["source_kw"] * HOURS / 1e3


def test_town_network_is_one_tree(finished: Plan) -> None:
    """Sections of a project join into one tree; a section may be a mere joint of 1 mm."""
    for _, edges in finished.edges.groupby("project_id"):
        graph: nx.Graph[tuple[float, ...]] = nx.Graph()
        for line in edges.geometry:
            ends = [tuple(np.round(line.coords[i], 3)) for i in (0, -1)]
            if ends[0] != ends[1]:
                graph.add_edge(*ends)
        assert nx.is_tree(graph)


def test_town_no_network_is_worse_than_its_best_link(
    finished: Plan, served: gpd.GeoDataFrame
) -> None:
    """A network may always serve one consumer alone, so its NPV is at least the best link's."""
    best = served.groupby("site_id")["npv"].max()
    for _, row in finished.projects.iterrows():
        if best[row["site_id"]] > 0.0:
            assert row["npv"] >= best[row["site_id"]] * 0.99, row["site_id"]


def test_town_hypothetical_stands_in_every_table_and_record(finished: Plan) -> None:
    for name in ("links", "projects", "edges", "connections"):
        assert getattr(finished, name)["hypothetical"].all(), name
    assert len(finished.run["hypothetical_sites"]) == 3
    assert finished.assumptions["key"].str.endswith("/hypothetical").sum() == 3


def test_town_supply_reaches_every_connected_consumer(finished: Plan) -> None:
    users = finished.connections[finished.connections["connected"]]
    needed = assumption("scenario", "network", "supply_degc").value
    assert (users["supply_at_consumer_degc"] >= needed - 1e-6).all()


def test_town_cop_lies_between_one_and_lorenz(served: gpd.GeoDataFrame) -> None:
    pumped = served[served["cop"].notna()]
    lorenz = lorenz_cop(
        *(
            pumped[name].to_numpy()
            for name in ("source_degc", "source_return_degc", "sink_in_degc", "sink_out_degc")
        )
    )
    assert (pumped["cop"] > 1.0).all()
    assert (pumped["cop"] <= 0.75 * lorenz + 1e-9).all()


def test_town_first_link_by_hand(finished: Plan) -> None:
    """Flow, loss, energies and figures of the first link recomputed from its own columns."""
    row = finished.links.iloc[0]
    scenario, conditions = finished.scenario, conditions_of(finished.scenario, "FI")
    mean = (row["supply_degc"] + row["return_degc"]) / 2.0
    heat_capacity = heat_capacity_kj_kgk(mean)
    span = row["supply_degc"] - row["return_degc"]
    assert row["flow_kg_s"] == pytest.approx(row["peak_kw"] / (heat_capacity * span), rel=1e-3)
    u_value = assumption("pipes", row["dn"], "u_value_series2_w_mk").value
    ground = conditions.ground_degc.value
    middle = (row["sink_out_degc"] + row["sink_in_degc"] + 2.0 * mean) / 4.0
    loss = 2.0 * u_value * (middle - ground) * row["route_m"] * HOURS / 1e6
    assert row["loss_mwh"] == pytest.approx(loss, rel=0.01)
    assert row["electricity_mwh"] == pytest.approx(row["heat_pump_mwh"] / row["cop"])
    power = row["electricity_mwh"] + row["pumping_mwh"]
    fuel = row["backup_mwh"] / conditions.backup_efficiency_share.value
    bought = (
        power * conditions.electricity_price_per_mwh.value
        + fuel * conditions.backup_fuel_price_per_mwh.value
        + row["source_mwh"] * conditions.source_heat_price_per_mwh.value
    )
    assert row["opex_per_year"] > bought
    rate, years = scenario.economics.discount_rate_share, scenario.economics.life_years
    annuity = sum((1.0 + rate) ** -year for year in range(1, years + 1))
    npv = (row["revenue_per_year"] - row["opex_per_year"]) * annuity - row["capex"]
    npv += row["residual_value"] - row["reinvestment"]
    assert row["npv"] == pytest.approx(npv, rel=1e-9)


def test_town_options_hold_what_the_links_say(finished: Plan) -> None:
    """The chosen row of each link is the link's own; every link has every arrangement."""
    options = finished.options.set_index(["site_id", "consumer_id"])
    chosen = options[options["chosen"]]
    links = finished.links[finished.links["status"] == "ok"].set_index(["site_id", "consumer_id"])
    assert len(chosen) == len(links)
    same = chosen.loc[links.index]
    for column in ("option", "cop", "lcoh_per_mwh", "heat_pump_kw"):
        pd.testing.assert_series_equal(same[column], links[column], check_dtype=False)
    # Supplies too cold for a consumer are rows without an arrangement.
    ways = options[options["option"] != ""].groupby(level=[0, 1])["option"]
    assert (ways.nunique() == len(ARRANGEMENTS)).all()
    assert (
        not options.reset_index()
        .duplicated(["site_id", "consumer_id", "option", "supply_degc"])
        .any()
    )


def test_town_own_cooling_and_credits_stand_beside(finished: Plan) -> None:
    rows = finished.projects[finished.projects["status"] == "ok"]
    assert (rows["cooling_shortfall_kw"] == 0.0).all()
    assert (rows["own_cooling_kw"] > rows["source_kw"]).all()
    assert rows["cooling_credit_mwh"].between(0.0, 0.2 * rows["source_mwh"]).all()


def small_study(folder: Path, *, lat: float, lon: float, heat_mwh: float, use: str) -> Inputs:
    """The demo's sites with one consumer of the user's own."""
    path = folder / "consumers.csv"
    header = "id,lat,lon,use,annual_heat_mwh,peak_kw,supply_degc,return_degc"
    row = f"c,{lat},{lon},{use},{heat_mwh},{heat_mwh * 0.3},70,45"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    return read_inputs(sites=demo_sites(), consumers=path, area=str(demo_extract()))


def near_the_first_site(inputs: Inputs) -> tuple[float, float]:
    """Latitude and longitude of a consumer that the demo connects."""
    known = inputs.consumers.set_index("id").geometry["way/424089695"].centroid
    point = gpd.GeoSeries([known], crs=inputs.crs).to_crs(4326).iloc[0]
    return point.y, point.x


def test_town_network_larger_than_the_source_takes_base_load(
    inputs: Inputs, tmp_path: Path
) -> None:
    """An existing heat network takes what the data centre has; its own plants make the rest."""
    lat, lon = near_the_first_site(inputs)
    study = plan(small_study(tmp_path, lat=lat, lon=lon, heat_mwh=2e4, use="heat_network"))
    row = study.projects.iloc[0]
    assert row["status"] == "ok"
    assert row["consumers"] == 1
    assert 0.3 < row["heat_mwh"] / 2e4 < 0.8
    assert row["reuse_share"] == pytest.approx(1.0)
    assert row["boiler_kw"] == 0.0
    assert row["full_load_hours"] > 6000.0


def test_town_nobody_on_a_street_is_a_result(inputs: Inputs, tmp_path: Path) -> None:
    lat, lon = near_the_first_site(inputs)
    far = small_study(tmp_path, lat=lat + 0.008, lon=lon, heat_mwh=500.0, use="office")
    study = plan(far)
    assert (study.links["status"] != "ok").all()
    assert study.options.empty
    study.save(tmp_path / "out")


def test_town_ambient_networks_are_warned_of(inputs: Inputs) -> None:
    decided = {"heat_pump": {"arrangement": "ambient"}, "search": {"radius_m": 600.0}}
    ambient = plan(inputs, scenario_of(decided, name="test"))
    assert any("links only" in warning for warning in ambient.run["warnings"])
    links = ambient.links[ambient.links["status"] == "ok"]
    assert set(links["option"]) == {"ambient loop"}


def test_town_radius_bounds_every_route(near: Plan) -> None:
    routes = near.links.loc[near.links["status"] == "ok", "route_m"]
    assert len(routes) > 10
    assert routes.max() <= 600.0


def test_property_order_of_rows_does_not_matter(inputs: Inputs, near: Plan, tmp_path: Path) -> None:
    """Shuffled consumers give the same tables and files; streets: see `test_same_bytes`."""
    from dataclasses import replace

    shuffled = replace(
        inputs, consumers=inputs.consumers.sample(frac=1.0, random_state=7).reset_index(drop=True)
    )
    again = plan(shuffled, NEAR)
    assert len(near.edges) > 30
    for name in ("projects", "links", "edges"):
        one = pd.DataFrame(getattr(near, name)).drop(columns="geometry")
        two = pd.DataFrame(getattr(again, name)).drop(columns="geometry")
        pd.testing.assert_frame_equal(one, two, rtol=1e-9)
    near.save(tmp_path / "one")
    again.save(tmp_path / "two")
    for file in ("projects.csv", "links.csv", "plan.gpkg", "edges.parquet", "map.html"):
        first, second = (tmp_path / folder / file for folder in ("one", "two"))
        assert first.read_bytes() == second.read_bytes(), file


def test_town_files_open_and_say_what_they_must(demo: Demo) -> None:
    folder = demo.folder
    links = pd.read_csv(folder / "links.csv")
    names = load_table("columns")
    wanted = names[(names["table"] == "links") & (names["kind"] != "geometry")]["column"]
    assert links.columns.tolist() == wanted.tolist()
    projects = gpd.read_file(folder / "plan.gpkg", layer="projects")
    assert projects["hypothetical"].all()
    assert shapely.is_valid(projects.geometry.dropna().to_numpy()).all()
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors, ODbL" in page
    assert "hypothetical" in page.lower()
    assert "hypothetical" in (folder / "README.txt").read_text(encoding="utf-8")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["inputs"]["extract"]
    assert record["versions"]["heatreach"]


def test_docs_every_assumption_of_a_study_has_a_source(finished: Plan) -> None:
    register = finished.assumptions
    assert len(register) > 200
    assert (register["source"] != "").all()
    assert register["key"].is_unique


@pytest.mark.town
@pytest.mark.parametrize("name", ["kit-campus-nord"])
def test_town_real_data_centre_is_planned(realdata: Path, name: str) -> None:
    """The tagged data centre of KIT Campus North gets links and a network with figures."""
    extract = realdata / f"{name}.osm.pbf"
    near = Scenario.model_validate({"search": {"radius_m": 1000.0}})
    study = plan(read_inputs(sites="osm", consumers="osm", area=str(extract), scenario=near))
    assert len(study.projects) == 1
    row = study.projects.iloc[0]
    assert row["status"] == "ok"
    assert row["consumers"] > 0
    assert not row["hypothetical"]
    assert study.inputs.country == "DE"
