"""
Hourly outdoor temperatures of a user's weather file: EPW, or CSV with one row per hour.

Every file becomes 8760 hours from 1 January 00:00 in local standard time, 29 February left out.
What is wrong is refused all at once; what is repaired (short gaps, a leap day) is in the `notes`.
Years made from climate normals are in `heatreach.thermo.demand.climate_year`, downloads in
`heatreach.siting.fetching.pvgis`.

Source: EnergyPlus Auxiliary Programs, weather file (EPW) data dictionary: eight header lines, then
year, month, day, hour 1-24 (hour 1 ends at 01:00), minute, flags, dry bulb [°C]; 99.9 is missing.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption

from ..errors import InputError
from .files import file_hash
from .findings import Findings, examples, printable
from .raw import refusal
from .text_tables import read_csv
from .values import advise_number, as_texts, likely_unit, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from ..errors import Problem
    from .raw import RawTable

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

HOURS = 8760
LEAP_HOURS = 8784
_LEAP_DAY = slice(1416, 1440)
_HOURS_PER_DAY = 24
_MONTHS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_MAX_BYTES = 50_000_000
_EPW_HEADER = 8
_EPW_COLUMNS = ("month", "day", "hour")
_EPW_MISSING = 99.9
_EPW_DRY_BULB = 6
_TEMPERATURES = (
    "outdoor_degc",
    "temperature",
    "temperature_degc",
    "air_degc",
    "temp_air",
    "t2m",
    "dry_bulb",
)
_TIMES = ("time", "timestamp", "datetime", "date", "date_time", "hour")
_NAME = "outdoor_degc"
_ADVICE = "give 8760 hourly values from 1 January 00:00 in local standard time"
# 1 January of a year without and with a leap day.
_PLAIN_YEAR, _LEAP_YEAR = "2001-01-01", "2004-01-01"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutdoorYear:
    """
    Hourly outdoor temperature of one year, and where it comes from.

    `degc` has the shape (8760,), from 1 January 00:00 local standard time; `place` is what the
    source calls its place; `notes` say what was repaired.
    """

    degc: Floats
    source: str
    place: str
    notes: tuple[Problem, ...] = ()


def read_weather(path: Path) -> OutdoorYear:
    """
    Outdoor temperatures of a weather file.

    Parameters
    ----------
    path
        EPW (``.epw``), or CSV (``.csv``, ``.tsv``, ``.txt``) with a column ``outdoor_degc`` or
        ``temperature`` of 8760 or 8784 hourly values [°C] and, if the rows do not run from 1
        January 00:00, a column ``time``.

    Returns
    -------
    year
        8760 hours, with the file's name and hash as source.

    Raises
    ------
    InputError
        If the file is no weather file, or with everything that is wrong in it.
    """
    ending = path.suffix.lower()
    if ending not in (".epw", ".csv", ".tsv", ".txt"):
        what = f"is no weather file ('{printable(ending)}')"
        raise refusal(path.name, what, "give EPW (.epw) or CSV (.csv) with a column outdoor_degc")
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise refusal(path.name, "is no regular file", "give the path of a file on disk")
        if size > _MAX_BYTES:
            what = f"is too large for a year of hours ({size:,} bytes; the limit is {_MAX_BYTES:,})"
            raise refusal(path.name, what, _ADVICE)
        year = _epw_year(path) if ending == ".epw" else _csv_year(path)
        digest = file_hash(path)
    except OSError as failure:
        reason = printable(failure.strerror or str(failure))
        advice = "check the path and the permissions"
        raise refusal(str(path), f"cannot be opened ({reason})", advice) from failure
    except csv.Error as failure:
        what = f"is damaged ({printable(str(failure))})"
        raise refusal(path.name, what, "export it again") from failure
    source = f"{printable(path.name)} (SHA-256 {digest[:12]})"
    return OutdoorYear(degc=year.degc, source=source, place=year.place, notes=year.notes)


def _epw_year(path: Path) -> OutdoorYear:
    """Year of an EPW file."""
    # Old files name their station in Windows-1252; nothing else in them is text.
    text = path.read_bytes().decode("utf-8-sig", "replace").replace("\x00", "\ufffd")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    head = [row[0].strip().upper() if row else "" for row in lines[:_EPW_HEADER]]
    if not head or head[0] != "LOCATION" or len(lines) <= _EPW_HEADER:
        what = f"is no EPW file: it begins with {examples([','.join(lines[0]) if lines else ''])}"
        raise refusal(path.name, what, "an EPW file has eight header lines, LOCATION first")
    numbered = [(i, row) for i, row in enumerate(lines, 1) if i > _EPW_HEADER and any(row)]
    rows = np.array([number for number, _ in numbered], dtype=np.int64)
    findings = Findings(file=path.name, rows=rows, row_word="line")
    _refuse_steps(lines[_EPW_HEADER - 1], findings)
    short = np.array([len(row) <= _EPW_DRY_BULB for _, row in numbered])
    if short.any():
        what = f"fewer than {_EPW_DRY_BULB + 1} cells"
        findings.refuse(what, "the file may be cut off; get it again", mask=short)
        raise InputError(findings.problems)
    table = pd.DataFrame([row[: _EPW_DRY_BULB + 1] for _, row in numbered], dtype=object)
    degc = _numbers(table[_EPW_DRY_BULB], "dry bulb", findings, decimal_comma=False)
    stamps = [
        _numbers(table[1 + i], name, findings, decimal_comma=False)
        for i, name in enumerate(_EPW_COLUMNS)
    ]
    degc = np.where(degc >= _EPW_MISSING, np.nan, degc)
    month, day, hour = stamps
    year = _finished(degc, _leap_hours(month, day, hour - 1.0), findings)
    place = ", ".join(cell.strip() for cell in lines[0][1:4] if cell.strip())
    return OutdoorYear(degc=year, source="", place=printable(place), notes=tuple(findings.doubts))


def _refuse_steps(periods: Sequence[str], findings: Findings) -> None:
    """Refuse files with more than one record per hour."""
    steps = periods[2].strip() if len(periods) > 2 else "1"
    if steps != "1":
        what = f"DATA PERIODS states {examples([steps])} records per hour"
        findings.refuse(what, "give one record per hour")


def _csv_year(path: Path) -> OutdoorYear:
    """Year of a CSV file."""
    raw = read_csv(path, {*_TEMPERATURES, *_TIMES})
    findings = Findings(file=raw.file, rows=raw.rows)
    findings.doubts.extend(raw.notes)
    column = _column(raw, _TEMPERATURES)
    if column is None:
        found = ", ".join(printable(str(name)) for name in list(raw.frame.columns)[:8])
        what = f"has no column {_NAME}; there are: {found}"
        raise refusal(raw.file, what, f"name the outdoor temperature [°C] {_NAME}")
    degc = _numbers(raw.frame[column], column, findings, decimal_comma=raw.decimal_comma)
    time = _column(raw, _TIMES)
    # A column of running numbers is no time.
    stamped = time is not None and not all(t.isdigit() or not t for t in as_texts(raw.frame[time]))
    hours = _timed(raw.frame[time], str(time), findings) if stamped else None
    year = _finished(degc, hours, findings)
    return OutdoorYear(degc=year, source="", place="", notes=tuple(findings.doubts))


def _column(raw: RawTable, names: Sequence[str]) -> str | None:
    """Column of one of some names, the first in the order of the names; capitals do not count."""
    found = {str(name).casefold(): str(name) for name in raw.frame.columns}
    return next((found[name] for name in names if name in found), None)


def _numbers(
    cells: pd.Series[Any], column: str, findings: Findings, *, decimal_comma: bool
) -> Floats:
    """Numbers of a column; cells that are none are noted as problems."""
    values, wrong = parse_numbers(cells, decimal_comma=decimal_comma)
    if wrong.any():
        texts = as_texts(cells)
        advice = advise_number(texts[int(np.argmax(wrong))], "degC")
        findings.refuse("not a number", advice, column=printable(column), mask=wrong, shown=texts)
    return values


def _leap_hours(month: Floats, day: Floats, hour: Floats) -> Ints:
    """Hour of a leap year (0-8783) of dates and hours 0-23; -1 where there is no such hour."""
    known = np.isfinite(month) & np.isfinite(day) & np.isfinite(hour)
    index = np.clip(np.where(known, month, 1.0), 1, len(_MONTHS)).astype(np.int64) - 1
    good = known & (month == index + 1) & (day >= 1) & (day <= _MONTHS[index])
    good &= (hour >= 0) & (hour < _HOURS_PER_DAY)
    before = np.concatenate([[0], np.cumsum(_MONTHS)])[index]
    hours = (before + day - 1.0) * _HOURS_PER_DAY + hour
    return np.where(good, hours, -1.0).astype(np.int64)


def _timed(cells: pd.Series[Any], column: str, findings: Findings) -> Ints:
    """Hour of a leap year (0-8783) of timestamps; -1 where there is none."""
    texts = pd.Series(as_texts(cells), dtype=str)
    # A fixed offset is that of local standard time; UTC would be hours off elsewhere.
    offset = texts.str.extract(r"(Z|[+-]\d{2}:?\d{2})$")[0].fillna("")
    if offset.isin(["Z", "+00:00", "+0000"]).any():
        what = "times are in UTC and are read as local standard time"
        findings.doubt(what, "give local standard time unless the place is in that zone")
    elif len(set(offset)) > 1:
        what = f"times change their offset: {examples(sorted(set(offset)))}"
        findings.refuse(what, "give local standard time all year", column=printable(column))
    bare = texts.str.replace(r"\s*(Z|[+-]\d{2}:?\d{2})$", "", regex=True)
    stamps = pd.to_datetime(bare, errors="coerce", format="ISO8601")
    whole = stamps.notna() & (stamps == stamps.dt.floor("h"))
    if not whole.all():
        advice = "write full hours as 2024-01-31 13:00"
        wrong = (~whole).to_numpy()
        findings.refuse(
            "no full hour", advice, column=printable(column), mask=wrong, shown=list(texts)
        )
    parts = (stamps.dt.month, stamps.dt.day, stamps.dt.hour)
    month, day, hour = (
        np.asarray(part.where(whole).to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
        for part in parts
    )
    return _leap_hours(month, day, hour)


def _finished(degc: Floats, hours: Ints | None, findings: Findings) -> Floats:
    """Year of 8760 plausible hours, or all problems at once."""
    _refuse_range(degc, findings)
    placed = _counted(degc, findings) if hours is None else _placed(degc, hours, findings)
    if findings.problems:
        raise InputError(findings.problems)
    year = _without_leap_day(placed, findings)
    year = _filled(year, findings)
    if findings.problems:
        raise InputError(findings.problems)
    return year


def _refuse_range(degc: Floats, findings: Findings) -> None:
    """Refuse hours, or a whole year, that cannot be temperatures in °C."""
    low = assumption("climate", "limits", "outdoor_min_degc").value
    high = assumption("climate", "limits", "outdoor_max_degc").value
    with np.errstate(invalid="ignore"):
        outside = (degc < low) | (degc > high)
    if outside.any():
        worst = float(degc[outside][0])
        advice = likely_unit(worst, "degC", minimum=low, maximum=high) or "correct or blank them"
        what = f"outside {low:g} to {high:g} °C"
        findings.refuse(what, advice, column=_NAME, mask=outside, shown=list(degc))
        return
    most = assumption("climate", "limits", "year_mean_max_degc").value
    mean = float(np.nanmean(degc)) if np.isfinite(degc).any() else 0.0
    if mean > most:
        what = f"the mean of the year is {mean:.1f} °C; no place is warmer than {most:g} °C"
        findings.refuse(what, "convert the temperatures to °C if they are in °F", column=_NAME)


def _counted(degc: Floats, findings: Findings) -> Floats:
    """Values without timestamps, which must be one per hour of a year; a leap year as such."""
    if len(degc) not in (HOURS, LEAP_HOURS):
        what = f"has {len(degc)} values, not {HOURS} or {LEAP_HOURS}"
        findings.refuse(what, f"{_ADVICE}, or add a column time")
    return degc


def _placed(degc: Floats, hours: Ints, findings: Findings) -> Floats:
    """Values at their hours of a leap year; hours given twice or not at all are noted."""
    wrong = hours < 0
    if wrong.any() and not findings.problems:
        findings.refuse("dates or hours that do not exist", "hours count 1-24", mask=wrong)
    counts = np.bincount(hours[~wrong], minlength=LEAP_HOURS)
    repeated = ~wrong & (counts[np.maximum(hours, 0)] > 1)
    if repeated.any():
        names = [_hour_name(hour) for hour in hours]
        advice = "give every hour once, in local standard time without summer time"
        findings.refuse("hours given more than once", advice, mask=repeated, shown=names)
    absent = np.flatnonzero(counts == 0)
    absent = absent[(absent < _LEAP_DAY.start) | (absent >= _LEAP_DAY.stop)]
    if absent.size:
        what = f"hours not given ({absent.size}): {examples([_hour_name(int(h)) for h in absent])}"
        findings.refuse(what, "give every hour once; leave cells without a value blank")
    year = np.full(LEAP_HOURS, np.nan)
    year[hours[~wrong]] = degc[~wrong]
    return year if counts[_LEAP_DAY].any() else np.delete(year, _LEAP_DAY)


def _hour_name(hour: int) -> str:
    """Month, day and hour of an hour of a leap year."""
    return (pd.Timestamp(_LEAP_YEAR) + pd.Timedelta(hours=int(hour))).strftime("%d %b %H:00")


def _without_leap_day(degc: Floats, findings: Findings) -> Floats:
    """Year of 8760 hours."""
    if len(degc) == HOURS:
        return degc
    findings.doubt("29 February is left out", "nothing to do")
    return np.delete(degc, _LEAP_DAY)


def _filled(degc: Floats, findings: Findings) -> Floats:
    """Year without blanks: short gaps on a straight line, long ones noted as problems."""
    blank = np.isnan(degc)
    if not blank.any():
        return degc
    longest = int(assumption("climate", "limits", "gap_hours_max").value)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], blank.astype(int), [0]])))
    begins, lengths = edges[::2], np.diff(edges)[::2]
    if lengths.max() > longest:
        first = pd.Timestamp(_PLAIN_YEAR) + pd.Timedelta(hours=int(begins[np.argmax(lengths)]))
        what = (
            f"{blank.sum()} hours without a value, up to {lengths.max()} in a row "
            f"(from {first:%d %b %H:00}); at most {longest} in a row are filled"
        )
        findings.refuse(what, "fill the gap from a station nearby", column=_NAME)
        return degc
    findings.doubt(
        f"{blank.sum()} missing hours are filled by a straight line", "nothing to do", column=_NAME
    )
    # The year before and after is the same year, so that gaps at its ends are gaps too.
    around = np.concatenate([degc] * 3)
    known = np.flatnonzero(~np.isnan(around))
    filled = np.interp(np.arange(HOURS, 2 * HOURS), known, around[known])
    return np.asarray(filled, dtype=np.float64)
