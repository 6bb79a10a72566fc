"""
Which consumer a row of a demand table belongs to.

By identifier, else by register number (its own, then that of the building it is part of), else by
place: a point belongs to the outline around it or to the nearest one within reach, an outline to
the one it overlaps most, but heat of an outline around several buildings is spread over these.
Properties of one parent go together. What the rows say is added up in `flats`; distances stand in
``data/siting_rules.csv`` under ``joined``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from .building_use import siting_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

NONE = -1
NEAREST = "nearest outline within reach"
PLACE = "place"
_MILLIMETRES = 3
_PLACE_DECIMALS = 6


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


def spread(rows: gpd.GeoDataFrame, consumers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Rows of demand, those with an outline around several consumers split among these.

    Parameters
    ----------
    rows
        Rows of demand with ``target`` and ``by`` of `consumers_of_rows`.
    consumers
        CONSUMERS with their estimates, in the same coordinate system, ordered by ``id``.

    Returns
    -------
    spread
        New frame in the order of `rows`; ``around`` is the number of consumers that the outline of
        a row was split among, 1 for all others.

    Notes
    -----
    Heat is split in proportion to the yearly heat of the consumers so far, else to their floor
    area, else evenly, so that its sum stays. What else the row says holds for none of them alone
    and is dropped. A row that names its consumer or a parent is not split.
    """
    row, inside = _held(rows, consumers)
    shares = _shares(consumers.iloc[inside], row)
    row, inside, shares = row[shares > 0.0], inside[shares > 0.0], shares[shares > 0.0]
    pieces = rows.iloc[row].assign(target=inside, around=np.bincount(row, minlength=len(rows))[row])
    pieces["annual_heat_mwh"] *= shares
    pieces[["peak_kw", "floor_area_m2", "dwellings", "built_year"]] = np.nan
    pieces[["uprn", "use", "name", "wet_system", "communal"]] = ""
    alone = rows.drop(index=rows.index[np.unique(row)]).assign(around=1)
    together: gpd.GeoDataFrame = pd.concat([alone, pieces]).sort_index(kind="stable")
    return together.reset_index(drop=True)


def own_ids(rows: gpd.GeoDataFrame) -> list[str]:
    """
    Identifiers of rows that become consumers of their own.

    Parameters
    ----------
    rows
        ``id``, ``uprn``, ``parent_uprn`` (blank where not known) and geometry.

    Returns
    -------
    names
        Register number of the building, else the own one, else id or place; rows of one building
        share one.
    """
    centre = shapely.get_coordinates(
        shapely.point_on_surface(rows.geometry.to_crs("EPSG:4326").to_numpy())
    )
    places = np.full(len(rows), "", dtype=object)
    known = rows.geometry.notna().to_numpy()
    places[known] = [
        f"place/{lon:.{_PLACE_DECIMALS}f},{lat:.{_PLACE_DECIMALS}f}" for lon, lat in centre
    ]
    names = np.where(rows["id"] != "", rows["id"], places)
    names = np.where(rows["uprn"] != "", "uprn/" + rows["uprn"], names)
    # Properties at one and the same place are one building where no parent is named.
    alone = (rows["parent_uprn"] == "") & (rows["id"] == "") & known
    shared = alone & pd.Series(places, index=rows.index).where(alone).duplicated(keep=False)
    names = np.where(shared, places, names)
    names = np.where(rows["parent_uprn"] != "", "uprn/" + rows["parent_uprn"], names)
    return [str(name) for name in names]


def unused(names: Sequence[str], taken: set[str]) -> list[str]:
    """
    Names that no consumer bears yet.

    Parameters
    ----------
    names
        Names wanted, each once.
    taken
        Names of the consumers.

    Returns
    -------
    names
        In order; a taken one has " (joined)" at its end.

    Examples
    --------
    >>> unused(["a", "b"], {"a"})
    ['a (joined)', 'b']
    """
    free = []
    for name in names:
        own = name
        while own in taken:
            own += " (joined)"
        free.append(own)
    return free


def _held(rows: gpd.GeoDataFrame, consumers: gpd.GeoDataFrame) -> tuple[Ints, Ints]:
    """Pairs of an outline with heat and a consumer in it, of outlines that hold several."""
    shapes = rows.geometry.to_numpy()
    asked = rows["by"].isin(["", PLACE]) & (rows["parent_uprn"] == "")
    asked &= rows["annual_heat_mwh"].notna() & (shapely.area(shapes) > 0.0)
    wide = np.flatnonzero(asked.to_numpy())
    centre = shapely.point_on_surface(consumers.geometry.to_numpy())
    outline, inside = shapely.STRtree(centre).query(shapes[wide], predicate="contains")
    several = np.bincount(outline, minlength=len(wide))[outline] > 1
    row, inside = wide[outline[several]], inside[several]
    order = np.lexsort((inside, row))
    return row[order], inside[order]


def _shares(held: pd.DataFrame, row: Ints) -> Floats:
    """Share of its outline's heat that each consumer takes."""
    weights = [held["annual_heat_mwh"].fillna(0.0), held["floor_area_m2"].fillna(0.0)]
    chosen = np.ones(len(held))
    for weight in reversed(weights):
        sums = np.bincount(row, weights=weight)[row] if len(row) else chosen
        chosen = np.where(sums > 0.0, weight, chosen)
    total = np.bincount(row, weights=chosen)[row] if len(row) else chosen
    shares: Floats = chosen / total
    return shares


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
    by = np.where(target == NONE, "", PLACE).astype(object)
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
