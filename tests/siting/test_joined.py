"""Demand tables joined to consumers: by number, by place, flats under their parent."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from heatreach.data import assumption
from heatreach.siting import read_inputs
from heatreach.siting.consumers.confidence import demand_range
from heatreach.siting.consumers.joined import DemandTable, Joined, join_demand
from heatreach.siting.consumers.reconcile import reconcile
from heatreach.siting.demand import fill_demand
from heatreach.siting.demo import demo_extract, demo_sites
from heatreach.siting.errors import InputError
from heatreach.siting.reading.validate import read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CRS = "EPSG:32635"
EAST, NORTH = 497_000.0, 6_708_000.0
FILL = partial(fill_demand, country="FI")


def outline(east: float, north: float, width: float = 20.0, depth: float = 10.0) -> Polygon:
    """A building outline, metres from the corner of the made-up town."""
    return box(EAST + east, NORTH + north, EAST + east + width, NORTH + north + depth)


def spot(east: float, north: float) -> Point:
    """A point, metres from the corner of the made-up town."""
    return Point(EAST + east, NORTH + north)


def town(**columns: Any) -> gpd.GeoDataFrame:
    """Three buildings of 200 m² in a row, 30 m apart."""
    return made(**columns) if columns else plain().copy()


@cache
def plain() -> gpd.GeoDataFrame:
    """The three buildings with nothing given."""
    return made()


def made(**columns: Any) -> gpd.GeoDataFrame:
    """The three buildings with demand."""
    cells = {"id": ["way/1", "way/2", "way/3"], "use": ["home", "flats", "office"]} | columns
    shapes = [outline(0, 0), outline(50, 0), outline(100, 0)]
    return FILL(gpd.GeoDataFrame(cells, geometry=shapes, crs=CRS))


def rows(places: list[Any] | None = None, **columns: Any) -> gpd.GeoDataFrame:
    """Rows of a demand table as `read_table` gives them."""
    frame = pd.DataFrame(columns)
    return gpd.GeoDataFrame(frame, geometry=places or [None] * len(frame), crs=CRS)


def joined(
    consumers: gpd.GeoDataFrame,
    *frames: gpd.GeoDataFrame,
    fill: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame] = FILL,
) -> Joined:
    """Consumers with tables named a.csv, b.csv, …"""
    tables = [
        DemandTable(file=f"{name}.csv", frame=frame)
        for name, frame in zip("abc", frames, strict=False)
    ]
    return join_demand(consumers, tables, fill=fill)


def by_id(result: Joined) -> Any:
    """Consumers by their id; cells of any type."""
    return pd.DataFrame(result.consumers.set_index("id"))


def test_rows_join_by_id_then_register_number_then_parent_number() -> None:
    consumers = town(uprn=["", "900", "901"])
    table = rows(
        id=["way/1", "", ""],
        uprn=["", "900", "77"],
        parent_uprn=["", "", "901"],
        kind="metered",
        annual_heat_mwh=[11.0, 22.0, 33.0],
    )
    found = by_id(joined(consumers, table))
    assert found["annual_heat_mwh"].tolist() == [11.0, 22.0, 33.0]
    assert (found["demand_source"] == "metered: a.csv").all()
    assert found.loc["way/3", ["uprn", "members"]].tolist() == ["901", "77"]
    # The identifier goes before a register number that names another building.
    both = rows(id=["way/1"], uprn=["900"], kind="epc", annual_heat_mwh=[5.0])
    assert by_id(joined(consumers, both)).loc["way/1", "annual_heat_mwh"] == 5.0


def test_flats_of_one_parent_are_summed_into_their_building() -> None:
    # 4 + 5 + 6.5 MWh; two flats lie in the outline of way/2, one has no place at all.
    table = rows(
        [spot(55, 5), spot(60, 5), None],
        uprn=["11", "12", "13"],
        parent_uprn="10",
        kind="epc",
        use=["flats", "flats", ""],
        annual_heat_mwh=[4.0, 5.0, 6.5],
        floor_area_m2=[50.0, 60.0, 70.0],
        built_year=[1970.0, 1970.0, 1972.0],
    )
    # One storey of 200 m² with 0.8 of it heated holds no more than these flats.
    building = by_id(joined(town(levels=[2.0, 1.0, 2.0]), table)).loc["way/2"]
    assert building["annual_heat_mwh"] == 15.5
    assert building["floor_area_m2"] == 180.0
    assert building["dwellings"] == 3.0
    assert building["built_year"] == 1970.0
    assert (building["uprn"], building["members"]) == ("10", "11 12 13")
    assert building["demand_source"] == building["area_source"] == "epc: a.csv"
    assert building["peak_kw"] == pytest.approx(15_500.0 / 2_860.0)
    assert building["peak_source"] == "full-load hours"


def test_siblings_go_where_most_of_them_lie() -> None:
    # Two flats lie in way/2; the third was set in front of way/3 by the address search.
    table = rows(
        [spot(55, 5), spot(60, 5), spot(105, -3)],
        uprn=["11", "12", "13"],
        parent_uprn="10",
        annual_heat_mwh=[1.0, 1.0, 50.0],
    )
    found = by_id(joined(town(), table))
    assert found.loc["way/2", "annual_heat_mwh"] == 52.0
    assert found.loc["way/3", "demand_source"].startswith("benchmark")


def test_places_join_inside_an_outline_else_to_the_nearest_within_reach() -> None:
    table = rows(
        [spot(10, 5), spot(85, 5), spot(110, 60)],
        uprn=["1", "2", "3"],
        kind="metered",
        annual_heat_mwh=[1.0, 2.0, 3.0],
    )
    # 85 m east is 15 m from way/2 (ends at 70) and 15 m from way/3 (begins at 100): the smaller id.
    result = joined(town(), table)
    found = by_id(result)
    assert found.loc["way/1", "annual_heat_mwh"] == 1.0
    assert found.loc["way/2", "annual_heat_mwh"] == 2.0
    # 50 m from any building is too far: a consumer of its own.
    assert found.loc["uprn/3", "annual_heat_mwh"] == 3.0
    assert result.left_out == {"demand rows that belong to no consumer": 0}
    assert any("1 rows belong to no consumer: each place" in d.what for d in result.doubts)
    assert any("1 rows lie in no outline" in d.what and ": 2" in d.what for d in result.doubts)


def test_an_outline_joins_the_building_it_overlaps_most() -> None:
    shifted = outline(60, 0, 55)  # 10 m of way/2, 15 m of way/3
    beside = outline(20, 0, 29.9)  # shares a wall line with way/1, ends short of way/2
    table = rows([shifted, beside], uprn=["1", "2"], annual_heat_mwh=[40.0, 50.0])
    result = joined(town(), table)
    found = by_id(result)
    assert found.loc["way/3", "annual_heat_mwh"] == 40.0
    assert found.loc["way/1", "demand_source"].startswith("benchmark")
    assert found.loc["uprn/2", "annual_heat_mwh"] == 50.0


def test_heat_of_an_outline_around_several_consumers_is_spread_over_them() -> None:
    """
    A block of 300 MWh around way/1 and way/2, estimated at 30 and 60 MWh.

    They take 300 · 30/90 = 100 and 300 · 60/90 = 200 MWh; what else the row says is nobody's.
    """
    consumers = town()
    consumers["annual_heat_mwh"] = [30.0, 60.0, 90.0]
    block = outline(-5, -5, 90, 30)
    table = rows([block], id=["parcel 7"], annual_heat_mwh=[300.0], use="retail", dwellings=[50.0])
    result = joined(consumers, table)
    found = by_id(result)
    told = found["demand_source"] == "heat_map: a.csv, share of an outline around 2 consumers"
    assert told.tolist() == [True, True, False]
    assert found["annual_heat_mwh"].tolist() == pytest.approx([100.0, 200.0, 90.0])
    assert found["use"].tolist() == ["home", "flats", "office"]
    assert found["dwellings"].isna().all()
    (doubt,) = result.doubts
    assert "1 rows have outlines around several consumers" in doubt.what
    assert "parcel 7" in doubt.what


def test_an_outline_around_consumers_without_estimate_is_spread_by_floor_area() -> None:
    """Floor areas of 100 and 300 m² take a quarter and three quarters; without any, a half."""
    consumers = town()
    consumers[["annual_heat_mwh", "peak_kw"]] = np.nan
    consumers["demand_source"] = ""
    consumers["floor_area_m2"] = [100.0, 300.0, np.nan]
    block = rows([outline(-5, -5, 90, 30)], annual_heat_mwh=[80.0])
    found = by_id(joined(consumers, block, fill=gpd.GeoDataFrame.copy))
    assert found.loc[["way/1", "way/2"], "annual_heat_mwh"].tolist() == [20.0, 60.0]
    bare = consumers.assign(floor_area_m2=np.nan)
    found = by_id(joined(bare, block, fill=gpd.GeoDataFrame.copy))
    assert found.loc[["way/1", "way/2"], "annual_heat_mwh"].tolist() == [40.0, 40.0]


def test_an_outline_that_names_its_consumer_is_not_spread() -> None:
    block = rows([outline(-5, -5, 90, 30)], id=["way/2"], kind="metered", annual_heat_mwh=[300.0])
    found = by_id(joined(town(), block))
    assert found.loc["way/2", "annual_heat_mwh"] == 300.0
    assert found.loc["way/1", "demand_source"].startswith("benchmark")


@settings(max_examples=3, deadline=None)
@given(st.lists(st.floats(0.1, 1e4), min_size=2, max_size=4), st.randoms())
def test_property_spreading_keeps_the_sum(heat: list[float], chance: Any) -> None:
    """Blocks around two or three buildings, in any order."""
    order = chance.sample(range(len(heat)), len(heat))
    shapes = [outline(-5, -5, 90 if row % 2 else 140, 30) for row in range(len(heat))]
    table = rows(shapes, kind="metered", annual_heat_mwh=heat)
    found = joined(plain(), table.iloc[order], fill=gpd.GeoDataFrame.copy).consumers
    told = found["demand_source"].str.startswith("metered")
    assert found.loc[told, "annual_heat_mwh"].sum() == pytest.approx(sum(heat), rel=1e-9)
    pd.testing.assert_frame_equal(
        pd.DataFrame(found),
        pd.DataFrame(joined(plain(), table, fill=gpd.GeoDataFrame.copy).consumers),
    )


def tower(**columns: Any) -> gpd.GeoDataFrame:
    """
    One block of flats of 40 m x 20 m on ten storeys in Great Britain, with 80 homes.

    6,400 m² (0.8 of 8,000) at 100 kWh/m²; the estimate is compared with, not asserted.
    """
    cells: dict[str, Any] = {
        "id": ["way/1"],
        "use": "flats",
        "levels": 10.0,
        "dwellings": 80.0,
        "uprn": "P1",
    }
    frame = gpd.GeoDataFrame(cells | columns, geometry=[outline(0, 0, 40, 20)], crs=CRS)
    return fill_demand(frame, country="GB")


BRITISH = partial(fill_demand, country="GB")


def certificates(count: int, **columns: Any) -> gpd.GeoDataFrame:
    """Certificates of flats of 55 m² and 6 MWh in the tower."""
    cells: dict[str, Any] = {
        "uprn": [f"u{number}" for number in range(count)],
        "parent_uprn": "P1",
        "kind": "epc",
        "use": "flats",
        "annual_heat_mwh": 6.0,
        "floor_area_m2": 55.0,
    }
    return rows(**(cells | columns))


def test_certificates_of_half_the_flats_leave_the_other_half_to_the_benchmark() -> None:
    """40 x 6 MWh and half of the estimate of the tower, which stays a tower of 80 homes."""
    whole = tower().loc[0]
    result = joined(tower(), certificates(40), fill=BRITISH)
    found = by_id(result).loc["way/1"]
    assert found["annual_heat_mwh"] == pytest.approx(240.0 + whole["annual_heat_mwh"] / 2.0)
    assert found["demand_source"] == (
        "benchmark, climate GB, for 40 of 80 dwellings; epc: a.csv for the others"
    )
    assert found[["dwellings", "floor_area_m2"]].tolist() == [80.0, whole["floor_area_m2"]]
    assert found["stated_heat_mwh"] == 240.0
    assert found["confidence"] == whole["confidence"]
    spread = [whole["heat_high_mwh"] / whole["annual_heat_mwh"]] * 2
    spread[0] = found["heat_high_mwh"] / found["annual_heat_mwh"]
    assert spread[0] == pytest.approx(spread[1])
    ratio = found["peak_kw"] / found["annual_heat_mwh"]
    assert ratio == pytest.approx(whole["peak_kw"] / whole["annual_heat_mwh"])
    (doubt,) = result.doubts
    assert "1 consumers are told of in part only" in doubt.what
    assert "way/1 (40 of 80 dwellings)" in doubt.what


@pytest.mark.parametrize(("count", "partly"), [(63, True), (64, False), (80, False)])
def test_four_fifths_of_the_flats_stand_for_the_building(count: int, partly: bool) -> None:
    found = by_id(joined(tower(), certificates(count), fill=BRITISH)).loc["way/1"]
    assert (found["annual_heat_mwh"] > 6.0 * count) == partly
    assert found["demand_source"].startswith("benchmark" if partly else "epc: ")


def test_a_shop_under_flats_does_not_replace_them() -> None:
    """A metered shop of 150 MWh on 300 m² leaves 6,100 of 6,400 m² open, by number or by place."""
    for keys, places in (({"parent_uprn": "P1"}, None), ({}, [spot(20, 10)])):
        shop = {"uprn": ["s1"], "kind": "metered", "use": "retail", "annual_heat_mwh": [150.0]}
        table = rows(places, floor_area_m2=[300.0], name="Corner shop", **shop, **keys)
        whole = tower(dwellings=np.nan).loc[0]
        found = by_id(joined(tower(dwellings=np.nan), table, fill=BRITISH)).loc["way/1"]
        rest = whole["annual_heat_mwh"] * 6100.0 / 6400.0
        assert found["annual_heat_mwh"] == pytest.approx(150.0 + rest)
        assert found["use"] == "flats"
        assert found["floor_area_m2"] == whole["floor_area_m2"]
        assert "for 6,100 of 6,400 m2; metered: a.csv" in found["demand_source"]


def test_a_row_that_names_the_building_speaks_for_all_of_it() -> None:
    for table in (
        rows(uprn=["P1"], kind="metered", annual_heat_mwh=[500.0], floor_area_m2=[900.0]),
        rows([spot(20, 10)], uprn=["x"], kind="metered", annual_heat_mwh=[500.0]),
        rows([spot(20, 10)], kind="epc", annual_heat_mwh=[500.0], floor_area_m2=[6300.0]),
    ):
        found = by_id(joined(tower(), table, fill=BRITISH)).loc["way/1"]
        assert found["annual_heat_mwh"] == 500.0


def test_only_the_estimated_rest_is_scaled_to_a_control_total() -> None:
    """240 MWh of certificates stay; the rest is scaled so that both are 1,000 MWh."""
    found = joined(tower(), certificates(40), fill=BRITISH).consumers
    control = gpd.GeoDataFrame(
        {"id": ["all"], "annual_heat_mwh": [1000.0]}, geometry=[outline(-9, -9, 99, 99)], crs=CRS
    )
    result = reconcile(found, control, file="totals.csv")
    total = result.table.loc[0]
    rest = found["annual_heat_mwh"].sum() - 240.0
    assert total["given_mwh"] == pytest.approx(240.0)
    assert total["factor"] == pytest.approx(760.0 / rest)
    assert total["result_mwh"] == pytest.approx(1000.0)


def test_rows_that_may_be_one_property_twice_are_doubted() -> None:
    twice = rows([spot(10, 5)] * 2, kind="epc", annual_heat_mwh=[14.0, 15.0])
    result = joined(town(), twice, fill=gpd.GeoDataFrame.copy)
    assert by_id(result).loc["way/1", "annual_heat_mwh"] == 29.0
    assert any("2 rows of one kind are at the same place" in d.what for d in result.doubts)
    for other in ({"uprn": ["1", "2"]}, {"name": ["flat 1", "flat 2"]}):
        apart = joined(town(), twice.assign(**other), fill=gpd.GeoDataFrame.copy)
        assert not any("same place" in d.what for d in apart.doubts)


def test_of_dated_rows_of_a_property_the_newest_counts() -> None:
    """Three certificates of flat 11, two of them older; the meter of the same flat stays apart."""
    table = rows(
        uprn=["11", "11", "11", "12"],
        parent_uprn="10",
        kind="epc",
        annual_heat_mwh=[9.0, 5.0, 7.0, 6.0],
        date=["2009-01-31", "2024-02-29", "2015-03-01", ""],
    )
    consumers = town(uprn=["", "10", ""])
    for order in ([0, 1, 2, 3], [3, 1, 0, 2], [2, 0, 3, 1]):
        result = joined(consumers, table.iloc[order], fill=gpd.GeoDataFrame.copy)
        assert by_id(result).loc["way/2", "annual_heat_mwh"] == 11.0
        assert result.left_out["demand rows older than another"] == 2
        assert any("2 rows are older" in d.what and ": 11" in d.what for d in result.doubts)


def test_of_overlapping_outlines_the_smallest_holds_the_point() -> None:
    consumers = FILL(
        gpd.GeoDataFrame(
            {"id": ["big", "kiosk"], "use": "retail"},
            geometry=[outline(0, 0, 100, 100), outline(40, 40, 10, 10)],
            crs=CRS,
        )
    )
    found = by_id(joined(consumers, rows([spot(45, 45)], annual_heat_mwh=[7.0])))
    assert found.loc["kiosk", "annual_heat_mwh"] == 7.0


def test_meters_go_before_certificates_before_heat_maps_per_property() -> None:
    consumers = town(uprn=["", "10", ""])
    epc = rows(uprn=["11", "12"], parent_uprn="10", kind="epc", annual_heat_mwh=[5.0, 6.0])
    metered = rows(uprn=["12"], parent_uprn="10", kind="metered", annual_heat_mwh=[8.0])
    result = joined(consumers, epc, metered)
    building = by_id(result).loc["way/2"]
    # Flat 11 by its certificate, flat 12 by its meter.
    assert building["annual_heat_mwh"] == 13.0
    assert building["demand_source"] == "epc: a.csv; metered: b.csv"
    assert any("1 rows are set aside" in d.what and "12" in d.what for d in result.doubts)
    # A meter of the whole building (no register number) stands before the certificates of flats.
    whole = rows(id=["way/2"], kind="metered", annual_heat_mwh=[30.0])
    assert by_id(joined(consumers, epc, whole)).loc["way/2", "annual_heat_mwh"] == 30.0


def test_heat_of_the_consumers_file_stays() -> None:
    consumers = town(annual_heat_mwh=[100.0, np.nan, np.nan], peak_kw=[np.nan, 44.0, np.nan])
    table = rows(id=["way/1", "way/2"], kind="metered", annual_heat_mwh=[5.0, 90.0])
    result = joined(consumers, table)
    found = by_id(result)
    assert found.loc["way/1", ["annual_heat_mwh", "demand_source"]].tolist() == [100.0, "given"]
    assert found.loc["way/2", ["peak_kw", "peak_source"]].tolist() == [44.0, "given"]
    assert found.loc["way/2", "annual_heat_mwh"] == 90.0
    assert any("set aside" in d.what and "way/1" in d.what for d in result.doubts)


def test_facts_without_heat_are_used_and_the_heat_is_estimated_from_them() -> None:
    table = rows(id=["way/3"], kind="epc", floor_area_m2=[1000.0], annual_heat_mwh=[np.nan])
    before = by_id(joined(town(), rows(id=["way/1"], annual_heat_mwh=[9.0])))
    after = by_id(joined(town(), table))
    assert after.loc["way/3", "floor_area_m2"] == 1000.0
    assert after.loc["way/3", "demand_source"].startswith("benchmark")
    per_m2 = before.loc["way/3", "annual_heat_mwh"] / before.loc["way/3", "floor_area_m2"]
    assert after.loc["way/3", "annual_heat_mwh"] == pytest.approx(1000.0 * per_m2)


def test_use_of_a_table_replaces_a_guess_but_not_the_own_tag() -> None:
    consumers = town()
    consumers["classified_by"] = ["guess: footprint", "tag: amenity=school", "landuse: x"]
    consumers["use"] = ["home", "school", "office"]
    table = rows(id=["way/1", "way/2"], kind="epc", use="retail", annual_heat_mwh=[20.0, 30.0])
    found = by_id(joined(consumers, table))
    assert found.loc["way/1", ["use", "classified_by"]].tolist() == ["retail", "epc: a.csv"]
    assert found.loc["way/2", "use"] == "school"


def test_rows_that_name_nobody_are_told_and_counted() -> None:
    table = rows(uprn=["404", "405"], annual_heat_mwh=[5.0, 6.0])
    result = joined(town(), table)
    assert result.left_out == {"demand rows that belong to no consumer": 2}
    (doubt,) = result.doubts
    assert "404, 405" in doubt.what
    assert len(result.consumers) == 3


def test_flats_at_a_place_without_building_become_one_consumer() -> None:
    table = rows(
        [spot(300, 0), spot(301, 0), None],
        uprn=["1", "2", "3"],
        parent_uprn="9",
        kind="epc",
        use="flats",
        annual_heat_mwh=[4.0, 5.0, 6.0],
    )
    found = by_id(joined(town(), table))
    assert found.loc["uprn/9", ["annual_heat_mwh", "dwellings", "use"]].tolist() == [
        15.0,
        3,
        "flats",
    ]
    assert found.loc["uprn/9", "peak_kw"] > 0.0


def test_properties_at_one_place_are_one_building_where_none_is_mapped() -> None:
    table = rows(
        [spot(300, 0), spot(300, 0), spot(320, 0)],
        uprn=["1", "2", "3"],
        kind="epc",
        use="flats",
        annual_heat_mwh=[4.0, 5.0, 6.0],
    )
    found = by_id(joined(town(), table))
    fresh = found[~found.index.str.startswith("way/")]
    assert fresh["annual_heat_mwh"].tolist() == [9.0, 6.0]
    assert fresh["members"].tolist() == ["1 2", ""]
    assert fresh.index[0].startswith("place/")


def test_floor_area_of_some_flats_only_is_doubted() -> None:
    # The outline of way/2 holds several storeys of 200 m²; 30 m² are one flat of many.
    table = rows(id=["way/2"], kind="epc", floor_area_m2=[30.0], annual_heat_mwh=[np.nan])
    assert any("less than 0.2 times" in d.what for d in joined(town(), table).doubts)


def test_heat_out_of_proportion_is_doubted() -> None:
    # 200 m² of home need about 20 MWh; 20,000 is kWh in a column of MWh.
    found = joined(town(), rows(id=["way/1"], kind="metered", annual_heat_mwh=[20_000.0]))
    assert any("more than 5 times its estimate: way/1" in d.what for d in found.doubts)
    few = joined(town(), rows(id=["way/2"], kind="epc", annual_heat_mwh=[1.0]))
    assert any("less than 0.2 times its estimate: way/2" in d.what for d in few.doubts)


def test_confidence_and_range_follow_the_joined_heat() -> None:
    found = by_id(joined(town(), rows(id=["way/1"], kind="metered", annual_heat_mwh=[20.0])))
    metered, guessed = found.loc["way/1"], found.loc["way/2"]
    assert metered["confidence"] == "high"
    spread = metered["heat_high_mwh"] / metered["heat_low_mwh"]
    assert spread < guessed["heat_high_mwh"] / guessed["heat_low_mwh"]


@pytest.fixture(scope="module")
def three() -> gpd.GeoDataFrame:
    """The three buildings, made once."""
    return town()


@settings(max_examples=4, deadline=None)
@given(st.data())
def test_property_order_and_splitting_of_rows_change_nothing(
    three: gpd.GeoDataFrame, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, 8))
    heat = data.draw(st.lists(st.floats(0.5, 50.0), min_size=count, max_size=count))
    east = data.draw(st.lists(st.integers(-10, 220), min_size=count, max_size=count))
    table = rows([spot(x, 5) for x in east], annual_heat_mwh=heat, kind="metered")

    def found(frame: gpd.GeoDataFrame) -> Any:
        return by_id(joined(three, frame, fill=gpd.GeoDataFrame.copy))

    whole = found(table)
    order = data.draw(st.permutations(range(count)))
    pd.testing.assert_frame_equal(whole, found(table.iloc[list(order)]))
    halves = pd.concat([table, table]).assign(annual_heat_mwh=lambda f: f["annual_heat_mwh"] / 2.0)
    split = found(gpd.GeoDataFrame(halves, crs=CRS))
    assert split["annual_heat_mwh"].to_dict() == pytest.approx(whole["annual_heat_mwh"].to_dict())
    stated = whole["demand_source"].str.startswith("metered")
    assert whole.loc[stated, "annual_heat_mwh"].sum() == pytest.approx(sum(heat))


def write(folder: Path, text: str, name: str = "meters.csv") -> Path:
    """Write a table."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> str:
    """Why a demand table is refused."""
    with pytest.raises(InputError) as caught:
        read_table(path, table="demand")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("uprn,annual_heat_mwh,annual_heat_kwh\n1,2,2000\n", ["heat given twice", "keep one"]),
        ("uprn,annual_heat_mwh\n1,2\n2,\n", ["neither heat nor floor area", "row 3 (2)"]),
        ("uprn,heat\n1,2\n", ["annual_heat_mwh and annual_heat_kwh are missing"]),
        ("uprn,annual_heat_mwh,kind\n1,2,meterd\n", ["unknown kind", "did you mean metered?"]),
        ("uprn,annual_heat_mwh\n7,2\n7,3\n", ["more than once: '7'", "newest certificate"]),
        ("uprn,annual_heat_mwh\n7,-2\n", ["negative", "row 2 (7)"]),
        ('uprn,annual_heat_kwh\n7,"1,500"\n', ["no plain number", "comma parts"]),
        ("name,annual_heat_mwh\nMill,2\n", ["no columns lat and lon"]),
        ("uprn,lat,lon,annual_heat_mwh\n1,60.5,,2\n", ["only one of lat and lon"]),
        ("uprn,lat,lon,annual_heat_mwh\n,,,2\n1,,,3\n", ["no geometry"]),
        ("uprn,communal,annual_heat_mwh\n1,perhaps,2\n", ["unknown communal"]),
        ("uprn,annual_heat_kwh,annual_fuel_kwh\n1,20,20\n", ["given twice", "annual_fuel_kwh"]),
        ("uprn,annual_fuel_kwh\n1,\n", ["neither heat nor floor area"]),
        ("uprn,annual_heat_mwh,date\n7,2,01/02/2024\n", ["no date", "2024-02-29", "01/02/2024"]),
        ("uprn,annual_heat_mwh,date\n7,2,2024-02-30\n", ["no date"]),
        (
            "uprn,annual_heat_mwh,date\n7,2,2024-02-01\n7,3,2024-02-01\n7,4,2020-02-01\n",
            ["more than once: '7'", "2 rows: 2 (7), 3 (7)"],
        ),
        ("uprn,annual_heat_mwh,date\n7,2,2024-02-01\n7,3,\n", ["more than once", "a date"]),
        ("uprn,use,annual_heat_mwh\n1,ofice,2\n", ["unknown use", "did you mean office"]),
        ("uprn,annual_heat_mwh\n1,12 MWh\n", ["no plain number", "write 12"]),
    ],
)
def test_bad_demand_tables_are_refused_in_plain_words(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    message = refused(write(tmp_path, text))
    assert [word for word in words if word not in message] == []


def test_good_demand_tables_are_read_without_noise(tmp_path: Path) -> None:
    text = "UPRN,Kind,annual_heat_kwh,Wet_System\n100012,EPC,12500,Y\n100013,heat map,800,\n"
    read = read_table(write(tmp_path, text), table="demand")
    assert read.doubts == ()
    assert read.frame["annual_heat_mwh"].tolist() == [12.5, 0.8]
    assert read.frame["kind"].tolist() == ["epc", "heat_map"]
    assert read.frame["wet_system"].fillna("").tolist() == ["yes", ""]
    assert read.frame.geometry.isna().all()


def test_gas_bills_become_heat_by_the_efficiency_of_a_boiler(tmp_path: Path) -> None:
    """20,000 kWh of gas in a house boiler, in a larger one, and 20,000 kWh of heat."""
    house = assumption("technology_costs", "gas_boiler_house", "efficiency_gross_share").value
    large = assumption("technology_costs", "gas_boiler_building", "efficiency_gross_share").value
    assert max(house, large) < 0.95
    text = "id,kind,use,annual_fuel_kwh,annual_heat_kwh\n"
    text += "way/1,metered,home,20000,\nway/2,metered,,20000,\nway/3,metered,office,,20000\n"
    read = read_table(write(tmp_path, text), table="demand")
    assert read.frame["annual_heat_mwh"].tolist() == pytest.approx([20 * house, 20 * large, 20])
    found = by_id(joined(town(), read.frame))
    assert found["demand_source"].tolist() == [
        f"metered: a.csv, fuel x {house:.3g}",
        f"metered: a.csv, fuel x {large:.3g}",
        "metered: a.csv",
    ]
    assert (found["confidence"] == "high").all()
    assert found["area_source"].str.contains("fuel").sum() == 0


def test_heat_from_gas_bills_strays_as_the_boiler_does() -> None:
    """A meter is 5 % off at most, a boiler of 0.85 may have 0.75 to 0.92, each by itself."""
    boiler = assumption("technology_costs", "gas_boiler_building", "efficiency_gross_share")
    bills = pd.DataFrame(
        {
            "use": ["office", "office"],
            "classified_by": ["given", "given"],
            "levels_source": ["", ""],
            "area_source": ["", ""],
            "demand_source": ["metered: a.csv, fuel x 0.85", "metered: a.csv"],
            "annual_heat_mwh": [100.0, 100.0],
        }
    )
    ends = demand_range(bills, country="GB")
    low = math.exp(-math.hypot(math.log(0.95), math.log(boiler.low / boiler.value)))
    high = math.exp(math.hypot(math.log(1.05), math.log(boiler.high / boiler.value)))
    assert ends.iloc[0].tolist() == pytest.approx([100.0 * low, 100.0 * high])
    assert ends.iloc[1].tolist() == pytest.approx([95.0, 105.0])
    assert low < 0.89


def test_dated_certificates_may_repeat_a_property(tmp_path: Path) -> None:
    text = "uprn,annual_heat_mwh,date\n7,2,2014-02-01\n7,3,2024-02-01\n8,4,\n"
    read = read_table(write(tmp_path, text), table="demand")
    consumers = town(uprn=["7", "8", ""])
    found = joined(consumers, read.frame)
    assert by_id(found)["annual_heat_mwh"].tolist()[:2] == [3.0, 4.0]
    assert found.left_out["demand rows older than another"] == 1


def test_numbers_that_a_spreadsheet_rounded_are_doubted(tmp_path: Path) -> None:
    read = read_table(write(tmp_path, "uprn,annual_heat_mwh\n1.00012E+11,4\n"), table="demand")
    assert any("spreadsheet" in doubt.what for doubt in read.doubts)


def test_town_meters_on_map_buildings(tmp_path: Path) -> None:
    plain = read_inputs(sites=demo_sites(), consumers="osm", area=str(demo_extract()))
    some = plain.consumers.iloc[::40]
    points = some.geometry.representative_point().to_crs("EPSG:4326")
    lines = [
        f"{number},{point.y:.7f},{point.x:.7f},metered,{1000 + number}"
        for number, point in enumerate(points)
    ]
    table = write(tmp_path, "uprn,lat,lon,kind,annual_heat_kwh\n" + "\n".join(lines) + "\n")
    study = read_inputs(
        sites=demo_sites(), consumers="osm", area=str(demo_extract()), demand=[table]
    )
    told = study.consumers.set_index("id").loc[some["id"]]
    assert told["annual_heat_mwh"].tolist() == [
        pytest.approx((1000 + number) / 1000.0) for number in range(len(some))
    ]
    assert (told["demand_source"] == "metered: meters.csv").all()
    others = ~study.consumers["id"].isin(some["id"]).to_numpy()
    pd.testing.assert_series_equal(
        study.consumers.loc[others, "annual_heat_mwh"],
        plain.consumers.loc[others, "annual_heat_mwh"],
    )
    assert set(study.hashes) == {"sites", "demand", "extract"}
