"""Pinch-solved condensers against TESPy's moving-boundary heat exchanger."""

from __future__ import annotations

import pytest
from CoolProp.CoolProp import PropsSI
from tespy.components import (
    Compressor,
    CycleCloser,
    MovingBoundaryHeatExchanger,
    SimpleHeatExchanger,
    Sink,
    Source,
    Valve,
)
from tespy.connections import Connection
from tespy.networks import Network

from heatreach.thermo.cycles.pinch import Approaches, solve_lift
from heatreach.thermo.refrigerants.fluid import fluid_of

# The liquid approach is larger than the pinch: where they are equal TESPy's pressure is not unique.
APPROACHES = Approaches(3.0, 3.0, 5.0, 5.0)
EFFICIENCY = 0.75
FLUIDS = ("R717", "R600a", "R290", "R1234ze(E)")
# Evaporating temperature, sink in, sink out.
POINTS = ((9.0, 30.0, 50.0), (19.0, 40.0, 60.0), (25.0, 45.0, 75.0))


class TespyHeatPump:
    """Heat pump in TESPy whose condenser keeps a pinch and a liquid approach."""

    def __init__(self, fluid: str) -> None:
        self.fluid = fluid
        self.network = Network(iterinfo=False)
        closer, valve = CycleCloser("closer"), Valve("valve")
        compressor, evaporator = Compressor("compressor"), SimpleHeatExchanger("evaporator")
        self.condenser = MovingBoundaryHeatExchanger("condenser")
        self.suction = Connection(closer, "out1", compressor, "in1", label="1")
        self.discharge = Connection(compressor, "out1", self.condenser, "in1", label="2")
        self.liquid = Connection(self.condenser, "out1", valve, "in1", label="3")
        mixture = Connection(valve, "out1", evaporator, "in1", label="4")
        vapour = Connection(evaporator, "out1", closer, "in1", label="0")
        self.back = Connection(Source("return"), "out1", self.condenser, "in2", label="w1")
        self.supply = Connection(self.condenser, "out2", Sink("supply"), "in1", label="w2")
        self.network.add_conns(
            self.suction, self.discharge, self.liquid, mixture, vapour, self.back, self.supply
        )
        compressor.set_attr(eta_s=EFFICIENCY)
        evaporator.set_attr(pr=1)
        self.condenser.set_attr(pr1=1, pr2=1, ttd_l=APPROACHES.liquid_approach_k)
        self.suction.set_attr(fluid={fluid: 1}, m=1)
        self.back.set_attr(fluid={"water": 1}, p=1e6)

    def solve(self, cold: float, sink_in: float, sink_out: float) -> tuple[float, float]:
        """Shaft COP and condensing pressure [bar], after a first solution at a fixed pressure."""
        low = PropsSI("P", "T", cold + 273.15, "Q", 1, self.fluid)
        self.suction.set_attr(p=low, T=cold + APPROACHES.superheat_k + 273.15)
        self.back.set_attr(T=sink_in + 273.15)
        self.supply.set_attr(T=sink_out + 273.15)
        self.condenser.set_attr(td_pinch=None)
        for above in (3.0, 2.0, 1.0, 0.0, -1.0, -2.0):
            start = PropsSI("P", "T", sink_out + above + 273.15, "Q", 1, self.fluid)
            self.discharge.set_attr(p=start)
            self.network.solve("design")
            # The pinch must start inside, well off the liquid end, whose approach is given.
            if self.condenser.td_pinch.val < 1.2 * APPROACHES.condenser_pinch_k:
                break
        self.discharge.set_attr(p=None)
        self.condenser.set_attr(td_pinch=APPROACHES.condenser_pinch_k)
        self.network.solve("design")
        assert self.network.status == 0
        h1, h2, h3 = (c.h.val_SI for c in (self.suction, self.discharge, self.liquid))
        return float((h2 - h3) / (h2 - h1)), self.discharge.p.val_SI / 1e5


@pytest.mark.parametrize("fluid", FLUIDS)
def test_golden_pinch_matches_tespy(fluid: str) -> None:
    """Three points for each of four fluids to 5e-4 in COP and pressure; water properties differ."""
    tespy, states = TespyHeatPump(fluid), fluid_of(fluid)
    for cold, sink_in, sink_out in POINTS:
        cycle = solve_lift(
            states,
            cold,
            (sink_in, sink_out),
            approaches=APPROACHES,
            isentropic_efficiency=EFFICIENCY,
            max_condensing_degc=states.critical_kelvin - 273.15 - 5.0,
        )
        cop, bar = tespy.solve(cold, sink_in, sink_out)
        assert cycle.shaft_cop == pytest.approx(cop, rel=5e-4), (cold, sink_in, sink_out)
        assert cycle.condensing_bar == pytest.approx(bar, rel=5e-4), (cold, sink_in, sink_out)
