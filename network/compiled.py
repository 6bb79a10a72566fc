"""
Loops compiled to machine code, and what they all need: a binary heap and adjacency lists.

Searches on graphs whose costs change at every step cannot be written as array operations; numba
compiles them once and keeps the result beside the module. Kernels take and return plain arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

Kernel = TypeVar("Kernel", bound="Callable[..., object]")


def compiled(function: Kernel) -> Kernel:
    """Function compiled at its first call, the machine code kept on disk."""
    return cast("Kernel", numba.njit(cache=True, error_model="numpy")(function))


@compiled
def heap_push(
    keys: npt.NDArray[np.float64], items: npt.NDArray[np.int64], size: int, key: float, item: int
) -> int:
    """Put an item on a binary min-heap held in two arrays and return the new size."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if keys[above] <= key:
            break
        keys[place], items[place] = keys[above], items[above]
        place = above
    keys[place], items[place] = key, item
    return size + 1


@compiled
def heap_pop(keys: npt.NDArray[np.float64], items: npt.NDArray[np.int64], size: int) -> int:
    """Move the smallest item to position ``size - 1`` and return the new size."""
    key, item = keys[0], items[0]
    last = size - 1
    moved_key, moved_item = keys[last], items[last]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= last:
            break
        if below + 1 < last and keys[below + 1] < keys[below]:
            below += 1
        if moved_key <= keys[below]:
            break
        keys[place], items[place] = keys[below], items[below]
        place = below
    keys[place], items[place] = moved_key, moved_item
    keys[last], items[last] = key, item
    return last


def adjacency(
    nodes: int, tail: npt.NDArray[np.int64], head: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Neighbours of each node as three arrays.

    Parameters
    ----------
    nodes
        Number of nodes.
    tail, head
        Ends of each undirected edge, shape (edges,).

    Returns
    -------
    start, neighbour, edge
        Node ``v`` meets ``neighbour[start[v]:start[v + 1]]`` by the edges at the same places.

    Examples
    --------
    >>> start, neighbour, edge = adjacency(3, np.array([0, 1]), np.array([1, 2]))
    >>> neighbour[start[1] : start[2]].tolist(), edge[start[1] : start[2]].tolist()
    ([0, 2], [0, 1])
    """
    ends = np.concatenate([tail, head])
    others = np.concatenate([head, tail])
    number = np.tile(np.arange(len(tail)), 2)
    order = np.lexsort((number, ends))
    start = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=nodes))])
    return start.astype(np.int64), others[order].astype(np.int64), number[order].astype(np.int64)
