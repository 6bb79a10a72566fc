"""
Pressures in a tree of supply and return pipes, and the pump that drives it.

Friction by Darcy and Weisbach with the factor of `heatreach.thermo.friction_factor` and density and
viscosity of water at the mean temperature of each pipe; bends and valves as a share of it. The pump
gives just what the worst consumer's way there and back takes, its substation included, unless its
head is limited. Streets carry no heights, so pressures are over that before the pump.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption
from heatreach.thermo import friction_factor, pumping_kw

from .thermal import water_table

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..flows import Tree

STILL_REYNOLDS = 1e-9
"""Reynolds number taken for still water: any positive one gives the right zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Friction:
    """Velocity [m/s] and pressure gradient [Pa/m] of water in pipes, shaped like the flow."""

    velocity_m_s: npt.NDArray[np.float64]
    gradient_pa_m: npt.NDArray[np.float64]


def pipe_friction(
    flow_kg_s: npt.NDArray[np.float64],
    inner_diameter_mm: npt.NDArray[np.float64],
    *,
    temperature_degc: npt.NDArray[np.float64],
    roughness_mm: float,
) -> Friction:
    """
    Velocity and pressure gradient in many pipes at their own temperatures.

    Parameters
    ----------
    flow_kg_s
        Mass flow [kg/s], not negative; any shape.
    inner_diameter_mm
        Inner diameter [mm], shaped like the last axis of the flow.
    temperature_degc
        Mean temperature of the water [°C], shaped like the flow.
    roughness_mm
        Absolute roughness of the wall [mm].

    Returns
    -------
    friction
        Velocity and gradient.

    Notes
    -----
    As `heatreach.thermo.pressure_gradient_pa_m`, with density and viscosity from the water table
    (within 2e-5), which is some ten times as quick.

    Examples
    --------
    >>> friction = pipe_friction(np.array([8.0]), np.array([107.1]),
    ...     temperature_degc=np.array([70.0]), roughness_mm=0.05)
    >>> friction.gradient_pa_m.round(1).tolist()
    [69.2]
    """
    table = water_table()
    density = np.interp(temperature_degc, table.temperature_degc, table.density_kg_m3)
    viscosity = np.interp(temperature_degc, table.temperature_degc, table.viscosity_pa_s)
    diameter_m = np.broadcast_to(inner_diameter_mm / 1e3, flow_kg_s.shape)
    velocity = flow_kg_s / (density * 0.25 * np.pi * diameter_m**2)
    reynolds = density * velocity * diameter_m / viscosity
    factor = np.asarray(
        friction_factor(np.maximum(reynolds, STILL_REYNOLDS), roughness_mm / 1e3 / diameter_m)
    )
    return Friction(
        velocity_m_s=velocity,
        gradient_pa_m=np.asarray(factor / diameter_m * 0.5 * density * velocity**2),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressures:
    """
    Pressures over that before the pump, arrays of shape (states, tree nodes).

    Attributes
    ----------
    supply_pa, return_pa
        Pressure in the two pipes at each node [Pa].
    head_pa
        Pressure the pump gives, shape (states,).
    """

    supply_pa: npt.NDArray[np.float64]
    return_pa: npt.NDArray[np.float64]
    head_pa: npt.NDArray[np.float64]


def network_pressures(
    tree: Tree,
    supply_drop_pa: npt.NDArray[np.float64],
    return_drop_pa: npt.NDArray[np.float64],
    *,
    served: npt.NDArray[np.int64],
    substation_drop_pa: float,
    head_max_pa: float = np.inf,
) -> Pressures:
    """
    Pressure along a tree of supply and return pipes.

    Parameters
    ----------
    tree
        The network.
    supply_drop_pa, return_drop_pa
        Pressure lost in the pipes towards each tree node [Pa], shape (states, tree nodes).
    served
        Tree nodes of the consumers.
    substation_drop_pa
        Differential pressure each consumer needs [Pa].
    head_max_pa
        Largest head of the pump [Pa].

    Returns
    -------
    pressures
        Supply, return and head; the head is the least that gives everybody the pressure needed,
        or the largest one allowed.

    Examples
    --------
    >>> from heatreach.network import Tree
    >>> line = Tree(node=np.arange(2), parent=np.array([0, 0]), edge=np.array([-1, 0]),
    ...     start=np.array([0, 1, 2]))
    >>> drop = np.array([[0.0, 5e3]])
    >>> found = network_pressures(line, drop, drop, served=np.array([1]), substation_drop_pa=6e4)
    >>> found.head_pa.tolist(), found.supply_pa.tolist(), found.return_pa.tolist()
    ([70000.0], [[70000.0, 65000.0]], [[0.0, 5000.0]])
    """
    there, back = along(tree, supply_drop_pa), along(tree, return_drop_pa)
    worst = (there + back)[:, served].max(axis=1, initial=0.0)
    head = np.minimum(worst + substation_drop_pa, head_max_pa)
    return Pressures(supply_pa=head[:, None] - there, return_pa=back, head_pa=head)


def along(tree: Tree, drop_pa: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """
    Sum of a value along the way from the source to each node, for each state.

    Parameters
    ----------
    tree
        The network.
    drop_pa
        Value of the edge towards each tree node, shape (states, tree nodes).

    Returns
    -------
    total
        Shaped like the value.
    """
    total = drop_pa.T.copy()
    for level in tree.levels():
        total[level] += total[tree.parent[level]]
    return np.ascontiguousarray(total.T)


def pump_power_kw(
    flow_kg_s: npt.NDArray[np.float64],
    head_pa: npt.NDArray[np.float64],
    *,
    return_degc: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """
    Electric power of the network pump.

    Parameters
    ----------
    flow_kg_s
        Flow [kg/s].
    head_pa
        Head [Pa].
    return_degc
        Temperature of the return, in which the pump stands [°C].

    Returns
    -------
    electricity_kw
        Electric power [kW], with the efficiency of the table ``heat_pumps``.

    Examples
    --------
    >>> pump_power_kw(np.array([8.0]), np.array([2e5]), return_degc=np.array([40.0])).round(1)
    array([2.5])
    """
    table = water_table()
    density = np.interp(return_degc, table.temperature_degc, table.density_kg_m3)
    efficiency = assumption("heat_pumps", "circulation_pump", "pump_efficiency").value
    power = pumping_kw(flow_kg_s, head_pa, density=density, pump_efficiency=efficiency)
    return np.asarray(power)
