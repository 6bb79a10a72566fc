"""
Demand by use: how many consumers, how much heat, and how each use and storey was found.

The table is the first thing a reader should look at: a class that dominates, or a large share of
guesses, says more about a study than its rank list. Counts and sums only; nothing is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .confidence import is_stated

if TYPE_CHECKING:
    import geopandas as gpd

_KWH_PER_MWH = 1000.0
_FOUND_BY = {
    "tag": "by_own_tag",
    "building": "by_building",
    "site": "by_site",
    "point": "by_point",
    "landuse": "by_landuse",
    "guess": "by_guess",
}
_USER = "by_user"
ALL = "all"
"""Name of the last row."""


def demand_totals(consumers: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Totals of consumers by use, and of all in the last row.

    Parameters
    ----------
    consumers
        CONSUMERS with their demand, sources and confidence.

    Returns
    -------
    totals
        Columns of the table ``demand_totals``, by falling heat; a blank use is "unknown".

    Notes
    -----
    Low and high ends are summed as if all estimates erred to the same side, so the range of a sum
    is wider than that of independent errors.

    Examples
    --------
    >>> import geopandas as gpd
    >>> homes = gpd.GeoDataFrame({
    ...     "use": ["home", "home"], "annual_heat_mwh": [10.0, 20.0], "floor_area_m2": 100.0,
    ...     "heat_low_mwh": 5.0, "heat_high_mwh": 30.0, "classified_by": "guess: footprint",
    ...     "levels_source": "default", "demand_source": "benchmark", "confidence": "low"})
    >>> demand_totals(homes)[["use", "consumers", "heat_mwh", "by_guess"]].values.tolist()
    [['home', 2, 30.0, 2], ['all', 2, 30.0, 2]]
    """
    parts = _parts(pd.DataFrame(consumers.drop(columns="geometry", errors="ignore")))
    by_use = _summed(parts, parts["use"])
    by_use = by_use.sort_values(["heat_mwh", "use"], ascending=[False, True], kind="stable")
    return pd.concat([by_use, _summed(parts, pd.Series(ALL, index=parts.index))], ignore_index=True)


def _parts(consumers: pd.DataFrame) -> pd.DataFrame:
    """What every consumer adds to each column."""
    heat = consumers["annual_heat_mwh"].astype(float)
    area = consumers["floor_area_m2"].astype(float)
    rule = consumers["classified_by"].astype(str).str.replace(r": .*", "", regex=True)
    found = rule.map(_FOUND_BY).fillna(_USER)
    known = heat.fillna(0.0)
    columns = {
        "use": consumers["use"].where(consumers["use"] != "", "unknown"),
        "consumers": 1,
        "heat_mwh": known,
        "heat_low_mwh": consumers["heat_low_mwh"].fillna(0.0),
        "heat_high_mwh": consumers["heat_high_mwh"].fillna(0.0),
        "floor_area_m2": area.fillna(0.0),
        "intensity": _KWH_PER_MWH * heat / area.where(area > 0.0),
        **{name: (found == name).astype(int) for name in (*_FOUND_BY.values(), _USER)},
        "levels_tagged": consumers["levels_source"].isin(["tag", "given"]).astype(int),
        "unknown": heat.isna().astype(int),
        "stated": known.where(is_stated(consumers["demand_source"]), 0.0),
        "unsure": known.where(consumers["confidence"] == "low", 0.0),
    }
    return pd.DataFrame(columns, index=consumers.index)


def _summed(parts: pd.DataFrame, key: pd.Series[str]) -> pd.DataFrame:
    """Sums of each group with median intensity and shares."""
    groups = parts.drop(columns=["use", "intensity"]).groupby(key.to_numpy())
    sums = groups.sum().rename_axis("use").reset_index()
    median = parts["intensity"].groupby(key.to_numpy()).median()
    sums["median_intensity_kwh_m2"] = median.reindex(sums["use"]).to_numpy(dtype=float)
    heat = sums["heat_mwh"].where(sums["heat_mwh"] > 0.0, np.nan)
    sums["given_share"] = (sums.pop("stated") / heat).fillna(0.0)
    sums["low_confidence_share"] = (sums.pop("unsure") / heat).fillna(0.0)
    ordered = ["use", "consumers", "heat_mwh", "heat_low_mwh", "heat_high_mwh", "floor_area_m2"]
    ordered += ["median_intensity_kwh_m2", *_FOUND_BY.values(), _USER, "levels_tagged", "unknown"]
    return sums[[*ordered, "given_share", "low_confidence_share"]]
