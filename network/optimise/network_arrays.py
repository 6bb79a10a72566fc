"""
The problem in the few arrays that the searches read.

Searches are compiled loops, and what a loop is compiled for grows with the number of arrays handed
from one to the next: what belongs together is therefore one table, its columns named here.

What must not be (a pipe too small, a source overloaded, a consumer left out that must join) is
charged at a finite penalty that exceeds any saving, graded by how far it is from being allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.network.compiled import adjacency

from .model import ROUNDING_SHARE
from .pricing import shortest_routes

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model

PEAK, COINCIDENT, LARGEST, COUNT, PRIZE, SOURCE = 0, 1, 2, 3, 4, 5
"""Columns of sums; one column of source cost per source from `SOURCE` on."""

START, THROUGH = 0, 1
"""Columns by node: place of its first link, whether a route may pass it."""

OTHER, EDGE = 0, 1
"""Columns by link: the node it leads to and the edge it is."""

ENDS, BEHIND = 0, 1
"""Columns by edge: the sum of both ends, and the source behind an edge from the root or -1."""


class Network(NamedTuple):
    """
    What a search never changes.

    Attributes
    ----------
    root
        Node that all heat comes from.
    several
        1 if the root stands for sources below it, 0 if it is the source.
    smooth
        1 to interpolate prices between sizes, 0 to take the catalogue's steps.
    penalty
        Charge for what must not be.
    place
        `START` and `THROUGH` of each node, one more row at the end.
    links
        `OTHER` and `EDGE` of each link, node by node.
    edges
        `ENDS` and `BEHIND` of each edge.
    cost
        Price of each edge by size, one more column for loads beyond all sizes; finite.
    own
        Sums of the consumer at each node, shape (nodes + 1, 5 + sources); the last row is nobody.
    limit_kw
        Largest design load of each size [kW].
    diversity
        Diversity factor by number of buildings.
    capacity_kw
        Largest design load of each source [kW].
    """

    root: int
    several: int
    smooth: int
    penalty: float
    place: npt.NDArray[np.int64]
    links: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]
    own: npt.NDArray[np.float64]
    limit_kw: npt.NDArray[np.float64]
    diversity: npt.NDArray[np.float64]
    capacity_kw: npt.NDArray[np.float64]

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """Sum of both ends of each edge."""
        return self.edges[:, ENDS]

    @property
    def consumer(self) -> npt.NDArray[np.int64]:
        """Nodes of consumers that may join, rising."""
        return np.flatnonzero(self.own[:, COUNT] > 0.0)


def network_of(model: Model, *, smooth: bool = False) -> Network:
    """
    Arrays of a model as the searches want them.

    Parameters
    ----------
    model
        The problem.
    smooth
        Whether prices are interpolated between the limits of sizes instead of rising in steps.

    Returns
    -------
    network
        The arrays. Limits are raised by the rounding that `Model.size_of` allows.
    """
    start, neighbour, edge = adjacency(model.nodes, model.tail, model.head)
    through = np.append(model.through, False).astype(np.int64)
    through[model.root] = 1
    place = np.stack([start, through], axis=1)
    links = np.stack([neighbour, edge], axis=1)
    behind = np.full(model.edges, -1, dtype=np.int64)
    behind[model.source_edge] = np.arange(len(model.source_edge))
    penalty = _penalty(model, place, links)
    allowed = 1.0 / (1.0 - ROUNDING_SHARE)
    limit_kw, cost = model.limit_kw * allowed, _finite_prices(model.cost, penalty)
    if smooth:
        limit_kw, cost = _smoothed(limit_kw, cost)
    return Network(
        root=int(model.root),
        several=int(len(model.source_edge) > 0),
        smooth=int(smooth),
        penalty=penalty,
        place=place,
        links=links,
        edges=np.stack([model.tail + model.head, behind], axis=1).astype(np.int64),
        cost=cost,
        own=_own(model, penalty),
        limit_kw=np.ascontiguousarray(limit_kw, dtype=np.float64),
        diversity=np.ascontiguousarray(model.diversity, dtype=np.float64),
        capacity_kw=np.ascontiguousarray(model.capacity_kw * allowed, dtype=np.float64),
    )


def _penalty(model: Model, place: npt.NDArray[np.int64], links: npt.NDArray[np.int64]) -> float:
    """More than any allowed change of a network saves."""
    top = np.where(np.isfinite(model.cost), model.cost, 0.0).max(axis=1, initial=0.0)
    distance, _ = shortest_routes(model.root, place, links, top)
    reach = float(distance[np.isfinite(distance)].max(initial=0.0))
    finite = np.where(np.isfinite(model.prize), np.maximum(model.prize, 0.0), 0.0)
    return 4.0 * reach + float(finite.sum()) + float(model.source_cost.sum()) + 1.0


def _own(model: Model, penalty: float) -> npt.NDArray[np.float64]:
    """Sums of the consumer at each node; those whose joining is worth nothing are nobody."""
    own = np.zeros((model.nodes + 1, SOURCE + model.source_cost.shape[1]))
    asks = model.prize > 0.0
    node = model.terminal[asks]
    own[node, PEAK] = model.peak_kw[asks]
    own[node, COINCIDENT] = model.coincident_kw[asks]
    own[node, LARGEST] = model.largest_kw[asks]
    own[node, COUNT] = model.count[asks]
    own[node, PRIZE] = np.where(np.isfinite(model.prize), model.prize, penalty)[asks]
    own[node, SOURCE:] = model.source_cost[asks]
    return own


def _finite_prices(cost: npt.NDArray[np.float64], penalty: float) -> npt.NDArray[np.float64]:
    """Prices with a graded penalty where a size cannot be laid, and one column beyond all sizes."""
    sizes = cost.shape[1]
    beyond = penalty * (1.0 + np.arange(sizes + 1) / max(sizes, 1))
    prices = np.tile(beyond, (len(cost), 1))
    prices[:, :sizes] = np.where(np.isfinite(cost), cost, prices[:, :sizes])
    return prices


def _smoothed(
    limit_kw: npt.NDArray[np.float64], cost: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Knots of the smooth price: a size's price in the middle of its range, flat at the end."""
    below = np.concatenate([[0.0], limit_kw[:-1]])
    knots = np.concatenate([(below + limit_kw) / 2.0, limit_kw[-1:]])
    return knots, np.concatenate([cost[:, :-1], cost[:, -2:-1], cost[:, -1:]], axis=1)
