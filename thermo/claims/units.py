"""
Claims whose figures are one quantity in two units, or one date in two registers.

Nothing is modelled here: temperatures are converted, years compared.
"""

from __future__ import annotations

from scipy.constants import convert_temperature

from .finding import HOLDS, INCONSISTENT, Figures, Finding

_HALF_DEGREE = 0.5


def fahrenheit(figures: Figures) -> Finding:
    """
    Check a temperature range printed in Celsius and in Fahrenheit.

    Parameters
    ----------
    figures
        ``celsius_degc`` and ``fahrenheit_degf``, both with ranges.

    Returns
    -------
    finding
        Holds if both ends convert to the printed degree.
    """
    celsius, printed = figures.span("celsius_degc"), figures.span("fahrenheit_degf")
    ends = [float(convert_temperature(end, "Celsius", "Fahrenheit")) for end in celsius[1:]]
    right = all(
        abs(end - shown) <= _HALF_DEGREE for end, shown in zip(ends, printed[1:], strict=True)
    )
    return Finding(
        HOLDS if right else INCONSISTENT,
        f"{celsius.low:g} to {celsius.high:g} °C are {ends[0]:g} to {ends[1]:g} °F",
        printed.value,
        sum(ends) / 2.0,
        unit="°F",
        method="conversion of units",
    )


def grant_year(figures: Figures) -> Finding:
    """
    Check the year of a patent against the year in which its number was issued.

    Parameters
    ----------
    figures
        ``grant_year`` and ``published_grant_year``.

    Returns
    -------
    finding
        Holds if they are the same year.
    """
    claimed, known = figures("grant_year"), figures("published_grant_year")
    return Finding(
        HOLDS if round(claimed) == round(known) else INCONSISTENT,
        f"numbers of that size were issued in {known:.0f}",
        claimed,
        known,
        unit="year",
        method="comparison with the register of numbers, itself unconfirmed",
    )
