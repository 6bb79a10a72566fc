"""
What it costs, earns and avoids: capital, running cost, cash flow and carbon of links and projects.

The cash flow is level: one investment, then the same year until the horizon, in real money. Heat is
sold for what consumers pay today less a discount. Emissions compare with what heats them today.
Every cost is a row of ``technology_costs``, ``heat_pumps`` or ``pipe_costs`` at the plan's price
base; low and high ends are added up separately.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption, price
from heatreach.thermo import find_refrigerant, net_savings_t_co2e

from .conditions import HOMES, annuity_years, cost_by_size, renewal_factor
from .options import DIRECT

if TYPE_CHECKING:
    import numpy.typing as npt

    from .conditions import Conditions
    from .scenario import Scenario

HEAT_PUMP_SIZES = ("large_1mw", "large_3mw", "large_10mw")
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
        Energies of `heatreach.siting.options.supply_energy` plus ``heat_mwh``, ``pumping_mwh``,
        ``feed_peak_kw``, ``pipe_capex`` (bores included, ``bore_capex``) with ``_low`` and
        ``_high``, ``substation_capex`` with
        ``_low`` and ``_high``, ``substation_upkeep``, ``revenue_per_year`` and
        ``present_t_co2e`` (what the consumers' present heat emits).
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
    renewed (`heatreach.siting.conditions.renewal_factor`); what lasts longer gets no credit.
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
    carbon = _carbon(energy, scenario, conditions)
    tonnes = carbon["avoided_t_co2e"].to_numpy() * economics.life_years
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
        machine = _machine_capex(energy, scenario.economics.money, column) * soft
        centre = _centre_capex(energy, scenario.economics.money, column) * soft
        substations = energy[f"substation_capex{end}"] * soft
        totals[f"capex{end}"] = pipe + machine + centre + substations
        if column == "value":
            parts = parts.assign(
                pipe_capex=pipe,
                bore_capex=energy["bore_capex"] * soft,
                heat_pump_capex=machine,
                station_capex=substations + centre,
                reinvestment=_reinvestment(energy, machine, centre, substations, scenario),
            )
    return parts.assign(**totals)


def _reinvestment(
    energy: pd.DataFrame,
    machine: npt.NDArray[np.float64],
    centre: npt.NDArray[np.float64],
    substations: pd.Series[Any],
    scenario: Scenario,
) -> npt.NDArray[np.float64]:
    """Present value of renewing machine, energy centre and substations; pipes outlast horizons."""
    pump = renewal_factor("large_1mw", scenario, table="heat_pumps") - 1.0
    exchanger = renewal_factor("heat_exchanger_station", scenario) - 1.0
    again = (
        machine * np.where(energy["option"].to_numpy() == DIRECT, exchanger, pump)
        + centre * (renewal_factor("gas_boiler_peak", scenario) - 1.0)
        + substations * (renewal_factor("substation_house", scenario) - 1.0)
        + energy["pipe_capex"] * (renewal_factor("pipe", scenario) - 1.0)
    )
    return np.asarray(again)


def _machine_capex(energy: pd.DataFrame, money: str, column: str) -> npt.NDArray[np.float64]:
    """Cost of heat pump or direct exchanger."""
    size = energy["heat_pump_kw"].to_numpy()
    exchanger = price("technology_costs", "heat_exchanger_station", "capex_per_kw", target=money)
    pump = cost_by_size(size, "heat_pumps", HEAT_PUMP_SIZES, money=money, column=column)
    direct = energy["option"].to_numpy() == DIRECT
    return np.asarray(size * np.where(direct, getattr(exchanger, column), pump))


def _centre_capex(energy: pd.DataFrame, money: str, column: str) -> npt.NDArray[np.float64]:
    """Cost of pumping station and peak boiler."""
    per_kw = sum(
        getattr(price("technology_costs", name, "capex_per_kw", target=money), column)
        for name in ("pumping_station", "gas_boiler_peak")
    )
    return np.asarray(energy["feed_peak_kw"].to_numpy() * per_kw)


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
    upkeep = (
        _machine_upkeep(energy, scenario.economics.money)
        + _boiler_upkeep(energy, scenario.economics.money)
        + energy["substation_upkeep"]
        + energy["pipe_capex"] * _share("pipe")
    )
    return np.asarray(bought + upkeep)


def _share(name: str) -> float:
    """Yearly upkeep as a share of investment."""
    return assumption("technology_costs", name, "fixed_om_share_per_year").value


def _machine_upkeep(energy: pd.DataFrame, money: str) -> npt.NDArray[np.float64]:
    """Upkeep of heat pump (per kW and per MWh, by size) or exchanger (share of bare cost)."""
    sizes = [assumption("heat_pumps", name, "size_kw").value for name in HEAT_PUMP_SIZES]
    size = energy["heat_pump_kw"].to_numpy()

    def by_size(parameter: str) -> npt.NDArray[np.float64]:
        costs = [
            price("heat_pumps", name, parameter, target=money).value for name in HEAT_PUMP_SIZES
        ]
        return np.asarray(np.interp(size, sizes, costs))

    pump = (
        by_size("fixed_om_per_kw_per_year") * size
        + by_size("variable_om_per_mwh") * energy["heat_pump_mwh"].to_numpy()
    )
    per_kw = price("technology_costs", "heat_exchanger_station", "capex_per_kw", target=money).value
    exchanger = size * per_kw * _share("heat_exchanger_station")
    return np.where(energy["option"].to_numpy() == DIRECT, exchanger, pump)


def _boiler_upkeep(energy: pd.DataFrame, money: str) -> npt.NDArray[np.float64]:
    """Upkeep of peak boiler and pumping station."""
    boiler = price("technology_costs", "gas_boiler_peak", "capex_per_kw", target=money).value
    pumps = price("technology_costs", "pumping_station", "capex_per_kw", target=money).value
    per_mwh = price("technology_costs", "gas_boiler_peak", "variable_om_per_mwh", target=money)
    per_kw = boiler * _share("gas_boiler_peak") + pumps * _share("pumping_station")
    return np.asarray(energy["feed_peak_kw"] * per_kw + energy["backup_mwh"] * per_mwh.value)


def _carbon(energy: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """Emissions avoided and caused per year, part by part."""
    pump = energy["option"].to_numpy() != DIRECT
    charge = assumption("heat_pumps", "large", "charge_kg_per_kw").value
    leakage = assumption("heat_pumps", "large", "leakage_share_per_year").value
    fluid = find_refrigerant(scenario.heat_pump.refrigerant)
    heat = energy["heat_mwh"].to_numpy()
    savings = net_savings_t_co2e(
        heat,
        fuel_t_co2e_per_mwh=energy["present_t_co2e"].to_numpy() / heat,
        boiler_efficiency=1.0,
        heat_pump_mwh=energy["electricity_mwh"].to_numpy(),
        pumping_mwh=energy["pumping_mwh"].to_numpy(),
        electricity_t_co2e_per_mwh=conditions.electricity_kg_per_kwh.value,
        backup_fuel_mwh=energy["backup_mwh"].to_numpy() / conditions.backup_efficiency_share.value,
        backup_t_co2e_per_mwh=conditions.backup_kg_per_kwh.value,
        charge_kg=charge * energy["heat_pump_kw"].to_numpy() * pump,
        leakage_share_per_year=leakage,
        gwp=fluid.gwp(scenario.emissions.gwp_set),
    )
    names = ("fuel_avoided", "electricity", "pumping", "backup", "leakage", "avoided")
    return pd.DataFrame(
        {f"{name}_t_co2e": part for name, part in zip(names, savings, strict=True)},
        index=energy.index,
    )
