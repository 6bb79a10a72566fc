"""
Direct heat exchange: when data-centre water can heat a network without a heat pump.

A counter-flow exchanger is described by the temperature differences at its two ends; areas and
costs are not computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption

from .arrays import Numeric, as_array
from .errors import PhysicsRangeError

if TYPE_CHECKING:
    import numpy.typing as npt


def direct_exchange_possible(
    source_in_degc: Numeric,
    source_out_degc: Numeric,
    sink_in_degc: Numeric,
    sink_out_degc: Numeric,
    *,
    approach_k: Numeric,
) -> bool | npt.NDArray[np.bool_]:
    """
    Whether a counter-flow heat exchanger alone can do the job.

    Parameters
    ----------
    source_in_degc, source_out_degc
        Data-centre water entering the exchanger, and as cold as it has to leave [°C].
    sink_in_degc, sink_out_degc
        Network return entering, and supply leaving [°C].
    approach_k
        Smallest temperature difference allowed at either end [K]; see `exchanger_approach_k`.

    Returns
    -------
    possible
        True where both ends keep the approach; shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If an approach is negative.

    Notes
    -----
    Warm end: ``source_in - sink_out >= approach``. Cold end: ``source_out - sink_in >= approach``.
    Both are needed, since a source may be hot enough to make the supply and still not be cooled as
    far as the data centre needs. With constant heat capacities nothing inside is tighter than the
    ends.

    Examples
    --------
    >>> direct_exchange_possible(60.0, 45.0, 40.0, 55.0, approach_k=3.0)
    True
    >>> direct_exchange_possible(60.0, 40.0, 40.0, 55.0, approach_k=3.0)
    False
    """
    approach = as_array(approach_k)
    if np.any(approach < 0.0):
        raise PhysicsRangeError(f"approach {approach.min():g} K cannot be negative")
    warm_end = as_array(source_in_degc) - as_array(sink_out_degc)
    cold_end = as_array(source_out_degc) - as_array(sink_in_degc)
    forwards = as_array(source_in_degc) >= as_array(source_out_degc)
    possible = (warm_end >= approach) & (cold_end >= approach) & forwards
    return bool(possible) if possible.ndim == 0 else possible


def exchanger_approach_k() -> float:
    """
    Approach of plate heat exchangers between data centre and network [K].

    Returns
    -------
    approach_k
        The row ``exchanger/approach_k`` of ``data/heat_pumps.csv``.

    Examples
    --------
    >>> exchanger_approach_k()
    3.0
    """
    return float(assumption("heat_pumps", "exchanger", "approach_k").value)
