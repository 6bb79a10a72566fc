"""Uses, floor areas, heat and peaks: one hand-worked case per rule, then real towns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from shapely import box

from heatreach.data import assumption, wide
from heatreach.network.crs import metric_crs
from heatreach.network.osm import read_osm
from heatreach.siting.consumers.building_use import classify_buildings
from heatreach.siting.demand import consumers_from_osm, fill_demand
from tests.siting.made_town import CRS, dot, given, house, town

if TYPE_CHECKING:
    from pathlib import Path


def classes(*args: Any) -> pd.DataFrame:
    """Classes of a made town."""
    made = town(*args)
    return classify_buildings(made.buildings, made.areas, made.points)


# One case per rule: tags of a building 20 m x 20 m, use and finding rule expected.
CASES = [
    ({"building": "garage"}, "", "dropped: outbuilding, not heated"),
    ({"building": "yes", "ruins": "yes"}, "", "dropped: ruin or not yet built"),
    ({"building": "yes", "power": "substation"}, "", "dropped: power plant or substation"),
    ({"building": "data_center"}, "", "dropped: data centre"),
    ({"building": "industrial", "telecom": "data_center"}, "", "dropped: data centre"),
    ({"building": "yes", "amenity": "school"}, "school", "tag: amenity=school"),
    ({"building": "retail", "tourism": "hotel"}, "hotel", "tag: tourism=hotel"),
    ({"building": "yes", "shop": "vacant", "office": "lawyer"}, "office", "tag: office=*"),
    ({"building": "yes", "amenity": "library;cafe"}, "public", "tag: amenity=library"),
    ({"building": "yes", "leisure": "sports_centre", "sport": "swimming;sauna"}, "pool", "tag: "),
    ({"building": "yes", "leisure": "sports_centre", "sport": "tennis"}, "leisure", "tag: "),
    ({"building": "university"}, "university", "building: building=university"),
    ({"building": "residential", "building:levels": "5"}, "flats", "building: "),
    ({"building": "residential", "building:levels": "2"}, "flats", "building: "),
    ({"building": "yes", "landuse": "greenhouse_horticulture"}, "greenhouse", "tag: landuse="),
    ({"building": "yes"}, "farm", "guess: footprint, few buildings near"),
]


@pytest.mark.parametrize(("tags", "use", "by"), CASES)
def test_golden_own_tags(tags: dict[str, str], use: str, by: str) -> None:
    found = classes([(box(0, 0, 20, 20), tags)])
    assert found["use"].iloc[0] == use
    assert found["classified_by"].iloc[0].startswith(by)


def test_golden_surroundings() -> None:
    site = house(0, 0, 100, 100, amenity="school", name="Mill School")
    land = house(-500, -500, 1000, 1000, landuse="residential")
    huts = house(200, 0, 50, 50, landuse="allotments")
    found = classes(
        [
            house(10, 10, 10, 10, building="yes"),
            house(300, 0, 10, 10, building="yes"),
            house(210, 10, 10, 10, building="yes"),
            house(400, 0, 10, 10, building="yes"),
            house(400, 50, 30, 30, building="yes"),
            house(900, 0, 10, 10, building="yes"),
        ],
        [site, land, huts],
        [
            dot(305, 5, amenity="cafe"),
            dot(405, 5, office="lawyer"),
            dot(405, 6, amenity="place_of_worship"),
            dot(415, 65, shop="bakery"),
        ],
    )
    assert found["use"].tolist() == ["school", "restaurant", "", "worship", "flats", "home"]
    assert found["classified_by"].tolist() == [
        "site: amenity=school",
        "point: amenity=cafe",
        "dropped: hut or works building, not heated through a network",
        "point: amenity=place_of_worship",
        "landuse: landuse=residential",  # 900 m2: one bakery does not make it a shop
        "guess: footprint",
    ]


def test_golden_outbuildings() -> None:
    found = classes(
        [
            house(0, 0, 10, 10, building="yes"),
            house(12, 0, 6, 6, building="yes"),
            house(12, 8, 6, 6, building="yes", addr__housenumber="7"),
            house(500, 0, 6, 6, building="yes"),
            house(600, 0, 4, 6, building="house"),
            house(1, 1, 9, 9, building="roofed"),
        ]
    )
    assert found["use"].tolist() == ["home", "", "home", "home", "", ""]
    assert found["classified_by"].iloc[5] == "dropped: the same building mapped twice"


def test_golden_buildings_of_a_data_centre_site() -> None:
    found = classes(
        [house(10, 10, 30, 30, building="office")],
        [house(0, 0, 100, 100, telecom="data_center")],
    )
    assert found["classified_by"].tolist() == ["dropped: on the site of a data centre"]


def test_golden_heat_by_hand() -> None:
    school = wide("demand_benchmarks").loc["school"].astype(float).to_dict()
    extract = town([house(0, 0, 20, 30, building="school", building__levels="2,5")])
    row = consumers_from_osm(extract, CRS, country="FI").iloc[0]
    share, water = school["floor_area_share_heated"], school["hot_water_share"]
    days = assumption("climate", "normals", "heating_degree_days_k_day", "FI").value
    base = assumption("demand_benchmarks", "reference_climate", "degree_days_k_day").value
    climate = water + (1 - water) * days / base
    heat = 600 * 2.5 * share * school["heat_kwh_per_m2_year"] * climate / 1000
    assert row["floor_area_m2"] == pytest.approx(1500 * share, rel=1e-12)
    assert row["annual_heat_mwh"] == pytest.approx(heat, rel=1e-12)
    hours = school["full_load_hours_per_year"]
    assert row["peak_kw"] == pytest.approx(1000 * heat / hours, rel=1e-12)
    assert (row["levels"], row["levels_source"]) == (2.5, "tag")
    assert row["demand_source"] == "benchmark, climate FI"
    assert np.isnan(row["supply_degc"])


def test_golden_storeys() -> None:
    rows = [house(40 * n, 0, 20, 20, building="apartments", building__levels="4") for n in range(5)]
    rows.append(house(40, 40, 20, 20, building="apartments"))
    rows.append(house(5000, 0, 20, 20, building="apartments", height="12.8 m"))
    rows.append(house(6000, 0, 20, 20, building="apartments", building__levels="EG"))
    rows.append(house(7000, 0, 20, 20, building="industrial", height="12.8"))
    found = consumers_from_osm(town(rows), CRS, country="").set_index("id")
    default = wide("demand_benchmarks")["default_levels"]
    picked = found.loc[["way/5", "way/6", "way/7", "way/8"], ["levels", "levels_source"]]
    assert picked["levels_source"].tolist() == ["neighbours", "height", "default", "default"]
    assert picked["levels"].tolist() == [4.0, 4.0, default["flats"], default["industry"]]


def test_golden_pools() -> None:
    baths = house(0, 0, 200, 200, leisure="sports_centre", sport="swimming")
    pools = [
        house(20, 20, 10, 5, leisure="swimming_pool"),
        house(120, 120, 25, 10, leisure="swimming_pool"),
        house(500, 0, 8, 4, leisure="swimming_pool"),
        house(600, 0, 20, 20, leisure="swimming_pool", access="private"),
        house(700, 0, 20, 10, leisure="swimming_pool"),
    ]
    extract = town([house(100, 100, 60, 60, building="yes")], [baths, *pools])
    found = consumers_from_osm(extract, CRS, country="DE").set_index("id")
    assert found.index.tolist() == ["relation/1", "relation/5", "way/0"]
    assert (found["use"] == "pool").all()
    assert found["floor_area_m2"].tolist() == pytest.approx([50.0, 200.0, 250.0])


def test_golden_greenhouses() -> None:
    sites = [
        house(0, 0, 200, 200, landuse="greenhouse_horticulture", name="Glass & Sons"),
        house(1000, 0, 100, 100, landuse="greenhouse_horticulture"),
    ]
    glass = [
        house(10, 10, 50, 40, building="greenhouse"),
        house(80, 10, 50, 40, building="glasshouse"),
        house(500, 0, 10, 10, building="greenhouse"),
        house(600, 0, 20, 20, building="greenhouse"),
    ]
    found = consumers_from_osm(town(glass, sites), CRS, country="DE").set_index("id")
    share = assumption("siting_rules", "greenhouse", "glass_share").value
    assert found.index.tolist() == ["relation/0", "relation/1", "way/3"]
    assert found["floor_area_m2"].tolist() == pytest.approx([4000.0, 10_000 * share, 400.0])
    assert found["name"].tolist() == ["Glass & Sons", "", ""]


def test_golden_site_counts_once_or_says_why_not() -> None:
    sites = [house(0, 0, 99, 99, amenity="school"), house(200, 0, 99, 99, amenity="hospital")]
    found = consumers_from_osm(town([house(9, 9, 20, 20, building="yes")], sites), CRS, country="")
    assert found["id"].tolist() == ["relation/1", "way/0"]
    assert np.isnan(found["annual_heat_mwh"].iloc[0])
    assert found["demand_source"].iloc[0] == "unknown: no floor area"
    assert found["area_source"].iloc[0] == "unknown: site without mapped buildings"


def test_golden_user_values_are_kept() -> None:
    row = fill_demand(given(use="office", annual_heat_mwh=500.0, peak_kw=210.0), country="DE").iloc[
        0
    ]
    assert (row["annual_heat_mwh"], row["peak_kw"]) == (500.0, 210.0)
    assert (row["demand_source"], row["peak_source"]) == ("given", "given")
    assert row["area_source"].startswith("unknown")


def test_golden_heat_from_peak_and_peak_from_heat() -> None:
    hours = assumption("demand_benchmarks", "office", "full_load_hours_per_year").value
    heat = fill_demand(given(use="office", peak_kw=100.0), country="DE").iloc[0]
    assert heat["annual_heat_mwh"] == pytest.approx(hours / 10)
    assert heat["demand_source"] == "peak x full-load hours"
    peak = fill_demand(given(use="office", annual_heat_mwh=hours / 10), country="DE").iloc[0]
    assert peak["peak_kw"] == pytest.approx(100.0)


def test_golden_no_guess_without_information() -> None:
    nothing = fill_demand(given(), country="DE").iloc[0]
    assert np.isnan(nothing["annual_heat_mwh"])
    assert nothing["demand_source"] == "unknown: neither heat nor use is given"
    assert nothing["peak_source"] == "unknown: no yearly heat"
    area = fill_demand(given(floor_area_m2=900.0), country="DE").iloc[0]
    assert area["demand_source"] == "unknown: neither heat nor use is given"
    point = fill_demand(given(use="school"), country="DE").iloc[0]
    assert point["demand_source"] == "unknown: no floor area"
    odd = fill_demand(given(use="volcano", floor_area_m2=1.0), country="DE").iloc[0]
    assert odd["demand_source"] == "unknown: no benchmark for this use"


def test_golden_user_outline_and_area() -> None:
    outline = fill_demand(given(use="home", geometry=box(0, 0, 10, 10), levels=2), country="").iloc[
        0
    ]
    area = fill_demand(given(use="home", floor_area_m2=outline["floor_area_m2"]), country="").iloc[
        0
    ]
    assert outline["annual_heat_mwh"] == pytest.approx(area["annual_heat_mwh"])
    assert (outline["levels_source"], area["area_source"]) == ("given", "given")


def test_property_input_is_not_changed() -> None:
    frame = given(use="home", floor_area_m2=100.0)
    before = frame.copy()
    fill_demand(frame, country="DE")
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_fill_demand_rejects_degrees() -> None:
    with pytest.raises(ValueError, match="metric"):
        fill_demand(given(use="home").to_crs("EPSG:4326"), country="DE")


@pytest.mark.parametrize("seed", [1, 2])
def test_property_order_of_rows_does_not_matter(realdata: Path, seed: int) -> None:
    extract = read_osm(realdata / "neuss.osm.pbf")
    crs = metric_crs(6.69, 51.2)
    mixed = replace(
        extract,
        **{
            name: getattr(extract, name).sample(frac=1.0, random_state=seed).reset_index(drop=True)
            for name in ("buildings", "areas", "points")
        },
    )
    usual = consumers_from_osm(extract, crs, country="DE")
    turned = consumers_from_osm(mixed, crs, country="DE")
    pd.testing.assert_frame_equal(pd.DataFrame(turned), pd.DataFrame(usual), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "country", "largest_guess_share"),
    [("kit-campus-nord", "DE", 0.01), ("neuss", "DE", 0.1), ("isle-of-man-2020", "IM", 0.25)],
)
def test_town_classes(realdata: Path, name: str, country: str, largest_guess_share: float) -> None:
    extract = read_osm(realdata / f"{name}.osm.pbf")
    crs = metric_crs(float(extract.lon.mean()), float(extract.lat.mean()))
    found = consumers_from_osm(extract, crs, country=country)
    assert found["id"].is_unique
    assert not (set(found["use"]) - set(wide("demand_benchmarks").index))
    guess = found["classified_by"].str.startswith("guess")
    heat = found["annual_heat_mwh"]
    assert heat[guess].sum() <= largest_guess_share * heat.sum()
    # Every consumer either has heat and a peak, or says why not.
    blank = heat.isna()
    assert found.loc[blank, "demand_source"].str.startswith("unknown: ").all()
    assert found.loc[~blank, "peak_kw"].gt(0).all()
    # Country means of useful heat per floor area lie near 100 kWh/m2 for homes.
    homes = found[found["use"] == "home"]
    intensity = 1000 * homes["annual_heat_mwh"].sum() / homes["floor_area_m2"].sum()
    assert 60 < intensity < 180
