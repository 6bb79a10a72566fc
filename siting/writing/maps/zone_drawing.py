"""
``map.html`` of zones: every rule its own outlines, and the same facts as tables beside the map.

The page, its security policy and the way names reach it are those of `maps`. A plan made with
zones shows them on its own map, with the tables of this module below its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import indicative
from ..best_source import zone_caveat
from ..wording import MISSING, figure, html_text, if_given, is_blank
from ..zone_results import first_rule, rows_of_rule
from .background import hypothetical_note, is_hypothetical, roads_theme, site_outlines
from .classes import USE_GROUPS, use_group
from .page import page
from .script import layer_entry, map_script
from .zone_classes import (
    ALONE,
    BRANCHES,
    LONG_METHODS,
    density_styles,
    heat_radii,
    method_density,
    section_styles,
)
from .zone_features import MOST_ZONES, rank_themes, zone_themes
from .zone_heat_features import (
    anchor_themes,
    area_themes,
    building_theme,
    cell_classes,
    section_themes,
)
from .zone_supply_features import (
    ROUTE_COLOUR,
    ROUTE_WIDTH,
    best_source,
    route_themes,
    site_theme,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ...reading.tile_source import TileSource
    from ..zone_results import FinishedRule, FinishedZones
    from .geojson import Theme

ZONE_PARTS = ("zones",)
LIFTED = (
    "Where a heat pump lifts the heat, its electricity is counted in; a click on the zone tells "
    "how much."
)
MOST_ROWS = 12
PERCENT = 100.0
METHODS = {
    "trench": "heat per metre of designed trench",
    "street": "heat per metre of street",
    "radius": "radius per load, along the streets",
}


def draw_zone_map(zones: FinishedZones, *, tiles: TileSource | None = None) -> str:
    """
    The map of zones as one HTML page.

    Parameters
    ----------
    zones
        Finished zones.
    tiles
        Background that the page fetches when it is opened; `None` for nothing.

    Returns
    -------
    html
        The page; write it as UTF-8.
    """
    notes: list[str] = []
    drawn = [
        roads_theme(zones.inputs.roads, (zones.inputs.everywhere, zones.inputs.sites), notes),
        *area_themes(zones, notes),
        building_theme(zones, notes),
        *zone_themes(zones, notes),
        *section_themes(zones, notes, show=True),
        *route_themes(zones, notes),
        *anchor_themes(zones, notes, show=True),
        *rank_themes(zones),
        site_outlines(zones.inputs.sites),
        site_theme(zones),
    ]
    drawn = [theme for theme in drawn if theme.features]
    shown = (zones.zones, zones.inputs.sites) if len(zones.zones) else (zones.inputs.everywhere,)
    panel = zone_panel(zones, {theme.key for theme in drawn})
    content = _content(zones, drawn, [*notes, *_left_out_notes(zones)])
    script = map_script(drawn, shown, tiles=tiles)
    return page(script, {**content, "zones": panel}, parts=ZONE_PARTS, tiles=tiles)


def plan_zone_themes(zones: FinishedZones, notes: list[str]) -> tuple[list[Theme], list[Theme]]:
    """
    What zones add to the map of a plan; buildings and heat by hectare stay in the layers file.

    Parameters
    ----------
    zones
        Finished zones.
    notes
        Sentences on what is not drawn are put here.

    Returns
    -------
    above, under
        Themes above the consumers and pipes of the plan, and below them.
    """
    under = [*zone_themes(zones, notes), *section_themes(zones, notes, show=False)]
    above = [*route_themes(zones, notes, listed=True), *anchor_themes(zones, notes, show=False)]
    above += rank_themes(zones)
    notes.extend(_left_out_notes(zones))
    return (
        [theme for theme in above if theme.features],
        [theme for theme in under if theme.features],
    )


def _left_out_notes(zones: FinishedZones) -> list[str]:
    """What rules left out, in words."""
    left_out = zones.run.get("zones_left_out", {})
    return [f"Left out: {count:,} × {what}." for what, count in left_out.items() if count]


def _content(zones: FinishedZones, drawn: list[Theme], notes: list[str]) -> dict[str, Any]:
    """Everything the page shows beside the map, but the tables of zones."""
    return {
        "title": "Heat-network zones",
        "banner": hypothetical_note(is_hypothetical(zones.inputs.sites), noun="study"),
        "summary": html_text(zones.summary, longest=600),
        "assurance": "",
        "projects": None,
        "drawn": [layer_entry(theme) for theme in drawn if theme.listed],
        "notes": notes,
        "attribution": if_given(zones.inputs.attribution),
        "data_date": if_given(zones.inputs.data_date),
        "map_label": "Map of the zones; the tables hold the same results",
        "layers_file": "zones.gpkg",
    }


def zone_panel(
    zones: FinishedZones, drawn: Collection[str], built: Collection[str] | None = None
) -> dict[str, Any]:
    """
    Tables and legend of zones.

    Parameters
    ----------
    zones
        Finished zones.
    drawn
        Keys of the themes that are on the map.
    built
        Data centres for which the plan builds a network; None without a plan.

    Returns
    -------
    panel
        What the parts ``zone_tables.html`` and ``zone_legend.html`` show.
    """
    hypothetical = is_hypothetical(zones.inputs.sites)
    shown = first_rule(zones)
    return {
        "indicative": indicative.ZONES,
        "summary": html_text(zones.summary, longest=600),
        "notes": [BRANCHES, *([f"{ALONE} {LIFTED}"] if len(zones.sources) else [])],
        "parts": [
            _rule_part(zones, rule, number=number, is_open=rule.name == shown, built=built)
            for number, rule in enumerate(zones.rules, start=1)
        ],
        "total_headings": [
            ("Use", ""), ("Number", ""), ("Heat", "MWh/yr"), ("Range", "MWh/yr"),
            ("Low confidence", "% of heat"),
        ],
        "totals": _totals(zones),
        "controls": [
            (html_text(row.area_id), html_text(row.reason, longest=300))
            for row in zones.reconciliation.itertuples()
        ],
        **_legend(zones, drawn),
        "any_site": not all(hypothetical) and "sites" in drawn,
        "any_hypothetical": any(hypothetical),
    }  # fmt: skip


def _headings(zones: FinishedZones, rule: FinishedRule) -> list[tuple[str, str]]:
    """Column headings of the table of the zones of a rule."""
    headings = [("Rank", ""), ("Zone", ""), ("Heat", "MWh/yr")]
    headings += [(LONG_METHODS[rule.method], "MWh/m/yr"), ("Anchors", ""), ("Certainty", "")]
    return [*headings, ("Best data centre", "share, alone")] if len(zones.sources) else headings


def _rule_part(
    zones: FinishedZones,
    rule: FinishedRule,
    *,
    number: int,
    is_open: bool,
    built: Collection[str] | None,
) -> dict[str, Any]:
    """Table of the zones of one rule, with what the rule is."""
    rows = rows_of_rule(zones.zones, "zones", rule.name)
    heat = float(rows["heat_mwh"].sum()) if len(rows) else 0.0
    count = f"{len(rows):,} zone{'' if len(rows) == 1 else 's'}"
    left = len(rows) - MOST_ROWS
    return {
        "key": f"zones_{number}",
        # Beside the pipes of a plan such ways would look like more of them: they are asked for.
        "routes": f"zone_routes_{number}" if built is None else "",
        "ranks": f"zone_ranks_{number}",
        "title": html_text(rule.title),
        "headings": _headings(zones, rule),
        "count": f"{count}, {figure(heat, 'MWh/yr')}" if len(rows) else "no zone",
        "about": html_text(rule_words(rule), longest=300),
        "open": is_open,
        "rows": [
            _row(zones, rule, row, number=place, built=built)
            for place, row in enumerate(rows.head(MOST_ROWS).itertuples())
        ],
        "more": f"{left:,} more are in zones.csv." if left > 0 else "",
    }


def rule_words(rule: FinishedRule) -> str:
    """
    What a rule asks for and what it is worth in law, in one sentence.

    Parameters
    ----------
    rule
        A zone rule.

    Returns
    -------
    text
        Plain text.
    """
    asked = f"{METHODS.get(rule.method, rule.method)} of {rule.threshold_mwh_m:g} MWh or more"
    if rule.anchors_min:
        asked += f", {rule.anchors_min} anchor loads of {rule.anchor_mwh:,.0f} MWh or more"
    if rule.heat_min_mwh:
        asked += f", {rule.heat_min_mwh:,.0f} MWh or more in all"
    place = f"; {rule.jurisdiction}" if rule.jurisdiction else ""
    return f"Rule {rule.name}: {asked}{place}; {rule.legal_status}."


def _row(
    zones: FinishedZones,
    rule: FinishedRule,
    row: Any,
    *,
    number: int,
    built: Collection[str] | None,
) -> dict[str, Any]:
    """Cells of one zone."""
    words = [html_text(row.certainty)]
    if len(zones.sources):
        words.append(best_source(row, zones, built, brief=True))
    figures = (row.heat_mwh, getattr(row, method_density(rule.method)), row.anchors)
    named, caveat = html_text(row.zone_id if is_blank(row.name) else row.name), zone_caveat(row)
    return {
        "rank": MISSING if is_blank(row.rank) else str(int(row.rank)),
        "number": number,
        "drawn": number < MOST_ZONES and row.geometry is not None and not row.geometry.is_empty,
        "name": named + f": {caveat}" if caveat else named,
        "figures": [figure(cell) for cell in figures],
        "words": words,
    }


def _totals(zones: FinishedZones) -> list[tuple[Any, list[str]]]:
    """Demand by kind of use."""
    rows: Iterable[Any] = zones.totals.itertuples()
    return [
        (
            html_text(row.use),
            [
                figure(row.consumers),
                figure(row.heat_mwh),
                f"{figure(row.heat_low_mwh)} to {figure(row.heat_high_mwh)}",
                figure(PERCENT * row.low_confidence_share),
            ],
        )
        for row in rows
    ]


def _legend(zones: FinishedZones, drawn: Collection[str]) -> dict[str, Any]:
    """Classes with their looks, as the parts of the legend show them."""
    sections = section_styles()
    densities = [
        (label, colour, width, dashes, sections[label][1])
        for label, (colour, width, dashes) in density_styles().items()
    ]
    known = {label for label, *_ in densities}
    uses = set(map(use_group, zones.inputs.everywhere["use"].dropna()))
    has_areas = {"cells", "blocks"} & set(drawn)
    return {
        "densities": densities,
        "sections": [
            (label, *look)
            for label, look in sections.items()
            if label not in known and any(rule.method == "street" for rule in zones.rules)
        ],
        "loads": list(heat_radii().items()),
        "cells": list(cell_classes().items()) if has_areas else [],
        "uses": [entry[:3] for group, entry in USE_GROUPS.items() if group in uses]
        if "buildings" in drawn
        else [],
        "route_colour": ROUTE_COLOUR,
        "route_width": ROUTE_WIDTH,
        "any_route": any(key.startswith("zone_routes") for key in drawn),
    }
