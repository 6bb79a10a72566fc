"""
Least and most that can flow along each edge, in each direction, if it is used at all.

A tree that hangs on the root passes each cut vertex of the street graph once, on the way out. So an
edge that leads back towards the root is never used, one that is a bridge carries exactly what can
only be reached through it, and one inside a block (a part of the graph that no single vertex
separates) carries at least what hangs on its far end. Consumers are leaves: they are taken out
before the blocks are found, and count behind a vertex if all their service pipes begin there.

Blocks: Tarjan's lowpoint search (Hopcroft & Tarjan 1973, doi:10.1145/362248.362272).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..compiled import adjacency
from .block_kernels import COINCIDENT, COUNT, LARGEST, PEAK, SUMS, lowpoint_search, sums_behind

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model

__all__ = ["FlowRanges", "amounts", "flow_ranges", "lowpoint_search", "narrowed"]

ROUNDING = 1e-9
"""Relative margin left where sums may differ by their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRanges:
    """
    What each arc can carry if it is used; row 0 from tail to head, row 1 back; shape (2, m).

    Attributes
    ----------
    usable
        Whether any reasonable solution can use the arc.
    peak_min_kw, peak_max_kw
        Least and most sum of peaks [kW].
    count_min, count_max
        Least and most buildings.
    coincident_min_kw, coincident_max_kw
        Least and most drawn at the same hour [kW].
    load_min_kw, load_max_kw
        Bounds of the design load [kW]; both are the load itself where it is known.
    """

    usable: npt.NDArray[np.bool_]
    peak_min_kw: npt.NDArray[np.float64]
    peak_max_kw: npt.NDArray[np.float64]
    count_min: npt.NDArray[np.int64]
    count_max: npt.NDArray[np.int64]
    coincident_min_kw: npt.NDArray[np.float64]
    coincident_max_kw: npt.NDArray[np.float64]
    load_min_kw: npt.NDArray[np.float64]
    load_max_kw: npt.NDArray[np.float64]


def flow_ranges(
    model: Model,
    *,
    dead: npt.NDArray[np.bool_] | None = None,
    must: npt.NDArray[np.bool_] | None = None,
    never: npt.NDArray[np.bool_] | None = None,
) -> FlowRanges:
    """
    What each arc can carry if it is used.

    Parameters
    ----------
    model
        The problem.
    dead
        Edges known to be unused: shape (m,), or (2, m) by direction.
    must, never
        Consumers known to be in or out, beyond what their prizes say, shape (k,).

    Returns
    -------
    ranges
        One range per arc; empty ranges (zeros) where an arc is not usable.

    Examples
    --------
    >>> from .model import Model
    >>> one, two = np.ones(1), np.ones(2)
    >>> model = Model(
    ...     nodes=3, root=0, tail=np.array([0, 1]), head=np.array([1, 2]), cost=np.ones((2, 1)),
    ...     limit_kw=100 * one, through=np.array([True, True, False]), terminal=np.array([2]),
    ...     peak_kw=30 * one, coincident_kw=20 * one, largest_kw=30 * one, count=np.array([1]),
    ...     prize=np.inf * one, diversity=two, source_edge=np.array([], dtype=int),
    ...     capacity_kw=100 * one, source_cost=0 * one[:, None],
    ... )
    >>> flow_ranges(model).peak_min_kw.tolist()
    [[30.0, 30.0], [0.0, 0.0]]
    """
    alive = np.ones((2, model.edges), dtype=bool) if dead is None else ~np.atleast_2d(dead)
    alive = np.broadcast_to(alive, (2, model.edges))
    required = np.isinf(model.prize) if must is None else np.isinf(model.prize) | must
    allowed = np.ones(model.consumers, dtype=bool) if never is None else ~never
    passes = model.through.copy()
    passes[model.root] = True
    consumer = np.full(model.nodes, -1, dtype=np.int64)
    consumer[model.terminal[allowed]] = np.flatnonzero(allowed)
    usable = alive & _well_ended(model, passes, consumer)
    tree = _block_tree(model, passes, usable)
    behind = _behind(model, tree, usable, consumer, required)
    return _assembled(model, tree, behind, usable, consumer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _BlockTree:
    """Vertices and blocks (numbered after the nodes) as one tree that hangs on the root."""

    parent: npt.NDArray[np.int64]
    reached: npt.NDArray[np.bool_]
    block: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """Sums behind each vertex of the block tree, shape (vertices, SUMS)."""

    any_of: npt.NDArray[np.float64]
    all_of: npt.NDArray[np.float64]
    must: npt.NDArray[np.float64]
    least: npt.NDArray[np.float64]


def _well_ended(
    model: Model, passes: npt.NDArray[np.bool_], consumer: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Arcs that begin where a route may pass and end there or at a consumer, not at the root."""
    begin = np.stack([model.tail, model.head])
    end = begin[::-1]
    ended: npt.NDArray[np.bool_] = passes[end] | (consumer[end] >= 0)
    ended &= passes[begin] & (end != model.root)
    return ended


def _block_tree(
    model: Model, passes: npt.NDArray[np.bool_], usable: npt.NDArray[np.bool_]
) -> _BlockTree:
    """Blocks of the streets that can be used, seen from the root."""
    street = passes[model.tail] & passes[model.head] & usable.any(axis=0)
    kept = np.flatnonzero(street)
    start, neighbour, _ = adjacency(model.nodes, model.tail[kept], model.head[kept])
    entered, parent, _blocks = lowpoint_search(model.root, start, neighbour)
    later = np.where(
        entered[model.tail[kept]] > entered[model.head[kept]], model.tail[kept], model.head[kept]
    )
    block = np.full(model.edges, -1, dtype=np.int64)
    block[kept] = parent[later]
    return _BlockTree(parent=parent, reached=entered >= 0, block=block)


def _behind(
    model: Model,
    tree: _BlockTree,
    usable: npt.NDArray[np.bool_],
    consumer: npt.NDArray[np.int64],
    required: npt.NDArray[np.bool_],
) -> _Behind:
    """What is reached through each vertex: by some, by every service pipe, and without choice."""
    begin = np.stack([model.tail, model.head])
    arc = usable & (consumer[begin[::-1]] >= 0) & tree.reached[begin]
    who, where = consumer[begin[::-1]][arc], begin[arc]
    order = np.lexsort((where, who))
    any_of, all_of, must, least = sums_behind(
        tree.parent, who[order], where[order], amounts(model), required
    )
    return _Behind(any_of=any_of, all_of=all_of, must=must, least=least)


def _assembled(
    model: Model,
    tree: _BlockTree,
    behind: _Behind,
    usable: npt.NDArray[np.bool_],
    consumer: npt.NDArray[np.int64],
) -> FlowRanges:
    """Ranges of the arcs from the sums behind their ends and blocks."""
    begin = np.stack([model.tail, model.head])
    end = begin[::-1]
    block = np.broadcast_to(tree.block, begin.shape)
    street = usable & (block >= 0) & tree.reached[begin]
    street &= tree.parent[np.maximum(block, 0)] != end
    service = usable & (consumer[end] >= 0) & tree.reached[begin]
    low = np.zeros((*begin.shape, SUMS))
    high = np.zeros((*begin.shape, SUMS))
    low[street] = _least_through(model, tree, behind)[end[street]]
    high[street] = _most_through(tree, behind, begin[street], block[street])
    street &= np.isfinite(low[..., PEAK]) & (high[..., PEAK] > 0)
    known = street & (low[..., COUNT] == high[..., COUNT]) & (low[..., PEAK] == high[..., PEAK])
    shown = street | service
    served = consumer[end[service]]
    low[service] = high[service] = np.column_stack(
        [
            model.peak_kw[served],
            model.count[served],
            model.coincident_kw[served],
            model.largest_kw[served],
            np.zeros(len(served)),
        ]
    )
    known |= service
    low[~shown], high[~shown] = 0.0, 0.0
    return _with_loads(model, low, high, known=known, usable=shown)


def _least_through(model: Model, tree: _BlockTree, behind: _Behind) -> npt.NDArray[np.float64]:
    """Least that an arc into each node carries: what hangs there, or else on its block."""
    nodes = np.arange(model.nodes)
    hangs = np.where(
        behind.must[nodes, COUNT][:, None] > 0, behind.must[nodes], behind.least[nodes]
    )
    least = np.full((len(tree.parent), SUMS), np.inf)
    inside = tree.parent[nodes] >= 0
    np.minimum.at(least, tree.parent[nodes][inside], hangs[inside])
    free = inside & (behind.must[nodes, COUNT] == 0)
    hangs[free] = least[tree.parent[nodes][free]]
    return hangs


def _most_through(
    tree: _BlockTree,
    behind: _Behind,
    begin: npt.NDArray[np.int64],
    block: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Most that an arc carries: all behind its block but what only its own beginning reaches."""
    most = behind.any_of[block]
    inner = tree.parent[block] != begin
    sums = [PEAK, COUNT, COINCIDENT]
    most[np.ix_(inner, sums)] -= behind.all_of[begin[inner]][:, sums]
    return most


def _with_loads(
    model: Model,
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    *,
    known: npt.NDArray[np.bool_],
    usable: npt.NDArray[np.bool_],
) -> FlowRanges:
    """Ranges with bounds of the design load, which does not rise with every consumer."""
    count_min = low[..., COUNT].astype(np.int64)
    count_max = np.round(high[..., COUNT]).astype(np.int64)
    load_min = model.design_kw(low[..., PEAK], count_max, low[..., LARGEST], low[..., COINCIDENT])
    load_max = model.design_kw(
        high[..., PEAK], count_min, high[..., LARGEST], high[..., COINCIDENT]
    )
    return FlowRanges(
        usable=usable,
        peak_min_kw=low[..., PEAK],
        peak_max_kw=np.where(known, low[..., PEAK], high[..., PEAK] * (1.0 + ROUNDING)),
        count_min=count_min,
        count_max=count_max,
        coincident_min_kw=low[..., COINCIDENT],
        coincident_max_kw=high[..., COINCIDENT],
        load_min_kw=load_min * (1.0 - ROUNDING),
        load_max_kw=np.where(known, load_min, load_max) * (1.0 + ROUNDING),
    )


def amounts(model: Model) -> npt.NDArray[np.float64]:
    """Columns `PEAK` to `LOAD` of each consumer, shape (k, SUMS)."""
    alone = model.design_kw(model.peak_kw, model.count, model.largest_kw, model.coincident_kw)
    return np.column_stack(
        [model.peak_kw, model.count, model.coincident_kw, model.largest_kw, alone]
    )


def narrowed(
    model: Model,
    ranges: FlowRanges,
    *,
    most: npt.NDArray[np.float64],
    least: npt.NDArray[np.float64],
) -> FlowRanges:
    """
    Ranges when it is also known which consumers each arc can serve.

    Parameters
    ----------
    model
        The problem.
    ranges
        What is known without that.
    most
        Sums over those consumers, columns as `amounts`, shape (2m, SUMS).
    least
        The least of each column among them; inf where there is none.

    Returns
    -------
    ranges
        Ranges inside the given ones.
    """
    shape = ranges.usable.shape
    high, low = most.reshape(*shape, SUMS), least.reshape(*shape, SUMS)
    usable = ranges.usable & (high[..., COUNT] > 0)
    low = np.where(usable[..., None], low, 0.0)
    peak_max = np.minimum(ranges.peak_max_kw, high[..., PEAK] * (1.0 + ROUNDING))
    count_max = np.minimum(ranges.count_max, np.round(high[..., COUNT]).astype(np.int64))
    coincident_max = np.minimum(ranges.coincident_max_kw, high[..., COINCIDENT])
    peak_min = np.minimum(np.maximum(ranges.peak_min_kw, low[..., PEAK]), peak_max)
    count_min = np.maximum(ranges.count_min, low[..., COUNT].astype(np.int64))
    coincident_min = np.maximum(ranges.coincident_min_kw, low[..., COINCIDENT])
    load_min = model.design_kw(peak_min, count_max, low[..., LARGEST], coincident_min)
    load_max = model.design_kw(peak_max, count_min, high[..., LARGEST], coincident_max)
    return FlowRanges(
        usable=usable,
        peak_min_kw=peak_min,
        peak_max_kw=peak_max,
        count_min=count_min,
        count_max=count_max,
        coincident_min_kw=coincident_min,
        coincident_max_kw=coincident_max,
        load_min_kw=np.maximum(ranges.load_min_kw, load_min * (1.0 - ROUNDING)),
        load_max_kw=np.minimum(ranges.load_max_kw, load_max * (1.0 + ROUNDING)),
    )
