"""
Cash flow by year: what each money line does over the years, and for whom.

The lines are rows of ``cash_lines``: who pays whom, when, along which price path. A project has one
amount per line; its flows are the amounts times a profile per line, so that rows, years and draws
of uncertain assumptions come out of one contraction. Amounts are made in `bill`; rates and figures
come from `returns`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption, load_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Lives = Mapping[str, float] | Mapping[str, npt.NDArray[np.float64]]

PAYERS = ("operator", "data_centre", "consumer", "public")
SOCIETY = "society"
INVESTMENT, ONCE, YEARLY = "investment", "once", "yearly"
LEVEL = "level"


@cache
def _cash_lines() -> pd.DataFrame:
    """Lines as read; callers get copies."""
    table = load_table("cash_lines").set_index("line")
    return table.astype(dict.fromkeys(PAYERS, float))


def cash_lines() -> pd.DataFrame:
    """
    Every money line of a project.

    Returns
    -------
    lines
        Index ``line``; ``part``, ``kind``, ``life``, ``path``, ``drivers``, ``description``, and a
        sign per payer as a float: −1 pays, +1 receives.

    Examples
    --------
    >>> line = cash_lines().loc["source_heat"]
    >>> line["kind"], float(line["operator"]), float(line["data_centre"])
    ('yearly', -1.0, 1.0)
    """
    return _cash_lines().copy()


def payer_signs(payer: str) -> Floats:
    """
    Sign of each line for one payer.

    Parameters
    ----------
    payer
        ``operator``, ``data_centre``, ``consumer``, ``public``, or ``society``: all of them
        together, among whom transfers cancel.

    Returns
    -------
    signs
        Shape (lines,), in the order of `cash_lines`.

    Raises
    ------
    ValueError
        If there is no such payer.

    Examples
    --------
    >>> lines = list(cash_lines().index)
    >>> float(payer_signs("consumer")[lines.index("tariff_gas")])
    -1.0
    >>> float(payer_signs("society")[lines.index("tariff_gas")])
    0.0
    """
    if payer not in (*PAYERS, SOCIETY):
        raise ValueError(f"no payer {payer!r}; there are: {', '.join((*PAYERS, SOCIETY))}")
    lines = _cash_lines()
    chosen = list(PAYERS) if payer == SOCIETY else [payer]
    return np.asarray(lines[chosen].sum(axis=1).to_numpy(dtype=float))


def cost_signs() -> Floats:
    """
    Sign of each line in the cost of heat: +1 adds to it, −1 spares some of it, 0 is no cost.

    Returns
    -------
    signs
        Shape (lines,), in the order of `cash_lines`.

    Notes
    -----
    Cost is every part that the operator pays for. What others pay the operator (heat sold,
    charges, grant, carbon payments) is not deducted: the levelised cost says what heat costs, not
    what is left of it for the operator.

    Examples
    --------
    >>> lines = list(cash_lines().index)
    >>> signs = dict(zip(lines, cost_signs().tolist(), strict=True))
    >>> signs["pipe"], signs["source_heat"], signs["source_heat_spared"], signs["grant"]
    (1.0, 1.0, -1.0, 0.0)
    """
    lines = _cash_lines()
    paid = set(lines.loc[lines["operator"] < 0.0, "part"])
    return np.where(lines["part"].isin(paid), 0.0 - lines["operator"].to_numpy(dtype=float), 0.0)


def line_lives() -> dict[str, float]:
    """
    Life of everything that is bought, by key ``table/name`` [years].

    Returns
    -------
    lives
        From the rows ``life_years`` that the lines name.

    Raises
    ------
    TableError
        If a row is missing.

    Examples
    --------
    >>> line_lives()["technology_costs/pipe"]
    40.0
    """
    keys = dict.fromkeys(key for key in _cash_lines()["life"] if key)
    split = {key: key.split("/", maxsplit=1) for key in keys}
    return {key: assumption(*split[key], "life_years").value for key in keys}


def line_profiles(
    horizon_years: int, lives: Lives, paths: Mapping[str, Floats], *, residual: bool
) -> Floats:
    """
    What one unit of money of each line does in each year.

    Parameters
    ----------
    horizon_years
        Years of operation N.
    lives
        Years that things last, by key of `line_lives`; floats, or arrays with one value per draw.
        Rounded to whole years, at least one.
    paths
        Price relative to that of the first year of operation, by name in ``path`` of the lines,
        shape (…, N or more); without ``level``, that is one in every year.
    residual
        Whether the unexpired share of the last purchase comes back at the horizon.

    Returns
    -------
    profiles
        Shape (…, lines, N + 1): year 0, in which everything is built, and the years 1 to N of
        operation. Leading axes are those of lives and paths, broadcast.

    Raises
    ------
    ValueError
        If the horizon is shorter than a year or a path shorter than the horizon.

    Notes
    -----
    An investment of life L is bought in year 0 and again in the years L, 2L … < N. At N the share
    ``1 − age/L`` of the last purchase comes back, straight-line. What is paid once is paid in
    year 0; what is paid yearly follows its price path.

    Examples
    --------
    >>> lives = dict.fromkeys(line_lives(), 20.0)
    >>> names = ("electricity", "gas", "oil", "district_heat")
    >>> rising = np.array([1.0, 1.1, 1.21])
    >>> paths = {key: rising for name in names for key in (name, f"tariff_{name}")}
    >>> of = dict(zip(cash_lines().index, line_profiles(3, lives, paths, residual=True)))
    >>> of["pipe"].tolist(), of["grant"].tolist(), of["backup_heat"].tolist()
    ([1.0, 0.0, 0.0, -0.85], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.1, 1.21])
    """
    if horizon_years < 1:
        raise ValueError(f"the horizon is {horizon_years} years; it must be one or more")
    lines = _cash_lines()
    made = {
        (INVESTMENT, key): _investment_profile(
            horizon_years, np.asarray(lives[key]), residual=residual
        )
        for key in dict.fromkeys(lines["life"])
        if key
    }
    made[(ONCE, "")] = _first_year(horizon_years)
    for name in dict.fromkeys(lines["path"]):
        if name:
            made[(YEARLY, name)] = _yearly_profile(horizon_years, name, paths)
    shape = np.broadcast_shapes(*(profile.shape for profile in made.values()))
    keys = zip(lines["kind"], lines["life"] + lines["path"], strict=True)
    return np.stack([np.broadcast_to(made[key], shape) for key in keys], axis=-2)


def _first_year(horizon_years: int) -> Floats:
    """One in the year of building, else nothing."""
    return np.asarray(np.eye(1, horizon_years + 1)[0])


def _investment_profile(horizon_years: int, life_years: Floats, *, residual: bool) -> Floats:
    """Purchase, renewals and what is left at the horizon, shape (…, N + 1)."""
    life = np.maximum(np.rint(np.asarray(life_years, dtype=float)), 1.0)[..., None]
    year = np.arange(horizon_years + 1)
    profile = np.where((year % life == 0.0) & (year < horizon_years), 1.0, 0.0)
    if residual:
        last = (horizon_years - 1) // life * life
        profile[..., -1] -= (1.0 - (horizon_years - last) / life)[..., 0]
    return np.asarray(profile)


def _yearly_profile(horizon_years: int, name: str, paths: Mapping[str, Floats]) -> Floats:
    """Price path in the years of operation, shape (…, N + 1)."""
    path = np.asarray(paths.get(name, np.ones(horizon_years)) if name == LEVEL else paths[name])
    if path.shape[-1] < horizon_years:
        years = path.shape[-1]
        raise ValueError(f"price path {name!r} has {years} years, the horizon {horizon_years}")
    none = np.zeros((*path.shape[:-1], 1))
    return np.concatenate([none, path[..., :horizon_years]], axis=-1)


def yearly_flows(amounts: Floats, signs: Floats, profiles: Floats) -> Floats:
    """
    Money that one payer gains or loses in each year.

    Parameters
    ----------
    amounts
        Money per line, shape (…, lines); per year for yearly lines.
    signs
        Of `payer_signs`, shape (lines,); ones keep costs positive.
    profiles
        Of `line_profiles`, shape (…, lines, years). If it has fewer leading axes than amounts, its
        axes are the last of theirs: amounts of (rows, draws, lines) with profiles of (draws, lines,
        years), or of (lines, years).

    Returns
    -------
    flows
        Shape (…, years).

    Notes
    -----
    ``flow(t) = Σ sign·amount·profile(t)`` over the lines, one matrix product. Leading axes that
    only amounts have are the rows of that product.

    Examples
    --------
    >>> signs, profiles = np.array([-1.0, 1.0]), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
    >>> yearly_flows(np.array([[100.0, 60.0], [50.0, 20.0]]), signs, profiles).tolist()
    [[-100.0, 60.0, 60.0], [-50.0, 20.0, 20.0]]
    """
    amounts, signed = np.asarray(amounts, dtype=float), signs[:, None] * profiles
    rows = amounts.ndim + 1 - signed.ndim
    if rows <= 0:
        return np.asarray((amounts[..., None, :] @ signed)[..., 0, :])
    flat = amounts.reshape(-1, *amounts.shape[rows:])
    flows = np.moveaxis(np.moveaxis(flat, 0, -2) @ signed, -2, 0)
    return np.asarray(flows.reshape(*amounts.shape[:rows], *flows.shape[1:]))


def present_worths(profiles: Floats, factors: Floats) -> Floats:
    """
    Present value of one unit of money of each line.

    Parameters
    ----------
    profiles
        Of `line_profiles`, shape (…, lines, years).
    factors
        Discount factors of the same years, shape (…, years), without the axis of lines.

    Returns
    -------
    worths
        Shape (…, lines). A net present value is ``amounts @ (signs·worths)``: where only that is
        wanted, yearly flows need not be made.

    Examples
    --------
    >>> profiles = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
    >>> present_worths(profiles, np.array([1.0, 0.5, 0.25])).tolist()
    [1.0, 0.75]
    """
    return np.asarray((profiles @ np.asarray(factors)[..., :, None])[..., 0])
