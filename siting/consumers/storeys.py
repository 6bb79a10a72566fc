"""
Storeys of buildings, and the heated floor area that follows from outline and storeys.

Storeys come from the tags, the height, the nearest buildings of the same use or the default of the
use, in this order; ``levels_source`` says which. Water of a pool and glass of a glasshouse stand
in the place of the floor area.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from heatreach.data import load_table

from .benchmarks import RESIDENTIAL, sector_of
from .tag_rules import parse_numbers, siting_rule, tag_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

FROM_OUTLINE = "outline x storeys x heated share"
_FEET_TO_M = 0.3048


def storeys_of(
    buildings: gpd.GeoDataFrame, tags: Sequence[dict[str, str]], use: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """
    Storeys that tags or neighbours tell.

    Parameters
    ----------
    buildings
        Heated buildings in a metric coordinate system, ordered by id.
    tags
        All tags of each building.
    use
        Kind of use of each building.

    Returns
    -------
    levels, source
        Storeys, NaN where nothing tells; and "tag", "height", "neighbours" or blank.

    Notes
    -----
    Neighbours are the nearest buildings of the same use with tagged storeys, all within the
    distance of the siting rules; their median counts. Very large outlines are held to the storeys
    of halls.
    """
    levels, source = _tagged(tags, use)
    centre = shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy()))
    levels, source = _like_neighbours(centre, use, levels=levels, source=source)
    told = source == "neighbours"
    levels[told] = _not_above_halls(buildings, levels)[told]
    return levels, source


def _not_above_halls(
    buildings: gpd.GeoDataFrame, levels: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Assumed storeys, held to those of halls where the outline is very large."""
    outline = shapely.area(buildings.geometry.to_numpy())
    deep = outline >= siting_rule("levels", "deep_plan_footprint_m2")
    limited = np.minimum(levels, siting_rule("levels", "deep_plan_levels_max"))
    return np.where(deep, limited, levels)


def _tagged(
    tags: Sequence[dict[str, str]], use: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Storeys from the tags: levels first, else height unless the building is one high room."""
    levels = parse_numbers(tag_values(tags, "building:levels"))
    levels[levels > siting_rule("levels", "levels_max")] = np.nan
    source = np.where(np.isnan(levels), "", "tag").astype(object)
    texts = tag_values(tags, "height")
    height = parse_numbers(texts)
    feet = np.array(["'" in str(text) or "ft" in str(text) for text in texts], dtype=bool)
    height = np.where(feet, height * _FEET_TO_M, height)
    table = load_table("building_tags")
    halls = table.loc[table["rule"] == "hall", "value"]
    by_height = np.isnan(levels) & ~np.isnan(height) & ~np.isin(use.astype(str), halls)
    storeys = np.clip(height / siting_rule("levels", "storey_height_m"), 1.0, None)
    levels[by_height] = np.round(storeys[by_height])
    source[by_height] = "height"
    return levels, source


def _like_neighbours(
    centre: npt.NDArray[np.float64],
    use: npt.NDArray[np.object_],
    *,
    levels: npt.NDArray[np.float64],
    source: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Median storeys of the nearest buildings of the same use, where enough stand near."""
    count = int(siting_rule("levels", "neighbour_count"))
    reach = siting_rule("levels", "neighbour_distance_m")
    levels, source = levels.copy(), source.copy()
    for kind in sorted(set(use)):
        known = np.flatnonzero((use == kind) & (source == "tag"))
        asking = np.flatnonzero((use == kind) & np.isnan(levels))
        if len(known) < count or not len(asking):
            continue
        distance, near = cKDTree(centre[known]).query(
            centre[asking], k=count, distance_upper_bound=reach
        )
        enough = np.isfinite(distance).all(axis=1)
        levels[asking[enough]] = np.median(levels[known][near[enough]], axis=1)
        source[asking[enough]] = "neighbours"
    return levels, source


def with_floor_area(consumers: gpd.GeoDataFrame, figures: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Consumers with storeys of the default of their use, and floor area from outline times storeys.

    Parameters
    ----------
    consumers
        ``use``, ``floor_area_m2``, ``levels``, ``area_source``, ``levels_source`` and geometry in
        a metric coordinate system.
    figures
        Benchmarks of each consumer.

    Returns
    -------
    filled
        New frame; what was given or has a source already is kept.

    Notes
    -----
    ``floor_area_m2 = outline · levels · floor_area_share_heated``. A glasshouse counts its outline;
    a swimming hall without mapped water counts water in the ratio of its two benchmarks.
    """
    frame = consumers.copy()
    needs = frame["floor_area_m2"].isna()
    outline = pd.Series(shapely.area(frame.geometry.to_numpy()), index=frame.index)
    default = needs & frame["levels"].isna() & figures["default_levels"].notna() & (outline > 0.0)
    usual = _not_above_halls(frame, figures["default_levels"].to_numpy(dtype=float))
    low = (outline < siting_rule("levels", "small_footprint_m2")) & (
        sector_of(frame["use"]) != RESIDENTIAL
    )
    usual = np.where(low, np.minimum(usual, siting_rule("levels", "small_levels_max")), usual)
    frame.loc[default, "levels"] = usual[default.to_numpy()]
    frame.loc[default, "levels_source"] = "default"
    measured = needs & (outline > 0.0) & frame["levels"].notna() & (frame["area_source"] == "")
    heated = outline * frame["levels"] * figures["floor_area_share_heated"].fillna(1.0)
    frame.loc[measured, "floor_area_m2"] = heated[measured]
    frame.loc[measured, "area_source"] = FROM_OUTLINE
    # A pool is sized by its water: the ratio of the two benchmarks says how much a hall holds.
    halls = measured & (frame["use"] == "pool")
    water = heated * figures["heat_kwh_per_m2_floor_year"] / figures["heat_kwh_per_m2_year"]
    frame.loc[halls, "floor_area_m2"] = water[halls]
    frame.loc[halls, "area_source"] = "water estimated from outline x storeys"
    glass = measured & (frame["use"] == "greenhouse")
    frame.loc[glass, "floor_area_m2"] = outline[glass]
    frame.loc[glass, "area_source"] = "outline"
    blank = frame["floor_area_m2"].isna() & (frame["area_source"] == "")
    frame.loc[blank, "area_source"] = "unknown: no floor area and no outline"
    frame.loc[blank & (outline > 0.0), "area_source"] = "unknown: no use to tell the storeys"
    return frame
