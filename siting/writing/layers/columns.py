"""
What a GeoPackage says of itself: long name and unit of every column, and a style per layer.

Columns are described by the schema extension of the GeoPackage standard (``gpkg_data_columns``),
which GDAL and QGIS show as alias and comment; styles stand in the table ``styles``, from
which QGIS takes the default look of a layer when it is opened. Both are written after the layers.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from ..sheets import data_dictionary
from .qml import qml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .qml import Look

STYLES = "layer_styles"
STYLE_NAME = "heatreach"
# Definitions of the GeoPackage standard (schema extension) and of QGIS.
SCHEMA_TABLES = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
 name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
 CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
 CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL,
 constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC,
 max_is_inclusive BOOLEAN, description TEXT,
 CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE IF NOT EXISTS layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
 f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
 f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
 useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME);
"""
SCHEMA_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"


def describe_package(
    path: Path,
    *,
    tables: Mapping[str, str],
    looks: Mapping[str, Sequence[Look]],
    labels: Mapping[str, str],
    shapes: Mapping[str, Sequence[str]],
    money: str,
    stamp: str,
) -> None:
    """
    Put long names, units and styles into a finished GeoPackage.

    Parameters
    ----------
    path
        The file.
    tables
        Table of the column registry behind each layer.
    looks
        How each layer is drawn; one without looks keeps QGIS's own.
    labels
        Expression that labels a layer.
    shapes
        Kinds of shapes in each layer.
    money
        Currency and price base of the study; blank where nothing is money.
    stamp
        Date and time that stand for the time of writing.
    """
    with closing(sqlite3.connect(path)) as file, file:
        # A script ends the transaction before it, so it goes first.
        file.executescript(SCHEMA_TABLES)
        _register(file, stamp)
        for layer, table in tables.items():
            names = _long_names(file, layer, table, money)
            file.executemany(
                "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
                [(layer, column, *texts) for column, texts in names.items()],
            )
            aliases = {column: title for column, (_, title, _) in names.items()}
            if looks.get(layer):
                style = qml(
                    looks[layer],
                    shapes[layer],
                    aliases=aliases,
                    label=labels.get(layer, ""),
                )
                file.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                    "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, "
                    "owner, ui, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', "
                    "NULL, ?)",
                    (layer, STYLE_NAME, style, f"Default look of {layer}", stamp),
                )


def _register(file: sqlite3.Connection, stamp: str) -> None:
    """Name the tables in the contents and extensions of the file."""
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "srs_id) VALUES (?, 'attributes', ?, 'Styles for QGIS', ?, 0)",
        (STYLES, STYLES, stamp),
    )
    file.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [
            (name, SCHEMA_EXTENSION)
            for name in ("gpkg_data_columns", "gpkg_data_column_constraints")
        ],
    )


def _long_names(
    file: sqlite3.Connection, layer: str, table: str, money: str
) -> dict[str, tuple[str, str, str]]:
    """Unique name, title and description of each column of a layer that the registry knows."""
    dictionary = data_dictionary(money, tables=[table]).set_index("column")
    # Names of tables cannot be parameters; ours are plain words.
    stored = [row[1] for row in file.execute(f'PRAGMA table_info("{layer}")')]
    names: dict[str, tuple[str, str, str]] = {}
    taken = set()
    for column in stored:
        if column not in dictionary.index or dictionary.loc[column, "kind"] == "geometry":
            continue
        row = dictionary.loc[column]
        unit = row["price_base"] and row["unit"].replace(money.split()[0], money)
        title = long_name(row["description"], unit or row["unit"])
        name = title if title not in taken else f"{title} ({column})"
        taken.add(name)
        names[column] = (name, title, _whole_text(row["description"], unit or row["unit"]))
    return names


def long_name(description: str, unit: str) -> str:
    """
    Heading of a column for people: what it is, and its unit.

    Parameters
    ----------
    description
        Of the column registry; what follows a semicolon or colon is left to the full text.
    unit
        Blank or ``dimensionless`` for none.

    Returns
    -------
    name
        One line.

    Examples
    --------
    >>> long_name("Place in the ranking; blank for projects not worth building", "")
    'Place in the ranking'
    >>> long_name("Length of all trenches", "m")
    'Length of all trenches [m]'
    """
    head = description.split(";")[0].split(":")[0].strip()
    return head if unit in ("", "dimensionless") else f"{head} [{unit}]"


def _whole_text(description: str, unit: str) -> str:
    """The whole description with the unit."""
    return f"{description}. Unit: {unit}" if unit else description
