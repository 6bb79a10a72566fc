"""The report template, run as a consultant would: by papermill, with parameters of their own."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import nbformat
import pandas as pd
import papermill
import pytest
from openpyxl import load_workbook
from papermill.exceptions import PapermillExecutionError
from pypdf import PdfReader

from .running import closed, kernel_environment, outputs, stored

if TYPE_CHECKING:
    from pathlib import Path

NAME = "04_feasibility_report"
SITES = """id,name,lat,lon,it_load_kw,cooling,hypothetical
own-1,"Own <site> = 1",60.5375,26.9429,1500,air_hall,true
"""


def _summary(book: Path) -> dict[str, Any]:
    """First project of the sheet Summary, by the values stored in its cells."""
    rows = load_workbook(book, data_only=True)["Summary"].iter_rows(values_only=True)
    cells = [row for row in rows if row[0] in ("rank", 1)]
    return dict(zip([str(name) for name in cells[0]], cells[1], strict=True))


def _after(label: str, text: str) -> float:
    """Amount that a document first gives behind a label, in whole units."""
    found = re.search(
        rf"{label}\D*?(?:at [\d.]+ % a year\s+)?(−?\d[\d,.]*)\s+(thousand|million)?", text
    )
    assert found
    scale = {"thousand": 1e3, "million": 1e6}.get(found[2], 1.0)
    return scale * float(found[1].replace(",", "").replace("−", "-"))


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the report under some parameters; returns folder and executed notebook."""
    template = tmp_path / f"{NAME}.ipynb"
    nbformat.write(closed(stored(NAME)), template)
    for name, value in kernel_environment(tmp_path / "home").items():
        monkeypatch.setenv(name, value)

    def made(**parameters: Any) -> Any:
        (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
        return papermill.execute_notebook(
            str(template), str(tmp_path / "done.ipynb"), parameters=parameters,
            kernel_name="python3", cwd=str(tmp_path), progress_bar=False,
        )  # fmt: skip

    return made


def test_docs_template_makes_the_report_of_its_parameters(made: Any, tmp_path: Path) -> None:
    """Own site, radius, rate, life, grant and price are in the files and their figures."""
    done = made(
        sites="sites.csv", out="handed", radius_m=400, discount_rate_share=0.05,
        life_years=30, grant_share=0.2, electricity_price_per_mwh=110,
    )  # fmt: skip
    assert [out for out in outputs(done) if out.get("name") == "stderr"] == []
    folder = tmp_path / "handed"
    project = pd.read_csv(folder / "projects.csv").iloc[0]
    assert project["status"] == "ok"
    assert project["grant"] == pytest.approx(0.2 * project["capex"], rel=1e-6)
    flow = pd.read_csv(folder / "cash_flow.csv").groupby("year")["operator"].sum()
    assert flow.index.max() == 30
    assert project["npv"] == pytest.approx(sum(flow / 1.05**flow.index), rel=1e-6)
    summary = _summary(folder / "workbook.xlsx")
    for column in ("heat_mwh", "capex", "npv", "lcoh_per_mwh"):
        assert summary[column] == pytest.approx(project[column], rel=1e-6)
    for column in ("npv", "lcoh_per_mwh"):
        assert summary[f"{column} recomputed"] == pytest.approx(project[column], rel=1e-6)
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "Own &lt;site&gt; = 1" in report
    assert "<site>" not in report
    pages = [page.extract_text() for page in PdfReader(folder / "map_sheets.pdf").pages]
    sheet = next(page for page in pages if "Heat delivered" in page)
    for text in (unescape(re.sub("<[^>]+>", " ", report)), sheet):
        assert _after("Heat delivered", text) == pytest.approx(project["heat_mwh"], rel=0.005)
        assert _after("Net present value", text) == pytest.approx(project["npv"], rel=0.005)
        assert _after("Cost of heat", text) == pytest.approx(project["lcoh_per_mwh"], rel=0.005)


@pytest.mark.parametrize(
    ("parameters", "messages"),
    [
        ({"discount_rate": 0.05}, ["no parameter: discount_rate; known are sites"]),
        (
            {"discount_rate_share": 3.5, "life_years": 0},
            ["discount_rate_share: 3.5 is too large", "life_years: 0 is too small"],
        ),
    ],
    ids=["unknown_name", "per_cent"],
)
def test_template_rejects_wrong_parameters(
    made: Any, tmp_path: Path, parameters: dict[str, Any], messages: list[str]
) -> None:
    """Papermill by itself only warns and goes on; here all is said at once and nothing written."""
    with pytest.raises(PapermillExecutionError) as refusal:
        made(out="handed", **parameters)
    assert all(message in str(refusal.value) for message in messages)
    assert not (tmp_path / "handed").exists()
