"""The GeoPackage: every layer, every row, equal bytes."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import pytest

from heatreach.data import load_table
from heatreach.siting.writing.layers.geopackage import write_layers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


LAYERS = {
    "sites": "sites",
    "consumers": "connections",
    "projects": "projects",
    "edges": "edges",
    "links": "links",
    "streets": "streets",
}


def listed(path: Path) -> list[str]:
    """Names of the layers, without the table of their styles."""
    return [name for name, _ in pyogrio.list_layers(path) if name != "layer_styles"]


def test_docs_layers_hold_the_registry(made_plan: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    write_layers(made_plan, path)
    assert listed(path) == list(LAYERS)
    registry = load_table("columns")
    for layer, table in LAYERS.items():
        frame = gpd.read_file(path, layer=layer)
        assert frame.crs == made_plan.crs
        if table not in ("sites", "streets"):
            wanted = registry.loc[registry["table"] == table, "column"].tolist()
            assert list(frame.columns[: len(wanted)]) == wanted


def test_docs_layers_are_credited(made_plan: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    write_layers(made_plan, path)
    for layer in LAYERS:
        about = pyogrio.read_info(path, layer=layer)["layer_metadata"]
        assert about["ATTRIBUTION"] == "© OpenStreetMap contributors, ODbL 1.0"
        assert about["PRICE_BASE"] == "EUR 2024"
        assert about["DESCRIPTION"]


def test_property_layers_keep_values_and_rows_without_geometry(
    made_plan: Any, tmp_path: Path
) -> None:
    path = tmp_path / "plan.gpkg"
    write_layers(made_plan, path)
    links = gpd.read_file(path, layer="links")
    assert len(links) == len(made_plan.links)
    assert links.geometry.isna().tolist() == [False] * (len(links) - 1) + [True]
    assert links["heat_mwh"].tolist() == made_plan.links["heat_mwh"].tolist()
    assert links["status"].iloc[-1] == "unreachable"
    sites = gpd.read_file(path, layer="sites")
    assert sorted(sites.geom_type) == ["Point", "Polygon"]
    assert sites["remark"].tolist() == ["kept", "too"]


def test_property_layers_have_equal_bytes(plan_maker: Callable[..., Any], tmp_path: Path) -> None:
    first, second = tmp_path / "first.gpkg", tmp_path / "second.gpkg"
    write_layers(plan_maker(12), first)
    time.sleep(1.1)
    plan = plan_maker(12)
    shuffled = plan.links.sample(frac=1, random_state=1).reset_index(drop=True)
    write_layers(dataclasses.replace(plan, links=shuffled), second)
    assert first.read_bytes() == second.read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_property_layers_accept_any_column_name(
    plan_maker: Callable[..., Any], tmp_path: Path
) -> None:
    hostile = '"); DROP TABLE sites; --'
    plan = plan_maker(6, name=lambda i: f"'\"; DROP TABLE x; -- {i}", extra_column=hostile)
    sites = plan.inputs.sites.assign(fid=[7, 7], NAME=["a", "b"], mixed=[["x"], {"y": 1}])
    inputs = dataclasses.replace(plan.inputs, sites=sites)
    path = tmp_path / "plan.gpkg"
    write_layers(dataclasses.replace(plan, inputs=inputs), path)
    back = gpd.read_file(path, layer="sites")
    assert back[hostile].tolist() == ["kept", "too"]
    assert back["fid_2"].tolist() == [7, 7]
    assert back["NAME_2"].tolist() == ["a", "b"]
    assert back["mixed"].tolist() == ["['x']", "{'y': 1}"]
    assert listed(path) == list(LAYERS)


def test_property_empty_tables_become_empty_layers(made_plan: Any, tmp_path: Path) -> None:
    bare = gpd.GeoDataFrame(geometry=[], crs=made_plan.crs)
    plan = dataclasses.replace(made_plan, links=bare, projects=bare, edges=bare, connections=bare)
    path = tmp_path / "plan.gpkg"
    write_layers(plan, path)
    assert listed(path) == list(LAYERS)
    assert len(gpd.read_file(path, layer="links")) == 0


def test_layers_rejects_missing_columns(made_plan: Any, tmp_path: Path) -> None:
    plan = dataclasses.replace(made_plan, edges=made_plan.edges.drop(columns=["dn", "capex"]))
    with pytest.raises(ValueError, match="'edges' lacks the columns dn, capex"):
        write_layers(plan, tmp_path / "plan.gpkg")
