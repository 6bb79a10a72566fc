"""What the report says of heat-network zones: rules, zones, anchor loads, what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from heatreach.data import load_table

from .. import indicative
from ..best_source import source_cautions, zone_caveat
from ..maps.zone_classes import ALONE, BRANCHES, LONG_METHODS, method_density
from ..results import in_order
from ..wording import MISSING, figure, html_text, is_blank
from ..zone_results import first_rule, rows_of_rule
from .tables import Grid
from .words import counted, each_row, share, spread
from .zone_loads import anchors_grid
from .zone_plan import zone_chart

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..zone_results import FinishedRule, FinishedZones
    from .charts import Chart

MOST_ZONES = 20
PER_METRE = "MWh/m/yr"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSection:
    """
    Everything the report says of zones.

    Attributes
    ----------
    summary
        What was found, and that it is indicative.
    chart
        Plan of the zones of one rule; `None` where no rule found one.
    grids
        Rules, zones by rule, anchor loads.
    left_out
        What is in no zone and why, with its number.
    """

    summary: str
    chart: Chart | None
    grids: Sequence[Grid]
    left_out: Sequence[tuple[str, int]]


def zone_section(
    zones: FinishedZones,
    projects: pd.DataFrame | None = None,
    *,
    told: Collection[str] = (),
) -> ZoneSection:
    """
    The section on zones.

    Parameters
    ----------
    zones
        Finished zones, their tables as written.
    projects
        PROJECTS of the plan made with them; none for zones alone.
    told
        What is left out and said elsewhere.

    Returns
    -------
    section
        Of the zones of all rules.
    """
    ranks = {} if projects is None else _ranks(projects)
    by_rule = [zones_grid(zones, rule, None if projects is None else ranks) for rule in zones.rules]
    shown = [rule for rule in zones.rules if rule.name == first_rule(zones)]
    anchors = anchors_grid(zones)
    return ZoneSection(
        summary=f"{zones.summary} {indicative.ZONES}",
        chart=zone_chart(zones, shown[0], "zones-plan") if shown else None,
        grids=[
            rules_grid(zones),
            *(grid for grid in by_rule if grid is not None),
            *([anchors] if anchors is not None else []),
        ],
        left_out=_left_out(zones, told),
    )


def rules_grid(zones: FinishedZones) -> Grid:
    """
    What each rule asks for, who says so, and what it found.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    grid
        One row per rule.
    """
    sources = load_table("sources").set_index("key")["citation"]
    rows = []
    for rule in zones.rules:
        mine = rows_of_rule(zones.zones, "zones", rule.name)
        found = [figure(mine[name].sum()) if len(mine) else "0" for name in ("heat_mwh", "area_ha")]
        threshold = figure(rule.threshold_mwh_m)
        where = f"{rule.jurisdiction}: " if rule.jurisdiction else ""
        cited = f"{sources.get(rule.source, rule.source)} ({rule.date})"
        asked = f"{rule.title}{_asked(rule)}"
        standing = f"{where}{rule.legal_status}"
        rows.append((rule.name, asked, standing, cited, threshold, f"{len(mine):,}", *found))
    return Grid(
        caption="Rules by which zones were sought",
        headings=[
            ("Rule", ""),
            ("What it asks for", ""),
            ("Standing", ""),
            ("Source", ""),
            ("From", PER_METRE),
            ("Zones", ""),
            ("Heat", "MWh/yr"),
            ("Area", "ha"),
        ],
        rows=rows,
        texts=4,
        file="rule_totals.csv",
        note=BRANCHES,
    )


def _asked(rule: FinishedRule) -> str:
    """What a rule asks for besides its threshold, in words."""
    parts = []
    if rule.heat_min_mwh:
        parts.append(f"{figure(rule.heat_min_mwh)} MWh a year in all")
    if rule.buildings_min:
        parts.append(counted(int(rule.buildings_min), "building"))
    if rule.anchors_min:
        loads = counted(int(rule.anchors_min), "load")
        parts.append(f"{loads} of {figure(rule.anchor_mwh)} MWh a year or more")
    return f"; besides at least {', '.join(parts)}" if parts else ""


def zones_grid(
    zones: FinishedZones, rule: FinishedRule, ranks: Mapping[str, str] | None
) -> Grid | None:
    """
    Zones of one rule, those with the most heat first.

    Parameters
    ----------
    zones
        Finished zones.
    rule
        The rule.
    ranks
        Rank of the project of each data centre; None for zones without a plan.

    Returns
    -------
    grid
        One row per zone; `None` where the rule found none.
    """
    found = rows_of_rule(zones.zones, "zones", rule.name)
    if not len(found):
        return None
    shown = found.head(MOST_ZONES)
    served = _served(zones, ranks or {})
    names = _site_names(zones)
    cells = [
        (
            _called(row),
            f"{row.certainty}",
            _covered(zones, row, names, ranks),
            *((served.get(row.zone_id, "none"),) if ranks else ()),
            figure(row.heat_mwh),
            spread(row.heat_low_mwh, row.heat_high_mwh),
            figure(row.consumers),
            figure(row.anchors),
            figure(getattr(row, method_density(rule.method))),
            figure(row.area_ha),
        )
        for row in each_row(shown)
    ]
    left = len(found) - len(shown)
    return Grid(
        caption=f"Zones of rule {rule.name}, by heat",
        headings=[
            ("Zone", "rank and name"),
            ("How sure", ""),
            ("A data centre alone covers", "of the heat"),
            *((("Project that reaches it", "of the heat"),) if ranks else ()),
            ("Heat", "MWh/yr"),
            ("Low to high", "MWh/yr"),
            ("Loads", ""),
            ("Anchors", ""),
            (LONG_METHODS[rule.method], PER_METRE),
            ("Area", "ha"),
        ],
        rows=cells,
        texts=4 if ranks else 3,
        file="zones.csv",
        note=f"{ALONE}{f' {left:,} smaller zones are not listed.' if left else ''}",
    )


def _called(row: Any) -> Any:
    """Rank and name of a zone, and that it is hardly one where its reason says so."""
    rank = MISSING if is_blank(row.rank) else f"{int(row.rank)}"
    named = Markup(f"{rank} ") + html_text(row.zone_id if is_blank(row.name) else row.name)
    caveat = zone_caveat(row)
    return named + f": {caveat}" if caveat else named


def _covered(
    zones: FinishedZones, row: Any, names: Mapping[str, Any], built: Collection[str] | None
) -> Any:
    """The best data centre of a zone, the share of its heat it could cover, and what limits it."""
    if is_blank(row.best_site_id):
        return "none in reach"
    named = html_text(names.get(row.best_site_id, row.best_site_id))
    said = [share(row.best_covered_share), *source_cautions(zones, row, built)]
    return named + f" {'; '.join(said)}"


def _site_names(zones: FinishedZones) -> dict[str, Any]:
    """Data centres by identifier, those that do not exist marked."""
    sites = pd.DataFrame(zones.inputs.sites).reindex(columns=["id", "name", "hypothetical"])
    names = {}
    for row in each_row(sites):
        imagined = not is_blank(row.hypothetical) and bool(row.hypothetical)
        known = row.id if is_blank(row.name) else row.name
        names[str(row.id)] = f"{known} (hypothetical)" if imagined else str(known)
    return names


def _ranks(projects: pd.DataFrame) -> dict[str, str]:
    """Rank of the first project of each data centre; those without a network have none."""
    ranked = projects[projects["rank"].notna()]
    pairs = zip(ranked["site_id"].astype(str), ranked["rank"], strict=True)
    return {site: f"{int(rank)}" for site, rank in reversed(list(pairs))}


def _served(zones: FinishedZones, ranks: Mapping[str, str]) -> dict[str, str]:
    """Projects whose network serves a part of each zone, with that part of its heat."""
    if not len(zones.sources):
        return {}
    rows = zones.sources[zones.sources["connected_share"].fillna(0.0) > 0.0]
    rows = in_order(rows, "zone_sources")
    served: dict[str, list[str]] = {}
    for row in each_row(rows):
        if row.site_id in ranks:
            said = f"{ranks[row.site_id]} ({share(row.connected_share)})"
            served.setdefault(str(row.zone_id), []).append(said)
    return {zone_id: ", ".join(texts) for zone_id, texts in served.items()}


def _left_out(zones: FinishedZones, told: Collection[str]) -> list[tuple[str, int]]:
    """What is in no zone and why: of the loads, and of the candidates of every rule."""
    found: dict[str, int] = {}
    for part in ("left_out", "zones_left_out"):
        known: Mapping[str, int] = zones.run.get(part, {})
        found |= {what: int(known[what]) for what in sorted(known) if what not in told}
    return list(found.items())
