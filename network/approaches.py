"""
Where streets come near a building: the pipes worth a look, before anything is said of obstacles.

An approach is the nearest point of one of the nearest streets, or a place where a street comes
nearest to the building and leads away on both sides (both arms of a crescent). Of two that meet the
streets too near each other to be different choices, the better stays.

Part of `connect`, which chooses among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .streets import SHORTEST_EDGE_M, StreetGraph

if TYPE_CHECKING:
    import numpy.typing as npt

SEGMENTS_TRIED = 4
"""Nearest segments looked at per candidate wanted, in search of places where streets come near."""


def approaches(
    streets: StreetGraph, shapes: npt.NDArray[np.object_], *, farthest_m: float, candidates: int
) -> pd.DataFrame:
    """Pipes worth a look: to the nearest streets, and where streets come nearest to a place."""
    pairs = _near(streets, shapes, farthest_m)
    first = ~pairs.duplicated(["place", "way"]).to_numpy()
    first[first] = pairs[first].groupby("place").cumcount() < candidates
    close = pairs.groupby("place").cumcount().to_numpy() < SEGMENTS_TRIED * candidates
    pairs = pairs.assign(first=first)[first | close].reset_index(drop=True)
    line = shapely.shortest_line(shapes[pairs["place"]], pairs["line"].to_numpy())
    end = shapely.get_coordinates(line).reshape(-1, 2, 2)[:, 1]
    segment = pairs["segment"].to_numpy()
    pairs = pairs.assign(
        line=line,
        end_x=end[:, 0],
        end_y=end[:, 1],
        position=position_on(streets, segment, end),
    )
    turning = _comes_nearest(pairs, streets)
    turning[turning] = pairs[turning].groupby("place").cumcount() < candidates
    rows = np.flatnonzero(turning | pairs["first"].to_numpy())
    return pairs.iloc[rows].reset_index(drop=True)


def _near(streets: StreetGraph, shapes: npt.NDArray[np.object_], farthest_m: float) -> pd.DataFrame:
    """Places and segments within the limit of each other, nearest first."""
    allowed, lines = connectable(streets)
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
    return pairs.sort_values(["place", "length_m", "segment"], kind="stable", ignore_index=True)


def _comes_nearest(pairs: pd.DataFrame, streets: StreetGraph) -> npt.NDArray[np.bool_]:
    """Whether streets lead away from the place on both sides of each pipe's end."""
    place, segment = pairs["place"].to_numpy(), pairs["segment"].to_numpy()
    length = pairs["length_m"].to_numpy()
    offset = pairs["position"].to_numpy() * streets.length_m[segment]
    at_head = offset >= streets.length_m[segment] - SHORTEST_EDGE_M
    node = np.where(at_head, streets.head[segment], streets.tail[segment])
    between = (offset > SHORTEST_EDGE_M) & ~at_head
    corners = np.concatenate([streets.tail[segment], streets.head[segment], node])
    owner = np.concatenate([place, place, place])
    _, spot = np.unique(owner * streets.nodes + corners, return_inverse=True)
    nearest = np.full(len(spot), np.inf)
    np.minimum.at(nearest, spot[: 2 * len(pairs)], np.concatenate([length, length]))
    found: npt.NDArray[np.bool_] = between | (
        nearest[spot[2 * len(pairs) :]] >= length - SHORTEST_EDGE_M
    )
    return found


def apart(ranked: pd.DataFrame, *, candidates: int, apart_m: float) -> pd.DataFrame:
    """The best pipes of each place that meet the streets this far from each other."""
    place = ranked["place"].to_numpy()
    end = ranked[["end_x", "end_y"]].to_numpy()
    kept, free = np.zeros(len(ranked), dtype=bool), np.ones(len(ranked), dtype=bool)
    leader = np.zeros(place.max(initial=-1) + 1, dtype=np.int64)
    for _ in range(candidates):
        left = np.flatnonzero(free)
        first = left[np.unique(place[left], return_index=True)[1]]
        kept[first] = True
        leader[place[first]] = first
        gap = np.hypot(*(end[left] - end[leader[place[left]]]).T)
        free[first] = False
        free[left[gap < apart_m]] = False
    return ranked[kept].reset_index(drop=True)


def connectable(streets: StreetGraph) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Segments that a service pipe may meet, with their lines; none that is to be bored."""
    allowed = np.flatnonzero(streets.of_way("connectable").astype(bool) & (streets.bore == ""))
    return allowed, streets.segments()[allowed]


def position_on(
    streets: StreetGraph, segment: npt.NDArray[np.int64], xy: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Share of the segment's length at which each point lies."""
    tail, head = streets.tail[segment], streets.head[segment]
    dx, dy = streets.x[head] - streets.x[tail], streets.y[head] - streets.y[tail]
    along = (xy[:, 0] - streets.x[tail]) * dx + (xy[:, 1] - streets.y[tail]) * dy
    return np.clip(along / np.maximum(dx**2 + dy**2, SHORTEST_EDGE_M**2), 0.0, 1.0)
