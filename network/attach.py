"""
Buildings on the street graph: streets are cut where service pipes meet them.

Each building becomes a leaf behind its service pipe, so that no route can pass through it; with
several candidate pipes it still meets nothing else, and searches must not lead through it. Pipes
that meet a street at its end, or at one and the same point, share that node.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .streets import SERVICE_PIPE, SHORTEST_EDGE_M, StreetGraph

if TYPE_CHECKING:
    import numpy.typing as npt

    from .connect import Candidates, Connections

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
    return _hung(streets, connections.part(found), found, places=len(connections.segment))


def attach_candidates(
    streets: StreetGraph, candidates: Candidates
) -> tuple[StreetGraph, npt.NDArray[np.int64]]:
    """
    Street graph with every connected place hung on by all its candidate pipes.

    Parameters
    ----------
    streets
        The street graph.
    candidates
        Service pipes into that graph, several per place.

    Returns
    -------
    graph
        As of `attach`, with one edge of class ``service_pipe`` per candidate; what it crosses
        stands in ``crosses`` of its way.
    node
        Node of each place, -1 where unconnected; only service pipes meet there.

    Notes
    -----
    A building is one node, drawn where its preferred pipe begins; the other pipes are drawn from
    there too and have that length: a building takes its heat at one place.

    Examples
    --------
    >>> from geopandas import GeoDataFrame, GeoSeries
    >>> from shapely import LineString, Point
    >>> from .connect import connect_all
    >>> from .streets import street_graph
    >>> lines = [LineString([(0, 0), (100, 0)]), LineString([(0, 60), (100, 60)])]
    >>> streets = street_graph(GeoDataFrame(geometry=lines, crs=32635))
    >>> place = GeoSeries([Point(40, 25)])
    >>> pipes = connect_all(streets, place, farthest_m=50.0, candidates=3, apart_m=5.0)
    >>> graph, node = attach_candidates(streets, pipes)
    >>> graph.nodes, graph.edges, int(((graph.tail == node) | (graph.head == node)).sum())
    (7, 6, 2)
    """
    places = len(candidates.best.segment)
    return _hung(streets, candidates.pipes, candidates.place, places=places)


def _hung(
    streets: StreetGraph, pipes: Connections, place: npt.NDArray[np.int64], *, places: int
) -> tuple[StreetGraph, npt.NDArray[np.int64]]:
    """Graph and nodes with pipes hung on; those of one place stand together."""
    on_street, cuts = _street_nodes(streets, pipes.segment, pipes.position)
    served, first, leaf = np.unique(place, return_index=True, return_inverse=True)
    at_building = streets.nodes + len(cuts) + np.arange(len(served))
    tail, head, piece, length = cut_segments(streets, pipes.segment[cuts], pipes.position[cuts])
    words, which = np.unique(np.append(pipes.crosses.astype(str), ""), return_inverse=True)
    added = np.concatenate([pipes.end[cuts], pipes.start[first]])
    service_m = np.hypot(*(pipes.end - pipes.start[first][leaf.reshape(-1)]).T)
    lowest = min(0, int(streets.node_id.min(initial=0)))
    graph = replace(
        streets,
        node_id=np.concatenate([streets.node_id, lowest - 1 - np.arange(len(added))]),
        x=np.concatenate([streets.x, added[:, 0]]),
        y=np.concatenate([streets.y, added[:, 1]]),
        level_crossing=np.concatenate([streets.level_crossing, np.zeros(len(added), dtype=bool)]),
        tail=np.concatenate([tail, on_street]),
        head=np.concatenate([head, at_building[leaf.reshape(-1)]]),
        length_m=np.concatenate([length, np.maximum(service_m, SHORTEST_EDGE_M)]),
        way=np.concatenate([streets.way[piece], len(streets.ways) + which.reshape(-1)[:-1]]),
        bore=np.concatenate([_bores(streets, piece), np.full(len(place), "", dtype=object)]),
        ways=pd.concat([streets.ways, _service_ways(words)], ignore_index=True),
    )
    node = np.full(places, -1)
    node[served] = at_building
    return graph, node


def _bores(streets: StreetGraph, piece: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Bores of the pieces of segments: of one that was cut, on its first piece only."""
    bore = np.full(len(piece), "", dtype=object)
    segment, first = np.unique(piece, return_index=True)
    bore[first] = streets.bore[segment]
    return bore


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


def _service_ways(crosses: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Rows of ``ways`` that service pipes share, one per text of what they cross."""
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
        "oneway": 0,
    }
    return pd.DataFrame([row | {"crosses": text} for text in crosses.tolist()])


def cut_segments(
    streets: StreetGraph, segment: npt.NDArray[np.int64], position: npt.NDArray[np.float64]
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]
]:
    """
    Ends, old segment and length of all segments, cut at new nodes.

    Parameters
    ----------
    streets
        The street graph.
    segment, position
        Segment of each cut and its place there, 0 at the tail to 1 at the head; shape (cuts,).

    Returns
    -------
    tail, head
        Ends of the pieces; the new nodes follow on those of the graph, in the order of the cuts.
    piece
        Segment that each piece is of; pieces of one segment stand in order along it.
    length_m
        Lengths of the pieces [m].
    """
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
        np.concatenate([whole, piece]),
        np.concatenate([streets.length_m[whole], np.maximum(length, SHORTEST_EDGE_M)]),
    )
