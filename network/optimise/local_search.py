"""
Moves that make a tree cheaper: re-hang a branch, drop it, join a consumer, prune what does not pay.

A pass tries every consumer and fork of the tree once; later passes only those near what changed
since they were tried. How a branch finds its place is in `heatreach.network.optimise.rehanging`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled

from .network_arrays import BEHIND, COUNT, EDGE, ENDS, OTHER, PRIZE, SOURCE, START, Network
from .rehanging import cheapest_joint, gather, hang, lift
from .tree_state import (
    BRANCH,
    CHARGE,
    PARENT,
    PASS,
    STAMP,
    TOUCHED,
    State,
    cut,
    leave,
    plant,
    save,
    shuffle,
)

if TYPE_CHECKING:
    import numpy.typing as npt

GAIN_SHARE = 1e-9
"""Smallest gain of a move, as a share of what is at stake, that rounding cannot feign."""

PASS_SHARE = 1e-4
"""Passes end when one saves less than this share of the tree's cost."""

NEARBY = 8
"""Links from a change within which consumers and forks are tried again."""

EVERYWHERE = 1 << 40
"""Size of branch that no branch exceeds."""


@compiled
def rehang(
    net: Network, state: State, top: int, largest_branch: int, salt: int, width: float
) -> bool:
    """Hang a branch elsewhere or drop it if that is cheaper; whether it was."""
    state.counter[STAMP] += 1
    found, inside = gather(net, state, top, largest_branch)
    if found < 0:
        return False
    limit = lift(net, state, top)
    limit -= GAIN_SHARE * (abs(limit) + 1.0)
    best, node, edge = cheapest_joint(net, state, top, found, limit, salt, width)
    if state.value[top, PRIZE] - inside < best:
        cut(net, state, top)
        for number in range(found):
            leave(state, state.stack[number, BRANCH])
        return True
    if edge < 0:
        return False
    cut(net, state, top)
    hang(net, state, top, node, edge)
    return True


@compiled
def remove(net: Network, state: State, node: int) -> None:
    """Take a consumer and its key path out of the tree."""
    cut(net, state, node)
    leave(state, node)


@compiled
def insert(net: Network, state: State, node: int, favour: float, salt: int, width: float) -> bool:
    """Join a consumer if that costs less than ``favour`` times its prize; whether it did."""
    save(state, node)
    state.counter[STAMP] += 1
    columns = net.own.shape[1]
    for column in range(columns):
        state.value[node, column] = net.own[node, column]
    found, _ = gather(net, state, node, EVERYWHERE)
    limit = net.own[node, PRIZE] * favour
    _, last, edge = cheapest_joint(net, state, node, found, limit, salt, width)
    if edge >= 0:
        hang(net, state, node, last, edge)
        return True
    for column in range(columns):
        state.value[node, column] = 0.0
    return False


@compiled
def improve(net: Network, state: State, passes: int) -> None:
    """Local search until a pass saves next to nothing."""
    table, nodes = state.node, len(state.node)
    order, kids = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    near = np.ones(nodes, np.bool_)
    for number in range(passes):
        state.counter[PASS] += 1
        before = state.total[0]
        for node in range(nodes):
            kids[node] = 0
        for node in range(nodes):
            if table[node, PARENT] >= 0:
                kids[net.edges[table[node, PARENT], ENDS] - node] += 1
        count = 0
        for node in range(nodes):
            key = net.own[node, COUNT] > 0.0 or (kids[node] > 1 and node != net.root)
            if key and near[node]:
                order[count] = node
                count += 1
        shuffle(state.counter, order, count)
        for place in range(count):
            if table[order[place], PARENT] >= 0:
                rehang(net, state, order[place], EVERYWHERE, 0, 0.0)
        for place in range(count):
            node = order[place]
            if net.own[node, COUNT] > 0.0 and table[node, PARENT] < 0:
                insert(net, state, node, 1.0, 0, 0.0)
        cost = state.total[0] + state.value[net.root, PRIZE]
        if before - state.total[0] <= PASS_SHARE * abs(cost):
            break
        if number + 1 < passes:
            changed_nearby(net, state, near, order)


@compiled
def changed_nearby(
    net: Network, state: State, near: npt.NDArray[np.bool_], queue: npt.NDArray[np.int64]
) -> None:
    """Mark the nodes at most `NEARBY` links from a change of this pass."""
    first, last = 0, 0
    for node in range(len(near)):
        near[node] = state.node[node, TOUCHED] == state.counter[PASS]
        if near[node]:
            queue[last] = node
            last += 1
    for _ in range(NEARBY):
        end = last
        while first < end:
            node = queue[first]
            first += 1
            for link in range(net.place[node, START], net.place[node + 1, START]):
                other = net.links[link, OTHER]
                if not near[other]:
                    near[other] = True
                    queue[last] = other
                    last += 1


@compiled
def prune(net: Network, state: State, favour: float) -> bool:
    """
    Drop all branches that do not pay at the sizes of the moment; whether any was.

    A branch pays if the prizes behind it, branches that do not pay left out, exceed its price.
    """
    table, value, nodes = state.node, state.value, len(state.node)
    order, source = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    worth, dropped = np.zeros(nodes), np.zeros(nodes, np.bool_)
    order[0] = net.root
    found, done = 1, 0
    while done < found:
        node = order[done]
        done += 1
        above = table[node, PARENT]
        for link in range(net.place[node, START], net.place[node + 1, START]):
            edge, child = net.links[link, EDGE], net.links[link, OTHER]
            if edge != above and table[child, PARENT] == edge:
                behind = net.edges[edge, BEHIND]
                source[child] = behind if behind >= 0 else source[node]
                order[found] = child
                found += 1
    for number in range(found - 1, 0, -1):
        node = order[number]
        edge = table[node, PARENT]
        worth[node] += net.own[node, PRIZE] * favour - net.own[node, SOURCE + source[node]]
        worth[node] -= value[node, CHARGE]
        behind = net.edges[edge, BEHIND]
        if behind >= 0:
            worth[node] += value[node, SOURCE + behind]
        dropped[node] = worth[node] <= 0.0
        worth[net.edges[edge, ENDS] - node] += max(worth[node], 0.0)
    any_dropped = False
    tree = np.empty(nodes, np.int64)
    for node in range(nodes):
        tree[node] = table[node, PARENT]
    for number in range(1, found):
        node = order[number]
        dropped[node] |= dropped[net.edges[table[node, PARENT], ENDS] - node]
        if dropped[node]:
            tree[node] = -1
            any_dropped = True
    if any_dropped:
        plant(net, state, tree)
    return any_dropped
