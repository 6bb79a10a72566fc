"""
Sums of heat over groups of consumers, with a range that knows what strays together.

What is unknown of one consumer is mostly unknown of its kind: a benchmark that is too high for one
school is too high for all. So deviations of one use add up, those of different uses do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

HEAT = ("annual_heat_mwh", "heat_low_mwh", "heat_high_mwh")
"""Columns of a consumer's yearly heat and its range."""
LOW_CONFIDENCE = "low"
RESIDENTIAL = "residential"


def linear_heat_density_mwh_m(heat_mwh: Any, length_m: Any) -> Any:
    """
    Yearly heat per metre of whatever is measured: trench, street or route [MWh/(m·year)].

    Parameters
    ----------
    heat_mwh
        Yearly heat [MWh/year].
    length_m
        Length [m]; of a trench, not of the two pipes in it.

    Returns
    -------
    density_mwh_m
        Shaped like the inputs.

    Examples
    --------
    >>> linear_heat_density_mwh_m(12990.0, 900.0).__round__(2)
    14.43
    """
    return heat_mwh / length_m


def group_sums(
    group: npt.NDArray[np.integer], values: npt.ArrayLike, groups: int
) -> npt.NDArray[np.float64]:
    """
    Sum of a value over the members of each group.

    Parameters
    ----------
    group
        Group of each member, -1 for none.
    values
        One value per member.
    groups
        Number of groups.

    Returns
    -------
    sums
        One per group.

    Examples
    --------
    >>> group_sums(np.array([0, 1, 0, -1]), [1.0, 2.0, 3.0, 9.0], 2).tolist()
    [4.0, 2.0]
    """
    inside = group >= 0
    weights = np.asarray(values, dtype=float)[inside]
    return np.bincount(group[inside], weights=weights, minlength=groups).astype(float)


def heat_ranges(
    consumers: pd.DataFrame, group: npt.NDArray[np.integer], groups: int
) -> pd.DataFrame:
    """
    Yearly heat of groups of consumers with its range.

    Parameters
    ----------
    consumers
        ``use`` and the columns ``HEAT``.
    group
        Group of each consumer, -1 for none.
    groups
        Number of groups.

    Returns
    -------
    heat
        ``heat_mwh, heat_low_mwh, heat_high_mwh``, one row per group.

    Notes
    -----
    ``low = Q - sqrt(sum_u (sum_i in u (Q_i - low_i))^2)`` over the uses ``u`` of the group, and the
    high end likewise: within a use deviations add linearly, between uses in quadrature.

    Examples
    --------
    >>> flats = pd.DataFrame({"use": ["flats", "flats", "pool"], "annual_heat_mwh": [10.0] * 3,
    ...     "heat_low_mwh": [8.5, 8.5, 6.0], "heat_high_mwh": [10.0, 10.0, 15.0]})
    >>> heat_ranges(flats, np.zeros(3, dtype=int), 1).iloc[0].tolist()
    [30.0, 25.0, 35.0]
    """
    heat, low, high = (consumers[name].to_numpy(dtype=float) for name in HEAT)
    code, uses = pd.factorize(consumers["use"].fillna("").astype(str), sort=True)
    both = np.where(group >= 0, group * len(uses) + code, -1)
    total = group_sums(group, heat, groups)

    def deviation(away: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        by_use = group_sums(both, np.maximum(away, 0.0), groups * len(uses))
        return np.asarray(np.sqrt((by_use.reshape(groups, len(uses)) ** 2).sum(axis=1)))

    return pd.DataFrame(
        {
            "heat_mwh": total,
            "heat_low_mwh": np.maximum(total - deviation(heat - low), 0.0),
            "heat_high_mwh": total + deviation(high - heat),
        }
    )


def heat_share(
    consumers: pd.DataFrame,
    which: npt.NDArray[np.bool_],
    group: npt.NDArray[np.integer],
    groups: int,
) -> npt.NDArray[np.float64]:
    """
    Share of the heat of each group that some consumers make.

    Parameters
    ----------
    consumers
        With ``annual_heat_mwh``.
    which
        The consumers whose share is asked for.
    group, groups
        As for `heat_ranges`.

    Returns
    -------
    share
        One per group, NaN for a group without heat.

    Examples
    --------
    >>> two = pd.DataFrame({"annual_heat_mwh": [1.0, 3.0]})
    >>> heat_share(two, np.array([True, False]), np.zeros(2, dtype=int), 1).tolist()
    [0.25]
    """
    heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)
    total = group_sums(group, heat, groups)
    with np.errstate(invalid="ignore"):
        share: npt.NDArray[np.float64] = group_sums(group, heat * which, groups) / total
    return share


def text_column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """
    A text column, blank where it or a value is missing.

    Parameters
    ----------
    frame
        Any table.
    name
        Column.

    Returns
    -------
    texts
        One per row, as they are.

    Examples
    --------
    >>> text_column(pd.DataFrame({"a": ["x", None]}), "a").tolist()
    ['x', '']
    """
    cells = pd.Series(frame.get(name, default=""), index=frame.index, dtype=object)
    return cells.where(cells.notna(), "").astype(str)
