"""
Rules of law, funding and guidance as rows: what is asked, of whom, where and from when.

Rows stand in ``data/compliance_rules.csv`` and are read in `rule_cells`; the figures they can ask
about are those of ``data/rule_figures.csv``. What a rule answers is found in
`heatreach.siting.comply`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from heatreach.data import load_table

if TYPE_CHECKING:
    from datetime import date

COMPARISONS = ("at_least", "at_most", "above", "below")
EITHER = "either"
KINDS = ("limit", "duty", EITHER)
STATUSES = ("law", "grant", "guidance", "draft", "proposal", "unverified")
READINGS = ("first_hand", "second_hand", "unverified")
NOT_BINDING = ("draft", "proposal", "unverified")
"""Status of rules that nobody has to keep: their answers are conditional."""
SITE, PROJECT = "site", "project"
MACHINE = "machine"
"""The one figure that is a word, not a number."""
MACHINES = ("central heat pump", "chiller", "split heat pump", "light commercial heat pump")


class Condition(NamedTuple):
    """Part of what decides whether a rule holds; `word` for the machine, else `threshold`."""

    figure: str
    comparison: str
    threshold: float
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One rule.

    Attributes
    ----------
    rule, title
        Short name, and what it asks for in words.
    kind
        ``limit``, which is met or not; ``duty``, which applies from a size on; ``either``, which is
        met by the figure or by something else that no study shows.
    jurisdiction
        Codes of `jurisdictions`; none where the rule holds anywhere.
    applies_if
        Conditions that all must hold.
    figure, comparison, threshold, unit
        What is compared.
    in_force_from, in_force_to
        First day, and the first day after; None where open.
    opened_from, opened_to
        The same for the day on which the data centre began operation.
    based_on
        Table and name of the row this one rests on; blank for none.
    status
        ``law``, ``grant`` (condition of funding), ``guidance``, ``draft``, ``proposal`` or
        ``unverified``.
    reading
        ``first_hand``, ``second_hand`` or ``unverified``.
    checked_on, source, locator, otherwise, note
        When it was looked up, whence it is, what follows where it is not met, what to know of it.
    """

    rule: str
    title: str
    kind: str
    jurisdiction: tuple[str, ...]
    applies_if: tuple[Condition, ...]
    figure: str
    comparison: str
    threshold: float
    unit: str
    in_force_from: date | None
    in_force_to: date | None
    opened_from: date | None
    opened_to: date | None
    based_on: str
    status: str
    reading: str
    checked_on: str
    source: str
    locator: str
    otherwise: str
    note: str

    @property
    def conditional(self) -> bool:
        """Whether it is no law or was not verified, so that it only would be met or apply."""
        return self.status in NOT_BINDING or self.reading == "unverified"

    @property
    def subject(self) -> str:
        """What it is asked of: ``site`` or ``project``."""
        return rule_figure_rows()[self.figure]["subject"]


RULE_COLUMNS = tuple(field.name for field in fields(Rule))
"""Columns of a table of rules."""


@cache
def rule_figure_rows() -> dict[str, dict[str, str]]:
    """
    What is known of each figure that a rule can ask about.

    Returns
    -------
    rows
        Figure -> ``subject``, ``unit``, ``shown`` (unit as written), ``words``, ``needs``.

    Examples
    --------
    >>> rule_figure_rows()["erf"]["words"]
    'energy reuse factor'
    """
    table = load_table("rule_figures").set_index("figure")
    return {str(name): dict(row) for name, row in table.iterrows()}
