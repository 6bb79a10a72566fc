"""
From building to street: the service pipe.

Every building gets several candidate pipes, one to each of the nearest streets, and takes the best:
first one that crosses neither rail, water nor motorway, then one that passes through no other
building, then the shortest. A crossing that cannot be avoided is named. Buildings farther from any
street than the limit stay unconnected and carry the gap.

`connect` finds the pipes; `attach` hangs the buildings on the street graph.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .streets import SHORTEST_EDGE_M, StreetGraph

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

WALL_M = 0.05
"""Shorter overlaps of pipe and outline are a touch; a start deeper inside is in its own building.

Terraced houses share walls, so that a pipe may well begin at the neighbour that it passes through.
"""


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
    # Boxes find the same pairs as the predicate dwithin, three times as fast.
    bounds = shapely.bounds(shapes) + np.array([-1.0, -1.0, 1.0, 1.0]) * farthest_m
    place, near = shapely.STRtree(lines).query(shapely.box(*bounds.T))
    length = shapely.distance(shapes[place], lines[near])
    close = length <= farthest_m
    place, near = place[close], near[close]
    pairs = pd.DataFrame(
        {
            "place": place,
            "segment": allowed[near],
            "way": streets.way[allowed[near]],
            "length_m": length[close],
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
    hits: dict[str, npt.NDArray[np.int64]] = {}
    if buildings is not None and len(buildings):
        hits["building"] = _through_foreign(lines, buildings.to_numpy())
    if barriers is not None and len(barriers):
        tree = shapely.STRtree(barriers.geometry.to_numpy())
        line, barrier = tree.query(lines, predicate="intersects")
        kind = barriers["kind"].to_numpy()[barrier]
        hits |= {word: line[kind == word] for word in np.unique(kind)}
    words = sorted(hits)
    code = np.zeros(len(lines), dtype=np.int64)
    for bit, word in enumerate(words):
        code[hits[word]] |= 1 << bit
    spelt = [
        "+".join(word for bit, word in enumerate(words) if number >> bit & 1)
        for number in range(1 << len(words))
    ]
    return pd.Series(np.array(spelt, dtype=object)[code])


def _through_foreign(
    lines: npt.NDArray[np.object_], outlines: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    """Pipes that run inside a building other than the one they begin in."""
    line, other = shapely.STRtree(outlines).query(lines, predicate="intersects")
    start = shapely.get_point(lines[line], 0)
    own = shapely.contains_properly(outlines[other], start)
    own[own] = shapely.distance(start[own], shapely.boundary(outlines[other[own]])) > WALL_M
    line, other = line[~own], other[~own]
    passes = shapely.length(shapely.intersection(lines[line], outlines[other])) > WALL_M
    found: npt.NDArray[np.int64] = line[passes]
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
