"""
An independent re-count of a solution in arrays.

Nothing here comes from the optimiser: `check_solution` walks from each consumer to the root edge by
edge and adds up what each edge carries, in plain Python. Every contradiction found is named, all at
once, in a `ContradictionError`. Finished plans are checked by `heatreach.network.check`.
"""

from __future__ import annotations

from itertools import pairwise
from math import fsum, isfinite
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from heatreach.network.errors import ContradictionError

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model

TOLERANCE = 1e-9
"""Relative difference up to which two sums of the same numbers count as equal."""
NAMED = 20
"""Contradictions named in one message; the rest are counted."""


def refuse(contradictions: list[str], what: str) -> None:
    """
    Raise if there is any contradiction.

    Parameters
    ----------
    contradictions
        One sentence each.
    what
        What was checked.

    Raises
    ------
    ContradictionError
        Naming them all.

    Examples
    --------
    >>> refuse([], "the plan")
    """
    if contradictions:
        more = len(contradictions) - NAMED
        named = contradictions[:NAMED] + ([f"and {more} more"] if more > 0 else [])
        raise ContradictionError(f"{what} contradicts itself: " + "; ".join(named))


def same(one: float, other: float, *, scale: float = 0.0) -> bool:
    """
    Whether two numbers are equal as far as sums of floating-point numbers can be.

    Parameters
    ----------
    one, other
        The numbers; two infinities are the same.
    scale
        Size of what was added up, if larger than the numbers themselves.

    Returns
    -------
    same
        True or False.

    Examples
    --------
    >>> same(0.1 + 0.2, 0.3), same(1.0, 1.1)
    (True, False)
    """
    if not (isfinite(one) and isfinite(other)):
        return one == other
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other), scale)


def check_solution(
    model: Model,
    parent_edge: npt.NDArray[np.int64],
    objective: float,
    *,
    lower_bound: float = -np.inf,
) -> None:
    """
    Re-count a solution of a design problem.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        Edge towards the root at each node, -1 outside the tree; shape (nodes,).
    objective
        What the solution is said to cost.
    lower_bound
        What no solution is said to undercut.

    Raises
    ------
    ContradictionError
        If the edges are no tree on the root, a route passes a consumer, a source or pipe carries
        too much, the costs do not add up or the bound exceeds the objective. All are named.

    Notes
    -----
    A load within 1e-9 of a limit may count on either side of it, as sums differ by their order.

    Examples
    --------
    >>> from heatreach.network.optimise.model import Model
    >>> model = Model(
    ...     nodes=2, root=0, tail=np.array([0]), head=np.array([1]), cost=np.array([[5.0]]),
    ...     limit_kw=np.array([9.0]), through=np.array([True, False]), terminal=np.array([1]),
    ...     peak_kw=np.ones(1), coincident_kw=np.ones(1), largest_kw=np.ones(1),
    ...     count=np.ones(1, dtype=np.int64), prize=np.ones(1), diversity=np.ones(2),
    ...     source_edge=np.empty(0, dtype=np.int64), capacity_kw=np.ones(1),
    ...     source_cost=np.zeros((1, 1)))
    >>> check_solution(model, np.array([-1, 0]), 5.0)
    >>> check_solution(model, np.array([-1, 0]), 4.0)
    Traceback (most recent call last):
    heatreach.network.errors.ContradictionError: the solution contradicts itself: it is said to \
cost 4.0, but its edges and consumers add up to 5.0
    """
    wrong = _wrong_edges(model, parent_edge)
    if not wrong:
        graph = _graph(model, parent_edge)
        wrong = _not_a_tree(model, graph)
        if not wrong:
            wrong = _wrong_costs(model, graph, objective)
    if lower_bound > objective and not same(lower_bound, objective):
        wrong.append(f"the lower bound {lower_bound!r} exceeds the objective {objective!r}")
    refuse(wrong, "the solution")


def _wrong_edges(model: Model, parent_edge: npt.NDArray[np.int64]) -> list[str]:
    """Entries that are no edges, or not edges at their node."""
    if parent_edge.shape != (model.nodes,):
        return [f"it has {parent_edge.shape} entries for {model.nodes} nodes"]
    wrong = []
    for node, edge in enumerate(parent_edge.tolist()):
        if not -1 <= edge < len(model.tail):
            wrong.append(f"node {node} hangs on edge {edge}, which does not exist")
        elif edge >= 0 and node not in (model.tail[edge], model.head[edge]):
            wrong.append(f"node {node} hangs on edge {edge}, which does not touch it")
    return wrong


def _graph(model: Model, parent_edge: npt.NDArray[np.int64]) -> nx.DiGraph[int]:
    """The used edges, each from the node nearer the root to the one further out."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_node(model.root)
    for node, edge in enumerate(parent_edge.tolist()):
        if edge >= 0:
            a, b = int(model.tail[edge]), int(model.head[edge])
            graph.add_edge(b if node == a else a, node, edge=edge)
    return graph


def _not_a_tree(model: Model, graph: nx.DiGraph[int]) -> list[str]:
    """Cycles, parts off the root and routes through consumers."""
    wrong = []
    reached = {model.root, *nx.descendants(graph, model.root)}
    if graph.in_degree(model.root):
        wrong.append(f"the root {model.root} itself hangs on an edge")
    wrong += [
        f"nodes {sorted(cycle)} hang on each other in a circle" for cycle in nx.simple_cycles(graph)
    ]
    wrong += [
        f"node {node} does not hang on the root" for node in sorted(set(graph.nodes) - reached)
    ]
    wrong += [
        f"a route passes through consumer node {node}"
        for node in sorted(graph.nodes)
        if node != model.root and graph.out_degree(node) and not model.through[node]
    ]
    return wrong


def _wrong_costs(model: Model, graph: nx.DiGraph[int], objective: float) -> list[str]:
    """Limits that are exceeded, and whether the costs add up to the objective."""
    carried: dict[tuple[int, int], list[int]] = {}
    parts, out = [], []
    for k, node in enumerate(model.terminal.tolist()):
        if node not in graph:
            out.append(k)
            parts.append(float(model.prize[k]))
            continue
        route = [node]
        while route[0] != model.root:
            route.insert(0, next(graph.predecessors(route[0])))
        for step in pairwise(route):
            carried.setdefault(step, []).append(k)
        parts.append(_source_cost(model, graph, route, k))
    wrong = [f"consumer {k} must be connected and is not" for k in out if np.isinf(model.prize[k])]
    low, high = list(parts), list(parts)
    for begin, end in graph.edges:
        edge = int(graph.edges[begin, end]["edge"])
        kw = _design_kw(model, carried.get((begin, end), []))
        low.append(_pipe_cost(model, edge, kw * (1.0 - TOLERANCE)))
        larger = _pipe_cost(model, edge, kw * (1.0 + TOLERANCE))
        high.append(larger if isfinite(larger) else low[-1])
        if not isfinite(low[-1]):
            wrong.append(f"no pipe in edge {edge} carries its {kw:.1f} kW")
    wrong += _overloaded(model, graph, carried)
    if wrong:
        return wrong if isfinite(objective) else []
    least, most = fsum(low), fsum(high)
    if not (least <= objective <= most or same(objective, least, scale=fsum(map(abs, low)))):
        return [
            f"it is said to cost {objective!r}, but its edges and consumers add up to {least!r}"
        ]
    return []


def _source_cost(model: Model, graph: nx.DiGraph[int], route: list[int], k: int) -> float:
    """What serving a consumer from the source at the beginning of its route costs."""
    if not len(model.source_edge):
        return float(model.source_cost[k, 0])
    source = model.source_edge.tolist().index(graph.edges[route[0], route[1]]["edge"])
    return float(model.source_cost[k, source])


def _design_kw(model: Model, members: list[int]) -> float:
    """Design load of some consumers."""
    if not members:
        return 0.0
    buildings = sum(int(model.count[k]) for k in members)
    share = float(model.diversity[min(buildings, len(model.diversity) - 1)])
    return max(
        share * fsum(model.peak_kw[members]),
        float(max(model.largest_kw[members])),
        fsum(model.coincident_kw[members]),
    )


def _pipe_cost(model: Model, edge: int, load_kw: float) -> float:
    """Cost of the smallest pipe for a load; inf where none is large enough."""
    for limit, cost in zip(model.limit_kw.tolist(), model.cost[edge].tolist(), strict=True):
        if load_kw <= limit:
            return float(cost)
    return float("inf")


def _overloaded(
    model: Model, graph: nx.DiGraph[int], carried: dict[tuple[int, int], list[int]]
) -> list[str]:
    """Sources that serve more than they can."""
    if len(model.source_edge):
        edges = model.source_edge.tolist()
        served = {
            edges.index(graph.edges[step]["edge"]): members
            for step, members in carried.items()
            if step[0] == model.root
        }
    else:
        served = {0: [k for k, node in enumerate(model.terminal.tolist()) if node in graph]}
    wrong = []
    for source, members in served.items():
        kw, most = _design_kw(model, members), float(model.capacity_kw[source])
        if kw * (1.0 - TOLERANCE) > most:
            wrong.append(f"source {source} serves {kw:.1f} kW and has {most:.1f} kW")
    return wrong
