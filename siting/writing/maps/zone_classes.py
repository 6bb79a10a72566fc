"""
Legend classes of zones, street sections and loads on the map.

Densities take the viridis ramp from green to violet, which readers with any colour vision see
grow darker; width and dashes say the same once more. Loads grow with their size class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...zoning.rules import class_labels, density_classes, heat_classes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Colour, width in pixels and dashes, from the lowest density class upwards.
BELOW = ("#8c8c8c", 1.5, "2 5")
LADDER = (
    ("#35B779", 2.4, "7 5"),
    ("#31688E", 3.0, "14 4"),
    ("#440154", 4.0, ""),
)
WORTH_A_LOOK = ("#8FA31E", 2.5, "3 4")
SECTION_WIDTHS = 1.6
BELOW_ON_STREETS = ("#aaa69b", 2.0)
RADII = (3.5, 6.0, 8.5, 11.0, 14.0)
WORTH_LABEL = "{below}, yet a street rule holds"
BRANCHES = (
    "Every branch must carry the threshold by itself, so the mean of a zone may be higher without "
    "its being a zone of the higher class."
)
ALONE = (
    "Shares are those of a data centre that served this zone alone; those of several zones must "
    "not be added. Heat lost in pipes is not taken off."
)
LONG_METHODS = {
    "trench": "Per metre of trench",
    "street": "Per metre of street",
    "radius": "Per metre between neighbours",
}


def method_density(method: str) -> str:
    """
    Column of the density that a rule goes by.

    Parameters
    ----------
    method
        ``trench``, ``street`` or ``radius``.

    Returns
    -------
    column
        Of the ZONES table.

    Examples
    --------
    >>> method_density("street")
    'street_heat_density_mwh_m'
    """
    return f"{method}_heat_density_mwh_m"


def density_styles() -> dict[str, tuple[str, float, str]]:
    """
    Colour, width and dashes of every density class.

    Returns
    -------
    styles
        By label of the class, from the lowest to the highest.

    Examples
    --------
    >>> list(density_styles())[0]
    'below 4'
    """
    labels = [size.label for size in density_classes()]
    ladder = (BELOW, *LADDER)
    return {label: ladder[min(step, len(ladder) - 1)] for step, label in enumerate(labels)}


def density_labels(densities: Any) -> list[str]:
    """
    Density class of each value.

    Parameters
    ----------
    densities
        Heat per metre [MWh/(m·year)]; one that is not known counts as the lowest.

    Returns
    -------
    labels
        One per value.

    Examples
    --------
    >>> density_labels([3.9, 4.0, float("nan")])
    ['below 4', '4 to 8', 'below 4']
    """
    classes = density_classes()
    return [label or classes[0].label for label in class_labels(densities, classes)]


def section_labels(densities: Any, rules: Sequence[Any]) -> list[str]:
    """
    Class of each street section; those below the lowest that a street rule asks for stand out.

    Parameters
    ----------
    densities
        Heat per metre of street [MWh/(m·year)].
    rules
        Names of the street rules that each section meets; blank for none.

    Returns
    -------
    labels
        One per section.

    Examples
    --------
    >>> section_labels([1.0, 2.0, 9.0], ["", "de_street_1_5", "de_street_1_5"])
    ['below 4', 'below 4, yet a street rule holds', '8 to 16']
    """
    below = density_classes()[0].label
    worth = WORTH_LABEL.format(below=below)
    pairs = zip(density_labels(densities), rules, strict=True)
    return [worth if label == below and rule else label for label, rule in pairs]


def section_styles() -> dict[str, tuple[str, float]]:
    """
    Colour and width of every class of street sections.

    Returns
    -------
    styles
        By label of `section_labels`, from the lowest to the highest.

    Examples
    --------
    >>> len(section_styles()) - len(density_styles())
    1
    """
    looks = density_styles().items()
    styles = {label: (colour, width * SECTION_WIDTHS) for label, (colour, width, _) in looks}
    (below, _), *others = styles.items()
    worth = (WORTH_LABEL.format(below=below), WORTH_A_LOOK[:2])
    return dict([(below, BELOW_ON_STREETS), worth, *others])


def heat_radii() -> dict[str, float]:
    """
    Radius of the circle of a load, by its size class [pixels].

    Returns
    -------
    radii
        By label of the class, growing.

    Examples
    --------
    >>> radii = list(heat_radii().values())
    >>> radii == sorted(radii)
    True
    """
    labels = [size.label for size in heat_classes()]
    steps = np.linspace(0, len(RADII) - 1, len(labels))
    return dict(zip(labels, np.interp(steps, range(len(RADII)), RADII).tolist(), strict=True))


def heat_labels(heat_mwh: Any) -> list[str]:
    """
    Size class of each load.

    Parameters
    ----------
    heat_mwh
        Yearly heat [MWh/year].

    Returns
    -------
    labels
        One per load.

    Examples
    --------
    >>> heat_labels([499.0, 500.0])
    ['below 500', '500 to 1,000']
    """
    classes = heat_classes()
    return [label or classes[0].label for label in class_labels(heat_mwh, classes)]


def line_style(look: tuple[str, float, str]) -> Mapping[str, Any]:
    """
    Outline of a zone as the map draws it.

    Parameters
    ----------
    look
        Colour, width and dashes.

    Returns
    -------
    style
        Path options of Leaflet.

    Examples
    --------
    >>> line_style(("#000000", 2.0, ""))["weight"]
    2.0
    """
    colour, width, dashes = look
    style: dict[str, Any] = {"color": colour, "weight": width, "opacity": 0.95}
    style |= {"fillColor": colour, "fillOpacity": 0.16}
    return style | ({"dashArray": dashes} if dashes else {})
