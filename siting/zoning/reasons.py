"""What a zone is, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..consumers.building_use import siting_rule

if TYPE_CHECKING:
    import pandas as pd

    from .rules import ZoneRule

METHOD_WORDS = {
    "trench": "of trench",
    "street": "of street",
    "radius": "between neighbours",
}
NEIGHBOURS = "two neighbours rather than a network"
SHORT = "neighbours on a short trench rather than a network"
CAVEATS = (NEIGHBOURS, SHORT)
"""Ends of the reasons of zones that are dense because hardly anything lies between their loads."""
_MWH_PER_GWH = 1000.0


def zone_reasons(zones: pd.DataFrame, rule: ZoneRule) -> list[str]:
    """
    What each zone is, in one sentence.

    Parameters
    ----------
    zones
        Zones of one rule with their figures, ``buildings`` and ``cells`` among them.
    rule
        The rule.

    Returns
    -------
    reasons
        One sentence per zone.
    """
    asked = f"{rule.threshold_mwh_m:g} MWh/m/yr {METHOD_WORDS[rule.method]}"
    return [_zone_reason(row, asked, rule) for row in zones.itertuples()]


def _zone_reason(zone: Any, asked: str, rule: ZoneRule) -> str:
    """Reason of one zone."""
    buildings = _consumers(zone)
    density = getattr(zone, f"{rule.method}_heat_density_mwh_m")
    reached = "" if np.isnan(density) else f", {density:,.1f} where"
    anchors = f" and {_counted(rule.anchors_min, 'anchor load')}" if rule.anchors_min else ""
    return (
        f"indicative: {buildings} with {_heat(zone.heat_mwh)} on {zone.trench_m:,.0f} m of trench"
        f"{reached} the rule asks for {asked}{anchors}; "
        f"it holds {_counted(zone.anchors, 'anchor load')}{_small(zone)}"
    )


def _consumers(zone: Any) -> str:
    """Buildings of a zone with their units, and cells of a heat map, which are no buildings."""
    buildings, units = zone.buildings - zone.cells, zone.consumers - zone.cells
    several = f" of {_counted(units, 'consumer')}" if units > buildings else ""
    parts = [
        *([_counted(buildings, "building") + several] if buildings or not zone.cells else []),
        *([_counted(zone.cells, "cell") + " of a heat map"] if zone.cells else []),
    ]
    return " and ".join(parts)


def _small(zone: Any) -> str:
    """Warn of zones that are dense because hardly anything lies between their loads."""
    if zone.buildings <= siting_rule("zone_words", "neighbours_max"):
        return f"; {NEIGHBOURS}"
    if zone.trench_m < siting_rule("zone_words", "short_trench_m"):
        return f"; {SHORT}"
    return ""


def _counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,d} {noun}" + ("" if number == 1 else "s")


def _heat(heat_mwh: float) -> str:
    """Yearly heat with the unit that reads best."""
    if heat_mwh >= _MWH_PER_GWH:
        return f"{heat_mwh / _MWH_PER_GWH:,.1f} GWh/yr"
    return f"{heat_mwh:,.0f} MWh/yr"
