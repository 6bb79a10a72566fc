"""
Heat-network zones of an area: where heat is dense, who is in it, what could feed it.

`zone` is the one path: consumers are hung on the streets, every rule grows its zones, and anchors,
certainty, crossings, data centres in reach and heat per hectare are found for them. The command
line and notebooks are thin callers of it. How zones grow and what the tables hold is in the folder
`zoning`; nothing here designates a zone, every outline is indicative.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from .consumers.heat_networks import HEAT_NETWORK
from .consumers.totals import demand_totals
from .content import content_of
from .errors import InputError, Problem
from .hours import study_hours
from .one_zone import zone_of
from .register import zone_assumptions
from .running import Clock, run_id, versions
from .writing.maps.zone_drawing import draw_zone_map
from .writing.notebook import zones_view
from .writing.report.document import draw_zone_report
from .writing.results import described_columns, with_registry_columns
from .writing.zone_handout import save_zones
from .zoning.densities import heat_blocks, heat_cells, with_outside
from .zoning.growth import grown_zones
from .zoning.loads import anchor_rows, section_rows, zone_loads
from .zoning.outcome_words import outside_words, zones_summary
from .zoning.places import NO_LOADS, zone_places
from .zoning.rules import zone_rules
from .zoning.tables import rule_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pyproj import CRS

    from .hours import Hours
    from .inputs import Inputs
    from .one_zone import Zone
    from .planned import Plan
    from .reading.tile_source import TileSource
    from .scenario import Scenario
    from .zoning.densities import Outside
    from .zoning.loads import ZoneLoads
    from .zoning.rules import ZoneRule
    from .zoning.tables import RuleTables


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """
    Finished zones of an area.

    Attributes
    ----------
    zones, sections, anchors, sources, members, cells, blocks
        ZONES, STREET_SECTIONS, ANCHORS, ZONE_SOURCES, ZONE_CONSUMERS, HEAT_CELLS and BLOCKS in the
        study's metric coordinate system; the columns are those of the registry.
    totals
        DEMAND_TOTALS of all loads of the area.
    reconciliation
        What control totals made of the estimates.
    inputs, scenario
        What the zones were made from.
    rules
        Rules that were asked for, in that order; also those that found nothing.
    assumptions
        Every figure used, with range, unit and source.
    summary
        One sentence on what was found.
    run
        Versions, input hashes, options, warnings, what was left out, timings, ``run_id``.
    """

    zones: gpd.GeoDataFrame
    sections: gpd.GeoDataFrame
    anchors: gpd.GeoDataFrame
    sources: gpd.GeoDataFrame
    members: pd.DataFrame
    cells: gpd.GeoDataFrame
    blocks: gpd.GeoDataFrame
    totals: pd.DataFrame
    reconciliation: pd.DataFrame
    inputs: Inputs
    scenario: Scenario
    rules: tuple[ZoneRule, ...]
    assumptions: pd.DataFrame
    summary: str
    run: Mapping[str, Any]

    @property
    def crs(self) -> CRS:
        """The metric coordinate system."""
        return self.inputs.crs

    def one(self, zone_id: str) -> Zone:
        """One zone by its identifier; `UnknownIdError` names the nearest where there is none."""
        return zone_of(self, zone_id)

    def map(self, *, tiles: TileSource | None = None) -> str:
        """Page with the map, as HTML text; it fetches nothing but tiles, if a source is named."""
        return draw_zone_map(self, tiles=tiles)

    def report(self) -> str:
        """Report on the zones, as HTML text."""
        return draw_zone_report(self)

    def save(self, folder: Path | str, *, tiles: TileSource | None = None) -> tuple[Path, ...]:
        """Write every output into one folder and return the files."""
        return save_zones(self, folder, tiles=tiles)

    def __repr__(self) -> str:
        return f"<Zones: {self.summary}>"

    def _repr_html_(self) -> str:
        """Map, table and warnings, as notebooks show them."""
        return zones_view(self)


def zone(
    inputs: Inputs,
    scenario: Scenario | None = None,
    *,
    rules: Sequence[str] | None = None,
    progress: Callable[[str, float], None] | None = None,
    plan: Plan | None = None,
) -> Zones:
    """
    Heat-network zones of an area by every rule asked for.

    Parameters
    ----------
    inputs
        Consumers, streets and data centres of the area, read with ``zones=True``.
    scenario
        Decisions; by default those the inputs were read under.
    rules
        Names of rules; by default the general classes and those of the study's country.
    progress
        Called with a stage and the share done.
    plan
        A finished plan of the same study; its networks tell how much of a zone each data centre
        connects.

    Returns
    -------
    zones
        The zones with everything that belongs to them. Zones of different rules overlap.

    Raises
    ------
    InputError
        If a rule is unknown, no consumer has a known heat, or the scenario wants more than the
        inputs were read for.
    """
    scenario = scenario or inputs.scenario
    chosen = zone_rules(rules, country=inputs.country)
    inputs = inputs.under(scenario)
    clock = Clock(progress)
    clock.next("connecting buildings to streets", 0.0)
    places = zone_places(inputs, scenario)
    if places.consumers.empty:
        raise InputError([_no_heat(inputs)])
    loads, hours = zone_loads(places), study_hours(inputs, scenario)
    found = []
    for number, rule in enumerate(chosen):
        clock.next(f"growing zones by {rule.name}", 0.1 + 0.8 * number / len(chosen))
        tables = rule_tables(
            loads,
            grown_zones(places, rule),
            sites=inputs.sites,
            barriers=inputs.barriers,
            networks=_networks(inputs),
            scenario=scenario,
            hours=hours,
            connections=None if plan is None else plan.connections,
        )
        found.append(tables)
    clock.next("heat per hectare", 0.9)
    name = run_id(_decisive(inputs, scenario, chosen, plan))
    frames, outside = _frames(loads, found, chosen, inputs)
    clock.next("done", 1.0)
    return Zones(
        **{key: _complete(frame, key, inputs, name) for key, frame in frames.items()},
        totals=demand_totals(_all_loads(inputs)),
        reconciliation=inputs.reconciliation,
        inputs=inputs,
        scenario=scenario,
        rules=chosen,
        assumptions=zone_assumptions(inputs, scenario, chosen),
        summary=zones_summary(loads, found, chosen),
        run=_run(
            inputs, scenario, hours, clock, name=name, loads=loads, outside=outside,
            found=dict(zip(chosen, found, strict=True)),
        ),
    )  # fmt: skip


TABLES = {
    "zones": "zones",
    "sections": "street_sections",
    "anchors": "anchors",
    "sources": "zone_sources",
    "members": "zone_consumers",
    "cells": "heat_cells",
    "blocks": "blocks",
}
"""Table of the registry behind each frame."""


def _no_heat(inputs: Inputs) -> Problem:
    """Problem of an area in which nobody needs heat."""
    what = f"none of {len(inputs.everywhere):,d} consumers of the area has a known heat demand"
    advice = "give a demand table, a heat raster, or annual_heat_mwh or floor_area_m2 of consumers"
    return Problem(file="--consumers", where="", what=what, advice=advice)


def _networks(inputs: Inputs) -> gpd.GeoDataFrame:
    """Existing heat networks of the area."""
    frame: gpd.GeoDataFrame = inputs.everywhere[inputs.everywhere["use"].eq(HEAT_NETWORK)]
    return frame


def _all_loads(inputs: Inputs) -> gpd.GeoDataFrame:
    """Consumers of the area that use heat themselves, those of unknown heat too."""
    frame: gpd.GeoDataFrame = inputs.everywhere[~inputs.everywhere["use"].isin(NO_LOADS)]
    return frame.reset_index(drop=True)


def _decisive(
    inputs: Inputs, scenario: Scenario, rules: Sequence[ZoneRule], plan: Plan | None
) -> dict[str, Any]:
    """What decides the results besides the tables of figures."""
    return {
        "inputs": content_of(inputs),
        "country": inputs.country,
        "options": scenario.model_dump(),
        "rules": [asdict(rule) for rule in rules],
        "plan": None if plan is None else plan.run["content"],
    }


def _frames(
    loads: ZoneLoads, found: Sequence[RuleTables], rules: Sequence[ZoneRule], inputs: Inputs
) -> tuple[dict[str, pd.DataFrame], Outside]:
    """All tables of places, one below the other for all rules."""
    members = pd.concat([tables.members for tables in found], ignore_index=True)
    blocks, outside = heat_blocks(loads.places.consumers, loads.given, inputs.streets)
    frames = {
        "zones": _stacked([tables.zones for tables in found], inputs.crs),
        "sections": section_rows(loads, rules),
        "anchors": anchor_rows(loads, members),
        "sources": _stacked([tables.sources for tables in found], inputs.crs),
        "members": members,
        "cells": heat_cells(loads.places.consumers, loads.given),
        "blocks": with_outside(blocks, outside),
    }
    return frames, outside


def _stacked(frames: Sequence[gpd.GeoDataFrame], crs: CRS) -> gpd.GeoDataFrame:
    """Tables of all rules, one below the other."""
    filled = [pd.DataFrame(frame) for frame in frames if len(frame)]
    if not filled:
        return frames[0]
    together = pd.concat(filled, ignore_index=True)
    return gpd.GeoDataFrame(together, geometry="geometry", crs=crs)


def _complete(frame: pd.DataFrame, key: str, inputs: Inputs, name: str) -> Any:
    """A table with date and run in every row and the columns of the registry, nothing else."""
    stamped = frame.assign(data_date=inputs.data_date, run_id=name)
    full = with_registry_columns(stamped, TABLES[key])
    named = described_columns(TABLES[key])["column"]
    return full[[column for column in named if column in full]]


def _run(
    inputs: Inputs,
    scenario: Scenario,
    hours: Hours,
    clock: Clock,
    *,
    name: str,
    loads: ZoneLoads,
    outside: Outside,
    found: Mapping[ZoneRule, RuleTables],
) -> dict[str, Any]:
    """Record of the run."""
    return {
        "run_id": name,
        "versions": versions(),
        "inputs": dict(inputs.hashes),
        "content": content_of(inputs),
        "options": scenario.model_dump(),
        "rules": [rule.name for rule in found],
        "country": inputs.country,
        "crs": inputs.crs.to_string(),
        "data_date": inputs.data_date,
        "left_out": dict(inputs.left_out) | _left_out(inputs, loads, outside),
        "zones_left_out": {
            text: count for tables in found.values() for text, count in tables.left_out.items()
        },
        "weather": hours.weather,
        "warnings": [str(doubt) for doubt in inputs.doubts],
        "hypothetical_sites": inputs.sites.loc[inputs.sites["hypothetical"], "id"].tolist(),
        "seeds": [],
        "timings": clock.seconds,
    }


def _left_out(inputs: Inputs, loads: ZoneLoads, outside: Outside) -> dict[str, int]:
    """Consumers that can be in no zone or no block, by reason."""
    unknown = len(_all_loads(inputs)) - len(loads.places.consumers)
    counts = {
        "consumers of unknown heat, in no zone": unknown,
        "consumers too far from any street, in no zone": int((loads.places.node < 0).sum()),
        "data centres too far from any street": int((loads.places.site_node < 0).sum()),
        outside_words(outside, float(loads.places.heat_mwh.sum())): outside.consumers,
    }
    return {reason: count for reason, count in counts.items() if count}
