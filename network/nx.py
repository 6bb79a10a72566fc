"""
Street graphs from and to networkx, in the form osmnx uses.

An osmnx graph is a directed multigraph with ``crs`` on the graph, ``x`` and ``y`` on nodes and
``osmid``, ``length``, ``highway`` and, where simplified, ``geometry`` on edges. Pipes know no
direction: both directions of a street are written, and read back as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from .crs import measures_metres, metric_crs, middle_degrees
from .errors import StreetError
from .streets import StreetGraph, build
from .ways import way_attributes

if TYPE_CHECKING:
    import numpy.typing as npt

TAGS = ("highway", "name", "access", "bridge", "tunnel", "surface", "area", "cost_factor")
OWN = (
    *("surface_class", "private", "bridge", "tunnel", "cost_factor", "connectable", "crosses"),
    "oneway",
)


def to_networkx(streets: StreetGraph) -> nx.MultiDiGraph[int]:
    """
    Street graph as an osmnx-compatible networkx graph.

    Parameters
    ----------
    streets
        The street graph.

    Returns
    -------
    graph
        Nodes are the ``node_id``, with ``x``, ``y`` and ``street_count``; every segment appears in
        both directions (``reversed`` tells which), with ``osmid``, ``length`` [m], ``highway``,
        ``name``, a dictionary ``heatreach`` of our own attributes and, where a pipe needs a bore,
        ``bore``.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from .streets import street_graph
    >>> streets = street_graph(GeoDataFrame(geometry=[LineString([(0, 0), (30, 40)])], crs=32635))
    >>> to_networkx(streets).edges[0, 1, 0]["length"]
    50.0
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(
        crs=streets.crs, simplified=False, created_with="heatreach"
    )
    names = streets.node_id.tolist()
    meeting = np.bincount(np.concatenate([streets.tail, streets.head]), minlength=streets.nodes)
    columns = (streets.x, streets.y, meeting, streets.level_crossing)
    graph.add_nodes_from(
        (
            name,
            {"x": x, "y": y, "street_count": count}
            | ({"railway": "level_crossing"} if rail else {}),
        )
        for name, x, y, count, rail in zip(names, *(c.tolist() for c in columns), strict=True)
    )
    ways = [
        {
            "osmid": way["way_id"],
            "highway": way["highway"],
            "name": way["name"],
            "oneway": False,
            "heatreach": {column: way[column] for column in OWN},
        }
        for way in streets.ways.to_dict("records")
    ]
    ends = zip(
        streets.tail.tolist(),
        streets.head.tolist(),
        streets.way.tolist(),
        streets.length_m.tolist(),
        streets.bore.tolist(),
        strict=True,
    )
    for tail, head, way, length, bore in ends:
        own = {**ways[way], "length": length, **({"bore": bore} if bore else {})}
        for start, end, backwards in ((tail, head, False), (head, tail, True)):
            graph.add_edge(names[start], names[end], **own, reversed=backwards)
    return graph


def from_networkx(graph: nx.Graph[Any]) -> StreetGraph:
    """
    Street graph of a networkx graph as osmnx makes it.

    Parameters
    ----------
    graph
        Any networkx graph with ``crs`` on the graph and ``x``, ``y`` on its nodes; edges may carry
        ``geometry`` (a line in the same coordinate system, drawn either way) and OpenStreetMap
        tags.

    Returns
    -------
    streets
        Undirected metric graph of all edges, projected to UTM unless already metric. The two
        directions of a street become one, self-loops without geometry are left out.

    Raises
    ------
    StreetError
        If the coordinate system or a node's coordinates are missing, or there is no edge.

    Notes
    -----
    Lengths are measured on the projected geometry; a ``length`` attribute (osmnx: great circle on
    a sphere) is not used. Every edge of the graph is kept, whatever its class.
    """
    table = _edge_table(graph)
    nodes = list(graph.nodes)
    try:
        xy = np.array([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in nodes], dtype=float)
    except KeyError as error:
        raise StreetError(f"nodes need x and y; {error} is missing on some") from error
    crs, to_metric = _projection(graph, xy)
    place = {name: number for number, name in enumerate(nodes)}
    start = table["start"].map(place).to_numpy()
    end = table["end"].map(place).to_numpy()
    lines = _from_start_to_end(table["geometry"], xy[start], xy[end])
    tail, head, way, inner = _segments(lines, start, end, first_inner=len(nodes))
    x, y = to_metric(*np.concatenate([xy, inner]).T)
    rail = [graph.nodes[n].get("railway") == "level_crossing" for n in nodes]
    return build(
        crs=crs,
        node_id=_identifiers(nodes, len(inner)),
        x=np.asarray(x),
        y=np.asarray(y),
        level_crossing=np.concatenate([rail, np.zeros(len(inner), dtype=bool)]).astype(bool),
        tail=tail,
        head=head,
        way=way,
        ways=_ways(table),
        bore=_bores(table, way),
    )


def _edge_table(graph: nx.Graph[Any]) -> pd.DataFrame:
    """One row per street: the two directions of an edge once."""
    rows = [
        {key: _first(value) for key, value in data.items()} | {"start": start, "end": end}
        for start, end, data in graph.edges(data=True)
    ]
    if not rows:
        raise StreetError("the graph has no edges")
    table = pd.DataFrame(rows)
    if "geometry" not in table:
        table["geometry"] = None
    if not graph.is_directed():
        return table
    order = {name: number for number, name in enumerate(graph.nodes)}
    start, end = table["start"].map(order), table["end"].map(order)
    shape = pd.Series([_direction_free(line) for line in table["geometry"]], dtype=str)
    # A simplified edge lists its ways in order of travel, so only its line tells who it is.
    osmid = table["osmid"].astype(str).where(shape == "", "") if "osmid" in table else ""
    key = pd.DataFrame(
        {"a": np.minimum(start, end), "b": np.maximum(start, end), "w": osmid, "shape": shape}
    )
    return table[~key.duplicated()].reset_index(drop=True)


def _first(value: Any) -> Any:
    """First entry of the lists that osmnx leaves on simplified edges."""
    return value[0] if isinstance(value, list) and value else value


def _direction_free(line: Any) -> str:
    """Fingerprint of a line that is the same for its reverse."""
    if not isinstance(line, shapely.LineString):
        return ""
    points = np.round(shapely.get_coordinates(line), 7).tolist()
    return str(min(points, points[::-1]))


def _projection(graph: nx.Graph[Any], xy: npt.NDArray[np.float64]) -> tuple[CRS, Any]:
    """Metric coordinate system of the graph and the way into it."""
    if "crs" not in graph.graph:
        raise StreetError("the graph has no crs; set graph.graph['crs'], for example 'EPSG:4326'")
    given = CRS.from_user_input(graph.graph["crs"])
    if measures_metres(given):
        return given, lambda x, y: (x, y)
    degrees = Transformer.from_crs(given, "EPSG:4326", always_xy=True).transform(*xy.T)
    crs = metric_crs(*middle_degrees(*degrees))
    return crs, Transformer.from_crs(given, crs, always_xy=True).transform


def _from_start_to_end(
    geometry: pd.Series, start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]
) -> npt.NDArray[np.object_]:
    """Lines turned to run from start to end: undirected graphs keep them as first drawn."""
    lines = geometry.to_numpy(dtype=object, copy=True)
    lines[~shapely.is_geometry(lines)] = None
    begins = shapely.distance(shapely.get_point(lines, 0), shapely.points(start))
    turned = begins > shapely.distance(shapely.get_point(lines, 0), shapely.points(end))
    lines[turned] = shapely.reverse(lines[turned])
    return lines


def _segments(
    lines: npt.NDArray[np.object_],
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    *,
    first_inner: int,
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]
]:
    """Edges cut at the inner vertices of their lines."""
    edges = np.arange(len(lines))
    xy, row = shapely.get_coordinates(lines, return_index=True)
    inside = np.zeros(len(row), dtype=bool)
    inside[1:-1] = (row[1:-1] == row[:-2]) & (row[1:-1] == row[2:])
    inner, owner = xy[inside], row[inside]
    chain_row = np.concatenate([edges, owner, edges])
    rank = np.repeat([-1, 0, 1], [len(edges), len(inner), len(edges)])
    node = np.concatenate([start, first_inner + np.arange(len(inner)), end])
    order = np.lexsort((rank, chain_row))  # stable: inner vertices stay in order
    node, chain_row = node[order], chain_row[order]
    same = chain_row[1:] == chain_row[:-1]
    return node[:-1][same], node[1:][same], chain_row[:-1][same], inner


def _identifiers(nodes: list[Any], added: int) -> npt.NDArray[np.int64]:
    """Node ids: the graph's own where they are whole numbers, else their order; ours negative."""
    whole = all(isinstance(name, int | np.integer) for name in nodes)
    own = np.array(nodes if whole else range(len(nodes)), dtype=np.int64)
    lowest = min(0, int(own.min(initial=0)))
    return np.concatenate([own, lowest - 1 - np.arange(added)])


def _bores(table: pd.DataFrame, way: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """What each segment crosses unbridged; of an edge cut at its corners, the first piece."""
    bore = np.full(len(way), "", dtype=object)
    if "bore" in table:
        edge, first = np.unique(way, return_index=True)
        bore[first] = table["bore"].fillna("").to_numpy()[edge]
    return bore


def _ways(table: pd.DataFrame) -> pd.DataFrame:
    """Way attributes: ours where the graph came from heatreach, else from its tags."""
    tags = pd.DataFrame({tag: table[tag] for tag in TAGS if tag in table})
    tags["way_id"] = np.arange(len(table))
    if "osmid" in table and pd.to_numeric(table["osmid"], errors="coerce").notna().all():
        tags["way_id"] = table["osmid"].astype(np.int64)
    ways = way_attributes(tags)
    if "heatreach" in table:
        own = pd.DataFrame(table["heatreach"].tolist())
        ways[list(OWN)] = own[list(OWN)]
    return ways
