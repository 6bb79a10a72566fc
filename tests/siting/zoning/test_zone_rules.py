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
        # Density 5 at 100 MWh, asked 4: it still meets its rule down to 80 MWh.
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
            "heat_mwh": [100.0],
            "heat_low_mwh": [low_mwh],
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
            "given_share": [1.0],
            "guess_share": [0.0],
            "radius_heat_density_mwh_m": [np.nan],
        }
    )
    found = certainty(zone, zone_rules(["scotland_baseline"])[0])
    assert found["certainty"].tolist() == ["High"]
