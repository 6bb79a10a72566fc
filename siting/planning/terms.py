"""
What each consumer pays for heat, emits today and costs to connect.

One table of terms serves single links and networks, so that both count the same things the same
way: the tariff follows the consumer's present heat, the substation its peak. What consumers pay and
spare is split by what its price follows over the years, in the lines of ``cash_lines``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from heatreach.data import price

from ..appraisal.counterfactual import present_heat
from ..appraisal.heat_price import (
    BOILER,
    FUELS,
    GIVEN,
    HEAT_LINES,
    PER_CONSUMER,
    PRESENT_EMISSIONS,
)
from ..appraise import RANGE, substation_capex, substation_upkeep

if TYPE_CHECKING:
    from ..scenario import Scenario

SUMMED = (
    "substation_capex",
    "substation_capex_low",
    "substation_capex_high",
    "substation_upkeep",
    *PER_CONSUMER,
)
"""Terms of each consumer that add up to those of a project; the others are per MWh of its heat."""


def consumer_terms(consumers: pd.DataFrame, scenario: Scenario, *, country: str) -> pd.DataFrame:
    """
    Tariff, present heat and substation of each consumer.

    Parameters
    ----------
    consumers
        ``use``, ``counterfactual``, ``peak_kw`` and ``annual_heat_mwh``, one row per consumer.
    scenario
        Rates, money and the tariff, if one is set.
    country
        ISO code for prices and factors.

    Returns
    -------
    terms
        ``present_per_mwh``, ``tariff_per_mwh`` [money/MWh] and their parts per line
        (``tariff_gas_per_mwh``, ``spared_boiler_per_mwh`` and so on), ``present_t_co2e_per_mwh``
        and its part from each fuel burnt (``present_gas_t_co2e_per_mwh`` and so on),
        ``present_electricity_share`` (electricity per heat today), ``substation_capex`` with
        ``_low`` and ``_high``, ``connection_charge`` [money], ``substation_upkeep``,
        ``customer_service``, ``standing_charge`` [money/year]; index as given.

    Notes
    -----
    The tariff is the present price of heat less the discount, part by part: the fuel no longer
    burnt and the boiler no longer owned. A price set by the user replaces it, and may stand beside
    a yearly charge.
    """
    economics = scenario.economics
    present = present_heat(consumers, scenario, country)
    parts = _price_parts(present, scenario)
    peak = consumers["peak_kw"].fillna(0.0)
    service = price("technology_costs", "customer_service", "om_per_year", target=economics.money)
    substations = {
        f"substation_capex{ending(column)}": substation_capex(
            peak.to_numpy(), money=economics.money, column=column
        )
        for column in RANGE
    }
    return pd.DataFrame(
        {
            "present_per_mwh": present["price_per_mwh"],
            "tariff_per_mwh": parts.filter(like="tariff_").sum(axis=1),
            "present_t_co2e_per_mwh": present["t_co2e_per_mwh"],
            "present_electricity_share": present["electricity_share"],
            "substation_upkeep": substation_upkeep(consumers, money=economics.money),
            "customer_service": service.value,
            "standing_charge": economics.standing_charge_per_year,
            "connection_charge": peak * economics.connection_charge_per_kw,
            **substations,
            **parts,
            **_emissions(present),
        },
        index=consumers.index,
    )


def _emissions(present: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Emissions of the heat of today by the fuel that is burnt for it [t/MWh]."""
    each, fuel = present["t_co2e_per_mwh"], present["fuel"]
    return {
        f"{name}_per_mwh": each.where(fuel == burnt, 0.0)
        for burnt, name in PRESENT_EMISSIONS.items()
    }


def _price_parts(present: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Tariff and what consumers spare by line [money/MWh]."""
    economics = scenario.economics
    given = economics.heat_tariff_per_mwh
    kept = 1.0 - economics.tariff_discount_share if given is None else 0.0
    spared = {
        part: present["fuel_per_mwh"].where(present["fuel"] == part, 0.0) for part in FUELS
    } | {BOILER: present["boiler_per_mwh"]}
    tariff = {part: amount * kept for part, amount in spared.items()}
    tariff[GIVEN] = present["fuel_per_mwh"] * 0.0 + (given or 0.0)
    return pd.DataFrame(
        {f"tariff_{part}_per_mwh": amount for part, amount in tariff.items()}
        | {f"spared_{part}_per_mwh": amount for part, amount in spared.items()}
    )


def yearly_terms(terms: pd.DataFrame, heat_mwh: pd.Series[float]) -> pd.DataFrame:
    """
    What consumers pay, spare and emit today in a year with the heat they get.

    Parameters
    ----------
    terms
        Of `consumer_terms`.
    heat_mwh
        Heat that each gets [MWh/year]; index of the terms.

    Returns
    -------
    yearly
        One column per line of ``cash_lines`` that comes with consumers, named like it,
        ``substation_capex`` with its ends, ``revenue_per_year``, ``present_t_co2e``, its part from
        each fuel, and ``present_electricity_mwh``; the rows of a project's consumers add up to its
        own.
    """
    follow = (*HEAT_LINES, *PRESENT_EMISSIONS.values())
    lines = {name: terms[f"{name}_per_mwh"] * heat_mwh for name in follow}
    return pd.DataFrame(
        {
            **lines,
            **{name: terms[name] for name in SUMMED},
            "revenue_per_year": terms["tariff_per_mwh"] * heat_mwh + terms["standing_charge"],
            "present_t_co2e": terms["present_t_co2e_per_mwh"] * heat_mwh,
            "present_electricity_mwh": terms["present_electricity_share"] * heat_mwh,
        },
        index=terms.index,
    )


def ending(column: str) -> str:
    """Ending of a column's name for the value, low or high end of a range."""
    return "" if column == "value" else f"_{column}"
