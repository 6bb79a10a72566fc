"""
What it costs, earns and avoids: capital, running cost, cash flow and carbon of links and projects.

The money of each row is a bill of lines (`heatreach.siting.appraisal.bill`), whose yearly flows
make the figures: what wears out is bought again, what lasts beyond the horizon has a value left,
prices follow their paths. Heat is sold for what consumers pay today less a discount. Emissions
compare with what heats them today. All money is real, at the plan's price base; low and high ends
of the investment are added up separately.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, price

from .appraisal.bill import bill, investments, lines
from .appraisal.carbon import carbon_figures
from .appraisal.cash_flow import YEARLY, cash_lines, cost_signs, payer_signs, yearly_flows
from .appraisal.conditions import HOMES, cost_by_size
from .appraisal.heat_price import SPARED_LINES
from .appraisal.line_values import (
    cost_values,
    operator_values,
    renewal_values,
    society_values,
    study_factors,
    study_profiles,
    years_of_heat,
)
from .appraisal.rate_of_return import irr
from .appraisal.returns import discounted_payback, shown_rate, simple_payback

if TYPE_CHECKING:
    import numpy.typing as npt

    from .appraisal.bill import Bill
    from .appraisal.conditions import Conditions
    from .scenario import Scenario

SUBSTATION_SIZES = ("substation_house", "substation_100kw", "substation_1mw")
RANGE = ("value", "low", "high")
CAPEX_PARTS = {
    "pipe_capex": ("pipe", "crossing"),
    "heat_pump_capex": ("heat_pump", "consumer_heat_pump", "exchanger"),
    "source_exchanger_capex": ("source_exchanger",),
    "store_capex": ("store",),
    "energy_centre_capex": ("energy_centre",),
    "electrical_connection_capex": ("electrical_connection",),
    "station_capex": ("substation", "pumps", "boiler"),
    "soft_costs": ("soft_costs",),
    "contingency": ("contingency",),
}
"""Columns that the investment is shown in, and the lines that make up each."""
LINES_BY_THEMSELVES = {
    "bore_capex": ("crossing",),
    "grant": ("grant",),
    "connection_charges": ("connection_charge",),
}
"""Columns that are one line of the bill."""
INCOME = ("heat sold", "standing charges")
"""Parts of the bill that are income from consumers every year."""


def substation_capex(
    peak_kw: npt.NDArray[np.float64], *, money: str, column: str = "value"
) -> npt.NDArray[np.float64]:
    """
    Cost of consumers' substations.

    Parameters
    ----------
    peak_kw
        Design heat demand of each consumer [kW].
    money
        Currency and price base.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    capex
        Cost per consumer; a house substation is the smallest there is.

    Examples
    --------
    >>> one, large = substation_capex(np.array([5.0, 1000.0]), money="EUR 2024")
    >>> bool(one < large)
    True
    """
    smallest = assumption("technology_costs", "substation_house", "size_kw").value
    size = np.maximum(peak_kw, smallest)
    per_kw = cost_by_size(size, "technology_costs", SUBSTATION_SIZES, money=money, column=column)
    return size * per_kw


def substation_upkeep(consumers: pd.DataFrame, *, money: str) -> npt.NDArray[np.float64]:
    """
    Yearly upkeep of consumers' substations.

    Parameters
    ----------
    consumers
        ``use`` and ``annual_heat_mwh`` of each consumer.
    money
        Currency and price base.

    Returns
    -------
    upkeep
        Money per year: a fixed sum for homes, an amount per MWh for others.
    """
    house = price("technology_costs", "substation_house", "om_per_year", target=money).value
    per_mwh = price("technology_costs", "substation_100kw", "variable_om_per_mwh", target=money)
    home = consumers["use"].isin(HOMES).to_numpy()
    return np.where(home, house, per_mwh.value * consumers["annual_heat_mwh"].to_numpy())


def appraise(energy: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """
    Investment, running cost, cash-flow figures and emissions of links or projects.

    Parameters
    ----------
    energy
        As for `heatreach.siting.appraisal.bill.bill`, and what
        `heatreach.siting.appraisal.carbon.carbon_figures` asks for.
    scenario
        Rates, lives, money.
    conditions
        Prices and factors.

    Returns
    -------
    figures
        Money and emission columns of LINKS and PROJECTS.

    Notes
    -----
    ``NPV = Σ flow(t)/(1+r)^t`` over the operator's flows of the years 0 to N, which is ``capex``
    and ``reinvestment`` (renewals) taken from ``grant``, ``connection_charges``,
    ``residual_value`` and the present value of the yearly sums. ``LCOH`` is the present value of
    what heat costs over that of the heat delivered; grant and charges are not deducted.
    ``cost_per_t_co2e = society_cost/(tonnes over the horizon)``, tonnes not discounted; blank where
    nothing is avoided. ``society_cost`` is the present value of what operator, data centre,
    consumers and public pay together, what heats consumers today spared: transfers cancel, so that
    no grant, tariff or payment for carbon makes abatement cheap.
    ``price_gap_per_mwh = −NPV/(heat·a)``, with the annuity factor ``a``, is how much dearer heat
    would have to be sold for an NPV of zero.
    """
    found = bill(energy, scenario, conditions)
    carbon = carbon_figures(energy, scenario, conditions)
    amounts, heat = found.amounts.to_numpy(), found.heat_mwh.to_numpy()
    flows = yearly_flows(amounts, payer_signs("operator"), study_profiles(scenario, conditions))
    npv = amounts @ operator_values(scenario, conditions).to_numpy()
    years = years_of_heat(scenario)
    tonnes = carbon["avoided_life_t_co2e"].to_numpy()
    cost = amounts @ cost_values(scenario, conditions).to_numpy()
    together = 0.0 - amounts @ society_values(scenario, conditions).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = {
            "npv": npv,
            "irr_share": shown_rate(irr(flows), scenario),
            "payback_years": simple_payback(flows),
            "discounted_payback_years": discounted_payback(flows, study_factors(scenario)),
            "lcoh_per_mwh": cost / (heat * years),
            "present_per_mwh": _spared(found.amounts) / heat,
            "price_gap_per_mwh": -npv / (heat * years),
            "society_cost": together,
            "cost_per_t_co2e": np.where(tonnes > 0.0, together / tonnes, np.nan),
        }
    money = _money(found, energy, scenario, conditions)
    return pd.concat([pd.DataFrame(money | figures, index=energy.index), carbon], axis=1)


def _spared(amounts: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What consumers no longer spend on heat in the first year."""
    return np.asarray(amounts[list(SPARED_LINES)].to_numpy().sum(axis=1))


@cache
def _sums() -> tuple[list[str], npt.NDArray[np.float64]]:
    """Columns that are sums of lines in year 0 or in the first year, and the sign of each line."""
    table, number = cash_lines(), {line: row for row, line in enumerate(lines())}
    parts = {**CAPEX_PARTS, "capex": tuple(chain(*CAPEX_PARTS.values())), **LINES_BY_THEMSELVES}
    weights = np.zeros((len(number), len(parts)))
    for column, members in enumerate(parts.values()):
        weights[[number[line] for line in members], column] = 1.0
    yearly = (table["kind"] == YEARLY).to_numpy()
    income = table["part"].isin(INCOME).to_numpy(dtype=float)
    names = [*parts, "opex_per_year", "revenue_per_year"]
    return names, np.column_stack([weights, cost_signs() * yearly, income])


def _money(
    found: Bill, energy: pd.DataFrame, scenario: Scenario, conditions: Conditions
) -> dict[str, npt.NDArray[np.float64]]:
    """Investment by part, its ends, what pays for it, renewals, value left, a year's money."""
    amounts = found.amounts.to_numpy()
    names, weights = _sums()
    money = dict(zip(names, (amounts @ weights).T, strict=True))
    on_top = 1.0 + scenario.economics.soft_cost_share + scenario.economics.contingency_share
    for end in RANGE[1:]:
        bought = investments(energy, scenario, column=end)
        money[f"capex_{end}"] = np.sum(list(bought.values()), axis=0) * on_top
    renewed, left = renewal_values(scenario, conditions)
    return money | {"reinvestment": amounts @ renewed, "residual_value": amounts @ left}
