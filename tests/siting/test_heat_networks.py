"""Existing heat networks: found, grouped, given, joined by route, and fed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from heatreach.data import assumption
from heatreach.siting import InputError, Inputs, Plan, Scenario, plan, projects, read_inputs
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.consumers.heat_networks import (
    STEAM,
    existing_heat_networks,
    refuse_repeated_ids,
)
from heatreach.siting.hours import Hours, load_shapes, source_shapes
from heatreach.siting.planning.attached import attach_places
from heatreach.siting.planning.feed_in import fed_in
from heatreach.siting.planning.loads import year_loads
from heatreach.siting.planning.supply import supply_energy
from heatreach.siting.reading.validate import read_table
from heatreach.siting.scenario import scenario_of
from heatreach.siting.screen import candidate_links
from heatreach.thermo import (
    AMBIENT,
    ARRANGEMENTS,
    CENTRAL,
    climate_year,
    exact_machines,
)

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:32632"
EAST, NORTH = 456_000.0, 5_437_000.0
HOURS_PER_YEAR = 8760.0
HOSTILE = "<script>alert(1)</script>`${x}"


def moved(*points: tuple[float, float]) -> LineString:
    """A line in the study's system."""
    return LineString([(EAST + x, NORTH + y) for x, y in points])


def extract(*pipes: tuple[str, dict[str, str], LineString]) -> Any:
    """Heat pipes as the reader hands them over."""
    ids, tags, lines = zip(*pipes, strict=True)
    frame = gpd.GeoDataFrame(
        {"osm_id": list(ids), "tags": pd.Series(tags, dtype=object)}, geometry=list(lines), crs=CRS
    )
    return SimpleNamespace(pipelines=frame.to_crs(4326))


TOWN = (
    ("way/12", {"substance": "heat", "operator": "Town"}, moved((0, 0), (100, 0))),
    ("way/9", {"substance": "hot_water"}, moved((110, 3), (200, 3))),  # 10 m on: the same
    ("way/100", {"type": "heat"}, moved((300, 0), (400, 0))),  # 100 m on: another
    ("way/7", {"substance": "steam"}, moved((0, 2), (100, 2))),  # beside the first, but steam
    ("way/101", {"substance": "heat", "temperature": "85"}, moved((400, 20), (400, 90))),
)


def given_networks(**columns: Any) -> gpd.GeoDataFrame:
    """Networks of a user on the first pipe."""
    count = len(next(iter(columns.values())))
    default = {"id": [f"g{n}" for n in range(count)], "geometry": [moved((50, 5), (60, 5))] * count}
    return gpd.GeoDataFrame(default | columns, crs=CRS)


def test_golden_pipes_are_grouped_by_distance_and_kind() -> None:
    found = existing_heat_networks(extract(*TOWN), None, CRS).set_index("id")
    # 12 and 9 are 10 m apart, 100 and 101 are 20 m apart; the limit is 25 m.
    assert found.index.tolist() == ["way/100", "way/7", "way/9"]
    assert found.length.round(3).to_dict() == {"way/9": 190.0, "way/100": 170.0, "way/7": 100.0}
    assert set(found.geom_type) == {"MultiLineString"}
    assert found["barred"].to_dict() == {"way/9": "", "way/100": "", "way/7": STEAM}
    assert found.loc["way/9", "operator"] == "Town"
    assert set(found["use"]) == {"heat_network"}


def test_temperatures_are_tagged_given_or_the_usual() -> None:
    found = existing_heat_networks(extract(*TOWN), None, CRS).set_index("id")
    assert found["supply_degc"].to_dict() == {"way/9": 90.0, "way/100": 85.0, "way/7": 90.0}
    assert found.loc["way/9", "temperature_source"] == "default of existing heat networks"
    assert found.loc["way/9", "return_degc"] == 55.0
    own = existing_heat_networks(
        None, given_networks(supply_degc=[70.0, np.nan], return_degc=[np.nan, 60.0]), CRS
    )
    # 70 °C with 55/90 of it as return; a return of 60 °C leaves 35 K as 90/55 does.
    assert own["return_degc"].tolist() == pytest.approx([70.0 * 55.0 / 90.0, 60.0])
    assert own["supply_degc"].tolist() == [70.0, 95.0]


def test_heat_is_given_or_follows_from_the_peak_and_is_never_invented() -> None:
    found = existing_heat_networks(
        extract(TOWN[2]),
        given_networks(
            annual_heat_mwh=[35_000.0, np.nan, np.nan], peak_kw=[np.nan, 2_000.0, np.nan]
        ),
        CRS,
    ).set_index("id")
    # 3,500 full-load hours.
    assert found["peak_kw"].dropna().to_dict() == {"g0": 10_000.0, "g1": 2_000.0}
    assert found["annual_heat_mwh"].dropna().to_dict() == {"g0": 35_000.0, "g1": 7_000.0}
    assert found.loc[["g2", "way/100"], "demand_source"].str.contains("annual_heat_mwh").all()


def test_given_network_replaces_those_beside_it_and_keeps_their_pipes() -> None:
    own = given_networks(annual_heat_mwh=[1e4], name=[""])
    found = existing_heat_networks(extract(*TOWN), own, CRS).set_index("id")
    assert found.index.tolist() == ["g0", "way/100", "way/7"]
    assert found.length["g0"] == pytest.approx(190.0 + 10.0)
    assert found.loc["g0", "annual_heat_mwh"] == 1e4
    at_point = own.set_geometry([Point(EAST + 50, NORTH + 5)], crs=CRS)
    found = existing_heat_networks(extract(*TOWN), at_point, CRS).set_index("id")
    assert found.length["g0"] == pytest.approx(190.0)
    alone = existing_heat_networks(None, at_point, CRS)
    assert alone.geom_type.tolist() == ["Point"]


def test_property_networks_do_not_depend_on_order() -> None:
    own = given_networks(annual_heat_mwh=[1e4, 2e4]).assign(
        geometry=[moved((50, 5), (60, 5)), moved((300, 9), (310, 9))]
    )
    one = existing_heat_networks(extract(*TOWN), own, CRS)
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(TOWN))
        other = existing_heat_networks(
            extract(*(TOWN[row] for row in order)), own.sample(frac=1.0, random_state=seed), CRS
        )
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_like=True)


def test_no_map_and_no_file_are_no_networks() -> None:
    assert existing_heat_networks(None, None, CRS).empty
    assert "annual_heat_mwh" in existing_heat_networks(None, None, CRS)


def test_networks_with_the_id_of_a_building_are_refused() -> None:
    networks = existing_heat_networks(None, given_networks(annual_heat_mwh=[1e4]), CRS)
    with pytest.raises(InputError, match="id of a consumer: g0"):
        refuse_repeated_ids(networks, networks, file="networks.csv")


def test_file_of_networks_is_read_and_bad_temperatures_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "networks.csv"
    header = "id,lat,lon,annual_heat_mwh,supply_degc,return_degc"
    path.write_text(f"{header}\nn1,49.09,8.43,50000,85,50\n", encoding="utf-8")
    assert read_table(path, table="heat_networks").frame["supply_degc"].tolist() == [85.0]
    path.write_text(f"{header}\nn1,49.09,8.43,50000,50,85\nn2,49,8,-5,300,50\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_table(path, table="heat_networks")
    text = str(refused.value)
    assert "supply_degc is not warmer than return_degc" in text
    assert "annual_heat_mwh" in text
    lines = gpd.GeoDataFrame(
        {"id": ["l"], "annual_heat_mwh": [5.0]}, geometry=[moved((0, 0), (9, 0))]
    )
    lines.set_crs(CRS).to_file(tmp_path / "lines.gpkg", driver="GPKG")
    assert read_table(tmp_path / "lines.gpkg", table="heat_networks").frame.geom_type[0] in (
        "LineString",
        "MultiLineString",
    )


# What a source feeds in.

HOURS = Hours(
    outdoor_degc=climate_year("DE"),
    weather="test",
    heating_threshold_degc=13.98,
    load_profile="enterprise",
)
LOAD = {
    "use": "heat_network",
    "hot_water_share": 0.25,
    "peak_source": "full-load hours",
    "heat_mwh": 70_000.0,
    "peak_kw": 20_000.0,
    "supply_degc": 90.0,
    "return_degc": 55.0,
    "source_kw": 1_000.0,
    "utilisation": 0.7,
    "source_degc": 30.0,
    "source_return_degc": 22.0,
}


def test_golden_large_network_takes_what_the_source_gives_in_its_best_hour() -> None:
    scenario = scenario_of({"heat_pump": {"arrangement": "direct"}}, name="test")
    warm = LOAD | {"source_degc": 95.0, "source_return_degc": 60.0}
    row = fed_in(pd.DataFrame([warm]), scenario, HOURS).iloc[0]
    best = 1_000.0 * source_shapes(np.array([0.7]), HOURS)[0].max()
    assert row["peak_kw"] == pytest.approx(best)
    shape = load_shapes(pd.DataFrame([LOAD]), HOURS)[0][0]
    by_hour = sum(min(share * 7e7, best) for share in shape.tolist()) / 1e3
    assert row["heat_mwh"] == pytest.approx(by_hour)
    assert row["network_heat_mwh"] == 70_000.0


def test_golden_small_network_takes_the_share_of_its_peak() -> None:
    small = pd.DataFrame([LOAD | {"heat_mwh": 700.0, "peak_kw": 200.0}])
    row = fed_in(small, Scenario(), HOURS).iloc[0]
    assert row["peak_kw"] == pytest.approx(100.0)
    assert 100.0 < row["heat_mwh"] < 700.0


def test_buildings_are_left_as_they_are() -> None:
    frame = pd.DataFrame([LOAD | {"use": "office"}])
    same = fed_in(frame, Scenario(), HOURS)
    pd.testing.assert_frame_equal(same[list(frame)], frame)
    assert same["network_heat_mwh"].isna().all()


def fed_supply(arrangement: str, **changes: Any) -> pd.Series[Any]:
    """Energies of an arrangement that feeds a network, the load's columns included."""
    frame = fed_in(pd.DataFrame([LOAD | changes]), Scenario(), HOURS)
    frame = frame.assign(
        loss_mwh=100.0,
        feed_peak_kw=frame["peak_kw"] + 100.0 / 8.76,
        sink_in_degc=frame["return_degc"],
        sink_out_degc=frame["supply_degc"],
    )
    energy = supply_energy(
        year_loads(frame, HOURS),
        arrangement,
        Scenario(),
        conditions_of(Scenario(), "DE"),
        machines=exact_machines(Scenario().heat_pump.refrigerant),
    )
    return frame.join(energy).iloc[0]


def unbalanced_mwh(row: pd.Series[Any]) -> float:
    """What comes in less what goes out."""
    heat = row["heat_mwh"] - row["network_left_mwh"]
    into = row["source_mwh"] + row["electricity_mwh"] + row["backup_mwh"]
    losses = row["loss_mwh"] + row["machine_loss_mwh"] + row["store_loss_mwh"]
    return float(into - heat - losses)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(ARRANGEMENTS),
    st.floats(100.0, 2e5),
    st.floats(100.0, 2e4),
    st.sampled_from([(30.0, 22.0, 90.0, 55.0), (75.0, 50.0, 70.0, 45.0), (62.0, 50.0, 80.0, 45.0)]),
)
def test_property_feeding_closes_without_a_boiler(
    arrangement: str, heat: float, source: float, degc: tuple[float, float, float, float]
) -> None:
    names = ("source_degc", "source_return_degc", "supply_degc", "return_degc")
    water = dict(zip(names, degc, strict=True))
    row = fed_supply(arrangement, heat_mwh=heat, peak_kw=heat / 3.5, source_kw=source, **water)
    if row["status"] != "ok":
        return
    assert abs(unbalanced_mwh(row)) < 1e-9 * max(heat, 1.0)
    assert row["backup_mwh"] == pytest.approx(0.0, abs=1e-9)
    assert row["boiler_kw"] == 0.0
    assert row["reuse_share"] == pytest.approx(1.0)
    assert 0.0 <= row["network_left_mwh"] <= row["heat_mwh"] * (1.0 + 1e-9)
    assert row["source_left_mwh"] >= -1e-6


def test_golden_all_the_heat_of_the_source_goes_into_a_network_without_end() -> None:
    """1,000 kW on average over 8,760 hours are 8,760 MWh, and all are taken."""
    row = fed_supply(CENTRAL, heat_mwh=1e6, peak_kw=3e5)
    assert row["source_mwh"] == pytest.approx(8_760.0, rel=1e-6)
    assert 2.0 < row["cop"] < 4.0
    assert 0.6 * 8_760.0 * 4.0 / 3.0 < row["heat_mwh"] - row["network_left_mwh"] < 2.0 * 8_760.0


def test_loop_to_a_network_leaves_it_what_the_loop_cannot_carry() -> None:
    row = fed_supply(AMBIENT, heat_mwh=1e6, peak_kw=3e5)
    assert row["network_left_mwh"] > 0.0
    assert row["electricity_mwh"] == pytest.approx(row["heat_pump_mwh"] / row["cop"])


# Whole studies on hand-made streets.

# From the data centre a street of 900 m east and 300 m north reaches the east end of the network;
# the street that runs 5 m beside its west end is 2,300 m away.
STREETS = [
    [(0, 0), (900, 0), (900, 320)],
    [(0, 0), (-900, 0), (-900, 305), (200, 305)],
]
NETWORK = [(200, 300), (880, 300)]


def study(
    folder: Path,
    networks: gpd.GeoDataFrame,
    *,
    offices: dict[str, tuple[float, float]] | None = None,
    sites: dict[str, tuple[float, float]] | None = None,
    **site: Any,
) -> Inputs:
    """Inputs with networks beside some offices."""
    offices = {"o1": (400.0, 20.0)} if offices is None else offices
    sites = {"S": (0.0, 15.0)} if sites is None else sites
    layers = {
        "streets": gpd.GeoDataFrame(geometry=[moved(*line) for line in STREETS], crs=CRS),
        "sites": gpd.GeoDataFrame(
            {"id": list(sites), "it_load_kw": 1000.0, "utilisation": 0.7} | site,
            geometry=[Point(EAST + x, NORTH + y) for x, y in sites.values()],
            crs=CRS,
        ),
        "consumers": gpd.GeoDataFrame(
            {"id": list(offices), "use": "office", "annual_heat_mwh": 600.0, "peak_kw": 300.0},
            geometry=[Point(EAST + x, NORTH + y) for x, y in offices.values()],
            crs=CRS,
        ),
    }
    for name, frame in layers.items():
        frame.to_file(folder / f"{name}.gpkg", driver="GPKG")
    sites_file, consumers_file, streets_file = (
        folder / f"{name}.gpkg" for name in ("sites", "consumers", "streets")
    )
    read = read_inputs(sites=sites_file, consumers=consumers_file, streets=streets_file)
    found = existing_heat_networks(None, networks, read.crs)
    both = pd.concat([read.consumers, found], ignore_index=True)
    return replace(read, consumers=gpd.GeoDataFrame(both, geometry="geometry", crs=read.crs))


def network(**columns: Any) -> gpd.GeoDataFrame:
    """The network of the user."""
    default = {
        "id": ["net"],
        "name": [HOSTILE],
        "annual_heat_mwh": [90_000.0],
        "supply_degc": [85.0],
        "return_degc": [50.0],
        "geometry": [moved(*NETWORK)],
    }
    return gpd.GeoDataFrame(default | columns, crs=CRS)


QUICK: dict[str, Any] = {
    "network": {"supply_choice": "given"},
    "uncertainty": {"draws": 64},
}
"""Where neither warmer supplies nor ranges are looked at."""
PAYING: dict[str, Any] = {"economics": {"heat_tariff_per_mwh": 120.0}}
WIDE = {"search": {"radius_m": 3000.0}, "place": {"country": "DE"}}


def planned(inputs: Inputs, **changes: Any) -> Plan:
    """A plan with long routes allowed."""
    scenario = scenario_of(WIDE | changes, name="test")
    return plan(replace(inputs, scenario=scenario), scenario)


def screened(inputs: Inputs) -> gpd.GeoDataFrame:
    """Candidate links alone, routed and piped but not yet appraised."""
    scenario = scenario_of(WIDE, name="test")
    inputs = replace(inputs, scenario=scenario).under(scenario)
    attached = attach_places(inputs, scenario, several=True)
    return candidate_links(inputs, scenario, conditions_of(scenario, "DE"), attached)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """One data centre, one office, one large network."""
    return planned(study(tmp_path_factory.mktemp("networks"), network()))


def link_to(made: Plan, consumer: str = "net") -> pd.Series[Any]:
    """The link to a consumer."""
    row: pd.Series[Any] = made.links.set_index("consumer_id").loc[consumer]
    return row


def test_golden_network_is_joined_where_the_route_is_shortest(finished: Plan) -> None:
    """15 m to the street, 900 m east, 300 m north, 20 m to the east end of the network."""
    link = link_to(finished)
    assert link["status"] == "ok"
    assert link["route_m"] == pytest.approx(15.0 + 900.0 + 300.0 + 20.0, abs=0.5)
    assert link["service_m"] == pytest.approx(35.0, abs=0.5)
    end = gpd.GeoSeries([Point(link["geometry"].coords[-1])], crs=finished.crs).to_crs(CRS)[0]
    assert end.distance(Point(EAST + 880, NORTH + 300)) < 1.0


def test_golden_link_of_a_network_by_hand(tmp_path: Path) -> None:
    """An exchanger without heat pump: what the servers give, less the pipe's loss, is sold."""
    warm = study(
        tmp_path,
        network(supply_degc=[60.0], return_degc=[40.0]),
        source_degc=70.0,
        source_return_degc=45.0,
        capture_share=0.9,
    )
    made = planned(
        warm,
        heat_pump={"arrangement": "direct"},
        economics={"heat_tariff_per_mwh": 50.0},
        **QUICK,
    )
    link = link_to(made)
    # 1,000 kW of servers at 70 % load, 90 % of it in the water, all year.
    source = 1_000.0 * 0.7 * 0.9 * HOURS_PER_YEAR / 1e3
    assert link["source_mwh"] == pytest.approx(source, rel=1e-6)
    assert link["heat_mwh"] == pytest.approx(source - link["loss_mwh"], rel=1e-6)
    assert link["revenue_per_year"] == pytest.approx(50.0 * link["heat_mwh"])
    assert (link["boiler_kw"], link["backup_mwh"]) == (0.0, 0.0)
    assert link["network_heat_mwh"] == 90_000.0
    assert "heat network of 90,000" in link["reason"]


def test_town_figures_of_a_fed_network_are_plausible(finished: Plan) -> None:
    link = link_to(finished)
    assert 2.0 < link["cop"] < 4.0
    assert link["supply_degc"] == 85.0
    # The network keeps its boilers, so heat is worth the gas it saves and no boiler: price over
    # efficiency, less the discount of a tenth.
    gas = conditions_of(finished.scenario, "DE").backup_fuel_price_per_mwh.value
    efficiency = assumption("technology_costs", "gas_boiler_building", "efficiency_gross_share")
    per_mwh = link["revenue_per_year"] / link["heat_mwh"]
    assert per_mwh == pytest.approx(0.9 * gas / efficiency.value, rel=0.12)
    ok = finished.links[finished.links["status"] == "ok"]
    into = ok["source_mwh"] + ok["electricity_mwh"] + ok["backup_mwh"]
    out = ok["heat_mwh"] + ok["loss_mwh"] + ok["machine_loss_mwh"] + ok["store_loss_mwh"]
    assert (into - out).abs().max() < 1e-8


def test_town_project_of_network_and_buildings_closes(finished: Plan) -> None:
    row = finished.projects.iloc[0]
    assert row["status"] == "ok"
    members = finished.connections[finished.connections["connected"]]
    assert "net" in members["consumer_id"].tolist()
    assert row["heat_mwh"] == pytest.approx(members["annual_heat_mwh"].sum())
    into = row["source_mwh"] + row["electricity_mwh"] + row["backup_mwh"]
    out = row["heat_mwh"] + row["loss_mwh"] + row["machine_loss_mwh"] + row["store_loss_mwh"]
    assert into == pytest.approx(out, abs=1e-8)
    own = members.loc[members["use"] != "heat_network", "peak_kw"].sum()
    assert row["boiler_kw"] < own + 200.0
    assert row["peak_kw"] >= members.loc[members["use"] == "heat_network", "peak_kw"].sum()
    assert row["supply_degc"] == 85.0


def test_network_that_only_makes_the_water_hot_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Eight offices close by at 65 °C; the network 1.2 km off asks for 85 °C and most of the heat.

    Planned with it alone, two offices are left of four, the COP falls and heat gets dearer.
    """
    offices = {f"o{n}": (100.0 + 60.0 * n, 20.0 if n % 2 else -20.0) for n in range(8)}
    inputs = study(tmp_path, network(annual_heat_mwh=[4e3]), offices=offices)
    best = planned(inputs, **QUICK)
    with monkeypatch.context() as patch:
        patch.setattr(projects, "_with_and_without_networks", lambda consumers: [consumers])
        fed = planned(inputs, **QUICK).projects.iloc[0]
    buildings = inputs.consumers[inputs.consumers["use"] != "heat_network"].reset_index(drop=True)
    alone = planned(replace(inputs, consumers=buildings), **QUICK).projects.iloc[0]
    row = best.projects.iloc[0]
    assert "one an existing heat network" in fed["reason"]
    assert row["npv"] == pytest.approx(alone["npv"])
    assert row["npv"] > fed["npv"]
    assert row["price_gap_per_mwh"] < fed["price_gap_per_mwh"]
    assert (row["supply_degc"], fed["supply_degc"]) == (65.0, 85.0)
    net = best.connections.set_index("consumer_id").loc["net"]
    assert not net["connected"]
    assert "better one" in net["reason"]
    assert len(best.connections) == 9
    assert "it would heat 4 buildings with" in best.summary


def test_hostile_names_reach_the_page_as_text_only(finished: Plan) -> None:
    assert HOSTILE in finished.connections["name"].tolist()
    page = finished.map()
    assert "<script>alert(1)" not in page


def test_steam_and_silent_networks_are_rows_with_a_reason(tmp_path: Path) -> None:
    silent = network(annual_heat_mwh=[np.nan])
    inputs = study(tmp_path, silent)
    link = screened(inputs).set_index("consumer_id").loc["net"]
    assert link["status"] == "no_demand"
    assert "annual_heat_mwh" in link["reason"]
    barred = inputs.consumers.assign(
        barred=np.where(inputs.consumers["use"] == "heat_network", STEAM, ""),
        annual_heat_mwh=inputs.consumers["annual_heat_mwh"].fillna(1e4),
        peak_kw=inputs.consumers["peak_kw"].fillna(3e3),
    )
    link = screened(replace(inputs, consumers=barred)).set_index("consumer_id").loc["net"]
    assert (link["status"], link["reason"]) == ("infeasible", STEAM)


def test_property_order_of_consumers_changes_no_link(finished: Plan, tmp_path: Path) -> None:
    inputs = study(tmp_path, network())
    turned = replace(inputs, consumers=inputs.consumers.iloc[::-1].reset_index(drop=True))
    one, other = (
        pd.DataFrame(screened(each)).drop(columns="geometry") for each in (inputs, turned)
    )
    pd.testing.assert_frame_equal(one, other)
    routed = one.set_index("consumer_id")["route_m"]
    assert routed["net"] == pytest.approx(link_to(finished)["route_m"])


def test_network_takes_heat_of_two_data_centres_if_it_has_room(tmp_path: Path) -> None:
    sites = {"S1": (0.0, 15.0), "S2": (450.0, 15.0)}
    vast = study(tmp_path, network(annual_heat_mwh=[2e6]), sites=sites)

    def fed_by(inputs: Inputs, **supply: Any) -> list[str]:
        table = planned(inputs, **QUICK | PAYING | supply).connections
        return sorted(table.loc[table["connected"] & (table["consumer_id"] == "net"), "site_id"])

    # Where each site seeks its best supply temperature, as studies do unless told otherwise.
    assert fed_by(vast, network={}) == ["S1", "S2"]
    small = vast.consumers.assign(
        annual_heat_mwh=vast.consumers["annual_heat_mwh"].clip(upper=4e3),
        peak_kw=vast.consumers["peak_kw"].clip(upper=1.2e3),
    )
    assert len(fed_by(replace(vast, consumers=small))) == 1


def test_networks_in_the_file_of_consumers_have_their_own_temperatures(tmp_path: Path) -> None:
    inputs = study(tmp_path, network(return_degc=[np.nan]))
    plain = inputs.consumers.drop(columns="temperature_source").assign(supply_degc=np.nan)
    for consumers, source in ((inputs.consumers, "part given, rest"), (plain, "part given, rest")):
        ready = replace(inputs, consumers=consumers).under(inputs.scenario).consumers
        ready = ready.set_index("id")
        assert ready.loc["net", "temperature_source"].startswith(source)
        assert ready.loc["net", "supply_degc"] in (85.0, 90.0)
        assert ready.loc["o1", "supply_degc"] == inputs.scenario.network.supply_degc
        assert ready.loc["o1", "temperature_source"] == "scenario default"
