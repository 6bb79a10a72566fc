"""Buildings on the street graph by several candidate pipes: leaves, crossings, lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from heatreach.network import SERVICE_PIPE, StreetGraph, read_osm, routing_index, street_graph
from heatreach.network.attach import attach, attach_candidates
from heatreach.network.connect import Candidates, connect, connect_all
from heatreach.network.streets import SHORTEST_EDGE_M

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

SOUTH, NORTH = LineString([(0, 0), (200, 0)]), LineString([(0, 60), (200, 60)])
APART_M = 5.0
HOUSE = box(90, 20, 110, 30)


def drawn(*lines: LineString) -> StreetGraph:
    """Streets of hand-drawn lines; by default one to the south and one to the north."""
    geometry = list(lines) or [SOUTH, NORTH]
    return street_graph(gpd.GeoDataFrame(geometry=geometry, crs=32635))


def pipes(
    graph: StreetGraph,
    *places: object,
    barriers: Mapping[str, object] | None = None,
    buildings: list[Polygon] | None = None,
    candidates: int = 3,
) -> Candidates:
    """Candidate pipes of some places."""
    walls = barriers or {}
    return connect_all(
        graph,
        gpd.GeoSeries(list(places), crs=32635),
        farthest_m=60.0,
        candidates=candidates,
        apart_m=APART_M,
        barriers=gpd.GeoDataFrame({"kind": list(walls)}, geometry=list(walls.values()), crs=32635),
        buildings=gpd.GeoSeries(buildings or [], crs=32635),
    )


def at_node(graph: StreetGraph, node: int) -> npt.NDArray[np.int64]:
    """Edges that meet a node."""
    return np.flatnonzero((graph.tail == node) | (graph.head == node))


def test_golden_both_streets_are_candidates() -> None:
    found = pipes(drawn(), HOUSE, buildings=[HOUSE])
    assert (found.place.tolist(), found.pipes.length_m.tolist()) == ([0, 0], [20.0, 30.0])
    assert found.best.length_m.tolist() == [20.0]
    graph, node = attach_candidates(drawn(), found)
    edges = at_node(graph, int(node[0]))
    assert (graph.of_way("highway")[edges] == SERVICE_PIPE).all()
    # Both begin where the shorter one leaves the house, which is 10 m deep.
    assert graph.length_m[edges].tolist() == [20.0, 30.0 + 10.0]


def test_golden_pipe_under_a_railway_is_second_and_says_so() -> None:
    rail = LineString([(0, 10), (200, 10)])
    found = pipes(drawn(), HOUSE, barriers={"rail": rail})
    assert found.pipes.length_m.tolist() == [30.0, 20.0]
    graph, node = attach_candidates(drawn(), found)
    edges = at_node(graph, int(node[0]))
    assert graph.of_way("crosses")[edges].tolist() == ["", "rail"]
    assert graph.crossed()[edges].tolist() == ["", "rail"]
    assert (graph.crossed()[np.setdiff1d(np.arange(graph.edges), edges)] == "").all()


def test_golden_pipe_through_a_neighbour_only_where_there_is_no_other() -> None:
    rail, shed = LineString([(0, 10), (200, 10)]), box(80, 40, 120, 50)
    assert pipes(drawn(), HOUSE, buildings=[HOUSE, shed]).pipes.crosses.tolist() == [""]
    assert pipes(drawn(NORTH), HOUSE, buildings=[shed]).pipes.crosses.tolist() == ["building"]
    # Around the neighbour lies a railway: both stay, since a bore may cost more than the shed.
    both = pipes(drawn(), HOUSE, barriers={"rail": rail}, buildings=[HOUSE, shed])
    assert both.pipes.crosses.tolist() == ["building", "rail"]


def test_golden_one_street_in_pieces_is_one_candidate() -> None:
    pieces = [LineString([(x, 0), (x + 20, 0)]) for x in range(0, 200, 20)]
    found = pipes(drawn(*pieces), Point(101, 20))
    assert found.pipes.length_m.tolist()[0] == 20.0
    # The next pieces end 19 and 20 m away: oblique pipes that no neighbour forbids stay possible.
    assert (np.diff(np.sort(found.pipes.end[:, 0])) >= APART_M).all()


def test_golden_both_arms_of_a_crescent() -> None:
    crescent = LineString([(0, 0), (200, 0), (230, 30), (200, 60), (0, 60)])
    found = pipes(drawn(crescent), HOUSE)
    assert found.pipes.length_m.tolist() == [20.0, 30.0]


def test_golden_streets_that_meet_near_by_are_one_candidate() -> None:
    corner = [LineString([(0, 0), (100, 0)]), LineString([(100, 0), (200, 0)])]
    assert pipes(drawn(*corner), Point(99, 20)).pipes.end.tolist() == [[99.0, 0.0]]


coordinate = st.floats(0, 200).map(lambda value: round(value, 2))
PLACES = st.lists(
    st.tuples(coordinate, st.floats(0.5, 59.5).map(lambda v: round(v, 2))), min_size=1, max_size=9
)
CROSS = LineString([(70, -10), (70, 70)])


def town() -> StreetGraph:
    """Two streets and one across, which meets both."""
    across = LineString([(70, 0), (70, 60)])
    south = LineString([(0, 0), (70, 0), (200, 0)])
    return drawn(south, LineString([(0, 60), (70, 60), (200, 60)]), across)


@given(PLACES)
@settings(deadline=None, max_examples=40)
def test_property_buildings_are_leaves_on_every_metre_of_street(
    places: list[tuple[float, float]],
) -> None:
    streets = town()
    found = pipes(streets, *map(Point, places), barriers={"rail": LineString([(0, 40), (200, 40)])})
    graph, node = attach_candidates(streets, found)
    service = graph.of_way("highway") == SERVICE_PIPE
    assert service.sum() == len(found.place)
    for place, leaf in enumerate(node.tolist()):
        edges = at_node(graph, leaf)
        assert service[edges].all()
        assert len(edges) == (found.place == place).sum() <= 3
        ends = graph.tail[edges] + graph.head[edges] - leaf
        assert len(np.unique(ends)) == len(edges)
        assert graph.crossed()[edges].tolist() == found.pipes.crosses[found.place == place].tolist()
    assert not np.isin(graph.tail[service], node).any()
    assert graph.length_m[~service].sum() == pytest.approx(streets.length_m.sum(), abs=0.1)
    assert graph.length_m.min() >= SHORTEST_EDGE_M
    assert (graph.tail != graph.head).all()


@given(PLACES, st.randoms(use_true_random=False), st.integers(-3, 3), st.integers(-3, 3))
@settings(deadline=None, max_examples=30)
def test_property_neither_order_nor_place_on_the_map_matters(
    places: list[tuple[float, float]], random: object, east: int, north: int
) -> None:
    order = list(range(len(places)))
    random.shuffle(order)  # type: ignore[attr-defined]
    here = pipes(town(), *map(Point, places))
    streets = town()
    streets.x[:] += 1024.0 * east
    streets.y[:] += 1024.0 * north
    moved = [
        Point(places[row][0] + 1024.0 * east, places[row][1] + 1024.0 * north) for row in order
    ]
    there = pipes(streets, *moved)
    for new, old in enumerate(order):
        first, second = here.place == old, there.place == new
        assert here.pipes.length_m[first] == pytest.approx(there.pipes.length_m[second], abs=1e-6)
        assert here.pipes.crosses[first].tolist() == there.pipes.crosses[second].tolist()


@given(PLACES)
@settings(deadline=None, max_examples=20)
def test_property_the_preferred_pipe_is_that_of_connect(places: list[tuple[float, float]]) -> None:
    found = pipes(town(), *map(Point, places))
    shapes = gpd.GeoSeries([Point(place) for place in places], crs=32635)
    alone = connect(town(), shapes, farthest_m=60.0, candidates=3)
    first = ~np.concatenate([[False], found.place[1:] == found.place[:-1]])
    assert np.array_equal(found.pipes.segment[first], alone.segment[alone.connected])
    by_all, by_one = attach_candidates(town(), found)[0], attach(town(), alone)[0]
    # A sparse index must never find more: one pipe each is a choice among all.
    assert by_all.edges >= by_one.edges


def test_golden_nobody_near_enough() -> None:
    found = pipes(drawn(), Point(100, 500))
    graph, node = attach_candidates(drawn(), found)
    assert (node.tolist(), graph.edges, len(found.place)) == ([-1], 2, 0)
    assert found.best.gap_m.tolist() == pytest.approx([440.0])


def test_golden_a_bore_stays_once_when_its_street_is_cut() -> None:
    streets = drawn(SOUTH)
    streets.bore[:] = "rail"
    graph, _ = attach(streets, pipes(streets, Point(50, 9), Point(150, 9), candidates=1).best)
    assert graph.bore.tolist().count("rail") == 1


def test_town_every_building_of_neuss(realdata: Path) -> None:
    extract = read_osm(realdata / "neuss.osm.pbf")
    streets = street_graph(extract)
    outlines = extract.buildings.to_crs(streets.crs).geometry
    found = connect_all(
        streets, outlines, farthest_m=100.0, candidates=4, apart_m=APART_M, buildings=outlines
    )
    graph, node = attach_candidates(streets, found)
    assert np.array_equal(node >= 0, found.best.connected)
    leaf = np.isin(np.arange(graph.nodes), node)
    service = graph.of_way("highway") == SERVICE_PIPE
    assert np.array_equal(leaf[graph.head], service)
    assert not leaf[graph.tail].any()
    same = found.place[1:] == found.place[:-1]
    apart = np.hypot(*(found.pipes.end[1:] - found.pipes.end[:-1])[same].T)
    assert apart.min() >= APART_M
    assert np.bincount(found.place).max() == 4
    assert len(routing_index(graph).edge) == 2 * len(
        np.unique(np.sort(np.column_stack([graph.tail, graph.head]), axis=1), axis=0)
    )
