"""Inputs of a study: files and maps in every mix, refused in plain words where they do not meet."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatreach.siting import Inputs, read_inputs
from heatreach.siting.assembling import study_map
from heatreach.siting.assembling.country_rows import country_of_study
from heatreach.siting.demo import demo_extract, demo_sites
from heatreach.siting.errors import InputError
from heatreach.siting.fetching.fetch import Area as Place
from heatreach.siting.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SITES = ["dc1,60.5201,26.940,2000,true", "dc2,60.5201,26.950,1500,false"]
CONSUMERS = [
    "c1,60.5203,26.935,400,office",
    "c2,60.5203,26.945,900,school",
    "c3,60.5203,26.955,250,",
]
STREETS = [
    [[26.930, 60.520], [26.945, 60.520], [26.960, 60.520]],
    [[26.945, 60.515], [26.945, 60.520], [26.945, 60.525]],
]
BOX = "26.930,60.520,26.970,60.540"


def table(path: Path, header: str, rows: list[str]) -> Path:
    """Write a CSV file."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def sites_file(folder: Path, rows: list[str] = SITES, name: str = "sites.csv") -> Path:
    """Write sites."""
    return table(folder / name, "id,lat,lon,it_load_kw,hypothetical", rows)


def consumers_file(folder: Path, rows: list[str] = CONSUMERS) -> Path:
    """Write consumers."""
    return table(folder / "consumers.csv", "id,lat,lon,annual_heat_mwh,use", rows)


def streets_file(
    folder: Path, lines: list[list[list[float]]] = STREETS, highway: str = "residential"
) -> Path:
    """Write streets."""
    features = [
        {
            "type": "Feature",
            "properties": {"highway": highway},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in lines
    ]
    path = folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def from_files(folder: Path, **changed: Any) -> Inputs:
    """Read three small files, without any map."""
    made: dict[str, Callable[[Path], Path]]
    made = {"sites": sites_file, "consumers": consumers_file, "streets": streets_file}
    files: dict[str, Any] = {n: make(folder) for n, make in made.items() if n not in changed}
    return read_inputs(**files | changed)


def refusal(**options: Any) -> str:
    """Message of the refusal."""
    with pytest.raises(InputError) as caught:
        read_inputs(**options)
    return str(caught.value)


def sha256(path: Path) -> str:
    """Hash of a file, by the standard library."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def town() -> Inputs:
    """The demo town, read once."""
    return read_inputs(sites=demo_sites(), consumers="osm", area=str(demo_extract()))


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Place, float]]:
    """Downloads answered with the demo extract; what was asked for."""
    asked: list[tuple[Place, float]] = []

    def answer(place: Place, *, margin_m: float, cache_dir: Path | None) -> Path:
        asked.append((place, margin_m))
        return demo_extract()

    monkeypatch.setattr(study_map, "fetch_place", answer)
    return asked


def test_town_demo_from_end_to_end(town: Inputs) -> None:
    assert len(town.sites) == 3
    assert town.sites["hypothetical"].all()
    assert len(town.consumers) > 1500
    assert town.consumers["annual_heat_mwh"].gt(0.0).mean() > 0.9
    assert town.crs.to_epsg() == 32635
    assert {f.crs.to_epsg() for f in (town.sites, town.consumers, town.barriers)} == {32635}
    assert town.buildings.crs == town.crs
    assert town.roads.crs == town.crs
    assert town.country == "FI"
    assert town.data_date.startswith("2019")
    assert "OpenStreetMap contributors" in town.attribution
    (doubt,) = town.doubts
    edges = zip(town.streets.tail.tolist(), town.streets.head.tolist(), strict=True)
    cut_off = nx.number_connected_components(nx.Graph(edges)) - 1
    assert f"{cut_off} parts of the streets" in doubt.what
    assert town.left_out["buildings of the data centres themselves"] == 3
    assert town.hashes == {"sites": sha256(demo_sites()), "extract": sha256(demo_extract())}


def test_town_keeps_only_consumers_in_reach_by_straight_line(town: Inputs) -> None:
    near = read_inputs(
        sites=demo_sites(),
        consumers="osm",
        area=str(demo_extract()),
        scenario=Scenario(search={"radius_m": 300}),  # type: ignore[arg-type]
    )
    distance = near.consumers.geometry.apply(lambda g: near.sites.distance(g).min())
    assert distance.max() <= 300.0
    assert set(near.consumers["id"]) < set(town.consumers["id"])
    assert near.left_out["consumers farther than 300 m from every site"] > 0
    own = town.sites.union_all()
    assert not town.consumers.intersects(own).any()


def test_files_alone_need_no_map(tmp_path: Path) -> None:
    study = from_files(tmp_path)
    assert list(study.sites["id"]) == ["dc1", "dc2"]
    assert list(study.sites["hypothetical"]) == [True, False]
    assert list(study.consumers["annual_heat_mwh"]) == [400.0, 900.0, 250.0]
    assert list(study.consumers["demand_source"]) == ["given"] * 3
    assert study.under(study.scenario).consumers["hot_water_share"].notna().all()
    assert study.streets.edges == 4
    assert study.barriers.empty
    assert study.buildings.empty
    assert (study.attribution, study.data_date) == ("", "")
    assert study.country == "FI"
    names = ("sites.csv", "consumers.csv", "streets.geojson")
    assert sorted(study.hashes.values()) == sorted(sha256(tmp_path / name) for name in names)


def test_inputs_read_once_serve_several_scenarios(tmp_path: Path) -> None:
    study = from_files(tmp_path)
    warm = study.under(Scenario.model_validate({"network": {"supply_degc": 70}}))
    cool = study.under(Scenario.model_validate({"network": {"supply_degc": 50, "return_degc": 30}}))
    assert set(warm.consumers["supply_degc"]) == {70.0}
    assert set(cool.consumers["supply_degc"]) == {50.0}
    assert "supply_degc" not in study.consumers or study.consumers["supply_degc"].isna().all()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"search": {"radius_m": 5000}}, "read for routes up to 2,000 m"),
        ({"network": {"paths": "yes"}}, "read with paths = 'no'"),
        ({"place": {"country": "DE"}}, "read for country 'FI'"),
    ],
)
def test_under_rejects_what_was_not_read(
    tmp_path: Path, changed: dict[str, dict[str, object]], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        from_files(tmp_path).under(Scenario.model_validate(changed))


def test_under_rejects_inputs_completed_under_another_scenario(tmp_path: Path) -> None:
    done = from_files(tmp_path).under(Scenario())
    assert done.under(Scenario()) is done
    with pytest.raises(InputError, match="already completed"):
        done.under(Scenario.model_validate({"network": {"supply_degc": 70}}))


def test_golden_lengths_of_the_small_street(tmp_path: Path) -> None:
    """Geodesic length by GeographicLib (through pyproj); UTM differs by less than 0.05 %."""
    from pyproj import Geod

    study = from_files(tmp_path)
    earth = Geod(ellps="WGS84")
    geodesic = sum(earth.geometry_length(shapely.LineString(line)) for line in STREETS)
    assert study.streets.length_m.sum() == pytest.approx(geodesic, rel=5e-4)


def test_streets_of_a_file_mix_with_buildings_of_the_map(tmp_path: Path) -> None:
    study = read_inputs(
        sites=sites_file(tmp_path),
        consumers="osm",
        streets=streets_file(tmp_path),
        area=str(demo_extract()),
    )
    assert study.streets.edges == 4
    assert len(study.consumers) > 100
    assert len(study.buildings) > 100
    assert set(study.hashes) == {"sites", "streets", "extract"}


def test_box_downloads_once_with_the_radius_around(
    tmp_path: Path, fetched: list[tuple[Place, float]]
) -> None:
    study = read_inputs(sites=sites_file(tmp_path), consumers="OSM", area=BOX)
    (place, margin), *more = fetched
    assert not more
    assert place.bbox == (26.93, 60.52, 26.97, 60.54)
    assert margin >= Scenario().search.radius_m
    assert len(study.consumers) > 1000
    assert study.hashes["extract"] == sha256(demo_extract())


def polygon_file(folder: Path, outline: shapely.Polygon) -> Path:
    """Write a study area."""
    path = folder / "area.geojson"
    gpd.GeoDataFrame(geometry=[outline], crs=4326).to_file(path)
    return path


def test_polygon_limits_consumers_of_the_map(
    tmp_path: Path, fetched: list[tuple[Place, float]]
) -> None:
    outline = shapely.Polygon([(26.935, 60.521), (26.945, 60.521), (26.940, 60.530)])
    area = polygon_file(tmp_path, outline)
    study = read_inputs(sites=demo_sites(), consumers="osm", area=str(area))
    assert study.consumers.to_crs(4326).intersects(outline.buffer(1e-9)).all()
    assert study.left_out["consumers outside the area"] > 0
    assert study.hashes["area"] == sha256(area)
    assert fetched[0][0].outline.equals(outline)


def test_polygon_limits_consumers_of_a_file_and_downloads_nothing(
    tmp_path: Path, fetched: list[tuple[Place, float]]
) -> None:
    outline = shapely.box(26.930, 60.510, 26.950, 60.530)
    study = from_files(tmp_path, area=str(polygon_file(tmp_path, outline)))
    assert list(study.consumers["id"]) == ["c1", "c2"]
    assert study.left_out == {"consumers outside the area": 1}
    assert fetched == []


def test_area_repairs_are_told(tmp_path: Path, fetched: list[tuple[Place, float]]) -> None:
    bow_tie = shapely.Polygon([(26.92, 60.51), (26.97, 60.53), (26.97, 60.51), (26.92, 60.53)])
    study = from_files(tmp_path, area=str(polygon_file(tmp_path, bow_tie)))
    assert any("was repaired" in str(doubt) for doubt in study.doubts)


def test_place_name_limits_to_its_outline(
    tmp_path: Path, fetched: list[tuple[Place, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    outline = shapely.box(26.930, 60.520, 26.945, 60.530)
    place = Place(name="Karhula", bbox=outline.bounds, outline=outline)
    monkeypatch.setattr(study_map, "find_area", lambda _text, **_: place)
    study = read_inputs(sites=demo_sites(), consumers="osm", area="Karhula, Kotka")
    assert fetched[0][0].bbox == outline.bounds
    assert study.consumers.to_crs(4326).intersects(outline).all()


@pytest.mark.town
def test_town_kit_has_its_data_centre_on_the_map(realdata: Path) -> None:
    study = read_inputs(
        sites="osm", consumers="osm", area=str(realdata / "kit-campus-nord.osm.pbf")
    )
    assert study.country == "DE"
    assert study.sites["name"].str.contains("Scientific Computing Center").any()
    assert study.sites["it_load_source"].str.startswith("estimate").all()
    assert not study.sites["hypothetical"].any()
    assert study.left_out["buildings of the data centres themselves"] >= 1


def test_inputs_reject_all_files_at_once(tmp_path: Path) -> None:
    message = refusal(
        sites=sites_file(tmp_path, ["dc1,60.52,26.94,-5,no"]),
        consumers=consumers_file(tmp_path, ["c1,60.52,26.94,1 MWh x,ofice"]),
        streets=tmp_path / "none.geojson",
        area="1,2,3",
    )
    for words in ("sites.csv, column it_load_kw", "consumers.csv, column use", "none.geojson"):
        assert words in message
    assert "--area: '1,2,3' has 3 numbers" in message


def test_inputs_reject_a_missing_area(tmp_path: Path) -> None:
    message = refusal(sites=sites_file(tmp_path), consumers="osm")
    assert "an area is needed to find consumers and streets; add --area" in message


def test_inputs_reject_repeated_sites(tmp_path: Path) -> None:
    message = refusal(
        sites=sites_file(tmp_path, [SITES[0], SITES[0]]),
        consumers=consumers_file(tmp_path),
        streets=streets_file(tmp_path),
    )
    assert "ids used more than once" in message


FAR = ["dc1,60.17,24.94,2000,false"]
SWAPPED = ["dc1,26.940,60.5201,2000,false"]


def test_inputs_reject_sites_outside_the_extract(tmp_path: Path) -> None:
    message = refusal(sites=sites_file(tmp_path, FAR), consumers="osm", area=str(demo_extract()))
    assert "sites.csv: lies outside test.osm.pbf (sites.csv: lon 24.94 to 24.94" in message
    assert "test.osm.pbf: lon 26.9" in message


def test_inputs_reject_sites_with_swapped_axes(tmp_path: Path) -> None:
    sites = sites_file(tmp_path, SWAPPED)
    for options in (
        {"consumers": "osm", "area": str(demo_extract())},
        {"consumers": "osm", "area": BOX},
        {"consumers": consumers_file(tmp_path), "streets": streets_file(tmp_path)},
    ):
        message = refusal(sites=sites, **options)
        assert "sites.csv: no row lies in the area of" in message
        assert "exchange latitude and longitude" in message


def test_inputs_reject_sites_outside_the_area_before_any_download(
    tmp_path: Path, fetched: list[tuple[Place, float]]
) -> None:
    message = refusal(sites=sites_file(tmp_path, FAR), consumers="osm", area=BOX)
    assert "sites.csv: lies outside the area" in message
    assert fetched == []


def test_inputs_reject_every_file_that_lies_apart(tmp_path: Path) -> None:
    message = refusal(
        sites=sites_file(tmp_path, FAR),
        consumers=consumers_file(tmp_path, ["c1,59.4,24.7,400,office"]),
        streets=streets_file(tmp_path),
    )
    assert message.startswith("2 problems")
    assert "sites.csv: lies outside streets.geojson" in message
    assert "consumers.csv: lies outside streets.geojson" in message


def test_inputs_reject_streets_that_carry_no_pipe(tmp_path: Path) -> None:
    streets = streets_file(tmp_path, highway="footway")
    sites, consumers = sites_file(tmp_path), consumers_file(tmp_path)
    message = refusal(sites=sites, consumers=consumers, streets=streets)
    assert "no street of streets.geojson that may carry a pipe lies within 2,000 m" in message
    assert "allow paths" in message
    paths = Scenario(network={"paths": "yes"})  # type: ignore[arg-type]
    study = read_inputs(sites=sites, consumers=consumers, streets=streets, scenario=paths)
    assert study.streets.edges == 4


def test_inputs_reject_streets_out_of_reach_of_every_site(tmp_path: Path) -> None:
    around = [[[26.80, 60.45], [27.10, 60.45]], [[26.80, 60.60], [27.10, 60.60]]]
    message = refusal(
        sites=sites_file(tmp_path),
        consumers=consumers_file(tmp_path),
        streets=streets_file(tmp_path, around),
    )
    assert "that may carry a pipe lies within 2,000 m of any site" in message
    assert "the streets over lon 26.8 to 27.1, lat 60.45 to 60.6" in message


def test_one_site_far_from_streets_is_doubted(tmp_path: Path) -> None:
    sites = sites_file(tmp_path, [*SITES, "lonely,60.60,26.94,900,false"])
    study = from_files(tmp_path, sites=sites)
    assert len(study.sites) == 3
    assert any("no street within 2,000 m of lonely" in str(doubt) for doubt in study.doubts)


def test_inputs_reject_consumers_that_are_all_left_out(tmp_path: Path) -> None:
    consumers = consumers_file(tmp_path, ["c1,60.5203,26.99,400,office"])
    message = refusal(
        sites=sites_file(tmp_path), consumers=consumers, streets=streets_file(tmp_path)
    )
    far = "no consumer is left: of 1, 1 consumers farther than 2,000 m from every site"
    assert f"consumers.csv: {far}" in message
    assert "raise the radius" in message


def test_inputs_reject_a_map_without_data_centres() -> None:
    message = refusal(sites="osm", consumers="osm", area=str(demo_extract()))
    assert "--sites osm: the map shows no data centre here" in message
    assert "id, lat, lon, it_load_kw" in message


def test_inputs_reject_a_cut_off_extract(tmp_path: Path) -> None:
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(demo_extract().read_bytes()[:60_000])
    message = refusal(sites=demo_sites(), consumers="osm", area=str(path))
    assert message.count("cut.osm.pbf") == 1
    assert "ends too early or is damaged" in message


def test_listed_consumer_on_a_site_is_kept(tmp_path: Path) -> None:
    consumers = consumers_file(tmp_path, [*CONSUMERS, "c4,60.5201,26.940,100,office"])
    assert len(from_files(tmp_path, consumers=consumers).consumers) == 4


@pytest.mark.parametrize(
    ("given", "place", "code", "words"),
    [
        ("", (26.95, 60.53), "FI", ""),
        ("DE", (26.95, 60.53), "DE", ""),
        ("NZ", (26.95, 60.53), "NZ", "have no rows for NZ; the general rows apply"),
        ("", (174.78, -41.29), "NZ", "there are rows for AT, BE"),
        ("", (-140.0, 20.0), "", "no country found at lon -140.000, lat 20.000"),
        ("", (24.16, 65.84), "FI", "taken as FI, could also be SE"),
    ],
)
def test_country_and_its_doubts(
    given: str, place: tuple[float, float], code: str, words: str
) -> None:
    found, doubts = country_of_study(*place, given=given)
    assert words in " ".join(map(str, doubts))
    assert bool(doubts) == bool(words)
    assert found == code


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(SITES), st.permutations(CONSUMERS), st.permutations(STREETS))
def test_property_order_of_rows_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    sites: list[str],
    consumers: list[str],
    streets: list[list[list[float]]],
) -> None:
    folder = tmp_path_factory.mktemp("shuffled")
    usual = from_files(folder)
    shuffled = read_inputs(
        sites=sites_file(folder, sites),
        consumers=consumers_file(folder, consumers),
        streets=streets_file(folder, streets),
    )
    assert_geodataframe_equal(shuffled.sites, usual.sites)
    assert_geodataframe_equal(shuffled.consumers, usual.consumers)
    assert_geodataframe_equal(shuffled.roads, usual.roads)
    assert shuffled.streets.length_m.tolist() == usual.streets.length_m.tolist()


def test_inputs_on_disk_stay_as_they_are(tmp_path: Path, town: Inputs) -> None:
    from_files(tmp_path)
    before = {path: sha256(path) for path in tmp_path.iterdir()}
    from_files(tmp_path)
    assert {path: sha256(path) for path in tmp_path.iterdir()} == before
    assert sha256(demo_extract()) == town.hashes["extract"]


def test_progress_tells_the_stages(tmp_path: Path) -> None:
    stages: list[tuple[str, float]] = []
    from_files(tmp_path, progress=lambda stage, share: stages.append((stage, share)))
    assert [share for _, share in stages] == sorted(share for _, share in stages)
    assert stages[0] == ("reading files", 0.0)


def test_zones_need_no_data_centre_and_read_the_whole_area(town: Inputs) -> None:
    study = read_inputs(sites=None, consumers="osm", area=str(demo_extract()), zones=True)
    assert study.sites.empty
    assert study.consumers.empty
    assert {"id", "it_load_kw", "hypothetical", "geometry"} <= set(study.sites.columns)
    assert set(town.consumers["id"]) <= set(study.everywhere["id"])
    done = study.under(Scenario())
    assert "source_kw" in done.sites
    assert done.everywhere["supply_degc"].notna().all()
    assert not any("farther than" in reason for reason in study.left_out)


def test_everywhere_holds_what_lies_beyond_the_reach_of_every_site() -> None:
    short = Scenario(search={"radius_m": 300})  # type: ignore[arg-type]
    options: dict[str, Any] = {"consumers": "osm", "area": str(demo_extract()), "scenario": short}
    near = read_inputs(sites=demo_sites(), **options)
    whole = read_inputs(sites=demo_sites(), zones=True, **options)
    alone = read_inputs(sites=None, zones=True, **options)
    assert len(near.everywhere) < len(whole.everywhere)
    assert set(near.consumers["id"]) == set(whole.consumers["id"])
    # Buildings of the data centres themselves are nobody's consumers.
    own = set(alone.everywhere["id"]) - set(whole.everywhere["id"])
    assert len(own) == whole.left_out["buildings of the data centres themselves"] == 3


def test_zones_of_files_alone_need_no_map(tmp_path: Path) -> None:
    study = from_files(tmp_path, sites=None, zones=True)
    assert study.sites.empty
    assert list(study.everywhere["id"]) == ["c1", "c2", "c3"]
    assert study.attribution == ""
    with_sites = from_files(tmp_path, zones=True)
    assert list(with_sites.consumers["id"]) == ["c1", "c2", "c3"]


def test_zones_accept_sites_out_of_reach_of_every_street(tmp_path: Path) -> None:
    # 500 m north of the nearest street.
    lonely = sites_file(tmp_path, ["far,60.5245,26.9305,2000,true"])
    short = Scenario(search={"radius_m": 300})  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"no street .* lies within 300 m of any site"):
        from_files(tmp_path, sites=lonely, scenario=short)
    study = from_files(tmp_path, sites=lonely, scenario=short, zones=True)
    assert len(study.everywhere) == 3
    assert study.consumers.empty
    assert any("no street within 300 m of far" in doubt.what for doubt in study.doubts)


def test_problems_of_every_optional_file_come_at_once(tmp_path: Path) -> None:
    meters = table(tmp_path / "meters.csv", "uprn,annual_heat_mwh,kind", ["1,-4,metred"])
    networks = table(tmp_path / "networks.csv", "id,lat,lon,supply_degc", ["n,60.52,26.94,900"])
    control = table(tmp_path / "control.csv", "id,lat,lon", ["a,60.52,26.94"])
    with pytest.raises(InputError) as caught:
        from_files(tmp_path, demand=[meters], heat_networks=networks, control=control)
    message = str(caught.value)
    for words in (
        "meters.csv, column annual_heat_mwh",
        "did you mean metered?",
        "networks.csv, column supply_degc",
        "control.csv: required column annual_heat_mwh is missing",
        "control.csv, row 2 (a): wrong kind of geometry",
    ):
        assert words in message


def test_a_demand_table_of_another_town_is_refused(tmp_path: Path) -> None:
    meters = table(tmp_path / "meters.csv", "lat,lon,annual_heat_mwh", ["51.2,6.7,40"])
    with pytest.raises(InputError, match=r"meters\.csv: lies outside"):
        from_files(tmp_path, demand=[meters])


def test_a_demand_table_given_twice_is_refused(tmp_path: Path) -> None:
    meters = table(tmp_path / "meters.csv", "lat,lon,annual_heat_mwh", ["60.5203,26.935,40"])
    copy = table(tmp_path / "copy.csv", "lat,lon,annual_heat_mwh", ["60.5203,26.935,40"])
    with pytest.raises(InputError, match=r"given more than once: copy\.csv, meters\.csv"):
        from_files(tmp_path, demand=[meters, copy])


def test_demand_rows_outside_what_was_read_are_counted(tmp_path: Path) -> None:
    meters = table(
        tmp_path / "meters.csv",
        "id,lat,lon,annual_heat_mwh,kind,communal",
        [",60.5203,26.935,40,metered,", ",60.70,26.935,50,metered,", "c3,,,60,metered,yes"],
    )
    study = from_files(tmp_path, demand=[meters])
    assert study.left_out["demand rows outside the area"] == 1
    assert study.consumers.set_index("id").loc["c3", "communal"] == "yes"
    # The consumers file states the heat of c1 itself.
    heat = study.consumers.set_index("id")["annual_heat_mwh"]
    assert heat.to_dict() == {"c1": 400.0, "c2": 900.0, "c3": 250.0}


def test_heat_networks_of_a_file_are_consumers(tmp_path: Path) -> None:
    networks = table(
        tmp_path / "networks.csv",
        "id,lat,lon,annual_heat_mwh,supply_degc,return_degc",
        ["grid,60.5202,26.948,20000,90,50", "far,60.5202,27.10,20000,90,50"],
    )
    study = from_files(tmp_path, heat_networks=networks).under(Scenario())
    grid = study.consumers.set_index("id").loc["grid"]
    assert grid["use"] == "heat_network"
    assert [grid["supply_degc"], grid["return_degc"]] == [90.0, 50.0]
    assert "far" not in set(study.consumers["id"])
    assert "far" in set(study.everywhere["id"])
    assert "heat_networks" in study.hashes
    same = table(tmp_path / "same.csv", "id,lat,lon", ["c1,60.5202,26.948"])
    with pytest.raises(InputError, match="bear the id of a consumer: c1"):
        from_files(tmp_path, heat_networks=same)


def test_heat_networks_are_taken_from_the_map_only_where_asked() -> None:
    plain = read_inputs(sites=demo_sites(), consumers="osm", area=str(demo_extract()))
    assert "heat_network" not in set(plain.everywhere["use"])
    asked = refusal(
        sites=demo_sites(), consumers=demo_sites(), streets=demo_sites(), heat_networks="osm"
    )
    assert "an area is needed to find heat networks" in asked
