"""Cycles against an independent prototype (TESPy: see `test_tespy_cycle`), and refusals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.thermo import PhysicsRangeError, RefrigerantError, cycle_cop
from heatreach.thermo.cycle import VARIANTS

PROTOTYPED = ("single", "ihx", "two_stage")
# COP of an independent prototype, printed to two digits: superheat 5 K, no subcooling, isentropic
# efficiency 0.75; per pair of saturation temperatures the three variants in the order above.
PROTOTYPE = {
    "R1234ze(E)": ((4.55, 4.75, 5.07), (2.90, 3.19, 3.47), (2.78, 3.12, 3.41)),
    "R717": ((4.95, 4.81, 5.11), (3.43, 3.33, 3.61), (3.46, 3.36, 3.67)),
    "R600a": ((4.74, 4.95, 5.20), (3.11, 3.39, 3.62), (3.06, 3.39, 3.62)),
    "R290": ((4.40, 4.56, 4.90), (2.77, 3.03, 3.32), (2.51, 2.85, 3.13)),
    "R1233zd(E)": ((5.01, 5.14, 5.39), (3.40, 3.58, 3.80), (3.42, 3.63, 3.86)),
}
COLD, WARM = np.array([20.0, 15.0, 25.0]), np.array([65.0, 80.0, 90.0])


@pytest.mark.parametrize("variant", PROTOTYPED)
@pytest.mark.parametrize("fluid", PROTOTYPE)
def test_golden_variants_match_prototype(fluid: str, variant: str) -> None:
    cop = cycle_cop(
        fluid,
        evaporating_degc=COLD,
        condensing_degc=WARM,
        superheat_k=5.0,
        subcooling_k=0.0,
        isentropic_efficiency=0.75,
        variant=variant,
    )
    expected = [pair[PROTOTYPED.index(variant)] for pair in PROTOTYPE[fluid]]
    np.testing.assert_allclose(cop, expected, atol=0.0051, rtol=0)


@pytest.mark.parametrize("fluid", ["R717", "R290", "R32", "R1234ze(E)"])
@pytest.mark.parametrize(("cold", "warm", "below"), [(20.0, 70.0, 10.0), (-5.0, 55.0, 0.0)])
def test_golden_open_intercooler_by_hand(
    fluid: str, cold: float, warm: float, below: float
) -> None:
    """
    Every state from CoolProp's own flash; vessel, compressors and balance written out here.

    Superheat 5 K, efficiency 0.75, liquid ``below`` its bubble point. Tolerance 1e-8, that of the
    library's flash.
    """
    low = PropsSI("P", "T", cold + 273.15, "Q", 1, fluid)
    high = PropsSI("P", "T", warm + 273.15, "Q", 1, fluid)
    middle = (low * high) ** 0.5
    h1 = PropsSI("H", "T", cold + 5.0 + 273.15, "P", low, fluid)
    s1 = PropsSI("S", "T", cold + 5.0 + 273.15, "P", low, fluid)
    h2 = h1 + (PropsSI("H", "S", s1, "P", middle, fluid) - h1) / 0.75
    h3 = PropsSI("H", "P", high, "Q", 0, fluid)
    if below:
        h3 = PropsSI("H", "T", warm - below + 273.15, "P", high, fluid)
    vapour, liquid = (PropsSI("H", "P", middle, "Q", q, fluid) for q in (1, 0))
    s_vapour = PropsSI("S", "P", middle, "Q", 1, fluid)
    h4 = vapour + (PropsSI("H", "S", s_vapour, "P", high, fluid) - vapour) / 0.75
    # Vessel: liquid of the condenser (1 kg) and gas of stage 1 (m) in; vapour (1 kg), liquid (m).
    m = (vapour - h3) / (h2 - liquid)
    heat, cold_heat = h4 - h3, m * (h1 - liquid)
    work = m * (h2 - h1) + h4 - vapour
    assert heat == pytest.approx(cold_heat + work, rel=1e-12)
    cop = cycle_cop(
        fluid,
        evaporating_degc=cold,
        condensing_degc=warm,
        superheat_k=5.0,
        subcooling_k=below,
        isentropic_efficiency=0.75,
        variant="intercooled",
    )
    assert cop == pytest.approx(heat / work, rel=1e-8)


def test_golden_blends_match_prototype() -> None:
    """
    Simple cycles of the prototype from source less 5 K to sink plus 5 K, printed to two digits.

    Tolerance 0.5 %: R-410A is pseudo-pure in both, the prototype's conventions for the condensing
    temperature of the others (dew point) are those of `cycle_cop`.
    """
    expected = {
        "R513A": ((35.0, 60.0, 5.73), (25.0, 45.0, 6.88), (30.0, 60.0, 4.95)),
        "R454B": ((35.0, 60.0, 5.33), (25.0, 45.0, 6.63), (30.0, 60.0, 4.65)),
        "R410A": ((35.0, 60.0, 4.87),),
    }
    for fluid, points in expected.items():
        for source, sink, cop in points:
            ours = cycle_cop(
                fluid,
                evaporating_degc=source - 5.0,
                condensing_degc=sink + 5.0,
                superheat_k=5.0,
                subcooling_k=0.0,
                isentropic_efficiency=0.75,
            )
            assert ours == pytest.approx(cop, rel=5e-3), (fluid, source, sink)


@given(
    fluid=st.sampled_from(
        ["R717", "R600a", "R290", "R1234ze(E)", "R1234yf", "R134a", "R1233zd(E)", "R407C", "R513A"]
    ),
    variant=st.sampled_from(VARIANTS),
    cold=st.floats(0.0, 40.0),
    lift=st.floats(10.0, 45.0),
    efficiency=st.floats(0.5, 1.0),
)
@settings(deadline=None, max_examples=60)
def test_property_cop_between_one_and_carnot(
    fluid: str, variant: str, cold: float, lift: float, efficiency: float
) -> None:
    warm = np.array([cold + lift, cold + lift + 2.0])
    cop = cycle_cop(
        fluid,
        evaporating_degc=cold,
        condensing_degc=warm,
        superheat_k=5.0,
        subcooling_k=0.0,
        isentropic_efficiency=efficiency,
        variant=variant,
    )
    assert isinstance(cop, np.ndarray)
    assert np.all(cop > 1.0)
    assert np.all(cop < (warm + 273.15) / (warm - cold))
    assert cop[1] < cop[0]


def single(
    fluid: str,
    cold: float | npt.NDArray[np.float64],
    warm: float,
    *,
    superheat: float = 5.0,
    efficiency: float = 0.75,
    variant: str = "single",
) -> None:
    """Ask for one cycle and forget the answer."""
    cycle_cop(
        fluid,
        evaporating_degc=cold,
        condensing_degc=warm,
        superheat_k=superheat,
        subcooling_k=0.0,
        isentropic_efficiency=efficiency,
        variant=variant,
    )


def test_cycle_rejects_impossible_temperatures() -> None:
    with pytest.raises(PhysicsRangeError, match="above the evaporating"):
        single("R717", 50.0, 50.0)
    with pytest.raises(PhysicsRangeError, match=r"critical point \(96.7 °C\)"):
        single("R290", 20.0, 99.0)
    with pytest.raises(PhysicsRangeError, match="1 of 2 points"):
        single("R717", np.array([20.0, 70.0]), 60.0)


def test_cycle_rejects_impossible_machines() -> None:
    for efficiency in (0.0, 1.1, float("nan")):
        with pytest.raises(PhysicsRangeError, match="efficiency"):
            single("R717", 20.0, 60.0, efficiency=efficiency)
    with pytest.raises(PhysicsRangeError, match="superheat"):
        single("R717", 20.0, 60.0, superheat=-1.0)


def test_cycle_rejects_unknown_variant_and_fluid() -> None:
    with pytest.raises(PhysicsRangeError, match="two_stage"):
        single("R717", 20.0, 60.0, variant="cascade")
    with pytest.raises(RefrigerantError, match="R-12"):
        single("R-12", 20.0, 60.0)
