"""
Seeded draws of uncertain figures: even points, correlated groups, triangular or uniform ranges.

Here is only the arithmetic of chance: independent factors between 0 and 1, how groups of drivers
share a common one, and where in its range a driver then lies. Which figures are drawn and how far
they range is in `drivers`; what a draw is worth in `drawn_flows`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Numeric = Floats | float

SOBOL, LATIN_HYPERCUBE = "sobol", "latin_hypercube"
TRIANGULAR, UNIFORM = "triangular", "uniform"
SHARED, PROJECT = "shared", "project"
_EDGE = 2.0**-53
"""Nearest that a factor comes to 0 or 1, where the normal quantile is infinite."""


def even_points(count: int, width: int, *, seed: list[int], sampling: str) -> Floats:
    """
    Points that fill the unit cube evenly and at random.

    Parameters
    ----------
    count, width
        Number of points and of dimensions.
    seed
        Whole numbers; the same ones give the same points.
    sampling
        ``sobol`` (scrambled; most even where the count is a power of two) or ``latin_hypercube``.

    Returns
    -------
    points
        Between 0 and 1, shape (count, width).

    References
    ----------
    Scrambled Sobol points and Latin hypercubes of ``scipy.stats.qmc``.

    Examples
    --------
    >>> points = even_points(4, 1, seed=[7], sampling="sobol")[:, 0]
    >>> sorted((points * 4.0).astype(int).tolist())
    [0, 1, 2, 3]
    """
    # scipy.stats takes half a second to import: only those who draw wait for it.
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    if width == 0:
        return np.empty((count, 0))
    if sampling == LATIN_HYPERCUBE:
        return np.asarray(qmc.LatinHypercube(width, rng=rng).random(count))
    power = max(int(count - 1).bit_length(), 0)
    return np.asarray(qmc.Sobol(width, rng=rng).random_base2(power)[:count])


def own_points(name: str, count: int, width: int, *, seed: int, sampling: str) -> Floats:
    """
    Points of one project, independent of those of all others.

    Parameters
    ----------
    name
        Identifier of the project: its draws depend on nothing else, so neither the order of
        projects nor their number moves them.
    count, width
        Number of points and of dimensions.
    seed, sampling
        As for `even_points`.

    Returns
    -------
    points
        Between 0 and 1, shape (count, width).

    Notes
    -----
    Even points in a random order: even sets of different projects may be laid side by side only if
    the order of one says nothing about that of the other (Latin supercube sampling).

    References
    ----------
    A. B. Owen, Latin supercube sampling for very high-dimensional simulations, ACM Transactions on
    Modeling and Computer Simulation 8 (1998) 71. doi:10.1145/272991.273010
    """
    own = [seed, name_number(name)]
    points = even_points(count, width, seed=own, sampling=sampling)
    return points[np.random.default_rng([*own, 1]).permutation(count)]


def name_number(name: str) -> int:
    """
    Whole number that stands for a name in a seed.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    number
        Of 64 bits, the same on every machine.

    Examples
    --------
    >>> name_number("P-1") == name_number("P-1"), name_number("P-1") == name_number("P-2")
    (True, False)
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def correlated(own: Floats, common: Floats, correlation: Numeric) -> Floats:
    """
    Factors of drivers that share part of their fate with others of their group.

    Parameters
    ----------
    own, common
        Independent factors between 0 and 1: that of the driver, that of its group.
    correlation
        Correlation of any two drivers of the group, 0 to 1, on the scale of normal quantiles.

    Returns
    -------
    factors
        Uniform between 0 and 1 again, shaped like the arguments together.

    Notes
    -----
    Gaussian copula with one common factor: ``z = sqrt(rho)·z_common + sqrt(1 − rho)·z_own``,
    ``u = Phi(z)``. The rank correlation (Spearman's) of two such factors is
    ``6/pi·asin(rho/2)``.

    Examples
    --------
    >>> u = np.array([0.1, 0.7])
    >>> correlated(u, np.array([0.4, 0.4]), 0.0).round(12).tolist()
    [0.1, 0.7]
    >>> correlated(u, np.array([0.4, 0.4]), 1.0).round(12).tolist()
    [0.4, 0.4]
    """
    rho = np.asarray(correlation, dtype=float)
    z_own = ndtri(np.clip(own, _EDGE, 1.0 - _EDGE))
    z_common = ndtri(np.clip(common, _EDGE, 1.0 - _EDGE))
    return np.asarray(ndtr(np.sqrt(rho) * z_common + np.sqrt(1.0 - rho) * z_own))


def within_range(
    factor: Numeric, centre: Numeric, low: Numeric, high: Numeric, *, distribution: str
) -> Floats:
    """
    Value at a factor between 0 (the low end) and 1 (the high end) of its distribution.

    Parameters
    ----------
    factor
        Share of draws that lie below.
    centre, low, high
        Central value and ends of the range, ``low <= centre <= high``.
    distribution
        ``triangular``, most likely at the centre, or ``uniform``.

    Returns
    -------
    values
        Broadcast together; exactly the centre at `central_factor`, and everywhere if the range has
        no width.

    Notes
    -----
    Triangular, with ``c = (centre − low)/(high − low)``: below c
    ``centre − (centre − low)·(1 − sqrt(u/c))``, above it
    ``centre + (high − centre)·(1 − sqrt((1 − u)/(1 − c)))``.

    Examples
    --------
    >>> u = np.array([0.0, 0.25, 1.0])
    >>> within_range(u, 1.0, 0.5, 2.5, distribution="triangular").tolist()
    [0.5, 1.0, 2.5]
    >>> within_range(u, 1.0, 0.5, 2.5, distribution="uniform").tolist()
    [0.5, 1.0, 2.5]
    """
    at_centre = central_factor(centre, low, high)
    if distribution == UNIFORM:
        return np.asarray(centre + (factor - at_centre) * (np.asarray(high) - low))
    below = factor < at_centre
    # An end at the centre leaves no side to fall on: its span is zero, whatever the share.
    shorter = np.where(at_centre > 0.0, at_centre, 1.0)
    longer = np.where(at_centre < 1.0, 1.0 - at_centre, 1.0)
    share = np.where(below, factor / shorter, (1.0 - factor) / longer)
    span = np.where(below, np.asarray(low) - centre, np.asarray(high) - centre)
    return np.asarray(centre + span * (1.0 - np.sqrt(share)))


def central_factor(centre: Numeric, low: Numeric, high: Numeric) -> Floats:
    """
    Factor at which a driver has its central value.

    Parameters
    ----------
    centre, low, high
        Central value and ends of the range.

    Returns
    -------
    factor
        ``(centre − low)/(high − low)``, one half where the range has no width.

    Examples
    --------
    >>> float(central_factor(1.0, 0.5, 2.5))
    0.25
    """
    width = np.asarray(high, dtype=float) - low
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(width > 0.0, (np.asarray(centre) - low) / width, 0.5)


def common_points(
    drivers: pd.DataFrame, count: int, *, correlation: Floats, seed: int, sampling: str
) -> pd.DataFrame:
    """
    Factors that all projects share in each draw.

    Parameters
    ----------
    drivers
        Of `heatreach.siting.uncertain.drivers.driver_table`.
    count, seed, sampling
        As for `even_points`.
    correlation
        That of each driver with others of its group, shape (drivers,).

    Returns
    -------
    points
        One row per draw; a column per shared driver, correlated with its group, and one per group
        for what is common to it, named as in the table of drivers.
    """
    shared = [str(name) for name in drivers.index[drivers["scope"] == SHARED]]
    names = [*shared, *(str(group) for group in drivers["group"].drop_duplicates() if group)]
    points = even_points(count, len(names), seed=[seed], sampling=sampling)
    frame = pd.DataFrame(points, columns=names)
    for place, (driver, group) in enumerate(drivers["group"].items()):
        if group and driver in shared:
            frame[driver] = correlated(
                frame[driver].to_numpy(), frame[group].to_numpy(), float(correlation[place])
            )
    return frame


def project_factors(
    drivers: pd.DataFrame,
    common: pd.DataFrame,
    name: str,
    *,
    correlation: Floats,
    seed: int,
    sampling: str,
) -> Floats:
    """
    Factor of every driver of one project in each draw.

    Parameters
    ----------
    drivers
        The table of drivers.
    common
        Of `common_points`.
    name
        Identifier of the project.
    correlation
        That of each driver with others of its group.
    seed, sampling
        As for `even_points`.

    Returns
    -------
    factors
        Between 0 and 1, shape (drivers, draws). Shared drivers are the same in all projects; NaN
        for what is not drawn.
    """
    own_names = list(drivers.index[drivers["scope"] == PROJECT])
    own = own_points(name, len(common), len(own_names), seed=seed, sampling=sampling)
    factors = np.full((len(drivers), len(common)), np.nan)
    for place, (driver, group) in enumerate(drivers["group"].items()):
        if driver in common:
            factors[place] = common[driver]
            continue
        if driver not in own_names:
            continue
        factors[place] = own[:, own_names.index(str(driver))]
        if group:
            factors[place] = correlated(
                factors[place], common[group].to_numpy(), float(correlation[place])
            )
    return factors
