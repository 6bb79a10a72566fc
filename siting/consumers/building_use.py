"""
What a building is used for, from its own tags and what stands around it.

Ordered rules, the first that fits wins: outbuildings and ruins are dropped; then the building's
own use tag; the ``building`` value; the enclosing site (school, hospital, university); a point of
interest inside; land use; else a guess by size. Tags and uses stand in ``data/building_tags.csv``,
sizes and distances in ``data/siting_rules.csv``. Floor areas and heat are found in `demand`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from heatreach.data import assumption, load_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

ANY_VALUE = "*"
DWELLING = "dwelling"


def siting_rule(name: str, parameter: str) -> float:
    """
    One size, distance or count of the siting rules.

    Parameters
    ----------
    name, parameter
        Address in ``data/siting_rules.csv``.

    Returns
    -------
    value
        In the unit that ends the parameter's name.

    Examples
    --------
    >>> siting_rule("data_centre", "cluster_distance_m") > 0.0
    True
    """
    return assumption("siting_rules", name, parameter).value


@cache
def _rules(rule: str) -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Rows of one rule in order: key, value, also_key, also_value, use, note."""
    table = load_table("building_tags")
    rows = table[table["rule"] == rule]
    columns = ["key", "value", "also_key", "also_value", "use", "note"]
    return tuple(rows[columns].itertuples(index=False, name=None))


def tag_values(tags: Sequence[dict[str, str]], key: str) -> npt.NDArray[np.object_]:
    """
    Value of one tag of every map object.

    Parameters
    ----------
    tags
        All tags of each object.
    key
        Tag key.

    Returns
    -------
    values
        Text, blank where an object lacks the tag.

    Examples
    --------
    >>> tag_values([{"name": "Mill"}, {}], "name").tolist()
    ['Mill', '']
    """
    return np.array([t.get(key, "") for t in tags], dtype=object)


def first_rule(tags: Sequence[dict[str, str]], rule: str) -> pd.DataFrame:
    """
    First row of a rule that fits each map object.

    Parameters
    ----------
    tags
        All tags of each object.
    rule
        Word in the ``rule`` column of ``data/building_tags.csv``.

    Returns
    -------
    found
        One row per object: ``order`` (row of the rule, or the number of rows where none fits),
        ``use``, ``by`` ("amenity=school") and ``note``; blank where none fits.

    Examples
    --------
    >>> first_rule([{"amenity": "school;library"}, {}], "tag")["use"].tolist()
    ['school', '']
    """
    rows = _rules(rule)
    order = np.full(len(tags), len(rows), dtype=np.int64)
    columns = {
        key: _split(tag_values(tags, key), key)
        for key in {k for r in rows for k in (r[0], r[2]) if k}
    }
    for number in range(len(rows) - 1, -1, -1):
        key, value, also_key, also_value, _, _ = rows[number]
        fits = _has(columns[key], value)
        if also_key:
            fits &= _has(columns[also_key], also_value)
        order[fits] = number
    words = [(use, f"{key}={value}", note) for key, value, _, _, use, note in rows]
    words.append(("", "", ""))
    frame = pd.DataFrame([words[number] for number in order], columns=["use", "by", "note"])
    frame.insert(0, "order", order)
    return frame


def _split(
    values: npt.NDArray[np.object_], key: str
) -> tuple[npt.NDArray[np.int64], list[frozenset[str]]]:
    """Codes of the distinct values, and the parts of each ("swimming;sauna" has two)."""
    empty = {"", *(row[1] for row in _rules("no_use") if row[0] == key)}
    codes, distinct = pd.factorize(values)
    parts = [frozenset(p.strip() for p in str(v).lower().split(";")) - empty for v in distinct]
    return codes, parts


def _has(
    column: tuple[npt.NDArray[np.int64], list[frozenset[str]]], value: str
) -> npt.NDArray[np.bool_]:
    """Whether one of the parts of each value is the one asked for."""
    codes, parts = column
    hits = [bool(p) if value == ANY_VALUE else value in p for p in parts]
    found: npt.NDArray[np.bool_] = np.array(hits, dtype=bool)[codes] if parts else codes != codes
    return found


def classify_buildings(
    buildings: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, points: gpd.GeoDataFrame
) -> pd.DataFrame:
    """
    Use of every building, and the rule that found it.

    Parameters
    ----------
    buildings, areas, points
        ``osm_id``, ``tags`` and geometry of outlines, sites and tagged points, all in one metric
        coordinate system.

    Returns
    -------
    classes
        Indexed like `buildings`: ``use`` (blank for what needs no heat), ``classified_by`` ("tag:
        amenity=school", "landuse: landuse=residential", "guess: footprint" …, or "dropped: …"
        with the cause) and ``footprint_m2``.

    Notes
    -----
    Buildings stand inside a site when a point on their surface does; of nested sites the smallest
    counts. Of several points of interest the one highest in the table counts.
    """
    tags = list(buildings["tags"])
    geometry = buildings.geometry.to_numpy()
    footprint = shapely.area(geometry)
    inside = shapely.point_on_surface(geometry)
    classes = _Classes(len(buildings))
    classes.drop(_dropped(buildings, tags, footprint))
    hosts = _enclosing(inside, areas, "data_centre")["by"].to_numpy(dtype=object)
    classes.drop(np.where(hosts != "", "on the site of a data centre", "").astype(object))
    classes.take(first_rule(tags, "tag"), "tag")
    classes.take(first_rule(tags, "building"), "building")
    classes.take(first_rule(tags, "landuse"), "tag")
    classes.take(_enclosing(inside, areas, "site"), "site")
    classes.take(_contained(geometry, points, "point"), "point")
    weak = _contained(geometry, points, "small_point")
    weak.loc[footprint > siting_rule("point", "weak_footprint_max_m2"), "use"] = ""
    classes.take(weak, "point")
    huts = _enclosing(inside, areas, "landuse_drop")
    classes.drop(huts["note"].to_numpy(dtype=object))
    classes.take(_enclosing(inside, areas, "landuse"), "landuse")
    classes.guess(footprint)
    use = _homes_or_flats(classes.use, tags, footprint)
    return pd.DataFrame(
        {
            "use": pd.Series(use, dtype=str).to_numpy(),
            "classified_by": pd.Series(classes.by, dtype=str).to_numpy(),
            "footprint_m2": footprint,
        },
        index=buildings.index,
    )


class _Classes:
    """Uses found so far; a decided building is not touched again."""

    def __init__(self, count: int) -> None:
        self.use = np.full(count, "", dtype=object)
        self.by = np.full(count, "", dtype=object)

    def drop(self, reasons: npt.NDArray[np.object_]) -> None:
        """Leave out the undecided buildings that have a reason."""
        rows = (self.by == "") & (reasons != "")
        self.by[rows] = "dropped: " + reasons[rows]

    def take(self, found: pd.DataFrame, rule: str) -> None:
        """Give the undecided buildings the use a rule found."""
        use = found["use"].to_numpy(dtype=object)
        rows = (self.by == "") & (use != "")
        self.use[rows] = use[rows]
        self.by[rows] = f"{rule}: " + found["by"].to_numpy(dtype=object)[rows]

    def guess(self, footprint: npt.NDArray[np.float64]) -> None:
        """Guess what is left by size."""
        rows = self.by == ""
        small = footprint < siting_rule("guess", "home_footprint_max_m2")
        self.use[rows] = np.where(small, "home", "other")[rows]
        self.by[rows] = "guess: footprint"


def _dropped(
    buildings: gpd.GeoDataFrame, tags: Sequence[dict[str, str]], footprint: npt.NDArray[np.float64]
) -> npt.NDArray[np.object_]:
    """Why a building needs no heat, blank where it may."""
    reason = first_rule(tags, "drop")["note"].to_numpy(dtype=object)
    source = first_rule(tags, "data_centre")["by"].to_numpy(dtype=object)
    reason = np.where(source != "", "data centre", reason).astype(object)
    tiny = (reason == "") & (footprint < siting_rule("outbuilding", "footprint_min_m2"))
    reason[tiny] = "too small to be heated"
    reason[(reason == "") & _mapped_twice(buildings, footprint)] = "the same building mapped twice"
    reason[(reason == "") & _beside_bigger(buildings, tags, footprint)] = "beside a bigger building"
    return reason


def _mapped_twice(
    buildings: gpd.GeoDataFrame, footprint: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Outlines that a bigger outline (or the same one with a lower id) covers."""
    geometry = buildings.geometry.to_numpy()
    one, other = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    pairs = one != other
    one, other = one[pairs], other[pairs]
    # Ids as text give an order that does not depend on the order of rows.
    ids = buildings["osm_id"].to_numpy(dtype=object)
    lesser = (footprint[one] < footprint[other]) | (
        (footprint[one] == footprint[other]) & (ids[one] > ids[other])
    )
    one, other = one[lesser], other[lesser]
    shared = shapely.area(shapely.intersection(geometry[one], geometry[other]))
    covered = shared > siting_rule("outbuilding", "covered_share") * footprint[one]
    twice = np.zeros(len(geometry), dtype=bool)
    twice[one[covered]] = True
    return twice


def _beside_bigger(
    buildings: gpd.GeoDataFrame, tags: Sequence[dict[str, str]], footprint: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Small plain outlines without name or number next to a building of full size."""
    limit = siting_rule("outbuilding", "plain_footprint_max_m2")
    plain = tag_values(tags, "building") == "yes"
    named = (tag_values(tags, "name") != "") | (tag_values(tags, "addr:housenumber") != "")
    small = np.flatnonzero(plain & ~named & (footprint < limit))
    geometry = buildings.geometry.to_numpy()
    big = geometry[footprint >= limit]
    beside = np.zeros(len(geometry), dtype=bool)
    if len(small) and len(big):
        distance = siting_rule("outbuilding", "neighbour_distance_m")
        hits = shapely.STRtree(big).query(geometry[small], predicate="dwithin", distance=distance)
        beside[small[hits[0]]] = True
    return beside


def _enclosing(inside: npt.NDArray[Any], areas: gpd.GeoDataFrame, rule: str) -> pd.DataFrame:
    """First fitting row of the smallest site around each point."""
    found = first_rule(list(areas["tags"]), rule)
    fits = np.flatnonzero((found["by"] != "").to_numpy())
    polygons = areas.geometry.to_numpy()[fits]
    place, site = shapely.STRtree(polygons).query(inside, predicate="within")
    rank = np.empty(len(fits), dtype=np.int64)
    ids = areas["osm_id"].to_numpy(dtype=object)[fits].astype(str)
    rank[np.lexsort((ids, shapely.area(polygons)))] = np.arange(len(fits))
    return _best(found.iloc[fits], place, site, rank, len(inside))


def _contained(geometry: npt.NDArray[Any], points: gpd.GeoDataFrame, rule: str) -> pd.DataFrame:
    """First row of a rule that fits a point inside each building."""
    found = first_rule(list(points["tags"]), rule)
    fits = np.flatnonzero((found["by"] != "").to_numpy())
    places = points.geometry.to_numpy()[fits]
    building, place = shapely.STRtree(places).query(geometry, predicate="intersects")
    rank = found["order"].to_numpy()[fits]
    return _best(found.iloc[fits], building, place, rank, len(geometry))


def _best(
    found: pd.DataFrame,
    target: npt.NDArray[np.int64],
    candidate: npt.NDArray[np.int64],
    rank: npt.NDArray[np.int64],
    count: int,
) -> pd.DataFrame:
    """Row of the lowest-ranking candidate of each target, blank where it has none."""
    order = np.lexsort((rank[candidate], target))
    target, candidate = target[order], candidate[order]
    first = np.diff(target, prepend=-1) != 0
    columns = {}
    for column in ("use", "by", "note"):
        values = np.full(count, "", dtype=object)
        values[target[first]] = found[column].to_numpy(dtype=object)[candidate[first]]
        columns[column] = values
    return pd.DataFrame(columns)


def _homes_or_flats(
    use: npt.NDArray[np.object_],
    tags: Sequence[dict[str, str]],
    footprint: npt.NDArray[np.float64],
) -> npt.NDArray[np.object_]:
    """Tell blocks of flats from homes where the tags only say 'residential'."""
    levels = parse_numbers(tag_values(tags, "building:levels"))
    tall = levels >= siting_rule("dwelling", "flats_levels_min")
    large = footprint >= siting_rule("dwelling", "flats_footprint_min_m2")
    kind = np.where(tall | large, "flats", "home").astype(object)
    return np.where(use == DWELLING, kind, use).astype(object)


def parse_numbers(values: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """
    Mean of the numbers in each text, NaN where there is none above zero.

    Parameters
    ----------
    values
        Texts such as ``"3.5"``, ``"2;3"``, ``"1,5"`` or ``"EG"``.

    Returns
    -------
    numbers
        One per text; a decimal comma is read as a point.

    Examples
    --------
    >>> parse_numbers(np.array(["3.5", "2;3", "1,5", "EG"], dtype=object)).tolist()
    [3.5, 2.5, 1.5, nan]
    """
    texts = pd.Series(values, dtype=str)
    parts = texts.str.extractall(r"(?<![\d.,-])(\d+(?:[.,]\d+)?)")[0].str.replace(",", ".")
    means = pd.to_numeric(parts).groupby(level=0).mean()
    numbers = means.reindex(range(len(texts))).to_numpy(dtype=float)
    return np.where(numbers > 0.0, numbers, np.nan)
