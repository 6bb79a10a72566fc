"""
Labels of each consumer at each node, raised as far as the lines allow, lowered and raised again.

A change to one consumer's labels frees or uses room of others. So after the first ascent a few
neighbours at a time are lowered by a random share and raised in another order, and the slope of
each line is chosen anew for the labels as they are: of all lines through a size's corner the one
that leaves most slack is found like the break item of a fractional knapsack (Dantzig 1957,
doi:10.1287/opre.5.2.266).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .label_kernels import ascend, lowered, neighbours, retilted, rises_by_arc
from .minorants import Lines, most_peak_kw, with_slopes

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model

PATIENCE = 1.2
"""Arcs that may enter a component, relative to the next in the queue, before it has to wait."""
TINY = 1e-10
"""Smallest rise, relative to the largest intercept; below it two levels are one."""
SPREAD = 0.5
"""Range of the random part of a consumer's place in the queue; components differ by whole arcs."""
NEIGHBOURS = 10
"""Most consumers lowered at a time."""
RETILTED_EVERY = 100
"""Rounds of polish between new lines."""
ONE_BY_ONE = 1e6
"""Places in the queue this far apart are a strict order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arcs:
    """Usable arcs by node, both ways, and what raising a label over them costs."""

    into: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]
    out: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]
    source: npt.NDArray[np.int64]
    lines: Lines


def arcs_of(model: Model, found: Lines) -> Arcs:
    """Arcs that have lines, listed by head and by tail."""
    begin = np.concatenate([model.tail, model.head])
    end = np.concatenate([model.head, model.tail])
    arc = np.flatnonzero(found.number > 0)
    source = np.full(len(begin), -1, dtype=np.int64)
    for s, edge in enumerate(model.source_edge.tolist()):
        source[[edge, edge + model.edges]] = s
    return Arcs(
        into=_by_node(model.nodes, end[arc], begin[arc], arc),
        out=_by_node(model.nodes, begin[arc], end[arc], arc),
        source=source,
        lines=found,
    )


def _by_node(
    nodes: int, at: npt.NDArray[np.int64], other: npt.NDArray[np.int64], arc: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Start of each node's list, the other ends, and the arcs."""
    order = np.argsort(at, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=nodes))]).astype(np.int64)
    return start, other[order], arc[order]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What consumers bring to the ascent, at a price of capacity."""

    base: npt.NDArray[np.float64]
    extra: npt.NDArray[np.float64]
    ceiling: npt.NDArray[np.float64]
    constant: float


@dataclass(slots=True)
class State:
    """Labels and what they leave of each line's intercept."""

    label: npt.NDArray[np.float64]
    slack: npt.NDArray[np.float64]


def terms_of(model: Model, price: npt.NDArray[np.float64], never: npt.NDArray[np.bool_]) -> Terms:
    """Payments outside the arcs: source costs, the price of capacity, prizes as ceilings."""
    priced = model.source_cost + model.peak_kw[:, None] * price
    single = not len(model.source_edge)
    base = priced[:, 0] if single else np.zeros(model.consumers)
    ceiling = np.maximum(model.prize - base, 0.0)
    within = most_peak_kw(model, model.capacity_kw)[:, -1]
    charged = price > 0
    return Terms(
        base=base,
        extra=np.ascontiguousarray(priced),
        ceiling=np.where(never, 0.0, ceiling),
        constant=-float((price[charged] * within[charged]).sum()),
    )


def payments(
    model: Model, terms: Terms, never: npt.NDArray[np.bool_], state: State
) -> npt.NDArray[np.float64]:
    """What each consumer pays at least, in or out."""
    paid = terms.base + state.label[np.arange(model.consumers), model.terminal]
    return np.where(never, model.prize, np.minimum(model.prize, paid))


def raise_labels(
    model: Model,
    arcs: Arcs,
    terms: Terms,
    state: State,
    *,
    who: npt.NDArray[np.int64],
    tie: npt.NDArray[np.float64],
) -> bool:
    """Raise the labels of some consumers as far as they go; False if one meets no root."""
    found = arcs.lines
    return ascend(
        model.root,
        who,
        model.terminal,
        model.peak_kw,
        terms.ceiling,
        tie,
        terms.extra,
        *arcs.into,
        *arcs.out,
        arcs.source,
        found.slope,
        state.slack,
        found.number,
        state.label,
        PATIENCE,
        TINY * max(float(found.intercept.max(initial=0.0)), 1.0),
    )


def tilted_again(model: Model, arcs: Arcs, steps: Lines, terms: Terms, state: State) -> Arcs:
    """Arcs with the lines that suit the labels best; the slack in the state follows."""
    rises = rises_by_arc(terms.extra, *arcs.into, arcs.source, state.label)
    slope, slack, number = retilted(
        model.peak_kw, *rises, steps.reach_kw, steps.intercept, steps.number
    )
    state.slack = slack
    return replace(arcs, lines=replace(with_slopes(steps, slope), number=number))


def polished(
    model: Model,
    arcs: Arcs,
    steps: Lines,
    terms: Terms,
    state: State,
    *,
    never: npt.NDArray[np.bool_],
    rounds: int,
    rng: np.random.Generator,
) -> Arcs:
    """Lower and raise again a few neighbours at a time; keeps what does not lose."""
    everybody = np.arange(model.consumers)
    consumer = np.full(model.nodes, -1, dtype=np.int64)
    consumer[model.terminal] = everybody
    for number in range(rounds + 1):
        if number % RETILTED_EVERY == 0 or number == rounds:
            arcs = tilted_again(model, arcs, steps, terms, state)
            raise_labels(model, arcs, terms, state, who=everybody, tie=rng.random(model.consumers))
            arcs = tilted_again(model, arcs, steps, terms, state)
            value = float(payments(model, terms, never, state).sum())
        if number == rounds:
            break
        wanted = int(rng.integers(1, NEIGHBOURS + 1))
        origin = int(model.terminal[rng.integers(model.consumers)])
        who = neighbours(origin, wanted, consumer, *arcs.into[:2], *arcs.out[:2])
        label, slack = state.label[who], state.slack.copy()
        share, tie = 1.0 - float(rng.random()) ** 2, _queue_places(len(who), rng)
        lowered(
            who,
            share,
            model.peak_kw,
            terms.extra,
            *arcs.into,
            arcs.source,
            arcs.lines.slope,
            state.slack,
            arcs.lines.number,
            state.label,
        )
        raise_labels(model, arcs, terms, state, who=who, tie=tie)
        changed = float(payments(model, terms, never, state).sum())
        if changed < value:
            state.label[who], state.slack = label, slack
        else:
            value = changed
    return arcs


def _queue_places(number: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Places in the queue: a strict random order, or one that only breaks ties."""
    place = rng.permutation(number).astype(np.float64)
    return place * ONE_BY_ONE if rng.random() < SPREAD else place * (SPREAD / max(number, 1))
