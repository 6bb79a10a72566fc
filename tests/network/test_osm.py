"""Reading OpenStreetMap files: counts of real towns, hand-drawn cases, damaged files."""

from __future__ import annotations

import bz2
import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import shapely

from heatreach.network.errors import OsmFileError
from heatreach.network.osm import OsmExtract, read_osm

NODES = """
<node id="1" lat="50.0" lon="8.0"/><node id="2" lat="50.0" lon="8.001"/>
<node id="3" lat="50.001" lon="8.001"/><node id="4" lat="50.001" lon="8.0"/>
<node id="5" lat="50.002" lon="8.002"><tag k="railway" v="level_crossing"/></node>
<node id="6" lat="50.0005" lon="8.0005"><tag k="amenity" v="school"/></node>
"""


def osm(*parts: str) -> str:
    """An OpenStreetMap XML document."""
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(parts)}</osm>'


def way(number: int, refs: str, **tags: str) -> str:
    """A way as XML; refs as numbers with blanks between."""
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs.split())
    words = "".join(f'<tag k="{key.replace("__", ":")}" v="{tags[key]}"/>' for key in tags)
    return f'<way id="{number}" version="1" timestamp="2024-05-06T07:08:09Z">{nodes}{words}</way>'


def write(folder: Path, text: str, name: str = "town.osm") -> Path:
    """Write a file and say where."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def bundled() -> Path:
    """The Karhula extract inside the pyrosm package."""
    spec = find_spec("pyrosm")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "test.osm.pbf"


def test_golden_karhula_counts() -> None:
    # pyrosm 0.25 finds 1,664 raw segments and 2,208 building polygons, clipped ones included.
    extract = read_osm(bundled())
    assert len(extract.tail) == 1664
    lost = extract.left_out["building outlines with missing corners"]
    assert len(extract.buildings) + lost == pytest.approx(2208, rel=0.01)
    assert (np.diff(extract.node_id) > 0).all()
    assert set(extract.barriers["kind"]) == {"rail", "motorway"}
    assert extract.data_date.startswith("2019")


@pytest.mark.parametrize(
    ("name", "buildings", "segments"),
    [
        # Counted with pyrosm 0.25; it leaves some lines without a width, hence the tolerance.
        ("kit-campus-nord", 526, 2250),
        ("neuss", 2305, 4832),
        ("isle-of-man-2020", 12168, 75667),
    ],
)
def test_town_counts(realdata: Path, name: str, buildings: int, segments: int) -> None:
    extract = read_osm(realdata / f"{name}.osm.pbf")
    assert len(extract.buildings) == pytest.approx(buildings, abs=2)
    assert len(extract.tail) == pytest.approx(segments, rel=0.05)
    assert extract.buildings.geometry.is_valid.all()
    assert extract.left_out == {}


def test_town_clipped_relations_are_counted(realdata: Path) -> None:
    extract = read_osm(realdata / "helsinki-centre.osm.pbf")
    assert len(extract.buildings) == 446  # closed areas, counted with pyosmium and GDAL
    assert extract.left_out["building relations with missing parts"] == 6


def test_golden_hand_drawn_street(tmp_path: Path) -> None:
    street = way(10, "1 2 3 5", highway="residential", name="Mill &amp; Lane", bridge="yes")
    path = write(tmp_path, osm(NODES, street, way(11, "4 99 1 2", highway="service")))
    extract = read_osm(path)
    pairs = extract.node_id[np.column_stack([extract.tail, extract.head])]
    assert pairs.tolist() == [[1, 2], [2, 3], [3, 5], [1, 2]]
    assert extract.way.tolist() == [0, 0, 0, 1]
    assert extract.ways["name"].tolist() == ["Mill & Lane", ""]
    assert extract.level_crossing.tolist() == [False, False, False, True]
    assert extract.lat[-1] == pytest.approx(50.002, abs=1e-9)
    assert extract.left_out == {"road segments with an end outside the file": 2}
    assert extract.data_date == "2024-05-06"
    assert extract.points["osm_id"].tolist() == ["node/6"]


def test_golden_outlines_sites_and_parts(tmp_path: Path) -> None:
    ring = "1 2 3 4 1"
    path = write(
        tmp_path,
        osm(
            NODES,
            way(20, ring, building="yes", name="House"),
            way(21, ring, building__part="yes", building__levels="3"),
            way(22, ring, landuse="residential"),
            way(23, "1 2 77 1", building="yes"),
            way(24, "1 2 3", building="yes"),
            way(25, ring, building="no", amenity="school"),
        ),
    )
    extract = read_osm(path)
    assert extract.buildings["osm_id"].tolist() == ["way/20"]
    assert extract.buildings["tags"].iloc[0] == {"building": "yes", "name": "House"}
    assert extract.areas["osm_id"].tolist() == ["way/22", "way/25"]
    assert extract.left_out == {
        "building outlines with missing corners": 1,
        "building outlines that are not closed": 1,
    }


def test_golden_barriers(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        osm(
            NODES,
            way(30, "1 2", railway="rail"),
            way(31, "1 2", railway="tram"),
            way(32, "1 2", railway="rail", tunnel="yes"),
            way(33, "1 2 99 3 4", waterway="river"),
            way(34, "1 2", highway="motorway"),
            way(35, "1 2", highway="trunk", bridge="yes"),
            way(36, "1 2 3 4 1", natural="water"),
            way(37, "1 2", railway="rail", bridge="viaduct"),
            way(38, "1 2", waterway="canal", bridge="aqueduct"),
            way(39, "1 2", railway="rail", bridge="no"),
        ),
    )
    barriers = read_osm(path).barriers
    # The river leaves the file and comes back: two lines, no straight cut between them.
    assert sorted(barriers["kind"]) == ["motorway", "rail", "rail", "water", "water", "water"]
    assert sorted(barriers.geom_type)[:5] == ["LineString"] * 5
    assert (barriers.geom_type == "Polygon").sum() == 1


def test_golden_box_keeps_what_touches(tmp_path: Path) -> None:
    street = way(10, "1 2 3 5", highway="residential")
    path = write(tmp_path, osm(NODES, street, way(20, "1 2 3 4 1", building="yes")))
    west = read_osm(path, bbox=(7.999, 49.999, 8.0005, 50.0008))
    assert west.node_id[np.column_stack([west.tail, west.head])].tolist() == [[1, 2]]
    assert len(west.buildings) == 1
    far = read_osm(path, bbox=(9.0, 51.0, 9.1, 51.1))
    assert (len(far.tail), len(far.buildings), len(far.points)) == (0, 0, 0)


def test_property_order_in_the_file_does_not_matter(tmp_path: Path) -> None:
    street = way(10, "1 2 3 5", highway="residential")
    house = way(20, "1 2 3 4 1", building="yes")
    usual = read_osm(write(tmp_path, osm(NODES, street, house), "a.osm"))
    # Overpass answers often put the nodes last.
    for number, parts in enumerate(
        [(house, street, NODES), (street, house, NODES), (NODES, house, street)]
    ):
        turned = read_osm(write(tmp_path, osm(*parts), f"turned-{number}.osm"))
        assert_same(turned, usual)


def assert_same(turned: OsmExtract, usual: OsmExtract) -> None:
    """Two extracts of the same town are equal."""
    assert turned.node_id.tolist() == usual.node_id.tolist()
    assert turned.tail.tolist() == usual.tail.tolist()
    assert turned.left_out == {}
    assert shapely.equals(turned.buildings.geometry[0], usual.buildings.geometry[0])


def test_property_packing_does_not_matter(tmp_path: Path) -> None:
    text = osm(NODES, way(10, "1 2 3", highway="path")).encode()
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(text, mtime=0))
    (tmp_path / "b.osm.bz2").write_bytes(bz2.compress(text))
    (tmp_path / "wrong-name.osm.pbf").write_bytes(text)
    for path in sorted(tmp_path.iterdir()):
        assert len(read_osm(path).tail) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b'{"type": "FeatureCollection"}', "JSON"),
        (b"PK\x03\x04rest", "zip"),
        (b"SQLite format 3\x00", "GeoPackage"),
        (b"\x89random bytes", "unknown data"),
        (b"<?xml version='1.0'?><gpx><wpt/></gpx>", "not OpenStreetMap"),
        (b"<osm version='0.6'><node id='1' lat='1' lon='1'/>", "ends too early"),
        (b"<osm version='0.6'></osm>", "no street, building or area"),
        (gzip.compress(b"<html></html>", mtime=0), "not OpenStreetMap"),
        (gzip.compress(osm(NODES).encode(), mtime=0)[:-20], "damaged"),
        (b"BZh91AY&SYbroken", "damaged"),
    ],
)
def test_read_osm_rejects_other_files(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "area.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(OsmFileError, match=words) as caught:
        read_osm(path)
    assert "area.osm.pbf" in str(caught.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_read_osm_rejects_truncated_pbf(tmp_path: Path, share: float) -> None:
    whole = bundled().read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(OsmFileError, match="too early or is damaged"):
        read_osm(path)


def test_read_osm_rejects_folder(tmp_path: Path) -> None:
    with pytest.raises(OsmFileError, match="folder"):
        read_osm(tmp_path)


def heat_pipes(folder: Path, *parts: str) -> OsmExtract:
    """An extract of the six nodes, one street and some pipes."""
    return read_osm(write(folder, osm(NODES, way(90, "1 2", highway="residential"), *parts)))


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"substance": "heat"}, True),
        ({"substance": "hot_water"}, True),
        ({"substance": "water; steam"}, True),
        ({"type": "heat"}, True),  # the key of before 2015, still the commonest in Helsinki
        ({"utility": "heating"}, True),
        ({"usage": "heating", "substance": "water"}, True),
        ({"usage": "heating", "substance": "gas"}, False),
        ({"substance": "water"}, False),
        ({"substance": "heat", "disused": "yes"}, False),
        ({}, False),
    ],
)
def test_golden_pipes_that_carry_heat(tmp_path: Path, tags: dict[str, str], found: bool) -> None:
    extract = heat_pipes(tmp_path, way(10, "1 2 3", man_made="pipeline", **tags))
    assert extract.pipelines["osm_id"].tolist() == ["way/10"] * found
    assert len(extract.tail) == 1


def test_pipes_are_cut_where_nodes_are_missing(tmp_path: Path) -> None:
    """Nodes 99 and 98 are not in the file: two pieces stay of one way, nothing of the other."""
    extract = heat_pipes(
        tmp_path,
        way(12, "1 2 99 3 4", man_made="pipeline", substance="heat"),
        way(11, "98 1", man_made="pipeline", substance="heat"),
        way(13, "3 4", man_made="pipeline", substance="steam", name="Ö"),
    )
    pipes = extract.pipelines.set_index("osm_id").geometry
    assert pipes.index.tolist() == ["way/12", "way/13"]
    assert pipes["way/12"].equals(
        shapely.MultiLineString([[(8.0, 50.0), (8.001, 50.0)], [(8.001, 50.001), (8.0, 50.001)]])
    )
    assert extract.left_out["heat pipe segments with an end outside the file"] == 3
    assert extract.pipelines["tags"].iloc[1]["name"] == "Ö"


def test_rings_stay_lines_and_plants_become_outlines(tmp_path: Path) -> None:
    extract = heat_pipes(
        tmp_path,
        way(20, "1 2 3 4 1", man_made="pipeline", substance="heat"),
        way(21, "1 2 3 1", man_made="pipeline", substance="heat", area="yes"),
    )
    assert extract.pipelines.geom_type.tolist() == ["LineString", "Polygon"]


def test_pipes_outside_the_box_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        osm(
            NODES,
            way(90, "1 2", highway="residential"),
            way(10, "1 2", man_made="pipeline", substance="heat"),
            way(11, "3 4", man_made="pipeline", substance="heat"),
        ),
    )
    box = (7.999, 49.9995, 8.0005, 50.0005)
    assert read_osm(path, bbox=box).pipelines["osm_id"].tolist() == ["way/10"]


def test_pipes_before_their_nodes_are_found(tmp_path: Path) -> None:
    text = osm(
        way(10, "1 2", man_made="pipeline", substance="heat"),
        NODES,
        way(90, "1 2", highway="residential"),
    )
    assert len(read_osm(write(tmp_path, text)).pipelines) == 1


def test_town_heat_pipes_of_helsinki(realdata: Path) -> None:
    """19 pipes bear the old key ``type=heat``, one bears ``substance=heat``."""
    pipes = read_osm(realdata / "helsinki-centre.osm.pbf").pipelines
    new = [tags.get("substance") == "heat" for tags in pipes["tags"]]
    assert (len(pipes), sum(new)) == (20, 1)
