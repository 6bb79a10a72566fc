"""
The bill of links and projects: one amount of money per line of ``cash_lines``.

Investments, what is paid once, and what is paid and received in the first year of operation. Who
pays a line, when it is paid again and how its price moves is said in ``cash_lines`` and reckoned in
`cash_flow`; machines are priced in `machine_costs`, consumers in `heatreach.siting.planning.terms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import price

from .carbon import carbon_figures
from .carbon_years import lost_shares
from .cash_flow import INVESTMENT, cash_lines
from .heat_price import CONSUMER_LINES
from .machine_costs import machine_capex, machine_upkeep, numbers, share

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

SHARES = ("soft_costs", "contingency")
"""Lines that are shares of all investment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """
    Money of links or projects, line by line.

    Attributes
    ----------
    amounts
        One row per link or project, one column per line of ``cash_lines`` in its order: money, of
        yearly lines in the first year of operation; what a payer pays or receives, without sign.
    heat_mwh
        Heat delivered per year [MWh].
    energy
        What the bill was made from, rows as in the amounts.
    """

    amounts: pd.DataFrame
    heat_mwh: pd.Series[float]
    energy: pd.DataFrame

    @property
    def investment(self) -> pd.Series[float]:
        """What is bought in year 0, shares of it and grant left out."""
        table = cash_lines()
        bought = table.index[table["kind"] == INVESTMENT]
        return self.amounts[bought].sum(axis=1)

    @property
    def capex(self) -> pd.Series[float]:
        """Total investment: what is bought, soft costs and contingency."""
        return self.investment + self.amounts[list(SHARES)].sum(axis=1)


def bill(
    energy: pd.DataFrame, scenario: Scenario, conditions: Conditions, *, column: str = "value"
) -> Bill:
    """
    Amount of every money line of links or projects.

    Parameters
    ----------
    energy
        Energies of `heatreach.siting.planning.supply.supply_energy` plus ``heat_mwh``,
        ``loss_mwh``, ``pumping_mwh``, ``feed_peak_kw``, ``pipe_capex`` (bores included,
        ``bore_capex``) and ``substation_capex`` with ``_low`` and ``_high``,
        ``substation_upkeep``, what consumers bring
        (`heatreach.siting.planning.terms.yearly_terms`), and of projects ``cooling_credit_mwh`` and
        ``water_credit_m3``. With a price of carbon also what
        `heatreach.siting.appraisal.carbon.carbon_figures` asks for. What is blank or absent counts
        as 0.
    scenario
        Shares, charges and money.
    conditions
        Prices.
    column
        ``"value"``, or the ``"low"`` or ``"high"`` end of what things cost to buy and to keep;
        prices of energy and heat stay in the middle.

    Returns
    -------
    bill
        Rows as in energy.

    Notes
    -----
    Electricity and fuel are split in proportion to heat delivered and heat lost by the pipes; on a
    loop at source temperature the heat pumps make only what is delivered. Source heat is priced as
    if machine and exchanger gave out nothing else, less what their electricity makes of it: the two
    lines together are the price times ``source_mwh``. A payment for carbon is that of the emissions
    avoided in the first year, and is paid by the operator where more is emitted.
    """
    money = scenario.economics.money
    bought = investments(energy, scenario, column=column)
    amounts = {
        **bought,
        **_on_top(sum(bought.values(), start=np.zeros(len(energy))), scenario),
        **_upkeep(energy, bought, scenario, column),
        **_energy_bought(energy, conditions),
        **{line: numbers(energy, line) for line in CONSUMER_LINES},
        "carbon_payment": _carbon_payment(energy, scenario, conditions),
        **_cooling(energy, money, conditions),
    }
    table = np.column_stack([amounts[line] for line in lines()])
    frame = pd.DataFrame(table, index=energy.index, columns=pd.Index(lines(), name="line"))
    heat = pd.Series(numbers(energy, "heat_mwh"), index=energy.index, name="heat_mwh")
    return Bill(amounts=frame, heat_mwh=heat, energy=energy)


@cache
def lines() -> tuple[str, ...]:
    """
    Names of the lines of a bill.

    Returns
    -------
    lines
        In the order of ``cash_lines``.

    Examples
    --------
    >>> lines()[:2]
    ('heat_pump', 'consumer_heat_pump')
    """
    return tuple(cash_lines().index)


def investments(
    energy: pd.DataFrame, scenario: Scenario, *, column: str
) -> dict[str, npt.NDArray[np.float64]]:
    """
    What is bought in year 0, soft costs and contingency left out.

    Parameters
    ----------
    energy, scenario, column
        As for `bill`.

    Returns
    -------
    bought
        By line of ``cash_lines`` that is an investment; one amount per row [money].
    """
    machines = machine_capex(
        energy,
        money=scenario.economics.money,
        column=column,
        module_kw=scenario.heat_pump.module_kw,
    )
    return machines | _built(energy, column)


def _built(energy: pd.DataFrame, column: str) -> dict[str, Floats]:
    """Pipes, bores and substations; bores without a range count at their value."""
    end = "" if column == "value" else f"_{column}"
    trench = numbers(energy, f"pipe_capex{end}")
    bored = f"bore_capex{end}" if f"bore_capex{end}" in energy else "bore_capex"
    bores = np.minimum(numbers(energy, bored), trench)
    return {
        "pipe": trench - bores,
        "crossing": bores,
        "substation": numbers(energy, f"substation_capex{end}"),
    }


def _on_top(investment: Floats, scenario: Scenario) -> dict[str, Floats]:
    """Soft costs, contingency and grant."""
    economics = scenario.economics
    soft = economics.soft_cost_share * investment
    spare = economics.contingency_share * investment
    grant = economics.grant_share * (investment + soft + spare)
    return {"soft_costs": soft, "contingency": spare, "grant": grant}


def _upkeep(
    energy: pd.DataFrame, bought: dict[str, Floats], scenario: Scenario, column: str
) -> dict[str, Floats]:
    """Yearly upkeep by line."""
    upkeep = machine_upkeep(
        energy,
        bought,
        money=scenario.economics.money,
        module_kw=scenario.heat_pump.module_kw,
        column=column,
    )
    return {
        **upkeep,
        "pipe_upkeep": bought["pipe"] * share("pipe", column),
        "crossing_upkeep": bought["crossing"] * share("pipe", column),
        "substation_upkeep": numbers(energy, "substation_upkeep"),
    }


def _energy_bought(energy: pd.DataFrame, conditions: Conditions) -> dict[str, Floats]:
    """Electricity, fuel of the boiler and source heat in the first year."""
    power = conditions.electricity_price_per_mwh.value * numbers(energy, "electricity_mwh")
    fuel_price = conditions.backup_fuel_price_per_mwh.value
    fuel = fuel_price * numbers(energy, "backup_mwh") / conditions.backup_efficiency_share.value
    made, taken = numbers(energy, "heat_pump_mwh"), numbers(energy, "source_mwh")
    source_price = conditions.source_heat_price_per_mwh.value
    lifted, fired = lost_shares(energy)
    pumping = conditions.electricity_price_per_mwh.value * numbers(energy, "pumping_mwh")
    return {
        "electricity_heat": power * (1.0 - lifted),
        "electricity_loss": power * lifted,
        "electricity_pumping": pumping,
        "backup_heat": fuel * (1.0 - fired),
        "backup_loss": fuel * fired,
        "source_heat": source_price * made,
        "source_heat_spared": source_price * (made - taken),
    }


def _carbon_payment(energy: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> Floats:
    """What is paid for the emissions avoided in the first year."""
    per_tonne = scenario.economics.carbon_price_per_t
    if not per_tonne:
        return np.zeros(len(energy))
    avoided = carbon_figures(energy, scenario, conditions)["avoided_t_co2e"]
    return np.asarray(np.nan_to_num(per_tonne * avoided.to_numpy(dtype=float)))


def _cooling(energy: pd.DataFrame, money: str, conditions: Conditions) -> dict[str, Floats]:
    """What the data centre's own cooling no longer spends."""
    power = conditions.electricity_price_per_mwh
    water = price("energy_prices", "water", "price_per_m3", target=money)
    return {
        "cooling_electricity": power.value * numbers(energy, "cooling_credit_mwh"),
        "cooling_water": water.value * numbers(energy, "water_credit_m3"),
    }
