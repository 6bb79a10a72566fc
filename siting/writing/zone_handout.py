"""
The folder that zones hand out: map, layers, tables and record, for a council's desk.

Equal zones give equal bytes. A plan made with zones writes the same tables into its own folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import indicative
from .atlas.sheet_list import ATLAS, left_out
from .atomic import RECORD, whole_files
from .layers.zone_layers import write_zone_layers
from .maps.background import hypothetical_note, is_hypothetical
from .maps.zone_drawing import draw_zone_map
from .record import tiles_used, write_record, write_text
from .report.document import draw_zone_report
from .results import in_order
from .sheets import DESCRIBED_WITH_ZONES, ZONE_TABLES, write_assumptions, write_columns, write_table
from .zone_results import zone_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..reading.tile_source import TileSource
    from .zone_results import FinishedZones

CLOSING = (
    "A text in a CSV file that begins like a formula (= + - @ or a tab) carries a leading\n"
    "apostrophe, so that a spreadsheet shows it and does not run it.\n"
    "The next run into this folder replaces these files; keep your own elsewhere.\n"
)
TABLE_FILES = {
    "zones": "heat-network zones of every rule, ranked by heat",
    "rule_totals": "each rule: what it asks for, what it is worth in law, what it found",
    "street_sections": "streets between two junctions with the heat along them",
    "anchors": "anchor loads, and buildings that could be required to connect",
    "zone_sources": "each zone with each data centre in reach, and the share it could cover",
    "zone_consumers": "which building lies in which zone",
    "heat_cells": "yearly heat by cell of one hectare",
    "blocks": "yearly heat by block between streets",
    "demand_totals": "yearly heat by kind of use, and how it was found",
    "reconciliation": "what control totals made of the estimates",
}


def zone_files(zones: FinishedZones) -> Mapping[str, str]:
    """
    The tables and layers of zones, and what each is.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    files
        What each file holds, by its name; without a control total no reconciliation is written.
    """
    tables = [name for name in ZONE_TABLES if name != "reconciliation" or len(zones.reconciliation)]
    files = {f"{name}.csv": TABLE_FILES[name] for name in tables}
    return {**files, "zones.gpkg": "all of it as layers for QGIS (GeoPackage)"}


def zone_contents(zones: FinishedZones) -> Mapping[str, str]:
    """
    Every file of the folder, and what it is.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    contents
        What each file holds, by its name.
    """
    return {
        "map.html": "map of the zones; opens in any browser, needs no internet",
        "report.html": "zones, rules, demand and assumptions as a report; prints to A4",
        ATLAS: "map sheets, A3 landscape: an overview, and one per zone; for print",
        **zone_files(zones),
        "assumptions.csv": "every assumed figure with its range, unit and source",
        "columns.csv": "meaning and unit of every column",
        RECORD: "versions, inputs with their hashes, options, warnings, hashes of these files",
        "README.txt": "this text",
    }


def save_zones(
    zones: FinishedZones, out_dir: Path | str, *, tiles: TileSource | None = None
) -> tuple[Path, ...]:
    """
    Write every file of zones into one folder.

    Parameters
    ----------
    zones
        Finished zones.
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
    from .atlas.document import write_zone_atlas  # The drawing library, for those who save only.

    folder, contents = Path(out_dir), zone_contents(zones)
    with whole_files(folder, tuple(contents)) as scratch:
        write_zone_files(zones, scratch)
        write_text(scratch / "map.html", draw_zone_map(zones, tiles=tiles))
        write_text(scratch / "report.html", draw_zone_report(zones))
        write_zone_atlas(zones, scratch / ATLAS)
        write_assumptions(zones.assumptions, scratch / "assumptions.csv")
        write_columns(scratch / "columns.csv", money="", tables=DESCRIBED_WITH_ZONES)
        write_text(scratch / "README.txt", _readme(zones))
        write_record({**zones.run, **tiles_used(tiles)}, scratch, folder=folder)
    return tuple(folder / name for name in contents)


def write_zone_files(zones: FinishedZones, scratch: Path) -> None:
    """
    Write the tables and layers of zones.

    Parameters
    ----------
    zones
        Finished zones.
    scratch
        Folder to write to.

    Raises
    ------
    ValueError
        If a table lacks a column of the registry.
    """
    files = zone_files(zones)
    for name, table in zone_tables(zones).items():
        if f"{name}.csv" in files:
            write_table(in_order(table, name), scratch / f"{name}.csv", table=name)
    write_zone_layers(zones, scratch / "zones.gpkg")


def file_list(contents: Mapping[str, str]) -> str:
    """
    Files and what each is, one per line.

    Parameters
    ----------
    contents
        What each file holds, by its name.

    Returns
    -------
    lines
        Two columns that stand in line.

    Examples
    --------
    >>> print(file_list({"a.csv": "one", "map.html": "two"}))
      a.csv     one
      map.html  two
    """
    width = max(map(len, contents))
    return "\n".join(f"  {name:<{width}}  {what}" for name, what in contents.items())


def _readme(zones: FinishedZones) -> str:
    """What each file is, for whoever finds the folder."""
    note = hypothetical_note(is_hypothetical(zones.inputs.sites), noun="study")
    opening = "\n\n".join(text for text in (note, zones.summary, indicative.ZONES) if text)
    sheets = left_out(None, zones)
    files = file_list(zone_contents(zones))
    listed = f"{files}\n\n{sheets}" if sheets else files
    data = f"Data of {zones.inputs.data_date}. " if zones.inputs.data_date else ""
    return (
        "Heat-network zones made by heatreach.\n\n"
        f"{opening}\n\n"
        f"{listed}\n\n"
        f"{data}{zones.inputs.attribution}\n\n"
        f"{CLOSING}"
    )
