"""Existing heat networks cut into stretches, each with its own service pipes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point, box

from heatreach.network import street_graph
from heatreach.network.attach import attach_candidates
from heatreach.network.connect import Candidates, connect_all
from heatreach.network.streets import SHORTEST_EDGE_M, StreetGraph
from heatreach.network.taps import joined, single, stretches, unhung

STREET = LineString([(0, 0), (1000, 0)])


def streets(*lines: LineString) -> StreetGraph:
    """A street graph in metres."""
    return street_graph(gpd.GeoDataFrame(geometry=list(lines), crs=32635))


def pipes_to(graph: StreetGraph, shapes: list[object]) -> Candidates:
    """Service pipes from shapes."""
    series = gpd.GeoSeries(shapes, crs=32635)
    return connect_all(graph, series, farthest_m=50.0, candidates=3, apart_m=5.0)


points = st.tuples(st.integers(-500, 500), st.integers(-500, 500))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(points, min_size=2, max_size=6, unique=True), min_size=1, max_size=3),
    st.floats(5.0, 300.0),
)
def test_property_stretches_cover_the_pipe(
    lines: list[list[tuple[int, int]]], spacing: float
) -> None:
    """No stretch is longer than allowed, none is lost and none leaves the pipe."""
    shape = MultiLineString(lines)
    pieces, owner = stretches(np.array([shape], dtype=object), spacing_m=spacing)
    assert set(owner) == {0}
    assert shapely.length(pieces).max() <= spacing * (1.0 + 1e-9)
    assert shapely.length(pieces).sum() == pytest.approx(shape.length)
    corners = shapely.points(shapely.get_coordinates(pieces))
    assert shapely.distance(corners, shape).max() < 1e-6


def test_golden_stretches_of_other_shapes() -> None:
    shapes = np.array([box(0, 0, 60, 40), Point(5, 5), LineString([(0, 0), (90, 0)])], dtype=object)
    pieces, owner = stretches(shapes, spacing_m=50.0)
    # 200 m of outline in four stretches, a point as it is, 90 m in two.
    assert owner.tolist() == [0] * 4 + [1] + [2] * 2
    assert shapely.length(pieces).tolist() == pytest.approx([50.0] * 4 + [0.0] + [45.0] * 2)


def test_pipes_under_a_street_are_joined_without_length_zero() -> None:
    """A network along a street touches it everywhere: pipes of 1 mm, no division by zero."""
    graph = streets(STREET)
    pieces, owner = stretches(np.array([STREET], dtype=object), spacing_m=100.0)
    taps, of_network = single(pipes_to(graph, list(pieces)), owner)
    hung, node = attach_candidates(graph, taps)
    assert set(of_network) == {0}
    assert len(node) >= 10
    assert (node >= 0).all()
    assert np.isfinite(hung.length_m).all()
    assert hung.length_m.min() == pytest.approx(SHORTEST_EDGE_M)
    assert hung.length_m.sum() == pytest.approx(1000.0, abs=0.1)


def test_every_tap_has_the_length_of_its_own_pipe() -> None:
    """A network that leaves the street at a slope: 0 m at one end, 40 m at the other."""
    graph = streets(STREET)
    slope = LineString([(0, 0), (400, 40)])
    pieces, owner = stretches(np.array([slope], dtype=object), spacing_m=101.0)
    taps, _ = single(pipes_to(graph, list(pieces)), owner)
    # The nearest point of each of four stretches is its lower end: 0, 10, 20 and 30 m.
    assert sorted(taps.pipes.length_m.round(6)) == [0.0, 10.0, 20.0, 30.0]


def test_taps_follow_on_the_places_before_them() -> None:
    graph = streets(STREET)
    places = pipes_to(graph, [Point(10, 20), Point(500, 30), Point(700, 10)])
    bare = unhung(places, np.array([False, True, False]))
    taps, _ = single(pipes_to(graph, [Point(900, 5)]), np.array([1]))
    both = joined(bare, taps)
    assert both.place.tolist() == [0, 2, 3]
    _, node = attach_candidates(graph, both)
    assert (node >= 0).tolist() == [True, False, True, True]
