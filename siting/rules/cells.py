"""
What a row of rules may say: read into a rule, or told what is wrong with it.

Our own table and a user's file pass through the same checks. A row of ours may rest on a row of
another table (refrigerants, zones), which then gives its limit, first day and place in the source.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from heatreach.data import TableError, load_table

from ..reading.column_rules import nearest_names
from ..reading.findings import shorten
from .table import (
    COMPARISONS,
    KINDS,
    MACHINE,
    MACHINES,
    READINGS,
    RULE_COLUMNS,
    SITE,
    STATUSES,
    Condition,
    Rule,
    rule_figure_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORDS = {
    "kind": KINDS,
    "comparison": COMPARISONS,
    "status": STATUSES,
    "reading": READINGS,
}
_DATES = ("in_force_from", "in_force_to", "opened_from", "opened_to")
_NEEDED = ("title", "figure", "comparison", "threshold", "status")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_REFERENCE = "from "


class Complaint(NamedTuple):
    """What is wrong with one cell of a rule."""

    column: str
    what: str
    advice: str


@cache
def compliance_rules() -> tuple[Rule, ...]:
    """
    Every rule of ``data/compliance_rules.csv``, in its order.

    Returns
    -------
    rules
        As checked as a user's would be.

    Raises
    ------
    TableError
        If the table itself is wrong.

    Examples
    --------
    >>> rules = {rule.rule: rule for rule in compliance_rules()}
    >>> rules["de_enefg_11_erf_15"].threshold, str(rules["de_enefg_11_erf_15"].opened_from)
    (0.15, '2027-07-01')
    """
    rules = []
    for cells in load_table("compliance_rules").to_dict("records"):
        rule, complaints = rule_of({str(key): str(cell) for key, cell in cells.items()})
        if rule is None:
            raise TableError(f"compliance_rules/{cells['rule']}: {complaints}")
        rules.append(rule)
    return tuple(rules)


def rule_of(given: Mapping[str, str]) -> tuple[Rule | None, list[Complaint]]:
    """
    A rule from the cells of its row.

    Parameters
    ----------
    given
        Column -> text, blank where nothing is said.

    Returns
    -------
    rule, complaints
        The rule, None if anything is wrong; everything that is wrong.

    Examples
    --------
    >>> row = {"rule": "mine", "title": "Ours", "figure": "erf", "comparison": "at_least",
    ...     "threshold": "0.3", "status": "guidance"}
    >>> rule_of(row)[0].unit
    'dimensionless'
    >>> rule_of(row | {"threshold": "much"})[1][0].what
    "'much' is no number"
    """
    cells = {column: given.get(column, "").strip() for column in RULE_COLUMNS}
    cells, complaints = _with_base(cells)
    complaints += _complaints_of_words(cells)
    figure = rule_figure_rows().get(cells["figure"])
    if figure is not None:
        complaints += _complaints_of_figure(cells, figure)
        cells["unit"] = figure["unit"]
    dates, wrong = _dates(cells)
    complaints += wrong
    codes = tuple(cells["jurisdiction"].split())
    complaints += [_unknown_place(code) for code in codes if not _CODE.fullmatch(code)]
    conditions, wrong = _conditions(cells["applies_if"])
    complaints += wrong
    if figure is not None and figure["subject"] == SITE:
        complaints += [_not_of_sites(c.figure) for c in conditions if not _is_of_sites(c.figure)]
    threshold, wrong = _number("threshold", cells["threshold"])
    complaints += wrong
    if complaints:
        return None, complaints
    texts = {key: cells[key] for key in RULE_COLUMNS if key not in _DATES}
    texts |= {"kind": cells["kind"] or KINDS[0], "reading": cells["reading"] or READINGS[0]}
    rest = {"jurisdiction": codes, "applies_if": conditions, "threshold": threshold, **dates}
    return Rule(**(texts | rest)), []  # type: ignore[arg-type]


def cells_of(rule: Rule) -> dict[str, str]:
    """
    Cells from which `rule_of` makes a rule again, without the row it rested on.

    Parameters
    ----------
    rule
        A rule.

    Returns
    -------
    cells
        Column -> text.

    Examples
    --------
    >>> first = compliance_rules()[0]
    >>> rule_of(cells_of(first))[0] == first
    True
    """
    cells = {}
    for column in RULE_COLUMNS:
        value = getattr(rule, column)
        cells[column] = "" if value is None else str(value)
    conditions = (
        f"{c.figure} is {c.word}" if c.word else f"{c.figure} {c.comparison} {c.threshold!r}"
        for c in rule.applies_if
    )
    return cells | {
        "jurisdiction": " ".join(rule.jurisdiction),
        "applies_if": "; ".join(conditions),
        "threshold": repr(rule.threshold),
        "based_on": "",
    }


def _with_base(cells: dict[str, str]) -> tuple[dict[str, str], list[Complaint]]:
    """Cells with what the row that they rest on says of limit, first day and source."""
    table, _, name = cells["based_on"].partition("/")
    column = cells["threshold"].removeprefix(_REFERENCE)
    refers = cells["threshold"].startswith(_REFERENCE)
    if not table:
        return cells, []
    try:
        row = load_table(table).set_index("name").loc[name]
        limit = str(row[column]) if refers else cells["threshold"]
    except (TableError, KeyError):
        what = f"'{shorten(cells['based_on'])}' has no such figure"
        return cells, [Complaint("based_on", what, "leave it blank and give the figure itself")]
    first = str(row.get("from_date", ""))
    usual = {"in_force_from": first, "source": row["source"], "locator": row["locator"]}
    filled = {key: cells[key] or str(cell) for key, cell in usual.items()}
    return cells | filled | {"threshold": limit}, []


def _complaints_of_words(cells: Mapping[str, str]) -> list[Complaint]:
    """What is missing, and words that are none of those allowed."""
    found = []
    if not _NAME.fullmatch(cells["rule"]):
        what = f"'{shorten(cells['rule'])}' is no name" if cells["rule"] else "blank"
        found.append(Complaint("rule", what, "use small letters, digits and _, up to 60 signs"))
    blank = [column for column in _NEEDED if not cells[column]]
    found += [Complaint(column, "blank", "a new rule needs it") for column in blank]
    allowed = _WORDS | {"figure": tuple(rule_figure_rows())}
    for column, words in allowed.items():
        if cells[column] and cells[column] not in words:
            found.append(_unknown_word(column, cells[column], words))
    return found


def _unknown_word(column: str, word: str, words: Sequence[str]) -> Complaint:
    """Complaint of a word that is none of those allowed."""
    near = nearest_names(word, list(words))
    advice = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(words)}"
    return Complaint(column, f"'{shorten(word)}' is not known", advice)


def _unknown_place(code: str) -> Complaint:
    """Complaint of a text that is no code of a place."""
    advice = "write ISO codes with blanks between, as in DE, US-CA, or EU"
    return Complaint("jurisdiction", f"'{shorten(code)}' is no code", advice)


def _complaints_of_figure(cells: Mapping[str, str], figure: Mapping[str, str]) -> list[Complaint]:
    """A unit that is not that of the figure, or a figure that is no number."""
    if cells["figure"] == MACHINE:
        advice = "use it in applies_if"
        return [Complaint("figure", "machine is a word and has no limit", advice)]
    if cells["unit"] in ("", figure["unit"], figure["shown"] or "dimensionless"):
        if cells["unit"] != "%":
            return []
        return [Complaint("unit", "'%' is no unit here", "write 0.15 for 15 %, dimensionless")]
    what = f"'{shorten(cells['unit'])}' is not the unit of {cells['figure']}"
    return [Complaint("unit", what, f"give the threshold in {figure['unit']}")]


def _dates(cells: Mapping[str, str]) -> tuple[dict[str, date | None], list[Complaint]]:
    """The four days of a rule, and what is wrong with them."""
    days: dict[str, date | None] = {}
    wrong = []
    for column in _DATES:
        try:
            days[column] = date.fromisoformat(cells[column]) if cells[column] else None
        except ValueError:
            what = f"'{shorten(cells[column])}' is no day"
            wrong.append(Complaint(column, what, "write year-month-day, as in 2026-07-01"))
    for first, last in (_DATES[:2], _DATES[2:]):
        start, end = days.get(first), days.get(last)
        if start and end and start >= end:
            wrong.append(Complaint(last, f"{end} is not after {start}", "exchange the two days"))
    return days, wrong


def _conditions(text: str) -> tuple[tuple[Condition, ...], list[Complaint]]:
    """Conditions of a text like ``it_load_kw at_least 500; machine is chiller``."""
    found, wrong = [], []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        condition = _condition(part)
        if isinstance(condition, Condition):
            found.append(condition)
        else:
            wrong.append(condition)
    return tuple(found), wrong


def _is_of_sites(figure: str) -> bool:
    """Whether a figure is one of data centres."""
    return rule_figure_rows()[figure]["subject"] == SITE


def _not_of_sites(figure: str) -> Complaint:
    """Complaint of a condition on a project in a rule that is asked of data centres."""
    what = f"{figure} is a figure of projects, but the rule asks data centres"
    return Complaint("applies_if", what, "use a figure of data centres, or ask one of projects")


def _condition(part: str) -> Condition | Complaint:
    """One condition, or what is wrong with it."""
    figure, _, rest = part.partition(" ")
    comparison, _, limit = rest.strip().partition(" ")
    limit = limit.strip()
    if figure not in rule_figure_rows():
        return _unknown_word("applies_if", figure, tuple(rule_figure_rows()))
    if figure == MACHINE:
        if comparison != "is" or limit not in MACHINES:
            advice = f"write machine is one of: {', '.join(MACHINES)}"
            return Complaint("applies_if", f"'{shorten(part)}' is no condition", advice)
        return Condition(figure, comparison, 0.0, limit)
    if comparison not in COMPARISONS:
        return _unknown_word("applies_if", comparison, COMPARISONS)
    threshold, wrong = _number("applies_if", limit)
    return wrong[0] if wrong else Condition(figure, comparison, threshold)


def _number(column: str, text: str) -> tuple[float, list[Complaint]]:
    """A finite number, or what is wrong with it; a blank is judged elsewhere."""
    if not text and column == "threshold":
        return 0.0, []
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text, re.ASCII):
        value = float(text)
        if abs(value) < float("inf"):
            return value, []
    return 0.0, [Complaint(column, f"'{shorten(text)}' is no number", "write digits only")]
