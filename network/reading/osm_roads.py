"""
Node runs of OpenStreetMap ways turned into road segments, barrier lines.

Part of the reader in `osm`: no file is opened and no street is judged here. A run is the list of
nodes of one way; a node without a position (outside a clipped extract) breaks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

# pyosmium hands out integer coordinates in units of 1e-7 degrees; this one means "no position".
_NO_POSITION = 2**31 - 1
_PER_DEGREE = 1e7
_WAY_TAGS = (
    "highway",
    "name",
    "access",
    "foot",
    "motor_vehicle",
    "service",
    "bridge",
    "tunnel",
    "surface",
    "layer",
    "covered",
    "area",
    "oneway",
    "junction",
)
_RAIL = frozenset({"rail", "light_rail", "narrow_gauge", "subway"})
_WATER = frozenset({"river", "canal"})
_MOTORWAY = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})


@dataclass(frozen=True, slots=True)
class NodeArrays:
    """All node runs of a file, one entry per node of a way."""

    way_id: npt.NDArray[np.int64]
    run: npt.NDArray[np.int32]
    ref: npt.NDArray[np.int64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    present: npt.NDArray[np.bool_]


@dataclass(slots=True)
class NodeRuns:
    """Node runs as they come out of the file."""

    way_id: list[int] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    length: list[int] = field(default_factory=list)
    refs: list[int] = field(default_factory=list)
    x: list[int] = field(default_factory=list)
    y: list[int] = field(default_factory=list)

    def add(self, way_id: int, tags: dict[str, str], nodes: Iterable[Any]) -> None:
        """Keep the nodes of one way."""
        refs = [node.ref for node in nodes]
        places = [node.location for node in nodes]
        self.way_id.append(way_id)
        self.tags.append(tags)
        self.length.append(len(refs))
        self.refs.extend(refs)
        self.x.extend([place.x for place in places])
        self.y.extend([place.y for place in places])

    def any_missing(self) -> bool:
        """Whether any node has no position."""
        return _NO_POSITION in self.x

    def arrays(self) -> NodeArrays:
        """Turn the runs into arrays, in order of way number; sorts `tags` alike."""
        order = sorted(range(len(self.way_id)), key=self.way_id.__getitem__)
        rows = np.array(order, dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(self.length)]).astype(np.int64)
        places = [np.arange(starts[row], starts[row + 1]) for row in order]
        take = np.concatenate([np.empty(0, dtype=np.int64), *places])
        self.tags = [self.tags[row] for row in order]
        x, y = (np.array(values, dtype=np.int64)[take] for values in (self.x, self.y))
        return NodeArrays(
            way_id=np.array(self.way_id, dtype=np.int64)[rows],
            run=np.repeat(
                np.arange(len(order), dtype=np.int32), np.array(self.length, dtype=np.int64)[rows]
            ),
            ref=np.array(self.refs, dtype=np.int64)[take],
            lon=x / _PER_DEGREE,
            lat=y / _PER_DEGREE,
            present=x != _NO_POSITION,
        )


def roads_of(
    nodes: NodeArrays, tags: list[dict[str, str]], bbox: tuple[float, float, float, float] | None
) -> tuple[dict[str, Any], int]:
    """
    Road segments, their nodes and their ways, as arrays.

    Parameters
    ----------
    nodes
        Node runs of all lines.
    tags
        Tags of each run.
    bbox
        West, south, east, north [°] that a segment's own box must touch, or None for all.

    Returns
    -------
    roads
        ``node_id lon lat tail head way ways`` as in `osm.OsmExtract`.
    cut
        Segments left out because an end has no position.
    """
    road = np.array(["highway" in t for t in tags], dtype=bool)
    way_row = np.cumsum(road, dtype=np.int32) - 1
    start = np.flatnonzero((nodes.run[1:] == nodes.run[:-1]) & road[nodes.run[:-1]])
    whole = nodes.present[start] & nodes.present[start + 1]
    cut = int((~whole).sum())
    start = start[whole & (nodes.ref[start] != nodes.ref[start + 1])]
    if bbox is not None:
        start = start[_touches(nodes, start, bbox)]
    ends = np.concatenate([start, start + 1])
    node_id, first, row = np.unique(nodes.ref[ends], return_index=True, return_inverse=True)
    roads = {
        "node_id": node_id,
        "lon": nodes.lon[ends[first]],
        "lat": nodes.lat[ends[first]],
        "tail": row[: len(start)].astype(np.int32),
        "head": row[len(start) :].astype(np.int32),
        "way": way_row[nodes.run[start]],
        "ways": _way_table(nodes.way_id[road], [t for t in tags if "highway" in t]),
    }
    return roads, cut


def _touches(
    nodes: NodeArrays, start: npt.NDArray[np.int64], bbox: tuple[float, float, float, float]
) -> npt.NDArray[np.bool_]:
    """Whether the box around each segment touches the study box."""
    west, south, east, north = bbox
    lon, lat = nodes.lon, nodes.lat
    beside = (np.maximum(lon[start], lon[start + 1]) < west) | (
        np.minimum(lon[start], lon[start + 1]) > east
    )
    above = (np.maximum(lat[start], lat[start + 1]) < south) | (
        np.minimum(lat[start], lat[start + 1]) > north
    )
    touching: npt.NDArray[np.bool_] = ~(beside | above)
    return touching


def _way_table(way_id: npt.NDArray[np.int64], tags: list[dict[str, str]]) -> pd.DataFrame:
    """One row per road way with the tags a pipe cares about."""
    columns = {key: pd.Series([t.get(key, "") for t in tags], dtype=str) for key in _WAY_TAGS}
    return pd.DataFrame({"way_id": way_id, **columns})


def barriers_of(
    nodes: NodeArrays,
    tags: list[dict[str, str]],
    water: npt.NDArray[Any],
    bbox: tuple[float, float, float, float] | None,
) -> gpd.GeoDataFrame:
    """
    Railways, rivers, shores and motorways that a service pipe should not cross.

    Parameters
    ----------
    nodes
        Node runs of all lines.
    tags
        Tags of each run.
    water
        Polygons of standing or wide water.
    bbox
        West, south, east, north [°] that a barrier must touch, or None for all.

    Returns
    -------
    barriers
        ``kind`` (rail, water, motorway) and geometry; lines in tunnels or on bridges are no
        barrier, since a pipe passes over or under them.
    """
    single = shapely.get_num_geometries(water) == 1
    water = np.where(single, shapely.get_geometry(water, 0), water)
    kinds = np.array([_barrier_kind(t) for t in tags], dtype=object)
    start = np.flatnonzero((nodes.run[1:] == nodes.run[:-1]) & (kinds[nodes.run[:-1]] != ""))
    start = start[nodes.present[start] & nodes.present[start + 1]]
    lines, run = unbroken_lines(nodes, start)
    kind = np.concatenate([kinds[run], np.full(len(water), "water")])
    frame = gpd.GeoDataFrame(
        {"kind": pd.Series(kind, dtype=str)},
        geometry=gpd.GeoSeries(np.concatenate([lines, water]), crs="EPSG:4326"),
        crs="EPSG:4326",
    )
    if bbox is not None:
        frame = frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bbox))]
    return frame.reset_index(drop=True)


def unbroken_lines(
    nodes: NodeArrays, start: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
    """
    Lines of consecutive segments of one run.

    Parameters
    ----------
    nodes
        Node runs.
    start
        First node of each segment to draw, rising.

    Returns
    -------
    lines
        One per unbroken piece.
    run
        Run of each piece.
    """
    broken = np.diff(start, prepend=-2) != 1
    broken |= np.diff(nodes.run[start], prepend=-1) != 0
    return _lines(nodes, start, np.cumsum(broken) - 1), nodes.run[start[broken]]


def _lines(
    nodes: NodeArrays, start: npt.NDArray[np.int64], piece: npt.NDArray[np.int64]
) -> npt.NDArray[Any]:
    """One line per unbroken piece; each segment gives its start, the last one also its end."""
    if not len(start):
        return np.empty(0, dtype=object)
    last = np.append(piece[1:] != piece[:-1], [True])
    point = np.concatenate([start, start[last] + 1])
    owner = np.concatenate([piece, piece[last]])
    order = np.lexsort((point, owner))
    place = np.column_stack([nodes.lon[point[order]], nodes.lat[point[order]]])
    return np.asarray(shapely.linestrings(place, indices=owner[order]))


def _barrier_kind(tags: dict[str, str]) -> str:
    """Kind of barrier a line is, or '' for none."""
    if tags.get("tunnel", "no") != "no" or tags.get("bridge", "no") != "no":
        return ""
    if tags.get("railway") in _RAIL:
        return "rail"
    if tags.get("waterway") in _WATER or tags.get("natural") == "coastline":
        return "water"
    if tags.get("highway") in _MOTORWAY:
        return "motorway"
    return ""
