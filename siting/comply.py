"""
Rules of law, funding and guidance, each with its answer, its figure and the reason.

`comply` asks every rule of every data centre or project: does it hold here, on the first day of
operation, for a data centre of this age and size, and is its limit met? Rules are rows of
``data/compliance_rules.csv`` or of a user's file; their figures are found in
`heatreach.siting.rules.figures`. **This is no legal advice.** Exemptions are not modelled,
rules change, and many rows were read second-hand, which each of them says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .rules.cells import compliance_rules
from .rules.figures import operation_day, rule_subjects
from .rules.places import place_name, places, places_around
from .rules.table import EITHER, MACHINE
from .rules.words import (
    any_counts,
    compared,
    day,
    sentence,
    standing,
    unknown_condition,
    unknown_figure,
    unmet_condition,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from .rules.figures import Fact, Subject
    from .rules.table import Condition, Rule
    from .scenario import Scenario

MET, NOT_MET, APPLIES = "met", "not met", "applies"
NOT_APPLICABLE, NOT_KNOWN = "not applicable", "not known"
WOULD = {MET: "would be met", NOT_MET: "would not be met", APPLIES: "would apply"}
"""Answers of rules that are no law, or were not verified."""
FOR_AUTHORITY = "for the authority"
"""Answer of a rule that asks for some use and names no amount, where there is some."""
ANSWERS = (MET, NOT_MET, APPLIES, *WOULD.values(), FOR_AUTHORITY, NOT_APPLICABLE, NOT_KNOWN)
DUTY = "duty"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """A rule that holds in the country of the study; `within` says where in it."""

    rule: Rule
    start: date
    within: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Answer of one rule for one subject."""

    answer: str
    reason: str


def comply(
    projects: pd.DataFrame,
    sites: pd.DataFrame,
    scenario: Scenario,
    *,
    country: str,
    rules: Sequence[Rule] | None = None,
    connections: pd.DataFrame | None = None,
    consumers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    What every rule answers for every data centre and project.

    Parameters
    ----------
    projects
        PROJECTS; figures that a project does not have are not known.
    sites
        SITES, completed.
    scenario
        First year of operation, refrigerant, size of machines, money.
    country
        ISO 3166 code of the study; with a subdivision (``GB-ENG``, ``US-CA``) rules of that part
        are certain to hold. Blank where it is not known.
    rules
        By default those of ``data/compliance_rules.csv``.
    connections
        ``consumer_id`` and ``project_id`` of the consumers connected, for rules that count them.
    consumers
        CONSUMERS, for the same.

    Returns
    -------
    answers
        Table ``compliance``, one row per rule and subject: what holds here, then what is not
        applicable; of each, data centres first, then projects, in the order of the rules.
        ``answer`` is one of `ANSWERS`.

    Notes
    -----
    A limit is ``met`` or ``not met``; a duty ``applies``, whether or not anybody fulfils it; a rule
    of kind ``either`` that the figure does not meet may be met otherwise, so it is ``not known``;
    where one names no amount and there is some, it is ``for the authority`` to say if it is enough.
    Drafts, proposals and rows that nobody checked answer "would be met", "would not be met" or
    "would apply". A rule is ``not applicable`` outside its country, before its first day, for data
    centres of another age, or below its size, and ``not known`` where a figure is missing that
    decides. Where a figure has bounds and both ends agree, they decide.
    """
    chosen = compliance_rules() if rules is None else tuple(rules)
    subjects = rule_subjects(
        projects, sites, scenario, connections=connections, consumers=consumers
    )
    start = operation_day(scenario)
    rows = [
        _row(rule, subject, _answer(rule, subject, start, country))
        for subject in subjects
        for rule in chosen
        if rule.subject == subject.kind
    ]
    columns = [field for field in _COLUMNS if field not in ("value", "threshold")]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    # A reader looks for what holds here; sorting by a truth value keeps the order of the rest.
    frame = frame.iloc[(frame["answer"] == NOT_APPLICABLE).argsort(kind="stable")]
    return frame.reset_index(drop=True).astype(
        {**dict.fromkeys(columns, "str"), "value": float, "threshold": float}
    )


_COLUMNS = (
    "subject_kind",
    "subject_id",
    "project_id",
    "rule",
    "title",
    "jurisdiction",
    "kind",
    "status",
    "reading",
    "answer",
    "figure",
    "value",
    "comparison",
    "threshold",
    "unit",
    "in_force_from",
    "reason",
    "checked_on",
    "source",
    "locator",
)


def _row(rule: Rule, subject: Subject, given: _Answer) -> tuple[object, ...]:
    """Row of the table."""
    fact = subject.facts.get(rule.figure)
    exact = fact is not None and fact.low == fact.high
    days = [when for when in (rule.in_force_from, rule.opened_from) if when]
    return (
        subject.kind,
        subject.subject_id,
        subject.project_id,
        rule.rule,
        rule.title,
        " ".join(rule.jurisdiction),
        rule.kind,
        rule.status,
        rule.reading,
        given.answer,
        rule.figure,
        fact.low if fact is not None and exact else np.nan,
        rule.comparison,
        rule.threshold,
        rule.unit,
        max(days).isoformat() if days else "",
        given.reason,
        rule.checked_on,
        rule.source,
        rule.locator,
    )


def _answer(rule: Rule, subject: Subject, start: date, country: str) -> _Answer:
    """Answer of a rule: place, days, age and size first, then the limit."""
    holds, within = _in_place(rule, country)
    if holds is False:
        there = place_name(country)
        return _Answer(
            answer=NOT_APPLICABLE,
            reason=sentence([f"it holds in {places(rule)}, and the study is in {there}"]),
        )
    ask = _Ask(rule=rule, start=start, within=within)
    tests = [
        *(_fulfilled(condition, subject) for condition in rule.applies_if),
        _of_age(rule, subject),
        _in_force(ask, subject.facts.get(rule.figure)),
    ]
    failed = [clause for known, clause in tests if known is False]
    if failed:
        return _Answer(answer=NOT_APPLICABLE, reason=sentence(failed[:1]))
    open_ = [clause for known, clause in tests if known is None]
    if holds is None:
        open_.insert(0, f"it holds in {places(rule)}, and the country of the study is not known")
    if open_:
        return _Answer(answer=NOT_KNOWN, reason=sentence(open_[:1]))
    assumed = next((clause for known, clause in tests if known and clause), "")
    return _judged(ask, subject.facts.get(rule.figure), assumed)


def _judged(ask: _Ask, fact: Fact | None, assumed: str) -> _Answer:
    """Answer of a rule that holds, by its limit."""
    rule = ask.rule
    passes = None if fact is None else _passes(rule.comparison, rule.threshold, fact)
    if passes is None or fact is None:
        clauses = [unknown_figure(rule, fact), standing(rule), ask.within]
        return _Answer(answer=NOT_KNOWN, reason=sentence(clauses))
    clause = compared(rule, fact, passes=passes)
    if rule.kind == DUTY and not passes:
        return _Answer(answer=NOT_APPLICABLE, reason=sentence([clause, ask.within]))
    if rule.kind == DUTY:
        answer, clause = APPLIES, f"{clause}, so the duty {'would ' if rule.conditional else ''}"
        clause += "apply" if rule.conditional else "applies"
    else:
        answer = MET if passes else NOT_MET
    after = rule.otherwise if answer == NOT_MET else ""
    if rule.kind == EITHER and not passes:
        return _Answer(answer=NOT_KNOWN, reason=sentence([clause, after, ask.within]))
    if rule.kind == EITHER and any_counts(rule):
        answer = FOR_AUTHORITY
    word = WOULD.get(answer, answer) if rule.conditional else answer
    return _Answer(
        answer=word, reason=sentence([clause, after, standing(rule), ask.within, assumed])
    )


def _passes(comparison: str, limit: float, fact: Fact) -> bool | None:
    """Whether a figure compares so with a limit; None where its bounds leave it open."""
    low, high = fact.low, fact.high
    certain, excluded = {
        "at_least": (low >= limit, high < limit),
        "at_most": (high <= limit, low > limit),
        "above": (low > limit, high <= limit),
        "below": (high < limit, low >= limit),
    }[comparison]
    if certain:
        return True
    return False if excluded else None


def _in_place(rule: Rule, country: str) -> tuple[bool | None, str]:
    """Whether a rule holds in the country; for a part of it, the clause that says so."""
    if not rule.jurisdiction:
        return True, ""
    if not country:
        return None, ""
    if places_around(country) & set(rule.jurisdiction):
        return True, ""
    parts = [code for code in rule.jurisdiction if code.startswith(f"{country}-")]
    if parts:
        return True, f"if the place is in {place_name(parts[0])}"
    return False, ""


def _in_force(ask: _Ask, fact: Fact | None) -> tuple[bool, str]:
    """Whether a rule holds on the first day of operation; else from or until when."""
    rule, first, last = ask.rule, ask.rule.in_force_from, ask.rule.in_force_to
    begins = f"operation begins on {day(ask.start)}"
    if first and ask.start < first:
        passes = None if fact is None else _passes(rule.comparison, rule.threshold, fact)
        then = "" if passes is None or fact is None else compared(rule, fact, passes=passes)
        later = f"; then {then}" if then else ""
        return False, f"it holds from {day(first)} on, and {begins}{later}"
    if last and ask.start >= last:
        return False, f"it held until {day(last)}, and {begins}"
    return True, ""


def _of_age(rule: Rule, subject: Subject) -> tuple[bool | None, str]:
    """Whether the data centre began operation in the days that the rule asks for."""
    first, last, opened = rule.opened_from, rule.opened_to, subject.opened
    if not first and not last:
        return True, ""
    span = " and ".join(
        [
            *([f"from {day(first)} on"] if first else []),
            *([f"before {day(last)}"] if last else []),
        ]
    )
    asks = f"it holds for data centres that began operation {span}"
    if opened is None:
        older = "this one exists and is taken to be older, as no opened_year is given"
        return (False, f"{asks}, and {older}") if first else (True, older)
    early, late = opened
    if (first and late < first) or (last and early >= last):
        when = f"on {day(early)}" if early == late else f"in {early.year}"
        return False, f"{asks}, and this one does {when}"
    if (first and early < first) or (last and late >= last):
        return None, f"{asks}; to know, the day in {early.year} on which this one did is needed"
    return True, ""


def _fulfilled(condition: Condition, subject: Subject) -> tuple[bool | None, str]:
    """Whether a condition of a rule is fulfilled; else what there is instead."""
    fact = subject.facts.get(condition.figure)
    if fact is None:
        return None, unknown_condition(condition, fact)
    if condition.figure == MACHINE:
        known: bool | None = fact.word == condition.word
    else:
        known = _passes(condition.comparison, condition.threshold, fact)
    if known is None:
        return None, unknown_condition(condition, fact)
    return known, "" if known else unmet_condition(condition, fact)
