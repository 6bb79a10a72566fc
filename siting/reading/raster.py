"""
Rasters of heat density (GeoTIFF), opened, checked, and read for the study area only.

A raster holds one band of useful heat per hectare and year, as the maps of the Hotmaps project do.
Whatever could be read wrongly without anybody noticing is refused: no coordinate system, several
bands, negative numbers, another unit. Needs the optional package rasterio. What becomes of the
cells is decided in `siting.consumers.heat_raster`.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS, Transformer

from heatreach.data import assumption

from ..errors import Problem
from .cell_areas import cell_areas
from .coordinates import LAT_LIMIT, LON_LIMIT
from .files import file_hash
from .findings import printable
from .raw import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from ..errors import InputError
    from .places import Box

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

RASTER_SUFFIXES = (".tif", ".tiff")
# A guard against areas that would exhaust the machine; far above any town.
MAX_CELLS = 20_000_000
_UNITS = ("", "mwh/ha", "mwh/(ha*year)", "mwh/ha/year", "mwh/ha/yr", "mwh/ha/a", "mwh/(ha*a)")
_MARKS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_M2_PER_HA = 10_000.0
# Points along the border of a box, so that its bent sides are followed.
_BORDER_STEPS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRaster:
    """
    Cells of a heat-density raster that hold heat.

    Attributes
    ----------
    file, sha256
        Name and hash of the file.
    crs
        Its coordinate system.
    row, column
        Position of each cell in the file.
    heat_mwh
        Yearly heat of each cell [MWh].
    cell_m
        Side of a cell in the middle of what was read [m].
    affine
        Six numbers a to f: ``x = a·column + b·row + c``, ``y = d·column + e·row + f`` of the
        upper left corner of a cell.
    shape
        Rows and columns of the file.
    doubts
        What was accepted but should be looked at.
    """

    file: str
    sha256: str
    crs: CRS
    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    heat_mwh: npt.NDArray[np.float64]
    cell_m: float
    affine: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    doubts: tuple[Problem, ...]

    def corners(self, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> Floats:
        """Coordinates of upper left corners in the raster's system, shape (n, 2)."""
        a, b, c, d, e, f = self.affine
        return np.column_stack([a * column + b * row + c, d * column + e * row + f])


def is_raster(source: object) -> bool:
    """
    Whether a source names a GeoTIFF.

    Parameters
    ----------
    source
        A path or word.

    Returns
    -------
    answer
        By its ending.

    Examples
    --------
    >>> is_raster("heat.TIF"), is_raster("osm"), is_raster(None)
    (True, False, False)
    """
    return source is not None and Path(str(source)).suffix.lower() in RASTER_SUFFIXES


def check_raster(path: Path | str) -> Path:
    """
    Refuse what is no GeoTIFF before anything large is read.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    path
        The same.

    Raises
    ------
    InputError
        If the file is missing or is something else, or rasterio is not installed.
    """
    path = Path(path)
    try:
        with path.open("rb") as handle:
            head = handle.read(4)
    except OSError as error:
        what = f"cannot be opened ({printable(error.strerror or str(error))})"
        raise refusal(str(path), what, "check the path and the permissions") from error
    if head not in _MARKS:
        what = (
            "is empty (0 bytes)" if not head else "is not a GeoTIFF (its first bytes are foreign)"
        )
        raise refusal(path.name, what, "give the original file, or export it as GeoTIFF")
    _rasterio(path)
    return path


def _rasterio(path: Path) -> Any:
    """The optional package, or the refusal that says how to get it."""
    try:
        import rasterio
    except ImportError as error:
        what = "rasters need the optional package rasterio, which is not installed"
        raise refusal(
            path.name, what, "install it with: pip install 'heatreach[raster]'"
        ) from error
    return rasterio


def read_heat_raster(path: Path | str, *, box: Box, block_m: float = 0.0) -> HeatRaster:
    """
    Heat of the cells of a raster that meet a box.

    Parameters
    ----------
    path
        A GeoTIFF of one band, useful heat in MWh per hectare and year.
    box
        West, south, east, north [°] of what is wanted.
    block_m
        Cells are read in whole blocks of this side, counted from the corner of the file [m].

    Returns
    -------
    raster
        Cells with heat, in order of row and column.

    Raises
    ------
    InputError
        If the file cannot be used, or does not meet the box.

    Notes
    -----
    Heat of a cell is its density times its true area: the area of the grid where the coordinate
    system keeps areas (EPSG:3035 does), else that in an equal-area projection around the box.
    """
    path = check_raster(path)
    rasterio = _rasterio(path)
    try:
        with _quiet(), rasterio.open(path, driver="GTiff") as dataset:
            return _read(path, dataset, box, block_m)
    except (rasterio.errors.RasterioError, rasterio.errors.CRSError, OSError) as error:
        what = f"is damaged or incomplete ({printable(str(error))[:200]})"
        raise refusal(path.name, what, "export or download it again") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """What GDAL mutters about a damaged file is said in our own words instead."""
    log = logging.getLogger("rasterio")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _read(path: Path, dataset: Any, box: Box, block_m: float) -> HeatRaster:
    """Cells of an open raster."""
    _check_band(path, dataset)
    crs = _crs(path, dataset)
    a, b, c, d, e, f = (float(v) for v in tuple(dataset.transform)[:6])
    affine = (a, b, c, d, e, f)
    first, last = _window(path, dataset, crs, box)
    middle = (first + last) // 2
    cell_m = float(np.sqrt(cell_areas(affine, crs, middle[:1], middle[1:])[0]))
    block = max(1, round(block_m / cell_m))
    first = first // block * block
    last = np.minimum(-(-last // block) * block, dataset.shape)
    count = int(np.prod(last - first))
    if count > MAX_CELLS:
        what = f"has {count:,} cells in the study area; the limit is {MAX_CELLS:,}"
        raise refusal(path.name, what, "give a smaller area or a coarser raster")
    density = _densities(path, dataset, first, last)
    row, column = np.nonzero(density > 0.0)
    heat = density[row, column]
    if not len(heat):
        what = "has no cell with heat in the study area"
        raise refusal(path.name, what, "check the area, and that 'no data' is declared")
    row, column = row + first[0], column + first[1]
    return HeatRaster(
        file=printable(path.name),
        sha256=file_hash(path),
        crs=crs,
        row=row,
        column=column,
        heat_mwh=heat * cell_areas(affine, crs, row, column) / _M2_PER_HA,
        cell_m=cell_m,
        affine=affine,
        shape=(int(dataset.height), int(dataset.width)),
        doubts=_doubts(path, heat),
    )


def _check_band(path: Path, dataset: Any) -> None:
    """Refuse several bands, complex numbers, and another unit than MWh/ha."""
    if dataset.count != 1:
        what = f"has {dataset.count} bands"
        raise refusal(path.name, what, "save the one with heat per hectare as a file of its own")
    kind = str(dataset.dtypes[0])
    if not np.issubdtype(np.dtype(kind), np.number) or kind.startswith("complex"):
        what = f"holds values of type {kind}"
        raise refusal(path.name, what, "save it with decimal or whole numbers")
    unit = str(dataset.units[0] or "")
    if unit.replace(" ", "").lower() not in _UNITS:
        what = f"is in {printable(unit)[:40]}, not in MWh/ha"
        raise refusal(path.name, what, "convert it to MWh per hectare and year")


def _crs(path: Path, dataset: Any) -> CRS:
    """Coordinate system of a raster, or the refusal of one that has none or cannot have it."""
    west, south, east, north = dataset.bounds
    bounds = f"x {west:,.10g} to {east:,.10g}, y {south:,.10g} to {north:,.10g}"
    if dataset.transform.is_identity:
        what = "says not where it lies (no georeference)"
        raise refusal(path.name, what, "export it as GeoTIFF with its coordinate system")
    if dataset.crs is None:
        what = f"declares no coordinate system ({bounds})"
        advice = "declare it; rasters of the Hotmaps project are in EPSG:3035"
        raise refusal(path.name, what, advice)
    crs = CRS.from_wkt(dataset.crs.to_wkt())
    degrees = max(abs(west), abs(east)) <= LON_LIMIT and max(abs(south), abs(north)) <= LAT_LIMIT
    if crs.is_geographic and not degrees:
        what = f"declares degrees ({printable(crs.name)}), but its bounds are {bounds}"
        raise refusal(path.name, what, "declare the coordinate system it really is in")
    return crs


def _window(path: Path, dataset: Any, crs: CRS, box: Box) -> tuple[Ints, Ints]:
    """First row and column that meet the box, and those after the last."""
    to_raster = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    step = max(box[2] - box[0], box[3] - box[1]) / _BORDER_STEPS
    corners = shapely.get_coordinates(shapely.segmentize(shapely.box(*box), step))
    x, y = to_raster.transform(corners[:, 0], corners[:, 1])
    a, b, c, d, e, f = tuple(~dataset.transform)[:6]
    column, row = a * x + b * y + c, d * x + e * y + f
    finite = np.isfinite(column) & np.isfinite(row)
    limit = np.array(dataset.shape, dtype=np.int64)
    if not finite.any():
        raise _apart(path, dataset, crs, box)
    low = np.floor([row[finite].min(), column[finite].min()])
    high = np.ceil([row[finite].max(), column[finite].max()])
    first = np.clip(low, 0, limit).astype(np.int64)
    last = np.clip(high, 0, limit).astype(np.int64)
    if (last <= first).any():
        raise _apart(path, dataset, crs, box)
    return first, last


def _apart(path: Path, dataset: Any, crs: CRS, box: Box) -> InputError:
    """Error for a raster that does not meet the study area."""
    back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    west, south, east, north = back.transform_bounds(*dataset.bounds)
    what = (
        f"does not meet the study area: the raster runs over lon {west:.6g} to {east:.6g}, "
        f"lat {south:.6g} to {north:.6g}, the area over lon {box[0]:.6g} to {box[2]:.6g}, "
        f"lat {box[1]:.6g} to {box[3]:.6g}"
    )
    advice = "give the raster of this place, or correct its coordinate system"
    return refusal(path.name, what, advice)


def _densities(path: Path, dataset: Any, first: Ints, last: Ints) -> Floats:
    """Heat per hectare in a window [MWh/ha], 0 where there are no data."""
    window = ((int(first[0]), int(last[0])), (int(first[1]), int(last[1])))
    masked = dataset.read(1, window=window, masked=True)
    values = masked.astype(np.float64).filled(np.nan)
    values = values * float(dataset.scales[0]) + float(dataset.offsets[0])
    if np.isinf(values).any():
        raise refusal(path.name, "holds cells that are not finite", "declare them as 'no data'")
    negative = values < 0.0
    if negative.any():
        what = (
            f"holds {int(negative.sum()):,} cells with negative heat "
            f"(least {float(np.nanmin(values)):,.6g})"
        )
        raise refusal(path.name, what, "declare that value as 'no data', or correct it")
    density: Floats = np.nan_to_num(values, nan=0.0)
    return density


def _doubts(path: Path, density: Floats) -> tuple[Problem, ...]:
    """Doubt densities that no town has."""
    high = assumption("siting_rules", "raster", "density_max_mwh_ha").value
    if float(density.max()) <= high:
        return ()
    what = f"holds {float(density.max()):,.0f} MWh/ha (usual are up to {high:,.0f})"
    advice = "is it in MWh per hectare, not in kWh or MWh per square kilometre?"
    return (Problem(file=printable(path.name), where="", what=what, advice=advice),)
