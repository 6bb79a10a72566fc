"""
Loads of a study with their hours: what links and networks ask of machines and sources.

A row of figures per load, and the hourly shapes of loads and sources that many rows share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from heatreach.thermo import HourlyLoad, SourceHours

from ..hours import load_shapes, source_shapes

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..hours import Hours

WATER = ("source_degc", "source_return_degc", "sink_in_degc", "sink_out_degc")
"""Columns of the water temperatures that decide what a machine can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLoads:
    """
    Loads of a study with the hourly shapes of their use and of their sources.

    ``network_shape`` is that of the existing heat networks within a load that they share with
    buildings; None where no load is shared so.
    """

    table: pd.DataFrame
    shapes: npt.NDArray[np.float64]
    shape_of: npt.NDArray[np.intp]
    source_shapes: npt.NDArray[np.float64]
    source_of: npt.NDArray[np.intp]
    network_shape: npt.NDArray[np.float64] | None = None

    def rows(self, chosen: npt.NDArray[np.bool_]) -> YearLoads:
        """Some of the loads."""
        return YearLoads(
            table=self.table[chosen],
            shapes=self.shapes,
            shape_of=self.shape_of[chosen],
            source_shapes=self.source_shapes,
            source_of=self.source_of[chosen],
            network_shape=self.network_shape,
        )

    def of(self, table: pd.DataFrame) -> YearLoads:
        """The same hours for other figures of the same rows."""
        return replace(self, table=table)

    def hourly(self, heat_mwh: Any, loss_mwh: Any = 0.0) -> HourlyLoad:
        """Load of each row in every hour: heat by its shape, losses evenly."""
        return HourlyLoad(
            heat_mwh=heat_mwh, loss_mwh=loss_mwh, shapes=self.shapes, shape_of=self.shape_of
        )

    def source(self) -> SourceHours:
        """Heat of the data centre in every hour."""
        return SourceHours(
            source_kw=self.table["source_kw"].to_numpy(),
            shapes=self.source_shapes,
            shape_of=self.source_of,
        )


def year_loads(
    table: pd.DataFrame,
    hours: Hours,
    *,
    shape: npt.NDArray[np.float64] | None = None,
    network_shape: npt.NDArray[np.float64] | None = None,
) -> YearLoads:
    """
    Loads with their hourly shapes.

    Parameters
    ----------
    table
        One row per link or project: ``heat_mwh``, ``loss_mwh``, ``feed_peak_kw`` (design peak at
        the source, losses included), ``source_kw``, ``utilisation``, ``source_degc``,
        ``source_return_degc``, ``sink_in_degc``, ``sink_out_degc``; links also ``use``,
        ``hot_water_share``, ``peak_kw`` and ``peak_source``.
    hours
        Hours of the study.
    shape
        Hourly shape of all rows where it is no single use, shape (8760,).
    network_shape
        That of the existing heat networks in them, if any, shape (8760,).

    Returns
    -------
    loads
        The table with its shapes.
    """
    sources, source_of = source_shapes(table["utilisation"].to_numpy(dtype=float), hours)
    if shape is None:
        shapes, shape_of = load_shapes(table, hours)
    else:
        shapes, shape_of = shape[None, :], np.zeros(len(table), dtype=np.intp)
    return YearLoads(
        table=table,
        shapes=shapes,
        shape_of=shape_of,
        source_shapes=sources,
        source_of=np.asarray(source_of, dtype=np.intp),
        network_shape=network_shape,
    )


def peak_kw(loads: YearLoads) -> npt.NDArray[np.float64]:
    """
    Highest hour of each load in this weather, without losses [kW].

    Parameters
    ----------
    loads
        Loads with their hours.

    Returns
    -------
    peak_kw
        One per load.
    """
    peaks = loads.shapes.max(axis=1)[loads.shape_of]
    return np.asarray(peaks * loads.table["heat_mwh"].to_numpy() * 1e3)
