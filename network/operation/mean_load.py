"""
Temperatures and heat losses of a network at its mean yearly load.

Water cools exponentially along a buried pipe, the more the slower it flows. The supply leaves the
source warm enough that every consumer gets what it needs; where a consumer's own flow is too small
to keep the drop below a limit, water is let past it (bypass), as operators do. Returns mix by
enthalpy, so heat fed in equals heat delivered plus losses to rounding.

`link_temperatures` serves one pipe per link in closed form, `network_temperatures` a tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..flows import Tree

ITERATIONS_MAX = 2000
"""Most networks settle in ten rounds; neighbours that bypass behind one long pipe need hundreds."""

FLOW_TOLERANCE = 1e-8
"""Largest relative change of any flow at which a network counts as settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTemperatures:
    """Mean-load state of links, arrays of shape (links,); kelvin drop and kilowatt loss."""

    flow_kg_s: npt.NDArray[np.float64]
    source_supply_degc: npt.NDArray[np.float64]
    source_return_degc: npt.NDArray[np.float64]
    supply_drop_k: npt.NDArray[np.float64]
    loss_kw: npt.NDArray[np.float64]


def link_temperatures(
    heat_kw: npt.NDArray[np.float64],
    *,
    supply_degc: npt.NDArray[np.float64],
    return_degc: npt.NDArray[np.float64],
    length_m: npt.NDArray[np.float64],
    u_value_w_mk: npt.NDArray[np.float64],
    ground_degc: float,
    drop_max_k: float,
    heat_capacity_kj_kgk: npt.NDArray[np.float64],
) -> LinkTemperatures:
    """
    Temperatures at the source and heat loss of single pipes at mean load.

    Parameters
    ----------
    heat_kw
        Mean heat delivered [kW], one per link.
    supply_degc, return_degc
        Supply temperature needed by and return temperature of the consumer [°C].
    length_m
        Trench length [m].
    u_value_w_mk
        Loss coefficient of one pipe [W/(m·K)].
    ground_degc
        Ground temperature [°C].
    drop_max_k
        Largest cooling of the supply along the route [K]; beyond it water bypasses the consumer.
    heat_capacity_kj_kgk
        Heat capacity of the water [kJ/(kg·K)].

    Returns
    -------
    state
        ``source_supply_degc = Tg + (Ts − Tg)·exp(k)``, ``k = U·L/(m·c)``.

    Notes
    -----
    Steady state, no heat exchanged between the two pipes. Heat fed in at the source,
    ``m·c·(T_supply − T_return)``, equals heat plus loss.

    Examples
    --------
    >>> one = np.ones(1)
    >>> state = link_temperatures(500.0 * one, supply_degc=70.0 * one, return_degc=40.0 * one,
    ...     length_m=1000.0 * one, u_value_w_mk=0.2 * one, ground_degc=8.0, drop_max_k=10.0,
    ...     heat_capacity_kj_kgk=4.18 * one)
    >>> round(float(state.supply_drop_k[0]), 2), round(float(state.loss_kw[0]), 1)
    (0.75, 18.8)
    """
    loss_w_k = u_value_w_mk * length_m
    steepest = np.log1p(drop_max_k / (supply_degc - ground_degc))
    needed = heat_kw / (heat_capacity_kj_kgk * (supply_degc - return_degc))
    flow = np.maximum(needed, loss_w_k / 1e3 / (heat_capacity_kj_kgk * steepest))
    capacity_kw_k = flow * heat_capacity_kj_kgk
    decay = np.exp(-loss_w_k / 1e3 / capacity_kw_k)
    source_supply = ground_degc + (supply_degc - ground_degc) / decay
    mixed_return = supply_degc - heat_kw / capacity_kw_k
    source_return = ground_degc + (mixed_return - ground_degc) * decay
    drop = source_supply - supply_degc
    return LinkTemperatures(
        flow_kg_s=flow,
        source_supply_degc=source_supply,
        source_return_degc=source_return,
        supply_drop_k=drop,
        loss_kw=capacity_kw_k * (drop + mixed_return - source_return),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTemperatures:
    """
    Mean-load state of a network.

    Attributes
    ----------
    supply_degc
        Supply temperature at each tree node [°C]; the first is the source.
    source_return_degc
        Return temperature at the source [°C].
    flow_kg_s
        Flow in the edge towards each tree node [kg/s]; the first is the total.
    loss_kw
        Heat lost by the supply and return pipe of that edge [kW].
    settled
        Whether the flows stopped changing.
    """

    supply_degc: npt.NDArray[np.float64]
    source_return_degc: float
    flow_kg_s: npt.NDArray[np.float64]
    loss_kw: npt.NDArray[np.float64]
    settled: bool


def network_temperatures(
    tree: Tree,
    heat_kw: npt.NDArray[np.float64],
    *,
    supply_degc: npt.NDArray[np.float64],
    return_degc: npt.NDArray[np.float64],
    length_m: npt.NDArray[np.float64],
    u_value_w_mk: npt.NDArray[np.float64],
    ground_degc: float,
    drop_max_k: float,
    heat_capacity_kj_kgk: float,
    source_least_degc: float = -np.inf,
) -> NetworkTemperatures:
    """
    Temperatures, flows and losses of a tree of pipes at mean load.

    Parameters
    ----------
    tree
        The network.
    heat_kw
        Mean heat delivered at each tree node [kW]; 0 where there is no consumer.
    supply_degc, return_degc
        What the consumer at the node needs and gives back [°C]; ignored where there is none.
    length_m, u_value_w_mk
        Length [m] and loss coefficient [W/(m·K)] of the edge towards each tree node.
    ground_degc, drop_max_k, heat_capacity_kj_kgk
        As for `link_temperatures`.
    source_least_degc
        Supply temperature at the source below which it does not fall [°C].

    Returns
    -------
    state
        The settled state.

    Notes
    -----
    Fixed-point iteration on the consumers' flows; the source supply temperature is the lowest that
    serves every consumer, or the least one asked for.
    """
    served = np.flatnonzero(heat_kw > 0.0)
    need, back, heat = supply_degc[served], return_degc[served], heat_kw[served]
    steepest = np.log1p(drop_max_k / (need - ground_degc))
    loss_kw_k = length_m * u_value_w_mk / 1e3
    own_flow, bypass = heat / (heat_capacity_kj_kgk * (need - back)), np.ones(len(served))
    settled = False
    for _ in range(ITERATIONS_MAX):
        flow = _gathered(tree, served, own_flow)
        decay = _decay_exponent(loss_kw_k, flow * heat_capacity_kj_kgk)
        along = tree.upstream(decay)[served]
        # Flows still too small would ask for absurd temperatures; bypass will end within the cap.
        cooling = np.minimum(along, steepest)
        source = ground_degc + np.max((need - ground_degc) * np.exp(cooling))
        source = np.maximum(source, source_least_degc)
        at_consumer = ground_degc + (source - ground_degc) * np.exp(-cooling)
        bypass = np.maximum(1.0, bypass * along / steepest)
        wanted = bypass * heat / (heat_capacity_kj_kgk * (at_consumer - back))
        settled = bool(np.all(np.abs(wanted - own_flow) <= FLOW_TOLERANCE * own_flow))
        if settled:
            break
        own_flow = wanted
    along = tree.upstream(decay)
    source = ground_degc + np.max((need - ground_degc) * np.exp(along[served]))
    source = np.maximum(source, source_least_degc)
    supply = ground_degc + (source - ground_degc) * np.exp(-along)
    source_return, loss = _returns(
        tree, heat_kw, supply, decay, flow * heat_capacity_kj_kgk, ground_degc
    )
    return NetworkTemperatures(
        supply_degc=supply,
        source_return_degc=source_return,
        flow_kg_s=flow,
        loss_kw=loss,
        settled=settled,
    )


def _gathered(
    tree: Tree, served: npt.NDArray[np.int64], own_flow: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Flow in the edge towards each node from the consumers' own flows."""
    at_node = np.zeros(len(tree.node))
    at_node[served] = own_flow
    return tree.downstream(at_node)


def _decay_exponent(
    loss_kw_k: npt.NDArray[np.float64], capacity_kw_k: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Exponent of the temperature decay along each edge; 0 at the root."""
    exponent = np.divide(
        loss_kw_k, capacity_kw_k, out=np.zeros_like(loss_kw_k), where=capacity_kw_k > 0.0
    )
    exponent[0] = 0.0
    return exponent


def _returns(
    tree: Tree,
    heat_kw: npt.NDArray[np.float64],
    supply_degc: npt.NDArray[np.float64],
    decay: npt.NDArray[np.float64],
    capacity_kw_k: npt.NDArray[np.float64],
    ground_degc: float,
) -> tuple[float, npt.NDArray[np.float64]]:
    """Return temperature at the source and loss of each edge, by mixing enthalpies inwards."""
    through = np.zeros(len(tree.node))
    np.add.at(through, tree.parent[1:], capacity_kw_k[1:])
    own = capacity_kw_k - through
    enthalpy = own * supply_degc - heat_kw
    loss = np.zeros(len(tree.node))
    for level in reversed(list(tree.levels())):
        parent = tree.parent[level]
        mixed = enthalpy[level] / capacity_kw_k[level]
        cooled = ground_degc + (mixed - ground_degc) * np.exp(-decay[level])
        supply_drop = supply_degc[parent] - supply_degc[level]
        loss[level] = capacity_kw_k[level] * (supply_drop + mixed - cooled)
        np.add.at(enthalpy, parent, capacity_kw_k[level] * cooled)
    return float(enthalpy[0] / capacity_kw_k[0]), loss
