"""
What only tables of demand and of control totals must fulfil, besides the column registry.

A row of demand states its heat once, in MWh, in kWh or as the fuel of a boiler, and says which
consumer it belongs to by register number, identifier or place. A property is listed once in a file,
unless dates tell which row is the newest: two figures for one register number are the user's to
choose between. Columns are judged in `columns`, places in `places`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption

from .values import as_texts

if TYPE_CHECKING:
    import numpy.typing as npt

    from .findings import Findings

    Mask = npt.NDArray[np.bool_]

KEYS = ("id", "uprn", "parent_uprn")
HEATS = ("annual_heat_mwh", "annual_heat_kwh", "annual_fuel_kwh")
"""Columns of which a row of demand states its heat in one."""
FACTS = (*HEATS, "peak_kw", "floor_area_m2", "dwellings")
"""Columns of which a row of demand holds at least one."""
WORDS = ("use", "name", "built_year", "wet_system", "communal")
_KWH_PER_MWH = 1000.0
HOME, HOME_BOILER, BOILER = "home", "gas_boiler_house", "gas_boiler_building"
FROM_FUEL = "fuel x"
"""Words in front of the efficiency, in the source of a heat that follows from fuel."""
_ISO_DAY = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?"
_DAY_LENGTH = 10


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
        New frame with ``annual_heat_mwh`` (NaN where a row states none) and ``heat_from`` (how it
        follows from fuel, blank where heat is stated), without the columns of kWh.

    Notes
    -----
    Heat from fuel is fuel on the gross calorific value, as gas is billed, times the seasonal
    efficiency of the boiler of a house (use ``home``) or of a larger building, from
    ``data/technology_costs.csv``.
    """
    frame = typed.copy()
    mwh, kwh, fuel = (_numbers(frame, column) for column in HEATS)
    _check_once(frame, findings)
    _check_facts(frame, findings)
    _check_dates(frame, findings)
    _check_repeated(frame, findings)
    home = _texts(frame, "use") == HOME
    efficiency = np.where(home, *(boiler_efficiency(name) for name in (HOME_BOILER, BOILER)))
    heat_kwh = np.where(np.isnan(kwh), fuel * efficiency, kwh)
    frame["annual_heat_mwh"] = np.where(np.isnan(mwh), heat_kwh / _KWH_PER_MWH, mwh)
    words = [f"{FROM_FUEL} {share:.3g}" for share in efficiency]
    frame["heat_from"] = np.where(np.isnan(fuel), "", np.array(words, dtype=object))
    return frame.drop(columns=["annual_heat_kwh", "annual_fuel_kwh"], errors="ignore")


def boiler_efficiency(name: str) -> float:
    """
    Seasonal efficiency of a gas boiler on the gross calorific value [-].

    Parameters
    ----------
    name
        Machine in ``data/technology_costs.csv``.

    Returns
    -------
    efficiency
        Useful heat over fuel.

    Examples
    --------
    >>> 0.7 < boiler_efficiency("gas_boiler_building") < 1.0
    True
    """
    return float(assumption("technology_costs", name, "efficiency_gross_share").value)


def newest(frame: pd.DataFrame) -> Mask:
    """
    Rows that no newer row of the same kind and register number in the table replaces.

    Parameters
    ----------
    frame
        Table of demand with ``uprn``, ``kind`` and ``date`` (ISO 8601), any of them absent or
        blank.

    Returns
    -------
    newest
        True for every row without date or register number; of others for the newest ones.

    Examples
    --------
    >>> newest(pd.DataFrame({"uprn": ["7", "7"], "date": ["2015-03-01", "2024-02-29"]})).tolist()
    [False, True]
    """
    table = pd.DataFrame({name: _texts(frame, name) for name in ("kind", "uprn", "date")})
    dated = (table["uprn"] != "") & (table["date"] != "")
    day = table["date"].str[:_DAY_LENGTH].where(dated, "")
    last = day.groupby([table["kind"], table["uprn"]]).transform("max")
    kept: Mask = (~dated | (day == last)).to_numpy()
    return kept


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


def _check_once(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse rows that state their heat in more than one column."""
    for number, one in enumerate(HEATS):
        for other in HEATS[number + 1 :]:
            both = ~np.isnan(_numbers(frame, one)) & ~np.isnan(_numbers(frame, other))
            if both.any():
                what = f"heat given twice, as {one} and as {other}"
                findings.refuse(what, "keep one of the two columns", mask=both)


def _check_dates(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse dates that cannot be put in order."""
    texts = pd.Series(_texts(frame, "date"), dtype=str)
    days = pd.to_datetime(texts.str[:_DAY_LENGTH], format="%Y-%m-%d", errors="coerce")
    bad = ((texts != "") & (days.isna() | ~texts.str.fullmatch(_ISO_DAY))).to_numpy()
    if bad.any():
        advice = "write year, month and day, as in 2024-02-29"
        shown = texts.tolist()
        findings.refuse("no date", advice, column="date", mask=bad, shown=shown)


def _check_facts(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse rows that say nothing about demand; doubt those that only state other facts."""
    known = np.zeros(len(frame), dtype=bool)
    for column in FACTS:
        known |= ~np.isnan(_numbers(frame, column))
    if not known.any() and not (set(HEATS) & set(frame.columns)):
        what = "states no heat: columns annual_heat_mwh and annual_heat_kwh are missing"
        findings.refuse(what, "add one of the two, useful heat per year, or annual_fuel_kwh")
        return
    if not known.all():
        what = "neither heat nor floor area, peak or homes"
        findings.refuse(what, "fill in the heat or delete the row", mask=~known)
    heat = np.zeros(len(frame), dtype=bool)
    for column in HEATS:
        heat |= ~np.isnan(_numbers(frame, column))
    if (known & ~heat).any():
        what = "no heat; only the other facts are used and the heat is estimated"
        findings.doubt(what, "fill in the heat if it is known", mask=known & ~heat)


def _check_repeated(frame: pd.DataFrame, findings: Findings) -> None:
    """Refuse a property with several figures of one kind of which none is the newest."""
    numbers = pd.DataFrame({"uprn": _texts(frame, "uprn"), "kind": _texts(frame, "kind")})
    current = numbers[newest(frame)]
    twice = current.index[current.duplicated(keep=False) & (current["uprn"] != "")]
    repeated = np.isin(numbers.index, twice)
    if repeated.any():
        advice = (
            "keep the row that holds now (the newest certificate), give each a date, or add the "
            "meters of one property up"
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
