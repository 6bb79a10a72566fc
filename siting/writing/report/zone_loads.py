"""Loads of an area in the report: anchor loads of its zones, demand by kind of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..results import in_order
from ..wording import figure, html_text, is_blank
from ..zone_results import SEPARATOR
from .tables import Grid
from .words import each_row, share, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ..zone_results import FinishedZones

MOST_ANCHORS = 15
YARDSTICK = "draft English test, shown as a yardstick"


def anchors_grid(zones: FinishedZones) -> Grid | None:
    """
    The largest anchor loads, in a zone or not.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    grid
        Largest first; `None` where there is none.
    """
    if not len(zones.anchors):
        return None
    is_anchor = zones.anchors["anchor"].fillna(value=False).astype(bool)
    rows = in_order(zones.anchors[is_anchor], "anchors")
    if rows.empty:
        return None
    named = dict(zip(zones.zones["zone_id"], zones.zones["name"], strict=True))
    shown = rows.head(MOST_ANCHORS)
    cells = [
        (
            html_text(row.consumer_id if is_blank(row.name) else row.name, longest=60),
            row.use,
            row.confidence,
            html_text(_zones_of(row.zone_ids, named), longest=120),
            row.required,
            figure(row.heat_mwh),
            spread(row.heat_low_mwh, row.heat_high_mwh),
        )
        for row in each_row(shown)
    ]
    left = len(rows) - len(shown)
    return Grid(
        caption="Anchor loads, the largest first",
        headings=[
            ("Load", ""),
            ("Use", ""),
            ("Demand is", "sure"),
            ("In zone", ""),
            ("Could be required to connect", YARDSTICK),
            ("Heat", "MWh/yr"),
            ("Low to high", "MWh/yr"),
        ],
        rows=cells,
        texts=5,
        file="anchors.csv",
        note=f"{left:,} smaller ones are not listed." if left else "",
    )


def _zones_of(zone_ids: Any, named: Mapping[str, Any]) -> str:
    """Zones that a load lies in, by name, each name once."""
    if is_blank(zone_ids):
        return "none"
    ids = str(zone_ids).split(SEPARATOR)
    names = [zone_id if is_blank(named.get(zone_id)) else str(named[zone_id]) for zone_id in ids]
    return ", ".join(dict.fromkeys(names))


def totals_grid(totals: pd.DataFrame) -> Grid:
    """
    Demand of the area by kind of use.

    Parameters
    ----------
    totals
        The DEMAND_TOTALS table.

    Returns
    -------
    grid
        One row per use, their sum last.
    """
    cells = [
        (
            row.use,
            figure(row.consumers),
            figure(row.heat_mwh),
            spread(row.heat_low_mwh, row.heat_high_mwh),
            share(row.given_share),
            share(row.low_confidence_share),
        )
        for row in each_row(totals)
    ]
    return Grid(
        caption="Heat demand of the area by kind of use",
        headings=[
            ("Use", ""),
            ("Consumers", ""),
            ("Heat", "MWh/yr"),
            ("Low to high", "MWh/yr"),
            ("Given", "of the heat"),
            ("Hardly sure", "of the heat"),
        ],
        rows=cells,
        file="demand_totals.csv",
        note="Low to high: every figure of a use at the same end of its range together; errors "
        "that partly cancel leave less.",
    )
