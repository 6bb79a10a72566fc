"""
``plan.gpkg``: the plan as layers for QGIS and other geographic programs.

Layers ``sites``, ``consumers`` (those in reach of a site, connected or not), ``projects``,
``edges``, ``links`` and ``streets`` (the background), in the plan's metric CRS. Rows without
geometry, such as unreachable consumers, are kept. The file says whose data it rests on, what every
column means and in which unit, and how QGIS is to draw each layer. Equal plans give equal bytes.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyogrio

from ..results import in_order, with_registry_columns
from .columns import describe_package
from .looks import PLAN_LABELS, plan_looks
from .qml import KIND_OF_GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from ..results import FinishedPlan
    from .qml import Look

# QGIS before 3.28 calls newer GeoPackage versions partially supported.
GEOPACKAGE_VERSION = "1.2"
RESERVED_NAMES = {"fid", "geom"}
TABLE_OF_LAYER = {
    "sites": "sites",
    "consumers": "connections",
    "projects": "projects",
    "edges": "edges",
    "links": "links",
    "streets": "streets",
}
"""Table of the column registry behind each layer."""
DESCRIPTIONS = {
    "sites": "Data centres",
    "consumers": "Consumers in reach of a data centre, connected or not, with the reason",
    "projects": "One heat network per data centre, ranked",
    "edges": "Trench sections of all networks, with pipe size and cost",
    "links": "Each data centre with each consumer in reach, ranked; "
    "rows without geometry say in status and reason why",
    "streets": "Streets of the area, the background of map and report",
}


def write_layers(plan: FinishedPlan, path: Path) -> None:
    """
    Write all layers of a plan into one GeoPackage.

    Parameters
    ----------
    plan
        A finished plan.
    path
        File to write; replaced if it exists.

    Raises
    ------
    ValueError
        If a table lacks a column of the registry.

    Notes
    -----
    GDAL stamps the time of writing into the file unless told a date; it is told the date of the
    data, or a fixed one, so that equal plans give equal bytes.
    """
    tables = {
        "sites": in_order(plan.inputs.sites, "sites"),
        "consumers": _result(plan.connections, "connections"),
        "projects": _result(plan.projects, "projects"),
        "edges": _result(plan.edges, "edges"),
        "links": _result(plan.links, "links"),
        "streets": background(plan.inputs.roads),
    }
    about = {"ATTRIBUTION": plan.inputs.attribution, "DATA_DATE": plan.inputs.data_date}
    about |= {"PRICE_BASE": plan.money, "SUMMARY": plan.summary}
    write_package(
        tables,
        path,
        crs=plan.crs,
        about=about,
        descriptions=DESCRIPTIONS,
        registry=TABLE_OF_LAYER,
        looks=plan_looks(),
        labels=PLAN_LABELS,
    )


def background(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Streets with the one column that maps draw them by.

    Parameters
    ----------
    roads
        Street lines with what else is known of them.

    Returns
    -------
    streets
        Column ``highway``, blank where the class is not known, and the lines.
    """
    streets: gpd.GeoDataFrame = roads.reindex(columns=["highway", roads.geometry.name])
    return streets.reset_index(drop=True)


def write_package(
    tables: Mapping[str, gpd.GeoDataFrame],
    path: Path,
    *,
    crs: Any,
    about: Mapping[str, str],
    descriptions: Mapping[str, str],
    registry: Mapping[str, str],
    looks: Mapping[str, Sequence[Look]],
    labels: Mapping[str, str],
) -> None:
    """
    Write tables as the layers of one GeoPackage, equal tables giving equal bytes.

    Parameters
    ----------
    tables
        Table of each layer, its rows in order.
    path
        File to write; replaced if it exists.
    crs
        Metric CRS of the file.
    about
        Metadata of every layer; ``DATA_DATE`` stands in for the time of writing, ``PRICE_BASE``
        is that of columns of money.
    descriptions
        What each layer is.
    registry
        Table of the column registry behind each layer, whence long names and units.
    looks
        How QGIS draws each layer.
    labels
        Expression that labels a layer.
    """
    path.unlink(missing_ok=True)
    stamp = f"{_day(about['DATA_DATE'])}T00:00:00.000Z"
    with _dated(stamp):
        for layer, table in tables.items():
            known = table if table.crs else table.set_crs("EPSG:4326")
            _write_layer(
                known.to_crs(crs), path, layer=layer, about=about, description=descriptions[layer]
            )
    describe_package(
        path,
        tables=registry,
        looks=looks,
        labels=labels,
        shapes={layer: _shapes(table) for layer, table in tables.items()},
        money=about.get("PRICE_BASE", ""),
        stamp=stamp,
    )


def _shapes(table: gpd.GeoDataFrame) -> list[str]:
    """Kinds of shapes in a table; where there is none yet, any may come."""
    kinds = table.geom_type.dropna().str.removeprefix("Multi").unique()
    return [kind for kind in KIND_OF_GEOMETRY if kind in kinds] or list(KIND_OF_GEOMETRY)


def _result(frame: gpd.GeoDataFrame, table: str) -> Any:
    """A result table with the registry's columns and in its one order."""
    return in_order(with_registry_columns(frame, table), table)


def _write_layer(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    layer: str,
    about: Mapping[str, str],
    description: str,
) -> None:
    """Append one layer; a layer of one shape says so, a mixed one takes any shape."""
    kinds = set(frame.geom_type.dropna().str.removeprefix("Multi"))
    whole = frame.geom_type.dropna().str.startswith("Multi").any()
    kind = kinds.pop() if len(kinds) == 1 else "Unknown"
    pyogrio.write_dataframe(
        _storable(frame),
        path,
        layer=layer,
        driver="GPKG",
        append=False,
        geometry_type=f"Multi{kind}" if whole and kind != "Unknown" else kind,
        promote_to_multi=bool(whole and kind != "Unknown"),
        dataset_options={"VERSION": GEOPACKAGE_VERSION},
        layer_options={"DESCRIPTION": description, "SPATIAL_INDEX": "YES"},
        layer_metadata=dict(about),
    )


def _storable(frame: gpd.GeoDataFrame) -> Any:
    """The frame with names and cells a GeoPackage can hold: unique names, no lists in cells."""
    renamed = frame.rename(columns=_storable_names(list(frame.columns), frame.geometry.name))
    for column in renamed.columns.drop(renamed.geometry.name):
        if pd.api.types.is_object_dtype(renamed[column]) or pd.api.types.is_string_dtype(
            renamed[column]
        ):
            renamed[column] = renamed[column].map(_storable_cell)
    return renamed


def _storable_cell(value: Any) -> Any:
    """A text for whatever is not a plain cell."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, (bool, int, float)):
        return value
    return None if value is None or value is pd.NA or value is pd.NaT else str(value)


def _storable_names(names: list[str], geometry: str) -> dict[str, str]:
    """Column names that differ in more than case and leave GDAL its own names."""
    taken = set(RESERVED_NAMES)
    storable = {}
    for name in names:
        if name == geometry:
            continue
        base = str(name).replace("\0", "").strip() or "column"
        chosen, number = base, 2
        while chosen.lower() in taken:
            chosen, number = f"{base}_{number}", number + 1
        taken.add(chosen.lower())
        storable[name] = chosen
    return storable


def _day(data_date: str) -> str:
    """The date of the data, or a fixed one."""
    found = re.match(r"\d{4}-\d{2}-\d{2}", data_date)
    return found.group() if found else "2000-01-01"


@contextmanager
def _dated(stamp: str) -> Iterator[None]:
    """Make GDAL stamp the date of the data instead of the time of writing."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
