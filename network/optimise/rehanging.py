"""
Where a branch of the tree may hang: the search for its cheapest joint, priced exactly.

A branch is taken off at its key path and hung on again in the cheapest way: any node of the branch
may become its upper end, the new pipe may run along any free edges, and the joint may be anywhere
in the rest of the tree. What counts is what the branch's own pipes cost when they carry water the
other way, the new pipe, and what every pipe from the joint to the root costs more. Looking does
not change the tree; only a move that pays does.

Key-path exchange follows Uchoa and Werneck (2012), "Fast local search for the Steiner problem in
graphs", doi:10.1145/2133803.2184448, taken from fixed edge weights to prices that depend on load.
"""

from __future__ import annotations

import numpy as np

from heatreach.network.compiled import compiled, heap_pop, heap_push

from .network_arrays import (
    BEHIND,
    COINCIDENT,
    COUNT,
    EDGE,
    ENDS,
    LARGEST,
    OTHER,
    PEAK,
    SOURCE,
    START,
    THROUGH,
    Network,
)
from .pricing import load_kw, noise_of, overload, place_of, price_at
from .tree_state import (
    BRANCH,
    CHARGE,
    COME,
    DISTANCE,
    JOINT,
    KNOWN,
    MARK,
    PARENT,
    PASS,
    REST,
    SEEN,
    STAMP,
    TOUCHED,
    WAY,
    State,
    charge_of,
    climb,
    save,
)

LABELS_MOST = 1000
"""Labels looked at for a new place of a branch; a trunk's would otherwise cover the whole town."""


@compiled
def lift(net: Network, state: State, top: int) -> float:
    """
    What the tree saves without a branch, its own pipes not counted.

    The key path above it is marked, and the cost of joining is known at all nodes from there to
    the root: what their pipes cost more with the branch than without.
    """
    table, value = state.node, state.value
    stamp, count = state.counter[STAMP], value[top, COUNT]
    single = value[top, LARGEST]
    saving, below = value[top, CHARGE], top
    here = net.edges[table[top, PARENT], ENDS] - top
    while here != net.root and value[here, COUNT] <= count:
        table[here, MARK] = -stamp
        saving += value[here, CHARGE]
        below, here = here, net.edges[table[here, PARENT], ENDS] - here
    depth, without = 0, 0.0
    while True:
        # The largest single load left; beside the child on the way, `without` is its own rest.
        largest = value[here, LARGEST]
        if single == largest:
            largest = max(without, net.own[here, LARGEST])
            above = table[here, PARENT]
            for link in range(net.place[here, START], net.place[here + 1, START]):
                edge, child = net.links[link, EDGE], net.links[link, OTHER]
                if edge != above and table[child, PARENT] == edge and child != below:
                    largest = max(largest, value[child, LARGEST])
        value[here, REST], without = largest, largest
        state.stack[depth, WAY] = here
        depth += 1
        if here == net.root:
            break
        below, here = here, net.edges[table[here, PARENT], ENDS] - here
    joint = 0.0
    for step in range(depth - 1, -1, -1):
        here = state.stack[step, WAY]
        joint += value[here, CHARGE]
        joint -= charge_of(net, value, here, table[here, PARENT], top, -1.0)
        value[here, JOINT] = joint
        table[here, KNOWN] = stamp
    freed: float = saving + joint
    return freed


@compiled
def gather(net: Network, state: State, top: int, largest_branch: int) -> tuple[int, float]:
    """
    Number of nodes of a branch and the charges inside it; -1 if too large or its top no fork.

    The stack holds them from the top down, column `DISTANCE` what the branch's own pipes cost more
    if it hangs at each of them.
    """
    table, value, stack = state.node, state.value, state.stack
    stamp = state.counter[STAMP]
    stack[0, BRANCH] = top
    table[top, MARK], table[top, SEEN] = stamp, stamp
    value[top, DISTANCE], value[top, REST] = 0.0, 0.0
    found, done, inside = 1, 0, 0.0
    while done < found:
        node = stack[done, BRANCH]
        done += 1
        above = table[node, PARENT]
        first, second = net.own[node, LARGEST], 0.0
        begin = found
        for link in range(net.place[node, START], net.place[node + 1, START]):
            edge, child = net.links[link, EDGE], net.links[link, OTHER]
            if edge != above and table[child, PARENT] == edge:
                if found >= largest_branch:
                    return -1, 0.0
                stack[found, BRANCH] = child
                found += 1
                single = value[child, LARGEST]
                second = max(second, min(single, first))
                first = max(first, single)
        if node == top and found < 3 and net.own[top, COUNT] == 0.0:
            return -1, 0.0
        for number in range(begin, found):
            child = stack[number, BRANCH]
            table[child, MARK], table[child, SEEN] = stamp, stamp
            inside += value[child, CHARGE]
            others = second if value[child, LARGEST] == first else first
            value[child, REST] = max(value[node, REST], others)
            value[child, DISTANCE] = np.inf
            if net.place[child, THROUGH] == 0:
                continue
            load = load_kw(
                net.diversity,
                value[top, PEAK] - value[child, PEAK],
                value[top, COINCIDENT] - value[child, COINCIDENT],
                value[child, REST],
                value[top, COUNT] - value[child, COUNT],
            )
            size, share = place_of(net.limit_kw, net.smooth, load)
            turned = price_at(net.cost, table[child, PARENT], size, share)
            value[child, DISTANCE] = value[node, DISTANCE] + turned - value[child, CHARGE]
    return found, inside


@compiled
def joint_of(net: Network, state: State, node: int, top: int) -> float:
    """What the way from a node of the tree to the root costs more if a branch joins there."""
    table, value, stack, stamp = state.node, state.value, state.stack, state.counter[STAMP]
    depth, here, total = 0, node, 0.0
    while True:
        if table[here, KNOWN] == stamp:
            total = value[here, JOINT]
            break
        stack[depth, WAY] = here
        depth += 1
        if here == net.root:
            break
        here = net.edges[table[here, PARENT], ENDS] - here
    for step in range(depth - 1, -1, -1):
        here = stack[step, WAY]
        total -= value[here, CHARGE]
        total += charge_of(net, value, here, table[here, PARENT], top, 1.0)
        value[here, JOINT] = total
        table[here, KNOWN] = stamp
    return total


@compiled
def cheapest_joint(
    net: Network, state: State, top: int, found: int, limit: float, salt: int, width: float
) -> tuple[float, int, int]:
    """
    Cheapest way to hang a gathered branch on the tree below a limit of cost.

    The cost, the last node of the new pipe before the tree, and the edge into the tree (-1 if no
    way is cheap enough). Column `COME` leads back from that node to the branch.
    """
    table, value, keys, items = state.node, state.value, state.keys, state.items
    place, links, cost, stamp = net.place, net.links, net.cost, state.counter[STAMP]
    load = load_kw(
        net.diversity,
        value[top, PEAK],
        value[top, COINCIDENT],
        value[top, LARGEST],
        value[top, COUNT],
    )
    size, share = place_of(net.limit_kw, net.smooth, load)
    best, best_node, best_edge, count = limit, -1, -1, 0
    for number in range(found):
        node = state.stack[number, BRANCH]
        table[node, COME] = -1
        if value[node, DISTANCE] < best:
            count = heap_push(keys, items, count, value[node, DISTANCE], node)
    for _ in range(LABELS_MOST):
        if count == 0:
            break
        count = heap_pop(keys, items, count)
        label, node = keys[count], items[count]
        if label >= best:
            break
        if label > value[node, DISTANCE]:
            continue
        for link in range(place[node, START], place[node + 1, START]):
            other, edge = links[link, OTHER], links[link, EDGE]
            mark = table[other, MARK]
            if mark == stamp or place[other, THROUGH] == 0:
                continue
            further = label + price_at(cost, edge, size, share) * noise_of(edge, salt, width)
            if further >= best:
                continue
            if (table[other, PARENT] >= 0 and mark != -stamp) or other == net.root:
                if other == net.root and net.several == 1:
                    source = net.edges[edge, BEHIND]
                    further += value[top, SOURCE + source]
                    further += overload(net.capacity_kw[source], net.penalty, load)
                if table[other, KNOWN] == stamp:
                    further += value[other, JOINT]
                else:
                    further += joint_of(net, state, other, top)
                if further < best:
                    best, best_node, best_edge = further, node, edge
            elif table[other, SEEN] != stamp or further < value[other, DISTANCE]:
                table[other, SEEN], table[other, COME] = stamp, edge
                value[other, DISTANCE] = further
                count = heap_push(keys, items, count, further, other)
    return best, best_node, best_edge


@compiled
def hang(net: Network, state: State, top: int, node: int, edge: int) -> None:
    """Hang a gathered branch on the tree along the pipe that `cheapest_joint` found."""
    table = state.node
    here, towards, now = node, edge, state.counter[PASS]
    table[net.edges[edge, ENDS] - node, TOUCHED] = now
    while table[here, COME] >= 0:
        save(state, here)
        table[here, PARENT], table[here, TOUCHED] = towards, now
        towards = table[here, COME]
        here = net.edges[towards, ENDS] - here
    while True:
        save(state, here)
        before = table[here, PARENT]
        table[here, PARENT], table[here, TOUCHED] = towards, now
        if here == top:
            break
        here, towards = net.edges[before, ENDS] - here, before
    climb(net, state, top)
