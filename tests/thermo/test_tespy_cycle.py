"""One stage, and two with an open intercooler, at given dew points against TESPy's networks."""

from __future__ import annotations

import itertools

import pytest
from CoolProp.CoolProp import PropsSI
from tespy.components import Compressor, CycleCloser, Drum, SimpleHeatExchanger, Valve
from tespy.connections import Connection, Ref
from tespy.networks import Network

from heatreach.thermo import cycle_cop

FLUIDS = ("R717", "R600a", "R290", "R1234ze(E)", "R1234yf", "R1233zd(E)", "R134a", "R32")
TEMPERATURES = ((20.0, 65.0), (5.0, 55.0), (30.0, 48.0), (-5.0, 40.0))
# Superheat, subcooling, isentropic efficiency; subcooling is never zero, so that one set of
# specifications serves all points.
MACHINES = ((5.0, 4.0, 0.75), (8.0, 15.0, 0.68))


class TespyCycle:
    """Compressor, two heat exchangers and a valve in TESPy, set to one point after another."""

    def __init__(self, fluid: str) -> None:
        self.fluid = fluid
        self.network = Network(iterinfo=False)
        closer, valve = CycleCloser("closer"), Valve("valve")
        self.compressor = Compressor("compressor")
        evaporator, condenser = SimpleHeatExchanger("evaporator"), SimpleHeatExchanger("condenser")
        self.suction = Connection(closer, "out1", self.compressor, "in1", label="1")
        self.discharge = Connection(self.compressor, "out1", condenser, "in1", label="2")
        self.liquid = Connection(condenser, "out1", valve, "in1", label="3")
        mixture = Connection(valve, "out1", evaporator, "in1", label="4")
        vapour = Connection(evaporator, "out1", closer, "in1", label="0")
        self.network.add_conns(self.suction, self.discharge, self.liquid, mixture, vapour)
        evaporator.set_attr(pr=1)
        condenser.set_attr(pr=1)
        self.suction.set_attr(fluid={fluid: 1}, m=1)

    def cop(
        self, cold: float, warm: float, superheat: float, subcooling: float, efficiency: float
    ) -> float:
        """COP at the shaft."""
        low = PropsSI("P", "T", cold + 273.15, "Q", 1, self.fluid)
        high = PropsSI("P", "T", warm + 273.15, "Q", 0, self.fluid)
        self.compressor.set_attr(eta_s=efficiency)
        self.suction.set_attr(p=low, T=cold + superheat + 273.15)
        self.discharge.set_attr(p=high)
        self.liquid.set_attr(T=warm - subcooling + 273.15)
        self.network.solve("design")
        assert self.network.status == 0
        h1, h2, h3 = (c.h.val_SI for c in (self.suction, self.discharge, self.liquid))
        return float((h2 - h3) / (h2 - h1))


@pytest.mark.parametrize("fluid", FLUIDS)
def test_golden_single_stage_matches_tespy(fluid: str) -> None:
    """Eight points for each of eight fluids to 1e-6."""
    tespy = TespyCycle(fluid)
    for (cold, warm), machine in itertools.product(TEMPERATURES, MACHINES):
        superheat, subcooling, efficiency = machine
        cop = cycle_cop(
            fluid,
            evaporating_degc=cold,
            condensing_degc=warm,
            superheat_k=superheat,
            subcooling_k=subcooling,
            isentropic_efficiency=efficiency,
        )
        expected = tespy.cop(cold, warm, superheat, subcooling, efficiency)
        assert cop == pytest.approx(expected, rel=1e-6), (cold, warm, machine)


class TespyIntercooler:
    """Two compressors around a TESPy drum, which solves the vessel's balance itself."""

    def __init__(self, fluid: str) -> None:
        self.fluid = fluid
        self.network = Network(iterinfo=False)
        cold, warm, drum = CycleCloser("cold"), CycleCloser("warm"), Drum("vessel")
        first, second = Compressor("first"), Compressor("second")
        condenser, evaporator = SimpleHeatExchanger("condenser"), SimpleHeatExchanger("evaporator")
        upper, lower = Valve("upper"), Valve("lower")
        self.suction = Connection(cold, "out1", first, "in1", label="1")
        self.middle = Connection(first, "out1", drum, "in2", label="2")
        self.vapour = Connection(drum, "out2", second, "in1", label="g")
        self.discharge = Connection(second, "out1", condenser, "in1", label="4")
        self.liquid = Connection(condenser, "out1", upper, "in1", label="3")
        flash = Connection(warm, "out1", drum, "in1", label="5")
        self.network.add_conns(
            self.suction,
            self.middle,
            self.vapour,
            self.discharge,
            self.liquid,
            Connection(upper, "out1", warm, "in1", label="5a"),
            flash,
            Connection(drum, "out1", lower, "in1", label="f"),
            Connection(lower, "out1", evaporator, "in1", label="6"),
            Connection(evaporator, "out1", cold, "in1", label="0"),
        )
        for exchanger in (condenser, evaporator):
            exchanger.set_attr(pr=1)
        self.compressors = first, second
        self.suction.set_attr(fluid={fluid: 1})
        self.discharge.set_attr(m=1)
        # TESPy's closer ties states but not flows.
        flash.set_attr(m=Ref(self.discharge, 1, 0))

    def cop(
        self, cold: float, warm: float, superheat: float, subcooling: float, efficiency: float
    ) -> float:
        """COP at the shafts."""
        low = PropsSI("P", "T", cold + 273.15, "Q", 1, self.fluid)
        high = PropsSI("P", "T", warm + 273.15, "Q", 0, self.fluid)
        for compressor in self.compressors:
            compressor.set_attr(eta_s=efficiency)
        self.suction.set_attr(p=low, T=cold + superheat + 273.15)
        self.middle.set_attr(p=(low * high) ** 0.5)
        self.discharge.set_attr(p=high)
        self.liquid.set_attr(T=warm - subcooling + 273.15)
        self.network.solve("design")
        assert self.network.status == 0
        states = self.suction, self.middle, self.vapour, self.discharge, self.liquid
        h1, h2, vapour, h4, h3 = (connection.h.val_SI for connection in states)
        return float((h4 - h3) / (self.suction.m.val_SI * (h2 - h1) + h4 - vapour))


@pytest.mark.parametrize("fluid", ["R717", "R290", "R32", "R1234ze(E)"])
def test_golden_open_intercooler_matches_tespy(fluid: str) -> None:
    """Eight points for each of four fluids to 1e-6."""
    tespy = TespyIntercooler(fluid)
    for (cold, warm), machine in itertools.product(TEMPERATURES, MACHINES):
        superheat, subcooling, efficiency = machine
        cop = cycle_cop(
            fluid,
            evaporating_degc=cold,
            condensing_degc=warm,
            superheat_k=superheat,
            subcooling_k=subcooling,
            isentropic_efficiency=efficiency,
            variant="intercooled",
        )
        expected = tespy.cop(cold, warm, superheat, subcooling, efficiency)
        assert cop == pytest.approx(expected, rel=1e-6), (cold, warm, machine)
