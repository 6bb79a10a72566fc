"""
A designed network with its pipes sized anew for another supply temperature.

The trenches stay, and who is connected. The peak of every section stays too; at a warmer supply
less water carries it, through a pipe that may be smaller and that loses more heat. What the design
minimises is added up again, so that the plan can be compared with one designed for that
temperature.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import mass_flow_kg_s

from ..cost import bore_capex, ground_m, loss_w_m, losses_per_m, one_off_capex, pumping_per_m
from ..sizing import NO_PIPE, pipe_sizes, trench_capex

if TYPE_CHECKING:
    import pandas as pd

    from ..catalogue import Catalogue
    from ..design import DesignRules
    from ..streets import StreetGraph
    from .plan_tables import NetworkPlan

ENDINGS = ("", "_low", "_high")
"""Endings of columns that hold a value and its range."""


def resized_plan(
    plan: NetworkPlan, streets: StreetGraph, *, catalogue: Catalogue, rules: DesignRules
) -> NetworkPlan | None:
    """
    The same trenches with the pipes that other temperatures need.

    Parameters
    ----------
    plan
        The designed network of one source, nothing of it lying already.
    streets
        The graph it was designed on.
    catalogue
        Pipes to choose from.
    rules
        Conditions of the new design.

    Returns
    -------
    resized
        The plan with new pipes, flows, costs and losses, without a bound; None where no pipe of the
        catalogue is large enough.

    Notes
    -----
    Each section has the smallest pipe that carries its design peak within the limits of velocity
    and pressure gradient, as in the design itself.
    """
    edges = plan.edges
    peak = edges["peak_kw"].to_numpy(dtype=float)
    flow = np.asarray(mass_flow_kg_s(peak, rules.supply_degc, rules.return_degc))
    middle = (rules.supply_degc + rules.return_degc) / 2.0
    size = pipe_sizes(flow, catalogue, temperature_degc=middle)
    if (size == NO_PIPE).any():
        return None
    edge = edges["edge"].to_numpy(dtype=np.int64)
    hard_m, soft_m = ground_m(streets)[:, edge]
    capex = trench_capex(size, catalogue, hard_m=hard_m, soft_m=soft_m)
    capex = capex + one_off_capex(streets, money=catalogue.money)[:, edge]
    bores = bore_capex(streets.crossed().tolist(), money=catalogue.money)[:, edge]
    laid = edges.assign(
        size=size,
        flow_kg_s=flow,
        loss_w_m=loss_w_m(catalogue, rules)[size],
        **{f"capex{end}": row for end, row in zip(ENDINGS, capex, strict=True)},
        **{f"bore_capex{end}": row for end, row in zip(ENDINGS, bores, strict=True)},
    )
    new = replace(
        plan,
        edges=laid,
        cost=float(capex[0].sum()),
        supply_degc=rules.supply_degc,
        return_degc=rules.return_degc,
        proven=False,
    )
    return _without_bound(_costed(new, catalogue, rules))


def _costed(plan: NetworkPlan, catalogue: Catalogue, rules: DesignRules) -> NetworkPlan:
    """The plan with what its pipes cost over the life, all else as it was."""
    size, length = plan.edges["size"].to_numpy(), plan.edges["length_m"].to_numpy(dtype=float)
    parts = plan.cost_parts | {
        "capex": plan.cost,
        "on_top": plan.cost * rules.upkeep_value_share,
        "losses": float((losses_per_m(catalogue, rules)[size] * length).sum()),
        "pumping": float((pumping_per_m(catalogue, rules)[size] * length).sum()),
    }
    return replace(plan, cost_parts=parts, objective=sum(parts.values()))


def _without_bound(plan: NetworkPlan) -> NetworkPlan:
    """The plan with nothing proven."""
    return replace(plan, lower_bound=np.nan, gap=np.nan)


def bounded_by(
    plan: NetworkPlan,
    designed: NetworkPlan,
    value: pd.Series[float],
    *,
    catalogue: Catalogue,
    rules: DesignRules,
) -> NetworkPlan:
    """
    A resized plan beside one designed for its temperatures: its objective there, and its bound.

    Parameters
    ----------
    plan
        The resized plan.
    designed
        The network designed at the same temperatures, whose consumers hold those of the plan.
    value
        Value of each consumer in that design, by identifier.
    catalogue, rules
        Pipes and conditions of that design.

    Returns
    -------
    plan
        With the objective it has in that design, consumers left out included, and its lower bound.
    """
    plan = _costed(plan, catalogue, rules)
    most, _ = _won(designed, value)
    won, lost = _won(plan, value)
    parts = plan.cost_parts | {
        "left_out": max(designed.cost_parts["left_out"] + most - won, 0.0),
        "served_at_a_loss": lost,
    }
    objective = sum(parts.values())
    lower = min(designed.lower_bound, objective)
    gap = objective / lower - 1.0 if lower > 0.0 else np.inf
    return replace(plan, cost_parts=parts, objective=objective, lower_bound=lower, gap=gap)


def _won(plan: NetworkPlan, value: pd.Series[float]) -> tuple[float, float]:
    """Positive values of the connected consumers, and what the others of them lose."""
    joined = plan.consumers.loc[plan.consumers["connected"], "id"]
    of_them = value.loc[joined].to_numpy(dtype=float)
    return float(np.clip(of_them, 0.0, None).sum()), float(-np.clip(of_them, None, 0.0).sum())
