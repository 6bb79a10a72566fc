"""
What is known of each site and consumer, completed from tables and scenario.

A value the user gave is never changed. Where one is missing the table or scenario fills it and a
``*_source`` column says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import wide

if TYPE_CHECKING:
    import geopandas as gpd

    from .scenario import Scenario

GIVEN = "given"
SITE_WATER = ("source_degc", "source_return_degc", "capture_share")


def complete_sites(sites: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    """
    Sites with cooling system, water temperatures, capture share and utilisation filled in.

    Parameters
    ----------
    sites
        SITES as read.
    scenario
        Defaults for what the sites do not state.

    Returns
    -------
    sites
        New frame, sorted by id, with ``cooling_source`` and ``it_load_source`` and the heat the
        site gives, ``source_kw = it_load_kw · utilisation · capture_share``.

    Notes
    -----
    A given temperature overrides the cooling system's; if it leaves less than no cooling of the
    source water (return not below supply), the table's temperature difference is kept.
    """
    frame = sites.sort_values("id", kind="stable").reset_index(drop=True)
    cooling = _filled(frame, "cooling", scenario.source.cooling)
    known = frame["cooling"].notna() if "cooling" in frame else pd.Series(data=False, index=frame.index)
    systems = wide("cooling_systems").loc[cooling]
    frame["cooling"] = cooling
    water = {name: pd.Series(systems[name].to_numpy(), index=frame.index) for name in SITE_WATER}
    span = water["source_degc"] - water["source_return_degc"]
    given = {name: _numbers(frame, name) for name in SITE_WATER}
    anything = pd.concat(given, axis=1).notna().any(axis=1)
    frame["source_degc"] = given["source_degc"].fillna(
        (given["source_return_degc"] + span).where(given["source_degc"].isna())
    ).fillna(water["source_degc"])
    frame["source_return_degc"] = given["source_return_degc"].fillna(frame["source_degc"] - span)
    frame["capture_share"] = given["capture_share"].fillna(water["capture_share"])
    frame["cooling_source"] = np.where(
        anything, GIVEN, np.where(known, "cooling system given", "default cooling system")
    )
    frame["utilisation"] = _numbers(frame, "utilisation").fillna(scenario.source.utilisation)
    frame["name"] = _filled(frame, "name", "").where(lambda names: names != "", frame["id"])
    if "it_load_source" not in frame:
        frame["it_load_source"] = GIVEN
    hypothetical = frame["hypothetical"] if "hypothetical" in frame else False
    frame["hypothetical"] = pd.Series(hypothetical, index=frame.index).fillna(value=False).astype(bool)
    frame["source_kw"] = frame["it_load_kw"] * frame["utilisation"] * frame["capture_share"]
    return frame


def complete_consumers(consumers: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    """
    Consumers with supply and return temperature filled in.

    Parameters
    ----------
    consumers
        CONSUMERS with their demand.
    scenario
        Temperatures of consumers that state none.

    Returns
    -------
    consumers
        New frame, sorted by id, with ``temperature_source``.
    """
    frame = consumers.sort_values("id", kind="stable").reset_index(drop=True)
    supply, back = _numbers(frame, "supply_degc"), _numbers(frame, "return_degc")
    frame["temperature_source"] = np.where(
        supply.notna() & back.notna(), GIVEN, np.where(supply.notna() | back.notna(), "part given",
                                                       "scenario default")
    )
    span = scenario.network.supply_degc - scenario.network.return_degc
    frame["supply_degc"] = supply.fillna(
        np.maximum(scenario.network.supply_degc, back + span)
    ).fillna(scenario.network.supply_degc)
    frame["return_degc"] = back.fillna(
        np.minimum(scenario.network.return_degc, frame["supply_degc"] - span)
    )
    frame["hot_water_share"] = frame["use"].map(wide("demand_benchmarks")["hot_water_share"])
    frame["name"] = _filled(frame, "name", "")
    frame["counterfactual"] = _filled(frame, "counterfactual", scenario.emissions.counterfactual)
    return frame


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """A number column, NaN where absent."""
    if column not in frame:
        return pd.Series(np.nan, index=frame.index)
    return pd.to_numeric(frame[column])


def _filled(frame: pd.DataFrame, column: str, default: str) -> pd.Series:
    """A text column with blanks filled."""
    if column not in frame:
        return pd.Series(default, index=frame.index, dtype=object)
    return frame[column].astype(object).where(frame[column].notna() & (frame[column] != ""), default)
