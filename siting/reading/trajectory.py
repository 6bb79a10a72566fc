"""
A user's own emission factors of electricity, year by year.

A CSV file or workbook with the columns ``year`` and ``electricity_kg_per_kwh``, and
``marginal_kg_per_kwh`` if wanted. Everything wrong is refused at once. What the factors do between
the years, and beyond the last, is in `heatreach.thermo.carbon.grid`; official trajectories change
every year and are therefore read, not built in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heatreach.thermo.carbon.grid import years_between

from ..errors import InputError, Problem
from .column_rules import nearest_names, registry_range
from .files import file_hash, read_raw
from .findings import Findings, printable
from .raw import refusal
from .values import advise_number, as_texts, parse_numbers

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

YEAR, AVERAGE, MARGINAL = "year", "electricity_kg_per_kwh", "marginal_kg_per_kwh"
COLUMNS = (YEAR, AVERAGE, MARGINAL)
_SUFFIXES = (".csv", ".tsv", ".xlsx")
# Calendar years that can be meant; whatever lies outside is a slip.
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_PER_KWH = {"g/kWh": 1e-3, "kg/MWh": 1e-3}
_UNIT = "kg/kWh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """
    Emission factors of electricity by year, as the user gave them.

    `years` rise; `average` and, where given, `marginal` [kg/kWh] have one figure per year. `doubts`
    were accepted; `sha256` is the hash of the file, `file` its name.
    """

    file: str
    years: Floats
    average: Floats
    marginal: Floats | None
    doubts: tuple[Problem, ...]
    sha256: str

    def factors(self, years: Floats, *, basis: str = "average") -> Floats:
        """
        Factor of each year [kg CO2e/kWh].

        Parameters
        ----------
        years
            Calendar years; shape (years,).
        basis
            ``"average"`` or ``"marginal"``.

        Returns
        -------
        factors
            Straight between the years given, constant before and after them.

        Raises
        ------
        InputError
            If marginal factors are wanted and the file has none.
        """
        if basis != "marginal":
            return years_between(years, self.years, self.average)
        if self.marginal is None:
            what = f"has no column {MARGINAL}, but marginal factors are wanted"
            raise refusal(self.file, what, "add the column or count average factors")
        return years_between(years, self.years, self.marginal)

    def beyond(self, years: Floats) -> tuple[Problem, ...]:
        """
        Doubts about years that the file does not cover.

        Parameters
        ----------
        years
            Calendar years of the study.

        Returns
        -------
        doubts
            One if some years are before the first or after the last given; else none.
        """
        outside = (years < self.years[0]) | (years > self.years[-1])
        if not outside.any():
            return ()
        what = (
            f"covers {self.years[0]:.0f} to {self.years[-1]:.0f}, the study {years.min():.0f} to"
            f" {years.max():.0f}; the first and last factors were kept for the rest"
        )
        return (Problem(file=self.file, where="", what=what, advice="add years if they differ"),)


def read_trajectory(path: Path | str) -> Trajectory:
    """
    Read emission factors of electricity by year.

    Parameters
    ----------
    path
        CSV or XLSX with ``year``, ``electricity_kg_per_kwh`` [kg CO2e/kWh] and, if wanted,
        ``marginal_kg_per_kwh``; other columns are left alone.

    Returns
    -------
    trajectory
        Years in rising order with their factors.

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
    raw = read_raw(path, layer="trajectory", known=COLUMNS)
    findings = Findings(file=raw.file, rows=raw.rows, row_word=raw.row_word)
    findings.doubts.extend(raw.notes)
    if not len(raw.frame):
        raise refusal(raw.file, "has columns but no rows", "give one row per year")
    frame = _named(raw.frame, findings)
    columns = {
        name: _column(frame, name, findings, decimal_comma=raw.decimal_comma)
        for name in COLUMNS
        if name in frame
    }
    if findings.problems:
        raise InputError(findings.problems)
    order = np.argsort(columns[YEAR], kind="stable")
    marginal = columns.get(MARGINAL)
    return Trajectory(
        file=printable(raw.file),
        years=columns[YEAR][order],
        average=columns[AVERAGE][order],
        marginal=None if marginal is None else marginal[order],
        doubts=tuple(findings.doubts),
        sha256=file_hash(path),
    )


def _named(frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Frame with known columns spelled right; missing ones are refused with the nearest."""
    spelling = {name.casefold(): name for name in COLUMNS}
    frame = frame.rename(columns=lambda c: spelling.get(str(c).strip().casefold(), str(c).strip()))
    for name in (YEAR, AVERAGE):
        if name not in frame:
            near = nearest_names(name, [c for c in frame.columns if c not in COLUMNS])
            advice = f"rename {', '.join(map(printable, near))}" if near else "add it"
            unit = "calendar years" if name == YEAR else f"{_UNIT}, so 0.2 and not 200"
            findings.refuse(f"required column {name} is missing", f"{advice} ({unit})")
    return frame


def _column(frame: pd.DataFrame, name: str, findings: Findings, *, decimal_comma: bool) -> Floats:
    """Numbers of a column; blanks, words, repeated years and values out of range are refused."""
    texts = as_texts(frame[name])
    values, wrong = parse_numbers(frame[name], decimal_comma=decimal_comma)
    if wrong.any():
        first = texts[int(np.flatnonzero(wrong)[0])]
        advice = advise_number(first, "year" if name == YEAR else _UNIT)
        findings.refuse("is no number", advice, column=name, mask=wrong, shown=texts)
    blank = np.array([not text for text in texts], dtype=bool)
    if blank.any():
        advice = "give each row a number; years left out are read off between their neighbours"
        findings.refuse("blank", advice, column=name, mask=blank)
    if name == YEAR:
        _check_years(values, texts, findings)
    else:
        _check_factors(values, texts, name, findings)
    return values


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


def _check_factors(values: Floats, texts: list[Any], name: str, findings: Findings) -> None:
    """Refuse factors out of range, with the unit that was probably meant."""
    low, high = registry_range("scenario", "emissions.grid_co2e_kg_per_kwh")
    outside = np.isfinite(values) & ((values < low) | (values > high))
    if not outside.any():
        return
    worst = float(values[outside][0])
    meant = [unit for unit, share in _PER_KWH.items() if low <= worst * share <= high]
    advice = f"give {low:g} to {high:g} {_UNIT}"
    if worst > high and meant:
        advice = f"if {worst:g} is in {' or '.join(meant)}, write {worst / 1e3:g}"
    findings.refuse(
        f"is outside {low:g} to {high:g} {_UNIT}", advice, column=name, mask=outside, shown=texts
    )
