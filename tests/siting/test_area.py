"""The study area: files, boxes and places; everything else refused with what was meant."""

from __future__ import annotations

import bz2
import gzip
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.siting.errors import InputError
from heatreach.siting.reading.area import Area, parse_area
from heatreach.siting.reading.column_rules import registry_range
from heatreach.siting.reading.places import axes_problem

if TYPE_CHECKING:
    from pathlib import Path


def refused(text: str) -> str:
    """Message of a refusal."""
    with pytest.raises(InputError) as caught:
        parse_area(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text", ["26.9,60.5,27.0,60.6", " 26.9 , 60.5 , 27.0 , 60.6 ", "26.9,60.5,2.7e1,60.6"]
)
def test_box_is_read(text: str) -> None:
    area = parse_area(text)
    assert area.kind == "bbox"
    assert area.bbox == (26.9, 60.5, 27.0, 60.6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("60.5,26.9,60.6", "has 3 numbers instead of 4"),
        ("26,9,60,5,27,0,60,6", "has 8 numbers instead of 4"),
        ("60.5,126.9,60.6,127.0", "did you mean 126.9,60.5,127,60.6?"),
        ("26.9,27.0,60.5,60.6", "did you mean 26.9,60.5,27,60.6?"),
        ("27.0,60.6,26.9,60.5", "has no extent"),
        ("27.0,60.6,26.9,60.5", "did you mean 26.9,60.5,27,60.6?"),
        ("26.9,60.5,26.9,60.6", "has no extent"),
        ("0,40,20,60", "the limit is 300 km"),
        ("530000,180000,531000,181000", "outside longitude ±180°"),
        ("1e999,60,27,61", "not finite"),
        ("26.9 60.5 27.0 60.6", "west,south,east,north in degrees"),
        ("26.9;60.5;27.0;60.6", "west,south,east,north in degrees"),
        ("26°,60°,27°,61°", "west,south,east,north in degrees"),
        ("", "is blank"),
        ("\x00", "NUL"),
        ("a\nb", "no name of a place"),
        ("!!!", "no name of a place"),
        ("x" * 500, "no name of a place"),
        ("https://download.geofabrik.de/x.osm.pbf", "internet address"),
    ],
)
def test_area_rejects_impossible_texts(text: str, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize(
    "text",
    ["Kotka", "Kotka, Finland", "St. Gallen", "Île-de-France", "北京", "Castletown/Isle of Man"],
)
def test_places_stay_text(text: str) -> None:
    assert parse_area(text) == Area(kind="place", text=text)


def test_missing_files_are_no_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kotka-karhula.osm.pbf").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    for text in ("kotka-karula.osm.pbf", "./kotka-karhula.pbf", "kotka-karhula.osm.pb"):
        message = refused(text)
        assert "looks like a file that does not exist" in message
        assert "kotka-karhula.osm.pbf" in message
    assert "there is no folder" in refused("nowhere/x.gpkg")
    assert "holds no file of a similar name" in refused("zzz.gpkg")


PBF = b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7c"
OSM = b"<?xml version='1.0'?><osm version='0.6'></osm>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.osm.pbf", PBF),
        ("a.pbf", PBF),
        ("a.osm", OSM),
        ("a.osm.gz", gzip.compress(OSM, mtime=0)),
        ("a.osm.bz2", bz2.compress(OSM)),
    ],
)
def test_extracts_are_known_by_their_first_bytes(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert parse_area(str(path)) == Area(kind="extract", text=str(path), path=path)
    path.write_bytes(b"<!DOCTYPE html><html>")
    assert "web page" in refused(str(path))
    path.write_bytes(b"")
    assert "empty (0 bytes)" in refused(str(path))
    path.write_bytes(b"\xa5" * 100)
    assert "does not start like" in refused(str(path))


def polygon_file(path: Path, wkts: list[str], crs: int | None = 4326) -> str:
    """A GeoPackage with these geometries."""
    frame = gpd.GeoDataFrame(
        {"name": "x"}, geometry=shapely.from_wkt(wkts), crs=crs, index=range(len(wkts))
    )
    frame.to_file(path / "area.gpkg")
    return str(path / "area.gpkg")


SQUARE = "POLYGON ((26.9 60.5, 27 60.5, 27 60.6, 26.9 60.6, 26.9 60.5))"
BESIDE = "POLYGON ((27 60.5, 27.1 60.5, 27.1 60.6, 27 60.6, 27 60.5))"


def test_polygons_are_joined(tmp_path: Path) -> None:
    area = parse_area(polygon_file(tmp_path, [SQUARE, BESIDE]))
    assert area.kind == "polygon"
    assert area.bbox == (26.9, 60.5, 27.1, 60.6)
    assert area.polygon is not None
    assert area.polygon.area == pytest.approx(0.02)
    assert area.doubts == ()


def test_polygon_repairs_are_told(tmp_path: Path) -> None:
    tie = "POLYGON ((26.9 60.5, 26.91 60.51, 26.91 60.5, 26.9 60.51, 26.9 60.5))"
    area = parse_area(polygon_file(tmp_path, [tie]))
    assert "was repaired" in str(area.doubts[0])


@pytest.mark.parametrize(
    ("wkts", "crs", "words"),
    [
        (["POINT (26.9 60.5)"], 4326, "give each row one Polygon"),
        ([SQUARE], None, "EPSG:4326 would fit"),
        (["POLYGON ((0 40, 20 40, 20 60, 0 60, 0 40))"], 4326, "the limit is 300 km"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_area_rejects_other_layers(
    wkts: list[str], crs: int | None, words: str, tmp_path: Path
) -> None:
    path = polygon_file(tmp_path, wkts, crs)
    assert words in refused(path)


def test_area_rejects_tables_folders_and_other_files(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("lat,lon\n1,2\n", encoding="utf-8")
    assert "holds no polygons" in refused(str(table))
    assert "is a folder" in refused(str(tmp_path))
    other = tmp_path / "a.kml"
    other.write_text("<kml/>", encoding="utf-8")
    assert "of no accepted format" in refused(str(other))


def test_axes_of_one_file_against_another() -> None:
    here, swapped = (26.9, 60.5, 27.0, 60.6), (60.5, 26.9, 60.6, 27.0)
    problem = axes_problem("sites.csv", swapped, other_file="--area", other=here)
    assert problem is not None
    assert "with axes swapped they would" in str(problem)
    assert axes_problem("sites.csv", here, other_file="--area", other=here) is None
    assert axes_problem("sites.csv", (0, 0, 1, 1), other_file="--area", other=here) is None


def test_docs_combined_checks_have_ranges() -> None:
    for table, column in (
        ("streets", "extent_km"),
        ("sites", "usual_it_load_kw"),
        ("consumers", "full_load_hours"),
        ("consumers", "heat_intensity_kwh_m2"),
    ):
        low, high = registry_range(table, column)
        assert low < high


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.from_regex(r"[-0-9.,e ]{1,30}", fullmatch=True)))
def test_property_any_text_is_an_area_or_refused(text: str) -> None:
    try:
        area = parse_area(text)
    except InputError as error:
        refusal = error
    else:
        assert area.kind in {"place", "bbox", "extract", "polygon"}
        return
    assert refusal.problems
