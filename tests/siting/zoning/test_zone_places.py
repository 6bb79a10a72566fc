"""Outlines, heat per hectare, and what a trench crosses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from heatreach.network import street_graph
from heatreach.siting.consumers.building_use import siting_rule
from heatreach.siting.zoning.crossings import crossings
from heatreach.siting.zoning.densities import heat_blocks, heat_cells, with_outside
from heatreach.siting.zoning.growth import grown_zones
from heatreach.siting.zoning.outlines import zone_outlines
from heatreach.siting.zoning.places import zone_places
from heatreach.siting.zoning.rules import zone_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heatreach.siting import Inputs

CRS = "EPSG:32630"
TOGETHER_M = siting_rule("streets", "bore_together_m")


def points(xy: list[tuple[float, float]], heat: list[float]) -> gpd.GeoDataFrame:
    """Consumers at points."""
    frame = pd.DataFrame({"annual_heat_mwh": heat})
    return gpd.GeoDataFrame(frame, geometry=[Point(*place) for place in xy], crs=CRS)


def streets_of(lines: list[LineString]) -> gpd.GeoDataFrame:
    """Ordinary streets."""
    return gpd.GeoDataFrame({"highway": ["residential"] * len(lines)}, geometry=lines, crs=CRS)


def grid(east: int, north: int, side: float = 100.0) -> gpd.GeoDataFrame:
    """Streets of a chequerboard, drawn from crossing to crossing."""
    across = [
        LineString([(x * side, y * side), ((x + 1) * side, y * side)])
        for x in range(east)
        for y in range(north + 1)
    ]
    along = [
        LineString([(x * side, y * side), (x * side, (y + 1) * side)])
        for x in range(east + 1)
        for y in range(north)
    ]
    return streets_of(across + along)


PLACES = st.lists(
    st.tuples(
        st.floats(-250.0, 450.0),
        st.floats(-250.0, 350.0),
        st.floats(0.1, 1e4),
        st.sampled_from([0.0, 3.0, 120.0]),
    ),
    min_size=1,
    max_size=12,
)


CHEQUERBOARD = street_graph(grid(3, 2))


@given(PLACES)
@settings(max_examples=25)
def test_property_cells_and_blocks_keep_all_heat(
    rows: list[tuple[float, float, float, float]],
) -> None:
    """Sum over cells is the sum over consumers; blocks and what lies outside make it up too."""
    frame = points([row[:2] for row in rows], [row[2] for row in rows])
    sides = np.array([row[3] for row in rows])
    wide = frame.geometry.buffer(np.maximum(sides, 1.0), cap_style="square")
    frame = frame.set_geometry(wide.where(sides > 0.0, frame.geometry))
    told = np.arange(len(frame)) % 2 == 0
    total = frame["annual_heat_mwh"].sum()
    cells = heat_cells(frame, told)
    assert cells["heat_mwh"].sum() == pytest.approx(total, rel=1e-9)
    assert cells["consumers"].sum() == len(frame)
    assert cells["cell_id"].is_unique
    stated = (cells["heat_mwh"] * cells["given_share"]).sum()
    assert stated == pytest.approx(frame["annual_heat_mwh"][told].sum(), rel=1e-9)
    blocks, outside = heat_blocks(frame, told, CHEQUERBOARD)
    assert blocks["heat_mwh"].sum() + outside.heat_mwh == pytest.approx(total, rel=1e-9)
    assert blocks["consumers"].sum() + outside.consumers == len(frame)
    assert (blocks["given_share"].between(0.0, 1.0 + 1e-12)).all()
    backwards = heat_cells(frame.iloc[::-1].reset_index(drop=True), told[::-1])
    pd.testing.assert_frame_equal(
        pd.DataFrame(cells.drop(columns="geometry")),
        pd.DataFrame(backwards.drop(columns="geometry")),
        rtol=1e-12,
    )


def test_golden_blocks_of_a_chequerboard() -> None:
    """Two blocks of one hectare; a building beyond the last street lies in none."""
    frame = points([(50.0, 50.0), (60.0, 40.0), (150.0, 50.0), (250.0, 50.0)], [1.0, 2.0, 4.0, 8.0])
    given_ = np.array([True, False, False, False])
    blocks, outside = heat_blocks(frame, given_, street_graph(grid(2, 1)))
    assert blocks["area_ha"].tolist() == [1.0, 1.0]
    assert sorted(blocks["heat_density_mwh_ha"]) == [3.0, 4.0]
    assert sorted(blocks["given_share"]) == [0.0, pytest.approx(1.0 / 3.0)]
    assert outside == (1, 8.0, 0.0)
    assert blocks["block_id"].is_unique
    whole = with_outside(blocks, outside)
    assert whole["block_id"].iloc[-1] == "no block"
    assert whole["heat_mwh"].sum() == 15.0
    assert whole["consumers"].sum() == 4
    assert whole["given_share"].iloc[-1] == 0.0
    assert whole.geometry.iloc[-1].is_empty
    assert len(with_outside(blocks, outside._replace(heat_mwh=0.0))) == 2


def test_golden_a_long_building_is_divided_by_area() -> None:
    """
    A hall of 300 m by 10 m from 50 to 350 m: 50, 100, 100 and 50 m of it lie in four cells.

    Of two blocks of 100 m each and what lies beyond them it gives 50, 100 and 150 m.
    """
    hall = gpd.GeoDataFrame({"annual_heat_mwh": [600.0]}, geometry=[box(50, 40, 350, 50)], crs=CRS)
    told = np.array([True])
    cells = heat_cells(hall, told)
    assert cells["heat_mwh"].tolist() == pytest.approx([100.0, 200.0, 200.0, 100.0], rel=1e-12)
    assert cells["consumers"].sum() == 1
    assert cells["given_share"].tolist() == [1.0] * 4
    blocks, outside = heat_blocks(hall, told, street_graph(grid(2, 1)))
    assert sorted(blocks["heat_mwh"]) == pytest.approx([100.0, 200.0], rel=1e-12)
    assert outside.heat_mwh == pytest.approx(300.0, rel=1e-12)
    assert outside.consumers == 0


def test_golden_streets_that_cross_without_a_junction_bound_blocks_too() -> None:
    """A bridge over a street has no node with it; on the map the two still divide the blocks."""
    ring = LineString([(0, 0), (200, 0), (200, 100), (0, 100), (0, 0)])
    bridge = LineString([(100, -50), (100, 150)])
    streets = streets_of([ring, bridge])
    frame = points([(50.0, 50.0), (150.0, 50.0)], [1.0, 2.0])
    blocks, outside = heat_blocks(frame, np.zeros(2, dtype=bool), street_graph(streets))
    assert len(blocks) == 2
    assert outside.consumers == 0


def test_golden_cells_are_aligned_to_full_hectares() -> None:
    frame = points([(0.0, 0.0), (99.9, 99.9), (100.0, 0.0), (-0.1, 0.0)], [1.0, 2.0, 4.0, 8.0])
    cells = heat_cells(frame, np.zeros(4, dtype=bool))
    assert cells["cell_id"].tolist() == ["E-100N0", "E0N0", "E100N0"]
    assert cells["heat_mwh"].tolist() == [8.0, 3.0, 4.0]
    assert shapely.area(cells.geometry.to_numpy()).tolist() == [1e4] * 3


def test_outline_holds_buildings_and_trench_and_is_valid(twelve: Callable[..., Inputs]) -> None:
    inputs = twelve()
    places = zone_places(inputs.under(inputs.scenario), inputs.scenario)
    grown = grown_zones(places, zone_rules(["de_street_1_5"])[0])
    outline = zone_outlines(places, grown, grown.zones).iloc[0]
    assert outline.geom_type == "MultiPolygon"
    assert outline.is_valid
    slack = siting_rule("zone_outline", "grid_m")
    assert outline.buffer(slack).covers(shapely.union_all(places.graph.segments()[grown.edges]))
    inside = places.consumers.geometry[grown.zone == 0]
    assert all(outline.covers(place) for place in inside)
    # Trench of 250 m with 5 m on either side and five discs of 10 m: no more than their sum,
    # widened by what the closing fills between them.
    margin = siting_rule("zone_outline", "trench_margin_m")
    assert outline.area >= 200.0 * 2.0 * margin
    assert outline.area < 200.0 * 60.0


def crossed(
    trench: LineString | list[LineString],
    walls: Sequence[shapely.Geometry],
    kind: str,
    *,
    bridge: Sequence[str] = (),
) -> dict[str, int]:
    """Crossings of one trench along whole streets."""
    lines = trench if isinstance(trench, list) else [trench]
    streets = streets_of(lines).assign(bridge=list(bridge) or "")
    graph = street_graph(streets)
    barriers = gpd.GeoDataFrame({"kind": [kind] * len(walls)}, geometry=walls, crs=CRS)
    edges = np.arange(graph.edges)
    found = crossings(graph, edges, np.zeros(len(edges), dtype=np.int64), barriers, zones=1)
    return {str(name): int(value) for name, value in found.iloc[0].items()}


STREET = LineString([(0, 0), (400, 0)])


def wall(x: float) -> LineString:
    """A line across the street."""
    return LineString([(x, -50), (x, 50)])


def test_golden_both_tracks_are_one_crossing() -> None:
    near = crossed(STREET, [wall(100.0), wall(100.0 + TOGETHER_M)], "rail")
    far = crossed(STREET, [wall(100.0), wall(101.0 + TOGETHER_M)], "rail")
    assert near == {"rail_crossings": 1, "water_crossings": 0, "trunk_crossings": 0}
    assert far["rail_crossings"] == 2


def test_golden_tracks_on_both_sides_of_a_bend_are_one_crossing() -> None:
    """10 m before and 10 m behind a junction is 20 m of trench."""
    bend = [LineString([(0, 0), (100, 0)]), LineString([(100, 0), (100, 100)])]
    tracks = [wall(90.0), LineString([(50, 10), (150, 10)])]
    assert crossed(bend, tracks, "rail")["rail_crossings"] == 1


def test_golden_parallel_streets_cross_one_railway_twice() -> None:
    """Two trenches 20 m apart, joined 200 m away: each needs its own crossing."""
    ladder = [
        LineString([(0, 0), (400, 0)]),
        LineString([(0, 20), (400, 20)]),
        LineString([(0, 0), (0, 20)]),
    ]
    assert crossed(ladder, [wall(200.0)], "rail")["rail_crossings"] == 2


def test_golden_river_with_bank_and_middle_line_is_one_crossing() -> None:
    river = box(150.0, -50.0, 250.0, 50.0)
    assert crossed(STREET, [river, wall(200.0)], "water")["water_crossings"] == 1


def test_golden_both_shores_of_a_bay_under_one_bridge_are_one_crossing() -> None:
    """Shores 80 m apart: one crossing on one bridge, two on an ordinary street."""
    lines = [
        LineString([(0, 0), (150, 0)]),
        LineString([(150, 0), (250, 0)]),
        LineString([(250, 0), (400, 0)]),
    ]
    shores = [wall(160.0), wall(240.0)]
    assert crossed(lines, shores, "water")["water_crossings"] == 2
    assert crossed(lines, shores, "water", bridge=["", "yes", ""])["water_crossings"] == 1
    # Shores just before and behind the bridge: 2 x 5 m of trench lie between them.
    shores = [wall(145.0), wall(255.0)]
    assert crossed(lines, shores, "water", bridge=["", "yes", ""])["water_crossings"] == 1


def test_golden_what_is_no_crossing() -> None:
    """A trench along a barrier, one that ends at it, and one that stays away."""
    along = LineString([(50, 0), (150, 0)])
    assert crossed(STREET, [along], "rail")["rail_crossings"] == 0
    assert crossed(STREET, [wall(400.0)], "rail")["rail_crossings"] == 0
    assert crossed(STREET, [wall(500.0)], "rail")["rail_crossings"] == 0


@pytest.mark.parametrize("kind", ["rail", "motorway"])
def test_golden_crossing_at_a_junction_needs_trench_on_both_sides(kind: str) -> None:
    """A junction lies on the barrier: crossed if the trench goes on behind it, not if it ends."""
    column = {"rail": "rail_crossings", "motorway": "trunk_crossings"}[kind]
    through = [LineString([(0, 0), (200, 0)]), LineString([(200, 0), (400, 0)])]
    assert crossed(through, [wall(200.0)], kind)[column] == 1
    # Way split at the junction, as maps have it.
    halves = [LineString([(200, -50), (200, 0)]), LineString([(200, 0), (200, 50)])]
    assert crossed(through, halves, kind)[column] == 1
    assert crossed(through[:1], [wall(200.0)], kind)[column] == 0
    # Both trenches leave on the same side, or the barrier ends at the junction.
    bend = [LineString([(0, 0), (200, 0)]), LineString([(200, 0), (100, 90)])]
    assert crossed(bend, [wall(200.0)], kind)[column] == 0
    assert crossed(through, halves[:1], kind)[column] == 0
    # The trench turns into the barrier's own street and leaves it on the side it came from.
    along = [*through[:1], LineString([(200, 0), (200, 30)]), LineString([(200, 30), (0, 30)])]
    assert crossed(along, [wall(200.0)], kind)[column] == 0


def test_golden_trunk_roads_are_counted_as_trunk() -> None:
    assert crossed(STREET, [wall(100.0), wall(300.0)], "motorway")["trunk_crossings"] == 2


def test_golden_zones_count_their_own_crossings() -> None:
    """One street, cut at 200 m into the trenches of two zones; each half crosses once."""
    halves = [LineString([(0, 0), (200, 0)]), LineString([(200, 0), (400, 0)])]
    streets = streets_of(halves)
    graph = street_graph(streets)
    barriers = gpd.GeoDataFrame(
        {"kind": ["rail"] * 2}, geometry=[wall(195.0), wall(205.0)], crs=CRS
    )
    found = crossings(graph, np.arange(2), np.arange(2), barriers, zones=2)
    assert found["rail_crossings"].tolist() == [1, 1]
