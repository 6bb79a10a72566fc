"""Order, ties, several objectives, firmness and words of the ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from heatreach.siting.appraisal.ranking import (
    OBJECTIVES,
    PARETO,
    pareto_set,
    places,
    rank_stability,
    weighted_score,
    weights_of,
)
from heatreach.siting.change_words import Rate, break_even_words, first_change_words
from heatreach.siting.errors import InputError
from heatreach.siting.heat_words import large_loads, made_words
from heatreach.siting.rank import (
    link_reasons,
    objective_words,
    project_reasons,
    ranked,
    summary_of,
    with_choice,
)
from heatreach.siting.rank_words import (
    certainty_words,
    dearer_words,
    money_words,
    range_words,
    share_words,
)
from heatreach.siting.scenario import scenario_of
from heatreach.siting.uncertain.single_moves import single_moves

MADE = {
    "source_mwh": 73.0,
    "electricity_mwh": 20.0,
    "machine_loss_mwh": 2.0,
    "backup_mwh": 9.0,
    "reuse_share": 0.91,
}
"""Of 100 MWh made the data centre gives 73, the drive 20 less 2 lost to the room, the boiler 9."""
TERMS = "25 years at 3.5 % real"
WEIGHTS = {"npv": 1.0, "avoided_t_co2e": 1.0, "lcoh_per_mwh": 0.5, "cost_per_t_co2e": 0.25}
SMALL = st.integers(-4, 4).map(float)
"""Few different figures, so that ties and dominance are common."""


def tables(
    figures: st.SearchStrategy[float], width: int = len(OBJECTIVES)
) -> st.SearchStrategy[np.ndarray]:
    """Projects by objectives."""
    shape = st.tuples(st.integers(1, 12), st.just(width))
    return hnp.arrays(np.float64, shape, elements=figures)


def by_objective(table: np.ndarray) -> dict[str, np.ndarray]:
    """Figures of each objective."""
    return dict(zip(OBJECTIVES, table.T, strict=True))


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
    st.sampled_from(["npv", "lcoh_per_mwh"]),
)
def test_property_order_of_rows_does_not_matter(
    values: list[float], random: object, objective: str
) -> None:
    frame = pd.DataFrame({"id": [f"s{n:03d}" for n in range(len(values))], objective: values})
    frame["status"] = np.where(frame[objective].isna(), "unreachable", "ok")
    shuffled = frame.sample(frac=1.0, random_state=random.randint(0, 99))  # type: ignore[attr-defined]
    one = ranked(frame, objective=objective, ids=["id"])
    two = ranked(shuffled, objective=objective, ids=["id"])
    pd.testing.assert_frame_equal(one, two)


def test_best_is_first_whichever_way_the_objective_points() -> None:
    frame = pd.DataFrame(
        {"id": ["a", "b"], "status": "ok", "npv": [5.0, 9.0], "lcoh_per_mwh": [40.0, 80.0]}
    )
    assert ranked(frame, objective="npv", ids=["id"])["id"].iloc[0] == "b"
    assert ranked(frame, objective="lcoh_per_mwh", ids=["id"])["id"].iloc[0] == "a"


def test_ties_are_broken_by_id() -> None:
    frame = pd.DataFrame({"id": ["z", "a", "m"], "status": "ok", "npv": 1.0})
    assert ranked(frame, objective="npv", ids=["id"])["id"].tolist() == ["a", "m", "z"]


def test_what_cannot_be_served_has_no_rank_and_comes_last() -> None:
    frame = pd.DataFrame(
        {"id": ["a", "b", "c"], "status": ["unreachable", "ok", "ok"], "npv": [9.0, 1.0, 2.0]}
    )
    table = ranked(frame, objective="npv", ids=["id"])
    assert table["id"].tolist() == ["c", "b", "a"]
    assert table["rank"].tolist()[:2] == [1, 2]
    assert pd.isna(table["rank"].iloc[2])


@pytest.mark.parametrize(
    ("npv", "words"),
    [
        (2e6, "net present value of 2.0 million EUR 2024 (25 years at 3.5 % real)."),
        (-2e6, "would lose 2.0 million EUR 2024 (25 years at 3.5 % real) unless heat sold for 7.0"),
    ],
)
def test_summary_says_gain_or_loss_and_hypothetical(npv: float, words: str) -> None:
    projects = pd.DataFrame(
        {
            "rank": [1],
            "name": ["X"],
            "hypothetical": [True],
            "npv": [npv],
            "avoided_t_co2e": [10.0],
            "consumers": [3],
            "heat_mwh": [100.0],
            "price_gap_per_mwh": [7.0],
        }
    )
    sentence = summary_of(projects, money="EUR 2024", objective="npv", terms=TERMS)
    assert words in sentence
    assert "hypothetical data centre X" in sentence


@pytest.mark.parametrize(
    ("heat", "words"), [(0.34, "0.3 MWh"), (9.0, "9.0 MWh"), (12.4, "12 MWh"), (5e3, "5,000 MWh")]
)
def test_reason_of_a_tiny_link_is_not_of_no_heat(heat: float, words: str) -> None:
    links = pd.DataFrame(
        {
            "rank": [1],
            "reason": [""],
            "heat_mwh": [heat],
            "loss_mwh": [0.2],
            "route_m": [50.0],
            "lcoh_per_mwh": [300.0],
            "present_per_mwh": [120.0],
            "avoided_t_co2e": [0.1],
        }
    ).assign(**MADE)
    assert link_reasons(links, money="EUR 2024")[0].startswith(f"{words} a year over 50 m")


def test_golden_reason_says_what_the_cost_of_heat_leaves_out_and_the_currency_of_a_gap() -> None:
    row = {
        "rank": 1, "consumers": 2, "heat_mwh": 500.0, "trench_m": 900.0, **MADE,
        "linear_heat_density_mwh_m": 0.6, "lcoh_per_mwh": 112.0, "npv": -2e6, "payback_years": 9.0,
        "price_gap_per_mwh": 7.25, "design_premium_share": 0.0, "avoided_t_co2e": 10.0,
    }  # fmt: skip
    plain, granted, charged = (
        project_reasons(pd.DataFrame([row | more]), money="GBP 2023", objective="npv")[0]
        for more in ({}, {"grant": 1e5}, {"grant": 1e5, "connection_charges": 5.0})
    )
    assert "heat costs 112 GBP/MWh; does not pay, heat would have to sell for 7.2 GBP/MWh" in plain
    assert "heat costs 112 GBP/MWh before grant; " in granted
    assert "heat costs 112 GBP/MWh before grant and connection charges; " in charged


@pytest.mark.parametrize(
    ("consumers", "networks", "words", "does"),
    [
        (5, 1, "5 consumers, one an existing heat network", "supply 5 consumers, one an existing"),
        (1, 1, "1 consumer, an existing heat network", "supply 1 consumer, an existing"),
        (3, 2, "3 consumers, 2 of them existing heat networks", "supply 3 consumers, 2 of them"),
        (1, 0, "1 consumer", "heat 1 building with"),
        (4, 0, "4 consumers", "heat 4 buildings with"),
    ],
)
def test_golden_a_heat_network_is_no_building(
    consumers: int, networks: int, words: str, does: str
) -> None:
    row = {
        "rank": 1, "name": "X", "hypothetical": False, "consumers": consumers,
        "heat_networks": networks, "heat_mwh": 4321.0, "trench_m": 900.0, **MADE,
        "linear_heat_density_mwh_m": 4.8, "lcoh_per_mwh": 80.0, "npv": 2e6, "payback_years": 9.0,
        "price_gap_per_mwh": 0.0, "design_premium_share": 0.0, "avoided_t_co2e": 10.0,
    }  # fmt: skip
    frame = pd.DataFrame([row])
    reasons = project_reasons(frame, money="EUR 2024", objective="npv")
    assert reasons[0].startswith(f"1 of 1 by net present value: {words}, 4,321 MWh a year on")
    # The finished table has no column for the number of networks.
    finished = frame.drop(columns="heat_networks").assign(reason=reasons)
    sentence = summary_of(finished, money="EUR 2024", objective="npv", terms=TERMS)
    assert f"it would {does}" in sentence
    assert "with 4,321 MWh a year" in sentence


# Several objectives: the Pareto set and the weighted score.


def by_axis(table: np.ndarray) -> dict[str, np.ndarray]:
    """Figures of each axis of the Pareto set."""
    return dict(zip(PARETO, table.T, strict=True))


def beaten(one: list[float], other: list[float]) -> bool:
    """Whether the other is as good in everything and better in something, by definition."""
    turned = [1.0, 1.0, -1.0]
    mine = [-np.inf if np.isnan(x) else x * sign for x, sign in zip(one, turned, strict=True)]
    theirs = [-np.inf if np.isnan(x) else x * sign for x, sign in zip(other, turned, strict=True)]
    no_worse = all(b >= a for a, b in zip(mine, theirs, strict=True))
    return no_worse and any(b > a for a, b in zip(mine, theirs, strict=True))


@given(tables(SMALL | st.just(float("nan")), len(PARETO)))
def test_property_pareto_set_is_what_nobody_beats(table: np.ndarray) -> None:
    rows = table.tolist()
    brute = [not any(beaten(one, other) for other in rows) for one in rows]
    assert pareto_set(by_axis(table)).tolist() == brute
    assert any(brute)


@given(tables(SMALL, len(PARETO)), st.sampled_from(PARETO))
def test_property_the_best_of_one_objective_is_in_the_pareto_set_or_tied(
    table: np.ndarray, objective: str
) -> None:
    """Choosing from the Pareto set loses nothing of any single objective."""
    values = by_axis(table)
    sign = -1.0 if objective == "lcoh_per_mwh" else 1.0
    figures = sign * values[objective]
    assert figures[pareto_set(values)].max() == figures.max()


@given(
    tables(st.floats(-1e3, 1e3)),
    st.tuples(*[st.floats(0.01, 100.0)] * 4),
    st.tuples(*[st.floats(-1e3, 1e3)] * 3, st.just(0.0)),
)
def test_property_score_does_not_depend_on_units(
    table: np.ndarray, scale: tuple[float, ...], shift: tuple[float, ...]
) -> None:
    """
    Dollars for euros, kilograms for tonnes, another zero: the score is the same.

    Only the cost per tonne keeps its zero, below which figures count alike.
    """
    other = table * np.array(scale) + np.array(shift)
    spread = np.ptp(table, axis=0)
    # Differences that drown in the rounding of a large shift are no differences.
    wide = (spread == 0.0) | (spread > 1e-3)
    if wide.all():
        one = weighted_score(by_objective(table), WEIGHTS)
        two = weighted_score(by_objective(other), WEIGHTS)
        flat = spread == 0.0
        if not (flat & (np.ptp(other, axis=0) > 0.0)).any():
            np.testing.assert_allclose(one, two, atol=1e-6)


@given(tables(SMALL | st.just(float("nan"))))
def test_property_score_lies_between_worst_and_best(table: np.ndarray) -> None:
    score = weighted_score(by_objective(table), WEIGHTS)
    known = ~np.isnan(table).all(axis=1)
    assert np.isnan(score[~known]).all()
    assert ((score[known] >= 0.0) & (score[known] <= 1.0)).all()


def test_golden_score_by_hand() -> None:
    """
    NPV 10, 4, -2 -> u = 1, 0.5, 0; t 100, 400, 200 -> 0, 1, 1/3; LCOH 50, 90, 70 -> 1, 0, 0.5.

    With weights 2, 1, 1: (2 + 0 + 1)/4, (1 + 1 + 0)/4, (0 + 1/3 + 0.5)/4.
    """
    values = {
        "npv": [10.0, 4.0, -2.0],
        "avoided_t_co2e": [100.0, 400.0, 200.0],
        "lcoh_per_mwh": [50.0, 90.0, 70.0],
        "cost_per_t_co2e": [1.0, 2.0, 3.0],
    }
    weights = {"npv": 2.0, "avoided_t_co2e": 1.0, "lcoh_per_mwh": 1.0, "cost_per_t_co2e": 0.0}
    score = weighted_score(values, weights)
    np.testing.assert_allclose(score, [0.75, 0.5, (1 / 3 + 0.5) / 4])


def test_golden_one_project_or_equal_ones_score_one_and_nothing_avoided_counts_worst() -> None:
    assert weighted_score({"npv": [-5.0]}, {"npv": 1.0}).tolist() == [1.0]
    assert weighted_score({"npv": [3.0, 3.0]}, {"npv": 1.0}).tolist() == [1.0, 1.0]
    values = {"npv": [0.0, 0.0], "cost_per_t_co2e": [80.0, np.nan]}
    score = weighted_score(values, {"npv": 1.0, "cost_per_t_co2e": 1.0})
    assert score.tolist() == [1.0, 0.5]


def test_several_objectives_rank_projects_and_say_so() -> None:
    """b is second in money and first in carbon: by both alike it is first; c is beaten by b."""
    frame = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "status": ["ok", "ok", "ok", "infeasible"],
            "npv": [10.0, 8.0, 0.0, 99.0],
            "avoided_t_co2e": [0.0, 100.0, 50.0, 999.0],
            "lcoh_per_mwh": [50.0, 50.0, 60.0, 1.0],
            "cost_per_t_co2e": [np.nan, -1.0, 5.0, -9.0],
        }
    )
    weights = weights_of(scenario_of({"ranking": {"objective": "weighted"}}, name="test"))
    chosen = with_choice(frame, weights=weights)
    assert chosen["pareto"].tolist() == [True, True, False, False]
    np.testing.assert_allclose(chosen["score"], [0.5, 0.9, 0.25, np.nan])
    order = ranked(chosen, objective="weighted", ids=["id"], weights=weights)
    assert order["id"].tolist() == ["b", "a", "c", "d"]
    assert order["rank"].tolist()[:3] == [1, 2, 3]
    words = objective_words("weighted", weights)
    assert words == "net present value and emissions avoided (weighted 1 to 1)"
    assert objective_words("weighted", {"npv": 3.0}) == "net present value"


def test_weighted_rejects_weights_that_are_all_nothing() -> None:
    ranking = {"objective": "weighted", "npv_weight": 0.0, "avoided_weight": 0.0}
    with pytest.raises(InputError, match="every weight is 0"):
        weights_of(scenario_of({"ranking": ranking}, name="test"))
    single = scenario_of({"ranking": ranking | {"objective": "npv"}}, name="test")
    assert not any(weights_of(single).values())


# How firm a place is.


def draws(projects: int, count: int) -> st.SearchStrategy[np.ndarray]:
    """Projects by draws."""
    return hnp.arrays(np.float64, (projects, count), elements=SMALL)


@given(st.data(), st.integers(1, 6), st.integers(1, 20), st.sampled_from([*OBJECTIVES, "weighted"]))
def test_property_first_shares_sum_to_one_and_places_are_whole(
    data: st.DataObject, projects: int, count: int, objective: str
) -> None:
    values = {
        name: data.draw(draws(projects, count)) for name in (*OBJECTIVES, "price_gap_per_mwh")
    }
    ids = [f"p{number}" for number in data.draw(st.permutations(range(projects)))]
    asked = {"ids": ids, "objective": objective, "weights": WEIGHTS}
    place = places(values, **asked)  # type: ignore[arg-type]
    assert (np.sort(place, axis=0) == np.arange(1, projects + 1)[:, None]).all()
    table = rank_stability(values, top_count=2, **asked)  # type: ignore[arg-type]
    assert table["first_share"].sum() == pytest.approx(1.0)
    assert table["top_share"].sum() == pytest.approx(min(2, projects))
    assert table["mean_rank"].mean() == pytest.approx((projects + 1) / 2)
    # Every draw is ordered as the table of projects would be.
    for draw in range(min(count, 3)):
        frame = pd.DataFrame({name: cells[:, draw] for name, cells in values.items()})
        frame = frame.assign(id=ids, status="ok")
        rows = ranked(frame, objective=objective, ids=["id"], weights=WEIGHTS)
        by_id = dict(zip(rows["id"], rows["rank"], strict=True))
        assert [by_id[name] for name in ids] == place[:, draw].tolist()


@given(st.data(), st.permutations(range(5)))
def test_property_firmness_does_not_depend_on_the_order_of_rows(
    data: st.DataObject, order: list[int]
) -> None:
    npv = data.draw(draws(5, 12))
    ids = np.array(list("edcba"))
    asked = {"objective": "npv", "weights": {}, "top_count": 3}
    one = rank_stability({"npv": npv}, ids=ids.tolist(), **asked)  # type: ignore[arg-type]
    two = rank_stability({"npv": npv[order]}, ids=ids[order].tolist(), **asked)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(one, two.loc[one.index])


def test_golden_firmness_by_hand() -> None:
    """
    Four draws of three projects, by net present value; what loses is ordered by its price gap.

    Draw 1: a 5, b 3, c 1 -> a b c. Draw 2: a 2, b 2, c 9 -> c a b (tie by id).
    Draw 3: all lose; gaps 9, 4, 6 -> b c a. Draw 4: a -1, b -2, c 1 -> c, then gaps 3, 2 -> b a.
    """
    npv = np.array([[5.0, 2.0, -1.0, -1.0], [3.0, 2.0, -8.0, -2.0], [1.0, 9.0, -2.0, 1.0]])
    gap = np.array([[0.0, 0.0, 9.0, 3.0], [0.0, 0.0, 4.0, 2.0], [0.0, 0.0, 6.0, 0.0]])
    table = rank_stability(
        {"npv": npv, "price_gap_per_mwh": gap},
        ids=["a", "b", "c"], objective="npv", weights={}, top_count=2,
    )  # fmt: skip
    assert table["first_share"].tolist() == [0.25, 0.25, 0.5]
    assert table["top_share"].tolist() == [0.5, 0.75, 0.75]
    assert table["mean_rank"].tolist() == [(1 + 2 + 3 + 3) / 4, (2 + 3 + 1 + 2) / 4, 1.75]


def test_golden_what_avoids_nothing_has_no_place_by_cost_per_tonne() -> None:
    cost = np.array([[np.nan, 50.0], [40.0, np.nan], [np.nan, 60.0]])
    table = rank_stability(
        {"cost_per_t_co2e": cost},
        ids=["a", "b", "c"], objective="cost_per_t_co2e", weights={}, top_count=1,
    )  # fmt: skip
    assert table["first_share"].tolist() == [0.5, 0.5, 0.0]
    assert table["mean_rank"].tolist() == [1.0, 1.0, 2.0]


def test_firmness_of_many_draws_is_worked_on_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    npv = np.random.default_rng(1).normal(size=(3, 1000))
    asked = {"ids": ["a", "b", "c"], "objective": "npv", "weights": {}, "top_count": 2}
    whole = rank_stability({"npv": npv}, **asked)  # type: ignore[arg-type]
    monkeypatch.setattr("heatreach.siting.appraisal.ranking.DRAWS_AT_ONCE", 100)
    pd.testing.assert_frame_equal(whole, rank_stability({"npv": npv}, **asked))  # type: ignore[arg-type]


# Words.


def first_row(**changes: object) -> pd.DataFrame:
    """A ranked project, and a second."""
    one = {"rank": 1, "first_share": 0.714, "npv_positive_share": 0.64}
    two = {"rank": 2, "first_share": 0.286, "npv_positive_share": 0.1}
    ends = [{"npv_p10": -4e5, "npv_p90": 1.3e6}, {"npv_p10": -9e5, "npv_p90": 1e4}]
    rows = [one | ends[0], two | ends[1]]
    return pd.DataFrame([rows[0] | changes, rows[1]])


def test_golden_certainty_in_words() -> None:
    words = certainty_words(first_row(), draws=4096, money="EUR 2024", rate_share=0.035)
    assert words == (
        "Drawn from the ranges of the assumptions, it stays first in 71 % of 4,096 draws and earns "
        "money at 3.5 % real in 64 % of them; its present value lies between −0.4 and 1.3 million "
        "EUR 2024 in eight draws of ten (P10 to P90)."
    )
    alone = certainty_words(first_row().head(1), draws=4096, money="EUR 2024", rate_share=0.035)
    assert "first" not in alone
    assert "it earns money at 3.5 % real in 64 % of 4,096 draws" in alone
    sure = certainty_words(
        first_row(first_share=1.0, npv_positive_share=0.0),
        draws=64,
        money="EUR 2024",
        rate_share=0.035,
    )
    assert "stays first in all 64 draws and earns money at 3.5 % real in none of them" in sure
    assert "money at 3.5 % real in all of them" in certainty_words(
        first_row(npv_positive_share=1.0), draws=64, money="EUR 2024", rate_share=0.035
    )


def test_certainty_is_silent_where_nothing_is_known() -> None:
    nobody = first_row().assign(rank=np.nan)
    assert certainty_words(nobody, draws=4096, money="EUR 2024", rate_share=0.035) == ""
    assert certainty_words(first_row(), draws=0, money="EUR 2024", rate_share=0.035) == ""
    same = certainty_words(
        first_row(npv_p10=5.0, npv_p90=5.0), draws=64, money="EUR 2024", rate_share=0.035
    )
    assert same == "Nothing that was drawn changes its present value (64 draws)."


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.9951, "more than 99 %"), (0.004, "less than 1 %"), (0.006, "1 %"), (0.994, "99 %")],
)
def test_golden_shares_are_never_rounded_to_all_or_none(share: float, words: str) -> None:
    assert share_words(share, "4,096 draws") == f"{words} of 4,096 draws"


def test_golden_money_is_said_in_one_unit() -> None:
    assert money_words(-20.0, "EUR 2024") == "0 thousand EUR 2024"
    assert range_words(-90_000.0, 99_000.0, "GBP 2023") == "between −90 and 99 thousand GBP 2023"
    assert range_words(-9_000.0, 2e6, "GBP 2023") == "between 0.0 and 2.0 million GBP 2023"


def drivers(**changes: object) -> pd.DataFrame:
    """Three drivers of one project: two reach their break-even within the range."""
    cells: dict[str, object] = {
        "driver": ["electricity_price", "pipe_cost", "life"],
        "label": ["price of electricity", "cost of pipes", "life of pipes"],
        "unit": ["GBP/MWh", "GBP", "year"],
        "value": [112.0, 1e6, 40.0],
        "low": [80.0, 7e5, 30.0],
        "high": [160.0, 1.6e6, 50.0],
        "break_even": [131.0, 1.1e6, 75.0],
    }
    return pd.DataFrame(cells | changes)


def test_golden_break_evens_are_told_nearest_first() -> None:
    """Pipes: 0.1 of 0.6 of the range; electricity: 19 of 48; life: 35 of 10, outside."""
    words = break_even_words(drivers(), npv=1e5, money="GBP 2023")
    assert words == (
        "It would no longer pay if the cost of pipes were 10 % higher or the price of electricity "
        "were above 131 GBP/MWh (112 assumed)."
    )
    lost = break_even_words(drivers(break_even=[91.0, 8e5, np.nan]), npv=-1e5, money="GBP 2023")
    assert lost == (
        "It would break even if the price of electricity were no more than 91 GBP/MWh (112 assumed)"
        " or the cost of pipes were 20 % lower."
    )


@pytest.mark.parametrize(
    ("npv", "turns_at", "words"),
    [
        (1e5, 0.0440, " or the discount rate were above 4.4 % (3.5 % assumed)."),
        (-1e5, 0.0314, " or the discount rate were no more than 3.14 % (3.5 % assumed)."),
        (1e5, 0.25, "(112 assumed)."),
        (1e5, np.nan, "(112 assumed)."),
    ],
)
def test_golden_the_discount_rate_that_turns_is_told_within_its_range(
    npv: float, turns_at: float, words: str
) -> None:
    rate = Rate(value=0.035, low=0.03, high=0.1, break_even=turns_at)
    assert break_even_words(drivers(), npv=npv, money="GBP 2023", rate=rate).endswith(words)
    alone = break_even_words(drivers(break_even=np.nan), npv=npv, money="GBP 2023", rate=rate)
    assert bool(alone) == ("discount" in words)
    far = drivers(break_even=[np.nan, np.nan, 75.0])
    assert ("outside" in break_even_words(far, npv=npv, money="GBP 2023", rate=rate)) != bool(alone)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "73% of it warmth of the data centre, 91% with the electricity of the heat pump, "
            "the rest from the boiler",
        ),
        (
            {"electricity_mwh": np.nan, "machine_loss_mwh": np.nan, "source_mwh": 91.0},
            "91% of it warmth of the data centre, the rest from the boiler",
        ),
        (
            {"electricity_mwh": 29.0, "backup_mwh": 0.0, "reuse_share": 1.0},
            "73% of it warmth of the data centre, 100% with the electricity of the heat pump",
        ),
        (
            {"electricity_mwh": 0.0, "machine_loss_mwh": 0.0, "backup_mwh": 0.0, "reuse_share": 1},
            "100% of it warmth of the data centre",
        ),
    ],
)
def test_golden_heat_of_the_data_centre_is_not_that_of_the_drive(
    changes: dict[str, float], words: str
) -> None:
    assert made_words(pd.Series(MADE | changes)) == words


def test_golden_a_load_with_a_fifth_of_the_heat_is_named_and_to_be_metered_if_guessed() -> None:
    rows = pd.DataFrame(
        [
            ("p", "a", 30.0, "low"), ("p", "b", 70.0, "low"), ("", "z", 900.0, "low"),
            ("q", "c", 100.0, "high"), ("s", "y", 25.0, "medium"), ("s", "x", 25.0, "medium"),
            ("s", "w", 50.0, "medium"), *[("r", f"r{number}", 10.0, "low") for number in range(6)],
        ],
        columns=["project_id", "consumer_id", "annual_heat_mwh", "confidence"],
    )  # fmt: skip
    assert large_loads(rows) == {
        "p": "the largest load, b, takes 70% of the heat; its demand is guessed (low confidence): "
        "meter it first",
        "q": "the only load is c",
        "s": "the largest load, w, takes 50% of the heat",
    }


def test_golden_break_evens_out_of_range_are_called_so_and_none_is_silent() -> None:
    far = break_even_words(drivers(break_even=[np.nan, np.nan, 75.0]), npv=-1.0, money="EUR 2024")
    assert far == (
        "It would break even if the life of pipes were at least 75 years (40 assumed), which lies "
        "outside the range of that assumption."
    )
    assert break_even_words(drivers(break_even=np.nan), npv=1.0, money="EUR 2024") == ""


def test_golden_what_would_put_another_first() -> None:
    """
    a 10, b 8. Dear power takes 5 from a: b first. Pipes are each project's own.

    Cheap pipes give 3 to b alone: b first with 11; a's own dear pipes leave it 9, still first. Were
    pipes moved in both at once, a would have 13 and stay first.
    """
    central = {"npv": np.array([10.0, 8.0])}
    npv = np.array(
        [[[12.0, 5.0], [13.0, 9.0], [10.0, 10.0]], [[8.0, 8.0], [11.0, 7.0], [8.0, 8.0]]]
    )
    labels = pd.DataFrame({"label": ["price of power", "cost of pipes", "price of gas"]})
    asked = {"objective": "npv", "weights": {}, "names": {"a": "A", "b": "B"}, "first": "a"}

    def words(chosen: slice, own: list[bool], ids: list[str]) -> str:
        rows = {"npv": central["npv"][: len(ids)]}
        moves = single_moves(rows, {"npv": npv[: len(ids), chosen]}, own)
        return first_change_words(moves, labels[chosen], ids=ids, **asked)  # type: ignore[arg-type]

    assert words(slice(3), [False, True, False], ["a", "b"]) == (
        "B would come first if the price of power were at the high end of its range or its own "
        "cost of pipes were at the low end of its range."
    )
    asked |= {"hypothetical": {"b"}, "first": "a"}
    assert words(slice(1), [False], ["a", "b"]).startswith(
        "The hypothetical data centre B would come first if the price of power"
    )
    asked["first"] = "b"
    assert words(slice(0, 1), [True], ["a", "b"]) == (
        "A would come first if its own price of power were at the low end of its range or the "
        "price of power at B were at the low end of its range."
    )
    asked["first"] = "a"
    firm = "No assumption alone, anywhere in its range, would put another project first."
    assert words(slice(1, 3), [False, False], ["a", "b"]) == firm
    assert words(slice(3), [False, True, False], ["a"]) == ""


@given(st.data(), st.integers(1, 4), st.integers(0, 4))
def test_property_single_moves_change_one_thing(
    data: st.DataObject, projects: int, count: int
) -> None:
    """A shared driver moves everybody as told, an own one moves its project and nobody else."""
    central = data.draw(hnp.arrays(np.float64, (projects,), elements=SMALL))
    moved = data.draw(hnp.arrays(np.float64, (projects, count, 2), elements=SMALL))
    own = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    moves = single_moves({"npv": central}, {"npv": moved}, own)
    assert moves.figures["npv"].shape[1] == sum(2 * (projects if mine else 1) for mine in own)
    for column, (driver, end, whose) in enumerate(
        zip(moves.driver, moves.end, moves.project, strict=True)
    ):
        expected = moved[:, driver, end] if whose < 0 else central.copy()
        if whose >= 0:
            expected[whose] = moved[whose, driver, end]
        assert own[driver] == (whose >= 0)
        np.testing.assert_array_equal(moves.figures["npv"][:, column], expected)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (94.0, 111.04, "Its consumers would pay more than today: 111 instead of 94 EUR/MWh"),
        (94.0, 94.0, ""),
        (94.0, 84.6, ""),
        (np.nan, 80.0, ""),
    ],
)
def test_golden_consumers_who_would_pay_more_are_named(
    before: float, after: float, words: str
) -> None:
    rows = {"project_id": "p", "payer": ["operator", "consumer"]}
    ends = {"before_per_mwh": [np.nan, before], "after_per_mwh": [np.nan, after]}
    sentence = dearer_words(pd.DataFrame(rows | ends), project_id="p", money="EUR 2024")
    assert sentence.startswith(words)
    assert bool(sentence) == bool(words)
    assert dearer_words(pd.DataFrame(rows | ends), project_id="q", money="EUR 2024") == ""


def test_golden_tonnes_that_cost_nothing_are_ranked_by_how_many_they_are() -> None:
    """
    The same gain of 5,000 over 10 t is −500 per tonne, over 1,000 t −5: the second is better.

    S. Taylor, Energy Policy 48 (2012) 430: negative costs per tonne rank measures wrongly.
    """
    frame = pd.DataFrame(
        {
            "id": ["few", "many", "dear", "cheap", "none"],
            "status": "ok",
            "npv": [5e3, 5e3, -9e3, -1e3, 0.0],
            "avoided_t_co2e": [10.0, 1000.0, 100.0, 100.0, -1.0],
            "lcoh_per_mwh": [50.0, 50.0, 50.0, 50.0, 50.0],
            "cost_per_t_co2e": [-500.0, -5.0, 90.0, 10.0, np.nan],
        }
    )
    order = ranked(frame, objective="cost_per_t_co2e", ids=["id"])
    assert order["id"].tolist() == ["many", "few", "cheap", "dear", "none"]
    assert order["rank"].isna().tolist() == [False] * 4 + [True]
    chosen = with_choice(frame, weights={"cost_per_t_co2e": 1.0})
    np.testing.assert_allclose(chosen["score"], [1.0, 1.0, 0.0, 80.0 / 90.0, np.nan])
    assert chosen["pareto"].tolist() == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("label", "unit", "value", "break_even", "words"),
    [
        ("share of contingency", "dimensionless", 0.1, 0.155, "above 15.5 % (10 % assumed)"),
        ("COP of the heat pump", "dimensionless", 4.1, 3.5, "below 3.5 (4.1 assumed)"),
        ("heat lost by the pipes", "dimensionless", 1.0, 1.25, "25 % higher"),
        ("heat that consumers take", "MWh/year", 8000.0, 6000.0, "25 % lower"),
        (
            "yearly change of the gas price",
            "1/year",
            0.0,
            -0.015,
            "below −1.5 % a year (0 % a year",
        ),
        ("price of cooling water", "GBP/m**3", 2.0, 2.5, "above 2.5 GBP/m3 (2 assumed)"),
    ],
)
def test_golden_break_evens_are_told_in_the_unit_of_their_assumption(
    label: str, unit: str, value: float, break_even: float, words: str
) -> None:
    row = {"driver": "x", "label": label, "unit": unit, "value": value, "break_even": break_even}
    frame = pd.DataFrame([row | {"low": value - 1e4, "high": value + 1e4}])
    sentence = break_even_words(frame, npv=1.0, money="GBP 2023")
    assert sentence.startswith(f"It would no longer pay if the {label} were {words}")
