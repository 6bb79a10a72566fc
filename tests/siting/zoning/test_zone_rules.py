"""Rules, size classes, certainty, and published densities."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from heatreach.data import assumption, load_table
from heatreach.siting import InputError
from heatreach.siting.zoning.certainty import certainty
from heatreach.siting.zoning.ranges import linear_heat_density_mwh_m
from heatreach.siting.zoning.rules import (
    METHODS,
    class_labels,
    density_classes,
    heat_classes,
    zone_rules,
)

MWH = {"MWh/year": 1.0, "GWh/year": 1000.0}
METRES = {"m": 1.0, "km": 1000.0}


def half_digit(text: str) -> float:
    """Half a unit in the last printed digit."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2])


def published() -> dict[str, dict[str, str]]:
    """Published zones by name."""
    columns = [str(name) for name in load_table("published_zones")]
    rows = load_table("published_zones").itertuples(index=False, name=None)
    cells = [dict(zip(columns, row, strict=True)) for row in rows]
    return {row["name"]: row for row in cells}


@pytest.mark.parametrize("name", sorted(load_table("published_zones")["name"]))
def test_golden_published_density(name: str) -> None:
    """
    Printed density from printed heat and length.

    Rows that agree do so to the printed digits, or within the rounding of the inputs; the others
    are known not to, and the table says why.
    """
    row = published()[name]
    heat, length = float(row["heat"]), float(row["length"])
    scale = MWH[row["heat_unit"]] / METRES[row["length_unit"]]
    printed = float(row["printed"])
    ours = linear_heat_density_mwh_m(
        heat * MWH[row["heat_unit"]], length * METRES[row["length_unit"]]
    )
    to_digit = abs(ours - printed) <= half_digit(row["printed"])
    around = half_digit(row["heat"]), half_digit(row["length"])
    least = (heat - around[0]) * scale / (length + around[1])
    most = (heat + around[0]) * scale / (length - around[1])
    rounded = least - half_digit(row["printed"]) <= printed <= most + half_digit(row["printed"])
    found = "yes" if to_digit else "rounding" if rounded else "no"
    assert found == row["agrees"]
    assert row["agrees"] == "yes" or row["note"] != ""


def test_golden_at_least_five_published_densities_agree() -> None:
    assert sum(row["agrees"] == "yes" for row in published().values()) >= 5


def test_golden_a_published_density_confuses_units() -> None:
    """2,000 MWh on 1 km are 2 MWh/m, printed as 2,000 "MWh/m": a factor of exactly 1,000."""
    row = published()["iea_sensitivity"]
    ours = linear_heat_density_mwh_m(float(row["heat"]), float(row["length"]) * 1000.0)
    assert float(row["printed"]) / ours == 1000.0


def test_rules_by_country() -> None:
    general = ("class_4", "class_8", "class_16")
    scotland = ("scotland_baseline", "scotland_stringent", "scotland_third")
    assert tuple(r.name for r in zone_rules(country="IM")) == general
    assert tuple(r.name for r in zone_rules()) == general
    assert tuple(r.name for r in zone_rules(country="GB")) == (*general, *scotland, "england_pilot")
    assert tuple(r.name for r in zone_rules(country="DE")) == (*general, "de_street_1_5")
    assert [r.name for r in zone_rules(["class_8", "class_4", "class_8"])] == ["class_8", "class_4"]


def test_rules_carry_what_the_sources_say() -> None:
    rules = {rule.name: rule for rule in zone_rules([*load_table("zone_rules")["name"]])}
    asked = {n: (r.threshold_mwh_m, r.anchors_min, r.anchor_mwh) for n, r in rules.items()}
    assert asked["scotland_baseline"] == (4.0, 2, 500.0)
    assert asked["scotland_stringent"] == (8.0, 5, 500.0)
    assert asked["scotland_third"] == (16.0, 5, 500.0)
    assert asked["england_pilot"] == (4.0, 0, 500.0)
    assert asked["de_street_1_5"] == (1.5, 0, 500.0)
    assert {rule.method for rule in rules.values()} == set(METHODS)
    for rule in rules.values():
        assert rule.legal_status
        assert rule.title
        assert bool(rule.country) == bool(rule.jurisdiction)
        assert rule.source != "judgement" or "guess" in rule.note


def test_rules_reject_unknown_names_all_at_once() -> None:
    with pytest.raises(InputError) as error:
        zone_rules(["scotland_basline", "class_4", "clas_8"])
    assert len(error.value.problems) == 2
    assert "did you mean 'scotland_baseline'?" in str(error.value)
    assert "did you mean 'class_8'?" in str(error.value)


def test_rules_reject_an_empty_list() -> None:
    with pytest.raises(InputError, match="no rule is named"):
        zone_rules([])


def test_classes_have_no_gap_and_labels_follow_them() -> None:
    for classes in (density_classes(), heat_classes()):
        assert classes[0].low == 0.0
        assert np.isinf(classes[-1].high)
        assert all(one.high == two.low for one, two in pairwise(classes))
        lows = class_labels([size.low for size in classes], classes)
        assert lows.tolist() == [size.label for size in classes]
    assert len(heat_classes()) == 5


def limit(name: str, parameter: str) -> float:
    """One threshold of certainty."""
    return assumption("certainty_rules", name, parameter).value


HIGH_GIVEN, HIGH_GUESS = limit("high", "given_share"), limit("high", "guess_share")
LOW_GIVEN, LOW_GUESS = limit("low", "given_share"), limit("low", "guess_share")


@pytest.mark.parametrize(
    ("low_mwh", "given", "guess", "word"),
    [
        # Density 5 at its heat, asked 4: it still meets its rule down to 80 % of it.
        (80.0, HIGH_GIVEN, HIGH_GUESS, "High"),
        (80.0, HIGH_GIVEN - 0.01, HIGH_GUESS, "Medium"),
        (80.0, HIGH_GIVEN, HIGH_GUESS + 0.01, "Medium"),
        (79.9, HIGH_GIVEN, HIGH_GUESS, "Medium"),
        (79.9, LOW_GIVEN - 0.01, 0.0, "Low"),
        (79.9, LOW_GIVEN, 0.0, "Medium"),
        (100.0, 0.0, LOW_GUESS, "Medium"),
        (100.0, 0.0, LOW_GUESS + 0.01, "Low"),
        (0.0, 0.0, 1.0, "Low"),
    ],
)
def test_golden_certainty(low_mwh: float, given: float, guess: float, word: str) -> None:
    zone = pd.DataFrame(
        {
            "heat_mwh": [1000.0],
            "heat_low_mwh": [10.0 * low_mwh],
            "anchors_low": [0],
            "given_share": [given],
            "guess_share": [guess],
            "trench_heat_density_mwh_m": [5.0],
        }
    )
    found = certainty(zone, zone_rules(["class_4"])[0]).iloc[0]
    assert found["certainty"] == word
    assert found["certainty_reason"].startswith(f"{word} because ")
    assert word != "Low" or guess > LOW_GUESS or "would fail" in found["certainty_reason"]
    assert word != "High" or "even at the low end" in found["certainty_reason"]


def test_certainty_of_a_single_consumer_has_no_joint_to_fail() -> None:
    zone = pd.DataFrame(
        {
            "heat_mwh": [100.0],
            "heat_low_mwh": [1.0],
            "anchors_low": [2],
            "given_share": [1.0],
            "guess_share": [0.0],
            "radius_heat_density_mwh_m": [np.nan],
        }
    )
    found = certainty(zone, zone_rules(["scotland_baseline"])[0])
    assert found["certainty"].tolist() == ["High"]


@pytest.mark.parametrize(
    ("rule", "low_mwh", "anchors_low", "word", "reason"),
    [
        # Two anchors of 510 MWh/yr whose low end is 433.5 are none there; 1,020 MWh/yr on 120 m.
        ("scotland_baseline", 867.0, 0, "Medium", "would fail 2 anchor loads at the low end"),
        ("scotland_baseline", 867.0, 2, "High", "even at the low end"),
        ("class_4", 499.0, 0, "Medium", "would fail 500 MWh/yr at the low end"),
        ("class_4", 500.0, 0, "High", "even at the low end"),
        ("scotland_baseline", 400.0, 1, "Medium", "fail 4 MWh/m/yr and 2 anchor loads at the low"),
    ],
)
def test_golden_certainty_asks_all_of_the_rule(
    rule: str, low_mwh: float, anchors_low: int, word: str, reason: str
) -> None:
    zone = pd.DataFrame(
        {
            "heat_mwh": [1020.0],
            "heat_low_mwh": [low_mwh],
            "anchors_low": [anchors_low],
            "given_share": [1.0],
            "guess_share": [0.0],
            "trench_heat_density_mwh_m": [8.5],
            "radius_heat_density_mwh_m": [8.5],
        }
    )
    found = certainty(zone, zone_rules([rule])[0]).iloc[0]
    assert found["certainty"] == word
    assert reason in found["certainty_reason"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (0.0, "none of its heat is given"),
        (0.004, "hardly any of it is given"),
        (0.2, "only 20% of its heat is given"),
    ],
)
def test_certainty_says_how_much_is_given(given: float, words: str) -> None:
    zone = pd.DataFrame(
        {
            "heat_mwh": [1000.0],
            "heat_low_mwh": [900.0],
            "anchors_low": [0],
            "given_share": [given],
            "guess_share": [0.0],
            "trench_heat_density_mwh_m": [6.0],
        }
    )
    found = certainty(zone, zone_rules(["class_4"])[0])["certainty_reason"].iloc[0]
    assert found == f"Medium because {words}"
