"""
Consumers and control totals made of a heat-density raster.

Where nothing is known of single buildings, each cell with enough heat stands in for its buildings
as one consumer at its centre, taken as homes. Where buildings are known, square blocks of cells are
control totals to which `reconcile` scales the estimates: single cells would shift heat between
neighbours, because maps place heat by population and land use. The file is read in
`siting.reading.raster`; sizes stand in ``data/siting_rules.csv`` under ``raster``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..errors import Problem
from .building_use import DWELLING, siting_rule

if TYPE_CHECKING:
    from pyproj import CRS

    from ..reading.raster import HeatRaster


@dataclass(frozen=True, slots=True, kw_only=True)
class CellConsumers:
    """
    Consumers made of cells.

    Attributes
    ----------
    consumers
        CONSUMERS by id, peaks still blank.
    left_out
        How many cells hold too little heat, by reason.
    doubts
        That cells stand in for buildings, and how large they are.
    """

    consumers: gpd.GeoDataFrame
    left_out: dict[str, int]
    doubts: tuple[Problem, ...]


def consumers_of_cells(raster: HeatRaster, crs: CRS | str) -> CellConsumers:
    """
    One consumer at the centre of each cell with enough heat.

    Parameters
    ----------
    raster
        Cells with heat.
    crs
        Metric coordinate system of the study.

    Returns
    -------
    cells
        ``id`` (row and column in the file), ``use`` dwelling, ``annual_heat_mwh`` and
        ``demand_source`` "raster FILE"; one building's peak and diversity are for `fill_demand`
        and the network to add.
    """
    least = siting_rule("raster", "cell_heat_min_mwh")
    kept = raster.heat_mwh >= least
    row, column = raster.row[kept], raster.column[kept]
    corners = raster.corners(row, column)
    opposite = raster.corners(row + 1, column + 1)
    frame = gpd.GeoDataFrame(
        {
            "id": [f"cell/{r}_{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True)],
            "use": DWELLING,
            "classified_by": f"raster {raster.file}",
            "annual_heat_mwh": raster.heat_mwh[kept],
            "demand_source": f"raster {raster.file}",
        },
        geometry=shapely.points((corners + opposite) / 2.0),
        crs=raster.crs,
    ).to_crs(crs)
    small = raster.heat_mwh[~kept]
    return CellConsumers(
        consumers=frame.sort_values("id", kind="stable", ignore_index=True),
        left_out={f"raster cells with less than {least:g} MWh a year": len(small)},
        doubts=(_stand_in_doubt(raster, len(frame), float(small.sum())),),
    )


def _stand_in_doubt(raster: HeatRaster, count: int, lost_mwh: float) -> Problem:
    """Say that cells are no buildings."""
    what = (
        f"{count:,} cells of {raster.cell_m:,.0f} m stand in for buildings, taken as homes at the "
        f"middle of each cell; smaller cells with {lost_mwh:,.0f} MWh a year are left out"
    )
    advice = "use it to find places to look at, not to design a network"
    return Problem(file=raster.file, where="", what=what, advice=advice)


def controls_of_cells(raster: HeatRaster, crs: CRS | str) -> gpd.GeoDataFrame:
    """
    Control totals of square blocks of cells.

    Parameters
    ----------
    raster
        Cells with heat, read in whole blocks of `control_block_m`.
    crs
        Metric coordinate system of the study.

    Returns
    -------
    controls
        ``id`` (row and column of the block in the file), ``annual_heat_mwh`` and outlines.
    """
    block = max(1, round(control_block_m() / raster.cell_m))
    cells = pd.DataFrame(
        {"row": raster.row // block, "column": raster.column // block, "heat": raster.heat_mwh}
    )
    sums = cells.groupby(["row", "column"], as_index=False)["heat"].sum()
    row, column = sums["row"].to_numpy(), sums["column"].to_numpy()
    top, left = row * block, column * block
    bottom = np.minimum(top + block, raster.shape[0])
    right = np.minimum(left + block, raster.shape[1])
    ring = [
        raster.corners(*corner)
        for corner in ((top, left), (top, right), (bottom, right), (bottom, left))
    ]
    return gpd.GeoDataFrame(
        {
            "id": [f"block/{r}_{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True)],
            "annual_heat_mwh": sums["heat"].to_numpy(),
        },
        geometry=shapely.polygons(np.stack(ring, axis=1)),
        crs=raster.crs,
    ).to_crs(crs)


def control_block_m() -> float:
    """
    Side of the blocks of cells that are one control total [m].

    Returns
    -------
    side_m
        From ``data/siting_rules.csv``.

    Examples
    --------
    >>> control_block_m() > 100.0
    True
    """
    return siting_rule("raster", "control_cell_m")
