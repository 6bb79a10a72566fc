"""
Cells of a COP table: solved at their nodes, fitted by polynomials, checked between the nodes.

What is tabulated is smooth, also where the lift is small: Carnot's COP per COP, condensing and
discharge temperature, and the logarithm of the pressure. Whose cycles they are says a
`cop_source.CellSource`; which cells are filled and read is decided in `cop_table`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..cycle import ZERO_CELSIUS_KELVIN
from ..cycles.cycle_choice import TRANSCRITICAL
from ..cycles.pinch import Cycle
from .grid import COLDEST_DEGC, WARMEST_DEGC
from .source import CellSource, exact_solver

if TYPE_CHECKING:
    import numpy.typing as npt

    from .grid import Grid

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

QUANTITIES, NODES = 4, 27
# What a cell's check points should keep; it is used up to a few times those of temperatures.
COP_TOLERANCE = 6e-4
CONDENSING_TOLERANCE_K, DISCHARGE_TOLERANCE_K, LOG_BAR_TOLERANCE = 0.006, 0.02, 1.5e-4
# Best gas-cooler pressures are flat optima, so pressure and discharge vary more than the COP.
FLAT_DISCHARGE_TOLERANCE_K, _FLAT_LOG_BAR_TOLERANCE = 0.3, 5e-3
# The error of a parabola is largest near these places.
_CHECKS = np.array([[0.25, 0.25, 0.25], [0.75, 0.75, 0.75]])
# Kinks of blends lie across cells: two more places.
_BLEND_CHECKS = np.array([[0.25, 0.75, 0.5], [0.75, 0.25, 0.5]])
# For cells in which nothing condenses at any of those, places on their coldest face.
_COLD_CHECKS = np.array(
    [[0.0, 0.25, 0.75], [0.0, 0.75, 0.25], [0.0, 0.25, 0.25], [0.0, 0.75, 0.75]]
)
# Nodes of pure fluids may lie beyond the machine's limit, but not at the critical point.
_CRITICAL_MARGIN_K = 1.5
# Coefficients of a parabola through its values at 0, 1/2 and 1.
_PARABOLA = np.array([[1.0, 0.0, 0.0], [-3.0, 4.0, -1.0], [2.0, -4.0, 2.0]])


class Cycles(NamedTuple):
    """Solved cycles, one value per point; NaN as in `heatreach.thermo.cycles.pinch.Cycle`."""

    shaft_cop: Floats
    evaporating_degc: Floats
    condensing_degc: Floats
    discharge_degc: Floats
    condensing_bar: Floats


def evaluate(
    coefficients: npt.NDArray[np.float32], row: Whole, place: Floats
) -> npt.NDArray[np.float32]:
    """
    Quantities of points by the polynomials of their cells.

    Parameters
    ----------
    coefficients
        One row of polynomials per cell.
    row
        Row of each point.
    place
        Place of each point within its cell, three shares by points.

    Returns
    -------
    quantities
        Points by quantities.
    """
    x, y, z = place.astype(np.float32)
    one = np.ones_like(x)
    flat = np.stack([one, x, x * x], axis=1)[:, :, None] * np.stack([one, y, y * y], 1)[:, None, :]
    cube = flat.reshape(-1, 9)[:, :, None] * np.stack([one, z, z * z], axis=1)[:, None, :]
    rows = coefficients.take(row, axis=0)
    found: npt.NDArray[np.float32] = np.einsum("nqk,nk->nq", rows, cube.reshape(-1, 27))
    return found


def _quantities(cycles: Floats, sink_out: Floats, variant: str) -> Floats:
    """Smooth quantities to tabulate, from rows of solved cycles."""
    cop, evaporating, condensing, discharge, bar = cycles.T
    if variant == TRANSCRITICAL:
        return np.stack([1.0 / cop, sink_out, discharge, np.log(bar)], axis=1)
    # Inverse of the share of Carnot's COP: nearly constant, also where the lift is small.
    carnot = (condensing + ZERO_CELSIUS_KELVIN) / (condensing - evaporating)
    return np.stack([carnot / cop, condensing, discharge, np.log(bar)], axis=1)


def cycles_from(quantities: Floats, evaporating: Floats, variant: str) -> Cycles:
    """
    Cycles from tabulated quantities.

    Parameters
    ----------
    quantities
        Points by quantities.
    evaporating
        Evaporating temperatures [°C].
    variant
        Name of the cycle.

    Returns
    -------
    cycles
        One value per point.
    """
    first, condensing, discharge, log_bar = quantities.T
    bar = np.exp(log_bar)
    if variant == TRANSCRITICAL:
        nothing = np.full(len(first), np.nan)
        return Cycles(1.0 / first, evaporating.copy(), nothing, discharge.copy(), bar)
    with np.errstate(divide="ignore", invalid="ignore"):
        cop = (condensing + ZERO_CELSIUS_KELVIN) / ((condensing - evaporating) * first)
    return Cycles(cop, evaporating.copy(), condensing.copy(), discharge.copy(), bar)


def polynomials(values: Floats) -> npt.NDArray[np.float32]:
    """
    Coefficients of each cell, parabolas along each axis through its nodes' values.

    Parameters
    ----------
    values
        Cells by 27 nodes by quantities.

    Returns
    -------
    coefficients
        Cells by quantities by 27.
    """
    cube = values.reshape(len(values), 3, 3, 3, QUANTITIES)
    found = np.einsum("ai,bj,ck,nijkq->nqabc", _PARABOLA, _PARABOLA, _PARABOLA, cube, optimize=True)
    return np.asarray(found.reshape(len(values), QUANTITIES, NODES), dtype=np.float32)


def corners(grid: Grid, cells: Whole) -> Whole:
    """
    Numbers of the 27 nodes of each cell.

    Parameters
    ----------
    grid
        The grid.
    cells
        Numbers of cells.

    Returns
    -------
    nodes
        Cells by 27.
    """
    warm, second, glide = np.unravel_index(cells, grid.shape)
    step = np.arange(3)
    sizes = tuple(len(axis.nodes) for axis in grid.axes)
    corner = np.ravel_multi_index(
        (
            (2 * warm[:, None] + step)[:, :, None, None],
            (2 * second[:, None] + step)[:, None, :, None],
            (2 * glide[:, None] + step)[:, None, None, :],
        ),
        sizes,
    )
    return corner.reshape(len(cells), NODES)


def solve_nodes(source: CellSource, numbers: Whole) -> Floats:
    """
    Quantities at nodes, solved one after another.

    Parameters
    ----------
    source
        Whose cycles.
    numbers
        Numbers of nodes.

    Returns
    -------
    quantities
        Nodes by quantities; NaN where there is no cycle or the water makes no sense.
    """
    sizes = tuple(len(axis.nodes) for axis in source.grid.axes)
    along = np.unravel_index(numbers, sizes)
    places = [axis.nodes[at] for axis, at in zip(source.grid.axes, along, strict=True)]
    return _solve_places(source, *places)


def _sensible(grid: Grid, numbers: Whole) -> npt.NDArray[np.bool_]:
    """Nodes whose evaporating temperature is one that machines see."""
    sizes = tuple(len(axis.nodes) for axis in grid.axes)
    along = np.unravel_index(numbers, sizes)
    places = [axis.nodes[at] for axis, at in zip(grid.axes, along, strict=True)]
    evaporating, _, _ = grid.temperatures(*places)
    return np.asarray((evaporating >= COLDEST_DEGC) & (evaporating <= WARMEST_DEGC))


def _solve_places(source: CellSource, warm: Floats, second: Floats, glide: Floats) -> Floats:
    """Quantities at coordinates, solved one after another."""
    points = np.stack(source.grid.temperatures(warm, second, glide), axis=1)
    limit = source.refrigerant.max_condensing_degc
    if source.refrigerant.kind == "pure":
        limit = source.refrigerant.critical_degc - _CRITICAL_MARGIN_K
    solve = exact_solver(source, limit_degc=limit)
    cycles = np.full((len(points), len(Cycle._fields)), np.nan)
    sensible = (points[:, 0] >= COLDEST_DEGC) & (points[:, 0] <= WARMEST_DEGC)
    for number in np.flatnonzero(sensible).tolist():
        try:
            cycles[number] = solve(*points[number].tolist())
        except ValueError:
            # Outside what the equations of state know: the cell is then not used, and the node does
            # not count as one that would condense too warm.
            cycles[number, Cycle._fields.index("condensing_degc")] = -np.inf
    with np.errstate(invalid="ignore", divide="ignore"):
        return _quantities(cycles, points[:, 2], source.grid.variant)


def check(
    source: CellSource, cells: Whole, coefficients: npt.NDArray[np.float32]
) -> tuple[Floats, Floats]:
    """
    Errors of cells between their nodes.

    Parameters
    ----------
    source
        Whose cycles.
    cells
        Numbers of cells.
    coefficients
        Their polynomials.

    Returns
    -------
    error_share
        Largest relative error of shaft COP at the check points of each cell [-]; NaN if nothing
        condenses at any of them.
    gap
        Largest error of the other quantities per their tolerance [-].
    """
    grid = source.grid
    along = np.unravel_index(cells, grid.shape)
    errors, gaps = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    more = _BLEND_CHECKS if source.refrigerant.kind == "blend" else _BLEND_CHECKS[:0]
    usual = (*_CHECKS, *more)
    for number, share in enumerate((*usual, *_COLD_CHECKS)):
        asked = np.flatnonzero(np.isnan(errors) | (number < len(usual)))
        places = [
            axis.edges[at[asked]] + part * np.diff(axis.edges)[at[asked]]
            for axis, at, part in zip(grid.axes, along, share, strict=True)
        ]
        exact = _solve_places(source, *places)
        found = evaluate(coefficients, asked, np.tile(share[:, None], len(asked)))
        evaporating, _, _ = grid.temperatures(*places)
        ours = cycles_from(found.astype(np.float64), evaporating, grid.variant).shaft_cop
        theirs = cycles_from(exact, evaporating, grid.variant).shaft_cop
        errors[asked] = np.fmax(errors[asked], np.abs(ours / theirs - 1.0))
        off = np.abs(found[:, 1:] - exact[:, 1:]) / _tolerances(grid.variant)
        gaps[asked] = np.fmax(gaps[asked], off.max(axis=1))
    return errors, gaps


def _tolerances(variant: str) -> Floats:
    """Tolerances of condensing and discharge temperature and of the pressure's logarithm."""
    if variant == TRANSCRITICAL:
        discharge, log_bar = FLAT_DISCHARGE_TOLERANCE_K, _FLAT_LOG_BAR_TOLERANCE
    else:
        discharge, log_bar = DISCHARGE_TOLERANCE_K, LOG_BAR_TOLERANCE
    return np.array([CONDENSING_TOLERANCE_K, discharge, log_bar])


def too_warm(source: CellSource, numbers: Whole, values: Floats) -> npt.NDArray[np.bool_]:
    """
    Cells in which the refrigerant would condense beyond its limit at every point.

    Parameters
    ----------
    source
        Whose cycles.
    numbers
        Cells by the numbers of their 27 nodes.
    values
        Cells by 27 nodes by quantities.

    Returns
    -------
    too_warm
        One flag per cell.
    """
    if source.grid.variant == TRANSCRITICAL:
        return np.zeros(len(numbers), dtype=bool)
    condensing = values[:, :, 1]
    sensible = _sensible(source.grid, numbers)
    # Warmer water never condenses colder, so what no corner can do nothing between them can.
    beyond = ~(condensing <= source.refrigerant.max_condensing_degc + CONDENSING_TOLERANCE_K)
    return np.asarray(sensible.any(axis=1) & (beyond | ~sensible).all(axis=1))
