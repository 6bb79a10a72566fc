"""
How plans and zones show themselves in a notebook: map, table, warnings.

The map is the page that `Plan.save` writes, in a frame that may run its own scripts and reach
nothing of the notebook around it. It needs no internet. Texts of the inputs pass `html_text`, the
page as a whole is escaped once more as the attribute of its frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from . import indicative
from .maps.background import hypothetical_note, is_hypothetical
from .maps.drawing import draw_map
from .maps.page import asset
from .maps.zone_classes import LONG_METHODS, method_density
from .maps.zone_drawing import draw_zone_map
from .results import in_order
from .wording import MISSING, figure, html_text, if_given, is_blank
from .zone_results import first_rule, rows_of_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .results import FinishedPlan
    from .zone_results import FinishedZones

LARGEST_MAP_BYTES = 10_000_000
"""A notebook keeps what a cell shows; a larger map stays in its own file."""
MOST_ROWS = 15
MOST_WARNINGS = 30
LONGEST_SUMMARY = 1500
LONGEST_WARNING = 400
MILLION = 1e6
PERCENT = 100.0


def plan_view(plan: FinishedPlan) -> str:
    """
    A plan as a notebook shows it.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    html
        A piece of a page, complete in itself.
    """
    tables = [_project_table(plan)]
    if plan.zones is not None:
        tables.append(_zone_table(plan.zones))
    return study_view(
        plan,
        draw_map(plan),
        title="Map of the plan",
        note=hypothetical_note(is_hypothetical(plan.inputs.sites)),
        tables=tables,
        closing=f"Money in {plan.money}. {indicative.PLAN}",
    )


def zones_view(zones: FinishedZones) -> str:
    """
    Zones as a notebook shows them.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    html
        A piece of a page, complete in itself.
    """
    return study_view(
        zones,
        draw_zone_map(zones),
        title="Map of the zones",
        note=hypothetical_note(is_hypothetical(zones.inputs.sites), noun="study"),
        tables=[_zone_table(zones)],
        closing=indicative.ZONES,
    )


def study_view(
    study: FinishedPlan | FinishedZones,
    page: str,
    *,
    title: str,
    note: str,
    tables: Sequence[dict[str, Any]],
    closing: str,
) -> str:
    """
    A map in its frame, with tables and warnings below.

    Parameters
    ----------
    study
        What is shown; its summary and warnings are taken from here.
    page
        Page with the map.
    title
        Name of the frame.
    note
        What to know before believing it; blank for nothing.
    tables
        Each with ``caption``, ``headings``, ``words`` (numbers of the columns that are words),
        ``rows`` and ``more`` (a line below); texts that are not marked as safe are escaped.
    closing
        The last line.

    Returns
    -------
    html
        A piece of a page, complete in itself.
    """
    size = len(page.encode("utf-8", errors="replace"))
    no_map = f"The map is too large to show here ({size / MILLION:,.0f} MB): save() writes map.html"
    environment = Environment(
        loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("notebook.html").render(
        title=title,
        banner=note,
        summary=html_text(study.summary, longest=LONGEST_SUMMARY),
        map=page if size <= LARGEST_MAP_BYTES else "",
        no_map=no_map,
        tables=tables,
        warnings=_warnings(study),
        closing=closing,
        data_date=if_given(study.inputs.data_date),
        attribution=if_given(study.inputs.attribution),
    )


def _warnings(study: FinishedPlan | FinishedZones) -> list[Any]:
    """What was left out, and what should be looked at."""
    left_out = study.run.get("left_out", {})
    texts = [f"left out: {count:,} {what}" for what, count in left_out.items()]
    texts += [str(warning) for warning in study.run.get("warnings", ())]
    shown = [html_text(text, longest=LONGEST_WARNING) for text in texts[:MOST_WARNINGS]]
    more = len(texts) - len(shown)
    return [*shown, *([f"… and {more:,} more, see run.json"] if more else [])]


def _project_table(plan: FinishedPlan) -> dict[str, Any]:
    """Ranked projects with their headline figures."""
    rows = in_order(plan.projects, "projects")
    currency = plan.money.split()[0] if plan.money else ""
    return {
        "caption": f"Heat networks by rank; money in {plan.money}, M: millions",
        "headings": [
            "#", "Data centre", "Loads", "Heat\nMWh/yr", "Net saving\ntCO₂e/yr",
            f"Heat cost\n{currency}/MWh", "Investment\nM", "NPV\nM", "NPV P10 to P90\nM",
            "First\n% of draws", "Why",
        ],
        "words": {1, 10},
        "rows": [_project_cells(row) for row in rows.head(MOST_ROWS).itertuples()],
        "more": _more(len(rows), "projects"),
    }  # fmt: skip


def _project_cells(row: Any) -> list[Any]:
    """Cells of one project."""
    name = html_text(row.site_id if is_blank(row.name) else row.name)
    spread = f"{_millions(row.npv_p10)} to {_millions(row.npv_p90)}"
    return [
        MISSING if is_blank(row.rank) else str(int(row.rank)),
        name,
        figure(row.consumers),
        figure(row.heat_mwh),
        figure(row.avoided_t_co2e),
        figure(row.lcoh_per_mwh),
        _millions(row.capex),
        _millions(row.npv),
        MISSING if is_blank(row.npv_p10) else spread,
        MISSING if is_blank(row.first_share) else figure(round(PERCENT * row.first_share)),
        html_text(row.reason, longest=300),
    ]


def _zone_table(zones: FinishedZones) -> dict[str, Any]:
    """Zones of the first rule that has any."""
    shown = first_rule(zones)
    rule = next(rule for rule in zones.rules if rule.name == shown)
    rows = in_order(rows_of_rule(zones.zones, "zones", shown), "zones")
    return {
        "caption": f"Zones of rule {rule.name} by heat; {len(zones.zones):,} in all rules",
        "headings": [
            "#", "Zone", "Loads", "Anchors", "Heat\nMWh/yr",
            f"{LONG_METHODS[rule.method]}\nMWh/m/yr", "Certainty",
        ],
        "words": {1, 6},
        "rows": [
            [
                MISSING if is_blank(row.rank) else str(int(row.rank)),
                html_text(row.zone_id if is_blank(row.name) else row.name),
                figure(row.consumers),
                figure(row.anchors),
                figure(row.heat_mwh),
                figure(getattr(row, method_density(rule.method))),
                html_text(row.certainty),
            ]
            for row in rows.head(MOST_ROWS).itertuples()
        ],
        "more": _more(len(rows), "zones"),
    }  # fmt: skip


def _millions(value: Any) -> str:
    """An amount in millions."""
    return figure(None if is_blank(value) else float(value) / MILLION)


def _more(rows: int, table: str) -> str:
    """What the table leaves out."""
    return f"{rows - MOST_ROWS:,} more in .{table}." if rows > MOST_ROWS else ""
