"""Links over several candidate pipes per building: none through a building, bores weighed in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point

from heatreach.siting import Inputs, Scenario, read_inputs
from heatreach.siting.planning.attached import attach_places
from heatreach.siting.screen import _crossed, _routes

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:32632"
EAST, NORTH = 456_000.0, 5_437_000.0
# Two long streets that meet only at their far end, and houses between them.
STREETS = [[(0, 0), (1000, 0), (1000, 60)], [(0, 60), (1000, 60)]]
RAIL = [(0, 45), (990, 45)]


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """A site south of the streets and three houses between them."""

    def moved(line: list[tuple[int, int]]) -> LineString:
        return LineString([(EAST + x, NORTH + y) for x, y in line])

    layers = {
        "streets": gpd.GeoDataFrame(geometry=[moved(line) for line in STREETS], crs=CRS),
        "sites": gpd.GeoDataFrame(
            {"id": ["S"], "it_load_kw": [1000.0]}, geometry=[Point(EAST, NORTH - 10)], crs=CRS
        ),
        "consumers": gpd.GeoDataFrame(
            {"id": ["a", "b", "c"], "annual_heat_mwh": 500.0, "peak_kw": 250.0},
            geometry=[Point(EAST + x, NORTH + y) for x, y in ((200, 35), (400, 55), (600, 20))],
            crs=CRS,
        ),
    }
    for name, frame in layers.items():
        frame.to_file(tmp_path / f"{name}.gpkg", driver="GPKG")
    read = read_inputs(
        sites=tmp_path / "sites.gpkg",
        consumers=tmp_path / "consumers.gpkg",
        streets=tmp_path / "streets.gpkg",
    )
    rail = gpd.GeoDataFrame({"kind": ["rail"]}, geometry=[moved(RAIL)], crs=CRS)
    return replace(read, barriers=rail.to_crs(read.crs))


def routes(inputs: Inputs, *, several: bool) -> tuple[list[float], list[str]]:
    """Length of the route to each house, and what it is bored under."""
    attached = attach_places(inputs, Scenario(), several=several)
    found = _routes(attached, int(attached.site_node[0]), attached.consumer_node, 3000.0)
    count = len(found.consumer)
    length = np.bincount(found.steps.route, attached.graph.length_m[found.steps.edge], count)
    return length.round(1).tolist(), _crossed(attached, found.steps, count)


def test_golden_shortest_route_takes_the_pipe_that_suits_it(inputs: Inputs) -> None:
    """House b prefers the street 5 m north; by the southern one its route is 10 + 400 + 55 m."""
    length, crosses = routes(inputs, several=True)
    # Under the railway the route to b is 1,200 m shorter, which is worth a bore of about 80 m.
    assert length == [245.0, 465.0, 630.0]
    assert crosses == ["", "rail", ""]
    length, crosses = routes(inputs, several=False)
    assert length == [245.0, 10 + 1000 + 60 + 600 + 5, 630.0]
    assert crosses == ["", "", ""]


def test_golden_a_bore_that_saves_less_than_it_costs_is_not_taken(inputs: Inputs) -> None:
    # Twenty metres before the far end, 1,045 m under the railway or 1,085 m around it: no bore.
    near_end = inputs.consumers.geometry.translate(580.0, 0.0).iloc[[1, 1, 1]].to_numpy()
    moved = inputs.consumers.set_geometry(near_end, crs=inputs.crs)
    length, crosses = routes(replace(inputs, consumers=moved), several=True)
    assert length == [10 + 1000 + 55 + 20] * 3
    assert crosses == [""] * 3
