"""The panel beside a map: title, figures, tables, legend, scale and the title block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..wording import MISSING
from .frame import crs_words, draw_north, draw_scale_bar
from .legend import LEGEND_ROW_MM, draw_entry, legend_mm
from .paper import INK, PANEL, RULE, SMALL_PT, SOFT, TEXT_PT, leading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..report.sheets import Fact
    from .paper import Paper

TITLE_PT, HEADING_PT = 11.5, 7.6
LEFT, BOTTOM, WIDTH, HEIGHT = PANEL
TOP, RIGHT = BOTTOM + HEIGHT, LEFT + WIDTH
BLOCK_MM, SCALE_MM = 41.0, 24.0
"""Height of the title block, and of scale bar and north arrow above it."""
ROW_MM = 3.25
LABEL_MM = 29.0
PADDING_MM = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    What the title block of every sheet says.

    Attributes
    ----------
    subject
        What the set of sheets is about.
    status
        How far it may be trusted.
    crs
        Coordinate system.
    origin
        Date of the data, version and run.
    attribution
        Whose data these are.
    sheets
        Number of sheets of the set.
    """

    subject: str
    status: str
    crs: Any
    origin: str
    attribution: str
    sheets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    A column of a table.

    Attributes
    ----------
    heading
        With its unit.
    width
        On paper [mm].
    right
        Whether numbers stand in it.
    """

    heading: str
    width: float
    right: bool = True


class Panel:
    """
    Writes from the top of the panel downwards.

    Parameters
    ----------
    paper
        The sheet.
    """

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.y = TOP - 4.0

    def title(self, over: str, name: Any, under: str, *, lines: int = 2) -> None:
        """
        What the sheet shows.

        Parameters
        ----------
        over
            Kind of the sheet.
        name
            Text of the inputs.
        under
            What to know first.
        lines
            Lines that may take.
        """
        self.paper.words(LEFT, self.y, over, size=HEADING_PT, colour=SOFT, room=WIDTH)
        self.y -= 5.6
        heading: dict[str, Any] = {"room": WIDTH, "lines": 2, "size": TITLE_PT, "bold": True}
        self.y = self.paper.paragraph(LEFT, self.y, name, **heading) + 0.6
        self.y = self.paper.paragraph(LEFT, self.y, under, room=WIDTH, lines=lines, colour=SOFT)
        self.y -= 2.4

    def heading(self, text: str) -> None:
        """
        Heading of a part.

        Parameters
        ----------
        text
            Of the heading.
        """
        self.paper.line([LEFT, RIGHT], [self.y + 3.6, self.y + 3.6], color=RULE)
        self.paper.words(LEFT, self.y, text, size=HEADING_PT, bold=True, room=WIDTH)
        self.y -= 4.4

    def paragraph(self, text: Any, *, lines: int, bold: bool = False) -> None:
        """
        A text of several lines.

        Parameters
        ----------
        text
            Text of the inputs or ours.
        lines
            Lines it may take.
        bold
            Whether in bold letters.
        """
        below = self.paper.paragraph(LEFT, self.y, text, room=WIDTH, lines=lines, bold=bold)
        self.y = below - 1.6

    def facts(self, facts: Sequence[Fact]) -> None:
        """
        Figures with their names, and what to know of them in smaller letters.

        Parameters
        ----------
        facts
            Figures; those that are not known are left away.
        """
        room = WIDTH - LABEL_MM
        for fact in facts:
            if str(fact.value) in ("", MISSING):
                continue
            self.paper.words(LEFT, self.y, fact.label, colour=SOFT, room=LABEL_MM - 1.0)
            self.paper.words(LEFT + LABEL_MM, self.y, fact.value, bold=True, room=room)
            self.y -= leading(TEXT_PT)
            if fact.note:
                small: dict[str, Any] = {"size": SMALL_PT, "colour": SOFT, "room": room, "lines": 3}
                self.y = self.paper.paragraph(LEFT + LABEL_MM, self.y + 0.3, fact.note, **small)
            self.y -= 0.7
        self.y -= 3.2

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, bold_last: bool = False
    ) -> None:
        """
        A table.

        Parameters
        ----------
        columns
            Its columns.
        rows
            Cells as texts.
        bold_last
            Whether the last row is a sum.
        """
        self._row(columns, [column.heading for column in columns], colour=SOFT, size=SMALL_PT)
        self.paper.line([LEFT, RIGHT], [self.y + 2.3, self.y + 2.3], color=RULE, linewidth=0.4)
        self.y -= 0.6
        for number, row in enumerate(rows):
            self._row(columns, row, bold=bold_last and number == len(rows) - 1)
        self.y -= 3.0

    def _row(
        self,
        columns: Sequence[Column],
        cells: Sequence[Any],
        *,
        bold: bool = False,
        colour: str = INK,
        size: float = TEXT_PT,
    ) -> None:
        """One row of a table."""
        x = LEFT
        for column, cell in zip(columns, cells, strict=True):
            room = column.width - PADDING_MM
            place = x + room if column.right else x
            across = "right" if column.right else "left"
            looks: dict[str, Any] = {"bold": bold, "colour": colour, "size": size, "across": across}
            if str(cell):
                self.paper.words(place, self.y, cell, room=room, **looks)
            x += column.width
        self.y -= ROW_MM

    def rows_left(self, legend: int, *, below: float = 0.0) -> int:
        """
        Rows that a table may still have.

        Parameters
        ----------
        legend
            Entries of the legend that follows.
        below
            Room for what else follows [mm].

        Returns
        -------
        rows
            Its heading not counted.
        """
        height = self.y - BOTTOM - BLOCK_MM - SCALE_MM - legend_mm(legend) - below
        return max(int(height / ROW_MM) - 2, 0)

    def close(self, entries: Sequence[Any], block: Block, *, scale: float, sheet: int) -> None:
        """
        Legend, scale, north arrow and title block, from the bottom of the panel upwards.

        Parameters
        ----------
        entries
            Of the legend.
        block
            What the title block says.
        scale
            Of the map.
        sheet
            Number of the sheet, from 1.
        """
        self.y = BOTTOM + BLOCK_MM + SCALE_MM + legend_mm(len(entries)) - 4.2
        self._legend(entries)
        draw_scale_bar(self.paper, LEFT + 2.0, BOTTOM + BLOCK_MM + 12.5, scale)
        draw_north(self.paper, RIGHT - 8.0, BOTTOM + BLOCK_MM + 5.0)
        self._block(block, sheet)

    def _legend(self, entries: Sequence[Any]) -> None:
        """Entries in two columns."""
        self.heading("Legend")
        rows = (len(entries) + 1) // 2
        for number, entry in enumerate(entries):
            x = LEFT + (number // rows) * WIDTH / 2.0
            y = self.y - (number % rows) * LEGEND_ROW_MM
            draw_entry(self.paper, entry, x, y, room=WIDTH / 2.0 - 1.0)

    def _block(self, block: Block, sheet: int) -> None:
        """Title block: what, how sure, which coordinates, whose data, which sheet."""
        paper = self.paper
        paper.box(LEFT, BOTTOM, WIDTH, BLOCK_MM - 2.0, linewidth=0.8)
        inner, x, y = WIDTH - 4.0, LEFT + 2.0, BOTTOM + BLOCK_MM - 6.4
        paper.words(x, y, block.subject, size=HEADING_PT, bold=True, room=inner)
        small: dict[str, Any] = {"size": SMALL_PT + 0.2, "room": inner}
        y = paper.paragraph(x, y - 3.8, block.status, lines=3, bold=True, **small)
        grid = f"Grid in metres: {crs_words(block.crs)}"
        y = paper.paragraph(x, y - 0.4, grid, lines=2, **small)
        y = paper.paragraph(x, y, block.origin, lines=1, **small)
        paper.paragraph(x, y, block.attribution, lines=2, **small)
        paper.line([LEFT, RIGHT], [BOTTOM + 7.0, BOTTOM + 7.0])
        paper.words(x, BOTTOM + 2.3, "heatreach", size=HEADING_PT, bold=True)
        words = f"Sheet {sheet} of {block.sheets}"
        paper.words(RIGHT - 2.0, BOTTOM + 2.3, words, size=HEADING_PT, bold=True, across="right")
