"""
Carbon dioxide heat pumps that give their heat off above the critical point.

There is no condensing temperature there: gas is cooled at a pressure that the machine may choose,
and the best one depends on the water. This module finds it for one point, keeping the pinch all
along the gas cooler. Cycles that condense are in `pinch`; limits of machines and electricity are in
`heat_pump`.

Source: the optimum pressure is that of Lorentzen and Pettersen (1993) and Liao et al. (2000), here
found by search instead of a fitted formula; checked against an independent prototype.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from heatreach.data import assumption

from ..cycle import ZERO_CELSIUS_KELVIN
from .pinch import Approaches, Cycle

if TYPE_CHECKING:
    from ..refrigerants.fluid import Fluid, Gas, Saturation

_BAR = 1e5
_TOLERANCE_K = 1e-6
_TOLERANCE_BAR = 1e-6
_SCAN = 9
_SECTIONS = 12
_TOLERANCE_SECTION = 1e-4


@dataclass(frozen=True, slots=True)
class _GasCooler:
    """Everything that stays fixed while the pressure is sought; kelvin and bar."""

    fluid: Fluid
    suction: Gas
    efficiency: float
    sink_in: float
    sink_out: float
    pinch: float
    outlet: float

    def ends(self, bar: float) -> tuple[float, float]:
        """Enthalpies at the hot and the cold end of the gas cooler [J/kg]."""
        ideal = self.fluid.at_pressure_entropy(bar * _BAR, self.suction.entropy).enthalpy
        hot = self.suction.enthalpy + (ideal - self.suction.enthalpy) / self.efficiency
        return hot, self.fluid.at_pressure_temperature(bar * _BAR, self.outlet).enthalpy

    def cop(self, bar: float) -> float:
        """COP at the shaft."""
        hot, cold = self.ends(bar)
        return (hot - cold) / (hot - self.suction.enthalpy)

    def margin(self, bar: float) -> float:
        """Smallest approach along the gas cooler, less the pinch."""
        hot, cold = self.ends(bar)

        def approach(section: float) -> float:
            """Gas above water after so many sections from the cold end."""
            share = section / _SECTIONS
            enthalpy = cold + share * (hot - cold)
            gas = self.fluid.at_pressure_enthalpy(bar * _BAR, enthalpy).temperature_kelvin
            return gas - self.sink_in - share * (self.sink_out - self.sink_in)

        # The cold end keeps its approach by definition.
        inside = [approach(section) for section in range(1, _SECTIONS)]
        tight = int(np.argmin(inside)) + 1
        between = minimize_scalar(
            approach,
            bounds=(tight - 1, tight + 1),
            method="bounded",
            options={"xatol": _TOLERANCE_SECTION},
        )
        return min(*inside, float(between.fun), approach(_SECTIONS)) - self.pinch


def solve_transcritical(
    fluid: Fluid,
    evaporating_degc: float,
    sink: tuple[float, float],
    *,
    approaches: Approaches,
    isentropic_efficiency: float,
    max_bar: float,
) -> Cycle:
    """
    Transcritical cycle of highest COP between an evaporating temperature and two sink temperatures.

    Parameters
    ----------
    fluid
        Carbon dioxide.
    evaporating_degc
        Dew point at the evaporating pressure that the source allows [°C]; where it is warmer than
        the row ``transcritical/max_evaporating_degc`` of ``data/heat_pumps.csv``, that row holds.
    sink
        Sink in, sink out [°C].
    approaches
        Temperature differences of the machine; carbon dioxide leaves the gas cooler warmer than the
        returning water by the liquid approach.
    isentropic_efficiency
        Isentropic efficiency of the compressor [-].
    max_bar
        Highest pressure of the gas cooler [bar].

    Returns
    -------
    cycle
        The cycle, with ``condensing_degc`` NaN and the gas-cooler pressure as ``condensing_bar``;
        COP and pressure NaN where no pressure up to the highest keeps the pinch.

    Notes
    -----
    Maximises ``COP = (h2 - h3) / (h2 - h1)`` over the pressure between the critical one times the
    row ``transcritical/min_critical_pressure_ratio`` and ``max_bar``: a scan of 9 pressures, then
    Brent's method between the neighbours of the best. If the approach to the water falls below the
    pinch anywhere along the gas cooler, the pressure is raised until it does not; the tightest
    place is sought at 12 sections of equal heat and then between the neighbours of the tightest.
    Too high a
    pressure lowers the COP slowly, too low a one steeply, so the raised one is the best allowed.

    Where the sink is so cold that carbon dioxide could condense, the cycle still runs above the
    critical pressure. It is then worse than a condensing machine (on the safe side); such a machine
    is asked for as ``variant="single"``. With a return above about 45 °C the COP is below that of
    every other refrigerant and no longer rises with a warmer source; such a return is refused in
    `cycle_choice`.
    """
    warmest = assumption("heat_pumps", "transcritical", "max_evaporating_degc").value
    above = assumption("heat_pumps", "transcritical", "min_critical_pressure_ratio").value
    cold_degc = min(evaporating_degc, warmest)
    low = fluid.saturation(cold_degc + ZERO_CELSIUS_KELVIN)
    cooler = _gas_cooler(fluid, low, sink, approaches, isentropic_efficiency)
    bar = _best_bar(cooler, above * fluid.critical_pressure_pa / _BAR, max_bar)
    if math.isnan(bar):
        return Cycle(math.nan, cold_degc, math.nan, math.nan, math.nan)
    hot, _ = cooler.ends(bar)
    discharge = fluid.at_pressure_enthalpy(bar * _BAR, hot).temperature_kelvin
    return Cycle(cooler.cop(bar), cold_degc, math.nan, discharge - ZERO_CELSIUS_KELVIN, bar)


def _gas_cooler(
    fluid: Fluid,
    low: Saturation,
    sink: tuple[float, float],
    approaches: Approaches,
    efficiency: float,
) -> _GasCooler:
    """Gas cooler behind a compressor that draws superheated gas."""
    return _GasCooler(
        fluid,
        fluid.superheated(low, low.temperature_kelvin + approaches.superheat_k),
        efficiency,
        sink[0] + ZERO_CELSIUS_KELVIN,
        sink[1] + ZERO_CELSIUS_KELVIN,
        approaches.condenser_pinch_k,
        sink[0] + approaches.liquid_approach_k + ZERO_CELSIUS_KELVIN,
    )


def _best_bar(cooler: _GasCooler, low: float, high: float) -> float:
    """Pressure of highest COP that keeps the pinch [bar], NaN if there is none."""
    best = _free_optimum(cooler, low, high)
    if cooler.margin(best) >= -_TOLERANCE_K:
        return best
    if cooler.margin(high) < 0.0:
        return math.nan
    return float(brentq(cooler.margin, best, high, xtol=_TOLERANCE_BAR))


def _free_optimum(cooler: _GasCooler, low: float, high: float) -> float:
    """Pressure of highest COP [bar], whatever the approaches."""
    scan = np.linspace(low, high, _SCAN)
    cops = [cooler.cop(bar) for bar in scan.tolist()]
    top = int(np.argmax(cops))
    around = (scan[max(top - 1, 0)], scan[min(top + 1, _SCAN - 1)])
    found = minimize_scalar(
        lambda bar: -cooler.cop(bar), bounds=around, method="bounded", options={"xatol": 1e-3}
    )
    return float(found.x) if -found.fun > cops[top] else float(scan[top])
