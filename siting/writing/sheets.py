"""
Tables for spreadsheets and scripts: CSV with plain headers, edges as GeoParquet.

The header row is exactly the column names of the registry, in its order; columns of the user's
own follow. Units, meanings and the price base stand in ``columns.csv`` beside. Numbers keep ten
significant digits, so that energy balances still close; a reader of the map gets rounded ones.

A text that begins like a formula (``= + - @`` or a tab) gets a leading apostrophe, so that no
spreadsheet runs it; a text that is a plain number, such as the identifier ``-12``, stays as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from .results import described_columns, in_order, with_registry_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from .results import FinishedPlan

ASSUMPTION_COLUMNS = (
    "key",
    "value",
    "low",
    "high",
    "unit",
    "price_base",
    "source",
    "locator",
    "origin",
)
ASSESSMENT_TABLES = (
    "project_options",
    "cash_flow",
    "figures",
    "lcoh_parts",
    "payers",
    "carbon_by_year",
    "energy_by_month",
    "load_duration",
    "compliance",
    "uncertainty",
    "gates",
    "sensitivity",
    "cases",
)
WRITTEN_TABLES = (
    "links",
    "options",
    "projects",
    *ASSESSMENT_TABLES,
    "edges",
    "connections",
    "sites",
    "consumers",
)
ZONE_TABLES = (
    "zones",
    "rule_totals",
    "street_sections",
    "anchors",
    "zone_sources",
    "zone_consumers",
    "heat_cells",
    "blocks",
    "demand_totals",
    "reconciliation",
)
DESCRIBED_WITH_ZONES = (*ZONE_TABLES, "coordinates", "sites", "consumers")
NUMBER_FORMAT = "%.10g"
# Currencies in which the registry may express a unit; the plan's own currency takes their place.
CURRENCY = re.compile(r"\b(EUR|GBP|USD)\b")
APOSTROPHE = "'"
FORMULA_STARTS = frozenset("=+-@\t\r\n")
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def write_table(frame: pd.DataFrame, path: Path, *, table: str) -> None:
    """
    One result table as CSV, without its geometry.

    Parameters
    ----------
    frame
        The table.
    path
        File to write.
    table
        Its name in the column registry, for example ``"links"``.

    Raises
    ------
    ValueError
        If the table lacks a column of the registry.
    """
    columns = described_columns(table)
    geometry = {*columns.loc[columns["kind"] == "geometry", "column"], "geometry"}
    full = pd.DataFrame(in_order(with_registry_columns(frame, table), table))
    _write_csv(full.drop(columns=[name for name in full if name in geometry]), path)


def write_assumptions(assumptions: pd.DataFrame, path: Path) -> None:
    """
    The register of assumptions as CSV, ordered by key.

    Parameters
    ----------
    assumptions
        Columns ``key, value, low, high, unit, price_base, source, locator, origin``.
    path
        File to write.
    """
    register = assumptions.reindex(columns=list(ASSUMPTION_COLUMNS))
    _write_csv(register.sort_values("key", kind="stable"), path)


def register_of(plan: FinishedPlan) -> pd.DataFrame:
    """
    Every assumed figure of a study, once: of the plan, and of its zones where it has any.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    assumptions
        The columns of ``assumptions.csv``.
    """
    parts = [plan.assumptions] if plan.zones is None else [plan.assumptions, plan.zones.assumptions]
    together = pd.concat(parts, ignore_index=True).drop_duplicates("key", ignore_index=True)
    return together.reindex(columns=list(ASSUMPTION_COLUMNS))


def write_columns(path: Path, *, money: str, tables: Sequence[str] = WRITTEN_TABLES) -> None:
    """
    The data dictionary of a study: unit, price base and meaning of every column.

    Parameters
    ----------
    path
        File to write.
    money
        Currency and price base of the plan, for example ``"EUR 2024"``; blank where no table
        holds money.
    tables
        Tables to describe; by default those of a plan.
    """
    _write_csv(data_dictionary(money, tables=tables), path)


def data_dictionary(money: str, *, tables: Sequence[str] = WRITTEN_TABLES) -> pd.DataFrame:
    """
    Unit, price base and meaning of every column a study writes.

    Parameters
    ----------
    money
        Currency and price base of the plan, for example ``"EUR 2024"``; blank where no table
        holds money.
    tables
        Tables to describe; by default those of a plan.

    Returns
    -------
    dictionary
        Columns ``table, column, kind, unit, price_base, description``.

    Examples
    --------
    >>> dictionary = data_dictionary("GBP 2023").set_index(["table", "column"])
    >>> dictionary.loc[("links", "lcoh_per_mwh"), ["unit", "price_base"]].tolist()
    ['GBP/MWh', 'GBP 2023']
    """
    currency = money.split()[0] if money else ""
    parts = [described_columns(table) for table in dict.fromkeys(tables)]
    dictionary = pd.concat(parts, ignore_index=True)
    unit = dictionary["unit"].str.replace(CURRENCY, currency, regex=True)
    is_money = dictionary["unit"].str.contains(CURRENCY.pattern.replace("(", "(?:"), regex=True)
    dictionary = dictionary.assign(unit=unit, price_base=is_money.map({True: money, False: ""}))
    return dictionary[["table", "column", "kind", "unit", "price_base", "description"]]


def write_edges(edges: gpd.GeoDataFrame, path: Path) -> None:
    """
    The trench sections as GeoParquet.

    Parameters
    ----------
    edges
        The EDGES table.
    path
        File to write.

    Raises
    ------
    ValueError
        If the table lacks a column of the registry.
    """
    ordered = in_order(with_registry_columns(edges, "edges"), "edges")
    ordered.to_parquet(path, index=False, compression="zstd")


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame the one way all our CSV files are written."""
    cells = frame.copy()
    for column in cells.columns:
        if cells[column].dtype in (bool, "boolean"):
            cells[column] = cells[column].map({True: "true", False: "false"})
        elif not pd.api.types.is_numeric_dtype(cells[column]):
            cells[column] = cells[column].map(_spreadsheet_safe)
    cells.columns = [_spreadsheet_safe(str(name)) for name in cells.columns]
    text = cells.to_csv(index=False, float_format=NUMBER_FORMAT, lineterminator="\n")
    path.write_bytes(text.encode("utf-8", errors="backslashreplace"))


def _spreadsheet_safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; blanks become empty."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "" if pd.isna(value) else NUMBER_FORMAT % value
    if not isinstance(value, str):
        return "" if value is None or value is pd.NA or value is pd.NaT else str(value)
    cleaned = value.replace("\0", "")
    return f"{APOSTROPHE}{cleaned}" if _is_quoted(cleaned) else cleaned


def _is_quoted(text: str) -> bool:
    """Whether a text gets an apostrophe: like a formula, with apostrophes before it or not."""
    inner = text.lstrip(APOSTROPHE)
    return inner[:1] in FORMULA_STARTS and not PLAIN_NUMBER.fullmatch(inner)


def without_apostrophe(cell: str) -> str:
    """
    The text that a cell of our CSV files was written from.

    Parameters
    ----------
    cell
        As it stands in the file.

    Returns
    -------
    text
        Without the apostrophe that keeps spreadsheets from running it.

    Examples
    --------
    >>> without_apostrophe("'=1+1"), without_apostrophe("'s-Hertogenbosch")
    ('=1+1', "'s-Hertogenbosch")
    """
    inner = cell.removeprefix(APOSTROPHE)
    return inner if inner != cell and _is_quoted(inner) else cell
