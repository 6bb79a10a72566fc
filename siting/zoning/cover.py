"""
Heat of zones that data centres could cover, hour by hour.

In every hour the least of what the machine can do, the source can feed and the zone asks for. An
exchanger does it where the data centre's water is warm enough, else a heat pump as large as the
source can feed or the zone's highest hour asks for. Pipe losses, stores and prices are left out.
Machines, shapes and the balance are those of the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from heatreach.thermo import CENTRAL, DIRECT, HourlyLoad, Machine, SourceHours, arrange, dispatch

from ..hours import load_shapes, source_shapes
from ..planning.loads import WATER

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.thermo import Machines

    from ..hours import Hours

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

CHUNK = 400
"""Pairs balanced at a time; bounds the memory of their hourly shapes."""
KW_PER_MW = 1000.0


def zone_shapes(consumers: pd.DataFrame, zone: Ints, chosen: Ints, hours: Hours) -> Floats:
    """
    Hourly shapes of the heat of some zones.

    Parameters
    ----------
    consumers
        Consumers completed by the scenario.
    zone
        Zone of each, -1 for none.
    chosen
        Numbers of the zones asked for, rising.
    hours
        Hours of the study.

    Returns
    -------
    shapes
        Share of a year's heat in each hour, shape (zones asked for, 8760).

    Notes
    -----
    Shapes of the consumers' uses, weighed by their heat.
    """
    inside = np.isin(zone, chosen)
    mine = consumers[inside].rename(columns={"annual_heat_mwh": "heat_mwh"})
    if mine.empty:
        return np.empty((0, len(hours.outdoor_degc)))
    shapes, shape_of = load_shapes(mine, hours)
    row = np.searchsorted(chosen, zone[inside])
    heat = coo_array(
        (mine["heat_mwh"].to_numpy(dtype=float), (row, shape_of)), shape=(len(chosen), len(shapes))
    ).tocsr()
    return np.asarray((heat @ shapes) / heat.sum(axis=1)[:, None])


def covered_heat(
    pairs: pd.DataFrame,
    heat_mwh: Floats,
    shapes: Floats,
    shape_of: Ints,
    *,
    hours: Hours,
    machines: Machines,
) -> pd.DataFrame:
    """
    Heat of zones that data centres and their heat pumps could cover, from every hour of a year.

    Parameters
    ----------
    pairs
        ``source_kw``, ``utilisation`` and the water temperatures of data centre and zone, one row
        per pair.
    heat_mwh
        Yearly heat of the zone of each pair.
    shapes, shape_of
        Hourly shapes of zones, and the row of each pair.
    hours
        Hours of the study, for the load of the data centres.
    machines
        Heat pumps.

    Returns
    -------
    covered
        ``covered_mwh, covered_share, source_mwh, electricity_mwh, cop`` (NaN where an exchanger
        does) and ``reason``, blank where it works.

    Notes
    -----
    In each hour ``min(size, source / source_share, load)`` is covered. The machine is as large as
    the source in its best hour can feed, and no larger than the highest hour of the zone.
    """
    if pairs.empty:
        names = ["covered_mwh", "covered_share", "source_mwh", "electricity_mwh", "cop"]
        return pd.DataFrame(columns=[*names, "reason"], dtype=float)
    parts = [
        _covered(
            pairs.iloc[first : first + CHUNK],
            heat_mwh[first : first + CHUNK],
            HourlyLoad(
                heat_mwh=heat_mwh[first : first + CHUNK],
                shapes=shapes,
                shape_of=shape_of[first : first + CHUNK],
            ),
            shapes.max(axis=1)[shape_of[first : first + CHUNK]],
            hours,
            machines,
        )
        for first in range(0, len(pairs), CHUNK)
    ]
    return pd.concat(parts, ignore_index=True)


def _covered(
    pairs: pd.DataFrame,
    heat_mwh: Floats,
    load: HourlyLoad,
    peak_share: Floats,
    hours: Hours,
    machines: Machines,
) -> pd.DataFrame:
    """Covered heat of some pairs."""
    source, source_of = source_shapes(pairs["utilisation"].to_numpy(dtype=float), hours)
    best_kw = pairs["source_kw"].to_numpy(dtype=float) * source.max(axis=1)[source_of]
    peak_kw = peak_share * heat_mwh * KW_PER_MW
    points = _operating_points(pairs, best_kw, peak_kw, machines)
    works = (points["reason"] == "").to_numpy()
    share = points["source_share"].where(works, 1.0).to_numpy(dtype=float)
    size = np.where(works, np.minimum(peak_kw, best_kw / share), 0.0)
    year = dispatch(
        load,
        SourceHours(
            source_kw=pairs["source_kw"].to_numpy(dtype=float), shapes=source, shape_of=source_of
        ),
        Machine(
            heat_pump_kw=size,
            cop=points["cop"].where(works, 1.0).to_numpy(dtype=float),
            source_share=share,
        ),
    )
    cop = points["cop"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "covered_mwh": year.heat_pump_mwh,
            "covered_share": year.covered_share,
            "source_mwh": year.source_mwh,
            "electricity_mwh": year.electricity_mwh,
            "cop": np.where(works & np.isfinite(cop), cop, np.nan),
            "reason": points["reason"].to_numpy(),
        }
    )


def _operating_points(
    pairs: pd.DataFrame, best_kw: Floats, peak_kw: Floats, machines: Machines
) -> pd.DataFrame:
    """Exchanger where it can do all, else a heat pump of the size that the source can feed."""
    waters = [pairs[name].to_numpy(dtype=float) for name in WATER]
    lifted = arrange(CENTRAL, *waters, heat_kw=peak_kw, machines=machines)
    fed = np.fmin(peak_kw, best_kw / lifted["source_share"].to_numpy(dtype=float))
    # Efficiency follows the size that is built, which a scarce source makes smaller.
    lifted = arrange(CENTRAL, *waters, heat_kw=fed, machines=machines)
    plain = arrange(DIRECT, *waters, heat_kw=peak_kw, machines=machines)
    warm = (plain["reason"] == "").to_numpy()
    columns = ["cop", "source_share", "reason"]
    chosen = {name: np.where(warm, plain[name], lifted[name]) for name in columns}
    return pd.DataFrame(chosen)
