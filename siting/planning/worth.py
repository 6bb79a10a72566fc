"""
What connecting a consumer is worth before any trench is paid.

A consumer is worth what it pays, less what its heat and upkeep cost, less its substation and its
share of the energy centre. Heat and energy centre cost what they cost at the machine, temperatures
and load of the last round; `projects` repeats the rounds. Amounts and their present values are
those of the appraisal, so that the values of a network's consumers, less what its trenches, losses
and pumping cost, are its net present value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heatreach.data import assumption
from heatreach.network import DesignRules, design_peak_kw
from heatreach.thermo import DIRECT, HOURS_PER_YEAR

from ..appraisal.bill import bill
from ..appraisal.cash_flow import YEARLY, cash_lines
from ..appraisal.heat_price import TARIFF_LINES
from ..appraisal.line_values import bought_value, line_values, operator_values, years_of_heat
from .energy_centre import without_pipes
from .network_energy import Making, supplied
from .pumping import mean_cube
from .terms import yearly_terms

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .project_tables import SiteNetwork

ENERGY_PARTS = ("electricity", "backup fuel", "source heat", "carbon payments")
"""Parts of the bill that follow the energies of a year."""
LEAST_ON_TOP = -0.9
"""Least that trenches are taken to cost less than their investment: where a grant or what is left
at the horizon pays for more, they stay dear enough for the design to prefer the shorter way."""

NOT_ITS_OWN = ("electricity_mwh", "pumping_mwh", "backup_mwh", "heat_pump_kw", "embodied_t_co2e")
"""Energies and emissions that a consumer by itself does not have."""


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
    row, values = energy.iloc[0], line_values(scenario, conditions)
    source_per_heat = row["source_mwh"] / row["heat_pump_mwh"]
    machine_share = 1.0 if row["option"] == DIRECT else scenario.heat_pump.peak_share
    upkeep = assumption("technology_costs", "pipe", "fixed_om_share_per_year").value
    owning = bought_value("pipe", scenario, conditions, grant=True)
    return DesignRules(
        supply_degc=float(group["supply_degc"].max()),
        return_degc=float(np.average(group["return_degc"], weights=group["annual_heat_mwh"])),
        ground_degc=conditions.ground_degc.value,
        capacity_kw=max(site["source_kw"] / source_per_heat / machine_share, least_capacity_kw),
        loss_value_per_mwh=heat_value(energy, scenario, conditions),
        upkeep_value_share=max(owning + upkeep * values["pipe_upkeep"] - 1.0, LEAST_ON_TOP),
        annuity_years=years_of_heat(scenario),
        pumping_value_per_kw=_pumping_value_per_kw(row, scenario, conditions),
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
    """Present value of the electricity for one kW of hydraulic power at design flow [money/kW]."""
    share = energy["heat_mwh"] * 1e3 / (energy["feed_peak_kw"] * HOURS_PER_YEAR)
    efficiency = assumption("heat_pumps", "circulation_pump", "pump_efficiency").value
    full_load = float(mean_cube(np.array([share]))[0]) * HOURS_PER_YEAR
    electricity_mwh = full_load * (1.0 + scenario.network.fittings_share) / efficiency / 1e3
    price = conditions.electricity_price_per_mwh.value
    return float(electricity_mwh * price * line_values(scenario, conditions)["electricity_pumping"])


def _together_kw(consumers: pd.DataFrame) -> float:
    """Common peak of consumers [kW]."""
    peak = consumers["peak_kw"]
    together = design_peak_kw(
        peak.sum(), len(peak), peak.max(), coincident_kw=consumers["coincident_kw"].sum()
    )
    return float(together)


def energy_value(energy: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> float:
    """
    Present value of the electricity, fuel and source heat of one plant over the horizon.

    Parameters
    ----------
    energy
        Machine and energies, one row.
    scenario, conditions
        The study.

    Returns
    -------
    value
        Money, a cost positive; emissions count where they have a price.
    """
    amounts = bill(without_pipes(energy), scenario, conditions).amounts.iloc[0]
    mine = cash_lines()["part"].isin(ENERGY_PARTS)
    return -float((amounts * operator_values(scenario, conditions))[mine].sum())


def heat_value(energy: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> float:
    """
    Present value of one MWh fed into the pipe every year of the horizon [money/(MWh/year)].

    Parameters
    ----------
    energy
        Machine and energies, one row.
    scenario, conditions
        The study.

    Returns
    -------
    value
        Energy alone; what the machines cost to own and keep is left out.
    """
    made = float(energy["heat_pump_mwh"].iloc[0] + energy["backup_mwh"].iloc[0])
    return energy_value(energy, scenario, conditions) / made


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
    ``value = present value of what the consumer brings − cost per MWh·heat − cost per kW·peak·f``
    with the group's diversity factor ``f``. What a consumer brings is what it pays, less its
    substation with all that comes on top, its upkeep and service. Cost per kW is what the energy
    centre costs to own, over the common peak; cost per MWh what it costs to run and keep, less what
    the heat lost by the pipes costs (the design counts that with each trench), over the heat of the
    consumers. So values of the consumers of the last round, less the heat lost at the value of
    `design_rules`, add up to the net present value of the network without trenches and pumping.
    """
    heat, peak, row = consumers["annual_heat_mwh"], consumers["peak_kw"], energy.iloc[0]
    lines, values = cash_lines(), operator_values(scenario, conditions)
    centre = bill(without_pipes(energy), scenario, conditions).amounts.iloc[0] * values
    yearly = lines["kind"] == YEARLY
    lost = heat_value(energy, scenario, conditions) * row["loss_mwh"]
    per_mwh = (centre[yearly].sum() + lost) / row["heat_mwh"]
    common = row["feed_peak_kw"] - row["loss_mwh"] * 1e3 / HOURS_PER_YEAR
    per_kw = centre[~yearly].sum() / common * _together_kw(group) / group["peak_kw"].sum()
    brought = _brought(consumers, scenario, conditions, premium_share) @ values.to_numpy()
    return np.asarray(brought + per_mwh * heat.to_numpy() + per_kw * peak.to_numpy())


def _brought(
    consumers: pd.DataFrame, scenario: Scenario, conditions: Conditions, premium_share: float
) -> npt.NDArray[np.float64]:
    """Amounts that come with each consumer, shape (consumers, lines)."""
    heat = consumers["annual_heat_mwh"]
    alone = yearly_terms(consumers, heat)
    dearer = alone[list(TARIFF_LINES)] * (1.0 + premium_share)
    nothing = dict.fromkeys(NOT_ITS_OWN, 0.0)
    alone = alone.assign(**dearer, **nothing, option=DIRECT, heat_mwh=heat)
    return bill(alone, scenario, conditions).amounts.to_numpy()
