"""
The best labels found for given lines: orders tried, a price of capacity, shares, polish.

What labels are, and why they prove a bound, is said in `ascent`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .labels import (
    SPREAD,
    Arcs,
    State,
    Terms,
    payments,
    polished,
    raise_labels,
    terms_of,
    tilted_again,
)
from .lagrangian import shared_labels
from .minorants import SAFETY, most_peak_kw

if TYPE_CHECKING:
    import numpy.typing as npt

    from .ascent import Bound
    from .model import Model

TILT = 0.3
"""Slope of the first lines as a share of the steepest, about the exponent of cost over load."""
RETILTS = 3
"""Rounds of new lines and further rise before polishing."""
PRICE_ROUNDS = 12
"""Halvings in the search for a price of capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """Best state found and the price of capacity it belongs to."""

    state: State
    price: npt.NDArray[np.float64]
    terms: Terms
    value: float


def best_state(model: Model, arcs: Arcs, *, orders: int, rng: np.random.Generator) -> Best:
    """Best of several orders, at the best price of capacity found."""
    best: Best | None = None
    price = np.zeros(len(model.capacity_kw))
    for number in range(max(orders, 1)):
        tie = rng.permutation(model.consumers) / max(model.consumers, 1) * SPREAD
        if number == 0:
            price = _capacity_price(model, arcs, tie)
        found = _tried(model, arcs, price=price, tie=tie)
        best = found if best is None or found.value > best.value else best
    assert best is not None
    return best


def _capacity_price(
    model: Model, arcs: Arcs, tie: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Price of capacity, the same at all sources, that gives the highest bound found."""
    zero = np.zeros(len(model.capacity_kw))
    most = float(most_peak_kw(model, model.capacity_kw)[:, -1].sum())
    optional = np.isfinite(model.prize) & (model.peak_kw > 0)
    if float(model.peak_kw.sum()) <= most or not optional.any():
        return zero
    high = float((model.prize[optional] / model.peak_kw[optional]).max())
    low, best, value = 0.0, 0.0, _tried(model, arcs, price=zero, tie=tie).value
    for _ in range(PRICE_ROUNDS):
        price = (low + high) / 2.0
        found = _tried(model, arcs, price=zero + price, tie=tie)
        if found.value > value:
            best, value = price, found.value
        paid = payments(model, found.terms, np.zeros(model.consumers, bool), found.state)
        served = float(model.peak_kw[paid < model.prize * (1.0 - SAFETY)].sum())
        low, high = (price, high) if served > most else (low, price)
    return zero + best


def _tried(
    model: Model,
    arcs: Arcs,
    *,
    price: npt.NDArray[np.float64],
    tie: npt.NDArray[np.float64],
) -> Best:
    """Ascent from nothing at one price in one order."""
    never = np.zeros(model.consumers, dtype=bool)
    terms = terms_of(model, price, never)
    label = np.zeros((model.consumers, model.nodes))
    state = State(label=label, slack=arcs.lines.intercept.copy())
    feasible = raise_labels(model, arcs, terms, state, who=np.arange(model.consumers), tie=tie)
    return _priced(model, terms, never, state, feasible=feasible, price=price)


def _priced(
    model: Model,
    terms: Terms,
    never: npt.NDArray[np.bool_],
    state: State,
    *,
    feasible: bool,
    price: npt.NDArray[np.float64],
) -> Best:
    """State with the bound it proves."""
    paid = payments(model, terms, never, state)
    value = float(np.sort(paid).sum()) + terms.constant if feasible else np.inf
    return Best(state=state, price=price, terms=terms, value=value)


def continued(model: Model, before: Bound, never: npt.NDArray[np.bool_]) -> Best:
    """State of an earlier bound, without the consumers that are now known to be out."""
    label = before.labels.copy()
    label[never] = 0.0
    terms = terms_of(model, before.capacity_price, never)
    state = State(label=label, slack=np.empty(0))
    return _priced(model, terms, never, state, feasible=True, price=before.capacity_price)


def improved(
    model: Model,
    arcs: Arcs,
    best: Best,
    never: npt.NDArray[np.bool_],
    *,
    rounds: int,
    volume: int,
    again: bool,
    rng: np.random.Generator,
) -> tuple[Best, Arcs]:
    """State with lines that suit its labels, raised and polished."""
    steps, everybody = arcs.lines, np.arange(model.consumers)
    best.state.label = shared_labels(
        model, arcs, steps, best.terms, best.state.label, rounds=volume, again=again
    )
    tie, feasible = np.zeros(model.consumers), True
    for _ in range(RETILTS):
        arcs = tilted_again(model, arcs, steps, best.terms, best.state)
        feasible &= raise_labels(model, arcs, best.terms, best.state, who=everybody, tie=tie)
    if feasible:
        arcs = polished(
            model, arcs, steps, best.terms, best.state, never=never, rounds=rounds, rng=rng
        )
    found = _priced(model, best.terms, never, best.state, feasible=feasible, price=best.price)
    return found, arcs
