"""
What of a workbook may be changed: decisions, prices, costs and lives, with names and ranges.

A price or a life has one figure for all projects and stands on the sheet of inputs
(`inputs`); what differs from project to project stands on the page of each
(`page`). Names are those of the scenario, of the drivers and of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from heatreach.data import assumption

from ...appraisal.cash_flow import cash_lines, line_lives
from ...appraisal.figure_table import horizons
from ...appraisal.heat_price import GIVEN
from ...appraisal.line_values import STRAIGHT_LINE
from ...appraisal.price_paths import COUNTERFACTUAL
from ...appraisal.returns import shown_inflation
from ...scenario_fields import limits
from ...uncertain.drivers import RATIO, exponents
from .in_draws import (
    CONTINGENCY,
    DECIDED,
    SCENARIO_HOW,
    driver_in_draws,
    key_in_draws,
    life_in_draws,
)

if TYPE_CHECKING:
    from ...appraisal.ledger import Ledger

YES, NO = "yes", "no"
HORIZON, RATE, SHOWN_RATE = "life_years", "discount_rate_share", "shown_discount_rate_share"
INFLATION, RESIDUAL, FOLLOWS = "inflation_share", "residual_value", "tariff_index"
HEAT_PRICE, DISCOUNT = "heat_tariff_per_mwh", "tariff_discount_share"
CONNECTION, STANDING, CARBON_PRICE = (
    "connection_charge_per_kw",
    "standing_charge_per_year",
    "carbon_price_per_t",
)
SOFT, GRANT = "soft_cost_share", "grant_share"
ELECTRICITY_CHANGE, GAS_CHANGE = "electricity_price_change_share", "gas_price_change_share"
DECISIONS = (
    *(RATE, INFLATION, HORIZON, RESIDUAL),
    *(HEAT_PRICE, DISCOUNT, FOLLOWS, CONNECTION, STANDING, CARBON_PRICE),
    *(SOFT, CONTINGENCY, GRANT, ELECTRICITY_CHANGE, GAS_CHANGE),
)
"""Keys of the scenario's economics that may be changed, in the order shown."""
WORDS = {
    RESIDUAL: (STRAIGHT_LINE, "Whether the unexpired share of what lasts longer counts at the end"),
    FOLLOWS: (COUNTERFACTUAL, "Whether the price of heat follows the price of what it replaces"),
}
"""Decisions that are a word: what stands for yes, and the question."""
ALWAYS = (
    *("soft_costs", "contingency", "grant", "connection_charge", "source_heat"),
    *("source_heat_spared", f"tariff_{GIVEN}", "standing_charge", "carbon_payment"),
)
"""Lines shown even without money: an input can bring some."""
PRICED_HOW, PROJECT = ("condition", "fuel"), "project"
CALORIFIC = {
    "gas_price": ", per MWh of gross calorific value",
    "oil_price": ", per MWh of net calorific value",
}
"""What a MWh of fuel is, as the scenario's keys have it."""
_LABELS = {
    INFLATION: "General inflation in the money shown; 0: real money of the price base",
    HEAT_PRICE: "Price of heat sold, the same for all; blank: by what consumers pay today",
    HORIZON: "Years of operation appraised",
    STANDING: "What a consumer pays per year beside a price of your own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One assumption that may be changed."""

    name: str
    label: str
    value: Any
    unit: str = ""
    low: float = float("nan")
    high: float = float("nan")
    key: str = ""
    limits: tuple[float, float] | None = None
    choices: bool = False
    is_driver: bool = False
    in_draws: str = DECIDED


def used_drivers(ledger: Ledger, *, own: bool) -> list[str]:
    """
    Drivers that multiply a line in which money of a project moves.

    Parameters
    ----------
    ledger
        Of the projects.
    own
        Whether those wanted are changed project by project, such as its heat; others are one
        figure for all, such as a price.

    Returns
    -------
    drivers
        In the order of the table of drivers; those that are decisions here are left out.
    """
    drivers: dict[Any, str] = cash_lines()["drivers"].to_dict()
    hang = {name for line in _used_lines(ledger) for name in exponents(drivers[line])}
    return [
        str(name)
        for name, row in ledger.ranges.drivers.iterrows()
        if name in hang
        and row["kind"] == RATIO
        and row["how"] != SCENARIO_HOW
        and own == (row["scope"] == PROJECT and row["how"] not in PRICED_HOW)
    ]


def _used_lines(ledger: Ledger) -> list[str]:
    """Lines in which money of any project moves or could."""
    used = (ledger.amounts != 0.0).any(axis=0)
    return [str(line) for line in ledger.amounts.columns if used[line] or line in ALWAYS]


def used_lives(ledger: Ledger) -> list[str]:
    """
    Keys of the lives of what is bought in any project.

    Parameters
    ----------
    ledger
        Of the projects.

    Returns
    -------
    keys
        As in `heatreach.siting.appraisal.cash_flow.line_lives`.
    """
    keys = set(cash_lines().loc[_used_lines(ledger), "life"])
    return [key for key in line_lives() if key in keys]


def life_name(key: str) -> str:
    """
    Name of the cell that holds a life.

    Parameters
    ----------
    key
        As in `heatreach.siting.appraisal.cash_flow.line_lives`.

    Returns
    -------
    name
        As formulas name it.

    Examples
    --------
    >>> life_name("heat_pumps/large_1mw")
    'life_of_heat_pump'
    """
    return f"life_of_{_lines_of(key)[0]}"


@cache
def _lines_of(life: str) -> list[str]:
    """Lines that last as long as a life says."""
    lives = cash_lines()["life"]
    return [str(line) for line in lives.index[lives == life]]


def follows_word(life: str, path: str) -> str:
    """
    What the years of a line follow, in a few words.

    Parameters
    ----------
    life, path
        Of the line, as in ``cash_lines``; at most one is not blank.

    Returns
    -------
    words
        A life, the path of a price, or that it is paid once.

    Examples
    --------
    >>> follows_word("heat_pumps/large_1mw", ""), follows_word("", "tariff_gas")
    ('life of heat pump', 'tariff gas')
    """
    return (life_name(life) if life else path or "once").replace("_", " ")


def ratio_name(driver: str) -> str:
    """
    Name of the cell that says by what factor a driver is changed.

    Parameters
    ----------
    driver
        One for all projects.

    Returns
    -------
    name
        As formulas name it.
    """
    return f"{driver}_ratio"


def sentence_case(label: str) -> str:
    """
    A label as the beginning of a line.

    Parameters
    ----------
    label
        In small letters but for names.

    Returns
    -------
    label
        With a capital in front.

    Examples
    --------
    >>> sentence_case("electricity, COP")
    'Electricity, COP'
    """
    return label[:1].upper() + label[1:]


def last_year(ledger: Ledger) -> int:
    """
    Years of operation that the workbook has columns for.

    Parameters
    ----------
    ledger
        Of the projects.

    Returns
    -------
    years
        The longest horizon of the table of figures.
    """
    return max(horizons(ledger.scenario))


def inputs(ledger: Ledger) -> list[Input]:
    """
    Assumptions that hold for all projects and may be changed.

    Parameters
    ----------
    ledger
        Of the projects.

    Returns
    -------
    inputs
        Decisions, then prices and costs, then lives.
    """
    return [*_decisions(ledger), *_prices(ledger), *_lives(ledger)]


def _decisions(ledger: Ledger) -> list[Input]:
    """Decisions of the study."""
    economics = ledger.scenario.economics
    currency = economics.money.split()[0]
    found = []
    for name in DECISIONS:
        value, key = getattr(economics, name), f"scenario/economics/{name}"
        if name in WORDS:
            word, question = WORDS[name]
            given = YES if value == word else NO
            found.append(Input(name=name, label=question, value=given, key=key, choices=True))
            continue
        row = limits()[f"economics.{name}"]
        most = float(last_year(ledger)) if name == HORIZON else float(row["maximum"])
        if name == INFLATION:
            value = shown_inflation(ledger.scenario)
        if name == CARBON_PRICE:
            value = value or 0.0
        found.append(
            Input(
                name=name,
                label=_LABELS.get(name, row["description"]),
                value=value,
                unit=row["unit"].replace("EUR", currency),
                key=key,
                limits=(1.0 if name == HORIZON else float(row["minimum"]), most),
                in_draws=key_in_draws(ledger, name),
            )
        )
    return found


def _prices(ledger: Ledger) -> list[Input]:
    """Prices in their unit; what is dearer or cheaper everywhere as a factor."""
    ranges, found = ledger.ranges, []
    place = {name: number for number, name in enumerate(ranges.drivers.index)}
    currency = ledger.scenario.economics.money.split()[0]
    for name in used_drivers(ledger, own=False):
        row, number = ranges.drivers.loc[name], place[name]
        label = sentence_case(f"{row['label']}{CALORIFIC.get(name, '')}")
        priced = row["how"] in PRICED_HOW
        figure = float(ranges.figure[0, number]) if priced else 1.0
        found.append(
            Input(
                name=name,
                label=label if priced else f"{label}, times what is planned",
                value=figure,
                unit=str(row["unit"]).replace("EUR", currency) if priced else "dimensionless",
                low=figure * float(ranges.low[:, number].min()),
                high=figure * float(ranges.high[:, number].max()),
                key=ledger.keys.get(name, ""),
                is_driver=True,
                in_draws=driver_in_draws(ledger, name),
            )
        )
    return found


def _lives(ledger: Ledger) -> list[Input]:
    """How long things last."""
    found = []
    for key in used_lives(ledger):
        row = assumption(*key.split("/", maxsplit=1), "life_years")
        found.append(
            Input(
                name=life_name(key),
                label=f"Life of {', '.join(_lines_of(key)).replace('_', ' ')}; whole years",
                value=row.value,
                unit=row.unit,
                low=row.low,
                high=row.high,
                key=row.key,
                in_draws=life_in_draws(ledger, key),
            )
        )
    return found
