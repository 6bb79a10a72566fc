"""
A design problem made smaller without changing its optimum.

Three rules, repeated while they help. A dead end with nobody at it goes. A leaf that must be
connected and has one way out is laid at once, since its load is known, and its demand moves to the
other end. A chain of edges without junction or consumer becomes one edge. Of two parallel edges the
one that is dearer in every size goes.

Street graphs shrink to a fraction: most of their nodes are bends and dead ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..compiled import adjacency
from .model import UNUSED, Model
from .reduce_kernels import chains_of, peel

if TYPE_CHECKING:
    import numpy.typing as npt

ROUNDS_MAX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """
    A smaller problem with the same optimum.

    Attributes
    ----------
    model
        The smaller problem.
    constant
        What is laid in every solution; the optimum of the whole is that of ``model`` plus this.
    steps
        How solutions expand, the last reduction first.
    """

    model: Model
    constant: float
    steps: tuple[Step, ...]

    def expanded(self, parent_edge: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Solution of the whole problem from one of the smaller."""
        for step in self.steps:
            parent_edge = step.expanded(parent_edge)
        return parent_edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One round of reduction.

    Attributes
    ----------
    nodes
        Number of nodes before.
    old_node
        Node before of each node after; -1 for one that stands for merged consumers.
    new_tail, new_head
        Ends of each edge after, as nodes after.
    chain
        Edge after that each edge before is part of, -1 if none.
    forward, backward
        Node before that is reached along each edge before, from the tail of its chain to its head
        and back.
    settled_child, settled_edge, settled_at
        Edges laid at once, the node each leads to, and the node after that carries their demand.
    """

    nodes: int
    old_node: npt.NDArray[np.int64]
    new_tail: npt.NDArray[np.int64]
    new_head: npt.NDArray[np.int64]
    chain: npt.NDArray[np.int64]
    forward: npt.NDArray[np.int64]
    backward: npt.NDArray[np.int64]
    settled_child: npt.NDArray[np.int64]
    settled_edge: npt.NDArray[np.int64]
    settled_at: npt.NDArray[np.int64]

    def expanded(self, parent_edge: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Solution before this round."""
        full = np.full(self.nodes, UNUSED, dtype=np.int64)
        child = np.full(len(self.new_tail), UNUSED, dtype=np.int64)
        hung = np.flatnonzero(parent_edge >= 0)
        child[parent_edge[hung]] = hung
        part = np.flatnonzero(self.chain >= 0)
        part = part[child[self.chain[part]] >= 0]
        ahead = child[self.chain[part]] == self.new_head[self.chain[part]]
        full[np.where(ahead, self.forward[part], self.backward[part])] = part
        laid = parent_edge[self.settled_at] >= 0
        full[self.settled_child[laid]] = self.settled_edge[laid]
        return full


def reduced(model: Model) -> Reduction:
    """
    Smaller problem with the same optimum.

    Parameters
    ----------
    model
        The problem.

    Returns
    -------
    reduction
        The smaller problem, what it costs less, and the way back.
    """
    constant, steps = 0.0, []
    for _ in range(ROUNDS_MAX):
        smaller, step, laid = _round(model)
        constant += laid
        steps.append(step)
        done = smaller.nodes >= model.nodes and smaller.edges >= model.edges
        model = smaller
        if done:
            break
    return Reduction(model=model, constant=constant, steps=tuple(reversed(steps)))


def _round(model: Model) -> tuple[Model, Step, float]:
    """One round of all rules."""
    start, neighbour, edge = adjacency(model.nodes, model.tail, model.head)
    keep = np.zeros(model.nodes, dtype=bool)
    keep[model.root] = True
    keep[_source_nodes(model)] = True
    consumer = np.full(model.nodes, UNUSED, dtype=np.int64)
    consumer[model.terminal] = np.arange(model.consumers)
    must = np.zeros(model.nodes, dtype=bool)
    must[model.terminal] = np.isinf(model.prize)
    load = _at_nodes(model)
    count = np.zeros(model.nodes, dtype=np.int64)
    count[model.terminal] = model.count
    asks = consumer >= 0
    open_node = model.through | asks
    open_node[model.root] = True
    alive = open_node[model.tail] & open_node[model.head]
    settled_edge, settled_child, cost = peel(
        alive,
        model.tail,
        model.head,
        start,
        neighbour,
        edge,
        keep,
        asks,
        must,
        model.through,
        load,
        count,
        model.cost,
        model.limit_kw,
        model.diversity,
    )
    merged = np.zeros(model.nodes, dtype=bool)
    merged[(model.tail + model.head)[settled_edge] - settled_child] = True
    merged[settled_child] = False
    merged = np.flatnonzero(merged)
    keep[model.terminal] = True
    keep[merged] = True
    chain, forward, backward, tails, heads = chains_of(
        model.root, start, neighbour, edge, alive, keep
    )
    smaller, step, lost = _rebuilt(
        model,
        (chain, forward, backward, tails, heads),
        (settled_edge, settled_child, merged),
        (consumer, load, count),
    )
    return smaller, step, float(cost) + lost


def _source_nodes(model: Model) -> npt.NDArray[np.int64]:
    """Nodes that the edges of several sources lead to."""
    ends = model.tail[model.source_edge] + model.head[model.source_edge]
    return np.asarray(ends - model.root, dtype=np.int64)


def _at_nodes(model: Model) -> npt.NDArray[np.float64]:
    """Peak, coincident and largest load at each node; shape (3, nodes)."""
    load = np.zeros((3, model.nodes))
    load[:, model.terminal] = np.stack([model.peak_kw, model.coincident_kw, model.largest_kw])
    return load


def _rebuilt(
    model: Model,
    walks: tuple[npt.NDArray[np.int64], ...],
    settled: tuple[npt.NDArray[np.int64], ...],
    demand: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
) -> tuple[Model, Step, float]:
    """The problem on chains, merged consumers hung on by an edge that costs nothing."""
    chain, forward, backward, tails, heads = walks
    settled_edge, settled_child, merged = settled
    consumer, load, count = demand
    cost = np.zeros((len(tails), model.cost.shape[1]))
    part = np.flatnonzero(chain >= 0)
    np.add.at(cost, chain[part], model.cost[part])
    lasting = _worth_keeping(tails, heads, cost)
    own = chain[model.source_edge]
    lasting[own[own >= 0]] = True
    number = np.where(lasting, np.cumsum(lasting) - 1, UNUSED)
    chain[part] = number[chain[part]]
    tails, heads, cost = tails[lasting], heads[lasting], cost[lasting]
    used = np.unique(np.concatenate([[model.root], tails, heads, merged]))
    place = np.full(model.nodes, UNUSED, dtype=np.int64)
    place[used] = np.arange(len(used))
    leaves = len(used) + np.arange(len(merged))
    stays = np.setdiff1d(np.arange(model.consumers), consumer[np.r_[settled_child, merged]])
    reached = place[model.terminal[stays]] >= 0
    lost = float(model.prize[stays[~reached]].sum())
    stays = stays[reached]
    smaller = replace(
        model,
        nodes=len(used) + len(merged),
        root=int(place[model.root]),
        tail=np.concatenate([place[tails], place[merged]]),
        head=np.concatenate([place[heads], leaves]),
        cost=np.vstack([cost, np.zeros((len(merged), cost.shape[1]))]),
        through=np.concatenate([model.through[used], np.zeros(len(merged), dtype=bool)]),
        terminal=np.concatenate([place[model.terminal[stays]], leaves]),
        peak_kw=np.concatenate([model.peak_kw[stays], load[0, merged]]),
        coincident_kw=np.concatenate([model.coincident_kw[stays], load[1, merged]]),
        largest_kw=np.concatenate([model.largest_kw[stays], load[2, merged]]),
        count=np.concatenate([model.count[stays], count[merged]]),
        prize=np.concatenate([model.prize[stays], np.full(len(merged), np.inf)]),
        source_edge=chain[model.source_edge],
        source_cost=_source_costs(model, stays, settled, consumer),
    )
    step = Step(
        nodes=model.nodes,
        old_node=np.concatenate([used, np.full(len(merged), UNUSED)]),
        new_tail=smaller.tail,
        new_head=smaller.head,
        chain=chain,
        forward=forward,
        backward=backward,
        settled_child=settled_child,
        settled_edge=settled_edge,
        settled_at=leaves[np.searchsorted(merged, _anchors(model, settled_edge, settled_child))],
    )
    return smaller, step, lost


def _worth_keeping(
    tails: npt.NDArray[np.int64], heads: npt.NDArray[np.int64], cost: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Chains that are neither loops nor dearer in every size than the cheapest beside them."""
    low, high = np.minimum(tails, heads), np.maximum(tails, heads)
    order = np.lexsort((np.arange(len(tails)), cost[:, -1], cost[:, 0], high, low))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    best = order[np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))]
    dearer = np.zeros(len(order), dtype=bool)
    dearer[order] = ~first & (cost[order] >= cost[best]).all(axis=1)
    lasting: npt.NDArray[np.bool_] = (tails != heads) & ~dearer
    return lasting


def _anchors(
    model: Model, settled_edge: npt.NDArray[np.int64], settled_child: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Node at which the demand of each settled edge ends up; a child settles before its parent."""
    anchor = np.arange(model.nodes)
    parents = (model.tail + model.head)[settled_edge] - settled_child
    for child, parent in zip(settled_child[::-1].tolist(), parents[::-1].tolist(), strict=True):
        anchor[child] = anchor[parent]
    return anchor[settled_child]


def _source_costs(
    model: Model,
    stays: npt.NDArray[np.int64],
    settled: tuple[npt.NDArray[np.int64], ...],
    consumer: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Source costs of those who stay, and sums over those who were merged."""
    settled_edge, settled_child, merged = settled
    total = np.zeros((len(merged), model.source_cost.shape[1]))
    anchor = _anchors(model, settled_edge, settled_child)
    members = np.concatenate([settled_child, merged])
    group = np.searchsorted(merged, np.concatenate([anchor, merged]))
    asked = consumer[members] >= 0
    np.add.at(total, group[asked], model.source_cost[consumer[members[asked]]])
    return np.vstack([model.source_cost[stays], total])
