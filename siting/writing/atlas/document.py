"""
The file of map sheets: every sheet drawn and put into one PDF, equal plans giving equal bytes.

Texts stay texts (fonts are embedded), nothing is fetched, no window is opened and no clock is
read. Sheets are drawn one after the other, so that a city does not fill the memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_pdf import PdfPages

from ..indicative import PLAN, ZONES
from ..maps.background import hypothetical_note, is_hypothetical
from ..wording import is_blank
from .marks import ranks_of
from .network_sheet import each, network_sheet
from .overview import overview_sheet
from .panel import Block
from .paper import drawing_rules
from .sheet_list import network_sheets, zone_sheets
from .zone_sheet import zone_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from ..results import FinishedPlan
    from ..zone_results import FinishedZones

_NO_CLOCK = {"CreationDate": None, "Creator": "heatreach", "Producer": "heatreach"}


def write_atlas(plan: FinishedPlan, path: Path) -> None:
    """
    Write the map sheets of a plan: an overview, a sheet per network, and per zone where there are.

    Parameters
    ----------
    plan
        A finished plan.
    path
        File to write.
    """
    with drawing_rules():
        _write(path, plan_sheets(plan), title="Heat networks")


def write_zone_atlas(zones: FinishedZones, path: Path) -> None:
    """
    Write the map sheets of zones: an overview, and a sheet per zone of the rule shown first.

    Parameters
    ----------
    zones
        Finished zones.
    path
        File to write.
    """
    with drawing_rules():
        _write(path, sheets_of_zones(zones), title="Heat-network zones")


def plan_sheets(plan: FinishedPlan) -> Iterator[Figure]:
    """
    The sheets of a plan, drawn one by one.

    Parameters
    ----------
    plan
        A finished plan.

    Yields
    ------
    figure
        A sheet; within `drawing_rules` only.
    """
    rows = network_sheets(plan)
    zones = plan.zones
    zone_count = 0 if zones is None else len(zone_sheets(zones))
    subject, count = "Heat networks from data centres", 1 + len(rows) + zone_count
    block = _block(subject, plan, count)
    yield overview_sheet(plan, zones, block)
    for number, row in enumerate(each(rows), start=2):
        yield network_sheet(plan, row, block, sheet=number)
    if zones is not None:
        # What zones were made of, and how far they may be trusted, is their own.
        own = _block(subject, zones, count)
        yield from _zone_sheets(zones, own, ranks_of(plan), first=2 + len(rows))


def sheets_of_zones(zones: FinishedZones) -> Iterator[Figure]:
    """
    The sheets of zones, drawn one by one.

    Parameters
    ----------
    zones
        Finished zones.

    Yields
    ------
    figure
        A sheet; within `drawing_rules` only.
    """
    block = _block("Heat-network zones", zones, 1 + len(zone_sheets(zones)))
    yield overview_sheet(None, zones, block)
    yield from _zone_sheets(zones, block, {}, first=2)


def _zone_sheets(
    zones: FinishedZones, block: Block, ranks: Mapping[str, Any], *, first: int
) -> Iterator[Figure]:
    """A sheet per zone."""
    for number, row in enumerate(each(zone_sheets(zones)), start=first):
        yield zone_sheet(zones, row, block, ranks=ranks, sheet=number)


def _write(path: Path, sheets: Iterator[Figure], *, title: str) -> None:
    """Put sheets into one file."""
    with PdfPages(path, metadata={**_NO_CLOCK, "Title": f"heatreach: {title}"}) as pdf:
        for figure in sheets:
            pdf.savefig(figure)


def _block(subject: str, study: FinishedPlan | FinishedZones, sheets: int) -> Block:
    """Title block of all sheets of a study."""
    noun, status = ("plan", PLAN) if hasattr(study, "projects") else ("study", ZONES)
    note = hypothetical_note(is_hypothetical(study.inputs.sites), noun=noun)
    return Block(
        subject=subject,
        status=f"{status} {note}".strip(),
        crs=study.crs,
        origin=_origin(study),
        attribution=study.inputs.attribution,
        sheets=sheets,
    )


def _origin(study: FinishedPlan | FinishedZones) -> str:
    """Date of the data, version and name of the run."""
    run, date = study.run, study.inputs.data_date
    version = run.get("versions", {}).get("heatreach", "")
    parts = (
        "" if is_blank(date) else f"Data of {date}",
        f"heatreach {version}".strip(),
        f"run {run['run_id']}" if "run_id" in run else "",
    )
    return "; ".join(part for part in parts if part)
