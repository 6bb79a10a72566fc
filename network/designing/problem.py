"""
From streets, sources and consumers to the design problem in arrays, and back.

Only what a network may use is handed to the optimiser: streets within reach of a source, buildings
that may be connected. Several sources hang on one root above them by edges that cost what opening
the source costs. Consumers are put in order of their nodes, so that rows in any order give one
plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from heatreach.thermo import mass_flow_kg_s

from ..cost import cost_by_pipe
from ..flows import diversity_factor
from ..optimise.model import UNUSED, Model
from ..routing import routing_index, without_ways_out
from ..sizing import flow_limits_kg_s
from ..streets import SERVICE_PIPE

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..catalogue import Catalogue
    from ..design import DesignRules
    from ..streets import StreetGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignProblem:
    """
    A design problem and what its arrays stand for.

    Attributes
    ----------
    model
        The problem.
    node
        Graph node of each node of the model; -1 for the root above several sources.
    edge
        Street edge of each edge of the model; -1 between that root and a source.
    row
        Row of each consumer of the model in the consumers given.
    route_m
        Shortest route from a source to each consumer given [m]; NaN where there is none.
    source
        Nodes of the sources.
    """

    model: Model
    node: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    route_m: npt.NDArray[np.float64]
    source: npt.NDArray[np.int64]


def capacity_by_pipe_kw(catalogue: Catalogue, rules: DesignRules) -> npt.NDArray[np.float64]:
    """
    Largest design load of each pipe at the design temperatures [kW].

    Parameters
    ----------
    catalogue
        The pipes.
    rules
        The temperatures.

    Returns
    -------
    capacity
        Shape (pipes,).
    """
    middle = np.array([(rules.supply_degc + rules.return_degc) / 2.0])
    limit = flow_limits_kg_s(catalogue, temperature_degc=middle)[0]
    return np.asarray(limit / mass_flow_kg_s(1.0, rules.supply_degc, rules.return_degc))


def design_problem(
    streets: StreetGraph,
    sources: pd.DataFrame,
    consumers: pd.DataFrame,
    *,
    prize: npt.NDArray[np.float64],
    source_cost: npt.NDArray[np.float64],
    cost: npt.NDArray[np.float64] | None,
    catalogue: Catalogue,
    rules: DesignRules,
) -> DesignProblem:
    """
    The design problem in arrays.

    Parameters
    ----------
    streets
        Street graph with sources and consumers attached as leaves.
    sources
        Columns ``node``, ``capacity_kw`` [kW], ``opening_cost``.
    consumers
        Columns ``node``, ``peak_kw``, ``coincident_kw``.
    prize
        Present value of connecting each consumer, inf where it must be, -inf where it must not.
    source_cost
        Further cost of serving each consumer from each source, shape (consumers, sources).
    cost
        Present value of each street edge with each pipe, shape (edges, pipes); by default that of
        new pipes.
    catalogue
        The pipes.
    rules
        Conditions of the design.

    Returns
    -------
    problem
        The problem and what its arrays stand for.
    """
    source = sources["node"].to_numpy(dtype=np.int64)
    building = buildings(streets)
    reach = _distance_m(streets, source, building)
    node = consumers["node"].to_numpy(dtype=np.int64)
    route = np.where(node >= 0, reach[node], np.inf)
    limit = capacity_by_pipe_kw(catalogue, rules)
    asked = (route <= rules.reach_m) & (prize > -np.inf) & ~np.isin(node, source)
    asked &= consumers["peak_kw"].to_numpy(dtype=float) <= limit[-1]
    row = np.flatnonzero(asked)
    row = row[np.argsort(node[row], kind="stable")]
    usable = (reach <= rules.reach_m) & ~building
    usable[node[row]] = True
    usable[source] = True
    price = cost_by_pipe(streets, catalogue, rules) if cost is None else cost
    edge = np.flatnonzero(usable[streets.tail] & usable[streets.head])
    if len(source) > 1:
        edge = _one_service_pipe_each(streets, edge, source[building[source]], price)
    return DesignProblem(
        model=_model(
            streets,
            (edge, np.flatnonzero(usable), building),
            sources,
            consumers.iloc[row],
            prize=prize[row],
            source_cost=source_cost[row],
            cost=price[edge],
            limit_kw=limit,
        ),
        node=_with_root(np.flatnonzero(usable), source),
        edge=np.concatenate([edge, np.full(len(source) if len(source) > 1 else 0, UNUSED)]),
        row=row,
        route_m=np.where(np.isfinite(route), route, np.nan),
        source=source,
    )


def _with_root(node: npt.NDArray[np.int64], source: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Nodes of the model: the graph's, and a root above several sources."""
    return np.concatenate([node, [UNUSED]]) if len(source) > 1 else node


def buildings(streets: StreetGraph) -> npt.NDArray[np.bool_]:
    """
    Nodes that only service pipes lead to.

    Parameters
    ----------
    streets
        The street graph.

    Returns
    -------
    building
        Shape (nodes,).
    """
    street = streets.of_way("highway") != SERVICE_PIPE
    met = np.zeros(streets.nodes, dtype=bool)
    met[streets.tail[street]] = True
    met[streets.head[street]] = True
    served = np.zeros(streets.nodes, dtype=bool)
    served[streets.tail[~street]] = True
    served[streets.head[~street]] = True
    result: npt.NDArray[np.bool_] = served & ~met
    return result


def _one_service_pipe_each(
    streets: StreetGraph,
    edge: npt.NDArray[np.int64],
    source: npt.NDArray[np.int64],
    price: npt.NDArray[np.float64],
) -> npt.NDArray[np.int64]:
    """
    Edges without all but the cheapest service pipe of each source that is a building.

    With two, the network of one source could pass through the building of another.
    """
    at = np.where(np.isin(streets.tail[edge], source), streets.tail[edge], streets.head[edge])
    mine = np.flatnonzero(np.isin(at, source))
    order = mine[np.lexsort((edge[mine], price[edge[mine], 0], at[mine]))]
    kept = np.ones(len(edge), dtype=bool)
    kept[order] = np.diff(at[order], prepend=-1) != 0
    return edge[kept]


def _distance_m(
    streets: StreetGraph,
    source: npt.NDArray[np.int64],
    building: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Shortest route from any source to each node, through no building [m]."""
    leaf = building.copy()
    leaf[source] = False
    index = without_ways_out(routing_index(streets), leaf)
    return np.asarray(dijkstra(index.matrix, indices=source, min_only=True), dtype=float)


def _model(
    streets: StreetGraph,
    graph: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]],
    sources: pd.DataFrame,
    consumers: pd.DataFrame,
    *,
    prize: npt.NDArray[np.float64],
    source_cost: npt.NDArray[np.float64],
    cost: npt.NDArray[np.float64],
    limit_kw: npt.NDArray[np.float64],
) -> Model:
    """Arrays of the optimiser on the usable edges and nodes."""
    edge, used, building = graph
    place = np.full(streets.nodes, UNUSED)
    place[used] = np.arange(len(used))
    source = place[sources["node"].to_numpy(dtype=np.int64)]
    several = len(source) > 1
    added = len(source) if several else 0
    root = len(used) if several else int(source[0])
    through = ~building[used]
    through[source] = True
    peak = consumers["peak_kw"].to_numpy(dtype=float)
    opening = np.repeat(sources["opening_cost"].to_numpy(dtype=float)[:, None], cost.shape[1], 1)
    # A larger pipe that costs less is laid instead.
    best = np.minimum.accumulate(cost[:, ::-1], axis=1)[:, ::-1]
    return Model(
        nodes=len(used) + int(several),
        root=root,
        tail=np.concatenate([place[streets.tail[edge]], np.full(added, root)]),
        head=np.concatenate([place[streets.head[edge]], source[:added]]),
        cost=np.vstack([best, opening[:added]]),
        limit_kw=limit_kw,
        through=np.concatenate([through, np.ones(int(several), dtype=bool)]),
        terminal=place[consumers["node"].to_numpy(dtype=np.int64)],
        peak_kw=peak,
        coincident_kw=consumers["coincident_kw"].to_numpy(dtype=float),
        largest_kw=peak,
        count=np.ones(len(consumers), dtype=np.int64),
        prize=prize,
        diversity=diversity_factor(np.arange(len(consumers) + 2)),
        source_edge=len(edge) + np.arange(added),
        capacity_kw=sources["capacity_kw"].to_numpy(dtype=float),
        source_cost=source_cost,
    )
