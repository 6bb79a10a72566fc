"""
Anchor loads counted: buildings that reach a limit alone, and loads that reach it together.

The Scottish guidance counts buildings; a campus of fifty large ones is fifty anchors, not one. But
wards of a hospital that are small one by one are one anchor if the hospital is large enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .ranges import group_sums, heat_ranges, text_column

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

CELL_SOURCE = "raster"
"""How the source of the heat of a cell of a heat map begins."""


def is_cell(consumers: pd.DataFrame) -> pd.Series[bool]:
    """
    Whether consumers are cells of a heat map, which stand in for buildings.

    Parameters
    ----------
    consumers
        With ``demand_source``.

    Returns
    -------
    cell
        One per consumer.

    Examples
    --------
    >>> sources = ["raster heat.tif", "given"]
    >>> is_cell(pd.DataFrame({"demand_source": sources})).tolist()
    [True, False]
    """
    return text_column(consumers, "demand_source").str.startswith(CELL_SOURCE)


def anchor_counts(
    consumers: pd.DataFrame, load: Ints, building: Ints, *, loads: int, anchor_mwh: float
) -> pd.DataFrame:
    """
    For how many anchor loads each load counts.

    Parameters
    ----------
    consumers
        ``use``, ``demand_source`` and the columns of heat with its range.
    load, building
        Load and building of each consumer, as of `heatreach.siting.zoning.anchors`.
    loads
        Number of loads.
    anchor_mwh
        Heat from which a load is an anchor [MWh/year].

    Returns
    -------
    counts
        ``anchors`` and ``anchors_low``, the same with every heat at its low end; one row per load.

    Notes
    -----
    ``max(1 if the load reaches the limit, number of its buildings that reach it)``. Cells of a heat
    map count for nothing.

    Examples
    --------
    >>> campus = pd.DataFrame({"use": "office", "annual_heat_mwh": [900.0, 600.0, 50.0],
    ...     "heat_low_mwh": [600.0, 400.0, 40.0], "heat_high_mwh": [1200.0, 900.0, 60.0]})
    >>> anchor_counts(campus, np.zeros(3, dtype=int), np.arange(3), loads=1,
    ...     anchor_mwh=500.0).iloc[0].tolist()
    [2, 1]
    """
    built = np.flatnonzero(~is_cell(consumers).to_numpy())
    mine, load = consumers.iloc[built], load[built]
    pair, unit = np.unique(np.stack([load, building[built]]), axis=1, return_inverse=True)
    whole = heat_ranges(mine, load, loads)
    alone = heat_ranges(mine, unit.reshape(-1), pair.shape[1])

    def number(heat: str) -> npt.NDArray[Any]:
        reaching = group_sums(pair[0], alone[heat] >= anchor_mwh, loads)
        return np.maximum(reaching, whole[heat] >= anchor_mwh).astype(int)

    counts = {"anchors": number("heat_mwh"), "anchors_low": number("heat_low_mwh")}
    return pd.DataFrame(counts)
