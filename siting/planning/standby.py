"""
Who stands by: the boiler of the energy centre for buildings, their own plants for heat networks.

A boiler carries what the machine cannot and stands by for the whole load. Existing heat networks
have boilers of their own, so none is built for them: what the machine cannot make, they do not get.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import HOURS_PER_YEAR

from .feed_in import network_share
from .loads import peak_kw

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.thermo import Dispatch

    from .loads import YearLoads


def boiler_kw(loads: YearLoads) -> npt.NDArray[np.float64]:
    """
    Output of a boiler that stands by for all of each load [kW].

    Parameters
    ----------
    loads
        Loads with their hours.

    Returns
    -------
    boiler_kw
        The design peak fed in, or the highest hour if that is more: shapes of one use peak in the
        same hour, which diversity by number of consumers does not know. Both without the existing
        heat networks, which stand by for themselves.
    """
    table = loads.table
    hourly = _firm_peak_kw(loads) + table["loss_mwh"].to_numpy() * 1e3 / HOURS_PER_YEAR
    design = table["feed_peak_kw"].to_numpy(dtype=float) * (1.0 - network_share(table, "peak"))
    alone = network_share(table, "heat") >= 1.0
    return np.where(alone, 0.0, np.maximum(design, hourly))


def _firm_peak_kw(loads: YearLoads) -> npt.NDArray[np.float64]:
    """Highest hour of what is not taken by existing heat networks, without losses [kW]."""
    if loads.network_shape is None:
        return peak_kw(loads)
    heat = loads.table["heat_mwh"].to_numpy() * 1e3
    shapes = loads.shapes[loads.shape_of]
    firm = shapes - network_share(loads.table, "heat")[:, None] * loads.network_shape
    return np.asarray(heat * firm.max(axis=1))


def left_to_networks_mwh(loads: YearLoads, year: Dispatch) -> npt.NDArray[np.float64]:
    """
    Heat that existing networks asked for in hours in which the machine could not make it [MWh].

    Parameters
    ----------
    loads
        Loads with their hours.
    year
        Their dispatch with a boiler without limit; with its hours where networks and buildings
        share a load.

    Returns
    -------
    left_mwh
        One per load: what the boiler made in each hour, as far as networks asked for it.
    """
    share = network_share(loads.table, "heat")
    if year.hourly is None or loads.network_shape is None:
        return share * year.backup_mwh
    asked = share * loads.table["heat_mwh"].to_numpy()
    asked_kw = asked[:, None] * 1e3 * loads.network_shape
    left = np.minimum(year.hourly.backup_kw, asked_kw).sum(axis=1) / 1e3
    return np.asarray(np.minimum(left, year.backup_mwh))
