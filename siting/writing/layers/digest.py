"""
A hash of what the layers of a GeoPackage say, not of its bytes.

Programs change the bytes of a GeoPackage when they only look at it (QGIS switches its journal, and
keeps styles in it); rows, names and shapes of the layers stay. This hash is over those.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LIST_OF_LAYERS = "gpkg_geometry_columns"


def layers_digest(path: Path) -> str:
    """
    Hash of the rows of every map layer.

    Parameters
    ----------
    path
        A GeoPackage; nothing is written, not even beside it.

    Returns
    -------
    digest
        SHA-256.

    Raises
    ------
    sqlite3.Error
        If the file is no database, is damaged or names no layers.

    Notes
    -----
    Only tables count. A view can run without end, so none is asked for its rows.
    """
    digest = hashlib.sha256()
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        database.text_factory = bytes
        for (layer,) in _layers(database):
            # Names of tables cannot be parameters: quotes in them are doubled.
            name = layer.decode("utf-8", errors="replace").replace('"', '""')
            rows = database.execute(f'SELECT * FROM "{name}" ORDER BY 1')
            digest.update(repr((layer, [column[0] for column in rows.description])).encode())
            for row in rows:
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _layers(database: sqlite3.Connection) -> list[tuple[bytes]]:
    """Names of the tables that are layers; the list of layers must be a table itself."""
    listed = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    if database.execute(listed, (LIST_OF_LAYERS,)).fetchone() != (1,):
        raise sqlite3.DatabaseError("it has no list of layers")
    names = (
        "SELECT DISTINCT master.name FROM sqlite_master AS master "
        f"JOIN {LIST_OF_LAYERS} AS layers ON layers.table_name = master.name "
        "WHERE master.type = 'table' AND master.sql NOT LIKE 'CREATE VIRTUAL%' "
        "ORDER BY master.name"
    )
    return database.execute(names).fetchall()
