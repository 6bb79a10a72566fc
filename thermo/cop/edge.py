"""
Cells of a COP table that an edge crosses: a blend's limit, or where a gas cooler begins to pinch.

A blend has no states beyond its limit, so a crossed cell lacks some of its nodes. They are
continued from the nodes below; the cell's check points on this side of the limit say how well. The
best pressure of a gas cooler does not depend on the leaving water until the pinch asks for more;
cells crossed by that edge are not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .cells import QUANTITIES, corners

if TYPE_CHECKING:
    import numpy.typing as npt

    from .grid import Grid

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

# How many nodes in a row are continued beyond the limit of a blend, from how many below a cell: so
# few that a cell never depends on nodes solved for another.
_GHOSTS, _SUPPORTS = 4, 4
_SAME_LOG_BAR = 1e-9


def nodes_below(grid: Grid, cells: Whole) -> Whole:
    """
    Numbers of the nodes just below cells along the first axis, see `completed`.

    Parameters
    ----------
    grid
        The grid.
    cells
        Numbers of cells.

    Returns
    -------
    nodes
        Different numbers, in order.
    """
    sizes = tuple(len(axis.nodes) for axis in grid.axes)
    warm, second, glide = np.unravel_index(corners(grid, cells)[:, :9].ravel(), sizes)
    steps = np.arange(1, _SUPPORTS + 1)[:, None]
    below = warm - steps
    flat = np.ravel_multi_index(
        (np.maximum(below, 0), second + 0 * steps, glide + 0 * steps), sizes
    )
    return np.unique(flat[below >= 0])


def completed(
    grid: Grid, nodes: Floats, solved: npt.NDArray[np.bool_], *, limit_degc: float
) -> Floats:
    """
    Nodes with the first few beyond the limit of a blend continued from those below it.

    Parameters
    ----------
    grid
        The grid.
    nodes
        Quantities at all nodes; NaN where the refrigerant cannot condense.
    solved
        Which nodes were solved; the others stay NaN.
    limit_degc
        Warmest condensing temperature of the refrigerant [°C]. A node whose continuation is colder
        than that lacks its cycle for another reason, and stays NaN.

    Returns
    -------
    nodes
        The same with some NaN replaced by the parabola through the last three nodes along the
        first axis. Points beyond the limit stay refused: this only lets the cells that the limit
        crosses be used, and their check points are compared on this side of it.
    """
    along = grid.axes[0].nodes
    cube = nodes.reshape(*(len(axis.nodes) for axis in grid.axes), QUANTITIES).copy()
    known = solved.reshape(cube.shape[:3])
    depth = np.zeros(cube.shape[1:3], dtype=np.int64)
    for at in range(3, len(along)):
        ghost = known[at] & np.isnan(cube[at]).any(axis=-1) & (depth < _GHOSTS)
        ghost &= np.isfinite(cube[at - 3 : at]).all(axis=(0, -1))
        if ghost.any():
            x = along[at - 3 : at]
            gap = along[at] - x
            weights = [
                gap[1] * gap[2] / ((x[0] - x[1]) * (x[0] - x[2])),
                gap[0] * gap[2] / ((x[1] - x[0]) * (x[1] - x[2])),
                gap[0] * gap[1] / ((x[2] - x[0]) * (x[2] - x[1])),
            ]
            beyond = np.einsum("i,ijkq->jkq", weights, cube[at - 3 : at])
            ghost &= beyond[..., 1] > limit_degc
            cube[at][ghost] = beyond[ghost]
        depth = np.where(ghost, depth + 1, 0)
    return np.asarray(cube.reshape(nodes.shape))


def nodes_without_glide(grid: Grid, numbers: Whole) -> Whole:
    """
    Nodes of the same first coordinates at the least glide.

    Parameters
    ----------
    grid
        The grid.
    numbers
        Numbers of nodes.

    Returns
    -------
    nodes
        Shaped like the numbers.
    """
    return numbers - numbers % len(grid.axes[2].nodes)


def pinch_begins(grid: Grid, nodes: Floats, numbers: Whole) -> npt.NDArray[np.bool_]:
    """
    Cells in which a gas cooler passes from its best pressure to one that the pinch asks for.

    Parameters
    ----------
    grid
        The grid.
    nodes
        Quantities at all nodes.
    numbers
        Cells by the numbers of their 27 nodes.

    Returns
    -------
    begins
        One flag per cell.
    """
    pressure = nodes[:, QUANTITIES - 1]
    best = pressure[numbers] <= pressure[nodes_without_glide(grid, numbers)] + _SAME_LOG_BAR
    return np.asarray(best.any(axis=1) & ~best.all(axis=1))
