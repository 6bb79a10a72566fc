"""Heat, range and confidence of single consumers by hand, and the table of totals."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given as when
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point, box

from heatreach.data import load_table, wide
from heatreach.siting.consumers.ages import age_ratios, built_years
from heatreach.siting.consumers.confidence import (
    CLASSES,
    confidence_of,
    demand_range,
    homes_in_doubt,
    is_stated,
    with_confidence,
)
from heatreach.siting.consumers.totals import demand_totals
from heatreach.siting.demand import consumers_from_osm, fill_demand
from tests.siting.made_town import CRS, given, house, town

DE_DAYS, FI_DAYS, REFERENCE_DAYS = 2858.0, 4300.0, 2900.0


def one(country: str = "DE", **columns: Any) -> Any:
    """One consumer with its demand filled in."""
    return fill_demand(given(**columns), country=country).iloc[0]


def test_golden_degree_days_scale_the_heat_for_rooms_only() -> None:
    """Office, 96 kWh/m2 with 14 % hot water: 96·(0.14 + 0.86·4300/2900) = 135.8566 kWh/m2."""
    office = one("FI", use="office", floor_area_m2=1000.0)
    by_hand = 96 * (0.14 + 0.86 * FI_DAYS / REFERENCE_DAYS)
    assert by_hand == pytest.approx(135.8566, abs=1e-4)
    assert office["annual_heat_mwh"] == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    ("columns", "ratio", "words"),
    [
        ({"built_year": 1900}, 1.059, ", built_before_1919"),
        ({"built_year": 1948}, 1.059, ", built_1919_1948"),
        ({"built_year": 1949}, 1.068, ", built_1949_1978"),
        ({"built_year": 2010}, 0.618, ", built_2001_2010"),
        ({"built_year": 2011}, 0.583, ", built_after_2010"),
        ({"built_year": 1955, "standard": "passive_house"}, 0.17, ", passive_house"),
        ({"standard": "medieval"}, 1.0, ""),
        ({}, 1.0, ""),
    ],
)
def test_golden_age_and_standard(columns: dict[str, Any], ratio: float, words: str) -> None:
    """Home of 100 m2: 110 kWh/m2, of which a fifth is hot water, whatever its age."""
    home = one("DE", use="home", floor_area_m2=100.0, **columns)
    by_hand = 11.0 * (0.2 + 0.8 * DE_DAYS / REFERENCE_DAYS * ratio)
    assert home["annual_heat_mwh"] == pytest.approx(by_hand, rel=1e-12)
    assert home["demand_source"] == f"benchmark, climate DE{words}"


def test_golden_ages_are_measured_over_the_mean_of_the_stock() -> None:
    """Source: 134.6, 134.6, 135.7, 126.2, 93.3, 78.5, 74.1 kWh/m2; mean of all homes 127.1."""
    ratios = wide("building_ages")["space_heat_residential_ratio"].filter(like="built_")
    measured = [134.6, 134.6, 135.7, 126.2, 93.3, 78.5, 74.1]
    np.testing.assert_allclose(ratios * 127.1, measured, atol=0.07)


def test_golden_other_uses_depend_less_on_age() -> None:
    frame = pd.DataFrame({"use": ["home", "office"], "built_year": 2015.0, "standard": ""})
    assert age_ratios(frame)[0].tolist() == [0.583, 0.792]


def test_golden_years_from_tags() -> None:
    texts = {
        "1961": 1961,
        "2020-04-01": 2020,
        "~1965": 1965,
        "1905..1908": 1906.5,
        "after 1905..1908": 1906.5,
        "before 1939": 1939,
        "1960s": 1965,
        "C19": 1850,
        "mid C20": 1950,
        "long ago": np.nan,
        "12345": np.nan,
        "0000": np.nan,
    }
    found = built_years([{"start_date": text} for text in texts])
    np.testing.assert_array_equal(found, list(texts.values()))
    other = [{"year_of_construction": "2017"}, {"building:start_date": "1970", "name": "1900"}, {}]
    np.testing.assert_array_equal(built_years(other), [2017, 1970, np.nan])
    both = [{"start_date": "unknown", "year_of_construction": "1999"}]
    np.testing.assert_array_equal(built_years(both), [np.nan])


def test_golden_homes_by_number() -> None:
    """Three homes of 11.3 MWh: 33.9·(0.2 + 0.8·2858/2900) = 33.5072 MWh."""
    row = one("DE", use="home", dwellings=3)
    assert row["annual_heat_mwh"] == pytest.approx(33.5072, abs=1e-4)
    assert row["demand_source"] == "homes x heat per home, climate DE"
    assert row["heat_low_mwh"] == pytest.approx(33.5072 * 6 / 11.3, abs=1e-3)
    # A known floor area goes first, and a school has no homes.
    area = one("DE", use="home", dwellings=3, floor_area_m2=100.0)
    assert area["demand_source"] == "benchmark, climate DE"
    assert np.isnan(one("DE", use="school", dwellings=3)["annual_heat_mwh"])


def test_golden_homes_out_of_proportion_are_doubted() -> None:
    frame = pd.DataFrame({"dwellings": [10, 10, 10, np.nan], "floor_area_m2": [240, 900, 4100, 50]})
    assert homes_in_doubt(frame).tolist() == [True, False, True, False]


def test_golden_tags_tell_year_and_homes() -> None:
    row = consumers_from_osm(
        town([house(0, 0, 10, 10, building="house", start_date="1955", building__flats="2")]),
        CRS,
        country="DE",
    ).iloc[0]
    assert (row["built_year"], row["dwellings"]) == (1955.0, 2.0)
    assert row["demand_source"] == "benchmark, climate DE, built_1949_1978"


def test_golden_register_numbers_of_the_map() -> None:
    rows = [
        house(0, 0, 10, 10, building="house", ref__GB__uprn="906000123"),
        house(50, 0, 10, 10, building="house", ref__GB__uprn="906000124;906000125"),
        house(100, 0, 10, 10, building="house"),
    ]
    found = consumers_from_osm(town(rows), CRS, country="GB")
    assert found["uprn"].tolist() == ["906000123", "", ""]


def test_golden_range_by_hand() -> None:
    """Office 45-96-155 kWh/m2; from an outline also heated 0.75-0.9-1 and storeys 1-3-6."""
    area = one("", use="office", floor_area_m2=1000.0)
    assert area["heat_low_mwh"] / area["annual_heat_mwh"] == pytest.approx(45 / 96)
    assert area["heat_high_mwh"] / area["annual_heat_mwh"] == pytest.approx(155 / 96)
    outline = one("", use="office", geometry=box(0, 0, 20, 30))
    up = math.exp(math.hypot(math.log(155 / 96), math.log(6 / 3), math.log(1 / 0.9)))
    down = math.exp(-math.hypot(math.log(45 / 96), math.log(1 / 3), math.log(0.75 / 0.9)))
    assert (round(up, 3), round(down, 3)) == (2.338, 0.26)
    assert outline["heat_high_mwh"] / outline["annual_heat_mwh"] == pytest.approx(up)
    assert outline["heat_low_mwh"] / outline["annual_heat_mwh"] == pytest.approx(down)


@pytest.mark.parametrize(
    ("source", "low", "high"),
    [("metered: a.csv", 95, 105), ("given", 85, 115), ("epc: b.csv", 65, 135)],
)
def test_golden_range_of_stated_heat(source: str, low: float, high: float) -> None:
    row = one(use="office", annual_heat_mwh=100.0, demand_source=source)
    assert (row["heat_low_mwh"], row["heat_high_mwh"]) == (pytest.approx(low), pytest.approx(high))


BENCHMARK = "benchmark, climate DE"
OUTLINE = "outline x storeys x heated share"


@pytest.mark.parametrize(
    ("use", "by", "area", "levels", "demand", "expected"),
    [
        ("home", "building: building=house", OUTLINE, "tag", BENCHMARK, "medium"),
        ("home", "building: building=house", OUTLINE, "default", BENCHMARK, "medium"),
        ("office", "building: building=office", OUTLINE, "default", BENCHMARK, "low"),
        ("office", "landuse: landuse=commercial", OUTLINE, "tag", BENCHMARK, "low"),
        ("home", "landuse: landuse=residential", OUTLINE, "neighbours", BENCHMARK, "medium"),
        ("home", "guess: footprint", OUTLINE, "tag", BENCHMARK, "low"),
        ("home", "guess: footprint", "", "", "metered: bills.csv", "high"),
        ("home", "guess: footprint", "", "", "metered: bills.csv, scaled to town.csv", "high"),
        ("office", "given", "given", "", "given", "high"),
        ("office", "given", "given", "", BENCHMARK, "medium"),
        ("other", "given", "given", "", BENCHMARK, "low"),
        ("other", "building: building=train_station", OUTLINE, "tag", BENCHMARK, "low"),
        ("other", "given", "given", "", "given", "high"),
        ("flats", "building: building=mixed_use", OUTLINE, "tag", BENCHMARK, "low"),
        ("flats", "building: building=apartments_retail", OUTLINE, "tag", BENCHMARK, "low"),
        ("home", "building: building:use=residential", OUTLINE, "tag", BENCHMARK, "medium"),
        ("office", "given", "epc: b.csv", "", BENCHMARK + ", scaled to town.csv", "medium"),
        ("office", "given", "given", "", "epc: certificates.csv", "medium"),
        ("office", "given", "given", "", "heat_map: lhees.gpkg", "medium"),
        ("office", "given", "given", "", "raster heat.tif", "low"),
        ("office", "given", "given", "", "a rumour", "low"),
        ("office", "a rumour", "given", "", BENCHMARK, "low"),
        ("greenhouse", "site: x", "share of the site's area (0.6)", "", BENCHMARK, "low"),
        ("pool", "tag: x", "outline of the water", "", BENCHMARK, "medium"),
    ],
)
def test_golden_confidence(
    *, use: str, by: str, area: str, levels: str, demand: str, expected: str
) -> None:
    frame = pd.DataFrame(
        {
            "use": [use],
            "classified_by": [by],
            "area_source": [area],
            "levels_source": [levels],
            "demand_source": [demand],
        }
    )
    assert confidence_of(frame).tolist() == [expected]


def test_golden_stated_heat_is_never_an_estimate() -> None:
    stated = ["given", "metered: a.csv", "epc: a.csv, scaled to b.csv"]
    other = ["heat_map: a.csv", "raster a.tif", BENCHMARK, "homes x heat per home", "unknown: x"]
    assert is_stated(pd.Series(stated + other)).tolist() == [True] * 3 + [False] * 5


def test_docs_confidence_rules() -> None:
    rules = load_table("confidence_rules")
    assert not rules.duplicated(["aspect", "evidence"]).any()
    assert set(rules["aspect"]) == {"use", "area", "demand", "kind"}
    assert set(rules.loc[rules["aspect"] == "kind", "evidence"]) <= set(
        load_table("use_sectors").use
    )
    assert set(rules["confidence"]) == set(CLASSES)
    assert set(rules.loc[rules["aspect"] == "demand", "decides"]) == {"yes", "no"}
    low = pd.to_numeric(rules["low_share"])
    assert low.dropna().between(0, 1).all()
    assert (low.isna() == (rules["high_share"] == "")).all()


def test_golden_scaling_keeps_class_and_relative_range() -> None:
    frame = fill_demand(given(use="office", floor_area_m2=1000.0), country="DE")
    scaled = frame.assign(
        annual_heat_mwh=frame["annual_heat_mwh"] * 0.8,
        demand_source=frame["demand_source"] + ", scaled to town.csv",
    )
    again = with_confidence(scaled, country="DE")
    assert again["confidence"].equals(frame["confidence"])
    for end in ("heat_low_mwh", "heat_high_mwh"):
        assert again[end].to_numpy() == pytest.approx(0.8 * frame[end].to_numpy())


def test_golden_totals_by_hand() -> None:
    frame = gpd.GeoDataFrame(
        {
            "id": list("abcd"),
            "use": ["home", "home", "office", ""],
            "floor_area_m2": [100.0, 300.0, 1000.0, np.nan],
            "annual_heat_mwh": [np.nan, np.nan, 50.0, np.nan],
            "classified_by": ["guess: footprint", "tag: x", "", ""],
            "levels_source": ["default", "tag", "", ""],
        },
        geometry=[Point(0, 0)] * 4,
        crs=CRS,
    )
    filled = fill_demand(frame, country="")
    totals = demand_totals(filled).set_index("use")
    home = 0.11 * (0.2 + 0.8 * 3126 / REFERENCE_DAYS)
    assert totals.index.tolist() == ["office", "home", "unknown", "all"]
    assert totals["consumers"].tolist() == [1, 2, 1, 4]
    assert totals["heat_mwh"].tolist() == pytest.approx([50, 400 * home, 0, 50 + 400 * home])
    assert totals.loc["office", "median_intensity_kwh_m2"] == pytest.approx(50.0)
    assert totals.loc["home", "median_intensity_kwh_m2"] == pytest.approx(1000 * home)
    counts = totals[["by_own_tag", "by_guess", "by_user", "levels_tagged", "unknown"]]
    assert counts.to_numpy().tolist() == [
        [0, 0, 1, 0, 0],
        [1, 1, 0, 1, 0],
        [0, 0, 1, 0, 1],
        [1, 1, 2, 1, 1],
    ]
    assert totals["given_share"].tolist() == pytest.approx([1, 0, 0, 50 / (50 + 400 * home)])
    assert totals.loc["home", "low_confidence_share"] == pytest.approx(0.25)


def test_docs_totals_have_the_columns_of_the_registry() -> None:
    columns = load_table("columns")
    names = columns.loc[columns["table"] == "demand_totals", "column"].tolist()
    empty = fill_demand(given(use="home", floor_area_m2=1.0), country="DE").iloc[:0]
    assert set(names) - {"run_id", "data_date"} <= set(demand_totals(empty).columns)


USES = sorted(load_table("use_sectors")["use"])


@settings(max_examples=30)
@when(
    use=st.sampled_from(USES),
    area=st.floats(1.0, 1e5),
    more=st.floats(0.0, 1e5),
    year=st.one_of(st.none(), st.integers(1000, 2100)),
    country=st.sampled_from(["", "DE", "FI", "GB"]),
)
def test_property_more_floor_never_needs_less_heat(
    *, use: str, area: float, more: float, year: int | None, country: str
) -> None:
    """Heat and both ends grow with floor area, and the ends lie on either side."""
    two = pd.concat([given(use=use, floor_area_m2=area + m, built_year=year) for m in (0.0, more)])
    filled = fill_demand(two.reset_index(drop=True), country=country)
    for column in ("annual_heat_mwh", "heat_low_mwh", "heat_high_mwh", "peak_kw"):
        assert not filled[column].iloc[0] > filled[column].iloc[1]
    assert not (filled["heat_low_mwh"] > filled["annual_heat_mwh"]).any()
    assert not (filled["annual_heat_mwh"] > filled["heat_high_mwh"]).any()


@settings(max_examples=10)
@when(
    rows=st.lists(
        st.tuples(st.sampled_from(USES), st.floats(1.0, 1e4), st.integers(1, 30)),
        min_size=1,
        max_size=12,
    ),
    seed=st.integers(0, 1000),
)
def test_property_consumers_do_not_depend_on_each_other(
    rows: list[tuple[str, float, int]], seed: int
) -> None:
    """Any order, or any part of the rows, gives every consumer the same figures."""
    frame = gpd.GeoDataFrame(
        {
            "id": [f"C{n:02}" for n in range(len(rows))],
            "use": [row[0] for row in rows],
            "floor_area_m2": [row[1] if row[2] % 3 else np.nan for row in rows],
            "dwellings": [row[2] for row in rows],
        },
        geometry=[Point(n, 0) for n in range(len(rows))],
        crs=CRS,
    )
    whole = fill_demand(frame, country="DE")
    part = frame.sample(frac=0.7, random_state=seed)
    alone = fill_demand(part, country="DE").sort_index()
    pd.testing.assert_frame_equal(pd.DataFrame(alone), pd.DataFrame(whole.loc[alone.index]))


def test_property_input_of_range_is_not_changed() -> None:
    frame = fill_demand(given(use="home", floor_area_m2=100.0), country="DE")
    before = frame.copy()
    demand_range(frame, country="DE")
    with_confidence(frame, country="DE")
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))
