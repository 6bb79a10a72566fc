"""
Figures that several claims are recomputed with, taken from the tables of the engine.

Where a publication names its own factor the claim carries it; these stand in where it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatreach.data import assumption

if TYPE_CHECKING:
    from .finding import Figures

UK = "GB"


def boiler_efficiency() -> float:
    """
    Seasonal efficiency of the gas boiler that is replaced, on gross calorific value [-].

    Returns
    -------
    efficiency
        The row of ``data/technology_costs.csv``.

    Examples
    --------
    >>> boiler_efficiency()
    0.85
    """
    return assumption("technology_costs", "gas_boiler_building", "efficiency_gross_share").value


def gas_kg_per_kwh(figures: Figures) -> float:
    """
    Emission factor of gas on gross calorific value [kg CO2e/kWh].

    Parameters
    ----------
    figures
        Of the claim; its own ``fuel_kg_per_kwh`` is preferred to the United Kingdom's.

    Returns
    -------
    factor
        Direct emissions of combustion.
    """
    if "fuel_kg_per_kwh" in figures:
        return figures("fuel_kg_per_kwh")
    return assumption("emission_factors", "gas", "co2e_gross_kg_per_kwh", UK).value


def grid_kg_per_kwh(figures: Figures) -> float:
    """
    Emission factor of electricity [kg CO2e/kWh].

    Parameters
    ----------
    figures
        Of the claim; its own ``grid_kg_per_kwh`` is preferred to the United Kingdom's.

    Returns
    -------
    factor
        Direct emissions of generation.
    """
    if "grid_kg_per_kwh" in figures:
        return figures("grid_kg_per_kwh")
    return assumption("emission_factors", "electricity", "co2e_direct_kg_per_kwh", UK).value
