"""
Sites, consumers and existing heat networks hung on the street graph.

A building is one leaf behind its candidate service pipes. An existing heat network is a row of
taps, each a leaf of its own, and is joined at the one to which the route from the site is shortest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array

from heatreach.network import (
    RoutingIndex,
    attach,
    components,
    routing_index,
    shortest_paths,
)
from heatreach.network.attach import attach_candidates
from heatreach.network.connect import Candidates, connect_all
from heatreach.network.taps import joined, single, stretches, unhung
from heatreach.network.tidying.barriers import bore_weight_m

from ..assembling.street_layer import street_rule
from ..consumers.building_use import siting_rule
from ..consumers.heat_networks import HEAT_NETWORK

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import Connections, StreetGraph

    from ..inputs import Inputs
    from ..scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """
    Streets with all sites and consumers hung on as leaves.

    Attributes
    ----------
    graph
        The street graph.
    index
        Its routing index by length and bores; routes leave sites and enter consumers, never the
        other way round, so that none passes through a building.
    bores_m
        Most that the bores at both ends of a route can add to its length in the index [m]; inf
        where streets have bores too.
    site_node, consumer_node
        Graph node of each site and consumer, -1 where unconnected; of an existing heat network the
        tap with the shortest service pipe.
    site_pipe, consumer_pipe
        Their preferred service pipes.
    component
        Connected part of each graph node.
    tap_node, tap_consumer
        Nodes at which existing heat networks may be joined, and the consumer that each belongs to.
    """

    graph: StreetGraph
    index: RoutingIndex
    bores_m: float
    site_node: npt.NDArray[np.int64]
    consumer_node: npt.NDArray[np.int64]
    site_pipe: Connections
    consumer_pipe: Connections
    component: npt.NDArray[np.int64]
    tap_node: npt.NDArray[np.int64]
    tap_consumer: npt.NDArray[np.int64]

    def nodes_from(self, source: int) -> npt.NDArray[np.int64]:
        """Node of each consumer, of a heat network the tap nearest to a site by route."""
        node = self.consumer_node.copy()
        if source < 0 or not len(self.tap_node):
            return node
        away = shortest_paths(self.index, source).distance[self.tap_node]
        order = np.lexsort((self.tap_node, away, self.tap_consumer))
        consumer, first = np.unique(self.tap_consumer[order], return_index=True)
        nearest = order[first]
        found = np.isfinite(away[nearest])
        node[consumer[found]] = self.tap_node[nearest[found]]
        return node


def attach_places(inputs: Inputs, scenario: Scenario, *, several: bool = False) -> Attached:
    """
    Hang every site and consumer on the street graph.

    Parameters
    ----------
    inputs
        The study's inputs.
    scenario
        Longest service pipe and number of candidates.
    several
        Whether to hang on all candidate pipes of each place, or the preferred one.

    Returns
    -------
    attached
        The graph ready for routing.
    """
    pipes, tap_consumer = _service_pipes(inputs, scenario)
    if several:
        graph, node = attach_candidates(inputs.streets, pipes)
    else:
        graph, node = attach(inputs.streets, pipes.best)
    sites, places = len(inputs.sites), len(inputs.sites) + len(inputs.consumers)
    consumer_node, taps = node[sites:places].copy(), node[places:]
    consumer_pipe = pipes.best.part(slice(sites, places))
    _hang_on_shortest(consumer_node, taps, tap_consumer, pipes.best.length_m[places:])
    bores = bore_weight_m(graph)
    index = routing_index(graph, graph.length_m + bores)
    on_streets = bool((graph.bore != "").any())
    leaves = np.concatenate([node[sites:places], taps])
    return Attached(
        graph=graph,
        index=_from_sites_to_consumers(index, node[:sites], leaves),
        bores_m=np.inf if on_streets else 2.0 * float(bores.max(initial=0.0)),
        site_node=node[:sites],
        consumer_node=consumer_node,
        site_pipe=pipes.best.part(slice(None, sites)),
        consumer_pipe=consumer_pipe,
        component=components(index),
        tap_node=taps,
        tap_consumer=tap_consumer,
    )


def _service_pipes(inputs: Inputs, scenario: Scenario) -> tuple[Candidates, npt.NDArray[np.int64]]:
    """Service pipes of sites, consumers and taps, in this order, and the consumer of each tap."""
    rules = scenario.network

    def pipes_to(shapes: npt.NDArray[np.object_]) -> Candidates:
        return connect_all(
            inputs.streets,
            gpd.GeoSeries(shapes, crs=inputs.crs),
            farthest_m=rules.connector_max_m,
            candidates=rules.candidates,
            apart_m=street_rule("service_apart_m"),
            barriers=inputs.barriers,
            buildings=inputs.buildings,
        )

    sites, shapes = inputs.sites.geometry.to_numpy(), inputs.consumers.geometry.to_numpy()
    pipes = pipes_to(np.concatenate([sites, shapes]))
    network = np.flatnonzero((inputs.consumers["use"] == HEAT_NETWORK).to_numpy())
    if not len(network):
        return pipes, network
    along, owner = stretches(shapes[network], spacing_m=siting_rule(HEAT_NETWORK, "tap_spacing_m"))
    near = shapely.STRtree(sites).query(along, "dwithin", distance=scenario.search.radius_m)[0]
    along, owner = along[np.unique(near)], owner[np.unique(near)]
    taps, of_network = single(pipes_to(along), owner)
    barren = np.zeros(len(sites) + len(shapes), dtype=bool)
    barren[len(sites) + network] = True
    return joined(unhung(pipes, barren), taps), network[of_network]


def _hang_on_shortest(
    consumer_node: npt.NDArray[np.int64],
    tap: npt.NDArray[np.int64],
    of_consumer: npt.NDArray[np.int64],
    length_m: npt.NDArray[np.float64],
) -> None:
    """Set the node of each heat network to its tap with the shortest service pipe."""
    order = np.lexsort((tap, length_m, of_consumer))
    consumer, first = np.unique(of_consumer[order], return_index=True)
    consumer_node[consumer] = tap[order[first]]


def _from_sites_to_consumers(
    index: RoutingIndex, site: npt.NDArray[np.int64], consumer: npt.NDArray[np.int64]
) -> RoutingIndex:
    """Index without the ways into sites and out of consumers."""
    nodes = index.matrix.shape[0]
    row, column = np.divmod(index.pair, nodes)
    open_ = ~(np.isin(row, consumer) | np.isin(column, site))
    start = np.concatenate([[0], np.cumsum(np.bincount(row[open_], minlength=nodes))])
    matrix = csr_array((index.matrix.data[open_], column[open_], start), shape=index.matrix.shape)
    return RoutingIndex(matrix=matrix, pair=index.pair[open_], edge=index.edge[open_])
