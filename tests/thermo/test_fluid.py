"""States of every refrigerant: a walk over the legal range, and other programs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from hypothesis import given
from hypothesis import strategies as st

from heatreach.thermo import PhysicsRangeError, find_refrigerant, refrigerant_names
from heatreach.thermo.refrigerants.fluid import Fluid, Gas, Saturation, fluid_of

PURE = [name for name in refrigerant_names() if find_refrigerant(name).kind != "blend"]
COLDEST_KELVIN, STEP_K, LIFT_K = 263.15, 0.5, 20.0


def legal_kelvins(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Dew temperatures every half kelvin from -10 °C to the warmest condensing temperature."""
    warmest = find_refrigerant(name).max_condensing_degc + 273.15
    return np.append(np.arange(COLDEST_KELVIN, warmest, STEP_K), warmest)


def gas_at(fluid: Fluid, low: Saturation, high: Saturation) -> tuple[Gas, Gas]:
    """Suction gas with 5 K superheat, and the same after isentropic compression."""
    suction = fluid.superheated(low, low.temperature_kelvin + 5.0)
    return suction, fluid.at_entropy(high, suction.entropy)


@pytest.mark.parametrize("name", refrigerant_names())
def test_property_saturation_exists_everywhere(name: str) -> None:
    fluid, kelvins = fluid_of(name), legal_kelvins(name)
    states = np.array([fluid.saturation(kelvin) for kelvin in kelvins.tolist()])
    assert states.shape == (len(kelvins), len(Saturation._fields))
    assert np.isfinite(states).all()
    column = dict(zip(Saturation._fields, states.T, strict=True))
    np.testing.assert_allclose(column["temperature_kelvin"], kelvins, atol=1e-9, rtol=0)
    latent = column["vapour_enthalpy"] - column["liquid_enthalpy"]
    assert (latent > 0).all()
    assert (np.diff(latent) < 0).all()
    for rising in ("pressure_pa", "liquid_enthalpy", "liquid_entropy", "vapour_density"):
        assert (np.diff(column[rising]) > 0).all(), rising
    assert (np.diff(column["bubble_kelvin"]) > 0).all()
    assert (column["vapour_entropy"] > column["liquid_entropy"]).all()
    glide = kelvins - column["bubble_kelvin"]
    if find_refrigerant(name).kind == "blend":
        assert ((glide > 0.0) & (glide < 8.0)).all()
    else:
        # In one substance both phases have one Gibbs energy: h'' - h' = T (s'' - s').
        assert np.abs(glide).max() == pytest.approx(0.0, abs=1e-9)
        entropy = column["vapour_entropy"] - column["liquid_entropy"]
        np.testing.assert_allclose(latent, kelvins * entropy, rtol=1e-6)


@pytest.mark.parametrize("name", refrigerant_names())
def test_property_saturation_has_no_bump(name: str) -> None:
    """Each value lies where its four neighbours say; one wrong point would stand out."""
    fluid = fluid_of(name)
    kelvins = legal_kelvins(name)[:-1]
    states = np.array([fluid.saturation(kelvin) for kelvin in kelvins.tolist()])
    scale = {
        "pressure_pa": states[:, 1],
        "vapour_density": states[:, 6],
        "bubble_kelvin": np.ones(len(kelvins)),
    }
    latent = states[:, 3] - states[:, 2]
    for at, field in enumerate(Saturation._fields):
        relative = scale.get(field, latent / (kelvins if "entropy" in field else 1.0))
        bump = np.diff(states[:, at], n=4) / relative[2:-2]
        # Curvature rises towards the critical point; R717 and R744 come within 5 K of theirs.
        away = kelvins[2:-2] < find_refrigerant(name).critical_degc + 273.15 - 8.0
        assert np.abs(bump[away]).max() < 3e-5, field
        assert np.abs(bump).max() < 2e-4, field


@pytest.mark.parametrize("name", refrigerant_names())
def test_property_compression_exists_everywhere_and_round_trips(name: str) -> None:
    fluid, kelvins = fluid_of(name), legal_kelvins(name)
    for kelvin in kelvins[kelvins + LIFT_K <= kelvins[-1]].tolist():
        low, high = fluid.saturation(kelvin), fluid.saturation(kelvin + LIFT_K)
        suction, hot = gas_at(fluid, low, high)
        assert hot.enthalpy > suction.enthalpy
        assert hot.temperature_kelvin >= high.bubble_kelvin
        back = fluid.at_enthalpy(high, hot.enthalpy)
        assert back.entropy == pytest.approx(suction.entropy, rel=1e-8)
        assert back.temperature_kelvin == pytest.approx(hot.temperature_kelvin, rel=1e-8)


@pytest.mark.parametrize("name", refrigerant_names())
def test_property_liquid_joins_its_bubble_point(name: str) -> None:
    fluid = fluid_of(name)
    for kelvin in legal_kelvins(name).tolist():
        bubble = fluid.saturation(kelvin)
        latent = bubble.vapour_enthalpy - bubble.liquid_enthalpy
        below = [fluid.liquid_enthalpy(bubble, bubble.bubble_kelvin - k) for k in (1e-6, 5.0, 20.0)]
        assert bubble.liquid_enthalpy > below[1] > below[2]
        assert below[0] == pytest.approx(bubble.liquid_enthalpy, abs=1e-6 * latent)
        above = fluid.liquid_enthalpy(bubble, bubble.bubble_kelvin + 1.0)
        assert above == bubble.liquid_enthalpy


@pytest.mark.parametrize("name", refrigerant_names())
def test_property_gas_joins_its_dew_point(name: str) -> None:
    fluid = fluid_of(name)
    for kelvin in legal_kelvins(name)[::8].tolist():
        dew = fluid.saturation(kelvin)
        latent = dew.vapour_enthalpy - dew.liquid_enthalpy
        warm = fluid.superheated(dew, kelvin + 1e-6)
        assert warm.enthalpy == pytest.approx(dew.vapour_enthalpy, abs=1e-6 * latent)
        assert warm.density == pytest.approx(dew.vapour_density, rel=1e-6)
        assert fluid.superheated(dew, kelvin - 1.0).enthalpy == dew.vapour_enthalpy
        wet = fluid.at_enthalpy(dew, dew.liquid_enthalpy + 0.25 * latent)
        share = (wet.temperature_kelvin - dew.bubble_kelvin) - 0.25 * (kelvin - dew.bubble_kelvin)
        assert share == pytest.approx(0.0, abs=1e-9)
        assert math.isnan(wet.density)
        assert fluid.at_entropy(dew, wet.entropy).enthalpy == pytest.approx(wet.enthalpy, rel=1e-12)


@pytest.mark.parametrize("name", refrigerant_names())
def test_property_pressure_and_temperature_name_the_same_state(name: str) -> None:
    fluid = fluid_of(name)
    for kelvin in legal_kelvins(name)[:-1:6].tolist():
        dew = fluid.saturation(kelvin)
        again = fluid.saturation_at_pressure(dew.pressure_pa)
        np.testing.assert_allclose(again, dew, rtol=1e-8)


@pytest.mark.parametrize("name", PURE)
@pytest.mark.parametrize("degc", [0.0, 11.3, 24.9])
def test_golden_states_match_the_high_level_interface(name: str, degc: float) -> None:
    """CoolProp's PropsSI, which finds its states by other routes, to 1e-8."""
    fluid = fluid_of(name)
    dew = fluid.saturation(degc + 273.15)
    for value, output, quality in (
        (dew.pressure_pa, "P", 1),
        (dew.liquid_enthalpy, "H", 0),
        (dew.vapour_enthalpy, "H", 1),
        (dew.liquid_entropy, "S", 0),
        (dew.vapour_entropy, "S", 1),
        (dew.vapour_density, "D", 1),
    ):
        expected = PropsSI(output, "T", degc + 273.15, "Q", quality, name)
        assert value == pytest.approx(expected, rel=1e-8), output
    pressure = 1.5 * dew.pressure_pa
    high = fluid.saturation_at_pressure(min(pressure, 0.95 * fluid.critical_pressure_pa))
    suction, hot = gas_at(fluid, dew, high)
    expected = PropsSI("H", "P", high.pressure_pa, "S", suction.entropy, name)
    assert hot.enthalpy == pytest.approx(expected, rel=1e-8)
    cold = PropsSI("H", "P", dew.pressure_pa, "T", degc + 273.15 - 5.0, name)
    assert fluid.liquid_enthalpy(dew, degc + 273.15 - 5.0) == pytest.approx(cold, rel=1e-8)


@pytest.mark.parametrize("name", ["R410A", "R407C"])
@pytest.mark.parametrize("degc", [-5.0, 20.0, 57.0])
def test_golden_pseudo_pure_blends_match_the_high_level_interface(name: str, degc: float) -> None:
    """Vapour at the dew point, liquid at the bubble point of the same pressure, to 1e-8."""
    dew = fluid_of(name).saturation(degc + 273.15)
    assert dew.pressure_pa == pytest.approx(PropsSI("P", "T", degc + 273.15, "Q", 1, name))
    expected = [PropsSI(k, "P", dew.pressure_pa, "Q", q, name) for k, q in (("T", 0), ("H", 0))]
    assert [dew.bubble_kelvin, dew.liquid_enthalpy] == pytest.approx(expected, rel=1e-8)
    expected = [PropsSI(k, "P", dew.pressure_pa, "Q", 1, name) for k in ("H", "S", "D")]
    ours = [dew.vapour_enthalpy, dew.vapour_entropy, dew.vapour_density]
    assert ours == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("name", ["R744", "R32", "R717", "R410A"])
def test_property_states_above_the_critical_pressure_round_trip(name: str) -> None:
    fluid = fluid_of(name)
    for pressure in (np.linspace(1.0, 2.0, 12) * fluid.critical_pressure_pa).tolist():
        for kelvin in np.linspace(-20.0, 110.0, 45).tolist():
            at = fluid.at_pressure_temperature(pressure, fluid.critical_kelvin + kelvin)
            by_entropy = fluid.at_pressure_entropy(pressure, at.entropy)
            by_enthalpy = fluid.at_pressure_enthalpy(pressure, at.enthalpy)
            # Energies, not temperatures: near the critical point c_p has no bound.
            assert by_entropy.enthalpy == pytest.approx(at.enthalpy, rel=1e-7)
            assert by_enthalpy.entropy == pytest.approx(at.entropy, rel=1e-7)


@pytest.mark.parametrize("name", refrigerant_names())
def test_property_no_gas_state_needs_the_library_s_flash(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flash is ten times slower and, for mixtures, not there; discharge up to 60 K hotter."""

    def refuse(*_: object, **__: object) -> Gas:
        raise AssertionError("fell back to the flash")

    monkeypatch.setattr(Fluid, "_flash", refuse)
    fluid = fluid_of(name)
    monkeypatch.setattr(type(fluid), "_flash", refuse)
    for kelvin in legal_kelvins(name)[::4].tolist():
        dew = fluid.saturation(kelvin)
        for superheat in (0.01, 5.0, 20.0, 60.0):
            gas = fluid.superheated(dew, kelvin + superheat)
            by_entropy = fluid.at_entropy(dew, gas.entropy)
            by_enthalpy = fluid.at_enthalpy(dew, gas.enthalpy)
            for found in (by_entropy, by_enthalpy):
                assert found.temperature_kelvin == pytest.approx(kelvin + superheat, abs=1e-5)
                assert found.density == pytest.approx(gas.density, rel=1e-6)


@given(
    bar=st.floats(20.0, 140.0),
    degc=st.floats(-5.0, 150.0),
)
def test_golden_carbon_dioxide_matches_the_high_level_interface(bar: float, degc: float) -> None:
    """PropsSI at pressure and temperature, entropy and enthalpy, to 1e-7."""
    fluid, pressure, kelvin = fluid_of("R744"), bar * 1e5, degc + 273.15
    h, s = (PropsSI(out, "P", pressure, "T", kelvin, "R744") for out in ("H", "S"))
    assert fluid.at_pressure_temperature(pressure, kelvin).enthalpy == pytest.approx(h, rel=1e-9)
    assert fluid.at_pressure_entropy(pressure, s).enthalpy == pytest.approx(h, rel=1e-7)
    assert fluid.at_pressure_enthalpy(pressure, h).entropy == pytest.approx(s, rel=1e-7)


def test_golden_two_phase_carbon_dioxide_by_hand() -> None:
    """Quality 0.3 at 0 °C: enthalpy and entropy are mass-weighted from both phases."""
    fluid = fluid_of("R744")
    dew = fluid.saturation(273.15)
    enthalpy = 0.7 * dew.liquid_enthalpy + 0.3 * dew.vapour_enthalpy
    wet = fluid.at_pressure_enthalpy(dew.pressure_pa, enthalpy)
    assert wet.temperature_kelvin == pytest.approx(273.15)
    assert wet.entropy == pytest.approx(0.7 * dew.liquid_entropy + 0.3 * dew.vapour_entropy)


def test_saturation_rejects_states_above_the_critical_point() -> None:
    fluid = fluid_of("R744")
    with pytest.raises(PhysicsRangeError, match=r"critical temperature is 304.13 K"):
        fluid.saturation(305.0)
    with pytest.raises(PhysicsRangeError, match=r"critical pressure is 73.77 bar"):
        fluid.saturation_at_pressure(74e5)
    with pytest.raises(PhysicsRangeError, match="no saturation at nan K"):
        fluid.saturation(math.nan)
    with pytest.raises(PhysicsRangeError, match="no state of R744 found"):
        fluid.at_pressure_entropy(50e5, -5000.0)


@pytest.mark.parametrize("name", PURE)
@pytest.mark.parametrize("above", [0.0, 1.0, 30.0])
def test_golden_heat_capacity_of_gas_matches_the_library(name: str, above: float) -> None:
    """At the warmest dew point below the margin to the critical point; tolerance 1e-6."""
    fluid = fluid_of(name)
    dew = fluid.saturation(min(fluid.critical_kelvin - 5.0, 340.0))
    kelvin = dew.temperature_kelvin + above
    if above:
        expected = PropsSI("C", "P", dew.pressure_pa, "T", kelvin, name)
    else:
        expected = PropsSI("C", "T", kelvin, "Q", 1, name)
    assert fluid.heat_capacity(dew, kelvin) == pytest.approx(expected, rel=1e-6)
