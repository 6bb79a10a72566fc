"""What to know of the data centre that could cover most of a zone, in words for map and report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..zoning.reasons import CAVEATS
from .wording import figure, is_blank

if TYPE_CHECKING:
    from collections.abc import Collection

    from .zone_results import FinishedZones

NOT_BUILT = "the plan builds no network for it"
PERCENT = 100.0


def source_cautions(
    zones: FinishedZones, row: Any, built: Collection[str] | None = None, *, brief: bool = False
) -> list[str]:
    """
    What limits the share that the best data centre of a zone could cover.

    Parameters
    ----------
    zones
        Finished zones.
    row
        A row of the ZONES table with a best data centre.
    built
        Identifiers of the data centres for which a plan builds a network; None without a plan.
    brief
        Whether to leave out the heat pump's part.

    Returns
    -------
    cautions
        The heat pump's part, the heat that each metre of the way and the trench carries, whether
        that meets the rule, and whether the plan builds anything; plain text.
    """
    pairs = zones.sources
    mine = pairs[(pairs["zone_id"] == row.zone_id) & (pairs["site_id"] == row.best_site_id)]
    pair: Any = next(mine.itertuples(), None)
    said = [] if brief or pair is None or is_blank(pair.cop) else [_pumped(pair)]
    said += [] if pair is None else _of_way(pair, row.threshold_mwh_m)
    return [*said, *([NOT_BUILT] if built is not None and row.best_site_id not in built else [])]


def _pumped(pair: Any) -> str:
    """How much of the heat is the data centre's, the rest being the heat pump's electricity."""
    share = PERCENT * (1.0 - 1.0 / pair.cop)
    return f"through a heat pump, {share:.0f} % of that from the data centre"


def _of_way(pair: Any, asked_mwh_m: Any) -> list[str]:
    """The way from the data centre, held against the rule."""
    carried = pair.way_heat_density_mwh_m
    if is_blank(carried):
        return []
    if not is_blank(asked_mwh_m) and carried < asked_mwh_m:
        figures = f"{figure(carried)} of {figure(asked_mwh_m)} MWh/m"
        return [f"the way to it is too long for this rule: {figures}"]
    return [f"{figure(carried)} MWh/m with the way to it"]


def zone_caveat(row: Any) -> str:
    """
    Why a zone is hardly one, where its reason says so.

    Parameters
    ----------
    row
        A row of the ZONES table.

    Returns
    -------
    caveat
        One of `heatreach.siting.zoning.reasons.CAVEATS`; blank for most zones.
    """
    return next((words for words in CAVEATS if str(row.reason).endswith(f"; {words}")), "")
