"""
What the map shows of the heat itself: along streets, of single loads, by hectare and block.

Each theme draws what matters most and says how much it leaves out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from ...consumers.building_use import siting_rule
from ..results import in_order
from ..wording import figure, html_text
from ..zone_results import consumers_with_zones
from .background import BUILDING_TOLERANCE_M, one_shape
from .classes import USE_GROUPS, use_group
from .geojson import Theme, as_features, drawable, figure_column, name_column, text_column
from .zone_classes import heat_labels, heat_radii, section_labels, section_styles

if TYPE_CHECKING:
    from ..zone_results import FinishedZones

MOST_SECTIONS = 2500
MOST_ANCHORS = 500
MOST_REQUIRED = 600
MOST_CELLS = 1200
MOST_BLOCKS = 600
MOST_BUILDINGS = 2000
SECTION_TOLERANCE_M = 1.0
BLOCK_TOLERANCE_M = 2.0
# From light to dark; the highest is nearly opaque.
CELL_COLOURS = ("#fde9d0", "#fdbf86", "#f08a4b", "#c9512c", "#7f1f1a")
ANCHOR_LOOK = {
    "color": "#ffffff", "weight": 1.5, "fill": True, "fillColor": "#0072B2", "fillOpacity": 0.9,
}  # fmt: skip
REQUIRED_LOOK = {
    "color": "#0072B2", "weight": 2, "fill": True, "fillColor": "#ffffff", "fillOpacity": 0.7,
}  # fmt: skip
THOUSAND = 1000.0


def section_themes(zones: FinishedZones, notes: list[str], *, show: bool) -> list[Theme]:
    """
    Street sections by heat per metre, those in the lowest class as one grey shape.

    Parameters
    ----------
    zones
        Finished zones.
    notes
        Sentences on what is not drawn are put here.
    show
        Whether the map shows them at first.

    Returns
    -------
    themes
        The lowest class, and above it the others.
    """
    sections = zones.sections[zones.sections["heat_mwh"] > 0.0] if len(zones.sections) else None
    if sections is None or sections.empty:
        return []
    rows = drawable(in_order(sections, "street_sections"))
    labels = section_labels(rows["street_heat_density_mwh_m"], rows["rules"].fillna(""))
    lowest, *_ = section_styles()
    rows = rows.assign(label=labels)
    low, high = rows[rows["label"] == lowest], rows[rows["label"] != lowest]
    cut = _cut(high, MOST_SECTIONS, "street sections with heat", notes, by="heat_mwh")
    # The densest last, so that it lies on top where sections meet.
    cut = cut.iloc[::-1]
    text = {"name": "Street", "density": "Per metre of street", "heat": "Heat"}
    text |= {"consumers": "Consumers", "length": "Length"}
    grey = gpd.GeoSeries([one_shape(low.geometry.simplify(SECTION_TOLERANCE_M))], crs=rows.crs)
    styles = {
        label: {"color": colour, "weight": width, "opacity": 0.9}
        for label, (colour, width) in section_styles().items()
    }
    return [
        Theme(
            key="low_sections",
            label=f"Streets with heat {lowest} MWh/m/yr, as one shape",
            features=as_features(grey[~grey.is_empty], [lowest] * int((~grey.is_empty).sum())),
            styles={lowest: {**styles[lowest], "interactive": False}},
            show=show,
        ),
        Theme(
            key="sections",
            label="Street sections by heat per metre",
            features=as_features(
                cut.geometry,
                cut["label"].tolist(),
                {
                    "name": name_column(cut, "section_id"),
                    "density": figure_column(cut, "street_heat_density_mwh_m", "MWh/m/yr"),
                    "heat": figure_column(cut, "heat_mwh", "MWh/yr"),
                    "consumers": figure_column(cut, "consumers"),
                    "length": figure_column(cut, "length_m", "m"),
                },
                tolerance_m=SECTION_TOLERANCE_M,
            ),
            styles=styles,
            tooltip=text,
            popup=text,
            show=show,
        ),
    ]


def _cut(rows: Any, most: int, noun: str, notes: list[str], *, by: str) -> Any:
    """The rows with the most heat, in the order they had; what is left out is said."""
    if len(rows) <= most:
        return rows
    notes.append(
        f"{most:,} of {len(rows):,} {noun} are drawn, those with the most heat; "
        "all are in zones.gpkg."
    )
    best = rows[by].rank(method="first", ascending=False) <= most
    return rows[best]


def anchor_themes(zones: FinishedZones, notes: list[str], *, show: bool) -> list[Theme]:
    """
    Anchor loads by size, their heat as labels, and buildings that could be required to connect.

    Parameters
    ----------
    zones
        Finished zones.
    notes
        Sentences on what is not drawn are put here.
    show
        Whether the map shows the anchor loads at first.

    Returns
    -------
    themes
        Buildings that could be required, anchor loads, labels.
    """
    rows = drawable(in_order(zones.anchors, "anchors"))
    is_anchor = rows["anchor"].fillna(value=False).astype(bool)
    anchors = _cut(rows[is_anchor], MOST_ANCHORS, "anchor loads", notes, by="heat_mwh")
    other = rows[~is_anchor & rows["required"].isin(["yes", "if wet system"])]
    noun = "other buildings that could be required to connect"
    other = _cut(other, MOST_REQUIRED, noun, notes, by="heat_mwh")
    numbers = [figure(heat / THOUSAND) for heat in anchors["heat_mwh"]]
    return [
        _load_theme(
            other, "required", "Other buildings that could be required to connect", REQUIRED_LOOK
        ),
        _load_theme(anchors, "anchors", "Anchor loads", ANCHOR_LOOK, show=show),
        Theme(
            key="anchor_labels",
            label="Heat of anchor loads",
            features=as_features(anchors.geometry.representative_point(), numbers),
            styles={
                number: {"html": f'<span class="anchor-label">{number}</span>'}
                for number in sorted(set(numbers))
            },
            show=False,
            listed=False,
            marker="letter",
        ),
    ]


def _load_theme(
    rows: Any, key: str, label: str, look: dict[str, Any], *, show: bool = False
) -> Theme:
    """Loads as circles that grow with their heat; the smallest on top."""
    texts = {
        "name": name_column(rows, "consumer_id"),
        "use": text_column(rows, "use"),
        "heat": figure_column(rows, "heat_mwh", "MWh/yr"),
        "range": [
            f"{figure(low)} to {figure(high, 'MWh/yr')}"
            for low, high in zip(rows["heat_low_mwh"], rows["heat_high_mwh"], strict=True)
        ],
        "confidence": text_column(rows, "confidence"),
        "source": text_column(rows, "demand_source"),
        "required": text_column(rows, "required"),
        "why": [str(html_text(text, longest=240)) for text in rows["required_reason"]],
        "uprn": text_column(rows, "uprn"),
        "id": text_column(rows, "consumer_id"),
    }
    short = {"name": "Load", "use": "Use", "heat": "Heat", "confidence": "Confidence"}
    more = {"range": "Range", "source": "Heat figure from", "required": "Could be required"}
    more |= {"why": "Why", "uprn": "Register number", "id": "Identifier"}
    return Theme(
        key=key,
        label=label,
        features=as_features(
            rows.geometry.representative_point(), heat_labels(rows["heat_mwh"]), texts
        ),
        styles={size: {**look, "radius": radius} for size, radius in heat_radii().items()},
        tooltip=short,
        popup={**short, **more},
        marker="circle",
        show=show,
    )


def cell_bounds() -> list[float]:
    """
    Bounds of the classes of heat per hectare [MWh/(ha·year)].

    Returns
    -------
    bounds
        Four, growing.

    Examples
    --------
    >>> bounds = cell_bounds()
    >>> bounds == sorted(bounds), len(bounds)
    (True, 4)
    """
    return [siting_rule("heat_cell_class", f"class_{number}_mwh_ha") for number in range(1, 5)]


def cell_classes() -> dict[str, str]:
    """
    Colour of each class of heat per hectare.

    Returns
    -------
    colours
        By label of the class, from the lowest.

    Examples
    --------
    >>> len(cell_classes())
    5
    """
    bounds = [f"{bound:,g}" for bound in cell_bounds()]
    between = [f"{low} to {high}" for low, high in pairwise(bounds)]
    labels = [f"below {bounds[0]}", *between, f"{bounds[-1]} and more"]
    return dict(zip(labels, CELL_COLOURS, strict=True))


def area_themes(zones: FinishedZones, notes: list[str]) -> list[Theme]:
    """
    Heat by hectare and by block, both off until asked for.

    Parameters
    ----------
    zones
        Finished zones.
    notes
        Sentences on what is not drawn are put here.

    Returns
    -------
    themes
        Cells, blocks.
    """
    cells = _cut(_heated(zones.cells, "heat_cells"), MOST_CELLS, "hectares", notes, by="heat_mwh")
    blocks = _cut(_heated(zones.blocks, "blocks"), MOST_BLOCKS, "blocks", notes, by="heat_mwh")
    return [
        _area_theme(cells, "cells", "Heat by hectare"),
        _area_theme(blocks, "blocks", "Heat by block between streets", BLOCK_TOLERANCE_M),
    ]


def _heated(frame: gpd.GeoDataFrame, table: str) -> Any:
    """Areas in which there is heat, in their order."""
    rows = drawable(in_order(frame, table))
    return rows[rows["heat_mwh"] > 0.0] if len(rows) else rows


def _area_theme(rows: Any, key: str, label: str, tolerance_m: float = 0.0) -> Theme:
    """Areas filled by heat per hectare."""
    bounds, names = cell_bounds(), list(cell_classes())
    density = rows["heat_density_mwh_ha"] if len(rows) else ()
    classes = [names[sum(value >= bound for bound in bounds)] for value in density]
    text = {"density": "Per hectare", "heat": "Heat", "consumers": "Consumers"}
    return Theme(
        key=key,
        label=label,
        features=as_features(
            rows.geometry,
            classes,
            {
                "density": figure_column(rows, "heat_density_mwh_ha", "MWh/ha/yr"),
                "heat": figure_column(rows, "heat_mwh", "MWh/yr"),
                "consumers": figure_column(rows, "consumers"),
            },
            tolerance_m=tolerance_m,
        ),
        styles={
            name: {"color": "#5a5a5a", "weight": 0.6, "fillColor": colour, "fillOpacity": 0.75}
            for name, colour in cell_classes().items()
        },
        tooltip=text,
        popup=text,
        show=False,
    )


def building_theme(zones: FinishedZones, notes: list[str]) -> Theme:
    """
    Buildings filled by use, off until asked for.

    Parameters
    ----------
    zones
        Finished zones.
    notes
        Sentences on what is not drawn are put here.

    Returns
    -------
    theme
        Those with the most heat, with the zones they lie in.
    """
    rows = drawable(in_order(consumers_with_zones(zones), "consumers"))
    rows = rows[rows["annual_heat_mwh"] > 0.0]
    rows = _cut(rows, MOST_BUILDINGS, "buildings", notes, by="annual_heat_mwh")
    short = {"name": "Building", "use": "Use", "heat": "Heat"}
    more = {"source": "Heat figure from", "confidence": "Confidence", "zones": "Zones"}
    return Theme(
        key="buildings",
        label="Buildings by use",
        features=as_features(
            rows.geometry,
            [use_group(use) for use in rows["use"]],
            {
                "name": name_column(rows, "id"),
                "use": text_column(rows, "use"),
                "heat": figure_column(rows, "annual_heat_mwh", "MWh/yr"),
                "source": text_column(rows, "demand_source"),
                "confidence": text_column(rows, "confidence"),
                "zones": [str(html_text(text, longest=240)) for text in rows["zone_ids"]],
            },
            tolerance_m=BUILDING_TOLERANCE_M,
        ),
        styles={
            group: {"color": "#22313a", "weight": 0.8, "fillColor": fill, "fillOpacity": 0.85}
            for group, (_, _, fill, _) in USE_GROUPS.items()
        },
        tooltip=short,
        popup={**short, **more},
        show=False,
        marker="circle",
    )
