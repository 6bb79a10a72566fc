"""
The pipes a network can be built from.

One `Catalogue` holds, in order of diameter, the bores, loss coefficients, limits and costs of the
pre-insulated pipes in the tables ``pipes`` and ``pipe_costs``, at the plan's price base. Sizing,
cost and design read it; nothing here depends on a street.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption, priced, wide

if TYPE_CHECKING:
    import numpy.typing as npt

SURFACES = ("hard", "soft")
RANGE = ("value", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """
    Pre-insulated pipes in order of diameter, arrays of shape (pipes,).

    Attributes
    ----------
    dn
        Names, ``DN20`` and so on.
    inner_diameter_mm, u_value_w_mk, velocity_max_m_s
        Bore [mm], loss coefficient of one pipe [W/(m·K)], largest velocity [m/s].
    gradient_max_pa_m, roughness_mm
        Largest pressure gradient of one pipe [Pa/m] and roughness [mm], the same for all.
    capex_per_m
        Cost of a trench with supply and return pipe [money/m]; shape (3, 2, pipes) for
        value/low/high and hard/soft ground.
    money
        Currency and price base of the costs.
    """

    dn: npt.NDArray[np.object_]
    inner_diameter_mm: npt.NDArray[np.float64]
    u_value_w_mk: npt.NDArray[np.float64]
    velocity_max_m_s: npt.NDArray[np.float64]
    gradient_max_pa_m: float
    roughness_mm: float
    capex_per_m: npt.NDArray[np.float64]
    money: str


@lru_cache(maxsize=8)
def pipe_catalogue(*, insulation_series: int, money: str) -> Catalogue:
    """
    Catalogue from the reference tables.

    Parameters
    ----------
    insulation_series
        1, 2 or 3 (thickest), as in EN 253.
    money
        Currency and price base, for example ``"EUR 2024"``.

    Returns
    -------
    catalogue
        All pipes that have dimensions and costs.

    Raises
    ------
    TableError
        If a table, pipe or price index is missing.

    Examples
    --------
    >>> str(pipe_catalogue(insulation_series=2, money="EUR 2024").dn[0])
    'DN20'
    """
    costs = {column: priced("pipe_costs", target=money, column=column) for column in RANGE}
    names = costs["value"].index
    pipes = wide("pipes").loc[names].sort_values("inner_diameter_mm")
    names = pipes.index
    capex = [
        [costs[column].loc[names, f"capex_{surface}_per_m"].to_numpy() for surface in SURFACES]
        for column in RANGE
    ]
    return Catalogue(
        dn=names.to_numpy(dtype=object),
        inner_diameter_mm=pipes["inner_diameter_mm"].to_numpy(),
        u_value_w_mk=pipes[f"u_value_series{insulation_series}_w_mk"].to_numpy(),
        velocity_max_m_s=pipes["velocity_max_m_s"].to_numpy(),
        gradient_max_pa_m=assumption("pipes", "network", "pressure_gradient_max_pa_m").value,
        roughness_mm=assumption("pipes", "network", "roughness_mm").value,
        capex_per_m=np.array(capex),
        money=money,
    )
