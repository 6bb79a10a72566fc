"""
Flows and temperatures of a tree of supply and return pipes in steady states.

Consumers draw the water that carries their heat down to their return temperature; where their own
flow cannot hold the temperature at the end of their pipe, a thermostat lets water past them. In
supply, temperature falls along each pipe by the exact exponential at its flow; returns mix by
enthalpy. Enthalpy is a table of IAPWS-IF97 by `heatreach.thermo`, straight between its points, so
that heat fed in equals heat delivered plus losses to rounding.

The loops, and the method by which flows are found, are in `thermal_kernels`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import density_kg_m3, heat_capacity_kj_kgk, viscosity_pa_s
from heatreach.thermo.water import COLDEST_DEGC, WARMEST_DEGC

from .thermal_kernels import ROUNDS_MAX, TABLE_STEP_K, mix_returns, settle

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..flows import Tree

EXPONENT_MAX = 20.0
"""Largest exponent of cooling: where no bypass is called for, water trickles at least so much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterTable:
    """Water by temperature: enthalpy [kJ/kg], density [kg/m³] and viscosity [Pa·s]."""

    temperature_degc: npt.NDArray[np.float64]
    enthalpy_kj_kg: npt.NDArray[np.float64]
    density_kg_m3: npt.NDArray[np.float64]
    viscosity_pa_s: npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def water_table() -> WaterTable:
    """
    Properties of network water at equal steps of temperature.

    Returns
    -------
    table
        From 0 to 150 °C.

    Examples
    --------
    >>> table = water_table()
    >>> float(np.interp(70.0, table.temperature_degc, table.density_kg_m3).round(1))
    978.2
    """
    grid = np.arange(COLDEST_DEGC, WARMEST_DEGC + TABLE_STEP_K / 2.0, TABLE_STEP_K)
    middle = np.asarray(heat_capacity_kj_kgk((grid[:-1] + grid[1:]) / 2.0))
    ends = np.asarray(heat_capacity_kj_kgk(grid))
    cells = TABLE_STEP_K * (ends[:-1] + 4.0 * middle + ends[1:]) / 6.0
    return WaterTable(
        temperature_degc=grid,
        enthalpy_kj_kg=np.concatenate([[0.0], np.cumsum(cells)]),
        density_kg_m3=np.asarray(density_kg_m3(grid)),
        viscosity_pa_s=np.asarray(viscosity_pa_s(grid)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalState:
    """
    Flows and temperatures, arrays of shape (states, tree nodes) unless said otherwise.

    Attributes
    ----------
    flow_kg_s
        Flow in the pipes towards each node; at the root the total.
    own_kg_s
        Flow through the consumer at the node, water let past included.
    delivered_kw
        Heat the consumer takes.
    supply_degc
        Supply at the node.
    return_degc
        Return as it leaves the node towards the source; at the root, as it comes home.
    arriving_degc
        Return of the pipe as it reaches the node towards the source.
    supply_loss_kw, return_loss_kw
        Heat lost by the two pipes towards the node, as the water gave it away.
    settled
        Whether flows stopped changing, shape (states,).
    """

    flow_kg_s: npt.NDArray[np.float64]
    own_kg_s: npt.NDArray[np.float64]
    delivered_kw: npt.NDArray[np.float64]
    supply_degc: npt.NDArray[np.float64]
    return_degc: npt.NDArray[np.float64]
    arriving_degc: npt.NDArray[np.float64]
    supply_loss_kw: npt.NDArray[np.float64]
    return_loss_kw: npt.NDArray[np.float64]
    settled: npt.NDArray[np.bool_]


def thermal_state(
    tree: Tree,
    heat_kw: npt.NDArray[np.float64],
    *,
    return_degc: npt.NDArray[np.float64],
    loss_w_k: npt.NDArray[np.float64],
    source_degc: npt.NDArray[np.float64],
    ground_degc: npt.NDArray[np.float64],
    drop_max_k: float,
) -> ThermalState:
    """
    Flows and temperatures of a tree of pipes in several steady states.

    Parameters
    ----------
    tree
        The network.
    heat_kw
        Heat taken at each tree node [kW], shape (states, tree nodes); 0 where there is none.
    return_degc
        Return temperature of the consumer at each node [°C], shape (tree nodes,).
    loss_w_k
        Length times loss coefficient of one pipe towards each node [W/K], shape (tree nodes,).
    source_degc, ground_degc
        Supply temperature at the source and ground temperature [°C], shape (states,).
    drop_max_k
        Largest cooling of the supply [K]; consumers at ends of pipes let water past beyond it.

    Returns
    -------
    state
        The settled states.

    Notes
    -----
    ``T(L) = Tg + (T0 − Tg)·exp(−U·L/(m·c))`` with the mean heat capacity between both ends, which
    makes ``m·(h0 − hL)`` equal to ``U·L`` times the logarithmic mean of the temperatures over the
    ground. A consumer whose water is less than 1 K warmer than its return draws as if it were, and
    gets less heat than asked for.
    """
    states, nodes = heat_kw.shape
    table = water_table()
    leaf = np.ones(nodes, dtype=np.bool_)
    leaf[tree.parent[1:]] = False
    over, held = source_degc - ground_degc, source_degc - ground_degc - drop_max_k
    with np.errstate(divide="ignore", invalid="ignore"):
        cap = np.where((over > 0.0) & (held > 0.0), np.log(over / held), EXPONENT_MAX)
    flow, own, supply = (np.zeros((states, nodes)) for _ in range(3))
    rounds = settle(
        tree.parent,
        leaf,
        loss_w_k / 1e3,
        heat_kw,
        return_degc,
        source_degc,
        ground_degc,
        np.minimum(cap, EXPONENT_MAX),
        table.enthalpy_kj_kg,
        flow,
        own,
        supply,
    )
    back, arriving, delivered = (np.zeros((states, nodes)) for _ in range(3))
    mix_returns(
        tree.parent,
        loss_w_k / 1e3,
        heat_kw,
        return_degc,
        ground_degc,
        table.enthalpy_kj_kg,
        flow,
        own,
        supply,
        back,
        arriving,
        delivered,
    )
    supply_loss = flow * (enthalpy_kj_kg(supply[:, tree.parent]) - enthalpy_kj_kg(supply))
    return ThermalState(
        flow_kg_s=flow,
        own_kg_s=own,
        delivered_kw=delivered,
        supply_degc=supply,
        return_degc=back,
        arriving_degc=arriving,
        supply_loss_kw=supply_loss,
        return_loss_kw=flow * (enthalpy_kj_kg(back) - enthalpy_kj_kg(arriving)),
        settled=rounds < ROUNDS_MAX,
    )


def enthalpy_kj_kg(t_degc: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """
    Enthalpy of network water over that at 0 °C.

    Parameters
    ----------
    t_degc
        Temperature [°C].

    Returns
    -------
    enthalpy
        Enthalpy [kJ/kg], straight between the points of the table and beyond its ends.

    Examples
    --------
    >>> float((enthalpy_kj_kg(np.array([70.0])) / 70.0).round(3)[0])
    4.183
    """
    table = water_table().enthalpy_kj_kg
    cell = np.clip((t_degc / TABLE_STEP_K).astype(np.int64), 0, len(table) - 2)
    slope = (table[cell + 1] - table[cell]) / TABLE_STEP_K
    found: npt.NDArray[np.float64] = table[cell] + slope * (t_degc - cell * TABLE_STEP_K)
    return found
