"""
COP of large heat pumps by published correlations, as yardsticks for the engine.

Two that are used in planning: Jesper et al. 2021, fitted to 33 machines on the market, and Jensen
et al. 2018 with the parameters of Pieper et al. 2020, a Lorenz COP with losses, as PyPSA-Eur uses
it. Coefficients are rows of ``data/published_machines.csv``. The engine does not use them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption, wide

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..cycle import ZERO_CELSIUS_KELVIN
from ..cycles.efficiency import lorenz_cop
from ..errors import PhysicsRangeError

if TYPE_CHECKING:
    import numpy.typing as npt

_TABLE = "published_machines"
_EQUAL = 1e-9


def jesper_cop(source_in_degc: Numeric, sink_out_degc: Numeric) -> Numeric:
    """
    COP of market-available large heat pumps by the correlation of Jesper et al. [-].

    Parameters
    ----------
    source_in_degc
        Source entering the evaporator [°C].
    sink_out_degc
        Sink leaving the condenser [°C].

    Returns
    -------
    cop
        Electrical COP, shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a lift, source or sink is outside the range of the correlation.

    Notes
    -----
    ``COP = a (lift + 2 b)^c`` for conventional machines; lift is sink out less source in, valid for
    10 to 78 K, sources of -10 to 60 °C and sinks up to 100 °C. Glides are not part of it.

    References
    ----------
    M. Jesper et al., Renewable and Sustainable Energy Reviews 137 (2021) 110646,
    doi:10.1016/j.rser.2020.110646.

    Examples
    --------
    >>> round(jesper_cop(30.0, 60.0), 2)
    5.03
    """
    row = wide(_TABLE).loc["jesper_2021"]
    source = _within("source_in_degc", source_in_degc, "source", "°C")
    sink = _within("sink_out_degc", sink_out_degc, "sink", "°C")
    lift = _within("lift_k", sink - source, "lift", "K")
    cop = row["coefficient"] * (lift + 2.0 * row["offset_k"]) ** row["exponent"]
    return like_input(as_array(cop))


def jensen_cop(
    source_in_degc: Numeric,
    source_out_degc: Numeric,
    sink_in_degc: Numeric,
    sink_out_degc: Numeric,
    *,
    fluid: str = "ammonia",
) -> Numeric:
    """
    COP of a large heat pump by the method of Jensen et al. with Pieper's parameters [-].

    Parameters
    ----------
    source_in_degc, source_out_degc
        Source entering and leaving the evaporator [°C].
    sink_in_degc, sink_out_degc
        Sink entering and leaving the condenser [°C].
    fluid
        ``"ammonia"`` or ``"isobutane"``.

    Returns
    -------
    cop
        COP without drive losses and auxiliaries, shaped like the inputs; NaN where the mean source
        is as warm as the mean sink.

    Raises
    ------
    PhysicsRangeError
        If there are no parameters for the fluid.

    Notes
    -----
    ``COP = COP_Lorenz (1 + (d_sink + p) / T_sink) / (1 + (d_sink + d_source + 2 p) / lift)
    eta (1 - w) + 1 - eta`` with the pinch ``p``, ``d_source`` half the cooling of the source, and
    ``d_sink`` and ``w`` linear in the lift and in the glide of the sink.

    Examples
    --------
    >>> round(jensen_cop(35.0, 27.0, 40.0, 60.0), 1)
    5.8
    """
    table, name = wide(_TABLE), f"jensen_{fluid}"
    if name not in table.index:
        raise PhysicsRangeError(f"no parameters for {fluid!r}; choose ammonia or isobutane")
    row = table.loc[name]
    water = [as_array(t) for t in (source_in_degc, source_out_degc, sink_in_degc, sink_out_degc)]
    ideal = as_array(lorenz_cop(*water))
    glide, pinch = water[3] - water[2], row["pinch_k"]
    widest = water[3] - water[1] + 2.0 * pinch
    sink = row["sink_lift_slope"] * widest + row["sink_glide_slope"] * glide + row["sink_offset_k"]
    work = row["work_lift_slope"] * widest + row["work_glide_slope"] * glide + row["work_offset"]
    source = (water[0] - water[1]) / 2.0
    mean_sink = _log_mean_kelvin(water[2], water[3])
    eta, lift = row["isentropic_efficiency"], mean_sink / ideal
    with np.errstate(divide="ignore", invalid="ignore"):
        losses = (1.0 + (sink + pinch) / mean_sink) / (1.0 + (sink + source + 2.0 * pinch) / lift)
        cop = ideal * losses * eta * (1.0 - work) + 1.0 - eta
    return like_input(as_array(np.where(np.isfinite(ideal), cop, np.nan)))


def _within(parameter: str, values: Numeric, what: str, unit: str) -> npt.NDArray[np.float64]:
    """Values inside the range that the correlation was made from."""
    row = assumption(_TABLE, "jesper_2021", parameter)
    low = row.low if parameter != "sink_out_degc" else -np.inf
    advice = "the correlation holds for no other machines; use HeatPump"
    return refuse_outside(values, low, row.high, what=what, unit=unit, advice=advice)


def _log_mean_kelvin(
    cold: npt.NDArray[np.float64], hot: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Logarithmic mean of two water temperatures [K]."""
    low, high = cold + ZERO_CELSIUS_KELVIN, hot + ZERO_CELSIUS_KELVIN
    same = np.isclose(low, high, rtol=_EQUAL)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(same, low, (high - low) / np.log(high / low))
