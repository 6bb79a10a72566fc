"""
Heat per hectare: in square cells, and in the blocks between streets.

The heat of a consumer is spread over its outline and divided by area among the places that the
outline lies in; a point lies in one. Each heat is counted once, and the sum over cells is the sum
over consumers. A consumer is counted where most of it lies. Cells are aligned to full multiples of
their side in the coordinate system of the study. Blocks are the faces between streets, as German
heat plans map them; what no ring of streets closes lies in no block and makes one row of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..consumers.building_use import siting_rule
from .outlines import M2_PER_HA

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import StreetGraph

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

SLIVER_SHARE = 1e-9
"""Parts of an outline below this share are an effect of rounding."""
_DIGITS = 1
"""Decimals of the metres in the name of a block."""


NO_BLOCK = "no block"
"""Name of the row for what lies in no block."""


class Outside(NamedTuple):
    """What lies in no block: consumers that lie in none at all, heat and given heat [MWh/year]."""

    consumers: int
    heat_mwh: float
    given_mwh: float


def heat_cells(consumers: gpd.GeoDataFrame, given: npt.NDArray[np.bool_]) -> gpd.GeoDataFrame:
    """
    Heat per hectare in square cells.

    Parameters
    ----------
    consumers
        CONSUMERS with known ``annual_heat_mwh``, in a metric coordinate system.
    given
        Whether the heat of each was given rather than estimated.

    Returns
    -------
    cells
        ``cell_id, consumers, heat_mwh, heat_density_mwh_ha, given_share`` and the square, from
        south-west to north-east; cells without heat are left out.

    Examples
    --------
    >>> place = gpd.GeoSeries([shapely.Point(120.0, 50.0)], crs=32635)
    >>> one = gpd.GeoDataFrame({"annual_heat_mwh": [7.0]}, geometry=place)
    >>> heat_cells(one, np.array([False]))["cell_id"].tolist()
    ['E100N0']
    """
    side = siting_rule("zone_density", "cell_m")
    parts, corner = _cell_parts(_shapes(consumers), side)
    table = _sums(consumers, given, parts, len(corner))
    west, south = corner[:, 0], corner[:, 1]
    table.insert(0, "cell_id", [f"E{x:.0f}N{y:.0f}" for x, y in corner])
    table["heat_density_mwh_ha"] = table["heat_mwh"] / (side * side / M2_PER_HA)
    squares = shapely.box(west, south, west + side, south + side)
    cells = gpd.GeoDataFrame(table, geometry=squares, crs=consumers.crs)
    return cells[cells["heat_mwh"] > 0.0].reset_index(drop=True)


def heat_blocks(
    consumers: gpd.GeoDataFrame, given: npt.NDArray[np.bool_], streets: StreetGraph
) -> tuple[gpd.GeoDataFrame, Outside]:
    """
    Heat per hectare in the blocks between streets.

    Parameters
    ----------
    consumers, given
        As for `heat_cells`.
    streets
        The street graph, before buildings are hung on.

    Returns
    -------
    blocks
        ``block_id, area_ha, consumers, heat_mwh, heat_density_mwh_ha, given_share`` and the block;
        blocks without heat are left out.
    outside
        What lies in no block.

    Notes
    -----
    Faces of the streets, cut wherever they cross on the map, bridges too; smaller ones than
    ``zone_density/block_min_m2`` are islands in a street and no blocks. A block is named after a
    point inside it, so its name stays while its streets do.
    """
    faces, shapes = _faces(streets), _shapes(consumers)
    parts = _block_parts(shapes, faces)
    table = _sums(consumers, given, parts, len(faces))
    area = shapely.area(faces) / M2_PER_HA
    table.insert(0, "block_id", _block_ids(faces))
    table.insert(1, "area_ha", area)
    table["heat_density_mwh_ha"] = table["heat_mwh"] / area
    frame = gpd.GeoDataFrame(table, geometry=faces, crs=consumers.crs)
    frame = frame[frame["heat_mwh"] > 0.0]
    frame = frame.sort_values("block_id", kind="stable", ignore_index=True)
    inside = np.bincount(parts.row, weights=parts.share, minlength=len(consumers))
    heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)
    out = heat * np.maximum(1.0 - inside, 0.0)
    outside = Outside(
        consumers=int((inside <= 0.0).sum()),
        heat_mwh=float(out.sum()),
        given_mwh=float(out[given].sum()),
    )
    return frame, outside


def with_outside(blocks: gpd.GeoDataFrame, outside: Outside) -> gpd.GeoDataFrame:
    """
    Blocks and a row for what lies in none of them, so that they sum to the whole.

    Parameters
    ----------
    blocks, outside
        As of `heat_blocks`.

    Returns
    -------
    blocks
        With the row ``no block`` at the end, without area and shape; as they were where all heat
        lies in blocks.

    Examples
    --------
    >>> none = gpd.GeoDataFrame({"block_id": [], "heat_mwh": []}, geometry=[], crs=32635)
    >>> with_outside(none, Outside(2, 10.0, 5.0))["heat_mwh"].tolist()
    [10.0]
    """
    if outside.heat_mwh <= SLIVER_SHARE * (outside.heat_mwh + float(blocks["heat_mwh"].sum())):
        return blocks
    rest = {
        "block_id": [NO_BLOCK],
        "area_ha": [np.nan],
        "consumers": [outside.consumers],
        "heat_mwh": [outside.heat_mwh],
        "heat_density_mwh_ha": [np.nan],
        "given_share": [outside.given_mwh / outside.heat_mwh],
    }
    row = gpd.GeoDataFrame(rest, geometry=[shapely.Polygon()], crs=blocks.crs)
    if blocks.empty:
        return row
    together = pd.concat([pd.DataFrame(blocks), pd.DataFrame(row)], ignore_index=True)
    return gpd.GeoDataFrame(together, geometry="geometry", crs=blocks.crs)


class _Parts(NamedTuple):
    """Parts of consumers: row of the consumer, place of the part, share of the outline."""

    row: Ints
    place: Ints
    share: Floats


def _shapes(consumers: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Outlines of consumers, valid; a point on those that have no area."""
    shapes = consumers.geometry.to_numpy()
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    flat = shapely.area(shapes) <= 0.0
    return np.asarray(np.where(flat, shapely.point_on_surface(shapes), shapes), dtype=object)


def _cell_parts(shapes: npt.NDArray[np.object_], side: float) -> tuple[_Parts, Floats]:
    """Parts of outlines in cells, and the south-west corner of every cell [m]."""
    low, high = np.split(np.floor(shapely.bounds(shapes) / side).astype(np.int64), 2, axis=1)
    span = high - low + 1
    count = span[:, 0] * span[:, 1]
    row = np.repeat(np.arange(len(shapes)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    east = low[row, 0] + number % span[row, 0]
    north = low[row, 1] + number // span[row, 0]
    distinct, place = np.unique(np.stack([east, north], axis=1), axis=0, return_inverse=True)
    corner = distinct * side
    share = np.ones(len(row))
    cut = np.flatnonzero(count[row] > 1)
    west, south = corner[place.reshape(-1)[cut]].T
    boxes = shapely.box(west, south, west + side, south + side)
    whole = shapely.area(shapes[row[cut]])
    share[cut] = shapely.area(shapely.intersection(shapes[row[cut]], boxes)) / whole
    parts = _without_slivers(_Parts(row, place.reshape(-1), share))
    # All of an outline lies in cells; what rounding and slivers took away is given back.
    total = np.bincount(parts.row, weights=parts.share, minlength=len(shapes))
    return parts._replace(share=parts.share / total[parts.row]), corner


def _block_parts(shapes: npt.NDArray[np.object_], faces: npt.NDArray[np.object_]) -> _Parts:
    """Parts of outlines in blocks; together no more than the whole."""
    row, face = shapely.STRtree(faces).query(shapes, predicate="intersects")
    whole = shapely.area(shapes)
    flat = whole[row] <= 0.0
    share = np.ones(len(row))
    cut = np.flatnonzero(~flat)
    share[cut] = shapely.area(shapely.intersection(shapes[row[cut]], faces[face[cut]]))
    share[cut] /= whole[row[cut]]
    # A point on a street touches two faces; it belongs to the first.
    order = np.lexsort((face, row))
    again = np.zeros(len(row), dtype=bool)
    again[order[1:]] = row[order[1:]] == row[order[:-1]]
    share[flat & again] = 0.0
    parts = _without_slivers(_Parts(row, face, share))
    total = np.bincount(parts.row, weights=parts.share, minlength=len(shapes))
    return parts._replace(share=parts.share / np.maximum(total, 1.0)[parts.row])


def _without_slivers(parts: _Parts) -> _Parts:
    """Parts that are more than a trace of their outline."""
    kept = parts.share > SLIVER_SHARE
    return _Parts(parts.row[kept], parts.place[kept], parts.share[kept])


def _counted(parts: _Parts, places: int) -> Ints:
    """Consumers of each place: each counts where the largest part of it lies."""
    order = np.lexsort((parts.place, -parts.share, parts.row))
    first = order[np.diff(parts.row[order], prepend=-1) != 0]
    return np.bincount(parts.place[first], minlength=places).astype(np.int64)


def _sums(
    consumers: gpd.GeoDataFrame, given: npt.NDArray[np.bool_], parts: _Parts, places: int
) -> pd.DataFrame:
    """Consumers, heat and share given of each place."""
    heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)[parts.row] * parts.share
    total = np.bincount(parts.place, weights=heat, minlength=places)
    told = np.bincount(parts.place, weights=heat * given[parts.row], minlength=places)
    with np.errstate(invalid="ignore"):
        share = told / total
    return pd.DataFrame(
        {
            "consumers": _counted(parts, places),
            "heat_mwh": total,
            "given_share": share,
        }
    )


def _faces(streets: StreetGraph) -> npt.NDArray[np.object_]:
    """Faces between the streets, in an order that depends on their shapes only."""
    lines = streets.segments()
    key = np.array(shapely.to_wkb(shapely.normalize(lines)), dtype=object)
    noded = shapely.union_all(lines[sorted(range(len(key)), key=key.__getitem__)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = shapely.normalize(
        faces[shapely.area(faces) >= siting_rule("zone_density", "block_min_m2")]
    )
    shapes = shapely.to_wkb(faces)
    order = np.array(sorted(range(len(faces)), key=shapes.__getitem__), dtype=np.int64)
    return np.asarray(faces[order], dtype=object)


def _block_ids(faces: npt.NDArray[Any]) -> list[str]:
    """Names of blocks: a point inside each [m]."""
    inside = shapely.get_coordinates(shapely.point_on_surface(faces)).round(_DIGITS) + 0.0
    return [f"E{x:.{_DIGITS}f}N{y:.{_DIGITS}f}" for x, y in inside]
