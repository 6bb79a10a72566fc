"""What a study makes of its streets before anything is hung on them, and what it says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, affinity, box

from heatreach.siting import Inputs, read_inputs
from heatreach.siting.assembling.street_layer import cut_off_doubt, street_layer, street_rule
from heatreach.siting.planning.attached import attach_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

CRS = "EPSG:32635"
EAST, NORTH = 497_000.0, 6_708_000.0
SITE, CONSUMER = (10.0, 10.0), (290.0, 110.0)
MAIN, SIDE = [(0, 0), (300, 0)], [(280, 0.5), (280, 200)]
Line = Sequence[tuple[float, float]]


def layer(path: Path, shapes: Sequence[BaseGeometry], columns: Mapping[str, object]) -> Path:
    """Write shapes, moved to the north of Europe, with their columns."""
    there = [affinity.translate(shape, EAST, NORTH) for shape in shapes]
    gpd.GeoDataFrame(dict(columns), geometry=there, crs=CRS).to_file(path)
    return path


def study(
    folder: Path,
    lines: Sequence[Line],
    *,
    consumers: Sequence[tuple[float, float]] = (CONSUMER,),
    tags: Mapping[str, Sequence[str]] | None = None,
) -> Inputs:
    """A study of one site and some consumers on hand-drawn streets, in metres from a corner."""
    heat = {"id": [f"c{n}" for n in range(len(consumers))]}
    return read_inputs(
        sites=layer(folder / "sites.gpkg", [Point(SITE)], {"id": ["dc"], "it_load_kw": [1000.0]}),
        consumers=layer(
            folder / "consumers.gpkg",
            [Point(place) for place in consumers],
            heat | {"annual_heat_mwh": [400.0] * len(consumers)},
        ),
        streets=layer(folder / "streets.gpkg", [LineString(line) for line in lines], tags or {}),
    )


def words(inputs: Inputs) -> str:
    """All doubts of a study."""
    return "\n".join(str(doubt) for doubt in inputs.doubts)


def test_golden_a_slip_of_the_hand_no_longer_cuts_a_street_off(tmp_path: Path) -> None:
    """Dijkstra of networkx along the closed gap: 10 + 270 + 110 + 10 m, by hand."""
    inputs = study(tmp_path, [MAIN, SIDE])
    assert "streets noded at 1 m: 1 end led on (largest 0.50 m)" in words(inputs)
    attached = attach_places(inputs.under(inputs.scenario), inputs.scenario)
    graph: nx.Graph[int] = nx.Graph()
    for tail, head, length in zip(
        attached.graph.tail, attached.graph.head, attached.graph.length_m, strict=True
    ):
        graph.add_edge(int(tail), int(head), length_m=float(length))
    ends = (int(attached.site_node[0]), int(attached.consumer_node[0]))
    route = nx.dijkstra_path_length(graph, *ends, weight="length_m")
    assert route == pytest.approx(400.0, abs=0.01)


def test_golden_two_carriageways_are_dug_once(tmp_path: Path) -> None:
    """The longer one stays, 320 m; the side street of 100 m is led across the gap of 20 m."""
    forth, back = [(-10, 0), (310, 0)], [(300, 20), (150, 20), (0, 20)]
    tags = {"name": ["Ring", "Ring", "Side"], "oneway": ["yes", "yes", "no"]}
    inputs = study(tmp_path, [forth, back, [(150, 20), (150, 120)]], tags=tags)
    assert inputs.left_out == {"second carriageways of one street": 1}
    assert inputs.streets.length_m.sum() == pytest.approx(440.0, abs=0.01)
    edges = zip(inputs.streets.tail.tolist(), inputs.streets.head.tolist(), strict=True)
    assert nx.is_connected(nx.Graph(edges))


def test_two_streets_without_directions_stay_two(tmp_path: Path) -> None:
    inputs = study(tmp_path, [[(0, 0), (300, 0)], [(0, 20), (300, 20)], [(0, 0), (0, 20)]])
    assert inputs.streets.length_m.sum() == pytest.approx(620.0, abs=0.01)
    assert inputs.left_out == {}


def test_clean_streets_raise_no_doubt(tmp_path: Path) -> None:
    assert words(study(tmp_path, [[(0, 0), (280, 0), (300, 0)], [(280, 0), (280, 200)]])) == ""


def test_golden_part_cut_off_is_named_with_its_gap(tmp_path: Path) -> None:
    far = [(200, 100), (280, 100), (280, 200)]
    tags = {"name": ["Main Street", "Mill Lane"]}
    text = words(study(tmp_path, [MAIN, far], tags=tags))
    assert "1 part of the streets (180 m) is cut off" in text
    assert "Mill Lane (180 m, gap 100.0 m); 1 site or consumer is nearest" in text
    assert "join the lines" in text


def test_part_that_nobody_stands_at_is_passed_over(tmp_path: Path) -> None:
    far = [(0, 400), (80, 400)]
    assert words(study(tmp_path, [MAIN, far], consumers=[(200.0, 15.0)])) == ""


def test_near_miss_is_told_with_what_to_do(tmp_path: Path) -> None:
    text = words(study(tmp_path, [MAIN, [(280, 3), (280, 200)]]))
    assert "1 end stops more than that short of another street (up to 5 m)" in text
    assert "join the lines where ends within 5 m" in text


def barriers(**shapes: object) -> gpd.GeoDataFrame:
    """Barriers of some kinds."""
    return gpd.GeoDataFrame({"kind": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def test_golden_bores_are_counted_by_kind() -> None:
    """Two streets over one railway, one of them on a bridge; a river of 10 m across both."""
    lines = gpd.GeoDataFrame(
        {"bridge": ["", "yes"]},
        geometry=[LineString([(0, 0), (300, 0)]), LineString([(0, 50), (300, 50)])],
        crs=CRS,
    )
    walls = barriers(rail=LineString([(100, -90), (100, 90)]), water=box(200, -90, 210, 90))
    found = street_layer(lines, file="s.gpkg", barriers=walls, crs=lines.crs, paths=False)
    (doubt,) = found.doubts
    assert str(doubt) == (
        "s.gpkg: streets cross barriers without bridge, underpass or level crossing: 1 rail, "
        "1 water; a pipe there is priced as a bore; mark bridges with 'yes' in a column bridge"
    )
    bored = found.graph.length_m[found.graph.bore != ""]
    around = street_rule("bore_together_m")
    assert sorted(bored.tolist()) == pytest.approx([around, around + 10.0])


def test_tracks_between_carriageways_keep_both() -> None:
    """A pipe for both sides would have to pass under the tracks at every side street."""
    forth, back = LineString([(0, 0), (300, 0)]), LineString([(300, 20), (0, 20)])
    lines = gpd.GeoDataFrame({"oneway": ["yes", "yes"]}, geometry=[forth, back], crs=CRS)
    for rail, stays_m in ((LineString([(-9, 10), (310, 10)]), 600.0), (Point(0, 99), 300.0)):
        found = street_layer(
            lines, file="s", barriers=barriers(rail=rail), crs=lines.crs, paths=False
        )
        assert found.graph.length_m.sum() == pytest.approx(stays_m)
        assert found.left_out["second carriageways of one street"] == (stays_m < 600.0)


def test_places_count_where_their_nearest_street_is() -> None:
    lines = [LineString([(0, 0), (90, 0)]), LineString([(0, 20), (40, 20)])]
    frame = gpd.GeoDataFrame(geometry=lines, crs=CRS)
    streets = street_layer(frame, file="s", barriers=barriers(), crs=frame.crs, paths=False).graph
    places = gpd.GeoSeries([Point(10, 25), Point(10, 14), Point(10, -5)], crs=CRS)
    (doubt,) = cut_off_doubt("s", streets, places, drawn=False)
    assert "2 sites and consumers are nearest" in doubt.what
    assert "larger extract" in doubt.advice
    assert cut_off_doubt("s", streets, places[2:], drawn=False) == ()


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations([MAIN, SIDE, [(0.0, 60.0), (299.4, 60.0)], [(300.0, 0.3), (300.0, 90.0)]]))
def test_property_order_of_slips_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Line]
) -> None:
    usual = study(tmp_path_factory.mktemp("usual"), sorted(lines, key=list))
    shuffled = study(tmp_path_factory.mktemp("shuffled"), lines)
    assert shuffled.streets.length_m.tolist() == usual.streets.length_m.tolist()
    assert words(shuffled) == words(usual)
