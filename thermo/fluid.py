"""
States of one pure refrigerant: saturation, suction gas, gas after compression, liquid.

Equations of state come from CoolProp (Helmholtz energy, ``HEOS`` backend) through its low-level
interface. Gas states are found by an own Newton iteration on temperature and density with the gas
phase imposed: 5 to 15 µs, where CoolProp's own pressure-entropy flash takes 20 to 110 µs and the
high-level interface more. Which refrigerants are allowed is the business of `refrigerant`; cycles
are in `cycle`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .errors import PhysicsRangeError

_MAX_ITERATIONS = 25
_RELATIVE_TOLERANCE = 1e-11


class Saturation(NamedTuple):
    """Both phases at one saturation state; SI units per kilogram."""

    temperature_kelvin: float
    pressure_pa: float
    liquid_enthalpy: float
    vapour_enthalpy: float
    liquid_entropy: float
    vapour_entropy: float
    vapour_density: float


class Gas(NamedTuple):
    """A state at known pressure, superheated or (when compression ends wet) two-phase."""

    temperature_kelvin: float
    enthalpy: float
    entropy: float
    density: float


class Fluid:
    """
    One pure refrigerant; not shared between threads.

    Parameters
    ----------
    coolprop_name
        Name or alias that CoolProp knows, for example ``"R717"``.
    """

    def __init__(self, coolprop_name: str) -> None:
        # Importing CoolProp takes a second; only who computes a cycle pays for it.
        from CoolProp import CoolProp

        self._cp = CoolProp
        self._state = CoolProp.AbstractState("HEOS", coolprop_name)
        self._gas = CoolProp.AbstractState("HEOS", coolprop_name)
        self._gas.specify_phase(CoolProp.iphase_gas)
        self._liquid = CoolProp.AbstractState("HEOS", coolprop_name)
        self._liquid.specify_phase(CoolProp.iphase_liquid)
        self.critical_kelvin: float = self._state.T_critical()

    def saturation(self, temperature_kelvin: float) -> Saturation:
        """
        Both saturated phases at a temperature.

        Parameters
        ----------
        temperature_kelvin
            Temperature below the critical one [K].

        Returns
        -------
        saturation
            Liquid and vapour at saturation.
        """
        self._state.update(self._cp.QT_INPUTS, 1.0, temperature_kelvin)
        return self._saturated()

    def saturation_at_pressure(self, pressure_pa: float) -> Saturation:
        """
        Both saturated phases at a pressure.

        Parameters
        ----------
        pressure_pa
            Pressure below the critical one [Pa].

        Returns
        -------
        saturation
            Liquid and vapour at saturation.
        """
        self._state.update(self._cp.PQ_INPUTS, pressure_pa, 1.0)
        return self._saturated()

    def _saturated(self) -> Saturation:
        """Read both phases off a state at vapour quality one."""
        state, cp = self._state, self._cp
        return Saturation(
            state.T(),
            state.p(),
            state.saturated_liquid_keyed_output(cp.iHmass),
            state.hmass(),
            state.saturated_liquid_keyed_output(cp.iSmass),
            state.smass(),
            state.rhomass(),
        )

    def superheated(self, dew: Saturation, temperature_kelvin: float) -> Gas:
        """
        Superheated gas at the pressure of a saturation state and a given temperature.

        Parameters
        ----------
        dew
            Saturation state that gives the pressure.
        temperature_kelvin
            Temperature of the gas [K].

        Returns
        -------
        gas
            Superheated gas, or saturated vapour at the dew point itself.
        """
        if temperature_kelvin <= dew.temperature_kelvin:
            return Gas(
                dew.temperature_kelvin, dew.vapour_enthalpy, dew.vapour_entropy, dew.vapour_density
            )
        gas = self._gas
        gas.update(self._cp.PT_INPUTS, dew.pressure_pa, temperature_kelvin)
        return Gas(temperature_kelvin, gas.hmass(), gas.smass(), gas.rhomass())

    def liquid_enthalpy(self, bubble: Saturation, temperature_kelvin: float) -> float:
        """
        Enthalpy of liquid at or below its bubble point [J/kg].

        Parameters
        ----------
        bubble
            Saturation state that gives the pressure.
        temperature_kelvin
            Temperature of the liquid [K]; above the bubble point, that of the bubble point.

        Returns
        -------
        enthalpy
            Specific enthalpy [J/kg].
        """
        if temperature_kelvin >= bubble.temperature_kelvin:
            return bubble.liquid_enthalpy
        self._liquid.update(self._cp.PT_INPUTS, bubble.pressure_pa, temperature_kelvin)
        return float(self._liquid.hmass())

    def at_entropy(self, dew: Saturation, entropy: float) -> Gas:
        """
        State at the pressure of a saturation state with a given entropy.

        Parameters
        ----------
        dew
            Saturation state that gives the pressure.
        entropy
            Specific entropy [J/(kg·K)].

        Returns
        -------
        gas
            Superheated gas, or two-phase at the dew temperature.
        """
        wet = (entropy - dew.liquid_entropy) / (dew.vapour_entropy - dew.liquid_entropy)
        if wet < 1.0:
            enthalpy = dew.liquid_enthalpy + wet * (dew.vapour_enthalpy - dew.liquid_enthalpy)
            return Gas(dew.temperature_kelvin, enthalpy, entropy, math.nan)
        return self._newton(dew, entropy, keep_entropy=True)

    def at_enthalpy(self, dew: Saturation, enthalpy: float) -> Gas:
        """
        State at the pressure of a saturation state with a given enthalpy.

        Parameters
        ----------
        dew
            Saturation state that gives the pressure.
        enthalpy
            Specific enthalpy [J/kg].

        Returns
        -------
        gas
            Superheated gas, or two-phase at the dew temperature.
        """
        wet = (enthalpy - dew.liquid_enthalpy) / (dew.vapour_enthalpy - dew.liquid_enthalpy)
        if wet < 1.0:
            entropy = dew.liquid_entropy + wet * (dew.vapour_entropy - dew.liquid_entropy)
            return Gas(dew.temperature_kelvin, enthalpy, entropy, math.nan)
        return self._newton(dew, enthalpy, keep_entropy=False)

    def _newton(self, dew: Saturation, target: float, *, keep_entropy: bool) -> Gas:
        """Gas at a pressure and an entropy or enthalpy: Newton on temperature and density."""
        cp, gas = self._cp, self._gas
        gas.update(cp.DmassT_INPUTS, dew.vapour_density, dew.temperature_kelvin)
        temperature = self._start(dew, target, gas.cpmass(), keep_entropy=keep_entropy)
        density = dew.vapour_density * dew.temperature_kelvin / temperature
        scale = dew.vapour_enthalpy - dew.liquid_enthalpy
        for _ in range(_MAX_ITERATIONS):
            gas.update(cp.DmassT_INPUTS, density, temperature)
            p_t = gas.first_partial_deriv(cp.iP, cp.iT, cp.iDmass)
            p_d = gas.first_partial_deriv(cp.iP, cp.iDmass, cp.iT)
            dp = dew.pressure_pa - gas.p()
            # Either residual in J/kg, so that one tolerance serves both.
            if keep_entropy:
                dy = (target - gas.smass()) * temperature
                y_t, y_d = gas.cvmass(), -temperature * p_t / density**2
            else:
                dy = target - gas.hmass()
                y_t = gas.cvmass() + p_t / density
                y_d = (p_d - temperature * p_t / density) / density
            if (
                abs(dp) < _RELATIVE_TOLERANCE * dew.pressure_pa
                and abs(dy) < _RELATIVE_TOLERANCE * scale
            ):
                return Gas(temperature, gas.hmass(), gas.smass(), density)
            determinant = p_t * y_d - p_d * y_t
            temperature += (dp * y_d - p_d * dy) / determinant
            density += (p_t * dy - dp * y_t) / determinant
            if not (temperature > 0.0 and density > 0.0):
                break
        return self._flash(dew, target, keep_entropy=keep_entropy)

    @staticmethod
    def _start(
        dew: Saturation, target: float, heat_capacity: float, *, keep_entropy: bool
    ) -> float:
        """First guess of the temperature, from the dew point at constant pressure."""
        if keep_entropy:
            return dew.temperature_kelvin * math.exp((target - dew.vapour_entropy) / heat_capacity)
        return dew.temperature_kelvin + (target - dew.vapour_enthalpy) / heat_capacity

    def _flash(self, dew: Saturation, target: float, *, keep_entropy: bool) -> Gas:
        """CoolProp's own flash: slower, for the rare state on which Newton does not settle."""
        cp, state = self._cp, self._state
        try:
            if keep_entropy:
                state.update(cp.PSmass_INPUTS, dew.pressure_pa, target)
            else:
                state.update(cp.HmassP_INPUTS, target, dew.pressure_pa)
        except ValueError as problem:
            raise PhysicsRangeError(
                f"no gas state found at {dew.pressure_pa / 1e5:.1f} bar: {problem}"
            ) from problem
        return Gas(state.T(), state.hmass(), state.smass(), state.rhomass())
