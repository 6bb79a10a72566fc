"""
A user's own rules: a table whose rows add to ours, or override one by its name.

Columns are those of ``data/compliance_rules.csv`` but ``based_on``. In a row that overrides, a
blank cell keeps what our row says and ``none`` empties it; a new rule needs a title, a figure, a
comparison, a threshold and a status. Everything wrong is refused at once. What a rule may say is
judged in `heatreach.siting.rules.cells`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..rules.cells import cells_of, compliance_rules, rule_of
from ..rules.table import RULE_COLUMNS
from .column_rules import nearest_names
from .files import file_hash, read_raw
from .findings import Findings, printable, shorten
from .raw import refusal
from .values import as_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import Problem
    from ..rules.table import Rule
    from .raw import RawTable

COLUMNS = tuple(column for column in RULE_COLUMNS if column != "based_on")
"""Columns of a user's file."""
NAME = "rule"
EMPTIED = "none"
"""Word that empties a cell of the rule that a row overrides."""
_SUFFIXES = (".csv", ".tsv", ".xlsx")
_MIDNIGHT = " 00:00:00"
_MOST_SIGNS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """
    Rules of a study with a user's file.

    Attributes
    ----------
    file
        Its name.
    rules
        Ours in their order, overridden where the file says so, then the new ones.
    added, changed
        Names of the rules that are new, and of those that were overridden.
    doubts
        What was accepted but should be looked at.
    sha256
        Hash of the file.
    """

    file: str
    rules: tuple[Rule, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    doubts: tuple[Problem, ...]
    sha256: str


def read_rule_file(path: Path | str) -> RuleFile:
    """
    Read rules that add to ours or override them.

    Parameters
    ----------
    path
        CSV or XLSX with ``rule`` and any of the other columns.

    Returns
    -------
    rules
        All rules of the study.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    path = Path(path)
    if path.suffix.lower() not in _SUFFIXES:
        what = f"is of no accepted format ('{printable(path.suffix)}')"
        raise refusal(path.name, what, "give a .csv, .tsv or .xlsx file")
    raw = read_raw(path, layer="compliance", known=COLUMNS)
    findings = Findings(file=raw.file, rows=raw.rows, row_word=raw.row_word)
    findings.doubts.extend(raw.notes)
    if not len(raw.frame):
        raise refusal(raw.file, "has columns but no rows", "give one row per rule")
    rows = _rows(raw, findings)
    ours = {rule.rule: rule for rule in compliance_rules()}
    _refuse_repeated(rows, findings)
    read = [_read(rows, number, ours, findings) for number in range(len(rows))]
    if findings.problems:
        raise InputError(findings.problems)
    theirs = {rule.rule: rule for rule in read if rule is not None}
    return RuleFile(
        file=printable(raw.file),
        rules=tuple((ours | theirs).values()),
        added=tuple(name for name in theirs if name not in ours),
        changed=tuple(name for name in theirs if name in ours),
        doubts=tuple(findings.doubts),
        sha256=file_hash(path),
    )


def _rows(raw: RawTable, findings: Findings) -> list[dict[str, str]]:
    """Cells of every row by known column; unknown columns and texts too long are refused."""
    known = {column.casefold(): column for column in COLUMNS}
    texts: dict[str, list[str]] = {}
    for name in raw.frame.columns:
        column = known.get(str(name).strip().casefold())
        if column is None:
            near = nearest_names(str(name), [c for c in COLUMNS if c not in texts])
            advice = f"did you mean {near[0]}?" if near else f"use {', '.join(COLUMNS)}"
            findings.refuse(f"column '{shorten(name)}' is not known", advice)
            continue
        texts[column] = [_cleaned(text) for text in as_texts(raw.frame[name])]
        long = np.array([len(text) > _MOST_SIGNS for text in texts[column]], dtype=bool)
        if long.any():
            what = f"more than {_MOST_SIGNS} signs"
            findings.refuse(what, "shorten it", column=column, mask=long, shown=texts[column])
    if NAME not in texts:
        findings.refuse(f"required column {NAME} is missing", "name each rule")
        raise InputError(findings.problems)
    if raw.decimal_comma and "threshold" in texts:
        texts["threshold"] = [text.replace(",", ".") for text in texts["threshold"]]
    return [
        {column: cells[number] for column, cells in texts.items()}
        for number in range(len(raw.frame))
    ]


def _cleaned(text: str) -> str:
    """A cell without control characters; a day of a workbook without its hour."""
    return printable(text.removesuffix(_MIDNIGHT)).strip()


def _refuse_repeated(rows: list[dict[str, str]], findings: Findings) -> None:
    """Refuse a name that stands in several rows."""
    counts = Counter(row[NAME] for row in rows)
    twice = np.array([bool(row[NAME]) and counts[row[NAME]] > 1 for row in rows], dtype=bool)
    if twice.any():
        findings.refuse(
            "rules given more than once",
            "give each rule once",
            column=NAME,
            mask=twice,
            shown=[row[NAME] for row in rows],
        )


def _read(
    rows: list[dict[str, str]], number: int, ours: Mapping[str, Rule], findings: Findings
) -> Rule | None:
    """The rule of one row, over ours of the same name; None and the problems if it is wrong."""
    given = rows[number]
    old = ours.get(given[NAME])
    base = {} if old is None else cells_of(old)
    said = {key: text for key, text in given.items() if text}
    if old is not None and "figure" in said:
        # The unit of another figure would not fit.
        base["unit"] = ""
    cells = base | {key: "" if text == EMPTIED else text for key, text in said.items()}
    user = f"given by the user in {findings.file}"
    cells["source"] = f"{user}: {said['source']}" if said.get("source") else user
    for key in ("locator", "checked_on"):
        cells[key] = said.get(key, "")
    rule, complaints = rule_of(cells)
    mask = np.arange(len(rows)) == number
    for complaint in complaints:
        findings.refuse(complaint.what, complaint.advice, column=complaint.column, mask=mask)
    return rule
