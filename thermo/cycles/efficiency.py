"""
What machines reach: efficiency by size and lift, the band of COPs, and the reversible limits.

Steps and bands are rows of ``data/heat_pumps.csv``; the Lorenz COP is the yardstick of heat pumps
whose waters change temperature, as Carnot's is of those whose do not. Cycles themselves are solved
in `pinch` and `transcritical`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption, wide

from ..arrays import Numeric, as_array, like_input
from ..cycle import ZERO_CELSIUS_KELVIN
from ..errors import PhysicsRangeError

_SIZES = ("size_small", "size_medium", "size_large")


class ReachedCop(NamedTuple):
    """Electrical COP, the shaft COP that belongs to it, and whether a reversible limit held it."""

    cop: npt.NDArray[np.float64]
    shaft_cop: npt.NDArray[np.float64]
    bounded: npt.NDArray[np.bool_]


class Efficiencies(NamedTuple):
    """Efficiencies of machines of given sizes [-]."""

    isentropic_efficiency: Numeric
    drive_efficiency: Numeric


def efficiency_by_size(heat_kw: Numeric) -> Efficiencies:
    """
    Isentropic and drive efficiency by the heat output of the machine [-].

    Parameters
    ----------
    heat_kw
        Heat output [kW].

    Returns
    -------
    efficiencies
        Isentropic efficiency of the compressor, and efficiency of motor, inverter and gear.

    Raises
    ------
    PhysicsRangeError
        If a size is negative or not a number.

    Notes
    -----
    Steps, not a fit: three size classes from ``data/heat_pumps.csv``, each up to and including its
    largest size.

    Examples
    --------
    >>> efficiency_by_size(1000.0)
    Efficiencies(isentropic_efficiency=0.75, drive_efficiency=0.95)
    """
    heat = as_array(heat_kw)
    if not np.all(heat >= 0.0):
        raise PhysicsRangeError("heat output of a heat pump must be a number of at least 0 kW")
    rows = wide("heat_pumps").loc[list(_SIZES)]
    size = np.searchsorted(rows["max_heat_kw"].to_numpy()[:-1], heat, side="left")
    isentropic = rows["isentropic_efficiency"].to_numpy()[size]
    drive = rows["drive_efficiency"].to_numpy()[size]
    return Efficiencies(like_input(as_array(isentropic)), like_input(as_array(drive)))


def lorenz_cop(
    source_in_degc: Numeric, source_out_degc: Numeric, sink_in_degc: Numeric, sink_out_degc: Numeric
) -> Numeric:
    """
    COP of the reversible heat pump between two waters that change temperature [-].

    Parameters
    ----------
    source_in_degc, source_out_degc
        Source water before and after cooling [°C].
    sink_in_degc, sink_out_degc
        Sink water before and after heating [°C].

    Returns
    -------
    cop
        Lorenz COP; infinite where the mean source is as warm as the mean sink, because then heat
        could flow without work.

    Notes
    -----
    ``COP = Tm_sink / (Tm_sink - Tm_source)`` with logarithmic mean temperatures in kelvin
    (Lorenz 1894).

    Examples
    --------
    >>> round(lorenz_cop(20.0, 12.0, 25.0, 45.0), 1)
    16.3
    """
    source = _log_mean_kelvin(source_in_degc, source_out_degc)
    sink = _log_mean_kelvin(sink_in_degc, sink_out_degc)
    lift = sink - source
    with np.errstate(divide="ignore", invalid="ignore"):
        return like_input(np.where(lift <= 0.0, np.inf, sink / lift))


def carnot_cop(source_out_degc: Numeric, sink_out_degc: Numeric) -> Numeric:
    """
    COP of the reversible heat pump between the leaving waters [-].

    Parameters
    ----------
    source_out_degc
        Source water after cooling [°C].
    sink_out_degc
        Sink water after heating [°C].

    Returns
    -------
    cop
        Carnot COP; infinite where the sink leaves no warmer than the source, because then heat
        flows without work.

    Notes
    -----
    ``COP = T_sink_out / (T_sink_out - T_source_out)`` in kelvin: the two most distant temperatures,
    hence below the Lorenz COP, which takes means. A machine with one evaporating and one condensing
    temperature spans at least nearly this lift.

    Examples
    --------
    >>> round(carnot_cop(12.0, 45.0), 2)
    9.64
    """
    warm = as_array(sink_out_degc) + ZERO_CELSIUS_KELVIN
    lift = as_array(sink_out_degc) - as_array(source_out_degc)
    with np.errstate(divide="ignore", invalid="ignore"):
        return like_input(np.asarray(np.where(lift <= 0.0, np.inf, warm / lift)))


def low_lift_factor(lift_k: Numeric) -> Numeric:
    """
    Isentropic efficiency at a small lift per that of the machine [-].

    Parameters
    ----------
    lift_k
        Condensing less evaporating temperature [K]; NaN where nothing condenses.

    Returns
    -------
    factor
        1 from the row ``low_lift/full_efficiency_lift_k`` of ``data/heat_pumps.csv`` on (and where
        the lift is NaN), falling in a straight line to ``low_lift/min_lift_efficiency_share`` at
        ``machine/min_lift_k``.

    Notes
    -----
    A compressor of fixed geometry compresses to its built-in volume ratio ``Vi`` whatever the lift,
    and the gas that arrives above the condenser's pressure expands back without work. For an ideal
    machine of that kind the efficiency is ``w_s / (h_i - h_1 - (p_i - p_c) v_1 / Vi)`` with the
    state ``i`` after isentropic compression to ``v_1 / Vi``. For ``Vi`` = 2.2 and six refrigerants
    this gives 0.64 to 0.79 at a lift of 10 K, 0.80 to 0.93 at 15 K and 0.90 to 0.99 at 20 K; for
    ``Vi`` = 2.6 it gives 0.52 to 0.68, 0.68 to 0.85 and 0.81 to 0.94. The straight line (0.70,
    0.78, 0.85) lies between the two means up to 15 K and up to 0.04 below both above it, on the
    safe side. It is not fitted to any published COP. Machines with variable volume ratio, and turbo
    compressors selected for a small lift, do better.

    Since ``COP - 1`` of a cycle falls at least like one over the lift, its product with a straight
    line that is positive at zero lift still falls with lift.

    Examples
    --------
    >>> import numpy as np
    >>> low_lift_factor(np.array([5.0, 15.0, 45.0])).round(3)
    array([0.7  , 0.775, 1.   ])
    """
    least = assumption("heat_pumps", "machine", "min_lift_k").value
    full = assumption("heat_pumps", "low_lift", "full_efficiency_lift_k").value
    share = assumption("heat_pumps", "low_lift", "min_lift_efficiency_share").value
    lift = as_array(lift_k)
    factor = np.interp(lift, [least, full], [share, 1.0])
    return like_input(np.asarray(np.where(np.isnan(lift), 1.0, factor)))


def reached_cop(
    cycle_shaft_cop: Numeric,
    lift_k: Numeric,
    water: tuple[Numeric, Numeric, Numeric, Numeric],
    *,
    drive_efficiency: Numeric,
    auxiliary_share: Numeric,
) -> ReachedCop:
    """
    Electrical COP that a machine reaches with a solved cycle [-].

    Parameters
    ----------
    cycle_shaft_cop
        Shaft COP of the cycle at the machine's isentropic efficiency; NaN stays NaN.
    lift_k
        Condensing less evaporating temperature [K]; NaN where nothing condenses.
    water
        Source in, source out, sink in, sink out [°C].
    drive_efficiency
        Of motor, inverter and gear together [-].
    auxiliary_share
        Electricity of auxiliaries per heat delivered [-].

    Returns
    -------
    reached
        Electrical COP, shaft COP and whether a limit held them; arrays of the common shape.

    Notes
    -----
    Work grows by one over `low_lift_factor` ``f``, with the heat from the source unchanged:
    ``shaft = 1 + f (cycle - 1)``. Then ``1 / COP = 1 / (shaft drive) + auxiliary``. The COP is held
    at or below the row ``machine/max_lorenz_share`` (0.75) times `lorenz_cop`, and `carnot_cop`.
    Where the sink's mean is no warmer than the source's only the latter is finite.

    For a machine of 1 MW the factor takes 14 to 16 % off the electrical COP at a lift of 18 K (for
    example source 40 to 32, sink 35 to 45 °C: 9.2 instead of 10.8), 8 to 9 % at 23 K, 2 to 4 % at
    28 K and nothing from 30 K on. It is not applied to transcritical carbon dioxide. The two bounds
    held none of 1,500 random points per fluid of machines from the tables; they are a guard against
    machines that a user describes.

    Examples
    --------
    >>> reached = reached_cop(
    ...     5.0, 40.0, (30.0, 22.0, 40.0, 60.0), drive_efficiency=0.95, auxiliary_share=0.01
    ... )
    >>> round(float(reached.cop), 2)
    4.53
    """
    drive = as_array(drive_efficiency)
    shaft = 1.0 + as_array(low_lift_factor(lift_k)) * (as_array(cycle_shaft_cop) - 1.0)
    cop = 1.0 / (1.0 / (shaft * drive) + auxiliary_share)
    share = assumption("heat_pumps", "machine", "max_lorenz_share").value
    most = np.minimum(
        share * as_array(lorenz_cop(*water)), as_array(carnot_cop(water[1], water[3]))
    )
    bounded = np.asarray(cop > most)
    cop = np.where(bounded, most, cop)
    with np.errstate(divide="ignore"):
        held = 1.0 / (drive * (1.0 / cop - auxiliary_share))
    return ReachedCop(cop, np.where(bounded, held, shaft), bounded)


def cop_range(cop: Numeric) -> tuple[Numeric, Numeric]:
    """
    Low and high COP of the band in which machines of one class differ [-].

    Parameters
    ----------
    cop
        Computed electrical COP.

    Returns
    -------
    low, high
        The COP less and plus the share ``machine/cop_band_share`` of ``data/heat_pumps.csv``.

    Examples
    --------
    >>> low, high = cop_range(4.0)
    >>> round(low, 2), round(high, 2)
    (3.6, 4.4)
    """
    band = assumption("heat_pumps", "machine", "cop_band_share").value
    values = as_array(cop)
    return like_input(values * (1.0 - band)), like_input(values * (1.0 + band))


def _log_mean_kelvin(one_degc: Numeric, other_degc: Numeric) -> npt.NDArray[np.float64]:
    """Logarithmic mean of two temperatures, their common value where they are equal."""
    one = as_array(one_degc) + ZERO_CELSIUS_KELVIN
    other = as_array(other_degc) + ZERO_CELSIUS_KELVIN
    # An infinite temperature has no mean; as a missing one it passes without a warning.
    one, other = (np.where(np.isfinite(kelvin), kelvin, np.nan) for kelvin in (one, other))
    ratio = one / other
    # log1p keeps its digits where the two are nearly equal.
    near = np.abs(ratio - 1.0) < 1e-9
    return np.where(near, one, (one - other) / np.log1p(np.where(near, 1.0, ratio - 1.0)))
