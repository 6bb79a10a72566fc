"""
One project of a plan, or one zone of an area, as a study of its own for the writers.

A part satisfies the same protocol as the whole it was taken from, so that maps and reports can be
drawn of it; its tables are those of the whole, with fewer rows. Nothing is computed again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .errors import UnknownIdError
from .own_warnings import own_warnings
from .reading.findings import shorten
from .writing.sheets import ASSESSMENT_TABLES, register_of
from .writing.wording import is_blank
from .writing.written_study import WrittenAssessment, WrittenInputs, WrittenZones

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from .writing.results import FinishedPlan
    from .writing.zone_results import FinishedZones

NEAREST = 3
"""Names that are offered where a wanted one is not known."""
OF_SITE = "sites/"
"""How keys of assumptions about one data centre begin."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanPart:
    """One project as a plan; satisfies `heatreach.siting.writing.results.FinishedPlan`."""

    links: gpd.GeoDataFrame
    options: pd.DataFrame
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
    zones: None = None


def known_id(wanted: str, ids: Sequence[str], *, noun: str, where: str) -> str:
    """
    An identifier that there is.

    Parameters
    ----------
    wanted
        What was asked for.
    ids
        All there are.
    noun
        What they name, for the message.
    where
        Where all of them can be read.

    Returns
    -------
    name
        The wanted one.

    Raises
    ------
    UnknownIdError
        If there is none of that name; the message offers the nearest.
    """
    if wanted in ids:
        return wanted
    near = get_close_matches(str(wanted), ids, n=NEAREST, cutoff=0.4) or list(ids)[:NEAREST]
    offered = ", ".join(shorten(name) for name in near)
    advice = f"the nearest are {offered}; all are in {where}" if near else f"{where} has no row"
    raise UnknownIdError(f"there is no {noun} {shorten(wanted)}; {advice}")


def part_of_plan(plan: FinishedPlan, *project_ids: str) -> PlanPart:
    """
    One or several projects of a plan with everything that belongs to them.

    Parameters
    ----------
    plan
        A finished plan.
    *project_ids
        Some of its projects.

    Returns
    -------
    part
        Rows of the projects and of their data centres; consumers are those in their reach.
    """
    projects = _rows(plan.projects, "project_id", project_ids)
    rows: Any = list(projects.itertuples())
    sites = [row.site_id for row in rows]
    connections = _rows(plan.connections, "site_id", sites)
    tables = plan.assessment.tables
    inputs = plan.inputs
    consumers = set(_column(connections, "consumer_id"))
    return PlanPart(
        links=_rows(plan.links, "site_id", sites),
        options=_rows(plan.options, "site_id", sites),
        projects=projects,
        edges=_rows(plan.edges, "project_id", project_ids),
        connections=connections,
        assessment=WrittenAssessment(
            tables={
                name: _rows(tables[name], "project_id", project_ids)
                for name in ASSESSMENT_TABLES
                if name in tables
            }
        ),
        inputs=WrittenInputs(
            sites=_rows(inputs.sites, "id", sites),
            consumers=_rows(inputs.consumers, "id", consumers),
            roads=inputs.roads,
            attribution=inputs.attribution,
            data_date=inputs.data_date,
        ),
        money=plan.money,
        assumptions=_own_register(register_of(plan), sites),
        summary=" ".join(map(_project_words, rows)),
        crs=plan.crs,
        run=_own_run(plan, sites, consumers),
    )


def _own_register(register: pd.DataFrame, sites: Sequence[str]) -> pd.DataFrame:
    """Assumptions without what was assumed of other data centres."""
    keys = register["key"].astype(str)
    about = keys.str.removeprefix(OF_SITE).str.rpartition("/")[0]
    return register[~keys.str.startswith(OF_SITE) | about.isin(list(sites))]


def _own_run(plan: FinishedPlan, sites: Sequence[str], consumers: set[str]) -> dict[str, Any]:
    """Record of the run without what it says of other data centres and consumers."""
    run, own = plan.run, {*sites, *consumers}
    frame = plan.inputs.sites
    rest = frame[~frame["id"].isin(list(sites))]
    others = {*rest["id"], *_column(rest, "name"), *_column(plan.connections, "consumer_id")}
    told = {str(text) for text in others if not is_blank(text)}
    named = _column(frame[frame["id"].isin(list(sites))], "name")
    texts = [str(text) for text in run.get("warnings", ())]
    assumed = [site for site in run.get("hypothetical_sites", ()) if site in sites]
    return {
        **run,
        "warnings": own_warnings(texts, own=own, others=told - own - set(named)),
        "hypothetical_sites": assumed,
    }


def part_of_zones(zones: FinishedZones, zone_id: str) -> WrittenZones:
    """
    One zone with everything that belongs to it.

    Parameters
    ----------
    zones
        Finished zones.
    zone_id
        One of them.

    Returns
    -------
    part
        The zone under its rule, with its loads, the streets they stand at and the data centres
        in its reach.
    """
    own = _rows(zones.zones, "zone_id", [zone_id])
    row: Any = next(own.itertuples())
    members = _rows(zones.members, "zone_id", [zone_id])
    sources = _rows(zones.sources, "zone_id", [zone_id])
    consumers = set(_column(members, "consumer_id"))
    inputs = zones.inputs
    # Heat by hectare, by block and by use is counted for the area, not for a zone.
    return WrittenZones(
        zones=own,
        sections=_rows(zones.sections, "section_id", set(_column(members, "section_id"))),
        anchors=_rows(zones.anchors, "consumer_id", consumers),
        sources=sources,
        members=members,
        cells=zones.cells.iloc[:0],
        blocks=zones.blocks.iloc[:0],
        totals=zones.totals.iloc[:0],
        reconciliation=zones.reconciliation.iloc[:0],
        inputs=WrittenInputs(
            sites=_rows(inputs.sites, "id", set(_column(sources, "site_id"))),
            consumers=_rows(inputs.everywhere, "id", consumers),
            roads=inputs.roads,
            attribution=inputs.attribution,
            data_date=inputs.data_date,
        ),
        rules=[rule for rule in zones.rules if rule.name == row.rule],
        assumptions=zones.assumptions,
        summary=_sentence(_called(row, row.zone_id), row.reason),
        crs=zones.crs,
        run={**zones.run, "zones_left_out": {}},
    )


def _rows(frame: Any, column: str, wanted: Any) -> Any:
    """Rows whose identifier is wanted; a table that is empty may lack the column."""
    if column not in frame:
        return frame.iloc[:0]
    return frame[frame[column].isin(list(wanted))].reset_index(drop=True)


def _column(frame: Any, column: str) -> Any:
    """A column of a table, or nothing where the table is empty and lacks it."""
    return frame.get(column, ())


def _called(row: Any, name: str) -> str:
    """The name of a row, or its identifier."""
    return str(name if is_blank(row.name) else row.name)


def _project_words(row: Any) -> str:
    """Why a project stands where it does, and what would change that."""
    said = _sentence(_called(row, row.site_id), row.reason)
    return said if is_blank(row.what_would_change) else f"{said} {row.what_would_change}"


def _sentence(name: str, reason: Any) -> str:
    """A name and what is said of it."""
    return f"{name}." if is_blank(reason) else f"{name}: {str(reason).removesuffix('.')}."
