"""
The stage of each consumer of a growing tree: search over stagings priced by `stage_costs`.

With few consumers all stagings are priced and the best is kept. Otherwise branches of the tree are
connected greedily, best worth per spending first, as for a knapsack with precedence (Kolliopoulos
and Steiner 2007), and then moved between stages while that helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .stage_costs import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from .growth import Growth

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

ENUMERATED = 6000
"""Stagings up to this number are all priced."""

BATCH = 64
"""Stagings priced at once in the search."""

PROMISING = 24
"""Branches priced exactly before the next one is connected."""

SWEEPS = 4
"""Passes over all branches in search of a better stage for each."""

STEPS = 2000
"""Branches connected greedily."""

LEAST_GAIN = 1e-9
"""Relative gain below which a move is not worth making."""


def best_staging(plan: Growth) -> Ints:
    """
    Best staging found: of all if there are few, else greedily and by moves.

    Parameters
    ----------
    plan
        The tree.

    Returns
    -------
    staging
        Stage in which each consumer of the tree connects, the number of stages for never.
    """
    number = len(plan.stages.year)
    consumers = len(plan.consumer)
    if consumers * np.log(number + 1.0) <= np.log(ENUMERATED):
        choices = [np.append(np.arange(first, number), number) for first in plan.earliest]
        everything = np.stack(np.meshgrid(*choices, indexing="ij"), axis=-1) if choices else None
        stagings = (
            np.full((1, 0), number) if everything is None else everything.reshape(-1, consumers)
        )
        return np.asarray(_best_of(plan, stagings)[0])
    start = np.full(consumers, number)
    mandatory = _mandatory(plan, start)
    return _moved(plan, _greedy(plan, mandatory))


def _best_of(plan: Growth, stagings: Ints, *, above: float = -np.inf) -> tuple[Ints, float]:
    """Best of many stagings, priced in batches, and its value; the first if none is above."""
    best, npv = stagings[0], above
    for begin in range(0, len(stagings), BATCH):
        batch = stagings[begin : begin + BATCH]
        worth = staged(plan, batch, above=npv).npv
        at = int(np.argmax(worth))
        if worth[at] > npv:
            best, npv = batch[at], float(worth[at])
    return best, npv


def _mandatory(plan: Growth, staging: Ints) -> Ints:
    """Staging with all that must connect in it, each as late as the budgets demand."""
    must = np.flatnonzero(plan.must)
    if not len(must):
        return staging
    number = len(plan.stages.year)
    started = staging.copy()
    started[must] = number - 1
    # Those on the cheapest branches first: what fits an early stage leaves later budgets free.
    for consumer in must.tolist():
        options = np.repeat(started[None, :], number - plan.earliest[consumer], axis=0)
        options[:, consumer] = np.arange(plan.earliest[consumer], number)
        spare = _overspent(plan, options)
        started = options[int(np.argmin(spare))]
    return started


def _overspent(plan: Growth, stagings: Ints) -> Floats:
    """Spending beyond the budgets, by staging."""
    spent, budget = staged(plan, stagings).spent, np.asarray(plan.stages.budget, dtype=float)
    if plan.stages.carried:
        spent, budget = np.cumsum(spent, axis=1), np.cumsum(budget)
    return np.asarray(np.maximum(spent - budget, 0.0).sum(axis=1))


def _greedy(plan: Growth, staging: Ints) -> Ints:
    """Branches connected one by one, stage by stage, best worth per spending first."""
    number = len(plan.stages.year)
    current = staged(plan, staging[None, :])
    npv, spent = float(current.npv[0]), float(current.spent.sum())
    for stage in range(number):
        for _ in range(STEPS):
            options = _joinings(plan, staging, stage=stage)
            if not len(options):
                break
            found = staged(plan, options, above=npv)
            gain = found.npv - npv if np.isfinite(npv) else found.npv
            allowed = np.isfinite(found.npv) & (gain > LEAST_GAIN * max(abs(npv), 1.0))
            if not allowed.any():
                break
            more = np.maximum(found.spent.sum(axis=1) - spent, 1e-3 * max(spent, 1.0))
            at = int(np.argmax(np.where(allowed, gain / more, -np.inf)))
            staging, npv = options[at], float(found.npv[at])
            spent = float(found.spent[at].sum())
    return staging


def _joinings(plan: Growth, staging: Ints, *, stage: int) -> Ints:
    """Stagings with one more branch connected in a stage, the most promising by rough cost."""
    number = len(plan.stages.year)
    waiting = (staging == number) & (plan.earliest <= stage)
    dug = plan.behind @ (staging <= stage).astype(float) > 0.0
    worth = plan.behind @ np.where(waiting, plan.value, 0.0)
    members = plan.behind @ waiting.astype(float)
    rough = np.where(dug | (members == 0.0), 0.0, plan.laying[:, 0])
    rough = np.where(np.isfinite(rough), rough, 0.0)
    cost = rough + _inside(plan, rough) + _upstream(plan, rough)
    ratio = np.where(members > 0.0, worth / np.maximum(cost, 1e-9), -np.inf)
    order = np.argsort(-ratio, kind="stable")[:PROMISING]
    order = order[members[order] > 0.0]
    options = np.repeat(staging[None, :], len(order), axis=0)
    for row, section in enumerate(order.tolist()):
        inside = _members(plan, section)
        options[row, inside[waiting[inside]]] = stage
    return np.unique(options, axis=0)


def _inside(plan: Growth, cost: Floats) -> Floats:
    """Cost of all sections strictly behind each section."""
    total = np.zeros(len(cost))
    above = _above(plan)
    for section in range(len(cost) - 1, 0, -1):
        total[above[section]] += total[section] + cost[section]
    return total


def _upstream(plan: Growth, cost: Floats) -> Floats:
    """Cost of all sections strictly between each section and the root."""
    total, above = np.zeros(len(cost)), _above(plan)
    for section in range(1, len(cost)):
        total[section] = total[above[section]] + cost[above[section]]
    return total


def _above(plan: Growth) -> Ints:
    """Section towards the root of each section; sections stand in order from the root outwards."""
    place = np.full(plan.model.nodes, 0, dtype=np.int64)
    place[plan.node] = np.arange(len(plan.node))
    ends = plan.model.tail[plan.edge] + plan.model.head[plan.edge]
    parent = np.where(plan.edge >= 0, ends - plan.node, plan.node)
    return place[parent]


def _members(plan: Growth, section: int) -> Ints:
    """Consumers behind a section, as places in the staging."""
    start, end = plan.behind.indptr[section : section + 2]
    return np.asarray(plan.behind.indices[start:end])


def _moved(plan: Growth, staging: Ints) -> Ints:
    """Staging after all moves of branches and single consumers to other stages that help."""
    npv = float(staged(plan, staging[None, :]).npv[0])
    for _ in range(SWEEPS):
        before = npv
        for options in _moves(plan, staging):
            # Options were made before earlier moves of this sweep: only their own part counts.
            changed = np.where(options[1], options[0], staging)
            best, worth = _best_of(plan, changed, above=npv)
            if worth > npv + LEAST_GAIN * max(abs(npv), 1.0) or not np.isfinite(npv):
                staging, npv = (best, worth) if worth > npv else (staging, npv)
        if not npv > before + LEAST_GAIN * max(abs(before), 1.0):
            break
    return staging


def _moves(plan: Growth, staging: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Batches of stagings with one branch in another stage, and the part that is moved."""
    number = len(plan.stages.year)
    rows, masks = [], []
    members, above = np.diff(plan.behind.indptr), _above(plan)
    # Along a chain of sections without a branch all have the same consumers behind them.
    branching = (members != members[above]) | (np.arange(len(members)) == 0)
    for section in np.flatnonzero(branching).tolist():
        inside = _members(plan, section)
        for stage in range(number + 1):
            mask = np.zeros(len(staging), dtype=bool)
            mask[inside[plan.earliest[inside] <= stage]] = True
            if stage == number:
                mask &= ~plan.must
            if not mask.any() or (staging[mask] == stage).all():
                continue
            rows.append(np.full(len(staging), stage))
            masks.append(mask)
            if len(rows) == BATCH:
                yield np.array(rows), np.array(masks)
                rows, masks = [], []
    if rows:
        yield np.array(rows), np.array(masks)
