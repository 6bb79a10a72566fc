"""
The multiplier of a limit: the price that makes an unlimited problem's solution keep it.

With the price u on what is scarce, edges cost ``cost + u * use`` and prizes weigh ``prize + u *
left``; the bound of that ordinary problem less u times the limit bounds the limited one (Everett
1963; Geoffrion 1974).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .groups import solve_restricted
from .model import evaluate

if TYPE_CHECKING:
    import numpy.typing as npt

    from .filling import Scarce
    from .groups import Solver
    from .model import Model

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

DOUBLINGS = 40
"""Times the multiplier is doubled in search of a solution within the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dual:
    """
    Best bound over multipliers, and the solutions on both sides of the limit.

    Attributes
    ----------
    lower_bound
        Value that no solution within the limit undercuts.
    multiplier
        Multiplier at which the best solutions on either side are worth the same; 0 if the limit
        does not bind.
    within, beyond
        Best solution found on either side of the limit, None where there is none.
    """

    lower_bound: float
    multiplier: float
    within: Ints | None
    beyond: Ints | None


def best_multiplier(
    model: Model,
    scarce: Scarce,
    *,
    must: Flags,
    banned: Flags,
    solver: Solver,
    rounds: int,
) -> Dual:
    """
    Multiplier with the best bound, found between a solution within the limit and one beyond.

    Parameters
    ----------
    model
        The problem.
    scarce
        What is limited.
    must, banned
        Masks of consumers that must, must not be connected.
    solver
        Solves a model and bounds it; called once per multiplier.
    rounds
        Multipliers tried once both sides are known.

    Returns
    -------
    dual
        Bound, multiplier and solutions.

    Notes
    -----
    L(u) = min objective + u (used - limit) is concave and never exceeds the limited optimum for
    u >= 0; each solution is a line above it, and the next u is where two of them meet.
    """
    best, least, within = -np.inf, np.inf, None
    sides: dict[bool, tuple[Ints, float, float]] = {}
    tried, multiplier, scale = set[float](), 0.0, 0.0
    for _ in range(rounds + DOUBLINGS):
        tried.add(multiplier)
        tree, bound = _priced(model, scarce, multiplier, must=must, banned=banned, solver=solver)
        best = max(best, bound)
        found = evaluate(model, tree)
        if not np.isfinite(found.objective) or not found.connected[must].all():
            break
        cost, used = found.objective, scarce.used(found, tree)
        fits = scarce.kept_by(used)
        sides[fits] = (tree, cost, used)
        if fits and cost < least:
            least, within = cost, tree
        if multiplier == 0.0:
            scale = max(abs(cost), 1.0) / max(used - scarce.limit, abs(scarce.limit), 1e-12)
            if fits:
                break
        if True not in sides:
            multiplier = max(2.0 * multiplier, scale / 64.0)
            if len(tried) > DOUBLINGS:
                break
            continue
        (_, cheap, little), (_, dear, much) = sides[True], sides[False]
        multiplier = max((cheap - dear) / (much - little), 0.0)
        if len(tried) >= rounds or _tried(multiplier, tried):
            break
    beyond = sides.get(False)
    return Dual(
        lower_bound=best,
        multiplier=multiplier if True in sides else np.inf,
        within=within,
        beyond=None if beyond is None else beyond[0],
    )


def _tried(multiplier: float, tried: set[float]) -> bool:
    """Whether a multiplier is as good as one of those tried."""
    return any(abs(multiplier - other) <= 1e-9 * max(multiplier, other) for other in tried)


def _priced(
    model: Model,
    scarce: Scarce,
    multiplier: float,
    *,
    must: Flags,
    banned: Flags,
    solver: Solver,
) -> tuple[Ints, float]:
    """Solution of the relaxed problem and its bound on the limited one."""
    cost = model.cost
    if multiplier > 0.0:
        cost = model.cost + multiplier * np.where(np.isfinite(scarce.edge), scarce.edge, 0.0)
    prize = model.prize + multiplier * scarce.left
    # Whom even a free connection does not pay never joins, unless it must.
    worthless = (prize < 0.0) & ~must
    priced = replace(model, cost=cost, prize=prize)
    tree, bound = solve_restricted(priced, solver=solver, forced=must, forbidden=banned | worthless)
    return tree, bound - multiplier * scarce.limit
