"""
What a tree can use: directed edges, who lies behind each, and which pipes may be needed there.

A directed edge leads away from the root or lies inside a block of the street graph, so that either
direction may be right. Each has its *options*: sizes of pipe with the range of buildings each can
serve. The mixed-integer programme of `formulation` is written from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.network.compiled import adjacency

from .model import UNUSED
from .ranges import FlowRanges, flow_ranges, lowpoint_search

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model

ROUNDING = 1e-9
"""Relative slack on limits, so that sums that round across a limit stay inside the relaxation."""
TIGHTENINGS = 3
"""Times the largest number of buildings in a size is bounded by diversity at the last bound."""


class Option(NamedTuple):
    """A size of pipe on an arc and how many buildings it serves, with its limit and cost."""

    size: int
    count_min: int
    count_max: int
    limit_kw: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arcs:
    """
    Directed edges that a tree can use.

    Attributes
    ----------
    edge, begin, end
        Edge of the model (-1: above a single source), and its nodes in the direction of flow.
    consumer
        Consumer at the end of a service pipe, else -1.
    members
        Whether each consumer can be reached through each arc, shape (arcs, k).
    limit_kw, cost
        By size, shape (arcs, sizes); inf cost where a size cannot be laid.
    load_min_kw, load_max_kw, count_min, count_max
        Ranges of the design load and of the number of buildings if the arc is used.
    """

    edge: npt.NDArray[np.int64]
    begin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    consumer: npt.NDArray[np.int64]
    members: npt.NDArray[np.bool_]
    limit_kw: npt.NDArray[np.float64]
    cost: npt.NDArray[np.float64]
    load_min_kw: npt.NDArray[np.float64]
    load_max_kw: npt.NDArray[np.float64]
    count_min: npt.NDArray[np.int64]
    count_max: npt.NDArray[np.int64]


def arcs_of(
    model: Model,
    *,
    dead: npt.NDArray[np.bool_] | None = None,
    ranges: FlowRanges | None = None,
) -> Arcs:
    """
    Directed edges that a tree can use, with what each can carry.

    Parameters
    ----------
    model
        The problem.
    dead
        Edges known to be unused, shape (m,), or (2, m) by direction.
    ranges
        Ranges of what each arc carries, if already at hand.

    Returns
    -------
    arcs
        One per usable direction of an edge, one more above a single source.
    """
    if ranges is None:
        ranges = flow_ranges(model, dead=dead)
    usable = ranges.usable if dead is None else ranges.usable & ~np.atleast_2d(dead)
    way, edge = np.nonzero(usable)
    begin = np.where(way == 0, model.tail[edge], model.head[edge])
    end = model.tail[edge] + model.head[edge] - begin
    who = np.full(model.nodes, UNUSED, dtype=np.int64)
    who[model.terminal] = np.arange(model.consumers)
    members = _members(model, edge, begin, end, who)
    limit = np.tile(model.limit_kw, (len(edge), 1))
    for source, at in enumerate(model.source_edge.tolist()):
        limit[edge == at] = np.minimum(model.limit_kw, model.capacity_kw[source])
    arcs = Arcs(
        edge=edge.astype(np.int64),
        begin=begin,
        end=end,
        consumer=who[end],
        members=members,
        limit_kw=limit,
        cost=model.cost[edge],
        load_min_kw=ranges.load_min_kw[way, edge],
        load_max_kw=ranges.load_max_kw[way, edge],
        count_min=np.maximum(ranges.count_min[way, edge], 1),
        count_max=ranges.count_max[way, edge],
    )
    return arcs if len(model.source_edge) else _with_capacity(model, arcs)


def _members(
    model: Model,
    edge: npt.NDArray[np.int64],
    begin: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    who: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Whether each consumer lies behind an arc: its blocks are on the way from the root."""
    service = who[end] >= 0
    street = np.unique(edge[~service])
    lists = adjacency(model.nodes, model.tail[street], model.head[street])
    entered, parent, _ = lowpoint_search(model.root, lists[0], lists[1])
    above = np.zeros((len(parent), model.consumers), dtype=bool)
    for node, consumer in zip(begin[service].tolist(), who[end[service]].tolist(), strict=True):
        at = node if entered[node] >= 0 else UNUSED
        while at >= 0 and not above[at, consumer]:
            above[at, consumer] = True
            at = int(parent[at])
    later = np.where(entered[begin] > entered[end], begin, end)
    members = np.zeros((len(edge), model.consumers), dtype=bool)
    block = parent[later[~service]]
    members[~service] = above[np.maximum(block, 0)] & (block >= 0)[:, None]
    members[service, who[end[service]]] = True
    return members


def _with_capacity(model: Model, arcs: Arcs) -> Arcs:
    """The arcs and one above the root, of one free size: what the single source can give."""
    sizes = len(model.limit_kw)
    limit, cost = np.zeros(sizes), np.full(sizes, np.inf)
    limit[0], cost[0] = model.capacity_kw[0], 0.0
    limit[1:] = limit[0]
    most = max(model.peak_kw.sum(), model.coincident_kw.sum(), model.largest_kw.max(initial=0.0))
    return Arcs(
        edge=np.append(arcs.edge, UNUSED),
        begin=np.append(arcs.begin, UNUSED),
        end=np.append(arcs.end, model.root),
        consumer=np.append(arcs.consumer, UNUSED),
        members=np.vstack([arcs.members, np.ones((1, model.consumers), dtype=bool)]),
        limit_kw=np.vstack([arcs.limit_kw, limit]),
        cost=np.vstack([arcs.cost, cost]),
        load_min_kw=np.append(arcs.load_min_kw, 0.0),
        load_max_kw=np.append(arcs.load_max_kw, most),
        count_min=np.append(arcs.count_min, 1),
        count_max=np.append(arcs.count_max, model.count.sum()),
    )


def arc_options(model: Model, arcs: Arcs) -> list[list[Option]]:
    """
    Sizes that each arc may need, each with the whole range of buildings it can serve.

    Parameters
    ----------
    model
        The problem.
    arcs
        Its arcs.

    Returns
    -------
    options
        By arc, sizes rising; an arc that no size fits has none.
    """
    order = np.argsort(model.peak_kw / model.count, kind="stable")
    return [_options(model, arcs, arc, order) for arc in range(len(arcs.edge))]


def _options(model: Model, arcs: Arcs, arc: int, order: npt.NDArray[np.int64]) -> list[Option]:
    """Options of one arc; `order` sorts the consumers by peak per building."""
    limit, cost = arcs.limit_kw[arc] * (1.0 + ROUNDING), arcs.cost[arc]
    first = int(np.searchsorted(limit, arcs.load_min_kw[arc]))
    last = min(int(np.searchsorted(limit, arcs.load_max_kw[arc])), len(limit) - 1)
    low, high = int(arcs.count_min[arc]), int(arcs.count_max[arc])
    mine = order[arcs.members[arc][order]]
    peaks = np.concatenate([[0.0], np.cumsum(model.peak_kw[mine])])
    counts = np.concatenate([[0], np.cumsum(model.count[mine])])
    options: list[Option] = []
    for size in range(first, last + 1):
        if not np.isfinite(cost[size]):
            break
        if size < last and cost[size + 1] == cost[size]:
            continue
        if options and limit[size] == options[-1].limit_kw:
            continue
        most = high
        for _ in range(TIGHTENINGS):  # fewest kW per building first: more buildings never fit
            factor = float(model.diversity[min(most, len(model.diversity) - 1)])
            most = min(most, int(np.interp(limit[size] / factor, peaks, counts) + ROUNDING))
        if most >= low:
            options.append(Option(size, low, most, float(limit[size]), float(cost[size])))
    return options
