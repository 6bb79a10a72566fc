"""
COP of vapour-compression cycles at given evaporating and condensing temperatures.

Four variants that condense below the critical point: a single stage, a single stage with an
internal heat exchanger, two stages with a flash economiser, and two stages with an open
intercooler. Conventions: evaporating and condensing temperatures are the dew points at the two
pressures (of a pure fluid also the bubble points); liquid leaves subcooled below its bubble point;
no pressure drop; no drive loss, so the COP is the one at the compressor shaft. Where the
temperatures come from in a real machine is the business of `pinch`; carbon dioxide above its
critical point is in `transcritical`.

Sources: states from CoolProp (see `fluid`); cycle definitions as in any text on refrigeration, for
example Granryd et al., Refrigerating Engineering (KTH), checked against TESPy in the tests.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.data import assumption

from .arrays import Numeric, as_array, broadcast, like_input
from .errors import PhysicsRangeError
from .refrigerant import refrigerant as find_refrigerant
from .refrigerants.fluid import fluid_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from .refrigerants.fluid import Fluid, Gas, Saturation

ZERO_CELSIUS_KELVIN = 273.15
VARIANTS = ("single", "ihx", "two_stage", "intercooled")


class Stages(NamedTuple):
    """What the condenser sees of the compressors [J/kg], per kilogram through the condenser."""

    discharge_enthalpy: float
    liquid_enthalpy: float
    work: float

    @property
    def cop(self) -> float:
        """
        Heat given off per shaft work [-].

        Returns
        -------
        cop
            COP at the compressor shaft.
        """
        return (self.discharge_enthalpy - self.liquid_enthalpy) / self.work


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
        Name of a refrigerant in ``data/refrigerants.csv``, blends included.
    evaporating_degc, condensing_degc
        Dew points at the two pressures [°C]; scalars or arrays that broadcast together.
    superheat_k
        Suction gas above the evaporating temperature [K], before any internal heat exchanger.
    subcooling_k
        Liquid below its bubble point [K], which a blend has below the condensing temperature.
    isentropic_efficiency
        Isentropic efficiency of each compressor stage [-].
    variant
        ``"single"``; ``"ihx"``, an internal heat exchanger whose effectiveness is a row of
        ``data/heat_pumps.csv``; ``"two_stage"``, a flash economiser at the geometric mean
        pressure whose vapour joins the gas between the stages; or ``"intercooled"``, a vessel at
        that pressure through whose liquid the gas of the first stage bubbles, so that the second
        sucks saturated vapour, as ammonia plants have it.

    Returns
    -------
    cop
        Heat given off per shaft work [-], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If any condensing temperature is not above its evaporating temperature, or not below the
        critical point; if an efficiency is not in 0–1, a temperature difference is negative or
        shapes do not go together.
    RefrigerantError
        If the refrigerant or the variant is not modelled.

    Notes
    -----
    With enthalpies per kilogram at suction (1), discharge (2) and liquid outlet (3), a single stage
    has ``COP = (h2 - h3) / (h2 - h1)`` and ``h2 = h1 + (h2s - h1) / eta``. A blend keeps its
    composition everywhere, also in the vessel between two stages.

    The open intercooler takes in the liquid of the condenser and the gas of the first stage (2),
    and gives off saturated vapour (g) to the second and saturated liquid (f) to the evaporator.
    Per kilogram through the condenser, ``h3 + m1 h2 = hg + m1 hf`` gives the flow through the
    evaporator, ``m1 = (hg - h3) / (h2 - hf)``, and the work ``m1 (h2 - h1) + h4 - hg`` with the
    final discharge (4). Fluids whose vapour line leans over, as that of R-600a, leave the second
    stage slightly wet; the figure is then that of the equations, not of a machine to be built.

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
    fluid = fluid_of(find_refrigerant(refrigerant).key)
    arguments = broadcast(
        evaporating_degc=as_array(evaporating_degc) + ZERO_CELSIUS_KELVIN,
        condensing_degc=as_array(condensing_degc) + ZERO_CELSIUS_KELVIN,
        superheat_k=superheat_k,
        subcooling_k=subcooling_k,
        isentropic_efficiency=isentropic_efficiency,
    )
    _refuse_impossible(arguments, critical_kelvin=fluid.critical_kelvin)
    rows = zip(*(array.ravel().tolist() for array in arguments), strict=True)
    cops = np.fromiter((_cop(fluid, variant, *row) for row in rows), float, arguments[0].size)
    return like_input(cops.reshape(arguments[0].shape))


def run_stages(
    fluid: Fluid,
    low: Saturation,
    suction: Gas,
    *,
    high: Saturation,
    liquid_kelvin: float,
    isentropic_efficiency: float,
    variant: str,
) -> Stages:
    """
    Enthalpies and work of one cycle between two pressures.

    Parameters
    ----------
    fluid
        The refrigerant.
    low, high
        Saturation states at the evaporating and the condensing pressure.
    suction
        Gas leaving the evaporator.
    liquid_kelvin
        Liquid leaving the condenser [K]; above the bubble point, that of the bubble point.
    isentropic_efficiency
        Of each compressor stage [-].
    variant
        One of ``VARIANTS``.

    Returns
    -------
    stages
        Discharge and liquid enthalpy at the condenser, and work per kilogram through it.
    """
    liquid = fluid.liquid_enthalpy(high, liquid_kelvin)
    if variant == "two_stage":
        return _two_stage(fluid, low, suction, high, liquid, isentropic_efficiency)
    if variant == "intercooled":
        return _intercooled(fluid, low, suction, high, liquid, isentropic_efficiency)
    if variant == "ihx":
        suction = _warmed(fluid, low, suction, high, liquid_kelvin)
    hot = compress(fluid, suction, high, isentropic_efficiency)
    return Stages(hot, liquid, hot - suction.enthalpy)


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


def _refuse_impossible(arguments: list[npt.NDArray[np.float64]], critical_kelvin: float) -> None:
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


def _cop(
    fluid: Fluid,
    variant: str,
    cold: float,
    warm: float,
    superheat: float,
    subcooling: float,
    efficiency: float,
) -> float:
    """COP at one pair of saturation temperatures [K]."""
    low, high = fluid.saturation(cold), fluid.saturation(warm)
    suction = fluid.superheated(low, cold + superheat)
    stages = run_stages(
        fluid,
        low,
        suction,
        high=high,
        liquid_kelvin=high.bubble_kelvin - subcooling,
        isentropic_efficiency=efficiency,
        variant=variant,
    )
    return stages.cop


def _warmed(
    fluid: Fluid, low: Saturation, suction: Gas, high: Saturation, liquid_kelvin: float
) -> Gas:
    """Suction gas warmed in an internal exchanger by the liquid leaving the condenser."""
    effectiveness = assumption("heat_pumps", "ihx", "effectiveness_share").value
    liquid_in = min(liquid_kelvin, high.bubble_kelvin)
    if liquid_in <= suction.temperature_kelvin:
        return suction
    # The gas has the smaller heat capacity: at best it leaves as warm as the liquid.
    most = fluid.superheated(low, liquid_in).enthalpy - suction.enthalpy
    return fluid.at_enthalpy(low, suction.enthalpy + effectiveness * most)


def _middle(fluid: Fluid, low: Saturation, high: Saturation) -> Saturation:
    """Saturation state at the geometric mean of two pressures."""
    return fluid.saturation_at_pressure(math.sqrt(low.pressure_pa * high.pressure_pa))


def _two_stage(
    fluid: Fluid,
    low: Saturation,
    suction: Gas,
    high: Saturation,
    liquid: float,
    efficiency: float,
) -> Stages:
    """Two stages with flash economiser, per kilogram through the condenser."""
    middle = _middle(fluid, low, high)
    latent = middle.vapour_enthalpy - middle.liquid_enthalpy
    flash = max((liquid - middle.liquid_enthalpy) / latent, 0.0)
    first = compress(fluid, suction, middle, efficiency)
    mixed = fluid.at_enthalpy(middle, (1.0 - flash) * first + flash * middle.vapour_enthalpy)
    hot = compress(fluid, mixed, high, efficiency)
    work = (1.0 - flash) * (first - suction.enthalpy) + hot - mixed.enthalpy
    return Stages(hot, liquid, work)


def _intercooled(
    fluid: Fluid,
    low: Saturation,
    suction: Gas,
    high: Saturation,
    liquid: float,
    efficiency: float,
) -> Stages:
    """Two stages with open intercooler, per kilogram through the condenser."""
    middle = _middle(fluid, low, high)
    vapour = fluid.superheated(middle, middle.temperature_kelvin)
    first = compress(fluid, suction, middle, efficiency)
    hot = compress(fluid, vapour, high, efficiency)
    flow = (vapour.enthalpy - liquid) / (first - middle.liquid_enthalpy)
    work = flow * (first - suction.enthalpy) + hot - vapour.enthalpy
    return Stages(hot, liquid, work)
