"""
Headline figures of every draw: what `figure_table` says of the central case, thousands of times.

The figures are those of `returns`, on the flows of `drawn_flows`. What a spread of them means
(percentiles, shares of draws) is summed up here too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..appraisal.rate_of_return import irr
from ..appraisal.returns import (
    abatement_cost,
    discount_factors,
    discounted_payback,
    levelised_cost,
    npv,
    shown_rate,
    simple_payback,
)
from ..appraisal.social import carbon_values, social_factors, social_flows
from .drawn_flows import COST, OPERATOR, SOCIETY

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from ..scenario import Scenario
    from .drawn_flows import Drawn

    Floats = npt.NDArray[np.float64]

UNITS = {
    "npv": "EUR",
    "lcoh_per_mwh": "EUR/MWh",
    "irr_share": "1/year",
    "payback_years": "year",
    "discounted_payback_years": "year",
    "avoided_t_co2e": "t_co2e/year",
    "avoided_life_t_co2e": "t_co2e",
    "cost_per_t_co2e": "EUR/t_co2e",
    "carbon_g_per_kwh": "g/kWh",
    "price_gap_per_mwh": "EUR/MWh",
    "social_npv": "EUR",
    "social_irr_share": "1/year",
    "heat_mwh": "MWh/year",
    "source_share": "dimensionless",
}
"""Figures of a draw and their units; money in that of the plan."""
RATES = {"irr_share": "npv", "social_irr_share": "social_npv"}
"""Rates of return, and the present value that says where a draw without one stands."""
LATEST = ("payback_years", "discounted_payback_years", "cost_per_t_co2e")
"""Figures of which a draw that has none stands behind all that have one."""
PERCENTILES = (10, 50, 90)
_G_PER_KG = 1e3


def drawn_figures(drawn: Drawn, factors: Floats, scenario: Scenario) -> dict[str, Floats]:
    """
    Headline figures of one project in every draw.

    Parameters
    ----------
    drawn
        Flows, heat and tonnes of the draws.
    factors
        Discount factors of the years, those of the scenario.
    scenario
        Horizon and the money of carbon values.

    Returns
    -------
    figures
        By name as in `UNITS`, one value per draw; NaN where a draw has no such figure.
    """
    flows, heat, years = drawn.flows[OPERATOR], drawn.heat_mwh, len(factors) - 1
    value, life_t = npv(flows, factors), drawn.net_t.sum(axis=1)
    social = society_flows(drawn, scenario)
    with np.errstate(divide="ignore", invalid="ignore"):
        carbon = np.where(heat > 0.0, drawn.emitted_t / heat * _G_PER_KG, np.nan)
        gap = np.where(heat > 0.0, -value / (heat * factors[1:].sum()), np.nan)
    return {
        "npv": value,
        "lcoh_per_mwh": levelised_cost(drawn.flows[COST], heat, factors),
        "irr_share": irr(flows),
        "payback_years": simple_payback(flows),
        "discounted_payback_years": discounted_payback(flows, factors),
        "avoided_t_co2e": drawn.net_t[:, 1],
        "avoided_life_t_co2e": life_t,
        # What all payers together spend per tonne, without a value of carbon: transfers cancel.
        "cost_per_t_co2e": abatement_cost(npv(drawn.flows[SOCIETY], factors), life_t),
        "carbon_g_per_kwh": carbon,
        "price_gap_per_mwh": gap,
        "social_npv": npv(social, social_factors(years)),
        "social_irr_share": irr(social),
        "heat_mwh": heat,
        "source_share": drawn.source_share,
    }


def society_flows(drawn: Drawn, scenario: Scenario) -> Floats:
    """
    Money of society with the value of what is avoided, in every draw and year.

    Parameters
    ----------
    drawn
        Draws of one project.
    scenario
        Money and first year, which carbon values follow.

    Returns
    -------
    flows
        Shape (draws, years).
    """
    values = _central_values(scenario, drawn.net_t.shape[1] - 1)
    tonnes = drawn.net_t * drawn.carbon_value[:, None]
    return np.asarray(social_flows(drawn.flows[SOCIETY], tonnes, values))


@lru_cache(maxsize=8)
def _central_values(scenario: Scenario, years: int) -> Floats:
    """Carbon values of a study, looked up once for all its projects."""
    values = carbon_values(scenario, years)
    values.setflags(write=False)
    return values


def rate_met(
    name: str, drawn: Drawn, threshold: float, compare: np.ufunc, scenario: Scenario
) -> npt.NDArray[np.bool_]:
    """
    Tell in which draws a real rate of return meets a threshold.

    Parameters
    ----------
    name
        One of `RATES`.
    drawn
        Draws of one project.
    threshold
        Real rate [1/year].
    compare
        ``np.greater_equal`` and the like.
    scenario
        As for `society_flows`.

    Returns
    -------
    met
        One per draw.

    Notes
    -----
    The present value at the threshold decides: the same answer where there is one rate of return,
    and an answer where there are several or none.
    """
    flows = drawn.flows[OPERATOR] if name == "irr_share" else society_flows(drawn, scenario)
    met = compare(npv(flows, discount_factors(threshold, flows.shape[1] - 1)), 0.0)
    return np.asarray(met, dtype=bool)


def as_shown(name: str, values: Floats, scenario: Scenario) -> Floats:
    """
    A figure as the tables of a study show it.

    Parameters
    ----------
    name
        Of `UNITS`.
    values
        Any shape.
    scenario
        Whether money is real or of the day.

    Returns
    -------
    values
        Rates of return in money of the day where the study is; all else as it is. Gates compare
        real rates.
    """
    return shown_rate(values, scenario) if name in RATES else values


def spread(name: str, figures: Mapping[str, Floats]) -> dict[str, float]:
    """
    Mean, percentiles and share of draws without a value.

    Parameters
    ----------
    name
        Figure, of `UNITS`.
    figures
        All figures, one value per draw; NaN where there is none.

    Returns
    -------
    spread
        ``mean`` of the draws that have one, ``p10``, ``p50``, ``p90`` and ``none_share``.

    Notes
    -----
    ``p10`` is the smallest draw that at least 10 % of the draws do not exceed (no interpolation):
    low is low, whether that is good or bad. A draw that never pays back or avoids nothing counts
    as higher than all. One without a rate of return, or with several, counts as higher than all
    where its present value is positive, else as lower. A percentile that falls on such a draw is
    NaN.

    Examples
    --------
    >>> found = spread("payback_years", {"payback_years": np.array([5.0, 7.0, np.nan, 6.0])})
    >>> found["mean"], found["p10"], found["p50"], found["p90"], found["none_share"]
    (6.0, 5.0, 6.0, nan, 0.25)
    """
    values = figures[name]
    missing = np.isnan(values)
    order = values
    if name in LATEST:
        order = np.where(missing, np.inf, values)
    elif name in RATES and missing.any():
        order = np.where(missing, np.where(figures[RATES[name]] > 0.0, np.inf, -np.inf), values)
    found = np.quantile(order, np.array(PERCENTILES) / 100.0, method="inverted_cdf")
    found = np.where(np.isfinite(found), found, np.nan).tolist()
    mean = float(values[~missing].mean()) if not missing.all() else float("nan")
    named = {f"p{percent}": value for percent, value in zip(PERCENTILES, found, strict=True)}
    return {"mean": mean, **named, "none_share": float(missing.mean())}
