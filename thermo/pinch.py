"""
One heat pump at one set of water temperatures: the cycle that its heat exchangers allow.

The evaporating temperature follows from the source water, the condensing temperature from the sink
water: it is the lowest one at which no place inside the condenser is nearer to the water than the
pinch. This module solves that for a single stage and one point; limits of machines, efficiencies
and electricity are in `heat_pump`.

Source: pinch analysis of a counter-flow condenser as in Kemp, Pinch Analysis and Process
Integration; checked against TESPy's moving-boundary condenser and an independent prototype.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from .fluid import Fluid, Gas, Saturation

from .cycle import ZERO_CELSIUS_KELVIN, compress

_TOLERANCE_K = 1e-8
_MAX_ITERATIONS = 60
# Compression needs some pressure ratio to be computed at all; the limit of machines is far above.
_LEAST_LIFT_K = 0.1


class Approaches(NamedTuple):
    """Temperature differences that a machine's heat exchangers keep [K]."""

    evaporator_pinch_k: float
    condenser_pinch_k: float
    liquid_approach_k: float
    superheat_k: float


class Cycle(NamedTuple):
    """Solved cycle; ``shaft_cop`` is NaN where no condensing temperature was found."""

    shaft_cop: float
    evaporating_degc: float
    condensing_degc: float
    discharge_degc: float
    condensing_bar: float


@dataclass(frozen=True, slots=True)
class _Condenser:
    """Everything that stays fixed while the condensing temperature is sought; kelvin throughout."""

    fluid: Fluid
    suction: Gas
    efficiency: float
    sink_in: float
    sink_out: float
    pinch: float
    liquid_approach: float

    def discharge(self, condensing: float) -> tuple[Saturation, float]:
        """Saturation state and discharge enthalpy."""
        bubble = self.fluid.saturation(condensing)
        return bubble, compress(self.fluid, self.suction, bubble, self.efficiency)

    def liquid_enthalpy(self, bubble: Saturation) -> float:
        """Enthalpy of the liquid that leaves: near the returning water, never above the bubble."""
        return self.fluid.liquid_enthalpy(bubble, self.sink_in + self.liquid_approach)

    def dew_margin(self, condensing: float) -> float:
        """Approach where condensation starts, less the pinch."""
        bubble, hot = self.discharge(condensing)
        liquid = self.liquid_enthalpy(bubble)
        share = min((bubble.vapour_enthalpy - liquid) / (hot - liquid), 1.0)
        water = self.sink_in + share * (self.sink_out - self.sink_in)
        return condensing - water - self.pinch

    def hot_margin(self, condensing: float) -> float:
        """Approach between discharge gas and leaving water, less the pinch."""
        bubble, hot = self.discharge(condensing)
        return self.fluid.at_enthalpy(bubble, hot).temperature_kelvin - self.sink_out - self.pinch


def evaporating_degc(source_in: float, source_out: float, approaches: Approaches) -> float:
    """
    Evaporating temperature that cools the source water as wanted [°C].

    Parameters
    ----------
    source_in, source_out
        Water entering and leaving the evaporator [°C].
    approaches
        Temperature differences of the machine.

    Returns
    -------
    evaporating_degc
        Limited by the cold water at the pinch or by the superheated gas at the warm end.

    Examples
    --------
    >>> evaporating_degc(30.0, 22.0, Approaches(3.0, 3.0, 5.0, 5.0))
    19.0
    >>> evaporating_degc(30.0, 28.0, Approaches(3.0, 3.0, 5.0, 5.0))
    22.0
    """
    pinch = approaches.evaporator_pinch_k
    return min(source_out - pinch, source_in - pinch - approaches.superheat_k)


def solve_cycle(
    fluid: Fluid,
    water: tuple[float, float, float, float],
    *,
    approaches: Approaches,
    isentropic_efficiency: float,
    max_condensing_degc: float,
) -> Cycle:
    """
    Single-stage cycle between four water temperatures.

    Parameters
    ----------
    fluid
        Refrigerant.
    water
        Source in, source out, sink in, sink out [°C]; source cooled, sink heated.
    approaches
        Temperature differences of the machine.
    isentropic_efficiency
        Isentropic efficiency of the compressor [-].
    max_condensing_degc
        Highest condensing temperature to try [°C]; must lie below the critical point.

    Returns
    -------
    cycle
        The cycle; NaN from the condensing temperature on where it would have to exceed the limit.

    Notes
    -----
    Three places can pinch: the hot end (discharge gas against leaving water), the dew point inside
    the condenser, and the liquid end. Each margin grows with the condensing temperature, so the
    solution is the largest of the three single solutions. The water's heat capacity is taken as
    constant along the condenser, and pressure drops as zero.
    """
    source_in, source_out, sink_in, sink_out = water
    cold_degc = evaporating_degc(source_in, source_out, approaches)
    cold = cold_degc + ZERO_CELSIUS_KELVIN
    dew = fluid.saturation(cold)
    condenser = _Condenser(
        fluid,
        fluid.superheated(dew, cold + approaches.superheat_k),
        isentropic_efficiency,
        sink_in + ZERO_CELSIUS_KELVIN,
        sink_out + ZERO_CELSIUS_KELVIN,
        approaches.condenser_pinch_k,
        approaches.liquid_approach_k,
    )
    warm = _condensing_kelvin(condenser, cold, max_condensing_degc + ZERO_CELSIUS_KELVIN)
    if math.isnan(warm):
        return Cycle(math.nan, cold_degc, math.nan, math.nan, math.nan)
    bubble, hot = condenser.discharge(warm)
    discharge = fluid.at_enthalpy(bubble, hot).temperature_kelvin
    cop = (hot - condenser.liquid_enthalpy(bubble)) / (hot - condenser.suction.enthalpy)
    return Cycle(
        cop,
        cold_degc,
        warm - ZERO_CELSIUS_KELVIN,
        discharge - ZERO_CELSIUS_KELVIN,
        bubble.pressure_pa / 1e5,
    )


def _condensing_kelvin(condenser: _Condenser, cold: float, limit: float) -> float:
    """Lowest condensing temperature that keeps the pinch everywhere, or NaN above the limit."""
    liquid_end = max(condenser.sink_in + condenser.pinch, cold + _LEAST_LIFT_K)
    # Whatever the refrigerant, condensing above the leaving water by the pinch always works.
    ceiling = min(max(condenser.sink_out + condenser.pinch, liquid_end), limit)
    if liquid_end > limit:
        return math.nan
    warm = _increasing_root(condenser.dew_margin, liquid_end, ceiling)
    if not math.isnan(warm) and condenser.hot_margin(warm) < -_TOLERANCE_K:
        warm = _increasing_root(condenser.hot_margin, warm, ceiling)
    return warm


def _increasing_root(margin: Callable[[float], float], low: float, high: float) -> float:
    """Root of an increasing function by secant steps kept inside [low, high]; NaN if above high."""
    at_high = margin(high)
    if at_high < -_TOLERANCE_K:
        return math.nan
    # The margin's slope is close to one, so a unit step from the top is a good first guess.
    before, at_before = high, at_high
    point = max(high - at_high, low)
    for _ in range(_MAX_ITERATIONS):
        here = margin(point)
        if here < 0.0:
            low = max(low, point)
        else:
            high = min(high, point)
        if abs(here) < _TOLERANCE_K or high - low < _TOLERANCE_K:
            break
        slope = (here - at_before) / (point - before) if point != before else 1.0
        step = point - here / slope if slope > 0.0 else math.nan
        before, at_before = point, here
        point = step if low <= step <= high else 0.5 * (low + high)
    return point
