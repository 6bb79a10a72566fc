"""What else a design can be asked for: limits, groups, pipes that lie already, two sources."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from heatreach.network import (
    DesignRules,
    NetworkPlan,
    StreetGraph,
    attach_candidates,
    connect_all,
    design_network,
    design_peak_kw,
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
    annuity_years=15.0,
    pumping_value_per_kw=2000.0,
)


def ladder(consumers: list[tuple[float, float]]) -> tuple[StreetGraph, np.ndarray]:
    """Two long streets and three between them, with the places hung on."""
    rungs = [LineString([(x, 0), (x, 60)]) for x in (0.0, 150.0, 300.0)]
    lines = [LineString([(0, y), (150, y), (300, y)]) for y in (0.0, 60.0)] + rungs
    streets = street_graph(gpd.GeoDataFrame(geometry=lines, crs=32635))
    places = gpd.GeoSeries([Point(place) for place in consumers], crs=32635)
    return attach_candidates(
        streets, connect_all(streets, places, farthest_m=80.0, candidates=3, apart_m=5.0)
    )


PLACES = [(-10.0, 5.0), (60.0, 20.0), (140.0, 40.0), (220.0, 15.0), (290.0, 50.0), (310.0, 30.0)]
PEAKS = [80.0, 150.0, 60.0, 300.0, 40.0]
VALUES = [9e4, 1.2e5, 8e4, 2.2e5, 3e4]


@pytest.fixture(scope="module")
def town() -> tuple[StreetGraph, int, pd.DataFrame]:
    """Streets, source and five consumers with up to three service pipes each."""
    graph, node = ladder(PLACES)
    frame = pd.DataFrame(
        {
            "node": node[1:],
            "peak_kw": PEAKS,
            "value": VALUES,
            "annual_heat_mwh": [2.0 * peak for peak in PEAKS],
            "tariff_per_mwh": 90.0,
        }
    )
    return graph, int(node[0]), frame


def plan_of(town: tuple[StreetGraph, int, pd.DataFrame], **options: Any) -> NetworkPlan:
    """Network of the town under options."""
    graph, source, frame = town
    frame = options.pop("consumers", frame)
    settings: dict[str, Any] = {"mode": "npv", "catalogue": PIPES, "rules": RULES} | options
    return design_network(graph, source, frame, **settings)


def every_choice(town: tuple[StreetGraph, int, pd.DataFrame]) -> list[NetworkPlan]:
    """The cheapest network of each set of consumers."""
    frame = town[2]
    plans = []
    for chosen in product(("forced", "forbidden"), repeat=len(frame)):
        plans.append(plan_of(town, consumers=frame.assign(choice=list(chosen))))
    return plans


@pytest.fixture(scope="module")
def choices(town: tuple[StreetGraph, int, pd.DataFrame]) -> list[NetworkPlan]:
    """The cheapest network of each set, worth and all."""
    return every_choice(town)


def test_golden_free_choice_is_the_best_of_all_sets(
    town: tuple[StreetGraph, int, pd.DataFrame], choices: list[NetworkPlan]
) -> None:
    plan = plan_of(town)
    assert plan.proven
    assert plan.worth == pytest.approx(max(choice.worth for choice in choices))
    assert plan.worth_bound == pytest.approx(plan.worth)


def test_golden_parts_add_up(town: tuple[StreetGraph, int, pd.DataFrame]) -> None:
    plan = plan_of(town)
    assert sum(plan.cost_parts.values()) == pytest.approx(
        plan.objective + plan.cost_parts["served_at_a_loss"] * 0.0
    )
    assert plan.cost_parts["capex"] == pytest.approx(plan.edges["capex"].sum())


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_golden_budget_is_kept_and_bounded(
    town: tuple[StreetGraph, int, pd.DataFrame], choices: list[NetworkPlan], share: float
) -> None:
    budget = share * plan_of(town, mode="all").cost
    plan = plan_of(town, budget=budget)
    best = max(choice.worth for choice in choices if choice.cost <= budget)
    assert plan.cost <= budget
    assert plan.worth <= best + 1e-6
    assert plan.worth_bound >= best - 1e-6
    assert plan.worth >= 0.9 * best
    assert plan.limit_words


@pytest.mark.parametrize("target_mwh", [300.0, 900.0, 1200.0])
def test_golden_heat_target_is_reached(
    town: tuple[StreetGraph, int, pd.DataFrame], choices: list[NetworkPlan], target_mwh: float
) -> None:
    plan = plan_of(town, heat_target_mwh=target_mwh)

    def heat(found: NetworkPlan) -> float:
        return float(found.consumers.loc[found.consumers["connected"], "annual_heat_mwh"].sum())

    assert heat(plan) >= target_mwh
    best = max(choice.worth for choice in choices if heat(choice) >= target_mwh)
    assert plan.worth <= best + 1e-6
    assert plan.worth_bound >= best - 1e-6


def test_golden_group_joins_all_or_none(
    town: tuple[StreetGraph, int, pd.DataFrame], choices: list[NetworkPlan]
) -> None:
    frame = town[2].assign(group=["", "", "row", "", "row"])
    plan = plan_of(town, consumers=frame)
    inside = plan.consumers["connected"].to_numpy()
    assert inside[2] == inside[4]
    allowed = [
        choice.worth
        for choice in choices
        if choice.consumers["connected"].iloc[2] == choice.consumers["connected"].iloc[4]
    ]
    assert plan.worth == pytest.approx(max(allowed))


def test_golden_consumer_joins_at_its_break_even(
    town: tuple[StreetGraph, int, pd.DataFrame],
) -> None:
    frame = town[2].assign(value=[9e4, 1.2e5, 8e4, 2.2e5, 2e3])
    plan = plan_of(town, consumers=frame)
    row = plan.consumers.iloc[4]
    assert not row["connected"]
    assert row["grant"] == pytest.approx(row["joining_cost"] - 2e3)
    assert row["break_even_price_per_mwh"] == pytest.approx(90.0 + row["grant"] / (80.0 * 15.0))
    for factor, joins in ((0.999, False), (1.001, True)):
        value = frame["value"].where(frame.index != 4, 2e3 + factor * row["grant"])
        again = plan_of(town, consumers=frame.assign(value=value))
        same = again.consumers["connected"].iloc[:4].equals(plan.consumers["connected"].iloc[:4])
        assert not same or again.consumers["connected"].iloc[4] == joins


def test_golden_pipe_that_lies_already_is_used(
    town: tuple[StreetGraph, int, pd.DataFrame],
) -> None:
    plan = plan_of(town, mode="all")
    trunk = plan.edges.iloc[1]
    # The trunk lies there, of the very size needed: only its heat and pumping are paid.
    lying = pd.DataFrame({"edge": [trunk["edge"]], "size": [trunk["size"]]})
    beside = plan_of(town, mode="all", existing=lying)
    assert plan.cost - beside.cost == pytest.approx(trunk["capex"])
    assert beside.edges["existing"].sum() == 1
    # One size too small: it is replaced, at the price of a new one.
    narrow = plan_of(town, mode="all", existing=lying.assign(size=lying["size"] - 1))
    assert narrow.cost <= plan.cost + 1e-6
    assert narrow.objective <= plan.objective + 1e-6


def test_golden_two_sources_share_the_consumers() -> None:
    graph, node = ladder([(-10.0, 5.0), (310.0, 5.0), *PLACES[1:]])
    frame = pd.DataFrame({"node": node[2:], "peak_kw": PEAKS, "value": 1e6})
    both = design_network(graph, node[:2].tolist(), frame, mode="npv", catalogue=PIPES, rules=RULES)
    assert both.consumers["connected"].all()
    assert set(both.consumers["source"]) == {0, 1}
    alone = [
        design_network(graph, int(source), frame, mode="npv", catalogue=PIPES, rules=RULES)
        for source in node[:2]
    ]
    assert both.objective < min(plan.objective for plan in alone)
    assert both.proven
    parts = [both.of_source(number) for number in (0, 1)]
    assert sum(part.cost for part in parts) == pytest.approx(both.cost)
    # No trench is laid twice, and none of one source touches the other's.
    assert not set(parts[0].edges["edge"]) & set(parts[1].edges["edge"])
    assert not set(parts[0].tree.node.tolist()) & set(parts[1].tree.node.tolist())


def test_golden_dear_source_serves_whom_it_must() -> None:
    graph, node = ladder([(-10.0, 5.0), (310.0, 5.0), *PLACES[1:]])
    frame = pd.DataFrame({"node": node[2:], "peak_kw": PEAKS, "value": 1e6})
    sources = pd.DataFrame({"node": node[:2], "capacity_kw": [400.0, 1e6]})
    dear = np.column_stack([np.full(5, 1e6), np.full(5, 7e5)])
    plan = design_network(
        graph, sources, frame, mode="npv", catalogue=PIPES, rules=RULES, values=dear
    )
    load = plan.of_source(0).edges["peak_kw"].max()
    assert load <= 400.0
    assert plan.cost_parts["dearer_source"] == pytest.approx(
        3e5 * (plan.consumers["source"] == 1).sum()
    )


def test_rejects_two_limits_and_wrong_values(town: tuple[StreetGraph, int, pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match="either a budget or a heat target"):
        plan_of(town, budget=1e5, heat_target_mwh=100.0)
    with pytest.raises(ValueError, match="one row per consumer"):
        plan_of(town, values=np.ones((2, 2)))
    with pytest.raises(ValueError, match="target"):
        plan_of(town, heat_target_mwh=1e9)


def test_golden_more_than_the_catalogue_carries_connects_as_many_as_fit() -> None:
    graph, node = ladder(PLACES)
    largest = float(PIPES.inner_diameter_mm.max())
    assert largest > 0.0
    frame = pd.DataFrame({"node": node[1:], "peak_kw": [6e4] * 5, "value": 1e6})
    plan = design_network(
        graph, int(node[0]), frame, mode="all", catalogue=PIPES, rules=replace(RULES)
    )
    assert 0 < plan.consumers["connected"].sum() < 5


def test_golden_source_feeds_all_its_branches_at_once() -> None:
    lines = [LineString([(-300, 0), (0, 0)]), LineString([(0, 0), (300, 0)])]
    streets = street_graph(gpd.GeoDataFrame(geometry=lines, crs=32635))
    places = gpd.GeoSeries([Point(0, 10), Point(-200, 8), Point(200, 8)], crs=32635)
    pipes = connect_all(streets, places, farthest_m=50.0, candidates=3, apart_m=5.0)
    graph, node = attach_candidates(streets, pipes)
    frame = pd.DataFrame({"node": node[1:], "peak_kw": [400.0, 300.0], "value": 1e6})
    plan = design_network(graph, int(node[0]), frame, mode="all", catalogue=PIPES, rules=RULES)
    together = float(design_peak_kw(700.0, 2, 400.0))
    assert plan.peak_kw == pytest.approx(together)
    street = plan.edges[plan.edges["length_m"] > 100.0]
    assert sorted(street["peak_kw"]) == [300.0, 400.0]
    assert plan.consumers["route_m"].tolist() == pytest.approx([10 + 200 + 8] * 2)


def test_golden_too_little_capacity_connects_as_many_as_fit(
    town: tuple[StreetGraph, int, pd.DataFrame],
) -> None:
    plan = plan_of(town, mode="all", rules=replace(RULES, capacity_kw=400.0))
    inside = plan.consumers["connected"]
    assert 0 < inside.sum() < len(inside)
    assert plan.peak_kw <= 400.0
    assert not plan.proven
    assert np.isnan(plan.lower_bound)
    assert plan.objective == pytest.approx(plan.cost + plan.cost_parts["losses"], rel=0.2)
    assert (plan.consumers.loc[~inside, "reason"].str.contains("too small")).all()


def test_rejects_forced_out_of_reach_and_shared_nodes(
    town: tuple[StreetGraph, int, pd.DataFrame],
) -> None:
    frame = town[2].assign(choice=["forced", "", "", "", ""])
    with pytest.raises(ValueError, match=r"consumers \[0\] are forced in"):
        plan_of(town, consumers=frame.assign(node=[-1, *frame["node"].iloc[1:]]))
    with pytest.raises(ValueError, match=r"consumers \[0, 1\] share a graph node"):
        plan_of(town, consumers=frame.assign(node=[frame["node"].iloc[1], *frame["node"].iloc[1:]]))


def test_golden_no_network_passes_through_the_building_of_another_source() -> None:
    """Two streets that meet 700 m further on; a source too small to help stands between them."""
    street = LineString([(0, 0), (250, 0), (1000, 0), (1000, 60), (250, 60), (200, 60)])
    streets = street_graph(gpd.GeoDataFrame(geometry=[street], crs=32635))
    places = gpd.GeoSeries([Point(-10, 5), Point(250, 30), Point(210, 75)], crs=32635)
    graph, node = attach_candidates(
        streets, connect_all(streets, places, farthest_m=40.0, candidates=3, apart_m=5.0)
    )
    sources = pd.DataFrame({"node": node[:2], "capacity_kw": [1e6, 10.0]})
    frame = pd.DataFrame({"node": node[2:], "peak_kw": [400.0], "value": [1e8]})
    plan = design_network(graph, sources, frame, mode="npv", catalogue=PIPES, rules=RULES)
    assert plan.consumers["source"].tolist() == [0]
    # Along the street: 1,000 m out, 60 m across and 790 m back, a service pipe at either end.
    assert plan.edges["length_m"].sum() == pytest.approx(1850.0 + 15.0 + np.hypot(10.0, 5.0), abs=1)
