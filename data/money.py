"""
One currency and one price base per plan.

Rows of the number tables keep the money of their source (``EUR 2020``, ``GBP 2017``). A figure is
brought to the plan's base by the consumer-price index of its own currency up to the target year and
then by that year's mean exchange rate; both come from the table ``price_index``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from .tables import Assumption, _read, assumption, wide

if TYPE_CHECKING:
    import pandas as pd


@cache
def price_factor(price_base: str, target: str) -> float:
    """
    Factor that brings an amount from one price base to another.

    Parameters
    ----------
    price_base, target
        Currency and year, for example ``"EUR 2020"``.

    Returns
    -------
    factor
        Amount in ``target`` per amount in ``price_base``.

    Raises
    ------
    TableError
        If the price index or exchange rate of a year is not in the table.

    Notes
    -----
    ``factor = index(currency, target year) / index(currency, base year) · rate(target year)``.

    Examples
    --------
    >>> price_factor("EUR 2024", "EUR 2024")
    1.0
    """
    if price_base == target:
        return 1.0
    currency, year = price_base.split()
    wanted, target_year = target.split()
    growth = _figure(currency, f"index_{target_year}") / _figure(currency, f"index_{year}")
    return growth * _per_eur(wanted, target_year) / _per_eur(currency, target_year)


def _figure(name: str, parameter: str) -> float:
    """One figure of the price-index table."""
    return assumption("price_index", name, parameter).value


def _per_eur(currency: str, year: str) -> float:
    """Units of a currency per euro, mean of the year."""
    return 1.0 if currency == "EUR" else _figure(f"{currency}_per_EUR", f"rate_{year}")


def price(table: str, name: str, parameter: str, *, target: str, region: str = "") -> Assumption:
    """
    One money figure in the plan's currency and price base.

    Parameters
    ----------
    table, name, parameter, region
        Address of the figure, as for `assumption`.
    target
        Currency and year of the plan.

    Returns
    -------
    figure
        The row with value, low and high converted.

    Raises
    ------
    TableError
        If the figure or a conversion is missing.

    Examples
    --------
    >>> price("pipe_costs", "DN100", "capex_hard_per_m", target="EUR 2024").price_base
    'EUR 2024'
    """
    row = assumption(table, name, parameter, region)
    factor = price_factor(row.price_base, target)
    return replace(
        row,
        value=row.value * factor,
        low=row.low * factor,
        high=row.high * factor,
        price_base=target,
        unit=row.unit.replace(row.price_base.split()[0], target.split()[0]),
    )


def priced(table: str, *, target: str, column: str = "value") -> pd.DataFrame:
    """
    A number table with one row per name, all money at the plan's price base.

    Parameters
    ----------
    table
        Table name.
    target
        Currency and year of the plan.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    frame
        As `wide`, money columns converted.

    Raises
    ------
    TableError
        If the table or a conversion is missing.

    Examples
    --------
    >>> bool(priced("pipe_costs", target="EUR 2024").loc["DN100"].gt(0).all())
    True
    """
    frame = wide(table, column)
    rows = _read(table)
    rows = rows[(rows["region"] == "") & (rows["price_base"] != "")]
    for name, parameter, base in zip(
        rows["name"], rows["parameter"], rows["price_base"], strict=True
    ):
        frame.loc[name, parameter] *= price_factor(base, target)
    return frame
