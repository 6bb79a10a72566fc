"""
Single figures that hold in a country under a scenario: a price, an emission factor, a machine.

Each is a row of the tables, its value raised by what the scenario counts as well, or replaced by
what the user gives and marked so. `conditions` gathers those of a study.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from heatreach.data import Assumption, assumption, load_table, price
from heatreach.thermo import electricity_factor, fuel_factor

if TYPE_CHECKING:
    from ..scenario import Scenario

BY_USER = "given by the user"
ELECTRICITY = "electricity"


def given(row: Assumption, value: float | None) -> Assumption:
    """
    Row with the user's value in place of the table's, if there is one.

    Parameters
    ----------
    row
        Figure of the table.
    value
        The user's.

    Returns
    -------
    row
        Marked as the user's where it is, without a range.
    """
    if value is None:
        return row
    return replace(row, value=value, low=value, high=value, source=BY_USER, locator="", note="")


@cache
def counterfactual_row(name: str, *, home: bool) -> dict[str, str]:
    """
    Machine, fuel and calorific basis that stand for a counterfactual.

    Parameters
    ----------
    name
        Word of the scenario or of a consumer.
    home
        Whether it heats a home, which may have a machine of its own.

    Returns
    -------
    cells
        Of the row of ``counterfactuals``, by column.

    Examples
    --------
    >>> counterfactual_row("gas_boiler", home=True)["technology"]
    'gas_boiler_house'
    """
    rows = load_table("counterfactuals")
    rows = rows[rows["name"] == name]
    for use in ("home",) * home + ("",):
        fitting = rows[rows["use"] == use]
        if len(fitting):
            return {str(key): str(cell) for key, cell in fitting.iloc[0].items()}
    return {str(key): str(cell) for key, cell in rows.iloc[0].items()}


def electricity_row(scenario: Scenario, country: str) -> Assumption:
    """
    Grid factor of today on the scenario's basis [kg/kWh].

    Parameters
    ----------
    scenario
        Basis, what is counted, and the factor if the user gives one: that stays as it is.
    country
        ISO 3166-1 alpha-2 code; blank, or one without a row, takes the general row.

    Returns
    -------
    factor
        With range and source; a note says what was added to the table's figure.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> meter = Scenario(emissions={"electricity_basis": "direct", "grid_losses": "yes"})
    >>> round(electricity_row(meter, "GB").value, 5)
    0.19553
    """
    emissions = scenario.emissions
    basis = emissions.electricity_basis
    row = assumption("emission_factors", ELECTRICITY, f"co2e_{basis}_kg_per_kwh", country)
    upstream, losses = emissions.upstream == "yes", emissions.grid_losses == "yes"
    factor = electricity_factor(country, basis=basis, upstream=upstream, losses=losses)
    counted = [
        word
        for word, part in (
            ("upstream emissions", factor.upstream_kg_per_kwh),
            ("losses of the grid", factor.losses_kg_per_kwh),
        )
        if part
    ]
    row = _raised(row, factor.total_kg_per_kwh, " and ".join(counted))
    return given(row, emissions.grid_co2e_kg_per_kwh)


def fuel_row(fuel: str, parameter: str, scenario: Scenario, country: str) -> Assumption:
    """
    Emission factor of a fuel, with its supply where the scenario counts it [kg/kWh].

    Parameters
    ----------
    fuel, parameter
        Row of ``emission_factors``; the parameter names the calorific basis.
    scenario
        Whether supply counts.
    country
        ISO 3166-1 alpha-2 code; blank takes the general row.

    Returns
    -------
    factor
        With range and source.
    """
    basis = parameter.removeprefix("co2e_").removesuffix("_kg_per_kwh")
    upstream = scenario.emissions.upstream == "yes"
    factor = fuel_factor(fuel, calorific_basis=basis, upstream=upstream, region=country)
    row = assumption("emission_factors", fuel, parameter, country)
    return _raised(row, factor, "upstream emissions")


def fuel_price_row(fuel: str, scenario: Scenario, country: str) -> Assumption:
    """
    Price of a fuel or of electricity, the user's where there is one [money/MWh].

    Parameters
    ----------
    fuel
        Name in ``energy_prices``. There is one price of electricity per country, that of a large
        buyer without value-added tax; households pay more.
    scenario
        Money of the plan and prices given.
    country
        ISO 3166-1 alpha-2 code; blank takes the general row.

    Returns
    -------
    price
        With range and source.
    """
    economics = scenario.economics
    own = {
        ELECTRICITY: economics.electricity_price_per_mwh,
        "gas": economics.gas_price_per_mwh,
        "oil": economics.oil_price_per_mwh,
        "district_heat": economics.district_heat_price_per_mwh,
    }.get(fuel)
    row = price("energy_prices", fuel, "price_per_mwh", target=economics.money, region=country)
    return given(row, own)


def _raised(row: Assumption, factor: float, counted: str) -> Assumption:
    """Row at a factor that counts more; its range widens in proportion."""
    if factor == row.value:
        return row
    ratio = factor / row.value
    note = f"with {counted}, {row.value:g} without; {row.note}"
    return replace(row, value=factor, low=row.low * ratio, high=row.high * ratio, note=note)
