"""
Which consumers, which trenches, which pipes: the network of one site.

The method is plain: the cheapest routes from the source to every consumer in reach form a tree;
branches that cost more than their consumers are worth are cut off; flows, diameters and costs are
found anew; and so on until nothing changes. Where the source is too small, those who gain least per
kW leave; then those along the trench who are worth it join one by one. Started from all consumers
and from the large ones only, the best plan counts. It is good, not proven: lower bound and gap are
left blank.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from heatreach.data import assumption

from .choice import Problem, best_choice
from .flows import tree_of_routes
from .routing import routing_index, shortest_paths, trace

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from .catalogue import Catalogue
    from .flows import Tree
    from .routing import RoutingIndex
    from .streets import StreetGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRules:
    """
    Conditions a network is designed for.

    Attributes
    ----------
    supply_degc, return_degc
        Design temperatures of the network [°C].
    ground_degc
        Ground temperature [°C].
    capacity_kw
        Largest design peak that the source, with its backup, may serve [kW].
    loss_value_per_mwh
        Present value of one MWh of heat lost every year over the life [money·year/MWh].
    upkeep_value_share
        Present value of a trench's upkeep over the life, as a share of its cost.
    reach_m
        Longest route from the source [m].
    """

    supply_degc: float
    return_degc: float
    ground_degc: float
    capacity_kw: float
    loss_value_per_mwh: float
    reach_m: float
    upkeep_value_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """
    A designed network.

    Attributes
    ----------
    tree
        The trenches; empty but for the root where nothing is worth connecting.
    edges
        One row per tree node but the root, in tree order: ``length_m, consumers, peak_sum_kw,
        peak_kw, size, flow_kg_s, capex, capex_low, capex_high, loss_w_m`` and more.
    consumers
        The consumers given, with ``connected`` (bool), ``route_m`` and ``reason`` added.
    cost
        Investment in trenches and pipes.
    lower_bound, gap
        Proven bound on the cost and relative distance to it; NaN where none is computed.
    proven
        Whether the plan is proven optimal.
    """

    tree: Tree
    edges: pd.DataFrame
    consumers: pd.DataFrame
    cost: float
    lower_bound: float = float("nan")
    gap: float = float("nan")
    proven: bool = False


def design_network(
    streets: StreetGraph,
    source: int,
    consumers: pd.DataFrame,
    *,
    mode: Literal["npv", "all"],
    catalogue: Catalogue,
    rules: DesignRules,
    index: RoutingIndex | None = None,
) -> NetworkPlan:
    """
    Network from one source to the consumers worth serving.

    Parameters
    ----------
    streets
        Street graph with source and consumers attached as leaves.
    source
        Graph node of the source.
    consumers
        Columns ``node`` (graph node, -1 if unconnected), ``peak_kw`` [kW] and ``value`` [money]:
        present value of connecting the consumer before any trench is paid.
    mode
        ``"npv"`` connects who is worth it, ``"all"`` everyone in reach.
    catalogue
        Pipes to choose from.
    rules
        Temperatures, capacity, economics and reach.
    index
        Routing index by `trench_weight`, if already at hand.

    Returns
    -------
    plan
        The network; ``lower_bound`` and ``gap`` are NaN, ``proven`` is False.

    Notes
    -----
    For given section costs the best subtree follows exactly from the leaves inwards: a branch is
    kept if the value behind it exceeds its cost. Section costs depend on who stays, so the two
    steps alternate; consumers only ever leave, which ends the loop.
    """
    if index is None:
        index = routing_index(streets, trench_weight(streets))
    order = np.lexsort([consumers[name].to_numpy() for name in ("value", "peak_kw", "node")])
    ranked = consumers.iloc[order]  # so that rows in any order give one plan
    plan = _designed(streets, index, ranked, source, mode, catalogue, rules)
    return replace(plan, consumers=plan.consumers.iloc[np.argsort(order)])


def _designed(
    streets: StreetGraph,
    index: RoutingIndex,
    consumers: pd.DataFrame,
    source: int,
    mode: Literal["npv", "all"],
    catalogue: Catalogue,
    rules: DesignRules,
) -> NetworkPlan:
    """The plan for consumers in order of their nodes."""
    reach = _reachable(streets, index, consumers, source, rules)
    values = consumers["value"].to_numpy(dtype=float)
    peaks = consumers["peak_kw"].to_numpy(dtype=float)
    place = np.full(streets.nodes, -1)
    place[reach.tree.node] = np.arange(len(reach.tree.node))
    leaf = np.where(reach.inside, place[consumers["node"].to_numpy()], -1)
    coincident = np.zeros(len(consumers))
    if "coincident_kw" in consumers:
        coincident = consumers["coincident_kw"].to_numpy(dtype=float)
    problem = Problem(streets, reach.tree, leaf, peaks, coincident, catalogue, rules)
    if mode == "npv" and reach.inside.any():
        kept = best_choice(problem, values, reach.inside)
    else:
        kept = reach.inside.copy()
    return _plan(problem, consumers, kept, reach)


def trench_weight(streets: StreetGraph) -> npt.NDArray[np.float64]:
    """
    Length of each edge weighted by what its trench costs relative to plain paved ground [m].

    Parameters
    ----------
    streets
        The street graph.

    Returns
    -------
    weight
        Length times cost factor, times the soft-ground ratio where unpaved; shape (edges,).
    """
    hard = assumption("pipe_costs", "DN100", "capex_hard_per_m").value
    soft = assumption("pipe_costs", "DN100", "capex_soft_per_m").value
    ratio = np.where(streets.of_way("surface_class") == "hard", 1.0, soft / hard)
    weight: npt.NDArray[np.float64] = (
        streets.length_m * streets.of_way("cost_factor").astype(float) * ratio
    )
    return weight


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """Tree of cheapest routes, which consumers are within the limit, and how far they are."""

    tree: Tree
    inside: npt.NDArray[np.bool_]
    route_m: npt.NDArray[np.float64]


def _reachable(
    streets: StreetGraph,
    index: RoutingIndex,
    consumers: pd.DataFrame,
    source: int,
    rules: DesignRules,
) -> _Reach:
    """Cheapest routes to the consumers whose route is short enough."""
    node = consumers["node"].to_numpy(dtype=np.int64)
    paths = shortest_paths(index, source)
    found = np.flatnonzero((node >= 0) & np.isfinite(paths.distance[node]) & (node != source))
    steps = trace(index, paths, node[found])
    route = np.bincount(steps.route, weights=streets.length_m[steps.edge], minlength=len(found))
    route_m = np.full(len(node), np.nan)
    route_m[found] = route
    inside = route_m <= rules.reach_m
    return _Reach(
        tree=tree_of_routes(paths, trace(index, paths, node[inside])),
        inside=inside,
        route_m=route_m,
    )


def _plan(
    problem: Problem,
    consumers: pd.DataFrame,
    kept: npt.NDArray[np.bool_],
    reach: _Reach,
) -> NetworkPlan:
    """The plan for a chosen set of consumers."""
    sections = problem.sections(kept)
    used = sections.consumers > 0.0
    used[0] = True
    edges = problem.table(sections)[used].iloc[1:].reset_index(drop=True)
    return NetworkPlan(
        tree=problem.tree.pruned(used),
        edges=edges,
        consumers=consumers.assign(
            connected=kept,
            route_m=reach.route_m,
            reason=_reasons(problem, consumers, kept, reach),
        ),
        cost=float(edges["capex"].sum(skipna=False)),
    )


def _reasons(
    problem: Problem, consumers: pd.DataFrame, kept: npt.NDArray[np.bool_], reach: _Reach
) -> npt.NDArray[np.object_]:
    """Why each consumer is in or out of the plan, in words."""
    values = consumers["value"].to_numpy(dtype=float)
    reason = np.full(len(kept), "not worth its trench at these prices", dtype=object)
    reason[problem.crowded_out(kept, values)] = "needs more heat than the data centre has left"
    reason[values <= 0.0] = "the heat would cost more than it earns"
    reason[~reach.inside] = f"route is longer than {problem.rules.reach_m:,.0f} m"
    reason[np.isnan(reach.route_m)] = "no street route from the data centre"
    reason[kept] = "connected"
    return reason
