"""
Figures of projects side by side: at several horizons and rates, for their owner and for society.

Horizons and rates are rows of ``appraisal_views``; those of the study stand among them. Also the
levelised cost of heat by part: what is bought, renewed, left at the horizon and paid every year.
Decisions of the study are varied here, assumptions in `heatreach.siting.uncertainty`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import load_table

from .carbon_years import carbon_lines
from .cash_flow import (
    INVESTMENT,
    SOCIETY,
    YEARLY,
    cash_lines,
    cost_signs,
    line_lives,
    line_profiles,
    payer_signs,
    present_worths,
    yearly_flows,
)
from .line_values import profiles_of, study_factors, study_profiles
from .price_paths import price_paths
from .returns import (
    abatement_cost,
    discount_factors,
    discounted_payback,
    irr,
    levelised_cost,
    npv,
    shown_rate,
    simple_payback,
)
from .social import carbon_values, social_factors, social_flows

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario
    from .bill import Bill
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

COMMERCIAL, SOCIAL = "commercial", "social"
STAGES = ("purchase_per_mwh", "renewal_per_mwh", "residual_per_mwh", "running_per_mwh")


def horizons(scenario: Scenario) -> tuple[int, ...]:
    """
    Horizons side by side [years].

    Parameters
    ----------
    scenario
        Horizon of the study.

    Returns
    -------
    years
        Those of ``appraisal_views`` and that of the study, shortest first.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> horizons(Scenario(economics={"life_years": 15}))
    (15, 20, 25, 30, 40)
    """
    return tuple(sorted({*map(int, _views("horizon_years")), scenario.economics.life_years}))


def rates(scenario: Scenario) -> tuple[float, ...]:
    """
    Real discount rates side by side [1/year].

    Parameters
    ----------
    scenario
        Rate of the study.

    Returns
    -------
    rates
        Those of ``appraisal_views`` and that of the study, lowest first.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> rates(Scenario(economics={"discount_rate_share": 0.07}))
    (0.035, 0.05, 0.07, 0.1)
    """
    return tuple(sorted({*_views("rate_share"), scenario.economics.discount_rate_share}))


def _views(parameter: str) -> list[float]:
    """Values of a parameter of the views."""
    table = load_table("appraisal_views")
    return [float(value) for value in table.loc[table["parameter"] == parameter, "value"]]


def figure_table(bill: Bill, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """
    Figures of projects at every horizon and rate.

    Parameters
    ----------
    bill
        Of the projects, index ``project_id``.
    scenario, conditions
        The study.

    Returns
    -------
    figures
        Table ``figures``: per project the commercial view at every horizon and rate, and the social
        one at every horizon.

    Notes
    -----
    Commercial is the operator's cash flow. Social is that of operator, data centre, consumers and
    public together, among whom transfers cancel, plus the value of the emissions avoided; it is
    discounted at rates that fall over time, of which ``rate_share`` is the first. Its levelised
    cost leaves transfers out. The cost of a tonne is society's in both views, without the value of
    carbon: a grant or a dear tariff makes no abatement cheaper. Tonnes are not discounted. What
    wears out is renewed and the rest of its life credited at each horizon as in the study.
    """
    if bill.amounts.empty:
        return pd.DataFrame()
    by_years = [(years, _Flows(bill, scenario, conditions, years)) for years in horizons(scenario)]
    commercial = [
        flows.commercial(rate).assign(view=COMMERCIAL, horizon_years=years, rate_share=rate)
        for years, flows in by_years
        for rate in rates(scenario)
    ]
    social = [flows.social().assign(view=SOCIAL, horizon_years=years) for years, flows in by_years]
    views, rows = len(commercial) + len(social), len(bill.amounts)
    by_project = np.arange(views * rows).reshape(views, rows).T.ravel()
    table = pd.concat([*commercial, *social], ignore_index=True).iloc[by_project]
    ids = np.repeat(bill.amounts.index.to_numpy(), views)
    return table.reset_index(drop=True).assign(project_id=ids)


class _Flows:
    """Cash flows and emissions of projects over one horizon."""

    def __init__(self, bill: Bill, scenario: Scenario, conditions: Conditions, years: int) -> None:
        self.bill, self.scenario, self.years = bill, scenario, years
        self.profiles = profiles_of(scenario, conditions, years)
        self.net_t = carbon_lines(bill.energy, scenario, conditions, years).net()
        self.tonnes = self.net_t.sum(axis=-1)
        self.operator = self.flows(payer_signs("operator"))
        self.society = self.flows(payer_signs(SOCIETY))
        self.rate = shown_rate(irr(self.operator), scenario)

    def flows(self, signs: Floats) -> Floats:
        """Money by year, summed over lines with signs."""
        return yearly_flows(self.bill.amounts.to_numpy(), signs, self.profiles)

    def commercial(self, rate: float) -> pd.DataFrame:
        """Figures of the operator at a real rate."""
        factors = discount_factors(rate, self.years)
        worth = npv(self.operator, factors)
        return self._table(self.operator, self.rate, worth, factors, self.flows(cost_signs()))

    def social(self) -> pd.DataFrame:
        """Figures of society; its cost of heat is what none of its members gets from another."""
        factors = social_factors(self.years)
        flows = social_flows(self.society, self.net_t, carbon_values(self.scenario, self.years))
        costs = self.flows(np.where(cost_signs() != 0.0, -payer_signs(SOCIETY), 0.0))
        rate, worth = shown_rate(irr(flows), self.scenario), npv(flows, factors)
        return self._table(flows, rate, worth, factors, costs).assign(
            rate_share=1.0 / factors[1] - 1.0
        )

    def _table(
        self, flows: Floats, rate: Floats, worth: Floats, factors: Floats, costs: Floats
    ) -> pd.DataFrame:
        """Figures that every view has."""
        heat = self.bill.heat_mwh.to_numpy(dtype=float)
        return pd.DataFrame(
            {
                "npv": worth,
                "irr_share": rate,
                "payback_years": simple_payback(flows),
                "discounted_payback_years": discounted_payback(flows, factors),
                "lcoh_per_mwh": levelised_cost(costs, np.asarray(heat), factors),
                "cost_per_t_co2e": abatement_cost(npv(self.society, factors), self.tonnes),
                "avoided_t_co2e": self.tonnes,
            }
        )


def lcoh_parts(bill: Bill, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """
    Levelised cost of heat by part, at the rate and horizon of the study.

    Parameters
    ----------
    bill
        Of the projects, index ``project_id``.
    scenario, conditions
        The study.

    Returns
    -------
    parts
        Table ``lcoh_parts``: per project one row per part that costs something, in the order of
        ``cash_lines``: what is bought in year 0, renewed later, left at the horizon (negative) and
        paid every year [money per MWh], and ``lcoh_per_mwh``, their sum. The rows of a project
        add up to its levelised cost.
    """
    worths = _stage_worths(scenario, conditions) * cost_signs()
    parts = cash_lines()["part"]
    names = list(dict.fromkeys(parts))
    member = (parts.to_numpy() == np.array(names)[:, None]).astype(float)
    # rows x parts x stages
    money = np.einsum("rl,sl,pl->rps", bill.amounts.to_numpy(), worths, member, optimize=True)
    heat = bill.heat_mwh.to_numpy() * study_factors(scenario)[1:].sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        per_mwh = np.where(heat > 0.0, 1.0 / heat, np.nan)[:, None, None] * money
    row, part = np.nonzero(np.any(money != 0.0, axis=-1))
    table = pd.DataFrame(per_mwh[row, part], columns=list(STAGES))
    table.insert(0, "project_id", bill.amounts.index.to_numpy()[row])
    table.insert(1, "part", np.array(names, dtype=object)[part])
    return table.assign(lcoh_per_mwh=table[list(STAGES)].sum(axis=1, skipna=False))


def _stage_worths(scenario: Scenario, conditions: Conditions) -> Floats:
    """Present value of a unit of money of each line by stage, shape (stages, lines)."""
    years = scenario.economics.life_years
    paths = price_paths(scenario, conditions, years)
    plain = line_profiles(years, line_lives(), paths, residual=False)
    left = study_profiles(scenario, conditions) - plain
    first, later = plain.copy(), plain.copy()
    first[:, 1:], later[:, 0] = 0.0, 0.0
    kind = cash_lines()["kind"].to_numpy()[:, None]
    stages = [first, np.where(kind == INVESTMENT, later, 0.0), left]
    stages.append(np.where(kind == YEARLY, later, 0.0))
    return np.stack([present_worths(stage, study_factors(scenario)) for stage in stages])
