"""GeoPackages say what their columns mean and how QGIS is to draw them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

import pytest

from heatreach.data import load_table
from heatreach.siting.writing.layers.columns import long_name
from heatreach.siting.writing.layers.geopackage import TABLE_OF_LAYER, write_layers
from heatreach.siting.writing.layers.looks import plan_looks
from heatreach.siting.writing.layers.qml import Look, qml
from heatreach.siting.writing.layers.zone_layers import DESCRIPTIONS, write_zone_layers
from heatreach.siting.writing.maps.classes import PIPE_CLASSES, pipe_class

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = "'\"; DROP TABLE x; --<img src=x onerror=alert(1)>&amp;]]>"
QGIS_SCRIPT = Path(__file__).parent / "qgis_layers.py"
PYTHONS = ("/usr/bin/python3", "python3")


def asked(path: Path, question: str) -> list[Any]:
    """Rows of a question to the file as it stands."""
    with closing(sqlite3.connect(path)) as file:
        return file.execute(question).fetchall()


@pytest.fixture(scope="module")
def plan_file(plan_maker: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layers of a plan in which every name is hostile."""
    path = tmp_path_factory.mktemp("plan") / "plan.gpkg"
    write_layers(plan_maker(24, name=lambda i: f"{HOSTILE} {i}"), path)
    return path


@pytest.fixture(scope="module")
def zones_file(zones_maker: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layers of zones in which every name is hostile."""
    path = tmp_path_factory.mktemp("zones") / "zones.gpkg"
    write_zone_layers(zones_maker(24, name=lambda i: f"{HOSTILE} {i}"), path)
    return path


def test_docs_every_result_column_has_a_long_name_with_its_unit(plan_file: Path) -> None:
    """All columns of the registry that stand in a layer, under their own names."""
    registry = load_table("columns")
    registry = registry[(registry["kind"] != "geometry") & (registry["required"] != "check")]
    for layer, table in TABLE_OF_LAYER.items():
        stored = {row[1] for row in asked(plan_file, f'PRAGMA table_info("{layer}")')}
        known = set(registry.loc[registry["table"] == table, "column"]) & stored
        rows = asked(
            plan_file,
            f"SELECT column_name, title FROM gpkg_data_columns WHERE table_name='{layer}'",
        )
        assert {column for column, _ in rows} == known
        assert known
    wanted = "SELECT title, description FROM gpkg_data_columns WHERE table_name='projects'"
    (found,) = asked(plan_file, f"{wanted} AND column_name='lcoh_per_mwh'")
    title = "Levelised cost of heat delivered [EUR 2024/MWh]"
    text = "Levelised cost of heat delivered; grant and connection charges not taken off"
    assert found == (title, f"{text}. Unit: EUR 2024/MWh")


def test_golden_long_names() -> None:
    assert long_name("Design flow; at the pump", "kg/s") == "Design flow [kg/s]"
    assert long_name("Share of it: all", "dimensionless") == "Share of it"


def test_styles_are_registered_and_whole(plan_file: Path, zones_file: Path) -> None:
    """One default style per layer, well-formed, without a text of the inputs."""
    for path, layers in ((plan_file, list(TABLE_OF_LAYER)), (zones_file, list(DESCRIPTIONS))):
        rows = asked(path, "SELECT f_table_name, useAsDefault, styleQML FROM layer_styles")
        assert sorted(name for name, *_ in rows) == sorted(layers)
        for _, default, style in rows:
            assert default == 1
            assert "DROP TABLE" not in style
            root = Xml.fromstring(style)
            symbols = root.findall("renderer-v2/symbols/symbol")
            rules = root.findall("renderer-v2/rules/rule")
            assert len(symbols) == len(rules) > 0
        contents = dict(asked(path, "SELECT table_name, data_type FROM gpkg_contents"))
        assert contents["layer_styles"] == "attributes"
        extensions = asked(path, "SELECT table_name, extension_name FROM gpkg_extensions")
        assert ("gpkg_data_columns", "gpkg_schema") in extensions
        assert asked(path, "PRAGMA integrity_check") == [("ok",)]
        assert asked(path, "PRAGMA foreign_key_check") == []


def test_style_escapes_texts() -> None:
    style = qml([Look(label=HOSTILE)], ["LineString"], aliases={"a": HOSTILE}, label="")
    root = Xml.fromstring(style)
    rule, alias = root.find("renderer-v2/rules/rule"), root.find("aliases/alias")
    assert rule is not None
    assert alias is not None
    assert rule.get("label") == alias.get("name") == HOSTILE


def test_property_second_cue_tells_every_class_apart() -> None:
    """Without colour too: width and dashes of pipes, shape and hatch of uses."""
    looks = plan_looks()
    assert len({(look.width, look.dashes) for look in looks["edges"]}) == len(looks["edges"])
    consumers = looks["consumers"]
    assert len({look.pattern for look in consumers}) == len(consumers)
    assert len({look.shape for look in consumers[:-1]}) == len(consumers) - 1


@cache
def python_with_qgis() -> str:
    """A Python that has QGIS; blank if there is none."""
    for name in PYTHONS:
        try:
            done = subprocess.run(
                [name, "-c", "import qgis.core"], capture_output=True, timeout=60, check=False
            )
        except OSError:
            continue
        if done.returncode == 0:
            return name
    return ""


def seen_by_qgis(path: Path) -> dict[str, Any]:
    """What QGIS makes of a file."""
    if not python_with_qgis():
        pytest.skip("no Python with QGIS here (Debian: python3-qgis)")
    quiet = {"QT_QPA_PLATFORM": "offscreen", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [python_with_qgis(), str(QGIS_SCRIPT), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**quiet, "HOME": str(path.parent)},
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_qgis_opens_a_plan_styled(plan_file: Path, plan_maker: Callable[..., Any]) -> None:
    """Every layer draws something by our rules, and each pipe in the class the map gives it."""
    seen = seen_by_qgis(plan_file)
    assert {name.split()[0] for name in seen} == set(TABLE_OF_LAYER)
    for name, layer in seen.items():
        assert layer["valid"], name
        assert layer["crs"] == "EPSG:32635"
        assert layer["style"] == ["Loaded from Provider", True]
        assert layer["errors"] == []
        assert layer["ink"] > 20, name
    edges = next(layer for name, layer in seen.items() if name.startswith("edges"))
    wanted = Counter(PIPE_CLASSES[pipe_class(dn)][1] for dn in plan_maker(24).edges["dn"])
    assert {label: count for label, count in edges["drawn"].items() if count} == wanted
    assert edges["alias"]["length_m"] == "Length of the section [m]"
    consumers = next(layer for name, layer in seen.items() if name.startswith("consumers"))
    assert consumers["drawn"]["Not connected"] == 12
    assert sum(consumers["drawn"].values()) == 24
    sites = [layer for name, layer in seen.items() if name.startswith("sites")]
    assert sum(layer["drawn"]["Hypothetical data centre"] for layer in sites) == 1
    assert sum(layer["drawn"]["Data centre"] for layer in sites) == 1
    assert all(layer["labelled"] for layer in sites)


def test_qgis_opens_zones_styled(zones_file: Path, zones_maker: Callable[..., Any]) -> None:
    seen = seen_by_qgis(zones_file)
    assert {name.split()[0] for name in seen} == set(DESCRIPTIONS)
    for name, layer in seen.items():
        assert layer["valid"], name
        assert layer["style"] == ["Loaded from Provider", True]
        assert layer["errors"] == []
    zones = next(layer for name, layer in seen.items() if name.startswith("zones "))
    rules = zones_maker(24).zones["rule"].value_counts().to_dict()
    drawn = {label.split(":")[0]: count for label, count in zones["drawn"].items() if count}
    assert drawn == rules
    cells = next(layer for name, layer in seen.items() if name.startswith("heat_cells"))
    assert sum(cells["drawn"].values()) == cells["rows"] == 8
