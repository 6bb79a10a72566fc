"""
An independent re-count of a finished plan.

Nothing here comes from the optimiser. `check_plan` takes the tables of a plan: what flows on from
each node must be what flows into it, each pipe must keep velocity and pressure gradient (computed
anew from density, viscosity and bore), no cheaper pipe may suffice, costs must add up from ground,
catalogue and crossings, the trenches must form trees on the sources with buildings as leaves. Every
contradiction is named, all at once. `check_solution` does the same on the optimiser's arrays.
"""

from __future__ import annotations

from math import fsum, isfinite, pi
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.data import wide
from heatreach.thermo import (
    density_kg_m3,
    mass_flow_kg_s,
    pressure_gradient_pa_m,
)

from .cost import one_off_capex
from .optimise.recount import check_solution, refuse, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    from .catalogue import Catalogue
    from .design import DesignRules
    from .designing.plan_tables import NetworkPlan
    from .streets import StreetGraph

__all__ = ["check_plan", "check_solution"]

SLACK = 1e-6
"""Relative excess over a limit that counts as rounding."""
NOTHING = -1
"""Size of the pipe in an edge where none lies yet."""


class _Carried(NamedTuple):
    """What a trench carries: sum of peaks [kW], consumers, largest peak, sum at one hour [kW]."""

    peak_sum_kw: float
    consumers: int
    largest_kw: float
    coincident_kw: float


def check_plan(
    plan: NetworkPlan,
    streets: StreetGraph,
    catalogue: Catalogue,
    rules: DesignRules,
    *,
    capacity_kw: npt.ArrayLike | None = None,
    existing: pd.DataFrame | None = None,
) -> None:
    """
    Re-count a finished plan from its own edges.

    Parameters
    ----------
    plan
        The plan.
    streets
        Street graph it was designed on.
    catalogue
        Pipes it was designed with.
    rules
        Conditions it was designed for.
    capacity_kw
        Largest design load of each source [kW]; by default that of the rules.
    existing
        Pipes that lay there already: columns ``edge`` and ``size``.

    Raises
    ------
    ContradictionError
        Naming every contradiction found.
    """
    given = rules.capacity_kw if capacity_kw is None else capacity_kw
    capacity = np.broadcast_to(np.asarray(given, dtype=float), (len(plan.trees),))
    lies = np.full(streets.edges, NOTHING, dtype=np.int64)
    if existing is not None:
        lies[existing["edge"].to_numpy(dtype=np.int64)] = existing["size"].to_numpy(dtype=np.int64)
    wrong = _wrong_sums(plan)
    for source, most in enumerate(capacity.tolist()):
        own = plan.of_source(source)
        off = _wrong_tree(own, streets)
        if not off:
            off += _wrong_consumers(own)
            off += _wrong_flows(own, rules, most)
            off += _wrong_pipes(own, streets, catalogue, rules, lies)
            off += _wrong_costs(own, streets, catalogue, lies)
        wrong += off
    refuse(wrong, "the plan")


def _wrong_tree(plan: NetworkPlan, streets: StreetGraph) -> list[str]:
    """Edges that do not join their nodes, nodes met twice, rows that belong to no trench."""
    tree = plan.tree
    node, edge = tree.node.tolist(), tree.edge.tolist()
    if len(plan.edges) != len(node) - 1:
        return [f"{len(plan.edges)} rows of edges for {len(node) - 1} trenches"]
    wrong = []
    seen = {node[0]: 0}
    for at in range(1, len(node)):
        above = int(tree.parent[at])
        ends = {int(streets.tail[edge[at]]), int(streets.head[edge[at]])}
        if not 0 <= above < at:
            wrong.append(f"node {node[at]} does not hang on a node nearer the source")
        elif ends != {node[at], node[above]}:
            wrong.append(f"edge {edge[at]} does not join nodes {node[above]} and {node[at]}")
        if node[at] in seen:
            wrong.append(f"two trenches lead to node {node[at]}: a circle")
        seen[node[at]] = at
    length = plan.edges["length_m"].to_numpy(dtype=float)
    listed = plan.edges["edge"].to_numpy(dtype=np.int64)
    wrong += [f"row {row} is not edge {edge[row + 1]}" for row in _differ(listed, tree.edge[1:])]
    wrong += [
        f"edge {edge[row + 1]} is {length[row]:.2f} m long, not the street's "
        f"{streets.length_m[edge[row + 1]]:.2f} m"
        for row in _differ(length, streets.length_m[tree.edge[1:]])
    ]
    return wrong


def _differ(one: npt.ArrayLike, other: npt.ArrayLike) -> list[int]:
    """Rows in which two columns differ; blanks equal blanks."""
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    return np.flatnonzero(~np.isclose(a, b, rtol=SLACK, atol=SLACK, equal_nan=True)).tolist()


def _wrong_consumers(plan: NetworkPlan) -> list[str]:
    """Connected consumers without a trench, others with one, consumers that are passed through."""
    tree, table = plan.tree, plan.consumers
    place = {node: at for at, node in enumerate(tree.node.tolist())}
    passed = set(tree.parent[1:].tolist())
    wrong = []
    named = zip(table.index, table["node"].tolist(), table["connected"].tolist(), strict=True)
    for name, node, connected in named:
        if connected and node not in place:
            wrong.append(f"consumer {name} is connected but no trench leads to it")
        elif connected and place[node] in passed and place[node] != 0:
            wrong.append(f"a trench passes through consumer {name}")
    served = set(table.loc[table["connected"].astype(bool), "node"].tolist())
    ends = set(range(1, len(tree.node))) - passed
    wrong += [
        f"the trench to node {tree.node[at]} leads to no connected consumer"
        for at in sorted(ends)
        if int(tree.node[at]) not in served
    ]
    return wrong


def _carried(plan: NetworkPlan) -> list[_Carried]:
    """What each trench carries, counted from each consumer to the source, by tree position."""
    tree, table = plan.tree, plan.consumers
    place = {node: at for at, node in enumerate(tree.node.tolist())}
    behind: list[list[tuple[float, float]]] = [[] for _ in tree.node]
    together = table["coincident_kw"] if "coincident_kw" in table else table["peak_kw"] * 0.0
    for node, peak, coincident, connected in zip(
        table["node"], table["peak_kw"], together, table["connected"], strict=True
    ):
        at = place.get(int(node), 0) if connected else 0
        if connected and at == 0:
            behind[0].append((float(peak), float(coincident)))
        while at > 0:
            behind[at].append((float(peak), float(coincident)))
            at = int(tree.parent[at])
            if at == 0:
                behind[0].append((float(peak), float(coincident)))
    return [
        _Carried(
            fsum(peak for peak, _ in loads),
            len(loads),
            max((peak for peak, _ in loads), default=0.0),
            fsum(coincident for _, coincident in loads),
        )
        for loads in behind
    ]


def _diversity(consumers: int) -> float:
    """Share of the sum of peaks that arises at one time (Winter 2001), from the table."""
    if consumers < 2:
        return 1.0
    row = wide("diversity").loc["winter_2001"]
    fit = {name: float(value) for name, value in row.to_dict().items()}
    ratio = min(consumers, fit["consumers_max"]) / fit["scale_consumers"]
    return float(fit["floor_share"] + fit["span_share"] / (1.0 + ratio ** fit["exponent"]))


def _design_kw(carried: _Carried) -> float:
    """Design load of a trench."""
    common = min(_diversity(carried.consumers), 1.0) * carried.peak_sum_kw
    return max(common, carried.largest_kw, carried.coincident_kw)


def _wrong_flows(plan: NetworkPlan, rules: DesignRules, capacity_kw: float) -> list[str]:
    """Sums, loads and flows that do not follow from the consumers behind, or exceed the source."""
    carried = _carried(plan)
    load_kw = [_design_kw(one) for one in carried]
    expected: dict[str, list[float]] = {
        "consumers": [one.consumers for one in carried[1:]],
        "peak_sum_kw": [one.peak_sum_kw for one in carried[1:]],
        "peak_kw": load_kw[1:],
        "flow_kg_s": [
            float(mass_flow_kg_s(kw, rules.supply_degc, rules.return_degc)) for kw in load_kw[1:]
        ],
    }
    wrong = []
    for column, values in expected.items():
        given = plan.edges[column].to_numpy(dtype=float)
        wrong += [
            f"edge {plan.tree.edge[row + 1]} has {column} {given[row]:g}, "
            f"but what lies behind it makes {values[row]:g}"
            for row in _differ(given, values)
        ]
    if load_kw[0] > capacity_kw * (1.0 + SLACK):
        wrong.append(f"the source serves {load_kw[0]:.1f} kW and has {capacity_kw:.1f} kW")
    return wrong


def _wrong_pipes(
    plan: NetworkPlan,
    streets: StreetGraph,
    catalogue: Catalogue,
    rules: DesignRules,
    lies: npt.NDArray[np.int64],
) -> list[str]:
    """Pipes beyond their limits, and pipes for which a cheaper one would do."""
    price = _capex(plan, streets, catalogue, lies)[0]
    wrong = []
    for row, (edge, size, flow) in enumerate(_rows(plan)):
        if not 0 <= size < len(catalogue.dn):
            wrong.append(f"edge {edge} has no pipe of the catalogue")
            continue
        excess = _excess(size, flow, catalogue, rules)
        if excess:
            wrong.append(f"edge {edge}, {catalogue.dn[size]}: {excess}")
        for smaller in range(size):
            cheaper = price[row, smaller] < price[row, size] * (1.0 - SLACK)
            if cheaper and not _excess(smaller, flow, catalogue, rules):
                wrong.append(
                    f"edge {edge} has {catalogue.dn[size]} where {catalogue.dn[smaller]} suffices"
                )
                break
    return wrong


def _rows(plan: NetworkPlan) -> Iterator[tuple[int, int, float]]:
    """Edge, size and design flow of each trench."""
    return zip(
        plan.tree.edge[1:].tolist(),
        plan.edges["size"].astype(int).tolist(),
        plan.edges["flow_kg_s"].astype(float).tolist(),
        strict=True,
    )


def _excess(size: int, flow_kg_s: float, catalogue: Catalogue, rules: DesignRules) -> str:
    """Which limit a flow exceeds in a pipe, in words; empty if none."""
    bore_mm = float(catalogue.inner_diameter_mm[size])
    middle = (rules.supply_degc + rules.return_degc) / 2.0
    speed = flow_kg_s / (float(density_kg_m3(middle)) * pi / 4.0 * (bore_mm / 1000.0) ** 2)
    most = float(catalogue.velocity_max_m_s[size])
    if speed > most * (1.0 + SLACK):
        return f"{speed:.3f} m/s exceed {most:.3f} m/s"
    gradient = pressure_gradient_pa_m(
        flow_kg_s, bore_mm, temperature_degc=middle, roughness_mm=catalogue.roughness_mm
    )
    if float(gradient) > catalogue.gradient_max_pa_m * (1.0 + SLACK):
        return f"{float(gradient):.1f} Pa/m exceed {catalogue.gradient_max_pa_m:.1f} Pa/m"
    return ""


def _capex(
    plan: NetworkPlan,
    streets: StreetGraph,
    catalogue: Catalogue,
    lies: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Investment in each trench with each pipe: value, low, high; shape (3, edges, pipes)."""
    edge = plan.tree.edge[1:]
    once = one_off_capex(streets, money=catalogue.money)[:, edge]
    factor = streets.of_way("cost_factor").astype(float)[edge]
    soft = (streets.of_way("surface_class") != "hard")[edge]
    per_m = np.where(soft[None, :, None], catalogue.capex_per_m[:, 1:, :], 0.0)
    per_m = np.where(soft[None, :, None], per_m, catalogue.capex_per_m[:, :1, :])
    length = streets.length_m[edge] * factor
    capex = length[None, :, None] * per_m + once[:, :, None]
    there = np.arange(len(catalogue.dn)) <= lies[edge][:, None]
    return np.where(there[None, :, :], 0.0, capex)


def _wrong_costs(
    plan: NetworkPlan, streets: StreetGraph, catalogue: Catalogue, lies: npt.NDArray[np.int64]
) -> list[str]:
    """Costs of edges that are not those of their pipe, ground and crossings."""
    size = plan.edges["size"].to_numpy(dtype=np.int64)
    price = _capex(plan, streets, catalogue, lies)[:, np.arange(len(size)), size]
    wrong = []
    for due, column in zip(price, ("capex", "capex_low", "capex_high"), strict=True):
        stated = plan.edges[column].to_numpy(dtype=float)
        wrong += [
            f"edge {plan.tree.edge[row + 1]} has {column} {stated[row]:.2f}, "
            f"but pipe, ground and crossings cost {due[row]:.2f}"
            for row in _differ(stated, due)
        ]
    return wrong


def _wrong_sums(plan: NetworkPlan) -> list[str]:
    """Sums that are not those of their parts, a bound above the objective, a proof with a gap."""
    wrong = []
    total, objective = fsum(plan.edges["capex"].tolist()), plan.objective
    if not same(total, plan.cost):
        wrong.append(f"the plan costs {plan.cost!r}, but its edges add up to {total!r}")
    parts = fsum(plan.cost_parts.values())
    if plan.cost_parts and abs(parts - objective) > SLACK * max(abs(parts), abs(objective)):
        wrong.append(f"the objective is {objective!r}, but its parts add up to {parts!r}")
    bound, gap = plan.lower_bound, plan.gap
    if bound > objective and not same(bound, objective):
        wrong.append(f"the lower bound {bound!r} exceeds the objective {objective!r}")
    if gap < -SLACK:
        wrong.append(f"the gap {gap!r} is negative")
    if plan.proven and not (isfinite(bound) and gap <= SLACK):
        wrong.append(f"the plan is called proven with a gap of {gap!r}")
    owned = plan.edges["source"].isin(range(len(plan.trees)))
    if not owned.all():
        wrong.append(f"{int((~owned).sum())} edges belong to no source")
    return wrong
