"""
Streets as chains between junctions, and what serving the consumers along a chain costs.

Where each consumer has one service pipe and must be connected, consumers can be moved to the street
node their pipe starts from. What is left is a skeleton: junctions, and chains of edges between them
with demand along the way. In a tree a chain is either cut at one of its edges, each half hanging on
its end, so that all loads are known; or passed through, carrying an unknown load to the far end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.network.compiled import adjacency

from .model import UNUSED

if TYPE_CHECKING:
    import numpy.typing as npt

    from .model import Model


class Demand(NamedTuple):
    """Sums of peaks, buildings and coincident loads, and the largest single load, by place."""

    peak_kw: npt.NDArray[np.float64]
    buildings: npt.NDArray[np.int64]
    coincident_kw: npt.NDArray[np.float64]
    largest_kw: npt.NDArray[np.float64]

    def at(self, place: npt.NDArray[np.int64] | slice) -> Demand:
        """Demand at some of the places."""
        return Demand(
            self.peak_kw[place],
            self.buildings[place],
            self.coincident_kw[place],
            self.largest_kw[place],
        )

    def sums(self, place: npt.NDArray[np.int64] | slice = slice(None)) -> tuple[float, int, float]:
        """Peaks, buildings and coincident loads added up."""
        return (
            float(self.peak_kw[place].sum()),
            int(self.buildings[place].sum()),
            float(self.coincident_kw[place].sum()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """
    Edges between two junctions and the demand along them.

    Attributes
    ----------
    begin, end
        Junctions as nodes of the model; the same for a circuit.
    edge
        Edges from ``begin`` to ``end``, shape (n + 1,).
    node
        Nodes between them, shape (n,).
    demand
        Demand at those nodes.
    cut
        Edges at which the chain can be cut, as places in ``edge``.
    cut_cost
        What the chain then costs.
    """

    begin: int
    end: int
    edge: npt.NDArray[np.int64]
    node: npt.NDArray[np.int64]
    demand: Demand
    cut: npt.NDArray[np.int64]
    cut_cost: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """
    Junctions and chains.

    Attributes
    ----------
    junction
        Nodes of the model that are junctions, rising, the root among them.
    chains
        The chains between them.
    demand
        Demand by node of the model.
    service_edge
        Edge of each consumer's service pipe, shape (k,).
    service_cost
        What all service pipes and source costs add up to, whatever the streets used.
    """

    junction: npt.NDArray[np.int64]
    chains: list[Chain]
    demand: Demand
    service_edge: npt.NDArray[np.int64]
    service_cost: float

    @property
    def rank(self) -> int:
        """Number of independent circuits."""
        return len(self.chains) - len(self.junction) + 1


def skeleton_of(model: Model) -> Skeleton | None:
    """
    Junctions and chains of a problem.

    Parameters
    ----------
    model
        The problem.

    Returns
    -------
    skeleton
        None where a consumer has several service pipes, may stay out or stands where no pipe
        reaches, or where there are several sources.
    """
    if len(model.source_edge) or not model.consumers or np.isfinite(model.prize).any():
        return None
    service_edge = _service_edges(model)
    if service_edge is None or (model.count < 1).any():
        return None
    own = Demand(model.peak_kw, model.count, model.coincident_kw, model.largest_kw)
    total = model.design_kw(*(np.array([value]) for value in _added(own)))
    if float(total[0]) > model.capacity_kw[0]:
        return None
    size = model.size_of(
        model.design_kw(own.peak_kw, own.buildings, own.largest_kw, own.coincident_kw)
    )
    if (size >= len(model.limit_kw)).any():
        return None
    service = float(model.cost[service_edge, size].sum() + model.source_cost[:, 0].sum())
    demand = _at_streets(model, service_edge)
    junction, chains = _chains(model, service_edge, demand)
    covered = demand.buildings[junction].sum() + sum(int(c.demand.buildings.sum()) for c in chains)
    if not np.isfinite(service) or covered != model.count.sum():
        return None
    return Skeleton(
        junction=junction,
        chains=chains,
        demand=demand,
        service_edge=service_edge,
        service_cost=service,
    )


def _added(demand: Demand) -> tuple[float, int, float, float]:
    """All demand together, in the order of `Model.design_kw`."""
    peak, count, coincident = demand.sums()
    return peak, count, float(demand.largest_kw.max(initial=0.0)), coincident


def _service_edges(model: Model) -> npt.NDArray[np.int64] | None:
    """The one edge at each consumer; None where there is not just one."""
    who = np.full(model.nodes, UNUSED, dtype=np.int64)
    who[model.terminal] = np.arange(model.consumers)
    tail, head = who[model.tail], who[model.head]
    if who[model.root] >= 0 or ((tail >= 0) & (head >= 0)).any():
        return None
    consumer = np.maximum(tail, head)
    service = np.flatnonzero(consumer >= 0)
    if not np.array_equal(np.sort(consumer[service]), np.arange(model.consumers)):
        return None
    street = model.tail[service] + model.head[service] - model.terminal[consumer[service]]
    if not (model.through[street] | (street == model.root)).all():
        return None
    edge = np.empty(model.consumers, dtype=np.int64)
    edge[consumer[service]] = service
    return edge


def _at_streets(model: Model, service_edge: npt.NDArray[np.int64]) -> Demand:
    """Demand by street node."""
    node = model.tail[service_edge] + model.head[service_edge] - model.terminal
    demand = Demand(
        np.zeros(model.nodes),
        np.zeros(model.nodes, dtype=np.int64),
        np.zeros(model.nodes),
        np.zeros(model.nodes),
    )
    np.add.at(demand.peak_kw, node, model.peak_kw)
    np.add.at(demand.buildings, node, model.count)
    np.add.at(demand.coincident_kw, node, model.coincident_kw)
    np.maximum.at(demand.largest_kw, node, model.largest_kw)
    return demand


def _chains(
    model: Model, service_edge: npt.NDArray[np.int64], demand: Demand
) -> tuple[npt.NDArray[np.int64], list[Chain]]:
    """Junctions and the chains between them, as far as the root reaches."""
    open_node = model.through.copy()
    open_node[model.root] = True
    street = open_node[model.tail] & open_node[model.head]
    street[service_edge] = False
    edges = np.flatnonzero(street)
    start, neighbour, edge = adjacency(model.nodes, model.tail[edges], model.head[edges])
    degree = np.diff(start)
    corner = (degree != 2) & (degree > 0)
    corner[model.root] = True
    done = np.zeros(len(edges), dtype=bool)
    junction, chains, seen = [model.root], [], {model.root}
    for begin in junction:  # grows as it is read: outwards from the root
        for at in range(int(start[begin]), int(start[begin + 1])):
            if done[edge[at]]:
                continue
            way, nodes, place = [], [], at
            while True:
                way.append(int(edge[place]))
                done[edge[place]] = True
                node = int(neighbour[place])
                if corner[node]:
                    break
                nodes.append(node)
                both = (int(start[node]), int(start[node]) + 1)
                place = both[0] if edge[both[1]] == way[-1] else both[1]
            if node not in seen:
                seen.add(node)
                junction.append(node)
            chains.append(_chain(model, demand, begin, node, edges[way], np.array(nodes, int)))
    return np.array(sorted(seen)), chains


def _chain(
    model: Model,
    demand: Demand,
    begin: int,
    end: int,
    edge: npt.NDArray[np.int64],
    node: npt.NDArray[np.int64],
) -> Chain:
    """One chain with what cutting it costs; of equal cuts the first."""
    along = demand.at(node)
    backwards = np.arange(len(node))[::-1]
    cost = hung_cost(model, edge[:-1], along)
    cost = cost + hung_cost(model, edge[:0:-1], along.at(backwards))[::-1]
    differs = np.concatenate([[True], along.buildings > 0]) & np.isfinite(cost)
    cut = np.flatnonzero(differs)
    return Chain(
        begin=begin, end=end, edge=edge, node=node, demand=along, cut=cut, cut_cost=cost[cut]
    )


def hung_cost(model: Model, edge: npt.NDArray[np.int64], demand: Demand) -> npt.NDArray[np.float64]:
    """
    What the first places along a chain cost if they hang on its beginning and nothing follows.

    Parameters
    ----------
    model
        The problem.
    edge
        Edge before each place, shape (n,).
    demand
        Demand at each place, shape (n,).

    Returns
    -------
    cost
        By number of places served, shape (n + 1,).
    """
    places = len(edge)
    loads = np.zeros((4, places, places + 1))  # by first and one past the last place served
    for first in range(places):
        for row, values in zip(loads[:3], demand[:3], strict=True):
            row[first, first + 1 :] = np.cumsum(values[first:])
        loads[3, first, first + 1 :] = np.maximum.accumulate(demand.largest_kw[first:])
    count = loads[1].astype(np.int64)
    size = model.size_of(model.design_kw(loads[0], count, loads[3], loads[2]))
    priced = np.column_stack([model.cost[edge], np.full(places, np.inf)])
    cost = np.where(count > 0, priced[np.arange(places)[:, None], size], 0.0)
    return np.asarray(cost.sum(axis=0), dtype=np.float64)
