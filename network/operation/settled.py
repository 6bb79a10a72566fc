"""What a settled network says: pressures, pumping, losses, and what its consumers lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .hydraulics import network_pressures, pipe_friction, pump_power_kw
from .states import NetworkState
from .thermal import enthalpy_kj_kg

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..flows import Tree
    from .hydraulics import Friction, Pressures
    from .states import Operation
    from .thermal import ThermalState


@dataclass(frozen=True, slots=True)
class Pipes:
    """Length, loss coefficient and bore of the pipes towards each tree node."""

    length_m: npt.NDArray[np.float64]
    u_value_w_mk: npt.NDArray[np.float64]
    inner_diameter_mm: npt.NDArray[np.float64]
    roughness_mm: float


@dataclass(frozen=True, slots=True)
class Seats:
    """Connected consumers: row in the table, tree node, temperatures needed and given back."""

    rows: int
    row: npt.NDArray[np.int64]
    leaf: npt.NDArray[np.int64]
    need_degc: npt.NDArray[np.float64]
    back_degc: npt.NDArray[np.float64]
    back_at_nodes: npt.NDArray[np.float64]


def state_of(
    tree: Tree,
    thermal: ThermalState,
    pipes: Pipes,
    seats: Seats,
    asked_kw: npt.NDArray[np.float64],
    ground_degc: npt.NDArray[np.float64],
    operation: Operation,
) -> NetworkState:
    """
    All results of thermally settled states.

    Parameters
    ----------
    tree
        Tree of the network.
    thermal
        Flows and temperatures.
    pipes, seats
        Its pipes and consumers.
    asked_kw, ground_degc
        Heat asked for, shape (states, nodes), and ground temperature, shape (states,).
    operation
        How the network is run.

    Returns
    -------
    state
        Flows, temperatures, pressures, what consumers lack, and the balance of each state.
    """
    flow = thermal.flow_kg_s
    begin = thermal.supply_degc[:, tree.parent]
    begin[:, 0] = thermal.supply_degc[:, 0]
    there, back = _frictions(thermal, begin, pipes)
    share = pipes.length_m * (1.0 + operation.fittings_share)
    pressure = network_pressures(
        tree,
        there.gradient_pa_m * share,
        back.gradient_pa_m * share,
        served=seats.leaf,
        substation_drop_pa=operation.substation_drop_pa,
        head_max_pa=operation.head_max_pa,
    )
    source, home = thermal.supply_degc[:, 0], thermal.return_degc[:, 0]
    fed = flow[:, 0] * (enthalpy_kj_kg(source) - enthalpy_kj_kg(home))
    delivered = thermal.delivered_kw.sum(axis=1)
    lost = _lost_kw(thermal, begin, pipes, ground_degc)
    return NetworkState(
        flow_kg_s=flow,
        velocity_m_s=there.velocity_m_s,
        supply_degc=thermal.supply_degc,
        return_degc=thermal.return_degc,
        supply_pa=pressure.supply_pa,
        return_pa=pressure.return_pa,
        supply_gradient_pa_m=there.gradient_pa_m,
        return_gradient_pa_m=back.gradient_pa_m,
        supply_loss_kw=thermal.supply_loss_kw,
        return_loss_kw=thermal.return_loss_kw,
        **_at_consumers(thermal, pressure, seats, asked_kw, operation),
        head_pa=pressure.head_pa,
        pump_kw=pump_power_kw(flow[:, 0], pressure.head_pa, return_degc=home),
        source_supply_degc=source,
        source_return_degc=home,
        fed_kw=fed,
        heat_kw=delivered,
        balance_error=(fed - delivered - lost) / np.maximum(np.abs(fed), 1e-12),
        settled=thermal.settled,
    )


def _frictions(
    thermal: ThermalState,
    begin_degc: npt.NDArray[np.float64],
    pipes: Pipes,
) -> tuple[Friction, Friction]:
    """Friction of supply and return, each at the middle of its pipe's two temperatures."""
    there, back = (
        pipe_friction(
            thermal.flow_kg_s,
            pipes.inner_diameter_mm,
            temperature_degc=both / 2.0,
            roughness_mm=pipes.roughness_mm,
        )
        for both in (
            begin_degc + thermal.supply_degc,
            thermal.return_degc + thermal.arriving_degc,
        )
    )
    return there, back


def _lost_kw(
    thermal: ThermalState,
    begin_degc: npt.NDArray[np.float64],
    pipes: Pipes,
    ground_degc: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Heat that all pipes lose, by the logarithmic mean over the ground [kW]."""
    ground = ground_degc[:, None]
    mean = _log_mean(begin_degc - ground, thermal.supply_degc - ground) + _log_mean(
        thermal.return_degc - ground, thermal.arriving_degc - ground
    )
    lost: npt.NDArray[np.float64] = (mean * pipes.length_m * pipes.u_value_w_mk).sum(axis=1) / 1e3
    return lost


def _at_consumers(
    thermal: ThermalState,
    pressure: Pressures,
    seats: Seats,
    asked_kw: npt.NDArray[np.float64],
    operation: Operation,
) -> dict[str, npt.NDArray[np.float64]]:
    """What reaches each consumer and what it lacks; blank where it is not connected."""
    arriving = thermal.supply_degc[:, seats.leaf]
    differential = (pressure.supply_pa - pressure.return_pa)[:, seats.leaf]
    own, taken = thermal.own_kg_s[:, seats.leaf], thermal.delivered_kw[:, seats.leaf]
    given = enthalpy_kj_kg(arriving) - enthalpy_kj_kg(seats.back_degc)
    needed = np.where(taken > 0.0, taken / np.maximum(given, 1e-9), 0.0)
    values = {
        "arriving_degc": arriving,
        "leaving_degc": thermal.return_degc[:, seats.leaf],
        "own_kg_s": own,
        "bypass_kg_s": np.maximum(own - needed, 0.0),
        "differential_pa": differential,
        "too_cold_k": np.maximum(seats.need_degc - arriving, 0.0),
        "too_little_pa": np.maximum(operation.substation_drop_pa - differential, 0.0),
        "heat_short_kw": np.maximum(asked_kw[:, seats.leaf] - taken, 0.0),
    }
    tables = {name: np.full((len(value), seats.rows), np.nan) for name, value in values.items()}
    for name, value in values.items():
        tables[name][:, seats.row] = value
    return tables


def _log_mean(
    first: npt.NDArray[np.float64], last: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Logarithmic mean of two temperature differences; the plain mean where they nearly agree."""
    near = np.abs(first - last) <= 1e-5 * np.abs(first)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (first - last) / np.log(first / last)
    return np.where(near | ~np.isfinite(mean), (first + last) / 2.0, mean)
