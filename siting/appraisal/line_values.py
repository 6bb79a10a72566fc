"""
Present value of each money line under a scenario: what one unit of money of a line is worth.

Whoever values something before the whole is known (what a consumer is worth, how large a machine
should be, whether warmer water pays) weighs its amounts with these values, and so arrives at what
the cash flow of `heatreach.siting.appraise` finds in the end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .cash_flow import (
    INVESTMENT,
    SOCIETY,
    cash_lines,
    cost_signs,
    line_lives,
    line_profiles,
    payer_signs,
    present_worths,
)
from .price_paths import price_paths
from .returns import discount_factors

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

STUDIES = 32
"""Scenarios whose values are kept; a study has a few."""
STRAIGHT_LINE = "straight_line"


@lru_cache(maxsize=STUDIES)
def profiles_of(scenario: Scenario, conditions: Conditions, years: int) -> Floats:
    """
    What one unit of money of each line does in each year of a horizon.

    Parameters
    ----------
    scenario
        Whether there is a residual value, price changes.
    conditions
        Price paths, if the user gives any.
    years
        Years of operation.

    Returns
    -------
    profiles
        Shape (lines, years + 1), of `heatreach.siting.appraisal.cash_flow.line_profiles`; not to be
        written to.
    """
    profiles = line_profiles(
        years,
        line_lives(),
        price_paths(scenario, conditions, years),
        residual=scenario.economics.residual_value == STRAIGHT_LINE,
    )
    profiles.setflags(write=False)
    return profiles


def study_profiles(scenario: Scenario, conditions: Conditions) -> Floats:
    """
    What one unit of money of each line does in each year of the study.

    Parameters
    ----------
    scenario, conditions
        The study; its horizon counts.

    Returns
    -------
    profiles
        As `profiles_of`.
    """
    return profiles_of(scenario, conditions, scenario.economics.life_years)


def study_factors(scenario: Scenario) -> Floats:
    """
    Discount factors of the years 0 to the horizon.

    Parameters
    ----------
    scenario
        Rate and horizon.

    Returns
    -------
    factors
        Shape (years + 1,).

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> study_factors(Scenario())[:2].round(4).tolist()
    [1.0, 0.9662]
    """
    economics = scenario.economics
    return discount_factors(economics.discount_rate_share, economics.life_years)


@lru_cache(maxsize=STUDIES)
def line_values(scenario: Scenario, conditions: Conditions) -> pd.Series[float]:
    """
    Present value of one unit of money of each line, whoever pays it.

    Parameters
    ----------
    scenario, conditions
        The study.

    Returns
    -------
    values
        Index ``line``. Of an investment that of owning it over the horizon: renewals paid, what is
        left at the end taken off. Of a yearly sum the years of its annuity, dearer years counting
        more.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> from heatreach.siting.appraisal.conditions import conditions_of
    >>> study = Scenario()
    >>> values = line_values(study, conditions_of(study, "FI"))
    >>> values[["grant", "electricity_heat", "pipe"]].round(3).tolist()
    [1.0, 16.482, 0.841]
    """
    worths = present_worths(study_profiles(scenario, conditions), study_factors(scenario))
    return pd.Series(worths, index=cash_lines().index)


@lru_cache(maxsize=STUDIES)
def operator_values(scenario: Scenario, conditions: Conditions) -> pd.Series[float]:
    """
    What one unit of money of each line adds to the operator's net present value.

    Parameters
    ----------
    scenario, conditions
        The study.

    Returns
    -------
    values
        Index ``line``; negative where the operator pays. The net present value of a bill is
        ``amounts @ values``.
    """
    return line_values(scenario, conditions) * payer_signs("operator")


@lru_cache(maxsize=STUDIES)
def society_values(scenario: Scenario, conditions: Conditions) -> pd.Series[float]:
    """
    What one unit of money of each line adds to what all payers together gain.

    Parameters
    ----------
    scenario, conditions
        The study.

    Returns
    -------
    values
        Index ``line``; transfers are 0. Emissions are not valued.
    """
    return line_values(scenario, conditions) * payer_signs(SOCIETY)


@lru_cache(maxsize=STUDIES)
def cost_values(scenario: Scenario, conditions: Conditions) -> pd.Series[float]:
    """
    What one unit of money of each line adds to the present value of what heat costs.

    Parameters
    ----------
    scenario, conditions
        The study.

    Returns
    -------
    values
        Index ``line``; 0 for income, charges and grant.
    """
    return line_values(scenario, conditions) * cost_signs()


@lru_cache(maxsize=STUDIES)
def renewal_values(scenario: Scenario, conditions: Conditions) -> tuple[Floats, Floats]:
    """
    Present value of renewing, and of what is left of, one unit of money of each investment.

    Parameters
    ----------
    scenario, conditions
        The study.

    Returns
    -------
    renewed, left
        Shape (lines,), both positive; 0 for lines that are no investment.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> from heatreach.siting.appraisal.conditions import conditions_of
    >>> study = Scenario()
    >>> _renewed, left = renewal_values(study, conditions_of(study, "FI"))
    >>> pipe = list(cash_lines().index).index("pipe")
    >>> float(left[pipe].round(3)), round(15 / 40 / 1.035**25, 3)
    (0.159, 0.159)
    """
    bought = (cash_lines()["kind"] == INVESTMENT).to_numpy()
    profiles = study_profiles(scenario, conditions)[:, 1:] * bought[:, None]
    factors = study_factors(scenario)[1:]
    renewed = np.maximum(profiles, 0.0) @ factors
    return renewed, np.maximum(-profiles, 0.0) @ factors


def bought_value(line: str, scenario: Scenario, conditions: Conditions, *, grant: bool) -> float:
    """
    Present value of one unit of money spent on an investment, with all that comes on top of it.

    Parameters
    ----------
    line
        An investment of ``cash_lines``.
    scenario, conditions
        The study.
    grant
        Whether the grant is taken off.

    Returns
    -------
    value
        Owning it over the horizon, soft costs and contingency once; upkeep is left out.

    Raises
    ------
    ValueError
        If the line is no investment.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> from heatreach.siting.appraisal.conditions import conditions_of
    >>> study = Scenario()
    >>> prices = conditions_of(study, "FI")
    >>> round(bought_value("pipe", study, prices, grant=True), 3)
    1.041
    """
    if cash_lines().loc[line, "kind"] != INVESTMENT:
        raise ValueError(f"{line!r} is no investment")
    economics = scenario.economics
    on_top = economics.soft_cost_share + economics.contingency_share
    spared = economics.grant_share * (1.0 + on_top) if grant else 0.0
    return float(line_values(scenario, conditions)[line] + on_top - spared)


def years_of_heat(scenario: Scenario) -> float:
    """
    Present value of one unit of heat, or of level money, every year of operation [years].

    Parameters
    ----------
    scenario
        Rate and horizon.

    Returns
    -------
    years
        The annuity factor of the horizon.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> round(years_of_heat(Scenario()), 3)
    16.482
    """
    return float(study_factors(scenario)[1:].sum())
