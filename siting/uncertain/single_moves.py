"""
One assumption moved at a time: figures of all projects, so that their order can be made anew.

What belongs to one project, its demand or its pipes, is moved in that project alone; what all
share, a price, in all of them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


class Moves(NamedTuple):
    """Figures with one assumption moved: which driver, to which end (0 low, 1 high), whose."""

    figures: dict[str, Floats]
    driver: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    project: npt.NDArray[np.int64]


def single_moves(
    central: Mapping[str, Any], moved: Mapping[str, Any], own: Sequence[bool]
) -> Moves:
    """
    Every assumption at each end of its range, alone.

    Parameters
    ----------
    central
        Figures by objective at the central values; shape (projects,).
    moved
        The same with one driver at an end, in every project; shape (projects, drivers, 2).
    own
        Of each driver, whether it belongs to one project (its demand, its pipes) rather than to all
        (the price of electricity): then one project's is moved and the others stay.

    Returns
    -------
    moves
        ``figures`` of shape (projects, moves); ``project`` is −1 where a driver moves in all.

    Examples
    --------
    >>> moved = [[[1.0, 9.0]], [[2.0, 8.0]]]
    >>> single_moves({"npv": [5.0, 6.0]}, {"npv": moved}, [True]).figures["npv"].tolist()
    [[1.0, 5.0, 9.0, 5.0], [6.0, 2.0, 6.0, 8.0]]
    """
    mine = np.flatnonzero(np.asarray(own, dtype=bool))
    shared = np.flatnonzero(~np.asarray(own, dtype=bool))
    count = len(np.asarray(next(iter(central.values()))))
    turned = {}
    for name, cells in moved.items():
        figures, middle = np.asarray(cells, dtype=float), np.asarray(central[name], dtype=float)
        # One column per driver, end and project: all at the middle but that project.
        alone = np.broadcast_to(middle[:, None, None, None], (count, len(mine), 2, count)).copy()
        each = np.arange(count)
        alone[each, :, :, each] = figures[:, mine]
        turned[name] = np.concatenate(
            [figures[:, shared].reshape(count, -1), alone.reshape(count, -1)], axis=1
        )
    return Moves(
        turned,
        np.concatenate([np.repeat(shared, 2), np.repeat(mine, 2 * count)]),
        np.concatenate(
            [np.tile([0, 1], len(shared)), np.tile(np.repeat([0, 1], count), len(mine))]
        ),
        np.concatenate([np.full(2 * len(shared), -1), np.tile(np.arange(count), 2 * len(mine))]),
    )
