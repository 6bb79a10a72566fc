"""Hand-drawn streets made into a network: crossings, gaps, overhangs, bridges, repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from heatreach.network import StreetError, StreetGraph, components, routing_index, street_graph
from heatreach.network.streets import VERTEX_TOLERANCE_M
from heatreach.network.tidying.noding import NodingReport, node_lines

if TYPE_CHECKING:
    import numpy.typing as npt

EAST = LineString([(0, 0), (50, 0)])


def noded(
    *lines: LineString | MultiLineString, tolerance_m: float = 1.0, **columns: Any
) -> tuple[StreetGraph, NodingReport]:
    """Graph of noded lines and the report."""
    frame = gpd.GeoDataFrame(columns, geometry=list(lines), crs=32635)
    result, report = node_lines(frame, tolerance_m=tolerance_m)
    assert result.drop(columns="geometry").equals(frame.drop(columns="geometry"))
    return street_graph(result), report


def parts(graph: StreetGraph) -> int:
    """Number of connected parts."""
    return len(np.unique(components(routing_index(graph))))


def test_golden_crossing_is_cut() -> None:
    graph, report = noded(EAST, LineString([(20, -20), (20, 30)]))
    assert (graph.nodes, graph.edges, parts(graph)) == (5, 4, 1)
    assert sorted(graph.length_m.tolist()) == [20.0, 20.0, 30.0, 30.0]
    assert (report.crossings, report.ends_led_on, report.largest_m) == (1, 0, 0.0)


@pytest.mark.parametrize("gap", [0.0, 0.005, 0.3, 1.0])
def test_golden_end_that_stops_short_is_led_on(gap: float) -> None:
    graph, report = noded(EAST, LineString([(20, gap), (20, 30)]))
    assert (graph.edges - (gap > VERTEX_TOLERANCE_M), parts(graph)) == (3, 1)
    assert graph.length_m.sum() == pytest.approx(80.0, abs=VERTEX_TOLERANCE_M)
    assert report.ends_led_on == (1 if gap > VERTEX_TOLERANCE_M else 0)
    assert report.largest_m == pytest.approx(gap if gap > VERTEX_TOLERANCE_M else 0.0)


def test_golden_overhang_is_taken_back() -> None:
    graph, report = noded(EAST, LineString([(20, -0.6), (20, 30)]))
    assert sorted(graph.length_m.tolist()) == [20.0, 30.0, 30.0]
    assert (report.ends_taken_back, report.crossings) == (1, 1)
    assert report.largest_m == pytest.approx(0.6)
    longer, report = noded(EAST, LineString([(20, -1.5), (20, 30)]))
    assert sorted(longer.length_m.tolist()) == [1.5, 20.0, 30.0, 30.0]
    assert report.ends_taken_back == 0


def test_golden_gap_beyond_the_tolerance_stays() -> None:
    graph, report = noded(EAST, LineString([(52, 0), (90, 0)]))
    assert parts(graph) == 2
    assert (report.ends_led_on, report.near_misses) == (0, 2)
    assert "2 ends stop more than that short" in str(report)
    assert noded(EAST, LineString([(56, 0), (90, 0)]))[1].near_misses == 0


def test_golden_two_ends_meet_by_one_piece() -> None:
    graph, report = noded(EAST, LineString([(50.5, 0), (90, 0)]))
    assert sorted(graph.length_m.tolist()) == [0.5, 39.5, 50.0]
    assert report.largest_m == pytest.approx(0.5)


def test_golden_ring_that_does_not_close_is_closed() -> None:
    ring = LineString([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0.5)])
    graph, _ = noded(ring)
    assert (graph.nodes, graph.edges, graph.length_m.sum()) == (5, 5, 200.0)


@pytest.mark.parametrize("tag", [{"bridge": ["", "yes"]}, {"tunnel": ["", "yes"]}])
@pytest.mark.parametrize("middle", [[], [(20, 0)]])
def test_golden_bridge_is_not_joined_to_what_it_passes_over(
    tag: dict[str, Any], middle: list[tuple[float, float]]
) -> None:
    over = LineString([(20, -20), *middle, (20, 30)])
    under = LineString([(0, 0), *middle, (50, 0)])
    graph, report = noded(under, over, **tag)
    assert (parts(graph), report.crossings) == (2, 0)
    assert str(report) == "streets noded at 1 m: nothing to put right"


def test_golden_layer_counts_like_a_bridge_and_map_layers_do_not() -> None:
    over = LineString([(20, -20), (20, 30)])
    assert parts(noded(EAST, over, layer=["0", "1"])[0]) == 2
    assert parts(noded(EAST, over, layer=[17, 40])[0]) == 1
    assert parts(noded(EAST, over, layer=["roads", "streets"])[0]) == 1


def test_golden_ramp_ends_on_the_ground() -> None:
    ramp = LineString([(20, 0.4), (20, 30)])
    graph, report = noded(EAST, ramp, LineString([(20, 30), (20, 90)]), bridge=["", "yes", ""])
    assert (parts(graph), report.ends_led_on) == (1, 1)


def test_golden_duplicates_and_points_are_left_out() -> None:
    back = LineString([(50, 0), (0, 0)])
    spot = LineString([(3, 3), (3, 3)])
    graph, report = noded(EAST, back, spot, LineString([(30, 0), (80, 0)]))
    assert sorted(graph.length_m.tolist()) == [20.0, 30.0, 30.0]
    assert (report.duplicates, report.without_length) == (3, 1)


def test_golden_parallel_streets_stay_two() -> None:
    bow = LineString([(0, 0), (25, 5), (50, 0)])
    graph, report = noded(EAST, bow)
    assert (graph.edges, report.duplicates) == (3, 0)
    # One place, two levels: a street and the tunnel under it are no repeat of each other.
    assert noded(EAST, EAST, tunnel=["", "yes"])[0].edges == 2


def test_golden_lines_that_carry_no_pipe_are_left_alone() -> None:
    steps = LineString([(20, 0.5), (20, 30)])
    result, report = node_lines(
        gpd.GeoDataFrame({"highway": ["residential", "steps"]}, geometry=[EAST, steps], crs=32635),
        tolerance_m=1.0,
    )
    assert report.ends_led_on == 0
    assert result.geometry[1].equals(steps)


def test_golden_report_in_words() -> None:
    _, report = noded(
        EAST, LineString([(20, -0.5), (20, 30)]), LineString([(40, 0.25), (40, 9)]), EAST
    )
    assert str(report) == (
        "streets noded at 1 m: 1 crossing cut, 1 end led on, 1 overhang taken back, "
        "2 duplicates left out (largest 0.50 m)"
    )


def test_node_lines_rejects_negative_tolerance() -> None:
    with pytest.raises(ValueError, match="0 m or more"):
        noded(EAST, tolerance_m=-1.0)


def test_golden_points_are_refused_by_the_graph() -> None:
    frame = gpd.GeoDataFrame(geometry=[Point(0, 0), EAST], crs=32635)
    with pytest.raises(StreetError, match="points or areas"):
        street_graph(node_lines(frame, tolerance_m=1.0)[0])


corner = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda c: (7.0 * c[0], 5.0 * c[1]))
LINES = st.lists(st.lists(corner, min_size=2, max_size=4), min_size=1, max_size=7)


def drawn(lines: list[list[tuple[float, float]]]) -> list[LineString]:
    """Lines with some length."""
    shapes = [LineString(line) for line in lines]
    found = [shape for shape in shapes if shape.length > 0.0]
    assume(found)
    return found


@given(LINES)
@settings(deadline=None, max_examples=30)
def test_property_connects_what_a_planar_overlay_connects(
    lines: list[list[tuple[float, float]]],
) -> None:
    shapes = drawn(lines)
    graph, _ = noded(*shapes, tolerance_m=0.0)
    # The overlay of shapely (GEOS), whose pieces meet at common ends only.
    whole = shapely.unary_union(shapes)
    union = shapely.get_parts(shapely.node(whole))
    ends = np.concatenate(
        [shapely.get_coordinates(shapely.get_point(union, place)) for place in (0, -1)]
    ).round(6)
    _, node = np.unique(ends, axis=0, return_inverse=True)
    tail, head = node.reshape(2, -1)
    matrix = shapely.STRtree(union)
    here, there = matrix.query(union, "intersects")
    groups = _groups(len(union), here, there)
    assert parts(graph) == groups
    assert graph.length_m.sum() == pytest.approx(whole.length, abs=0.5)
    assert len(tail) == len(head)
    assert (graph.tail != graph.head).all()
    assert graph.length_m.min() > VERTEX_TOLERANCE_M / 2.0


def _groups(count: int, here: npt.NDArray[np.int64], there: npt.NDArray[np.int64]) -> int:
    """Number of groups of pieces that touch."""
    group = list(range(count))

    def first(place: int) -> int:
        while group[place] != place:
            place = group[place]
        return place

    for one, other in zip(here.tolist(), there.tolist(), strict=True):
        group[first(one)] = first(other)
    return len({first(place) for place in range(count)})


@given(LINES, st.randoms(use_true_random=False), st.integers(-5, 5))
@settings(deadline=None, max_examples=30)
def test_property_neither_order_nor_place_on_the_map_matters(
    lines: list[list[tuple[float, float]]], random: object, shift: int
) -> None:
    shapes = drawn(lines)
    moved = [shapely.transform(shape, lambda xy: xy + 1024.0 * shift) for shape in shapes]
    random.shuffle(moved)  # type: ignore[attr-defined]
    here, first = noded(*shapes, tolerance_m=0.5)
    there, second = noded(*moved, tolerance_m=0.5)
    assert first.largest_m == pytest.approx(second.largest_m, abs=1e-6)
    assert (first.ends_led_on, first.crossings) == (second.ends_led_on, second.crossings)
    assert (here.nodes, here.edges, parts(here)) == (there.nodes, there.edges, parts(there))
    assert here.length_m.sum() == pytest.approx(there.length_m.sum(), abs=1e-6)


hundredths = st.integers(0, 6000).map(lambda value: value / 100.0)
loose = st.tuples(hundredths, hundredths)


@given(st.lists(st.tuples(loose, loose), min_size=1, max_size=10))
@settings(deadline=None, max_examples=30)
def test_property_no_loose_end_stays_within_the_tolerance(
    lines: list[tuple[tuple[float, float], tuple[float, float]]],
) -> None:
    shapes = [shape for shape in map(LineString, lines) if shape.length > 3.0]
    assume(shapes)
    frame = gpd.GeoDataFrame(geometry=shapes, crs=32635)
    once, report = node_lines(frame, tolerance_m=1.0)
    assert report.largest_m <= 1.0
    _, again = node_lines(once, tolerance_m=1.0)
    # Two ends a vertex tolerance apart, neither one node nor two, may be left.
    # Rounding of coordinates may lead on an end that lies just at the limit.
    assert again.ends_led_on == 0 or again.largest_m <= 2.0 * VERTEX_TOLERANCE_M * (1.0 + 1e-9)
    before, _ = noded(*shapes, tolerance_m=0.0)
    assert parts(street_graph(once)) <= parts(before)
    # Only lines within the tolerance of each other were joined.
    near = shapely.STRtree(np.array(shapes, dtype=object)).query(shapes, "dwithin", distance=1.0)
    assert parts(street_graph(once)) >= _groups(len(shapes), *near)
