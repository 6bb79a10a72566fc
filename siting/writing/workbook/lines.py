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
from .cells import HEAD, MONEY, NOTE, WEIGHT, at, put, put_formula
from .page import COST_COLUMN, HEAT, NOW, PAYER_COLUMN, PLANNED, SOURCE_PRICE
from .years import CALENDAR, GROWTH, YEAR
from .years import SHEET as YEARS_SHEET

if TYPE_CHECKING:
    from .page import Page

SEEN_BY = "1: counts as shown, −1: the other way round"


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
    titles = ("Money by line", "part", "follows", "as planned", "now", *PAYERS, "cost of heat")
    for column, title in enumerate(titles, start=1):
        put(page.sheet, row, column, title.replace("_", " "), look=HEAD)
    for column in page.columns:
        put_formula(page.sheet, row, column, f"{YEARS_SHEET}!{at(YEAR, column)}", look=HEAD)
        calendar = f"{YEARS_SHEET}!{at(CALENDAR, column)}"
        put_formula(page.sheet, row - 1, column, calendar, look=NOTE, form="0")
    shown = _shown_lines(page)
    page.lines |= {line: row + 1 + number for number, line in enumerate(shown)}
    amounts = page.ledger.amounts.loc[page.project.project_id].to_dict()
    for line in shown:
        _write_line(page, line, amounts[line])
    put(page.sheet, row - 1, PAYER_COLUMN, SEEN_BY, look=NOTE)
    # Columns only: the rows above the lines would fill half a screen.
    page.sheet.freeze_panes = at(1, 2)


def _write_line(page: Page, line: str, amount: float) -> None:
    """One line: what it is, its amount, who pays, and its years."""
    about, row = _table()[line], page.lines[line]
    sign = _direction(line)
    put(page.sheet, row, 1, about["description"])
    put(page.sheet, row, 2, about["part"])
    put(page.sheet, row, 3, named.follows_word(about["life"], about["path"]))
    put(page.sheet, row, PLANNED, sign * amount, form=MONEY)
    put_formula(page.sheet, row, NOW, _amount(page, line), form=MONEY)
    for number, payer in enumerate(PAYERS):
        put(page.sheet, row, PAYER_COLUMN + number, about[payer] * sign, form=WEIGHT)
    put(page.sheet, row, COST_COLUMN, about["cost"] * sign, form=WEIGHT)
    profile = page.profiles.get((about["kind"], about["life"] + about["path"]))
    if profile is None:
        return
    now = at(row, NOW, fixed="both")
    for column in page.columns:
        years = f"{YEARS_SHEET}!{at(profile, column)}*{YEARS_SHEET}!{at(GROWTH, column)}"
        put_formula(page.sheet, row, column, f"{now}*{years}", form=MONEY)


def _direction(line: str) -> float:
    """Sign of a line as shown: the operator's, or of whoever else it concerns."""
    signs = (float(_table()[line][payer]) for payer in PAYERS)
    return next(sign for sign in signs if sign)


def _amount(page: Page, line: str) -> str:
    """Formula of the amount of a line under the inputs as they stand."""
    if line in TARIFF_LINES:
        return _heat_price(page, line)
    of_invested = {
        "soft_costs": f"{named.SOFT}*{_invested(page)}",
        "contingency": f"{named.CONTINGENCY}*{_invested(page)}",
        "grant": f"-{named.GRANT}*({_invested(page)}+{_now(page, 'soft_costs')}"
        f"+{_now(page, 'contingency')})",
    }
    counted = {
        "connection_charge": f"{named.CONNECTION}*{page.own['peak_sum_kw']}",
        "standing_charge": f"{named.STANDING}*{page.own['consumers']}",
        "carbon_payment": f"{named.CARBON_PRICE}*{page.own['avoided_t_co2e']}",
        "source_heat": f"-{SOURCE_PRICE}*{page.own['heat_pump_mwh']}",
        "source_heat_spared": f"{SOURCE_PRICE}*({page.own['heat_pump_mwh']}"
        f"-{page.own['source_mwh']})",
    }
    if line in of_invested:
        return of_invested[line]
    if line in counted:
        return counted[line] + _powers(page, line, leave_out=SOURCE_PRICE)
    return at(page.lines[line], PLANNED, fixed="both") + _powers(page, line)


def _heat_price(page: Page, line: str) -> str:
    """Formula of what heat is sold for: a price of the user's own, or today's less a discount."""
    own_price = named.HEAT_PRICE
    if line == f"tariff_{GIVEN}":
        return f'IF({own_price}="",0,{own_price}*{page.own[HEAT]})'
    spared = _now(page, line.replace("tariff_", "spared_"))
    return f'IF({own_price}="",(1-{named.DISCOUNT})*{spared},0)'


def _powers(page: Page, line: str, *, leave_out: str = "") -> str:
    """Product of the assumptions that an amount hangs on, as the end of a formula."""
    factors = []
    for name, power in exponents(_table()[line]["drivers"]).items():
        cell = page.own.get(name) or (named.ratio_name(name) if name in page.shared else "")
        if cell and name != leave_out:
            factors.append(f"*{cell}" if power == 1.0 else f"*{cell}^{power:g}")
    return "".join(factors)


def _now(page: Page, line: str) -> str:
    """Cell of the amount of a line as it stands; nothing where the line is not shown."""
    return at(page.lines[line], NOW, fixed="both") if line in page.lines else "0"


def _invested(page: Page) -> str:
    """Sum of what is bought in year 0."""
    kinds = {line: about["kind"] for line, about in _table().items()}
    rows = [row for line, row in page.lines.items() if kinds[line] == INVESTMENT]
    if not rows:
        return "0"
    return f"SUM({at(min(rows), NOW, fixed='both')}:{at(max(rows), NOW, fixed='both')})"
