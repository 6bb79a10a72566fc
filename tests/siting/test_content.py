"""What inputs say: digests that hold for any order of rows, and for no other content."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from heatreach.network import StreetGraph
from heatreach.siting.content import content_of

SITES: dict[str, list[Any]] = {"id": ["a", "b"], "name": ["x", None], "it_load_kw": [1.0, np.nan]}


def streets() -> StreetGraph:
    """Two streets of one segment each."""
    return StreetGraph(
        crs=CRS.from_epsg(32635),
        node_id=np.arange(3),
        x=np.array([0.0, 100.0, 200.0]),
        y=np.zeros(3),
        level_crossing=np.array([False, True, False]),
        tail=np.array([0, 1]),
        head=np.array([1, 2]),
        length_m=np.array([100.0, 100.0]),
        way=np.array([0, 1]),
        bore=np.array(["", "rail"], dtype=object),
        ways=pd.DataFrame({"way_id": [1, 2], "name": ["a|b", "d"], "surface": ["c", "e"]}),
    )


def contents(sites: dict[str, list[Any]], graph: StreetGraph | None = None) -> dict[str, str]:
    """Digests of made-up inputs."""
    places = gpd.points_from_xy(range(len(sites["id"])), [0.0] * len(sites["id"]))
    frame = gpd.GeoDataFrame(sites, geometry=places, crs=32635)
    inputs: Any = SimpleNamespace(
        hashes={},
        sites=frame,
        everywhere=frame,
        barriers=frame.iloc[:0],
        streets=graph or streets(),
    )
    return content_of(inputs)


def test_negative_line_breaks_in_cells_do_not_make_rows_equal() -> None:
    # Cut at every line break and sorted, both are the same lines.
    first = contents(SITES | {"name": ["p\nq\nr", "s\nt\nu"]})
    second = contents(SITES | {"name": ["p\nt\nr", "s\nq\nu"]})
    assert first["sites"] != second["sites"]
    assert first["streets"] == second["streets"]


@pytest.mark.parametrize(
    "other",
    [
        SITES | {"name": ["x", "null"]},
        SITES | {"name": ["x", ""]},
        SITES | {"name": ["x", "None"]},
        SITES | {"it_load_kw": ["1.0", None]},
        SITES | {"it_load_kw": [1.0, 0.0]},
        SITES | {"name": ["x,1.0", None]},
        {"id": ["a", "b"], "label": ["x", None], "it_load_kw": [1.0, np.nan]},
    ],
)
def test_negative_other_cells_are_another_content(other: dict[str, list[Any]]) -> None:
    assert contents(other)["sites"] != contents(SITES)["sites"]


@pytest.mark.parametrize(
    "change",
    [
        {"level_crossing": np.zeros(3, dtype=bool)},
        {"bore": np.array(["rail", ""], dtype=object)},
        {"bore": np.array(["", "water"], dtype=object)},
        {"crs": CRS.from_epsg(32634)},
        {"length_m": np.array([100.0, 101.0])},
        {"x": np.array([0.0, 100.0, 200.0000001])},
        {"ways": streets().ways.assign(name=["a", "d"], surface=["b|c", "e"])},
        {"ways": streets().ways.rename(columns={"surface": "highway"})},
        {"ways": streets().ways.assign(name=["d", "a|b"])},
    ],
)
def test_negative_other_streets_are_another_content(change: dict[str, Any]) -> None:
    other = contents(SITES, dataclasses.replace(streets(), **change))
    assert other["streets"] != contents(SITES)["streets"]


def test_property_order_of_rows_and_ends_does_not_count() -> None:
    turned: dict[str, Any] = {
        "tail": np.array([2, 0]),
        "head": np.array([1, 1]),
        "way": np.array([0, 1]),
        "bore": np.array(["rail", ""], dtype=object),
        "ways": streets().ways.iloc[::-1].reset_index(drop=True),
    }
    mixed = {name: cells[::-1] for name, cells in SITES.items()}
    one, other = contents(SITES), contents(SITES, dataclasses.replace(streets(), **turned))
    assert one["streets"] == other["streets"]
    frame = gpd.GeoDataFrame(mixed, geometry=gpd.points_from_xy([1, 0], [0.0, 0.0]), crs=32635)
    inputs: Any = SimpleNamespace(
        hashes={}, sites=frame, everywhere=frame, barriers=frame.iloc[:0], streets=streets()
    )
    assert content_of(inputs) == one
