"""
Friction factor of water in round pipes, laminar to fully rough.

Pure hydraulics of one number; pressure and pumping are in `pipe`. Source: Colebrook (1939), solved
here by Newton steps to rounding error and checked against the ``fluids`` package.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .arrays import Numeric, as_array, like_input, refuse_outside
from .errors import PhysicsRangeError

LAMINAR_REYNOLDS = 2300.0
TURBULENT_REYNOLDS = 4000.0
_ROUGHEST = 0.1
_NEWTON_STEPS = 3


def friction_factor(reynolds: Numeric, relative_roughness: Numeric) -> Numeric:
    """
    Darcy friction factor of a round pipe [-].

    Parameters
    ----------
    reynolds
        Reynolds number [-], above 0.
    relative_roughness
        Roughness per inner diameter [-], 0 to 0.1.

    Returns
    -------
    friction
        Darcy friction factor [-], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a Reynolds number is not positive or a roughness is outside 0–0.1.

    Notes
    -----
    Laminar, ``f = 64 / Re``, up to Re 2300. Turbulent from Re 4000 by Colebrook (1939),
    ``1/sqrt(f) = -2 log10(eps/3.7 + 2.51 / (Re sqrt(f)))``, started from Haaland (1983) and brought
    to rounding error by three Newton steps. In between, where no formula holds, a straight line in
    Re joins the two, so that the factor has no jump.

    References
    ----------
    Colebrook, C. F. (1939). J. Institution of Civil Engineers 11(4). doi:10.1680/ijoti.1939.13150.

    Examples
    --------
    >>> round(friction_factor(200_000.0, 0.0005), 5)
    0.01882
    """
    re = as_array(reynolds)
    if not np.all(re > 0.0):
        raise PhysicsRangeError("a Reynolds number must be above 0")
    rough = refuse_outside(
        relative_roughness,
        0.0,
        _ROUGHEST,
        what="relative roughness",
        unit="m/m",
        advice="give roughness and diameter in the same unit",
    )
    turbulent = _colebrook(np.maximum(re, TURBULENT_REYNOLDS), rough)
    laminar = 64.0 / np.minimum(re, LAMINAR_REYNOLDS)
    share = (re - LAMINAR_REYNOLDS) / (TURBULENT_REYNOLDS - LAMINAR_REYNOLDS)
    share = np.clip(share, 0.0, 1.0)
    return like_input(as_array(laminar + share * (turbulent - laminar)))


def _colebrook(
    re: npt.NDArray[np.float64], rough: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Solve Colebrook's equation for 1/sqrt(f) by Newton steps."""
    root = -1.8 * np.log10((rough / 3.7) ** 1.11 + 6.9 / re)
    for _ in range(_NEWTON_STEPS):
        inside = rough / 3.7 + 2.51 * root / re
        residual = root + 2.0 * np.log10(inside)
        root = root - residual / (1.0 + 2.0 * 2.51 / (np.log(10.0) * re * inside))
    return as_array(root**-2)
