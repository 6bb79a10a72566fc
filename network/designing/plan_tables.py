"""
A solved design as the tables people see.

Reads off what the optimiser found: a tree of trenches per source, what each section carries and
costs, who is connected and why the others are not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.thermo import mass_flow_kg_s

from ..cost import bore_capex, ground_m, loss_w_m, losses_per_m, one_off_capex, pumping_per_m
from ..flows import tree_of_parents
from ..optimise.model import UNUSED, evaluate
from ..sizing import trench_capex
from .left_out import consumers_with_reasons

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..catalogue import Catalogue
    from ..design import DesignRules
    from ..flows import Tree
    from ..optimise.model import Evaluation
    from ..optimise.solve import Solution
    from ..streets import StreetGraph
    from .problem import DesignProblem

ENDINGS = ("", "_low", "_high")
"""Endings of columns that hold a value and its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """
    A designed network.

    Attributes
    ----------
    trees
        The trenches of each source; empty but for the root where nothing is worth connecting.
    edges
        One row per tree node but the roots, source by source in tree order: ``source, edge,
        length_m, consumers, peak_sum_kw, peak_kw, size, flow_kg_s, capex, capex_low, capex_high,
        loss_w_m`` and more.
    consumers
        The consumers given, with ``connected`` (bool), ``source`` (-1 if unconnected), ``route_m``
        and ``reason`` added; those left out with what would bring them in.
    cost
        Investment in trenches and pipes.
    source_peak_kw
        Design load of each source, all its branches together [kW].
    supply_degc, return_degc
        Design temperatures [°C].
    cost_parts
        Present values that make up the objective.
    objective
        What is minimised: trenches, upkeep and losses over the life, opening of sources, and the
        value of consumers left out.
    lower_bound, gap
        Proven bound on the objective of any network, and how far above it this one lies, as a
        share of the bound.
    proven
        Whether the plan is proven optimal.
    limit_words
        What one more unit of a budget or heat target is worth, where there is one.
    """

    trees: tuple[Tree, ...]
    edges: pd.DataFrame
    consumers: pd.DataFrame
    cost: float
    source_peak_kw: tuple[float, ...] = ()
    supply_degc: float = float("nan")
    return_degc: float = float("nan")
    cost_parts: dict[str, float] = field(default_factory=dict)
    objective: float = float("nan")
    lower_bound: float = float("nan")
    gap: float = float("nan")
    proven: bool = False
    limit_words: str = ""

    @property
    def tree(self) -> Tree:
        """The trenches of the only source."""
        (tree,) = self.trees
        return tree

    @property
    def peak_kw(self) -> float:
        """Design load of the only source [kW]."""
        (peak,) = self.source_peak_kw
        return peak

    @property
    def worth(self) -> float:
        """Value of the connected consumers less what the network costs over the life."""
        value = self.consumers.loc[self.consumers["connected"], "value"].sum()
        losses = self.cost_parts["served_at_a_loss"]
        return float(value + self.cost_parts["left_out"] + losses - self.objective)

    @property
    def worth_bound(self) -> float:
        """What no network can be worth more than; NaN where consumers had to be connected."""
        return self.worth + self.objective - self.lower_bound

    def of_source(self, number: int) -> NetworkPlan:
        """The plan of one source; bound and gap remain those of the whole."""
        own = self.consumers["source"] == number
        others = (self.consumers["connected"] & ~own).to_numpy()
        edges = self.edges[self.edges["source"] == number].reset_index(drop=True)
        return replace(
            self,
            trees=(self.trees[number],),
            edges=edges,
            consumers=self.consumers.assign(
                connected=own,
                reason=self.consumers["reason"].mask(others, "heated from another data centre"),
                route_m=self.consumers["route_m"].mask(others),
            ),
            source_peak_kw=(self.source_peak_kw[number],),
            cost=float(edges["capex"].sum(skipna=False)),
        )


def plan_of(
    problem: DesignProblem,
    solution: Solution,
    streets: StreetGraph,
    consumers: pd.DataFrame,
    *,
    catalogue: Catalogue,
    rules: DesignRules,
    existing: pd.DataFrame | None,
) -> NetworkPlan:
    """
    Tables of a solved design.

    Parameters
    ----------
    problem
        The problem and what its arrays stand for.
    solution
        The network found.
    streets, consumers, catalogue, rules, existing
        As given to `heatreach.network.design_network`.

    Returns
    -------
    plan
        The network.
    """
    state = evaluate(problem.model, solution.parent_edge)
    one_off = one_off_capex(streets, money=catalogue.money)
    bores = bore_capex(streets.crossed().tolist(), money=catalogue.money)
    site = _Site(
        streets, catalogue, rules, ground_m(streets), one_off, bores, lying(streets, existing)
    )
    trees = _trees(problem, state, solution, streets)
    edges = pd.concat(
        [_edges(number, tree, problem, state, site) for number, tree in enumerate(trees)],
        ignore_index=True,
    )
    people = _with_pipe_lengths(
        consumers_with_reasons(problem, solution, state, consumers, streets.length_m, rules),
        trees,
        streets,
    )
    return NetworkPlan(
        trees=trees,
        edges=edges,
        consumers=people,
        cost=float(edges["capex"].sum(skipna=False)),
        source_peak_kw=tuple(_source_peaks(problem, state)),
        supply_degc=rules.supply_degc,
        return_degc=rules.return_degc,
        cost_parts=_cost_parts(problem, state, edges, site),
        objective=solution.objective,
        lower_bound=solution.lower_bound,
        gap=solution.gap,
        proven=solution.proven,
    )


def _with_pipe_lengths(
    consumers: pd.DataFrame, trees: tuple[Tree, ...], streets: StreetGraph
) -> pd.DataFrame:
    """Consumers with the length of their pipe as ``route_m`` where they are connected."""
    along = np.full(streets.nodes, np.nan)
    for tree in trees:
        length = np.where(tree.edge >= 0, streets.length_m[tree.edge], 0.0)
        along[tree.node] = tree.upstream(length)
    pipe = along[consumers["node"].to_numpy(dtype=np.int64)]
    return consumers.assign(route_m=consumers["route_m"].mask(consumers["connected"], pipe))


def _source_peaks(problem: DesignProblem, state: Evaluation) -> list[float]:
    """Design load of each source, however many branches leave it [kW]."""
    place = {node: number for number, node in enumerate(problem.node.tolist())}
    inside = np.zeros(problem.model.nodes, dtype=bool)
    inside[state.order] = True
    at = [place[source] for source in problem.source.tolist()]
    return [float(state.load_kw[node]) if inside[node] else 0.0 for node in at]


def _trees(
    problem: DesignProblem, state: Evaluation, solution: Solution, streets: StreetGraph
) -> tuple[Tree, ...]:
    """Trench tree of each source on the street graph."""
    inner = state.order[1:]
    inner = inner[problem.edge[solution.parent_edge[inner]] >= 0]
    parent = np.full(streets.nodes, UNUSED, dtype=np.int64)
    edge = np.full(streets.nodes, UNUSED, dtype=np.int64)
    parent[problem.node[inner]] = problem.node[state.parent[inner]]
    edge[problem.node[inner]] = problem.edge[solution.parent_edge[inner]]
    owner = np.full(streets.nodes, UNUSED, dtype=np.int64)
    owner[problem.source] = np.arange(len(problem.source))
    for node in problem.node[inner].tolist():
        owner[node] = owner[parent[node]]
    order = problem.node[inner]
    return tuple(
        tree_of_parents(parent, edge, np.concatenate([[source], order[owner[order] == number]]))
        for number, source in enumerate(problem.source.tolist())
    )


@dataclass(frozen=True, slots=True)
class _Site:
    """What sections are priced with; arrays by street edge."""

    streets: StreetGraph
    catalogue: Catalogue
    rules: DesignRules
    ground_m: npt.NDArray[np.float64]
    one_off: npt.NDArray[np.float64]
    bores: npt.NDArray[np.float64]
    lying: npt.NDArray[np.int64]


def _edges(
    number: int, tree: Tree, problem: DesignProblem, state: Evaluation, site: _Site
) -> pd.DataFrame:
    """EDGES of one source's tree: one row per tree node but the root."""
    streets, rules = site.streets, site.rules
    place = np.full(streets.nodes, UNUSED)
    known = problem.node >= 0
    place[problem.node[known]] = np.flatnonzero(known)
    at, edge = place[tree.node[1:]], tree.edge[1:]
    lies = site.lying[edge]
    size = np.maximum(state.size[at], lies)
    hard_m, soft_m = site.ground_m[:, edge]
    capex = trench_capex(size, site.catalogue, hard_m=hard_m, soft_m=soft_m)
    new = size > lies
    capex = (capex + site.one_off[:, edge]) * new
    bores = site.bores[:, edge] * new
    peak = state.load_kw[at]
    return pd.DataFrame(
        {
            "source": number,
            "edge": edge,
            "length_m": streets.length_m[edge],
            "size": size,
            "existing": ~new,
            "hard": streets.of_way("surface_class")[edge] == "hard",
            "crossing": crossings(streets, tree)[1:],
            **{f"capex{end}": row for end, row in zip(ENDINGS, capex, strict=True)},
            **{f"bore_capex{end}": row for end, row in zip(ENDINGS, bores, strict=True)},
            "consumers": state.count[at],
            "peak_sum_kw": state.peak_kw[at],
            "peak_kw": peak,
            "flow_kg_s": np.asarray(mass_flow_kg_s(peak, rules.supply_degc, rules.return_degc)),
            "loss_w_m": loss_w_m(site.catalogue, rules)[size],
        }
    )


def lying(streets: StreetGraph, existing: pd.DataFrame | None) -> npt.NDArray[np.int64]:
    """
    Size of the pipe that lies in each street edge already.

    Parameters
    ----------
    streets
        The street graph.
    existing
        Columns ``edge`` and ``size``, or nothing.

    Returns
    -------
    size
        Position in the catalogue, -1 where no pipe lies; shape (edges,).
    """
    size = np.full(streets.edges, UNUSED, dtype=np.int64)
    if existing is not None:
        size[existing["edge"].to_numpy(dtype=np.int64)] = existing["size"].to_numpy(dtype=np.int64)
    return size


def crossings(streets: StreetGraph, tree: Tree) -> npt.NDArray[np.object_]:
    """
    What the edge towards each tree node crosses.

    Parameters
    ----------
    streets
        The street graph.
    tree
        The trenches.

    Returns
    -------
    crossing
        ``bridge``, ``tunnel``, ``level_crossing`` (where the node is one), what a bore goes under,
        or blank; shape (tree nodes,).
    """
    edge = tree.edge
    kind = streets.crossed()[edge]
    kind[streets.level_crossing[tree.node]] = "level_crossing"
    kind[streets.of_way("tunnel")[edge].astype(bool)] = "tunnel"
    kind[streets.of_way("bridge")[edge].astype(bool)] = "bridge"
    kind[edge < 0] = ""
    return kind


def _cost_parts(
    problem: DesignProblem, state: Evaluation, edges: pd.DataFrame, site: _Site
) -> dict[str, float]:
    """What the objective is made of."""
    model, served = problem.model, state.connected
    capex = float(edges["capex"].sum())
    size, length = edges["size"].to_numpy(), edges["length_m"]
    opened = model.head[model.source_edge]
    dearer = model.source_cost[served, state.source[served]] if served.any() else np.zeros(1)
    return {
        "capex": capex,
        "on_top": capex * site.rules.upkeep_value_share,
        "losses": float((losses_per_m(site.catalogue, site.rules)[size] * length).sum()),
        "pumping": float((pumping_per_m(site.catalogue, site.rules)[size] * length).sum()),
        "opening": float(state.edge_cost[opened].sum()),
        "dearer_source": float(dearer.sum()),
        "left_out": float(np.clip(model.prize[~served], 0.0, None).sum()),
        "served_at_a_loss": float(-np.clip(model.prize[served], None, 0.0).sum()),
    }
