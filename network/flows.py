"""
Flows on a tree of trenches: what each section carries.

`Tree` is a rooted tree in arrays, sorted from the root outwards, so that sums towards the root and
products away from it run level by level. Peaks of many consumers do not fall together: the design
flow of a section is the sum downstream times a diversity factor of their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from .routing import ShortestPaths, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """
    A rooted tree on the street graph, arrays of shape (tree nodes,), sorted by level.

    Attributes
    ----------
    node
        Graph node; the root comes first.
    parent
        Position in the tree of the node towards the root; the root is its own parent.
    edge
        Graph edge to the parent, -1 at the root.
    start
        Where each level begins, and the number of tree nodes at the end; shape (levels + 1,).
    """

    node: npt.NDArray[np.int64]
    parent: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]

    def levels(self) -> Iterator[slice]:
        """Levels below the root, from the nearest outwards."""
        for first, last in zip(self.start[1:-1], self.start[2:], strict=True):
            yield slice(int(first), int(last))

    def downstream(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Sum of a value over each node and everything behind it."""
        total = values.astype(float)
        for level in reversed(list(self.levels())):
            np.add.at(total, self.parent[level], total[level])
        return total

    def largest_downstream(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Largest value at each node and behind it."""
        largest = values.astype(float)
        for level in reversed(list(self.levels())):
            np.maximum.at(largest, self.parent[level], largest[level])
        return largest

    def upstream(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Sum of a value along the way from the root to each node, the node's own included."""
        total = values.astype(float)
        for level in self.levels():
            total[level] += total[self.parent[level]]
        return total

    def pruned(self, keep: npt.NDArray[np.bool_]) -> Tree:
        """The tree of the kept nodes; a kept node's parent must be kept, the root always is."""
        place = np.cumsum(keep) - 1
        sizes = [int(keep[:1].sum())] + [int(keep[level].sum()) for level in self.levels()]
        sizes = sizes[: 1 + int(np.count_nonzero(sizes[1:]))]
        return Tree(
            node=self.node[keep],
            parent=place[self.parent[keep]],
            edge=self.edge[keep],
            start=np.concatenate([[0], np.cumsum(sizes)]),
        )


def tree_of_routes(paths: ShortestPaths, steps: Trace) -> Tree:
    """
    Union of shortest routes from one source.

    Parameters
    ----------
    paths
        The shortest paths.
    steps
        The routes traced on them.

    Returns
    -------
    tree
        Every node any route passes, once.
    """
    first = np.ones(len(steps.route), dtype=bool)
    first[1:] = steps.route[1:] != steps.route[:-1]
    number = np.arange(len(first))
    level = number - np.maximum.accumulate(np.where(first, number, 0)) + 1
    node, at = np.unique(steps.node, return_index=True)
    order = np.lexsort((node, level[at]))
    node, edge, level = node[order], steps.edge[at][order], level[at][order]
    place = np.zeros(len(paths.predecessor), dtype=np.int64)
    place[node] = np.arange(1, len(node) + 1)
    return Tree(
        node=np.concatenate([[paths.source], node]),
        parent=np.concatenate([[0], place[paths.predecessor[node]]]),
        edge=np.concatenate([[-1], edge]),
        start=np.concatenate([[0], np.cumsum(np.bincount(np.concatenate([[0], level])))]),
    )


def tree_of_parents(
    parent: npt.NDArray[np.int64], edge: npt.NDArray[np.int64], order: npt.NDArray[np.int64]
) -> Tree:
    """
    Tree given by the node and edge towards the root at each node.

    Parameters
    ----------
    parent, edge
        Node and edge towards the root at each node of the graph; -1 at the root.
    order
        Nodes of the tree, every parent before its children, the root first.

    Returns
    -------
    tree
        The tree, sorted by level and, within a level, by node.

    Examples
    --------
    >>> tree = tree_of_parents(np.array([-1, 0, 1]), np.array([-1, 5, 6]), np.array([0, 1, 2]))
    >>> tree.node.tolist(), tree.parent.tolist(), tree.edge.tolist(), tree.start.tolist()
    ([0, 1, 2], [0, 0, 1], [-1, 5, 6], [0, 1, 2, 3])
    """
    level = np.zeros(len(parent), dtype=np.int64)
    for node in order[1:].tolist():
        level[node] = level[parent[node]] + 1
    nodes = order[np.lexsort((order, level[order]))]
    place = np.zeros(len(parent), dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    above = place[np.maximum(parent[nodes], 0)]
    above[0] = 0
    return Tree(
        node=nodes,
        parent=above,
        edge=edge[nodes],
        start=np.concatenate([[0], np.cumsum(np.bincount(level[nodes]))]),
    )


@lru_cache(maxsize=1)
def _winter_2001() -> dict[str, float]:
    """Coefficients of the diversity factor."""
    row = wide("diversity").loc["winter_2001"]
    return dict(zip(row.index.tolist(), row.to_numpy(dtype=float).tolist(), strict=True))


def diversity_factor(consumers: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """
    Share of the sum of peaks that arises at one time.

    Parameters
    ----------
    consumers
        Number of consumers, a scalar or an array.

    Returns
    -------
    factor
        1 for one consumer or none, falling with their number; constant beyond 200.

    Notes
    -----
    ``f(n) = a + b / (1 + (n/c)^d)`` for 1 < n ≤ 200 [1]_, coefficients from the table
    ``diversity``. Measured on small biomass heat networks, so on mixed buildings.

    References
    ----------
    .. [1] W. Winter, T. Haslauer, I. Obernberger, "Untersuchungen der Gleichzeitigkeit in kleinen
       und mittleren Nahwärmenetzen", Euroheat & Power 9/10, 2001.

    Examples
    --------
    >>> diversity_factor([1, 10, 100]).round(2).tolist()
    [1.0, 0.97, 0.59]
    """
    fit = _winter_2001()
    number = np.minimum(np.asarray(consumers, dtype=float), fit["consumers_max"])
    ratio = (number / fit["scale_consumers"]) ** fit["exponent"]
    factor = fit["floor_share"] + fit["span_share"] / (1.0 + ratio)
    return np.where(number <= 1.0, 1.0, np.minimum(factor, 1.0))


def design_peak_kw(
    peak_sum_kw: npt.ArrayLike,
    consumers: npt.ArrayLike,
    largest_kw: npt.ArrayLike,
    *,
    coincident_kw: npt.ArrayLike = 0.0,
) -> npt.NDArray[np.float64]:
    """
    Heat flow a section is designed for.

    Parameters
    ----------
    peak_sum_kw
        Sum of the consumers' peaks [kW].
    consumers
        Number of consumers.
    largest_kw
        Largest single peak [kW].
    coincident_kw
        Sum of what the consumers are known to draw at the same hour [kW]; peaks estimated from
        standard load profiles are coincident to a share given in the table ``diversity``.

    Returns
    -------
    peak_kw
        Sum times diversity factor, never below the largest single peak nor the coincident sum [kW].

    Examples
    --------
    >>> float(design_peak_kw(500.0, 50, 400.0))
    400.0
    """
    diverse = np.asarray(peak_sum_kw) * diversity_factor(consumers)
    return np.maximum(np.maximum(diverse, largest_kw), coincident_kw)
