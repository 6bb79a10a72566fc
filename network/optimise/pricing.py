"""
What a pipe costs for a group of consumers, in compiled code, and shortest routes at fixed prices.

The same rules as `heatreach.network.optimise.model.evaluate`: the design load of a group from its
sums, the smallest size that carries it, that size's price. Prices may also be read between sizes
(smooth), so that a kilowatt more or less always counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

if TYPE_CHECKING:
    import numpy.typing as npt


@compiled
def shortest_routes(
    root: int,
    place: npt.NDArray[np.int64],
    links: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Shortest weights from the root to all nodes and the edges they arrive by (Dijkstra)."""
    nodes = len(place) - 1
    distance = np.full(nodes, np.inf)
    come = np.full(nodes, -1, np.int64)
    keys = np.empty(len(links) + 2)
    items = np.empty(len(links) + 2, np.int64)
    distance[root] = 0.0
    size = heap_push(keys, items, 0, 0.0, root)
    while size > 0:
        size = heap_pop(keys, items, size)
        here, label = items[size], keys[size]
        if label > distance[here] or (here != root and place[here, 1] == 0):
            continue
        for link in range(place[here, 0], place[here + 1, 0]):
            there, by = links[link, 0], links[link, 1]
            further = label + weight[by]
            if further < distance[there]:
                distance[there] = further
                come[there] = by
                size = heap_push(keys, items, size, further, there)
    return distance, come


@compiled
def load_kw(
    diversity: npt.NDArray[np.float64],
    peak_kw: float,
    coincident_kw: float,
    largest_kw: float,
    count: float,
) -> float:
    """Design load of a group from its sums [kW]."""
    factor: float = diversity[min(int(count), len(diversity) - 1)]
    return max(peak_kw * factor, largest_kw, coincident_kw)


@compiled
def place_of(limit_kw: npt.NDArray[np.float64], smooth: int, load: float) -> tuple[int, float]:
    """Smallest size for a load, and the share of the way back to the price of the next smaller."""
    sizes = len(limit_kw)
    low, high = 0, sizes
    while low < high:
        middle = (low + high) >> 1
        if limit_kw[middle] < load:
            low = middle + 1
        else:
            high = middle
    if low == sizes:
        return low, 1.0 - load / limit_kw[sizes - 1]
    if smooth == 0 or low == 0:
        return low, 0.0
    below = limit_kw[low - 1]
    return low, (limit_kw[low] - load) / (limit_kw[low] - below)


@compiled
def price_at(cost: npt.NDArray[np.float64], edge: int, size: int, share: float) -> float:
    """Price of an edge at a place found by `place_of`."""
    price: float = cost[edge, size]
    if share != 0.0:
        price -= share * (price - cost[edge, size - 1])
    return price


@compiled
def overload(capacity_kw: float, penalty: float, load: float) -> float:
    """Penalty for a source that serves more than it can."""
    excess = load - capacity_kw
    if excess <= 0.0:
        return 0.0
    return penalty * (1.0 + excess / load)


@compiled
def noise_of(edge: int, salt: int, width: float) -> float:
    """Factor of an edge's price in one search, 1 to ``1 + width`` (a multiplicative hash)."""
    if width == 0.0:
        return 1.0
    mixed = ((edge + 1) * 2654435761 + salt * 40503) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 15)) * 2246822519) & 0xFFFFFFFF
    return 1.0 + width * (mixed ^ (mixed >> 13)) / 4294967296.0
