"""
How sure the yearly heat of a consumer is: a class, and a range around the figure.

Evidence for use, area and heat is read from the ``*_source`` columns and graded by
``data/confidence_rules.csv``. Both functions only read columns, so they can be asked again after
figures were joined, scaled or taken from a raster.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, load_table

from ..reading.demand_rows import BOILER, FROM_FUEL, HOME, HOME_BOILER
from .benchmarks import range_of, sector_of
from .storeys import FROM_OUTLINE
from .tag_rules import siting_rule

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

CLASSES = ("high", "medium", "low")
"""Confidence classes, surest first."""

_STATED = ("given", "metered: ", "epc: ")
_RANGES = (
    ("homes x", "heat_per_dwelling_mwh"),
    ("peak x", "full_load_hours_per_year"),
    ("benchmark of open-air", "heat_open_air_kwh_per_m2_year"),
)


@cache
def _rules(aspect: str) -> pd.DataFrame:
    """Rules of one kind of evidence, the longest words first, so that these are tried first."""
    table = load_table("confidence_rules")
    rows = table[table["aspect"] == aspect].copy()
    for column in ("low_share", "high_share"):
        rows[column] = pd.to_numeric(rows[column])
    rows["grade"] = rows["confidence"].map({name: n for n, name in enumerate(CLASSES)})
    rows["length"] = rows["evidence"].str.len()
    ordered = rows.sort_values(["length", "evidence"], ascending=False, kind="stable")
    return ordered.reset_index(drop=True)


def _matched(
    words: pd.Series[str], aspect: str, *, unknown: int = len(CLASSES) - 1
) -> pd.DataFrame:
    """Rule whose words each text starts with; a text without a rule has the `unknown` grade."""
    rules = _rules(aspect)
    codes, distinct = pd.factorize(words)
    starts = [
        next((n for n, word in enumerate(rules["evidence"]) if text.startswith(word)), -1)
        for text in distinct.astype(str)
    ]
    place = np.array(starts, dtype=np.int64)[codes] if len(words) else np.empty(0, dtype=np.int64)
    found = rules.reindex(place)
    found.index = words.index
    found["grade"] = found["grade"].fillna(unknown).astype(int)
    return found


def _area_evidence(consumers: pd.DataFrame) -> pd.Series[str]:
    """Where the floor area comes from; for outlines what tells the storeys."""
    storeys = "storeys " + consumers["levels_source"].astype(str)
    homes = (consumers["use"] == "home") & (consumers["levels_source"] == "default")
    storeys = storeys.where(~homes, storeys + " home")
    area = consumers["area_source"].astype(str)
    return area.where(~area.str.startswith(FROM_OUTLINE), storeys)


def confidence_of(consumers: pd.DataFrame) -> pd.Series[str]:
    """
    How sure the yearly heat is: high, medium or low.

    Parameters
    ----------
    consumers
        ``use``, ``classified_by``, ``levels_source``, ``area_source`` and ``demand_source``.

    Returns
    -------
    confidence
        Indexed like `consumers`.

    Notes
    -----
    Where the heat itself was stated (given, metered, certified, taken from a heat map or raster)
    its rule decides. An estimate from benchmarks is as sure as the worst of its use, its area and
    the benchmark; uses whose benchmark is no more than a guess are low. What no rule knows is low.
    Scaling to a control total changes no class: it mends the sum, not the building.

    Examples
    --------
    >>> school = pd.DataFrame({
    ...     "use": ["school", "school"], "classified_by": ["tag: amenity=school", "given"],
    ...     "levels_source": ["default", ""], "area_source": [FROM_OUTLINE, ""],
    ...     "demand_source": ["benchmark, climate DE", "metered: bills.csv"]})
    >>> confidence_of(school).tolist()
    ['low', 'high']
    """
    demand = _matched(consumers["demand_source"], "demand")
    use = _matched(consumers["classified_by"], "use")
    area = _matched(_area_evidence(consumers), "area")
    kind = _matched(consumers["use"].astype(str), "kind", unknown=0)
    worst = np.maximum.reduce([part["grade"] for part in (demand, use, area, kind)])
    grade = np.where(demand["decides"] == "yes", demand["grade"], worst)
    names = np.array(CLASSES, dtype=object)[grade]
    return pd.Series(names, index=consumers.index, dtype=str)


def is_stated(demand_source: pd.Series[str]) -> pd.Series[bool]:
    """
    Whether the yearly heat comes from a user, meter or register.

    Parameters
    ----------
    demand_source
        Where the yearly heat of each consumer comes from.

    Returns
    -------
    stated
        False for estimates, heat maps (which mix meters and models), shares of a raster and
        unknown heat.

    Examples
    --------
    >>> is_stated(pd.Series(["given", "benchmark, climate DE"])).tolist()
    [True, False]
    """
    return demand_source.astype(str).str.startswith(_STATED)


def demand_range(consumers: pd.DataFrame, *, country: str) -> pd.DataFrame:
    """
    Low and high end of the yearly heat of each consumer [MWh/year].

    Parameters
    ----------
    consumers
        ``use``, ``annual_heat_mwh`` and the source columns.
    country
        ISO 3166-1 alpha-2 code, for the benchmarks of the country.

    Returns
    -------
    ends
        ``heat_low_mwh`` and ``heat_high_mwh``, indexed like `consumers`; NaN where the heat is.

    Notes
    -----
    Yearly heat is a product of intensity, heated share and storeys, whose errors are taken as
    independent: with ``r_i`` the ratio of the end of a range to its value,
    ``high = Q·exp(sqrt(Σ (ln r_i)²))`` and ``low = Q·exp(-sqrt(Σ (ln r_i)²))``, relative errors in
    quadrature that never make a heat negative. The range of an intensity holds for buildings of
    all ages and is not narrowed where the age is known. Degree days err alike for all buildings
    and are left out. Stated heat has the error of its kind of source, and that of the boiler where
    it follows from fuel.

    Examples
    --------
    >>> bill = pd.DataFrame({
    ...     "use": ["school"], "classified_by": ["given"], "levels_source": [""],
    ...     "area_source": [""], "demand_source": ["metered: bills.csv"],
    ...     "annual_heat_mwh": [100.0]})
    >>> demand_range(bill, country="DE").round(6).values.tolist()
    [[95.0, 105.0]]
    """
    heat = consumers["annual_heat_mwh"].astype(float)
    low = _ratio(consumers, country, side=0, column="low_share", sign=-1.0)
    high = _ratio(consumers, country, side=1, column="high_share", sign=1.0)
    return pd.DataFrame(
        {"heat_low_mwh": heat * low, "heat_high_mwh": heat * high}, index=consumers.index
    )


def _ratio(
    consumers: pd.DataFrame, country: str, *, side: int, column: str, sign: float
) -> pd.Series[float]:
    """End of the yearly heat over its value, downwards (sign -1) or upwards."""

    def of(parameter: str) -> pd.Series[float]:
        return range_of(consumers["use"], parameter, country=country)[side].fillna(1.0)

    source = consumers["demand_source"].astype(str)
    stated = 1.0 + sign * _matched(source, "demand")[column]
    outline = consumers["area_source"].astype(str).str.startswith(FROM_OUTLINE)
    default = outline & (consumers["levels_source"] == "default")
    area = (1.0 + sign * _matched(_area_evidence(consumers), "area")[column]).fillna(1.0)
    factors = (
        of("heat_kwh_per_m2_year"),
        area.where(~default, of("default_levels")),
        of("floor_area_share_heated").where(outline, 1.0),
    )
    estimate = _product_error(factors, sign)
    for words, parameter in _RANGES:
        estimate = estimate.where(~source.str.startswith(words), of(parameter))
    fuel = source.str.contains(FROM_FUEL, regex=False)
    from_fuel = _product_error((stated.fillna(1.0), _boiler_ratio(consumers, side)), sign)
    ends: pd.Series[float] = stated.where(~fuel, from_fuel).fillna(estimate)
    return ends


def _boiler_ratio(consumers: pd.DataFrame, side: int) -> pd.Series[float]:
    """Low (side 0) or high end of the efficiency of a boiler over its value."""
    rows = [
        assumption("technology_costs", name, "efficiency_gross_share")
        for name in (HOME_BOILER, BOILER)
    ]
    ratios = [(row.low, row.high)[side] / row.value for row in rows]
    return pd.Series(np.where(consumers["use"] == HOME, *ratios), index=consumers.index)


def _product_error(factors: tuple[pd.Series[float], ...], sign: float) -> pd.Series[float]:
    """Quadrature of ratios on a logarithmic scale; a factor of zero makes the product zero."""
    with np.errstate(divide="ignore"):
        logs = [np.log(factor.to_numpy(dtype=float)) for factor in factors]
    total = np.exp(sign * np.sqrt(np.sum(np.square(logs), axis=0)))
    return pd.Series(total, index=factors[0].index)


def with_confidence(consumers: gpd.GeoDataFrame, *, country: str) -> gpd.GeoDataFrame:
    """
    Consumers with confidence, range and sector; to be asked again whenever the heat has changed.

    Parameters
    ----------
    consumers
        CONSUMERS with their demand.
    country
        ISO 3166-1 alpha-2 code.

    Returns
    -------
    graded
        New frame with ``confidence``, ``heat_low_mwh``, ``heat_high_mwh`` and ``sector``.
    """
    ends = demand_range(consumers, country=country)
    return consumers.assign(
        confidence=confidence_of(consumers),
        heat_low_mwh=ends["heat_low_mwh"],
        heat_high_mwh=ends["heat_high_mwh"],
        sector=sector_of(consumers["use"]),
    )


def homes_in_doubt(consumers: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """
    Whether the heated floor area per home is out of proportion.

    Parameters
    ----------
    consumers
        ``dwellings``, ``floor_area_m2`` and ``sector``.

    Returns
    -------
    doubtful
        One per consumer; False where either is unknown. The figures are left as they are.
    """
    per_home = consumers["floor_area_m2"] / consumers["dwellings"]
    low = siting_rule("dwelling", "home_area_min_m2")
    high = siting_rule("dwelling", "home_area_max_m2")
    outside: npt.NDArray[np.bool_] = ((per_home < low) | (per_home > high)).to_numpy(dtype=bool)
    return outside
