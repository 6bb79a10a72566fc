"""Flats of one parent in a consumers file are one building when zones grow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from heatreach.siting import zone
from heatreach.siting.zoning.growth import grown_zones
from heatreach.siting.zoning.places import zone_places
from heatreach.siting.zoning.rules import zone_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from heatreach.siting import Inputs

EAST, NORTH = 500_000.0, 6_200_000.0
FLATS, HEAT_MWH = 25, 24.0
"""Flats of each of two towers, 600 MWh together."""


def towers(inputs: Inputs, *, apart: bool) -> Inputs:
    """Two towers of 600 MWh 120 m apart, as two rows or as 25 flats each, nothing else."""
    model = inputs.everywhere.iloc[[3]]
    count = FLATS if apart else 1
    frames = []
    for tower, along in enumerate((50.0, 170.0)):
        frame = pd.concat([pd.DataFrame(model)] * count, ignore_index=True)
        heat = 600.0 / count
        # Addresses of the flats are set a step apart along the wall.
        places = [Point(EAST + along + 0.1 * flat, NORTH - 10.0) for flat in range(count)]
        frame = frame.assign(
            id=[f"t{tower}/{flat:02d}" for flat in range(count)],
            uprn=[f"{tower}{flat:02d}" for flat in range(count)],
            parent_uprn=f"P{tower}" if apart else "",
            annual_heat_mwh=heat,
            heat_low_mwh=0.8 * heat,
            heat_high_mwh=1.3 * heat,
            use="flats",
        ).drop(columns="geometry")
        frames.append(gpd.GeoDataFrame(frame, geometry=places, crs=inputs.crs))
    everyone = pd.concat(frames, ignore_index=True)
    return replace(inputs, everywhere=everyone, consumers=everyone)


@pytest.mark.parametrize("rule", ["class_4", "scotland_baseline"])
def test_golden_flats_find_the_zone_that_their_towers_find(
    twelve: Callable[..., Inputs], rule: str
) -> None:
    """
    Two towers of 600 MWh, each on 10 m of service pipe, 120 m of street between them.

    1,200 MWh / 140 m = 8.6 MWh/m; each flat alone, 24 MWh / 4 MWh/m = 6 m, would not reach the
    street.
    """
    inputs = twelve()
    whole = zone(towers(inputs, apart=False), rules=[rule])
    parts = zone(towers(inputs, apart=True), rules=[rule])
    for found in (whole, parts):
        row = found.zones.loc[0]
        assert len(found.zones) == 1
        assert row["heat_mwh"] == pytest.approx(1200.0)
        assert row["trench_m"] == pytest.approx(140.0, abs=0.1)
        assert row["anchors"] == 2
    assert parts.zones.loc[0, "consumers"] == 2 * FLATS
    # Every flat is named, with the pipe and the radius of its building.
    members = parts.members
    assert sorted(members["consumer_id"]) == sorted(parts.inputs.everywhere["id"])
    assert members["heat_mwh"].sum() == pytest.approx(1200.0)
    assert members["service_m"].tolist() == pytest.approx([10.0] * 2 * FLATS)
    threshold = zone_rules([rule])[0].threshold_mwh_m
    assert members["radius_m"].tolist() == pytest.approx([600.0 / threshold] * 2 * FLATS)
    anchors = parts.anchors.set_index("consumer_id")
    assert anchors["heat_mwh"].to_dict() == {"P0": pytest.approx(600.0), "P1": pytest.approx(600.0)}
    assert len(anchors.loc["P0", "members"].split("; ")) == FLATS


def test_golden_units_of_one_building_are_no_zone_of_two(twelve: Callable[..., Inputs]) -> None:
    """Two shops of 600 MWh under one roof are one building; class_4 asks for two."""
    inputs = towers(twelve(), apart=False)
    rule = zone_rules(["class_4"])[0]
    assert rule.buildings_min == 2
    for parent, zones in (("", 1), ("P", 0)):
        shops = inputs.everywhere.assign(parent_uprn=parent)
        study = replace(inputs, everywhere=shops)
        places = zone_places(study.under(study.scenario), study.scenario)
        assert grown_zones(places, rule).zones == zones


def test_order_of_flats_changes_nothing(twelve: Callable[..., Inputs]) -> None:
    """The outline of the tower, then the flat with most heat, takes the service pipe."""
    inputs = towers(twelve(), apart=True)
    frame = inputs.everywhere.copy()
    frame.loc[7, "annual_heat_mwh"] = 30.0
    frame.loc[FLATS, "geometry"] = box(EAST + 165.0, NORTH - 18.0, EAST + 175.0, NORTH - 8.0)
    results = []
    for order in (np.arange(len(frame)), np.arange(len(frame))[::-1]):
        study = replace(inputs, everywhere=frame.iloc[order].reset_index(drop=True))
        places = zone_places(study.under(study.scenario), study.scenario)
        buildings = places.buildings()
        assert buildings.consumers["id"].tolist() == ["t0/07", f"t1/{0:02d}"]
        assert buildings.heat_mwh.tolist() == pytest.approx([606.0, 600.0])
        assert places.service_m[places.building == 1].tolist() == pytest.approx([8.0] * FLATS)
        assert len(np.unique(places.node)) == 2
        results.append((places.consumers["id"].tolist(), places.node.tolist()))
    assert results[0] == results[1]
