"""
Figures that belong to a use: benchmarks of a country, its climate, and the sector.

One row per consumer is taken from ``data/demand_benchmarks.csv``; a row of the consumer's country
goes before the row of no region. Sectors stand in ``data/use_sectors.csv``. What the figures are
multiplied with is the business of `demand`, how far they may be wrong that of `confidence`.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from heatreach.data import assumption, load_table

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

logger = logging.getLogger(__name__)

RESIDENTIAL = "residential"


@cache
def _wide(country: str, column: str) -> pd.DataFrame:
    """Demand benchmarks by use; rows of the country stand in for those of no region."""
    rows = load_table("demand_benchmarks")
    rows = rows[rows["region"].isin(["", country])].sort_values("region", kind="stable")
    rows = rows.drop_duplicates(["name", "parameter"], keep="last")
    wide: pd.DataFrame = rows.pivot(index="name", columns="parameter", values=column)  # noqa: PD010
    return wide


def benchmarks_of(uses: pd.Series[str], *, country: str, column: str = "value") -> pd.DataFrame:
    """
    Benchmarks of the use of each consumer, one column per figure.

    Parameters
    ----------
    uses
        Kind of use of each consumer.
    country
        ISO 3166-1 alpha-2 code; blank for the figures of no region.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    figures
        Indexed like `uses`; blank where the use has no such figure.

    Examples
    --------
    >>> import pandas as pd
    >>> figures = benchmarks_of(pd.Series(["school", "volcano"]), country="DE")
    >>> figures["heat_kwh_per_m2_year"].notna().tolist()
    [True, False]
    """
    table = _wide(country, column).reindex(uses.to_numpy())
    table.index = uses.index
    return table


def range_of(
    uses: pd.Series[str], parameter: str, *, country: str
) -> tuple[pd.Series[float], pd.Series[float]]:
    """
    Ends of the range of a figure of each use, as ratios to its value.

    Parameters
    ----------
    uses
        Kind of use of each consumer.
    parameter
        Figure of the benchmarks.
    country
        ISO 3166-1 alpha-2 code.

    Returns
    -------
    low, high
        ``low / value`` and ``high / value``; NaN where there is no figure above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> low, high = range_of(pd.Series(["home"]), "heat_kwh_per_m2_year", country="")
    >>> 0.0 < low.item() < 1.0 < high.item()
    True
    """
    value, low, high = (
        benchmarks_of(uses, country=country, column=column)[parameter]
        for column in ("value", "low", "high")
    )
    value = value.where(value > 0.0)
    return low / value, high / value


@cache
def climate_of(country: str) -> tuple[float, str]:
    """
    Factor on the heat for rooms from the degree days of a country, and how to say so.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code; blank or without degree days: the mean climate.

    Returns
    -------
    scale, words
        Degree days of the country over those the benchmarks were collected at; "climate DE" or
        "mean climate".

    Examples
    --------
    >>> climate_of("FI")[0] > climate_of("FR")[0]
    True
    """
    reference = assumption("demand_benchmarks", "reference_climate", "degree_days_k_day").value
    here = assumption("climate", "normals", "heating_degree_days_k_day", region=country)
    if here.region != country:
        logger.warning("no degree days for country %r: the mean climate is used", country)
    return here.value / reference, f"climate {here.region}" if here.region else "mean climate"


@cache
def _sectors() -> dict[Hashable, str]:
    """Sector of each use."""
    table = load_table("use_sectors")
    return dict(zip(table["use"], table["sector"], strict=True))


def sector_of(uses: pd.Series[str]) -> pd.Series[str]:
    """
    Sector of each consumer: residential or non-residential; blank where the use is unknown.

    Parameters
    ----------
    uses
        Kind of use of each consumer.

    Returns
    -------
    sectors
        Indexed like `uses`.

    Examples
    --------
    >>> import pandas as pd
    >>> sector_of(pd.Series(["flats", "school", ""])).tolist()
    ['residential', 'non-residential', '']
    """
    return uses.map(_sectors()).fillna("").astype(str)
