"""Dual carriageways: one trench, nothing cut off, everything else as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from heatreach.network import (
    StreetGraph,
    components,
    read_osm,
    routing_index,
    shortest_paths,
    street_graph,
)
from heatreach.network.tidying.carriageways import CarriagewayReport, one_trench

if TYPE_CHECKING:
    from pathlib import Path

APART_M = 30.0
# East- and westbound, 12 m apart, which part at (0, 6) and meet at (400, 6).
EASTBOUND = LineString([(0, 6), (20, 0), (100, 0), (250, 0), (380, 0), (400, 6)])
WESTBOUND = LineString([(400, 6), (380, 12), (250, 12), (120, 12), (20, 12), (0, 6)])


def merged(
    *streets: tuple[LineString, str], by_name: bool = False, **columns: Any
) -> tuple[StreetGraph, StreetGraph, CarriagewayReport]:
    """Graphs before and after, and the report; streets come with their one-way tag."""
    frame = gpd.GeoDataFrame(
        {"oneway": [tag for _, tag in streets], "name": ["High Street"] * len(streets)} | columns,
        geometry=[line for line, _ in streets],
        crs=32635,
    )
    before = street_graph(frame)
    return before, *one_trench(before, apart_m=APART_M, by_name=by_name)


def parts(graph: StreetGraph) -> int:
    """Number of connected parts."""
    return len(np.unique(components(routing_index(graph))))


def test_golden_one_carriageway_stays() -> None:
    before, after, report = merged((EASTBOUND, "yes"), (WESTBOUND, "yes"))
    assert parts(after) == 1
    assert after.length_m.sum() == pytest.approx(EASTBOUND.length)
    assert before.length_m.sum() == pytest.approx(2 * EASTBOUND.length)
    assert (report.carriageways, report.links) == (1, 0)
    assert report.taken_out_m == pytest.approx(EASTBOUND.length)


@pytest.mark.parametrize("reverse", [False, True])
def test_golden_side_streets_of_both_sides_stay_connected(reverse: bool) -> None:
    north, south = LineString([(120, 12), (120, 90)]), LineString([(250, 0), (250, -70)])
    west = WESTBOUND.reverse() if reverse else WESTBOUND
    _, after, report = merged(
        (EASTBOUND, "yes"), (west, "-1" if reverse else "yes"), (north, "no"), (south, "")
    )
    assert (parts(after), report.carriageways, report.links) == (1, 1, 1)
    # Which of two equal carriageways stays, one side street is led across 12 m.
    assert report.links_m == pytest.approx(12.0, abs=0.01)
    expected = EASTBOUND.length + north.length + south.length + 12.0
    assert after.length_m.sum() == pytest.approx(expected, abs=0.01)


def test_golden_no_plan_can_lay_both() -> None:
    north, south = LineString([(120, 12), (120, 90)]), LineString([(250, 0), (250, -70)])
    _, after, _ = merged((EASTBOUND, "yes"), (WESTBOUND, "yes"), (north, ""), (south, ""))
    # A tree all over the graph is the graph: no ring is left.
    assert after.edges == after.nodes - 1
    ends = [int(np.argmax(after.y)), int(np.argmin(after.y))]
    distance = shortest_paths(routing_index(after), ends[0]).distance[ends[1]]
    assert distance == pytest.approx(78.0 + 12.0 + 130.0 + 70.0, abs=0.01)


@pytest.mark.parametrize(
    ("second", "columns"),
    [
        ((WESTBOUND, "no"), {}),
        ((WESTBOUND, "yes"), {"name": ["High Street", "Mill Lane"]}),
        ((WESTBOUND, "yes"), {"highway": ["primary", "service"]}),
        ((WESTBOUND.reverse(), "yes"), {}),
        ((WESTBOUND, "yes"), {"junction": ["", "roundabout"]}),
        ((LineString([(400, 40), (0, 40)]), "yes"), {}),
    ],
)
def test_golden_other_pairs_stay_two(
    second: tuple[LineString, str], columns: dict[str, Any]
) -> None:
    before, after, report = merged((EASTBOUND, "yes"), second, **columns)
    assert after is before or np.array_equal(after.length_m, before.length_m)
    assert str(report) == "no dual carriageway found"


def test_golden_roundabout_stays() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 17)
    ring = LineString(np.column_stack([12.0 * np.cos(angle), 12.0 * np.sin(angle)]))
    _, _, report = merged((ring, "yes"))
    assert report.carriageways == 0


def test_golden_by_name_where_no_direction_is_known() -> None:
    lines = [(EASTBOUND, ""), (WESTBOUND, "")]
    assert merged(*lines)[2].carriageways == 0
    _, after, report = merged(*lines, by_name=True)
    assert (report.carriageways, parts(after)) == (1, 1)
    assert after.length_m.sum() == pytest.approx(EASTBOUND.length)


SIDES = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.integers(20, 90)), min_size=0, max_size=5
)


@given(SIDES, st.integers(-4, 4))
@settings(deadline=None, max_examples=30)
def test_property_what_was_connected_stays_connected(
    sides: list[tuple[int, bool, int]], shift: int
) -> None:
    east, west = [20, 100, 250, 380], [20, 120, 250, 380]
    streets = [(EASTBOUND, "yes"), (WESTBOUND, "yes")]
    for place, north, length in sides:
        x, y = (west[place], 12) if north else (east[place], 0)
        streets.append((LineString([(x, y), (x + 3, y + (length if north else -length))]), ""))
    before, after, report = merged(*streets)
    assert (parts(after), report.carriageways) == (1, 1)
    kept = before.node_id[np.isin(before.node_id, after.node_id)]
    tips = before.node_id[np.bincount(np.append(before.tail, before.head)) == 1]
    assert np.isin(tips, kept).all()
    moved = [(LineString(np.array(line.coords) + 1024.0 * shift), tag) for line, tag in streets]
    assert merged(*moved)[1].length_m.sum() == pytest.approx(after.length_m.sum(), abs=1e-5)


@pytest.mark.parametrize(
    ("highway", "name", "carriageways"),
    [("service", "", 0), ("service", "Mall", 1), ("primary", "", 1)],
)
def test_aisles_without_a_name_are_no_street(highway: str, name: str, carriageways: int) -> None:
    lines = (EASTBOUND, "yes"), (WESTBOUND, "yes")
    report = merged(*lines, highway=[highway] * 2, name=[name] * 2)[2]
    assert report.carriageways == carriageways


def test_golden_tracks_between_keep_both() -> None:
    """Tracks run between from x = 200 m on; only there both carriageways stay."""
    streets = merged((EASTBOUND, "yes"), (WESTBOUND, "yes"))[0]
    tracks = LineString([(200, 6), (399, 6)])
    walls = gpd.GeoDataFrame({"kind": ["rail"]}, geometry=[tracks], crs=32635)
    graph, report = one_trench(streets, apart_m=APART_M, barriers=walls)
    assert parts(graph) == 1
    # Nodes at x <= 120 m are linked; both sides of the stretch behind are left.
    behind = (graph.x[graph.tail] + graph.x[graph.head]) / 2.0 > 150.0
    assert graph.length_m[behind].sum() > 2 * 245.0
    assert 0.0 < report.taken_out_m < 150.0
    whole = gpd.GeoDataFrame({"kind": ["rail"]}, geometry=[tracks], crs=32635).translate(0, 99)
    aside = gpd.GeoDataFrame({"kind": ["rail"]}, geometry=whole)
    assert one_trench(streets, apart_m=APART_M, barriers=aside)[1].taken_out_m > 400.0


def test_town_carriageways_of_neuss(realdata: Path) -> None:
    """The light railway in the middle of the main streets keeps both of their sides."""
    extract = read_osm(realdata / "neuss.osm.pbf")
    streets = street_graph(extract)
    walls = extract.barriers.to_crs(streets.crs)
    graph, report = one_trench(streets, apart_m=APART_M, barriers=walls)
    # Links across are what lies off every street of the map.
    line = graph.segments()
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    old = np.unique(shapely.STRtree(streets.segments()).query(middle, "dwithin", 0.01)[0])
    links = np.delete(line, old)
    assert 0 < len(links) <= report.links
    assert not len(shapely.STRtree(walls.geometry.to_numpy()).query(links, predicate="crosses")[0])
    assert report.carriageways > 0
    assert graph.length_m.sum() == pytest.approx(
        streets.length_m.sum() - report.taken_out_m + report.links_m, abs=1.0
    )
    # Two nodes of the map that are left are connected after if and only if they were before.
    common, first, second = np.intersect1d(streets.node_id, graph.node_id, return_indices=True)
    was = components(routing_index(streets))[first]
    now = components(routing_index(graph))[second]
    pairs = np.unique(np.column_stack([was, now]), axis=0)
    assert len(pairs) == len(np.unique(was)) == len(np.unique(now))
    assert len(common) > 0.9 * streets.nodes
