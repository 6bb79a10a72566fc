"""
How the heat is made: direct exchanger or central heat pump, each with a peak boiler behind it.

Where the data centre's water is warm enough at both ends, an exchanger does it; else a heat pump
solved at the temperatures of that link or network. The machine covers the base of the annual load
curve up to its size, which is a share of the design peak and never more than the source can give;
the boiler covers the rest and stands by for all of it. What the data centre's heat cannot cover is
thus never unserved and never hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.thermo import (
    HOURS_PER_YEAR,
    HeatPump,
    base_load_share,
    cop_range,
    direct_exchange_possible,
    exchanger_approach_k,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from .scenario import Scenario

DIRECT, CENTRAL = "direct exchanger", "central heat pump"


def supply_energy(load: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """
    Machine, boiler and energies per year of each link or project.

    Parameters
    ----------
    load
        One row per link or project: ``heat_mwh``, ``loss_mwh``, ``feed_peak_kw`` (design peak at
        the source, losses included), ``hot_water_share``, ``source_kw``, ``source_degc``,
        ``source_return_degc``, ``sink_in_degc``, ``sink_out_degc``.
    scenario
        Refrigerant and size of the heat pump.

    Returns
    -------
    energy
        ``option, status, reason, heat_pump_kw, heat_pump_mwh, backup_mwh, source_mwh,
        electricity_mwh, machine_loss_mwh, cop, cop_low, cop_high, reuse_share``; NaN where no
        machine can work, with ``status`` ``infeasible`` and the reason.

    Notes
    -----
    ``source + electricity + backup = heat + pipe loss + machine loss``, every year. The load curve
    is that of `heatreach.thermo.base_load_share`; hot water and pipe losses are its even part.
    """
    feed_mwh = (load["heat_mwh"] + load["loss_mwh"]).to_numpy()
    peak_kw = load["feed_peak_kw"].to_numpy()
    water = [load[name].to_numpy() for name in WATER]
    direct = np.asarray(direct_exchange_possible(*water, approach_k=exchanger_approach_k()))
    wanted_kw = np.where(direct, 1.0, scenario.heat_pump.peak_share) * peak_kw
    machine = HeatPump.sized(wanted_kw, scenario.heat_pump.refrigerant)
    points = machine.operating_points(*water)
    source_share = np.where(direct, 1.0, points["source_share"].to_numpy())
    cop = np.where(direct, np.nan, points["cop"].to_numpy())
    works = np.isfinite(source_share)
    machine_kw = np.minimum(wanted_kw, load["source_kw"].to_numpy() / source_share)
    machine_mwh = feed_mwh * _covered(machine_kw, peak_kw, feed_mwh, load, works)
    electricity_mwh = np.where(direct & works, 0.0, machine_mwh / cop)
    source_mwh = machine_mwh * source_share
    low, high = cop_range(cop)
    return pd.DataFrame(
        {
            "option": np.where(direct, DIRECT, CENTRAL),
            "status": np.where(works, "ok", "infeasible"),
            "reason": np.where(works, "", points["reason"].to_numpy()),
            "heat_pump_kw": machine_kw,
            "heat_pump_mwh": machine_mwh,
            "backup_mwh": feed_mwh - machine_mwh,
            "source_mwh": source_mwh,
            "electricity_mwh": electricity_mwh,
            "machine_loss_mwh": source_mwh + electricity_mwh - machine_mwh,
            "cop": cop,
            "cop_low": low,
            "cop_high": high,
            "reuse_share": machine_mwh / feed_mwh,
        },
        index=load.index,
    )


WATER = ("source_degc", "source_return_degc", "sink_in_degc", "sink_out_degc")


def _covered(
    machine_kw: npt.NDArray[np.float64],
    peak_kw: npt.NDArray[np.float64],
    feed_mwh: npt.NDArray[np.float64],
    load: pd.DataFrame,
    works: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Share of the heat fed in that the machine covers; NaN where none works."""
    hours = np.minimum(feed_mwh * 1e3 / peak_kw, HOURS_PER_YEAR)
    even = (load["hot_water_share"] * load["heat_mwh"] + load["loss_mwh"]).to_numpy() / feed_mwh
    covered = np.full(len(load), np.nan)
    covered[works] = base_load_share(
        machine_kw[works] / peak_kw[works], hours[works], base_share=np.minimum(even[works], 1.0)
    )
    return covered
