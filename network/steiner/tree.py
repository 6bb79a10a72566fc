"""
The shortest tree that joins given places along a graph, with proof or with a bound.

`steiner_tree` takes a networkx graph or a `StreetGraph`, checks what it is given, solves, and adds
the tree up again from its own edges: a bound above the length, or edges that are no tree, raise an
error instead of being handed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .given import in_arrays, reachable_nodes, terminal_flags
from .kernels import spanning_tree
from .problem import ROUNDING_SHARE, make_problem
from .solve import Budget, Effort, solved

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

    from heatreach.network.streets import StreetGraph

    from .given import Named
    from .problem import Flags, Floats, Ints, Problem

BRANCHES = 200
"""Branchings that one tree may cost unless more are asked for."""

WORK = 2e9
"""Work on linear programs that one tree may cost unless more is asked for; 3e7 take a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteinerTree:
    """
    A tree that joins all terminals, and how short one can be at least.

    Attributes
    ----------
    edges
        Edges as the graph names them: ``(u, v)`` or ``(u, v, key)`` of a networkx graph, positions
        of a `StreetGraph`.
    nodes
        Nodes the tree touches, terminals included.
    length
        Sum of the weights of ``edges``, in the unit of the weights.
    lower_bound
        No tree that joins the terminals is shorter.
    """

    edges: tuple[Any, ...]
    nodes: tuple[Any, ...]
    length: float
    lower_bound: float

    @property
    def gap(self) -> float:
        """Share of the length by which the tree may exceed the shortest one."""
        return (self.length - self.lower_bound) / self.length if self.length > 0.0 else 0.0

    @property
    def proven(self) -> bool:
        """Whether no tree is shorter, beyond what adding floats leaves."""
        return self.gap <= ROUNDING_SHARE


def steiner_tree(
    graph: nx.Graph[Any] | StreetGraph,
    terminals: Iterable[Any],
    *,
    weight: str | Floats = "length_m",
    branches: int = BRANCHES,
    work: float = WORK,
) -> SteinerTree:
    """
    Shortest tree along a graph that joins the terminals.

    Parameters
    ----------
    graph
        A networkx graph (directions are dropped, parallel edges kept apart) or a `StreetGraph`.
    terminals
        Nodes to be joined: names of a networkx graph, positions of a `StreetGraph`. Repeats count
        once.
    weight
        Edge attribute to add up, at least 0 and there on every edge; for a `StreetGraph` its
        ``"length_m"`` or an array of shape (m,).
    branches
        How often a problem may be split in two before the bound is left as it is; the tree then
        says how far it may be from the shortest.
    work
        Iterations of linear programs times their rows and columns, likewise; about 3e7 take a
        second.

    Returns
    -------
    tree
        The tree with its length and lower bound; ``proven`` tells whether it is a shortest one.

    Raises
    ------
    StreetError
        If a terminal is not in the graph, a weight is missing, negative or not finite, or no tree
        can join the terminals.
    ArithmeticError
        If the result contradicts itself, which would be a fault of this module.

    Notes
    -----
    Reductions, dual ascent and branch-and-cut on directed cuts; see `solve`, `reduce`, `ascent` and
    `program` of this package for the sources. Weights that are multiples of one number let the
    bound be rounded up.

    Examples
    --------
    >>> import networkx as nx
    >>> star = nx.Graph()
    >>> star.add_weighted_edges_from(
    ...     [("a", "m", 2), ("b", "m", 2), ("c", "m", 2), ("a", "b", 3), ("b", "c", 3)],
    ...     weight="length_m",
    ... )
    >>> tree = steiner_tree(star, ["a", "b", "c"])
    >>> tree.length, tree.proven, sorted(tree.nodes)
    (6.0, True, ['a', 'b', 'c'])
    """
    effort = Effort(budget=Budget(branches=branches, work=work))
    return _tree(in_arrays(graph, weight), terminals, effort=effort)


def heuristic_tree(
    graph: nx.Graph[Any] | StreetGraph,
    terminals: Iterable[Any],
    *,
    weight: str | Floats = "length_m",
) -> SteinerTree:
    """
    Short tree along a graph that joins the terminals, with a bound, without linear programs.

    Parameters
    ----------
    graph
        A networkx graph or a `StreetGraph`, as for `steiner_tree`.
    terminals
        Nodes to be joined.
    weight
        Edge attribute to add up, or an array.

    Returns
    -------
    tree
        The tree with its length and lower bound.

    Raises
    ------
    StreetError
        As `steiner_tree`.

    Examples
    --------
    >>> import networkx as nx
    >>> ring = nx.cycle_graph(5)
    >>> nx.set_edge_attributes(ring, 1.0, "length_m")
    >>> heuristic_tree(ring, [0, 2]).edges
    ((0, 1), (1, 2))
    """
    effort = Effort(budget=None)
    return _tree(in_arrays(graph, weight), terminals, effort=effort)


def _tree(graph: Named, terminals: Iterable[Any], *, effort: Effort) -> SteinerTree:
    """Tree of a graph in arrays."""
    terminal = terminal_flags(graph, terminals)
    edges, bound = np.empty(0, dtype=np.int64), 0.0
    if terminal.sum() > 1:
        near = np.flatnonzero(reachable_nodes(graph, terminal)[graph.tail])
        near = near[graph.tail[near] != graph.head[near]]
        node, ends = np.unique(np.stack([graph.tail[near], graph.head[near]]), return_inverse=True)
        ends = ends.reshape(2, -1)
        problem = make_problem(ends[0], ends[1], weight=graph.weight[near], terminal=terminal[node])
        found = solved(problem, below=np.inf, effort=effort)
        edges, bound = near[_without_leaves(problem, found.edges)], found.bound
    length, nodes = checked_tree(graph.tail, graph.head, graph.weight, edges, terminal)
    if bound > length * (1.0 + ROUNDING_SHARE) + ROUNDING_SHARE:
        raise ArithmeticError(
            f"a tree of length {length!r} lies below its own lower bound {bound!r}: "
            "the solver contradicts itself, do not use the result"
        )
    names = graph.names
    return SteinerTree(
        edges=tuple(edges.tolist() if graph.edges is None else (graph.edges[e] for e in edges)),
        nodes=tuple(nodes.tolist() if names is None else (names[n] for n in nodes)),
        length=length,
        lower_bound=min(bound, length),
    )


def _without_leaves(problem: Problem, edges: Ints) -> Ints:
    """Edges of a tree without the leaves of weight 0 that merging may leave on it."""
    everywhere = np.ones(problem.nodes, dtype=bool)
    ends = problem.tail, problem.head
    _, chosen = spanning_tree(*ends, edges, everywhere, problem.terminal)
    return np.flatnonzero(chosen)


def checked_tree(
    tail: Ints, head: Ints, weight: Floats, edges: Ints, terminal: Flags
) -> tuple[float, Ints]:
    """
    Length of a tree added up from its edges, and its nodes.

    Parameters
    ----------
    tail, head
        Ends of all edges, shape (m,).
    weight
        Weight of all edges, shape (m,).
    edges
        Positions of the tree's edges.
    terminal
        Nodes to be joined, shape (n,).

    Returns
    -------
    length, nodes
        Sum of the weights, and the nodes the tree touches.

    Raises
    ------
    ArithmeticError
        If the edges are no tree, or do not join the terminals.
    """
    ends = np.concatenate([tail[edges], head[edges]])
    nodes = np.union1d(ends, np.flatnonzero(terminal))
    place = np.searchsorted(nodes, ends).reshape(2, -1)
    ones = np.ones(len(edges))
    count, _ = connected_components(
        coo_array((ones, tuple(place)), shape=(len(nodes), len(nodes))), directed=False
    )
    if count > 1 or len(edges) != max(len(nodes) - 1, 0) or len(np.unique(edges)) != len(edges):
        raise ArithmeticError("the edges found are not a tree that joins the terminals")
    return float(weight[edges].sum()), nodes
