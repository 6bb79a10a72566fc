"""
Operating points of many heat pumps at once, read from COP tables: what a planner ranks with.

The columns are those of `heat_pump.HeatPump.operating_points`, and so are limits, reasons, the
choice of the cycle, efficiencies by size and lift, drive, auxiliaries and the reversible bounds:
all are applied after the lookup, by the functions that the exact machine uses. Points near a limit
are solved exactly, so that the two agree on which side of it they lie.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..arrays import Numeric, as_array
from ..cycles.cycle_choice import (
    AUTO,
    MACHINE_VARIANTS,
    TRANSCRITICAL,
    broken_limit,
    wants_two_stages,
    wrong_temperatures,
)
from ..cycles.efficiency import lorenz_cop, reached_cop
from ..cycles.pinch import Cycle, evaporating_degc
from ..heat_pump import HeatPump
from ..refrigerant import refrigerant as find_refrigerant
from .cells import Cycles
from .limits import COMPARISONS, comparisons, near_limits
from .table import cop_table

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Whole = npt.NDArray[np.int64]

_CHUNK = 1 << 15


class _Answer(NamedTuple):
    """Cycles of points with their variant and reason, both as numbers in lists of words."""

    cycles: Cycles
    variant: Whole
    reason: Whole
    reasons: list[str]


def fast_operating_points(
    refrigerant: str,
    source_in_degc: Numeric,
    source_out_degc: Numeric,
    sink_in_degc: Numeric,
    sink_out_degc: Numeric,
    *,
    heat_kw: Numeric,
    variant: str = AUTO,
) -> pd.DataFrame:
    """
    Operating points of heat pumps of given sizes, one row per link, near the exact COP.

    Parameters
    ----------
    refrigerant
        Name of a refrigerant in ``data/refrigerants.csv``.
    source_in_degc, source_out_degc
        Water entering and leaving the evaporator [°C].
    sink_in_degc, sink_out_degc
        Water entering and leaving the condenser [°C].
    heat_kw
        Heat output of each machine [kW], which sets its efficiencies.
    variant
        Cycle: ``"auto"``, ``"single"``, ``"ihx"``, ``"two_stage"``, ``"intercooled"`` or
        ``"transcritical"``.

    Returns
    -------
    points
        Columns of `heatreach.thermo.HeatPump.operating_points`.

    Raises
    ------
    PhysicsRangeError
        If a size is negative or the refrigerant cannot run the cycle.
    RefrigerantError
        If the refrigerant is not in the table.

    Notes
    -----
    See `machine_points`.

    Examples
    --------
    >>> points = fast_operating_points("R600a", 30.0, 22.0, 40.0, 60.0, heat_kw=1000.0)
    >>> points["cop"].round(1).tolist()
    [5.1]
    """
    machine = HeatPump.sized(heat_kw, refrigerant, variant)
    return machine_points(machine, source_in_degc, source_out_degc, sink_in_degc, sink_out_degc)


def machine_points(
    machine: HeatPump,
    source_in_degc: Numeric,
    source_out_degc: Numeric,
    sink_in_degc: Numeric,
    sink_out_degc: Numeric,
) -> pd.DataFrame:
    """
    Operating points of one machine, or one per link, from tables of its cycles.

    Parameters
    ----------
    machine
        The heat pump; its isentropic efficiencies should have few different values, since each has
        a table of its own.
    source_in_degc, source_out_degc
        Water entering and leaving the evaporator [°C].
    sink_in_degc, sink_out_degc
        Water entering and leaving the condenser [°C].

    Returns
    -------
    points
        Columns of `heatreach.thermo.HeatPump.operating_points`.

    Notes
    -----
    Tables are filled where the points are, which costs some 10 exact cycles per cell of about 10 K
    a side; cells with too few points are solved exactly. So is every point outside the tables, in a
    cell that failed its check, or near a limit.

    The aim is 0.1 % of COP. Cells are checked at two to four places each, so a kink between them
    can be missed. On random points not used in building this, no pure fluid and no point of R-744
    missed the aim; of 47,000 points of blends 3 did, by R-454B and R-410A at sink glides below
    11 K, the worst by 0.15 %. Report with the exact machine.

    An answer depends on the points asked for together,
    by less than the tolerance, and not on what was asked before.

    Examples
    --------
    >>> machine = HeatPump.sized(1000.0, "R600a")
    >>> points = machine_points(machine, 30.0, np.array([22.0, 24.0]), 40.0, 60.0)
    >>> points["cop"].round(1).tolist()
    [5.1, 5.4]
    """
    *water, isentropic, drive = (
        array.ravel()
        for array in np.broadcast_arrays(
            as_array(source_in_degc),
            as_array(source_out_degc),
            as_array(sink_in_degc),
            as_array(sink_out_degc),
            as_array(machine.isentropic_efficiency),
            as_array(machine.drive_efficiency),
        )
    )
    reason, reasons = _wrong(water)
    right = np.flatnonzero(reason == 0)
    count = len(reason)
    answer = _Answer(
        Cycles(*(np.full(count, np.nan) for _ in Cycles._fields)),
        np.zeros(count, dtype=np.int64),
        reason,
        reasons,
    )
    cold = as_array(evaporating_degc(water[0], water[1], machine.approaches))
    for efficiency in _distinct(isentropic[right]):
        here = right[isentropic[right] == efficiency]
        part = _chosen(machine, efficiency, (cold[here], water[2][here], water[3][here]))
        _put(answer, here, part)
    return _electrical(machine, water, drive, answer)


def _wrong(water: list[Floats]) -> tuple[Whole, list[str]]:
    """Reason why waters make no sense, as a number in a list of texts; 0 where they do."""
    reasons = [""]
    number: Whole = np.zeros(len(water[0]), dtype=np.int64)
    for start in range(0, len(number), _CHUNK):
        words = wrong_temperatures(*(array[start : start + _CHUNK] for array in water))
        bad = np.flatnonzero(words != "")
        for at, word in zip(bad.tolist(), words[bad].tolist(), strict=True):
            if word not in reasons:
                reasons.append(word)
            number[start + at] = reasons.index(word)
    return number, reasons


def _distinct(values: Floats) -> list[float]:
    """Different values, without sorting the many where they are all equal."""
    if not len(values) or np.all(values == values[0]):
        values = values[:1]
    return [float(value) for value in np.unique(values)]


def _put(whole: _Answer, here: Whole, part: _Answer) -> None:
    """Write the answer for some points into that for all."""
    for column, values in zip(whole.cycles, part.cycles, strict=True):
        column[here] = values
    whole.variant[here] = part.variant
    first = len(whole.reasons) - 1
    whole.reason[here] = np.where(part.reason == 0, 0, part.reason + first)
    whole.reasons.extend(part.reasons[1:])


def _chosen(machine: HeatPump, efficiency: float, points: tuple[Floats, ...]) -> _Answer:
    """Cycles of machines of one efficiency by the machine's variant or by the rule."""
    if machine.variant != AUTO:
        return _solved(machine, efficiency, machine.variant, points)[0]
    if find_refrigerant(machine.refrigerant).kind == TRANSCRITICAL:
        return _solved(machine, efficiency, TRANSCRITICAL, points)[0]
    single, wants = _solved(machine, efficiency, "single", points, rule=True)
    asked = np.flatnonzero(wants)
    if not len(asked):
        return single
    double = _two_stages(machine, efficiency, tuple(column[asked] for column in points))
    allowed = single.reason[asked] == 0
    with np.errstate(invalid="ignore"):
        better = single.cycles.shaft_cop[asked] > double.cycles.shaft_cop
    take = np.flatnonzero(~(allowed & ((double.reason != 0) | better)))
    _put(single, asked[take], _part(double, take))
    return single


def _two_stages(machine: HeatPump, efficiency: float, points: tuple[Floats, ...]) -> _Answer:
    """Two stages, with an intercooler where the gas would be too hot without."""
    double, _ = _solved(machine, efficiency, "two_stage", points)
    hottest = find_refrigerant(machine.refrigerant).max_discharge_degc
    hot = np.flatnonzero(double.cycles.discharge_degc > hottest)
    if len(hot):
        cooled, _ = _solved(
            machine, efficiency, "intercooled", tuple(column[hot] for column in points)
        )
        _put(double, hot, cooled)
    return double


def _part(answer: _Answer, some: Whole) -> _Answer:
    """Answer for some of the points."""
    return answer._replace(
        cycles=Cycles(*(column[some] for column in answer.cycles)),
        variant=answer.variant[some],
        reason=answer.reason[some],
    )


def _solved(
    machine: HeatPump,
    efficiency: float,
    variant: str,
    points: tuple[Floats, ...],
    *,
    rule: bool = False,
) -> tuple[_Answer, Flags]:
    """Cycles of one variant with reasons, and which of them the rule would give two stages."""
    limits = find_refrigerant(machine.refrigerant)
    table = cop_table(
        limits.key,
        isentropic_efficiency=efficiency,
        variant=variant,
        approaches=machine.approaches,
    )
    cycles = table.cycles(*points, near=partial(near_limits, limits=limits, rule=rule))
    beyond = cycles.condensing_degc > limits.max_condensing_degc
    for column in (cycles.shaft_cop, *cycles[2:]):
        column[beyond] = np.nan
    bits = comparisons(cycles, points[1], limits)
    reasons, reason = [""], np.zeros(COMPARISONS, dtype=np.int64)
    wants = np.zeros(COMPARISONS, dtype=bool)
    # Rule and reasons are functions of these comparisons alone: one point answers for all alike.
    for sign in np.flatnonzero(np.bincount(bits, minlength=len(reason))).tolist():
        at = int(np.argmax(bits == sign))
        cycle = Cycle(*(float(column[at]) for column in cycles))
        word = broken_limit(cycle, limits, float(points[1][at]), variant)
        wants[sign] = wants_two_stages(cycle, limits)
        if word:
            reasons.append(word)
            reason[sign] = len(reasons) - 1
    named = np.full(len(bits), MACHINE_VARIANTS.index(variant) + 1)
    return _Answer(cycles, named, reason[bits], reasons), wants[bits]


def _electrical(
    machine: HeatPump, water: list[Floats], drive: Floats, answer: _Answer
) -> pd.DataFrame:
    """Columns of the operating points, with drive loss, auxiliaries and bounds."""
    cycles = answer.cycles
    served = np.where(answer.reason == 0, cycles.shaft_cop, np.nan)
    lift = cycles.condensing_degc - cycles.evaporating_degc
    count = len(served)
    cop, shaft, lorenz = np.empty(count), np.empty(count), np.empty(count)
    bounded = np.empty(count, dtype=bool)
    for start in range(0, count, _CHUNK):
        some = slice(start, start + _CHUNK)
        waters = (water[0][some], water[1][some], water[2][some], water[3][some])
        reached = reached_cop(
            served[some],
            lift[some],
            waters,
            drive_efficiency=drive[some],
            auxiliary_share=machine.auxiliary_share,
        )
        cop[some], shaft[some], bounded[some] = reached
        lorenz[some] = lorenz_cop(*waters)
    columns = {"cop": cop} | cycles._asdict() | {"shaft_cop": shaft}
    return pd.DataFrame(
        columns
        | {
            "variant": pd.array(["", *MACHINE_VARIANTS], dtype="str").take(answer.variant),
            "reason": pd.array(answer.reasons, dtype="str").take(answer.reason),
            "lorenz_cop": lorenz,
            "source_share": 1.0 - 1.0 / shaft,
            "bounded": bounded,
        }
    )
