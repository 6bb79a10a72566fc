"""Control totals: hand-worked factors, what is never scaled, areas that cannot be used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from heatreach.data import load_table
from heatreach.siting import read_inputs
from heatreach.siting.consumers.reconcile import (
    Reconciled,
    no_reconciliation,
    reconcile,
    wholly_read,
)
from heatreach.siting.demo import demo_extract, demo_sites
from heatreach.siting.errors import InputError
from heatreach.siting.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:32635"


def consumers(**cells: Any) -> gpd.GeoDataFrame:
    """Five consumers 10 m apart on a line; the fourth is metered, the fifth lies far east."""
    columns = {
        "id": ["a", "b", "c", "d", "e"],
        "use": ["home", "flats", "office", "office", "home"],
        "annual_heat_mwh": [10.0, 30.0, 40.0, 50.0, 5.0],
        "demand_source": ["benchmark"] * 3 + ["metered: m.csv", "benchmark"],
        "peak_kw": [4.0, 12.0, 20.0, 25.0, 2.0],
        "peak_source": ["full-load hours", "full-load hours", "given", "full-load hours", "x"],
    } | cells
    places = [Point(x, 5) for x in (10, 20, 30, 40, 1000)]
    return gpd.GeoDataFrame(columns, geometry=places, crs=CRS)


def controls(*shapes: Polygon, **cells: Any) -> gpd.GeoDataFrame:
    """Areas with control totals."""
    return gpd.GeoDataFrame(cells, geometry=list(shapes), crs=CRS)


WEST = box(0, 0, 100, 10)


def scaled(areas: gpd.GeoDataFrame, **options: Any) -> Reconciled:
    """The five consumers scaled."""
    return reconcile(consumers(), areas, file="totals.gpkg", **options)


def test_hand_worked_factor_scales_estimates_only() -> None:
    # 10 + 30 + 40 estimated and 50 metered against a control of 170: (170 - 50) / 80 = 1.5.
    result = scaled(controls(WEST, id=["town"], annual_heat_mwh=[170.0]))
    heat = result.consumers.set_index("id")["annual_heat_mwh"]
    assert heat.to_dict() == {"a": 15.0, "b": 45.0, "c": 60.0, "d": 50.0, "e": 5.0}
    (row,) = result.table.to_dict("records")
    assert row == {
        "area_id": "town",
        "sector": "",
        "consumers": 4,
        "control_mwh": 170.0,
        "given_mwh": 50.0,
        "estimated_mwh": 80.0,
        "factor": 1.5,
        "result_mwh": 170.0,
        "status": "ok",
        "reason": "estimates times 1.5",
    }
    assert result.doubts == ()
    sources = result.consumers.set_index("id")["demand_source"]
    assert sources["a"] == "benchmark, scaled to totals.gpkg"
    assert sources["d"] == "metered: m.csv"
    assert sources["e"] == "benchmark"
    # Peaks follow, but not the one that the user gave.
    peaks = result.consumers.set_index("id")["peak_kw"]
    assert peaks.to_dict() == {"a": 6.0, "b": 18.0, "c": 20.0, "d": 25.0, "e": 2.0}


def test_totals_of_sectors_scale_their_sector() -> None:
    # Homes: 80 / 40 = 2. Others: (70 - 50) / 40 = 0.5.
    areas = controls(
        WEST,
        WEST,
        id=["town", "town"],
        sector=["residential", "non-residential"],
        annual_heat_mwh=[80.0, 70.0],
    )
    result = scaled(areas)
    heat = result.consumers.set_index("id")["annual_heat_mwh"]
    assert heat.to_dict() == {"a": 20.0, "b": 60.0, "c": 20.0, "d": 50.0, "e": 5.0}
    assert result.table["factor"].tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("shape", "total", "status", "words"),
    [
        (WEST, 45.0, "given_exceeds_control", "state 50 MWh a year, no less than the control"),
        (box(35, 0, 100, 10), 90.0, "no_estimates", "no estimated heat to scale; stated are 50"),
        (box(500, 0, 600, 10), 90.0, "no_estimates", "stated are 0 of 90"),
    ],
)
def test_a_total_that_cannot_be_met_changes_nothing(
    shape: Polygon, total: float, status: str, words: str
) -> None:
    result = scaled(controls(shape, id=["town"], annual_heat_mwh=[total]))
    pd.testing.assert_series_equal(
        result.consumers["annual_heat_mwh"], consumers()["annual_heat_mwh"]
    )
    row = result.table.iloc[0]
    assert row["status"] == status
    assert words in row["reason"]
    assert np.isnan(row["factor"])
    assert any("not used" in doubt.what for doubt in result.doubts)


def test_an_area_beyond_what_was_read_changes_nothing() -> None:
    areas = controls(WEST, id=["town"], annual_heat_mwh=[170.0])
    result = scaled(areas, read_area=box(0, 0, 80, 10))
    assert result.table["status"].tolist() == ["outside"]
    assert "20% of the area lies where no consumers were read" in result.table["reason"][0]
    assert result.consumers["annual_heat_mwh"].sum() == consumers()["annual_heat_mwh"].sum()
    assert scaled(areas, read_area=box(0, 0, 97, 10)).table["status"].tolist() == ["ok"]


def test_totals_whose_areas_are_wholly_read_are_told_from_the_others() -> None:
    areas = controls(WEST, box(100, 0, 200, 10), id=["A", "B"], annual_heat_mwh=[1.0, 2.0])
    assert wholly_read(areas, box(0, 0, 150, 10)).tolist() == [True, False]
    assert wholly_read(areas, None).all()
    none = scaled(areas.iloc[:0])
    assert len(none.table) == 0
    pd.testing.assert_frame_equal(pd.DataFrame(none.consumers), pd.DataFrame(consumers()))


def test_a_factor_out_of_proportion_is_doubted() -> None:
    result = scaled(controls(WEST, id=["town"], annual_heat_mwh=[1_650.0]))
    assert result.table["factor"].tolist() == [20.0]
    assert any("outside 0.4 to 2.5" in doubt.what for doubt in result.doubts)


def test_overlapping_areas_are_refused() -> None:
    areas = controls(WEST, box(90, 0, 200, 10), id=["A", "B"], annual_heat_mwh=[1.0, 2.0])
    with pytest.raises(InputError, match=r"A and B \(100 m²\)"):
        scaled(areas)
    mixed = areas.assign(sector=["residential", ""])
    with pytest.raises(InputError, match="overlap"):
        scaled(mixed)
    apart = controls(WEST, box(100, 0, 200, 10), id=["A", "B"], annual_heat_mwh=[170.0, 2.0])
    assert len(scaled(apart).table) == 2


def test_heat_networks_and_data_centres_are_no_buildings() -> None:
    five = consumers(use=["home", "heat_network", "data_centre", "office", "home"])
    areas = controls(WEST, id=["town"], annual_heat_mwh=[70.0])
    result = reconcile(five, areas, file="totals.gpkg")
    # Only a (estimated 10) and d (metered 50) count: (70 - 50) / 10 = 2.
    assert result.table[["consumers", "factor"]].iloc[0].tolist() == [2, 2.0]
    assert result.consumers.set_index("id").loc[["b", "c"], "annual_heat_mwh"].tolist() == [30, 40]


def test_a_study_without_totals_has_the_columns_of_the_registry() -> None:
    registry = load_table("columns")
    named = registry[registry["table"] == "reconciliation"]["column"].tolist()
    assert no_reconciliation().columns.tolist() == named
    areas = controls(WEST, id=["town"], annual_heat_mwh=[170.0])
    assert scaled(areas).table.columns.tolist() == named


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_property_sums_meet_the_totals_in_any_order(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 12))
    numbers = st.floats(0.1, 1e4)
    frame = gpd.GeoDataFrame(
        {
            "id": [f"c{i}" for i in range(count)],
            "use": "home",
            "annual_heat_mwh": data.draw(st.lists(numbers, min_size=count, max_size=count)),
            "demand_source": "benchmark",
            "peak_kw": 1.0,
            "peak_source": "full-load hours",
        },
        geometry=[Point(data.draw(st.floats(0.0, 300.0)), 5) for _ in range(count)],
        crs=CRS,
    )
    strips = [box(x, 0, x + 100, 10) for x in (0, 100, 200)]
    totals = data.draw(st.lists(numbers, min_size=3, max_size=3))
    areas = controls(*strips, id=["x", "y", "z"], annual_heat_mwh=totals)
    result = reconcile(frame, areas, file="t")
    met = result.table[result.table["status"] == "ok"]
    assert met["result_mwh"].to_numpy() == pytest.approx(met["control_mwh"].to_numpy(), rel=1e-9)
    assert result.consumers["annual_heat_mwh"].sum() == pytest.approx(
        result.table["result_mwh"].sum(), rel=1e-9
    )
    order = data.draw(st.permutations(range(count)))
    again = reconcile(frame.iloc[list(order)], areas.iloc[::-1], file="t")
    pd.testing.assert_frame_equal(result.table, again.table)
    pd.testing.assert_frame_equal(result.consumers, again.consumers)


def totals_file(folder: Path, features: list[tuple[dict[str, Any], list[list[float]]]]) -> Path:
    """Write a GeoJSON file of areas."""
    path = folder / "totals.geojson"
    shapes = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for properties, ring in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": shapes}))
    return path


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """Corners of a box in degrees, closed."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_town_is_scaled_to_a_total_wherever_its_sites_are(tmp_path: Path) -> None:
    half = ring(26.94, 60.521, 26.955, 60.535)
    path = totals_file(tmp_path, [({"id": "half", "annual_heat_mwh": 60_000}, half)])
    zones = read_inputs(
        sites=None, consumers="osm", area=str(demo_extract()), control=path, zones=True
    )
    (row,) = zones.reconciliation.to_dict("records")
    assert row["status"] == "ok"
    assert row["result_mwh"] == pytest.approx(60_000.0, rel=1e-9)
    inside = zones.everywhere.representative_point().within(
        gpd.GeoSeries([Polygon(half)], crs=4326).to_crs(zones.crs).iloc[0]
    )
    assert zones.everywhere.loc[inside, "annual_heat_mwh"].sum() == pytest.approx(60_000.0)
    done = zones.under(Scenario())
    assert done.everywhere["temperature_source"].eq("scenario default").all()
    near = read_inputs(sites=demo_sites(), consumers="osm", area=str(demo_extract()), control=path)
    # Fewer consumers are near a site, but the factor is that of the whole area.
    pd.testing.assert_frame_equal(near.reconciliation, zones.reconciliation, rtol=1e-12)
    common = near.consumers.set_index("id")["annual_heat_mwh"]
    whole = zones.everywhere.set_index("id")["annual_heat_mwh"]
    assert common.to_numpy() == pytest.approx(whole[common.index].to_numpy(), rel=1e-12)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"annual_heat_mwh": 5}, "required column id is missing"),
        ({"id": "A"}, "required column annual_heat_mwh is missing"),
        ({"id": "A", "annual_heat_mwh": -5}, "negative"),
        ({"id": "A", "annual_heat_mwh": 5, "sector": "homes"}, "unknown sector"),
        ({"id": "", "annual_heat_mwh": 5}, "give each area an id"),
    ],
)
def test_bad_totals_are_refused(tmp_path: Path, properties: dict[str, Any], words: str) -> None:
    path = totals_file(tmp_path, [(properties, ring(26.94, 60.52, 26.95, 60.53))])
    with pytest.raises(InputError) as caught:
        read_inputs(sites=None, consumers="osm", area=str(demo_extract()), control=path, zones=True)
    assert words in str(caught.value)
