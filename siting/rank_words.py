"""
How sure the first place is, in words, and how money, shares and figures are said.

Made from the draws of `uncertainty`; the order itself is in `rank`, what would change it in
`change_words`. Every sentence stands alone and says nothing where nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MILLION, THOUSAND = 1e6, 1e3
MINUS = "−"
DECIMAL_BELOW = 10.0
ROUNDING_SHARE = 1e-6
LEAST_SHARE, MOST_SHARE = 0.005, 0.995
PERCENT = 100.0


def money_words(amount: float, money: str) -> str:
    """
    An amount of money as it is said.

    Parameters
    ----------
    amount
        Money of the plan.
    money
        Currency and price base.

    Returns
    -------
    words
        In millions, thousands below a tenth of one.

    Examples
    --------
    >>> money_words(1_234_000.0, "EUR 2024"), money_words(-43_210.0, "EUR 2024")
    ('1.2 million EUR 2024', '−43 thousand EUR 2024')
    """
    return f"{_size(amount, _unit(amount))} {money}"


def range_words(low: float, high: float, money: str) -> str:
    """
    A range of money as it is said, both ends in one unit.

    Parameters
    ----------
    low, high
        Money of the plan.
    money
        Currency and price base.

    Returns
    -------
    words
        For a sentence that goes "it lies".

    Examples
    --------
    >>> range_words(-400_000.0, 1_300_000.0, "EUR 2024")
    'between −0.4 and 1.3 million EUR 2024'
    """
    unit = _unit(max(abs(low), abs(high)))
    return f"between {_size(low, unit).split(' ')[0]} and {_size(high, unit)} {money}"


def _unit(amount: float) -> float:
    """Thousands or millions, whichever shows a figure."""
    return MILLION if abs(amount) >= MILLION / 10.0 else THOUSAND


def _size(amount: float, unit: float) -> str:
    """An amount in a unit; minus nothing is nothing."""
    digits, word = (1, "million") if unit == MILLION else (0, "thousand")
    rounded = round(amount / unit, digits) + 0.0
    return f"{rounded:,.{digits}f} {word}".replace("-", MINUS)


def gap_words(per_mwh: float, currency: str) -> str:
    """
    A price gap as it is said.

    Parameters
    ----------
    per_mwh
        Money per MWh.
    currency
        Of the plan.

    Returns
    -------
    words
        Whole, but with one decimal where rounding would hide it.

    Examples
    --------
    >>> gap_words(20.3, "GBP"), gap_words(0.42, "GBP")
    ('20 GBP/MWh', '0.4 GBP/MWh')
    """
    return f"{per_mwh:,.{1 if per_mwh < DECIMAL_BELOW else 0}f} {currency}/MWh"


def share_words(share: float, whole: str) -> str:
    """
    A share of many, which is never rounded to all or none.

    Parameters
    ----------
    share
        Between 0 and 1.
    whole
        What it is a share of, in the plural.

    Returns
    -------
    words
        For a sentence beginning "it pays in".

    Examples
    --------
    >>> share_words(0.714, "4,096 draws"), share_words(1.0, "4,096 draws")
    ('71 % of 4,096 draws', 'all 4,096 draws')
    >>> share_words(0.999, "4,096 draws"), share_words(0.0, "4,096 draws")
    ('more than 99 % of 4,096 draws', 'none of 4,096 draws')
    """
    if share >= 1.0:
        return f"all {whole}"
    if share <= 0.0:
        return f"none of {whole}"
    if share >= MOST_SHARE:
        return f"more than 99 % of {whole}"
    if share < LEAST_SHARE:
        return f"less than 1 % of {whole}"
    return f"{PERCENT * share:.0f} % of {whole}"


def rate_words(rate_share: float) -> str:
    """
    A discount rate as it is said; those of studies are real whatever sums are shown in.

    Parameters
    ----------
    rate_share
        Share per year.

    Returns
    -------
    words
        For a sentence that goes "at".

    Examples
    --------
    >>> rate_words(0.035)
    '3.5 % real'
    """
    return f"{figure(PERCENT * rate_share)} % real"


def terms_words(life_years: int, rate_share: float) -> str:
    """
    Years and discount rate of a present value.

    Parameters
    ----------
    life_years
        Years that count.
    rate_share
        Discount rate per year.

    Returns
    -------
    words
        To stand in brackets.

    Examples
    --------
    >>> terms_words(25, 0.035)
    '25 years at 3.5 % real'
    """
    return f"{life_years} year{'' if life_years == 1 else 's'} at {rate_words(rate_share)}"


def certainty_words(projects: pd.DataFrame, *, draws: int, money: str, rate_share: float) -> str:
    """
    How sure the first place is, and whether the first project pays.

    Parameters
    ----------
    projects
        PROJECTS, ranked, with ``first_share``, ``npv_positive_share``, ``npv_p10``, ``npv_p90``.
    draws
        How many draws were made.
    money
        Currency and price base.
    rate_share
        Discount rate of the present values.

    Returns
    -------
    sentence
        Blank where nothing is ranked or drawn.
    """
    rows = projects[projects["rank"].notna()]
    if rows.empty or draws == 0 or np.isnan(rows["npv_p10"].iloc[0]):
        return ""
    first: Any = rows.iloc[0]
    whole = f"{draws:,} draws" if draws > 1 else "1 draw"
    if first["npv_p10"] == first["npv_p90"]:
        return f"Nothing that was drawn changes its present value ({whole})."
    stays = f"stays first in {share_words(first['first_share'], whole)} and "
    earns = first["npv_positive_share"]
    pays = share_words(earns, whole if len(rows) == 1 else "them")
    # "earns money in all them" is no English.
    pays = pays.replace("all them", "all of them")
    spread = range_words(first["npv_p10"], first["npv_p90"], money)
    return (
        f"Drawn from the ranges of the assumptions, it {'' if len(rows) == 1 else stays}earns money"
        f" at {rate_words(rate_share)} in {pays}; its present value lies {spread} in eight draws "
        "of ten (P10 to P90)."
    )


def dearer_words(payers: pd.DataFrame, *, project_id: str, money: str) -> str:
    """
    Whether consumers would pay more for heat than today, in words.

    Parameters
    ----------
    payers
        The table ``payers``.
    project_id
        The project.
    money
        Currency and price base.

    Returns
    -------
    sentence
        Blank where they pay no more.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"project_id": ["p"], "payer": ["consumer"], "before_per_mwh": [94.0]}
    >>> payers = pd.DataFrame(rows | {"after_per_mwh": [111.0]})
    >>> print(dearer_words(payers, project_id="p", money="EUR 2024"))
    Its consumers would pay more than today: 111 instead of 94 EUR/MWh in the first year.
    """
    mine = payers[(payers["project_id"] == project_id) & (payers["payer"] == "consumer")]
    if mine.empty:
        return ""
    before, after = (float(mine[name].iloc[0]) for name in ("before_per_mwh", "after_per_mwh"))
    if not after > before * (1.0 + ROUNDING_SHARE):
        return ""
    return (
        f"Its consumers would pay more than today: {figure(after)} instead of {figure(before)} "
        f"{money.split()[0]}/MWh in the first year."
    )


def figure(value: float) -> str:
    """
    A figure to three digits, whole ones in full.

    Parameters
    ----------
    value
        Any number.

    Returns
    -------
    words
        Plain text.

    Examples
    --------
    >>> figure(131.2), figure(4.123), figure(0.0834), figure(12345.6)
    ('131', '4.12', '0.0834', '12,346')
    """
    text = f"{value:,.0f}" if abs(value) >= PERCENT else f"{value:.3g}"
    return text.replace("-", MINUS)
