"""
What an existing heat network takes from a data centre.

A network is most often far larger than the data centre, and has plants of its own. So it is not
supplied but fed: the machine runs as base load, up to its share of the network's peak and never
beyond what the source can feed, and the network's own plants make all the rest and stand by. The
project builds no boiler for it, and sells only what the machine makes.

Part of `screen` and `projects`, which hand over loads with the network as a whole; `supply` finds,
hour by hour, what the machine then cannot make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import AMBIENT, CENTRAL, DIRECT, PREHEAT, arrange, fast_machines

from ..appraisal.heat_price import HEAT_LINES, PRESENT_EMISSIONS
from ..consumers.heat_networks import HEAT_NETWORK
from ..hours import FED_IN, load_shapes, source_shapes

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..hours import Hours
    from ..scenario import Scenario

    Floats = npt.NDArray[np.float64]

WORDS = {"direct": DIRECT, "preheat": PREHEAT, "central": CENTRAL, "ambient": AMBIENT}
"""Arrangement behind each word of the scenario."""
DELIVERED = (
    "heat_mwh",
    "revenue_per_year",
    "present_t_co2e",
    "present_electricity_mwh",
    "substation_upkeep",
    *HEAT_LINES,
    *PRESENT_EMISSIONS.values(),
)
"""Columns of a load that follow the heat it takes."""


def fed_in(loads: pd.DataFrame, scenario: Scenario, hours: Hours) -> pd.DataFrame:
    """
    Loads of a site with its heat networks cut to what the site can feed in.

    Parameters
    ----------
    loads
        One row per consumer: ``use``, ``heat_mwh``, ``peak_kw``, ``peak_source``,
        ``hot_water_share``, ``supply_degc``, ``return_degc`` and the site's ``source_degc``,
        ``source_return_degc``, ``source_kw``, ``utilisation``.
    scenario, hours
        The study.

    Returns
    -------
    loads
        New frame: of networks ``peak_kw`` is the power fed in, ``heat_mwh`` what their load takes
        of it over the year, ``network_heat_mwh`` the yearly heat of the whole network and
        ``network_least_kw`` its load in the mildest hour (NaN for others).

    Notes
    -----
    ``power = min(peak share · peak, source / source share)`` with the source in its best hour, as
    for any machine, and the share of source heat in what the arrangement makes (the central heat
    pump's where the arrangement is yet to be chosen; 1, an exchanger's, where it cannot work);
    ``heat = Σ min(load of the hour, power)``. The hours of the load are those of the whole network,
    cut at that power; what the source lacks in other hours is taken off in `supply`.
    """
    mine = (loads["use"] == HEAT_NETWORK) & (loads["heat_mwh"] > 0.0) & (loads["peak_kw"] > 0.0)
    loads = loads.assign(network_heat_mwh=loads["heat_mwh"].where(mine), network_least_kw=np.nan)
    if not mine.any():
        return loads
    own = loads[mine]
    source, source_of = source_shapes(own["utilisation"].to_numpy(dtype=float), hours)
    best_kw = own["source_kw"].to_numpy() * source.max(axis=1)[source_of]
    most_kw = best_kw / _source_share(own, scenario)
    power = np.minimum(scenario.heat_pump.peak_share * own["peak_kw"].to_numpy(), most_kw)
    shapes, shape_of = load_shapes(own, hours)
    whole_kw = own["heat_mwh"].to_numpy()[:, None] * 1e3 * shapes[shape_of]
    loads.loc[mine, "heat_mwh"] = np.minimum(whole_kw, power[:, None]).sum(axis=1) / 1e3
    loads.loc[mine, "network_least_kw"] = whole_kw.min(axis=1)
    loads.loc[mine, "peak_kw"] = power
    loads.loc[mine, "peak_source"] = FED_IN
    return loads


def _source_share(loads: pd.DataFrame, scenario: Scenario) -> Floats:
    """Source heat per heat made at each load's temperatures [-]."""
    heat_pump = scenario.heat_pump
    points = arrange(
        WORDS.get(heat_pump.arrangement, CENTRAL),
        loads["source_degc"].to_numpy(),
        loads["source_return_degc"].to_numpy(),
        loads["return_degc"].to_numpy(),
        loads["supply_degc"].to_numpy(),
        heat_kw=loads["source_kw"].to_numpy(),
        machines=fast_machines(heat_pump.refrigerant, variant=heat_pump.cycle),
    )
    share = points["source_share"].to_numpy(dtype=float)
    works = (points["reason"] == "").to_numpy() & (share > 0.0)
    return np.where(works, share, 1.0)


def network_share(table: pd.DataFrame, of: str) -> Floats:
    """
    Part of each load that existing heat networks take [-].

    Parameters
    ----------
    table
        Loads; links with ``use``, projects with ``network_share_of_heat`` and
        ``network_share_of_peak``.
    of
        ``"heat"`` or ``"peak"``.

    Returns
    -------
    share
        0 where nothing is known of a network.

    Examples
    --------
    >>> import pandas as pd
    >>> network_share(pd.DataFrame({"use": ["office", "heat_network"]}), "heat").tolist()
    [0.0, 1.0]
    """
    column = f"network_share_of_{of}"
    if column in table:
        return np.asarray(table[column].to_numpy(dtype=float))
    if "use" in table:
        return np.asarray((table["use"] == HEAT_NETWORK).to_numpy(dtype=float))
    return np.zeros(len(table))


def delivered(frame: pd.DataFrame) -> pd.DataFrame:
    """
    Loads with the heat that networks did not get taken off, and what follows it.

    Parameters
    ----------
    frame
        Loads with ``heat_mwh`` as asked and ``network_left_mwh``, heat that their networks' own
        plants make instead (NaN where an arrangement cannot work).

    Returns
    -------
    frame
        New frame; the columns of `DELIVERED` that are there are those of the heat delivered.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.DataFrame({"heat_mwh": [10.0], "network_left_mwh": [1.0]})
    >>> delivered(asked)["heat_mwh"].tolist()
    [9.0]
    """
    left = frame["network_left_mwh"].fillna(0.0)
    kept = 1.0 - left / frame["heat_mwh"]
    follow = {name: frame[name] * kept for name in DELIVERED if name in frame}
    return frame.assign(**follow)
