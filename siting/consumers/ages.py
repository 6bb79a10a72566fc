"""
Year and energy standard of a building, and what they do to its heat for rooms.

Factors stand in ``data/building_ages.csv``, as ratios to the mean of the stock, which is what the
benchmarks describe. A known standard goes before the year. Hot water does not depend on either.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import wide

from .benchmarks import RESIDENTIAL, sector_of
from .tag_rules import tag_keys, tag_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_FIRST_YEAR = "first_year"
_FACTORS = ("space_heat_residential_ratio", "space_heat_other_ratio")
_YEARS_KNOWN = (1000.0, 2100.0)
_CENTURY = 100.0
_DECADE = 10.0
_HALF = 0.5


def built_years(tags: Sequence[dict[str, str]]) -> npt.NDArray[np.float64]:
    """
    Year in which each map object was finished, NaN where its tags do not tell.

    Parameters
    ----------
    tags
        All tags of each object.

    Returns
    -------
    years
        One per object. The middle of a span ("1905..1908"), decade ("1960s") or century ("C19").

    Examples
    --------
    >>> built_years([{"start_date": "1961-05"}, {"start_date": "1960s"}, {"name": "Mill"}]).tolist()
    [1961.0, 1965.0, nan]
    """
    texts = pd.Series("", index=range(len(tags)), dtype=str)
    for key in tag_keys("built_year"):
        values = pd.Series(tag_values(tags, key), dtype=str)
        texts = texts.where(texts != "", values)
    codes, distinct = pd.factorize(texts)
    years = np.asarray(_years(pd.Series(distinct, dtype=str)), dtype=np.float64)
    return years[codes]


def _years(texts: pd.Series[str]) -> pd.Series[float]:
    """Mean of the years a text names; decades and centuries count by their middle."""
    found = texts.str.extractall(r"(?<!\d)(\d{4})(s?)(?!\d)")
    year = pd.to_numeric(found[0]) + np.where(found[1] == "s", _HALF * _DECADE, 0.0)
    year = year[year.between(*_YEARS_KNOWN)].groupby(level=0).mean()
    century = pd.to_numeric(texts.str.extract(r"\bC(\d{2})\b")[0])
    middle = (century - _HALF) * _CENTURY
    return year.reindex(texts.index).fillna(middle)


@cache
def _bands() -> pd.DataFrame:
    """Age bands with their first year, in order of time."""
    table = wide("building_ages")
    return table[table[_FIRST_YEAR].notna()].sort_values(_FIRST_YEAR, kind="stable")


def age_ratios(consumers: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[str]]:
    """
    Heat for rooms of each building over that of the mean of the stock, and how to say so.

    Parameters
    ----------
    consumers
        ``use``, ``built_year`` (NaN where unknown) and ``standard`` (blank where unknown).

    Returns
    -------
    ratio, words
        One per consumer; 1 and blank where neither standard nor year is known or fits.

    Examples
    --------
    >>> old_and_new = pd.DataFrame({"use": "home", "built_year": [1955, 2015], "standard": ""})
    >>> ratio, words = age_ratios(old_and_new)
    >>> ratio.round(2).tolist(), words.tolist()
    ([1.07, 0.58], ['built_1949_1978', 'built_after_2010'])
    """
    bands, table = _bands(), wide("building_ages")
    years = consumers["built_year"].to_numpy(dtype=float)
    place = np.searchsorted(bands[_FIRST_YEAR].to_numpy(), years, side="right") - 1
    band = bands.index.to_numpy(dtype=object)[np.clip(place, 0, None)]
    standard = consumers["standard"].to_numpy(dtype=object)
    named = np.isin(standard.astype(str), table.index.to_numpy(dtype=str))
    known = named | ~np.isnan(years)
    name = np.where(named, standard, band)
    rows = table.reindex(name)
    homes = (sector_of(consumers["use"]) == RESIDENTIAL).to_numpy()
    home, other = (rows[column].to_numpy(dtype=float) for column in _FACTORS)
    ratio = np.where(known, np.where(homes, home, other), 1.0)
    words = np.where(known, name, "").astype(object)
    return (
        pd.Series(ratio, index=consumers.index),
        pd.Series(words, index=consumers.index, dtype=str),
    )
