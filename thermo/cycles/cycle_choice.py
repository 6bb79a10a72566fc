"""
Which cycle a machine uses at one point, and why a point cannot be served.

The rule is one of design, not of control: a planner's machine has one stage where that is usual,
two where the lift or the discharge gas asks for them, an intercooler between them where the gas is
still too hot, and carbon dioxide works above its critical point. Cycles are solved in `pinch` and
`transcritical`; electricity is in `heat_pump`.

Sources: thresholds are rows of ``data/heat_pumps.csv``, limits rows of ``data/refrigerants.csv``;
most are guesses and say so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.data import assumption

from ..arrays import Numeric, broadcast
from ..cycle import VARIANTS
from ..errors import PhysicsRangeError
from .pinch import Approaches, Cycle, solve_lift
from .transcritical import solve_transcritical

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from ..refrigerant import Refrigerant
    from ..refrigerants.fluid import Fluid

AUTO, TRANSCRITICAL = "auto", "transcritical"
MACHINE_VARIANTS = (AUTO, *VARIANTS, TRANSCRITICAL)
# Water outside this range is not what an evaporator or condenser of these machines sees.
_COLDEST_DEGC, _WARMEST_DEGC = -20.0, 150.0


class Choice(NamedTuple):
    """Cycle of a machine at one point; ``reason`` is '' where the point can be served."""

    variant: str
    cycle: Cycle
    reason: str


def refuse_variant(limits: Refrigerant, variant: str) -> None:
    """
    Refuse a cycle that is unknown or that a refrigerant cannot run.

    Parameters
    ----------
    limits
        The refrigerant.
    variant
        Name of the cycle.

    Raises
    ------
    PhysicsRangeError
        If the cycle is none of ``MACHINE_VARIANTS``, or transcritical for another fluid than
        carbon dioxide.

    Examples
    --------
    >>> from heatreach.thermo import find_refrigerant
    >>> refuse_variant(find_refrigerant("R717"), "two_stage")
    """
    if variant not in MACHINE_VARIANTS:
        raise PhysicsRangeError(
            f"no cycle {variant!r}; choose one of {', '.join(MACHINE_VARIANTS)}"
        )
    if variant == TRANSCRITICAL and limits.kind != TRANSCRITICAL:
        raise PhysicsRangeError(
            f"{limits.key} is not used above its critical point; choose the cycle 'auto' or R744"
        )


def wrong_temperatures(
    source_in_degc: Numeric,
    source_out_degc: Numeric,
    sink_in_degc: Numeric,
    sink_out_degc: Numeric,
) -> npt.NDArray[np.str_]:
    """
    Reason why no heat pump belongs between four water temperatures, '' where one does.

    Parameters
    ----------
    source_in_degc, source_out_degc
        Water entering and leaving the evaporator [°C].
    sink_in_degc, sink_out_degc
        Water entering and leaving the condenser [°C].

    Returns
    -------
    reason
        One text per point.

    Raises
    ------
    PhysicsRangeError
        If the shapes do not go together.

    Examples
    --------
    >>> str(wrong_temperatures(30.0, 35.0, 40.0, 60.0))
    'the source water leaves warmer than it enters'
    """
    source_in, source_out, sink_in, sink_out = broadcast(
        source_in_degc=source_in_degc,
        source_out_degc=source_out_degc,
        sink_in_degc=sink_in_degc,
        sink_out_degc=sink_out_degc,
    )
    water = np.stack([source_in, source_out, sink_in, sink_out])
    return np.select(
        [
            ~np.isfinite(water).all(axis=0),
            ((water < _COLDEST_DEGC) | (water > _WARMEST_DEGC)).any(axis=0),
            source_out > source_in,
            sink_out < sink_in,
            sink_out <= source_out,
        ],
        [
            "a water temperature is missing",
            f"a water temperature is outside {_COLDEST_DEGC:g} to {_WARMEST_DEGC:g} °C",
            "the source water leaves warmer than it enters",
            "the sink water leaves colder than it enters",
            "the source water leaves no colder than the sink water, so heat flows without work;"
            " use a heat exchanger",
        ],
        default="",
    )


def choose_cycle(
    fluid: Fluid,
    limits: Refrigerant,
    evaporating_degc: float,
    sink: tuple[float, float],
    *,
    approaches: Approaches,
    isentropic_efficiency: float,
    variant: str = AUTO,
) -> Choice:
    """
    Cycle of a machine between an evaporating temperature and two sink temperatures.

    Parameters
    ----------
    fluid, limits
        The refrigerant's states and its limits.
    evaporating_degc
        Dew point that the source allows [°C], see `heatreach.thermo.cycles.pinch.evaporating_degc`.
    sink
        Sink in, sink out [°C].
    approaches
        Temperature differences of the machine.
    isentropic_efficiency
        Isentropic efficiency of each compressor stage [-].
    variant
        ``"auto"`` for the rule below, or the cycle to use whatever the rule says.

    Returns
    -------
    choice
        The cycle, its name, and the reason where it is beyond real machines.

    Notes
    -----
    Rule of ``"auto"``: carbon dioxide is transcritical. Any other fluid has one stage unless that
    would lift by more than the row ``two_stage/above_lift_k`` or discharge hotter than
    ``two_stage/above_discharge_degc`` or than the refrigerant allows; then it has two stages, with
    an open intercooler if they would else discharge hotter than the refrigerant allows, as ammonia
    does at most district-heating temperatures. An allowed single stage stays if two stages cannot
    serve the point or are worse, which they are where the return is so cold that nothing flashes
    between the stages. An internal heat exchanger is never chosen by the rule.

    The COP therefore steps up where the second stage begins at the threshold of lift. The step
    depends on how much liquid flashes, hence on the sink's glide and on how near the critical point
    the fluid condenses. Measured with sinks warmed at constant sources of 5 to 50 °C and 0.75
    isentropic efficiency:

    =======  ========  ==========================  =======================  ========
    glide    R-717     R-600a, R-1233zd(E), R-32,  R-290, R-134a, R-513A,   R-1234yf
                       R-410A, R-407C, R-454B      R-1234ze(E)
    =======  ========  ==========================  =======================  ========
    0 K      2 - 3 %   6 - 14 %                    9 - 20 %                 12 - 26 %
    5 K      2 - 3 %   6 - 12 %                    8 - 18 %                 10 - 23 %
    10 K     1 - 2 %   4 - 10 %                    6 - 13 %                 8 - 17 %
    20 K     0 %       2 - 6 %                     3 - 7 %                  3 - 8 %
    =======  ========  ==========================  =======================  ========

    With 40 K there is none, because two stages then begin where they draw level. A step down of up
    to a quarter can occur within the last kelvin below the critical margin, where one stage still
    serves and two, whose gas is cooler, would have to condense warmer.

    Where the intercooler begins, measured at sources of 5 to 45 °C, R-717 steps up by 1 to 3 % with
    a glide of 5 to 10 K and by less than 1 % either way with 20 K. It steps down by 2 to 3 % with
    30 K, 4 to 6 % with 40 K and 6 to 8 % with 50 K, as cooler gas heats the water less before it
    condenses and so condenses warmer. Other fluids reach their limit seldom, and step by -2 to
    +0.3 %.

    Between steps, and within every forced cycle, the COP falls where the source cools, the return
    warms or both sink temperatures rise together. It also falls where the supply alone warms, with
    one exception: a fluid that condenses within 7 K of its highest condensing temperature may gain
    up to 1.5 % in all, because liquid of one temperature near the critical point holds less
    enthalpy at the higher pressure, as does carbon dioxide above it.

    A point at which the library finds no state, or which lies outside what it covers, is a point
    without solution and has that as its reason.
    """
    solve = _solver(fluid, limits, evaporating_degc, sink, approaches, isentropic_efficiency)
    if variant != AUTO:
        return solve(variant)
    if limits.kind == TRANSCRITICAL:
        return solve(TRANSCRITICAL)
    single = solve("single")
    if not wants_two_stages(single.cycle, limits):
        return single
    double = solve("two_stage")
    if double.cycle.discharge_degc > limits.max_discharge_degc:
        double = solve("intercooled")
    if double.reason and not single.reason:
        return single
    if not single.reason and single.cycle.shaft_cop > double.cycle.shaft_cop:
        return single
    return double


def _solver(
    fluid: Fluid,
    limits: Refrigerant,
    evaporating_degc: float,
    sink: tuple[float, float],
    approaches: Approaches,
    efficiency: float,
) -> Callable[[str], Choice]:
    """Solve one point with any cycle, with the reason where it is beyond real machines."""

    def cycle_of(variant: str) -> Cycle:
        """Cycle of the point, if the library finds all its states."""
        if variant == TRANSCRITICAL:
            return solve_transcritical(
                fluid,
                evaporating_degc,
                sink,
                approaches=approaches,
                isentropic_efficiency=efficiency,
                max_bar=limits.max_condensing_bar,
            )
        return solve_lift(
            fluid,
            evaporating_degc,
            sink,
            approaches=approaches,
            isentropic_efficiency=efficiency,
            max_condensing_degc=limits.max_condensing_degc,
            variant=variant,
        )

    def solve(variant: str) -> Choice:
        """Solve the point with one cycle; a state not found is a reason, not an error."""
        try:
            cycle = cycle_of(variant)
        # CoolProp raises ValueError, as does this room; one point must not end a batch.
        except ValueError as problem:
            unsolved = Cycle(math.nan, evaporating_degc, math.nan, math.nan, math.nan)
            return Choice(variant, unsolved, f"{limits.key} has no solution here: {problem}")
        return Choice(variant, cycle, broken_limit(cycle, limits, sink[0], variant))

    return solve


def wants_two_stages(single: Cycle, limits: Refrigerant) -> bool:
    """
    Whether the rule, or the discharge gas of one stage, asks for two stages.

    Parameters
    ----------
    single
        Single-stage cycle at the point.
    limits
        The refrigerant.

    Returns
    -------
    wanted
        True above the lift or the discharge temperature of the rows ``two_stage``, or above the
        refrigerant's highest discharge temperature; false where one stage found no solution.
    """
    lift = assumption("heat_pumps", "two_stage", "above_lift_k").value
    hot = assumption("heat_pumps", "two_stage", "above_discharge_degc").value
    # Where one stage finds no condensing temperature the comparison with NaN is false.
    return single.condensing_degc - single.evaporating_degc > lift or single.discharge_degc > min(
        hot, limits.max_discharge_degc
    )


def broken_limit(cycle: Cycle, limits: Refrigerant, sink_in_degc: float, variant: str) -> str:
    """
    Reason why a solved cycle is beyond real machines, '' where it is not.

    Parameters
    ----------
    cycle
        Solved cycle.
    limits
        The refrigerant.
    sink_in_degc
        Water returning to the machine [°C].
    variant
        Name of the cycle.

    Returns
    -------
    reason
        Names the limit and the next step.
    """
    if variant == TRANSCRITICAL:
        return _broken_above_critical(cycle, limits, sink_in_degc)
    least = assumption("heat_pumps", "machine", "min_lift_k").value
    if math.isnan(cycle.shaft_cop):
        return (
            f"{limits.key} would have to condense above {limits.max_condensing_degc:.0f} °C,"
            " too near its critical point; choose another refrigerant"
        )
    if cycle.condensing_degc - cycle.evaporating_degc < least:
        return f"the lift is below {least:g} K, too small for a compressor; use a heat exchanger"
    if cycle.condensing_bar > limits.max_condensing_bar:
        return (
            f"{limits.key} would condense above {limits.max_condensing_bar:g} bar;"
            " choose another refrigerant"
        )
    cooler = {"two_stage": " or an intercooler", "intercooled": ""}
    return _too_hot(cycle, limits, other=cooler.get(variant, " or two stages"))


def _broken_above_critical(cycle: Cycle, limits: Refrigerant, sink_in_degc: float) -> str:
    """Reason why a transcritical cycle is beyond real machines, '' where it is not."""
    warmest = assumption("heat_pumps", "transcritical", "max_return_degc").value
    if sink_in_degc > warmest:
        return (
            f"the return is above {warmest:g} °C, too warm for {limits.key};"
            " choose another refrigerant"
        )
    if math.isnan(cycle.shaft_cop):
        return (
            f"{limits.key} would need more than {limits.max_condensing_bar:g} bar;"
            " choose another refrigerant"
        )
    return _too_hot(cycle, limits, other="")


def _too_hot(cycle: Cycle, limits: Refrigerant, other: str) -> str:
    """Reason if the discharge gas is too hot, '' if not."""
    if cycle.discharge_degc <= limits.max_discharge_degc:
        return ""
    return (
        f"{limits.key} would leave the compressor above {limits.max_discharge_degc:g} °C;"
        f" choose another refrigerant{other}"
    )
