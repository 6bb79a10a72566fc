"""Consumers short of warmth or pressure: who is named, what is changed, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from heatreach.network import (
    SKETCH,
    NetworkPlan,
    StreetGraph,
    attach,
    connect,
    design_network,
    street_graph,
    trench_capex,
)
from heatreach.network.cost import capex_by_pipe
from heatreach.network.operation.correction_words import COLD_TOLERANCE_K
from heatreach.network.operation.corrections import CorrectedPlan, Remedies, corrected_plan
from tests.peers.networks import OPERATION, PIPES, RULES, planned, random_plan

REMEDIES = Remedies(supply_step_k=1.0, supply_max_degc=95.0, supply_value_per_k=1000.0)


def line(*, need: float = 60.0, size: int | None = None) -> tuple[NetworkPlan, StreetGraph]:
    """A street of 1,500 m in two pieces with a house near its beginning and one at its end."""
    table = pd.DataFrame(
        {
            "id": ["near", "far"],
            "node": [3, 4],
            "peak_kw": [100.0, 150.0],
            "annual_heat_mwh": [180.0, 260.0],
            "supply_degc": [60.0, need],
            "return_degc": [45.0, 45.0],
        }
    )
    length = [0.0, 300.0, 1200.0, 10.0, 20.0]
    sizes = None if size is None else np.array([0, size, size, size, size])
    return planned([0, 0, 1, 1, 2], length, table, size=sizes)


def corrected(
    plan: NetworkPlan,
    streets: StreetGraph,
    *,
    head_max_pa: float = np.inf,
    remedies: Remedies = REMEDIES,
) -> CorrectedPlan:
    """The plan put right."""
    operation = replace(OPERATION, head_max_pa=head_max_pa, fittings_share=0.1)
    return corrected_plan(
        plan, streets, catalogue=PIPES, rules=RULES, operation=operation, remedies=remedies
    )


def test_golden_a_plan_that_serves_everybody_stays() -> None:
    plan, streets = line()
    found = corrected(plan, streets)
    assert found.corrections == ()
    assert found.unserved == ()
    assert found.extra_value == 0.0
    assert found.plan is plan
    assert found.rules == RULES


def test_golden_supply_rises_by_the_least_whole_steps() -> None:
    plan, streets = line(need=74.5)
    found = corrected(plan, streets)
    assert found.unserved == ()
    assert len(found.corrections) == 1
    assert "far" in found.corrections[0]
    assert "near" not in found.corrections[0]
    assert float(found.state.too_cold_k.max()) <= COLD_TOLERANCE_K
    assert found.source_degc == found.rules.supply_degc
    raised = found.rules.supply_degc - RULES.supply_degc
    assert raised == round(raised)
    # One step less and it is too cold.
    cooler = replace(REMEDIES, supply_max_degc=found.rules.supply_degc - 1.0)
    short = corrected(plan, streets, remedies=cooler)
    assert len(short.unserved) == 1
    assert "consumer far" in short.unserved[0]


def test_golden_warmth_is_priced_by_loss_and_value_per_kelvin() -> None:
    plan, streets = line(need=74.5)
    found = corrected(plan, streets)
    raised = found.rules.supply_degc - RULES.supply_degc
    # Supply pipes lose U per kelvin and metre more, all year, at 500 per yearly MWh.
    u_value = PIPES.u_value_w_mk[plan.edges["size"].to_numpy()]
    more_w = float((u_value * plan.edges["length_m"]).sum()) * raised
    assert found.extra_value == pytest.approx(more_w * 8760 / 1e6 * 500 + raised * 1000)
    assert found.plan.cost == plan.cost
    assert found.plan.edges["loss_w_m"].sum() > plan.edges["loss_w_m"].sum()
    assert found.plan.edges["flow_kg_s"].sum() < plan.edges["flow_kg_s"].sum()


def test_golden_wider_pipes_are_priced_anew() -> None:
    plan, streets = line()
    whole = float(np.nanmax(corrected(plan, streets).needed_head_pa))
    dear_warmth = replace(REMEDIES, supply_value_per_k=1e7)
    limit = 60e3 + 0.6 * (whole - 60e3)
    found = corrected(plan, streets, head_max_pa=limit, remedies=dear_warmth)
    assert found.unserved == ()
    assert "widened" in found.corrections[0]
    assert float(np.nanmax(found.needed_head_pa)) <= limit
    assert found.rules == RULES
    edges = found.plan.edges
    assert (edges["size"] >= plan.edges["size"]).all()
    anew = trench_capex(
        edges["size"].to_numpy(), PIPES, hard_m=edges["length_m"].to_numpy(), soft_m=0.0
    )
    for row, name in enumerate(("capex", "capex_low", "capex_high")):
        assert edges[name].to_numpy() == pytest.approx(anew[row])
    assert found.plan.cost == pytest.approx(anew[0].sum())
    assert not found.plan.proven
    # No pipe is wider than the one before it.
    size = np.concatenate([[99], edges["size"]])
    assert (size[1:] <= size[plan.tree.parent[1:]]).all()


def test_golden_warmer_water_where_that_is_cheaper() -> None:
    plan, streets = line()
    whole = float(np.nanmax(corrected(plan, streets).needed_head_pa))
    free_warmth = replace(REMEDIES, supply_value_per_k=0.0)
    limit = 60e3 + 0.95 * (whole - 60e3)
    found = corrected(plan, streets, head_max_pa=limit, remedies=free_warmth)
    assert found.unserved == ()
    assert "supply raised" in found.corrections[0]
    assert "too little pressure" in found.corrections[0]
    assert found.plan.edges["size"].tolist() == plan.edges["size"].tolist()
    dear = corrected(
        plan, streets, head_max_pa=limit, remedies=replace(REMEDIES, supply_value_per_k=1e7)
    )
    assert found.extra_value < dear.extra_value


def test_golden_who_cannot_be_served_is_named() -> None:
    plan, streets = line(size=len(PIPES.dn) - 1)
    found = corrected(plan, streets, head_max_pa=59e3)
    assert len(found.unserved) == 2
    assert "consumer near" in found.unserved[0]
    assert "consumer far" in found.unserved[1]
    assert "kPa" in found.unserved[0]


def test_golden_an_existing_pipe_that_is_widened_is_paid_in_full() -> None:
    plan, streets = line()
    lying = plan.edges.assign(
        existing=[True] + [False] * 3,
        capex=plan.edges["capex"] * ([0.0] + [1.0] * 3),
    )
    old = replace(plan, edges=lying, cost=float(lying["capex"].sum()))
    streets.crossed = lambda: np.array([""] * 4)  # type: ignore[method-assign]
    streets.of_way = lambda name: np.zeros(4) if name != "cost_factor" else np.ones(4)  # type: ignore[method-assign,assignment]
    whole = float(np.nanmax(corrected(plan, streets).needed_head_pa))
    dear_warmth = replace(REMEDIES, supply_value_per_k=1e7)
    limit = 60e3 + 0.3 * (whole - 60e3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "heatreach.network.operation.correction_case.one_off_capex",
            lambda *_, **__: np.full((3, 4), 7.0),
        )
        found = corrected(old, streets, head_max_pa=limit, remedies=dear_warmth)
    first = found.plan.edges.iloc[0]
    assert first["size"] > plan.edges["size"].iloc[0]
    assert not first["existing"]
    anew = trench_capex(np.array([first["size"]]), PIPES, hard_m=300.0, soft_m=0.0)[0, 0]
    assert first["capex"] == pytest.approx(anew + 7.0)


@pytest.mark.parametrize("seed", range(4))
def test_property_all_served_or_named(seed: int) -> None:
    plan, streets = random_plan(seed, 15)
    free = corrected(plan, streets)
    whole = float(np.nanmax(free.needed_head_pa))
    for share in (0.7, 0.4):
        limit = 60e3 + share * (whole - 60e3)
        found = corrected(plan, streets, head_max_pa=limit)
        lacking = (found.needed_head_pa > limit + 1e-3) | (found.cold_k > COLD_TOLERANCE_K)
        assert lacking.sum() <= len(found.unserved)
        assert found.unserved == ()
        assert found.extra_value > 0.0
        assert found.plan.cost == pytest.approx(found.plan.edges["capex"].sum())


def test_golden_a_source_warmer_than_design_serves_without_correction() -> None:
    plan, streets = line(need=74.5)
    raised = corrected(plan, streets).rules.supply_degc
    found = corrected_plan(
        plan,
        streets,
        catalogue=PIPES,
        rules=RULES,
        operation=OPERATION,
        remedies=REMEDIES,
        source_degc=raised,
    )
    assert found.corrections == ()
    assert found.source_degc == raised
    assert found.rules == RULES


def test_golden_objective_changes_by_the_parts_that_change() -> None:
    plan, streets = line(need=74.5)
    known = replace(plan, objective=1e6, lower_bound=9e5, cost_parts={"capex": plan.cost})
    found = corrected(known, streets)
    change = sum(found.plan.cost_parts.values()) - plan.cost
    assert change == pytest.approx(found.extra_value)
    assert found.plan.objective == pytest.approx(1e6 + change)
    assert found.plan.gap == pytest.approx(found.plan.objective / 9e5 - 1.0)


def drawn() -> tuple[NetworkPlan, StreetGraph]:
    """A plan of the optimiser: three houses and a school on a street that forks."""
    lines = [[(0, 0), (400, 0)], [(400, 0), (900, 0)], [(400, 0), (400, 700)]]
    places = [(0, 5), (150, 12), (600, -12), (880, 12), (412, 680)]
    streets = street_graph(gpd.GeoDataFrame(geometry=[LineString(x) for x in lines], crs=32635))
    points = gpd.GeoSeries([Point(place) for place in places], crs=32635)
    graph, node = attach(streets, connect(streets, points, farthest_m=30.0, candidates=1))
    consumers = pd.DataFrame(
        {
            "id": ["a", "b", "c", "school"],
            "node": node[1:],
            "peak_kw": [60.0, 40.0, 80.0, 300.0],
            "annual_heat_mwh": [100.0, 70.0, 150.0, 500.0],
            "supply_degc": 65.0,
            "return_degc": 45.0,
        }
    )
    plan = design_network(
        graph, int(node[0]), consumers, mode="all", catalogue=PIPES, rules=RULES, effort=SKETCH
    )
    return plan, graph


def test_golden_a_plan_of_the_optimiser_is_priced_as_it_was_designed() -> None:
    plan, graph = drawn()
    free = corrected(plan, graph)
    assert free.plan is plan
    assert np.abs(free.state.balance_error).max() < 1e-6
    dear_warmth = replace(REMEDIES, supply_value_per_k=1e7)
    limit = 60e3 + 0.6 * (float(np.nanmax(free.needed_head_pa)) - 60e3)
    found = corrected(plan, graph, head_max_pa=limit, remedies=dear_warmth)
    assert found.unserved == ()
    # Every section costs what the optimiser would have paid for that pipe.
    price = capex_by_pipe(graph, PIPES)
    edges = found.plan.edges
    assert (edges["size"] > plan.edges["size"]).any()
    anew = price[edges["edge"], edges["size"]]
    assert edges["capex"].to_numpy() == pytest.approx(anew)
    assert found.plan.objective - plan.objective == pytest.approx(found.extra_value)
