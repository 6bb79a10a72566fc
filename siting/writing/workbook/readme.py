"""The first sheet of a workbook: what it is, what may be changed, what each sheet holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .. import indicative
from ..maps.background import hypothetical_note, is_hypothetical
from .cells import FULL_LINE, HEAD, INPUT, LIVE, PLAIN, TITLE, WRAPPED, put, set_lines
from .printing import ready_to_print

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..results import FinishedPlan
    from .cells import Sheet

OPENING = "heatreach: a heat-reuse plan"
LIVE_NOTES = (
    "What you may change: the yellow cells, and nothing else. Sheet Inputs holds the assumptions"
    " that all projects share: rates, prices, grant, lives. On each sheet Project stand those of"
    " this project alone, such as its heat, its COP and the cost of its pipes.",
    "What follows: every blue cell is a formula and moves at once. Sheet Years spreads the inputs"
    " over the years; each sheet Project holds the cash flow of one project, who pays and who"
    " gains, and the figures that come of it, beside those that the study computed. The sheet"
    " Summary shows the recomputed figures again, side by side.",
    "What does not follow: changed inputs move the money only. Pipes, machines, who is connected,"
    " emissions and all other sheets stay as the study found them. Where several rates of return"
    " exist, the study gives none and a spreadsheet shows one of them.",
    "How to read the signs: on the sheets Project a row is positive if the operator of the network"
    " gains by it and negative if the operator pays; the columns behind say what the same row is"
    " for the data centre, the consumers and the public.",
)
"""How the formulas may be used, and how not."""
CLOSING = (
    f"{indicative.PLAN} Sources stand in the sheet Assumptions, meanings of columns in the sheet"
    " Data dictionary."
)
COLOURS = (
    ("Yellow, bold, framed: an assumption that you may change", INPUT),
    ("Blue: a formula that follows the yellow cells", LIVE),
    ("White: a result of the study, or a text; it does not move", PLAIN),
)
GAP = 4.0
"""Below a sentence [points]."""
WIDTHS = (22, 100)
"""Name of a sheet, and what it holds; sentences run over both [characters]."""


def write_readme(sheet: Sheet, plan: FinishedPlan, about: Mapping[str, str], *, live: bool) -> None:
    """
    Write the first sheet.

    Parameters
    ----------
    sheet
        An empty sheet.
    plan
        The plan.
    about
        What each of the other sheets holds, by its name.
    live
        Whether there are formulas.
    """
    for row, line in enumerate(_sentences(plan, live=live), start=1):
        put(sheet, row, 1, line, look=TITLE if row == 1 else PLAIN)
        if row > 1:
            _run_over_both(sheet, row, line)
    row += 1
    for text, look in COLOURS if live else ():
        row += 1
        put(sheet, row, 1, text, look=look)
        _run_over_both(sheet, row, text, look=look)
    row += 2
    put(sheet, row, 1, "Sheet", look=HEAD)
    put(sheet, row, 2, "What it holds", look=HEAD)
    for name, what in about.items():
        row += 1
        put(sheet, row, 1, name)
        put(sheet, row, 2, what, look=WRAPPED)
        sheet.inside.write_url(row - 1, 0, f"internal:'{name}'!A1", string=name)
    sheet.inside.set_column(0, 0, WIDTHS[0])
    sheet.inside.set_column(1, 1, WIDTHS[1])
    ready_to_print(sheet, title=OPENING, widths=WIDTHS)


def _run_over_both(sheet: Sheet, row: int, text: str, *, look: str = WRAPPED) -> None:
    """Let a sentence run over both columns, in as many lines as it needs."""
    dress = sheet.book.format_of(look, "", quoted=False)
    sheet.inside.merge_range(row - 1, 0, row - 1, 1, "", dress)
    put(sheet, row, 1, text, look=look)
    # No program finds the height of wrapped text in joined cells by itself.
    lines = math.ceil(len(text) / (FULL_LINE * sum(WIDTHS)))
    set_lines(sheet, row, lines, gap=GAP)


def _sentences(plan: FinishedPlan, *, live: bool) -> Sequence[str]:
    """What the workbook is, for whoever opens it."""
    note = hypothetical_note(is_hypothetical(plan.inputs.sites))
    dated = f"Data of {plan.inputs.data_date}. " if plan.inputs.data_date else ""
    money = f"Money is in {plan.money}. {dated}{plan.inputs.attribution}"
    return [
        *(OPENING, plan.summary),
        *([note] if note else []),
        *(LIVE_NOTES if live else ()),
        *(money.strip(), CLOSING),
    ]
