"""
Styles as QGIS reads them (QML): rules with a symbol each, a label, and long names of columns.

Only what differs from QGIS's own defaults is written. Texts go in as XML attributes and are
escaped there; a text inside an expression is quoted by `quoted`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MM_PER_PIXEL = 25.4 / 96.0
"""Widths are given in pixels of the map, of which an inch has 96; QGIS takes millimetres."""
STYLED = "Symbology|Labeling|Fields|Forms"
PLAIN = ("solid", "no")
KIND_OF_GEOMETRY = {"Point": "marker", "LineString": "line", "Polygon": "fill"}
GEOMETRY_FILTER = {"marker": "Point", "line": "Line", "fill": "Polygon"}
INK = "#1e1e1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    How the rows of a layer that meet a condition are drawn.

    Attributes
    ----------
    label
        Text of the legend.
    where
        QGIS expression that a row must meet; blank for every row.
    colour
        Of line, fill or marker, as ``#rrggbb``.
    width
        Of the line [pixels].
    dashes
        Lengths of dash and gap [pixels], with a blank between; blank for a whole line.
    outline
        Colour of the edge of a fill or marker; blank for the colour itself.
    opacity
        Of a fill.
    pattern
        Of a fill: ``solid``, ``no`` or a hatch such as ``b_diagonal``.
    shape
        Of a marker: ``circle``, ``square``, ``triangle`` …
    size
        Diameter of a marker [pixels].
    """

    label: str
    where: str = ""
    colour: str = "#0072B2"
    width: float = 1.0
    dashes: str = ""
    outline: str = ""
    opacity: float = 1.0
    pattern: str = "solid"
    shape: str = "circle"
    size: float = 8.0


def quoted(text: str) -> str:
    """
    A text as a literal of a QGIS expression.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    literal
        In single quotes, in which quotes and back-slashes are doubled.

    Examples
    --------
    >>> quoted("Miller's")
    "'Miller''s'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def qml(
    looks: Sequence[Look],
    geometries: Sequence[str],
    *,
    aliases: Mapping[str, str],
    label: str = "",
) -> str:
    """
    A style as QML.

    Parameters
    ----------
    looks
        Drawn in this order; a row takes every look whose condition it meets.
    geometries
        Kinds of shapes in the layer: ``Point``, ``LineString``, ``Polygon``. Where there are
        several, each look is written for each of them.
    aliases
        Long names of columns.
    label
        QGIS expression of the text that stands at the shapes; blank for none.

    Returns
    -------
    text
        The style.

    Examples
    --------
    >>> text = qml([Look(label="Pipe")], ["LineString"], aliases={"dn": "Diameter"})
    >>> 'label="Pipe"' in text, 'name="Diameter"' in text
    (True, True)
    """
    root = Xml.Element("qgis", version="3.22.0", styleCategories=STYLED)
    root.set("labelsEnabled", "1" if label else "0")
    kinds = [KIND_OF_GEOMETRY[kind] for kind in KIND_OF_GEOMETRY if kind in geometries]
    _renderer(root, looks, kinds)
    if label:
        _labels(root, label)
    listed = Xml.SubElement(root, "aliases")
    for index, (column, name) in enumerate(aliases.items()):
        Xml.SubElement(listed, "alias", index=str(index), field=column, name=name)
    Xml.indent(root, space=" ")
    return Xml.tostring(root, encoding="unicode")


def _renderer(root: Xml.Element, looks: Sequence[Look], kinds: Sequence[str]) -> None:
    """Rules and their symbols; a layer of several kinds of shapes has a rule per kind."""
    renderer = Xml.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = Xml.SubElement(renderer, "rules", key="rules")
    symbols = Xml.SubElement(renderer, "symbols")
    pairs = [(look, kind) for look in looks for kind in kinds]
    for number, (look, kind) in enumerate(pairs):
        name = str(number)
        rule = Xml.SubElement(rules, "rule", key=f"rule{number}", symbol=name, label=look.label)
        conditions = [f"({look.where})"] if look.where else []
        if len(kinds) > 1:
            conditions.append(f"geometry_type($geometry) = '{GEOMETRY_FILTER[kind]}'")
        if conditions:
            rule.set("filter", " AND ".join(conditions))
        _symbol(symbols, look, kind, name=name)


def _symbol(symbols: Xml.Element, look: Look, kind: str, *, name: str) -> None:
    """One symbol of one layer."""
    alpha = f"{look.opacity:g}" if kind == "fill" else "1"
    symbol = Xml.SubElement(symbols, "symbol", type=kind, name=name, alpha=alpha)
    if kind == "line":
        _layer(symbol, "SimpleLine", _line(look))
    elif kind == "marker":
        _layer(symbol, "SimpleMarker", _marker(look))
    elif look.pattern in PLAIN:
        _layer(symbol, "SimpleFill", _fill(look, look.colour, look.pattern))
    else:
        # A hatch lies on its colour, or small shapes would show neither.
        _layer(symbol, "SimpleFill", _fill(look, look.colour, "solid"))
        _layer(symbol, "SimpleFill", _fill(look, look.outline or INK, look.pattern))


def _layer(symbol: Xml.Element, kind: str, values: Mapping[str, str]) -> None:
    """One layer of a symbol."""
    layer = Xml.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "pass": "0"})
    options = Xml.SubElement(layer, "Option", type="Map")
    for key, value in values.items():
        Xml.SubElement(options, "Option", name=key, type="QString", value=value)
        # QGIS before 3.20 reads these instead.
        Xml.SubElement(layer, "prop", k=key, v=value)


def _line(look: Look) -> dict[str, str]:
    """Options of a line."""
    options = {
        "line_color": _colour(look.colour),
        "line_width": _mm(look.width),
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }
    if look.dashes:
        dashes = ";".join(_mm(float(part)) for part in look.dashes.split())
        options |= {"use_custom_dash": "1", "customdash": dashes, "customdash_unit": "MM"}
        options["capstyle"] = "flat"
    return options


def _fill(look: Look, colour: str, pattern: str) -> dict[str, str]:
    """Options of a fill; a dashed outline takes QGIS's own dashes."""
    return {
        "color": _colour(colour),
        "style": pattern,
        "outline_color": _colour(look.outline or look.colour),
        "outline_width": _mm(look.width),
        "outline_width_unit": "MM",
        "outline_style": "dash" if look.dashes else "solid",
    }


def _marker(look: Look) -> dict[str, str]:
    """Options of a marker."""
    return {
        "name": look.shape,
        "color": _colour(look.colour),
        "outline_color": _colour(look.outline or look.colour),
        "outline_width": _mm(look.width),
        "outline_width_unit": "MM",
        "size": _mm(look.size),
        "size_unit": "MM",
    }


def _labels(root: Xml.Element, expression: str) -> None:
    """The text of an expression at each shape, on a white halo."""
    labeling = Xml.SubElement(root, "labeling", type="simple")
    settings = Xml.SubElement(labeling, "settings")
    text = Xml.SubElement(
        settings,
        "text-style",
        fieldName=expression,
        isExpression="1",
        fontFamily="Sans",
        fontSize="9",
        fontSizeUnit="Point",
        textColor=_colour(INK),
        textOpacity="1",
    )
    halo = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferOpacity": "1"}
    Xml.SubElement(text, "text-buffer", {**halo, "bufferColor": _colour("#ffffff")})
    Xml.SubElement(settings, "rendering", drawLabels="1", obstacle="1")


def _colour(text: str) -> str:
    """A colour as QGIS writes it."""
    red, green, blue = (int(text[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _mm(pixels: float) -> str:
    """Pixels as millimetres."""
    return f"{pixels * MM_PER_PIXEL:.3g}"
