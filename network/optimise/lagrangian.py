"""
Better labels from shares: what each consumer pays on each arc, priced and routed in turns.

Let consumer ``k`` pay the share ``s[k, a] >= 0`` wherever it uses arc ``a``. If no group that a
size of ``a`` can serve pays more than that size costs, then no design costs less than the sum of
the shortest routes under these shares, each capped at the prize: the Lagrangian dual of the design
problem with the copies of each arc tied together. Routes tell where shares are too low. Each round
raises the shares of those who use an arc, and takes back what is then too much from all who pay
there: a projected subgradient method (Held, Wolfe & Crowder 1974, doi:10.1007/BF01580223), whose
directions are flows spread over routes of about the same length instead of single routes, as
averages are in the volume algorithm (Barahona & Anbil 2000, doi:10.1007/s101070050002); the
spreading is that of Dial 1971 (doi:10.1016/0041-1647(71)90012-8).

The distances of the best round are labels again, so the proof stays what it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .labels import TINY
from .sharing_kernels import charged, routed, within_cost

if TYPE_CHECKING:
    import numpy.typing as npt

    from .labels import Arcs, Terms
    from .minorants import Lines
    from .model import Model

SHARES_MAX = 30_000_000
"""Consumers times arcs beyond which shares are not held, and labels left as they are."""
STEP = 0.1
"""Share of an arc's cost by which its users' payments rise in the first round."""
STEP_END = 0.1
"""Step of the last round relative to the first; it falls geometrically."""
AGAIN = 0.3
"""First step, relative to that, where the labels come from such rounds already."""
SPREAD = 0.01
"""Extra length, relative to the shortest route, at which a route's weight falls to 1/e at first."""
SPREAD_END = 0.05
"""Spread of the last round relative to the first."""
LEAST_FLOW = 0.01
"""Smallest flow that is followed."""
FEW = 0.3
"""Users that an arc counts at least."""
FLOWS = 400
"""Arcs a consumer's flow is remembered on, on average."""
CLIPS = 1
"""Rounds of taking the same from all before everything is scaled down."""


def shared_labels(
    model: Model,
    arcs: Arcs,
    steps: Lines,
    terms: Terms,
    label: npt.NDArray[np.float64],
    *,
    rounds: int,
    again: bool,
) -> npt.NDArray[np.float64]:
    """
    Labels from the best of some rounds of shares.

    Parameters
    ----------
    model
        The problem.
    arcs
        Usable arcs.
    steps
        Level lines through the corners of each arc, as `minorants.staircase` returns them.
    terms
        Payments outside the arcs.
    label
        Labels to begin with, shape (k, nodes).
    rounds
        Rounds of routing and charging.
    again
        Whether the labels come from such rounds, so that smaller steps do.

    Returns
    -------
    label
        Labels that keep every arc's cost and pay no less than the given ones in sum.
    """
    if rounds == 0 or model.consumers * len(steps.number) > SHARES_MAX:
        return label
    share = _shares(model, arcs, steps, terms, label)
    everywhere = np.flatnonzero(steps.number > 0)
    limits = (model.peak_kw, steps.reach_kw, steps.intercept, steps.number)
    within_cost(everywhere, CLIPS, *limits, share)
    best, kept, first = -np.inf, share, STEP * AGAIN if again else STEP
    start = np.zeros(model.consumers + 1, dtype=np.int64)
    used = np.zeros(model.consumers * FLOWS, dtype=np.int64)
    flow, no_labels = np.zeros(len(used)), np.zeros((0, 0))
    tiny = TINY * max(float(steps.intercept.max(initial=0.0)), 1.0)
    network = (model.root, model.terminal, terms.ceiling, terms.extra, *arcs.into, arcs.source)
    for number in range(rounds + 1):
        done = number / rounds
        spread = SPREAD * SPREAD_END**done
        paid = routed(*network, share, spread, LEAST_FLOW, tiny, start, used, flow, no_labels)
        value = float(paid.sum())
        if value > best:
            best, kept = value, share.copy()
        step = first * STEP_END**done
        touched = charged(model.peak_kw, start, used, flow, step, FEW, *limits[1:], share)
        within_cost(touched, CLIPS, *limits, share)
    found = np.zeros_like(label)
    within_cost(everywhere, 0, *limits, kept)
    paid = routed(*network, kept, 0.0, LEAST_FLOW, tiny, start, used, flow, found)
    before = float(label[np.arange(model.consumers), model.terminal].sum())
    return found if float(paid.sum()) > before else label


def _shares(
    model: Model, arcs: Arcs, steps: Lines, terms: Terms, label: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """What labels rise over each arc beyond source costs."""
    begin = np.concatenate([model.tail, model.head])
    end = np.concatenate([model.head, model.tail])
    share = label[:, end] - label[:, begin]
    for arc in np.flatnonzero(arcs.source >= 0).tolist():
        share[:, arc] -= terms.extra[:, arcs.source[arc]]
    np.maximum(share, 0.0, out=share)
    share[:, steps.number == 0] = 0.0
    return np.ascontiguousarray(share)
