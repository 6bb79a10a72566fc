"""The table of trench sections: nothing lost, nothing drawn twice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point

from heatreach.network import (
    Catalogue,
    DesignRules,
    NetworkPlan,
    StreetGraph,
    attach,
    connect,
    design_network,
    section_table,
    street_graph,
)

RULES = DesignRules(
    supply_degc=70.0,
    return_degc=40.0,
    ground_degc=8.0,
    capacity_kw=1e6,
    loss_value_per_mwh=100.0,
    reach_m=5_000.0,
)


def designed(
    streets: StreetGraph, places: list[Point], pipes: Catalogue
) -> tuple[StreetGraph, NetworkPlan]:
    """Network from the first place to all others."""
    shapes = gpd.GeoSeries(places, crs=streets.crs)
    graph, node = attach(streets, connect(streets, shapes, farthest_m=100.0, candidates=2))
    consumers = pd.DataFrame({"node": node[1:], "peak_kw": 40.0, "value": 1.0})
    plan = design_network(graph, int(node[0]), consumers, mode="all", catalogue=pipes, rules=RULES)
    return graph, plan


def table_of(graph: StreetGraph, plan: NetworkPlan, pipes: Catalogue) -> gpd.GeoDataFrame:
    """Sections with the losses of the design."""
    loss_kw = (plan.edges["loss_w_m"] * plan.edges["length_m"]).to_numpy() / 1e3
    return section_table(plan, graph, catalogue=pipes, rules=RULES, loss_kw=loss_kw)


@pytest.fixture(scope="module")
def real(karhula: StreetGraph, pipes: Catalogue) -> tuple[StreetGraph, NetworkPlan]:
    """A network over 60 places of Karhula."""
    places = gpd.GeoSeries.from_xy(karhula.x[::20] + 6.0, karhula.y[::20] - 5.0)
    return designed(karhula, list(places), pipes)


def test_town_sections_sum_to_the_plan(
    real: tuple[StreetGraph, NetworkPlan], pipes: Catalogue
) -> None:
    graph, plan = real
    table = table_of(graph, plan, pipes)
    assert len(plan.consumers[plan.consumers["connected"]]) > 20
    assert len(table) < len(plan.edges)
    for column in ("length_m", "capex", "capex_low", "capex_high"):
        assert table[column].sum() == pytest.approx(plan.edges[column].sum(), rel=1e-12)
    assert table["capex"].sum() == pytest.approx(plan.cost, rel=1e-12)
    loss_mwh = (plan.edges["loss_w_m"] * plan.edges["length_m"]).sum() * 8760.0 / 1e6
    assert table["loss_mwh"].sum() == pytest.approx(loss_mwh, rel=1e-12)
    per_m = pipes.u_value_w_mk[[pipes.dn.tolist().index(dn) for dn in table["dn"]]] * 2 * 47.0
    assert table["loss_w_m"].to_numpy() == pytest.approx(per_m, rel=1e-9)


def test_town_sections_are_contiguous_lines(
    real: tuple[StreetGraph, NetworkPlan], pipes: Catalogue
) -> None:
    graph, plan = real
    table = table_of(graph, plan, pipes)
    assert set(table.geom_type) == {"LineString"}
    assert table.crs == graph.crs
    # Service pipes on the street and pieces of no length are lifted to a millimetre.
    slack = 2e-3 * shapely.get_num_coordinates(table.geometry.to_numpy())
    assert (np.abs(table.length - table["length_m"]) <= slack).all()
    # Every section but those at the source begins where another one ends.
    ends = shapely.get_coordinates(shapely.get_point(table.geometry.to_numpy(), -1))
    starts = shapely.get_coordinates(shapely.get_point(table.geometry.to_numpy(), 0))
    source = plan.tree.node[0]
    known = {tuple(end) for end in ends.tolist()} | {(graph.x[source], graph.y[source])}
    assert {tuple(start) for start in starts.tolist()} <= known
    assert len(known) == len(table) + 1


def test_town_one_section_is_one_street_flow_and_pipe(
    real: tuple[StreetGraph, NetworkPlan], pipes: Catalogue
) -> None:
    graph, plan = real
    table = table_of(graph, plan, pipes)
    assert table["kind"].isin(["street", "service"]).all()
    assert (table["kind"] == "service").sum() >= plan.consumers["connected"].sum()
    assert (table["velocity_m_s"] > 0).all()
    assert (table["gradient_pa_m"] <= pipes.gradient_max_pa_m * (1 + 1e-9)).all()
    assert (table["peak_kw"] <= table["peak_sum_kw"] + 1e-9).all()


def test_golden_two_houses_on_a_bent_street(pipes: Catalogue) -> None:
    lines = [LineString([(0, 0), (50, 0), (50, 50)]), LineString([(50, 50), (50, 150)])]
    streets = street_graph(
        gpd.GeoDataFrame({"highway": ["residential", "track"]}, geometry=lines, crs=32635),
        paths=True,
    )
    graph, plan = designed(streets, [Point(0, -5), Point(60, 40), Point(58, 150)], pipes)
    table = table_of(graph, plan, pipes)
    rows = table.round(6)[["kind", "road_class", "length_m", "consumers", "surface_class"]]
    assert sorted(rows.itertuples(index=False, name=None)) == [
        ("service", "service_pipe", 5.0, 2, "soft"),
        ("service", "service_pipe", 8.0, 1, "soft"),
        ("service", "service_pipe", 10.0, 1, "soft"),
        ("street", "residential", 10.0, 1, "hard"),
        ("street", "residential", 90.0, 2, "hard"),
        ("street", "track", 100.0, 1, "soft"),
    ]
    bent = table[table["length_m"].round(6) == 90.0].geometry.iloc[0]
    assert list(bent.coords) == [(0.0, 0.0), (50.0, 0.0), (50.0, 40.0)]
