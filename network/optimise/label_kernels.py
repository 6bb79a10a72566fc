"""
Compiled loops on labels: raise, lower, find room, tilt lines.

What labels are, and why they prove a bound, is said in `ascent`. An arc's room is how much further
one consumer's label may rise over it: what the line grants for nothing and what is left of its
intercept, on the line with least. Arrays per arc have shape (2m, lines); arcs into and out of each
node come as start, other end, arc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..compiled import compiled, heap_pop, heap_push

if TYPE_CHECKING:
    import numpy.typing as npt


@compiled
def room(
    arc: int,
    rise: float,
    peak_kw: float,
    extra: float,
    slope: npt.NDArray[np.float64],
    slack: npt.NDArray[np.float64],
    number: npt.NDArray[np.int64],
) -> float:
    """How much further a label may rise over an arc."""
    least = np.inf
    for i in range(number[arc]):
        left = max(0.0, slope[arc, i] * peak_kw + extra - rise) + max(0.0, slack[arc, i])
        least = min(least, left)
    return least


@compiled
def spend(
    arc: int,
    before: float,
    after: float,
    peak_kw: float,
    extra: float,
    slope: npt.NDArray[np.float64],
    slack: npt.NDArray[np.float64],
    number: npt.NDArray[np.int64],
) -> None:
    """Take from an arc's slack what a change of the rise over it needs."""
    for i in range(number[arc]):
        free = slope[arc, i] * peak_kw + extra
        slack[arc, i] -= max(0.0, after - free) - max(0.0, before - free)


@compiled
def ascend(
    root: int,
    who: npt.NDArray[np.int64],
    terminal: npt.NDArray[np.int64],
    peak_kw: npt.NDArray[np.float64],
    ceiling: npt.NDArray[np.float64],
    tie: npt.NDArray[np.float64],
    extra: npt.NDArray[np.float64],
    in_start: npt.NDArray[np.int64],
    in_node: npt.NDArray[np.int64],
    in_arc: npt.NDArray[np.int64],
    out_start: npt.NDArray[np.int64],
    out_node: npt.NDArray[np.int64],
    out_arc: npt.NDArray[np.int64],
    source: npt.NDArray[np.int64],
    slope: npt.NDArray[np.float64],
    slack: npt.NDArray[np.float64],
    number: npt.NDArray[np.int64],
    label: npt.NDArray[np.float64],
    patience: float,
    tiny: float,
) -> bool:
    """Raise labels until each consumer meets the root or its ceiling; False if one meets none."""
    nodes = len(in_start) - 1
    queue_key = np.empty(len(who) + 1)
    queue = np.empty(len(who) + 1, dtype=np.int64)
    queued = 0
    for at in range(len(who)):
        queued = heap_push(queue_key, queue, queued, tie[at], at)
    arcs = len(in_node)
    key = np.empty(arcs + 2)
    item = np.empty(arcs + 2, dtype=np.int64)
    distance = np.full(nodes, np.inf)
    gain = np.zeros(nodes)
    settled = np.zeros(nodes, dtype=np.bool_)
    met = np.zeros(nodes, dtype=np.int64)
    order = np.empty(nodes, dtype=np.int64)
    touched = np.empty(nodes, dtype=np.int64)
    feasible = True
    while queued > 0:
        queued = heap_pop(queue_key, queue, queued)
        at = queue[queued]
        k = who[at]
        bar = patience * queue_key[0] if queued > 0 else np.inf
        end = terminal[k]
        left = ceiling[k] - label[k, end]
        if left <= tiny:
            continue
        distance[end] = 0.0
        size = heap_push(key, item, 0, 0.0, end)
        touched[0] = end
        seen, reached, cut, level, done = 1, 0, 0, 0.0, False
        while True:
            if size == 0:
                level, done = left, True
                break
            size = heap_pop(key, item, size)
            away, node = key[size], item[size]
            if settled[node]:
                continue
            if away > level + tiny:
                if cut > bar:
                    break
                if away >= left:
                    level, done = left, True
                    break
                level = away
            if node == root:
                done = True
                break
            settled[node] = True
            order[reached] = node
            reached += 1
            cut -= met[node]
            for j in range(in_start[node], in_start[node + 1]):
                other = in_node[j]
                if settled[other]:
                    continue
                arc = in_arc[j]
                over = extra[k, source[arc]] if source[arc] >= 0 else 0.0
                rise = label[k, node] - label[k, other]
                near = away + room(arc, rise, peak_kw[k], over, slope, slack, number)
                cut += 1
                if met[other] == 0 and distance[other] == np.inf:
                    touched[seen] = other
                    seen += 1
                met[other] += 1
                if near < distance[other]:
                    distance[other] = near
                    size = heap_push(key, item, size, near, other)
        if np.isinf(level):
            feasible = False
        else:
            for j in range(reached):
                gain[order[j]] = max(0.0, level - distance[order[j]])
            for j in range(reached):
                node = order[j]
                if gain[node] <= 0.0:
                    continue
                for q in range(in_start[node], in_start[node + 1]):
                    arc, other = in_arc[q], in_node[q]
                    if gain[other] == gain[node]:
                        continue
                    over = extra[k, source[arc]] if source[arc] >= 0 else 0.0
                    rise = label[k, node] - label[k, other]
                    later = rise + gain[node] - gain[other]
                    spend(arc, rise, later, peak_kw[k], over, slope, slack, number)
                for q in range(out_start[node], out_start[node + 1]):
                    arc, other = out_arc[q], out_node[q]
                    if gain[other] > 0.0:
                        continue
                    over = extra[k, source[arc]] if source[arc] >= 0 else 0.0
                    rise = label[k, other] - label[k, node]
                    later = rise - gain[node]
                    spend(arc, rise, later, peak_kw[k], over, slope, slack, number)
            for j in range(reached):
                label[k, order[j]] += gain[order[j]]
        for j in range(seen):
            node = touched[j]
            distance[node], gain[node], settled[node], met[node] = np.inf, 0.0, False, 0
        if not done:
            queued = heap_push(queue_key, queue, queued, cut + tie[at], at)
    return feasible


@compiled
def lowered(
    who: npt.NDArray[np.int64],
    share: float,
    peak_kw: npt.NDArray[np.float64],
    extra: npt.NDArray[np.float64],
    in_start: npt.NDArray[np.int64],
    in_node: npt.NDArray[np.int64],
    in_arc: npt.NDArray[np.int64],
    source: npt.NDArray[np.int64],
    slope: npt.NDArray[np.float64],
    slack: npt.NDArray[np.float64],
    number: npt.NDArray[np.int64],
    label: npt.NDArray[np.float64],
) -> None:
    """Scale down the labels of some consumers and give back to the arcs what they had taken."""
    for k in who:
        for node in range(label.shape[1]):
            if label[k, node] <= 0.0:
                continue
            for j in range(in_start[node], in_start[node + 1]):
                arc = in_arc[j]
                rise = label[k, node] - label[k, in_node[j]]
                if rise > 0.0:
                    over = extra[k, source[arc]] if source[arc] >= 0 else 0.0
                    spend(arc, rise, share * rise, peak_kw[k], over, slope, slack, number)
        for node in range(label.shape[1]):
            label[k, node] *= share


@compiled
def neighbours(
    origin: int,
    wanted: int,
    consumer: npt.NDArray[np.int64],
    in_start: npt.NDArray[np.int64],
    in_node: npt.NDArray[np.int64],
    out_start: npt.NDArray[np.int64],
    out_node: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Consumers fewest arcs away from a node, in the order they are met."""
    seen = np.zeros(len(consumer), dtype=np.bool_)
    queue = np.empty(len(consumer), dtype=np.int64)
    found = np.empty(wanted, dtype=np.int64)
    queue[0], seen[origin] = origin, True
    first, last, met = 0, 1, 0
    while first < last and met < wanted:
        node = queue[first]
        first += 1
        if consumer[node] >= 0:
            found[met] = consumer[node]
            met += 1
        for j in range(in_start[node], in_start[node + 1]):
            if not seen[in_node[j]]:
                seen[in_node[j]] = True
                queue[last] = in_node[j]
                last += 1
        for j in range(out_start[node], out_start[node + 1]):
            if not seen[out_node[j]]:
                seen[out_node[j]] = True
                queue[last] = out_node[j]
                last += 1
    return found[:met]


@compiled
def rises_by_arc(
    extra: npt.NDArray[np.float64],
    in_start: npt.NDArray[np.int64],
    in_node: npt.NDArray[np.int64],
    in_arc: npt.NDArray[np.int64],
    source: npt.NDArray[np.int64],
    label: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Start of each arc's list, consumers whose labels rise over it, and by how much."""
    start = np.zeros(len(source) + 1, dtype=np.int64)
    who = np.empty(0, dtype=np.int64)
    rise = np.empty(0)
    for filling in range(2):
        if filling == 1:
            start[1:] = np.cumsum(start[1:])
            who = np.empty(start[-1], dtype=np.int64)
            rise = np.empty(start[-1])
            place = start.copy()
        for k in range(label.shape[0]):
            for node in range(label.shape[1]):
                if label[k, node] <= 0.0:
                    continue
                for j in range(in_start[node], in_start[node + 1]):
                    arc = in_arc[j]
                    over = extra[k, source[arc]] if source[arc] >= 0 else 0.0
                    up = label[k, node] - label[k, in_node[j]] - over
                    if up <= 0.0:
                        continue
                    if filling == 0:
                        start[arc + 1] += 1
                    else:
                        who[place[arc]], rise[place[arc]] = k, up
                        place[arc] += 1
    return start, who, rise


@compiled
def retilted(
    peak_kw: npt.NDArray[np.float64],
    start: npt.NDArray[np.int64],
    who: npt.NDArray[np.int64],
    rises: npt.NDArray[np.float64],
    reach_kw: npt.NDArray[np.float64],
    cost: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Slope of each size's line that the labels leave most slack, the slack, and lines needed."""
    slope = np.zeros(cost.shape)
    slack = np.zeros(cost.shape)
    number = np.zeros(len(sizes), dtype=np.int64)
    for arc in range(len(sizes)):
        rise = rises[start[arc] : start[arc + 1]]
        peak = peak_kw[who[start[arc] : start[arc + 1]]]
        order = np.argsort(-rise / peak)
        for s in range(sizes[arc]):
            steepest = cost[arc, s] / reach_kw[arc, s] if reach_kw[arc, s] > 0.0 else 0.0
            served, tilt = 0.0, 0.0
            for j in order:
                served += peak[j]
                if served > reach_kw[arc, s]:
                    tilt = min(rise[j] / peak[j], steepest)
                    break
            spent = tilt * reach_kw[arc, s]
            for j in range(len(rise)):
                spent += max(0.0, rise[j] - tilt * peak[j])
            slope[arc, s] = tilt
            slack[arc, s] = cost[arc, s] - spent
            number[arc] = s + 1
            if tilt == 0.0:
                break
    return slope, slack, number
