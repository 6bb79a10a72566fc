"""
A design problem cut into independent ones at its articulation points.

Where everybody behind a node must be connected, what passes that node is known, whatever happens
elsewhere. So each part of the graph that hangs on the rest by one node, and holds only such
consumers, is a problem of its own; the rest sees one consumer at that node. A town whose streets
hardly form circuits falls into many small problems, and the sum of their optima is its optimum.

Blocks (biconnected parts) are found by one depth-first search, after Hopcroft and Tarjan 1973
(https://doi.org/10.1145/362248.362272).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..compiled import adjacency, compiled
from .model import UNUSED, Model

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    One of the independent problems.

    Attributes
    ----------
    model
        The problem; its root is the node it hangs on.
    node
        Node of the whole problem for each node of the part; -1 for a stand-in consumer.
    edge
        Edge of the whole problem for each edge of the part; -1 for the edge to a stand-in.
    consumer
        Consumer of the whole problem for each consumer of the part; -1 for a stand-in.
    """

    model: Model
    node: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]
    consumer: npt.NDArray[np.int64]

    def into(self, whole: npt.NDArray[np.int64], parent_edge: npt.NDArray[np.int64]) -> None:
        """Write the part's solution into that of the whole."""
        hung = np.flatnonzero((parent_edge >= 0) & (self.node >= 0))
        whole[self.node[hung]] = self.edge[parent_edge[hung]]


def parts_of(model: Model) -> list[Part]:
    """
    Independent problems whose optima add up to that of the whole.

    Parameters
    ----------
    model
        The problem, every node within reach of the root.

    Returns
    -------
    parts
        The one at the root first; a part without consumers is left out.
    """
    if model.edges == 0:
        return [_whole(model)]
    start, neighbour, edge = adjacency(model.nodes, model.tail, model.head)
    block, entry, above = _blocks(model.root, start, neighbour, edge)
    owner = _parts_by_block(model, block, entry, above)
    if owner.max() == 0:
        return [_whole(model)]
    demand = _behind(model, block, entry, above, owner)
    hung_on = {int(part): int(node) for part, node in zip(owner, entry, strict=True)}
    parts = [
        _part(model, number, owner[block], hung_on.get(number, model.root), demand)
        for number in range(int(owner.max()) + 1)
    ]
    return [part for part in parts if part.model.consumers]


def _whole(model: Model) -> Part:
    """The problem as its only part."""
    return Part(
        model=model,
        node=np.arange(model.nodes),
        edge=np.arange(model.edges),
        consumer=np.arange(model.consumers),
    )


@compiled
def _blocks(
    root: int,
    start: npt.NDArray[np.int64],
    neighbour: npt.NDArray[np.int64],
    edge: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Block of each edge, the node each block hangs on, and the block above (-1 at the root)."""
    nodes, edges = len(start) - 1, len(edge) // 2
    block = np.full(edges, -1, dtype=np.int64)
    entry = np.empty(edges, dtype=np.int64)
    found = np.full(nodes, -1, dtype=np.int64)
    low = np.zeros(nodes, dtype=np.int64)
    via = np.full(nodes, -1, dtype=np.int64)
    place = start[:-1].copy()
    path = np.empty(nodes, dtype=np.int64)
    waiting = np.empty(edges, dtype=np.int64)
    path[0], found[root], depth, pending, clock, blocks = root, 0, 1, 0, 1, 0
    while depth > 0:
        v = path[depth - 1]
        if place[v] < start[v + 1]:
            e, u = edge[place[v]], neighbour[place[v]]
            place[v] += 1
            if e == via[v]:
                continue
            if found[u] < 0:
                waiting[pending] = e
                pending += 1
                via[u], found[u], low[u] = e, clock, clock
                clock += 1
                path[depth] = u
                depth += 1
            elif found[u] < found[v]:
                waiting[pending] = e
                pending += 1
                low[v] = min(low[v], found[u])
            continue
        depth -= 1
        if depth == 0:
            break
        above = path[depth - 1]
        low[above] = min(low[above], low[v])
        if low[v] >= found[above]:
            entry[blocks] = above
            while True:
                pending -= 1
                block[waiting[pending]] = blocks
                if waiting[pending] == via[v]:
                    break
            blocks += 1
    parent = np.full(blocks, -1, dtype=np.int64)
    for b in range(blocks):
        if entry[b] != root:
            parent[b] = block[via[entry[b]]]
    return block, entry[:blocks], parent


def _parts_by_block(
    model: Model,
    block: npt.NDArray[np.int64],
    entry: npt.NDArray[np.int64],
    above: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Part of each block; 0 is the part at the root, a part's first block is the outermost."""
    blocks = len(entry)
    free = np.zeros(blocks, dtype=bool)
    home = _block_of_node(model, block, entry)
    optional = model.terminal[np.isfinite(model.prize)]
    optional = optional[optional != model.root]
    free[home[optional]] = True
    free[block[model.source_edge]] = True
    # Blocks are numbered from the outside inwards, so one pass carries the flag to the root.
    for number in range(blocks):
        if free[number] and above[number] >= 0:
            free[above[number]] = True
    owner = np.zeros(blocks, dtype=np.int64)
    parts = 0
    for number in range(blocks - 1, -1, -1):
        if free[number]:
            owner[number] = 0
        else:
            parts += 1
            owner[number] = parts
    return owner


def _block_of_node(
    model: Model, block: npt.NDArray[np.int64], entry: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Block in which each node but the root lies and does not serve as entry."""
    home = np.full(model.nodes, UNUSED, dtype=np.int64)
    for ends in (model.tail, model.head):
        inside = ends != entry[block]
        home[ends[inside]] = block[inside]
    return home


def _behind(
    model: Model,
    block: npt.NDArray[np.int64],
    entry: npt.NDArray[np.int64],
    above: npt.NDArray[np.int64],
    owner: npt.NDArray[np.int64],
) -> dict[int, dict[int, list[int]]]:
    """Per part: the consumers that stand behind each of its nodes in parts further out."""
    home = _block_of_node(model, block, entry)
    held: list[list[int]] = [[] for _ in range(len(entry))]
    for consumer, node in enumerate(model.terminal.tolist()):
        if node != model.root:
            held[home[node]].append(consumer)
    demand: dict[int, dict[int, list[int]]] = {}
    for number in range(len(entry)):
        inner = above[number]
        outer_part = int(owner[number])
        part = int(owner[inner]) if inner >= 0 else 0
        if part != outer_part and held[number]:
            demand.setdefault(part, {}).setdefault(int(entry[number]), []).extend(held[number])
        if inner >= 0:
            held[inner].extend(held[number])
    return demand


def _part(
    model: Model,
    number: int,
    owner: npt.NDArray[np.int64],
    root: int,
    demand: dict[int, dict[int, list[int]]],
) -> Part:
    """One part as a problem of its own, stand-ins for what lies behind it."""
    edge = np.flatnonzero(owner == number)
    root = root if number else model.root
    stand_ins = demand.get(number, {})
    node = np.unique(np.concatenate([[root], model.tail[edge], model.head[edge]]))
    place = np.full(model.nodes, UNUSED, dtype=np.int64)
    place[node] = np.arange(len(node))
    at = np.array(sorted(stand_ins), dtype=np.int64)
    own = place[model.terminal] >= 0
    own &= (model.terminal != root) | (number == 0)
    consumer = np.flatnonzero(own)
    groups = [np.array(stand_ins[spot]) for spot in at.tolist()]
    leaves = len(node) + np.arange(len(at))
    first = number == 0
    source_edge = np.searchsorted(edge, model.source_edge) if first else model.source_edge[:0]
    width = model.source_cost.shape[1] if first else 1
    source_cost = model.source_cost if first else np.zeros((model.consumers, 1))

    def joined(values: npt.NDArray[np.generic], fold: np.ufunc) -> npt.NDArray[np.generic]:
        return np.array([fold.reduce(values[group]) for group in groups], dtype=values.dtype)

    smaller = replace(
        model,
        nodes=len(node) + len(at),
        root=int(place[root]),
        tail=np.concatenate([place[model.tail[edge]], place[at]]),
        head=np.concatenate([place[model.head[edge]], leaves]),
        cost=np.vstack([model.cost[edge], np.zeros((len(at), model.cost.shape[1]))]),
        through=np.concatenate([model.through[node], np.zeros(len(at), dtype=bool)]),
        terminal=np.concatenate([place[model.terminal[consumer]], leaves]),
        peak_kw=np.concatenate([model.peak_kw[consumer], joined(model.peak_kw, np.add)]),
        coincident_kw=np.concatenate(
            [model.coincident_kw[consumer], joined(model.coincident_kw, np.add)]
        ),
        largest_kw=np.concatenate(
            [model.largest_kw[consumer], joined(model.largest_kw, np.maximum)]
        ),
        count=np.concatenate([model.count[consumer], joined(model.count, np.add)]),
        prize=np.concatenate([model.prize[consumer], np.full(len(at), np.inf)]),
        source_edge=source_edge,
        capacity_kw=model.capacity_kw if first else np.array([np.inf]),
        source_cost=np.vstack(
            [source_cost[consumer]]
            + [source_cost[group].sum(axis=0).reshape(1, width) for group in groups]
        ),
    )
    return Part(
        model=smaller,
        node=np.concatenate([node, np.full(len(at), UNUSED)]),
        edge=np.concatenate([edge, np.full(len(at), UNUSED)]),
        consumer=np.concatenate([consumer, np.full(len(at), UNUSED)]),
    )
