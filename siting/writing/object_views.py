"""
How one project and one zone show themselves in a notebook: map, figures, rules, warnings.

The frame around map and tables is that of `notebook`, so all texts of the inputs are escaped
there; the tables are those of the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import indicative
from .maps.background import hypothetical_note, is_hypothetical
from .maps.drawing import draw_map
from .maps.zone_classes import LONG_METHODS, method_density
from .maps.zone_drawing import draw_zone_map, rule_words
from .maps.zone_features import crossings_text
from .maps.zone_supply_features import best_source
from .notebook import study_view
from .report.sheets import headline_facts
from .report.tables import gates_grid, ranges_grid
from .results import in_order
from .wording import MISSING, figure, html_text, is_blank

if TYPE_CHECKING:
    import pandas as pd

    from .report.tables import Grid
    from .results import FinishedPlan
    from .zone_results import FinishedZones

NOT_MET = ("not met", "would not be met")
MOST_LOADS = 10
LONGEST_CELL = 400


def project_view(plan: FinishedPlan) -> str:
    """
    A project as a notebook shows it.

    Parameters
    ----------
    plan
        A plan of one project only.

    Returns
    -------
    html
        A piece of a page, complete in itself: headline figures with their ranges, thresholds and
        rules that are not met, warnings.
    """
    row: Any = next(plan.projects.itertuples())
    tables = plan.assessment.tables
    shown = [] if is_blank(row.npv) else [_headline(row, plan)]
    if len(tables.get("uncertainty", ())):
        grid = ranges_grid(tables["uncertainty"])
        shown.append(_from_grid(grid, caption=f"{grid.caption}; money in {plan.money}"))
    if len(tables.get("gates", ())):
        shown.append(_from_grid(gates_grid(tables["gates"])))
    if len(tables.get("compliance", ())):
        shown.append(_broken_rules(tables["compliance"]))
    return study_view(
        plan,
        draw_map(plan),
        title="Map of the project",
        note=hypothetical_note(is_hypothetical(plan.inputs.sites), noun="project"),
        tables=shown,
        closing=f"Money in {plan.money}. {indicative.PLAN}",
    )


def zone_view(zones: FinishedZones) -> str:
    """
    A zone as a notebook shows it.

    Parameters
    ----------
    zones
        One zone only.

    Returns
    -------
    html
        A piece of a page, complete in itself: figures of the zone, its rule with the threshold,
        its largest loads and the data centres in reach, warnings.
    """
    shown = [_zone_figures(zones)]
    if len(zones.anchors):
        shown.append(_largest_loads(zones.anchors))
    if len(zones.sources):
        shown.append(_data_centres(zones.sources))
    return study_view(
        zones,
        draw_zone_map(zones),
        title="Map of the zone",
        note=hypothetical_note(is_hypothetical(zones.inputs.sites), noun="zone"),
        tables=shown,
        closing=indicative.ZONES,
    )


def _headline(row: Any, plan: FinishedPlan) -> dict[str, Any]:
    """Headline figures of a project, each with its range."""
    facts = headline_facts(row, plan.money, plan.run)
    place = "not ranked" if is_blank(row.rank) else f"rank {int(row.rank)}"
    return {
        "caption": f"Headline figures, {place}",
        "headings": ["What", "Figure", "Range, and what to compare it with"],
        "words": {0, 2},
        "rows": [(fact.label, fact.value, fact.note) for fact in facts],
        "more": "",
    }


def _from_grid(grid: Grid, *, caption: str = "") -> dict[str, Any]:
    """A table of the report as the notebook's frame takes it."""
    return {
        "caption": caption or grid.caption,
        "headings": [f"{words or 'What'}\n{unit}".strip() for words, unit in grid.headings],
        "words": set(range(grid.texts)),
        "rows": [[_cell(cell) for cell in row] for row in grid.rows],
        "more": grid.note,
    }


def _cell(cell: Any) -> Any:
    """A cell of a table, cleaned and escaped; longer than in lists."""
    return html_text(cell, longest=LONGEST_CELL)


def _broken_rules(rows: pd.DataFrame) -> dict[str, Any]:
    """Rules that are not met, with the reason; how many were asked is said in any case."""
    broken = rows[rows["answer"].isin(NOT_MET)]
    return {
        "caption": f"Rules that are not met: {len(broken):,} of {len(rows):,} asked.",
        "headings": ["Rule", "Answer", "Why", "Standing"] if len(broken) else [],
        "words": {0, 1, 2, 3},
        "rows": [
            [_cell(cell) for cell in (row.title, row.answer, row.reason, row.status)]
            for row in broken.itertuples()
        ],
        "more": "",
    }


def _zone_figures(zones: FinishedZones) -> dict[str, Any]:
    """Figures of a zone and the rule it was found by."""
    row: Any = next(zones.zones.itertuples())
    (rule,) = zones.rules
    density = figure(getattr(row, method_density(rule.method)), "MWh/m/yr")
    spread = f"{figure(row.heat_low_mwh)} to {figure(row.heat_high_mwh, 'MWh/yr')}"
    asked = f"the rule asks for {rule.threshold_mwh_m:g} MWh/m/yr"
    cells = [
        ("Heat", figure(row.heat_mwh, "MWh/yr"), spread),
        (LONG_METHODS[rule.method], density, asked),
        ("Loads", figure(row.consumers), f"anchor loads: {figure(row.anchors)}"),
        ("Trench", figure(row.trench_m, "m"), f"crosses {crossings_text(row)}"),
        ("Area", figure(row.area_ha, "ha"), ""),
        ("Certainty", html_text(row.certainty), _cell(row.certainty_reason)),
        ("Best data centre", best_source(row, zones), "share of the heat, if for this zone alone"),
    ]
    return {
        "caption": "The zone and its rule",
        "headings": ["What", "Figure", "Range, and what to compare it with"],
        "words": {0, 2},
        "rows": cells,
        "more": html_text(rule_words(rule), longest=LONGEST_CELL),
    }


def _largest_loads(anchors: pd.DataFrame) -> dict[str, Any]:
    """Anchor loads of a zone, and buildings that could be required to connect."""
    rows = in_order(anchors, "anchors")
    left = len(rows) - MOST_LOADS
    return {
        "caption": "Anchor loads, and buildings that could be required to connect",
        "headings": ["Load", "Use", "Heat\nMWh/yr", "Could be required"],
        "words": {0, 1, 3},
        "rows": [
            [
                html_text(row.consumer_id if is_blank(row.name) else row.name),
                html_text(row.use),
                figure(row.heat_mwh),
                html_text(row.required),
            ]
            for row in rows.head(MOST_LOADS).itertuples()
        ],
        "more": f"{left:,} more in .anchors." if left > 0 else "",
    }


def _data_centres(sources: pd.DataFrame) -> dict[str, Any]:
    """Data centres in reach of a zone, the best first."""
    rows = in_order(sources, "zone_sources")
    return {
        "caption": "Data centres in reach, the best first",
        "headings": ["Data centre", "Route\nm", "Could cover alone\n% of the heat"],
        "words": {0},
        "rows": [
            [
                html_text(row.site_id if is_blank(row.site_name) else row.site_name),
                figure(row.route_m),
                MISSING if is_blank(row.covered_share) else f"{100.0 * row.covered_share:.0f}",
            ]
            for row in rows.head(MOST_LOADS).itertuples()
        ],
        "more": "",
    }
