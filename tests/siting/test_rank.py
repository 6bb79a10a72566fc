"""Order, ties and words of the ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.siting.rank import link_reasons, project_reasons, ranked, summary_of


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
    ("npv", "words"), [(2e6, "net present value of 2.0 million"), (-2e6, "would lose 2.0 million")]
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
    sentence = summary_of(projects, money="EUR 2024", objective="npv")
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
            "reuse_share": [0.8],
            "lcoh_per_mwh": [300.0],
            "present_per_mwh": [120.0],
            "avoided_t_co2e": [0.1],
        }
    )
    assert link_reasons(links, money="EUR 2024")[0].startswith(f"{words} a year over 50 m")


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
        "heat_networks": networks, "heat_mwh": 4321.0, "trench_m": 900.0, "reuse_share": 0.9,
        "linear_heat_density_mwh_m": 4.8, "lcoh_per_mwh": 80.0, "npv": 2e6, "payback_years": 9.0,
        "price_gap_per_mwh": 0.0, "design_premium_share": 0.0, "avoided_t_co2e": 10.0,
    }  # fmt: skip
    frame = pd.DataFrame([row])
    reasons = project_reasons(frame, money="EUR 2024", objective="npv")
    assert reasons[0].startswith(f"1 of 1 by net present value: {words}, 4,321 MWh a year on")
    # The finished table has no column for the number of networks.
    finished = frame.drop(columns="heat_networks").assign(reason=reasons)
    sentence = summary_of(finished, money="EUR 2024", objective="npv")
    assert f"it would {does}" in sentence
    assert "with 4,321 MWh a year" in sentence
