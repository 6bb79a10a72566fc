"""
How the emission factor of electricity moves over the years of a project.

Three ways, from cautious to hopeful: ``frozen`` keeps today's factor, ``declining`` falls straight
to a share of it (a guess: no published trajectory was read, so none is shipped), and a user's own
years and factors go before both (`years_between`; the file is read in
`heatreach.siting.reading.trajectory`). Today's factors and what is counted in them are in
`emission_factors`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption, load_table

from ..arrays import Numeric, as_array, refuse_outside
from ..errors import PhysicsRangeError
from .emission_factors import electricity_factor

Floats = npt.NDArray[np.float64]

TABLE = "grid_trajectories"
FROZEN = "frozen"


def grid_paths() -> tuple[str, ...]:
    """
    Names of the built-in trajectories, the cautious one first.

    Returns
    -------
    names
        What `grid_trajectory` takes as path.

    Examples
    --------
    >>> grid_paths()
    ('frozen', 'declining')
    """
    return (FROZEN, *dict.fromkeys(load_table(TABLE)["name"]))


def grid_trajectory(
    region: str,
    years: Numeric,
    *,
    basis: str = "lifecycle",
    path: str = FROZEN,
    column: str = "value",
    today_kg_per_kwh: float | None = None,
    upstream: bool = False,
    losses: bool = False,
) -> Floats:
    """
    Emission factor of electricity in each year [kg CO2e/kWh].

    Parameters
    ----------
    region
        ISO 3166-1 alpha-2 code; blank for the general rows.
    years
        Calendar years; shape (years,).
    basis, upstream, losses
        What today's factor counts, as for `electricity_factor`.
    path
        ``"frozen"`` or the name of a row of ``data/grid_trajectories.csv``.
    column
        ``"value"``, ``"low"`` or ``"high"``: which end of the guess of how far the factor falls.
    today_kg_per_kwh
        Factor that the user gives for today in place of the table's.

    Returns
    -------
    factor
        One per year, shape (years,).

    Raises
    ------
    PhysicsRangeError
        If the path is unknown or a given factor is negative.

    Notes
    -----
    ``EF(y) = EF0 (1 - (1 - s) (y - y0)/(y1 - y0))`` between base year and end year, constant before
    and after; ``s`` is the share left. A life-cycle factor does not fall below what building the
    plants emits, nor rise to it. Every figure of the decline is a guess with a wide range: report
    results with ``frozen`` beside it.

    Examples
    --------
    >>> grid_trajectory("GB", np.array([2025.0, 2050.0, 2060.0]), basis="direct").tolist()
    [0.177, 0.177, 0.177]
    >>> fall = grid_trajectory("GB", np.array([2025, 2050, 2060]), basis="direct", path="declining")
    >>> fall.round(4).tolist()
    [0.177, 0.0354, 0.0354]
    """
    if path not in grid_paths():
        raise PhysicsRangeError(
            f"path {path!r} is not known; give one of {', '.join(grid_paths())}"
        )
    if today_kg_per_kwh is None:
        today = electricity_factor(region, basis=basis, upstream=upstream, losses=losses)
        factor = today.total_kg_per_kwh
    else:
        factor = float(_checked_factors(today_kg_per_kwh))
    year = np.atleast_1d(as_array(years))
    if path == FROZEN:
        return np.full(year.shape, factor)
    falling = factor * _share_left(year, path, column)
    if basis != "lifecycle":
        return falling
    floor = getattr(assumption(TABLE, path, "lifecycle_floor_kg_per_kwh"), column)
    return np.maximum(falling, min(factor, floor))


def years_between(years: Numeric, known_years: Numeric, known_kg_per_kwh: Numeric) -> Floats:
    """
    Emission factor in each year from a user's own years [kg CO2e/kWh].

    Parameters
    ----------
    years
        Calendar years wanted; shape (years,).
    known_years, known_kg_per_kwh
        Rising years and their factors, equally many.

    Returns
    -------
    factor
        Straight between the years known; before the first and after the last their values hold,
        since a decline that nobody stated is not continued.

    Raises
    ------
    PhysicsRangeError
        If there is no year, years do not rise, numbers differ or a factor is negative.

    Examples
    --------
    >>> wanted = np.array([2025, 2026, 2040])
    >>> years_between(wanted, np.array([2025, 2027]), np.array([0.2, 0.1])).round(3).tolist()
    [0.2, 0.15, 0.1]
    """
    known, factors = np.atleast_1d(as_array(known_years)), np.atleast_1d(as_array(known_kg_per_kwh))
    if known.size == 0 or known.shape != factors.shape:
        raise PhysicsRangeError(f"{known.size} years and {factors.size} factors; give one per year")
    if not np.all(np.diff(known) > 0.0):
        raise PhysicsRangeError("years of a trajectory must rise; sort them and give each once")
    return np.interp(np.atleast_1d(as_array(years)), known, _checked_factors(factors))


def _checked_factors(factors: Numeric) -> Floats:
    """Factors that are not negative."""
    return refuse_outside(
        factors, 0.0, np.inf, what="grid factor", unit="kg/kWh", advice="give 0 or more"
    )


def _share_left(years: Floats, path: str, column: str) -> Floats:
    """Share of the base year's factor left in each year."""
    first = assumption(TABLE, path, "base_year").value
    last = assumption(TABLE, path, "end_year").value
    left = getattr(assumption(TABLE, path, "end_share"), column)
    return as_array(np.interp(years, [first, last], [1.0, left]))
