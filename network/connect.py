"""
From building to street: the service pipe.

Every building gets several candidate pipes to the streets around it, in order of preference: first
those that cross neither rail, water nor motorway, then those that pass through no other building,
then the shortest. Crossings are named. Buildings farther from any street than the limit stay
unconnected and carry the gap.

`connect` finds the best pipe, `connect_all` all of them; `attach` hangs buildings on the graph.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from .approaches import apart, approaches, connectable, position_on

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from .streets import StreetGraph

WALL_M = 0.05
"""Shorter overlaps of pipe and outline are a touch; a start deeper inside is in its own building.

Terraced houses share walls, so that a pipe may well begin at the neighbour that it passes through.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """
    Service pipes, one per building or one per candidate; all arrays of shape (pipes,).

    Attributes
    ----------
    segment
        Street segment that the pipe meets, -1 where no street is near enough.
    position
        Where on the segment, 0 at its tail to 1 at its head.
    start, end
        Ends of the pipe at the building and at the street [m], shape (pipes, 2).
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

    def part(self, rows: slice | npt.NDArray[np.int64]) -> Connections:
        """Some of the pipes."""
        return Connections(
            **{field.name: getattr(self, field.name)[rows] for field in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """
    Several service pipes per building to choose from.

    Attributes
    ----------
    place
        Building of each pipe, rising; its pipes stand together, the preferred one first.
    pipes
        The pipes, all connected.
    best
        The preferred pipe of each building, connected or not.
    """

    place: npt.NDArray[np.int64]
    pipes: Connections
    best: Connections


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
    The first of the candidates of `connect_all`; a pipe is the shortest line between outline and
    street. Bridges and tunnels are not connected to.

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
    found = connect_all(
        streets,
        places,
        farthest_m=farthest_m,
        candidates=candidates,
        apart_m=0.0,
        barriers=barriers,
        buildings=buildings,
    )
    return found.best


def connect_all(
    streets: StreetGraph,
    places: gpd.GeoSeries,
    *,
    farthest_m: float,
    candidates: int,
    apart_m: float,
    barriers: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoSeries | None = None,
) -> Candidates:
    """
    Service pipes from each place to choose from.

    Parameters
    ----------
    streets
        The street graph.
    places
        Points or outlines in the graph's coordinate system.
    farthest_m
        Longest service pipe allowed [m].
    candidates
        Largest number of pipes per place.
    apart_m
        Pipes of one place that meet the streets nearer than this to each other are one choice [m].
    barriers
        Lines and areas with a column ``kind`` (``rail``, ``water``, ``motorway``).
    buildings
        Outlines that a pipe should not pass through.

    Returns
    -------
    candidates
        Up to ``candidates`` pipes per place that meet the streets apart from each other.

    Notes
    -----
    A pipe through another building stays only where every pipe around it crosses more rail, water
    or motorway, or none is near enough.

    Examples
    --------
    >>> from geopandas import GeoDataFrame, GeoSeries
    >>> from shapely import LineString, Point
    >>> from .streets import street_graph
    >>> lines = [LineString([(0, 0), (100, 0)]), LineString([(0, 60), (100, 60)])]
    >>> streets = street_graph(GeoDataFrame(geometry=lines, crs=32635))
    >>> place = GeoSeries([Point(40, 25)])
    >>> found = connect_all(streets, place, farthest_m=50.0, candidates=3, apart_m=5.0)
    >>> found.place.tolist(), found.pipes.length_m.tolist()
    ([0, 0], [25.0, 35.0])
    """
    shapes = places.to_numpy()
    pairs = approaches(streets, shapes, farthest_m=farthest_m, candidates=candidates)
    pairs["crosses"] = _crossed(pairs["line"].to_numpy(), barriers, buildings)
    pairs = pairs.assign(
        barrier=pairs["crosses"].str.contains("rail|water|motorway"),
        through=pairs["crosses"].str.contains("building"),
    )
    order = ["place", "barrier", "through", "length_m", "segment"]
    ranked = pairs.sort_values(order, kind="stable", ignore_index=True)
    useful = ranked[~_needless(ranked)].reset_index(drop=True)
    kept = apart(useful, candidates=candidates, apart_m=apart_m)
    best = kept[~kept["place"].duplicated()]
    return Candidates(
        place=kept["place"].to_numpy(),
        pipes=_pipes(kept, streets),
        best=_per_place(best["place"].to_numpy(), _pipes(best, streets), streets, shapes),
    )


def _needless(ranked: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Pipes through another building where one that is no worse at barriers passes through none."""
    clear = ranked[~ranked["through"]]
    least = clear.groupby("place")["barrier"].min().reindex(ranked["place"]).to_numpy(dtype=float)
    needless: npt.NDArray[np.bool_] = ranked["through"].to_numpy() & (
        least <= ranked["barrier"].to_numpy()
    )
    return needless


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


def _pipes(rows: pd.DataFrame, streets: StreetGraph) -> Connections:
    """Arrays of the pipes in some rows."""
    ends = shapely.get_coordinates(rows["line"].to_numpy()).reshape(-1, 2, 2)
    segment, length = rows["segment"].to_numpy(), rows["length_m"].to_numpy()
    return Connections(
        segment=segment,
        position=position_on(streets, segment, ends[:, 1]),
        start=ends[:, 0],
        end=ends[:, 1],
        length_m=length,
        gap_m=length,
        crosses=rows["crosses"].to_numpy(dtype=object),
    )


def _per_place(
    place: npt.NDArray[np.int64],
    pipes: Connections,
    streets: StreetGraph,
    shapes: npt.NDArray[np.object_],
) -> Connections:
    """One pipe for each of some places, spread over all places."""

    def spread(values: npt.NDArray[Any], blank: object) -> npt.NDArray[Any]:
        everywhere = np.full((len(shapes), *values.shape[1:]), blank, dtype=values.dtype)
        everywhere[place] = values
        return everywhere

    length = spread(pipes.length_m, np.nan)
    return Connections(
        segment=spread(pipes.segment, -1),
        position=spread(pipes.position, 0.0),
        start=spread(pipes.start, np.nan),
        end=spread(pipes.end, np.nan),
        length_m=length,
        gap_m=_gap(streets, shapes, length),
        crosses=spread(pipes.crosses, ""),
    )


def _gap(
    streets: StreetGraph, shapes: npt.NDArray[np.object_], length_m: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Distance to the nearest street, also where it exceeds the limit."""
    gap = length_m.copy()
    far = np.flatnonzero(np.isnan(length_m))
    if len(far):
        _, lines = connectable(streets)
        (index, _), distance = shapely.STRtree(lines).query_nearest(
            shapes[far], return_distance=True, all_matches=False
        )
        gap[far[index]] = distance
    return gap
