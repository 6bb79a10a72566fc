"""
The charts of one project: money by year, what the heat costs, carbon by year.

Each takes rows of the tables behind the projects and gives back a picture with its caption; a
table without rows of the project gives none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..wording import figure, is_blank
from .axes import HEIGHT, WIDTH, Line, bar, curve, lying_bars, year_plot
from .svg import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    SKY,
    VERMILION,
    hatch,
    mark,
    picture,
    rows_of_legend,
)
from .words import money, money_scale

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

LEAST_PART = 0.015
"""Part of the cost of heat below which a part is put among the others."""
CARBON = ("avoided_t_co2e", "emitted_t_co2e", "net_t_co2e")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """
    A picture of the report.

    Attributes
    ----------
    svg
        The picture.
    title
        What it shows.
    caption
        How to read it.
    file
        Table that holds its figures.
    wide
        Whether it takes the whole width of the page.
    """

    svg: Markup
    title: str
    caption: str
    file: str
    wide: bool = False


def cash_flow_chart(rows: pd.DataFrame, name: str, base: str) -> Chart | None:
    """
    What the operator spends and takes in each year, and the sum so far.

    Parameters
    ----------
    rows
        CASH_FLOW of one project.
    name
        Identifier of the picture, unique in the page.
    base
        Currency and price base.

    Returns
    -------
    chart
        The picture; `None` without rows.
    """
    if rows.empty:
        return None
    years, kinds, net, present = yearly_money(rows)
    size, sized = money_scale([*np.abs(np.stack(list(kinds.values()))).ravel(), *np.cumsum(net)])
    sums = [np.cumsum(net) / size, np.cumsum(present) / size]
    unit = f"{sized} {base}".strip()
    up = np.maximum.reduce([kinds["income"] / size, *sums])
    down = np.minimum.reduce([(kinds["building"] + kinds["running"]) / size, *sums])
    plot = year_plot(
        years.tolist(), float(down.min()), float(up.max()), unit=unit, across_label="year"
    )
    hatched = f"url(#{name}-running)"
    bars = []
    for year, income, built, run in zip(
        years, *(kinds[kind] / size for kind in ("income", "building", "running")), strict=True
    ):
        bars += [
            bar(plot, year, 0.0, income, BLUE),
            bar(plot, year, 0.0, built, VERMILION),
            bar(plot, year, built, built + run, hatched),
        ]
    lines = curve(plot, list(zip(years, sums[0], strict=True)))
    lines += curve(plot, list(zip(years, sums[1], strict=True)), dash="5 4")
    legend = rows_of_legend(
        [(BLUE, "income"), (VERMILION, "building"), (hatched, "running")], x=150, y=14
    )
    title = "Cash flow of the operator by year"
    caption = (
        "Bars: money in and out in each year, in prices of one year. Full line: the sum so far, "
        f"{money(sums[0][-1] * size, base)} at the end; broken line: the same discounted, "
        f"which ends at the net present value of {money(sums[1][-1] * size, base)}."
    )
    first = f"In year 0 {money(-kinds['building'][0], base)} is spent on building. "
    svg = picture(
        name,
        mark("defs", hatch(f"{name}-running", ORANGE)),
        plot.frame,
        *bars,
        lines,
        legend,
        width=WIDTH,
        height=HEIGHT,
        title=title,
        description=first + caption,
    )
    return Chart(svg=svg, title=title, caption=caption, file="cash_flow.csv")


def yearly_money(
    rows: pd.DataFrame,
) -> tuple[Any, dict[str, Any], Any, Any]:
    """
    The operator's money by year: income, building and renewal, running.

    Parameters
    ----------
    rows
        CASH_FLOW of one project.

    Returns
    -------
    years
        From 0.
    kinds
        ``income``, ``building`` and ``running`` of each year; costs are negative.
    net, present
        Their sum in each year, and the same discounted.
    """
    built = set(rows.loc[(rows["year"] == 0) & (rows["operator"] != 0.0), "part"])
    flow, year = rows["operator"].fillna(0.0), rows["year"]
    years = np.sort(year.unique())
    is_built = rows["part"].isin(built)

    def by_year(values: pd.Series[Any]) -> Any:
        return values.groupby(year).sum().reindex(years).fillna(0.0).to_numpy(dtype=float)

    kinds = {
        "income": by_year(flow.where(~is_built & (flow > 0.0), 0.0)),
        "building": by_year(flow.where(is_built, 0.0)),
        "running": by_year(flow.where(~is_built & (flow <= 0.0), 0.0)),
    }
    return years, kinds, by_year(flow), by_year(flow * rows["discount_factor"].fillna(0.0))


def lcoh_chart(
    rows: pd.DataFrame,
    name: str,
    base: str,
    *,
    today: float | None = None,
    instead: str = "their present heating",
) -> Chart | None:
    """
    What a unit of heat costs, part after part, up to the whole.

    Parameters
    ----------
    rows
        LCOH_PARTS of one project.
    name
        Identifier of the picture.
    base
        Currency and price base.
    today
        What consumers' heat costs them without the network; blank where not known.
    instead
        What is assumed to heat them then.

    Returns
    -------
    chart
        The picture; `None` without rows.
    """
    if rows.empty:
        return None
    parts = lcoh_steps(rows)
    hatched, total = f"url(#{name}-running)", sum(size for _, size, _ in parts)
    lines, done = [], 0.0
    for label, size, runs in parts:
        fill = hatched if runs else BLUE
        lines.append(Line(label=label, bars=((done, done + size, fill),), note=figure(size)))
        done += size
    whole = Line(label="cost of heat", bars=((0.0, total, INK),), note=figure(total), bold=True)
    lines.append(whole)
    known = today is not None and not is_blank(today)
    if known:
        lines.append(
            Line(
                label="heat without it", bars=((0.0, float(today or 0.0), SKY),), note=figure(today)
            )
        )
    body, height = lying_bars(lines, unit=f"{base} per MWh delivered", note_width=52)
    legend = rows_of_legend([(BLUE, "building"), (hatched, "running")], x=168, y=13)
    title = "What the heat costs, part by part"
    caption = (
        f"Each bar begins where the one above ends; together {figure(total, f'{base} per MWh')}"
        + (f", against {figure(today)} with {instead}, assumed." if known else ".")
    )
    largest = max(parts, key=lambda part: part[1])
    svg = picture(
        name,
        mark("defs", hatch(f"{name}-running", ORANGE)),
        legend,
        mark("g", body, transform="translate(0 22)"),
        width=WIDTH,
        height=height + 22,
        title=title,
        description=f"The largest part is {largest[0]} with {figure(largest[1])}. {caption}",
    )
    return Chart(svg=svg, title=title, caption=caption, file="lcoh_parts.csv")


def lcoh_steps(rows: pd.DataFrame) -> list[tuple[str, float, bool]]:
    """
    Parts of the cost of heat, building first, each kind from the largest down.

    Parameters
    ----------
    rows
        LCOH_PARTS of one project.

    Returns
    -------
    steps
        Name, size, and whether it is a running cost; small parts are put together.
    """
    sizes = rows["lcoh_per_mwh"].fillna(0.0).to_numpy(dtype=float)
    runs = (rows["running_per_mwh"].fillna(0.0) != 0.0).to_numpy()
    least = LEAST_PART * abs(sizes).sum()
    steps = []
    for kind, rest in ((False, "other building"), (True, "other running")):
        mine = [
            (str(part), float(size), kind)
            for part, size, run in zip(rows["part"], sizes, runs, strict=True)
            if run == kind
        ]
        large = sorted((one for one in mine if abs(one[1]) >= least), key=lambda one: -one[1])
        small = sum(size for _, size, _ in mine if abs(size) < least)
        steps += large + ([(rest, small, kind)] if abs(small) > 0.0 else [])
    return steps


def carbon_chart(rows: pd.DataFrame, name: str) -> Chart | None:
    """
    Emissions avoided and caused in each year.

    Parameters
    ----------
    rows
        CARBON_BY_YEAR of one project.
    name
        Identifier of the picture.

    Returns
    -------
    chart
        The picture; `None` without rows.
    """
    if rows.empty:
        return None
    # Nothing is avoided or caused while building, unless the making of pipes is counted.
    rows = rows[rows[list(CARBON)].abs().sum(axis=1) > 0.0].sort_values("year", kind="stable")
    if rows.empty:
        return None
    avoided, emitted, net = (rows[column].fillna(0.0).to_numpy(dtype=float) for column in CARBON)
    years, hatched = rows["year"].to_numpy(), f"url(#{name}-emitted)"
    low, high = min(-emitted.max(), net.min()), max(avoided.max(), net.max())
    plot = year_plot(years.tolist(), float(low), float(high), unit="t CO₂e/yr", across_label="year")
    bars = [bar(plot, year, 0.0, value, GREEN) for year, value in zip(years, avoided, strict=True)]
    bars += [
        bar(plot, year, 0.0, -value, hatched) for year, value in zip(years, emitted, strict=True)
    ]
    legend = rows_of_legend([(GREEN, "avoided"), (hatched, "caused")], x=150, y=14)
    title = "Carbon by year"
    caption = (
        "Upward: emissions avoided, of the heating assumed without the network; downward: "
        f"those caused; line: what is saved, {figure(net.sum(), 't CO₂e')} over all years."
    )
    line = curve(plot, list(zip(years, net, strict=True)))
    svg = picture(
        name,
        mark("defs", hatch(f"{name}-emitted", VERMILION)),
        plot.frame,
        *bars,
        line,
        legend,
        width=WIDTH,
        height=HEIGHT,
        title=title,
        description=caption,
    )
    return Chart(svg=svg, title=title, caption=caption, file="carbon_by_year.csv")
