"""
Why a consumer is left out, and what would flip it.

Every consumer outside a network could join it at a known cost: the trench still missing, larger
pipes upstream, the source's own cost (`optimise.marginal`, exact for one consumer at a time with
the network as it stands). What its prize falls short of that cost is the grant that makes it join;
the same sum is put as a heat price and as metres by which the network would have to come nearer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..optimise.marginal import joining
from ..optimise.model import evaluate

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    import numpy.typing as npt

    from ..optimise.groups import Solver
    from ..optimise.marginal import Joining
    from ..optimise.model import Evaluation, Model

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

REASONS = (
    "unreachable",
    "source_too_small",
    "too_far",
    "not_worth_its_trench",
    "kept_out",
)
"""
Why a consumer is not connected: no way or no pipe leads there; no source it could join at a cost
that pays has the heat left; it would pay if the network came nearer; its own service pipe and the
larger pipes upstream alone cost more than it is worth; it would pay, but a budget, group or rule
keeps it out.
"""


def break_even(
    model: Model,
    parent_edge: Ints,
    *,
    length_m: Floats,
    heat_mwh: Floats,
    annuity_years: float,
    heat_price_per_mwh: Floats | float,
) -> pd.DataFrame:
    """
    Reason and break-even of each consumer that a network leaves out.

    Parameters
    ----------
    model
        The problem, before any reduction.
    parent_edge
        The network, as in `heatreach.network.optimise.model.evaluate`.
    length_m
        Length of each edge [m], shape (m,).
    heat_mwh
        Annual heat of each consumer [MWh], shape (k,).
    annuity_years
        Present value of one unit of money every year over the life [years].
    heat_price_per_mwh
        Price that each consumer's prize was computed with [money/MWh].

    Returns
    -------
    consumers
        One row per consumer outside the network, indexed by its number: ``reason`` (one of
        `REASONS`), ``joining_cost, prize, grant`` [money], ``heat_price_per_mwh`` [money/MWh],
        ``missing_m, nearer_m, distance_m`` [m] and ``words``. NaN where a figure has no meaning:
        no price connects whom no source can serve, no distance whose own service does not pay.

    Notes
    -----
    Grant = joining cost - prize; heat price = price + grant / (annual heat · annuity years);
    ``nearer_m`` = grant / cost per metre of the consumer's own pipe over the missing trench without
    its service pipe; ``distance_m`` = missing trench - nearer_m. Each figure is for one consumer
    joining by itself: neighbours that join together share the trench and need less.

    Where a consumer would pay by itself (``kept_out``) the grant is negative: what it would gain.
    """
    found = evaluate(model, parent_edge)
    out = np.flatnonzero(~found.connected)
    metres = np.repeat(length_m[:, None], model.cost.shape[1], axis=1)
    join = joining(model, parent_edge, which=out, tally=metres)
    prize = model.prize[out]
    grant = np.where(np.isfinite(join.cost), join.cost - prize, np.nan)
    heat = np.where(heat_mwh[out] > 0.0, heat_mwh[out], np.nan) * annuity_years
    missing = np.where(join.at >= 0, join.tally, np.nan)
    nearer = _nearer_m(model, join, which=out, grant=grant, length_m=length_m)
    price = np.broadcast_to(heat_price_per_mwh, model.terminal.shape)[out]
    table = pd.DataFrame(
        {
            "reason": _reasons(join, prize, nearer_m=nearer),
            "joining_cost": np.where(np.isfinite(join.cost), join.cost, join.uncapped),
            "prize": prize,
            "grant": grant,
            "heat_price_per_mwh": price + grant / heat,
            "missing_m": missing,
            "nearer_m": nearer,
            "distance_m": missing - nearer,
        },
        index=pd.Index(out, name="consumer"),
    )
    table["joining_cost"] = table["joining_cost"].replace(np.inf, np.nan)
    return table.assign(words=[_words(row) for row in table.to_dict("records")])


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPrice:
    """
    What more source capacity is worth.

    Attributes
    ----------
    per_kw
        Change of the objective per kW over the step, never negative [money/kW].
    first_kw
        Smallest addition with which one more consumer joins the network as it stands and pays
        [kW]; NaN where none would.
    first_gain
        Net present value of that consumer's joining [money].
    """

    per_kw: float
    first_kw: float
    first_gain: float


def capacity_price(
    model: Model, parent_edge: Ints, *, source: int, step_kw: float, solver: Solver
) -> CapacityPrice:
    """
    Shadow price of a source's heat capacity.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        Its best network.
    source
        Number of the source.
    step_kw
        Addition of capacity that the price is taken over [kW].
    solver
        Solves a model; called once, with the larger capacity.

    Returns
    -------
    price
        Worth per kW over the step, and the first consumer that more capacity brings in.

    Raises
    ------
    ValueError
        If the step is not positive.

    Notes
    -----
    Consumers are whole, so worth rises in steps: over a small step it may be nought although the
    first consumer of many is only a little larger. ``first_kw`` says where the first step is.
    """
    if not step_kw > 0.0:
        raise ValueError(f"step_kw must be positive, not {step_kw:g} kW")
    before = evaluate(model, parent_edge)
    capacity = model.capacity_kw.copy()
    capacity[source] += step_kw
    wider = replace(model, capacity_kw=capacity)
    after = min(
        evaluate(wider, solver(wider).parent_edge).objective,
        evaluate(wider, parent_edge).objective,
    )
    capacity[source] = np.inf
    out = np.flatnonzero(~before.connected)
    join = joining(replace(model, capacity_kw=capacity), parent_edge, which=out)
    gain = model.prize[out] - join.cost
    # Whom the present capacity keeps out: today no source has room at a cost that pays.
    kept_out = ~(model.prize[out] > joining(model, parent_edge, which=out).cost)
    pays = np.isfinite(join.cost) & (gain > 0.0) & kept_out
    spare = model.capacity_kw[source] - _load_kw(model, before, parent_edge, source=source)
    needed = np.where(pays, np.maximum(join.load_kw - spare, 0.0), np.inf)
    first = int(np.argmin(needed)) if pays.any() else -1
    return CapacityPrice(
        per_kw=max(before.objective - after, 0.0) / step_kw,
        first_kw=float(needed[first]) if first >= 0 else np.nan,
        first_gain=float(gain[first]) if first >= 0 else np.nan,
    )


def _load_kw(model: Model, found: Evaluation, parent_edge: Ints, *, source: int) -> float:
    """Design load of a source."""
    if not len(model.source_edge):
        return float(found.load_kw[model.root])
    edge = model.source_edge[source]
    node = model.tail[edge] + model.head[edge] - model.root
    return float(found.load_kw[node]) if parent_edge[node] == edge else 0.0


def _nearer_m(
    model: Model, join: Joining, *, which: Ints, grant: Floats, length_m: Floats
) -> Floats:
    """Metres by which the network must come nearer; NaN where even at its door it does not pay."""
    load_kw = model.design_kw(
        model.peak_kw[which],
        model.count[which],
        model.largest_kw[which],
        model.coincident_kw[which],
    )
    size = np.minimum(model.size_of(load_kw), len(model.limit_kw) - 1)
    service = np.where(join.service_edge >= 0, model.cost[join.service_edge, size], np.nan)
    street = np.where(join.at >= 0, join.trench, np.nan) - service
    street_m = np.where(join.at >= 0, join.tally, np.nan) - length_m[join.service_edge]
    laid = (street > 0.0) & (street_m > 0.0) & (grant > 0.0) & (grant <= street)
    per_m = np.where(laid, street, np.nan) / np.where(laid, street_m, np.nan)
    return np.where(laid, grant, np.nan) / per_m


def _reasons(join: Joining, prize: Floats, *, nearer_m: Floats) -> npt.NDArray[np.object_]:
    """Reason of each consumer, the first of `REASONS` that holds."""
    names = np.array(REASONS, dtype=object)
    conditions = [
        ~np.isfinite(join.uncapped),
        (join.uncapped < prize) & ~(join.cost < prize),
        np.isfinite(nearer_m),
        ~(join.cost < prize),
    ]
    return np.asarray(names[np.select(conditions, list(range(4)), default=4)])


def _words(row: Mapping[Hashable, Any]) -> str:
    """A consumer's reason with its figures."""
    cost, prize = f"{row['joining_cost']:,.0f}", f"{row['prize']:,.0f}"
    if row["reason"] == "unreachable":
        return "unreachable: no way with a pipe large enough leads to the network"
    if row["reason"] == "source_too_small":
        return (
            f"source too small: worth {prize}, joining would cost {cost}, but the source it would "
            "join has too little heat left"
        )
    if row["reason"] == "kept_out":
        return f"kept out: worth {prize}, joining costs {cost}; a budget, group or rule forbids it"
    flip = _flip_words(row)
    if row["reason"] == "too_far":
        return (
            f"too far: {row['missing_m']:,.0f} m of trench are missing, joining costs {cost}, "
            f"worth {prize}; {flip}, or if the network came {row['nearer_m']:,.0f} m nearer"
        )
    return (
        f"not worth its trench: joining costs {cost} with {row['missing_m']:,.0f} m of trench, "
        f"worth {prize}; {flip}"
    )


def _flip_words(row: Mapping[Hashable, Any]) -> str:
    """What would make a consumer join; nothing does where no source has the heat left."""
    if not np.isfinite(row["grant"]):
        return "and the source it would join has too little heat left"
    words = f"it would join with a grant of {row['grant']:,.0f}"
    if np.isfinite(row["heat_price_per_mwh"]):
        words += f" or a heat price of {row['heat_price_per_mwh']:.2f} per MWh"
    return words
