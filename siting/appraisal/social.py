"""
The view of society: all payers together, the Green Book's rates, and a value per tonne of carbon.

Among payers transfers cancel: what consumers pay for heat the operator receives. What is left is
what the project costs and spares everybody, and the emissions it avoids, at the United Kingdom's
carbon values (``carbon_values``) or one of the user's. Renewals and residual value count as in the
commercial view.

Not counted: air quality, noise and jobs; the long-run variable cost of energy (energy is at the
prices of the study, which hold taxes, network charges and carbon prices that are partly transfers
or count a tonne twice); optimism bias (``economics.contingency_share`` stands in for it); and a
value of carbon after the last year of the table, where that of the last year is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import load_table, price_factor, wide

from .carbon_years import carbon_lines
from .cash_flow import SOCIETY, payer_signs, yearly_flows
from .line_values import profiles_of
from .returns import discount_factors, irr, npv, shown_rate

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario
    from .bill import Bill
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

RATES, VALUES = "social_rates", "carbon_values"
_VALUE, _PER_T = "value_", "_per_t"


def social_factors(years: int) -> Floats:
    """
    Discount factors at the Green Book's rates, which fall in the long term.

    Parameters
    ----------
    years
        Years of operation N.

    Returns
    -------
    factors
        Shape (N + 1,); one in year 0.

    Notes
    -----
    3.5 % for the years 0 to 30 and 3.0 % for 31 to 75, each year at the rate of its band:
    ``factor(31) = 1.035^-30 / 1.03``.

    Examples
    --------
    >>> social_factors(60)[[0, 30, 31, 60]].round(4).tolist()
    [1.0, 0.3563, 0.3459, 0.1468]
    """
    bands = wide(RATES).sort_values("last_years")
    band = np.searchsorted(bands["last_years"].to_numpy(), np.arange(1, years + 1))
    return discount_factors(bands["rate_share"].to_numpy()[band], years)


def carbon_values(scenario: Scenario, years: int, *, column: str = "value") -> Floats:
    """
    What society counts per tonne avoided, year by year [money/t CO2e].

    Parameters
    ----------
    scenario
        First year of operation, money of the plan, and the user's own value if there is one.
    years
        Years of operation N.
    column
        ``"value"``, ``"low"`` or ``"high"``; a value of the user has no range.

    Returns
    -------
    values
        Shape (N + 1,), from the year of building on. Between years of the table straight, before
        and after it those of its first and last year.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> pounds = Scenario(economics={"money": "GBP 2022", "first_year": 2025})
    >>> carbon_values(pounds, 6)[[0, 6]].tolist()
    [268.97, 294.5]
    """
    own = scenario.economics.social_carbon_value_per_t
    if own is not None:
        return np.full(years + 1, own)
    rows = load_table(VALUES)
    known = rows["parameter"].str.removeprefix(_VALUE).str.removesuffix(_PER_T).astype(float)
    factors = rows["price_base"].map(lambda base: price_factor(base, scenario.economics.money))
    calendar = scenario.economics.first_year - 1 + np.arange(years + 1, dtype=float)
    money = (rows[column] * factors).to_numpy(dtype=float)
    return np.asarray(np.interp(calendar, known.to_numpy(), money))


def social_flows(flows: Floats, net_t: Floats, values: Floats) -> Floats:
    """
    Money of society with the value of the emissions avoided, by year.

    Parameters
    ----------
    flows
        Money of all payers together, shape (…, N + 1).
    net_t
        Emissions avoided less those caused [t CO2e], shape (…, N + 1).
    values
        Of `carbon_values`, shape (N + 1,).

    Returns
    -------
    flows
        Shape (…, N + 1), leading axes broadcast.

    Examples
    --------
    >>> social_flows(np.array([-100.0, 5.0]), np.array([0.0, 2.0]), np.array([0.0, 50.0])).tolist()
    [-100.0, 105.0]
    """
    return np.asarray(flows + net_t * values)


def social_npv(flows: Floats, net_t: Floats, *, values: Floats, factors: Floats) -> Floats:
    """
    Net present value to society.

    Parameters
    ----------
    flows, net_t
        As for `social_flows`.
    values
        Of `carbon_values`.
    factors
        Of `social_factors`.

    Returns
    -------
    npv
        Shape (…).

    Notes
    -----
    ``NPV = Σ (flow(t) + net(t)·value(t))·factor(t)``: money and tonnes are discounted alike, as the
    value of a tonne rises over the years.

    Examples
    --------
    >>> flows, tonnes = np.array([-100.0, 5.0]), np.array([0.0, 2.0])
    >>> factors = discount_factors(0.05, 1)
    >>> worth = social_npv(flows, tonnes, values=np.array([0.0, 50.0]), factors=factors)
    >>> round(abs(float(worth)), 9)
    0.0
    """
    return npv(social_flows(flows, net_t, values), factors)


def society_by_year(
    bill: Bill, scenario: Scenario, conditions: Conditions, *, years: int | None = None
) -> tuple[Floats, Floats]:
    """
    Money of society and emissions avoided of each row, by year.

    Parameters
    ----------
    bill
        Of `heatreach.siting.appraisal.bill.bill`.
    scenario, conditions
        The study.
    years
        Horizon; ``economics.life_years`` if left out.

    Returns
    -------
    flows, net_t
        Real money without the value of carbon, and tonnes; shape (rows, years + 1).
    """
    horizon = years or scenario.economics.life_years
    profiles = profiles_of(scenario, conditions, horizon)
    flows = yearly_flows(bill.amounts.to_numpy(), payer_signs(SOCIETY), profiles)
    return flows, carbon_lines(bill.energy, scenario, conditions, horizon).net()


def social_figures(
    bill: Bill, scenario: Scenario, conditions: Conditions, *, years: int | None = None
) -> pd.DataFrame:
    """
    Net present value and rate of return to society.

    Parameters
    ----------
    bill
        Of `heatreach.siting.appraisal.bill.bill`.
    scenario, conditions
        The study.
    years
        Horizon; ``economics.life_years`` if left out.

    Returns
    -------
    figures
        ``social_npv`` [money] and ``social_irr_share``, blank where there is no single rate and in
        money of the day where ``economics.basis`` says so; index of the bill.
    """
    horizon = years or scenario.economics.life_years
    flows, net = society_by_year(bill, scenario, conditions, years=horizon)
    whole = social_flows(flows, net, carbon_values(scenario, horizon))
    figures = {
        "social_npv": npv(whole, social_factors(horizon)),
        "social_irr_share": shown_rate(irr(whole), scenario),
    }
    return pd.DataFrame(figures, index=bill.amounts.index)
