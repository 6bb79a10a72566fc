"""
Which diameter: the smallest pipe of the catalogue within velocity and pressure gradient.

Both limits hold at design flow. The gradient is taken at the mean of supply and return
temperature, for one pipe. Where even the largest pipe is too small the answer is -1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import density_kg_m3, pressure_gradient_pa_m, velocity_m_s

if TYPE_CHECKING:
    import numpy.typing as npt

    from .catalogue import Catalogue

BISECTIONS = 40
NO_PIPE = -1
"""Answer where the largest pipe of the catalogue is too small."""


def pipe_sizes(
    flow_kg_s: npt.ArrayLike, catalogue: Catalogue, *, temperature_degc: npt.ArrayLike
) -> npt.NDArray[np.int64]:
    """
    Position in the catalogue of the smallest sufficient pipe.

    Parameters
    ----------
    flow_kg_s
        Design flow [kg/s], one value per edge or link.
    catalogue
        Pipes to choose from.
    temperature_degc
        Mean of supply and return temperature [°C], a scalar or shaped like the flow.

    Returns
    -------
    size
        Position in the catalogue, -1 where no pipe suffices; shape (edges,).

    Examples
    --------
    >>> from .catalogue import pipe_catalogue
    >>> pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    >>> small, large = pipe_sizes([0.1, 30.0], pipes, temperature_degc=55.0)
    >>> bool(small < large)
    True
    """
    flow = np.atleast_1d(np.asarray(flow_kg_s, dtype=float))
    temperature = np.broadcast_to(np.atleast_1d(temperature_degc), flow.shape)
    distinct, which = np.unique(temperature, return_inverse=True)
    return sizes_within(flow, flow_limits_kg_s(catalogue, temperature_degc=distinct)[which])


def sizes_within(
    flow_kg_s: npt.NDArray[np.float64], limits_kg_s: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """
    Position of the smallest pipe whose flow limit is not exceeded.

    Parameters
    ----------
    flow_kg_s
        Design flow [kg/s], shape (edges,).
    limits_kg_s
        Limits of the pipes, shape (pipes,) or one row per edge.

    Returns
    -------
    size
        Position in the catalogue, -1 where no pipe suffices.

    Examples
    --------
    >>> sizes_within(np.array([0.1, 5.0, 50.0]), np.array([1.0, 10.0])).tolist()
    [0, 1, -1]
    """
    fits = flow_kg_s[:, None] <= limits_kg_s
    return np.where(fits.any(axis=1), fits.argmax(axis=1), NO_PIPE)


def flow_limits_kg_s(
    catalogue: Catalogue, *, temperature_degc: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """
    Largest flow each pipe carries within velocity and pressure gradient [kg/s].

    Parameters
    ----------
    catalogue
        The pipes.
    temperature_degc
        Water temperatures [°C], shape (t,).

    Returns
    -------
    limits
        Shape (t, pipes); found by bisection to 1e-12 of the velocity limit, always on the safe
        side.

    Examples
    --------
    >>> from .catalogue import pipe_catalogue
    >>> pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    >>> limits = flow_limits_kg_s(pipes, temperature_degc=np.array([55.0]))
    >>> bool((np.diff(limits) > 0).all())
    True
    """
    limits = _limits(
        np.ascontiguousarray(temperature_degc, dtype=float).tobytes(),
        np.ascontiguousarray(catalogue.inner_diameter_mm, dtype=float).tobytes(),
        np.ascontiguousarray(catalogue.velocity_max_m_s, dtype=float).tobytes(),
        catalogue.gradient_max_pa_m,
        catalogue.roughness_mm,
    )
    return limits.copy()


@lru_cache(maxsize=64)
def _limits(
    temperatures: bytes,
    bores: bytes,
    velocities: bytes,
    gradient_max_pa_m: float,
    roughness_mm: float,
) -> npt.NDArray[np.float64]:
    """Limits of pipes at temperatures, arrays handed over as bytes: every design asks for them."""
    temperature, bore = np.frombuffer(temperatures)[:, None], np.frombuffer(bores)[None, :]
    per_flow = velocity_m_s(1.0, bore, density_kg_m3(temperature))
    high = np.frombuffer(velocities) / per_flow
    low = np.zeros_like(high)
    candidate = high
    for _ in range(BISECTIONS):
        gradient = pressure_gradient_pa_m(
            candidate, bore, temperature_degc=temperature, roughness_mm=roughness_mm
        )
        fits = gradient <= gradient_max_pa_m
        low, high = np.where(fits, candidate, low), np.where(fits, high, candidate)
        candidate = (low + high) / 2.0
    return low


def trench_capex(
    size: npt.NDArray[np.int64],
    catalogue: Catalogue,
    *,
    hard_m: npt.ArrayLike,
    soft_m: npt.ArrayLike,
) -> npt.NDArray[np.float64]:
    """
    Cost of trenches with supply and return pipe.

    Parameters
    ----------
    size
        Position in the catalogue, one per edge or link; NaN results where it is -1.
    catalogue
        Pipes with costs.
    hard_m, soft_m
        Trench length in paved and unpaved ground [m], each multiplied by its cost factors.

    Returns
    -------
    capex
        Shape (3, edges): value, low and high, in the catalogue's money.

    Examples
    --------
    >>> from .catalogue import pipe_catalogue
    >>> pipes = pipe_catalogue(insulation_series=2, money="EUR 2024")
    >>> value, low, high = trench_capex(np.array([3]), pipes, hard_m=100.0, soft_m=0.0)
    >>> bool(low <= value <= high)
    True
    """
    per_m = catalogue.capex_per_m[:, :, size]
    capex = per_m[:, 0] * np.asarray(hard_m) + per_m[:, 1] * np.asarray(soft_m)
    result: npt.NDArray[np.float64] = np.where(size == NO_PIPE, np.nan, capex)
    return result
