"""Heat-density rasters: cells read by two routes, stand-in consumers, control totals, bad files."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from pyproj import Transformer
from rasterio.transform import Affine

from heatreach.siting import read_inputs
from heatreach.siting.consumers.heat_raster import consumers_of_cells, controls_of_cells
from heatreach.siting.demo import demo_extract, demo_sites
from heatreach.siting.errors import InputError
from heatreach.siting.reading.raster import read_heat_raster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOX = (26.930, 60.520, 26.970, 60.540)
# Corner of a 100 m grid over the demo town in EPSG:3035.
LEFT, TOP = 5_234_000.0, 4_256_000.0
STUDY = "EPSG:32635"
MODEL_PIXEL_SCALE, MODEL_TIEPOINT = 33550, 33922


@pytest.fixture(scope="module")
def corner() -> tuple[float, float]:
    """North-west corner of the demo town in EPSG:3035, on the hectare grid."""
    to = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)
    west, _, _, north = to.transform_bounds(*BOX)
    return float(np.floor(west / 1000) * 1000), float(np.ceil(north / 1000) * 1000)


def densities(rows: int = 50, columns: int = 50) -> np.ndarray[Any, Any]:
    """Made-up heat per hectare: some empty cells, some full ones."""
    rng = np.random.default_rng(5)
    field = rng.gamma(0.7, 150.0, (rows, columns))
    field[rng.random((rows, columns)) < 0.4] = 0.0
    return field.astype(np.float32)


@pytest.fixture
def write(tmp_path: Path, corner: tuple[float, float]) -> Callable[..., Path]:
    """Write a GeoTIFF over the demo town."""

    def written(values: Any = None, **changed: Any) -> Path:
        data = densities() if values is None else np.asarray(values)
        unit = changed.pop("unit", None)
        name = changed.pop("name", "heat.tif")
        data = data if data.ndim == 3 else data[None]
        options = {
            "driver": "GTiff",
            "count": len(data),
            "height": data.shape[1],
            "width": data.shape[2],
            "dtype": data.dtype,
            "crs": "EPSG:3035",
            "transform": Affine(100.0, 0.0, corner[0], 0.0, -100.0, corner[1]),
        } | changed
        with rasterio.open(tmp_path / name, "w", **options) as dataset:
            dataset.write(data)
            if unit:
                dataset.set_band_unit(1, unit)
        path: Path = tmp_path / name
        return path

    return written


def test_golden_cells_equal_those_read_by_pillow_and_pyproj(
    write: Callable[..., Path], corner: tuple[float, float]
) -> None:
    path = write()
    cells = consumers_of_cells(read_heat_raster(path, box=(26.0, 60.0, 28.0, 61.0)), STUDY)
    with Image.open(path) as picture:
        pixels = np.asarray(picture, dtype=np.float64)
        tags: Any = vars(picture)["tag_v2"]
        scale, tie = tags[MODEL_PIXEL_SCALE], tags[MODEL_TIEPOINT]
    # Cells of one hectare: heat of a cell is its density.
    wanted = pixels >= 5.0
    assert len(cells.consumers) == int(wanted.sum())
    assert cells.consumers["annual_heat_mwh"].sum() == pytest.approx(pixels[wanted].sum())
    row, column = (int(part) for part in cells.consumers["id"][7].removeprefix("cell/").split("_"))
    assert cells.consumers["annual_heat_mwh"][7] == pixels[row, column]
    x, y = tie[3] + (column + 0.5) * scale[0], tie[4] - (row + 0.5) * scale[1]
    east, north = Transformer.from_crs("EPSG:3035", STUDY, always_xy=True).transform(x, y)
    place = cells.consumers.geometry[7]
    assert (place.x, place.y) == pytest.approx((east, north), abs=0.01)
    small = int(((pixels > 0.0) & ~wanted).sum())
    assert cells.left_out == {"raster cells with less than 5 MWh a year": small}


def test_only_the_cells_of_the_area_are_read(write: Callable[..., Path]) -> None:
    path = write()
    whole = read_heat_raster(path, box=(26.0, 60.0, 28.0, 61.0))
    part = read_heat_raster(path, box=(26.945, 60.527, 26.955, 60.532))
    assert 20 < len(part.row) < len(whole.row) / 5
    where = {(r, c): h for r, c, h in zip(whole.row, whole.column, whole.heat_mwh, strict=True)}
    for r, c, heat in zip(part.row, part.column, part.heat_mwh, strict=True):
        assert where[r, c] == heat


def test_true_areas_count_in_systems_that_stretch_the_map(write: Callable[..., Path]) -> None:
    # At 60.53° N Web Mercator shows a hectare 1/cos² = 4.13 times too large, a degree grid has
    # cells of 0.002° x 0.001°; 100 MWh/ha must give the same heat per true area.
    to = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    west, north = to.transform(26.93, 60.54)
    flat = np.full((10, 10), 100.0, dtype=np.float32)
    mercator = write(
        flat, crs="EPSG:3857", transform=Affine(200, 0, west, 0, -200, north), name="m.tif"
    )
    degrees = write(
        flat, crs="EPSG:4326", transform=Affine(0.002, 0, 26.93, 0, -0.001, 60.54), name="d.tif"
    )
    for path in (mercator, degrees):
        raster = read_heat_raster(path, box=(26.0, 60.0, 28.0, 61.0))
        squares = controls_of_cells(raster, STUDY)
        hectares = squares.area.sum() / 1e4
        assert raster.heat_mwh.sum() / 100.0 == pytest.approx(hectares, rel=2e-3)


def test_whole_numbers_scales_and_no_data_are_understood(write: Callable[..., Path]) -> None:
    grid = np.array([[0, 120, 65535], [40, 7, 65535], [0, 0, 3]], dtype=np.uint16)
    raster = read_heat_raster(write(grid, nodata=65535), box=(26.0, 60.0, 28.0, 61.0))
    assert raster.heat_mwh.tolist() == [120.0, 40.0, 7.0, 3.0]
    nan = np.array([[np.nan, 2.0], [1.0, np.nan]], dtype=np.float64)
    path = write(nan, unit="MWh/ha")
    assert read_heat_raster(path, box=(26.0, 60.0, 28.0, 61.0)).heat_mwh.tolist() == [2.0, 1.0]
    with rasterio.open(path, "r+") as dataset:
        dataset.scales = (0.5,)
    assert read_heat_raster(path, box=(26.0, 60.0, 28.0, 61.0)).heat_mwh.tolist() == [1.0, 0.5]


def test_rotated_and_south_up_grids_are_read_where_they_lie(
    write: Callable[..., Path], corner: tuple[float, float]
) -> None:
    grid = np.arange(1.0, 7.0).reshape(2, 3)
    cos, sin = 100.0 * np.cos(0.5), 100.0 * np.sin(0.5)
    turn = Affine(cos, sin, corner[0], sin, -cos, corner[1])
    upwards = Affine(100.0, 0.0, corner[0], 0.0, 100.0, corner[1] - 1000.0)
    for transform in (turn, upwards):
        raster = read_heat_raster(write(grid, transform=transform), box=(26.0, 60.0, 28.0, 61.0))
        assert raster.heat_mwh == pytest.approx(np.arange(1.0, 7.0), rel=1e-12)
        squares = controls_of_cells(raster, "EPSG:3035")
        a, b, c, d, e, f = tuple(transform)[:6]
        x, y = 1.5 * a + b + c, 1.5 * d + e + f
        middle = squares.union_all().centroid
        assert (middle.x, middle.y) == pytest.approx((x, y), abs=1e-6)


def test_blocks_of_cells_are_whole_and_keep_the_sum(write: Callable[..., Path]) -> None:
    path = write()
    with rasterio.open(path) as dataset:
        pixels = dataset.read(1).astype(np.float64)
    raster = read_heat_raster(path, box=(26.945, 60.527, 26.955, 60.532), block_m=1000.0)
    blocks = controls_of_cells(raster, "EPSG:3035")
    assert 1 < len(blocks) < 12
    for name, heat, shape in zip(
        blocks["id"], blocks["annual_heat_mwh"], blocks.geometry, strict=True
    ):
        row, column = (int(part) * 10 for part in name.removeprefix("block/").split("_"))
        assert heat == pytest.approx(pixels[row : row + 10, column : column + 10].sum())
        assert shape.area == pytest.approx(1e6)


def refused(path: Path, box: tuple[float, float, float, float] = BOX) -> str:
    """Why a raster is refused."""
    with pytest.raises(InputError) as caught:
        read_heat_raster(path, box=box)
    return str(caught.value)


FIELD = np.full((50, 50), 80.0, dtype=np.float32)


@pytest.mark.parametrize(
    ("values", "changed", "words"),
    [
        (np.stack([FIELD] * 3), {}, ["has 3 bands", "a file of its own"]),
        (FIELD, {"crs": None}, ["declares no coordinate system (x 5,24", "EPSG:3035"]),
        (FIELD, {"crs": "EPSG:4326"}, ["declares degrees", "but its bounds are x 5,24"]),
        (FIELD, {"crs": "EPSG:32633"}, ["does not meet the study area", "lon 26.93 to 26.97"]),
        (-FIELD, {}, ["cells with negative heat (least -80)", "'no data'"]),
        (FIELD * np.inf, {}, ["not finite"]),
        (FIELD * 0.0, {}, ["no cell with heat"]),
        (FIELD, {"nodata": 80.0}, ["no cell with heat"]),
        (FIELD, {"unit": "kWh/m2"}, ["is in kWh/m2, not in MWh/ha"]),
        (FIELD.astype(np.complex64), {}, ["values of type complex64"]),
    ],
)
def test_rasters_that_could_be_misread_are_refused(
    write: Callable[..., Path], values: Any, changed: dict[str, Any], words: list[str]
) -> None:
    message = refused(write(values, **changed))
    assert [word for word in words if word not in message] == []


def test_a_raster_without_a_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bare.tif"
    Image.fromarray(FIELD).save(path)
    assert "says not where it lies" in refused(path)


def test_damaged_and_foreign_files_are_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    whole = write(compress="deflate")
    (tmp_path / "cut.tif").write_bytes(whole.read_bytes()[:4000])
    (tmp_path / "empty.tif").write_bytes(b"")
    (tmp_path / "page.tif").write_bytes(b"<!doctype html><html>login</html>")
    assert "damaged or incomplete" in refused(tmp_path / "cut.tif")
    assert "is empty (0 bytes)" in refused(tmp_path / "empty.tif")
    assert "is not a GeoTIFF" in refused(tmp_path / "page.tif")
    assert "cannot be opened" in refused(tmp_path / "absent.tif")
    with pytest.raises(InputError, match="is not a GeoTIFF"):
        read_inputs(sites=demo_sites(), consumers=tmp_path / "page.tif", area=str(demo_extract()))


def test_densities_that_no_town_has_are_doubted(write: Callable[..., Path]) -> None:
    (doubt,) = read_heat_raster(write(FIELD * 1000), box=BOX).doubts
    assert "80,000 MWh/ha" in doubt.what
    assert read_heat_raster(write(FIELD), box=BOX).doubts == ()


def test_without_the_optional_package_the_message_says_how_to_get_it(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write()
    real = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name == "rasterio":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    assert "pip install 'heatreach[raster]'" in refused(path)


def test_town_of_cells_needs_no_building(write: Callable[..., Path]) -> None:
    path = write()
    study = read_inputs(sites=None, consumers=path, area=str(demo_extract()), zones=True)
    assert set(study.everywhere["demand_source"]) == {"raster heat.tif"}
    assert set(study.everywhere["use"]) == {"dwelling"}
    assert (study.everywhere["peak_kw"] > 0.0).all()
    assert (study.everywhere["confidence"] == "low").all()
    assert any("stand in for buildings" in doubt.what for doubt in study.doubts)
    near = read_inputs(sites=demo_sites(), consumers=path, area=str(demo_extract()))
    assert set(near.consumers["id"]) <= set(study.everywhere["id"])
    assert near.hashes.keys() == {"sites", "consumers", "extract"}


def test_town_scaled_to_a_raster_meets_it_block_by_block(write: Callable[..., Path]) -> None:
    path = write(FIELD)
    study = read_inputs(
        sites=None, consumers="osm", area=str(demo_extract()), control=path, zones=True
    )
    table = study.reconciliation.set_index("area_id")
    met = table[table["status"] == "ok"]
    assert len(met) >= 2
    assert set(table["status"]) <= {"ok", "no_estimates"}
    assert study.left_out["blocks of the raster at the edge of the area"] > 0
    assert met["result_mwh"].to_numpy() == pytest.approx(met["control_mwh"].to_numpy(), rel=1e-9)
    # A whole block of 100 hectares with 80 MWh each.
    assert met["control_mwh"].to_numpy() == pytest.approx(8_000.0)
    scaled = study.everywhere["demand_source"].str.endswith(", scaled to heat.tif")
    assert study.everywhere.loc[scaled, "annual_heat_mwh"].sum() == pytest.approx(
        met["result_mwh"].sum(), rel=1e-9
    )
