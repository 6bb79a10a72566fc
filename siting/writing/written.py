"""
A study exactly as its files tell it, so that a report can be drawn from the files alone.

Files hold numbers of ten significant digits, rows in one order and texts that every program can
store. The report is drawn from a plan brought to that form first: then the report of a run and
one drawn later from the saved folder are the same, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .record import plain
from .results import described_columns, in_order, with_registry_columns
from .sheets import NUMBER_FORMAT, register_of
from .wording import is_blank
from .written_study import WrittenAssessment, WrittenInputs, WrittenPlan, WrittenZones

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from .results import FinishedPlan
    from .zone_results import FinishedZones

TRUTHS = {True: True, False: False, "true": True, "false": False, "True": True, "False": False}


def written_plan(plan: FinishedPlan) -> WrittenPlan:
    """
    A plan as a reader of its files finds it.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    written
        What the report shows of it, as written.
    """
    tables = {name: as_written(table, name) for name, table in plan.assessment.tables.items()}
    return WrittenPlan(
        whole=plan,
        projects=as_written(plan.projects, "projects"),
        edges=as_written(plan.edges, "edges"),
        connections=as_written(plan.connections, "connections"),
        assessment=WrittenAssessment(tables=tables),
        inputs=WrittenInputs(
            sites=written_columns(in_order(plan.inputs.sites, "sites"), "sites"),
            consumers=plan.inputs.consumers,
            roads=plan.inputs.roads,
            attribution=plan.inputs.attribution,
            data_date=plan.inputs.data_date,
        ),
        money=plan.money,
        assumptions=written_register(register_of(plan)),
        summary=plan.summary,
        crs=plan.crs,
        run=plain(dict(plan.run)),
        zones=None if plan.zones is None else written_zones(plan.zones),
    )


def written_zones(zones: FinishedZones) -> WrittenZones:
    """
    Zones as a reader of their files finds them.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    written
        Zones, anchors, data centres in reach and totals as written; the report shows no other
        table.
    """
    return WrittenZones(
        zones=as_written(zones.zones, "zones"),
        sections=zones.sections,
        anchors=written_columns(in_order(zones.anchors, "anchors"), "anchors"),
        sources=as_written(zones.sources, "zone_sources"),
        members=zones.members,
        cells=zones.cells,
        blocks=zones.blocks,
        totals=as_written(zones.totals, "demand_totals"),
        reconciliation=zones.reconciliation,
        inputs=WrittenInputs(
            sites=written_columns(in_order(zones.inputs.sites, "sites"), "sites"),
            consumers=zones.inputs.everywhere,
            roads=zones.inputs.roads,
            attribution=zones.inputs.attribution,
            data_date=zones.inputs.data_date,
        ),
        rules=zones.rules,
        assumptions=zones.assumptions,
        summary=zones.summary,
        crs=zones.crs,
        run=plain(dict(zones.run)),
    )


def as_written(frame: Any, table: str) -> Any:
    """
    A result table with the rows, columns and cells that its file has.

    Parameters
    ----------
    frame
        The table.
    table
        Its name in the registry.

    Returns
    -------
    written
        New frame, with geometry where it had any.

    Raises
    ------
    ValueError
        If a table with rows lacks a column of the registry.
    """
    return written_columns(in_order(with_registry_columns(frame, table), table), table)


def written_columns(frame: Any, table: str) -> Any:
    """
    A table whose cells are those of its file.

    Parameters
    ----------
    frame
        The table; columns that the registry does not know stay as they are.
    table
        Its name in the registry.

    Returns
    -------
    written
        New frame; whole numbers without a blank are integers, blank texts empty.

    Examples
    --------
    >>> import geopandas as gpd
    >>> frame = gpd.GeoDataFrame({"id": ["A", None], "it_load_kw": ["0.1", 2 / 3]})
    >>> written_columns(frame, "sites").to_numpy().tolist()
    [['A', 0.1], ['', 0.6666666667]]
    """
    columns = described_columns(table)
    cells = {
        name: _cells(frame[name], kind)
        for name, kind in zip(columns["column"], columns["kind"], strict=True)
        if name in frame and kind != "geometry"
    }
    done = frame.assign(**cells)
    if isinstance(done, gpd.GeoDataFrame) and done.active_geometry_name is not None:
        done = done.set_geometry(_as_stored(done.geometry))
    return done


def _cells(values: pd.Series[Any], kind: str) -> Any:
    """Cells of one column as their file holds them."""
    if kind == "text":
        return pd.Series(each_once(values, _text), index=values.index, dtype=object)
    if kind == "boolean":
        return values.astype(object).map(TRUTHS).astype("boolean")
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if kind != "integer":
        return pd.Series(significant(numbers), index=values.index)
    whole = pd.Series(numbers, index=values.index).astype("Int64")
    return whole if whole.isna().any() else whole.astype("int64")


def each_once(values: pd.Series[Any], change: Callable[[Any], str]) -> npt.NDArray[np.object_]:
    """
    Texts changed one by one, those that come again only once.

    Parameters
    ----------
    values
        Cells of one column; blanks become empty texts.
    change
        What is to be done to each.

    Returns
    -------
    texts
        One per cell.

    Examples
    --------
    >>> each_once(pd.Series(["a", None, "a"], dtype=object), str.upper).tolist()
    ['A', '', 'A']
    """
    codes, found = pd.factorize(values.to_numpy(dtype=object))
    return np.array([*map(change, found), ""], dtype=object)[codes]


def _text(value: Any) -> str:
    """A text that any file can hold."""
    return str(value).replace("\0", "").encode("utf-8", errors="backslashreplace").decode("utf-8")


def significant(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """
    Numbers as our files hold them, with ten significant digits.

    Parameters
    ----------
    numbers
        Any shape; what is not finite stays.

    Returns
    -------
    rounded
        Same shape.

    Examples
    --------
    >>> significant(np.array([1 / 3, 25.000000000000004])).tolist()
    [0.3333333333, 25.0]
    """
    found, places = np.unique(numbers, return_inverse=True)
    rounded = np.array([float(NUMBER_FORMAT % value) for value in found], dtype=float)
    return rounded[places].reshape(numbers.shape)


def _as_stored(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Shapes as they come out of a file: those of one part are that part, on no grid."""
    # A shape rounded to a grid remembers the grid, and points found in it are rounded too.
    values = shapely.from_wkb(shapely.to_wkb(shapes.to_numpy()))
    of_one = (shapely.get_type_id(values) > shapely.GeometryType.POLYGON) & (
        shapely.get_num_geometries(values) == 1
    )
    parts = np.where(of_one, shapely.get_geometry(values, 0), values)
    return gpd.GeoSeries(parts, index=shapes.index, crs=shapes.crs)


def written_register(assumptions: pd.DataFrame) -> pd.DataFrame:
    """
    The register of assumptions as its file holds it.

    Parameters
    ----------
    assumptions
        Columns as `heatreach.siting.writing.sheets.write_assumptions` takes them.

    Returns
    -------
    register
        Ordered by key; figures of ten digits, texts as they are.
    """
    ordered = assumptions.sort_values("key", kind="stable", ignore_index=True)
    figures = ("value", "low", "high")
    cells = {
        name: pd.Series(
            [_figure(value) for value in ordered[name]]
            if name in figures
            else each_once(ordered[name], _text),
            dtype=object,
        )
        for name in map(str, ordered)
    }
    return ordered.assign(**cells)


def _figure(value: Any) -> float | str:
    """A figure of ten digits, or the word that stands in its place; blank for none."""
    text = "" if is_blank(value) else _text(value).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return float(NUMBER_FORMAT % number) if np.isfinite(number) else text
