"""
Sentences of rules: why one is met, not met, does not apply or cannot be answered.

Each sentence names the figure and the limit. Numbers are rounded, but never so far that a figure
that misses a limit reads like the limit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .table import EITHER, MACHINE, rule_figure_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from .figures import Fact
    from .table import Condition, Rule

_FEWEST_DIGITS, _MOST_DIGITS = 4, 15
_YES = {
    "at_least": "at least {limit}",
    "at_most": "at most {limit}",
    "above": "above {limit}",
    "below": "below {limit}",
}
_NO = {
    "at_least": "below {limit}",
    "at_most": "above {limit}",
    "above": "not above {limit}",
    "below": "not below {limit}",
}
_NOT_OURS = "heat is used, and whether that is enough is for the authority"
"""A rule that names no amount is not fulfilled by just any: no study can tell how much it takes."""
_STANDING = {
    "law": "",
    "grant": "a condition of funding",
    "guidance": "guidance, not law",
    "draft": "a draft, not law",
    "proposal": "a proposal, not law",
    "unverified": "a proposal whose adoption is not verified, never to be read as law",
}


def sentence(clauses: Iterable[str]) -> str:
    """
    One sentence out of clauses.

    Parameters
    ----------
    clauses
        Blank ones are left out.

    Returns
    -------
    text
        Joined by semicolons, with a capital letter and a full stop.

    Examples
    --------
    >>> sentence(["the PUE is 1.4, above 1.3", "", "a draft, not law"])
    'The PUE is 1.4, above 1.3; a draft, not law.'
    """
    text = "; ".join(clause for clause in clauses if clause)
    return f"{text[:1].upper()}{text[1:]}."


def amount(value: float, figure: str, *, beside: float | None = None) -> str:
    """
    A value of a figure as it is written, with its unit.

    Parameters
    ----------
    value
        In the unit of the figure.
    figure
        Name of the figure.
    beside
        A limit that the text must not be taken for.

    Returns
    -------
    text
        Rounded; shares as percent.

    Examples
    --------
    >>> amount(0.15, "erf"), amount(0.1499999, "erf", beside=0.15), amount(1250.4, "it_load_kw")
    ('15 %', '14.99999 %', '1,250 kW')
    """
    unit = rule_figure_rows()[figure]["shown"]
    scale = 100.0 if unit == "%" else 1.0
    text = _digits(scale * value, _FEWEST_DIGITS)
    if beside is not None and value != beside:
        for digits in range(_FEWEST_DIGITS, _MOST_DIGITS + 1):
            text = _digits(scale * value, digits)
            if text != _digits(scale * beside, digits):
                break
    return f"{text} {unit}".rstrip()


def _digits(value: float, digits: int) -> str:
    """A number with so many digits, whole ones with thousands separators."""
    if not math.isfinite(value):
        return "unlimited"
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{float(text):.0f}" if abs(value) >= 1.0 else f"{float(text):.15f}".rstrip("0")
    whole, mark, part = text.partition(".")
    return f"{int(whole):,}{mark}{part}" if not whole.startswith("-0") else text


def compared(rule: Rule, fact: Fact, *, passes: bool) -> str:
    """
    Clause that holds a figure against the limit of a rule.

    Parameters
    ----------
    rule
        The rule.
    fact
        What is known of its figure.
    passes
        Which way the comparison went.

    Returns
    -------
    clause
        "the energy reuse factor is 12 %, below 15 %", with the figure's own note.

    Examples
    --------
    >>> from heatreach.siting.rules.figures import Fact
    >>> from heatreach.siting.rules.cells import compliance_rules
    >>> erf = next(rule for rule in compliance_rules() if rule.rule == "de_enefg_11_erf_15")
    >>> compared(erf, Fact(0.12, 0.12), passes=False)
    'the energy reuse factor is 12 %, below 15 %'
    """
    limit = amount(rule.threshold, rule.figure)
    phrase = (_YES if passes else _NO)[rule.comparison].format(limit=limit)
    words, note = rule_figure_rows()[rule.figure]["words"], f" ({fact.note})" if fact.note else ""
    value = _value(fact, rule.figure, rule.threshold)
    if any_counts(rule) and rule.kind == EITHER and passes:
        return f"the {words} is {value}{note}; {_NOT_OURS}"
    if any_counts(rule):
        phrase = "and any counts" if passes else "and some is asked"
    return f"the {words} is {value}, {phrase}{note}"


def any_counts(rule: Rule) -> bool:
    """
    Whether a rule only asks that there be something at all.

    Parameters
    ----------
    rule
        The rule.

    Returns
    -------
    any
        True where any amount above nothing answers it.
    """
    return rule.comparison == "above" and rule.threshold == 0.0


def _value(fact: Fact, figure: str, limit: float) -> str:
    """A figure that is known, or its bounds."""
    low = amount(fact.low, figure, beside=limit)
    if fact.low == fact.high:
        return low
    if math.isinf(fact.high):
        return f"{low} or more"
    return f"{low} to {amount(fact.high, figure, beside=limit)}"


def unmet_condition(condition: Condition, fact: Fact) -> str:
    """
    Clause on a condition that is not fulfilled, so that the rule does not apply.

    Parameters
    ----------
    condition
        The condition.
    fact
        What is known of its figure.

    Returns
    -------
    clause
        What it asks and what there is.

    Examples
    --------
    >>> from heatreach.siting.rules.figures import Fact
    >>> from heatreach.siting.rules.table import Condition
    >>> unmet_condition(Condition("it_load_kw", "above", 50.0), Fact(20.0, 20.0))
    'it holds where the installed IT load is above 50 kW, and here it is 20 kW'
    """
    words = rule_figure_rows()[condition.figure]["words"]
    if condition.figure == MACHINE:
        there = "there is no heat pump" if fact.word == "none" else f"it is a {fact.word}"
        return f"it holds where the {words} is a {condition.word}, and here {there}"
    there = _value(fact, condition.figure, condition.threshold)
    return f"it holds where the {words} is {_asked(condition)}, and here it is {there}"


def unknown_condition(condition: Condition, fact: Fact | None) -> str:
    """
    Clause on a condition that cannot be judged.

    Parameters
    ----------
    condition
        The condition.
    fact
        Bounds of its figure, if there are any.

    Returns
    -------
    clause
        What decides and what is needed.

    Examples
    --------
    >>> from heatreach.siting.rules.table import Condition
    >>> unknown_condition(Condition("renewable_share", "above", 0.5), None)
    'it holds where the renewable share of its electricity is above 50 %; to know, it takes the \
column renewable_share of the sites'
    """
    row = rule_figure_rows()[condition.figure]
    asked = f"a {condition.word}" if condition.figure == MACHINE else _asked(condition)
    bounds = _bounds(condition.figure, condition.threshold, fact)
    return f"it holds where the {row['words']} is {asked}{bounds}; to know, it takes {row['needs']}"


def unknown_figure(rule: Rule, fact: Fact | None) -> str:
    """
    Clause on a figure that is missing.

    Parameters
    ----------
    rule
        The rule.
    fact
        Bounds of its figure, if there are any.

    Returns
    -------
    clause
        What is asked and what is needed.

    Examples
    --------
    >>> from heatreach.siting.rules.cells import compliance_rules
    >>> pue = next(rule for rule in compliance_rules() if rule.rule == "de_enefg_11_pue_new")
    >>> unknown_figure(pue, None)
    'the PUE should be at most 1.2; to know, it takes the PUE of the data centre'
    """
    row = rule_figure_rows()[rule.figure]
    limit = _YES[rule.comparison].format(limit=amount(rule.threshold, rule.figure))
    bounds = _bounds(rule.figure, rule.threshold, fact)
    asked = f"should be {limit}" if rule.kind != "duty" else f"decides: it applies if {limit}"
    if any_counts(rule):
        asked = "decides" if rule.kind == EITHER else "decides, and any counts"
    note = f" ({fact.note})" if fact is not None and fact.note else ""
    return f"the {row['words']} {asked}{bounds}{note}; to know, it takes {row['needs']}"


def _bounds(figure: str, limit: float, fact: Fact | None) -> str:
    """What is known of a figure although it does not decide."""
    if fact is None or math.isnan(fact.low):
        return ""
    return f", and here it is {_value(fact, figure, limit)}"


def _asked(condition: Condition) -> str:
    """What a condition asks for."""
    limit = amount(condition.threshold, condition.figure)
    return _YES[condition.comparison].format(limit=limit)


def standing(rule: Rule) -> str:
    """
    How far a rule binds and how surely it was read, as a clause.

    Parameters
    ----------
    rule
        The rule.

    Returns
    -------
    clause
        Blank for law that was read.

    Examples
    --------
    >>> from heatreach.siting.rules.cells import compliance_rules
    >>> {rule.rule: standing(rule) for rule in compliance_rules()}["gb_ghnf_heat"]
    'a condition of funding; the row was not checked against the rule itself'
    """
    unchecked = "the row was not checked against the rule itself"
    parts = [_STANDING[rule.status]]
    if rule.reading == "unverified" and rule.status != "unverified":
        parts.append(unchecked)
    return "; ".join(filter(None, parts))


def day(when: date) -> str:
    """
    A day as it is written in a sentence.

    Parameters
    ----------
    when
        The day.

    Returns
    -------
    text
        For example "1 July 2026".

    Examples
    --------
    >>> from datetime import date
    >>> day(date(2026, 7, 1))
    '1 July 2026'
    """
    months = "January February March April May June July August September October November December"
    return f"{when.day} {months.split()[when.month - 1]} {when.year}"
