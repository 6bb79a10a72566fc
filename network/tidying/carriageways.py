"""
Dual carriageways: two lines on the map, one trench.

Two one-way streets of the same name and class that run beside each other in opposite directions are
one street to a pipe. The shorter carriageway is taken out and what branched off from it is led
across to the other, by the way it has to be dug anyway: no plan can lay both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..attach import cut_segments
from ..streets import SHORTEST_EDGE_M, VERTEX_TOLERANCE_M, StreetGraph

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

BESIDE_COS = float(np.cos(np.radians(30.0)))
"""Carriageways of one street differ in heading by less than this from opposite."""

ONWARD_COS = float(np.cos(np.radians(60.0)))
"""A carriageway goes on in segments that turn by less than this."""


AISLE = "service"
"""Class whose ways are one street only where they bear one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriagewayReport:
    """
    What was merged.

    Attributes
    ----------
    carriageways
        Carriageways of which at least a part was taken out.
    taken_out_m
        Their length [m].
    links, links_m
        Pieces that lead across to the carriageway that stays, and their length [m].
    """

    carriageways: int
    taken_out_m: float
    links: int
    links_m: float

    def __str__(self) -> str:
        """The report as a sentence."""
        if not self.carriageways:
            return "no dual carriageway found"
        return (
            f"{self.carriageways:,} second carriageways taken out ({self.taken_out_m:,.0f} m), "
            f"{self.links:,} links across ({self.links_m:,.0f} m)"
        )


def one_trench(
    streets: StreetGraph,
    *,
    apart_m: float,
    by_name: bool = False,
    barriers: gpd.GeoDataFrame | None = None,
) -> tuple[StreetGraph, CarriagewayReport]:
    """
    Street graph with one line for each dual carriageway.

    Parameters
    ----------
    streets
        The street graph, before buildings are hung on.
    apart_m
        Largest distance between carriageways of one street [m].
    by_name
        Whether streets of one name that run side by side count as carriageways where no direction
        of traffic is known.
    barriers
        Rail, water and motorways in the graph's coordinate system; carriageways on either side of
        one, of tram tracks in the middle for instance, are two streets.

    Returns
    -------
    graph
        The graph; what was connected stays connected.
    report
        What was taken out.

    Notes
    -----
    A segment is taken out if both its ends lie within ``apart_m`` of one and the same carriageway
    that stays, no barrier between. Nodes that other streets meet are linked to that carriageway,
    where it is nearest, by an edge as long as the gap.
    """
    found = _segments(streets, by_name=by_name)
    if found.empty:
        return streets, CarriagewayReport(carriageways=0, taken_out_m=0.0, links=0, links_m=0.0)
    kept_by = _replaced_by(found, _twins(streets, found, apart_m))
    links = _links(streets, found, kept_by, apart_m, barriers)
    near = {pair: row for row, pair in enumerate(zip(links["node"], links["chain"], strict=True))}
    out = np.zeros(streets.edges, dtype=bool)
    owner = np.full(streets.edges, -1)
    for segment, chain in zip(found["segment"].tolist(), found["chain"].tolist(), strict=True):
        ends = (int(streets.tail[segment]), int(streets.head[segment]))
        out[segment] = kept_by[chain] >= 0 and all((end, chain) in near for end in ends)
        owner[segment] = chain
    used = _needed(streets, links, out, owner)
    graph = _merged(streets, used, out)
    return graph, CarriagewayReport(
        carriageways=len(np.unique(owner[out])),
        taken_out_m=float(streets.length_m[out].sum()),
        links=int((used["gap_m"] > SHORTEST_EDGE_M).sum()),
        links_m=float(used["gap_m"].sum()),
    )


def _segments(streets: StreetGraph, *, by_name: bool) -> pd.DataFrame:
    """Segments of possible carriageways: heading, street and carriageway (chain) of each."""
    oneway = streets.of_way("oneway").astype(int)
    name = streets.of_way("name").astype(str)
    directed = not by_name or bool(oneway.any())
    highway = streets.of_way("highway").astype(str)
    # Aisles of car parks run one way beside each other without being one street.
    open_ = (oneway != 0) & ((name != "") | (highway != AISLE)) if directed else name != ""
    segment = np.flatnonzero(open_)
    forward = (oneway[segment] >= 0)[:, None]
    ends = np.stack([streets.tail[segment], streets.head[segment]], axis=1)
    ends = np.where(forward, ends, ends[:, ::-1])
    step = np.stack([streets.x[ends], streets.y[ends]], axis=2)
    heading = (step[:, 1] - step[:, 0]) / streets.length_m[segment, None]
    street = pd.Series(name[segment]) + "\n" + highway[segment]
    found = pd.DataFrame(
        {
            "segment": segment,
            "street": street.astype("category").cat.codes,
            "from": ends[:, 0],
            "to": ends[:, 1],
            "east": heading[:, 0],
            "north": heading[:, 1],
            "directed": directed,
        }
    )
    return found.assign(chain=_chains(found))


def _chains(found: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Carriageway of each segment: those that lead on into each other."""
    count, known = len(found), bool(found["directed"].all())
    ends = pd.DataFrame(
        {
            "street": np.tile(found["street"], 2),
            "node": np.concatenate([found["from"], found["to"]]),
            "arrives": np.repeat([False, True], count),
            "row": np.tile(np.arange(count), 2),
            "east": np.concatenate([found["east"], -found["east"]]),
            "north": np.concatenate([found["north"], -found["north"]]),
        }
    )
    if not known:  # where more than two meet, nobody knows which lead on into which
        ends = ends[ends.groupby(["street", "node"])["row"].transform("size") == 2]
    joins = ends.merge(ends, on=["street", "node"])
    through = -(joins["east_x"] * joins["east_y"] + joins["north_x"] * joins["north_y"])
    onward = through > ONWARD_COS
    if known:
        onward &= joins["arrives_x"] & ~joins["arrives_y"]
    first, second = joins.loc[onward, "row_x"], joins.loc[onward, "row_y"]
    joined = coo_array((np.ones(len(first)), (first, second)), shape=(len(found), len(found)))
    _, label = connected_components(joined, directed=False)
    chain: npt.NDArray[np.int64] = label.astype(np.int64)
    return chain


def _twins(streets: StreetGraph, found: pd.DataFrame, apart_m: float) -> pd.DataFrame:
    """Pairs of carriageways with the length over which the first has the second beside it."""
    line = streets.segments()[found["segment"]]
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    here, there = shapely.STRtree(line).query(middle, predicate="dwithin", distance=apart_m)
    east, north = found["east"].to_numpy(), found["north"].to_numpy()
    opposite = -(east[here] * east[there] + north[here] * north[there])
    if not found["directed"].all():
        opposite = np.abs(opposite)
    chain, street = found["chain"].to_numpy(), found["street"].to_numpy()
    beside = (opposite > BESIDE_COS) & (chain[here] != chain[there])
    beside &= street[here] == street[there]
    here, there = here[beside], there[beside]
    pairs = pd.DataFrame({"row": here, "chain": chain[here], "other": chain[there]})
    pairs = pairs.drop_duplicates(["row", "other"])
    pairs["length_m"] = streets.length_m[found["segment"].to_numpy()[pairs["row"]]]
    return pairs.groupby(["chain", "other"])[["length_m"]].sum().reset_index()


def _replaced_by(found: pd.DataFrame, twins: pd.DataFrame) -> dict[int, int]:
    """The carriageway that stands for each one taken out; -1 for those that stay."""
    kept_by: dict[int, int] = {}
    # Longest first; equal ones by where they begin on the map, not by their row.
    rank = found.groupby("chain").agg(size=("segment", "size"), first=("segment", "min"))
    length = twins.groupby("chain")["length_m"].sum().reindex(rank.index).fillna(0.0)
    order = rank.assign(length=length).sort_values(
        ["length", "size", "first"], ascending=[False, False, True]
    )
    beside = dict(list(twins.groupby("chain")))
    for chain in order.index.tolist():
        rows = beside.get(chain)
        stay = (
            []
            if rows is None
            else [
                (-length, other)
                for other, length in zip(
                    rows["other"].tolist(), rows["length_m"].tolist(), strict=True
                )
                if kept_by.get(other) == -1
            ]
        )
        kept_by[chain] = min(stay)[1] if stay else -1
    return kept_by


def _links(
    streets: StreetGraph,
    found: pd.DataFrame,
    kept_by: dict[int, int],
    apart_m: float,
    barriers: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """Nearest point of the staying carriageway for each node of one taken out."""
    chain = found["chain"].to_numpy()
    target = np.array([kept_by[number] for number in chain.tolist()])
    nodes = pd.DataFrame(
        {
            "node": np.concatenate([found["from"], found["to"]]),
            "chain": np.tile(chain, 2),
            "target": np.tile(target, 2),
            "way": np.tile(streets.way[found["segment"]], 2),
        }
    )
    nodes = nodes[nodes["target"] >= 0].sort_values(["node", "chain", "way"])
    nodes = nodes.drop_duplicates(["node", "chain"]).reset_index(drop=True)
    line = streets.segments()[found["segment"]]
    spot = np.asarray(
        shapely.points(streets.x[nodes["node"]], streets.y[nodes["node"]]), dtype=object
    )
    here, there = shapely.STRtree(line).query(spot, predicate="dwithin", distance=apart_m)
    own = chain[there] == nodes["target"].to_numpy()[here]
    here, there = here[own], there[own]
    if barriers is not None and len(barriers):
        open_ = ~_between(shapely.shortest_line(spot[here], line[there]), barriers)
        here, there = here[open_], there[open_]
    gap = shapely.distance(spot[here], line[there])
    along = shapely.line_locate_point(line[there], spot[here], normalized=True)
    links = nodes.iloc[here].assign(
        segment=found["segment"].to_numpy()[there], position=along, gap_m=gap
    )
    nearest: pd.DataFrame = links.sort_values(["node", "chain", "gap_m", "segment"])
    return nearest.drop_duplicates(["node", "chain"], ignore_index=True)


def _between(links: npt.NDArray[np.object_], barriers: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Whether a barrier lies between the ends of each link; one at an end is the street itself."""
    ends = shapely.get_coordinates(links).reshape(-1, 2, 2)
    length = np.maximum(shapely.length(links), SHORTEST_EDGE_M)[:, None]
    inset = np.minimum(VERTEX_TOLERANCE_M / length, 0.5) * (ends[:, 1] - ends[:, 0])
    inner = shapely.linestrings(np.stack([ends[:, 0] + inset, ends[:, 1] - inset], axis=1))
    crossed = shapely.STRtree(barriers.geometry.to_numpy()).query(inner, predicate="intersects")[0]
    return np.isin(np.arange(len(links)), crossed)


def _needed(
    streets: StreetGraph,
    links: pd.DataFrame,
    out: npt.NDArray[np.bool_],
    owner: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """Links of nodes where a carriageway taken out met anything else that is on the map."""
    rest = np.zeros(streets.nodes, dtype=bool)
    rest[streets.tail[~out]] = rest[streets.head[~out]] = True
    gone = np.concatenate([streets.tail[out], streets.head[out]])
    met = pd.DataFrame({"node": gone, "chain": np.tile(owner[out], 2)}).drop_duplicates()
    met["several"] = met.groupby("node")["chain"].transform("size") > 1
    met = met[met["several"] | rest[met["node"]]]
    return links.merge(met[["node", "chain"]], on=["node", "chain"])


def _merged(streets: StreetGraph, links: pd.DataFrame, out: npt.NDArray[np.bool_]) -> StreetGraph:
    """Graph without the segments taken out, with links across, and no node that nothing meets."""
    segment, node = links["segment"].to_numpy(), links["node"].to_numpy()
    offset = links["position"].to_numpy() * streets.length_m[segment]
    end = np.where(offset <= SHORTEST_EDGE_M, streets.tail[segment], -1)
    last = offset >= streets.length_m[segment] - SHORTEST_EDGE_M
    end = np.where(last, streets.head[segment], end)
    between = np.flatnonzero(end < 0)
    spots = np.column_stack([segment[between], np.round(offset[between] / SHORTEST_EDGE_M)])
    _, first, which = np.unique(spots, axis=0, return_index=True, return_inverse=True)
    end[between] = streets.nodes + which.reshape(-1)
    cuts = between[first]
    share = links["position"].to_numpy()[cuts]
    tail, head, piece, length = cut_segments(streets, segment[cuts], share)
    start, stop = streets.tail[segment[cuts]], streets.head[segment[cuts]]
    x = np.append(streets.x, streets.x[start] * (1.0 - share) + streets.x[stop] * share)
    y = np.append(streets.y, streets.y[start] * (1.0 - share) + streets.y[stop] * share)
    lowest = min(0, int(streets.node_id.min(initial=0)))
    stay, real = ~out[piece], end != node
    gap = np.maximum(np.hypot(x[node] - x[end], y[node] - y[end]), SHORTEST_EDGE_M)
    graph = replace(
        streets,
        node_id=np.append(streets.node_id, lowest - 1 - np.arange(len(cuts))),
        x=x,
        y=y,
        level_crossing=np.append(streets.level_crossing, np.zeros(len(cuts), dtype=bool)),
        tail=np.concatenate([tail[stay], node[real]]),
        head=np.concatenate([head[stay], end[real]]),
        length_m=np.concatenate([length[stay], gap[real]]),
        way=np.concatenate([streets.way[piece][stay], links["way"].to_numpy()[real]]),
        bore=np.concatenate([streets.bore[piece][stay], np.full(real.sum(), "", dtype=object)]),
    )
    return _without_bare_nodes(graph)


def _without_bare_nodes(graph: StreetGraph) -> StreetGraph:
    """Graph without nodes that no edge meets."""
    used, ends = np.unique(np.stack([graph.tail, graph.head]), return_inverse=True)
    tail, head = ends.reshape(2, -1)
    return replace(
        graph,
        node_id=graph.node_id[used],
        x=graph.x[used],
        y=graph.y[used],
        level_crossing=graph.level_crossing[used],
        tail=tail.astype(np.int64),
        head=head.astype(np.int64),
    )
