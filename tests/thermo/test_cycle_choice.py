"""The rule that chooses a cycle, its step in COP, and every limit of every cycle."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import HeatPump, find_refrigerant, lorenz_cop, refrigerant_names
from heatreach.thermo.cycle import VARIANTS
from heatreach.thermo.cycles.cycle_choice import MACHINE_VARIANTS, choose_cycle
from heatreach.thermo.cycles.pinch import Approaches, solve_lift
from heatreach.thermo.refrigerants.fluid import Fluid, Saturation, fluid_of

if TYPE_CHECKING:
    import pandas as pd

CONDENSING = tuple(name for name in refrigerant_names() if name != "R744")
SUPPLY = np.arange(40.0, 90.0, 0.25)
WARMER = SUPPLY + 15.0


# Steps at the second stage as the notes of `choose_cycle` state them, by glide.
STEPS: tuple[tuple[tuple[str, ...], dict[float, tuple[float, float]]], ...] = (
    (("R717",), {0.0: (0.02, 0.03), 5.0: (0.02, 0.03), 10.0: (0.01, 0.02)}),
    (
        ("R600a", "R1233zd(E)", "R32", "R410A", "R407C", "R454B"),
        {0.0: (0.06, 0.14), 5.0: (0.06, 0.12), 10.0: (0.04, 0.10)},
    ),
    (
        ("R290", "R134a", "R513A", "R1234ze(E)"),
        {0.0: (0.09, 0.20), 5.0: (0.08, 0.18), 10.0: (0.06, 0.13)},
    ),
    (("R1234yf",), {0.0: (0.12, 0.26), 5.0: (0.10, 0.23), 10.0: (0.08, 0.17)}),
)


@cache
def sweep(fluid: str, variant: str, glide: float, source: float = 25.0) -> pd.DataFrame:
    """Points of rising supply at constant source and glide; to be read only."""
    supply = WARMER if source > 30.0 else SUPPLY
    machine = HeatPump.sized(1000.0, fluid, variant)
    return machine.operating_points(source, source - 8.0, supply - glide, supply)


def second_stage_step(
    auto: pd.DataFrame, single: pd.DataFrame, double: pd.DataFrame
) -> pd.Series[float]:
    """Gain of two stages over one where the rule begins to use them."""
    two = (auto["variant"] == "two_stage") & (auto["reason"] == "")
    begins = two & ~two.shift(fill_value=False) & (single["reason"] == "")
    return (double["cop"] / single["cop"] - 1.0)[begins]


def doubled(fluid: str, glide: float) -> pd.DataFrame:
    """Two stages, with an intercooler where the gas would leave too hot without."""
    double, cooled = sweep(fluid, "two_stage", glide), sweep(fluid, "intercooled", glide)
    too_hot = double["discharge_degc"] > find_refrigerant(fluid).max_discharge_degc
    return double.where(~too_hot, cooled)


@pytest.mark.parametrize("fluid", CONDENSING)
@pytest.mark.parametrize("glide", [10.0, 20.0, 40.0])
def test_property_rule_takes_the_cycle_it_says(fluid: str, glide: float) -> None:
    auto = sweep(fluid, "auto", glide)
    single, double = sweep(fluid, "single", glide), doubled(fluid, glide)
    served = (auto["reason"] == "").to_numpy()
    two = (auto["variant"] != "single").to_numpy() & served
    lift = single["condensing_degc"] - single["evaporating_degc"]
    hottest = min(130.0, find_refrigerant(fluid).max_discharge_degc)
    asked = ((lift > 50.0) | (single["discharge_degc"] > hottest)).to_numpy()
    assert np.all(asked[two])
    # Where asked for but not taken, one stage is better or two cannot serve.
    left = served & ~two & asked
    assert np.all((single["cop"][left] >= double["cop"][left]) | (double["reason"][left] != ""))
    np.testing.assert_array_equal(auto["cop"][two], double["cop"][two])
    np.testing.assert_array_equal(auto["variant"][two], double["variant"][two])
    np.testing.assert_array_equal(auto["cop"][served & ~two], single["cop"][served & ~two])
    # No point is lost to the rule: what one of the cycles serves is served.
    for cycle in (single, sweep(fluid, "two_stage", glide)):
        assert np.all(served[(cycle["reason"] == "").to_numpy() & asked])


@pytest.mark.parametrize("fluid", CONDENSING)
@pytest.mark.parametrize(
    ("glide", "most"), [(0.0, 0.26), (5.0, 0.23), (10.0, 0.17), (20.0, 0.08), (40.0, 0.001)]
)
def test_property_step_at_the_second_stage_is_as_stated(
    fluid: str, glide: float, most: float
) -> None:
    """Two stages are never worse where they begin, and better by at most what the notes say."""
    single, double = sweep(fluid, "single", glide), sweep(fluid, "two_stage", glide)
    auto = sweep(fluid, "auto", glide)
    step = second_stage_step(auto, single, double)
    assert np.all((step >= 0.0) & (step <= most))
    # Between steps the COP falls with lift.
    same = (auto["variant"] == auto["variant"].shift()).to_numpy()[1:]
    fall = np.diff(auto["cop"].to_numpy())[same]
    assert np.all(fall[~np.isnan(fall)] < 1e-9)


@pytest.mark.parametrize("source", [5.0, 15.0, 35.0, 50.0])
@pytest.mark.parametrize(("fluids", "bands"), STEPS)
def test_property_steps_at_small_glides_are_as_stated(
    fluids: tuple[str, ...], bands: dict[float, tuple[float, float]], source: float
) -> None:
    """The table of the notes, with half a percent for its rounding."""
    for fluid in fluids:
        for glide, (least, most) in bands.items():
            cycles = (
                sweep(fluid, variant, glide, source) for variant in ("auto", "single", "two_stage")
            )
            step = second_stage_step(*cycles)
            assert np.all((step >= least - 0.005) & (step <= most + 0.005)), (fluid, glide)


@pytest.mark.parametrize("fluid", ["R290", "R1234yf", "R1234ze(E)", "R134a"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("source", [0.0, 15.0])
def test_property_cop_rises_with_supply_only_near_the_critical_point(
    fluid: str, variant: str, source: float
) -> None:
    """Supply alone raised: gains of at most 1.5 % within 7 K of the limit, and falls elsewhere."""
    limits, gains = find_refrigerant(fluid), []
    top, states = limits.max_condensing_degc, fluid_of(fluid)
    for below in (6.0, 8.0, 11.0, 20.0, 40.0):
        cycles = [
            solve_lift(
                states,
                source - 10.0,
                (top - below, supply),
                approaches=Approaches(3.0, 3.0, 5.0, 5.0),
                isentropic_efficiency=0.75,
                max_condensing_degc=top,
                variant=variant,
            )
            for supply in np.arange(top - min(below, 12.0), top + 6.0, 0.25).tolist()
        ]
        known = np.array([cycle for cycle in cycles if cycle.shaft_cop == cycle.shaft_cop])
        cops, condensing = known[:, 0], known[:, 2]
        gains.append((cops / np.minimum.accumulate(cops) - 1.0).max())
        assert np.all(condensing[:-1][np.diff(cops) > 0.0] > top - 7.0)
    assert max(gains) < 0.015
    # The exception is real, else the notes would claim too little.
    assert max(gains) > 1e-3 or variant != "single" or source > 0.0


@given(
    fluid=st.sampled_from(refrigerant_names()),
    variant=st.sampled_from(MACHINE_VARIANTS),
    source=st.floats(5.0, 60.0),
    drop=st.floats(0.5, 20.0),
    back=st.floats(10.0, 70.0),
    rise=st.floats(0.5, 50.0),
)
@settings(deadline=None, max_examples=200)
def test_property_every_point_has_a_cop_within_bounds_or_a_reason(
    fluid: str, variant: str, source: float, drop: float, back: float, rise: float
) -> None:
    if variant == "transcritical" and fluid != "R744":
        return
    water = (source, source - drop, back, back + rise)
    point = HeatPump.sized(1000.0, fluid, variant).operating_points(*water).iloc[0]
    assert np.isnan(point["cop"]) == bool(point["reason"])
    if point["reason"]:
        return
    assert variant in ("auto", point["variant"])
    limits = find_refrigerant(fluid)
    assert 1.0 < point["cop"] <= 0.75 * lorenz_cop(*water) * (1 + 1e-12)
    assert point["cop"] < (back + rise + 273.15) / (back + rise - source + drop)
    assert point["discharge_degc"] <= limits.max_discharge_degc
    assert point["condensing_bar"] <= limits.max_condensing_bar * (1 + 1e-9)
    if point["variant"] != "transcritical":
        assert point["condensing_degc"] <= limits.max_condensing_degc + 1e-6
        assert point["condensing_degc"] - point["evaporating_degc"] >= 10.0


@pytest.mark.parametrize("source", [5.0, 25.0, 45.0])
@pytest.mark.parametrize(
    ("fluid", "glide", "least", "most"),
    [
        ("R717", 5.0, 0.01, 0.032),
        ("R717", 10.0, 0.01, 0.032),
        ("R717", 20.0, -0.01, 0.01),
        ("R717", 40.0, -0.06, -0.04),
        ("R32", 10.0, -0.02, 0.004),
        ("R32", 40.0, -0.02, 0.004),
        ("R1233zd(E)", 40.0, -0.02, 0.004),
    ],
)
def test_property_step_at_the_intercooler_is_as_stated(
    fluid: str, glide: float, least: float, most: float, source: float
) -> None:
    supply = np.arange(max(source + 2.0, glide + 5.0), 130.0, 0.25)
    auto = HeatPump.sized(1000.0, fluid).operating_points(
        source, source - 8.0, supply - glide, supply
    )
    cooled = (auto["variant"] == "intercooled") & (auto["reason"] == "")
    begins = cooled & ~cooled.shift(fill_value=False) & (auto["reason"].shift() == "")
    # The fall that the quarter of a kelvin brings anyway is not part of the step.
    fall = (auto["cop"].shift() / auto["cop"].shift(2) - 1.0)[begins]
    step = (auto["cop"].pct_change(fill_method=None)[begins] - fall).dropna()
    assert np.all((step >= least) & (step <= most))
    assert cooled.any() == (fluid != "R32" or source < 25.0)


@pytest.mark.parametrize("back", [35.0, 37.0, 40.0])
def test_ammonia_serves_district_heat_with_an_intercooler(back: float) -> None:
    """Duty of a plant in operation: source 27 °C, supply 75 °C, return 35 to 40 °C."""
    water = (27.0, 22.0, back, 75.0)
    for variant in ("single", "two_stage"):
        point = HeatPump.sized(5000.0, "R717", variant).operating_points(*water).iloc[0]
        assert "leave the compressor above 140 °C" in point["reason"]
        assert ("or an intercooler" in point["reason"]) == (variant == "two_stage")
    auto = HeatPump.sized(5000.0, "R717").operating_points(*water).iloc[0]
    assert auto["variant"] == "intercooled"
    assert auto["reason"] == ""
    assert auto["discharge_degc"] < 140.0


def test_two_stages_serve_where_one_is_too_hot() -> None:
    water = (25.0, 17.0, 48.0, 58.0)
    single = HeatPump.sized(1000.0, "R717", "single").operating_points(*water).iloc[0]
    auto = HeatPump.sized(1000.0, "R717").operating_points(*water).iloc[0]
    assert "or two stages" in single["reason"]
    assert auto["variant"] == "two_stage"


@pytest.mark.parametrize("variant", ["single", "ihx", "two_stage", "intercooled", "auto"])
def test_limits_hold_for_every_cycle(variant: str) -> None:
    warm = HeatPump.sized(1000.0, "R290", variant).operating_points(30.0, 22.0, 80.0, 99.0)
    dense = HeatPump.sized(1000.0, "R717", variant).operating_points(60.0, 52.0, 80.0, 94.0)
    hot = HeatPump.sized(1000.0, "R717", variant).operating_points(-7.0, -12.0, 20.0, 75.0)
    small = HeatPump.sized(1000.0, "R600a", variant).operating_points(35.0, 30.0, 25.0, 32.0)
    reasons = [frame["reason"][0] for frame in (warm, dense, hot, small)]
    says = ("critical point", "bar", "leave the compressor", "too small for a compressor")
    assert [word in reason for word, reason in zip(says, reasons, strict=True)] == [True] * 4


class Unsolvable(Fluid):
    """Fluid whose states the library does not find above a dew point of 50 °C."""

    def saturation(self, dew_kelvin: float) -> Saturation:
        """Fail as CoolProp does."""
        if dew_kelvin > 323.15:
            raise ValueError("unable to solve")
        return super().saturation(dew_kelvin)


@pytest.mark.parametrize("variant", ["auto", "single", "ihx", "two_stage", "intercooled"])
def test_a_state_not_found_is_a_reason(variant: str) -> None:
    limits = find_refrigerant("R600a")
    for supply, served in ((45.0, True), (65.0, False)):
        choice = choose_cycle(
            Unsolvable("R600a"),
            limits,
            19.0,
            (supply - 10.0, supply),
            approaches=Approaches(3.0, 3.0, 5.0, 5.0),
            isentropic_efficiency=0.75,
            variant=variant,
        )
        assert np.isnan(choice.cycle.shaft_cop) != served
        assert (choice.reason == "") == served
    assert "no solution here: unable to solve" in choice.reason


@pytest.mark.parametrize("fluid", ["R454B", "R513A"])
@pytest.mark.parametrize("variant", ["ihx", "auto"])
def test_mixtures_solve_any_point_of_a_batch(fluid: str, variant: str) -> None:
    """Cold sources and hot gas near the critical point, where the gas search is hardest."""
    rng = np.random.default_rng(1)
    cold, supply = rng.uniform(-19.0, 0.0, 150), rng.uniform(60.0, 75.0, 150)
    glide = rng.choice([0.0, 5.0, 10.0, 20.0], 150)
    machine = HeatPump.sized(1000.0, fluid, variant)
    points = machine.operating_points(cold + 8.0, cold, supply - glide, supply)
    assert not points["reason"].str.contains("no solution").any()
    np.testing.assert_array_equal(points["cop"].isna(), points["reason"] != "")
