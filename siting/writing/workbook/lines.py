"""
Lines of a project's cash flow in a workbook, each with its amount and its years as formulas.

The planned amount of a line stands as a figure; the amount now is that figure times powers of the
assumptions it hangs on (``drivers`` of ``cash_lines``) or, for charges, shares and prices of heat,
a formula of its own. A row carries the operator's sign; beside it stands how others see it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ...appraisal.cash_flow import INVESTMENT, PAYERS, cash_lines, cost_signs
from ...appraisal.heat_price import GIVEN, SPARED_LINES, TARIFF_LINES
from ...uncertain.drivers import exponents
from . import named
from .cells import HEAD, MONEY, NOTE, WEIGHT, WRAPPED, put, put_formula, set_height
from .functions import total, when
from .in_draws import CONTINGENCY
from .live import Cells, Live, at, figure, word
from .page import COST_COLUMN, HEAT, NOW, PAYER_COLUMN, PLANNED, SOURCE_PRICE, put_titles
from .years import CALENDAR, GROWTH, LABEL_WIDTH, YEAR

if TYPE_CHECKING:
    from .page import Page

COST = "cost"
SEEN_BY = "Who pays, who gains: 1 counts as shown, −1 the other way round"


@cache
def _table() -> dict[str, dict[str, Any]]:
    """The lines and what ``cash_lines`` says of each, with its sign in the cost of heat."""
    table = cash_lines().assign(cost=cost_signs())
    rows: dict[Any, dict[Any, Any]] = table.to_dict(orient="index")
    return {str(line): row for line, row in rows.items()}


def _shown_lines(page: Page) -> list[str]:
    """Lines in which money moves or an input can make it move, in their order."""
    used = set(page.ledger.used_lines(page.project.project_id)) | set(named.ALWAYS)
    spared = [line for line in SPARED_LINES if line in used]
    used |= {line.replace("spared_", "tariff_") for line in spared}
    return [line for line in _table() if line in used]


def write_lines(page: Page, row: int) -> None:
    """The lines by year, from a row of headings on."""
    money = page.ledger.scenario.economics.money
    titles = [f"Money by line [{money}], a year or once", "part", "years follow", "as planned"]
    titles += ["now", *(payer.replace("_", " ") for payer in PAYERS), "cost of heat"]
    put_titles(page.sheet, row, titles)
    years = page.profiles.years
    for year in range(len(page.years.columns)):
        page.years.put(row, years.cell(YEAR, year, elsewhere=True), look=HEAD)
        calendar = years.cell(CALENDAR, year, elsewhere=True)
        page.years.put(row - 1, calendar, look=NOTE, form="0")
    page.rows["year"] = row
    shown = _shown_lines(page)
    page.lines |= {line: row + 1 + number for number, line in enumerate(shown)}
    for line in shown:
        _write_line(page, line)
    put(page.sheet, row - 1, PAYER_COLUMN, SEEN_BY, look=NOTE)


def _write_line(page: Page, line: str) -> None:
    """One line: what it is, its amount, who pays, and its years."""
    about, row = _table()[line], page.lines[line]
    put(page.sheet, row, 1, about["description"], look=WRAPPED)
    set_height(page.sheet, row, [about["description"]], [LABEL_WIDTH])
    put(page.sheet, row, 2, about["part"])
    put(page.sheet, row, 3, named.follows_word(about["life"], about["path"]))
    put(page.sheet, row, PLANNED, _planned(page, line).value, form=MONEY)
    now = _now(page, line)
    put_formula(page.sheet, row, NOW, page.amounts[line], form=MONEY)
    for number, payer in enumerate(PAYERS):
        put(page.sheet, row, PAYER_COLUMN + number, line_weight(line, payer), form=WEIGHT)
    put(page.sheet, row, COST_COLUMN, line_weight(line, COST), form=WEIGHT)
    years = page.profiles.years
    profile = page.profiles.rows[about["kind"], about["life"] + about["path"]]
    for year in range(len(page.years.columns)):
        share = years.cell(profile, year, elsewhere=True)
        grown = now * share * years.cell(GROWTH, year, elsewhere=True)
        page.years.put(row, grown, form=MONEY)


def line_weight(line: str, payer: str) -> float:
    """How a payer, or the cost of heat, counts the row of a line as shown: 1, −1 or 0."""
    return float(_table()[line][payer]) * _direction(line) + 0.0


def _direction(line: str) -> float:
    """Sign of a line as shown: the operator's, or of whoever else it concerns."""
    signs = (float(_table()[line][payer]) for payer in PAYERS)
    return next(sign for sign in signs if sign)


def _planned(page: Page, line: str) -> Live:
    """Cell of the amount of a line as the study has it."""
    amounts: dict[Any, float] = page.ledger.amounts.loc[page.project.project_id].to_dict()
    amount = _direction(line) * amounts[line] + 0.0
    return Live(at(page.lines[line], PLANNED, fixed="both"), amount)


def _amount(page: Page, line: str) -> Live:
    """Formula of the amount of a line under the inputs as they stand."""
    own, names = page.own, page.names
    if line in TARIFF_LINES:
        return _heat_price(page, line)
    if line == "soft_costs":
        return names[named.SOFT] * _invested(page)
    if line == "contingency":
        return names[CONTINGENCY] * _invested(page)
    if line == "grant":
        more = _now(page, "soft_costs") + _now(page, "contingency")
        return -names[named.GRANT] * (_invested(page) + more)
    counted = {
        "connection_charge": (named.CONNECTION, own["peak_sum_kw"]),
        "standing_charge": (named.STANDING, own["consumers"]),
        "carbon_payment": (named.CARBON_PRICE, own["avoided_t_co2e"]),
        "source_heat": (SOURCE_PRICE, -own["heat_pump_mwh"]),
        "source_heat_spared": (SOURCE_PRICE, own["heat_pump_mwh"] - own["source_mwh"]),
    }
    if line in counted:
        price, quantity = counted[line]
        return _scaled(page, line, names[price] * quantity, leave_out=SOURCE_PRICE)
    return _scaled(page, line, _planned(page, line))


def _heat_price(page: Page, line: str) -> Live:
    """Formula of what heat is sold for: a price of the user's own, or today's less a discount."""
    own_price = page.names[named.HEAT_PRICE]
    blank = own_price.equals(word(""))
    if line == f"tariff_{GIVEN}":
        return when(blank, figure(0), own_price * page.own[HEAT])
    spared = _now(page, line.replace("tariff_", "spared_"))
    return when(blank, (1 - page.names[named.DISCOUNT]) * spared, figure(0))


def _scaled(page: Page, line: str, amount: Live, *, leave_out: str = "") -> Live:
    """An amount times the assumptions that it hangs on."""
    for name, power in exponents(_table()[line]["drivers"]).items():
        if name == leave_out or not (name in page.own or name in page.shared):
            continue
        driver = page.own.get(name) or page.names[named.ratio_name(name)]
        amount = amount * (driver if power == 1.0 else driver**power)
    return amount


def _now(page: Page, line: str) -> Live:
    """Cell of the amount of a line as it stands; nothing where the line is not shown."""
    if line not in page.lines:
        return figure(0)
    if line not in page.amounts:
        page.amounts[line] = _amount(page, line)
    return Live(at(page.lines[line], NOW, fixed="both"), page.amounts[line].value)


def _invested(page: Page) -> Live:
    """Sum of what is bought in year 0."""
    bought = [line for line in page.lines if _table()[line]["kind"] == INVESTMENT]
    if not bought:
        return figure(0)
    ends = (page.lines[bought[0]], page.lines[bought[-1]])
    first, last = (at(row, NOW, fixed="both") for row in ends)
    between = [line for line, row in page.lines.items() if ends[0] <= row <= ends[1]]
    return total(Cells(f"{first}:{last}", [_now(page, line).value for line in between]))
