"""Pipes of a designed network sized anew for another supply temperature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from heatreach.network import attach, check_plan, connect, design_network, street_graph
from heatreach.network.designing.resized import bounded_by, resized_plan
from heatreach.thermo import mass_flow_kg_s
from tests.peers.networks import PIPES, RULES

if TYPE_CHECKING:
    from heatreach.network import DesignRules, NetworkPlan, StreetGraph

PRICED = replace(RULES, upkeep_value_share=0.2, pumping_value_per_kw=1000.0)
WARMER = replace(PRICED, supply_degc=90.0)


def town() -> tuple[StreetGraph, pd.DataFrame, int]:
    """A street that forks, with three houses and a school, and the node of the source."""
    lines = [[(0, 0), (400, 0)], [(400, 0), (900, 0)], [(400, 0), (400, 700)]]
    places = [(0, 5), (150, 12), (600, -12), (880, 12), (412, 680)]
    streets = street_graph(gpd.GeoDataFrame(geometry=[LineString(x) for x in lines], crs=32635))
    points = gpd.GeoSeries([Point(place) for place in places], crs=32635)
    graph, node = attach(streets, connect(streets, points, farthest_m=30.0, candidates=1))
    consumers = pd.DataFrame(
        {
            "id": ["a", "b", "c", "school"],
            "node": node[1:],
            "peak_kw": [600.0, 400.0, 800.0, 1300.0],
            "annual_heat_mwh": [1000.0, 700.0, 1500.0, 2500.0],
            "value": [4e6, 2e6, -1e3, 9e6],
        }
    )
    return graph, consumers, int(node[0])


def designed(rules: DesignRules) -> tuple[NetworkPlan, StreetGraph]:
    """The optimiser's plan for the town."""
    graph, consumers, source = town()
    plan = design_network(graph, source, consumers, mode="npv", catalogue=PIPES, rules=rules)
    assert plan.consumers["connected"].sum() >= 2
    return plan, graph


def test_property_the_same_temperature_gives_the_same_plan() -> None:
    plan, streets = designed(PRICED)
    again = resized_plan(plan, streets, catalogue=PIPES, rules=PRICED)
    assert again is not None
    pd.testing.assert_frame_equal(again.edges, plan.edges, rtol=1e-12)
    assert again.cost == pytest.approx(plan.cost, rel=1e-12)
    assert again.objective == pytest.approx(plan.objective, rel=1e-9)


def test_property_a_resized_plan_adds_up_and_is_no_thicker() -> None:
    plan, streets = designed(PRICED)
    warm = resized_plan(plan, streets, catalogue=PIPES, rules=WARMER)
    assert warm is not None
    check_plan(warm, streets, PIPES, WARMER)
    assert (warm.edges["size"] <= plan.edges["size"]).all()
    assert (warm.edges["size"] < plan.edges["size"]).any()
    assert warm.cost < plan.cost
    assert not warm.proven
    assert np.isnan(warm.lower_bound)


def test_golden_flow_follows_the_spread() -> None:
    """By hand: from 30 K to 45 K of spread two thirds of the water carry the same heat."""
    plan, streets = designed(PRICED)
    warm = resized_plan(plan, streets, catalogue=PIPES, rules=WARMER)
    assert warm is not None
    ratio = warm.edges["flow_kg_s"] / plan.edges["flow_kg_s"]
    np.testing.assert_allclose(ratio, 30.0 / 45.0, rtol=0.005)
    first = warm.edges["peak_kw"].max()
    assert warm.edges["flow_kg_s"].max() == pytest.approx(float(mass_flow_kg_s(first, 90.0, 45.0)))


def test_golden_bound_of_a_design_holds_for_the_resized_plan() -> None:
    """Resized, the plan is one of those that the design at that temperature is bounded below."""
    plan, streets = designed(PRICED)
    best, _ = designed(WARMER)
    warm = resized_plan(plan, streets, catalogue=PIPES, rules=WARMER)
    assert warm is not None
    value = best.consumers.set_index("id")["value"]
    bounded = bounded_by(warm, best, value, catalogue=PIPES, rules=WARMER)
    assert bounded.lower_bound == pytest.approx(best.lower_bound)
    assert bounded.objective >= best.lower_bound
    if set(plan.tree.edge.tolist()) == set(best.tree.edge.tolist()):
        assert bounded.objective == pytest.approx(best.objective, rel=1e-9)


def test_no_pipe_large_enough_is_no_plan() -> None:
    plan, streets = designed(PRICED)
    lukewarm = replace(PRICED, supply_degc=45.01)
    assert resized_plan(plan, streets, catalogue=PIPES, rules=lukewarm) is None
