"""
Known columns of an input table, checked and typed.

What a column may hold, the registry says. Each message needs the text as it was typed and the unit
that was probably meant, which failure cases of a pandera schema no longer carry; so the checks are
plain array comparisons (and the import of pandera, 0.4 s, would cost more than they do). Reading
numbers is in `values`, the names of columns are matched in `validate`.
"""

from __future__ import annotations

import datetime
import difflib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import load_table

from .column_rules import NEAR, registry_range
from .findings import Phrase
from .values import (
    SHOWN_UNIT,
    advise_number,
    as_texts,
    likely_unit,
    parse_numbers,
    strange_characters,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from .findings import Findings

    Floats = npt.NDArray[np.float64]

# The table in which the names allowed in a text column are found.
_KEYS = {
    "cooling": "cooling_systems",
    "use": "demand_benchmarks",
    "counterfactual": "counterfactuals",
    "standard": "building_ages",
}
_WORDS = {
    "kind": ("metered", "epc", "heat_map"),
    "sector": ("residential", "non-residential"),
    "wet_system": ("yes", "no"),
    "communal": ("yes", "no"),
}
_TRUE, _FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0", "")
_SCIENTIFIC_ID = re.compile(r"\d([.,]\d+)?[eE]\+?\d+", re.ASCII)


def checked_ids(cells: pd.Series[Any], findings: Findings) -> list[str]:
    """
    Read identifiers as texts.

    Parameters
    ----------
    cells
        The column.
    findings
        Blank and repeated identifiers become problems, mangled ones doubts.

    Returns
    -------
    ids
        One text per row.
    """
    ids = as_texts(cells)
    blank = np.array([not text for text in ids], dtype=bool)
    if blank.any():
        findings.refuse("blank", "give each row an id", column="id", mask=blank)
    series = pd.Series(ids, dtype=object)
    repeated = series.duplicated(keep=False).to_numpy() & ~blank
    if repeated.any():
        findings.refuse(
            "ids used more than once", "make them unique", column="id", mask=repeated, shown=ids
        )
    findings.ids = ids
    mangled = np.array([_SCIENTIFIC_ID.fullmatch(t) is not None for t in ids], dtype=bool)
    mangled |= np.array([isinstance(c, datetime.date) for c in cells.tolist()], dtype=bool)
    if mangled.any():
        what = "looks like an id that a spreadsheet turned into a number or date"
        findings.doubt(what, "format the column as text", column="id", mask=mangled, shown=ids)
    _doubt_characters("id", ids, findings)
    return ids


def typed_column(
    cells: pd.Series[Any], spec: pd.Series[Any], findings: Findings, *, decimal_comma: bool
) -> Any:
    """
    One known column in its type.

    Parameters
    ----------
    cells
        The column as read.
    spec
        Its row of the registry, named like the column.
    findings
        Collector of problems and doubts.
    decimal_comma
        Whether ``3,5`` is three and a half in this file.

    Returns
    -------
    values
        Numbers as floats (NaN where blank), yes and no as booleans, all else as text.
    """
    column = str(spec.name)
    if spec["kind"] in {"number", "share", "integer"} and spec["required"] != "result":
        return _numbers(cells, spec, findings, decimal_comma=decimal_comma)
    if spec["kind"] == "boolean":
        return _booleans(cells, column, findings)
    texts = as_texts(cells)
    if column in _KEYS:
        texts = _keys(texts, column, findings)
    elif column in _WORDS and spec["required"] == "no":
        texts = _words(texts, column, findings)
    _doubt_characters(column, texts, findings)
    return pd.Series([text or None for text in texts], dtype="str")


def passed_through(cells: pd.Series[Any]) -> pd.Series[Any]:
    """
    Unknown column as it is; mixed content becomes text so that every format can hold it.

    Parameters
    ----------
    cells
        The column as read.

    Returns
    -------
    column
        New series with a fresh index.

    Examples
    --------
    >>> passed_through(pd.Series(["a", 1], dtype=object)).tolist()
    ['a', '1']
    """
    if cells.dtype != object:
        return cells.reset_index(drop=True)
    filled = [c for c, blank in zip(cells.tolist(), cells.isna(), strict=True) if not blank]
    if filled and all(isinstance(c, int | float) and not isinstance(c, bool) for c in filled):
        return pd.Series(parse_numbers(cells, decimal_comma=False)[0])
    return pd.Series([text or None for text in as_texts(cells)], dtype="str")


def check_pairs(typed: pd.DataFrame, findings: Findings) -> None:
    """
    Check what needs two columns, and the usual range of the IT load.

    Parameters
    ----------
    typed
        Table whose known columns are typed.
    findings
        Collector of problems and doubts.
    """
    for warm, cold in (("source_degc", "source_return_degc"), ("supply_degc", "return_degc")):
        supply, back = _column(typed, warm), _column(typed, cold)
        if supply is not None and back is not None and (back >= supply).any():
            shown = [Phrase(f"{s:g} and {b:g} °C") for s, b in zip(supply, back, strict=True)]
            what = f"{warm} is not warmer than {cold}"
            findings.refuse(what, "exchange or correct the two", mask=back >= supply, shown=shown)
    heat = _column(typed, "annual_heat_mwh")
    if heat is not None:
        _check_heat(heat, typed, findings)
    load = _column(typed, "it_load_kw")
    if load is not None:
        low, high = registry_range("sites", "usual_it_load_kw")
        unusual = ((load < low) | (load > high)) & (load > 0.0)
        if unusual.any():
            what = f"unusual for a data centre (usual are {low:,.0f} to {high:,.0f} kW)"
            advice = "is the unit right? the column is in kW; 3.5 MW is 3500"
            shown = load.tolist()
            findings.doubt(what, advice, column="it_load_kw", mask=unusual, shown=shown)


def _doubt_characters(column: str, texts: Sequence[str], findings: Findings) -> None:
    """Doubt texts with invisible characters or traces of a wrong encoding."""
    control, garbled = strange_characters(texts)
    if control.any():
        what = "text with control or invisible characters, kept as it is"
        findings.doubt(what, "clean it at the source", column=column, mask=control, shown=texts)
    if garbled.any():
        what = "text that looks decoded with the wrong encoding"
        advice = "export the file again as UTF-8 (shapefile: with a .cpg part)"
        findings.doubt(what, advice, column=column, mask=garbled, shown=texts)


def _booleans(cells: pd.Series[Any], column: str, findings: Findings) -> pd.Series[Any]:
    """Column of yes and no; blank means no."""
    texts = as_texts(cells)
    wrong = np.array([t.casefold() not in _TRUE + _FALSE for t in texts], dtype=bool)
    if wrong.any():
        findings.refuse(
            "neither yes nor no", "write true or false", column=column, mask=wrong, shown=texts
        )
    return pd.Series([t.casefold() in _TRUE for t in texts], dtype=bool)


def _words(texts: Sequence[str], column: str, findings: Findings) -> list[str]:
    """Words of a short list; capitals, blanks and other words for yes and no are put right."""
    allowed = {re.sub(r"[\s\-_]+", "", word): word for word in _WORDS[column]}
    if "yes" in allowed:
        allowed |= dict.fromkeys(_TRUE, "yes") | {word: "no" for word in _FALSE if word}
    plain = [re.sub(r"[\s\-_]+", "", text.casefold()) for text in texts]
    _refuse_unknown(texts, plain, allowed=allowed, column=column, findings=findings)
    return [allowed.get(text, "") for text in plain]


def _keys(texts: Sequence[str], column: str, findings: Findings) -> list[str]:
    """Names that a reference table knows; capitals and blanks are put right, others refused."""
    allowed = {name: name for name in load_table(_KEYS[column])["name"]}
    plain = [re.sub(r"[\s\-]+", "_", text.casefold()) for text in texts]
    _refuse_unknown(texts, plain, allowed=allowed, column=column, findings=findings)
    return plain


def _refuse_unknown(
    texts: Sequence[str],
    plain: Sequence[str],
    *,
    allowed: Mapping[str, str],
    column: str,
    findings: Findings,
) -> None:
    """Refuse each word that is not allowed, with the nearest one or all there are."""
    unknown = np.array([bool(p) and p not in allowed for p in plain], dtype=bool)
    for name in dict.fromkeys(p for p, bad in zip(plain, unknown, strict=True) if bad):
        mask = np.array([p == name for p in plain], dtype=bool)
        hits = difflib.get_close_matches(name, sorted(allowed), n=2, cutoff=NEAR)
        near = list(dict.fromkeys(allowed[hit] for hit in hits))
        known = ", ".join(sorted(set(allowed.values())))
        advice = f"did you mean {' or '.join(near)}?" if near else f"known are: {known}"
        findings.refuse(f"unknown {column}", advice, column=column, mask=mask, shown=texts)


def _numbers(
    cells: pd.Series[Any], spec: pd.Series[Any], findings: Findings, *, decimal_comma: bool
) -> Floats:
    """Read a number column within the range of the registry."""
    column, unit = str(spec.name), str(spec["unit"])
    values, wrong = parse_numbers(cells, decimal_comma=decimal_comma)
    shown_unit = SHOWN_UNIT.get(unit, unit)
    if wrong.any():
        texts = as_texts(cells)
        what = f"no plain number{' of ' + shown_unit if shown_unit else ''}"
        advice = advise_number(texts[int(np.argmax(wrong))], unit) + _or_blank(spec)
        findings.refuse(what, advice, column=column, mask=wrong, shown=texts)
    endless = np.isinf(values)
    if endless.any():
        findings.refuse("not finite", "give a finite number", column=column, mask=endless)
    blank = np.isnan(values) & ~wrong
    if spec["required"] == "yes" and blank.any():
        advice = f"fill in: {spec['description']}" + (f" [{shown_unit}]" if shown_unit else "")
        findings.refuse("blank", advice, column=column, mask=blank)
    _check_range(values, spec, findings)
    return values


def _or_blank(spec: pd.Series[Any]) -> str:
    """Say that an optional cell may stay blank."""
    return "" if spec["required"] == "yes" else ", or leave it blank to have it estimated"


def _check_range(values: Floats, spec: pd.Series[Any], findings: Findings) -> None:
    """Refuse numbers outside the registry's range; name the unit that was probably meant."""
    column, unit = str(spec.name), str(spec["unit"])
    low, high = float(spec["minimum"] or "-inf"), float(spec["maximum"] or "inf")
    shown_unit = f" {SHOWN_UNIT.get(unit, unit)}".rstrip()
    allowed = f"{column} must lie between {low:,.12g} and {high:,.12g}{shown_unit}"
    finite = np.isfinite(values)
    for mask, what in (
        (finite & (values < 0.0) & (low >= 0.0), "negative"),
        (finite & (values < low) & ((values >= 0.0) | (low < 0.0)), "too small"),
        (finite & (values > high), "too large"),
    ):
        if mask.any():
            first = float(values[int(np.argmax(mask))])
            percent_only_for_shares = unit != "dimensionless" or spec["kind"] == "share"
            meant = percent_only_for_shares and likely_unit(first, unit, minimum=low, maximum=high)
            advice = f"{allowed}; {meant or 'correct it' + _or_blank(spec)}"
            findings.refuse(what, advice, column=column, mask=mask, shown=values.tolist())


def _column(typed: pd.DataFrame, name: str) -> Floats | None:
    """Numbers of a column if the table has it as numbers."""
    if name not in typed or not pd.api.types.is_numeric_dtype(typed[name]):
        return None
    return typed[name].to_numpy(dtype=np.float64)


def _check_heat(heat: Floats, typed: pd.DataFrame, findings: Findings) -> None:
    """Compare yearly heat with peak and floor area: the way to find kWh in a column of MWh."""
    peak, area = _column(typed, "peak_kw"), _column(typed, "floor_area_m2")
    unit_advice = "is annual_heat_mwh in kWh, or the other column in another unit?"
    if peak is not None:
        low, high = registry_range("consumers", "full_load_hours")
        hours = np.divide(heat * 1e3, peak, where=peak > 0.0, out=np.full(len(heat), np.nan))
        if (hours > high).any():
            what = "annual_heat_mwh over peak_kw gives more hours than a year has"
            shown = hours.round().tolist()
            findings.refuse(what, unit_advice, mask=hours > high, shown=shown)
        if (hours < low).any():
            what = f"annual_heat_mwh over peak_kw gives fewer than {low:g} full-load hours"
            advice = "is peak_kw in W, or annual_heat_mwh in GWh?"
            findings.doubt(what, advice, mask=hours < low, shown=hours.round(1).tolist())
    if area is not None:
        low, high = registry_range("consumers", "heat_intensity_kwh_m2")
        intensity = np.divide(heat * 1e3, area, where=area > 0.0, out=np.full(len(heat), np.nan))
        odd = (intensity < low) | (intensity > high)
        if odd.any():
            what = f"yearly heat per floor area outside {low:g} to {high:,g} kWh/m²"
            findings.doubt(what, unit_advice, mask=odd, shown=intensity.round(1).tolist())
