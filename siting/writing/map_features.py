"""
What the map shows: each theme as GeoJSON features with ready-made texts.

A theme is one layer of the map: features, and styles for their classes. What is left out to keep
the file small is said in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .map_background import (
    BUILDING_TOLERANCE_M,
    is_hypothetical,
    roads_theme,
    site_outlines,
    site_symbol,
)
from .map_classes import PIPE_CLASSES, USE_GROUPS, pipe_class, use_group
from .map_geojson import Theme, as_features, drawable, figure_column, name_column, text_column
from .results import in_order
from .wording import html_text, is_blank

if TYPE_CHECKING:
    from .results import FinishedPlan

# What a browser draws at once without a pause; the rest is in the layers file.
MOST_CONSUMERS = 6000
MOST_BESIDE_ZONES = 2000
MOST_PROJECTS = 12
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
    consumers = _once_each(plan)
    most = MOST_CONSUMERS if plan.zones is None else MOST_BESIDE_ZONES
    frames = (plan.inputs.sites, plan.connections, plan.edges, plan.projects)
    drawn = [
        roads_theme(plan.inputs.roads, frames, notes),
        _unconnected(consumers, notes, most=most),
        _links(plan),
        *_routes(plan, projects, notes),
        *_connected(consumers, notes, most=most),
        site_outlines(plan.inputs.sites),
        _sites(plan, projects),
    ]
    return [theme for theme in drawn if theme.features], notes


def _once_each(plan: FinishedPlan) -> Any:
    """Each consumer in reach once, connected if any project connects it, with its projects."""
    rows = drawable(in_order(plan.connections, "connections"))
    connected = rows["connected"].fillna(value=False).astype(bool)
    served = rows[connected].groupby("consumer_id")["project_id"]
    names = served.agg(lambda ids: ", ".join(dict.fromkeys(map(str, ids))))
    rows = rows.assign(connected=connected).sort_values(
        ["connected", "consumer_id"], ascending=[False, True], kind="stable"
    )
    rows = rows.drop_duplicates("consumer_id")
    return rows.assign(projects=rows["consumer_id"].map(names))


def _largest(rows: Any, noun: str, notes: list[str], *, most: int) -> Any:
    """The rows with the most heat, if there are more than a browser likes."""
    if len(rows) <= most:
        return rows
    notes.append(
        f"{most:,} of {len(rows):,} {noun} are drawn, those with the most heat; "
        "all are in plan.gpkg."
    )
    ranked = rows.sort_values(["annual_heat_mwh", "consumer_id"], ascending=[False, True])
    return ranked.head(most).sort_values("consumer_id")


def _unconnected(consumers: Any, notes: list[str], *, most: int) -> Theme:
    """Consumers in reach that no project connects: a thin outline and the reason."""
    rows = _largest(consumers[~consumers["connected"]], "consumers not connected", notes, most=most)
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


def _connected(consumers: Any, notes: list[str], *, most: int) -> list[Theme]:
    """Connected consumers filled by use, and the letters that say the use once more."""
    rows = _largest(consumers[consumers["connected"]], "connected consumers", notes, most=most)
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


def _routes(plan: FinishedPlan, projects: Any, notes: list[str]) -> list[Theme]:
    """Trenches of the best projects, one theme each."""
    edges = drawable(in_order(plan.edges, "edges"))
    planned = projects[projects["project_id"].isin(edges["project_id"])]
    if len(planned) > MOST_PROJECTS:
        left = len(planned) - MOST_PROJECTS
        notes.append(
            f"The routes of the first {MOST_PROJECTS} projects are drawn; "
            f"{left:,} more are in plan.gpkg."
        )
    best = planned.head(MOST_PROJECTS)
    return [
        _route(plan, edges[edges["project_id"] == row.project_id], row, number=number)
        for number, row in enumerate(best.itertuples(), start=1)
    ]


def _route(plan: FinishedPlan, edges: Any, project: Any, *, number: int) -> Theme:
    """Trenches of one project, colour and width by pipe class; the largest drawn last."""
    order = edges["dn"].map(pipe_class).sort_values(kind="stable").index
    rows = edges.loc[order]
    name = html_text(project.site_id if is_blank(project.name) else project.name, longest=40)
    texts = {
        "project": [str(name)] * len(rows),
        "dn": text_column(rows, "dn"),
        "length": figure_column(rows, "length_m", "m"),
        "consumers": figure_column(rows, "consumers"),
        "peak": figure_column(rows, "peak_kw", "kW"),
        "flow": figure_column(rows, "flow_kg_s", "kg/s"),
        "velocity": figure_column(rows, "velocity_m_s", "m/s"),
        "gradient": figure_column(rows, "gradient_pa_m", "Pa/m"),
        "loss": figure_column(rows, "loss_w_m", "W/m"),
        "ground": text_column(rows, "surface_class"),
        "crossing": text_column(rows, "crossing"),
        "capex": figure_column(rows, "capex", f"thousand {html_text(plan.money)}", scale=1000),
    }
    short = {"project": "Project", "dn": "Pipe", "length": "Section", "consumers": "Consumers"}
    more = {"peak": "Design heat", "flow": "Flow", "velocity": "Velocity"}
    more |= {"gradient": "Pressure gradient", "loss": "Heat loss", "ground": "Ground"}
    more |= {"crossing": "Crossing", "capex": "Investment"}
    rank = "not ranked" if is_blank(project.rank) else f"{int(project.rank)}"
    return Theme(
        key=f"route_{number}",
        project_id=str(project.project_id),
        label=f"Pipe sections, project {rank}: <bdi>{name}</bdi>",
        features=as_features(rows.geometry, [f"dn{pipe_class(dn)}" for dn in rows["dn"]], texts),
        styles={
            f"dn{index}": {"color": colour, "weight": width, "opacity": 0.95}
            for index, (_, _, colour, width) in enumerate(PIPE_CLASSES)
        },
        tooltip=short,
        popup={**short, **more},
    )


def _sites(plan: FinishedPlan, projects: Any) -> Theme:
    """Data centres with the headline figures of their best project."""
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
        "name": name_column(facts, "id"),
        "kind": ["hypothetical" if imagined else "existing" for imagined in hypothetical],
        "it": figure_column(facts, "it_load_kw", "kW"),
        "rank": [rank or "not ranked" for rank in ranks],
        "consumers": figure_column(facts, "consumers"),
        "heat": figure_column(facts, "heat_mwh", "MWh/yr"),
        "saving": figure_column(facts, "avoided_t_co2e", "tCO₂e/yr"),
        "trench": figure_column(facts, "trench_m", "m"),
        "cop": figure_column(facts, "cop"),
        "npv": figure_column(facts, "npv", f"thousand {html_text(plan.money)}", scale=1000),
        "lcoh": figure_column(facts, "lcoh_per_mwh", f"{html_text(plan.money)}/MWh"),
        "reason": [str(html_text(reason, longest=240)) for reason in facts["reason"]],
    }
    short = {"name": "Data centre", "kind": "Status", "rank": "Rank", "heat": "Heat delivered"}
    more = {"it": "IT load", "consumers": "Consumers", "trench": "Trench", "cop": "COP"}
    more |= {"saving": "Net saving", "npv": "Net present value", "lcoh": "Heat cost"}
    return Theme(
        key="sites",
        label="Data centres",
        features=as_features(sites.geometry.representative_point(), classes, texts),
        styles={kind: {"html": site_symbol(kind)} for kind in sorted(set(classes))},
        tooltip=short,
        popup={**short, **more, "reason": "Why this rank"},
        marker="site",
    )
