"""
Figures of a cash flow: discounting, net present value, payback, levelised and abatement cost.

All take arrays whose last axis is the years 0 to N and work over all leading axes at once. Money,
prices and signs are made in `cash_flow`; the internal rate of return is in `rate_of_return`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled

from .rate_of_return import irr, irr_roots

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario

    Floats = npt.NDArray[np.float64]

__all__ = [
    "abatement_cost",
    "discount_factors",
    "discounted_payback",
    "irr",
    "irr_roots",
    "levelised_cost",
    "nominal_flows",
    "nominal_rate",
    "npv",
    "shown_inflation",
    "shown_rate",
    "simple_payback",
]

NOMINAL = "nominal"
"""The basis of a study that shows money of the day."""


def discount_factors(rate: float | npt.ArrayLike, years: int) -> Floats:
    """
    Present value of one unit of money in each year.

    Parameters
    ----------
    rate
        Discount rate [1/year], above −1: a number, or an array whose last axis is 1 (several rates
        side by side) or the years 1 to N (a rate that changes, such as the Green Book's).
    years
        Years of operation N.

    Returns
    -------
    factors
        Shape (…, N + 1); one in year 0.

    Raises
    ------
    ValueError
        If a rate is −1 or less, or there are rates of another number of years.

    Notes
    -----
    ``factor(t) = Π 1/(1 + r(s))`` over the years s = 1 … t.

    Examples
    --------
    >>> discount_factors(0.25, 2).tolist()
    [1.0, 0.8, 0.64]
    >>> discount_factors([0.25, 0.0], 2).tolist()
    [1.0, 0.8, 0.8]
    >>> discount_factors([[0.25], [0.0]], 2).tolist()
    [[1.0, 0.8, 0.64], [1.0, 1.0, 1.0]]
    """
    rates = np.atleast_1d(np.asarray(rate, dtype=float))
    if not np.all(rates > -1.0):
        raise ValueError(f"a discount rate is {rates.min():g}; rates must be above -1")
    if rates.shape[-1] not in (1, years):
        raise ValueError(f"rates of {rates.shape[-1]} years for a horizon of {years}")
    if rates.shape[-1] == 1:
        return np.asarray((1.0 + rates) ** -np.arange(years + 1.0))
    now = np.ones((*rates.shape[:-1], 1))
    return np.concatenate([now, np.cumprod(1.0 / (1.0 + rates), axis=-1)], axis=-1)


def npv(flows: Floats, factors: Floats) -> Floats:
    """
    Net present value of flows.

    Parameters
    ----------
    flows
        Money per year, shape (…, N + 1).
    factors
        Of `discount_factors`, shape (…, N + 1); leading axes broadcast against those of flows.

    Returns
    -------
    npv
        Shape (…).

    Notes
    -----
    ``NPV = Σ flow(t)·factor(t)``; year 0 is not discounted.

    Examples
    --------
    >>> float(npv(np.array([-100.0, 60.0, 60.0]), discount_factors(0.25, 2)))
    -13.6
    """
    if np.ndim(factors) == 1:
        return np.asarray(flows @ factors)
    return np.asarray(np.einsum("...y,...y->...", flows, factors))


def simple_payback(flows: Floats) -> Floats:
    """
    Years until money spent has come back for good.

    Parameters
    ----------
    flows
        Money per year, shape (…, N + 1).

    Returns
    -------
    years
        Shape (…): when the sum of the flows last turns from negative to not negative, straight
        within the year; 0 where it is never negative, NaN where it is negative at the horizon.

    Notes
    -----
    A renewal may make the sum negative again: only the year counts from which it no longer is. The
    residual value counts like other money of the last year, as if it came in evenly over it: a
    payback between N − 1 and N may rest on it.

    Examples
    --------
    >>> simple_payback(np.array([[-100.0, 40.0, 80.0], [-100.0, 40.0, 50.0]])).tolist()
    [1.75, nan]
    >>> float(simple_payback(np.array([-100.0, 120.0, -80.0, 120.0])))
    2.5
    """
    flows = np.asarray(flows, dtype=float)
    table = np.ascontiguousarray(flows.reshape(-1, flows.shape[-1]))
    return _paybacks(table).reshape(flows.shape[:-1])


def discounted_payback(flows: Floats, factors: Floats) -> Floats:
    """
    Years until money spent has come back with interest, for good.

    Parameters
    ----------
    flows
        Money per year, shape (…, N + 1).
    factors
        Of `discount_factors`, shape (…, N + 1).

    Returns
    -------
    years
        As `simple_payback`, of the discounted flows: there is one exactly where the net present
        value is not negative. Where money is spent first and only earned after, it is never shorter
        than the simple one if no rate is negative.

    Examples
    --------
    >>> factors = discount_factors(0.25, 2)
    >>> float(discounted_payback(np.array([-100.0, 75.0, 100.0]), factors))
    1.625
    """
    return simple_payback(np.asarray(flows, dtype=float) * factors)


@compiled
def _paybacks(flows: Floats) -> Floats:
    """Payback of each row of flows."""
    rows, years = flows.shape
    result = np.zeros(rows)
    for row in range(rows):
        total = flows[row, 0]
        for year in range(1, years):
            owed = -total
            total += flows[row, year]
            if owed > 0.0 and total >= 0.0:
                result[row] = year - 1 + owed / flows[row, year]
        if not total >= 0.0:
            result[row] = np.nan
    return result


def levelised_cost(cost_flows: Floats, heat_per_year: Floats | float, factors: Floats) -> Floats:
    """
    Levelised cost of heat, money per unit of heat.

    Parameters
    ----------
    cost_flows
        Cost per year, positive, shape (…, N + 1); of all lines, or of one part.
    heat_per_year
        Heat delivered in each year of operation, shape (…); LCOH is per unit of it.
    factors
        Of `discount_factors`, shape (…, N + 1).

    Returns
    -------
    cost
        Shape (…); NaN where no heat is delivered.

    Notes
    -----
    ``LCOH = Σ cost(t)·factor(t) / Σ heat(t)·factor(t)``, heat in the years 1 to N. Linear in cost:
    the levelised costs of the parts add up to that of the whole.

    Examples
    --------
    >>> costs = np.array([180.0, 10.0, 10.0])
    >>> round(float(levelised_cost(costs, 50.0, discount_factors(0.25, 2))), 6)
    2.7
    """
    heat = np.asarray(heat_per_year, dtype=float) * factors[..., 1:].sum(axis=-1)
    cost = npv(cost_flows, factors)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(heat > 0.0, cost / heat, np.nan)


def abatement_cost(npv_money: Floats, tonnes: Floats) -> Floats:
    """
    Cost of a tonne of emissions avoided.

    Parameters
    ----------
    npv_money
        Net present value against going on as today [money], shape (…).
    tonnes
        Emissions avoided over the horizon [t CO2e], shape (…). Not discounted everywhere in this
        tool; discounted tonnes give the cost per discounted tonne, which is higher.

    Returns
    -------
    cost
        ``−NPV/tonnes``, negative where avoiding them pays; NaN where none are avoided, since a loss
        over an increase of emissions would look like a gain.

    Examples
    --------
    >>> abatement_cost(np.array([-500.0, 500.0, -500.0]), np.array([10.0, 10.0, -10.0])).tolist()
    [50.0, -50.0, nan]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(tonnes > 0.0, -npv_money / tonnes, np.nan)


def nominal_flows(flows: Floats, inflation: float) -> Floats:
    """
    Flows in money of the day.

    Parameters
    ----------
    flows
        Real money per year, shape (…, N + 1), at prices of year 0.
    inflation
        General inflation [1/year].

    Returns
    -------
    flows
        ``flow(t)·(1 + i)^t``.

    Examples
    --------
    >>> nominal_flows(np.array([-100.0, 60.0, 60.0]), 0.5).tolist()
    [-100.0, 90.0, 135.0]
    """
    return np.asarray(flows * (1.0 + inflation) ** np.arange(np.shape(flows)[-1]))


def nominal_rate(rate: Floats | float, inflation: float) -> Floats:
    """
    Rate in money of the day that goes with a real one.

    Parameters
    ----------
    rate
        Real rate, of discount or of return [1/year], any shape.
    inflation
        General inflation [1/year].

    Returns
    -------
    rate
        ``(1 + r)·(1 + i) − 1``: nominal flows at it have the present value of real flows at ``r``.

    Examples
    --------
    >>> round(float(nominal_rate(0.035, 0.02)), 4)
    0.0557
    """
    return np.asarray((1.0 + np.asarray(rate)) * (1.0 + inflation) - 1.0)


def shown_inflation(scenario: Scenario) -> float:
    """
    Inflation in the money that a study shows [1/year].

    Parameters
    ----------
    scenario
        Whether money is real or of the day.

    Returns
    -------
    inflation
        That of the study, or none where money is real.
    """
    economics = scenario.economics
    return economics.inflation_share if economics.basis == NOMINAL else 0.0


def shown_rate(rate: Floats | float, scenario: Scenario) -> Floats:
    """
    A real rate as a study shows money: real, or of the day.

    Parameters
    ----------
    rate
        Real rate, of discount or of return [1/year], any shape.
    scenario
        Whether money is real or of the day.

    Returns
    -------
    rate
        Of `nominal_rate` where money is of the day, else as it is.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> of_the_day = Scenario(economics={"basis": "nominal", "inflation_share": 0.02})
    >>> float(shown_rate(0.035, Scenario())), round(float(shown_rate(0.035, of_the_day)), 4)
    (0.035, 0.0557)
    """
    inflation = shown_inflation(scenario)
    # Without inflation the rate stays as it is, to the last digit.
    return nominal_rate(rate, inflation) if inflation else np.asarray(rate, dtype=float)
