"""
What is known of each site and consumer, completed from tables and scenario.

A value the user gave is never changed. Where one is missing the table or scenario fills it and a
``*_source`` column says so. Heat demand is filled in `demand`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption, wide

from .consumers.heat_networks import with_network_temperatures
from .reading.column_rules import registry_range

if TYPE_CHECKING:
    import geopandas as gpd

    from .scenario import Scenario

GIVEN = "given"
SITE_WATER = ("source_degc", "source_return_degc", "capture_share")
USE_OF_UNKNOWN = "other"
"""Use whose hot-water share stands for consumers that state no use."""


def complete_sites(sites: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    """
    Sites with cooling system, water temperatures, capture share and utilisation filled in.

    Parameters
    ----------
    sites
        SITES as read, with ``it_load_kw``.
    scenario
        Defaults for what the sites do not state.

    Returns
    -------
    sites
        New frame, sorted by id, with ``cooling_source`` and ``it_load_source`` and the heat the
        data centre gives on yearly average, ``source_kw``.

    Notes
    -----
    ``source_kw = it_load_kw · utilisation · capture_share``. Where one of the two water
    temperatures is given, the other follows at the temperature difference of the cooling system,
    within the limits of the column registry.
    """
    frame = sites.sort_values("id", kind="stable").reset_index(drop=True)
    named = _filled(frame, "cooling", "")
    frame["cooling"] = named.where(named != "", scenario.source.cooling)
    given = pd.DataFrame({name: _numbers(frame, name) for name in SITE_WATER})
    system = wide("cooling_systems").loc[frame["cooling"], list(SITE_WATER)]
    system.index = frame.index
    frame[list(SITE_WATER)] = _water(given, system)
    frame["cooling_source"] = _cooling_source(given, named)
    frame["utilisation"] = _numbers(frame, "utilisation").fillna(scenario.source.utilisation)
    frame["name"] = _filled(frame, "name", "").where(lambda names: names != "", frame["id"])
    frame["it_load_source"] = _filled(frame, "it_load_source", GIVEN)
    hypothetical = pd.Series(frame.get("hypothetical", default=False), index=frame.index)
    frame["hypothetical"] = hypothetical.eq(other=True).fillna(value=False).astype(bool)
    frame["source_kw"] = frame["it_load_kw"] * frame["utilisation"] * frame["capture_share"]
    return frame


def _water(given: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """Temperatures and capture share: those given, the others from the cooling system."""
    span = system["source_degc"] - system["source_return_degc"]
    warmest = registry_range("sites", "source_degc")[1]
    coldest = registry_range("sites", "source_return_degc")[0]
    from_return = (given["source_return_degc"] + span).clip(upper=warmest)
    supply = given["source_degc"].fillna(from_return).fillna(system["source_degc"])
    back = given["source_return_degc"].fillna((supply - span).clip(lower=coldest))
    share = given["capture_share"].fillna(system["capture_share"])
    columns = dict(zip(SITE_WATER, (supply, back, share), strict=True))
    return pd.DataFrame(columns, index=given.index)


def _cooling_source(given: pd.DataFrame, named: pd.Series[Any]) -> pd.Series[Any]:
    """Say where temperatures and capture share come from."""
    table = np.where(named != "", "cooling system given", "default cooling system")
    count = given.notna().sum(axis=1)
    partly = [f"part given, rest: {text}" for text in table]
    words = np.select([count == len(SITE_WATER), count > 0], [GIVEN, partly], default=table)
    return pd.Series(words, index=given.index, dtype="str")


def complete_consumers(consumers: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    """
    Consumers with temperatures, hot-water share and counterfactual filled in.

    Parameters
    ----------
    consumers
        CONSUMERS with their demand.
    scenario
        Temperatures and counterfactual of consumers that state none.

    Returns
    -------
    consumers
        New frame, sorted by id, with ``temperature_source``, ``hot_water_share`` and
        ``coincident_kw``, the part of an estimated peak that falls together with the others'.

    Notes
    -----
    A return that is missing beside a given supply is the scenario's, or, beside a supply below the
    scenario's, keeps the scenario's ratio of return to supply [°C/°C]: 50 °C with defaults of 65
    and 40 °C gives 30.8 °C. A supply that is missing beside a given return is the scenario's, or,
    if that leaves less than the scenario's difference, the return plus that difference. Existing
    heat networks are warmer: theirs are of ``data/siting_rules.csv``, in the same way.
    """
    frame = with_network_temperatures(consumers.sort_values("id", kind="stable"))
    frame = frame.reset_index(drop=True)
    supply, back = _numbers(frame, "supply_degc"), _numbers(frame, "return_degc")
    count = supply.notna().astype(int) + back.notna()
    words = np.select(
        [count == len(("supply", "return")), count > 0], [GIVEN, "part given"], "scenario default"
    )
    told = _filled(frame, "temperature_source", "")
    frame["temperature_source"] = told.where(told != "", words).astype(str)
    usual, usual_back = scenario.network.supply_degc, scenario.network.return_degc
    from_return = (back + (usual - usual_back)).clip(lower=usual)
    frame["supply_degc"] = supply.fillna(from_return).fillna(usual)
    coldest = registry_range("consumers", "return_degc")[0]
    from_supply = (frame["supply_degc"] * usual_back / usual).clip(coldest, usual_back)
    frame["return_degc"] = back.fillna(from_supply)
    shares = wide("demand_benchmarks")["hot_water_share"]
    frame["hot_water_share"] = frame["use"].map(shares).fillna(shares[USE_OF_UNKNOWN])
    estimated = _filled(frame, "peak_source", GIVEN) != GIVEN
    share = assumption("diversity", "profile", "coincident_share").value
    frame["coincident_kw"] = (_numbers(frame, "peak_kw") * share).where(estimated, 0.0)
    frame["name"] = _filled(frame, "name", "")
    frame["counterfactual"] = _filled(frame, "counterfactual", scenario.emissions.counterfactual)
    return frame


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """A number column, NaN where absent."""
    cells = pd.Series(frame.get(column, np.nan), index=frame.index)
    return pd.to_numeric(cells).astype(float)


def _filled(frame: pd.DataFrame, column: str, default: str) -> pd.Series[Any]:
    """A text column with blanks filled."""
    cells = pd.Series(frame.get(column, ""), index=frame.index, dtype=object)
    return cells.where(cells.notna() & (cells != ""), default)
