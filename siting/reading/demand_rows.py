"""
What only tables of demand and of control totals must fulfil, besides the column registry.

A row of demand states its heat once, in MWh or in kWh, and says which consumer it belongs to by
register number, identifier or place. A property is listed once in a file: two figures for one
register number are the user's to choose between. Columns are judged in `columns`, places in
`places`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .values import as_texts

if TYPE_CHECKING:
    import numpy.typing as npt

    from .findings import Findings

    Mask = npt.NDArray[np.bool_]

KEYS = ("id", "uprn", "parent_uprn")
FACTS = ("annual_heat_mwh", "annual_heat_kwh", "peak_kw", "floor_area_m2", "dwellings")
"""Columns of which a row of demand holds at least one."""
WORDS = ("use", "name", "built_year", "wet_system", "communal")
_KWH_PER_MWH = 1000.0


def row_names(frame: pd.DataFrame) -> list[str]:
    """
    How rows of a demand table are called in messages.

    Parameters
    ----------
    frame
        The table as read.

    Returns
    -------
    names
        Register number of the property, else of its building, else the identifier; blank where a
        row has none.

    Examples
    --------
    >>> row_names(pd.DataFrame({"id": ["a", "b"], "uprn": ["", "77"]}))
    ['a', '77']
    """
    names = pd.Series("", index=range(len(frame)), dtype=object)
    for key in ("uprn", "parent_uprn", "id"):
        if key in frame:
            texts = pd.Series(as_texts(frame[key]), dtype=object)
            names = names.where(names != "", texts)
    return names.tolist()


def check_demand(typed: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """
    Demand table with its heat in MWh, or with all that is wrong noted.

    Parameters
    ----------
    typed
        Table whose known columns are typed.
    findings
        Collector of problems and doubts.

    Returns
    -------
    table
        New frame with ``annual_heat_mwh`` (NaN where a row states none) and without
        ``annual_heat_kwh``.
    """
    frame = typed.copy()
    mwh, kwh = _numbers(frame, "annual_heat_mwh"), _numbers(frame, "annual_heat_kwh")
    both = ~np.isnan(mwh) & ~np.isnan(kwh)
    if both.any():
        what = "heat given twice, as annual_heat_mwh and as annual_heat_kwh"
        findings.refuse(what, "keep one of the two columns", mask=both)
    _check_facts(frame, findings)
    _check_repeated(frame, findings)
    frame["annual_heat_mwh"] = np.where(np.isnan(mwh), kwh / _KWH_PER_MWH, mwh)
    return frame.drop(columns="annual_heat_kwh", errors="ignore")


def placeless_allowed(typed: pd.DataFrame) -> Mask:
    """
    Rows of a demand table that may lack a place, because they name their consumer.

    Parameters
    ----------
    typed
        Table whose known columns are typed.

    Returns
    -------
    named
        True where a row has an identifier or a register number.

    Examples
    --------
    >>> placeless_allowed(pd.DataFrame({"uprn": ["77", None]})).tolist()
    [True, False]
    """
    named = np.zeros(len(typed), dtype=bool)
    for key in KEYS:
        if key in typed:
            named |= _texts(typed, key) != ""
    return named


def check_controls(typed: pd.DataFrame, findings: Findings) -> None:
    """
    Refuse control totals given more than once for one area and sector.

    Parameters
    ----------
    typed
        Table whose known columns are typed.
    findings
        Collector of problems and doubts.
    """
    if "id" not in typed:
        return
    ids, sectors = _texts(typed, "id"), _texts(typed, "sector")
    findings.ids = ids.tolist()
    blank = ids == ""
    if blank.any():
        findings.refuse("blank", "give each area an id", column="id", mask=blank)
    pairs = pd.DataFrame({"id": ids, "sector": sectors})
    repeated = pairs.duplicated(keep=False).to_numpy() & ~blank
    if repeated.any():
        advice = "give each area one total, or one for each sector"
        findings.refuse("areas listed more than once", advice, column="id", mask=repeated)


def _check_facts(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse rows that say nothing about demand; doubt those that only state other facts."""
    known = np.zeros(len(frame), dtype=bool)
    for column in FACTS:
        known |= ~np.isnan(_numbers(frame, column))
    if not known.any() and not ({"annual_heat_mwh", "annual_heat_kwh"} & set(frame.columns)):
        what = "states no heat: columns annual_heat_mwh and annual_heat_kwh are missing"
        findings.refuse(what, "add one of the two, useful heat per year")
        return
    if not known.all():
        what = "neither heat nor floor area, peak or homes"
        findings.refuse(what, "fill in the heat or delete the row", mask=~known)
    heat = ~np.isnan(_numbers(frame, "annual_heat_mwh"))
    heat |= ~np.isnan(_numbers(frame, "annual_heat_kwh"))
    if (known & ~heat).any():
        what = "no heat; only the other facts are used and the heat is estimated"
        findings.doubt(what, "fill in the heat if it is known", mask=known & ~heat)


def _check_repeated(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse a property with several figures of one kind; doubt rows alike in every cell."""
    numbers = pd.DataFrame({"uprn": _texts(frame, "uprn"), "kind": _texts(frame, "kind")})
    repeated = numbers.duplicated(keep=False).to_numpy() & (numbers["uprn"] != "").to_numpy()
    if repeated.any():
        advice = (
            "keep the row that holds now (the newest certificate), or add the meters of one "
            "property up"
        )
        what = "register numbers listed more than once"
        shown = numbers["uprn"].tolist()
        findings.refuse(what, advice, column="uprn", mask=repeated, shown=shown)
    for key in KEYS:
        if key in frame:
            _doubt_mangled(key, _texts(frame, key), findings)


def _doubt_mangled(column: str, texts: npt.NDArray[np.object_], findings: Findings) -> None:
    """Doubt register numbers that a spreadsheet rounded to a power of ten."""
    mangled = pd.Series(texts, dtype=str).str.fullmatch(r"\d(?:[.,]\d+)?[eE]\+?\d+").to_numpy()
    if mangled.any():
        what = "looks like a number that a spreadsheet rounded"
        shown = texts.tolist()
        findings.doubt(what, "format the column as text", column=column, mask=mangled, shown=shown)


def _numbers(frame: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """A number column, NaN where absent or not numbers."""
    cells: Any = frame.get(column)
    if cells is None or not pd.api.types.is_numeric_dtype(cells):
        return np.full(len(frame), np.nan)
    values: npt.NDArray[np.float64] = cells.to_numpy(dtype=np.float64)
    return values


def _texts(frame: pd.DataFrame, column: str) -> npt.NDArray[np.object_]:
    """A text column, '' where blank or absent."""
    cells = pd.Series(frame.get(column, ""), index=frame.index, dtype=object)
    return cells.where(cells.notna(), "").astype(str).to_numpy(dtype=object)
