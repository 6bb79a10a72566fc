"""
A proven lower bound of what any design costs: dual ascent with one set of labels per consumer.

Each consumer holds a label at every node, zero at the root; the label at its own node is what it
pays for its access to the network. Over an arc labels may rise by a consumer's own share of the
line (slope times peak) for nothing; whatever they rise beyond, summed over all consumers, may
not exceed the line's intercept. Then no design costs less than the sum of what is paid, each
payment capped at the prize: `certificate` states and checks that.

The ascent raises one consumer's labels at a time by a search backwards over the room that is left,
and always takes a consumer whose component few arcs enter: Wong 1984 (doi:10.1007/BF02612335) for
Steiner trees, Balakrishnan, Magnanti & Wong 1989 (doi:10.1287/opre.37.5.716) for fixed-charge
design.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .best_labels import TILT, Best, best_state, continued, improved
from .block_kernels import COUNT, SUMS
from .labels import Arcs, arcs_of, payments
from .minorants import SAFETY, Lines, corners, lines, staircase
from .ranges import FlowRanges, amounts, flow_ranges, narrowed
from .reach_kernels import reachable

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model

ORDERS = 4
"""Tie-break orders tried."""
COUNTED_MAX = 30_000_000
"""Consumers times nodes beyond which pairs are not counted, and so nothing is eliminated."""
POLISH = 500
"""Rounds of lowering and raising a few neighbours."""
PROGRESS = 0.95
"""Share of the pairs a round must fall below to be followed by another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """
    A lower bound and what proves it.

    Attributes
    ----------
    value
        No design that is better than ``upper_bound`` costs less; inf if no design exists.
    upper_bound
        Cost of the best design known when the bound was made.
    labels
        Label of each consumer at each node, shape (k, nodes), zero at the root.
    lines
        Lines under the cost of each arc.
    ranges
        What each arc can carry, from which the lines were made.
    capacity_price
        Price of a unit of each source's capacity [per kW], shape (s,) or (1,).
    dead
        Edges that no design better than ``upper_bound`` uses, shape (m,); edges from the root to a
        source are left out of this.
    dead_arcs
        The same by direction, shape (2, m).
    must, never
        Consumers that are in, or out, in every better design, shape (k,).
    pairs
        Number of pairs of an arc and a building that a better design may use; -1 if not counted.
    most, least
        Sums, and the least, over the consumers of those pairs, columns as `amounts`, shape
        (2m, SUMS).
    before
        Bound that proved what this one assumes; None if nothing is assumed.
    """

    value: float
    upper_bound: float
    labels: npt.NDArray[np.float64]
    lines: Lines
    ranges: FlowRanges
    capacity_price: npt.NDArray[np.float64]
    dead: npt.NDArray[np.bool_]
    dead_arcs: npt.NDArray[np.bool_]
    must: npt.NDArray[np.bool_]
    never: npt.NDArray[np.bool_]
    pairs: int
    most: npt.NDArray[np.float64]
    least: npt.NDArray[np.float64]
    before: Bound | None


def lower_bound(
    model: Model,
    *,
    upper_bound: float,
    orders: int = ORDERS,
    seed: int = 0,
    ranges: FlowRanges | None = None,
    before: Bound | None = None,
    polish: int = POLISH,
    volume: int = 0,
) -> Bound:
    """
    Proven lower bound of the objective of any design.

    Parameters
    ----------
    model
        The problem.
    upper_bound
        Objective of the best design known; inf if none is.
    orders
        Tie-break orders tried; the best is kept.
    seed
        Seed of those orders.
    ranges
        What each arc can carry; by default what the graph and ``before`` say.
    before
        Earlier bound with the same ``upper_bound``, whose findings are taken as known.
    polish
        Rounds in which a few neighbours' labels are lowered and raised again in another order.
    volume
        Rounds of routing and charging all consumers before that: see `lagrangian`.

    Returns
    -------
    bound
        The bound, its proof and what follows from it.
    """
    dead, must, never = _known(model, before)
    if ranges is None:
        ranges = flow_ranges(model, dead=dead, must=must, never=never)
        if before is not None and before.pairs >= 0:
            ranges = narrowed(model, ranges, most=before.most, least=before.least)
    required = np.where(must, np.inf, model.prize)
    certain = replace(model, prize=required)
    sizes = corners(model, ranges)
    rng = np.random.default_rng(seed)
    if before is None:
        best = best_state(certain, arcs_of(model, lines(sizes, tilt=TILT)), orders=orders, rng=rng)
    else:
        best = continued(certain, before, never)
    arcs = arcs_of(model, staircase(sizes))
    if np.isfinite(best.value):
        again = before is not None
        best, arcs = improved(
            certain, arcs, best, never, rounds=polish, volume=volume, again=again, rng=rng
        )
    return _concluded(certain, model, arcs, best, ranges, before, upper_bound=upper_bound)


def tightened_bound(
    model: Model,
    *,
    upper_bound: float,
    rounds: int = 3,
    orders: int = ORDERS,
    seed: int = 0,
    polish: int = POLISH,
    volume: int = 0,
) -> Bound:
    """
    Lower bound after rounds of elimination.

    Parameters
    ----------
    model
        The problem.
    upper_bound
        Objective of the best design known; what costs more is eliminated.
    rounds
        Most rounds; ended when one finds nothing new.
    orders, seed, polish, volume
        As for `lower_bound`.

    Returns
    -------
    bound
        The last round's bound; its value is the best of all rounds, and never above
        ``upper_bound``: where elimination leaves nothing better, that bound is the optimum.
    """
    bound = lower_bound(
        model, upper_bound=upper_bound, orders=orders, seed=seed, polish=polish, volume=volume
    )
    for number in range(1, rounds):
        if not np.isfinite(upper_bound) or bound.pairs < 0 or bound.value >= upper_bound:
            break
        later = lower_bound(
            model,
            upper_bound=upper_bound,
            orders=orders,
            seed=seed + number,
            before=bound,
            polish=polish,
            volume=volume,
        )
        fewer = later.pairs < PROGRESS * bound.pairs or later.value > bound.value
        if later.value < bound.value:
            break
        bound = later
        if not fewer:
            break
    return bound


def _known(
    model: Model, before: Bound | None
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Dead arcs and decided consumers that an earlier bound has proved."""
    if before is None:
        dead = np.zeros((2, model.edges), dtype=bool)
        must = np.zeros(model.consumers, dtype=bool)
        return dead, must, must.copy()
    return before.dead_arcs, before.must, before.never


def _concluded(
    certain: Model,
    model: Model,
    arcs: Arcs,
    best: Best,
    ranges: FlowRanges,
    before: Bound | None,
    *,
    upper_bound: float,
) -> Bound:
    """Bound with what follows from it for designs better than the upper bound."""
    _, must, never = _known(model, before)
    value = best.value * (1.0 - SAFETY) if best.value > 0 else best.value * (1.0 + SAFETY)
    gap = upper_bound - value + SAFETY * abs(upper_bound)
    usable = arcs.lines.number > 0
    most = np.zeros((len(usable), SUMS))
    least = np.full((len(usable), SUMS), np.inf)
    able, pairs = ~never, -1
    paid = payments(certain, best.terms, never, best.state)
    if np.isfinite(gap) and model.consumers * model.nodes <= COUNTED_MAX:
        excess = np.maximum(best.terms.base - certain.prize, 0.0)
        excess = np.where(never, np.inf, excess)
        most, least, able = reachable(
            model.root,
            gap,
            model.terminal,
            model.peak_kw,
            excess,
            best.terms.extra,
            *arcs.into,
            *arcs.out,
            arcs.source,
            arcs.lines.slope,
            best.state.slack,
            arcs.lines.number,
            best.state.label,
            amounts(model),
        )
        pairs = int(most[:, COUNT].sum())
        usable = usable & (most[:, COUNT] > 0)
    forced = np.isfinite(gap) & (certain.prize - paid > gap) | must
    alive = usable.reshape(2, model.edges)
    edges: npt.NDArray[np.bool_] = np.logical_not(alive.any(axis=0))
    edges[model.source_edge] = False
    better = min(value, upper_bound) if before is not None else value
    return Bound(
        value=max(better, before.value) if before is not None else better,
        upper_bound=upper_bound,
        labels=best.state.label,
        lines=arcs.lines,
        ranges=ranges,
        capacity_price=best.price,
        dead=edges,
        dead_arcs=~alive,
        must=forced,
        never=never | ~able,
        pairs=pairs,
        most=most,
        least=least,
        before=before,
    )
