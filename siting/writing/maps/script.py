"""
The script by which folium sets up a map: its layers, and what of the world it shows first.

folium's random ids are replaced by the names of the themes, so that equal themes give equal text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import folium
from markupsafe import Markup

from ..wording import LONGEST_CREDIT, html_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from ...reading.tile_source import TileSource
    from .geojson import Theme

CLOSEST = 20
"""Zoom of the nearest view."""
HIGHLIGHT = {"color": "#000000", "fillOpacity": 1}


TILE_OPACITY = 0.6
"""Below pipes and zones, tiles are pale."""


def map_script(
    drawn: Sequence[Theme],
    shown: Sequence[gpd.GeoDataFrame],
    *,
    tiles: TileSource | None = None,
) -> str:
    """
    The script that makes the map.

    Parameters
    ----------
    drawn
        Themes in drawing order.
    shown
        Tables whose geometry the map begins with.
    tiles
        Background that the page fetches; `None` for nothing.

    Returns
    -------
    script
        JavaScript for Leaflet.
    """
    canvas = folium.Map(
        tiles=None, prefer_canvas=True, zoom_snap=0.25, attribution_control=False, max_zoom=CLOSEST
    )
    canvas.default_js, canvas.default_css = [], []
    canvas._id = "plan"
    if tiles is not None:
        _background(tiles).add_to(canvas)
    for theme in drawn:
        _layer(theme).add_to(canvas)
    control = folium.LayerControl(collapsed=False)
    control._id = "plan"
    control.add_to(canvas)
    canvas.fit_bounds(_bounds(shown), padding=(30, 30), max_zoom=17)
    root: Any = canvas.get_root()
    root.render()
    return "\n".join(child.render() for child in root.script._children.values())


def _background(tiles: TileSource) -> folium.TileLayer:
    """Tiles of the named source, below everything; their credit stands on the page."""
    layer = folium.TileLayer(
        tiles.url,
        attr=str(html_text(tiles.attribution, longest=LONGEST_CREDIT)),
        name=f"Background map ({tiles.origin.removeprefix('https://')})",
        max_zoom=CLOSEST,
        max_native_zoom=tiles.max_zoom,
        opacity=TILE_OPACITY,
        overlay=True,
    )
    layer._id = "background"
    return layer


def _layer(theme: Theme) -> folium.GeoJson:
    """One theme as a folium layer with a name of its own instead of a random id."""
    highlight = HIGHLIGHT if theme.highlight is None else theme.highlight
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": list(theme.features)},
        name=layer_label(theme),
        show=theme.show,
        control=theme.listed,
        style_function=lambda feature: dict(theme.styles[feature["properties"]["class"]]),
        highlight_function=(lambda _: dict(highlight)) if theme.tooltip else None,
        marker=_marker(theme.marker),
        smooth_factor=0.5,
    )
    layer._id = theme.key
    for kind, fields in (
        (folium.GeoJsonTooltip, theme.tooltip),
        (folium.GeoJsonPopup, theme.popup),
    ):
        if fields and theme.features:
            kind(fields=list(fields), aliases=list(fields.values()), localize=False).add_to(layer)
    return layer


def _marker(kind: str) -> Any:
    """How points of a theme look: a circle, a letter, or the square of a site."""
    if kind == "circle":
        return folium.CircleMarker(radius=5)
    if kind == "letter":
        icon = folium.DivIcon(icon_size=(14, 14), icon_anchor=(7, 7), class_name="letter-icon")
        return folium.Marker(icon=icon, interactive=False, keyboard=False)
    if kind == "site":
        icon = folium.DivIcon(icon_size=(28, 28), icon_anchor=(14, 14), class_name="site-icon")
        return folium.Marker(icon=icon)
    return None


def _bounds(frames: Sequence[gpd.GeoDataFrame]) -> list[list[float]]:
    """South-west and north-east corner of what is shown; the world where that is nothing."""
    shapes = [frame.geometry.dropna() for frame in frames]
    shapes = [shape.to_crs("EPSG:4326") for shape in shapes if len(shape)]
    if not shapes:
        return [[-60.0, -180.0], [75.0, 180.0]]
    boxes = [shape.total_bounds for shape in shapes]
    west, south = (float(min(box[i] for box in boxes)) for i in (0, 1))
    east, north = (float(max(box[i] for box in boxes)) for i in (2, 3))
    return [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]


def layer_label(theme: Theme) -> str:
    """
    Name of a layer in the layer switch, with the number of shapes it holds.

    Parameters
    ----------
    theme
        One layer of the map.

    Returns
    -------
    label
        HTML; the background has no number.
    """
    if theme.key == "roads":
        return theme.label
    return f"{theme.label} ({len(theme.features):,})"


def layer_entry(theme: Theme) -> dict[str, Any]:
    """
    One line of the list of what is on the map.

    Parameters
    ----------
    theme
        One layer of the map.

    Returns
    -------
    entry
        ``key``, number of ``features`` and ``text``.
    """
    label = Markup(layer_label(theme))
    return {"key": theme.key, "features": len(theme.features), "text": label}
