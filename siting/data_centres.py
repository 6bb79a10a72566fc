"""
Data centres of an OpenStreetMap extract, one site per campus.

Outlines, buildings and points tagged as data centres are joined to campuses by distance and
operator. Their IT load comes from tags where there are any; else it is estimated from the floor
area, and says so: OpenStreetMap practically never holds it. Sizes and distances stand in
``data/siting_rules.csv`` under ``data_centre``. Site files given by the user are read elsewhere.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .consumers.building_use import first_rule, parse_numbers, siting_rule, tag_values

if TYPE_CHECKING:
    import numpy.typing as npt
    from pyproj import CRS

    from heatreach.network.osm import OsmExtract

logger = logging.getLogger(__name__)

SITE_COLUMNS = (
    "id",
    "name",
    "operator",
    "members",
    "it_load_kw",
    "it_load_source",
    "hypothetical",
)
"""Columns of data centres found on the map, besides their geometry."""
_KW_PER_UNIT = {"w": 1e-3, "kw": 1.0, "mw": 1e3, "gw": 1e6}
_POWER = re.compile(r"^\s*(\d[\d.,\s]*?)\s*([kmg]?w)(?:_?(?:it|e|el))?\s*$", re.IGNORECASE)
_THOUSANDS = re.compile(r"^\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?$")
_W_PER_KW = 1000.0


def power_kw(text: str) -> float:
    """
    Power written with its unit [kW].

    Parameters
    ----------
    text
        Such as ``"3.5 MW"``, ``"500 kW"`` or ``"1,200 kW"``.

    Returns
    -------
    power_kw
        NaN where there is no unit, no number, or more than one.

    Examples
    --------
    >>> power_kw("3.5 MW"), power_kw("1,200 kW"), power_kw("3,5 MW")
    (3500.0, 1200.0, 3500.0)
    """
    match = _POWER.match(text)
    if match is None:
        return float("nan")
    digits = match.group(1).strip()
    digits = re.sub("[ ,]", "", digits) if _THOUSANDS.match(digits) else digits.replace(",", ".")
    try:
        return float(digits) * _KW_PER_UNIT[match.group(2).lower()]
    except ValueError:
        return float("nan")


def data_centres_from_osm(extract: OsmExtract, crs: CRS | str) -> gpd.GeoDataFrame:
    """
    Data-centre campuses of an extract with their IT load, tagged or estimated.

    Parameters
    ----------
    extract
        Map objects as read by `heatreach.network.osm.read_osm`.
    crs
        Metric coordinate system of the study.

    Returns
    -------
    sites
        SITES ordered by ``id`` (that of the campus's first outline, else point): ``name``,
        ``operator``, ``members`` (all ids), ``it_load_kw``, ``it_load_source``, ``hypothetical``
        (False) and geometry (outlines together, else the point). Empty where the map shows none.

    Notes
    -----
    The IT load is the sum of ``data_center:load``, or of ``data_center:input`` over a ratio; a
    member inside another tagged one is not added again. Without either it is gross floor area of
    the buildings times a load density whose range spans more than a factor of ten: treat such a
    site as a question to its operator, not as an answer.
    """
    members = _members(extract, crs)
    buildings = extract.buildings.to_crs(crs)
    campus = _campuses(members)
    rows = [
        _site(members[campus == number].reset_index(drop=True), buildings)
        for number in range(int(campus.max(initial=-1)) + 1)
    ]
    frame = gpd.GeoDataFrame(
        rows, columns=[*SITE_COLUMNS, "geometry"], geometry="geometry", crs=crs
    )
    logger.info("%d data-centre sites from %d map objects", len(frame), len(members))
    return frame.sort_values("id", kind="stable").reset_index(drop=True)


def _members(extract: OsmExtract, crs: CRS | str) -> gpd.GeoDataFrame:
    """All map objects tagged as data centres, each once, outlines before points."""
    layers = [
        layer[(first_rule(list(layer["tags"]), "data_centre")["by"] != "").to_numpy()]
        for layer in (extract.buildings, extract.areas, extract.points)
    ]
    found = pd.concat([layer for layer in layers if len(layer)] or [extract.points.iloc[:0]])
    found = found.drop_duplicates("osm_id").assign(point=lambda f: f.geom_type == "Point")
    found = found.sort_values(["point", "osm_id"], kind="stable").drop(columns="point")
    return found.reset_index(drop=True).to_crs(crs)


def _campuses(members: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Campus number of each member."""
    count = len(members)
    if not count:
        return np.empty(0, dtype=np.int64)
    geometry = members.geometry.to_numpy()
    tree = shapely.STRtree(geometry)
    near = tree.query(
        geometry, predicate="dwithin", distance=siting_rule("data_centre", "cluster_distance_m")
    )
    same = tree.query(
        geometry, predicate="dwithin", distance=siting_rule("data_centre", "operator_distance_m")
    )
    operator = tag_values(list(members["tags"]), "operator")
    same = same[:, (operator[same[0]] == operator[same[1]]) & (operator[same[0]] != "")]
    one, other = np.concatenate([near, same], axis=1)
    links = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    numbers: npt.NDArray[np.int64] = connected_components(links, directed=False)[1]
    return numbers


@dataclass(frozen=True, slots=True)
class _Load:
    """IT load of a campus and where it comes from."""

    kw: float
    source: str


def _site(members: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> dict[str, object]:
    """One campus as a row of SITES."""
    tags = list(members["tags"])
    load = _tagged_load(members) or _estimated_load(members, buildings)
    ended = [date for date in tag_values(tags, "end_date") if date]
    doubt = f"; the map gives an end date ({', '.join(sorted(ended))})" if ended else ""
    geometry = members.geometry.to_numpy()
    outlines = geometry[shapely.area(geometry) > 0.0]
    return {
        "id": members["osm_id"].iloc[0],
        "name": _first(tags, "name") or _first(tags, "operator") or members["osm_id"].iloc[0],
        "operator": _first(tags, "operator"),
        "members": " ".join(members["osm_id"]),
        "it_load_kw": load.kw,
        "it_load_source": load.source + doubt,
        "hypothetical": False,
        "geometry": shapely.union_all(outlines) if len(outlines) else _middle(geometry),
    }


def _middle(points: npt.NDArray[np.object_]) -> shapely.Point:
    """Middle of the points; of one point, the point itself."""
    middle: shapely.Point = shapely.MultiPoint(points).centroid
    return middle


def _first(tags: list[dict[str, str]], key: str) -> str:
    """First value of a tag that is not blank."""
    return next((t[key] for t in tags if t.get(key)), "")


def _tagged_load(members: gpd.GeoDataFrame) -> _Load | None:
    """Read the IT load from tags, or None where no member has one that can be read."""
    tags = list(members["tags"])
    load = np.array([power_kw(text) for text in tag_values(tags, "data_center:load")])
    supply = np.array([power_kw(text) for text in tag_values(tags, "data_center:input")])
    ratio = siting_rule("data_centre", "input_over_it_load")
    known = np.where(np.isnan(load), supply / ratio, load)
    rows = np.flatnonzero(known > 0.0)
    if not len(rows):
        return None
    geometry = members.geometry.to_numpy()[rows]
    # A covered outline or point is part of the whole; of two equal shapes the first one counts.
    inner, outer = shapely.STRtree(geometry).query(geometry, predicate="covered_by")
    smaller = (shapely.area(geometry[inner]) < shapely.area(geometry[outer])) | (inner > outer)
    counted = np.setdiff1d(np.arange(len(rows)), inner[smaller & (inner != outer)])
    rows = rows[counted]
    key = "data_center:load" if not np.isnan(load[rows]).any() else "data_center:input"
    source = f"tag {key} of {len(rows)} of {len(members)} map objects"
    if key == "data_center:input":
        source += f", facility power over {ratio:g}"
    return _Load(float(known[rows].sum()), source)


def _estimated_load(members: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> _Load:
    """Estimate the IT load from floor area, or take the default of a site mapped as a point."""
    geometry = members.geometry.to_numpy()
    outlines = geometry[shapely.area(geometry) > 0.0]
    if not len(outlines):
        return _Load(
            siting_rule("data_centre", "point_it_load_kw"), "estimate: default for a map point"
        )
    density = siting_rule("data_centre", "it_load_density_w_per_m2")
    inside = shapely.intersects(
        shapely.point_on_surface(buildings.geometry.to_numpy()), shapely.union_all(outlines)
    )
    houses = buildings[inside]
    area, how = _gross_area_m2(houses), f"{len(houses)} building outlines x storeys"
    if not len(houses):
        share = siting_rule("data_centre", "site_cover_share")
        area = float(shapely.area(shapely.union_all(outlines))) * share
        how = f"{share:g} of the site area, no building mapped"
    return _Load(area * density / _W_PER_KW, f"estimate: {density:g} W/m2 x {area:.0f} m2 ({how})")


def _gross_area_m2(buildings: gpd.GeoDataFrame) -> float:
    """Outline times storeys, summed."""
    levels = parse_numbers(tag_values(list(buildings["tags"]), "building:levels"))
    levels = np.where(np.isnan(levels), siting_rule("data_centre", "default_levels"), levels)
    return float((shapely.area(buildings.geometry.to_numpy()) * levels).sum())
