"""Numbers, units and sentences of the report, as people say them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..wording import MISSING, figure, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

PERCENT = 100.0
THOUSAND, MILLION = 1e3, 1e6
FROM = 2.0
"""An amount is told in thousands or millions once it has two of them."""
UNITS = {
    "dimensionless": "",
    "t_co2e": "t CO₂e",
    "year": "years",
    "m**2": "m²",
    "degC": "°C",
    "delta_degC": "K",
}
FIGURES = {
    "npv": "Net present value",
    "lcoh_per_mwh": "Cost of heat",
    "irr_share": "Rate of return",
    "payback_years": "Payback",
    "discounted_payback_years": "Payback, discounted",
    "avoided_t_co2e": "Emissions avoided, first year",
    "avoided_life_t_co2e": "Emissions avoided, whole life",
    "cost_per_t_co2e": "Cost of a tonne avoided",
    "carbon_g_per_kwh": "Emissions of the heat",
    "price_gap_per_mwh": "Missing in the heat price",
    "social_npv": "Net present value to society",
    "social_irr_share": "Rate of return to society",
    "heat_mwh": "Heat delivered",
    "source_share": "Heat taken of what the data centre has",
}
"""Headline figures in plain words."""


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """
    Rows of a table, cells by name.

    Parameters
    ----------
    frame
        Any table.

    Yields
    ------
    row
        Named tuple of one row.
    """
    yield from frame.itertuples()


def unit_words(unit: Any) -> str:
    """
    A unit as people write it.

    Parameters
    ----------
    unit
        As the column registry names it.

    Returns
    -------
    words
        Blank for a pure number.

    Examples
    --------
    >>> unit_words("t_co2e/year"), unit_words("1/year"), unit_words("dimensionless")
    ('t CO₂e/yr', '%/yr', '')
    """
    if is_blank(unit):
        return ""
    text = str(unit)
    if text == "1/year":
        return "%/yr"
    if text in UNITS:
        return UNITS[text]
    text = text.replace("t_co2e", "t CO₂e").replace("m**2", "m²")
    return text.replace("/year", "/yr").replace("/hour", "/h")


def amount(value: Any, unit: Any) -> str:
    """
    A value with its unit, rates of a year in percent.

    Parameters
    ----------
    value
        Number; blanks become a dash.
    unit
        As the column registry names it.

    Returns
    -------
    text
        For people.

    Examples
    --------
    >>> amount(0.035, "1/year"), amount(625.5, "t_co2e/year"), amount(1e6, "EUR")
    ('3.50 %/yr', '626 t CO₂e/yr', '1 million EUR')
    """
    if is_blank(value) or not math.isfinite(float(value)):
        return MISSING
    if str(unit) == "1/year":
        return figure(PERCENT * float(value), "%/yr")
    named = unit_words(unit)
    if named and "/" not in named and named.isupper() and abs(float(value)) >= FROM * THOUSAND:
        return money(value, named)
    return figure(value, named)


def money(value: Any, unit: str) -> str:
    """
    An amount of money in thousands or millions.

    Parameters
    ----------
    value
        Number; blanks become a dash.
    unit
        Currency, with its price base where that matters.

    Returns
    -------
    text
        For people.

    Examples
    --------
    >>> money(-294172.6, "EUR 2024"), money(2_808_300, "EUR"), money(12.0, "EUR")
    ('−294 thousand EUR 2024', '2.81 million EUR', '12 EUR')
    """
    if is_blank(value) or not math.isfinite(float(value)):
        return MISSING
    size, name = money_scale([float(value)])
    return figure(float(value) / size, f"{name} {unit}".strip())


def money_scale(values: Sequence[float]) -> tuple[float, str]:
    """
    In what amounts of money are best told.

    Parameters
    ----------
    values
        All of one table or picture.

    Returns
    -------
    size
        By which to divide them.
    name
        Of that size; blank for single units.

    Examples
    --------
    >>> money_scale([1.0, -2_500_000.0])
    (1000000.0, 'million')
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest >= MILLION:
        return MILLION, "million"
    if largest >= FROM * THOUSAND:
        return THOUSAND, "thousand"
    return 1.0, ""


def share(value: Any) -> str:
    """
    A share in percent.

    Parameters
    ----------
    value
        From 0 to 1; blanks become a dash.

    Returns
    -------
    text
        Whole percent; what is neither none nor all is not rounded to it.

    Examples
    --------
    >>> share(0.667), share(0.9999), share(0.001), share(None)
    ('67 %', 'above 99 %', 'below 1 %', '–')
    """
    if is_blank(value) or not math.isfinite(float(value)):
        return MISSING
    number = float(value)
    if 0.99 < number < 1.0 and round(PERCENT * number) >= PERCENT:
        return "above 99 %"
    if 0.0 < number < 0.01 and round(PERCENT * number) < 1:
        return "below 1 %"
    return f"{PERCENT * number:.0f} %"


def instead_words(run: Mapping[str, Any]) -> str:
    """
    What is assumed to heat consumers without a network.

    Parameters
    ----------
    run
        Record of the run.

    Returns
    -------
    words
        With its article.

    Examples
    --------
    >>> instead_words({"options": {"emissions": {"counterfactual": "gas_boiler"}}})
    'a gas boiler'
    """
    options: Mapping[str, Any] = run.get("options", {})
    named = options.get("emissions", {}).get("counterfactual")
    if is_blank(named):
        return "their present heating"
    words = str(named).replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def rate_of(run: Mapping[str, Any]) -> float | None:
    """
    Discount rate of a study.

    Parameters
    ----------
    run
        Record of the run.

    Returns
    -------
    rate_share
        Share per year; `None` where the run keeps none.

    Examples
    --------
    >>> rate_of({"options": {"economics": {"discount_rate_share": 0.035}}})
    0.035
    """
    options: Mapping[str, Any] = run.get("options", {})
    rate = options.get("economics", {}).get("discount_rate_share")
    return None if is_blank(rate) else float(rate)


def counted(number: int, noun: str) -> str:
    """
    A number with its noun.

    Parameters
    ----------
    number
        How many.
    noun
        In the singular.

    Returns
    -------
    text
        With thousands separators.

    Examples
    --------
    >>> counted(1, "consumer"), counted(1200, "consumer")
    ('1 consumer', '1,200 consumers')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def spread(low: Any, high: Any, unit: str = "") -> str:
    """
    A range.

    Parameters
    ----------
    low, high
        Its ends.
    unit
        Of both.

    Returns
    -------
    text
        A dash where an end is missing.

    Examples
    --------
    >>> spread(1.0, 2500.0, "MWh")
    '1 to 2,500 MWh'
    """
    if is_blank(low) or is_blank(high):
        return MISSING
    return f"{figure(low)} to {figure(high, unit)}"
