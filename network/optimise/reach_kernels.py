"""
What a better design may still use: pairs of an arc and a consumer whose reduced cost is small.

A consumer's route costs at least its label and the room of each arc on it (see `label_kernels`).
Where that exceeds the gap between the best design known and the bound, no better design has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..compiled import compiled, heap_pop, heap_push
from .block_kernels import LARGEST, added
from .label_kernels import room

if TYPE_CHECKING:
    import numpy.typing as npt


@compiled
def reachable(
    root: int,
    gap: float,
    terminal: npt.NDArray[np.int64],
    peak_kw: npt.NDArray[np.float64],
    excess: npt.NDArray[np.float64],
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
    amount: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Sums and least over the consumers that each arc can serve within the gap; who can be in."""
    nodes, arcs = len(in_start) - 1, len(in_node)
    most = np.zeros((len(number), amount.shape[1]))
    least = np.full((len(number), amount.shape[1]), np.inf)
    able = np.zeros(len(terminal), dtype=np.bool_)
    key = np.empty(arcs + 2)
    item = np.empty(arcs + 2, dtype=np.int64)
    up = np.full(nodes, np.inf)
    down = np.full(nodes, np.inf)
    seen = np.empty(nodes, dtype=np.int64)
    for k in range(len(terminal)):
        reached = 0
        size = 0
        if excess[k] <= gap:
            up[terminal[k]] = excess[k]
            seen[0], reached = terminal[k], 1
            size = heap_push(key, item, 0, excess[k], terminal[k])
        while size > 0:
            size = heap_pop(key, item, size)
            away, node = key[size], item[size]
            if away > up[node]:
                continue
            for j in range(in_start[node], in_start[node + 1]):
                arc, other = in_arc[j], in_node[j]
                over = extra[k, source[arc]] if source[arc] >= 0 else 0.0
                rise = label[k, node] - label[k, other]
                near = away + room(arc, rise, peak_kw[k], over, slope, slack, number)
                if near <= gap and near < up[other]:
                    if up[other] == np.inf:
                        seen[reached] = other
                        reached += 1
                    up[other] = near
                    size = heap_push(key, item, size, near, other)
        able[k] = up[root] < np.inf
        if able[k]:
            down[root] = 0.0
            size = heap_push(key, item, 0, 0.0, root)
        while size > 0:
            size = heap_pop(key, item, size)
            away, node = key[size], item[size]
            if away > down[node]:
                continue
            for j in range(out_start[node], out_start[node + 1]):
                arc, other = out_arc[j], out_node[j]
                over = extra[k, source[arc]] if source[arc] >= 0 else 0.0
                rise = label[k, other] - label[k, node]
                near = away + room(arc, rise, peak_kw[k], over, slope, slack, number)
                if near + up[other] > gap:
                    continue
                for c in range(amount.shape[1]):
                    most[arc, c] = added(most[arc, c], amount[k, c], c == LARGEST)
                    least[arc, c] = min(least[arc, c], amount[k, c])
                if near < down[other]:
                    down[other] = near
                    size = heap_push(key, item, size, near, other)
        for j in range(reached):
            up[seen[j]] = np.inf
            down[seen[j]] = np.inf
    return most, least, able
