"""The year of a network in pictures: its heat by month, and its load from the highest hour down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...hours import BUILT_IN
from ..wording import figure
from .axes import HEIGHT, WIDTH, Plot, bar, curve, year_plot
from .charts import Chart
from .svg import BLUE, ORANGE, hatch, mark, picture, rows_of_legend

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

LEGEND_X = 130.0
MADE_UP = (
    " The year is made up (synthetic) from climate normals: its cold spells lie somewhere, so that "
    "single months are no forecast."
)


def months_chart(rows: pd.DataFrame, name: str, weather: str = "") -> Chart | None:
    """
    Heat of a network by month, and who makes it.

    Parameters
    ----------
    rows
        ENERGY_BY_MONTH of one project.
    name
        Identifier of the picture, unique in the page.
    weather
        From where the weather of the year is; made-up weather is called so.

    Returns
    -------
    chart
        The picture; `None` without rows.
    """
    if rows.empty:
        return None
    rows = rows.sort_values("month", kind="stable")
    machine, backup, load = (
        rows[column].fillna(0.0).to_numpy(dtype=float)
        for column in ("machine_mwh", "backup_mwh", "load_mwh")
    )
    months, hatched = rows["month"].to_numpy(), f"url(#{name}-backup)"
    high = float(max((machine + backup).max(), load.max()))
    plot = year_plot(months.tolist(), 0.0, high, unit="MWh", across_label="month")
    bars = []
    for month, first, second in zip(months, machine, backup, strict=True):
        bars.append(bar(plot, month, 0.0, first, BLUE))
        bars.append(bar(plot, month, first, first + second, hatched))
    title = "Heat by month"
    caption = (
        f"Over the year {figure(machine.sum(), 'MWh')} from the heat pump or exchanger and "
        f"{figure(backup.sum(), 'MWh')} from the peak boiler; line: what the network takes, "
        f"{figure(load.sum(), 'MWh')}, its losses included."
        + (MADE_UP if weather == BUILT_IN else "")
    )
    return Chart(
        svg=_drawn(
            name,
            hatched,
            plot,
            [*bars, curve(plot, list(zip(months, load, strict=True)))],
            (title, caption),
        ),
        title=title,
        caption=caption,
        file="energy_by_month.csv",
    )


def duration_chart(rows: pd.DataFrame, name: str) -> Chart | None:
    """
    Load of a network from the highest hour down, and who serves it.

    Parameters
    ----------
    rows
        LOAD_DURATION of one project.
    name
        Identifier of the picture.

    Returns
    -------
    chart
        The picture; `None` without rows.
    """
    if rows.empty:
        return None
    rows = rows.sort_values("hours_from", kind="stable")
    starts, ends, load, machine, backup = (
        rows[column].fillna(0.0).to_numpy(dtype=float)
        for column in ("hours_from", "hours_to", "load_kw", "machine_kw", "backup_kw")
    )
    hatched, peak = f"url(#{name}-backup)", float(load.max())
    plot = year_plot(
        [0.0, float(ends.max())],
        0.0,
        max(peak, float((machine + backup).max())),
        unit="kW",
        across_label="hours of the year",
        half=0.0,
    )
    areas = [
        _area(plot, starts, ends, np.zeros_like(machine), machine, BLUE),
        _area(plot, starts, ends, machine, machine + backup, hatched),
        curve(plot, _steps(starts, ends, load)),
    ]
    title = "Load, from the highest hour down"
    served = float((machine * (ends - starts)).sum()) / 1e3
    caption = (
        f"The highest hour of this year asks for {figure(peak, 'kW')}, by its hourly shape; the "
        "design peak is an estimate of its own, which an hour may pass a little. The heat pump or "
        f"exchanger makes {figure(served, 'MWh')} and at most {figure(machine.max(), 'kW')} in the "
        "mean of a group of hours, the peak boiler the rest. A store may lift the machine above "
        "the load (line)."
    )
    return Chart(
        svg=_drawn(name, hatched, plot, areas, (title, caption)),
        title=title,
        caption=caption,
        file="load_duration.csv",
    )


def _drawn(
    name: str, hatched: str, plot: Plot, parts: list[Markup], words: tuple[str, str]
) -> Markup:
    """The picture with axes and legend."""
    legend = rows_of_legend([(BLUE, "heat pump, exchanger"), (hatched, "boiler")], x=LEGEND_X, y=14)
    return picture(
        name,
        mark("defs", hatch(f"{name}-backup", ORANGE)),
        plot.frame,
        *parts,
        legend,
        width=WIDTH,
        height=HEIGHT,
        title=words[0],
        description=words[1],
    )


def _steps(starts: Any, ends: Any, values: Any) -> list[tuple[float, float]]:
    """Corners of a line that keeps each value over its hours."""
    hours = np.column_stack([starts, ends]).ravel()
    return list(zip(hours.tolist(), np.repeat(values, 2).tolist(), strict=True))


def _area(plot: Plot, starts: Any, ends: Any, low: Any, high: Any, fill: str) -> Markup:
    """What lies between two stepped lines."""
    corners = [*_steps(starts, ends, high), *reversed(_steps(starts, ends, low))]
    points = " ".join(f"{plot.across(x):.1f},{plot.up(y):.1f}" for x, y in corners)
    return mark("polygon", points=points, fill=fill)
