"""Growth plans against hand calculation and enumeration of all plans."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.small import smallest_cost
from heatreach.network.stages.growth import Stages, growth
from heatreach.network.stages.phases import GrowthPlan, growth_plan
from heatreach.network.stages.stage_costs import staged
from tests.network.optimise.cases import models, random_model

RICH = 1e12


def pair(*, second: int = 1) -> Model:
    """
    Two consumers of 30 kW behind one trunk.

    The trunk costs 1000 small (up to 40 kW) and 1200 large; services are free.
    """
    return Model(
        nodes=4,
        root=0,
        tail=np.array([0, 1, 1]),
        head=np.array([1, 2, 3]),
        cost=np.array([[1000.0, 1200.0], [0.0, 0.0], [0.0, 0.0]]),
        limit_kw=np.array([40.0, 100.0]),
        through=np.array([True, True, False, False]),
        terminal=np.array([2, 3]),
        peak_kw=np.array([30.0, 30.0 * second]),
        coincident_kw=np.zeros(2),
        largest_kw=np.array([30.0, 30.0]),
        count=np.array([1, 1]),
        prize=np.array([3000.0, 3000.0]),
        diversity=np.ones(2),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([np.inf]),
        source_cost=np.zeros((2, 1)),
    )


def planned(
    model: Model, *, year: list[float], budget: list[float], rate: float, **more: Any
) -> GrowthPlan:
    """Plan with the exact solver, all cost being investment unless given."""
    stages = Stages(year=np.array(year), budget=np.array(budget), discount_rate=rate)
    fixed: dict[str, Any] = {
        "investment": np.where(np.isfinite(model.cost), model.cost, 0.0),
        **more,
    }
    return growth_plan(
        model,
        stages=stages,
        heat_mwh=2.0 * model.peak_kw,
        solver=smallest_cost,
        **fixed,
    )


def test_golden_large_at_once_or_small_and_replaced() -> None:
    # The second consumer may come in year 20 only. Large at once: 1200. Small, then replaced for
    # 700: 1000 + 700 / 1.05^20 = 1000 + 263.8 = 1263.8, dearer; for 500: 1188.4, cheaper. At 10 %
    # 700 / 1.1^20 = 104.1 makes replacing cheaper as well.
    late = np.array([0, 1])
    for rate, price, replaced in ((0.05, 700.0, False), (0.05, 500.0, True), (0.1, 700.0, True)):
        replacement = np.array([[price, price], [0.0, 0.0], [0.0, 0.0]])
        plan = planned(
            pair(),
            year=[0.0, 20.0],
            budget=[RICH, RICH],
            rate=rate,
            earliest=late,
            replacement=replacement,
        )
        later = (1.0 + rate) ** -20
        small = 1000.0 + price * later
        assert plan.edges["replaced"].any() == replaced
        assert plan.npv == pytest.approx(3000.0 * (1.0 + later) - min(1200.0, small))
        assert plan.npv_end_sized == pytest.approx(3000.0 * (1.0 + later) - 1200.0)
        assert plan.npv_stage_sized == pytest.approx(3000.0 * (1.0 + later) - small)


def test_golden_running_cost_is_split_at_the_replacement() -> None:
    # Investment 800 / 1000, so that losses are worth 200 small and 200 large over a life; replaced
    # in year 20 at 5 % (.3769): small runs 200 (1 - .3769), large 200 * .3769 after it.
    model = pair()
    investment = np.array([[800.0, 1000.0], [0.0, 0.0], [0.0, 0.0]])
    plan = planned(
        model,
        year=[0.0, 20.0],
        budget=[RICH, RICH],
        rate=0.05,
        earliest=np.array([0, 1]),
        investment=investment,
        replacement=np.array([[100.0, 100.0], [0.0, 0.0], [0.0, 0.0]]),
    )
    later = 1.05**-20
    assert plan.edges["replaced"].tolist().count(True) == 1
    cost = 800.0 + 200.0 * (1.0 - later) + 100.0 * later + 200.0 * later
    assert plan.npv == pytest.approx(3000.0 * (1.0 + later) - cost)


def test_golden_a_tight_first_budget_lays_small_although_dearer() -> None:
    # 1100 buy only the small trunk in the first stage; the second replaces it in full (1200). That
    # pays as the first consumer brings 9000 (1 - 1.05^-5) = 1948 by joining early.
    plan = planned(
        replace(pair(), prize=np.array([9000.0, 3000.0])),
        year=[0.0, 5.0],
        budget=[1100.0, 1200.0],
        rate=0.05,
        earliest=np.array([0, 1]),
    )
    later = 1.05**-5
    assert plan.edges["size"].tolist()[0] == 0
    assert plan.stages["spent"].tolist() == [1000.0, 1200.0]
    assert plan.npv == pytest.approx(9000.0 + 3000.0 * later - 1000.0 - 1200.0 * later)


def test_golden_horizon_shortens_what_late_consumers_bring() -> None:
    # 40 years at 0 %: who joins in year 10 brings 30 / 40 of a life's worth.
    stages = Stages(
        year=np.array([0.0, 10.0]), budget=np.ones(2), discount_rate=0.0, horizon_years=40.0
    )
    assert stages.service.tolist() == [1.0, 0.75]
    # At 5 %: annuity of the remaining 30 years, discounted 10 years, over that of 40.
    annuity = [sum(1.05**-t for t in range(1, years + 1)) for years in (30, 40)]
    later = replace(stages, discount_rate=0.05).service
    assert later[1] == pytest.approx(annuity[0] * 1.05**-10 / annuity[1])


def best_by_hand(model: Model, tree: np.ndarray, stages: Stages, investment: np.ndarray) -> float:
    """Best present value over all stagings and all pipe sequences of one tree, by enumeration."""
    served = np.flatnonzero(evaluate(model, tree).connected)
    number = len(stages.year)
    discount = (1.0 + stages.discount_rate) ** -stages.year
    best = -np.inf
    for staging in product(range(number + 1), repeat=len(served)):
        sizes = np.full((number, model.edges), -1)
        for stage in range(number):
            inside = np.zeros(model.consumers, dtype=bool)
            inside[served[np.array(staging, dtype=int) <= stage]] = True
            sizes[stage] = _sizes_of(model, tree, inside)
        if (sizes >= len(model.limit_kw)).any() or (np.isinf(model.prize[served])).any():
            return np.nan
        value = sum(
            model.prize[k] * discount[s] for k, s in zip(served, staging, strict=True) if s < number
        )
        used = np.flatnonzero(sizes[-1] >= 0)
        sequences = [_sequences(sizes[:, edge]) for edge in used]
        if np.prod([len(row) for row in sequences], initial=1.0) > 300:
            return np.nan
        for chosen in product(*sequences):
            spent = np.zeros(number)
            for edge, layings in zip(used, chosen, strict=True):
                for stage, size in layings:
                    spent[stage] += investment[edge, size]
            if (spent <= stages.budget * (1 + 1e-9)).all():
                best = max(best, value - float(spent @ discount))
    return best


def _sizes_of(model: Model, tree: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Size of each edge when only some consumers of a tree draw heat."""
    parts = [np.flatnonzero(inside)]
    size = np.full(model.edges, -1)
    above: dict[int, list[int]] = {}
    for consumer in parts[0].tolist():
        node = int(model.terminal[consumer])
        while tree[node] >= 0:
            above.setdefault(int(tree[node]), []).append(consumer)
            node = int(model.tail[tree[node]] + model.head[tree[node]]) - node
    for edge, members in above.items():
        load = model.design_kw(
            np.array([model.peak_kw[members].sum()]),
            np.array([model.count[members].sum()]),
            np.array([model.largest_kw[members].max()]),
            np.array([model.coincident_kw[members].sum()]),
        )
        size[edge] = int(model.size_of(load)[0])
    return size


def _sequences(needed: np.ndarray) -> list[list[tuple[int, int]]]:
    """Ways to lay one edge: stages of laying with sizes that suffice until the next."""
    first = int(np.argmax(needed >= 0))
    number = len(needed)
    ways = []
    for later in product([False, True], repeat=number - first - 1):
        starts = [first, *(first + 1 + at for at, now in enumerate(later) if now)]
        ends = [*starts[1:], number]
        sizes = [int(needed[a:b].max()) for a, b in zip(starts, ends, strict=True)]
        if all(b > a for a, b in pairwise(sizes)):
            ways.append(list(zip(starts, sizes, strict=True)))
    return ways


@given(
    seed=st.integers(0, 10**6),
    consumers=st.integers(1, 3),
    share=st.sampled_from([0.2, 0.4, 0.7, 10.0]),
    number=st.integers(1, 3),
    rate=st.sampled_from([0.0, 0.05, 0.12]),
)
@settings(max_examples=40, deadline=None)
def test_property_plan_equals_enumeration(
    seed: int, consumers: int, share: float, number: int, rate: float
) -> None:
    model = random_model(
        seed, consumers=consumers, rows=2, columns=3, must_share=0.0, prize_scale=4.0, steep=True
    )
    # Falling loads would need replaced pipes to shrink; diversity is tested with the tables.
    model = replace(model, diversity=np.ones(2))
    tree = smallest_cost(model).parent_edge
    full = evaluate(model, tree).cost
    stages = Stages(
        year=7.0 * np.arange(number, dtype=np.float64),
        budget=np.full(number, share * full),
        discount_rate=rate,
    )
    truth = best_by_hand(model, tree, stages, model.cost)
    plan = growth_plan(
        model,
        investment=model.cost,
        stages=stages,
        heat_mwh=model.peak_kw,
        solver=smallest_cost,
    )
    if np.isfinite(truth):
        assert plan.npv >= truth * (1 - 1e-9) - 0.02 * full - 1e-6
    if np.isfinite(truth) and share == 10.0:
        assert plan.npv == pytest.approx(truth)
    assert plan.npv <= plan.npv_bound + 1e-6 * full


@given(model=models(max_consumers=5), share=st.sampled_from([0.3, 0.6, 2.0]), horizon=st.booleans())
@settings(max_examples=40, deadline=None)
def test_property_plans_keep_all_constraints(model: Model, share: float, horizon: bool) -> None:
    best = smallest_cost(model)
    if not np.isfinite(best.objective):
        return
    full = evaluate(model, best.parent_edge).cost
    investment = 0.8 * np.where(np.isfinite(model.cost), model.cost, 0.0)
    earliest = np.arange(model.consumers) % 2
    stages = Stages(
        year=np.array([0.0, 4.0, 9.0]),
        budget=share * full * np.array([0.5, 0.3, 0.4]) + 1.0,
        discount_rate=0.06,
        horizon_years=30.0 if horizon else None,
    )
    heat = 2.0 * model.peak_kw
    try:
        plan = growth_plan(
            model,
            investment=investment,
            stages=stages,
            heat_mwh=heat,
            solver=smallest_cost,
            earliest=earliest,
        )
    except ValueError:
        assert np.isinf(model.prize).any()
        return
    table = plan.stages
    assert (table["spent"] <= table["budget"] * (1 + 1e-8)).all()
    assert table["npv"].sum() == pytest.approx(plan.npv, abs=1e-6 * (1 + full))
    assert plan.edges["investment"].sum() == pytest.approx(table["spent"].sum())
    stage = plan.consumers["stage"].to_numpy()
    assert ((stage < 0) | (stage >= earliest)).all()
    assert (stage[np.isinf(model.prize)] >= 0).all()
    assert table["heat_mwh"].sum() == pytest.approx(heat[stage >= 0].sum())
    # Each stage's network hangs on the root through what is laid, with pipes large enough.
    for now in range(3):
        inside = (stage >= 0) & (stage <= now)
        needed = _sizes_of(model, plan.parent_edge, inside)
        lying = np.full(model.edges, -1)
        for row in plan.edges[plan.edges["stage"] <= now].to_dict("records"):
            edge, size = int(row["edge"]), int(row["size"])
            assert row["replaced"] == (lying[edge] >= 0)
            assert size > lying[edge]
            lying[edge] = size
        assert (lying >= needed).all()
    assert plan.npv_all_at_once == -np.inf or np.isfinite(plan.npv_all_at_once)
    assert not plan.npv > plan.npv_bound + 1e-6 * (1 + full)


def test_property_larger_budgets_never_lower_the_value_of_a_tree() -> None:
    for seed in range(3):
        model = random_model(seed, consumers=5, must_share=0.0, prize_scale=4.0)
        tree = smallest_cost(model).parent_edge
        full = evaluate(model, tree).cost
        values = []
        for share in (0.2, 0.4, 0.6, 1.0, 2.0):
            plan = planned(model, year=[0.0, 5.0], budget=[share * full, share * full], rate=0.05)
            values.append(plan.npv)
        assert (np.diff(values) >= -1e-6 * full).all()
        assert values[-1] == pytest.approx(model.prize.sum() - smallest_cost(model).objective)


def test_property_search_comes_near_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(4):
        model = random_model(seed, consumers=7, rows=3, columns=4, must_share=0.0, prize_scale=4.0)
        full = evaluate(model, smallest_cost(model).parent_edge).cost
        case: dict[str, Any] = {
            "year": [0.0, 6.0],
            "budget": [0.4 * full, 0.4 * full],
            "rate": 0.05,
        }
        exact = planned(model, **case)
        monkeypatch.setattr("heatreach.network.stages.staging.ENUMERATED", 1)
        quick = planned(model, **case)
        monkeypatch.undo()
        assert quick.npv <= exact.npv + 1e-6 * full
        assert quick.npv >= 0.9 * exact.npv


def test_staged_prices_many_as_it_prices_one() -> None:
    model = random_model(5, consumers=5, must_share=0.0, prize_scale=4.0, diversity=True)
    tree = smallest_cost(model).parent_edge
    stages = Stages(year=np.array([0.0, 3.0, 8.0]), budget=np.full(3, 6e4), discount_rate=0.05)
    plan = growth(
        model,
        tree,
        stages=stages,
        investment=0.9 * model.cost,
        replacement=0.9 * model.cost,
        earliest=np.zeros(5, dtype=np.int64),
    )
    stagings = np.random.default_rng(0).integers(0, 4, (50, len(plan.consumer)))
    many = staged(plan, stagings)
    for row in range(50):
        one = staged(plan, stagings[row : row + 1])
        assert one.npv[0] == pytest.approx(many.npv[row])
        assert one.spent[0] == pytest.approx(many.spent[row])


def test_growth_plan_rejects_bad_stages_and_poor_budgets() -> None:
    with pytest.raises(ValueError, match="years must rise"):
        planned(pair(), year=[5.0, 1.0], budget=[1.0, 1.0], rate=0.05)
    with pytest.raises(ValueError, match="one of each per stage"):
        planned(pair(), year=[5.0], budget=[1.0, 1.0], rate=0.05)
    forced = replace(pair(), prize=np.full(2, np.inf))
    with pytest.raises(ValueError, match="budget"):
        planned(forced, year=[0.0, 1.0], budget=[100.0, 100.0], rate=0.05)
