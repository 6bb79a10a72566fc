"""
Buildings on the street graph: streets are cut where service pipes meet them.

Each building becomes a leaf behind its own service pipe, so that no route can pass through it.
Pipes that meet a street at its end, or at one and the same point, share that node.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .streets import SERVICE_PIPE, SHORTEST_EDGE_M, StreetGraph

if TYPE_CHECKING:
    import numpy.typing as npt

    from .connect import Connections

SERVICE_WAY = -1
"""Way number that all service pipes share; those of OpenStreetMap are positive."""


def attach(
    streets: StreetGraph, connections: Connections
) -> tuple[StreetGraph, npt.NDArray[np.int64]]:
    """
    Street graph with every connected place hung on as a leaf.

    Parameters
    ----------
    streets
        The street graph.
    connections
        Service pipes into that graph.

    Returns
    -------
    graph
        New graph: segments are cut where pipes meet them; each connected place adds a node at the
        building, one edge of class ``service_pipe`` and, where none stands within 1 mm, a node on
        the street.
    node
        Node of each place, -1 where unconnected.

    Examples
    --------
    >>> from geopandas import GeoDataFrame, GeoSeries
    >>> from shapely import LineString, Point
    >>> from .connect import connect
    >>> from .streets import street_graph
    >>> street = street_graph(GeoDataFrame(geometry=[LineString([(0, 0), (100, 0)])], crs=32635))
    >>> pipe = connect(street, GeoSeries([Point(40, 25)]), farthest_m=50.0, candidates=3)
    >>> graph, node = attach(street, pipe)
    >>> graph.nodes, graph.edges, float(graph.length_m.sum())
    (4, 3, 125.0)
    """
    found = np.flatnonzero(connections.connected)
    segment, position = connections.segment[found], connections.position[found]
    on_street, cuts = _street_nodes(streets, segment, position)
    at_building = streets.nodes + len(cuts) + np.arange(len(found))
    tail, head, way, length = _cut(streets, segment[cuts], position[cuts])
    ways = pd.concat([streets.ways, _service_way()], ignore_index=True)
    added = np.concatenate([connections.end[found[cuts]], connections.start[found]])
    lowest = min(0, int(streets.node_id.min(initial=0)))
    pipe_length = np.maximum(connections.length_m[found], SHORTEST_EDGE_M)
    graph = replace(
        streets,
        node_id=np.concatenate([streets.node_id, lowest - 1 - np.arange(len(added))]),
        x=np.concatenate([streets.x, added[:, 0]]),
        y=np.concatenate([streets.y, added[:, 1]]),
        level_crossing=np.concatenate([streets.level_crossing, np.zeros(len(added), dtype=bool)]),
        tail=np.concatenate([tail, on_street]),
        head=np.concatenate([head, at_building]),
        length_m=np.concatenate([length, pipe_length]),
        way=np.concatenate([way, np.full(len(found), len(ways) - 1)]),
        ways=ways,
    )
    node = np.full(len(connections.segment), -1)
    node[found] = at_building
    return graph, node


def _street_nodes(
    streets: StreetGraph, segment: npt.NDArray[np.int64], position: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Node at which each pipe meets its street, and the pipes whose points are new nodes."""
    length = streets.length_m[segment]
    offset = position * length
    node = np.where(offset <= SHORTEST_EDGE_M, streets.tail[segment], -1)
    node = np.where(offset >= length - SHORTEST_EDGE_M, streets.head[segment], node)
    between = np.flatnonzero(node < 0)
    step = np.round(offset[between] / SHORTEST_EDGE_M)
    spots = np.column_stack([segment[between], step])
    _, first, which = np.unique(spots, axis=0, return_index=True, return_inverse=True)
    node[between] = streets.nodes + which.reshape(-1)
    return node, between[first]


def _service_way() -> pd.DataFrame:
    """The row of ``ways`` that all service pipes share."""
    row = {
        "way_id": SERVICE_WAY,
        "highway": SERVICE_PIPE,
        "name": "",
        "surface_class": "soft",
        "private": False,
        "bridge": False,
        "tunnel": False,
        "cost_factor": 1.0,
        "connectable": False,
    }
    return pd.DataFrame([row])


def _cut(
    streets: StreetGraph, segment: npt.NDArray[np.int64], position: npt.NDArray[np.float64]
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]
]:
    """Segments cut at new nodes: the chain tail, cut, cut, …, head replaces each cut segment."""
    new = streets.nodes + np.arange(len(segment))
    cut = np.unique(segment)
    chain_segment = np.concatenate([cut, segment, cut])
    chain_position = np.concatenate([np.full(len(cut), -1.0), position, np.full(len(cut), 2.0)])
    chain_node = np.concatenate([streets.tail[cut], new, streets.head[cut]])
    order = np.lexsort((chain_node, chain_position, chain_segment))
    node, owner = chain_node[order], chain_segment[order]
    share = np.clip(chain_position[order], 0.0, 1.0)
    inside = owner[1:] == owner[:-1]
    piece = owner[:-1][inside]
    length = np.diff(share)[inside] * streets.length_m[piece]
    whole = np.setdiff1d(np.arange(streets.edges), cut)
    return (
        np.concatenate([streets.tail[whole], node[:-1][inside]]),
        np.concatenate([streets.head[whole], node[1:][inside]]),
        np.concatenate([streets.way[whole], streets.way[piece]]),
        np.concatenate([streets.length_m[whole], np.maximum(length, SHORTEST_EDGE_M)]),
    )
