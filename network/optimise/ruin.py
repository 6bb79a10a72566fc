"""
Ruin and recreate: take consumers of one neighbourhood out and join them again in another way.

Each round is a transaction: what it changed is undone unless the tree became cheaper, or dearer by
less than a threshold that falls to nothing (Schrimpf et al., 2000, "Record breaking optimization
results using the ruin and recreate principle", doi:10.1006/jcph.1999.6413). Prices get some noise
while consumers join, and prizes some favour, so that trunks are tried that pay only for several
consumers together; the moves that follow take back what does not pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

from .local_search import insert, rehang, remove
from .network_arrays import COUNT, ENDS, PEAK, Network
from .tree_state import PARENT, TURN, State, begin, roll, shuffle, undo

if TYPE_CHECKING:
    import numpy.typing as npt

NEAREST = 80
"""Consumers in the neighbourhood of each."""

SETTLED_MOST = 4000
"""Nodes looked at to find them."""

LEVELS = 4
"""Key nodes above each consumer joined anew that are looked at again."""

BRANCH_MOST = 400
"""Nodes in a branch that is looked at again."""

NOISE = 0.5
"""Widest noise on prices of new pipes."""

FAVOUR = 1.0
"""Widest favour to prizes."""

HEAT = 1.0
"""First threshold as a share of the cost of a mean consumer."""


@compiled
def neighbourhoods(
    root: int,
    place: npt.NDArray[np.int64],
    links: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    consumer: npt.NDArray[np.int64],
    nearest: int,
    settled_most: int,
) -> npt.NDArray[np.int64]:
    """Consumers nearest to each, itself first, as nodes; -1 where there are fewer."""
    nodes, consumers = len(place) - 1, len(consumer)
    asks = np.zeros(nodes, np.bool_)
    asks[consumer] = True
    near = np.full((consumers, nearest), -1, np.int64)
    distance, seen = np.zeros(nodes), np.full(nodes, -1, np.int64)
    keys, items = np.empty(len(links) + 2), np.empty(len(links) + 2, np.int64)
    for number in range(consumers):
        first = consumer[number]
        distance[first], seen[first] = 0.0, number
        size = heap_push(keys, items, 0, 0.0, first)
        found, settled = 0, 0
        while size > 0 and found < nearest and settled < settled_most:
            size = heap_pop(keys, items, size)
            label, node = keys[size], items[size]
            if label > distance[node]:
                continue
            settled += 1
            if asks[node]:
                near[number, found] = node
                found += 1
            if node == root or not (place[node, 1] == 1 or node == first):
                continue
            for link in range(place[node, 0], place[node + 1, 0]):
                other = links[link, 0]
                further = label + weight[links[link, 1]]
                if seen[other] != number or further < distance[other]:
                    seen[other], distance[other] = number, further
                    size = heap_push(keys, items, size, further, other)
    return near


@compiled
def _chosen(
    own: npt.NDArray[np.float64],
    counter: npt.NDArray[np.int64],
    near: npt.NDArray[np.int64],
    group: npt.NDArray[np.int64],
) -> int:
    """
    Number of consumers of a random neighbourhood, put in ``group`` as they shall join again.

    As they lie, at random, or the largest first.
    """
    centre = int(roll(counter) * len(near))
    most = 2 + int(roll(counter) * roll(counter) * (near.shape[1] - 1))
    kept = 1.0 if roll(counter) < 0.5 else 0.6
    count = 0
    for place in range(near.shape[1]):
        if count >= most or near[centre, place] < 0:
            break
        if roll(counter) < kept:
            group[count] = near[centre, place]
            count += 1
    way = roll(counter)
    if way >= 0.3:
        shuffle(counter, group, count)
    if way < 0.7:
        return count
    for last in range(1, count):
        node, place = group[last], last
        while place > 0 and own[group[place - 1], PEAK] < own[node, PEAK]:
            group[place] = group[place - 1]
            place -= 1
        group[place] = node
    return count


@compiled
def _settle(
    net: Network, state: State, node: int, looked: npt.NDArray[np.int64], round_number: int
) -> None:
    """Look again at a consumer and at the forks above it, at each once a round."""
    here = node
    for _ in range(LEVELS):
        if state.node[here, PARENT] < 0 or looked[here] == round_number:
            return
        looked[here] = round_number
        rehang(net, state, here, BRANCH_MOST, 0, 0.0)
        edge = state.node[here, PARENT]
        if edge < 0:
            return
        count = state.value[here, COUNT]
        here = net.edges[edge, ENDS] - here
        while here != net.root and state.value[here, COUNT] <= count:
            here = net.edges[state.node[here, PARENT], ENDS] - here
        if here == net.root:
            return


@compiled
def recreate(
    net: Network,
    state: State,
    near: npt.NDArray[np.int64],
    best: npt.NDArray[np.int64],
    best_total: float,
    rounds: int,
    heat_from: float,
    heat_to: float,
) -> float:
    """Total of the best tree met, kept in ``best``; the threshold falls from heat to heat."""
    table, counter = state.node, state.counter
    group = np.empty(near.shape[1], np.int64)
    looked = np.zeros(len(table), np.int64)
    for number in range(1, rounds + 1):
        heat = heat_from + (heat_to - heat_from) * (number - 1) / rounds
        begin(state)
        before = state.total[0]
        count = _chosen(net.own, counter, near, group)
        for place in range(count):
            if table[group[place], PARENT] >= 0:
                remove(net, state, group[place])
        width = NOISE * roll(counter) if roll(counter) < 0.7 else 0.0
        favour = 1.0 + FAVOUR * roll(counter) if roll(counter) < 0.5 else 1.0
        salt = int(roll(counter) * 1e9)
        for again in range(2):
            for place in range(count):
                if table[group[place], PARENT] < 0:
                    insert(net, state, group[place], favour, salt, width)
            if again == 0:
                favour, width = 1.0, 0.0
                for place in range(count):
                    _settle(net, state, group[place], looked, number)
        if state.total[0] > before + heat:
            undo(state, before)
        elif state.total[0] < best_total:
            best_total = state.total[0]
            for node in range(len(best)):
                best[node] = table[node, PARENT]
    counter[TURN] = 0
    return best_total
