"""
Floor area, yearly heat and peak of consumers, given or estimated.

What a user gives is kept; what is missing is estimated from floor area, storeys, outline, number
of homes, use and age with the figures of ``data/demand_benchmarks.csv`` and
``data/building_ages.csv``, the heat for rooms scaled by the country's degree days. Every estimate
says where it comes from in a ``*_source`` column. A consumer about which too little is known keeps
blanks and a reason: nothing is invented. The parts stand in the folder ``consumers``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .consumers.ages import age_ratios, built_years
from .consumers.benchmarks import benchmarks_of, climate_of
from .consumers.building_use import classify_buildings
from .consumers.campuses import site_ids, site_names, with_tags_of_twins
from .consumers.confidence import homes_in_doubt, with_confidence
from .consumers.heat_sites import (
    OPEN_WATER,
    merge_greenhouses,
    merge_pools,
    sites_without_buildings,
)
from .consumers.storeys import storeys_of, with_floor_area
from .consumers.tag_rules import first_text, parse_numbers, tag_values

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from heatreach.network.osm import OsmExtract

logger = logging.getLogger(__name__)

_NUMBERS = (
    "floor_area_m2",
    "levels",
    "annual_heat_mwh",
    "peak_kw",
    "supply_degc",
    "return_degc",
    "dwellings",
    "built_year",
)
_SOURCES = ("classified_by", "levels_source", "area_source", "demand_source", "peak_source")
_TEXTS = (
    *("name", "use", "standard", "uprn", "parent_uprn", "wet_system", "communal"),
    *("site_id", "site_name"),
)
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
        ``return_degc``, ``site_id``, the source columns, confidence and range. A school, hospital
        or university site without a mapped building is a row without heat and with the reason.
    """
    buildings = extract.buildings.to_crs(crs).sort_values("osm_id", kind="stable")
    buildings = with_tags_of_twins(buildings.reset_index(drop=True))
    areas, points = extract.areas.to_crs(crs), extract.points.to_crs(crs)
    classes = classify_buildings(buildings, areas, points)
    _log_classes(classes)
    consumers = _building_consumers(buildings, classes)
    consumers = merge_greenhouses(consumers, areas)
    consumers = merge_pools(consumers, areas, points)
    bare = sites_without_buildings(consumers, areas)
    joined = pd.concat([consumers, bare], ignore_index=True) if len(bare) else consumers
    joined = joined.sort_values("id", kind="stable").reset_index(drop=True)
    joined["site_id"] = site_ids(joined, areas)
    joined["site_name"] = site_names(joined["site_id"], areas)
    return fill_demand(joined, country=country)


def _building_consumers(buildings: gpd.GeoDataFrame, classes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Heated buildings as consumers, with what their tags or neighbours tell."""
    heated = (classes["use"] != "").to_numpy()
    kept, classes = buildings[heated], classes[heated]
    tags = list(kept["tags"])
    levels, source = storeys_of(kept, tags, classes["use"].to_numpy(dtype=object))
    frame = kept[["osm_id", "geometry"]].rename(columns={"osm_id": "id"})
    return frame.assign(
        name=pd.Series(tag_values(tags, "name"), index=kept.index, dtype=str),
        use=classes["use"],
        floor_area_m2=np.nan,
        levels=levels,
        classified_by=classes["classified_by"],
        levels_source=pd.Series(source, index=kept.index, dtype=str),
        area_source="",
        built_year=built_years(tags),
        dwellings=parse_numbers(first_text(tags, "dwellings")),
        uprn=_single(pd.Series(first_text(tags, "uprn"), index=kept.index, dtype=str)),
    ).reset_index(drop=True)


def _single(numbers: pd.Series[str]) -> pd.Series[str]:
    """Register numbers, blank where several stand in one cell."""
    return numbers.where(~numbers.str.contains(";"), "")


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
        ``levels``, ``dwellings``, ``built_year``, ``standard``, ``annual_heat_mwh``, ``peak_kw``.
    country
        ISO 3166-1 alpha-2 code; its degree days scale the space heating. Blank: mean climate.

    Returns
    -------
    filled
        A new frame with all CONSUMERS columns; ``levels_source``, ``area_source``,
        ``demand_source`` and ``peak_source`` say "given", or where the estimate comes from, or
        "unknown: …" with the reason where a figure stays blank. ``confidence``, ``heat_low_mwh``
        and ``heat_high_mwh`` say how sure the yearly heat is.

    Raises
    ------
    ValueError
        If the coordinate system is missing or not metric.

    Notes
    -----
    Yearly heat is floor area times intensity times ``w + (1 - w)·a·HDD/HDD_ref`` with ``w`` the hot
    water share, ``a`` the ratio of age band or standard to the mean of the stock, and HDD the
    degree days of the country and of the benchmarks. Without floor area it is the number of homes
    times the heat of one, scaled likewise. Peak is yearly heat over full-load hours. A pool counts
    per m² of water, a glasshouse per m² of glass.
    """
    if consumers.crs is None or not consumers.crs.is_projected:
        raise ValueError("consumers need a metric coordinate system; convert them with to_crs()")
    frame = _with_columns(consumers)
    figures = benchmarks_of(frame["use"], country=country)
    frame = with_floor_area(frame, figures)
    _fill_heat(frame, figures, country=country)
    _fill_peak(frame, figures)
    frame = with_confidence(frame, country=country)
    doubtful = int(homes_in_doubt(frame).sum())
    if doubtful:
        logger.warning("floor area per home out of proportion: %d consumers", doubtful)
    return frame


def _with_columns(consumers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Copy with every column present, numbers as numbers, texts without blanks."""
    frame = consumers.copy()
    for column in _NUMBERS:
        values = frame.get(column, np.nan)
        frame[column] = pd.to_numeric(pd.Series(values, index=frame.index), errors="coerce").astype(
            float
        )
    for column in (*_TEXTS, *_SOURCES):
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


def _fill_heat(frame: gpd.GeoDataFrame, figures: pd.DataFrame, *, country: str) -> None:
    """Yearly heat from the peak, else from floor area and intensity, else from the homes."""
    scale, climate = climate_of(country)
    ratio, band = age_ratios(frame)
    water = figures["hot_water_share"]
    weather = water + (1.0 - water) * scale * ratio
    words = f"benchmark, {climate}" + band.where(band == "", ", " + band)
    open_air = frame["area_source"] == OPEN_WATER
    intensity = (figures["heat_kwh_per_m2_year"] * weather).where(
        ~open_air, figures["heat_open_air_kwh_per_m2_year"]
    )
    by_area = frame["floor_area_m2"] * intensity / _KWH_PER_MWH
    by_homes = frame["dwellings"] * figures["heat_per_dwelling_mwh"] * weather
    from_peak = frame["peak_kw"] * figures["full_load_hours_per_year"] / _KWH_PER_MWH
    for estimate, source in (
        (from_peak, pd.Series("peak x full-load hours", index=frame.index)),
        (by_area, words.where(~open_air, "benchmark of open-air pools")),
        (by_homes, words.str.replace("benchmark", "homes x heat per home")),
    ):
        rows = frame["annual_heat_mwh"].isna() & estimate.notna()
        frame.loc[rows, "annual_heat_mwh"] = estimate[rows]
        frame.loc[rows, "demand_source"] = source[rows]
    blank = frame["annual_heat_mwh"].isna() & (frame["demand_source"] == "")
    known = figures["heat_kwh_per_m2_year"].notna()
    reason = np.where(
        frame["use"] == "",
        "unknown: neither heat nor use is given",
        np.where(known, "unknown: no floor area", "unknown: no benchmark for this use"),
    )
    frame.loc[blank, "demand_source"] = reason[blank]


def _fill_peak(frame: gpd.GeoDataFrame, figures: pd.DataFrame) -> None:
    """Peak from yearly heat and full-load hours of the use."""
    hours = figures["full_load_hours_per_year"]
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
