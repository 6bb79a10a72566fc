"""
Greenhouse gases of links and projects: what they avoid and cause, in the first year and over life.

The comparison is with what heats the consumers today. Electricity counts with the grid of each
year, on both sides. Credits to the data centre (cooling it no longer needs) are no part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption
from heatreach.thermo import AMBIENT, find_refrigerant, pipe_carbon_kg_per_m, yearly_savings

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .conditions import Conditions

PARTS = ("fuel_avoided", "heat_pump", "pumping", "backup", "leakage", "net")
NAMES = ("fuel_avoided", "electricity", "pumping", "backup", "leakage", "avoided")
FIRST_YEAR = 1
"""Column of the first year of operation; year 0 is that of building."""


def carbon_figures(
    energy: pd.DataFrame, scenario: Scenario, conditions: Conditions
) -> pd.DataFrame:
    """
    Emissions avoided and caused, part by part.

    Parameters
    ----------
    energy
        ``option`` (heat pumps at consumers are scrapped earlier), ``heat_mwh, electricity_mwh,
        pumping_mwh, backup_mwh, heat_pump_kw``, ``present_t_co2e``
        (what the consumers' present heat emits with today's grid), ``present_electricity_mwh``
        (its electricity) and ``embodied_t_co2e`` of the pipes.
    scenario
        Set of warming potentials, whether embodied carbon counts.
    conditions
        Factors, that of the grid by year.

    Returns
    -------
    figures
        Of the first year ``fuel_avoided_t_co2e``, ``electricity_t_co2e``, ``pumping_t_co2e``,
        ``backup_t_co2e``, ``leakage_t_co2e`` and their net ``avoided_t_co2e``; over life
        ``avoided_life_t_co2e``, ``end_of_life_t_co2e``, ``embodied_t_co2e``.
    """
    at_consumer = energy["option"].to_numpy() == AMBIENT
    parts, rows = [], []
    for chosen, life in zip((~at_consumer, at_consumer), _machine_lives(), strict=True):
        if chosen.any() or energy.empty:
            parts.append(_alike(energy[chosen], scenario, conditions, life_years=life))
            rows.append(np.flatnonzero(chosen))
    return pd.concat(parts).iloc[np.argsort(np.concatenate(rows))]


def _machine_lives() -> tuple[int, int]:
    """Years after which heat pumps at an energy centre, and at consumers, are scrapped."""
    centre = assumption("heat_pumps", "large_1mw", "life_years").value
    consumer = assumption("technology_costs", "consumer_heat_pump_house", "life_years").value
    return round(centre), round(consumer)


def _alike(
    energy: pd.DataFrame, scenario: Scenario, conditions: Conditions, *, life_years: int
) -> pd.DataFrame:
    """Figures of rows whose heat pumps live equally long."""
    heat = energy["heat_mwh"].to_numpy()
    grid = np.array(conditions.grid_kg_per_kwh)
    # What heats today may be electric; then it is as clean as the grid of each year.
    cleaner = conditions.electricity_kg_per_kwh.value - grid
    present = energy["present_t_co2e"].to_numpy()[:, None]
    present = present - energy["present_electricity_mwh"].to_numpy()[:, None] * cleaner
    counted = energy["embodied_t_co2e"].to_numpy() * (scenario.emissions.embodied == "yes")
    machine = {
        name: assumption("heat_pumps", "large", name).value
        for name in ("charge_kg_per_kw", "leakage_share_per_year", "end_of_life_loss_share")
    }
    savings = yearly_savings(
        heat,
        fuel_t_co2e_per_mwh=np.maximum(present, 0.0) / heat[:, None],
        boiler_efficiency=1.0,
        heat_pump_mwh=np.nan_to_num(energy["electricity_mwh"].to_numpy()),
        pumping_mwh=energy["pumping_mwh"].to_numpy(),
        electricity_t_co2e_per_mwh=grid[None, :],
        backup_fuel_mwh=energy["backup_mwh"].to_numpy() / conditions.backup_efficiency_share.value,
        backup_t_co2e_per_mwh=conditions.backup_kg_per_kwh.value,
        charge_kg=machine["charge_kg_per_kw"] * energy["heat_pump_kw"].to_numpy(),
        leakage_share_per_year=machine["leakage_share_per_year"],
        end_of_life_loss_share=machine["end_of_life_loss_share"],
        gwp=find_refrigerant(scenario.heat_pump.refrigerant).gwp(scenario.emissions.gwp_set),
        embodied_t_co2e=counted,
        machine_life_years=life_years,
    )
    first = {
        f"{name}_t_co2e": getattr(savings, f"{part}_t_co2e")[:, FIRST_YEAR]
        for name, part in zip(NAMES, PARTS, strict=True)
    }
    return pd.DataFrame(
        {
            **first,
            "avoided_life_t_co2e": savings.cumulative_t_co2e[:, -1],
            "embodied_t_co2e": energy["embodied_t_co2e"].to_numpy(),
            "end_of_life_t_co2e": savings.end_of_life_t_co2e.sum(axis=1),
        },
        index=energy.index,
    )


def pipe_embodied_t_co2e(
    dn: pd.Series[Any], length_m: pd.Series[float], scenario: Scenario
) -> pd.Series[float]:
    """
    Emissions of making and laying pipes [t CO2e].

    Parameters
    ----------
    dn, length_m
        Size and trench length of each section; 0 where there is no size.
    scenario
        Insulation series.

    Returns
    -------
    embodied
        One per section.
    """
    names = sorted(set(dn) - {""})
    if not names:
        return length_m * 0.0
    carbon = pipe_carbon_kg_per_m(names, insulation_series=scenario.network.insulation_series)
    per_m = dict(zip(names, carbon.total_kg_per_m.tolist(), strict=True))
    return length_m * dn.map(per_m).fillna(0.0) / 1e3
