"""
Reference tables: every number heatreach assumes, with its range, unit and source.

A number table is a CSV file with one row per figure: ``name, parameter, value, low, high, unit,
price_base, region, source, locator, note``. Parameters carry their unit as a suffix
(``inner_diameter_mm``), money parameters carry ``price_base`` (for example ``EUR 2020``).
Rule tables (``building_tags``, ``road_classes``) hold words instead of numbers. Nothing is
computed here; the rooms above ask for a value and pass the whole `Assumption` on to the register
that every study prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import pandas as pd

from .errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBER_COLUMNS = (
    "name",
    "parameter",
    "value",
    "low",
    "high",
    "unit",
    "price_base",
    "region",
    "source",
    "locator",
    "note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One figure with its range, unit and source, as read from a reference table."""

    table: str
    name: str
    parameter: str
    value: float
    low: float
    high: float
    unit: str
    price_base: str
    region: str
    source: str
    locator: str
    note: str

    @property
    def key(self) -> str:
        """Address of the figure, ``table/name/parameter[@region]``."""
        suffix = f"@{self.region}" if self.region else ""
        return f"{self.table}/{self.name}/{self.parameter}{suffix}"


def table_names() -> tuple[str, ...]:
    """
    Names of all tables in the data room, in alphabetical order.

    Returns
    -------
    names
        File names without ``.csv``.
    """
    files = resources.files("heatreach.data").iterdir()
    return tuple(sorted(f.name.removesuffix(".csv") for f in files if f.name.endswith(".csv")))


@cache
def _read(name: str) -> pd.DataFrame:
    """Read one CSV table; numbers stay numbers, blanks in text columns become ''."""
    path = resources.files("heatreach.data") / f"{name}.csv"
    if not path.is_file():
        raise TableError(f"no table {name!r} in data/; there are: {', '.join(table_names())}")
    with path.open("r", encoding="utf-8") as handle:
        table = pd.read_csv(handle, dtype=str, keep_default_na=False)
    if "parameter" in table:
        for column in ("value", "low", "high"):
            table[column] = pd.to_numeric(table[column]).astype(float)
    return table


def load_table(name: str) -> pd.DataFrame:
    """
    One reference table as a new frame, one row per figure or rule.

    Parameters
    ----------
    name
        Table name, for example ``"pipes"``.

    Returns
    -------
    table
        The rows in file order; ``value``, ``low`` and ``high`` as floats, all else as text.

    Raises
    ------
    TableError
        If there is no such table.

    Examples
    --------
    >>> "value" in load_table("pipes").columns
    True
    """
    return _read(name).copy()


@cache
def assumption(table: str, name: str, parameter: str, region: str = "") -> Assumption:
    """
    One figure with range, unit and source.

    Parameters
    ----------
    table, name, parameter
        Address of the figure.
    region
        Country (ISO 3166-1 alpha-2) or grid region; a table without that region answers with its
        row for no region.

    Returns
    -------
    figure
        The row as an `Assumption`.

    Raises
    ------
    TableError
        If no row fits; the message offers the nearest names.

    Examples
    --------
    >>> assumption("pipes", "DN100", "inner_diameter_mm").unit
    'mm'
    """
    rows = _read(table)
    hits = rows[(rows["name"] == name) & (rows["parameter"] == parameter)]
    for wanted in (region, ""):
        chosen = hits[hits["region"] == wanted]
        if len(chosen):
            cells = chosen.iloc[0].to_dict()
            return Assumption(table=table, **{column: cells[column] for column in NUMBER_COLUMNS})
    raise TableError(_missing(rows, table, name, parameter, region))


def _missing(rows: pd.DataFrame, table: str, name: str, parameter: str, region: str) -> str:
    """Say what is missing and what comes nearest."""
    names = _nearest(name, rows["name"])
    parameters = _nearest(parameter, rows.loc[rows["name"] == name, "parameter"])
    where = f" for region {region!r}" if region else ""
    return (
        f"table {table!r} has no figure {name!r}/{parameter!r}{where}; "
        f"nearest names: {names}; parameters of that name: {parameters}"
    )


def _nearest(word: str, words: Iterable[str]) -> str:
    """Up to three spellings near a word, or all if none is near."""
    known = sorted(set(words))
    return ", ".join(get_close_matches(word, known, n=3) or known[:12]) or "none"


def wide(table: str, column: str = "value") -> pd.DataFrame:
    """
    A number table with one row per name and one column per parameter.

    Parameters
    ----------
    table
        Table name.
    column
        ``"value"``, ``"low"`` or ``"high"``.

    Returns
    -------
    frame
        Index: names in file order; columns: parameters; rows of a region are left out.

    Raises
    ------
    TableError
        If there is no such table.

    Examples
    --------
    >>> bool(wide("pipes").loc["DN100", "inner_diameter_mm"] > 100)
    True
    """
    return _wide(table, column).copy()


@cache
def _wide(table: str, column: str) -> pd.DataFrame:
    """Pivot of a number table; callers copy before they change it."""
    rows = _read(table)
    rows = rows[rows["region"] == ""]
    frame = rows.pivot(index="name", columns="parameter", values=column)  # noqa: PD010
    frame = frame.loc[rows["name"].drop_duplicates()]
    frame.columns.name = None
    return frame
