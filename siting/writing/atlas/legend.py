"""The legend beside a map: a sample and a label for each class that is on the sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Circle

from .lettering import wrapped
from .looks import SITE_FILL, FillLook, LineLook, paler
from .numbers import ZONE_LETTER
from .paper import INK, SMALL_PT, leading

if TYPE_CHECKING:
    from .paper import Paper

LEGEND_ROW_MM, SAMPLE_MM, GAP_MM = 5.0, 9.0, 1.5


def legend_mm(entries: int) -> float:
    """
    Height of a legend [mm].

    Parameters
    ----------
    entries
        How many it has.

    Returns
    -------
    height
        With its heading.

    Examples
    --------
    >>> legend_mm(2) < legend_mm(3)
    True
    """
    return 8.6 + (entries + 1) // 2 * LEGEND_ROW_MM


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """
    A sign of the legend that is no line and no class of buildings.

    Attributes
    ----------
    label
        What the legend says.
    kind
        ``site``, ``number``, ``zone`` or ``pale``.
    dashed
        Whether the edge of a site is broken, as of one that does not exist.
    """

    label: str
    kind: str
    dashed: bool = False


def draw_entry(paper: Paper, entry: Any, x: float, y: float, *, room: float) -> None:
    """
    One entry of a legend: sample and label, in two lines where it is long.

    Parameters
    ----------
    paper
        The sheet.
    entry
        `LineLook`, `FillLook` or `Sign`.
    x, y
        Left end of the sample, and its middle [mm].
    room
        Width of both together [mm].
    """
    label = _sample(paper, entry, x, y)
    lines = wrapped(label, room - SAMPLE_MM - GAP_MM, SMALL_PT, lines=2)
    for number, line in enumerate(lines):
        drop = (number - (len(lines) - 1) / 2.0) * leading(SMALL_PT)
        paper.words(x + SAMPLE_MM + GAP_MM, y - 0.7 - drop, line, size=SMALL_PT)


def _sample(paper: Paper, entry: Any, x: float, y: float) -> str:
    """Draw the sample of an entry; returns its label."""
    looks: dict[str, Any]
    if isinstance(entry, LineLook):
        looks = {
            "linewidth": entry.width_pt,
            "linestyle": entry.dashes,
            "color": entry.colour,
        }
        paper.line([x, x + SAMPLE_MM], [y, y], **looks, solid_capstyle="butt")
        return entry.label
    if isinstance(entry, FillLook):
        looks = {
            "facecolor": entry.fill,
            "hatch": entry.hatch or None,
            "linewidth": 0.7,
        }
        paper.box(x, y - 1.4, SAMPLE_MM, 2.8, **looks)
        return f"{entry.letter}  {entry.label}"
    if entry.kind == "site":
        draw_site(paper, x + SAMPLE_MM / 2, y, "1", dashed=entry.dashed, size=3.2)
    elif entry.kind in ("number", "zone"):
        looks = {"facecolor": "white", "edgecolor": INK, "linewidth": 0.6}
        paper.page.add_artist(Circle((x + SAMPLE_MM / 2, y), 1.7, **looks))
        words = f"{ZONE_LETTER}1" if entry.kind == "zone" else "1"
        paper.words(x + SAMPLE_MM / 2, y, words, size=4.8, bold=True, across="center")
    else:
        pale = paler("#8C8C8C", 0.6)
        paper.box(x, y - 1.4, SAMPLE_MM, 2.8, facecolor=pale, edgecolor="#8f979b", linewidth=0.25)
    return str(entry.label)


def draw_site(
    paper: Paper, x: float, y: float, rank: str, *, dashed: bool, size: float = 5.2
) -> None:
    """
    A data centre: its rank in a square, with a broken edge where it does not exist.

    Parameters
    ----------
    paper
        The sheet.
    x, y
        Middle of the square [mm].
    rank
        What stands in it.
    dashed
        Whether the edge is broken.
    size
        Of the square [mm].
    """
    style = (0.0, (2.2, 1.4)) if dashed else "solid"
    square = (x - size / 2, y - size / 2, size, size)
    paper.box(*square, facecolor=SITE_FILL, linewidth=1.5, linestyle=style, zorder=7.5)
    letters: dict[str, Any] = {"size": 1.6 * size, "bold": True, "across": "center", "zorder": 8.5}
    paper.words(x, y, rank, **letters, room=size)
