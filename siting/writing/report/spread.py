"""How sure a project is, in pictures: ranges, what moves the outcome, how firm the order is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ..wording import MISSING, figure, is_blank
from .axes import WIDTH, Line, lying_bars
from .charts import Chart
from .svg import BLUE, INK, ORANGE, SKY, hatch, mark, picture, rows_of_legend, words
from .words import (
    FIGURES,
    PERCENT,
    amount,
    each_row,
    money,
    money_scale,
    share,
    unit_words,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_DRIVERS = 12
RANGES = ("npv", "social_npv", "lcoh_per_mwh", "irr_share", "payback_years", "avoided_t_co2e")
STRIP = 52.0
"""Height of one line of the ranges."""


def ranges_chart(rows: pd.DataFrame, name: str) -> Chart | None:
    """
    Low, middle and high outcome of the headline figures, each on a scale of its own.

    Parameters
    ----------
    rows
        UNCERTAINTY of one project.
    name
        Identifier of the picture.

    Returns
    -------
    chart
        The picture; `None` without rows.
    """
    known = {row.figure: row for row in each_row(rows) if row.figure in RANGES}
    shown = [known[key] for key in RANGES if key in known]
    if not shown:
        return None
    parts = [_strip(row, STRIP * number) for number, row in enumerate(shown)]
    height = STRIP * len(shown) + 4
    title = "How sure: low, middle and high outcome"
    caption = (
        "Bar: from P10 to P90, eight draws of ten lie within; upright line: P50, half lie below; "
        "ring: every assumption at its central value. A dash means that too few draws have the "
        "figure. Each line has a scale of its own."
    )
    told = "; ".join(
        f"{FIGURES[row.figure]} {amount(row.p10, row.unit)}, {amount(row.p50, row.unit)}, "
        f"{amount(row.p90, row.unit)}"
        for row in shown
    )
    svg = picture(
        name,
        *parts,
        width=WIDTH,
        height=height,
        title=title,
        description=f"P10, P50 and P90: {told}.",
    )
    return Chart(svg=svg, title=title, caption=caption, file="uncertainty.csv")


def _strip(row: Any, top: float) -> Markup:
    """One figure: its name and ends in words, bar, middle and central value."""
    ends = [amount(value, row.unit) for value in (row.p10, row.p90)]
    named = f"{FIGURES[row.figure]}: P50 {amount(row.p50, row.unit)}"
    parts = [words(2, top + 14, named, bold=True)]
    values = [value for value in (row.p10, row.p50, row.p90, row.central) if not is_blank(value)]
    left, right = 110.0, WIDTH - 110.0
    if values and max(values) > min(values):
        low, width = min(values), max(values) - min(values)

        def place(value: Any) -> float:
            return left + float((value - low) / width) * (right - left)

        start = left if is_blank(row.p10) else place(row.p10)
        end = right if is_blank(row.p90) else place(row.p90)
        parts.append(mark("rect", x=start, y=top + 24, width=end - start, height=12, fill=SKY))
        if not is_blank(row.p50):
            x = place(row.p50)
            parts.append(
                mark("line", x1=x, x2=x, y1=top + 21, y2=top + 39, stroke=INK, stroke_width=3)
            )
        if not is_blank(row.central):
            ring = {"fill": "#fff", "stroke": INK, "stroke_width": 2}
            parts.append(mark("circle", cx=place(row.central), cy=top + 30, r=4.2, **ring))
    parts.append(words(left - 6, top + 34, _bare(ends[0], row.unit), anchor="end"))
    parts.append(words(right + 6, top + 34, _bare(ends[1], row.unit)))
    return Markup("").join(parts)


def _bare(text: str, unit: Any) -> str:
    """An amount without its unit, which stands above already."""
    named = unit_words(unit)
    return text.removesuffix(named).strip() if named else text


def tornado_chart(rows: pd.DataFrame, name: str, base: str, *, central: float) -> Chart | None:
    """
    What each assumption alone does to the net present value, the largest first.

    Parameters
    ----------
    rows
        SENSITIVITY of one project.
    name
        Identifier of the picture.
    base
        Currency and price base.
    central
        Net present value with every assumption at its central value.

    Returns
    -------
    chart
        The picture; `None` without rows.
    """
    alone = rows[(rows["kind"] == "driver") & rows["npv_low"].notna() & rows["npv_high"].notna()]
    if alone.empty or is_blank(central):
        return None
    alone = alone.sort_values(["npv_swing", "driver"], ascending=[False, True], kind="stable")
    shown = alone.head(MOST_DRIVERS)
    size, sized = money_scale([central, *shown["npv_low"], *shown["npv_high"]])
    middle, hatched = central / size, f"url(#{name}-high)"
    lines = [
        Line(
            label=str(row.label),
            bars=((middle, row.npv_low / size, BLUE), (middle, row.npv_high / size, hatched)),
            note=_range_note(row),
        )
        for row in each_row(shown)
    ]
    unit = f"net present value, {sized} {base}".replace(" ,", ",")
    body, height = lying_bars(
        lines, unit=unit, at=middle, label_width=250, note_width=200, width=2 * WIDTH
    )
    legend = rows_of_legend(
        [(BLUE, "assumption at its low end"), (hatched, "at its high end")], x=258, y=13
    )
    title = "What moves the outcome"
    caption = (
        f"Net present value, {money(central, base)}, with one assumption at the low or high end of "
        "its range and all else as assumed"
        + (f"; {len(alone) - len(shown)} more in the table." if len(alone) > len(shown) else ".")
    )
    first: Any = shown.iloc[0]
    svg = picture(
        name,
        mark("defs", hatch(f"{name}-high", ORANGE)),
        legend,
        mark("g", body, transform="translate(0 22)"),
        width=2 * WIDTH,
        height=height + 22,
        title=title,
        description=(
            f"Most depends on: {first['label']}, from {money(first['npv_low'], base)} at its low "
            f"end to {money(first['npv_high'], base)} at its high end. {caption}"
        ),
    )
    return Chart(svg=svg, title=title, caption=caption, file="sensitivity.csv", wide=True)


def _range_note(row: Any) -> str:
    """Low and high end of an assumption with its unit."""
    if is_blank(row.low) or is_blank(row.high):
        return MISSING
    if str(row.unit) == "1/year":
        return f"{figure(PERCENT * row.low)} to {figure(PERCENT * row.high)} %/yr"
    return f"{figure(row.low)} to {figure(row.high, unit_words(row.unit))}"


def rank_chart(projects: pd.DataFrame, name: str, *, top_count: int | None) -> Chart | None:
    """
    In how many draws each project comes first, or among the first.

    Parameters
    ----------
    projects
        PROJECTS, in rank order.
    name
        Identifier of the picture.
    top_count
        How many count as the first ones; `None` where that is not known or would be all.

    Returns
    -------
    chart
        The picture; `None` where nothing was drawn.
    """
    shown = projects[projects["first_share"].notna() & projects["rank"].notna()]
    if shown.empty:
        return None
    hatched = f"url(#{name}-top)"
    lines = [
        Line(
            label=f"{int(row.rank)} {row.site_id if is_blank(row.name) else row.name}",
            bars=(
                *([(0.0, PERCENT * row.top_share, hatched)] if top_count else []),
                (0.0, PERCENT * row.first_share, BLUE),
            ),
            note=f"first in {share(row.first_share)}",
        )
        for row in each_row(shown)
    ]
    body, height = lying_bars(
        lines, unit="% of draws", note_width=130, label_width=250, width=2 * WIDTH
    )
    top = f"among the first {top_count}"
    entries = [(BLUE, "comes first"), *([(hatched, top)] if top_count else [])]
    legend = rows_of_legend(entries, x=258, y=13)
    title = "How firm the order is"
    also = f", and {top}" if top_count else ""
    caption = f"Share of the draws in which each project comes first{also}."
    svg = picture(
        name,
        mark("defs", hatch(f"{name}-top", SKY)),
        legend,
        mark("g", body, transform="translate(0 22)"),
        width=2 * WIDTH,
        height=height + 22,
        title=title,
        description=caption + " " + "; ".join(f"{line.label}: {line.note}" for line in lines),
    )
    return Chart(svg=svg, title=title, caption=caption, file="projects.csv", wide=True)
