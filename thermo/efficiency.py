"""
What machines reach: efficiency by size, the band of COPs, and the reversible limit.

Steps and bands are rows of ``data/heat_pumps.csv``; the Lorenz COP is the yardstick of heat pumps
whose waters change temperature, as Carnot's is of those whose do not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption, wide

from .arrays import Numeric, as_array, like_input
from .cycle import ZERO_CELSIUS_KELVIN
from .errors import PhysicsRangeError

_SIZES = ("size_small", "size_medium", "size_large")


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


def _log_mean_kelvin(one_degc: Numeric, other_degc: Numeric) -> npt.NDArray[np.float64]:
    """Logarithmic mean of two temperatures, their common value where they are equal."""
    one = as_array(one_degc) + ZERO_CELSIUS_KELVIN
    other = as_array(other_degc) + ZERO_CELSIUS_KELVIN
    ratio = one / other
    # log1p keeps its digits where the two are nearly equal.
    near = np.abs(ratio - 1.0) < 1e-9
    return np.where(near, one, (one - other) / np.log1p(np.where(near, 1.0, ratio - 1.0)))


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
