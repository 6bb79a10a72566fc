"""Data centres of an extract: campuses, tagged loads, estimates that say so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from heatreach.data import assumption
from heatreach.network.osm import OsmExtract, read_osm
from heatreach.siting.data_centres import data_centres_from_osm, power_kw

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

CRS = "EPSG:32632"
EAST, NORTH = 500_000.0, 5_500_000.0
DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
DENSITY = assumption("siting_rules", "data_centre", "it_load_density_w_per_m2").value
TOLERANCE = 1e-3  # node positions in a file are rounded to 1e-7 degrees, about a centimetre

Square = tuple[float, float, float, dict[str, str]]


class Drawing:
    """A little map written as OpenStreetMap XML."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []

    def node(self, x: float, y: float, tags: dict[str, str]) -> int:
        """Add a node at metres from the origin; its number."""
        lon, lat = DEGREES.transform(EAST + x, NORTH + y)
        number = len(self.nodes) + 1
        self.nodes.append(
            f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}">{self.words(tags)}</node>'
        )
        return number

    def square(self, x: float, y: float, size: float, tags: dict[str, str]) -> None:
        """Add a square outline."""
        corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
        refs = [self.node(*corner, {}) for corner in corners]
        ring = "".join(f'<nd ref="{ref}"/>' for ref in [*refs, refs[0]])
        self.ways.append(f'<way id="{len(self.ways) + 1}">{ring}{self.words(tags)}</way>')

    @staticmethod
    def words(tags: dict[str, str]) -> str:
        """Tags as XML."""
        return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())

    def read(self, folder: Path) -> OsmExtract:
        """Write the map and read it."""
        path = folder / "map.osm"
        text = "".join(self.nodes + self.ways)
        path.write_text(f'<osm version="0.6">{text}</osm>', encoding="utf-8")
        return read_osm(path)


def sites(
    folder: Path, squares: list[Square], points: list[Square] | None = None
) -> gpd.GeoDataFrame:
    """Sites of a map of squares and points."""
    drawing = Drawing()
    for x, y, size, tags in squares:
        drawing.square(x, y, size, tags)
    for x, y, _, tags in points or []:
        drawing.node(x, y, tags)
    return data_centres_from_osm(drawing.read(folder), CRS)


DC = {"telecom": "data_center", "building": "yes"}


@pytest.mark.parametrize(
    "tags",
    [
        DC,
        {"building": "data_center"},
        {"building": "data_centre"},
        {"building": "yes", "man_made": "datacenter"},
    ],
)
def test_golden_estimate_from_floor_area(tmp_path: Path, tags: dict[str, str]) -> None:
    row = sites(tmp_path, [(0, 0, 50, {**tags, "building:levels": "2"})]).iloc[0]
    assert row["it_load_kw"] == pytest.approx(50 * 50 * 2 * DENSITY / 1000, rel=TOLERANCE)
    assert row["it_load_source"].startswith("estimate: ")
    assert not row["hypothetical"]
    assert row["id"] == "way/1"


def test_golden_campus_by_distance_and_operator(tmp_path: Path) -> None:
    acme = {**DC, "operator": "Acme"}
    found = sites(
        tmp_path,
        [
            (0, 0, 20, {**DC, "name": "Hall A"}),
            (60, 0, 20, DC),  # 40 m away
            (1000, 0, 20, acme),
            (1140, 0, 20, acme),  # 120 m away, same operator
            (2000, 0, 20, acme),
            (2140, 0, 20, {**DC, "operator": "Bolt"}),
        ],
    )
    assert found["members"].tolist() == ["way/1 way/2", "way/3 way/4", "way/5", "way/6"]
    assert found["name"].tolist() == ["Hall A", "Acme", "Acme", "Bolt"]
    assert found.geometry.iloc[0].area == pytest.approx(800, rel=TOLERANCE)


def test_golden_tagged_load(tmp_path: Path) -> None:
    ratio = assumption("siting_rules", "data_centre", "input_over_it_load").value
    found = sites(
        tmp_path,
        [
            (0, 0, 20, {**DC, "data_center:load": "3.5 MW"}),
            (30, 0, 20, {**DC, "data_center:load": "500 kW"}),
            (1000, 0, 20, {**DC, "data_center:input": "7 MW"}),
            (2000, 0, 20, {**DC, "data_center:load": "7"}),
            (3000, 0, 100, {"telecom": "data_center", "data_center:load": "9 MW"}),
            (3010, 10, 20, {**DC, "data_center:load": "4 MW"}),
        ],
    )
    load = found["it_load_kw"].tolist()
    assert load[:2] == pytest.approx([4000.0, 7000.0 / ratio])
    # A number without a unit may be kW or MW: it is not used.
    assert found["it_load_source"].iloc[2].startswith("estimate")
    assert load[3] == 9000.0  # the outline includes the hall inside
    assert found["it_load_source"].iloc[0] == "tag data_center:load of 2 of 2 map objects"


def test_golden_site_area_counts_its_buildings(tmp_path: Path) -> None:
    cover = assumption("siting_rules", "data_centre", "site_cover_share").value
    area = {"telecom": "data_center"}
    found = sites(
        tmp_path,
        [(0, 0, 100, area), (10, 10, 30, {"building": "yes"}), (1000, 0, 100, area)],
    )
    expected = [900 * DENSITY / 1000, 10_000 * cover * DENSITY / 1000]
    assert found["it_load_kw"].tolist() == pytest.approx(expected, rel=TOLERANCE)
    assert "no building mapped" in found["it_load_source"].iloc[1]


def test_golden_point_site_and_end_date(tmp_path: Path) -> None:
    tags = {"telecom": "data_center", "end_date": "2021-04", "man_made": "supercomputer"}
    row = sites(tmp_path, [], [(0, 0, 0, tags)]).iloc[0]
    assert row.geometry.geom_type == "Point"
    assert row["it_load_kw"] == assumption("siting_rules", "data_centre", "point_it_load_kw").value
    assert row["it_load_source"].startswith("estimate: default for a map point")
    assert "2021-04" in row["it_load_source"]


def test_town_without_data_centre_is_empty(tmp_path: Path) -> None:
    found = sites(tmp_path, [(0, 0, 20, {"building": "house"})])
    assert len(found) == 0
    assert {"id", "it_load_kw", "it_load_source"} <= set(found.columns)
    assert found.crs == CRS


def test_town_kit_is_one_campus(realdata: Path) -> None:
    found = data_centres_from_osm(read_osm(realdata / "kit-campus-nord.osm.pbf"), CRS)
    assert found["members"].tolist() == ["way/404645122 node/2042844290"]
    assert found["name"].tolist() == ["Scientific Computing Center"]
    assert found["it_load_kw"].between(500, 20_000).all()


@pytest.mark.parametrize(
    ("text", "kw"),
    [
        ("3.5 MW", 3500.0),
        ("3,5 MW", 3500.0),
        ("500 kW", 500.0),
        ("20MW", 20_000.0),
        ("1,200 kW", 1200.0),
        ("1 200 kw", 1200.0),
        ("0.1 GW", 100_000.0),
        ("7", math.nan),
        ("up to 7 MW", math.nan),
        ("5-7 MW", math.nan),
        ("yes", math.nan),
        ("", math.nan),
    ],
)
def test_golden_power(text: str, kw: float) -> None:
    assert power_kw(text) == pytest.approx(kw, nan_ok=True)


@given(st.floats(0.001, 1e5), st.sampled_from(["kW", "MW"]))
def test_property_power_reads_what_is_written(value: float, unit: str) -> None:
    factor = {"kW": 1.0, "MW": 1000.0}[unit]
    assert power_kw(f"{value:.6f} {unit}") == pytest.approx(round(value, 6) * factor)
