"""
What passing through a chain costs, by what it carries on to its far end.

Each edge of the chain serves its own consumers and what is carried on; its size steps up as that
grows. The cost of the chain is therefore a staircase in the peaks carried on, and the steps move
with the number of buildings, as diversity lets a pipe serve more. `levels_of` cuts the staircase
into levels: what a tree carries on at a level lies under the level's line. The lines are optimistic
over a range of buildings and exact where the range is a single number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .chains import Demand

if TYPE_CHECKING:
    import numpy.typing as npt

    from .chains import Chain, Skeleton
    from .model import Model

    Steps = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

ROUNDING = 1e-9
"""Relative slack on limits, so that sums that round across a limit stay inside the relaxation."""
SLACK = 2.0 * ROUNDING
"""The same on limits of size, so that a level reaches beyond the tree it is to hold."""
POINTS = 24
"""Numbers of buildings at which the steps are computed; between them the more optimistic counts."""


class Passage(NamedTuple):
    """A chain passed in one direction, its edges and what they serve at least."""

    chain: int
    begin: int
    end: int
    edge: npt.NDArray[np.int64]
    behind: Demand  # of the chain's own consumers, by edge
    least: tuple[float, int, float]  # carried on at least: peaks, buildings, coincident
    most: tuple[float, int, float]
    largest_kw: float  # single load carried on at least


class Level(NamedTuple):
    """A cost of the chain and what it can carry on for it."""

    cost: float
    count_min: int
    count_max: int
    buildings: npt.NDArray[np.int64]  # points of the upper bound on peaks by number of buildings
    peak_kw: npt.NDArray[np.float64]
    coincident_kw: float


def passages_of(model: Model, skeleton: Skeleton) -> list[Passage]:
    """
    Every chain in both directions, as far as a tree may pass it.

    Parameters
    ----------
    model
        The problem.
    skeleton
        Its junctions and chains.

    Returns
    -------
    passages
        None leads to the root or around a circuit.
    """
    passages = []
    for number, chain in enumerate(skeleton.chains):
        for begin, end, step in ((chain.begin, chain.end, 1), (chain.end, chain.begin, -1)):
            if begin == end or end == model.root:
                continue
            passages.append(_passage(skeleton, chain, number, begin, end, step))
    return passages


def _passage(
    skeleton: Skeleton, chain: Chain, number: int, begin: int, end: int, step: int
) -> Passage:
    """One chain in one direction."""
    along = chain.demand.at(slice(None, None, step))
    behind = Demand(
        np.append(np.cumsum(along.peak_kw[::-1])[::-1], 0.0),
        np.append(np.cumsum(along.buildings[::-1])[::-1], 0),
        np.append(np.cumsum(along.coincident_kw[::-1])[::-1], 0.0),
        np.append(np.maximum.accumulate(along.largest_kw[::-1])[::-1], 0.0),
    )
    whole = skeleton.demand.sums()
    first = skeleton.demand.at(np.array([begin])).sums()
    last = skeleton.demand.at(np.array([end]))
    own = chain.demand.sums()
    return Passage(
        chain=number,
        begin=begin,
        end=end,
        edge=chain.edge[::step],
        behind=behind,
        least=(last.sums()[0], max(last.sums()[1], 1), last.sums()[2]),
        most=(
            max(whole[0] - own[0] - first[0], 0.0),
            whole[1] - own[1] - first[1],
            max(whole[2] - own[2] - first[2], 0.0),
        ),
        largest_kw=float(last.largest_kw[0]),
    )


def levels_of(model: Model, passage: Passage, low: int, high: int) -> list[Level]:
    """
    Levels of the cost of a passage for a range of buildings carried on.

    Parameters
    ----------
    model
        The problem.
    passage
        The passage.
    low, high
        Fewest and most buildings carried on.

    Returns
    -------
    levels
        Costs rising; a state within the range costs at least as much as the cheapest level whose
        bounds hold for it.
    """
    count = np.unique(np.linspace(low, high, POINTS).round().astype(np.int64))
    base, floor = _floor(model, passage)
    if not np.isfinite(base):
        return []
    rise = _rises(model, passage, floor)
    peak_steps = [_peak_steps(model, passage, rise, int(number)) for number in count]
    coincident_steps = _coincident_steps(model, passage, rise)
    costs = np.concatenate(
        [
            _costs_within(peak_steps[-1], base, passage.least[0], passage.most[0]),
            _costs_within(coincident_steps, base, passage.least[2], passage.most[2]),
        ]
    )
    least = max(
        _cost_at(peak_steps[-1], base, passage.least[0]),
        _cost_at(coincident_steps, base, passage.least[2]),
    )
    costs = np.unique(np.append(costs, least))
    costs = costs[np.isfinite(costs) & (costs >= least)]
    # Costs that differ by rounding only are one level, the cheaper.
    apart = np.append(True, np.diff(costs) > ROUNDING * np.abs(costs[1:]))
    costs = costs[apart[: len(costs)]]
    dearer = np.append(costs[1:], np.inf) * (1.0 - ROUNDING)
    bounds = np.array(
        [_reach(steps, base, dearer, passage.most[0]) for steps in peak_steps]
    )  # by number of buildings and level
    coincident = _reach(coincident_steps, base, dearer, passage.most[2])
    return [
        Level(float(cost), low, high, count, bounds[:, at], float(coincident[at]))
        for at, cost in enumerate(costs)
        if bounds[:, at].max() >= passage.least[0] * (1.0 - ROUNDING)
        and coincident[at] >= passage.least[2] * (1.0 - ROUNDING)
    ]


def _floor(model: Model, passage: Passage) -> tuple[float, npt.NDArray[np.int64]]:
    """Cost and sizes that the single loads alone ask for."""
    load = np.maximum(passage.behind.largest_kw, passage.largest_kw)
    size = model.size_of(load)
    if (size >= len(model.limit_kw)).any():
        return np.inf, size
    return float(model.cost[passage.edge, size].sum()), size


def _rises(model: Model, passage: Passage, floor: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """How much dearer each edge gets beyond each size; inf beyond the last."""
    cost = np.column_stack([model.cost[passage.edge], np.full(len(passage.edge), np.inf)])
    cost = np.where(np.isfinite(cost), cost, np.inf)
    finite = np.where(np.isfinite(cost), cost, 0.0)
    rise = np.where(np.isfinite(cost[:, 1:]), np.diff(finite, axis=1), np.inf)
    rise[np.arange(rise.shape[1]) < floor[:, None]] = 0.0
    return rise


def _peak_steps(model: Model, passage: Passage, rise: npt.NDArray[np.float64], count: int) -> Steps:
    """Peaks carried on beyond which the cost rises, in order, and by how much in sum."""
    behind = passage.behind
    number = np.minimum(behind.buildings + count, len(model.diversity) - 1)
    limit = model.limit_kw * (1.0 + SLACK)
    return _ordered(limit / model.diversity[number][:, None] - behind.peak_kw[:, None], rise)


def _coincident_steps(model: Model, passage: Passage, rise: npt.NDArray[np.float64]) -> Steps:
    """Coincident loads carried on beyond which the cost rises, and by how much in sum."""
    limit = model.limit_kw * (1.0 + SLACK)
    return _ordered(limit - passage.behind.coincident_kw[:, None], rise)


def _ordered(at: npt.NDArray[np.float64], rise: npt.NDArray[np.float64]) -> Steps:
    """Steps in order, with the sum of all rises up to each."""
    place, height = at[rise > 0.0], rise[rise > 0.0]
    order = np.argsort(place, kind="stable")
    return place[order], np.cumsum(height[order])


def _costs_within(steps: Steps, base: float, low: float, high: float) -> npt.NDArray[np.float64]:
    """Costs that the staircase takes within a range."""
    place, risen = steps
    first, last = np.searchsorted(place, low), np.searchsorted(place, high)
    return np.asarray(base + risen[first:last], dtype=np.float64)


def _cost_at(steps: Steps, base: float, carried: float) -> float:
    """Cost of the staircase at one place."""
    passed = int(np.searchsorted(steps[0], carried))
    return base + (float(steps[1][passed - 1]) if passed else 0.0)


def _reach(
    steps: Steps, base: float, dearer: npt.NDArray[np.float64], most: float
) -> npt.NDArray[np.float64]:
    """What can be carried on before the cost reaches each of some values."""
    at = np.searchsorted(base + steps[1], dearer)
    reach = np.append(steps[0], most)[at]
    return np.asarray(np.minimum(reach, most), dtype=np.float64)


def cheapest_level(levels: list[Level], carried: tuple[float, int, float]) -> int:
    """
    Cheapest level that lets something be carried on.

    Parameters
    ----------
    levels
        Levels of a passage.
    carried
        Peaks, buildings and coincident loads carried on.

    Returns
    -------
    level
        Its number, -1 if there is none.
    """
    best, cost = -1, np.inf
    for number, level in enumerate(levels):
        if not level.count_min <= carried[1] <= level.count_max or level.cost >= cost:
            continue
        peak = level.peak_kw[np.searchsorted(level.buildings, carried[1])]
        if carried[0] <= peak * (1.0 + ROUNDING) and carried[2] <= level.coincident_kw * (
            1.0 + ROUNDING
        ):
            best, cost = number, level.cost
    return best
