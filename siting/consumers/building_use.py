"""
What a building is used for, from its own tags and what stands around it.

Ordered rules, the first that fits wins: outbuildings and ruins are dropped; then the building's
own use tag; the ``building`` value; the enclosing site (school, hospital, university); a point of
interest inside; land use; else a guess by a use tag that no rule knows, by size and by how many
buildings stand near. Tags and uses stand in ``data/building_tags.csv``, sizes and distances in
``data/siting_rules.csv``. Floor areas and heat are found in `demand`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from .campuses import covered_pairs
from .tag_rules import first_rule, parse_numbers, siting_rule, tag_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

__all__ = ["classify_buildings", "first_rule", "parse_numbers", "siting_rule", "tag_values"]

DWELLING = "dwelling"
HOMES = ("home", "flats", DWELLING)
_PLAIN = ("", "yes")


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
    counts. Of several points of interest the one highest in the table counts. A block of flats
    with the tag of a shop or surgery stays a block of flats, and one tenant does not tell the use
    of a large building that holds others.
    """
    tags = list(buildings["tags"])
    geometry = buildings.geometry.to_numpy()
    footprint = shapely.area(geometry)
    inside = shapely.point_on_surface(geometry)
    classes = _Classes(len(buildings))
    classes.drop(_dropped(buildings, tags, footprint))
    hosts = _enclosing(inside, areas, "data_centre")["by"].to_numpy(dtype=object)
    classes.drop(np.where(hosts != "", "on the site of a data centre", "").astype(object))
    classes.take(_own_tag(tags, footprint), "tag")
    classes.take(first_rule(tags, "building"), "building")
    classes.take(first_rule(tags, "landuse"), "tag")
    classes.take(_enclosing(inside, areas, "site"), "site")
    classes.take(_not_mixed(geometry, points, footprint), "point")
    weak = _contained(geometry, points, "small_point")
    levels = parse_numbers(tag_values(tags, "building:levels"))
    tall = levels >= siting_rule("dwelling", "flats_levels_min")
    weak.loc[tall | (footprint > siting_rule("point", "weak_footprint_max_m2")), "use"] = ""
    classes.take(weak, "point")
    huts = _enclosing(inside, areas, "landuse_drop")
    classes.drop(huts["note"].to_numpy(dtype=object))
    land = _enclosing(inside, areas, "landuse")
    huge = (land["use"] == DWELLING) & (footprint > siting_rule("dwelling", "footprint_max_m2"))
    land.loc[huge, ["use", "by"]] = ["other", "too large for homes"]
    classes.take(land, "landuse")
    classes.take(first_rule(tags, "some_use"), "guess")
    # Who wrote another value than 'yes' would have written that of a farm building.
    plain = np.isin(tag_values(tags, "building").astype(str), _PLAIN)
    classes.guess(footprint, _in_the_country(geometry, plain & (classes.by == ""), footprint))
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

    def guess(self, footprint: npt.NDArray[np.float64], country: npt.NDArray[np.bool_]) -> None:
        """Guess what is left by size; large outlines in the country are farm buildings."""
        rows = self.by == ""
        small = footprint < siting_rule("guess", "home_footprint_max_m2")
        self.use[rows] = np.select([small, country], ["home", "farm"], default="other")[rows]
        self.by[rows] = np.where(
            country & ~small, "guess: footprint, few buildings near", "guess: footprint"
        )[rows]


def _in_the_country(
    geometry: npt.NDArray[Any],
    undecided: npt.NDArray[np.bool_],
    footprint: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Whether few outlines stand around each undecided building that is too large for a home."""
    large = footprint >= siting_rule("guess", "home_footprint_max_m2")
    asking = np.flatnonzero(undecided & large)
    centre = shapely.get_coordinates(shapely.centroid(geometry))
    near = cKDTree(centre).query_ball_point(
        centre[asking], siting_rule("guess", "rural_distance_m"), return_length=True
    )
    found = np.zeros(len(geometry), dtype=bool)
    # The building itself is one of those counted.
    found[asking] = near <= siting_rule("guess", "rural_buildings_max")
    return found


def _own_tag(tags: Sequence[dict[str, str]], footprint: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Own use tag, unless it is that of a tenant on a block of flats."""
    found = first_rule(tags, "tag")
    tenant = (first_rule(tags, "small_point")["by"] != "").to_numpy()
    value = first_rule(tags, "building")["use"].to_numpy(dtype=object)
    living = np.isin(value.astype(str), HOMES)
    block = (value == "flats") | (_homes_or_flats(value, tags, footprint) == "flats")
    found.loc[tenant & living & block, "use"] = ""
    return found


def _not_mixed(
    geometry: npt.NDArray[Any], points: gpd.GeoDataFrame, footprint: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """First row of the rule of points for each building that is not large and of mixed use."""
    found = _contained(geometry, points, "point")
    tags = list(points["tags"])
    strong = first_rule(tags, "point")["use"]
    either = strong.where(strong != "", first_rule(tags, "small_point")["use"])
    use = either.to_numpy(dtype=object)
    # Hotels and halls have restaurants of their own.
    tenants = np.flatnonzero((use != "") & (use != "restaurant"))
    large = np.flatnonzero(
        (found["use"] != "").to_numpy()
        & (footprint > siting_rule("point", "mixed_footprint_min_m2"))
    )
    places = points.geometry.to_numpy()[tenants]
    row, place = shapely.STRtree(places).query(geometry[large], predicate="intersects")
    other = use[tenants][place] != found["use"].to_numpy(dtype=object)[large][row]
    count = np.bincount(row[other], minlength=len(large))
    mixed = count >= siting_rule("point", "mixed_tenants_min")
    found.loc[large[mixed], "use"] = ""
    return found


def _dropped(
    buildings: gpd.GeoDataFrame, tags: Sequence[dict[str, str]], footprint: npt.NDArray[np.float64]
) -> npt.NDArray[np.object_]:
    """Why a building needs no heat, blank where it may."""
    reason = first_rule(tags, "drop")["note"].to_numpy(dtype=object)
    source = first_rule(tags, "data_centre")["by"].to_numpy(dtype=object)
    reason = np.where(source != "", "data centre", reason).astype(object)
    # A tower with a hotel or a barn with a museum in it is heated.
    unused = (first_rule(tags, "tag")["use"] == "").to_numpy() & (reason == "")
    reason[unused] = first_rule(tags, "drop_unless_used")["note"].to_numpy(dtype=object)[unused]
    tiny = (reason == "") & (footprint < siting_rule("outbuilding", "footprint_min_m2"))
    reason[tiny] = "too small to be heated"
    # Only what may be heated covers another outline: a roof over a house does not.
    kept = np.flatnonzero(reason == "")
    ids = buildings["osm_id"].to_numpy(dtype=object)[kept]
    twice = covered_pairs(buildings.geometry.to_numpy()[kept], ids)[0]
    reason[kept[twice]] = "the same building mapped twice"
    reason[(reason == "") & _beside_bigger(buildings, tags, footprint)] = "beside a bigger building"
    return reason


def _beside_bigger(
    buildings: gpd.GeoDataFrame, tags: Sequence[dict[str, str]], footprint: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Small plain outlines without name or number next to a building of full size."""
    limit = siting_rule("outbuilding", "plain_footprint_max_m2")
    value = first_rule(tags, "building")["use"].to_numpy(dtype=str)
    plain = (tag_values(tags, "building") == "yes") & (value == "")
    named = (tag_values(tags, "name") != "") | (tag_values(tags, "addr:housenumber") != "")
    used = (first_rule(tags, "tag")["use"] != "").to_numpy()
    larger = siting_rule("outbuilding", "beside_home_max_m2")
    ratio = siting_rule("outbuilding", "beside_home_ratio")
    geometry, beside = buildings.geometry.to_numpy(), np.zeros(len(buildings), dtype=bool)
    for small, big, share in (
        (plain & ~named & (footprint < limit), footprint >= limit, np.inf),
        (plain & ~named & ~used & (footprint < larger), np.isin(value, HOMES), ratio),
    ):
        asking, hosts = np.flatnonzero(small), np.flatnonzero(big)
        one, host = shapely.STRtree(geometry[hosts]).query(
            geometry[asking],
            predicate="dwithin",
            distance=siting_rule("outbuilding", "neighbour_distance_m"),
        )
        lesser = footprint[asking][one] < share * footprint[hosts][host]
        beside[asking[one[lesser]]] = True
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
