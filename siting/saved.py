"""
A study read back from the folder it was saved in, without planning again.

`read_plan` gives an object that shows and reports what the run found. It holds what the files
hold: numbers of ten significant digits, no scenario to plan on with. A folder whose tables were
changed is refused, for its numbers would no longer be those of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
from pyproj import CRS

from .errors import InputError, Problem
from .project import project_of
from .reading.saved_record import read_record, refuse_changed
from .reading.saved_tables import saved_edges, saved_layer, saved_register, saved_table
from .reporting import report_of
from .writing.maps.drawing import draw_map
from .writing.notebook import plan_view
from .writing.sheets import ASSESSMENT_TABLES
from .writing.written_study import WrittenAssessment, WrittenInputs, WrittenZones

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from .project import Project
    from .reading.tile_source import TileSource

LAYERS, ZONE_LAYERS = "plan.gpkg", "zones.gpkg"
READ = ("options.csv", "edges.parquet", LAYERS, "assumptions.csv")
READ_WITH_ZONES = ("rule_totals.csv", "zone_consumers.csv", "demand_totals.csv", ZONE_LAYERS)
NOT_OF_RUN = ("program", "files", "layers", "seal", "plan", "zones", "earlier_files", "tiles")


@dataclass(frozen=True, kw_only=True, eq=False)
class SavedPlan:
    """
    A finished study as its folder tells it; links and options are read when they are asked for.

    Attributes
    ----------
    folder
        Where it is saved.
    hashes
        What the record says of its files, by which those read later are checked.
    projects, edges, connections
        As `heatreach.siting.Plan` has them.
    assessment, inputs
        Tables behind the projects; data centres, consumers in reach and streets.
    money, assumptions, summary, crs, run
        As `heatreach.siting.Plan` has them.
    zones
        Heat-network zones, where the run found them.
    """

    folder: Path
    hashes: Mapping[str, Mapping[str, str]]
    projects: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame
    assessment: WrittenAssessment
    inputs: WrittenInputs
    money: str
    assumptions: pd.DataFrame
    summary: str
    crs: Any
    run: Mapping[str, Any]
    zones: WrittenZones | None = None

    @cached_property
    def links(self) -> gpd.GeoDataFrame:
        """
        Each data centre with each consumer in reach, ranked.

        Raises
        ------
        InputError
            If the file was changed or taken away since the folder was opened.
        """
        refuse_changed(self.folder, self.hashes, [LAYERS])
        return _layer(self.folder, "links")

    @cached_property
    def options(self) -> pd.DataFrame:
        """
        Each link under every arrangement, the chosen one marked.

        Raises
        ------
        InputError
            If the file was changed or taken away since the folder was opened.
        """
        refuse_changed(self.folder, self.hashes, ["options.csv"])
        return saved_table(self.folder / "options.csv", "options")

    def project(self, name: str) -> Project:
        """One project by its id or its site's; `UnknownIdError` names the nearest where none is."""
        return project_of(self, name)

    def map(self, *, tiles: TileSource | None = None) -> str:
        """Page with the map, as HTML text; it fetches nothing but tiles, if a source is named."""
        return draw_map(self, tiles=tiles)

    def report(self, projects: Sequence[str] = (), *, paper: str = "a4") -> str:
        """Report as HTML text, of all or some projects, for paper ``a4`` or ``a3``."""
        return report_of(self, projects, paper=paper)

    def __repr__(self) -> str:
        return f"<SavedPlan of {len(self.projects):,} projects: {self.summary}>"

    def _repr_html_(self) -> str:
        """Map, table and warnings, as notebooks show them."""
        return plan_view(self)


def read_plan(folder: Path | str) -> SavedPlan:
    """
    Read a finished study back from the folder it was saved in.

    Parameters
    ----------
    folder
        Folder that ``heatreach plan``, ``heatreach demo`` or `Plan.save` wrote.

    Returns
    -------
    plan
        The study, as far as its files hold it.

    Raises
    ------
    InputError
        If the folder holds no plan, a file of it is missing or was changed, or it was written in
        a form that this version does not read; the message lists everything at once.
    """
    place = Path(folder)
    record = read_record(place)
    has_zones = "zones" in record
    tables = [f"{name}.csv" for name in ASSESSMENT_TABLES]
    refuse_changed(place, record, [*READ, *tables, *(READ_WITH_ZONES if has_zones else ())])
    about: Mapping[str, str] = record["plan"]
    layers = {layer: _layer(place, layer) for layer in ("projects", "sites", "streets")}
    connections = saved_layer(place / LAYERS, "consumers", "connections")
    inputs = WrittenInputs(
        sites=layers["sites"],
        consumers=_consumers(connections),
        roads=layers["streets"],
        attribution=about["attribution"],
        data_date=about["data_date"],
    )
    assumptions = saved_register(place / "assumptions.csv")
    return SavedPlan(
        folder=place,
        hashes={name: record.get(name, {}) for name in ("files", "layers")},
        projects=layers["projects"],
        edges=saved_edges(place / "edges.parquet"),
        connections=connections,
        assessment=WrittenAssessment(tables=_assessment(place)),
        inputs=inputs,
        money=about["money"],
        assumptions=assumptions,
        summary=about["summary"],
        crs=CRS.from_user_input(about["crs"]),
        run={name: part for name, part in record.items() if name not in NOT_OF_RUN},
        zones=_zones(place, record, inputs, assumptions) if has_zones else None,
    )


def _layer(folder: Path, layer: str) -> gpd.GeoDataFrame:
    """A layer named like its table; those of inputs need not have every column."""
    whole = layer not in ("sites", "streets")
    return saved_layer(folder / LAYERS, layer, layer, whole=whole)


def _consumers(connections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Consumers in reach of a data centre, once each."""
    once = connections.drop_duplicates("consumer_id")
    kept = ["consumer_id", "name", "use", "annual_heat_mwh", "peak_kw", "demand_source"]
    kept += ["confidence", "heat_low_mwh", "heat_high_mwh", "geometry"]
    frame: gpd.GeoDataFrame = once[kept].rename(columns={"consumer_id": "id"})
    return frame.sort_values("id", kind="stable", ignore_index=True)


def _assessment(folder: Path) -> dict[str, pd.DataFrame]:
    """Tables behind the projects; what several lack is said at once."""
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name in ASSESSMENT_TABLES:
        try:
            tables[name] = saved_table(folder / f"{name}.csv", name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tables


def _zones(
    folder: Path, record: Mapping[str, Any], inputs: WrittenInputs, assumptions: pd.DataFrame
) -> WrittenZones:
    """The zones of the same folder; their consumers are all of the area."""
    path = folder / ZONE_LAYERS

    def layer(name: str) -> gpd.GeoDataFrame:
        return saved_layer(path, name, name)

    everywhere = saved_layer(path, "consumers", "consumers", whole=False)
    reconciliation = folder / "reconciliation.csv"
    was_reconciled = "reconciliation.csv" in record["files"]
    if was_reconciled:
        refuse_changed(folder, record, [reconciliation.name])
    return WrittenZones(
        zones=layer("zones"),
        sections=layer("street_sections"),
        anchors=layer("anchors"),
        sources=layer("zone_sources"),
        members=saved_table(folder / "zone_consumers.csv", "zone_consumers"),
        cells=layer("heat_cells"),
        blocks=layer("blocks"),
        totals=saved_table(folder / "demand_totals.csv", "demand_totals"),
        reconciliation=saved_table(reconciliation, "reconciliation")
        if was_reconciled
        else pd.DataFrame(),
        inputs=WrittenInputs(
            sites=inputs.sites,
            consumers=everywhere,
            roads=inputs.roads,
            attribution=inputs.attribution,
            data_date=inputs.data_date,
        ),
        rules=saved_rules(saved_table(folder / "rule_totals.csv", "rule_totals")),
        assumptions=assumptions,
        summary=record["plan"]["zones"],
        crs=CRS.from_user_input(record["plan"]["crs"]),
        run=record["zones"],
    )


def saved_rules(totals: pd.DataFrame) -> list[Any]:
    """
    The rules that were asked for, as RULE_TOTALS tells them.

    Parameters
    ----------
    totals
        The RULE_TOTALS table.

    Returns
    -------
    rules
        In their order; each satisfies `heatreach.siting.writing.zone_results.FinishedRule`.
    """
    named = totals.rename(columns={"rule": "name"})
    cells = ({str(name): cell for name, cell in row.items()} for row in named.to_dict("records"))
    return [SimpleNamespace(**row) for row in cells]
