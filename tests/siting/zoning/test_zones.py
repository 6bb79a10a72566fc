"""The door to zones: order of rows, ids, record, and a real town."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString

from heatreach.siting import InputError, read_inputs
from heatreach.siting.demo import demo_extract
from heatreach.siting.zones import TABLES, Zones, zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from heatreach.siting import Inputs

RULES = ["class_4", "de_street_1_5", "scotland_baseline"]


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its geometry as text."""
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame:
        return pd.DataFrame(frame)
    shapes = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=6)
    return pd.DataFrame(frame.drop(columns="geometry")).assign(geometry=shapes)


def test_property_order_of_rows_changes_nothing(
    twelve_made: Callable[..., Inputs],
    buildings: gpd.GeoDataFrame,
    data_hall: gpd.GeoDataFrame,
    lanes: gpd.GeoDataFrame,
) -> None:
    rails = [LineString([(500_075.0, 6_199_950.0), (500_075.0, 6_200_050.0)])] * 2
    rails += [LineString([(500_220.0, 6_199_950.0), (500_220.0, 6_200_050.0)])]
    walls = gpd.GeoDataFrame({"kind": ["rail"] * 3}, geometry=rails, crs=buildings.crs)
    order = np.random.default_rng(1).permutation(len(buildings))
    one = zone(twelve_made(barriers=walls, sites=data_hall), rules=RULES)
    mixed = buildings.iloc[order].reset_index(drop=True)
    backwards = {"barriers": walls.iloc[::-1], "streets": lanes.iloc[::-1].reset_index(drop=True)}
    two = zone(twelve_made(mixed, sites=data_hall, **backwards), rules=RULES)
    for name in (*TABLES, "totals"):
        pd.testing.assert_frame_equal(plain(getattr(one, name)), plain(getattr(two, name)))
    assert one.run["run_id"] == two.run["run_id"]
    assert one.zones["rail_crossings"].tolist() == [1, 2, 1]


def test_run_id_follows_what_decides(
    twelve_made: Callable[..., Inputs], buildings: gpd.GeoDataFrame
) -> None:
    ids = [
        zone(twelve_made(), rules=["class_4"]).run["run_id"],
        zone(twelve_made(), rules=["class_8"]).run["run_id"],
        zone(
            twelve_made(buildings.assign(annual_heat_mwh=buildings["annual_heat_mwh"] + 1.0)),
            rules=["class_4"],
        ).run["run_id"],
    ]
    assert len(set(ids)) == 3


def test_zone_rejects_an_area_without_heat(
    twelve_made: Callable[..., Inputs], buildings: gpd.GeoDataFrame
) -> None:
    with pytest.raises(InputError, match="none of 12 consumers of the area has a known heat"):
        zone(twelve_made(buildings.assign(annual_heat_mwh=np.nan)), rules=["class_4"])


def test_zone_rejects_an_unknown_rule(twelve_made: Callable[..., Inputs]) -> None:
    with pytest.raises(InputError, match="did you mean 'class_4'"):
        zone(twelve_made(), rules=["class4"])


def test_a_rule_that_finds_nothing_leaves_empty_tables(twelve_made: Callable[..., Inputs]) -> None:
    found = zone(twelve_made(), rules=["class_16"])
    assert found.zones.empty
    assert found.members.empty
    assert found.sources.empty
    assert found.summary.endswith("indicative zones: none by class_16.")
    assert len(found.anchors) == 4
    assert found.anchors["rule"].tolist() == [""] * 4


@pytest.fixture(scope="module")
def town() -> Zones:
    inputs = read_inputs(sites=None, consumers="osm", area=str(demo_extract()), zones=True)
    return zone(inputs, rules=["class_4", "fr_fonds_chaleur", "de_street_1_5", "scotland_baseline"])


def test_town_every_zone_meets_its_rule(town: Zones) -> None:
    for rule in town.rules:
        mine = town.zones[town.zones["rule"] == rule.name]
        density = mine[f"{rule.method}_heat_density_mwh_m"].dropna()
        assert (density >= rule.threshold_mwh_m * (1.0 - 1e-9)).all(), rule.name
        assert (mine["anchors"] >= rule.anchors_min).all()
        assert (mine["consumers"] >= rule.buildings_min).all()
        assert (mine["heat_mwh"] >= rule.heat_min_mwh).all()


def test_town_zones_of_one_rule_share_no_heat_and_add_up(town: Zones) -> None:
    members = town.members
    assert not members.duplicated(["rule", "consumer_id"]).any()
    sums = members.groupby("zone_id")["heat_mwh"].sum()
    zones = town.zones.set_index("zone_id")
    np.testing.assert_allclose(sums.loc[zones.index], zones["heat_mwh"], rtol=1e-12)
    np.testing.assert_allclose(
        zones["trench_heat_density_mwh_m"], zones["heat_mwh"] / zones["trench_m"], rtol=1e-12
    )
    pipes = members.groupby("zone_id")["service_m"].sum()
    np.testing.assert_allclose(pipes.loc[zones.index], zones["service_m"], rtol=1e-9)
    assert (zones["service_m"] <= zones["trench_m"] * (1 + 1e-12)).all()
    assert (zones["heat_low_mwh"] <= zones["heat_mwh"]).all()


def test_town_denser_class_lies_within_the_wider(town: Zones) -> None:
    """Whoever is worth a trench at 4 MWh/m is so at 1.5."""
    of = {name: set(rows["consumer_id"]) for name, rows in town.members.groupby("rule")}
    assert len(of["class_4"]) > 10
    assert of["class_4"] < of["fr_fonds_chaleur"]


def test_town_cells_hold_all_heat(town: Zones) -> None:
    total = town.totals.set_index("use").loc["all", "heat_mwh"]
    assert town.cells["heat_mwh"].sum() == pytest.approx(total, rel=1e-9)
    assert town.blocks["heat_mwh"].sum() == pytest.approx(total, rel=1e-9)
    rest = town.blocks.iloc[-1]
    assert rest["block_id"] == "no block"
    assert 0.0 < rest["heat_mwh"] < total
    assert town.blocks["consumers"].sum() == town.cells["consumers"].sum()


def test_town_outlines_are_valid_and_hold_their_buildings(town: Zones) -> None:
    outlines = town.zones.geometry.to_numpy()
    assert shapely.is_valid(outlines).all()
    assert set(shapely.get_type_id(outlines)) == {shapely.GeometryType.MULTIPOLYGON}
    by_id = town.inputs.everywhere.set_index("id").geometry
    for row in town.zones.itertuples():
        mine = town.members.loc[town.members["zone_id"] == row.zone_id, "consumer_id"]
        assert shapely.covers(row.geometry.buffer(0.2), by_id.loc[mine].to_numpy()).all()


def test_town_record_says_what_was_left_out(town: Zones) -> None:
    run = town.run
    assert run["run_id"] == town.zones["run_id"].iloc[0]
    rest = town.blocks.iloc[-1]
    out, total = rest["heat_mwh"] / 1e3, town.blocks["heat_mwh"].sum() / 1e3
    words = (
        f"{out:,.1f} GWh of {total:,.1f} GWh ({out / total:.0%}) lie in no block closed by streets"
    )
    assert run["left_out"][f"consumers in no block; {words}"] == rest["consumers"]
    assert run["zones_left_out"]
    assert town.summary.endswith(".")
    assert town.assumptions["key"].str.startswith("certainty_rules/").any()
