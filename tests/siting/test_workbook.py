"""The workbook: what it holds, that formulas and their values agree, that it runs nothing."""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest
from xlsxwriter.worksheet import Worksheet

from heatreach.siting import Scenario
from heatreach.siting.appraisal.bill import bill
from heatreach.siting.appraisal.carbon import carbon_figures
from heatreach.siting.appraisal.cash_flow import cash_lines, line_lives, line_profiles
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.ledger import ledger_of
from heatreach.siting.appraisal.line_values import study_factors
from heatreach.siting.appraisal.payers import payer_table
from heatreach.siting.appraisal.price_paths import price_paths
from heatreach.siting.appraise import appraise
from heatreach.siting.uncertain.drawn_flows import draw_npv
from heatreach.siting.uncertainty import study_model
from heatreach.siting.writing.results import filled_columns, in_order, with_registry_columns
from heatreach.siting.writing.workbook.book import TABLES, workbook_bytes
from heatreach.siting.writing.workbook.cash import FIGURES
from heatreach.siting.writing.workbook.cells import (
    FIXED_DAY,
    Book,
    put,
    put_formula,
    set_height,
    set_lines,
)
from heatreach.siting.writing.workbook.functions import present_value, rate_of_return, rounded
from heatreach.siting.writing.workbook.live import Cells, Live, at, figure, word
from heatreach.siting.writing.workbook.tables import HEADER_ROW

from .made_projects import energies

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from heatreach.siting.appraisal.conditions import Conditions

SAME = 1e-9
COUNTRY = "FI"
CONSUMERS, PEAK_KW = 12.0, 2000.0
MONEY = ("npv", "data_centre", "consumer", "public", "society")


def study(economics: dict[str, Any] | None = None) -> tuple[Scenario, Conditions]:
    """A study with these decisions."""
    scenario = Scenario.model_validate({"economics": economics or {}})
    return scenario, conditions_of(scenario, COUNTRY)


def projects(scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """Two projects; what their consumers pay follows the scenario, as `consumer_terms` says."""
    made, economics = energies(2), scenario.economics
    own, kept = economics.heat_tariff_per_mwh, 1.0 - economics.tariff_discount_share
    made = made.assign(peak_sum_kw=PEAK_KW, consumers=CONSUMERS)
    made = made.assign(
        tariff_gas=kept * made["spared_gas"] if own is None else 0.0,
        tariff_boiler=kept * made["spared_boiler"] if own is None else 0.0,
        tariff_given=(own or 0.0) * made["heat_mwh"],
        connection_charge=economics.connection_charge_per_kw * PEAK_KW,
        standing_charge=economics.standing_charge_per_year * CONSUMERS,
    )
    carbon = carbon_figures(made, scenario, conditions)
    return made.assign(avoided_t_co2e=carbon["avoided_t_co2e"])


def expected(scenario: Scenario, conditions: Conditions) -> dict[str, dict[str, float]]:
    """Figures of each project as the study computes them."""
    made = projects(scenario, conditions)
    found = appraise(made, scenario, conditions)
    paid = payer_table(bill(made, scenario, conditions), scenario, conditions)
    worths = paid.pivot_table(index="project_id", columns="payer", values="npv")
    joined = found.join(worths.drop(columns="operator"))
    return {str(name): dict(row[list(FIGURES)]) for name, row in joined.iterrows()}


def plan_of(plan: Any, scenario: Scenario, conditions: Conditions) -> Any:
    """The made-up plan with projects, payers and ledger that belong together."""
    made = projects(scenario, conditions)
    total = bill(made, scenario, conditions)
    ranges = study_model(total, made, scenario, conditions, COUNTRY).ranges
    ledger = ledger_of(total, ranges, scenario, conditions, country=COUNTRY)
    figures = expected(scenario, conditions)
    columns = {
        name: [figures[p][name] for p in made.index] for name in FIGURES if name not in MONEY
    }
    rows = plan.projects.assign(
        project_id=list(made.index),
        status="ok",
        npv=[figures[name]["npv"] for name in made.index],
        **columns,
    )
    payers = with_registry_columns(payer_table(total, scenario, conditions), "payers")
    tables = plan.assessment.tables | {"payers": payers}
    assessment = dataclasses.replace(plan.assessment, tables=tables, ledger=ledger)
    return dataclasses.replace(plan, projects=rows, assessment=assessment)


def opened(content: bytes, **how: bool) -> Any:
    """A workbook as openpyxl reads it."""
    return openpyxl.load_workbook(io.BytesIO(content), **how)


def cell_of(book: Any, name: str) -> Any:
    """The cell that has a name, or that stands in column E beside a label of the first project."""
    if name in book.defined_names:
        sheet, address = book.defined_names[name].attr_text.split("!")
        return book[sheet][address.replace("$", "")]
    sheet = book["Project 1"]
    return next(sheet.cell(row[0].row, 5) for row in sheet.iter_rows() if row[0].value == name)


def live_only(content: bytes) -> Any:
    """The sheets that move, without the tables: much quicker to save and to recompute."""
    book = opened(content)
    for name in book.sheetnames:
        if not name.startswith(("Inputs", "Years", "Project ")):
            del book[name]
    return book


def save_changed(book: Any, changes: dict[str, Any], path: Path) -> None:
    """
    Save a workbook with some yellow cells changed; figures of names with * are factors.

    openpyxl drops the stored values, so that whoever opens the file must compute them.
    """
    before = []
    for name, value in changes.items():
        cell = cell_of(book, name.removeprefix("*"))
        assert cell.fill.fgColor.rgb.endswith("FFF2CC"), f"{name} is no input"
        before.append((cell, cell.value))
        cell.value = cell.value * value if name.startswith("*") else value
    book.save(path)
    for cell, value in before:
        cell.value = value


class Case(NamedTuple):
    """Inputs as a user changes them, and what the study is asked for the same."""

    changes: dict[str, Any]
    economics: dict[str, Any]


_RATES = {"discount_rate_share": 0.08, "life_years": 30, "soft_cost_share": 0.2}
_RATES |= {"contingency_share": 0.15, "grant_share": 0.25}
_TARIFF = {"heat_tariff_per_mwh": 250.0, "connection_charge_per_kw": 100.0, "life_years": 12}
_TARIFF |= {"standing_charge_per_year": 300.0, "carbon_price_per_t": 50.0}
_CHANGE = {"electricity_price_change_share": 0.02, "gas_price_change_share": -0.01}
_LEVEL = _CHANGE | {"tariff_discount_share": 0.2}
_DAY = {"inflation_share": 0.02}
CASES = {
    "as planned": Case({}, {}),
    "rates": Case(_RATES | {"residual_value": "no"}, _RATES | {"residual_value": "none"}),
    "tariff": Case(_TARIFF, _TARIFF),
    "unpaid": Case({"heat_tariff_per_mwh": 0.0}, {"heat_tariff_per_mwh": 0.0}),
    "level": Case(_LEVEL | {"tariff_index": "no"}, _LEVEL | {"tariff_index": "level"}),
    "dear": Case(
        _CHANGE | {"electricity_price": 99.0}, _CHANGE | {"electricity_price_per_mwh": 99.0}
    ),
    "money of the day": Case(_DAY, _DAY | {"basis": "nominal"}),
}


@pytest.fixture(scope="module")
def plain_plan(plan_maker: Callable[..., Any]) -> Any:
    """Two projects as planned."""
    return plan_of(plan_maker(4), *study())


@pytest.fixture(scope="module")
def content(plain_plan: Any) -> bytes:
    """The workbook of two projects as planned."""
    return workbook_bytes(plain_plan)


HOSTILE = {
    '=HYPERLINK("http://127.0.0.1/x","click")': "",
    "+cmd|' /C calc'!A0": "",
    "@SUM(1+1)*cmd": "",
    "-2+3": "",
    "#REF!": "",
    "_x003D_1+1": "",
    "<b>&amp;</b>": "",
    "a\ufffe\x00b\u202e": "a b",
    "\t=1+1": "=1+1",
    "<r><t>a</t></r>": "<r><t>a</t></r> ",
}
"""Texts that would run, hide or break, and how they are seen where not as they are."""


LIVE_SHEETS = ("Summary", "Inputs", "Years")
UNPAID = {"basis": "nominal", "inflation_share": 0.02, "heat_tariff_per_mwh": 0.0}
UNPAID |= {"residual_value": "none", "tariff_index": "level", "life_years": 7}


@pytest.fixture(scope="module")
def written(plan_maker: Callable[..., Any], content: bytes) -> dict[str, bytes]:
    """Workbooks as we write them, of studies unlike each other."""
    studies = {"given": by_year(), "never pays": study(UNPAID)}
    plans = {name: plan_of(plan_maker(4), *about) for name, about in studies.items()}
    return {"as planned": content} | {name: workbook_bytes(plan) for name, plan in plans.items()}


@pytest.fixture(scope="module")
def recomputed(
    plan_maker: Callable[..., Any],
    written: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """Every workbook of this file as LibreOffice recomputes it, in one start of the program."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-calc-nogui")
    folder = tmp_path_factory.mktemp("office")
    opened(written["as planned"]).save(folder / "as planned.xlsx")
    cases = {name: case.changes for name, case in CASES.items() if case.changes}
    cases["lives"] = {"life_of_pipe": 30.0, "life_of_heat_pump": 11.0}
    book = live_only(written["as planned"])
    for name, changes in (cases | {"drivers": DRIVERS}).items():
        save_changed(book, changes, folder / f"{name}.xlsx")
    of_the_user = live_only(written["given"])
    save_changed(of_the_user, {}, folder / "given.xlsx")
    save_changed(of_the_user, {"source_heat_price": 25.0}, folder / "not free.xlsx")
    save_changed(live_only(written["never pays"]), {}, folder / "never pays.xlsx")
    (folder / "functions.xlsx").write_bytes(functions_book()[0])
    warned = dataclasses.replace(plan_maker(3), run={"warnings": list(HOSTILE)})
    (folder / "hostile.xlsx").write_bytes(workbook_bytes(warned))
    files = [str(path) for path in sorted(folder.glob("*.xlsx"))]
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir"]
    subprocess.run([*command, str(folder / "out"), *files], check=True, capture_output=True)
    done = sorted((folder / "out").glob("*.xlsx"))
    assert len(done) == len(files)
    return {
        path.stem: openpyxl.load_workbook(path, data_only=True, read_only=True) for path in done
    }


ODD_FLOWS = [-100.0, 25.0, 35.0, -21.0]
"""Newton steps from 0.1 end at a rate of -169 %, which is none."""
HALVES = ((1.005, 2), (2.675, 2), (-0.5, 0), (0.1 + 0.2, 1), (-2.345, 2), (1234567.0, 6))


def functions_book() -> tuple[bytes, list[Any]]:
    """A workbook of functions that are easily got wrong, without stored values, and our values."""
    book = Book()
    sheet = book.add_sheet("Sheet")
    for column, flow in enumerate(ODD_FLOWS, start=1):
        put(sheet, 1, column, flow)
    flows = Cells(f"A1:{at(1, len(ODD_FLOWS))}", ODD_FLOWS)
    starts = [[figure(0.1)], [figure(0.1), figure(-0.1)]]
    ours = [rate_of_return(flows, start, none=word("none")) for start in starts]
    for row, (value, digits) in enumerate(HALVES, start=2):
        put(sheet, row, 2, value)
        ours.append(rounded(Live(at(row, 2), value), digits))
    for row, formula in enumerate(ours, start=1):
        put_formula(sheet, row, 10, formula)
    plain = io.BytesIO()
    opened(book.content()).save(plain)
    return plain.getvalue(), [formula.value for formula in ours]


DRIVERS = {
    "*Heat that consumers take": 1.2,
    "*COP of the heat pump": 0.9,
    "*Cost of pipes and trenches": 1.5,
    "*upkeep": 1.3,
    "*gas_price": 1.1,
    "*heat_pump_cost": 0.8,
}
DRIVER_NAMES = ("demand", "cop", "pipe_cost", "upkeep", "gas_price", "heat_pump_cost")


def by_year(source_heat: float = 0.0) -> tuple[Scenario, Conditions]:
    """A study with a price of electricity by year, in which heat of data centres is free."""
    scenario, conditions = study({"source_heat_price_per_mwh": source_heat})
    path = tuple((1.0 + 0.1 * np.sin(np.arange(60.0))).tolist())
    path = (1.0, *path[1:])
    return scenario, dataclasses.replace(conditions, given_price_paths=(("electricity", path),))


def shown(book: Any, sheet: str) -> dict[str, Any]:
    """Figures as the workbook comes to them."""
    rows = book[sheet].iter_rows(min_row=5, max_row=4 + len(FIGURES), values_only=True)
    return dict(zip(FIGURES, (row[4] for row in rows), strict=True))


def assert_same(book: Any, wanted: dict[str, dict[str, float]]) -> None:
    """The figures of both projects are those wanted."""
    for number, figures in enumerate(wanted.values(), start=1):
        found = shown(book, f"Project {number}")
        for name, wanted_value in figures.items():
            if np.isnan(wanted_value):
                assert found[name] == "none", (number, name)
            else:
                assert found[name] == pytest.approx(wanted_value, rel=SAME, abs=1e-6), (
                    number,
                    name,
                )


@pytest.mark.parametrize("name", CASES)
def test_golden_libreoffice_finds_what_the_study_finds(
    recomputed: dict[str, Any], name: str
) -> None:
    case = CASES[name]
    assert_same(recomputed[name], expected(*study(case.economics)))


def test_golden_changes_move_the_figures(recomputed: dict[str, Any]) -> None:
    """Else the cases above would hold for a workbook in which nothing moves."""
    planned = shown(recomputed["as planned"], "Project 1")
    for name in set(CASES) - {"as planned", "money of the day"}:
        assert abs(shown(recomputed[name], "Project 1")["npv"] - planned["npv"]) > 1000.0, name
    of_the_day = shown(recomputed["money of the day"], "Project 1")
    assert of_the_day["npv"] == pytest.approx(planned["npv"], rel=SAME)
    assert of_the_day["irr_share"] == pytest.approx(
        (1.0 + planned["irr_share"]) * 1.02 - 1.0, rel=SAME
    )


def test_golden_libreoffice_with_other_lives(recomputed: dict[str, Any]) -> None:
    scenario, conditions = study()
    lives = line_lives() | {"technology_costs/pipe": 30.0, "heat_pumps/large_1mw": 11.0}
    paths = price_paths(scenario, conditions, 25)
    profiles = line_profiles(25, lives, paths, residual=True)
    amounts = bill(projects(scenario, conditions), scenario, conditions).amounts.to_numpy()
    signs = cash_lines()["operator"].to_numpy()
    worths = (amounts * signs) @ profiles @ study_factors(scenario)
    for number, worth in enumerate(worths, start=1):
        found = shown(recomputed["lives"], f"Project {number}")["npv"]
        assert found == pytest.approx(worth, rel=SAME)


def test_golden_libreoffice_with_other_assumptions(recomputed: dict[str, Any]) -> None:
    """Heat, COP and pipes of the first project alone; upkeep, gas and machines of both."""
    scenario, conditions = study()
    made = projects(scenario, conditions)
    model = study_model(bill(made, scenario, conditions), made, scenario, conditions, COUNTRY)
    for row in range(2):
        drawn = model.ranges.centre[row].copy()[:, None]
        changes = dict(zip(DRIVER_NAMES, DRIVERS.values(), strict=True))
        for name, factor in changes.items():
            own = name in ("demand", "cop", "pipe_cost")
            drawn[model.ranges.drivers.index.get_loc(name)] *= factor if row == 0 or not own else 1
        found = shown(recomputed["drivers"], f"Project {row + 1}")["npv"]
        assert found == pytest.approx(float(draw_npv(model, row, drawn)[0]), rel=SAME)


def test_golden_libreoffice_with_prices_by_year(recomputed: dict[str, Any]) -> None:
    assert_same(recomputed["given"], expected(*by_year()))
    assert_same(recomputed["not free"], expected(*by_year(25.0)))


def test_golden_libreoffice_where_nothing_pays(recomputed: dict[str, Any]) -> None:
    assert_same(recomputed["never pays"], expected(*study(UNPAID)))


def cells_of(book: Any) -> dict[tuple[str, str], Any]:
    """Every cell of a workbook by its sheet and address."""
    return {
        (page.title, c.coordinate): c
        for page in book
        for row in page.iter_rows()
        for c in row
        if c.value is not None
    }


Places = dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def stored(written: dict[str, bytes]) -> dict[str, Places]:
    """What stands stored beside every formula of each workbook, blank where nothing does."""
    found = {}
    for name, file in written.items():
        values = cells_of(opened(file, data_only=True))
        formulas = [place for place, c in cells_of(opened(file)).items() if c.data_type == "f"]
        found[name] = {place: getattr(values.get(place), "value", None) for place in formulas}
    return found


@pytest.mark.parametrize("name", ["as planned", "given", "never pays"])
def test_golden_libreoffice_recomputes_every_stored_value(
    recomputed: dict[str, Any], stored: dict[str, Places], name: str
) -> None:
    """Every formula of every sheet: what we stored beside it is what it comes to."""
    sheets = set(recomputed[name].sheetnames)
    found = cells_of(recomputed[name])
    compared = {place: ours for place, ours in stored[name].items() if place[0] in sheets}
    assert len(compared) > 4000
    for place, ours in compared.items():
        theirs = found[place].value
        if isinstance(ours, str):
            assert ours == theirs, place
        else:
            assert ours == pytest.approx(theirs, rel=SAME, abs=1e-12), place


def test_golden_libreoffice_finds_what_our_functions_find(recomputed: dict[str, Any]) -> None:
    """Rates below -100 % are none, and halves are rounded as they are written."""
    rows = recomputed["functions"]["Sheet"].iter_rows(min_col=10, max_col=10, values_only=True)
    found, ours = [row[0] for row in rows], functions_book()[1]
    assert found[0] == ours[0] == "none"
    assert found == [pytest.approx(value) if value != "none" else value for value in ours]
    assert found[2:5] == [1.01, 2.68, -1.0]


def test_powers_that_are_no_number() -> None:
    figures = [figure(base) ** power for base, power in ((0.0, -1.0), (-8.0, 0.5), (1e300, 2.0))]
    assert np.isnan([part.number for part in figures]).all()
    assert (figure(-2) ** 2).value == 4.0


@pytest.mark.parametrize("text", ["", "none"])
def test_flows_reject_texts(text: str) -> None:
    """Spreadsheets leave them out, and every year behind would move."""
    flows = Cells("A1:C1", [-1.0, text, 2.0])
    with pytest.raises(ValueError, match="A1:C1 holds a text"):
        present_value(figure(0.1), flows)
    with pytest.raises(ValueError, match="A1:C1 holds a text"):
        rate_of_return(flows, [figure(0.1)], none=word("none"))


def test_no_row_is_higher_than_spreadsheets_allow() -> None:
    book = Book()
    sheet = book.add_sheet("Sheet")
    set_height(sheet, 1, ["word " * 6000], [40.0])
    set_lines(sheet, 2, 3, gap=4.0)
    heights = opened(book.content())["Sheet"].row_dimensions
    assert 408.0 < heights[1].height <= 409.0
    assert heights[2].height == pytest.approx(49.0, abs=0.75)


def test_formulas_are_stored_as_they_are_without_a_search() -> None:
    """The method that does so is one of XlsxWriter's own, which may rename it."""
    assert callable(Worksheet._prepare_formula)
    book = Book()
    sheet = book.add_sheet("Sheet")
    put_formula(sheet, 1, 1, Live("BYROW(1)", 1.0))
    assert opened(book.content())["Sheet"]["A1"].value.text == "=BYROW(1)"


def test_every_formula_has_a_stored_value(stored: dict[str, Places]) -> None:
    """Previews, phones and Excel's Protected View do not compute; nor does pandas."""
    for name, values in stored.items():
        assert {sheet for sheet, _ in values} == {*LIVE_SHEETS, "Project 1", "Project 2"}, name
        assert not [place for place, value in values.items() if value is None], name
    assert abs(stored["as planned"]["Project 1", "E5"]) > 1000.0
    assert stored["never pays"]["Project 1", "E6"] == "none"


def test_formula_that_comes_to_nothing_is_refused() -> None:
    sheet = Book().add_sheet("Sheet")
    with pytest.raises(ValueError, match="B3: 1/0 comes to nan"):
        put_formula(sheet, 3, 2, figure(1) / 0)
    with pytest.raises(ValueError, match="comes to ''"):
        put_formula(sheet, 3, 2, word(""))


def test_golden_rate_of_return_as_microsoft_gives_it() -> None:
    """The example of Microsoft's page on IRR: a business of 70,000 over four and five years."""
    flows = [-70_000.0, 12_000.0, 15_000.0, 18_000.0, 21_000.0, 26_000.0]
    four = rate_of_return(Cells("A2:A6", flows[:5]), [figure(0.1)], none=word("none"))
    five = rate_of_return(Cells("A2:A7", flows), [figure(0.1)], none=word("none"))
    two = rate_of_return(Cells("A2:A4", flows[:3]), [figure(-0.1)], none=word("none"))
    assert four.value == pytest.approx(-0.021, abs=5e-4)
    assert five.value == pytest.approx(0.087, abs=5e-4)
    assert two.value == pytest.approx(-0.444, abs=5e-4)


def test_project_has_a_chart_that_follows_its_rows(content: bytes) -> None:
    book = opened(content)
    for sheet in (book["Project 1"], book["Project 2"]):
        (chart,) = sheet._charts
        bars, line = chart.series[0], chart._charts[1].series[0]
        for series, label in ((bars, "Operator, in real money"), (line, "discounted and added up")):
            name, cells = series.tx.strRef.f, series.val.numRef.f
            row = int(name.rsplit("$", 1)[1])
            assert label in sheet.cell(row, 1).value
            assert cells == f"'{sheet.title}'!$K${row}:{cells.split(':')[1]}"
            assert cells.endswith(f"${row}")
    assert not [sheet.title for sheet in book if sheet._charts and sheet.title[:7] != "Project"]


def test_golden_inputs_say_what_the_draws_do(content: bytes) -> None:
    sheet = opened(content)["Inputs"]
    heads = [cell.value for cell in sheet[4]]
    name, said = heads.index("name"), heads.index("in the draws")
    told = {row[name]: row[said] for row in sheet.iter_rows(min_row=5, values_only=True)}
    assert told["electricity_price"] == "drawn"
    assert told["soft_cost_share"] == "drawn"
    assert told["contingency_share"] == "held"
    for key in ("discount_rate_share", "life_years", "tariff_discount_share", "grant_share"):
        assert told[key] == "decision", key


def test_property_sheets_print_on_their_side(content: bytes) -> None:
    for sheet in opened(content):
        assert sheet.page_setup.orientation == "landscape", sheet.title
        assert int(sheet.page_setup.paperSize) == 9, "not A4"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.oddFooter.right.text.startswith("heatreach, ")
        assert sheet.oddFooter.left.text
        if sheet.title != "Read me":
            assert sheet.freeze_panes, sheet.title
            assert sheet.print_title_rows, sheet.title


def test_property_no_formula_fails(recomputed: dict[str, Any]) -> None:
    for name in ("as planned", "not free"):
        for sheet in recomputed[name]:
            failed = [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "e"]
            assert not failed, (name, sheet.title, failed[:3])


def test_property_hostile_texts_are_literal_in_libreoffice(recomputed: dict[str, Any]) -> None:
    rows = recomputed["hostile"]["Warnings"].iter_rows(min_row=HEADER_ROW + 1, values_only=True)
    texts = [text for kind, text in rows if kind == "warning"]
    assert texts == [seen or text for text, seen in HOSTILE.items()]


def test_property_hostile_names_never_become_formulas(
    plan_maker: Callable[..., Any], content: bytes
) -> None:
    texts = list(HOSTILE)
    made = plan_of(plan_maker(4, name=lambda n: texts[n], extra_column="=1+1"), *study())
    run = made.run | {"warnings": texts, "left_out": dict.fromkeys(texts, 3)}
    register = made.assumptions.assign(key=texts[:2], source=texts[2:4], locator=texts[4:6])
    written = workbook_bytes(dataclasses.replace(made, run=run, assumptions=register))
    with zipfile.ZipFile(io.BytesIO(written)) as file:
        for name in file.namelist():
            ElementTree.fromstring(file.read(name))
    books = (opened(content), opened(written))
    ours, cells = (
        [cell for sheet in book for row in sheet.iter_rows() for cell in row] for book in books
    )
    own = {cell.value for cell in ours if cell.data_type == "f"}
    assert {c.value for c in cells if c.data_type == "f"} == own
    begin = ("=", "+", "-", "@", "'")
    words = [c for c in cells if c.data_type == "s"]
    assert all(c.quotePrefix for c in words if c.value.startswith(begin))
    assert not any(c.data_type == "e" for c in cells)
    assert books[0].sheetnames == books[1].sheetnames
    assert set(books[0].defined_names) == set(books[1].defined_names)


def test_property_tables_stand_as_they_are(plain_plan: Any, content: bytes) -> None:
    """Every figure, to the digits that a spreadsheet keeps."""
    book = opened(content)
    described = {row[:2] for row in book["Data dictionary"].iter_rows(values_only=True)}
    for name, (title, _) in TABLES.items():
        assert {(name, column) for column in plain_plan.assessment.tables[name]} <= described
        table = plain_plan.assessment.tables[name]
        rows = list(book[title].iter_rows(min_row=HEADER_ROW, values_only=True))
        assert list(rows[0]) == list(table.columns)
        assert len(rows) == len(table) + 1
        for number, column in enumerate(table.columns):
            if table[column].dtype == float:
                found = [np.nan if row[number] is None else row[number] for row in rows[1:]]
                wanted = in_order(table, name)[column].to_numpy()
                np.testing.assert_allclose(found, wanted, rtol=1e-15, err_msg=f"{name} {column}")
    assert "EUR/MWh" in [cell.value for cell in book["Figures"][HEADER_ROW - 1]]


def test_property_equal_plans_give_equal_bytes(
    plan_maker: Callable[..., Any], content: bytes
) -> None:
    again = plan_of(plan_maker(4), *study())
    shuffled = dataclasses.replace(again, projects=again.projects.iloc[::-1])
    assert workbook_bytes(shuffled) == content
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert {member.date_time for member in file.infolist()} == {FIXED_DAY.timetuple()[:6]}
        core = file.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2


def test_docs_workbook_says_what_it_is(content: bytes, plain_plan: Any) -> None:
    book = opened(content)
    wanted = ["Read me", "Summary", "Inputs", "Years", "Project 1", "Project 2"]
    assert book.sheetnames[: len(wanted)] == wanted
    assert book.sheetnames[-3:] == ["Assumptions", "Warnings", "Data dictionary"]
    about = " ".join(str(row[0]) for row in book["Read me"].iter_rows(values_only=True))
    for words in ("EUR 2024", "OpenStreetMap contributors", "Yellow", "Blue", "does not exist"):
        assert words in about
    for name in book.defined_names:
        assert cell_of(book, name).value is not None or name == "heat_tariff_per_mwh"
    warned = [row[1] for row in book["Warnings"].iter_rows(values_only=True)]
    assert "café" in warned


def test_study_without_projects_has_a_workbook(made_plan: Any) -> None:
    book = opened(workbook_bytes(dataclasses.replace(made_plan, projects=made_plan.projects[1:])))
    assert "Inputs" not in book.sheetnames
    assert "p1: no consumer is worth a pipe" in [
        row[1] for row in book["Warnings"].iter_rows(values_only=True)
    ]
    empty = filled_columns(made_plan.projects.iloc[:0], "projects")
    assert opened(workbook_bytes(dataclasses.replace(made_plan, projects=empty)))["Summary"]


def test_workbook_says_which_cash_flows_it_leaves_out(
    plain_plan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heatreach.siting.writing.workbook.book.MOST_CASH_FLOWS", 1)
    book = opened(workbook_bytes(plain_plan))
    assert [name for name in book.sheetnames if name.startswith("Project")] == ["Project 1"]
    texts = [row[1] for row in book["Warnings"].iter_rows(values_only=True)]
    assert "Only the first 1 of 2 projects have a sheet with their cash flow." in texts
