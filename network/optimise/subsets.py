"""
The recursion over subsets of consumers: its tables, its kernel, and the arcs of its answer.

`Tables` holds what depends on a subset only (pipe size, prizes left out, source costs);
`subset_recursion` fills in the cheapest way to carry each subset onwards from each node, after
Dreyfus and Wagner (1971, Networks 1(3), 195-207). `small` branches on its answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.network.compiled import adjacency, compiled, heap_pop, heap_push

from .model import UNUSED

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model


class Branch(NamedTuple):
    """Conditions on arcs: barred outright, or barred to sets with just one of two consumers."""

    barred: tuple[tuple[int, int], ...] = ()  # arc, bits: no set that meets these bits
    paired: tuple[tuple[int, int], ...] = ()  # arc, two bits: a set holds both or neither


class Use(NamedTuple):
    """One arc of the recursion's answer: edge, whether it runs from tail to head, and its set."""

    child: int
    arc: int
    subset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the recursion looks up, by subset (bit k: consumer k)."""

    model: Model
    lists: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]
    size: npt.NDArray[np.int64]
    left_out: npt.NDArray[np.float64]
    arc_row: npt.NDArray[np.int64]
    extra: npt.NDArray[np.float64]

    @classmethod
    def of(cls, model: Model, slack: float) -> Tables:
        """Tables of a problem, its loads raised by a relative slack."""
        subsets = np.arange(1 << model.consumers)
        member = (subsets[:, None] >> np.arange(model.consumers)) & 1 == 1
        load = model.design_kw(
            member @ model.peak_kw,
            member @ model.count,
            (member * model.largest_kw).max(axis=1, initial=0.0),
            member @ model.coincident_kw,
        ) * (1.0 + slack)
        served = np.where(load[None, :] <= model.capacity_kw[:, None], 0.0, np.inf)
        served += (member @ model.source_cost).T
        must = np.isinf(model.prize)
        left_out = (~member) @ np.where(must, 0.0, model.prize)
        left_out[(~member & must).any(axis=1)] = np.inf
        arc_row = np.full(2 * model.edges, UNUSED, dtype=np.int64)
        extra = np.zeros((0, len(subsets)))
        if len(model.source_edge):
            outward = model.tail[model.source_edge] == model.root
            arc_row[2 * model.source_edge + np.where(outward, 0, 1)] = np.arange(len(served))
            extra = served
        else:
            left_out = left_out + served[0]
        return cls(
            model=model,
            lists=adjacency(model.nodes, model.tail, model.head),
            size=model.size_of(load).astype(np.int64),
            left_out=left_out,
            arc_row=arc_row,
            extra=extra,
        )

    def solve(self, branch: Branch) -> tuple[float, list[Use]]:
        """Value of the recursion under a branch's conditions, and the arcs it uses."""
        model = self.model
        arc_row, extra = self._conditions(branch)
        value, choice = subset_recursion(
            model.root,
            *self.lists,
            model.tail,
            model.cost,
            model.through,
            model.terminal,
            self.size,
            arc_row,
            extra,
        )
        total = value[:, model.root] + self.left_out
        best = int(total.argmin())
        return float(total[best]), _uses(model, choice, best) if np.isfinite(total[best]) else []

    def _conditions(self, branch: Branch) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Tables of arcs with conditions: their row, and the cost added by subset."""
        arc_row, rows = self.arc_row.copy(), list(self.extra)
        subsets = np.arange(len(self.size))
        for arc, _ in (*branch.barred, *branch.paired):
            if arc_row[arc] == UNUSED:
                arc_row[arc] = len(rows)
                rows.append(np.zeros(len(subsets)))
        for arc, bits in branch.barred:
            row = rows[arc_row[arc]]
            rows[arc_row[arc]] = np.where(subsets & bits != 0, np.inf, row)
        for arc, bits in branch.paired:
            both = subsets & bits
            row = rows[arc_row[arc]]
            rows[arc_row[arc]] = np.where((both != 0) & (both != bits), np.inf, row)
        return arc_row, np.array(rows).reshape(len(rows), len(subsets))


@compiled
def subset_recursion(
    root: int,
    start: npt.NDArray[np.int64],
    neighbour: npt.NDArray[np.int64],
    edge_at: npt.NDArray[np.int64],
    tail: npt.NDArray[np.int64],
    cost: npt.NDArray[np.float64],
    through: npt.NDArray[np.bool_],
    terminal: npt.NDArray[np.int64],
    size: npt.NDArray[np.int64],
    arc_row: npt.NDArray[np.int64],
    extra: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Cheapest way to carry each subset onwards from each node, and the first step of it."""
    subsets, nodes, sizes = len(size), len(through), cost.shape[1]
    value = np.full((subsets, nodes), np.inf)
    choice = np.full((subsets, nodes), -1, dtype=np.int64)
    value[0, root] = 0.0
    keys = np.empty(len(neighbour) + nodes + 1)
    items = np.empty(len(neighbour) + nodes + 1, dtype=np.int64)
    for k in range(len(terminal)):
        value[1 << k, terminal[k]] = 0.0
    for subset in range(1, subsets):
        here, step = value[subset], choice[subset]
        low = subset & -subset
        part = (subset - 1) & subset
        while part > 0:
            if part & low:
                one, two = value[part], value[subset ^ part]
                for v in range(nodes):
                    both = one[v] + two[v]
                    if both < here[v]:
                        here[v] = both
                        step[v] = -2 - part
            part = (part - 1) & subset
        pipe = size[subset]
        if pipe >= sizes:
            continue
        waiting = 0
        for v in range(nodes):
            if here[v] < np.inf and v != root:
                waiting = heap_push(keys, items, waiting, here[v], v)
        while waiting > 0:
            waiting = heap_pop(keys, items, waiting)
            key, w = keys[waiting], items[waiting]
            if key > here[w]:
                continue
            for at in range(start[w], start[w + 1]):
                v, edge = neighbour[at], edge_at[at]
                if not (through[v] or v == root):
                    continue
                arc = 2 * edge + (0 if tail[edge] == v else 1)
                reach = key + cost[edge, pipe]
                if arc_row[arc] >= 0:
                    reach += extra[arc_row[arc], subset]
                if reach < here[v]:
                    here[v] = reach
                    step[v] = arc
                    if v != root:
                        waiting = heap_push(keys, items, waiting, reach, v)
    return value, choice


def _uses(model: Model, choice: npt.NDArray[np.int64], subset: int) -> list[Use]:
    """Arcs of the recursion's answer for a subset at the root."""
    uses, waiting = [], [(model.root, subset)] if subset else []
    while waiting:
        node, carried = waiting.pop()
        step = int(choice[carried, node])
        if step <= -2:
            part = -2 - step
            waiting += [(node, part), (node, carried ^ part)]
        elif step >= 0:
            child = int(model.tail[step // 2] + model.head[step // 2]) - node
            uses.append(Use(child, step, carried))
            waiting.append((child, carried))
    return uses
