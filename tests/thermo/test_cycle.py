"""Cycles against TESPy and an independent prototype, and what they must refuse."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given, settings
from hypothesis import strategies as st
from tespy.components import Compressor, CycleCloser, SimpleHeatExchanger, Valve
from tespy.connections import Connection
from tespy.networks import Network

from heatreach.thermo import PhysicsRangeError, RefrigerantError, cycle_cop

VARIANTS = ("single", "ihx", "two_stage")
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


@pytest.mark.parametrize("variant", VARIANTS)
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
    expected = [pair[VARIANTS.index(variant)] for pair in PROTOTYPE[fluid]]
    np.testing.assert_allclose(cop, expected, atol=0.0051, rtol=0)


def tespy_cop(
    fluid: str, cold: float, warm: float, superheat: float, subcooling: float, efficiency: float
) -> float:
    """COP of the same single-stage cycle in TESPy."""
    network = Network(iterinfo=False)
    closer, compressor, valve = CycleCloser("closer"), Compressor("compressor"), Valve("valve")
    evaporator, condenser = SimpleHeatExchanger("evaporator"), SimpleHeatExchanger("condenser")
    suction = Connection(closer, "out1", compressor, "in1", label="1")
    discharge = Connection(compressor, "out1", condenser, "in1", label="2")
    liquid = Connection(condenser, "out1", valve, "in1", label="3")
    mixture = Connection(valve, "out1", evaporator, "in1", label="4")
    vapour = Connection(evaporator, "out1", closer, "in1", label="0")
    network.add_conns(suction, discharge, liquid, mixture, vapour)
    compressor.set_attr(eta_s=efficiency)
    evaporator.set_attr(pr=1)
    condenser.set_attr(pr=1)
    low = PropsSI("P", "T", cold + 273.15, "Q", 1, fluid)
    high = PropsSI("P", "T", warm + 273.15, "Q", 0, fluid)
    suction.set_attr(fluid={fluid: 1}, m=1, p=low, T=cold + superheat + 273.15)
    discharge.set_attr(p=high)
    if subcooling:
        liquid.set_attr(T=warm - subcooling + 273.15)
    else:
        liquid.set_attr(x=0)
    network.solve("design")
    h1, h2, h3 = (c.h.val_SI for c in (suction, discharge, liquid))
    return float((h2 - h3) / (h2 - h1))


@pytest.mark.parametrize("fluid", ["R717", "R600a", "R290", "R1234ze(E)", "R134a"])
@pytest.mark.parametrize("point", [(20.0, 65.0, 5.0, 0.0, 0.75), (5.0, 55.0, 8.0, 6.0, 0.68)])
def test_golden_single_stage_matches_tespy(
    fluid: str, point: tuple[float, float, float, float, float]
) -> None:
    cop = cycle_cop(
        fluid,
        evaporating_degc=point[0],
        condensing_degc=point[1],
        superheat_k=point[2],
        subcooling_k=point[3],
        isentropic_efficiency=point[4],
    )
    assert cop == pytest.approx(tespy_cop(fluid, *point), rel=1e-6)


@given(
    fluid=st.sampled_from(["R717", "R600a", "R290", "R1234ze(E)", "R134a", "R1233zd(E)"]),
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
    with pytest.raises(RefrigerantError, match="blend"):
        single("R-454B", 20.0, 60.0)
