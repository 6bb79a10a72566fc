"""
A tree under change: what the searches know about it, and how one cut or one joint changes it.

`State` holds the tree of the moment with sums of consumers behind each node and what each edge is
charged. Children are found by scanning neighbours, so a tree is no more than its ``parent_edge``;
after any change one `climb` to the root brings sums and charges back in order. Sums are always
added up anew from the children, never by difference, so a tree has the same loads however it came
about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.network.compiled import compiled

from .network_arrays import (
    BEHIND,
    COINCIDENT,
    COUNT,
    EDGE,
    ENDS,
    LARGEST,
    OTHER,
    PEAK,
    PRIZE,
    SOURCE,
    START,
    Network,
)
from .pricing import load_kw, overload, place_of, price_at

if TYPE_CHECKING:
    import numpy.typing as npt

PARENT, COME, SEEN, MARK, KNOWN, KEPT, TOUCHED = 0, 1, 2, 3, 4, 5, 6
"""
Columns of whole numbers by node.

The edge towards the root, the edge a label came by, stamps: of the label, of the branch (negative
on the key path above it), of the cost of a joint, of the transaction that keeps the row, and of
the last change nearby.
"""

CHARGE, DISTANCE, REST, JOINT = -4, -3, -2, -1
"""
Columns of values by node after the sums.

Price of the edge towards the root at these sums, label of the route search, largest single load
outside a part of a branch, cost of joining the tree here.
"""

NODE, WAS, BRANCH, WAY = 0, 1, 2, 3
"""Columns of the stack: nodes kept and their parent edges, nodes of a branch, ways to the root."""

SAVED, TURN, TURNS, STAMP, DICE, PASS = 0, 1, 2, 3, 4, 5
"""Places of the counters: rows kept, transaction (0 if none), last of them, stamp, dice, pass."""


class State(NamedTuple):
    """
    The tree of the moment and the room to work on it.

    Attributes
    ----------
    node
        Whole numbers by node, columns from `PARENT` on.
    value
        Sums by node and behind them the columns from `CHARGE` on.
    stack
        Lists of nodes, columns from `NODE` on.
    kept
        Sums and charges as they were when the transaction began.
    total
        Sum of all charges less all prizes won, shape (1,).
    counter
        Counters, see `SAVED`.
    keys, items
        The heap.
    """

    node: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    stack: npt.NDArray[np.int64]
    kept: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]
    counter: npt.NDArray[np.int64]
    keys: npt.NDArray[np.float64]
    items: npt.NDArray[np.int64]

    @property
    def parent_edge(self) -> npt.NDArray[np.int64]:
        """Edge towards the root at each node."""
        return self.node[:, PARENT]

    @property
    def sums(self) -> npt.NDArray[np.float64]:
        """Sums of the consumers behind each node."""
        return self.value[:, :CHARGE]

    @property
    def charge(self) -> npt.NDArray[np.float64]:
        """Price of the edge towards the root at each node."""
        return self.value[:, CHARGE]


def state_of(network: Network) -> State:
    """
    Empty tree, ready for work.

    Parameters
    ----------
    network
        The arrays of the problem.

    Returns
    -------
    state
        A tree of the root alone.
    """
    nodes, columns = len(network.own) - 1, network.own.shape[1]
    room = 2 * len(network.links) + nodes + 16
    node = np.zeros((nodes, 7), dtype=np.int64)
    node[:, PARENT] = -1
    return State(
        node=node,
        value=np.zeros((nodes, columns + 4)),
        stack=np.zeros((nodes + 1, 4), dtype=np.int64),
        kept=np.zeros((nodes, columns + 1)),
        total=np.zeros(1),
        counter=np.zeros(8, dtype=np.int64),
        keys=np.zeros(room),
        items=np.zeros(room, dtype=np.int64),
    )


@compiled
def charge_of(
    net: Network, value: npt.NDArray[np.float64], node: int, edge: int, more: int, sign: float
) -> float:
    """
    Charge of a node if a group (the sums of another node) joins or leaves, by the sign.

    Its edge and what the source asks; prizes are not part of it. The largest single load left by a
    group that leaves is in column `REST`.
    """
    total: float
    largest = value[node, REST] if sign < 0.0 else value[node, LARGEST]
    if sign > 0.0:
        largest = max(largest, value[more, LARGEST])
    load = load_kw(
        net.diversity,
        value[node, PEAK] + sign * value[more, PEAK],
        value[node, COINCIDENT] + sign * value[more, COINCIDENT],
        largest,
        value[node, COUNT] + sign * value[more, COUNT],
    )
    if node == net.root:
        if net.several == 1:
            return 0.0
        total = value[node, SOURCE] + sign * value[more, SOURCE]
        return total + overload(net.capacity_kw[0], net.penalty, load)
    size, share = place_of(net.limit_kw, net.smooth, load)
    total = price_at(net.cost, edge, size, share)
    source = net.edges[edge, BEHIND]
    if source >= 0:
        total += value[node, SOURCE + source] + sign * value[more, SOURCE + source]
        total += overload(net.capacity_kw[source], net.penalty, load)
    return total


@compiled
def save(state: State, node: int) -> None:
    """Keep a node's row as it was when the transaction began."""
    turn = state.counter[TURN]
    if turn == 0 or state.node[node, KEPT] == turn:
        return
    place = state.counter[SAVED]
    state.node[node, KEPT] = turn
    state.stack[place, NODE] = node
    state.stack[place, WAS] = state.node[node, PARENT]
    columns = state.kept.shape[1]
    for column in range(columns):
        state.kept[place, column] = state.value[node, column]
    state.counter[SAVED] = place + 1


@compiled
def begin(state: State) -> None:
    """Start a transaction: from here on rows are kept before they change."""
    state.counter[TURNS] += 1
    state.counter[TURN] = state.counter[TURNS]
    state.counter[SAVED] = 0


@compiled
def undo(state: State, total: float) -> None:
    """Bring back the tree of the beginning of the transaction."""
    columns = state.kept.shape[1]
    for place in range(state.counter[SAVED]):
        node = state.stack[place, NODE]
        state.node[node, PARENT] = state.stack[place, WAS]
        for column in range(columns):
            state.value[node, column] = state.kept[place, column]
    state.total[0] = total


@compiled
def climb(net: Network, state: State, node: int) -> None:
    """Sums and charges of a node and of all above it, each from its children."""
    table, value, columns = state.node, state.value, net.own.shape[1]
    here, change = node, 0.0
    prizes = value[net.root, PRIZE]
    while True:
        save(state, here)
        above = table[here, PARENT]
        for column in range(columns):
            value[here, column] = net.own[here, column]
        for link in range(net.place[here, START], net.place[here + 1, START]):
            edge, child = net.links[link, EDGE], net.links[link, OTHER]
            if edge != above and table[child, PARENT] == edge:
                largest = max(value[here, LARGEST], value[child, LARGEST])
                for column in range(columns):
                    value[here, column] += value[child, column]
                value[here, LARGEST] = largest
        now = charge_of(net, value, here, above, here, 0.0)
        change += now - value[here, CHARGE]
        value[here, CHARGE] = now
        if here == net.root or above < 0:
            break
        here = net.edges[above, ENDS] - here
    state.total[0] += change - (value[net.root, PRIZE] - prizes)


@compiled
def leave(state: State, node: int) -> None:
    """Take a node out of the tree; those above it must be refreshed."""
    save(state, node)
    state.total[0] -= state.value[node, CHARGE]
    state.node[node, PARENT] = -1
    state.node[node, TOUCHED] = state.counter[PASS]
    columns = state.kept.shape[1]
    for column in range(columns):
        state.value[node, column] = 0.0


@compiled
def cut(net: Network, state: State, node: int) -> None:
    """
    Cut the key path above a node; its sums stay.

    A key path ends at the first node above that has other children, or at the root.
    """
    count, here = state.value[node, COUNT], node
    edge = state.node[node, PARENT]
    save(state, node)
    state.total[0] -= state.value[node, CHARGE]
    state.value[node, CHARGE] = 0.0
    state.node[node, PARENT] = -1
    state.node[node, TOUCHED] = state.counter[PASS]
    here = net.edges[edge, ENDS] - node
    while here != net.root and state.value[here, COUNT] <= count:
        edge = state.node[here, PARENT]
        leave(state, here)
        here = net.edges[edge, ENDS] - here
    state.node[here, TOUCHED] = state.counter[PASS]
    climb(net, state, here)


@compiled
def plant(net: Network, state: State, parent_edge: npt.NDArray[np.int64]) -> None:
    """Make the state hold a given tree, less its dead ends."""
    table, value, columns, nodes = state.node, state.value, net.own.shape[1], len(parent_edge)
    waiting, order = np.zeros(nodes, np.int64), np.empty(nodes + 1, np.int64)
    for node in range(nodes):
        table[node, PARENT] = parent_edge[node]
        table[node, TOUCHED] = 0
        for column in range(columns):
            value[node, column] = net.own[node, column]
        value[node, CHARGE] = 0.0
        if parent_edge[node] >= 0:
            waiting[net.edges[parent_edge[node], ENDS] - node] += 1
    found = 0
    for leaf in range(nodes):
        here = leaf
        while here != net.root and waiting[here] == 0:
            waiting[here] = -1
            if parent_edge[here] < 0:
                for column in range(columns):
                    value[here, column] = 0.0
                break
            order[found] = here
            found += 1
            here = net.edges[parent_edge[here], ENDS] - here
            waiting[here] -= 1
    order[found] = net.root
    state.counter[TURN], state.total[0] = 0, 0.0
    for number in range(found + 1):
        here = order[number]
        edge = parent_edge[here]
        if here != net.root:
            if value[here, COUNT] == 0.0:
                table[here, PARENT] = -1
                continue
            above = net.edges[edge, ENDS] - here
            largest = max(value[above, LARGEST], value[here, LARGEST])
            for column in range(columns):
                value[above, column] += value[here, column]
            value[above, LARGEST] = largest
        value[here, CHARGE] = charge_of(net, value, here, edge, here, 0.0)
        state.total[0] += value[here, CHARGE]
    state.total[0] -= value[net.root, PRIZE]


@compiled
def roll(counter: npt.NDArray[np.int64]) -> float:
    """Random number in [0, 1) (the 48-bit linear congruential generator of POSIX drand48)."""
    counter[DICE] = (counter[DICE] * 25214903917 + 11) & ((1 << 48) - 1)
    number: float = (counter[DICE] >> 16) / 4294967296.0
    return number


@compiled
def shuffle(counter: npt.NDArray[np.int64], items: npt.NDArray[np.int64], count: int) -> None:
    """Random order of the first items (Fisher and Yates)."""
    for last in range(count - 1, 0, -1):
        other = int(roll(counter) * (last + 1))
        items[last], items[other] = items[other], items[last]
