"""
The demo town read, classified, attached and grown box by box: the same clusters as in one piece.

Each box is read from the extract with a halo of the largest radius and of what classes, levels and
service pipes look at around a building. Clusters are merged by shared consumers alone.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from heatreach.network import read_osm
from heatreach.siting import Inputs, read_inputs
from heatreach.siting.assembling.street_layer import street_layer
from heatreach.siting.demand import consumers_from_osm
from heatreach.siting.demo import demo_extract
from heatreach.siting.zoning.balls import ball_clusters
from heatreach.siting.zoning.growth import grown_zones
from heatreach.siting.zoning.leaves import leaves_of
from heatreach.siting.zoning.places import ZonePlaces, zone_places
from heatreach.siting.zoning.rules import zone_rules
from heatreach.siting.zoning.sections import section_clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

Box = tuple[float, float, float, float]
Groups = set[frozenset[str]]

AROUND_M = 300.0
"""What the class, the levels and the service pipe of a building hang on lies this near."""

METHODS = ("radius", "street")
THRESHOLDS = {"radius": 8.0, "street": 1.5}


@pytest.fixture(scope="module")
def whole() -> Inputs:
    """The demo town in one piece."""
    return read_inputs(sites=None, consumers="osm", area=str(demo_extract()), zones=True)


@pytest.fixture(scope="module")
def places(whole: Inputs) -> ZonePlaces:
    """Its loads on its streets."""
    return zone_places(whole, whole.scenario)


def clusters(places: ZonePlaces, method: str, core: Box, radius_m: float) -> Groups:
    """Clusters of two loads or more that the core of a box takes part in, by ids."""
    west, south, east, north = core
    reach = radius_m if method == "radius" else 0.0
    x, y = places.graph.x, places.graph.y
    inside = (x >= west - reach) & (x <= east + reach) & (y >= south - reach) & (y <= north + reach)
    if method == "radius":
        radius = np.minimum(places.heat_mwh / THRESHOLDS[method], radius_m)
        found = ball_clusters(
            places.graph, places.node, radius_m=radius, farthest_m=radius_m, inside=inside
        )
    else:
        found = section_clusters(places, threshold_mwh_m=THRESHOLDS[method], inside=inside)
    ids = places.consumers["id"].to_numpy()
    groups = (frozenset(ids[found.consumer == one]) for one in range(found.count))
    return {group for group in groups if len(group) > 1}


def read_box(whole: Inputs, box: Box) -> ZonePlaces:
    """Loads on the streets of a box [m] and nothing around it, read from the file."""
    west, south, east, north = box
    to_degrees = Transformer.from_crs(whole.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform([west, east, west, east], [south, north, north, south])
    extract = read_osm(demo_extract(), bbox=(min(lon), min(lat), max(lon), max(lat)))
    barriers = extract.barriers.to_crs(whole.crs)
    layer = street_layer(extract, file="", barriers=barriers, crs=whole.crs, paths=False)
    inputs = replace(
        whole,
        everywhere=consumers_from_osm(extract, whole.crs, country=whole.country),
        streets=layer.graph,
        barriers=barriers,
        buildings=extract.buildings.geometry.to_crs(whole.crs),
    )
    return zone_places(inputs, whole.scenario)


def boxes(places: ZonePlaces, side: int) -> Iterator[Box]:
    """Boxes that cover the streets, side by side."""
    x, y = (
        np.linspace(axis.min(), axis.max(), side + 1) for axis in (places.graph.x, places.graph.y)
    )
    for i, j in product(range(side), repeat=2):
        yield float(x[i]), float(y[j]), float(x[i + 1]), float(y[j + 1])


@pytest.mark.parametrize("side", [2, 3])
def test_town_in_4_and_9_boxes_has_the_clusters_of_the_whole(
    whole: Inputs, places: ZonePlaces, side: int
) -> None:
    radius_m = float(places.heat_mwh.max()) / THRESHOLDS["radius"]
    halo = radius_m + AROUND_M
    joined: dict[str, nx.Graph[str]] = {method: nx.Graph() for method in METHODS}
    sizes = []
    for core in boxes(places, side):
        west, south, east, north = core
        part = read_box(whole, (west - halo, south - halo, east + halo, north + halo))
        sizes.append(len(part.consumers))
        for method in METHODS:
            for group in clusters(part, method, core, radius_m):
                nx.add_path(joined[method], sorted(group))
    everything = (-np.inf, -np.inf, np.inf, np.inf)
    for method in METHODS:
        found = {frozenset(part) for part in nx.connected_components(joined[method])}
        assert found == clusters(places, method, everything, radius_m)
        assert len(found) > 20
    assert max(sizes) < len(places.consumers)


@pytest.mark.parametrize(
    "name", ["class_4", "class_8", "de_street_1_5", "scotland_baseline", "scotland_stringent"]
)
def test_town_in_tiles_has_the_zones_of_the_whole(places: ZonePlaces, name: str) -> None:
    (rule,) = zone_rules([name])
    expected = grown_zones(places, rule)
    assert expected.zones > 0
    for tiles in (4, 9):
        found = grown_zones(places, rule, tiles=tiles)
        np.testing.assert_array_equal(found.zone, expected.zone)
        np.testing.assert_array_equal(found.edges, expected.edges)
        np.testing.assert_array_equal(found.joint_mwh_m, expected.joint_mwh_m)


def test_town_sections_of_pieces_add_up(places: ZonePlaces) -> None:
    graph, street = places.graph, places.section >= 0
    length = np.bincount(places.section[street], weights=graph.length_m[street])
    assert length == pytest.approx(places.sections["length_m"].to_numpy(), rel=1e-9, abs=0.01)
    connected = places.node >= 0
    contact = leaves_of(graph, places.node).contact[connected]
    lines = places.sections.geometry.to_numpy()[places.consumer_section[connected]]
    points = shapely.points(graph.x[contact], graph.y[contact])
    assert shapely.distance(points, lines).max() < 0.01
