"""
Gates: rules whose limit a headline figure of a project can miss by chance.

The uncertainty analysis draws these figures many times; the share of draws in which a gate is met
is the chance of meeting it. Rules that do not hold in the country of the study, or not on the first
day of operation, are no gates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .cells import compliance_rules
from .figures import operation_day
from .places import places_around
from .table import PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ..scenario import Scenario
    from .table import Rule

DRAWN = ("carbon_g_per_kwh", "social_irr_share", "heat_mwh")
"""Figures of rules that are drawn."""
_COLUMNS = (
    "gate",
    "title",
    "figure",
    "comparison",
    "threshold",
    "unit",
    "jurisdiction",
    "status",
    "conditional",
)


def figure_gates(
    country: str, scenario: Scenario, *, rules: Sequence[Rule] | None = None
) -> pd.DataFrame:
    """
    Rules of a study that a drawn figure decides.

    Parameters
    ----------
    country
        ISO 3166 code of the study; blank keeps only rules that hold anywhere.
    scenario
        First year of operation.
    rules
        By default those of ``data/compliance_rules.csv``.

    Returns
    -------
    gates
        ``gate`` (name of the rule), ``title``, ``figure``, ``comparison`` (at_least, at_most, above
        or below), ``threshold``, ``unit``, ``jurisdiction``, ``status``, and ``conditional`` where
        it is no law or was not verified. Rules with conditions of their own are left out.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> gates = figure_gates("GB", Scenario()).set_index("gate")
    >>> gates.loc["gb_ghnf_carbon", "comparison"], float(gates.loc["gb_ghnf_carbon", "threshold"])
    ('at_most', 100.0)
    >>> len(figure_gates("FI", Scenario()))
    0
    """
    start = operation_day(scenario)
    chosen = compliance_rules() if rules is None else rules
    rows = [
        (
            rule.rule,
            rule.title,
            rule.figure,
            rule.comparison,
            rule.threshold,
            rule.unit,
            " ".join(rule.jurisdiction),
            rule.status,
            rule.conditional,
        )
        for rule in chosen
        if _is_gate(rule, start) and _may_hold(rule, country)
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _is_gate(rule: Rule, start: date) -> bool:
    """Whether a drawn figure alone decides a rule that is in force."""
    ages = rule.opened_from or rule.opened_to
    early = rule.in_force_from is not None and start < rule.in_force_from
    late = rule.in_force_to is not None and start >= rule.in_force_to
    alone = rule.subject == PROJECT and rule.figure in DRAWN and not rule.applies_if
    return alone and not (ages or early or late) and rule.kind == "limit"


def _may_hold(rule: Rule, country: str) -> bool:
    """Whether a rule may hold in a country: in it, around it, or in a part of it."""
    if not rule.jurisdiction:
        return True
    if not country:
        return False
    parts = any(code.startswith(f"{country}-") for code in rule.jurisdiction)
    return parts or bool(places_around(country) & set(rule.jurisdiction))
