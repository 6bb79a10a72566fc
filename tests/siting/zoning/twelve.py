"""
Twelve buildings on one street, with round numbers: the case that every rule is worked out on.

The street runs 600 m east; side streets of 100 m at 200 m and at 400 m make three sections of 200 m
of it. Each building stands 10 m north of the street. Heat in MWh/year, place in metres:

======  ===  ====    ======  ===  ====    ======  ===  ====
b01      30   200    b05     220    40    b09     420   800
b02      60   240    b06     260    40    b10     480   600
b03     100   120    b07     300    48    b11     560   400
b04     160    40    b08     380    40    b12     590    20
======  ===  ====    ======  ===  ====    ======  ===  ====

A hypothetical data centre stands 10 m south of the street at 500 m.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point

from heatreach.network import street_graph
from heatreach.siting import Inputs, Scenario

CRS = "EPSG:32635"
EAST, NORTH = 500_000.0, 6_708_000.0
AWAY_M = 10.0
PLACES_M = (30, 60, 100, 160, 220, 260, 300, 380, 420, 480, 560, 590)
HEATS_MWH = (200, 240, 120, 40, 40, 40, 48, 40, 800, 600, 400, 20)
IDS = tuple(f"b{number:02d}" for number in range(1, 13))
LINES_M = (
    ((0, 0), (200, 0)),
    ((200, 0), (400, 0)),
    ((400, 0), (600, 0)),
    ((200, 0), (200, -100)),
    ((400, 0), (400, -100)),
)


def twelve_inputs(*, order: tuple[int, ...] = tuple(range(12))) -> Inputs:
    """Inputs of the case, its rows in any order."""
    buildings = loads(
        ids=list(IDS),
        heat_mwh=[float(heat) for heat in HEATS_MWH],
        places=[Point(EAST + x, NORTH + AWAY_M) for x in PLACES_M],
    )
    lines = [LineString([(EAST + x, NORTH + y) for x, y in line]) for line in LINES_M]
    site = gpd.GeoDataFrame({"id": ["dc"]}, geometry=[Point(EAST + 500, NORTH - AWAY_M)], crs=CRS)
    rows = [row for row in order if row < len(lines)]
    return town_inputs(buildings.iloc[list(order)], [lines[row] for row in rows], sites=site)


def loads(*, ids: list[str], heat_mwh: list[float], places: list[Point]) -> gpd.GeoDataFrame:
    """Consumers with a known heat."""
    table = {"id": ids, "use": "office", "name": "", "annual_heat_mwh": heat_mwh}
    return gpd.GeoDataFrame(table, geometry=places, crs=CRS)


def town_inputs(
    consumers: gpd.GeoDataFrame, lines: list[LineString], *, sites: gpd.GeoDataFrame | None = None
) -> Inputs:
    """Inputs with these consumers on these streets, without anything in the way."""
    nothing = gpd.GeoDataFrame({"kind": pd.Series(dtype=str)}, geometry=[], crs=CRS)
    names = {"name": ["Long Street"] * len(lines)}
    streets = gpd.GeoDataFrame(names, geometry=lines, crs=CRS)
    return Inputs(
        sites=gpd.GeoDataFrame({"id": []}, geometry=[], crs=CRS) if sites is None else sites,
        consumers=consumers,
        everywhere=consumers,
        streets=street_graph(streets),
        barriers=nothing,
        buildings=nothing.geometry,
        country="FI",
        attribution="",
        data_date="",
        doubts=(),
        left_out={},
        hashes={},
        scenario=Scenario(),
        reconciliation=pd.DataFrame(),
    )
