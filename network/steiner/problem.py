"""
The Steiner problem in arrays: a connected graph, its weights, and the nodes to be joined.

Every step of the solution (reductions, heuristics, bounds, cuts) takes a `Problem` and speaks of
its edges by position. Each edge stands for two arcs: ``2 e`` from tail to head, ``2 e + 1`` back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import adjacency

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

ROUNDING_SHARE = 1e-9
"""Share of a length below which two lengths count as one: what adding floats leaves."""

LARGEST_WHOLE = 2.0**52
"""Whole numbers up to here are added without rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    An undirected graph and the nodes a tree has to join.

    Attributes
    ----------
    tail, head
        Ends of each edge, shape (m,); no loops.
    weight
        Weight of each edge, shape (m,), at least 0.
    terminal
        Whether a node has to be joined, shape (n,).
    start, neighbour, arc
        Node ``v`` meets ``neighbour[start[v]:start[v + 1]]``; ``arc`` is the arc leading there.
    unit
        Largest number of which every weight is a whole multiple, 0 where there is none.
    """

    tail: Ints
    head: Ints
    weight: Floats
    terminal: Flags
    start: Ints
    neighbour: Ints
    arc: Ints
    unit: float

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.terminal)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.tail)

    @property
    def terminals(self) -> Ints:
        """Nodes to be joined."""
        return np.flatnonzero(self.terminal)

    @property
    def arc_weight(self) -> Floats:
        """Weight of each arc, shape (2 m,)."""
        return np.repeat(self.weight, 2)

    def target(self, length: float) -> float:
        """Length a tree may have at most to count as shorter than one of the given length."""
        if self.unit > 0.0:
            return length - self.unit * 0.5
        return length * (1.0 - 0.1 * ROUNDING_SHARE)

    def raised(self, bound: float) -> float:
        """Lower bound rounded up to what a sum of the weights can be."""
        if self.unit > 0.0 and np.isfinite(bound):
            return float(np.ceil(bound / self.unit - 1e-6) * self.unit)
        return bound


def make_problem(
    tail: Ints, head: Ints, *, weight: Floats, terminal: Flags, unit: float | None = None
) -> Problem:
    """
    Problem of the given edges.

    Parameters
    ----------
    tail, head
        Ends of each edge, shape (m,).
    weight
        Weight of each edge, shape (m,).
    terminal
        Whether a node has to be joined, shape (n,).
    unit
        Number of which every weight is a whole multiple, 0 for none; default: found out.

    Returns
    -------
    problem
        The problem with its adjacency lists.

    Examples
    --------
    >>> ends = np.array([0, 1]), np.array([1, 2])
    >>> flags = np.array([True, False, True])
    >>> make_problem(*ends, weight=np.array([4.0, 6.0]), terminal=flags).unit
    2.0
    """
    start, neighbour, edge = adjacency(len(terminal), tail, head)
    owner = np.repeat(np.arange(len(terminal)), np.diff(start))
    return Problem(
        tail=np.ascontiguousarray(tail, dtype=np.int64),
        head=np.ascontiguousarray(head, dtype=np.int64),
        weight=np.ascontiguousarray(weight, dtype=np.float64),
        terminal=np.ascontiguousarray(terminal, dtype=np.bool_),
        start=start,
        neighbour=neighbour,
        arc=2 * edge + (tail[edge] != owner) if len(tail) else edge,
        unit=common_unit(weight) if unit is None else unit,
    )


def common_unit(weight: Floats) -> float:
    """Greatest common divisor of whole weights, 0 where some weight is not whole."""
    whole = bool((weight == np.round(weight)).all()) and float(weight.sum()) < LARGEST_WHOLE
    return float(np.gcd.reduce(weight.astype(np.int64))) if whole and len(weight) else 0.0


def part_of(problem: Problem, edges: Ints, *, extra: Ints | None = None) -> tuple[Problem, Ints]:
    """
    Problem on some of the edges, and the node of the whole behind each of its nodes.

    Parameters
    ----------
    problem
        The whole problem.
    edges
        Positions of the edges to keep.
    extra
        Nodes to be joined besides the terminals that the edges touch.

    Returns
    -------
    part, node
        The part, whose edges stand in the given order, and its nodes in the whole.
    """
    node, ends = np.unique(
        np.stack([problem.tail[edges], problem.head[edges]]), return_inverse=True
    )
    ends = ends.reshape(2, -1)
    terminal = problem.terminal.copy()
    if extra is not None:
        terminal[extra] = True
    part = make_problem(
        ends[0],
        ends[1],
        weight=problem.weight[edges],
        terminal=terminal[node],
        unit=problem.unit,
    )
    return part, node
