"""Files as people have them: every accepted format is read, every damaged or unsafe one refused."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import pickle
import sqlite3
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pyogrio
import pytest

from heatreach.siting.errors import InputError
from heatreach.siting.reading.files import file_hash
from heatreach.siting.reading.validate import read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "id,lat,lon,it_load_kw\n"
ROWS = "a,60.52,26.93,2000\nb,60.53,26.95,1500\n"


def snapshot(folder: Path) -> dict[str, str]:
    """Every file of a folder with its hash."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def refused(path: Path, table: Any = "sites") -> str:
    """Message of the refusal; nothing may be written and no input changed."""
    before = snapshot(path.parent)
    with pytest.raises(InputError) as caught:
        read_table(path, table=table)
    assert snapshot(path.parent) == before
    return str(caught.value)


@pytest.fixture
def sites() -> gpd.GeoDataFrame:
    """Two sites in the British National Grid, with things that merely look odd."""
    return gpd.GeoDataFrame(
        {
            "id": [7, 8],
            "it_load_kw": [2000, 1500],
            "name": ["Ö & Söhne", "数据中心"],
            "mine": [1, 2],
        },
        geometry=gpd.points_from_xy([530000, 531000], [180000, 181000], [3.0, 4.0]),
        crs=27700,
    )


def save(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """Write a frame in the format of the ending."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        elif path.suffix == ".zip":
            shp = path.with_suffix(".shp")
            frame.to_file(shp, encoding="utf-8")
            with zipfile.ZipFile(path, "w") as archive:
                for part in sorted(path.parent.glob(f"{path.stem}.*")):
                    if part.suffix != ".zip":
                        archive.write(part, f"deep/{part.name}")
                        part.unlink()
        else:
            frame.to_file(path)
    return path


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "fgb", "shp", "zip"])
def test_map_formats_are_read(ending: str, sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = save(sites, tmp_path / f"sites.{ending}")
    before = snapshot(tmp_path)
    read = read_table(path, table="sites")
    assert snapshot(tmp_path) == before
    assert read.doubts == ()
    assert read.crs == "EPSG:27700"
    frame = read.frame.sort_values("id", ignore_index=True)
    assert frame.crs.to_epsg() == 4326
    assert list(frame["id"]) == ["7", "8"]
    assert list(frame["name"]) == list(sites["name"])
    assert list(frame["mine"]) == [1, 2]
    assert frame["it_load_kw"].dtype == float
    assert not frame.geometry.has_z.any()
    assert frame.geometry.x.iloc[0] == pytest.approx(-0.1284, abs=1e-3)
    assert read.sha256 == file_hash(path)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_csv_separators_and_capitals(mark: str, bom: str, tmp_path: Path) -> None:
    text = bom + (HEADER + ROWS).replace(",", mark).replace("it_load", "IT_Load").replace(
        "id", " ID", 1
    )
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8", newline="")
    read = read_table(path, table="sites")
    assert list(read.frame["it_load_kw"]) == [2000.0, 1500.0]
    assert read.doubts == ()


def test_csv_with_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("id;lat;lon;it_load_kw\na;60,52;26,93;2000,5\n", encoding="utf-8")
    frame = read_table(path, table="sites").frame
    assert frame["it_load_kw"].iloc[0] == 2000.5
    assert frame.geometry.y.iloc[0] == 60.52


def test_csv_with_wkt_holds_streets(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        'wkt,highway\n"LINESTRING (26.9 60.5, 26.91 60.51)",service\n', encoding="utf-8"
    )
    frame = read_table(path, table="streets").frame
    assert frame.geometry.iloc[0].geom_type == "LineString"
    assert list(frame.columns) == ["highway", "geometry"]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    """Write a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


GOOD_SHEET: list[list[Any]] = [
    ["id", "lat", "lon", "it_load_kw"],
    [1, 60.52, 26.93, 2000],
    [2, 60.53, 26.95, 1500],
]


def test_xlsx_title_rows_and_named_sheet(tmp_path: Path) -> None:
    titled = [["Data centres 2026"], [], *GOOD_SHEET]
    path = workbook(tmp_path / "s.xlsx", {"Notes": [["hello"]], "Sites": titled})
    read = read_table(path, table="sites")
    assert list(read.frame["id"]) == ["1", "2"]
    assert "above the header skipped: 'Data centres 2026'" in str(read.doubts[0])


def test_xlsx_rejects_two_sheets_without_a_hint(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", {"A": GOOD_SHEET, "B": GOOD_SHEET})
    message = refused(path)
    assert "has 2 sheets: A, B" in message
    assert "'sites'" in message


def test_xlsx_rejects_formulas_without_results(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", {"A": [*GOOD_SHEET, [3, 60.5, 26.9, "=D2*2"]]})
    assert "1 formula(s) without results (first in row 4)" in refused(path)


def test_xlsx_rejects_spreadsheet_errors_by_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", {"A": [*GOOD_SHEET, [3, 60.5, 26.9, "#REF!"]]})
    assert "row 4 (3)" in refused(path)
    assert "spreadsheet error" in refused(path)


def _bytes(content: bytes) -> Callable[[Path, Path], object]:
    return lambda path, _good: path.write_bytes(content)


def _cut(share: float) -> Callable[[Path, Path], object]:
    def write(path: Path, good: Path) -> None:
        data = good.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return write


def _overwrite(path: Path, good: Path) -> None:
    data = bytearray(good.read_bytes())
    data[4096:8192] = b"\xa5" * 4096
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "fgb", "zip"])
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_bytes(b""), "is empty (0 bytes)"),
        (_bytes(b"<!DOCTYPE html><html>login</html>"), "is a web page"),
        (_bytes(pickle.dumps({"id": [1]})), "Python pickle, which is never loaded"),
        (_bytes(b"\xde\xad\xbe\xef" * 200), "is not "),
        (_cut(0.5), "damaged"),
        (_cut(0.97), "damaged"),
    ],
)
def test_reader_rejects_broken_files(
    ending: str,
    damage: Callable[[Path, Path], object],
    words: str,
    sites: gpd.GeoDataFrame,
    tmp_path: Path,
) -> None:
    (tmp_path / "good").mkdir()
    good = save(sites, tmp_path / "good" / f"sites.{ending}")
    bad = tmp_path / f"sites.{ending}"
    damage(bad, good)
    message = refused(bad)
    assert f"sites.{ending}" in message
    if ending == "geojson" and "never" in words:
        words = "is not "
    assert words in message or "is not UTF-8" in message


def test_gpkg_rejects_overwritten_pages(sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    good = save(sites, tmp_path / "good.gpkg")
    bad = tmp_path / "bad.gpkg"
    _overwrite(bad, good)
    assert "damaged" in refused(bad)


def test_gpkg_never_breaks_on_flipped_bits(sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    data = save(sites, tmp_path / "good.gpkg").read_bytes()
    for position in range(16, len(data), 1999):
        flipped = bytearray(data)
        flipped[position] ^= 0xFF
        path = tmp_path / "bits.gpkg"
        path.write_bytes(bytes(flipped))
        with contextlib.suppress(InputError):
            read_table(path, table="sites")
        assert path.read_bytes() == bytes(flipped)


def test_gpkg_rejects_views_and_unsaved_changes(sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = save(sites, tmp_path / "s.gpkg")
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE s RENAME TO hidden")
        database.execute("CREATE VIEW s AS SELECT * FROM hidden")
    database.close()
    assert "is no table but a view" in refused(path)
    (tmp_path / "s.gpkg-wal").write_bytes(b"x")
    assert "unsaved changes" in refused(path)


def test_gpkg_layers(sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "many.gpkg"
    sites.to_file(path, layer="one")
    sites.to_file(path, layer="two")
    message = refused(path)
    assert "has 2 map layers: one, two" in message
    sites.to_file(path, layer="sites")
    assert len(read_table(path, table="sites").frame) == 2


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson", "fgb", "shp"])
def test_reader_rejects_empty_layers(ending: str, sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = save(sites.iloc[:0], tmp_path / f"s.{ending}")
    assert "no rows" in refused(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEADER.encode(), "no rows"),
        ((HEADER + "a,60.5,26.9,Kö").encode("latin-1"), "Windows-1252 the place says"),
        ((HEADER + ROWS).encode("utf-16"), "UTF-16"),
        ((HEADER + "a\x00,60.5,26.9,2000\n").encode(), "NUL bytes (first on line 2)"),
        ((HEADER + ROWS + "c,60.5").encode(), "row 4 has 2"),
        ((HEADER + "a,60.5,26.9,2000,surplus\n").encode(), "row 2 has 5"),
        ((HEADER + 'a,60.5,26.9,"2000\n').encode(), "quotation mark"),
        (b"id,lat,lon,it_load_kw,ID\na,60.5,26.9,2000,b\n", "columns of the same name: id, ID"),
        (b"\n\n\n", "has no rows"),
    ],
)
def test_csv_rejects_damage(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    assert words in refused(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"type":"Topology","objects":{}}', "no GeoJSON FeatureCollection (type 'Topology')"),
        ('{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline"}', "no GeoJSON"),
        ('{"type":"FeatureCollection","features":[', "damaged or incomplete JSON"),
        ("[" * 100_000, "text that is not a JSON object"),
        ('{"a":' * 100_000, "damaged"),
        (
            '{"type":"FeatureCollection","features":[{"properties":{"x":NaN}}]}',
            "NaN is not allowed",
        ),
        ("<OGRVRTDataSource></OGRVRTDataSource>", "is not GeoJSON"),
    ],
)
def test_geojson_rejects_other_content(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "s.geojson"
    path.write_text(content, encoding="utf-8")
    assert words in refused(path)


@pytest.mark.parametrize("ending", ["kml", "gml", "txt", "pkl", "xls", "geojson.gz", "gdb", ""])
def test_reader_rejects_other_formats_with_the_list(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"sites.{ending}"
    path.write_bytes(gzip.compress(b"x", mtime=0))
    message = refused(path)
    assert "of no accepted format" in message
    assert "GeoPackage (.gpkg)" in message


def test_reader_rejects_folders_and_missing_files(tmp_path: Path) -> None:
    folder = tmp_path / "sites.gdb"
    folder.mkdir()
    assert "is a folder" in refused(folder)
    assert "cannot be opened" in refused(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="cannot be opened"):
        read_table("a\x00b.csv", table="sites")


def test_reader_rejects_a_misnamed_file(sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    good = save(sites, tmp_path / "s.gpkg")
    wrong = tmp_path / "s.xlsx"
    wrong.write_bytes(good.read_bytes())
    assert "looks like: GeoPackage" in refused(wrong)


@pytest.mark.parametrize(
    ("part", "words"),
    [(".dbf", "without its .dbf"), (".shx", "without its .shx"), (".prj", "declares no")],
)
def test_shapefile_rejects_missing_parts(
    part: str, words: str, sites: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = save(sites, tmp_path / "s.shp")
    path.with_suffix(part).unlink()
    assert words in refused(path)


def test_shapefile_cut_names_are_completed_and_told(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["a"], "annual_hea": [500.0], "counterfac": ["gas_boiler"]},
        geometry=gpd.points_from_xy([26.9], [60.5]),
        crs=4326,
    )
    read = read_table(save(frame, tmp_path / "c.zip"), table="consumers")
    assert read.frame["annual_heat_mwh"].iloc[0] == 500.0
    assert "annual_hea → annual_heat_mwh" in str(read.doubts[0])


def _archive(path: Path, members: dict[str, bytes], link: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
    return path


@pytest.mark.parametrize(
    ("members", "link", "words"),
    [
        ({"../../evil.shp": b"x"}, "", "points outside the archive"),
        ({"/etc/evil.shp": b"x"}, "", "points outside the archive"),
        ({"C:\\evil.shp": b"x"}, "", "points outside the archive"),
        ({"a.dbf": b"x"}, "a.shp", "points outside the archive"),
        ({"a.csv": b"x"}, "", "holds no shapefile (it holds 'a.csv')"),
        ({"a.shp": b"x", "b.shp": b"x"}, "", "has 2 shapefiles: a.shp, b.shp"),
        ({"a.shp": bytes(2**27)}, "", "would unpack to"),
        ({f"{i}.txt": b"" for i in range(10_001)}, "", "would unpack to"),
        ({}, "", "empty zip archive"),
    ],
)
def test_zip_rejects_unsafe_archives(
    members: dict[str, bytes], link: str, words: str, tmp_path: Path
) -> None:
    inner = tmp_path / "deep" / "deeper"
    inner.mkdir(parents=True)
    path = _archive(inner / "s.zip", members, link)
    assert words in refused(path)
    assert snapshot(tmp_path).keys() == {"deep/deeper/s.zip"}


def test_xlsx_rejects_bombs_and_foreign_archives(tmp_path: Path) -> None:
    assert "no Excel workbook" in refused(_archive(tmp_path / "a.xlsx", {"a.txt": b"x"}))
    bomb = _archive(tmp_path / "b.xlsx", {"xl/sharedStrings.xml": bytes(2**27)})
    assert "would unpack to" in refused(bomb)
    broken = _archive(tmp_path / "c.xlsx", {"[Content_Types].xml": b"<not xml"})
    assert "damaged" in refused(broken)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "=HYPERLINK(1)",
        "../../etc/passwd",
        "a/b\\c",
        "[red]x[/red]",
        "%s{0}",
    ],
)
def test_hostile_names_stay_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / "s.geojson"
    feature = {
        "type": "Feature",
        "properties": {"id": name, "name": name, "it_load_kw": 2000},
        "geometry": {"type": "Point", "coordinates": [26.9, 60.5]},
    }
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    read = read_table(path, table="sites")
    assert list(read.frame["id"]) == [name]
    assert list(read.frame["name"]) == [name]
    assert read.doubts == ()
    assert snapshot(tmp_path).keys() == {"s.geojson"}


def test_control_characters_are_kept_and_doubted(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(HEADER + "a\x1b[31m,60.5,26.9,2000\n", encoding="utf-8")
    read = read_table(path, table="sites")
    assert list(read.frame["id"]) == ["a\x1b[31m"]
    assert "control" in str(read.doubts[0])
    assert "\x1b" not in str(read.doubts[0])


def test_declared_crs_of_geojson(sites: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = save(sites, tmp_path / "s.geojson")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["crs"]["properties"]["name"] = "urn:ogc:def:crs:EPSG::999999"
    path.write_text(json.dumps(content), encoding="utf-8")
    message = refused(path)
    assert "unknown coordinate system 'urn:ogc:def:crs:EPSG::999999'" in message
    assert "EPSG:27700" in message
    del content["crs"]
    path.write_text(json.dumps(content), encoding="utf-8")
    message = refused(path)
    assert "no degrees" in message
    assert "EPSG:27700" in message


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "parquet"])
def test_reader_rejects_missing_crs_with_suggestion(
    ending: str, sites: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = save(sites.set_crs(None, allow_override=True), tmp_path / f"s.{ending}")
    message = refused(path)
    assert "declares no coordinate system" in message
    assert "530000 to 531000" in message
    assert "EPSG:27700" in message


def test_curved_geometry_is_refused_by_feature(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    curve = '"CIRCULARSTRING (0 0, 1 1, 2 0)"'
    text = f"id,it_load_kw,geometry\na,2000,{curve}\nb,2000,POINT (26.9 60.5)\n"
    path.write_text(text, encoding="utf-8")
    message = refused(path)
    assert "row 2 (a)" in message
    assert "cannot be read" in message


def test_feature_ids_serve_where_there_is_no_id_property(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "id": 12,
        "properties": {"it_load_kw": 2000, "tags": {"a": [1]}},
        "geometry": {"type": "Point", "coordinates": [26.9, 60.5]},
    }
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps(feature), encoding="utf-8")
    frame = read_table(path, table="sites").frame
    assert list(frame["id"]) == ["12"]
    assert list(frame["tags"]) == ['{"a": [1]}']


def test_pyogrio_still_opens_only_what_was_checked() -> None:
    assert {"GPKG", "FlatGeobuf", "ESRI Shapefile"} <= pyogrio.list_drivers(read=True).keys()
