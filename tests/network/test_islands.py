"""Parts of the streets that nothing connects."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from heatreach.network import StreetGraph, components, routing_index, street_graph
from heatreach.network.tidying.islands import PARTS_NAMED, disconnected_parts, parts_in_words


def drawn(*lines: LineString, **columns: list[object]) -> StreetGraph:
    """Graph of user lines in metres."""
    return street_graph(gpd.GeoDataFrame(columns, geometry=list(lines), crs=32635))


MAIN = LineString([(0, 0), (200, 0)])


def test_golden_parts_by_length_with_gap_and_place() -> None:
    yard = LineString([(50, 30), (50, 12)])
    lane = LineString([(100, -5), (140, -5)])
    parts = disconnected_parts(drawn(yard, MAIN, lane, name=["Yard", "Main", "Lane"]))
    assert parts["street"].tolist() == ["Lane", "Yard"]
    assert parts["length_m"].tolist() == [40.0, 18.0]
    assert parts["gap_m"].tolist() == [5.0, 12.0]
    assert parts[["x", "y"]].iloc[1].tolist() == [50.0, 12.0]
    assert parts_in_words(parts) == (
        "2 parts of the streets (58 m) are cut off from the rest: "
        "Lane (40 m, gap 5.0 m), Yard (18 m, gap 12.0 m)"
    )


def test_golden_one_part_is_no_report() -> None:
    parts = disconnected_parts(drawn(MAIN))
    assert parts.empty
    assert parts_in_words(parts) == ""


def test_golden_many_parts_are_counted() -> None:
    rest = [LineString([(x, 9), (x + 5, 9)]) for x in range(0, 80, 10)]
    assert parts_in_words(disconnected_parts(drawn(MAIN, *rest))).endswith(
        f"and {8 - PARTS_NAMED} more"
    )


spot = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda c: (7.0 * c[0], 5.0 * c[1]))


@given(st.lists(st.tuples(spot, spot), max_size=8), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_property_every_metre_is_main_or_named(
    lines: list[tuple[tuple[float, float], tuple[float, float]]], random: object
) -> None:
    shapes = [LineString([(-500, -50), (500, -50)]), *map(LineString, lines)]
    graph = drawn(*shapes)
    parts = disconnected_parts(graph)
    assert len(parts) == len(np.unique(components(routing_index(graph))[graph.tail])) - 1
    assert parts["length_m"].sum() + 1000.0 == pytest.approx(graph.length_m.sum())
    assert (parts["gap_m"] >= 0.0).all()
    random.shuffle(shapes)  # type: ignore[attr-defined]
    again = disconnected_parts(drawn(*shapes))
    assert again["gap_m"].tolist() == pytest.approx(parts["gap_m"].tolist())
    assert again["nodes"].tolist() == parts["nodes"].tolist()
