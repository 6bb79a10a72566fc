"""The street graph: which ways carry pipes, what they cost, how user lines join."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely import LineString, MultiLineString, Point, Polygon

from heatreach.data import load_table
from heatreach.network import OsmExtract, StreetError, StreetGraph, metric_crs, street_graph
from heatreach.network.crs import measures_metres, middle_degrees
from heatreach.network.streets import SHORTEST_EDGE_M

# Four corners of a block of about 100 m in Kotka, and a fifth node north of it.
PLACES = {
    1: (26.9500, 60.5300),
    2: (26.9518, 60.5300),
    3: (26.9518, 60.5309),
    4: (26.9500, 60.5309),
    5: (26.9518, 60.5318),
}


def extract(*ways: tuple[str, dict[str, str]], crossing: tuple[int, ...] = ()) -> OsmExtract:
    """An extract of hand-drawn ways: nodes as numbers with blanks between, and tags."""
    runs = [[int(number) for number in refs.split()] for refs, _ in ways]
    used = sorted({number for run in runs for number in run})
    row = {number: place for place, number in enumerate(used)}
    pairs = [(row[a], row[b], way) for way, run in enumerate(runs) for a, b in pairwise(run)]
    tail, head, way = np.array(pairs, dtype=np.int32).reshape(-1, 3).T
    nothing = gpd.GeoDataFrame({"tags": []}, geometry=[], crs="EPSG:4326")
    tags = pd.DataFrame([{"highway": "residential"} | tags for _, tags in ways]).fillna("")
    return OsmExtract(
        node_id=np.array(used),
        lon=np.array([PLACES[number][0] for number in used]),
        lat=np.array([PLACES[number][1] for number in used]),
        level_crossing=np.isin(used, crossing),
        tail=tail,
        head=head,
        way=way,
        ways=tags.assign(way_id=100 + np.arange(len(ways))),
        buildings=nothing,
        areas=nothing,
        points=nothing,
        barriers=nothing,
        data_date="",
        left_out={},
    )


def drawn(*lines: LineString | MultiLineString, **columns: list[object]) -> StreetGraph:
    """Graph of user lines in metres."""
    return street_graph(gpd.GeoDataFrame(columns, geometry=list(lines), crs=32635))


def classes(graph: StreetGraph) -> set[str]:
    """Road classes that made it into the graph."""
    return set(graph.of_way("highway").astype(str))


@pytest.mark.parametrize("use", ["default", "second_pass", "never"])
def test_golden_classes_follow_the_table(use: str) -> None:
    table = load_table("road_classes").set_index("highway")["use"]
    named = table.index[table == use].tolist()
    ways = [("1 2", {"highway": name}) for name in named]
    streets = extract(("1 4", {}), *ways)
    plain, wide = street_graph(streets), street_graph(streets, paths=True)
    assert classes(plain) == {"residential"} | (set(named) if use == "default" else set())
    assert classes(wide) == {"residential"} | (set(named) if use != "never" else set())


def test_golden_no_motorway_steps_footway_or_square() -> None:
    graph = street_graph(
        extract(
            ("1 2", {"highway": "motorway"}),
            ("1 2", {"highway": "steps"}),
            ("1 2", {"highway": "footway"}),
            ("1 2", {"highway": "never heard of"}),
            ("1 2 3 1", {"highway": "pedestrian", "area": "yes"}),
            ("3 4", {"highway": "service", "access": "private"}),
        )
    )
    assert classes(graph) == {"service"}
    assert graph.of_way("private").all()
    assert graph.node_id.tolist() == [3, 4]


def test_golden_cost_factors_multiply() -> None:
    graph = street_graph(
        extract(
            ("1 2", {}),
            ("2 3", {"bridge": "yes"}),
            ("3 4", {"tunnel": "yes"}),
            ("4 1", {"tunnel": "building_passage"}),
            ("1 3", {"tunnel": "culvert", "bridge": "no"}),
            ("2 4", {"access": "private", "bridge": "viaduct"}),
        )
    )
    # data/crossings.csv: bridge 4, tunnel 3, building passage 1.5, private road 1.1.
    assert graph.of_way("cost_factor").tolist() == pytest.approx([1, 4, 3, 1.5, 1, 4.4])
    assert graph.of_way("connectable").tolist() == [True, False, False, False, True, False]
    assert graph.of_way("bridge").tolist() == [False, True, False, False, False, True]
    assert graph.of_way("tunnel").tolist() == [False, False, True, True, False, False]


def test_golden_surfaces() -> None:
    tags = [{"surface": "gravel"}, {"surface": "asphalt", "highway": "track"}, {"highway": "track"}]
    tags += [{"surface": "moon dust"}, {}]
    graph = street_graph(extract(*[("1 2", row) for row in tags]), paths=True)
    assert graph.of_way("surface_class").tolist() == ["soft", "hard", "soft", "hard", "hard"]


def test_golden_level_crossing_is_flagged() -> None:
    graph = street_graph(extract(("1 2 3", {}), crossing=(2,)))
    assert graph.node_id[graph.level_crossing].tolist() == [2]


def test_golden_bridge_without_shared_node_stays_apart() -> None:
    # 1-3 and 2-4 cross in the middle of the block.
    graph = street_graph(extract(("1 3", {}), ("2 4", {"bridge": "yes"})))
    assert (graph.nodes, graph.edges) == (4, 2)
    assert shapely.crosses(*graph.segments())


def test_golden_lengths_are_geodesic_to_a_tenth_of_a_percent() -> None:
    graph = street_graph(extract(("1 2 3", {})))
    geod = Geod(ellps="WGS84")
    on_ground = [geod.inv(*PLACES[a], *PLACES[b])[2] for a, b in ((1, 2), (2, 3))]
    assert graph.length_m == pytest.approx(on_ground, rel=1e-3)
    assert graph.crs.to_epsg() == 32635


def test_golden_self_loops_are_left_out() -> None:
    graph = drawn(LineString([(0, 0), (0, 0.004), (9, 0)]), LineString([(9, 0), (9, 0)]))
    assert (graph.nodes, graph.edges) == (2, 1)


def test_golden_repeated_node_gives_shortest_edge() -> None:
    streets = extract(("1 2 3", {}))
    streets.lon[1], streets.lat[1] = streets.lon[0], streets.lat[0]
    assert street_graph(streets).length_m.min() == SHORTEST_EDGE_M


@given(st.floats(0, 360), st.floats(0, 0.0095), st.floats(-50, 50))
def test_property_vertices_within_a_centimetre_join(
    angle: float, distance: float, offset: float
) -> None:
    # Wherever the two vertices lie: a rounding grid would tear some pairs apart.
    x, y = 385_000 + offset, 6_712_000 + offset
    near = (x + distance * np.cos(np.radians(angle)), y + distance * np.sin(np.radians(angle)))
    graph = drawn(LineString([(x - 80, y), (x, y)]), LineString([near, (x, y + 60)]))
    assert (graph.nodes, graph.edges) == (3, 2)


def test_golden_vertices_farther_apart_do_not_join() -> None:
    graph = drawn(LineString([(0, 0), (50, 0)]), LineString([(50.02, 0), (90, 0)]))
    assert graph.nodes == 4


def test_golden_crossing_lines_are_not_cut() -> None:
    graph = drawn(LineString([(0, 0), (10, 10)]), LineString([(0, 10), (10, 0)]))
    assert (graph.nodes, graph.edges) == (4, 2)


def test_golden_multipart_and_tags_of_user_lines() -> None:
    two = MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 0)]])
    graph = drawn(two, LineString([(0, 5), (7, 5)]), cost_factor=[2.0, None], bridge=["no", "yes"])
    assert graph.way.tolist() == [0, 0, 1]
    assert graph.of_way("cost_factor").tolist() == [2.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("geometry", "crs", "words"),
    [
        (LineString([(0, 0), (1, 1)]), 4326, "WGS 84"),
        (LineString([(0, 0), (1, 1)]), None, "no coordinate system"),
        (LineString([(0, 0), (1, 1)]), 3857, "Pseudo-Mercator"),
        (LineString([(0, 0), (1, 1)]), 2263, "metres"),
        (Point(0, 0), 32635, "points or areas"),
        (Polygon([(0, 0), (1, 0), (1, 1)]), 32635, "points or areas"),
        (LineString(), 32635, "no line"),
        (None, 32635, "no line"),
    ],
)
def test_street_graph_rejects_other_layers(geometry: object, crs: int | None, words: str) -> None:
    with pytest.raises(StreetError, match=words):
        street_graph(gpd.GeoDataFrame(geometry=[geometry], crs=crs))


@pytest.mark.parametrize("factor", [0.0, -1.0, np.inf])
def test_street_graph_rejects_cost_factor(factor: float) -> None:
    with pytest.raises(StreetError, match="cost_factor must be above 0"):
        drawn(LineString([(0, 0), (1, 1)]), cost_factor=[factor])


def test_street_graph_rejects_extract_without_streets() -> None:
    with pytest.raises(StreetError, match="no street that may carry a pipe"):
        street_graph(extract(("1 2", {"highway": "motorway"})))
    with pytest.raises(StreetError, match="no line that may carry a pipe"):
        drawn(LineString([(0, 0), (1, 1)]), highway=["steps"])


def test_golden_frame_has_a_line_per_street() -> None:
    streets = extract(("1 2 3 4 1", {"name": "Ring"}), ("3 5", {}), ("1 2", {"highway": "steps"}))
    frame = street_graph(streets).to_frame()
    assert frame["name"].tolist() == ["Ring", ""]
    assert frame.geom_type.tolist() == ["LineString", "LineString"]
    assert frame.geometry[0].is_ring
    assert len(frame.geometry[0].coords) == 5


def test_golden_frame_of_a_street_in_two_pieces() -> None:
    two = MultiLineString([[(0, 0), (10, 0), (10, 5)], [(20, 0), (30, 0)]])
    frame = drawn(LineString([(0, 9), (4, 9)]), two).to_frame()
    assert shapely.equals(frame.geometry[1], two)


def test_town_frame_keeps_every_metre(karhula: StreetGraph) -> None:
    frame = karhula.to_frame()
    by_way = np.bincount(karhula.way, weights=karhula.length_m)
    assert frame.length.to_numpy() == pytest.approx(by_way[by_way > 0], rel=1e-9)
    # A clipped way that leaves the extract and comes back is drawn in parts, not across.
    assert frame.length.sum() == pytest.approx(karhula.length_m.sum(), rel=1e-9)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (26.95, 60.53, 32635),
        (8.43, 49.10, 32632),
        (-4.53, 54.15, 32630),
        (151.2, -33.9, 32756),
        (0.0, 0.0, 32631),
        (179.9, -17.0, 32760),
        (-179.9, -17.0, 32701),
        (180.0, -17.0, 32701),
        (181.0, -17.0, 32701),
        (541.0, 10.0, 32601),
        (20.0, 84.0, 32634),
        (20.0, -80.0, 32734),
    ],
)
def test_golden_utm_zone(lon: float, lat: float, epsg: int) -> None:
    assert metric_crs(lon, lat).to_epsg() == epsg


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_property_metric_crs_measures_the_ground(lon: float, lat: float) -> None:
    crs = metric_crs(lon, lat)
    assert measures_metres(crs)
    # Tissot: the scale at the point itself, in every zone and beyond UTM's limits.
    factors = _scale(crs, lon, lat)
    assert factors == pytest.approx([1.0, 1.0], abs=2e-3)


def _scale(crs: CRS, lon: float, lat: float) -> list[float]:
    """Projected length over length on the ground, eastwards and northwards."""
    geod = Geod(ellps="WGS84")
    to_metric = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    here = to_metric.transform(lon, lat)
    there = [geod.fwd(lon, lat, azimuth, 100.0)[:2] for azimuth in (90.0, 0.0)]
    ends = [to_metric.transform(*place) for place in there]
    return [float(np.hypot(x - here[0], y - here[1])) / 100.0 for x, y in ends]


@pytest.mark.parametrize(("lon", "lat"), [(0, 91), (0, -91), (np.nan, 0), (0, np.nan), (np.inf, 0)])
def test_metric_crs_rejects_no_place(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="no place on Earth"):
        metric_crs(lon, lat)


def test_golden_middle_across_the_date_line() -> None:
    lon, lat = middle_degrees(np.array([179.8, -179.8, 179.9]), np.array([-16.0, -17.0, -18.0]))
    assert [lon, lat] == pytest.approx([179.966_666_667, -17.0])
    across = extract(("1 2 3", {}))
    across.lon[:] = [179.999, -179.999, -179.998]
    across.lat[:] = [-16.80, -16.80, -16.81]
    graph = street_graph(across)
    assert graph.length_m == pytest.approx([213, 1112], rel=0.01)
