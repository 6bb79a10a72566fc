"""
Whose cycles a COP table holds, and their exact solution.

The table knows a cycle only by what `exact_solver` returns for three temperatures, so it serves
every cycle that `pinch` and `transcritical` can solve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption

from ..cycle import ZERO_CELSIUS_KELVIN
from ..cycles.cycle_choice import TRANSCRITICAL
from ..cycles.pinch import solve_lift
from ..cycles.transcritical import solve_transcritical
from ..refrigerants.fluid import fluid_of
from .grid import Grid, make_grid

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..cycles.pinch import Approaches, Cycle
    from ..refrigerant import Refrigerant

_STEEPEST_SHARE_PER_K = 0.006
# Bounds of the share of latent heat: least where it is mild and at the limit, where little latent
# heat is left, and greatest anywhere.
_MILD_DEGC, _LATENT_MILD, _LATENT_LIMIT, _LATENT_MOST = 15.0, 0.55, 0.2, 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSource:
    """Machine whose cycles are tabulated, and the grid of their table."""

    refrigerant: Refrigerant
    approaches: Approaches
    isentropic_efficiency: float
    grid: Grid


def source_of(
    limits: Refrigerant, variant: str, efficiency: float, approaches: Approaches
) -> CellSource:
    """
    Source of one machine, on a grid laid by its own typical cycles.

    Parameters
    ----------
    limits
        The refrigerant.
    variant
        Name of the cycle.
    efficiency
        Isentropic efficiency of each compressor stage [-].
    approaches
        Temperature differences of the machine.

    Returns
    -------
    source
        The machine and its grid.
    """
    top = limits.max_condensing_degc
    if variant == TRANSCRITICAL:
        top = assumption("heat_pumps", TRANSCRITICAL, "max_return_degc").value
    source = CellSource(
        refrigerant=limits,
        approaches=approaches,
        isentropic_efficiency=efficiency,
        grid=make_grid(variant, approaches, max_condensing_degc=top),
    )
    if variant == TRANSCRITICAL:
        return source
    grid = make_grid(
        variant,
        approaches,
        max_condensing_degc=top,
        share=typical_share(source),
        kinks=glide_kinks(source),
    )
    return replace(source, grid=grid)


def exact_solver(source: CellSource, limit_degc: float) -> Callable[[float, float, float], Cycle]:
    """
    Exact cycle by evaporating temperature, sink in and sink out.

    Parameters
    ----------
    source
        Whose cycles.
    limit_degc
        Warmest condensing temperature [°C].

    Returns
    -------
    solve
        Function of three temperatures [°C].
    """
    fluid = fluid_of(source.refrigerant.key)
    efficiency, approaches = source.isentropic_efficiency, source.approaches

    def solve(evaporating: float, sink_in: float, sink_out: float) -> Cycle:
        """Solve one point."""
        if source.grid.variant == TRANSCRITICAL:
            return solve_transcritical(
                fluid,
                evaporating,
                (sink_in, sink_out),
                approaches=approaches,
                isentropic_efficiency=efficiency,
                max_bar=source.refrigerant.max_condensing_bar,
            )
        return solve_lift(
            fluid,
            evaporating,
            (sink_in, sink_out),
            approaches=approaches,
            isentropic_efficiency=efficiency,
            max_condensing_degc=limit_degc,
            variant=source.grid.variant,
        )

    return solve


def typical_share(source: CellSource) -> tuple[float, float]:
    """
    Share of the sink's glide that lies below the dew point, for the grid.

    Parameters
    ----------
    source
        Whose cycles; only the axes of its grid may be provisional.

    Returns
    -------
    share, share_per_k
        Share at no lift [-], and its fall per kelvin from evaporation to leaving water [1/K].
    """
    top = source.refrigerant.max_condensing_degc
    sink_out = 0.75 * top
    sink_in, solve = 0.5 * sink_out, exact_solver(source, limit_degc=top)
    shares, lifts = [], []
    for evaporating in (sink_in - 5.0, sink_in - 30.0):
        cycle = solve(evaporating, sink_in, sink_out)
        rise = cycle.condensing_degc - sink_in - source.approaches.condenser_pinch_k
        shares.append(rise / (sink_out - sink_in))
        lifts.append(sink_out - evaporating)
    fall = (shares[0] - shares[1]) / (lifts[1] - lifts[0])
    if not np.isfinite(fall):
        return 1.0, 0.0
    fall = round(float(np.clip(fall, 0.0, _STEEPEST_SHARE_PER_K)), 4)
    return round(shares[0] + fall * lifts[0], 3), fall


def glide_kinks(source: CellSource) -> tuple[float, float]:
    """
    Glides of the sink between which a blend's pinch moves from its dew to its bubble point [K].

    Parameters
    ----------
    source
        Whose cycles.

    Returns
    -------
    low, high
        The pinch moves where the water's rise beside the condensing blend equals the blend's own
        glide, hence at that glide per share of latent heat; both 0 for a pure fluid.
    """
    fluid = fluid_of(source.refrigerant.key)
    warmest = source.refrigerant.max_condensing_degc
    glides = []
    for condensing in (_MILD_DEGC, warmest):
        high = fluid.saturation(condensing + ZERO_CELSIUS_KELVIN)
        glides.append(high.temperature_kelvin - high.bubble_kelvin)
    mild, limit = glides
    return min(glides) / _LATENT_MOST, max(mild / _LATENT_MILD, limit / _LATENT_LIMIT)
