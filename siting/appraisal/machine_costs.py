"""
What machines, stores and energy centres cost to buy, to keep and to renew.

Every figure is a row of ``heat_pumps``, ``heat_stores`` or ``technology_costs`` at the plan's price
base. Soft costs are added in `appraise`, which also knows pipes, substations and fuel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, price
from heatreach.thermo import AMBIENT

from ..planning.feed_in import network_share
from .conditions import cost_by_size, renewal_factor

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario

HEAT_PUMP_SIZES = ("large_1mw", "large_3mw", "large_10mw")
CONSUMER_SIZES = ("consumer_heat_pump_house", "consumer_heat_pump_block")
EXCHANGER, STORE = "heat_exchanger_station", "hot_water_tank"
BOILER = "gas_boiler_peak"
STORE_SIZES = ("hot_water_tank_1mwh", "hot_water_tank_10mwh", "hot_water_tank_175mwh")


def machine_capex(
    energy: pd.DataFrame, *, money: str, column: str, module_kw: float | None = None
) -> pd.DataFrame:
    """
    Cost of heat pumps, exchanger and store, soft costs left out.

    Parameters
    ----------
    energy
        ``option``, ``heat_pump_kw``, ``exchanger_kw``, ``store_mwh``, one row per link or project;
        links with ``use``.
    money
        Currency and price base.
    column
        ``"value"``, ``"low"`` or ``"high"``.
    module_kw
        Largest heat output of one machine of an energy centre [kW]; one machine if left out.

    Returns
    -------
    capex
        ``heat_pump``, ``exchanger`` and ``store`` [money]. A heat pump at a building costs what
        small machines do, one at an energy centre or an existing heat network what large ones do; a
        kilowatt of several modules costs what it does in one of them, without a discount for their
        number.
    """
    size = energy["heat_pump_kw"].to_numpy()
    one = _one_machine_kw(size, module_kw)
    large = cost_by_size(one, "heat_pumps", HEAT_PUMP_SIZES, money=money, column=column)
    small = cost_by_size(size, "technology_costs", CONSUMER_SIZES, money=money, column=column)
    at_consumer = _at_building(energy)
    exchanger = price("technology_costs", EXCHANGER, "capex_per_kw", target=money)
    store = energy["store_mwh"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "heat_pump": size * np.where(at_consumer, small, large),
            "exchanger": energy["exchanger_kw"].to_numpy() * getattr(exchanger, column),
            "store": store * store_cost_by_size(store, money=money, column=column),
        },
        index=energy.index,
    )


def _at_building(energy: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the heat pumps stand at buildings: on a loop, unless it ends at a heat network."""
    on_loop = energy["option"].to_numpy() == AMBIENT
    return np.asarray(on_loop & (network_share(energy, "heat") == 0.0))


def _one_machine_kw(
    size: npt.NDArray[np.float64], module_kw: float | None
) -> npt.NDArray[np.float64]:
    """Size of one machine of heat pumps that are made of modules [kW]."""
    return size if module_kw is None else np.minimum(size, module_kw)


def store_cost_by_size(
    size_mwh: npt.NDArray[np.float64], *, money: str, column: str = "value"
) -> npt.NDArray[np.float64]:
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
    costs = [
        getattr(price("heat_stores", name, "capex_per_mwh", target=money), column)
        for name in STORE_SIZES
    ]
    size = np.log(np.maximum(size_mwh, np.exp(known[0])))
    return np.asarray(np.exp(np.interp(size, known, np.log(costs))))


def machine_renewal(capex: pd.DataFrame, energy: pd.DataFrame, scenario: Scenario) -> pd.Series:
    """
    Present value of renewing machines within the horizon.

    Parameters
    ----------
    capex
        Of `machine_capex`.
    energy
        ``option``.
    scenario
        Rate and horizon.

    Returns
    -------
    renewal
        Money per row.
    """
    large = renewal_factor("large_1mw", scenario, table="heat_pumps") - 1.0
    small = renewal_factor(CONSUMER_SIZES[0], scenario) - 1.0
    at_consumer = _at_building(energy)
    return (
        capex["heat_pump"] * np.where(at_consumer, small, large)
        + capex["exchanger"] * (renewal_factor(EXCHANGER, scenario) - 1.0)
        + capex["store"] * (renewal_factor(STORE, scenario, table="heat_stores") - 1.0)
    )


def machine_upkeep(
    energy: pd.DataFrame, capex: pd.DataFrame, *, money: str, module_kw: float | None = None
) -> npt.NDArray[np.float64]:
    """
    Upkeep of machines per year.

    Parameters
    ----------
    energy
        ``option``, ``heat_pump_kw``, ``exchanger_kw``, ``heat_pump_mwh``.
    capex
        Of `machine_capex`.
    money
        Currency and price base.
    module_kw
        As for `machine_capex`.

    Returns
    -------
    upkeep
        Per kW and per MWh of large heat pumps, a share of cost of all else [money per year].
    """
    sizes = [assumption("heat_pumps", name, "size_kw").value for name in HEAT_PUMP_SIZES]
    size, exchanger = energy["heat_pump_kw"].to_numpy(), energy["exchanger_kw"].to_numpy()
    one = _one_machine_kw(size, module_kw)

    def by_size(parameter: str) -> npt.NDArray[np.float64]:
        costs = [
            price("heat_pumps", name, parameter, target=money).value for name in HEAT_PUMP_SIZES
        ]
        return np.asarray(np.interp(one, sizes, costs))

    with np.errstate(divide="ignore", invalid="ignore"):
        lifted = np.where(size > 0.0, size / (size + exchanger), 0.0)
    large = by_size("fixed_om_per_kw_per_year") * size + by_size(
        "variable_om_per_mwh"
    ) * lifted * np.nan_to_num(energy["heat_pump_mwh"].to_numpy())
    small = capex["heat_pump"].to_numpy() * _share(CONSUMER_SIZES[0])
    pump = np.where(_at_building(energy), small, large)
    rest = capex["exchanger"] * _share(EXCHANGER) + capex["store"] * _share(STORE, "heat_stores")
    return np.asarray(pump + rest.to_numpy())


def centre_capex(energy: pd.DataFrame, *, money: str, column: str) -> npt.NDArray[np.float64]:
    """
    Cost of pumping station and peak boiler, soft costs left out.

    Parameters
    ----------
    energy
        ``feed_peak_kw``, which sizes the pumps, and ``boiler_kw``.
    money
        Currency and price base.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    capex
        Money per row.
    """

    def per_kw(name: str) -> float:
        row = price("technology_costs", name, "capex_per_kw", target=money)
        return float(getattr(row, column))

    pumps = energy["feed_peak_kw"].to_numpy() * per_kw("pumping_station")
    return np.asarray(pumps + energy["boiler_kw"].to_numpy() * per_kw(BOILER))


def centre_upkeep(energy: pd.DataFrame, *, money: str) -> npt.NDArray[np.float64]:
    """
    Upkeep of peak boiler and pumping station per year.

    Parameters
    ----------
    energy
        ``feed_peak_kw``, ``boiler_kw`` and ``backup_mwh``.
    money
        Currency and price base.

    Returns
    -------
    upkeep
        Money per row and year.
    """
    boiler = price("technology_costs", BOILER, "capex_per_kw", target=money).value
    pumps = price("technology_costs", "pumping_station", "capex_per_kw", target=money).value
    per_kw = energy["boiler_kw"] * boiler * _share(BOILER)
    per_kw = per_kw + energy["feed_peak_kw"] * pumps * _share("pumping_station")
    return np.asarray(per_kw + energy["backup_mwh"] * boiler_upkeep_per_mwh(money))


def boiler_upkeep_per_mwh(money: str) -> float:
    """
    Upkeep of the peak boiler that comes with each MWh of its heat.

    Parameters
    ----------
    money
        Currency and price base.

    Returns
    -------
    upkeep
        Money per MWh of heat.
    """
    return price("technology_costs", BOILER, "variable_om_per_mwh", target=money).value


def _share(name: str, table: str = "technology_costs") -> float:
    """Yearly upkeep as a share of investment."""
    return assumption(table, name, "fixed_om_share_per_year").value
