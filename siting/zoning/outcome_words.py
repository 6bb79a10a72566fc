"""What zones came to, in words: how many each rule found, and how much heat lies in no block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reasons import CAVEATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from .densities import Outside
    from .loads import ZoneLoads
    from .rules import ZoneRule
    from .tables import RuleTables

_MWH_PER_GWH = 1000.0


def zones_summary(loads: ZoneLoads, found: Sequence[RuleTables], rules: Sequence[ZoneRule]) -> str:
    """
    One sentence on what every rule found.

    Parameters
    ----------
    loads
        Consumers of the area.
    found
        Tables of each rule, in the order of ``rules``.
    rules
        Rules that were asked for.

    Returns
    -------
    words
        Plain text.
    """
    total = float(loads.places.heat_mwh.sum()) / _MWH_PER_GWH
    parts = [
        f"{_zone_count(tables.zones)} by {rule.name}"
        for rule, tables in zip(rules, found, strict=True)
    ]
    return (
        f"{len(loads.places.consumers):,d} consumers need {total:,.1f} GWh/yr; indicative zones: "
        f"{'; '.join(parts)}."
    )


def _zone_count(zones: pd.DataFrame) -> str:
    """Number of zones, how many of them are hardly any, and their heat in words."""
    if zones.empty:
        return "none"
    heat = f"{float(zones['heat_mwh'].sum()) / _MWH_PER_GWH:,.1f} GWh/yr"
    few = int(zones["reason"].str.endswith(CAVEATS).sum())
    doubt = f" ({few:,d} of them {'is' if few == 1 else 'are'} neighbours rather than a network)"
    return f"{len(zones):,d} zone{'' if len(zones) == 1 else 's'} with {heat}{doubt if few else ''}"


def outside_words(outside: Outside, total_mwh: float) -> str:
    """
    How much of the heat lies in no block.

    Parameters
    ----------
    outside
        Consumers in no block.
    total_mwh
        Yearly heat of the area [MWh/year].

    Returns
    -------
    words
        Plain text.
    """
    out, total = outside.heat_mwh / _MWH_PER_GWH, total_mwh / _MWH_PER_GWH
    return (
        f"consumers in no block; {out:,.1f} GWh of {total:,.1f} GWh ({out / total:.0%}) lie in no "
        "block closed by streets"
    )
