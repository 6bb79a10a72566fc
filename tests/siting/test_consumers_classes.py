"""Uses, sites and pools: one hand-worked case for each rule that surroundings decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as when
from hypothesis import settings
from hypothesis import strategies as st

from heatreach.data import load_table
from heatreach.network.crs import metric_crs
from heatreach.network.osm import read_osm
from heatreach.siting.consumers.building_use import classify_buildings
from heatreach.siting.demand import consumers_from_osm
from heatreach.siting.demo import demo_extract
from tests.siting.made_town import CRS, dot, house, town


def uses(*layers: Any) -> list[str]:
    """Uses of the buildings of a made town."""
    made = town(*layers)
    return classify_buildings(made.buildings, made.areas, made.points)["use"].tolist()


def consumers(*layers: Any, country: str = "DE") -> Any:
    """Consumers of a made town by id."""
    return consumers_from_osm(town(*layers), CRS, country=country).set_index("id")


def test_golden_order_of_the_rules() -> None:
    """Each building lacks the clue of the one before it, so the next rule decides."""
    site = house(0, 0, 100, 100, amenity="school")
    offices = house(200, 0, 100, 100, landuse="commercial")
    found = town(
        [
            house(10, 10, 20, 20, building="garage", amenity="clinic"),
            house(40, 10, 20, 20, building="retail", amenity="clinic"),
            house(70, 10, 20, 20, building="retail"),
            house(10, 40, 20, 20, building="yes"),
            house(210, 10, 20, 20, building="yes"),
            house(240, 10, 20, 20, building="yes"),
            house(400, 10, 16, 16, building="yes"),
        ],
        [site, offices],
        [dot(20, 50, shop="bakery"), dot(220, 20, shop="bakery")],
    )
    by = classify_buildings(found.buildings, found.areas, found.points)["classified_by"]
    assert by.tolist() == [
        "dropped: outbuilding, not heated",
        "tag: amenity=clinic",
        "building: building=retail",
        "site: amenity=school",
        "point: shop=*",
        "landuse: landuse=commercial",
        "guess: footprint",
    ]


def test_golden_a_roof_covers_nothing() -> None:
    under_roof = [
        house(0, 0, 40, 40, building="roof"),
        house(5, 5, 20, 20, building="retail"),
    ]
    parts = [house(200, 0, 40, 40, building="office"), house(200, 0, 20, 20, building="office")]
    assert uses(under_roof) == ["", "retail"]
    assert uses(parts) == ["office", ""]


def test_golden_structures_with_a_use_are_heated() -> None:
    rows = [
        house(0, 0, 30, 30, building="tower"),
        house(100, 0, 30, 30, building="tower", tourism="hotel"),
        house(200, 0, 30, 30, building="barn", tourism="museum"),
        house(300, 0, 30, 30, building="roof", shop="mall"),
    ]
    assert uses(rows) == ["", "hotel", "public", ""]


def test_golden_outbuildings_of_tagged_dwellings() -> None:
    """Dwelling of 200 m2; beside it 80 m2 is not below the limit, 120 m2 too large, 70 m2 named."""
    rows = [
        house(0, 0, 20, 10, building="house"),
        house(22, 0, 7, 10, building="yes"),
        house(0, 12, 8, 10, building="yes"),
        house(0, -15, 12, 10, building="yes"),
        house(-12, 0, 7, 10, building="yes", name="Annexe"),
        house(100, 0, 7, 10, building="yes"),
        house(200, 0, 12, 10, building="house"),
        house(214, 0, 7, 10, building="yes"),
    ]
    assert uses(rows) == ["home", "", "home", "home", "home", "home", "home", "home"]


def test_golden_a_building_mapped_twice_keeps_what_both_outlines_say() -> None:
    """The mall of 36 m x 40 m lies in a plain outline of 40 m x 40 m; a part tells nothing."""
    found = consumers(
        [
            house(0, 0, 40, 40, building="yes", building__levels="2"),
            house(0, 0, 36, 40, building="retail", name="City Centre", building__levels="9"),
            house(100, 0, 40, 40, building="office"),
            house(100, 0, 40, 38, building="hotel", building__part="yes"),
            house(200, 0, 40, 40, building="school"),
            house(200, 0, 10, 40, building="retail", name="Kiosk"),
        ]
    )
    assert found.index.tolist() == ["way/0", "way/2", "way/4"]
    assert found["use"].tolist() == ["retail", "office", "school"]
    assert found["name"].tolist() == ["City Centre", "", ""]
    assert found["levels"].tolist() == [2.0, 3.0, 2.0]


def test_golden_a_huge_outline_on_residential_land_is_no_home() -> None:
    """50 m x 61 m lies above the limit of 3,000 m2, 50 m x 59 m below."""
    land = house(-50, -50, 500, 200, landuse="residential")
    rows = [house(100 * n, 0, 50, 59 + 2 * n, building="yes") for n in (0, 1)]
    rows.append(house(200, 0, 50, 70, building="apartments"))
    assert uses(rows, [land]) == ["flats", "other", "flats"]


def test_golden_a_shop_does_not_tell_the_use_of_a_tall_house() -> None:
    land = house(-50, -50, 500, 200, landuse="residential")
    rows = [house(100 * n, 0, 15, 15, building="yes", building__levels=str(3 + n)) for n in (0, 1)]
    points = [dot(100 * n + 5, 5, shop="bakery") for n in (0, 1)]
    assert uses(rows, [land], points) == ["retail", "flats"]


def test_golden_a_tenant_does_not_make_a_block() -> None:
    rows = [
        house(0, 0, 20, 20, building="apartments", shop="bakery"),
        house(50, 0, 10, 10, building="house", amenity="cafe"),
        house(100, 0, 20, 20, building="apartments", amenity="kindergarten"),
    ]
    assert uses(rows) == ["flats", "restaurant", "school"]


def test_golden_large_buildings_of_mixed_use() -> None:
    """Of three blocks of 40 m x 40 m with a hotel in them, that with two other tenants is mixed."""
    land = house(-50, -50, 500, 200, landuse="commercial")
    blocks = [house(100 * n, 0, 40, 40, building="yes") for n in range(3)]
    points = [dot(100 * n + 20, 20, tourism="hotel") for n in range(3)]
    points += [dot(110, 10, amenity="restaurant"), dot(120, 10, amenity="bar")]
    points += [dot(210, 10, shop="books"), dot(220, 10, office="lawyer")]
    assert uses(blocks, [land], points) == ["hotel", "hotel", "office"]


@pytest.mark.parametrize(("neighbours", "use"), [(14, "farm"), (15, "other")])
def test_golden_large_outlines_in_the_country(neighbours: int, use: str) -> None:
    """Fewer than 15 outlines besides it within 200 m: the country."""
    around = [house(12 * n - 90, 60, 10, 10, building="house") for n in range(neighbours)]
    assert uses([house(0, 0, 20, 20, building="yes"), *around])[0] == use


@pytest.mark.parametrize(
    ("tags", "use", "by"),
    [
        ({"building": "farmhouse"}, "home", "building: building=farmhouse"),
        ({"building": "apartments_retail"}, "flats", "building: building=apartments_retail"),
        ({"building": "mixed_use"}, "flats", "building: building=mixed_use"),
        ({"building": "castle"}, "public", "building: building=castle"),
        ({"building": "yes", "railway": "station"}, "other", "tag: railway=station"),
        ({"building": "yes", "aeroway": "terminal"}, "public", "tag: aeroway=terminal"),
        ({"building": "yes", "amenity": "crematorium"}, "other", "tag: amenity=crematorium"),
        ({"building": "yes", "amenity": "bus_station"}, "other", "tag: amenity=bus_station"),
        # A use that no row knows, and a value that no row knows.
        ({"building": "yes", "amenity": "observatory"}, "other", "guess: amenity=*"),
        ({"building": "observatory"}, "other", "guess: footprint"),
        ({"building": "yes"}, "farm", "guess: footprint, few buildings near"),
    ],
)
def test_golden_only_plain_outlines_are_guessed_farm_buildings(
    tags: dict[str, str], use: str, by: str
) -> None:
    """400 m2 alone in the country; 300 m2 and more are no homes."""
    found = consumers([house(0, 0, 20, 20, **tags)])
    assert found[["use", "classified_by"]].to_numpy().tolist() == [[use, by]]


def test_golden_a_small_building_of_unknown_use_is_no_home() -> None:
    rows = [house(0, 0, 10, 10, building="yes", amenity="observatory")]
    rows.append(house(100, 0, 10, 10, building="yes"))
    assert uses(rows) == ["other", "home"]


@pytest.mark.parametrize(
    ("use", "building", "expected"),
    [
        ("residential", "yes", "home"),
        ("residential;retail", "yes", "flats"),
        ("residential", "church", "home"),
        ("residential", "barn", "home"),
        ("residential", "apartments", "flats"),
        ("residential", "house", "home"),
        ("apartments", "yes", "flats"),
        ("retail", "yes", "retail"),
        ("office", "warehouse", "office"),
        ("vacant", "office", "office"),
    ],
)
def test_golden_building_use_is_a_tag_of_use(use: str, building: str, expected: str) -> None:
    """A barn or church lived in is a home; what the value says of homes is more exact."""
    rows = [house(0, 0, 10, 10, building=building, building__use=use)]
    assert uses(rows) == [expected]


def test_golden_a_small_house_with_a_use_is_no_outbuilding() -> None:
    """The second and third are 60 m2 beside a house of 150 m2; only the third says nothing."""
    rows = [house(0, 0, 15, 10, building="house")]
    rows.append(house(20, 0, 10, 6, building="yes", building__use="residential"))
    rows.append(house(-15, 0, 10, 6, building="yes"))
    assert uses(rows) == ["home", "home", ""]


def test_golden_hall_of_a_railway_station() -> None:
    """By hand: 1,000 m2 x 2 storeys x 0.8 heated, 90 kWh/m2 of which 12 % hot water."""
    tags = {"building": "train_station", "building__levels": "2"}
    hall = consumers([house(0, 0, 50, 20, **tags)]).iloc[0]
    heat = 1000 * 2 * 0.8 * 0.09 * (0.12 + 0.88 * 2858 / 2900)
    assert hall["annual_heat_mwh"] == pytest.approx(heat)
    assert hall["confidence"] == "low"
    # Ends: 90 (30-200) kWh/m2, heated share 0.8 (0.2-1), storeys of the tag -10/+15 %.
    low = np.sqrt(np.log(30 / 90) ** 2 + np.log(0.2 / 0.8) ** 2 + np.log(0.9) ** 2)
    high = np.sqrt(np.log(200 / 90) ** 2 + np.log(1 / 0.8) ** 2 + np.log(1.15) ** 2)
    assert hall["heat_low_mwh"] == pytest.approx(heat * np.exp(-low))
    assert hall["heat_high_mwh"] == pytest.approx(heat * np.exp(high))


def test_golden_buildings_of_one_site_share_its_id() -> None:
    """The outer of nested sites, the lower id of equal ones, a site on the map twice once."""
    found = consumers(
        [
            house(10, 10, 20, 20, building="yes"),
            house(60, 60, 20, 20, building="yes"),
            house(300, 0, 20, 20, building="yes"),
            house(500, 0, 20, 20, building="yes"),
        ],
        [
            house(0, 0, 50, 50, amenity="school"),
            house(0, 0, 100, 100, amenity="university"),
            house(290, -10, 50, 50, amenity="hospital"),
            house(290, -10, 50, 50, amenity="hospital"),
            house(700, 0, 50, 50, amenity="school"),
            house(700, 0, 50, 50, amenity="school"),
        ],
    )
    assert found.index.tolist() == ["relation/4", "way/0", "way/1", "way/2", "way/3"]
    assert found["use"].tolist() == ["school", "school", "university", "hospital", "farm"]
    assert found["site_id"].tolist() == ["relation/4", "relation/1", "relation/1", "relation/2", ""]


def test_golden_glass_mapped_twice_counts_once() -> None:
    site = house(0, 0, 100, 100, landuse="greenhouse_horticulture")
    glass = [house(10, 10, 40, 40, building="greenhouse")]
    bare, with_glass = consumers([], [site, site]), consumers(glass, [site, site])
    assert bare["floor_area_m2"].tolist() == pytest.approx([6000.0])
    assert with_glass["floor_area_m2"].tolist() == pytest.approx([1600.0])


def test_golden_pools_in_the_open_and_in_other_houses() -> None:
    """A lido with a changing hall, a hotel with a pool, a roofed pool, a pool mapped twice."""
    found = consumers(
        [
            house(10, 10, 20, 10, building="yes"),
            house(300, 0, 40, 40, building="hotel"),
        ],
        [
            house(0, 0, 200, 200, leisure="sports_centre", sport="sauna;swimming"),
            house(100, 100, 50, 20, leisure="swimming_pool"),
            house(305, 5, 20, 10, leisure="swimming_pool"),
            house(500, 0, 25, 10, leisure="swimming_pool", location="indoor"),
            house(500, 0, 25, 10, leisure="swimming_pool"),
        ],
    )
    assert found["use"].to_dict() == {
        "relation/1": "pool",
        "relation/2": "pool",
        "relation/3": "pool",
        "way/0": "leisure",
        "way/1": "hotel",
    }
    # 1,000 m2 of open water at 400 kWh/m2; 250 m2 under a roof at 3,000 kWh/m2, 30 % hot water.
    assert found.loc["relation/1", "annual_heat_mwh"] == pytest.approx(400.0)
    indoor = 750.0 * (0.3 + 0.7 * 2858 / 2900)
    assert found.loc["relation/3", "annual_heat_mwh"] == pytest.approx(indoor)


def test_golden_swimming_hall_by_a_point_inside() -> None:
    hall = house(0, 0, 30, 30, building="yes")
    found = consumers([hall], [], [dot(5, 5, leisure="sports_centre", sport="swimming;sauna")])
    # 900 m2 x 1.2 storeys x 0.9 heated, at 904 kWh/m2 of floor and 3,000 kWh/m2 of water.
    assert found["floor_area_m2"].tolist() == pytest.approx([900 * 1.2 * 0.9 * 904 / 3000])
    assert found["classified_by"].tolist() == ["point: leisure=sports_centre"]


def test_golden_very_large_and_very_small_outlines_are_no_towers() -> None:
    rows = [house(0, 0, 80, 80, building="office"), house(200, 0, 20, 20, building="office")]
    rows.append(house(400, 0, 80, 80, building="office", building__levels="7"))
    rows += [house(600, 0, 10, 10, building="office"), house(700, 0, 10, 10, building="house")]
    assert consumers(rows)["levels"].tolist() == [2.5, 3.0, 7.0, 1.5, 2.1]


def test_docs_every_use_has_a_sector() -> None:
    sectors = load_table("use_sectors")
    known = set(load_table("demand_benchmarks")["name"]) - {"reference_climate"}
    assert sectors["use"].is_unique
    assert set(sectors["use"]) == known
    assert set(sectors["sector"]) == {"residential", "non-residential"}
    assert set(sectors["can_be_required"]) == {"yes", "no"}


KINDS = ("house", "apartments", "office", "retail", "school", "industrial")
BUILDINGS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(8, 40), st.integers(1, 9)),
    min_size=2,
    max_size=9,
)


@settings(max_examples=10)
@when(made=BUILDINGS, data=st.data())
def test_property_a_building_less_leaves_the_others_as_they_are(
    made: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """Buildings whose own tags tell use and storeys do not depend on one another."""
    rows = [
        house(60 * n, 0, side, side, building=kind, building__levels=str(levels))
        for n, (kind, side, levels) in enumerate(made)
    ]
    gone = data.draw(st.integers(0, len(rows) - 1))
    whole = consumers_from_osm(town(rows), CRS, country="DE")
    # The same ids: a garage stands in the place of the building that goes.
    less = [*rows]
    less[gone] = house(60 * gone, 0, 20, 20, building="garage")
    rest = consumers_from_osm(town(less), CRS, country="DE")
    kept = whole[whole["id"] != f"way/{gone}"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(rest), pd.DataFrame(kept))


@settings(max_examples=6)
@when(seed=st.integers(0, 10_000))
def test_property_order_of_buildings_changes_nothing(seed: int) -> None:
    """Overlapping, nested and plain outlines with sites, pools and points, shuffled."""
    rng = np.random.default_rng(seed)
    rows = [
        house(
            float(rng.integers(0, 300)),
            float(rng.integers(0, 300)),
            float(rng.integers(5, 45)),
            float(rng.integers(5, 45)),
            building=str(rng.choice(["yes", "yes", "house", "retail", "apartments", "greenhouse"])),
        )
        for _ in range(30)
    ]
    areas = [
        house(0, 0, 150, 150, amenity="school"),
        house(50, 50, 120, 120, leisure="sports_centre", sport="swimming"),
        house(100, 100, 30, 10, leisure="swimming_pool"),
        house(200, 200, 90, 90, landuse="greenhouse_horticulture"),
    ]
    points = [dot(float(x), float(x), shop="bakery") for x in rng.integers(0, 300, 5)]
    extract = town(rows, areas, points)
    usual = consumers_from_osm(extract, CRS, country="FI")
    mixed = extract.buildings.sample(frac=1.0, random_state=seed).reset_index(drop=True)
    extract.buildings.loc[:, mixed.columns] = mixed
    turned = consumers_from_osm(extract, CRS, country="FI")
    pd.testing.assert_frame_equal(pd.DataFrame(turned), pd.DataFrame(usual), rtol=1e-12)


@pytest.mark.parametrize("cuts", [2, 3])
def test_town_does_not_depend_on_how_the_map_is_cut(cuts: int) -> None:
    """Kotka whole, and in 4 and 9 boxes with a halo of some 700 m, point in the core counts."""
    west, south, east, north = 26.930, 60.520, 26.970, 60.540
    halo_lon, halo_lat = 0.013, 0.0065
    crs = metric_crs((west + east) / 2, (south + north) / 2)
    whole = consumers_from_osm(read_osm(demo_extract()), crs, country="FI")
    lon, lat = np.linspace(west, east, cuts + 1), np.linspace(south, north, cuts + 1)
    # The outer boxes are open to the outside, where clipped ways may reach.
    lon[[0, -1]], lat[[0, -1]] = (west - 1, east + 1), (south - 1, north + 1)
    parts = []
    for column in range(cuts):
        for row in range(cuts):
            box = (
                lon[column] - halo_lon,
                lat[row] - halo_lat,
                lon[column + 1] + halo_lon,
                lat[row + 1] + halo_lat,
            )
            found = consumers_from_osm(read_osm(demo_extract(), bbox=box), crs, country="FI")
            place = found.geometry.representative_point().to_crs("EPSG:4326")
            core = place.x.between(lon[column], lon[column + 1], inclusive="left")
            parts.append(found[core & place.y.between(lat[row], lat[row + 1], inclusive="left")])
    joined = pd.concat(parts).sort_values("id", kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(joined), pd.DataFrame(whole), rtol=1e-12)
