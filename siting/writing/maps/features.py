"""
What the map shows: each theme as GeoJSON features with ready-made texts.

A theme is one layer of the map: features, and styles for their classes. What is left out to keep
the file small is said in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..results import in_order
from ..wording import html_text, is_blank
from .background import (
    BUILDING_TOLERANCE_M,
    is_hypothetical,
    roads_theme,
    site_outlines,
    site_symbol,
)
from .cells import cell_theme, shape_counts
from .classes import USE_GROUPS, use_group
from .geojson import Theme, as_features, drawable, figure_column, name_column, text_column
from .projects import table_rows
from .routes import route_themes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..results import FinishedPlan

# What a browser draws at once without a pause; the rest is in the layers file.
MOST_SHAPES = 10_000
MOST_BESIDE_ZONES = 4000
MOST_LINKS = 25


def themes(plan: FinishedPlan) -> tuple[list[Theme], list[str]]:
    """
    Every theme of the map in drawing order, and what had to be left out.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    themes
        From the background upwards; themes without features are left away.
    notes
        Sentences (plain text) on what is not drawn.
    """
    notes: list[str] = []
    projects = in_order(plan.projects, "projects")
    rows = table_rows(projects)
    routes = route_themes(plan, projects, rows, notes)
    sites = _sites(plan, projects, rows)
    most = MOST_SHAPES if plan.zones is None else MOST_BESIDE_ZONES
    most -= sum(len(theme.features) for theme in (*routes, sites)) + MOST_LINKS
    further, unconnected, connected = _consumer_themes(plan, notes, most=most)
    frames = (plan.inputs.sites, plan.connections, plan.edges, plan.projects)
    drawn = [
        *further,
        roads_theme(plan.inputs.roads, frames, notes),
        unconnected,
        _links(plan),
        *routes,
        *connected,
        site_outlines(plan.inputs.sites),
        sites,
    ]
    return [theme for theme in drawn if theme.features], notes


def _consumer_themes(
    plan: FinishedPlan, notes: list[str], *, most: int
) -> tuple[list[Theme], Theme, list[Theme]]:
    """Squares of consumers that are too many, those not connected, those connected."""
    consumers = _once_each(plan)
    connected = consumers[consumers["connected"]]
    unconnected = consumers[~consumers["connected"]]
    first, second = shape_counts(len(connected), len(unconnected), most=most)
    shown, shown_unconnected = _largest(connected, first), _largest(unconnected, second)
    left = consumers.drop([*shown.index, *shown_unconnected.index])
    further = []
    if len(left):
        theme, size_m = cell_theme(left)
        further = [theme]
        for rows, of, noun in (
            (shown, connected, "connected consumers"),
            (shown_unconnected, unconnected, "consumers not connected"),
        ):
            if len(rows) < len(of):
                notes.append(
                    f"{_which(len(rows), len(of), noun)} are added up by squares of "
                    f"{size_m:,.0f} m. All are in plan.gpkg."
                )
    return further, _unconnected(shown_unconnected), _connected(shown)


def _which(drawn: int, of: int, noun: str) -> str:
    """Which consumers are drawn one by one, up to where the others begin."""
    if not drawn:
        return f"All {of:,} {noun}"
    return f"{drawn:,} of {of:,} {noun} are drawn one by one, those with the most heat; the others"


def _once_each(plan: FinishedPlan) -> Any:
    """Each consumer in reach once, connected if any project connects it, with its projects."""
    rows = drawable(in_order(plan.connections, "connections"))
    connected = rows["connected"].fillna(value=False).astype(bool)
    served = rows[connected].groupby("consumer_id")["project_id"]
    names = served.agg(lambda ids: ", ".join(dict.fromkeys(map(str, ids))))
    rows = rows.assign(connected=connected).sort_values(
        ["connected", "consumer_id"], ascending=[False, True], kind="stable"
    )
    rows = rows.drop_duplicates("consumer_id").reset_index(drop=True)
    return rows.assign(projects=rows["consumer_id"].map(names))


def _largest(rows: Any, most: int) -> Any:
    """The rows with the most heat, if there are more than a browser likes."""
    if len(rows) <= most:
        return rows
    ranked = rows.sort_values(["annual_heat_mwh", "consumer_id"], ascending=[False, True])
    return ranked.head(most).sort_values("consumer_id")


def _unconnected(rows: Any) -> Theme:
    """Consumers in reach that no project connects: a thin outline and the reason."""
    texts = {
        "name": name_column(rows, "consumer_id"),
        "use": text_column(rows, "use"),
        "heat": figure_column(rows, "annual_heat_mwh", "MWh/yr"),
        "reason": text_column(rows, "reason"),
    }
    labels = {"name": "Consumer", "use": "Use", "heat": "Heat", "reason": "Not connected"}
    style = {"color": "#8a8a86", "weight": 1, "opacity": 0.9, "fillColor": "#ffffff"}
    return Theme(
        key="unconnected",
        label="Consumers in reach, not connected",
        features=as_features(
            rows.geometry, ["reach"] * len(rows), texts, tolerance_m=BUILDING_TOLERANCE_M
        ),
        styles={"reach": {**style, "fillOpacity": 0.55}},
        tooltip=labels,
        popup=labels,
        marker="circle",
    )


def _connected(rows: Any) -> list[Theme]:
    """Connected consumers filled by use, and the letters that say the use once more."""
    groups = [use_group(use) for use in rows["use"]]
    texts = {
        "name": name_column(rows, "consumer_id"),
        "use": text_column(rows, "use"),
        "heat": figure_column(rows, "annual_heat_mwh", "MWh/yr"),
        "peak": figure_column(rows, "peak_kw", "kW"),
        "project": text_column(rows, "projects"),
        "route": figure_column(rows, "route_m", "m"),
        "supply": figure_column(rows, "supply_at_consumer_degc", "°C"),
        "source": text_column(rows, "demand_source"),
    }
    short = {"name": "Consumer", "use": "Use", "heat": "Heat", "peak": "Peak"}
    more = {"project": "Project", "route": "Pipe length", "supply": "Supply arrives at"}
    styles = {
        group: {"color": "#22313a", "weight": 1.2, "fillColor": fill, "fillOpacity": 0.92}
        for group, (_, _, fill, _) in USE_GROUPS.items()
    }
    letters = {
        group: {"html": f'<span class="letter">{letter}</span>'}
        for group, (_, letter, _, _) in USE_GROUPS.items()
    }
    features = as_features(rows.geometry, groups, texts, tolerance_m=BUILDING_TOLERANCE_M)
    points = as_features(rows.geometry.representative_point(), groups)
    return [
        Theme(
            key="connected",
            label="Connected consumers",
            features=features,
            styles=styles,
            tooltip=short,
            popup={**short, **more, "source": "Heat figure from"},
            marker="circle",
        ),
        Theme(
            key="letters",
            label="Letters",
            features=points,
            styles=letters,
            show=False,
            listed=False,
            marker="letter",
        ),
    ]


def _links(plan: FinishedPlan) -> Theme:
    """The best single links, off until asked for."""
    links = in_order(plan.links, "links")
    rows = drawable(links[links["rank"].notna()]).head(MOST_LINKS)
    texts = {
        "rank": figure_column(rows, "rank"),
        "site": text_column(rows, "site_id"),
        "consumer": text_column(rows, "consumer_id"),
        "route": figure_column(rows, "route_m", "m"),
        "dn": text_column(rows, "dn"),
        "heat": figure_column(rows, "heat_mwh", "MWh/yr"),
        "lcoh": figure_column(rows, "lcoh_per_mwh", f"{html_text(plan.money)}/MWh"),
    }
    labels = {"rank": "Link, rank", "site": "Data centre", "consumer": "Consumer"}
    labels |= {"route": "Route", "dn": "Pipe", "heat": "Heat", "lcoh": "Heat cost"}
    return Theme(
        key="links",
        label="Best single links",
        features=as_features(rows.geometry, ["link"] * len(rows), texts),
        styles={"link": {"color": "#000000", "weight": 2.5, "opacity": 0.8, "dashArray": "6 5"}},
        tooltip=labels,
        popup=labels,
        show=False,
    )


def _sites(plan: FinishedPlan, projects: Any, rows: Mapping[str, str]) -> Theme:
    """Data centres with the rank of their best project; its card holds the figures."""
    sites = drawable(in_order(plan.inputs.sites, "sites"))
    known = [column for column in ("id", "name", "it_load_kw") if column in sites]
    best = projects.drop_duplicates("site_id")
    best = pd.DataFrame(best.drop(columns=["name", "hypothetical", best.geometry.name]))
    facts = pd.DataFrame(sites[known]).merge(best, how="left", left_on="id", right_on="site_id")
    hypothetical = is_hypothetical(sites)
    ranks = ["" if is_blank(rank) else str(int(rank)) for rank in facts["rank"]]
    classes = [
        f"{rank}{'h' if imagined else ''}"
        for rank, imagined in zip(ranks, hypothetical, strict=True)
    ]
    texts = {
        "row": [rows.get(str(project), "") for project in facts["project_id"]],
        "name": name_column(facts, "id"),
        "kind": ["hypothetical" if imagined else "existing" for imagined in hypothetical],
        "rank": [rank or "not ranked" for rank in ranks],
        "it": figure_column(facts, "it_load_kw", "kW"),
        "consumers": figure_column(facts, "consumers"),
        "heat": figure_column(facts, "heat_mwh", "MWh/yr"),
    }
    labels = {"name": "Data centre", "kind": "Status", "rank": "Rank", "it": "IT load"}
    labels |= {"consumers": "Consumers", "heat": "Heat delivered"}
    return Theme(
        key="sites",
        label="Data centres",
        features=as_features(sites.geometry.representative_point(), classes, texts),
        styles={kind: {"html": site_symbol(kind)} for kind in sorted(set(classes))},
        tooltip=labels,
        marker="site",
    )
