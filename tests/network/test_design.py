"""The network of one site: who is in, what it costs, and how near the best choice it comes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from heatreach.network import (
    Catalogue,
    DesignRules,
    NetworkPlan,
    StreetGraph,
    attach,
    connect,
    design_network,
    design_peak_kw,
    pipe_catalogue,
    pipe_sizes,
    street_graph,
    trench_capex,
)
from heatreach.thermo import mass_flow_kg_s

PIPES = pipe_catalogue(insulation_series=2, money="EUR 2024")
LOSS_VALUE = 500.0


def rules(capacity_kw: float = 1e6, reach_m: float = 1e6) -> DesignRules:
    """Design conditions of the tests."""
    return DesignRules(
        supply_degc=70.0,
        return_degc=40.0,
        ground_degc=8.0,
        capacity_kw=capacity_kw,
        loss_value_per_mwh=LOSS_VALUE,
        reach_m=reach_m,
    )


@dataclass(frozen=True)
class Town:
    """Streets with a source and consumers hung on."""

    graph: StreetGraph
    source: int
    consumers: pd.DataFrame

    def plan(
        self,
        *,
        mode: str = "npv",
        rules: DesignRules | None = None,
        consumers: pd.DataFrame | None = None,
    ) -> NetworkPlan:
        """Network for these consumers, or for others."""
        return design_network(
            self.graph,
            self.source,
            self.consumers if consumers is None else consumers,
            mode=mode,  # type: ignore[arg-type]
            catalogue=PIPES,
            rules=rules or _RULES,
        )


_RULES = rules()


def town(
    lines: list[LineString],
    source: tuple[float, float],
    places: list[tuple[float, float]],
    *,
    peak_kw: list[float],
    value: list[float],
    **tags: list[object],
) -> Town:
    """A town of hand-drawn streets."""
    streets = street_graph(gpd.GeoDataFrame(tags, geometry=lines, crs=32635))
    points = gpd.GeoSeries([Point(source), *map(Point, places)], crs=32635)
    graph, node = attach(streets, connect(streets, points, farthest_m=30.0, candidates=1))
    frame = pd.DataFrame({"node": node[1:], "peak_kw": peak_kw, "value": value})
    return Town(graph, int(node[0]), frame)


def chain(distances: list[float], peak_kw: list[float], value: list[float]) -> Town:
    """Consumers along one street that begins at the source."""
    street = LineString([(0, 0), (3000, 0)])
    places = [(distance, 10.0) for distance in distances]
    return town([street], (0, 5), places, peak_kw=peak_kw, value=value)


def star(distances: list[float], peak_kw: list[float], value: list[float]) -> Town:
    """Each consumer at the end of a street of its own; all streets meet at the source."""
    angles = np.linspace(0.1, 2 * np.pi, len(distances), endpoint=False)
    ends = [(r * np.cos(a), r * np.sin(a)) for r, a in zip(distances, angles, strict=True)]
    lines = [LineString([(0, 0), end]) for end in ends]
    return town(lines, (0, 0), ends, peak_kw=peak_kw, value=value)


def worth(plan: NetworkPlan) -> float:
    """Value of the connected less trenches and capitalised losses, from the plan's tables."""
    served = plan.consumers["connected"]
    loss_mwh = plan.edges["loss_w_m"] * plan.edges["length_m"] * 8760.0 / 1e6
    return float(
        plan.consumers.loc[served, "value"].sum()
        - plan.edges["capex"].sum()
        - loss_mwh.sum() * LOSS_VALUE
    )


def best_by_brute_force(place: Town, capacity_kw: float = 1e6) -> float:
    """
    Largest worth of any set of consumers on the tree of cheapest routes.

    Sets are tried from the largest sum of values down. Trenches and losses only take from it, so
    sets that do not bring more than the best found need no plan.
    """
    best, peaks = 0.0, place.consumers["peak_kw"].to_numpy()
    value = place.consumers["value"].to_numpy()
    sizes = range(1, len(peaks) + 1)
    sets = [list(chosen) for size in sizes for chosen in combinations(range(len(peaks)), size)]
    for chosen in sorted(sets, key=lambda chosen: -value[chosen].sum()):
        if value[chosen].sum() <= best:
            break
        load = design_peak_kw(peaks[chosen].sum(), len(chosen), peaks[chosen].max())
        if load > capacity_kw:
            continue
        subset = place.consumers.iloc[chosen]
        plan = place.plan(mode="all", consumers=subset, rules=rules(capacity_kw))
        assert plan.consumers["connected"].all()
        best = max(best, worth(plan))
    return best


def test_golden_one_consumer_by_hand() -> None:
    place = chain([200.0], [100.0], [1e6])
    plan = place.plan()
    # 5 m from the source, 200 m of paved street, 10 m to the house; service pipes in soft ground.
    flow = mass_flow_kg_s(100.0, 70.0, 40.0)
    size = int(pipe_sizes(flow, PIPES, temperature_degc=55.0)[0])
    price = PIPES.capex_per_m[0, :, size]
    assert plan.cost == pytest.approx(200 * price[0] + 15 * price[1])
    assert set(plan.edges["size"]) == {size}
    assert plan.edges["length_m"].sum() == pytest.approx(215.0)
    # Both pipes at 47 K over the ground: 2 U (55 - 8).
    assert plan.edges["loss_w_m"].tolist() == pytest.approx(
        [2 * PIPES.u_value_w_mk[size] * 47.0] * 3
    )
    row = plan.consumers.iloc[0]
    assert (row["connected"], row["reason"]) == (True, "connected")
    assert row["route_m"] == pytest.approx(215.0)
    assert plan.proven
    assert plan.lower_bound == plan.objective
    losses = 2 * PIPES.u_value_w_mk[size] * 47.0 * 215.0 * 8760.0 / 1e6 * LOSS_VALUE
    assert plan.cost_parts == pytest.approx(
        {
            **{"capex": plan.cost, "on_top": 0.0, "losses": losses, "pumping": 0.0},
            **{"opening": 0.0, "dearer_source": 0.0, "left_out": 0.0, "served_at_a_loss": 0.0},
        }
    )
    assert plan.worth == pytest.approx(1e6 - plan.cost - losses)


def test_golden_shared_trench_carries_the_sum() -> None:
    plan = chain([100.0, 200.0], [300.0, 500.0], [1e6, 1e6]).plan()
    trunk = plan.edges.iloc[0]
    assert (trunk["consumers"], trunk["peak_sum_kw"]) == (2, 800.0)
    assert trunk["peak_kw"] == pytest.approx(float(design_peak_kw(800.0, 2, 500.0)))
    assert plan.edges["peak_kw"].min() == 300.0
    assert plan.edges["length_m"].sum() == pytest.approx(5 + 200 + 2 * 10)


def test_golden_all_connects_everyone_in_reach() -> None:
    place = chain([100.0, 400.0, 900.0], [50.0] * 3, [-1e6, 0.0, 1.0])
    everyone = place.plan(mode="all")
    assert everyone.consumers["connected"].all()
    near = place.plan(mode="all", rules=rules(reach_m=500.0))
    assert near.consumers["connected"].tolist() == [True, True, False]
    assert near.consumers["route_m"].tolist() == pytest.approx([115.0, 415.0, 915.0])


def test_golden_every_reason() -> None:
    lines = [LineString([(0, 0), (3000, 0)]), LineString([(0, 500), (100, 500)])]
    place = town(
        lines,
        (0, 5),
        [(50, 10), (60, 10), (70, 10), (900, 10), (2500, 10), (50, 505), (50, 250)],
        peak_kw=[100.0, 400.0, 20.0, 50.0, 50.0, 50.0, 50.0],
        value=[1e6, 1e5, -5.0, 1e3, 1e9, 1e9, 1e9],
    )
    assert place.consumers["node"].iloc[-1] == -1
    plan = place.plan(rules=rules(capacity_kw=110.0, reach_m=2000.0))
    reasons = plan.consumers["reason"].tolist()
    begins = [
        "connected",
        "source too small: worth 100,000",
        "not worth its trench",
        "not worth its trench",
        "route is longer than 2,000 m",
        "no street route from the data centre",
        "no street route from the data centre",
    ]
    assert [why.startswith(word) for why, word in zip(reasons, begins, strict=True)] == [True] * 7
    assert plan.consumers["connected"].sum() == 1
    assert plan.consumers["route_m"].isna().tolist() == [False] * 5 + [True] * 2


def test_golden_nothing_worth_it_is_an_empty_plan() -> None:
    plan = chain([500.0, 600.0], [20.0, 20.0], [10.0, 10.0]).plan()
    assert not plan.consumers["connected"].any()
    assert (len(plan.edges), plan.cost, len(plan.tree.node)) == (0, 0.0, 1)
    nobody = chain([500.0], [20.0], [10.0])
    alone = nobody.plan(consumers=nobody.consumers.assign(node=-1))
    assert alone.cost == 0.0


def test_golden_group_is_worth_it_where_nobody_is_alone() -> None:
    # 400 m of trench cost about 290,000; each of five neighbours brings 100,000.
    places = [400.0 + 10.0 * row for row in range(5)]
    assert chain(places, [30.0] * 5, [1e5] * 5).plan().consumers["connected"].all()
    assert not chain(places[:1], [30.0], [1e5]).plan().consumers["connected"].any()


def test_golden_crossings_cost_once() -> None:
    lines = [LineString([(0, 0), (50, 0)]), LineString([(50, 0), (60, 0), (70, 0)])]
    lines.append(LineString([(70, 0), (200, 0)]))
    build = {"peak_kw": [50.0], "value": [1e7]}
    plain = town(lines, (0, 5), [(150, 10)], **build).plan()  # type: ignore[arg-type]
    bridged = town(lines, (0, 5), [(150, 10)], **build, bridge=["no", "yes", "no"]).plan()  # type: ignore[arg-type]
    price = PIPES.capex_per_m[0, 0, bridged.edges["size"].iloc[0]]
    # data/crossings.csv: factor 4 on 20 m, and 20,000 EUR once although it has two segments.
    assert bridged.cost - plain.cost == pytest.approx(3 * 20 * price + 20_000.0)
    assert bridged.edges["crossing"].tolist().count("bridge") == 2


def test_golden_edges_sum_to_the_cost() -> None:
    plan = chain([100.0, 300.0, 700.0], [80.0, 90.0, 900.0], [1e6] * 3).plan()
    edges = plan.edges
    price = trench_capex(
        edges["size"].to_numpy(),
        PIPES,
        hard_m=np.where(edges["hard"], edges["length_m"], 0.0),
        soft_m=np.where(edges["hard"], 0.0, edges["length_m"]),
    )
    assert plan.cost == pytest.approx(price[0].sum())
    assert edges["capex_low"].sum() == pytest.approx(price[1].sum())
    assert edges["capex_high"].sum() == pytest.approx(price[2].sum())
    assert (edges["flow_kg_s"].to_numpy()[plan.tree.parent[2:] - 1] >= edges["flow_kg_s"][1:]).all()


@st.composite
def cases(draw: st.DrawFn, largest: int) -> tuple[list[float], list[float], list[float]]:
    """Distances, peaks and values of a few consumers."""
    count = draw(st.integers(1, largest))
    distances = draw(st.lists(st.integers(3, 60), min_size=count, max_size=count, unique=True))
    peaks = draw(st.lists(st.integers(2, 80), min_size=count, max_size=count))
    values = draw(st.lists(st.integers(-2, 40), min_size=count, max_size=count))
    return (
        [10.0 * d for d in distances],
        [10.0 * p for p in peaks],
        [10_000.0 * v for v in values],
    )


Case = tuple[list[float], list[float], list[float]]


@given(case=cases(5))
@settings(deadline=None, max_examples=12)
def test_property_best_choice_on_stars(case: Case) -> None:
    place = star(*case)
    assert worth(place.plan()) == pytest.approx(best_by_brute_force(place), rel=1e-9, abs=1e-6)


@given(case=cases(5))
@settings(deadline=None, max_examples=12)
def test_property_best_choice_on_chains_of_one_pipe(case: Case) -> None:
    # So little heat that every section is the smallest pipe: nobody's leaving makes one smaller.
    distances, peaks, values = case
    place = chain(distances, [2.0] * len(peaks), values)
    plan = place.plan()
    assert (plan.edges["size"] == 0).all()
    assert worth(plan) == pytest.approx(best_by_brute_force(place), rel=1e-9, abs=1e-6)


@given(case=cases(5))
@settings(deadline=None, max_examples=12)
def test_property_best_choice_on_chains(case: Case) -> None:
    place = chain(*case)
    assert worth(place.plan()) == pytest.approx(best_by_brute_force(place), rel=1e-9, abs=1e-6)


@given(case=cases(5), share=st.floats(0.2, 0.9))
@settings(deadline=None, max_examples=20)
def test_property_best_choice_of_scarce_heat(case: Case, share: float) -> None:
    place = chain(*case)
    capacity_kw = share * place.consumers["peak_kw"].sum()
    plan = place.plan(rules=rules(capacity_kw))
    peaks = plan.consumers.loc[plan.consumers["connected"], "peak_kw"]
    assert design_peak_kw(peaks.sum(), len(peaks), peaks.max()) <= capacity_kw or peaks.empty
    best = best_by_brute_force(place, capacity_kw)
    assert worth(plan) == pytest.approx(best, rel=1e-9, abs=1e-6)


@given(case=cases(8), data=st.data())
@settings(deadline=None, max_examples=40)
def test_property_order_of_consumers_does_not_matter(case: Case, data: st.DataObject) -> None:
    place = chain(*case)
    share = data.draw(st.sampled_from([0.3, 0.7, 2.0]))
    scarce = rules(share * place.consumers["peak_kw"].sum())
    order = data.draw(st.permutations(range(len(place.consumers))))
    shuffled = place.consumers.iloc[order]
    before, after = place.plan(rules=scarce), place.plan(rules=scarce, consumers=shuffled)
    pd.testing.assert_frame_equal(after.consumers.sort_index(), before.consumers)
    assert after.consumers.index.tolist() == list(order)
    pd.testing.assert_frame_equal(after.edges, before.edges)


@given(case=cases(8), data=st.data())
@settings(deadline=None, max_examples=40)
def test_property_more_value_is_never_worth_less(case: Case, data: st.DataObject) -> None:
    place = chain(*case)
    before = place.plan()
    row = data.draw(st.integers(0, len(place.consumers) - 1))
    more = np.where(np.arange(len(place.consumers)) == row, 1e5, 0.0)
    richer = place.consumers.assign(value=place.consumers["value"] + more)
    after = place.plan(consumers=richer)
    assert worth(after) >= worth(before) - 1e-6


def test_property_catalogue_is_the_one_given() -> None:
    dear: Catalogue = pipe_catalogue(insulation_series=2, money="GBP 2024")
    place = chain([200.0], [100.0], [1e9])
    plan = design_network(
        place.graph, place.source, place.consumers, mode="npv", catalogue=dear, rules=_RULES
    )
    assert plan.cost == pytest.approx(
        place.plan().cost * dear.capex_per_m[0, 0, 0] / PIPES.capex_per_m[0, 0, 0]
    )
