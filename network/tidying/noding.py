"""
Streets drawn by hand made into a network: lines that cross or nearly touch get common vertices.

Three things are put right, on one level above ground each (`ways.levels`: a bridge is never joined
to what it passes over): lines that cross without a vertex are cut; ends that stop short of another
line by no more than the tolerance are led on to it; ends that stick out beyond it by no more are
taken back. Nothing is moved: every gap that is closed becomes a short piece of street. Ends that
stop short by more stay loose and are counted, so that their parts can be named as disconnected.

Extracts of OpenStreetMap come noded; planar cuts would join their bridges to what they pass over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree

from ..ways import carries_pipes, levels
from .pieces import Pieces, chained, cut, nodes_of, pieces_of, without_repeats

if TYPE_CHECKING:
    import numpy.typing as npt

NEAR_MISS = 5.0
"""Loose ends up to this many tolerances short of another line are reported as near misses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodingReport:
    """
    What was put right.

    Attributes
    ----------
    tolerance_m
        Largest gap closed and overhang taken back [m].
    crossings
        Places where lines cross or touch without a common vertex, now cut.
    ends_led_on, ends_taken_back
        Ends that stopped short and ends that stuck out.
    largest_m
        Largest gap closed or overhang taken back [m].
    duplicates, without_length
        Pieces left out that lie on an equal piece, or have no length.
    near_misses
        Loose ends that stop short of another line by more than the tolerance and up to five times
        as much; left alone.
    """

    tolerance_m: float
    crossings: int
    ends_led_on: int
    ends_taken_back: int
    largest_m: float
    duplicates: int
    without_length: int
    near_misses: int

    @property
    def changed(self) -> bool:
        """Whether anything was put right."""
        done = (self.crossings, self.ends_led_on, self.ends_taken_back, self.duplicates)
        return any((*done, self.without_length))

    def __str__(self) -> str:
        """The report as a sentence."""
        parts = [
            f"{count:,} {words[0] if count == 1 else words[1]}"
            for count, words in (
                (self.crossings, ("crossing cut", "crossings cut")),
                (self.ends_led_on, ("end led on", "ends led on")),
                (self.ends_taken_back, ("overhang taken back", "overhangs taken back")),
                (self.duplicates, ("duplicate left out", "duplicates left out")),
                (self.without_length, ("piece without length left out",) * 2),
            )
            if count
        ]
        done = ", ".join(parts) if parts else "nothing to put right"
        text = f"streets noded at {self.tolerance_m:g} m: {done}"
        if self.largest_m:
            text += f" (largest {self.largest_m:.2f} m)"
        if self.near_misses:
            ends = "end stops" if self.near_misses == 1 else "ends stop"
            text += (
                f"; {self.near_misses:,} {ends} more than that short of another street "
                f"(up to {NEAR_MISS * self.tolerance_m:g} m) and stayed loose"
            )
        return text


def node_lines(
    lines: gpd.GeoDataFrame, *, tolerance_m: float, paths: bool = False
) -> tuple[gpd.GeoDataFrame, NodingReport]:
    """
    Street lines with a common vertex wherever they cross or nearly touch.

    Parameters
    ----------
    lines
        Lines in metres, as for `street_graph`.
    tolerance_m
        Largest gap to close and overhang to take back [m].
    paths
        Whether footways, paths and tracks may carry pipes too; lines that may not are left as they
        are.

    Returns
    -------
    noded
        The same rows with new lines; rows of which nothing is left have an empty one.
    report
        What was put right.

    Raises
    ------
    ValueError
        If the tolerance is negative or not a number.

    Examples
    --------
    >>> from shapely import LineString
    >>> drawn = [LineString([(0, 0), (50, 0)]), LineString([(20, 0.4), (20, 30)])]
    >>> noded, report = node_lines(gpd.GeoDataFrame(geometry=drawn, crs=32635), tolerance_m=1.0)
    >>> print(report)
    streets noded at 1 m: 1 end led on (largest 0.40 m)
    """
    if not 0.0 <= tolerance_m < np.inf:
        raise ValueError(f"the tolerance must be 0 m or more, not {tolerance_m:g}")
    tags = pd.DataFrame(lines.drop(columns=lines.geometry.name)).reset_index(drop=True)
    shapes = lines.geometry.to_numpy().copy()
    used = carries_pipes(tags, paths=paths)
    if (shapely.get_dimensions(shapely.get_parts(shapes[used])) != 1).any():
        return lines, _report(tolerance_m)
    drawn = pieces_of(shapes, np.flatnonzero(used), levels(tags))
    crossed, crossings = _cut_at_crossings(drawn)
    single, empty, double = without_repeats(crossed, tags)
    trimmed, overhang = _taken_back(single, tolerance_m)
    joined, gap, short = _led_on(trimmed, tolerance_m)
    kept, _, again = without_repeats(joined, tags)
    shapes[used] = chained(kept, len(shapes))[used]
    report = _report(
        tolerance_m,
        crossings=crossings,
        ends_led_on=len(gap),
        ends_taken_back=len(overhang),
        largest_m=float(max(gap.max(initial=0.0), overhang.max(initial=0.0))),
        duplicates=double + again,
        without_length=empty,
        near_misses=short,
    )
    return lines.set_geometry(gpd.GeoSeries(shapes, index=lines.index, crs=lines.crs)), report


def _report(tolerance_m: float, **found: float) -> NodingReport:
    """Report with zeros where nothing was found."""
    names = [name for name in NodingReport.__dataclass_fields__ if name != "tolerance_m"]
    blank: dict[str, float] = {name: 0.0 if name == "largest_m" else 0 for name in names}
    return NodingReport(tolerance_m=tolerance_m, **(blank | found))  # type: ignore[arg-type]


def _cut_at_crossings(drawn: Pieces) -> tuple[Pieces, int]:
    """Pieces cut where they cross or touch others of their level, and the number of places."""
    shapes = drawn.shapes()
    tree = shapely.STRtree(shapes)
    here, there = tree.query(shapes, predicate="intersects")
    other = (here < there) & (drawn.level[here] == drawn.level[there])
    other &= (drawn.line[here] != drawn.line[there]) | (np.abs(here - there) > 1)
    here, there = here[other], there[other]
    xy, pair = shapely.get_coordinates(
        shapely.intersection(shapes[here], shapes[there]), return_index=True
    )
    corner, touched = tree.query(shapely.points(drawn.start), "dwithin", drawn.joint_m)
    tip, met = tree.query(shapely.points(drawn.end), "dwithin", drawn.joint_m)
    same = _may_touch(drawn, corner, drawn.first[corner], touched)
    also = _may_touch(drawn, tip, drawn.last[tip], met)
    piece = np.concatenate([here[pair], there[pair], touched[same], met[also]])
    place = np.concatenate([xy, xy, drawn.start[corner[same]], drawn.end[tip[also]]])
    return cut(drawn, piece, place)


def _taken_back(crossed: Pieces, tolerance_m: float) -> tuple[Pieces, npt.NDArray[np.float64]]:
    """Pieces without short overhangs, and the lengths of these [m]."""
    node, degree = nodes_of(crossed)
    loose = (degree[node[0]] == 1) != (degree[node[1]] == 1)
    stub = loose & crossed.was_cut & crossed.is_tip & (crossed.length_m <= tolerance_m)
    stub &= np.maximum(degree[node[0]], degree[node[1]]) > 2
    return crossed.some(~stub), crossed.length_m[stub]


def _may_touch(
    pieces: Pieces,
    piece: npt.NDArray[np.int64],
    is_tip: npt.NDArray[np.bool_],
    other: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Whether a piece's end may lie on another piece: on its level, or where a bridge ends."""
    level, beneath = pieces.level[piece], pieces.level[other]
    allowed: npt.NDArray[np.bool_] = (level == beneath) | (is_tip & (abs(level) > abs(beneath)))
    return allowed


def _led_on(trimmed: Pieces, tolerance_m: float) -> tuple[Pieces, npt.NDArray[np.float64], int]:
    """Pieces with loose ends led on to what is near, the gaps closed [m] and the near misses."""
    gaps = _gaps(trimmed, tolerance_m)
    close = gaps[gaps["gap_m"] <= tolerance_m]
    missed = gaps[~gaps["end"].isin(close["end"])]
    fixed = close[close["tip_met"] < 0].drop_duplicates("end")
    chosen = pd.concat([fixed, _between_loose_ends(close, fixed)])
    target = chosen[["x", "y"]].to_numpy()
    piece = chosen["piece"].to_numpy()
    whole, _ = cut(trimmed, chosen["target"].to_numpy(), target)
    led = whole.joined_by(chosen[["end_x", "end_y"]].to_numpy(), target, trimmed, piece)
    return led, chosen["gap_m"].to_numpy(dtype=float), missed["end"].nunique()


def _between_loose_ends(close: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    """Shortest gaps that join the loose ends near each other, but for those led to one line."""
    pairs = close[close["tip_met"] >= 0]
    count = int(close[["end", "tip_met"]].to_numpy().max(initial=-1)) + 1
    line = np.full(count, -1)
    line[fixed["end"]] = fixed["line"]
    here, there = pairs["end"].to_numpy(), pairs["tip_met"].to_numpy()
    weights = coo_array((pairs["gap_m"], (here, there)), shape=(count, count)).tocsr()
    forest = minimum_spanning_tree(weights).tocoo()
    wanted = here * count + there
    kept = np.isin(wanted, forest.row.astype(np.int64) * count + forest.col)
    kept &= (line[here] != line[there]) | (line[here] < 0)
    return pairs.iloc[np.flatnonzero(kept)]


def _gaps(pieces: Pieces, tolerance_m: float) -> pd.DataFrame:
    """Loose ends and the nearest point of each line up to a near miss away, nearest first."""
    reach_m = NEAR_MISS * tolerance_m
    xy, piece, tip = _loose_ends(pieces)
    end, target = shapely.STRtree(pieces.shapes()).query(shapely.points(xy), "dwithin", reach_m)
    foreign = pieces.line[piece[end]] != pieces.line[target]
    foreign |= pieces.from_m(piece[end], tip[end], target) > 3.0 * reach_m
    place, at_tip = _nearest(pieces, target, xy[end], tolerance_m)
    always = np.ones(len(end), dtype=bool)
    open_ = foreign & (at_tip | _may_touch(pieces, piece[end], always, target))
    end, target, place = end[open_], target[open_], place[open_]
    distance, met = cKDTree(xy).query(place) if len(xy) else (np.empty(0), end)
    frame = pd.DataFrame(
        {
            "end": end,
            "end_x": xy[end, 0],
            "end_y": xy[end, 1],
            "piece": piece[end],
            "target": target,
            "line": pieces.line[target],
            "tip_met": np.where(distance <= pieces.joint_m, met, -1),
            "x": place[:, 0],
            "y": place[:, 1],
            "gap_m": np.hypot(*(place - xy[end]).T),
        }
    )
    order = ["end", "gap_m", "x", "y", "target"]
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    return frame.drop_duplicates(["end", "line"], ignore_index=True)


def _loose_ends(
    pieces: Pieces,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where loose ends are, in order of place; the piece of each and which end of it."""
    node, degree = nodes_of(pieces)
    tip, piece = np.nonzero(np.stack([degree[node[0]] == 1, degree[node[1]] == 1]))
    xy = np.where(tip[:, None] == 0, pieces.start[piece], pieces.end[piece])
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    return xy[order], piece[order], tip[order]


def _nearest(
    pieces: Pieces,
    target: npt.NDArray[np.int64],
    xy: npt.NDArray[np.float64],
    tolerance_m: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Nearest point of each target, its own end if that is near too; whether it is a line's end."""
    line = pieces.shapes()[target]
    place = shapely.get_coordinates(
        shapely.line_interpolate_point(line, shapely.line_locate_point(line, shapely.points(xy)))
    )
    at_tip = np.zeros(len(target), dtype=bool)
    for corner, is_tip in (
        (pieces.start[target], pieces.first[target]),
        (pieces.end[target], pieces.last[target]),
    ):
        near = np.hypot(*(corner - xy).T) <= tolerance_m
        place[near] = corner[near]
        at_tip[near] = is_tip[near]
    return place, at_tip
