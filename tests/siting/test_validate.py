"""What a table may hold: values, units, names, places; every fault answered with its remedy."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from heatreach.siting.errors import InputError
from heatreach.siting.reading.validate import TableRead, gather, read_table

if TYPE_CHECKING:
    from pathlib import Path

Table = Literal["sites", "consumers", "streets", "demand"]
SITE = {"id": "a", "lat": "60.52", "lon": "26.93", "it_load_kw": "2000"}
CONSUMER = {"id": "a", "lat": "60.52", "lon": "26.93"}
# Seven parameters and projection as in OS 'A guide to coordinate systems in Great Britain'.
OS_HELMERT = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 "
    "+s=-20.489 +convention=position_vector +step +inv +proj=cart +ellps=airy +step +proj=tmerc "
    "+lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as a semicolon CSV, so that commas in cells stay in them."""
    columns = list(dict.fromkeys(c for row in rows for c in row))
    lines = [";".join(columns)] + [";".join(str(row.get(c, "")) for c in columns) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path, rows: list[dict[str, Any]], table: Table = "sites") -> TableRead:
    """Rows that are accepted."""
    return read_table(write(path / "t.csv", rows), table=table)


def refused(path: Path, rows: list[dict[str, Any]], table: Table = "sites") -> str:
    """Message for rows that are refused; the folder holds the unchanged file and nothing else."""
    file = write(path / "t.csv", rows)
    return refused_file(file, table)


def refused_file(file: Path, table: Table) -> str:
    """Message for a file that is refused and not touched."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    names = sorted(p.name for p in file.parent.iterdir())
    with pytest.raises(InputError) as caught:
        read_table(file, table=table)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    assert sorted(p.name for p in file.parent.iterdir()) == names
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("3.5 MW", "write 3500 (kW"),
        ("3500 kW", "write 3500"),
        ("1,200", "write 1200 if the comma parts thousands, or 1.200"),
        ("1 200", "write 1200 without a thousands separator"),
        ("1.200,5", "write 1200.5"),
        ("about 500", "write digits only"),
        ("inf", "write a finite number"),
        ("1e999", "not finite"),
        ("NaN", "no plain number"),
        ("٣٥٠", "no plain number"),
        ("", "blank; fill in: Electrical power"),
        ("-5", "negative: -5"),
        ("0", "too small: 0"),
        ("3500000000", "too large"),
        ("5000000", "if 5000000 is in W, did you mean 5000?"),
    ],
)
def test_table_rejects_numbers_with_advice(value: str, words: str, tmp_path: Path) -> None:
    good = SITE | {"id": "good", "it_load_kw": "1500.5"}
    message = refused(tmp_path, [good, SITE | {"it_load_kw": value}])
    assert "t.csv, column it_load_kw, row 3 (a)" in message
    assert words in message


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("utilisation", "80", "if 80 is in %, did you mean 0.8?"),
        ("utilisation", "80 %", "write 0.8"),
        ("capture_share", "1.5", "between 0.05 and 1"),
        ("pue", "0.9", "between 1 and 3"),
        ("source_degc", "303.15", "if 303.15 is in K, did you mean 30?"),
        ("source_degc", "95", "if 95 is in °F, did you mean 35?"),
        ("cooling", "imersion", "unknown cooling: 'imersion'; did you mean"),
        ("hypothetical", "maybe", "write true or false"),
    ],
)
def test_sites_reject_units_and_keys(column: str, value: str, words: str, tmp_path: Path) -> None:
    assert words in refused(tmp_path, [SITE | {column: value}])


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("annual_heat_mwh", "5000000", "if 5000000 is in kWh, did you mean 5000?"),
        ("annual_heat_mwh", "900 GJ", "write 250 (MWh/year"),
        ("annual_heat_mwh", "450 kWh", "write 0.45"),
        ("floor_area_m2", "1000 ft2", "write 92.90304"),
        ("supply_degc", "343.15", "if 343.15 is in K, did you mean 70?"),
        ("use", "hospitel", "did you mean hospital"),
        ("counterfactual", "gas_boilr", "did you mean gas_boiler"),
    ],
)
def test_consumers_reject_units_and_keys(
    column: str, value: str, words: str, tmp_path: Path
) -> None:
    assert words in refused(tmp_path, [CONSUMER | {column: value}], "consumers")


def test_table_rejects_returns_warmer_than_supplies(tmp_path: Path) -> None:
    row = CONSUMER | {"supply_degc": "50", "return_degc": "60"}
    message = refused(tmp_path, [row], "consumers")
    assert "supply_degc is not warmer than return_degc: 50 and 60 °C" in message
    row = SITE | {"source_degc": "25", "source_return_degc": "30"}
    assert "source_degc is not warmer" in refused(tmp_path, [row])


def test_table_rejects_more_hours_than_a_year_has(tmp_path: Path) -> None:
    row = CONSUMER | {"annual_heat_mwh": "250000", "peak_kw": "100"}
    message = refused(tmp_path, [row], "consumers")
    assert "more hours than a year has: 2500000" in message
    assert "in kWh" in message


def test_odd_units_are_doubted(tmp_path: Path) -> None:
    row = CONSUMER | {"annual_heat_mwh": "250000", "floor_area_m2": "1500"}
    doubts = read(tmp_path, [row], "consumers").doubts
    assert "outside 2 to 5,000 kWh/m²" in str(doubts[0])
    doubts = read(tmp_path, [SITE | {"it_load_kw": "3.5"}]).doubts
    assert "3.5 MW is 3500" in str(doubts[0])
    row = CONSUMER | {"annual_heat_mwh": "2", "peak_kw": "1000"}
    assert "full-load hours" in str(read(tmp_path, [row], "consumers").doubts[0])


def test_table_rejects_blank_and_repeated_ids(tmp_path: Path) -> None:
    rows = [SITE, SITE | {"id": ""}, SITE | {"id": " a "}, SITE | {"id": "b"}]
    message = refused(tmp_path, rows)
    assert "column id, row 3: blank" in message
    assert "column id, 2 rows: 2, 4: ids used more than once: 'a'" in message


def test_mangled_ids_are_doubted(tmp_path: Path) -> None:
    assert "spreadsheet" in str(read(tmp_path, [SITE | {"id": "1.23E+11"}]).doubts[0])


def test_garbled_names_are_doubted(tmp_path: Path) -> None:
    assert "wrong encoding: 'KÃ¶ln'" in str(read(tmp_path, [SITE | {"name": "KÃ¶ln"}]).doubts[0])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"id": "a", "latitude": 1, "lng": 2, "it_load_kw": 2000},
            "rename latitude to lat and rename lng",
        ),
        (
            {"id": "a", "easting": 460000, "northing": 5430000, "it_load_kw": 9},
            "add lat and add lon; coordinates in metres need a map format",
        ),
        (
            {"id": "a", "x": 530000, "y": 180000, "it_load_kw": 9},
            "add lat and add lon; coordinates in metres need a map format",
        ),
        ({"id": "a", "x": 1.7, "y": 52.6, "it_load_kw": 9}, "rename y to lat and rename x to lon"),
        ({"id": "a", "easting": 530000, "it_load_kw": 9}, "WKT; add lat and add lon"),
        ({"site id": "a", "lat": 60, "lon": 26, "it_load_kw": 2000}, "rename site id to id"),
        (
            {"id": "a", "lat": 60, "lon": 26, "it_load_mw": 2},
            "rename it_load_mw to it_load_kw and give it in kW",
        ),
        ({"id": "a", "lat": 60, "lon": 26}, "add it (Electrical power drawn"),
    ],
)
def test_table_rejects_missing_columns_with_nearest(
    row: dict[str, Any], words: str, tmp_path: Path
) -> None:
    assert words in refused(tmp_path, [row])


def test_nearly_known_columns_are_doubted_and_kept(tmp_path: Path) -> None:
    result = read(tmp_path, [SITE | {"utilization": "0.5", "UPRN": "0012"}])
    assert [str(d) for d in result.doubts] == [
        "t.csv: column 'utilization' is not known and not used; did you mean utilisation?"
    ]
    assert list(result.frame["UPRN"]) == ["0012"]


def test_all_problems_come_at_once_and_repeats_are_grouped(tmp_path: Path) -> None:
    rows = [SITE | {"id": f"s{i}", "it_load_kw": "-1", "cooling": "wrong"} for i in range(10_000)]
    message = refused(tmp_path, rows)
    assert message.startswith("2 problems in the inputs:")
    assert "10000 rows: 2 (s0), 3 (s1), 4 (s2), 5 (s3), 6 (s4), …: negative: -1" in message
    assert len(message) < 2_000


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        ("26.93", "160.52", ""),
        ("120.5", "26.93", "axes look swapped"),
        ("60.52", "191", "outside longitude ±180°"),
        ("", "26.9", "no geometry"),
        ("0", "0", "lies at coordinates 0, 0"),
        ("60°31'12\"N", "26.9", "write 60.520000, decimal degrees"),
        ("inf", "26.9", "no decimal degrees"),
        ("1e999", "26.9", "not finite"),
        ("180000", "530000", "EPSG:27700"),
    ],
)
def test_coordinates_rejected_with_remedy(lat: str, lon: str, words: str, tmp_path: Path) -> None:
    row = SITE | {"lat": lat, "lon": lon}
    if words:
        message = refused(tmp_path, [row])
        assert words in message
        assert "row 2 (a)" in message or "column lat, row 2 (a)" in message
    else:
        assert len(read(tmp_path, [row]).frame) == 1


def test_one_swapped_row_is_rejected_and_one_far_row_doubted(tmp_path: Path) -> None:
    rows = [SITE | {"id": f"s{i}", "lat": f"60.5{i}"} for i in range(5)]
    swapped = SITE | {"id": "x", "lat": "26.93", "lon": "60.52"}
    message = refused(tmp_path, [*rows, swapped])
    assert "row 7 (x): axes look swapped" in message
    far = SITE | {"id": "x", "lat": "-33.9", "lon": "151.2"}
    doubts = read(tmp_path, [*rows, far]).doubts
    assert "row 7 (x): more than 300 km from the middle" in str(doubts[0])


def test_all_rows_swapped_into_the_sea_are_doubted(tmp_path: Path) -> None:
    rows = [SITE | {"id": f"s{i}", "lat": "-0.12", "lon": f"51.5{i}"} for i in range(3)]
    assert "axes exchanged in GB" in str(read(tmp_path, rows).doubts[0])


def save(path: Path, shapes: list[Any], crs: int | None = 4326) -> Path:
    """A GeoPackage of sites with these geometries."""
    frame = gpd.GeoDataFrame(
        {"id": [f"g{i}" for i in range(len(shapes))], "it_load_kw": 2000.0},
        geometry=shapes,
        crs=crs,
    )
    file = path / "g.gpkg"
    frame.to_file(file)
    return file


SQUARE = "POLYGON ((26.9 60.5, 26.91 60.5, 26.91 60.51, 26.9 60.51, 26.9 60.5))"


@pytest.mark.parametrize(
    ("wkt", "words"),
    [
        (None, "no geometry"),
        ("POLYGON EMPTY", "empty geometry"),
        ("LINESTRING (26.9 60.5, 26.91 60.5)", "wrong kind of geometry: 'LineString'"),
        ("GEOMETRYCOLLECTION (POINT (26.9 60.5))", "take collections apart"),
        ("POLYGON ((26.9 60.5, 26.91 60.5, 26.9 60.5, 26.9 60.5))", "without area"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_geometry_faults_are_rejected(wkt: str | None, words: str, tmp_path: Path) -> None:
    shapes = [shapely.from_wkt(SQUARE), shapely.from_wkt(wkt) if wkt else None]
    message = refused_file(save(tmp_path, shapes), "sites")
    assert "feature 2 (g1)" in message
    assert words in message


@pytest.mark.parametrize("wkt", ["POLYGON ((26.9 60.5, 26.91 60.5, 26.91 60.51))", "POINT (1", "x"])
def test_unreadable_wkt_is_rejected(wkt: str, tmp_path: Path) -> None:
    row = {"id": "a", "it_load_kw": "2000", "wkt": wkt}
    assert "ring not closed" in refused(tmp_path, [row])


def test_streets_reject_points(tmp_path: Path) -> None:
    row = {"geometry": "POINT (26.9 60.5)", "highway": "service"}
    assert "give each row one LineString" in refused(tmp_path, [row], "streets")


def test_bow_tie_is_repaired_and_told(tmp_path: Path) -> None:
    tie = "POLYGON ((26.9 60.5, 26.91 60.51, 26.91 60.5, 26.9 60.51, 26.9 60.5))"
    result = read(tmp_path, [{"id": "a", "it_load_kw": "2000", "wkt": tie}])
    assert result.frame.geometry.is_valid.all()
    assert "m² before" in str(result.doubts[0])
    assert "m² after" in str(result.doubts[0])


@pytest.mark.parametrize(
    ("crs", "x", "y", "words"),
    [
        (27700, 26.9, 60.5, "EPSG:4326"),
        (25832, 530000, 180000, "EPSG:27700"),
        (3857, 26.9, 60.5, "look like degrees although EPSG:3857"),
        (27700, 180000, 5300000, "far outside the area of EPSG:27700"),
        (3067, 6711000, 496000, "axes look swapped"),
    ],
)
def test_contradicting_crs_is_rejected(
    crs: int, x: float, y: float, words: str, tmp_path: Path
) -> None:
    file = save(tmp_path, list(shapely.points([x, x + 1], [y, y + 1])), crs)
    message = refused_file(file, "sites")
    assert words in message
    assert "2 features: 1 (g0), 2 (g1)" in message


def test_transformation_matches_ordnance_survey(tmp_path: Path) -> None:
    """Golden: OS 'A guide to coordinate systems' worked example, TG 51409 13177, within 5 m."""
    file = save(tmp_path, list(shapely.points([651409.903], [313177.270])), 27700)
    point = read_table(file, table="sites").frame.geometry.iloc[0]
    assert point.y == pytest.approx(52 + 39 / 60 + 28.8282 / 3600, abs=5e-5)
    assert point.x == pytest.approx(1 + 42 / 60 + 57.8663 / 3600, abs=7.5e-5)


@pytest.mark.parametrize(
    ("x", "y"),
    [("easting", "northing"), ("Eastings", "Northings"), ("X_COORDINATE", "Y_COORDINATE")],
)
def test_table_in_british_national_grid(x: str, y: str, tmp_path: Path) -> None:
    """Golden: the worked example of Ordnance Survey above, read from a table; within 5 m."""
    rows = [{"id": "a", x: "651409.903", y: "313177.270"}]
    result = read(tmp_path, rows, "consumers")
    point = result.frame.geometry.iloc[0]
    assert point.y == pytest.approx(52 + 39 / 60 + 28.8282 / 3600, abs=5e-5)
    assert point.x == pytest.approx(1 + 42 / 60 + 57.8663 / 3600, abs=7.5e-5)
    assert result.crs == "EPSG:27700"
    (doubt,) = result.doubts
    assert f"{x} and {y} are taken as British National Grid (EPSG:27700)" in str(doubt)
    assert "lies at lat 52.65798, lon 1.71605" in str(doubt)


@pytest.mark.parametrize(("lon", "lat"), [(-0.1276, 51.5072), (-4.48, 54.15), (-1.15, 60.15)])
def test_table_in_british_national_grid_control_points(
    lon: float, lat: float, tmp_path: Path
) -> None:
    """London, Douglas and Lerwick, forwards by the shift and projection of OS written out."""
    x, y = Transformer.from_pipeline(OS_HELMERT).transform(lon, lat)
    rows = [{"id": "a", "easting": f"{x:.3f}", "northing": f"{y:.3f}"}]
    point = read(tmp_path, rows, "consumers").frame.geometry.iloc[0]
    # 1e-6 degrees are 0.1 m; another choice of shift would be off by metres.
    assert (point.x, point.y) == pytest.approx((lon, lat), abs=1e-6)


def test_degrees_go_before_grid_and_grid_rows_are_checked(tmp_path: Path) -> None:
    both = CONSUMER | {"easting": "530000", "northing": "180000"}
    result = read(tmp_path, [both], "consumers")
    assert result.crs == "EPSG:4326"
    assert not result.doubts
    rows = [{"id": i, "easting": e, "northing": "180000"} for i, e in (("a", "530000"), ("b", ""))]
    assert "row 3 (b): no geometry" in refused(tmp_path, rows, "consumers")
    rows[1]["easting"] = "530 km"
    message = refused(tmp_path, rows, "consumers")
    assert "column easting, row 3 (b): no plain number of metres" in message
    rows = [rows[0], rows[0] | {"id": "c"}, rows[1] | {"easting": "53000000"}]
    assert "far outside the area of EPSG:27700" in refused(tmp_path, rows, "consumers")


def test_register_numbers_may_stand_in_for_grid_places(tmp_path: Path) -> None:
    demand = {"kind": "metered", "uprn": "1", "annual_heat_mwh": "10"}
    both = demand | {"easting": "530000", "northing": "180000"}
    none = demand | {"uprn": "2", "easting": "", "northing": ""}
    frame = read(tmp_path, [both, none], "demand").frame
    assert frame.geometry.isna().tolist() == [False, True]
    message = refused(tmp_path, [both, none | {"easting": "530000"}], "demand")
    assert "row 3 (2): only one of northing and easting; give both or neither" in message


def test_gather_merges_the_problems_of_all_files(tmp_path: Path) -> None:
    one = write(tmp_path / "one.csv", [SITE | {"it_load_kw": "-1"}])
    two = write(tmp_path / "two.csv", [CONSUMER | {"use": "wrong"}])
    with pytest.raises(InputError) as caught:
        gather(lambda: read_table(one, table="sites"), lambda: read_table(two, table="consumers"))
    assert {problem.file for problem in caught.value.problems} == {"one.csv", "two.csv"}


def test_mixed_text_columns_can_be_written(tmp_path: Path) -> None:
    """Unknown columns of any content end in types that every map format holds."""
    result = read(tmp_path, [SITE | {"m": "1"}, SITE | {"id": "b", "m": "x"}, SITE | {"id": "c"}])
    result.frame.to_file(tmp_path / "out.gpkg")
    assert result.frame["m"].isna().tolist() == [False, False, True]
    assert np.isfinite(result.frame["it_load_kw"]).all()


CELLS = st.one_of(
    st.sampled_from(
        ["", "60.5", "26,9", "-1", "1e999", "nan", "POINT (1 2)", '"', "lat", "id", "\x00"]
    ),
    st.text(max_size=8),
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.lists(CELLS, max_size=6).map(",".join), max_size=6).map("\n".join),
    st.lists(st.lists(CELLS, min_size=4, max_size=4).map(";".join), max_size=6).map(
        lambda rows: "\n".join(["id;lat;lon;it_load_kw", *rows])
    ),
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS, table=st.sampled_from(["sites", "consumers", "streets"]))
def test_property_any_text_is_read_or_refused(text: str, table: Table, tmp_path: Path) -> None:
    path = tmp_path / "fuzz.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        result = read_table(path, table=table)
    except InputError as error:
        refusal = error
    else:
        assert len(result.frame) > 0
        return
    assert refusal.problems
    assert all(p.file == "fuzz.csv" and p.what for p in refusal.problems)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.binary(max_size=200),
    suffix=st.sampled_from([".geojson", ".csv", ".xlsx", ".fgb", ".zip"]),
)
def test_property_any_bytes_are_read_or_refused(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"fuzz{suffix}"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_table(path, table="sites")
