"""
What connecting a consumer is worth before any trench is paid.

A consumer is worth what it pays, less what its heat and upkeep cost, less its substation and its
share of the energy centre. Heat and energy centre cost what they cost at the machine, temperatures
and load of the last round; `projects` repeats the rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heatreach.data import assumption
from heatreach.network import DesignRules, design_peak_kw
from heatreach.thermo import DIRECT, HOURS_PER_YEAR

from ..appraisal.conditions import annuity_years, renewal_factor
from ..appraise import appraise
from ..options import without_pipes
from .network_energy import Making, supplied
from .pumping import mean_cube

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .project_tables import SiteNetwork


def first_guess(site: pd.Series[Any], consumers: pd.DataFrame, making: Making) -> pd.DataFrame:
    """
    Energy of the site's machine at full size on average consumers, pipe losses left out.

    Parameters
    ----------
    site
        Row of SITES.
    consumers
        Consumers in reach, with their demand.
    making
        How heat may be made.

    Returns
    -------
    energy
        One row, as `heatreach.siting.planning.network_energy.supplied`.
    """
    heat = consumers["annual_heat_mwh"].sum()
    together = _together_kw(consumers)
    scale = min(1.0, site["source_kw"] / (making.scenario.heat_pump.peak_share * together))
    weights = consumers["annual_heat_mwh"]
    load = {
        "heat_mwh": heat * scale,
        "loss_mwh": 0.0,
        "feed_peak_kw": together * scale,
        "sink_out_degc": float(np.average(consumers["supply_degc"], weights=weights)),
        "sink_in_degc": float(np.average(consumers["return_degc"], weights=weights)),
    }
    return supplied(site, load, consumers, making)


def design_rules(
    site: pd.Series[Any],
    energy: pd.DataFrame,
    group: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    *,
    least_capacity_kw: float = 0.0,
    last: SiteNetwork | None = None,
) -> DesignRules:
    """
    Conditions of the design: what the consumers need, and what the source can carry.

    Parameters
    ----------
    site
        Row of SITES.
    energy
        Machine and energies of the last round, one row.
    group
        Consumers connected in the last round, or all in reach.
    scenario, conditions
        The study.
    least_capacity_kw
        Peak that may be connected in any case; the boiler carries what the source cannot.
    last
        Network of the last round: what its pipes lose over the year and how far they are filled.

    Returns
    -------
    rules
        Supply as warm as the most demanding consumer needs, return as the mean by heat; capacity
        at which the source still gives the machine its share of the peak, or the least one.
    """
    row, economics = energy.iloc[0], scenario.economics
    years = annuity_years(economics.discount_rate_share, economics.life_years)
    source_per_heat = row["source_mwh"] / row["heat_pump_mwh"]
    machine_share = 1.0 if row["option"] == DIRECT else scenario.heat_pump.peak_share
    upkeep = assumption("technology_costs", "pipe", "fixed_om_share_per_year").value
    return DesignRules(
        supply_degc=float(group["supply_degc"].max()),
        return_degc=float(np.average(group["return_degc"], weights=group["annual_heat_mwh"])),
        ground_degc=conditions.ground_degc.value,
        capacity_kw=max(site["source_kw"] / source_per_heat / machine_share, least_capacity_kw),
        loss_value_per_mwh=_heat_cost(row, conditions) * years,
        upkeep_value_share=economics.soft_cost_share + upkeep * years,
        annuity_years=years,
        pumping_value_per_kw=_pumping_value_per_kw(row, scenario, conditions) * years,
        loss_factor=1.0 if last is None else _loss_factor(last),
        flow_share=1.0 if last is None else last.built.flow_share,
        reach_m=scenario.search.radius_m,
    )


def _loss_factor(network: SiteNetwork) -> float:
    """Heat lost at mean load as a share of what the pipes lose at design temperatures."""
    made = network.built
    edges = made.plan.edges
    at_design_kw = float((edges["loss_w_m"] * edges["length_m"]).sum()) / 1e3
    return float(made.state.loss_kw.sum()) / at_design_kw


def _pumping_value_per_kw(
    energy: pd.Series[Any], scenario: Scenario, conditions: Conditions
) -> float:
    """Electricity per year for one kW of hydraulic power at design flow, fittings included."""
    share = energy["heat_mwh"] * 1e3 / (energy["feed_peak_kw"] * HOURS_PER_YEAR)
    efficiency = assumption("heat_pumps", "circulation_pump", "pump_efficiency").value
    full_load = float(mean_cube(np.array([share]))[0]) * HOURS_PER_YEAR
    electricity_mwh = full_load * (1.0 + scenario.network.fittings_share) / efficiency / 1e3
    return electricity_mwh * conditions.electricity_price_per_mwh.value


def _together_kw(consumers: pd.DataFrame) -> float:
    """Common peak of consumers [kW]."""
    peak = consumers["peak_kw"]
    together = design_peak_kw(
        peak.sum(), len(peak), peak.max(), coincident_kw=consumers["coincident_kw"].sum()
    )
    return float(together)


def _heat_cost(row: pd.Series[Any], conditions: Conditions) -> float:
    """What one more MWh fed into the pipe costs: electricity, backup fuel, source heat."""
    bought = (
        row["electricity_mwh"] * conditions.electricity_price_per_mwh.value
        + row["backup_mwh"]
        / conditions.backup_efficiency_share.value
        * conditions.backup_fuel_price_per_mwh.value
        + row["source_mwh"] * conditions.source_heat_price_per_mwh.value
    )
    return float(bought / (row["heat_pump_mwh"] + row["backup_mwh"]))


def connection_values(
    consumers: pd.DataFrame,
    group: pd.DataFrame,
    energy: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    *,
    premium_share: float,
) -> npt.NDArray[np.float64]:
    """
    Present value of connecting each consumer before any trench is paid.

    Parameters
    ----------
    consumers
        Consumers with their terms (`heatreach.siting.planning.terms`).
    group
        Consumers connected in the last round, or all in reach; their diversity counts.
    energy
        Machine and energies of the last round, one row.
    scenario, conditions
        The study.
    premium_share
        Added to every tariff, as a share of it.

    Returns
    -------
    value
        One per consumer.

    Notes
    -----
    ``value = ((tariff − cost per MWh)·heat − upkeep)·a − substation − cost per kW·peak·f``
    with annuity factor ``a`` and the group's diversity factor ``f``.
    """
    economics = scenario.economics
    years = annuity_years(economics.discount_rate_share, economics.life_years)
    soft = 1.0 + economics.soft_cost_share
    centre = appraise(without_pipes(energy), scenario, conditions).iloc[0]
    heat, peak, row = consumers["annual_heat_mwh"], consumers["peak_kw"], energy.iloc[0]
    diversity = _together_kw(group) / group["peak_kw"].sum()
    per_kw = (centre["capex"] + centre["reinvestment"]) / row["feed_peak_kw"] * diversity
    per_mwh = centre["opex_per_year"] / (row["heat_mwh"] + row["loss_mwh"])
    tariff = consumers["tariff_per_mwh"] * (1.0 + premium_share)
    income = (tariff - per_mwh) * heat - consumers["substation_upkeep"]
    capex = soft * consumers["substation_capex"] * renewal_factor("substation_house", scenario)
    return np.asarray(income * years - capex - per_kw * peak)
