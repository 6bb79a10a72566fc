"""
Search for a state by its pressure and its entropy or enthalpy, without the library's flash.

A Newton iteration on temperature and density settles in a few steps if it starts near: each step
is one evaluation of the equation of state, which is explicit in both. Superheated gas starts at its
dew point (see `fluid`); above the critical pressure, where a fluid passes from liquid-like to
gas-like and no formula starts near enough, a coarse grid of pressure and temperature does. The
state found does not depend on the start beyond the tolerance of the iteration.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typing import Any

_MAX_ITERATIONS = 25
_RELATIVE_TOLERANCE = 1e-11
# Shape of the grid, relative to the critical point: numerics, not limits of machines.
_PRESSURE_RATIOS = np.geomspace(1.0001, 4.0, 30)
_TEMPERATURE_RATIOS = np.concatenate(
    [np.linspace(0.8, 0.96, 10), np.linspace(0.97, 1.2, 60), np.linspace(1.22, 1.9, 20)]
)


class _Grid(NamedTuple):
    """Per pressure [Pa], columns of enthalpy, entropy, temperature and density that rise with T."""

    pressures: list[float]
    enthalpies: list[list[float]]
    entropies: list[list[float]]
    temperatures: list[float]
    densities: list[list[float]]


def settle(
    state: Any,
    pressure_pa: float,
    target: float,
    guess: tuple[float, float],
    *,
    keep_entropy: bool,
) -> bool:
    """
    Whether a CoolProp state was brought to a pressure and an entropy or enthalpy.

    Parameters
    ----------
    state
        ``AbstractState`` with an imposed phase; it holds the state found.
    pressure_pa
        Pressure [Pa].
    target
        Enthalpy [J/kg], or entropy [J/(kg·K)] if ``keep_entropy``.
    guess
        Temperature [K] and density [kg/m³] to start from.
    keep_entropy
        Which of the two is given.

    Returns
    -------
    settled
        False if the iteration left the physical range or did not settle.

    Notes
    -----
    With ``p(T, ρ)`` and ``h(T, ρ)`` or ``s(T, ρ)`` explicit, each step solves two linear equations;
    ``(∂s/∂ρ) = -(∂p/∂T)/ρ²`` and ``dh = T ds + dp/ρ`` give the derivatives that CoolProp would
    otherwise form again.
    """
    from CoolProp import CoolProp

    temperature, density = guess
    scale = pressure_pa / density
    for _ in range(_MAX_ITERATIONS):
        state.update(CoolProp.DmassT_INPUTS, density, temperature)
        p_t = state.first_partial_deriv(CoolProp.iP, CoolProp.iT, CoolProp.iDmass)
        p_d = state.first_partial_deriv(CoolProp.iP, CoolProp.iDmass, CoolProp.iT)
        dp = pressure_pa - state.p()
        # Either residual in J/kg, so that one tolerance serves both.
        if keep_entropy:
            dy = (target - state.smass()) * temperature
            y_t, y_d = state.cvmass(), -temperature * p_t / density**2
        else:
            dy = target - state.hmass()
            y_t = state.cvmass() + p_t / density
            y_d = (p_d - temperature * p_t / density) / density
        if max(abs(dp) / pressure_pa, abs(dy) / scale) < _RELATIVE_TOLERANCE:
            return True
        determinant = p_t * y_d - p_d * y_t
        if determinant == 0.0:
            return False
        temperature += (dp * y_d - p_d * dy) / determinant
        density += (p_t * dy - dp * y_t) / determinant
        if not (temperature > 0.0 and density > 0.0):
            return False
    return False


def first_guess(
    coolprop_name: str, pressure_pa: float, target: float, *, keep_entropy: bool
) -> tuple[float, float] | None:
    """
    Temperature and density near a state above the critical pressure.

    Parameters
    ----------
    coolprop_name
        Name of the fluid in CoolProp.
    pressure_pa
        Pressure [Pa], at or above the critical one.
    target
        Enthalpy [J/kg], or entropy [J/(kg·K)] if ``keep_entropy``.
    keep_entropy
        Which of the two is given.

    Returns
    -------
    guess
        Temperature [K] and density [kg/m³], or None outside the grid.
    """
    grid = _grid(coolprop_name)
    # At the critical pressure itself, just under the grid, the first two pressures extrapolate.
    below = max(bisect_right(grid.pressures, pressure_pa) - 1, 0)
    if below >= len(grid.pressures) - 1:
        return None
    columns = grid.entropies if keep_entropy else grid.enthalpies
    low, high = grid.pressures[below], grid.pressures[below + 1]
    share = (pressure_pa - low) / (high - low)
    first = _between(grid, below, columns, target)
    second = _between(grid, below + 1, columns, target)
    if first is None or second is None:
        return None
    kelvin, density = (a + share * (b - a) for a, b in zip(first, second, strict=True))
    return kelvin, density


def _between(
    grid: _Grid, at: int, columns: list[list[float]], target: float
) -> tuple[float, float] | None:
    """Temperature and density at one pressure of the grid, linear in the target."""
    column = columns[at]
    below = bisect_right(column, target) - 1
    if not 0 <= below < len(column) - 1:
        return None
    share = (target - column[below]) / (column[below + 1] - column[below])
    kelvin, density = grid.temperatures, grid.densities[at]
    # Volume, not density, is nearly linear in enthalpy at constant pressure.
    volume = 1.0 / density[below] + share * (1.0 / density[below + 1] - 1.0 / density[below])
    return kelvin[below] + share * (kelvin[below + 1] - kelvin[below]), 1.0 / volume


@cache
def _grid(coolprop_name: str) -> _Grid:
    """Build the grid of one fluid; about 50 ms, once per process."""
    from CoolProp import CoolProp

    state = CoolProp.AbstractState("HEOS", coolprop_name)
    pressures = (_PRESSURE_RATIOS * state.p_critical()).tolist()
    coldest = max(0.8 * state.T_critical(), state.Tmin() + 1.0)
    kelvins = [k for k in (_TEMPERATURE_RATIOS * state.T_critical()).tolist() if k >= coldest]
    enthalpies, entropies, densities = [], [], []
    for pressure in pressures:
        points = []
        for kelvin in kelvins:
            state.update(CoolProp.PT_INPUTS, pressure, kelvin)
            points.append((state.hmass(), state.smass(), state.rhomass()))
        columns = list(zip(*points, strict=True))
        enthalpies.append(list(columns[0]))
        entropies.append(list(columns[1]))
        densities.append(list(columns[2]))
    return _Grid(pressures, enthalpies, entropies, kelvins, densities)
