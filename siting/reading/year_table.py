"""
Tables with one row per calendar year, which users give for years to come.

What all of them share: the formats, the column ``year``, the spelling of column names, blanks,
words where numbers belong, and years the file does not cover. What a column may hold is judged by
the modules of each table (`trajectory` for the grid, `price_file` for prices).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError, Problem
from .column_rules import nearest_names
from .files import file_hash, read_raw
from .findings import Findings, printable
from .raw import refusal
from .values import advise_number, as_texts, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt
    import pandas as pd

    from .raw import RawTable

    Floats = npt.NDArray[np.float64]
    NumberCheck = Callable[[Floats, list[str], str, Findings], None]
    WordCheck = Callable[[list[str], str, Findings], None]

YEAR = "year"
_SUFFIXES = (".csv", ".tsv", ".xlsx")
# Calendar years that can be meant; whatever lies outside is a slip.
_FIRST_YEAR, _LAST_YEAR = 1990, 2200


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRules:
    """
    What a table by year may hold besides ``year``.

    Attributes
    ----------
    layer
        Sheet to prefer where a workbook has several.
    units
        Unit of each column of numbers.
    required
        Columns without which the file is refused, each with the advice of what to write.
    check
        Judges the numbers of one column: values, texts as written, column, findings.
    words
        Judges the texts of each column of words: texts, column, findings.
    """

    layer: str
    units: Mapping[str, str]
    required: Mapping[str, str]
    check: NumberCheck
    words: Mapping[str, WordCheck]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        return (YEAR, *self.units, *self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTable:
    """
    A table by year as it was accepted.

    ``years`` rise; ``numbers`` and ``words`` hold the columns that the file has, in that order.
    ``doubts`` were accepted; ``sha256`` is the hash of the file, ``file`` its name.
    """

    file: str
    years: Floats
    numbers: Mapping[str, Floats]
    words: Mapping[str, tuple[str, ...]]
    doubts: tuple[Problem, ...]
    sha256: str


def read_year_table(path: Path | str, rules: YearRules) -> YearTable:
    """
    Read a table with one row per calendar year.

    Parameters
    ----------
    path
        CSV or XLSX with ``year`` and the columns of the rules; other columns are left alone.
    rules
        What it may hold.

    Returns
    -------
    table
        Years in rising order with their columns.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    path = Path(path)
    if path.suffix.lower() not in _SUFFIXES:
        what = f"is of no accepted format ('{printable(path.suffix)}')"
        raise refusal(
            path.name, what, f"give a {', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]} file"
        )
    raw = read_raw(path, layer=rules.layer, known=rules.columns)
    findings = Findings(file=raw.file, rows=raw.rows, row_word=raw.row_word)
    findings.doubts.extend(raw.notes)
    if not len(raw.frame):
        raise refusal(raw.file, "has columns but no rows", "give one row per year")
    frame = _named(raw.frame, rules, findings)
    numbers = {
        name: _numbers(frame, name, rules, findings, raw)
        for name in (YEAR, *rules.units)
        if name in frame
    }
    words = {
        name: _words(frame, name, check, findings)
        for name, check in rules.words.items()
        if name in frame
    }
    if findings.problems:
        raise InputError(findings.problems)
    order = np.argsort(numbers[YEAR], kind="stable")
    return YearTable(
        file=printable(raw.file),
        years=numbers.pop(YEAR)[order],
        numbers={name: column[order] for name, column in numbers.items()},
        words={name: tuple(texts[i] for i in order) for name, texts in words.items()},
        doubts=tuple(findings.doubts),
        sha256=file_hash(path),
    )


def years_beyond(known: Floats, years: Floats, *, file: str, kept: str) -> tuple[Problem, ...]:
    """
    Doubts about years of a study that a file does not cover.

    Parameters
    ----------
    known
        Years of the file, rising.
    years
        Calendar years of the study.
    file
        Its name.
    kept
        What of the first and last year was kept for the rest, for example ``"factors"``.

    Returns
    -------
    doubts
        One if some years are before the first or after the last given; else none.

    Examples
    --------
    >>> years_beyond(np.array([2026.0]), np.array([2026.0]), file="a.csv", kept="prices")
    ()
    """
    if not ((years < known[0]) | (years > known[-1])).any():
        return ()
    what = (
        f"covers {known[0]:.0f} to {known[-1]:.0f}, the study {years.min():.0f} to"
        f" {years.max():.0f}; the first and last {kept} were kept for the rest"
    )
    return (Problem(file=file, where="", what=what, advice="add years if they differ"),)


def _named(frame: pd.DataFrame, rules: YearRules, findings: Findings) -> pd.DataFrame:
    """Frame with known columns spelled right; missing ones are refused with the nearest."""
    spelling = {name.casefold(): name for name in rules.columns}
    frame = frame.rename(columns=lambda c: spelling.get(str(c).strip().casefold(), str(c).strip()))
    for name, meant in {YEAR: "calendar years", **rules.required}.items():
        if name not in frame:
            near = nearest_names(name, [c for c in frame.columns if c not in rules.columns])
            advice = f"rename {', '.join(map(printable, near))}" if near else "add it"
            findings.refuse(f"required column {name} is missing", f"{advice} ({meant})")
    return frame


def _numbers(
    frame: pd.DataFrame, name: str, rules: YearRules, findings: Findings, raw: RawTable
) -> Floats:
    """Numbers of a column; blanks, words, repeated years and values out of range are refused."""
    texts = as_texts(frame[name])
    values, wrong = parse_numbers(frame[name], decimal_comma=raw.decimal_comma)
    if wrong.any():
        first = texts[int(np.flatnonzero(wrong)[0])]
        advice = advise_number(first, rules.units.get(name, YEAR))
        findings.refuse("is no number", advice, column=name, mask=wrong, shown=texts)
    _refuse_blanks(texts, name, "a number; years left out are read off between them", findings)
    if name == YEAR:
        _check_years(values, texts, findings)
    else:
        rules.check(values, texts, name, findings)
    return values


def _words(frame: pd.DataFrame, name: str, check: WordCheck, findings: Findings) -> list[str]:
    """Texts of a column; blanks and what the table's own check refuses are refused."""
    texts = as_texts(frame[name])
    _refuse_blanks(texts, name, "one", findings)
    check(texts, name, findings)
    return texts


def _refuse_blanks(texts: list[str], name: str, wanted: str, findings: Findings) -> None:
    """Refuse cells without anything in them."""
    blank = np.array([not text for text in texts], dtype=bool)
    if blank.any():
        findings.refuse("blank", f"give each row {wanted}", column=name, mask=blank)


def _check_years(values: Floats, texts: list[str], findings: Findings) -> None:
    """Refuse what is no calendar year, and years given twice."""
    filled = np.isfinite(values)
    odd = filled & (
        (np.where(filled, values, 0.0) % 1.0 != 0.0)
        | (values < _FIRST_YEAR)
        | (values > _LAST_YEAR)
    )
    if odd.any():
        advice = f"write whole years between {_FIRST_YEAR} and {_LAST_YEAR}"
        findings.refuse("is no calendar year", advice, column=YEAR, mask=odd, shown=texts)
    _, first, counts = np.unique(values[filled], return_inverse=True, return_counts=True)
    repeated = np.zeros(len(values), dtype=bool)
    repeated[filled] = counts[first] > 1
    if repeated.any():
        advice = "give each year once"
        findings.refuse(
            "years given more than once", advice, column=YEAR, mask=repeated, shown=texts
        )
