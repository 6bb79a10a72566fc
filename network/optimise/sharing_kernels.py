"""
Compiled loops on shares: route consumers under the shares they pay, charge, and keep within costs.

What shares are, and why they prove a bound, is said in `lagrangian`. Shares have shape (k, 2m);
arcs into each node come as start, other end, arc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..compiled import compiled, heap_pop, heap_push

if TYPE_CHECKING:
    import numpy.typing as npt


@compiled
def routed(
    root: int,
    terminal: npt.NDArray[np.int64],
    ceiling: npt.NDArray[np.float64],
    extra: npt.NDArray[np.float64],
    in_start: npt.NDArray[np.int64],
    in_node: npt.NDArray[np.int64],
    in_arc: npt.NDArray[np.int64],
    source: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64],
    spread: float,
    least: float,
    tiny: float,
    start: npt.NDArray[np.int64],
    used: npt.NDArray[np.int64],
    flow: npt.NDArray[np.float64],
    label: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Cost of each consumer's shortest route, flows over routes about as short, and labels."""
    nodes, consumers = len(in_start) - 1, len(terminal)
    key = np.empty(len(in_node) + 2)
    item = np.empty(len(in_node) + 2, dtype=np.int64)
    distance = np.full(nodes, np.inf)
    settled = np.zeros(nodes, dtype=np.bool_)
    order = np.empty(nodes, dtype=np.int64)
    touched = np.empty(nodes, dtype=np.int64)
    through = np.zeros(nodes)
    first = np.full(nodes, -1, dtype=np.int64)
    following = np.empty(len(in_node), dtype=np.int64)
    towards = np.empty(len(in_node), dtype=np.int64)
    paid = np.zeros(consumers)
    filled = 0
    for k in range(consumers):
        start[k] = filled
        end = terminal[k]
        distance[end], touched[0], seen, reached = 0.0, end, 1, 0
        size = heap_push(key, item, 0, 0.0, end)
        while size > 0:
            size = heap_pop(key, item, size)
            away, node = key[size], item[size]
            if settled[node]:
                continue
            if away >= ceiling[k]:
                break
            settled[node] = True
            order[reached] = node
            reached += 1
            if node == root:
                break
            for j in range(in_start[node], in_start[node + 1]):
                other = in_node[j]
                if settled[other]:
                    continue
                over = extra[k, source[in_arc[j]]] if source[in_arc[j]] >= 0 else 0.0
                near = away + share[k, in_arc[j]] + over
                following[j], towards[j], first[other] = first[other], node, j
                if near < distance[other]:
                    if distance[other] == np.inf:
                        touched[seen] = other
                        seen += 1
                    distance[other] = near
                    size = heap_push(key, item, size, near, other)
        paid[k] = min(ceiling[k], distance[root])
        blur = max(spread * paid[k], tiny)
        if settled[root] and spread > 0.0:
            through[root] = 1.0
        for place in range(reached - 1, -1, -1):
            node = order[place]
            if through[node] <= 0.0 or node == end:
                continue
            total = 0.0
            for filling in range(2):
                j = first[node]
                while j >= 0:
                    over = extra[k, source[in_arc[j]]] if source[in_arc[j]] >= 0 else 0.0
                    longer = share[k, in_arc[j]] + over + distance[towards[j]] - distance[node]
                    weight = np.exp(-longer / blur)
                    if filling == 0:
                        total += weight
                    else:
                        part = through[node] * weight / total
                        if part > least and filled < len(used):
                            through[towards[j]] += part
                            used[filled], flow[filled] = in_arc[j], part
                            filled += 1
                    j = following[j]
        for j in range(seen):
            node = touched[j]
            if label.shape[0] > 0 and distance[node] < paid[k]:
                label[k, node] = paid[k] - distance[node]
            distance[node], settled[node], through[node], first[node] = np.inf, False, 0.0, -1
    start[consumers] = filled
    return paid


@compiled
def charged(
    peak_kw: npt.NDArray[np.float64],
    start: npt.NDArray[np.int64],
    used: npt.NDArray[np.int64],
    flow: npt.NDArray[np.float64],
    step: float,
    few: float,
    reach_kw: npt.NDArray[np.float64],
    cost: npt.NDArray[np.float64],
    number: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64],
) -> npt.NDArray[np.int64]:
    """Raise the shares of those who use an arc by a part of its cost; the arcs concerned."""
    arcs = len(number)
    users = np.zeros(arcs)
    load = np.zeros(arcs)
    for k in range(len(start) - 1):
        for j in range(start[k], start[k + 1]):
            users[used[j]] += flow[j]
            load[used[j]] += flow[j] * peak_kw[k]
    each = np.zeros(arcs)
    for arc in range(arcs):
        if users[arc] > 0.0:
            s = 0
            while s + 1 < number[arc] and reach_kw[arc, s] < load[arc]:
                s += 1
            each[arc] = step * cost[arc, s] / max(users[arc], few)
    for k in range(len(start) - 1):
        for j in range(start[k], start[k + 1]):
            share[k, used[j]] += each[used[j]] * flow[j]
    return np.flatnonzero(users)


@compiled
def within_cost(
    arcs: npt.NDArray[np.int64],
    rounds: int,
    peak_kw: npt.NDArray[np.float64],
    reach_kw: npt.NDArray[np.float64],
    cost: npt.NDArray[np.float64],
    number: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64],
) -> None:
    """Lower shares until no group that a size serves pays more than it costs."""
    consumers = share.shape[0]
    who = np.empty(consumers, dtype=np.int64)
    value = np.empty(consumers)
    ratio = np.empty(consumers)
    for arc in arcs:
        for repeat in range(rounds + 1):
            n, total = 0, 0.0
            for k in range(consumers):
                if share[k, arc] > 0.0:
                    who[n], value[n], ratio[n] = k, share[k, arc], share[k, arc] / peak_kw[k]
                    total += value[n]
                    n += 1
            if n == 0 or total <= cost[arc, 0]:
                break
            order = np.argsort(-ratio[:n])
            worst, excess, inside, part, best = -1, 0.0, 0, 0.0, 1.0
            j, served, gained = 0, 0.0, 0.0
            for s in range(number[arc]):
                while j < n and served + peak_kw[who[order[j]]] <= reach_kw[arc, s]:
                    served += peak_kw[who[order[j]]]
                    gained += value[order[j]]
                    j += 1
                rest, most = 0.0, gained
                if j < n:
                    rest = max(0.0, reach_kw[arc, s] - served) / peak_kw[who[order[j]]]
                    most += rest * value[order[j]]
                if most > cost[arc, s]:
                    best = min(best, cost[arc, s] / most)
                if most - cost[arc, s] > excess:
                    worst, excess, inside, part = s, most - cost[arc, s], j, rest
                if j == n:
                    break
            if worst < 0:
                break
            if repeat == rounds:
                for i in range(n):
                    share[who[i], arc] = value[i] * best
                break
            less, last = 0.0, -1.0
            while less > last:
                last = less
                count, total = 0.0, 0.0
                for i in range(min(inside + 1, n)):
                    weight = 1.0 if i < inside else part
                    if value[order[i]] > less:
                        count += weight
                        total += weight * (value[order[i]] - less)
                if count > 0.0 and total > cost[arc, worst]:
                    less += (total - cost[arc, worst]) / count
            for i in range(min(inside + 1, n)):
                weight = 1.0 if i < inside else part
                share[who[order[i]], arc] = max(0.0, value[order[i]] - weight * less)
