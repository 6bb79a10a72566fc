"""
The finished plan as its writers see it.

Every writer (map, layers, sheets) takes a `FinishedPlan` and relies on nothing else; tests hand
in small made-up plans, and the report of a later study needs no more. The column registry says
which columns a table has, in which order, and in which unit; rows are put in one order here, so
that the same results give the same bytes whatever order they were computed in.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import pandas as pd

from heatreach.data import load_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..appraisal.ledger import Ledger
    from .zone_results import FinishedZones

ROW_ORDER = {
    "sites": ("id",),
    "consumers": ("id",),
    "links": ("rank", "site_id", "consumer_id"),
    "options": ("site_id", "consumer_id", "option", "supply_degc"),
    "project_options": ("project_id", "option", "supply_degc"),
    "projects": ("rank", "project_id"),
    "edges": ("project_id", "edge_id"),
    "cash_flow": ("project_id",),
    "figures": ("project_id",),
    "lcoh_parts": ("project_id",),
    "payers": ("project_id",),
    "carbon_by_year": ("project_id",),
    "energy_by_month": ("project_id", "month"),
    "load_duration": ("project_id", "hours_from"),
    "compliance": (),
    "uncertainty": ("project_id",),
    "gates": ("project_id",),
    "sensitivity": ("project_id",),
    "cases": ("project_id",),
    "connections": ("site_id", "consumer_id"),
    "zones": ("jurisdiction", "threshold_mwh_m", "rule", "rank", "zone_id"),
    "rule_totals": (),
    "street_sections": ("-heat_mwh", "section_id"),
    "anchors": ("-heat_mwh", "consumer_id"),
    "zone_sources": ("rule", "zone_id", "site_rank", "site_id"),
    "zone_consumers": ("rule", "zone_id", "consumer_id"),
    "heat_cells": ("-heat_mwh", "cell_id"),
    "blocks": ("-heat_mwh", "block_id"),
    "demand_totals": (),
    "reconciliation": ("area_id", "sector"),
}
FALLING = "-"
"""Mark of a column by which rows are ordered from the largest down."""


class FinishedInputs(Protocol):
    """What the writers need of the inputs of a plan; geometry in the plan's metric CRS."""

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """Data centres."""

    @property
    def consumers(self) -> gpd.GeoDataFrame:
        """Buildings that use heat."""

    @property
    def roads(self) -> gpd.GeoDataFrame:
        """Street lines for the background, with their ``highway`` class."""

    @property
    def attribution(self) -> str:
        """Whose data these are and under which licence."""

    @property
    def data_date(self) -> str:
        """Date of the street and building data."""


class FinishedAssessment(Protocol):
    """What the writers need of an assessment."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Cash flow, figures, rules and how sure they are; each may be empty."""

    @property
    def ledger(self) -> Ledger | None:
        """Amounts and assumptions behind the cash flows, where there is a project."""


class FinishedPlan(Protocol):
    """What the writers need of a plan; the four tables are always there and may be empty."""

    @property
    def links(self) -> gpd.GeoDataFrame:
        """Each site with each consumer in reach."""

    @property
    def options(self) -> pd.DataFrame:
        """Each routed link under every arrangement, the chosen one marked."""

    @property
    def projects(self) -> gpd.GeoDataFrame:
        """One network per site."""

    @property
    def edges(self) -> gpd.GeoDataFrame:
        """Trench sections of all projects."""

    @property
    def connections(self) -> gpd.GeoDataFrame:
        """Consumers in reach of each site, connected or not."""

    @property
    def assessment(self) -> FinishedAssessment:
        """Tables behind the projects."""

    @property
    def inputs(self) -> FinishedInputs:
        """The inputs the plan was made from."""

    @property
    def money(self) -> str:
        """Currency and price base of every money column, for example ``EUR 2024``."""

    @property
    def assumptions(self) -> pd.DataFrame:
        """Every assumed figure used, with range, unit and source."""

    @property
    def summary(self) -> str:
        """What the ranking says, how sure that is and what would change it, in words."""

    @property
    def crs(self) -> Any:
        """Metric CRS of all geometry."""

    @property
    def run(self) -> Mapping[str, Any]:
        """Versions, hashes of inputs, options, warnings, timings."""

    @property
    def zones(self) -> FinishedZones | None:
        """Heat-network zones, where they were asked for."""


@cache
def _registry() -> pd.DataFrame:
    """The column registry, read once; callers copy before they change it."""
    return load_table("columns")


def described_columns(table: str) -> pd.DataFrame:
    """
    The columns the registry lists for one table, in the order they are written.

    Parameters
    ----------
    table
        Name of the table, for example ``"links"``.

    Returns
    -------
    columns
        Rows of the registry: ``table, column, kind, unit, required, minimum, maximum,
        description``.

    Examples
    --------
    >>> described_columns("links")["column"].iloc[0]
    'rank'
    """
    registry = _registry()
    # Rows marked "check" are limits of combined checks, not columns.
    mine = (registry["table"] == table) & (registry["required"] != "check")
    rows: pd.DataFrame = registry[mine].reset_index(drop=True)
    return rows


def in_order(frame: pd.DataFrame, table: str) -> Any:
    """
    The rows of a table in their one order, so that equal results give equal files.

    Parameters
    ----------
    frame
        The table, rows in any order.
    table
        Its name; ranked rows come first, then identifiers decide.

    Returns
    -------
    ordered
        New frame of the same type with a fresh index.

    Examples
    --------
    >>> import pandas as pd
    >>> in_order(pd.DataFrame({"id": ["b", "a"]}), "sites")["id"].tolist()
    ['a', 'b']
    """
    keys = [key for key in ROW_ORDER[table] if key.removeprefix(FALLING) in frame]
    if not keys:
        return frame.copy()
    return frame.sort_values(
        [key.removeprefix(FALLING) for key in keys],
        ascending=[not key.startswith(FALLING) for key in keys],
        kind="stable",
        na_position="last",
        ignore_index=True,
    )


def with_registry_columns(frame: Any, table: str) -> Any:
    """
    A table with the registry's columns first, in their order.

    Parameters
    ----------
    frame
        The table; if it has no rows its columns may be missing too.
    table
        Its name in the registry.

    Returns
    -------
    full
        New frame; columns the registry does not know come last.

    Raises
    ------
    ValueError
        If a table with rows lacks a column of the registry.
    """
    columns = described_columns(table)
    names = columns["column"].tolist()
    missing = [name for name in names if name not in frame]
    if missing and len(frame):
        raise ValueError(f"table {table!r} lacks the columns {', '.join(missing)}")
    if missing:
        return _empty_table(columns, crs=getattr(frame, "crs", None))
    return frame[[*names, *(name for name in frame.columns if name not in names)]].copy()


def filled_columns(frame: Any, table: str) -> Any:
    """
    A table with every column of the registry and no other, blank where a row has none.

    Parameters
    ----------
    frame
        The table, with some of its columns.
    table
        Its name in the registry.

    Returns
    -------
    filled
        New frame; numbers that are missing are NaN, texts blank, booleans false.

    Examples
    --------
    >>> filled_columns(gpd.GeoDataFrame({"rank": [1]}), "projects")["reason"].tolist()
    ['']
    """
    if frame.empty:
        return with_registry_columns(frame, table)
    columns = described_columns(table)
    filled: dict[str, Any] = {}
    for name, kind in zip(columns["column"], columns["kind"], strict=True):
        blank: Any = {"text": "", "boolean": False}.get(kind, float("nan"))
        if name not in frame:
            filled[name] = blank
        elif kind in ("text", "boolean"):
            filled[name] = frame[name].where(frame[name].notna(), blank)
    # All at once: a table of a hundred columns would else be copied a hundred times.
    others = frame.drop(columns=[name for name in filled if name in frame])
    full = pd.concat([others, pd.DataFrame(filled, index=frame.index)], axis=1)
    return full[columns["column"].tolist()]


def _empty_table(columns: pd.DataFrame, *, crs: Any) -> gpd.GeoDataFrame:
    """A table without rows whose columns have the types the registry names."""
    types = {"number": "float64", "share": "float64", "integer": "Int64", "boolean": "boolean"}
    cells = {
        row.column: pd.Series(dtype=types.get(str(row.kind), "object"))
        for row in columns.itertuples()
        if row.kind != "geometry"
    }
    return gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries([], crs=crs), crs=crs)
