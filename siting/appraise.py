"""
What it costs, earns and avoids: capital, running cost, cash flow and carbon of links and projects.

The cash flow is level: one investment, then the same year until the horizon, in real money. Heat is
sold for what consumers pay today less a discount. Emissions compare with what heats them today.
Every cost is a row of ``technology_costs``, ``heat_pumps`` or ``pipe_costs`` at the plan's price
base; low and high ends are added up separately.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, price

from .appraisal.carbon import carbon_figures
from .appraisal.conditions import HOMES, annuity_years, cost_by_size, renewal_factor
from .appraisal.machine_costs import (
    centre_capex,
    centre_upkeep,
    machine_capex,
    machine_renewal,
    machine_upkeep,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from .appraisal.conditions import Conditions
    from .scenario import Scenario

SUBSTATION_SIZES = ("substation_house", "substation_100kw", "substation_1mw")
RANGE = ("value", "low", "high")


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
        Energies of `heatreach.siting.planning.supply.supply_energy` plus ``heat_mwh``,
        ``pumping_mwh``, ``feed_peak_kw``, ``pipe_capex`` (bores included, ``bore_capex``) with
        ``_low`` and ``_high``, ``substation_capex`` with ``_low`` and ``_high``,
        ``substation_upkeep``, ``revenue_per_year`` and what
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
    ``NPV = (revenue − opex)·a − capex − reinvestment``, ``LCOH = (capex + reinvestment +
    opex·a)/(heat·a)`` with the annuity factor ``a`` of rate and horizon. What wears out earlier is
    renewed (`heatreach.siting.appraisal.conditions.renewal_factor`); what lasts longer gets no
    credit.
    ``cost_per_t_co2e = −NPV/(tonnes over the horizon)``, tonnes not discounted; blank where nothing
    is avoided. ``price_gap_per_mwh = −NPV/(heat·a)`` is how much dearer heat would have to be sold
    for an NPV of zero.
    """
    economics = scenario.economics
    capex = _capex(energy, scenario)
    opex = _opex(energy, scenario, conditions)
    years = annuity_years(economics.discount_rate_share, economics.life_years)
    heat = energy["heat_mwh"].to_numpy()
    income = energy["revenue_per_year"].to_numpy() - opex
    total = capex["capex"].to_numpy()
    renewed = capex["reinvestment"].to_numpy()
    npv = income * years - total - renewed
    carbon = carbon_figures(energy, scenario, conditions)
    tonnes = carbon["avoided_life_t_co2e"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        payback = np.where(income > 0.0, total / income, np.nan)
        per_tonne = np.where(tonnes > 0.0, -npv / tonnes, np.nan)
    figures = pd.DataFrame(
        {
            "opex_per_year": opex,
            "lcoh_per_mwh": (total + renewed + opex * years) / (heat * years),
            "npv": npv,
            "payback_years": payback,
            "cost_per_t_co2e": per_tonne,
            "price_gap_per_mwh": -npv / (heat * years),
        },
        index=energy.index,
    )
    return pd.concat([capex, figures, carbon], axis=1)


def _capex(energy: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Investment by part, soft costs included, its low and high end, and renewals."""
    soft = 1.0 + scenario.economics.soft_cost_share
    totals, parts = {}, pd.DataFrame(index=energy.index)
    for column in RANGE:
        end = "" if column == "value" else f"_{column}"
        pipe = energy[f"pipe_capex{end}"] * soft
        machines = soft * machine_capex(
            energy,
            money=scenario.economics.money,
            column=column,
            module_kw=scenario.heat_pump.module_kw,
        )
        machine = machines.sum(axis=1)
        centre = centre_capex(energy, money=scenario.economics.money, column=column) * soft
        substations = energy[f"substation_capex{end}"] * soft
        totals[f"capex{end}"] = pipe + machine + centre + substations
        if column == "value":
            parts = parts.assign(
                pipe_capex=pipe,
                bore_capex=energy["bore_capex"] * soft,
                heat_pump_capex=machine,
                station_capex=substations + centre,
                reinvestment=machine_renewal(machines, energy, scenario)
                + centre * (renewal_factor("gas_boiler_peak", scenario) - 1.0)
                + substations * (renewal_factor("substation_house", scenario) - 1.0)
                + pipe * (renewal_factor("pipe", scenario) - 1.0),
            )
    return parts.assign(**totals)


def _opex(
    energy: pd.DataFrame, scenario: Scenario, conditions: Conditions
) -> npt.NDArray[np.float64]:
    """Running cost per year: electricity, backup fuel, source heat, upkeep."""
    power = energy["electricity_mwh"] + energy["pumping_mwh"]
    fuel = energy["backup_mwh"] / conditions.backup_efficiency_share.value
    bought = (
        power * conditions.electricity_price_per_mwh.value
        + fuel * conditions.backup_fuel_price_per_mwh.value
        + energy["source_mwh"] * conditions.source_heat_price_per_mwh.value
    )
    money, module = scenario.economics.money, scenario.heat_pump.module_kw
    machines = machine_capex(energy, money=money, column="value", module_kw=module)
    upkeep = (
        machine_upkeep(energy, machines, money=money, module_kw=module)
        + centre_upkeep(energy, money=money)
        + energy["substation_upkeep"]
        + energy["pipe_capex"] * _share("pipe")
    )
    return np.asarray(bought + upkeep)


def _share(name: str) -> float:
    """Yearly upkeep as a share of investment."""
    return assumption("technology_costs", name, "fixed_om_share_per_year").value
