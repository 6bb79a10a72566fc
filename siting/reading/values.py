"""
Text into numbers, and advice where that fails.

Reads numbers that people typed (``3.5 MW``, ``1,200``, decimal commas) and guesses the unit that
was meant. Nothing is ever converted in silence: a guess only becomes advice. What is said about a
file is gathered in `findings`, columns are judged in `columns`, places in `places`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_COMMA_OR_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}([ ,.'’\u00a0\u202f]\d{3})+([.,]\d+)?", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?[\d.,]+)\s*([^\d\s.,].*)", re.ASCII)
_DEGREES = re.compile(
    r"(?P<d>\d{1,3})\s*[°d]\s*((?P<m>[\d.]+)\s*['′m]\s*)?((?P<s>[\d.]+)\s*[\"″s]\s*)?(?P<h>[NSEW]?)",
    re.ASCII | re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MOJIBAKE = re.compile("[\u00c2-\u00c3][\u0080-\u00bf]|\u00e2\u20ac|\ufffd")
KELVIN_AT_ZERO_DEGC = 273.15
# Exact conversions to the unit of the registry, by the name a planner would type.
_TO_UNIT: dict[str, dict[str, Callable[[float], float]]] = {
    "kW": {"W": lambda v: v / 1e3, "MW": lambda v: v * 1e3, "GW": lambda v: v * 1e6},
    "MWh/year": {
        "kWh": lambda v: v / 1e3,
        "GWh": lambda v: v * 1e3,
        "GJ": lambda v: v / 3.6,
        "TJ": lambda v: v * 1e3 / 3.6,
        "Wh": lambda v: v / 1e6,
    },
    "degC": {
        "K": lambda v: v - KELVIN_AT_ZERO_DEGC,
        "°F": lambda v: (v - 32.0) / 1.8,
        "F": lambda v: (v - 32.0) / 1.8,
    },
    "m**2": {
        "ft2": lambda v: v * 0.3048**2,
        "ft²": lambda v: v * 0.3048**2,
        "sq ft": lambda v: v * 0.3048**2,
        "ha": lambda v: v * 1e4,
    },
    "dimensionless": {"%": lambda v: v / 1e2},
}
_SAME_UNIT = {
    "kW": ("kW", "kWe", "kWth"),
    "MWh/year": ("MWh", "MWh/a", "MWh/yr", "MWh/year"),
    "degC": ("°C", "C", "degC", "deg C", "℃"),
    "m**2": ("m2", "m²", "sqm", "sq m", "m^2"),
}
SHOWN_UNIT = {"m**2": "m²", "degC": "°C", "dimensionless": ""}


def as_texts(cells: pd.Series[Any]) -> list[str]:
    """
    Cells as stripped texts; blanks become ''.

    Parameters
    ----------
    cells
        A column of any type.

    Returns
    -------
    texts
        One per row; whole numbers without decimals, lists and mappings as JSON.

    Examples
    --------
    >>> as_texts(pd.Series([12.0, None, " a "], dtype=object))
    ['12', '', 'a']
    """
    blank = cells.isna().to_numpy()
    return ["" if b else _text(v) for v, b in zip(cells.tolist(), blank, strict=True)]


def _text(value: object) -> str:
    """One cell as text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 / np.finfo(float).eps:
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value).strip()


def uses_decimal_comma(columns: Sequence[Sequence[str]]) -> bool:
    """
    Whether numbers typed in these columns are written with a decimal comma.

    Parameters
    ----------
    columns
        Texts of all columns that should hold numbers.

    Returns
    -------
    answer
        True if some number can only be read that way (``3,5``) and none has a decimal point;
        ``1,200`` alone proves nothing.

    Examples
    --------
    >>> uses_decimal_comma([["3,5", "1,200"]]), uses_decimal_comma([["1,200"]])
    (True, False)
    """
    texts = [t for column in columns for t in column]
    commas = [t for t in texts if _DECIMAL_COMMA.fullmatch(t)]
    certain = any(not _COMMA_OR_THOUSANDS.fullmatch(t) for t in commas)
    return certain and not any("." in t and _NUMBER.fullmatch(t) for t in texts)


def parse_numbers(cells: pd.Series[Any], *, decimal_comma: bool) -> tuple[Floats, Mask]:
    """
    Numbers of a column, and which cells hold something else.

    Parameters
    ----------
    cells
        The column as read: numbers, or texts that people typed.
    decimal_comma
        Whether ``3,5`` is three and a half in this file.

    Returns
    -------
    values, wrong
        Floats (NaN for blanks and wrong cells), and True where a cell is filled with anything but
        one plain number.

    Examples
    --------
    >>> values, wrong = parse_numbers(pd.Series(["3.5", "4 MW", ""]), decimal_comma=False)
    >>> values.tolist(), wrong.tolist()
    ([3.5, nan, nan], [False, True, False])
    """
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        return cells.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(cells), dtype=bool)
    texts = as_texts(cells)
    if decimal_comma:
        texts = [t.replace(",", ".") if _DECIMAL_COMMA.fullmatch(t) else t for t in texts]
    good = np.array([_NUMBER.fullmatch(t) is not None for t in texts], dtype=bool)
    filled = np.array([t != "" for t in texts], dtype=bool)
    values = np.full(len(texts), np.nan)
    values[good] = [float(t) for t, ok in zip(texts, good, strict=True) if ok]
    return values, filled & ~good


def advise_number(text: str, unit: str) -> str:
    """
    How to write what somebody typed into a number column.

    Parameters
    ----------
    text
        The cell.
    unit
        Unit of the column, as in the registry.

    Returns
    -------
    advice
        What to type instead, as an imperative clause.

    Examples
    --------
    >>> advise_number("3.5 MW", "kW")
    'write 3500 (kW, digits only)'
    >>> advise_number("1,200", "kW")
    'write 1200 if the comma parts thousands, or 1.200 if it is a decimal comma'
    """
    text = text.strip()
    if _COMMA_OR_THOUSANDS.fullmatch(text):
        plain, decimal = text.replace(",", ""), text.replace(",", ".")
        return f"write {plain} if the comma parts thousands, or {decimal} if it is a decimal comma"
    if _DECIMAL_COMMA.fullmatch(text):
        return f"write {text.replace(',', '.')} with a decimal point"
    if _GROUPED.fullmatch(text):
        return f"write {_ungrouped(text)} without a thousands separator"
    degrees = _DEGREES.fullmatch(text) if unit == "degree" else None
    if degrees:
        return f"write {_decimal_degrees(degrees):.6f}, decimal degrees"
    converted = _converted(text, unit)
    if converted is not None:
        shown = SHOWN_UNIT.get(unit, unit) or "a plain number"
        return f"write {converted:.12g} ({shown}, digits only)"
    if text.startswith("#"):
        return "this is a spreadsheet error; repair the formula"
    if text.casefold().lstrip("+-") in {"inf", "infinity"}:
        return "write a finite number"
    return "write digits only"


def _ungrouped(text: str) -> str:
    """Drop thousands separators; a last group of other than three digits is the decimals."""
    decimals = re.search(r"[.,](\d+)$", text)
    marks = set(re.findall(r"[^\d+-]", text))
    if decimals and (len(decimals[1]) != 3 or len(marks) > 1):
        whole, part = text[: decimals.start()], f".{decimals[1]}"
    else:
        whole, part = text, ""
    return re.sub(r"[^\d+-]", "", whole) + part


def _decimal_degrees(match: re.Match[str]) -> float:
    """Degrees, minutes and seconds as decimal degrees."""
    minutes, seconds = (_float_or_nan(match[part] or "0") for part in ("m", "s"))
    degrees = float(match["d"]) + minutes / 60.0 + seconds / 3600.0
    return -degrees if match["h"].upper() in {"S", "W"} else degrees


def _float_or_nan(text: str) -> float:
    """Read a float; NaN where the text is none."""
    return float(text) if _NUMBER.fullmatch(text) else float("nan")


def _converted(text: str, unit: str) -> float | None:
    """Value of '3.5 MW' in the column's unit; None if the text is not a number and its unit."""
    match = _WITH_UNIT.fullmatch(text)
    number = match and (match[1] if _NUMBER.fullmatch(match[1]) else match[1].replace(",", "."))
    if not match or not number or not _NUMBER.fullmatch(number) or _GROUPED.fullmatch(match[1]):
        return None
    written = match[2].strip().lower()
    if written in {name.lower() for name in _SAME_UNIT.get(unit, ())}:
        return float(number)
    for name, convert in _TO_UNIT.get(unit, {}).items():
        if written in {name.lower(), f"{name}/year".lower(), f"{name}/a".lower()}:
            return convert(float(number))
    return None


def likely_unit(value: float, unit: str, *, minimum: float, maximum: float) -> str:
    """
    Advice for a number out of range that would fit in another unit.

    Parameters
    ----------
    value
        The number found.
    unit
        Unit of the column.
    minimum, maximum
        Range of the column in that unit.

    Returns
    -------
    advice
        'if … is in %, write 0.8', or '' where no unit fits.

    Examples
    --------
    >>> likely_unit(80.0, "dimensionless", minimum=0.0, maximum=1.0)
    'if 80 is in %, did you mean 0.8?'
    """
    for name, convert in _TO_UNIT.get(unit, {}).items():
        meant = convert(value)
        if minimum <= meant <= maximum:
            return f"if {value:.12g} is in {name}, did you mean {meant:.6g}?"
    return ""


def strange_characters(texts: Sequence[str]) -> tuple[Mask, Mask]:
    r"""
    Which texts hold invisible characters, and which look wrongly decoded.

    Parameters
    ----------
    texts
        Names or ids.

    Returns
    -------
    control, garbled
        True for control or direction characters; True for traces of a wrong encoding ('KÃ¶ln').

    Examples
    --------
    >>> [mask.tolist() for mask in strange_characters(["Köln", "KÃ¶ln", "a\x00"])]
    [[False, False, True], [False, True, False]]
    """
    control = np.array([_CONTROL.search(t) is not None for t in texts], dtype=bool)
    garbled = np.array([_MOJIBAKE.search(t) is not None for t in texts], dtype=bool)
    return control, garbled
