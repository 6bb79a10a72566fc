"""What data centres could cover of a zone, against an hourly loop written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from heatreach.siting import Scenario
from heatreach.siting.hours import load_shapes, source_shapes, study_hours
from heatreach.siting.zones import zone
from heatreach.siting.zoning.supply import connected_share
from heatreach.thermo import CENTRAL, arrange, fast_machines

if TYPE_CHECKING:
    from collections.abc import Callable

    from heatreach.siting import Inputs
    from heatreach.siting.zones import Zones

EAST, NORTH = 500_000.0, 6_200_000.0
HOURS = 8760


def sites(**columns: list[object]) -> gpd.GeoDataFrame:
    """Data centres 10 m south of the street, at 20 m and at 700 m along it."""
    along = [20.0, 700.0]
    names = ["near", "far"]
    cells = {
        "id": names,
        "name": names,
        "it_load_kw": [150.0, 60.0],
        "it_load_source": ["given"] * 2,
        "hypothetical": [False] * 2,
        "cooling": [""] * 2,
        **columns,
    }
    places = [Point(EAST + x, NORTH - 10.0) for x in along]
    return gpd.GeoDataFrame(cells, geometry=places, crs="EPSG:32630")


@pytest.fixture(scope="module")
def found(twelve_made: Callable[..., Inputs]) -> Zones:
    return zone(twelve_made(sites=sites()), rules=["scotland_baseline", "de_street_1_5"])


def test_golden_routes_run_along_the_streets(found: Zones) -> None:
    """
    From the data centre 10 m to the street, then to the trench.

    The trench of either zone begins at a, 50 m along: 10 + 30 m from the near one; from the far
    one, 10 m and back to the end of the trench at d (200 m) or at e (250 m).
    """
    rows = found.sources.set_index(["rule", "site_id"])["route_m"]
    assert rows["scotland_baseline", "near"] == pytest.approx(40.0, abs=1e-6)
    assert rows["scotland_baseline", "far"] == pytest.approx(10.0 + 500.0, abs=1e-6)
    assert rows["de_street_1_5", "far"] == pytest.approx(10.0 + 450.0, abs=1e-6)
    np.testing.assert_allclose(found.sources.geometry.length, found.sources["route_m"], atol=1e-6)


def test_golden_covered_heat_equals_an_hourly_loop(found: Zones) -> None:
    """Least of machine, source and load in every hour, added up in plain Python."""
    inputs, scenario = found.inputs, found.scenario
    hours = study_hours(inputs, scenario)
    row = found.sources[
        (found.sources["rule"] == "de_street_1_5") & (found.sources["site_id"] == "far")
    ].iloc[0]
    site = inputs.sites.set_index("id").loc["far"]
    members = found.members[found.members["rule"] == "de_street_1_5"]["consumer_id"]
    users = inputs.everywhere.set_index("id").loc[members].reset_index()
    users = users.rename(columns={"annual_heat_mwh": "heat_mwh"})
    shapes, shape_of = load_shapes(users, hours)
    load_kw = 1e3 * sum(
        heat * shapes[number] for heat, number in zip(users["heat_mwh"], shape_of, strict=True)
    )
    source, _ = source_shapes(np.array([site["utilisation"]]), hours)
    source_kw = site["source_kw"] * source[0]
    supply = float(np.average(users["supply_degc"], weights=users["heat_mwh"]))
    back = float(np.average(users["return_degc"], weights=users["heat_mwh"]))
    machines = fast_machines(scenario.heat_pump.refrigerant, variant=scenario.heat_pump.cycle)
    waters = (site["source_degc"], site["source_return_degc"], back, supply)
    wanted = float(load_kw.max())
    share = float(arrange(CENTRAL, *waters, heat_kw=wanted, machines=machines)["source_share"][0])
    fed = min(wanted, float(source_kw.max()) / share)
    point = arrange(CENTRAL, *waters, heat_kw=fed, machines=machines).iloc[0]
    size = min(wanted, float(source_kw.max()) / point["source_share"])
    covered = 0.0
    for hour in range(HOURS):
        covered += min(size, source_kw[hour] / point["source_share"], load_kw[hour])
    assert row["covered_mwh"] == pytest.approx(covered / 1e3, rel=1e-9)
    assert row["covered_share"] == pytest.approx(covered / 1e3 / users["heat_mwh"].sum(), rel=1e-9)
    assert row["cop"] == pytest.approx(point["cop"], rel=1e-12)
    assert 0.05 < row["covered_share"] < 0.95


def test_energy_is_balanced_and_ranges_bracket(found: Zones) -> None:
    rows = found.sources
    assert (rows["covered_mwh"] <= rows["zone_heat_mwh"] * (1 + 1e-9)).all()
    # What is covered is no more than all heat of the source and the electricity to lift it.
    most = rows["source_kw"] * HOURS / 1e3 / (1.0 - 1.0 / rows["cop"])
    assert (rows["covered_mwh"] <= most * 1.1).all()
    assert (rows["covered_low_share"] <= rows["covered_share"]).all()
    assert (rows["covered_share"] <= rows["covered_high_share"]).all()


def test_golden_ranks_both_ways(found: Zones) -> None:
    """The near data centre is larger and nearer; the street zone needs most, so it ranks first."""
    rows = found.sources.set_index(["rule", "site_id"])
    assert rows.loc[("de_street_1_5", "near"), ["site_rank"]].item() == 1
    assert rows.loc[("de_street_1_5", "far"), ["site_rank"]].item() == 2
    assert rows["zone_rank"].tolist() == [1] * 4
    zones = found.zones.set_index("rule")
    assert zones["sources"].tolist() == [2, 2]
    assert zones["best_site_id"].tolist() == ["near", "near"]
    alone = "; not to be added over zones; pipe losses not taken off"
    assert found.sources["reason"].str.contains("if it served this zone alone").all()
    assert found.sources["reason"].str.endswith(alone).all()
    best = rows.loc[("de_street_1_5", "near"), "covered_share"]
    assert zones.loc["de_street_1_5", "best_covered_share"] == best


def test_golden_way_to_a_zone_is_held_against_its_rule(found: Zones) -> None:
    """Heat over trench and way together; too long a way is told with both figures."""
    zones = found.zones.set_index("zone_id").loc[found.sources["zone_id"]]
    trench, asked = (zones[name].to_numpy() for name in ("trench_m", "threshold_mwh_m"))
    carried = found.sources["zone_heat_mwh"] / (trench + found.sources["route_m"])
    assert found.sources["way_heat_density_mwh_m"].tolist() == pytest.approx(carried.tolist())
    told = found.sources["reason"].str.contains("the way to it is too long for this rule")
    assert told.tolist() == (carried < asked).tolist()
    assert told.any()
    assert not told.all()


def test_warm_water_needs_no_heat_pump(twelve_made: Callable[..., Inputs]) -> None:
    warm = sites(source_degc=[85.0, 85.0], source_return_degc=[60.0, 60.0])
    rows = zone(twelve_made(sites=warm), rules=["de_street_1_5"]).sources
    assert rows["cop"].isna().all()
    assert rows["reason"].str.contains("by exchanger alone").all()
    assert (rows["covered_mwh"] <= rows["source_kw"] * HOURS / 1e3).all()


def test_only_data_centres_within_the_radius_count(twelve_made: Callable[..., Inputs]) -> None:
    base = Scenario()
    short = base.model_copy(update={"search": base.search.model_copy(update={"radius_m": 300.0})})
    rows = zone(twelve_made(sites=sites(), scenario=short), rules=["de_street_1_5"]).sources
    assert rows["site_id"].tolist() == ["near"]


def test_without_data_centres_there_are_zones_all_the_same(
    twelve_made: Callable[..., Inputs],
) -> None:
    none = sites().iloc[:0]
    found = zone(twelve_made(sites=none), rules=["de_street_1_5"])
    assert len(found.zones) == 1
    assert found.zones["sources"].tolist() == [0]
    assert found.zones["best_site_id"].tolist() == [""]
    assert found.sources.empty


def test_golden_connected_share_follows_the_plan() -> None:
    """Of 100 MWh in the zone the plan connects 30; what it connects elsewhere does not count."""
    members = pd.DataFrame(
        {"zone_id": "z", "consumer_id": ["a", "b", "c"], "heat_mwh": [30.0, 50.0, 20.0]}
    )
    pairs = pd.DataFrame({"zone_id": ["z", "z"], "site_id": ["s", "t"]})
    connections = pd.DataFrame(
        {
            "site_id": ["s", "s", "t", "s"],
            "consumer_id": ["a", "b", "b", "x"],
            "connected": [True, False, False, True],
        }
    )
    assert connected_share(pairs, members, connections).tolist() == [0.3, 0.0]
    assert np.isnan(connected_share(pairs, members, None)).all()
