"""
What machines, stores and energy centres cost to buy and to keep, line by line.

Every figure is a row of ``heat_pumps``, ``heat_stores`` or ``technology_costs`` at the plan's price
base; the columns are lines of ``cash_lines``. Pipes, substations, soft costs and energy are added
in `bill`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption, price
from heatreach.thermo import AMBIENT

from ..planning.feed_in import network_share
from .conditions import cost_by_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

HEAT_PUMP_SIZES = ("large_1mw", "large_3mw", "large_10mw")
CONSUMER_SIZES = ("consumer_heat_pump_house", "consumer_heat_pump_block")
EXCHANGER, STORE = "heat_exchanger_station", "hot_water_tank"
BOILER = "gas_boiler_peak"
STORE_SIZES = ("hot_water_tank_1mwh", "hot_water_tank_10mwh", "hot_water_tank_175mwh")
MACHINE_LINES = (
    "heat_pump",
    "consumer_heat_pump",
    "exchanger",
    "source_exchanger",
    "store",
    "boiler",
    "pumps",
    "energy_centre",
    "electrical_connection",
)
"""Investments in an energy centre, or in heat pumps at buildings."""


def numbers(energy: pd.DataFrame, name: str) -> Floats:
    """
    A column of energies as numbers.

    Parameters
    ----------
    energy
        Links or projects.
    name
        The column.

    Returns
    -------
    values
        0 where it is blank or there is no such column.
    """
    if name not in energy:
        return np.zeros(len(energy))
    return np.asarray(np.nan_to_num(energy[name].to_numpy(dtype=float)))


def machine_capex(
    energy: pd.DataFrame, *, money: str, column: str, module_kw: float | None = None
) -> dict[str, Floats]:
    """
    Cost of machines, store and energy centre, soft costs left out.

    Parameters
    ----------
    energy
        ``option``, ``heat_pump_kw``, ``machine_cop``, ``exchanger_kw``, ``store_mwh``,
        ``boiler_kw``, ``feed_peak_kw`` (which sizes the pumps), one row per link or project; links
        with ``use``. What is blank or absent counts as 0.
    money
        Currency and price base.
    column
        ``"value"``, ``"low"`` or ``"high"``.
    module_kw
        Largest heat output of one machine of an energy centre [kW]; one machine if left out.

    Returns
    -------
    capex
        By line, those of `MACHINE_LINES`; one amount per row [money].

    Notes
    -----
    A heat pump at a building costs what small machines do, one at an energy centre or an existing
    heat network what large ones do; a kilowatt of several modules costs what it does in one of
    them, without a discount for their number. The exchanger on the side of the data centre has the
    duty ``heat_pump_kw·(1 − 1/cop)``, the electrical connection ``heat_pump_kw/cop``, both at full
    load. Heat pumps at buildings bring their exchanger and connection with them, and the loop is
    parted from the data centre by the exchanger of the loop; network pumps have theirs in the
    pumping station.
    """
    kw = {name: numbers(energy, name) for name in ("heat_pump_kw", "exchanger_kw", "boiler_kw")}
    building = _at_building(energy)
    at_centre = np.where(building, 0.0, kw["heat_pump_kw"])
    at_consumer = np.where(building, kw["heat_pump_kw"], 0.0)
    one = _one_machine_kw(at_centre, module_kw)
    electric = _electric_kw(at_centre, energy)
    on_loop = energy["option"].to_numpy() == AMBIENT
    store = numbers(energy, "store_mwh")

    def per_kw(name: str) -> float:
        return _money("technology_costs", name, "capex_per_kw", money, column)

    large = cost_by_size(one, "heat_pumps", HEAT_PUMP_SIZES, money=money, column=column)
    small = cost_by_size(
        at_consumer, "technology_costs", CONSUMER_SIZES, money=money, column=column
    )
    return {
        "heat_pump": at_centre * large,
        "consumer_heat_pump": at_consumer * small,
        "exchanger": kw["exchanger_kw"] * per_kw(EXCHANGER),
        "source_exchanger": np.where(on_loop | (electric == 0.0), 0.0, at_centre - electric)
        * per_kw("source_exchanger"),
        "store": store * store_cost_by_size(store, money=money, column=column),
        "boiler": kw["boiler_kw"] * per_kw(BOILER),
        "pumps": numbers(energy, "feed_peak_kw") * per_kw("pumping_station"),
        "energy_centre": (at_centre + kw["boiler_kw"]) * per_kw("energy_centre"),
        "electrical_connection": electric * per_kw("electrical_connection"),
    }


@cache
def _money(table: str, name: str, parameter: str, money: str, column: str) -> float:
    """A figure of a table at the plan's price base."""
    return float(getattr(price(table, name, parameter, target=money), column))


def _electric_kw(heat_kw: Floats, energy: pd.DataFrame) -> Floats:
    """Electricity that heat pumps draw at full load [kW]; 0 where their COP is not known."""
    cop = numbers(energy, "machine_cop")
    return np.where(cop > 0.0, heat_kw / np.where(cop > 0.0, cop, 1.0), 0.0)


def _at_building(energy: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the heat pumps stand at buildings: on a loop, unless it ends at a heat network."""
    on_loop = energy["option"].to_numpy() == AMBIENT
    return np.asarray(on_loop & (network_share(energy, "heat") == 0.0))


def _one_machine_kw(size: Floats, module_kw: float | None) -> Floats:
    """Size of one machine of heat pumps that are made of modules [kW]."""
    return size if module_kw is None else np.minimum(size, module_kw)


def store_cost_by_size(size_mwh: Floats, *, money: str, column: str = "value") -> Floats:
    """
    Cost per MWh of hot-water tanks between the sizes the table knows.

    Parameters
    ----------
    size_mwh
        Heat contents [MWh].
    money
        Currency and price base.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    cost
        Money per MWh of content, straight in logarithms between the sizes of ``heat_stores`` and
        constant beyond them.

    Examples
    --------
    >>> cost = store_cost_by_size(np.array([0.0, 1.0, 10.0, 1e3]), money="EUR 2020")
    >>> cost.round().tolist()
    [30000.0, 30000.0, 10000.0, 3137.0]
    """
    known = np.log([assumption("heat_stores", name, "size_mwh").value for name in STORE_SIZES])
    costs = [_money("heat_stores", name, "capex_per_mwh", money, column) for name in STORE_SIZES]
    size = np.log(np.maximum(size_mwh, np.exp(known[0])))
    return np.asarray(np.exp(np.interp(size, known, np.log(costs))))


def machine_upkeep(
    energy: pd.DataFrame,
    capex: Mapping[str, Floats],
    *,
    money: str,
    module_kw: float | None = None,
    column: str = "value",
) -> dict[str, Floats]:
    """
    Upkeep of machines, store and energy centre per year.

    Parameters
    ----------
    energy
        As for `machine_capex`, with ``heat_pump_mwh`` and ``backup_mwh``.
    capex
        Of `machine_capex`.
    money
        Currency and price base.
    module_kw
        As for `machine_capex`.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    upkeep
        By line [money per year]: per kW and per MWh of large heat pumps, a share of
        cost of all else, and what comes with each MWh of the boiler.
    """
    sizes = [assumption("heat_pumps", name, "size_kw").value for name in HEAT_PUMP_SIZES]
    size = np.where(_at_building(energy), 0.0, numbers(energy, "heat_pump_kw"))
    one = _one_machine_kw(size, module_kw)

    def by_size(parameter: str) -> Floats:
        costs = [_money("heat_pumps", name, parameter, money, column) for name in HEAT_PUMP_SIZES]
        return np.asarray(np.interp(one, sizes, costs))

    with np.errstate(divide="ignore", invalid="ignore"):
        lifted = np.where(size > 0.0, size / (size + numbers(energy, "exchanger_kw")), 0.0)
    shares = {
        "consumer_heat_pump": CONSUMER_SIZES[0],
        "exchanger": EXCHANGER,
        "source_exchanger": "source_exchanger",
        "boiler": BOILER,
        "pumps": "pumping_station",
        "energy_centre": "energy_centre",
        "electrical_connection": "electrical_connection",
    }
    made = numbers(energy, "heat_pump_mwh")
    return {
        "heat_pump_upkeep": by_size("fixed_om_per_kw_per_year") * size,
        "heat_pump_use": by_size("variable_om_per_mwh") * lifted * made,
        **{f"{line}_upkeep": capex[line] * share(name, column) for line, name in shares.items()},
        "store_upkeep": capex["store"] * share(STORE, column, table="heat_stores"),
        "boiler_use": numbers(energy, "backup_mwh") * boiler_upkeep_per_mwh(money, column),
    }


def boiler_upkeep_per_mwh(money: str, column: str = "value") -> float:
    """
    Upkeep of the peak boiler that comes with each MWh of its heat.

    Parameters
    ----------
    money
        Currency and price base.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    upkeep
        Money per MWh of heat.
    """
    return _money("technology_costs", BOILER, "variable_om_per_mwh", money, column)


def share(name: str, column: str = "value", *, table: str = "technology_costs") -> float:
    """
    Yearly upkeep as a share of investment.

    Parameters
    ----------
    name, table
        Row with ``fixed_om_share_per_year``.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    share
        Per year.

    Examples
    --------
    >>> share("pipe")
    0.01
    """
    return float(getattr(assumption(table, name, "fixed_om_share_per_year"), column))
