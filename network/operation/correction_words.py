"""What corrections of a plan are called: why, how much, at what cost, and who stays short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .correction_case import lacks_pressure

if TYPE_CHECKING:
    import numpy.typing as npt

    from .correction_case import Case, Version

COLD_TOLERANCE_K = 0.1
"""What is too little to be called too cold: no meter in a substation tells, and no step of the
supply is worth it."""

NAMED_MAX = 3
"""Consumers named in one sentence; of the others the number is given."""


def supply_words(case: Case, before: Version, after: Version) -> str:
    """
    Why the supply was raised, by how much and at what cost.

    Parameters
    ----------
    case
        What stays the same.
    before, after
        The plan as it stood and as it stands.

    Returns
    -------
    words
        One sentence without its stop.
    """
    cold = before.cold_k > COLD_TOLERANCE_K
    if cold.any():
        why = f"{_named(before, cold)} got up to {np.nanmax(before.cold_k):.1f} K too little"
    else:
        why = f"{_named(before, lacks_pressure(case, before))} had too little pressure"
    return (
        f"supply raised from {before.source_degc(case):.1f} to {after.source_degc(case):.1f} °C: "
        f"{why} ({_money(case, before, after)})"
    )


def width_words(case: Case, before: Version, after: Version) -> str:
    """
    Why pipes were widened, over what length and at what cost.

    Parameters
    ----------
    case
        What stays the same.
    before, after
        The plan as it stood and as it stands.

    Returns
    -------
    words
        One sentence without its stop.
    """
    wider = after.plan.edges["size"].to_numpy() != before.plan.edges["size"].to_numpy()
    metres = float(after.plan.edges["length_m"].to_numpy()[wider].sum())
    dn = case.catalogue.dn[after.plan.edges["size"].to_numpy()[wider]]
    return (
        f"{metres:,.0f} m of pipe widened to {', '.join(dict.fromkeys(dn.tolist()))}: "
        f"{_named(before, lacks_pressure(case, before))} needed up to "
        f"{np.nanmax(before.head_pa) / 1e3:,.0f} kPa, the pump gives "
        f"{case.operation.head_max_pa / 1e3:,.0f} kPa ({_money(case, before, after)})"
    )


def unserved_words(case: Case, version: Version) -> list[str]:
    """
    Who stays short, of what, and why nothing helps.

    Parameters
    ----------
    case, version
        The case and the plan as it stands.

    Returns
    -------
    words
        One sentence for each lack, without its stop; empty if nobody lacks anything.
    """
    words = []
    for row in np.flatnonzero(version.cold_k > COLD_TOLERANCE_K).tolist():
        mask = np.arange(len(version.cold_k)) == row
        words.append(
            f"consumer {_named(version, mask)} gets {version.cold_k[row]:.1f} K too little at the "
            f"highest supply allowed, {case.remedies.supply_max_degc:.1f} °C; allow a warmer "
            f"supply, or less cooling before water is let past"
        )
    for row in np.flatnonzero(lacks_pressure(case, version)).tolist():
        mask = np.arange(len(version.head_pa)) == row
        words.append(
            f"consumer {_named(version, mask)} needs {version.head_pa[row] / 1e3:,.0f} kPa, the "
            f"pump gives {case.operation.head_max_pa / 1e3:,.0f} kPa and no wider pipe is in the "
            f"catalogue; allow more head, or a booster pump on the way"
        )
    return words


def _named(version: Version, short: npt.NDArray[np.bool_]) -> str:
    """Consumers in words, the first few by name."""
    table = version.plan.consumers
    names = (table["id"] if "id" in table else table.index.to_series())[short].astype(str).tolist()
    some = ", ".join(names[:NAMED_MAX])
    return some if len(names) <= NAMED_MAX else f"{some} and {len(names) - 3} more"


def _money(case: Case, before: Version, after: Version) -> str:
    """What a correction costs, in words."""
    return f"present value {after.value - before.value:,.0f} {case.catalogue.money}"
