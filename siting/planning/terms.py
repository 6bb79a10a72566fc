"""
What each consumer pays for heat, emits today and costs to connect.

One table of terms serves single links and networks, so that both count the same things the same
way: the tariff follows the consumer's present heat, the substation its peak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..appraisal.counterfactual import present_heat
from ..appraise import RANGE, substation_capex, substation_upkeep

if TYPE_CHECKING:
    from ..scenario import Scenario


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
        ``present_per_mwh``, ``tariff_per_mwh`` [money/MWh], ``present_t_co2e_per_mwh``,
        ``present_electricity_share`` (electricity per heat today),
        ``substation_capex`` with ``_low`` and ``_high`` [money], ``substation_upkeep``
        [money/year]; index as given.
    """
    economics = scenario.economics
    present = present_heat(consumers, scenario, country)
    discounted = present["price_per_mwh"] * (1.0 - economics.tariff_discount_share)
    set_by_user = economics.heat_tariff_per_mwh
    peak = consumers["peak_kw"].fillna(0.0).to_numpy()
    substations = {
        f"substation_capex{ending(column)}": substation_capex(
            peak, money=economics.money, column=column
        )
        for column in RANGE
    }
    return pd.DataFrame(
        {
            "present_per_mwh": present["price_per_mwh"],
            "tariff_per_mwh": discounted if set_by_user is None else set_by_user,
            "present_t_co2e_per_mwh": present["t_co2e_per_mwh"],
            "present_electricity_share": present["electricity_share"],
            "substation_upkeep": substation_upkeep(consumers, money=economics.money),
            **substations,
        },
        index=consumers.index,
    )


def ending(column: str) -> str:
    """Ending of a column's name for the value, low or high end of a range."""
    return "" if column == "value" else f"_{column}"
