"""
COP of a heat pump at part load, as a factor on its COP at full load.

One curve for machines with a speed-controlled compressor; below the smallest load of one machine it
starts and stops. The temperatures of the hour are the business of whoever calls: the factor says
only what running below capacity costs. Modular machines reach small loads with few of many units
running, each at a high load share.

Source: points of ``data/heat_pumps.csv`` (name ``part_load``), guesses near the cycling formula of
EN 14825; no measured curve of large machines was found.
"""

from __future__ import annotations

import numpy as np

from heatreach.data import assumption

from ..arrays import Numeric, like_input, refuse_outside

_POINTS_PERCENT = (0, 10, 25, 50, 75, 100)


def part_load_factor(load_share: Numeric) -> Numeric:
    """
    COP at part load per COP at full load and the same temperatures [-].

    Parameters
    ----------
    load_share
        Heat output per capacity of the running machine [-], 0–1; missing values stay missing.

    Returns
    -------
    factor
        Above 0 and at most 1, never falling with load; shaped like the input.

    Raises
    ------
    PhysicsRangeError
        If a load share is outside 0–1.

    Notes
    -----
    Piecewise linear through the rows ``part_load/factor_at_0`` to ``factor_at_100``. Real machines
    gain a few per cent at half load, because their exchangers are then large for the heat; that is
    not counted. Below the row ``machine/min_load_share`` a machine cycles; EN 14825 gives such
    operation ``CR / (Cc CR + 1 - Cc)`` with ``Cc`` = 0.9 for machines that heat water and ``CR``
    the load per smallest load, and the points lie at or below it down to a tenth of the load. The
    factor stays above 0 at no load, where there is no heat to multiply.

    Examples
    --------
    >>> import numpy as np
    >>> part_load_factor(np.array([0.05, 0.25, 1.0])).round(2)
    array([0.65, 0.92, 1.  ])
    """
    shares = refuse_outside(
        load_share,
        0.0,
        1.0,
        what="load share",
        unit="of capacity",
        advice="give heat output per capacity of the running machines",
    )
    factors = [
        assumption("heat_pumps", "part_load", f"factor_at_{p}").value for p in _POINTS_PERCENT
    ]
    at = np.array(_POINTS_PERCENT) / 100.0
    return like_input(np.asarray(np.interp(shares, at, factors)))
