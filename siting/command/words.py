"""What the command line says: tables that fit 80 columns, and what was read, in words."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from ..consumers.heat_networks import HEAT_NETWORK
from ..writing.maps.zone_classes import ALONE, BRANCHES, method_density

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from ..inputs import Inputs
    from ..zones import Zones

MWH_PER_GWH = 1000.0
PERCENT = 100.0
TOP_ZONES = 10
LONGEST_WORD = 14
RANGE_WORDS = (
    "low to high: every figure of a use at the low, or at the high, end of its range together; "
    "errors that partly cancel leave less"
)


def input_words(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """
    What was read, left out and doubted.

    Parameters
    ----------
    inputs
        Inputs of a study.

    Yields
    ------
    line, style
        Plain text, and how rich should show it.
    """
    is_network = inputs.everywhere["use"].eq(HEAT_NETWORK)
    consumers = int((~is_network).sum())
    near = int(inputs.consumers["use"].ne(HEAT_NETWORK).sum())
    part = f" ({near:,} in reach of a data centre)"
    part = "" if near == consumers or inputs.sites.empty else part
    sites = _counted(len(inputs.sites), "data centre")
    networks = _counted(int(is_network.sum()), "existing heat network")
    yield (
        f"Read {sites}, {_counted(consumers, 'consumer')}{part}"
        f"{f', {networks}' if is_network.any() else ''} and "
        f"{inputs.streets.length_m.sum() / 1e3:,.0f} km of streets"
        f"{f' in {inputs.country}' if inputs.country else ''}; lengths in {inputs.crs.name}.",
        "",
    )
    for what, count in inputs.left_out.items():
        yield f"  left out: {count:,} {what}", ""
    for doubt in inputs.doubts:
        yield f"  look at this: {doubt}", "yellow"


def _counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _table(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    words: Sequence[int] = (0,),
    whole: Sequence[int] = (),
) -> Table:
    """A table of texts; figures stand right, words left, and those that are whole never break."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    rows = list(rows)
    for place, heading in enumerate(headings):
        if place in whole:
            table.add_column(heading, no_wrap=True)
        elif place in words:
            longest = max((len(row[place]) for row in rows), default=0)
            table.add_column(heading, overflow="fold", min_width=min(LONGEST_WORD, longest))
        else:
            table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def totals_table(totals: pd.DataFrame) -> Table:
    """
    Demand by kind of use, with its range and how much of it is a guess.

    Parameters
    ----------
    totals
        The DEMAND_TOTALS table.

    Returns
    -------
    table
        For the terminal.
    """
    headings = ("Use", "Number", "GWh/yr", "low to high", "kWh/m²", "given %", "unsure %")
    uses: Iterable[Any] = totals.itertuples()
    rows = [
        (
            str(row.use),
            f"{row.consumers:,}",
            _gwh(row.heat_mwh),
            f"{_gwh(row.heat_low_mwh)} to {_gwh(row.heat_high_mwh)}",
            _number(row.median_intensity_kwh_m2),
            _share(row.given_share),
            _share(row.low_confidence_share),
        )
        for row in uses
    ]
    table = _table("Yearly heat by use; unsure: share of it with low confidence", headings, rows)
    table.caption, table.caption_justify = RANGE_WORDS, "left"
    return table


def sources_table(totals: pd.DataFrame) -> Table:
    """
    How the use of the consumers was found, in numbers of consumers.

    Parameters
    ----------
    totals
        The DEMAND_TOTALS table.

    Returns
    -------
    table
        For the terminal.
    """
    columns = {
        "own tag": "by_own_tag",
        "building": "by_building",
        "site": "by_site",
        "point": "by_point",
        "landuse": "by_landuse",
        "guess": "by_guess",
        "given": "by_user",
        "no heat": "unknown",
    }
    rows = [
        (str(row["use"]), *(f"{row[column]:,.0f}" for column in columns.values()))
        for row in totals.to_dict("records")
    ]
    return _table("Consumers by what told their use", ("Use", *columns), rows)


def rules_table(zones: Zones) -> Table:
    """
    Zones by rule.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    table
        For the terminal.
    """
    headings = ("Rule", "from\nMWh/m", "anchors", "Zones", "Heated", "GWh/yr", "of all %", "ha")
    total = zones.totals["heat_mwh"].iloc[-1] if len(zones.totals) else 0.0
    rows = []
    for rule in zones.rules:
        mine = zones.zones[zones.zones["rule"] == rule.name]
        heat = float(mine["heat_mwh"].sum())
        rows.append(
            (
                rule.name,
                f"{rule.threshold_mwh_m:g}",
                str(rule.anchors_min or "–"),
                f"{len(mine):,}",
                f"{int(mine['consumers'].sum()):,}",
                _gwh(heat),
                _share(heat / total) if total else "–",
                f"{float(mine['area_ha'].sum()):,.0f}",
            )
        )
    title = "Zones by rule; indicative, none is a designation"
    table = _table(title, headings, rows, whole=(0,))
    table.caption, table.caption_justify = BRANCHES, "left"
    return table


def zones_table(zones: Zones, rule: str) -> Table:
    """
    The zones of one rule with the most heat.

    Parameters
    ----------
    zones
        Finished zones.
    rule
        Name of the rule.

    Returns
    -------
    table
        For the terminal.
    """
    mine = zones.zones[zones.zones["rule"] == rule].sort_values("rank", kind="stable")
    method = next(one.method for one in zones.rules if one.name == rule)
    headings = ["#", "Zone", "Loads", "Anch.", "GWh/yr", f"MWh/m\n{method}", "Sure"]
    supplied = len(zones.sources) > 0
    headings += ["Data centre\nalone covers"] if supplied else []
    sites = zones.inputs.sites
    names = dict(zip(sites["id"], sites["name"], strict=True)) if "name" in sites else {}
    rows = [
        (
            str(row.rank),
            str(row.name),
            f"{row.consumers:,}",
            f"{row.anchors:,}",
            _gwh(row.heat_mwh),
            _number(getattr(row, method_density(method)), digits=1),
            str(row.certainty),
            *((_supply(row, names),) if supplied else ()),
        )
        for row in mine.head(TOP_ZONES).itertuples()
    ]
    more = len(mine) - len(rows)
    title = f"Zones of rule {rule} by heat" + (f"; {more:,} more in zones.csv" if more > 0 else "")
    table = _table(title, headings, rows, words=(1, 7))
    if supplied:
        table.caption, table.caption_justify = ALONE, "left"
    return table


def register_table(register: pd.DataFrame) -> Table:
    """
    The register of assumptions.

    Parameters
    ----------
    register
        As `heatreach.siting.register.all_assumptions` gives it.

    Returns
    -------
    table
        For the terminal.
    """
    table = Table(title=f"{len(register):,} assumptions")
    for column in ("Figure", "Value", "Range", "Unit", "Source"):
        table.add_column(column, overflow="fold")
    rows: Iterable[Any] = register.itertuples()
    for row in rows:
        unit = "" if row.unit == "dimensionless" else row.unit
        base = f" ({row.price_base})" if row.price_base else ""
        reach = f"{row.low:g} to {row.high:g}"
        cells = (row.key, f"{row.value:g}", reach, unit + base, row.source)
        table.add_row(*map(Text, cells))
    return table


def _supply(row: Any, names: Mapping[str, Any]) -> str:
    """The best data centre of a zone and the share it could cover."""
    if not row.best_site_id:
        return "–"
    name = names.get(row.best_site_id)
    known = name if isinstance(name, str) and name.strip() else row.best_site_id
    return f"{known} {_share(row.best_covered_share, '%')}"


def supply_words(zones: Zones) -> str:
    """
    Whether any data centre could feed a zone, in one sentence.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    words
        Blank where one is in reach of a zone.
    """
    if len(zones.sources):
        return ""
    if zones.inputs.sites.empty:
        return (
            "No data centre is known here (many are not on the map): zones are shown without a "
            "source; give your own with --sites FILE."
        )
    return "No data centre is in reach of a zone."


def _gwh(heat_mwh: float) -> str:
    """Heat in GWh."""
    return f"{heat_mwh / MWH_PER_GWH:,.2f}"


def _number(value: float, *, digits: int = 0) -> str:
    """A rounded number; a dash where there is none."""
    return "–" if isnan(value) else f"{value:,.{digits}f}"


def _share(value: float, unit: str = "") -> str:
    """A share in percent; a dash where there is none."""
    return "–" if isnan(value) else f"{PERCENT * value:.0f}{unit}"
