"""
Energies of one way to make the heat, from the balance of every hour of the year.

The machine, a share of the design peak in size and never more than the source can feed, serves the
load hour by hour, a store helps where there is one, and the boiler carries the rest and stands by
for all of it. What the data centre's heat cannot cover is thus never unserved and never hidden.
Existing heat networks have plants of their own: no boiler stands by for them, the machine is as
large as what is fed in, and what it cannot make in an hour they do not get (``network_left_mwh``).
Which ways there are and which is chosen is decided in `options`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.thermo import (
    AMBIENT,
    DIRECT,
    HOURS_PER_YEAR,
    Dispatch,
    Machine,
    SourceHours,
    arrange,
    cop_range,
    dispatch,
    hot_water_store,
    modules_needed,
)

from .feed_in import network_share
from .loads import WATER, peak_kw
from .sizing import with_least_cost
from .standby import boiler_kw, left_to_networks_mwh

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.thermo import Machines

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .loads import YearLoads


def supply_energy(
    loads: YearLoads,
    arrangement: str,
    scenario: Scenario,
    conditions: Conditions,
    *,
    machines: Machines,
) -> pd.DataFrame:
    """
    Machine, boiler and energies per year of each load under one arrangement.

    Parameters
    ----------
    loads
        Loads with their hours.
    arrangement
        One of `heatreach.thermo.ARRANGEMENTS`; for the ambient loop the sink temperatures are the
        consumer's, ``loss_mwh`` and ``feed_peak_kw`` those of the loop, and ``peak_kw`` the
        consumer's.
    scenario, conditions
        Sizes of heat pump, machines and store; prices, where the sizes follow from cost.
    machines
        Heat pumps, exact or from a table.

    Returns
    -------
    energy
        ``option, cycle, status, reason, heat_pump_kw, exchanger_kw, store_mwh, heat_pump_mwh,
        backup_mwh, unserved_mwh, store_loss_mwh, source_mwh, source_left_mwh, electricity_mwh,
        machine_loss_mwh, cop, cop_low, cop_high, cop_full_load, machine_cop, reuse_share,
        full_load_hours, boiler_kw, network_left_mwh``; NaN where it cannot work, with ``status``
        ``infeasible`` and the reason.

    Notes
    -----
    ``source + electricity + backup = heat + pipe loss + machine loss + store loss``, every year;
    ``heat`` is that asked less ``network_left_mwh``. Plants that feed existing heat networks are
    not sized by cost: what is fed in follows from the scenario's share of their peak.
    """
    if scenario.heat_pump.sizing == "least_cost" and arrangement not in (AMBIENT, DIRECT):
        sized = with_least_cost(loads, arrangement, scenario, conditions, machines=machines)
        loads = _base_load_kept(sized, machine_size_kw(loads.table, arrangement, scenario))
    points = arrangement_points(loads.table, arrangement, scenario, machines)
    wanted = machine_size_kw(loads.table, arrangement, scenario)
    fed = _fed_size_kw(loads, points, wanted)
    if arrangement != AMBIENT and (fed < wanted).any():
        # Efficiency follows the size that is built, which a scarce source makes smaller.
        loads, wanted = loads.of(loads.table.assign(machine_kw=fed)), fed
        points = arrangement_points(loads.table, arrangement, scenario, machines)
    table = loads.table
    works = (points["reason"] == "").to_numpy()
    energy = pd.DataFrame(
        {
            "option": arrangement,
            "cycle": points["cycle"].to_numpy(),
            "status": np.where(works, "ok", "infeasible"),
            "reason": points["reason"].to_numpy(),
        },
        index=table.index,
    )
    if not works.any():
        return energy.assign(**dict.fromkeys(FIGURES, np.nan))
    make = _ambient if arrangement == AMBIENT else _central
    figures = make(loads.rows(works), points[works], wanted[works], scenario)
    return energy.join(figures[list(FIGURES)])


FIGURES = (
    "heat_pump_kw",
    "exchanger_kw",
    "store_mwh",
    "heat_pump_mwh",
    "backup_mwh",
    "unserved_mwh",
    "store_loss_mwh",
    "source_mwh",
    "source_left_mwh",
    "electricity_mwh",
    "machine_loss_mwh",
    "cop",
    "cop_low",
    "cop_high",
    "cop_full_load",
    "machine_cop",
    "reuse_share",
    "full_load_hours",
    "boiler_kw",
    "network_left_mwh",
)


def arrangement_points(
    table: pd.DataFrame, arrangement: str, scenario: Scenario, machines: Machines
) -> pd.DataFrame:
    """
    An arrangement at the temperatures and sizes of loads.

    Parameters
    ----------
    table
        Loads.
    arrangement, scenario, machines
        As for `supply_energy`.

    Returns
    -------
    points
        As `heatreach.thermo.arrange`.
    """
    wanted = machine_size_kw(table, arrangement, scenario)
    if scenario.heat_pump.module_kw is not None and arrangement != AMBIENT:
        wanted = np.minimum(wanted, scenario.heat_pump.module_kw)
    waters = (table[name].to_numpy() for name in WATER)
    return arrange(arrangement, *waters, heat_kw=wanted, machines=machines)


def machine_size_kw(
    table: pd.DataFrame, arrangement: str, scenario: Scenario
) -> npt.NDArray[np.float64]:
    """
    Heat output wanted of the machine [kW].

    Parameters
    ----------
    table
        Loads; a column ``machine_kw``, where there is one, goes before the scenario's share.
    arrangement
        An exchanger alone covers the whole peak, a consumer's heat pump that of the consumer.
    scenario
        Share of the design peak; of what is fed into existing heat networks all, which is that
        share already.

    Returns
    -------
    wanted_kw
        One per load.
    """
    if arrangement == AMBIENT:
        return table["peak_kw"].to_numpy(dtype=float)
    if "machine_kw" in table:
        return table["machine_kw"].to_numpy(dtype=float)
    share = 1.0 if arrangement == DIRECT else scenario.heat_pump.peak_share
    fed = network_share(table, "peak")
    peak = table["feed_peak_kw"].to_numpy(dtype=float)
    return np.asarray((share + (1.0 - share) * fed) * peak)


def _base_load_kept(loads: YearLoads, wanted: npt.NDArray[np.float64]) -> YearLoads:
    """Loads sized by cost, those that feed existing heat networks as they were, without store."""
    fed = network_share(loads.table, "heat") > 0.0
    table = loads.table
    return loads.of(
        table.assign(
            machine_kw=np.where(fed, wanted, table["machine_kw"]),
            store_mwh=np.where(fed, 0.0, table["store_mwh"]),
        )
    )


def _central(
    loads: YearLoads, points: pd.DataFrame, wanted: npt.NDArray[np.float64], scenario: Scenario
) -> pd.DataFrame:
    """Energies of a machine at the energy centre."""
    plant = _plant(loads, points, wanted, scenario)
    year = dispatch(**plant, hours=loads.network_shape is not None)
    left = left_to_networks_mwh(loads, year)
    size, lifted = plant["machine"].heat_pump_kw, points["heat_pump_share"].to_numpy()
    store = plant["store"]
    backup = year.backup_mwh - left
    return _figures(year, points, loads.table).assign(
        heat_pump_kw=size * lifted,
        exchanger_kw=size * (1.0 - lifted),
        store_mwh=0.0 if store is None else store.capacity_mwh,
        boiler_kw=boiler_kw(loads),
        backup_mwh=backup,
        network_left_mwh=left,
        reuse_share=1.0 - (backup + year.unserved_mwh) / (year.load_mwh - left),
    )


def _plant(
    loads: YearLoads, points: pd.DataFrame, wanted: npt.NDArray[np.float64], scenario: Scenario
) -> dict[str, Any]:
    """What is dispatched at the energy centre: load, source, machine and store."""
    table, share = loads.table, points["source_share"].to_numpy()
    size = _fed_size_kw(loads, points, wanted)
    if "store_mwh" in table:
        store_mwh = table["store_mwh"].to_numpy(dtype=float)
    else:
        store_mwh = scenario.heat_pump.store_hours * size / 1e3
    return {
        "load": loads.hourly(table["heat_mwh"].to_numpy(), table["loss_mwh"].to_numpy()),
        "source": loads.source(),
        "machine": Machine(
            heat_pump_kw=size,
            cop=points["cop"].to_numpy(),
            source_share=share,
            units=_units(size, scenario),
        ),
        "store": hot_water_store(store_mwh) if store_mwh.any() else None,
        "boiler_kw": np.where(network_share(table, "heat") > 0.0, np.inf, boiler_kw(loads)),
    }


def _fed_size_kw(
    loads: YearLoads, points: pd.DataFrame, wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Size of machines [kW], none larger than the source can feed in its best hour."""
    best = loads.table["source_kw"].to_numpy() * loads.source_shapes.max(axis=1)[loads.source_of]
    return np.asarray(np.fmin(wanted, best / points["source_share"].to_numpy()))


def plant_year(
    loads: YearLoads, energy: pd.DataFrame, scenario: Scenario, *, machines: Machines
) -> Dispatch:
    """
    Balance of all hours of one plant, with its hours.

    Parameters
    ----------
    loads
        One load.
    energy
        Its row of `supply_energy`, of a plant at the energy centre.
    scenario, machines
        As for `supply_energy`.

    Returns
    -------
    year
        Energies, sums by month, and ``hourly`` powers; the data centre gives ``source_mwh``.
    """
    row = energy.iloc[0]
    sized = loads.of(
        loads.table.assign(
            machine_kw=row["heat_pump_kw"] + row["exchanger_kw"], store_mwh=row["store_mwh"]
        )
    )
    points = arrangement_points(sized.table, str(row["option"]), scenario, machines)
    wanted = machine_size_kw(sized.table, str(row["option"]), scenario)
    return dispatch(**_plant(sized, points, wanted, scenario), hours=True)


def _units(size: npt.NDArray[np.float64], scenario: Scenario) -> npt.NDArray[np.float64]:
    """Number of machines that make up the output."""
    module = scenario.heat_pump.module_kw
    if module is None:
        return np.ones(len(size))
    return np.asarray(np.maximum(modules_needed(size, module), 1.0))


def _ambient(
    loads: YearLoads, points: pd.DataFrame, wanted: npt.NDArray[np.float64], _scenario: Scenario
) -> pd.DataFrame:
    """Energies of heat pumps at the consumers on a loop that exchanger and boiler keep warm."""
    table, share = loads.table, points["source_share"].to_numpy()
    heat = table["heat_mwh"].to_numpy()
    cop, size = points["cop"].to_numpy(), np.maximum(wanted, peak_kw(loads))
    lifted = dispatch(
        loads.hourly(heat),
        SourceHours(source_kw=size),
        Machine(heat_pump_kw=size, cop=cop, source_share=share),
    )
    loop_kw = size * share + table["loss_mwh"].to_numpy() * 1e3 / HOURS_PER_YEAR
    # Part load draws no more than full load: the loop never carries more than this.
    feed_kw = np.maximum(loop_kw, table["feed_peak_kw"].to_numpy(dtype=float))
    exchanger = np.minimum(feed_kw, table["source_kw"].to_numpy())
    year = dispatch(
        loads.hourly(lifted.source_mwh, table["loss_mwh"].to_numpy()),
        loads.source(),
        Machine(heat_pump_kw=exchanger, cop=np.inf, source_share=1.0),
        boiler_kw=feed_kw,
    )
    figures = _figures(year, points, table)
    # A network without boiler lets its heat pump stand in hours in which the loop is short.
    fed = network_share(table, "heat")
    kept = 1.0 - fed * year.backup_mwh / lifted.source_mwh
    backup = (1.0 - fed) * year.backup_mwh
    mean_cop = lifted.heat_pump_mwh / lifted.electricity_mwh
    low, high = cop_range(mean_cop)
    return figures.assign(
        heat_pump_kw=size,
        exchanger_kw=exchanger,
        store_mwh=0.0,
        heat_pump_mwh=lifted.heat_pump_mwh * kept,
        electricity_mwh=lifted.electricity_mwh * kept,
        machine_loss_mwh=lifted.machine_loss_mwh * kept,
        backup_mwh=backup,
        network_left_mwh=heat * (1.0 - kept),
        cop=mean_cop,
        cop_low=low,
        cop_high=high,
        full_load_hours=lifted.full_load_hours * kept,
        boiler_kw=(1.0 - fed) * feed_kw,
        # Of all heat that consumers and pipe take, as for the other arrangements.
        reuse_share=1.0 - backup / (heat * kept + table["loss_mwh"].to_numpy()),
    )


def _figures(year: Dispatch, points: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Yearly figures of a dispatch in the columns of LINKS and PROJECTS."""
    with np.errstate(divide="ignore", invalid="ignore"):
        cop = np.where(
            year.electricity_mwh > 0.0, year.heat_pump_mwh / year.electricity_mwh, np.nan
        )
    low, high = cop_range(cop)
    full = points["cop"].to_numpy()
    return pd.DataFrame(
        {
            "heat_pump_mwh": year.heat_pump_mwh,
            "backup_mwh": year.backup_mwh,
            "unserved_mwh": year.unserved_mwh,
            "store_loss_mwh": year.store_loss_mwh,
            "source_mwh": year.source_mwh,
            "source_left_mwh": year.source_not_taken_mwh,
            "electricity_mwh": year.electricity_mwh,
            "machine_loss_mwh": year.machine_loss_mwh,
            "cop": cop,
            "cop_low": low,
            "cop_high": high,
            "cop_full_load": np.where(np.isfinite(full), full, np.nan),
            "machine_cop": points["machine_cop"].to_numpy(),
            "reuse_share": year.covered_share,
            "full_load_hours": year.full_load_hours,
        },
        index=table.index,
    )
