"""
The mixed-integer programme over chains: where each is cut, or which way and how far it is passed.

Its rows are in `segment_rows`; its bound holds for the true problem, as every tree is a solution of
it that costs no more than the tree. Where a solution costs more than the programme says, a
*surcharge* row states what the passage truly costs while everything behind it stays as it is, and
no more than that (a logic-based Benders cut, Hooker and Ottosson 2003, Math. Program. 96, 33-60).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .passages import cheapest_level
from .segment_rows import SegmentRows
from .uses import Use

if TYPE_CHECKING:
    import numpy.typing as npt

    from .chains import Skeleton
    from .model import Evaluation, Model
    from .passages import Level, Passage
    from .rows import Programme
    from .segment_rows import Surcharge

    Terms = list[tuple[int, float]]


class SegmentProgramme(NamedTuple):
    """The programme and the place of each quantity in it."""

    programme: Programme
    cut_column: list[list[int]]  # by chain and cut
    level_column: list[list[int]]  # by passage and level
    sum_column: dict[tuple[int, int], int]  # by passage and quantity: peak, count, coincident
    extra_column: dict[int, list[int]]  # by passage with surcharges
    followed: list[tuple[list[int], dict[int, Terms]]]  # flow by passage, and where it is wanted
    levels: list[list[Level]]


def segment_programme(
    model: Model,
    skeleton: Skeleton,
    passages: list[Passage],
    levels: list[list[Level]],
    surcharges: list[Surcharge],
) -> SegmentProgramme:
    """
    The programme for given levels and surcharges.

    Parameters
    ----------
    model, skeleton
        The problem and its chains.
    passages, levels
        The passages and the levels of each.
    surcharges
        What is known of passages beyond their levels.

    Returns
    -------
    programme
        Rows and columns.
    """
    writer = SegmentRows(model, skeleton, passages, levels)
    writer.columns()
    writer.choices()
    writer.junctions()
    writer.limits()
    writer.commodities()
    writer.carried_peaks()
    for extra in surcharges:
        writer.surcharge(extra)
    return SegmentProgramme(
        programme=writer.rows.programme(offset=skeleton.service_cost),
        cut_column=writer.cut,
        level_column=writer.level,
        sum_column=writer.sums,
        extra_column=writer.extra,
        followed=writer.followed,
        levels=levels,
    )


def uses_of(
    program: SegmentProgramme, passages: list[Passage], values: npt.NDArray[np.float64]
) -> list[Use]:
    """
    What a solution of the programme does with each chain.

    Parameters
    ----------
    program
        The programme.
    passages
        Its passages.
    values
        Value of each column.

    Returns
    -------
    uses
        By chain.
    """
    uses = [
        Use(int(np.argmax(values[columns])) if columns and values[columns].max() > 0.5 else -1, -1)
        for columns in program.cut_column
    ]
    for number, columns in enumerate(program.level_column):
        if columns and values[columns].max() > 0.5:
            uses[passages[number].chain] = Use(-1, number)
    return uses


def values_of(
    model: Model,
    program: SegmentProgramme,
    passages: list[Passage],
    uses: list[Use],
    priced: Evaluation,
) -> npt.NDArray[np.float64] | None:
    """
    Solution of the programme that describes a tree.

    Parameters
    ----------
    model
        The problem.
    program, passages
        The programme and its passages.
    uses
        What the tree does with each chain.
    priced
        The tree priced.

    Returns
    -------
    values
        Value of each column; None if the programme lacks what the tree uses.
    """
    values = np.zeros(len(program.programme.cost))
    scale = (float(model.peak_kw.max()), 1.0, float(model.peak_kw.max()))
    for chain, use in enumerate(uses):
        if use.passage < 0:
            if use.cut < 0:
                return None
            values[program.cut_column[chain][use.cut]] = 1.0
            continue
        end = passages[use.passage].end
        carried = (priced.peak_kw[end], int(priced.count[end]), priced.coincident_kw[end])
        level = cheapest_level(program.levels[use.passage], carried)
        if level < 0:
            return None
        levels, columns = program.levels[use.passage], program.level_column[use.passage]
        for at in range(level + 1):
            if levels[at].count_min == levels[level].count_min:
                values[columns[at]] = 1.0
        for at in range(3):
            if (use.passage, at) in program.sum_column:
                values[program.sum_column[use.passage, at]] = carried[at] / scale[at]
    above = {passages[use.passage].end: use.passage for use in uses if use.passage >= 0}
    for flow, wanted in program.followed:
        for node, terms in wanted.items():
            if sum(value * (values[column] if column >= 0 else 1.0) for column, value in terms) > 0:
                at = node
                while at in above:
                    values[flow[above[at]]] = 1.0
                    at = passages[above[at]].begin
    return values
