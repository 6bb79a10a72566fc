"""
From building to street: the service pipe.

Every building gets several candidate pipes, one to each of the nearest streets, and takes the best:
first one that crosses neither rail, water nor motorway, then one that passes through no other
building, then the shortest. A crossing that cannot be avoided is named. Buildings farther from any
street than the limit stay unconnected and carry the gap.

`connect` finds the pipes, `attach` cuts the streets there and hangs each building on as a leaf, so
that no route can pass through a building.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .streets import SERVICE_PIPE, SHORTEST_EDGE_M, StreetGraph

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

WALL_M = 0.05
"""Shorter overlaps of pipe and outline are a touch; a start deeper inside is in its own building.

Terraced houses share walls, so that a pipe may well begin at the neighbour that it passes through.
"""

SERVICE_WAY = -1
"""Way number that all service pipes share; those of OpenStreetMap are positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """
    The chosen service pipe of each building, all arrays of shape (buildings,).

    Attributes
    ----------
    segment
        Street segment that the pipe meets, -1 where no street is near enough.
    position
        Where on the segment, 0 at its tail to 1 at its head.
    start, end
        Ends of the pipe at the building and at the street [m], shape (buildings, 2).
    length_m
        Length of the pipe [m]; NaN where unconnected.
    gap_m
        Distance to the nearest street that may be connected to [m], whatever the limit.
    crosses
        What the pipe cannot avoid crossing: ``rail``, ``water``, ``motorway``, ``building`` joined
        by ``+``; blank if nothing.
    """

    segment: npt.NDArray[np.int64]
    position: npt.NDArray[np.float64]
    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    length_m: npt.NDArray[np.float64]
    gap_m: npt.NDArray[np.float64]
    crosses: npt.NDArray[np.object_]

    @property
    def connected(self) -> npt.NDArray[np.bool_]:
        """Whether a street is near enough."""
        found: npt.NDArray[np.bool_] = self.segment >= 0
        return found

    def part(self, rows: slice) -> Connections:
        """Pipes of some of the buildings."""
        return Connections(
            **{field.name: getattr(self, field.name)[rows] for field in fields(self)}
        )


def connect(
    streets: StreetGraph,
    places: gpd.GeoSeries,
    *,
    farthest_m: float,
    candidates: int,
    barriers: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoSeries | None = None,
) -> Connections:
    """
    Best service pipe from each place to a street.

    Parameters
    ----------
    streets
        The street graph.
    places
        Points or outlines in the graph's coordinate system.
    farthest_m
        Longest service pipe allowed [m].
    candidates
        Number of streets tried per place.
    barriers
        Lines and areas with a column ``kind`` (``rail``, ``water``, ``motorway``).
    buildings
        Outlines that a pipe should not pass through.

    Returns
    -------
    connections
        One pipe per place, in the order of ``places``.

    Notes
    -----
    The candidates are the nearest points of the ``candidates`` nearest streets; the pipe is the
    shortest line between outline and street. Bridges and tunnels are not connected to.

    Examples
    --------
    >>> from geopandas import GeoDataFrame, GeoSeries
    >>> from shapely import LineString, Point
    >>> from .streets import street_graph
    >>> street = street_graph(GeoDataFrame(geometry=[LineString([(0, 0), (100, 0)])], crs=32635))
    >>> pipe = connect(street, GeoSeries([Point(40, 25)]), farthest_m=50.0, candidates=3)
    >>> float(pipe.length_m[0]), float(pipe.position[0])
    (25.0, 0.4)
    """
    shapes = places.to_numpy()
    pairs = _candidates(streets, shapes, farthest_m=farthest_m, candidates=candidates)
    pairs["crosses"] = _crossed(pairs["line"].to_numpy(), barriers, buildings)
    barrier = pairs["crosses"].str.contains("rail|water|motorway")
    pairs = pairs.assign(barrier=barrier, through=pairs["crosses"].str.contains("building"))
    best = pairs.sort_values(["place", "barrier", "through", "length_m", "segment"], kind="stable")
    return _chosen(best.drop_duplicates("place"), streets, shapes)


def _connectable(streets: StreetGraph) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Segments that a service pipe may meet, with their lines."""
    allowed = np.flatnonzero(streets.of_way("connectable").astype(bool))
    return allowed, streets.segments()[allowed]


def _candidates(
    streets: StreetGraph, shapes: npt.NDArray[np.object_], *, farthest_m: float, candidates: int
) -> pd.DataFrame:
    """Nearest segment of each of the nearest streets per place."""
    allowed, lines = _connectable(streets)
    place, near = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=farthest_m)
    pairs = pd.DataFrame(
        {
            "place": place,
            "segment": allowed[near],
            "way": streets.way[allowed[near]],
            "length_m": shapely.distance(shapes[place], lines[near]),
            "line": lines[near],
        }
    )
    pairs = pairs.sort_values(["place", "length_m", "segment"], kind="stable")
    pairs = pairs.drop_duplicates(["place", "way"])
    pairs = pairs[pairs.groupby("place").cumcount() < candidates].reset_index(drop=True)
    reach = shapely.shortest_line(shapes[pairs["place"]], pairs["line"].to_numpy())
    return pairs.assign(line=reach)


def _crossed(
    lines: npt.NDArray[np.object_],
    barriers: gpd.GeoDataFrame | None,
    buildings: gpd.GeoSeries | None,
) -> pd.Series:
    """What each pipe crosses, as words joined by ``+``."""
    words = [pd.DataFrame({"line": np.empty(0, dtype=np.int64), "what": np.empty(0, dtype=str)})]
    if barriers is not None and len(barriers):
        tree = shapely.STRtree(barriers.geometry.to_numpy())
        hit, barrier = tree.query(lines, predicate="intersects")
        words.append(pd.DataFrame({"line": hit, "what": barriers["kind"].to_numpy()[barrier]}))
    if buildings is not None and len(buildings):
        through = _through_foreign(lines, buildings.to_numpy())
        words.append(pd.DataFrame({"line": through, "what": "building"}))
    found = pd.concat(words).drop_duplicates().sort_values(["line", "what"])
    joined = found.groupby("line")["what"].agg("+".join)
    return joined.reindex(np.arange(len(lines)), fill_value="").astype(object)


def _through_foreign(
    lines: npt.NDArray[np.object_], outlines: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    """Pipes that run inside a building other than the one they begin in."""
    line, other = shapely.STRtree(outlines).query(lines, predicate="intersects")
    pipe, outline = lines[line], outlines[other]
    passes = shapely.length(shapely.intersection(pipe, outline)) > WALL_M
    start = shapely.get_point(pipe, 0)
    own = shapely.contains_properly(outline, start)
    own &= shapely.distance(start, shapely.boundary(outline)) > WALL_M
    found: npt.NDArray[np.int64] = line[passes & ~own]
    return found


def _chosen(
    best: pd.DataFrame, streets: StreetGraph, shapes: npt.NDArray[np.object_]
) -> Connections:
    """Arrays over all places from the chosen rows."""
    count = len(shapes)
    place = best["place"].to_numpy()
    segment = np.full(count, -1)
    segment[place] = best["segment"]
    ends = np.full((count, 2, 2), np.nan)
    ends[place] = shapely.get_coordinates(best["line"].to_numpy()).reshape(-1, 2, 2)
    length = np.full(count, np.nan)
    length[place] = best["length_m"]
    crosses = np.full(count, "", dtype=object)
    crosses[place] = best["crosses"]
    return Connections(
        segment=segment,
        position=_position(streets, segment, ends[:, 1]),
        start=ends[:, 0],
        end=ends[:, 1],
        length_m=length,
        gap_m=_gap(streets, shapes, length),
        crosses=crosses,
    )


def _position(
    streets: StreetGraph, segment: npt.NDArray[np.int64], xy: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Share of the segment's length at which each point lies."""
    tail, head = streets.tail[segment], streets.head[segment]
    dx, dy = streets.x[head] - streets.x[tail], streets.y[head] - streets.y[tail]
    along = (xy[:, 0] - streets.x[tail]) * dx + (xy[:, 1] - streets.y[tail]) * dy
    return np.clip(along / np.maximum(dx**2 + dy**2, SHORTEST_EDGE_M**2), 0.0, 1.0)


def _gap(
    streets: StreetGraph, shapes: npt.NDArray[np.object_], length_m: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Distance to the nearest street, also where it exceeds the limit."""
    gap = length_m.copy()
    far = np.flatnonzero(np.isnan(length_m))
    if len(far):
        _, lines = _connectable(streets)
        (index, _), distance = shapely.STRtree(lines).query_nearest(
            shapes[far], return_distance=True, all_matches=False
        )
        gap[far[index]] = distance
    return gap


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
        New graph: segments are cut where pipes meet them; each connected place adds two nodes (on
        the street and at the building) and one edge of class ``service_pipe``.
    node
        Node of each place, -1 where unconnected.

    Examples
    --------
    >>> from geopandas import GeoDataFrame, GeoSeries
    >>> from shapely import LineString, Point
    >>> from .streets import street_graph
    >>> street = street_graph(GeoDataFrame(geometry=[LineString([(0, 0), (100, 0)])], crs=32635))
    >>> pipe = connect(street, GeoSeries([Point(40, 25)]), farthest_m=50.0, candidates=3)
    >>> graph, node = attach(street, pipe)
    >>> graph.nodes, graph.edges, float(graph.length_m.sum())
    (4, 3, 125.0)
    """
    found = np.flatnonzero(connections.connected)
    count = len(found)
    on_street = streets.nodes + np.arange(count)
    at_building = on_street + count
    ways = pd.concat([streets.ways, _service_way()], ignore_index=True)
    tail, head, way, length = _cut(streets, connections, found, on_street)
    lowest = min(0, int(streets.node_id.min(initial=0)))
    added = lowest - 1 - np.arange(2 * count)
    pipe_length = np.maximum(connections.length_m[found], SHORTEST_EDGE_M)
    graph = replace(
        streets,
        node_id=np.concatenate([streets.node_id, added]),
        x=np.concatenate([streets.x, connections.end[found, 0], connections.start[found, 0]]),
        y=np.concatenate([streets.y, connections.end[found, 1], connections.start[found, 1]]),
        level_crossing=np.concatenate([streets.level_crossing, np.zeros(2 * count, dtype=bool)]),
        tail=np.concatenate([tail, on_street]),
        head=np.concatenate([head, at_building]),
        length_m=np.concatenate([length, pipe_length]),
        way=np.concatenate([way, np.full(count, len(ways) - 1)]),
        ways=ways,
    )
    node = np.full(len(connections.segment), -1)
    node[found] = at_building
    return graph, node


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
    streets: StreetGraph,
    connections: Connections,
    found: npt.NDArray[np.int64],
    on_street: npt.NDArray[np.int64],
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]
]:
    """Segments cut at the pipes: the chain tail, cut, cut, …, head replaces each cut segment."""
    segment, position = connections.segment[found], connections.position[found]
    cut = np.unique(segment)
    chain_segment = np.concatenate([cut, segment, cut])
    chain_position = np.concatenate([np.full(len(cut), -1.0), position, np.full(len(cut), 2.0)])
    chain_node = np.concatenate([streets.tail[cut], on_street, streets.head[cut]])
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
