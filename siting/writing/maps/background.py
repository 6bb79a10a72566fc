"""What every map shows: streets in grey, ground plans of data centres, which do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..results import in_order
from ..wording import is_blank
from .geojson import Theme, as_features, drawable

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ROAD_POINTS = 60_000
ROAD_MARGIN_M = 600.0
ROAD_TOLERANCE_M = 1.5
BUILDING_TOLERANCE_M = 0.4
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary")
ONLY_MAIN_ROADS = "Of the streets only main roads are drawn."


def roads_theme(
    roads: gpd.GeoDataFrame, frames: Sequence[gpd.GeoDataFrame], notes: list[str]
) -> Theme:
    """
    Streets around what is shown, as light grey background.

    Parameters
    ----------
    roads
        Street lines, with their ``highway`` class.
    frames
        Tables that the map shows.
    notes
        A sentence is put here if only main roads are drawn.

    Returns
    -------
    theme
        The background.
    """
    roads = drawable(roads)
    shown = [frame.total_bounds for frame in map(drawable, frames) if len(frame)]
    if shown and len(roads):
        box = np.vstack(shown)
        west, south = box[:, :2].min(axis=0) - ROAD_MARGIN_M
        east, north = box[:, 2:].max(axis=0) + ROAD_MARGIN_M
        roads = roads.cx[west:east, south:north]
    lines = roads.geometry.simplify(ROAD_TOLERANCE_M)
    kinds = roads.get("highway", pd.Series("", index=roads.index))
    is_main = kinds.astype("string").str.removesuffix("_link").isin(MAIN_ROADS).astype(bool)
    if shapely.get_num_coordinates(lines.to_numpy()).sum() > MOST_ROAD_POINTS:
        lines, is_main = lines[is_main], is_main[is_main]
        notes.append(ONLY_MAIN_ROADS)
    merged = gpd.GeoSeries(
        [one_shape(lines[is_main == main]) for main in (False, True)],
        index=["minor", "main"],
        crs=roads.crs,
    )
    merged = merged[~merged.is_empty]
    return Theme(
        key="roads",
        label="Streets",
        features=as_features(merged, list(merged.index)),
        styles={
            "minor": {"color": "#d9d7d0", "weight": 1.6, "opacity": 1, "interactive": False},
            "main": {"color": "#c6c3ba", "weight": 3, "opacity": 1, "interactive": False},
        },
    )


def one_shape(lines: gpd.GeoSeries) -> Any:
    """
    Many lines as one shape, joined where they meet end to end.

    Parameters
    ----------
    lines
        Lines in a metric CRS.

    Returns
    -------
    shape
        Line or lines; empty for none.
    """
    return shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines.to_numpy())))


def site_outlines(sites: gpd.GeoDataFrame) -> Theme:
    """
    Ground plans of the data centres that are given as areas.

    Parameters
    ----------
    sites
        Data centres.

    Returns
    -------
    theme
        Without features where all are points.
    """
    sites = drawable(in_order(sites, "sites"))
    areas = sites[sites.geom_type.isin(["Polygon", "MultiPolygon"])]
    style = {"color": "#12323f", "weight": 2.5, "fillColor": "#ffe9a8", "fillOpacity": 0.7}
    return Theme(
        key="site_outlines",
        label="Ground plans of data centres",
        features=as_features(
            areas.geometry, ["site"] * len(areas), tolerance_m=BUILDING_TOLERANCE_M
        ),
        styles={"site": {**style, "interactive": False}},
        listed=False,
    )


def site_symbol(kind: str) -> str:
    """
    The rank in a square, with a dashed edge where the site does not exist.

    Parameters
    ----------
    kind
        Rank, followed by ``h`` for a hypothetical site.

    Returns
    -------
    html
        What stands on the map.

    Examples
    --------
    >>> site_symbol("2h")
    '<span class="site hypothetical">2</span>'
    """
    imagined = kind.endswith("h")
    rank = kind.removesuffix("h") or "–"
    look = "site hypothetical" if imagined else "site"
    return f'<span class="{look}">{rank}</span>'


def is_hypothetical(sites: gpd.GeoDataFrame) -> list[bool]:
    """
    Which sites do not exist.

    Parameters
    ----------
    sites
        Data centres; without a column ``hypothetical`` all exist.

    Returns
    -------
    flags
        One per site.
    """
    if "hypothetical" not in sites:
        return [False] * len(sites)
    return [not is_blank(flag) and bool(flag) for flag in sites["hypothetical"]]


def hypothetical_note(flags: Sequence[bool], *, noun: str = "plan") -> str:
    """
    What to know before believing a study: how many of its data centres do not exist.

    Parameters
    ----------
    flags
        One per site, true where the site does not exist.
    noun
        What the study is called.

    Returns
    -------
    note
        One sentence; blank where all exist.

    Examples
    --------
    >>> hypothetical_note([True, False])
    'Hypothetical sites: 1 of 2 data centres does not exist.'
    """
    number = sum(flags)
    if not number:
        return ""
    if number == len(flags):
        return f"Hypothetical sites: none of the data centres in this {noun} exists."
    verb = "does" if number == 1 else "do"
    return f"Hypothetical sites: {number:,} of {len(flags):,} data centres {verb} not exist."
