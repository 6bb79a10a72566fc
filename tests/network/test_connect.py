"""Service pipes: the best of several streets, what they cross, and the graph they are cut into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from heatreach.network import (
    SERVICE_PIPE,
    Connections,
    StreetGraph,
    attach,
    connect,
    read_osm,
    routing_index,
    shortest_paths,
    street_graph,
)
from heatreach.network.connect import WALL_M
from heatreach.network.streets import SHORTEST_EDGE_M

if TYPE_CHECKING:
    from collections.abc import Mapping

SOUTH, NORTH = LineString([(0, 0), (200, 0)]), LineString([(0, 60), (200, 60)])


def streets(*lines: LineString, **columns: list[object]) -> StreetGraph:
    """Streets of hand-drawn lines; by default one to the south and one to the north."""
    geometry = list(lines) or [SOUTH, NORTH]
    return street_graph(gpd.GeoDataFrame(columns, geometry=geometry, crs=32635))


def pipes(
    graph: StreetGraph,
    *places: object,
    barriers: Mapping[str, object] | None = None,
    buildings: list[Polygon] | None = None,
    farthest_m: float = 50.0,
    candidates: int = 3,
) -> Connections:
    """Service pipes of some places."""
    walls = barriers or {}
    return connect(
        graph,
        gpd.GeoSeries(list(places), crs=32635),
        farthest_m=farthest_m,
        candidates=candidates,
        barriers=gpd.GeoDataFrame({"kind": list(walls)}, geometry=list(walls.values()), crs=32635),
        buildings=gpd.GeoSeries(buildings or [], crs=32635),
    )


HOUSE = box(90, 20, 110, 30)


def test_golden_nearest_street_when_nothing_is_in_the_way() -> None:
    found = pipes(streets(), HOUSE, buildings=[HOUSE])
    assert found.segment.tolist() == [0]
    assert found.length_m.tolist() == [20.0]
    assert found.crosses.tolist() == [""]
    assert found.gap_m.tolist() == [20.0]
    assert shapely.distance(shapely.Point(found.start[0]), HOUSE) == 0.0
    assert found.end[0, 1] == 0.0


@pytest.mark.parametrize(
    "obstacle",
    [
        {"barriers": {"rail": LineString([(0, 10), (200, 10)])}},
        {"barriers": {"water": box(0, 5, 200, 15)}},
        {"barriers": {"motorway": LineString([(0, 10), (200, 10)])}},
        {"buildings": [HOUSE, box(80, 5, 120, 15)]},
    ],
)
def test_golden_longer_pipe_avoids_obstacle(obstacle: dict[str, object]) -> None:
    found = pipes(streets(), HOUSE, **obstacle)  # type: ignore[arg-type]
    assert found.segment.tolist() == [1]
    assert found.length_m.tolist() == [30.0]
    assert found.crosses.tolist() == [""]
    assert found.gap_m.tolist() == [30.0]


def test_golden_unavoidable_crossings_are_named() -> None:
    rail = LineString([(0, 10), (200, 10)])
    found = pipes(
        streets(SOUTH), HOUSE, barriers={"rail": rail}, buildings=[HOUSE, box(80, 2, 120, 8)]
    )
    assert found.crosses.tolist() == ["building+rail"]
    assert found.length_m.tolist() == [20.0]


def test_golden_building_rather_than_rail() -> None:
    rail, shed = LineString([(0, 10), (200, 10)]), box(80, 40, 120, 50)
    found = pipes(streets(), HOUSE, barriers={"rail": rail}, buildings=[HOUSE, shed])
    assert (found.segment.tolist(), found.crosses.tolist()) == ([1], ["building"])


def test_golden_one_candidate_takes_the_nearest_whatever_it_crosses() -> None:
    rail = LineString([(0, 10), (200, 10)])
    found = pipes(streets(), HOUSE, barriers={"rail": rail}, candidates=1)
    assert (found.segment.tolist(), found.crosses.tolist()) == ([0], ["rail"])


def test_golden_limit_leaves_a_gap() -> None:
    found = pipes(streets(SOUTH), HOUSE, Point(10, 5), farthest_m=19.0)
    assert found.segment.tolist() == [-1, 0]
    assert found.connected.tolist() == [False, True]
    assert np.isnan(found.length_m[0])
    assert found.gap_m.tolist() == [20.0, 5.0]
    graph, node = attach(streets(SOUTH), found)
    assert node[0] == -1
    assert graph.nodes == 2 + 2


def test_golden_nothing_near_enough() -> None:
    found = pipes(streets(SOUTH), HOUSE, farthest_m=1.0, buildings=[HOUSE])
    graph, node = attach(streets(SOUTH), found)
    assert (node.tolist(), graph.edges, found.gap_m.tolist()) == ([-1], 1, [20.0])


@pytest.mark.parametrize("place", [Point(100, 25), HOUSE])
def test_golden_own_building_is_no_obstacle(place: object) -> None:
    assert pipes(streets(), place, buildings=[HOUSE]).crosses.tolist() == [""]


def test_golden_terrace_neighbour_is_an_obstacle() -> None:
    # The neighbour shares the wall at y = 20, so the pipe begins on its outline too.
    found = pipes(streets(SOUTH), HOUSE, buildings=[HOUSE, box(80, 5, 120, 20)])
    assert found.crosses.tolist() == ["building"]
    beside = pipes(streets(SOUTH), HOUSE, buildings=[HOUSE, box(110, 20, 120, 30)])
    assert beside.crosses.tolist() == [""]


def test_golden_multi_part_outline_uses_its_nearest_part() -> None:
    campus = MultiPolygon([box(90, 30, 110, 35), box(150, 44, 160, 52)])
    found = pipes(streets(), campus)
    assert (found.segment.tolist(), found.length_m.tolist()) == ([1], [8.0])
    assert 150 <= found.start[0, 0] <= 160


def test_golden_bridges_and_tunnels_are_not_connected_to() -> None:
    graph = streets(SOUTH, NORTH, bridge=["yes", "no"])
    found = pipes(graph, HOUSE)
    assert (found.segment.tolist(), found.gap_m.tolist()) == ([1], [30.0])


def test_golden_place_on_the_street_gets_the_shortest_edge() -> None:
    graph, node = attach(streets(SOUTH), pipes(streets(SOUTH), Point(50, 0)))
    pipe = graph.of_way("highway") == SERVICE_PIPE
    assert graph.length_m[pipe].tolist() == [SHORTEST_EDGE_M]
    assert graph.x[node].tolist() == [50.0]


def test_golden_part_keeps_rows_together() -> None:
    found = pipes(streets(), Point(10, 5), Point(20, 58), Point(30, 9))
    assert found.part(slice(1, None)).length_m.tolist() == [2.0, 9.0]


coordinate = st.floats(0, 200).map(lambda value: round(value, 2))
PLACES = st.lists(
    st.tuples(coordinate, st.floats(0.5, 45).map(lambda v: round(v, 2))), min_size=1, max_size=12
)


@given(PLACES, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_property_order_of_places_does_not_matter(
    places: list[tuple[float, float]], random: object
) -> None:
    order = list(range(len(places)))
    random.shuffle(order)  # type: ignore[attr-defined]
    barriers = {"rail": LineString([(0, 20), (200, 20)])}
    sheds = [box(x, 10, x + 9, 15) for x in range(5, 200, 20)]
    graph = streets()
    first = pipes(graph, *map(Point, places), barriers=barriers, buildings=sheds)
    second = pipes(
        graph, *[Point(places[row]) for row in order], barriers=barriers, buildings=sheds
    )
    for name in ("segment", "position", "start", "end", "length_m", "gap_m", "crosses"):
        assert np.array_equal(getattr(first, name)[order], getattr(second, name)), name


@given(PLACES)
@settings(deadline=None, max_examples=60)
def test_property_attach_keeps_every_metre(places: list[tuple[float, float]]) -> None:
    places = [*places, places[0]]  # two places at one spot
    graph = streets()
    found = pipes(graph, *map(Point, places), farthest_m=30.0)
    wider, node = attach(graph, found)
    served = np.flatnonzero(found.connected)
    # Every piece may be lifted to the shortest edge.
    slack = SHORTEST_EDGE_M * (wider.edges + 1)
    expected = graph.length_m.sum() + np.nansum(found.length_m)
    assert wider.length_m.sum() == pytest.approx(expected, abs=slack)
    degree = np.bincount(np.concatenate([wider.tail, wider.head]))
    assert (degree[node[served]] == 1).all()
    # Each pipe is one edge and one node; each new point on a street one more of both.
    added = wider.nodes - graph.nodes
    assert wider.edges - graph.edges == added
    assert len(served) <= added < 2 * len(served) or not len(served)
    assert len(np.unique(wider.node_id)) == wider.nodes
    assert (np.diff(wider.node_id[graph.nodes :]) < 0).all()


def test_golden_several_places_on_one_segment() -> None:
    spots = [Point(150, 10), Point(30, 5), Point(30, -5), Point(150, 10), Point(0, 7)]
    graph, node = attach(streets(SOUTH), pipes(streets(SOUTH), *spots))
    distance = shortest_paths(routing_index(graph), int(node[1])).distance[node]
    tiny = 4 * SHORTEST_EDGE_M
    assert distance == pytest.approx([5 + 120 + 10, 0, 10, 5 + 120 + 10, 5 + 30 + 7], abs=tiny)


def test_golden_no_route_passes_through_a_building() -> None:
    # The shortest way from south to north would be through the house, if it were a passage.
    side = LineString([(0, 0), (-300, 30), (0, 60)])
    graph, node = attach(streets(SOUTH, NORTH, side), pipes(streets(SOUTH, NORTH, side), HOUSE))
    paths = shortest_paths(routing_index(graph), 1)
    assert (paths.predecessor != node[0]).all()


def test_town_no_hidden_passage_through_a_neighbour(realdata: object) -> None:
    extract = read_osm(f"{realdata}/neuss.osm.pbf")
    graph = street_graph(extract)
    outlines = extract.buildings.to_crs(graph.crs).geometry
    found = connect(graph, outlines, farthest_m=100.0, candidates=4, buildings=outlines)
    served = np.flatnonzero(found.connected)
    # Measured independently with geopandas, from the middle of each building: 15 and 125 m.
    middles = connect(graph, outlines.centroid, farthest_m=1.0, candidates=1).gap_m
    assert (np.median(middles), middles.max()) == pytest.approx((15.0, 125.0), abs=0.5)
    line = np.asarray(
        shapely.linestrings(np.stack([found.start[served], found.end[served]], axis=1))
    )
    shapes = outlines.to_numpy()
    pipe, other = shapely.STRtree(shapes).query(line, predicate="intersects")
    inside = shapely.length(shapely.intersection(line[pipe], shapes[other])) > WALL_M
    # Outlines drawn over each other (a hall and the shop inside it) are one building.
    apart = ~shapely.intersects(
        shapely.buffer(shapes[served[pipe]], -0.3), shapely.buffer(shapes[other], -0.3)
    )
    hidden = inside & apart & (found.crosses[served[pipe]] == "")
    assert not hidden.any()
