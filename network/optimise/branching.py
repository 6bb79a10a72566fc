"""
Branch and bound over consumers that are in or out, whatever the rule that needs it.

A branch is two masks: who must and who must not be connected. The caller bounds a branch by a
relaxed problem and names the unit (a consumer or a group) to part it by; the branch with the
lowest bound comes next (Land and Doig 1960). The bound handed back holds over all branches, those
not looked at included.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .model import UNUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from .model import Model

    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

TOLERANCE = 1e-9
"""Relative difference below which two objectives count as equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    A solution under rules on consumers.

    Attributes
    ----------
    parent_edge
        Edge towards the root at each node, -1 outside the tree.
    objective
        Its objective in the model given; inf if no allowed solution was found.
    lower_bound
        Value that no allowed solution undercuts.
    proven
        Whether the two meet.
    branches
        Number of relaxed problems solved.
    """

    parent_edge: Ints
    objective: float
    lower_bound: float
    proven: bool
    branches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """Bound of one branch, solutions worth trying, and the unit to part it by (-1: none)."""

    lower_bound: float
    candidates: tuple[Ints, ...]
    split: int


def search_branches(
    model: Model,
    *,
    forced: Flags,
    forbidden: Flags,
    units: Sequence[Ints],
    relax: Callable[[Flags, Flags], Relaxed],
    value: Callable[[Ints], float],
    branches: int,
) -> Choice:
    """
    Branch and bound over units of consumers that are all in or all out, lowest bound first.

    Parameters
    ----------
    model
        The problem.
    forced, forbidden
        Masks of the consumers settled from the start.
    units
        Consumers decided together.
    relax
        Bound and candidates of a branch from its masks of forced and forbidden consumers.
    value
        Objective of a candidate; inf where it is not allowed.
    branches
        Most branches to look at.

    Returns
    -------
    choice
        Best candidate and a bound over all branches, looked at or not.
    """
    best, tree = np.inf, np.full(model.nodes, UNUSED, dtype=np.int64)
    closed, looked = np.inf, 0
    queue: list[tuple[float, int, Flags, Flags]] = [(-np.inf, 0, forced, forbidden)]
    while queue and looked < branches and not _settled(best, queue[0][0]):
        above, _, must, banned = heapq.heappop(queue)
        relaxed = relax(must, banned)
        looked += 1
        for candidate in relaxed.candidates:
            worth = value(candidate)
            if worth < best:
                best, tree = worth, candidate
        bound = max(above, relaxed.lower_bound)
        if relaxed.split < 0:
            closed = min(closed, bound)
            continue
        inside, outside = must.copy(), banned.copy()
        inside[units[relaxed.split]] = True
        outside[units[relaxed.split]] = True
        heapq.heappush(queue, (bound, 2 * looked, inside, banned))
        heapq.heappush(queue, (bound, 2 * looked + 1, must, outside))
    lower = min(best, closed, queue[0][0] if queue else np.inf)
    return Choice(
        parent_edge=tree,
        objective=best,
        lower_bound=lower,
        proven=_settled(best, lower),
        branches=looked,
    )


def _settled(objective: float, bound: float) -> bool:
    """Whether an objective meets a bound."""
    slack = TOLERANCE * max(abs(objective), 1.0)
    return bool(np.isfinite(objective) and objective - bound <= slack)
