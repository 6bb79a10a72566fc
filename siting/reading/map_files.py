"""
Map formats: GeoJSON, GeoParquet, GeoPackage and whatever else GDAL reads for us.

Geometries that cannot be read become None and are marked; the coordinate system is the declared
one, or None. GeoJSON is read by the JSON parser itself, so that no other GDAL driver can be
reached through it; a GeoPackage is checked page by page first. Shapefiles are in `archives`.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from .findings import examples, printable
from .raw import (
    ACCEPTED,
    RawTable,
    check_rows,
    chosen_title,
    decoded,
    refusal,
    refuse_repeated,
)

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


def read_geojson(path: Path) -> RawTable:
    """
    Read GeoJSON by the JSON parser itself: nothing but features can hide in it.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    table
        Features in file order.

    Raises
    ------
    InputError
        If it is no GeoJSON feature collection.
    """
    text = decoded(path)
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        what = f"is damaged or incomplete JSON ({error.msg})"
        where = f"line {error.lineno}, column {error.colno}"
        raise refusal(path.name, what, "export or download it again", where=where) from error
    features = _features(path.name, content)
    cells = [feature.get("properties") for feature in features]
    properties = [cell if isinstance(cell, dict) else {} for cell in cells]
    frame = pd.DataFrame(properties, index=pd.RangeIndex(len(features)), dtype=object)
    if "id" not in frame and any("id" in f for f in features):
        frame["id"] = pd.Series([f.get("id") for f in features], dtype=object)
    refuse_repeated(path.name, [str(c) for c in frame.columns])
    shapes = [f.get("geometry") for f in features]
    geometry = shapely.from_geojson([json.dumps(s) for s in shapes], on_invalid="ignore")
    unreadable = shapely.is_missing(geometry) & np.array(
        [s is not None for s in shapes], dtype=bool
    )
    crs, crs_text = _declared_crs(content.get("crs"))
    return RawTable(
        file=path.name,
        frame=frame,
        rows=np.arange(1, len(frame) + 1),
        row_word="feature",
        geometry=geometry,
        unreadable=unreadable,
        crs=crs,
        crs_text=crs_text,
    )


def read_parquet(path: Path) -> RawTable:
    """
    Read GeoParquet; its own metadata names geometry and coordinate system.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    table
        Features in file order.

    Raises
    ------
    InputError
        If it has no geometry metadata or does not store well-known binary.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=False) as handle:
        metadata = handle.schema_arrow.metadata or {}
        if b"geo" not in metadata:
            advice = "write it with geopandas or GDAL as GeoParquet"
            raise refusal(path.name, "is Parquet without geometry metadata", advice)
        geo = json.loads(metadata[b"geo"])
        primary = geo["columns"][geo["primary_column"]]
        if primary.get("encoding") != "WKB":
            what = f"stores its geometry as {examples([primary.get('encoding')])}"
            raise refusal(path.name, what, "write it with WKB geometry")
        check_rows(path.name, handle.metadata.num_rows)
        table = handle.read().replace_schema_metadata(None)
    wkb = table.column(geo["primary_column"]).to_numpy(zero_copy_only=False)
    others = [c for c in table.column_names if c not in geo["columns"]]
    crs, text = _crs(primary["crs"]) if "crs" in primary else _crs("OGC:CRS84")
    refuse_repeated(path.name, others)
    return _from_wkb(path.name, table.select(others).to_pandas(), wkb, crs, text)


def read_gpkg(path: Path, layer: str) -> RawTable:
    """
    Read a GeoPackage, checked page by page and opened as immutable: nothing appears beside it.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer to prefer where there are several.

    Returns
    -------
    table
        Features of the layer.

    Raises
    ------
    InputError
        If it is damaged, has unsaved changes, or the layer is a view or cannot be told.
    """
    for suffix in ("-wal", "-journal"):
        log = path.with_name(path.name + suffix)
        if log.exists() and log.stat().st_size:
            what = f"has unsaved changes beside it ({printable(log.name)})"
            raise refusal(path.name, what, "close the program that has it open, or save a copy")
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        fault = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            what = f"is damaged ({printable(str(fault))[:120]})"
            raise refusal(path.name, what, "restore it from a copy, or export it again")
        kinds = dict(database.execute("SELECT name, type FROM sqlite_master"))
        listed = [kind for name, kind in kinds.items() if name.lower() == "gpkg_geometry_columns"]
        if listed != ["table"] and listed:
            what = "keeps its list of layers in a view, which could run anything"
            raise refusal(path.name, what, "export it again as GeoPackage")
        layers = [n for (n,) in database.execute("SELECT table_name FROM gpkg_geometry_columns")]
    chosen = chosen_title(path.name, "map layer", layers, layer)
    if kinds.get(chosen) != "table":
        what = f"layer '{printable(chosen)}' is no table but a view, which could run anything"
        raise refusal(path.name, what, "export the layer as a table")
    return read_gdal(path, chosen, "GPKG", IMMUTABLE="YES")


def read_gdal(path: Path, layer: str | None, driver: str, **options: str) -> RawTable:
    """
    Read a layer of a file whose format has been made sure of.

    Parameters
    ----------
    path
        The file.
    layer
        Its layer; None for the only one.
    driver
        GDAL driver that the file must belong to.
    **options
        Open options of the driver.

    Returns
    -------
    table
        Features in file order.

    Raises
    ------
    InputError
        If the file belongs to another driver or has too many rows.
    """
    import pyogrio

    info = pyogrio.read_info(path, layer=layer, **options)
    if info["driver"] != driver:
        raise refusal(path.name, f"is a {info['driver']} file", f"accepted are {ACCEPTED}")
    check_rows(path.name, int(info["features"]))
    meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer, **options)
    refuse_repeated(path.name, meta["fields"])
    frame = pd.DataFrame(
        {str(f): pd.Series(c) for f, c in zip(meta["fields"], columns, strict=True)},
        index=pd.RangeIndex(len(wkb)),
    )
    crs, text = _crs(info["crs"])
    return _from_wkb(path.name, frame, wkb, crs, text)


def _features(name: str, content: Any) -> list[dict[str, Any]]:
    """Features of a GeoJSON object, or its refusal."""
    if content.get("type") == "Feature":
        content = {"type": "FeatureCollection", "features": [content]}
    features = content.get("features")
    if content.get("type") != "FeatureCollection" or not isinstance(features, list):
        what = f"is JSON but no GeoJSON FeatureCollection (type {examples([content.get('type')])})"
        raise refusal(name, what, "export it as GeoJSON")
    return [f if isinstance(f, dict) else {} for f in features]


def _refuse_constant(word: str) -> float:
    """Refuse the words NaN and Infinity, which are not JSON."""
    raise ValueError(f"{word} is not allowed in JSON; leave the value out or write null")


def _declared_crs(member: Any) -> tuple[CRS | None, str]:
    """Coordinate system of the old 'crs' member; WGS 84 without one."""
    if member is None:
        return CRS.from_epsg(4326), "EPSG:4326"
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else member
    return _crs(name)


def _crs(given: Any) -> tuple[CRS | None, str]:
    """Coordinate system from what a file declares; None if nobody knows it."""
    if given is None:
        return None, ""
    text = given if isinstance(given, str) else json.dumps(given)
    try:
        crs = CRS.from_user_input(given)
    except CRSError:
        return None, printable(text)[:80]
    authority = crs.to_authority(min_confidence=100)
    if not (crs.is_geographic or crs.is_projected) or "undefined" in crs.name.casefold():
        return None, ""
    return crs, ":".join(authority) if authority else crs.name


def _from_wkb(
    name: str, frame: pd.DataFrame, wkb: npt.NDArray[np.object_], crs: CRS | None, crs_text: str
) -> RawTable:
    """Make a table of attributes and geometry bytes; broken geometries become None."""
    try:
        geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        geometry = np.array([_one_wkb(w) for w in wkb], dtype=object)
    return RawTable(
        file=name,
        frame=frame.reset_index(drop=True),
        rows=np.arange(1, len(frame) + 1),
        row_word="feature",
        geometry=geometry,
        unreadable=shapely.is_missing(geometry) & ~pd.isna(wkb),
        crs=crs,
        crs_text=crs_text,
    )


def _one_wkb(wkb: bytes | None) -> shapely.Geometry | None:
    """One geometry; None for the curved types that GEOS does not know."""
    try:
        shape = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        return None
    return shape
