"""
One heat pump at one set of water temperatures: the cycle that its heat exchangers allow.

The evaporating temperature follows from the source water, the condensing temperature from the sink
water: it is the lowest one at which no place inside the condenser is nearer to the water than the
pinch. This module solves that for one point and every cycle of `cycle`; which cycle a machine uses
is decided in `cycle_choice`, carbon dioxide above its critical point is in `transcritical`, and
limits of machines, efficiencies and electricity are in `heat_pump`.

Source: pinch analysis of a counter-flow condenser as in Kemp, Pinch Analysis and Process
Integration; checked against TESPy's moving-boundary condenser and an independent prototype.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..arrays import Numeric, as_array, like_input
from ..cycle import ZERO_CELSIUS_KELVIN, Stages, run_stages

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..refrigerants.fluid import Fluid, Gas, Saturation

_TOLERANCE_K = 1e-8
_MAX_ITERATIONS = 60
# Compression needs some pressure ratio to be computed at all; the limit of machines is far above.
_LEAST_LIFT_K = 0.1
# Blends search up to so much more than the glide at the coldest condensation.
_GLIDE_FACTOR, _GLIDE_SPARE_K = 1.5, 0.2


class Approaches(NamedTuple):
    """Temperature differences that a machine's heat exchangers keep [K]."""

    evaporator_pinch_k: float
    condenser_pinch_k: float
    liquid_approach_k: float
    superheat_k: float


class Cycle(NamedTuple):
    """
    Solved cycle; ``shaft_cop`` is NaN where no condensing temperature was found.

    ``condensing_degc`` is a dew point, and NaN above the critical point, where ``condensing_bar``
    is the pressure of the gas cooler.
    """

    shaft_cop: float
    evaporating_degc: float
    condensing_degc: float
    discharge_degc: float
    condensing_bar: float


@dataclass(frozen=True, slots=True)
class _Condenser:
    """Everything that stays fixed while the condensing temperature is sought; kelvin throughout."""

    fluid: Fluid
    low: Saturation
    suction: Gas
    efficiency: float
    sink_in: float
    sink_out: float
    pinch: float
    liquid_approach: float
    variant: str

    def stages(self, condensing: float) -> tuple[Saturation, Stages]:
        """Saturation state at a condensing temperature, and the cycle that reaches it."""
        high = self.fluid.saturation(condensing)
        return high, run_stages(
            self.fluid,
            self.low,
            self.suction,
            high=high,
            liquid_kelvin=self.sink_in + self.liquid_approach,
            isentropic_efficiency=self.efficiency,
            variant=self.variant,
        )

    def inner_margin(self, condensing: float) -> float:
        """Smallest approach at dew point, bubble point and liquid end, less the pinch."""
        high, stages = self.stages(condensing)
        dew = condensing - self.water(stages, high.vapour_enthalpy)
        if high.bubble_kelvin == condensing:
            return dew - self.pinch
        bubble = high.bubble_kelvin - self.water(stages, high.liquid_enthalpy)
        return min(dew, bubble) - self.pinch

    def water(self, stages: Stages, enthalpy: float) -> float:
        """Temperature of the water beside refrigerant of a given enthalpy."""
        hot, liquid = stages.discharge_enthalpy, stages.liquid_enthalpy
        share = min((enthalpy - liquid) / (hot - liquid), 1.0)
        return self.sink_in + share * (self.sink_out - self.sink_in)

    def gas_margin(self, condensing: float) -> float:
        """Smallest approach between dew point and discharge gas, less the pinch."""
        high, stages = self.stages(condensing)
        hot = self.fluid.at_enthalpy(high, stages.discharge_enthalpy).temperature_kelvin
        tight = self._tightest_gas(high, hot, stages)
        beside = self.water(stages, self.fluid.superheated(high, tight).enthalpy)
        return min(hot - self.sink_out, tight - beside) - self.pinch

    def _tightest_gas(self, high: Saturation, hot: float, stages: Stages) -> float:
        """Temperature at which superheated gas and water change alike, or of the dew point."""
        duty = stages.discharge_enthalpy - stages.liquid_enthalpy
        per_heat = (self.sink_out - self.sink_in) / duty

        def steeper(kelvin: float) -> float:
            """Change of the water per change of the gas, less one."""
            return per_heat * self.fluid.heat_capacity(high, kelvin) - 1.0

        dew = high.temperature_kelvin
        # Either the approach grows all the way from the dew point, or it falls to the hot end.
        if hot <= dew or steeper(dew) <= 0.0 or steeper(hot) >= 0.0:
            return dew
        return float(brentq(steeper, dew, hot, xtol=_TOLERANCE_K))


def evaporating_degc(source_in: Numeric, source_out: Numeric, approaches: Approaches) -> Numeric:
    """
    Evaporating temperature that cools the source water as wanted [°C].

    Parameters
    ----------
    source_in, source_out
        Water entering and leaving the evaporator [°C]; scalars or arrays.
    approaches
        Temperature differences of the machine.

    Returns
    -------
    evaporating_degc
        Dew point, limited by the cold water at the pinch or by the superheated gas at the warm end.

    Notes
    -----
    ``min(source_out - pinch, source_in - pinch - superheat)``. Three places could pinch: where the
    refrigerant enters, where the last of it boils, and where superheated gas meets the entering
    water. The middle one never does: superheating takes a share of the heat no larger than
    ``cp_gas superheat / latent heat``, and the water cools by less than the superheat over it
    unless it cools by more than ``latent heat / cp_gas`` (above 100 K) in all.

    A blend enters colder than its dew point. That glide is not used: the dew point keeps its
    distance to the coldest water, as if all of the blend boiled there. This is on the safe side, as
    flooded evaporators cannot use a glide; it makes the evaporating temperature a function of the
    source alone. A counter-flow evaporator that used all of the glide could evaporate warmer by at
    most the smaller of that glide (R-407C 4 K, R-454B 1 K, the others below 0.2 K) and
    the source's cooling less the superheat.

    Examples
    --------
    >>> evaporating_degc(30.0, 22.0, Approaches(3.0, 3.0, 5.0, 5.0))
    19.0
    >>> evaporating_degc(30.0, 28.0, Approaches(3.0, 3.0, 5.0, 5.0))
    22.0
    """
    pinch = approaches.evaporator_pinch_k
    cold_end = as_array(source_out) - pinch
    warm_end = as_array(source_in) - pinch - approaches.superheat_k
    return like_input(np.asarray(np.minimum(cold_end, warm_end)))


def solve_cycle(
    fluid: Fluid,
    water: tuple[float, float, float, float],
    *,
    approaches: Approaches,
    isentropic_efficiency: float,
    max_condensing_degc: float,
    variant: str = "single",
) -> Cycle:
    """
    Cycle between four water temperatures.

    Parameters
    ----------
    fluid
        Refrigerant.
    water
        Source in, source out, sink in, sink out [°C]; source cooled, sink heated.
    approaches
        Temperature differences of the machine.
    isentropic_efficiency
        Isentropic efficiency of each compressor stage [-].
    max_condensing_degc
        Highest condensing temperature to try [°C]; must lie below the critical point.
    variant
        ``"single"``, ``"ihx"``, ``"two_stage"`` or ``"intercooled"``, see `cycle`.

    Returns
    -------
    cycle
        The cycle; NaN from the condensing temperature on where it would have to exceed the limit.

    Notes
    -----
    Evaporating temperature by `evaporating_degc`, all else by `solve_lift`.
    """
    source_in, source_out, sink_in, sink_out = water
    return solve_lift(
        fluid,
        float(evaporating_degc(source_in, source_out, approaches)),
        (sink_in, sink_out),
        approaches=approaches,
        isentropic_efficiency=isentropic_efficiency,
        max_condensing_degc=max_condensing_degc,
        variant=variant,
    )


def solve_lift(
    fluid: Fluid,
    evaporating_degc: float,
    sink: tuple[float, float],
    *,
    approaches: Approaches,
    isentropic_efficiency: float,
    max_condensing_degc: float,
    variant: str = "single",
) -> Cycle:
    """
    Cycle from a given evaporating temperature to two sink temperatures.

    Parameters
    ----------
    fluid
        Refrigerant.
    evaporating_degc
        Dew point at the evaporating pressure [°C].
    sink
        Sink in, sink out [°C].
    approaches
        Temperature differences of the machine; those of the evaporator are not used again, apart
        from the superheat.
    isentropic_efficiency
        Isentropic efficiency of each compressor stage [-].
    max_condensing_degc
        Highest condensing temperature to try [°C]; must lie below the critical point.
    variant
        ``"single"``, ``"ihx"``, ``"two_stage"`` or ``"intercooled"``, see `cycle`.

    Returns
    -------
    cycle
        The cycle; NaN from the condensing temperature on where it would have to exceed the limit.

    Notes
    -----
    Five places can pinch: the hot end (discharge gas against leaving water), the superheated gas
    between it and the dew point, the dew point, the bubble point, and the liquid end. Gas near the
    critical point has a heat capacity that falls steeply as it warms: where the water warms faster
    than the gas beside the dew point, the tightest place is where both change alike,
    ``cp dT_water/dh = 1``. That takes a glide of some 40 K and condensation within about 15 K of
    the critical point. The bubble point matters for blends, whose two-phase line rises with
    enthalpy; it is taken as straight, like the water's, so nothing between the two points is
    tighter. The heat capacity of liquid rises towards the bubble point, so nothing in the liquid is
    tighter than its ends. Each margin grows with the condensing temperature, so the solution is
    the largest of the single solutions. The water's heat capacity is taken as constant along the
    condenser, and pressure drops as zero.
    """
    if evaporating_degc >= max_condensing_degc:
        return Cycle(math.nan, evaporating_degc, math.nan, math.nan, math.nan)
    cold = evaporating_degc + ZERO_CELSIUS_KELVIN
    low = fluid.saturation(cold)
    condenser = _Condenser(
        fluid,
        low,
        fluid.superheated(low, cold + approaches.superheat_k),
        isentropic_efficiency,
        sink[0] + ZERO_CELSIUS_KELVIN,
        sink[1] + ZERO_CELSIUS_KELVIN,
        approaches.condenser_pinch_k,
        approaches.liquid_approach_k,
        variant,
    )
    warm = _condensing_kelvin(condenser, cold, max_condensing_degc + ZERO_CELSIUS_KELVIN)
    if math.isnan(warm):
        return Cycle(math.nan, evaporating_degc, math.nan, math.nan, math.nan)
    high, stages = condenser.stages(warm)
    discharge = fluid.at_enthalpy(high, stages.discharge_enthalpy).temperature_kelvin
    return Cycle(
        stages.cop,
        evaporating_degc,
        warm - ZERO_CELSIUS_KELVIN,
        discharge - ZERO_CELSIUS_KELVIN,
        high.pressure_pa / 1e5,
    )


def _condensing_kelvin(condenser: _Condenser, cold: float, limit: float) -> float:
    """Lowest condensing temperature that keeps the pinch everywhere, or NaN above the limit."""
    coldest = max(condenser.sink_in + condenser.pinch, cold + _LEAST_LIFT_K)
    if coldest > limit:
        return math.nan
    low = condenser.fluid.saturation(coldest)
    # Whatever the refrigerant, condensing wholly above the leaving water by the pinch works. The
    # bubble point of a blend lies lower by a glide that changes little with pressure, either way.
    glide = low.temperature_kelvin - low.bubble_kelvin
    spare = _GLIDE_FACTOR * glide + _GLIDE_SPARE_K if glide else 0.0
    ceiling = min(max(condenser.sink_out + condenser.pinch, coldest) + spare, limit)
    warm = _increasing_root(condenser.inner_margin, coldest, ceiling)
    if not math.isnan(warm) and condenser.gas_margin(warm) < -_TOLERANCE_K:
        warm = _increasing_root(condenser.gas_margin, warm, ceiling)
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
