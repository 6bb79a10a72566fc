"""
COP of vapour-compression cycles at given evaporating and condensing temperatures.

Three variants for pure fluids: a single stage, a single stage with an internal heat exchanger, and
two stages with a flash economiser. Conventions: the evaporating temperature is the dew point, the
condensing temperature the bubble point (the same for a pure fluid); no pressure drop; no drive
loss, so the COP is the one at the compressor shaft. Where these temperatures come from in a real
machine is the business of `heat_pump`.

Sources: states from CoolProp (see `fluid`); cycle definitions as in any text on refrigeration, for
example Granryd et al., Refrigerating Engineering (KTH), checked against TESPy in the tests.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption

from .arrays import Numeric, as_array, like_input
from .errors import PhysicsRangeError
from .fluid import Fluid
from .refrigerant import refrigerant as find_refrigerant

if TYPE_CHECKING:
    import numpy.typing as npt

    from .fluid import Gas, Saturation

ZERO_CELSIUS_KELVIN = 273.15
VARIANTS = ("single", "ihx", "two_stage")


def cycle_cop(
    refrigerant: str,
    *,
    evaporating_degc: Numeric,
    condensing_degc: Numeric,
    superheat_k: Numeric,
    subcooling_k: Numeric,
    isentropic_efficiency: Numeric,
    variant: str = "single",
) -> Numeric:
    """
    Heating COP of a vapour-compression cycle at the compressor shaft [-].

    Parameters
    ----------
    refrigerant
        Name of a pure refrigerant in ``data/refrigerants.csv``.
    evaporating_degc, condensing_degc
        Saturation temperatures [°C]; scalars or arrays that broadcast together.
    superheat_k
        Suction gas above the evaporating temperature [K], before any internal heat exchanger.
    subcooling_k
        Liquid below the condensing temperature [K].
    isentropic_efficiency
        Isentropic efficiency of each compressor stage [-].
    variant
        ``"single"``; ``"ihx"``, an internal heat exchanger whose effectiveness is a row of
        ``data/heat_pumps.csv``; or ``"two_stage"``, a flash economiser at the geometric mean
        pressure whose vapour joins the gas between the stages.

    Returns
    -------
    cop
        Heat given off per shaft work [-], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If any condensing temperature is not above its evaporating temperature, or not below the
        critical point; if an efficiency is not in 0–1 or a temperature difference is negative.
    RefrigerantError
        If the refrigerant or the variant is not modelled.

    Notes
    -----
    With enthalpies per kilogram at suction (1), discharge (2) and liquid outlet (3), a single stage
    has ``COP = (h2 - h3) / (h2 - h1)`` and ``h2 = h1 + (h2s - h1) / eta``.

    Examples
    --------
    >>> cop = cycle_cop(
    ...     "R717", evaporating_degc=20.0, condensing_degc=65.0, superheat_k=5.0,
    ...     subcooling_k=0.0, isentropic_efficiency=0.75,
    ... )
    >>> round(cop, 2)
    4.95
    """
    if variant not in VARIANTS:
        raise PhysicsRangeError(f"no cycle {variant!r}; choose one of {', '.join(VARIANTS)}")
    fluid = Fluid(find_refrigerant(refrigerant).key)
    arguments = np.broadcast_arrays(
        as_array(evaporating_degc) + ZERO_CELSIUS_KELVIN,
        as_array(condensing_degc) + ZERO_CELSIUS_KELVIN,
        as_array(superheat_k),
        as_array(subcooling_k),
        as_array(isentropic_efficiency),
    )
    _refuse_impossible(arguments, critical_kelvin=fluid.critical_kelvin)
    solve = {"single": _single, "ihx": _internal_exchanger, "two_stage": _two_stage}[variant]
    rows = zip(*(array.ravel().tolist() for array in arguments), strict=True)
    cops = np.fromiter((solve(fluid, *row) for row in rows), np.float64, arguments[0].size)
    return like_input(cops.reshape(arguments[0].shape))


def compress(fluid: Fluid, suction: Gas, outlet: Saturation, efficiency: float) -> float:
    """
    Enthalpy of the gas after one compressor stage [J/kg].

    Parameters
    ----------
    fluid
        The refrigerant.
    suction
        Gas before the stage.
    outlet
        Saturation state at the pressure after the stage.
    efficiency
        Isentropic efficiency [-].

    Returns
    -------
    enthalpy
        Specific enthalpy at the outlet [J/kg].
    """
    ideal = fluid.at_entropy(outlet, suction.entropy).enthalpy
    return suction.enthalpy + (ideal - suction.enthalpy) / efficiency


def _refuse_impossible(
    arguments: tuple[npt.NDArray[np.float64], ...], critical_kelvin: float
) -> None:
    """Refuse cycles that cannot exist, naming the first."""
    cold, warm, superheat, subcooling, efficiency = arguments
    checks = (
        (~(warm > cold), "the condensing temperature must be above the evaporating temperature"),
        (
            warm >= critical_kelvin,
            f"the condensing temperature must be below the critical point"
            f" ({critical_kelvin - ZERO_CELSIUS_KELVIN:.1f} °C)",
        ),
        (~((efficiency > 0) & (efficiency <= 1)), "the isentropic efficiency must be in 0 to 1"),
        (~((superheat >= 0) & (subcooling >= 0)), "superheat and subcooling cannot be negative"),
    )
    for wrong, why in checks:
        if np.any(wrong):
            at = int(np.argmax(wrong))
            raise PhysicsRangeError(
                f"no cycle between {cold.flat[at] - ZERO_CELSIUS_KELVIN:g} and"
                f" {warm.flat[at] - ZERO_CELSIUS_KELVIN:g} °C: {why}"
                f" ({int(wrong.sum())} of {wrong.size} points)"
            )


def _single(
    fluid: Fluid, cold: float, warm: float, superheat: float, subcooling: float, efficiency: float
) -> float:
    """COP of one stage."""
    dew, bubble = fluid.saturation(cold), fluid.saturation(warm)
    suction = fluid.superheated(dew, cold + superheat)
    hot = compress(fluid, suction, bubble, efficiency)
    liquid = fluid.liquid_enthalpy(bubble, warm - subcooling)
    return (hot - liquid) / (hot - suction.enthalpy)


def _internal_exchanger(
    fluid: Fluid, cold: float, warm: float, superheat: float, subcooling: float, efficiency: float
) -> float:
    """COP of one stage whose suction gas is warmed by the liquid leaving the condenser."""
    effectiveness = assumption("heat_pumps", "ihx", "effectiveness_share").value
    dew, bubble = fluid.saturation(cold), fluid.saturation(warm)
    gas_in, liquid_in = cold + superheat, warm - subcooling
    suction = fluid.superheated(dew, gas_in)
    if liquid_in > gas_in:
        # The gas has the smaller heat capacity: at best it leaves as warm as the liquid.
        most = fluid.superheated(dew, liquid_in).enthalpy - suction.enthalpy
        suction = fluid.at_enthalpy(dew, suction.enthalpy + effectiveness * most)
    hot = compress(fluid, suction, bubble, efficiency)
    liquid = fluid.liquid_enthalpy(bubble, liquid_in)
    return (hot - liquid) / (hot - suction.enthalpy)


def _two_stage(
    fluid: Fluid, cold: float, warm: float, superheat: float, subcooling: float, efficiency: float
) -> float:
    """COP of two stages with flash economiser, per kilogram through the condenser."""
    dew, bubble = fluid.saturation(cold), fluid.saturation(warm)
    middle = fluid.saturation_at_pressure(math.sqrt(dew.pressure_pa * bubble.pressure_pa))
    suction = fluid.superheated(dew, cold + superheat)
    liquid = fluid.liquid_enthalpy(bubble, warm - subcooling)
    latent = middle.vapour_enthalpy - middle.liquid_enthalpy
    flash = max((liquid - middle.liquid_enthalpy) / latent, 0.0)
    low = compress(fluid, suction, middle, efficiency)
    mixed = fluid.at_enthalpy(middle, (1.0 - flash) * low + flash * middle.vapour_enthalpy)
    hot = compress(fluid, mixed, bubble, efficiency)
    work = (1.0 - flash) * (low - suction.enthalpy) + hot - mixed.enthalpy
    return (hot - liquid) / work
