"""
States of one refrigerant: saturation, suction gas, gas after compression, liquid.

Equations of state come from CoolProp (Helmholtz energy, ``HEOS`` backend) through its low-level
interface. States by entropy or enthalpy are found by `state_search` in 10 to 25 µs, where the
library's own flash takes 20 to 260 µs and the high-level interface more. `Fluid` itself is a pure
fluid, below and above its critical point; blends, which boil over a range of temperature, are in
`blend` and answer to the same methods. Which refrigerants are allowed is the business of
`refrigerant`; cycles are in `cycle`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..errors import PhysicsRangeError
from ..refrigerant import refrigerant as find_refrigerant
from .state_search import first_guess, settle


class Saturation(NamedTuple):
    """Both phases at one pressure, by dew temperature; SI units per kilogram."""

    temperature_kelvin: float
    pressure_pa: float
    liquid_enthalpy: float
    vapour_enthalpy: float
    liquid_entropy: float
    vapour_entropy: float
    vapour_density: float
    bubble_kelvin: float


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
    critical
        Critical temperature [K] and pressure [Pa] where the library's are not to be used.
    """

    def __init__(self, coolprop_name: str, critical: tuple[float, float] | None = None) -> None:
        # Importing CoolProp takes a second; only who computes a cycle pays for it.
        from CoolProp import CoolProp

        self._cp = CoolProp
        self._name = coolprop_name
        self._state = CoolProp.AbstractState("HEOS", coolprop_name)
        self._gas = CoolProp.AbstractState("HEOS", coolprop_name)
        self._gas.specify_phase(CoolProp.iphase_gas)
        self._liquid = CoolProp.AbstractState("HEOS", coolprop_name)
        self._liquid.specify_phase(CoolProp.iphase_liquid)
        if critical is None:
            critical = self._state.T_critical(), self._state.p_critical()
        self.critical_kelvin: float = critical[0]
        self.critical_pressure_pa: float = critical[1]

    def saturation(self, dew_kelvin: float) -> Saturation:
        """
        Both saturated phases at the pressure that belongs to a dew temperature.

        Parameters
        ----------
        dew_kelvin
            Dew temperature, below the critical one [K].

        Returns
        -------
        saturation
            Liquid and vapour at that pressure; the bubble temperature equals the dew temperature
            except in a blend.

        Raises
        ------
        PhysicsRangeError
            If the temperature is not below the critical one.
        """
        if not dew_kelvin < self.critical_kelvin:
            raise PhysicsRangeError(
                f"{self._name} has no saturation at {dew_kelvin:.2f} K: its critical temperature is"
                f" {self.critical_kelvin:.2f} K; condense colder or choose another refrigerant"
            )
        self._state.update(self._cp.QT_INPUTS, 1.0, dew_kelvin)
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
            Liquid and vapour at that pressure.

        Raises
        ------
        PhysicsRangeError
            If the pressure is not below the critical one.
        """
        if not pressure_pa < self.critical_pressure_pa:
            raise PhysicsRangeError(
                f"{self._name} has no saturation at {pressure_pa / 1e5:.2f} bar: its critical"
                f" pressure is {self.critical_pressure_pa / 1e5:.2f} bar; lower the pressure"
            )
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
            state.T(),
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

    def heat_capacity(self, dew: Saturation, temperature_kelvin: float) -> float:
        """
        Heat capacity of superheated gas at the pressure of a saturation state [J/(kg·K)].

        Parameters
        ----------
        dew
            Saturation state that gives the pressure.
        temperature_kelvin
            Temperature of the gas [K]; at or below the dew point, that of saturated vapour.

        Returns
        -------
        heat_capacity
            Isobaric specific heat capacity.
        """
        gas = self._gas
        if temperature_kelvin <= dew.temperature_kelvin:
            gas.update(self._cp.DmassT_INPUTS, dew.vapour_density, dew.temperature_kelvin)
        else:
            gas.update(self._cp.PT_INPUTS, dew.pressure_pa, temperature_kelvin)
        return float(gas.cpmass())

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
        if temperature_kelvin >= bubble.bubble_kelvin:
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
            Superheated gas, or two-phase between bubble and dew temperature.
        """
        wet = (entropy - dew.liquid_entropy) / (dew.vapour_entropy - dew.liquid_entropy)
        if wet < 1.0:
            enthalpy = dew.liquid_enthalpy + wet * (dew.vapour_enthalpy - dew.liquid_enthalpy)
            return Gas(_wet_kelvin(dew, wet), enthalpy, entropy, math.nan)
        return self._above_dew(dew, entropy, keep_entropy=True)

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
            Superheated gas, or two-phase between bubble and dew temperature.
        """
        wet = (enthalpy - dew.liquid_enthalpy) / (dew.vapour_enthalpy - dew.liquid_enthalpy)
        if wet < 1.0:
            entropy = dew.liquid_entropy + wet * (dew.vapour_entropy - dew.liquid_entropy)
            return Gas(_wet_kelvin(dew, wet), enthalpy, entropy, math.nan)
        return self._above_dew(dew, enthalpy, keep_entropy=False)

    def at_pressure_temperature(self, pressure_pa: float, temperature_kelvin: float) -> Gas:
        """
        State in any single phase at a pressure and a temperature.

        Parameters
        ----------
        pressure_pa
            Pressure [Pa], below or above the critical one.
        temperature_kelvin
            Temperature [K].

        Returns
        -------
        state
            Gas, liquid or supercritical fluid.
        """
        state = self._state
        state.update(self._cp.PT_INPUTS, pressure_pa, temperature_kelvin)
        return Gas(temperature_kelvin, state.hmass(), state.smass(), state.rhomass())

    def at_pressure_entropy(self, pressure_pa: float, entropy: float) -> Gas:
        """
        State in any phase at a pressure and an entropy.

        Parameters
        ----------
        pressure_pa
            Pressure [Pa], below or above the critical one.
        entropy
            Specific entropy [J/(kg·K)].

        Returns
        -------
        state
            Gas, liquid, two-phase mixture or supercritical fluid.
        """
        return self._at_pressure(pressure_pa, entropy, keep_entropy=True)

    def at_pressure_enthalpy(self, pressure_pa: float, enthalpy: float) -> Gas:
        """
        State in any phase at a pressure and an enthalpy.

        Parameters
        ----------
        pressure_pa
            Pressure [Pa], below or above the critical one.
        enthalpy
            Specific enthalpy [J/kg].

        Returns
        -------
        state
            Gas, liquid, two-phase mixture or supercritical fluid.
        """
        return self._at_pressure(pressure_pa, enthalpy, keep_entropy=False)

    def _at_pressure(self, pressure_pa: float, target: float, *, keep_entropy: bool) -> Gas:
        """State in any phase: supercritical, liquid, two-phase or gas."""
        if pressure_pa >= self.critical_pressure_pa:
            return self._above_critical(pressure_pa, target, keep_entropy=keep_entropy)
        dew = self.saturation_at_pressure(pressure_pa)
        if target < (dew.liquid_entropy if keep_entropy else dew.liquid_enthalpy):
            return self._flash(pressure_pa, target, keep_entropy=keep_entropy)
        return (self.at_entropy if keep_entropy else self.at_enthalpy)(dew, target)

    def _above_dew(self, dew: Saturation, target: float, *, keep_entropy: bool) -> Gas:
        """Superheated gas, sought from its dew point at constant pressure and heat capacity."""
        heat_capacity = self.heat_capacity(dew, dew.temperature_kelvin)
        if keep_entropy:
            ratio = math.exp((target - dew.vapour_entropy) / heat_capacity)
            temperature = dew.temperature_kelvin * ratio
        else:
            rise = (target - dew.vapour_enthalpy) / heat_capacity
            temperature = dew.temperature_kelvin + rise
        density = dew.vapour_density * dew.temperature_kelvin / temperature
        guess = temperature, density
        return self._search(dew.pressure_pa, target, guess, keep_entropy=keep_entropy)

    def _above_critical(self, pressure_pa: float, target: float, *, keep_entropy: bool) -> Gas:
        """State above the critical pressure, sought from the nearest point of a coarse grid."""
        guess = first_guess(self._name, pressure_pa, target, keep_entropy=keep_entropy)
        return self._search(pressure_pa, target, guess, keep_entropy=keep_entropy)

    def _search(
        self,
        pressure_pa: float,
        target: float,
        guess: tuple[float, float] | None,
        *,
        keep_entropy: bool,
    ) -> Gas:
        """State by Newton iteration, or by the library's flash where that does not settle."""
        gas = self._gas
        if guess and settle(gas, pressure_pa, target, guess, keep_entropy=keep_entropy):
            return Gas(gas.T(), gas.hmass(), gas.smass(), gas.rhomass())
        return self._flash(pressure_pa, target, keep_entropy=keep_entropy)

    def _flash(self, pressure_pa: float, target: float, *, keep_entropy: bool) -> Gas:
        """CoolProp's own flash: slower, for liquid and where Newton does not settle."""
        cp, state = self._cp, self._state
        try:
            if keep_entropy:
                state.update(cp.PSmass_INPUTS, pressure_pa, target)
            else:
                state.update(cp.HmassP_INPUTS, target, pressure_pa)
        except ValueError as problem:
            raise PhysicsRangeError(
                f"no state of {self._name} found at {pressure_pa / 1e5:.1f} bar: {problem}"
            ) from problem
        return Gas(state.T(), state.hmass(), state.smass(), state.rhomass())


def _wet_kelvin(dew: Saturation, quality: float) -> float:
    """Temperature of a two-phase state, taken linear in enthalpy between bubble and dew."""
    glide = dew.temperature_kelvin - dew.bubble_kelvin
    return dew.temperature_kelvin - (1.0 - max(quality, 0.0)) * glide


def fluid_of(key: str) -> Fluid:
    """
    States of a refrigerant, pure or blended, by its name in the table.

    Parameters
    ----------
    key
        Name of a refrigerant in ``data/refrigerants.csv``, for example ``"R717"``.

    Returns
    -------
    fluid
        A new object, not shared between threads.

    Raises
    ------
    RefrigerantError
        If the refrigerant is not in the table.

    Examples
    --------
    >>> 8e5 < fluid_of("R717").saturation(293.15).pressure_pa < 9e5
    True
    """
    limits = find_refrigerant(key)
    if limits.kind != "blend":
        return Fluid(limits.key)
    # The blends build on this module.
    from .blend import blend_of

    return blend_of(limits)
