"""Where a pipe along a street needs a bore, and what that weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from heatreach.data import price
from heatreach.network import StreetGraph, components, read_osm, routing_index, street_graph
from heatreach.network.connect import connect_all
from heatreach.network.streets import SHORTEST_EDGE_M
from heatreach.network.tidying.barriers import bore_weight_m, with_bores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EAST = LineString([(0, 0), (100, 0)])
TOGETHER_M = 20.0


def bored(*lines: LineString, walls: Sequence[tuple[str, object]], **columns: Any) -> StreetGraph:
    """Streets with their bores under some barriers."""
    streets = street_graph(gpd.GeoDataFrame(columns, geometry=list(lines), crs=32635))
    barriers = gpd.GeoDataFrame(
        {"kind": [kind for kind, _ in walls]}, geometry=[shape for _, shape in walls], crs=32635
    )
    return with_bores(streets, barriers, together_m=TOGETHER_M)


def across(x: float) -> LineString:
    """A line from south to north."""
    return LineString([(x, -9), (x, 9)])


def table(graph: StreetGraph) -> list[tuple[float, str]]:
    """Length and bore of each segment from west to east."""
    middle = graph.x[graph.tail] + graph.x[graph.head]
    order = np.argsort(middle, kind="stable")
    return list(
        zip(graph.length_m[order].round(6).tolist(), graph.bore[order].tolist(), strict=True)
    )


def test_golden_two_tracks_are_one_bore() -> None:
    graph = bored(EAST, walls=[("rail", across(40)), ("rail", across(44))])
    assert table(graph) == [(30.0, ""), (24.0, "rail"), (46.0, "")]
    apart = bored(EAST, walls=[("rail", across(30)), ("rail", across(70))])
    assert table(apart) == [(20, ""), (20, "rail"), (20, ""), (20, "rail"), (20, "")]


def test_golden_river_is_bored_over_its_width() -> None:
    graph = bored(EAST, walls=[("water", box(40, -50, 55, 50))])
    assert table(graph) == [(30.0, ""), (35.0, "water"), (35.0, "")]


def test_golden_rail_beside_a_motorway_is_both() -> None:
    graph = bored(EAST, walls=[("rail", across(40)), ("motorway", across(50))])
    assert table(graph)[1] == (30.0, "motorway+rail")


def test_golden_river_over_several_segments_is_one_bore() -> None:
    bent = LineString([(0, 0), (45, 0), (50, 0), (55, 0), (100, 0)])
    graph = bored(bent, walls=[("water", box(40, -50, 60, 50))])
    assert [bore for _, bore in table(graph)].count("water") == 1
    assert graph.length_m.sum() == pytest.approx(100.0)


@pytest.mark.parametrize("tag", [{"bridge": ["yes"]}, {"tunnel": ["yes"]}])
def test_golden_bridge_and_underpass_need_no_bore(tag: dict[str, list[object]]) -> None:
    graph = bored(EAST, walls=[("rail", across(40))], **tag)
    assert table(graph) == [(100.0, "")]


def test_golden_meeting_at_a_node_or_running_along_is_no_crossing() -> None:
    joint = LineString([(0, 0), (40, 0), (100, 0)])
    assert table(bored(joint, walls=[("rail", across(40))])) == [(40.0, ""), (60.0, "")]
    assert table(bored(EAST, walls=[("rail", LineString([(20, 0), (60, 0)]))])) == [(100.0, "")]
    trunk = bored(
        EAST,
        LineString([(50, -9), (50, 9)]),
        walls=[("motorway", across(50))],
        highway=["residential", "residential"],
    )
    assert sorted(bore for _, bore in table(trunk)) == ["", "", "", "motorway"]


def test_golden_no_service_pipe_meets_a_bore() -> None:
    graph = bored(EAST, walls=[("rail", across(40))])
    found = connect_all(
        graph,
        gpd.GeoSeries([Point(40, 12)], crs=32635),
        farthest_m=50.0,
        candidates=3,
        apart_m=5.0,
    )
    assert not np.isin(found.pipes.segment, np.flatnonzero(graph.bore != "")).any()


def test_golden_weight_is_the_price_in_metres_of_trench() -> None:
    graph = bored(EAST, walls=[("rail", across(40)), ("water", box(70, -9, 80, 9))])
    metre = price("pipe_costs", "DN100", "capex_hard_per_m", target="EUR 2024").value
    rail = price("crossings", "rail_bore", "one_off_capex", target="EUR 2024").value
    water = price("crossings", "water_bore", "one_off_capex", target="EUR 2024").value
    weight = bore_weight_m(graph)
    assert weight[graph.bore == "rail"] == pytest.approx([rail / metre], rel=1e-9)
    assert weight[graph.bore == "water"] == pytest.approx([water / metre], rel=1e-9)
    assert (weight[graph.bore == ""] == 0.0).all()


spot = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda c: (13.0 * c[0], 11.0 * c[1]))


@given(
    st.lists(st.tuples(spot, spot), min_size=1, max_size=6),
    st.lists(st.integers(1, 258), min_size=1, max_size=4, unique=True),
    st.randoms(use_true_random=False),
)
@settings(deadline=None, max_examples=40)
def test_property_cutting_out_bores_changes_no_route(
    lines: list[tuple[tuple[float, float], tuple[float, float]]], tracks: list[int], random: object
) -> None:
    shapes = [shape for shape in map(LineString, lines) if shape.length > 0.0] or [EAST]
    walls = [("rail", LineString([(x + 0.5, -5), (x + 0.5, 300)])) for x in tracks]
    plain = bored(*shapes, walls=[])
    graph = bored(*shapes, walls=walls)
    assert graph.length_m.sum() == pytest.approx(plain.length_m.sum(), abs=0.1)
    assert graph.length_m.min() >= SHORTEST_EDGE_M
    parts = [len(np.unique(components(routing_index(one)))) for one in (plain, graph)]
    assert parts[0] == parts[1]
    # Whatever crosses a track inside a segment is on a bored piece, or went on from one.
    rest = graph.segments()[graph.bore == ""]
    assert (
        shapely.distance(
            graph.segments()[graph.bore != ""], shapely.union_all([wall for _, wall in walls])
        )
        <= TOGETHER_M
    ).all()
    assert len(rest) <= graph.edges
    random.shuffle(walls)  # type: ignore[attr-defined]
    again = bored(*shapes, walls=walls)
    assert table(again) == table(graph)


def test_town_streets_of_the_map_cross_on_bridges_and_level_crossings(realdata: Path) -> None:
    extract = read_osm(realdata / "neuss.osm.pbf")
    streets = street_graph(extract)
    barriers = extract.barriers.to_crs(streets.crs)
    graph = with_bores(streets, barriers, together_m=30.0)
    # Every street of the map meets rail at a common node, or passes it on another level.
    line = streets.segments()
    here, wall = shapely.STRtree(barriers.geometry.to_numpy()).query(line, predicate="crosses")
    flat = ~np.logical_or(streets.of_way("bridge"), streets.of_way("tunnel")).astype(bool)[here]
    inside = barriers["kind"].to_numpy()[wall][flat]
    assert (graph.bore != "").sum() <= len(inside)
    assert graph.length_m.sum() == pytest.approx(streets.length_m.sum(), rel=1e-6)
