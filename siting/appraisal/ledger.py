"""
What projects were reckoned from: enough to reckon their cash flow again, outside this program.

A workbook or a report that shows how a figure comes about needs what the tables of results do not
hold: each money line's amount, the assumptions it hangs on, how many kilowatts, consumers and
tonnes its charges count. Nothing is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .cash_flow import cash_lines
from .figures import fuel_price_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from ..scenario import Scenario
    from ..uncertain.drivers import Ranges
    from .bill import Bill
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

QUANTITIES = ("peak_sum_kw", "consumers", "avoided_t_co2e", "heat_pump_mwh", "source_mwh")
"""What charges, payments and the price of source heat are counted by, as columns of PROJECTS."""
_CONDITION, _FUEL = "condition", "fuel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """
    Amounts of projects and the assumptions behind them.

    Attributes
    ----------
    amounts
        Projects × lines of ``cash_lines``, as in `heatreach.siting.appraisal.bill.Bill`.
    heat_mwh
        Heat delivered per year [MWh], by project.
    quantities
        Projects × `QUANTITIES`.
    ranges
        Drivers of the amounts: planned figure and range, by project.
    keys
        Address in the register of assumptions, by driver; only of prices.
    scenario
        Decisions of the study.
    given_paths
        Prices relative to the first year by carrier, where the user gave them by year.
    """

    amounts: pd.DataFrame
    heat_mwh: pd.Series[float]
    quantities: pd.DataFrame
    ranges: Ranges
    keys: Mapping[str, str]
    scenario: Scenario
    given_paths: Mapping[str, Floats]

    def used_lines(self, project_id: str) -> list[str]:
        """
        Lines in which money of a project moves.

        Parameters
        ----------
        project_id
            The project.

        Returns
        -------
        lines
            In the order of ``cash_lines``.
        """
        amounts = self.amounts.loc[project_id]
        return [line for line in cash_lines().index if amounts[line] != 0.0]


def ledger_of(
    bill: Bill, ranges: Ranges, scenario: Scenario, conditions: Conditions, *, country: str
) -> Ledger:
    """
    The ledger of projects.

    Parameters
    ----------
    bill
        Of the projects.
    ranges
        Drivers of the same projects.
    scenario, conditions, country
        The study.

    Returns
    -------
    ledger
        What is blank or absent counts as 0.
    """
    empty = pd.Series(np.nan, index=bill.amounts.index)
    quantities = {name: bill.energy.get(name, empty) for name in QUANTITIES}
    keys = {
        str(name): _price_key(driver["how"], driver["origin"], scenario, conditions, country)
        for name, driver in ranges.drivers.iterrows()
    }
    return Ledger(
        amounts=bill.amounts,
        heat_mwh=bill.heat_mwh,
        quantities=pd.DataFrame(quantities).astype(float).fillna(0.0),
        ranges=ranges,
        keys={name: key for name, key in keys.items() if key},
        scenario=scenario,
        given_paths={fuel: np.array(path) for fuel, path in conditions.given_price_paths},
    )


def _price_key(
    how: str, origin: str, scenario: Scenario, conditions: Conditions, country: str
) -> str:
    """Address of a price or other figure of the conditions; blank for other drivers."""
    if how == _CONDITION:
        return str(getattr(conditions, origin).key)
    return fuel_price_row(origin, scenario, country).key if how == _FUEL else ""
