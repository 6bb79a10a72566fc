"""Growth on streets: stages keep their budgets, tables speak of streets and pipes."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from heatreach.network import (
    QUICK,
    DesignRules,
    GrowthPlan,
    Stages,
    attach,
    connect,
    design_growth,
    design_network,
    pipe_catalogue,
    street_graph,
)

PIPES = pipe_catalogue(insulation_series=2, money="EUR 2024")
RULES = DesignRules(
    supply_degc=70.0,
    return_degc=40.0,
    ground_degc=8.0,
    capacity_kw=1e6,
    loss_value_per_mwh=500.0,
    reach_m=1e6,
)
LINES = [LineString([(0, 0), (200, 0), (400, 0), (600, 0)])]
STREETS = street_graph(gpd.GeoDataFrame(geometry=LINES, crs=32635))
PLACES = gpd.GeoSeries([Point(0, 5), Point(150, 8), Point(350, 8), Point(590, 8)], crs=32635)
GRAPH, NODE = attach(STREETS, connect(STREETS, PLACES, farthest_m=30.0, candidates=1))
PEOPLE = pd.DataFrame(
    {
        "node": NODE[1:],
        "peak_kw": [100.0, 400.0, 900.0],
        "value": [4e5, 5e5, 9e5],
        "annual_heat_mwh": [200.0, 800.0, 1800.0],
    },
    index=["near", "middle", "far"],
)


def grown(budget: list[float], consumers: pd.DataFrame = PEOPLE) -> GrowthPlan:
    """Growth plan of the street over three stages five years apart."""
    stages = Stages(year=np.array([0.0, 5.0, 10.0]), budget=np.array(budget), discount_rate=0.03)
    return design_growth(
        GRAPH,
        int(NODE[0]),
        consumers,
        stages=stages,
        catalogue=PIPES,
        rules=RULES,
        effort=QUICK,
    )


def test_golden_enough_money_builds_it_all_at_once() -> None:
    plan = grown([1e7, 1e7, 1e7])
    assert plan.consumers["stage"].tolist() == [0, 0, 0]
    assert plan.consumers.index.tolist() == ["near", "middle", "far"]
    whole = design_network(
        GRAPH, int(NODE[0]), PEOPLE, mode="npv", catalogue=PIPES, rules=RULES, effort=QUICK
    )
    assert plan.npv == pytest.approx(whole.worth)
    assert plan.edges["investment"].sum() == pytest.approx(whole.cost)
    assert set(plan.edges["edge"]) == set(whole.edges["edge"])
    assert set(plan.edges["dn"]) == set(PIPES.dn[whole.edges["size"]])


def test_golden_small_budgets_spread_it() -> None:
    near = design_network(
        GRAPH, int(NODE[0]), PEOPLE.iloc[:1], mode="all", catalogue=PIPES, rules=RULES
    ).cost
    plan = grown([near * 2.0, 4e5, 1e7])
    stages = plan.stages
    assert (stages["spent"] <= stages["budget"] + 1e-6).all()
    assert plan.consumers["stage"].max() > 0
    # A trench lies before or when the consumer behind it connects, from the source outwards.
    first = plan.edges.groupby("edge")["stage"].min()
    assert first.min() == plan.consumers.loc[plan.consumers["stage"] >= 0, "stage"].min()
    assert plan.npv <= plan.npv_bound + 1e-6


def test_golden_late_consumer_waits() -> None:
    plan = grown([1e7] * 3, consumers=PEOPLE.assign(earliest_stage=[0, 2, 0]))
    assert plan.consumers.loc["middle", "stage"] == 2


def test_golden_unreachable_consumer_never_connects() -> None:
    people = PEOPLE.assign(node=PEOPLE["node"].where(PEOPLE.index != "far", -1))
    assert grown([1e7] * 3, consumers=people).consumers.loc["far", "stage"] == -1


def test_rejects_stages_out_of_order() -> None:
    stages = Stages(year=np.array([5.0, 0.0]), budget=np.array([1.0, 1.0]), discount_rate=0.03)
    with pytest.raises(ValueError, match="years must rise"):
        design_growth(
            GRAPH, int(NODE[0]), PEOPLE, stages=stages, catalogue=PIPES, rules=replace(RULES)
        )
