"""
Greenhouse gases of links and projects: what they avoid and cause, in the first year and over life.

The comparison is with what heats the consumers today. Electricity counts with the grid of each
year, on both sides. Credits to the data centre (cooling it no longer needs) are no part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.thermo import pipe_carbon_kg_per_m

from .carbon_years import G_PER_KG, carbon_line_table, carbon_lines

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .conditions import Conditions

PARTS = {
    "fuel_avoided": "fuel avoided",
    "electricity": "electricity",
    "pumping": "pumping",
    "backup": "backup",
    "leakage": "leakage",
}
"""Parts of the first year: name of the column and of the part in ``carbon_lines``."""
END_OF_LIFE = "end of life"
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
        As for `heatreach.siting.appraisal.carbon_years.carbon_lines`.
    scenario
        Horizon, set of warming potentials, whether embodied carbon counts.
    conditions
        Factors, that of the grid by year.

    Returns
    -------
    figures
        Of the first year ``fuel_avoided_t_co2e``, ``electricity_t_co2e``, ``pumping_t_co2e``,
        ``backup_t_co2e``, ``leakage_t_co2e`` and their net ``avoided_t_co2e``; per heat delivered
        ``carbon_g_per_kwh`` and ``present_g_per_kwh`` (of what heats consumers today); over life
        ``avoided_life_t_co2e``, ``end_of_life_t_co2e``, ``embodied_t_co2e``.

    Notes
    -----
    Equal to `heatreach.thermo.yearly_savings` row by row, which the tests hold it to; here all rows
    share one product of amounts and profiles.
    """
    lines = carbon_lines(energy, scenario, conditions, scenario.economics.life_years)
    amounts, part = lines.amounts.to_numpy(), carbon_line_table()["part"].to_numpy()
    first = {name: (part == word) * lines.profiles[:, FIRST_YEAR] for name, word in PARTS.items()}
    life = lines.profiles.sum(axis=1)
    parts = {name: amounts @ weights for name, weights in first.items()}
    caused = sum(tonnes for name, tonnes in parts.items() if name != "fuel_avoided")
    heat = energy["heat_mwh"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        grams = [G_PER_KG * tonnes / heat for tonnes in (caused, parts["fuel_avoided"])]
    return pd.DataFrame(
        {f"{name}_t_co2e": tonnes for name, tonnes in parts.items()}
        | {
            "avoided_t_co2e": parts["fuel_avoided"] - caused,
            "carbon_g_per_kwh": grams[0],
            "present_g_per_kwh": grams[1],
            "avoided_life_t_co2e": amounts @ (lines.signs * life),
            "embodied_t_co2e": energy["embodied_t_co2e"].to_numpy(),
            "end_of_life_t_co2e": amounts @ ((part == END_OF_LIFE) * life),
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
