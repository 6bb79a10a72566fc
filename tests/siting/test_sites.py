"""Sites and consumers completed: what is given stays, the rest follows by rules done by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from shapely.geometry import Point

from heatreach.data import wide
from heatreach.siting.scenario import Scenario
from heatreach.siting.sites import complete_consumers, complete_sites

if TYPE_CHECKING:
    import pandas as pd

CRS = "EPSG:32635"


def layer(**columns: Any) -> gpd.GeoDataFrame:
    """Rows with the columns given, at points in a row."""
    size = len(next(iter(columns.values())))
    points = [Point(497_000 + 10 * i, 6_708_000) for i in range(size)]
    return gpd.GeoDataFrame(columns, geometry=points, crs=CRS)


def site(**cells: Any) -> pd.Series[Any]:
    """One completed site."""
    row = {"id": ["a"], "it_load_kw": [2000.0]} | {k: [v] for k, v in cells.items()}
    done: pd.Series[Any] = complete_sites(layer(**row), Scenario()).iloc[0]
    return done


def consumer(**cells: Any) -> pd.Series[Any]:
    """One completed consumer; the scenario's network runs at 65 and 40 °C."""
    row = {"id": ["a"], "use": ["office"]} | {k: [v] for k, v in cells.items()}
    done: pd.Series[Any] = complete_consumers(layer(**row), Scenario()).iloc[0]
    return done


def test_site_without_anything_takes_the_defaults() -> None:
    row = site()
    unknown = wide("cooling_systems").loc["unknown"]
    assert row["cooling"] == "unknown"
    assert row["source_degc"] == unknown["source_degc"]
    assert row["source_return_degc"] == unknown["source_return_degc"]
    assert row["cooling_source"] == "default cooling system"
    assert row["it_load_source"] == "given"
    assert row["utilisation"] == Scenario().source.utilisation
    assert row["name"] == "a"
    assert not row["hypothetical"]


def test_golden_heat_of_a_site_by_hand() -> None:
    # 2000 kW at 70 % over the year, 85 % of it in the water: 1190 kW.
    row = site(utilisation=0.7, capture_share=0.85)
    assert row["source_kw"] == pytest.approx(1190.0)


def test_golden_air_hall_by_table() -> None:
    # The air-hall rows of the table: 30 °C, 22 °C, 85 %; with the default 70 %: 1190 kW.
    row = site(cooling="air_hall")
    assert (row["source_degc"], row["source_return_degc"]) == (30.0, 22.0)
    assert row["cooling_source"] == "cooling system given"
    assert row["source_kw"] == pytest.approx(1190.0)


@pytest.mark.parametrize(
    ("cells", "supply", "back"),
    [
        ({"source_degc": 40.0}, 40.0, 32.0),
        ({"source_return_degc": 30.0}, 38.0, 30.0),
        ({"source_degc": 40.0, "source_return_degc": 35.0}, 40.0, 35.0),
        ({"source_degc": 6.0}, 6.0, 1.0),
        ({"source_return_degc": 84.0}, 90.0, 84.0),
    ],
)
def test_given_water_stays_and_the_other_follows(
    cells: dict[str, float], supply: float, back: float
) -> None:
    row = site(cooling="air_hall", **cells)
    assert (row["source_degc"], row["source_return_degc"]) == (supply, back)
    assert row["cooling_source"] == "part given, rest: cooling system given"


def test_site_sources_say_what_is_given() -> None:
    full = site(source_degc=40.0, source_return_degc=30.0, capture_share=0.9, hypothetical=True)
    assert full["cooling_source"] == "given"
    assert full["hypothetical"]
    assert site(capture_share=0.9)["cooling_source"] == "part given, rest: default cooling system"
    assert site(it_load_source="estimate: x")["it_load_source"] == "estimate: x"
    assert site(it_load_source=None)["it_load_source"] == "given"


def test_sites_of_many_kinds_are_sorted_and_not_mixed() -> None:
    frame = layer(
        id=["b", "a"],
        it_load_kw=[1000.0, 2000.0],
        cooling=["immersion", None],
        source_degc=[np.nan, 33.0],
        name=["B", None],
        mine=["x", "y"],
    )
    done = complete_sites(frame, Scenario())
    assert list(done["id"]) == ["a", "b"]
    assert list(done["cooling"]) == ["unknown", "immersion"]
    assert list(done["source_degc"]) == [33.0, 50.0]
    assert list(done["name"]) == ["a", "B"]
    assert list(done["mine"]) == ["y", "x"]
    assert "utilisation" not in frame


def test_consumer_without_temperatures_takes_the_scenario() -> None:
    row = consumer()
    assert (row["supply_degc"], row["return_degc"]) == (65.0, 40.0)
    assert row["temperature_source"] == "scenario default"
    assert row["counterfactual"] == "gas_boiler"
    assert row["name"] == ""


@pytest.mark.parametrize(
    ("cells", "supply", "back"),
    [
        ({"supply_degc": 80.0, "return_degc": 60.0}, 80.0, 60.0),
        ({"supply_degc": 80.0}, 80.0, 40.0),
        # The scenario's ratio of 40 to 65 °C.
        ({"supply_degc": 50.0}, 50.0, 30.769230769230770),
        ({"return_degc": 30.0}, 65.0, 30.0),
        # The scenario's difference of 25 K on top.
        ({"return_degc": 50.0}, 75.0, 50.0),
    ],
)
def test_golden_consumer_temperatures_by_hand(
    cells: dict[str, float], supply: float, back: float
) -> None:
    row = consumer(**cells)
    assert row["supply_degc"] == pytest.approx(supply)
    assert row["return_degc"] == pytest.approx(back)
    assert row["temperature_source"] == ("given" if len(cells) > 1 else "part given")


@hypothesis_given(st.floats(30.0, 120.0), st.sampled_from(["supply_degc", "return_degc"]))
def test_property_return_is_colder_than_supply(value: float, column: str) -> None:
    if column == "return_degc":
        value = min(value, 90.0)
    row = consumer(**{column: value})
    assert row[column] == value
    assert row["return_degc"] < row["supply_degc"] <= 120.0
    assert row["return_degc"] >= 10.0


def test_consumer_of_unknown_use_has_a_hot_water_share() -> None:
    shares = wide("demand_benchmarks")["hot_water_share"]
    assert consumer(use="")["hot_water_share"] == shares["other"]
    assert consumer(use="hotel")["hot_water_share"] == shares["hotel"]
    assert consumer(counterfactual="oil_boiler")["counterfactual"] == "oil_boiler"


def test_golden_temperatures_completed_before_keep_their_source() -> None:
    frame = gpd.GeoDataFrame(
        {
            "id": ["network", "school"],
            "use": ["heat_network", "school"],
            "supply_degc": [80.0, 80.0],
            "return_degc": [45.0, 45.0],
            "temperature_source": ["default of heat networks", ""],
        },
        geometry=[Point(0, 0), Point(9, 9)],
        crs="EPSG:32635",
    )
    found = complete_consumers(frame, Scenario())
    assert found["temperature_source"].tolist() == ["default of heat networks", "given"]
