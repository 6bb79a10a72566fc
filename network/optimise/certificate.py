"""
A lower bound checked again from its labels, in NumPy and SciPy, without the code that made it.

For any design, each arc ``a`` that serves a group ``S`` of consumers has a line whose value
``F + v P(S)`` is at most the arc's cost. If over every arc and line

    sum over all k of max(0, label_k(head) - label_k(tail) - v p_k) <= F,

then the labels of ``S`` rise over the arc by at most its cost; summed along all routes, the design
costs at least the labels of those it serves, and pays the prizes of the others. Where rounding has
left a constraint violated, the violation is deducted: an arc is used once at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ..errors import ContradictionError
from .block_kernels import COUNT, LARGEST
from .minorants import SAFETY, corners, most_peak_kw, staircase
from .ranges import amounts, flow_ranges, narrowed

if TYPE_CHECKING:
    import numpy.typing as npt

    from .ascent import Bound
    from .minorants import Lines
    from .model import Model
    from .ranges import FlowRanges

ROUNDING_SHARE = 1e-6
"""Largest correction, relative to the bound, that counts as rounding."""
BLOCK = 4_000_000
"""Label differences held at a time."""


def certified_value(model: Model, bound: Bound) -> float:
    """
    Value of a bound, recomputed from its labels.

    Parameters
    ----------
    model
        The problem.
    bound
        Bound to check, with all bounds it builds on.

    Returns
    -------
    value
        Proven lower bound of any design better than ``bound.upper_bound``.

    Raises
    ------
    ContradictionError
        If a range, a line or a label does not hold, or the value is not what the bound states.
    """
    earlier = -np.inf
    if bound.before is not None:
        earlier = certified_value(model, bound.before)
        _check_findings(model, bound.before)
    ranges = _check_ranges(model, bound)
    _check_lines(model, bound.lines, ranges)
    required, never = _decided(model, bound)
    violated, paid, constant = _paid(model, bound, required, never)
    value = float(np.sort(paid).sum()) + constant - violated
    if _impossible(model, bound, required, never):
        violated, value = 0.0, np.inf
    if violated > ROUNDING_SHARE * max(abs(value), 1.0):
        raise ContradictionError(
            f"labels exceed the intercepts by {violated:g} in all, on a bound of {value:g}"
        )
    if bound.before is not None:
        value = max(min(value, bound.upper_bound), earlier)
    if bound.value > value * (1.0 + np.sign(value) * ROUNDING_SHARE) + ROUNDING_SHARE:
        raise ContradictionError(f"the bound states {bound.value:g}; its labels give {value:g}")
    return min(value, bound.value)


def _decided(model: Model, bound: Bound) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Prizes with what is proven about consumers, and who is out."""
    if bound.before is None:
        return model.prize, np.zeros(model.consumers, dtype=bool)
    return np.where(bound.before.must, np.inf, model.prize), bound.before.never


def _impossible(
    model: Model, bound: Bound, prize: npt.NDArray[np.float64], never: npt.NDArray[np.bool_]
) -> bool:
    """Whether a consumer that must be in is out, or no usable arcs lead to it."""
    begin, end = _ends(model)
    arc = np.flatnonzero(bound.lines.number > 0)
    away = _shortest(model.nodes, begin[arc], end[arc], np.ones(len(arc)), model.root)
    return bool((np.isinf(prize) & (never | np.isinf(away[model.terminal]))).any())


def _check_ranges(model: Model, bound: Bound) -> FlowRanges:
    """Ranges derived again; refuses a bound that claims narrower ones."""
    known = bound.before
    if known is None:
        ranges = flow_ranges(model)
    else:
        ranges = flow_ranges(model, dead=known.dead_arcs, must=known.must, never=known.never)
        if known.pairs >= 0:
            ranges = narrowed(model, ranges, most=known.most, least=known.least)
    needed = corners(model, ranges).needed.any(axis=1)
    if (needed & (bound.lines.number == 0)).any():
        raise ContradictionError("an arc that can be used has no line in the bound")
    return ranges


def _check_lines(model: Model, found: Lines, ranges: FlowRanges) -> None:
    """Refuses lines that leave a size of an arc uncovered."""
    steps = staircase(corners(model, ranges))
    real = np.arange(found.intercept.shape[1])[None, :] < found.number[:, None]
    if (found.intercept[real] < 0).any() or (found.slope[real] < 0).any():
        raise ContradictionError("a line of the bound falls, or starts below zero")
    for s in range(steps.intercept.shape[1]):
        height = found.intercept + found.slope * steps.reach_kw[:, s, None]
        lowest = np.where(real, height, np.inf).min(axis=1)
        above = lowest > steps.intercept[:, s] * (1.0 + 2 * SAFETY) + SAFETY
        above &= steps.number > s
        if above.any():
            arc = int(np.flatnonzero(above)[0])
            raise ContradictionError(
                f"all lines of arc {arc} lie above its cost of {steps.intercept[arc, s]:g} "
                f"at {steps.reach_kw[arc, s]:g} kW"
            )


def _ends(model: Model) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Begin and end of each arc, both directions."""
    return np.concatenate([model.tail, model.head]), np.concatenate([model.head, model.tail])


def _free(model: Model, bound: Bound, arc: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What each consumer may rise over arcs besides the lines: source costs, shape (arcs, k)."""
    free = np.zeros((len(arc), model.consumers))
    priced = model.source_cost + model.peak_kw[:, None] * bound.capacity_price
    for s, edge in enumerate(model.source_edge.tolist()):
        free[arc % model.edges == edge] = priced[:, s]
    return free


def _rises(model: Model, bound: Bound, arc: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Rise of each label over arcs beyond source costs, shape (arcs, k)."""
    begin, end = _ends(model)
    rise: npt.NDArray[np.float64] = (bound.labels[:, end[arc]] - bound.labels[:, begin[arc]]).T
    return rise - _free(model, bound, arc)


def _paid(
    model: Model, bound: Bound, prize: npt.NDArray[np.float64], never: npt.NDArray[np.bool_]
) -> tuple[float, npt.NDArray[np.float64], float]:
    """Sum of violations, what each consumer pays, and what the price of capacity costs."""
    if np.abs(bound.labels[:, model.root]).max(initial=0.0) > 0.0:
        raise ContradictionError("a label is not zero at the root")
    if (bound.capacity_price < 0).any():
        raise ContradictionError("a price of capacity is negative")
    violated = 0.0
    used = np.flatnonzero(bound.lines.number > 0)
    step = max(BLOCK // max(model.consumers, 1), 1)
    for first in range(0, len(used), step):
        arc = used[first : first + step]
        rise, worst = _rises(model, bound, arc), np.zeros(len(arc))
        for i in range(bound.lines.intercept.shape[1]):
            beyond = rise - bound.lines.slope[arc, i, None] * model.peak_kw
            excess = np.maximum(beyond, 0.0).sum(axis=1) - bound.lines.intercept[arc, i]
            worst = np.where(i < bound.lines.number[arc], np.maximum(worst, excess), worst)
        violated += float(worst.sum())
    paid = bound.labels[np.arange(model.consumers), model.terminal].copy()
    if not len(model.source_edge):
        paid += model.source_cost[:, 0] + model.peak_kw * bound.capacity_price[0]
    within = most_peak_kw(model, model.capacity_kw)[:, -1]
    charged = bound.capacity_price > 0
    constant = -float((bound.capacity_price[charged] * within[charged]).sum())
    return violated, np.where(never, prize, np.minimum(prize, paid)), constant


def _check_findings(model: Model, bound: Bound) -> None:
    """Refuses what a bound says of better designs unless its labels show it."""
    prize, never = _decided(model, bound)
    _, paid, constant = _paid(model, bound, prize, never)
    gap = bound.upper_bound - float(np.sort(paid).sum()) - constant
    short = gap - ROUNDING_SHARE * abs(bound.upper_bound)
    known = np.zeros(model.consumers, bool) if bound.before is None else bound.before.must
    if (bound.must & ~known & (prize - paid <= short)).any():
        raise ContradictionError("a consumer is said to be in without proof")
    if bound.pairs < 0:
        return
    most, least, able = _within(model, bound, prize, never, gap=short)
    if (able & bound.never).any():
        raise ContradictionError("a consumer is said to be out without proof")
    most[:, LARGEST] = 0.0
    lost = (most > bound.most * (1.0 + SAFETY) + SAFETY) | (least < bound.least - SAFETY)
    lost[:, 0] |= (most[:, COUNT] > 0) & bound.dead_arcs.ravel()
    if lost.any():
        raise ContradictionError("an arc is said to be useless without proof")


def _within(
    model: Model,
    bound: Bound,
    prize: npt.NDArray[np.float64],
    never: npt.NDArray[np.bool_],
    *,
    gap: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Sums, and least, over consumers whose routes over each arc cost no more than the gap."""
    begin, end = _ends(model)
    arc = np.flatnonzero(bound.lines.number > 0)
    slack = _slack(model, bound, arc)
    amount = amounts(model)
    most = np.zeros((len(begin), amount.shape[1]))
    least = np.full((len(begin), amount.shape[1]), np.inf)
    able = np.zeros(model.consumers, dtype=bool)
    for k in np.flatnonzero(~never).tolist():
        room = _rooms(model, bound, arc, slack, k)
        away = _shortest(model.nodes, begin[arc], end[arc], room, model.root)
        back = _shortest(model.nodes, end[arc], begin[arc], room, int(model.terminal[k]))
        extra = (
            max(
                0.0, model.source_cost[k, 0] + model.peak_kw[k] * bound.capacity_price[0] - prize[k]
            )
            if not len(model.source_edge)
            else 0.0
        )
        able[k] = back[model.root] + extra <= gap
        over = arc[away[begin[arc]] + room + back[end[arc]] + extra <= gap]
        most[over] += amount[k]
        least[over] = np.minimum(least[over], amount[k])

    return most, least, able


def _slack(model: Model, bound: Bound, arc: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What the labels leave of each intercept, shape (arcs, lines); inf where there is no line."""
    slack = np.full((len(arc), bound.lines.intercept.shape[1]), np.inf)
    step = max(BLOCK // max(model.consumers, 1), 1)
    for first in range(0, len(arc), step):
        part = arc[first : first + step]
        rise = _rises(model, bound, part)
        for i in range(slack.shape[1]):
            beyond = np.maximum(rise - bound.lines.slope[part, i, None] * model.peak_kw, 0.0)
            left = np.maximum(bound.lines.intercept[part, i] - beyond.sum(axis=1), 0.0)
            slack[first : first + step, i] = np.where(i < bound.lines.number[part], left, np.inf)
    return slack


def _rooms(
    model: Model,
    bound: Bound,
    arc: npt.NDArray[np.int64],
    slack: npt.NDArray[np.float64],
    k: int,
) -> npt.NDArray[np.float64]:
    """What one more consumer on each arc costs at least, beyond the labels."""
    begin, end = _ends(model)
    rise = bound.labels[k, end[arc]] - bound.labels[k, begin[arc]]
    for s, edge in enumerate(model.source_edge.tolist()):
        priced = model.source_cost[k, s] + model.peak_kw[k] * bound.capacity_price[s]
        rise[arc % model.edges == edge] -= priced
    free = np.maximum(bound.lines.slope[arc] * model.peak_kw[k] - rise[:, None], 0.0)
    least: npt.NDArray[np.float64] = (free + slack).min(axis=1, initial=np.inf)
    return least


def _shortest(
    nodes: int,
    begin: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    length: npt.NDArray[np.float64],
    origin: int,
) -> npt.NDArray[np.float64]:
    """Shortest distances from a node; the shortest of parallel arcs counts."""
    order = np.lexsort((length, end, begin))
    a, b = begin[order], end[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    start = np.searchsorted(a[first], np.arange(nodes + 1))
    graph = csr_array((length[order][first], b[first], start), shape=(nodes, nodes))
    distance: npt.NDArray[np.float64] = dijkstra(graph, indices=origin)
    return distance
