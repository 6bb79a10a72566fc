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

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from heatreach.data import assumption, price
from heatreach.thermo import heat_loss_w_m, mass_flow_kg_s

from .flows import Tree, design_peak_kw, tree_of_routes
from .routing import routing_index, shortest_paths, trace
from .sizing import NO_PIPE, flow_limits_kg_s, sizes_within, trench_capex

if TYPE_CHECKING:
    import numpy.typing as npt

    from .catalogue import Catalogue
    from .routing import RoutingIndex
    from .streets import StreetGraph

ROUNDS_MAX = 60
INSERTIONS_MAX = 500
ANCHOR_QUANTILES = (0.0, 0.5, 0.8, 0.9, 0.95)
"""Starts of the choice: consumers whose peak is at least this quantile of all peaks in reach."""

KWH_PER_MWH_AND_HOURS = 8760.0 / 1e6
"""Megawatt hours per year in one watt held all year."""


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
    reach_m
        Longest route from the source [m].
    """

    supply_degc: float
    return_degc: float
    ground_degc: float
    capacity_kw: float
    loss_value_per_mwh: float
    reach_m: float


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
    reach = _reachable(streets, index, consumers, source, rules)
    values = consumers["value"].to_numpy(dtype=float)
    peaks = consumers["peak_kw"].to_numpy(dtype=float)
    place = np.full(streets.nodes, -1)
    place[reach.tree.node] = np.arange(len(reach.tree.node))
    leaf = np.where(reach.inside, place[consumers["node"].to_numpy()], -1)
    problem = _Problem(streets, reach.tree, leaf, peaks, catalogue, rules)
    if mode == "npv" and reach.inside.any():
        kept = _best_choice(problem, values, reach.inside)
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
    """Tree of cheapest routes, which consumers it reaches within the limit, and how far they are."""

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


@dataclass(frozen=True)
class _Problem:
    """What stays fixed while consumers come and go."""

    streets: StreetGraph
    tree: Tree
    leaf: npt.NDArray[np.int64]
    peaks: npt.NDArray[np.float64]
    catalogue: Catalogue
    rules: DesignRules

    @cached_property
    def ground(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Length times cost factor of the edge towards each tree node, and whether it is paved."""
        edge = self.tree.edge
        length = np.where(edge >= 0, self.streets.length_m[edge], 0.0)
        hard = self.streets.of_way("surface_class")[edge] == "hard"
        return length * self.streets.of_way("cost_factor")[edge].astype(float), hard

    @cached_property
    def own_size(self) -> npt.NDArray[np.int64]:
        """Pipe of each consumer alone."""
        rules = self.rules
        flow = mass_flow_kg_s(self.peaks, rules.supply_degc, rules.return_degc)
        return sizes_within(np.asarray(flow), self.flow_limits)

    @cached_property
    def flow_limits(self) -> npt.NDArray[np.float64]:
        """Largest flow of each pipe at the mean design temperature [kg/s]."""
        middle = np.array([(self.rules.supply_degc + self.rules.return_degc) / 2.0])
        return flow_limits_kg_s(self.catalogue, temperature_degc=middle)[0]

    def at_leaves(
        self, values: npt.NDArray[np.float64], kept: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        """Sum of a consumer figure at each tree node, kept consumers only."""
        return np.bincount(
            self.leaf[kept], weights=values[kept], minlength=len(self.tree.node)
        )

    def sections(self, kept: npt.NDArray[np.bool_]) -> pd.DataFrame:
        """Flow, pipe and cost of the edge towards each tree node for a set of consumers."""
        tree, rules = self.tree, self.rules
        single = np.zeros(len(tree.node))
        np.maximum.at(single, self.leaf[kept], self.peaks[kept])
        count = tree.downstream(self.at_leaves(np.ones(len(kept)), kept))
        peak_sum = tree.downstream(self.at_leaves(self.peaks, kept))
        peak = design_peak_kw(peak_sum, count, tree.largest_downstream(single))
        # While too many are still in, no section need carry more than the source can give.
        peak = np.minimum(peak, max(rules.capacity_kw, float(single.max())))
        flow = mass_flow_kg_s(peak, rules.supply_degc, rules.return_degc)
        size = sizes_within(flow, self.flow_limits)
        frame = self.trench(size)
        frame = frame.assign(
            consumers=count.astype(int), peak_sum_kw=peak_sum, peak_kw=peak, flow_kg_s=flow
        )
        frame["loss_w_m"] = heat_loss_w_m(
            rules.supply_degc,
            rules.return_degc,
            ground_degc=rules.ground_degc,
            u_value_w_mk=self.catalogue.u_value_w_mk[size],
        )
        return frame

    def trench(self, size: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Length, ground, crossings and cost of the edge towards each tree node; 0 at the root."""
        weighted, hard = self.ground
        capex = trench_capex(
            size, self.catalogue, hard_m=weighted * hard, soft_m=weighted * ~hard
        )
        capex = capex + self.one_off
        edge = self.tree.edge
        return pd.DataFrame(
            {
                "edge": edge,
                "length_m": np.where(edge >= 0, self.streets.length_m[edge], 0.0),
                "size": size,
                "hard": hard,
                "crossing": self.crossing,
                "capex": capex[0],
                "capex_low": capex[1],
                "capex_high": capex[2],
            }
        )

    @cached_property
    def crossing(self) -> npt.NDArray[np.object_]:
        """What the edge towards each tree node crosses."""
        return _crossing(self.streets, self.tree)

    @cached_property
    def one_off(self) -> npt.NDArray[np.float64]:
        """One-off cost of those crossings."""
        return _one_off(self.crossing, self.tree, self.catalogue.money)

    def load_kw(self, kept: npt.NDArray[np.bool_]) -> float:
        """Common peak of a set of consumers."""
        peaks = self.peaks[kept]
        return float(design_peak_kw(peaks.sum(), len(peaks), peaks.max(initial=0.0)))

    def worth_of(self, kept: npt.NDArray[np.bool_], values: npt.NDArray[np.float64]) -> float:
        """Value of a set of consumers less its trenches and their losses."""
        return float(values[kept].sum() - self.costs(self.sections(kept))[1:].sum())

    def costs(self, sections: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Trench cost and capitalised loss of the edge towards each tree node; 0 where unused."""
        loss_mwh = sections["loss_w_m"] * sections["length_m"] * KWH_PER_MWH_AND_HOURS
        cost = sections["capex"] + loss_mwh * self.rules.loss_value_per_mwh
        return np.asarray(cost.where(sections["consumers"] > 0, 0.0))

    def joining_cost(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Cost of the trench still missing to each consumer, with a pipe for it alone."""
        missing = self.tree.downstream(self.at_leaves(np.ones(len(kept)), kept)) == 0.0
        weighted, hard = self.ground
        size = self.own_size
        total = np.zeros(len(kept))
        for row, ground in enumerate((hard, ~hard)):
            length = self.tree.upstream(weighted * ground * missing)[self.leaf]
            total += length * self.catalogue.capex_per_m[0, row, size]
        return total

    def leaving_saving(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Trench cost that nobody else shares, per consumer."""
        sections = self.sections(kept)
        alone = np.where(sections["consumers"] == 1, self.costs(sections), 0.0)
        return self.tree.upstream(alone)[self.leaf]

    def worth(
        self, sections: pd.DataFrame, values: npt.NDArray[np.float64], kept: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        """Consumers on branches whose value exceeds their cost, all branches decided at once."""
        cost = self.costs(sections)
        benefit = self.at_leaves(values, kept)
        branch = np.zeros(len(benefit), dtype=bool)
        for level in reversed(list(self.tree.levels())):
            net = benefit[level] - cost[level]
            branch[level] = (net > 0.0) & (sections["consumers"].to_numpy()[level] > 0)
            np.add.at(benefit, self.tree.parent[level], np.where(branch[level], net, 0.0))
        branch[0] = True
        for level in self.tree.levels():
            branch[level] &= branch[self.tree.parent[level]]
        chosen: npt.NDArray[np.bool_] = kept & branch[self.leaf]
        return chosen


def _crossing(streets: StreetGraph, tree: Tree) -> npt.NDArray[np.object_]:
    """What the edge towards each tree node crosses; a level crossing counts at its node."""
    edge = tree.edge
    kind = np.full(len(edge), "", dtype=object)
    kind[streets.level_crossing[tree.node]] = "level_crossing"
    kind[streets.of_way("tunnel")[edge].astype(bool)] = "tunnel"
    kind[streets.of_way("bridge")[edge].astype(bool)] = "bridge"
    kind[edge < 0] = ""
    return kind


def _one_off(
    crossing: npt.NDArray[np.object_], tree: Tree, money: str
) -> npt.NDArray[np.float64]:
    """One-off cost where a crossing begins; shape (3, tree nodes)."""
    total = np.zeros((3, len(crossing)))
    begins = crossing != crossing[tree.parent]
    for kind in ("bridge", "tunnel", "level_crossing"):
        row = price("crossings", kind, "one_off_capex", target=money)
        total += np.outer([row.value, row.low, row.high], begins & (crossing == kind))
    return total


def _pruned_to_worth(
    problem: _Problem, values: npt.NDArray[np.float64], start: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Consumers that stay when costs and choice no longer change each other."""
    kept = start & (values > 0.0)
    for _ in range(ROUNDS_MAX):
        sections = problem.sections(kept)
        chosen = problem.worth(sections, values, kept)
        if np.array_equal(chosen, kept):
            break
        kept = chosen
    return kept


def _best_choice(
    problem: _Problem, values: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Consumers worth serving: the best of several starts, from all consumers to anchors only."""
    found = []
    for quantile in ANCHOR_QUANTILES:
        anchors = inside & (problem.peaks >= np.quantile(problem.peaks[inside], quantile))
        kept = _dropped(problem, values, _pruned_to_worth(problem, values, anchors))
        found.append(_filled(problem, values, kept, inside))
    return max(found, key=lambda kept: problem.worth_of(kept, values))


def _dropped(
    problem: _Problem, values: npt.NDArray[np.float64], kept: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Consumers left when the least gain per kW is dropped until the source can carry the rest."""
    kept = kept.copy()
    while problem.load_kw(kept) > problem.rules.capacity_kw:
        gain = (values - problem.leaving_saving(kept)) / problem.peaks
        order = np.flatnonzero(kept)[np.argsort(gain[kept], kind="stable")]
        excess = 1.0 - problem.rules.capacity_kw / problem.load_kw(kept)
        # Half of the excess at a time: those who stay bear the trench that others leave.
        leaving = np.cumsum(problem.peaks[order]) <= excess / 2.0 * problem.peaks[order].sum()
        leaving[0] = True
        kept[order[leaving]] = False
    return kept


def _filled(
    problem: _Problem,
    values: npt.NDArray[np.float64],
    kept: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Further consumers joined one by one, best gain per kW first, while source and value allow."""
    worth = problem.worth_of(kept, values)
    refused = ~inside | (values <= 0.0)
    for _ in range(INSERTIONS_MAX):
        gain = (values - problem.joining_cost(kept)) / problem.peaks
        gain[kept | refused] = -np.inf
        best = int(np.argmax(gain))
        if not gain[best] > 0.0:
            break
        wider = kept.copy()
        wider[best] = True
        improved = problem.worth_of(wider, values)
        if problem.load_kw(wider) <= problem.rules.capacity_kw and improved > worth:
            kept, worth = wider, improved
        else:
            refused[best] = True
    return kept


def _plan(
    problem: _Problem,
    consumers: pd.DataFrame,
    kept: npt.NDArray[np.bool_],
    reach: _Reach,
) -> NetworkPlan:
    """The plan for a chosen set of consumers."""
    sections = problem.sections(kept)
    used = (sections["consumers"] > 0).to_numpy(copy=True)
    used[0] = True
    edges = sections[used].iloc[1:].reset_index(drop=True)
    return NetworkPlan(
        tree=problem.tree.pruned(used),
        edges=edges,
        consumers=consumers.assign(
            connected=kept,
            route_m=reach.route_m,
            reason=_reasons(consumers, kept, reach, problem.rules),
        ),
        cost=float(edges["capex"].sum()),
    )


def _reasons(
    consumers: pd.DataFrame,
    kept: npt.NDArray[np.bool_],
    reach: _Reach,
    rules: DesignRules,
) -> npt.NDArray[np.object_]:
    """Why each consumer is in or out of the plan, in words."""
    reason = np.full(len(kept), "not worth its trench at these prices", dtype=object)
    reason[consumers["value"].to_numpy() <= 0.0] = "the heat would cost more than it earns"
    reason[~reach.inside] = f"route is longer than {rules.reach_m:,.0f} m"
    reason[np.isnan(reach.route_m)] = "no street route from the data centre"
    reason[kept] = "connected"
    return reason


def too_large(plan: NetworkPlan) -> bool:
    """Whether a section of the plan exceeds the largest pipe of the catalogue."""
    return bool((plan.edges["size"] == NO_PIPE).any())
