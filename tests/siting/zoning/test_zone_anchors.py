"""Loads, buildings, and who could be required to connect."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from heatreach.siting.zoning.anchors import (
    anchor_loads,
    buildings_of,
    loads_of,
    required_to_connect,
    zone_counts,
)
from heatreach.siting.zoning.ranges import heat_ranges

BLANK = {
    "name": "",
    "use": "office",
    "sector": "non-residential",
    "uprn": "",
    "parent_uprn": "",
    "site_id": "",
    "site_name": "",
    "wet_system": "",
    "communal": "",
    "demand_source": "benchmark",
    "confidence": "medium",
    "annual_heat_mwh": 200.0,
}


def consumers(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Consumers a, b, c … with the cells given."""
    cells = [BLANK | {"id": chr(ord("a") + number)} | row for number, row in enumerate(rows)]
    frame = pd.DataFrame(cells)
    heat = frame["annual_heat_mwh"]
    frame = frame.assign(heat_low_mwh=0.9 * heat, heat_high_mwh=1.1 * heat)
    places = [Point(10.0 * number, 0.0) for number in range(len(frame))]
    return gpd.GeoDataFrame(frame, geometry=places, crs="EPSG:32630")


HOME = {"use": "home", "sector": "residential"}


@pytest.mark.parametrize(
    ("cells", "word", "reason"),
    [
        ({"wet_system": "yes"}, "yes", "heated by water"),
        ({"wet_system": "no"}, "no", "not heated by water"),
        ({"wet_system": ""}, "if wet system", "not known"),
        ({"annual_heat_mwh": 100.0, "wet_system": "yes"}, "no", "no more than 100"),
        ({"annual_heat_mwh": 100.1, "wet_system": "yes"}, "yes", "above 100"),
        ({"annual_heat_mwh": 5.0, "communal": "yes"}, "yes", "communally"),
        ({**HOME, "annual_heat_mwh": 900.0, "wet_system": "yes"}, "no", "homes"),
        ({**HOME, "communal": "yes"}, "yes", "communally"),
        ({**HOME, "communal": "no"}, "no", "homes"),
        ({"communal": "no", "wet_system": "yes"}, "yes", "heated by water"),
        ({"use": "heat_network", "wet_system": "yes", "communal": "yes"}, "no", "agreement"),
        ({"use": "", "sector": "", "wet_system": "yes"}, "not known", "use is not known"),
        ({"use": "", "sector": "", "annual_heat_mwh": 100.0}, "no", "no more than 100"),
        ({"use": "", "sector": "", "communal": "yes"}, "yes", "communally"),
        ({"demand_source": "raster x.tif", "communal": "yes"}, "no", "a cell of a heat map"),
    ],
)
def test_golden_required_to_connect(cells: dict[str, Any], word: str, reason: str) -> None:
    found = required_to_connect(consumers(cells)).iloc[0]
    assert found["required"] == word
    assert reason in found["reason"]


def test_units_of_one_parent_are_one_building() -> None:
    """Two shops of 60 MWh/yr under one parent need 120 together; alone neither reaches 100."""
    shop = {"annual_heat_mwh": 60.0, "wet_system": "yes", "parent_uprn": "900"}
    frame = consumers({**shop, "uprn": "1"}, {**shop, "uprn": "2"}, {"annual_heat_mwh": 60.0})
    assert buildings_of(frame).tolist() == [0, 0, 1]
    assert required_to_connect(frame)["required"].tolist() == ["yes", "yes", "no"]


def test_flats_above_a_shop_do_not_add_to_its_heat() -> None:
    shop = {"annual_heat_mwh": 90.0, "wet_system": "yes", "parent_uprn": "900"}
    flat = {**HOME, "annual_heat_mwh": 90.0, "wet_system": "yes", "parent_uprn": "900"}
    assert required_to_connect(consumers(shop, flat))["required"].tolist() == ["no", "no"]


def test_the_parent_itself_belongs_to_its_units() -> None:
    frame = consumers({"uprn": "900"}, {"uprn": "1", "parent_uprn": "900"}, {"uprn": "2"})
    assert buildings_of(frame).tolist() == [0, 0, 1]


def test_golden_buildings_of_one_site_are_one_load() -> None:
    """
    Three wards of 200 MWh/yr on one site are an anchor of 600; each alone is none.

    Each ward is asked alone whether it could be required to connect.
    """
    ward = {"use": "hospital", "site_id": "way/7"}
    frame = consumers(
        {**ward, "wet_system": "yes", "name": "East"},
        {**ward, "wet_system": "no", "annual_heat_mwh": 250.0, "name": "Main"},
        {**ward, "annual_heat_mwh": 150.0},
        {"annual_heat_mwh": 90.0},
    )
    assert loads_of(frame).tolist() == [0, 0, 0, 1]
    assert buildings_of(frame).tolist() == [0, 1, 2, 3]
    loads = anchor_loads(frame)
    assert len(loads) == 1
    row = loads.iloc[0]
    assert row["consumer_id"] == "way/7"
    assert row["members"] == "a; b; c"
    assert row["heat_mwh"] == 600.0
    # One use: deviations add up.
    assert row["heat_low_mwh"] == pytest.approx(540.0, rel=1e-12)
    assert row["name"] == "Main"
    assert bool(row["anchor"])
    assert row["required"] == "yes"
    assert row["required_reason"].startswith("1 of its 3 buildings: ")
    assert row.geometry == Point(10.0, 0.0)


def test_a_lonely_building_of_a_site_keeps_its_own_id() -> None:
    loads = anchor_loads(consumers({"site_id": "way/7", "annual_heat_mwh": 700.0}))
    assert loads["consumer_id"].tolist() == ["a"]
    assert loads["members"].tolist() == [""]


def test_a_site_and_a_parent_can_chain_into_one_load() -> None:
    frame = consumers(
        {"site_id": "way/7"}, {"site_id": "way/7", "parent_uprn": "9"}, {"parent_uprn": "9"}
    )
    assert loads_of(frame).tolist() == [0, 0, 0]


def test_golden_a_campus_counts_its_large_buildings() -> None:
    """
    Of 900, 600, 400 and 60 MWh/yr on one site two buildings reach 500; of 300 and 300 none does.

    Both sites are anchors, the first for two. Units of one parent are one building: 260 + 260. At
    the low end, 0.9 of each, 468 of them are none, 540 of 600 still one, and so is a site with 540.
    """
    one, two = {"site_id": "way/1"}, {"site_id": "way/2"}
    unit = {"parent_uprn": "9", "annual_heat_mwh": 260.0}
    heat = [900.0, 600.0, 400.0, 60.0]
    frame = consumers(
        *[{**one, "annual_heat_mwh": mwh} for mwh in heat],
        *[{**two, "annual_heat_mwh": 300.0}] * 2,
        unit,
        unit,
    )
    required, load = required_to_connect(frame), loads_of(frame)
    zones = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    found = zone_counts(frame, load, required, zones, zones=3, anchor_mwh=500.0)
    assert found["anchors"].tolist() == [2, 1, 1]
    assert found["anchors_low"].tolist() == [2, 1, 0]
    assert found["cells"].tolist() == [0, 0, 0]
    loads = anchor_loads(frame).set_index("consumer_id")
    assert loads["anchor_count"].to_dict() == {"way/1": 2, "way/2": 1, "9": 1}
    assert loads["buildings"].to_dict() == {"way/1": 4, "way/2": 2, "9": 1}
    assert loads["anchor"].all()


def test_golden_two_anchors_at_the_low_end_are_none() -> None:
    """Two of 510 MWh/yr with a low end of 433.5 (85 %) each."""
    frame = consumers({"annual_heat_mwh": 510.0}, {"annual_heat_mwh": 510.0})
    frame = frame.assign(heat_low_mwh=433.5)
    required, load = required_to_connect(frame), loads_of(frame)
    found = zone_counts(frame, load, required, np.zeros(2, int), zones=1, anchor_mwh=500.0)
    assert found.iloc[0].to_dict() == {
        "anchors": 2,
        "anchors_low": 0,
        "cells": 0,
        "buildings": 2,
        "required": 0,
        "required_if_wet": 2,
    }


def test_a_site_goes_by_its_own_name() -> None:
    ward = {"site_id": "way/7", "site_name": "Royal Infirmary", "annual_heat_mwh": 400.0}
    frame = consumers({**ward, "name": "East Ward"}, ward, {"annual_heat_mwh": 600.0, "name": "X"})
    assert anchor_loads(frame)["name"].tolist() == ["Royal Infirmary", "X"]
    alone = {**ward, "annual_heat_mwh": 700.0}
    assert anchor_loads(consumers({**alone, "name": "Main"}))["name"].tolist() == ["Main"]
    assert anchor_loads(consumers(alone))["name"].tolist() == ["Royal Infirmary"]


def test_golden_only_the_heat_inside_a_zone_makes_an_anchor() -> None:
    """A campus of 2 x 400 MWh/yr across two zones is an anchor in neither."""
    half = {"site_id": "way/7", "annual_heat_mwh": 400.0}
    frame = consumers(half, half, {"annual_heat_mwh": 500.0})
    required, load = required_to_connect(frame), loads_of(frame)
    split = zone_counts(frame, load, required, np.array([0, 1, 1]), zones=2, anchor_mwh=500.0)
    assert split["anchors"].tolist() == [0, 1]
    whole = zone_counts(frame, load, required, np.array([0, 0, -1]), zones=1, anchor_mwh=500.0)
    assert whole["anchors"].tolist() == [1]
    assert split["required_if_wet"].tolist() == [1, 2]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "p", "q"]),
            st.sampled_from(["", "s", "t"]),
            st.floats(0.1, 1e4),
            st.sampled_from(["home", "office", "pool"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=40)
def test_property_each_heat_is_in_one_load_whatever_the_order(
    rows: list[tuple[str, str, float, str]], random: Any
) -> None:
    cells = [
        {"parent_uprn": parent, "site_id": site, "annual_heat_mwh": heat, "use": use}
        for parent, site, heat, use in rows
    ]
    frame = consumers(*cells)
    load = loads_of(frame)
    count = int(load.max()) + 1
    sums = heat_ranges(frame, load, count)
    assert sums["heat_mwh"].sum() == pytest.approx(frame["annual_heat_mwh"].sum(), rel=1e-12)
    assert (sums["heat_low_mwh"] <= sums["heat_mwh"]).all()
    order = list(range(len(frame)))
    random.shuffle(order)
    again = loads_of(frame.iloc[order].reset_index(drop=True))
    groups = {frozenset(frame["id"][load == n]) for n in range(count)}
    shuffled = frame["id"].to_numpy()[order]
    assert groups == {frozenset(shuffled[again == n]) for n in range(count)}


@given(st.lists(st.tuples(st.sampled_from("uvw"), st.floats(1.0, 1e3)), min_size=2, max_size=9))
@settings(max_examples=40)
def test_property_range_lies_between_quadrature_and_sum(rows: list[tuple[str, float]]) -> None:
    frame = pd.DataFrame(rows, columns=["use", "annual_heat_mwh"])
    heat = frame["annual_heat_mwh"]
    frame = frame.assign(heat_low_mwh=0.7 * heat, heat_high_mwh=1.5 * heat)
    total = heat_ranges(frame, np.zeros(len(frame), dtype=np.int64), 1).iloc[0]
    away = total["heat_high_mwh"] - total["heat_mwh"]
    assert np.sqrt(((0.5 * heat) ** 2).sum()) <= away * (1 + 1e-9)
    assert away <= 0.5 * heat.sum() * (1 + 1e-9)
