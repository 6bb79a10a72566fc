"""
The design problem in arrays, and what a solution of it costs.

`Model` is everything the optimiser knows: a graph, what each edge costs in each size of pipe, who
wants how much heat and what connecting them is worth. A solution is one array, ``parent_edge``: the
edge towards the root at each node of the tree. `evaluate` prices it exactly, in plain NumPy, with
catalogue sizes and diversity; searches and bounds are all measured against it.

The aim is to **minimise** the sum of the edges' costs, the prizes of consumers left out and the
source costs of those served.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

UNUSED = -1

ROUNDING_SHARE = 1e-9
"""Relative error that sums of loads may have, whatever their order; no limit is kept closer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """
    A network design problem.

    Attributes
    ----------
    nodes
        Number of graph nodes.
    root
        Node that all heat comes from: the source itself, or a point above several sources.
    tail, head
        Ends of each undirected edge, shape (m,); parallel edges allowed, no self-loops.
    cost
        Present value of each edge in each size of pipe, shape (m, sizes); never falls with size;
        inf where that size cannot be laid.
    limit_kw
        Largest design load of each size [kW], rising, shape (sizes,).
    through
        Whether a route may pass a node, shape (nodes,); False at consumers, which are leaves.
    terminal
        Node of each consumer, shape (k,), all distinct.
    peak_kw, coincident_kw, largest_kw
        Sum of peaks, sum drawn at the same hour and largest single peak of each consumer [kW],
        shape (k,). A consumer may stand for a group of buildings.
    count
        Number of buildings each consumer stands for, shape (k,).
    prize
        Present value of connecting each consumer, shape (k,); inf if it must be connected. Negative
        prizes are left to the caller (such a consumer never joins).
    diversity
        Share of the sum of peaks that arises at one time among 0, 1, 2 … buildings; the last value
        holds beyond; never rises.
    source_edge
        Edge from the root to each source, shape (s,); empty if the root is the only source.
    capacity_kw
        Largest design load each source serves [kW], shape (s,), or (1,) if the root is the source.
    source_cost
        Cost of serving each consumer from each source, shape (k, s) or (k, 1); never negative.
    """

    nodes: int
    root: int
    tail: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]
    limit_kw: npt.NDArray[np.float64]
    through: npt.NDArray[np.bool_]
    terminal: npt.NDArray[np.int64]
    peak_kw: npt.NDArray[np.float64]
    coincident_kw: npt.NDArray[np.float64]
    largest_kw: npt.NDArray[np.float64]
    count: npt.NDArray[np.int64]
    prize: npt.NDArray[np.float64]
    diversity: npt.NDArray[np.float64]
    source_edge: npt.NDArray[np.int64]
    capacity_kw: npt.NDArray[np.float64]
    source_cost: npt.NDArray[np.float64]

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.tail)

    @property
    def consumers(self) -> int:
        """Number of consumers."""
        return len(self.terminal)

    def design_kw(
        self,
        peak_kw: npt.NDArray[np.float64],
        count: npt.NDArray[np.int64],
        largest_kw: npt.NDArray[np.float64],
        coincident_kw: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        """Design load of groups of consumers from their sums [kW]."""
        factor = self.diversity[np.minimum(count, len(self.diversity) - 1)]
        return np.maximum(np.maximum(peak_kw * factor, largest_kw), coincident_kw)

    def size_of(self, load_kw: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """
        Smallest size that carries a design load; the number of sizes where none does.

        A load above a limit by rounding of its sum only is carried.
        """
        return np.searchsorted(self.limit_kw, load_kw * (1.0 - ROUNDING_SHARE), side="left")


def without_consumers(model: Model, out: npt.NDArray[np.bool_]) -> Model:
    """
    The problem without some of its consumers.

    Parameters
    ----------
    model
        The problem.
    out
        Consumers to leave out, shape (k,).

    Returns
    -------
    rest
        The problem of the others on the same graph.
    """
    names = ("terminal", "peak_kw", "coincident_kw", "largest_kw", "count", "prize", "source_cost")
    return replace(model, **{name: getattr(model, name)[~out] for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """
    What a solution carries and costs; arrays by node, zero where unused.

    Attributes
    ----------
    order
        Nodes of the tree from the root outwards, the root first.
    parent
        Node towards the root, -1 outside the tree and at the root.
    peak_kw, coincident_kw, largest_kw, count, load_kw
        Sums over the node and everything behind it, and the design load.
    size
        Size of the edge towards the node; -1 where unused.
    edge_cost
        Its cost.
    connected
        Whether each consumer is connected, shape (k,).
    source
        Source that serves each consumer, -1 where unconnected, shape (k,).
    cost
        Sum of the edges' costs.
    objective
        Cost, prizes left out and source costs; inf if a source or pipe is overloaded or a consumer
        that must be connected is not.
    """

    order: npt.NDArray[np.int64]
    parent: npt.NDArray[np.int64]
    peak_kw: npt.NDArray[np.float64]
    coincident_kw: npt.NDArray[np.float64]
    largest_kw: npt.NDArray[np.float64]
    count: npt.NDArray[np.int64]
    load_kw: npt.NDArray[np.float64]
    size: npt.NDArray[np.int64]
    edge_cost: npt.NDArray[np.float64]
    connected: npt.NDArray[np.bool_]
    source: npt.NDArray[np.int64]
    cost: float
    objective: float


def evaluate(model: Model, parent_edge: npt.NDArray[np.int64]) -> Evaluation:
    """
    Exact loads, sizes and cost of a solution.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        Edge towards the root at each node, -1 outside the tree and at the root; shape (nodes,).

    Returns
    -------
    evaluation
        Loads and cost.

    Raises
    ------
    ValueError
        If the edges do not form a tree that hangs on the root, or a route passes a consumer.
    """
    used = np.flatnonzero(parent_edge >= 0)
    edge = parent_edge[used]
    ends = model.tail[edge] + model.head[edge]
    parent = np.full(model.nodes, UNUSED, dtype=np.int64)
    parent[used] = ends - used
    order = _from_the_root(model, parent, used)
    total = _sums(model, parent, order)
    load = model.design_kw(total["peak"], total["count"], total["largest"], total["coincident"])
    size = np.full(model.nodes, UNUSED, dtype=np.int64)
    size[used] = model.size_of(load[used])
    fits = size[used] < len(model.limit_kw)
    edge_cost = np.zeros(model.nodes)
    edge_cost[used] = np.inf
    edge_cost[used[fits]] = model.cost[edge[fits], size[used[fits]]]
    connected = np.zeros(model.nodes, dtype=bool)
    connected[order] = True
    served = connected[model.terminal]
    source = np.where(served, _sources(model, parent, order)[model.terminal], UNUSED)
    cost = float(np.sort(edge_cost[used]).sum())
    objective = cost + float(model.prize[~served].sum())
    objective += float(model.source_cost[served, source[served]].sum())
    if not _within_capacity(model, parent_edge, load):
        objective = np.inf
    return Evaluation(
        order=order,
        parent=parent,
        peak_kw=total["peak"],
        coincident_kw=total["coincident"],
        largest_kw=total["largest"],
        count=total["count"],
        load_kw=load,
        size=size,
        edge_cost=edge_cost,
        connected=served,
        source=source,
        cost=cost,
        objective=objective,
    )


def _from_the_root(
    model: Model, parent: npt.NDArray[np.int64], used: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Nodes of the tree, level by level; refuses what is not a tree on the root."""
    if parent[model.root] != UNUSED:
        raise ValueError("the root has a parent edge")
    if not model.through[parent[used][parent[used] != model.root]].all():
        raise ValueError("a route passes through a consumer")
    children = np.argsort(parent[used], kind="stable")
    child, above = used[children], parent[used][children]
    levels = [np.array([model.root])]
    while len(levels[-1]):
        first = np.searchsorted(above, levels[-1], side="left")
        last = np.searchsorted(above, levels[-1], side="right")
        spans = [child[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True) if b > a]
        levels.append(np.concatenate(spans) if spans else np.empty(0, dtype=np.int64))
    order = np.concatenate(levels)
    if len(order) != len(used) + 1:
        raise ValueError("the edges do not form one tree that hangs on the root")
    return order


def _sums(
    model: Model, parent: npt.NDArray[np.int64], order: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[Any]]:
    """Sums of the consumers behind each node."""
    total: dict[str, npt.NDArray[Any]] = {
        "peak": np.zeros(model.nodes),
        "coincident": np.zeros(model.nodes),
        "largest": np.zeros(model.nodes),
        "count": np.zeros(model.nodes, dtype=np.int64),
    }
    inside = np.zeros(model.nodes, dtype=bool)
    inside[order] = True
    mine = inside[model.terminal]
    place = model.terminal[mine]
    for name, values in (
        ("peak", model.peak_kw),
        ("coincident", model.coincident_kw),
        ("largest", model.largest_kw),
        ("count", model.count),
    ):
        total[name][place] = values[mine]
    for node in order[:0:-1].tolist():
        above = parent[node]
        for name in ("peak", "coincident", "count"):
            total[name][above] += total[name][node]
        total["largest"][above] = max(total["largest"][above], total["largest"][node])
    return total


def _sources(
    model: Model, parent: npt.NDArray[np.int64], order: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Source above each node of the tree; 0 where the root is the only one."""
    source = np.zeros(model.nodes, dtype=np.int64)
    if not len(model.source_edge):
        return source
    ends = model.tail[model.source_edge] + model.head[model.source_edge] - model.root
    source[:] = UNUSED
    source[ends] = np.arange(len(ends))
    for node in order[1:].tolist():
        if parent[node] != model.root:
            source[node] = source[parent[node]]
    return source


def _within_capacity(
    model: Model, parent_edge: npt.NDArray[np.int64], load_kw: npt.NDArray[np.float64]
) -> bool:
    """Whether no source serves more than it can."""
    if not len(model.source_edge):
        return bool(load_kw[model.root] * (1.0 - ROUNDING_SHARE) <= model.capacity_kw[0])
    ends = model.tail[model.source_edge] + model.head[model.source_edge] - model.root
    hung = parent_edge[ends] == model.source_edge
    return bool((load_kw[ends][hung] * (1.0 - ROUNDING_SHARE) <= model.capacity_kw[hung]).all())
