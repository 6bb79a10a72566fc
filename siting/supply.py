"""
Energies of one way to make the heat, from the balance of every hour of the year.

The machine, a share of the design peak in size and never more than the source can feed, serves the
load hour by hour, a store helps where there is one, and the boiler carries the rest and stands by
for all of it. What the data centre's heat cannot cover is thus never unserved and never hidden.
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

from .loads import WATER, peak_kw
from .sizing import with_least_cost

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.thermo import Machines

    from .conditions import Conditions
    from .loads import YearLoads
    from .scenario import Scenario


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
        full_load_hours, boiler_kw``; NaN where it cannot work, with ``status`` ``infeasible`` and
        the reason.

    Notes
    -----
    ``source + electricity + backup = heat + pipe loss + machine loss + store loss``, every year.
    """
    if scenario.heat_pump.sizing == "least_cost" and arrangement not in (AMBIENT, DIRECT):
        loads = with_least_cost(loads, arrangement, scenario, conditions, machines=machines)
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
        Share of the design peak.

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
    return share * table["feed_peak_kw"].to_numpy(dtype=float)


def _central(
    loads: YearLoads, points: pd.DataFrame, wanted: npt.NDArray[np.float64], scenario: Scenario
) -> pd.DataFrame:
    """Energies of a machine at the energy centre."""
    plant = _plant(loads, points, wanted, scenario)
    year = dispatch(**plant)
    size, lifted = plant["machine"].heat_pump_kw, points["heat_pump_share"].to_numpy()
    store = plant["store"]
    return _figures(year, points, loads.table).assign(
        heat_pump_kw=size * lifted,
        exchanger_kw=size * (1.0 - lifted),
        store_mwh=0.0 if store is None else store.capacity_mwh,
        boiler_kw=plant["boiler_kw"],
    )


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
        same hour, which diversity by number of consumers does not know.
    """
    table = loads.table
    hourly = peak_kw(loads) + table["loss_mwh"].to_numpy() * 1e3 / HOURS_PER_YEAR
    return np.asarray(np.maximum(table["feed_peak_kw"].to_numpy(dtype=float), hourly))


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
        "boiler_kw": boiler_kw(loads),
    }


def _fed_size_kw(
    loads: YearLoads, points: pd.DataFrame, wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Size of machines [kW], none larger than the source can feed in its best hour."""
    best = loads.table["source_kw"].to_numpy() * loads.source_shapes.max(axis=1)[loads.source_of]
    return np.asarray(np.fmin(wanted, best / points["source_share"].to_numpy()))


def source_taken_kw(
    loads: YearLoads, energy: pd.DataFrame, scenario: Scenario, *, machines: Machines
) -> npt.NDArray[np.float64]:
    """
    Heat taken from the data centre in each hour by one plant [kW].

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
    taken_kw
        Shape (8760,); sums to ``source_mwh``.
    """
    row = energy.iloc[0]
    sized = loads.of(
        loads.table.assign(
            machine_kw=row["heat_pump_kw"] + row["exchanger_kw"], store_mwh=row["store_mwh"]
        )
    )
    points = arrangement_points(sized.table, str(row["option"]), scenario, machines)
    wanted = machine_size_kw(sized.table, str(row["option"]), scenario)
    year = dispatch(**_plant(sized, points, wanted, scenario), hours=True)
    if year.hourly is None:
        raise RuntimeError("hours were asked of the dispatch and not returned")
    return np.asarray(year.hourly.source_kw[0])


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
    mean_cop = lifted.heat_pump_mwh / lifted.electricity_mwh
    low, high = cop_range(mean_cop)
    return figures.assign(
        heat_pump_kw=size,
        exchanger_kw=exchanger,
        store_mwh=0.0,
        heat_pump_mwh=lifted.heat_pump_mwh,
        electricity_mwh=lifted.electricity_mwh,
        machine_loss_mwh=lifted.machine_loss_mwh,
        cop=mean_cop,
        cop_low=low,
        cop_high=high,
        full_load_hours=lifted.full_load_hours,
        boiler_kw=feed_kw,
        # Of all heat that consumers and pipe take, as for the other arrangements.
        reuse_share=1.0 - year.backup_mwh / (heat + table["loss_mwh"].to_numpy()),
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
