"""
Networks brought within a limit and filled up to it, one consumer or group at a time.

Every joining and leaving has its exact cost (`marginal`). Beyond the limit the move that cures the
excess at the least loss comes first; within it the move that gains most per unit of what is scarce,
as for a knapsack (Dantzig 1957); where no single move helps, one out for another in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .branching import TOLERANCE
from .marginal import joined, joining, leaving, trimmed
from .model import evaluate

if TYPE_CHECKING:
    import numpy.typing as npt

    from .groups import Rules
    from .model import Evaluation, Model

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

MOVES = 400
"""Joinings and leavings tried to fill or repair one solution."""

SWAPS = 6
"""Consumers on each side of an exchange that is tried when no single move helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scarce:
    """
    What is limited: a sum over edges by size and over consumers left out.

    Attributes
    ----------
    edge
        Use by each edge in each size, shape (m, sizes); inf where that size cannot be laid.
    left
        Use by each consumer left out, shape (k,); never negative.
    limit
        Largest sum of both.
    """

    edge: Floats
    left: Floats
    limit: float

    def used(self, found: Evaluation, tree: Ints) -> float:
        """Amount that an evaluated tree uses."""
        nodes = np.flatnonzero(tree >= 0)
        if (found.size[nodes] >= self.edge.shape[1]).any():
            return np.inf
        total = np.sort(self.edge[tree[nodes], found.size[nodes]]).sum()
        return float(total + self.left[~found.connected].sum())

    @property
    def slack(self) -> float:
        """Rounding allowed at the limit."""
        return TOLERANCE * max(abs(self.limit), float(self.left.sum()), 1e-300)

    def kept_by(self, used: float) -> bool:
        """Whether an amount is within the limit."""
        return used <= self.limit + self.slack


def filled(model: Model, tree: Ints, *, scarce: Scarce, rules: Rules) -> Ints:
    """
    Tree brought within the limit at least cost, then improved while it stays there.

    Parameters
    ----------
    model
        The problem.
    tree
        Edge towards the root at each node.
    scarce
        What is limited.
    rules
        Who must, must not or may only together be connected.

    Returns
    -------
    tree
        The tree after all moves that help; still beyond the limit where none cures it.
    """
    for _ in range(MOVES):
        found = evaluate(model, tree)
        if not np.isfinite(found.objective) and rules.allow(found.connected):
            break
        excess = scarce.used(found, tree) - scarce.limit
        moves, gain, relief = _moves(model, tree, scarce=scarce, rules=rules)
        step = _best_move(gain, relief, excess=excess, worth=abs(found.cost), scarce=scarce)
        if step < 0:
            swapped = _swapped(model, tree, scarce=scarce, rules=rules) if excess <= 0.0 else None
            if swapped is None:
                break
            tree = swapped
            continue
        changed = _moved(model, tree, unit=moves[step], connected=found.connected)
        if changed is None:
            break
        tree = changed
    return tree


def _moves(
    model: Model, tree: Ints, *, scarce: Scarce, rules: Rules
) -> tuple[list[Ints], Floats, Floats]:
    """Units that may change sides, what that gains, and by how much it lowers what is used."""
    found = evaluate(model, tree)
    free = ~rules.forced & ~rules.forbidden & ~grouped(model, rules) & np.isfinite(model.prize)
    out, inside = np.flatnonzero(free & ~found.connected), np.flatnonzero(free & found.connected)
    edge = np.where(np.isfinite(scarce.edge), scarce.edge, 0.0)
    join = joining(model, tree, which=out, tally=edge)
    saved, less = leaving(model, tree, which=inside, tally=edge)
    gain = np.concatenate([model.prize[out] - join.cost, -saved - model.prize[inside]])
    relief = np.concatenate([scarce.left[out] - join.tally, -less - scarce.left[inside]])
    relief[~np.isfinite(gain)] = 0.0
    units = [*out[:, None], *inside[:, None]]
    if rules.groups:
        before, used = found.objective, scarce.used(found, tree)
        for group in rules.groups:
            changed = _moved(model, tree, unit=group, connected=found.connected)
            after = None if changed is None else evaluate(model, changed)
            worth = -np.inf if after is None else before - after.objective
            spared = 0.0 if after is None or changed is None else used - scarce.used(after, changed)
            units.append(group)
            gain, relief = np.append(gain, worth), np.append(relief, spared)
    return units, gain, relief


def _best_move(gain: Floats, relief: Floats, *, excess: float, worth: float, scarce: Scarce) -> int:
    """Move with the least loss per excess cured, or the most gain per what it uses; -1 if none."""
    if not len(gain):
        return -1
    if excess > scarce.slack:
        useful = np.isfinite(gain) & (relief > scarce.slack)
        score = np.where(useful, gain / np.maximum(np.minimum(relief, excess), 1e-300), -np.inf)
    else:
        useful = np.isfinite(gain) & (gain > TOLERANCE * max(worth, 1.0)) & (relief >= excess)
        floor = max(1e-3 * abs(scarce.limit), 1e-300)
        score = np.where(useful, gain / np.maximum(-relief, floor), -np.inf)
    return int(np.argmax(score)) if useful.any() else -1


def _moved(model: Model, tree: Ints, *, unit: Ints, connected: Flags) -> Ints | None:
    """Tree with a unit on the other side."""
    if connected[unit].all():
        kept = connected.copy()
        kept[unit] = False
        return trimmed(model, tree, kept=kept)
    wider: Ints | None = tree
    for consumer in unit[~connected[unit]].tolist():
        wider = None if wider is None else joined(model, wider, consumer=consumer)
    return wider


def _swapped(model: Model, tree: Ints, *, scarce: Scarce, rules: Rules) -> Ints | None:
    """Better tree within the limit by one unit out and another in; None if no pair tried helps."""
    units, gain, _ = _moves(model, tree, scarce=scarce, rules=rules)
    before = evaluate(model, tree)
    inside = np.array([bool(before.connected[unit].all()) for unit in units], dtype=bool)
    order = np.argsort(-gain, kind="stable")
    leave = [at for at in order.tolist() if inside[at] and np.isfinite(gain[at])][:SWAPS]
    enter = [at for at in order.tolist() if not inside[at] and np.isfinite(gain[at])][:SWAPS]
    best, least = None, before.objective - TOLERANCE * max(abs(before.objective), 1.0)
    for out in leave:
        smaller = _moved(model, tree, unit=units[out], connected=before.connected)
        if smaller is None:
            continue
        connected = evaluate(model, smaller).connected
        for new in enter:
            changed = _moved(model, smaller, unit=units[new], connected=connected)
            if changed is None:
                continue
            found = evaluate(model, changed)
            if found.objective < least and scarce.kept_by(scarce.used(found, changed)):
                best, least = changed, found.objective
    return best


def grouped(model: Model, rules: Rules) -> Flags:
    """
    Whether each consumer belongs to a group.

    Parameters
    ----------
    model
        The problem.
    rules
        Rules on its consumers.

    Returns
    -------
    grouped
        Mask by consumer.
    """
    inside = np.zeros(model.consumers, dtype=bool)
    for group in rules.groups:
        inside[group] = True
    return inside
