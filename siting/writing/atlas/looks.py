"""
The classes of the map on paper: line widths in points, hatching where the map has letters.

Classes and colours are those of `siting.writing.maps`, so a reader of both meets the same.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..maps.classes import PIPE_CLASSES, USE_GROUPS
from ..maps.zone_classes import BELOW, LADDER, WORTH_LABEL, density_styles, section_styles

PT_PER_PIXEL = 0.36
"""Width of a line on paper for its width on the screen."""
HATCHES = {
    "homes": "///",
    "public": "\\\\\\",
    "trade": "xx",
    "leisure": "..",
    "industry": "++",
    "other": "",
}
"""Second cue of a group of uses."""
SITE_FILL = "#ffe9a8"


class LineLook(NamedTuple):
    """A line of a class: what the legend calls it, colour, width [pt] and dashes."""

    label: str
    colour: str
    width_pt: float
    dashes: Any


class FillLook(NamedTuple):
    """A shape of a class: what the legend calls it, letter, fill and hatching."""

    label: str
    letter: str
    fill: str
    hatch: str


def _dashes(pixels: str, width: float) -> Any:
    """Dashes of the map as multiples of the width of the line."""
    if not pixels:
        return "solid"
    return (0.0, tuple(float(part) / width for part in pixels.split()))


def pipe_looks() -> list[LineLook]:
    """
    Looks of pipes.

    Returns
    -------
    looks
        One per class of `PIPE_CLASSES`, from the smallest.

    Examples
    --------
    >>> [look.label for look in pipe_looks()][0]
    'up to DN 50'
    """
    return [
        LineLook(label, colour, width * PT_PER_PIXEL, _dashes(dashes, width))
        for _, label, colour, width, dashes in PIPE_CLASSES
    ]


def use_looks() -> dict[str, FillLook]:
    """
    Looks of buildings.

    Returns
    -------
    looks
        By group of `USE_GROUPS`.

    Examples
    --------
    >>> use_looks()["leisure"].hatch
    '..'
    """
    return {
        group: FillLook(label, letter, fill, HATCHES[group])
        for group, (label, letter, fill, _) in USE_GROUPS.items()
    }


def section_looks() -> dict[str, LineLook]:
    """
    Looks of street sections by heat per metre.

    Returns
    -------
    looks
        By label of `heatreach.siting.writing.maps.zone_classes.section_labels`.

    Examples
    --------
    >>> widths = [look.width_pt for look in section_looks().values()]
    >>> widths[0] == min(widths)
    True
    """
    dashes = dict(zip(section_styles(), _section_dashes(), strict=True))
    return {
        label: LineLook(label, colour, width * PT_PER_PIXEL, dashes[label])
        for label, (colour, width) in section_styles().items()
    }


def _section_dashes() -> list[Any]:
    """Solid below, dotted where only a street rule holds, then as zones: less broken is denser."""
    steps = len(density_styles()) - 1
    ladder = [_dashes(dashes, width) for _, width, dashes in LADDER]
    return ["solid", (0.0, (1.0, 1.0)), *(ladder[min(step, 2)] for step in range(steps))]


def zone_look(label: str) -> LineLook:
    """
    Look of the outline of a zone.

    Parameters
    ----------
    label
        Density class.

    Returns
    -------
    look
        As on the map.

    Examples
    --------
    >>> zone_look("below 4").label
    'below 4'
    """
    colour, width, dashes = density_styles().get(label, BELOW)
    return LineLook(label, colour, 2.0 * width * PT_PER_PIXEL, _dashes(dashes, width))


def paler(colour: str, share: float) -> tuple[float, float, float]:
    """
    A colour mixed with white.

    Parameters
    ----------
    colour
        As ``#rrggbb``.
    share
        Of white.

    Returns
    -------
    mixed
        Red, green and blue from 0 to 1.

    Examples
    --------
    >>> paler("#000000", 0.5)
    (0.5, 0.5, 0.5)
    """
    red, green, blue = (int(colour[start : start + 2], 16) / 255.0 for start in (1, 3, 5))
    return tuple(part + (1.0 - part) * share for part in (red, green, blue))  # type: ignore[return-value]


def worth_label() -> str:
    """
    Label of street sections below every class of density at which a street rule holds.

    Returns
    -------
    label
        Key of `section_looks`.

    Examples
    --------
    >>> worth_label() in section_looks()
    True
    """
    return WORTH_LABEL.format(below=next(iter(density_styles())))
