"""
Floor area, yearly heat and peak of consumers, given or estimated.

What a user gives is kept; what is missing is estimated from floor area, storeys, outline and use
with the figures of ``data/demand_benchmarks.csv``, the space-heating part scaled by the country's
degree days. Every estimate says where it comes from in a ``*_source`` column. A consumer about
which too little is known keeps blanks and a reason: nothing is invented. Uses are found in
`building_use`, consumers of an OpenStreetMap extract are gathered in `heat_sites`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from heatreach.data import assumption, load_table

from .consumers.building_use import classify_buildings, parse_numbers, siting_rule, tag_values
from .consumers.heat_sites import merge_greenhouses, merge_pools, sites_without_buildings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt
    from pyproj import CRS

    from heatreach.network.osm import OsmExtract

logger = logging.getLogger(__name__)

_NUMBERS = ("floor_area_m2", "levels", "annual_heat_mwh", "peak_kw", "supply_degc", "return_degc")
_SOURCES = ("classified_by", "levels_source", "area_source", "demand_source", "peak_source")
_FEET_TO_M = 0.3048
_KWH_PER_MWH = 1000.0


def consumers_from_osm(extract: OsmExtract, crs: CRS | str, *, country: str) -> gpd.GeoDataFrame:
    """
    Every building, public pool and glasshouse site of an extract that may need heat.

    Parameters
    ----------
    extract
        Map objects as read by `heatreach.network.osm.read_osm`.
    crs
        Metric coordinate system of the study.
    country
        ISO 3166-1 alpha-2 code; its degree days scale the space heating. Blank: mean climate.

    Returns
    -------
    consumers
        CONSUMERS ordered by ``id`` (the OpenStreetMap id) with ``name``, ``use``, geometry,
        ``floor_area_m2``, ``levels``, ``annual_heat_mwh``, ``peak_kw``, blank ``supply_degc`` and
        ``return_degc``, and the source columns. A school, hospital or university site without a
        mapped building is a row without heat and with the reason.
    """
    buildings = extract.buildings.to_crs(crs)
    areas, points = extract.areas.to_crs(crs), extract.points.to_crs(crs)
    classes = classify_buildings(buildings, areas, points)
    _log_classes(classes)
    consumers = _building_consumers(buildings, classes)
    consumers = merge_greenhouses(consumers, areas)
    consumers = merge_pools(consumers, areas, points)
    bare = sites_without_buildings(consumers, areas)
    joined = pd.concat([consumers, bare], ignore_index=True) if len(bare) else consumers
    joined = joined.sort_values("id", kind="stable").reset_index(drop=True)
    return fill_demand(joined, country=country)


def _building_consumers(buildings: gpd.GeoDataFrame, classes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Heated buildings as consumers, with the storeys their tags or neighbours tell."""
    heated = (classes["use"] != "").to_numpy()
    kept, classes = buildings[heated], classes[heated]
    tags = list(kept["tags"])
    use = classes["use"].to_numpy(dtype=object)
    levels, source = _tagged_levels(tags, use)
    levels, source = _neighbour_levels(kept, use, levels=levels, source=source)
    frame = kept[["osm_id", "geometry"]].rename(columns={"osm_id": "id"})
    return frame.assign(
        name=pd.Series(tag_values(tags, "name"), index=kept.index, dtype=str),
        use=classes["use"],
        floor_area_m2=np.nan,
        levels=levels,
        classified_by=classes["classified_by"],
        levels_source=pd.Series(source, index=kept.index, dtype=str),
        area_source="",
    ).reset_index(drop=True)


def _tagged_levels(
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


def _neighbour_levels(
    buildings: gpd.GeoDataFrame,
    use: npt.NDArray[np.object_],
    *,
    levels: npt.NDArray[np.float64],
    source: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Median storeys of the nearest buildings of the same use, where enough stand near."""
    centre = shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy()))
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


def _log_classes(classes: pd.DataFrame) -> None:
    """Tell how the uses were found and what was dropped."""
    counts = classes["classified_by"].str.replace(r"^(?!dropped)([a-z]+): .*", r"\1", regex=True)
    for what, count in counts.value_counts().sort_index().items():
        logger.info("buildings %s: %d", what, count)


def fill_demand(consumers: gpd.GeoDataFrame, *, country: str) -> gpd.GeoDataFrame:
    """
    Consumers with floor area, yearly heat and peak, estimated where they are missing.

    Parameters
    ----------
    consumers
        ``id``, geometry in a metric coordinate system, and any of ``use``, ``floor_area_m2``,
        ``levels``, ``annual_heat_mwh``, ``peak_kw``.
    country
        ISO 3166-1 alpha-2 code; its degree days scale the space heating. Blank: mean climate.

    Returns
    -------
    filled
        A new frame with all CONSUMERS columns; ``levels_source``, ``area_source``,
        ``demand_source`` and ``peak_source`` say "given", or where the estimate comes from, or
        "unknown: …" with the reason where a figure stays blank.

    Raises
    ------
    ValueError
        If the coordinate system is missing or not metric.

    Notes
    -----
    Yearly heat is floor area times intensity times ``w + (1 - w)·HDD/HDD_ref`` with ``w`` the hot
    water share and HDD the degree days of the country and of the benchmarks; peak is yearly heat
    over full-load hours. A pool counts per m² of water, a glasshouse per m² of glass.
    """
    if consumers.crs is None or not consumers.crs.is_projected:
        raise ValueError("consumers need a metric coordinate system; convert them with to_crs()")
    frame = _with_columns(consumers)
    table = _benchmarks(country).reindex(frame["use"])
    table.index = frame.index
    _fill_floor_area(frame, table)
    scale, climate = _climate(country)
    _fill_heat(frame, table, scale=scale, climate=climate)
    _fill_peak(frame, table)
    return frame


def _with_columns(consumers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Copy with every column present, numbers as numbers, texts without blanks."""
    frame = consumers.copy()
    for column in _NUMBERS:
        values = frame.get(column, np.nan)
        frame[column] = pd.to_numeric(pd.Series(values, index=frame.index), errors="coerce").astype(
            float
        )
    for column in ("name", "use", *_SOURCES):
        values = frame.get(column, "")
        frame[column] = pd.Series(values, index=frame.index, dtype=object).fillna("").astype(str)
    for column, source in (
        ("levels", "levels_source"),
        ("floor_area_m2", "area_source"),
        ("annual_heat_mwh", "demand_source"),
        ("peak_kw", "peak_source"),
    ):
        frame.loc[frame[column].notna() & (frame[source] == ""), source] = "given"
    frame.loc[(frame["use"] != "") & (frame["classified_by"] == ""), "classified_by"] = "given"
    return frame


def _benchmarks(country: str) -> pd.DataFrame:
    """Demand benchmarks by use; rows of the country stand in for those of no region."""
    rows = load_table("demand_benchmarks")
    rows = rows[rows["region"].isin(["", country])].sort_values("region", kind="stable")
    rows = rows.drop_duplicates(["name", "parameter"], keep="last")
    wide: pd.DataFrame = rows.pivot(index="name", columns="parameter", values="value")  # noqa: PD010
    return wide


def _climate(country: str) -> tuple[float, str]:
    """Factor on the room-heat part from the country's degree days, and how to say so."""
    reference = assumption("demand_benchmarks", "reference_climate", "degree_days_k_day").value
    here = assumption("climate", "normals", "heating_degree_days_k_day", region=country)
    if here.region != country:
        logger.warning("no degree days for country %r: the mean climate is used", country)
    return here.value / reference, f"climate {here.region}" if here.region else "mean climate"


def _fill_floor_area(frame: gpd.GeoDataFrame, table: pd.DataFrame) -> None:
    """Storeys from the default of the use, floor area from outline times storeys."""
    needs = frame["floor_area_m2"].isna()
    outline = pd.Series(shapely.area(frame.geometry.to_numpy()), index=frame.index)
    default = needs & frame["levels"].isna() & table["default_levels"].notna() & (outline > 0.0)
    frame.loc[default, "levels"] = table.loc[default, "default_levels"]
    frame.loc[default, "levels_source"] = "default"
    measured = needs & (outline > 0.0) & frame["levels"].notna() & (frame["area_source"] == "")
    heated = outline * frame["levels"] * table["floor_area_share_heated"].fillna(1.0)
    frame.loc[measured, "floor_area_m2"] = heated[measured]
    frame.loc[measured, "area_source"] = "outline x storeys x heated share"
    # A pool is sized by its water: the ratio of the two benchmarks says how much a hall holds.
    halls = measured & (frame["use"] == "pool")
    water = heated * table["heat_kwh_per_m2_floor_year"] / table["heat_kwh_per_m2_year"]
    frame.loc[halls, "floor_area_m2"] = water[halls]
    frame.loc[halls, "area_source"] = "water estimated from outline x storeys"
    glass = measured & (frame["use"] == "greenhouse")
    frame.loc[glass, "floor_area_m2"] = outline[glass]
    frame.loc[glass, "area_source"] = "outline"
    blank = frame["floor_area_m2"].isna() & (frame["area_source"] == "")
    frame.loc[blank, "area_source"] = "unknown: no floor area and no outline"
    frame.loc[blank & (outline > 0.0), "area_source"] = "unknown: no use to tell the storeys"


def _fill_heat(frame: gpd.GeoDataFrame, table: pd.DataFrame, *, scale: float, climate: str) -> None:
    """Yearly heat from floor area and intensity, else from the peak."""
    water = table["hot_water_share"]
    intensity = table["heat_kwh_per_m2_year"] * (water + (1.0 - water) * scale)
    estimate = frame["floor_area_m2"] * intensity / _KWH_PER_MWH
    from_peak = frame["peak_kw"] * table["full_load_hours_per_year"] / _KWH_PER_MWH
    needs = frame["annual_heat_mwh"].isna()
    peak = needs & from_peak.notna()
    frame.loc[peak, "annual_heat_mwh"] = from_peak[peak]
    frame.loc[peak, "demand_source"] = "peak x full-load hours"
    area = needs & ~peak & estimate.notna()
    frame.loc[area, "annual_heat_mwh"] = estimate[area]
    frame.loc[area, "demand_source"] = f"benchmark, {climate}"
    blank = frame["annual_heat_mwh"].isna() & (frame["demand_source"] == "")
    known = table["heat_kwh_per_m2_year"].notna()
    reason = np.where(
        frame["use"] == "",
        "unknown: neither heat nor use is given",
        np.where(known, "unknown: no floor area", "unknown: no benchmark for this use"),
    )
    frame.loc[blank, "demand_source"] = reason[blank]


def _fill_peak(frame: gpd.GeoDataFrame, table: pd.DataFrame) -> None:
    """Peak from yearly heat and full-load hours of the use."""
    hours = table["full_load_hours_per_year"]
    estimate = frame["annual_heat_mwh"] * _KWH_PER_MWH / hours
    needs = frame["peak_kw"].isna() & estimate.notna()
    frame.loc[needs, "peak_kw"] = estimate[needs]
    frame.loc[needs, "peak_source"] = "full-load hours"
    blank = frame["peak_kw"].isna() & (frame["peak_source"] == "")
    reason = np.where(
        frame["annual_heat_mwh"].isna(),
        "unknown: no yearly heat",
        "unknown: no full-load hours for this use",
    )
    frame.loc[blank, "peak_source"] = reason[blank]
