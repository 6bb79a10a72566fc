"""
How a network is run, and what it then does: the states that `simulate_network` returns.

Nothing is reckoned here; flows and temperatures are from `thermal`, pressures from `hydraulics`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    How a network is run.

    Attributes
    ----------
    drop_max_k
        Cooling of the supply beyond which consumers at ends of pipes let water past [K].
    fittings_share
        Pressure lost in fittings over that in straight pipe [-].
    substation_drop_pa
        Differential pressure each consumer needs [Pa].
    head_max_pa
        Largest head of the pump [Pa].
    """

    drop_max_k: float
    fittings_share: float
    substation_drop_pa: float
    head_max_pa: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkState:
    """
    Steady states of a network.

    Arrays end in (tree nodes,) or (consumers,), scalars of a state are arrays of shape (); with
    several states each has a leading axis of states. Pipes go by the node they lead to. Values of
    consumers that are not connected are NaN.

    Attributes
    ----------
    flow_kg_s, velocity_m_s
        Flow in supply and return, and velocity in supply.
    supply_degc, return_degc
        Water in the supply pipe at the node; water in the return as it leaves the node.
    supply_pa, return_pa
        Pressure at the node over that before the pump.
    supply_gradient_pa_m, return_gradient_pa_m
        Friction of the straight pipes.
    supply_loss_kw, return_loss_kw
        Heat lost by the two pipes.
    arriving_degc, leaving_degc
        Supply as it reaches each consumer; return as it leaves, water let past included.
    own_kg_s, bypass_kg_s
        Flow through each consumer; the part of it let past.
    differential_pa
        Pressure between supply and return at each consumer.
    too_cold_k, too_little_pa, heat_short_kw
        What each consumer lacks: temperature, pressure, heat; 0 where it lacks nothing.
    head_pa, pump_kw
        Head and electric power of the pump.
    source_supply_degc, source_return_degc
        Water at the source.
    fed_kw, heat_kw
        Heat fed in; heat delivered.
    balance_error
        Heat fed in less heat delivered less ``U·L`` times the logarithmic mean of the water's
        temperature over the ground's along every pipe, as a share of the heat fed in.
    settled
        Whether flows stopped changing.
    """

    flow_kg_s: npt.NDArray[np.float64]
    velocity_m_s: npt.NDArray[np.float64]
    supply_degc: npt.NDArray[np.float64]
    return_degc: npt.NDArray[np.float64]
    supply_pa: npt.NDArray[np.float64]
    return_pa: npt.NDArray[np.float64]
    supply_gradient_pa_m: npt.NDArray[np.float64]
    return_gradient_pa_m: npt.NDArray[np.float64]
    supply_loss_kw: npt.NDArray[np.float64]
    return_loss_kw: npt.NDArray[np.float64]
    arriving_degc: npt.NDArray[np.float64]
    leaving_degc: npt.NDArray[np.float64]
    own_kg_s: npt.NDArray[np.float64]
    bypass_kg_s: npt.NDArray[np.float64]
    differential_pa: npt.NDArray[np.float64]
    too_cold_k: npt.NDArray[np.float64]
    too_little_pa: npt.NDArray[np.float64]
    heat_short_kw: npt.NDArray[np.float64]
    head_pa: npt.NDArray[np.float64]
    pump_kw: npt.NDArray[np.float64]
    source_supply_degc: npt.NDArray[np.float64]
    source_return_degc: npt.NDArray[np.float64]
    fed_kw: npt.NDArray[np.float64]
    heat_kw: npt.NDArray[np.float64]
    balance_error: npt.NDArray[np.float64]
    settled: npt.NDArray[np.bool_]

    @property
    def loss_kw(self) -> npt.NDArray[np.float64]:
        """Heat lost by supply and return pipe towards each node [kW]."""
        return self.supply_loss_kw + self.return_loss_kw

    def only(self) -> NetworkState:
        """The one state, without its axis."""
        names = self.__dataclass_fields__
        return NetworkState(**{name: getattr(self, name)[0] for name in names})
