"""
Loads and data centres on the street graph, as the zones see them.

Each building with a known heat hangs by its best service pipe, as a leaf: what a zone needs in
trench then follows from the graph alone. Flats and units of one parent are one building.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from heatreach.network.street_sections import street_sections
from heatreach.network.streets import SERVICE_PIPE
from heatreach.siting.planning.attached import attach_places

from .anchors import buildings_of
from .leaves import leaves_of
from .ranges import group_sums

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from heatreach.network import StreetGraph
    from heatreach.siting.inputs import Inputs
    from heatreach.siting.planning.attached import Attached
    from heatreach.siting.scenario import Scenario

    from .leaves import Leaves

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

NO_LOADS = ("data_centre", "heat_network")
"""Uses that are no load of a zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePlaces:
    """
    Consumers of a study on the street graph.

    Attributes
    ----------
    graph
        Streets with every connected consumer and data centre hung on as a leaf.
    consumers
        Consumers with a known heat above 0, in order of id; neither data centres nor networks.
    building
        Number of the building that each consumer is or is part of, as
        `heatreach.siting.zoning.anchors.buildings_of` has it.
    node
        Graph node of each consumer, -1 where no street is within reach; units of one building
        share it.
    site_node
        Graph node of each data centre, -1 where no street is within reach.
    service_m
        Length of the service pipe of each consumer [m], NaN where there is none; units of one
        building share the pipe.
    section
        Street section of each graph segment, -1 for service pipes.
    consumer_section
        Street section that the service pipe of each consumer meets, -1 where there is none; of
        those that share a junction the one with the lowest number.
    sections
        Street sections in order of their numbers, as `heatreach.network.street_sections` has them.
    """

    graph: StreetGraph
    consumers: gpd.GeoDataFrame
    building: Ints
    node: Ints
    site_node: Ints
    service_m: Floats
    section: Ints
    consumer_section: Ints
    sections: gpd.GeoDataFrame

    @property
    def heat_mwh(self) -> Floats:
        """Yearly heat of each consumer [MWh]."""
        heat: Floats = self.consumers["annual_heat_mwh"].to_numpy(dtype=float)
        return heat

    def buildings(self) -> ZonePlaces:
        """
        The same places with one row for each building.

        Returns
        -------
        places
            In order of ``building``: the row of the unit that speaks for it, with the heat of all.
            Rows are those of `self` where no building has several units.
        """
        row = _speaking_units(self.consumers, self.building)
        return replace(
            self,
            consumers=_merged(self.consumers, self.building, row),
            building=np.arange(len(row)),
            node=self.node[row],
            service_m=self.service_m[row],
            consumer_section=self.consumer_section[row],
        )


def zone_places(inputs: Inputs, scenario: Scenario) -> ZonePlaces:
    """
    All loads of a study area hung on its streets.

    Parameters
    ----------
    inputs
        The study's inputs; consumers are those of the whole area (``everywhere``).
    scenario
        Longest service pipe and number of streets tried for it.

    Returns
    -------
    places
        Loads in order of id, the connected and the others.

    Notes
    -----
    A building has one service pipe here, the one that `heatreach.network.connect` prefers: clusters
    and densities shall not hang on which of several pipes a later design chooses. It leads to the
    unit with the largest outline, else with most heat, else with the smallest id.
    """
    loads = _loads(inputs.everywhere)
    building = buildings_of(loads)
    whole = _merged(loads, building, _speaking_units(loads, building))
    attached = attach_places(replace(inputs, consumers=whole), scenario, several=False)
    of_segment, sections = street_sections(inputs.streets)
    section = _sections_of_pieces(attached, inputs.streets, of_segment)
    leaves = leaves_of(attached.graph, attached.consumer_node)
    return ZonePlaces(
        graph=attached.graph,
        consumers=loads,
        building=building,
        node=attached.consumer_node[building],
        site_node=attached.site_node,
        service_m=np.where(leaves.contact >= 0, leaves.pipe_m, np.nan)[building],
        section=section,
        consumer_section=_sections_met(attached.graph, leaves, section)[building],
        sections=sections,
    )


def _loads(consumers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Consumers with heat that a zone may hold, in order of id."""
    load = consumers["annual_heat_mwh"].gt(0.0) & ~consumers["use"].isin(NO_LOADS)
    return consumers[load].sort_values("id", kind="stable", ignore_index=True)


def _speaking_units(consumers: gpd.GeoDataFrame, building: Ints) -> Ints:
    """Row of the unit that speaks for each building, in order of building."""
    area = shapely.area(consumers.geometry.to_numpy())
    heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)
    # Rows are in order of id, which a stable sort keeps among equals.
    order = np.lexsort((-heat, -area, building))
    first: Ints = order[np.diff(building[order], prepend=-1) != 0]
    return first


def _merged(consumers: gpd.GeoDataFrame, building: Ints, row: Ints) -> gpd.GeoDataFrame:
    """Rows that speak for the buildings, with the heat of all their units."""
    heat = group_sums(building, consumers["annual_heat_mwh"], len(row))
    return consumers.iloc[row].assign(annual_heat_mwh=heat).reset_index(drop=True)


def _sections_of_pieces(attached: Attached, streets: StreetGraph, of_segment: Ints) -> Ints:
    """
    Street section of each segment of the graph that buildings hang on, -1 for service pipes.

    Segments that no pipe cuts follow each other as before; the pieces of the others meet a new
    node, and the pipe that made it knows its segment.
    """
    graph = attached.graph
    node = np.concatenate([attached.site_node, attached.consumer_node])
    segment = np.concatenate([attached.site_pipe.segment, attached.consumer_pipe.segment])
    contact = leaves_of(graph, node).contact
    cutting = contact >= streets.nodes
    of_node = np.full(graph.nodes, -1)
    of_node[contact[cutting]] = of_segment[segment[cutting]]
    section: Ints = np.maximum(of_node[graph.tail], of_node[graph.head])
    service = graph.of_way("highway") == SERVICE_PIPE
    section[service] = -1
    whole = np.setdiff1d(np.arange(streets.edges), segment[cutting])
    section[(section < 0) & ~service] = of_segment[whole]
    return section


def _sections_met(graph: StreetGraph, leaves: Leaves, section: Ints) -> Ints:
    """Street section at which each consumer hangs, at a junction the first; -1 unconnected."""
    street = section >= 0
    first = np.full(graph.nodes, section.max(initial=-1) + 1)
    np.minimum.at(first, graph.tail[street], section[street])
    np.minimum.at(first, graph.head[street], section[street])
    met: Ints = np.where(leaves.contact >= 0, first[leaves.contact], -1)
    return met
