"""Street sections: between junctions, whatever the order of rows, buildings hung on or not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from heatreach.network import attach, connect, read_osm, street_graph
from heatreach.network.street_sections import street_sections
from heatreach.siting.demo import demo_extract

CRS = "EPSG:32635"


def streets(lines: list[LineString], **columns: list[str]) -> gpd.GeoDataFrame:
    """Lines as a street layer."""
    return gpd.GeoDataFrame(columns, geometry=lines, crs=CRS, index=range(len(lines)))


def test_golden_section_runs_through_bends_to_the_junction() -> None:
    lines = [
        LineString([(0, 0), (30, 0), (30, 40)]),
        LineString([(30, 40), (90, 40)]),
        LineString([(90, 40), (90, 0)]),
        LineString([(90, 40), (190, 40)]),
    ]
    names = ["Short Lane", "Long Street", "Side Street", "Long Street"]
    kinds = ["residential", "residential", "tertiary", "residential"]
    section, table = street_sections(street_graph(streets(lines, name=names, highway=kinds)))
    assert sorted(table["length_m"].tolist()) == [40.0, 100.0, 130.0]
    longest = table.sort_values("length_m").iloc[-1]
    assert longest["name"] == "Short Lane"
    assert longest.geometry.length == 130.0
    assert np.bincount(section).tolist() == [3, 1, 1]


def test_ring_and_loop_are_one_section_each() -> None:
    square = LineString([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)])
    _, ring = street_sections(street_graph(streets([square])))
    assert ring["length_m"].tolist() == [200.0]
    _, loop = street_sections(street_graph(streets([square, LineString([(0, 0), (-30, 0)])])))
    assert sorted(loop["length_m"].tolist()) == [30.0, 200.0]
    assert loop["section_id"].is_unique


@given(seed=st.integers(0, 1000))
@settings(max_examples=8)
def test_property_sections_do_not_hang_on_order_or_buildings(seed: int) -> None:
    random = np.random.default_rng(seed)
    lines = [
        LineString(random.integers(0, 5, (3, 2)) * 40 + random.integers(0, 2, (3, 2)))
        for _ in range(14)
    ]
    lines = [line for line in lines if line.length > 0.0]
    graph = street_graph(streets(lines))
    section, table = street_sections(graph)
    assert table["length_m"].sum() == pytest.approx(graph.length_m.sum())
    assert table["section_id"].is_unique
    assert (section >= 0).all()
    again = [lines[row] for row in random.permutation(len(lines))]
    _, other = street_sections(street_graph(streets(again)))
    assert other["section_id"].tolist() == table["section_id"].tolist()
    assert other["length_m"].tolist() == pytest.approx(table["length_m"].tolist())
    places = gpd.GeoSeries([Point(xy) for xy in random.uniform(0, 200, (12, 2))], crs=CRS)
    hung, _ = attach(graph, connect(graph, places, farthest_m=50.0, candidates=1))
    pieces, after = street_sections(hung)
    assert after["section_id"].tolist() == table["section_id"].tolist()
    assert after["length_m"].tolist() == pytest.approx(table["length_m"].tolist())
    assert (pieces == -1).sum() == (hung.of_way("highway") == "service_pipe").sum()


def test_town_sections_of_the_demo_end_where_three_streets_meet() -> None:
    graph = street_graph(read_osm(demo_extract()))
    section, table = street_sections(graph)
    degree = np.bincount(np.concatenate([graph.tail, graph.head]), minlength=graph.nodes)
    through = np.flatnonzero(degree == 2)
    met = [set(section[(graph.tail == node) | (graph.head == node)]) for node in through[:200]]
    assert all(len(sections) == 1 for sections in met)
    assert table["section_id"].is_unique
    assert table["length_m"].to_numpy() == pytest.approx(table.geometry.length.to_numpy())
    assert 40.0 < table["length_m"].median() < 200.0
