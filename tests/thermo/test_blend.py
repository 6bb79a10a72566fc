"""Blends: tables against the library and against phase equilibrium solved by hand."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from CoolProp import CoolProp
from scipy.optimize import brentq, root

from heatreach.data import wide
from heatreach.thermo import PhysicsRangeError, find_refrigerant
from heatreach.thermo.refrigerants.blend import Mixture, _nodes, _tabulate
from heatreach.thermo.refrigerants.fluid import Fluid, Saturation, fluid_of

MIXTURES = ("R513A", "R454B")
# COP of an independent prototype's simple cycle, printed to two digits: evaporating 5 K below the
# source, condensing (dew) 5 K above the sink, superheat 5 K, no subcooling, efficiency 0.75.
PROTOTYPE = [
    ("R513A", 25.0, 45.0, 6.88),
    ("R454B", 25.0, 45.0, 6.63),
    ("R513A", 30.0, 60.0, 4.95),
    ("R454B", 30.0, 60.0, 4.65),
    ("R513A", 35.0, 60.0, 5.73),
    ("R454B", 35.0, 60.0, 5.33),
]


def mixture(name: str) -> Mixture:
    """One of the blends whose saturation is tabulated."""
    fluid = fluid_of(name)
    assert isinstance(fluid, Mixture)
    return fluid


def simple_cop(fluid: Fluid, cold: float, warm: float) -> float:
    """COP of one stage between two dew temperatures [°C]."""
    low, high = fluid.saturation(cold + 273.15), fluid.saturation(warm + 273.15)
    suction = fluid.superheated(low, cold + 273.15 + 5.0)
    ideal = fluid.at_entropy(high, suction.entropy).enthalpy
    work = (ideal - suction.enthalpy) / 0.75
    return (suction.enthalpy + work - high.liquid_enthalpy) / work


@pytest.mark.parametrize(("name", "source", "sink", "cop"), PROTOTYPE)
def test_golden_simple_cycle_matches_prototype(
    name: str, source: float, sink: float, cop: float
) -> None:
    assert simple_cop(fluid_of(name), source - 5.0, sink + 5.0) == pytest.approx(cop, abs=0.006)


def test_golden_r410a_simple_cycle_matches_prototype() -> None:
    """4.87 from 35 to 60 °C; the prototype took its condensing temperature as a bubble point."""
    fluid = fluid_of("R410A")
    dew = brentq(lambda k: fluid.saturation(k).bubble_kelvin - 338.15, 337.0, 340.0)
    assert simple_cop(fluid, 30.0, dew - 273.15) == pytest.approx(4.87, abs=0.006)


@pytest.mark.parametrize("name", MIXTURES)
def test_golden_table_matches_the_library_between_its_nodes(name: str) -> None:
    """CoolProp at dew temperatures off the nodes, wherever it finds them: 5e-7 of latent heat."""
    fluid = mixture(name)
    direct = CoolProp.AbstractState("HEOS", f"{name}.mix")
    found = 0
    warmest = find_refrigerant(name).max_condensing_degc + 273.15
    for kelvin in np.arange(263.15 + 0.21, warmest, 0.77).tolist():
        dew = fluid.saturation(kelvin)
        latent = dew.vapour_enthalpy - dew.liquid_enthalpy
        try:
            direct.update(CoolProp.QT_INPUTS, 1.0, kelvin)
            vapour = direct.p(), direct.hmass(), direct.smass(), direct.rhomass()
            direct.update(CoolProp.PQ_INPUTS, direct.p(), 0.0)
        except ValueError:
            continue
        found += 1
        assert dew.pressure_pa == pytest.approx(vapour[0], rel=5e-8)
        assert dew.vapour_enthalpy == pytest.approx(vapour[1], abs=5e-7 * latent)
        assert dew.vapour_entropy == pytest.approx(vapour[2], abs=5e-7 * latent / kelvin)
        assert dew.vapour_density == pytest.approx(vapour[3], rel=5e-7)
        assert dew.bubble_kelvin == pytest.approx(direct.T(), abs=2e-6)
        assert dew.liquid_enthalpy == pytest.approx(direct.hmass(), abs=5e-7 * latent)
        assert dew.liquid_entropy == pytest.approx(direct.smass(), abs=5e-7 * latent / kelvin)
    assert found > 80


class Equilibrium:
    """Two phases of a binary mixture in equilibrium, from fugacities and pressure alone."""

    def __init__(self, name: str) -> None:
        self.liquid = CoolProp.AbstractState("HEOS", f"{name}.mix")
        self.liquid.specify_phase(CoolProp.iphase_liquid)
        self.gas = CoolProp.AbstractState("HEOS", f"{name}.mix")
        self.gas.specify_phase(CoolProp.iphase_gas)
        self.share = self.gas.get_mole_fractions()[0]

    def imbalance(self, kelvin: float, unknown: np.ndarray, *, bubble: bool) -> list[float]:
        """Differences of pressure and both fugacities; the bulk is liquid if ``bubble``."""
        bulk_log_density, other_log_density, other_share = unknown
        bulk, other = (self.liquid, self.gas) if bubble else (self.gas, self.liquid)
        bulk.set_mole_fractions([self.share, 1.0 - self.share])
        other.set_mole_fractions([other_share, 1.0 - other_share])
        bulk.update(CoolProp.DmolarT_INPUTS, float(np.exp(bulk_log_density)), kelvin)
        other.update(CoolProp.DmolarT_INPUTS, float(np.exp(other_log_density)), kelvin)
        gaps = [bulk.p() / other.p() - 1.0]
        return gaps + [bulk.fugacity(i) / other.fugacity(i) - 1.0 for i in (0, 1)]

    def solve(self, kelvin: float, pressure: float, *, bubble: bool) -> CoolProp.AbstractState:
        """State of the bulk at its bubble or dew point, sought from a pressure near it."""
        start = []
        for state in (self.liquid, self.gas) if bubble else (self.gas, self.liquid):
            state.set_mole_fractions([self.share, 1.0 - self.share])
            state.update(CoolProp.PT_INPUTS, pressure, kelvin)
            start.append(np.log(state.rhomolar()))
        answer = root(
            lambda x: self.imbalance(kelvin, x, bubble=bubble), [*start, self.share], tol=1e-12
        )
        assert np.abs(answer.fun).max() < 1e-9
        return self.liquid if bubble else self.gas


@pytest.mark.parametrize("name", MIXTURES)
def test_golden_bridged_points_are_in_phase_equilibrium(name: str) -> None:
    """Where the library finds nothing, equal fugacities do; pressure to 1e-7, heat to 1e-6."""
    fluid, equilibrium = mixture(name), Equilibrium(name)
    assert fluid.bridged_degc
    for degc in (*fluid.bridged_degc, 20.0):
        dew = fluid.saturation(degc + 273.15)
        latent = dew.vapour_enthalpy - dew.liquid_enthalpy
        vapour = equilibrium.solve(degc + 273.15, dew.pressure_pa, bubble=False)
        assert dew.pressure_pa == pytest.approx(vapour.p(), rel=1e-7)
        assert dew.vapour_enthalpy == pytest.approx(vapour.hmass(), abs=1e-6 * latent)
        assert dew.vapour_density == pytest.approx(vapour.rhomass(), rel=1e-6)
        liquid = equilibrium.solve(dew.bubble_kelvin, dew.pressure_pa, bubble=True)
        assert dew.pressure_pa == pytest.approx(liquid.p(), rel=1e-6)
        assert dew.liquid_enthalpy == pytest.approx(liquid.hmass(), abs=1e-6 * latent)
        assert dew.liquid_entropy == pytest.approx(liquid.smass(), abs=1e-6 * latent / 300.0)


@pytest.mark.parametrize("name", MIXTURES)
def test_property_bridged_points_are_the_ones_that_fail(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    kelvins = 233.15 + 0.5 * np.arange(300, dtype=np.float64)
    kelvins = kelvins[kelvins <= find_refrigerant(name).max_condensing_degc + 273.15]
    missing = np.isnan(_nodes(f"{name}.mix", kelvins)).any(axis=1)
    lost = (kelvins[missing] - 273.15).round(2).tolist()
    assert [t for t in mixture(name).bridged_degc if t + 273.15 <= kelvins[-1]] == lost
    _tabulate.cache_clear()
    with caplog.at_level(logging.DEBUG, "heatreach.thermo.refrigerants.blend"):
        mixture(name)
    assert f"{name}: saturation bridged at" in caplog.text


@pytest.mark.parametrize("name", MIXTURES)
def test_property_tables_do_not_change(name: str) -> None:
    first = _tabulate(name)
    _tabulate.cache_clear()
    assert _tabulate(name) == first


@pytest.mark.parametrize("name", MIXTURES)
def test_golden_critical_point_and_composition_are_the_library_s(name: str) -> None:
    """The stable one of the critical points; composition by mass as the blend is defined."""
    direct = CoolProp.AbstractState("HEOS", f"{name}.mix")
    stable = [point for point in direct.all_critical_points() if point.stable and point.p > 0.0]
    assert len(stable) == 1
    limits, fluid = find_refrigerant(name), fluid_of(name)
    assert limits.critical_degc == pytest.approx(stable[0].T - 273.15, abs=0.01)
    assert limits.critical_bar == pytest.approx(stable[0].p / 1e5, abs=0.01)
    assert fluid.critical_kelvin == pytest.approx(limits.critical_degc + 273.15)
    shares = wide("refrigerant_blends").loc[name].dropna()
    defined = [shares[f"mass_{part.lower()}_share"] for part in direct.fluid_names()]
    assert direct.get_mass_fractions() == pytest.approx(defined, abs=1e-6)


def test_golden_mixture_gas_and_liquid_match_the_library() -> None:
    """CoolProp at pressure and temperature with the phase imposed, to 1e-9."""
    for name in MIXTURES:
        fluid, direct = fluid_of(name), CoolProp.AbstractState("HEOS", f"{name}.mix")
        for kelvin in (270.0, 300.0, 330.0):
            dew = fluid.saturation(kelvin)
            for phase, at in (
                (CoolProp.iphase_gas, kelvin + 12.0),
                (CoolProp.iphase_liquid, dew.bubble_kelvin - 12.0),
            ):
                direct.specify_phase(phase)
                direct.update(CoolProp.PT_INPUTS, dew.pressure_pa, at)
                ours = fluid.at_pressure_temperature(dew.pressure_pa, at)
                assert ours.enthalpy == pytest.approx(direct.hmass(), rel=1e-9)
                assert ours.density == pytest.approx(direct.rhomass(), rel=1e-9)
            hot = fluid.at_pressure_temperature(dew.pressure_pa, kelvin + 12.0)
            by_entropy = fluid.at_pressure_entropy(dew.pressure_pa, hot.entropy)
            assert by_entropy.temperature_kelvin == pytest.approx(kelvin + 12.0, abs=1e-8)


@pytest.mark.parametrize("name", MIXTURES)
def test_mixture_rejects_what_is_not_tabulated(name: str) -> None:
    fluid, limits = fluid_of(name), find_refrigerant(name)
    warmest = limits.max_condensing_degc + 273.15
    top = fluid.saturation(warmest)
    for kelvin in (warmest + 0.1, fluid.critical_kelvin, 230.0, float("nan")):
        with pytest.raises(PhysicsRangeError, match="is tabulated for dew temperatures"):
            fluid.saturation(kelvin)
    for pressure in (1.1 * top.pressure_pa, 1e4, 0.0, -1.0):
        with pytest.raises(PhysicsRangeError, match="tabulated"):
            fluid.saturation_at_pressure(pressure)
    assert isinstance(fluid.saturation_at_pressure(top.pressure_pa), Saturation)
    with pytest.raises(PhysicsRangeError, match="above its critical pressure"):
        fluid.at_pressure_entropy(1.2 * fluid.critical_pressure_pa, 1800.0)
    middle = fluid.saturation(300.0)
    with pytest.raises(PhysicsRangeError, match="no gas or two-phase state"):
        fluid.at_pressure_enthalpy(middle.pressure_pa, middle.liquid_enthalpy - 1e4)
    boiling = 0.5 * (middle.temperature_kelvin + middle.bubble_kelvin)
    with pytest.raises(PhysicsRangeError, match="two-phase at"):
        fluid.at_pressure_temperature(middle.pressure_pa, boiling)


@pytest.mark.parametrize("name", MIXTURES)
def test_property_hot_gas_near_the_critical_point_is_found_again(name: str) -> None:
    """From the dew point, where the heat capacity is several times that of the hot gas."""
    fluid = mixture(name)
    for below in (0.0, 1.0, 5.0, 20.0):
        dew = fluid.saturation(find_refrigerant(name).max_condensing_degc + 273.15 - below)
        for above in (1.0, 20.0, 60.0, 120.0, 180.0):
            gas = fluid.superheated(dew, dew.temperature_kelvin + above)
            by_heat, by_entropy = (
                fluid.at_enthalpy(dew, gas.enthalpy),
                fluid.at_entropy(dew, gas.entropy),
            )
            assert by_heat.temperature_kelvin == pytest.approx(gas.temperature_kelvin, abs=1e-6)
            assert by_entropy.temperature_kelvin == pytest.approx(gas.temperature_kelvin, abs=1e-6)


def test_mixture_rejects_liquid_where_gas_is_sought() -> None:
    fluid = mixture("R454B")
    dew = fluid.saturation(300.0)
    with pytest.raises(PhysicsRangeError, match="check the figure"):
        fluid.at_pressure_enthalpy(dew.pressure_pa, dew.liquid_enthalpy - 1e4)
