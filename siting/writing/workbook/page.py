"""
The page of a project in a workbook: where things stand on it, and its own assumptions.

What differs from project to project (its heat, its COP, what its pipes cost) is changed here; what
all share is in `inputs`. The lines below are written by `lines`, the sums and
figures by `cash`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from . import named
from .cells import HEAD, HEAD_OF_FIGURES, INPUT, put, put_formula
from .inputs import RATIO_FORM, input_form
from .live import Live, at
from .tables import unit_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...appraisal.ledger import Ledger
    from .cells import Sheet
    from .inputs import Names
    from .live import Cells
    from .years import Profiles, YearRows

PLANNED, NOW, DIFFERENCE, RATIO = 4, 5, 6, 8
PAYER_COLUMN, COST_COLUMN = 6, 10
"""Of the lines: how each payer sees the row, and the cost of heat."""
OPERATOR, DEMAND, HEAT, SOURCE_PRICE = "operator", "demand", "heat", "source_heat_price"
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

    sheet: Sheet
    ledger: Ledger
    project: Project
    names: Names
    profiles: Profiles
    years: YearRows
    shared: frozenset[str]
    rows: dict[str, int]
    own: dict[str, Live] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, Live] = field(default_factory=dict)
    weights: dict[int, Cells] = field(default_factory=dict)


def write_own_inputs(page: Page, row: int) -> int:
    """Assumptions of this project alone; returns the row for what comes next."""
    titles = ("This project's own assumptions", "unit", "", "as planned", "now", "low", "high")
    put_titles(page.sheet, row, (*titles, "ratio"))
    for name in named.used_drivers(page.ledger, own=True):
        row += 1
        now = _write_row(page, row, _own_driver(page, name))
        ratio = Live(at(row, NOW), now.value) / Live(at(row, PLANNED), now.value)
        value = put_formula(page.sheet, row, RATIO, ratio, form=RATIO_FORM)
        page.own[name] = Live(at(row, RATIO, fixed="both"), value)
        if name == DEMAND:
            page.own[HEAT] = now
    quantities = dict(page.ledger.quantities.loc[page.project.project_id])
    if HEAT not in page.own:
        quantities[HEAT] = page.ledger.heat_mwh[page.project.project_id]
    for name, value in quantities.items():
        row += 1
        label, unit = QUANTITY_LABELS[str(name)]
        cells = [label, unit, "", float(value), float(value)]
        page.own[str(name)] = _write_row(page, row, cells, name=str(name))
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


def put_titles(sheet: Sheet, row: int, titles: Sequence[str]) -> None:
    """Names of columns on the page of a project; figures stand from the planned ones on."""
    for column, title in enumerate(titles, start=1):
        put(sheet, row, column, title, look=HEAD_OF_FIGURES if column >= PLANNED else HEAD)


def _write_row(page: Page, row: int, cells: list[Any], *, name: str = "") -> Live:
    """An assumption with its cell to change; returns that cell."""
    for column, value in enumerate(cells, start=1):
        look = INPUT if column == NOW else ""
        put(page.sheet, row, column, value, look=look, form=input_form(name, value))
    return Live(at(row, NOW, fixed="both"), float(cells[NOW - 1]))
