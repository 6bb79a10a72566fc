"""
States of refrigerant blends, whose dew and bubble temperatures differ at one pressure.

Two kinds. R410A and R407C are pseudo-pure fluids in CoolProp: one equation of state, two curves of
saturation. R513A and R454B are mixtures, whose saturation the library finds slowly and at some
temperatures not at all. Their saturation is therefore tabulated once per process against the dew
temperature, missing points are bridged by a spline and recorded, and the reach ends a margin below
the critical point, which comes from ``data/refrigerants.csv`` because the library finds two. Gas
states need no flash: pressure is an explicit function of temperature and density, which the Newton
iteration of `state_search` uses with the gas phase imposed.

Sources: mixture models by Bell (2022, 2023) as shipped with CoolProp 8; pseudo-pure equations by
Lemmon (2003). Composition is the same in both phases and everywhere in a machine.
"""

from __future__ import annotations

import logging
import math
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..errors import PhysicsRangeError
from ..refrigerant import Refrigerant
from ..refrigerant import refrigerant as find_refrigerant
from .fluid import Fluid, Gas, Saturation

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

_LOG = logging.getLogger(__name__)
_ZERO_CELSIUS_KELVIN = 273.15
_PASCAL_PER_BAR = 1e5
# Numerics of the table: reach, spacing, and the widest hole that a spline may bridge.
_COLDEST_KELVIN = 233.15
_STEP_K = 0.5
_SPARE_NODES = 4
_WIDEST_HOLE_K = 5.0
_BRIDGE_DEGREE = 5
_TEMPERATURE_TOLERANCE_K = 1e-9
_MAX_ITERATIONS = 30
# Gas is sought up to so much above its dew point, hotter than any machine may discharge.
_HOTTEST_GAS_K = 300.0
# Columns of the table; the first four belong to the vapour, the others to the liquid.
_COLUMNS = 7
_VAPOUR_COLUMNS = 4


class PseudoPure(Fluid):
    """Blend that CoolProp treats as one fluid with two saturation curves; not thread-safe."""

    def _saturated(self) -> Saturation:
        """Vapour at the dew point, liquid at the bubble point of the same pressure."""
        state, cp = self._state, self._cp
        dew_kelvin, pressure = state.T(), state.p()
        vapour = state.hmass(), state.smass(), state.rhomass()
        state.update(cp.PQ_INPUTS, pressure, 0.0)
        return Saturation(
            dew_kelvin,
            pressure,
            state.hmass(),
            vapour[0],
            state.smass(),
            vapour[1],
            vapour[2],
            state.T(),
        )


class Mixture(Fluid):
    """
    Blend that CoolProp treats as a mixture of its constituents; not shared between threads.

    Parameters
    ----------
    limits
        Row of the blend in the table of refrigerants.
    """

    def __init__(self, limits: Refrigerant) -> None:
        super().__init__(f"{limits.key}.mix", _critical(limits))
        self._table = _tabulate(limits.key)
        self.bridged_degc: tuple[float, ...] = self._table.bridged_degc

    def saturation(self, dew_kelvin: float) -> Saturation:
        """
        Both saturated phases at the pressure that belongs to a dew temperature.

        Parameters
        ----------
        dew_kelvin
            Dew temperature, at least the margin below the critical one [K].

        Returns
        -------
        saturation
            Liquid and vapour at that pressure.

        Raises
        ------
        PhysicsRangeError
            If the temperature is outside the tabulated reach.
        """
        table = self._table
        if not table.coldest <= dew_kelvin <= table.warmest + _TEMPERATURE_TOLERANCE_K:
            raise PhysicsRangeError(
                f"{self._name} is tabulated for dew temperatures of {table.coldest:.2f} to"
                f" {table.warmest:.2f} K, not {dew_kelvin:.2f} K; condense farther from the"
                " critical point or choose another refrigerant"
            )
        at = min(int((dew_kelvin - table.coldest) / _STEP_K), len(table.pieces) - 1)
        x = dew_kelvin - table.coldest - at * _STEP_K
        p, h2, s2, d2, bubble, h1, s1 = [
            ((c3 * x + c2) * x + c1) * x + c0 for c3, c2, c1, c0 in table.pieces[at]
        ]
        return Saturation(dew_kelvin, math.exp(p), h1, h2, s1, s2, math.exp(d2), bubble)

    def saturation_at_pressure(self, pressure_pa: float) -> Saturation:
        """
        Both saturated phases at a pressure.

        Parameters
        ----------
        pressure_pa
            Pressure within the tabulated reach [Pa].

        Returns
        -------
        saturation
            Liquid and vapour at that pressure.

        Raises
        ------
        PhysicsRangeError
            If the pressure is outside the tabulated reach.
        """
        table = self._table
        wanted = math.log(pressure_pa) if pressure_pa > 0.0 else -math.inf
        at = bisect_right(table.log_pressures, wanted) - 1
        if not 0 <= at < len(table.pieces):
            raise PhysicsRangeError(
                f"{self._name} has no tabulated saturation at {pressure_pa / 1e5:.2f} bar; choose a"
                " pressure farther from the critical one or another refrigerant"
            )
        c3, c2, c1, c0 = table.pieces[at][0]
        x = (wanted - c0) / c1
        for _ in range(_MAX_ITERATIONS):
            slope = (3.0 * c3 * x + 2.0 * c2) * x + c1
            step = (((c3 * x + c2) * x + c1) * x + c0 - wanted) / slope
            x -= step
            if abs(step) < _TEMPERATURE_TOLERANCE_K:
                break
        # The last spare pieces reach beyond the limit, which `saturation` then refuses.
        found = self.saturation(table.coldest + at * _STEP_K + min(max(x, 0.0), _STEP_K))
        return found._replace(pressure_pa=pressure_pa)

    def at_pressure_temperature(self, pressure_pa: float, temperature_kelvin: float) -> Gas:
        """
        Gas or liquid at a pressure and a temperature.

        Parameters
        ----------
        pressure_pa
            Pressure within the tabulated reach [Pa].
        temperature_kelvin
            Temperature [K], at least the dew or at most the bubble temperature.

        Returns
        -------
        state
            Gas or liquid.

        Raises
        ------
        PhysicsRangeError
            If the pressure is outside the tabulated reach, or the state is two-phase.
        """
        dew = self.saturation_at_pressure(pressure_pa)
        if temperature_kelvin >= dew.temperature_kelvin:
            return self.superheated(dew, temperature_kelvin)
        if temperature_kelvin > dew.bubble_kelvin:
            raise PhysicsRangeError(
                f"{self._name} at {pressure_pa / 1e5:.2f} bar is two-phase at"
                f" {temperature_kelvin:.2f} K; ask for the state by enthalpy or entropy"
            )
        liquid = self._liquid
        liquid.update(self._cp.PT_INPUTS, pressure_pa, temperature_kelvin)
        return Gas(temperature_kelvin, liquid.hmass(), liquid.smass(), liquid.rhomass())

    def _above_critical(self, pressure_pa: float, target: float, *, keep_entropy: bool) -> Gas:
        """Refuse: mixtures are modelled below their critical point only."""
        raise PhysicsRangeError(
            f"{self._name} is not modelled above its critical pressure, so not at"
            f" {pressure_pa / 1e5:.1f} bar with {'entropy' if keep_entropy else 'enthalpy'}"
            f" {target:.6g}; for a trans-critical cycle choose R744"
        )

    def _flash(self, pressure_pa: float, target: float, *, keep_entropy: bool) -> Gas:
        """Gas sought by its temperature; the library's flash takes 100 ms and may fail."""
        dew = self.saturation_at_pressure(pressure_pa)

        def excess(kelvin: float) -> float:
            """What the gas has more than wanted."""
            gas = self.superheated(dew, kelvin)
            return (gas.entropy if keep_entropy else gas.enthalpy) - target

        coldest = dew.temperature_kelvin
        try:
            found = brentq(excess, coldest, coldest + _HOTTEST_GAS_K, xtol=_TEMPERATURE_TOLERANCE_K)
        except ValueError as problem:
            raise PhysicsRangeError(
                f"{self._name} has no gas or two-phase state at {pressure_pa / 1e5:.1f} bar with"
                f" {'entropy' if keep_entropy else 'enthalpy'} {target:.6g}; check the figure"
            ) from problem
        return self.superheated(dew, float(found))


def blend_of(limits: Refrigerant) -> Fluid:
    """
    States of a blend by its row in the table of refrigerants.

    Parameters
    ----------
    limits
        The refrigerant; its model says which kind of blend it is.

    Returns
    -------
    fluid
        A new object, not shared between threads.

    Examples
    --------
    >>> dew = blend_of(find_refrigerant("R-407C")).saturation(300.0)
    >>> 4.0 < dew.temperature_kelvin - dew.bubble_kelvin < 7.0
    True
    """
    if limits.model == "mixture":
        return Mixture(limits)
    return PseudoPure(limits.key, _critical(limits))


def _critical(limits: Refrigerant) -> tuple[float, float]:
    """Critical temperature [K] and pressure [Pa] by the table."""
    return limits.critical_degc + _ZERO_CELSIUS_KELVIN, limits.critical_bar * _PASCAL_PER_BAR


class _Table(NamedTuple):
    """Saturation of a mixture: cubic pieces per column, between nodes of the dew temperature."""

    coldest: float
    warmest: float
    log_pressures: list[float]
    pieces: list[list[list[float]]]
    bridged_degc: tuple[float, ...]


@cache
def _tabulate(key: str) -> _Table:
    """Saturation table of a mixture, once per process; 0.1 s."""
    from scipy.interpolate import CubicSpline

    warmest = find_refrigerant(key).max_condensing_degc + _ZERO_CELSIUS_KELVIN
    count = math.ceil((warmest - _COLDEST_KELVIN) / _STEP_K) + 1 + _SPARE_NODES
    kelvins = _COLDEST_KELVIN + _STEP_K * np.arange(count, dtype=np.float64)
    kelvins, values = _without_lost_end(key, kelvins, _nodes(f"{key}.mix", kelvins), warmest)
    missing = np.isnan(values).any(axis=1)
    bridged = tuple((kelvins[missing] - _ZERO_CELSIUS_KELVIN).round(2).tolist())
    _LOG.debug("%s: saturation bridged at dew temperatures %s degC", key, bridged)
    values = np.stack([_bridge(key, kelvins, column) for column in values.T], axis=1)
    coefficients = np.moveaxis(CubicSpline(kelvins, values).c, 0, -1)
    return _Table(_COLDEST_KELVIN, warmest, values[:, 0].tolist(), coefficients.tolist(), bridged)


def _nodes(coolprop_name: str, kelvins: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Saturation at dew temperatures, one row each; NaN where the library finds none."""
    from CoolProp import CoolProp

    state = CoolProp.AbstractState("HEOS", coolprop_name)
    values = np.full((len(kelvins), _COLUMNS), np.nan)
    for row, kelvin in zip(values, kelvins.tolist(), strict=True):
        if not _found(state, CoolProp.QT_INPUTS, 1.0, kelvin):
            continue
        pressure = state.p()
        row[:_VAPOUR_COLUMNS] = (
            math.log(pressure),
            state.hmass(),
            state.smass(),
            math.log(state.rhomass()),
        )
        if _found(state, CoolProp.PQ_INPUTS, pressure, 0.0):
            row[_VAPOUR_COLUMNS:] = state.T(), state.hmass(), state.smass()
    return values


def _found(state: Any, inputs: int, first: float, second: float) -> bool:
    """Whether the library finds a state; its failures are isolated and differ by temperature."""
    try:
        state.update(inputs, first, second)
    except ValueError:
        return False
    return True


def _without_lost_end(
    key: str,
    kelvins: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    warmest: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Leave out spare nodes near the critical point that were not found; nothing extrapolates."""
    kept = np.flatnonzero(~np.isnan(values).any(axis=1))
    first, last = (kept[0], kept[-1]) if len(kept) else (0, -1)
    if last < 0 or first > 0 or kelvins[last] < warmest:
        raise PhysicsRangeError(
            f"the library does not find saturation of {key} at both ends of its reach; raise the"
            " margin to the critical point in data/refrigerants.csv"
        )
    return kelvins[: last + 1], values[: last + 1]


def _bridge(
    key: str, kelvins: npt.NDArray[np.float64], column: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """One column with its holes filled by a spline through the points found."""
    from scipy.interpolate import make_interp_spline

    there = ~np.isnan(column)
    widest = float(np.diff(kelvins[there]).max())
    if widest > _WIDEST_HOLE_K:
        raise PhysicsRangeError(
            f"saturation of {key} is missing over {widest:g} K, more than a spline may bridge"
            f" ({_WIDEST_HOLE_K:g} K)"
        )
    spline = make_interp_spline(kelvins[there], column[there], k=_BRIDGE_DEGREE)
    return np.where(there, column, spline(kelvins))
