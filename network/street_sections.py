"""
Street sections: streets between one junction, or dead end, and the next.

The unit in which heat plans speak of streets. A node where just two segments of street meet is no
junction; nor is the point where a service pipe meets its street, so that sections are the same
before and after buildings are hung on. Trench sections of a designed network are another thing, see
`sections`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .streets import SERVICE_PIPE

if TYPE_CHECKING:
    import numpy.typing as npt

    from .streets import StreetGraph

    Ints = npt.NDArray[np.int64]

THROUGH = 2
"""Segments that meet at a node which is no junction."""

ORDER_M = 1e-3
"""Sections between the same junctions are told apart by differences larger than this."""


def street_sections(streets: StreetGraph) -> tuple[Ints, gpd.GeoDataFrame]:
    """
    Street section of each segment, and the sections as a table.

    Parameters
    ----------
    streets
        The street graph, with buildings hung on or without.

    Returns
    -------
    section
        Number of the section of each segment, -1 for service pipes; shape (edges,). Sections are
        numbered by the identifiers of their end nodes, those between the same nodes by length.
    table
        One row per section in order of its number: ``section_id``, ``name`` and ``highway`` (of
        the way with most length), ``length_m`` [m], line. The identifier is made of those of the
        end nodes, and counts up by length where several sections join the same two.

    Notes
    -----
    Segments are joined through the nodes where exactly two of them meet. A ring without a junction
    is named after its node with the highest identifier.

    Examples
    --------
    >>> from shapely import LineString
    >>> from .streets import street_graph
    >>> lines = [LineString([(0, 0), (60, 0)]), LineString([(0, 0), (30, 40), (60, 0)])]
    >>> graph = street_graph(gpd.GeoDataFrame(geometry=lines, crs=32635))
    >>> _, table = street_sections(graph)
    >>> table[["section_id", "length_m"]].values.tolist()
    [['s2', 160.0]]
    >>> more = [*lines, LineString([(0, 0), (0, -9)]), LineString([(60, 0), (60, -9)])]
    >>> graph = street_graph(gpd.GeoDataFrame(geometry=more, crs=32635))
    >>> street_sections(graph)[1]["section_id"].tolist()
    ['s0_1', 's1_4', 's1_4_2', 's3_4']
    """
    section, ends = _numbered(streets)
    on_street = np.flatnonzero(section >= 0)
    mine, length = section[on_street], streets.length_m[on_street]
    order = np.argsort(mine, kind="stable")
    lines = shapely.multilinestrings(streets.segments()[on_street[order]], indices=mine[order])
    lines = shapely.normalize(shapely.line_merge(np.asarray(lines, dtype=object)))
    of_way = streets.ways.iloc[streets.way[on_street]]
    table = pd.DataFrame(
        {
            "section_id": ends["section_id"],
            "name": _foremost(mine, of_way["name"], length),
            "highway": _foremost(mine, of_way["highway"], length),
            "length_m": np.bincount(mine, weights=length, minlength=len(ends)),
        }
    )
    return section, gpd.GeoDataFrame(table, geometry=lines, crs=streets.crs)


def _foremost(
    section: Ints, text: pd.Series, length: npt.NDArray[np.float64]
) -> npt.NDArray[np.object_]:
    """Text that most of the length of each section bears; of equals the first by alphabet."""
    rows = pd.DataFrame({"section": section, "text": text.to_numpy(), "length": length})
    sums = rows.groupby(["section", "text"], sort=True)["length"].sum().reset_index()
    sums = sums.sort_values("length", ascending=False, kind="stable")
    first = sums.drop_duplicates("section").sort_values("section")["text"]
    return np.asarray(first.to_numpy(dtype=object), dtype=object)


def _numbered(streets: StreetGraph) -> tuple[Ints, pd.DataFrame]:
    """Number of the section of each segment, and the end nodes of each section."""
    on_street = np.flatnonzero(streets.of_way("highway") != SERVICE_PIPE)
    tail, head = streets.tail[on_street], streets.head[on_street]
    node = np.concatenate([tail, head])
    degree = np.bincount(node, minlength=streets.nodes)
    part = _joined(node, degree)
    ends = _end_nodes(streets, node, np.tile(part, 2), degree)
    weight = streets.length_m[on_street]
    length = np.bincount(part, weights=weight)
    for name, axis in {"x": streets.x, "y": streets.y}.items():
        middle = np.bincount(part, weights=weight * (axis[tail] + axis[head]) / 2.0) / length
        ends[name] = np.round(middle / ORDER_M)
    ends["length"] = np.round(length / ORDER_M)
    ends = ends.sort_values(["low", "high", "length", "x", "y"], kind="stable")
    number = np.empty(len(ends), dtype=np.int64)
    number[ends.index] = np.arange(len(ends))
    section = np.full(streets.edges, -1)
    section[on_street] = number[part]
    return section, _identified(ends)


def _joined(node: Ints, degree: Ints) -> Ints:
    """Part that each segment belongs to, joined with others through nodes of two."""
    segments = len(node) // 2
    segment = np.tile(np.arange(segments), 2)
    through = np.flatnonzero(degree[node] == THROUGH)
    order = through[np.argsort(node[through], kind="stable")]
    pair = segment[order].reshape(-1, 2)
    links = coo_array((np.ones(len(pair)), (pair[:, 0], pair[:, 1])), shape=(segments, segments))
    part: Ints = connected_components(links, directed=False)[1].astype(np.int64)
    return part


def _end_nodes(streets: StreetGraph, node: Ints, part: Ints, degree: Ints) -> pd.DataFrame:
    """
    Lowest and highest identifier of the junctions and dead ends of each part.

    A ring without any is named by its highest identifier: nodes that buildings add have lower ones.
    """
    rows = pd.DataFrame({"part": part, "id": streets.node_id[node]})
    highest = rows.groupby("part")["id"].max()
    found = rows[degree[node] != THROUGH].groupby("part")["id"].agg(["min", "max"])
    found = found.reindex(highest.index)
    low, high = (found[name].to_numpy() for name in ("min", "max"))
    ring = np.isnan(low.astype(float))
    return pd.DataFrame({"low": _filled(low, ring, highest), "high": _filled(high, ring, highest)})


def _filled(found: npt.NDArray[np.generic], ring: npt.NDArray[np.bool_], other: pd.Series) -> Ints:
    """Identifiers found, others where there are none."""
    filled = other.to_numpy(dtype=np.int64, copy=True)
    filled[~ring] = found[~ring].astype(np.int64)
    return filled


def _identified(ends: pd.DataFrame) -> pd.DataFrame:
    """Sections in order with their identifiers."""
    low, high = ends["low"].astype(str), ends["high"].astype(str)
    text = "s" + low + ("_" + high).where(ends["low"] != ends["high"], "")
    place = ends.groupby(["low", "high"]).cumcount() + 1
    text += ("_" + place.astype(str)).where(place > 1, "")
    return ends.assign(section_id=text).reset_index(drop=True)
