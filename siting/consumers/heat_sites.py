"""
Consumers that are more than one building: pools, glasshouse sites, sites without buildings.

Each square metre counts once: the glasshouses of a horticulture site become one consumer, water
inside a swimming hall belongs to that hall, and a site with mapped buildings is those buildings.
Garden pools and hobby glasshouses are not consumers. Part of `demand`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .campuses import without_doubles
from .tag_rules import first_rule, siting_rule, tag_values

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

OPEN_WATER = "outline of open water"
"""Where the water area of a pool in the open air comes from."""

_COLUMNS = (
    "id",
    "name",
    "use",
    "floor_area_m2",
    "levels",
    "classified_by",
    "levels_source",
    "area_source",
    "built_year",
    "dwellings",
)


def _pairs(
    inner: npt.NDArray[np.object_], outer: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of inner shapes whose surface point lies in an outer shape, and of that shape."""
    first, second = shapely.STRtree(outer).query(
        shapely.point_on_surface(inner), predicate="intersects"
    )
    return first, second


def _rows(areas: gpd.GeoDataFrame, by: pd.Series, use: str) -> gpd.GeoDataFrame:
    """Areas as consumers of one use, floor area still blank."""
    frame = areas[["osm_id", "geometry"]].rename(columns={"osm_id": "id"})
    return frame.assign(
        name=pd.Series(tag_values(list(areas["tags"]), "name"), index=areas.index, dtype=str),
        use=use,
        floor_area_m2=np.nan,
        levels=np.nan,
        classified_by="site: " + by,
        levels_source="",
        area_source="",
        built_year=np.nan,
        dwellings=np.nan,
    )[[*_COLUMNS, "geometry"]]


def _append(consumers: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Both frames as one."""
    if more.empty:
        return consumers.reset_index(drop=True)
    return pd.concat([consumers, more], ignore_index=True)


def merge_greenhouses(consumers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Glasshouses of a horticulture site as one consumer; hobby glasshouses left out.

    Parameters
    ----------
    consumers
        Heated buildings with their use.
    areas
        Sites with ``osm_id``, ``tags`` and geometry in the same metric coordinate system.

    Returns
    -------
    merged
        The same columns. A site takes the place of the glasshouses in it, with their glass as
        floor area; without any it counts a share of its own area. Elsewhere a glasshouse counts
        from a least size.
    """
    land = tag_values(list(areas["tags"]), "landuse") == "greenhouse_horticulture"
    sites = without_doubles(areas[land])
    glass = np.flatnonzero((consumers["use"] == "greenhouse").to_numpy())
    geometry = consumers.geometry.to_numpy()[glass]
    house, site = _pairs(geometry, sites.geometry.to_numpy())
    first = np.unique(house, return_index=True)[1]
    house, site = house[first], site[first]
    area = shapely.area(geometry)
    mapped = np.bincount(site, weights=area[house], minlength=len(sites))
    outline = shapely.area(sites.geometry.to_numpy())
    share = siting_rule("greenhouse", "glass_share")
    rows = _rows(
        sites, pd.Series("landuse=greenhouse_horticulture", index=sites.index), "greenhouse"
    )
    rows["floor_area_m2"] = np.where(mapped > 0.0, mapped, outline * share)
    rows["area_source"] = np.where(
        mapped > 0.0, "outlines of the glasshouses", f"share of the site's area ({share:g})"
    )
    gone = np.zeros(len(consumers), dtype=bool)
    gone[glass[house]] = True
    gone[glass[area < siting_rule("greenhouse", "footprint_min_m2")]] = True
    return _append(consumers[~gone], rows)


def merge_pools(
    consumers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, points: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Public pools as consumers, each water area once; garden pools left out.

    Parameters
    ----------
    consumers
        Heated buildings with their use.
    areas, points
        Sites and points with ``osm_id``, ``tags`` and geometry in the same metric system.

    Returns
    -------
    merged
        The same columns. Water inside a leisure building, or one without a use of its own, makes
        that building a pool with the water as floor area; other public water is a consumer of its
        own, in the open air unless its tags say otherwise. A building on the site of mapped water
        that holds none of it is no pool.

    Notes
    -----
    Water is public if access is not private and it is large enough or lies in a public bath,
    water park or sports centre for swimming.
    """
    pools = _public_pools(areas, points)
    if pools.empty:
        return consumers
    merged = _changing_rooms(consumers, pools, areas)
    hosts = np.flatnonzero(_may_hold_water(merged))
    water = shapely.area(pools.geometry.to_numpy())
    pool, building = _pairs(pools.geometry.to_numpy(), merged.geometry.to_numpy()[hosts])
    first = np.unique(pool, return_index=True)[1]
    pool, building = pool[first], hosts[building[first]]
    total = np.bincount(building, weights=water[pool], minlength=len(merged))
    hall = total > 0.0
    merged.loc[hall & (merged["use"] != "pool").to_numpy(), "classified_by"] = "site: water inside"
    merged.loc[hall, "use"] = "pool"
    merged.loc[hall, "floor_area_m2"] = total[hall]
    merged.loc[hall, "area_source"] = "outline of the water"
    outside = np.setdiff1d(np.arange(len(pools)), pool)
    rows = _rows(pools.iloc[outside], pd.Series("leisure=swimming_pool", index=outside), "pool")
    rows["floor_area_m2"] = water[outside]
    indoor = (first_rule(list(pools["tags"]), "indoor")["by"] != "").to_numpy()[outside]
    rows["area_source"] = np.where(indoor, "outline of the water", OPEN_WATER)
    return _append(merged, rows)


def _may_hold_water(consumers: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Leisure buildings, and those whose use only their surroundings or their size told."""
    leisure = consumers["use"].isin(["pool", "leisure"])
    weak = consumers["classified_by"].str.startswith(("site: ", "landuse: ", "guess: "))
    fits: npt.NDArray[np.bool_] = (leisure | weak).to_numpy(dtype=bool)
    return fits


def _changing_rooms(
    consumers: gpd.GeoDataFrame, pools: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Buildings that are pools only by a site whose water is mapped become leisure buildings."""
    baths = (first_rule(list(areas["tags"]), "pool_site")["by"] != "").to_numpy()
    sites = areas.geometry.to_numpy()[baths]
    watered = np.unique(_pairs(pools.geometry.to_numpy(), sites)[1])
    near = np.zeros(len(consumers), dtype=bool)
    near[_pairs(consumers.geometry.to_numpy(), sites[watered])[0]] = True
    by_site = consumers["classified_by"].str.startswith("site: ").to_numpy()
    rows = near & by_site & (consumers["use"] == "pool").to_numpy()
    changed = consumers.copy()
    changed.loc[rows, "use"] = "leisure"
    return changed


def _public_pools(areas: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Water outlines the public may use, ordered by id."""
    tags = list(areas["tags"])
    is_pool = (first_rule(tags, "pool")["by"] != "").to_numpy()
    private = (first_rule(tags, "private")["by"] != "").to_numpy()
    pools = without_doubles(areas[is_pool & ~private])
    is_site = (first_rule(tags, "pool_site")["by"] != "").to_numpy() & ~is_pool
    marks = (first_rule(list(points["tags"]), "pool_site")["by"] != "").to_numpy()
    geometry = pools.geometry.to_numpy()
    inside = np.zeros(len(pools), dtype=bool)
    inside[_pairs(geometry, areas.geometry.to_numpy()[is_site])[0]] = True
    marked = shapely.STRtree(points.geometry.to_numpy()[marks]).query(geometry, "intersects")[0]
    inside[marked] = True
    large = shapely.area(geometry) >= siting_rule("pool", "water_area_min_m2")
    return pools[large | inside].reset_index(drop=True)


def sites_without_buildings(
    consumers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Schools, hospitals and universities in which no heated building is mapped.

    Parameters
    ----------
    consumers
        Heated buildings, pools and glasshouse sites.
    areas
        Sites with ``osm_id``, ``tags`` and geometry in the same metric coordinate system.

    Returns
    -------
    bare
        Consumers whose floor area and heat stay blank, with the reason in ``area_source``.
    """
    tags = list(areas["tags"])
    wanted = (first_rule(tags, "site_consumer")["by"] != "").to_numpy()
    sites = without_doubles(areas[wanted])
    found = first_rule(list(sites["tags"]), "site")
    occupied = np.zeros(len(sites), dtype=bool)
    occupied[_pairs(consumers.geometry.to_numpy(), sites.geometry.to_numpy())[1]] = True
    bare = np.flatnonzero(~occupied)
    rows = _rows(sites.iloc[bare], found["by"].iloc[bare], "")
    return rows.assign(
        use=found["use"].iloc[bare], area_source="unknown: site without mapped buildings"
    )
