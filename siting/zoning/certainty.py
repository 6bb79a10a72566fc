"""
How certain a zone is: High, Medium or Low, with the reason in one sentence.

Three things count: whether the zone still meets its rule at the low end of its heat, how much of
its heat has low confidence, and how much was given by users, meters or registers. Thresholds stand
in ``data/certainty_rules.csv``; they are judgement. The words are those of councils' zone layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption

if TYPE_CHECKING:
    from .rules import ZoneRule

HIGH, MEDIUM, LOW = "High", "Medium", "Low"


def _limit(name: str, parameter: str) -> float:
    """One threshold of the certainty rules."""
    return assumption("certainty_rules", name, parameter).value


def _tests_at_low_heat(zones: pd.DataFrame, rule: ZoneRule) -> pd.DataFrame:
    """Each thing that a rule asks for, and whether zones reach it at low heat."""
    # All heat of a zone is scaled by low over central, so its density falls by the same factor; a
    # single consumer has no joint to fail. Anchor loads are counted with each at its own low end.
    density = zones[f"{rule.method}_heat_density_mwh_m"]
    scaled = density * zones["heat_low_mwh"] / zones["heat_mwh"]
    return pd.DataFrame(
        {
            "density": density.isna() | scaled.ge(rule.threshold_mwh_m),
            "heat": zones["heat_low_mwh"].ge(rule.heat_min_mwh),
            "anchors": zones["anchors_low"].ge(rule.anchors_min),
        }
    )


def certainty(zones: pd.DataFrame, rule: ZoneRule) -> pd.DataFrame:
    """
    Certainty of the zones of one rule.

    Parameters
    ----------
    zones
        ``heat_mwh``, ``heat_low_mwh``, ``anchors_low``, ``given_share``, ``guess_share`` and the
        density that the rule's method measures.
    rule
        The rule.

    Returns
    -------
    certainty
        ``certainty`` and ``certainty_reason``, one row per zone.

    Notes
    -----
    Low: more than ``low/guess_share`` of the heat has low confidence, or the zone fails its rule at
    low heat and less than ``low/given_share`` is given. High: it meets its rule at low heat, at
    least ``high/given_share`` is given and at most ``high/guess_share`` has low confidence. Else
    Medium.

    Examples
    --------
    >>> from heatreach.siting.zoning.rules import zone_rules
    >>> zone = pd.DataFrame({"heat_mwh": [1000.0], "heat_low_mwh": [900.0], "anchors_low": [1],
    ...     "given_share": [0.9], "guess_share": [0.0], "trench_heat_density_mwh_m": [6.0]})
    >>> certainty(zone, zone_rules(["class_4"])[0])["certainty"].tolist()
    ['High']
    """
    tests = _tests_at_low_heat(zones, rule)
    meets = tests.all(axis=1).to_numpy(dtype=bool)
    given = zones["given_share"].to_numpy(dtype=float)
    guess = zones["guess_share"].to_numpy(dtype=float)
    guessed = guess > _limit("low", "guess_share")
    fails = ~meets & (given < _limit("low", "given_share"))
    told, known = given >= _limit("high", "given_share"), guess <= _limit("high", "guess_share")
    word = np.select([guessed | fails, meets & told & known], [LOW, HIGH], MEDIUM)
    asked = {
        "density": f"{rule.threshold_mwh_m:g} MWh/m/yr",
        "heat": f"{rule.heat_min_mwh:,.0f} MWh/yr",
        "anchors": f"{rule.anchors_min:,d} anchor load" + ("s" if rule.anchors_min > 1 else ""),
    }
    cases = pd.DataFrame(
        {"word": word, "meets": meets, "told": told, "known": known, "guessed": guessed}
    ).assign(given=given, guess=guess)
    failed = [
        " and ".join(words for name, words in asked.items() if not getattr(test, name))
        for test in tests.itertuples()
    ]
    reasons = [
        _reason(case, asked["density"], text)
        for case, text in zip(cases.itertuples(), failed, strict=True)
    ]
    return pd.DataFrame({"certainty": word, "certainty_reason": reasons}, index=zones.index)


def _reason(case: Any, asked: str, failed: str) -> str:
    """One sentence that begins with what decides."""
    low_end = "at the low end of its heat"
    kept = f"it would fail {failed} {low_end}"
    if case.meets:
        kept = f"it meets {asked} and all else of its rule even {low_end}"
    unsure = f"{case.guess:.0%} of its heat has low confidence"
    given = _given(case.given)
    if case.word == HIGH:
        return f"High because {kept}, {case.given:.0%} of that heat is given and little is a guess"
    if case.guessed:
        return f"Low because {unsure}, {'although' if case.meets else 'and'} {kept}"
    if case.word == LOW:
        return f"Low because {kept} and {given}"
    against = [
        *([] if case.meets else [kept]),
        *([] if case.told else [given]),
        *([] if case.known else [unsure]),
    ]
    return f"Medium because {' and '.join(against)}"


def _given(share: float) -> str:
    """How much of the heat of a zone is given, where that is too little."""
    if share <= 0.0:
        return "none of its heat is given"
    text = f"{share:.0%}"
    return f"only {text} of its heat is given" if text != "0%" else "hardly any of it is given"
