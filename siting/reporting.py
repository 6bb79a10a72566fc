"""The report of a study: of the whole, or of some projects only, for the client of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parts import part_of_plan
from .project import project_of
from .writing.report.document import draw_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .writing.results import FinishedPlan


def report_of(plan: FinishedPlan, projects: Sequence[str] = (), *, paper: str = "a4") -> str:
    """
    The report of a plan, or of some of its projects.

    Parameters
    ----------
    plan
        A finished plan.
    projects
        Projects by id, or by that of their site. The report then shows these alone, each with a
        sheet, their data centres and consumers, and nothing of the others. None, or all there
        are: the whole report, with sheets of the first ones.
    paper
        ``"a4"`` or ``"a3"``, for printing.

    Returns
    -------
    html
        One page; write it as UTF-8.

    Raises
    ------
    UnknownIdError
        If there is no such project; the message names the nearest.
    ValueError
        If the paper is not known.
    """
    wanted = [str(project_of(plan, name).row["project_id"]) for name in projects]
    every = set(plan.projects["project_id"])
    if not wanted or set(wanted) == every:
        return draw_report(plan, paper=paper)
    return draw_report(part_of_plan(plan, *dict.fromkeys(wanted)), paper=paper, of=len(every))
