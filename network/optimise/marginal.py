"""
What one consumer more or less costs on a given tree, exactly.

Joining pays the trench still missing, sized for the consumer alone, and larger pipes all the way to
the root; leaving saves the mirror image. Costs are those of the model, steps and diversity
included, never linearised. A second figure per edge and size (`tally`: investment, length) is
summed along.

The missing trench is a shortest path from the consumer to the tree whose edges have the cost of the
consumer's own pipe (Dijkstra 1959); it stops once no further tree node can be cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import adjacency

from .marginal_kernels import (
    BEHIND,
    COINCIDENT,
    COUNT,
    LARGEST,
    PEAK,
    SECOND,
    joinings,
    leavings,
)
from .model import UNUSED, Evaluation, Model, evaluate

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """
    What joining the tree costs some consumers, each by itself; inf where it cannot.

    Attributes
    ----------
    cost
        Trench, larger pipes upstream and source cost, capacity respected.
    uncapped
        The same if the sources had no limit.
    trench
        Part for the missing trench and its pipe (of the cheapest joining there is).
    service_edge
        Edge at the consumer, -1 where it cannot join.
    tally
        Second figure summed over the missing trench and the change upstream.
    load_kw
        Design load of the serving source after joining, less before [kW].
    at
        Tree node where it joins, -1 where none.
    """

    cost: Floats
    uncapped: Floats
    trench: Floats
    service_edge: Ints
    tally: Floats
    load_kw: Floats
    at: Ints


def joining(
    model: Model,
    parent_edge: Ints,
    *,
    which: Ints,
    tally: Floats | None = None,
) -> Joining:
    """
    Cost of joining the tree for consumers outside it, each by itself.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        The tree, as in `evaluate`.
    which
        Consumers outside the tree.
    tally
        Second figure of each edge in each size, shape (m, sizes).

    Returns
    -------
    joining
        Costs, one value per consumer asked for.
    """
    return _joining(model, parent_edge, which=which, tally=tally)[0]


def joined(model: Model, parent_edge: Ints, *, consumer: int) -> Ints | None:
    """
    Tree with one consumer more, joined where it costs least.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        The tree, as in `evaluate`.
    consumer
        Consumer outside the tree.

    Returns
    -------
    parent_edge
        The new tree; None where it cannot join.
    """
    found, trail = _joining(model, parent_edge, which=np.array([consumer]), tally=None)
    if not np.isfinite(found.cost[0]):
        return None
    wider, node = parent_edge.copy(), int(found.at[0])
    for edge in trail.tolist():
        node = int(model.tail[edge] + model.head[edge]) - node
        wider[node] = edge
    return wider


def leaving(
    model: Model, parent_edge: Ints, *, which: Ints, tally: Floats | None = None
) -> tuple[Floats, Floats]:
    """
    Change of cost when consumers of the tree leave it, each by itself.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        The tree, as in `evaluate`.
    which
        Consumers inside the tree.
    tally
        Second figure of each edge in each size, shape (m, sizes).

    Returns
    -------
    cost, tally
        Changes (negative: saved), one value per consumer; the prize given up is not counted.
    """
    found = evaluate(model, parent_edge)
    table = leavings(
        which,
        _own(model),
        _sums(model, found),
        found.size,
        parent_edge,
        model.tail + model.head,
        model.cost,
        model.cost if tally is None else np.ascontiguousarray(tally),
        model.limit_kw,
        model.diversity,
        model.terminal,
        model.root,
    )
    return table[:, 0] - model.source_cost[which, found.source[which]], table[:, 1]


def trimmed(model: Model, parent_edge: Ints, *, kept: Flags) -> Ints:
    """
    Part of a tree that leads to the kept consumers.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        The tree, as in `evaluate`.
    kept
        Whether each consumer stays, shape (k,).

    Returns
    -------
    parent_edge
        The smaller tree.
    """
    smaller = np.full_like(parent_edge, UNUSED)
    ends = (model.tail + model.head).tolist()
    above = parent_edge.tolist()
    for terminal in model.terminal[kept].tolist():
        node = terminal
        while above[node] >= 0 and smaller[node] < 0:
            smaller[node] = above[node]
            node = ends[above[node]] - node
    return smaller


def _joining(
    model: Model, parent_edge: Ints, *, which: Ints, tally: Floats | None
) -> tuple[Joining, Ints]:
    """Costs of joining, and the edges of the last consumer's path from the tree outwards."""
    found = evaluate(model, parent_edge)
    start, neighbour, edge = adjacency(model.nodes, model.tail, model.head)
    edge_source = np.full(max(model.edges, 1), UNUSED, dtype=np.int64)
    edge_source[model.source_edge] = np.arange(len(model.source_edge))
    trail = np.zeros(model.nodes, dtype=np.int64)
    table = joinings(
        which.astype(np.int64),
        _own(model),
        _sums(model, found),
        found.size,
        _source_of(model, parent_edge, found),
        found.order,
        parent_edge,
        model.tail + model.head,
        start,
        neighbour,
        edge,
        model.cost,
        model.cost if tally is None else np.ascontiguousarray(tally),
        model.limit_kw,
        model.diversity,
        model.through,
        model.terminal,
        edge_source,
        model.capacity_kw,
        model.source_cost,
        trail,
    )
    at = np.where(np.isfinite(table[:, 6]), table[:, 6], -1.0).astype(np.int64)
    steps = int(table[-1, 7]) if len(table) and np.isfinite(table[-1, 7]) else 0
    service = np.where(np.isfinite(table[:, 3]), table[:, 3], -1.0).astype(np.int64)
    cost, uncapped, trench, _, summed, load = table[:, :6].T
    answer = Joining(
        cost=cost,
        uncapped=uncapped,
        trench=trench,
        service_edge=service,
        tally=summed,
        load_kw=load,
        at=at,
    )
    return answer, trail[:steps]


def _own(model: Model) -> Floats:
    """Peak, coincident, largest and count of each consumer, shape (k, 4)."""
    return np.column_stack(
        [model.peak_kw, model.coincident_kw, model.largest_kw, model.count.astype(float)]
    )


def _sums(model: Model, found: Evaluation) -> Floats:
    """Sums behind each node, shape (nodes, 6)."""
    sums = np.zeros((model.nodes, 6))
    sums[:, PEAK], sums[:, COINCIDENT] = found.peak_kw, found.coincident_kw
    sums[:, LARGEST], sums[:, COUNT] = found.largest_kw, found.count
    first, second = np.zeros(model.nodes), np.zeros(model.nodes)
    place = model.terminal[found.connected]
    first[place] = model.largest_kw[found.connected]
    behind = np.zeros(model.nodes, dtype=np.int64)
    behind[place] = 1
    parent = found.parent.tolist()
    for node in found.order[:0:-1].tolist():
        above = parent[node]
        behind[above] += behind[node]
        low = min(first[above], first[node])
        second[above] = max(second[above], second[node], low)
        first[above] = max(first[above], first[node])
    sums[:, SECOND], sums[:, BEHIND] = second, behind
    return sums


def _source_of(model: Model, parent_edge: Ints, found: Evaluation) -> Ints:
    """Source above each node of the tree; 0 where the root is the only one or above all."""
    source = np.zeros(model.nodes, dtype=np.int64)
    number = {edge: at for at, edge in enumerate(model.source_edge.tolist())}
    for node in found.order[1:].tolist():
        edge, above = int(parent_edge[node]), int(found.parent[node])
        source[node] = number.get(edge, source[above])
    return source
