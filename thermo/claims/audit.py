"""
Audit of published claims: every claim recomputed, with its verdict and the numbers behind it.

``data/published_claims.csv`` names for each claim the check that recomputes it, and
``data/claim_inputs.csv`` its figures. Verdicts are in neither: they come out of the engine, so a
change of the engine or of a figure changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from heatreach.data import TableError, load_table

from . import (
    bounds,
    carbon,
    effectiveness,
    energy,
    feasibility,
    machines,
    money,
    refrigerants,
    units,
    water,
)
from .finding import Figures, Finding, claim_figures, not_computed

Check = Callable[[Figures], Finding]
_MODULES = (
    machines,
    feasibility,
    effectiveness,
    energy,
    carbon,
    bounds,
    water,
    money,
    refrigerants,
    units,
)
NO_CHECK = "context"


def audit_claim(claim: str, **figures: float) -> Finding:
    """
    One published claim, recomputed.

    Parameters
    ----------
    claim
        Identifier in ``data/published_claims.csv``.
    **figures
        Figures of the claim to change before it is checked, in the units of their names.

    Returns
    -------
    finding
        Verdict, words, claimed and recomputed figure, bound (NaN if the check has none), unit,
        assumption and method.

    Raises
    ------
    TableError
        If there is no such claim, or it has no such figure.

    Examples
    --------
    >>> audit_claim("C06").verdict
    'inconsistent'
    >>> audit_claim("C06", heat_cost_per_mwh=20.0).verdict
    'holds'
    """
    rows = load_table("published_claims").set_index("id")["check"]
    inputs = claim_figures(claim).changed(figures)
    return _check(str(rows[claim]))(inputs)


def audit_claims(changes: Mapping[str, Mapping[str, float]] | None = None) -> pd.DataFrame:
    """
    Every published claim, recomputed, one row each.

    Parameters
    ----------
    changes
        Figures to change before checking, by claim and parameter.

    Returns
    -------
    audit
        Columns ``id``, ``publication`` (key in ``data/sources.csv``), ``topic``, ``claim``,
        ``verdict`` (``"holds"``, ``"holds under an assumption"``, ``"inconsistent"`` or ``"not
        checkable"``), ``recomputed`` (in words, or why nothing can be recomputed),
        ``claimed_figure``, ``recomputed_figure``, ``bound`` and ``bound_ratio`` (claimed per
        bound; NaN where no physical bound applies), ``unit``, ``assumption`` and ``method``.

    Raises
    ------
    TableError
        If a change names no claim or no figure.

    Notes
    -----
    Equal means within ``reference/rounding_share`` of ``data/claim_inputs.csv``; a computed COP is
    a band, see `heatreach.thermo.claims.machines`.

    Examples
    --------
    >>> audit = audit_claims().set_index("id")
    >>> round(float(audit.loc["C58", "bound_ratio"]), 1)
    17.6
    """
    wanted = changes or {}
    claims = load_table("published_claims")
    unknown = sorted(set(wanted) - set(claims["id"]))
    if unknown:
        raise TableError(f"no claim {', '.join(unknown)} in data/published_claims.csv")
    findings = [audit_claim(claim, **wanted.get(claim, {})) for claim in claims["id"]]
    found = pd.DataFrame(findings).rename(
        columns={
            "words": "recomputed",
            "claimed": "claimed_figure",
            "recomputed": "recomputed_figure",
        }
    )
    found.insert(5, "bound_ratio", found["claimed_figure"] / found["bound"])
    head = claims[["id", "source", "topic", "claim"]].rename(columns={"source": "publication"})
    return pd.concat([head, found], axis="columns")


def _check(name: str) -> Check:
    """Check of that name in the modules of this folder."""
    if name == NO_CHECK:
        return not_computed
    for module in _MODULES:
        if hasattr(module, name):
            check: Check = getattr(module, name)
            return check
    raise TableError(f"data/published_claims.csv names an unknown check {name!r}")
