"""
Barriers in the way of streets: where a pipe needs a bore, and what that is worth in trench.

A street crosses rail, river or motorway on a bridge, in an underpass or at a level crossing. Lines
drawn by hand often cross without any of them; such a piece of street is cut out and says in
``bore`` what a pipe in it must be bored under.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatreach.data import assumption, price

from ..attach import cut_segments
from ..cost import bore_capex
from ..streets import SERVICE_PIPE, SHORTEST_EDGE_M, VERTEX_TOLERANCE_M

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from ..streets import StreetGraph

MAIN_ROADS = ("motorway", "motorway_link", "trunk", "trunk_link")
"""Classes that are themselves the barrier ``motorway``."""


def with_bores(
    streets: StreetGraph, barriers: gpd.GeoDataFrame, *, together_m: float
) -> StreetGraph:
    """
    Street graph that knows where a pipe along a street needs a bore.

    Parameters
    ----------
    streets
        The street graph, before buildings are hung on.
    barriers
        Lines and areas with a column ``kind`` (``rail``, ``water``, ``motorway``), in the graph's
        coordinate system.
    together_m
        Crossings nearer than this to each other are one bore: both tracks, both carriageways [m].

    Returns
    -------
    graph
        Segments that cross a barrier inside are cut before and behind it, half ``together_m`` from
        its edge; the piece between carries the kinds in ``bore``.

    Notes
    -----
    Bridges, tunnels and what meets a barrier at a node (a level crossing) need no bore. A street
    that runs along a barrier line does not cross it. A crossing in several consecutive segments,
    without a junction between, is one bore.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from heatreach.network import street_graph
    >>> street = street_graph(GeoDataFrame(geometry=[LineString([(0, 0), (100, 0)])], crs=32635))
    >>> rail = LineString([(40, -9), (40, 9)])
    >>> tracks = GeoDataFrame({"kind": ["rail"]}, geometry=[rail], crs=32635)
    >>> graph = with_bores(street, tracks, together_m=20.0)
    >>> graph.length_m.tolist(), graph.bore.tolist()
    ([30.0, 20.0, 50.0], ['', 'rail', ''])
    """
    spans = _spans(streets, barriers)
    if spans.empty:
        return streets
    bores = _bores_of(spans, streets, together_m)
    segment = np.concatenate([bores["segment"], bores["segment"]])
    offset = np.concatenate([bores["low_m"], bores["high_m"]])
    length = streets.length_m[segment]
    inside = (offset > SHORTEST_EDGE_M) & (offset < length - SHORTEST_EDGE_M)
    segment, share = segment[inside], (offset / length)[inside]
    tail, head, piece, piece_m = cut_segments(streets, segment, share)
    start, end = streets.tail[segment], streets.head[segment]
    lowest = min(0, int(streets.node_id.min(initial=0)))
    graph = replace(
        streets,
        node_id=np.concatenate([streets.node_id, lowest - 1 - np.arange(len(segment))]),
        x=np.concatenate([streets.x, streets.x[start] * (1 - share) + streets.x[end] * share]),
        y=np.concatenate([streets.y, streets.y[start] * (1 - share) + streets.y[end] * share]),
        level_crossing=np.append(streets.level_crossing, np.zeros(len(segment), dtype=bool)),
        tail=tail,
        head=head,
        length_m=piece_m,
        way=streets.way[piece],
        bore=_of_pieces(bores, piece, piece_m),
    )
    return replace(graph, bore=_once(graph))


def _spans(streets: StreetGraph, barriers: gpd.GeoDataFrame) -> pd.DataFrame:
    """Where segments cross barriers: ``segment``, ``low_m``, ``high_m`` along it, ``kind``."""
    line, shapes = streets.segments(), barriers.geometry.to_numpy()
    segment, wall = shapely.STRtree(shapes).query(line, predicate="intersects")
    kind = barriers["kind"].to_numpy(dtype=object)[wall]
    above = streets.of_way("bridge").astype(bool) | streets.of_way("tunnel").astype(bool)
    above |= streets.of_way("highway") == SERVICE_PIPE
    main = np.isin(streets.of_way("highway").astype(str), MAIN_ROADS)
    open_ = ~above[segment] & ~(main[segment] & (kind == "motorway"))
    segment, wall, kind = segment[open_], wall[open_], kind[open_]
    part, owner = shapely.get_parts(
        shapely.intersection(line[segment], shapes[wall]), return_index=True
    )
    along = shapely.get_dimensions(part)
    area = shapely.get_dimensions(shapes[wall[owner]]) == 2
    segment, kind = segment[owner], kind[owner]
    ends = [
        shapely.line_locate_point(line[segment], shapely.get_point(_line(part), n)) for n in (0, -1)
    ]
    low, high = np.minimum(*ends), np.maximum(*ends)
    length = streets.length_m[segment]
    within = (low > VERTEX_TOLERANCE_M) & (high < length - VERTEX_TOLERANCE_M)
    crosses = np.where(
        area, (along == 1) & (high - low > VERTEX_TOLERANCE_M), (along == 0) & within
    )
    frame = pd.DataFrame({"segment": segment, "low_m": low, "high_m": high, "kind": kind})
    return frame.iloc[np.flatnonzero(crosses)].reset_index(drop=True)


def _line(part: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Points as lines of no length, so that both have two ends."""
    lines = part.copy()
    points = shapely.get_dimensions(part) == 0
    xy = shapely.get_coordinates(part[points])
    lines[points] = shapely.linestrings(np.stack([xy, xy], axis=1)) if len(xy) else xy[:0, 0]
    return lines


def _bores_of(spans: pd.DataFrame, streets: StreetGraph, together_m: float) -> pd.DataFrame:
    """Crossings widened on both sides, those that then overlap as one."""
    length = streets.length_m[spans["segment"]]
    spans = spans.assign(
        low_m=np.maximum(spans["low_m"] - together_m / 2.0, 0.0),
        high_m=np.minimum(spans["high_m"] + together_m / 2.0, length),
    ).sort_values(["segment", "low_m", "high_m", "kind"], ignore_index=True)
    reach = spans.groupby("segment")["high_m"].cummax().to_numpy()
    new = np.ones(len(spans), dtype=bool)
    new[1:] = np.diff(spans["segment"]) > 0
    new[1:] |= spans["low_m"].to_numpy()[1:] > reach[:-1]
    return (
        spans.groupby(np.cumsum(new))
        .agg(
            segment=("segment", "first"),
            low_m=("low_m", "min"),
            high_m=("high_m", "max"),
            bore=("kind", lambda kinds: "+".join(sorted(set(kinds)))),
        )
        .reset_index(drop=True)
    )


def _of_pieces(
    bores: pd.DataFrame, piece: npt.NDArray[np.int64], length_m: npt.NDArray[np.float64]
) -> npt.NDArray[np.object_]:
    """Bore of each piece of the cut segments, by where its middle lies."""
    order = np.argsort(piece, kind="stable")
    owner = piece[order]
    run = np.cumsum(length_m[order])
    first = np.ones(len(owner), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    base = (run - length_m[order])[first][np.cumsum(first) - 1]
    middle = run - length_m[order] / 2.0 - base
    far = 2.0 * float(length_m.sum()) + 1.0
    low = bores["segment"].to_numpy() * far + bores["low_m"].to_numpy()
    found = np.maximum(np.searchsorted(low, owner * far + middle, side="right") - 1, 0)
    hit = (bores["segment"].to_numpy()[found] == owner) & (
        middle <= bores["high_m"].to_numpy()[found]
    )
    hit &= middle >= bores["low_m"].to_numpy()[found]
    bore = np.full(len(piece), "", dtype=object)
    bore[order[hit]] = bores["bore"].to_numpy()[found[hit]]
    return bore


def _once(graph: StreetGraph) -> npt.NDArray[np.object_]:
    """Bores without those that only go on from the segment before, no junction between."""
    words: list[list[str]] = [[] for _ in range(graph.edges)]
    degree = np.bincount(np.concatenate([graph.tail, graph.head]), minlength=graph.nodes)
    for word in sorted({word for text in graph.bore for word in text.split("+")} - {""}):
        edge = np.flatnonzero([word in text.split("+") for text in graph.bore])
        node = np.concatenate([graph.tail[edge], graph.head[edge]])
        number = np.tile(np.arange(len(edge)), 2)
        inner = degree[node] == 2
        joins = (np.ones(inner.sum()), (number[inner], len(edge) + node[inner]))
        size = len(edge) + graph.nodes
        _, group = connected_components(coo_array(joins, shape=(size, size)), directed=False)
        for first in edge[np.unique(group[: len(edge)], return_index=True)[1]].tolist():
            words[first].append(word)
    return np.array(["+".join(found) for found in words], dtype=object)


def bore_weight_m(streets: StreetGraph) -> npt.NDArray[np.float64]:
    """
    What the bores of each edge are worth in trench [m].

    Parameters
    ----------
    streets
        The street graph, with or without service pipes.

    Returns
    -------
    weight
        One-off cost of the edge's bores over that of a metre of DN100 trench in paved ground, 0
        where there is none; shape (edges,).

    Notes
    -----
    Added to an edge's length it keeps a route from a bore that saves less trench than it costs.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from heatreach.network import street_graph
    >>> street = street_graph(GeoDataFrame(geometry=[LineString([(0, 0), (9, 0)])], crs=32635))
    >>> bore_weight_m(street).tolist()
    [0.0]
    """
    base = assumption("pipe_costs", "DN100", "capex_hard_per_m").price_base
    per_m = price("pipe_costs", "DN100", "capex_hard_per_m", target=base).value
    weight: npt.NDArray[np.float64] = bore_capex(streets.crossed().tolist(), money=base)[0] / per_m
    return weight
