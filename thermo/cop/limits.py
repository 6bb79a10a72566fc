"""
Limits and thresholds as comparisons of whole arrays, for cycles from COP tables.

What a broken limit means, in words, and which cycle the rule chooses is decided in `cycle_choice`,
once for every combination of comparisons that occurs. Here are only the comparisons, and which
points lie too near one of them for a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption

from ..cycles.cycle_choice import TRANSCRITICAL
from .cells import (
    CONDENSING_TOLERANCE_K,
    DISCHARGE_TOLERANCE_K,
    FLAT_DISCHARGE_TOLERANCE_K,
    LOG_BAR_TOLERANCE,
    Cycles,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..refrigerant import Refrigerant

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Whole = npt.NDArray[np.int64]

COMPARISONS = 1 << 6


def _thresholds(limits: Refrigerant) -> tuple[float, float, float, float, float]:
    """Smallest lift, lift and discharge that ask for two stages, hottest discharge, pressure."""
    least = assumption("heat_pumps", "machine", "min_lift_k").value
    lift = assumption("heat_pumps", "two_stage", "above_lift_k").value
    hot = assumption("heat_pumps", "two_stage", "above_discharge_degc").value
    return least, lift, hot, limits.max_discharge_degc, limits.max_condensing_bar


def near_limits(cycles: Cycles, margin: Floats, limits: Refrigerant, *, rule: bool) -> Flags:
    """
    Points so near a limit, or a threshold of the rule, that the table might lie beyond it.

    Parameters
    ----------
    cycles
        Looked-up cycles.
    margin
        How many tolerances each may be off [-].
    limits
        The refrigerant.
    rule
        Whether the thresholds of the rule that chooses the cycle count too.

    Returns
    -------
    near
        One flag per point.
    """
    least, above, hot, hottest, most = _thresholds(limits)
    lift = cycles.condensing_degc - cycles.evaporating_degc
    discharge = cycles.discharge_degc
    # Above the critical point nothing condenses; no point is beyond the pressure limit there.
    critical = np.isnan(lift)
    band = margin * np.where(critical, FLAT_DISCHARGE_TOLERANCE_K, DISCHARGE_TOLERANCE_K)
    bar = margin * np.where(critical, 0.0, LOG_BAR_TOLERANCE * most)
    kelvin = margin * CONDENSING_TOLERANCE_K
    near = np.abs(cycles.condensing_bar - most) < bar
    near |= np.abs(cycles.condensing_degc - limits.max_condensing_degc) < kelvin
    near |= (np.abs(lift - least) < kelvin) | (np.abs(discharge - hottest) < band)
    if rule:
        near |= (np.abs(lift - above) < kelvin) | (np.abs(discharge - hot) < band)
    return near


def comparisons(cycles: Cycles, sink_in: Floats, limits: Refrigerant) -> Whole:
    """
    All comparisons that decide on reason and cycle, as the bits of a number.

    Parameters
    ----------
    cycles
        Cycles of one variant.
    sink_in
        Water returning to the machine [°C].
    limits
        The refrigerant.

    Returns
    -------
    bits
        A number below ``COMPARISONS`` per point; points with equal numbers get the same reason
        from `cycle_choice.broken_limit` and the same answer of the rule.
    """
    least, above, hot, hottest, most = _thresholds(limits)
    warmest = assumption("heat_pumps", TRANSCRITICAL, "max_return_degc").value
    lift = cycles.condensing_degc - cycles.evaporating_degc
    comparisons = (
        np.isnan(cycles.shaft_cop),
        lift < least,
        cycles.condensing_bar > most,
        cycles.discharge_degc > hottest,
        (lift > above) | (cycles.discharge_degc > min(hot, hottest)),
        sink_in > warmest,
    )
    bits: Whole = np.zeros(len(lift), dtype=np.int64)
    for place, comparison in enumerate(comparisons):
        bits |= comparison.astype(np.int64) << place
    return bits
