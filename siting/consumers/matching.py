"""
Which consumer a row of a demand table belongs to.

By identifier, else by register number (its own, then that of the building it is part of), else by
place: a point belongs to the outline around it or to the nearest one within reach, an outline to
the one it overlaps most. Properties of one parent go together. What the rows say is added up in
`flats`; distances stand in ``data/siting_rules.csv`` under ``joined``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from .building_use import siting_rule

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

NONE = -1
NEAREST = "nearest outline within reach"
_MILLIMETRES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """
    Which consumer each row belongs to, and what told so.

    Attributes
    ----------
    target
        Row number of the consumer, -1 where a row belongs to none.
    by
        "id", "uprn", "parent_uprn", "place", `NEAREST` or "siblings"; blank without consumer.
    """

    target: npt.NDArray[np.int64]
    by: npt.NDArray[np.object_]


def consumers_of_rows(rows: gpd.GeoDataFrame, consumers: gpd.GeoDataFrame) -> Matches:
    """
    Consumer that each row of a demand table belongs to.

    Parameters
    ----------
    rows
        ``id``, ``uprn``, ``parent_uprn`` (blank where not known), ``annual_heat_mwh`` and geometry
        (None where not known).
    consumers
        ``id``, ``uprn`` and geometry, in the same metric coordinate system, ordered by ``id``.

    Returns
    -------
    matches
        Row numbers in `consumers`; ties go to the smaller id.
    """
    target = np.full(len(rows), NONE, dtype=np.int64)
    by = np.full(len(rows), "", dtype=object)
    for column, key in (("id", "id"), ("uprn", "uprn"), ("parent_uprn", "uprn")):
        found = _by_key(rows[column], consumers[key])
        new = (target == NONE) & (found != NONE)
        target[new], by[new] = found[new], column
    named = target != NONE
    asking = np.flatnonzero(~named & rows.geometry.notna().to_numpy())
    target[asking], by[asking] = _by_place(
        rows.geometry.to_numpy()[asking], consumers.geometry.to_numpy()
    )
    shared = _of_siblings(rows, target)
    moved = ~named & (shared != NONE) & (shared != target)
    by[moved] = "siblings"
    return Matches(target=np.where(moved, shared, target), by=by)


def _by_key(wanted: pd.Series[Any], keys: pd.Series[Any]) -> Ints:
    """Position of the first consumer with each key; -1 for blanks and unknown keys."""
    position = pd.Series(np.arange(len(keys)), index=pd.Index(keys.to_numpy(), dtype=object))
    position = position[(position.index != "") & ~position.index.duplicated()]
    found = wanted.map(position).fillna(NONE)
    return found.to_numpy(dtype=np.int64)


def _by_place(
    places: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_]
) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Position of the consumer each place belongs to, -1 if none is near enough, and how."""
    target = np.full(len(places), NONE, dtype=np.int64)
    tree = shapely.STRtree(shapes)
    point = shapely.area(places) == 0.0
    dots, outlines = np.flatnonzero(point), np.flatnonzero(~point)
    target[outlines] = _overlapped(places[outlines], shapes, tree)
    target[dots] = _around(places[dots], shapes, tree)
    by = np.where(target == NONE, "", "place").astype(object)
    lost = dots[target[dots] == NONE]
    target[lost] = _nearest(places[lost], shapes, tree)
    by[lost] = np.where(target[lost] == NONE, "", NEAREST)
    return target, by


def _around(
    points: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], tree: shapely.STRtree
) -> Ints:
    """Smallest outline around each point."""
    point, shape = tree.query(points, predicate="intersects")
    return _first(point, shape, shapely.area(shapes[shape]), len(points))


def _nearest(
    points: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], tree: shapely.STRtree
) -> Ints:
    """Nearest consumer of each point within reach."""
    reach = siting_rule("joined", "nearest_m")
    point, shape = tree.query(points, predicate="dwithin", distance=reach)
    gap = shapely.distance(points[point], shapes[shape]).round(_MILLIMETRES)
    return _first(point, shape, gap, len(points))


def _overlapped(
    outlines: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], tree: shapely.STRtree
) -> Ints:
    """Consumer that each outline shares most area with; else a consumer point inside it."""
    outline, shape = tree.query(outlines, predicate="intersects")
    shared = shapely.area(shapely.intersection(outlines[outline], shapes[shape]))
    smaller = np.minimum(shapely.area(outlines[outline]), shapely.area(shapes[shape]))
    enough = (smaller == 0.0) | (shared >= siting_rule("joined", "overlap_min_share") * smaller)
    return _first(outline[enough], shape[enough], -shared[enough], len(outlines))


def _first(row: Ints, shape: Ints, cost: Floats, count: int) -> Ints:
    """Candidate of least cost of each row, of equal ones the first; -1 without candidates."""
    order = np.lexsort((shape, cost, row))
    row, shape = row[order], shape[order]
    first = np.diff(row, prepend=NONE) != 0
    found = np.full(count, NONE, dtype=np.int64)
    found[row[first]] = shape[first]
    return found


def _of_siblings(rows: gpd.GeoDataFrame, target: Ints) -> Ints:
    """Consumer that most properties of the same parent belong to; -1 without parent or any."""
    votes = pd.DataFrame(
        {
            "parent": rows["parent_uprn"].to_numpy(),
            "target": target,
            "heat": rows["annual_heat_mwh"].fillna(0.0).to_numpy(),
        }
    )
    votes = votes[(votes["parent"] != "") & (votes["target"] != NONE)]
    counted = votes.groupby(["parent", "target"], as_index=False).agg(
        count=("heat", "size"), heat=("heat", "sum")
    )
    counted = counted.sort_values(
        ["parent", "count", "heat", "target"], ascending=[True, False, False, True]
    )
    winner = counted.drop_duplicates("parent").set_index("parent")["target"]
    found: Ints = rows["parent_uprn"].map(winner).fillna(NONE).to_numpy(dtype=np.int64)
    return found
