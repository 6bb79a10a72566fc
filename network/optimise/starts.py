"""
Trees to start a search from, built on fixed edge weights.

Weights are the prices of edges for one typical load, as if pipe size did not depend on the route:
`steiner_tree` joins the consumer nearest to the tree time after time (the shortest path heuristic
of Takahashi and Matsuyama, 1980, Mathematica Japonica 24, 573-577), `route_tree` gives everybody
the cheapest route of their own, `scaled_tree` repeats the latter with prices per kW of the tree
before (slope scaling, Kim and Pardalos, 1999, doi:10.1016/S0167-6377(99)00017-X).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

from .network_arrays import COINCIDENT, COUNT, LARGEST, PEAK
from .pricing import load_kw, place_of, shortest_routes
from .tree_state import plant

if TYPE_CHECKING:
    import numpy.typing as npt

    from .network_arrays import Network
    from .tree_state import State


def typical_weight(network: Network, *, buildings: float) -> npt.NDArray[np.float64]:
    """
    Price of each edge if it served a group of average consumers.

    Parameters
    ----------
    network
        The arrays of the problem.
    buildings
        Number of consumers in the group.

    Returns
    -------
    weight
        Prices, shape (m,).
    """
    joining = network.own[network.consumer]
    mean = joining.mean(axis=0) if len(joining) else network.own[-1]
    count = max(buildings * mean[COUNT], 1.0)
    load = load_kw(
        network.diversity,
        buildings * mean[PEAK],
        buildings * mean[COINCIDENT],
        mean[LARGEST],
        count,
    )
    size, share = place_of(network.limit_kw, network.smooth, min(load, float(network.limit_kw[-1])))
    price = network.cost[:, size]
    return np.asarray(price - share * (price - network.cost[:, size - 1]))


@compiled
def steiner_tree(
    root: int,
    place: npt.NDArray[np.int64],
    links: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    wanted: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """Tree that joins the wanted node nearest to it, then the next, until none is in reach."""
    nodes = len(place) - 1
    distance, come = np.full(nodes, np.inf), np.full(nodes, -1, np.int64)
    inside, tree = np.zeros(nodes, np.bool_), np.full(nodes, -1, np.int64)
    room = 2 * len(links) + nodes + 2
    keys, items = np.empty(room), np.empty(room, np.int64)
    inside[root] = True
    distance[root] = 0.0
    size = heap_push(keys, items, 0, 0.0, root)
    while size > 0:
        size = heap_pop(keys, items, size)
        label, node = keys[size], items[size]
        if label > distance[node]:
            continue
        if wanted[node] and not inside[node]:
            here = node
            while not inside[here]:
                inside[here] = True
                tree[here] = come[here]
                distance[here] = 0.0
                if place[here, 1] == 1:
                    size = heap_push(keys, items, size, 0.0, here)
                here = ends[come[here]] - here
            continue
        if place[node, 1] == 0:
            continue
        for link in range(place[node, 0], place[node + 1, 0]):
            other, edge = links[link, 0], links[link, 1]
            further = label + weight[edge]
            if further < distance[other]:
                distance[other] = further
                come[other] = edge
                if size >= room:
                    size = _tidied(keys, items, size, distance)
                size = heap_push(keys, items, size, further, other)
    return tree


@compiled
def _tidied(
    keys: npt.NDArray[np.float64],
    items: npt.NDArray[np.int64],
    size: int,
    distance: npt.NDArray[np.float64],
) -> int:
    """Number of items left on a heap once outdated ones are gone."""
    kept = 0
    for place in range(size):
        key, item = keys[place], items[place]
        if key <= distance[item]:
            kept = heap_push(keys, items, kept, key, item)
    return kept


def route_tree(
    network: Network, weight: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """
    Tree of everybody's cheapest route.

    Parameters
    ----------
    network
        The arrays of the problem.
    weight
        Weight of each edge.
    wanted
        Whether each node is to be reached, shape (nodes,).

    Returns
    -------
    parent_edge
        The tree, dead ends included.
    """
    _, tree = shortest_routes(network.root, network.place, network.links, weight)
    leaf = np.flatnonzero((network.own[:-1, COUNT] > 0.0) & ~wanted)
    tree[leaf] = -1
    return tree


def scaled_tree(
    network: Network,
    state: State,
    *,
    wanted: npt.NDArray[np.bool_],
    rounds: int,
) -> npt.NDArray[np.int64]:
    """
    Cheapest of the trees of slope scaling.

    Parameters
    ----------
    network, state
        The arrays of the problem and room to work.
    wanted
        Whether each node is to be reached, shape (nodes,).
    rounds
        Trees to build.

    Returns
    -------
    parent_edge
        The tree.
    """
    weight = typical_weight(network, buildings=1.0) / max(_mean_peak_kw(network), 1e-9)
    best, least = route_tree(network, weight, wanted), np.inf
    for _ in range(rounds):
        plant(network, state, route_tree(network, weight, wanted))
        if state.total[0] < least:
            best, least = state.parent_edge.copy(), float(state.total[0])
        used = np.flatnonzero(state.parent_edge >= 0)
        weight[state.parent_edge[used]] = state.charge[used] / state.sums[used, PEAK]
    return best


def _mean_peak_kw(network: Network) -> float:
    """Mean peak of the consumers that may join."""
    return float(network.own[network.consumer, PEAK].mean()) if len(network.consumer) else 0.0
