"""
The folder a plan hands out: every file written whole, equal plans giving equal bytes.

A plan made with zones hands out theirs too, in the same folder and on the same map.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import indicative
from .atlas.sheet_list import ATLAS, left_out
from .atomic import RECORD, whole_files
from .layers.geopackage import write_layers
from .maps.background import hypothetical_note, is_hypothetical
from .maps.drawing import draw_map
from .record import tiles_used, write_record, write_text
from .report.document import draw_report
from .sheets import (
    ASSESSMENT_TABLES,
    DESCRIBED_WITH_ZONES,
    WRITTEN_TABLES,
    register_of,
    write_assumptions,
    write_columns,
    write_edges,
    write_table,
)
from .workbook.book import write_workbook
from .zone_handout import CLOSING, file_list, write_zone_files, zone_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..reading.tile_source import TileSource
    from .results import FinishedPlan

CONTENTS = {
    "map.html": "map of the plan; opens in any browser, needs no internet",
    "report.html": "the plan as a report, a sheet per project; needs no internet, prints to A4",
    ATLAS: "map sheets, A3 landscape: an overview, one per network, one per zone; for print",
    "projects.csv": "one heat network per data centre, ranked",
    "links.csv": "each data centre with each consumer in reach, ranked; status says why not",
    "options.csv": "each link with every way to make its heat, the chosen one marked",
    "project_options.csv": "each network with every way to make its heat, the chosen one marked",
    "cash_flow.csv": "money of each project by year and part, for each who pays or is paid",
    "figures.csv": "present value, return, payback and cost of heat at several rates and years",
    "lcoh_parts.csv": "what the heat of each project costs, part by part",
    "payers.csv": "what operator, data centre, consumers and public pay and gain",
    "carbon_by_year.csv": "emissions avoided and caused by each project, year by year",
    "energy_by_month.csv": "heat of each network by month, and what makes it",
    "load_duration.csv": "load of each network from the highest hour down, and what serves it",
    "compliance.csv": "what rules of law and funding say of each project, with their source",
    "uncertainty.csv": "low, middle and high outcome (P10, P50, P90) of each headline figure",
    "gates.csv": "how often each threshold is met, over the draws",
    "sensitivity.csv": "each assumption alone: what it moves, its part of the spread, break-even",
    "cases.csv": "headline figures in named cases, side by side",
    "edges.parquet": "trench sections of all networks with pipe sizes (GeoParquet)",
    "plan.gpkg": "the same as layers for QGIS (GeoPackage)",
    "workbook.xlsx": "tables, and cash flows as formulas: change an assumption and see",
    "assumptions.csv": "every assumed figure with its range, unit and source",
    "columns.csv": "meaning, unit and price base of every column",
    RECORD: "versions, inputs with their hashes, options, warnings, hashes of these files",
    "README.txt": "this text",
}


FORM = 1
"""Number of the form in which files are written; a reader of another form refuses them."""


def save(
    plan: FinishedPlan, out_dir: Path | str, *, tiles: TileSource | None = None
) -> tuple[Path, ...]:
    """
    Write every file of a plan into one folder.

    Parameters
    ----------
    plan
        A finished plan.
    out_dir
        Folder to write to; made if it does not exist. Files of an earlier run are replaced,
        all others are left alone.
    tiles
        Background of the map, fetched when it is opened; `None` for nothing.

    Returns
    -------
    paths
        The files written.

    Raises
    ------
    InputError
        If the folder is a file, cannot be written to, or holds files of the same names that
        heatreach did not write. Then nothing has been written.
    """
    folder, contents = Path(out_dir), contents_of(plan)
    with whole_files(folder, tuple(contents)) as scratch:
        _write_all(plan, scratch, tiles)
        write_text(scratch / "README.txt", _readme(plan))
        write_record({**plan.run, **_about(plan), **tiles_used(tiles)}, scratch, folder=folder)
    return tuple(folder / name for name in contents)


def _about(plan: FinishedPlan) -> dict[str, Any]:
    """What no table of the folder holds, and what a reader of the folder needs."""
    about = {
        "form": FORM,
        "money": plan.money,
        "summary": plan.summary,
        "attribution": plan.inputs.attribution,
        "data_date": plan.inputs.data_date,
        "crs": str(plan.crs),
    }
    if plan.zones is None:
        return {"plan": about}
    return {"plan": about | {"zones": plan.zones.summary}, "zones": plan.zones.run}


def contents_of(plan: FinishedPlan) -> Mapping[str, str]:
    """
    The files of a plan, and what each is.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    contents
        What each file holds, by its name.
    """
    return CONTENTS if plan.zones is None else {**CONTENTS, **zone_files(plan.zones)}


def _write_all(plan: FinishedPlan, scratch: Path, tiles: TileSource | None) -> None:
    """Write every file but the readme and the record."""
    from .atlas.document import write_atlas  # The drawing library, for those who save only.

    write_text(scratch / "map.html", draw_map(plan, tiles=tiles))
    write_text(scratch / "report.html", draw_report(plan))
    write_atlas(plan, scratch / ATLAS)
    write_layers(plan, scratch / "plan.gpkg")
    write_workbook(plan, scratch / "workbook.xlsx")
    write_table(plan.links, scratch / "links.csv", table="links")
    write_table(plan.options, scratch / "options.csv", table="options")
    write_table(plan.projects, scratch / "projects.csv", table="projects")
    for name in ASSESSMENT_TABLES:
        write_table(plan.assessment.tables[name], scratch / f"{name}.csv", table=name)
    write_edges(plan.edges, scratch / "edges.parquet")
    tables: tuple[str, ...] = WRITTEN_TABLES
    if plan.zones is not None:
        write_zone_files(plan.zones, scratch)
        tables = (*WRITTEN_TABLES, *DESCRIBED_WITH_ZONES)
    write_assumptions(register_of(plan), scratch / "assumptions.csv")
    write_columns(scratch / "columns.csv", money=plan.money, tables=tables)


def _readme(plan: FinishedPlan) -> str:
    """What each file is, for whoever finds the folder."""
    note = hypothetical_note(is_hypothetical(plan.inputs.sites))
    opening = f"{note}\n\n{plan.summary}" if note else plan.summary
    if plan.zones is not None:
        opening = f"{opening}\n\n{plan.zones.summary} {indicative.ZONES}"
    sheets = left_out(plan, plan.zones)
    files = file_list(contents_of(plan))
    listed = f"{files}\n\n{sheets}" if sheets else files
    return (
        "A heat-reuse plan made by heatreach.\n\n"
        f"{opening}\n\n"
        f"{listed}\n\n"
        f"Money is in {plan.money}. Data of {plan.inputs.data_date}. {plan.inputs.attribution}\n\n"
        f"{CLOSING}"
    )
