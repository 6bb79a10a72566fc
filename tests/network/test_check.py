"""The independent checker: right plans pass, and each kind of corruption is found and named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from shapely import LineString, Point

from heatreach.network import (
    Catalogue,
    DesignRules,
    NetworkPlan,
    StreetGraph,
    attach,
    connect,
    design_network,
    street_graph,
)
from heatreach.network.check import check_plan, check_solution
from heatreach.network.errors import ContradictionError
from heatreach.network.optimise.model import UNUSED, Model, evaluate
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import models, random_model

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = DesignRules(
    supply_degc=70.0,
    return_degc=40.0,
    ground_degc=8.0,
    capacity_kw=1e6,
    loss_value_per_mwh=500.0,
    reach_m=1e6,
)


@pytest.fixture(scope="module")
def solved() -> tuple[Model, np.ndarray[Any, np.dtype[np.int64]], float]:
    """A problem with two sources and its optimum."""
    model = random_model(4, consumers=6, sources=2, coincident=True, must_share=1.0)
    best = smallest_cost(model)
    return model, best.parent_edge, best.objective


@given(model=models(max_consumers=5))
@settings(max_examples=100)
def test_property_right_solutions_pass(model: Model) -> None:
    best = smallest_cost(model)
    check_solution(model, best.parent_edge, best.objective, lower_bound=best.lower_bound)


@given(model=models(max_consumers=5))
@settings(max_examples=50)
def test_property_a_wrong_sum_is_found(model: Model) -> None:
    best = smallest_cost(model)
    if np.isfinite(best.objective):
        with pytest.raises(ContradictionError, match="add up to"):
            check_solution(model, best.parent_edge, best.objective * 1.00001 + 0.01)


def test_solution_rejects_an_edge_that_does_not_touch_its_node(solved: Any) -> None:
    model, parent_edge, objective = solved
    node = int(model.terminal[0])
    wrong = parent_edge.copy()
    wrong[node] = int(np.flatnonzero((model.tail != node) & (model.head != node))[0])
    with pytest.raises(ContradictionError, match=rf"node {node} hangs on edge .* does not touch"):
        check_solution(model, wrong, objective)


def test_solution_rejects_an_edge_that_does_not_exist(solved: Any) -> None:
    model, parent_edge, objective = solved
    wrong = parent_edge.copy()
    wrong[int(model.terminal[0])] = model.edges
    with pytest.raises(ContradictionError, match="does not exist"):
        check_solution(model, wrong, objective)
    with pytest.raises(ContradictionError, match="entries for"):
        check_solution(model, parent_edge[:-1], objective)


def test_solution_rejects_a_consumer_off_the_root(solved: Any) -> None:
    model, parent_edge, objective = solved
    wrong = parent_edge.copy()
    way = int(model.tail[wrong[model.terminal[0]]] + model.head[wrong[model.terminal[0]]])
    wrong[way - int(model.terminal[0])] = UNUSED
    with pytest.raises(ContradictionError, match="does not hang on the root"):
        check_solution(model, wrong, objective)


def test_solution_rejects_a_circle() -> None:
    model = random_model(0, consumers=2, rows=2, columns=2, parallel_share=1.0)
    wrong = np.full(model.nodes, UNUSED)
    off_root = [
        edge
        for edge in range(model.edges)
        if model.root not in (model.tail[edge], model.head[edge])
        and model.through[[model.tail[edge], model.head[edge]]].all()
    ]
    edge = off_root[0]
    wrong[model.tail[edge]] = wrong[model.head[edge]] = edge
    with pytest.raises(ContradictionError, match="in a circle"):
        check_solution(model, wrong, 1.0)


def test_solution_rejects_a_root_that_hangs_on_an_edge(solved: Any) -> None:
    model, parent_edge, objective = solved
    wrong = parent_edge.copy()
    wrong[model.root] = model.source_edge[0]
    with pytest.raises(ContradictionError, match="itself hangs"):
        check_solution(model, wrong, objective)


def test_solution_rejects_a_route_through_a_consumer(solved: Any) -> None:
    model, parent_edge, objective = solved
    through = model.through.copy()
    ends = model.tail + model.head
    passed = [
        int(ends[edge]) - node
        for node, edge in enumerate(parent_edge.tolist())
        if edge >= 0 and int(ends[edge]) - node != model.root
    ]
    through[passed[0]] = False
    with pytest.raises(ContradictionError, match=f"passes through consumer node {passed[0]}"):
        check_solution(replace(model, through=through), parent_edge, objective)


def test_solution_rejects_too_much_for_a_source(solved: Any) -> None:
    model, parent_edge, objective = solved
    with pytest.raises(ContradictionError, match=r"source \d serves"):
        check_solution(replace(model, capacity_kw=np.full(2, 1.0)), parent_edge, objective)


def test_solution_rejects_too_much_for_a_pipe(solved: Any) -> None:
    model, parent_edge, objective = solved
    small = replace(model, limit_kw=model.limit_kw / 1e3)
    with pytest.raises(ContradictionError, match="no pipe in edge"):
        check_solution(small, parent_edge, objective)


def test_solution_rejects_a_missing_consumer(solved: Any) -> None:
    model, parent_edge, objective = solved
    wrong = parent_edge.copy()
    wrong[model.terminal[2]] = UNUSED
    with pytest.raises(ContradictionError, match="consumer 2 must be connected"):
        check_solution(model, wrong, objective)


def test_solution_rejects_a_bound_above_the_objective(solved: Any) -> None:
    model, parent_edge, objective = solved
    with pytest.raises(ContradictionError, match="exceeds the objective"):
        check_solution(model, parent_edge, objective, lower_bound=objective + 1.0)


def test_solution_names_all_contradictions_at_once(solved: Any) -> None:
    model, parent_edge, _ = solved
    wrong = parent_edge.copy()
    wrong[model.terminal[:3]] = UNUSED
    with pytest.raises(ContradictionError, match=r"consumer 0 .*; consumer 1 .*; consumer 2 "):
        check_solution(model, wrong, 1.0)


def test_solution_that_fits_nowhere_may_say_so() -> None:
    model = random_model(1, consumers=2, must_share=1.0)
    nothing = np.full(model.nodes, UNUSED)
    check_solution(model, nothing, evaluate(model, nothing).objective)


def test_golden_load_at_a_limit_may_count_either_way() -> None:
    """0.1 + 0.2 is not 0.3 in floating point: a pipe for 0.3 kW, or the next, is right."""
    model = replace(
        random_model(0, consumers=2, services=1, diversity=False, must_share=1.0),
        peak_kw=np.array([0.1, 0.2]),
        largest_kw=np.array([0.1, 0.2]),
        limit_kw=np.array([0.1, 0.3, 9.0]),
    )
    best = smallest_cost(model)
    check_solution(model, best.parent_edge, best.objective, lower_bound=best.lower_bound)


@pytest.fixture(scope="module")
def streets_and_plan(pipes: Catalogue) -> tuple[StreetGraph, NetworkPlan]:
    """Six buildings along three streets."""
    lines = [
        LineString([(0, 0), (400, 0)]),
        LineString([(400, 0), (400, 300)]),
        LineString([(400, 0), (800, 0)]),
    ]
    places = [(100, 10), (250, -12), (410, 100), (390, 250), (600, 10), (790, -10)]
    tags = {"highway": ["residential"] * 3, "surface": ["asphalt", "asphalt", "grass"]}
    streets = street_graph(gpd.GeoDataFrame(tags, geometry=lines, crs=32635))
    points = gpd.GeoSeries([Point(0, 5), *map(Point, places)], crs=32635)
    graph, node = attach(streets, connect(streets, points, farthest_m=30.0, candidates=1))
    frame = pd.DataFrame(
        {
            "node": node[1:],
            "peak_kw": [40.0, 300.0, 80.0, 55.0, 120.0, 900.0],
            "value": [1e6] * 6,
        }
    )
    plan = design_network(graph, int(node[0]), frame, mode="all", catalogue=pipes, rules=RULES)
    return graph, plan


def edges_with(column: str, change: Callable[[Any], Any]) -> Callable[[NetworkPlan], NetworkPlan]:
    """Sabotage of one column in the first row of edges."""

    def sabotage(plan: NetworkPlan) -> NetworkPlan:
        edges = plan.edges.copy()
        edges[column] = edges[column].astype(float)
        edges.loc[0, column] = change(edges.loc[0, column])
        if column == "size":
            edges[column] = edges[column].astype(int)
        return replace(plan, edges=edges)

    return sabotage


def unconnected(plan: NetworkPlan) -> NetworkPlan:
    """A consumer said to be out although its trench is there."""
    consumers = plan.consumers.copy()
    consumers.loc[2, "source"] = -1
    return replace(plan, consumers=consumers)


def trenchless(plan: NetworkPlan) -> NetworkPlan:
    """A consumer said to be in without a trench."""
    consumers = plan.consumers.copy()
    consumers.loc[2, "node"] = 10**6
    return replace(plan, consumers=consumers)


def passed(plan: NetworkPlan) -> NetworkPlan:
    """A consumer that lies in the middle of the route to others."""
    consumers = plan.consumers.copy()
    consumers.loc[2, "node"] = int(plan.tree.node[1])
    return replace(plan, consumers=consumers)


def rehung(plan: NetworkPlan) -> NetworkPlan:
    """A node hung on another than its edge leads to."""
    parent = plan.tree.parent.copy()
    parent[-1] = 0
    return replace(plan, trees=(replace(plan.tree, parent=parent),))


def twice(plan: NetworkPlan) -> NetworkPlan:
    """A node reached by two trenches."""
    node = plan.tree.node.copy()
    node[-1] = node[-2]
    return replace(plan, trees=(replace(plan.tree, node=node),))


SABOTAGE: dict[str, tuple[Callable[[NetworkPlan], NetworkPlan], str]] = {
    "length": (edges_with("length_m", lambda x: x + 1.0), "m long, not the street's"),
    "count": (edges_with("consumers", lambda x: x + 1), "has consumers"),
    "sum": (edges_with("peak_sum_kw", lambda x: x * 1.01), "has peak_sum_kw"),
    "load": (edges_with("peak_kw", lambda x: x * 0.99), "has peak_kw"),
    "flow": (edges_with("flow_kg_s", lambda x: x * 1.01), "has flow_kg_s"),
    "thin pipe": (edges_with("size", lambda x: x - 1), "exceed"),
    "thick pipe": (edges_with("size", lambda x: x + 1), "suffices"),
    "no pipe": (edges_with("size", lambda _: -1), "no pipe of the catalogue"),
    "edge cost": (edges_with("capex", lambda x: x + 5.0), "pipe, ground and crossings cost"),
    "low cost": (edges_with("capex_low", lambda x: x - 5.0), "capex_low"),
    "sum of costs": (lambda plan: replace(plan, cost=plan.cost + 1.0), "add up to"),
    "lost row": (lambda plan: replace(plan, edges=plan.edges.iloc[1:]), "rows of edges"),
    "wrong edge": (edges_with("edge", lambda x: x + 1), "is not edge"),
    "unconnected": (unconnected, "leads to no connected consumer"),
    "trenchless": (trenchless, "no trench leads to it"),
    "passed": (passed, "passes through consumer 2"),
    "rehung": (rehung, "does not join"),
    "twice": (twice, "two trenches lead to"),
    "bound": (lambda plan: replace(plan, lower_bound=plan.objective * 1.01), "lower bound"),
    "parts": (lambda plan: replace(plan, objective=plan.objective * 1.001), "its parts add up"),
    "stray edge": (edges_with("source", lambda _: 7), "belong to no source"),
    "gap": (lambda plan: replace(plan, gap=-0.1), "is negative"),
    "proof": (lambda plan: replace(plan, proven=True, gap=0.1), "called proven"),
}


def test_plan_of_the_designer_passes(
    streets_and_plan: tuple[StreetGraph, NetworkPlan], pipes: Catalogue
) -> None:
    streets, plan = streets_and_plan
    check_plan(plan, streets, pipes, RULES)


@pytest.mark.parametrize("kind", SABOTAGE)
def test_plan_rejects_sabotage(
    kind: str, streets_and_plan: tuple[StreetGraph, NetworkPlan], pipes: Catalogue
) -> None:
    streets, plan = streets_and_plan
    sabotage, words = SABOTAGE[kind]
    with pytest.raises(ContradictionError, match=words):
        check_plan(sabotage(plan), streets, pipes, RULES)


def test_plan_rejects_an_overloaded_source(
    streets_and_plan: tuple[StreetGraph, NetworkPlan], pipes: Catalogue
) -> None:
    streets, plan = streets_and_plan
    with pytest.raises(ContradictionError, match="the source serves"):
        check_plan(plan, streets, pipes, replace(RULES, capacity_kw=500.0))


def test_plan_takes_pipes_that_lie_there(
    streets_and_plan: tuple[StreetGraph, NetworkPlan], pipes: Catalogue
) -> None:
    streets, plan = streets_and_plan
    lying = plan.edges[["edge", "size"]]
    free = plan.edges.assign(capex=0.0, capex_low=0.0, capex_high=0.0)
    laid = replace(plan, edges=free, cost=0.0)
    check_plan(laid, streets, pipes, RULES, existing=lying)
    with pytest.raises(ContradictionError, match="pipe, ground and crossings cost 0"):
        check_plan(plan, streets, pipes, RULES, existing=lying)
    with pytest.raises(ContradictionError, match="capex 0"):
        check_plan(laid, streets, pipes, RULES)
