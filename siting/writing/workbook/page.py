"""
The page of a project in a workbook: where things stand on it, and its own assumptions.

What differs from project to project (its heat, its COP, what its pipes cost) is changed here; what
all share is in `inputs`. The lines below are written by `lines`, the sums and
figures by `cash`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from . import named
from .cells import FIGURE, HEAD, INPUT, MONEY, at, put, put_formula, unit_word
from .years import SHEET as YEARS_SHEET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from ...appraisal.ledger import Ledger
    from .years import Rows

PLANNED, NOW, DIFFERENCE, LOW, HIGH, RATIO = 4, 5, 6, 6, 7, 8
PAYER_COLUMN, COST_COLUMN = 6, 10
"""Of the lines: how each payer sees the row, and the cost of heat."""
OPERATOR, DEMAND, HEAT, SOURCE_PRICE = "operator", "demand", "heat", "source_heat_price"
MANY = 1000.0
"""From here on figures are shown without decimals."""
OWN_UNIT = ("line", "column")
"""How drivers get their range that have a figure of their own in each project."""
QUANTITY_LABELS = {
    HEAT: ("Heat delivered", "MWh/year"),
    "peak_sum_kw": ("Peak demand of all consumers, added up", "kW"),
    "consumers": ("Consumers connected", ""),
    "avoided_t_co2e": ("Emissions avoided in the first year", "t CO2e/year"),
    "heat_pump_mwh": ("Heat given out by heat pump and exchanger", "MWh/year"),
    "source_mwh": ("Heat taken from the data centre", "MWh/year"),
}


class Project(NamedTuple):
    """What the sheet says of a project besides its ledger."""

    project_id: str
    title: str
    note: str
    figures: Mapping[str, float]


@dataclass(slots=True, kw_only=True)
class Page:
    """A sheet being written, and where things stand on it."""

    sheet: Worksheet
    ledger: Ledger
    project: Project
    profiles: Rows
    shared: frozenset[str]
    own: dict[str, str]
    lines: dict[str, int]
    rows: dict[str, int]
    columns: range

    def years(self, row: int, *, start: int = 0) -> str:
        """Cells of a row from a year on."""
        return f"{at(row, self.columns[start])}:{at(row, self.columns[-1])}"

    def on_years(self, row: int, *, start: int = 0) -> str:
        """The same of the sheet of the years."""
        return f"{YEARS_SHEET}!{self.years(row, start=start)}"


def write_own_inputs(page: Page, row: int) -> int:
    """Assumptions of this project alone; returns the row for what comes next."""
    titles = ("This project's own assumptions", "unit", "", "as planned", "now", "low", "high")
    for column, title in enumerate((*titles, "ratio"), start=1):
        put(page.sheet, row, column, title, look=HEAD)
    for name in named.used_drivers(page.ledger, own=True):
        row += 1
        _write_row(page, row, _own_driver(page, name))
        ratio = f"{at(row, NOW)}/{at(row, PLANNED)}"
        put_formula(page.sheet, row, RATIO, ratio, form=FIGURE)
        page.own[name] = at(row, RATIO, fixed="both")
        if name == DEMAND:
            page.own[HEAT] = at(row, NOW, fixed="both")
    quantities = dict(page.ledger.quantities.loc[page.project.project_id])
    if HEAT not in page.own:
        quantities[HEAT] = page.ledger.heat_mwh[page.project.project_id]
    for name, value in quantities.items():
        row += 1
        label, unit = QUANTITY_LABELS[str(name)]
        _write_row(page, row, [label, unit, "", float(value), float(value)])
        page.own[str(name)] = at(row, NOW, fixed="both")
    return row + 3


def _own_driver(page: Page, name: str) -> list[Any]:
    """A driver of this project alone: in its own unit where it has a figure, else as a factor."""
    ranges = page.ledger.ranges
    number = ranges.rows.get_loc(page.project.project_id)
    place = ranges.drivers.index.get_loc(name)
    about, figure = ranges.drivers.loc[name], float(ranges.figure[number, place])
    label, unit = named.sentence_case(str(about["label"])), str(about["unit"])
    if about["how"] in OWN_UNIT and figure > 0.0:
        currency = page.ledger.scenario.economics.money.split()[0]
        unit = unit.replace("EUR", currency)
    else:
        label, unit, figure = f"{label}, times what is planned", "dimensionless", 1.0
    ends = [figure * float(end[number, place]) for end in (ranges.low, ranges.high)]
    return [label, unit_word(unit), "", figure, figure, *ends]


def _write_row(page: Page, row: int, cells: list[Any]) -> None:
    """An assumption with its cell to change."""
    form = MONEY if cells[PLANNED - 1] >= MANY else FIGURE
    for column, value in enumerate(cells, start=1):
        look = INPUT if column == NOW else ""
        put(page.sheet, row, column, value, look=look, form=form)
