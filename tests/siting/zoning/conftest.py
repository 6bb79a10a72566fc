"""Twelve buildings on a street, small enough to work every rule by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from heatreach.network import street_graph
from heatreach.siting import Inputs, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

CRS = "EPSG:32630"
EAST, NORTH = 500_000.0, 6_200_000.0
SETBACK_M = 10.0
"""Every building is a point this far south of the street: its service pipe."""

# One street of 1,100 m with side streets at 300 and 700 m, so three sections of 300, 400 and 400 m.
JUNCTIONS = (300.0, 700.0)
LENGTH = 1100.0

# id, place along the street [m], heat [MWh/yr], use, sector, where the heat comes from, wet system,
# communal
BUILDINGS = [
    ("a", 50.0, 600.0, "school", "non-residential", "given", "", ""),
    ("b", 100.0, 500.0, "office", "non-residential", "metered: bills.csv", "yes", ""),
    ("c", 150.0, 40.0, "home", "residential", "benchmark, climate GB", "", ""),
    ("d", 200.0, 40.0, "home", "residential", "benchmark, climate GB", "", ""),
    ("e", 250.0, 40.0, "home", "residential", "benchmark, climate GB", "", ""),
    ("f", 350.0, 520.0, "hospital", "non-residential", "benchmark, climate GB", "no", ""),
    ("g", 400.0, 60.0, "flats", "residential", "benchmark, climate GB", "", "yes"),
    ("h", 600.0, 10.0, "home", "residential", "benchmark, climate GB", "", ""),
    ("i", 800.0, 30.0, "home", "residential", "benchmark, climate GB", "", ""),
    ("j", 850.0, 30.0, "home", "residential", "benchmark, climate GB", "", ""),
    ("k", 900.0, 30.0, "home", "residential", "benchmark, climate GB", "", ""),
    ("l", 1050.0, 90.0, "office", "non-residential", "benchmark, climate GB", "", ""),
]


def _consumers() -> gpd.GeoDataFrame:
    """Twelve buildings; low end 0.8 and high end 1.3 of an estimate, 0.95 and 1.05 if stated."""
    names = ["id", "along", "annual_heat_mwh", "use", "sector", "demand_source"]
    frame = pd.DataFrame(BUILDINGS, columns=[*names, "wet_system", "communal"])
    stated = ~frame["demand_source"].str.startswith("benchmark")
    heat = frame["annual_heat_mwh"]
    frame = frame.assign(
        name=np.where(frame["id"] == "a", "Mill Lane School", ""),
        heat_low_mwh=heat * np.where(stated, 0.95, 0.8),
        heat_high_mwh=heat * np.where(stated, 1.05, 1.3),
        confidence=np.where(stated, "high", np.where(frame["use"] == "home", "low", "medium")),
        peak_kw=heat / 2.0,
        peak_source="estimate",
        floor_area_m2=heat * 10.0,
        classified_by="tag: building",
        levels_source="tag",
        area_source="given",
        uprn="",
        parent_uprn="",
        site_id="",
        supply_degc=np.nan,
        return_degc=np.nan,
        counterfactual="",
    )
    places = [Point(EAST + along, NORTH - SETBACK_M) for along in frame["along"]]
    return gpd.GeoDataFrame(frame.drop(columns="along"), geometry=places, crs=CRS)


def _streets() -> gpd.GeoDataFrame:
    """The street, drawn from junction to junction, and its two side streets."""
    ends = [0.0, *JUNCTIONS, LENGTH]
    main = [LineString([(EAST + low, NORTH), (EAST + high, NORTH)]) for low, high in pairwise(ends)]
    side = [LineString([(EAST + x, NORTH), (EAST + x, NORTH + 60.0)]) for x in JUNCTIONS]
    return gpd.GeoDataFrame(
        {"highway": "residential", "name": ["Mill Lane"] * 3 + ["Kiln Row", "Oast Way"]},
        geometry=main + side,
        crs=CRS,
    )


def _sites() -> gpd.GeoDataFrame:
    """A data centre near the west end of the street."""
    return gpd.GeoDataFrame(
        {
            "id": ["s"],
            "name": ["Mill Lane data hall"],
            "it_load_kw": [200.0],
            "it_load_source": ["given"],
            "hypothetical": [True],
            "cooling": [""],
        },
        geometry=[Point(EAST + 20.0, NORTH - SETBACK_M)],
        crs=CRS,
    )


def make_inputs(
    consumers: gpd.GeoDataFrame | None = None,
    *,
    sites: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    scenario: Scenario | None = None,
    **changes: Any,
) -> Inputs:
    """Inputs of the twelve buildings without data centre, or of what is given instead."""
    loads = _consumers() if consumers is None else consumers
    no_barriers = gpd.GeoDataFrame({"kind": pd.Series(dtype=str)}, geometry=[], crs=CRS)
    inputs = Inputs(
        sites=_sites().iloc[:0] if sites is None else sites,
        consumers=loads,
        everywhere=loads,
        streets=street_graph(_streets() if streets is None else streets),
        barriers=no_barriers if barriers is None else barriers,
        buildings=gpd.GeoSeries([], crs=CRS),
        country="GB",
        attribution="",
        data_date="2026-11-01",
        doubts=(),
        left_out={},
        hashes={},
        scenario=scenario or Scenario(),
        reconciliation=pd.DataFrame(),
    )
    return replace(inputs, **changes) if changes else inputs


@pytest.fixture
def twelve() -> Callable[..., Inputs]:
    """Maker of the inputs of the twelve buildings."""
    return make_inputs


@pytest.fixture(scope="session")
def twelve_made() -> Callable[..., Inputs]:
    """The same maker, for fixtures that live longer than one test."""
    return make_inputs


@pytest.fixture
def lanes() -> gpd.GeoDataFrame:
    """The street and its side streets."""
    return _streets()


@pytest.fixture
def data_hall() -> gpd.GeoDataFrame:
    """A hypothetical data centre at 20 m along the street."""
    return _sites()


@pytest.fixture
def buildings() -> gpd.GeoDataFrame:
    """The twelve buildings."""
    return _consumers()
