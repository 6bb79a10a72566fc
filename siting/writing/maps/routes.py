"""
Pipes of all projects on the map: section by section, or joined by size where they are too many.

Colour, width and dashes say the diameter. Each shape carries the row of its project in the table
beside the map, by which the page links the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from ..results import in_order
from ..wording import figure, html_text, is_blank
from .background import ROAD_TOLERANCE_M, one_shape
from .classes import PIPE_CLASSES, pipe_class
from .geojson import Theme, as_features, drawable, figure_column, text_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ..results import FinishedPlan

MOST_SECTIONS = 3000


def route_themes(
    plan: FinishedPlan, projects: pd.DataFrame, rows: Mapping[str, str], notes: list[str]
) -> list[Theme]:
    """
    Pipes of the projects in the table.

    Parameters
    ----------
    plan
        A finished plan.
    projects
        PROJECTS in their order.
    rows
        Row of each project in the table beside the map, by ``project_id``.
    notes
        Sentences on what is not drawn as it is are put here.

    Returns
    -------
    themes
        Those of projects beyond `MOST_SECTIONS`, joined; then sections of the best projects.
    """
    edges = drawable(in_order(plan.edges, "edges"))
    ids = [name for name in projects["project_id"].astype(str) if name in set(edges["project_id"])]
    known = [name for name in ids if name in rows]
    if len(known) < len(ids):
        left = len(ids) - len(known)
        notes.append(
            f"The routes of the first {len(known):,} projects are drawn; "
            f"{left:,} more are in plan.gpkg."
        )
    single = _drawn_singly(edges, known)
    if len(single) < len(known):
        notes.append(
            f"Pipes are drawn section by section for {len(single):,} of {len(known):,} projects, "
            "the best; those of the others are joined by size. All sections are in plan.gpkg."
        )
    names = {str(row.project_id): _project_name(row) for row in projects.itertuples()}
    joined = _joined(edges[edges["project_id"].isin(known[len(single) :])], names, rows)
    return [joined, _sections(plan, edges[edges["project_id"].isin(single)], names, rows)]


def _drawn_singly(edges: Any, ids: list[str]) -> list[str]:
    """The first projects whose sections together are few enough."""
    counts = edges["project_id"].value_counts().reindex(ids)
    return [name for name, sum_ in counts.cumsum().items() if sum_ <= MOST_SECTIONS]


def _project_name(row: Any) -> str:
    """Name of the data centre of a project, or its identifier, as HTML."""
    return str(html_text(row.site_id if is_blank(row.name) else row.name, longest=40))


def _styles() -> dict[str, dict[str, Any]]:
    """Path options of each pipe class."""
    styles: dict[str, dict[str, Any]] = {}
    for index, (_, _, colour, width, dashes) in enumerate(PIPE_CLASSES):
        style = {"color": colour, "weight": width, "opacity": 0.95}
        styles[f"dn{index}"] = style | ({"dashArray": dashes} if dashes else {})
    return styles


def _sections(
    plan: FinishedPlan, edges: Any, names: Mapping[str, str], rows: Mapping[str, str]
) -> Theme:
    """Sections one by one; those of the best project and the largest pipes drawn last."""
    places = edges["project_id"].map(lambda name: -int(rows[name]))
    order = places.to_frame("place").assign(size=edges["dn"].map(pipe_class))
    edges = edges.loc[order.sort_values(["place", "size"], kind="stable").index]
    money = html_text(plan.money)
    texts = {
        "row": [rows[name] for name in edges["project_id"]],
        "project": [names[name] for name in edges["project_id"]],
        "dn": text_column(edges, "dn"),
        "length": figure_column(edges, "length_m", "m"),
        "consumers": figure_column(edges, "consumers"),
        "peak": figure_column(edges, "peak_kw", "kW"),
        "flow": figure_column(edges, "flow_kg_s", "kg/s"),
        "velocity": figure_column(edges, "velocity_m_s", "m/s"),
        "gradient": figure_column(edges, "gradient_pa_m", "Pa/m"),
        "loss": figure_column(edges, "loss_w_m", "W/m"),
        "ground": text_column(edges, "surface_class"),
        "crossing": text_column(edges, "crossing"),
        "capex": figure_column(edges, "capex", f"thousand {money}", scale=1000),
    }
    short = {"project": "Project", "dn": "Pipe", "length": "Section", "consumers": "Consumers"}
    more = {"peak": "Design heat", "flow": "Flow", "velocity": "Velocity"}
    more |= {"gradient": "Pressure gradient", "loss": "Heat loss", "ground": "Ground"}
    more |= {"crossing": "Crossing", "capex": "Investment"}
    return Theme(
        key="routes",
        label="Pipe sections",
        features=as_features(edges.geometry, [f"dn{pipe_class(dn)}" for dn in edges["dn"]], texts),
        styles=_styles(),
        tooltip=short,
        popup={**short, **more},
    )


def _joined(edges: Any, names: Mapping[str, str], rows: Mapping[str, str]) -> Theme:
    """One shape for all pipes of a project and class."""
    groups = edges.groupby(
        [edges["project_id"].map(lambda name: -int(rows[name])), edges["dn"].map(pipe_class)]
    )
    parts = [(int(size), part) for (_, size), part in groups]
    ids = [part["project_id"].iloc[0] for _, part in parts]
    shapes = [one_shape(part.geometry) for _, part in parts]
    labels = {"project": "Project", "dn": "Pipes", "length": "Length"}
    return Theme(
        key="routes_joined",
        label="Pipes of further projects, joined by size",
        features=as_features(
            gpd.GeoSeries(shapes, crs=edges.crs),
            [f"dn{size}" for size, _ in parts],
            {
                "row": [rows[name] for name in ids],
                "project": [names[name] for name in ids],
                "dn": [PIPE_CLASSES[size][1] for size, _ in parts],
                "length": [figure(part["length_m"].sum(), "m") for _, part in parts],
            },
            tolerance_m=ROAD_TOLERANCE_M,
        ),
        styles=_styles(),
        tooltip=labels,
        popup=labels,
    )
