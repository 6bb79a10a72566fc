"""
Steady thermo-hydraulic check of a designed network: supply and return, any number of loads at once.

`simulate_network` brings a plan's pipes and consumers together and asks `thermal` for flows and
temperatures and `hydraulics` for pressures. Temperatures at mean load alone, with the supply as
warm as the most demanding consumer needs, are in `mean_load`; the year is in `annual`, and what to
do about consumers that get too little in `corrections`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import PhysicsRangeError
from heatreach.thermo.water import COLDEST_DEGC, WARMEST_DEGC

from .flows import design_peak_kw
from .operation.mean_load import (
    LinkTemperatures,
    NetworkTemperatures,
    link_temperatures,
    network_temperatures,
)
from .operation.settled import Pipes, Seats, state_of
from .operation.states import NetworkState, Operation
from .operation.thermal import thermal_state
from .sizing import NO_PIPE

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from .catalogue import Catalogue
    from .design import DesignRules
    from .designing.plan_tables import NetworkPlan
    from .streets import StreetGraph

__all__ = [
    "LinkTemperatures",
    "NetworkState",
    "NetworkTemperatures",
    "Operation",
    "design_heat_kw",
    "link_temperatures",
    "network_temperatures",
    "simulate_network",
]


def design_heat_kw(plan: NetworkPlan) -> npt.NDArray[np.float64]:
    """
    Heat each consumer takes on the design day.

    Parameters
    ----------
    plan
        The designed network.

    Returns
    -------
    heat_kw
        Each connected consumer's peak times one factor, so that all together take the common peak
        that diversity leaves of them [kW]; 0 where not connected.
    """
    consumers = plan.consumers
    peak = np.where(consumers["connected"], consumers["peak_kw"].to_numpy(dtype=float), 0.0)
    together = 0.0
    if "coincident_kw" in consumers:
        joined = consumers["connected"].to_numpy(dtype=bool)
        together = float(consumers["coincident_kw"].to_numpy(dtype=float)[joined].sum())
    count, total = int(np.count_nonzero(peak)), float(peak.sum())
    if count == 0:
        return peak
    common = float(design_peak_kw(total, count, float(peak.max()), coincident_kw=together))
    shared: npt.NDArray[np.float64] = peak * common / total
    return shared


def simulate_network(
    plan: NetworkPlan,
    streets: StreetGraph,
    *,
    catalogue: Catalogue,
    rules: DesignRules,
    operation: Operation,
    heat_kw: npt.ArrayLike | None = None,
    supply_degc: npt.ArrayLike | None = None,
    ground_degc: npt.ArrayLike | None = None,
) -> NetworkState:
    """
    Flows, temperatures and pressures of a designed network in steady states.

    Parameters
    ----------
    plan
        The designed network of one source (``plan.of_source`` gives it); its consumers may carry
        ``supply_degc`` (needed) and ``return_degc`` (given back), else those of the rules hold.
    streets
        The graph it was designed on.
    catalogue, rules
        Pipes and conditions of the design.
    operation
        How the network is run.
    heat_kw
        Heat each row of the plan's consumers takes [kW], shape (consumers,) or (states,
        consumers); the design day if not given.
    supply_degc, ground_degc
        Supply temperature at the source and ground temperature [°C], one for all states or one per
        state; those of the rules if not given.

    Returns
    -------
    state
        The states.

    Raises
    ------
    PhysicsRangeError
        If a supply temperature is outside 0–150 °C or not above every return temperature.

    Notes
    -----
    See the modules `thermal` and `hydraulics` of `heatreach.network.operation`. A section sized for
    a peak its few consumers reach on their own is not at that peak in a state all share.
    """
    asked = design_heat_kw(plan) if heat_kw is None else np.asarray(heat_kw, dtype=float)
    heat = np.atleast_2d(asked)
    pipes = _pipes(plan, catalogue)
    seats = _seats(plan, streets, rules)
    source = _per_state(rules.supply_degc if supply_degc is None else supply_degc, len(heat))
    ground = _per_state(rules.ground_degc if ground_degc is None else ground_degc, len(heat))
    _refuse_cold_source(source, seats)
    at_nodes = np.zeros((len(plan.tree.node), len(heat)))
    np.add.at(at_nodes, seats.leaf, np.nan_to_num(heat[:, seats.row]).T)
    at_nodes = np.ascontiguousarray(at_nodes.T)
    thermal = thermal_state(
        plan.tree,
        at_nodes,
        return_degc=seats.back_at_nodes,
        loss_w_k=pipes.length_m * pipes.u_value_w_mk,
        source_degc=source,
        ground_degc=ground,
        drop_max_k=operation.drop_max_k,
    )
    state = state_of(plan.tree, thermal, pipes, seats, at_nodes, ground, operation)
    return state if asked.ndim > 1 else state.only()


def _pipes(plan: NetworkPlan, catalogue: Catalogue) -> Pipes:
    """Pipes of a plan; an edge without pipe loses neither heat nor pressure."""
    size = plan.edges["size"].to_numpy(dtype=np.int64)
    laid = np.concatenate([[False], size != NO_PIPE])
    length = np.concatenate([[0.0], plan.edges["length_m"].to_numpy(dtype=float)])
    size = np.concatenate([[0], np.maximum(size, 0)])
    return Pipes(
        np.where(laid, length, 0.0),
        catalogue.u_value_w_mk[size],
        catalogue.inner_diameter_mm[size],
        catalogue.roughness_mm,
    )


def _seats(plan: NetworkPlan, streets: StreetGraph, rules: DesignRules) -> Seats:
    """Where the consumers of a plan sit in its tree."""
    place = np.full(streets.nodes + 1, -1)
    place[plan.tree.node] = np.arange(len(plan.tree.node))
    row = np.flatnonzero(plan.consumers["connected"].to_numpy(dtype=bool))
    served = plan.consumers.iloc[row]
    leaf = place[served["node"].to_numpy(dtype=np.int64)]
    back = _column(served, "return_degc", rules.return_degc)
    back_at_nodes = np.full(len(plan.tree.node), rules.return_degc)
    back_at_nodes[leaf] = back
    need = _column(served, "supply_degc", rules.supply_degc)
    return Seats(len(plan.consumers), row, leaf, need, back, back_at_nodes)


def _column(frame: pd.DataFrame, name: str, otherwise: float) -> npt.NDArray[np.float64]:
    """A column where the table has it, else one value for all."""
    if name not in frame:
        return np.full(len(frame), otherwise)
    return frame[name].fillna(otherwise).to_numpy(dtype=float)


def _per_state(value: npt.ArrayLike, states: int) -> npt.NDArray[np.float64]:
    """One value per state."""
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, dtype=float), (states,)))


def _refuse_cold_source(source_degc: npt.NDArray[np.float64], seats: Seats) -> None:
    """Refuse supply temperatures no consumer can be served with."""
    if not ((source_degc >= COLDEST_DEGC) & (source_degc <= WARMEST_DEGC)).all():
        raise PhysicsRangeError(
            f"supply temperature {source_degc.min():g}–{source_degc.max():g} °C is outside "
            f"{COLDEST_DEGC:g}–{WARMEST_DEGC:g} °C; check the temperatures of the network"
        )
    warmest = seats.back_degc.max(initial=-np.inf)
    if (source_degc <= warmest).any():
        raise PhysicsRangeError(
            f"supply temperature {source_degc.min():g} °C is not above the return temperature "
            f"{warmest:g} °C of a consumer; raise the supply or lower the return"
        )
