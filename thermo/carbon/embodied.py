"""
Carbon of making and laying the pipes of a network.

An option, left out of savings unless asked for: the figures are guesses from masses of material
and factors per mass, with a range of about three times either way, and heat pumps, substations and
renewals are not in them. Masses follow from the dimensions in ``data/pipes.csv``, factors are the
rows of ``data/embodied_carbon.csv``. What the heat avoids is in `emissions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption, wide

from ..errors import PhysicsRangeError

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]

TABLE = "embodied_carbon"
PIPES_IN_TRENCH = 2
WATER_KG_PER_M3 = 1000.0
"""Density to which relative densities refer."""
MM_PER_M = 1e3


class PipeCarbon(NamedTuple):
    """Carbon per metre of trench with supply and return [kg CO2e/m]; total = sum of the parts."""

    steel_kg_per_m: Floats
    foam_kg_per_m: Floats
    casing_kg_per_m: Floats
    works_kg_per_m: Floats
    total_kg_per_m: Floats


def pipe_carbon_kg_per_m(
    names: Sequence[str], *, insulation_series: int, column: str = "value"
) -> PipeCarbon:
    """
    Carbon of making and laying a pair of pre-insulated steel pipes [kg CO2e/m].

    Parameters
    ----------
    names
        Nominal diameters as in ``data/pipes.csv``, one per section.
    insulation_series
        Thickness of insulation, 1 to 3, which decides the casing.
    column
        ``"value"``, ``"low"`` or ``"high"`` of the factors per mass and of the works.

    Returns
    -------
    carbon
        Parts and total per metre of trench, one per name.

    Raises
    ------
    PhysicsRangeError
        If the table has no steel pipe of a name with that insulation.

    Notes
    -----
    Per pipe ``m = rho pi/4 (D^2 - d^2)`` of steel wall, foam between steel and casing, and casing;
    carbon is mass times factor, and the works (digging, joints, transport, asphalt) a share of it.

    Examples
    --------
    >>> carbon = pipe_carbon_kg_per_m(["DN50", "DN200"], insulation_series=2)
    >>> carbon.total_kg_per_m.round().tolist()
    [61.0, 327.0]
    """
    pipes = wide("pipes").reindex(list(names))
    casing_column = f"casing_series{insulation_series}_mm"
    if casing_column not in pipes or pipes[[casing_column, "outer_diameter_mm"]].isna().any().any():
        raise PhysicsRangeError(
            f"no steel pipe with insulation series {insulation_series} for all of"
            f" {', '.join(dict.fromkeys(names))}; give names of data/pipes.csv and a series 1 to 3"
        )
    outer = pipes["outer_diameter_mm"].to_numpy()
    casing = pipes[casing_column].to_numpy()
    inside = casing * (1.0 - 2.0 * _figure("casing", "wall_share"))
    steel = _material("steel", outer, pipes["inner_diameter_mm"].to_numpy(), column)
    foam = _material("foam", inside, outer, column)
    jacket = _material("casing", casing, inside, column)
    works = (steel + foam + jacket) * _figure("trench", "works_share", column)
    return PipeCarbon(steel, foam, jacket, works, steel + foam + jacket + works)


def _material(name: str, outer_mm: Floats, inner_mm: Floats, column: str) -> Floats:
    """Carbon of rings of a material, of both pipes of a trench [kg CO2e/m]."""
    area_m2 = np.pi / 4.0 * (outer_mm**2 - inner_mm**2) / MM_PER_M**2
    density = _figure(name, "relative_density") * WATER_KG_PER_M3
    factor = _figure(name, "co2e_per_mass", column)
    return np.asarray(PIPES_IN_TRENCH * area_m2 * density * factor)


def _figure(name: str, parameter: str, column: str = "value") -> float:
    """Figure of the table."""
    return float(getattr(assumption(TABLE, name, parameter), column))
