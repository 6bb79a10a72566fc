"""
What a network costs that grows in stages: loads, pipes and money of many stagings at once.

A staging says in which stage each consumer of a tree connects. The design load of every section
follows for every stage; its pipe is laid when the first consumer behind it connects and may be
replaced later. Which sizes at which stages is a shortest path over stages, solved exactly for each
section by itself: cost(t) = min over t' > t of laying at t what suffices until t', plus cost(t').
All stagings asked for are priced in one go, arrays of sections by stagings by stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .growth import SLACK

if TYPE_CHECKING:
    import numpy.typing as npt

    from .growth import Growth

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

BEST, END, STEPWISE = "best", "end", "stepwise"
"""Sizing of pipes: cheapest in present value, for the end state at once, for each stage anew."""

PRESSURES = (30.0, 0.1, 0.3, 1.0, 3.0)
"""Extra weight on spending in stages whose budget is exceeded, tried in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """
    Money of some stagings.

    Attributes
    ----------
    npv
        Net present value, shape (stagings,); -inf where something is not allowed.
    spent
        Investment by stage, shape (stagings, stages).
    size, laid
        Size in the ground and whether it is laid in that stage, shape (sections, stagings, stages);
        size -1 before the section exists.
    """

    npv: Floats
    spent: Floats
    size: Ints
    laid: Flags


def staged(plan: Growth, staging: Ints, *, sizing: str = BEST, above: float = -np.inf) -> Staged:
    """
    Money of stagings, pipes sized at their cheapest within the budgets.

    Parameters
    ----------
    plan
        The tree.
    staging
        Stage in which each of its consumers connects, the number of stages for never; shape
        (stagings, consumers).
    sizing
        How pipes are sized: `BEST`, `END` or `STEPWISE`.
    above
        Stagings that cannot be worth more than this are not brought within the budgets: a budget
        never makes a staging worth more.

    Returns
    -------
    staged
        Present value, spending and pipes.

    Notes
    -----
    `BEST` is exact where the budgets allow it. Where they do not, spending in the stages concerned
    is weighted more, at several strengths, so that small pipes come first and are replaced
    later; the best that keeps the budgets counts.
    """
    needed, allowed = _sizes(plan, staging)
    weight = np.repeat(plan.stages.discount[None, :], len(staging), axis=0)
    result = _laid(plan, needed, weight=weight, sizing=sizing)
    spent = _spent(plan, result)
    final, npv, (size, laid) = spent.copy(), _npv(plan, staging, result), result
    open_ones = allowed & (npv > above) & ~plan.stages.keep(spent)
    # The hardest pressure first: what it does not bring within the budgets, none does.
    for pressure in PRESSURES if sizing == BEST and open_ones.any() else ():
        over = np.flatnonzero(open_ones)
        harder = weight[over] * (1.0 + pressure * _overspending(plan, spent[over]))
        again = _laid(plan, needed[:, over], weight=harder, sizing=sizing)
        relieved = _spent(plan, again)
        kept = plan.stages.keep(relieved)
        if pressure == PRESSURES[0]:
            open_ones[over[~kept]] = False
        within = over[kept]
        better = _npv(plan, staging[over], again)[kept]
        ahead = ~plan.stages.keep(final[within]) | (better > npv[within])
        chosen = within[ahead]
        final[chosen], npv[chosen] = relieved[kept][ahead], better[ahead]
        size[:, chosen], laid[:, chosen] = again[0][:, kept][:, ahead], again[1][:, kept][:, ahead]
    spent = final
    if sizing == BEST:
        allowed &= plan.stages.keep(spent)
    return Staged(npv=np.where(allowed, npv, -np.inf), spent=spent, size=size, laid=laid)


def _overspending(plan: Growth, spent: Floats) -> Flags:
    """Stages whose budget is exceeded, by staging."""
    beyond = spent - np.asarray(plan.stages.budget, dtype=float)
    return np.asarray((np.cumsum(beyond, axis=1) if plan.stages.carried else beyond) > 0.0)


def _sizes(plan: Growth, staging: Ints) -> tuple[Ints, Flags]:
    """Smallest size that carries each section in each stage, and whether a staging is allowed."""
    model, stages = plan.model, len(plan.stages.year)
    count, columns = staging.shape[0], staging.shape[0] * stages
    there = (staging.T[:, :, None] <= np.arange(stages)).reshape(-1, columns)
    behind, consumer = plan.behind, plan.consumer
    if not len(consumer):
        return np.full((len(plan.node), count, stages), -1), np.ones(count, dtype=bool)
    largest = np.maximum.reduceat(
        (model.largest_kw[consumer][:, None] * there)[behind.indices], behind.indptr[:-1], axis=0
    )
    number = behind @ (model.count[consumer][:, None] * there).astype(float)
    load = model.design_kw(
        behind @ (model.peak_kw[consumer][:, None] * there),
        np.rint(number).astype(np.int64),
        largest,
        behind @ (model.coincident_kw[consumer][:, None] * there),
    ).reshape(-1, count, stages)
    number = number.reshape(load.shape)
    over = (load > plan.capacity_kw[:, None, None] * (1.0 + SLACK)).any(axis=(0, 2))
    # A pipe once needed stays, though diversity may let the load fall again.
    load = np.maximum.accumulate(load, axis=2)
    size = np.where(number > 0.0, model.size_of(load), -1)
    fits = size < len(model.limit_kw)
    reach = np.where(size >= 0, np.minimum(size, len(model.limit_kw) - 1), 0)
    rows = np.arange(len(plan.node))[:, None, None]
    fits &= np.isfinite(plan.laying[rows, reach])
    early = (staging < plan.earliest).any(axis=1)
    left = (plan.must & (staging >= stages)).any(axis=1)
    return np.where(fits, size, 0), np.asarray(fits.all(axis=(0, 2)) & ~over & ~early & ~left)


def _laid(plan: Growth, needed: Ints, *, weight: Floats, sizing: str) -> tuple[Ints, Flags]:
    """Sizes in the ground and when they are laid, cheapest under weights on spending by stage."""
    sections, stagings, stages = needed.shape
    rows, service = np.arange(sections)[:, None], np.append(plan.stages.service, 0.0)
    onwards = np.zeros((sections, stagings, stages + 1))
    until = np.full((sections, stagings, stages), stages)
    for stage in range(stages - 1, -1, -1):
        now = needed[:, :, stage]
        first = np.ones_like(now, dtype=bool) if stage == 0 else needed[:, :, stage - 1] < 0
        best = np.full(now.shape, np.inf)
        for end in range(stages, stage, -1):
            size = np.maximum(needed[:, :, end - 1], 0)
            price = np.where(first, plan.laying[rows, size], plan.replacing[rows, size])
            cost = price * weight[:, stage] + onwards[:, :, end]
            cost += plan.running[rows, size] * (service[stage] - service[end])
            if sizing == STEPWISE:
                cost[_changes(needed, stage, end)] = np.inf
            if sizing == END and end < stages:
                break
            better = cost < best
            best = np.where(better, cost, best)
            until[:, :, stage] = np.where(better, end, until[:, :, stage])
        onwards[:, :, stage] = np.where(now >= 0, best, onwards[:, :, stage + 1])
    return _followed(needed, until)


def _changes(needed: Ints, stage: int, end: int) -> Flags:
    """Where laying for [stage, end) is not what stage-by-stage sizing does."""
    stages = needed.shape[2]
    grows = needed[:, :, end - 1] != needed[:, :, stage]
    stops = np.zeros_like(grows) if end == stages else needed[:, :, end] == needed[:, :, stage]
    return np.asarray(grows | stops)


def _followed(needed: Ints, until: Ints) -> tuple[Ints, Flags]:
    """Sizes and layings when each laying lasts until the stage chosen."""
    stages = needed.shape[2]
    size, laid = np.full(needed.shape, -1), np.zeros(needed.shape, dtype=bool)
    due = np.argmax(needed >= 0, axis=2)
    due = np.where((needed >= 0).any(axis=2), due, stages)
    for stage in range(stages):
        now = due == stage
        laid[:, :, stage] = now
        last = np.take_along_axis(needed, (until[:, :, stage] - 1)[:, :, None], axis=2)[:, :, 0]
        before = size[:, :, stage - 1] if stage else np.full(now.shape, -1)
        size[:, :, stage] = np.where(now, last, before)
        due = np.where(now, until[:, :, stage], due)
    return size, laid


def prices(plan: Growth, size: Ints, laid: Flags) -> Floats:
    """
    Investment in each section, staging and stage.

    Parameters
    ----------
    plan
        The tree.
    size, laid
        Sizes and layings as in `Staged`.

    Returns
    -------
    investment
        Money of the stage, shape (sections, stagings, stages).
    """
    rows = np.arange(len(plan.node))[:, None, None]
    first = np.cumsum(laid, axis=2) == 1
    price = np.where(first, plan.laying[rows, size], plan.replacing[rows, size])
    return np.where(laid, price, 0.0)


def _spent(plan: Growth, result: tuple[Ints, Flags]) -> Floats:
    """Investment by staging and stage."""
    return np.asarray(prices(plan, *result).sum(axis=0))


def _npv(plan: Growth, staging: Ints, result: tuple[Ints, Flags]) -> Floats:
    """Present value of consumers less pipes, by staging."""
    size, _ = result
    service = np.append(plan.stages.service, 0.0)
    rows = np.arange(len(plan.node))[:, None, None]
    shares = service[:-1] - service[1:]
    running = np.where(size >= 0, plan.running[rows, size], 0.0).sum(axis=0) @ shares
    value = service[staging] @ plan.value
    return np.asarray(value - running - _spent(plan, result) @ plan.stages.discount)
