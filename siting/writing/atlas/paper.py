"""
One sheet of paper, A3 landscape, drawn on in millimetres from its lower left corner.

The figure stands alone: no window, no global state of the drawing library but its settings, which
`drawing_rules` holds for as long as a file is written.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from .lettering import elided, font, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

WIDTH_MM, HEIGHT_MM = 420.0, 297.0
MM_PER_INCH = 25.4
FRAME = (18.0, 17.0, 287.0, 266.0)
"""Left, bottom, width and height of the map on the sheet [mm]."""
PANEL = (313.0, 12.0, 97.0, 273.0)
"""The same of the panel of tables and texts."""
INK, SOFT, RULE = "#12222b", "#4d5a61", "#b9bfc2"
TEXT_PT, SMALL_PT = 6.6, 5.6
LEADING = 1.28
"""Distance of lines as a multiple of the size of letters."""

_SETTINGS: Any = {
    "pdf.fonttype": 42,
    "pdf.compression": 9,
    "pdf.use14corefonts": False,
    "svg.hashsalt": "heatreach",
    "hatch.linewidth": 0.35,
    "lines.scale_dashes": True,
    "path.simplify": False,
    "text.usetex": False,
    "text.parse_math": False,
}
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def drawing_rules() -> Iterator[None]:
    """
    Settings of the drawing library, whatever the user's own are; one thread at a time.

    Yields
    ------
    nothing
        While the block runs the settings hold; afterwards the user's are back.
    """
    with _ONE_AT_A_TIME, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


class Paper:
    """One sheet: a figure, and a pen that takes millimetres."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH_MM / MM_PER_INCH, HEIGHT_MM / MM_PER_INCH), dpi=72.0)
        self.page = self._axes((0.0, 0.0, WIDTH_MM, HEIGHT_MM), zorder=2.0)
        self.page.set_xlim(0.0, WIDTH_MM)
        self.page.set_ylim(0.0, HEIGHT_MM)

    def _axes(self, place: Sequence[float], *, zorder: float) -> Axes:
        """Bare axes at a place on the sheet [mm]."""
        left, bottom, width, height = place
        shares = (left / WIDTH_MM, bottom / HEIGHT_MM, width / WIDTH_MM, height / HEIGHT_MM)
        axes = self.figure.add_axes(shares, zorder=zorder)
        axes.set_axis_off()
        axes.patch.set_visible(False)
        return axes

    def map_axes(self, west: float, south: float, scale: float) -> Axes:
        """
        Axes of the map, in metres of the plan.

        Parameters
        ----------
        west, south
            Lower left corner [m].
        scale
            Metres in the field per metre on paper.

        Returns
        -------
        axes
            Without ticks; equal scale in both directions by construction.
        """
        axes = self._axes(FRAME, zorder=1.0)
        axes.set_xlim(west, west + FRAME[2] * scale / 1000.0)
        axes.set_ylim(south, south + FRAME[3] * scale / 1000.0)
        axes.set_label("map")
        return axes

    def words(
        self,
        x: float,
        y: float,
        value: Any,
        *,
        size: float = TEXT_PT,
        bold: bool = False,
        colour: str = INK,
        across: str = "left",
        room: float = WIDTH_MM,
        turned: float = 0.0,
        zorder: float = 5.0,
    ) -> None:
        """
        One line of text, drawn letter by letter as it is.

        Parameters
        ----------
        x, y
            Anchor [mm], on the base line; in the middle of the letters for ``across="center"``.
        value
            Any cell.
        size
            Size of the letters [pt].
        bold
            Whether in bold letters.
        colour
            Of the letters.
        across
            ``left``, ``right`` or ``center``: where the anchor is.
        room
            Width the line may take [mm].
        turned
            Degrees against the clock.
        zorder
            Higher is on top.
        """
        text = elided(value, room, size, bold=bold)
        self.page.text(
            x,
            y,
            text,
            fontproperties=font(size, bold=bold),
            color=colour,
            ha=across,
            va="center_baseline" if across == "center" else "baseline",
            rotation=turned,
            rotation_mode="anchor",
            parse_math=False,
            zorder=zorder,
        )

    def paragraph(
        self,
        x: float,
        y: float,
        value: Any,
        *,
        room: float,
        lines: int,
        size: float = TEXT_PT,
        bold: bool = False,
        colour: str = INK,
    ) -> float:
        """
        A few lines of text.

        Parameters
        ----------
        x, y
            Left end of the first base line [mm].
        value
            Any cell.
        room
            Width of a line [mm].
        lines
            Lines it may take.
        size, bold, colour
            Of the letters.

        Returns
        -------
        below
            Base line of what may follow [mm].
        """
        for row in wrapped(value, room, size, lines=lines, bold=bold):
            self.words(x, y, row, size=size, bold=bold, colour=colour)
            y -= leading(size)
        return y

    def line(self, xs: Any, ys: Any, **style: Any) -> None:
        """
        A line.

        Parameters
        ----------
        xs, ys
            Its points [mm].
        **style
            Properties of the line.
        """
        self.page.add_artist(Line2D(xs, ys, **{"color": INK, "linewidth": 0.5, **style}))

    def box(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        """
        A rectangle.

        Parameters
        ----------
        x, y, width, height
            Lower left corner and size [mm].
        **style
            Properties of the shape.
        """
        looks: dict[str, Any] = {"facecolor": "none", "edgecolor": INK, "linewidth": 0.5, **style}
        self.page.add_artist(Rectangle((x, y), width, height, **looks))

    def shape(self, points: Any, **style: Any) -> None:
        """
        A polygon.

        Parameters
        ----------
        points
            Its corners [mm], shape (N, 2).
        **style
            Properties of the shape.
        """
        looks: dict[str, Any] = {"facecolor": INK, "edgecolor": INK, "linewidth": 0.5, **style}
        self.page.add_artist(Polygon(points, closed=True, **looks))


def leading(size_pt: float) -> float:
    """
    Distance of two lines of text [mm].

    Parameters
    ----------
    size_pt
        Size of the letters [pt].

    Returns
    -------
    distance
        In millimetres.

    Examples
    --------
    >>> round(leading(7.0), 2)
    3.16
    """
    return size_pt / 72.0 * MM_PER_INCH * LEADING
